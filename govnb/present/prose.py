"""Prose: Markdown with `{{ 名称 }}`, as HTML with provenance and as plain Markdown.

Raw HTML and images in the Markdown are shown as text: the words come from a file nobody
has to trust, and a page must fetch nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from govnb.evaluate.figure import Figures
from govnb.evaluate.references import REFERENCE, Reference, find, printed
from govnb.present.bundle import bundle, escape
from govnb.present.provenance import figure_button

_ALONE = re.compile(r"^[ \t]*(\{\{[^{}]*\}\})[ \t]*$", re.MULTILINE)
# What may not begin a line and what may not end one. A button is a box to the browser, which
# would break a line on either side of it.
_STAYS_BEHIND = re.compile("[，。；：、？！％）〕》」』”’]+")
_STAYS_BEFORE = re.compile("[（〔《「『“‘]+$")
_MARKDOWN_SPECIAL = re.compile(r"([\\`*_\[\]<>#&~|{}])")


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
    """

    source: str
    figures: Figures
    level: int = 0

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
        body = str(_parser().render(self.source, {"figures": self.figures}))
        if self.level:
            inner = body.strip().removeprefix("<p>").removesuffix("</p>")
            return f"<h{self.level}>{inner}</h{self.level}>"
        return f'<div class="gv-prose">{body}</div>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        structure = {"type": "prose", "level": self.level, "markdown": self.markdown}
        structure["figures"] = list(self.names)
        return bundle(self.html(), REFERENCE.sub(self._print, self.source), structure)


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


_PARSER: list[MarkdownIt] = []


def _parser() -> MarkdownIt:
    if not _PARSER:
        parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(
            ["table", "strikethrough"]
        )
        parser.disable(["image", "html_block", "html_inline"])
        parser.inline.ruler.before("escape", "figure", _figure_rule)
        parser.add_render_rule("figure", _render_figure)
        _PARSER.append(parser)
    return _PARSER[0]


def _figure_rule(state: StateInline, silent: bool) -> bool:
    match = REFERENCE.match(state.src, state.pos)
    if match is None:
        return False
    reference = Reference.of(match)
    if reference.name not in state.env["figures"]:
        return False
    unit = state.env["figures"][reference.name].unit
    end = match.end() + (len(unit) if state.src.startswith(unit, match.end()) else 0)
    behind = _STAYS_BEHIND.match(state.src, end)
    end = behind.end() if behind else end
    if not silent:
        before = _STAYS_BEFORE.search(state.pending)
        state.pending = state.pending[: before.start()] if before else state.pending
        token = state.push("figure", "", 0)
        token.meta = {
            "reference": reference,
            "following": state.src[match.end() :],
            "before": before[0] if before else "",
            "behind": state.src[match.end() : end],
        }
    state.pos = end
    return True


def _render_figure(_: Any, tokens: Sequence[Any], index: int, __: Any, env: Any) -> str:
    meta = tokens[index].meta
    figure = env["figures"][meta["reference"].name]
    button = figure_button(figure, printed(figure, meta["reference"].filter, meta["following"]))
    if not meta["before"] and not meta["behind"]:
        return button
    return f'<span class="gv-nobr">{meta["before"]}{button}{escape(meta["behind"])}</span>'
