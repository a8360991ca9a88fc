"""A department's file with something in every field, made by walking the model itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from govnb.sheet.department import Department
from govnb.sheet.in_year import Component, Month
from govnb.text.section import Ledger
from govnb.text.values import AmountOf, PartialDate, TextOf

# These name a rubric, or hold what belongs to one, to a finding or to a workbook: a made-up name
# has none.
ELSEWHERE = ("指标体系", "预警标准", "评分依据", "绩效指标", "已说明", "取自", "来源文件")
# Keys that are chosen, not named.
CHOSEN: dict[Any, str] = {Month: "1月", Component: "公务接待费"}


@dataclass(frozen=True)
class Filling:
    """What goes into the fields: text, the keys people choose, numbers."""

    text: str
    name: str
    number: str = "3"

    def department(self) -> str:
        """Return a department's file as JSON, which is YAML."""
        tree = self.model(Department)
        tree |= {"年度": "2016", "金额单位": "万元", "公布数": {"三公经费.预算": self.number}}
        return json.dumps(tree, ensure_ascii=False, indent=1)

    def model(self, model: type[BaseModel]) -> dict[str, Any]:
        """Return every field of a section, by its key."""
        return {
            str(info.alias): self.value(info.annotation, info.metadata)
            for info in model.model_fields.values()
            if info.alias not in ELSEWHERE
        }

    def value(self, annotation: Any, metadata: list[Any]) -> Any:
        """Return what one field may hold."""
        reader = next((m for m in metadata if isinstance(m, TextOf | AmountOf)), None)
        if isinstance(reader, TextOf):
            return reader.choices[0] if reader.choices else self.text
        if isinstance(reader, AmountOf):
            return self.number
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            return self.value(arguments[0], list(annotation.__metadata__))
        if origin in (Union, UnionType):
            return self.value(next(a for a in arguments if a is not type(None)), [])
        if origin is dict:
            return {CHOSEN.get(arguments[0], self.name): self.value(arguments[1], [])}
        if origin in (list, tuple):
            return [self.value(arguments[0], [])]
        if isinstance(annotation, type) and issubclass(annotation, Ledger):
            inner = {"明细": {self.name: self.number}}
            return {"名称": self.text, "明细": {self.name: self.number, "其他": inner}}
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return self.model(annotation)
        return "2016-03-19" if annotation is PartialDate else self.number
