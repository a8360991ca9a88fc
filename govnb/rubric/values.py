"""What the rules of a rubric are made of: points, conditions, due dates, formulas."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from govnb.text.ledger import Strict
from govnb.text.measure import PERCENT, Bounds, check_bounds
from govnb.text.place import Place
from govnb.text.shorthand import Shorthand
from govnb.text.values import (
    MEASURE,
    UNKNOWN,
    BadText,
    Reads,
    Text,
    TextOf,
    parse_amount,
    parse_number,
    refuse,
)
from govnb.text.yaml_text import Mapping, Scalar, Sequence

FULL, LEFT_OUT = "满分", "剔除"


class Formula(Scalar):
    """The text of a formula, told apart from other text wherever it stands."""


def _as_formula(text: Scalar) -> Formula:
    made = Formula(text)
    made.__dict__.update(text.__dict__)
    return made


FormulaText = Annotated[Formula, TextOf("公式"), AfterValidator(_as_formula)]
# The one thing 原文 marks of a rule leave open most often: what a fraction of a step costs.
ROUNDINGS = {"舍去": "floor", "进一": "ceil", "按比例": "linear"}
Rounding = Annotated[Scalar, TextOf("取整方式", choices=(*ROUNDINGS, *ROUNDINGS.values()))]


def in_steps(steps: Decimal, rounding: Scalar | None, step: str) -> tuple[Decimal, str]:
    """Return how many steps count, and how what falls short of one was counted."""
    if steps == (floor := steps.to_integral_value(ROUND_FLOOR)):
        return steps, ""
    how = ROUNDINGS.get(str(rounding or "舍去"), str(rounding))
    counted, said = {
        "floor": (floor, "不扣"),
        "ceil": (floor + 1, f"按{step}扣"),
        "linear": (steps, "按比例扣"),
    }[how]
    return counted, f"，不足{step}的{said}{'' if rounding else '（原文没有写，按默认）'}"


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


def listed() -> Shorthand:
    """Let a list of names stand for a section whose items give nothing but their names."""
    return Shorthand(_named, {"type": "array", "items": {"type": "string"}})


def _named(data: Any) -> Any:
    if not isinstance(data, Sequence) or not all(isinstance(item, Scalar) for item in data):
        return data
    items = Mapping()
    items.place, items.keys_at = data.place, {}
    for name in data:
        if str(name) in items:
            raise refuse(f"“{name}”写了两次", "只留一个", name.place)
        empty = Mapping()
        empty.place, empty.keys_at = name.place, {}
        items[str(name)], items.keys_at[str(name)] = empty, name.place
    return items


def _level_or_text(value: Any) -> Any:
    """Read a number if it is one; a word such as 否 or a state's name stays text."""
    if isinstance(value, Scalar) and value.strip():
        try:
            amount = parse_amount(value, MEASURE, value.place)
        except BadText:
            return value
        return value if amount.value is None else amount
    raise refuse("这里应是一个数或一个词")


class _Anything:
    """A field whose validator has already made its value."""

    def __get_pydantic_core_schema__(self, _: Any, __: Any) -> Any:
        return core_schema.no_info_plain_validator_function(_level_or_text)

    def __get_pydantic_json_schema__(self, _: Any, __: Any) -> dict[str, Any]:
        return {"type": ["number", "string"]}


class _Condition(Bounds):
    formula: FormulaText = Field(alias="公式", description="一个指标名称或算式")
    equal: Annotated[Any, _Anything()] | None = Field(
        None, alias="等于", description="数，或 是、否 等文字"
    )


def _check_condition(condition: _Condition) -> _Condition:
    if isinstance(condition.equal, Scalar):
        if condition.model_fields_set != {"formula", "equal"}:
            raise refuse("“等于”一个词时，不能再写别的范围", "只留“等于”")
        return condition
    check_bounds(condition)
    return condition


Condition = Annotated[_Condition, AfterValidator(_check_condition)]


class ZeroBase(Strict):
    """分母为零: what an indicator gives when its formula has no value."""

    when: Condition | None = Field(None, alias="当", description="条件成立时得“得分”")
    points: Annotated[Points | Scalar, PointsOf(LEFT_OUT)] = Field(
        alias="得分", description="分数、满分、不得分，或 剔除"
    )
    otherwise: PointsValue | None = Field(
        None, alias="否则", description="条件不成立时，默认不得分"
    )
    note: Text | None = Field(None, alias="说明", description="如：零基，变动率无意义")


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
