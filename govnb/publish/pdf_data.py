"""A document as the plain data the PDF template sets; see `templates/report.typ`.

Everything goes to Typst as JSON. No markup is ever generated, so nothing a report says can
be taken for Typst code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from govnb.present.fonts import invisible
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
    Row,
    Run,
    SignOff,
    Table,
    Title,
    plain,
)
from govnb.publish.faces import MATH, Theme
from govnb.publish.fit import PORTRAIT, Fitted, fit, sections, title_lines
from govnb.publish.nesting import DEEPEST
from govnb.publish.pictures import picture_data

_ANNEX = re.compile(r"(附[件表录]\s*[\d一二三四五六七八九十]*)[\s　：:、]*(.*)", re.DOTALL)
_LINK = re.compile(r"(?:https?|mailto):[^\s]+$")
# A token longer than this gets places where a line may end: behind what divides it, and
# anywhere in a part that is itself too long.
_LONGEST_TOKEN = 24
_TOKEN = re.compile(rf"[!-~]{{{_LONGEST_TOKEN},}}")
_PART = re.compile(r"[^/.:_=&?#-]*[/.:_=&?#-]+|[^/.:_=&?#-]+")
# At most what a level of a list or a quote steps in: its indent and its mark, in points.
_STEP = 40.0
# A cell with more text than this may be cut by a page's end; keeping it whole could
# push it beyond the page.
_WHOLE_CELL = 400

# Marks the place in the data; the template sets an empty space there and no character, or it
# would be copied and searched along with the text.
BREAK = "\u200b"
# Spaces that mean something in Chinese typesetting; others are a plain one.
_SPACES = " \n\u3000\u00a0"


@dataclass(frozen=True, slots=True)
class _Depth:
    """How deep in lists and quotes a block stands."""

    level: int = 0

    @property
    def room(self) -> float:
        """The width that is left there at least."""
        return PORTRAIT - _STEP * min(self.level, DEEPEST)

    def inner(self, blocks: Sequence[Block]) -> list[dict[str, Any]]:
        """Return blocks a level deeper: a table there takes the room that is left."""
        inside = _Depth(self.level + 1)
        fitted: list[Block | Fitted] = []
        for block in blocks:
            fitted += fit(block, inside.room) if isinstance(block, Table) else [block]
        return _blocks(fitted, inside)


_TOP = _Depth()


def data(document: Document, theme: Theme, made_with: str) -> dict[str, Any]:
    """Return what the template needs for a document."""
    day = document.day
    everything = {
        "title": document.full_title,
        "running": document.running,
        "author": document.author,
        "day": [day.year, day.month, day.day] if day else None,
        "faces": {role: theme.families(role) for role in theme.chains} | {"math": MATH},
        "sections": [
            {"landscape": section.landscape, "blocks": _blocks(section.blocks)}
            for section in sections(document.blocks)
        ],
        "colophon": f"{made_with}字体：{theme.colophon}。",
    }
    written: dict[str, Any] = _written(everything)
    return written


def _written(value: Any) -> Any:
    """Return data without what no paper shows: control characters, joiners, selectors."""
    match value:
        case str() if not value.isprintable():
            shown = (c for c in value if c in "\n\u200b" or c.isspace() or not invisible(c))
            return "".join(" " if c.isspace() and c not in _SPACES else c for c in shown)
        case dict():
            return {key: _written(inner) for key, inner in value.items()}
        case list() | tuple() if not (value and isinstance(value[0], int)):
            return [_written(inner) for inner in value]
        case _:
            return value


def _blocks(blocks: Sequence[Block | Fitted], at: _Depth = _TOP) -> list[dict[str, Any]]:
    out = [_block(block, at) for block in blocks]
    if out and "annex" in out[0]:
        # A turned section begins on a page of its own anyhow.
        out[0]["new"] = True
    for i, entry in enumerate(out):
        # A sign-off never stands on a page without a line of text above it.
        if entry["type"] == "signoff" and i and out[i - 1]["type"] == "paragraph":
            out[i - 1]["keep"] = True
    return out


def _block(block: Block | Fitted, at: _Depth) -> dict[str, Any]:
    kind = {"type": type(block).__name__.lower()}
    match block:
        case Listing():
            items = [at.inner(item) for item in block.items]
            return {**kind, "items": items, "start": block.start, "level": at.level + 1}
        case Quote():
            return {**kind, "blocks": at.inner(block.blocks)}
        case _:
            return {**kind, **_FORMS[type(block)](block)}


def _runs(runs: Sequence[Run]) -> list[dict[str, Any]]:
    return [_run(run) for run in runs if run.text or run.formula]


def _run(run: Run) -> dict[str, Any]:
    if run.formula is not None:
        tree = run.formula.tree
        if tree is not None:
            return {"formula": tree, "alt": run.formula.tex}
        return {"text": breakable(run.formula.tex), "code": True}
    marks = ("bold", "italic", "code", "strike")
    looks = {name: True for name in marks if getattr(run, name)}
    link = {"link": run.link} if _LINK.match(run.link) else {}
    return {"text": breakable(run.text), **looks, **link}


def breakable(text: str) -> str:
    """Return text in which no Latin token is too long for a line."""
    return _TOKEN.sub(lambda match: BREAK.join(_parts(match[0])), text)


def _parts(token: str) -> list[str]:
    found: list[str] = []
    for part in _PART.findall(token):
        found += part if len(part) > _LONGEST_TOKEN else [part]
    return found


def _heading(block: Heading) -> dict[str, Any]:
    match = _ANNEX.fullmatch(plain(block.runs)) if block.annex else None
    annex = {"annex": [match[1], match[2]]} if match else {}
    return {"level": block.level, "runs": _runs(block.runs), **annex}


def _fitted(block: Fitted) -> dict[str, Any]:
    table = block.table
    return {
        "widths": block.widths,
        "size": block.size,
        "whole": block.whole,
        "headed": table.headed,
        "title": table.title,
        "unit": table.unit,
        "columns": [{"runs": _runs(c.label), "numeric": c.numeric} for c in table.columns],
        "rows": [_row(row) for row in table.rows],
        "under": [breakable(line) for line in table.subscript],
    }


def _row(row: Row) -> dict[str, Any]:
    longest = max((len(plain(cell)) for cell in row.cells), default=0)
    return {
        "cells": [_runs(cell) for cell in row.cells],
        "level": row.level,
        "kind": row.kind,
        "whole": longest <= _WHOLE_CELL,
    }


def _equation(block: Equation) -> dict[str, Any]:
    return {"tree": block.formula.tree, "alt": block.formula.tex}


def _picture(block: Picture) -> dict[str, Any]:
    return {**picture_data(block), "alt": block.alt or block.caption, "caption": block.caption}


_FORMS: dict[type, Callable[[Any], dict[str, Any]]] = {
    Heading: _heading,
    Paragraph: lambda b: {"runs": _runs(b.runs), "mark": b.mark, "keep": b.leads},
    Code: lambda b: {"text": breakable(b.text)},
    Equation: _equation,
    Fitted: _fitted,
    Picture: _picture,
    Title: lambda b: {"lines": title_lines(b.text), "marks": b.marks},
    SignOff: lambda b: {"lines": b.lines},
}
