"""报告单位: a report prints every amount in one unit, whatever its file is kept in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from govnb import Workbook
from govnb.batch.job import Job
from govnb.batch.run import produce
from govnb.report.assessment import Assessment
from govnb.report.findings import matters
from govnb.sheet.read import load
from govnb.text.faults import FaultsError
from tests.report.markup import Page
from tests.report.shown import table_of

Department = Callable[[str], Path]
BODY = """\
报告单位: {}
收入: {{明细: {{财政拨款: 511.4, 其他收入: 20.25}}}}
支出: {{明细: {{基本支出: 400, 项目支出: 135.1456}}}}
三公经费: {{公务接待费: {{预算: 12.15, 支出: 10.33}}}}
项目: {{大桥: {{资金: 3.5亿元}}}}
人员: {{编外人员: 3, 编外人员经费: 9}}
叙述: {{概述: '收入{{{{ 收入 }}}}，贷款{{{{ 项目.大桥.资金 | 亿元 }}}}。'}}
公布数: {{收入: {}}}
"""
AMOUNT = re.compile(r"\d(元|千元|万元|亿元)")


@pytest.mark.parametrize(
    ("unit", "income", "row"),
    [
        ("元", "5316500元", ["202500", "5114000", "5316500"]),
        ("万元", "531.65万元", ["20.25", "511.40", "531.65"]),
        ("亿元", "0.0532亿元", ["0.00203", "0.05114", "0.05317"]),
    ],
)
def test_sentences_cards_and_tables_are_in_the_reports_unit(
    department: Department, unit: str, income: str, row: list[str]
) -> None:
    workbook = Workbook(load(department(BODY.format(unit, 5316500 if unit == "元" else 531.65))))
    assert f"收入{income}，贷款3.5亿元。" in Page(workbook.text("概述").html()).text
    assert income in [value for _, value, _ in workbook.cards().entries()]
    table = table_of(workbook, "收入")
    assert table.unit == unit
    assert sorted(cells["cells"][1] for cells in table.structure()["rows"]) == row
    form = table_of(workbook, "基础数据表").structure()
    assert form["unit"].split("、")[0] == unit


def test_a_whole_report_in_yuan_names_no_other_unit(department: Department) -> None:
    params = department(BODY.format("元", 5316500)).parent.parent
    made = produce(Job(2016, "test", params, formats=("html",), edition="publish"))
    page = Page(made["html"].decode())
    page.text = page.text.replace("3.5亿元", "")
    assert set(AMOUNT.findall(page.text)) == {"元"}
    assert "金额单位：元" in page.text


def test_a_small_amount_in_a_large_unit_is_no_other_amount(department: Department) -> None:
    body = "报告单位: 亿元\n三公经费: {预算: 60, 支出: 48.73, 公务接待费: {预算: 15, 支出: 8.73}}\n"
    told = Page(Workbook(load(department(body))).three_public().html()).text
    assert "预算总额0.006亿元，实际支出0.00487亿元，结余0.00113亿元" in told
    assert "持平" not in told


def test_a_file_kept_in_the_large_unit_prints_small_amounts_too(department: Department) -> None:
    body = "金额单位: 亿元\n三公经费: {公务接待费: {预算: 82.5万元, 支出: 46.53万元}}\n"
    told = Page(Workbook(load(department(body))).three_public().html()).text
    assert "公务接待费预算0.00825亿元，实际支出0.00465亿元，结余0.0036亿元" in told


def test_a_volume_stays_in_the_unit_its_department_counts_it_in(department: Department) -> None:
    body = "报告单位: 亿元\n业务量: {长期借款: {单位: 万元, 上年: 9000, 本年: 9800}}\n"
    workbook = Workbook(load(department(body)))
    assert "长期借款9800万元" in Page(workbook.sentence("业务量").html()).text


def test_the_result_and_the_checks_stay_in_the_units_of_the_file(department: Department) -> None:
    workbook = Workbook(load(department(BODY.format("元", 5316500))))
    table_of(workbook, "支出")
    figures = workbook.result_data["figures"]
    assert {f["unit"] for f in figures.values() if f["unit"].endswith("元")} == {"万元"}
    assert figures["收入"]["value"] == "531.65"
    plain = Assessment(load(department(BODY.format("万元", 531.65))))
    assert [f.id for f in workbook.review.open_errors] == [f.id for f in plain.review.open_errors]
    assert json.dumps(workbook.result_data["score"])


def test_what_stands_behind_a_reference_must_be_the_reports_unit(department: Department) -> None:
    good = "金额单位: 元\n报告单位: 万元\n收入: 202500\n叙述: {概述: '{{ 收入 | 数字 }}万元'}\n"
    workbook = Workbook(load(department(good)))
    assert "20.25万元" in Page(workbook.text("概述").html()).text
    with pytest.raises(FaultsError, match="“收入”以万元计，后面写的却是“元”"):
        Workbook(load(department(good.replace("}}万元", "}}元"))))


@pytest.mark.parametrize("filter_", ["元", "亿元"])
def test_only_an_amount_has_a_unit_of_money(department: Department, filter_: str) -> None:
    body = f"人员: {{编制数: 5}}\n叙述: {{概述: '{{{{ 人员.编制数 | {filter_} }}}}'}}\n"
    with pytest.raises(FaultsError, match=f"“人员.编制数”不是金额，不能加“| {filter_}”"):
        Workbook(load(department(body)))


def test_the_cover_tells_code_method_evaluator_and_unit(department: Department) -> None:
    head = "报告单位: 元\n收入: 5\n叙述: {概述: 有正文。}\n"
    path = department(head)
    text = path.read_text("utf-8")
    path.write_text(
        text.replace(
            "名称: 测试局\n",
            '名称: 测试局\n  预算编码: "001005"\n  评价方式: 部门评价\n  评价机构: 某事务所\n',
        ),
        "utf-8",
    )
    told = Page(Workbook(load(path)).cover().html()).text
    assert told == "预算编码：001005　　评价方式：部门评价　　评价机构：某事务所　　金额单位：元"


def test_the_head_tells_the_largest_overspend_in_the_reports_unit(department: Department) -> None:
    body = "报告单位: 元\n支出: {明细: {甲: 7, 乙: 3}}\n预算安排: {明细: {甲: 5, 乙: 3}}\n"
    told = Assessment(load(department(body)))
    assert "甲：比预算多20000元" in matters(told.review, told.figures, told.score)[0][0]


def test_the_largest_difference_is_told_in_the_reports_unit(department: Department) -> None:
    body = "报告单位: {}\n支出: 5\n收入: {{合计: 5.5, 明细: {{甲: 1.25, 乙: 2}}}}\n"
    for unit, gap in (("元", "22500元"), ("万元", "2.25万元")):
        told = dict(
            (words.partition("：")[0], words)
            for words, _ in Workbook(load(department(body.format(unit)))).title().matters
        )["差额最大的一处"]
        assert gap in told
        assert unit == "万元" or "万元" not in told
