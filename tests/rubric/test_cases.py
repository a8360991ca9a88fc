"""Every kind of rule against its table of cases in `tests/data/scoring/cases`.

A file holds tables; a table an indicator (`指标`, the lines of a rubric) and its cases:
what the department states, and what comes out.

    值      the indicator's stated value, short for `依据: "指标值: …"`
    依据    lines under 评分依据.某指标
    部门    other lines of the department's file
    得      points, or bounds such as 0—5
    词      words of the reason
    缺      how many facts are named as missing
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from govnb.rubric.rule import Rule
from tests.rubric.kit import row_of, rubric_of, rubric_text

FOLDER = Path(__file__).resolve().parent.parent / "data" / "scoring" / "cases"
FILES = sorted(FOLDER.glob("*.yml"))


@dataclass(frozen=True)
class Example:
    """One case of one table."""

    kind: str
    indicator: str
    weight: str
    fields: dict[str, Any]


def examples() -> Iterator[Example]:
    for file in FILES:
        tables = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        for table in tables:
            for fields in table["情形"]:
                yield Example(file.stem, table["指标"], table.get("分值", "5"), fields)


EXAMPLES = list(examples())
IDS_OF_EXAMPLES = [f"{example.kind}-{n}" for n, example in enumerate(EXAMPLES)]


@pytest.mark.parametrize("example", EXAMPLES, ids=IDS_OF_EXAMPLES)
def test_case(example: Example, tmp_path: Path) -> None:
    fields = example.fields
    assert set(fields) <= {"值", "依据", "部门", "得", "词", "缺", "计"}
    rubric = rubric_of(rubric_text(example.indicator, example.weight), tmp_path)
    evidence = f"指标值: {fields['值']}" if "值" in fields else fields.get("依据", "")
    row = row_of(rubric, evidence, fields.get("部门", ""))
    assert row.score_text == fields["得"], f"{row.reason} {fields}"
    for word in fields.get("词", "").split():
        assert word in row.reason
    if "缺" in fields:
        assert str(len(row.missing)) == fields["缺"], row.missing
    if "计" in fields:
        assert row.counts == {"是": True, "否": False, "未定": None}[fields["计"]]


def test_every_kind_has_a_table() -> None:
    assert {file.stem for file in FILES} == set(Rule.KINDS)
