"""Two sides that should be equal: how far apart they are, and which totals make them so.

Every ledger of a department is looked at, at every level, with no ledger named here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from govnb.review.finding import Evidence
from govnb.review.rounding import EXACT, Rounding, Spread
from govnb.review.terms import Term, printed, worked_out
from govnb.sheet.expression import sum_of
from govnb.sheet.figure import Figures, rounded
from govnb.sheet.sheet import Sheet

GAP, SUM, COLUMNS = ".合计差额", ".分项之和", ".分类合计"
# How many wrong totals are tried together: every choice among more would take long.
_MOST_TOGETHER = 8
_MOST_DECIMALS = 8


@dataclass(frozen=True, slots=True)
class Gap:
    """Left minus right, and how far rounding alone may make them part."""

    left: Term
    right: Term
    spread: Spread = EXACT
    # Of a total and its parts: its name, or `台账.分类合计` for the columns' totals against the
    # grand total; the parts; whether the total is their sum rounded to fewer decimals than its
    # table's.
    name: str = ""
    parts: tuple[str, ...] = ()
    coarse: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The figures used."""
        return self.left.names + self.right.names

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts that are unknown."""
        return tuple(dict.fromkeys(self.left.missing + self.right.missing))

    @property
    def difference(self) -> Decimal | None:
        """Left minus right, in the unit of the left; None while either is unknown."""
        left, right = self.left.number, self.right.number
        return None if left is None or right is None or self.missing else left - right

    @property
    def known(self) -> Gap:
        """The gap between a total and those of its parts that are known."""
        return replace(self, right=replace(self.right, missing=()))

    @property
    def is_about(self) -> bool:
        """Whether a 约数 is among them."""
        return self.left.about or self.right.about

    @property
    def is_broken(self) -> bool:
        """Whether the difference is more than rounding explains."""
        gap = self.difference
        return gap is not None and not self.coarse and not self.spread.holds(gap)

    def agrees(self, difference: Decimal, room: Spread = EXACT) -> bool:
        """Tell whether rounding explains another difference, given so much more room."""
        return (self.spread + room).holds(difference)

    def shares_a_slip(self, row: Gap) -> bool:
        """Tell whether a column and a row are out by the same, and have a cell in common."""
        apart = (self.difference or Decimal(0)) - (row.difference or Decimal(0))
        is_other = self.name != row.name and not {*self.parts}.isdisjoint(row.parts)
        return is_other and self.agrees(apart, row.spread)

    @property
    def evidence(self) -> Evidence:
        """Both sides as a finding shows them."""
        gap = self.difference
        bound = self.spread.below if gap is not None and gap > 0 else self.spread.above
        return Evidence(self.left.side, self.right.side, gap, None if gap is None else bound)

    @property
    def apart(self) -> str:
        """The size of the difference as a sentence prints it."""
        return printed(abs(self.difference or Decimal(0)), self.left.unit, self.left.decimals)

    def words(self, subject: str) -> dict[str, str]:
        """Return what a rule's message may put in, with places enough to tell the sides apart."""
        decimals, gap = self.left.decimals, self.difference
        while gap and decimals < _MOST_DECIMALS and not rounded(gap, decimals):
            decimals += 2
        return {
            "项": subject,
            "左名": self.left.label,
            "左": self.left.shown(decimals),
            "右名": self.right.label,
            "右": self.right.shown(decimals),
            "差额": self.apart,
            "容差": printed(self.evidence.tolerance or Decimal(0), self.left.unit, 4),
        }

    def on(self, sheet: Sheet) -> Decimal | None:
        """Return the difference on a sheet, under whatever values that supposes."""
        left, right = self.left.on(sheet), self.right.on(sheet)
        return None if left is None or right is None else left - right


def totals(figures: Figures, rounding: Rounding) -> tuple[Gap, ...]:
    """Return every stated total of every ledger beside the sum of its parts, in file order."""
    found, columns = [], dict[str, list[str]]()
    for name in figures:
        if name.endswith(GAP):
            total = name.removesuffix(GAP)
            parts = figures.parts.get(total) or figures[f"{total}{SUM}"].inputs
            found.append(_total(total, total, parts, figures, rounding))
        ledger, marked, column = name.rpartition(f"{COLUMNS}.")
        if marked and "." not in column:
            columns.setdefault(ledger, []).append(name)
    for ledger, of_columns in columns.items():
        rows = figures.parts[ledger]
        used = {cell.rpartition(".")[2] for row in rows for cell in figures.parts.get(row, ())}
        # Only if the columns' totals cover every cell should they add up.
        if all(row in figures.parts for row in rows) and used <= {
            name.rpartition(".")[2] for name in of_columns
        }:
            whole = f"{ledger}{COLUMNS}"
            found.append(_total(whole, ledger, tuple(of_columns), figures, rounding))
    return tuple(found)


def _total(
    name: str, total: str, parts: Sequence[str], figures: Figures, rounding: Rounding
) -> Gap:
    """Return a stated total beside the sum of its parts: of those known, where some aren't."""
    known = [part for part in parts if figures[part].number is not None]
    left = worked_out(sum_of([total], total), figures, None)
    left = replace(left, missing=(total,) if left.number is None else ())
    label = "各列合计之和" if name != total else "分项之和"
    right = replace(
        worked_out(sum_of(known, label), figures, str(figures[parts[0]].place)),
        name=name if name != total else f"{name}{SUM}",
        missing=tuple(part for part in parts if part not in known),
        decimals=left.decimals,
    )
    gap = Gap(left, right, name=name, parts=tuple(parts))
    coarse = gap.difference is not None and rounding.is_coarse(total, right.number or Decimal(0))
    return replace(gap, spread=rounding.over(gap.on, gap.names), coarse=coarse)


def mended(
    compute: Callable[[Sheet], Decimal | None],
    agrees: Callable[[Decimal, Spread], bool],
    suspects: Sequence[Gap],
    sheet: Sheet,
) -> tuple[Gap, ...]:
    """Return the fewest totals that make something agree once they are their parts' sums.

    `compute` works it out; `agrees` is also told how far those sums may be off by rounding.
    """
    for count in range(1, len(suspects[:_MOST_TOGETHER]) + 1):
        for some in combinations(suspects[:_MOST_TOGETHER] if count > 1 else suspects, count):
            value = sheet.with_({gap.left.name: gap.right.number for gap in some}).tried(compute)
            if value is not None and agrees(value, sum((gap.spread for gap in some), EXACT)):
                return some
    return ()


def blame(culprits: Sequence[Gap]) -> str:
    """Return that some totals are to blame, in words; of none, nothing."""
    names = "、".join(f"“{gap.left.name}”" for gap in culprits)
    if any(gap.is_broken for gap in culprits):
        return f"{names}取分项之和时相符，是同一处错误，错在该合计"
    return f"{names}取分项之和时相符，差的是该合计的尾差" if culprits else ""
