"""The page of a year and its tables: nothing escapes, nothing runs, nothing is missing."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pytest

from govnb.batch.index import index_page
from govnb.batch.outcome import Failure, Outcome
from govnb.batch.summary import (
    FINDINGS,
    HEADINGS,
    Row,
    cells,
    finding_cells,
    row_of,
    summary_json,
    table_csv,
    table_xlsx,
)

NASTY = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "<script>alert(1)</script>",
    "\"'><img src=x onerror=y>",
    "a&b", "{{ 7 * 7 }}", "javascript:alert(1)", "𠮷堃", "x" * 300, "a\nb",
)  # fmt: skip
FAULTS = "params/2016/b.yml:3:7: “１２”含全角字符（写 12）\nparams/2016/b.yml:9:1: 不认识“x”"


def facts(**changes: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "name": "示例局", "region": "示例区", "sample": False, "income": "101.5",
        "budget": "100", "actual": "98.765",
        "unit": "万元", "control": "99.995", "low": "80", "high": "90.5", "grade": "良—优",
        "findings": {"错误": 0, "尾差": 1, "提示": 2},
    }  # fmt: skip
    return known | changes


def row(department: str = "a", links: Iterable[str] = ("html", "json"), **changes: Any) -> Row:
    return Row(department, facts(**changes), tuple(links))


def summary_csv(rows: Iterable[Row]) -> bytes:
    return table_csv(HEADINGS, map(cells, rows))


def summary_xlsx(rows: Iterable[Row]) -> bytes:
    return table_xlsx("汇总", HEADINGS, list(map(cells, rows)))


def page(*rows: Row, **more: Any) -> str:
    return index_page(2016, rows, **more).decode()


class Cells(HTMLParser):
    """The table's cells as text, row by row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1] += data


def test_a_row_says_status_score_amounts_and_findings() -> None:
    (head, told) = Cells(page(row())).rows
    assert dict(zip(head[1:-1], told[1:-1], strict=True)) == {
        "状态": "通过", "错误": "0", "尾差": "1", "提示": "2", "得分": "80—90.5", "待定分": "10.5",
        "等级": "良—优", "收入": "101.50", "预算": "100.00", "支出": "98.77",
        "三公控制率": "100.00%",
    }  # fmt: skip
    # Its name is the link to its page.
    assert head[-1] == "文件" and told[-1].split() == ["数据"]


def test_a_department_with_open_errors_says_so() -> None:
    told = page(row(findings={"错误": 2, "尾差": 0, "提示": 0}))
    assert Cells(told).rows[1][1] == "有错误"


def test_a_department_without_expenditure_never_passes() -> None:
    thin, wrong = row(actual=None), row("b", actual=None, findings={"错误": 1})
    assert [each.status for each in (thin, wrong, row("c"))] == ["资料不足", "有错误", "通过"]


def test_the_department_to_look_at_first_is_on_top() -> None:
    some = {"尾差": 0, "提示": 0}
    told = Cells(
        page(
            row("fine"), row("hint", findings={"错误": 0, "尾差": 0, "提示": 3}),
            row("thin", actual=None), row("one", findings={"错误": 1, **some}),
            row("many", findings={"错误": 9, **some}), Row("none", {}, (), Failure("坏了")),
        )
    ).rows  # fmt: skip
    first = [cells[0].split()[-1] for cells in told[1:]]
    assert first == ["none", "many", "one", "thin", "hint", "fine"]


def test_a_department_without_expenditure_is_listed_as_such() -> None:
    (listed,) = json.loads(summary_json(2016, [row(actual=None)]))["departments"]
    assert listed["status"] == "资料不足"


def test_the_points_that_hang_on_evidence_are_a_column_of_their_own() -> None:
    assert Cells(page(row(low="0", high="100"))).rows[1][6] == "100"
    assert Cells(page(row(low="88", high="88"))).rows[1][6] == "0"
    table = list(csv.reader(io.StringIO(summary_csv([row()]).decode("utf-8-sig"))))
    assert dict(zip(*table, strict=True))["待定分"] == "10.5"


def test_unknown_amounts_and_scores_stay_blank() -> None:
    unknown = facts(**dict.fromkeys(("income", "budget", "actual", "control", "low", "high")))
    assert Cells(page(Row("a", unknown | {"grade": ""}))).rows[1][5:-1] == [""] * 7


def test_a_failure_is_told_with_place_message_and_cell() -> None:
    failure = Failure.of_faults(FAULTS, 3, "wb = Workbook.open(year)")
    told = page(Row("b", {}, (), failure), row("c"))
    assert "<code>params/2016/b.yml:3:7</code>　“１２”含全角字符（写 12）" in told
    assert "<code>params/2016/b.yml:9:1</code>" in told
    assert "停在笔记本第 3 格" in told and "wb = Workbook.open(year)" in told
    assert "参数文件有 2 处错误" in Cells(told).rows[1][1]
    # Its findings aren't nought, they are unknown.
    assert Cells(told).rows[1][2:5] == ["", "", ""]


def test_files_of_the_last_good_run_are_told_to_be_old() -> None:
    told = page(Row("b", {}, ("html",), Failure("超过 5 秒，已终止")))
    assert "上次的：" in Cells(told).rows[1][-1]


def test_departments_left_over_and_the_district_report_are_named() -> None:
    told = page(row(), left_over=["撤销局"], district=Outcome("district"), region="示例区")
    assert "撤销局" in told and 'href="./_all/district.html"' in told
    assert "<title>示例区2016年度部门整体支出绩效评价</title>" in told
    failed = page(row(), district=Outcome("district", failure=Failure("笔记本出错：KeyError")))
    assert "district.html" not in failed and "笔记本出错：KeyError" in failed


def test_made_up_departments_are_marked() -> None:
    told = "部门或其台账是编的"
    assert told in page(row(sample=True)) and told not in page(row())


@pytest.mark.parametrize("text", NASTY)
def test_text_shows_as_text(text: str) -> None:
    failure = Failure(text, text, 2, text)
    told = page(
        row(name=text), Row(text, {"name": text}, ("html",), failure), left_over=[text], region=text
    )
    assert "alert(1)</script>" not in told and "<img" not in told and "49" not in text + told[:0]
    assert all(re.match(r"^(\./|#)", link) for link in re.findall(r'href="([^"]*)"', told))
    shown = Cells(told).rows[1][0]
    assert shown.startswith(text)


def test_the_page_needs_nothing_else() -> None:
    told = page(row())
    assert not re.search(r"(src|srcset|action)\s*=|@import|url\((?!data:)|<link|<iframe", told)
    assert 'lang="zh-CN"' in told


def test_equal_years_give_equal_bytes() -> None:
    rows = [row("a"), row("b", sample=True)]
    assert page(*rows) == page(*rows)
    assert summary_csv(rows) == summary_csv(rows)
    with zipfile.ZipFile(io.BytesIO(summary_xlsx(rows))) as book:
        parts = [book.read(name).decode() for name in book.namelist()]
    assert not [part for part in parts if re.search(r"20[2-9]\d-\d\d-\d\d", part)]


@pytest.mark.parametrize("text", NASTY)
def test_a_spreadsheet_takes_names_for_text(text: str) -> None:
    rows = [row(text, name=text)]
    listed = list(csv.reader(io.StringIO(summary_csv(rows).decode("utf-8-sig"))))
    assert listed[1][1].lstrip("'") == text and not listed[1][1].startswith(
        ("=", "+", "-", "@", "\t")
    )
    sheet = openpyxl.load_workbook(io.BytesIO(summary_xlsx(rows))).active
    assert sheet is not None
    assert sheet["B2"].data_type == "s" and sheet["B2"].value == text
    assert sheet["A2"].data_type == "s"
    assert sheet["J2"].value == 100 and sheet["J2"].data_type == "n"


def test_codes_keep_their_zeros_and_negative_numbers_stay_numbers() -> None:
    rows = [row("001005", budget="-3.5")]
    sheet = openpyxl.load_workbook(io.BytesIO(summary_xlsx(rows))).active
    assert sheet is not None
    assert sheet["A2"].value == "001005" and sheet["J2"].value == -3.5
    assert ",-3.5," in summary_csv(rows).decode("utf-8-sig")


def test_characters_a_workbook_cannot_hold_are_left_out() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(summary_xlsx([row(name="a\x00b\x0bc")]))).active
    assert sheet is not None and sheet["B2"].value == "abc"


def test_a_row_is_taken_from_a_result() -> None:
    result = {
        "name": "示例局", "region": "示例区", "sample": True,
        "figures": {
            "收入": {"value": "1", "unit": "万元"}, "支出": {"value": "2", "unit": "万元"},
            "预算安排": {"value": None, "unit": "万元"},
            "三公经费.控制率": {"value": "3", "unit": "%"},
        },
        "score": {"total": {"low": "1", "high": "2"}, "grade_text": "差"},
        "review": {"findings": [
            {"severity": "错误", "state": "未通过"}, {"severity": "错误", "state": "已说明"},
            {"severity": "尾差", "state": "未通过"}, {"severity": "提示", "state": "缺数据"},
        ]},
    }  # fmt: skip
    taken = row_of(result)
    assert (taken["income"], taken["actual"], taken["control"]) == ("1", "2", "3")
    # Income is no budget.
    assert taken["budget"] is None
    assert taken["findings"] == {"错误": 1, "尾差": 1, "提示": 0}
    assert taken["sample"] and taken["grade"] == "差"
    assert row_of({})["budget"] is None


def test_the_summary_for_programs_lists_every_row() -> None:
    rows = [row("a"), Row("b", {}, (), Failure("坏了"))]
    told = json.loads(summary_json(2016, rows))
    assert [r["status"] for r in told["departments"]] == ["通过", "未能生成"]
    assert told["departments"][1]["reason"] == "坏了"


def test_a_long_page_keeps_its_roles() -> None:
    told = page(*(row(f"{i:04d}") for i in range(501)))
    assert told.count('role="row"') == 502 and 'role="columnheader"' in told


def test_every_open_finding_of_a_year_is_a_line() -> None:
    def found(state: str, **more: Any) -> Any:
        return {"id": "合计:支出", "check": "合计", "severity": "错误", "state": state} | more

    left = {"figure": "支出", "value": "12", "origin": "params/2016/a.yml:3:7"}
    open_one = found("未通过", message="=差1", left=left, difference="1.0", tolerance="0.1")
    result = {
        "department": "001", "name": "示例局",
        "review": {"findings": [open_one, found("通过"), found("不适用"), found("缺数据")]},
    }  # fmt: skip
    lines = list(finding_cells(result))
    table = list(csv.DictReader(io.StringIO(table_csv(FINDINGS, lines).decode("utf-8-sig"))))
    assert [(r["代码"], r["状态"]) for r in table] == [("001", "未通过"), ("001", "缺数据")]
    assert table[0]["左出处"] == "params/2016/a.yml:3:7" and table[0]["说明"] == "'=差1"
    sheet = openpyxl.load_workbook(io.BytesIO(table_xlsx("复核发现", FINDINGS, lines))).active
    assert sheet is not None and sheet.auto_filter.ref == "A1:Q3"
    first = dict(zip(FINDINGS, (cell.value for cell in sheet[2]), strict=True))
    assert first["差额"] == 1 and first["代码"] == "001" and first["说明"] == "=差1"
