"""An official table of a workbook: its heads, its rows, and which cells hold numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile

from govnb.excel.maps import Cells, Form, Words, plain
from govnb.excel.source import Grid, Source
from govnb.text.faults import Spot
from govnb.text.section import VARIABLE

# What a cell says that holds no number: nothing, not applicable, filler of a template.
_NOTHING = re.compile(r"[\s—–\-－/／…·.*×xX]*|无|不适用")
TOTALS = {"合计", "总计", "本年合计", "本部门合计"}
# A code as it is printed: in one piece (from .xls as 2010301.0), in parts, before its name.
_CODE = re.compile(r"(\d{1,7})(?:\.0+)?|(\d{3})[-.\s](\d\d)(?:[-.\s](\d\d))?")
_CODED = re.compile(r"(\d{3}|\d{5}|\d{7})\s*([^\d\s.,%].*)")
_NUMBERED = re.compile(r"[(（]?[\d一二三四五六七八九十]+[)）、.．]")
MOST_HEADS = 4
_ELSEWHERE = -2


def cleaned(text: str) -> str:
    """Return a number as it would be typed: width, thousands, brackets of a negative aside."""
    text = unicodedata.normalize("NFKC", text).strip().removeprefix("¥").strip()
    if bracketed := re.fullmatch(r"[(]\s*([\d.,]+)\s*[)]", text):
        text = f"-{bracketed[1]}"
    if re.fullmatch(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?%?", text):
        text = text.replace(",", "")
    return re.sub(r"^[−–—](?=\d)", "-", text)


@dataclass
class Table:
    """The rows of a grid that are one form, filled in."""

    name: str
    form: Form
    source: Source
    grid: Grid
    top: int
    bottom: int
    year: int
    unit: str = ""
    # Of a list of several departments, a word in the name of the one that is read.
    scope: str = ""

    def spot(self, row: int, column: int) -> Spot:
        """Return a cell as a place."""
        return self.source.spot(self.grid, row, column)

    def word(self, row: int, column: int) -> str:
        """Return a cell as a label, its year as 本年 or 上年."""
        text = self.grid.at(row, column)
        for year, said in ((self.year, "本年"), (self.year - 1, "上年")):
            text = re.sub(rf"{year}\s*年度?(?:末)?", said, text)
        return plain(text)

    @cached_property
    def width(self) -> int:
        """The last column that holds anything."""
        rows = self.grid.rows[self.top : self.bottom]
        return max((c + 1 for row in rows for c, v in enumerate(row) if v), default=0)

    @cached_property
    def heads(self) -> dict[tuple[int, int], frozenset[str]]:
        """The words above each cell that are heads of this form's columns."""
        found: dict[tuple[int, int], frozenset[str]] = {}
        known = self.form.known_heads
        # A form with a list has blocks one below the other, each with its own heads.
        most = 2 if self.form.lines else MOST_HEADS
        for column in range(self.width):
            words: frozenset[str] = frozenset()
            above, is_filled = 0, False
            for row in range(self.top, self.bottom):
                word = self.word(row, self._spread.get((row, column), column))
                if word in known and not self._is_label_here(row, column):
                    # One over another, unless there are numbers between.
                    near = row - above < most and not is_filled
                    words = (words if near else frozenset()) | {word}
                    above, is_filled = row, False
                elif words:
                    found[row, column] = words
                    is_filled = is_filled or is_number(self.grid.at(row, column))
        return found

    @cached_property
    def _spread(self) -> dict[tuple[int, int], int]:
        """The blanks behind a head over several columns that isn't merged, each with its column."""
        found: dict[tuple[int, int], int] = {}
        if self.form.lines:
            return found
        at = [(r, [self.grid.at(r, c).strip() for c in range(self.width)])
              for r in range(self.top + 1, self.bottom)]  # fmt: skip
        known = self.form.known_heads
        heads = [row for row in at if known & {self.word(row[0], c) for c in range(self.width)}
                 and not any(map(is_number, row[1]))]  # fmt: skip
        for number, (row, texts) in enumerate(heads):
            above = [t for r, t in heads[:number] if row - r < MOST_HEADS]
            below = [r for r, _ in heads[number + 1 :] if r - row < MOST_HEADS]
            start = -1
            for column, text in enumerate(texts):
                if text or any(t[column] for t in above):
                    # Of merged cells each has the text: how far they reach is known.
                    is_merged = bool(text) and text in texts[column - 1 : column]
                    is_over = bool(text) and any(self.word(r, column) for r in below)
                    start = column if is_over and not is_merged else -1
                # What no map knows, such as 其中：教育收费, may be but a part of the first.
                elif start >= 0 and any(self.word(r, column) in known for r in below):
                    found[row, column] = start
        return found

    def _is_label_here(self, row: int, column: int) -> bool:
        """Tell whether a word, such as 合计, is the label of a row of numbers, not a head."""
        if self.word(row, column) in self.form.known_amounts:
            here = self.grid.at(row, column)
            right = (self.grid.at(row, c) for c in range(column + 1, self.width))
            value = next((v for v in right if v.strip() and v != here), "")
            return re.match(r"[约¥(-]?\d(?!\d{3}年)", cleaned(value)) is not None
        behind = (self.grid.at(row, c) for c in range(column + 1, self.width))
        if self.word(row, column) in TOTALS:
            return not self._numbers_columns(row) and any(map(is_number, behind))
        return any(re.fullmatch(r"-?[\d,]+\.\d+|-?\d{4,}", cleaned(v)) for v in behind)

    def label(self, row: int, column: int) -> tuple[str, list[str], int]:
        """Return the label of a cell's row: the nearest text, the codes, and where it stands."""
        at = column - 1
        while at >= 0 and not self._is_named(row, at):
            at -= 1
        codes: list[str] = []
        text, where = "", -1
        while at >= 0 and (row, at) not in self.heads:
            cell = self.grid.at(row, at).strip()
            if code := _CODE.fullmatch(cleaned(cell)):
                codes = [part for part in code.groups() if part] + codes
            elif self.form.trees and (coded := _CODED.fullmatch(cleaned(cell))):
                codes, text, where = [coded[1], *codes], plain(coded[2]), at
            elif cell and not text and not _NOTHING.fullmatch(cell):
                # What is between a name and its amount is another amount, no code.
                codes, text, where = [], self.word(row, at), at
            at -= 1
        return text, codes, where

    def _is_named(self, row: int, column: int) -> bool:
        """Tell whether a cell is of columns that say what the rows are, by names or by codes.

        A column of numbers under a head that no map knows, such as 其中：教育收费, is not.
        """
        sides = (range(column, -1, -1), range(column, self.width))
        runs = (takewhile(lambda c: (row, c) not in self.heads, side) for side in sides)
        return any(c in self._named for run in runs for c in run)

    @cached_property
    def _named(self) -> set[int]:
        """The columns beside amounts that hold words."""
        rows = {r for r, c in self.cells if is_number(self.grid.at(r, c))}
        at = ((r, c) for r in rows for c in range(self.width) if (r, c) not in self.heads)
        return {c for r, c in at if re.search(r"[^\W\d_]", self.grid.at(r, c))}

    def _is_part(self, row: int, column: int) -> bool:
        """Tell whether a row details another of an open list: 其中：甲, and what has no number."""
        is_part = False
        for above in range(row, self.top, -1):
            text = self.grid.at(above, column).strip()
            is_part = is_part or text.startswith("其中")
            if not text or _NUMBERED.match(text) or (is_part and not text.startswith("其中")):
                return is_part and self.word(above, column) not in self.form.known_rows
        return False

    @cached_property
    def cells(self) -> list[tuple[int, int]]:
        """The cells below heads, in reading order, without the row that numbers the columns."""
        rows = sorted({row for row, _ in self.heads})
        return [(r, c) for r in rows if not self._numbers_columns(r) for c in range(self.width)
                if (r, c) in self.heads]  # fmt: skip

    @cached_property
    def numbers(self) -> list[tuple[int, int]]:
        """The cells below the title that hold amounts, whether a map asks for them or not."""
        rows = [row for row in range(self.top + 1, self.bottom) if not self._numbers_columns(row)]
        return [(r, c) for r in rows for c in range(self.width)
                if re.fullmatch(r"-?\d+\.\d+|-?\d{3,}", cleaned(self.grid.at(r, c)))
                and cleaned(self.grid.at(r, c)) != str(self.year)]  # fmt: skip

    @cached_property
    def owners(self) -> dict[str, tuple[int, int]]:
        """The departments that the lines of a list are of, each with its first cell.

        In a table that is no list each row with amounts is of that which it names.
        """
        found: dict[str, tuple[int, int]] = {}
        at = self.below(self.form.owner) if self.form.owner and self.form.pivots else []
        if self.form.owner and not self.form.pivots:
            rows = dict(reversed([c for c in self.cells if is_number(self.grid.at(*c))]))
            named = {r: [c for c in range(to) if re.search(r"[^\W\d_]", self.grid.at(r, c))]
                     for r, to in sorted(rows.items())}  # fmt: skip
            at = [(row, columns[-1]) for row, columns in named.items() if columns]
        for row, column in at:
            if (name := self.grid.at(row, column).strip()) and plain(name) not in TOTALS:
                found.setdefault(name, (row, column))
        return found

    @cached_property
    def chosen(self) -> dict[str, tuple[int, int]]:
        """Those of the departments that are asked for, by the whole name or a word of it."""
        is_whole = self.scope in self.owners
        return {name: at for name, at in self.owners.items()
                if name == self.scope or (self.scope in name and not is_whole)}  # fmt: skip

    def _numbers_columns(self, row: int) -> bool:
        texts = [plain(t) for t in self.grid.rows[row] if t.strip()]
        numbers = [int(t) for t in texts if t.isdecimal() and len(t) < 3]
        is_run = len(numbers) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        return "栏次" in texts or (is_run and len(numbers) == len(texts))

    def below(self, words: str) -> list[tuple[int, int]]:
        """Return the cells under a head, in the columns that have it."""
        wanted = Words(words)
        cells = [at for at in self.cells if wanted.fit(set(self.heads[at]))]
        if not wanted.nth:
            return cells
        columns = sorted({column for _, column in cells})
        chosen = columns[wanted.nth - 1 : wanted.nth]
        return [at for at in cells if at[1] in chosen]

    # ── what a form's map asks for ───────────────────────────────

    def matches(self, cells: Cells) -> Iterator[tuple[int, int, str]]:
        """Yield the cells an entry means, each with what its `{变量}` stands for."""
        under = self.below(cells.column)
        if cells.row is None:
            rows = list(dict.fromkeys(r for r, c in under if not is_nothing(self.grid.at(r, c))))
            totals = [r for r, c in under if r in rows and self.label(r, c)[0] in TOTALS]
            asked = [r for r, _ in self.chosen.values()] if self.scope else []
            rows = asked if len(asked) == 1 else totals[:1] or rows
            yield from ((r, c, "") for r, c in under if r in rows)
            return
        wanted, is_open = Words(cells.row).words, VARIABLE.fullmatch(cells.row)
        after, until = (self._edge(words, under) for words in (cells.after, cells.until))
        fixed = self.form.known_rows
        for row, column in under:
            label, _, at = self.label(row, column)
            # Its label may stand under heads of its own, but is no other number's.
            alike = [c for c in range(column) if is_number(self.grid.at(row, c))
                     and self.heads.get((row, c)) == self.heads[row, column]]  # fmt: skip
            own = range(max(alike, default=-1) + 1, column)
            words = [] if label else [self.word(row, c) for c in reversed(own)]
            if not is_open and (label in wanted or self._nearest(words) in wanted):
                yield row, column, ""
            elif is_open and label and label not in fixed | TOTALS and not self._is_part(row, at):
                is_below = after is None or (after[0] < row and after[1] in (at, _ELSEWHERE))
                is_above = until is None or (until[0] > row and until[1] in (at, _ELSEWHERE))
                if is_below and is_above:
                    yield row, column, label

    def _nearest(self, words: Iterable[str]) -> str | None:
        """Return the first of words that is the label of a row here."""
        return next((word for word in words if word in self.form.known_rows), None)

    def beside(self, words: str) -> tuple[int, int, str] | None:
        """Return where the value of a label in the form's head stands, and what it is."""
        wanted = Words(words).words
        first = min((row for row, _ in self.heads), default=self.bottom)
        for row in range(self.top, first):
            for column in range(self.width):
                text = self.grid.at(row, column)
                label, colon, told = unicodedata.normalize("NFKC", text).partition(":")
                is_amount = self.word(row, column) in self.form.known_amounts
                if not {plain(label), self.word(row, column)} & wanted or (
                    is_amount and not told.strip() and not self._is_label_here(row, column)
                ):
                    continue
                if told.strip():
                    return row, column, text[len(label) + len(colon) :].strip()
                behind = ((c, self.grid.at(row, c)) for c in range(column + 1, self.width))
                value = next(((c, t) for c, t in behind if t.strip() and t != text), None)
                if value and plain(value[1].rstrip("：:")) not in self.form.known_labels:
                    return row, value[0], " ".join(value[1].split())
        return None

    @cached_property
    def title(self) -> str:
        """What the table is called: of a form that is filled in once a thing, that thing too."""
        told = self.beside(self.form.named) if self.form.named else None
        return f"{self.name}（{told[2]}）" if told else self.name

    def _edge(self, words: str | None, under: list[tuple[int, int]]) -> tuple[int, int] | None:
        """Return the row of a label among cells, and the column it stands in.

        What two blocks side by side have in common may stand below but one of them.
        """
        if words is None:
            return None
        wanted = Words(words).words
        labels = ((row, self.label(row, column)) for row, column in under)
        found = ((row, at) for row, (label, _, at) in labels if label in wanted)
        others = ((r, _ELSEWHERE) for r, c in self.cells if self.label(r, c)[0] in wanted)
        return next(found, None) or next(others, (-1, -1))


def is_number(text: str) -> bool:
    """Tell whether a cell holds a number, as it would be typed."""
    return re.fullmatch(r"-?[\d.,]*\d[\d.,]*%?", cleaned(text)) is not None


def is_nothing(text: str) -> bool:
    """Tell whether a cell holds no number: nothing, not applicable, a template's filler."""
    return _NOTHING.fullmatch(text) is not None
