"""One department's year assessed: its figures, its score, and what the checks found."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from govnb.rubric.load import RUBRIC, check_names, rubric_of
from govnb.rubric.project import PROJECT_RUBRIC, project_scores
from govnb.rubric.score import score
from govnb.sheet.compute import compute
from govnb.sheet.facts import Facts
from govnb.sheet.figure import Figures
from govnb.sheet.read import Inputs
from govnb.sheet.score import Score
from govnb.sheet.self_evaluation import ProjectScore
from govnb.text.faults import FaultsError

if TYPE_CHECKING:
    from govnb.review.finding import Review
    from govnb.review.rules import Rules


class Assessment:
    """One department's year assessed, without any of the report's pages.

    `overrides` stand in for stated values (试算), `rubric` for the indicator system the year names;
    `rules` are the review's, where they have been read already.

    Raises
    ------
    FaultsError
        With everything in the files that keeps the figures from being computed.
    """

    edition = "review"

    def __init__(
        self,
        inputs: Inputs,
        overrides: Mapping[str, str] | None = None,
        rubric: str | None = None,
        rules: Rules | None = None,
    ) -> None:
        self.inputs, self._known_rules = inputs, rules
        self.overrides = {str(k): str(v) for k, v in (overrides or {}).items()}
        # Another indicator system is tried out like any value, though it is no figure.
        tried = (RUBRIC, PROJECT_RUBRIC)
        changed = {k: v for k, v in self.overrides.items() if k not in tried}
        self.rubric = rubric or self.overrides.get(RUBRIC)
        self.figures: Figures
        self.facts: Facts
        try:
            self.figures, self.facts = compute(inputs, changed)
        except FaultsError as error:
            raise FaultsError([*error.faults, *self._rules.faults]) from None

    # A score needs no checks: reading them is a third of what it takes to start.
    @cached_property
    def _rules(self) -> Rules:
        from govnb.review.rules import read_rules

        return self._known_rules or read_rules(self.inputs.params_dir)

    @cached_property
    def score(self) -> Score | None:
        """The score under the rubric in force; None when the year names none."""
        known = partial(check_names, figures=self.figures, book=self.inputs.book)
        rubric = rubric_of(self.inputs, self.rubric, known)
        return None if rubric is None else score(self.inputs, self.figures.printed, rubric)

    @cached_property
    def project_scores(self) -> dict[str, ProjectScore]:
        """Each project's own form scored under the rubric in force for projects."""
        return project_scores(self.inputs, self.figures, self.overrides.get(PROJECT_RUBRIC))

    @cached_property
    def review(self) -> Review:
        """Every check's finding."""
        from govnb.review.run import review

        marks = self.score if self.score and self.score.is_weighted else None
        return review(
            self.inputs, self.figures, self.facts, marks, self._rules, self.project_scores
        )

    @cached_property
    def result_data(self) -> dict[str, Any]:
        """The machine-readable result: what the JSON file holds."""
        department = self.inputs.department
        return {
            "year": str(department.year.value),
            "department": self.inputs.name,
            "name": str(department.identity.name),
            "region": str(department.identity.region or self.inputs.year.region),
            "edition": self.edition,
            "overrides": self.overrides,
            "sample": department.is_sample or department.has_sample_ledgers,
            "score": self.score.as_dict() if self.score else None,
            "projects": {n: s.score.as_dict() for n, s in self.project_scores.items()},
            "project_forms": {
                n: s.as_dict() for n, s in self.project_scores.items() if s.form.is_evaluated
            },
            "review": self.review.as_dict(),
            "figures": {name: figure.as_dict() for name, figure in self.figures.items()},
        }
