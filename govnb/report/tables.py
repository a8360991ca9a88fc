"""The table: caption, unit, columns, rows, notes and source, or it isn't a table of ours."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from govnb.report.bundle import bundle, piece
from govnb.sheet.figure import Figure, Figures, number_text, rounded, shown

if TYPE_CHECKING:
    import pandas as pd

ROUNDING_NOTE = "表中部分数据因四舍五入，分项之和与合计略有出入。"
# Columns from which a table counts as wide; one of words counts twice.
WIDE = 10
# Full-width signs, too: some spreadsheets read them as the plain ones.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what it prints and, when it is a figure, which."""

    text: str
    figure: str | None = None
    value: Decimal | None = None
    decimals: int = 0
    # Where it leads, for a heading that is no figure.
    link: str = ""
    # What the page tints it by, besides its words: the name of a colour of style.css.
    tone: str = ""
    # A label among the cells of a form.
    head: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its heading cell first. `level` indents, `kind` is "", total or group."""

    cells: tuple[Cell, ...]
    level: int = 0
    kind: str = ""

    @property
    def heads_others(self) -> bool:
        """Whether it has nothing but the heading of the rows below it."""
        return self.kind == "group" and not any(cell.text for cell in self.cells[1:])


# The row and the column of a cell that covers others, and how many rows and columns it takes.
Span = tuple[int, int, int, int]


def alike(rows: Sequence[Row], columns: int, first: int = 0) -> Iterator[Span]:
    """Yield spans that print equal neighbours in the first columns once, as a tree of them.

    `first` is the number of rows of the table above these.
    """
    for column in range(columns):
        starts = [0]
        for n in range(1, len(rows) + 1):
            words = [[c.text for c in row.cells[: column + 1]] for row in rows[n - 1 : n + 1]]
            if n == len(rows) or words[0] != words[-1]:
                if n - starts[-1] > 1:
                    yield first + starts[-1], column, n - starts[-1], 1
                starts.append(n)


@dataclass(frozen=True)
class Table:
    """A table of the report."""

    # Its anchor and the key it is asked for by.
    name: str
    # What stands above and below it; unit is empty when columns name their own.
    caption: str
    # Headings, the row-heading column first.
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    # For provenance of the cells.
    figures: Figures
    # Empty in the edition for publication: its reader has no use for our files.
    source: str
    unit: str = ""
    # For each row that is a sum, its index and the indices of its parts.
    sums: tuple[tuple[int, tuple[int, ...]], ...] = ()
    notes: tuple[str, ...] = ()
    # Columns that hold words rather than numbers.
    text_columns: frozenset[int] = field(default=frozenset({0}))
    number: str = ""
    # Folded on the page, and on paper only when asked for.
    folded: bool = False
    # The head of a form: rows over the headings, which paper doesn't repeat on the next page.
    above: tuple[Row, ...] = ()
    # Merged cells; rows count from the first one above. What they cover still has its words,
    # so that each row of the data is whole.
    spans: tuple[Span, ...] = ()
    # On a page on its side where an upright one is too narrow.
    landscape: bool = False

    @property
    def all_notes(self) -> tuple[str, ...]:
        """The notes, with the rounding note where rounded parts don't add up."""
        return (*self.notes, ROUNDING_NOTE) if self._rounding_shows() else self.notes

    @property
    def title(self) -> str:
        """The caption with its number, once the workbook has given one."""
        return f"{self.number}　{self.caption}" if self.number else self.caption

    @property
    def names(self) -> tuple[str, ...]:
        """The figures this table prints, each once."""
        cells = (cell.figure for row in (*self.above, *self.rows) for cell in row.cells)
        return tuple(dict.fromkeys(name for name in cells if name))

    def numbered(self, number: str) -> Table:
        """Return the table with its number (表1)."""
        return replace(self, number=number)

    def __iter__(self) -> Iterator[dict[str, Decimal | str]]:
        """Yield the rows as `pd.DataFrame(table)` takes them: exact numbers, words where none."""
        for row in self.rows:
            cells = (cell.text if cell.value is None else cell.value for cell in row.cells)
            yield dict(zip(self.columns, cells, strict=True))

    def filled(self) -> Table:
        """Return the table without the columns in which no row says anything; a form as it is."""
        if self.above or self.spans:
            return self
        lines = [row.cells for row in self.rows]
        kept = [n for n in range(len(self.columns)) if not n or any(c[n].text for c in lines)]
        rows = (replace(r, cells=tuple(r.cells[n] for n in kept)) for r in self.rows)
        words = frozenset(at for at, n in enumerate(kept) if n in self.text_columns)
        columns = tuple(self.columns[n] for n in kept)
        return replace(self, columns=columns, rows=tuple(rows), text_columns=words)

    def frame(self) -> pd.DataFrame:
        """Return the table in pandas, with its row headings as the index."""
        import pandas as pd

        return pd.DataFrame(list(self), dtype=object).set_index(self.columns[0])

    def csv(self) -> str:
        """Return the table as CSV that a spreadsheet opens as data, never as formulas.

        What a page shows by indents and signs comes as columns where rows differ in it: the
        level, without which parts are added to their sum, and the unit.
        """
        more = [("层级", [str(row.level + 1) for row in self.rows])]
        more += [("单位", self._units())]
        more = [(name, told) for name, told in more if len({*told} - {""}) > 1]
        more = [(name, told) for name, told in more if name not in self.columns]
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerows([self._plain(cell) for cell in row.cells] for row in self.above)
        writer.writerow([*map(safe_text, self.columns), *(name for name, _ in more)])
        for n, row in enumerate(self.rows):
            cells = [self._plain(cell) for cell in row.cells]
            writer.writerow([*cells, *(told[n] for _, told in more)])
        return "\ufeff" + out.getvalue()

    def _plain(self, cell: Cell) -> str:
        """Return a cell's number alone, two places finer than printed, or its words.

        “约83” isn't 83.
        """
        figure = self.figures[cell.figure] if cell.figure else None
        if cell.value is None or (figure and figure.approximate):
            return safe_text(cell.text)
        return number_text(cell.value, cell.decimals + 2)

    def _units(self) -> list[str]:
        """Return for each row the unit of its numbers in columns that hold several units."""
        lines = [[self._unit(cell) for cell in row.cells] for row in self.rows]
        mixed = [i for i in range(len(self.columns)) if len({line[i] for line in lines} - {""}) > 1]
        return ["、".join(dict.fromkeys(filter(None, (line[i] for i in mixed)))) for line in lines]

    def _unit(self, cell: Cell) -> str:
        return self.figures[cell.figure].unit if cell.figure and cell.value is not None else ""

    def _rounding_shows(self) -> bool:
        for total, parts in self.sums:
            for column in range(len(self.columns)):
                whole = self.rows[total].cells[column]
                cells = [self.rows[part].cells[column] for part in parts]
                values = [cell.value for cell in cells]
                if whole.value is None or not values or any(v is None for v in values):
                    continue
                exact_sum = sum((v for v in values if v is not None), Decimal(0))
                printed_sum = sum((_printed(c) for c in cells), Decimal(0))
                # A stated total is rounded itself, and shares divide: their exact sum misses 100.
                closes = abs(exact_sum - whole.value) < self._half_unit(whole)
                if closes and printed_sum != _printed(whole):
                    return True
        return False

    def _half_unit(self, cell: Cell) -> Decimal:
        """Return half of what a figure's own last place counts, however its column is set."""
        places = self.figures[cell.figure].decimals if cell.figure else cell.decimals
        return Decimal(5).scaleb(-places - 1)

    def html(self) -> str:
        """Return the table as HTML that scrolls inside itself on a narrow screen."""
        return piece("table", self)

    @property
    def is_wide(self) -> bool:
        """Whether a page needs more room for it than for text."""
        return len(self.columns) + len(self.text_columns) >= WIDE

    def is_number(self, at: int, column: int, cell: Cell) -> bool:
        """Tell whether a cell stands at the right, in a row counted from the first one above."""
        if at < len(self.above):
            # A form's head has its own columns.
            return cell.value is not None or cell.text == "—"
        return column not in self.text_columns and not _in_words(cell)

    @cached_property
    def merged(self) -> dict[tuple[int, int], tuple[int, int]]:
        """The size of each cell that covers others, and (0, 0) for each that is covered."""
        found = {
            (row + y, column + x): (0, 0)
            for row, column, down, across in self.spans
            for y in range(down)
            for x in range(across)
        }
        return found | {(row, column): (down, across) for row, column, down, across in self.spans}

    def text(self) -> str:
        """Return the table for a terminal, columns aligned with Chinese counted double."""
        lines = []
        for at, row in enumerate((*self.above, *self.rows)):
            covered = [self.merged.get((at, i)) == (0, 0) for i in range(len(row.cells))]
            texts = zip(row.cells, covered, strict=True)
            told = ["" if gone else cell.text.replace("\n", "；") for cell, gone in texts]
            lines.append(["　" * row.level + told[0], *told[1:]])
        lines.insert(len(self.above), list(self.columns))
        widths = [max(_width(line[i]) for line in lines) for i in range(len(self.columns))]
        drawn = [
            "  ".join(
                _padded(text, widths[i], i in self.text_columns) for i, text in enumerate(line)
            )
            for line in lines
        ]
        unit = f"（单位：{self.unit}）" if self.unit else ""
        rule = "─" * min(max(map(_width, drawn)), 120)
        drawn.insert(len(self.above) + 1, rule)
        return "\n".join([f"{self.title}{unit}", *drawn, *self.all_notes])

    def structure(self) -> dict[str, Any]:
        """Return the structured form the PDF and Word exporters read."""
        above = [_row_structure(row) for row in self.above]
        form = {"above": above, "spans": self.spans, "landscape": self.landscape}
        return {
            "type": "table",
            "name": self.name,
            "title": self.title,
            "unit": self.unit,
            "columns": [
                {"label": label, "numeric": i not in self.text_columns}
                for i, label in enumerate(self.columns)
            ],
            "rows": [_row_structure(row) for row in self.rows],
            "notes": list(self.all_notes),
            "source": self.source,
            "figures": list(self.names),
            "folded": self.folded,
            **{name: told for name, told in form.items() if told},
        }

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        text = f"{self.title}（{len(self.rows)}行）" if self.folded else self.text()
        return bundle(self.html(), text, self.structure())


def _row_structure(row: Row) -> dict[str, Any]:
    told = {"cells": [c.text for c in row.cells], "level": row.level, "kind": row.kind}
    heads = [n for n, cell in enumerate(row.cells) if cell.head]
    strong = [n for n, cell in enumerate(row.cells) if cell.tone]
    return told | ({"heads": heads} if heads else {}) | ({"strong": strong} if strong else {})


def figure_cell(figures: Figures, name: str | None, decimals: int | None = None) -> Cell:
    """Return the cell of a figure; a name the department lacks prints 未公布, none prints blank."""
    if not name:
        return Cell("")
    figure: Figure | None = figures.get(name)
    if figure is None:
        return Cell(figures.unsaid)
    if decimals is not None:
        figure = figure._replace(decimals=decimals)
    text = shown(figure, padded=True, unit=figure.unit == "%")
    return Cell(text, name, figure.number, figure.decimals)


def rows_of(cells: Sequence[Sequence[Cell]]) -> tuple[Row, ...]:
    """Return plain rows."""
    return tuple(Row(tuple(row)) for row in cells)


def safe_text(text: str) -> str:
    """Return text that a spreadsheet never takes for a formula."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _in_words(cell: Cell) -> bool:
    """Tell whether a cell among numbers holds a phrase, which has to be able to break."""
    first = cell.text[:1]
    return cell.value is None and len(cell.text) > 8 and not (first.isdigit() or first in "-约")


def _printed(cell: Cell) -> Decimal:
    assert cell.value is not None
    return rounded(cell.value, cell.decimals)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, width: int, left: bool) -> str:
    space = " " * (width - _width(text))
    return text + space if left else space + text
