"""An analyst's Markdown cell, read once: as pandoc's tree for paper and as HTML for the page.

CommonMark with tables, `~~struck~~` and `$formula$`, as JupyterLab shows it, but for three
things. HTML is text; stress binds beside Chinese characters and their punctuation
(`**“一站式”**服务`), where CommonMark wants blanks; and an asterisk between two digits or
Latin letters is one: `30*2000*12`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, reference
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from govnb.papers.fit import looks_numeric
from govnb.papers.pandoc import Node, Nodes, mathml
from govnb.papers.pictures import Loader, found
from govnb.papers.tree import LINK, Picture, clean, code, node, table, text, words

# Deeper than anyone writes; the parser leaves out what lies deeper still.
_MOST_NESTED = 100
# As pandoc reads dollars, so that “$5 和 $6” stays money.
_MATH = re.compile(
    r"\$\$(?P<display>.+?)\$\$"
    r"|\$(?P<inline>(?![\s$])(?:\\.|[^\\$])+?)(?<!\s)\$(?!\d)"
    r"|(?P<bare>\\begin\{(?P<name>[a-z]+\*?)\}.+?\\end\{(?P=name)\})",
    re.DOTALL,
)


def cell(source: str, load: Loader, album: dict[str, Picture]) -> Nodes:
    """Return the blocks of an analyst's Markdown cell; its pictures go to the album."""
    return list(_Walker(load, album).blocks(SyntaxTreeNode(parser().parse(source))))


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

    def __init__(self, load: Loader, album: dict[str, Picture]) -> None:
        self._load, self._album = load, album

    def blocks(self, tree: SyntaxTreeNode) -> Iterator[Node]:
        for child in tree.children:
            yield from self._block(child)

    def _block(self, token: SyntaxTreeNode) -> Iterator[Node]:
        match token.type:
            case "heading":
                inline = list(self._inlines(token))
                said = [x for x in inline if x["t"] not in _BLOCKS]
                yield node("Header", int(token.tag[1]), ["", [], []], said)
                yield from (x for x in inline if x["t"] in _BLOCKS)
            case "paragraph":
                yield from _paragraphs(self._inlines(token))
            case "bullet_list":
                yield node("BulletList", self._items(token))
            case "ordered_list":
                look = [int(token.attrs.get("start", 1)), node("Decimal"), node("Period")]
                yield node("OrderedList", look, self._items(token))
            case "blockquote":
                yield node("BlockQuote", list(self.blocks(token)))
            case "fence" | "code_block":
                yield code(token.content.rstrip("\n"))
            case "table":
                yield self._table(token)

    def _items(self, token: SyntaxTreeNode) -> list[Nodes]:
        return [list(self.blocks(item)) for item in token.children]

    def _table(self, token: SyntaxTreeNode) -> Node:
        lines = [
            [(self._line(td), "right" in str(td.attrs.get("style", ""))) for td in row.children]
            for part in token.children
            for row in part.children
        ]
        head, body = lines[0], [[said for said, _ in line] for line in lines[1:]]
        heads = [
            (label, right or looks_numeric(words(line[i]) for line in body))
            for i, (label, right) in enumerate(head)
        ]
        return table(heads, [(line, 0, "") for line in body])

    def _line(self, token: SyntaxTreeNode) -> Nodes:
        """Return the text of a cell; a picture in it is told by its alternative text."""
        out: Nodes = []
        for x in self._inlines(token):
            if x["t"] == "Figure":
                (image,) = x["c"][2][0]["c"]
                out += text(f"〔图：{words(image['c'][1])}〕")
            else:
                out += x["c"] if x["t"] == "Para" else [x]
        return out

    def _inlines(self, token: SyntaxTreeNode) -> Iterator[Node]:
        """Yield the words of a block and, between them, its pictures as blocks."""
        inline = [child for part in token.children for child in part.children]
        for i, child in enumerate(inline):
            if child.type == "softbreak":
                yield from text(soft(inline, i))
            else:
                yield from self._inline(child)

    def _inline(self, token: SyntaxTreeNode) -> Nodes:
        match token.type:
            case "text":
                return text(token.content)
            case "code_inline":
                return [node("Code", ["", [], []], clean(token.content))]
            case "hardbreak":
                return [node("LineBreak")]
            case "softbreak":
                return [node("Space")]
            case "math":
                return [formula(token.content, display=bool(token.meta["display"]))]
            case "image":
                address, title = str(token.attrs.get("src", "")), str(token.attrs.get("title", ""))
                return [found(self._album, self._load, address, token.content, title)]
        inner = [x for child in token.children for x in self._inline(child)]
        if any(x["t"] in _BLOCKS for x in inner):
            return inner
        address = str(token.attrs.get("href", ""))
        if token.type == "link" and LINK.match(address):
            return [node("Link", ["", [], []], inner, [address, ""])]
        look = _LOOKS.get(token.type)
        return [node(look, inner)] if look else inner


# What stands for a picture: it, or the sentence that it isn't there.
_BLOCKS = ("Figure", "Para")
_LOOKS = {"strong": "Strong", "em": "Emph", "s": "Strikeout"}


def formula(tex: str, *, display: bool = False) -> Node:
    """Return a formula, or its source as code where pandoc doesn't understand it."""
    shown = readable(tex)
    if mathml(shown, display=display) is None:
        return node("Code", ["", [], []], clean(tex).strip())
    return node("Math", node("DisplayMath" if display else "InlineMath"), shown)


# Chinese words in a formula; those set as text already, with what says so.
_HAN = re.compile(r"\\(?:text\w*|math\w+|mbox|operatorname)\{[^{}]*\}|[\u2e80-\u9fff“”（）]+")


def readable(tex: str) -> str:
    """Return TeX in which a Chinese word is one word, not a product of letters."""

    def word(match: re.Match[str]) -> str:
        return match[0] if match[0][0] == "\\" else rf"\text{{{match[0]}}}"

    return _HAN.sub(word, clean(tex).strip())


def _paragraphs(inlines: Iterable[Node]) -> Iterator[Node]:
    """Yield the paragraphs between pictures and displayed formulas, and these."""
    said: Nodes = []
    for x in inlines:
        alone = x["t"] in _BLOCKS or (x["t"] == "Math" and x["c"][0]["t"][0] == "D")
        if not alone:
            said.append(x)
            continue
        if words(said).strip():
            yield node("Para", said)
        said = []
        yield node("Para", [x]) if x["t"] == "Math" else x
    if words(said).strip():
        yield node("Para", said)


def soft(inline: Sequence[SyntaxTreeNode | Token], i: int) -> str:
    """Return what a line end in the source prints: nothing between Chinese characters."""
    before = inline[i - 1].content if i else ""
    after = inline[i + 1].content if i + 1 < len(inline) else ""
    return "" if _wide(before[-1:]) and _wide(after[:1]) else " "


def _wide(char: str) -> bool:
    return bool(char) and unicodedata.east_asian_width(char) in "WF"
