"""The rule file: what can't be used is refused at its place; acknowledgements; a rule added."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from govnb.review.finding import (
    ERROR,
    EXPLAINED,
    FAILED,
    HINT,
    NO_DATA,
    NOT_APPLICABLE,
    PASSED,
    RESIDUE,
)
from govnb.review.run import review
from govnb.sheet.compute import compute
from govnb.sheet.read import load
from govnb.sheet.references import check_published
from govnb.text.faults import FaultsError
from tests.review.reviewing import finding, inputs_of, reviewed

ROOT = Path(__file__).resolve().parents[2]
COMMON = """
  严重性: 错误
  消息: “{项}”{左}，{右}，差{差额}。
  原因: 试一试这条核对行不行
  怎样处理: 改正它
"""
WRONG = "收入: {合计: 5.5, 明细: {甲: 1.25, 乙: 2}}\n"
LIMIT = (
    "甲:\n  种类: 不超过\n  左: 三公经费.公务接待费.支出\n"
    f"  右: 三公经费.公务接待费.上年支出{COMMON}"
)
REFUSED = yaml.safe_load(
    (ROOT / "tests" / "data" / "checks" / "refused.yml").read_text(encoding="utf-8")
)


def faults(rules: str, text: str = WRONG) -> str:
    with pytest.raises(FaultsError) as caught:
        reviewed(text, rules=rules)
    return str(caught.value)


@pytest.mark.parametrize("case", REFUSED, ids=[case["含"][-1] for case in REFUSED])
def test_a_rule_that_cannot_be_used_is_refused_at_its_place(case: Mapping[str, Any]) -> None:
    told = faults(case["规则"].replace("  @\n", COMMON.removeprefix("\n")))
    assert [word for word in case["含"] if word not in told] == []
    assert "Traceback" not in told and "pydantic" not in told


def test_all_faults_of_the_rules_come_at_once() -> None:
    rules = LIMIT.replace("公务接待费.支出", "公务招待费.支出") + LIMIT.replace(
        "甲:", "乙:"
    ).replace("上年支出", "去年支出")
    assert len(faults(rules).splitlines()) == 2


def test_a_rule_file_is_checked_without_a_department(params_copy: Path, govnb: Any) -> None:
    file = params_copy / "rules" / "checks.yml"
    assert govnb("check", file).code == 0
    wrong = LIMIT.replace("公务接待费.支出", "公务招待费.支出")
    wrong += LIMIT.replace("甲:", "乙:", 1).replace("不超过", "不超")
    file.write_text(wrong, encoding="utf-8")
    told = govnb("check", file, "--json").json["faults"]
    assert [f"{fault['line']}:{fault['column']}" for fault in told] == ["3:6", "10:7"]
    assert "三公经费.公务接待费" in told[0]["hint"]


@pytest.mark.parametrize("pattern", ["(?:一|一一)+$二", "(一|一)*$二"])
@pytest.mark.timeout(20)
def test_a_pattern_that_never_ends_is_stopped_and_named(pattern: str) -> None:
    said = faults(f"甲:\n  种类: 写法\n  查找: '{pattern}'{COMMON}", f"主要职责: [{'一' * 40}二]\n")
    assert "checks.yml:3:7" in said and "太费时" in said and "重复" in said


def test_a_pattern_that_finds_a_place_and_no_text_is_refused() -> None:
    said = faults(f"甲:\n  种类: 写法\n  查找: '(?=会)'{COMMON}", "主要职责: [开会]\n")
    assert "checks.yml:3:7" in said and "空的文字" in said


def test_a_rule_may_name_what_only_other_departments_have() -> None:
    rules = f"甲:\n  种类: 不超过\n  左: 项目.外网.资金\n  右: 收入.专项{COMMON}"
    assert finding(reviewed(WRONG, rules=rules), "甲").state == NOT_APPLICABLE


def test_a_formula_over_text_is_refused_at_its_rule() -> None:
    rules = f"甲:\n  种类: 不超过\n  左: 部门.名称 + 1\n  右: 100{COMMON}"
    told = faults(rules)
    assert "checks.yml:1:1" in told and "不是数" in told


def test_text_is_not_compared_with_a_number() -> None:
    rules = f"甲:\n  种类: 相等\n  左: 部门.名称\n  右: 收入{COMMON}"
    found = finding(reviewed(WRONG, rules=rules), "甲")
    assert found.state == NOT_APPLICABLE and "不是数" in found.message


def test_without_rules_nothing_counts_as_checked() -> None:
    (only,) = reviewed(WRONG, rules="{}\n").findings
    assert only.state == NO_DATA and "checks.yml" in only.message


@pytest.mark.parametrize(
    ("tolerance", "severity"), [("舍入", ERROR), ("0.05", ERROR), ("2.25", RESIDUE)]
)
def test_a_tolerance_may_be_a_number(tolerance: str, severity: str) -> None:
    rules = f"甲:\n  种类: 合计\n  容差: {tolerance}{COMMON}"
    assert finding(reviewed(WRONG, rules=rules), "甲:收入").severity == severity


def test_quotients_compare_with_percentages() -> None:
    rules = f"甲:\n  种类: 不超过\n  左: 收入.甲 / 收入.乙\n  右: 50%{COMMON}"
    found = finding(reviewed(WRONG, rules=rules), "甲")
    assert found.state == FAILED and "62.50%" in found.message


def test_a_rule_gives_way_to_another_whose_findings_all_pass() -> None:
    other = f"乙:\n  种类: 合计{COMMON}"
    rules = other + LIMIT + "  除非: 乙\n"
    text = "三公经费: {公务接待费: {支出: 3, 上年支出: 2}}\n"
    assert finding(reviewed(text + WRONG, rules=rules), "甲").state == FAILED
    right = text + "收入: {合计: 3.25, 明细: {甲: 1.25, 乙: 2}}\n"
    assert finding(reviewed(right, rules=rules), "甲").state == NOT_APPLICABLE


def test_the_worked_example_of_contributing_works() -> None:
    guide_text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", guide_text, re.DOTALL)
    rules = next(block for block in blocks if "种类: 不超过" in block)
    text = "三公经费: {公务接待费: {上年支出: 4.2, 支出: %s}}\n"
    told = [reviewed(text % spent, rules=rules).findings[-1] for spent in ("4.8", "4.2", "未公布")]
    assert [found.state for found in told] == [FAILED, PASSED, NO_DATA]
    assert "4.8万元" in told[0].message and "0.6万元" in told[0].message
    assert told[0].message in guide_text and told[0].id in guide_text


# ── 已说明 ──────────────────────────────────────────────────


def acknowledging(*ids: str) -> str:
    entries = "".join(
        f"  - {{编号: '{id_}', 说明: 报表漏印一行, 说明人: 张三, 日期: 2017-06-20}}\n"
        for id_ in ids
    )
    return f"{WRONG}已说明:\n{entries}"


def test_an_explained_finding_stops_failing_and_shows_who_explained_it() -> None:
    result = reviewed(acknowledging("合计:收入"))
    found = finding(result, "合计:收入")
    assert found.state == EXPLAINED and result.open_errors == ()
    assert found.as_dict()["explanation"] == {
        "text": "报表漏印一行",
        "by": "张三",
        "date": "2017年6月20日",
    }
    assert result.counts["已说明"] == 1 and result.counts["错误"] == 0


@pytest.mark.parametrize(
    ("id_", "word"),
    [
        ("合计:收人", "是不是“合计:收入”"),
        ("成文日期", "现在是“缺数据”"),
        ("合计:没有的", "没有这个编号"),
    ],
)
def test_an_explanation_of_nothing_is_reported(id_: str, word: str) -> None:
    result = reviewed(acknowledging(id_))
    found = finding(result, f"已说明:{id_}")
    assert (found.state, found.severity) == (FAILED, HINT)
    assert word in found.message
    assert (found.left.origin or "").endswith(":6:10")
    assert finding(result, "合计:收入").state == FAILED


@pytest.mark.parametrize(
    ("id_", "hint"),
    [
        ("公布的数:三公经费.支出", "是不是“公布数:三公经费.支出”？"),
        ("没有的", "照 govnb review 印出的编号写"),
    ],
)
def test_an_explanation_of_a_check_there_is_not_is_refused(id_: str, hint: str) -> None:
    with pytest.raises(FaultsError) as raised:
        reviewed(acknowledging(id_))
    (fault,) = map(str, raised.value.faults)
    assert (
        ":6:10: " in fault and f"没有编号是“{id_.split(':')[0]}”的核对" in fault and hint in fault
    )


def test_a_mended_finding_makes_its_explanation_stale() -> None:
    text = acknowledging("合计:收入").replace("5.5", "3.25")
    found = finding(reviewed(text), "已说明:合计:收入")
    assert found.is_open and "现在是“通过”" in found.message


def test_an_explanation_needs_all_its_parts() -> None:
    with pytest.raises(FaultsError, match="缺少“说明人”"):
        inputs_of(WRONG + "已说明:\n  - {编号: 合计:收入, 说明: 漏印, 日期: 2017-06-20}\n")


def test_explaining_one_thing_twice_is_reported() -> None:
    result = reviewed(acknowledging("合计:收入", "合计:收入"))
    assert "说明了两次" in finding(result, "已说明:合计:收入").message


@pytest.mark.parametrize(("total", "state"), [("5.50", EXPLAINED), ("5.75", FAILED)])
def test_an_explanation_of_an_amount_holds_while_the_amount_stays(total: str, state: str) -> None:
    text = acknowledging("合计:收入").replace("日期: 2017-06-20", "日期: 2017-06-20, 差额: 2.25")
    result = reviewed(text.replace("5.5", total))
    assert finding(result, "合计:收入").state == state
    told = [f.message for f in result.findings if f.check == "已说明"]
    assert len(told) == (state == FAILED)
    assert all("说明时差额是2.25，现在是2.5，" in message for message in told)


def test_an_explanation_within_the_year_itself_is_asked_about() -> None:
    result = reviewed(acknowledging("合计:收入").replace("2017-06-20", "2016-06-20"))
    assert finding(result, "合计:收入").state == EXPLAINED
    assert "检查日期" in finding(result, "已说明:合计:收入").advice


# ── 公布数的名称和单位 ────────────────────────────────────────


@pytest.mark.parametrize(
    ("published", "words"),
    [
        ("人员.编制人数: 5", ["人员.编制人数", "不是指标名称", "是不是“人员.编制数”"]),
        ("人员.编制数: 5万元", ["单位“万元”", "“人”不同"]),
        ("人员.在职人员控制率: 5万元", ["单位“万元”", "“%”不同", "写 5%"]),
        ("支出.超支: 1.5亿", ["单位“亿”", "写 1.5亿元"]),
        ("人员.编制数: 1.24万件", ["单位“万件”", "换算成以“人”为单位"]),
        ("人员.在职人员控制率: 1.18倍", ["单位“倍”", "1.18倍就是 118%"]),
    ],
)
def test_a_published_figure_must_be_a_figure_in_its_unit(published: str, words: list[str]) -> None:
    right = inputs_of("人员: {编制数: 5, 在职人员: 5}\n")
    figures, facts = compute(right)
    wrong_text = f"人员: {{编制数: 5, 在职人员: 5}}\n公布数: {{{published}}}\n"
    told = "\n".join(map(str, check_published(inputs_of(wrong_text), figures)))
    assert [word for word in words if word not in told] == []
    assert re.search(r"\.yml:5:\d+", told)
    with pytest.raises(FaultsError):
        review(inputs_of(wrong_text), figures, facts)


@pytest.mark.parametrize(
    "published",
    ["人员.编制数: 5名", "人员.编制数: 5人", "内设机构.条数: 3项", "人员.编制数: 0.0005万人"],
)
def test_units_that_mean_the_same_are_accepted(published: str) -> None:
    text = f"内设机构: [甲, 乙, 丙]\n人员: {{编制数: 5}}\n公布数: {{{published}}}\n"
    right = inputs_of("内设机构: [甲, 乙, 丙]\n人员: {编制数: 5}\n")
    figures, _ = compute(right)
    assert check_published(inputs_of(text), figures) == []


# ── 得分 ───────────────────────────────────────────────────


@dataclass(frozen=True)
class Reading:
    """A row and the total under another reading of the facts."""

    total_low: Decimal | None
    total_high: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True)
class Row:
    """A row of the scoring table."""

    readings: tuple[Reading, ...] = ()
    published: Decimal | None = None
    low: Decimal | None = Decimal(0)
    high: Decimal | None = Decimal(5)
    weight: Decimal | None = Decimal(5)
    id: str = "在职人员控制率"
    name: str = "在职人员控制率"
    within: Decimal = Decimal("0.5")
    groups: tuple[str, ...] = ()
    counts: bool | None = True
    missing: tuple[str, ...] = ("人员.编制数",)
    value: Decimal | None = None
    formula: str = ""


@dataclass(frozen=True)
class Marks:
    """A score as the review sees it."""

    low: Decimal | None
    high: Decimal | None
    is_partial: bool = False
    title: str = "某指标体系"
    statement: str = "以本年追加为假设。"
    indicators: tuple[Row, ...] = ()
    hints: Mapping[str, str] = field(default_factory=dict)


SCORED = "公布数: {评价得分: 97分}\n"


@pytest.mark.parametrize(
    ("text", "marks", "state", "word"),
    [
        (SCORED, Marks(Decimal(97), Decimal(97)), PASSED, "按指标体系得97分"),
        (SCORED, Marks(Decimal(90), Decimal(98)), NO_DATA, "之内"),
        (SCORED, Marks(Decimal(19), Decimal(95)), FAILED, "高于规则允许的最高分。以本年追加为假设"),
        (SCORED, Marks(Decimal(98), Decimal(98)), FAILED, "低于规则应得的分"),
        (SCORED, Marks(Decimal(19), Decimal(45), is_partial=True), NOT_APPLICABLE, "部分"),
        (SCORED, Marks(None, None), NOT_APPLICABLE, "不计分"),
        (SCORED, None, NO_DATA, "评分结果"),
        (WRONG, Marks(Decimal(19), Decimal(95)), NOT_APPLICABLE, "没有公布得分"),
    ],
)
def test_a_published_score_is_held_against_what_the_rules_allow(
    text: str, marks: Marks | None, state: str, word: str
) -> None:
    found = finding(reviewed(text, score=marks), "公布得分")
    assert found.state == state and word in found.message


@pytest.mark.parametrize(("high", "severity"), [("98", HINT), ("96", ERROR)])
def test_a_score_that_another_reading_allows_is_a_hint(high: str, severity: str) -> None:
    rows = (Row((Reading(Decimal(19), Decimal(high)), Reading(None, None))),)
    marks = Marks(Decimal(19), Decimal(95), indicators=rows)
    found = finding(reviewed(SCORED, score=marks), "公布得分")
    assert (found.state, found.severity) == (FAILED, severity)


@pytest.mark.parametrize(
    ("row", "state", "severity", "word"),
    [
        (Row(published=Decimal(5)), NO_DATA, ERROR, "0到5分"),
        (Row(published=Decimal(5), low=Decimal(5)), PASSED, ERROR, "得5分"),
        (Row(published=Decimal(2), low=Decimal(5)), FAILED, ERROR, "低于规则应得的分"),
        (Row(published=Decimal(8)), FAILED, ERROR, "高于分值5分"),
        (Row(published=Decimal(5), high=Decimal(3)), FAILED, ERROR, "高于规则允许的最高分"),
        (
            Row((Reading(None, None, Decimal(0), Decimal(5)),), Decimal(5), high=Decimal(3)),
            FAILED,
            HINT,
            "差2分",
        ),
    ],
)
def test_an_indicators_published_points_are_held_against_the_most_it_allows(
    row: Row, state: str, severity: str, word: str
) -> None:
    text = "评分依据: {在职人员控制率: {公布得分: 8}}\n"
    marks = Marks(Decimal(19), Decimal(95), indicators=(row,))
    found = finding(reviewed(text, score=marks), "公布得分:在职人员控制率")
    assert (found.state, found.severity) == (state, severity) and word in found.message
    assert found.left.figure == "评分依据.在职人员控制率.公布得分"


# ── 试算 ───────────────────────────────────────────────────


def test_overrides_are_reviewed_too(params: Path) -> None:
    inputs = load(params / "2016" / "junshan-zwfw.yml", params)
    changed = {"三公经费.公务用车运行维护费.支出": "8.1"}
    found = finding(reviewed(inputs, overrides=changed), "公布数:三公经费.公务用车运行维护费.超支")
    assert found.state == FAILED and found.right.value == "0.0"
