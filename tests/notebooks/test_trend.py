"""trend.ipynb as it is used: by stock papermill, by `govnb run` and `govnb batch`, for the public.

The real department's 2016 and a 2017 made up for tests, tests/data/trend, marked 示例.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.conftest import run_cli
from tests.report.markup import Page

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "trend.ipynb"
DEPARTMENT = "junshan-zwfw"
# One worker: the years are run once.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("trend")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years of the real department, the second made up; the first has been run."""
    made = tmp_path_factory.mktemp("历 年")
    for part in ("rules", "rubrics"):
        shutil.copytree(ROOT / "params" / part, made / "params" / part)
    (made / "params/2016").mkdir()
    for name in ("_year.yml", f"{DEPARTMENT}.yml"):
        shutil.copy(ROOT / "params/2016" / name, made / "params/2016")
    shutil.copytree(ROOT / "tests/data/trend/2017", made / "params/2017")
    first = batch(made, 2016)
    assert first.code == 0, first.err
    # One year is no trend.
    assert not (made / "outputs/2016/trend").exists()
    return made


def batch(folder: Path, year: int, *words: str) -> Any:
    where = ("--params", str(folder / "params"), "--outputs", str(folder / "outputs"))
    return run_cli("batch", year, "--to", "html", *where, *words)


@pytest.fixture(scope="module")
def told(folder: Path) -> Any:
    return batch(folder, 2017, "--to", "html,pdf,docx")


def made(folder: Path, name: str) -> Path:
    return folder / "outputs/2017/trend" / name


def text_of(path: Path) -> str:
    return Page(path.read_text("utf-8")).text


def test_a_department_of_two_years_gets_its_page_and_the_index_links_it(
    folder: Path, told: Any
) -> None:
    assert told.code == 0, told.err
    names = {path.name for path in made(folder, "").iterdir()}
    kinds = ("html", "pdf", "docx", "ipynb", "json")
    assert names == {f"{DEPARTMENT}-历年.{kind}" for kind in kinds}
    assert f'href="./trend/{DEPARTMENT}-%E5%8E%86%E5%B9%B4.html">历年</a>' in (
        folder / "outputs/2017/index.html"
    ).read_text("utf-8")
    text = text_of(made(folder, f"{DEPARTMENT}-历年.html"))
    assert "示例：2017年的数是编的" in text
    assert "比上年少283.78万元，下降53.03%" in text
    # The 2016 report says 535.14.
    assert re.search(r"2016年支出\s*535\.14\s*534\.96\s*-0\.18", text)
    again = batch(folder, 2017, "--to", "html,pdf,docx")
    assert "部门的其他页面 1 个：运行 0，跳过 1" in again.out


def test_under_every_chart_stands_a_table_with_the_same_numbers(folder: Path, told: Any) -> None:
    cells = nbformat.read(made(folder, f"{DEPARTMENT}-历年.ipynb"), as_version=4).cells
    shown = [
        data
        for cell in cells
        for output in cell.get("outputs", [])
        for kind, data in output.get("data", {}).items()
        if kind.startswith("application/") and data.get("type") in ("chart", "table")
    ]
    charts = [at for at, data in enumerate(shown) if data["type"] == "chart"]
    assert charts
    for at in charts:
        below = shown[at + 1]
        assert below["type"] == "table"
        printed = json.dumps(below, ensure_ascii=False)
        for name in shown[at]["figures"]:
            assert name in printed, (shown[at]["title"], name)


def test_stock_papermill_and_the_batch_give_the_same_page(folder: Path, told: Any) -> None:
    out = folder / "out.ipynb"
    words = ["papermill", NOTEBOOK, out, "-p", "department", DEPARTMENT, "-p", "year", "2017"]
    words += ["-p", "params_dir", folder / "params", "-p", "outputs_dir", folder / "outputs"]
    call([*words], folder)
    call(["jupyter", "nbconvert", "--to", "govnb_html", out], folder)
    ours = text_of(made(folder, f"{DEPARTMENT}-历年.html"))
    assert text_of(folder / "out.html") == ours


def call(words: list[Any], folder: Path) -> None:
    program = Path(sys.executable).with_name(str(words[0]))
    subprocess.run([str(program), *map(str, words[1:])], cwd=folder, check=True,
                   capture_output=True)  # fmt: skip


def test_a_changed_year_before_runs_the_page_again(folder: Path, told: Any) -> None:
    file = folder / "params/2016" / f"{DEPARTMENT}.yml"
    stated = file.read_text("utf-8")
    try:
        file.write_text(f"{stated}\n# 改过\n", encoding="utf-8")
        assert batch(folder, 2016, "--force").code == 0
        assert "原因：上年参数文件有改动" in batch(folder, 2017, "--to", "html,pdf,docx").out
    finally:
        file.write_text(stated, encoding="utf-8")


def test_run_makes_it_too_and_the_public_hear_no_reviewer(folder: Path, told: Any) -> None:
    where = ("--params", str(folder / "params"), "--outputs", str(folder / "outputs"))
    done = run_cli("run", 2017, DEPARTMENT, "--to", "html", *where)
    assert done.code == 0 and "历年" in done.out
    assert batch(folder, 2017, "--edition", "publish").code == 0
    page = made(folder, f"{DEPARTMENT}-历年-公开版.html").read_text("utf-8")
    text = Page(page).text
    assert "一、收入与支出" in text and "比上年少283.78万元" in text
    for word in ("params/", ".yml", "前后文件不同", "同类", "待解释"):
        assert word not in page, word


def test_it_is_committed_without_outputs_and_its_cells_are_short() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not c.outputs and c.execution_count is None for c in code)
    assert max(len(cell.source.splitlines()) for cell in code) <= 15
    assert "parameters" in code[0].metadata["tags"]
