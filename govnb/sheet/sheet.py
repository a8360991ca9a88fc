"""One department's year as a sheet: figures, checks, rounding, 试算 and scores ask its cells.

What is unknown makes unknown all that rests on it, inside 求和(…) over a department's own
items too: an item that doesn't state the amount summed is missing like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, lru_cache, partial
from itertools import chain, takewhile
from operator import ne

from govnb.sheet.expression import TOO_LARGE, Expression, FormulaError, NotComputable, Value
from govnb.text.faults import Fault, Place
from govnb.text.section import RESERVED, dotted
from govnb.text.values import MONEY_UNIT, Kind

PERCENT = Decimal("0.01")
HUNDRED = Decimal(100)
# Accounts may be named by the codes of 经济分类科目.
BY_ACCOUNT = frozenset({"支出", "预算安排"})


class Lack(StrEnum):
    """Why a fact has no value, in the words that are shown behind 未公布."""

    WITHHELD = ""
    LEFT_OUT = "参数文件没有填"
    ON_TRIAL = "试算中设为未公布"
    # The score is no formula over figures: the rubric gives it, as an interval.
    SCORED = "由指标体系评出，见评分表"
    UNSCORED = "没有带分值的指标体系，没有评分"

    @property
    def is_withheld(self) -> bool:
        """True where 未公布 is said in so many words."""
        return self in (Lack.WITHHELD, Lack.ON_TRIAL)


class Valued:
    """What has a value in a unit."""

    __slots__ = ()
    value: Value
    unit: str
    scale: Decimal

    @property
    def factor(self) -> Decimal:
        """What formulas count one of its unit as: a percentage is its fraction."""
        return PERCENT if self.unit == "%" else self.scale

    @property
    def number(self) -> Decimal | None:
        """The value if it is a known number."""
        return self.value if isinstance(self.value, Decimal) else None

    @property
    def ratio(self) -> Value:
        """The value as formulas use it: a percentage as its fraction, money in 万元."""
        # Multiplying by 1 would still round what has more digits than the context.
        if not isinstance(self.value, Decimal) or self.factor == 1:
            return self.value
        return self.value * self.factor


@dataclass(frozen=True, slots=True)
class Draft(Valued):
    """A figure before evaluation: a value, an expression, or why it has neither."""

    name: str
    unit: str
    place: Place
    value: Value = None
    expression: Expression | None = None
    lack: Lack | None = None
    label: str = ""
    decimals: int = 2
    note: str = ""
    approximate: bool = False
    about: str = ""  # the word a file marks its 约数 with
    derived: bool = False  # computed by the program or the book, not stated
    # What formulas count one of its unit as: they reckon in 万元, whatever a file is kept in.
    scale: Decimal = Decimal(1)
    fixed: bool = False  # its rule says how many places to show (小数位)
    kind: Kind | None = None
    only_named: bool = False  # only a formula names it: the department states nothing of the kind


@dataclass
class Money:
    """How a file keeps its amounts, and its report prints them."""

    unit: str = MONEY_UNIT
    decimals: int = 2  # that amounts computed in that unit show


@dataclass(frozen=True, slots=True)
class Answer(Valued):
    """What a name or a formula comes to: a value, what it lacks, or why it has none."""

    value: Value = None  # in `unit`, at full precision
    unit: str = ""  # empty where a formula mixes units
    factor: Decimal = Decimal(1)
    names: tuple[str, ...] = ()  # the figures used, wildcards spelled out
    missing: tuple[str, ...] = ()  # the unknown stated facts, at the far end of the formulas
    trouble: str = ""  # why there is no value though all is known, such as a division by zero
    absent: bool = False  # the department has nothing of what is asked for
    about: bool = False  # it rests on a 约数


class Sheet:
    """The cells of one department."""

    def __init__(
        self, drafts: Mapping[str, Draft], accounts: Mapping[str, str] | None = None,
        items: Mapping[str, Sequence[str]] | None = None, money: Money | None = None,
    ) -> None:  # fmt: skip
        self.drafts = dict(drafts)  # every figure before evaluation, by name, in file order
        self.accounts = accounts or {}  # that year's names, by code
        # The names in each section whose items the department chooses (项目, 业务量…).
        self.items = items or {}
        self.money = money or Money()
        self.faults: list[Fault] = []  # formulas that use as a number what is none
        self.circles: list[list[str]] = []  # figures computed from themselves, once worked out
        self._base: Sheet | None = None
        self._changed: Mapping[str, Draft] = {}
        self._answers: dict[str, Answer] = {}
        self._needs: dict[str, tuple[str, ...]] = {}
        self._above: dict[str, frozenset[str]] = {}
        self._matched: dict[str, tuple[str, ...]] = {}

    def with_(self, changes: Mapping[str, Draft | Value]) -> Sheet:
        """Return the sheet under other drafts, or other values in their own units.

        What doesn't rest on them isn't worked out again.
        """
        drafts: dict[str, Draft] = {}
        for name, given in changes.items():
            draft = self.draft(name) or Draft(name, "", Place(name))
            if not isinstance(given, Draft):
                given = replace(draft, value=given, expression=None, lack=None)
            drafts[name] = given
        if any(name not in self.drafts or d.expression for name, d in drafts.items()):
            return Sheet({**self.drafts, **drafts}, self.accounts, self.items, self.money)
        changed = copy(self)
        changed._base, changed._changed = self, {**self._changed, **drafts}
        changed._answers, changed.faults = {}, []
        return changed

    # ── names ────────────────────────────────────────────────────

    def draft(self, name: str) -> Draft | None:
        """Return what stands in a cell, None where there is no such figure."""
        return self._changed.get(name) or self.drafts.get(name)

    def resolve(self, name: str) -> str:
        """Return the name with an account's code replaced by that year's name.

        A department may name its accounts by their codes; then the code is the name.
        """
        if name in self.drafts:
            return name
        head, *rest = name.split(".")
        if head in BY_ACCOUNT:
            rest = [self.accounts.get(segment, segment) for segment in rest]
        return ".".join([head, *rest])

    def expand(self, pattern: str, *, whole: bool = False) -> tuple[str, ...]:
        """Return the names a wildcard means; what the evaluator adds to a section is none.

        `whole` adds those of the items that don't state what the others do.
        """
        if pattern not in self._matched:
            match, ends_open = dotted(pattern).fullmatch, pattern.endswith("*")
            self._matched[pattern] = tuple(
                name
                for name, draft in self.drafts.items()
                if not draft.only_named
                and (found := match(name))
                and not (ends_open and (draft.derived or RESERVED & set(found.groups())))
            )
        names = self._matched[pattern]
        if not whole or not names or pattern.endswith("*"):
            return names
        return tuple(dict.fromkeys([*names, *self._of_every_item(pattern)]))

    def _of_every_item(self, pattern: str) -> list[str]:
        head, star, rest = pattern.partition("*")
        if not star:
            return [pattern]
        items = self.items.get(head.removesuffix("."), ())
        return [name for item in items for name in self._of_every_item(f"{head}{item}{rest}")]

    def names(self, named: Iterable[str]) -> tuple[str, ...]:
        """Return the figures that a formula's names mean, wildcards spelled out."""
        each = (self.expand(name, whole=True) if "*" in name else (name,) for name in named)
        return tuple(dict.fromkeys(chain.from_iterable(each)))

    def needs(self, name: str) -> tuple[str, ...]:
        """Return the figures that a figure is computed from."""
        if name not in self._needs:
            draft = self.drafts.get(name)
            expression = draft.expression if draft else None
            named = map(self.resolve, expression.names) if expression else ()
            self._needs[name] = self.names(named)
        return self._needs[name]

    def above(self, name: str) -> frozenset[str]:
        """Return a figure and everything it is computed from."""
        if name not in self._above:
            found, pending = {name}, [name]
            while pending:
                more = [n for n in self.needs(pending.pop()) if n not in found]
                found.update(more)
                pending += more
            self._above[name] = frozenset(found)
        return self._above[name]

    def roots(self, names: Iterable[str]) -> list[str]:
        """Return the stated facts that figures rest on."""
        every = frozenset[str]().union(*map(self.above, names))
        return sorted(n for n in every if (d := self.drafts.get(n)) and d.expression is None)

    def takes_rates(self, name: str) -> bool:
        """Tell whether a figure takes one rate from another, and does nothing else."""
        draft = self.draft(name)
        if draft is None or draft.expression is None or draft.unit != "%":
            return False
        from_ = [self.draft(self.resolve(each)) for each in draft.expression.names]
        rates = all(each is not None and each.unit == "%" for each in from_)
        return rates and draft.expression.is_difference

    @cached_property
    def _order(self) -> dict[str, int]:
        order, self.circles = ordered({name: self.needs(name) for name in self.drafts})
        self._circular = frozenset(chain.from_iterable(self.circles))
        return {name: at for at, name in enumerate(order)}

    # ── values ───────────────────────────────────────────────────

    def cell(self, name: str) -> Answer:
        """Return a figure's value."""
        if name not in self._answers:
            for each in self._still_needed(name):
                self._answers[each] = self._worked_out(each)
        return self._answers[name]

    def _still_needed(self, name: str) -> list[str]:
        """Return what has to be worked out before a figure, and it, in order."""
        order = self._order
        if self._base is None:
            return [*order] if name in order and not self._answers else [name]
        moved = [n for n in self.above(name) if n not in self._answers and self._is_moved(n)]
        return sorted(moved, key=lambda n: order.get(n, -1)) or [name]

    def _is_moved(self, name: str) -> bool:
        return not self.above(name).isdisjoint(self._changed)

    def _worked_out(self, name: str) -> Answer:
        if self._base is not None and not self._is_moved(name):
            return self._base.cell(name)
        draft = self.draft(name)
        if draft is None:
            return Answer(names=(name,), missing=(name,), absent=True)
        if draft.expression is None:
            lacks = (name,) if draft.value is None else ()
            absent = draft.only_named and draft.lack is None
            return Answer(
                draft.value, draft.unit, draft.factor, (name,), lacks, absent=absent,
                about=draft.approximate,
            )  # fmt: skip
        unknown = Answer(unit=draft.unit, names=(name,), missing=(name,))
        if name in self._circular:
            return unknown
        try:
            found = self.ask(draft.expression, unit=draft.unit, factor=draft.factor)
            if found.value is not None and found.number is None:
                message = f"公式的结果“{found.value}”不是数"
                raise FormulaError(message, "写数的名称；日期用 年份(…)")
        except FormulaError as error:
            self.faults.append(Fault(draft.place, str(error), error.hint))
            return unknown
        return replace(found, about=True) if draft.approximate else found

    def ask(
        self, expression: Expression, own: Mapping[str, Answer] | None = None,
        find: Callable[[str], str] | None = None, unit: str | None = None,
        factor: Decimal = Decimal(1),
    ) -> Answer:  # fmt: skip
        """Work a formula out.

        `own` are names that only the asker knows, and what they come to; `find` gives the
        figure, or the pattern, that a name stands for to the asker. Without a `unit`, of which
        formulas count one as `factor`, the result has what the units of its names leave.
        Raises FormulaError if something that is not a number is used as one.
        """
        own, find = own or {}, find or self.resolve
        names = self.names(find(raw) for raw in expression.names if raw not in own)
        cells = {raw: own[raw] for raw in expression.names if raw in own}
        cells |= {name: self.cell(name) for name in names}
        if unit is None:
            unit, factor = _unit(expression, cells.values())
        about = any(cell.about for cell in cells.values())
        trouble, value = "", None
        try:
            value = expression.evaluate(
                lambda raw: (own[raw] if raw in own else self.cell(find(raw))).ratio,
                lambda pattern, whole: self.expand(find(pattern), whole=whole),
                lambda raw: raw not in own and self._withheld(find(raw)),
            )
        except NotComputable as error:
            trouble = str(error)
        except ArithmeticError:
            trouble = TOO_LARGE
        if value is None:
            unknown = {name: cell for name, cell in cells.items() if cell.value is None}
            trouble = trouble or next((c.trouble for c in unknown.values() if c.trouble), "")
            lacks = [c.missing or (name,) for name, c in unknown.items() if not c.trouble]
            absent = all(cell.absent for cell in cells.values())
            return Answer(None, unit, factor, names, _union(lacks), trouble, absent, about)
        if isinstance(value, Decimal) and factor != 1:
            value /= factor
        return Answer(value, unit, factor, names, about=about)

    def _withheld(self, name: str) -> bool:
        # What a department says it doesn't publish is not made up for by a number near it.
        draft = self.draft(name)
        if draft is None or self.cell(name).value is not None:
            return False
        if draft.expression is not None:
            return any(map(self._withheld, self.needs(name)))
        return draft.lack is not None and draft.lack.is_withheld

    def spread(
        self, compute: Callable[[Sheet], Decimal | None], names: Iterable[str],
        width: Callable[[str], tuple[Decimal, Decimal]],
    ) -> tuple[Decimal, Decimal]:  # fmt: skip
        """Return how far below and above its value something may lie (尾差).

        `compute` works it out on a sheet, from the figures `names`; `width` tells how far below
        and above its value a stated fact may lie.
        """
        base = self.tried(compute)
        below = above = Decimal(0)
        for root in self.roots(names) if base is not None else ():
            assert base is not None
            less, more = width(root)
            value = self.cell(root).number
            if value is None or not (less or more):
                continue
            ends = (self.with_({root: v}).tried(compute) for v in (value - less, value + more))
            moved = [base, *(v for v in ends if v is not None)]
            below += base - min(moved)
            above += max(moved) - base
        return below, above

    def tried(self, compute: Callable[[Sheet], Decimal | None]) -> Decimal | None:
        """Return what something comes to on this sheet; None where it can't be worked out."""
        try:
            return compute(self)
        except (ArithmeticError, FormulaError):
            return None


def ordered(needs: Mapping[str, Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    """Return the names, each after those it needs, and the circles among them.

    A circle that is found is opened (its figures then need nothing more), so that the next one
    shows as well, and every need is looked at once; each begins and ends with the same name.
    """
    order: list[str] = []
    circles: list[list[str]] = []
    begun: set[str] = set()
    # The names on the way down, each with the needs still to look at, below one that needs all.
    path: dict[str, Iterator[str]] = {"": iter(needs)}
    while path:
        need = next(path[next(reversed(path))], None)
        if need is None:
            order.append(path.popitem()[0])
        elif need in path:
            below = list(takewhile(partial(ne, need), reversed(path)))
            circles.append([need, *reversed(below), need])
            path.update((name, iter(())) for name in circles[-1])
        elif need not in begun:
            begun.add(need)
            path[need] = iter(needs.get(need, ()))
    return order[:-1], circles


def _unit(expression: Expression, cells: Iterable[Answer]) -> tuple[str, Decimal]:
    """Return the unit of a name, a sum or a difference; a product or quotient has none."""
    units = {cell.unit: cell.factor for cell in cells if not cell.absent}
    return units.popitem() if len(units) == 1 and not expression.is_product else ("", Decimal(1))


def _union(lists: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the names of several lists, each once: the longest itself where it holds all.

    Each share of an unknown whole would copy it.
    """
    longest = max(lists, key=len, default=())
    if all(some is longest or _members(longest).issuperset(some) for some in lists):
        return longest
    return tuple(dict.fromkeys(chain.from_iterable(lists)))


@lru_cache(maxsize=64)
def _members(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(names)
