"""JSON Schemas of the parameter files, for completion in JupyterLab and VS Code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from govnb.excel.maps import FormsFile
from govnb.files import write_whole
from govnb.review.rules import model_of
from govnb.rubric.file import RubricFile
from govnb.sheet.comparing import ComparingRules
from govnb.sheet.department import Department
from govnb.sheet.in_year import MonitoringRules
from govnb.sheet.rules import BaseDataForm, Book, YearFile

SCHEMAS: dict[str, tuple[Any, str]] = {
    "department": (Department, "部门参数文件：一个部门一年"),
    "year": (YearFile, "年度文件：全区一年共用"),
    "figures": (Book, "指标公式"),
    "base-data": (BaseDataForm, "基础数据表表式"),
    "checks": (model_of("checks"), "核对规则"),
    "words": (model_of("words"), "文字核对用的词"),
    "rubric": (RubricFile, "指标体系"),
    "monitoring": (MonitoringRules, "执行监控：预警标准和台账的表头"),
    "trend": (ComparingRules, "历年比较：断点和同类部门"),
    "imports": (FormsFile, "导入工作簿的映射"),
}


def schema(name: str) -> str:
    """Return one schema as JSON text."""
    model, title = SCHEMAS[name]
    made = TypeAdapter(model).json_schema(by_alias=True)
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": title}
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write every schema to a folder and return the files."""
    paths = [folder / f"{name}.schema.json" for name in SCHEMAS]
    for name, path in zip(SCHEMAS, paths, strict=True):
        write_whole(path, schema(name).encode())
    return paths
