"""A department's score: each indicator's points or bounds, the total, and the verdict.

Plain data: the rubric makes it, the review and the report read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from govnb.sheet import score_words as words
from govnb.sheet.expression import settled
from govnb.sheet.figure import exact
from govnb.text.place import Place

UNEXPLAINED = "未达目标，没有写偏差原因"
# Where no fact of the department's would settle it.
UNRULED = "原文没有写怎么计分，要找到原文的规定"


@dataclass(frozen=True)
class ReadingScore:
    """另一口径: what an indicator and the total would be under another reading of the facts."""

    # What the reading is called, and why one might take it.
    name: str
    note: str
    # The values it takes instead; empty when it takes another formula.
    assumption: str
    # The indicator's value, a percentage as such.
    value: Decimal | None
    # The formula with its numbers put in.
    formula_filled: str
    # The indicator's points.
    low: Decimal | None
    high: Decimal | None
    # The total's.
    total_low: Decimal | None
    total_high: Decimal | None

    def as_dict(self) -> dict[str, object]:
        """Return the reading for JSON."""
        total = {"low": text_of(self.total_low), "high": text_of(self.total_high)}
        return _shown(self, "name note assumption value formula_filled low high") | {"total": total}


@dataclass(frozen=True)
class IndicatorScore:
    """One row of the scoring table."""

    # Its key in the rubric, and what the table calls it.
    id: str
    name: str
    # The first- and second-level indicators above it.
    groups: tuple[str, ...]
    # Full marks; None in a table without points.
    weight: Decimal | None
    # In `unit`: a percentage as such.
    value: Decimal | None
    # The value's unit.
    unit: str
    # The score, exact when both meet; None in a table without points.
    low: Decimal | None
    high: Decimal | None
    # The rule's identifier (`banded`); None where no rule is known.
    rule: str | None
    # The rule's kind in Chinese.
    rule_name: str
    # The rule in the document's own words.
    statement: str
    # The formula, and the same with its numbers put in.
    formula: str
    formula_filled: str
    # Why so many points.
    reason: str
    # Names of the facts that would narrow the bounds.
    missing: tuple[str, ...]
    # What is shown, and what the rubric asks for.
    evidence: str
    evidence_required: str
    # 口径: budget or final accounts; the assumption the department's facts rest on.
    basis: str
    # Where the rule is from, and how well attested.
    source: str
    mark: str
    # False when left out as not applicable, None while that is open.
    counts: bool | None
    # The points the department's own scoring table printed.
    published: Decimal | None
    # How far those may be off by their own rounding.
    within: Decimal
    # What other readings would give.
    readings: tuple[ReadingScore, ...]
    # The department's reason for missing its own target (偏差原因) and remedy.
    shortfall: str
    # The line of the rubric, or of the department's list.
    place: Place
    # What the rubric and the department say besides (说明).
    note: str = ""
    # Points of the total that one of its points is worth, once others are left out.
    share: Decimal = Decimal(1)
    # Points of the total that hang on whether it counts, while that is open.
    stake: Decimal = Decimal(0)

    @property
    def group(self) -> str:
        """The first-level indicator."""
        return self.groups[0] if self.groups else self.name

    @property
    def won(self) -> Decimal:
        """Points of the total earned for certain."""
        if self.low is None or self.counts is False:
            return Decimal(0)
        return settled(self.low * self.share)

    @property
    def lost(self) -> Decimal:
        """Points of the total lost for certain."""
        if self.weight is None or self.high is None or self.counts is False:
            return Decimal(0)
        return settled((self.weight - self.high) * self.share)

    @property
    def undetermined(self) -> Decimal:
        """Points of the total that evidence would decide."""
        if self.low is None or self.high is None or self.counts is False:
            return Decimal(0)
        return settled((self.high - self.low) * self.share)

    @property
    def at_stake(self) -> Decimal:
        """Points of the total that would settle with this row: its own, and its counting."""
        return self.undetermined + self.stake

    @property
    def score_text(self) -> str:
        """The score as a table prints it: `4`, `0—5`, 不计分, 剔除."""
        if self.counts is False:
            return "剔除"
        return interval_text(self.low, self.high) or "不计分"

    @property
    def deduction(self) -> str:
        """The points taken off, or their bounds."""
        if self.weight is None or self.low is None or self.high is None or self.counts is False:
            return ""
        return interval_text(self.weight - self.high, self.weight - self.low)

    @property
    def reproducible(self) -> bool | None:
        """Whether the printed points follow from the facts; None while that is open."""
        return reproducible(self.published, self.low, self.high, self.within)

    def as_dict(self) -> dict[str, object]:
        """Return the shape the JSON contract fixes for an indicator, and more."""
        names = (
            "id name group groups weight value unit low high rule rule_name statement formula"
            " formula_filled reason deduction missing evidence evidence_required basis source mark"
            " counts published reproducible readings shortfall note"
        )
        return _shown(self, names) | {"origin": str(self.place)}


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
    """A department's score under one rubric."""

    # The rubric's name and what the table is called.
    rubric: str
    title: str
    # In table order.
    indicators: tuple[IndicatorScore, ...]
    # The total; None where the rubric gives no points.
    low: Decimal | None
    high: Decimal | None
    # The full marks of what was scored.
    full: Decimal
    # Whether only part of the table is known; whether it gives points at all.
    is_partial: bool
    is_weighted: bool
    # The grades the total may have, best first; one when it is certain.
    grades: tuple[str, ...]
    # The score the department's report printed.
    published: Decimal | None
    # How far that may be off by its own rounding.
    within: Decimal
    # The verdict in words: the total, and whether the published score can be reproduced.
    statement: str
    # Facts of the department's file that this rubric didn't use, and other remarks.
    notes: tuple[str, ...]
    # Where the rubric is from.
    source: str
    # What one must know when this rubric is used (说明).
    about: str = ""
    # 试算: the values tried out; such a score must not be taken for the report's.
    overrides: Mapping[str, str] = field(default_factory=dict)
    # Why a total has no grade; empty where it has one, or the table gives none.
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
                i.evidence_required or words.listing(i.missing) or UNRULED,
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


def reproducible(
    published: Decimal | None, low: Decimal | None, high: Decimal | None, within: Decimal
) -> bool | None:
    """Tell whether a printed score is the computed one; None while evidence is missing.

    `within` is half of its last printed digit, as for every published figure.
    """
    if published is None or low is None or high is None:
        return None
    if not low - within <= published <= high + within:
        return False
    return True if low == high else None


def interval_text(low: Decimal | None, high: Decimal | None) -> str:
    """Return `4`, `0—5`, or nothing when there is no score."""
    if low is None or high is None:
        return ""
    return words.points(low) if low == high else f"{words.points(low)}—{words.points(high)}"


def text_of(number: Decimal | None) -> str | None:
    """Return a number as JSON carries it: full precision, as text."""
    return None if number is None else words.plain(Decimal(exact(number)))


def _shown(part: object, names: str) -> dict[str, object]:
    """Return some attributes of a part of a score as JSON carries them."""
    return {name: _json(getattr(part, name)) for name in names.split()}


def _json(value: object) -> object:
    if isinstance(value, Decimal):
        return text_of(value)
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    return value.as_dict() if isinstance(value, ReadingScore) else value
