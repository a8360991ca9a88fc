"""How a table fits a page: the widths of its columns and the size of its type.

A column is never lost. A table that is too wide for the text gets smaller type, and in the
end comes in parts, each with the first column again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from govnb.papers.pandoc import Node, Nodes
from govnb.papers.tree import (
    LANDSCAPE,
    attributes,
    em_width,
    node,
    pairs,
    style_of,
    styled,
    text,
    words,
)

# The text area of GB/T 9704, in points.
WIDTH, HEIGHT = 156 / 25.4 * 72, 225 / 25.4 * 72
# How wide that of a page on its side is.
BROAD = 245 / 25.4 * 72
# 小四, 五号, 小五, 六号.
SIZES = (12.0, 10.5, 9.0, 7.5)
# Space at both sides of a cell's text, and a little over, in ems of the table's type.
_INSET = 0.8
# What a level of a list or a quote steps in, at most.
_STEP = 40.0
# A table shorter than this part of a page is kept on one.
_SHORT = 0.33
# The largest type is for short tables; larger is worth a page or so, not a table twice as long.
_FEW_PAGES = 2.0
_MANY_ROWS = 20
# What a line may not break inside, as far as one line holds it.
_WORDS = re.compile(r"[!-~]+|.", re.DOTALL)
_LONGEST_WORD = 8.0
# A number broken over two lines is read as two numbers; longer than this it isn't one.
_LONGEST_NUMBER = 12.0
# A cell with more text than this may be cut by a page's end.
_WHOLE_CELL = 400

_NUMBER = re.compile(r"[-+−]?[¥$]?\d[\d,.]*(?:[eE][-+]?\d+)?\s*[%‰]?")
_EMPTY = frozenset(["", "-", "—", "NaN", "nan", "None", "NaT", "<NA>", "…", "..."])
# A cell said to span more than this is an error or an attack, not a table.
_MOST_SPAN = 200


@dataclass(frozen=True, slots=True)
class _Column:
    """What a column asks for, in ems: its least, a comfortable and its natural width."""

    least: float
    easy: float
    natural: float


def looks_numeric(texts: Iterable[str]) -> bool:
    """Tell whether a column holds numbers: some, and nothing else but blanks."""
    told = [said for said in map(str.strip, texts) if said not in _EMPTY]
    return bool(told) and all(_NUMBER.fullmatch(said) for said in told)


def bounded(table: Node) -> Node:
    """Return a table of a user's own, no cell spanning more than the table has."""
    specs = table["c"][2]
    for row in rows_of(table):
        for cell in row[1]:
            cell[2], cell[3] = min(cell[2], _MOST_SPAN), min(cell[3], max(len(specs), 1))
    if len(specs) > _MOST_SPAN:
        table["c"][2] = specs[:_MOST_SPAN]
        for row in rows_of(table):
            row[1] = row[1][:_MOST_SPAN]
            for cell in row[1]:
                cell[3] = 1
    return table


def rows_of(table: Node) -> list[Any]:
    """Return the rows of a table: those that head it, its body's and its foot's."""
    _, _, _, head, bodies, foot = table["c"]
    return [*head[1], *(row for body in bodies for row in (*body[2], *body[3])), *foot[1]]


def fitted(blocks: Nodes, room: float = WIDTH) -> Nodes:
    """Return blocks with every table fitted, those in lists and quotes to the room left there."""
    out: Nodes = []
    for block in blocks:
        match block:
            case {"t": "Table"} if pairs(block).get("landscape") and room == WIDTH:
                upright = fit(block)
                # In the largest type it is as good upright.
                is_easy = len(upright) == 1 and pairs(upright[0])["size"] == f"{SIZES[0]:g}"
                out = [*out, *upright] if is_easy else _turned(out, fit(block, BROAD, BROAD))
            case {"t": "Table"}:
                out += fit(block, room)
            case {"t": "BlockQuote", "c": inner}:
                out.append(node("BlockQuote", fitted(inner, room - _STEP)))
            case {"t": "BulletList", "c": items}:
                out.append(node("BulletList", [fitted(item, room - _STEP) for item in items]))
            case {"t": "OrderedList", "c": [look, items]}:
                inside = [fitted(item, room - _STEP) for item in items]
                out.append(node("OrderedList", look, inside))
            case _:
                out.append(block)
    return out


def _turned(before: Nodes, tables: Nodes) -> Nodes:
    """Return tables on a page on its side, with the headings over them and such tables before."""
    last = max((n for n, block in enumerate(before, 1) if block["t"] != "Header"), default=0)
    # Nothing but the title and what belongs to it.
    last = 0 if all(block["t"] in ("Div", "Table") for block in before[:last]) else last
    inside, out = [*before[last:], *tables], before[:last]
    if out and style_of(out[-1]) == LANDSCAPE:
        inside = [*out.pop()["c"][1], *inside]
    return [*out, styled(LANDSCAPE, *inside)]


def fit(table: Node, room: float = WIDTH, page: float = WIDTH) -> list[Node]:
    """Return a table fitted to a width, in as many parts as it takes.

    Its columns get their widths; noted of it are the `size` of its type and whether it is
    short enough to stay `whole` on a page.
    """
    specs, bodies = table["c"][2], table["c"][4]
    body = [line for part in bodies for line in _grid(part[2] + part[3], len(specs))]
    heads = _grid(table["c"][3][1], len(specs))
    columns = []
    for i, (side, _) in enumerate(specs):
        cells = [said for line in body if (said := line[i])]
        if side["t"] == "AlignDefault":
            numeric = looks_numeric(said for said, _ in cells)
            side["t"] = "AlignRight" if numeric else "AlignLeft"
        label = max((s[0] for line in heads if (s := line[i])), key=em_width, default="")
        columns.append(_measured(label, cells, side["t"] == "AlignRight"))
    for wanted in ([c.easy for c in columns], [c.least for c in columns]):
        fitting = [size for size in SIZES if sum(wanted) <= room / size]
        if fitting:
            shared = [_shared(room / size, wanted, columns) for size in fitting]
            pages = [_pages(body, w, size) for w, size in zip(shared, fitting, strict=True)]
            most = max(_FEW_PAGES, 1.2 * min(pages))
            bounds = [_SHORT if size == SIZES[0] else most for size in fitting]
            at = next(
                n for n, length in enumerate(pages) if length <= bounds[n] or n == len(pages) - 1
            )
            return [_fitted(table, shared[at], fitting[at], room / page, pages[at] <= _SHORT)]
    groups = _groups([c.least for c in columns], room / SIZES[-1])
    if len(groups) == 1:
        # One column wider than a page: its words will break where they must.
        widths = _shared(room / SIZES[-1], [1.0 for _ in columns], columns)
        return [_fitted(table, widths, SIZES[-1], room / page, whole=False)]
    return [t for n, group in enumerate(groups) for t in fit(_part(table, group, n), room, page)]


_Said = tuple[str, int]


def _grid(rows: Sequence[Any], width: int) -> list[list[_Said | None]]:
    """Return the words and the level of each cell; None where one spans several columns."""
    out: list[list[_Said | None]] = []
    held: dict[int, int] = {}  # rows still covered from above, by column
    for row in rows:
        line: list[_Said | None] = [None] * width
        covered = {x for x, n in held.items() if n}
        held = {x: n - 1 for x, n in held.items() if n}
        free = iter(x for x in range(width) if x not in covered)
        for _, __, down, across, blocks in row[1]:
            taken = [x for _, x in zip(range(across), free, strict=False)]
            if across == 1 and taken:
                level = 0
                line[taken[0]] = (words(blocks), level)
            held |= {x: down - 1 for x in taken}
        if row[1] and line[0] is not None:
            line[0] = (line[0][0], int(dict(row[1][0][0][2]).get("level", 0)))
        out.append(line)
    return out


def _measured(label: str, cells: Sequence[_Said], numeric: bool) -> _Column:
    lines = sorted(max(map(em_width, said.split("\n"))) + level for said, level in cells)
    # In a long table the few longest cells may well take two lines.
    usual = lines[int(len(lines) * 0.9)] if len(lines) > _MANY_ROWS else max(lines, default=0)
    wide = max(usual, em_width(label)) + _INSET
    word = max((_unbroken(said, numeric) for said, _ in cells), default=0.0)
    deepest = max((level for _, level in cells), default=0)
    least = max(word + deepest, min(2.0, em_width(label))) + _INSET
    if numeric:
        # The heading may take two lines, and three when it is long.
        easy = max(2.0, min(em_width(label), max(em_width(label) / 3, 4.0))) + 0.7
    else:
        easy = 6.0 if wide <= 16 else 9.0 if wide <= 40 else 12.0
    easy, natural = deepest + easy, wide
    if len(lines) > _MANY_ROWS:
        # Room goes where most rows want it, not where a few do.
        natural = min(wide, 1.25 * sum(lines) / len(lines) + 0.7)
    if not numeric and 5 * sum(bool(said) for said, _ in cells) < len(cells):
        # Next to nothing is in it: what there is may take more lines.
        easy = natural = min(wide, 5.0)
    return _Column(least, max(least, min(wide, easy)), max(least, natural))


def _unbroken(said: str, numeric: bool) -> float:
    """Return the width of the longest stretch of text that one line has to hold."""
    # Words that stand among numbers break like any others, and a long unit after its number.
    most = _LONGEST_NUMBER if said.isascii() else _LONGEST_WORD
    if numeric and em_width(said) <= most and any(map(str.isdigit, said)):
        return em_width(said)
    longest = max((em_width(match[0]) for match in _WORDS.finditer(said)), default=0.0)
    return min(longest, _LONGEST_WORD)


def _shared(room: float, base: Sequence[float], columns: Sequence[_Column]) -> list[float]:
    """Share the room out: everyone's base, then up to natural widths, then in proportion."""
    wants = [max(c.natural - w, 0.0) for c, w in zip(columns, base, strict=True)]
    share = min(1.0, max(room - sum(base), 0.0) / (sum(wants) or 1.0))
    widths = [w + want * share for w, want in zip(base, wants, strict=True)]
    return [w * room / sum(widths) for w in widths]


def _pages(body: Sequence[Sequence[_Said | None]], widths: Sequence[float], size: float) -> float:
    """Return about how many pages the rows take."""
    height = 0.0
    for line in body:
        cells = [(c[0], w) for c, w in zip(line, widths, strict=True) if c is not None]
        tall = max((math.ceil(max(em_width(s), 1) / (w - 0.7)) for s, w in cells), default=1)
        height += 1.42 * tall + 0.8
    return height * size / HEIGHT


def _fitted(table: Node, widths: Sequence[float], size: float, part: float, whole: bool) -> Node:
    noted, caption, specs, head, bodies, foot = table["c"]
    share = part / sum(widths)
    sides = [
        [side, node("ColWidth", round(w * share, 5))]
        for (side, _), w in zip(specs, widths, strict=True)
    ]
    more = {"size": f"{size:g}", "whole": "1" if whole else ""}
    noted = attributes(noted[0], **(pairs(table) | more))
    return node("Table", noted, caption, sides, head, bodies, foot)


def may_break(cell: Sequence[Any]) -> bool:
    """Tell whether a page may end within a cell."""
    return len(words(cell[4])) > _WHOLE_CELL or cell[2] > 1


def _groups(least: Sequence[float], room: float) -> list[list[int]]:
    """Return the columns of each part: as many as fit beside the first."""
    groups: list[list[int]] = [[]]
    for i in range(1, len(least)):
        taken = least[0] + sum(least[j] for j in groups[-1])
        if groups[-1] and taken + least[i] > room:
            groups.append([])
        groups[-1].append(i)
    return [[0, *group] for group in groups]


def _part(table: Node, keep: Sequence[int], n: int) -> Node:
    """Return some columns of a table; a cell that spans several is given up for plain ones."""
    noted, caption, specs, (at, heads), bodies, foot = table["c"]
    more = pairs(table)
    if n and more.get("title"):
        more["title"] += f"（续{n if n > 1 else ''}）"

    def kept(rows: Sequence[Any]) -> list[Any]:
        return [[row[0], list(_kept(row, keep, len(specs)))] for row in rows]

    inside = [[b[0], 0, kept(b[2]), kept(b[3])] for b in bodies]
    return node(
        "Table", attributes(noted[0], **more), caption, [specs[i] for i in keep],
        [at, kept(heads)], inside, [foot[0], kept(foot[1])],
    )  # fmt: skip


def _kept(row: Any, keep: Sequence[int], width: int) -> Iterator[Any]:
    cells = [c for c in row[1] for _ in range(c[3])]
    if len(row[1]) == 1 and len(cells) == width:
        yield [*cells[0][:2], 1, len(keep), cells[0][4]]
        return
    blank: list[Any] = [attributes(), node("AlignDefault"), 1, 1, [node("Plain", text(""))]]
    for i in keep:
        yield [*cells[i][:2], 1, 1, cells[i][4]] if i < len(cells) else blank
