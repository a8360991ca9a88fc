"""How many things a sentence lists: what stands between the 、, and the ways to read it.

Chinese leaves open whether 和 joins the last two items or belongs to one of them, whether 等
closes a list, and where a list behind a verb begins; each reading possible is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from govnb.review.words import Words, one_of
from govnb.sheet.references import REFERENCE, Reference
from govnb.text.number import half_width

LEAST = 2
_OPEN = re.compile(r"等(?![级候次于值同])")
_BRACKETED = re.compile(r"（[^（）]*）|\([^()]*\)")
_BESIDE = re.compile(r"(?<=[》”])(?=[《“])")
# 、 within a reference is part of a name.
_SEPARATOR = re.compile(r"、(?![^{}]*\}\})")
_SAME_MEASURE = {"名": "人"}


@dataclass(frozen=True, slots=True)
class Count:
    """How many things a text lists: the readings possible, and the plainest."""

    plain: int
    possible: frozenset[int]
    # Whether the list may leave some out (等).
    is_open: bool = False
    # Whether its items are numbered: nothing is left to read.
    is_numbered: bool = False
    # Whether its items are names of one kind.
    is_of_names: bool = False

    def __str__(self) -> str:
        low, high = min(self.possible), max(self.possible)
        return f"{low}" if low == high else f"{low}至{high}"

    def holds(self, stated: int) -> bool:
        """Tell whether a reading agrees with the number stated."""
        return stated in self.possible or (self.is_open and stated >= min(self.possible))


@dataclass(frozen=True)
class Reader:
    """Reads lists."""

    # The lists of the department's file, by name.
    lists: Mapping[str, Sequence[str]]
    words: Words
    # How the names of offices, rules and the like end.
    endings: tuple[str, ...] = ()

    @cached_property
    def _join(self) -> re.Pattern[str]:
        return re.compile(one_of(self.words.joins))

    @cached_property
    def _amount(self) -> re.Pattern[str]:
        return re.compile(rf"\d\s*[余多]?(?:{one_of(self.words.measured)})")

    def sentence(self, text: str, measure: str) -> Count | None:
        """Count what is listed up to the end of the sentence; None if it isn't a list."""
        body = _body(text)
        parts = body.split("；")
        head, *tail = parts[0].split("，")
        items = _items(head)
        if len(items) < LEAST and not REFERENCE.search(head):
            items = []
        if added := _added(items, tail, measure):
            return added
        readings = [items] if items else []
        if any(self._has_amount(item) for item in items) or (
            tail and self._ends_in_a_clause(items)
        ):
            return None
        clauses = [part for part in parts if part.strip()]
        if len(parts) > 1 and not self._are_names(items):
            readings.append(clauses)
        if not readings and _are_alike(parts[0].split("，")):
            readings.append(parts[0].split("，"))
        if not items and any(self._has_amount(item) for read in readings for item in read):
            return None
        counts = [self._read(read) for read in readings]
        counts = [count for count in counts if count.plain >= LEAST]
        if not counts:
            return None
        possible = frozenset[int]().union(*(count.possible for count in counts))
        if any(len(_items(part)) >= LEAST for part in tail) and not self._has_amount(parts[0]):
            # A list in groups: 、 within, ， between them.
            possible |= {sum(len(_items(part)) for part in (head, *tail))}
        if tail and len({part.strip()[:1] for part in (head, *tail)}) == 1:
            # 第一组由甲、乙负责，第二组由丙负责
            possible |= {1 + len(tail)}
        return Count(
            counts[0].plain,
            possible,
            any(count.is_open for count in counts),
            is_of_names=self._are_names(items),
        )

    def bracketed(self, text: str, measure: str) -> Count | None:
        """Count what a bracket that opens just before `text` lists."""
        inside = re.split(r"[）)\n。]", text, maxsplit=1)[0]
        if re.match(r"[含其如详见即附以包不自]", inside) or "；" in inside or "，" in inside:
            return None
        return self.sentence(inside, measure)

    def before(self, text: str) -> Count | None:
        """Count what is listed right before the end of `text`, in the same clause."""
        items = _items(_BRACKETED.sub("", re.split("[。；：，！？\n（(]", text)[-1]))
        if len(items) < LEAST or any(self._has_amount(item) for item in items):
            return None
        count = self._read(items)
        # A verb before the list makes its first item long: an item like that may be the first.
        starts = [
            at
            for at in range(1, len(items) - 1)
            if items[at][0] not in "《“"
            and len(items[at]) > 2 + max(len(item) for item in items[at + 1 :])
        ]
        possible = {n - at for n in count.possible for at in (0, *starts)}
        return Count(count.plain, frozenset(possible))

    def ends_like_a_name(self, item: str) -> bool:
        """Tell whether an item ends as the name of an office or a rule does."""
        return item.endswith(self.endings)

    def _are_names(self, items: Sequence[str]) -> bool:
        """Tell whether items are names of one kind, each of them one."""
        ends = [_OPEN.split(item)[0] for item in items]
        alike = len({end[-1:] for end in ends}) == 1
        return len(ends) >= LEAST and (alike or all(map(self.ends_like_a_name, ends)))

    def _ends_in_a_clause(self, items: Sequence[str]) -> bool:
        """Tell whether the last item says something of the others: 办公室、人事股负责日常工作."""
        if len(items) < LEAST:
            return False
        last = self._join.split(items[-1])[-1]
        return len(last) >= LEAST + 2 * max(map(len, items[:-1]))

    def _read(self, items: Sequence[str]) -> Count:
        """Count items, with each way to read the 和 in the last one."""
        last = REFERENCE.sub("", items[-1])
        plain = sum(self._weight(item) for item in items)
        joins = [m for m in self._join.finditer(last) if m.start() and m.end() < len(last)]
        is_open = bool(_OPEN.search(last))
        if not joins:
            return Count(plain, frozenset([plain]), is_open)
        names = sum(self._joins_names(last, join, items[:-1]) for join in joins)
        # 和 between the last two items is by far the commoner reading.
        possible = frozenset(range(plain + names, plain + len(joins) + 1))
        return Count(plain + max(names, 1), possible, is_open)

    def _joins_names(self, last: str, join: re.Match[str], others: Sequence[str]) -> bool:
        """Tell whether both sides of a 和 end as the other items do, so that each is one."""
        left = self._join.split(last[: join.start()])[-1]
        right = _OPEN.split(self._join.split(last[join.end() :])[0])[0]
        if self.ends_like_a_name(left) and self.ends_like_a_name(right):
            return True
        end = left[-2:]
        return len(end) > 1 and right.endswith(end) and any(o.endswith(end) for o in others)

    def _weight(self, item: str) -> int:
        """Return how many things an item is: a reference to a list is all of them."""
        reference = REFERENCE.search(item)
        items = self.lists.get(Reference.of(reference).name) if reference else None
        return len(items) if items else 1

    def _has_amount(self, item: str) -> bool:
        """Tell whether an item holds an amount: 主任1名、副主任2名 adds up, it isn't counted."""
        reference = REFERENCE.search(item)
        if reference and Reference.of(reference).name not in self.lists:
            return True
        return self._amount.search(half_width(REFERENCE.sub("", item))) is not None


def _body(text: str) -> str:
    """Return the sentence that a list stands in: no brackets, nothing behind 其中."""
    body = re.split(r"[。！？\n]", text, maxsplit=1)[0]
    while (shorter := _BRACKETED.sub("", body)) != body:
        body = shorter
    body = re.split(r"[）)]|[，；、]\s*其中", body, maxsplit=1)[0]
    return _BESIDE.sub("、", body)


def _items(text: str) -> list[str]:
    return [item.strip() for item in _SEPARATOR.split(_BESIDE.sub("、", text)) if item.strip()]


def _are_alike(items: Sequence[str]) -> bool:
    """Tell whether clauses are names of one kind: 政治意识，大局意识，核心意识."""
    short = [item.strip() for item in items]
    return len(short) > LEAST and len({item[-1:] for item in short}) == 1 and len(short[0]) < 10


def _added(items: Sequence[str], tail: Sequence[str], measure: str) -> Count | None:
    """Return the sum of items that each are a number of what is counted: 小学125所、初中32所."""
    known = _SAME_MEASURE.get(measure, measure)
    same = "|".join({known, *(m for m, as_ in _SAME_MEASURE.items() if as_ == known)})
    each = re.compile(rf"\D*?(\d{{1,4}})(?:{same})\D{{0,6}}")
    found = [each.fullmatch(item) for item in items]
    if len(found) < LEAST or not all(found) or any(_OPEN.search(item) for item in items):
        return None
    total = sum(int(match[1]) for match in found if match)
    more = [each.fullmatch(item) for part in tail for item in _items(part)]
    rest = sum(int(match[1]) for match in more if match)
    return Count(total, frozenset([total, total + rest]))
