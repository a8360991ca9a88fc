"""Facts, figures and a rubric → the score, with what is missing as an interval.

Nothing is awarded that isn't shown. An indicator whose evidence is missing scores
somewhere between the least and the most its rule allows, and so does the total; the score
a department published is held against that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import Any

from govnb.rubric import interval
from govnb.rubric.case import Case
from govnb.rubric.file import Indicator, Rubric
from govnb.rubric.interval import Interval, Part, Presence
from govnb.rubric.names import check_names, check_published, unused
from govnb.rubric.outcome import Outcome
from govnb.rubric.tasks import TARGETS, Task, tasks_of
from govnb.rubric.verdict import Marked, verdict
from govnb.sheet import score_words as words
from govnb.sheet.compute import SCORE, supposed
from govnb.sheet.evidence import Evidence, Target
from govnb.sheet.expression import PRECISION
from govnb.sheet.figure import Figures, shown
from govnb.sheet.overrides import TRIAL, tried
from govnb.sheet.read import Inputs
from govnb.sheet.score import UNEXPLAINED, IndicatorScore, ReadingScore, Score, grades_between
from govnb.text.measure import PERCENT
from govnb.text.place import Fault, FaultsError, Place
from govnb.text.values import Amount
from govnb.text.yaml_text import Scalar


@dataclass(frozen=True)
class _Run:
    """One pass over all indicators under one reading of the facts."""

    tasks: tuple[Task, ...]
    cases: tuple[Case, ...]
    outcomes: tuple[Outcome, ...]
    parts: tuple[Part, ...]
    total: Interval | None


def score(inputs: Inputs, figures: Figures, rubric: Rubric) -> Score:
    """Score a department.

    Parameters
    ----------
    inputs
        The checked files.
    figures
        What :func:`~govnb.sheet.compute.compute` made of them, 试算 included.
    rubric
        The indicator system.

    Raises
    ------
    FaultsError
        For figures the rubric names that don't exist, and facts that contradict it: each
        at its place, all at once.
    """
    inputs = tried(inputs, figures.overrides)
    year = int(inputs.department.year.value or 0)
    with localcontext() as context:
        context.prec = PRECISION
        faults = [*check_names(rubric, figures, inputs.book)]
        tasks = tuple(tasks_of(inputs, rubric, year, faults))
        faults.extend(check_published(tasks))
        if faults:
            raise FaultsError(faults)
        run = _run(tasks, figures, year, _money_unit(inputs), faults)
        marked = [
            Marked(row, _readings(figures, run, n, faults)) for n, row in enumerate(_rows(run))
        ]
        if faults:
            raise FaultsError(faults)
    return _score(inputs, rubric, run, marked, year, figures)


def _score(
    inputs: Inputs, rubric: Rubric, run: _Run, marked: list[Marked], year: int, figures: Figures
) -> Score:
    rows = tuple(item.finished() for item in marked)
    low = run.total.low if run.total else None
    high = run.total.high if run.total else None
    printed = inputs.department.published.get(SCORE)
    full = sum((task.weight or Decimal(0) for task in run.tasks), Decimal(0))
    grades, ungraded = _grades(rubric, run.total, full, year)
    notes = [note for outcome in run.outcomes for note in outcome.notes]
    notes += unused(inputs, figures, rubric)
    if year not in rubric.file.years:
        notes.append(f"这套指标体系适用 {rubric.file.years}，被评价的是 {year} 年")
    made = Score(
        rubric=rubric.id,
        title=rubric.title,
        indicators=rows,
        low=low,
        high=high,
        full=full,
        is_partial=rubric.is_partial,
        is_weighted=rubric.is_weighted,
        grades=grades,
        published=printed.value if printed else None,
        within=_half_digit(printed.decimals if printed else 0),
        statement="",
        notes=tuple(dict.fromkeys(notes)),
        source="；".join(f"{name} {text}" for name, text in rubric.file.sources.items()),
        about=str(rubric.file.note or ""),
        overrides=figures.overrides,
        ungraded=ungraded,
    )
    return verdict(made)


def _grades(
    rubric: Rubric, total: Interval | None, full: Decimal, year: int
) -> tuple[tuple[str, ...], str]:
    """Return the grades a total may have, or why it has none."""
    if total is None or rubric.is_partial or not rubric.is_weighted:
        return (), ""
    said = words.points(rubric.total)
    if full != rubric.total:
        return (), f"{year} 年有效的指标合计 {words.points(full)} 分，不是总分 {said} 分"
    if not rubric.file.grades and rubric.total != _HUNDRED:
        return (), f"总分是 {said} 分，指标体系没有写“等级”，通行的等级只用于 100 分的表"
    return grades_between(rubric.grades, total.low, total.high), ""


_HUNDRED = Decimal(100)


# ── one pass ─────────────────────────────────────────────────────


def _run(
    tasks: tuple[Task, ...], figures: Figures, year: int, money_unit: str, faults: list[Fault]
) -> _Run:
    cases = tuple(
        Case(
            figures=figures,
            base=task.base,
            evidence=task.evidence,
            unit=task.indicator.shown_unit if task.indicator else PERCENT,
            zero=task.indicator.zero if task.indicator else None,
            asks_proof=bool(task.indicator and task.indicator.proof),
            weight=task.weight or Decimal(0),
            year=year,
            money_unit=money_unit,
            faults=faults,
            formula=task.indicator.formula if task.indicator else None,
        )
        for task in tasks
    )
    return _added_up(tasks, cases, tuple(map(_outcome, tasks, cases)))


def _again(run: _Run, number: int, formula: Scalar) -> _Run:
    """Return a pass in which one indicator has another formula, and all else is as it was."""
    cases, outcomes = list(run.cases), list(run.outcomes)
    cases[number] = replace(cases[number], formula=formula)
    outcomes[number] = _outcome(run.tasks[number], cases[number])
    return _added_up(run.tasks, tuple(cases), tuple(outcomes))


def _added_up(
    tasks: tuple[Task, ...], cases: tuple[Case, ...], outcomes: tuple[Outcome, ...]
) -> _Run:
    parts = tuple(
        Part(outcome.points, task.weight or Decimal(0), outcome.presence)
        for task, outcome in zip(tasks, outcomes, strict=True)
    )
    return _Run(tasks, cases, outcomes, parts, interval.total(p for p in parts if p.weight))


def _outcome(task: Task, case: Case) -> Outcome:
    if task.weight is None:
        return _value_only(case)
    if task.rule is None:
        unseen = (
            "部门没有列出这一组的绩效指标" if task.indicator is None else "原文没有见到评分规则"
        )
        valued = case.value() if case.formula is not None else Outcome(_ALL, "").valued
        reason = f"{unseen}，得分在 0—{words.points(case.weight)} 分之间"
        missing = (TARGETS,) if task.indicator is None else valued.missing
        return Outcome(Interval(Decimal(0), case.weight), reason, missing, valued=valued)
    outcome = task.rule.apply(case)
    exempt = task.indicator.exempt if task.indicator else None
    return exempt.overrule(case, outcome) if exempt else outcome


def _value_only(case: Case) -> Outcome:
    """Return an indicator of a table without points: its value, in numbers or in words."""
    valued, word = case.value(), case.word("状态")
    missing = valued.missing
    if valued.is_known:
        reason = valued.problem or "只出指标值，不计分"
    elif word is not None and case.formula is None:
        reason, missing = f"部门填写“{word}”，只列出，不计分", ()
    else:
        reason = f"缺少：{words.joined(missing)}"
        reason += f"，定性的写 {case.name('状态')}" if case.formula is None else ""
    proofs = (case.proof,) if case.proof else ()
    nothing = Interval.exactly(Decimal(0))
    return Outcome(nothing, reason, missing, valued=valued, proofs=proofs)


_ALL = Interval.exactly(Decimal(0))


def _money_unit(inputs: Inputs) -> str:
    return str(inputs.department.money_unit or inputs.year.money_unit)


def _rows(run: _Run) -> Iterator[IndicatorScore]:
    share = interval.share(run.parts)
    for n, (task, case) in enumerate(zip(run.tasks, run.cases, strict=True)):
        row = _row(task, case, run.outcomes[n])
        yield replace(row, share=share, stake=interval.stake(run.parts, n))


def _row(task: Task, case: Case, outcome: Outcome) -> IndicatorScore:
    item, evidence = task.indicator, task.evidence
    counts = {Presence.COUNTED: True, Presence.LEFT_OUT: False, Presence.UNSURE: None}
    basis = [str(item.basis) if item and item.basis else ""]
    basis.append(case.prose(evidence.basis) if evidence else "")
    shown = [*outcome.proofs] or [case.proof]
    target = evidence if isinstance(evidence, Target) else None
    return IndicatorScore(
        id=task.id,
        name=task.name,
        groups=task.groups,
        weight=task.weight,
        value=_value(outcome, case.unit),
        unit=case.unit if outcome.unit is None else outcome.unit,
        low=outcome.points.low if task.weight is not None else None,
        high=outcome.points.high if task.weight is not None else None,
        rule=task.rule.id if task.rule is not None else None,
        rule_name=task.rule.name if task.rule is not None else "",
        statement=str(item.criterion or "") if item else "",
        formula=str(case.formula or ""),
        formula_filled=case.put_in(case.formula) if case.formula is not None else "",
        reason=outcome.reason,
        missing=tuple(dict.fromkeys(outcome.missing)),
        evidence="；".join(filter(None, dict.fromkeys(shown))),
        evidence_required=str(item.proof or "") if item else "",
        basis="；".join(filter(None, basis)),
        source=task.source,
        mark=task.mark,
        counts=counts[outcome.presence],
        published=evidence.published.value if evidence and evidence.published else None,
        within=_half_digit(_decimals(evidence.published) if evidence else 0),
        readings=(),
        shortfall=_shortfall(case, target, outcome) if target else "",
        place=task.place,
        note=_notes(case, item, evidence),
    )


def _half_digit(decimals: int) -> Decimal:
    return Decimal(5).scaleb(-decimals - 1)


def _decimals(amount: Amount | None) -> int:
    return len(amount.text.partition(".")[2]) if amount else 0


def _value(outcome: Outcome, unit: str) -> Decimal | None:
    number, unit = outcome.valued.number, unit if outcome.unit is None else outcome.unit
    return number * 100 if number is not None and unit == PERCENT else number


def _notes(case: Case, item: Indicator | None, evidence: Evidence | None) -> str:
    """Return what is said besides (说明), of the indicator and of each point and incident."""
    said = [str(item.note or "") if item else ""]
    if evidence is not None:
        said.append(case.prose(evidence.note))
        below: dict[str, Any] = {**evidence.points, **evidence.incidents}
        said += [f"{name}：{case.prose(part.note)}" for name, part in below.items() if part.note]
    return "；".join(text.rstrip("。") for text in said if text)


def _shortfall(case: Case, target: Target, outcome: Outcome) -> str:
    """Return the department's reason for a missed target, or that it gives none."""
    said = [case.prose(target.shortfall), case.prose(target.remedy)]
    if outcome.points.high < case.weight and not said[0]:
        return UNEXPLAINED
    return "；".join(filter(None, said))


# ── other readings ───────────────────────────────────────────────


def _readings(
    figures: Figures, run: _Run, number: int, faults: list[Fault]
) -> tuple[ReadingScore, ...]:
    """Score again under each other reading of one indicator: another formula, or other facts."""
    task, case = run.tasks[number], run.cases[number]
    made = []
    for name, reading in (task.indicator.readings if task.indicator else {}).items():
        again = _again(run, number, reading.formula)
        said = case.prose(reading.note)
        made.append(_reading(name, said, "", again, number))
    for name, other in (task.evidence.readings if task.evidence else {}).items():
        values = {key: str(value).strip() for key, value in other.values.items()}
        try:
            refigured = supposed(figures, values)
        except FaultsError as error:
            place = next(iter(other.values.values())).place
            faults.extend(_placed(fault, place) for fault in error.faults)
            continue
        again = _run(run.tasks, refigured, case.year, case.money_unit, faults)
        assumption = "，".join(
            f"{words.label(key, refigured[key].label)}为{shown(refigured[key])}" for key in values
        )
        made.append(_reading(name, case.prose(other.note), assumption, again, number))
    return tuple(made)


def _placed(fault: Fault, place: Place) -> Fault:
    """Return a fault of a reading's values at the line they are written on."""
    return Fault(place, fault.message, fault.hint) if fault.place == TRIAL else fault


def _reading(name: str, note: str, assumption: str, run: _Run, number: int) -> ReadingScore:
    case, outcome, total = run.cases[number], run.outcomes[number], run.total
    scored = run.tasks[number].weight is not None
    return ReadingScore(
        name=name,
        note=note,
        assumption=assumption,
        value=_value(outcome, case.unit),
        formula_filled=case.put_in(case.formula) if case.formula is not None else "",
        low=outcome.points.low if scored else None,
        high=outcome.points.high if scored else None,
        total_low=total.low if total else None,
        total_high=total.high if total else None,
    )
