"""Tables: rounding that explains itself, and a download that a spreadsheet takes as data."""

from __future__ import annotations

import csv
import io
import re
import urllib.request
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from govnb import Workbook
from govnb.report.bundle import STRUCTURE
from govnb.report.tables import ROUNDING_NOTE, Cell, Row, Table, figure_cell, safe_text
from govnb.sheet.figure import Figure, Figures
from govnb.sheet.read import Inputs, load
from govnb.text.faults import Place
from tests.report.markup import Page
from tests.report.shown import table_of

NOTHING = Figures({}, {})
amounts = st.decimals(-1000, 1000, places=4)


def cell(value: Decimal, decimals: int = 2) -> Cell:
    return Cell(f"{value:f}", None, value, decimals)


def table(values: list[Decimal], total: Decimal, decimals: int = 2) -> Table:
    rows = [Row((Cell(f"项{i}"), cell(value, decimals))) for i, value in enumerate(values)]
    rows.append(Row((Cell("合计"), cell(total, decimals)), 0, "total"))
    sums = ((len(values), tuple(range(len(values)))),)
    return Table("某表", "某表", ("项目", "金额"), tuple(rows), NOTHING, "某处", sums=sums)


def printed(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


@given(st.lists(amounts, min_size=1, max_size=6), st.integers(0, 3))
@example([Decimal("0.005"), Decimal("0.005")], 2)
@example([Decimal("0.333"), Decimal("0.333"), Decimal("0.334")], 2)
@example([Decimal("1.25"), Decimal("2.25")], 1)
def test_the_rounding_note_stands_exactly_where_printed_parts_do_not_add_up(
    values: list[Decimal], decimals: int
) -> None:
    total = sum(values, Decimal(0))
    shown_sum = sum((printed(value, decimals) for value in values), Decimal(0))
    notes = table(values, total, decimals).all_notes
    assert (ROUNDING_NOTE in notes) == (shown_sum != printed(total, decimals))


@given(st.lists(amounts, min_size=1, max_size=5), amounts.filter(lambda gap: abs(gap) > 1))
def test_a_total_that_is_wrong_by_itself_is_never_put_down_to_rounding(
    values: list[Decimal], gap: Decimal
) -> None:
    assert ROUNDING_NOTE not in table(values, sum(values, Decimal(0)) + gap).all_notes


def test_shares_that_print_to_99_99_get_the_note(
    figures_of: Callable[[str], Figures], department: Callable[[str], Path]
) -> None:
    for parts, note in (("甲: 1, 乙: 1, 丙: 1", True), ("甲: 1, 乙: 1", False)):
        workbook = Workbook(load(department(f"支出: {{明细: {{{parts}}}}}\n")))
        assert (ROUNDING_NOTE in table_of(workbook, "支出").structure()["notes"]) == note


def test_the_note_is_on_the_page_on_paper_and_in_the_terminal() -> None:
    thirds = [Decimal(100) / 3] * 3
    bundle = table(thirds, Decimal(100))._repr_mimebundle_()
    assert ROUNDING_NOTE in bundle["text/html"]
    assert ROUNDING_NOTE in bundle["text/plain"]
    assert ROUNDING_NOTE in bundle[STRUCTURE]["notes"]


def test_a_stated_total_that_its_parts_do_not_reach_is_said_in_numbers(junshan: Inputs) -> None:
    notes = table_of(Workbook(junshan), "收入").structure()["notes"]
    assert any("197.05" in note and "191" in note and "6.05" in note for note in notes)
    assert ROUNDING_NOTE not in notes


def cells(workbook: Workbook, name: str) -> dict[str, list[str]]:
    """Return a table's cells by the heading of their row."""
    return {
        row["cells"][0]: row["cells"][1:] for row in table_of(workbook, name).structure()["rows"]
    }


@pytest.mark.parametrize(
    ("income", "total", "parts", "row"),
    [
        ("100", "合计: 120,", "工资: 120", ["110.00", "120.00", "10.00", "9.09%", "100.00%"]),
        ("未公布", "", "工资: 120", ["110.00", "120.00", "10.00", "9.09%", "100.00%"]),
        ("0.01", "", "工资: 109", ["110.00", "109.00", "-1.00", "-0.91%", "100.00%"]),
        ("9", "合计: 120,", "工资: 未公布", ["110.00", "120.00", "10.00", "9.09%"]),
    ],
)
def test_budget_and_actual_are_compared_with_each_other_not_with_the_income(
    department: Callable[[str], Path], income: str, total: str, parts: str, row: list[str]
) -> None:
    body = (
        f"收入: {income}\n支出: {{{total} 明细: {{{parts}}}}}\n预算安排: {{明细: {{工资: 110}}}}\n"
    )
    assert cells(Workbook(load(department(body))), "支出")["合计"] == row


def test_parts_that_only_print_short_of_their_total_are_put_down_to_rounding(
    department: Callable[[str], Path],
) -> None:
    body = "收入: {合计: 1, 明细: {甲: 3333.33元, 乙: 3333.33元, 丙: 3333.33元}}\n"
    assert table_of(Workbook(load(department(body))), "收入").structure()["notes"] == [
        ROUNDING_NOTE
    ]


@pytest.mark.parametrize(
    ("total", "note"),
    [
        ("1000", ROUNDING_NOTE),
        ("1000.004", "合计写明1000.004万元，所列分项合计1000.001万元，相差0.003万元。"),
        ("1000.01", "合计写明1000.01万元，所列分项合计1000万元，相差0.01万元。"),
    ],
)
def test_how_far_a_total_may_miss_its_parts_is_told_by_its_own_last_place(
    department: Callable[[str], Path], total: str, note: str
) -> None:
    body = f"收入: {{合计: {total}, 明细: {{甲: 333.333, 乙: 333.334, 丙: 333.334}}}}\n"
    assert table_of(Workbook(load(department(body))), "收入").structure()["notes"] == [note]


def test_a_cross_table_says_where_it_does_not_close(department: Callable[[str], Path]) -> None:
    body = (
        "收入: {合计: 9, 明细: {局: {合计: 4, 明细: {拨款: 3, 其他: 1}},"
        " 站: {合计: 4, 明细: {拨款: 4}}}, 分类合计: {拨款: 8, 其他: 1}}\n"
    )
    assert table_of(Workbook(load(department(body))), "收入").structure()["notes"] == [
        "合计写明9万元，所列分项合计8万元，相差1万元。",
        "拨款写明8万元，所列分项合计7万元，相差1万元。",
    ]


def test_a_column_shows_equally_many_places_in_each_row(
    department: Callable[[str], Path],
) -> None:
    made = cells(Workbook(load(department("收入: {明细: {甲: 11111.111, 乙: 5.5}}\n"))), "收入")
    assert made == {"合计": ["11116.611"], "甲": ["11111.111"], "乙": ["5.500"]}


def test_volumes_show_the_places_typed_in_whatever_unit(department: Callable[[str], Path]) -> None:
    body = (
        "业务量:\n"
        "  培训: {单位: 人次, 上年: 2800, 本年: 3000余}\n"
        "  厕所: {单位: 座, 本年: {明细: {城区: 1, 乡镇: 2}}}\n"
        "  面积: {单位: 公顷, 上年: 1.5, 目标: 2, 本年: 1.75}\n"
        '  满意率: {单位: "%", 上年: 90, 本年: 95}\n'
    )
    assert cells(Workbook(load(department(body))), "业务量") == {
        "培训": ["人次", "2800", "", "3000余", "约7.14%"],
        "厕所": ["座", "", "", "3", ""],
        "面积": ["公顷", "1.50", "2.00", "1.75", "16.67%"],
        "满意率": ["%", "90%", "", "95%", "5个百分点"],
    }


def test_years_and_what_the_text_tells_already_are_no_volumes_of_work(junshan: Inputs) -> None:
    made = cells(Workbook(junshan), "业务量")
    # To be compared with last year's, though the text tells it too; told nowhere else.
    assert "热线工单" in made and "财务通报" in made
    assert not {"热线运行起始年", "先进单位连续年数", "招标失败", "汇聚点", "市长信箱来信"} & set(
        made
    )


def test_special_items_have_a_total_and_say_what_their_stated_total_was(junshan: Inputs) -> None:
    table_ = table_of(Workbook(junshan), "项目支出")
    assert table_.structure()["rows"][-1]["cells"] == ["合计", "191.00"]
    assert table_.structure()["notes"] == [
        "“专项经费”写明197.05万元，所列分项合计191万元，相差6.05万元。"
    ]


def test_special_items_may_be_taken_from_anywhere(department: Callable[[str], Path]) -> None:
    body = (
        "项目: {桥: {资金: 3}, 路: {资金: 4}}\n"
        "项目支出: {业务工作专项: {桥: {预算: =项目.桥.资金}, 路: {预算: =项目.路.资金}}}\n"
    )
    table_ = table_of(Workbook(load(department(body))), "项目支出").structure()
    assert (table_["rows"][-1]["cells"], table_["notes"]) == (["合计", "7.00"], [])


# Downloads.


def downloads(workbook: Workbook) -> dict[str, list[list[str]]]:
    """Return each table's rows as a spreadsheet would read its download link."""
    found = {}
    for name in ("人员", "收入", "支出", "项目", "专项经费", "三公经费", "业务量", "运行费用"):
        made = table_of(workbook, name)
        for link in Page(made.html()).all("a"):
            if link.get("href", "").startswith("data:text/csv"):
                with urllib.request.urlopen(link["href"]) as answer:
                    text = answer.read().decode()
                assert text.startswith("\ufeff"), "Excel 认不出没有 BOM 的 UTF-8"
                found[name] = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    return found


def test_every_table_can_be_downloaded_with_two_places_more_than_it_prints(junshan: Inputs) -> None:
    found = downloads(Workbook(junshan))
    assert len(found) == 8
    rates = {row[0]: row[-1] for row in found["三公经费"]}
    assert rates["公务用车运行维护费"] == "110.8642"
    assert next(row[:4] for row in found["支出"] if row[0] == "工资福利支出") == [
        "工资福利支出",
        "18.06",
        "86.93",
        "68.87",
    ]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(A1)"],
)
def test_no_text_is_a_formula_to_a_spreadsheet(text: str) -> None:
    assert safe_text(text) == f"'{text}"


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_text_survives_the_download_as_one_cell(first: str, second: str) -> None:
    made = Table("某", "某", ("项", "=列"), (Row((Cell(first), Cell(second))),), NOTHING, "某处")
    rows = list(csv.reader(io.StringIO(made.csv().removeprefix("\ufeff"), newline="")))
    assert rows[0] == ["项", "'=列"]
    assert [value.removeprefix("'") for value in rows[1]] == [
        first.removeprefix("'"),
        second.removeprefix("'"),
    ]
    for value in rows[1]:
        assert not re.match(r"[=+\-@\t\r\n＝＋－＠]", value)


def test_a_download_says_levels_and_units_where_rows_differ_in_them(junshan: Inputs) -> None:
    found = downloads(Workbook(junshan))
    income = {row[0]: row[found["收入"][0].index("层级")] for row in found["收入"][1:]}
    assert income["工资福利支出"] == "3" and "1" in income.values()
    # Without levels there is nothing to say.
    assert "层级" not in found["支出"][0]
    staff = {row[0]: row[found["人员"][0].index("单位")] for row in found["人员"][1:]}
    assert staff["在职人员控制率"] == "%" and "人" in staff.values()
    # A column that names its unit throughout needs no second word for it.
    assert "单位" not in found["三公经费"][0]


def test_a_number_stated_as_about_stays_about() -> None:
    place = Place("a.yml", 1, 1)
    about = Figure("面积", Decimal(83), "㎡", "面积", place, approximate=True)
    figures = Figures({"面积": about}, {})
    cell = figure_cell(figures, "面积")
    made = Table("某", "某", ("项", "数"), (Row((Cell("面积"), cell)),), figures, "某处")
    assert cell.text != "83" and made.csv().splitlines()[1] == f"面积,{cell.text}"


def test_negative_numbers_stay_numbers(junshan: Inputs) -> None:
    row = next(r for r in downloads(Workbook(junshan))["支出"] if r[0] == "商品和服务支出")
    assert row[3] == "-56.42"


# What a table must have.


def test_each_table_has_caption_unit_source_and_row_headings(
    junshan_shown: list[tuple[str, dict[str, Any]]],
) -> None:
    tables = [b for _, b in junshan_shown if "<table" in b["text/html"]]
    assert len(tables) >= 10
    numbers = []
    for bundle in tables:
        structure, page = bundle[STRUCTURE], Page(bundle["text/html"])
        assert structure["title"] and structure["source"]
        assert len({len(row["cells"]) for row in structure["rows"]}) == 1
        assert page.all("table") and len(page.all("figcaption")) == 1
        heads = [h for h in page.all("th") if h.get("scope") in ("row", "rowgroup", "colgroup")]
        assert len(heads) == len(structure["rows"])
        numbers.append(structure["title"].split("　")[0])
    assert numbers == [f"表{n}" for n in range(1, len(tables) + 1)]


def test_the_base_data_table_holds_the_official_rows(junshan: Inputs) -> None:
    table_ = table_of(Workbook(junshan), "基础数据表")
    rows = {row["cells"][0]: row["cells"][1:] for row in table_.structure()["rows"]}
    assert rows["公务接待"] == ["12.15", "10.33"]
    assert rows["公务用车运行维护"] == ["8.10", "8.98"]
    assert rows["编制数"][0].startswith("5")
    assert rows["《政府公报》编辑"] == ["5.00", "未公布"]
