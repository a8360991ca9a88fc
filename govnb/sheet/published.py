"""公布数: what a published report printed, and how its unit compares with the figure's."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated

from govnb.text.faults import Place
from govnb.text.number import BadText, TextNumber, parse_number, split_typed
from govnb.text.values import MONEY_UNITS, Reads

# What stands before a unit of counting: 1.24万件 is 12400件.
_MULTIPLES = {"百": 100, "千": 1000, "万": 10000, "亿": 10**8}
_SAME_UNITS = ({"人", "名"}, {"㎡", "平方米"}, {"%", "百分点", "个百分点"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFigure(TextNumber):
    """A printed number, and the line that quotes it."""

    place: Place

    def factor(self, unit: str) -> Decimal | None:
        """Return how many of a figure's unit one printed unit is; None if they don't compare.

        A bare number is in the figure's unit.
        """
        return scale(self.unit or unit, unit)

    def hint(self, unit: str) -> str:
        """Return what to type for a number in a unit that isn't its figure's.

        Never another quantity: 1.18倍 isn't 1.18%.
        """
        if self.unit == "倍" and unit == "%":
            number = f"{'约' if self.around else ''}{(self.value * 100).normalize():f}%"
            return f"增长{self.text.strip()}就是 {number}；写的若是本年与上年之比，先减去 100%"
        if unit in MONEY_UNITS and f"{self.unit}元" in MONEY_UNITS:
            return f"写 {self.value}{self.unit}元"
        if self.unit[0] in _MULTIPLES and self.unit not in MONEY_UNITS:
            return f"换算成以“{unit}”为单位的数"
        return f"写 {self.value}{unit}，或不写单位"


def parse_published(text: str, place: Place) -> PublishedFigure:
    """Read a printed number: `20.25`, `1.1%`, `1200余件`, `约118%`, `-7.24万元`; raise BadText."""
    match = split_typed(text)
    if match is None or re.search(r"\d", match["unit"]):
        bare = text.strip()
        hint = "照原文写数和单位，如 1.1% 或 20.25；没有公布就删去这一行"
        raise BadText(f"“{bare}”不是公布的数" if bare else "值是空的", hint)
    decimals = len(match["number"].partition(".")[2])
    return PublishedFigure(
        text, parse_number(match["number"], negative=True), decimals, match["unit"].strip(),
        0, len(text), bool(match["around"]), bool(match["more"]), place=place,
    )  # fmt: skip


Published = Annotated[
    PublishedFigure,
    Reads(
        lambda text: parse_published(text, text.place),
        "一个公布的数",
        "只写一个数，如 1.1% 或 20.25",
        {"type": ["number", "string"], "description": "照原文写，如 1.1%、97分、1200余"},
    ),
]


def scale(unit: str, wanted: str) -> Decimal | None:
    """Return how many of the wanted unit one of another is; None if they don't compare."""
    if unit == wanted or any({unit, wanted} <= same for same in _SAME_UNITS):
        return Decimal(1)
    if (unit, wanted) == ("‰", "%"):
        return Decimal("0.1")
    money, _, per = unit.partition("/")
    wanted_money, _, wanted_per = wanted.partition("/")
    if money in MONEY_UNITS and wanted_money in MONEY_UNITS and per == wanted_per:
        return MONEY_UNITS[money] / MONEY_UNITS[wanted_money]
    if wanted and wanted not in MONEY_UNITS and unit[0] in _MULTIPLES and unit[1:] in ("", wanted):
        return Decimal(_MULTIPLES[unit[0]])
    # A count of a list has no unit of its own: 5个, 5项, 5条 are all it.
    return Decimal(1) if not wanted and unit not in MONEY_UNITS and unit != "%" else None


def in_unit(number: TextNumber, wanted: str) -> TextNumber | None:
    """Return a number of a text with the unit behind it, if that compares with the wanted one."""
    head = number.unit
    if head and wanted in MONEY_UNITS and f"{head}元" in MONEY_UNITS:
        # 支出511.4万。
        return replace(number, scale=scale(f"{head}元", wanted) or Decimal(1))
    alike = {wanted}.union(*(same for same in _SAME_UNITS if wanted in same))
    units = alike | {f"{multiple}{unit}" for multiple in _MULTIPLES for unit in alike}
    units = set(MONEY_UNITS) if wanted in MONEY_UNITS else units
    unit = max((u for u in units if u and head.startswith(u)), key=len, default="")
    # 人次 are not people.
    if not unit or (unit in ("人", "名") and head.startswith("次", len(unit))):
        return None
    bare = unit if unit in alike or unit in MONEY_UNITS else f"{unit[0]}{wanted}"
    return replace(number, unit=unit, scale=scale(bare, wanted) or Decimal(1))
