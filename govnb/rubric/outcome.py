"""What a rule is given and what it gives: a value that may be open, and points with reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from govnb.rubric.interval import Interval, Presence
from govnb.text.span import Span

EVERYTHING = Span()


@dataclass(frozen=True, slots=True)
class Valued:
    """What a formula or a stated value came to."""

    # Where the value lies: one number, a stated range, or anywhere.
    span: Span = EVERYTHING
    # The value when it is text.
    word: str | None = None
    # Names of the facts it lacks.
    missing: tuple[str, ...] = ()
    # Why it has no value though everything is known (a division by zero).
    problem: str = ""
    # What the reader must know about it: stated, not computed; not proven.
    note: str = ""

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

    # The score or its bounds.
    points: Interval
    # One Chinese sentence.
    reason: str
    # Names of the facts that would narrow the bounds.
    missing: tuple[str, ...] = ()
    # Whether the indicator counts at all.
    presence: Presence = Presence.COUNTED
    # The indicator's value.
    valued: Valued = field(default_factory=Valued)
    # Evidence relied on.
    proofs: tuple[str, ...] = ()
    # What doesn't fit: words the rubric doesn't know, facts that contradict each other.
    notes: tuple[str, ...] = ()
    # The value's unit where it isn't the indicator's.
    unit: str | None = None


def either(*outcomes: Outcome) -> tuple[Interval, Presence]:
    """Return the bounds of the points, and of counting at all, while any of several may hold.

    One that is left out says nothing of the points it would have had.
    """
    presences = {outcome.presence for outcome in outcomes}
    presence = presences.pop() if len(presences) == 1 else Presence.UNSURE
    counted = [o.points for o in outcomes if o.presence is not Presence.LEFT_OUT]
    first, *rest = counted or [outcomes[0].points]
    return first.hull(*rest), presence
