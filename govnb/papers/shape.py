"""The report's shape: the sections that say something, numbered as they then stand.

A notebook has a heading for whatever a report may tell. What a department's file says nothing
of has neither heading nor place on a page: one sentence at the end of the body names it all.
A draft (稿别: 草稿) keeps every section, since it is there to be filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from govnb.report.bundle import STRUCTURE
from govnb.report.outlines import FORM, TAG
from govnb.report.prose import Prose
from govnb.sheet.figure import Figures
from govnb.text.number import TO_FILL, numerals

ANNEX = re.compile(r"附件\s*[\d一二三四五六七八九十]*")
_CHAPTER = re.compile(r"[一二三四五六七八九十]+、")
_SECTION = re.compile(r"（[一二三四五六七八九十]+）")
_CHAPTER_LEVEL = 2
_NUMBERED = re.compile(r"([表图])\d+　")
_HEADING = re.compile(r"(#{1,6})[ \t]+(.+?)[ \t#]*")
# What a section without words of its own lacks is its heading's to say.
_WORDS = "本节文字"
# Shown on a page for machines and mice; none of them is a section's content.
_NO_CONTENT = frozenset(["result", "panels"])


@dataclass(slots=True)
class _Piece:
    """A heading (`level` above 0), something shown, or what is lacking in its place."""

    cell: NotebookNode
    output: NotebookNode | None = None
    level: int = 0
    words: str = ""
    lacks: str = ""
    signs: bool = False
    dropped: bool = False


def shaped(notebook: NotebookNode) -> NotebookNode:
    """Return an executed report without the sections that say nothing; others as they are."""
    pieces = [piece for cell in notebook.cells for piece in _pieces(cell)]
    titles = (s for p in pieces if (s := _structure(p.output)).get("type") == "title")
    title: dict[str, Any] = next(titles, {})
    outline = title.get("outline") or ()
    if outline:
        notebook = _arranged(notebook, outline)
        pieces = [piece for cell in notebook.cells for piece in _pieces(cell)]
    # The district's page and monitoring have no such sections, and a draft keeps all of them.
    is_whole = title.get("unsaid") in (None, "", TO_FILL)
    lacking = [] if is_whole else list(_dropped(pieces))
    if outline and outline[0][0] == FORM:
        # A form isn't lacking what a report tells.
        lacking = []
    if not outline and not any(piece.dropped for piece in pieces):
        return notebook
    changed = dict(_renumbered([p for p in pieces if p.level and not p.dropped]))
    gone = {id(p.output) if p.output is not None else id(p.cell) for p in pieces if p.dropped}
    cells = [_kept(cell, gone, changed) for cell in notebook.cells if id(cell) not in gone]
    signing = [cell for cell in cells if any(_signs(o) for o in cell.get("outputs", ()))]
    if lacking and signing:
        said = Prose(f"（以下内容{title['unsaid']}：{'；'.join(lacking)}。）", Figures({}, {}))
        output = new_output("display_data", said._repr_mimebundle_())
        signing[0].outputs = [output, *signing[0].outputs]
    return NotebookNode({**notebook, "cells": list(_recounted(cells)) if outline else cells})


def _arranged(notebook: NotebookNode, outline: Sequence[Sequence[str]]) -> NotebookNode:
    """Return a notebook with its sections in the order of an outline, under its headings.

    A section reaches from the cell that carries its tag to the next such cell.
    """
    sections: dict[str, list[NotebookNode]] = {}
    name = ""
    for cell in notebook.cells:
        tags = (str(tag) for tag in cell.metadata.get("tags", ()))
        name = next((tag.removeprefix(TAG) for tag in tags if tag.startswith(TAG)), name)
        sections.setdefault(name, []).append(cell)
    cells = sections.pop("", [])
    for name, heading in outline:
        for cell in sections.pop(name, ()):
            # An annex that comes to stand in the body is a chapter there.
            match = _HEADING.fullmatch(cell.source.strip()) if heading else None
            if match and cell.cell_type == "markdown":
                number = "一、" if len(match[1]) == _CHAPTER_LEVEL else "（一）"
                cell = NotebookNode({**cell, "source": f"{match[1]} {number}{heading}"})
                heading = ""
            cells.append(cell)
    rest = (cell for section in sections.values() for cell in section)
    return NotebookNode({**notebook, "cells": [*cells, *rest]})


def _recounted(cells: Iterable[NotebookNode]) -> Iterator[NotebookNode]:
    """Yield cells whose tables and charts are numbered in the order they now stand in."""
    counts = {"表": 0, "图": 0}
    for cell in cells:
        outputs = []
        for output in cell.get("outputs", ()):
            match = _NUMBERED.match(str(_structure(output).get("title", "")))
            if match:
                counts[match[1]] += 1
                new = f"{match[1]}{counts[match[1]]}　"
                data = dict(output.data)
                for kind in ("text/html", "text/plain"):
                    data[kind] = data[kind].replace(match[0], new, 1)
                title = new + data[STRUCTURE]["title"][match.end() :]
                data[STRUCTURE] = {**data[STRUCTURE], "title": title}
                output = NotebookNode({**output, "data": NotebookNode(data)})
            outputs.append(output)
        yield NotebookNode({**cell, "outputs": outputs}) if outputs else cell


def _signs(output: NotebookNode) -> bool:
    return bool(_structure(output).get("type") == "signoff")


def _structure(output: NotebookNode | None) -> Any:
    structure = output.get("data", {}).get(STRUCTURE) if output is not None else None
    return structure if isinstance(structure, dict) else {}


def _pieces(cell: NotebookNode) -> Iterator[_Piece]:
    if cell.cell_type == "markdown":
        heading = _HEADING.fullmatch(cell.source.strip())
        yield _Piece(cell, None, len(heading[1]), heading[2]) if heading else _Piece(cell)
    for output in cell.get("outputs", ()):
        said = _structure(output)
        prose = said.get("type") == "prose"
        if said.get("type") in _NO_CONTENT or (prose and not said.get("blocks")):
            continue
        if output.output_type == "stream" and output.name == "stderr":
            continue
        level = int(said.get("level") or 0) if prose else 0
        words = "".join(piece[0] for block in said["blocks"] for piece in block) if level else ""
        lacks = str(said.get("lacks", ""))
        yield _Piece(cell, output, level, words, lacks, _signs(output))


def _dropped(pieces: list[_Piece]) -> Iterator[str]:
    """Mark what says nothing, and yield what that was: each chapter's gaps together."""
    chapter, gaps = 1, list[str]()
    for n, piece in enumerate(pieces):
        if piece.level == chapter + 1 or piece.signs:
            yield from ["、".join(dict.fromkeys(gaps))] if gaps else []
            gaps = []
        if piece.dropped:
            continue
        if piece.lacks:
            piece.dropped = True
            gaps += [piece.lacks] if piece.lacks != _WORDS else []
        elif piece.level > 1:
            ends = (m for m in range(n + 1, len(pieces)) if _ends(pieces[m], piece))
            inside = pieces[n + 1 : next(ends, len(pieces))]
            if not any(not (p.level or p.lacks) for p in inside):
                for gone in (piece, *inside):
                    gone.dropped = True
                gaps += [] if ANNEX.match(piece.words) else [_name(piece.words)]


def _ends(later: _Piece, heading: _Piece) -> bool:
    return later.signs or 0 < later.level <= heading.level


def _name(heading: str) -> str:
    """Return the words of a heading, without its number and the amount in it."""
    return re.sub(rf"^(?:{_CHAPTER.pattern}|{_SECTION.pattern})", "", heading).partition("：")[0]


def _renumbered(headings: Iterable[_Piece]) -> Iterator[tuple[int, tuple[str, str]]]:
    """Yield for each heading that gets another number its words before and after."""
    counts = {"章": 0, "节": 0, "附": 0}
    for heading in headings:
        said = heading.words
        if match := _CHAPTER.match(said):
            counts["章"], counts["节"] = counts["章"] + 1, 0
            number = f"{numerals(Decimal(counts['章']))}、"
        elif match := _SECTION.match(said):
            counts["节"] += 1
            number = f"（{numerals(Decimal(counts['节']))}）"
        elif match := ANNEX.match(said):
            counts["附"] += 1
            number = f"附件{counts['附']}"
        else:
            continue
        if number != match[0]:
            at = heading.cell if heading.output is None else heading.output
            yield id(at), (said, number + said[match.end() :])


def _kept(cell: NotebookNode, gone: set[int], changed: dict[int, tuple[str, str]]) -> NotebookNode:
    """Return a cell without the outputs that are gone, its headings numbered anew."""
    if id(cell) in changed:
        return NotebookNode({**cell, "source": cell.source.replace(*changed[id(cell)], 1)})
    if "outputs" not in cell:
        return cell
    outputs = [
        _replaced(output, *changed[id(output)]) if id(output) in changed else output
        for output in cell.outputs
        if id(output) not in gone
    ]
    return NotebookNode({**cell, "outputs": outputs})


def _replaced(output: NotebookNode, old: str, new: str) -> NotebookNode:
    """Return a heading with another number: numbers stand before any figure."""
    alike = next(n for n in range(1, len(old) + 1) if old[-n:] != new[-n:]) - 1
    before, after = old[: len(old) - alike], new[: len(new) - alike]
    data = dict(output.data)
    for kind in ("text/html", "text/plain"):
        data[kind] = data[kind].replace(before, after, 1)
    structure = data[STRUCTURE]
    first, *rest = structure["blocks"][0]
    blocks = [[(first[0].replace(before, after, 1), first[1]), *rest], *structure["blocks"][1:]]
    data[STRUCTURE] = {**structure, "blocks": blocks}
    return NotebookNode({**output, "data": NotebookNode(data)})
