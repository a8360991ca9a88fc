"""The Word file of a report: styles, fields and tables that an office can go on editing."""

from __future__ import annotations

import io
from datetime import UTC, datetime, time
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from traitlets import default

from govnb.publish import docx_xml as xml
from govnb.publish.document import Document
from govnb.publish.docx_body import BODY, Body
from govnb.publish.docx_package import settled, template
from govnb.publish.fit import Section, sections
from govnb.publish.paper import PaperReport

# A short paper needs no table of contents.
_FEW_HEADINGS = 3
_RIGHT = '<w:jc w:val="right"/>'


class WordReport(PaperReport):
    """Export an executed notebook as a Word file (`jupyter nbconvert --to govnb-docx`)."""

    export_from_notebook = "govnb: Word"
    output_mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".docx"

    def write(self, document: Document) -> bytes:
        """Return the document as a Word file."""
        return word(document)


def word(document: Document) -> bytes:
    """Return a document as a Word file; equal documents give equal bytes."""
    made = docx.Document(io.BytesIO(template()))
    writer = Body(made.part)
    parts = sections(document.blocks) or [Section(False, ())]
    written = [writer.section(part) or xml.paragraph(BODY) for part in parts]
    margins = _margins(made, document.running)
    if len(writer.headings) > _FEW_HEADINGS:
        written[0] = xml.contents(writer.headings) + xml.on_new_page(written[0])
    for i, part in enumerate(parts):
        # Later sections take over the head and foot of the first.
        page = xml.section(part.landscape, margins if i == 0 else "")
        last = i + 1 == len(parts)
        written[i] = written[i] + page if last else xml.ending_section(written[i], page)
    _restart_lists(made, writer.numbered)
    _describe(made, document)
    out = io.BytesIO()
    made.save(out)
    # The body is put in as text: thousands of cells made one by one would take seconds.
    body = f"<w:document {xml.NAMESPACES}><w:body>{''.join(written)}</w:body></w:document>"
    return settled(out.getvalue(), {"word/document.xml": body.encode()})


def _margins(made: WordDocument, running: str) -> str:
    """Make page numbers, outside on both sides of a leaf, and page heads; return what refers."""
    section = made.sections[0]
    if running:
        for header in (section.header, section.even_page_header):
            header.is_linked_to_previous = False
            _fill(header._element, xml.paragraph("Footer", xml.run(running), layout=_RIGHT))
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        number = xml.run("— ") + xml.field("PAGE", "1") + xml.run(" —")
        layout = f'<w:ind w:{side}Chars="100" w:{side}="280"/><w:jc w:val="{side}"/>'
        _fill(footer._element, xml.paragraph("Footer", number, layout=layout))
    return "".join(
        f'<w:{kind} w:type="{r.get(qn("w:type"))}" r:id="{r.get(qn("r:id"))}"/>'
        for kind in ("headerReference", "footerReference")
        for r in section._sectPr.findall(qn(f"w:{kind}"))
    )


def _fill(element: Any, content: str) -> None:
    for child in list(element):
        element.remove(child)
    element.extend(_parsed(content))


def _parsed(content: str) -> list[Any]:
    return list(parse_xml(f"<w:body {xml.NAMESPACES}>{content}</w:body>"))


def _restart_lists(made: WordDocument, numbered: list[tuple[int, int]]) -> None:
    element = made.part.numbering_part.element
    for number, start in numbered:
        element.extend(
            _parsed(
                f'<w:num w:numId="{number}"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0">'
                f'<w:startOverride w:val="{start}"/></w:lvlOverride></w:num>'
            )
        )


def _describe(made: WordDocument, document: Document) -> None:
    properties = made.core_properties
    properties.title = document.full_title[:255]
    properties.author = properties.last_modified_by = document.author[:255]
    properties.language = "zh-CN"
    if document.day:
        # Never the day it was made: equal reports are equal bytes.
        properties.created = properties.modified = datetime.combine(document.day, time(), UTC)
    properties.revision = 1
