"""公布数: every figure the published report printed against the recomputed one.

A printed number stands for every value that rounds to it. It agrees (通过) when the recomputed
value is one of them; when only the rounding of the inputs leaves room for it, it is 尾差; else
it is 错误, with the slip it looks like.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from govnb.evaluate.compute import SCORE
from govnb.evaluate.expression import canonical
from govnb.evaluate.figure import Figure, exact
from govnb.evaluate.published_units import default_unit, factor
from govnb.inputs.check_rules import HINT, RESIDUE, PublishedRule
from govnb.inputs.published import PublishedFigure
from govnb.review.causes import Misprint, causes
from govnb.review.finding import FAILED, PASSED, Finding, Side
from govnb.review.rounding import HALF, Spread
from govnb.review.say import Evidence, Say, quoted
from govnb.review.terms import approximately, printed
from govnb.review.world import World

_COUNTS = (".条数", ".项数")


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A published value in the figure's unit, beside the recomputed one."""

    name: str
    figure: Figure
    source: PublishedFigure
    value: Decimal
    scale: Decimal
    spread: Spread
    unit: str

    @property
    def half(self) -> Decimal:
        """Half a unit of the last printed digit."""
        return HALF.scaleb(-self.source.decimals) * self.scale

    @property
    def decimals(self) -> int:
        """The places that tell the recomputed value in the published one's unit."""
        finer = max(0, self.scale.adjusted())
        return max(self.figure.decimals + finer, self.source.decimals)

    def agrees(self, recomputed: Decimal) -> bool:
        """Tell whether the recomputed value prints as the published one."""
        return abs(self.value - recomputed) <= self.half

    @property
    def overlaps(self) -> bool:
        """Whether rounding of the inputs leaves room for the published value."""
        number = self.figure.number or Decimal(0)
        low, high = number - self.spread.below, number + self.spread.above
        return self.value + self.half >= low and self.value - self.half <= high


def published(rule: PublishedRule, world: World, say: Say) -> Iterator[Finding]:
    """Compare every published figure with the recomputed one."""
    given = world.inputs.department.published
    if not given:
        yield say.not_applicable("", "参数文件没有写公布数")
    for key, source in given.items():
        name = canonical(key)
        if name != SCORE:
            yield _one(name, source, rule, world, say)


def _one(
    name: str, source: PublishedFigure, rule: PublishedRule, world: World, say: Say
) -> Finding:
    figure = world.figures[name]
    scale = factor(source, figure, world.inputs)
    assert scale is not None, "check_published refuses other units"
    value = source.value * scale
    left = Side(name, exact(value), str(source.place))
    if figure.number is None:
        return _unknown(name, source, left, world, say)
    unit = source.unit or default_unit(figure, world.inputs)
    unit = figure.unit if scale == 1 else unit
    comparison = _Comparison(name, figure, source, value, scale, world.rounding.of(name), unit)
    evidence = Evidence(left, Side.of(figure), value - figure.number, _tolerance(comparison))
    said = _said(source, figure, world)
    told = f"{quoted(figure.label)}公布{said}，重算{_recomputed(comparison)}"
    if comparison.agrees(figure.number):
        return say(name, PASSED, f"{told}，相符", evidence)
    is_about = source.approximate or source.around or figure.approximate
    if is_about and _about(comparison):
        return say(name, PASSED, f"{told}，是约数，相符", evidence)
    if excuse := world.excuse_figure(name, comparison.agrees):
        return say(name, PASSED, f"{told}；{excuse}", evidence)
    if fixed := rule.fixed_tolerance:
        comparison = replace(comparison, spread=Spread(fixed, fixed))
    if comparison.overlaps:
        why = f"{told}，是尾差：所用各数四舍五入可以造成"
        return say(name, FAILED, why, evidence, RESIDUE)
    slips = causes(Misprint(figure, value, comparison.half, comparison.spread.above), world.figures)
    apart = abs(value - figure.number) / scale
    words = {
        "项": name,
        "左名": quoted(figure.label),
        "左": said,
        "右名": figure.formula or ("列出的条数" if name.endswith(_COUNTS) else "参数文件所填"),
        "右": _recomputed(comparison),
        "差额": printed(apart, _points(comparison.unit), max(2, comparison.decimals)),
        "缘由": "；".join(slips),
    }
    return say.failed(name, words, evidence)


def _said(source: PublishedFigure, figure: Figure, world: World) -> str:
    """Return a published number as printed, with the unit it is read in where it has none."""
    text = source.text.strip()
    return text if source.unit else f"{text}{default_unit(figure, world.inputs)}"


def _unknown(name: str, source: PublishedFigure, left: Side, world: World, say: Say) -> Finding:
    figure = world.figures[name]
    evidence = Evidence(left, Side.of(figure))
    if not figure.trouble:
        return say.no_data(name, world.terms.missing(name), evidence)
    if name in world.zero_growth:
        return say.not_applicable(name, f"{figure.reason}，见 {world.zero_growth[name]}")
    severity = None if source.value else HINT
    said = _said(source, figure, world)
    message = f"{quoted(figure.label)}公布{said}，但{figure.trouble}，这个数没有意义"
    return say(name, FAILED, message, evidence, severity)


def _tolerance(comparison: _Comparison) -> Decimal:
    room = comparison.spread
    return comparison.half + max(room.below, room.above)


def _about(comparison: _Comparison) -> bool:
    """Tell whether two values of which one is a 约数 can be the same."""
    number = comparison.figure.number or Decimal(0)
    if comparison.source.around:
        return abs(comparison.value - number) <= _slack(comparison)
    if not comparison.source.approximate:
        return comparison.overlaps
    top = comparison.value + _last_digit(comparison.value)
    return comparison.value <= number + comparison.spread.above and number < top


def _last_digit(value: Decimal) -> Decimal:
    """Return one unit of a number's last digit that isn't zero."""
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(1).scaleb(exponent)


def _slack(comparison: _Comparison) -> Decimal:
    """Return how far 约 reaches: one unit of the last printed digit (约118%: 1).

    Of a round number half a unit of its last digit that isn't zero, but no more than a
    twentieth of it (约1200: 50, 约100%: 5).
    """
    value = abs(comparison.value)
    if not value:
        return 2 * comparison.half
    return max(2 * comparison.half, min(_last_digit(value) / 2, value / 20))


def _recomputed(comparison: _Comparison) -> str:
    """Return the recomputed value in the unit the published one is in."""
    figure = comparison.figure
    assert figure.number is not None
    number = printed(figure.number / comparison.scale, "", comparison.decimals)
    return approximately(figure, number) + comparison.unit


def _points(unit: str) -> str:
    return {"%": "个百分点", "‰": "个千分点"}.get(unit, unit)
