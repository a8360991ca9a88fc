"""A frame of figures as a table of the report: what was computed in it gets a name and is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

import pandas as pd

from govnb.report.frames import TOTAL, Computed, Number, numbers
from govnb.report.tables import Cell, Row, Table
from govnb.sheet.figure import Figure, Figures, rounded, shown
from govnb.sheet.in_year import RED, YELLOW
from govnb.text.faults import Place
from govnb.text.number import TO_FILL

# What a warning is tinted by; its word stands in the cell, on paper and in Word too.
_TONES = {RED: "red", YELLOW: "yellow"}


@dataclass(frozen=True)
class Shown:
    """How a frame is to be printed."""

    data: pd.DataFrame
    # Its anchor, and the first part of the names of what is computed in it.
    name: str
    caption: str
    place: Place
    of: Computed
    source: str
    unit: str = ""
    notes: tuple[str, ...] = ()

    def table(self) -> Table | None:
        """Return the table, or None where nothing in it is known."""
        known = any(number.is_known for number in numbers(self.data.to_numpy().ravel()))
        words = any(isinstance(cell, str) and cell for cell in self.data.to_numpy().ravel())
        if not (known or words) or list(self.data.index) == [TOTAL]:
            return None
        # A draft is there to be filled in; of any other file what says nothing is left out.
        draft = self.of.figures.unsaid == TO_FILL
        said = self.data.map(_is_said if draft else _is_told)
        if not (said.any(axis=0).all() and (draft or said.any(axis=1).all())):
            data = self.data.loc[:, said.any(axis=0)]
            return replace(self, data=data if draft else data[said.any(axis=1)]).table()
        self._name_what_is_new()
        units = {n.figure.unit for n in numbers(self.data.to_numpy().ravel()) if n.is_known}
        bare = sorted(units - {"%"})
        unit = self.unit or (bare[0] if len(bare) == 1 and "单位" not in self.data else "")
        rows = self._rows(told=not unit and "单位" not in self.data)
        labels = [str(n or "项目") for n in self.data.index.names[-1:]]
        every = Figures({**self.of.figures, **self.of.kept}, self.of.figures.parts)
        return Table(
            self.name, self.caption, (*labels, *map(str, self.data.columns)), tuple(rows), every,
            self.source, unit=unit, sums=tuple(_sums(rows)),
            notes=(*self._gaps(), *self.notes), text_columns=frozenset(self._words()),
        )  # fmt: skip

    def _name_what_is_new(self) -> None:
        for label, column, cell in self._cells():
            if isinstance(cell, Number) and not cell.is_blank:
                cell.named(f"{self.name}.{label}.{column}", self.place)

    def _cells(self) -> Iterator[tuple[str, str, Any]]:
        for label, line in zip(self.data.index, self.data.to_numpy(), strict=True):
            steps = label if isinstance(label, tuple) else (label,)
            for column, cell in zip(self.data.columns, line, strict=True):
                yield ".".join(filter(None, map(str, steps))), str(column), cell

    def _words(self) -> list[int]:
        """Return the columns that hold no number at all, the row headings among them."""
        columns = range(len(self.data.columns))
        found = [n for n in columns if all(_is_word(cell) for cell in self.data.iloc[:, n])]
        return [0, *(n + 1 for n in found)]

    def _rows(self, *, told: bool) -> list[Row]:
        """Return the rows, with a heading for each class of a frame that has classes."""
        places = _places(numbers(self.data.to_numpy().ravel()), self.data, self.name)
        rows: list[Row] = []
        known, classed = set(map(str, self.data.index)), self.data.index.nlevels > 1
        under = 1 if not classed and str(self.data.index[0]) == TOTAL else 0
        above = None
        for r, (label, line) in enumerate(zip(self.data.index, self.data.to_numpy(), strict=True)):
            text, level = str(label), 0
            if classed:
                group, text = str(label[0]), str(label[-1])
                is_total = TOTAL in (group, text)
                text, level = (TOTAL, 0) if is_total else (text, 1)
                if group != above and not is_total:
                    rows.append(Row((Cell(group), *(Cell("") for _ in line)), 0, "group"))
                above = group
            else:
                steps = text.split(".")
                ends = [n for n in range(1, len(steps)) if ".".join(steps[:n]) in known]
                text = text[len(".".join(steps[: ends[-1]])) + 1 :] if ends else text
                level = len(ends) + (under if str(label) != TOTAL else 0)
            cells = [self._cell(cell, places[r], told=told) for cell in line]
            rows.append(Row((Cell(text), *cells), level, "total" if text == TOTAL else ""))
        return rows

    def _cell(self, cell: Any, places: Mapping[tuple[str, bool], int], *, told: bool) -> Cell:
        if not isinstance(cell, Number):
            words = _text(cell)
            return Cell(words, tone=_TONES.get(words.partition("\n")[0], ""))
        figure = cell.figure
        if cell.is_blank and not cell.is_known:
            return Cell("")
        figure = figure._replace(decimals=places.get(_kind(figure), figure.decimals))
        text = shown(figure, padded=not figure.points, unit=told or figure.unit == "%")
        name = figure.name if figure.name in self.of else None
        return Cell(text, name, figure.number, figure.decimals)

    def _gaps(self) -> list[str]:
        """Return the notes on stated totals that aren't their parts' sum."""
        notes: list[str] = []
        one = len(self.data.columns) == 1
        for label, column, number in self._cells():
            if isinstance(number, Number):
                is_column = label.rpartition(".")[2] == TOTAL and not one
                term = column if is_column else label.rpartition(".")[2]
                notes += gap_note(self.of.figures, number.figure.name, term)
        for column in self.data.columns:
            lines = zip(self.data.index, self.data[column], strict=True)
            below = [n for label, n in lines if label != TOTAL and not _totals(label)]
            notes += _taken_from(self.of.figures, [n.figure for n in numbers(below)])
        return list(dict.fromkeys(notes))


def _totals(label: Any) -> bool:
    return isinstance(label, tuple) and label[0] == TOTAL


def _is_said(cell: Any) -> bool:
    return not cell.is_blank if isinstance(cell, Number) else bool(_text(cell))


def _is_told(cell: Any) -> bool:
    """Tell whether a cell says more than that something isn't known."""
    if isinstance(cell, Number):
        return cell.is_known or bool(cell.figure.trouble and not cell.is_blank)
    return _is_said(cell)


def _text(cell: Any) -> str:
    """Return what a cell that is no figure prints: nothing for what pandas calls missing."""
    return "" if cell is None or cell != cell else str(cell)


def _is_word(cell: Any) -> bool:
    return not isinstance(cell, Number) and (cell is None or isinstance(cell, str))


def _kind(figure: Figure) -> tuple[str, bool]:
    """Return what figures are set with equally many places: those of a unit; rates apart."""
    return figure.unit, figure.unit == "%" and figure.derived


def _places(
    every: Sequence[Number], data: pd.DataFrame, name: str
) -> list[Mapping[tuple[str, bool], int]]:
    """Return for each row how many places its figures show: those of a unit equally many.

    Where each row counts in a unit of its own, each has its own.
    """

    def most(cells: Sequence[Number]) -> dict[tuple[str, bool], int]:
        found: dict[tuple[str, bool], int] = {}
        for cell in cells:
            if cell.is_known:
                key = _kind(cell.figure)
                found[key] = max(found.get(key, 0), cell.figure.decimals)
        return found

    if "单位" in data:
        return [most(numbers(line)) for line in data.to_numpy()]
    return [most(every)] * len(data)


def _sums(rows: Sequence[Row]) -> list[tuple[int, tuple[int, ...]]]:
    """Return each row that has its parts below it, and a total that has them above."""
    found = []
    for at, row in enumerate(rows):
        ends = (n for n in range(at + 1, len(rows)) if rows[n].level <= row.level)
        below = range(at + 1, next(ends, len(rows)))
        parts = [n for n in below if rows[n].level == row.level + 1]
        if row.kind == "total" and at:
            lowest = max(r.level for r in rows)
            parts = [n for n in range(at) if rows[n].level in (lowest, 0) and rows[n].kind == ""]
        if parts and row.kind != "group":
            found.append((at, tuple(parts)))
    return found


def gap_note(figures: Figures, name: str, term: str) -> tuple[str, ...]:
    """Return the note that a stated total isn't its parts' sum, if print shows that."""
    gap, stated = figures.get(f"{name}.合计差额"), figures.get(name)
    if gap is None or gap.number is None or stated is None:
        return ()
    if not rounded(gap.number, stated.decimals):
        return ()
    parts = figures[f"{name}.分项之和"]
    summed, missed = (shown(f._replace(decimals=stated.decimals)) for f in (parts, gap))
    return (f"{term}写明{shown(stated)}，所列分项合计{summed}，相差{missed}。",)


def _taken_from(figures: Figures, lines: Sequence[Figure]) -> tuple[str, ...]:
    """Return the note on the ledger node that all lines were copied from, if it has one."""
    sources = [f.inputs[0].split(".") for f in lines if len(f.inputs) == 1 and not f.derived]
    if len(sources) < max(len(lines), 1):
        return ()
    alike = takewhile(lambda steps: len(set(steps)) == 1, zip(*sources, strict=False))
    shared = [steps[0] for steps in alike]
    return gap_note(figures, ".".join(shared), f"“{shared[-1]}”") if shared else ()
