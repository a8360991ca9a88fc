"""What every page of a notebook is made with: sentences, tables and charts, numbered as they come.

What was shown is remembered, so that a page can tell the provenance of every figure on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from govnb.files import find_upward
from govnb.report.blocks import Panels, Result
from govnb.report.charts import Chart, chart, figure_of, numbers_of
from govnb.report.frames import Computed, here
from govnb.report.prose import Prose
from govnb.report.shown import Shown
from govnb.report.tables import Table
from govnb.sheet.figure import Figures
from govnb.text.faults import Place


class Page:
    """A page in the making."""

    # Whose cells compute what is shown.
    notebook = ""
    # Without any reviewer's word, and without the names of our files.
    public = False

    @property
    def source(self) -> str:
        """What stands as 来源 below a table; nothing for none."""
        return ""

    def say(self, text: str) -> Prose:
        """Return a sentence; a figure in an f-string, `f"超支{差异:多少}"`, leads to its origin."""
        return self._prose(text)

    def show(
        self,
        data: pd.DataFrame | pd.Series,
        caption: str,
        *,
        name: str = "",
        unit: str = "",
        notes: Sequence[str] = (),
        seldom: bool = False,
        reviewers: bool = False,
        source: str = "",
    ) -> Table | Prose:
        """Return a frame as a table of the report, or that it has no data.

        Parameters
        ----------
        data
            Figures by row and column; what was computed gets a name and can be asked for.
        caption
            What stands above it.
        name
            Its anchor and the first part of its figures' names, if not the caption.
        unit
            The unit of its numbers, if they don't say.
        notes
            Sentences below it.
        seldom
            Say nothing where there is no data: not every department has some.
        reviewers
            Show it in the reviewers' edition only.
        source
            Where its numbers come from, if not from where the report's do.
        """
        if reviewers and self.public:
            return self._prose("")
        data, name = data.to_frame() if isinstance(data, pd.Series) else data, name or caption
        source, place = self.source and (source or self.source), here(self.notebook)
        made = Shown(data, name, caption, place, self._computed, source, unit, tuple(notes))
        table = made.table() if len(data) else None
        return self._printed(table) if table else self._untold(name, seldom)

    def figure(self, axes: Any, caption: str, *, name: str = "", alt: str = "") -> Chart | Prose:
        """Return what matplotlib or pandas drew as a chart of the report; nothing for None.

        Parameters
        ----------
        axes
            Axes, several of them, or a figure.
        caption
            What stands below it.
        name
            Its anchor, and the first part of the names of figures computed for it.
        alt
            What it shows, for readers who can't see it; else what was plotted is told.

        Raises
        ------
        TypeError
            If it is nothing that was drawn.
        """
        if axes is None:
            return self._prose("")
        name, place = name or caption, here(self.notebook)
        for label, number in numbers_of(figure_of(axes)):
            number.named(f"{name}.{label}", place)
        made = chart(axes, caption, name, alt)
        self._remember(made.figures)
        return made.numbered(self._number("图", made.name))

    def panels(self) -> Panels:
        """Return the provenance of every figure shown so far."""
        return Panels(self._all, tuple(self._shown), None if self.public else self._quote)

    # ── What pages differ in ────────────────────────────────────

    @cached_property
    def _computed(self) -> Computed:
        """What its cells compute with, and what they have computed."""
        return Computed(Figures({}, {}), self.notebook)

    @property
    def _all(self) -> Figures:
        """The figures, those computed in the notebook's cells among them."""
        told = self._computed.figures
        every = {**told, **self._computed.kept}
        return Figures(every, told.parts, told.sheet, told.overrides, told.unsaid)

    def _prose(self, source: str, level: int = 0) -> Prose:
        prose = Prose(source, self._all, level)
        self._remember(prose.names)
        return prose

    def _untold(self, name: str, seldom: bool) -> Prose:
        """Return what stands for a table without data."""
        return self._prose("")

    def _quote(self, place: Place) -> str:
        """Return what a file says at a place, beside a figure that was taken from there."""
        return ""

    # ── What was shown ──────────────────────────────────────────

    @cached_property
    def _shown(self) -> dict[str, None]:
        return {}

    @cached_property
    def _numbers(self) -> dict[str, str]:
        return {}

    def _printed(self, table: Table) -> Table:
        self._remember(table.names)
        return table.numbered(self._number("表", table.name))

    def _remember(self, names: Iterable[str]) -> None:
        self._shown.update(dict.fromkeys(names))

    def _number(self, kind: str, name: str) -> str:
        key = f"{kind}{name}"
        if key not in self._numbers:
            taken = sum(1 for other in self._numbers if other.startswith(kind))
            self._numbers[key] = f"{kind}{taken + 1}"
        return self._numbers[key]


def left(data: Mapping[str, Any], outputs_dir: str, *place: object) -> Result:
    """Return a machine-readable result, written below a folder unless that is empty."""
    result = Result(dict(data))
    if outputs_dir:
        result.write(find_upward(outputs_dir) / Path(*map(str, place)))
    return result
