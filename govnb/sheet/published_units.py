"""公布数: which figure each one is, and how its printed unit compares with the figure's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from govnb.sheet.expression import canonical
from govnb.sheet.figure import Figure
from govnb.sheet.names import LIST_THEM
from govnb.sheet.published import PublishedFigure
from govnb.sheet.read import Inputs
from govnb.sheet.sheet import Draft
from govnb.text.number import TextNumber
from govnb.text.place import MOST_FAULTS, Fault
from govnb.text.suggest import did_you_mean
from govnb.text.values import MONEY_UNITS, PartialDate

# What stands before a unit of counting: 1.24万件 is 12400件.
_MULTIPLES = {"百": 100, "千": 1000, "万": 10000, "亿": 10**8}
_TIMES = "倍"
_SAME_UNITS = ({"人", "名"}, {"㎡", "平方米"}, {"%", "百分点", "个百分点"})


def factor(source: PublishedFigure, figure: Draft | Figure) -> Decimal | None:
    """Return how many of the figure's unit one printed unit is; None if they don't compare.

    A bare number is in the figure's unit, and so is money, which keeps the file's 金额单位.
    """
    return scale(source.unit or figure.unit, figure.unit)


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


def check_published(inputs: Inputs, figures: Mapping[str, Draft | Figure]) -> list[Fault]:
    """Return a fault for each 公布数 that isn't a figure's name, or whose unit isn't its unit."""
    faults: list[Fault] = []
    for key, source in inputs.department.published.items():
        figure = figures.get(canonical(key))
        if canonical(key) in inputs.gaps:
            continue
        if figure is None:
            near = did_you_mean(key, figures) if len(faults) < MOST_FAULTS else ""
            hint = near or LIST_THEM
            faults.append(Fault(source.place, f"公布数里的“{key}”不是指标名称", hint))
        elif isinstance(figure.value, str | PartialDate):
            message = f"公布数里的“{key}”不是数，不能核对"
            faults.append(Fault(source.place, message, "删去这一行"))
        elif factor(source, figure) is None:
            message = f"公布数“{key}”的单位“{source.unit}”与指标的“{figure.unit}”不同"
            faults.append(Fault(source.place, message, _hint(source, figure)))
    return faults


def _hint(source: PublishedFigure, figure: Draft | Figure) -> str:
    """Return what to type for a published number in a unit that isn't its figure's.

    Never another quantity: 1.18倍 isn't 1.18%.
    """
    if source.unit == _TIMES and figure.unit == "%":
        about = "约" if source.around else ""
        number = f"{source.value * 100:f}"
        number = number.rstrip("0").rstrip(".") if "." in number else number
        return (
            f"增长{source.text.strip()}就是 {about}{number}%；写的若是本年与上年之比，先减去 100%"
        )
    if figure.unit in MONEY_UNITS and f"{source.unit}元" in MONEY_UNITS:
        return f"写 {source.value}{source.unit}元"
    if source.unit[0] in _MULTIPLES and source.unit not in MONEY_UNITS:
        return f"换算成以“{figure.unit}”为单位的数"
    return f"写 {source.value}{figure.unit}，或不写单位"
