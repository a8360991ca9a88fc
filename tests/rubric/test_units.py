"""A number counts only in the unit its rule is written in."""

from __future__ import annotations

from pathlib import Path

import pytest

from govnb.text.faults import FaultsError
from tests.rubric.kit import row_of, rubric_of, rubric_text

STEPS = "规则: {种类: 超标扣分, 标准: %s, 每: %s, 扣: 1}"
YUAN = "单位: 元\n" + STEPS


@pytest.mark.parametrize(
    ("indicator", "evidence", "points", "said"),
    [
        (YUAN % ("1000", "100"), "指标值: 1500元", "0", "1500元，超过标准 1000元，多 500元"),
        (YUAN % ("1000元", "100元"), "指标值: 1150元", "4", "150元"),
        (YUAN % ("1000元", "100"), "指标值: 0.12万元", "3", "1200元"),
        (YUAN % ("0.1万元", "100元"), "指标值: 1200", "3", "1200元"),
        ("单位: 万元\n" + STEPS % ("10万元", "1万元"), "指标值: 125000元", "3", "12.5万元"),
        ("单位: 元\n规则: {种类: 分档, 分档: [{不超过: 1000, 得分: 5}, {大于: 1000元, 得分: 0}]}",
         "指标值: 1000元", "5", "1000元"),
        ("单位: 元\n" + STEPS % ("1000", "100"), "指标值范围: {不低于: 1100元, 不超过: 0.12万元}",
         "3—4", "不低于 1100元、不超过 1200元"),
        ("规则: {种类: 按目标比}", "年度指标值: 2万元\n实际完成值: 18000元", "4.5", "90.00%"),
        ("单位: 元\n规则: {种类: 汇总计分, 方式: 累加, 计分: "
         "{种类: 超标扣分, 标准: 1000, 每: 100, 扣: 1}}",
         "下属单位: {甲: {实际完成值: 600元}, 乙: {实际完成值: 0.06万元}}", "3", "1200元"),
    ],
)  # fmt: skip
def test_money_is_converted_to_the_unit_declared(
    indicator: str, evidence: str, points: str, said: str, tmp_path: Path
) -> None:
    row = row_of(rubric_of(rubric_text(indicator), tmp_path), evidence)
    assert row.score_text == points and said in row.reason, row.reason


RATE = "规则: {种类: 分档, 分档: [{不低于: 90%, 得分: 满分}, {小于: 90%, 得分: 0}]}"
TARGET = "规则: {种类: 按目标比}"
SUMS = "规则: {种类: 汇总计分, 计分: {种类: 按目标比}}"


@pytest.mark.parametrize(
    ("indicator", "evidence", "faults"),
    [
        ("单位: 次\n" + STEPS % ("3", "1"), "指标值: 3件", ["6:10 3件 “次”不同"]),
        ("单位: 万人\n" + STEPS % ("2万人", "1万人"), "指标值: 21000人",
         ["6:10 21000人 以“万人”计"]),
        ("单位: 无\n" + STEPS % ("3", "1"), "指标值: 3万元", ["6:10 3万元 写 3"]),
        (RATE, "指标值: 93分", ["6:10 93分 写 93%"]),
        (RATE, "指标值范围: {不低于: 93, 不超过: 100}", ["6:18 没有百分号 写 93%", "6:27 写 100%"]),
        (RATE, "指标值范围: {不低于: 50}", ["6:18 没有百分号 写 50%"]),
        (TARGET, "年度指标值: ≤2天\n实际完成值: 40小时", ["7:12 单位不同 小时 天 写成同一个单位"]),
        (TARGET, "年度指标值: 2万件\n实际完成值: 18000件", ["7:12 单位不同 件 万件"]),
        (TARGET, "年度指标值: 95%\n实际完成值: 94", ["7:12 单位不同 无 %"]),
        (SUMS, "下属单位:\n  甲: {年度指标值: 300人次, 实际完成值: 300人次}\n"
               "  乙: {年度指标值: 2万人次, 实际完成值: 2万人次}", ["8:31 单位不同 万人次 人次"]),
        (SUMS, "下属单位:\n  甲: {年度指标值: 90%, 实际完成值: 80%, 资金: 5}\n"
               "  乙: {年度指标值: 90, 实际完成值: 80, 资金: 5}", ["8:29 单位不同 无 %"]),
        ("规则: {种类: 汇总计分, 方式: 累加, 计分: {种类: 按比例}}",
         "下属单位: {甲: {实际完成值: 1件}, 乙: {实际完成值: 2件}}",
         ["6:23 1件 实际完成值 年度指标值"]),
    ],
)  # fmt: skip
def test_another_unit_is_refused_with_what_to_write(
    indicator: str, evidence: str, faults: list[str], tmp_path: Path
) -> None:
    rubric = rubric_of(rubric_text(indicator), tmp_path)
    with pytest.raises(FaultsError) as refused:
        row_of(rubric, evidence)
    _hold(refused.value, faults)


def _hold(error: FaultsError, expected: list[str]) -> None:
    assert len(error.faults) == len(expected), error
    for fault, words in zip(error.faults, expected, strict=True):
        place, *said = words.split(" ")
        assert str(fault.place).endswith(f":{place}"), fault
        for word in said:
            assert word in str(fault)


def test_a_range_tried_out_is_held_to_its_unit(tmp_path: Path) -> None:
    rubric = rubric_of(rubric_text(RATE), tmp_path)
    name = "评分依据.某指标.指标值范围.不低于"
    with pytest.raises(FaultsError, match=r"试算.*没有百分号.*写 95%"):
        row_of(rubric, overrides={name: "95"})
    assert row_of(rubric, overrides={name: "95%"}).score_text == "5"


@pytest.mark.parametrize(
    ("indicator", "said"),
    [
        ("单位: 次\n" + STEPS % ("3件", "1次"), "11:24 “3件” “次”不同"),
        ("单位: 元/人\n公式: 支出 * 10000 / 人员.在职人员\n" + STEPS % ("1200元", "100"),
         "12:24 元/人"),
        ("单位: 无\n" + STEPS % ("5万元", "1"), "11:24 “5万元” “无”不同"),
        (STEPS % ("5件", "1%"), "10:24 “5件” “%”不同"),
    ],
)  # fmt: skip
def test_a_rule_is_written_in_the_indicators_unit(
    indicator: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(FaultsError) as refused:
        rubric_of(rubric_text(indicator), tmp_path)
    _hold(refused.value, [said])


def test_a_formula_over_amounts_is_in_ten_thousands(tmp_path: Path) -> None:
    facts = "支出: 1.5\n人员: {在职人员: 10}\n"
    indicator = "单位: 元/人\n公式: 支出 / 人员.在职人员\n" + STEPS % ("1200", "100")
    with pytest.raises(FaultsError, match=r"以万元计，指标的单位却是“元/人”（公式里乘 10000"):
        row_of(rubric_of(rubric_text(indicator), tmp_path), "", facts)
    scaled = indicator.replace("支出 /", "支出 * 10000 /")
    assert row_of(rubric_of(rubric_text(scaled), tmp_path), "", facts).score_text == "2"


# ── a file kept in 元 ────────────────────────────────────────────


@pytest.mark.parametrize(
    ("indicator", "evidence", "mended"),
    [
        ("公式: 数据.非税收入 / 收入\n规则: {种类: 按比例}",
         "数据: {非税收入: 120000}", "120000元"),
        ("规则: {种类: 按目标比, 实际: 收入, 目标: 年度指标值}", "年度指标值: 480000", "480000元"),
        ("规则: {种类: 清单加分, 要点: {甲: {得分: 5, 当: {公式: 收入 - 数据.上年, 不低于: 0}}}}",
         "数据: {上年: 120000}", "120000元"),
    ],
)  # fmt: skip
def test_a_bare_number_among_amounts_in_yuan_is_refused(
    indicator: str, evidence: str, mended: str, tmp_path: Path
) -> None:
    rubric = rubric_of(rubric_text(indicator), tmp_path)
    facts = "金额单位: 元\n收入: 240000\n"
    with pytest.raises(FaultsError, match=rf"没有写单位.*金额单位是元（是金额写成 {mended}"):
        row_of(rubric, evidence, facts)
    bare = mended.removesuffix("元")
    assert row_of(rubric, evidence.replace(bare, mended), facts).score_text in ("2.5", "5")
    # Where the file is in 万元 a bare number is 万元 like any other.
    assert row_of(rubric, evidence, "收入: 240000\n").score_text in ("2.5", "5")


def test_a_count_among_amounts_in_yuan_says_what_it_counts(tmp_path: Path) -> None:
    indicator = "单位: 万元\n公式: 收入 / 数据.人数\n规则: {种类: 超标扣分, 标准: 2, 扣: 1}"
    rubric = rubric_of(rubric_text(indicator), tmp_path)
    facts = "金额单位: 元\n收入: 240000\n"
    with pytest.raises(FaultsError, match=r"不是金额也写上单位，如 8人"):
        row_of(rubric, "数据: {人数: 8}", facts)
    assert row_of(rubric, "数据: {人数: 8人}", facts).score_text == "4"


# ── conditions ───────────────────────────────────────────────────

FLAG = "楼堂馆所: {有新建项目: 否}\n"
BUDGET = "预算执行: {本年追加: 98, 年初预算: 100, 年末结余: 0.9}\n"


@pytest.mark.parametrize(
    ("condition", "facts", "evidence", "said"),
    [
        ("公式: 预算执行.本年追加 / 预算执行.年初预算, 不低于: 95", BUDGET, "",
         "没有百分号 写 95%"),
        ("公式: 数据.a / 数据.b, 不低于: 95", "", "数据: {a: 98, b: 100}", "没有百分号 写上单位"),
        ("公式: 预算执行.年末结余, 不低于: 95%", BUDGET, "", "单位 “万元”"),
        ("公式: 预算执行.年末结余, 不超过: 1件", BUDGET, "", "单位 “万元”"),
        ("公式: 楼堂馆所.有新建项目, 等于: 没有", FLAG, "", "写 是 或 否"),
        ("公式: 楼堂馆所.有新建项目, 等于: 0", FLAG, "", "是词 等于: 否"),
        ("公式: 预算执行.年末结余, 等于: 无", BUDGET, "", "是数 等于: 0"),
        ("公式: 数据.率, 不低于: 95%", "", "数据: {率: 96}", "没有百分号 写 96%"),
    ],
)  # fmt: skip
def test_a_condition_that_cannot_be_meant_is_refused(
    condition: str, facts: str, evidence: str, said: str, tmp_path: Path
) -> None:
    rule = f"规则: {{种类: 清单加分, 要点: {{甲: {{得分: 5, 当: {{{condition}}}}}}}}}"
    rubric = rubric_of(rubric_text(rule), tmp_path)
    with pytest.raises(FaultsError) as refused:
        row_of(rubric, evidence, facts)
    (fault,) = refused.value.faults
    assert all(word in str(fault) for word in said.split(" ")), fault


@pytest.mark.parametrize(
    ("condition", "facts", "evidence"),
    [
        ("公式: 预算执行.本年追加 / 预算执行.年初预算, 不低于: 95%", BUDGET, ""),
        ("公式: 预算执行.本年追加 / 预算执行.年初预算, 小于: 1", BUDGET, ""),
        ("公式: 预算执行.年末结余, 不超过: 10000元", BUDGET, ""),
        ("公式: 预算执行.年末结余 - 预算执行.本年追加, 小于: 0", BUDGET, ""),
        ("公式: 预算执行.年末结余 * 10000 / 数据.人, 不超过: 9000", BUDGET, "数据: {人: 1人}"),
        ("公式: 数据.a / 数据.b, 不低于: 1200", "", "数据: {a: 12000元, b: 10人}"),
        ("公式: 数据.件数, 不低于: 95", "", "数据: {件数: 98件}"),
        ("公式: 楼堂馆所.有新建项目, 等于: 否", FLAG, ""),
    ],
)
def test_a_condition_in_its_formulas_unit_is_held(
    condition: str, facts: str, evidence: str, tmp_path: Path
) -> None:
    rule = f"规则: {{种类: 清单加分, 要点: {{甲: {{得分: 5, 当: {{{condition}}}}}}}}}"
    row = row_of(rubric_of(rubric_text(rule), tmp_path), evidence, facts)
    assert row.low == row.high, row.reason
