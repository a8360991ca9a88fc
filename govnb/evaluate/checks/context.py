"""What every check looks at, and how it says what it found.

A check is a function of a rule, a :class:`World` (one department's inputs, figures and what
follows from them) and a :class:`Say` that makes findings. The world is read only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Protocol

from govnb.evaluate.book import matches
from govnb.evaluate.checks.ledgers import Blame, Gap, blamed, gaps
from govnb.evaluate.checks.rounding import HUNDRED, Look, Rounding
from govnb.evaluate.checks.terms import Term, Terms
from govnb.evaluate.checks.texts import Passage, passages
from govnb.evaluate.facts import Facts
from govnb.evaluate.figure import Figure, Figures
from govnb.evaluate.finding import (
    FAILED,
    NO_DATA,
    NOBODY,
    NOT_APPLICABLE,
    Finding,
    Side,
)
from govnb.inputs.check_rules import VARIABLE, Rule, ZeroBaseRule
from govnb.inputs.read import Inputs

_ABSENT = "本部门没有"


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


@dataclass(frozen=True)
class World:
    """One department's year, as the checks see it."""

    inputs: Inputs
    figures: Figures
    facts: Facts
    score: Score | None = None

    @cached_property
    def rounding(self) -> Rounding:
        """The printed precision of the figures."""
        return Rounding(self.inputs, self.figures, self.facts)

    @cached_property
    def terms(self) -> Terms:
        """The evaluator of the rules' expressions."""
        return Terms(self.figures)

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Every stated total beside its parts."""
        return gaps(self.figures, self.facts.parts, self.rounding)

    @cached_property
    def blamed(self) -> dict[str, Blame]:
        """The broken sums that another one explains."""
        return blamed(self.gaps)

    def excuse(
        self,
        names: Iterable[str],
        compute: Callable[[Look], Decimal | None],
        agrees: Callable[[Decimal], bool],
    ) -> str:
        """Return the wrong total to blame for a breach, or nothing.

        A figure that rests on a total at odds with its parts may break other relations; when
        the sum of the parts in its place would keep them, there is one mistake, not two.
        """
        used = tuple(names)
        for gap in self.gaps:
            if not gap.is_broken or gap.name in self.blamed or gap.sum is None:
                continue
            if any(self.rounding.rests_on(name, gap.total.name) for name in used):
                value = self.rounding.changed(compute, {gap.total.name: gap.sum})
                if value is not None and agrees(value):
                    return gap.total.name
        return ""

    def excuse_figure(self, name: str, agrees: Callable[[Decimal], bool]) -> str:
        """Return the wrong total to blame for what is wrong with one figure, or nothing."""
        scale = HUNDRED if self.figures[name].unit == "%" else Decimal(1)

        def compute(look: Look) -> Decimal | None:
            value = look(name)
            return value * scale if isinstance(value, Decimal) else None

        return self.excuse([name], compute, agrees)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Every text of the department's file."""
        return tuple(passages(self.inputs))

    @property
    def prose(self) -> tuple[Passage, ...]:
        """The narratives and the items of narrative lists."""
        return tuple(p for p in self.passages if p.is_prose)

    @cached_property
    def zero_growth(self) -> dict[str, str]:
        """The growth rates whose base is zero, and the finding that says so."""
        found = {}
        for name, rule in self.inputs.checks.items():
            if isinstance(rule, ZeroBaseRule):
                for variables in self.instances(rule.each):
                    base = self.terms.of(rule.base, variables)
                    if base.number == 0 and rule.growth is not None:
                        growth = self.terms.of(rule.growth, variables)
                        found[growth.name] = identifier(name, subject_of(variables))
        return found

    def is_from_book(self, figure: Figure) -> bool:
        """Tell whether a figure is one of the formula book's, not the department's own."""
        at = next(iter(self.inputs.book_at.values()), None)
        return at is not None and figure.place.file == at.file

    def is_absent(self, figure: Figure) -> bool:
        """Tell whether a figure is only a name that a formula of the book wants."""
        return figure.reason.startswith(_ABSENT)

    def instances(self, pattern: str | None) -> list[dict[str, str]]:
        """Return the values of a pattern's variables for each name it matches.

        A pattern that ends in a variable (`支出.{科目}`) means what the department states, not
        what the formula book computes beside it (`支出.超支`).
        """
        if pattern is None:
            return [{}]
        names = [
            name
            for name, figure in self.figures.items()
            if not self.is_absent(figure)
            and not (pattern.endswith("}") and self.is_from_book(figure))
        ]
        found = matches("", pattern, names)
        return list({tuple(v.items()): v for v in found}.values())

    def term(self, text: str, variables: Mapping[str, str]) -> Term:
        """Return a rule's expression evaluated, with the rule's own place as its origin."""
        return self.terms.of(text, variables, getattr(text, "place", None))


def subject_of(variables: Mapping[str, str]) -> str:
    """Return what one instance of a pattern is about."""
    return ".".join(variables.values())


def identifier(rule: str, subject: str) -> str:
    """Return a finding's id."""
    return f"{rule}:{subject}" if subject else rule


@dataclass(frozen=True)
class Evidence:
    """What a finding rests on: both sides, left minus right, and what was allowed."""

    left: Side = NOBODY
    right: Side = NOBODY
    difference: Decimal | None = None
    tolerance: Decimal | None = None


NO_EVIDENCE = Evidence()


@dataclass(frozen=True)
class Say:
    """Makes the findings of one rule.

    Attributes
    ----------
    name : str
        The rule's identifier.
    rule : Rule
        The rule.
    """

    name: str
    rule: Rule

    def __call__(
        self, subject: str, state: str, message: str, evidence: Evidence = NO_EVIDENCE,
        severity: str | None = None,
    ) -> Finding:  # fmt: skip
        """Return a finding about `subject` with a message of the check's own."""
        return Finding(
            id=identifier(self.name, subject),
            check=self.name,
            severity=severity or str(self.rule.severity),
            state=state,
            message=message,
            left=evidence.left,
            right=evidence.right,
            difference=evidence.difference,
            tolerance=evidence.tolerance,
            advice=str(self.rule.advice) if state == FAILED else "",
        )

    def failed(
        self, subject: str, words: Mapping[str, str], evidence: Evidence = NO_EVIDENCE,
        severity: str | None = None,
    ) -> Finding:  # fmt: skip
        """Return a breach of the rule, told in the rule's message with `words` put in."""
        text = VARIABLE.sub(lambda m: words.get(m[1], ""), str(self.rule.message))
        return self(subject, FAILED, _tidy(text), evidence, severity)

    def no_data(
        self, subject: str, missing: Iterable[str], evidence: Evidence = NO_EVIDENCE
    ) -> Finding:
        """Return the finding of a check whose inputs are unknown; it says which."""
        what = "、".join(dict.fromkeys(missing))
        return self(subject, NO_DATA, f"缺少：{what}，不能核对", evidence)

    def not_applicable(self, subject: str, why: str, evidence: Evidence = NO_EVIDENCE) -> Finding:
        """Return the finding of a check that this department gives no occasion for."""
        return self(subject, NOT_APPLICABLE, why, evidence)

    def no_prose(self) -> Finding:
        """Return the finding of a check of wording where there is none."""
        return self.no_data("", ["叙述"])

    def excused(self, subject: str, told: str, culprit: str, evidence: Evidence) -> Finding:
        """Return the finding of a breach that a wrong total alone brings about."""
        why = f"{told}；“{culprit}”取分项之和时相符，错在该合计"
        return self(subject, NOT_APPLICABLE, why, evidence)


def quoted(label: str) -> str:
    """Return a name in quotation marks, unless it brings its own."""
    return label if label.startswith("“") else f"“{label}”"


def undecided(say: Say, subject: str, *terms: Term) -> Iterator[Finding]:
    """Yield the finding that says why terms can't be compared; nothing if they can."""
    left, right = (terms[0].side, terms[1].side) if len(terms) > 1 else (terms[0].side, NOBODY)
    absent = [term for term in terms if term.is_absent and term.value is None]
    unknown = [term for term in terms if term.value is None]
    if absent:
        what = absent[0].names[0] if absent[0].names else absent[0].name
        yield say.not_applicable(subject, f"本部门没有“{what}”")
    elif any(term.missing for term in unknown):
        missing = tuple(name for term in unknown for name in term.missing)
        yield say.no_data(subject, missing, Evidence(left, right))
    elif unknown:
        why = unknown[0].trouble or "没有可核对的数"
        yield say.not_applicable(subject, f"“{unknown[0].label}”算不出：{why}")
    else:
        odd = next(term for term in terms if term.number is None)
        yield say.not_applicable(subject, f"“{odd.label}”是“{odd}”，不是数，不能核对")


def _tidy(text: str) -> str:
    """Close up what an empty placeholder leaves behind."""
    text = re.sub(r"[，；、：](?=[。；，])", "", text)
    return re.sub(r"。{2,}", "。", text).strip("，； ")
