"""How far rounding alone can move a figure: the bound behind every 尾差.

A stated amount stands for any value that would have been printed the same way, and moves all
that rests on it at once. Reports drop trailing zeros (`5` beside `197.05`), so what most amounts
of a table show tells what each was rounded to.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from govnb.sheet.figure import Figure, Figures, rounded
from govnb.sheet.published import scale
from govnb.sheet.sheet import Sheet
from govnb.text.number import TextNumber, last_digit
from govnb.text.values import ABOUT, MONEY_UNITS

# Whole numbers of these units are measurements that may have been rounded; of any other unit
# (件、户、人次…) they are counts, which are exact.
MEASURED = frozenset([*MONEY_UNITS, "%", "‰", "㎡", "平方米", "亩", "公顷", "公里", "吨"])
_POINTS = ("个百分点", "百分点")
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
_NOT_AT_ALL = Decimal(0), Decimal(0)


def room(number: TextNumber) -> Decimal:
    """Return how far from a printed number what was rounded to it may be; counts are exact."""
    is_measured = number.decimals or number.unit in MEASURED or number.unit in _POINTS
    return number.half * abs(number.scale) if is_measured else Decimal(0)


@dataclass(frozen=True, slots=True)
class Spread:
    """How far below and above its value a figure's true value may lie."""

    below: Decimal = Decimal(0)
    above: Decimal = Decimal(0)

    @classmethod
    def fixed(cls, tolerance: Decimal, unit: str, factor: Decimal) -> Spread:
        """Return a rule's own tolerance, of money in 万元, in the unit of what it is about."""
        width = tolerance / factor if unit in MONEY_UNITS else tolerance
        return cls(width, width)

    def holds(self, difference: Decimal) -> bool:
        """Tell whether a difference could be nothing but rounding."""
        return -self.above <= difference <= self.below

    def __add__(self, other: Spread) -> Spread:
        """Return the room that two leave together."""
        return Spread(self.below + other.below, self.above + other.above)


EXACT = Spread()


class Rounding:
    """The printed precision of one department's figures, and what follows from it."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        drafts = ((figure, figures.sheet.draft(name)) for name, figure in figures.items())
        self._printed = {
            figure.name: _read(figure, draft.typed.text)
            for figure, draft in drafts
            if draft and draft.typed and draft.expression is None and figure.number is not None
        }
        tables: dict[tuple[tuple[str, ...], str], list[int]] = {}
        for name, number in self._printed.items():
            for table in (_table(name), EVERYWHERE):
                tables.setdefault((table, number.unit), []).append(number.decimals)
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
        sheet = self._figures.sheet
        base = sheet.tried(compute)
        below = above = Decimal(0)
        for root in sheet.roots(names) if base is not None else ():
            (less, more), value = self._width(root, least), sheet.cell(root).number
            if base is None or value is None or not (less or more):
                continue
            ends = (sheet.with_({root: v}).tried(compute) for v in (value - less, value + more))
            reached = [base, *(end for end in ends if end is not None)]
            below += base - min(reached)
            above += max(reached) - base
        return Spread(below, above)

    def is_coarse(self, name: str, value: Decimal) -> bool:
        """Tell whether a stated total is `value` rounded to fewer decimals than its table's.

        So only where all other amounts of the table share their decimals: in a table that
        drops trailing zeros, `511.4` is 511.40.
        """
        number, table = self._printed.get(name), _table(name)
        if number is None:
            return False
        among = ((n, p) for n, p in self._printed.items() if n != name and p.unit == number.unit)
        others = [p.decimals for n, p in among if _table(n) == table]
        if len(others) < _EVIDENCE or len(set(others)) > 1 or others[0] <= number.decimals:
            return False
        return rounded(value / number.scale, number.decimals) == number.value

    def _width(self, name: str, least: int) -> tuple[Decimal, Decimal]:
        """Return how far below and above its value a stated figure may lie."""
        number = self._printed.get(name)
        # A bare 0 means there is none; 0.00 has been rounded like any other amount.
        if number is None or not (number.value or number.decimals):
            return _NOT_AT_ALL
        if number.around or number.more:
            above = (number.reach if number.around else last_digit(number.value)) * number.scale
            return above if number.around else Decimal(0), above
        decimals = self._decimals(name, number)
        if number.unit in MONEY_UNITS:
            decimals = max(decimals, least)
        if decimals == 0 and number.unit not in MEASURED:
            return _NOT_AT_ALL
        half = Decimal(5).scaleb(-decimals - 1) * abs(number.scale)
        return half, half

    def _decimals(self, name: str, number: TextNumber) -> int:
        """Return the decimals an amount was rounded to.

        At least those typed, and those its table shows, for zeros may have been dropped. Not so
        a total in 分 over parts that show more: that is rounded, as it says. A table of whole
        万元 in a report that elsewhere prints 分 is made of round sums.
        """
        if number.decimals >= _SHOWN and self._figures.parts.get(name):
            return number.decimals
        everywhere = self._tables[EVERYWHERE, number.unit] if number.unit in MONEY_UNITS else 0
        return max(number.decimals, self._tables[_table(name), number.unit] or everywhere)


def _read(figure: Figure, text: str) -> TextNumber:
    """Return an amount as it was typed; one of its units is `scale` of the figure's."""
    match = _TEXT.fullmatch(text.strip())
    assert match is not None, "every amount's text holds a number"
    unit = match["unit"] or figure.unit
    return TextNumber(
        match["digits"], Decimal(match["digits"]), len(match["fraction"] or ""), unit, 0, 0,
        around=figure.about == ABOUT,
        more=figure.about not in ("", ABOUT),
        scale=scale(unit, figure.unit) or Decimal(1),
    )  # fmt: skip


def _table(name: str) -> tuple[str, ...]:
    """Return the table a figure stands in: a section; each volume or statement is one itself."""
    segments = name.split(".")
    return tuple(segments[: 2 if segments[0] in ("业务量", "报表") else 1])


def _usual(decimals: list[int]) -> int:
    """Return the decimals a table was rounded to, from those its amounts show.

    What most show, of those that can't be for want of zeros; one amount in more detail doesn't
    make the others exact.
    """
    shown = Counter(n for n in decimals if n >= _SHOWN)
    return min(shown, key=lambda n: (-shown[n], n)) if shown else max(decimals)
