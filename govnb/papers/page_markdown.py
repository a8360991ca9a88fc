"""Markdown cells as HTML: read as for paper, formulas as MathML, pictures in the page itself."""

from __future__ import annotations

import base64
from collections.abc import Mapping, MutableMapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from govnb.papers.markdown import parser, readable, soft
from govnb.papers.page_clean import clean
from govnb.papers.pandoc import mathml
from govnb.papers.pictures import loader
from govnb.papers.reading import alone


def markdown(source: str, attachments: Mapping[str, Any] | None = None, folder: str = "") -> str:
    """Return a Markdown cell as clean HTML.

    Parameters
    ----------
    source
        The Markdown.
    attachments
        The cell's attached images.
    folder
        Where images named by a relative path lie; they are taken into the page.
    """
    load = loader(attachments or {}, Path(folder) if folder else None)
    read = parser()
    html = clean(str(_Renderer().render(read.parse(source), read.options, {"load": load})))
    # A display formula ends the paragraph it stands in; when it stood alone, two empty ones
    # are left.
    return html.replace("<p></p>", "")


def latex(source: str) -> str:
    """Return a `text/latex` output as HTML: a formula, or text with formulas in it."""
    tex = alone(source)
    if tex is None:
        return f'<div class="gv-markdown">{markdown(source)}</div>'
    return clean(formula(tex, display=True))


def formula(tex: str, *, display: bool) -> str:
    """Return a TeX formula as MathML, or its source as code where pandoc doesn't understand it."""
    read = mathml(readable(tex), display=display)
    inner = f'<code class="gv-tex">{escape(tex.strip())}</code>' if read is None else read
    if not display:
        return inner
    # Focusable, because a long one scrolls.
    return f'<div class="gv-formula" role="group" aria-label="公式" tabindex="0">{inner}</div>'


class _Renderer(RendererHTML):
    """The library's renderer, but for formulas, pictures, code and line ends."""

    def math(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        token = tokens[idx]
        return formula(token.content, display=bool(token.meta["display"]))

    def image(
        self, tokens: Sequence[Token], idx: int, _: Any, env: MutableMapping[str, Any]
    ) -> str:
        token = tokens[idx]
        there = env["load"](str(token.attrs.get("src", "")))
        if there is None:
            return escape(f"〔图片没有随笔记本保存：{token.content}〕")
        kind, data = there
        address = f"data:{kind};base64,{base64.b64encode(data).decode()}"
        return f'<img src="{escape(address)}" alt="{escape(token.content)}">'

    def softbreak(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return soft(tokens, idx)

    def fence(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return f'<pre tabindex="0"><code>{escape(tokens[idx].content)}</code></pre>'

    def code_block(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return self.fence(tokens, idx)
