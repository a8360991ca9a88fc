"""裸数: numbers typed in a narrative where a figure holds them.

Only what can't be a coincidence is told: a number with three telling digits that equals a
figure of the same unit, or a shorter one, or a rate, with the figure's own name beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Literal

from pydantic import Field

from govnb.review.check import Evidence, ProseCheck
from govnb.review.finding import Finding, Side
from govnb.review.texts import Passage
from govnb.review.world import World
from govnb.sheet.figure import Figure, shown
from govnb.sheet.published import in_unit
from govnb.text.number import TextNumber
from govnb.text.values import Text

# Units that any narrative may hold.
_USUAL = frozenset(["万元", "人", "㎡"])
# Digits by which a number is known: fewer could well be another number's.
_TELLING, _TELLING_WHOLE = 3, 4


class RawNumberCheck(ProseCheck):
    """裸数: 应写成引用的数.

    A number typed in a narrative that a figure already holds.
    """

    kind: Literal["裸数"] = Field(alias="种类")
    skip_units: list[Text] = Field([], alias="不查单位", description="带这些单位的数不查")

    def look(self, world: World) -> Iterator[Finding]:
        """Find numbers with units that a figure holds."""
        units = {f.unit for f in world.figures.values() if f.unit} | _USUAL
        known = units - set(self.skip_units)
        seen = repeated = 0
        for passage in world.prose:
            for typed in passage.numbers.values():
                if typed.high or typed.more or passage.is_quoted(typed.start):
                    continue
                read = _read(typed, known)
                seen += bool(read)
                figure = _holder(read, passage, world) if read else None
                if figure is not None:
                    repeated += 1
                    yield self._told(read[figure.unit], figure, passage)
        if not seen:
            yield self.not_applicable("", "文字里没有带单位的数")
        elif not repeated:
            yield self.passed("", f"文字里的{seen}个数都不与指标重复")

    def _told(self, number: TextNumber, figure: Figure, passage: Passage) -> Finding:
        plain = f"{number.value:f}"
        written = f"{plain}{number.unit}"
        words = {"处": passage.path, "原文": written, "左": written}
        words |= {"右名": figure.name, "右": shown(figure)}
        side = Side(None, plain, str(passage.at(number.start)))
        return self.failed(f"{passage.path}:{written}", words, Evidence(side, Side.of(figure)))


def _read(typed: TextNumber, units: Iterable[str]) -> dict[str, TextNumber]:
    """Return a number as of each unit that what stands behind it can mean."""
    exactly = replace(typed, around=False)
    read = {unit: number for unit in units if (number := in_unit(exactly, unit))}
    longest = max((len(number.unit) for number in read.values()), default=0)
    return {unit: number for unit, number in read.items() if len(number.unit) == longest}


def _holder(read: Mapping[str, TextNumber], passage: Passage, world: World) -> Figure | None:
    """Return the figure a typed number repeats, or None where chance may have it so."""
    number = next(iter(read.values()))
    if not number.value:
        return None
    around = passage.around(number, 25, 15)
    same = [f for f in world.figures.values() if f.unit in read and _prints(f, read[f.unit])]
    named = [f for f in same if any(word in around for word in _words(f, world))]
    digits = len(f"{abs(number.value):f}".replace(".", "").strip("0"))
    # Rates are all of one size: any two may print alike.
    telling = "%" not in read and digits >= (_TELLING if number.decimals else _TELLING_WHOLE)
    return next(iter(named or (same if telling else [])), None)


def _prints(figure: Figure, number: TextNumber) -> bool:
    if figure.number is None or not number.decimals:
        return figure.number == number.amount
    return number.prints(figure.number)


def _words(figure: Figure, world: World) -> list[str]:
    return [s for s in figure.name.split(".") if len(s) > 1 and s not in world.words.general]
