"""The Word file: everything the page says, in styles, fields and tables an office can edit."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from lxml import etree  # type: ignore[import-untyped]
from nbconvert.exporters import get_exporter

from govnb.present import fonts
from govnb.publish import document as d
from govnb.publish.docx import WordReport, word
from govnb.publish.formula import Formula
from govnb.publish.reading import read
from govnb.publish.result import structures
from tests.publish.pages import EVIL, REPORTS, failed_notebook, own_notebook, report_notebook
from tests.publish.papers import (
    as_docx,
    document,
    first_missing,
    flat,
    grid,
    pdf_text,
    report_docx,
    report_words,
    runs,
)

JUNSHAN = REPORTS[0]
SIGNS = "#*$@\\ `码` <b>标签</b> & \" ' ]]> {{ }}"


def opened(data: bytes) -> Any:
    """Return the file as python-docx reads it."""
    return docx.Document(io.BytesIO(data))


def made(*blocks: Any, title: str = "报告") -> Any:
    return opened(word(document(*blocks, title=title)))


def text_of(data: bytes) -> str:
    """Return the words of the body, in order, without the table of contents."""
    body = opened(data).element.body
    for contents in body.findall(qn("w:sdt")):
        body.remove(contents)
    tags = (qn("w:t"), qn("m:t"))
    return flat("".join(t.text or "" for t in body.iter(*tags)))


def styles_of(file: Any) -> list[tuple[str, str]]:
    return [(p.style.name, p.text) for p in file.paragraphs if p.text]


def part(data: bytes, name: str) -> Any:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return etree.fromstring(archive.read(name))


# Everything is there


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report[1])
def test_the_file_says_what_the_page_says_in_its_order(report: tuple[int, str]) -> None:
    assert first_missing(report_words(*report), text_of(report_docx(*report))) is None


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report[1])
def test_every_finding_is_in_the_file(report: tuple[int, str]) -> None:
    text = text_of(report_docx(*report))
    review = [s for s in structures(report_notebook(*report), "table") if s["name"] == "复核意见"]
    for row in (row for table in review for row in table["rows"]):
        assert first_missing([flat(cell) for cell in row["cells"]], text) is None


def test_a_users_own_notebook_comes_out_whole() -> None:
    data = as_docx(own_notebook())
    expected = (
        "试算，不是报告 自己的笔记本 三公经费控制率 95.36% 一、列表、引用和公式 第一项 第二项 "
        "加粗 引用的一段话。 实际支出 预算 \\unknowncommand{x} $5和$6 项目 金额 1.00 别处的图 "
        "外部链接 （一）19.31万元 二、普通输出 工资 18.06 留下的话 输出里的 纯文本 打印的话"
    )
    assert first_missing(expected.split(), text_of(data)) is None
    assert text_of(data).count(EVIL) >= 8
    assert len(opened(data).inline_shapes) == 5


def test_a_failed_notebook_says_so() -> None:
    assert "此处运行出错：FaultsError" in text_of(as_docx(failed_notebook()))


def test_an_empty_notebook_is_a_file() -> None:
    assert styles_of(made()) == []


# Styles


def test_headings_and_text_are_in_words_own_styles() -> None:
    blocks = [d.Title("报告")]
    blocks += [d.Heading(n, runs(f"第{n}级")) for n in (1, 2, 3, 4)]  # type: ignore[misc]
    blocks += [d.Paragraph(runs("正文"))]  # type: ignore[list-item]
    found = dict((text, style) for style, text in styles_of(made(*blocks)))
    assert found == {
        "报告": "Title",
        "第1级": "Heading 1",
        "第2级": "Heading 2",
        "第3级": "Heading 3",
        "第4级": "Heading 4",
        "正文": "Normal Indent",
    }


def test_styles_name_the_faces_of_the_standard_for_chinese() -> None:
    styles = part(word(document()), "word/styles.xml")

    def face(style: str) -> str | None:
        found = styles.find(f'.//{qn("w:style")}[@{qn("w:styleId")}="{style}"]//{qn("w:rFonts")}')
        return None if found is None else found.get(qn("w:eastAsia"))

    assert [face(f"Heading{n}") for n in (1, 2, 3, 4)] == [
        "黑体",
        "楷体_GB2312",
        *["仿宋_GB2312"] * 2,
    ]
    assert face("Title") == "方正小标宋简体"
    default = styles.find(f"{qn('w:docDefaults')}//{qn('w:rFonts')}")
    assert {default.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "eastAsia")} == {
        "仿宋_GB2312"
    }
    assert styles.find(f"{qn('w:docDefaults')}//{qn('w:lang')}").get(qn("w:eastAsia")) == "zh-CN"


def test_faces_an_office_may_lack_have_another_name_beside_them() -> None:
    table = part(word(document()), "word/fontTable.xml")
    other = {
        font.get(qn("w:name")): font.find(qn("w:altName")).get(qn("w:val"))
        for font in table
        if isinstance(font.tag, str) and font.find(qn("w:altName")) is not None
    }
    assert other["仿宋_GB2312"] == "仿宋" and other["楷体_GB2312"] == "楷体"


def test_text_has_the_size_the_pitch_and_the_indent_of_the_standard() -> None:
    styles = made().styles
    assert styles["Normal"].paragraph_format.line_spacing == Pt(28.95)
    assert styles["Title"].font.size == Pt(22)
    indent = styles["Normal Indent"].element.find(f".//{qn('w:ind')}")
    assert indent.get(qn("w:firstLineChars")) == "200"
    assert all(styles[f"Heading {n}"].paragraph_format.keep_with_next for n in (1, 2, 3, 4))


def test_bold_italic_struck_and_linked_runs() -> None:
    looks = [
        d.Run("粗", bold=True),
        d.Run("楷", italic=True),
        d.Run("删", strike=True),
        d.Run("码", code=True),
        d.Run("链", link="https://example.org/?a=1&b=2"),
        d.Run("坏", link="javascript:alert(1)"),
    ]
    data = word(document(d.Paragraph(tuple(looks))))
    bold, kai, struck, code = opened(data).paragraphs[0].runs[:4]
    assert bold.bold and struck.font.strike and code.style.name == "行内代码"
    assert "楷体_GB2312" in kai._element.xml
    rels = part(data, "word/_rels/document.xml.rels")
    assert [r.get("Target") for r in rels if r.get("TargetMode") == "External"] == [
        "https://example.org/?a=1&b=2"
    ]


# Page


def test_pages_are_a4_with_the_margins_of_the_standard() -> None:
    section = made(d.Paragraph(runs("甲"))).sections[0]
    size = (section.page_width, section.page_height)
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    expected = [Mm(n) for n in (210, 297, 37, 35, 28, 26)]
    assert list(map(int, (*size, *margins))) == pytest.approx(list(map(int, expected)), abs=Mm(0.1))


def test_page_numbers_are_fields_outside_on_both_sides() -> None:
    file = made(d.Paragraph(runs("甲")))
    assert file.settings.odd_and_even_pages_header_footer
    section = file.sections[0]
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        (paragraph,) = footer.paragraphs
        assert " PAGE " in paragraph._element.xml
        assert f'<w:jc w:val="{side}"/>' in paragraph._element.xml
        assert re.fullmatch("— .* —", paragraph.text)


def test_a_wide_table_has_a_landscape_section_of_its_own() -> None:
    file = made(d.Paragraph(runs("前")), grid(12, 3, "12345.67"), d.Paragraph(runs("后")))
    turned = [section.orientation == WD_ORIENT.LANDSCAPE for section in file.sections]
    assert turned == [False, True, False]
    # Page numbers go on: later sections take the footers of the first.
    assert all(section.footer.is_linked_to_previous for section in list(file.sections)[1:])


def test_an_annex_begins_a_page() -> None:
    file = made(d.Paragraph(runs("正文")), d.Heading(1, runs("附件1　评分表"), annex=True))
    paragraph = file.paragraphs[-1]
    assert paragraph.style.base_style.name == "Heading 1"
    assert paragraph.style.paragraph_format.page_break_before


def test_a_sign_off_stays_with_the_text_above_and_stands_right() -> None:
    file = made(d.Paragraph(runs("末段")), d.SignOff(("君山区政务服务中心", "2017年6月30日")))
    last, unit, day = file.paragraphs
    assert last.paragraph_format.keep_with_next and unit.paragraph_format.keep_with_next
    chars = [p._element.find(f".//{qn('w:ind')}").get(qn("w:rightChars")) for p in (unit, day)]
    assert chars[1] == "400" and int(chars[0]) < 400


# Tables


def test_tables_repeat_their_heading_row_and_keep_rows_whole() -> None:
    for table in opened(report_docx(*JUNSHAN)).tables:
        head, *body = (row._tr for row in table.rows)
        assert head.find(f".//{qn('w:tblHeader')}") is not None
        assert all(row.find(f".//{qn('w:tblHeader')}") is None for row in body)
        assert all(row.find(f".//{qn('w:cantSplit')}") is not None for row in (head, *body))


def test_tables_have_their_widths_their_borders_and_their_name() -> None:
    (table,) = made(grid(4, 2, title="表1　甲")).tables
    widths = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid]
    assert sum(widths) == pytest.approx(156 / 25.4 * 1440, abs=4)
    assert [cell.width.twips for cell in table.rows[1].cells] == widths
    assert table.style.name == "报告表格"
    assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == "表1　甲"
    borders = table.style.base_style.element.find(f".//{qn('w:tblBorders')}")
    assert len(borders) == 6


def test_numbers_stand_right_and_totals_and_groups_stand_out() -> None:
    rows = (
        d.Row((runs("甲类"), ()), kind="group"),
        d.Row((runs("甲"), runs("1.00")), level=1),
        d.Row((runs("合计"), runs("1.00")), kind="total"),
    )
    table = d.Table((d.Column(runs("项目")), d.Column(runs("金额"), True)), rows)
    (found,) = made(table).tables
    group, line, total = found.rows[1:]
    assert len(group._tr.findall(qn("w:tc"))) == 1
    assert line.cells[1].paragraphs[0].alignment == 2
    assert line.cells[0].paragraphs[0]._element.find(f".//{qn('w:ind')}") is not None
    assert total.cells[0].paragraphs[0].style.name.startswith("表头")


def test_a_table_without_headings_repeats_none() -> None:
    table = d.Table((d.Column(()),), (d.Row((runs("甲"),)),))
    (found,) = made(table).tables
    assert len(found.rows) == 1 and "tblHeader" not in found._tbl.xml


def test_a_table_no_page_holds_keeps_every_column() -> None:
    tables = made(grid(40, 2, "1234567.89", title="表1　宽")).tables
    labels = [cell.text for table in tables for cell in table.rows[0].cells[1:]]
    assert labels == [f"列{i}" for i in range(1, 40)]


# Fields, captions, pictures


def test_captions_count_with_fields_so_that_word_can_renumber_them() -> None:
    file = opened(report_docx(*JUNSHAN))
    captions = [p for p in file.paragraphs if p.style.name == "Caption"]
    numbered = [p for p in captions if re.match(r"[表图]\d", p.text)]
    assert numbered and all(
        re.search(rf"SEQ {p.text[0]} \\\* ARABIC", p._element.xml) for p in numbered
    )


def test_the_table_of_contents_is_a_field_that_links_to_the_headings() -> None:
    data = report_docx(*JUNSHAN)
    body = opened(data).element.body
    contents = body.find(qn("w:sdt"))
    xml = etree.tostring(contents, encoding="unicode")
    assert r'TOC \o "1-3" \h \z \u' in xml
    links = contents.findall(f".//{qn('w:hyperlink')}")
    headings = [flat(d.plain(h.runs)) for h in read(report_notebook(*JUNSHAN)).headings]
    said = [flat("".join(t.text for t in link.iter(qn("w:t")))) for link in links]
    assert said == headings
    marks = {mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))}
    assert {link.get(qn("w:anchor")) for link in links} <= marks
    # Word puts the page numbers in when it first opens the file; it asks then, and never again.
    begin = contents.find(f".//{qn('w:fldChar')}")
    assert begin.get(qn("w:fldCharType")) == "begin" and begin.get(qn("w:dirty")) == "true"
    assert b"updateFields" not in etree.tostring(part(data, "word/settings.xml")).replace(
        b"No updateFields", b""
    )


def test_fields_and_bookmarks_are_closed_and_numbers_are_their_own() -> None:
    body = opened(report_docx(*JUNSHAN)).element.body
    marks = [mark.get(qn("w:fldCharType")) for mark in body.iter(qn("w:fldChar"))]
    assert marks.count("begin") == marks.count("separate") == marks.count("end")
    starts = [mark.get(qn("w:id")) for mark in body.iter(qn("w:bookmarkStart"))]
    ends = [mark.get(qn("w:id")) for mark in body.iter(qn("w:bookmarkEnd"))]
    assert sorted(starts) == sorted(ends) and len(set(starts)) == len(starts)
    pictures = [p.get("id") for p in body.iter(qn("wp:docPr"))]
    assert len(set(pictures)) == len(pictures)


def test_charts_have_their_alternative_text_and_stay_with_their_caption() -> None:
    file = opened(report_docx(*JUNSHAN))
    charts = structures(report_notebook(*JUNSHAN), "chart")
    found = list(file.element.body.iter(qn("wp:docPr")))
    assert [p.get("descr") for p in found] == [chart["alt"] for chart in charts]
    for shape in file.inline_shapes:
        assert 0 < shape.width <= Mm(157) and 0 < shape.height <= Mm(191)
    figures = [p for p in file.paragraphs if p.style.name == "图"]
    assert figures and figures[0].style.paragraph_format.keep_with_next


def test_lists_start_anew_and_nest() -> None:
    inner = d.Listing(((d.Paragraph(runs("内")),),))
    one = d.Listing(((d.Paragraph(runs("甲")), inner), (d.Paragraph(runs("乙")),)), 1)
    two = d.Listing(((d.Paragraph(runs("丙")),),), 5)
    data = word(document(one, two))
    numbers = [
        (p.text, p._p.pPr.numPr.numId.val, p._p.pPr.numPr.ilvl.val)
        for p in opened(data).paragraphs
        if p._p.pPr.numPr is not None
    ]
    assert [(text, level) for text, _, level in numbers] == [
        ("甲", 0),
        ("内", 1),
        ("乙", 0),
        ("丙", 0),
    ]
    assert numbers[0][1] == numbers[2][1] != numbers[3][1] and numbers[1][1] == 1
    numbering = part(data, "word/numbering.xml")
    starts = [s.get(qn("w:val")) for s in numbering.iter(qn("w:startOverride"))]
    assert starts == ["1", "5"]


def indent(element: Any) -> int:
    found = element.find(f"{qn('w:pPr')}/{qn('w:ind')}")
    return 0 if found is None else int(found.get(qn("w:left"), 0))


def test_what_stands_in_a_list_stands_in_its_column() -> None:
    quote = d.Quote((d.Paragraph(runs("引")), d.Quote((d.Paragraph(runs("引中引")),))))
    item = (d.Paragraph(runs("甲")), d.Code("码"), quote, grid(3, 1, title="表1　内"))
    file = made(d.Listing((item,)))
    at = {p.text: indent(p._p) for p in file.paragraphs}
    assert 0 < at["码"] < at["引"] < at["引中引"]
    (table,) = file.tables
    start = table._tbl.tblPr.find(qn("w:tblInd"))
    width = table._tbl.tblPr.find(qn("w:tblW"))
    assert int(start.get(qn("w:w"))) == at["码"]
    assert int(start.get(qn("w:w"))) + int(width.get(qn("w:w"))) <= 8846


def test_a_line_cut_short_by_hand_is_not_stretched() -> None:
    compat = part(report_docx(*JUNSHAN), "word/settings.xml").find(qn("w:compat"))
    assert compat.find(qn("w:doNotExpandShiftReturn")) is not None


@pytest.mark.parametrize(
    ("tex", "tags"),
    [
        (r"\frac{a}{b}", ["m:f"]),
        (r"\sum_{i=1}^n x_i + y", ["m:nary", "m:sSub"]),
        (r"\sqrt[3]{x}", ["m:rad", "m:deg"]),
        (r"x_1^2 + y^2", ["m:sSubSup", "m:sSup"]),
        (r"\begin{cases} 1 & x \\ 0 & y \end{cases}", ["m:d", "m:m", "m:mr"]),
        (r"\left( \bar{x} \right)", ["m:d", "m:acc"]),
        (r"\max_{x} y", ["m:limLow"]),
        (r"\overset{a}{=}", ["m:limUpp"]),
    ],
)
def test_formulas_are_words_own(tex: str, tags: list[str]) -> None:
    body = made(d.Equation(Formula.of(tex))).element.body
    assert all(body.find(f".//{qn(tag)}") is not None for tag in tags)


# What the file says of itself


def test_properties_name_the_report_the_unit_and_its_date() -> None:
    properties = opened(report_docx(*JUNSHAN)).core_properties
    read_back = read(report_notebook(*JUNSHAN))
    assert properties.title == read_back.title
    assert properties.author == properties.last_modified_by == read_back.author
    assert properties.language == "zh-CN"
    assert read_back.day is not None
    day = datetime(read_back.day.year, read_back.day.month, read_back.day.day, tzinfo=UTC)
    assert properties.created == properties.modified == day


def test_equal_reports_are_equal_bytes_in_any_process() -> None:
    assert as_docx(report_notebook(*JUNSHAN)) == report_docx(*JUNSHAN)
    code = (
        "import sys; from govnb.publish import document as d; from govnb.publish.docx import word;"
        "sys.stdout.buffer.write(word(d.Document('报告', (d.Heading(1, (d.Run('一'),)),))))"
    )
    command = [sys.executable, "-c", code]
    other = subprocess.run(command, capture_output=True, check=True).stdout
    assert other == word(document(d.Heading(1, runs("一"))))


def test_the_package_knows_no_time_and_begins_with_its_types() -> None:
    with zipfile.ZipFile(io.BytesIO(report_docx(*JUNSHAN))) as archive:
        entries = archive.infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert entries[0].filename == "[Content_Types].xml"
    assert len({entry.filename for entry in entries}) == len(entries)


def test_signs_of_xml_are_text() -> None:
    blocks = [
        d.Title(SIGNS),
        d.Heading(1, runs(SIGNS)),
        d.Paragraph(runs(SIGNS)),
        d.Code(SIGNS),
        grid(2, 1, SIGNS, title=SIGNS, unit=SIGNS, notes=(SIGNS,), source=SIGNS),
        d.SignOff((SIGNS,)),
    ]
    data = word(document(*blocks, title=SIGNS))
    assert text_of(data).count(flat(SIGNS)) == 10
    assert opened(data).core_properties.title == SIGNS


def test_characters_that_xml_cannot_hold_do_no_harm() -> None:
    assert text_of(word(document(d.Paragraph(runs("甲\x00\x08\ufffe乙"))))) == "甲乙"


def test_a_very_long_title_is_cut_in_the_properties_only() -> None:
    file = made(d.Title("长" * 400), title="长" * 400)
    assert len(file.core_properties.title) == 255
    assert file.paragraphs[0].text == "长" * 400


def test_the_exporter_is_registered_and_in_the_export_menu() -> None:
    exporter = get_exporter("govnb-docx")
    assert exporter is WordReport
    assert exporter.export_from_notebook and exporter().file_extension == ".docx"


# In an office


def office() -> str:
    return shutil.which("soffice") or shutil.which("libreoffice") or ""


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The Word file of a report, opened in LibreOffice and saved as PDF."""
    if not office():
        pytest.skip("LibreOffice is not installed")
    folder = tmp_path_factory.mktemp("office")
    (folder / "report.docx").write_bytes(report_docx(*JUNSHAN))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [office(), profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    # A Word file names faces and holds none; a machine without Chinese ones gets ours.
    (folder / "fonts.conf").write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>'
        f"<dir>{fonts.folder()}</dir><cachedir>{folder / 'cache'}</cachedir>"
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include></fontconfig>\n',
        encoding="utf-8",
    )
    subprocess.run(
        [*command, str(folder / "report.docx")],
        check=True,
        capture_output=True,
        timeout=300,
        env=os.environ | {"FONTCONFIG_FILE": str(folder / "fonts.conf")},
    )
    return Path(folder / "report.pdf").read_bytes()


@pytest.mark.slow
def test_libreoffice_shows_the_same_headings_and_tables(converted: bytes) -> None:
    text = pdf_text(converted)
    report = read(report_notebook(*JUNSHAN))
    body = text[text.index(flat(d.plain(report.headings[-1].runs))) :]
    headings = [flat(d.plain(h.runs)) for h in report.headings]
    assert first_missing(headings, body) is None
    tables = [b for b in report.blocks if isinstance(b, d.Table)]
    for table in tables:
        assert flat(table.title) in text
        # A row is told cell by cell, but lines of neighbouring cells may alternate.
        short = [flat(d.plain(row.cells[-1])) for row in table.rows]
        assert first_missing([cell for cell in short if len(cell) < 6], text) is None


@pytest.mark.slow
def test_libreoffice_turns_the_wide_pages(converted: bytes) -> None:
    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(converted)).pages
    turned = [float(page.mediabox.width) > float(page.mediabox.height) for page in pages]
    assert any(turned) and not all(turned)
