"""The functions of the formula language: 求和(…), 年份(…) and their like."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any

from govnb.text.values import PartialDate

Value = Decimal | str | PartialDate | None
# What a formula reckons with: fractions once a decimal would have to be rounded on the way.
Number = Decimal | Fraction
Operand = Value | Fraction


class FormulaError(ValueError):
    """A formula that can't be read or evaluated; `hint` says what to write instead."""

    def __init__(self, message: str, hint: str = "", offset: int = 0) -> None:
        super().__init__(message)
        self.hint = hint
        self.offset = offset


def _numbers(values: list[Operand]) -> list[Any] | None:
    """Return the values as numbers, or None when one is unknown or there is none."""
    numbers = []
    for value in values:
        if value is None:
            return None
        if not isinstance(value, Number):
            raise FormulaError(f"“{value}”不是数，不能参加计算", "写数的名称；日期用 年份(…)")
        numbers.append(value)
    return numbers or None


def _sum(values: list[Operand]) -> Operand:
    numbers = _numbers(values)
    return None if numbers is None else reduce(add, numbers)


def _least(values: list[Operand]) -> Operand:
    numbers = _numbers(values)
    return None if numbers is None else min(numbers)


def _most(values: list[Operand]) -> Operand:
    numbers = _numbers(values)
    return None if numbers is None else max(numbers)


def _absolute(values: list[Operand]) -> Operand:
    numbers = _numbers(values)
    return None if numbers is None else abs(numbers[0])


def _floor(values: list[Operand]) -> Operand:
    numbers = _numbers(values)
    return None if numbers is None else _whole(numbers[0], math.floor, ROUND_FLOOR)


def _ceiling(values: list[Operand]) -> Operand:
    numbers = _numbers(values)
    return None if numbers is None else _whole(numbers[0], math.ceil, ROUND_CEILING)


def _whole(number: Number, exactly: Callable[[Fraction], int], rounding: str) -> Number:
    if isinstance(number, Fraction):
        return Fraction(exactly(number))
    return number.to_integral_value(rounding)


def _first_known(values: list[Operand]) -> Operand:
    return next((value for value in values if value is not None), None)


def _year(values: list[Operand]) -> Operand:
    (date,) = values[:1]
    if date is None:
        return None
    if not isinstance(date, PartialDate):
        raise FormulaError(f"“{date}”不是日期", "年份(…) 里写日期的名称")
    return Decimal(date.year)


# Counts what is stated; all others need every value.
COUNT = "个数"
FUNCTIONS: dict[str, Callable[[list[Operand]], Operand]] = {
    "求和": _sum,
    COUNT: lambda values: Decimal(len(values)),
    "最大": _most,
    "最小": _least,
    "绝对值": _absolute,
    "向下取整": _floor,
    "向上取整": _ceiling,
    "首个已知": _first_known,
    "年份": _year,
}
# Those that mean one number, not several.
OF_ONE = frozenset({"绝对值", "向下取整", "向上取整", "年份"})
