"""The values a parameter file is made of: amounts, dates and text.

An amount is read from its text into a `Decimal` and never passes through a binary
float. What an accountant may mistype (full-width digits, thousands commas, leading
zeros, the wrong unit) is refused with the text to type instead.
"""

import datetime
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from govnb.text.characters import UNSEEN
from govnb.text.faults import Place
from govnb.text.number import TO_FILL as TO_FILL
from govnb.text.number import UNKNOWN as UNKNOWN
from govnb.text.number import BadText as BadText
from govnb.text.number import is_unknown as is_unknown
from govnb.text.number import parse_number as parse_number
from govnb.text.number import split_typed, why_not_a_number
from govnb.text.yaml_text import Scalar

MONEY_UNIT = "万元"
# What marks a 约数: 约 before any number, 余 behind a round one. 多 is said behind any.
ABOUT, MORE, MANY = "约", "余", "多"
# How many 万元 one of each unit is; exact powers of ten, so that conversion never rounds.
MONEY_UNITS = {
    "元": Decimal("0.0001"),
    "千元": Decimal("0.1"),
    "万元": Decimal(1),
    "亿元": Decimal(10000),
}


def in_money_unit(unit: str, money_unit: str) -> tuple[str, Decimal]:
    """Return a unit of money as a file kept in `money_unit` counts it, and what one is of the old.

    `万元` and `万元/人` become `元` and `元/人` in a file kept in 元; other units stay.
    """
    money, per, of = unit.partition("/")
    if money != MONEY_UNIT or money_unit == MONEY_UNIT:
        return unit, Decimal(1)
    return f"{money_unit}{per}{of}", MONEY_UNITS[money_unit]


@dataclass(frozen=True, slots=True)
class Kind:
    """What an amount counts: its unit, the other units it may be typed in, its limits."""

    unit: str
    units: tuple[str, ...] = ()
    negative: bool = False
    whole: bool = False
    what: str = "数"
    any_unit: bool = False


MONEY = Kind(MONEY_UNIT, tuple(MONEY_UNITS), what="金额")
SIGNED_MONEY = replace(MONEY, negative=True)
PEOPLE = Kind("人", ("人", "名"), whole=True, what="人数")
AREA = Kind("㎡", ("㎡", "平方米"), what="面积")
QUANTITY = Kind("", what="数量")
YEAR = Kind("年", ("年",), whole=True, what="年度")
COUNT = Kind("个", ("个",), whole=True, what="个数")
# A number whose unit is its own affair: 92.5%, 6184件.
MEASURE = Kind("", any_unit=True)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as a file states it."""

    value: Decimal | None  # in the kind's unit; None when the file says 未公布 or gives a formula
    text: str  # as typed
    place: Place
    kind: Kind
    formula: str | None = None  # the expression after `=`, for an amount that refers to others
    # The word that marks a 约数 such as `1200余` or `约1236`; empty for an exact number.
    about: str = ""
    # True when the text names its unit, which then wins over the file's 金额单位.
    unit_typed: bool = False


def is_round(text: str) -> bool:
    """Tell whether a number is one that 余 may stand behind: 1200, 30, not 1236 or 1.5."""
    return text.endswith("0") and "." not in text and text.strip("-0") != ""


def about_word(before: str, behind: str, number: str, unit: str) -> str:
    """Return what marks a typed number as a 约数, or an empty text; raise for two of them.

    A 余 stands behind a round number only, such as 35余万元: 35 round ten-thousands.
    """
    if before and behind:
        raise BadText(f"“{before}{number}{behind}”有两个约数的标记", f"写 {before}{number}{unit}")
    if behind == MORE and not is_round(number) and not (unit[:1] in "千万亿" and unit):
        hint = f"写 {ABOUT}{number}{unit}"
        raise BadText(f"“{number}{behind}”的“余”只能用在整十、整百这样的数后面", hint)
    return before or behind


def parse_amount(text: str, kind: Kind, place: Place) -> Amount:
    """Read `12.5`, `12.5万元`, `1200余`, `约1236`, 未公布 or `=formula`; raise BadText else."""
    bare = text.strip()
    if is_unknown(bare):
        return Amount(None, text, place, kind)
    if bare.startswith("="):
        return Amount(None, text, place, kind, formula=bare[1:].strip())
    if bare.startswith("＝"):
        raise BadText(f"“{bare}”的等号用了全角", f"改用半角，写 ={bare[1:].strip()}")
    match = split_typed(bare, letters=not kind.any_unit)
    if match is None:
        raise why_not_a_number(bare)
    unit = match["unit"].strip()
    value = parse_number(match["number"], negative=kind.negative or kind.any_unit)
    if re.fullmatch(r"-?[\d.,\s]+", bare, re.ASCII) and unit:
        raise BadText(f"“{bare}”中间有空格", f"写 {re.sub('[, ]', '', bare)}")
    if kind.any_unit:
        kind = _kind_of(unit, bare)
    elif unit and unit not in kind.units:
        expected = "、".join(kind.units) or "不带单位"
        raise BadText(f"“{bare}”的单位“{unit}”不对，这里应是{kind.what}", f"可用的单位：{expected}")
    if kind.whole and value != value.to_integral_value():
        raise BadText(f"“{bare}”不是整数，这里是{kind.what}", "写整数")
    value *= MONEY_UNITS.get(unit, 1)
    about = about_word(match["around"], match["more"], match["number"], unit)
    return Amount(value, text, place, kind, about=about, unit_typed=bool(unit))


def _kind_of(unit: str, text: str) -> Kind:
    """Return what a number counts that may have any unit."""
    if re.search(r"\d", unit):
        raise BadText(f"“{text}”不是数", f"写一个数，可带单位，如 92.5%；没有公布写 {UNKNOWN}")
    if unit == "‰":
        raise BadText(f"“{text}”用了千分号", "换算成百分数")
    unit = unit.replace("个百分点", "%")
    return MONEY if unit in MONEY_UNITS else Kind(unit, (unit,))


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date known to the year, the month or the day, as reports give them."""

    year: int
    month: int | None
    day: int | None
    text: str
    place: Place

    def __str__(self) -> str:
        month = f"{self.month}月" if self.month else ""
        day = f"{self.day}日" if self.day else ""
        return f"{self.year}年{month}{day}"

    def earliest(self) -> tuple[int, int, int]:
        """Return the first day it can mean, as (year, month, day)."""
        return self.year, self.month or 1, self.day or 1

    def latest(self) -> tuple[int, int, int]:
        """Return a bound no earlier than the last day it can mean."""
        return self.year, self.month or 12, self.day or 31


_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?|年(?:(\d\d?)月(?:(\d\d?)日)?)?)?", re.ASCII)


def parse_date(text: str, place: Place) -> PartialDate:
    """Read `2016`, `2016-03`, `2016-03-19` or `2016年3月19日`; raise :class:`BadText` else."""
    bare = text.strip()
    match = _DATE.fullmatch(bare)
    if match is None:
        plain = unicodedata.normalize("NFKC", UNSEEN.sub("", bare))
        if _DATE.fullmatch(plain) and UNSEEN.search(bare):
            raise BadText(f"“{plain}”里有看不见的字符", f"删去它，写 {plain}")
        if _DATE.fullmatch(plain):
            raise BadText(f"“{bare}”含全角字符", f"改用半角，写 {plain}")
        said = f"“{bare}”不是日期" if bare else "值是空的"
        raise BadText(said, "写成 2016-06-30；只知道月份写 2016-06，只知道年份写 2016")
    parts = [int(part) for part in match.groups() if part]
    try:
        datetime.date(*(*parts, 1, 1)[:3])
    except ValueError:
        raise BadText(f"“{bare}”：没有这一天", "检查月和日") from None
    year, month, day = (*parts, None, None)[:3]
    return PartialDate(year or 0, month, day, text, place)


def refuse(message: str, hint: str = "", place: Place | None = None) -> PydanticCustomError:
    """Return the error a validator raises; `place` when it isn't the value's own."""
    context = {"message": message, "hint": hint} | ({"place": place} if place else {})
    return PydanticCustomError("govnb", "{message}", context)


@dataclass(eq=False)
class Reads:
    """Pydantic annotation: how a field's text is read, and what an editor may expect there."""

    read: Callable[[Scalar], Any]  # makes the value of the text, or raises BadText
    what: str  # what a field that holds several lines should have held
    hint: str  # and how to write it
    schema: dict[str, Any]
    fillable: bool = False  # whether it may say （待填）, which counts as left out

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._checked)

    def __get_pydantic_json_schema__(self, _: CoreSchema, __: GetJsonSchemaHandler) -> Any:
        return self.schema

    def _checked(self, value: Any) -> Any:
        if not isinstance(value, Scalar):
            raise refuse(f"这里应是{self.what}，不是一组内容", self.hint)
        if self.fillable and value.strip() == TO_FILL:
            return None
        try:
            return self.read(value)
        except BadText as error:
            raise refuse(str(error), error.hint) from None


class AmountOf(Reads):
    """How an amount of one :class:`Kind` is read."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        number = {"type": "number"} | ({} if kind.negative else {"minimum": 0})
        digits = r"约?\s*-?(0|[1-9][0-9]*)(\.[0-9]+)?\s*[余多]?\s*\D*"
        said = f"{kind.what}（{'、'.join(kind.units) or '任意'}）；未公布；或 =名称 引用别处的数"
        pattern = f"^(=.+|未公布|{TO_FILL}|{digits})$"
        text = {"type": "string", "pattern": pattern, "description": said}
        schema = {"anyOf": [number, text]}
        super().__init__(self._amount, f"一个{kind.what}", "只写一个数，如 12.5", schema)

    def _amount(self, text: Scalar) -> Amount:
        try:
            return parse_amount(text, self.kind, text.place)
        except BadText as error:
            if self.kind is YEAR and UNKNOWN in error.hint:
                error.hint = "写四位数的年份，如 2016"
            raise


def stated(message: str, hint: str, *, exact: bool = False) -> AfterValidator:
    """Refuse 未公布 and formulas where a number has to be written, 约数 too where it is `exact`.

    The message takes the text in `{}`.
    """

    def check(amount: Amount) -> Amount:
        if amount.value is None or (exact and amount.about):
            raise refuse(message.format(amount.text.strip()), hint)
        return amount

    return AfterValidator(check)


_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")


class TextOf(Reads):
    """How text is read; `markdown` text may hold `{{ 名称 }}`."""

    def __init__(
        self, what: str, *, markdown: bool = False, choices: tuple[str, ...] = (),
        fillable: bool = False,
    ) -> None:  # fmt: skip
        self.markdown, self.choices = markdown, choices
        # A code such as 001005 or a name such as 12345 reads as a number to a YAML editor.
        also = [TO_FILL] if fillable else []
        schema = {"enum": [*choices, *also]} if choices else {"type": ["string", "number"]}
        super().__init__(self._text, what, "含冒号或以 [ { - 开头的文字加引号", schema, fillable)

    def _text(self, text: Scalar) -> Scalar:
        text = text.visible()
        if not text.strip():
            raise BadText("值是空的", "填上内容，或删去这一行")
        if self.choices and text not in self.choices:
            raise BadText(f"“{text}”不在可选的值里", f"可写：{'、'.join(self.choices)}")
        if control := _CONTROL.search(text):
            raise BadText(f"文字里有控制字符 {control[0]!r}", "删去它")
        return text


_DATES = r"^(\d{4}(-\d{2}(-\d{2})?|年(\d{1,2}月(\d{1,2}日)?)?)?|（待填）)$"
_DATE_SCHEMA = {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": _DATES}]}
Money = Annotated[Amount, AmountOf(MONEY)]
SignedMoney = Annotated[Amount, AmountOf(SIGNED_MONEY)]
People = Annotated[Amount, AmountOf(PEOPLE)]
Area = Annotated[Amount, AmountOf(AREA)]
Quantity = Annotated[Amount, AmountOf(QUANTITY)]
Count = Annotated[Amount, AmountOf(COUNT)]
Batches = Annotated[Amount, AmountOf(Kind("批次", ("批次", "批"), whole=True, what="批次"))]
Guests = Annotated[Amount, AmountOf(Kind("人次", ("人次", "人"), whole=True, what="人次"))]
Year = Annotated[Amount, AmountOf(YEAR), stated("“{}”：年度要直接写出来", "写 2016 这样的数")]


def _not_to_be_filled(date: PartialDate | None) -> PartialDate:
    if date is None:
        raise refuse("说明要有日期", "写成 2016-06-30")
    return date


_DAY = "一个日期", "只写一个日期，如 2016-06-30"
Date = Annotated[PartialDate, Reads(lambda t: parse_date(t, t.place), *_DAY, _DATE_SCHEMA, True)]
StatedDate = Annotated[Date, AfterValidator(_not_to_be_filled)]
Text = Annotated[Scalar, TextOf("文字")]
Markdown = Annotated[Scalar, TextOf("一段文字", markdown=True)]
YesNo = Annotated[Scalar, TextOf("是或否", choices=("是", "否"), fillable=True)]
MoneyUnit = Annotated[Scalar, TextOf("金额单位", choices=tuple(MONEY_UNITS))]
