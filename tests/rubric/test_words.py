"""What a score says: nothing rounded onto a threshold, no reason that says the reverse."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from govnb.report.scores import in_prose, scoring_table
from govnb.report.shared_files import blank_inputs
from govnb.report.workbook import Workbook
from govnb.rubric.load import load_rubric
from govnb.rubric.score import score
from govnb.sheet import score_words as words
from govnb.sheet.compute import compute
from govnb.sheet.read import Inputs
from tests.rubric.kit import (
    evidence_text,
    inputs_of,
    row_of,
    rubric_of,
    rubric_text,
    score_of,
)

EXPERT = "规则: {种类: 专家评定}"
BANDS = "规则: {种类: 分档, 分档: [{不超过: 12.5%, 得分: 5}, {大于: 12.5%, 得分: 0}]}"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("0.10000833333333", "10.0008%"),
        ("0.0999999", "9.99999%"),
        ("0.1", "10.00%"),
        ("0.33333333", "33.33%"),
        ("1.364964", "136.50%"),
        ("0.1000000000000000001", "略高于 10.00%"),
    ],
)
def test_a_hair_beyond_a_threshold_is_seen(number: str, said: str) -> None:
    assert words.value(Decimal(number), "%") == said


def test_the_rules_own_threshold_is_told_apart_too(tmp_path: Path) -> None:
    row = row_of(rubric_of(rubric_text(BANDS), tmp_path), "指标值: 12.50001%")
    assert row.score_text == "0" and row.reason.startswith("12.50001%，在“大于 12.5%”一档")


def test_the_column_of_values_shows_the_hair(tmp_path: Path) -> None:
    rubric = rubric_of(rubric_text("规则: {种类: 超标扣分, 标准: 10%, 扣: 1}"), tmp_path)
    inputs = inputs_of(evidence_text("指标值: 10.000833%\n佐证: 材料"))
    figures, _ = compute(inputs)
    table = scoring_table(score(inputs, figures, rubric), figures)
    assert "10.0008%" in [cell.text for row in table.rows for cell in row.cells]


def test_a_total_just_below_a_grade_is_not_printed_as_reaching_it(tmp_path: Path) -> None:
    rubric = rubric_of(rubric_text(EXPERT, "100"), tmp_path)
    made = score_of(rubric, evidence_text("给分: {分值: 89.996, 评价人: 甲, 理由: 乙}"))
    assert "得 89.996 分，等级 良" in made.statement


# ── states and checklists ────────────────────────────────────────

STATES = """
规则:
  种类: 按状态
  状态: {未超预算: {得分: 5, 当: {公式: 支出 - 收入, 不超过: 0}}, 超预算: 0}
"""


def test_the_only_state_left_is_decided_by_the_figures(tmp_path: Path) -> None:
    rubric = rubric_of(rubric_text(STATES), tmp_path)
    row = row_of(rubric, "", "收入: 5\n支出: 6\n")
    assert row.reason == "超预算（按数据判定），得 0 分" and row.missing == ()
    said = score_of(rubric, "收入: 5\n支出: 6\n" + evidence_text("状态: 未超预算\n佐证: 有"))
    assert any("“未超预算”与数据不符，按数据判定" in note for note in said.notes)
    assert row_of(rubric).score_text == "0—5"


def test_one_state_alone_is_not_given_for_nothing(tmp_path: Path) -> None:
    rubric = rubric_of(rubric_text("规则: {种类: 按状态, 状态: {好: 5}}"), tmp_path)
    assert "状态未定" in row_of(rubric).reason


@pytest.mark.parametrize(
    ("by", "said"),
    [("按例", "“手续齐全”不符合 2 例，扣 2 分"), ("按项", "“手续齐全”不符合，扣 1 分")],
)
def test_a_point_not_met_is_said_not_to_be(by: str, said: str, tmp_path: Path) -> None:
    rule = f"规则: {{种类: 清单扣分, 扣: 1, 计: {by}, 要点: [手续齐全]}}"
    row = row_of(rubric_of(rubric_text(rule), tmp_path), "要点: {手续齐全: {符合: 否, 例数: 2}}")
    assert said in row.reason


# ── what is lacking ──────────────────────────────────────────────


def test_a_formula_of_points_says_what_it_lacks(tmp_path: Path) -> None:
    rule = (
        "规则: {种类: 分档, 分档: [{不低于: 0%, 得分公式: 分值 * 数据.系数}, {小于: 0%, 得分: 0}]}"
    )
    row = row_of(rubric_of(rubric_text(rule), tmp_path), "指标值: 50%")
    assert row.missing == ("评分依据.某指标.数据.系数",) and "得分公式缺少" in row.reason
    by_zero = rule.replace("分值 * 数据", "分值 / 数据")
    row = row_of(rubric_of(rubric_text(by_zero), tmp_path), "指标值: 50%\n数据: {系数: 0}")
    assert "不可计算" in row.reason and "没有规定怎么计分" in row.reason


def test_nothing_is_asked_for_after_an_empty_colon(junshan: Inputs) -> None:
    figures, _ = compute(junshan)
    made = score(junshan, figures, load_rubric("yueyang-2019", junshan.params_dir))
    assert all(gap.wanted for gap in made.narrowing)
    # Of a rule that nobody has seen no evidence is asked for.
    assert "其余未见" not in "".join(gap.name for gap in made.narrowing)


def test_a_due_date_the_rubric_lacks_is_not_asked_of_the_department(tmp_path: Path) -> None:
    due = "{截止: {2016: 2016-02-07}"
    rule = f"规则: {{种类: 按期限, 期限: {{公开: {due}, 得分: 5}}}}}}"
    row = row_of(rubric_of(rubric_text(rule), tmp_path), "日期: {公开: 2020-01-05}\n佐证: 网址")
    assert "原文没有规定 2020 年的期限" in row.reason and row.missing == ()
    rule = f"规则: {{种类: 按期限, 扣: 1, 期限: {{下达: {due}}}}}}}"
    listed = "事项: {甲: {日期: {下达: 2020-01-05}}}\n事项齐全: 是\n佐证: 台账"
    row = row_of(rubric_of(rubric_text(rule), tmp_path), listed)
    assert row.score_text == "4—5" and "原文没有规定 2020 年的期限（下达）" in row.reason


def test_a_table_without_points_takes_words(params: Path) -> None:
    said = {
        "评分依据.绩效目标合理性.状态": "符合部门职责",
        "评分依据.绩效目标合理性.佐证": "绩效目标表",
    }
    inputs = blank_inputs(params)
    figures, _ = compute(inputs, said)
    made = score(inputs, figures, load_rubric("mof-2013", params))
    rows = {row.id: row for row in made.indicators}
    assert "符合部门职责" in rows["绩效目标合理性"].reason
    assert rows["绩效目标合理性"].missing == () and rows["绩效目标合理性"].evidence == "绩效目标表"
    assert "定性的写 评分依据.绩效指标明确性.状态" in rows["绩效指标明确性"].reason
    assert not any("绩效目标合理性" in note for note in made.notes)


# ── notes and names ──────────────────────────────────────────────


def test_what_is_said_besides_is_not_dropped(tmp_path: Path) -> None:
    rubric = rubric_of(
        rubric_text("说明: 2018年起拆分\n规则: {种类: 清单扣分, 扣: 1, 要点: [合规]}"), tmp_path
    )
    facts = "说明: 已整改\n要点: {合规: {符合: 否, 说明: 审计报告第4页}}\n口径: 决算数"
    inputs = inputs_of(evidence_text(facts))
    figures, _ = compute(inputs)
    made = score(inputs, figures, rubric)
    assert made.indicators[0].note == "2018年起拆分；已整改；合规：审计报告第4页"
    printed = "".join(c.text for r in scoring_table(made, figures).rows for c in r.cells)
    assert "口径：决算数" in printed and "说明：2018年起拆分；已整改" in printed


def test_names_that_hold_commas_are_kept_apart() -> None:
    assert words.joined(["经济、社会、生态效益", "行政效能"]) == "经济、社会、生态效益；行政效能"
    assert words.joined(["甲", "乙"]) == "甲、乙"
    assert words.quoted("“三公经费”控制率") == "“‘三公经费’控制率”"


def test_rounding_is_said_where_it_decides(tmp_path: Path) -> None:
    rubric = rubric_of(rubric_text(EXPERT, "100"), tmp_path)
    marked = evidence_text("给分: {分值: 95.5, 评价人: 甲, 理由: 乙}")
    made = score_of(rubric, marked + "公布数: {评价得分: 96分}\n")
    assert "公布的 96 分与重算的 95.5 分只差四舍五入，一致" in made.statement


def test_the_body_tells_the_published_score_and_the_annex_how_it_stands(junshan: Inputs) -> None:
    workbook = Workbook(junshan)
    said = "根据部门整体支出绩效评价指标体系，本单位2016年度评价得分97分。"
    assert workbook.published_score().source == said
    annexed = workbook.score_statement().source
    assert annexed.startswith("按湖南通行表复核；")
    assert "本年追加为0万元" in annexed and "预算执行.本年追加" not in annexed


def test_blanks_around_numbers_are_the_terminals_only() -> None:
    assert in_prose("等级 优—差，得 5 分，8 ÷ 4 = 2%") == "等级优—差，得5分，8 ÷ 4 = 2%"
