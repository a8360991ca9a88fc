"""Where a stated total parts from the sum of its parts, and which total is to blame.

Every ledger of a department is looked at, at every level, with no ledger named here. One
mistyped number can break two sums (its own and the one above it, or a row and a column);
:func:`blamed` finds the pairs that one mistake explains, so that a reader is told once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from govnb.review.rounding import Rounding, Spread
from govnb.sheet.figure import Figure, Figures
from govnb.sheet.sheet import Sheet

Parts = Mapping[str, tuple[str, ...]]
GAP, SUM, COLUMNS = ".合计差额", ".分项之和", ".分类合计"
# How many wrong parts are tried together: every choice among more would take long.
_MOST_TOGETHER = 8


@dataclass(frozen=True, slots=True)
class Gap:
    """A stated total beside the sum of its parts.

    Attributes
    ----------
    name : str
        The total's name, or `台账.分类合计` for the columns' totals against the grand total.
    total : Figure
        The stated total.
    parts : tuple of Figure
        What is added up.
    sum : Decimal or None
        Their sum; None when one is unknown.
    spread : Spread
        How far rounding can move total minus sum.
    approximate : bool
        Whether a 约数 is among them.
    coarse : bool
        Whether the total is the sum rounded to fewer decimals than its table's.
    """

    name: str
    total: Figure
    parts: tuple[Figure, ...]
    sum: Decimal | None
    spread: Spread
    approximate: bool
    coarse: bool

    @property
    def difference(self) -> Decimal | None:
        """Total minus sum; None when either is unknown."""
        known = self.total.number is not None and self.sum is not None
        return self.total.number - self.sum if known else None  # type: ignore[operator]

    @property
    def known_sum(self) -> Decimal:
        """The sum of the parts that are known."""
        return sum((p.number for p in self.parts if p.number is not None), Decimal(0))

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of what is unknown."""
        sides = (self.total, *self.parts)
        return tuple(figure.name for figure in sides if figure.number is None)

    @property
    def is_broken(self) -> bool:
        """Whether the difference is more than rounding explains."""
        gap = self.difference
        return bool(gap) and not self.coarse and not within(gap, self.spread)

    @property
    def is_exceeded(self) -> bool:
        """Whether the known parts alone come to more than the total, some being unknown."""
        if self.difference is not None or self.total.number is None:
            return False
        if any(p.number is not None and p.number < 0 for p in self.parts):
            return False
        return self.known_sum > self.total.number + self.spread.below


def within(difference: Decimal | None, spread: Spread) -> bool:
    """Tell whether a difference could be nothing but rounding."""
    return difference is not None and -spread.above <= difference <= spread.below


def gaps(figures: Figures, parts: Parts, rounding: Rounding) -> tuple[Gap, ...]:
    """Return every stated total of every ledger beside its parts, in file order."""
    found = []
    for name in figures:
        if not name.endswith(GAP):
            continue
        total = name.removesuffix(GAP)
        added = parts.get(total) or figures[f"{total}{SUM}"].inputs
        found.append(_gap(total, total, added, figures, rounding))
    for ledger, columns in _columns(figures).items():
        if _complete(parts[ledger], columns, parts):
            found.append(_gap(f"{ledger}{COLUMNS}", ledger, tuple(columns), figures, rounding))
    return tuple(found)


def _gap(
    name: str, total: str, parts: tuple[str, ...], figures: Figures, rounding: Rounding
) -> Gap:
    added = tuple(figures[part] for part in parts)
    known = [figure.number for figure in added if figure.number is not None]
    value = sum(known, Decimal(0)) if len(known) == len(added) else None

    def difference(sheet: Sheet) -> Decimal | None:
        stated, *others = (sheet.cell(part).number or Decimal(0) for part in (total, *parts))
        return stated - sum(others, Decimal(0))

    names = (total, *parts)
    return Gap(
        name=name,
        total=figures[total],
        parts=added,
        sum=value,
        spread=rounding.over(difference, names),
        approximate=rounding.is_approximate(names),
        coarse=value is not None and rounding.is_coarse(total, value),
    )


def _columns(figures: Figures) -> dict[str, list[str]]:
    """Return, for each ledger that sums both ways, the totals of its columns."""
    found: dict[str, list[str]] = {}
    for name in figures:
        ledger, marked, column = name.rpartition(f"{COLUMNS}.")
        if marked and "." not in column:
            found.setdefault(ledger, []).append(name)
    return found


def _complete(rows: Iterable[str], columns: Iterable[str], parts: Parts) -> bool:
    """Tell whether the columns' totals cover every cell, so that they should add up."""
    stated = {column.rpartition(".")[2] for column in columns}
    used = {cell.rpartition(".")[2] for row in rows for cell in parts.get(row, ())}
    return used <= stated and all(row in parts for row in rows)


@dataclass(frozen=True, slots=True)
class Blame:
    """Why one broken sum is the doing of others, and what mending those does."""

    culprits: tuple[Gap, ...]
    reason: str


def blamed(found: tuple[Gap, ...]) -> dict[str, Blame]:
    """Return, for each broken sum that others explain, those others."""
    broken = [gap for gap in found if gap.is_broken]
    blame: dict[str, Blame] = {}
    for gap in broken:
        free = [other for other in broken if other is not gap and other.name not in blame]
        by_one = (Blame((other,), why) for other in free if (why := _explained(gap, other)))
        explained = next(by_one, None) or _by_several(gap, free)
        if explained is not None:
            blame[gap.name] = explained
    return blame


def _by_several(gap: Gap, others: list[Gap]) -> Blame | None:
    """Return the wrong totals among a sum's parts that only together break it, or None."""
    names = {part.name for part in gap.parts}
    below = [other for other in others if other.total.name in names][:_MOST_TOGETHER]
    for count in range(2, len(below) + 1):
        for some in combinations(below, count):
            together = (gap, *some)
            room = Spread(
                sum((g.spread.below for g in together), Decimal(0)),
                sum((g.spread.above for g in together), Decimal(0)),
            )
            if within(sum((g.difference or Decimal(0) for g in together), Decimal(0)), room):
                told = "、".join(f"“{other.total.name}”" for other in some)
                return Blame(some, f"{told}都取分项之和时，“{gap.total.name}”也相符")
    return None


def _explained(gap: Gap, other: Gap) -> str:
    """Return how a mistake in `other` also breaks `gap`, or nothing."""
    a, b = gap.difference, other.difference
    assert a is not None and b is not None
    room = Spread(gap.spread.below + other.spread.below, gap.spread.above + other.spread.above)
    if any(part.name == other.total.name for part in gap.parts) and within(a + b, room):
        return f"“{other.total.name}”取分项之和时两处都相符"
    if gap.name == f"{other.name}{COLUMNS}" and within(a - b, room):
        return f"“{other.total.name}”与行、列两个方向的合计都差同一个数"
    if COLUMNS in gap.name and within(a - b, room):
        cells = {part.name for part in gap.parts} & {part.name for part in other.parts}
        if cells:
            return f"行和列差同一个数，像是“{cells.pop()}”这一格写错"
    return ""
