"""What the report's tables are made from, and how their columns are set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from govnb.report.tables import Cell, Row, Table, figure_cell
from govnb.sheet.figure import Figures
from govnb.sheet.read import Inputs
from govnb.sheet.references import find


@dataclass(frozen=True)
class Sheet:
    """What a table is made from: the files and the figures."""

    inputs: Inputs
    figures: Figures
    # Whether it is for publication.
    public: bool = False
    # The lists that the file's words may refer to, by name.
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The report a table's numbers were taken from; nothing in the edition for publication.

        Which line of which file a number stands in, its panel says.
        """
        if self.public:
            return ""
        return str(self.inputs.department.identity.source or "本部门填报")

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
        """The unit the report prints its amounts in."""
        return self.figures.sheet.money.printed

    def cell(self, name: str | None) -> Cell:
        """Return the cell of a figure."""
        return figure_cell(self.figures, name)

    def table(self, name: str, caption: str, columns: tuple[str, ...], rows: list[Row]) -> Table:
        """Return a table of amounts with this sheet's source, each column to its own last digit."""
        return Table(
            name, caption, columns, tuple(evened(rows, self.figures)), self.figures, self.source,
            unit=self.money_unit,
        )  # fmt: skip


def evened(rows: Sequence[Row], figures: Figures) -> list[Row]:
    """Return rows in which a column's numbers of one unit show equally many places."""
    most: dict[tuple[int, str], int] = {}
    for row in rows:
        for c, cell in enumerate(row.cells):
            if cell.figure and cell.value is not None:
                key = c, figures[cell.figure].unit
                most[key] = max(most.get(key, 0), cell.decimals)

    def even(c: int, cell: Cell) -> Cell:
        if not cell.figure or cell.value is None:
            return cell
        return figure_cell(figures, cell.figure, most[c, figures[cell.figure].unit])

    return [replace(row, cells=tuple(even(*each) for each in enumerate(row.cells))) for row in rows]
