"""Which names there are: whether a figure may bear one, and what to write instead.

One checker for every file that names figures. A department's own file may name only what it
has. The district's files (figures.yml, checks.yml, rubrics) serve many departments, so they
may also name an account or a project that this one lacks; what such an item states is known,
though, and a name that ends in something like it is mistyped.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum, auto
from functools import lru_cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from govnb.sheet.department import Department
from govnb.sheet.fields import below, flat
from govnb.sheet.key import bare
from govnb.sheet.published import PublishedFigure
from govnb.sheet.rules import Book
from govnb.sheet.sheet import BY_ACCOUNT, Sheet
from govnb.text.dotted import VARIABLE
from govnb.text.ledger import RESERVED, Ledger
from govnb.text.lenient import Gaps
from govnb.text.place import MOST_FAULTS
from govnb.text.suggest import did_you_mean, nearest
from govnb.text.values import TextOf

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
        self._book, self._last_of_book = _Steps(), dict[str, set[str]]()
        for rule in map(_words, book):
            self._book.add(rule)
            self._last_of_book.setdefault(rule[0], set()).add(rule[-1])
        self._hints = 0
        self._last_words: dict[str, set[str]] = {}
        self._accounts = frozenset(sheet.accounts.values())

    def hint(self, name: str) -> str:
        """Return what to write instead of a name that there isn't."""
        return self._did_you_mean(name, self.stated) or LIST_THEM

    def _did_you_mean(self, word: str, known: Iterable[str]) -> str:
        # Nobody mends more at a time, and looking for the nearest word of each takes its while.
        self._hints += 1
        return did_you_mean(word, known) if self._hints <= MOST_FAULTS else ""

    def is_account(self, name: str) -> bool:
        """Tell whether a name is one of that year's accounts, which need not have been used."""
        head, _, rest = name.partition(".")
        return head in BY_ACCOUNT and rest.split(".")[0] in self._accounts

    def why_not(self, name: str, *, section: bool = False) -> str | None:
        """Return what to write instead of a name no department can have, None for one that may be.

        Parameters
        ----------
        name
            A name or a pattern.
        section
            Whether it may be what holds figures, as well as a figure.
        """
        if name in self.stated:
            return None
        path = _words(self.sheet.resolve(name))
        head, *rest = path
        listed = self.items.get(head)
        if listed is not None and rest and rest[0] not in ("*", *listed):
            return self._did_you_mean(rest[0], listed) or f"没有“{rest[0]}”这一项"
        if any(node.ends for node in self._book.reached(path)):
            return None
        kind = _kind(path, section)
        if kind is _Kind.FIGURE or (kind is _Kind.PART and not (slip := self._slip(path))):
            return None
        if name in self.gaps or ("*" in path and self.sheet.expand(".".join(path))):
            return None
        if kind is _Kind.PART:
            return slip
        annotation: Any = Department
        for at, step in enumerate(path):
            inside = _inside(annotation, step)
            if not inside:
                return self._words_for(annotation, path[:at], step) or self.hint(name)
            annotation = inside[0]
        return self._words_for(annotation, path, "") or self.hint(name)

    def _words_for(self, annotation: Any, done: tuple[str, ...], step: str) -> str:
        """Return what may be written behind the part of a name that is right."""
        inner, here = bare(annotation), ".".join(done)
        if not done:
            return ""
        if get_origin(inner) is list:
            return f"写 {here}.{COUNT}"
        if get_origin(inner) is dict:
            return f"写到“{here}”的每一项"
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return f"写 {here}" if step else f"“{here}”是一段文字，不是指标"
        reached = self._book.reached(done)
        derived = {word for node in reached for word, next_ in node.items() if next_.ends} - {"*"}
        allowed = [*map(str, _aliases(inner)), *sorted(derived)]
        near = nearest(step, allowed) if step else None
        return f"是不是“{here}.{near}”？" if near else f"“{here}”有：{'、'.join(allowed)}"

    def _slip(self, path: tuple[str, ...]) -> str:
        """Return what is meant by a part's name that is almost a word derived for every part."""
        head, last = path[0], path[-1]
        if last in RESERVED - _OF_A_NODE:
            return f"写 {'.'.join(path[:-1])}"
        if head not in self._last_words:
            below = (name for name in self.stated if name.startswith(f"{head}."))
            self._last_words[head] = {name.rpartition(".")[2] for name in below}
        if last in _OF_A_NODE or last in self._last_words[head] or last in self._accounts:
            return ""
        words = self._last_of_book.get(head, set()) - {"*"}
        # 资本性支出 is an account of its own, no slip for 非资本性支出.
        apart = sorted(word for word in words | _OF_A_NODE if word not in last and last not in word)
        near = difflib.get_close_matches(last, apart, n=1, cutoff=_ALIKE)
        return f"是不是“{'.'.join([*path[:-1], near[0]])}”？" if near else ""


class _Steps(dict[str, "_Steps"]):
    """The words that may follow in the book's names, `*` for any; and whether one ends here."""

    ends = False

    def add(self, name: Sequence[str]) -> None:
        """Add a name."""
        node = self
        for word in name:
            node = node.setdefault(word, _Steps())
        node.ends = True

    def reached(self, path: Sequence[str]) -> list[_Steps]:
        """Return what may follow a name, which may have wildcards of its own."""
        nodes: list[_Steps] = [self]
        for step in path:
            each = [node.values() if step == "*" else node.meant(step) for node in nodes]
            nodes = [node for some in each for node in some]
        return nodes

    def meant(self, step: str) -> list[_Steps]:
        """Return what may follow one word."""
        return [self[word] for word in (step, "*") if word in self]


class _Kind(Enum):
    """What a name can be, by the model of a department's file alone."""

    FIGURE = auto()
    # Of a ledger: any word may be there.
    PART = auto()
    NOTHING = auto()


@lru_cache(maxsize=8192)
def _kind(path: tuple[str, ...], section: bool) -> _Kind:
    every: list[Any] = [Department]
    for at, step in enumerate(path):
        every = [inside for annotation in every for inside in _inside(annotation, step)]
        if any(_is_ledger(annotation) for annotation in every):
            is_total = section and path[-1] == "分类合计"
            is_whole = at == len(path) - 1 or path[-1] == "*" or is_total
            return _Kind.FIGURE if is_whole else _Kind.PART
    return _Kind.FIGURE if any(_ends(each, section) for each in every) else _Kind.NOTHING


def _ends(annotation: Any, section: bool) -> bool:
    """Tell whether a name may end here."""
    inner = bare(annotation)
    holds = get_origin(inner) in (list, dict) or _is_model(inner) or inner is PublishedFigure
    is_prose = any(isinstance(x, TextOf) and x.markdown for x in flat(annotation))
    return section or not (holds or is_prose)


def _inside(annotation: Any, step: str) -> list[Any]:
    """Return the types of what a step of a name leads to; none where there can be no such step."""
    inner = bare(annotation)
    if get_origin(inner) in (Union, UnionType):
        return [found for each in get_args(inner) for found in _inside(each, step)]
    if get_origin(inner) is list:
        return [int] if step == COUNT else []
    if _is_model(inner) and step == "*":
        return [below(inner, alias) for alias in _aliases(inner)]
    found = below(inner, step)
    return [] if found is None else [found]


def _is_model(inner: Any) -> bool:
    return isinstance(inner, type) and issubclass(inner, BaseModel)


def _is_ledger(annotation: Any) -> bool:
    inner = bare(annotation)
    return isinstance(inner, type) and issubclass(inner, Ledger)


def _aliases(model: type[BaseModel]) -> list[str]:
    return [str(field.alias) for field in model.model_fields.values()]


@lru_cache(maxsize=8192)
def _words(name: str) -> tuple[str, ...]:
    return tuple(VARIABLE.sub("*", name).split("."))
