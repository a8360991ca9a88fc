"""Departments the rules were not written for: a sound one, and one mistake at a time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from govnb.review.finding import NO_DATA
from govnb.sheet.folder import departments
from govnb.sheet.read import load
from tests.review.reviewing import PARAMS, reviewed

DATA = Path(__file__).resolve().parents[1] / "data" / "checks"
SOUND = (DATA / "department.yml").read_text(encoding="utf-8")
MISTAKES = yaml.safe_load((DATA / "mistakes.yml").read_text(encoding="utf-8"))


def test_a_sound_department_has_nothing_open_and_nothing_missing() -> None:
    result = reviewed(SOUND)
    assert [f.message for f in result.findings if f.is_open or f.state == NO_DATA] == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=[m["错误"] for m in MISTAKES])
def test_one_mistake_is_found_and_nothing_else(mistake: Mapping[str, Any]) -> None:
    before, after = mistake["改"]
    assert SOUND.count(before) == 1
    result = reviewed(SOUND.replace(before, after))
    found = {f.id: f.severity for f in result.findings if f.is_open}
    if mistake["未通过"] != found:
        pytest.fail("\n".join(f.message for f in result.findings if f.is_open))


OTHERS = {file.stem: file.read_text("utf-8") for file in sorted((DATA / "unseen").glob("*.yml"))}
SLIPS = yaml.safe_load((DATA / "unseen.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", OTHERS)
def test_other_shapes_and_units_raise_nothing(name: str) -> None:
    assert [f.message for f in reviewed(OTHERS[name]).findings if f.is_open] == []


@pytest.mark.parametrize("slip", SLIPS, ids=[f"{s['部门']}-{s['错误']}" for s in SLIPS])
def test_one_slip_in_another_shape_is_found_and_nothing_else(slip: Mapping[str, Any]) -> None:
    text = OTHERS[slip["部门"]]
    for before, after in filter(None, (slip["改"], slip.get("又改"))):
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    found = {f.id: f.severity for f in reviewed(text).findings if f.is_open}
    assert found == slip["未通过"]


@pytest.mark.parametrize(
    "section", ["三公经费", "项目", "业务量", "运行费用", "预算执行", "预算安排", "叙述", "落款"]
)
def test_a_section_left_out_raises_no_error(section: str) -> None:
    tree = yaml.safe_load(SOUND)
    published = {k: v for k, v in tree["公布数"].items() if not k.startswith(section)}
    kept = {k: v for k, v in tree.items() if k != section} | {"公布数": published}
    if section in ("业务量", "三公经费"):
        del kept["叙述"]
    if section == "预算安排":
        del kept["超支原因"]
    text = yaml.safe_dump(kept, allow_unicode=True, sort_keys=False)
    assert [f.message for f in reviewed(text).open_errors] == []


@pytest.mark.parametrize(
    ("year", "name"),
    [
        (year.name, name)
        for year in sorted(PARAMS.glob("20*"))
        for name in departments(year.name, PARAMS)
        if name != "junshan-zwfw"
    ],
)
def test_the_other_real_departments_have_no_false_alarm(year: str, name: str) -> None:
    result = reviewed(load(PARAMS / year / f"{name}.yml", PARAMS))
    known = {
        # 湘政发〔2019〕10号 is really 湘办发: an error of the published report.
        "heshan-chengguan": {"文号与发文机关"},
    }
    assert {f.check for f in result.open_errors} == known.get(name, set())


GUIDE = (PARAMS.parent / "docs" / "rubric-example.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(#[^`]*?^年度:.*?)```", GUIDE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_department_of_the_guide_is_reviewed(text: str) -> None:
    assert reviewed(text).findings


def test_the_guide_has_departments() -> None:
    assert len(EXAMPLES) >= 2
