"""matplotlib's SVG, written shorter.

A report holds five charts as text and should stay under a megabyte. Two thirds of what
matplotlib writes for a Chinese chart are the characters' outlines, in absolute coordinates
to 1/6400 em, one step a line: written short they take half of it.
"""

from __future__ import annotations

import re
from functools import lru_cache

# Steps to the em. At 11 pt a step is 0.016 mm, under half a dot of a 600 dpi printer.
GRID = 256
# matplotlib writes outlines of a face at 100 pt in FreeType's 64ths.
_WRITTEN = 6400
_OUTLINE = re.compile(r' d="([MLQCz\d.\s-]*)" transform="scale\(0\.015625\)"')
_COMMAND = re.compile(r"([MLQCz])([^MLQCz]*)")
_LINE_END = re.compile(r"\s*\n\s*")
# Each text once more; a chart's words are read from its alternative text.
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_GLYPH = re.compile(r'(id="|xlink:href="#)([A-Za-z][\w-]*-[0-9a-f]+)"')


def compact(svg: str) -> str:
    """Return matplotlib's SVG on one line, with outlines in whole, relative steps.

    The document type goes too: nothing reads it, and it names an address outside.
    """
    scale = f"{100 / GRID:g}"
    root = svg[svg.index("<svg") :]
    short = _OUTLINE.sub(lambda m: f' d="{_relative(m[1])}" transform="scale({scale})"', root)
    written = _LINE_END.sub("", _named_shortly(_COMMENT.sub("", short)))
    # In a page's attribute a double quote takes three letters.
    return written if "'" in written else written.replace('"', "'")


def _named_shortly(svg: str) -> str:
    """Return the SVG with its outlines called g0, g1… instead of by face and number."""
    names: dict[str, str] = {}

    def short(match: re.Match[str]) -> str:
        return f'{match[1]}{names.setdefault(match[2], f"g{len(names):x}")}"'

    return _GLYPH.sub(short, svg)


# Digits and the words of public accounts recur in every chart.
@lru_cache(maxsize=2048)
def _relative(outline: str) -> str:
    """Return an absolute SVG path as one of whole steps from point to point."""
    written = []
    at = begun = [0, 0]
    for command, numbers in _COMMAND.findall(outline):
        steps = [round(float(number) * GRID / _WRITTEN) for number in numbers.split()]
        away = (str(step - at[i % 2]) for i, step in enumerate(steps))
        written.append(command.lower() + " ".join(away).replace(" -", "-"))
        at = steps[-2:] or begun
        begun = at if command == "M" else begun
    return "".join(written)
