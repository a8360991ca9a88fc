"""What a chart shows, in words, read from what was plotted: for readers who can't see it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.container import BarContainer
    from matplotlib.figure import Figure

# More points than this nobody listens to: the ends, the least and the most are told.
_MOST = 24


def described(figure: Figure) -> str:
    """Return in sentences what was plotted; empty where that can't be told."""
    figure.draw_without_rendering()
    return "".join(_axes(axes) for axes in figure.axes)


def _axes(axes: Axes) -> str:
    told = [*_bars(axes), *_lines(axes), *_areas(axes), *_wedges(axes)]
    if not told:
        return ""
    head = "，".join(filter(None, (axes.get_title(), *_units(axes))))
    return f"{_kind(axes)}：{f'{head}。' if head else ''}{'；'.join(told)}。"


def _kind(axes: Axes) -> str:
    from matplotlib.patches import Wedge

    if axes.containers:
        upright = [getattr(c, "orientation", "") == "vertical" for c in axes.containers]
        return "柱形图" if any(upright) else "条形图"
    return "饼图" if any(isinstance(p, Wedge) for p in axes.patches) else "折线图"


def _units(axes: Axes) -> Iterator[str]:
    for way, label in (("横轴", axes.get_xlabel()), ("纵轴", axes.get_ylabel())):
        if label:
            yield f"{way}为{label}"


def said(row: str, text: str) -> str:
    """Return a name and its amount as a sentence says them.

    Where the name ends in a digit (二级机构1) a word must keep it from the amount.
    """
    apart = "为" if row[-1:].isascii() and text[:1].isdigit() else ""
    return f"{row}{apart}{text}"


def _bars(axes: Axes) -> Iterator[str]:
    from matplotlib.container import BarContainer

    bars = [c for c in axes.containers if isinstance(c, BarContainer)]
    for container in bars:
        across = container.orientation == "horizontal"
        names = _names(axes.yaxis if across else axes.xaxis)
        points = []
        for n, bar in enumerate(container):
            low, length = (
                (bar.get_y(), bar.get_height()) if across else (bar.get_x(), bar.get_width())
            )
            value = bar.get_width() if across else bar.get_height()
            points.append((_near(names, low + length / 2), _label(axes, container, n) or value))
        yield from _series(container.get_label(), points)


def _label(axes: Axes, container: BarContainer, n: int) -> str:
    """Return what `bar_label` wrote at a bar."""
    from matplotlib.text import Annotation

    box = container[n]
    corners = box.get_bbox()
    for text in axes.texts:
        if isinstance(text, Annotation) and text.get_text():
            x, y = text.xy
            if corners.x0 <= x <= corners.x1 and corners.y0 <= y <= corners.y1:
                return text.get_text()
    return ""


def _lines(axes: Axes) -> Iterator[str]:
    names = _names(axes.xaxis)
    for line in axes.lines:
        data: Any = line.get_xydata()
        points = [(_near(names, x), y) for x, y in data]
        # A line that stops early says nothing of what is still to come.
        points = points[: max((n for n, (_, y) in enumerate(points, 1) if y == y), default=None)]
        # What crosses the whole chart is a mark, not data.
        if len(points) > 1 or str(line.get_label())[:1] != "_":
            yield from _series(str(line.get_label()), points)


def _areas(axes: Axes) -> Iterator[str]:
    """Tell between what a filled area with a name lies where it ends."""
    from matplotlib.collections import PolyCollection

    names = _names(axes.xaxis)
    for area in axes.collections:
        if isinstance(area, PolyCollection) and str(area.get_label())[:1] not in ("", "_"):
            paths: Any = area.get_paths()
            corners = [tuple(xy) for path in paths for xy in path.vertices]
            end = max((x for x, _ in corners), default=0.0)
            ends = [y for x, y in corners if x == end]
            if ends:
                low, high = _number(min(ends)), _number(max(ends))
                yield f"{area.get_label()}：{_near(names, end)}从{low}到{high}"


def _wedges(axes: Axes) -> Iterator[str]:
    from matplotlib.patches import Wedge

    parts = [p for p in axes.patches if isinstance(p, Wedge)]
    share = [(str(p.get_label()), f"{(p.theta2 - p.theta1) / 3.6:.2f}%") for p in parts]
    yield from _series("", share)


def _series(label: Any, points: Sequence[tuple[str, Any]]) -> Iterator[str]:
    if not points:
        return
    lead = "" if str(label).startswith("_") or not label else f"{label}："
    if len(points) > _MOST:
        by_size = sorted(points, key=lambda point: _size(point[1]))
        picked = {"起": points[0], "最小": by_size[0], "最大": by_size[-1], "止": points[-1]}
        told = [f"{how}{said(n, _number(v))}" for how, (n, v) in picked.items()]
        yield f"{lead}共{len(points)}点，{'，'.join(told)}"
    else:
        yield lead + "，".join(said(name, _number(value)) for name, value in points)


def _size(value: Any) -> float:
    return float(value) if not isinstance(value, str) else 0.0


def _number(value: Any) -> str:
    """Return a plotted number without the noise of its last binary digits."""
    if isinstance(value, str):
        return value.replace("\n", "")
    if value != value:
        return "无数据"
    return f"{Decimal(f'{float(value):.10g}'):f}"


def _names(axis: Axis) -> dict[float, str]:
    """Return the words at an axis by their place; none where it counts."""
    ticks = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=False)
    words = {float(at): text.get_text().replace("\n", "") for at, text in ticks}
    return {at: word for at, word in words.items() if word and not _counts(word, at)}


def _counts(word: str, at: float) -> bool:
    """Tell whether a tick only says where it stands."""
    try:
        return math.isclose(float(word.replace("−", "-")), at, abs_tol=1e-9)
    except ValueError:
        return False


def _near(names: dict[float, str], at: float) -> str:
    close = min(names, key=lambda place: abs(place - at), default=None)
    if close is not None and abs(close - at) < 0.5:
        return names[close]
    return _number(at)
