"""What the report's tables are made from, and how their columns are set."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from govnb.present.tables import Cell, Row, Table, figure_cell
from govnb.sheet.figure import Figures, rounded, shown
from govnb.sheet.read import Inputs
from govnb.sheet.references import find


@dataclass(frozen=True)
class Sheet:
    """What a table is made from: the files and the figures."""

    inputs: Inputs
    figures: Figures
    # Whether it is for publication.
    public: bool = False

    @property
    def source(self) -> str:
        """The file a table's numbers were stated in, and the report it was taken from.

        Nothing in the edition for publication.
        """
        if self.public:
            return ""
        stated = self.inputs.department.identity.source
        return f"{self.inputs.department_at.file}" + (f"（{stated}）" if stated else "")

    @cached_property
    def told_of_projects(self) -> frozenset[str]:
        """The figures that the file's words on its projects print."""
        notes = (str(project.note or "") for project in self.inputs.department.projects.values())
        return frozenset(reference.name for note in notes for reference in find(note))

    @cached_property
    def told(self) -> frozenset[str]:
        """The figures that the file's words print: on its projects, and of its narratives."""
        narratives = self.inputs.department.narratives
        said = (str(getattr(narratives, name) or "") for name in type(narratives).model_fields)
        named = (reference.name for text in said for reference in find(text))
        return self.told_of_projects.union(named)

    @property
    def money_unit(self) -> str:
        """The unit the file keeps its amounts in."""
        return str(self.inputs.department.money_unit or self.inputs.year.money_unit)

    def term(self, name: str, default: str) -> str:
        """Return what the report calls a ledger."""
        title = self.figures.get(f"{name}.名称")
        return str(title.value) if title else default

    def published(self, *names: str) -> bool:
        """Tell whether at least one of these figures is known."""
        return any(name in self.figures and self.figures[name].value is not None for name in names)

    def cell(self, name: str | None) -> Cell:
        """Return the cell of a figure."""
        return figure_cell(self.figures, name)

    def cell_or_blank(self, name: str) -> Cell:
        """Return the cell of a figure; blank for one the file has no place for."""
        return self.cell(name) if name in self.figures else Cell("")

    def gap_note(self, name: str, term: str) -> tuple[str, ...]:
        """Return the note that a stated total isn't its parts' sum, if print shows that."""
        gap, stated = self.figures.get(f"{name}.合计差额"), self.figures.get(name)
        if gap is None or gap.number is None or stated is None:
            return ()
        if not rounded(gap.number, stated.decimals):
            return ()
        parts = self.figures[f"{name}.分项之和"]
        summed, missed = (shown(f._replace(decimals=stated.decimals)) for f in (parts, gap))
        return (f"{term}写明{shown(stated)}，所列分项合计{summed}，相差{missed}。",)

    def table(self, name: str, caption: str, columns: tuple[str, ...], rows: list[Row]) -> Table:
        """Return a table of amounts with this sheet's source, each column to its own last digit."""
        even = evened(rows, self.figures, lambda _, column: column)
        return Table(
            name, caption, columns, tuple(even), self.figures, self.source, unit=self.money_unit
        )


def evened(rows: Iterable[Row], figures: Figures, alike: Callable[[int, int], int]) -> list[Row]:
    """Return rows in which numbers set alike, in the same unit, show equally many places.

    `alike` says which of the cells, by row and column, stand together.
    """
    given = list(rows)
    most: dict[tuple[int, str], int] = {}
    for r, row in enumerate(given):
        for c, cell in enumerate(row.cells):
            if cell.figure and cell.value is not None:
                key = alike(r, c), figures[cell.figure].unit
                most[key] = max(most.get(key, 0), cell.decimals)

    def set_even(r: int, c: int, cell: Cell) -> Cell:
        if not cell.figure or cell.value is None:
            return cell
        figure = figures[cell.figure]
        return figure_cell(figures, cell.figure, decimals=most[alike(r, c), figure.unit])

    return [
        replace(row, cells=tuple(set_even(r, c, cell) for c, cell in enumerate(row.cells)))
        for r, row in enumerate(given)
    ]
