"""试算: what the file may not say can't be tried out, and what it may say has its effect."""

from __future__ import annotations

from pathlib import Path

import pytest

from govnb.sheet.compute import compute
from govnb.text.faults import FaultsError
from tests.conftest import Govnb
from tests.rubric.kit import (
    inputs_of,
    row_of,
    rubric_of,
    rubric_text,
    score_of,
)

EXPERT = "规则: {种类: 专家评定}"
DEPARTMENT = """
人员: {编制数: 5, 在职人员: 5}
政府采购: {预算: 100, 实际: 150}
楼堂馆所: {有新建项目: 否}
三公经费: {公务接待费: {支出: 4}}
业务量: {办件: {单位: 件, 本年: 6184}}
绩效指标:
  工单: {一级指标: 产出, 分值: 5, 年度指标值: ≤5天, 实际完成值: 8天}
"""


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("人员.在职人员", "-5", "是负数"),
        ("人员.在职人员", "5.5", "不是整数"),
        ("政府采购.实际", "-150", "是负数"),
        ("三公经费.公务接待费.支出", "-5", "是负数"),
        ("楼堂馆所.有新建项目", "5", "可写：是、否"),
        ("业务量.办件.本年", "6000人", "“人”"),
        ("评分依据.某指标.壮态", "好", "是不是“状态”"),
        ("评分依据.某指标.给分.分值", "-2", "是负数"),
        ("评分依据.某指标.要点.一.符合", "也许", "可写：是、否、未公布"),
        ("评分依据.某指标.要点.一.例数", "-3", "是负数"),
        ("评分依据.某指标.要点.一.例数", "2.7", "不是整数"),
        ("评分依据.某指标.事项.甲.例数", "-1", "是负数"),
        ("绩效指标.工单.年度指标值", "≥9天", None),
        ("绩效指标.工单.年度指标值", "≤9小时", "单位“小时”不对"),
        ("绩效指标.工丹.实际完成值", "9天", "是不是“工单”"),
        ("年度", "2021", "年度不能试算"),
    ],
)
def test_a_trial_obeys_the_rules_of_the_file(name: str, value: str, said: str | None) -> None:
    inputs = inputs_of(DEPARTMENT)
    if said is None:
        compute(inputs, {name: value})
        return
    with pytest.raises(FaultsError, match=said) as refused:
        compute(inputs, {name: value})
    (fault,) = refused.value.faults
    assert fault.place.file == "试算" and f"{name}={value}" in fault.message


def test_a_trial_that_contradicts_the_file_is_refused() -> None:
    stated = inputs_of(DEPARTMENT.replace("分值: 5,", "分值: 5, 方向: 反向,"))
    with pytest.raises(FaultsError, match="符号不合"):
        compute(stated, {"绩效指标.工单.年度指标值": "≥9天"})


@pytest.mark.parametrize(
    ("indicator", "evidence", "overrides", "points"),
    [
        # An incident the file doesn't list.
        (
            "规则: {种类: 按件扣分, 扣: 1}",
            "事项: {甲: {}}\n事项齐全: 是\n佐证: 台账",
            {"评分依据.某指标.事项.乙.例数": "2"},
            "2",
        ),
        # A target with its sign, and one that keeps the file's.
        (
            "规则: {种类: 按目标比}",
            "年度指标值: 5天\n实际完成值: 8天",
            {"评分依据.某指标.年度指标值": "≤4天"},
            "2.5",
        ),
        (
            "规则: {种类: 按目标比}",
            "年度指标值: ≤5天\n实际完成值: 8天",
            {"评分依据.某指标.年度指标值": "4天"},
            "2.5",
        ),
        # The paper that is missing.
        (
            "规则: {种类: 按状态, 状态: {好: 5, 差: 0}}",
            "状态: 好",
            {"评分依据.某指标.佐证": "考核结果"},
            "5",
        ),
    ],
)
def test_what_is_tried_out_has_its_effect(
    indicator: str, evidence: str, overrides: dict[str, str], points: str, tmp_path: Path
) -> None:
    rubric = rubric_of(rubric_text(indicator), tmp_path)
    assert row_of(rubric, evidence).score_text != points
    assert row_of(rubric, evidence, overrides=overrides).score_text == points


def test_a_trial_the_rubric_has_no_use_for_is_remarked(tmp_path: Path) -> None:
    rubric = rubric_of(rubric_text("规则: {种类: 清单加分, 要点: {有制度: 2, 执行: 3}}"), tmp_path)
    trial = {"评分依据.某旨标.状态": "好", "评分依据.某指标.要点.有制渡.符合": "是"}
    said = "\n".join(score_of(rubric, "", trial).notes)
    assert "“某旨标”不在这套指标体系里，没有用到（是不是“某指标”？）" in said
    assert "“有制渡”没有用到（是不是“有制度”？）" in said


def test_a_trial_says_so_everywhere(govnb: Govnb, params: Path) -> None:
    file, trial = params / "2016" / "junshan-zwfw.yml", "预算执行.本年追加=0"
    text = govnb("score", str(file), "--set", trial).out
    assert text.startswith(f"试算：{trial}。这不是评价得分。")
    made = govnb("score", str(file), "--set", trial, "--json").json
    assert made["trial"] is True and made["overrides"] == {"预算执行.本年追加": "0"}
    real = govnb("score", str(file), "--json").json
    assert real["trial"] is False and "试算" not in govnb("score", str(file)).out


# ── signs of official forms ──────────────────────────────────────


@pytest.mark.parametrize(
    ("target", "actual", "points"),
    [
        ("=100%", "90%", "4.5"),
        ("＝100%", "100%", "5"),
        (">=90%", "45%", "2.5"),
        ("＞90%", "99%", "5"),
        ("<=5天", "10天", "2.5"),
        ("<5天", "4天", "5"),
        ("= 100件", "80件", "4"),
    ],
)
def test_a_target_bears_the_sign_of_the_form(
    target: str, actual: str, points: str, tmp_path: Path
) -> None:
    rubric = rubric_of(rubric_text("规则: {种类: 按目标比}"), tmp_path)
    made = row_of(rubric, f"年度指标值: '{target}'\n实际完成值: {actual}")
    assert made.score_text == points


def test_a_target_may_still_refer_to_another_figure(tmp_path: Path) -> None:
    rubric = rubric_of(rubric_text("规则: {种类: 按目标比}"), tmp_path)
    facts = "年度指标值: =收入\n实际完成值: 5"
    assert row_of(rubric, facts, "收入: 10\n").score_text == "2.5"


@pytest.mark.parametrize(("actual", "points"), [("59%", "0"), ("60%", "3"), ("95%", "5")])
def test_a_completion_below_the_start_earns_nothing(
    actual: str, points: str, tmp_path: Path
) -> None:
    rule = "规则: {种类: 按目标比, 起点: 60%, 满分值: 95%}"
    made = row_of(
        rubric_of(rubric_text(rule), tmp_path), f"年度指标值: =100%\n实际完成值: {actual}"
    )
    assert made.score_text == ("3.16" if actual == "60%" else points)


def test_published_points_above_the_weight_are_for_the_review_to_tell(tmp_path: Path) -> None:
    rubric = rubric_of(rubric_text(EXPERT), tmp_path)
    assert row_of(rubric, "公布得分: 19.8").high == 5


def test_the_review_and_the_score_take_another_system(govnb: Govnb, params: Path) -> None:
    file = str(params / "2016" / "junshan-zwfw.yml")
    scored = govnb("score", file, "--rubric", "yueyang-2019", "--json").json
    assert scored["rubric"] == "yueyang-2019"
    asked = {"--rubric": "yueyang-2019", "--set": "指标体系=yueyang-2019"}
    for option, value in asked.items():
        found = govnb("review", file, option, value, "--json").json["findings"]
        (total,) = [f for f in found if f["id"] == "公布得分"]
        assert scored["title"] in total["message"]
    refused = govnb("review", file, "--rubric", "yueyan-2019")
    assert refused.code == 1 and "是不是“yueyang-2019”" in refused.out + refused.err
