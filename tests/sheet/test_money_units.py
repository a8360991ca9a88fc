"""A file's amounts stay in its 金额单位, whatever formulas reckon in."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from govnb.batch.summary import Row, in_one_unit
from govnb.report.prose import Prose
from govnb.report.provenance import exact_text
from govnb.report.workbook import Workbook
from govnb.sheet.figure import Figures, shown
from govnb.sheet.read import load
from govnb.text.faults import FaultsError
from tests.report.markup import Page
from tests.report.shown import table_of

Compute = Callable[[str], Figures]
Department = Callable[[str], Path]


@pytest.mark.parametrize(
    ("unit", "income", "spent", "over"),
    [
        ("元", "30029700", "30029745", "45元"),
        ("千元", "30029.7", "30029.745", "0.045千元"),
        ("万元", "3002.97", "3002.9745", "0.0045万元"),
        ("亿元", "0.300297", "0.30029745", "0.00000045亿元"),
    ],
)
def test_a_report_prints_the_files_unit_and_never_0_for_what_is_not(
    figures_of: Compute, unit: str, income: str, spent: str, over: str
) -> None:
    made = figures_of(f"金额单位: {unit}\n收入: {income}\n支出: {spent}\n")
    assert shown(made["收入"]) == f"{income}{unit}"
    assert shown(made["支出.超支"]) == over
    assert made["支出.超支率"].number is not None
    assert made["支出.超支率"].number == pytest.approx(Decimal("0.000149851"), rel=Decimal("0.01"))


def test_amounts_typed_in_another_unit_are_converted(figures_of: Compute) -> None:
    made = figures_of("金额单位: 元\n收入: 3万元\n支出: 45\n人员: {编外人员: 2, 编外人员经费: 7}\n")
    assert shown(made["收入"]) == "30000元"
    assert shown(made["支出.超支"]) == "-29955元"
    assert shown(made["人员.编外人均经费"]) == "3.5元/人"


def test_tables_and_charts_name_the_files_unit(department: Department) -> None:
    body = "金额单位: 元\n收入: {明细: {甲: 45, 乙: 30000}}\n支出: {明细: {丙: 45}}\n"
    body += "人员: {编制数: 5}\n三公经费: {公务接待费: {支出: 45}}\n"
    workbook = Workbook(load(department(body)))
    assert table_of(workbook, "收入").structure()["unit"] == "元"
    assert "元" in table_of(workbook, "基础数据表").structure()["unit"].split("、")
    assert "万元" not in table_of(workbook, "收入").html()


def test_another_unit_of_money_behind_an_amount_is_refused(department: Department) -> None:
    body = "金额单位: 元\n收入: 45\n叙述: {概述: '收入{{ 收入 | 数字 }}万元。'}\n"
    with pytest.raises(FaultsError, match=r":\d+:\d+: “收入”以元计，后面写的却是“万元”"):
        Workbook(load(department(body)))


def test_departments_of_several_units_are_listed_in_one() -> None:
    rows = [
        Row("甲", {"budget": "45", "actual": "30000", "unit": "元"}),
        Row("乙", {"budget": "3", "actual": None, "unit": "亿元"}),
    ]
    assert [(r.amount("budget"), r.amount("actual")) for r in in_one_unit(rows)] == [
        ("0.0045", "3.00"),
        ("30000.00", ""),
    ]
    assert in_one_unit(rows[:1]) == rows[:1]


@pytest.mark.parametrize(
    ("volume", "text"),
    [("=201 / 2", "100.5件"), ("=1 / 3", "0.33件"), ("=200 / 2", "100件"), ("100.25", "100.25件")],
)
def test_a_volume_worked_out_keeps_its_digits(figures_of: Compute, volume: str, text: str) -> None:
    made = figures_of(f"业务量: {{事: {{单位: 件, 本年: {volume}}}}}\n")
    assert shown(made["业务量.事.本年"]) == text


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "金额单位: 元\n收入: {明细: {甲: =收入.乙 + 5, 乙: 4000}}\n",
            "里的 5 没有单位，公式按万元计，这里按元计",
        ),
        ("金额单位: 亿元\n收入: =45\n", "里的 45 没有单位，公式按万元计，这里按亿元计"),
        (
            '业务量: {率: {单位: "%", 本年: =80 + 3.75}}\n',
            "里的 80 没有单位，公式里 1 是 100%.*如 3.75/100",
        ),
    ],
    ids=["元", "亿元", "%"],
)
def test_a_number_that_a_formula_would_count_in_another_unit_is_a_fault(
    body: str, message: str, department: Department
) -> None:
    with pytest.raises(FaultsError, match=rf":\d+:\d+: 公式“[^”]+”{message}"):
        Workbook(load(department(body)))


@pytest.mark.parametrize(
    ("body", "name", "text"),
    [
        ("收入: {明细: {甲: =收入.乙 + 5, 乙: 40}}\n", "收入.甲", "45万元"),
        ("金额单位: 元\n收入: {明细: {甲: =收入.乙 * 2 + 0, 乙: 40}}\n", "收入.甲", "80元"),
        ('业务量: {率: {单位: "%", 本年: =1 - 5/20}}\n', "业务量.率.本年", "75%"),
    ],
    ids=["万元", "元", "%"],
)
def test_a_number_that_counts_as_its_field_does_is_none(
    body: str, name: str, text: str, figures_of: Compute
) -> None:
    assert shown(figures_of(body)[name]) == text


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("{{ 业务量.办结率.增量 }}", "5个百分点"),
        ("{{ 业务量.办结率.增量 }}个百分点", "5个百分点"),
        ("{{ 业务量.办结率.增量 | 增减 }}", "增长5个百分点"),
        ("{{ 业务量.办结率.增量 | 升降 }}", "上升5个百分点"),
        ("{{ 业务量.办结率.增量 | 数字 }}个百分点", "5个百分点"),
        ("{{ 业务量.办结率.增长率 }}", "5.56%"),
    ],
)
def test_the_difference_of_two_rates_is_a_number_of_points(
    reference: str, text: str, figures_of: Compute
) -> None:
    made = figures_of('业务量: {办结率: {单位: "%", 上年: 90, 本年: 95}}\n')
    assert Page(Prose(f"{reference}。", made).html()).text == f"{text}。"
    assert exact_text(made["业务量.办结率.增量"]) == "5个百分点"


def test_a_growth_rate_is_no_number_of_points(department: Department) -> None:
    body = (
        '业务量: {办结率: {单位: "%", 上年: 90, 本年: 95}}\n'
        "叙述: {概述: '{{ 业务量.办结率.本年 | 升降 }}'}\n"
    )
    with pytest.raises(
        FaultsError, match=r":\d+:\d+: .*不是两个率之差.*业务量.办结率.增量 \| 升降"
    ):
        Workbook(load(department(body)))
    good = Workbook(load(department(body.replace("办结率.本年 |", "办结率.增量 |"))))
    assert good.figures["业务量.办结率.增量"].number == 5


@pytest.mark.parametrize(
    ("typed", "printed"), [("1200余", "1200余件"), ("约1234", "约1234件"), ("76多", "76多件")]
)
def test_about_is_printed_as_it_was_typed(figures_of: Compute, typed: str, printed: str) -> None:
    made = figures_of(f"业务量: {{事: {{单位: 件, 本年: {typed}}}}}\n")
    assert shown(made["业务量.事.本年"]) == printed
