"""Widgets, changed displays and progress bars of an analyst's own cells, on page and papers."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from typing import Any

import docx
import nbformat
import pypdf
import pytest
from bs4 import BeautifulSoup
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from govnb.papers.page import HTMLReport
from govnb.papers.pdf import PDFReport
from govnb.papers.widgets import settled
from govnb.papers.word import WordReport
from govnb.text.faults import FaultsError

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
SENTENCE = "〔这里的控件要在 Jupyter 里打开笔记本才能操作〕"


def operated(controls: str) -> str:
    return SENTENCE.replace("控件", f"控件（{controls}）")


# Each cell, and the lines it leaves on page and papers.
CELLS: list[tuple[str, list[str]]] = [
    (
        "import ipywidgets as w\nfrom IPython.display import *\n"
        "handle = display(Markdown('旧的状态'), display_id=True)",
        ["新的状态"],
    ),
    ("update_display(Markdown('新的状态'), display_id=handle.display_id)", []),
    ("for n in range(3):\n    clear_output(wait=True)\n    print('第', n, '遍')", ["第 2 遍"]),
    ("print('\\r 10%', end='')\nprint('\\r全部算完')", ["全部算完"]),
    ("from tqdm.notebook import tqdm\nfor _ in tqdm(range(5), desc='条'): pass", []),
    ("from tqdm.auto import tqdm\nfor _ in tqdm(range(5), desc='条'): pass", []),
    ("from tqdm import tqdm\nfor _ in tqdm(range(5), desc='条'): pass", []),
    ("for _ in ProgressBar(4): pass", []),
    ("w.IntSlider(value=3, description='税率')", [operated("税率＝3")]),
    (
        "bar = w.IntProgress(max=5, description='已审')\ndisplay(bar)\nbar.value = 4",
        [operated("已审＝4")],
    ),
    (
        "w.interact(lambda 人数=3: display(Markdown(f'人均 {12 / 人数:.2f} 万元')));",
        [operated("人数＝3"), "人均 4.00 万元"],
    ),
    (
        "box = w.Output()\nwith box:\n    print('框里的话')\n"
        "    display(HTML('<table><tr><td>甲</td><td>1,234.56</td></tr></table>'))\nbox",
        ["框里的话", "甲", "1,234.56"],
    ),
    (
        "w.VBox([w.HTML('<b>粗体</b>说明'), w.Label('1 < 2'),\n"
        "  w.Dropdown(options=[('甲局', 1), ('乙局', 2)], value=2, description='部门：'),\n"
        "  w.IntRangeSlider(value=(2, 7), description='月份'),\n"
        "  w.Checkbox(True, description='含'),\n"
        "  w.Password('secret', description='口令'), w.Button(description='计算')])",
        [operated("部门＝乙局，月份＝2～7，含＝是，口令，计算"), "粗体说明", "1 < 2"],
    ),
    ("w.Tab([w.Label('里面')], titles=['第一页'])", ["第一页", "里面"]),
    ("w.Valid(value=True)", [SENTENCE]),
    ("print('完')", ["完"]),
]
LINES = [line for _, lines in CELLS for line in lines]


@pytest.fixture(scope="module", params=["govnb", None], ids=["govnb", "papermill"])
def ran(request: pytest.FixtureRequest) -> NotebookNode:
    """The notebook as our engine and as stock papermill ran it."""
    return run(*(source for source, _ in CELLS), engine=request.param)


def run(*sources: str, engine: str | None = "govnb") -> NotebookNode:
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "P", "language": "python"}
    # In a process of its own: a browser's event loop in this one must not be met.
    command = [sys.executable, "-m", "papermill", "--no-progress-bar"]
    command += ["--engine", engine] if engine else []
    text = nbformat.writes(notebook)
    done = subprocess.run(
        command, input=text, capture_output=True, check=True, encoding="utf-8", timeout=300,
        env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    executed: NotebookNode = nbformat.reads(done.stdout, as_version=4)
    return executed


def close(text: str) -> str:
    """Return text without the blanks and breaks that setting it puts between characters."""
    return re.sub(r"\s", "", text)


def on_page(notebook: NotebookNode) -> str:
    page = BeautifulSoup(HTMLReport().from_notebook_node(notebook)[0], "html.parser")
    assert page.main is not None
    return str(page.main.get_text())


def in_pdf(notebook: NotebookNode) -> str:
    pdf = pypdf.PdfReader(io.BytesIO(PDFReport().from_notebook_node(notebook)[0]))
    text = "".join(page.extract_text() for page in pdf.pages).partition("本文件由")[0]
    return re.sub(r"— \d+ —", "", text)


def in_word(notebook: NotebookNode) -> str:
    word = docx.Document(io.BytesIO(WordReport().from_notebook_node(notebook)[0]))
    return "".join(str(t.text or "") for t in word.element.body.iter() if t.tag.endswith("}t"))


@pytest.mark.slow
@pytest.mark.parametrize("read", [on_page, in_pdf, in_word])
def test_page_and_papers_hold_the_last_state_and_a_sentence_for_each_control(
    ran: NotebookNode, read: Any
) -> None:
    assert close(read(ran)) == close("".join(LINES))


@pytest.mark.slow
def test_a_notebook_saved_without_its_widgets_states_has_a_sentence_for_each(
    ran: NotebookNode,
) -> None:
    bare = nbformat.from_dict({**ran, "metadata": {}})
    alone = [SENTENCE if "控件" in line else line for line in ("新的状态", "第 2 遍", "全部算完")]
    assert close(on_page(bare)) == close("".join([*alone, *[SENTENCE] * 7, "完"]))


@pytest.mark.slow
def test_an_error_in_an_output_widget_is_an_error_of_the_run() -> None:
    ran = run("import ipywidgets as w\nbox = w.Output()\nwith box:\n    1 / 0", "box")
    with pytest.raises(FaultsError, match="ZeroDivisionError"):
        HTMLReport().from_notebook_node(ran)


@pytest.mark.parametrize(
    "state",
    [
        None,
        {},
        {"state": None},
        {"state": {"1": None}},
        {"state": {"1": {"model_name": "VBoxModel", "state": {"children": ["IPY_MODEL_1"]}}}},
        {"state": {"1": {"model_name": "VBoxModel", "state": {"children": [None, "IPY_MODEL_2"]}}}},
        {"state": {"1": {"model_name": "OutputModel", "state": {"outputs": [None, 3]}}}},
        {"state": {"1": {"model_name": "MapModel", "state": {"value": {"lat": 1}}}}},
        {"state": {"1": {"model_name": 5, "state": {"description": 3, "index": 9, "value": []}}}},
    ],
)
def test_a_state_that_makes_no_sense_is_no_crash_and_no_raw_words(state: Any) -> None:
    view = {VIEW: {"model_id": "1"}, "text/plain": "VBox(children=())"}
    cell = new_code_cell("w", execution_count=1, outputs=[new_output("display_data", view)])
    notebook = new_notebook(cells=[cell], metadata={"widgets": {STATE: state}})
    text = on_page(notebook).strip()
    assert "VBox" not in text and "IPY_MODEL" not in text and "None" not in text


def test_a_picture_that_came_with_a_widget_is_shown() -> None:
    data = {VIEW: {"model_id": "1"}, "text/html": "<b>图</b>", "text/plain": "Canvas()"}
    cell = new_code_cell("w", execution_count=1, outputs=[new_output("display_data", data)])
    assert on_page(new_notebook(cells=[cell])).strip() == "图"


def test_a_notebook_without_widgets_is_left_as_it_is() -> None:
    notebook = new_notebook(cells=[new_code_cell("1", outputs=[new_output("stream", text="1")])])
    assert settled(notebook) is notebook
