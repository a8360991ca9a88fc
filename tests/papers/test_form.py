"""A form: merged cells, a head of its own, on its side where needed; page, PDF and Word alike."""

from __future__ import annotations

import io
from typing import Any

import docx
import pytest
from bs4 import BeautifulSoup
from docx.oxml.ns import qn
from pypdf import PdfReader

from govnb.report.tables import Cell, Row, Table, alike
from govnb.sheet.figure import Figures
from tests.papers.pages import page
from tests.papers.papers import (
    as_docx,
    as_pdf,
    book,
    first_missing,
    flat,
    heading,
    said,
    words_of_page,
)

COLUMNS = (
    "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分",
    "偏差原因分析及改进措施",
)  # fmt: skip
MONEY = ("年初预算数", "全年预算数（A）", "全年执行数（B）", "分值", "执行率", "得分")


def line(*cells: str, heads: tuple[int, ...] = ()) -> Row:
    """Return a row; of the cells in `heads`, each is a label."""
    return Row(tuple(Cell(text, head=n in heads) for n, text in enumerate(cells)))


def form(indicators: int = 6, why: str = "") -> Table:
    """Return a form with a merged head and a tree of indicators."""
    above = (
        line("项目名称", "造林补助", *[""] * 6, heads=(0,)),
        line("资金（万元）", "", *MONEY, heads=tuple(range(8))),
        line("", "年度资金总额", "360", "450", "430.16", "10", "95.59%", "9.56", heads=(1,)),
        line("", "其中：当年财政拨款", "360", "450", "430.16", "—", "95.59%", "—", heads=(1,)),
    )  # fmt: skip
    rows = [
        line("产出指标", "数量指标" if n < 4 else "质量指标", f"第{n}项", "≥9", "9", "5", "5", why)
        for n in range(indicators)
    ]
    spans = [(0, 1, 1, 7), (1, 0, 3, 1), *alike(rows, 2, len(above))]
    return Table(
        "自评表", "项目支出绩效自评表", COLUMNS, tuple(rows), Figures({}, {}), "", above=above,
        spans=tuple(spans), text_columns=frozenset({0, 1, 2, 3, 4, 7}), landscape=True,
    )  # fmt: skip


def test_neighbours_that_say_the_same_are_one_cell_within_those_left_of_them() -> None:
    rows = [line("甲", "一"), line("甲", "二"), line("乙", "二"), line("乙", "二")]
    assert set(alike(rows, 2)) == {(0, 0, 2, 1), (2, 0, 2, 1), (2, 1, 2, 1)}
    assert list(alike([line("甲", "一")], 2)) == []


def test_the_data_of_a_form_is_whole_row_by_row() -> None:
    rows = list(form())
    assert [row["一级指标"] for row in rows] == ["产出指标"] * 6
    assert rows[5]["二级指标"] == "质量指标"
    csv = form().csv()
    assert "造林补助" in csv and csv.count("产出指标") == 6


def test_the_page_merges_cells_and_names_labels() -> None:
    soup = BeautifulSoup(form().html(), "html.parser")
    filled = set[tuple[int, int]]()
    for y, row in enumerate(soup.select("tr")):
        for cell in row.select("th, td"):
            x = next(n for n in range(9) if (y, n) not in filled)
            down, across = (int(str(cell.get(name) or 1)) for name in ("rowspan", "colspan"))
            filled |= {(y + j, x + i) for j in range(down) for i in range(across)}
    assert filled == {(y, x) for y in range(4 + 1 + 6) for x in range(8)}
    labels = [th.get_text() for th in soup.select("th:not([scope])")]
    assert labels[:2] == ["项目名称", "资金（万元）"]
    assert [th.get_text() for th in soup.select('th[scope="rowgroup"]')] == ["产出指标"]
    assert [th.get_text() for th in soup.select('th[scope="col"]')] == list(COLUMNS)


def notebook(*after: Any, **more: Any) -> Any:
    return book("# 报告", said("正文。"), heading(2, "附件1　自评表"), form(**more), *after)


@pytest.mark.parametrize("last", [True, False], ids=["at the end", "amid"])
def test_page_pdf_and_word_say_the_same(last: bool) -> None:
    shown = notebook(*([] if last else [said("后文。")]))
    words = words_of_page(page(shown))
    assert "95.59%" in words and words.count("产出指标") == 1
    pdf = "".join(flat(p.extract_text()) for p in PdfReader(io.BytesIO(as_pdf(shown))).pages)
    assert all(word in pdf for word in words)
    file = docx.Document(io.BytesIO(as_docx(shown)))
    told = flat("".join(t.text or "" for t in file.element.body.iter(qn("w:t"))))
    assert first_missing([word for word in words if word != "附件1自评表"], told) is None


def test_a_form_is_one_table_of_word_with_merged_cells() -> None:
    (only,) = docx.Document(io.BytesIO(as_docx(notebook()))).tables
    spans = [e.get(qn("w:val")) for e in only._tbl.iter(qn("w:gridSpan"))]
    assert [span for span in spans if span != "1"] == ["7"]
    merges = [e.get(qn("w:val")) for e in only._tbl.iter(qn("w:vMerge"))]
    assert merges[:3] == ["restart", "continue", "continue"]
    texts = [[c.text for c in row.cells] for row in only.rows]
    first = texts.index(list(COLUMNS)) + 1
    assert only.cell(first, 0)._tc is only.cell(first + 5, 0)._tc
    assert only.cell(first, 1)._tc is not only.cell(first + 5, 1)._tc


def turned(sections: Any) -> list[bool]:
    return [s.page_width > s.page_height for s in sections]


@pytest.mark.parametrize("last", [True, False], ids=["at the end", "amid"])
def test_what_no_upright_page_holds_well_lies_on_its_side_with_its_heading(last: bool) -> None:
    after = [] if last else [heading(2, "附件2　其他"), said("后文。")]
    shown = notebook(*after, why="夏秋连旱，苗木成活受影响，已及时补植")
    pages = PdfReader(io.BytesIO(as_pdf(shown))).pages
    broad = [float(p.mediabox.width) > float(p.mediabox.height) for p in pages]
    assert broad == [False, True, *([] if last else [False])]
    assert "附件1" in pages[1].extract_text() and "表" in pages[1].extract_text()
    sections = docx.Document(io.BytesIO(as_docx(shown))).sections
    assert turned(sections) == broad
    assert all(s._sectPr.findall(qn("w:footerReference")) for s in sections)


def test_a_form_with_few_words_stays_upright() -> None:
    rows = (line("甲", "一"), line("甲", "二"))
    small = Table(
        "小", "小表", ("项", "目"), rows, Figures({}, {}), "", spans=tuple(alike(rows, 1)),
        text_columns=frozenset({0, 1}), landscape=True,
    )  # fmt: skip
    (only,) = PdfReader(io.BytesIO(as_pdf(book(small)))).pages
    assert float(only.mediabox.width) < float(only.mediabox.height)


def test_a_form_of_several_pages_repeats_its_headings_and_not_its_head() -> None:
    long = form(60)
    pages = [flat(p.extract_text()) for p in PdfReader(io.BytesIO(as_pdf(book(long)))).pages]
    assert len(pages) > 1
    assert all("三级指标" in text and "年度指标值" in text for text in pages)
    assert ["项目名称" in text for text in pages] == [True, *[False] * (len(pages) - 1)]
    assert ["续表" in text for text in pages] == [False, *[True] * (len(pages) - 1)]
    told = "".join(pages)
    assert all(f"第{n}项" in told for n in range(60))


def test_forms_one_after_another_share_their_section() -> None:
    why = "夏秋连旱，苗木成活受影响，已及时补植"
    shown = book("# 报告", said("正文。"), form(why=why), form(why=why), said("后文。"))
    sections = docx.Document(io.BytesIO(as_docx(shown))).sections
    assert turned(sections) == [False, True, False]
