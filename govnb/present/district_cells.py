"""How the district's page writes sums, shares and counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from govnb.present.district_data import Member
from govnb.present.tables import Cell
from govnb.sheet.figure import number_text
from govnb.text.values import UNKNOWN


def total(members: Iterable[Member], name: str) -> Decimal | None:
    """Return the sum of what the members publish under one name; None where none does."""
    known = [value for m in members if (value := getattr(m, name)) is not None]
    return sum(known, Decimal(0)) if known else None


def publishing(members: Iterable[Member], *names: str) -> list[Member]:
    """Return the members that publish all of these amounts."""
    return [m for m in members if None not in (getattr(m, name) for name in names)]


def compared(members: Iterable[Member], pair: Sequence[str], name: str) -> str | None:
    """Return a sum over the members that publish a pair of amounts, for programs."""
    found = total(publishing(members, *pair), name)
    return None if found is None else f"{found:f}"


def by_public_rate(member: Member) -> tuple[bool, Decimal, str]:
    """Order by what 三公经费 took of its budget; what nobody budgeted is worse than any rate."""
    unplanned = member.public_budget == 0 and bool(member.public_actual)
    return not unplanned, -(member.public_rate or Decimal(-1)), member.department


def of_all(counted: Sequence[Member], everyone: Sequence[Member]) -> str:
    """Return how many departments a total covers, where these aren't all."""
    return "" if len(counted) == len(everyone) else f"（{len(counted)}个部门）"


def band(score: Decimal | None) -> int:
    """Return the lower end of a score's band of ten points; 100 belongs to the last."""
    assert score is not None
    return min(int(score) // 10 * 10, 90)


def money(value: Decimal | None) -> str:
    """Return an amount in 万元 with two places, or 未公布."""
    return UNKNOWN if value is None else f"{number_text(value, padded=True)}万元"


def percent(value: Decimal | None) -> str:
    """Return a percentage, or 未公布."""
    return UNKNOWN if value is None else f"{number_text(value, padded=True)}%"


def amount_cell(value: Decimal | None) -> Cell:
    """Return the cell of an amount."""
    if value is None:
        return Cell(UNKNOWN)
    return Cell(number_text(value, padded=True), value=value, decimals=2)


def rate_cell(value: Decimal | None) -> Cell:
    """Return the cell of a percentage."""
    return Cell(percent(value), value=value, decimals=2)


def share_cell(part: Decimal | None, whole: Decimal | None) -> Cell:
    """Return the cell of a share; of nothing there is none, and that is said."""
    if whole == 0 and part:
        return Cell("预算为0")
    return rate_cell(part / whole * 100 if part is not None and whole else None)


def count_cell(value: int) -> Cell:
    """Return the cell of a number of things."""
    return Cell(str(value), value=Decimal(value))
