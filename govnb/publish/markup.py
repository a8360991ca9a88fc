"""HTML of a user's own cell as blocks: pandas tables first of all.

Only for what isn't ours: the report's own objects carry a structured form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bs4 import BeautifulSoup, Tag
from bs4.element import Comment, NavigableString

from govnb.publish.document import Block, Column, Paragraph, Row, Run, Table
from govnb.publish.pictures import Loader, found

_NUMBER = re.compile(r"[-+−]?[¥$]?\d[\d,.]*(?:[eE][-+]?\d+)?\s*[%‰]?")
_EMPTY = frozenset(["", "-", "—", "NaN", "nan", "None", "NaT", "<NA>", "…", "..."])
_SILENT = ("script", "style", "template", "head", "noscript", "title")
_BLOCKS = re.compile(
    "address|article|aside|blockquote|d[dlt]|div|fig(?:caption|ure)|footer|h[1-6r]|header|li|main"
    "|nav|[ou]l|p|pre|section|summary"
)
# A cell said to span more than this is an error or an attack, not a table.
_MOST_SPAN = 200


def blocks_of_html(text: str, load: Loader = lambda _: None) -> list[Block]:
    """Return the tables, pictures and words of a piece of HTML, in order."""
    soup = BeautifulSoup(text, "html.parser")
    for tag in soup(_SILENT):
        tag.decompose()
    blocks: list[Block] = []
    said: list[str] = []

    def flush() -> None:
        words = re.sub(r"\s+", " ", "".join(said)).strip()
        if words:
            blocks.append(Paragraph((Run(words),)))
        said.clear()

    for piece in _walk(soup, load):
        if isinstance(piece, str):
            if piece == "\0":
                flush()
            else:
                said.append(piece)
        else:
            flush()
            blocks.append(piece)
    flush()
    return blocks


def _walk(tag: Tag, load: Loader) -> Iterator[str | Block]:
    """Yield words, a NUL where a paragraph ends, and blocks."""
    for child in tag.children:
        if isinstance(child, NavigableString):
            if not isinstance(child, Comment):
                yield str(child)
        elif isinstance(child, Tag):
            if child.name == "table":
                yield from _tables(child)
            elif child.name == "img":
                yield found(load, str(child.get("src") or ""), str(child.get("alt") or ""))
            elif child.name == "br":
                yield "\0"
            elif _BLOCKS.fullmatch(child.name):
                yield "\0"
                yield from _walk(child, load)
                yield "\0"
            else:
                yield from _walk(child, load)


def _tables(tag: Tag) -> Iterator[Block]:
    lines = [row for row in tag.find_all("tr") if row.find_parent("table") is tag]
    grid = _grid(lines)
    if not grid or not grid[0]:
        return
    heads = sum(1 for _ in _leading_heads(lines))
    caption = tag.find("caption")
    head, body = grid[:heads], grid[heads:]
    width = len(grid[0])
    labels = ["　".join(dict.fromkeys(line[i] for line in head if line[i])) for i in range(width)]
    columns = tuple(
        Column((Run(label),), looks_numeric(line[i] for line in body))
        for i, label in enumerate(labels)
    )
    rows = tuple(Row(tuple((Run(text),) for text in line)) for line in body)
    yield Table(columns, rows, title=_said(caption) if isinstance(caption, Tag) else "")


def _leading_heads(lines: list[Tag]) -> Iterator[Tag]:
    """Yield the rows that head the table: those in thead, or at the top and of th only."""
    for line in lines:
        inside = line.find_parent("thead") is not None
        cells = line.find_all(["th", "td"], recursive=False)
        if not inside and not (cells and all(cell.name == "th" for cell in cells)):
            return
        yield line


def _grid(lines: list[Tag]) -> list[list[str]]:
    """Return the cells' words with spans filled: headings repeat, row labels don't."""
    held: dict[tuple[int, int], str] = {}
    rows: list[dict[int, str]] = []
    for y, line in enumerate(lines):
        row: dict[int, str] = {}
        x = 0
        for cell in line.find_all(["th", "td"], recursive=False):
            while (y, x) in held:
                row[x] = held.pop((y, x))
                x += 1
            words = _said(cell)
            for dx in range(_span(cell, "colspan")):
                row[x + dx] = words
                for dy in range(1, _span(cell, "rowspan")):
                    held[(y + dy, x + dx)] = ""
            x += _span(cell, "colspan")
        row.update({column: text for (at, column), text in held.items() if at == y})
        rows.append(row)
    width = max((max(row, default=-1) + 1 for row in rows), default=0)
    return [[row.get(i, "") for i in range(width)] for row in rows]


def _span(cell: Tag, name: str) -> int:
    text = str(cell.get(name) or "1")
    return min(max(int(text), 1), _MOST_SPAN) if text.isdigit() else 1


def _said(tag: Tag) -> str:
    return re.sub(r"\s+", " ", tag.get_text(" " if tag.find("br") else "")).strip()


def looks_numeric(texts: Iterable[str]) -> bool:
    """Tell whether a column holds numbers: some, and nothing else but blanks."""
    said = [text.strip() for text in texts]
    told = [text for text in said if text not in _EMPTY]
    return bool(told) and all(_NUMBER.fullmatch(text) for text in told)
