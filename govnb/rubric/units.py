"""Units of what is scored: a number counts only in the unit its rule is written in.

A bare 95 where a rate is asked for, hours held against days, 件 under a rule for 次: each
would score some other number than the one meant, so each is refused with what to write.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from govnb.rubric.facts import Facts
from govnb.rubric.outcome import Valued
from govnb.sheet.expression import Dimension, Expression
from govnb.sheet.figure import Figure
from govnb.text.measure import PERCENT
from govnb.text.place import Fault
from govnb.text.span import Span
from govnb.text.values import MONEY_UNIT, MONEY_UNITS, Amount
from govnb.text.yaml_text import Scalar

UNITS = "下属单位"
# A bare 1 in a condition on a rate can only mean all of it.
_PLAIN_RATES = frozenset({Decimal(0), Decimal(1)})


def in_unit(case: Facts, figure: Figure) -> Decimal | None:
    """Return a stated value in the indicator's unit, a percentage as its fraction."""
    value = figure.ratio
    if not isinstance(value, Decimal):
        return None
    if figure.formula is not None:
        return value
    if case.unit in MONEY_UNITS and figure.is_money:
        return value / MONEY_UNITS[case.unit]
    case.faults.extend(_wrong_unit(case, figure, value))
    return value


def span_in_unit(case: Facts, words: Iterable[str]) -> Span:
    """Return the range a department states (指标值范围) in the indicator's unit."""
    figures = {word: case.figure("指标值范围", word) for word in words}
    ends = {word: in_unit(case, f) for word, f in figures.items() if f is not None}
    if "等于" in ends:
        return Span(ends["等于"], ends["等于"])
    low = ends.get("不低于", ends.get("大于"))
    high = ends.get("不超过", ends.get("小于"))
    return Span(low, high, "大于" in ends, "小于" in ends)


def _wrong_unit(case: Facts, figure: Figure, value: Decimal) -> Iterator[Fault]:
    if figure.unit == case.unit or (not value and figure.unit in ("", PERCENT)):
        return
    number, unit = f"{figure.number:f}", case.unit
    if unit == PERCENT:
        said = "没有百分号" if not figure.unit else f"的单位是“{figure.unit}”"
        message = f"“{figure.name}”{said}，而这个指标的值是百分数"
        hint = f"写 {number}%"
        if f".{UNITS}." in figure.name:
            hint = "要用完成率的，指标里写 公式: 实际完成值 / 年度指标值"
        yield Fault(figure.place, message, hint)
    elif figure.unit == PERCENT:
        message = f"“{figure.name}”是百分数，而这个指标的单位是“{unit or '无'}”"
        yield Fault(figure.place, message, "改成不带百分号的数")
    elif figure.unit:
        shown = f"{figure.unit}的数" if figure.is_money else f"“{figure.unit}”"
        message = f"“{figure.name}”的单位是{shown}，而这个指标的单位是“{unit or '无'}”"
        yield Fault(figure.place, message, f"换算成以“{unit}”计的数" if unit else f"写 {number}")
    elif unit in MONEY_UNITS and case.money_unit not in (MONEY_UNIT, unit):
        # In a file kept in 元 a bare number is 元 wherever else it stands.
        message = (
            f"“{figure.name}”没有写单位：这个指标以{unit}计，本文件的金额单位是{case.money_unit}"
        )
        yield Fault(figure.place, message, f"写 {number}{case.money_unit}，或 {number}{unit}")


def same_unit(case: Facts, figures: Iterable[Figure | None]) -> None:
    """Refuse numbers that are compared or summed up though they count different things."""
    known = [f for f in figures if f is not None and f.number is not None and f.formula is None]
    for figure in known[1:]:
        first = known[0]
        if figure.unit != first.unit:
            message = (
                f"“{figure.name}”与“{first.name}”的单位不同："
                f"“{figure.unit or '无'}”与“{first.unit or '无'}”"
            )
            case.faults.append(Fault(figure.place, message, "写成同一个单位"))
            return


def check_money(case: Facts, names: Iterable[str]) -> None:
    """Refuse a bare number of the department's own among amounts kept in 元.

    Amounts are converted to 万元 on reading, which a number without a unit can't be.
    """
    if case.money_unit == MONEY_UNIT:
        return
    figures = [f for name in names if (f := case.figures.get(case.locate(name))) is not None]
    if not any(figure.is_money for figure in figures):
        return
    for figure in figures:
        own = figure.name.startswith(f"{case.base}.")
        if own and not figure.unit and figure.formula is None and figure.number:
            number = f"{figure.number:f}"
            message = (
                f"“{figure.name}”没有写单位，却与金额一起算，而本文件的金额单位是{case.money_unit}"
            )
            hint = f"是金额写成 {number}{case.money_unit}；不是金额也写上单位，如 {number}人"
            case.faults.append(Fault(figure.place, message, hint))


def check_scale(case: Facts, formula: Scalar, expression: Expression) -> None:
    """Refuse a formula over amounts, which are 万元, for an indicator in 元."""
    unit = case.unit.partition("/")[0]
    counted = _dimension(case, expression)
    if unit not in MONEY_UNITS or unit == MONEY_UNIT or counted is None:
        return
    if counted.units.get(MONEY_UNIT) == 1 and not counted.scales:
        factor = f"{1 / MONEY_UNITS[unit]:f}"
        message = f"公式“{formula}”里的金额以万元计，指标的单位却是“{case.unit}”"
        case.faults.append(Fault(formula.place, message, f"公式里乘 {factor}，或改指标的“单位”"))


def check_condition(
    case: Facts, condition: Any, expression: Expression, found: Valued
) -> Iterator[Fault]:
    """Yield why a condition of the rubric can't be meant as written."""
    equal, formula = condition.equal, condition.formula
    if isinstance(equal, Scalar):
        if found.number is not None:
            message = f"“{formula}”是数，不会等于“{equal}”"
            yield Fault(equal.place, message, "写一个数，如 等于: 0")
        elif found.word in ("是", "否") and equal not in ("是", "否"):
            yield Fault(
                equal.place, f"“{formula}”只会是 是 或 否，不会等于“{equal}”", "写 是 或 否"
            )
        return
    if found.word is not None:
        hint = "写 等于: 是，或 等于: 否" if found.word in ("是", "否") else "写 等于: 一个词"
        yield Fault(condition.ends[0].place, f"“{formula}”是词，不能与数比", hint)
        return
    counted = _dimension(case, expression)
    for end in condition.ends if counted is not None else ():
        assert counted is not None
        yield from _end(case, formula, expression, counted, end)


def _end(
    case: Facts, formula: Scalar, expression: Expression, counted: Dimension, end: Amount
) -> Iterator[Fault]:
    unit, value = end.kind.unit, end.value or Decimal(0)
    text = end.text.strip()
    if counted.is_rate:
        if unit != PERCENT and value not in _PLAIN_RATES:
            hint = f"写 {text}%；不是比率的，在部门文件里给各数写上单位"
            yield Fault(end.place, f"“{text}”没有百分号，而“{formula}”算出来是百分数", hint)
        return
    (counts, power), *more = counted.units.items() or [("", 1)]
    if more or power != 1 or not value:
        return
    single = case.figures.get(case.locate(formula)) if formula in expression.names else None
    if counts and unit not in ("", counts):
        message = f"“{text}”的单位与“{formula}”的不同，后者是“{counts}”"
        yield Fault(end.place, message, "写成同一个单位")
    elif not counts and single is not None and single.formula is None and single.number:
        # The rubric asks for a rate or an amount, and the department gave a bare number.
        if unit == PERCENT:
            message = f"“{single.name}”没有百分号，而指标体系要的是百分数"
            yield Fault(single.place, message, f"写 {single.number:f}%")
        elif unit == MONEY_UNIT and case.money_unit != MONEY_UNIT:
            message = f"“{single.name}”没有写单位，而本文件的金额单位是{case.money_unit}"
            yield Fault(single.place, message, f"写 {single.number:f}{case.money_unit}")


def _dimension(case: Facts, expression: Expression) -> Dimension | None:
    def unit_of(name: str) -> str | None:
        figure = case.figures.get(case.locate(name))
        if figure is None or figure.scale == 1:
            return None if figure is None else figure.unit
        return "/".join([MONEY_UNIT, *figure.unit.split("/")[1:]])

    return expression.dimension(unit_of, case.expand)
