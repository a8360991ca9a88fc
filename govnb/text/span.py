"""A range of values whose every end says whether it belongs to the range.

“0—10%(含)” and “80%(含)—90%” close different ends; a rubric that leaves it open scores
the same department differently in two hands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

_INFINITY = Decimal("Infinity")


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

    # An end as numbers are ordered: what is just inside an open one is beside it.
    @property
    def _from(self) -> tuple[Decimal, int]:
        return (-_INFINITY if self.low is None else self.low), int(self.low_open)

    @property
    def _to(self) -> tuple[Decimal, int]:
        return (_INFINITY if self.high is None else self.high), -int(self.high_open)

    @property
    def is_empty(self) -> bool:
        """True when no number is inside."""
        return self._from > self._to

    def __contains__(self, value: Decimal) -> bool:
        return self._from <= (value, 0) <= self._to

    def meets(self, other: Span) -> bool:
        """Tell whether some number is inside both."""
        return not self.within(other).is_empty

    def within(self, other: Span) -> Span:
        """Return what the two have in common, possibly nothing."""
        low = max(self, other, key=lambda span: span._from)
        high = min(self, other, key=lambda span: span._to)
        return Span(low.low, high.high, low.low_open, high.high_open)


def holes(
    spans: Sequence[Span], domain: Span, say: Callable[[Decimal], str]
) -> Iterator[tuple[int, str]]:
    """Yield what keeps bands from covering a domain exactly once.

    Yields
    ------
    tuple of int and str
        The band to mend, by its number, and what is wrong with it.
    """
    order = sorted(range(len(spans)), key=lambda i: (spans[i]._from, spans[i]._to[0]))
    low, high = spans[order[0]], spans[order[-1]]
    below, above = Span(None, low.low, high_open=not low.low_open), high.high
    if low.low is not None and below.meets(domain):
        end = f"{say(low.low)} 以下{'（含）' if low.low_open else ''}"
        yield order[0], f"有空档：{end}没有规定得分"
    if above is not None and Span(above, None, low_open=not high.high_open).meets(domain):
        end = f"{say(above)} 以上{'（含）' if high.high_open else ''}"
        yield order[-1], f"有空档：{end}没有规定得分"
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
