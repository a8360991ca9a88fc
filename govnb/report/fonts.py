"""The faces the project ships: where they are, what they can write, how wide it is.

Reports name a *role*, never a face: 仿宋 for the body, 楷体 for the second level, 黑体
for the first level, 宋体 for the title, and one with lean outlines for the screen and for
charts. Each role is a chain of faces; a character is drawn by the first that has it. Nothing
here needs a font on the machine.
"""

from __future__ import annotations

import importlib.resources
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FANG, KAI, HEI, SONG, SCREEN = "fang", "kai", "hei", "song", "screen"
_FACES = {
    FANG: ("FandolFang-Regular.otf", "NotoSerifSC-fallback.otf"),
    KAI: ("FandolKai-Regular.otf", "NotoSerifSC-fallback.otf"),
    HEI: ("FandolHei-Regular.otf", "NotoSansSC-fallback.otf"),
    SONG: ("FandolSong-Bold.otf", "NotoSerifSC-Bold-fallback.otf"),
    SCREEN: ("NotoSansSC-screen.ttf",),
}
ROLES = tuple(_FACES)

# Printers set 〓 where the type for a character was missing; readers know it as such.
STAND_IN = "〓"


def folder() -> Path:
    """Return the folder of the vendored faces, for tools that take a font path."""
    return Path(str(importlib.resources.files("govnb") / "report" / "fonts"))


@cache
def paths(role: str) -> tuple[Path, ...]:
    """Return the face files of a role, in the order they are tried."""
    return tuple(folder() / name for name in _FACES[role])


def missing(text: str, role: str) -> list[str]:
    """Return the characters of `text` that no face of the role can draw, each once.

    Line ends, spaces and invisible marks (joiners, variation selectors) need no glyph.
    """
    seen = dict.fromkeys(text)
    return [char for char in seen if not invisible(char) and face_of(char, role) is None]


def invisible(char: str) -> bool:
    """Tell whether a character draws nothing, in whatever face."""
    selector = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
    return char.isspace() or selector or unicodedata.category(char) in {"Cc", "Cf"}


@cache
def face_of(char: str, role: str) -> Path | None:
    """Return the face of the role that draws a character, or None."""
    return next((path for path in paths(role) if ord(char) in _advances(path)), None)


def width(text: str, role: str, size: float) -> float:
    """Return how wide a line of text is, in the unit of `size`."""
    return size * sum(_advance(char, role) for char in text)


def register() -> None:
    """Make the vendored faces known to matplotlib; calling it again costs next to nothing.

    Faces of the same family that matplotlib knows from elsewhere (an older install, a font
    cache copied from another machine) are forgotten, so that ours are the ones drawn.
    """
    from matplotlib import font_manager

    manager = font_manager.fontManager
    wanted = {path for role in ROLES for path in paths(role)}
    ours = {family(path) for path in wanted}
    known = [entry.fname for entry in manager.ttflist if entry.name in ours]
    if sorted(known) == sorted(map(str, wanted)):
        return
    manager.ttflist = [entry for entry in manager.ttflist if entry.name not in ours]
    for path in sorted(wanted):
        manager.addfont(path)


def use_in_figures() -> None:
    """Let figures that users draw themselves write Chinese, unless they chose a face."""
    from matplotlib import rcParams

    register()
    if rcParams["font.family"] == ["sans-serif"]:
        # Each character is drawn by the first that has it.
        rcParams["font.family"] = [*families(SCREEN), "sans-serif"]


def families(role: str) -> list[str]:
    """Return the family names of a role, for matplotlib's `family`; see :func:`register`."""
    return [family(path) for path in paths(role)]


@cache
def family(path: Path) -> str:
    """Return the family name of a face as matplotlib knows it."""
    from matplotlib.ft2font import FT2Font

    return FT2Font(str(path)).family_name


@cache
def _advance(char: str, role: str) -> float:
    path = face_of(char, role)
    # What no face has is drawn by the stand-in. That is full width, though Fandol's 黑体
    # says half and lets the next character run into it.
    if char == STAND_IN:
        return 1.0
    return _advances(path)[ord(char)] if path is not None else float(not invisible(char))


@cache
def _advances(path: Path) -> Mapping[int, float]:
    """Return the advance of each character a face has, in ems."""
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as face:
        em = face["head"].unitsPerEm
        metrics = face["hmtx"].metrics
        return {code: metrics[name][0] / em for code, name in face.getBestCmap().items()}
