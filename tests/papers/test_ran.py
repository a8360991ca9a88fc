"""A notebook that wasn't run to its end leaves the house in no format."""

from __future__ import annotations

import sys

import pytest
from nbconvert.exporters import get_exporter
from nbformat.v4 import new_code_cell, new_notebook

from govnb.text.faults import FaultsError
from tests.papers.pages import failed_notebook

# As JupyterLab's export menu asks for them: its address takes no hyphen.
NAMES = ("govnb_html", "govnb_pdf", "govnb_docx", "govnb_json")


def refusal(name: str, notebook: object) -> str:
    with pytest.raises(FaultsError) as refused:
        get_exporter(name)().from_notebook_node(notebook)
    return str(refused.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_failed_notebook_is_refused_with_the_cell_and_the_error(name: str) -> None:
    said = refusal(name, failed_notebook())
    assert "第 [3] 格（boom()）运行出错" in said and "缺少“年度”" in said and "从头运行" in said


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_that_was_never_run_is_refused_with_the_cell(name: str) -> None:
    cells = [
        new_code_cell("1 + 1", execution_count=1),
        new_code_cell(""),
        new_code_cell("wb.cards()"),
    ]
    assert "“wb.cards()”这一格没有运行过" in refusal(name, new_notebook(cells=cells))


@pytest.mark.parametrize("name", NAMES)
def test_the_command_line_knows_the_names_with_a_hyphen_too(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where a server runs in the process they don't exist; a test before may have loaded one.
    monkeypatch.delitem(sys.modules, "jupyter_server.serverapp", raising=False)
    assert issubclass(get_exporter(name.replace("_", "-")), get_exporter(name))
