"""A range of values whose every end says whether it belongs to the range.

“0—10%(含)” and “80%(含)—90%” close different ends; a rubric that leaves it open scores
the same department differently in two hands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers from `low` to `high`; None is no bound, an open end is not itself inside."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_open: bool = False
    high_open: bool = False

    @classmethod
    def point(cls, value: Decimal) -> Span:
        """Return the range that holds one value."""
        return cls(value, value)

    @property
    def value(self) -> Decimal | None:
        """The one value it holds, or None when it holds several."""
        return self.low if self.low is not None and self.low == self.high else None

    @property
    def is_empty(self) -> bool:
        """True when no number is inside."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def __contains__(self, value: Decimal) -> bool:
        above = self.low is None or value > self.low or (value == self.low and not self.low_open)
        below = (
            self.high is None or value < self.high or (value == self.high and not self.high_open)
        )
        return above and below

    def meets(self, other: Span) -> bool:
        """Tell whether some number is inside both."""
        return not self.within(other).is_empty

    def within(self, other: Span) -> Span:
        """Return what the two have in common, possibly nothing."""
        low, low_open = _inner((self.low, self.low_open), (other.low, other.low_open), max)
        high, high_open = _inner((self.high, self.high_open), (other.high, other.high_open), min)
        return Span(low, high, low_open, high_open)

    def covers(self, other: Span) -> bool:
        """Tell whether all of the other range is inside this one."""
        return self.within(other) == other


def _inner(
    a: tuple[Decimal | None, bool],
    b: tuple[Decimal | None, bool],
    pick: Callable[[Decimal, Decimal], Decimal],
) -> tuple[Decimal | None, bool]:
    if a[0] is None or b[0] is None:
        return b if a[0] is None else a
    if a[0] == b[0]:
        return a[0], a[1] or b[1]
    return a if pick(a[0], b[0]) == a[0] else b


def holes(
    spans: Sequence[Span], domain: Span, say: Callable[[Decimal], str]
) -> Iterator[tuple[int, str]]:
    """Yield what keeps bands from covering a domain exactly once.

    Yields
    ------
    tuple of int and str
        The band to mend, by its number, and what is wrong with it.
    """
    order = sorted(range(len(spans)), key=lambda i: _start(spans[i]))
    yield from _at_the_ends(spans, order, domain, say)
    for first, second in pairwise(order):
        before, after = spans[first], spans[second]
        if before.high is None or after.low is None:
            yield second, "与另一档重叠：两档都没有封口"
        elif before.high > after.low:
            yield second, f"与另一档重叠：{say(after.low)} 到 {say(before.high)} 落在两档里"
        elif before.high < after.low:
            yield second, f"有空档：{say(before.high)} 到 {say(after.low)} 没有规定得分"
        elif before.high_open and after.low_open:
            yield second, f"有空档：恰好 {say(after.low)} 不在任何一档里"
        elif not before.high_open and not after.low_open:
            yield second, f"与另一档重叠：恰好 {say(after.low)} 落在两档里"


def _start(span: Span) -> tuple[Decimal, bool, Decimal]:
    infinity = Decimal("Infinity")
    low = -infinity if span.low is None else span.low
    return low, span.low_open, infinity if span.high is None else span.high


def _at_the_ends(
    spans: Sequence[Span], order: Sequence[int], domain: Span, say: Callable[[Decimal], str]
) -> Iterator[tuple[int, str]]:
    lowest, highest = spans[order[0]], spans[order[-1]]
    if lowest.low is not None and Span(None, lowest.low, high_open=not lowest.low_open).meets(
        domain
    ):
        yield order[0], f"有空档：{_side(lowest.low, lowest.low_open, '以下', say)}没有规定得分"
    if highest.high is not None and Span(highest.high, None, low_open=not highest.high_open).meets(
        domain
    ):
        yield (
            order[-1],
            f"有空档：{_side(highest.high, highest.high_open, '以上', say)}没有规定得分",
        )


def _side(end: Decimal, is_open: bool, side: str, say: Callable[[Decimal], str]) -> str:
    return f"{say(end)} {side}" + ("（含）" if is_open else "")
