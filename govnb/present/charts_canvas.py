"""A sheet to draw on: boxes, lines and text in points from the top left, written as SVG.

Charts are laid out by hand on it, because they are small, must read on a phone, and a
batch draws thousands of them: matplotlib's axes and its automatic layout cost most of
the time. Matplotlib still does what it does well, turning text into outlines, so that
nothing depends on the fonts of the reader's machine.
"""

from __future__ import annotations

import io
import math
import re
from dataclasses import dataclass, field

import matplotlib
from matplotlib.artist import Artist
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from govnb.present import fonts

# 400 pt is 14 cm: it fits the text width of an A4 page, and 11 pt on it is still over 9 px
# when a phone shows the whole at 350 px.
WIDTH = 400.0
SIZE = 11.0
LEADING = 14.5
ROLE = fonts.HEI

INK, MUTED, RULE = "#1f2933", "#4b5763", "#aeb8c2"
_STRIPE_GAP = 4.5
# A Chinese character's middle stands this far above the baseline. Aligning by what a line
# happens to hold would set lines with and without brackets at different heights.
_TO_BASELINE = 0.38 * SIZE

_NEVER_FIRST = "，。、；：！？）》〉」』】〕］”’％%)]}·…"
_NEVER_LAST = "（《〈「『【〔［“‘([{"
# Digits, Latin words and amounts stay whole where a line can hold them.
_UNITS = re.compile(r"[0-9A-Za-z.,%+\-]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle; `striped` marks it for readers who don't see its colour."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    edge: str = ""
    striped: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A thin line through the points."""

    points: tuple[tuple[float, float], ...]
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
    align: str = "left"


@dataclass
class Sheet:
    """What a chart draws, before it is written out.

    Attributes
    ----------
    height : float
        In points; the width is always :data:`WIDTH`.
    items : list of Box, Line or Words
        In the order they are drawn.
    missing : list of str
        Characters of the texts that no face has.
    """

    height: float = 0.0
    items: list[Box | Line | Words] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def line(self, *points: tuple[float, float], dotted: bool = False) -> None:
        """Add a thin line."""
        self.items.append(Line(points, dotted=dotted))

    def words(self, x: float, y: float, text: str, colour: str = INK, align: str = "left") -> None:
        """Add a line of text; characters no face can draw become 〓 and are remembered."""
        self.items.append(Words(x, y, self.drawable(text), colour, align))

    def drawable(self, text: str) -> str:
        """Return text as it can be drawn."""
        lacking = fonts.missing(text, ROLE)
        self.missing.extend(char for char in lacking if char not in self.missing)
        table = str.maketrans(dict.fromkeys(lacking, fonts.STAND_IN))
        return "".join(" " if c.isspace() else c for c in text if not _silent(c)).translate(table)

    @property
    def boxes(self) -> list[Box]:
        """The boxes, in the order drawn."""
        return [item for item in self.items if isinstance(item, Box)]

    @property
    def texts(self) -> list[str]:
        """Everything written on the sheet."""
        return [item.text for item in self.items if isinstance(item, Words)]

    def svg(self) -> str:
        """Return the sheet as SVG: equal sheets give equal bytes, whatever the user's settings."""
        fonts.register()
        out = io.StringIO()
        with matplotlib.rc_context(_SETTINGS):
            figure = Figure(
                figsize=(WIDTH / 72, self.height / 72),
                dpi=72,
                facecolor="white",
                edgecolor="white",
                linewidth=0,
                frameon=True,
                layout="none",
            )
            page = Affine2D().scale(1, -1).translate(0, self.height)
            for item in self.items:
                for artist in _artists(item):
                    artist.set_transform(page)
                    figure.add_artist(artist, clip=False)
            unnamed = dict.fromkeys(("Creator", "Date", "Format", "Type"))
            FigureCanvasSVG(figure).print_svg(out, metadata=unnamed)
        # The prologue would keep the picture from being put inside a page as it is.
        svg = out.getvalue()
        return svg[svg.index("<svg") :]


_SETTINGS = {
    "svg.fonttype": "path",
    "svg.hashsalt": "govnb",
    "svg.id": None,
    "svg.image_inline": True,
    "path.simplify": False,
    "path.sketch": None,
    "path.effects": [],
    "text.usetex": False,
    "text.parse_math": False,
    "agg.path.chunksize": 0,
}


def wrap(text: str, width: float, most_lines: int = 3) -> list[str]:
    """Return text as lines no wider than `width`, about equally long, cut with … at the last.

    Lines break between any two Chinese characters but not before closing punctuation or
    after opening punctuation, and not inside a number or a Latin word.
    """
    text = " ".join("".join(c for c in text if not _silent(c)).split())
    total = measure(text)
    if total <= width:
        return [text]
    count = math.ceil(total / width)
    # Equal lines look calmer than one full line and a stub; punctuation may need more room.
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


def measure(text: str) -> float:
    """Return the width of a line of text in points."""
    return fonts.width(text, ROLE, SIZE)


def _silent(char: str) -> bool:
    return fonts.invisible(char) and not char.isspace()


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


def _artists(item: Box | Line | Words) -> list[Artist]:
    if isinstance(item, Words):
        return [
            Text(
                item.x,
                item.y + _TO_BASELINE,
                item.text,
                color=item.colour,
                size=SIZE,
                family=fonts.families(ROLE),
                style="normal",
                variant="normal",
                weight="normal",
                stretch="normal",
                horizontalalignment=item.align,
                verticalalignment="baseline",
            )
        ]
    if isinstance(item, Line):
        xs, ys = zip(*item.points, strict=True)
        style = (0.0, (1.5, 2.0)) if item.dotted else "solid"
        return [
            Line2D(
                xs,
                ys,
                color=item.colour,
                linewidth=item.thickness,
                linestyle=style,
                marker="",
                solid_capstyle="butt",
                dash_capstyle="butt",
                antialiased=True,
            )
        ]
    edge = item.edge or item.fill
    body = Rectangle(
        (item.x, item.y),
        item.width,
        item.height,
        facecolor=item.fill,
        edgecolor=edge,
        linewidth=0.8,
    )
    return [body, *([_stripes(item, edge)] if item.striped else [])]


def _stripes(box: Box, colour: str) -> PathPatch:
    """Return slanted lines across a box.

    Drawn as lines and not as a pattern fill, which viewers other than browsers get wrong.
    """
    vertices: list[tuple[float, float]] = []
    start = box.x - box.height + _STRIPE_GAP / 2
    for i in range(math.ceil((box.width + box.height) / _STRIPE_GAP)):
        left = start + i * _STRIPE_GAP
        # From the lower left to the upper right, cut at the box's sides.
        x0, x1 = max(left, box.x), min(left + box.height, box.x + box.width)
        if x1 > x0:
            bottom = box.y + box.height
            vertices += [(x0, bottom - (x0 - left)), (x1, bottom - (x1 - left))]
    codes = [Path.MOVETO, Path.LINETO] * (len(vertices) // 2)
    path = Path(vertices, codes) if vertices else Path([(box.x, box.y)], [Path.MOVETO])
    return PathPatch(path, facecolor="none", edgecolor=colour, linewidth=0.8)
