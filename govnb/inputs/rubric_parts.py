"""Pieces that several kinds of rule share: formulas, conditions, shorthand for one field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from govnb.inputs.rubric_values import Bounds, check_bounds, parse_measure
from govnb.inputs.values import BadText, TextOf, refuse
from govnb.inputs.yaml_text import Mapping, Scalar, Sequence

Formula = Annotated[Scalar, TextOf("公式")]


class Shorthand:
    """Pydantic annotation: another way to write a section, for readers and for editors.

    Parameters
    ----------
    expand
        Turns the shorthand into the section; leaves anything else as it is.
    schema
        What the shorthand looks like.
    """

    def __init__(self, expand: Callable[[Any], Any], schema: dict[str, Any]) -> None:
        self.expand = expand
        self.schema = schema

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self.expand, handler(source))

    def __get_pydantic_json_schema__(
        self, core: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [self.schema, handler(core)]}


def short(field: str) -> Shorthand:
    """Let a bare value stand for a section that only gives `field`."""

    def expand(data: Any) -> Any:
        if not isinstance(data, Scalar):
            return data
        section = Mapping({field: data})
        section.place, section.keys_at = data.place, {field: data.place}
        return section

    return Shorthand(expand, {"type": ["string", "number"]})


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
