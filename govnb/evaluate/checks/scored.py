"""What the review needs of a score (`evaluate/score.py`), and nothing more of it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol


class Reading(Protocol):
    """A row and the total under another reading of the facts (另一口径)."""

    @property
    def high(self) -> Decimal | None:
        """The most the row's points could then be."""
        ...

    @property
    def total_low(self) -> Decimal | None:
        """The least the total could then be."""
        ...

    @property
    def total_high(self) -> Decimal | None:
        """The most it could then be."""
        ...


class Indicator(Protocol):
    """A row of the scoring table, with the other readings of its facts."""

    @property
    def id(self) -> str:
        """Its key in the rubric."""
        ...

    @property
    def name(self) -> str:
        """What the indicator is called."""
        ...

    @property
    def weight(self) -> Decimal | None:
        """Full marks; None in a table without points."""
        ...

    @property
    def low(self) -> Decimal | None:
        """The least the evidence supports."""
        ...

    @property
    def high(self) -> Decimal | None:
        """The most the rules allow."""
        ...

    @property
    def published(self) -> Decimal | None:
        """The points the department's own table printed."""
        ...

    @property
    def within(self) -> Decimal:
        """How far those may be off by their own rounding."""
        ...

    @property
    def readings(self) -> Sequence[Reading]:
        """The readings that the rubric or the department names."""
        ...


class Score(Protocol):
    """What the review needs of a score (`evaluate/score.py`): the interval the rules allow."""

    @property
    def title(self) -> str:
        """What the indicator system is called."""
        ...

    @property
    def low(self) -> Decimal | None:
        """The least the evidence supports; None where no points are given."""
        ...

    @property
    def high(self) -> Decimal | None:
        """The most the rules allow."""
        ...

    @property
    def is_partial(self) -> bool:
        """Whether only part of the indicator system is known."""
        ...

    @property
    def statement(self) -> str:
        """The verdict in words, with the assumptions it rests on."""
        ...

    @property
    def indicators(self) -> Sequence[Indicator]:
        """The rows of the scoring table."""
        ...
