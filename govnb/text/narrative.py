r"""The Markdown that narratives are written in: paragraphs, `**bold**` and tables.

An accountant types `30*2000*12`, `[2016]4号`, `<5%` or `1. ` and means these characters, so
nothing else has a meaning: no italics, links, lists, headings, code, formulas or entities.
Each line is a paragraph. `\*` beside another asterisk is one that is no part of a `**`, and `\|`
a stroke within a table's cell; every other backslash (`C:\*.xls`) is a character.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

_ASTERISKS = re.compile(r"\\\*(?=\\?\*)|(?<=\*)\\\*|\*+")
# Characters that mean something here, and private ones that stand for them in a name or value.
_STAND_INS = {ord(mark): 0xE000 + ord(mark) for mark in "*|{}\\"}
_STOOD_FOR = {stand_in: mark for mark, stand_in in _STAND_INS.items()}
# Lines without an empty one between them.
_RUN = re.compile(r"(?:[^\S\n]*\S.*(?:\n|$))+")
_STROKE = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"\s*\|?(?:\s*:?-+:?\s*\|)*(?:\s*:?-+:?\s*)?")
_SPACED = ("“**”里侧是空格，不会加粗", r"写成 **文字**，星号贴着要加粗的文字；要印出星号，写 \*\*")
_ALONE = ("“**”没有配成一对，不会加粗", r"同一段里在文字前后各写一个 **；要印出星号，写 \*\*")


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of text, bold or not."""

    text: str
    bold: bool = False


Line = tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its heading, which of its columns stand at the right, its rows."""

    head: tuple[Line, ...]
    right: tuple[bool, ...]
    rows: tuple[tuple[Line, ...], ...]


def blocks_of(text: str) -> list[Line | Grid]:
    """Return a narrative's paragraphs and tables, in order."""
    blocks: list[Line | Grid] = []
    for _, part, columns in _parts(text):
        if not columns:
            blocks += _lines(part)
            continue
        head, rule, *rows = part.split("\n")
        aligned = [cell.strip() for _, cell in _cells(rule)]
        right = tuple(cell.endswith(":") and not cell.startswith(":") for cell in aligned)
        blocks.append(Grid(_row(head, columns), right, tuple(_row(r, columns) for r in rows)))
    return blocks


def plain(text: str) -> str:
    """Return text that prints as it is wherever it stands in a narrative, references and all."""
    return text.translate(_STAND_INS)


def shown(text: str) -> str:
    """Return text that :func:`plain` made, as it was."""
    return text.translate(_STOOD_FOR)


def unmarked(text: str) -> str:
    """Return a narrative without its marks, for where nothing can be bold."""
    return _RUN.sub(lambda run: _marked(run[0], ""), text)


def unpaired(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield offset, message and hint for what a narrative would lose or print against its sense.

    That is a `**` that makes nothing bold, and a table's row with more cells than its heading.
    """
    for start, part, columns in _parts(text):
        pieces, at = [(0, part)] if not columns else [], 0
        for number, line in enumerate(part.split("\n") if columns else ()):
            cells = _cells(line)
            if len(cells) > columns and number > 1:
                message = f"表格这一行有 {len(cells)} 格，表头只有 {columns} 格，多出的印不出来"
                indent = len(line) - len(line.lstrip())
                yield start + at + indent, message, r"表头补上列名；格子里的竖线写 \|"
            pieces += [(at + offset, cell) for offset, cell in cells[:columns]]
            at += len(line) + 1
        for at, piece in pieces:
            for offset, message, hint in _marks(piece)[1]:
                yield start + at + offset, message, hint


def _parts(text: str) -> Iterator[tuple[int, str, int]]:
    """Yield where each paragraph and table begins, its text, and a table's number of columns."""
    for run in _RUN.finditer(text):
        lines = run[0].removesuffix("\n").split("\n")
        columns = [_columns(head, rule) for head, rule in pairwise(lines)]
        first = next((n for n, count in enumerate(columns) if count), len(lines))
        if words := "\n".join(lines[:first]):
            yield run.start(), words, 0
        if first < len(lines):
            start = run.start() + sum(len(line) + 1 for line in lines[:first])
            yield start, "\n".join(lines[first:]), columns[first]


def _columns(head: str, rule: str) -> int:
    """Return how many columns a table that begins with two lines has; 0 for no table."""
    if not _STROKE.search(head) or len(rule.strip()) < 2 or not _RULE.fullmatch(rule):
        return 0
    count = len(_cells(head))
    return count if count == len(_cells(rule)) else 0


def _cells(line: str) -> list[tuple[int, str]]:
    """Return a row's cells as typed, each with its offset."""
    strokes = [match.start() for match in _STROKE.finditer(line)]
    ends = zip([-1, *strokes], [*strokes, len(line)], strict=True)
    cells = [(left + 1, line[left + 1 : right]) for left, right in ends]
    first, last = (bool(strokes) and not cells[n][1].strip() for n in (0, -1))
    return cells[first : len(cells) - last]


def _row(line: str, columns: int) -> tuple[Line, ...]:
    lines = [next(_lines(cell.replace(r"\|", "|"))) for _, cell in _cells(line)[:columns]]
    return (*lines, *[()] * (columns - len(lines)))


def _lines(text: str) -> Iterator[Line]:
    """Yield the lines of a paragraph or a cell, with what is bold in them."""
    bold = False
    for line in _marked(text, "\0").strip().split("\n"):
        words = []
        for number, piece in enumerate(line.strip(" \t").split("\0")):
            bold ^= number > 0
            words += [Words(shown(piece), bold)] if piece else []
        yield tuple(words)


def _marked(text: str, mark: str) -> str:
    """Return a text with another mark where bold begins and ends, and as it prints elsewhere."""
    marks, _ = _marks(text)
    return _ASTERISKS.sub(lambda m: mark if m.start() in marks else m[0].removeprefix("\\"), text)


@lru_cache(maxsize=256)
def _marks(text: str) -> tuple[frozenset[int], list[tuple[int, str, str]]]:
    """Return where bold begins or ends, and each `**` that does neither.

    Unlike in CommonMark, punctuation beside a mark has no say: Chinese has no blanks around
    what it stresses. Between two Latin letters or digits nothing begins: `2**10` is a power.
    """
    marks: set[int] = set()
    loose: list[tuple[int, str, str]] = []
    opened: int | None = None
    for match in _ASTERISKS.finditer(text):
        if match[0] != "**":
            continue
        at = match.start()
        before, after = text[at - 1 : at] or " ", text[match.end() : match.end() + 1] or " "
        if opened is not None and not before.isspace():
            marks |= {opened, at}
            opened = None
        elif opened is None and (before + after).isascii() and before.isalnum() and after.isalnum():
            continue
        elif opened is None and not after.isspace():
            opened = at
        else:
            loose.append((at, *_SPACED))
    return frozenset(marks), loose if opened is None else [*loose, (opened, *_ALONE)]
