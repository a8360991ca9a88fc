"""Which names there are: whether a figure may bear one, and what to write instead.

A department's own file may name only what it has. The district's files (figures.yml, checks.yml,
rubrics) may also name an account or a project that this department lacks; what such an item
states is known, though, and a name that ends in something like it is mistyped.
"""

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, get_origin

from pydantic import BaseModel

from govnb.sheet.department import Department
from govnb.sheet.fields import bare, below, class_of, flat, keys_of
from govnb.sheet.published import PublishedFigure
from govnb.sheet.rules import ANY, Book
from govnb.sheet.sheet import BY_ACCOUNT, Sheet
from govnb.text.faults import MOST_FAULTS, Fault, did_you_mean, nearest
from govnb.text.section import RESERVED, VARIABLE, Ledger
from govnb.text.validation import Gaps
from govnb.text.values import TextOf
from govnb.text.yaml_text import Scalar

LIST_THEM = "govnb figures 可列出全部名称"
COUNT = "条数"
# What is computed about every node of a ledger.
_OF_A_NODE = frozenset({"名称", "分项之和", "合计差额", "项数"})
# How alike two words must be for one to pass for a slip of the other: 超支比率 and 超支率.
_ALIKE = 0.8


class Names:
    """The names of one department's figures, and of those any other may have."""

    def __init__(
        self, sheet: Sheet, book: Book, gaps: Gaps | None = None,
        items: Mapping[str, Collection[str]] | None = None,
    ) -> None:  # fmt: skip
        self.sheet = sheet
        # What faults left out of the files: to miss it is no second fault.
        self.gaps = gaps or Gaps()
        # For a section, the only items there can be: a rubric's indicators.
        self.items = items or {}
        self.stated = {n: None for n, draft in sheet.drafts.items() if not draft.only_named}
        # The words of the book's names, by their first, `*` for a variable.
        self._book: dict[str, list[tuple[str, ...]]] = {}
        for rule in map(_words, book):
            self._book.setdefault(rule[0], []).append(rule)
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

        A pattern is a name as well; a `section` is what holds figures, or a figure.
        """
        if name in self.stated:
            return None
        path = _words(self.sheet.resolve(name))
        head, *rest = path
        listed = self.items.get(head)
        if listed is not None and rest and rest[0] not in ("*", *listed):
            return self._did_you_mean(rest[0], listed) or f"没有“{rest[0]}”这一项"
        if () in self._following(path):
            return None
        is_figure, at, annotation = _walked(path, section)
        if is_figure or (is_figure is None and not (slip := self._slip(path))):
            return None
        if name in self.gaps or ("*" in path and self.sheet.expand(".".join(path))):
            return None
        if is_figure is None:
            return slip
        step = path[at] if at < len(path) else ""
        return self._words_for(annotation, path[:at], step) or self.hint(name)

    def unknown(
        self, text: Scalar, names: Iterable[str], *, section: bool = False
    ) -> Iterator[Fault]:
        """Yield a fault for each name of a formula that no department can have."""
        for name in names:
            if (hint := self.why_not(name.replace(ANY, "*"), section=section)) is not None:
                said, place = name.replace(ANY, "…"), text.find(name.partition(f".{ANY}")[0])
                message = f"公式“{text}”里没有“{said}”这个指标"
                yield Fault(text.at(max(place, 0)), message, hint)

    def _following(self, path: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Return the words that follow in the book's names that begin like this one."""
        return [
            rule[len(path) :]
            for rule in self._book.get(path[0], ())
            if len(rule) >= len(path)
            and all(
                step == "*" or word in (step, "*") for step, word in zip(path, rule, strict=False)
            )
        ]

    def _words_for(self, annotation: Any, done: tuple[str, ...], step: str) -> str:
        """Return what may be written behind the part of a name that is right."""
        here, origin = ".".join(done), get_origin(bare(annotation))
        if not done:
            return ""
        if origin is list:
            return f"写 {here}.{COUNT}"
        if origin is dict:
            return f"写到“{here}”的每一项"
        model = class_of(annotation, BaseModel)
        if model is None:
            return f"写 {here}" if step else f"“{here}”是一段文字，不是指标"
        derived = {words[0] for words in self._following(done) if len(words) == 1} - {"*"}
        allowed = [*dict.fromkeys([*keys_of(model), *sorted(derived)])]
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
        words = {rule[-1] for rule in self._book.get(head, ())} - {"*"}
        # 资本性支出 is an account of its own, no slip for 非资本性支出.
        apart = sorted(word for word in words | _OF_A_NODE if word not in last and last not in word)
        near = difflib.get_close_matches(last, apart, n=1, cutoff=_ALIKE)
        return f"是不是“{'.'.join([*path[:-1], near[0]])}”？" if near else ""


@lru_cache(maxsize=8192)
def _walked(path: tuple[str, ...], section: bool) -> tuple[bool | None, int, Any]:
    """Tell whether a name can be a figure's by the model alone, and how far the model knows it.

    None for a part of a ledger, where any word may be. Then come how many of its words there
    are in the model, and the type of what these lead to.
    """
    every: list[Any] = [Department]
    for at, step in enumerate(path):
        inside = [each for annotation in every for each in _inside(annotation, step)]
        if not inside:
            return False, at, every[0]
        every = inside
        if any(class_of(annotation, Ledger) for annotation in every):
            is_total = section and path[-1] == "分类合计"
            is_whole = at == len(path) - 1 or path[-1] == "*" or is_total
            return is_whole or None, at, every[0]
    return any(_ends(each, section) for each in every), len(path), every[0]


def _ends(annotation: Any, section: bool) -> bool:
    """Tell whether a name may end here."""
    inner = bare(annotation)
    holds = get_origin(inner) in (list, dict) or class_of(inner, BaseModel)
    is_prose = any(isinstance(x, TextOf) and x.markdown for x in flat(annotation))
    return section or not (holds or is_prose or inner is PublishedFigure)


def _inside(annotation: Any, step: str) -> list[Any]:
    """Return the types of what a step of a name leads to; none where there can be no such step."""
    if get_origin(bare(annotation)) is list:
        return [int] if step == COUNT else []
    model = class_of(annotation, BaseModel)
    steps = keys_of(model) if model and step == "*" else [step]
    return [found for each in steps if (found := below(annotation, each)) is not None]


@lru_cache(maxsize=8192)
def _words(name: str) -> tuple[str, ...]:
    return tuple(VARIABLE.sub("*", name).split("."))
