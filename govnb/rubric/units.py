"""Units of what is scored: a number counts only in the unit its rule is written in.

A bare 95 where a rate is asked for, hours held against days, 件 under a rule for 次: each
would score some other number than the one meant, so each is refused with what to write.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from govnb.sheet.figure import Figure
from govnb.text.measure import PERCENT
from govnb.text.place import Fault
from govnb.text.values import MONEY_UNIT, MONEY_UNITS, Amount

UNITS = "下属单位"


def mismatch(what: str, unit: str, wanted: str, by: str) -> str:
    """Return the message for a number in another unit than what it is held against has."""
    if unit == PERCENT:
        return f"{what}是百分数，而{by}的单位是“{wanted or '无'}”"
    if wanted == PERCENT and not unit:
        return f"{what}没有百分号，而{by}是百分数"
    return f"{what}的单位与{by}的单位“{wanted or '无'}”不同"


def wrong_unit(figure: Figure, unit: str, money_unit: str) -> Iterator[Fault]:
    """Yield a fault for a stated value in another unit than its indicator."""
    given, number = figure.unit, f"{figure.number:f}"
    if given == unit or (not figure.number and given in ("", PERCENT)):
        return
    if not given and unit != PERCENT:
        if unit in MONEY_UNITS and money_unit not in (MONEY_UNIT, unit):
            # In a file kept in 元 a bare number is 元 wherever else it stands.
            message = (
                f"“{figure.name}”没有写单位：这个指标以{unit}计，本文件的金额单位是{money_unit}"
            )
            yield Fault(figure.place, message, f"写 {number}{money_unit}，或 {number}{unit}")
        return
    hint = f"写 {number}"
    if unit == PERCENT:
        hint += "%"
        if f".{UNITS}." in figure.name:
            hint = "要用完成率的，指标里写 公式: 实际完成值 / 年度指标值"
    elif given == PERCENT:
        hint = "改成不带百分号的数"
    elif unit:
        hint = f"换算成以“{unit}”计的数"
    what = f"“{figure.name}”（{number}{given}）" if given != PERCENT else f"“{figure.name}”"
    yield Fault(figure.place, mismatch(what, given, unit, "这个指标"), hint)


def check_levels(levels: Iterable[Amount | None], unit: str) -> Iterator[Fault]:
    """Require of a rule's numbers the unit of the value: 95 where it is % is 9500 percent."""
    for level in levels:
        given = level.kind.unit if level is not None else unit
        if level is None or given == unit or (not level.value and given in ("", PERCENT)):
            continue
        # A count needs no unit, and money may be written in any of its units.
        if unit != PERCENT and (not given or (given == MONEY_UNIT and unit in MONEY_UNITS)):
            continue
        text = level.text.strip()
        hint = "写成同一个单位，或改指标的“单位”"
        if not given:
            hint = f"写 {text}%；指标值不是百分数的，给指标加一行“单位”"
        yield Fault(level.place, mismatch(f"“{text}”", given, unit, "指标值"), hint)


def same_unit(figures: Iterable[Figure | None]) -> Iterator[Fault]:
    """Refuse numbers that are compared or summed up though they count different things."""
    known = [f for f in figures if f is not None and f.number is not None and f.formula is None]
    other = next((f for f in known if f.unit != known[0].unit), None)
    if other is not None:
        message = (
            f"“{other.name}”与“{known[0].name}”的单位不同："
            f"“{other.unit or '无'}”与“{known[0].unit or '无'}”"
        )
        yield Fault(other.place, message, "写成同一个单位")


def bare_money(figures: Sequence[Figure], base: str, money_unit: str) -> Iterator[Fault]:
    """Refuse a bare number of the department's own among amounts kept in 元.

    Amounts are converted to 万元 on reading, which a number without a unit can't be.
    """
    if money_unit == MONEY_UNIT or not any(figure.is_money for figure in figures):
        return
    for figure in figures:
        own = figure.name.startswith(f"{base}.") and figure.formula is None
        if own and not figure.unit and figure.number:
            number = f"{figure.number:f}"
            message = f"“{figure.name}”没有写单位，却与金额一起算，而本文件的金额单位是{money_unit}"
            hint = f"是金额写成 {number}{money_unit}；不是金额也写上单位，如 {number}人"
            yield Fault(figure.place, message, hint)


def wrong_level(
    end: Amount, counts: str, formula: str, bare: Figure | None, money_unit: str
) -> Iterator[Fault]:
    """Yield why a number of a condition can't be held against what its formula counts.

    `bare` is the department's own number without a unit, where it is all of the formula.
    """
    unit, text = end.kind.unit, end.text.strip()
    if counts == PERCENT:
        # A bare 1 in a condition on a rate can only mean all of it.
        if unit != PERCENT and end.value not in (Decimal(0), Decimal(1)):
            hint = f"写 {text}%；不是比率的，在部门文件里给各数写上单位"
            yield Fault(end.place, mismatch(f"“{text}”", "", PERCENT, f"“{formula}”的值"), hint)
    elif counts:
        if unit not in ("", counts):
            yield Fault(
                end.place, mismatch(f"“{text}”", unit, counts, f"“{formula}”"), "写成同一个单位"
            )
    elif bare is not None and unit == PERCENT:
        message = f"“{bare.name}”没有百分号，而指标体系要的是百分数"
        yield Fault(bare.place, message, f"写 {bare.number:f}%")
    elif bare is not None and unit == MONEY_UNIT != money_unit:
        message = f"“{bare.name}”没有写单位，而本文件的金额单位是{money_unit}"
        yield Fault(bare.place, message, f"写 {bare.number:f}{money_unit}")
