"""Rules that score a value: deductions beyond a standard, bands, proportions.

Each kind is a curve from values to points, with three questions: what it gives at one
value, over a range of values, and at most and at least. A value that isn't known at all
leaves the whole range; one known to a range leaves what the curve allows over it.

Source of the kinds and of their edge cases: the project's domain notes, rubrics.md §6—7.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from govnb.evaluate import score_words as words
from govnb.evaluate.scoring_case import Case
from govnb.inputs.measure import PERCENT, Bounds, ratio
from govnb.inputs.span import Span
from govnb.inputs.values import Amount
from govnb.rubric import rules
from govnb.rubric.interval import Interval, Presence
from govnb.rubric.outcome import EVERYTHING, Outcome, Valued
from govnb.rubric.values import ROUNDINGS, Points

ONE_POINT = Decimal("0.01")
# Beyond any value, and less than any step.
_FAR, _HAIR = Decimal(10) ** 12, Decimal("1e-15")


@dataclass(frozen=True)
class Curve:
    """A rule that scores a value, for one indicator."""

    rule: Any
    case: Case

    @property
    def limits(self) -> Interval:
        """The least and the most it can give."""
        return self.case.limits(self.rule)

    def at(self, value: Decimal) -> tuple[Interval, str]:
        """Return the points for a value, and why."""
        raise NotImplementedError

    def over(self, span: Span) -> Interval:
        """Return the bounds over a range: what it gives at its ends and beside each turn within."""
        turns = [_FAR, -_FAR, *self.turns, *(e for e in (span.low, span.high) if e is not None)]
        beside = {turn + by for turn in turns for by in (-_HAIR, 0, _HAIR)}
        return _hull([self.at(value)[0] for value in sorted(beside) if value in span])

    @property
    def turns(self) -> list[Decimal]:
        """The values where the curve jumps or turns from rising to falling."""
        return []

    def lacking(self, value: Decimal) -> Valued:
        """Return what keeps a known value's points open: nothing, unless points have a formula."""
        return Valued()

    def level(self, amount: Amount) -> Decimal:
        """Return a number of the rule in the unit of the indicator's value."""
        return ratio(amount, self.case.unit)


@dataclass(frozen=True)
class Deducting(Curve):
    """threshold_deduct and step_deduct: full marks up to the standard, then step by step."""

    def at(self, value: Decimal) -> tuple[Interval, str]:
        """Return the points for a value, and why."""
        standard, unit = self.level(self.rule.standard), self.case.unit
        beyond = value - standard if self._upper else standard - value
        shown = words.value(value, unit, standard)
        if beyond <= 0:
            side = "未超过" if self._upper else "不低于"
            return self._full(), f"{shown}，{side}标准 {_said(self.rule.standard, unit)}，不扣分"
        side = "超过" if self._upper else "低于"
        by = "" if unit == PERCENT else "，多" if self._upper else "，少"
        gone, how = _steps(self, beyond)
        reason = f"{shown}，{side}标准 {_said(self.rule.standard, unit)}{by} {how}"
        return Interval.exactly(self.limits.high - gone), reason

    @property
    def _upper(self) -> bool:
        return (self.rule.side or "不超过") == "不超过"

    def _full(self) -> Interval:
        return Interval.exactly(self.limits.high)


@dataclass(frozen=True)
class TwoSided(Curve):
    """two_sided_step_deduct: every step away from the standard costs, on either side."""

    def at(self, value: Decimal) -> tuple[Interval, str]:
        """Return the points for a value, and why."""
        standard = self.level(self.rule.standard)
        tolerance = self.level(self.rule.tolerance) if self.rule.tolerance else Decimal(0)
        beyond = abs(value - standard) - tolerance
        shown = words.value(value, self.case.unit, standard)
        shown += f"，标准 {_said(self.rule.standard, self.case.unit)}"
        if beyond <= 0:
            allowed = f"±{self.rule.tolerance.text.strip()} 以内" if tolerance else "相同"
            return Interval.exactly(self.limits.high), f"{shown}，{allowed}，不扣分"
        gone, how = _steps(self, beyond)
        side = "高出" if value > standard else "低了"
        return Interval.exactly(self.limits.high - gone), f"{shown}，{side} {how}"

    @property
    def turns(self) -> list[Decimal]:
        """The standard: the best there is."""
        return [self.level(self.rule.standard)]


def _steps(curve: Curve, beyond: Decimal) -> tuple[Decimal, str]:
    """Return what going beyond the standard costs, and say how it was counted.

    Rules seldom say what a fraction of a step costs (rubrics.md §7.1): 取整 declares it,
    and where it doesn't, a fraction costs nothing and the reason says so.
    """
    rule, case, limits = curve.rule, curve.case, curve.limits
    size = curve.level(rule.step) if rule.step is not None else _default_step(case.unit)
    steps = beyond / size
    rounding = ROUNDINGS.get(rule.rounding or "舍去", str(rule.rounding))
    counted, said = steps, ""
    if steps != steps.to_integral_value():
        if rounding == "linear":
            said = "，不足一步的按比例扣"
        else:
            mode = ROUND_CEILING if rounding == "ceil" else ROUND_FLOOR
            counted = steps.to_integral_value(mode)
            said = "，不足一步的按一步扣" if rounding == "ceil" else "，不足一步的不扣"
        said += "" if rule.rounding else "（原文没有写，按默认）"
    each = rule.points.of(case.weight)
    gone = min(counted * each, limits.width)
    floor = f"，最低 {words.points(limits.low)} 分" if limits.low and counted * each > gone else ""
    step = words.gap(size, case.unit)
    how = f"{words.gap(beyond, case.unit)}，每 {step}扣 {words.points(each)} 分{said}"
    return gone, f"{how}，扣 {words.points(gone)} 分{floor}"


def _said(level: Amount, unit: str) -> str:
    """Return a level as the rubric writes it, with the unit it leaves out."""
    text = level.text.strip()
    return text if level.unit_typed else f"{text}{unit if unit != PERCENT else ''}"


def _default_step(unit: str) -> Decimal:
    return ONE_POINT if unit == PERCENT else Decimal(1)


@dataclass(frozen=True)
class Banding(Curve):
    """banded: each range of values gives its own score."""

    def at(self, value: Decimal) -> tuple[Interval, str]:
        """Return the points for a value, and why."""
        ends = (self.level(end) for band in self.rule.bands for end in band.ends)
        shown = words.value(value, self.case.unit, *ends)
        band = self._band(value)
        if band is None or (self.rule.domain and value not in self._span(self.rule.domain)):
            return self._anything, f"{shown}，原文没有规定这样的值怎么计分"
        if band.points is not None:
            points = Interval.exactly(band.points.of(self.case.weight))
        else:
            points = self._by_formula(band, value)
        points = points.within(self.limits)
        return points, f"{shown}，在“{band}”一档，得 {points} 分"

    def over(self, span: Span) -> Interval:
        """Return the bounds over a range; a formula may do anything between its band's ends."""
        if any(b.formula and self._span(b).meets(span) for b in self.rule.bands):
            return self.limits
        return super().over(span)

    @property
    def turns(self) -> list[Decimal]:
        """The ends of the bands."""
        return [self.level(end) for band in self.rule.bands for end in band.ends]

    @property
    def _anything(self) -> Interval:
        full = self.case.weight
        given = [
            Interval.exactly(b.points.of(full)) if b.points else self.limits
            for b in self.rule.bands
        ]
        return _hull(given).within(self.limits)

    def _span(self, bounds: Bounds) -> Span:
        return bounds.span(self.case.unit)

    def _band(self, value: Decimal) -> rules.Band | None:
        return next((b for b in self.rule.bands if value in self._span(b)), None)

    def _by_formula(self, band: rules.Band, value: Decimal) -> Interval:
        found = self._worked_out(band, value).number
        return self.limits if found is None else Interval.exactly(found)

    def lacking(self, value: Decimal) -> Valued:
        """Return what the formula of a value's band lacks."""
        band = self._band(value)
        return self._worked_out(band, value) if band and band.formula else Valued()

    def _worked_out(self, band: rules.Band, value: Decimal) -> Valued:
        assert band.formula is not None
        return self.case.evaluate(band.formula, {"分值": self.case.weight, "指标值": value})


@dataclass(frozen=True)
class Proportion(Curve):
    """proportional: the weight times the rate, never more than the weight."""

    def at(self, value: Decimal) -> tuple[Interval, str]:
        """Return the points for a value, and why."""
        shown = words.value(value, self.case.unit)
        start = getattr(self.rule, "start", None)
        if start is not None and value < self.level(start):
            low = Interval.exactly(self.limits.low)
            return low, f"{shown}，低于起点 {start.text.strip()}，得 {low} 分"
        full_at = getattr(self.rule, "full_at", None)
        share = value / self.level(full_at) if full_at is not None else value
        points = Interval.exactly(self.case.weight * share).within(self.limits)
        of = "" if full_at is None else f" ÷ {full_at.text.strip()}"
        said = f"{words.points(self.case.weight)} 分 × {shown}{of}"
        capped = "，不超过满分" if share > 1 else ""
        return points, f"{said}{capped}，得 {points} 分"


CURVES: dict[type[Any], type[Curve]] = {
    rules.ThresholdDeduct: Deducting,
    rules.StepDeduct: Deducting,
    rules.TwoSidedStepDeduct: TwoSided,
    rules.Banded: Banding,
    rules.Proportional: Proportion,
}


def _hull(intervals: list[Interval]) -> Interval:
    return intervals[0].hull(*intervals[1:])


def by_value(rule: Any, case: Case) -> Outcome:
    """Score an indicator by its value."""
    return score_value(CURVES[type(rule)](rule, case), case.value())


def score_value(curve: Curve, valued: Valued) -> Outcome:
    """Return what a curve gives for a value that may be unknown, a range or not computable."""
    if valued.problem:
        return without_value(curve, valued)
    note = f"（{valued.note}）" if valued.note else ""
    if valued.number is not None:
        points, reason = curve.at(valued.number)
        lacks = Valued() if points.is_exact else curve.lacking(valued.number)
        if lacks.missing:
            reason += f"（得分公式缺少：{words.listing(lacks.missing)}）"
        elif lacks.problem:
            reason += f"（得分公式{lacks.problem}，原文没有规定怎么计分）"
        return Outcome(points, reason + note, lacks.missing, valued=valued)
    if valued.word is not None:
        reason = f"指标值是“{valued.word}”，不是数，无法计分"
        return Outcome(curve.over(EVERYTHING), reason, valued=valued)
    if valued.span == EVERYTHING:
        points, presence = curve.over(EVERYTHING), Presence.COUNTED
        if curve.case.formula is not None:
            # Until the value is known, its denominator may turn out to be zero.
            points, presence = _or_without_value(points, curve)
        reason = _lacking(valued, points)
        return Outcome(points, reason, valued.missing, presence, valued)
    points = curve.over(valued.span)
    shown = f"指标值{words.between(valued.span, curve.case.unit)}{note}"
    if points.is_exact:
        return Outcome(points, f"{shown}，得 {points} 分", valued=valued)
    missing = valued.missing or (curve.case.name("指标值"),)
    reason = f"{shown}，得分在 {points} 分之间"
    return Outcome(points, reason, missing, valued=valued)


def _lacking(valued: Valued, points: Interval) -> str:
    what = valued.note or f"缺少：{words.listing(valued.missing)}"
    return f"{what}，得分在 {points} 分之间"


def without_value(curve: Curve, valued: Valued) -> Outcome:
    """Score a formula without a value (a zero base) as 分母为零 says, else leave it open.

    rubrics.md §7.4: with nothing last year and nothing this year there is no change, so
    full marks; from nothing to something has no rate, so the rubric must say.
    """
    zero, case = curve.case.zero, curve.case
    if zero is None:
        reason = f"{valued.problem}，原文没有规定怎么计分"
        return Outcome(curve.over(EVERYTHING), reason, valued=valued)
    said = f"（{zero.note}）" if zero.note else ""
    met, missing = case.holds(zero.when) if zero.when else (True, ())
    if met is None:
        bounds, presence = _or_without_value(curve.over(EVERYTHING), curve)
        return Outcome(bounds, valued.problem + said, missing, presence, valued)
    given = zero.points if met else zero.otherwise
    if given is not None and not isinstance(given, Points):
        reason = f"{valued.problem}{said}，剔除不计"
        return Outcome(Interval.exactly(Decimal(0)), reason, (), Presence.LEFT_OUT, valued)
    points = Interval.exactly(
        min(given.of(case.weight), curve.limits.high) if given else Decimal(0)
    )
    reason = f"{valued.problem}{said}，得 {points} 分"
    return Outcome(points, reason, valued=valued)


def _or_without_value(points: Interval, curve: Curve) -> tuple[Interval, Presence]:
    """Widen bounds by what the indicator would give if its formula had no value."""
    case, zero, presence = curve.case, curve.case.zero, Presence.COUNTED
    for given in [] if zero is None else [zero.points, zero.otherwise]:
        if isinstance(given, Points):
            points = points.hull(Interval.exactly(given.of(case.weight)))
        elif given is not None:
            presence = Presence.UNSURE
    if zero is not None and zero.when is not None and zero.otherwise is None:
        points = points.hull(Interval.exactly(Decimal(0)))
    return points.within(Interval(Decimal(0), curve.limits.high)), presence
