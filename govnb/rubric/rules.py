"""Rules that score a value: the kinds and edge cases of rubrics.md §6—7 (the domain notes)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Annotated, ClassVar

from pydantic import model_validator

from govnb.rubric.case import Case
from govnb.rubric.outcome import ZERO, Interval, Outcome, Valued
from govnb.rubric.rule import Faults, Row, ValueRule, check_best, check_most, say_level
from govnb.rubric.values import Cost, FormulaText, PointsValue, Rounding, Step, in_steps
from govnb.sheet import score_words as words
from govnb.text.faults import Fault
from govnb.text.measure import PERCENT, Bounds, Level, Range, Span, check_bounds, holes, ratio
from govnb.text.section import key
from govnb.text.values import Amount, TextOf, YesNo, refuse
from govnb.text.yaml_text import Scalar

_Side = Annotated[Scalar, TextOf("方向", choices=("不超过", "不低于"))]


class Deduction(ValueRule):
    """Full marks up to a standard, then so much for each step beyond it."""

    standard: Level = key("标准", "到它为止得满分", ...)
    points: Cost = key("扣", "每一步扣几分，或占分值的百分之几", ...)
    rounding: Rounding | None = key("取整", "不足一步：舍去（默认）、进一、按比例")

    def apart(self, by: Decimal, case: Case) -> tuple[Decimal, str, str]:
        """Return how far a value beyond the standard by so much misses it, and both sayings."""
        upper = str(getattr(self, "side", None) or "不超过") == "不超过"
        said = self._standard(case.unit)
        kept = f"，{'未超过' if upper else '不低于'}{said}"
        more = "" if case.unit == PERCENT else "，多" if upper else "，少"
        return by if upper else -by, kept, f"，{'超过' if upper else '低于'}{said}{more}"

    def at(self, value: Decimal, case: Case) -> Outcome:
        """Return the points for a value, and why; a fraction of a step costs what 取整 says."""
        standard, limits = ratio(self.standard, case.unit), case.limits(self)
        beyond, kept, missed = self.apart(value - standard, case)
        shown = words.value(value, case.unit, standard)
        if beyond <= 0:
            return Outcome(Interval.exactly(limits.high), f"{shown}{kept}，不扣分")
        step: Amount | None = getattr(self, "step", None)
        one = Decimal("0.01") if case.unit == PERCENT else Decimal(1)
        size = ratio(step, case.unit) if step is not None else one
        counted, said = in_steps(beyond / size, self.rounding, "一步")
        each = self.points.of(case.weight)
        gone = min(counted * each, limits.width)
        how = f"{words.gap(beyond, case.unit)}，每 {words.gap(size, case.unit)}"
        how += f"扣 {words.points(each)} 分{said}，扣 {words.points(gone)} 分"
        if limits.low and counted * each > gone:
            how += f"，最低 {words.points(limits.low)} 分"
        return Outcome(Interval.exactly(limits.high - gone), f"{shown}{missed} {how}")

    def _standard(self, unit: str) -> str:
        left_out = "" if self.standard.unit_typed or unit == PERCENT else unit
        return f"标准 {self.standard.text.strip()}{left_out}"


class ThresholdDeduct(Deduction):
    """threshold_deduct: 每超过一个百分点扣 0.5 分，扣完为止."""

    id, name = "threshold_deduct", "超标扣分"

    side: _Side | None = key("方向", "达标的一侧，默认 不超过")
    step: Step | None = key("每", "默认一个百分点")


class StepDeduct(Deduction):
    """step_deduct: 每低于 5% 扣 2 分."""

    id, name = "step_deduct", "分步扣分"

    side: _Side = key("方向", "达标的一侧", ...)
    step: Step = key("每", "步长", ...)


class TwoSidedStepDeduct(Deduction):
    """two_sided_step_deduct: 实际完成情况与计划每相差 3%，扣 1 分."""

    id, name = "two_sided_step_deduct", "双向扣分"

    step: Step = key("每", "步长", ...)
    tolerance: Level | None = key("允许偏差", "以内不扣，超出部分起扣")

    def apart(self, by: Decimal, case: Case) -> tuple[Decimal, str, str]:
        """Return how far a value misses the standard on either side, and both sayings."""
        allowed = ratio(self.tolerance, case.unit) if self.tolerance else ZERO
        within = f"±{self.tolerance.text.strip()} 以内" if self.tolerance and allowed else "相同"
        said = f"，{self._standard(case.unit)}，"
        return abs(by) - allowed, f"{said}{within}", f"{said}{'高出' if by > 0 else '低了'}"

    def turns(self, case: Case) -> list[Decimal]:
        """Return the standard: the best there is."""
        return [ratio(self.standard, case.unit)]

    def faults(self, row: Row) -> Faults:
        """Refuse a tolerance below nothing."""
        yield from super().faults(row)
        if self.tolerance is not None and ratio(self.tolerance) < 0:
            hint = "写两边都不扣的幅度，如 允许偏差: 2%"
            yield Fault(self.tolerance.place, "允许偏差不能为负", hint)


class Band(Bounds):
    """One band and what it gives."""

    # Names its formula may use besides the figures.
    own_names: ClassVar[tuple[str, ...]] = ("分值",)

    points: PointsValue | None = key("得分", "这一档得几分，或占分值的百分之几")
    formula: FormulaText | None = key("得分公式", "用 指标值、分值 写的算式，如 分值 * 指标值")

    @model_validator(mode="after")
    def _one_of_both(self) -> Band:
        if (self.points is None) == (self.formula is None):
            raise refuse("一档要有“得分”或“得分公式”，只写一个", "写 得分: 4")
        check_bounds(self)
        return self


class Banded(ValueRule):
    """banded: 0—10%(含)计 4 分；80%(含)—90%计 4 分."""

    id, name = "banded", "分档"

    bands: list[Band] = key(
        "分档", "每档一个范围，加 得分 或 得分公式；合起来恰好盖住所有的数", ..., min_length=1
    )
    domain: Range | None = key("值域", "原文只规定了这个范围；以外的值得分未定")
    by_size: YesNo | None = key("取绝对值", "偏高偏低都按偏离多少分档的写 是")

    def at(self, value: Decimal, case: Case) -> Outcome:
        """Return the points for a value, and why."""
        value = abs(value) if self.by_size == "是" else value
        shown, limits = words.value(value, case.unit, *self.turns(case)), case.limits(self)
        band = next((band for band in self.bands if value in band.span(case.unit)), None)
        if band is None or (self.domain and value not in self.domain.span(case.unit)):
            given = (band.points for band in self.bands)
            ends = (Interval.exactly(p.of(case.weight)) if p else limits for p in given)
            points = Interval.around(ends).within(limits)
            return Outcome(points, f"{shown}，原文没有规定这样的值怎么计分")
        said = f"{shown}，在“{band}”一档"
        if band.formula is None:
            number, lacks = band.points.of(case.weight) if band.points else None, Valued()
        else:
            lacks = case.evaluate(band.formula, {"分值": case.weight, "指标值": value})
            number = lacks.number
        points = limits if number is None else Interval.exactly(number).within(limits)
        why = f"（得分公式{lacks.problem}，原文没有规定怎么计分）" if lacks.problem else ""
        why = f"（得分公式缺少：{words.listing(lacks.missing)}）" if lacks.missing else why
        reason = f"{said}，得 {points} 分{why}"
        return Outcome(points, reason, () if points.is_exact else lacks.missing)

    def over(self, span: Span, case: Case) -> Interval:
        """Return the bounds over a range; a formula may do anything between its band's ends."""
        if any(band.formula and band.span(case.unit).meets(span) for band in self.bands):
            return case.limits(self)
        return super().over(span, case)

    def turns(self, case: Case) -> list[Decimal]:
        """Return the ends of the bands, on both sides of nothing where only the size counts."""
        ends = [ratio(end, case.unit) for band in self.bands for end in band.ends]
        return [*ends, *(-end for end in ends), ZERO] if self.by_size == "是" else ends

    def faults(self, row: Row) -> Faults:
        """Require bands that cover every value once, the best of them with full marks."""
        yield from super().faults(row)
        domain = Span(ZERO) if self.by_size == "是" else Span()
        domain = self.domain.span(row.unit) if self.domain else domain
        spans = [band.span(row.unit) for band in self.bands]
        for number, message in holes(spans, domain, partial(say_level, row.unit)):
            hint = "每个值应恰好落在一档；原文只规定一段范围的，写“值域”"
            yield Fault(self.bands[number].ends[0].place, f"这一档{message}", hint)
        points = [band.points for band in self.bands if band.points is not None]
        if len(points) == len(self.bands):
            yield from check_best(self, points, "各档", row)
        else:
            yield from check_most(points, row.most)


class Proportional(ValueRule):
    """proportional: 得分（20 分 × 执行率）."""

    id, name = "proportional", "按比例"

    full_at: Level | None = key("满分值", "达到它得满分，默认 100%")
    start: Level | None = key("起点", "低于它不得分")

    def at(self, value: Decimal, case: Case) -> Outcome:
        """Return the points for a value, never more than the weight, and why."""
        limits, shown = case.limits(self), words.value(value, case.unit)
        if self.start is not None and value < ratio(self.start, case.unit):
            points = Interval.exactly(limits.low)
            return Outcome(points, f"{shown}，低于起点 {self.start.text.strip()}，得 {points} 分")
        share = value / ratio(self.full_at, case.unit) if self.full_at is not None else value
        points = Interval.exactly(case.weight * share).within(limits)
        of = "" if self.full_at is None else f" ÷ {self.full_at.text.strip()}"
        capped = "，不超过满分" if share > 1 else ""
        said = f"{words.points(case.weight)} 分 × {shown}{of}{capped}"
        return Outcome(points, f"{said}，得 {points} 分")

    def faults(self, row: Row) -> Faults:
        """Refuse a start above what gives full marks."""
        yield from super().faults(row)
        if self.full_at is not None and ratio(self.full_at) <= 0:
            yield Fault(self.full_at.place, "满分值要大于 0", "如 满分值: 100%")
        full_at = ratio(self.full_at) if self.full_at is not None else Decimal(1)
        if self.start is not None and ratio(self.start) > full_at:
            said = self.full_at.text.strip() if self.full_at else "100%（没有写，按默认）"
            message = f"起点 {self.start.text.strip()} 高于满分值 {said}"
            yield Fault(self.start.place, message, "起点以下不得分，写低于满分值的数")


class ByCoefficient(Proportional):
    """by_coefficient: 得分 = 分值 × 得分系数；有指标值的按指标值复算."""

    id, name = "by_coefficient", "按系数"

    def score(self, case: Case) -> Outcome:
        """Give weight × the value; without one, × the coefficient that the department shows."""
        found, stated = case.value(), case.number("得分系数")
        if stated is None:
            return self.of(found, case)
        if not found.is_known:
            given = Valued(Span.point(stated), note="按部门自评的得分系数")
            return self.of(given if case.is_shown("得分系数") else case.not_proven(given), case)
        made, value = self.of(found, case), found.number
        if value is None or min(value, Decimal(1)) == min(stated, Decimal(1)):
            return made
        said = f"自评系数 {words.value(stated, PERCENT)}，按指标值是 {words.value(value, PERCENT)}"
        return replace(made, reason=f"{made.reason}；{said}，自评与复算不同")
