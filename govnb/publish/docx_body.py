"""The body of the Word file: every block in its style."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from itertools import count, zip_longest
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.parts.document import DocumentPart

from govnb.publish import docx_xml as xml
from govnb.publish.document import (
    Block,
    Code,
    Equation,
    Heading,
    Listing,
    Paragraph,
    Picture,
    Quote,
    Run,
    Runs,
    SignOff,
    Table,
    Title,
    plain,
)
from govnb.publish.docx_math import mathematics
from govnb.publish.docx_table import after, before, table
from govnb.publish.fit import (
    LANDSCAPE,
    PORTRAIT,
    Fitted,
    Section,
    em_width,
    fit,
    title_lines,
)
from govnb.publish.nesting import DEEPEST
from govnb.publish.pictures import PIXELS_PER_INCH, SVG, raster

BODY = "BodyIndent"
_CAPTION = re.compile(r"([表图])(\d+)([\s　].*)", re.DOTALL)
_LINK = re.compile(r"(?:https?|mailto):[^\s]+$")
# 三号, and the four characters a date stands from the right edge.
_SIZE, _DATE_INDENT = 16.0, 4.0
# What a level of a list or a quote steps in by, and where the text of a list begins (twips).
_STEP, _LIST_TEXT = 640, 960


class Body:
    """Writes blocks one after another; pictures and links become parts of the package."""

    def __init__(self, part: DocumentPart) -> None:
        self._part = part
        self._ids = count(1)
        self._numbers = count(2)
        self._room = PORTRAIT
        # Level, words and bookmark of each heading, for the table of contents.
        self.headings: list[tuple[int, str, str]] = []
        self.numbered: list[tuple[int, int]] = []

    def section(self, section: Section) -> str:
        """Return the blocks of a section."""
        self._room = LANDSCAPE if section.landscape else PORTRAIT
        parts = []
        for block, following in zip_longest(section.blocks, section.blocks[1:]):
            written = self._block(block)
            # A sign-off never stands on a page without a line of text above it.
            if isinstance(block, Paragraph) and (block.leads or isinstance(following, SignOff)):
                written = written.replace("/>", "/><w:keepNext/><w:keepLines/>", 1)
            parts.append(written)
        return "".join(parts)

    def _block(self, block: Block | Fitted, style: str = BODY, level: int = 0) -> str:
        """Return a block in its style, as deep in lists and quotes as `level` says."""
        indent = _indent(level)
        layout = f'<w:ind w:left="{indent}"/>' if level else ""
        match block:
            case Paragraph():
                style = "Mark" if block.mark else style
                return xml.paragraph(style, self._words(block.runs), layout=layout)
            case Fitted():
                drawn = table(block, self._words, indent)
                return before(block, _caption, layout) + drawn + after(block, layout)
            case Table():
                pieces = fit(block, self._room - indent / 20 if level else None)
                return "".join(self._block(piece, style, level) for piece in pieces)
            case Listing():
                return self._listing(block, style, level)
            case Quote():
                return "".join(self._block(inner, "Quote", level + 1) for inner in block.blocks)
            case Code():
                return xml.paragraph("Code", xml.run(block.text), layout=layout)
            case _:
                write: Callable[[Any], str] = getattr(self, f"_{type(block).__name__.lower()}")
                return write(block)

    def _heading(self, block: Heading) -> str:
        target, number = f"_Toc{len(self.headings) + 1:08d}", next(self._ids)
        self.headings.append((block.level, plain(block.runs), target))
        style = "Annex" if block.annex else f"Heading{block.level}"
        return xml.paragraph(style, xml.bookmark(number, target, self._words(block.runs)))

    def _title(self, block: Title) -> str:
        marks = "".join(xml.paragraph("Mark", xml.run(mark)) for mark in block.marks)
        return marks + xml.paragraph("Title", xml.run("\n".join(title_lines(block.text))))

    def _equation(self, block: Equation) -> str:
        if block.formula.tree is None:
            return xml.paragraph("Code", xml.run(block.formula.tex))
        inner = f"<m:oMathPara>{mathematics(block.formula.tree)}</m:oMathPara>"
        return xml.paragraph("Equation", inner)

    def _signoff(self, block: SignOff) -> str:
        """Return the date four characters from the edge and the unit centred over it."""
        last = em_width(block.lines[-1])
        parts = []
        for i, line in enumerate(block.lines):
            chars = max(_DATE_INDENT + (last - em_width(line)) / 2, 0.0)
            indent = f'<w:ind w:rightChars="{chars * 100:.0f}" w:right="{chars * _SIZE * 20:.0f}"/>'
            keep = "<w:keepNext/>" if i + 1 < len(block.lines) else ""
            space = '<w:spacing w:before="1158"/>' if i == 0 else ""
            parts.append(xml.paragraph("SignOff", xml.run(line), layout=keep + space + indent))
        return "".join(parts)

    def _picture(self, block: Picture) -> str:
        relation, image = self._part.get_or_add_image(io.BytesIO(raster(block)))
        dots = PIXELS_PER_INCH if block.kind == SVG else float(image.horz_dpi)
        width, height = image.px_width / dots * 72, image.px_height / dots * 72
        factor = min(1.0, self._room / width, 190 / 25.4 * 72 / height)
        number, alt = next(self._ids), block.alt or block.caption
        drawn = xml.drawing(
            relation, number, f"图片 {number}", alt, (width * factor, height * factor)
        )
        # Without a caption below there is nothing to keep with.
        layout = "" if block.caption else '<w:keepNext w:val="0"/>'
        caption = xml.paragraph("Caption", _caption(block.caption)) if block.caption else ""
        return xml.paragraph("Figure", drawn, layout=layout) + caption

    def _listing(self, block: Listing, style: str, level: int) -> str:
        number = 1
        if block.start is not None:
            number = next(self._numbers)
            self.numbered.append((number, block.start))
        at = min(level, DEEPEST - 1)
        mark = f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{number}"/></w:numPr>'
        look = "ListParagraph" if style == BODY else style
        return "".join(self._item(item, mark, look, level + 1) for item in block.items)

    def _item(self, item: Sequence[Block], mark: str, style: str, level: int) -> str:
        begins = item[0] if item else None
        # What isn't text has no mark of its own.
        text = begins.runs if isinstance(begins, Paragraph) else ()
        rest = item[1:] if isinstance(begins, Paragraph) else item
        first = xml.paragraph(style, self._words(text), layout=mark)
        return first + "".join(self._block(block, style, level) for block in rest)

    def _words(self, runs: Runs) -> str:
        return "".join(map(self._run, runs))

    def _run(self, run: Run) -> str:
        if run.formula is not None:
            tree = run.formula.tree
            if tree is not None:
                return mathematics(tree)
            return xml.run(run.formula.tex, '<w:rStyle w:val="InlineCode"/>')
        if not _LINK.match(run.link):
            return xml.run(run.text, _look(run))
        relation = self._part.relate_to(run.link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        look = f'<w:rStyle w:val="Hyperlink"/>{_look(run)}'
        return f'<w:hyperlink r:id="{relation}">{xml.run(run.text, look)}</w:hyperlink>'


def _indent(level: int) -> int:
    """Return where text begins at a level of lists and quotes, in twips."""
    return _LIST_TEXT + _STEP * (min(level, DEEPEST) - 1) if level else 0


def _look(run: Run) -> str:
    style = '<w:rStyle w:val="InlineCode"/>' if run.code else ""
    # Chinese has no italics: 楷体 takes their place.
    face = ' w:eastAsia="楷体_GB2312" w:ascii="楷体_GB2312" w:hAnsi="楷体_GB2312"'
    kai = f"<w:rFonts{face}/>" if run.italic and not run.code else ""
    bold = "<w:b/><w:bCs/>" if run.bold else ""
    return style + kai + bold + ("<w:strike/>" if run.strike else "")


def _caption(words: str) -> str:
    """Return a caption whose number is a field, so that Word can renumber and refer to it."""
    match = _CAPTION.fullmatch(words)
    if match is None:
        return xml.run(words)
    kind, number, rest = match.groups()
    return xml.run(kind) + xml.field(rf"SEQ {kind} \* ARABIC", number) + xml.run(rest)
