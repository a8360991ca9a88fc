"""Markdown cells as HTML: raw HTML is shown as text, formulas become MathML.

The dialect is nbconvert's (attachments, tables, `$…$`), so that a notebook reads as it
does in JupyterLab, and the papers' (:mod:`govnb.publish.markdown`), so that all three say
the same: a task's box and a footnote's mark are text.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from re import Match
from typing import Any

from mistune import BlockState
from mistune.plugins import Plugin, import_plugin
from mistune.plugins.table import table_in_list, table_in_quote
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath, MathBlockParser

from govnb.publish.formula import alone
from govnb.publish.html_clean import clean
from govnb.publish.html_formula import formula

_PLUGINS = ("strikethrough", "table", "url")


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
    renderer = _Renderer(
        attachments=dict(attachments or {}),
        embed_images=True,
        exclude_anchor_links=True,
        path=folder,
    )
    parser = MarkdownWithMath(renderer, block=_Blocks(), plugins=_plugins())
    html = clean(str(parser.render(source)))
    # A display formula ends the paragraph it stands in; when it stood alone, two empty ones
    # are left.
    return html.replace("<p></p>", "")


def _plugins() -> list[Plugin]:
    """Return nbconvert's dialect without its boxes to tick, and tables wherever they stand."""
    return [*map(import_plugin, _PLUGINS), table_in_list, table_in_quote]


def latex(source: str) -> str:
    """Return a `text/latex` output as HTML: a formula, or text with formulas in it."""
    tex = alone(source)
    if tex is None:
        return f'<div class="gv-markdown">{markdown(source)}</div>'
    return clean(formula(tex, display=True))


class _Blocks(MathBlockParser):
    """nbconvert's blocks, in which a footnote's text is no link's address."""

    def parse_ref_link(self, m: Match[str], state: BlockState) -> int | None:
        if m[0].lstrip().startswith("[^"):
            return None
        return super().parse_ref_link(m, state)


class _Renderer(IPythonRenderer):
    """nbconvert's renderer, without its MathJax, Mermaid and highlighting hooks."""

    def block_html(self, html: str) -> str:
        return f"<p>{escape(html.strip())}</p>"

    def inline_html(self, html: str) -> str:
        return escape(html)

    def block_code(self, code: str, info: str | None = None) -> str:
        return f'<pre tabindex="0"><code>{escape(code)}</code></pre>'

    def block_math(self, body: str) -> str:
        return formula(body, display=True)

    def inline_math(self, body: str) -> str:
        # “$5 和 $6” speaks of money: TeX in running text touches its dollars.
        if body != body.strip():
            return f"${escape(body)}$"
        return formula(body, display=False)

    def latex_environment(self, name: str, body: str) -> str:
        return formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True)
