"""What is typed in a narrative is what page, PDF and Word print, and bold is bold in all three."""

from __future__ import annotations

import io
from typing import Any

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from govnb.papers.page import HTMLReport
from govnb.report.prose import Prose
from govnb.sheet.figure import Figures
from tests.papers.papers import as_docx, as_pdf, first_missing, flat, pdf_text, words_of_page
from tests.text.test_narrative import TYPED

NOTHING = Figures({}, {})


def notebook(*narratives: str) -> NotebookNode:
    """Return an executed notebook that shows these narratives."""
    outputs = [
        new_output("display_data", data=Prose(text, NOTHING)._repr_mimebundle_())
        for text in narratives
    ]
    made: NotebookNode = new_notebook(
        cells=[new_markdown_cell("# 题"), new_code_cell(outputs=outputs)]
    )
    return made


def page_of(made: NotebookNode) -> str:
    return str(HTMLReport().from_notebook_node(made)[0])


def words_of_docx(data: bytes) -> str:
    file = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return flat("".join([*(p.text for p in file.paragraphs), *cells]))


# Fewer runs than usual: each sets two papers.
@settings(max_examples=8, deadline=None)
@given(st.lists(TYPED, min_size=1, max_size=8), st.lists(TYPED, min_size=1, max_size=4))
def test_every_sign_comes_out_in_page_pdf_and_word(lines: list[str], cells: list[str]) -> None:
    rows = "\n".join(f"| {text.replace('|', chr(92) + '|')} |" for text in cells)
    made = notebook("\n\n".join(lines), "\n".join(lines), f"| 项目 |\n|---|\n{rows}")
    wanted = [flat(text) for text in [*lines, *lines, *cells]]
    for printed in ("".join(words_of_page(page_of(made))), pdf_text(as_pdf(made))):
        assert first_missing(wanted, printed) is None
    assert first_missing(wanted, words_of_docx(as_docx(made))) is None


MEANT = {
    "**一是加强组织领导。**成立了小组": "一是加强组织领导。",
    "建立了**《办法》**并执行": "《办法》",
    "坚持**“一站式”**服务": "“一站式”",
    "**（一）加强。**各单位": "（一）加强。",
    "增长**5%**左右": "5%",
}


def in_cells(*texts: str) -> NotebookNode:
    made: NotebookNode = new_notebook(cells=[new_markdown_cell(text) for text in ("# 题", *texts)])
    return made


@pytest.mark.parametrize("made", [notebook, in_cells])
def test_bold_beside_chinese_punctuation_is_bold_on_page_and_paper(made: Any) -> None:
    """A narrative and an analyst's own cell alike."""
    shown = made(*MEANT)
    page = page_of(shown)
    assert all(f"<strong>{words}</strong>" in page for words in MEANT.values())
    assert "**" not in "".join(words_of_page(page))
    file = docx.Document(io.BytesIO(as_docx(shown)))
    bold = ["".join(r.text for r in p.runs if r.bold) for p in file.paragraphs]
    assert [text for text in bold if text] == list(MEANT.values())
    assert "**" not in pdf_text(as_pdf(shown))


@pytest.mark.parametrize(
    "text",
    ["按30*2000*12计算", "2*3*4", "A_B_C", "甲_乙_丙", "~5万元~", "<5%且>3", "5 & 6", "[2016]4号"],
)
def test_signs_between_digits_and_letters_are_signs_in_a_cell_too(text: str) -> None:
    made = in_cells(text)
    assert flat(text) in words_of_page(page_of(made))
    assert flat(text) in pdf_text(as_pdf(made))
    assert flat(text) in words_of_docx(as_docx(made))


def test_emphasis_that_commonmark_reads_stays_emphasis_in_a_cell() -> None:
    page = page_of(in_cells("这是*强调*的话，***都*** 有，a*b*"))
    assert "<em>强调</em>" in page and "<em><strong>都</strong></em>" in page and "a*b*" in page
