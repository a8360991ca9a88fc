"""Prose: a narrative with `{{ 名称 }}`, as HTML with provenance and as blocks for paper.

What a narrative may say is :mod:`govnb.text.narrative`'s to tell; HTML and pictures in it
are text, since the words come from a file nobody has to trust.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import Markup

from govnb.report.bundle import bundle, piece
from govnb.sheet.figure import Figure, Figures
from govnb.sheet.references import AND, REFERENCE, Reference, find, printed
from govnb.text.narrative import Grid, Line, blocks_of, shown
from govnb.text.narrative import plain as plain

_ALONE = re.compile(r"^[ \t]*(\{\{[^{}]*\}\})[ \t]*$", re.MULTILINE)
# What may not begin a line and what may not end one. A button is a box to the browser, which
# would break a line on either side of it.
_STAYS_BEHIND = re.compile("[，。；：、？！％）〕》」』”’]+")
_STAYS_BEFORE = re.compile("[（〔《「『“‘]+$")
# Where a figure stands while the text is read: marks that mean nothing to its reader, so that
# ** beside a figure still binds and a filter's | doesn't end a table's cell.
_SLOT = re.compile("\ue000(\\d+)\ue001")
_SLOT_MARKS = re.compile("[\ue000\ue001]")


Slot = tuple[Figure, str]


@dataclass(frozen=True)
class Prose:
    """A piece of the report's text."""

    # Markdown with references, lists already spelled out.
    source: str
    # What the references refer to.
    figures: Figures
    # 0 for text; 1 to 4 for a heading of that level.
    level: int = 0
    # The anchor of what the text stands for, as “未公布” does for a table.
    target: str = ""
    # What this says the file doesn't tell; the exporters gather such sentences into one.
    lacks: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The figures this text prints, each once."""
        return tuple(dict.fromkeys(r.name for r in find(self.source) if r.name in self.figures))

    @property
    def text(self) -> str:
        """The text as it stands, with what it refers to printed."""
        known = {reference.name for reference in find(self.source)} & set(self.figures)
        return REFERENCE.sub(
            lambda m: self._print(m) if Reference.of(m).name in known else m[0], self.source
        )

    def _print(self, match: re.Match[str]) -> str:
        reference = Reference.of(match)
        following = self.source[reference.end :]
        return printed(self.figures[reference.name], reference.filter, following)

    def _read(self) -> tuple[list[Line | Grid], list[Slot]]:
        """Return the text's blocks, and the figures that stand in their slots."""
        slots: list[Slot] = []

        def slot(match: re.Match[str]) -> str:
            name = Reference.of(match).name
            if name not in self.figures:
                return match[0]
            slots.append((self.figures[name], self._print(match)))
            return f"\ue000{len(slots) - 1}\ue001"

        source = REFERENCE.sub(slot, _SLOT_MARKS.sub("\ufffd", self.source))
        return blocks_of(source), slots

    def html(self) -> str:
        """Return the text as HTML, each figure a button that opens its provenance."""
        blocks, slots = self._read()
        line = partial(_line, slots=slots)
        if self.level:
            lines = [line(block) for block in blocks if not isinstance(block, Grid)]
            return piece("heading", self.level, self.target, lines)
        told = [
            ([*map(line, block.head)], block.right, [[*map(line, row)] for row in block.rows])
            if isinstance(block, Grid)
            else line(block)
            for block in blocks
        ]
        return piece("prose", self.target, told)

    def structure(self) -> dict[str, Any]:
        """Return the structured form the PDF and Word exporters read.

        A paragraph is its stretches of text, each with whether it is bold; a table its heading,
        which of its columns stand at the right, and its rows.
        """
        blocks, slots = self._read()

        def line(words: Line) -> list[tuple[str, bool]]:
            said = partial(_SLOT.sub, lambda match: slots[int(match[1])][1])
            return [(said(run.text), run.bold) for run in words]

        return {
            "type": "prose",
            "level": self.level,
            "blocks": [
                {
                    "head": [line(cell) for cell in block.head],
                    "right": list(block.right),
                    "rows": [[line(cell) for cell in row] for row in block.rows],
                }
                if isinstance(block, Grid)
                else line(block)
                for block in blocks
            ],
            **({"lacks": self.lacks} if self.lacks else {}),
        }

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        text = shown(REFERENCE.sub(self._print, self.source))
        return bundle(self.html(), text, self.structure())


def expand_lists(source: str, lists: Mapping[str, Sequence[str]]) -> str:
    """Spell out references to lists.

    Alone on its line, a list becomes a numbered paragraph per item; within a sentence,
    its items are joined by 、, or by 和 before the last (`{{ 名称 | 和 }}`).
    """

    def paragraphs(match: re.Match[str]) -> str:
        items = lists.get(_name(match[1]))
        return match[0] if items is None else "\n\n".join(numbered(items))

    def joined(match: re.Match[str]) -> str:
        reference = Reference.of(match)
        items = lists.get(reference.name)
        if items is None:
            return match[0]
        said = [item.strip().rstrip("；。，") for item in items]
        tail = said[-2:] if reference.filter == AND else said[-1:]
        return "、".join([*said[: -len(tail)], "和".join(tail)]) if said else ""

    return REFERENCE.sub(joined, _ALONE.sub(paragraphs, source))


def numbered(items: Sequence[str], pattern: str = "（{}）") -> list[str]:
    """Return items with their numbers in front, unless they bring their own."""
    own = re.compile(r"^[（(]?[\d一二三四五六七八九十]+[）)、.．]")
    return [
        item.strip() if own.match(item) else f"{pattern.format(n)}{item.strip()}"
        for n, item in enumerate(items, 1)
    ]


def _name(text: str) -> str:
    match = REFERENCE.fullmatch(text.strip())
    return Reference.of(match).name if match else ""


def _line(words: Line, slots: Sequence[Slot]) -> Markup:
    told = ((_filled(run.text, slots), run.bold) for run in words)
    return Markup("").join(_STRONG.format(text) if bold else text for text, bold in told)


_STRONG, _UNBROKEN = Markup("<strong>{}</strong>"), Markup('<span class="gv-nobr">{}{}{}</span>')


def _filled(text: str, slots: Sequence[Slot]) -> Markup:
    """Return text as HTML, with a button in each slot."""
    pieces = _SLOT.split(text)
    for at in range(1, len(pieces), 2):
        figure, words = slots[int(pieces[at])]
        before, behind = _STAYS_BEFORE.search(pieces[at - 1]), pieces[at + 1]
        opening = before[0] if before else ""
        unit = len(figure.unit) if behind.startswith(figure.unit) else 0
        stays = _STAYS_BEHIND.match(behind, unit)
        end = stays.end() if stays else unit
        button = Markup(piece("button", figure, words))
        if opening or end:
            button = _UNBROKEN.format(opening, button, behind[:end])
        pieces[at - 1] = pieces[at - 1].removesuffix(opening)
        pieces[at : at + 2] = [button, behind[end:]]
    return Markup("").join(pieces)
