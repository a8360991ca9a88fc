"""Measures: numbers with any unit, targets with their sign, and ranges of them."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

from govnb.text.ledger import Strict
from govnb.text.place import Place
from govnb.text.span import Span
from govnb.text.values import (
    MONEY,
    MONEY_UNITS,
    QUANTITY,
    UNKNOWN,
    Amount,
    AmountOf,
    BadText,
    Kind,
    about_word,
    is_unknown,
    parse_number,
    refuse,
)
from govnb.text.yaml_text import Scalar

PERCENT = "%"
_MEASURE = re.compile(
    r"(?P<before>约?)\s*(?P<number>[^\s余多约%‰\u4e00-\u9fffA-Za-z㎡]+)(?P<behind>[余多]?)\s*(?P<unit>\D*)"
)


def parse_measure(text: str, place: Place, *, negative: bool = True) -> Amount:
    """Read a number with any unit: `6184件`, `92.5%`, `3.5亿元`, `5`, 未公布 or `=公式`.

    Raises
    ------
    BadText
        If it doesn't begin with a plain number.
    """
    bare = text.strip()
    if is_unknown(bare):
        return Amount(None, text, place, QUANTITY)
    if bare.startswith("="):
        return Amount(None, text, place, QUANTITY, formula=bare[1:].strip())
    match = _MEASURE.fullmatch(bare)
    if match is None:
        raise BadText(f"“{bare}”不是数", f"写一个数，可带单位，如 92.5%；没有公布写 {UNKNOWN}")
    unit = match["unit"].strip().replace("个百分点", PERCENT)
    if unit == "‰":
        raise BadText(f"“{bare}”用了千分号", "换算成百分数")
    value = parse_number(match["number"], negative=negative)
    kind = MONEY if unit in MONEY_UNITS else Kind(unit, (unit,), what="数")
    value *= MONEY_UNITS.get(unit, Decimal(1))
    about = about_word(match["before"], match["behind"], match["number"], unit)
    return Amount(value, text, place, kind, about=about, unit_typed=bool(unit))


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
        super().__init__(QUANTITY)
        self.signs, self.stated = signs, stated
        self.read, self.what, self.hint = self._measure, "一个数", ""
        self.schema = {
            "type": ["number", "string"],
            "description": "数，可带单位，如 92.5%、6000件",
        }

    def _measure(self, value: Scalar) -> Amount:
        bare = value.strip()
        if self.signs and (match := _SIGN.match(bare)):
            behind = bare[match.end() :].strip()
            is_formula = _SIGNS[match[0]] == "=" and not behind[:1].isdigit()
            bare = bare if is_formula and match[0] == "=" else behind
        amount = parse_measure(bare, value.place)
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
        stated = (self.equal, self.above, self.at_least, self.below, self.at_most)
        return [end for end in stated if isinstance(end, Amount)]

    def span(self, unit: str = "") -> Span:
        """Return the range, money in `unit`."""
        if isinstance(self.equal, Amount):
            return Span.point(ratio(self.equal, unit))
        low, high = self.at_least or self.above, self.at_most or self.below
        return Span(
            None if low is None else ratio(low, unit),
            None if high is None else ratio(high, unit),
            low_open=self.above is not None,
            high_open=self.below is not None,
        )

    def as_points(self, full: Decimal) -> Span:
        """Return the range as points: a percentage is a share of full marks."""

        def end(amount: Amount | None) -> Decimal | None:
            if amount is None or amount.value is None:
                return None
            return ratio(amount) * full if amount.kind.unit == PERCENT else amount.value

        if isinstance(self.equal, Amount):
            return Span(end(self.equal), end(self.equal))
        low, high = end(self.at_least or self.above), end(self.at_most or self.below)
        return Span(low, high, self.above is not None, self.below is not None)

    def __str__(self) -> str:
        fields = [(str(f.alias), getattr(self, n)) for n, f in Bounds.model_fields.items()]
        return "、".join(f"{word} {end.text.strip()}" for word, end in fields if end is not None)


def check_bounds(bounds: Bounds) -> Bounds:
    """Return bounds that can hold something; raise for none, doubled or crossed ends."""
    hint = "写 等于，或 大于、不低于 之一和 小于、不超过 之一"
    given = [w for w in ("equal", "above", "at_least", "below", "at_most") if getattr(bounds, w)]
    if not given:
        raise refuse("没有写范围", hint)
    doubled = {"above", "at_least"} <= set(given) or {"below", "at_most"} <= set(given)
    if doubled or ("equal" in given and len(given) > 1):
        raise refuse(f"范围写重了：{bounds}", hint)
    if bounds.span().is_empty:
        raise refuse(f"范围是空的：{bounds}", "检查两头的数和开闭")
    return bounds


Range = Annotated[Bounds, AfterValidator(check_bounds)]
