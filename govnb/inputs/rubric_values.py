"""The values a rubric and its evidence are made of: measures, points, ranges, due dates."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from govnb.inputs.ledger import Strict
from govnb.inputs.place import Place
from govnb.inputs.span import Span
from govnb.inputs.values import (
    MONEY,
    MONEY_UNITS,
    QUANTITY,
    UNKNOWN,
    Amount,
    AmountOf,
    BadText,
    Kind,
    Reads,
    TextOf,
    about_word,
    parse_number,
    refuse,
)
from govnb.inputs.yaml_text import Mapping, Scalar

PERCENT = "%"
# The one thing 原文 marks of a rule leave open most often: what a fraction of a step costs.
ROUNDINGS = {"舍去": "floor", "进一": "ceil", "按比例": "linear"}
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
    if bare == UNKNOWN:
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


@dataclass(frozen=True, slots=True)
class Points:
    """A score as a rule states it: 分 outright, or a share of the indicator's weight."""

    value: Decimal
    is_share: bool
    text: str
    place: Place

    def of(self, weight: Decimal) -> Decimal:
        """Return the points for an indicator of this weight."""
        return self.value * weight if self.is_share else self.value


class PointsOf(Reads):
    """How :class:`Points` are read; `word` may stand in their place."""

    def __init__(self, word: str | None = None) -> None:
        self.word = word
        said = "分数，如 0.5；或占分值的百分比，如 10%；或 满分、不得分"
        schema = {"type": ["number", "string"], "description": said}
        super().__init__(self._points, "分数", "", schema)

    def _points(self, text: Scalar) -> Points | Scalar:
        bare = text.strip()
        words = {"满分": Decimal(1), "不得分": Decimal(0)}
        if bare == self.word:
            return text
        if bare in words:
            return Points(words[bare], True, bare, text.place)
        share = bare.endswith(PERCENT)
        try:
            number = parse_number(bare.removesuffix(PERCENT).removesuffix("分"))
        except BadText as error:
            if not error.hint or UNKNOWN in error.hint:
                error.hint = "写分数，如 0.5、10%、满分、不得分"
            raise
        return Points(number / 100 if share else number, share, bare, text.place)


PointsValue = Annotated[Points, PointsOf()]


class Bounds(Strict):
    """A range in words, each of which says whether its end belongs to it."""

    equal: Level | None = Field(None, alias="等于")
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


@dataclass(frozen=True, slots=True)
class DueDate:
    """A day by which something must be done: each year's own day, or the same day every year."""

    text: str
    place: Place
    days: dict[int, datetime.date]
    month_day: tuple[int, int] | None = None
    years_later: int = 0

    def on(self, year: int) -> datetime.date | None:
        """Return the day for one year of evaluation, None when the rubric doesn't give it."""
        if self.month_day is None:
            return self.days.get(year)
        month, day = self.month_day
        return datetime.date(year + self.years_later, month, day)


_DUE = re.compile(r"(?P<year>次年|上年|)(?P<month>\d{2})-(?P<day>\d{2})", re.ASCII)


class _DueType:
    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_read_due)

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, __: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {
            "type": ["string", "object"],
            "description": "06-30、次年03-31、上年12-31，或 年度: 日期",
        }


def _read_due(value: Any) -> DueDate:
    hint = "写 06-30（当年）、次年03-31、上年12-31，或逐年写 {2019: 2019-02-05}"
    if isinstance(value, Mapping):
        days = {}
        for year, day in value.items():
            try:
                days[int(year)] = datetime.date.fromisoformat(str(day))
            except ValueError:
                raise refuse(f"“{year}: {day}”不是年度和日期", hint) from None
        return DueDate("逐年规定", value.place, days)
    if not isinstance(value, Scalar):
        raise refuse("这里应是截止日期", hint)
    match = _DUE.fullmatch(value.strip())
    # The 29th of February isn't every year's.
    month_day = (int(match["month"]), int(match["day"])) if match else (2, 29)
    try:
        datetime.date(2001, *month_day)
    except ValueError:
        raise refuse(f"“{value}”不是每年都有的截止日期", hint) from None
    assert match is not None
    later = {"": 0, "次年": 1, "上年": -1}[match["year"]]
    return DueDate(str(value).strip(), value.place, {}, month_day, later)


Due = Annotated[DueDate, _DueType()]
Rounding = Annotated[Scalar, TextOf("取整方式", choices=(*ROUNDINGS, *ROUNDINGS.values()))]
Mark = Annotated[Scalar, TextOf("证据标记"), AfterValidator(lambda text: _check_mark(text))]
MARKS = ("原文", "推", "待核")


def _check_mark(text: Scalar) -> Scalar:
    """Accept one mark, or marks in brackets after what each is about."""
    found = re.findall(r"\[([^\[\]]*)\]", text)
    if text not in MARKS and not (found and all(mark in MARKS for mark in found)):
        raise refuse(
            f"“{text}”不是证据标记", "写 原文、推 或 待核；分别标时写 名称、权重[原文]；规则[待核]"
        )
    return text
