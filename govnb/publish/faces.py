"""Which faces a paper is set in: the standard's own where the machine has them, ours else.

GB/T 9704 asks for 方正小标宋 and 仿宋_GB2312; they are sold, so they can't be shipped, but
an office's machine usually has them. Behind each stands the open face of
:mod:`govnb.present.fonts`, and behind that whatever large face the machine has for
characters that neither can draw.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from govnb.present import fonts

TITLE, BODY, KAI, HEI, PAGE, CODE = "title", "body", "kai", "hei", "page", "code"
CHART = "chart"
ROLES = {
    TITLE: "标题",
    BODY: "正文",
    HEI: "一级标题、表头",
    KAI: "二级标题",
    CODE: "代码",
    PAGE: "页码",
    CHART: "图表",
}
# The names a family goes by: English first, which is how Typst lists it.
_PREFERRED = {
    TITLE: (
        "FZXiaoBiaoSong-B05S",
        "FZXiaoBiaoSong-B05",
        "方正小标宋简体",
        "方正小标宋_GBK",
        "STZhongsong",
        "华文中宋",
    ),
    BODY: ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "STFangsong", "华文仿宋"),
    KAI: ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体", "STKaiti", "华文楷体"),
    HEI: ("SimHei", "黑体", "STHeiti", "华文黑体"),
    PAGE: ("SimSun", "宋体", "NSimSun", "STSong", "华文宋体"),
    CODE: ("DejaVu Sans Mono",),
    # Drawn before the paper is made, as outlines.
    CHART: (),
}
_OURS = {
    TITLE: fonts.paths(fonts.SONG),
    BODY: fonts.paths(fonts.FANG),
    KAI: fonts.paths(fonts.KAI),
    HEI: fonts.paths(fonts.HEI),
    PAGE: (fonts.folder() / "FandolSong-Regular.otf",),
    CODE: fonts.paths(fonts.HEI),
    CHART: fonts.paths(fonts.SCREEN),
}
# For characters of names and places that the faces above lack; looked for, never required.
_LAST_RESORT = (
    "SimSun-ExtB",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "HanaMinB",
    "Plangothic P1",
    "Plangothic P2",
    "DejaVu Sans Mono",
    "Noto Sans Symbols 2",
    "Segoe UI Symbol",
)
# Formulas: shipped inside Typst, as DejaVu Sans Mono is.
MATH = "New Computer Modern Math"


@dataclass(frozen=True, slots=True)
class Face:
    """A font on this machine."""

    family: str
    path: str
    index: int

    def has(self, char: str) -> bool:
        """Tell whether the face can draw a character."""
        return ord(char) in _coverage(self.path or _same_as(self.family), self.index)


@dataclass
class Theme:
    """The faces of each role, in the order they are tried, and which were used."""

    chains: dict[str, tuple[Face, ...]]
    used: dict[str, dict[str, None]] = field(default_factory=dict)

    def missing(self, text: str, role: str) -> list[str]:
        """Return the characters of `text` no face of the role has, and note the faces used."""
        lacking = []
        for char in dict.fromkeys(text):
            if fonts.invisible(char):
                continue
            face = self._face(char, role)
            if face is None:
                lacking.append(char)
            else:
                self.used.setdefault(role, {})[face.family] = None
        return lacking

    def _face(self, char: str, role: str) -> Face | None:
        for face in self.chains[role]:
            if face.has(char):
                return face
        # Whatever the machine has, in whatever style, before nothing at all; but a private
        # character is another one in each face.
        private = unicodedata.category(char) == "Co"
        for face in _installed():
            if face.has(char) and not private:
                self.chains[role] = (*self.chains[role], face)
                return face
        return None

    def families(self, role: str) -> list[str]:
        """Return the family names of a role."""
        return [face.family for face in self.chains[role]]

    @property
    def colophon(self) -> str:
        """What was used for what, for the last page."""
        told = []
        for role, what in ROLES.items():
            names = [family for family in self.families(role) if family in self.used.get(role, ())]
            if names:
                told.append(f"{what}用{'、'.join(names)}")
        return "；".join(told)


def theme() -> Theme:
    """Return the theme of this machine."""
    return Theme(dict(_chains()))


@cache
def typst_fonts() -> Any:
    """Return Typst's list of fonts: the machine's, its own, and ours; made once a process."""
    import typst

    return typst.Fonts(font_paths=[str(fonts.folder())])


@cache
def _elsewhere() -> dict[str, Face]:
    """Return the faces that aren't ours by family, of each the one nearest to regular."""
    found: dict[str, Face] = {}
    for font in sorted(typst_fonts().fonts(), key=lambda f: (abs(f.weight - 400), f.path or "")):
        if not (font.path or "").startswith(str(fonts.folder())):
            # Typst's own faces have no file.
            found.setdefault(font.family, Face(font.family, font.path or "", font.index))
    return found


@cache
def _installed() -> tuple[Face, ...]:
    """Return every other face there is, in an order that doesn't depend on the disk."""
    return tuple(sorted(_elsewhere().values(), key=lambda face: face.family))


@cache
def _chains() -> dict[str, tuple[Face, ...]]:
    ours, elsewhere = str(fonts.folder()), _elsewhere()
    by_path = {
        Path(font.path): Face(font.family, font.path, font.index)
        for font in typst_fonts().fonts()
        if (font.path or "").startswith(ours)
    }

    def there(names: Iterable[str]) -> list[Face]:
        return [elsewhere[name] for name in names if name in elsewhere]

    return {
        role: tuple(
            dict.fromkeys(
                [
                    *there(_PREFERRED[role]),
                    *(by_path[path] for path in _OURS[role] if path in by_path),
                    *there(_LAST_RESORT),
                ]
            )
        )
        for role in ROLES
    }


def _same_as(family: str) -> str:
    """Return the file of a face that Typst carries inside itself, where there is one elsewhere."""
    if family != "DejaVu Sans Mono":
        return ""
    import matplotlib

    return str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSansMono.ttf")


@cache
def _coverage(path: str, index: int) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    if not path:
        return frozenset()
    with TTFont(path, lazy=True, fontNumber=index) as face:
        return frozenset(face.getBestCmap() or ())
