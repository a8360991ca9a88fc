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
    assert set(tables("2021/zhongxue")) == {"收支对照", "收支结余", "支出分类", "财政拨款"}
    assert set(tables("2023/fayuan")) == set()
    assert set(tables("2019/linye")) == set(LATER)


def test_nothing_in_them_says_unpublished(tables: Any) -> None:
    for file in ("2019/linye", "2021/zhongxue", "2023/shahe", "2023/fayuan"):
        assert "未公布" not in str(tables(file))


def test_last_year_stands_beside_budget_and_accounts(tables: Any) -> None:
    rows = {row[0]: row[1:] for row in tables("2019/linye")["收支对照"]}
    assert rows["支出"][1:] == ["2088.30", "1605.50", "2379.80", "2262.80", "174.50", "8.36%"]
    assert rows["支出"][0] == "1533.20"
    assert rows["“三公”经费"][-1] == "-12.93%"


def rows_of(body: str, name: str) -> dict[str, list[str]]:
    table = Workbook(inputs_of(body)).later(name)
    assert isinstance(table, Table)
    return {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in table.rows}


def test_where_income_came_from_stands_beside_last_year_and_the_budget() -> None:
    rows = rows_of(
        "收入: {明细: {财政拨款收入: 812.4, 事业收入: 326.18}}\n"
        "收入预算: {明细: {财政拨款收入: 780, 经营收入: 150}}\n"
        "上年收入: {合计: 1255.3, 部分: 是, 明细: {事业收入: 298.1}}\n",
        "收支对照",
    )
    assert rows["财政拨款收入"] == ["", "780.00", "812.40", "", ""]
    assert rows["事业收入"][0] == "298.10"
    assert rows["经营收入"][1] == "150.00"


def test_what_was_set_apart_of_the_balance_is_printed() -> None:
    rows = rows_of(
        "收入: 1316\n支出: 1330.9\n"
        "预算执行: {上年结转: 44.3, 使用非财政拨款结余: 30.6, 结余分配: 8.37, 年末结余: 51.63}\n",
        "收支结余",
    )
    assert rows["使用非财政拨款结余"] == ["30.60"]
    assert rows["结余分配"] == ["8.37"]
    assert rows["年末结转和结余"] == ["51.63"]


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


def test_accounts_by_budget_need_no_columns_total() -> None:
    rows = rows_of(
        "财政拨款:\n  收入: {明细: {一般公共预算: 90, 政府性基金预算: 10}}\n"
        "  支出:\n    明细:\n      农林水支出: {明细: {一般公共预算: 90}}\n"
        "      城乡社区支出: {明细: {政府性基金预算: 10}}\n",
        "财政拨款",
    )
    assert rows["收入"] == ["100.00", "90.00", "10.00"]
    assert rows["支出"] == ["100.00", "", ""]
    assert rows["农林水支出"] == ["90.00", "90.00", ""]
    assert rows["城乡社区支出"] == ["10.00", "", "10.00"]


def test_last_year_s_budget_has_a_column() -> None:
    rows = rows_of("预算安排: {明细: {基本支出: 300}}\n预算执行: {上年年初预算: 280}\n", "收支对照")
    assert rows["支出"] == ["280.00", "300.00"]


def test_a_budget_alone_tells_its_income() -> None:
    body = (
        "收入预算: {明细: {财政拨款收入: 400, 其他收入: 100}}\n预算安排: {明细: {基本支出: 500}}\n"
    )
    workbook = Workbook(inputs_of(body))
    assert workbook.income == "收入预算"
    assert workbook.income_heading("").text == "收入预算：500万元"
    assert workbook.expenditure_heading("").text == "部门整体支出预算：500万元"
    assert workbook.ledger(workbook.income).text.startswith("1、财政拨款收入：400万元")
    assert Workbook(inputs_of(body + "收入: 480\n")).income == "收入"
