"""One row of the scoring table, and what other readings of the facts would make of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from govnb.evaluate import score_words as words
from govnb.evaluate.expression import settled
from govnb.evaluate.figure import exact
from govnb.inputs.place import Place

UNEXPLAINED = "未达目标，没有写偏差原因"


@dataclass(frozen=True)
class ReadingScore:
    """另一口径: what an indicator and the total would be under another reading of the facts.

    Attributes
    ----------
    name, note : str
        What the reading is called, and why one might take it.
    assumption : str
        The values it takes instead; empty when it takes another formula.
    value : Decimal or None
        The indicator's value, a percentage as such.
    formula_filled : str
        The formula with its numbers put in.
    low, high : Decimal or None
        The indicator's points.
    total_low, total_high : Decimal or None
        The total's.
    """

    name: str
    note: str
    assumption: str
    value: Decimal | None
    formula_filled: str
    low: Decimal | None
    high: Decimal | None
    total_low: Decimal | None
    total_high: Decimal | None

    def as_dict(self) -> dict[str, object]:
        """Return the reading for JSON."""
        return {
            "name": self.name,
            "note": self.note,
            "assumption": self.assumption,
            "value": text_of(self.value),
            "formula_filled": self.formula_filled,
            "low": text_of(self.low),
            "high": text_of(self.high),
            "total": {"low": text_of(self.total_low), "high": text_of(self.total_high)},
        }


@dataclass(frozen=True)
class IndicatorScore:
    """One row of the scoring table.

    Attributes
    ----------
    id, name : str
        Its key in the rubric, and what the table calls it.
    groups : tuple of str
        The first- and second-level indicators above it.
    weight : Decimal or None
        Full marks; None in a table without points.
    value : Decimal or None
        In `unit`: a percentage as such.
    unit : str
        The value's unit.
    low, high : Decimal or None
        The score, exact when both meet; None in a table without points.
    rule : str or None
        The rule's identifier (`banded`); None where no rule is known.
    rule_name : str
        The rule's kind in Chinese.
    statement : str
        The rule in the document's own words.
    formula, formula_filled : str
        The formula, and the same with its numbers put in.
    reason : str
        Why so many points.
    missing : tuple of str
        Names of the facts that would narrow the bounds.
    evidence, evidence_required : str
        What is shown, and what the rubric asks for.
    basis : str
        口径: budget or final accounts; the assumption the department's facts rest on.
    source, mark : str
        Where the rule is from, and how well attested.
    counts : bool or None
        False when left out as not applicable, None while that is open.
    published : Decimal or None
        The points the department's own scoring table printed.
    within : Decimal
        How far those may be off by their own rounding.
    readings : tuple of ReadingScore
        What other readings would give.
    shortfall : str
        The department's reason for missing its own target (偏差原因) and remedy.
    place : Place
        The line of the rubric, or of the department's list.
    note : str
        What the rubric and the department say besides (说明).
    share : Decimal
        Points of the total that one of its points is worth, once others are left out.
    stake : Decimal
        Points of the total that hang on whether it counts, while that is open.
    """

    id: str
    name: str
    groups: tuple[str, ...]
    weight: Decimal | None
    value: Decimal | None
    unit: str
    low: Decimal | None
    high: Decimal | None
    rule: str | None
    rule_name: str
    statement: str
    formula: str
    formula_filled: str
    reason: str
    missing: tuple[str, ...]
    evidence: str
    evidence_required: str
    basis: str
    source: str
    mark: str
    counts: bool | None
    published: Decimal | None
    within: Decimal
    readings: tuple[ReadingScore, ...]
    shortfall: str
    place: Place
    note: str = ""
    share: Decimal = Decimal(1)
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
        return {
            "id": self.id,
            "name": self.name,
            "group": self.group,
            "groups": list(self.groups),
            "weight": text_of(self.weight),
            "value": text_of(self.value),
            "unit": self.unit,
            "low": text_of(self.low),
            "high": text_of(self.high),
            "rule": self.rule,
            "rule_name": self.rule_name,
            "statement": self.statement,
            "formula": self.formula,
            "formula_filled": self.formula_filled,
            "reason": self.reason,
            "deduction": self.deduction,
            "missing": list(self.missing),
            "evidence": self.evidence,
            "evidence_required": self.evidence_required,
            "basis": self.basis,
            "source": self.source,
            "mark": self.mark,
            "counts": self.counts,
            "published": text_of(self.published),
            "reproducible": self.reproducible,
            "readings": [reading.as_dict() for reading in self.readings],
            "shortfall": self.shortfall,
            "note": self.note,
            "origin": str(self.place),
        }


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
