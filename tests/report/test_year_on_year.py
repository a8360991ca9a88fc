"""与上年相比: direction, amount and rate agree; from nothing there is no rate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from govnb import Workbook
from govnb.report.prose import Prose
from govnb.sheet.read import load


@pytest.fixture
def opened(params: Path, tmp_path: Path) -> Callable[[str], Workbook]:
    def open_(text: str) -> Workbook:
        file = tmp_path / "own.yml"
        file.write_text(f"年度: 2019\n部门: {{名称: 某局}}\n{text}", "utf-8")
        return Workbook(load(file, params))

    return open_


def said(prose: Prose) -> str:
    text = prose._repr_mimebundle_()["text/plain"]
    return str(text).strip()


@pytest.mark.parametrize(
    "this, last, told",
    [
        ("512.4", "480", "收入512.4万元，比上年增加32.4万元，增长6.75%。"),
        ("480", "512.4", "收入480万元，比上年减少32.4万元，下降6.32%。"),
        ("480", "480", "收入480万元，与上年持平。"),
        ("12", "0", "收入12万元，比上年增加12万元（上年为0，不计算增幅）。"),
        ("0", "0", "收入0万元，与上年持平。"),
        ("0", "12", "收入0万元，比上年减少12万元，下降100.00%。"),
        ("12", "未公布", ""),
    ],
)
def test_income_against_last_year(
    opened: Callable[[str], Workbook], this: str, last: str, told: str
) -> None:
    book = opened(f"收入: {this}\n上年收入: {last}\n")
    assert said(book.sentence("收入同比")) == told


def test_basic_expenditure_tells_its_shares_and_its_running_part_against_last_year(
    opened: Callable[[str], Workbook],
) -> None:
    book = opened(
        "支出: {明细: {基本支出: {明细: {人员经费: 90, 公用经费: 30}}, 项目支出: 80}}\n"
        "公用经费: {支出: 30, 上年支出: 25}\n"
    )
    assert said(book.sentence("基本支出")) == (
        "基本支出120万元，其中：人员经费90万元，占75.00%；公用经费30万元，占25.00%。"
        "公用经费支出30万元，比上年增加5万元，增长20.00%。"
    )


def test_three_public_stands_beside_last_year(opened: Callable[[str], Workbook]) -> None:
    book = opened(
        "三公经费:\n"
        "  因公出国（境）费: {预算: 0, 支出: 0, 上年支出: 0}\n"
        "  公务用车购置费: {预算: 18, 支出: 17.8, 上年支出: 0}\n"
        "  公务用车运行维护费: {预算: 9, 支出: 8.2, 上年支出: 8.9}\n"
        "  公务接待费: {预算: 4, 支出: 1.1, 上年支出: 2.2, 说明: 比上年减少一半。}\n"
    )
    text = said(book.three_public())
    assert "实际支出27.1万元，结余3.9万元，比上年增加16万元，增长144.14%。" in text
    assert "比上年增加17.8万元（上年为0，不计算增幅）" in text
    assert "比上年减少0.7万元，下降7.87%" in text
    # What the department says in its own words is not said twice.
    assert text.count("比上年减少") == 2 and "1.1万元（" not in text


def test_the_departments_own_words_on_last_year_stand_alone(
    opened: Callable[[str], Workbook],
) -> None:
    book = opened("收入: 12\n上年收入: 10\n叙述: {收入说明: 比上年增加2万元。}\n")
    assert said(book.sentence("收入同比")) == ""
