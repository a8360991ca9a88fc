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
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from lxml import etree  # type: ignore[import-untyped]
from nbconvert.exporters import get_exporter

from govnb.papers import tree
from govnb.papers.reading import read
from govnb.papers.result import structures
from govnb.papers.shape import shaped
from govnb.papers.word import WordReport
from govnb.report import fonts
from govnb.report.blocks import SignOff, Title
from tests.papers.pages import EVIL, REPORTS, failed_notebook, own_notebook, report_notebook
from tests.papers.papers import (
    as_docx,
    book,
    first_missing,
    flat,
    grid,
    heading,
    pdf_text,
    report_docx,
    report_words,
    said,
    table,
)

JUNSHAN = REPORTS[0]
SIGNS = "#*$@\\ `码` <b>标签</b> & \" ' ]]> {{ }}"


def opened(data: bytes) -> Any:
    """Return the file as python-docx reads it."""
    return docx.Document(io.BytesIO(data))


def made(*cells: Any) -> Any:
    return opened(as_docx(book(*cells)))


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
    for row in (row for each in review for row in each["rows"]):
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
    assert "此处运行出错：FaultsError" in text_of(as_docx(failed_notebook("raises-exception")))


def test_an_empty_notebook_is_a_file() -> None:
    assert styles_of(made()) == []


# Styles


def test_headings_and_text_are_in_words_own_styles() -> None:
    cells = [Title("报告"), *(heading(n + 1, f"第{n}级") for n in (1, 2, 3, 4)), said("正文", "又")]
    found = dict((text, style) for style, text in styles_of(made(*cells)) if "级" not in text)
    assert found["报告"] == "Title" and found["又"] == "Body Text"
    headings = [(p.style.name, p.text) for p in made(*cells).paragraphs if "级" in p.text]
    wanted = [(f"Heading {n}", f"第{n}级") for n in (1, 2, 3, 4)]
    assert headings[-4:] == wanted


def test_styles_name_the_faces_of_the_standard_for_chinese() -> None:
    styles = part(as_docx(book()), "word/styles.xml")

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
    table = part(as_docx(book()), "word/fontTable.xml")
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
    for name in ("First Paragraph", "Body Text"):
        indented = styles[name].base_style
        indent = indented.element.find(f".//{qn('w:ind')}")
        assert indent.get(qn("w:firstLineChars")) == "200"
    assert all(styles[f"Heading {n}"].paragraph_format.keep_with_next for n in (1, 2, 3, 4))


def test_bold_italic_struck_and_linked_runs() -> None:
    text = "**粗***楷*~~删~~`码`[链](https://example.org/?a=1&b=2)[坏](javascript:alert(1))"
    data = as_docx(book(text))
    found = {run.text: run for run in opened(data).paragraphs[0].runs}
    assert found["粗"].bold and found["删"].font.strike and found["码"].style.name == "行内代码"
    assert found["楷"].style.name == "楷体强调" and not found["楷"].italic
    rels = part(data, "word/_rels/document.xml.rels")
    assert [r.get("Target") for r in rels if r.get("TargetMode") == "External"] == [
        "https://example.org/?a=1&b=2"
    ]


# Page


def test_pages_are_a4_with_the_margins_of_the_standard() -> None:
    (section,) = made("甲", grid(12, 3, "12345.67")).sections
    size = (section.page_width, section.page_height)
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    expected = [Mm(n) for n in (210, 297, 37, 35, 28, 26)]
    assert list(map(int, (*size, *margins))) == pytest.approx(list(map(int, expected)), abs=Mm(0.1))


def test_page_numbers_are_fields_outside_on_both_sides() -> None:
    file = made("甲")
    assert file.settings.odd_and_even_pages_header_footer
    section = file.sections[0]
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        (paragraph,) = footer.paragraphs
        assert " PAGE " in paragraph._element.xml
        assert f'<w:jc w:val="{side}"/>' in paragraph._element.xml
        assert re.fullmatch("— .* —", paragraph.text)


def test_what_is_no_report_says_so_on_every_page() -> None:
    section = made(Title("报告", trial={"三公经费.预算": "9"})).sections[0]
    assert {h.paragraphs[0].text for h in (section.header, section.even_page_header)} == {
        "试算，不是报告"
    }
    assert made("甲").sections[0].header.paragraphs[0].text == ""


def test_an_annex_begins_a_page() -> None:
    file = made("# 题", "正文", heading(2, "附件1　评分表"))
    paragraph = file.paragraphs[-1]
    assert paragraph.style.base_style.name == "Heading 1"
    assert paragraph.style.paragraph_format.page_break_before


def test_a_sign_off_stays_with_the_text_above_and_stands_right() -> None:
    file = made("末段", SignOff("君山区政务服务中心", "2017年6月30日"))
    last, unit, day = file.paragraphs
    assert last.style.paragraph_format.keep_with_next and unit.paragraph_format.keep_with_next
    chars = [p._element.find(f".//{qn('w:ind')}").get(qn("w:rightChars")) for p in (unit, day)]
    assert chars[1] == "400" and int(chars[0]) < 400


# Tables


def test_tables_repeat_their_heading_row_and_keep_rows_whole() -> None:
    for found in opened(report_docx(*JUNSHAN)).tables:
        head, *body = (row._tr for row in found.rows)
        assert head.find(f".//{qn('w:tblHeader')}") is not None
        assert all(row.find(f".//{qn('w:tblHeader')}") is None for row in body)
        assert all(row.find(f".//{qn('w:cantSplit')}") is not None for row in (head, *body))


def test_tables_have_their_widths_their_borders_and_their_name() -> None:
    (table,) = made(grid(4, 2, title="主要指标")).tables
    widths = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid]
    assert sum(widths) == pytest.approx(156 / 25.4 * 1440, abs=6)
    assert table.style.name == "报告表格"
    assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == "主要指标"
    borders = table.style.base_style.element.find(f".//{qn('w:tblBorders')}")
    assert len(borders) == 6


def test_numbers_stand_right_and_totals_and_groups_stand_out() -> None:
    rows: list[Any] = [
        {"cells": ["甲类", ""], "kind": "group"},
        {"cells": ["甲", "1.00"], "level": 1},
        {"cells": ["合计", "1.00"], "kind": "total"},
        {"cells": ["未公布", ""]},
    ]
    (found,) = made(table([("项目", False), ("金额", True)], rows, unit="万元")).tables
    group, line, total, empty = found.rows[1:]
    assert len(group._tr.findall(qn("w:tc"))) == 1
    assert line.cells[1].paragraphs[0].alignment == 2
    assert line.cells[0].text == "　甲"
    assert all(run.bold for run in total.cells[0].paragraphs[0].runs)
    # An empty cell is no higher than the others of its row.
    assert {c.paragraphs[0].style.name for c in empty.cells} == {"表格文字"}


def test_a_table_without_headings_repeats_none() -> None:
    (found,) = made(table([("", False)], [["甲"]])).tables
    assert len(found.rows) == 1 and "tblHeader" not in found._tbl.xml


def test_a_table_no_page_holds_keeps_every_column() -> None:
    tables = made(grid(40, 2, "1234567.89", title="表1　宽")).tables
    labels = [cell.text for table in tables for cell in table.rows[0].cells[1:]]
    assert labels == [f"列{i}" for i in range(1, 40)]


def test_the_unit_stands_above_a_table_and_its_notes_below() -> None:
    file = made(grid(3, 2, title="表1　甲", unit="万元", notes=["注语"], source="某处"))
    found = styles_of(file)
    assert found == [
        ("Table Caption", "表1　甲"),
        ("表单位", "单位：万元"),
        ("表注", "注：注语"),
        ("表注", "来源：某处"),
    ]
    rows = file.tables[0].rows
    assert all(cell.paragraphs[0].paragraph_format.keep_with_next for cell in rows[1].cells)


# Fields, captions, pictures


def test_captions_count_with_fields_so_that_word_can_renumber_them() -> None:
    file = opened(report_docx(*JUNSHAN))
    captions = [p for p in file.paragraphs if p.style.name in ("Caption", "Table Caption")]
    numbered = [p for p in captions if re.match(r"[表图]\d", p.text)]
    assert len(numbered) > 9 and all(
        re.search(rf"SEQ {p.text[0]} \\\* ARABIC", p._element.xml) for p in numbered
    )


def test_the_table_of_contents_is_a_field_that_links_to_the_headings() -> None:
    data = report_docx(*JUNSHAN)
    body = opened(data).element.body
    contents = body.find(qn("w:sdt"))
    xml = etree.tostring(contents, encoding="unicode")
    assert r'TOC \o "1-3" \h \z \u' in xml
    links = contents.findall(f".//{qn('w:hyperlink')}")
    headings = [flat(words) for _, words in read(shaped(report_notebook(*JUNSHAN))).headings]
    shown = [flat("".join(t.text for t in link.iter(qn("w:t")))) for link in links]
    assert shown == headings
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
    data = as_docx(book("1. 甲\n   - 内\n2. 乙", "5. 丙"))
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
    ids = [number for _, number, __ in numbers]
    assert ids[0] == ids[2] != ids[3] and ids[1] not in (ids[0], ids[3])
    assert "5." in opened(data).element.xml or 'w:val="5"' in etree.tostring(
        part(data, "word/numbering.xml"), encoding="unicode"
    )


def test_what_stands_in_a_list_stands_in_its_column() -> None:
    text = "- 甲\n\n  ```\n  码\n  ```\n\n  > 引\n\n  | a | b |\n  |---|---|\n  | 1 | 2 |"
    file = made(text)
    assert [p.text for p in file.paragraphs][:3] == ["甲", "码", "引"]
    assert [[c.text for c in row.cells] for row in file.tables[0].rows] == [["a", "b"], ["1", "2"]]


def test_a_line_cut_short_by_hand_is_not_stretched() -> None:
    compat = part(report_docx(*JUNSHAN), "word/settings.xml").find(qn("w:compat"))
    assert compat.find(qn("w:doNotExpandShiftReturn")) is not None


@pytest.mark.parametrize(
    ("tex", "tags"),
    [
        (r"\frac{a}{b}", ["m:f", "m:num", "m:den"]),
        (r"\sum_{i=1}^n x_i", ["m:nary", "m:sub", "m:sup"]),
        (r"\sqrt[3]{x}", ["m:rad", "m:deg"]),
        (r"x_1^2 + y^2", ["m:sSubSup", "m:sSup"]),
        (r"\begin{cases} 1 & x \\ 0 & y \end{cases}", ["m:d", "m:m", "m:mr"]),
        (r"\left( \bar{x} \right)", ["m:d", "m:acc"]),
        (r"\max_{x} y", ["m:limLow"]),
        (r"\overset{a}{=}", ["m:limUpp"]),
    ],
)
def test_formulas_are_words_own(tex: str, tags: list[str]) -> None:
    body = made(f"$$\n{tex}\n$$").element.body
    assert all(body.find(f".//{qn(tag)}") is not None for tag in tags)


# What the file says of itself


def test_properties_name_the_report_the_unit_and_its_date() -> None:
    properties = opened(report_docx(*JUNSHAN)).core_properties
    read_back = read(shaped(report_notebook(*JUNSHAN)))
    assert properties.title == read_back.title
    assert properties.author == properties.last_modified_by == read_back.author
    assert properties.language == "zh-CN"
    assert read_back.day is not None
    day = datetime(read_back.day.year, read_back.day.month, read_back.day.day, tzinfo=UTC)
    assert properties.created == properties.modified == day


def test_equal_reports_are_equal_bytes_in_any_process() -> None:
    assert as_docx(report_notebook(*JUNSHAN)) == report_docx(*JUNSHAN)
    code = (
        "import sys; from nbformat.v4 import new_markdown_cell as m, new_notebook as n;"
        "from govnb.papers.word import WordReport;"
        "made = WordReport().from_notebook_node(n(cells=[m('## 一')]))[0];"
        "sys.stdout.buffer.write(made)"
    )
    command = [sys.executable, "-c", code]
    other = subprocess.run(command, capture_output=True, check=True).stdout
    assert other == as_docx(book("## 一"))


def test_the_package_knows_no_time_and_begins_with_its_types() -> None:
    with zipfile.ZipFile(io.BytesIO(report_docx(*JUNSHAN))) as archive:
        entries = archive.infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert entries[0].filename == "[Content_Types].xml"
    assert len({entry.filename for entry in entries}) == len(entries)


def test_signs_of_xml_are_text() -> None:
    cells = [
        Title(SIGNS),
        heading(2, SIGNS),
        said(SIGNS),
        {"text/plain": SIGNS},
        grid(2, 1, SIGNS, title=SIGNS, unit=SIGNS, notes=[SIGNS], source=SIGNS),
        SignOff(SIGNS, ""),
    ]
    data = as_docx(book(*cells))
    assert text_of(data).count(flat(SIGNS)) == 10
    assert opened(data).core_properties.title == SIGNS


def test_characters_that_xml_cannot_hold_do_no_harm() -> None:
    assert text_of(as_docx(book(said("甲\x00\x08\ufffe乙")))) == "甲乙"


def test_a_very_long_title_is_cut_in_the_properties_only() -> None:
    file = made(Title("长" * 400))
    assert len(file.core_properties.title) == 255
    assert file.paragraphs[0].text == "长" * 400


def test_the_exporter_is_registered_and_in_the_export_menu() -> None:
    exporter = get_exporter("govnb_docx")
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
    report = read(shaped(report_notebook(*JUNSHAN)))
    headings = [flat(words) for _, words in report.headings]
    body = text[text.index(headings[-1]) :]
    assert first_missing(headings, body) is None
    for block in (b for b in report.blocks if b["t"] == "Table"):
        assert flat(tree.pairs(block)["title"]) in text
        # A row is told cell by cell, but lines of neighbouring cells may alternate.
        rows = [row for body_ in block["c"][4] for row in body_[3]]
        short = [flat(tree.words(row[1][-1])) for row in rows]
        assert first_missing([cell for cell in short if len(cell) < 6], text) is None
