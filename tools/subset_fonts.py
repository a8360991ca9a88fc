"""Make the faces in govnb/report/fonts from the full ones.

Not part of a normal set-up: the faces are in the repository, and this only has to run when a
source face or the wanted characters change. From the repository root, with the sources unpacked
from Debian packages (`apt-get download NAME && dpkg -x NAME*.deb DIR`):

    .venv/bin/python tools/subset_fonts.py --unihan DIR   # unicode-data; writes tools/tgh-2013.txt
    .venv/bin/python tools/subset_fonts.py --fandol DIR --noto DIR   # texlive-lang-chinese,
                                                                     # fonts-noto-cjk
The same sources and library versions give the same bytes.
"""

from __future__ import annotations

import argparse
import bz2
import io
import re
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.qu2cuPen import Qu2CuPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

ROOT = Path(__file__).resolve().parent.parent
FONTS = ROOT / "govnb" / "report" / "fonts"
TGH = Path(__file__).with_name("tgh-2013.txt")

# Larger files are refused by some of the places this repository is kept in.
LIMIT = 4_000_000

FANDOL = (
    "FandolFang-Regular.otf",
    "FandolHei-Regular.otf",
    "FandolKai-Regular.otf",
    "FandolSong-Bold.otf",
    "FandolSong-Regular.otf",
)
# (collection, style, file made). The family is renamed: a part of a face must not answer to the
# name of the whole one on a machine that has both.
NOTO = (
    ("NotoSansCJK-Regular.ttc", "Regular", "NotoSansSC-fallback.otf"),
    ("NotoSerifCJK-Regular.ttc", "Regular", "NotoSerifSC-fallback.otf"),
    ("NotoSerifCJK-Bold.ttc", "Bold", "NotoSerifSC-Bold-fallback.otf"),
)

# A face for the screen: each page carries the characters it shows, and each chart their
# outlines, so steps are coarse (at 17 px one is a fifteenth of a pixel) and curves few.
SCREEN = ("NotoSansCJK-Regular.ttc", "NotoSansSC-screen.ttf")
SCREEN_EM = 256

# In names of people and places, though not in the table of standard characters.
RARE = "𠮷"
SYMBOLS = (
    (0x0020, 0x017F),  # Latin
    (0x02C6, 0x02DF),  # spacing accents
    (0x0370, 0x045F),  # Greek, Cyrillic
    (0x2010, 0x206F),  # dashes, quotes, ellipsis, per mille
    (0x20A0, 0x20BF),  # currencies
    (0x2100, 0x22FF),  # ℃ №, Roman numerals, arrows, mathematics
    (0x2460, 0x27BF),  # ①, boxes, geometric shapes, ticks
    (0x3000, 0x303F),  # Chinese punctuation and 〇
    (0x3200, 0x33FF),  # ㈠, ㎡ and other squared units
    (0xFE30, 0xFE6F),  # small and vertical forms
    (0xFF00, 0xFFEF),  # full-width forms
)

# How far a curve may move, in thousandths of the type size, first as quadratic and then as
# merged cubic; tried in turn until the face fits. At 16 pt one thousandth is 0.006 mm.
TOLERANCES: tuple[tuple[float, float] | None, ...] = (
    None,
    (0.5, 0.5),
    (0.5, 1.0),
    (1.0, 1.0),
    (1.0, 1.5),
    (1.0, 2.0),
)


def wanted() -> set[int]:
    """Return the code points that every role must be able to draw."""
    codes = {ord(char) for char in gb2312()} | {ord(char) for char in RARE}
    codes.update(ord(char) for char in TGH.read_text(encoding="utf-8") if char != "\n")
    for first, last in SYMBOLS:
        codes.update(range(first, last + 1))
    return codes


def gb2312() -> set[str]:
    """Return every character of GB 2312."""
    chars = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                chars.add(bytes([row, cell]).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return chars


def write_tgh(unihan: Path) -> None:
    """Take 通用规范汉字表 (2013) in its own order from the Unihan database's kTGH field."""
    source = next(unihan.rglob("Unihan_OtherMappings.txt.bz2"))
    text = bz2.decompress(source.read_bytes()).decode("utf-8")
    numbered = {
        int(number): chr(int(code, 16))
        for code, number in re.findall(r"^U\+([0-9A-F]+)\tkTGH\t2013:(\d+)$", text, re.M)
    }
    assert sorted(numbered) == list(range(1, 8106)), "the table has 8105 characters"
    chars = [numbered[number] for number in sorted(numbered)]
    lines = ("".join(chars[start : start + 50]) for start in range(0, len(chars), 50))
    TGH.write_text("\n".join(lines) + "\n", encoding="utf-8")


def subset_to(face: TTFont, codes: Iterable[int]) -> None:
    """Leave only these characters, and of the layout tables none: the text is horizontal."""
    options = subset.Options()
    options.hinting = False
    options.desubroutinize = True  # subroutines are made anew for what is left
    options.layout_features = []
    options.name_IDs = ["*"]
    options.name_languages = ["*"]
    options.notdef_outline = True
    options.drop_tables += ["BASE", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    job = subset.Subsetter(options)
    job.populate(unicodes=codes)
    job.subset(face)


def simplify(face: TTFont, quadratic: float, cubic: float) -> None:
    """Merge runs of short curves.

    Fandol's outlines were quadratic once and were turned into cubics piece by piece, which
    left two to three times the curves their shapes need.
    """
    glyphs = face.getGlyphSet()
    strings = face["CFF "].cff.topDictIndex[0].CharStrings
    new = {}
    for name in face.getGlyphOrder():
        private = strings[name].private
        advance = face["hmtx"][name][0]
        width = None if advance == private.defaultWidthX else advance - private.nominalWidthX
        pen = T2CharStringPen(width, glyphs)
        glyphs[name].draw(Cu2QuPen(Qu2CuPen(pen, cubic, all_cubic=True), quadratic))
        new[name] = pen.getCharString(private=private, globalSubrs=strings[name].globalSubrs)
    for name, string in new.items():
        string.fdSelectIndex = getattr(strings[name], "fdSelectIndex", None)
        index = strings.charStrings[name]
        strings.charStringsIndex[index] = string


def rename(face: TTFont, family: str, style: str) -> None:
    """Give a face its own family, leaving copyright, trademark and licence as they are."""
    postscript = f"{family.replace(' ', '')}-{style}"
    names = {1: family, 2: style, 3: f"govnb;{postscript}", 4: f"{family} {style}", 6: postscript}
    for record in list(face["name"].names):
        if record.nameID in names:
            record.string = names[record.nameID]
    top = face["CFF "].cff
    top.fontNames[0] = postscript
    top.topDictIndex[0].FullName = names[4]
    top.topDictIndex[0].FamilyName = family


def identify(face: TTFont, weight: int) -> None:
    """Give every program the same family and weight to ask for.

    FandolFang is "FandolFang R" to those that read the older of the two name fields, and
    FandolSong's bold says 400 where matplotlib looks for its weight.
    """
    face["OS/2"].usWeightClass = weight
    names = face["name"]
    if family := names.getDebugName(16):
        for record in names.names:
            if record.nameID in (1, 4):
                record.string = family
        names.removeNames(nameID=16)


def note(face: TTFont, text: str) -> None:
    """Say inside the face that and how it was changed, as the GPL asks."""
    old = face["name"].getDebugName(10)
    face["name"].setName(f"{old} {text}" if old else text, 10, 3, 1, 0x409)


def packed(face: TTFont) -> bytes:
    """Return the file of a face, with its subroutines made anew."""
    import cffsubr

    file = io.BytesIO()
    cffsubr.subroutinize(face, keep_glyph_names=False).save(file)
    return file.getvalue()


def make_fandol(source: Path, out: Path, codes: set[int]) -> str:
    """Make one Fandol face, changing its outlines no more than the size asks for."""
    path = out / source.name
    for tolerance in TOLERANCES:
        face = TTFont(source, recalcTimestamp=False)
        subset_to(face, codes)
        change = "outlines unchanged"
        if tolerance:
            simplify(face, *tolerance)
            change = f"curves merged within {sum(tolerance):g}/1000 em"
        identify(face, 700 if "Bold" in source.name else 400)
        note(face, f"Subset for govnb in November 2026: {change}, hinting removed.")
        content = packed(face)
        if len(content) < LIMIT:
            path.write_bytes(content)
            return f"{path.name}: {len(content)} bytes, {change}"
    raise SystemExit(f"{path.name} does not fit into {LIMIT} bytes")


def noto(source: Path) -> Any:
    """Return the simplified Chinese face of a collection."""
    name = f"Noto {'Serif' if 'Serif' in source.name else 'Sans'} CJK SC"
    faces = TTCollection(source, recalcTimestamp=False).fonts
    return next(face for face in faces if face["name"].getDebugName(1) == name)


def make_noto(job: tuple[Path, str, Path], codes: set[int]) -> str:
    """Make one fallback face."""
    source, style, path = job
    family = f"Noto {'Serif' if 'Serif' in path.name else 'Sans'} SC Fallback"
    face = noto(source)
    subset_to(face, codes)
    rename(face, family, style)
    note(face, "Subset for govnb in November 2026: outlines unchanged, hinting removed.")
    content = packed(face)
    assert len(content) < LIMIT, path.name
    path.write_bytes(content)
    return f"{path.name}: {len(content)} bytes, {len(face.getBestCmap())} characters"


def make_screen(source: Path, path: Path, codes: set[int]) -> str:
    """Make the face for the screen: quadratic outlines on a coarse grid."""
    face = noto(source)
    cmap = {code: name for code, name in face.getBestCmap().items() if code in codes}
    names = [".notdef", *dict.fromkeys(cmap.values())]
    scale = SCREEN_EM / face["head"].unitsPerEm
    glyphs, shapes, metrics = {}, face.getGlyphSet(), {}
    for name in names:
        pen = TTGlyphPen(None)
        curves = Cu2QuPen(pen, max_err=0.5, reverse_direction=True)
        shapes[name].draw(TransformPen(curves, (scale, 0, 0, scale, 0, 0)))
        glyphs[name] = pen.glyph()
        metrics[name] = (round(face["hmtx"][name][0] * scale), 0)
    built = FontBuilder(SCREEN_EM, isTTF=True)
    built.setupGlyphOrder(names)
    built.setupCharacterMap(cmap)
    built.setupGlyf(glyphs)
    for name, (advance, _) in metrics.items():
        metrics[name] = (advance, getattr(built.font["glyf"][name], "xMin", 0))
    built.setupHorizontalMetrics(metrics)
    sizes = {of: round(getattr(face["hhea"], of) * scale) for of in ("ascent", "descent")}
    built.setupHorizontalHeader(**sizes)
    built.setupOS2(
        sTypoAscender=sizes["ascent"],
        sTypoDescender=sizes["descent"],
        usWinAscent=sizes["ascent"],
        usWinDescent=-sizes["descent"],
        fsType=0,
        fsSelection=1 << 6,
        achVendID="GOOG",
    )
    family, style = "Noto Sans SC Screen", "Regular"
    postscript = f"{family.replace(' ', '')}-{style}"
    built.setupNameTable(
        {
            "familyName": family,
            "styleName": style,
            "uniqueFontIdentifier": f"govnb;{postscript}",
            "fullName": f"{family} {style}",
            "psName": postscript,
        }
    )
    for number in (0, 5, 7, 13, 14):
        if said := face["name"].getDebugName(number):
            built.font["name"].setName(said, number, 3, 1, 0x409)
    note(
        built.font,
        f"Subset for govnb in November 2026: outlines quadratic, on a grid of {SCREEN_EM} to the "
        "em, hinting removed.",
    )
    built.setupPost(keepGlyphNames=False)
    built.font.recalcTimestamp = False
    built.font["head"].created = built.font["head"].modified = face["head"].modified
    built.save(path)
    return f"{path.name}: {path.stat().st_size} bytes, {len(cmap)} characters"


def find(folder: Path, name: str) -> Path:
    """Return the file of that name anywhere under a folder."""
    return next(folder.rglob(name))


def main() -> None:
    """Make everything asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--unihan", type=Path, help="unpacked unicode-data")
    parser.add_argument("--fandol", type=Path, help="unpacked texlive-lang-chinese")
    parser.add_argument("--noto", type=Path, help="unpacked fonts-noto-cjk")
    parser.add_argument("--out", type=Path, default=FONTS)
    asked = parser.parse_args()

    if asked.unihan:
        write_tgh(asked.unihan)
    codes = wanted()
    with ProcessPoolExecutor() as pool:
        if asked.fandol:
            sources = [find(asked.fandol, name) for name in FANDOL]
            for line in pool.map(partial(make_fandol, out=asked.out, codes=codes), sources):
                print(line, flush=True)
        if asked.noto:
            # One set for all: what any Fandol face lacks, so that a role may use any fallback.
            common = [set(TTFont(asked.out / name).getBestCmap()) for name in FANDOL]
            rest = codes - set.intersection(*common) | {0x20}
            jobs = [(find(asked.noto, old), style, asked.out / new) for old, style, new in NOTO]
            for line in pool.map(partial(make_noto, codes=rest), jobs):
                print(line, flush=True)
            collection, made = SCREEN
            print(make_screen(find(asked.noto, collection), asked.out / made, codes), flush=True)


if __name__ == "__main__":
    main()
