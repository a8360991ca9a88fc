"""Reports after 2018: what they print has a place, stated once, and computed as they compute it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from govnb.review.run import review
from govnb.rubric.load import rubric_of
from govnb.rubric.score import score
from govnb.sheet.compute import compute
from govnb.sheet.figure import Figures
from govnb.sheet.read import Inputs, load

FiguresOf = Callable[[str], Figures]
LATER = Path(__file__).parent.parent / "data" / "later"
FILES = sorted(LATER.glob("20*/[!_]*.yml"))


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def later(request: pytest.FixtureRequest, params: Path) -> Inputs:
    return load(request.param, params)


def test_a_whole_report_reads_without_a_fault(later: Inputs) -> None:
    compute(later)


def test_what_its_numbers_say_of_each_other_holds(later: Inputs) -> None:
    """But for what is planted: a mark that the rule doesn't give."""
    figures, facts = compute(later)
    rubric = rubric_of(later)
    made = score(later, figures, rubric) if rubric else None
    found = [f.id for f in review(later, figures, facts, made).open_errors]
    planted = {"fayuan": ["公布得分:平均审理天数"]}
    assert found == planted.get(later.name, [])


def test_last_years_totals_need_no_parts(figures_of: FiguresOf) -> None:
    found = figures_of("收入: 110\n上年收入: 100\n支出: 90\n上年支出: {明细: {甲: 60, 乙: 40}}\n")
    assert found["收入.上年增减率"].number == 10
    assert found["支出.上年增减"].number == -10


def test_the_adjusted_budget_may_leave_out_what_was_carried_in(figures_of: FiguresOf) -> None:
    found = figures_of("预算执行: {上年结转: 5, 年初预算: 80, 调整后预算不含结转: 100}\n")
    assert found["预算执行.调整后预算"].number == 105
    assert found["预算执行.预算控制率"].number == 25


def test_a_stated_total_of_three_public_needs_no_parts(figures_of: FiguresOf) -> None:
    found = figures_of("三公经费: {支出: 21.68, 上年支出: 24.9, 预算: 30}\n")
    assert found["三公经费.控制率"].number is not None
    assert round(found["三公经费.上年增减率"].number or 0, 2) == Decimal("-12.93")


def test_vehicles_may_be_known_together_only(figures_of: FiguresOf) -> None:
    found = figures_of(
        "三公经费:\n  因公出国（境）费: {支出: 0}\n"
        "  公务用车购置及运行维护费: {支出: 15}\n  公务接待费: {支出: 6}\n"
    )
    assert found["三公经费.支出"].number == 21
    assert found["三公经费.公务用车购置费.支出"].value is None


def test_a_list_that_is_not_complete_never_passes_for_the_whole(figures_of: FiguresOf) -> None:
    found = figures_of("收入: {部分: 是, 明细: {财政拨款: 80, 事业收入: 5}}\n")
    assert found["收入"].value is None
    stated = figures_of("收入: {部分: 是, 合计: 100, 明细: {财政拨款: 80}}\n")
    assert stated["收入"].number == 100
    assert stated["收入.财政拨款.占比"].number == 80


def test_projects_that_are_not_all_listed_print_the_stated_total(figures_of: FiguresOf) -> None:
    lines = "项目支出: {业务工作专项: {甲: {支出: 30, 预算: 40}}}\n"
    found = figures_of(f"{lines}项目支出总额: {{支出: 120, 没有列全: 是}}\n")
    assert found["项目支出.支出合计"].number == 120
    # Of the budget no total is stated, and the one line isn't it.
    assert found["项目支出.预算合计"].value is None
    assert figures_of(lines)["项目支出.预算合计"].number == 40


def test_a_kind_of_project_may_have_a_total_and_no_lines(figures_of: FiguresOf) -> None:
    found = figures_of(
        "项目支出: {业务工作专项: {甲: {支出: 30}, 乙: {支出: 12}}}\n"
        "项目支出总额: {分类: {运行维护专项: {支出: 8}}}\n"
    )
    assert found["项目支出总额.分类.业务工作专项.支出"].number == 42
    assert found["项目支出.支出合计"].number == 50


def test_one_kind_of_projects_last_year_is_not_the_total_of_all(figures_of: FiguresOf) -> None:
    lines = "业务工作专项: {甲: {上年支出: 30, 支出: 32}}, 运行维护专项: {乙: {支出: 12}}"
    text = f"项目支出: {{{lines}}}\n"
    found = figures_of(text)
    assert found["项目支出.支出合计"].number == 44
    assert found["项目支出.上年支出合计"].value is None
    stated = figures_of(f"{text}项目支出总额: {{上年支出: 41}}\n")
    assert stated["项目支出.上年支出合计"].number == 41


def test_people_are_stated_by_unit_and_added_up(figures_of: FiguresOf) -> None:
    text = "人员:\n  按单位:\n    甲: {编制数: 10, 在职人员: 9}\n    乙: {编制数: 5, 在职人员: 6}\n"
    found = figures_of(text)
    assert found["人员.在职人员"].number == 15
    assert found["人员.在职人员控制率"].number == 100
    assert figures_of(f"{text}  在职人员: 14\n")["人员.在职人员"].number == 14
    # One unit that doesn't say leaves the whole unknown.
    assert figures_of(text.replace(", 在职人员: 6", ""))["人员.在职人员"].value is None


def test_a_target_may_be_words_or_have_a_unit_of_its_own(figures_of: FiguresOf) -> None:
    found = figures_of(
        "绩效指标:\n"
        "  生态: {一级指标: 效益指标, 分值: 5, 年度指标值: 有效改善, 实际完成值: 有所改善}\n"
        "  补助: {一级指标: 产出指标, 分值: 5, 年度指标值: 每亩300元, 实际完成值: 300元/亩}\n"
        "  限额: {一级指标: 产出指标, 分值: 5, 年度指标值: 不超过每人50元, 实际完成值: 每人48元}\n"
    )
    assert found["绩效指标.生态.方向"].value == "定性"
    assert found["绩效指标.生态.完成内容"].value == "有所改善"
    assert found["绩效指标.补助.年度指标值"].number == 300
    assert found["绩效指标.补助.实际完成值"].unit == "元/亩"
    assert found["绩效指标.限额.年度指标值"].unit == "元/人"


def test_the_forms_rate_comes_from_the_report_where_the_form_repeats_it(
    figures_of: FiguresOf,
) -> None:
    found = figures_of("支出: 171\n预算执行: {调整后预算: 287}\n")
    assert round(found["自评表.执行率"].number or 0, 2) == Decimal("59.58")
    assert found["自评表.执行率应得分"].number == Decimal("5.96")


def test_every_project_may_have_a_form(figures_of: FiguresOf) -> None:
    money = "资金: {年度资金总额: {全年预算数: 202, 全年执行数: 100}}"
    found = figures_of(f"项目: {{甲: {{自评表: {{{money}, 执行率分值: 20}}}}}}\n")
    assert found["项目.甲.自评表.资金.年度资金总额.执行率"].number is not None
    assert found["项目.甲.自评表.执行率应得分"].number == Decimal("9.9")


def test_a_total_stated_elsewhere_is_not_typed_twice(figures_of: Callable[[str], Figures]) -> None:
    figures = figures_of(
        "收入: 500\n支出: {明细: {基本支出: 300, 项目支出: 200}}\n预算执行: {实际到位: =收入}\n"
        "支出分类: {经济分类: {合计: =支出, 明细: {工资福利支出: 500}}}\n"
        "项目: {修渠: {资金: =支出.项目支出}}\n"
        "自评表: {资金: {年度资金总额: {全年预算数: 500, 全年执行数: =支出}}}\n"
    )
    for name, amount in {
        "预算执行.实际到位": 500,
        "支出分类.经济分类": 500,
        "项目.修渠.资金": 200,
        "自评表.资金.年度资金总额.全年执行数": 500,
    }.items():
        assert figures[name].number == amount
