"""A department's score: each indicator's points or bounds, the total, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from govnb.evaluate import score_words as words
from govnb.evaluate.score_row import IndicatorScore, reproducible, text_of
from govnb.evaluate.score_words import listing

# Where no fact of the department's would settle it.
UNRULED = "原文没有写怎么计分，要找到原文的规定"


@dataclass(frozen=True)
class Gap:
    """Evidence that would narrow the total: which, for which indicator, by how many points."""

    id: str
    name: str
    points: Decimal
    missing: tuple[str, ...]
    required: str

    def as_dict(self) -> dict[str, object]:
        """Return the gap for JSON."""
        return {
            "id": self.id,
            "name": self.name,
            "points": text_of(self.points),
            "missing": list(self.missing),
            "evidence_required": self.required,
        }


@dataclass(frozen=True)
class Score:
    """A department's score under one rubric.

    Attributes
    ----------
    rubric, title : str
        The rubric's name and what the table is called.
    indicators : tuple of IndicatorScore
        In table order.
    low, high : Decimal or None
        The total; None where the rubric gives no points.
    full : Decimal
        The full marks of what was scored.
    is_partial, is_weighted : bool
        Whether only part of the table is known; whether it gives points at all.
    grades : tuple of str
        The grades the total may have, best first; one when it is certain.
    published : Decimal or None
        The score the department's report printed.
    within : Decimal
        How far that may be off by its own rounding.
    statement : str
        The verdict in words: the total, and whether the published score can be reproduced.
    notes : tuple of str
        Facts of the department's file that this rubric didn't use, and other remarks.
    source : str
        Where the rubric is from.
    about : str
        What one must know when this rubric is used (说明).
    overrides : mapping of str to str
        试算: the values tried out; such a score must not be taken for the report's.
    ungraded : str
        Why a total has no grade; empty where it has one, or the table gives none.
    """

    rubric: str
    title: str
    indicators: tuple[IndicatorScore, ...]
    low: Decimal | None
    high: Decimal | None
    full: Decimal
    is_partial: bool
    is_weighted: bool
    grades: tuple[str, ...]
    published: Decimal | None
    within: Decimal
    statement: str
    notes: tuple[str, ...]
    source: str
    about: str = ""
    overrides: Mapping[str, str] = field(default_factory=dict)
    ungraded: str = ""

    @property
    def grade_text(self) -> str:
        """The grade, or the span of grades: 优, 优—良."""
        if len(self.grades) < 2:
            return "".join(self.grades)
        return f"{self.grades[0]}—{self.grades[-1]}"

    @property
    def total_text(self) -> str:
        """The total as a table prints it: `95`, `19—95`, 不计分."""
        if self.low is None or self.high is None:
            return "不计分"
        ends = dict.fromkeys(words.total(end) for end in (self.low, self.high))
        return "—".join(ends)

    @property
    def reproducible(self) -> bool | None:
        """Whether the published score follows from the facts; None while that is open."""
        if self.is_partial:
            return None
        return reproducible(self.published, self.low, self.high, self.within)

    @property
    def narrowing(self) -> tuple[Gap, ...]:
        """What evidence would narrow the total most, most points first."""
        gaps = [
            # Where the rubric asks for no paper, the figures themselves are what is wanted.
            Gap(
                i.id,
                i.name,
                i.at_stake,
                i.missing,
                i.evidence_required or listing(i.missing) or UNRULED,
            )
            for i in self.indicators
            if i.at_stake
        ]
        return tuple(sorted(gaps, key=lambda gap: -gap.points))

    def as_dict(self) -> dict[str, object]:
        """Return the shape the JSON contract fixes for a score, and more."""
        return {
            "rubric": self.rubric,
            "title": self.title,
            "source": self.source,
            "about": self.about,
            "trial": bool(self.overrides),
            "overrides": dict(self.overrides),
            "total": {"low": text_of(self.low), "high": text_of(self.high)},
            "full": text_of(self.full),
            "partial": self.is_partial,
            "grade": list(self.grades),
            "grade_text": self.grade_text,
            "published": text_of(self.published),
            "reproducible": self.reproducible,
            "statement": self.statement,
            "indicators": [indicator.as_dict() for indicator in self.indicators],
            "narrowing": [gap.as_dict() for gap in self.narrowing],
            "notes": list(self.notes),
        }


def grades_between(
    grades: Iterable[tuple[str, Decimal]], low: Decimal, high: Decimal
) -> tuple[str, ...]:
    """Return the grades from the best to the worst a total may have.

    Each grade begins at its lowest score and ends just short of the next (rubrics.md §5:
    “80—89” would leave 89.5 without one).
    """
    found, above = [], None
    for name, lowest in grades:
        if high >= lowest and (above is None or low < above):
            found.append(name)
        above = lowest
    return tuple(found)
