"""The year under way: 序时进度, warnings, forecasts and the 通报, as an accountant checks them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pandas as pd
import pytest

from govnb import percent
from govnb.report.bulletin import Bulletin
from govnb.report.charts import Chart
from govnb.report.monitor import Monitor
from govnb.report.tables import Table
from govnb.text.faults import FaultsError
from tests.ledgers import YEAR, Office
from tests.papers.papers import as_docx, as_pdf, book, pdf_text
from tests.report.cells import run_cells

At = Callable[..., Any]
HEAD = "项目,月份,年初预算,累计支出,上年累计\n"


@pytest.fixture
def office(tmp_path: Path, params: Path) -> Office:
    return Office(tmp_path, params, 2016)


@pytest.fixture
def at(office: Office) -> At:
    """Return a department's year 2016 at a month, from a ledger and a 监控 section."""

    def make(rows: str, month: int = 0, text: str = "", name: str = "bumen", **ledgers: str) -> Any:
        office.write(text, name, 月度=rows, **ledgers)
        return Monitor.at(2016, name, month, str(office.params))

    return make


def warned(wb: Any) -> Any:
    """Return the first table of the notebook."""
    frame = wb.in_year.lines()
    frame["执行率"] = percent(frame["累计支出"] / frame[wb.in_year.base])
    frame["与序时差"] = frame["执行率"] - wb.in_year.pace
    frame[["预警", "原因"]] = wb.in_year.warn(frame)
    return frame


def steady(project: str, budget: str, last: str, months: int) -> str:
    return "".join(
        f"{project},{n},{budget},{last if n == months else '0'},\n" for n in range(1, months + 1)
    )


@pytest.mark.parametrize(
    ("text", "pace", "gap", "said"),
    [
        ("", "58.33%", "-1.86", "按月，7÷12"),
        ("监控: {序时进度: 日}\n", "58.20%", "-1.73", "按日，213÷366"),
        ("监控: {序时进度: 固定, 计划进度: {7月: 58%}}\n", "58%", "-1.53", "按“计划进度”里写的"),
    ],
)
def test_序时进度_has_three_definitions_and_the_page_names_its_own(
    at: At, text: str, pace: str, gap: str, said: str
) -> None:
    """B.5 item 2."""
    wb = at(HEAD + steady("甲", "100", "56.47", 7), text=text)
    line = warned(wb).loc["甲"]
    assert (str(wb.in_year.pace).replace("58.00%", "58%"), str(line["与序时差"])) == (
        pace,
        f"{gap}个百分点",
    )
    assert said in wb.in_year.measures()[0]


def test_the_rate_is_not_rounded_before_it_is_compared(at: At) -> None:
    """B.5 item 3."""
    wb = at(HEAD + steady("申遗经费", "220", "87.57", 6), text="监控: {预警标准: 四川}\n")
    line = warned(wb).loc["申遗经费"]
    assert (str(line["执行率"]), line["预警"], line["原因"]) == (
        "39.80%", "红", "低于1—6月应达到的40%",
    )  # fmt: skip
    assert "川财绩〔2025〕10号" in wb.in_year.measures()[1]


def test_forecasts_by_months_and_by_last_years_shape(at: At) -> None:
    """B.5 item 4."""
    rows = HEAD + steady("申遗经费", "220", "87.57", 6)
    rows = rows.replace("6,220,87.57,", "6,220,87.57,99") + "申遗经费,12,220,,220\n"
    wb = at(rows, 6)
    spent, last = (
        wb.in_year.lines().at["申遗经费", "累计支出"],
        wb.in_year.last_year().loc["申遗经费"],
    )
    assert str(spent / 6 * 12) == "175.14万元"
    assert str(spent / (last["上年同期"] / last["上年全年"])) == "194.6万元"


def test_spending_beyond_the_year_or_without_a_budget_is_red_in_any_month(at: At) -> None:
    frame = warned(at(HEAD + "大厅运行,1,5,20.66,\n无预算,1,0,0.3,\n未填,1,,3,\n"))
    assert str(frame.at["大厅运行", "执行率"]) == "413.20%"
    assert list(frame["预警"]) == ["红", "红", "无法判断"]
    assert list(frame["原因"]) == ["超出全年预算", "没有预算而有支出", "没有预算数"]


def test_a_component_of_三公_without_budget_is_red_in_the_month_it_spends(at: At) -> None:
    """B.5 item 9."""
    text = """三公经费: {因公出国（境）费: {预算: 0}}
三公台账: {因公出国（境）费: {5月: {金额: 0.3}}}
"""
    rows = HEAD + steady("甲", "100", "40", 6)
    for month, colour in ((4, "正常"), (5, "红")):
        wb = at(rows, month, text)
        (told,) = wb.in_year.warn_three_public(wb.in_year.three_public())["预警"]
        assert told == colour


def test_months_to_come_are_blank_and_not_0(at: At) -> None:
    """B.5 item 12."""
    wb = at(HEAD + "甲,1,100,8,\n甲,2,100,16,\n")
    months = wb.in_year.months().loc["甲"]
    assert [cell.is_known for cell in months] == [True, True] + [False] * 10
    table = wb.show(wb.in_year.months(), "各月")
    assert "8.00" in table.text()
    assert "未公布" not in table.text()
    with pytest.raises(FaultsError, match="3月还没有执行数，最后一个月是2月"):
        at(HEAD + "甲,1,100,8,\n甲,2,100,16,\n", 3)


def test_only_the_file_of_thresholds_changes_a_colour(at: At, office: Office) -> None:
    """B.5 item 14."""
    rows = HEAD + steady("甲", "100", "46", 6)
    assert warned(at(rows)).at["甲", "预警"] == "正常"
    file = office.params / "rules" / "monitoring.yml"
    file.write_text(file.read_text("utf-8").replace("    黄: 5\n", "    黄: 3\n", 1), "utf-8")
    assert warned(at(rows)).at["甲", "预警"] == "黄"


def test_a_table_names_the_ledgers_as_its_source_not_the_annual_report(at: At) -> None:
    wb = at(HEAD + "甲,1,100,8,\n")
    assert wb.source == "本部门的台账（月度）"


def test_made_up_ledgers_say_so_on_the_page(at: At) -> None:
    wb = at(HEAD + "甲,1,100,8,\n", text="监控: {示例: 是}\n")
    assert "台账是编的" in wb.title().marks[0]


def test_the_通报_of_twenty_departments_is_sorted_and_adds_up(at: At, tmp_path: Path) -> None:
    """B.5 item 13; how long it takes is a benchmark."""
    outputs = str(tmp_path / "outputs")
    for n in range(20):
        wb = at(HEAD + f"甲,1,100,{n},\n", name=f"d{n:02}")
        wb.outcome(warned(wb), outputs)
    shown = run_cells("bulletin.ipynb", year=2016, month=1, outputs_dir=outputs)
    tables = {each.caption: each for each in shown if isinstance(each, Table)}
    every = tables["各部门预算执行情况"].rows
    assert len(every) == 21
    assert every[-1].cells[3].value == sum(range(20))
    gaps = [row.cells[4].text for row in tables["预警项目，按与序时进度的差距排"].rows if row.level]
    assert gaps == [f"{gap}个百分点" for gap in ("-8.33", "-7.33", "-6.33", "-5.33")]


def test_two_departments_of_one_name_stand_apart_in_the_通报(at: At, tmp_path: Path) -> None:
    for n in (1, 2):
        wb = at(HEAD + f"甲,1,100,{n},\n", name=f"d{n}")
        wb.outcome(warned(wb), str(tmp_path / "outputs"))
        file = tmp_path / "outputs" / "2016" / "monitor" / f"d{n}-1月.json"
        file.write_text(file.read_text("utf-8").replace(f"测试局d{n}", "某局"), "utf-8")
    frame = Bulletin.open(2016, 1, str(tmp_path / "outputs")).projects()
    assert list(frame.index.unique("部门")) == ["某局（d1）", "某局（d2）"]


def test_a_通报_of_nothing_but_made_up_ledgers_says_so(at: At, tmp_path: Path) -> None:
    wb = at(HEAD + "甲,1,100,1,\n", text="监控: {示例: 是}\n")
    wb.outcome(warned(wb), str(tmp_path / "outputs"))
    (mark,) = Bulletin.open(2016, 1, str(tmp_path / "outputs")).title().marks
    assert mark == "示例：各部门的台账是编的，供试用。"


# What the notebook shows.


def page(wb: Any, month: int = 0) -> tuple[dict[str, Any], list[Any]]:
    """Return the tables of a department's page by their captions, and its charts."""
    shown = run_cells(
        "monitor.ipynb", year=2016, department=wb.inputs.name, month=month, outputs_dir="",
        params_dir=str(wb.inputs.params_dir),
    )  # fmt: skip
    tables = {each.caption: each for each in shown if isinstance(each, Table)}
    return tables, [each for each in shown if isinstance(each, Chart)]


def test_the_line_stops_at_the_last_month_and_the_pace_and_last_year_go_on(at: At) -> None:
    """B.5 item 12."""
    rows = "".join(f"甲,{n},120,{n * 8 if n < 4 else ''},{n * 9}\n" for n in range(1, 13))
    tables, (chart,) = page(at(HEAD + rows))
    table = tables["各月累计支出与序时进度"].frame()
    assert list(table["累计支出"][:4]) == [8, 16, 24, ""]
    assert list(table["序时应支出"][:4]) == [10, 20, 30, 40]
    assert list(table["上年累计"][-2:]) == [99, 108]
    assert "累计支出：1月8，2月16，3月24；" in chart.alt
    assert "12月120；上年累计：1月9，" in chart.alt


def test_a_page_of_an_earlier_month_tells_nothing_of_later_ones(at: At) -> None:
    rows = "".join(f"甲,{n},120,{n * 8},\n" for n in range(1, 7))
    tables, (chart,) = page(at(HEAD + rows), month=3)
    assert list(tables["各月累计支出与序时进度"].frame()["累计支出"][:5]) == [8, 16, 24, "", ""]
    assert "累计支出：1月8，2月16，3月24；" in chart.alt


def test_the_forecasts_span_from_the_lowest_to_the_highest_of_each_project(at: At) -> None:
    rows = "项目,月份,年初预算,累计支出,全年预计\n甲,1,120,6,100\n乙,1,60,5,\n"
    tables, (chart,) = page(at(rows))
    total = tables["全年执行数的三种预计"].frame().loc["合计"]
    assert (total["最低"], total["最高"]) == (132, 160)  # 72 or 100, and 60
    assert chart.alt.endswith("；全年预计的范围：12月从132到160。")


def test_the_year_that_is_over_has_nothing_to_forecast(at: At) -> None:
    _, (chart,) = page(at(HEAD + steady("甲", "100", "96", 12)))
    assert "范围" not in chart.alt


def test_last_year_is_drawn_only_where_every_project_states_it(at: At) -> None:
    tables, (chart,) = page(at(HEAD + "甲,1,100,8,7\n乙,1,50,4,\n"))
    assert "上年累计" not in chart.alt
    assert "上年累计" not in tables["各月累计支出与序时进度"].columns


def test_last_years_own_ledger_is_drawn_with_projects_that_are_no_more(
    at: At, office: Office
) -> None:
    last = office.params / "2015"
    last.mkdir()
    (last / "_year.yml").write_text(YEAR.format(2015), encoding="utf-8")
    (last / "bumen.yml").write_text("年度: 2015\n部门: {名称: 测试局}\n", encoding="utf-8")
    rows = "项目,月份,累计支出\n甲,1,7\n完工的,1,3\n"
    (last / "bumen.月度.csv").write_text(rows, encoding="utf-8")
    wb = at(HEAD + "甲,1,100,8,\n")
    total = wb.in_year.last_total()["1月"]
    assert total.figure.number == 10
    wb.show(pd.DataFrame({"上年累计": wb.in_year.last_total()}), "各月")
    assert "10万元" in str(wb.panels()._repr_mimebundle_()["text/html"])


def test_without_any_budget_there_is_a_page_and_a_line_of_what_was_spent(at: At) -> None:
    _, (chart,) = page(at("项目,月份,累计支出\n甲,1,5\n"))
    assert chart.alt.startswith("折线图：纵轴为万元。累计支出：1月5")


def test_each_months_warning_stands_in_words_on_the_page_in_word_and_in_print(at: At) -> None:
    """B.5 item 10."""
    rows = HEAD + "甲,1,100,8,\n甲,2,100,9,\n甲,3,100,9.5,\n乙,1,,1,\n"
    table = page(at(rows))[0]["各月预警和执行率"]
    assert [cell.text for cell in table.rows[0].cells] == [
        "甲", "正常\n8.00%", "黄\n9.00%", "红\n9.50%",
    ]  # fmt: skip
    assert 'class="gv-yellow">黄<br>9.00%' in table.html()
    assert 'class="gv-red">红<br>9.50%' in table.html()
    notebook = book(table)
    document = docx.Document(io.BytesIO(as_docx(notebook)))
    cells = document.tables[-1].rows[1].cells
    assert [cell.text for cell in cells][1:] == ["正常\n8.00%", "黄\n9.00%", "红\n9.50%"]
    assert [bool(cell.paragraphs[0].runs[0].bold) for cell in cells][1:] == [False, True, True]
    assert "红9.50%" in "".join(pdf_text(as_pdf(notebook)).split())


def test_accounts_have_their_warnings_month_by_month_too(at: At) -> None:
    rows = "项目,科目,月份,年初预算,累计支出\n甲,教育,1,100,8\n甲,教育,2,100,9\n乙,教育,1,100,0\n"
    tables, _ = page(at(f"{rows}乙,教育,2,100,0\n丙,,1,50,5\n丙,,2,50,9\n"))
    assert [cell.text for cell in tables["各科目各月预警和执行率"].rows[0].cells] == [
        "教育", "正常\n4.00%", "红\n4.50%",
    ]  # fmt: skip
    told = tables["1—2月各科目执行情况"].frame()
    assert list(told["预警"]) == ["红", "正常", "黄"]
    # What has no account is in the total all the same.
    assert list(told.index) == ["教育", "未写科目", "合计"] and told.loc["合计", "累计支出"] == 18
    tables, _ = page(at("项目,月份,累计支出\n甲,1,5\n"))
    assert "各科目各月预警和执行率" not in tables and "1月各项目执行情况" in tables


def test_the_form_reckons_by_the_same_budget_as_the_page_and_adds_up(at: At) -> None:
    wb = at(HEAD + "甲,1,100,30,\n乙,1,50,5,\n", 预算调整="项目,金额,状态\n甲,50,已批复\n")
    form = page(wb)[0]["部门预算项目支出绩效运行监控表（资金）"]
    assert [cell.text for cell in form.rows[0].cells][:5] == [
        "甲", "100.00", "150.00", "30.00", "20.00%",
    ]  # fmt: skip
    assert form.frame().loc["合计", "1月执行数"] == 35
    assert form.notes == ("执行率＝执行数÷调整后预算数。",)


def test_what_is_to_be_done_fits_the_reason_and_三公_is_not_forgotten(at: At) -> None:
    text = "三公经费: {公务接待费: {预算: 10}, 因公出国（境）费: {预算: 0}}\n"
    ledger = "项目,月份,金额\n公务接待费,1,5\n因公出国（境）费,1,0.3\n"
    wb = at(HEAD + "甲,1,100,120,\n", text=text, 三公台账=ledger)
    components = wb.in_year.three_public()
    components[["预警", "原因"]] = wb.in_year.warn_three_public(components)
    assert wb.duties(warned(wb), components).source.splitlines() == [
        "1. **甲**（红，超出全年预算）：停止支付，查明原因，办理调剂或追加手续。",
        "2. **因公出国（境）费**（红，没有预算而有支出）："
        "停止支付，查明原因，办理调剂或追加手续，或退回支出。",
        "3. **公务接待费**（黄，高于序时进度10个百分点以上）："
        "压减以后各月的支出，确保全年不超预算。",
    ]


def test_the_annual_report_says_by_which_standard_it_warns(at: At) -> None:
    """As the monitoring page does: 默认 has no document behind it."""
    wb = at(HEAD + "甲,1,100,8,\n")
    shown = run_cells(
        "department.ipynb", year=2016, department=wb.inputs.name, outputs_dir="",
        params_dir=str(wb.inputs.params_dir),
    )  # fmt: skip
    (table,) = (t for t in shown if isinstance(t, Table) and t.name == "各项目执行")
    assert "预警标准“默认”：本程序的默认值，没有文件依据" in " ".join(table.notes)
