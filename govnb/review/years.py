"""上年文件: what this year's file says of last year, against last year's file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from govnb.review.check import Check
from govnb.review.finding import Finding
from govnb.review.rounding import Rounding
from govnb.review.terms import Gap, Term
from govnb.review.world import World
from govnb.sheet.compute import compute
from govnb.sheet.department import Department
from govnb.sheet.expression import spelled
from govnb.sheet.fields import flat, keys_of
from govnb.sheet.figure import Figures
from govnb.sheet.read import load
from govnb.text.faults import FaultsError


class LastYearCheck(Check):
    """上年文件: 本年文件里的上年数（上年支出、上年结转等）与上年的文件."""

    kind: Literal["上年文件"] = Field(alias="种类")
    relates: ClassVar[bool] = True
    # Where it differs from last year's file it is the number that is wrong.
    root: ClassVar[int] = 3

    def find(self, world: World) -> Iterator[Finding]:
        """Compare what is stated of last year with what last year's file states."""
        before = _last_year(world)
        stated = (figure.name for figure in world.figures.values() if not figure.derived)
        names = ((name, _source(name)) for name in stated)
        pairs = [(now, then) for now, then in names if before and then in before]
        if before is None or not pairs:
            yield self.not_applicable("", "没有上年的文件，或其中没有可比的数")
            return
        rounding = Rounding(before)
        for name, source in pairs:
            here, there = world.term(spelled(name), {}), before[source]
            ratio = there.number and there.number * there.factor
            if here.number is None or ratio is None:
                continue
            value = ratio / here.factor
            label = f"{world.year - 1}年的{there.label}"
            right = Term(value, here.unit, here.factor, name=source, label=label,
                         origin=str(there.place), decimals=here.decimals)  # fmt: skip
            gap = Gap(here, right, world.rounding.of(name) + rounding.of(source))
            told = f"{here.label}{here}，{label}{right}"
            settled = self.settled(world, name, told, gap)
            yield settled or self.failed(name, gap.words(here.label), gap.evidence)


def _last_year(world: World) -> Figures | None:
    inputs = world.inputs
    file = inputs.params_dir / str(world.year - 1) / f"{inputs.name}.yml"
    try:
        return compute(load(file, inputs.params_dir))[0] if file.is_file() else None
    except FaultsError:
        return None


def _source(name: str) -> str:
    """Return what a figure of last year was called in last year's file, or nothing."""
    parts, fields = name.split("."), _fields(Department)
    at = next((n for n, part in reversed([*enumerate(parts)]) if part in fields), None)
    return "" if at is None else ".".join([*parts[:at], fields[parts[at]], *parts[at + 1 :]])


@cache
def _fields(model: type[BaseModel]) -> dict[str, str]:
    """Return the fields that hold last year's number, each with the one that held it then."""
    found: dict[str, str] = {}
    for key in keys_of(model).values():
        if later := key.next_year.last_year:
            found[later] = key.alias
        inner: list[Any] = [x for x in flat(key.type) if isinstance(x, type)]
        for each in inner:
            found |= _fields(each) if issubclass(each, BaseModel) else {}
    return found
