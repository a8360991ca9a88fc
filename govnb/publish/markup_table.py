"""Tables in the HTML of a user's own cell: pandas frames first of all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bs4 import Tag

from govnb.publish.document import Column, Row, Run, Table

_NUMBER = re.compile(r"[-+−]?[¥$]?\d[\d,.]*(?:[eE][-+]?\d+)?\s*[%‰]?")
_EMPTY = frozenset(["", "-", "—", "NaN", "nan", "None", "NaT", "<NA>", "…", "..."])
# A cell said to span more than this is an error or an attack, not a table.
_MOST_SPAN = 200


def tables(tag: Tag) -> Iterator[Table]:
    """Yield the table of a tag, or nothing when it has no cells."""
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
