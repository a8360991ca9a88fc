"""Every number, date and list of a parameter file is a figure named by its path of keys."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from govnb.sheet.figure import Figures

FiguresOf = Callable[[str], Figures]

LEDGER = """\
收入:
  名称: 年度收入
  合计: 229.46
  明细:
    局机关: {合计: 176.26, 明细: {结转: 35.87, 拨款: 80.39, 其他: 60}}
    二级机构1: {合计: 53.2, 明细: {结转: 1.36, 拨款: 25.74, 其他: 26.1}}
  分类合计: {结转: 37.23, 拨款: 106.13, 其他: 86.1}
"""


def test_each_node_of_a_ledger_is_a_figure_with_its_sum_and_gap(figures_of: FiguresOf) -> None:
    found = figures_of(LEDGER)
    assert found["收入.局机关.其他"].number == 60
    assert found["收入.局机关"].number == found["收入.局机关.分项之和"].number == Decimal("176.26")
    assert found["收入.合计差额"].number == 0
    assert found["收入.项数"].number == 6
    assert str(found["收入.名称"].value) == "年度收入"


def test_a_table_that_sums_both_ways_closes_both_ways(figures_of: FiguresOf) -> None:
    found = figures_of(LEDGER)
    for column in ("结转", "拨款", "其他"):
        assert found[f"收入.分类合计.{column}.合计差额"].number == 0
        assert found[f"收入.分类合计.{column}.分项之和"].inputs == (
            f"收入.局机关.{column}",
            f"收入.二级机构1.{column}",
        )


def test_a_stated_total_that_disagrees_is_kept_and_the_gap_is_a_figure(
    figures_of: FiguresOf,
) -> None:
    found = figures_of("收入: {合计: 10, 明细: {甲: 3, 乙: 4}}\n")
    assert found["收入"].number == 10
    assert found["收入.分项之和"].number == 7
    assert found["收入.合计差额"].number == 3


def test_a_total_left_out_is_computed_from_its_parts(figures_of: FiguresOf) -> None:
    found = figures_of("收入: {明细: {甲: 3, 乙: {明细: {丙: 1, 丁: 2}}}}\n")
    assert found["收入"].number == 6
    assert found["收入"].formula == "求和(收入.*)"
    assert found["收入"].inputs == ("收入.甲", "收入.乙")


def test_a_part_that_is_unpublished_makes_the_computed_total_unknown(figures_of: FiguresOf) -> None:
    found = figures_of("收入: {明细: {甲: 3, 乙: 未公布}}\n")
    assert found["收入"].value is None
    assert "收入.乙" in found["收入"].reason


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("", "三公经费.公务接待费.支出"),
        ("", "人员.编制数"),
        ("", "收入"),
        ("", "落款.日期"),
        ("", "内设机构.条数"),
        ("", "部门.设立时间"),
        ("三公经费: {公务接待费: {支出: 1}}\n", "三公经费.公务接待费.预算"),
    ],
)
def test_what_a_file_leaves_out_is_an_unknown_figure_that_says_so(
    figures_of: FiguresOf, body: str, name: str
) -> None:
    figure = figures_of(body)[name]
    assert figure.value is None
    assert "没有填" in figure.reason


def test_an_empty_list_counts_none_and_a_list_left_out_is_unknown(figures_of: FiguresOf) -> None:
    assert figures_of("内设机构: [办公室, 业务股]\n")["内设机构.条数"].number == 2
    assert figures_of("")["内设机构.条数"].value is None


def test_units_come_from_the_kind_or_from_the_volume_itself(figures_of: FiguresOf) -> None:
    found = figures_of(
        "人员: {编制数: 5}\n运行费用: {大厅: {支出: 1, 面积: 1200余}}\n"
        "业务量: {工单: {单位: 件, 本年: 7, 上年: 5}, 满意率: {单位: '%', 本年: 98.5}}\n"
    )
    units = {
        "人员.编制数": "人",
        "运行费用.大厅.支出": "万元",
        "运行费用.大厅.面积": "㎡",
        "业务量.工单.本年": "件",
        "业务量.工单.增量": "件",
        "业务量.工单.增长率": "%",
        "业务量.满意率.本年": "%",
        "年度": "年",
    }
    assert {name: found[name].unit for name in units} == units


def test_figures_come_in_the_order_of_the_file(figures_of: FiguresOf) -> None:
    names = list(figures_of("落款: {日期: 2017-06-30}\n支出: 2\n收入: 1\n"))
    # The order of the form, whatever order the accountant typed it in.
    assert names.index("收入") < names.index("支出") < names.index("落款.日期")


def test_a_deep_ledger_is_named_all_the_way_down(figures_of: FiguresOf) -> None:
    body = "收入:\n" + "".join(
        f"{'  ' * (2 * i + 1)}明细:\n{'  ' * (2 * i + 2)}层{i}:\n" for i in range(5)
    )
    found = figures_of(body.rstrip("\n") + " 7\n")
    assert found["收入.层0.层1.层2.层3.层4"].number == 7
    assert found["收入"].number == 7
