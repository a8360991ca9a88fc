"""A sheet to draw on: boxes, lines and text in points from the top left, written as SVG.

Charts are laid out by hand on it and written without a plotting library. The report's
charts are bars and words; for these matplotlib took 30–80 ms and 60–190 kB each, most of
a department's time and page, and its output hangs on the user's settings. This takes 1–2
ms and 20–50 kB. Text becomes outlines, so the reader's machine needs no font.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from govnb.present import fonts
from govnb.present.bundle import escape
from govnb.present.charts_glyphs import GRID, outline

# 400 pt is 14 cm: it fits the text width of an A4 page, and 11 pt on it is still over 9 px
# when a phone shows the whole at 350 px.
WIDTH = 400.0
SIZE = 11.0
LEADING = 14.5
ROLE = fonts.HEI

INK, MUTED, RULE = "#1f2933", "#4b5763", "#aeb8c2"
Align = Literal["left", "right"]

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
        texts = (item.text for item in self.items if isinstance(item, Words))
        glyphs = (
            f'<path id="{_glyph_id(char)}" d="{path}"/>'
            for char in sorted({char for text in texts for char in text})
            if (path := outline(char, ROLE))
        )
        size = f'width="{_n(WIDTH)}pt" height="{_n(self.height)}pt"'
        return "\n".join(
            [
                '<svg xmlns="http://www.w3.org/2000/svg"'
                f' xmlns:xlink="http://www.w3.org/1999/xlink" {size}'
                f' viewBox="0 0 {_n(WIDTH)} {_n(self.height)}">',
                "<defs>",
                *glyphs,
                "</defs>",
                '<rect width="100%" height="100%" fill="#fff"/>',
                *(element for item in self.items for element in _elements(item)),
                "</svg>\n",
            ]
        )


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


def _elements(item: Box | Line | Words) -> Iterator[str]:
    if isinstance(item, Words):
        yield _words(item)
    elif isinstance(item, Line):
        (x0, y0), (x1, y1) = item.start, item.end
        yield _stroke(
            f"M{_n(x0)} {_n(y0)}L{_n(x1)} {_n(y1)}", item.colour, item.thickness, item.dotted
        )
    else:
        yield (
            f'<rect x="{_n(item.x)}" y="{_n(item.y)}" width="{_n(item.width)}"'
            f' height="{_n(item.height)}" fill="{item.fill}" stroke="{item.edge}"'
            ' stroke-width="0.8"/>'
        )
        if item.striped and (path := _stripes(item)):
            yield _stroke(path, item.edge, 0.8)


def _words(words: Words) -> str:
    """Return a line of text as outlines; `data-text` keeps what it says."""
    x = words.x - (measure(words.text) if words.align == "right" else 0.0)
    uses, at = [], 0.0
    for char in words.text:
        if outline(char, ROLE):
            place = f' x="{_n(at)}"' if at else ""
            uses.append(f'<use xlink:href="#{_glyph_id(char)}"{place}/>')
        at += fonts.width(char, ROLE, GRID)
    scale = SIZE / GRID
    move = f"translate({_n(x)} {_n(words.y + _TO_BASELINE)}) scale({scale:g} -{scale:g})"
    return (
        f'<g data-text="{escape(words.text)}" fill="{words.colour}" transform="{move}">'
        f"{''.join(uses)}</g>"
    )


def _stripes(box: Box) -> str:
    """Return slanted lines across a box, as a path.

    Not as a pattern fill, which viewers other than browsers get wrong.
    """
    lines = []
    start = box.x - box.height + _STRIPE_GAP / 2
    bottom = box.y + box.height
    for i in range(math.ceil((box.width + box.height) / _STRIPE_GAP)):
        left = start + i * _STRIPE_GAP
        # From the lower left to the upper right, cut at the box's sides.
        x0, x1 = max(left, box.x), min(left + box.height, box.x + box.width)
        if x1 > x0:
            y0, y1 = bottom - (x0 - left), bottom - (x1 - left)
            lines.append(f"M{_n(x0)} {_n(y0)}L{_n(x1)} {_n(y1)}")
    return "".join(lines)


def _stroke(path: str, colour: str, thickness: float, dotted: bool = False) -> str:
    dashes = ' stroke-dasharray="1.5 2"' if dotted else ""
    return f'<path d="{path}" stroke="{colour}" stroke-width="{_n(thickness)}"{dashes}/>'


def _glyph_id(char: str) -> str:
    return f"u{ord(char):x}"


def _n(number: float) -> str:
    """Return a number as SVG needs it, to a hundredth of a point."""
    return f"{number:.2f}".rstrip("0").rstrip(".") if number else "0"
