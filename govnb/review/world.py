"""What every check looks at: one department's inputs, figures, and what follows from them.

The world is read only; what several checks need is worked out once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from govnb.review.finding import Excuse
from govnb.review.rounding import Rounding, Spread
from govnb.review.sentences import Sentences, Statements
from govnb.review.terms import COLUMNS, Gap, Term, blame, mended, term_of, totals
from govnb.review.texts import Passage, passages
from govnb.review.words import Words
from govnb.sheet.facts import Facts
from govnb.sheet.figure import Figure, Figures, Lack
from govnb.sheet.read import Inputs
from govnb.sheet.rules import matches
from govnb.sheet.score import Score
from govnb.sheet.self_evaluation import ProjectScore
from govnb.sheet.sheet import Sheet


@dataclass(frozen=True)
class World:
    """One department's year, as the checks see it."""

    inputs: Inputs
    figures: Figures
    facts: Facts
    score: Score | None = None
    # The rules, for kinds that look at one another's.
    checks: Mapping[str, Any] = field(default_factory=dict)
    words: Words = field(default_factory=Words)
    # The projects that have a self-evaluation form, scored.
    projects: Mapping[str, ProjectScore] = field(default_factory=dict)

    @cached_property
    def rounding(self) -> Rounding:
        """The printed precision of the figures."""
        return Rounding(self.figures)

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Every stated total beside its parts."""
        return totals(self.figures, self.rounding)

    @cached_property
    def blamed(self) -> dict[str, Excuse]:
        """The broken sums that others break: a total among their parts, a cell of a row."""
        found: dict[str, Excuse] = {}
        broken = [gap for gap in self.gaps if gap.is_broken]
        for gap in broken:
            # The columns' sum may be broken by the grand total, whose rows don't make it.
            names = gap.names if gap.name.endswith(COLUMNS) else gap.parts
            free = [other for other in broken if other.name not in found]
            if some := self.culprits(names, gap.on, gap.agrees, free):
                told = "、".join(f"“{culprit.left.name}”" for culprit in some)
                culprits = tuple(culprit.name for culprit in some)
                found[gap.name] = Excuse(f"{told}取分项之和时两处都相符", culprits)
            elif COLUMNS in gap.name and (row := next(filter(gap.shares_a_slip, free), None)):
                (cell, *_) = {*gap.parts} & {*row.parts}
                told = f"行和列差同一个数，像是“{cell}”这一格写错"
                found[gap.name] = Excuse(told, (row.name,))
        return found

    def gap(self, left: Term, right: Term, tolerance: Decimal | None = None) -> Gap:
        """Return how far two terms are apart, and may be: so much, or what rounding explains."""
        gap = Gap(left, right)
        if tolerance is None:
            return replace(gap, spread=self.rounding.over(gap.on, gap.names))
        return replace(gap, spread=Spread.fixed(tolerance, left.unit, left.factor))

    def culprits(
        self,
        names: Iterable[str],
        compute: Callable[[Sheet], Decimal | None],
        agrees: Callable[[Decimal, Spread], bool],
        among: Sequence[Gap] | None = None,
    ) -> tuple[Gap, ...]:
        """Return the totals, among what the named figures rest on, that are to blame for a breach.

        A figure that rests on a total at odds with its parts may break other relations; when
        the sum of the parts in its place would keep them, there is one mistake, not two. A
        mere residue of the total is no mistake, but what follows from it isn't one either.
        """
        used = frozenset[str]().union(*map(self.figures.sheet.above, names))
        among = self.gaps if among is None else among
        suspects = [gap for gap in among if gap.difference and gap.left.name in used]
        return mended(compute, agrees, suspects, self.figures.sheet)

    def excuse(self, name: str, agrees: Callable[[Decimal], bool]) -> Excuse | None:
        """Return which totals are to blame for what is wrong with a figure."""
        return blame(self.culprits([name], lambda s: s.cell(name).number, lambda v, _: agrees(v)))

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
        called = {words: name for r in self.checks.values() for words, name in r.calls().items()}
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

    def instances(self, pattern: str | None) -> list[dict[str, str]]:
        """Return the values of a pattern's variables for each name it matches in the file.

        A pattern that ends in a variable (`支出.{科目}`) means what the department states, not
        what the formula book computes beside it (`支出.超支`).
        """
        if pattern is None:
            return [{}]
        head = pattern.partition("{")[0].partition("*")[0]
        names = [
            name
            for name, figure in self._present.get(head.partition(".")[0], ())
            if name.startswith(head) and not self._is_computed(name, figure, pattern)
        ]
        # A name without variables is there, or isn't.
        return [{}] * (head in names) if head == pattern else matches(pattern, names)

    @cached_property
    def _present(self) -> dict[str, list[tuple[str, Figure]]]:
        """The figures there are, by their section."""
        found = defaultdict[str, list[tuple[str, Figure]]](list)
        for name, figure in self.figures.items():
            if not is_absent(figure) and figure.lack is not Lack.LEFT_OUT:
                found[name.partition(".")[0]].append((name, figure))
        return found

    def _is_computed(self, name: str, figure: Figure, pattern: str) -> bool:
        """Tell whether a figure is only what the book makes of others that a pattern means too."""
        rule = self.inputs.book.get(name)
        or_stated = rule is not None and rule.or_stated == "是" and "{" in pattern
        return (pattern.endswith("}") or or_stated) and self.is_from_book(figure)

    def term(self, text: str, variables: Mapping[str, str]) -> Term:
        """Return a rule's expression evaluated, with the rule's own place as its origin."""
        place = getattr(text, "place", None)
        return term_of(text, variables, self.figures, str(place) if place else None)


def is_absent(figure: Figure) -> bool:
    """Tell whether a figure is only a name that a formula of the book wants."""
    return figure.absent and figure.formula is None
