r"""The Markdown that narratives are written in: paragraphs, `**bold**` and tables.

An accountant types `30*2000*12`, `[2016]4号`, `<5%` or `1. ` and means these characters, so
nothing else has a meaning: no italics, links, lists, headings, code, formulas or entities.
Each line is a paragraph. `\*` beside another asterisk is one that is no part of a `**`, and `\|`
a stroke within a table's cell; every other backslash (`C:\*.xls`) is a character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_ASTERISKS = re.compile(r"\\\*(?=\\?\*)|(?<=\*)\\\*|\*+")
# Characters that mean something here, and private ones that stand for them in a name or value.
_STAND_INS = {ord(mark): 0xE000 + ord(mark) for mark in "*|{}\\"}
_STOOD_FOR = {stand_in: mark for mark, stand_in in _STAND_INS.items()}
_PARAGRAPH = re.compile(r"(?:.+(?:\n|$))+")
_ROW = re.compile(r"(?<!\\)\|")


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
    tokens = _parser().parse(text)
    blocks: list[Line | Grid] = []
    at = 0
    while at < len(tokens):
        if tokens[at].type == "table_open":
            end = next(i for i in range(at, len(tokens)) if tokens[i].type == "table_close")
            blocks.append(_grid(tokens[at:end]))
            at = end
        elif tokens[at].type == "inline":
            blocks += _paragraphs(_line(tokens[at]))
        at += 1
    return blocks


def _paragraphs(line: Line) -> Iterator[Line]:
    """Yield the lines of a text that has several, without the empty ones."""
    words: list[Words] = []
    for piece in line:
        first, *others = piece.text.split("\n")
        words.append(Words(first, piece.bold))
        for text in others:
            yield tuple(word for word in words if word.text)
            words = [Words(text, piece.bold)]
    yield tuple(word for word in words if word.text)


def plain(text: str) -> str:
    """Return text that prints as it is wherever it stands in a narrative, references and all."""
    return text.translate(_STAND_INS)


def shown(text: str) -> str:
    """Return text that :func:`plain` made, as it was."""
    return text.translate(_STOOD_FOR)


def unmarked(text: str) -> str:
    """Return a narrative without its marks, for where nothing can be bold."""

    def paragraph(match: re.Match[str]) -> str:
        marks, _ = _marks(match[0])
        return _ASTERISKS.sub(
            lambda m: "" if m.start() in marks else m[0].removeprefix("\\"), match[0]
        )

    return _PARAGRAPH.sub(paragraph, text)


def unpaired(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield offset, message and hint for what a narrative would lose or print against its sense.

    That is a `**` that makes nothing bold, and a table's row with more cells than its heading.
    """
    at, columns = 0, 0
    for token in _parser().parse(text):
        if token.type == "thead_open":
            columns = 0
        columns += token.type == "th_open"
        if token.type == "tr_open" and token.map and columns:
            yield from _too_long(text, token.map[0], columns)
        if token.type == "inline" and token.content:
            content = token.content
            start = text.find(content, at)
            if start < 0:
                # Only in a table's cell do the words differ from what was typed.
                content = content.replace("|", r"\|")
                start = max(text.find(content, at), at)
            for offset, message, hint in _marks(content)[1]:
                yield start + offset, message, hint
            at = start + len(content)


def _too_long(text: str, line: int, columns: int) -> Iterator[tuple[int, str, str]]:
    lines = text.split("\n")
    typed = lines[line].strip()
    cells = len(_ROW.findall(typed.removeprefix("|").removesuffix("|"))) + 1
    if cells > columns:
        offset = sum(len(before) + 1 for before in lines[:line])
        indent = len(lines[line]) - len(lines[line].lstrip())
        message = f"表格这一行有 {cells} 格，表头只有 {columns} 格，多出的印不出来"
        yield offset + indent, message, r"表头补上列名；格子里的竖线写 \|"


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero").enable(["table", "newline"])
    parser.options["breaks"] = True
    parser.inline.ruler.before("newline", "bold", _bold)
    return parser


def _bold(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "*\\":
        return False
    match = _ASTERISKS.match(state.src, state.pos)
    if match is None:
        return False
    marks, _ = _marks(state.src)
    if match.start() in marks:
        name, nesting = ("strong_open", 1) if marks[match.start()] else ("strong_close", -1)
        if not silent:
            state.push(name, "strong", nesting)  # type: ignore[arg-type]
    elif not silent:
        state.pending += match[0].removeprefix("\\")
    state.pos = match.end()
    return True


@lru_cache(maxsize=256)
def _marks(text: str) -> tuple[dict[int, bool], list[tuple[int, str, str]]]:
    """Return where bold begins (True) and ends (False), and each `**` that does neither.

    Unlike in CommonMark, punctuation beside a mark has no say: Chinese has no blanks around
    what it stresses. Between two Latin letters or digits nothing begins: `2**10` is a power.
    """
    marks: dict[int, bool] = {}
    loose: list[tuple[int, str, str]] = []
    opened: int | None = None
    for match in _ASTERISKS.finditer(text):
        if match[0] != "**":
            continue
        at = match.start()
        before, after = text[at - 1 : at] or " ", text[match.end() : match.end() + 1] or " "
        if opened is not None and not before.isspace():
            marks |= {opened: True, at: False}
            opened = None
        elif opened is None and _is_latin(before) and _is_latin(after):
            continue
        elif opened is None and not after.isspace():
            opened = at
        else:
            loose.append((at, *_SPACED))
    if opened is not None:
        loose.append((opened, *_ALONE))
    return marks, loose


_SPACED = (
    "“**”里侧是空格，不会加粗",
    r"写成 **文字**，星号贴着要加粗的文字；要印出星号，写 \*\*",
)
_ALONE = (
    "“**”没有配成一对，不会加粗",
    r"同一段里在文字前后各写一个 **；要印出星号，写 \*\*",
)


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _line(token: Token) -> Line:
    words: list[Words] = []
    bold = False
    for child in token.children or ():
        if child.type == "strong_open" or child.type == "strong_close":
            bold = child.type == "strong_open"
        else:
            text = "\n" if child.type.endswith("break") else child.content
            if words and words[-1].bold == bold:
                text = words.pop().text + text
            if text:
                words.append(Words(text, bold))
    return tuple(Words(shown(piece.text), piece.bold) for piece in words)


def _grid(tokens: Sequence[Token]) -> Grid:
    rows: list[tuple[Line, ...]] = []
    row: list[Line] = []
    right: list[bool] = []
    for token in tokens:
        if token.type == "tr_open":
            row = []
        elif token.type == "th_open":
            right.append("right" in str(token.attrGet("style") or ""))
        elif token.type == "inline":
            row.append(_line(token))
        elif token.type == "tr_close":
            rows.append(tuple(row))
    return Grid(rows[0], tuple(right), tuple(rows[1:]))
