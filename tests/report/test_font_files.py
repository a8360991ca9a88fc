"""The vendored faces: what they can draw, what they weigh, under which licence."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "govnb" / "report" / "fonts"
FANDOL = (
    "FandolFang-Regular.otf",
    "FandolHei-Regular.otf",
    "FandolKai-Regular.otf",
    "FandolSong-Bold.otf",
    "FandolSong-Regular.otf",
)
FALLBACK = (
    "NotoSansSC-fallback.otf",
    "NotoSerifSC-fallback.otf",
    "NotoSerifSC-Bold-fallback.otf",
)
SCREEN = "NotoSansSC-screen.ttf"

REPORT = (ROOT / "tests" / "data" / "report-2016.txt").read_text(encoding="utf-8")
STANDARD = (ROOT / "tools" / "tgh-2013.txt").read_text(encoding="utf-8")
# Rare in the language but not in names, and what tables and footnotes need.
NAMES = "堃喆镕䶮𠮷〇"
SIGNS = (
    "㎡①⑩⑳≤≥±×÷—…·〔〕［］（）《》“”‘’、，。；：？！℃‰％%√△▲□■○●◎◇◆★☆→←↑↓─│┌┐└┘├┤┬┴┼￥¥€Ⅰ Ⅻ㈠㈩〓―"
)


@cache
def characters(name: str) -> frozenset[str]:
    with TTFont(FOLDER / name, lazy=True) as face:
        return frozenset(map(chr, face.getBestCmap()))


def lacking(text: str, *names: str) -> set[str]:
    """Return the characters of a text that none of the faces has."""
    return set(text) - {"\n"} - frozenset().union(*map(characters, names))


@pytest.mark.parametrize("fallback", FALLBACK)
@pytest.mark.parametrize("face", FANDOL)
@pytest.mark.parametrize("text", [REPORT, NAMES, SIGNS], ids=["report", "names", "signs"])
def test_every_character_is_in_the_face_or_its_fallback(
    text: str, face: str, fallback: str
) -> None:
    assert not lacking(text, face, fallback)


@pytest.mark.parametrize("fallback", FALLBACK)
@pytest.mark.parametrize("face", FANDOL)
def test_the_whole_table_of_standard_characters_is_covered(face: str, fallback: str) -> None:
    assert len(set(STANDARD) - {"\n"}) == 8105
    assert not lacking(STANDARD, face, fallback)


@pytest.mark.parametrize("face", FANDOL)
def test_the_face_alone_draws_the_report(face: str) -> None:
    # A fallback inside running text is a last resort: it shows.
    assert not lacking(REPORT, face)


@pytest.mark.parametrize("face", FANDOL)
def test_the_face_alone_draws_gb2312(face: str) -> None:
    common = bytes(
        byte for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF) for byte in (row, cell)
    ).decode("gb2312", errors="ignore")
    hanzi = {char for char in common if "\u4e00" <= char <= "\u9fff"}
    assert len(hanzi) == 6763
    assert not lacking("".join(hanzi), face)


@pytest.mark.parametrize("text", [REPORT, NAMES, SIGNS, STANDARD], ids=lambda text: text[:4])
def test_the_face_for_the_screen_needs_no_fallback(text: str) -> None:
    assert not lacking(text, SCREEN)


@pytest.mark.parametrize("name", (*FANDOL, *FALLBACK, SCREEN))
def test_a_face_is_static_small_and_says_its_licence(name: str) -> None:
    path = FOLDER / name
    assert path.stat().st_size < 4_000_000
    with TTFont(path) as face:
        assert "fvar" not in face
        names = face["name"]
        assert "Copyright" in names.getDebugName(0) or "©" in names.getDebugName(0)
        assert "gnu.org" in names.getDebugName(14) or "OFL" in names.getDebugName(14)
        assert "Subset for govnb" in names.getDebugName(10)


@pytest.mark.parametrize("name", FANDOL)
def test_advances_are_those_of_square_type(name: str) -> None:
    # Merging curves rewrites a glyph whole, its width included.
    with TTFont(FOLDER / name) as face:
        cmap, glyphs = face.getBestCmap(), face.getGlyphSet()
        strings = face["CFF "].cff.topDictIndex[0].CharStrings
        for char in "永国，。Ａ":
            glyph = cmap[ord(char)]
            assert glyphs[glyph].width == 1000
            string = strings[glyph]
            string.decompile()
            string.draw(_Nothing())
            assert string.width == 1000


def test_no_other_file_is_shipped_with_the_faces() -> None:
    texts = {"README.md", "Fandol-COPYING.txt", "Noto-OFL.txt"}
    assert {path.name for path in FOLDER.iterdir()} == {*FANDOL, *FALLBACK, SCREEN, *texts}


@pytest.mark.parametrize("name", (*FANDOL, *FALLBACK, SCREEN))
def test_every_program_knows_a_face_by_the_same_family_and_weight(name: str) -> None:
    import typst
    from matplotlib.font_manager import ttfFontProperty
    from matplotlib.ft2font import FT2Font

    with TTFont(FOLDER / name) as face:
        family = face["name"].getDebugName(1)
    weight = 700 if "Bold" in name else 400
    drawn = ttfFontProperty(FT2Font(str(FOLDER / name)))
    assert (drawn.name, drawn.weight) == (family, weight)
    known = typst.Fonts(include_system_fonts=False, font_paths=[str(FOLDER)]).fonts()
    seen = {(each.family, each.weight) for each in known if (each.path or "").endswith(name)}
    assert seen == {(family, weight)}


class _Nothing:
    """A pen that draws nothing: a charstring's width is known once it has been drawn."""

    def __getattr__(self, name: str) -> object:
        return lambda *args: None
