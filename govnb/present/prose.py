"""Prose: Markdown with `{{ 名称 }}`, as HTML with provenance and as plain Markdown.

Raw HTML and images in the Markdown are shown as text: the words come from a file nobody
has to trust, and a page must fetch nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from markdown_it import MarkdownIt

from govnb.evaluate.figure import Figure, Figures
from govnb.evaluate.references import REFERENCE, Reference, find, printed
from govnb.present.bundle import bundle, escape
from govnb.present.provenance import figure_button

_ALONE = re.compile(r"^[ \t]*(\{\{[^{}]*\}\})[ \t]*$", re.MULTILINE)
# What may not begin a line and what may not end one. A button is a box to the browser, which
# would break a line on either side of it.
_STAYS_BEHIND = re.compile("[，。；：、？！％）〕》」』”’]+")
_STAYS_BEFORE = re.compile("[（〔《「『“‘]+$")
# Where a figure stands while Markdown is read: marks that are neither punctuation, so that **
# beside a figure still binds, nor |, so that a filter doesn't end a table's cell.
_SLOT = re.compile("\ue000(\\d+)\ue001")
_SLOT_IN_ADDRESS = re.compile("%EE%80%80(\\d+)%EE%80%81")
_SLOT_MARKS = re.compile("[\ue000\ue001]|%EE%80%8[01]", re.IGNORECASE)
_MARKDOWN_SPECIAL = re.compile(r"([\\`*_\[\]<>#&~|{}])")


Slot = tuple[Figure, str]


@dataclass(frozen=True)
class Prose:
    """A piece of the report's text.

    Attributes
    ----------
    source : str
        Markdown with references, lists already spelled out.
    figures : Figures
        What the references refer to.
    level : int
        0 for text; 1 to 4 for a heading of that level.
    target : str
        The anchor of what the text stands for, as “未公布” does for a table.
    """

    source: str
    figures: Figures
    level: int = 0
    target: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The figures this text prints, each once."""
        return tuple(dict.fromkeys(r.name for r in find(self.source) if r.name in self.figures))

    @property
    def markdown(self) -> str:
        """The text with every reference replaced by what it prints, still Markdown."""
        return REFERENCE.sub(
            lambda match: _MARKDOWN_SPECIAL.sub(r"\\\1", self._print(match)), self.source
        )

    def _print(self, match: re.Match[str]) -> str:
        reference = Reference.of(match)
        following = self.source[reference.end :]
        return printed(self.figures[reference.name], reference.filter, following)

    def html(self) -> str:
        """Return the text as HTML, each figure a button that opens its provenance."""
        slots: list[Slot] = []

        def slot(match: re.Match[str]) -> str:
            name = Reference.of(match).name
            if name not in self.figures:
                return match[0]
            slots.append((self.figures[name], self._print(match)))
            return f"\ue000{len(slots) - 1}\ue001"

        source = REFERENCE.sub(slot, _SLOT_MARKS.sub("\ufffd", self.source))
        body = str(_parser().render(source, {"slots": slots}))
        if self.level:
            inner = body.strip().removeprefix("<p>").removesuffix("</p>")
            return f"<h{self.level}>{inner}</h{self.level}>"
        target = f' id="{escape(self.target)}"' if self.target else ""
        return f'<div class="gv-prose"{target}>{body}</div>'

    def structure(self) -> dict[str, Any]:
        """Return the structured form the PDF and Word exporters read."""
        return {
            "type": "prose",
            "level": self.level,
            "markdown": self.markdown,
            "figures": list(self.names),
        }

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return bundle(self.html(), REFERENCE.sub(self._print, self.source), self.structure())


def expand_lists(source: str, lists: Mapping[str, Sequence[str]]) -> str:
    """Spell out references to lists.

    Alone on its line, a list becomes a numbered paragraph per item; within a sentence,
    its items are joined by 、.
    """

    def paragraphs(match: re.Match[str]) -> str:
        items = lists.get(_name(match[1]))
        return match[0] if items is None else "\n\n".join(numbered(items))

    def joined(match: re.Match[str]) -> str:
        items = lists.get(_name(match[0]))
        return (
            match[0]
            if items is None
            else "、".join(item.strip().rstrip("；。，") for item in items)
        )

    return REFERENCE.sub(joined, _ALONE.sub(paragraphs, source))


def plain(text: str) -> str:
    """Return text as Markdown that prints it as it is, references and all."""
    return _MARKDOWN_SPECIAL.sub(r"\\\1", text)


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


def narrative_parser() -> MarkdownIt:
    """Return the Markdown that narratives are written in, the same for page and paper.

    An indented paragraph is a paragraph: Chinese ones are indented, and none is code.
    """
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    parser.enable(["table", "strikethrough"])
    return parser.disable(["code", "image", "html_block", "html_inline"])


@cache
def _parser() -> MarkdownIt:
    parser = narrative_parser()
    for kind in ("text", "code_inline", "fence"):
        parser.add_render_rule(kind, _render_text)
    parser.add_render_rule("link_open", _render_link)
    return parser


def _render_text(_: Any, tokens: Sequence[Any], index: int, __: Any, env: Any) -> str:
    token = tokens[index]
    text = _filled(token.content, env["slots"])
    if token.type == "text":
        return text
    return f"<code>{text}</code>" if token.type == "code_inline" else f"<pre>{text}</pre>"


def _filled(text: str, slots: Sequence[Slot]) -> str:
    """Return text as HTML, with a button in each slot."""
    pieces = _SLOT.split(text)
    for at in range(1, len(pieces), 2):
        figure, words = slots[int(pieces[at])]
        before, behind = _STAYS_BEFORE.search(pieces[at - 1]), pieces[at + 1]
        opening = before[0] if before else ""
        unit = len(figure.unit) if behind.startswith(figure.unit) else 0
        stays = _STAYS_BEHIND.match(behind, unit)
        end = stays.end() if stays else unit
        button = figure_button(figure, words)
        if opening or end:
            button = f'<span class="gv-nobr">{opening}{button}{escape(behind[:end])}</span>'
        pieces[at - 1] = escape(pieces[at - 1].removesuffix(opening))
        pieces[at : at + 2] = [button, behind[end:]]
    pieces[-1] = escape(pieces[-1])
    return "".join(pieces)


def _render_link(render: Any, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
    """Return a link; a figure in its address or title is its words, as no button fits there."""
    attributes, slots = tokens[index].attrs, env["slots"]
    for name in attributes:
        quoted = name == "href"
        pattern, change = (_SLOT_IN_ADDRESS, quote) if quoted else (_SLOT, str)
        parts = pattern.split(str(attributes[name]))
        parts[1::2] = [change(slots[int(n)][1]) for n in parts[1::2]]
        attributes[name] = "".join(parts)
    return str(render.renderToken(tokens, index, options, env))
