"""The table as a whole: totals, grades, the verdict, readings, remarks, self-evaluation."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from govnb.rubric.load import load_rubric
from govnb.rubric.score import score
from govnb.sheet.compute import compute
from govnb.sheet.expression import filled, parse
from govnb.sheet.score import Score, grades_between
from govnb.text.faults import FaultsError
from tests.rubric.kit import (
    evidence_text,
    inputs_of,
    row_of,
    rubric_of,
    rubric_text,
    score_of,
)

EXPERT = "规则: {种类: 专家评定}"
GRADES = [("优", Decimal(90)), ("良", Decimal(80)), ("中", Decimal(60)), ("差", Decimal(0))]


def mark(points: str) -> str:
    return evidence_text(f"给分: {{分值: {points}, 评价人: 张三, 理由: 见底稿}}")


# ── grades ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("low", "high", "grades"),
    [
        ("90", "90", "优"), ("89.99", "89.99", "良"), ("89.5", "89.5", "良"), ("80", "80", "良"),
        ("79.99", "79.99", "中"), ("60", "60", "中"), ("59.99", "59.99", "差"), ("0", "0", "差"),
        ("100", "100", "优"), ("90", "100", "优"), ("85", "95", "优 良"), ("80", "90", "优 良"),
        ("80", "89.99", "良"), ("0", "100", "优 良 中 差"), ("59", "61", "中 差"),
    ],
)  # fmt: skip
def test_grades_are_half_open(low: str, high: str, grades: str) -> None:
    assert grades_between(GRADES, Decimal(low), Decimal(high)) == tuple(grades.split())


def test_a_grade_is_one_or_a_span(tmp_path: Path) -> None:
    rubric = rubric_of(rubric_text(EXPERT, "100"), tmp_path)
    assert score_of(rubric, mark("90")).grade_text == "优"
    assert score_of(rubric, mark("89.5")).as_dict()["grade"] == ["良"]
    wide = score_of(rubric)
    assert (wide.grade_text, wide.as_dict()["grade"]) == ("优—差", ["优", "良", "中", "差"])


def test_the_usual_grades_are_those_of_a_table_of_100_points(tmp_path: Path) -> None:
    made = score_of(rubric_of(rubric_text(EXPERT, "120"), tmp_path), mark("100"))
    assert made.grades == () and "不评等级（总分是 120 分，指标体系没有写“等级”" in made.statement
    own = rubric_text(EXPERT, "120", "等级: {优: 108, 良: 96, 差: 0}\n")
    assert score_of(rubric_of(own, tmp_path), mark("100")).grades == ("良",)


def test_a_year_in_which_rows_are_not_in_force_has_no_grade(tmp_path: Path) -> None:
    ended = "    出处: S\n    标记: 原文\n    适用年度: {起: 2000, 止: 2019}\n"
    text = TWO.replace("    出处: S\n    标记: 原文\n", ended)
    text = text.replace("适用年度: {起: 2000}", "适用年度: {起: 2000, 止: 2019}", 1)
    made = score_of(rubric_of(text, tmp_path), mark("90"))
    assert made.grades == () and made.full == 90
    assert "2020 年有效的指标合计 90 分，不是总分 100 分" in made.statement


def test_points_of_thirds_reach_the_grade_they_add_up_to(tmp_path: Path) -> None:
    row = "公式: 数据.a / 3, 规则: {种类: 按比例}, 出处: S, 标记: 原文"
    rows = "".join(f"  I{n}: {{分值: {w}, {row}}}\n" for n, w in enumerate((30, 30, 40)))
    head = "名称: 测试\n适用年度: {起: 2000}\n来源: {S: 测试}\n等级: {优: 50, 良: 20, 差: 0}\n"
    data = "".join(f"  I{n}: {{数据: {{a: {a}}}}}\n" for n, a in enumerate((1, 1, 0)))
    made = score_of(rubric_of(f"{head}指标:\n{rows}", tmp_path), f"评分依据:\n{data}")
    assert made.low == 20 and made.grades == ("良",)


def test_a_rubric_may_have_its_own_grades(tmp_path: Path) -> None:
    head = "等级: {优秀: 95, 合格: 60, 不合格: 0}\n"
    rubric = rubric_of(rubric_text(EXPERT, "100", head), tmp_path)
    assert score_of(rubric, mark("94")).grades == ("合格",)


# ── the verdict ──────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("published", "points", "reproducible", "said"),
    [
        ("90", "90", True, "与重算一致"),
        ("90", "88", False, "公布的 90 分与重算的 88 分不同，不可复现"),
        ("90", None, None, "在可得区间之内，但缺依据，不能证实"),
    ],
)
def test_the_published_score_is_held_against_ours(
    published: str, points: str | None, reproducible: bool | None, said: str, tmp_path: Path
) -> None:
    rubric = rubric_of(rubric_text(EXPERT, "100"), tmp_path)
    facts = f"公布数: {{评价得分: {published}分}}\n" + (mark(points) if points else "")
    made = score_of(rubric, facts)
    assert made.reproducible is reproducible
    assert said in made.statement


@pytest.mark.parametrize(
    ("published", "reproducible"), [("89.6", True), ("90", True), ("89.5", False), ("89", False)]
)
def test_a_published_score_agrees_to_its_printed_digits(
    published: str, reproducible: bool, tmp_path: Path
) -> None:
    rubric = rubric_of(rubric_text(EXPERT, "100"), tmp_path)
    made = score_of(rubric, mark("89.6") + f"公布数: {{评价得分: {published}分}}\n")
    assert made.reproducible is reproducible


def test_a_score_above_the_ceiling_names_what_was_lost(tmp_path: Path) -> None:
    text = rubric_text("规则: {种类: 按件扣分, 扣: 5}", "100")
    facts = evidence_text("事项: {甲: {例数: 2}}") + "公布数: {评价得分: 97分}\n"
    made = score_of(rubric_of(text, tmp_path), facts)
    assert "高于按现有依据可得的上限 90 分，不可复现。确定失分：某指标 10 分" in made.statement


def test_a_published_row_is_held_against_ours(tmp_path: Path) -> None:
    rubric = rubric_of(rubric_text(EXPERT), tmp_path)
    evidence = "公布得分: 5\n给分: {分值: 4, 评价人: 张三, 理由: 见底稿}"
    row = row_of(rubric, evidence)
    assert row.reproducible is False and "公布的 5 分不可复现" in row.reason
    assert row_of(rubric, "公布得分: 5").reproducible is None
    assert row_of(rubric).reproducible is None


BUDGET = """
公式: 预算执行.本年追加 / 预算执行.年初预算
规则:
  种类: 分档
  分档: [{不超过: 0, 得分: 100}, {大于: 0, 得分: 40}]
"""
FACTS = "预算执行: {本年追加: 30, 年初预算: 60}\n公布数: {评价得分: 97分}\n"


def test_another_reading_of_the_facts(tmp_path: Path) -> None:
    evidence = """
口径: 按追加计
另一口径:
  属年初预算:
    取值: {预算执行.本年追加: 0, 预算执行.年初预算: =预算执行.年初预算 + 30}
    说明: 批复文件未见
"""
    rubric = rubric_of(rubric_text(BUDGET, "100"), tmp_path)
    with pytest.raises(FaultsError, match="循环"):
        score_of(rubric, FACTS + evidence_text(evidence))
    evidence = evidence.replace("=预算执行.年初预算 + 30", "90")
    made = score_of(rubric, FACTS + evidence_text(evidence))
    (row,) = made.indicators
    (reading,) = row.readings
    assert reading.low == reading.total_high == 100 and reading.note == "批复文件未见"
    assert "年初预算为90万元" in reading.assumption
    assert "不与部分" not in made.statement
    # Exactly 100 under the other reading: 97 is not that either.
    assert "不可复现。确定失分：某指标 60 分。即使“某指标”改按“属年初预算”" in made.statement
    made = score_of(rubric, FACTS.replace("97分", "100分") + evidence_text(evidence))
    assert "这取决于“某指标”所依据的假设——按追加计：30 ÷ 60 = 50.00%，得 40 分" in made.statement
    assert "总分上限为 100 分，公布的 100 分在区间之内" in made.statement


def test_a_reading_of_unknown_names_is_told_where(tmp_path: Path) -> None:
    evidence = "另一口径:\n  甲:\n    取值: {预算执行.追加: 0}"
    rubric = rubric_of(rubric_text(BUDGET, "100"), tmp_path)
    with pytest.raises(FaultsError) as refused:
        score_of(rubric, FACTS + evidence_text(evidence))
    (fault,) = refused.value.faults
    assert str(fault.place).startswith("部门.yml:9:") and "预算执行.追加" in fault.message


def test_another_formula_in_the_rubric(tmp_path: Path) -> None:
    indicator = BUDGET + "另一口径:\n  按调整后预算:\n    公式: 预算执行.本年追加 / 收入\n"
    row = row_of(rubric_of(rubric_text(indicator, "100"), tmp_path), "", FACTS + "收入: 90\n")
    (reading,) = row.readings
    assert reading.formula_filled == "30 ÷ 90" and reading.low == 40
    assert "另一口径“按调整后预算”（30 ÷ 90）：指标值 33.33%，得 40 分，不计入" in row.reason


# ── left out and rescaled ────────────────────────────────────────

TWO = """
名称: 测试
总分: 100
适用年度: {起: 2000}
来源: {S: 测试}
指标:
  某指标: {分值: 90, 规则: {种类: 专家评定}, 出处: S, 标记: 原文}
  楼堂馆所:
    分值: 10
    公式: 楼堂馆所.实际面积 / 楼堂馆所.批准面积
    规则: {种类: 按比例}
    不适用: {当: {公式: 楼堂馆所.有新建项目, 等于: 否}, 按: 剔除}
    出处: S
    标记: 原文
"""


@pytest.mark.parametrize(
    ("buildings", "total"),
    [
        ("楼堂馆所: {有新建项目: 否}\n", "80"),
        ("楼堂馆所: {有新建项目: 是, 实际面积: 1, 批准面积: 1}\n", "82"),
        ("楼堂馆所: {有新建项目: 是}\n", "72—82"),
        ("", "72—82"),
    ],
)
def test_an_indicator_left_out_is_spread_over_the_rest(
    buildings: str, total: str, tmp_path: Path
) -> None:
    made = score_of(rubric_of(TWO, tmp_path), buildings + mark("72"))
    assert made.total_text == total
    left_out = made.indicators[1]
    if left_out.counts is False:
        assert left_out.won == left_out.lost == left_out.undetermined == 0
    assert sum(row.won + row.lost + row.undetermined for row in made.indicators) == 100


def test_what_hangs_on_whether_a_row_counts_is_a_gap(tmp_path: Path) -> None:
    facts = "楼堂馆所: {实际面积: 1, 批准面积: 1}\n" + mark("72")
    made = score_of(rubric_of(TWO, tmp_path), facts)
    assert made.indicators[1].score_text == "10" and made.total_text == "80—82"
    (gap,) = made.narrowing
    assert gap.name == "楼堂馆所" and gap.at_stake == 2
    assert gap.missing == ("楼堂馆所.有新建项目",)
    assert "有 1 项缺依据，得分在 80—82 分之间" in made.statement


def test_with_every_row_left_out_there_is_nothing_to_score(tmp_path: Path) -> None:
    indicator = "公式: 支出 / 收入\n规则: {种类: 按比例}\n分母为零: 剔除"
    made = score_of(rubric_of(rubric_text(indicator, "100"), tmp_path), "支出: 5\n收入: 0\n")
    assert made.low is None and made.grades == ()
    assert "全部剔除，没有可计的分" in made.statement and "不带分值" not in made.statement


# ── facts that don't fit ─────────────────────────────────────────


@pytest.mark.parametrize(
    ("indicator", "evidence", "said"),
    [
        (EXPERT, "给分: {分值: 6, 评价人: 张三, 理由: 好}", "给分 6 超过这个指标的 5 分"),
        ("规则: {种类: 按比例}", "指标值: 95", "没有百分号"),
        ("单位: 次\n规则: {种类: 超标扣分, 标准: 3, 扣: 1}", "指标值: 5%", "是百分数"),
        (
            "规则: {种类: 定性分档, 档次: {好: {不低于: 80%}, 差: {小于: 80%}}}",
            "状态: 好\n佐证: 有\n给分: {分值: 3, 评价人: 张三, 理由: 好}",
            "不在档次“好”的 4—5 分之内",
        ),
        (
            "规则: {种类: 清单加分, 要点: {一: 2, 二: 3}}",
            "要点: {一: {给分: {分值: 3, 评价人: 张三, 理由: 好}}}",
            "给分 3 超过“一”的 2 分",
        ),
        (
            "规则: {种类: 汇总计分, 方式: 累加, 计分: {种类: 按比例}}",
            "下属单位: {甲: {实际完成值: 90%}, 乙: {实际完成值: 80%}}",
            "百分数不能累加",
        ),
        (
            "规则: {种类: 专家评定, 下限: 2}",
            "给分: {分值: 1, 评价人: 张三, 理由: 差}",
            "给分 1 低于这个指标最低的 2 分",
        ),
        ("规则: {种类: 按件扣分, 扣: 1}", "事项: {甲: {例数: 0}}", "事项“甲”的例数是 0"),
        (
            "规则: {种类: 清单扣分, 扣: 1, 要点: [甲]}",
            "要点: {甲: {符合: 是, 例数: 2}}",
            "符合写“是”，例数却写 2",
        ),
        (
            "规则: {种类: 清单扣分, 扣: 1, 要点: [甲]}",
            "要点: {甲: {符合: 否, 例数: 0}}",
            "符合写“否”，例数却写 0",
        ),
        ("公式: 部门.名称 / 收入\n规则: {种类: 按比例}", "", "不是数"),
    ],
)
def test_a_fact_that_contradicts_the_rubric_is_refused(
    indicator: str, evidence: str, said: str, tmp_path: Path
) -> None:
    rubric = rubric_of(rubric_text(indicator), tmp_path)
    with pytest.raises(FaultsError, match=said):
        row_of(rubric, evidence)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        ("给分: {分值: 3, 评价人: 张三}", "缺少“理由”"),
        ("给分: {分值: 3, 理由: 好}", "缺少“评价人”"),
        ("给分: {分值: 3, 评价人: 张三, 理由: ''}", "值是空的"),
        ("指标值: 9%\n指标值范围: {不低于: 9%}", "只能写一个"),
        ("要点: {一: 符合}", "不在可选的值里"),
        ("日期: {报送: 明年}", "不是日期"),
        ("得分: 5", "不认识“得分”"),
    ],
)
def test_bad_evidence_is_refused_on_reading(evidence: str, said: str) -> None:
    with pytest.raises(FaultsError, match=said):
        inputs_of(evidence_text(evidence))


@pytest.mark.parametrize(
    ("indicator", "evidence", "said"),
    [
        (
            "规则: {种类: 清单加分, 要点: {甲: {得分: 5, 当: {公式: 支出 - 收入, 大于: 0}}}}",
            "要点: {甲: 是}\n佐证: 决算",
            "要点.甲 写的“是”与数据不符，按数据判定",
        ),
        (
            "规则: {种类: 清单加分, 要点: {甲: {得分: 5, 当: {公式: 支出 - 收入, 大于: 0}}}}",
            "要点: {甲: {给分: {分值: 5, 评价人: 张三, 理由: 好}}}",
            "要点.甲 的给分没有采用",
        ),
        (
            "规则: {种类: 清单扣分, 扣: 1, 计: 按项, 要点: [甲]}",
            "事项: {某事: {例数: 2}}",
            "事项 没有计：这条规则按项计",
        ),
    ],
)
def test_a_claim_that_is_not_taken_up_is_remarked(
    indicator: str, evidence: str, said: str, tmp_path: Path
) -> None:
    rubric = rubric_of(rubric_text(indicator), tmp_path)
    made = score_of(rubric, "支出: 1\n收入: 2\n" + evidence_text(evidence))
    assert any(said in note for note in made.notes), made.notes


def test_what_a_rubric_does_not_use_is_remarked_not_refused(tmp_path: Path) -> None:
    text = rubric_text("公式: 数据.完成 / 收入\n规则: {种类: 按比例}")
    facts = "收入: 10\n" + evidence_text("数据: {完成数: 1, 完成: 2}")
    facts += "  某旨标: {指标值: 5}\n"
    made = score_of(rubric_of(text, tmp_path), facts)
    said = "\n".join(made.notes)
    assert "“完成数”没有用到（是不是“完成”？）" in said
    assert "“某旨标”不在这套指标体系里，没有用到（是不是“某指标”？）" in said
    assert made.total_text == "1"


def test_a_state_of_another_rubric_is_remarked(tmp_path: Path) -> None:
    rubric = rubric_of(rubric_text("规则: {种类: 按状态, 状态: {好: 5, 差: 0}}"), tmp_path)
    made = score_of(rubric, evidence_text("状态: 优\n佐证: 有"))
    assert any("“优”不在这套指标体系里，没有采用" in note for note in made.notes)


# ── 试算 ─────────────────────────────────────────────────────────


def test_evidence_can_be_tried_out_without_writing_it(tmp_path: Path) -> None:
    rubric = rubric_of(rubric_text("规则: {种类: 清单加分, 要点: {一: 2, 二: 3}}"), tmp_path)
    name = "评分依据.某指标.要点.一.符合"
    assert row_of(rubric).score_text == "0—5"
    assert row_of(rubric, overrides={name: "是"}).score_text == "2—5"
    assert row_of(rubric, overrides={name: "否"}).score_text == "0—3"
    stated = "要点: {一: {符合: 是, 佐证: 有}}"
    assert row_of(rubric, stated, overrides={name: "未公布"}).score_text == "0—5"


@pytest.mark.parametrize(
    ("indicator", "overrides", "points"),
    [
        (EXPERT, {"评分依据.某指标.给分.分值": "4"}, "4"),
        ("规则: {种类: 按比例}", {"评分依据.某指标.指标值": "80%"}, "4"),
        ("规则: {种类: 按状态, 状态: {好: 5, 差: 0}}", {"评分依据.某指标.状态": "好"}, "5"),
        (
            "规则: {种类: 按期限, 期限: {报送: {截止: 06-30, 得分: 5}}}",
            {"评分依据.某指标.日期.报送": "2020-06-30"},
            "5",
        ),
        (
            "规则: {种类: 按期限, 期限: {报送: {截止: 06-30, 得分: 5}}}",
            {"评分依据.某指标.日期.报送": "未完成"},
            "0",
        ),
        ("规则: {种类: 按件扣分, 扣: 1}", {"评分依据.某指标.事项齐全": "是"}, "5"),
        (
            "公式: 楼堂馆所.实际面积 / 楼堂馆所.批准面积\n规则: {种类: 按比例}\n"
            "不适用: {当: {公式: 楼堂馆所.有新建项目, 等于: 否}, 按: 满分}",
            {"楼堂馆所.有新建项目": "否"},
            "5",
        ),
        (
            "公式: 支出 / 收入\n规则: {种类: 按比例}",
            {"支出": "=收入 / 2", "收入": "8万元"},
            "2.5",
        ),
    ],
)
def test_each_sort_of_fact_can_be_tried_out(
    indicator: str, overrides: dict[str, str], points: str, tmp_path: Path
) -> None:
    rubric = rubric_of(rubric_text(indicator), tmp_path)
    assert row_of(rubric, overrides=overrides).score_text == points


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("收人", "1", "没有“收人”"),
        ("评分依据.某指标", "1", "没有"),
        ("支出.预算完成率", "1", "没有|算出来"),
        ("收入", "8人", "单位“人”不对"),
        ("收入", "1,000", "逗号"),
        ("收入", "=收入 +", "写得不完整"),
        ("评分依据.某指标.日期.报送", "2020-13", "没有这一天"),
    ],
)
def test_a_trial_that_cannot_be_is_refused(name: str, value: str, said: str) -> None:
    with pytest.raises(FaultsError, match=said) as refused:
        compute(inputs_of("收入: 1\n"), {name: value})
    assert all(fault.place.file == "试算" for fault in refused.value.faults)


# ── self-evaluation ──────────────────────────────────────────────

FORM = """
支出: 95
预算执行: {上年结转: 0, 年初预算: 100, 本年追加: 0}
绩效指标:
  办理工单:
    {一级指标: 产出, 二级指标: 数量指标, 分值: 30, 年度指标值: ≥6000件, 实际完成值: 6184件}
  平均办结时间:
    {一级指标: 产出, 二级指标: 时效指标, 分值: 20, 年度指标值: ≤5天, 实际完成值: 8天}
  服务环境:
    一级指标: 效益
    分值: 30
    方向: 定性
    目标内容: 明显改善
    状态: 部分达成
    佐证: 走访记录
    给分: {分值: 20, 评价人: 评价组, 理由: 两处大厅未改造}
    偏差原因: 资金未到位
    改进措施: 列入次年预算
  群众满意率:
    一级指标: 满意度
    分值: 10
    年度指标值: ≥90%
    下属单位:
      一中心: {实际完成值: 100%, 资金: 1}
      二中心: {实际完成值: 60%, 资金: 1}
"""


def self_evaluation(facts: str, params: Path) -> Score:
    inputs = inputs_of(facts)
    figures, _ = compute(inputs)
    return score(inputs, figures, load_rubric("self-evaluation-2020", params))


def test_the_department_lists_its_own_indicators(params: Path) -> None:
    made = self_evaluation(FORM, params)
    rows = {row.id: row for row in made.indicators}
    assert rows["预算执行率"].score_text == "9.5"
    assert rows["办理工单"].score_text == "30"
    assert rows["平均办结时间"].score_text == "12.5"
    assert rows["平均办结时间"].groups == ("产出", "时效指标")
    assert rows["平均办结时间"].shortfall == "未达目标，没有写偏差原因"
    assert rows["服务环境"].score_text == "20"
    assert rows["服务环境"].shortfall == "资金未到位；列入次年预算"
    assert rows["群众满意率"].score_text == "8.89"
    assert made.low is not None and f"{made.low:.2f}" == "80.89"
    assert made.grades == ("良",)


def test_weights_must_fill_the_group(params: Path) -> None:
    with pytest.raises(FaultsError, match="“产出”各条绩效指标的分值合计 49 分，应是 50 分"):
        self_evaluation(FORM.replace("分值: 20, 年度", "分值: 19, 年度"), params)


def test_a_group_nobody_listed_is_open(params: Path) -> None:
    made = self_evaluation("支出: 1\n", params)
    assert made.total_text == "0—100"


def test_a_group_the_rubric_lacks_is_remarked(params: Path) -> None:
    extra = "  别的: {一级指标: 产岀, 分值: 3, 年度指标值: 1, 实际完成值: 1}\n"
    made = self_evaluation(FORM + extra, params)
    assert any("一级指标“产岀”不在这套指标体系里" in note for note in made.notes)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("年度指标值: ≥90%, 实际完成值: 85", "单位不同"),
        ("年度指标值: ≥90%, 方向: 反向", "符号不合"),
        ("目标内容: 明显改善", "方向: 定性"),
        ("年度指标值: 提高到八成5", "不是数"),
    ],
)
def test_a_row_that_cannot_be_compared_is_refused(row: str, said: str) -> None:
    with pytest.raises(FaultsError, match=said):
        inputs_of(f"绩效指标:\n  甲: {{一级指标: 产出, 分值: 5, {row}}}\n")


# ── words ────────────────────────────────────────────────────────


def test_a_formula_with_its_numbers_put_in() -> None:
    known = {"甲.乙": "3", "丙": "(-2)", "丁.一": "5", "丁.二": "7"}

    def expand(pattern: str) -> list[str]:
        return ["丁.一", "丁.二"]

    assert filled("(甲.乙+丙)/2", known.__getitem__, expand) == "(3 + (-2)) ÷ 2"
    assert filled("求和(丁.*)*2", known.__getitem__, expand) == "求和(5、7) × 2"
    assert filled('丁["二"] - 1', known.__getitem__, expand) == "7 - 1"


def test_a_value_beside_a_threshold_is_not_printed_on_it(tmp_path: Path) -> None:
    rubric = rubric_of(
        rubric_text("规则: {种类: 超标扣分, 标准: 100%, 扣: 1, 取整: 进一}"), tmp_path
    )
    row = row_of(rubric, "指标值: 100.0004%")
    assert row.score_text == "4" and "100.0004%" in row.reason


def test_the_json_is_text_and_null(tmp_path: Path) -> None:
    made = score_of(rubric_of(rubric_text(EXPERT), tmp_path)).as_dict()
    rows = made["indicators"]
    assert isinstance(rows, list)
    (row,) = rows
    assert row["value"] is None and row["published"] is None
    assert (row["weight"], row["low"], row["high"], row["deduction"]) == ("5", "0", "5", "0—5")
    keys = {"id", "name", "weight", "value", "low", "high", "rule", "reason", "source", "evidence"}
    assert keys <= set(row)
    assert {"rubric", "total", "grade", "published", "indicators"} <= set(made)


def test_evidence_text_shows_figures(tmp_path: Path) -> None:
    rubric = rubric_of(rubric_text(EXPERT), tmp_path)
    said = "佐证: 全年收入{{ 收入 }}\n给分: {分值: 3, 评价人: 张三, 理由: '收入{{ 收入 }}'}"
    row = row_of(rubric, said, "收入: 12.50\n")
    assert row.evidence == "全年收入12.5万元" and "收入12.5万元" in row.reason


def test_a_fraction_can_be_cut_or_filled_up() -> None:
    known: dict[str, Decimal | None] = {"甲": Decimal("-1.5"), "乙": None}
    for text, value in (
        ("向下取整(1.9)", 1), ("向上取整(1.1)", 2), ("向下取整(甲)", -2), ("向上取整(甲)", -1),
        ("向下取整(3) + 向上取整(3)", 6), ("向下取整(乙)", None),
    ):  # fmt: skip
        assert parse(text).evaluate(known.__getitem__, lambda *_: []) == value


PARTS = """
名称: 测试
总分: 10
适用年度: {起: 2000}
来源: {S: 测试}
指标:
  产出:
    分值: 10
    指标取自: 产出
    二级分值: {数量指标: 6, 质量指标: 4}
    定量: {种类: 按目标比}
    出处: S
    标记: 原文
"""
ROWS = """
绩效指标:
  甲: {一级指标: 产出, 二级指标: 数量指标, 分值: 6, 年度指标值: 5, 实际完成值: 5}
  乙: {一级指标: 产出, 二级指标: 质量指标, 分值: 4, 年度指标值: 5, 实际完成值: 4}
"""


def test_second_level_weights_must_be_filled_one_by_one(tmp_path: Path) -> None:
    rubric = rubric_of(PARTS, tmp_path)
    assert score_of(rubric, ROWS).total_text == "9.2"
    shifted = ROWS.replace("分值: 6", "分值: 5").replace("分值: 4", "分值: 5")
    with pytest.raises(FaultsError, match="“数量指标”各条绩效指标的分值合计 5 分，应是 6 分"):
        score_of(rubric, shifted)
    with pytest.raises(FaultsError, match="是不是“质量指标”"):
        score_of(rubric, ROWS.replace("质量指标", "质量指际"))
