"""What a rule gives: a value that may be open, points between two bounds, and what they sum to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from govnb.sheet.expression import settled
from govnb.sheet.score import interval_text
from govnb.text.measure import Span

EVERYTHING = Span()
ZERO = Decimal(0)


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
        return cls(sum((i.low for i in every), ZERO), sum((i.high for i in every), ZERO))

    @property
    def is_exact(self) -> bool:
        """True when nothing is left open."""
        return self.low == self.high

    @property
    def width(self) -> Decimal:
        """How many points are undetermined."""
        return self.high - self.low

    @property
    def said(self) -> str:
        """What a reason ends with: 得 4 分, 得分在 0—5 分之间."""
        return f"得 {self} 分" if self.is_exact else f"得分在 {self} 分之间"

    def __contains__(self, points: Decimal) -> bool:
        return self.low <= points <= self.high

    def __str__(self) -> str:
        """Return it as a table prints it: `4` or `0—5`."""
        return interval_text(self.low, self.high)

    def times(self, each: Decimal) -> Interval:
        """Return this interval of a count, with what one costs."""
        return Interval(self.low * each, self.high * each)

    def within(self, limits: Interval) -> Interval:
        """Return this interval with both ends moved into the limits."""
        low, high = (min(max(e, limits.low), limits.high) for e in (self.low, self.high))
        return Interval(low, high)


NOTHING = Interval.exactly(ZERO)


@dataclass(frozen=True, slots=True)
class Valued:
    """What a formula or a stated value came to."""

    span: Span = EVERYTHING  # where the value lies: one number, a stated range, or anywhere
    word: str | None = None  # the value when it is text
    missing: tuple[str, ...] = ()  # names of the facts it lacks
    problem: str = ""  # why it has no value though everything is known (a division by zero)
    note: str = ""  # what the reader must know about it: stated, not computed; not proven

    @property
    def number(self) -> Decimal | None:
        """The value when it is one known number."""
        return self.span.value

    @property
    def is_known(self) -> bool:
        """True when there is a number, a word, or a definite reason for having neither."""
        return self.number is not None or self.word is not None or bool(self.problem)


@dataclass(frozen=True)
class Outcome:
    """What a rule gives, and why."""

    points: Interval  # the score or its bounds
    reason: str  # one Chinese sentence
    missing: tuple[str, ...] = ()  # names of the facts that would narrow the bounds
    # False when it is left out of the table (剔除), None while that is open.
    counts: bool | None = True
    valued: Valued = field(default_factory=Valued)  # the indicator's value
    proofs: tuple[str, ...] = ()  # evidence relied on beside that for the indicator as a whole
    # What doesn't fit: words the rubric doesn't know, facts that contradict each other.
    notes: tuple[str, ...] = ()
    unit: str | None = None  # the value's unit where it isn't the indicator's


def either(*outcomes: Outcome) -> tuple[Interval, bool | None]:
    """Return the bounds of the points, and of counting at all, while any of several may hold."""
    ways = {outcome.counts for outcome in outcomes}
    counts = ways.pop() if len(ways) == 1 else None
    counted = [o.points for o in outcomes if o.counts is not False]
    return Interval.around(counted or [outcomes[0].points]), counts


@dataclass(frozen=True, slots=True)
class Part:
    """One indicator's share of the total."""

    points: Interval
    weight: Decimal
    counts: bool | None = True


def total(parts: Iterable[Part]) -> Interval | None:
    """Add scores up; what is left out has its weight spread over the rest in proportion.

    The rule is “剔除后按比例折算”: the points earned, times the table's full marks, over
    the weights that count. Where it is open whether an indicator counts, both cases are
    inside the bounds. None when nothing counts.
    """
    every = list(parts)
    if all(part.counts is False for part in every):
        return None
    return Interval(_extreme(every, "low", -1), _extreme(every, "high", 1))


def _extreme(parts: Sequence[Part], end: str, sign: int) -> Decimal:
    """Return the best (or worst) total over every choice of the parts that may count.

    Adding a fraction a/b to A/B raises it just when a/b is higher, so taking them from
    the highest down for as long as they raise it is optimal.
    """
    points = weight = ZERO
    unsure: list[tuple[Decimal, Decimal]] = []
    for part in parts:
        pair = getattr(part.points, end), part.weight
        if part.counts is True:
            points, weight = points + pair[0], weight + pair[1]
        elif part.counts is None:
            unsure.append(pair)
    for p, w in sorted(unsure, key=lambda pair: -sign * pair[0] / pair[1]):
        if weight == 0 or sign * (p * weight - points * w) > 0:
            points, weight = points + p, weight + w
    whole = sum((part.weight for part in parts), ZERO)
    # Multiplied before divided, so that full marks stay full marks.
    return settled(points if weight == whole else points * whole / weight)


def share(parts: Sequence[Part]) -> Decimal:
    """Return how many points of the total a point is worth, once others are left out."""
    left = sum((p.weight for p in parts if p.counts is not False), ZERO)
    return settled(sum((p.weight for p in parts), ZERO) / left) if left else Decimal(1)


def stake(parts: Sequence[Part], number: int) -> Decimal:
    """Return how many points of the total hang on whether one indicator counts."""
    part = parts[number]
    if part.counts is not None:
        return ZERO
    ways = []
    for counts in (True, False):
        way = total([*parts[:number], replace(part, counts=counts), *parts[number + 1 :]])
        if way is None:
            return ZERO
        ways.append(way)
    counted, without = ways
    return max(abs(counted.low - without.low), abs(counted.high - without.high))
