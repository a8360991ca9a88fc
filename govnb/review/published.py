"""公布数: every figure the published report printed against the recomputed one.

A printed number stands for every value that rounds to it. It agrees (通过) when the recomputed
value is one of them; when only the rounding of the inputs leaves room for it, it is 尾差; else
it is 错误, with the slip of practice it looks like: a point out by one or two places, the control
rate (支出÷预算) written for the overspend rate (超支÷预算) or the other way round, numerator and
denominator exchanged, the sign, 元 for 万元, digits cut off instead of rounded, another row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from typing import Literal

from pydantic import Field

from govnb.review.check import Check, Evidence, quoted
from govnb.review.finding import FAILED, HINT, RESIDUE, Finding, Side
from govnb.review.rates import ZeroBaseCheck
from govnb.review.rounding import HALF, HUNDRED, Spread
from govnb.review.sums import is_transposed
from govnb.review.terms import printed
from govnb.review.world import World
from govnb.sheet.compute import SCORE
from govnb.sheet.expression import canonical
from govnb.sheet.figure import Figure, Figures, about, exact
from govnb.sheet.published import PublishedFigure
from govnb.text.number import last_digit

_COUNTS = (".条数", ".项数")
_POINTS = {"%": "个百分点", "‰": "个千分点"}


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A published value in the figure's unit, beside the recomputed one."""

    figure: Figure
    source: PublishedFigure
    value: Decimal
    # What one printed unit is in the figure's, and how far rounding may move the figure.
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

    @property
    def right(self) -> Decimal:
        """The recomputed value."""
        assert self.figure.number is not None
        return self.figure.number

    @property
    def recomputed(self) -> str:
        """The recomputed value in the unit the published one is in."""
        number = printed(self.right / self.scale, self.unit, self.decimals)
        number = number.removesuffix(self.unit)
        return about(self.figure, number) + self.unit

    @property
    def tolerance(self) -> Decimal:
        """How far apart the two may be."""
        return self.half + max(self.spread.below, self.spread.above)

    def agrees(self, recomputed: Decimal) -> bool:
        """Tell whether a recomputed value prints as the published one."""
        return abs(self.value - recomputed) <= self.half

    def fits(self, wanted: Decimal, scale: Decimal = Decimal(1)) -> bool:
        """Tell whether the printed value, times `scale`, is `wanted` to the digits printed."""
        return abs(self.value * scale - wanted) <= (self.half + self.spread.above) * abs(scale)

    @property
    def overlaps(self) -> bool:
        """Whether rounding of the inputs leaves room for the published value."""
        low, high = self.right - self.spread.below, self.right + self.spread.above
        return self.value + self.half >= low and self.value - self.half <= high

    @property
    def is_about_right(self) -> bool:
        """Whether the two, of which one is a 约数, can be the same."""
        if self.source.around:
            return replace(self.source, scale=self.scale).prints(self.right)
        if self.source.more:
            top = self.value + last_digit(self.value)
            return self.value <= self.right + self.spread.above and self.right < top
        return self.figure.approximate and self.overlaps


class PublishedCheck(Check):
    """公布数: 每个公布数与重算数.

    Every published figure against the recomputed one.
    """

    kind: Literal["公布数"] = Field(alias="种类")

    def find(self, world: World) -> Iterator[Finding]:
        """Compare every published figure with the recomputed one."""
        given = world.inputs.department.published
        if not given:
            yield self.not_applicable("", "参数文件没有写公布数")
        for key, source in given.items():
            name = canonical(key)
            if name != SCORE:
                yield self._one(name, source, world)

    def _one(self, name: str, source: PublishedFigure, world: World) -> Finding:
        figure = world.figures[name]
        scale = source.factor(figure.unit)
        assert scale is not None, "check_published refuses other units"
        value = source.value * scale
        left, given = Side(name, exact(value), str(source.place)), source.text.strip()
        typed_unit = source.unit or figure.unit
        said = given if source.unit else f"{given}{typed_unit}"
        if figure.number is None:
            return self._unknown(figure, said, bool(source.value), left, world)
        unit = figure.unit if scale == 1 else typed_unit
        found = _Comparison(figure, source, value, scale, world.rounding.of(name), unit)
        evidence = Evidence(left, Side.of(figure), value - figure.number, found.tolerance)
        told = f"{quoted(figure.label)}公布{said}，重算{found.recomputed}"
        if found.agrees(figure.number):
            return self.passed(name, f"{told}，相符", evidence)
        if found.is_about_right:
            return self.passed(name, f"{told}，是约数，相符", evidence)
        if excuse := world.excuse_figure(name, found.agrees):
            return self.passed(name, f"{told}；{excuse}", evidence)
        if fixed := self.fixed_tolerance:
            found = replace(found, spread=Spread.fixed(fixed, figure.unit, figure.factor))
        if found.overlaps:
            why = f"{told}，是尾差：所用各数四舍五入可以造成"
            return self.finding(name, FAILED, why, evidence, RESIDUE)
        apart = abs(value - figure.number) / scale
        words = {
            "项": name,
            "左名": quoted(figure.label),
            "左": said,
            "右名": figure.formula or ("列出的条数" if name.endswith(_COUNTS) else "参数文件所填"),
            "右": found.recomputed,
            "差额": printed(apart, _POINTS.get(unit, unit), max(2, found.decimals)),
            "缘由": "；".join(_causes(found, world.figures)),
        }
        return self.failed(name, words, evidence)

    def _unknown(
        self, figure: Figure, said: str, is_some: bool, left: Side, world: World
    ) -> Finding:
        evidence = Evidence(left, Side.of(figure))
        if not figure.trouble:
            return self.no_data(figure.name, world.terms.missing(figure.name), evidence)
        rules = (rule for rule in world.checks.values() if isinstance(rule, ZeroBaseCheck))
        told = {name: id_ for rule in rules for name, id_ in rule.zero_growth(world)}
        if figure.name in told:
            see = f"{figure.reason}，见 {told[figure.name]}"
            return self.not_applicable(figure.name, see)
        message = f"{quoted(figure.label)}公布{said}，但{figure.trouble}，这个数没有意义"
        return self.finding(figure.name, FAILED, message, evidence, None if is_some else HINT)


# ── Why a published number is wrong ─────────────────────────────────

_ENOUGH = 2
# What a rate out of budget is called: over the budget, within it, and the whole.
_OVER = ("超支率", "增长率", "变动率", "差异率")
_LEFT = ("结余率", "节约率")
_WHOLE = ("控制率", "完成率", "执行率")


def _causes(wrong: _Comparison, figures: Figures) -> list[str]:
    """Return the likely causes of a wrong published value, likeliest first."""
    step = 2 * wrong.half
    is_cut = (wrong.right / step).to_integral_value(ROUND_DOWN) * step == wrong.value
    found = ["像是截去了尾数，没有四舍五入"] if is_cut else []
    if wrong.value and wrong.right:
        found += [*_shifted(wrong), *_rates(wrong), *_other(wrong, figures)]
    return list(dict.fromkeys(found))[:_ENOUGH]


def _shifted(wrong: _Comparison) -> Iterator[str]:
    def fits(scale: int) -> bool:
        return any(wrong.fits(wrong.right, s) for s in (Decimal(scale), 1 / Decimal(scale)))

    if wrong.figure.unit.partition("/")[0] in ("元", "万元") and fits(10000):
        yield "像是元与万元弄混了"
    if fits(10) or fits(100):
        yield f"像是小数点错了{'一' if fits(10) else '两'}位"


def _rates(wrong: _Comparison) -> Iterator[str]:
    """Yield the confusions between a rate, its complement, and the rate of the whole."""
    name, right = wrong.figure.name.rpartition(".")[2], wrong.right
    if wrong.figure.unit != "%" or not name.endswith((*_OVER, *_LEFT, *_WHOLE)):
        return
    other, called = right + HUNDRED, "控制率（支出÷预算）"
    if name.endswith(_LEFT):
        other = HUNDRED - right
    elif name.endswith(_WHOLE):
        over = right > HUNDRED
        other, called = abs(right - HUNDRED), f"{'超支率（超支' if over else '结余率（结余'}÷预算）"
    elif name.endswith(("增长率", "变动率")):
        called = "本年与上年之比"
    told = f"{called}{printed(other, '%')}"
    if wrong.fits(other):
        yield f"像是把{told}写成了{name}"
    elif any(wrong.fits(other, Decimal(10) ** places) for places in (1, 2, -1, -2)):
        yield f"也可能是把{told}写成了{name}，又错了小数点"


def _other(wrong: _Comparison, figures: Figures) -> Iterator[str]:
    figure, right = wrong.figure, wrong.right
    if wrong.fits(-right):
        yield "像是正负号反了"
    if figure.unit == "%":
        ratio = right / HUNDRED
        # A rate of change over what it was changed to, not from.
        after = 1 + ratio if figure.name.endswith(_OVER) else 1 - ratio
        if not figure.name.endswith((*_OVER, *_LEFT)):
            if wrong.fits(HUNDRED / ratio):
                yield "像是分子分母颠倒了"
        elif after and wrong.fits(HUNDRED * ratio / after):
            yield "像是用错了分母"
    if is_transposed(wrong.value, right):
        yield "像是数字写颠倒了"
    inputs = (figures[name] for name in figure.inputs)
    for other in inputs:
        if other.unit == figure.unit and other.number is not None and wrong.fits(other.number):
            yield f"这个数是“{other.label}”"
            return
    section = figure.name.split(".")[0]
    for other in figures.values():
        is_near = other.name.split(".")[0] == section and other.name != figure.name
        if is_near and other.unit == figure.unit and other.number and other.number == wrong.value:
            yield f"这个数是“{other.label}”，像是抄错了行"
            return
