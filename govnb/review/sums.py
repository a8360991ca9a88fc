"""合计 and 同名: stated totals against their parts, and one item stated in two sections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from govnb.review.check import Check, Each, NamePattern
from govnb.review.finding import FAILED, HINT, Evidence, Excuse, Finding, Side
from govnb.review.rounding import Spread
from govnb.review.slips import is_misspelt, slips
from govnb.review.terms import COLUMNS, Gap, Term, worked_out
from govnb.review.world import World
from govnb.sheet.expression import sum_of
from govnb.sheet.rules import fill
from govnb.text.section import dotted
from govnb.text.values import Text, YesNo

# Letters a name has at least for one letter not to make it another.
_LONG = 4


class SumCheck(Check):
    """合计: 每个台账、每一级写明的合计与分项之和；交叉表两个方向."""

    kind: Literal["合计"] = Field(alias="种类")
    adds_up: ClassVar[bool] = True
    relates: ClassVar[bool] = True

    def find(self, world: World) -> Iterator[Finding]:
        """Compare every stated total with the sum of its parts."""
        if not world.gaps:
            yield self.not_applicable("", "没有写明合计又列出明细的项目")
        for gap in world.gaps:
            yield self._incomplete(gap, world) if gap.missing else self._one(gap, world)

    def _incomplete(self, gap: Gap, world: World) -> Finding:
        """Compare a total with those of its parts that are known: they can't come to more."""
        known = gap.known
        numbers = [number for part in gap.parts if (number := world.figures[part].number)]
        if not known.is_broken or (known.difference or 0) > 0 or min(numbers) < 0:
            return self.no_data(gap.name, gap.missing, gap.evidence)
        words = known.words(gap.left.name)
        words["右名"] = f"已公布的{gap.right.label}"
        words["缘由"] = f"还有{len(gap.missing)}项未公布，已公布的各项就已超过合计"
        return self.failed(gap.name, words, known.evidence._replace(tolerance=None))

    def _one(self, gap: Gap, world: World) -> Finding:
        if (fixed := self.fixed_tolerance) is not None:
            gap = replace(gap, spread=Spread.fixed(fixed, gap.left.unit, gap.left.factor))
        words = gap.words(gap.left.name)
        told = f"“{gap.left.name}”{words['左']}，{gap.right.label}{words['右']}"
        if settled := self.settled(world, gap.name, told, gap):
            return settled
        mends = [why.text for why in world.blamed.values() if gap.name in why.names]
        words["缘由"] = "；".join([*mends, next(_causes(gap, world))])
        return self.failed(gap.name, words, gap.evidence)

    def excuse(self, world: World, gap: Gap) -> Excuse | None:
        """Return which other sum a broken one is broken by."""
        why = world.blamed.get(gap.name)
        names = "、".join(f"“{name}”" for name in (why.names if why else ()))
        return why and Excuse(f"与{names}是同一处错误：{why.text}", why.names)


def _causes(gap: Gap, world: World) -> Iterator[str]:
    """Yield what the size of a gap suggests."""
    difference, total = gap.difference or Decimal(0), gap.left.number or Decimal(0)
    for part in map(world.figures.__getitem__, gap.parts if len(gap.parts) > 1 else ()):
        number = part.number or Decimal(0)
        if number == -difference:
            yield f"差额恰好是“{part.label}”，合计像是漏加了它"
        yield from (f"“{part.label}”{said}" for said in slips(number, number + difference))
    yield from slips(total, total - difference)
    yield f"有{gap.apart}没有列明" if difference > 0 else f"分项比合计多出{gap.apart}"


class SameNameCheck(Check):
    """同名: 两处同名的项目；一处有几项同名的，相加再比."""

    kind: Literal["同名"] = Field(alias="种类")
    each: Each = Field(alias="每个", description="一处的名称，含 {变量}")
    elsewhere: NamePattern = Field(alias="另处", description="另一处的名称；** 表示任意几层")
    too_general: list[Text] = Field(
        [], alias="不比", description="以这些词开头的名称太泛，同名不是同一项，如 其他"
    )
    names_only: YesNo | None = Field(
        None, alias="只看名称", description="写 是，数不必相同，只看名称有没有写错"
    )

    def find(self, world: World) -> Iterator[Finding]:
        """Compare each item with the items of the same name in the other section."""
        pairs: dict[str, list[str]] = {}
        for variables in world.instances(self.each):
            if not any(v.startswith(tuple(self.too_general)) for v in variables.values()):
                here = fill(self.each, variables)
                pairs.setdefault(fill(self.elsewhere, variables), []).append(here)
        found = referring = 0
        for pattern, heres in pairs.items():
            theres = _elsewhere(pattern, world)
            found += bool(theres) and self.names_only != "是"
            # One that refers to the other (=名称) can't part from it.
            if theres and all(not world.figures.sheet.above(h).isdisjoint(theres) for h in heres):
                referring += 1
            elif not theres and (near := self._misspelt(heres[0], pattern, pairs, world)):
                found += 1
                yield near
            elif theres and self.names_only != "是":
                yield self._same(_together(heres, world), _together(theres, world), world)
        if referring:
            yield self.passed("", f"{referring}个同名的项目引用同一个数，不会不同")
        elif not found:
            yield self.not_applicable("", "没有同名的项目分列在两处")

    def _misspelt(
        self, here: str, pattern: str, among: Iterable[str], world: World
    ) -> Finding | None:
        """Return that an item's name is but one letter away from one that only there is."""
        item = next(w for w in reversed(here.split(".")) if w in pattern.split("."))
        if len(item) < _LONG:
            return None
        like = dotted(pattern.replace(item, "*")).fullmatch
        # What the formula book makes is nobody's slip.
        own = world.figures[here].place.file
        stated = (each for each in world.figures.items() if each[1].place.file == own)
        for name, figure in filter(lambda each: like(each[0]), stated):
            there = next((w for w in reversed(name.split(".")) if is_misspelt(w, item)), "")
            if there and not any(there in other.split(".") for other in among):
                told = f"“{here}”与“{name}”只差一个字，是不是同一项？名称不同，两处的数就对不上。"
                evidence = Evidence(Side.of(world.figures[here]), Side.of(figure))
                return self.finding(f"{here}:名称", FAILED, told, evidence, HINT)
        return None

    def _same(self, here: Term, there: Term, world: World) -> Finding:
        gap, subject = Gap(here, there), f"{here.names[0]}:{there.names[0]}"
        if gap.missing:
            return self.no_data(subject, gap.missing, gap.evidence)
        told = f"“{here.name}”是{here}，“{there.name}”是{there}"
        words = gap.words(here.names[0].split(".")[-2]) | {"左名": here.name, "右名": there.name}
        settled = self.settled(world, subject, told, gap)
        return settled or self.failed(subject, words, gap.evidence)


def _together(names: list[str], world: World) -> Term:
    """Return what several amounts come to."""
    total = worked_out(sum_of(names, " + ".join(names)), world.figures, None)
    return replace(total, origin=str(world.figures[names[0]].place))


def _elsewhere(pattern: str, world: World) -> list[str]:
    """Return the department's own figures that a name with `**.` (any number of levels) means.

    Neither a part of one that is found already, nor the total of a column that holds it.
    """
    match = dotted(pattern).fullmatch
    found = [n for n, f in world.figures.items() if match(n) and not world.is_from_book(f)]
    above = tuple(f"{name}." for name in found)
    columns = [name for name in found if f"{COLUMNS}." in name]
    only_columns = len(columns) == len(found)
    return [
        name
        for name in found
        if not name.startswith(above) and (only_columns or name not in columns)
    ]
