"""Which names there are: whether a figure may bear one, and what to write instead.

One checker for every file that names figures. A department's own file may name only what it
has. The district's files (figures.yml, checks.yml, rubrics) serve many departments, so they
may also name an account or a project that this one lacks; what such an item states is known,
though, and a name that ends in something like it is mistyped.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from govnb.evaluate.sheet import Sheet
from govnb.inputs.department import Department
from govnb.inputs.dotted import VARIABLE, dotted
from govnb.inputs.entries import bare, below, flat
from govnb.inputs.ledger import RESERVED, Ledger
from govnb.inputs.lenient import Gaps
from govnb.inputs.rules import Book
from govnb.inputs.suggest import did_you_mean
from govnb.inputs.values import TextOf

LIST_THEM = "govnb figures 可列出全部名称"
COUNT = "条数"
# What is computed about every node of a ledger.
_OF_A_NODE = frozenset({"名称", "分项之和", "合计差额", "项数"})
# How alike two words must be for one to pass for a slip of the other: 超支比率 and 超支率.
_ALIKE = 0.8


class Names:
    """The names of one department's figures, and of those any other may have.

    Parameters
    ----------
    sheet
        The department.
    book
        The formula book.
    gaps
        What faults left out of the files: to miss it is no second fault.
    items
        For a section, the only items there can be: a rubric's indicators.
    """

    def __init__(
        self,
        sheet: Sheet,
        book: Book,
        gaps: Gaps | None = None,
        items: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self.sheet, self.gaps, self.items = sheet, gaps or Gaps(), items or {}
        self.stated = {n: None for n, draft in sheet.drafts.items() if not draft.only_named}
        self._book = [VARIABLE.sub("*", name).split(".") for name in book]

    def hint(self, name: str) -> str:
        """Return what to write instead of a name that there isn't."""
        return did_you_mean(name, self.stated) or LIST_THEM

    def is_account(self, name: str) -> bool:
        """Tell whether a name is one of that year's accounts, which need not have been used."""
        head, _, rest = name.partition(".")
        return head in ("支出", "预算安排") and rest.split(".")[0] in self.sheet.accounts.values()

    def why_not(self, name: str, *, section: bool = False) -> str | None:
        """Return what to write instead of a name no department can have, None for one that may be.

        Parameters
        ----------
        name
            A name or a pattern.
        section
            Whether it may be what holds figures, as well as a figure.
        """
        path = VARIABLE.sub("*", self.sheet.resolve(name)).split(".")
        plain = ".".join(path)
        if plain in self.stated or name in self.gaps:
            return None
        if "*" in path and any(map(dotted(plain).fullmatch, self.stated)):
            return None
        if any(_fits(path, rule) for rule in self._book):
            return None
        head, *rest = path
        fields = {str(f.alias): below(Department, str(f.alias)) for f in _fields(Department)}
        tops = list(fields) if head == "*" else [head] if head in fields else []
        said = [self._below(fields[top], rest, [top], section) for top in tops]
        return None if None in said else said[0] if said else self.hint(name)

    def _below(
        self, annotation: Any, rest: list[str], done: list[str], section: bool
    ) -> str | None:
        inner, here = bare(annotation), ".".join(done)
        if isinstance(inner, type) and issubclass(inner, Ledger):
            return self._in_ledger(rest, done, section)
        if get_origin(inner) is list:
            return None if rest == [COUNT] or (section and not rest) else f"写 {here}.{COUNT}"
        if get_origin(inner) is dict:
            return self._in_items(inner, rest, done, section)
        if get_origin(inner) in (Union, UnionType):
            every = [
                self._below(a, rest, done, section) for a in get_args(inner) if a is not NoneType
            ]
            return None if None in every else every[0]
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            is_prose = any(isinstance(x, TextOf) and x.markdown for x in flat(annotation))
            if rest:
                return f"写 {here}"
            return f"“{here}”是一段文字，不是指标" if is_prose and not section else None
        derived = {rule[len(done)] for rule in self._book if _under(done, rule)} - {"*"}
        allowed = [str(field.alias) for field in _fields(inner)] + sorted(derived)
        if not rest:
            return None if section else f"写到“{here}”的 {'、'.join(allowed)}"
        steps = [str(f.alias) for f in _fields(inner)] if rest[0] == "*" else [rest[0]]
        types = {step: inside for step in steps if (inside := below(inner, step)) is not None}
        said = [self._below(t, rest[1:], [*done, step], section) for step, t in types.items()]
        if said:
            return None if None in said else said[0]
        return did_you_mean(rest[0], allowed) or f"“{here}”有：{'、'.join(allowed)}"

    def _in_items(self, inner: Any, rest: list[str], done: list[str], section: bool) -> str | None:
        here = ".".join(done)
        if not rest:
            return None if section else f"写到“{here}”的每一项"
        listed = self.items.get(here)
        if listed is not None and rest[0] not in ("*", *listed):
            return did_you_mean(rest[0], listed) or f"没有“{rest[0]}”这一项"
        return self._below(get_args(inner)[1], rest[1:], [*done, rest[0]], section)

    def _in_ledger(self, rest: list[str], done: list[str], section: bool) -> str | None:
        """Any part may be there; but a word like one that is derived for every part is a slip."""
        last = rest[-1] if rest else ""
        if last in ("", "*") or (section and last == "分类合计"):
            return None
        if last in RESERVED - _OF_A_NODE:
            return f"写 {'.'.join([*done, *rest[:-1]])}"
        head = done[0]
        here = {name.split(".")[-1] for name in self.stated if name.startswith(f"{head}.")}
        if last in _OF_A_NODE | here | set(self.sheet.accounts.values()):
            return None
        words = {rule[-1] for rule in self._book if rule[0] == head} - {"*"}
        near = difflib.get_close_matches(last, sorted(words | _OF_A_NODE), n=1, cutoff=_ALIKE)
        return f"是不是“{'.'.join([*done, *rest[:-1], near[0]])}”？" if near else None


def _fields(model: type[BaseModel]) -> list[Any]:
    return list(model.model_fields.values())


def _fits(path: list[str], rule: list[str]) -> bool:
    """Tell whether a name of the book, with wildcards of its own, can be one that is meant."""
    pairs = zip(path, rule, strict=False)
    return len(path) == len(rule) and all(a == b or "*" in (a, b) for a, b in pairs)


def _under(path: list[str], rule: list[str]) -> bool:
    return len(rule) == len(path) + 1 and _fits(path, rule[:-1])
