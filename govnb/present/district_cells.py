"""How the district's page writes sums, shares and counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from govnb.evaluate.figure import rounded
from govnb.inputs.values import UNKNOWN
from govnb.present.district_data import Member
from govnb.present.tables import Cell


def total(members: Iterable[Member], name: str) -> Decimal:
    """Return the sum of what the members publish under one name, in its unit."""
    known = (getattr(member, name) for member in members)
    return sum((value for value in known if value is not None), Decimal(0))


def publishing(members: Iterable[Member], *names: str) -> list[Member]:
    """Return the members that publish all of these amounts."""
    return [m for m in members if None not in (getattr(m, name) for name in names)]


def of_all(counted: Sequence[Member], everyone: Sequence[Member]) -> str:
    """Return how many departments a total covers, where these aren't all."""
    return "" if len(counted) == len(everyone) else f"（{len(counted)}个部门）"


def band(score: Decimal | None) -> int:
    """Return the lower end of a score's band of ten points; 100 belongs to the last."""
    assert score is not None
    return min(int(score) // 10 * 10, 90)


def money(value: Decimal) -> str:
    """Return an amount in 万元 with two places."""
    return f"{rounded(value, 2):f}"


def percent(value: Decimal | None) -> str:
    """Return a percentage, or 未公布."""
    return UNKNOWN if value is None else f"{rounded(value, 2):f}%"


def amount_cell(value: Decimal | None) -> Cell:
    """Return the cell of an amount."""
    return Cell(UNKNOWN) if value is None else Cell(money(value), value=value, decimals=2)


def rate_cell(value: Decimal | None) -> Cell:
    """Return the cell of a percentage."""
    return Cell(percent(value), value=value, decimals=2)


def count_cell(value: int) -> Cell:
    """Return the cell of a number of things."""
    return Cell(str(value), value=Decimal(value))
