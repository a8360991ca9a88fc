"""合计 and 同名: stated totals against their parts, and one item stated in two sections."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from pydantic import Field

from govnb.review.check import Check, Each, Evidence, NamePattern
from govnb.review.finding import FAILED, NOT_APPLICABLE, RESIDUE, Finding, Side
from govnb.review.ledgers import COLUMNS, SUM, Gap, within
from govnb.review.rounding import Spread
from govnb.review.terms import printed
from govnb.review.world import World
from govnb.sheet.figure import Figure, exact, rounded, shown
from govnb.sheet.rules import fill
from govnb.text.section import dotted
from govnb.text.values import Text

_TEN = Decimal(10)
_MOST_DECIMALS = 8


class SumCheck(Check):
    """合计: 每个台账、每一级写明的合计与分项之和；交叉表两个方向.

    Every stated total against its parts, in every ledger, at every level.
    """

    kind: Literal["合计"] = Field(alias="种类")

    def find(self, world: World) -> Iterator[Finding]:
        """Compare every stated total with the sum of its parts."""
        if not world.gaps:
            yield self.not_applicable("", "没有写明合计又列出明细的项目")
        for gap in world.gaps:
            yield self._one(gap, world)

    def _one(self, gap: Gap, world: World) -> Finding:
        unit, decimals = gap.total.unit, _telling(gap)
        of_columns = gap.name.endswith(COLUMNS)
        label = "各列合计之和" if of_columns else "分项之和"
        added = printed(gap.known_sum, unit, decimals)
        origin = str(gap.parts[0].place) if gap.parts else None
        value = None if gap.sum is None else exact(gap.sum)
        right = Side(gap.name if of_columns else f"{gap.name}{SUM}", value, origin)
        words = {"项": gap.total.name, "左名": gap.total.label, "左": _stated(gap, decimals)}
        words |= {"右名": label, "右": added}
        if gap.is_exceeded:
            assert gap.total.number is not None
            over = gap.known_sum - gap.total.number
            words |= {"右名": f"已公布的{label}", "差额": printed(over, unit, decimals)}
            words["缘由"] = f"还有{len(gap.missing)}项未公布，已公布的各项就已超过合计"
            return self.failed(gap.name, words, Evidence(Side.of(gap.total), right, -over))
        difference = gap.difference
        if difference is None:
            return self.no_data(gap.name, gap.missing, Evidence(Side.of(gap.total), right))
        fixed = self.fixed_tolerance
        allowed = gap.spread if fixed is None else Spread.fixed(fixed, unit, gap.total.factor)
        bound = allowed.below if difference > 0 else allowed.above
        evidence = Evidence(Side.of(gap.total), right, difference, bound)
        apart = printed(abs(difference), unit, decimals)
        told = f"“{gap.total.name}”{words['左']}，{label}{added}"
        if not difference or (gap.approximate and within(difference, allowed)):
            return self.passed(gap.name, f"{told}，相符", evidence)
        if gap.coarse or within(difference, allowed):
            why = "合计印的位数比明细少" if gap.coarse else "各数分别四舍五入可以造成"
            told = f"{told}，差{apart}，是尾差：{why}"
            return self.finding(gap.name, FAILED, told, evidence, RESIDUE)
        if blame := world.blamed.get(gap.name):
            culprits = "、".join(f"“{culprit.name}”" for culprit in blame.culprits)
            told = f"{told}，差{apart}，与{culprits}是同一处错误：{blame.reason}"
            return self.finding(gap.name, NOT_APPLICABLE, told, evidence)
        words |= {"差额": apart, "容差": printed(bound, unit, 4)}
        return self.failed(gap.name, words | {"缘由": "；".join(_causes(gap, world))}, evidence)


def _causes(gap: Gap, world: World) -> Iterator[str]:
    """Yield what the size of a gap suggests, and what mending it would also mend."""
    for blame in world.blamed.values():
        if gap in blame.culprits:
            yield blame.reason
    difference = gap.difference
    assert difference is not None
    hints = [hint for part in gap.parts if (hint := _slip(part, difference))]
    if len(gap.parts) > 1 and hints:
        yield hints[0]
    elif is_transposed(gap.total.number, gap.sum):
        yield "像是数字写颠倒了"
    else:
        apart = printed(abs(difference), gap.total.unit, gap.total.decimals)
        yield f"有{apart}没有列明" if difference > 0 else f"分项比合计多出{apart}"


def _telling(gap: Gap) -> int:
    """Return the decimals at which the two sides no longer look alike."""
    decimals, difference = gap.total.decimals, gap.difference
    while difference and decimals < _MOST_DECIMALS and not rounded(difference, decimals):
        decimals += 2
    return decimals


def _stated(gap: Gap, decimals: int) -> str:
    if gap.total.number is None or decimals == gap.total.decimals:
        return shown(gap.total)
    return printed(gap.total.number, gap.total.unit, decimals)


def _slip(part: Figure, difference: Decimal) -> str:
    """Return how one part alone would make the gap, or nothing."""
    number = part.number
    if not number:
        return ""
    if number == -difference:
        return f"差额恰好是“{part.label}”，合计像是漏加了它"
    if difference in (number * _TEN - number, number / _TEN - number):
        return f"“{part.label}”像是小数点错了一位"
    return ""


def is_transposed(left: Decimal | None, right: Decimal | None) -> bool:
    """Tell whether two numbers have the same digits in another order."""
    if left is None or right is None:
        return False
    a, b = (f"{n.normalize():f}" for n in (left, right))
    return a != b and len(a) == len(b) and sorted(a) == sorted(b)


class SameNameCheck(Check):
    """同名: 两处同名的项目；一处有几项同名的，相加再比.

    Items of one name in two sections must bear one number.

    An item paid from two sources stands there twice: what counts is the sum.
    """

    kind: Literal["同名"] = Field(alias="种类")
    each: Each = Field(alias="每个", description="一处的名称，含 {变量}")
    elsewhere: NamePattern = Field(alias="另处", description="另一处的名称；** 表示任意几层")
    too_general: list[Text] = Field(
        [], alias="不比", description="以这些词开头的名称太泛，同名不是同一项，如 其他"
    )

    def find(self, world: World) -> Iterator[Finding]:
        """Compare each item with the items of the same name in the other section."""
        pairs: dict[str, list[Figure]] = {}
        for variables in world.instances(self.each):
            here = world.figures[fill(self.each, variables)]
            if not any(v.startswith(tuple(self.too_general)) for v in variables.values()):
                pairs.setdefault(fill(self.elsewhere, variables), []).append(here)
        found = referring = 0
        for pattern, heres in pairs.items():
            theres = _elsewhere(pattern, world)
            found += bool(theres)
            # One that refers to the other (=名称) can't part from it.
            rests_on = world.rounding.rests_on
            if theres and all(any(rests_on(h.name, t.name) for h in heres) for t in theres):
                referring += 1
            elif theres:
                yield self._same(heres, theres)
        if referring:
            yield self.passed("", f"{referring}个同名的项目引用同一个数，不会不同")
        elif not found:
            yield self.not_applicable("", "没有同名的项目分列在两处")

    def _same(self, heres: list[Figure], theres: list[Figure]) -> Finding:
        here, there = heres[0], theres[0]
        sides, subject = (Side.of(here), Side.of(there)), f"{here.name}:{there.name}"
        missing = [figure.name for figure in (*heres, *theres) if figure.number is None]
        if missing:
            return self.no_data(subject, missing, Evidence(*sides))
        (left, left_name), (right, right_name) = _together(heres), _together(theres)
        difference = left - right
        evidence = Evidence(_side(left, heres), _side(right, theres), difference, Decimal(0))
        printed_left, printed_right = (printed(n, here.unit, here.decimals) for n in (left, right))
        if not difference:
            both = f"“{left_name}”与“{right_name}”都是{printed_left}"
            return self.passed(subject, both, evidence)
        words = {"项": here.name.split(".")[-2], "左名": left_name, "左": printed_left}
        words |= {"右名": right_name, "右": printed_right}
        words |= {"差额": printed(abs(difference), here.unit)}
        return self.failed(subject, words, evidence)


def _together(figures: list[Figure]) -> tuple[Decimal, str]:
    """Return what several amounts come to, and what to call that."""
    numbers = [figure.number for figure in figures if figure.number is not None]
    return sum(numbers, Decimal(0)), " + ".join(figure.name for figure in figures)


def _side(value: Decimal, figures: list[Figure]) -> Side:
    if len(figures) == 1:
        return Side.of(figures[0])
    return Side(_together(figures)[1], exact(value), str(figures[0].place))


def _elsewhere(pattern: str, world: World) -> list[Figure]:
    """Return the department's own figures that a name with `**.` (any number of levels) means.

    Neither a part of one that is found already, nor the total of a column that holds it.
    """
    match = dotted(pattern).fullmatch
    found = {n: f for n, f in world.figures.items() if match(n) and not world.is_from_book(f)}
    above = tuple(f"{name}." for name in found)
    columns = [name for name in found if f"{COLUMNS}." in name]
    return [
        figure
        for name, figure in found.items()
        if not name.startswith(above) and (name not in columns or len(columns) == len(found))
    ]
