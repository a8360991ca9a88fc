"""公布数: every figure the published report printed against the recomputed one.

A printed number stands for every value that rounds to it. It agrees (通过) when the recomputed
value is one of them; when only the rounding of the inputs leaves room for it, it is 尾差.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal
from functools import partial
from typing import ClassVar, Literal

from pydantic import Field

from govnb.review.check import Check, Evidence, quoted
from govnb.review.finding import FAILED, HINT, PASSED, RESIDUE, Finding, Side
from govnb.review.rounding import Spread
from govnb.review.slips import EXCHANGED, slips
from govnb.review.terms import printed
from govnb.review.world import World
from govnb.sheet.compute import SCORE
from govnb.sheet.expression import canonical
from govnb.sheet.figure import Figure, about, exact
from govnb.sheet.published import PublishedFigure
from govnb.sheet.sheet import HUNDRED
from govnb.text.number import TextNumber, last_digit

_COUNTS = (".条数", ".项数")
# How many likely causes of a wrong number are told.
_ENOUGH = 2
# Rates of what is over or left of a budget, and that of the whole with which each is confused.
_LEFT = ("结余率", "节约率")
_WHOLES = dict.fromkeys(("超支率", "差异率", *_LEFT), "控制率（支出÷预算）")
_WHOLES |= dict.fromkeys(("增长率", "变动率"), "本年与上年之比")
_WHOLES |= dict.fromkeys(("控制率", "完成率", "执行率"), "")
_POINTS = {"%": "个百分点", "‰": "个千分点"}


class PublishedCheck(Check):
    """公布数: 每个公布数与重算数."""

    kind: Literal["公布数"] = Field(alias="种类")
    relates: ClassVar[bool] = True

    def find(self, world: World) -> Iterator[Finding]:
        """Compare every published figure with the recomputed one."""
        given = world.inputs.department.published
        if not given:
            yield self.not_applicable("", "参数文件没有写公布数")
        for key, source in given.items():
            if canonical(key) != SCORE:
                yield self._one(source, world.figures[canonical(key)], world)

    def _one(self, source: PublishedFigure, figure: Figure, world: World) -> Finding:
        money = world.figures.sheet.money
        if not source.unit and figure.unit == money.unit and money.printed:
            # As the report prints it, whatever the file is kept in.
            source = replace(
                source, text=f"{source.text.strip()}{money.printed}", unit=money.printed
            )
        scale, name = source.factor(figure.unit), figure.name
        assert scale is not None, "check_published refuses other units"
        number = replace(source, scale=scale)
        left = Side(name, exact(number.amount), str(source.place))
        said = source.text.strip() if source.unit else f"{source.text.strip()}{figure.unit}"
        if figure.number is None:
            return self._unknown(figure, said, Evidence(left, Side.of(figure)))
        spread, gap = world.rounding.of(name), number.amount - figure.number
        half = number.half * scale
        room = half + max(spread.below, spread.above)
        evidence = Evidence(left, Side.of(figure), gap, room)
        unit = figure.unit if scale == 1 else source.unit or figure.unit
        decimals = max(figure.decimals + max(0, scale.adjusted()), source.decimals)
        recomputed = printed(figure.number / scale, unit, decimals).removesuffix(unit)
        recomputed = about(figure, recomputed) + unit
        told = f"{quoted(figure.label)}公布{said}，重算{recomputed}"
        if (fixed := self.fixed_tolerance) is not None:
            spread = Spread.fixed(fixed, figure.unit, figure.factor)
        overlaps = -spread.below - half <= gap <= spread.above + half
        agrees = partial(_agrees, number, spread)
        if agrees(figure.number) or (overlaps and figure.approximate and not number.around):
            is_about = number.around or number.more or figure.approximate
            return self.passed(name, f"{told}，{'是约数，' if is_about else ''}相符", evidence)
        if excuse := world.excuse(name, agrees):
            return self.excused(name, PASSED, told, excuse, evidence)
        causes = [*_causes(number.amount, figure, half, spread.above)]
        # Digits exchanged are no rounding, although that could have made them.
        if overlaps and EXCHANGED not in causes:
            why = f"{told}，是尾差：所用各数四舍五入可以造成"
            return self.finding(name, FAILED, why, evidence, RESIDUE)
        words = {
            "项": name,
            "左名": quoted(figure.label),
            "左": said,
            "右名": figure.formula or ("列出的条数" if name.endswith(_COUNTS) else "参数文件所填"),
            "右": recomputed,
            "差额": printed(abs(gap) / scale, _POINTS.get(unit, unit), max(2, decimals)),
            "缘由": "；".join(causes[:_ENOUGH]),
        }
        return self.failed(name, words, evidence, HINT if overlaps else None)

    def _unknown(self, figure: Figure, said: str, evidence: Evidence) -> Finding:
        if not figure.trouble and said.rstrip("%") in ("100", "100.0", "100.00"):
            # An amount left empty, and the rate that it should give filled in all the same.
            what = "、".join(figure.missing or [figure.name])
            message = f"{quoted(figure.label)}公布{said}，而{what}没有填，不能说是100%"
            return self.finding(figure.name, FAILED, message, evidence, HINT)
        if not figure.trouble:
            return self.no_data(figure.name, figure.missing or [figure.name], evidence)
        message = f"{quoted(figure.label)}公布{said}，但{figure.trouble}，这个数没有意义"
        severity = None if evidence.left.value and Decimal(evidence.left.value) else HINT
        return self.finding(figure.name, FAILED, message, evidence, severity)


def _agrees(number: TextNumber, spread: Spread, recomputed: Decimal) -> bool:
    """Tell whether a recomputed value prints as the published one."""
    least, is_least = number.amount, number.more and number.amount - spread.above <= recomputed
    return number.prints(recomputed) or (is_least and recomputed < least + last_digit(least))


def _causes(value: Decimal, figure: Figure, half: Decimal, room: Decimal) -> Iterator[str]:
    """Yield the likely causes of a wrong published value, likeliest first."""
    right, room, step = figure.number or Decimal(0), half + room, 2 * half
    if (right / step).to_integral_value(ROUND_DOWN) * step == value:
        yield "像是截去了尾数，没有四舍五入"
    yield from slips(value, right, room)
    name = figure.name.rpartition(".")[2]
    if figure.unit == "%" and (whole := next(filter(name.endswith, _WHOLES), "")):
        # The rate of the whole written for that of what is over or left, or the other way round.
        other, called = right + HUNDRED, _WHOLES[whole]
        if whole in _LEFT:
            other = HUNDRED - right
        elif not called:
            other = abs(right - HUNDRED)
            called = f"{'超支率（超支' if right > HUNDRED else '结余率（结余'}÷预算）"
        told = f"把{called}{printed(other, '%')}写成了{name}"
        if abs(value - other) <= room:
            yield f"像是{told}"
        elif any(slips(value, other, room)):
            yield f"也可能是{told}，又错了小数点"
