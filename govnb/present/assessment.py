"""One department's year assessed: its figures, its score, and what the checks found."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial

from govnb.review.finding import Review
from govnb.review.rules import read_rules
from govnb.review.run import review
from govnb.rubric.load import check_names, rubric_of
from govnb.rubric.score import score
from govnb.sheet.compute import compute
from govnb.sheet.facts import Facts
from govnb.sheet.figure import Figures
from govnb.sheet.read import Inputs
from govnb.sheet.score import Score
from govnb.text.place import FaultsError


class Assessment:
    """One department's year assessed, without any of the report's pages.

    Parameters
    ----------
    inputs
        The checked files.
    overrides
        试算: values that stand in for stated ones.
    rubric
        An indicator system other than the one the year names.

    Raises
    ------
    FaultsError
        With everything in the files that keeps the figures from being computed.
    """

    def __init__(
        self,
        inputs: Inputs,
        overrides: Mapping[str, str] | None = None,
        rubric: str | None = None,
    ) -> None:
        self.inputs = inputs
        self.rubric = rubric
        self.overrides = {str(k): str(v) for k, v in (overrides or {}).items()}
        self.figures: Figures
        self.facts: Facts
        self._rules = read_rules(inputs.params_dir)
        try:
            self.figures, self.facts = compute(inputs, self.overrides)
        except FaultsError as error:
            raise FaultsError([*error.faults, *self._rules.faults]) from None
        if self._rules.faults:
            raise FaultsError(list(self._rules.faults))

    @cached_property
    def score(self) -> Score | None:
        """The score under the rubric in force; None when the year names none."""
        known = partial(check_names, figures=self.figures, book=self.inputs.book)
        rubric = rubric_of(self.inputs, self.rubric, known)
        return None if rubric is None else score(self.inputs, self.figures, rubric)

    @cached_property
    def review(self) -> Review:
        """Every check's finding."""
        marks = self.score
        whole = marks if marks and marks.is_weighted and not marks.is_partial else None
        return review(self.inputs, self.figures, self.facts, whole, self._rules)
