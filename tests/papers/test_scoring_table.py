"""The scoring table of a rubric with four levels, and where each of its rules comes from."""

from __future__ import annotations

import io
import re

import docx
import pytest

from govnb import Workbook
from govnb.report.tables import Table
from govnb.sheet.read import Inputs
from tests.papers.pages import page
from tests.papers.papers import as_docx, book

PARTS = ("绩效目标要素完整", "绩效目标细化量化")


def scored(inputs: Inputs, rubric: str) -> Table:
    table = Workbook(inputs, rubric=rubric).scoring_table()
    assert isinstance(table, Table)
    return table


def test_both_parts_of_a_rule_stand_under_the_rule_they_divide(junshan: Inputs) -> None:
    table = scored(junshan, "sichuan-2020")
    labels = [(row.cells[0].text, row.level, row.kind) for row in table.rows]
    at = labels.index(("目标制定", 2, "group"))
    assert labels[at + 1 : at + 3] == [(part, 3, "") for part in PARTS]
    (drawn,) = docx.Document(io.BytesIO(as_docx(book(table)))).tables
    texts = [row.cells[0].text.strip("　") for row in drawn.rows]
    assert texts[(first := texts.index("目标制定")) + 1 : first + 3] == list(PARTS)
    assert all(part in page(book(table)) for part in PARTS)


@pytest.mark.parametrize("rubric", ["hunan-2016", "sichuan-2017", "chongqing-2021", "hubei-2020"])
def test_every_rule_names_a_source_whose_address_stands_below(junshan: Inputs, rubric: str) -> None:
    table = scored(junshan, rubric)
    addressed = {
        name for name, _ in re.findall(r"(\w+) [^；]*?(https?://|\w+\.\w+/)", table.source)
    }
    rules = [row.cells[2].text for row in table.rows if not row.kind]
    named = [set(re.findall(r"[（、；]([A-Z]\d+)", text)) for text in rules]
    assert rules and set().union(*named) <= addressed, table.source
    # A rule of which no text was seen says so in place of a source.
    unsourced = [text for text, names in zip(rules, named, strict=True) if not names]
    assert all("未见原文" in text and "待核" in text for text in unsourced), unsourced
