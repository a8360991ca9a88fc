"""An executed notebook as a document: what each cell shows, never how it was computed.

The report's own objects are read from their structured form
(:data:`govnb.report.bundle.STRUCTURE`); a user's cells from what Jupyter shows for them.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from govnb.papers import markdown, tree
from govnb.papers.fit import bounded, looks_numeric, rows_of
from govnb.papers.pandoc import Node, Nodes, read_html
from govnb.papers.pictures import KINDS, NO_WORDS, SVG, found, loader, put
from govnb.papers.tree import LINK, Document, node, para, style_of, styled, text, words
from govnb.report.bundle import STRUCTURE

# Shown on a page, and nothing on paper: a result for machines, panels for a mouse.
SILENT = frozenset(["result", "panels"])

_DATE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
ANNEX = re.compile(r"(附[件表录]\s*[\d一二三四五六七八九十]*)[\s　：:、]*(.*)", re.DOTALL)
# “<IPython.lib.display.IFrame at 0x7f…>” tells a reader nothing, and something else each run.
_NAMELESS = re.compile(r"<(?:[\w<>]+\.)+(\w+)(?: object)?(?: at 0x[0-9a-fA-F]+)?>")
# A source that is one formula, and nothing beside it.
_FORMULA = re.compile(r"\$\$(.+)\$\$|\$([^$]+)\$|\\\[(.+)\\\]|\\\((.+)\\\)", re.DOTALL)
# Deeper lists and quotes a page has no room for.
_DEEPEST = 6


def read(
    notebook: NotebookNode, folder: Path | None = None, *, with_figures: bool = False
) -> Document:
    """Return the document of an executed notebook.

    Parameters
    ----------
    notebook
        The notebook; cells that weren't run show nothing.
    folder
        Where pictures that a Markdown cell names may lie; None to take none from disk.
    with_figures
        Whether tables that a page holds folded, the list of all figures, are on paper too.
    """
    made = _Reader(Document(str(notebook.metadata.get("title", "")), []), with_figures)
    for cell in notebook.cells:
        if "papermill-error-cell-tag" in cell.metadata.get("tags", ()):
            # Papermill's note to whoever runs the notebook; the failed cell says what failed.
            continue
        if cell.cell_type == "markdown":
            load = loader(cell.get("attachments", {}), folder)
            made.blocks += markdown.cell(cell.source, load, made.album)
        elif cell.cell_type == "code":
            for output in cell.get("outputs", []):
                made.blocks += made.output(output)
    return made.finished()


def told(said: str) -> str:
    """Return the text of a result, or a sentence where it names only the kind of object."""
    match = _NAMELESS.fullmatch(said.strip())
    return f"〔这里的内容（{match[1]}）要在 Jupyter 里看〕" if match else said


def alone(source: str) -> str | None:
    """Return the formula a piece of TeX consists of, or None where there is text beside it."""
    source = source.strip()
    match = _FORMULA.fullmatch(source)
    if match and "$" not in re.sub(r"\\.", "", match[match.lastindex or 0]):
        return match[match.lastindex or 0]
    return None if "$" in re.sub(r"\\.", "", source) else source


class _Reader:
    """Reads outputs one after another into a document."""

    def __init__(self, made: Document, with_figures: bool) -> None:
        self._made = made
        self._with_figures = with_figures
        self._titled = ""
        self._signed: tuple[str, ...] = ()
        self._stated = ""
        self.blocks, self.album = made.blocks, made.pictures

    def finished(self) -> Document:
        """Return the document of all that was read."""
        made = self._made
        blocks = [_shallow(b) for b in _printed(self.blocks)]
        tops = [b for b in blocks if b["t"] == "Header" and b["c"][0] == 1]
        if not self._titled and len(tops) == 1 and blocks[0] is tops[0]:
            # A user's only level-1 heading, where it comes first.
            self._titled = words(tops[0]["c"][2])
            blocks[0] = _title(self._titled)
        made.blocks = list(_kept(_announced(list(_levelled(blocks)))))
        match = _DATE.search("".join([*self._signed, self._stated]))
        first = made.headings[0][1] if made.headings else ""
        made.title = self._titled or made.title or first or "报告"
        named = len(self._signed) > 1 or (self._signed and not match)
        made.author = self._signed[0] if named else ""
        made.day = _day(match)
        return made

    def output(self, output: NotebookNode) -> Nodes:
        """Return what one output of a cell shows."""
        match output.output_type:
            case "stream":
                # Warnings and progress on stderr speak to whoever runs the notebook.
                said = _ANSI.sub("", output.text).strip("\n") if output.name == "stdout" else ""
                return [tree.code(said)] if said.strip() else []
            case "error":
                said = _ANSI.sub("", f"{output.ename}: {output.evalue}")
                return [styled(tree.MARK, para(f"此处运行出错：{said}"))]
            case "display_data" | "execute_result":
                return self._shown(output.data, output.get("metadata", {}))
        return []

    def _shown(self, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> Nodes:
        """Return what a mime bundle shows: our structure first, then the richest form there is."""
        structure = data.get(STRUCTURE)
        if isinstance(structure, Mapping):
            return self._structured(structure, data)
        for kind in KINDS:
            if kind in data:
                alt = str(metadata.get(kind, {}).get("alt") or metadata.get("alt") or NO_WORDS)
                return [self._picture(kind, data[kind], alt)]
        if "text/markdown" in data:
            return self._markdown(_joined(data["text/markdown"]))
        if "text/latex" in data:
            source = _joined(data["text/latex"])
            tex = alone(source)
            if tex is None:
                return self._markdown(source)
            return [node("Para", [markdown.formula(tex, display=True)])]
        if "text/html" in data:
            blocks = self._html(_joined(data["text/html"]))
            if blocks or not data.get("text/plain"):
                return blocks
        said = told(_ANSI.sub("", _plain(data)).strip("\n"))
        return [tree.code(said)] if said.strip() else []

    def _markdown(self, source: str) -> Nodes:
        return markdown.cell(source, loader({}, None), self.album)

    def _picture(self, kind: str, value: Any, alt: str, caption: str = "") -> Node:
        said = _joined(value)
        try:
            data = said.encode() if kind == SVG else base64.b64decode(said)
        except ValueError:
            data = b""
        return put(self.album, kind, data, alt, caption)

    def _html(self, html: str) -> Nodes:
        """Return the tree of a user's HTML, with what isn't text or table of it made safe."""
        try:
            return list(_lifted(tree.changed(read_html(html), self._safe)))
        except (ValueError, RecursionError):
            # Too much for pandoc, or nested beyond reason: the words that came with it.
            return []

    def _safe(self, x: Node) -> Nodes | None:
        match x:
            case {"t": "RawBlock" | "RawInline" | "Note"}:
                return []
            case {"t": "Str", "c": said}:
                return text(said)
            case {"t": "Image", "c": [_, alt, [address, _]]}:
                return [found(self.album, loader({}, None), address, words(alt))]
            case {"t": "Link", "c": [_, inner, [address, _]]} if not LINK.match(address):
                return [node("Span", tree.attributes(), tree.changed(inner, self._safe))]
            case {"t": "Span" | "Div", "c": [_, inner]}:
                return list(tree.changed(inner, self._safe))
            case {"t": "Math", "c": [kind, tex]}:
                return [markdown.formula(tex, display=kind["t"] == "DisplayMath")]
            case {"t": "Header", "c": [level, _, inner]}:
                inner = tree.changed(inner, self._safe)
                return [node("Header", level, tree.attributes(), inner)] if words(inner) else []
            case {"t": "Table", "c": content}:
                made = node("Table", *tree.changed(content, self._safe))
                made["c"][0] = tree.attributes(title=words(content[1]))
                made["c"][1] = [None, []]
                return [bounded(made)] if rows_of(made) else []
        return None

    # The report's own objects

    def _structured(self, structure: Mapping[str, Any], data: Mapping[str, Any]) -> Nodes:
        kind = str(structure.get("type", ""))
        if kind in SILENT:
            return []
        said = _plain(data).strip("\n")
        read_: Callable[..., Nodes] | None = _STRUCTURES.get(kind)
        try:
            if read_:
                return read_(self, structure, data)
        except (LookupError, TypeError, ValueError, AttributeError):
            # Written by hand or by another version: its own words, or that it can't be read.
            return [tree.code(said) if said else para(f"〔这里的内容读不懂：{kind}〕")]
        return [tree.code(said)] if said.strip() else []

    def _prose(self, structure: Mapping[str, Any], _: Any) -> Nodes:
        level = int(structure.get("level") or 0)
        blocks = [_narrated(block) for block in structure["blocks"]]
        if not level:
            return blocks
        said = [x for b in blocks if b["t"] == "Para" for x in b["c"]]
        return [node("Header", level, tree.attributes(), said)]

    def _table(self, structure: Mapping[str, Any], _: Any) -> Nodes:
        if structure.get("folded") and not self._with_figures:
            return [_LEFT_OUT]
        heads = [(text(c["label"]), bool(c.get("numeric"))) for c in structure["columns"]]
        rows, above = (
            [
                (
                    _cells(row, len(heads)),
                    int(row.get("level") or 0),
                    str(row.get("kind") or ""),
                    row.get("heads", ()),
                )
                for row in structure.get(part, ())
            ]
            for part in ("rows", "above")
        )
        if not heads:
            raise ValueError("no columns")
        notes = [str(note) for note in structure.get("notes", ())]
        if not rows and notes:
            # Nothing was found: the sentence that says so, not a heading row over nothing.
            return [para(note) for note in notes]
        under = [f"注{n if len(notes) > 1 else ''}：{note}" for n, note in enumerate(notes, 1)]
        source = str(structure.get("source") or "")
        under += [f"来源：{source}"] if source else []
        title, unit = (str(structure.get(name) or "") for name in ("title", "unit"))
        noted = {"landscape": "1"} if structure.get("landscape") else {}
        spans = structure.get("spans", ())
        return [tree.table(heads, rows, title, unit, under, above, spans, **noted)]

    def _chart(self, structure: Mapping[str, Any], data: Mapping[str, Any]) -> Nodes:
        caption = str(structure.get("title") or "")
        alt = str(structure.get("alt") or caption)
        lacking = "、".join(f"“{char}”" for char in structure.get("missing", ()))
        if lacking:
            caption += f"（图中〓为{lacking}，图的字体缺此字）"
        kind = next((kind for kind in KINDS if kind in data), None)
        if kind is None:
            return [para(f"{caption}：{alt}")]
        return [self._picture(kind, data[kind], alt, caption)]

    def _cards(self, structure: Mapping[str, Any], _: Any) -> Nodes:
        """Return the key figures as a small table, two to a row."""
        cards: Sequence[Sequence[str]] = structure.get("cards", ())
        if not cards:
            return []
        wide = 2 * min(len(cards), 2)
        flat = [text(said) for card in cards for said in card[:2]]
        flat += [[]] * (-len(flat) % wide)
        rows = [(flat[i : i + wide], 0, "") for i in range(0, len(flat), wide)]
        heads = [(text("指标"), False), (text("数值"), True)] * (wide // 2)
        return [tree.table(heads, rows, "主要指标")]

    def _titles(self, structure: Mapping[str, Any], _: Any) -> Nodes:
        self._titled = str(structure.get("title") or "")
        marks = [str(mark) for mark in structure.get("marks", ())]
        self._made.running = "；".join(mark.partition("：")[0] for mark in marks)
        verdict = str(structure.get("verdict") or "")
        told = (*filter(None, [verdict]), *map(str, structure.get("matters", ())))
        said = [styled(tree.MARK, para(mark)) for mark in (*marks, *told)]
        return [*said[: len(marks)], _title(self._titled), *said[len(marks) :]]

    def _sign_off(self, structure: Mapping[str, Any], _: Any) -> Nodes:
        self._signed = tuple(str(line) for line in structure.get("lines", ()) if line)
        self._stated = str(structure.get("date") or "")
        return [styled(tree.SIGN_OFF, *map(para, self._signed))] if self._signed else []


_STRUCTURES: dict[str, Callable[..., Nodes]] = {
    "prose": _Reader._prose,
    "table": _Reader._table,
    "chart": _Reader._chart,
    "cards": _Reader._cards,
    "title": _Reader._titles,
    "signoff": _Reader._sign_off,
}


def _cells(row: Mapping[str, Any], columns: int) -> list[Nodes]:
    """Return a row's cells; those that the page tints are bold."""
    if len(row["cells"]) != columns:
        raise ValueError("a row of another length")
    strong = row.get("strong", ())
    return [
        [node("Strong", text(said))] if n in strong else text(said)
        for n, said in enumerate(row["cells"])
    ]


# Where a table isn't on paper; a heading that leads to nothing else isn't either.
_LEFT_OUT = {"t": "Null"}


def _printed(blocks: Nodes) -> Iterator[Node]:
    for n, block in enumerate(blocks):
        leads_out = n + 1 < len(blocks) and blocks[n + 1] is _LEFT_OUT
        if block is not _LEFT_OUT and not (block["t"] == "Header" and leads_out):
            yield block


def _narrated(block: Any) -> Node:
    if not isinstance(block, Mapping):
        return node("Para", _runs(block))
    rows = [[_runs(cell) for cell in row] for row in block["rows"]]
    heads = [
        (_runs(label), right or looks_numeric(words(row[i]) for row in rows))
        for i, (label, right) in enumerate(zip(block["head"], block["right"], strict=True))
    ]
    return tree.table(heads, [(row, 0, "") for row in rows])


def _runs(line: Sequence[Sequence[Any]]) -> Nodes:
    return [
        x
        for said, bold in line
        for x in ([node("Strong", text(said))] if bold and said else text(said))
    ]


def _joined(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)


def _plain(data: Mapping[str, Any]) -> str:
    return _joined(data.get("text/plain", ""))


def _title(said: str) -> Node:
    return styled("Title", para("\n".join(tree.title_lines(said))))


def _day(match: re.Match[str] | None) -> date | None:
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _lifted(blocks: Nodes) -> Iterator[Node]:
    """Yield blocks with the pictures that stood in a line of HTML as blocks of their own."""
    for block in blocks:
        inside = block["c"] if block["t"] in ("Para", "Plain") else []
        said: Nodes = []
        for x in inside:
            if x["t"] in ("Figure", "Para"):
                yield from [node("Para", said)] if words(said).strip() else []
                yield x
                said = []
            else:
                said.append(x)
        if not inside:
            yield block
        elif words(said).strip():
            yield node("Para", said)


def _levelled(blocks: Nodes) -> Iterator[Node]:
    """Count heading levels from 1 below the title, without gaps: readers aloud need that."""
    top = min((b["c"][0] for b in blocks if b["t"] == "Header"), default=1)
    # Levels of the headings that are open: a level under its parent is one more than it.
    open_levels: list[int] = []
    for block in blocks:
        if block["t"] != "Header":
            yield block
            continue
        level, _, said = block["c"]
        while open_levels and open_levels[-1] >= level:
            open_levels.pop()
        open_levels.append(level)
        # An annex starts on a page of its own.
        kind = ("annex",) if level == top and ANNEX.match(words(said)) else ()
        yield node("Header", min(len(open_levels), 4), tree.attributes("", *kind), said)


def is_annex(block: Node) -> bool:
    """Tell whether a block is the heading of an annex."""
    return block["t"] == "Header" and "annex" in block["c"][1][1]


def _announced(blocks: Nodes) -> Nodes:
    """Return blocks with the list of annexes (附件说明) between the text and who signs it."""
    named = [words(b["c"][2]) for b in blocks if is_annex(b)]
    at = next((n for n, b in enumerate(blocks) if style_of(b) == tree.SIGN_OFF), None)
    titles = [ANNEX.sub(r"\2", name) for name in named]
    if at is None or not titles or any(is_annex(b) for b in blocks[:at]):
        return blocks
    lines = [f"{n}.{title}" for n, title in enumerate(titles, 1)] if titles[1:] else titles
    said = "\n".join(f"{'附件：' if n == 0 else '　' * 5}{line}" for n, line in enumerate(lines))
    return [*blocks[:at], styled(tree.ANNEXES, para(said)), *blocks[at:]]


def _kept(blocks: Nodes) -> Iterator[Node]:
    """Yield blocks, a paragraph that leads on to the next one kept on its page."""
    signed = (tree.SIGN_OFF, tree.ANNEXES)
    for n, block in enumerate(blocks):
        last = block["t"] == "Para" and n + 1 < len(blocks) and style_of(blocks[n + 1]) in signed
        yield styled(tree.KEPT, block) if last or tree.leads(block) else block


def _shallow(block: Node, depth: int = 0) -> Node:
    """Return a block with lists and quotes no deeper than paper holds, and no section in them."""
    match block:
        case {"t": "BulletList", "c": items}:
            return node("BulletList", [_inside(item, depth) for item in items])
        case {"t": "OrderedList", "c": [look, items]}:
            return node("OrderedList", look, [_inside(item, depth) for item in items])
        case {"t": "BlockQuote", "c": inner}:
            return node("BlockQuote", _inside(inner, depth))
        case {"t": "Header", "c": [_, __, said]} if depth:
            # It heads no section of the report, but reads as what it is.
            return node("Para", [node("Strong", said)])
    return block


def _inside(blocks: Nodes, depth: int) -> Nodes:
    out: Nodes = []
    for block in blocks:
        deep = block["t"] in ("BulletList", "OrderedList", "BlockQuote")
        if depth + 1 >= _DEEPEST and deep:
            # As paragraphs of the item it stands in.
            content = block["c"][1] if block["t"] == "OrderedList" else block["c"]
            inner = [content] if block["t"] == "BlockQuote" else content
            out += [x for item in inner for x in _inside(item, depth)]
        else:
            out.append(_shallow(block, depth + 1))
    return out
