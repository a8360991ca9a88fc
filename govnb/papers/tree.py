"""A report on paper as pandoc's tree: how its elements are made, and what they say.

:mod:`govnb.papers.reading` makes the tree from an executed notebook;
:mod:`govnb.papers.pdf` and :mod:`govnb.papers.word` write it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from govnb.papers.pandoc import Node, Nodes
from govnb.report.fonts import invisible

LINK = re.compile(r"(?:https?|mailto):[^\s]+$")
# Styles of the Word file, each with a function of that name in the PDF's template.
MARK, KEPT, SIGN_OFF, ANNEXES = "标注", "与下段同页", "落款", "附件说明"
# No style, but a page on its side.
LANDSCAPE = "横排"
STYLES = {
    MARK: "mark", KEPT: "kept", SIGN_OFF: "signoff", ANNEXES: "annexes", LANDSCAPE: "landscape",
}  # fmt: skip
# 二号 (22 pt) on a line of 156 mm.
_TITLE_LINE = 20
# Spaces that mean something in Chinese typesetting; others are a plain one.
_SPACES = " \n\u3000\u00a0"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: SVG text, PNG or JPEG bytes."""

    kind: str
    data: bytes


@dataclass
class Document:
    """A whole report: its tree, the pictures in it by name, and what its properties say."""

    title: str
    blocks: Nodes
    pictures: dict[str, Picture] = field(default_factory=dict)
    author: str = ""  # the unit that signs
    # The date the report states. Files carry it instead of the time they were made, so that
    # equal reports are equal bytes.
    day: date | None = None
    # What every page must say of a paper that is no report: 试算, 示例; mostly nothing.
    running: str = ""

    @property
    def full_title(self) -> str:
        """The title that a list of files shows, with what the paper is if it is no report."""
        return f"〔{self.running}〕{self.title}" if self.running else self.title

    @property
    def headings(self) -> list[tuple[int, str]]:
        """The level and the words of each heading, in order."""
        return [(b["c"][0], words(b["c"][2])) for b in self.blocks if b["t"] == "Header"]


def node(kind: str, *content: Any) -> Node:
    """Return an element."""
    return {"t": kind, "c": content[0] if len(content) == 1 else list(content)} if content else {
        "t": kind
    }  # fmt: skip


def attributes(name: str = "", *classes: str, **pairs: str) -> list[Any]:
    """Return what pandoc notes of an element: its name, its classes and its pairs."""
    return [name, list(classes), [[key.replace("_", "-"), text] for key, text in pairs.items()]]


def pairs(element: Node) -> dict[str, str]:
    """Return the pairs noted of an element."""
    return dict(element["c"][0][2])


def text(said: object) -> Nodes:
    """Return plain text; line ends are line breaks, and what no paper shows is left out."""
    shown = clean(str(said))
    lines = [[node("Str", line)] if line else [] for line in shown.split("\n")]
    return [x for line in lines for x in (node("LineBreak"), *line)][1:]


def clean(said: str) -> str:
    """Return text without control characters, joiners and selectors."""
    if said.isprintable():
        return said
    shown = (c for c in said if c == "\n" or c.isspace() or not (invisible(c) or _unwritable(c)))
    return "".join(" " if c.isspace() and c not in _SPACES else c for c in shown)


def _unwritable(char: str) -> bool:
    """Tell whether XML has no way to write a character."""
    return char in "\ufffe\uffff" or "\ud800" <= char <= "\udfff"


def para(said: object) -> Node:
    """Return a paragraph of plain text."""
    return node("Para", text(said))


def styled(style: str, *blocks: Node) -> Node:
    """Return blocks in a style of the Word file."""
    return node("Div", attributes(custom_style=style), list(blocks))


def style_of(block: Node) -> str:
    """Return the style a block is set in, if it is one of ours."""
    return str(pairs(block).get("custom-style", "")) if block["t"] == "Div" else ""


def figure(name: str, alt: str, caption: str = "") -> Node:
    """Return a picture with its caption; `alt` is read out to who can't see it."""
    image = node("Image", attributes(), text(alt), [name, ""])
    under = [node("Plain", text(caption))] if caption else []
    return node("Figure", attributes(), [None, under], [node("Plain", [image])])


def code(said: str) -> Node:
    """Return text with its line ends and spaces kept."""
    return node("CodeBlock", attributes(), clean(said))


def words(part: Any) -> str:
    """Return everything a part of the tree prints, in reading order."""
    return "".join(_words(part))


def _words(part: Any) -> Iterator[str]:
    match part:
        case {"t": "Str" | "Math" | "Code" | "CodeBlock", "c": content}:
            yield content if isinstance(content, str) else content[-1]
        case {"t": "Space" | "SoftBreak"}:
            yield " "
        case {"t": "LineBreak"}:
            yield "\n"
        case {"t": "Figure", "c": [_, [_, caption], _]}:
            yield from _words(caption)
        case {"t": "RawBlock" | "RawInline" | "Image"}:
            return
        case {"c": content}:
            yield from _words(content)
        case list():
            for inner in part:
                yield from _words(inner)


def changed(part: Any, change: Callable[[Node], Nodes | None]) -> Any:
    """Return a part of the tree in which each element is what `change` makes of it, if it does.

    What `change` returns is taken as it is; what it leaves alone is gone into.
    """
    if isinstance(part, list):
        out: list[Any] = []
        for inner in part:
            made = change(inner) if isinstance(inner, dict) else None
            out += [changed(inner, change)] if made is None else made
        return out
    if isinstance(part, dict) and "c" in part:
        return {"t": part["t"], "c": changed(part["c"], change)}
    return part


def leads(block: Node) -> bool:
    """Tell whether what follows a paragraph belongs to it: bold, or a short line ending in ：."""
    if block["t"] != "Para":
        return False
    said = words(block).strip()
    bold = all(x["t"] in ("Strong", "Space", "LineBreak") for x in block["c"])
    return bool(said) and (bold or (said.endswith("：") and len(said) <= 40))


def title_lines(title: str) -> list[str]:
    """Break a long title before or after the year, as a reader would pause."""
    if em_width(title) <= _TITLE_LINE:
        return [title]
    pauses = [m.end() for m in re.finditer(r"年度?|关于|的| |(?=\d{4}年)", title)]
    # Not within 年度, and each line must hold its half.
    halves = [(title[:p].strip(), title[p:].strip()) for p in pauses if title[p : p + 1] != "度"]
    fitting = [lines for lines in halves if max(map(em_width, lines)) <= _TITLE_LINE]
    if not fitting:
        return [title]
    first, second = min(fitting, key=lambda lines: abs(em_width(lines[0]) - em_width(lines[1])))
    return [first, second]


@lru_cache(maxsize=20_000)
def em_width(said: str) -> float:
    """Return the width of a line of text in ems: a Chinese character is one, a digit half."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.53 for c in said)


# Tables

Cells = Sequence[Nodes]


def table(
    heads: Iterable[tuple[Nodes, bool]],
    rows: Iterable[Line],
    title: str = "",
    unit: str = "",
    under: Iterable[str] = (),
    above: Sequence[Line] = (),
    spans: Iterable[Sequence[int]] = (),
    **noted: str,
) -> Node:
    """Return a table.

    Parameters
    ----------
    heads
        Each column's heading, and whether it holds numbers, which stand at the right.
    rows
        Each row's cells, the level its first cell is indented by, and its kind: "", total or
        group.
    title, unit, under
        What stands above the table and below it.
    above
        The head of a form, rows over the headings.
    spans
        The row (above, then below), the column, the height and the width of merged cells.
    noted
        What else the writers have to know of it.
    """
    columns = list(heads)
    sides = ["AlignRight" if numeric else "AlignLeft" for _, numeric in columns]
    head = [_row([cell(label, side="AlignCenter") for label, _ in columns])]
    foot = [_row([cell(text(line), span=len(columns))]) for line in under]
    lines = [_line(*row) for row in (*above, *rows)]
    for label in (c for line in lines[: len(above)] for c in line[1]):
        # Numbers of a form's head stand under headings of their own.
        label[1] = node("AlignCenter")
    _merge(lines, spans)
    over = lines[: len(above)]
    body = [attributes(), 0, head if over else [], lines[len(over) :]]
    titled = not over and any(words(label) for label, _ in columns)
    return node(
        "Table",
        attributes(title=clean(title), unit=clean(unit), **noted | ({"form": "1"} if over else {})),
        [None, []],
        [[node(side), node("ColWidthDefault")] for side in sides],
        [attributes(), head if titled else []],
        [*([[attributes(), 0, [], over]] if over else []), body],
        [attributes(), foot],
    )


# Cells, the level of the first, the kind, and which of them are labels.
Line = tuple[Cells, int, str] | tuple[Cells, int, str, Sequence[int]]


def _line(cells: Cells, level: int, kind: str, heads: Sequence[int] = ()) -> list[Any]:
    heavy = [[node("Strong", c)] if c and (kind or i in heads) else c for i, c in enumerate(cells)]
    if kind == "group" and not any(cells[1:]):
        # Its label runs over the whole row.
        return _row([cell(heavy[0], span=len(cells), level=level)])
    sides = ["AlignCenter" if i in heads else "AlignDefault" for i in range(len(cells))]
    return _row([cell(c, side=sides[i], level=level if i == 0 else 0) for i, c in enumerate(heavy)])


def _merge(lines: Sequence[Any], spans: Iterable[Sequence[int]]) -> None:
    """Give the cells that cover others their size, and take out those they cover."""
    gone = set[tuple[int, int]]()
    for row, column, down, across in spans:
        merged = lines[row][1][column]
        merged[2:4] = [down, across]
        if across > 1 and not _is_heavy(merged):
            merged[1] = node("AlignLeft")
        places = {(row + y, column + x) for y in range(down) for x in range(across)}
        gone |= places - {(row, column)}
    for at, line in enumerate(lines):
        line[1] = [c for i, c in enumerate(line[1]) if (at, i) not in gone]


def _is_heavy(label: Sequence[Any]) -> bool:
    return all(x["t"] == "Strong" for block in label[4] for x in block["c"])


def _row(cells: list[Any]) -> list[Any]:
    return [attributes(), cells]


def cell(said: Nodes, span: int = 1, side: str = "AlignDefault", level: int = 0) -> list[Any]:
    """Return a table's cell."""
    noted = attributes(level=str(level)) if level else attributes()
    return [noted, node(side), 1, span, [node("Plain", said)]]
