"""Markdown cells as HTML: raw HTML is shown as text, formulas become MathML.

The dialect is nbconvert's (attachments, tables, `$…$`), so that a notebook reads as it
does in JupyterLab.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from govnb.publish.html_clean import clean
from govnb.publish.html_formula import formula

_DELIMITED = re.compile(r"\s*(?:\$\$?|\\\[|\\\()(.*?)(?:\$\$?|\\\]|\\\))\s*", re.DOTALL)


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
    html = clean(str(MarkdownWithMath(renderer=renderer).render(source)))
    # A display formula ends the paragraph it stands in; when it stood alone, two empty ones
    # are left.
    return html.replace("<p></p>", "")


def latex(source: str) -> str:
    """Return a `text/latex` output as HTML: a formula when it is one, else its source."""
    match = _DELIMITED.fullmatch(source)
    return clean(formula(match[1] if match else source, display=True))


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
