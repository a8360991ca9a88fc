"""绩效自评表: the ministry's form, filled from the file, of the department and of its projects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from govnb import Workbook
from govnb.report.tables import Row, Table
from govnb.sheet.read import Inputs, load
from govnb.text.faults import FaultsError

FILES = Path(__file__).parent.parent / "data" / "later"
Forms = Callable[[str], list[Table]]


@pytest.fixture
def forms(params: Path) -> Forms:
    return lambda file: Workbook(load(FILES / f"{file}.yml", params), "publish").forms()


@pytest.fixture
def written(params: Path, tmp_path: Path) -> Callable[[str], list[Table]]:
    """The forms of a file of one's own."""

    def made(text: str) -> list[Table]:
        file = tmp_path / "own.yml"
        file.write_text(f"年度: 2019\n部门: {{名称: 某局}}\n{text}", "utf-8")
        return Workbook(load(file, params), "publish").forms()

    return made


def words(row: Row) -> list[str]:
    return [cell.text for cell in row.cells]


def test_a_report_of_2016_has_no_form(junshan: Inputs) -> None:
    assert Workbook(junshan).forms() == []


def test_the_department_and_each_project_has_a_form_of_its_own(forms: Forms) -> None:
    assert [table.caption for table in forms("2019/linye")] == [
        "部门整体支出绩效自评表",
        "项目支出绩效自评表（造林补助）",
        "项目支出绩效自评表（森林防火）",
    ]


def test_the_head_has_who_the_money_and_the_goals(forms: Forms) -> None:
    form = forms("2019/linye")[0]
    lines = [words(row) for row in form.above]
    assert lines[0][:2] == ["部门名称", "某县林业局"]
    assert lines[2] == [
        "资金（万元）", "", "年初预算数", "全年预算数（A）", "全年执行数（B）", "分值",
        "执行率（B/A）", "得分",
    ]  # fmt: skip
    assert [line[1:] for line in lines[3:7]] == [
        ["年度资金总额", "1605.50", "2379.80", "2262.80", "10", "95.08%", "9.51"],
        ["其中：当年财政拨款", "1540.00", "2140.36", "2024.51", "—", "94.59%", "—"],
        ["上年结转资金", "0.00", "86.15", "86.15", "—", "100.00%", "—"],
        ["其他资金", "65.50", "153.29", "152.14", "—", "99.25%", "—"],
    ]
    assert (lines[7][1], lines[7][4]) == ("预期目标", "实际完成情况")
    assert lines[9][1].startswith("目标2：") and lines[9][4] == "全年无较大以上森林火灾。"


def test_indicators_are_a_tree_with_their_deviations_and_a_total(forms: Forms) -> None:
    form = forms("2019/linye")[0]
    rows = [words(row) for row in form.rows]
    assert rows[1] == [
        "产出指标", "质量指标", "造林成活率", "≥90%", "86%", "15", "14", "夏秋连旱；及时补植",
    ]  # fmt: skip
    assert rows[-1] == ["总分", "", "", "", "", "100", "96.51", ""]
    first = len(form.above)
    assert (first, 0, 4, 1) in form.spans and (first + 4, 0, 2, 1) in form.spans
    assert (first + len(rows) - 1, 0, 1, 5) in form.spans


def test_a_projects_total_is_the_printed_one_and_it_names_its_unit(forms: Forms) -> None:
    form = forms("2019/linye")[1]
    assert words(form.rows[-1])[5:7] == ["100", "97.56"]
    assert words(form.above[1])[:5] == ["主管部门", "某县林业局", "", "", "实施单位"]


def test_a_total_of_which_a_part_is_not_known_stays_blank(forms: Forms) -> None:
    assert words(forms("2019/linye")[2].rows[-1])[5:7] == ["100", ""]


def test_what_was_only_declared_is_a_form_of_goals(forms: Forms) -> None:
    (form,) = forms("2023/shahe")
    assert form.caption == "部门整体支出绩效目标表"
    assert form.columns == ("一级指标", "二级指标", "三级指标", "年度指标值", "分值")
    assert [words(row)[3] for row in form.rows] == ["≥14个", "不超过380万元", "明显改善"]
    assert words(form.above[-1])[:3] == ["资金（万元）", "年度资金总额", "3210.50"]


def test_a_form_without_money_of_its_own_takes_the_reports(
    written: Callable[[str], list[Table]],
) -> None:
    (form,) = written(
        "支出: 95\n预算执行: {年初预算: 90, 调整后预算: 100}\n"
        "绩效指标:\n  甲: {一级指标: 产出, 年度指标值: ≥1个, 实际完成值: 2个, 分值: 80}\n"
    )
    line = next(words(row) for row in form.above if words(row)[1] == "年度资金总额")
    assert line[2:7] == ["90.00", "100.00", "95.00", "20", "95.00%"]


def test_every_figure_of_a_form_leads_to_where_it_comes_from(forms: Forms) -> None:
    names = forms("2019/linye")[0].names
    assert "自评表.资金.当年财政拨款.全年执行数" in names
    assert "绩效指标.造林成活率.公布得分" in names


def test_the_totals_at_the_foot_lead_to_what_they_add_up(params: Path) -> None:
    workbook = Workbook(load(FILES / "2023/fayuan.yml", params), "publish")
    (form,) = workbook.forms()
    weight, name = form.rows[-1].cells[5], "自评表.分值合计"
    assert (weight.text, weight.figure) == ("100", name)
    assert "绩效指标.结案率.分值" in form.figures[name].inputs


def test_without_a_form_the_lab_shows_no_heading_of_one_and_annexes_count_on(
    junshan: Inputs,
) -> None:
    workbook = Workbook(junshan)
    named = ("绩效自评表", "评分表", "基础数据表", "复核意见")
    assert [workbook.annex_heading(name).source for name in named] == [
        "", "附件1　评分表", "附件2　基础数据表", "附件3　复核意见",
    ]  # fmt: skip


def test_a_form_prints_the_figures_its_words_refer_to(
    written: Callable[[str], list[Table]],
) -> None:
    (form,) = written(
        "业务量: {学生: {单位: 人, 本年: 3186}}\n"
        "自评表: {年度目标: {目标1: {预期目标: 入学, 实际完成: '在校{{ 业务量.学生.本年 }}。'}}}\n"
        "绩效指标:\n  培训: {一级指标: 产出, 年度指标值: ≥9人, 实际完成值: 8人, 分值: 50,"
        " 偏差原因: '共{{ 业务量.学生.本年 | 数字 }}人次'}\n"
    )
    said = form.html()
    assert ">在校3186人。<" in said
    assert ">共3186人次<" in said


def test_what_a_goal_refers_to_must_exist(written: Callable[[str], list[Table]]) -> None:
    with pytest.raises(FaultsError, match="没有“业务量"):
        written("自评表: {年度目标: {目标1: {实际完成: '{{ 业务量.学生.本年 }}'}}}\n")


def test_a_budget_s_targets_need_no_points(written: Callable[[str], list[Table]]) -> None:
    form = written(
        "预算安排: {明细: {项目支出: 200}}\n绩效指标:\n"
        "  新修渠道: {一级指标: 产出指标, 二级指标: 数量指标, 年度指标值: ≥5公里}\n"
        "  灌溉条件: {一级指标: 效益指标, 年度指标值: 明显改善}\n"
    )[0]
    assert form.caption == "部门整体支出绩效目标表"
    assert form.columns == ("一级指标", "二级指标", "三级指标", "年度指标值")
    assert words(form.rows[0]) == ["产出指标", "数量指标", "新修渠道", "≥5公里"]
    assert words(form.rows[1])[3] == "明显改善"


def test_points_printed_for_a_target_without_any_are_refused(
    written: Callable[[str], list[Table]],
) -> None:
    with pytest.raises(FaultsError, match="写了公布得分，没有写分值"):
        written("绩效指标:\n  新修渠道: {一级指标: 产出指标, 年度指标值: ≥5公里, 公布得分: 9}\n")


def test_figures_and_lists_in_a_forms_words_are_printed(
    written: Callable[[str], list[Table]],
) -> None:
    form = written(
        "支出: 80\n清单: {在建工程: [东渠, 西渠]}\n"
        "自评表:\n  执行偏差原因: '支出{{ 支出 }}，{{ 清单.在建工程 | 和 }}未完工'\n"
        "  资金: {年度资金总额: {全年预算数: 100, 全年执行数: =支出}}\n"
        "  年度目标: {目标1: {预期目标: '建成{{ 清单.在建工程 }}'}}\n"
        "绩效指标:\n  修渠: {一级指标: 产出指标, 分值: 10, 年度指标值: ≥2条, 实际完成值: 0条,\n"
        "    偏差原因: '{{ 清单.在建工程 }}未完工'}\n"
    )[0]
    said = str([words(row) for row in (*form.above, *form.rows)])
    assert "{{" not in said
    assert "支出80万元，东渠和西渠未完工" in said and "建成东渠、西渠" in said
    assert words(form.rows[0])[-1] == "东渠、西渠未完工"


def test_a_score_published_without_an_indicator_system_is_told(
    params: Path, tmp_path: Path
) -> None:
    def told(identity: str) -> str:
        file = tmp_path / "own.yml"
        file.write_text(f"年度: 2019\n部门: {identity}\n公布数: {{评价得分: 94分}}\n", "utf-8")
        workbook = Workbook(load(file, params), "publish")
        assert workbook.score is None
        return workbook.published_score().text

    assert told("{名称: 某局}") == "本单位2019年度评价得分94分。"
    assert told("{名称: 某局, 评价等级: 优}") == "本单位2019年度评价得分94分，等级为优。"
