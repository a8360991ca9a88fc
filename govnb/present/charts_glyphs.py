"""Characters as outlines, so that a drawing needs no font on the reader's machine.

Outlines are taken from the vendored faces as they are needed and kept, in a grid fine
enough that print shows no difference, written as short as SVG allows: a chart then weighs
a third of what general drawing libraries write, and takes a tenth of the time.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

from govnb.present import fonts

# At 11 pt a step is 0.016 mm, under half a dot of a 600 dpi printer.
GRID = 250

Point = tuple[float, float]


def outline(char: str, role: str) -> str:
    """Return the SVG path of a character, in a grid of :data:`GRID` to the em, upwards.

    Empty for a space and for a character no face of the role has.
    """
    path = fonts.face_of(char, role)
    return _outline(path, ord(char)) if path is not None else ""


@cache
def _outline(path: Path, code: int) -> str:
    names, glyphs, scale = _face(path)
    pen = _PathPen(glyphs, scale)
    glyphs[names[code]].draw(pen)
    return "".join(pen.written)


@cache
def _face(path: Path) -> tuple[Mapping[int, str], Mapping[str, Any], float]:
    """Return a face's characters by glyph name, its glyphs, and its units to the grid."""
    # From memory: processes forked from one that holds the file open would share its position.
    face = TTFont(io.BytesIO(path.read_bytes()), lazy=True)
    return face.getBestCmap(), face.getGlyphSet(), GRID / face["head"].unitsPerEm


def _straight(step: tuple[int, int], end: tuple[int, int]) -> bool:
    """Tell whether a control point bends the way to `end` by less than a step of the grid."""
    length = math.hypot(*end)
    along = step[0] * end[0] + step[1] * end[1]
    off = abs(step[0] * end[1] - step[1] * end[0])
    return off <= length and 0 <= along <= length * length


class _PathPen(BasePen):
    """Writes relative path commands, leaving out what SVG lets a reader infer."""

    def __init__(self, glyphs: Mapping[str, Any], scale: float) -> None:
        super().__init__(glyphs)
        self.scale = scale
        self.written: list[str] = []
        self.command = ""
        self.at = self.begun = (0, 0)

    def _moveTo(self, pt: Point) -> None:
        x, y = self._grid(pt)
        self._write("m", x - self.at[0], y - self.at[1])
        # Coordinates after a move would be read as lines, which is what usually follows.
        self.command = "l"
        self.at = self.begun = (x, y)

    def _lineTo(self, pt: Point) -> None:
        x, y = self._grid(pt)
        dx, dy = x - self.at[0], y - self.at[1]
        if dx and dy:
            self._write("l", dx, dy)
        elif dx:
            self._write("h", dx)
        elif dy:
            self._write("v", dy)
        self.at = (x, y)

    def _curveToOne(self, pt1: Point, pt2: Point, pt3: Point) -> None:
        self._curve("c", pt1, pt2, pt3)

    def _qCurveToOne(self, pt1: Point, pt2: Point) -> None:
        self._curve("q", pt1, pt2)

    def _curve(self, command: str, *points: Point) -> None:
        x0, y0 = self.at
        steps = [(x - x0, y - y0) for x, y in map(self._grid, points)]
        end = steps[-1]
        if all(_straight(step, end) for step in steps[:-1]):
            self._lineTo(points[-1])
        else:
            self._write(command, *(number for step in steps for number in step))
            self.at = (x0 + end[0], y0 + end[1])

    def _closePath(self) -> None:
        self.written.append("z")
        self.command, self.at = "z", self.begun

    def _endPath(self) -> None:
        self._closePath()

    def _grid(self, point: Point) -> tuple[int, int]:
        return round(point[0] * self.scale), round(point[1] * self.scale)

    def _write(self, command: str, *numbers: int) -> None:
        first = self.command == command
        self.written.append("" if first else command)
        for i, number in enumerate(numbers):
            apart = number >= 0 and (i > 0 or first)
            self.written.append(f" {number}" if apart else str(number))
        self.command = command
