"""Facts, figures and a rubric → the score, with what is missing as an interval.

Nothing is awarded that isn't shown. An indicator whose evidence is missing scores
somewhere between the least and the most its rule allows, and so does the total; the score
a department published is held against that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import Any

from govnb.rubric import outcome as points
from govnb.rubric.case import Case
from govnb.rubric.checks import EVIDENCE, check_names, unused
from govnb.rubric.file import Entry, Indicator, Rubric, Socket
from govnb.rubric.outcome import NOTHING, ZERO, Interval, Outcome, Part, Presence
from govnb.rubric.verdict import with_readings, with_verdict
from govnb.sheet import score_words as words
from govnb.sheet.compute import SCORE, supposed
from govnb.sheet.evidence import QUALITATIVE, Evidence, Target
from govnb.sheet.expression import PRECISION
from govnb.sheet.figure import Figures, shown
from govnb.sheet.overrides import TRIAL, tried
from govnb.sheet.read import Inputs
from govnb.sheet.score import UNEXPLAINED, IndicatorScore, ReadingScore, Score, grades_between
from govnb.text.measure import PERCENT
from govnb.text.place import Fault, FaultsError
from govnb.text.suggest import did_you_mean
from govnb.text.values import Amount
from govnb.text.yaml_text import Scalar

TARGETS = "绩效指标"
_GRADES = {"优": Decimal(90), "良": Decimal(80), "中": Decimal(60), "差": ZERO}
_HUNDRED = Decimal(100)
_COUNTS = {Presence.COUNTED: True, Presence.LEFT_OUT: False, Presence.UNSURE: None}


@dataclass(frozen=True)
class _Row:
    """An indicator to score: the rubric's own or the department's, its case and what it gives."""

    entry: Entry
    case: Case
    outcome: Outcome

    @property
    def weight(self) -> Decimal | None:
        """Full marks; None in a table without points."""
        stated = self.entry.indicator.weight
        return None if stated is None else stated.value or ZERO


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
        asked = list(_asked(inputs, rubric, year, faults))
        faults.extend(fault for entry, given, _ in asked for fault in _overmarked(entry, given))
        if faults:
            raise FaultsError(faults)
        rows = _scored(inputs, asked, figures, faults)
        made = [_shown(rows, n, tuple(_readings(inputs, asked, rows, n))) for n in range(len(rows))]
        if faults:
            raise FaultsError(faults)
    total, printed = _total(rows), inputs.department.published.get(SCORE)
    full = sum((row.weight or ZERO for row in rows), ZERO)
    grades, ungraded = _grades(rubric, total, full, year)
    notes = [*(note for row in rows for note in row.outcome.notes), *unused(inputs, rubric)]
    if year not in rubric.file.years:
        notes.append(f"这套指标体系适用 {rubric.file.years}，被评价的是 {year} 年")
    return with_verdict(
        Score(
            rubric=rubric.id,
            title=str(rubric.file.title),
            indicators=tuple(made),
            low=total.low if total else None,
            high=total.high if total else None,
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
    )


def _grades(
    rubric: Rubric, total: Interval | None, full: Decimal, year: int
) -> tuple[tuple[str, ...], str]:
    """Return the grades a total may have, or why it has none."""
    if total is None or rubric.is_partial or not rubric.is_weighted:
        return (), ""
    said, stated = words.points(rubric.total), rubric.file.grades
    if full != rubric.total:
        return (), f"{year} 年有效的指标合计 {words.points(full)} 分，不是总分 {said} 分"
    if not stated and rubric.total != _HUNDRED:
        return (), f"总分是 {said} 分，指标体系没有写“等级”，通行的等级只用于 100 分的表"
    lowest = {name: amount.value or ZERO for name, amount in (stated or {}).items()} or _GRADES
    best_first = sorted(lowest.items(), key=lambda grade: -grade[1])
    return grades_between(best_first, total.low, total.high), ""


# ── what there is to score ───────────────────────────────────────

# An indicator, what the department shows for it, and where that stands.
_Asked = tuple[Entry, Evidence | None, str]


def _asked(inputs: Inputs, rubric: Rubric, year: int, faults: list[Fault]) -> Iterator[_Asked]:
    """Yield every indicator of a rubric for a department; what doesn't fit becomes a fault."""
    for row in rubric.in_force(year):
        if isinstance(row, Entry):
            yield row, inputs.department.evidence.get(row.id), f"{EVIDENCE}.{row.id}"
            continue
        name = str(row.group.from_department)
        targets = {n: t for n, t in inputs.department.targets.items() if t.group == name}
        if targets:
            faults.extend(_misfits(row, name, targets))
            yield from (_listed(row, *item, faults) for item in targets.items())
        else:
            title = f"{name}（部门没有列绩效指标）"
            item = _indicator(row, row.group.weight, None)
            yield Entry(title, row.groups, item, row.place), None, TARGETS


def _indicator(socket: Socket, weight: Amount | None, rule: Any) -> Indicator:
    source, mark = socket.group.source or Scalar(""), socket.group.mark or Scalar("")
    return Indicator.model_construct(weight=weight, rule=rule, source=source, mark=mark)


def _listed(socket: Socket, key: str, target: Target, faults: list[Fault]) -> _Asked:
    """Return an indicator that a department lists itself."""
    group, weight = socket.group, target.weight
    rule = group.qualitative if target.direction == QUALITATIVE else group.quantitative
    if rule is None:
        message = f"“{key}”是定性指标，这套指标体系没有规定定性指标怎么计分"
        faults.append(Fault(weight.place, message, "在指标体系里写 定性: …"))
    elif weight.value:
        faults.extend(rule.check(weight.value, PERCENT))
    groups = (*socket.groups, *([str(target.subgroup)] if target.subgroup else []))
    entry = Entry(key, groups, _indicator(socket, weight, rule), weight.place)
    return entry, target, f"{TARGETS}.{key}"


def _misfits(socket: Socket, name: str, targets: dict[str, Target]) -> Iterator[Fault]:
    """Yield a fault for targets whose weights don't fill their group and its second level."""
    parts = socket.group.subweights
    whole = {name: (socket.group.weight, list(targets.values()))}
    whole |= {n: (w, [t for t in targets.values() if t.subgroup == n]) for n, w in parts.items()}
    for what, (weight, inside) in whole.items():
        total = sum((t.weight.value or ZERO for t in inside), ZERO)
        full = (weight.value if weight else None) or ZERO
        if inside and total != full:
            message = f"“{what}”各条绩效指标的分值合计 {words.points(total)} 分"
            message += f"，应是 {words.points(full)} 分"
            yield Fault(inside[0].weight.place, message, "改分值")
    for key, target in targets.items():
        if parts and target.subgroup not in parts:
            known = list(parts)
            hint = did_you_mean(str(target.subgroup or ""), known) or f"可写：{'、'.join(known)}"
            message = f"“{key}”的二级指标“{target.subgroup or '没有写'}”不在“{name}”之下"
            place = target.subgroup.place if target.subgroup else target.weight.place
            yield Fault(place, message, hint)


def _overmarked(entry: Entry, evidence: Evidence | None) -> Iterator[Fault]:
    """Yield a fault for a published mark (公布得分) that is more than the indicator's weight."""
    stated = evidence.published if evidence else None
    most = entry.indicator.weight
    if stated is not None and stated.value is not None and most is not None:
        weight = most.value or ZERO
        if stated.value > weight:
            printed = words.plain(stated.value)
            message = f"公布得分 {printed} 超过“{entry.name}”的 {words.plain(weight)} 分"
            hint = "核对公布的评分表；分值不同的，可能用的是另一套体系"
            yield Fault(stated.place, message, hint)


# ── one pass over all indicators ─────────────────────────────────


def _scored(
    inputs: Inputs, asked: Iterable[_Asked], figures: Figures, faults: list[Fault]
) -> list[_Row]:
    """Score every indicator under one reading of the facts."""
    rows = []
    for entry, evidence, base in asked:
        item = entry.indicator
        case = Case(
            figures=figures,
            base=base,
            evidence=evidence,
            unit=item.shown_unit,
            zero=item.zero,
            asks_proof=bool(item.proof),
            weight=(item.weight.value if item.weight else None) or ZERO,
            year=int(inputs.department.year.value or 0),
            money_unit=str(inputs.department.money_unit or inputs.year.money_unit),
            faults=faults,
            formula=item.formula,
        )
        rows.append(_Row(entry, case, _outcome(entry, case)))
    return rows


def _parts(rows: Iterable[_Row]) -> list[Part]:
    return [Part(row.outcome.points, row.weight or ZERO, row.outcome.presence) for row in rows]


def _total(rows: Iterable[_Row]) -> Interval | None:
    return points.total(part for part in _parts(rows) if part.weight)


def _outcome(entry: Entry, case: Case) -> Outcome:
    item = entry.indicator
    if item.weight is None:
        return _value_only(case)
    if item.rule is None:
        whole = Interval(ZERO, case.weight)
        if case.base == TARGETS:
            return Outcome(whole, f"部门没有列出这一组的绩效指标，{whole.said}", (TARGETS,))
        valued = case.value() if case.formula is not None else Outcome(whole, "").valued
        reason = f"原文没有见到评分规则，{whole.said}"
        return Outcome(whole, reason, valued.missing, valued=valued)
    outcome = item.rule.apply(case)
    return item.exempt.overrule(case, outcome) if item.exempt else outcome


def _value_only(case: Case) -> Outcome:
    """Return an indicator of a table without points: its value, in numbers or in words."""
    valued, word = case.value(), case.word("状态")
    missing = valued.missing
    if valued.is_known:
        reason = valued.problem or "只出指标值，不计分"
    elif word is not None:
        reason, missing = f"部门填写“{word}”，只列出，不计分", ()
    else:
        reason = f"缺少：{words.joined(missing)}"
        reason += f"，定性的写 {case.name('状态')}" if case.formula is None else ""
    return Outcome(NOTHING, reason, missing, valued=valued, proofs=case.proofs)


# ── one row of the table ─────────────────────────────────────────


def _shown(rows: Sequence[_Row], n: int, readings: tuple[ReadingScore, ...]) -> IndicatorScore:
    entry, case, outcome = rows[n].entry, rows[n].case, rows[n].outcome
    item, evidence, parts = entry.indicator, case.evidence, _parts(rows)
    published = evidence.published if evidence else None
    basis = [str(item.basis or ""), case.prose(evidence.basis) if evidence else ""]
    is_scored = rows[n].weight is not None
    row = IndicatorScore(
        id=entry.id,
        name=entry.name,
        groups=entry.groups,
        weight=rows[n].weight,
        value=_value(rows[n]),
        unit=case.unit if outcome.unit is None else outcome.unit,
        low=outcome.points.low if is_scored else None,
        high=outcome.points.high if is_scored else None,
        rule=item.rule.id if item.rule else None,
        rule_name=item.rule.name if item.rule else "",
        statement=str(item.criterion or ""),
        formula=str(case.formula or ""),
        formula_filled=case.put_in(case.formula) if case.formula is not None else "",
        reason=outcome.reason,
        missing=tuple(dict.fromkeys(outcome.missing)),
        evidence="；".join(filter(None, dict.fromkeys(outcome.proofs or case.proofs))),
        evidence_required=str(item.proof or ""),
        basis="；".join(filter(None, basis)),
        source=str(item.source),
        mark=str(item.mark),
        counts=_COUNTS[outcome.presence],
        published=published.value if published else None,
        within=_half_digit(len(published.text.partition(".")[2]) if published else 0),
        readings=readings,
        shortfall=_shortfall(case, outcome),
        place=entry.place,
        note=_notes(case, item),
        share=points.share(parts),
        stake=points.stake(parts, n),
    )
    return with_readings(row)


def _half_digit(decimals: int) -> Decimal:
    return Decimal(5).scaleb(-decimals - 1)


def _value(row: _Row) -> Decimal | None:
    number, unit = row.outcome.valued.number, row.outcome.unit
    unit = row.case.unit if unit is None else unit
    return number * 100 if number is not None and unit == PERCENT else number


def _notes(case: Case, item: Indicator) -> str:
    """Return what is said besides (说明), of the indicator and of each point and incident."""
    said, evidence = [str(item.note or "")], case.evidence
    if evidence is not None:
        said.append(case.prose(evidence.note))
        below: dict[str, Any] = {**evidence.points, **evidence.incidents}
        said += [f"{name}：{case.prose(part.note)}" for name, part in below.items() if part.note]
    return "；".join(text.rstrip("。") for text in said if text)


def _shortfall(case: Case, outcome: Outcome) -> str:
    """Return the department's reason for a missed target, or that it gives none."""
    target = case.evidence
    if not isinstance(target, Target):
        return ""
    said = [case.prose(target.shortfall), case.prose(target.remedy)]
    if outcome.points.high < case.weight and not said[0]:
        return UNEXPLAINED
    return "；".join(filter(None, said))


# ── other readings ───────────────────────────────────────────────


def _readings(
    inputs: Inputs, asked: Sequence[_Asked], rows: Sequence[_Row], n: int
) -> Iterator[ReadingScore]:
    """Score again under each other reading of one indicator: another formula, or other facts."""
    (entry, case), figures = (rows[n].entry, rows[n].case), rows[n].case.figures
    for name, reading in entry.indicator.readings.items():
        other_way = replace(case, formula=reading.formula)
        again = [*rows[:n], _Row(entry, other_way, _outcome(entry, other_way)), *rows[n + 1 :]]
        yield _reading(name, case.prose(reading.note), "", again, n)
    for name, other in (case.evidence.readings if case.evidence else {}).items():
        values = {key: str(value).strip() for key, value in other.values.items()}
        try:
            refigured = supposed(figures, values)
        except FaultsError as error:
            # Told at the line the reading's values are written on.
            place = next(iter(other.values.values())).place
            placed = (replace(f, place=place) if f.place == TRIAL else f for f in error.faults)
            case.faults.extend(placed)
            continue
        assumption = "，".join(
            f"{words.label(key, refigured[key].label)}为{shown(refigured[key])}" for key in values
        )
        again = _scored(inputs, asked, refigured, case.faults)
        yield _reading(name, case.prose(other.note), assumption, again, n)


def _reading(name: str, note: str, assumption: str, rows: Sequence[_Row], n: int) -> ReadingScore:
    case, bounds, total = rows[n].case, rows[n].outcome.points, _total(rows)
    is_scored = rows[n].weight is not None
    return ReadingScore(
        name=name,
        note=note,
        assumption=assumption,
        value=_value(rows[n]),
        formula_filled=case.put_in(case.formula) if case.formula is not None else "",
        low=bounds.low if is_scored else None,
        high=bounds.high if is_scored else None,
        total_low=total.low if total else None,
        total_high=total.high if total else None,
    )
