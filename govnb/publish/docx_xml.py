"""WordprocessingML as text: the few forms a report needs, everything in them escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
# What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
EMU_PER_POINT = 12700


def text(words: str) -> str:
    """Return words as XML text."""
    return escape(_UNWRITABLE.sub("", words))


def attribute(words: str) -> str:
    """Return words as a quoted attribute value."""
    return quoteattr(_UNWRITABLE.sub("", words))


def run(words: str, look: str = "") -> str:
    """Return a run; line ends become line breaks."""
    properties = f"<w:rPr>{look}</w:rPr>" if look else ""
    lines = "<w:br/>".join(
        f'<w:t xml:space="preserve">{text(line)}</w:t>' for line in words.split("\n")
    )
    return f"<w:r>{properties}{lines}</w:r>"


def paragraph(style: str, *content: str, layout: str = "") -> str:
    """Return a paragraph in a style; `layout` is further paragraph properties."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{layout}</w:pPr>{"".join(content)}</w:p>'


def field(code: str, result: str) -> str:
    """Return a field with what it showed last."""
    instruction = f'<w:r><w:instrText xml:space="preserve"> {text(code)} </w:instrText></w:r>'
    return f"{_mark('begin')}{instruction}{_mark('separate')}{run(result)}{_mark('end')}"


def _mark(kind: str, *, dirty: bool = False) -> str:
    stale = ' w:dirty="true"' if dirty else ""
    return f'<w:r><w:fldChar w:fldCharType="{kind}"{stale}/></w:r>'


def bookmark(number: int, name: str, content: str) -> str:
    """Return content with a bookmark around it."""
    start = f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>'
    return f'{start}{content}<w:bookmarkEnd w:id="{number}"/>'


def contents(headings: Sequence[tuple[int, str, str]]) -> str:
    """Return a table of contents: a field whose entries link to their headings.

    Only Word knows on which page a heading comes to stand. The field is marked as out of
    date, so that Word fills the page numbers in when it opens the file; until then the
    entries have none, as wrong ones would be worse.
    """
    instruction = r'<w:instrText xml:space="preserve"> TOC \o "1-3" \h \z \u </w:instrText>'
    begin = f"{_mark('begin', dirty=True)}<w:r>{instruction}</w:r>{_mark('separate')}"
    entries = []
    for i, (level, words, target) in enumerate(headings):
        link = f'<w:hyperlink w:anchor="{target}" w:history="1">{run(words)}</w:hyperlink>'
        before, after = begin if i == 0 else "", _mark("end") if i + 1 == len(headings) else ""
        entries.append(paragraph(f"TOC{min(level, 3)}", before, link, after))
    return (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/>'
        "<w:docPartUnique/></w:docPartObj></w:sdtPr><w:sdtContent>"
        f"{paragraph('TOCHeading', run('目　录'))}{''.join(entries)}</w:sdtContent></w:sdt>"
    )


def section(landscape: bool, margins: str = "") -> str:
    """Return the page of GB/T 9704, upright or turned; turned, its head is at the left edge."""
    size = 'w:w="11906" w:h="16838"'
    sides = 'w:top="2098" w:right="1474" w:bottom="1984" w:left="1587" w:footer="1300"'
    if landscape:
        size = 'w:w="16838" w:h="11906" w:orient="landscape"'
        sides = 'w:top="1587" w:right="2098" w:bottom="1474" w:left="1984" w:footer="900"'
    return (
        f'<w:sectPr>{margins}<w:type w:val="nextPage"/><w:pgSz {size}/>'
        f'<w:pgMar {sides} w:header="851" w:gutter="0"/>'
        '<w:docGrid w:type="lines" w:linePitch="579"/></w:sectPr>'
    )


def ending_section(content: str, page: str) -> str:
    """Return blocks whose last paragraph ends a section of these pages."""
    at = content.rindex("</w:pPr>")
    return content[:at] + page + content[at:]


def on_new_page(content: str) -> str:
    """Return blocks of which the first paragraph begins a page."""
    if not content.startswith("<w:p>"):
        return '<w:p><w:r><w:br w:type="page"/></w:r></w:p>' + content
    at = content.index("/>") + 2
    return content[:at] + "<w:pageBreakBefore/>" + content[at:]


def drawing(relation: str, number: int, name: str, alt: str, size: tuple[float, float]) -> str:
    """Return an inline picture, its size in points, with its alternative text."""
    extent = f'cx="{round(size[0] * EMU_PER_POINT)}" cy="{round(size[1] * EMU_PER_POINT)}"'
    identity = f'id="{number}" name={attribute(name)} descr={attribute(alt)}'
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {extent}/>'
        f"<wp:docPr {identity}/><wp:cNvGraphicFramePr>"
        '<a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr><a:graphic>'
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f"<pic:nvPicPr><pic:cNvPr {identity}/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>"
        f'<a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData>'
        "</a:graphic></wp:inline></w:drawing></w:r>"
    )
