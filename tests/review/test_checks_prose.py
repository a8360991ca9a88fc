"""Paragraphs as reports have them: sound ones are passed over, one slip in one is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from govnb.review.finding import Finding
from govnb.review.rules import read_rules
from govnb.sheet.department import Department
from govnb.sheet.read import validate
from govnb.text.yaml_text import parse_yaml
from tests.review.reviewing import HEAD, PARAMS, inputs_of, reviewed

DATA = Path(__file__).resolve().parents[1] / "data" / "checks"
SENTENCES = yaml.safe_load((DATA / "sentences.yml").read_text(encoding="utf-8"))
PROSE = yaml.safe_load((DATA / "prose.yml").read_text(encoding="utf-8"))
SHIPPED = inputs_of("人员: {编制数: 5}\n")
# A typed number that repeats a figure is told in every one of these, rightly.
WORDING = (
    "方向词",
    "列举个数",
    "文中数",
    "编号连续",
    "约数用字",
    "文件名称",
    "文号括号",
    "业务量零基增长",
)
RULES = read_rules(PARAMS)
ACCOUNT_RULES = replace(RULES, checks={n: r for n, r in RULES.checks.items() if n != "裸数"})
RULES = replace(RULES, checks={n: rule for n, rule in RULES.checks.items() if n in WORDING})


def found(figures: str, prose: str) -> list[Finding]:
    """Return what the checks of wording find wrong in a narrative."""
    lines = "".join(f"    {line}\n" if line else "\n" for line in prose.splitlines())
    text = f"{HEAD}{figures}叙述:\n  概述: |\n{lines}"
    department: Department = validate(parse_yaml(text, "某局.yml"), Department)
    result = reviewed(replace(SHIPPED, department=department), rules=RULES)
    return [finding for finding in result.findings if finding.is_open]


@pytest.mark.parametrize("case", PROSE, ids=[case["单位"] for case in PROSE])
def test_a_sound_paragraph_is_passed_over(case: Mapping[str, Any]) -> None:
    assert [f"{f.id}：{f.message}" for f in found(case["参数"], case["文字"])] == []


@pytest.mark.parametrize(
    ("case", "slip"),
    [
        pytest.param(case, slip, id=f"{case['单位']}-{slip['改'][1]}")
        for case in PROSE
        for slip in case["改错"]
    ],
)
def test_one_slip_is_found_and_nothing_else(
    case: Mapping[str, Any], slip: Mapping[str, Any]
) -> None:
    before, after = slip["改"]
    assert case["文字"].count(before) == 1
    wrong = found(case["参数"], case["文字"].replace(before, after))
    assert {f.id: f.severity for f in wrong} == slip["未通过"]


@pytest.mark.parametrize("sentence", SENTENCES["无"])
def test_an_ordinary_sentence_is_passed_over(sentence: str) -> None:
    assert [f"{f.id}：{f.message}" for f in found(SENTENCES["参数"], sentence)] == []


@pytest.mark.parametrize("case", SENTENCES["有"], ids=[case["文字"] for case in SENTENCES["有"]])
def test_a_wrong_sentence_is_found(case: Mapping[str, Any]) -> None:
    wrong = {f.check: f for f in found(SENTENCES["参数"], case["文字"])}
    assert {check: f.severity for check, f in wrong.items()} == {
        check: severity for check, (severity, _) in case["发现"].items()
    }
    for check, (_, word) in case["发现"].items():
        assert word in wrong[check].message


ACCOUNTS = yaml.safe_load((DATA / "accounts.yml").read_text(encoding="utf-8"))


def told(sentence: str) -> list[Finding]:
    """Return what is found in a sentence of the accounts of 2019."""
    head = "年度: 2019\n部门: {名称: 某县水利局}\n叙述:\n  绩效概述: |\n    "
    result = reviewed(f"{head}{sentence}\n", rules=ACCOUNT_RULES)
    return [finding for finding in result.findings if finding.is_open]


@pytest.mark.parametrize("sentence", ACCOUNTS["无"])
def test_a_sentence_of_the_accounts_that_is_right_is_passed_over(sentence: str) -> None:
    assert [f"{f.id}：{f.message}" for f in told(sentence)] == []


@pytest.mark.parametrize("case", ACCOUNTS["有"], ids=[case["文字"] for case in ACCOUNTS["有"]])
def test_a_sentence_of_the_accounts_that_is_wrong_is_found_once(case: Mapping[str, Any]) -> None:
    wrong = {f.check: (f.severity, f.message) for f in told(case["文字"])}
    assert {c: severity for c, (severity, _) in wrong.items()} == {
        c: severity for c, (severity, _) in case["发现"].items()
    }
    for check, (_, word) in case["发现"].items():
        assert word in wrong[check][1]


def test_a_message_shows_the_text_as_typed() -> None:
    text = "推进“放管服”改革、信用体系、营商环境等2项改革。\n"
    (wrong,) = found("人员: {编制数: 5}\n", text)
    assert "“放管服”" in wrong.message and "\ufffc" not in wrong.id + wrong.message


def test_a_rate_equals_another_only_by_chance() -> None:
    figures = '业务量: {结案率: {单位: "%", 本年: 92.3}}\n'
    text = f"{HEAD}{figures}叙述: {{概述: 学校食堂明厨亮灶率92.3%。}}\n"
    assert [f.id for f in reviewed(text).findings if f.is_open] == []
    named = text.replace("学校食堂明厨亮灶率", "全年结案率达")
    assert [f.check for f in reviewed(named).findings if f.is_open] == ["裸数"]
