"""How far rounding alone can move a figure: the bound behind every 尾差.

A stated amount stands for any value that would have been printed the same way. The decimals
it was printed with are not always those typed: reports drop trailing zeros (`5` and `9.2`
beside `197.05`), so what most amounts of a table show tells what the table was rounded to. The
bound of a computed figure follows by moving each stated amount it rests on to the ends of its
own range and adding up what that does. Where two figures rest on the same amount it moves
both at once, so a difference is never given more room than its inputs leave.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from govnb.sheet.facts import Facts
from govnb.sheet.figure import Figures, rounded
from govnb.sheet.read import Inputs
from govnb.sheet.sheet import HUNDRED as HUNDRED
from govnb.sheet.sheet import Sheet
from govnb.text.values import ABOUT, MONEY_UNITS, Amount

HALF = Decimal("0.5")
# Whole numbers of these units are measurements that may have been rounded; of any other unit
# (件、户、人次…) they are counts, which are exact.
MEASURED = frozenset([*MONEY_UNITS, "%", "‰", "㎡", "平方米", "亩", "公顷", "公里", "吨"])
# A target's ≥ or ≤ stands before its number.
_TEXT = re.compile(
    r"[^\d-]*(?P<digits>-?\d+(?:\.(?P<fraction>\d+))?)\s*[余多]?\s*(?P<unit>.*)", re.DOTALL
)
EVERYWHERE = ()
# A total printed coarser than its table only counts as rounded if the table shows, with at
# least this many other amounts, that it keeps its zeros.
_EVIDENCE = 3
# Fewer decimals than these may be a fraction whose zeros were dropped; these and more are
# what was printed.
_SHOWN = 2
# A report computes its rates from the accounts, which are kept to the fen, and prints 5 for
# 5.00: letting a rate's amounts move by half a 万元 would excuse any wrong rate.
_FEN = 2


@dataclass(frozen=True, slots=True)
class Spread:
    """How far below and above its value a figure's true value may lie."""

    below: Decimal = Decimal(0)
    above: Decimal = Decimal(0)

    def __bool__(self) -> bool:
        return bool(self.below or self.above)

    @classmethod
    def fixed(cls, tolerance: Decimal, unit: str, factor: Decimal) -> Spread:
        """Return a rule's own tolerance, of money in 万元, in the unit of what it is about."""
        width = tolerance / factor if unit in MONEY_UNITS else tolerance
        return cls(width, width)


EXACT = Spread()


@dataclass(frozen=True, slots=True)
class _Printed:
    """An amount as typed: number, decimals, unit, and the table it stands in."""

    number: Decimal
    decimals: int
    unit: str
    table: tuple[str, ...]
    whole: bool
    about: str


class Rounding:
    """The printed precision of one department's figures, and what follows from it."""

    def __init__(self, inputs: Inputs, figures: Figures, facts: Facts) -> None:
        self._figures = figures
        self.sheet = figures.sheet
        amounts = {amount.place: amount for amount in _amounts(inputs.department)}
        self._printed = {
            name: self._read(name, amounts[figure.place])
            for name, figure in figures.items()
            if facts.drafts[name].expression is None
            and figure.number is not None
            and figure.place in amounts
        }
        tables: dict[tuple[tuple[str, ...], str], list[int]] = {}
        for p in self._printed.values():
            for table in (p.table, EVERYWHERE):
                tables.setdefault((table, p.unit), []).append(p.decimals)
        self._tables = {table: _usual(decimals) for table, decimals in tables.items()}

    def of(self, name: str) -> Spread:
        """Return a figure's spread, in its own unit."""
        least = _FEN if self._figures[name].unit == "%" else 0
        return self.over(lambda sheet: sheet.cell(name).number, [name], least)

    def over(
        self, compute: Callable[[Sheet], Decimal | None], names: Iterable[str], least: int = 0
    ) -> Spread:
        """Return the spread of something that is computed on a sheet from the named figures.

        An amount of money is taken to have been printed with `least` decimals at least.
        """
        base = self.sheet.tried(compute)
        below = above = Decimal(0)
        for root in self.sheet.roots(names) if base is not None else ():
            width, value = self._width(root, least), self.sheet.cell(root).number
            if base is None or value is None or not width:
                continue
            ends = (value - width.below, value + width.above)
            moved = [self.changed(compute, {root: end}) for end in ends]
            reached = [base, *(end for end in moved if end is not None)]
            below += base - min(reached)
            above += max(reached) - base
        return Spread(below, above)

    def changed(
        self, compute: Callable[[Sheet], Decimal | None], changes: Mapping[str, Decimal]
    ) -> Decimal | None:
        """Return what something would be if figures had the given values, in their own units."""
        return self.sheet.with_(changes).tried(compute)

    def rests_on(self, name: str, other: str) -> bool:
        """Tell whether a figure is, or is computed from, another."""
        return other in self.sheet.above(name)

    def is_approximate(self, names: Iterable[str]) -> bool:
        """Tell whether any stated amount behind the names is a 约数."""
        return any(p and p.about for p in map(self._printed.get, self.sheet.roots(names)))

    def is_coarse(self, name: str, value: Decimal) -> bool:
        """Tell whether a stated total is `value` rounded to fewer decimals than its table's.

        So only where all other amounts of the table share their decimals: in a table that
        drops trailing zeros, `511.4` is 511.40.
        """
        printed = self._printed.get(name)
        if printed is None or printed.whole:
            return False
        others = [
            p.decimals
            for n, p in self._printed.items()
            if n != name and (p.table, p.unit) == (printed.table, printed.unit)
        ]
        if len(others) < _EVIDENCE or len(set(others)) > 1 or others[0] <= printed.decimals:
            return False
        in_unit = value / self._factor(name, printed.unit)
        return rounded(in_unit, printed.decimals) == printed.number

    def _read(self, name: str, amount: Amount) -> _Printed:
        match = _TEXT.fullmatch(amount.text.strip())
        assert match is not None, "every amount's text holds a number"
        unit = match["unit"] or self._figures[name].unit
        segments = name.split(".")
        # Each volume is a table of its own; other sections are printed as one.
        table = tuple(segments[: 2 if segments[0] == "业务量" else 1])
        decimals = len(match["fraction"] or "")
        number = Decimal(match["digits"])
        return _Printed(number, decimals, unit, table, amount.kind.whole, amount.about)

    def _factor(self, name: str, unit: str) -> Decimal:
        """Return how many of the figure's unit one printed unit is."""
        figure = self._figures[name]
        if figure.unit not in MONEY_UNITS:
            return Decimal(1)
        return MONEY_UNITS.get(unit, Decimal(1)) / figure.factor

    def _width(self, name: str, least: int = 0) -> Spread:
        """Return the range of a stated figure around its value."""
        printed = self._printed.get(name)
        # A bare 0 means there is none; 0.00 has been rounded like any other amount.
        if printed is None or not (printed.number or printed.decimals):
            return EXACT
        factor = self._factor(name, printed.unit)
        if printed.about == ABOUT:
            either = around(printed.number, Decimal(1).scaleb(-printed.decimals)) * factor
            return Spread(either, either)
        if printed.about:
            return Spread(above=_step(printed.number) * factor)
        decimals = self._decimals(name, printed)
        if printed.unit in MONEY_UNITS:
            decimals = max(decimals, least)
        if printed.whole or (decimals == 0 and printed.unit not in MEASURED):
            return EXACT
        half = HALF.scaleb(-decimals) * abs(factor)
        return Spread(half, half)

    def _decimals(self, name: str, printed: _Printed) -> int:
        """Return the decimals an amount was rounded to.

        At least those typed, and those its table shows, for zeros may have been dropped. Not so
        a total in 分 over parts that show more: that is rounded, as it says. A table of whole
        万元 in a report that elsewhere prints 分 is made of round sums.
        """
        if printed.decimals >= _SHOWN and self._figures.parts.get(name):
            return printed.decimals
        table = self._tables[printed.table, printed.unit]
        everywhere = self._tables[EVERYWHERE, printed.unit] if printed.unit in MONEY_UNITS else 0
        return max(printed.decimals, table or everywhere)


def _usual(decimals: list[int]) -> int:
    """Return the decimals a table was rounded to, from those its amounts show.

    What most show, of those that can't be for want of zeros; one amount in more detail doesn't
    make the others exact.
    """
    shown = Counter(n for n in decimals if n >= _SHOWN)
    if not shown:
        return max(decimals)
    return min(shown, key=lambda n: (-shown[n], n))


def around(number: Decimal, digit: Decimal) -> Decimal:
    """Return how far 约 reaches: one unit of the last printed digit (约118%: 1).

    Of a round number half a unit of its last digit that isn't zero, but no more than a
    twentieth of it (约1200: 50, 约100%: 5).
    """
    number = abs(number)
    return max(digit, min(_step(number) / 2, number / 20)) if number else digit


def _step(number: Decimal) -> Decimal:
    """Return how far “余” reaches: one unit of the last digit that isn't zero (1200余: 100)."""
    exponent = number.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(1).scaleb(exponent)


def _amounts(value: Any) -> Iterator[Amount]:
    """Yield every amount typed as a number in a file."""
    if isinstance(value, Amount):
        if value.value is not None:
            yield value
    elif isinstance(value, BaseModel):
        for field in type(value).model_fields:
            yield from _amounts(getattr(value, field))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _amounts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _amounts(item)
