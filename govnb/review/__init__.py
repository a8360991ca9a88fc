"""The review: every rule of `params/rules/checks.yml` tried on one department's year.

>>> review(inputs, figures, facts).open_errors  # doctest: +SKIP

A rule's kind decides which function below looks at it; each is pure and knows one kind. To
add a relation, add a rule; to add a kind, add its model to `inputs/check_rules.py` and its
function here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from govnb.evaluate.expression import FormulaError
from govnb.evaluate.facts import Facts
from govnb.evaluate.figure import Figures
from govnb.evaluate.published_units import check_published
from govnb.evaluate.score import Score
from govnb.inputs import check_rules as models
from govnb.inputs.check_rules import HINT, Rule
from govnb.inputs.place import Fault, FaultsError
from govnb.inputs.read import Inputs
from govnb.review.acknowledged import acknowledge
from govnb.review.dates import date_order, document_year, same_date
from govnb.review.direction import directions
from govnb.review.enumerations import enumerations
from govnb.review.finding import NO_DATA, PASSED, Finding, Review
from govnb.review.numbering import numbering
from govnb.review.numbers import raw_numbers
from govnb.review.published import published
from govnb.review.rates import in_range, scope, zero_base
from govnb.review.relations import equal, limit, reasons
from govnb.review.rules import check_rules
from govnb.review.say import Say
from govnb.review.scores import score
from govnb.review.sums import same_name, sums
from govnb.review.typed import typed_values
from govnb.review.world import World
from govnb.review.writing import writing

__all__ = ["Score", "check_published", "check_rules", "review"]

KINDS: dict[type[Rule], Callable[[Any, World, Say], Iterator[Finding]]] = {
    models.SumRule: sums,
    models.PublishedRule: published,
    models.EqualRule: equal,
    models.LimitRule: limit,
    models.SameNameRule: same_name,
    models.ReasonRule: reasons,
    models.ZeroBaseRule: zero_base,
    models.DocumentYearRule: document_year,
    models.DateOrderRule: date_order,
    models.SameDateRule: same_date,
    models.RangeRule: in_range,
    models.ScopeRule: scope,
    models.DirectionRule: directions,
    models.RawNumberRule: raw_numbers,
    models.TypedValueRule: typed_values,
    models.NumberingRule: numbering,
    models.EnumerationRule: enumerations,
    models.WritingRule: writing,
    models.ScoreRule: score,
}


def review(inputs: Inputs, figures: Figures, facts: Facts, score: Score | None = None) -> Review:
    """Return everything the rules find about a department's year.

    Parameters
    ----------
    inputs, figures, facts
        The checked files and what was computed from them.
    score
        The score's interval, where the department was scored.

    Raises
    ------
    FaultsError
        If a rule or a 公布数 can't be used, each at its place.
    """
    faults = [*check_rules(inputs, figures), *check_published(inputs, figures)]
    if faults:
        raise FaultsError(faults)
    if not inputs.checks:
        message = "没有 params/rules/checks.yml，什么都没有核对"
        return Review((Finding("核对", "核对", HINT, NO_DATA, message),))
    world = World(inputs, figures, facts, score)
    done: dict[str, list[Finding]] = {}
    for name in inputs.checks:
        _run(name, world, done)
    findings = [finding for name in inputs.checks for finding in done[name]]
    return Review(tuple(acknowledge(findings, inputs)))


def _run(name: str, world: World, done: dict[str, list[Finding]]) -> list[Finding]:
    """Run one rule, after the rule it gives way to (除非)."""
    if name in done:
        return done[name]
    rule = world.inputs.checks[name]
    say = Say(name, rule)
    done[name] = []
    instead = _run(str(rule.unless), world, done) if rule.unless else []
    if instead and all(finding.state == PASSED for finding in instead):
        done[name] = [say.not_applicable("", f"“{rule.unless}”各项都相符，不必再核对")]
    else:
        try:
            done[name] = list(KINDS[type(rule)](rule, world, say))
        except FormulaError as error:
            place = world.inputs.checks_at[name]
            raise FaultsError([Fault(place, f"“{name}”：{error}", error.hint)]) from None
    return done[name]
