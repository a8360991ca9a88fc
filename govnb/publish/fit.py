"""How a table fits a page: its widths, its type size, and whether the page is turned.

A column is never lost. A table that is too wide for the text gets smaller type, then a
landscape page, and in the end comes in parts, each with the row headings again.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from govnb.publish.document import Block, Heading, Paragraph, Row, Table, plain

# The text area of GB/T 9704 upright and turned, in points.
PORTRAIT, LANDSCAPE = 156 / 25.4 * 72, 225 / 25.4 * 72
# Space at both sides of a cell's text, in ems of the table's type.
INSET = 0.35
# 小四, 五号, 小五: upright first, then on a turned page.
_COMFORTABLE = (
    (PORTRAIT, 12.0),
    (PORTRAIT, 10.5),
    (PORTRAIT, 9.0),
    (LANDSCAPE, 12.0),
    (LANDSCAPE, 10.5),
    (LANDSCAPE, 9.0),
)
_TIGHT = ((LANDSCAPE, 9.0), (LANDSCAPE, 7.5))

_FEW_PAGES = 2.0
_SHORT = 0.4
_FEW_LETTERS = 400
# 二号 (22 pt) on a line of 156 mm.
_TITLE_LINE = 20
_MANY_ROWS = 20
# The width of a column that is empty in four rows of five.
_SPARSE = 5.0

# What a line may not break inside, as far as one line holds it.
_WORDS = re.compile(r"[!-~]+|.", re.DOTALL)
_LONGEST_WORD = 8.0
# A number broken over two lines is read as two numbers; longer than this it isn't one.
_LONGEST_NUMBER = 12.0


@dataclass(frozen=True, slots=True)
class Fitted:
    """A table, or a part of one, with its measures in points."""

    table: Table
    widths: tuple[float, ...]
    size: float
    landscape: bool

    @property
    def pages(self) -> float:
        """About how many pages the table takes."""
        lines = [_lines(row, self.widths, self.size) for row in self.table.rows]
        height = sum(1.42 * n + 0.8 for n in lines) * self.size
        return height / (PORTRAIT if self.landscape else LANDSCAPE)

    @property
    def whole(self) -> bool:
        """Whether the table is short enough to be kept on one page."""
        return self.pages <= _SHORT


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks on pages of one orientation; tables are fitted."""

    landscape: bool
    blocks: tuple[Block | Fitted, ...]


def sections(blocks: Sequence[Block]) -> list[Section]:
    """Return the blocks by page orientation, every table fitted to its page.

    What leads to a turned table, its headings and a few lines below them, turns with it: the
    page before would hold little else.
    """
    placed: list[Block | Fitted] = []
    for block in blocks:
        placed.extend(fit(block) if isinstance(block, Table) else [block])
    turned = [isinstance(piece, Fitted) and piece.landscape for piece in placed]
    for i in [i for i, is_turned in enumerate(turned) if is_turned]:
        for back in _leading(placed, i):
            turned[back] = True
    out: list[Section] = []
    for landscape, piece in zip(turned, placed, strict=True):
        if out and out[-1].landscape == landscape:
            out[-1] = replace(out[-1], blocks=(*out[-1].blocks, piece))
        else:
            out.append(Section(landscape, (piece,)))
    return out


def _leading(placed: Sequence[Block | Fitted], end: int) -> range:
    """Return the positions of the headings above a table, with short text in between."""
    start, letters = end, 0
    for i in range(end - 1, -1, -1):
        piece = placed[i]
        if isinstance(piece, Heading):
            start = i
        elif isinstance(piece, Paragraph) and start == end:
            letters += len(plain(piece.runs))
        else:
            break
        if letters > _FEW_LETTERS:
            break
    return range(start, end)


def fit(table: Table, room: float | None = None) -> list[Fitted]:
    """Return a table fitted to a page, in as many parts as it takes.

    Parameters
    ----------
    table
        The table.
    room
        The width there is where the page can't be turned: in a list or a quote.
    """
    least, easy, natural = _measures(table)
    comfortable, tight = (_COMFORTABLE, _TIGHT) if room is None else _within(room)
    for wanted, pages in ((easy, comfortable), (least, tight)):
        fitting = [(width, size) for width, size in pages if sum(wanted) <= width / size]
        if fitting:
            tried = [_fitted(table, wanted, natural, *page) for page in fitting]
            lengths = [piece.pages for piece in tried]
            # Large type is worth a page or so, not a table twice as long.
            bound = max(_FEW_PAGES, 1.2 * min(lengths))
            return [next(p for p, n in zip(tried, lengths, strict=True) if n <= bound)]
    parts = _parts(table, least, tight[-1])
    return [piece for part in parts for piece in fit(part, room)]


_Pages = tuple[tuple[float, float], ...]


def _within(room: float) -> tuple[_Pages, _Pages]:
    """Return the sizes of type for a table that has just this room."""
    comfortable = tuple((room, size) for width, size in _COMFORTABLE if width == PORTRAIT)
    return comfortable, tuple((room, size) for _, size in _TIGHT)


def _fitted(
    table: Table, least: Sequence[float], natural: Sequence[float], width: float, size: float
) -> Fitted:
    widths = _shared(width / size, least, natural)
    return Fitted(table, tuple(w * size for w in widths), size, width == LANDSCAPE)


def _lines(row: Row, widths: Sequence[float], size: float) -> int:
    return max(
        math.ceil(max(em_width(plain(cell)), 1.0) * size / (width - 2 * INSET * size))
        for cell, width in zip(row.cells, widths, strict=True)
    )


def title_lines(title: str) -> list[str]:
    """Break a long title before or after the year, as a reader would pause."""
    if em_width(title) <= _TITLE_LINE:
        return [title]
    pauses = [m.end() for m in re.finditer(r"年度?|关于|的| |(?=\d{4}年)", title)]
    # Not within 年度, and each line must hold its half.
    halves = [(title[:p].strip(), title[p:].strip()) for p in pauses if title[p : p + 1] != "度"]
    fitting = [lines for lines in halves if max(map(em_width, lines)) <= _TITLE_LINE]
    if not fitting:
        return [title]
    first, second = min(fitting, key=lambda lines: abs(em_width(lines[0]) - em_width(lines[1])))
    return [first, second]


@lru_cache(maxsize=20_000)
def em_width(text: str) -> float:
    """Return the width of a line of text in ems: a Chinese character is one, a digit half."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.53 for c in text)


def _measures(table: Table) -> tuple[list[float], list[float], list[float]]:
    """Return for each column its least, its comfortable and its natural width in ems."""
    least, easy, natural = [], [], []
    for i, column in enumerate(table.columns):
        label = plain(column.label)
        cells = [(plain(row.cells[i]), row.level if i == 0 else 0) for row in table.rows]
        lines = sorted(_longest_line(text) + level for text, level in cells)
        # In a long table the few longest cells may well take two lines.
        usual = lines[int(len(lines) * 0.9)] if len(lines) > _MANY_ROWS else max(lines, default=0)
        wide = max(usual, em_width(label)) + 2 * INSET + 0.1
        texts = [text for text, _ in cells]
        word = max((_unbroken(text, column.numeric) for text in texts), default=0.0)
        deepest = max((level for _, level in cells), default=0)
        few = max(word + deepest, min(2.0, em_width(label))) + 2 * INSET + 0.1
        least.append(few)
        comfortable = deepest + _easy(wide, em_width(label), column.numeric)
        wanted = wide
        if len(lines) > _MANY_ROWS:
            # Room goes where most rows want it, not where a few do.
            wanted = min(wide, 1.25 * sum(lines) / len(lines) + 2 * INSET)
        if not column.numeric and 5 * sum(map(bool, texts)) < len(texts):
            # Next to nothing is in it: what there is may take more lines.
            comfortable = wanted = min(wide, _SPARSE)
        easy.append(max(few, min(wide, comfortable)))
        natural.append(max(few, wanted))
    return least, easy, natural


def _easy(wide: float, label: float, numeric: bool) -> float:
    """Return the width below which a column looks squeezed."""
    if numeric:
        # The heading may take two lines, and three when it is long.
        return max(2.0, min(label, max(label / 3, 4.0))) + 2 * INSET
    return 6.0 if wide <= 16 else 9.0 if wide <= 40 else 12.0


def _longest_line(text: str) -> float:
    return max(map(em_width, text.split("\n")))


def _unbroken(text: str, numeric: bool) -> float:
    """Return the width of the longest stretch of text that one line has to hold."""
    # Words that stand among numbers break like any others, and a long unit after its number.
    most = _LONGEST_NUMBER if text.isascii() else _LONGEST_WORD
    if numeric and em_width(text) <= most and any(map(str.isdigit, text)):
        return em_width(text)
    longest = max((em_width(match[0]) for match in _WORDS.finditer(text)), default=0.0)
    return min(longest, _LONGEST_WORD)


def _shared(room: float, base: Sequence[float], natural: Sequence[float]) -> list[float]:
    """Share the room out: everyone's base, then up to natural widths, then in proportion."""
    widths = list(base)
    for _ in natural:
        spare = room - sum(widths)
        wants = [max(n - w, 0.0) for n, w in zip(natural, widths, strict=True)]
        if spare <= 0.01 or not sum(wants):
            break
        share = min(1.0, spare / sum(wants))
        widths = [w + want * share for w, want in zip(widths, wants, strict=True)]
    factor = room / sum(widths)
    return [width * factor for width in widths]


def _parts(table: Table, least: Sequence[float], page: tuple[float, float]) -> list[Table]:
    """Split a table that no page holds: each part has the first column and as many as fit."""
    room = page[0] / page[1]
    groups: list[list[int]] = [[]]
    for i in range(1, len(least)):
        taken = least[0] + sum(least[j] for j in groups[-1])
        if groups[-1] and taken + least[i] > room:
            groups.append([])
        groups[-1].append(i)
    if len(groups) == 1:
        # One column wider than a page: its words will break where they must.
        return [_breakable(table)]
    return [_part(table, [0, *group], n) for n, group in enumerate(groups)]


def _part(table: Table, keep: Sequence[int], n: int) -> Table:
    rows = tuple(replace(row, cells=tuple(row.cells[i] for i in keep)) for row in table.rows)
    return replace(
        table,
        columns=tuple(table.columns[i] for i in keep),
        rows=rows,
        title=f"{table.title}（续{n if n > 1 else ''}）" if n else table.title,
    )


def _breakable(table: Table) -> Table:
    columns = tuple(replace(column, numeric=False) for column in table.columns)
    return replace(table, columns=columns)
