"""Figures over the years: columns for two, lines for more, broken where nothing compares."""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from typing import Any

import pandas as pd
from matplotlib.ticker import MaxNLocator

from govnb.report.charts import DARK, INK, MAIN, OVER, PALE, RULE, WIDTH, Drawing
from govnb.report.charts_bars import EDGE, GAP, LEADING, explain, framed, measure, styled
from govnb.report.frames import Number
from govnb.sheet.figure import number_text

_HEIGHT, _KEY = 170.0, 34.0
# Apart in grey: by the line's kind and its mark, and by the column's fill.
_LINES = [
    (MAIN, "-", "o"), (OVER, "--", "s"), (DARK, "-.", "^"), ("#8fb3cf", ":", "D"),
    (MAIN, "--", "v"), (OVER, "-", "P"), (DARK, ":", "X"), ("#8fb3cf", "-", "*"),
]  # fmt: skip
_FILLS = [
    (PALE, ""), (MAIN, ""), (OVER, "///"), (DARK, ""),
    ("#8fb3cf", "..."), ("#fff", "xxx"), ("#fff", "\\\\\\"), (OVER, ""),
]  # fmt: skip


@styled
def over_years(data: pd.DataFrame, broken: Container[tuple[int, str]] = ()) -> Drawing | None:
    """Return a chart of figures by year; None with less than two years of any.

    Parameters
    ----------
    data
        A row a year without leaving any out, figures of one unit in columns.
    broken
        The years and columns where a figure counts something else than a year before.

    Raises
    ------
    ValueError
        If the figures have different units.
    """
    known = data.map(lambda cell: isinstance(cell, Number) and cell.is_known)
    data = data.loc[:, known.any()]
    years = [int(year) for year in data.index[known.any(axis=1)]]
    units = {cell.figure.told_unit for cell in data.to_numpy().ravel() if _known(cell)}
    if len(years) < 2:
        return None
    if len(units) > 1:
        raise ValueError(f"一张图只能有一种单位，这里有{'、'.join(sorted(units))}")
    unit = units.pop()
    drawn = _Years(data, years, broken)
    axes = drawn.columns() if len(years) == 2 else drawn.lines()
    if unit:
        axes.set_title(f"单位：{unit}", loc="left", color=INK)
    kind = "柱形图" if len(years) == 2 else "折线图"
    axes.told = f"{kind}：{f'单位{unit}。' if unit else ''}{drawn.told}。"
    axes.numbers = tuple(
        (f"{year}年.{column}", cell)
        for column in data
        for year, cell in data[column].items()
        if _known(cell)
    )
    return axes


class _Years:
    """Columns of figures by year, and the axes they are drawn on."""

    def __init__(
        self, data: pd.DataFrame, years: Sequence[int], broken: Container[tuple[int, str]]
    ) -> None:
        self.data, self.years, self.broken = data, years, broken
        self.names = [str(column) for column in data]
        self.values = {str(c): [_value(cell) for cell in data[c]] for c in data}

    @property
    def told(self) -> str:
        """All that is drawn, in words."""
        return "；".join(f"{name}：{self._row(name)}" for name in self.names)

    def _row(self, name: str) -> str:
        cells = zip(self.data.index, self.data[name], strict=True)
        return "，".join(
            f"{'口径变化，' if (year, name) in self.broken else ''}{year}年{_text(cell) or '无'}"
            for year, cell in cells
        )

    def columns(self) -> Drawing:
        """Return columns, the two years side by side."""
        at = [list(self.data.index).index(year) for year in self.years]
        most = [v for row in self.values.values() for v in row if v is not None]
        axes = self._axes(range(2), [f"{year}年" for year in self.years], [0.0, *most])
        width = 0.8 / len(self.names)
        room = (axes.get_position().width * WIDTH) / 2 * width
        for n, name in enumerate(self.names):
            row = [self.values[name][i] for i in at]
            xs = [x + (n - (len(self.names) - 1) / 2) * width for x in range(2)]
            fill, hatch = _FILLS[n % len(_FILLS)]
            axes.bar(xs, [v or 0.0 for v in row], width, color=fill, edgecolor=MAIN,
                     linewidth=0.8, hatch=hatch, label=name)  # fmt: skip
            for x, v, i in zip(xs, row, at, strict=True):
                text = _text(self.data[name].iloc[i])
                if v is not None and measure(text) < room + GAP:
                    axes.annotate(text, (x, v), (0, 2 if v >= 0 else -12), ha="center",
                                  textcoords="offset points", color=INK)  # fmt: skip
        axes.axhline(0, color=RULE, linewidth=0.8)
        if any((self.years[1], name) in self.broken for name in self.names):
            self._mark(axes, 0.5)
        explain(axes, self._across)
        return axes

    def lines(self) -> Drawing:
        """Return lines, with nothing where there is nothing or it can't be compared."""
        index = [int(year) for year in self.data.index]
        most = [v for row in self.values.values() for v in row if v is not None]
        from_zero = min(most) >= 0 and min(most) < max(most) * 0.6
        axes = self._axes(index, [str(y) for y in index], [*most, *([0.0] if from_zero else [])])
        for n, name in enumerate(self.names):
            colour, style, mark = _LINES[n % len(_LINES)]
            xs: list[float] = []
            ys: list[float] = []
            for year, value in zip(index, self.values[name], strict=True):
                if (year, name) in self.broken:
                    xs, ys = [*xs, year - 0.5], [*ys, math.nan]
                xs, ys = [*xs, year], [*ys, math.nan if value is None else value]
            axes.plot(xs, ys, color=colour, linestyle=style, marker=mark, label=name,
                      clip_on=False, markersize=5)  # fmt: skip
        for year in index:
            if any((year, name) in self.broken for name in self.names):
                self._mark(axes, year - 0.5)
        explain(axes, self._across)
        return axes

    def _axes(self, at: Sequence[int], words: Sequence[str], values: Sequence[float]) -> Drawing:
        """Return axes from the least to the most, with years below and room for the legend."""
        low, high = min(values), max(values)
        ticks = MaxNLocator(5).tick_values(low, high if high > low else low + 1)
        ticks = [t for t in ticks if low - (ticks[1] - ticks[0]) < t < high + (ticks[1] - ticks[0])]
        labels = [f"{tick:.10g}" for tick in ticks]
        left = EDGE + max(map(measure, labels)) + GAP
        below = EDGE + LEADING * (1.15 * self._rows + 1) + 3 * GAP
        height = _HEIGHT + below + LEADING + EDGE
        axes = framed(left, height, below, 2 * EDGE, LEADING + EDGE)
        axes.tick_params(labelbottom=True)
        axes.spines["bottom"].set_visible(True)
        axes.set_yticks(ticks, labels)
        axes.set_xticks(list(at), list(words))
        axes.set(ylim=(min(ticks[0], low), max(ticks[-1], high)), xlim=(at[0] - 0.5, at[-1] + 0.5))
        axes.grid(axis="y", color=RULE, linewidth=0.4)
        axes.set_axisbelow(True)
        axes.tick_params(length=0, colors=INK)
        return axes

    @property
    def _across(self) -> int:
        widest = max(map(measure, self.names)) + _KEY
        return max(1, min(len(self.names), int((WIDTH - 2 * EDGE) // widest)))

    @property
    def _rows(self) -> int:
        return math.ceil(len(self.names) / self._across)

    def _mark(self, axes: Drawing, x: float) -> None:
        axes.axvline(x, color=DARK, linewidth=1, linestyle=(0, (1, 3)))
        axes.annotate("口径变化", (x, 1), (0, 3), xycoords=("data", "axes fraction"), ha="center",
                      textcoords="offset points", color=INK)  # fmt: skip


def _text(cell: Any) -> str:
    return number_text(cell.figure.number, cell.figure.decimals) if _known(cell) else ""


def _known(cell: Any) -> bool:
    return isinstance(cell, Number) and cell.is_known


def _value(cell: Any) -> float | None:
    return float(cell) if _known(cell) else None
