"""Each kind of check on small parameter files: the cases of `tests/data/checks/cases`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from govnb.review.check import Check
from govnb.review.finding import ERROR, FAILED, Finding
from govnb.review.rules import read_rules
from tests.review.reviewing import PARAMS, finding, reviewed

CASES = Path(__file__).resolve().parents[1] / "data" / "checks" / "cases"


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{file.stem}-{case['情形']}")
        for file in sorted(CASES.glob("*.yml"))
        for case in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("case", cases())
def test_finds_what_it_should_and_nothing_else(case: Mapping[str, Any]) -> None:
    result = reviewed(case["参数"])
    for id_, wanted in case["发现"].items():
        wanted = {"状态": wanted} if isinstance(wanted, str) else wanted
        assert mismatches(finding(result, id_), wanted) == []
    expected = {id_ for id_, wanted in case["发现"].items() if isinstance(wanted, dict)}
    extra = [f"{f.id}：{f.message}" for f in result.open_errors if f.id not in expected]
    assert extra == []


def mismatches(found: Finding, wanted: Mapping[str, Any]) -> list[str]:
    """Return how a finding differs from what a case wants of it."""
    told = found.as_dict()
    keys = {"状态": "state", "严重性": "severity", "差额": "difference", "容差": "tolerance"}
    wrong = [
        f"{key}是{told[name]}，应是{wanted[key]}：{found.message}"
        for key, name in keys.items()
        if key in wanted and told[name] != wanted[key]
    ]
    missing = [str(word) for word in wanted.get("含", []) if str(word) not in found.message]
    return wrong + [f"没有说到“{word}”：{found.message}" for word in missing]


STATES = ("通过", "未通过", "不适用", "缺数据")


def test_every_kind_has_a_case_for_every_state() -> None:
    told: dict[str, set[str]] = {}
    for file in sorted(CASES.glob("*.yml")):
        for case in yaml.safe_load(file.read_text(encoding="utf-8")):
            state, _, kind = str(case.get("种类", "")).partition(" ")
            if state:
                told.setdefault(kind or file.stem, set()).add(state)
    # These have tests of their own, for they need more than a parameter file.
    elsewhere = {"得分", "上年文件", "项目自评"}
    # Wording that isn't there can't be missing data; “没有叙述” above is the case for all.
    no_data_alike = {"科目", "裸数", "文中数", "编号", "写法"}
    for kind in kinds() - elsewhere:
        lacking = set(STATES) - told.get(kind, set())
        assert lacking <= ({"缺数据"} if kind in no_data_alike else set()), kind


def kinds() -> set[str]:
    """Return the kinds there are, by the name a rule gives them."""
    return set(Check.kinds)


def test_every_shipped_rule_says_why_and_what_to_do() -> None:
    for name, rule in read_rules(PARAMS).checks.items():
        assert len(rule.reason) > 8 and len(rule.advice) > 6, name
        assert rule.message.endswith("。"), name
        assert not re.search(r"[A-Za-z]{3,}", rule.message), name


def test_shipped_rules_use_every_kind() -> None:
    assert {type(rule) for rule in read_rules(PARAMS).checks.values()} == set(Check.kinds.values())


def test_a_failed_finding_says_how_to_settle_it() -> None:
    result = reviewed("收入: {合计: 5.5, 明细: {甲: 1, 乙: 2}}\n")
    for found in result.findings:
        assert bool(found.advice) == (found.state == FAILED), found.id


def test_a_finding_has_the_shape_of_the_contract() -> None:
    result: dict[str, Any] = reviewed("收入: {合计: 5.5, 明细: {甲: 1.25, 乙: 2}}\n").as_dict()
    (wrong,) = [f for f in result["findings"] if f["severity"] == ERROR and f["state"] == FAILED]
    assert wrong["left"]["figure"] == "收入" and wrong["left"]["value"] == "5.5"
    assert wrong["left"]["origin"].endswith(":4:10")
    assert wrong["right"]["figure"] == "收入.分项之和" and wrong["right"]["value"] == "3.25"
    assert (wrong["difference"], wrong["tolerance"]) == ("2.25", "0.015")
    assert result["counts"]["错误"] == 1
    assert all(f["explanation"] is None for f in result["findings"])


GUIDE = (PARAMS.parent / "docs" / "checks.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", sorted(Check.kinds))
def test_the_guide_has_every_kind_with_all_its_fields(kind: str) -> None:
    row = GUIDE.split(f"\n### {kind}\n")[1].split("\n### ")[0]
    common = set(Check.model_fields) | {"kind"}
    fields = {n: f for n, f in Check.kinds[kind].model_fields.items() if n not in common}
    assert [f.alias for f in fields.values() if str(f.alias) not in row] == []
