"""Facts, figures and a rubric → the score and its verdict; what is missing is an interval."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from functools import cached_property
from typing import Any

from govnb.rubric import outcome as points
from govnb.rubric.case import Case
from govnb.rubric.file import Entry, Indicator, Rubric, Socket
from govnb.rubric.load import EVIDENCE, check_names, unused
from govnb.rubric.outcome import NOTHING, ZERO, Interval, Outcome, Part, Valued
from govnb.sheet import score_words as words
from govnb.sheet.compute import SCORE, supposed
from govnb.sheet.evidence import EVERY_GROUP, Evidence, Target
from govnb.sheet.expression import PRECISION
from govnb.sheet.figure import Figures, shown
from govnb.sheet.overrides import TRIAL, tried
from govnb.sheet.read import Inputs
from govnb.sheet.score import (
    UNEXPLAINED,
    IndicatorScore,
    ReadingScore,
    Score,
    grades_between,
    interval_text,
    reproducible,
)
from govnb.text.faults import Fault, FaultsError, did_you_mean
from govnb.text.measure import PERCENT
from govnb.text.yaml_text import Scalar

TARGETS = "绩效指标"
_GRADES = {"优": Decimal(90), "良": Decimal(80), "中": Decimal(60), "差": ZERO}


@dataclass(frozen=True)
class _Row:
    """An indicator to score: the rubric's own, or one the department lists."""

    entry: Entry
    case: Case

    @cached_property
    def outcome(self) -> Outcome:
        item, case = self.entry.indicator, self.case
        if item.weight is None:
            return _value_only(case)
        if item.rule is not None:
            given = item.rule.apply(case)
            return item.exempt.overrule(case, given) if item.exempt else given
        whole = Interval(ZERO, case.weight)
        if case.base == TARGETS:
            return Outcome(whole, f"部门没有列出这一组的绩效指标，{whole.said}", (TARGETS,))
        valued = case.value() if case.formula is not None else Valued()
        reason = f"原文没有见到评分规则，{whole.said}"
        return Outcome(whole, reason, valued.missing, valued=valued)

    @property
    def bounds(self) -> Interval | None:
        return None if self.entry.indicator.weight is None else self.outcome.points

    @property
    def unit(self) -> str:
        return self.case.unit if self.outcome.unit is None else self.outcome.unit

    @property
    def value(self) -> Decimal | None:
        number = self.outcome.valued.number
        return number * 100 if number is not None and self.unit == PERCENT else number

    @property
    def formula(self) -> str:
        return self.case.put_in(self.case.formula) if self.case.formula is not None else ""

    @property
    def part(self) -> Part:
        return Part(self.outcome.points, self.case.weight, self.outcome.counts)


def _total(rows: Iterable[_Row]) -> Interval | None:
    return points.total(row.part for row in rows if row.case.weight)


def _value_only(case: Case) -> Outcome:
    valued, word = case.value(), case.word("状态")
    missing = valued.missing
    if valued.is_known:
        reason = valued.problem or "只出指标值，不计分"
    elif word is not None:
        reason, missing = f"部门填写“{word}”，只列出，不计分", ()
    else:
        reason = f"缺少：{words.joined(missing)}"
        reason += f"，定性的写 {case.name('状态')}" if case.formula is None else ""
    return Outcome(NOTHING, reason, missing, valued=valued)


def score(inputs: Inputs, figures: Figures, rubric: Rubric) -> Score:
    """Score a department.

    Raises FaultsError for figures the rubric names that don't exist, and for facts that
    contradict it: each at its place, all at once.
    """
    faults: list[Fault] = []
    inputs = tried(inputs, figures, figures.overrides, faults)
    year = int(inputs.department.year.value or 0)
    with localcontext(prec=PRECISION):
        faults += check_names(rubric, figures, inputs.book)
        money_unit = str(inputs.department.money_unit or inputs.year.money_unit)
        case = Case(figures, year, faults, money_unit=money_unit)
        rows = list(_rows(inputs, rubric, case))
        hints = _own_weights(inputs, rubric, rows, faults)
        if faults:
            raise FaultsError(faults)
        made = [_shown(inputs, rows, n) for n in range(len(rows))]
        if faults:
            raise FaultsError(faults)
    total, printed = _total(rows), inputs.department.published.get(SCORE)
    low, high = _ends(total)
    full = sum((row.case.weight for row in rows), ZERO)
    is_partial = rubric.is_partial or bool(hints and full != rubric.total)
    limits, ungraded = ((), "") if is_partial else _limits(rubric, total, full, year)
    notes = [*hints.values(), *(note for row in rows for note in row.outcome.notes)]
    notes += unused(inputs, rubric)
    if year not in rubric.file.years:
        notes.append(f"这套指标体系适用 {rubric.file.years}，被评价的是 {year} 年")
    scored = Score(
        rubric=rubric.id,
        title=str(rubric.file.title),
        indicators=tuple(made),
        low=low,
        high=high,
        full=full,
        is_partial=is_partial,
        hints=hints,
        is_weighted=rubric.is_weighted,
        grades=grades_between(limits, total.low, total.high) if total else (),
        limits=limits,
        published=printed.value if printed else None,
        statement="",
        notes=tuple(dict.fromkeys(notes)),
        source="；".join(f"{name} {text}" for name, text in rubric.file.sources.items()),
        about=str(rubric.file.note or ""),
        overrides=figures.overrides,
        ungraded=ungraded,
        untold=rubric.untold,
    )
    return replace(scored, statement=_said(scored) + _published(scored))


def _limits(
    rubric: Rubric, total: Interval | None, full: Decimal, year: int
) -> tuple[tuple[tuple[str, Decimal], ...], str]:
    """Return the grades with the least points of each, best first, or why there are none."""
    if total is None or not rubric.is_weighted:
        return (), ""
    said, stated = words.points(rubric.total), rubric.file.grades
    if full != rubric.total:
        return (), f"{year} 年有效的指标合计 {words.points(full)} 分，不是总分 {said} 分"
    if not stated and rubric.total != 100:
        return (), f"总分是 {said} 分，指标体系没有写“等级”，通行的等级只用于 100 分的表"
    lowest = {name: amount.value or ZERO for name, amount in (stated or {}).items()} or _GRADES
    return tuple(sorted(lowest.items(), key=lambda grade: -grade[1])), ""


def _rows(inputs: Inputs, rubric: Rubric, blank: Case) -> Iterator[_Row]:
    department = inputs.department
    for row in rubric.in_force(blank.year):
        if isinstance(row, Entry):
            found = [(row, department.evidence.get(row.id), f"{EVIDENCE}.{row.id}")]
        else:
            found = list(_listed(row, department.targets, blank.faults))
        for entry, evidence, base in found:
            item = entry.indicator
            weight = (item.weight.value if item.weight else None) or ZERO
            case = replace(
                blank,
                base=base,
                evidence=evidence,
                weight=weight,
                room=Interval(ZERO, weight),
                unit=item.shown_unit,
                asks_proof=bool(item.proof),
                zero=item.zero,
                formula=item.formula,
            )
            yield _Row(entry, case)


def _listed(
    socket: Socket, targets: dict[str, Target], faults: list[Fault]
) -> Iterator[tuple[Entry, Evidence | None, str]]:
    """Yield the indicators a department lists itself; without any the group stands for them."""
    group, name = socket.group, str(socket.group.from_department)
    own = {key: target for key, target in targets.items() if target.weight and target.is_of(name)}
    blank = Scalar("")
    common: dict[str, Any] = {"source": group.source or blank, "mark": group.mark or blank}
    if not own:
        item = Indicator.model_construct(weight=group.weight, **common)
        listed = "带分值的" if any(target.is_of(name) for target in targets.values()) else ""
        title = f"{name}（部门没有列{listed}绩效指标）"
        yield Entry(title, socket.groups, item, socket.place), None, TARGETS
    for key, target in own.items():
        weight, is_told = target.weight, target.is_told
        assert weight is not None
        rule = group.qualitative if is_told else group.quantitative
        if rule is None:
            message = f"“{key}”是定性指标，这套指标体系没有规定定性指标怎么计分"
            faults.append(Fault(weight.place, message, "在指标体系里写 定性: …"))
        elif weight.value:
            faults.extend(rule.check(weight.value, PERCENT))
        above = [target.group] if name == EVERY_GROUP else []
        groups = (*socket.groups, *filter(None, [*above, target.subgroup]))
        item = Indicator.model_construct(weight=weight, rule=rule, core=target.core, **common)
        yield Entry(key, tuple(map(str, groups)), item, weight.place), target, f"{TARGETS}.{key}"


def _own_weights(
    inputs: Inputs, rubric: Rubric, rows: Sequence[_Row], faults: list[Fault]
) -> dict[str, str]:
    """Return how the weights of the department's own indicators differ from their groups'."""
    full = sum((row.case.weight for row in rows), ZERO)
    # They are its own affair where the whole adds up, or only a part of its form is known.
    is_free = full == rubric.total or any(row.case.base == TARGETS for row in rows)
    told: dict[str, str] = {}
    for socket in rubric.sockets:
        group, name = socket.group, str(socket.group.from_department)
        own = [t for t in inputs.department.targets.values() if t.weight and t.is_of(name)]
        parts = {n: (w, [t for t in own if t.subgroup == n]) for n, w in group.subweights.items()}
        for what, (weight, inside) in {name: (group.weight, own), **parts}.items():
            total = sum((t.worth for t in inside), ZERO)
            whole = (weight.value if weight else None) or ZERO
            if not inside or total == whole:
                continue
            message = f"“{what}”各条绩效指标的分值合计 {words.points(total)} 分"
            message += f"，应是 {words.points(whole)} 分"
            if inside is own and (is_free or rubric.file.form is not None):
                told[what] = message.replace("应是", "通行的是")
                break
            faults.append(Fault(inside[0].place, message, "改分值"))
        for target in own if parts else ():
            if target.subgroup not in parts:
                hint = did_you_mean(str(target.subgroup or ""), parts, "可写")
                message = f"“{target.subgroup or '没有写'}”不在“{name}”的二级指标之内"
                place = target.subgroup.place if target.subgroup else target.place
                faults.append(Fault(place, message, hint))
    return told


def _shown(inputs: Inputs, rows: Sequence[_Row], n: int) -> IndicatorScore:
    row, outcome = rows[n], rows[n].outcome
    entry, case, (low, high) = row.entry, row.case, _ends(row.bounds)
    item, evidence, parts = entry.indicator, case.evidence, [row.part for row in rows]
    published = evidence.published if evidence else None
    basis = [str(item.basis or ""), case.prose(evidence.basis) if evidence else ""]
    made = IndicatorScore(
        id=entry.id,
        name=entry.name,
        groups=entry.groups,
        weight=case.weight if row.bounds else None,
        value=row.value,
        unit=row.unit,
        low=low,
        high=high,
        rule=item.rule.id if item.rule else None,
        rule_name=item.rule.name if item.rule else "",
        statement=str(item.criterion or ""),
        formula=str(case.formula or ""),
        formula_filled=row.formula,
        reason=outcome.reason,
        missing=tuple(dict.fromkeys(outcome.missing)),
        evidence="；".join(filter(None, dict.fromkeys(outcome.proofs or [case.proof]))),
        evidence_required=str(item.proof or ""),
        basis="；".join(filter(None, basis)),
        source=str(item.source),
        mark=str(item.mark),
        counts=outcome.counts,
        published=published.value if published else None,
        readings=tuple(_readings(inputs, rows, n)),
        shortfall=_shortfall(case, outcome),
        place=entry.place,
        note=_notes(case, item),
        share=points.share(parts),
        stake=points.stake(parts, n),
    )
    return _with_readings(made)


def _notes(case: Case, item: Indicator) -> str:
    said, evidence = [str(item.note or "")], case.evidence
    if evidence is not None:
        said.append(case.prose(evidence.note))
        below: dict[str, Any] = {**evidence.points, **evidence.incidents}
        said += [f"{name}：{case.prose(part.note)}" for name, part in below.items() if part.note]
    return _joined(said)


def _shortfall(case: Case, outcome: Outcome) -> str:
    target = case.evidence
    if not isinstance(target, Target):
        return ""
    said = [case.prose(target.shortfall), case.prose(target.remedy)]
    is_told = outcome.points.high >= case.weight or said[0]
    return _joined(said) if is_told else UNEXPLAINED


def _joined(said: Iterable[str]) -> str:
    return "；".join(text.rstrip("。") for text in said if text)


def _readings(inputs: Inputs, rows: Sequence[_Row], n: int) -> Iterator[ReadingScore]:
    entry, case = rows[n].entry, rows[n].case
    for name, reading in entry.indicator.readings.items():
        again = [*rows[:n], _Row(entry, replace(case, formula=reading.formula)), *rows[n + 1 :]]
        yield _reading(name, case.prose(reading.note), "", again, n)
    for name, other in (case.evidence.readings if case.evidence else {}).items():
        values = {key: str(value).strip() for key, value in other.values.items()}
        try:
            figures = supposed(inputs, case.figures, values).printed
        except FaultsError as error:
            # Told at the line the reading's values are written on.
            place = next(iter(other.values.values())).place
            placed = (replace(f, place=place) if f.place == TRIAL else f for f in error.faults)
            case.faults.extend(placed)
            continue
        assumption = "，".join(
            f"{words.label(key, figures[key].label)}为{shown(figures[key])}" for key in values
        )
        again = [_Row(row.entry, replace(row.case, figures=figures)) for row in rows]
        yield _reading(name, case.prose(other.note), assumption, again, n)


def _reading(name: str, note: str, assumption: str, rows: Sequence[_Row], n: int) -> ReadingScore:
    row, ends = rows[n], (*_ends(rows[n].bounds), *_ends(_total(rows)))
    return ReadingScore(name, note, assumption, row.value, row.formula, *ends)


def _ends(points: Interval | None) -> tuple[Decimal | None, Decimal | None]:
    return (points.low, points.high) if points else (None, None)


def _with_readings(row: IndicatorScore) -> IndicatorScore:
    said = [row.reason]
    for other in row.readings:
        points = interval_text(other.low, other.high)
        value = "" if other.value is None else f"指标值 {words.in_unit(other.value, row.unit)}"
        gives = "，".join(filter(None, [value, f"得 {points} 分" if points else "", "不计入"]))
        said.append(f"另一口径{words.quoted(other.name)}（{other.taken}）：{gives}")
    if row.reproducible is False and row.published is not None:
        said.append(f"公布的 {words.points(row.published)} 分不可复现")
    return replace(row, reason="；".join(said))


def _said(made: Score) -> str:
    if made.low is None or made.high is None:
        if made.is_weighted:
            return "各项指标都不适用，全部剔除，没有可计的分。"
        return f"“{made.title}”不带分值，只出指标值，不计分。"
    full = words.points(made.full)
    if made.is_partial:
        return f"只有原表的一部分：得 {made.total_text} / {full} 分，不能评定等级。"
    grade = f"，等级 {made.grade_text}" if made.grades else ""
    if made.ungraded:
        grade = f"，不评等级（{made.ungraded}）"
    if made.low == made.high:
        return f"满分 {full} 分，得 {made.total_text} 分{grade}。"
    gaps = len(made.narrowing)
    return f"满分 {full} 分，有 {gaps} 项缺依据，得分在 {made.total_text} 分之间{grade}。"


def _published(made: Score) -> str:
    if made.published is None or made.low is None or made.high is None:
        return ""
    printed = words.points(made.published)
    if made.is_partial:
        return f"公布的 {printed} 分是全表的得分，不能与部分体系比较。"
    if made.reproducible is True:
        if made.published != made.low:
            return f"公布的 {printed} 分与重算的 {made.total_text} 分只差四舍五入，一致。"
        return f"公布的 {printed} 分与重算一致。"
    if made.reproducible is None:
        by_rounding = "" if made.low <= made.published <= made.high else "（计入四舍五入）"
        return f"公布的 {printed} 分在可得区间之内{by_rounding}，但缺依据，不能证实。"
    above = made.published > made.high
    side, end, bound = ("高于", "上限", made.high) if above else ("低于", "下限", made.low)
    said = f"公布的 {printed} 分{side}按现有依据可得的{end} {words.points(bound)} 分，不可复现"
    if made.low == made.high:
        said = f"公布的 {printed} 分与重算的 {words.points(bound)} 分不同，不可复现"
    return said + _why(made, above)


def _why(made: Score, above: bool) -> str:
    name, end = ("total_high", "上限") if above else ("total_low", "下限")
    bound = (made.high if above else made.low) or Decimal(0)
    moving = [
        (row, other, moved)
        for row in made.indicators
        for other in row.readings
        if (moved := getattr(other, name)) is not None
        and (moved > bound if above else moved < bound)
    ]
    settling = [
        _hangs_on(made, row, other, f"总分{end}为 {words.points(moved)} 分")
        for row, other, moved in moving
        if reproducible(made.published, other.total_low, other.total_high) is not False
    ]
    if settling:
        return f"。{''.join(settling)}"
    lost = [f"{row.name} {words.points(row.lost)} 分" for row in made.indicators if row.lost]
    scaled = "（按剔除后折算的分数）" if any(row.share != 1 for row in made.indicators) else ""
    said = f"。确定失分{scaled}：{'、'.join(lost)}。" if lost and above else "。"
    return said + "".join(
        f"即使{words.quoted(row.name)}改按{words.quoted(other.name)}（{other.taken}），"
        f"总分{end}也只是 {words.points(moved)} 分。"
        for row, other, moved in moving
    )


def _hangs_on(made: Score, row: IndicatorScore, reading: ReadingScore, moved: str) -> str:
    numbers = (row.value, reading.value)
    value, again = ("" if n is None else words.in_unit(n, row.unit) for n in numbers)
    filled, again = f"{row.formula_filled} = {value}" if value else "未定", again and f"{again}，"
    basis = f"——{row.basis}" if row.basis else ""
    printed = words.points(made.published or Decimal(0))
    return (
        f"这取决于{words.quoted(row.name)}所依据的假设{basis}：{filled}，"
        f"得 {interval_text(row.low, row.high)} 分。"
        f"若改按{words.quoted(reading.name)}（{reading.taken}），该项为 {again}"
        f"得 {interval_text(reading.low, reading.high)} 分，"
        f"{moved}，公布的 {printed} 分在区间之内。"
    )
