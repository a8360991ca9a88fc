"""Markdown cells as HTML: raw HTML is shown as text, formulas become MathML.

The dialect is nbconvert's (attachments, tables, `$…$`), so that a notebook reads as it
does in JupyterLab; browsers draw MathML themselves, so no script has to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any
from xml.etree import ElementTree

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from govnb.publish.html_clean import MATHML, MATHML_ATTRIBUTES, clean

_NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
_CHINESE = re.compile(r"(?:<mi(?: mathvariant=\"normal\")?>[\u3400-\u9fff]</mi>)+")
_MATH_DELIMITERS = re.compile(r"^\s*(\$\$?|\\\[|\\\()(.*?)(\$\$?|\\\]|\\\))\s*$", re.DOTALL)


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
        escape=True,
        attachments=dict(attachments or {}),
        embed_images=True,
        exclude_anchor_links=True,
        path=folder,
    )
    return clean(str(MarkdownWithMath(renderer=renderer).render(source)))


def formula(tex: str, *, display: bool) -> str:
    """Return a TeX formula as MathML, or its source as code when it can't be converted."""
    mathml = _mathml(tex, "block" if display else "inline")
    if mathml is None:
        mathml = f'<code class="gv-tex">{escape(tex.strip())}</code>'
    return f'<div class="gv-formula">{mathml}</div>' if display else mathml


def latex(source: str) -> str:
    """Return a `text/latex` output as HTML: a formula when it is one, else its source."""
    match = _MATH_DELIMITERS.match(source)
    return clean(formula(match[2] if match else source, display=True))


def _mathml(tex: str, display: str) -> str | None:
    # latex2mathml lives on its own symbol table; pages without a formula needn't load it.
    from latex2mathml.converter import convert

    # It knows the numbered and starred environments, not their inner forms.
    tex = re.sub(r"\\(begin|end)\{(?:aligned|split)\}", r"\\\1{align*}", tex)
    try:
        mathml = convert(tex, display=display)
        tree = ElementTree.fromstring(mathml)
    except Exception:  # Broken TeX raises anything from IndexError on; the source is shown.
        return None
    # A command it doesn't know comes out as an identifier with a backslash, text unescaped.
    for node in tree.iter():
        known = node.tag.removeprefix(_NAMESPACE) in MATHML
        if not known or not MATHML_ATTRIBUTES.issuperset(node.attrib) or "\\" in (node.text or ""):
            return None
    # Chinese words are words, not products of one-letter variables.
    return _CHINESE.sub(lambda m: f"<mtext>{re.sub('<[^>]*>', '', m[0])}</mtext>", mathml)


class _Renderer(IPythonRenderer):
    """nbconvert's renderer, without its MathJax, Mermaid and highlighting hooks."""

    def block_code(self, code: str, info: str | None = None) -> str:
        return f'<pre tabindex="0"><code>{escape(code)}</code></pre>'

    def block_math(self, body: str) -> str:
        return formula(body, display=True)

    def inline_math(self, body: str) -> str:
        return formula(body, display=False)

    def latex_environment(self, name: str, body: str) -> str:
        return formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True)
