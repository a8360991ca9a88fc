"""Pieces that several kinds of rule share: formulas, conditions, shorthand for one field."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import core_schema

from govnb.inputs.rubric_values import Bounds, check_bounds, parse_measure, refuse
from govnb.inputs.values import BadText, TextOf
from govnb.inputs.yaml_text import Mapping, Scalar, Sequence

Formula = Annotated[Scalar, TextOf("公式")]


def short(field: str) -> BeforeValidator:
    """Let a bare value stand for a section that only gives `field`."""

    def expand(data: Any) -> Any:
        if not isinstance(data, Scalar):
            return data
        short = Mapping({field: data})
        short.place, short.keys_at = data.place, {field: data.place}
        return short

    return BeforeValidator(expand)


def listed(data: Any) -> Any:
    """Let a list of names stand for a section whose items give nothing but their names."""
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
            amount = parse_measure(value, value.place)
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
    formula: Formula = Field(alias="公式", description="一个指标名称或算式")
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
