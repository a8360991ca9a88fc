"""The ledger (台账): an amount, or a stated total over named parts.

A node of 收入 or 支出 is either a bare amount or `{合计: …, 明细: {…}}`. 合计 is what
the source states; it may disagree with its parts, and that disagreement is a finding
for the review, never mended here. A table that sums both ways (机构 × 来源) adds
`分类合计`, the stated total of each column.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from govnb.text.values import (
    UNKNOWN,
    Amount,
    Money,
    People,
    Quantity,
    SignedMoney,
    Text,
    YesNo,
    refuse,
)
from govnb.text.yaml_text import Mapping, Scalar, mapping

# What a list that isn't complete (部分: 是) leaves out.
REST = "未列明"
# Names the evaluator gives to what it computes about a node; a part may not take them.
RESERVED = frozenset(
    {"名称", "合计", "明细", "分类合计", "分项之和", "合计差额", "项数", "条数", REST}
    | {"差异", "差异率", "占比", "超支", "超支率"}
)
_FORBIDDEN = ".[]{}\"'=*|\n"


def check_name(name: str) -> str:
    """Return `name` if formulas can refer to it; raise otherwise."""
    bad = next((c for c in name if c in _FORBIDDEN), None)
    if bad is not None or not name.strip() or name != name.strip():
        shown = f"含“{bad}”" if bad else "首尾有空格或是空的"
        hint = "句点改用顿号，引号用全角，别的符号删去"
        raise refuse(f"名称“{name}”{shown}，公式无法引用它", hint)
    return name


def check_part(name: str) -> str:
    """Return `name` if a ledger's part may bear it; raise otherwise."""
    if name in RESERVED:
        message = f"“{name}”是系统用来命名计算结果的词，不能作项目名称"
        raise refuse(message, f"改成更具体的名称，如“{name}项目”")
    return check_name(name)


Name = Annotated[str, AfterValidator(check_name)]
PartName = Annotated[str, AfterValidator(check_part)]


A = TypeVar("A", bound=Amount)


@cache
def _aliases(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in model.model_fields.items())


class Strict(BaseModel):
    """A section of a parameter file: unknown keys are refused, aliases are the Chinese keys."""

    # What is validated builds all it holds; a section by itself is rarely asked.
    model_config = ConfigDict(
        defer_build=True,
        extra="forbid",
        frozen=True,
        populate_by_name=False,
        arbitrary_types_allowed=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        if isinstance(data, Mapping):
            data.known = _aliases(cls)
        return data


def key(alias: str, description: str | None = None, default: Any = None, **more: Any) -> Any:
    """Return a field of a section: its Chinese key, what to write, its default (... for none)."""
    return Field(default, alias=alias, description=description, **more)


class Ledger(Strict, Generic[A]):
    """A ledger node (台账项): an amount, or a stated total over named parts."""

    title: Text | None = key("名称", "报告对这一项的叫法，如“基本支出”")
    partial: YesNo | None = key("部分", "明细只是其中几项写 是")
    total: A | None = key("合计", "来源写明的合计，可与明细之和不同")
    parts: dict[PartName, Ledger[A]] | None = key("明细", "分项")
    columns: dict[PartName, A] | None = key("分类合计", "交叉表中各列写明的合计")

    @model_validator(mode="before")
    @classmethod
    def _amount_alone(cls, data: Any) -> Any:
        return mapping({"合计": data}, data.place) if isinstance(data, Scalar) else data

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        node = handler(core)
        total = handler.resolve_ref_schema(node)["properties"]["合计"]["anyOf"]
        amount = next((option["anyOf"] for option in total if "anyOf" in option), total[:2])
        return {"anyOf": [*amount, node]}

    @model_validator(mode="after")
    def _something_said(self) -> Ledger[A]:
        if self.total is None and not self.parts:
            raise refuse("既没有合计也没有明细", f"写一个数，或写 {UNKNOWN}")
        if self.columns is not None and not self.parts:
            raise refuse("有分类合计而没有明细", "补上明细各行")
        return self


MoneyLedger = Ledger[Money]
SignedLedger = Ledger[SignedMoney]
PeopleLedger = Ledger[People]
QuantityLedger = Ledger[Quantity]


@dataclass(eq=False)
class Shorthand:
    """Pydantic annotation: another way to write a section, for readers and for editors."""

    # Turns the shorthand into the section, and leaves anything else as it is.
    expand: Callable[[Any], Any]
    schema: dict[str, Any]

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


# `{变量}`; a pattern's groups are what its wildcards stand for, in order.
VARIABLE = re.compile(r"\{([^{}]+)\}")
_WILD = re.compile(r"\*\*\.|\*|\{[^{}]+\}")


@lru_cache(maxsize=4096)
def dotted(pattern: str) -> re.Pattern[str]:
    """Return what matches the names a pattern means.

    `*` and `{变量}` are any one word and groups of the match; `**.` is any number of words.
    """
    parts, end = [], 0
    for wild in _WILD.finditer(pattern):
        parts += [re.escape(pattern[end : wild.start()])]
        parts += [r"(?:[^.]+\.)*" if wild[0] == "**." else "([^.]+)"]
        end = wild.end()
    return re.compile("".join([*parts, re.escape(pattern[end:])]))
