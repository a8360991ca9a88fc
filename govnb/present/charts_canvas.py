"""A sheet to draw on: boxes, lines and text in points from the top left, written as SVG.

Charts are laid out by hand on it, because what they hold is mostly words that must not
touch, and drawn by matplotlib. Text becomes outlines of the vendored faces, so the
reader's machine needs no font.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from govnb.present import fonts
from govnb.present.charts_svg import compact

# matplotlib is imported where it draws: commands that only compute don't wait for it.
if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.lines import Line2D
    from matplotlib.patches import PathPatch
    from matplotlib.text import Text

# 400 pt is 14 cm: it fits the text width of an A4 page, and 11 pt on it is still over 9 px
# when a phone shows the whole at 350 px.
WIDTH = 400.0
SIZE = 11.0
LEADING = 14.5
ROLE = fonts.SCREEN

INK, MUTED, RULE = "#1f2933", "#4b5763", "#aeb8c2"
Align = Literal["left", "right"]

_STROKE = 0.8
_STRIPE_GAP = 4.5
# A Chinese character's middle stands this far above the baseline. Aligning by what a line
# happens to hold would set lines with and without brackets at different heights.
_TO_BASELINE = 0.38 * SIZE

_NEVER_FIRST = "，。、；：！？）》〉」』】〕］”’％%)]}·…"
_NEVER_LAST = "（《〈「『【〔［“‘([{"
# 〓 is wider than its face says (see fonts): what follows it is placed anew.
_RUNS = re.compile(rf"[^{fonts.STAND_IN}]*{fonts.STAND_IN}|[^{fonts.STAND_IN}]+")
# Digits, Latin words and amounts stay whole where a line can hold them.
_UNITS = re.compile(r"[0-9A-Za-z.,%+\-]+|.", re.DOTALL)

# On top of matplotlib's own defaults, never the user's.
_SETTINGS = {
    "svg.fonttype": "path",
    "svg.hashsalt": "govnb",
    "path.simplify": False,
    "lines.scale_dashes": False,
}
# Dates and versions would make equal charts differ.
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle; `striped` marks it for readers who don't see its colour."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    edge: str
    striped: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A thin straight line."""

    start: tuple[float, float]
    end: tuple[float, float]
    colour: str = RULE
    thickness: float = 0.8
    dotted: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text; `y` is the middle of it."""

    x: float
    y: float
    text: str
    colour: str = INK
    align: Align = "left"


@dataclass
class Sheet:
    """What a chart draws, before it is written out."""

    # In points; the width is always :data:`WIDTH`.
    height: float = 0.0
    # In the order they are drawn.
    items: list[Box | Line | Words] = field(default_factory=list)
    # Characters of the texts that no face has.
    missing: list[str] = field(default_factory=list)

    def write(
        self, x: float, y: float, text: str, colour: str = INK, align: Align = "left"
    ) -> None:
        """Add a line of text; characters no face can draw become 〓 and are remembered."""
        lacking = fonts.missing(text, ROLE)
        self.missing.extend(char for char in lacking if char not in self.missing)
        stand_ins: dict[int, str] = dict.fromkeys(map(ord, lacking), fonts.STAND_IN)
        drawn = tidy(text).translate(stand_ins)
        self.items.append(Words(x, y, drawn, colour, align))

    def svg(self) -> str:
        """Return the sheet as SVG; equal sheets give equal bytes."""
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure
        from matplotlib.style import context
        from matplotlib.transforms import Affine2D

        fonts.register()
        out = io.StringIO()
        # At 72 dots an inch a dot is a point; matplotlib counts them from the bottom.
        points = Affine2D().scale(1, -1).translate(0, self.height)
        with context(["default", _SETTINGS]):
            figure = Figure((WIDTH / 72, self.height / 72), dpi=72, facecolor="#fff")
            for item in self.items:
                for artist in _artists(item):
                    # Of equal height, so that they are drawn in this order.
                    artist.set(transform=points, zorder=1)
                    figure.add_artist(artist)
            FigureCanvasSVG(figure).print_svg(out, metadata=_NO_METADATA)
        return compact(out.getvalue())


def tidy(text: str) -> str:
    """Return text on one line, without marks that draw nothing."""
    kept = (c for c in text if c.isspace() or not fonts.invisible(c))
    return " ".join("".join(kept).split())


def measure(text: str) -> float:
    """Return the width of a line of text in points."""
    return fonts.width(text, ROLE, SIZE)


def wrap(text: str, width: float, most_lines: int = 3) -> list[str]:
    """Return text as lines no wider than `width`, about equally long, cut with … at the last.

    Lines break between any two Chinese characters but not before closing punctuation or
    after opening punctuation, and not inside a number or a Latin word.
    """
    text = tidy(text)
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


def _artists(item: Box | Line | Words) -> Iterator[Artist]:
    from matplotlib.patches import Rectangle

    if isinstance(item, Words):
        yield from _texts(item)
    elif isinstance(item, Line):
        yield _line(item)
    else:
        yield Rectangle(
            (item.x, item.y),
            item.width,
            item.height,
            facecolor=item.fill,
            edgecolor=item.edge,
            linewidth=_STROKE,
        )
        if item.striped:
            yield _stripes(item)


def _texts(words: Words) -> Iterator[Text]:
    from matplotlib.text import Text

    x = words.x - (measure(words.text) if words.align == "right" else 0.0)
    for run in _RUNS.findall(words.text):
        yield Text(
            x,
            words.y + _TO_BASELINE,
            run,
            color=words.colour,
            fontfamily=fonts.families(ROLE),
            fontsize=SIZE,
            parse_math=False,
        )
        x += measure(run)


def _line(line: Line) -> Line2D:
    from matplotlib.lines import Line2D

    return Line2D(
        *zip(line.start, line.end, strict=True),
        color=line.colour,
        linewidth=line.thickness,
        linestyle=(0, (1.5, 2)) if line.dotted else "-",
        solid_capstyle="butt",
        dash_capstyle="butt",
    )


def _stripes(box: Box) -> PathPatch:
    """Return slanted lines across a box.

    Not as matplotlib's hatching, a pattern fill: viewers other than browsers get it wrong.
    """
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    ends = []
    start = box.x - box.height + _STRIPE_GAP / 2
    bottom = box.y + box.height
    for i in range(math.ceil((box.width + box.height) / _STRIPE_GAP)):
        left = start + i * _STRIPE_GAP
        # From the lower left to the upper right, cut at the box's sides.
        x0, x1 = max(left, box.x), min(left + box.height, box.x + box.width)
        if x1 > x0:
            ends += [(x0, bottom - (x0 - left)), (x1, bottom - (x1 - left))]
    path = Path(ends, [Path.MOVETO, Path.LINETO] * (len(ends) // 2))
    return PathPatch(path, facecolor="none", edgecolor=box.edge, linewidth=_STROKE)
