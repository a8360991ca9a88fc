"""What a file states stands on the page, whatever its narratives say."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from govnb import Workbook
from govnb.sheet.read import load
from tests.conftest import HEAD
from tests.report.markup import Page

DATA = Path(__file__).parents[1] / "data"
CASES = yaml.safe_load((DATA / "stated-and-printed.yml").read_text(encoding="utf-8"))


def shown(workbook: Workbook, what: str) -> str:
    if what == "预算执行":
        made: list[Any] = [workbook.execution()]
    elif what == "开头":
        made = [workbook.title(), workbook.cards(), workbook.three_public_lacking()]
    elif what == "资金到位":
        made = [workbook.sentence(what)]
    elif what == "自评表":
        made = workbook.forms()
    elif what in ("项目", "表尾"):
        made = [workbook.projects() if what == "项目" else workbook.base_data_foot()]
    elif what == "基础数据表":
        made = [workbook.table(what)]
    else:
        made = [workbook.later(what) if what in ("各单位人员", "收支对照") else workbook.text(what)]
    return "\n".join(Page(each._repr_mimebundle_()["text/html"]).text for each in made)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_stated_is_printed(case: dict[str, Any], department: Callable[..., Path]) -> None:
    own = case["写"].startswith("部门")
    body = f"{'年度: 2016' if own else HEAD.strip()}\n{case['写']}\n"
    text = shown(Workbook(load(department(body, head=""))), case["段"])
    assert all(words in text for words in case.get("有", ())), text
    assert not any(words in text for words in case.get("没有", ())), text
    assert {word: text.count(word) for word in case.get("次数", {})} == case.get("次数", {})


def test_the_guides_example_is_a_file_whose_sums_close(department: Callable[..., Path]) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "department.md").read_text("utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    workbook = Workbook(load(department(f"年度: 2016\n部门: {{名称: 某镇}}\n{example}", head="")))
    gaps = [f for name, f in workbook.figures.items() if name.endswith("合计差额")]
    assert gaps and not any(figure.number for figure in gaps)
