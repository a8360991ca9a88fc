"""The Word file of a report: styles, fields and tables that an office can go on editing."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from traitlets import Unicode

from govnb.files import packed
from govnb.papers import tree
from govnb.papers.exporter import PaperReport
from govnb.papers.fit import BROAD, HEIGHT, WIDTH, fitted
from govnb.papers.pandoc import Node, Nodes, write
from govnb.papers.pictures import raster, size
from govnb.papers.reading import is_annex
from govnb.papers.tree import (
    Document,
    changed,
    em_width,
    node,
    pairs,
    style_of,
    styled,
    text,
    words,
)
from govnb.papers.typesetting import templates
from govnb.report.bundle import macros

# A short paper needs no table of contents.
_FEW_HEADINGS = 3
_CAPTION = re.compile(r"([表图])(\d+)([\s　].*)", re.DOTALL)
# The names of a table's styles by the size of its type.
_SIZES = {"12": "", "10.5": "（五号）", "9": "（小五）", "7.5": "（六号）"}
# 三号, and the four characters a date stands from the right edge.
_SIZE, _DATE_INDENT = 16.0, 4.0
# As high as a picture may be: with its caption, it keeps to a page.
_HIGHEST = 190 / 225 * HEIGHT
# Where a table begins in what pandoc writes, whether its rows keep together, the text's width.
_TABLE = re.compile(r"<!--(whole|long|noted) ([\d.]+)-->(.*?)(<w:tbl>.*?</w:tbl>)", re.DOTALL)
# Where pages turn, and what a section of them says of its pages.
_TURN = re.compile(r"<!--(upright|turned)-->")
_SECTION = re.compile(r"<w:sectPr>.*?</w:sectPr>", re.DOTALL)
_PAGES = re.compile(r"<w:pgSz [^>]*/>\s*<w:pgMar [^>]*/>")
# pandoc takes the page's text for this wide, in twips.
_PANDOCS_WIDTH = 7920
_GRID = re.compile(r'(<w:gridCol w:w=")(\d+)"')


class WordReport(PaperReport):
    """Export an executed notebook as a Word file (`jupyter nbconvert --to govnb_docx`)."""

    export_from_notebook = "govnb: Word"
    output_mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    file_extension = Unicode(".docx").tag(config=True)

    def write(self, document: Document) -> bytes:
        """Return the document as a Word file."""
        return word(document)


def word(document: Document) -> bytes:
    """Return a document as a Word file; equal documents give equal bytes."""
    writer = _Writer(document)
    blocks = writer.blocks(fitted(document.blocks))
    if len(writer.headings) > _FEW_HEADINGS:
        blocks = [_raw(_xml("contents", writer.headings)), *blocks]
    with tempfile.TemporaryDirectory(prefix="govnb-") as name:
        folder = Path(name)
        for file, shown in document.pictures.items():
            (folder / _drawn(file)).write_bytes(raster(shown))
        (folder / "reference.docx").write_bytes(_reference())
        options = ("--to=docx", "--reference-doc=reference.docx", "--output=-")
        return _settled(write(blocks, *options, folder=folder), document)


def _drawn(name: str) -> str:
    return name.replace(".svg", ".png")


class _Writer:
    """Writes blocks in the styles of our Word template."""

    def __init__(self, document: Document) -> None:
        self._pictures = document.pictures
        self._width = WIDTH
        # Level, words and bookmark of each heading, for the table of contents.
        self.headings: list[tuple[int, str, str]] = []

    def blocks(self, part: Any) -> Any:
        return changed(part, self._written)

    def _written(self, x: Node) -> Nodes | None:
        match x:
            case {"t": "Header", "c": [level, _, inner]}:
                return [self._heading(level, inner, annex=is_annex(x))]
            case {"t": "Emph", "c": inner}:
                # Chinese has no italics: 楷体 takes their place.
                return [_span("楷体强调", self.blocks(inner))]
            case {"t": "Code", "c": [_, said]}:
                return [_span("行内代码", text(said))]
            case {"t": "CodeBlock", "c": [_, said]}:
                return [styled("代码", tree.para(said))]
            case {"t": "Para", "c": [{"t": "Math"}]}:
                return [styled("公式", x)]
            case {"t": "Figure", "c": [_, [_, caption], [{"c": [image]}]]}:
                return self._figure(image, words(caption))
            case {"t": "Div", "c": [_, lines]} if style_of(x) == tree.SIGN_OFF:
                return [_raw(_signed([words(line) for line in lines]))]
            case {"t": "Div", "c": [_, inner]} if style_of(x) == tree.LANDSCAPE:
                self._width = BROAD
                turned = self.blocks(inner)
                self._width = WIDTH
                return [_raw("<!--upright-->"), *turned, _raw("<!--turned-->")]
            case {"t": "Table"}:
                return self._table(x)
        return None

    def _heading(self, level: int, inner: Nodes, *, annex: bool) -> Node:
        target = f"heading{len(self.headings) + 1}"
        self.headings.append((level, words(inner), target))
        inner = self.blocks(inner)
        if annex:
            mark = node("Span", tree.attributes(target), inner)
            return styled("附件标题", node("Para", [mark]))
        return node("Header", level, tree.attributes(target), inner)

    def _figure(self, image: Node, caption: str) -> Nodes:
        _, alt, (name, _) = image["c"]
        width, height = size(self._pictures[name])
        width *= min(1.0, WIDTH / width, _HIGHEST / height)
        shown = node("Image", tree.attributes(width=f"{width / 72:.4f}in"), alt, [_drawn(name), ""])
        drawn = styled("图", node("Para", [shown]))
        return [drawn, styled("caption", node("Para", _caption(caption)))] if caption else [drawn]

    def _table(self, x: Node) -> Nodes:
        noted, (_, _, specs, head, bodies, foot) = pairs(x), x["c"]
        size_ = _SIZES[noted["size"]]
        title, unit = _caption(noted.get("title", "")), noted.get("unit", "")
        if unit:
            # The caption's paragraph ends and the unit's begins.
            said = _xml("paragraph", "TableUnit", f"单位：{unit}")
            title.append(_inline("</w:p>" + said.removesuffix("</w:p>")))
        caption = [None, [node("Plain", title)] if title else []]
        style = tree.attributes(custom_style="ReportTable")
        notes = [styled("表注", tree.para(words(row[1]))) for row in foot[1]]
        kept = "whole" if noted["whole"] else "noted" if notes else "long"
        heading = [head[0], [self._row(row, f"表头{size_}") for row in head[1]]]
        body = [
            [b[0], b[1], [self._row(r, f"表头{size_}") for r in b[2]],
             [self._row(r, f"表格文字{size_}") for r in b[3]]]
            for b in bodies
        ]  # fmt: skip
        made = [
            _raw(f"<!--{kept} {self._width:.1f}-->"),
            node("Table", style, caption, specs, heading, body, [foot[0], []]),
        ]
        # Word needs a paragraph between two tables.
        return [*made, *(notes or [_raw(_xml("paragraph", "TableNote"))])]

    def _row(self, row: Sequence[Any], style: str) -> list[Any]:
        cells = []
        for noted, side, down, across, blocks in row[1]:
            level = int(dict(noted[2]).get("level", 0))
            inner = self.blocks(blocks)
            if level and inner:
                inner[0]["c"] = [node("Str", "　" * level), *inner[0]["c"]]
            inner = [_full(block) for block in inner] or [_full(node("Plain", []))]
            cells.append([tree.attributes(), side, down, across, [styled(style, *inner)]])
        return [row[0], cells]


def _full(block: Node) -> Node:
    """Return a cell's text as a paragraph, which can have a style; pandoc drops empty ones."""
    return node("Para", block["c"] or [_inline("<w:r/>")]) if block["t"] == "Plain" else block


def _xml(name: str, *said: Any) -> str:
    """Return what the macro of that name in `word.xml.j2` writes."""
    return str(getattr(macros(templates() / "word.xml.j2"), name)(*said))


def _raw(xml: str) -> Node:
    return node("RawBlock", "openxml", xml)


def _inline(xml: str) -> Node:
    return node("RawInline", "openxml", xml)


def _span(style: str, inner: Nodes) -> Node:
    return node("Span", tree.attributes(custom_style=style), inner)


def _caption(said: str) -> Nodes:
    """Return a caption whose number is a field, so that Word can renumber and refer to it."""
    match = _CAPTION.fullmatch(said)
    if match is None:
        return text(said)
    kind, number, rest = match.groups()
    return [*text(kind), _inline(_xml("field", rf"SEQ {kind} \* ARABIC", number)), *text(rest)]


def _signed(lines: Sequence[str]) -> str:
    """Return 落款: the date four characters from the edge and the unit centred over it."""
    last = em_width(lines[-1])
    ends = (max(_DATE_INDENT + (last - em_width(line)) / 2, 0.0) for line in lines)
    placed = ((f"{chars * 100:.0f}", f"{chars * _SIZE * 20:.0f}") for chars in ends)
    return _xml("signed", [(line, *place) for line, place in zip(lines, placed, strict=True)])


# The file itself


@cache
def _reference() -> bytes:
    """Return the empty report: page, styles, fonts and numbering, from `templates/word`."""
    root = templates() / "word"
    files = {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}
    return packed({name: files[name] for name in sorted(files, key=_order)})


def _settled(made: bytes, document: Document) -> bytes:
    """Return what pandoc made with our settings and properties, and no time in it."""
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    body = parts["word/document.xml"].decode()
    parts["word/document.xml"] = _sectioned(_TABLE.sub(_dressed, body)).encode()
    parts["word/settings.xml"] = (templates() / "word" / "word" / "settings.xml").read_bytes()
    title, author = (tree.clean(x)[:255] for x in (document.full_title, document.author))
    parts["docProps/core.xml"] = _xml("properties", title, author, document.day).encode()
    running = escape(document.running).encode()
    return packed({
        name: data.replace(b"RUNNING", running) if name.startswith("word/header") else data
        for name, data in sorted(parts.items(), key=lambda part: _order(part[0]))
    })  # fmt: skip


def _order(name: str) -> tuple[bool, str]:
    """Return what sorts a Word file's parts: readers tell what it is by the first one."""
    return name != "[Content_Types].xml", name


def _sectioned(body: str) -> str:
    """Return the body with a section of its own for each run of pages on their side."""
    *_, upright = _SECTION.finditer(body)
    kinds = {"upright": upright[0], "turned": _PAGES.sub(_xml("turned"), upright[0])}
    marks = list(_TURN.finditer(body))
    if marks and not re.search(r"<w:(?:p|tbl)[ >]", body[marks[-1].end() : upright.start()]):
        # The report ends on its side: the last section is the document's own.
        body = body[: marks[-1].start()] + kinds["turned"] + body[upright.end() :]
    # A section is told of by its last paragraph.
    return _TURN.sub(lambda m: _xml("section", kinds[m[1]]), body)


def _dressed(match: re.Match[str]) -> str:
    """Return a table whose rows no page cuts in two, kept with its notes or all on one page."""
    kept, width, caption, drawn = match.groups()
    rows = list(_rows(drawn))
    last = len(rows) - 1
    for n, row in enumerate(rows):
        if (kept == "whole" and n < last) or (kept == "noted" and n == last):
            rows[n] = re.sub(r"(<w:pStyle [^>]*/>)", r"\1<w:keepNext/>", row)
    scale = 20 * float(width) / _PANDOCS_WIDTH
    head = _GRID.sub(lambda m: f'{m[1]}{int(m[2]) * scale:.0f}"', drawn)
    return caption + head.partition("<w:tr>")[0] + "".join(rows) + "</w:tbl>"


def _rows(table: str) -> Iterator[str]:
    for row in re.findall(r"<w:tr>.*?</w:tr>", table, re.DOTALL):
        inner = row.removeprefix("<w:tr>").removeprefix("<w:trPr>")
        ends = "" if inner.startswith("<w:tblHeader") else "</w:trPr>"
        yield f"<w:tr><w:trPr><w:cantSplit/>{ends}{inner}"
