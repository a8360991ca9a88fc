"""Writes the tables of docs/ anew from the classes that read the files.

Run: python tools/reference.py
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_origin

from pydantic import BaseModel

import govnb.review.kinds
import govnb.rubric.score  # noqa: F401
from govnb.review.check import Check
from govnb.rubric.file import Group, Indicator, RubricFile
from govnb.rubric.rule import Rule
from govnb.sheet.department import BudgetLine, Department, ProjectTotal, PublicExpense, ThreePublic
from govnb.sheet.evidence import Evidence, ExpertMark, Incident, Point, Reading, Target, Unit
from govnb.sheet.fields import bare, class_of, keys_of
from govnb.sheet.published import PublishedFigure
from govnb.text.section import Ledger

DOCS = Path(__file__).resolve().parents[1] / "docs"
_BLOCK = re.compile(r"(<!-- (?P<name>\S+)：自动生成 -->\n).*?(<!-- 完 -->)", re.DOTALL)
# Budget lines with fields of their own beside 预算 and 支出.
_LINES = (ThreePublic, PublicExpense, ProjectTotal)
_EVIDENCE = (Evidence, Target, Point, Incident, ExpertMark, Unit, Reading)


def _said(model: type[BaseModel]) -> str:
    """Return what a class's docstring says in Chinese, behind the name it begins with."""
    first = (model.__doc__ or "").strip().splitlines()[0]
    return first.partition(": ")[2].rstrip(".").rstrip("。") or first


def _table(
    model: type[BaseModel], without: type[BaseModel] | None = None, plain: str = ""
) -> Iterator[str]:
    """Yield the rows of a model's fields, less those that another has told already.

    `plain` stands where a field's name says it all.
    """
    told = without.model_fields if without else {}
    fields = [f for name, f in model.model_fields.items() if name not in told]
    shown = [f for f in fields if f.alias != "种类"]
    if not shown:
        return
    yield "| 栏 | 必填 | 写什么 |"
    yield "|---|---|---|"
    for field in sorted(shown, key=lambda field: not field.is_required()):
        text = (field.description or plain).replace("|", "\\|")
        yield f"| `{field.alias}` | {'是' if field.is_required() else ''} | {text} |"
    yield ""


def _kind(name: str, model: type[BaseModel], base: type[BaseModel], note: str = "") -> str:
    lines = [f"### {name}", "", f"{_said(model)}。{note}", "", *_table(model, base)]
    return "\n".join(lines).rstrip() + "\n"


def blocks() -> dict[str, str]:
    """Return every generated part of the documents by its name."""
    rules = (_kind(k.name, k, Rule, f"也可写作 `{k.id}`。") for k in Rule.KINDS.values())
    checks = (_kind(name, kind, Check) for name, kind in Check.kinds.items())
    evidence = (f"**{_said(m)}**\n\n" + "\n".join(_table(m)) for m in _EVIDENCE)
    return {
        "部门文件各栏": "\n".join(_sections()),
        "核对种类": "\n".join(checks),
        "核对各栏": "\n".join(_table(Check)),
        "体系各栏": "\n".join(_table(RubricFile)),
        "上级指标各栏": "\n".join(_table(Group)),
        "指标各栏": "\n".join(_table(Indicator)),
        "规则各栏": "\n".join(_table(Rule)),
        "规则种类": "\n".join(rules),
        "评分依据各栏": "\n".join(evidence),
    }


# Sections of a department's file that other pages tell, and what the program writes itself.
_ELSEWHERE = frozenset(
    {"评分依据", "绩效指标", "监控", "月度", "预算调整", "三公台账", "结转结余对账", "绩效监控"}
    | {"报表", "取自", "来源文件"}
)


def _sections(model: type[BaseModel] = Department, path: str = "") -> Iterator[str]:
    """Yield the fields of a department's file, and those of each section in it, once."""
    if path:
        yield f"### {path}"
        yield ""
    yield from _table(model, plain="照报告写")
    for key in keys_of(model).values():
        inner = bare(key.type)
        while get_origin(inner) is dict:
            inner = bare(get_args(inner)[1])
        section = class_of(inner, BaseModel)
        if key.alias in _ELSEWHERE or section is None:
            continue
        if issubclass(section, (Ledger, BudgetLine, PublishedFigure)) and section not in _LINES:
            continue
        yield from _sections(section, f"{path}.{key.alias}".removeprefix("."))


def rewritten(text: str) -> str:
    """Return a document with its generated parts as the classes have them now."""
    made = blocks()
    return _BLOCK.sub(lambda m: f"{m[1]}\n{made[m['name']].strip()}\n\n{m[3]}", text)


if __name__ == "__main__":
    for page in sorted(DOCS.glob("*.md")):
        page.write_text(rewritten(page.read_text("utf-8")), "utf-8")
