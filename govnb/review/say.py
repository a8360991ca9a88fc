"""How a check says what it found: the findings of one rule, in the rule's words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from govnb.inputs.check_rules import VARIABLE, Rule
from govnb.review.finding import (
    FAILED,
    NO_DATA,
    NOBODY,
    NOT_APPLICABLE,
    Finding,
    Side,
)
from govnb.review.terms import Term


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
        text = _QUOTED.sub(lambda m: _in_quotes(m, words), str(self.rule.message))
        text = VARIABLE.sub(lambda m: words.get(m[1], ""), text)
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

    def excused(self, subject: str, told: str, excuse: str, evidence: Evidence) -> Finding:
        """Return the finding of a breach that a total at odds with its parts brings about."""
        return self(subject, NOT_APPLICABLE, f"{told}；{excuse}", evidence)


# A message's “{项}”, whose marks a name may bring itself.
_QUOTED = re.compile(r"“\{([^{}]+)\}”")


def _in_quotes(match: re.Match[str], words: Mapping[str, str]) -> str:
    word = words.get(match[1], "")
    return quoted(word) if word else match[0]


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
        yield say.not_applicable(subject, f"{quoted(unknown[0].label)}算不出：{why}")
    else:
        odd = next(term for term in terms if term.number is None)
        yield say.not_applicable(subject, f"{quoted(odd.label)}是“{odd}”，不是数，不能核对")


def _tidy(text: str) -> str:
    """Close up what an empty placeholder leaves behind."""
    text = re.sub(r"[，；、：](?=[。；，])", "", text)
    return re.sub(r"。{2,}", "。", text).strip("，； ")
