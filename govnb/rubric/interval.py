"""Scores that are only known to lie between two bounds, and what they add up to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum

from govnb.sheet.expression import settled
from govnb.sheet.score import interval_text


@dataclass(frozen=True, slots=True)
class Interval:
    """Points from `low` to `high`, both included; exact when they are equal."""

    low: Decimal
    high: Decimal

    @classmethod
    def exactly(cls, points: Decimal) -> Interval:
        """Return the interval that holds one score."""
        return cls(points, points)

    @classmethod
    def around(cls, intervals: Iterable[Interval]) -> Interval:
        """Return the smallest interval around several."""
        every = list(intervals)
        return cls(min(i.low for i in every), max(i.high for i in every))

    @classmethod
    def sum(cls, intervals: Iterable[Interval]) -> Interval:
        """Return what several add up to."""
        every = list(intervals)
        lows, highs = (i.low for i in every), (i.high for i in every)
        return cls(sum(lows, Decimal(0)), sum(highs, Decimal(0)))

    @property
    def is_exact(self) -> bool:
        """True when nothing is left open."""
        return self.low == self.high

    @property
    def width(self) -> Decimal:
        """How many points are undetermined."""
        return self.high - self.low

    def __contains__(self, points: Decimal) -> bool:
        return self.low <= points <= self.high

    def __str__(self) -> str:
        """Return it as a table prints it: `4` or `0—5`."""
        return interval_text(self.low, self.high)

    def hull(self, *others: Interval) -> Interval:
        """Return the smallest interval around this one and others."""
        return Interval.around((self, *others))

    def within(self, limits: Interval) -> Interval:
        """Return this interval with both ends moved into the limits."""
        return Interval(
            min(max(self.low, limits.low), limits.high),
            min(max(self.high, limits.low), limits.high),
        )


class Presence(Enum):
    """Whether an indicator counts: 不适用 may leave it out of the table (剔除)."""

    COUNTED = "计分"
    LEFT_OUT = "剔除"
    UNSURE = "是否剔除未定"


@dataclass(frozen=True, slots=True)
class Part:
    """One indicator's share of the total."""

    points: Interval
    weight: Decimal
    presence: Presence = Presence.COUNTED


def total(parts: Iterable[Part]) -> Interval | None:
    """Add scores up; what is left out has its weight spread over the rest in proportion.

    The rule is “剔除后按比例折算”: the points earned, times the table's full marks, over
    the weights that count. Where it is open whether an indicator counts, both cases are
    inside the bounds.

    Returns
    -------
    Interval or None
        None when nothing counts.
    """
    every = list(parts)
    whole = sum((part.weight for part in every), Decimal(0))
    sure = [part for part in every if part.presence is Presence.COUNTED]
    unsure = [part for part in every if part.presence is Presence.UNSURE]
    if not sure and not unsure:
        return None
    if len(sure) == len(every):
        return Interval(
            settled(sum((part.points.low for part in every), Decimal(0))),
            settled(sum((part.points.high for part in every), Decimal(0))),
        )
    low = _extreme(_pairs(sure, "low"), _pairs(unsure, "low"), -1)
    high = _extreme(_pairs(sure, "high"), _pairs(unsure, "high"), 1)
    # Multiplied before divided, so that full marks stay full marks.
    return Interval(settled(low[0] * whole / low[1]), settled(high[0] * whole / high[1]))


def share(parts: Iterable[Part]) -> Decimal:
    """Return how many points of the total a point is worth, once others are left out."""
    every = list(parts)
    whole = sum((part.weight for part in every), Decimal(0))
    left = sum((p.weight for p in every if p.presence is not Presence.LEFT_OUT), Decimal(0))
    return settled(whole / left) if left else Decimal(1)


def stake(parts: Sequence[Part], number: int) -> Decimal:
    """Return how many points of the total hang on whether one indicator counts."""
    if parts[number].presence is not Presence.UNSURE:
        return Decimal(0)
    ways = [list(parts), list(parts)]
    for way, presence in zip(ways, (Presence.COUNTED, Presence.LEFT_OUT), strict=True):
        way[number] = replace(parts[number], presence=presence)
    counted, without = map(total, ways)
    if counted is None or without is None:
        return Decimal(0)
    return max(abs(counted.low - without.low), abs(counted.high - without.high))


def _pairs(parts: Sequence[Part], end: str) -> list[tuple[Decimal, Decimal]]:
    return [(getattr(part.points, end), part.weight) for part in parts]


def _extreme(
    sure: Sequence[tuple[Decimal, Decimal]],
    unsure: Sequence[tuple[Decimal, Decimal]],
    sign: int,
) -> tuple[Decimal, Decimal]:
    """Return the points and weights with the best (or worst) share over every choice.

    Adding a fraction a/b to A/B raises it just when a/b is higher, so taking them from
    the highest down for as long as they raise it is optimal.
    """
    points = sum((p for p, _ in sure), Decimal(0))
    weight = sum((w for _, w in sure), Decimal(0))
    for p, w in sorted(unsure, key=lambda pair: -sign * pair[0] / pair[1]):
        if weight == 0 or sign * (p * weight - points * w) > 0:
            points, weight = points + p, weight + w
    return points, weight
