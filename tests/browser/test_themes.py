"""The report's pieces in the colours of JupyterLab's and VS Code's themes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from govnb.report.blocks import Title
from govnb.report.stopped import Stopped
from tests.browser.clipboard import assert_numbers, copied, drag_over
from tests.browser.contrast import unreadable
from tests.papers.pages import own_notebook, report_notebook

ROOT = Path(__file__).resolve().parents[2]
THEMES = json.loads((ROOT / "tests/data/themes.json").read_text("utf-8"))

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("themes")]


@cache
def outputs() -> str:
    """Return all that the notebooks show, each output as a host puts it on its page."""
    cells = [*report_notebook(2016, "junshan-zwfw").cells, *own_notebook().cells]
    shown = [
        output.data for cell in cells for output in cell.get("outputs", ()) if "data" in output
    ]
    title = Title(
        "试算的报告", "资料不足", (("一句要紧的话", "x"),), {"收入": "5"}, "示例，都是编的。"
    )
    shown += [piece._repr_mimebundle_() for piece in (title, Stopped())]
    pages = [data["text/html"] for data in shown if "text/html" in data]
    return "".join(
        f'<div class="cell_container"><div class="output_container"><div class="output">{page}'
        "</div></div></div>"
        for page in pages
    )


def vscode(theme: str) -> str:
    """Return a page as VS Code's notebook shows outputs: variables, classes and its own rules."""
    kind, colours = THEMES[theme]["kind"], THEMES[theme]["colours"]
    variables = "".join(f"--vscode-{n.replace('.', '-')}:{c};" for n, c in colours.items())
    # It still calls its light theme of high contrast by the name of the dark one too.
    more = " vscode-high-contrast" if kind == "vscode-high-contrast-light" else ""
    rules = (
        "body{background:var(--vscode-editor-background);color:var(--vscode-editor-foreground)}"
        "a{color:var(--vscode-textLink-foreground)}"
        "code{color:var(--vscode-textPreformat-foreground)}"
        "th,td,tr{vertical-align:middle;text-align:right}"
        "tr:nth-child(even){background:rgba(130,130,130,.08)}"
    )
    return (
        f'<!doctype html><html style="{variables}"><meta charset="utf-8"><style>{rules}</style>'
        f'<body class="{kind}{more}" data-vscode-theme-kind="{kind}"><div id="container">'
        f"{outputs()}</div>"
    )


def lab(theme: str) -> str:
    """Return a page in the variables of one of JupyterLab's own themes."""
    import jupyterlab

    share = Path(jupyterlab.__file__).parents[4] / "share/jupyter/lab"
    css = (share / f"themes/@jupyterlab/theme-{theme}-extension/index.css").read_text("utf-8")
    light = "true" if theme == "light" else "false"
    rules = (
        "body{background:var(--jp-layout-color0);color:var(--jp-content-font-color1)}"
        "a{color:var(--jp-content-link-color)}"
    )
    return (
        f'<!doctype html><meta charset="utf-8"><style>{css}</style><style>{rules}</style>'
        f'<body data-jp-theme-light="{light}">{outputs()}'
    )


@pytest.fixture
def shown(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Open a page's text in the browser."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])

    def show(text: str) -> Any:
        file = tmp_path / "shown.html"
        file.write_text(text, "utf-8")
        page = context.new_page()
        page.goto(file.as_uri())
        return page

    yield show
    context.close()


@pytest.mark.parametrize("theme", THEMES)
def test_everything_can_be_read_in_vscode(shown: Any, theme: str) -> None:
    assert unreadable(shown(vscode(theme))) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_can_be_read_in_jupyterlab(shown: Any, theme: str) -> None:
    assert unreadable(shown(lab(theme))) == []


def test_figures_are_text_in_vscode_too(shown: Any) -> None:
    page = shown(vscode("Dark Modern"))
    table = page.locator(".gv-table table", has_text="工资福利支出").first
    table.evaluate("table => getSelection().selectAllChildren(table)")
    assert_numbers(copied(page))
    drag_over(page, page.locator(".gv-table td .gv-fig").nth(40))
    assert page.locator(":popover-open").count() == 0


def test_a_failed_cell_greys_what_stands_below_it_in_vscode(shown: Any) -> None:
    page = shown(vscode("Light Modern"))
    piece = Stopped()._repr_mimebundle_()["text/html"]
    page.evaluate(
        """(cell) => document.querySelector('#container').prepend(
            document.createRange().createContextualFragment(cell))""",
        f'<div class="cell_container"><div class="output">{piece}</div></div>',
    )
    assert page.locator(".gv-stale .gv-table").count() > 5
    assert page.locator(".gv-stale .gv-stopped").count() == 1
