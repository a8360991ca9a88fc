"""The page about all departments of a year: frames as tables whose rows lead to the reports.

`notebooks/district.ipynb` computes in pandas, on the frames of :mod:`govnb.report.results`;
this shows what it has worked out.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from govnb.files import find_upward
from govnb.report.blocks import Cards, Result, Title
from govnb.report.charts import Chart, chart
from govnb.report.frames import TOTAL, Number
from govnb.report.prose import Prose, plain
from govnb.report.reports import SAMPLES, common_region
from govnb.report.results import departments, projects
from govnb.report.tables import Cell, Row, Table
from govnb.sheet.figure import Figures, exact, number_text, shown

_NONE = Figures({}, {})


class District:
    """What a page about a year's departments is made with.

    Parameters
    ----------
    year
        The year.
    outputs_dir
        Where the reports are, looked for upward from here.
    page_dir
        The folder the page will lie in, from which its links lead; where this runs, if empty.

    Raises
    ------
    FaultsError
        If there are no results of that year.
    """

    def __init__(
        self, year: int | str, outputs_dir: str | Path = "outputs", page_dir: str | Path = ""
    ) -> None:
        self.year, self._outputs_dir = str(year), outputs_dir
        self.departments: Any = departments(year, outputs_dir)
        folder = find_upward(str(outputs_dir)) / self.year
        # What is one run's way to the reports is a page's way for good.
        way = Path(os.path.relpath(folder.resolve(), Path(page_dir or ".").resolve())).as_posix()
        made = self.departments[self.departments["状态"] != "未能生成"]
        self._links = {n: f"{way}/{quote(code)}.html" for n, code in made["代码"].items()}
        self._tables: dict[str, Table] = {}

    @property
    def region(self) -> str:
        """The place all departments are in, so far as they agree."""
        return common_region(self.departments["地区"])

    def title(self) -> Title:
        """Return the title, marked when all departments are made up."""
        made_up = self.departments["示例"][self.departments["状态"] != "未能生成"]
        told = f"示例：{SAMPLES}" if len(made_up) and all(made_up) else False
        heading = f"{self.region}{self.year}年度部门整体支出绩效评价汇总分析"
        return Title(heading, sample=told)

    def cards(self, cards: Mapping[str, object]) -> Cards:
        """Return key figures for the head of the page."""
        return Cards((), tuple((label, str(value), "") for label, value in cards.items()))

    def say(self, text: str, level: int = 0) -> Prose:
        """Return a paragraph, or a heading of a level."""
        return Prose(plain(text), _NONE, level)

    def projects(self) -> pd.DataFrame:
        """Return one row a project that evaluated itself, of every department."""
        return projects(self.year, self._outputs_dir)

    def figure(self, axes: Any, caption: str) -> Chart | Prose:
        """Return what matplotlib or pandas drew as the page's chart; nothing for None."""
        return self.say("") if axes is None else chart(axes, caption).numbered("图1")

    def show(
        self,
        data: pd.DataFrame | pd.Series,
        caption: str,
        *,
        unit: str = "",
        notes: Sequence[str] = (),
        folded: bool = False,
    ) -> Table | Prose:
        """Return a frame as a table; of one without rows a sentence, or nothing if `folded`.

        Parameters
        ----------
        data
            Its index heads the rows; where that is a department's name, it leads to its report.
        caption
            What stands above it.
        unit
            The unit of its amounts, which then don't say it.
        notes
            Sentences below it.
        folded
            Show only the caption until it is opened.
        """
        frame = data.to_frame() if isinstance(data, pd.Series) else data
        if frame.empty:
            return self.say("" if folded else f"{caption}：没有可列的。")
        # A column that says nothing of anybody.
        frame = frame.loc[:, [any(map(_cell_said, frame[column])) for column in frame]]
        levels = [str(name or "") for name in frame.index.names]
        cells: Any = frame.to_numpy(dtype=object)
        rows = [self._row(*each, unit) for each in zip(frame.index, cells, strict=True)]
        columns = zip(*(row.cells for row in rows), strict=True)
        words = [i for i, column in enumerate(columns) if all(c.value is None for c in column)]
        number = 1 + sum(not table.folded for table in self._tables.values())
        table = Table(
            caption, f"{self.year}年{caption}", (*levels, *map(str, frame.columns)), tuple(rows),
            _NONE, "", unit, notes=tuple(notes), text_columns=frozenset(words),
            number="" if folded else f"表{number}", folded=folded,
        )  # fmt: skip
        self._tables[caption] = table
        return table

    def result(self) -> Result:
        """Return every table shown, for programs: numbers as text, unknown as null."""
        tables = {
            caption: [
                {k: exact(v) if isinstance(v, Decimal) else v or None for k, v in row.items()}
                for row in table
            ]
            for caption, table in self._tables.items()
        }
        told = {"year": self.year, "region": self.region, "departments": len(self.departments)}
        return Result({**told, "figures": {}, "tables": tables})

    def _row(self, label: Any, line: Sequence[Any], unit: str) -> Row:
        heads = label if isinstance(label, tuple) else (label,)
        first = [Cell(str(head), link=self._links.get(head, "")) for head in heads]
        kind = "total" if heads[0] == TOTAL else ""
        return Row((*first, *(_cell(value, unit) for value in line)), kind=kind)


def _cell(value: Any, unit: str) -> Cell:
    """Return what a cell of a frame prints: a figure as reports do, nothing for nothing."""
    if isinstance(value, Number):
        if value.is_blank and not value.is_known:
            return Cell("")
        figure = value.figure._replace(decimals=2) if value.figure.is_money else value.figure
        text = shown(figure, padded=True, unit=figure.unit != unit)
        return Cell(text, value=figure.number, decimals=figure.decimals)
    if isinstance(value, str):
        return Cell(value)
    if value is None or value != value:
        return Cell("")
    number = Decimal(str(value))
    return Cell(number_text(number), value=number, decimals=0)


def _cell_said(value: Any) -> bool:
    return bool(_cell(value, "").text)
