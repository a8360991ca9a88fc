"""公布数: every figure the published report printed against the recomputed one.

A printed number stands for every value that rounds to it. It agrees (通过) when the recomputed
value is one of them; when only the rounding of the inputs leaves room for it, it is 尾差; else
it is 错误, with the slip of practice it looks like: a point out by one or two places, the control
rate (支出÷预算) written for the overspend rate (超支÷预算) or the other way round, numerator and
denominator exchanged, the sign, 元 for 万元, digits cut off instead of rounded.
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
from govnb.review.rounding import Spread
from govnb.review.slips import scaled, slips
from govnb.review.terms import printed
from govnb.review.world import World
from govnb.sheet.compute import SCORE
from govnb.sheet.expression import canonical
from govnb.sheet.figure import Figure, Figures, about, exact
from govnb.sheet.published import PublishedFigure
from govnb.sheet.published_units import factor
from govnb.sheet.sheet import HUNDRED
from govnb.text.number import TextNumber, last_digit

_COUNTS = (".条数", ".项数")
_POINTS = {"%": "个百分点", "‰": "个千分点"}


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A published number, one of whose units is `scale` of the figure's, and the figure."""

    number: TextNumber
    figure: Figure
    # The recomputed value, and how far rounding may move it.
    right: Decimal
    spread: Spread

    @property
    def half(self) -> Decimal:
        """Half a unit of the last printed digit."""
        return Decimal(5).scaleb(-self.number.decimals - 1) * self.number.scale

    @property
    def overlaps(self) -> bool:
        """Whether rounding of the inputs leaves room for the published value."""
        gap = self.number.amount - self.right
        return -self.spread.below - self.half <= gap <= self.spread.above + self.half

    def agrees(self, recomputed: Decimal) -> bool:
        """Tell whether a recomputed value prints as the published one."""
        if self.number.prints(recomputed) or not self.number.more:
            return self.number.prints(recomputed)
        least = self.number.amount
        return least - self.spread.above <= recomputed < least + last_digit(least)


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
                yield self._one(source, world.figures[name], world)

    def _one(self, source: PublishedFigure, figure: Figure, world: World) -> Finding:
        scale = factor(source, figure)
        assert scale is not None, "check_published refuses other units"
        number, name = source.printed(scale), figure.name
        left = Side(name, exact(number.amount), str(source.place))
        said = source.text.strip() if source.unit else f"{source.text.strip()}{figure.unit}"
        if figure.number is None:
            return self._unknown(figure, said, Evidence(left, Side.of(figure)), world)
        found = _Comparison(number, figure, figure.number, world.rounding.of(name))
        gap = number.amount - figure.number
        room = found.half + max(found.spread.below, found.spread.above)
        evidence = Evidence(left, Side.of(figure), gap, room)
        unit = figure.unit if scale == 1 else source.unit or figure.unit
        decimals = max(figure.decimals + max(0, scale.adjusted()), source.decimals)
        recomputed = printed(figure.number / scale, unit, decimals).removesuffix(unit)
        recomputed = about(figure, recomputed) + unit
        told = f"{quoted(figure.label)}公布{said}，重算{recomputed}"
        is_about = number.around or number.more or figure.approximate
        if found.agrees(figure.number) or (is_about and not number.around and found.overlaps):
            return self.passed(name, f"{told}，{'是约数，' if is_about else ''}相符", evidence)
        if excuse := world.excuse(name, found.agrees):
            return self.passed(name, f"{told}；{excuse}", evidence)
        if self.fixed_tolerance:
            found = replace(
                found, spread=Spread.fixed(self.fixed_tolerance, figure.unit, figure.factor)
            )
        if found.overlaps:
            why = f"{told}，是尾差：所用各数四舍五入可以造成"
            return self.finding(name, FAILED, why, evidence, RESIDUE)
        words = {
            "项": name,
            "左名": quoted(figure.label),
            "左": said,
            "右名": figure.formula or ("列出的条数" if name.endswith(_COUNTS) else "参数文件所填"),
            "右": recomputed,
            "差额": printed(abs(gap) / scale, _POINTS.get(unit, unit), max(2, decimals)),
            "缘由": "；".join(_causes(found, world.figures)),
        }
        return self.failed(name, words, evidence)

    def _unknown(self, figure: Figure, said: str, evidence: Evidence, world: World) -> Finding:
        if not figure.trouble:
            return self.no_data(figure.name, figure.missing or [figure.name], evidence)
        rules = (rule for rule in world.checks.values() if isinstance(rule, ZeroBaseCheck))
        told = {name: id_ for rule in rules for name, id_ in rule.zero_growth(world)}
        if figure.name in told:
            see = f"{figure.reason}，见 {told[figure.name]}"
            return self.not_applicable(figure.name, see)
        message = f"{quoted(figure.label)}公布{said}，但{figure.trouble}，这个数没有意义"
        severity = None if evidence.left.value and Decimal(evidence.left.value) else HINT
        return self.finding(figure.name, FAILED, message, evidence, severity)


# How many likely causes of a wrong number are told.
_ENOUGH = 2
# What a rate out of budget is called: over the budget, within it, and the whole.
_GROWN = ("增长率", "变动率")
_OVER = ("超支率", "差异率", *_GROWN)
_LEFT = ("结余率", "节约率")
_WHOLE = ("控制率", "完成率", "执行率")


def _causes(wrong: _Comparison, figures: Figures) -> list[str]:
    """Return the likely causes of a wrong published value, likeliest first."""
    right, value, step = wrong.right, wrong.number.amount, 2 * wrong.half
    is_cut = (right / step).to_integral_value(ROUND_DOWN) * step == value
    found = ["像是截去了尾数，没有四舍五入"] if is_cut else []
    if value and right:
        room = wrong.half + wrong.spread.above
        found += slips(value, right, room)
        if wrong.figure.unit == "%":
            found += _other_rates(wrong, wrong.figure.name.rpartition(".")[2], room)
        for other in map(figures.__getitem__, wrong.figure.inputs):
            is_near = other.number is not None and abs(value - other.number) <= room
            if is_near and other.unit == wrong.figure.unit:
                found.append(f"这个数是“{other.label}”")
    return list(dict.fromkeys(found))[:_ENOUGH]


def _other_rates(wrong: _Comparison, name: str, room: Decimal) -> Iterator[str]:
    """Yield the confusions between a rate, its complement, and the rate of the whole."""
    right, value = wrong.right, wrong.number.amount
    other, called = right + HUNDRED, "控制率（支出÷预算）"
    inverse, upside_down = HUNDRED * HUNDRED / right, "像是分子分母颠倒了"
    if name.endswith(_LEFT):
        other = HUNDRED - right
    elif name.endswith(_WHOLE):
        called = "超支率（超支÷预算）" if right > HUNDRED else "结余率（结余÷预算）"
        other = abs(right - HUNDRED)
    elif name.endswith(_GROWN):
        called = "本年与上年之比"
    if name.endswith((*_OVER, *_LEFT)):
        # A rate of change over what it was changed to, not from.
        after = HUNDRED + right if name.endswith(_OVER) else HUNDRED - right
        inverse, upside_down = HUNDRED * right / after if after else right, "像是用错了分母"
    if name.endswith((*_OVER, *_LEFT, *_WHOLE)):
        told = f"把{called}{printed(other, '%')}写成了{name}"
        if abs(value - other) <= room:
            yield f"像是{told}"
        elif any(scaled(value, other, room)):
            yield f"也可能是{told}，又错了小数点"
    if abs(value - inverse) <= room:
        yield upside_down
