"""The report's own shapes: bars, bullet bars, and a span on a scale; each gives plain axes.

Names stand in a column on the left, wrapped; what a bar is worth is written at its end, so
there is no axis to read. Labels come from the exact amounts by the report's one rounding
rule; floats only place things.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pandas as pd
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from govnb.report import fonts
from govnb.report.charts import (
    DARK,
    INK,
    MAIN,
    OVER,
    PALE,
    RULE,
    SIZE,
    STYLE,
    WIDTH,
    Drawing,
    stand_in,
)
from govnb.report.charts_alt import said
from govnb.report.frames import Number

LEADING, ROW_GAP, EDGE, GAP = 14.5, 8.0, 6.0, 5.0
_BAR = 13.0
_NAMES = 0.38 * WIDTH
# A line of Chinese stands a little lower than what matplotlib takes for its middle.
_DROP = 1.8
# What the longest label must leave for its bar.
_LEAST = 70.0
_NEVER_FIRST = "，。、；：！？）》〉」』】〕］”’％%)]}·…"
_NEVER_LAST = "（《〈「『【〔［“‘([{"
# Digits, Latin words and amounts stay whole where a line can hold them.
_UNITS = re.compile(r"[0-9A-Za-z.,%+\-]+|.", re.DOTALL)

_ZONES = ("#eef2f5", "#d3dde6")
# On top of matplotlib's own defaults, never the user's.
styled = style.context(["default", {**STYLE, "font.family": fonts.families(fonts.SCREEN)}])


@styled
def bars(data: pd.Series | pd.DataFrame, labels: pd.Series | None = None) -> Axes | None:
    """Return horizontal bars, one row a name and one bar a column; None with nothing to compare.

    Parameters
    ----------
    data
        Figures or plain numbers, the first row on top.
    labels
        What is written at the end of each bar of a series, instead of its figure.
    """
    frame = data.to_frame() if isinstance(data, pd.Series) else data
    rows = _Rows.of(frame, [_texts(frame, n, labels) for n in range(len(frame))])
    if not rows.compare:
        return None
    axes, middles = rows.axes()
    fills = [MAIN] if len(frame.columns) == 1 else [PALE, MAIN, OVER]
    for n, column in enumerate(frame):
        at = [middle[n] for middle in middles]
        widths = [rows.values[r][n] or 0.0 for r in range(len(frame))]
        fill = fills[n % len(fills)]
        axes.barh(at, widths, _BAR, label=str(column), color=fill, edgecolor=MAIN, linewidth=0.8)
        for r, y in enumerate(at):
            rows.write(axes, max(widths[r], 0.0), y, rows.texts[r][n])
    axes.told = f"条形图：{rows.told}。"
    return axes


@styled
def bullets(data: pd.DataFrame) -> Axes | None:
    """Return one bullet bar a row: what was planned, within it what came, a mark for before.

    Parameters
    ----------
    data
        Three columns in this order: the plan, what came of it, the year before; the last may
        be left out, and any cell unknown.
    """
    if all(_value(cell) is None for column in list(data)[2:] for cell in data[column]):
        data = data.iloc[:, :2]
    rows = _Rows.of(data, [[_row_text(data, n)] for n in range(len(data))])
    if not rows.compare:
        return None
    axes, middles = rows.axes(below=LEADING + ROW_GAP)
    at = [middle[0] for middle in middles]
    plan, came, before = (
        [row[n] if n < len(row) else None for row in rows.values] for n in (0, 1, 2)
    )
    names = [str(column) for column in data]
    axes.barh(at, [v or 0 for v in plan], _BAR + 3, color=PALE, edgecolor="#7d9db5", label=names[0])
    axes.barh(at, [v or 0 for v in came], _BAR / 2.4, color=MAIN, label=names[1])
    marks = [(v, y) for v, y in zip(before, at, strict=True) if v]
    if marks:
        xs, ys = zip(*marks, strict=True)
        axes.plot(xs, ys, "|", color=DARK, markersize=_BAR + 6, markeredgewidth=2, label=names[2])
    for row, y, text in zip(rows.values, at, rows.texts, strict=True):
        rows.write(axes, max([0.0, *(v for v in row if v is not None)]), y, text[0])
    explain(axes)
    axes.told = f"子弹图：{rows.told}。"
    return axes


@styled
def span(
    low: Decimal, high: Decimal, full: Decimal, limits: Iterable[tuple[str, Decimal]], name: str,
    point: Decimal | None = None, point_name: str = "",
) -> Axes:  # fmt: skip
    """Return a scale from 0 to `full` with a span on it and, if there is one, a point.

    Parameters
    ----------
    low, high
        The ends of the span.
    full
        The end of the scale.
    limits
        The names of the scale's parts, each with where it begins.
    name, point_name
        What the span and the point are, with their numbers.
    """
    parts = sorted(limits, key=lambda limit: limit[1])
    axes, y = framed(EDGE + 8, 78.0, 36.0, right=EDGE + 12), 30
    top = float(max(full, high, point or 0))
    axes.set(xlim=(0, top), ylim=(42, 0))
    starts = [float(start) for _, start in parts] or [0.0]
    axes.set_xticks([*starts, top])
    axes.set_yticks([])
    axes.tick_params(axis="x", length=0, labelbottom=True, colors=INK)
    for n, (start, end) in enumerate(pairwise([*starts, top])):
        axes.barh(y, end - start, 22, left=start, color=_ZONES[n % 2])
    for (part, _), (start, end) in zip(parts, pairwise([*starts, top]), strict=False):
        axes.text((start + end) / 2, 9, part, ha="center", va="center_baseline")
    # As wide as can be seen, where it is a point itself.
    width = max(float(high - low), top / 160)
    axes.barh(
        y, width, 9, left=float(low) - (width - float(high - low)) / 2, color=MAIN, label=name
    )
    if point is not None:
        axes.plot(
            float(point), y, "D", color=DARK, mec="#fff", ms=9, label=point_name, clip_on=False
        )
    explain(axes)
    grades = "、".join(f"{part}从{_plain(start)}起" for part, start in reversed(parts))
    told = "；".join(filter(None, (name, point_name if point is not None else "", grades)))
    axes.told = f"标尺：从0到{_plain(Decimal(str(top)))}。{told}。"
    return axes


class _Rows:
    """Names on the left, bars and their words on the right: what each may take."""

    def __init__(
        self, names: Sequence[str], values: Sequence[Sequence[float | None]],
        texts: Sequence[Sequence[str]], numbers: Sequence[tuple[str, Number]],
    ) -> None:  # fmt: skip
        self.names, self.values, self.texts = names, values, texts
        self.numbers = tuple(numbers)
        known = [any(value is not None for value in row) for row in values]
        # A bar alone compares with nothing.
        self.compare = sum(known) > 1 or (any(known) and len(values[0]) > 1)
        self._names = [wrap(name, _NAMES) for name in names]
        widest = max((measure(line) for lines in self._names for line in lines), default=0.0)
        self.left = EDGE + widest + GAP
        self.room = WIDTH - EDGE - self.left
        most = self.room - _LEAST - GAP
        self._lines = {text: wrap(text, most, 4) for row in texts for text in row}

    @classmethod
    def of(cls, frame: pd.DataFrame, texts: Sequence[Sequence[str]]) -> _Rows:
        """Return the rows of a frame."""
        cells = frame.to_numpy()
        names = [str(i[-1] if isinstance(i, tuple) else i) for i in frame.index]
        numbers = [
            (f"{'.'.join(map(str, label)) if isinstance(label, tuple) else label}.{column}", cell)
            for label, line in zip(frame.index, cells, strict=True)
            for column, cell in zip(frame.columns, line, strict=True)
            if isinstance(cell, Number) and not cell.is_blank
        ]
        return cls(names, [[_value(cell) for cell in line] for line in cells], texts, numbers)

    @property
    def told(self) -> str:
        """The rows in words."""
        return "；".join(
            said(name, "，".join(texts)) for name, texts in zip(self.names, self.texts, strict=True)
        )

    def axes(self, below: float = 0.0) -> tuple[Drawing, list[list[float]]]:
        """Return axes wide enough, and where the middle of each bar stands on them."""
        y, middles, centres = EDGE, [], []
        for name, texts in zip(self._names, self.texts, strict=True):
            tall = [max(_BAR, len(self._lines[text]) * LEADING) for text in texts]
            height = max(len(name) * LEADING, sum(tall))
            top = y + (height - sum(tall)) / 2
            middles.append([top + sum(tall[:n]) + t / 2 + _DROP for n, t in enumerate(tall)])
            centres.append(y + height / 2)
            y += height + ROW_GAP
        axes = framed(self.left, y + below, below)
        low, high = self._limits()
        axes.set(xlim=(low, high), ylim=(y, 0))
        axes.set_yticks(
            centres, ["\n".join(stand_in(n)[0] for n in lines) for lines in self._names]
        )
        axes.tick_params(axis="y", length=0, pad=GAP, colors=INK, labelleft=True)
        axes.axvline(0, color=RULE, linewidth=0.8, zorder=0.5)
        axes.numbers = self.numbers
        return axes, middles

    def _limits(self) -> tuple[float, float]:
        """Return the largest scale at which each bar and the words at its end have room."""
        ends = [max([0.0, *(v for v in row if v is not None)]) for row in self.values]
        low = min([0.0, *(v for row in self.values for v in row if v is not None)])
        high = max([0.0, *ends])
        for end, texts in zip(ends, self.texts, strict=True):
            words = max(measure(line) for text in texts for line in self._lines[text])
            left = max(self.room - words - GAP, _LEAST / 2)
            high = max(high, low + (end - low) * self.room / left)
        return low, high if high > low else low + 1.0

    def write(self, axes: Axes, end: float, y: float, text: str) -> None:
        """Write what a bar is worth at its end."""
        axes.annotate(
            "\n".join(self._lines[text]), (end, y), (GAP, _DROP), textcoords="offset points",
            va="center_baseline", color=INK, parse_math=False, annotation_clip=False,
        )  # fmt: skip


def framed(
    left: float, height: float, below: float, right: float = EDGE, above: float = 0.0
) -> Drawing:
    """Return bare axes that leave so many points at each side."""
    fonts.register()
    figure = Figure((WIDTH / 72, height / 72), dpi=72, facecolor="#fff")
    tall, wide = 1 - (below + above) / height, 1 - (left + right) / WIDTH
    place = (left / WIDTH, below / height, wide, tall)
    axes = figure.add_axes(place, axes_class=Drawing)
    assert isinstance(axes, Drawing)
    axes.spines[:].set_visible(False)
    axes.tick_params(labelbottom=False, bottom=False)
    return axes


def explain(axes: Axes, across: int = 3) -> None:
    """Explain the marks below, in the order they were drawn in."""
    drawn: list[Any] = [*axes.containers, *axes.lines]
    shown = [mark for mark in drawn if str(mark.get_label())[:1] not in ("", "_")]
    axes.legend(
        shown, [str(mark.get_label()) for mark in shown],
        loc="lower left", bbox_to_anchor=(EDGE / WIDTH, 0), ncols=across, frameon=False,
        bbox_transform=axes.figure.transFigure, borderpad=0.2, borderaxespad=0,
        labelspacing=0.3,
    )  # fmt: skip


def _texts(frame: pd.DataFrame, n: int, labels: pd.Series | None) -> list[str]:
    if labels is not None:
        return [str(labels.iloc[n])]
    several = len(frame.columns) > 1
    return [f"{c if several else ''}{_said(cell)}" for c, cell in frame.iloc[n].items()]


def _row_text(frame: pd.DataFrame, n: int) -> str:
    cells = list(frame.iloc[n].items())
    texts = [f"{column}{_said(cell)}" for column, cell in cells]
    known = [cell.figure for _, cell in cells if isinstance(cell, Number) and cell.is_known]
    if len({figure.told_unit for figure in known}) == 1:
        # The unit once, at the last that has it.
        unit = known[0].told_unit
        last = max(i for i, text in enumerate(texts) if text.endswith(unit))
        texts = [text if i == last else text.removesuffix(unit) for i, text in enumerate(texts)]
    return "，".join(texts)


def _said(cell: Any) -> str:
    if isinstance(cell, Number):
        return str(cell)
    value = _value(cell)
    return "未公布" if value is None else _plain(cell)


def _plain(number: Any) -> str:
    return f"{Decimal(str(number)).normalize():f}"


def _value(cell: Any) -> float | None:
    if isinstance(cell, Number):
        return float(cell) if cell.is_known else None
    return None if cell is None or isinstance(cell, str) or cell != cell else float(cell)


def measure(text: str) -> float:
    """Return the width of a line of text in points."""
    return fonts.width(text, fonts.SCREEN, SIZE)


def wrap(text: str, width: float, most_lines: int = 3) -> list[str]:
    """Return text as lines no wider than `width`, about equally long, cut with … at the last.

    Lines break between any two Chinese characters but not before closing punctuation or
    after opening punctuation, and not inside a number or a Latin word.
    """
    kept = (c for c in text if c.isspace() or not fonts.invisible(c))
    text = " ".join("".join(kept).split())
    total = measure(text)
    if total <= width:
        return [text]
    count = math.ceil(total / width)
    # Equal lines look calmer than one full line and a stub; punctuation may need more room.
    lines: list[str] = []
    for target in (total / count + SIZE, width):
        lines = _filled(_pieces(text, width), min(target, width))
        if len(lines) <= count:
            break
    if len(lines) <= most_lines:
        return lines
    last = lines[most_lines - 1]
    while last and measure(last + "…") > width:
        last = last[:-1]
    return [*lines[: most_lines - 1], last + "…"]


def _pieces(text: str, width: float) -> list[str]:
    """Return the runs a line may not break inside."""
    units: list[str] = []
    for unit in _UNITS.findall(text):
        units.extend(unit if measure(unit) > width else [unit])
    pieces: list[str] = []
    for unit in units:
        glued = pieces and (unit[0] in _NEVER_FIRST or pieces[-1][-1] in _NEVER_LAST)
        if glued and measure(pieces[-1] + unit) <= width:
            pieces[-1] += unit
        else:
            pieces.append(unit)
    return pieces


def _filled(pieces: list[str], width: float) -> list[str]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and measure(lines[-1] + piece) > width:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines if line.strip()]
