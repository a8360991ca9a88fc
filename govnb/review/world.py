"""What every check looks at: one department's inputs, figures, and what follows from them.

The world is read only; what several checks need is worked out once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Protocol, runtime_checkable

from govnb.review.ledgers import Blame, Gap, blamed, gaps
from govnb.review.rounding import Rounding
from govnb.review.sentences import Sentences, Statements
from govnb.review.terms import Term, Terms
from govnb.review.texts import Passage, passages
from govnb.review.words import Words
from govnb.sheet.facts import Facts
from govnb.sheet.figure import Figure, Figures, Lack
from govnb.sheet.read import Inputs
from govnb.sheet.rules import matches
from govnb.sheet.score import Score
from govnb.sheet.sheet import Sheet


@runtime_checkable
class Calls(Protocol):
    """A rule that says what else figures are called."""

    def calls(self) -> Mapping[str, str]:
        """Return words and the names of the figures they mean."""


@dataclass(frozen=True)
class World:
    """One department's year, as the checks see it."""

    inputs: Inputs
    figures: Figures
    facts: Facts
    score: Score | None = None
    # The rules, for kinds that look at one another's.
    checks: Mapping[str, object] = field(default_factory=dict)
    words: Words = field(default_factory=Words)

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
        compute: Callable[[Sheet], Decimal | None],
        agrees: Callable[[Decimal], bool],
    ) -> str:
        """Return which total is to blame for a breach, in words, or nothing.

        A figure that rests on a total at odds with its parts may break other relations; when
        the sum of the parts in its place would keep them, there is one mistake, not two. A
        mere residue of the total is no mistake, but what follows from it isn't one either.
        """
        used = tuple(names)
        suspects = [
            gap
            for gap in self.gaps
            if gap.difference
            and gap.name not in self.blamed
            and any(self.rounding.rests_on(name, gap.total.name) for name in used)
        ]
        several = [suspects] if len(suspects) > 1 else []
        for tried in (*([gap] for gap in suspects), *several):
            sums = {gap.total.name: gap.sum for gap in tried if gap.sum is not None}
            value = self.rounding.changed(compute, sums)
            if value is not None and agrees(value):
                return _excuse(tried)
        return ""

    def excuse_figure(self, name: str, agrees: Callable[[Decimal], bool]) -> str:
        """Return which total is to blame for what is wrong with one figure, or nothing."""
        return self.excuse([name], lambda sheet: sheet.cell(name).number, agrees)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Every text of the department's file."""
        return tuple(passages(self.inputs))

    @property
    def year(self) -> int:
        """The year evaluated."""
        return int(self.inputs.department.year.value or 0)

    @cached_property
    def prose(self) -> tuple[Passage, ...]:
        """The narratives and the items of narrative lists."""
        return tuple(p for p in self.passages if p.is_prose)

    @cached_property
    def sentences(self) -> Sentences:
        """The reader of what the narratives say of the figures."""
        rules = (rule.calls() for rule in self.checks.values() if isinstance(rule, Calls))
        called = {words: name for rule in rules for words, name in rule.items()}
        own = str(self.inputs.department.identity.name)
        return Sentences(self.figures, called, self.words, self.year, own)

    @cached_property
    def statements(self) -> Statements:
        """The reader of what sentences say of their amounts."""
        return Statements(self.words, self.year)

    def is_from_book(self, figure: Figure) -> bool:
        """Tell whether a figure is one of the formula book's, not the department's own."""
        at = next(iter(self.inputs.book_at.values()), None)
        return at is not None and figure.place.file == at.file

    def is_absent(self, figure: Figure) -> bool:
        """Tell whether a figure is only a name that a formula of the book wants."""
        return figure.absent and figure.formula is None

    def instances(self, pattern: str | None) -> list[dict[str, str]]:
        """Return the values of a pattern's variables for each name it matches in the file.

        A pattern that ends in a variable (`支出.{科目}`) means what the department states, not
        what the formula book computes beside it (`支出.超支`).
        """
        if pattern is None:
            return [{}]
        names = [
            name
            for name, figure in self.figures.items()
            if not self.is_absent(figure)
            and figure.lack is not Lack.LEFT_OUT
            and not (pattern.endswith("}") and self.is_from_book(figure))
        ]
        found = matches(pattern, names)
        return list({tuple(v.items()): v for v in found}.values())

    def term(self, text: str, variables: Mapping[str, str]) -> Term:
        """Return a rule's expression evaluated, with the rule's own place as its origin."""
        return self.terms.of(text, variables, getattr(text, "place", None))


def _excuse(culprits: list[Gap]) -> str:
    told = "、".join(f"“{gap.total.name}”" for gap in culprits)
    fault = "错在该合计" if any(gap.is_broken for gap in culprits) else "差的是该合计的尾差"
    return f"{told}取分项之和时相符，{fault}"
