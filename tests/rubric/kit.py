"""Scores without files: a rubric of one indicator and a department of a few facts, as text."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import indent

from govnb.rubric.file import Rubric
from govnb.rubric.load import load_rubric
from govnb.rubric.score import score
from govnb.sheet.compute import compute
from govnb.sheet.department import Department
from govnb.sheet.read import Inputs, validate
from govnb.sheet.rules import BaseDataForm, Book, YearFile
from govnb.sheet.score import IndicatorScore, Score
from govnb.text.faults import Place
from govnb.text.yaml_text import parse_yaml

INDICATOR = "某指标"
YEAR = "年度: 2020\n地区: 某区\n金额单位: 万元\n经济分类: {'301': 工资福利支出}\n"
FORM = "依据: 测试\n行: [{项目: 某行, 层级: 1}]\n"
BOOK = """
三公经费.预算:
  公式: 三公经费.公务接待费.预算
  单位: 万元
  名称: 三公经费预算
  以填写为准: 是
三公经费.上年预算:
  公式: 三公经费.公务接待费.上年预算
  单位: 万元
  名称: 三公经费上年预算
  以填写为准: 是
预算执行.调整后预算:
  公式: 预算执行.上年结转 + 预算执行.年初预算 + 预算执行.本年追加
  单位: 万元
  名称: 调整后预算
  以填写为准: 是
"""


def inputs_of(department: str = "") -> Inputs:
    """Return the inputs of a department that states what `department` adds."""
    text = "年度: 2020\n部门: {名称: 测试局}\n" + department
    return Inputs(
        name="test",
        department=validate(parse_yaml(text, "部门.yml"), Department),
        year=validate(parse_yaml(YEAR, "_year.yml"), YearFile),
        book=validate(book := parse_yaml(BOOK, "figures.yml"), Book),
        book_at=book.keys_at,
        form=validate(parse_yaml(FORM, "form.yml"), BaseDataForm),
        params_dir=Path("params"),
        department_at=Place("部门.yml"),
    )


def rubric_text(indicator: str, weight: str = "5", head: str = "") -> str:
    """Return a rubric of one indicator, given as the lines below its name."""
    head = f"名称: 测试体系\n总分: {weight}\n适用年度: {{起: 2000}}\n来源: {{S: 测试}}\n{head}"
    row = f"分值: {weight}\n出处: S\n标记: 原文\n{indicator}"
    return f"{head}指标:\n  {INDICATOR}:\n{indent(row, '    ')}\n"


def rubric_of(text: str, folder: Path, name: str = "test") -> Rubric:
    """Return a rubric written to a file and read back, as a user's would be."""
    path = folder / f"{name}.yml"
    path.write_text(text, encoding="utf-8")
    return load_rubric(str(path), folder)


def evidence_text(evidence: str) -> str:
    """Return the department's lines that state the evidence of the one indicator."""
    return f"评分依据:\n  {INDICATOR}:\n{indent(evidence, '    ')}\n" if evidence.strip() else ""


def score_of(
    rubric: Rubric, department: str = "", overrides: dict[str, str] | None = None
) -> Score:
    """Return the score of a department under a rubric."""
    inputs = inputs_of(department)
    figures, _ = compute(inputs, overrides)
    return score(inputs, figures, rubric)


def asks_proof(rubric: Rubric) -> bool:
    """Tell whether a rubric of one indicator asks for 佐证 itself."""
    return any(entry.indicator.proof is not None for entry in rubric.entries)


def row_of(
    rubric: Rubric,
    evidence: str = "",
    department: str = "",
    overrides: dict[str, str] | None = None,
) -> IndicatorScore:
    """Return the one row of the table; a value stated outright comes with its proof."""
    stated = re.search(r"^指标值", evidence, re.MULTILINE) and not re.search("佐证|适用", evidence)
    if stated and not asks_proof(rubric):
        evidence += "\n佐证: 材料"
    made = score_of(rubric, department + "\n" + evidence_text(evidence), overrides)
    (row,) = made.indicators
    return row
