"""A department's score as plain data: the rubric makes it, the review and the report read it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from govnb.sheet import score_words as words
from govnb.sheet.expression import settled
from govnb.text.faults import Place

UNEXPLAINED = "未达目标，没有写偏差原因"
# Where no fact of the department's would settle it.
UNRULED = "原文没有写怎么计分，要找到原文的规定"


@dataclass(frozen=True)
class ReadingScore:
    """另一口径: what an indicator and the total would be under another reading of the facts."""

    name: str  # what the reading is called
    note: str  # why one might take it
    assumption: str  # the values it takes instead; empty when it takes another formula
    value: Decimal | None  # the indicator's, a percentage as such
    formula_filled: str  # with its numbers put in
    low: Decimal | None  # the indicator's points
    high: Decimal | None
    total_low: Decimal | None
    total_high: Decimal | None

    @property
    def taken(self) -> str:
        """What is taken otherwise: other values, or another formula."""
        return self.assumption or self.formula_filled

    def as_dict(self) -> dict[str, object]:
        """Return the reading for JSON."""
        total = {"low": _json(self.total_low), "high": _json(self.total_high)}
        return _shown(self, "name note assumption value formula_filled low high") | {"total": total}


@dataclass(frozen=True)
class IndicatorScore:
    """One row of the scoring table."""

    id: str  # its key in the rubric
    name: str  # what the table calls it
    groups: tuple[str, ...]  # the first- and second-level indicators above it
    weight: Decimal | None  # full marks; None in a table without points
    value: Decimal | None  # in `unit`: a percentage as such
    unit: str
    low: Decimal | None  # the score, exact when both meet; None in a table without points
    high: Decimal | None
    rule: str | None  # the rule's identifier (`banded`); None where no rule is known
    rule_name: str  # the rule's kind in Chinese
    statement: str  # the rule in the document's own words
    formula: str
    formula_filled: str  # with its numbers put in
    reason: str  # why so many points
    missing: tuple[str, ...]  # names of the facts that would narrow the bounds
    evidence: str  # what is shown
    evidence_required: str  # what the rubric asks for
    basis: str  # 口径: budget or final accounts; the assumption the department's facts rest on
    source: str  # where the rule is from
    mark: str  # how well attested it is
    counts: bool | None  # False when left out as not applicable, None while that is open
    published: Decimal | None  # the points the department's own scoring table printed
    readings: tuple[ReadingScore, ...]
    shortfall: str  # the reason for missing its own target (偏差原因), and the remedy
    place: Place  # the line of the rubric, or of the department's list
    note: str = ""  # what the rubric and the department say besides (说明)
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
        return self._of_total(self.low, Decimal(0))

    @property
    def lost(self) -> Decimal:
        """Points of the total lost for certain."""
        return self._of_total(self.weight, self.high)

    @property
    def undetermined(self) -> Decimal:
        """Points of the total that evidence would decide."""
        return self._of_total(self.high, self.low)

    def _of_total(self, more: Decimal | None, less: Decimal | None) -> Decimal:
        if more is None or less is None or self.counts is False:
            return Decimal(0)
        return settled((more - less) * self.share)

    @property
    def at_stake(self) -> Decimal:
        """Points of the total that would settle with this row: its own, and its counting."""
        return self.undetermined + self.stake

    @property
    def wanted(self) -> str:
        """The evidence that would settle it: the paper asked for, else the figures themselves."""
        return self.evidence_required or words.listing(self.missing) or UNRULED

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
        return reproducible(self.published, self.low, self.high)

    def as_dict(self) -> dict[str, object]:
        """Return the shape the JSON contract fixes for an indicator, and more."""
        names = (
            "id name group groups weight value unit low high rule rule_name statement formula"
            " formula_filled reason deduction missing evidence evidence_required basis source mark"
            " counts published reproducible readings shortfall note"
        )
        return _shown(self, names) | {"origin": str(self.place)}


@dataclass(frozen=True)
class Score:
    """A department's score under one rubric."""

    rubric: str  # its name
    title: str  # what the table is called
    indicators: tuple[IndicatorScore, ...]  # in table order
    low: Decimal | None  # the total; None where the rubric gives no points
    high: Decimal | None
    full: Decimal  # the full marks of what was scored
    is_partial: bool  # only part of the table is known
    is_weighted: bool  # it gives points at all
    grades: tuple[str, ...]  # that the total may have, best first; one when it is certain
    published: Decimal | None  # the score the department's report printed
    statement: str  # the total, and whether the published score can be reproduced, in words
    notes: tuple[str, ...]  # facts of the department's that weren't used, and other remarks
    source: str  # where the rubric is from
    about: str = ""  # what one must know when this rubric is used (说明)
    # 试算: the values tried out; such a score must not be taken for the report's.
    overrides: Mapping[str, str] = field(default_factory=dict)
    # How the department's own weights differ from the usual ones.
    hints: Mapping[str, str] = field(default_factory=dict)
    ungraded: str = ""  # why a total has no grade; empty where it has one, or the table gives none
    # Each grade with the least points it asks for, best first; none where the total has no grade.
    limits: tuple[tuple[str, Decimal], ...] = ()
    # What isn't transcribed of the table (未转录), and its points.
    untold: tuple[tuple[str, Decimal], ...] = ()

    @property
    def out_of(self) -> str:
        """The total as a card shows it: `19—95 / 100分`."""
        return f"{self.total_text} / {words.points(self.full)}分"

    @property
    def grade_text(self) -> str:
        """The grade, or the span of grades: 优, 优—良."""
        return "—".join(dict.fromkeys([*self.grades[:1], *self.grades[-1:]]))

    @property
    def total_text(self) -> str:
        """The total as a table prints it: `95`, `19—95`, 不计分."""
        if self.low is None or self.high is None:
            return "不计分"
        return "—".join(dict.fromkeys(map(words.total, (self.low, self.high))))

    @property
    def reproducible(self) -> bool | None:
        """Whether the published score follows from the facts; None while that is open."""
        if self.is_partial:
            return None
        return reproducible(self.published, self.low, self.high)

    @property
    def narrowing(self) -> tuple[IndicatorScore, ...]:
        """The rows whose evidence would narrow the total, most points first.

        Of a row whose rule nobody has seen no evidence would.
        """
        still_open = [row for row in self.indicators if row.at_stake and row.wanted != UNRULED]
        return tuple(sorted(still_open, key=lambda row: -row.at_stake))

    def as_dict(self) -> dict[str, object]:
        """Return the shape the JSON contract fixes for a score, and more."""
        return (
            _shown(self, "rubric title source about")
            | {
                "trial": bool(self.overrides),
                "overrides": dict(self.overrides),
                "total": {"low": _json(self.low), "high": _json(self.high)},
                "full": _json(self.full),
                "partial": self.is_partial,
                "grade": list(self.grades),
            }
            | _shown(self, "grade_text published reproducible statement")
            | _shown(self, "indicators notes")
            | {
                "narrowing": [
                    _shown(row, "id name missing")
                    | {"points": _json(row.at_stake), "evidence_required": row.wanted}
                    for row in self.narrowing
                ]
            }
        )


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
    published: Decimal | None, low: Decimal | None, high: Decimal | None
) -> bool | None:
    """Tell whether a printed score is the computed one; None while evidence is missing."""
    if published is None or low is None or high is None:
        return None
    within = half_digit(published)
    if not low - within <= published <= high + within:
        return False
    return True if low == high else None


def half_digit(printed: Decimal) -> Decimal:
    """Return half of the last digit of a printed number: how far its rounding may move it."""
    exponent = printed.as_tuple().exponent
    return Decimal(5).scaleb(min(0, exponent if isinstance(exponent, int) else 0) - 1)


def interval_text(low: Decimal | None, high: Decimal | None) -> str:
    """Return `4`, `0—5`, or nothing when there is no score."""
    if low is None or high is None:
        return ""
    return words.points(low) if low == high else f"{words.points(low)}—{words.points(high)}"


def _shown(part: object, names: str) -> dict[str, object]:
    """Return some attributes of a part of a score as JSON carries them."""
    return {name: _json(getattr(part, name)) for name in names.split()}


def _json(value: object) -> object:
    """Return a value as JSON carries it: a number in full precision, as text."""
    if isinstance(value, Decimal):
        return words.plain(value)
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    return value.as_dict() if isinstance(value, ReadingScore | IndicatorScore) else value
