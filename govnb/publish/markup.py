"""HTML of a user's own cell as blocks: headings, lists, tables and the look of words.

Only for what isn't ours: the report's own objects carry a structured form.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bs4 import BeautifulSoup, Tag
from bs4.element import Comment, NavigableString, PageElement

from govnb.publish.document import (
    Block,
    Code,
    Heading,
    Listing,
    Paragraph,
    Quote,
    Run,
    Runs,
    plain,
)
from govnb.publish.markup_table import tables
from govnb.publish.pictures import Loader, found

_SILENT = ("script", "style", "template", "head", "noscript", "title")
_BLOCKS = re.compile(
    "address|article|aside|blockquote|d[dlt]|div|fig(?:caption|ure)|footer|h[1-6r]|header|li|main"
    "|nav|[ou]l|p|pre|section|summary"
)
_LOOKS = {
    name: look
    for names, look in (
        ("b strong", "bold"),
        ("i em cite var dfn", "italic"),
        ("s del strike", "strike"),
        ("code kbd samp tt", "code"),
    )
    for name in names.split()
}
_PLAIN = Run("")
# HTML nests as deep as its writer likes; no list or quote does.
_DEEPEST = 20


def blocks_of_html(text: str, load: Loader = lambda _: None) -> list[Block]:
    """Return the blocks of a piece of HTML, in order; what only a browser can show is left out."""
    soup = BeautifulSoup(text, "html.parser")
    for tag in soup(_SILENT):
        tag.decompose()
    return _Reader(load).read(soup, _PLAIN)


class _Reader:
    """Reads the inside of one element; a list's item or a quote gets a reader of its own."""

    def __init__(self, load: Loader, depth: int = 0) -> None:
        self._load = load
        self._depth = depth
        self._blocks: list[Block] = []
        self._runs: list[Run] = []

    def read(self, tag: Tag, style: Run) -> list[Block]:
        self._walk(tag, style)
        self._flush()
        return self._blocks

    def only(self, piece: PageElement, style: Run) -> list[Block]:
        self._piece(piece, style)
        self._flush()
        return self._blocks

    def _inside(self, tag: Tag, style: Run) -> list[Block]:
        return _Reader(self._load, self._depth + 1).read(tag, style)

    def _flush(self) -> None:
        runs = _trimmed(self._runs)
        if plain(runs).strip():
            self._blocks.append(Paragraph(runs))
        self._runs = []

    def _piece(self, piece: PageElement, style: Run) -> None:
        if isinstance(piece, Tag):
            self._tag(piece, style)
        elif isinstance(piece, NavigableString) and not isinstance(piece, Comment):
            self._runs.append(replace(style, text=re.sub(r"\s+", " ", str(piece))))

    def _walk(self, tag: Tag, style: Run) -> None:
        for child in tag.children:
            self._piece(child, style)

    def _tag(self, tag: Tag, style: Run) -> None:
        if tag.name == "br":
            self._flush()
        elif tag.name in ("table", "img", "pre") or _BLOCKS.fullmatch(tag.name):
            self._flush()
            self._block(tag, style)
            self._flush()
        else:
            look = _look(style, _LOOKS.get(tag.name, ""))
            if tag.name == "a" and tag.get("href"):
                look = replace(look, link=str(tag["href"]))
            self._walk(tag, look)

    def _block(self, tag: Tag, style: Run) -> None:
        match tag.name:
            case "table":
                self._blocks += tables(tag)
            case "img":
                address, alt = str(tag.get("src") or ""), str(tag.get("alt") or "")
                self._blocks.append(found(self._load, address, alt))
            case "pre":
                text = tag.get_text().strip("\n")
                self._blocks += [Code(text)] if text.strip() else []
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                inner = self._inside(tag, style) if self._depth < _DEEPEST else []
                said = [block.runs for block in inner if isinstance(block, Paragraph)]
                if said:
                    self._blocks.append(Heading(int(tag.name[1]), said[0] + sum(said[1:], ())))
                self._blocks += [b for b in inner if not isinstance(b, Paragraph)]
            case "ul" | "ol" if self._depth < _DEEPEST:
                self._blocks += self._listing(tag, style)
            case "blockquote" if self._depth < _DEEPEST:
                inner = self._inside(tag, style)
                self._blocks += [Quote(tuple(inner))] if inner else []
            case _:
                self._walk(tag, style)

    def _listing(self, tag: Tag, style: Run) -> list[Block]:
        """Return a list; HTML allows lists and words beside its items, and so do browsers."""
        items: list[tuple[Block, ...]] = []
        for child in tag.children:
            reader = _Reader(self._load, self._depth + 1)
            if isinstance(child, Tag) and child.name == "li":
                items.append(tuple(reader.read(child, style)))
            elif inner := reader.only(child, style):
                items[-1:] = [(*(items[-1] if items else ()), *inner)]
        items = [item for item in items if item]
        start = str(tag.get("start") or "1")
        first = int(start) if start.isdecimal() else 1
        return [Listing(tuple(items), first if tag.name == "ol" else None)] if items else []


def _look(style: Run, name: str) -> Run:
    return Run(
        style.text,
        bold=style.bold or name == "bold",
        italic=style.italic or name == "italic",
        code=style.code or name == "code",
        strike=style.strike or name == "strike",
        link=style.link,
    )


def _trimmed(runs: list[Run]) -> Runs:
    """Return runs with one blank where HTML has several, and none at the ends."""
    out: list[Run] = []
    for run in runs:
        text = run.text.lstrip() if not out or out[-1].text.endswith(" ") else run.text
        if text:
            out.append(replace(run, text=text))
    while out and not out[-1].text.rstrip():
        out.pop()
    if out:
        out[-1] = replace(out[-1], text=out[-1].text.rstrip())
    return tuple(out)
