"""The department notebook: plain Jupyter, no logic, the same report by every stock way."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from govnb.batch.run import render
from govnb.report.bundle import STRUCTURE
from tests.papers.papers import pdf_text
from tests.report.markup import Page

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
NOTEBOOK = ROOT / "notebooks" / "department.ipynb"
PARAMETERS = ["year", "department", "params_dir", "outputs_dir", "edition", "overrides"]
BIN = Path(sys.executable).parent
# One worker: the notebook is run once in each way.
pytestmark = pytest.mark.xdist_group("notebooks")


@pytest.fixture(scope="module")
def notebook() -> Any:
    return nbformat.read(NOTEBOOK, as_version=4)


def code(notebook: Any) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


# As committed.


def test_it_is_committed_without_outputs_and_is_valid(notebook: Any) -> None:
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None
    assert notebook.metadata.kernelspec.name == "python3"


def test_its_parameters_cell_holds_just_the_six(notebook: Any) -> None:
    tagged = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    assert [cell.source for cell in tagged] == [code(notebook)[0]]
    body = ast.parse(tagged[0].source).body
    assert all(isinstance(node, ast.Assign) for node in body)
    assert [node.targets[0].id for node in body] == PARAMETERS


def test_every_cell_is_short_and_needs_no_more_than_some_pandas(notebook: Any) -> None:
    program = (
        ast.For | ast.While | ast.FunctionDef | ast.ClassDef | ast.Try | ast.Import | ast.Lambda
    )
    for source in code(notebook)[2:]:
        assert 1 <= len(source.splitlines()) <= 15, source
        tree = ast.parse(source)
        assert isinstance(tree.body[-1], ast.Expr), "what it shows comes last"
        assert not any(isinstance(node, program) for node in ast.walk(tree)), source
    second = ast.parse(code(notebook)[1]).body
    assert [type(node) for node in second] == [ast.ImportFrom, ast.Assign, ast.Expr]


def test_a_changed_cell_changes_page_and_result_and_says_which_cell(
    notebook: Any, tmp_path: Path
) -> None:
    changed = nbformat.from_dict(notebook)
    (cell,) = [c for c in changed.cells if "支出预算与决算对照" in c.source]
    cell.source = cell.source.replace(
        "wb.show(支出,", '支出["一半"] = 支出["差异"] / 2\nwb.show(支出,'
    )
    parameters = changed.cells[0].source
    changed.cells[0].source = parameters.replace('"outputs"', repr(str(tmp_path)))
    resources = {"metadata": {"path": str(NOTEBOOK.parent)}}
    NotebookClient(changed, timeout=120, kernel_name="python3", resources=resources).execute()
    figure = result_of(changed)["figures"]["支出.合计.一半"]
    assert figure["value"] == "11.87" and figure["formula"] == "支出.差异合计 / 2"
    number = code(changed).index(cell.source) + 1
    assert figure["origin"] == f"notebooks/department.ipynb 第{number}格"
    assert "11.87" in str(cell.outputs)
    assert f"第{number}格" in str(changed.cells[-2].outputs)
    for name in ("html", "pdf", "docx"):
        assert "11.87" in words_of(render(changed, name), name), name


def words_of(paper: bytes, kind: str) -> str:
    """Return the words of a report in one of its formats."""
    if kind == "pdf":
        return pdf_text(paper)
    if kind == "html":
        return Page(paper.decode()).text
    with zipfile.ZipFile(io.BytesIO(paper)) as document:
        return document.read("word/document.xml").decode()


def test_a_section_is_one_heading_and_a_few_cells(notebook: Any) -> None:
    """At most eight things stand under one heading; a reader looks for them by heading."""
    run = 0
    for cell in notebook.cells:
        heading = cell.cell_type == "markdown" or "_heading(" in cell.source
        run = 0 if heading else run + 1
        assert run <= 8, cell.source


def test_markdown_cells_hold_headings_only_and_no_numbers_of_the_year(notebook: Any) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            assert re.fullmatch(r"#{2,3} [^\n]+", cell.source), cell.source
            assert not re.search(r"\d{2}", cell.source)


# Run by each stock way.


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stock")


def run_tool(*arguments: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [str(BIN / str(arguments[0])), *map(str, arguments[1:])]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture(scope="module")
def stock(folder: Path) -> Path:
    """The notebook run by plain papermill, as the README says it."""
    out = folder / "papermill.ipynb"
    done = run_tool(
        *("papermill", "notebooks/department.ipynb", out, "-p", "year", "2016"),
        *("-p", "department", "junshan-zwfw", "-p", "outputs_dir", folder / "papermill"),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return out


@pytest.fixture(scope="module")
def run(folder: Path, govnb: Any) -> Path:
    """The folder of a year's outputs that `govnb run` wrote."""
    outputs = folder / "run"
    outcome = govnb(
        *("run", "2016", "junshan-zwfw", "--to", "html"),
        *("--params", ROOT / "params", "--outputs", outputs),
    )
    assert outcome.code == 0, outcome.err
    # Then the verdict.
    assert outcome.out.split()[:-1] == [
        str(outputs / "2016" / f"junshan-zwfw.{kind}") for kind in ("ipynb", "json", "html")
    ]
    return outputs / "2016"


@pytest.fixture(scope="module")
def lab(folder: Path, notebook: Any) -> Any:
    """The notebook as JupyterLab runs it: every cell, from the notebook's own folder."""
    copy = nbformat.from_dict(notebook)
    copy.cells[0].source = copy.cells[0].source.replace(
        'outputs_dir = "outputs"', f"outputs_dir = {str(folder / 'lab')!r}"
    )
    resources = {"metadata": {"path": str(NOTEBOOK.parent)}}
    NotebookClient(copy, timeout=120, kernel_name="python3", resources=resources).execute()
    return copy


def result_of(notebook: Any) -> dict[str, Any]:
    (found,) = [s["result"] for s in structures(notebook) if s.get("type") == "result"]
    result: dict[str, Any] = found
    return result


def structures(notebook: Any) -> Iterator[dict[str, Any]]:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            yield output.get("data", {}).get(STRUCTURE, {})


def test_papermill_run_all_and_govnb_run_give_the_same_figures(
    stock: Path, run: Path, lab: Any, folder: Path, govnb: Any
) -> None:
    by_run = json.loads((run / "junshan-zwfw.json").read_text("utf-8"))
    assert result_of(nbformat.read(stock, as_version=4)) == by_run
    assert result_of(lab) == by_run
    for name in ("papermill", "lab"):
        written = folder / name / "2016" / "junshan-zwfw.json"
        assert json.loads(written.read_text("utf-8")) == by_run
    listed = json.loads(govnb("figures", ROOT / "params/2016/junshan-zwfw.yml", "--json").out)
    # What only a section's cell computes is in the result as well.
    assert by_run["figures"].items() >= listed.items()
    for name in set(by_run["figures"]) - set(listed):
        assert by_run["figures"][name]["origin"].startswith("notebooks/department.ipynb 第")


def test_the_fast_engine_shows_what_a_stock_kernel_shows(stock: Path, run: Path) -> None:
    def shown(path: Path) -> list[Any]:
        cells = nbformat.read(path, as_version=4).cells
        return [
            [output.get("data", output.get("text")) for output in cell.get("outputs", [])]
            for cell in cells
            if "injected-parameters" not in cell.metadata.get("tags", [])
        ]

    ours, theirs = shown(run / "junshan-zwfw.ipynb"), shown(stock)
    # The last cell alone differs: only papermill's wrote its own result.
    assert ours == theirs


def test_no_cell_prints_to_the_error_stream(stock: Path, run: Path, lab: Any) -> None:
    for notebook in (nbformat.read(stock, as_version=4), lab):
        kinds = {o.output_type for cell in notebook.cells for o in cell.get("outputs", [])}
        assert kinds <= {"execute_result", "display_data"}


def test_plain_nbconvert_makes_a_page_with_the_figures_in_it(stock: Path) -> None:
    done = run_tool("jupyter", "nbconvert", "--to", "html", stock, cwd=stock.parent)
    assert done.returncode == 0, done.stderr[-2000:]
    text = "".join(Page(stock.with_suffix(".html").read_text("utf-8")).text.split())
    assert "预算总额20.25万元，实际支出19.31万元，结余0.94万元" in text
    assert "超支率10.86%" in text


def test_a_department_turned_into_a_number_ends_with_a_sentence_and_no_results(
    tmp_path: Path,
) -> None:
    out, outputs = tmp_path / "out.ipynb", tmp_path / "outputs"
    done = run_tool(
        *("papermill", "notebooks/department.ipynb", out),
        *("-p", "outputs_dir", outputs, "-p", "department", "001005"),
    )
    assert done.returncode != 0
    assert "-r department" in done.stderr
    shown = "".join(line for o in failures(out) for line in o["traceback"])
    assert "-r department" in shown and "Traceback (most recent call last)" not in shown
    assert not outputs.exists()


def failures(path: Path) -> list[Any]:
    cells = nbformat.read(path, as_version=4).cells
    return [o for c in cells for o in c.get("outputs", []) if o.output_type == "error"]


# What the page holds.


@pytest.fixture(scope="module")
def page(run: Path) -> str:
    return (run / "junshan-zwfw.html").read_text("utf-8")


def headings(page: str) -> list[str]:
    """Return the words of every heading of the page's body, in order."""
    body = page[page.index("<main") :]
    found = re.findall(r"<h([1-6])\b.*?</h\1>", body, re.DOTALL)
    texts = [
        "".join(Page(match[0]).text.split())
        for match in re.finditer(r"<h([1-6])\b.*?</h\1>", body, re.DOTALL)
    ]
    assert len(texts) == len(found)
    return [text.rstrip("#¶") for text in texts]


def test_every_heading_of_the_real_report_is_there_in_its_order(page: str) -> None:
    wanted = (DATA / "headings-2016.txt").read_text("utf-8").split("\n")[:-1]
    found = iter(headings(page))
    missing = [heading for heading in wanted if heading not in found]
    assert missing == []


def chapters(page: str) -> dict[str, str]:
    """Return the words of each of the six sections, without blanks."""
    text = "".join(Page(page[page.index("<main") :]).text.split())
    titles = [h for h in (DATA / "headings-2016.txt").read_text("utf-8").split() if h[1] == "、"]
    places = [text.index(title) for title in titles] + [text.index("附件1")]
    return {
        title[0]: text[start:end]
        for title, start, end in zip(titles, places, places[1:], strict=False)
    }


def test_every_number_the_real_report_prints_stands_in_its_section(page: str) -> None:
    found = chapters(page)
    rows = list(csv.DictReader((DATA / "numbers-2016.csv").read_text("utf-8").splitlines()))
    assert len(rows) > 110
    for row in rows:
        assert row["shown"] in found[row["chapter"]], row
        assert (row["shown"] == row["printed"]) == (row["why"] == ""), row
    assert "1.1%" not in "".join(found.values())


def test_every_input_and_every_computed_figure_of_the_report_is_on_the_page(page: str) -> None:
    ids = {a["id"] for _, a in Page(page).elements if "id" in a}
    rows = csv.DictReader((DATA / "figures-2016.csv").read_text("utf-8").splitlines())
    missing = {row["figure"] for row in rows if f"指标-{row['figure']}" not in ids}
    # Whatever no section prints is in the annex that lists every figure.
    annex = Page(page[page.rindex('<figure class="gv-table" id="表-指标一览"') :]).text
    assert [name for name in missing if name not in annex] == []


def test_a_department_with_hardly_any_data_goes_through_the_same_notebook(
    govnb: Any, tmp_path: Path
) -> None:
    """The other two go through the notebook's cells in tests/report/test_workbook.py."""
    year, name = "2018", "nanxian-zhujian"
    outcome = govnb(
        "run", year, name, "--to", "html", "--params", ROOT / "params", "--outputs", tmp_path
    )
    assert outcome.code == 0, outcome.err
    page = (tmp_path / year / f"{name}.html").read_text("utf-8")
    text = Page(page).text
    assert "以下内容未公布：主要工作职责、部门整体支出的管理状况；部门整体支出规模" in text
    assert [h for h in headings(page) if h[1:2] == "、"] == ["一、基本概况"]
