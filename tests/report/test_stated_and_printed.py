"""What a file states stands on the page, whatever its narratives say."""

from __future__ import annotations

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
    elif what == "自评表":
        made = workbook.forms()
    elif what == "基础数据表":
        made = [workbook.table(what)]
    else:
        made = [workbook.later(what) if what in ("各单位人员", "收支对照") else workbook.text(what)]
    return "\n".join(Page(each.html()).text for each in made)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_stated_is_printed(case: dict[str, Any], department: Callable[..., Path]) -> None:
    own = case["写"].startswith("部门")
    body = f"{'年度: 2016' if own else HEAD.strip()}\n{case['写']}\n"
    text = shown(Workbook(load(department(body, head=""))), case["段"])
    assert all(words in text for words in case.get("有", ())), text
    assert not any(words in text for words in case.get("没有", ())), text
    assert {word: text.count(word) for word in case.get("次数", {})} == case.get("次数", {})
