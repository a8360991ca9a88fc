"""Points a department published, and those of its own making, against the indicator system.

Cases are in `tests/data/points`, one file a kind of slip, with right neighbours beside wrong
ones. By default an indicator system of 甲 (5) and 乙 (4) in the group 投入, both 专家评定.

    指标      the formula and rule of 甲 instead; then it stands alone
    体系      further lines of the system
    组        groups whose indicators the department lists, with their points
    部门      the department's lines
    得, 总分  the points of 甲, of all
    发现      findings by id: a state, or what they hold
    没有      findings there must not be
    拒绝      words of the fault that is told instead
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from govnb.review.finding import Finding
from govnb.rubric.score import score
from govnb.sheet.compute import compute
from govnb.text.faults import FaultsError
from tests.review.reviewing import finding, inputs_of, reviewed
from tests.rubric.kit import rubric_of

FOLDER = Path(__file__).resolve().parents[1] / "data" / "points"
SOURCE = {"出处": "S", "标记": "原文"}


def cases() -> Iterator[Any]:
    for file in sorted(FOLDER.glob("*.yml")):
        for case in yaml.load(file.read_text("utf-8"), Loader=yaml.BaseLoader):
            yield pytest.param(case, id=f"{file.stem}-{case['情形']}")


def system(case: dict[str, Any]) -> str:
    """Return the text of a case's indicator system."""
    expert = {"规则": {"种类": "专家评定"}, **SOURCE}
    if "组" in case:
        rule = {"定量": {"种类": "按目标比"}, **SOURCE}
        items: Any = {n: {"分值": w, "指标取自": n, **rule} for n, w in case["组"].items()}
    elif "指标" in case:
        items = {"甲": {"分值": "5", **case["指标"], **SOURCE}}
    else:
        both = {"甲": {"分值": "5", **expert}, "乙": {"分值": "4", **expert}}
        items = {"投入": {"分值": "9", "指标": both}}
    total = sum(int(item["分值"]) for item in items.values())
    head = f"名称: 测试\n总分: {total}\n适用年度: {{起: 2000}}\n来源: {{S: 测试}}\n"
    apart = json.loads(json.dumps({"指标": items}))  # nothing shared, so no anchors
    return f"{head}{case.get('体系', '')}\n" + yaml.safe_dump(apart, allow_unicode=True)


@pytest.mark.parametrize("case", list(cases()))
def test_points(case: dict[str, Any], tmp_path: Path) -> None:
    rubric = rubric_of(system(case), tmp_path)
    inputs = inputs_of(case["部门"])
    figures, _ = compute(inputs)
    if "拒绝" in case:
        with pytest.raises(FaultsError, match=re.escape(case["拒绝"])):
            score(inputs, figures, rubric)
        return
    made = score(inputs, figures, rubric)
    if "得" in case:
        assert made.indicators[0].score_text == case["得"], made.indicators[0].reason
    assert case.get("总分") in (None, made.total_text)
    result = reviewed(inputs, score=None if case.get("无体系") else made)
    for id_, wanted in case.get("发现", {}).items():
        _holds(finding(result, id_), {"状态": wanted} if isinstance(wanted, str) else wanted)
    assert not {f.id for f in result.findings} & set(case.get("没有", ()))


def _holds(found: Finding, wanted: dict[str, Any]) -> None:
    assert found.state == wanted["状态"], found
    assert wanted.get("严重性") in (None, found.severity)
    for word in wanted.get("含", ()):
        assert word in found.message
