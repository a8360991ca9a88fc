"""The PDF: everything the page says, in the layout of official documents."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from nbconvert.exporters import get_exporter
from pypdf import PdfReader
from traitlets.config import Config

from govnb.papers import tree, typesetting
from govnb.papers.pdf import PDFReport
from govnb.papers.reading import read
from govnb.papers.result import structures
from govnb.papers.shape import shaped
from govnb.papers.typesetting import faces, typeset
from govnb.report.blocks import SignOff, Title
from govnb.report.bundle import STRUCTURE
from govnb.text.faults import FaultsError
from tests.papers.pages import EVIL, REPORTS, failed_notebook, own_notebook, report_notebook
from tests.papers.papers import (
    as_pdf,
    book,
    first_missing,
    flat,
    grid,
    heading,
    pdf_text,
    report_pdf,
    report_words,
    said,
    table,
)

MM = 72 / 25.4
JUNSHAN = REPORTS[0]


def opened(data: bytes) -> Any:
    """Return a reader; what a PDF holds has no types."""
    return PdfReader(io.BytesIO(data), strict=True)


def pdf_of(*cells: Any) -> bytes:
    """Return the PDF of a notebook of these cells."""
    return as_pdf(book(*cells))


def lines_of(page: Any) -> list[tuple[float, str]]:
    """Return the lines of a page from top to bottom: height and words."""
    found: dict[float, list[tuple[float, str]]] = {}

    def visit(text: str, cm: list[float], tm: list[float], *_: Any) -> None:
        x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
        if text.strip():
            found.setdefault(round(y, 1), []).append((x, text))

    page.extract_text(visitor_text=visit)
    return [
        (y, flat("".join(t for _, t in sorted(parts, key=lambda p: p[0]))))
        for y, parts in sorted(found.items(), reverse=True)
    ]


def starts_of(page: Any) -> list[tuple[float, str]]:
    """Return each piece of text with where it starts, from the left."""
    found: list[tuple[float, str]] = []

    def visit(text: str, cm: list[float], tm: list[float], *_: Any) -> None:
        if text.strip():
            found.append((tm[4] * cm[0] + cm[4], text))

    page.extract_text(visitor_text=visit)
    return found


def outline(reader: Any) -> list[str]:
    def walk(items: Any) -> Any:
        for item in items:
            if isinstance(item, list):
                yield from walk(item)
            else:
                yield flat(str(item.title))

    return list(walk(reader.outline))


# Everything is there


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report[1])
def test_the_pdf_says_what_the_page_says_in_its_order(report: tuple[int, str]) -> None:
    assert first_missing(report_words(*report), pdf_text(report_pdf(*report))) is None


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report[1])
def test_every_finding_is_in_the_pdf(report: tuple[int, str]) -> None:
    text = pdf_text(report_pdf(*report))
    review = [s for s in structures(report_notebook(*report), "table") if s["name"] == "复核意见"]
    for row in (row for each in review for row in each["rows"]):
        assert first_missing([flat(cell) for cell in row["cells"]], text) is None


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report[1])
def test_bookmarks_are_the_headings(report: tuple[int, str]) -> None:
    headings = read(shaped(report_notebook(*report))).headings
    assert outline(opened(report_pdf(*report))) == [flat(words) for _, words in headings]


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report[1])
def test_no_page_ends_in_a_heading_or_a_caption(report: tuple[int, str]) -> None:
    document = read(shaped(report_notebook(*report)))
    never_last = {flat(words) for _, words in document.headings}
    never_last |= {flat(tree.words(b)) for b in document.blocks if is_kept(b)}
    never_last |= {flat(title) for title in map(title_of, document.blocks) if title}
    for page in opened(report_pdf(*report)).pages:
        text = [line for _, line in lines_of(page) if not re.fullmatch(r"—?\d+—?|—", line)]
        assert not any(text[-1].startswith(heading) for heading in never_last)


def title_of(block: Any) -> str:
    """Return the title of a table."""
    return tree.pairs(block).get("title", "") if block["t"] == "Table" else ""


def is_kept(block: Any) -> bool:
    """Tell whether a paragraph leads on to the next."""
    return block["t"] == "Div" and tree.pairs(block).get("custom-style") == tree.KEPT


def test_a_users_own_notebook_comes_out_whole() -> None:
    text = pdf_text(as_pdf(own_notebook()))
    expected = (
        "试算，不是报告 自己的笔记本 三公经费控制率 95.36% 一、列表、引用和公式 第一项 第二项 "
        "加粗 引用的一段话。 \\unknowncommand{x} $5和$6 项目 金额 1.00 别处的图 外部链接 "
        "（一）19.31万元 二、普通输出 工资 18.06 留下的话 输出里的 纯文本 打印的话"
    )
    assert first_missing(expected.split(), text) is None
    assert text.count(EVIL) >= 8


def test_a_failed_notebook_says_so() -> None:
    assert "此处运行出错：FaultsError" in pdf_text(as_pdf(failed_notebook("raises-exception")))


def test_an_empty_notebook_is_a_page() -> None:
    assert len(opened(pdf_of()).pages) == 1


# The layout


def test_every_page_is_a4_with_the_margins_of_the_standard() -> None:
    for page in opened(report_pdf(*JUNSHAN)).pages:
        size = sorted((float(page.mediabox.width), float(page.mediabox.height)))
        assert size == pytest.approx([210 * MM, 297 * MM], abs=0.5)


def test_a_page_holds_22_lines_of_28_characters() -> None:
    reader = opened(pdf_of(said("字" * 28 * 60)))
    text = [line for _, line in lines_of(reader.pages[0]) if "字" in line]
    assert [len(line) for line in text] == [26] + [28] * 21
    heights = [y for y, line in lines_of(reader.pages[0]) if "字" in line]
    assert heights[0] < (297 - 37) * MM and heights[-1] > 35 * MM
    pitch = (heights[0] - heights[-1]) / 21
    assert pitch == pytest.approx(225 / 22 * MM, abs=0.02)


def test_page_numbers_stand_outside() -> None:
    reader = opened(pdf_of(said(*["字" * 28 * 30] * 3)))
    edges = [
        [x for x, text in starts_of(page) if re.search(r"\d", text)][-1]
        for page in reader.pages[:2]
    ]
    assert edges[0] > 105 * MM > edges[1]
    assert [flat(page.extract_text())[-3:] for page in reader.pages[:2]] == ["—1—", "—2—"]


def test_roles_have_their_faces() -> None:
    used: dict[str, set[str]] = {}
    cells = (Title("标题甲"), heading(2, "一级乙"), heading(3, "二级丙"), said("正文丁"))

    def visit(text: str, _: Any, __: Any, font: Any, size: float) -> None:
        for char in text.strip():
            used.setdefault(char, set()).add(f"{str(font['/BaseFont'])[8:]} {size:g}")

    opened(pdf_of(*cells)).pages[0].extract_text(visitor_text=visit)
    for char, role in (("甲", "title"), ("乙", "hei"), ("丙", "kai"), ("丁", "body")):
        (name,) = used[char]
        assert faces()[role][0].replace(" ", "") in name.replace("-", "")


def test_long_tables_repeat_their_heading_row_and_say_that_they_go_on() -> None:
    reader = opened(pdf_of(grid(4, 120, title="表1　长")))
    assert len(reader.pages) > 2
    tables = [flat(page.extract_text()) for page in reader.pages]
    assert all("项目列1列2列3" in text for text in tables if "行" in text)
    assert ["续表" in text for text in tables] == [False, *[True] * (len(tables) - 1)]
    cells = Counter(re.findall(r"第\d+行", "".join(tables)))
    assert len(cells) == 120 and set(cells.values()) == {1}


def test_a_short_table_stays_on_one_page() -> None:
    pages = [flat(p.extract_text()) for p in opened(pdf_of(said("字" * 28 * 18), grid(3, 6))).pages]
    assert [("第1行" in text, "第6行" in text) for text in pages] == [(False, False), (True, True)]
    assert not any("续表" in text for text in pages)


def test_a_wide_table_keeps_every_column_on_upright_pages() -> None:
    reader = opened(pdf_of(said("前"), grid(12, 4, "12345.67"), said("后")))
    assert all(float(page.mediabox.width) < 600 for page in reader.pages)
    text = "".join(flat(page.extract_text()) for page in reader.pages)
    assert first_missing([f"列{i}" for i in range(1, 12)], text) is None
    assert text.count("12345.67") == 44


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report[1])
def test_nothing_stands_outside_the_text_area(report: tuple[int, str]) -> None:
    for page in opened(report_pdf(*report)).pages:
        assert float(page.mediabox.width) < 600
        beyond = [text for x, text in starts_of(page) if not 28 - 0.5 <= x / MM <= 210 - 26 + 0.5]
        assert beyond == []


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{超支率}=\frac{\text{公务用车运行维护费支出}-\text{公务用车运行维护费全年预算}}"
        r"{\text{公务用车运行维护费全年预算}}\times 100\%=1+2+3+4",
        "+".join("abcdefgh" * 30),
    ],
    ids=["fraction", "terms"],
)
def test_a_long_formula_keeps_to_the_line(tex: str) -> None:
    (page,) = opened(pdf_of(f"$$\n{tex}\n$$")).pages
    assert all(28 - 0.5 <= x / MM <= 210 - 26 + 0.5 for x, _ in starts_of(page))
    assert sum("8" in text or "h" in text or "4" in text for _, text in starts_of(page))


def test_a_table_in_a_list_keeps_every_column_on_the_page() -> None:
    row = "|名称|" + "1234567.89|" * 8
    lines = ["|" + "甲|" * 9, "|" + "--:|" * 9, row, row]
    deep = "\n".join(f"{'  ' * 3}{line}" for line in ["", *lines])
    data = pdf_of(f"- 乙\n  - 乙\n    - 甲\n{deep}")
    assert pdf_text(data).count("1234567.89") == 16
    for page in opened(data).pages:
        assert all(x / MM <= 210 - 26 for x, _ in starts_of(page))


def test_a_note_longer_than_a_page_goes_on_on_the_next() -> None:
    long = "".join(f"第{n}句话。" for n in range(1, 900))
    assert "第899句话。" in pdf_text(pdf_of(grid(3, 3, notes=[long])))


def test_a_cell_longer_than_a_page_goes_on_on_the_next() -> None:
    long = "".join(f"第{n}句话。" for n in range(1, 900))
    assert "第899句话。" in pdf_text(pdf_of(grid(2, 1, long)))


@pytest.mark.parametrize("annex", [(), ("## 附件1　评分表\n\n表",)], ids=["plain", "annexed"])
def test_a_sign_off_is_never_alone_on_a_page(annex: tuple[str, ...]) -> None:
    for lines in range(8, 23, 2):
        cells = [said("字" * 28 * lines, "末段"), SignOff("君山区", "2017年6月30日"), *annex]
        pages = [flat(page.extract_text()) for page in opened(pdf_of(*cells)).pages]
        assert any("末段" in text and "2017年6月30日" in text for text in pages)


def test_an_annex_begins_a_page() -> None:
    cells = ["# 题", said("正文"), heading(2, "附件1　评分表"), grid(3, 3)]
    pages = [flat(page.extract_text()) for page in opened(pdf_of(*cells)).pages]
    assert ["附件1评分表" in text for text in pages] == [False, True]


@pytest.mark.parametrize("rows", [1, 9, 10, 11, 12, 30, 46, 47, 57, 58])
def test_a_table_of_any_length_stays_readable_aloud(rows: int) -> None:
    lines: list[Any] = [[f"第{n}行", "1.00"] for n in range(rows)]
    groups = [{"cells": [f"组{n}", ""], "kind": "group", "level": n} for n in range(2)]
    shown = table([("项目", False), ("金额", True)], [*groups, *lines, *groups, *lines], title="表")
    root = opened(pdf_of(said("前"), shown)).trailer["/Root"]
    assert root["/StructTreeRoot"]
    assert "pdfuaid:part>1<" in root["/Metadata"].get_data().decode()


def test_the_label_of_a_group_is_never_the_last_row_of_a_page() -> None:
    heads = [("项目", False), ("金额", True)]
    group = {"cells": ["组名", ""], "kind": "group"}
    for rows in range(20, 32):
        lines: list[Any] = [[f"第{n}行", "1.00"] for n in range(rows)]
        pages = opened(pdf_of(table(heads, [*lines, group, *lines]))).pages
        for page in pages[:-1]:
            assert not flat(page.extract_text()).removesuffix("—1—").endswith("组名")


# What the file says of itself


def test_properties_name_the_report_the_unit_and_its_date() -> None:
    reader = opened(report_pdf(*JUNSHAN))
    metadata = reader.metadata
    assert metadata is not None
    made = read(report_notebook(*JUNSHAN))
    assert (metadata.title, metadata.author) == (made.title, made.author)
    assert metadata.creation_date is not None and metadata.creation_date.date() == made.day
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"


def test_the_file_is_tagged_for_readers_aloud_and_fit_for_filing() -> None:
    root = opened(report_pdf(*JUNSHAN)).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    metadata = root["/Metadata"].get_data().decode()
    assert "pdfuaid:part>1<" in metadata
    assert "pdfaid:part>2<" in metadata and "pdfaid:conformance>A<" in metadata


def test_a_standard_that_cannot_be_met_is_given_up_and_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import typst

    from govnb.papers import pdf as module

    def strict(source: str, content: Any, pdf_standards: list[str]) -> bytes:
        if "a-2a" in pdf_standards:
            raise typst.TypstError("PDF/A-2a error", "")
        return typeset(source, content, pdf_standards=pdf_standards)

    monkeypatch.setattr(module, "typeset", strict)
    data = pdf_of(said("甲"), SignOff("乙", "2017年6月30日"))
    metadata = opened(data).trailer["/Root"]["/Metadata"].get_data()
    assert b"pdfuaid:part>1<" in metadata and b"pdfaid:part" not in metadata
    assert "a-2a" in caplog.text


def test_a_paper_that_cannot_be_set_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from govnb.papers import pdf as module

    monkeypatch.setattr(module, "_data", lambda *_: {})
    with pytest.raises(FaultsError, match="PDF: 排版失败"):
        pdf_of()


def test_tagged_cells_are_left_out_as_on_the_page() -> None:
    notebook = own_notebook()
    notebook.cells[2].metadata["tags"] = ["hide"]
    exporter = PDFReport(config=Config({"TagRemovePreprocessor": {"remove_cell_tags": ["hide"]}}))
    data, _ = exporter.from_notebook_node(notebook)
    assert "引用的一段话" not in pdf_text(data)


def test_charts_have_their_alternative_text() -> None:
    reader = opened(report_pdf(*JUNSHAN))
    told = [
        str(element["/Alt"])
        for element in map(reader.get_object, range(1, int(reader.trailer["/Size"])))
        if isinstance(element, dict) and element.get("/S") == "/Figure" and "/Alt" in element
    ]
    charts = structures(report_notebook(*JUNSHAN), "chart")
    assert sorted(told) == sorted(chart["alt"] for chart in charts)


def test_the_last_page_names_the_faces_used() -> None:
    text = pdf_text(report_pdf(*JUNSHAN))
    colophon = text[text.rindex("本文件由govnb") :]
    assert "GB/T9704—2012" in colophon
    embedded = "".join(
        str(font["/BaseFont"])
        for page in opened(report_pdf(*JUNSHAN)).pages
        for font in (f.get_object() for f in page["/Resources"]["/Font"].values())
    )
    for families in faces().values():
        assert flat(families[0]) in colophon and flat(families[0]) in embedded.replace("-", "")


def test_all_faces_are_embedded() -> None:
    for page in opened(report_pdf(*JUNSHAN)).pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font.get_object()["/DescendantFonts"][0]["/FontDescriptor"]
            assert "/FontFile3" in descriptor or "/FontFile2" in descriptor


# Fonts


def test_rare_characters_of_names_come_out() -> None:
    rare = "堃喆镕䶮𠮷㎡"
    cells = [Title(rare), heading(2, rare), heading(3, rare), said(rare)]
    cells.append(table([(rare, False)], [[rare]]))
    assert pdf_text(pdf_of(*cells)).count(rare) == 6


def test_a_character_no_face_has_is_refused_by_name_and_place() -> None:
    cells = [
        heading(2, "一、人员"),
        said("姓名\U0002ffff"),
        table([("甲", False)], [["\ue123"]], title="表1　甲"),
    ]
    with pytest.raises(FaultsError) as caught:
        pdf_of(*cells)
    assert "表“表1　甲”第1行" in str(caught.value) and "U+E123" in str(caught.value)
    with pytest.raises(FaultsError) as caught:
        pdf_of(*cells[:2], table([("甲\U0003ffff", False)], [["乙"]], title="表2"))
    told = str(caught.value)
    assert "“一、人员”一节" in told and "U+2FFFF" in told
    assert "表“表2”" in told and "U+3FFFF" in told
    assert "换用通行的字" in told


def test_text_in_a_picture_is_checked_too() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>\ue123</text></svg>'
    chart = {STRUCTURE: {"type": "chart", "title": "图1", "alt": "图1"}, "image/svg+xml": svg}
    with pytest.raises(FaultsError, match="图“图1”"):
        pdf_of(chart)


def test_the_standards_own_faces_come_first_where_the_machine_has_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Listing:
        def families(self) -> list[str]:
            return ["FandolFang", "FangSong_GB2312"]

    monkeypatch.setattr(typesetting, "_fonts", Listing)
    typesetting.faces.cache_clear()
    try:
        assert faces()["body"] == ["FangSong_GB2312", "FandolFang"]
    finally:
        typesetting.faces.cache_clear()


# Nothing is executed, nothing is read


SIGNS = '#read("/etc/passwd") #* $x$ @甲 \\ `码` <标签> _下_ ~ // /* */ == -- ... \' " [x] {{ }}'


def test_signs_of_typst_are_text() -> None:
    cells = [
        Title(SIGNS),
        heading(2, SIGNS),
        said(SIGNS),
        {"text/plain": SIGNS},
        grid(2, 1, SIGNS, title=SIGNS, unit=SIGNS, notes=[SIGNS], source=SIGNS),
        SignOff(SIGNS, ""),
    ]
    text = pdf_text(pdf_of(*cells))
    assert text.count(flat(SIGNS)) == 10
    assert "root:" not in text


@pytest.mark.parametrize(
    "text", ["1. 甲", "- 甲", "= 甲", "/ 甲: 乙", "+ 甲", "// 甲", "#甲", "@甲"]
)
def test_signs_at_the_beginning_of_a_line_are_text(text: str) -> None:
    assert flat(text) in pdf_text(pdf_of(said(text), table([(text, False)], [[text]])))


def test_characters_without_a_shape_do_no_harm() -> None:
    text = "甲\x00\x08\u200d\ufe0f\ufeff\u00ad\U000e0101\t\u2028\r乙"
    assert pdf_text(pdf_of(said(text), {"text/plain": text})).count("甲乙") == 2


def test_a_link_that_is_no_address_is_text() -> None:
    page = opened(pdf_of("[甲](javascript:alert(1)) [乙](https://example.org/a)")).pages[0]
    html = '<a href="file:///etc/passwd">丙</a> <a href="mailto:a@example.org">丁</a>'
    also = opened(pdf_of({"text/html": html})).pages[0]
    targets = [str(note.get_object()["/A"]["/URI"]) for p in (page, also) for note in p["/Annots"]]
    assert targets == ["https://example.org/a", "mailto:a@example.org"]


# Bytes, size, speed


def test_equal_reports_are_equal_bytes_in_any_process() -> None:
    again = as_pdf(report_notebook(*JUNSHAN))
    assert again == report_pdf(*JUNSHAN)
    code = (
        "import sys; from nbformat.v4 import new_markdown_cell as m, new_notebook as n;"
        "from govnb.papers.pdf import PDFReport;"
        "made = PDFReport().from_notebook_node(n(cells=[m('## 一')]))[0];"
        "sys.stdout.buffer.write(made)"
    )
    command = [sys.executable, "-c", code]
    one, two = (subprocess.run(command, capture_output=True, check=True).stdout for _ in "12")
    assert one == two == pdf_of("## 一")


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report[1])
def test_a_report_is_under_a_megabyte(report: tuple[int, str]) -> None:
    assert len(report_pdf(*report)) < 1_000_000


def test_the_exporter_is_registered_and_in_the_export_menu() -> None:
    exporter = get_exporter("govnb_pdf")
    assert exporter is PDFReport
    assert exporter.export_from_notebook and exporter().file_extension == ".pdf"


def test_a_report_without_a_date_has_none() -> None:
    metadata = opened(pdf_of()).metadata
    assert metadata is not None and metadata.creation_date is None
    assert pdf_of() == pdf_of()


def test_what_is_no_report_says_so_on_every_page_and_in_its_properties() -> None:
    cells = [Title("报告", trial={"三公经费.预算": "9"}), said(*["正文" * 400] * 4)]
    made = opened(pdf_of(*cells))
    assert len(made.pages) > 1
    for page in made.pages:
        assert "试算，不是报告" in page.extract_text()
    assert made.metadata is not None and "试算" in (made.metadata.title or "")


def test_long_words_break_without_a_character_of_their_own() -> None:
    path = "params/2016/a-department-with-a-long-name.yml:41:7"
    text = "".join(page.extract_text() for page in opened(pdf_of(grid(4, 30, path))).pages)
    assert "\u200b" not in text
    assert path in text.replace("\n", "")
