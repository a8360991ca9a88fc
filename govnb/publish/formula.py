r"""TeX formulas as a small tree that Typst and Word can both set.

Analysts write `$\frac{支出}{预算}\times 100\%$` in a Markdown cell. The everyday part of TeX
is understood here; a formula with anything else is shown as its source rather than wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from govnb.publish.formula_symbols import (
    ACCENTS,
    ALPHABETS,
    BIG,
    FUNCTIONS,
    SIZES,
    SPACES,
    SYMBOLS,
    TEXTS,
    in_alphabet,
)

# A node as plain data, so that it goes into the PDF template's JSON as it is:
# {"kind": "row|symbol|text|fraction|root|script|fence|accent|grid", …}.
Node = dict[str, Any]

_TOKEN = re.compile(
    r"\\(?:[A-Za-z]+\*?|.)|[{}^_&]|\d+(?:[.,]\d+)*|[ \t\n]+|%[^\n]*\n?|.", re.DOTALL
)
_PLAIN = (
    "matrix smallmatrix array aligned alignedat align split gathered gather multline equation "
    "eqnarray alignat flalign displaymath"
)
_ENVIRONMENTS = {
    "cases": ("{", ""),
    "dcases": ("{", ""),
    "pmatrix": ("(", ")"),
    "bmatrix": ("[", "]"),
    "Bmatrix": ("{", "}"),
    "vmatrix": ("|", "|"),
    "Vmatrix": ("‖", "‖"),
    **{f"{name}{star}": ("", "") for name in _PLAIN.split() for star in ("", "*")},
}
# Those that say something about their columns first.
_WITH_ARGUMENT = ("array", "alignat", "alignat*", "alignedat")
# Names and numbering that TeX would work out; a formula here has none.
_UNPRINTED = frozenset([r"\nonumber", r"\notag", r"\hline", r"\allowbreak"])
# A source that is one formula, and nothing beside it.
_DELIMITED = re.compile(
    r"\$\$(?P<dollars>(?:\\.|[^\\$])+)\$\$|\$(?P<dollar>(?:\\.|[^\\$])+)\$"
    r"|\\\[(?P<bracket>.+?)\\\]|\\\((?P<round>.+?)\\\)",
    re.DOTALL,
)
_MOST_DEPTH = 60


def alone(source: str) -> str | None:
    """Return the formula a piece of TeX consists of, or None where there is text beside it."""
    source = source.strip()
    match = _DELIMITED.fullmatch(source)
    if match:
        return match[str(match.lastgroup)]
    beside = re.sub(r"\\.", "", source)
    return None if "$" in beside else source


class FormulaError(ValueError):
    """TeX that isn't understood here."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula: its TeX, and its tree or None where the TeX isn't understood."""

    tex: str
    tree: Node | None

    @classmethod
    def of(cls, tex: str) -> Formula:
        """Read TeX; what isn't understood keeps only its source."""
        try:
            return cls(tex.strip(), _Parser(tex).parse())
        except FormulaError:
            return cls(tex.strip(), None)

    @property
    def words(self) -> str:
        """What the formula prints, in reading order; the TeX itself when that is shown."""
        return "".join(_words(self.tree)) if self.tree is not None else self.tex


def _words(node: Node) -> Iterator[str]:
    for key, value in node.items():
        if key in ("text", "open", "close", "mark"):
            yield str(value)
        elif isinstance(value, dict):
            yield from _words(value)
        elif key == "items":
            for item in value:
                yield from _words(item)
        elif key == "rows":
            for cell in (cell for row in value for cell in row):
                yield from _words(cell)


class _Parser:
    """Recursive descent over TeX's tokens."""

    def __init__(self, tex: str) -> None:
        self._tokens = [t for t in _TOKEN.findall(tex) if not (t[0] == "%" and len(t) > 1)]
        self._at = 0
        self._depth = 0

    def parse(self) -> Node:
        row = self._row(frozenset())
        if self._at < len(self._tokens):
            raise FormulaError(self._tokens[self._at])
        return row

    def _peek(self) -> str:
        while self._at < len(self._tokens) and self._tokens[self._at].isspace():
            self._at += 1
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        if not token:
            raise FormulaError("unfinished")
        self._at += 1
        return token

    def _row(self, ends: frozenset[str]) -> Node:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise FormulaError("too deep")
        items: list[Node] = []
        while (token := self._peek()) and token not in ends:
            if token in ("}", "&", r"\\", r"\right", r"\end"):
                break
            if token in _UNPRINTED or token == r"\label":
                self._next()
                if token == r"\label":
                    self._raw()
                continue
            atom: Node = {"kind": "row", "items": []} if token in "^_" else self._atom()
            items.append(self._scripts(atom))
        self._depth -= 1
        return items[0] if len(items) == 1 else {"kind": "row", "items": items}

    def _scripts(self, base: Node) -> Node:
        found: dict[str, Node] = {}
        while self._peek() in ("^", "_", r"\limits", r"\nolimits"):
            token = self._next()
            if token[0] == "\\":
                continue
            key = "above" if token == "^" else "below"
            if key in found:
                raise FormulaError("double script")
            found[key] = self._argument()
        return {"kind": "script", "base": base, **found} if found else base

    def _argument(self) -> Node:
        if self._peek() != "{":
            return self._atom()
        self._next()
        return self._closed()

    def _closed(self) -> Node:
        """Return the row up to the brace that closes it."""
        row = self._row(frozenset("}"))
        if self._next() != "}":
            raise FormulaError("brace")
        return row

    def _atom(self) -> Node:
        token = self._next()
        if token == "{":
            return self._closed()
        if token[0] != "\\":
            return _plain(token)
        if token in SPACES:
            return {"kind": "text", "text": SPACES[token]}
        if token in SYMBOLS:
            return {"kind": "symbol", "text": SYMBOLS[token], "big": token in BIG}
        if token[1:] in FUNCTIONS:
            return {"kind": "text", "text": token[1:], "function": True}
        return self._command(token)

    def _command(self, token: str) -> Node:
        if token in (r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"):
            return {"kind": "fraction", "over": self._argument(), "under": self._argument()}
        if token == r"\sqrt":
            degree = self._optional()
            root: Node = {"kind": "root", "body": self._argument()}
            return {**root, "degree": degree} if degree else root
        if token in ACCENTS:
            return {"kind": "accent", "body": self._argument(), "mark": ACCENTS[token]}
        if token in TEXTS:
            return {"kind": "text", "text": self._verbatim()}
        if token in ALPHABETS:
            return {"kind": "symbol", "text": in_alphabet(token, self._verbatim())}
        if token in SIZES:
            return {"kind": "symbol", "text": self._delimiter()}
        if token in (r"\binom", r"\dbinom", r"\tbinom"):
            rows = [[self._argument()], [self._argument()]]
            return {"kind": "grid", "open": "(", "rows": rows, "close": ")"}
        if token in (r"\overset", r"\underset", r"\stackrel"):
            side = "below" if token == r"\underset" else "above"
            mark, base = self._argument(), self._argument()
            return {"kind": "script", "base": base, side: mark, "stacked": True}
        if token == r"\tag":
            return {"kind": "text", "text": f"\u2003({self._verbatim()})"}
        if token == r"\left":
            return self._fence()
        if token == r"\begin":
            return self._environment()
        raise FormulaError(token)

    def _optional(self) -> Node | None:
        if self._peek() != "[":
            return None
        self._next()
        row = self._row(frozenset("]"))
        if self._next() != "]":
            raise FormulaError("bracket")
        return row

    def _verbatim(self) -> str:
        if self._next() != "{":
            raise FormulaError("text")
        parts: list[str] = []
        depth = 1
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            depth += {"{": 1, "}": -1}.get(token, 0)
            if not depth:
                return "".join(parts)
            if token[0] == "\\":
                if token not in SYMBOLS and token not in SPACES:
                    raise FormulaError(token)
                token = SYMBOLS.get(token) or SPACES[token]
            parts.append(token if token not in "{}" else "")
        raise FormulaError("unfinished")

    def _raw(self) -> str:
        """Return what stands in braces, read as nothing in particular."""
        if self._next() != "{":
            raise FormulaError("brace")
        start = self._at
        while self._next() != "}":
            pass
        return "".join(self._tokens[start : self._at - 1])

    def _delimiter(self) -> str:
        token = self._next()
        if token == ".":
            return ""
        found = SYMBOLS.get(token, token)
        if found not in tuple("()[]{}|‖⟨⟩⌊⌋⌈⌉/"):
            raise FormulaError(token)
        return found

    def _fence(self) -> Node:
        opening = self._delimiter()
        body = self._row(frozenset())
        if self._next() != r"\right":
            raise FormulaError("fence")
        return {"kind": "fence", "open": opening, "body": body, "close": self._delimiter()}

    def _environment(self) -> Node:
        name = self._verbatim()
        if name not in _ENVIRONMENTS:
            raise FormulaError(name)
        if name in _WITH_ARGUMENT:
            self._raw()
        rows: list[list[Node]] = [[]]
        while True:
            rows[-1].append(self._row(frozenset()))
            token = self._next()
            if token == r"\\":
                self._optional()  # how much space TeX would leave
                rows.append([])
            elif token == r"\end":
                break
            elif token != "&":
                raise FormulaError(token)
        if self._verbatim() != name:
            raise FormulaError("environment")
        rows = [row for row in rows if any(cell.get("items", [cell]) for cell in row)]
        most = max((len(row) for row in rows), default=0)
        blank: Node = {"kind": "row", "items": []}
        rows = [row + [blank] * (most - len(row)) for row in rows]
        opening, closing = _ENVIRONMENTS[name]
        if not opening and len(rows) == most == 1:
            return rows[0][0]
        return {"kind": "grid", "open": opening, "rows": rows, "close": closing}


def _plain(token: str) -> Node:
    if token in "#$~":
        if token == "~":
            return {"kind": "text", "text": " "}
        raise FormulaError(token)
    # One letter is a variable; Chinese words and numbers stand upright.
    token = {"-": "−", "'": "′"}.get(token, token)
    kind = "text" if token[0].isdigit() or ord(token[0]) > 0x2E7F else "symbol"
    return {"kind": kind, "text": token}
