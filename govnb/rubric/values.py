"""What the rules of a rubric are made of: points, conditions, due dates, formulas."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from functools import partial
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from govnb.text.faults import Place
from govnb.text.measure import PERCENT, Bounds, Level, check_bounds, ratio
from govnb.text.section import Shorthand, Strict, key
from govnb.text.values import (
    MEASURE,
    UNKNOWN,
    Amount,
    BadText,
    Reads,
    Text,
    TextOf,
    parse_amount,
    parse_number,
    refuse,
)
from govnb.text.yaml_text import Mapping, Scalar, Sequence, mapping

FULL, LEFT_OUT = "满分", "剔除"


class Formula(Scalar):
    """The text of a formula, told apart from other text wherever it stands."""


def _as_formula(text: Scalar) -> Formula:
    made = Formula(text)
    made.__dict__.update(text.__dict__)
    return made


FormulaText = Annotated[Formula, TextOf("公式"), AfterValidator(_as_formula)]


def sections(model: Any) -> Iterator[BaseModel]:
    """Yield a section of a rubric and every section inside it."""
    if isinstance(model, BaseModel):
        yield model
        model = [getattr(model, name) for name in type(model).model_fields]
    inside = model.values() if isinstance(model, dict) else model if isinstance(model, list) else ()
    for value in inside:
        yield from sections(value)


# The one thing 原文 marks of a rule leave open most often: what a fraction of a step costs.
ROUNDINGS = {"舍去": "floor", "进一": "ceil", "按比例": "linear"}
Rounding = Annotated[Scalar, TextOf("取整方式", choices=(*ROUNDINGS, *ROUNDINGS.values()))]


def in_steps(steps: Decimal, rounding: Scalar | None, step: str) -> tuple[Decimal, str]:
    """Return how many steps count, and how what falls short of one was counted."""
    if steps == (floor := steps.to_integral_value(ROUND_FLOOR)):
        return steps, ""
    counted, said = {
        "floor": (floor, "不扣"),
        "ceil": (floor + 1, f"按{step}扣"),
        "linear": (steps, "按比例扣"),
    }[ROUNDINGS.get(str(rounding or "舍去"), str(rounding))]
    return counted, f"，不足{step}的{said}{'' if rounding else '（原文没有写，按默认）'}"


def _step(amount: Amount) -> Amount:
    if ratio(amount) <= 0:
        raise refuse("步长要大于 0", "如 每: 1%")
    return amount


Step = Annotated[Level, AfterValidator(_step)]


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


def _points(text: Scalar, word: str | None = None) -> Points | Scalar:
    bare, words = text.strip(), {"满分": Decimal(1), "不得分": Decimal(0)}
    if bare == word:
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


_POINTS = {
    "type": ["number", "string"],
    "description": "分数，如 0.5；或占分值的百分比，如 10%；或 满分、不得分",
}


def _cost(points: Points) -> Points:
    if points.value == 0:
        raise refuse("扣 0 分等于没有规则", "写大于 0 的分数")
    return points


PointsValue = Annotated[Points, Reads(_points, "分数", "", _POINTS)]
OrLeftOut = Reads(partial(_points, word=LEFT_OUT), "分数", "", _POINTS)
Cost = Annotated[PointsValue, AfterValidator(_cost)]


def listed() -> Shorthand:
    """Let a list of names stand for a section whose items give nothing but their names."""
    return Shorthand(_named, {"type": "array", "items": {"type": "string"}})


def _named(data: Any) -> Any:
    if not isinstance(data, Sequence) or not all(isinstance(item, Scalar) for item in data):
        return data
    items = mapping({}, data.place)
    for name in data:
        if str(name) in items:
            raise refuse(f"“{name}”写了两次", "只留一个", name.place)
        items.put(str(name), mapping({}, name.place))
    return items


def _level_or_text(value: Any) -> Any:
    if isinstance(value, Scalar) and value.strip():
        try:
            amount = parse_amount(value, MEASURE, value.place)
        except BadText:
            return value
        return value if amount.value is None else amount
    raise refuse("这里应是一个数或一个词")


_LevelOrText = Annotated[
    Any, PlainValidator(_level_or_text), WithJsonSchema({"type": ["number", "string"]})
]


class Condition(Bounds):
    """A formula and what it must come to."""

    formula: FormulaText = key("公式", "一个指标名称或算式", ...)
    equal: _LevelOrText | None = key("等于", "数，或 是、否 等文字")

    @model_validator(mode="after")
    def _one_range(self) -> Condition:
        if not isinstance(self.equal, Scalar):
            check_bounds(self)
        elif self.model_fields_set != {"formula", "equal"}:
            raise refuse("“等于”一个词时，不能再写别的范围", "只留“等于”")
        return self


class ZeroBase(Strict):
    """分母为零: what an indicator gives when its formula has no value."""

    when: Condition | None = key("当", "条件成立时得“得分”")
    points: Annotated[Points | Scalar, OrLeftOut] = key("得分", "分数、满分、不得分，或 剔除", ...)
    otherwise: PointsValue | None = key("否则", "条件不成立时，默认不得分")
    note: Text | None = key("说明", "如：零基，变动率无意义")


@dataclass(frozen=True, slots=True)
class DueDate:
    """A day by which something must be done: each year's own day, or the same day every year."""

    place: Place
    days: dict[int, datetime.date]
    month_day: tuple[int, int] | None = None
    years_later: int = 0

    def on(self, year: int) -> datetime.date | None:
        """Return the day for one year of evaluation, None when the rubric doesn't give it."""
        if self.month_day is None:
            return self.days.get(year)
        return datetime.date(year + self.years_later, *self.month_day)


_DUE = re.compile(r"(?P<year>次年|上年|)(?P<month>\d{2})-(?P<day>\d{2})", re.ASCII)


def _read_due(value: Any) -> DueDate:
    hint = "写 06-30（当年）、次年03-31、上年12-31，或逐年写 {2019: 2019-02-05}"
    if isinstance(value, Mapping):
        days = {}
        for year, day in value.items():
            try:
                days[int(year)] = datetime.date.fromisoformat(str(day))
            except ValueError:
                raise refuse(f"“{year}: {day}”不是年度和日期", hint) from None
        return DueDate(value.place, days)
    if not isinstance(value, Scalar):
        raise refuse("这里应是截止日期", hint)
    match = _DUE.fullmatch(value.strip())
    try:
        # The 29th of February isn't every year's.
        day = datetime.date(2001, int(match["month"]), int(match["day"])) if match else None
    except ValueError:
        day = None
    if match is None or day is None:
        raise refuse(f"“{value}”不是每年都有的截止日期", hint)
    later = {"": 0, "次年": 1, "上年": -1}[match["year"]]
    return DueDate(value.place, {}, (day.month, day.day), later)


_DUE_SCHEMA = {
    "type": ["string", "object"],
    "description": "06-30、次年03-31、上年12-31，或 年度: 日期",
}
Due = Annotated[DueDate, PlainValidator(_read_due), WithJsonSchema(_DUE_SCHEMA)]


MARKS = ("原文", "推", "待核")


def _check_mark(text: Scalar) -> Scalar:
    found = re.findall(r"\[([^\[\]]*)\]", text)
    if text not in MARKS and not (found and all(mark in MARKS for mark in found)):
        raise refuse(
            f"“{text}”不是证据标记", "写 原文、推 或 待核；分别标时写 名称、权重[原文]；规则[待核]"
        )
    return text


Mark = Annotated[Scalar, TextOf("证据标记"), AfterValidator(_check_mark)]
