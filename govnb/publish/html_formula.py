"""Formulas as MathML, which browsers draw themselves: no script, no font, no network.

The tree is the one the PDF and the Word file are set from, so that a formula is understood
in all three papers or in none.
"""

from __future__ import annotations

from html import escape
from itertools import groupby

from govnb.publish.formula import Formula, Node

# Those of \left and \right grow with what they hold; a plain one has its own size.
_BRACKETS = frozenset("()[]{}|‖⟨⟩⌊⌋⌈⌉/")


def formula(tex: str, *, display: bool) -> str:
    """Return a TeX formula as MathML, or its source as code where it isn't understood."""
    read = Formula.of(tex)
    if read.tree is None:
        inner = f'<code class="gv-tex">{escape(read.tex)}</code>'
    else:
        mode = "block" if display else "inline"
        inner = f'<math display="{mode}">{_mathml(read.tree)}</math>'
    if not display:
        return inner
    # Focusable, because a long one scrolls.
    return f'<div class="gv-formula" role="group" aria-label="公式" tabindex="0">{inner}</div>'


def _mathml(node: Node) -> str:
    match node["kind"]:
        case "row":
            return f"<mrow>{_joined(node['items'])}</mrow>"
        case "text":
            return _text(node["text"])
        case "symbol":
            return _symbol(node["text"], bool(node.get("big")))
        case "fraction":
            return f"<mfrac>{_mathml(node['over'])}{_mathml(node['under'])}</mfrac>"
        case "root" if "degree" in node:
            return f"<mroot>{_mathml(node['body'])}{_mathml(node['degree'])}</mroot>"
        case "root":
            return f"<msqrt>{_mathml(node['body'])}</msqrt>"
        case "script":
            return _script(node)
        case "fence":
            return _fenced(node["open"], _mathml(node["body"]), node["close"])
        case "accent":
            mark = f'<mo stretchy="true">{escape(node["mark"])}</mo>'
            return f'<mover accent="true">{_mathml(node["body"])}{mark}</mover>'
        case _:  # "grid", the last kind there is
            return _grid(node)


def _joined(items: list[Node]) -> str:
    """Return items in a row; letters of one word, read one by one, make one text."""
    parts = []
    for is_word, group in groupby(items, _is_word):
        if is_word:
            parts.append(_text("".join(item["text"] for item in group)))
        else:
            parts.extend(map(_mathml, group))
    return "".join(parts)


def _is_word(node: Node) -> bool:
    return node["kind"] == "text" and not node.get("function") and not node["text"].isspace()


def _text(text: str) -> str:
    if text.isspace():
        # MathML trims ordinary spaces and keeps no-break ones.
        return f"<mtext>{'&nbsp;' * len(text)}</mtext>"
    tag = "mn" if text.replace(".", "").replace(",", "").isdecimal() else "mtext"
    return f"<{tag}>{escape(text)}</{tag}>"


def _symbol(text: str, big: bool) -> str:
    if text.isalpha():
        return f"<mi>{escape(text)}</mi>"
    large = ' largeop="true"' if big else ' stretchy="false"' if text in _BRACKETS else ""
    return f"<mo{large}>{escape(text)}</mo>"


def _script(node: Node) -> str:
    base, below, above = (node.get(key) for key in ("base", "below", "above"))
    assert base is not None
    # Limits of sums stand below and above, those of letters beside.
    stacked = base.get("big") or base.get("function") or node.get("stacked")
    low, high = ("under", "over") if stacked else ("sub", "sup")
    tag = "m" + (low if below else "") + (high if above else "")
    parts = "".join(_mathml(part) for part in (base, below, above) if part is not None)
    return f"<{tag}>{parts}</{tag}>"


def _grid(node: Node) -> str:
    rows = "".join(
        "<mtr>" + "".join(f"<mtd>{_mathml(cell)}</mtd>" for cell in row) + "</mtr>"
        for row in node["rows"]
    )
    return _fenced(node["open"], f"<mtable>{rows}</mtable>", node["close"])


def _fenced(opening: str, body: str, closing: str) -> str:
    def fence(sign: str, form: str) -> str:
        return f'<mo stretchy="true" form="{form}">{escape(sign)}</mo>' if sign else ""

    return f"<mrow>{fence(opening, 'prefix')}{body}{fence(closing, 'postfix')}</mrow>"
