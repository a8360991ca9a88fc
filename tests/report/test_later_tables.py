"""What reports after 2018 print besides: nothing where the file has none, every column filled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from govnb import Workbook
from govnb.report.later_tables import LATER
from govnb.report.tables import Table
from govnb.sheet.read import Inputs, load
from tests.review.reviewing import inputs_of

FILES = Path(__file__).parent.parent / "data" / "later"


@pytest.fixture(scope="module")
def tables(params: Path) -> Any:
    def made(file: str) -> dict[str, list[list[str]]]:
        workbook = Workbook(load(FILES / f"{file}.yml", params))
        found = {name: workbook.later(name) for name in LATER}
        return {
            name: [[cell.text for cell in row.cells] for row in table.rows]
            for name, table in found.items()
            if isinstance(table, Table)
        }

    return made


def test_a_report_of_2016_has_none_of_them(junshan: Inputs) -> None:
    workbook = Workbook(junshan)
    assert not any(isinstance(workbook.later(name), Table) for name in LATER)


def test_a_file_prints_what_it_has(tables: Any) -> None:
    assert set(tables("2021/zhongxue")) == {"收支对照", "支出分类", "财政拨款"}
    assert set(tables("2023/fayuan")) == set()
    assert set(tables("2019/linye")) == set(LATER)


def test_nothing_in_them_says_unpublished(tables: Any) -> None:
    for file in ("2019/linye", "2021/zhongxue", "2023/shahe", "2023/fayuan"):
        assert "未公布" not in str(tables(file))


def test_last_year_stands_beside_budget_and_accounts(tables: Any) -> None:
    rows = {row[0]: row[1:] for row in tables("2019/linye")["收支对照"]}
    assert rows["支出"] == ["2088.30", "1605.50", "2379.80", "2262.80", "174.50", "8.36%"]
    assert rows["“三公”经费"][-1] == "-12.93%"


def test_income_of_the_accounts_stands_apart_from_the_budget_s() -> None:
    inputs = inputs_of(
        "预算执行: {上年决算收入: 480, 决算收入: 512.5, 年初预算: 500}\n"
        "收入: {名称: 预算, 合计: 500}\n"
    )
    table = Workbook(inputs).later("收支对照")
    assert isinstance(table, Table)
    rows = {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in table.rows}
    assert rows["收入"] == ["480.00", "", "512.50"]


def test_each_division_has_its_total_and_shares(tables: Any) -> None:
    rows = tables("2021/zhongxue")["支出分类"]
    assert [row[0] for row in rows].count("合计") == 3
    assert ["205教育支出", "41300000.00", "43110345.90", "89.79%"] in rows


def test_the_appropriation_has_a_column_for_each_budget(tables: Any) -> None:
    rows = {row[0]: row[1:] for row in tables("2021/zhongxue")["财政拨款"]}
    assert rows["205教育支出"] == ["36101310.55", "35601310.55", "500000.00", ""]
    assert rows["收入"][1:] == ["40700310.55", "500000.00", "0.00"]
