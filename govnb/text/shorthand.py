"""Another way to write a section of a file: one bare value for the field that matters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from govnb.text.yaml_text import Scalar, mapping


class Shorthand:
    """Pydantic annotation: another way to write a section, for readers and for editors."""

    def __init__(self, expand: Callable[[Any], Any], schema: dict[str, Any]) -> None:
        # Turns the shorthand into the section, and leaves anything else as it is.
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
        return mapping({field: data}, data.place) if isinstance(data, Scalar) else data

    return Shorthand(expand, {"type": ["string", "number"]})
