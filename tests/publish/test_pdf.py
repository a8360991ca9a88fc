"""The PDF: everything the page says, in the layout of official documents."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from nbconvert.exporters import get_exporter
from pypdf import PdfReader
from traitlets.config import Config

from govnb.present import fonts
from govnb.publish import document as d
from govnb.publish import faces
from govnb.publish.formula import Formula
from govnb.publish.pdf import STANDARDS, PDFReport, pdf
from govnb.publish.pdf_compact import compact
from govnb.publish.pdf_data import data
from govnb.publish.reading import read
from govnb.publish.result import structures
from govnb.publish.typesetting import typeset
from govnb.text.faults import FaultsError
from tests.publish.pages import EVIL, REPORTS, failed_notebook, own_notebook, report_notebook
from tests.publish.papers import (
    as_pdf,
    document,
    first_missing,
    flat,
    grid,
    pdf_text,
    report_pdf,
    report_words,
    runs,
)

MM = 72 / 25.4
JUNSHAN = REPORTS[0]


def opened(data: bytes) -> Any:
    """Return a reader; what a PDF holds has no types."""
    return PdfReader(io.BytesIO(data), strict=True)


def paragraphs(*texts: str) -> list[d.Paragraph]:
    return [d.Paragraph(runs(text)) for text in texts]


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
    for row in (row for table in review for row in table["rows"]):
        assert first_missing([flat(cell) for cell in row["cells"]], text) is None


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report[1])
def test_bookmarks_are_the_headings(report: tuple[int, str]) -> None:
    headings = read(report_notebook(*report)).headings
    assert outline(opened(report_pdf(*report))) == [flat(d.plain(h.runs)) for h in headings]


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report[1])
def test_no_page_ends_in_a_heading_or_a_caption(report: tuple[int, str]) -> None:
    document = read(report_notebook(*report))
    never_last = {flat(d.plain(h.runs)) for h in document.headings}
    never_last |= {
        flat(d.plain(b.runs)) for b in document.blocks if isinstance(b, d.Paragraph) and b.leads
    }
    never_last |= {flat(b.title) for b in document.blocks if isinstance(b, d.Table) and b.title}
    for page in opened(report_pdf(*report)).pages:
        text = [line for _, line in lines_of(page) if not re.fullmatch(r"—?\d+—?|—", line)]
        assert not any(text[-1].startswith(heading) for heading in never_last)


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
    assert "此处运行出错：FaultsError" in pdf_text(as_pdf(failed_notebook()))


def test_an_empty_notebook_is_a_page() -> None:
    assert len(opened(pdf(document())).pages) == 1


# The layout


def test_every_page_is_a4_with_the_margins_of_the_standard() -> None:
    for page in opened(report_pdf(*JUNSHAN)).pages:
        size = sorted((float(page.mediabox.width), float(page.mediabox.height)))
        assert size == pytest.approx([210 * MM, 297 * MM], abs=0.5)


def test_a_page_holds_22_lines_of_28_characters() -> None:
    reader = opened(pdf(document(*paragraphs("字" * 28 * 60))))
    text = [line for _, line in lines_of(reader.pages[0]) if "字" in line]
    assert [len(line) for line in text] == [26] + [28] * 21
    heights = [y for y, line in lines_of(reader.pages[0]) if "字" in line]
    assert heights[0] < (297 - 37) * MM and heights[-1] > 35 * MM
    pitch = (heights[0] - heights[-1]) / 21
    assert pitch == pytest.approx(225 / 22 * MM, abs=0.02)


def test_page_numbers_stand_outside() -> None:
    reader = opened(pdf(document(*paragraphs(*["字" * 28 * 30] * 3))))
    edges = [
        [x for x, text in starts_of(page) if re.search(r"\d", text)][-1]
        for page in reader.pages[:2]
    ]
    assert edges[0] > 105 * MM > edges[1]
    assert [flat(page.extract_text())[-3:] for page in reader.pages[:2]] == ["—1—", "—2—"]


def test_roles_have_their_faces() -> None:
    used: dict[str, set[str]] = {}
    blocks = (
        d.Title("标题甲"),
        d.Heading(1, runs("一级乙")),
        d.Heading(2, runs("二级丙")),
        *paragraphs("正文丁"),
    )

    def visit(text: str, _: Any, __: Any, font: Any, size: float) -> None:
        for char in text.strip():
            used.setdefault(char, set()).add(f"{str(font['/BaseFont'])[8:]} {size:g}")

    opened(pdf(document(*blocks))).pages[0].extract_text(visitor_text=visit)
    chains = faces.theme().chains
    for char, role in (("甲", "title"), ("乙", "hei"), ("丙", "kai"), ("丁", "body")):
        (name,) = used[char]
        assert chains[role][0].family.replace(" ", "") in name.replace("-", "")


def test_long_tables_repeat_their_heading_row() -> None:
    reader = opened(pdf(document(grid(4, 120, title="表1　长"))))
    assert len(reader.pages) > 2
    tables = [flat(page.extract_text()) for page in reader.pages]
    assert all("项目列1列2列3" in text for text in tables if "行" in text)
    cells = Counter(re.findall(r"第\d+行", "".join(tables)))
    assert len(cells) == 120 and set(cells.values()) == {1}


def test_a_short_table_stays_on_one_page() -> None:
    blocks = [*paragraphs("字" * 28 * 18), grid(3, 6)]
    pages = [flat(page.extract_text()) for page in opened(pdf(document(*blocks))).pages]
    assert [("第1行" in text, "第6行" in text) for text in pages] == [(False, False), (True, True)]


def test_a_wide_table_turns_its_page_and_keeps_every_column() -> None:
    reader = opened(pdf(document(*paragraphs("前"), grid(12, 4, "12345.67"), *paragraphs("后"))))
    widths = [float(page.mediabox.width) > 800 for page in reader.pages]
    assert widths == [False, True, False]
    text = flat(reader.pages[1].extract_text())
    assert first_missing([f"列{i}" for i in range(1, 12)], text) is None
    assert text.count("12345.67") == 44


def test_nothing_stands_outside_the_text_area() -> None:
    for page in opened(report_pdf(*JUNSHAN)).pages:
        turned = float(page.mediabox.width) > 800
        left, right = (35, 297 - 37) if turned else (28, 210 - 26)
        beyond = [text for x, text in starts_of(page) if not left - 0.5 <= x / MM <= right + 0.5]
        # On a turned page only its number stands outside.
        assert re.fullmatch(r"[—\s\d]*" if turned else "", "".join(beyond))


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
    (page,) = opened(pdf(document(d.Equation(Formula.of(tex))))).pages
    assert all(28 - 0.5 <= x / MM <= 210 - 26 + 0.5 for x, _ in starts_of(page))
    assert sum("8" in text or "h" in text or "4" in text for _, text in starts_of(page))


def test_a_table_in_a_list_keeps_every_column_on_the_page() -> None:
    listing = d.Listing(((d.Paragraph(runs("甲")), grid(9, 2, "1234567.89")),))
    for _ in range(3):
        listing = d.Listing(((d.Paragraph(runs("乙")), listing),))
    reader = opened(pdf(document(listing)))
    assert pdf_text(pdf(document(listing))).count("1234567.89") == 16
    for page in reader.pages:
        assert all(x / MM <= 210 - 26 for x, _ in starts_of(page))


def test_a_note_longer_than_a_page_goes_on_on_the_next() -> None:
    table = grid(3, 3, notes=("".join(f"第{n}句话。" for n in range(1, 900)),))
    text = pdf_text(pdf(document(table)))
    assert "第899句话。" in text


def test_a_cell_longer_than_a_page_goes_on_on_the_next() -> None:
    long = "".join(f"第{n}句话。" for n in range(1, 900))
    text = pdf_text(pdf(document(grid(2, 1, long))))
    assert "第899句话。" in text


def test_a_sign_off_is_never_alone_on_a_page() -> None:
    for lines in range(8, 23):
        blocks = [*paragraphs("字" * 28 * lines, "末段"), d.SignOff(("君山区", "2017年6月30日"))]
        pages = [flat(page.extract_text()) for page in opened(pdf(document(*blocks))).pages]
        assert any("末段" in text and "2017年6月30日" in text for text in pages)


def test_an_annex_begins_a_page() -> None:
    blocks = [*paragraphs("正文"), d.Heading(1, runs("附件1　评分表"), annex=True), grid(3, 3)]
    pages = [flat(page.extract_text()) for page in opened(pdf(document(*blocks))).pages]
    assert ["附件1评分表" in text for text in pages] == [False, True]


@pytest.mark.parametrize("rows", [1, 9, 10, 11, 12, 30, 46, 47, 57, 58])
def test_a_turned_table_of_any_length_stays_readable_aloud(rows: int) -> None:
    # Typst 0.15 cuts a table's tags in two when the page number is in the foreground.
    table = grid(12, rows, "12345.67")
    assert opened(pdf(document(*paragraphs("前"), table))).trailer["/Root"]["/StructTreeRoot"]


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

    from govnb.publish import pdf as module

    def strict(template: str, content: Any, pdf_standards: list[str]) -> bytes:
        if "a-2a" in pdf_standards:
            raise typst.TypstError("PDF/A-2a error", "")
        return typeset(template, content, pdf_standards=pdf_standards)

    monkeypatch.setattr(module, "typeset", strict)
    dated = d.Document("报告", tuple(paragraphs("甲")), day=date(2017, 6, 30))
    metadata = opened(pdf(dated)).trailer["/Root"]["/Metadata"].get_data()
    assert b"pdfuaid:part>1<" in metadata and b"pdfaid:part" not in metadata
    assert "a-2a" in caplog.text


def test_a_paper_that_cannot_be_set_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from govnb.publish import pdf as module

    monkeypatch.setattr(module, "data", lambda *_: {})
    with pytest.raises(FaultsError, match="PDF: 排版失败"):
        pdf(document())


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
    embedded = {
        str(font["/BaseFont"])[8:]
        for page in opened(report_pdf(*JUNSHAN)).pages
        for font in (f.get_object() for f in page["/Resources"]["/Font"].values())
    }
    families = {name for chain in faces.theme().chains.values() for name in chain}
    named = {face.family for face in families if flat(face.family) in colophon}
    assert named and len(embedded) >= len(named)
    assert "GB/T9704—2012" in colophon


def test_all_faces_are_embedded() -> None:
    for page in opened(report_pdf(*JUNSHAN)).pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font.get_object()["/DescendantFonts"][0]["/FontDescriptor"]
            assert "/FontFile3" in descriptor or "/FontFile2" in descriptor


# Fonts


def test_rare_characters_of_names_come_out() -> None:
    rare = "堃喆镕䶮𠮷㎡"
    blocks = [d.Title(rare), d.Heading(1, runs(rare)), d.Heading(2, runs(rare)), *paragraphs(rare)]
    table = d.Table((d.Column(runs(rare)),), (d.Row((runs(rare),)),))
    assert pdf_text(pdf(document(*blocks, table))).count(rare) == 6


def test_a_character_no_face_has_is_refused_by_name_and_place() -> None:
    blocks = [
        d.Heading(1, runs("一、人员")),
        *paragraphs("姓名\U0002ffff"),
        d.Table((d.Column(runs("甲")),), (d.Row((runs("\ue123"),)),), title="表1　甲"),
    ]
    with pytest.raises(FaultsError) as caught:
        pdf(document(*blocks))
    told = str(caught.value)
    assert "“一、人员”一节" in told and "U+2FFFF" in told
    assert "表“表1　甲”第1行" in told and "U+E123" in told
    assert "换用通行的字" in told


def test_text_in_a_picture_is_checked_too() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>\ue123</text></svg>'
    with pytest.raises(FaultsError, match="图“图1”"):
        pdf(document(d.Picture("image/svg+xml", svg.encode(), "图1")))


def test_the_standards_own_faces_come_first_where_the_machine_has_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours = fonts.paths(fonts.FANG)[0]

    class Listed:
        family, path, index, weight = "FangSong_GB2312", "/usr/share/fonts/simfang.ttf", 0, 400

    class Own:
        family, path, index, weight = "FandolFang", str(ours), 0, 400

    class Listing:
        def fonts(self) -> list[Any]:
            return [Own, Listed]

    monkeypatch.setattr(faces, "typst_fonts", Listing)
    known = (faces._chains, faces._elsewhere, faces._installed)
    for cache in known:
        cache.cache_clear()
    try:
        assert faces.theme().families(faces.BODY) == ["FangSong_GB2312", "FandolFang"]
    finally:
        for cache in known:
            cache.cache_clear()


def test_any_face_the_machine_has_comes_before_no_face(monkeypatch: pytest.MonkeyPatch) -> None:
    class Rare(faces.Face):
        def has(self, char: str) -> bool:
            return char == "ە"

    monkeypatch.setattr(faces, "_installed", lambda: (Rare("Uyghur Sans", "/u.ttf", 0),))
    theme = faces.theme()
    assert theme.missing("字ەᄀ", faces.BODY) == ["ᄀ"]
    assert theme.families(faces.BODY)[-1] == "Uyghur Sans"
    assert "Uyghur Sans" in theme.colophon
    assert "Uyghur Sans" not in faces.theme().families(faces.BODY)


# Nothing is executed, nothing is read


SIGNS = '#read("/etc/passwd") #* $x$ @甲 \\ `码` <标签> _下_ ~ // /* */ == -- ... \' " [x] {{ }}'


def test_signs_of_typst_are_text() -> None:
    blocks = [
        d.Title(SIGNS),
        d.Heading(1, runs(SIGNS)),
        *paragraphs(SIGNS),
        d.Code(SIGNS),
        grid(2, 1, SIGNS, title=SIGNS, unit=SIGNS, notes=(SIGNS,), source=SIGNS),
        d.SignOff((SIGNS,)),
    ]
    text = pdf_text(pdf(document(*blocks, title=SIGNS)))
    assert text.count(flat(SIGNS)) == 10
    assert "root:" not in text


def test_characters_without_a_shape_do_no_harm() -> None:
    text = "甲\x00\x08\u200d\ufe0f\ufeff\u00ad\U000e0101\t\u2028\r乙"
    assert pdf_text(pdf(document(*paragraphs(text), d.Code(text)))).count("甲乙") == 2


def test_a_link_that_is_no_address_is_text() -> None:
    linked = [d.Run("甲", link="javascript:alert(1)"), d.Run("乙", link="https://example.org/a")]
    page = opened(pdf(document(d.Paragraph(tuple(linked))))).pages[0]
    targets = [str(note.get_object()["/A"]["/URI"]) for note in page["/Annots"]]
    assert targets == ["https://example.org/a"]


# Bytes, size, speed


def test_equal_reports_are_equal_bytes_in_any_process(tmp_path: Path) -> None:
    again = as_pdf(report_notebook(*JUNSHAN))
    assert again == report_pdf(*JUNSHAN)
    code = (
        "import sys; from govnb.publish import document as d; from govnb.publish.pdf import pdf;"
        "sys.stdout.buffer.write(pdf(d.Document('报告', (d.Heading(1, (d.Run('一'),)),))))"
    )
    command = [sys.executable, "-c", code]
    one, two = (subprocess.run(command, capture_output=True, check=True).stdout for _ in "12")
    assert one == two == pdf(document(d.Heading(1, runs("一"))))


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report[1])
def test_a_report_is_under_a_megabyte(report: tuple[int, str]) -> None:
    assert len(report_pdf(*report)) < 1_000_000


def tags_of(reader: Any) -> list[str]:
    """Return the structure elements with what they refer to, by object number."""
    size = int(reader.trailer["/Size"])
    found = (reader.get_object(n) for n in range(1, size))
    elements = (str(e) for e in found if isinstance(e, dict) and e.get("/Type") == "/StructElem")
    # pypdf shows the address of the reader with each reference.
    return sorted(re.sub(r"\d{6,}", "", element) for element in elements)


def test_compacting_changes_no_word_and_no_tag() -> None:
    made = typeset(
        "report.typ",
        data(document(grid(3, 90)), faces.theme(), ""),
        pdf_standards=list(STANDARDS[1]),
    )
    small = compact(made)
    assert len(small) < 0.8 * len(made)
    before, after = opened(made), opened(small)
    assert [p.extract_text() for p in before.pages] == [p.extract_text() for p in after.pages]
    assert before.metadata == after.metadata
    assert tags_of(before) == tags_of(after)


def test_a_pdf_of_another_make_is_left_as_it_is() -> None:
    assert compact(b"%PDF-1.4\nnothing here") == b"%PDF-1.4\nnothing here"


def test_the_exporter_is_registered_and_in_the_export_menu() -> None:
    exporter = get_exporter("govnb-pdf")
    assert exporter is PDFReport
    assert exporter.export_from_notebook and exporter().file_extension == ".pdf"


def test_a_report_without_a_date_has_none() -> None:
    metadata = opened(pdf(document())).metadata
    assert metadata is not None and metadata.creation_date is None
    assert pdf(document()) == pdf(document())


def test_what_is_no_report_says_so_on_every_page_and_in_its_properties() -> None:
    mark = "试算，不是报告：三公经费.预算＝9。"
    body = [d.Paragraph(runs("正文" * 400)) for _ in range(4)]
    made = opened(pdf(document(d.Title("报告", (mark,)), *body)))
    assert len(made.pages) > 1
    for page in made.pages:
        assert "试算，不是报告" in page.extract_text()
    assert made.metadata is not None and "试算" in (made.metadata.title or "")


def test_long_words_break_without_a_character_of_their_own() -> None:
    path = "params/2016/a-department-with-a-long-name.yml:41:7"
    cells = grid(4, 30, path)
    text = "".join(page.extract_text() for page in opened(pdf(document(cells))).pages)
    assert "\u200b" not in text
    assert path in text.replace("\n", "")
