"""An analyst's Markdown cell, read once: as blocks for paper and as HTML for the page.

CommonMark with tables, `~~struck~~` and `$formula$`, as JupyterLab shows it, but for three
things. HTML is text; stress binds beside Chinese characters and their punctuation
(`**“一站式”**服务`), where CommonMark wants blanks; and an asterisk between two digits or
Latin letters is one: `30*2000*12`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, reference
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from govnb.publish.document import (
    Block,
    Code,
    Column,
    Equation,
    Heading,
    Listing,
    Paragraph,
    Picture,
    Quote,
    Row,
    Run,
    Runs,
    Table,
    plain,
)
from govnb.publish.formula import Formula
from govnb.publish.markup_table import looks_numeric
from govnb.publish.pictures import Loader, found

# Deeper than anyone writes; the parser leaves out what lies deeper still.
_MOST_NESTED = 100
# As pandoc reads dollars, so that “$5 和 $6” stays money.
_MATH = re.compile(
    r"\$\$(?P<display>.+?)\$\$"
    r"|\$(?P<inline>(?![\s$])(?:\\.|[^\\$])+?)(?<!\s)\$(?!\d)"
    r"|(?P<bare>\\begin\{(?P<name>[a-z]+\*?)\}.+?\\end\{(?P=name)\})",
    re.DOTALL,
)


def cell(text: str, load: Loader) -> list[Block]:
    """Return the blocks of an analyst's Markdown cell."""
    return list(_Walker(load).blocks(SyntaxTreeNode(parser().parse(text))))


@cache
def parser() -> MarkdownIt:
    """Return the Markdown that cells are written in."""
    made = MarkdownIt("commonmark", {"html": False, "maxNesting": _MOST_NESTED}).enable(
        ["table", "strikethrough"]
    )
    made.inline.ruler.before("escape", "math", _math_rule)
    made.inline.ruler.at("emphasis", _stress_rule)
    made.block.ruler.at("reference", _reference_rule)
    return made


def _stress_rule(state: StateInline, silent: bool) -> bool:
    """Read asterisks and underscores as CommonMark does, but for what stands beside them.

    The conditions are those of the CJK-friendly amendments to CommonMark
    (https://github.com/tats-u/markdown-cjk-friendly): beside a Chinese character or mark,
    other punctuation has no say.
    """
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    scanned = state.scanDelims(state.pos, marker == "*")
    start, end = state.pos, state.pos + scanned.length
    before, after = state.src[start - 1 : start] or " ", state.src[end : end + 1] or " "
    opens, closes = scanned.can_open, scanned.can_close
    if marker == "*":
        # Underscores stay with CommonMark: within a word they are characters there, too.
        beside = _cjk(before) or _cjk(after)
        opens = opens or (beside and not after.isspace())
        closes = closes or (beside and not before.isspace())
        if scanned.length == 1 and _latin(before) and _latin(after):
            opens = closes = False
    for _ in range(scanned.length):
        state.push("text", "", 0).content = marker
        place = len(state.tokens) - 1
        state.delimiters.append(Delimiter(ord(marker), scanned.length, place, -1, opens, closes))
    state.pos = end
    return True


def _cjk(character: str) -> bool:
    """Tell whether a character stands among Chinese ones without blanks: 〈，” too."""
    return unicodedata.east_asian_width(character) in "WFA"


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _reference_rule(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """Read a link's address, but leave a footnote's text where it stands: it is no address."""
    if state.src.startswith("[^", state.bMarks[first] + state.tShift[first]):
        return False
    return reference(state, first, last, silent)


def _math_rule(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "$\\":
        return False
    match = _MATH.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        token = state.push("math", "", 0)
        token.content = match["display"] or match["inline"] or match["bare"]
        token.meta = {"display": match["inline"] is None}
    state.pos = match.end()
    return True


class _Walker:
    """Turns a syntax tree into blocks."""

    def __init__(self, load: Loader) -> None:
        self._load = load

    def blocks(self, tree: SyntaxTreeNode) -> Iterator[Block]:
        for node in tree.children:
            yield from self._block(node)

    def _block(self, node: SyntaxTreeNode) -> Iterator[Block]:
        match node.type:
            case "heading":
                pieces = list(self._pieces(node))
                runs = tuple(p for p in pieces if isinstance(p, Run))
                yield Heading(int(node.tag[1]), runs)
                yield from (p for p in pieces if not isinstance(p, Run))
            case "paragraph":
                yield from _paragraphs(self._pieces(node))
            case "bullet_list":
                yield Listing(self._items(node))
            case "ordered_list":
                yield Listing(self._items(node), int(node.attrs.get("start", 1)))
            case "blockquote":
                yield Quote(tuple(self.blocks(node)))
            case "fence" | "code_block":
                yield Code(node.content.rstrip("\n"))
            case "table":
                yield self._table(node)

    def _items(self, node: SyntaxTreeNode) -> tuple[tuple[Block, ...], ...]:
        return tuple(tuple(self.blocks(item)) for item in node.children)

    def _table(self, node: SyntaxTreeNode) -> Table:
        lines = [
            [(self._runs(td), "right" in str(td.attrs.get("style", ""))) for td in row.children]
            for part in node.children
            for row in part.children
        ]
        head, body = lines[0], [[runs for runs, _ in line] for line in lines[1:]]
        columns = tuple(
            Column(label, right or looks_numeric(plain(line[i]) for line in body))
            for i, (label, right) in enumerate(head)
        )
        return Table(columns, tuple(Row(tuple(line)) for line in body))

    def _runs(self, node: SyntaxTreeNode) -> Runs:
        """Return the text of a node; a picture in it is told by its alternative text."""
        pieces = self._pieces(node)
        return tuple(
            p if isinstance(p, Run) else Run(f"〔图：{p.alt}〕" if isinstance(p, Picture) else "")
            for p in pieces
        )

    def _pieces(self, node: SyntaxTreeNode) -> Iterator[Run | Block]:
        """Yield the runs of a node and, between them, the pictures and displayed formulas."""
        style = Run("")
        inline = [child for part in node.children for child in part.children]
        for i, child in enumerate(inline):
            if child.type == "softbreak":
                yield replace(style, text=soft(inline, i))
            else:
                yield from self._inline(child, style)

    def _inline(self, node: SyntaxTreeNode, style: Run) -> Iterator[Run | Block]:
        match node.type:
            case "text":
                if node.content:
                    yield replace(style, text=node.content)
            case "code_inline":
                yield replace(style, text=node.content, code=True)
            case "hardbreak":
                yield replace(style, text="\n")
            case "softbreak":
                yield replace(style, text=" ")
            case "math":
                formula = Formula.of(node.content)
                if node.meta["display"]:
                    yield Equation(formula)
                else:
                    yield replace(style, formula=formula)
            case "image":
                address, title = str(node.attrs.get("src", "")), str(node.attrs.get("title", ""))
                yield found(self._load, address, node.content, title)
            case _:
                inner = _look(style, node)
                for child in node.children:
                    yield from self._inline(child, inner)


def _look(style: Run, node: SyntaxTreeNode) -> Run:
    match node.type:
        case "strong":
            return replace(style, bold=True)
        case "em":
            return replace(style, italic=True)
        case "s":
            return replace(style, strike=True)
        case "link":
            return replace(style, link=str(node.attrs.get("href", "")))
        case _:
            return style


def _paragraphs(pieces: Iterable[Run | Block]) -> Iterator[Block]:
    """Yield the paragraphs between pictures and displayed formulas, and these."""
    runs: list[Run] = []
    for piece in pieces:
        if isinstance(piece, Run):
            runs.append(piece)
            continue
        if plain(runs).strip():
            yield Paragraph(tuple(runs))
        runs = []
        yield piece
    if plain(runs).strip():
        yield Paragraph(tuple(runs))


def soft(inline: Sequence[SyntaxTreeNode | Token], i: int) -> str:
    """Return what a line end in the source prints: nothing between Chinese characters."""
    before = inline[i - 1].content if i else ""
    after = inline[i + 1].content if i + 1 < len(inline) else ""
    return "" if _wide(before[-1:]) and _wide(after[:1]) else " "


def _wide(char: str) -> bool:
    return bool(char) and unicodedata.east_asian_width(char) in "WF"
