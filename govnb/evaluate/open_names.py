"""Names below sections whose items each department chooses (支出, 项目, 业务量…).

A rubric serves many departments, so it may name an account or a project that this one
lacks. What stands at the end of such a name is not the department's choice, though: the
fields of a project and the figures derived for each account are known, and a name that
ends in something like one of them is mistyped.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from govnb.evaluate.figure import Figures
from govnb.inputs.department import Department
from govnb.inputs.ledger import RESERVED, Ledger
from govnb.inputs.rules import Book
from govnb.inputs.suggest import did_you_mean

EVIDENCE = "评分依据"
# How alike two words must be for one to pass for a slip of the other: 超支比率 and 超支率.
_ALIKE = 0.8


def mistyped(name: str, figures: Figures, book: Book, indicators: Collection[str]) -> str | None:
    """Return what to write instead of a name no department can have, None for one that may be.

    Parameters
    ----------
    name
        A name below an open section that this department doesn't have.
    figures, book
        What is derived for every item.
    indicators
        The rubric's own indicators, which evidence (评分依据) belongs to.
    """
    head, *rest = name.split(".")
    if head == EVIDENCE:
        known = rest and (rest[0] in indicators or rest[0] == "*")
        return None if known else did_you_mean(rest[0], indicators) if rest else "写到指标"
    fields = _fields(head)
    if fields is None:
        here = {n.split(".")[-1] for n in figures if n.startswith(f"{head}.")}
        return _slip(head, rest, _derived(head, book) | RESERVED, here)
    depth, own, has_parts = fields
    allowed = own | _derived(head, book)
    if len(rest) <= depth:
        return f"写到“{head}”每一项的 {'、'.join(sorted(allowed))}"
    if rest[depth] in allowed or rest[depth] == "*":
        return None if has_parts or len(rest) == depth + 1 else _said(head, rest[: depth + 1])
    near = did_you_mean(rest[depth], allowed)
    return near or f"“{head}”的每一项有：{'、'.join(sorted(allowed))}"


def _said(head: str, rest: list[str]) -> str:
    return f"写 {'.'.join([head, *rest])}"


def _slip(head: str, rest: list[str], words: Collection[str], known: Collection[str]) -> str | None:
    """Return the derived figure that an account's name ends almost like."""
    if not rest or rest[-1] in known or rest[-1] in words:
        return None
    near = difflib.get_close_matches(rest[-1], sorted(words), n=1, cutoff=_ALIKE)
    return f"是不是“{'.'.join([head, *rest[:-1], near[0]])}”？" if near else None


def _derived(head: str, book: Book) -> set[str]:
    """Return the last words of the figures the formula book derives below a section."""
    return {n.split(".")[-1] for n in book if n.startswith(f"{head}.") and not n.endswith("}")}


@cache
def _fields(head: str) -> tuple[int, frozenset[str], bool] | None:
    """Return how deep an item's fields stand, what they are, and whether they have parts.

    None for a section that is a ledger: its parts may bear any name.
    """
    info = next(f for f in Department.model_fields.values() if f.alias == head)
    depth, inner = 0, info.annotation
    while (args := get_args(inner)) and dict in (getattr(inner, "__origin__", None),):
        depth, inner = depth + 1, args[1]
    if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
        return None
    aliases = frozenset(str(field.alias) for field in inner.model_fields.values())
    return depth, aliases, any(_is_nested(f.annotation) for f in inner.model_fields.values())


def _is_nested(annotation: Any) -> bool:
    inside = [annotation, *get_args(annotation)]
    return any(
        (isinstance(a, type) and issubclass(a, Ledger)) or dict in (getattr(a, "__origin__", None),)
        for a in inside
    )
