"""What the review needs of a score (`evaluate/score.py`), and nothing more of it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol


class Reading(Protocol):
    """The total under another reading of the facts (另一口径)."""

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
