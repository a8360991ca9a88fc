"""Measures: numbers with any unit, targets with their sign, and ranges of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

from govnb.text.ledger import Strict
from govnb.text.span import Span
from govnb.text.values import (
    MEASURE,
    MONEY,
    MONEY_UNITS,
    Amount,
    AmountOf,
    BadText,
    parse_amount,
    refuse,
)
from govnb.text.yaml_text import Scalar

PERCENT = "%"
# The signs that official forms put before a target, in every form they are typed in.
_SIGNS = {
    "≥": "≥", ">=": "≥", "＞=": "≥", "》=": "≥", "≤": "≤", "<=": "≤", "＜=": "≤",
    ">": ">", "＞": ">", "<": "<", "＜": "<", "=": "=", "＝": "=",
}  # fmt: skip
_SIGN = re.compile("|".join(sorted(map(re.escape, _SIGNS), key=len, reverse=True)))


def sign_of(text: str) -> str:
    """Return the sign before a target: one of ≥ ≤ > < =, or nothing."""
    match = _SIGN.match(text.strip())
    return _SIGNS[match[0]] if match else ""


class MeasureOf(AmountOf):
    """How a number with any unit is read; `signs` lets ≥, ≤, =, > or < stand before it.

    `=100%` is a target then; `=名称` still refers to another figure.

    `stated` is for rubrics: a plain number that stands there, not 未公布 and not a formula.
    """

    def __init__(self, *, signs: bool = False, stated: bool = False) -> None:
        super().__init__(MEASURE)
        self.signs, self.stated = signs, stated
        self.schema = {
            "type": ["number", "string"],
            "description": "数，可带单位，如 92.5%、6000件",
        }

    def _amount(self, value: Scalar) -> Amount:
        bare = value.strip()
        if self.signs and (match := _SIGN.match(bare)):
            behind = bare[match.end() :].strip()
            is_formula = _SIGNS[match[0]] == "=" and not behind[:1].isdigit()
            bare = bare if is_formula and match[0] == "=" else behind
        amount = parse_amount(bare, MEASURE, value.place)
        if self.stated and (amount.value is None or amount.approximate):
            raise BadText(f"“{bare}”不能写在规则里", "规则里写一个确定的数，如 100%")
        return replace(amount, text=str(value))


Measure = Annotated[Amount, MeasureOf()]
Goal = Annotated[Amount, MeasureOf(signs=True)]
Level = Annotated[Amount, MeasureOf(stated=True)]


def ratio(amount: Amount, unit: str = "") -> Decimal:
    """Return an amount as formulas use it: 5% is 0.05, and 1500元 is 1500 where `unit` is 元."""
    assert amount.value is not None
    if amount.kind is MONEY and unit in MONEY_UNITS:
        return amount.value / MONEY_UNITS[unit]
    return amount.value / 100 if amount.kind.unit == PERCENT else amount.value


def unit_of(stated: str | None, default: str) -> str:
    """Return a unit as values print it: the one stated, none for 无, else the default."""
    return default if stated is None else "" if stated == "无" else str(stated)


class Bounds(Strict):
    """A range in words, each of which says whether its end belongs to it."""

    equal: Level | None = Field(None, alias="等于", description="就是这个数")
    above: Level | None = Field(None, alias="大于", description="不含")
    at_least: Level | None = Field(None, alias="不低于", description="含")
    below: Level | None = Field(None, alias="小于", description="不含")
    at_most: Level | None = Field(None, alias="不超过", description="含")

    @property
    def ends(self) -> list[Amount]:
        """The numbers stated."""
        return [end for end in self._stated().values() if end is not None]

    def _stated(self) -> dict[str, Amount | None]:
        return {str(f.alias): getattr(self, n) for n, f in Bounds.model_fields.items()}

    def span(self, unit: str = "") -> Span:
        """Return the range, money in `unit`."""
        return self._span(lambda end: ratio(end, unit))

    def as_points(self, full: Decimal) -> Span:
        """Return the range as points: a percentage is a share of full marks."""
        return self._span(lambda end: ratio(end) * (full if end.kind.unit == PERCENT else 1))

    def _span(self, number: Callable[[Amount], Decimal]) -> Span:
        if self.equal:
            return Span.point(number(self.equal))
        low, high = self.at_least or self.above, self.at_most or self.below
        return Span(
            number(low) if low else None,
            number(high) if high else None,
            low_open=self.above is not None,
            high_open=self.below is not None,
        )

    def __str__(self) -> str:
        given = {word: end for word, end in self._stated().items() if end is not None}
        return "、".join(f"{word} {end.text.strip()}" for word, end in given.items())


def check_bounds(bounds: Bounds) -> Bounds:
    """Return bounds that can hold something; raise for none, doubled or crossed ends."""
    hint = "写 等于，或 大于、不低于 之一和 小于、不超过 之一"
    if not bounds.ends:
        raise refuse("没有写范围", hint)
    doubled = (bounds.above and bounds.at_least) or (bounds.below and bounds.at_most)
    if doubled or (bounds.equal and len(bounds.ends) > 1):
        raise refuse(f"范围写重了：{bounds}", hint)
    if bounds.span().is_empty:
        raise refuse(f"范围是空的：{bounds}", "检查两头的数和开闭")
    return bounds


Range = Annotated[Bounds, AfterValidator(check_bounds)]
