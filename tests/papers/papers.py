"""What the papers of a report are compared by: the words of the page, in order."""

from __future__ import annotations

import io
import re
from functools import cache
from typing import Any

from bs4 import BeautifulSoup
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from pypdf import PdfReader

from govnb.papers.pdf import PDFReport
from govnb.papers.word import WordReport
from govnb.report.bundle import STRUCTURE
from tests.papers.pages import report_notebook, report_page, shows

_SKIPPED = ".gv-panels, .gv-download, .gv-sr, .gv-review, .gv-contents, a.gv-anchor, script, style"
_PIECES = "h1, h2, h3, h4, p, li, th, td, figcaption > span:first-child"


def flat(text: str) -> str:
    """Return text without anything that says how it was set."""
    return re.sub(r"\s+", "", text)


def words_of_page(page: str) -> list[str]:
    """Return what a page prints: headings, paragraphs, cells, captions, in order."""
    soup = BeautifulSoup(page, "html.parser")
    for folded in soup.select("details.gv-folded"):
        # Paper has neither the list of all figures nor the heading that leads to it.
        if heading := folded.find_previous("h2"):
            heading.decompose()
        folded.decompose()
    for tag in soup.select(_SKIPPED):
        tag.decompose()
    body = soup.select(f"header :is({_PIECES}), main :is({_PIECES})")
    # Of an element within another, the inner one tells it.
    said = [flat(tag.get_text()) for tag in body if not tag.select(_PIECES)]
    return [text for text in said if text]


def first_missing(pieces: list[str], text: str) -> str | None:
    """Return the first piece that `text` lacks after the one before it, or None."""
    at = 0
    for piece in pieces:
        found = text.find(piece, at)
        if found < 0:
            return f"{piece!r} not in {text[at : at + 200]!r}"
        at = found + len(piece)
    return None


def pdf_text(data: bytes) -> str:
    """Return the words of a PDF without page numbers."""
    pages = [flat(page.extract_text()) for page in PdfReader(io.BytesIO(data)).pages]
    return "".join(text.replace(f"—{n}—", "", 1) for n, text in enumerate(pages, 1))


@cache
def report_pdf(year: int, department: str) -> bytes:
    """Return the PDF of a department."""
    return as_pdf(report_notebook(year, department))


@cache
def report_docx(year: int, department: str) -> bytes:
    """Return the Word file of a department."""
    return as_docx(report_notebook(year, department))


@cache
def report_words(year: int, department: str) -> list[str]:
    """Return what the page of a department prints."""
    return words_of_page(report_page(year, department))


def as_pdf(notebook: NotebookNode) -> bytes:
    """Return a notebook's PDF."""
    data, _ = PDFReport().from_notebook_node(notebook)
    assert isinstance(data, bytes)
    return data


def as_docx(notebook: NotebookNode) -> bytes:
    """Return a notebook's Word file."""
    data, _ = WordReport().from_notebook_node(notebook)
    assert isinstance(data, bytes)
    return data


def book(*cells: Any) -> NotebookNode:
    """Return an executed notebook: text is a Markdown cell, anything else is shown by a cell."""
    made: NotebookNode = new_notebook(
        cells=[new_markdown_cell(c) if isinstance(c, str) else shows(c) for c in cells]
    )
    return made


def said(*paragraphs: str) -> dict[str, Any]:
    """Return paragraphs as a narrative shows them: every sign is text."""
    blocks = [[[text, False]] for text in paragraphs]
    return {STRUCTURE: {"type": "prose", "level": 0, "blocks": blocks}, "text/plain": "文字"}


def heading(level: int, text: str) -> dict[str, Any]:
    """Return a heading as a report shows one."""
    structure = {"type": "prose", "level": level, "blocks": [[[text, False]]]}
    return {STRUCTURE: structure, "text/plain": text}


def table(heads: list[tuple[str, bool]], rows: list[Any], **more: Any) -> dict[str, Any]:
    """Return a table as a report shows one: rows are cells, or cells with level and kind."""
    lines = [row if isinstance(row, dict) else {"cells": list(row)} for row in rows]
    columns = [{"label": label, "numeric": numeric} for label, numeric in heads]
    structure = {"type": "table", "columns": columns, "rows": lines, **more}
    return {STRUCTURE: structure, "text/plain": "表"}


def grid(columns: int, rows: int, cell: str = "1.00", **more: Any) -> dict[str, Any]:
    """Return a table: a column of names and columns of numbers, each cell telling its place."""
    heads = [("项目", False), *((f"列{i}", True) for i in range(1, columns))]
    lines = [[f"第{n}行", *([cell] * (columns - 1))] for n in range(1, rows + 1)]
    return table(heads, lines, **more)
