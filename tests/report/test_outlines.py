"""体例: which outline a report has, by what its file says, its year and what it has."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from govnb.report.outlines import OUTLINES, TAG, outline_of
from govnb.sheet.read import Inputs, load
from govnb.text.faults import FaultsError

FORM = "绩效指标:\n  甲: {一级指标: 产出, 年度指标值: ≥1个, 实际完成值: 1个, 分值: 90}\n"


def written(params: Path, folder: Path, year: int, text: str) -> Inputs:
    file = folder / "own.yml"
    file.write_text(f"年度: {year}\n部门: {{名称: 某局}}\n{text}", "utf-8")
    return load(file, params)


@pytest.mark.parametrize(
    "year, text, outline",
    [
        (2018, "收入: 5\n", "叙述体"),
        (2019, "收入: 5\n", "自评体"),
        (2019, f"收入: 5\n{FORM}", "自评体"),
        (2019, FORM, "表格体"),
        (2016, FORM, "表格体"),
        (2019, f"稿别: 草稿\n{FORM}", "自评体"),
        (2016, "体例: 自评体\n收入: 5\n", "自评体"),
        (2019, f"体例: 叙述体\n{FORM}", "叙述体"),
    ],
)
def test_the_outline(params: Path, tmp_path: Path, year: int, text: str, outline: str) -> None:
    assert outline_of(written(params, tmp_path, year, text).department) == outline


def test_an_outline_nobody_knows_is_refused_with_those_there_are(
    params: Path, tmp_path: Path
) -> None:
    with pytest.raises(FaultsError) as refused:
        written(params, tmp_path, 2016, "体例: 表格\n")
    assert "表格体" in str(refused.value)


def test_every_section_of_an_outline_is_one_of_the_notebook() -> None:
    file = Path(__file__).parents[2] / "notebooks" / "department.ipynb"
    notebook = nbformat.read(file, as_version=4)
    tags = {t for cell in notebook.cells for t in cell.metadata.get("tags", ())}
    for outline in OUTLINES.values():
        assert {f"{TAG}{name}" for name, _ in outline} <= tags
