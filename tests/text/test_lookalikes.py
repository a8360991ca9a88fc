"""Text copied from a PDF: its radicals are read as the characters they look like, and said."""

from __future__ import annotations

import unicodedata
import warnings
from pathlib import Path
from typing import Any

import pytest

from govnb import Workbook
from govnb.sheet.read import load
from govnb.text.characters import ReadOrdinary, lookalikes, ordinary
from govnb.text.yaml_text import parse_yaml
from tests.report.markup import Page

RANGES = ((0x2E80, 0x2EF4), (0x2F00, 0x2FD6), (0xF900, 0xFB00), (0x2F800, 0x2FA20))
ALIKE = [chr(c) for first, last in RANGES for c in range(first, last) if lookalikes(chr(c))]

FILE = """\
年度: 2016
部门: {名称: 君⼭区⼈⺠政府⻋队}
支出:
  明细:
    ⼯资福利⽀出: 12.5
叙述:
  概述: |
    共{{ 支出.⼯资\u200b福利支出 }}，完成\u200b全部\u00ad⼯作\ufe0f任务\u00a0（一）。
"""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("⼯", "工"), ("⽀", "支"), ("⻋", "车"), ("⺠", "民"), ("⻓", "长"), ("\uf90a", "金")],
)
def test_a_radical_stands_for_the_character_it_looks_like(typed: str, meant: str) -> None:
    assert ordinary(typed) == meant


def test_each_of_them_is_one_ordinary_character() -> None:
    assert len(ALIKE) > 1000
    for character in ALIKE:
        assert len(ordinary(character)) == 1 and not lookalikes(ordinary(character))
        assert unicodedata.name(ordinary(character)).startswith("CJK UNIFIED IDEOGRAPH")


@pytest.mark.parametrize("character", [*"㎡％１（）①Ⅱ〇々ㄅｱ﨎", "\u3000"])
def test_what_was_meant_as_it_is_stays(character: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert parse_yaml(f"甲: 值{character}值", "某.yml")["甲"] == f"值{character}值"


@pytest.fixture
def pasted(params_copy: Path) -> Path:
    path = params_copy / "2016" / "pasted.yml"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_a_file_pasted_from_a_pdf_is_read_as_meant(pasted: Path) -> None:
    with pytest.warns(ReadOrdinary, match="pasted.yml:2:11: 有 8 个字.*⼭→山"):
        workbook = Workbook(load(pasted))
    assert workbook.inputs.department.identity.name == "君山区人民政府车队"
    assert "支出.工资福利支出" in workbook.figures
    html = Page(workbook.text("概述").html())
    assert html.text.strip() == "共12.5万元，完成全部工作任务 （一）。"


def test_check_says_what_it_read_and_finds_no_fault(pasted: Path, govnb: Any) -> None:
    outcome = govnb("check", pasted)
    assert outcome.code == 0 and "0 处错误" in outcome.out
    assert outcome.err.count("已按普通的字读") == 1 and "⻋→车" in outcome.err


def test_places_behind_unseen_characters_are_right() -> None:
    tree = parse_yaml("甲: 一\u200b二\u200b三\n乙: |\n  一\u00ad二\n  三四\n", "某.yml")
    assert [str(tree["甲"].visible().at(n)) for n in (0, 1, 2)] == [
        "某.yml:1:4",
        "某.yml:1:6",
        "某.yml:1:8",
    ]
    assert [str(tree["乙"].visible().at(n)) for n in (1, 3)] == ["某.yml:3:5", "某.yml:4:3"]
