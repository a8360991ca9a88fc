"""Two rubrics written from docs/rubrics.md alone, each with a department worked out by hand.

One follows the table of a province's own departments, one the form of a project's
self-evaluation with its signs (=, ≥, ≤) and qualitative rows. `*.csv` holds the points.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from govnb.report.workbook import Workbook
from govnb.sheet.figure import rounded
from govnb.sheet.read import load

FOLDER = Path(__file__).resolve().parent.parent / "data" / "scoring" / "worked"


@pytest.mark.parametrize("name", ["provincial", "project"])
def test_the_points_are_those_worked_out_by_hand(name: str, params: Path) -> None:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8") as file:
        expected = {row["指标"]: (row["最低"], row["最高"]) for row in csv.DictReader(file)}
    inputs = load(FOLDER / f"{name}.yml", params)
    workbook = Workbook(inputs, rubric=str(FOLDER / f"{name}.rubric.yml"))
    made = workbook.score
    assert made is not None and made.notes == ()
    found = {row.id: (row.low, row.high) for row in made.indicators}
    found["合计"] = (made.low, made.high)
    assert list(found) == list(expected)
    for indicator, ends in found.items():
        shown = tuple(rounded(end or Decimal(0), 4) for end in ends)
        assert shown == tuple(map(Decimal, expected[indicator])), indicator
    # The review reads the same targets, signs and all.
    assert workbook.review.open_errors == ()
