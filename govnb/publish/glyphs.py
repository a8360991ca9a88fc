"""No tofu: every character is looked up in the faces used before anything is written."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from govnb.publish.document import (
    Block,
    Code,
    Document,
    Equation,
    Heading,
    Listing,
    Paragraph,
    Picture,
    Quote,
    Run,
    SignOff,
    Table,
    Title,
    plain,
)
from govnb.publish.faces import BODY, CHART, CODE, HEI, KAI, PAGE, TITLE, Theme
from govnb.publish.formula_symbols import ACCENTS, LETTERS, SYMBOLS
from govnb.publish.pictures import SVG, svg_words
from govnb.text.faults import Fault, FaultsError, Spot

HINT = "换用通行的字，或在本机安装含有此字的字体（如思源宋体、宋体-ExtB）后重新生成"
_LEVELS = {1: HEI, 2: KAI}
# The formula face has all of these.
_MATHEMATICAL = frozenset("".join([*SYMBOLS.values(), *ACCENTS.values(), LETTERS])) | frozenset(
    map(chr, range(0x20, 0x7F))
)
_DRAWN = "图"
_PAGE_NUMBER = "— 0123456789"


def check(document: Document, theme: Theme) -> None:
    """Make sure that every character can be drawn, and note in the theme which faces do.

    Raises
    ------
    FaultsError
        With each character that no face has, and where it stands.
    """
    faults: dict[str, Fault] = {}
    for place, text, role in _pieces(document):
        for char in theme.missing(text, role):
            faults.setdefault(char, Fault(Spot(place), f"字体里没有{name(char)}", HINT))
    theme.missing(_PAGE_NUMBER, PAGE)
    if faults:
        raise FaultsError(faults.values())


def name(char: str) -> str:
    """Return a character with its code and, where it has one, its Unicode name."""
    known = unicodedata.name(char, "")
    told = "" if known.startswith("CJK") or not known else f"，{known}"
    shown = f"“{char}”" if char.isprintable() else "字符"
    return f"{shown}（U+{ord(char):04X}{told}）"


def _pieces(document: Document) -> Iterator[tuple[str, str, str]]:
    """Yield each text with its place and its role."""
    yield "页眉", document.running, HEI
    place = "正文开头"
    for block in document.blocks:
        if isinstance(block, Heading):
            place = f"“{plain(block.runs)}”"
        yield from _block(block, place)


def _block(block: Block, place: str, role: str = BODY) -> Iterator[tuple[str, str, str]]:
    match block:
        case Heading():
            role = TITLE if block.annex else _LEVELS.get(block.level, BODY)
            yield from _runs(block.runs, f"标题{place}", role)
            if block.annex:
                yield place, plain(block.runs)[:2], HEI
        case Paragraph():
            yield from _runs(block.runs, f"{place}一节", HEI if block.mark else role)
        case Listing():
            for item in block.items:
                yield from _all(item, place, role)
        case Quote():
            yield from _all(block.blocks, place, KAI)
        case Code():
            yield f"{place}一节的代码", block.text, CODE
        case Equation():
            yield from _runs((Run("", formula=block.formula),), f"{place}一节的公式", role)
        case Table():
            yield from _table(block, place)
        case Picture():
            where = f"图“{block.caption or block.alt}”"
            yield where, block.caption, HEI
            yield where, svg_words(block.data) if block.kind == SVG else "", HEI
            # What is outlines already was drawn by a face that had it.
            yield where, _DRAWN if block.kind == SVG else "", CHART
        case Title():
            yield "报告标题", block.text, TITLE
            for mark in block.marks:
                yield "标题上的说明", mark, HEI
        case SignOff():
            for line in block.lines:
                yield "落款", line, BODY


def _all(blocks: Iterable[Block], place: str, role: str) -> Iterator[tuple[str, str, str]]:
    for block in blocks:
        yield from _block(block, place, role)


def _table(table: Table, place: str) -> Iterator[tuple[str, str, str]]:
    where = f"表“{table.title}”" if table.title else f"{place}一节的表"
    yield where, table.title, HEI
    for line in (table.unit, *table.subscript):
        yield where, line, BODY
    for column in table.columns:
        yield from _runs(column.label, f"{where}的表头", HEI)
    for n, row in enumerate(table.rows, 1):
        heavy = HEI if row.kind else BODY
        for cell in row.cells:
            yield from _runs(cell, f"{where}第{n}行", heavy)


def _runs(runs: Iterable[Run], place: str, role: str) -> Iterator[tuple[str, str, str]]:
    for run in runs:
        if run.formula is not None:
            shown = run.formula.words
            plainly = run.formula.tree is None
            yield (
                place,
                shown if plainly else "".join(c for c in shown if c not in _MATHEMATICAL),
                CODE if plainly else BODY,
            )
        elif run.text:
            italic = KAI if run.italic and role == BODY else role
            yield place, run.text, CODE if run.code else italic
