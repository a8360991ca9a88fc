"""The review: every rule of `params/rules/checks.yml` tried on one department's year.

>>> review(inputs, figures, facts).open_errors  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Mapping

from govnb.review.acknowledged import acknowledge, misnamed
from govnb.review.finding import HINT, NO_DATA, NOT_APPLICABLE, PASSED, Finding, Review
from govnb.review.rules import Rules, read_rules, unusable
from govnb.review.together import together
from govnb.review.world import World
from govnb.sheet.expression import FormulaError
from govnb.sheet.facts import Facts
from govnb.sheet.figure import Figures
from govnb.sheet.read import Inputs
from govnb.sheet.references import check_published
from govnb.sheet.score import Score
from govnb.sheet.self_evaluation import ProjectScore
from govnb.text.faults import Fault, FaultsError


def review(
    inputs: Inputs,
    figures: Figures,
    facts: Facts,
    score: Score | None = None,
    rules: Rules | None = None,
    projects: Mapping[str, ProjectScore] | None = None,
) -> Review:
    """Return everything the rules find about a department's year, and its projects' forms.

    Raises
    ------
    FaultsError
        If a rule or a 公布数 can't be used, each at its place.
    """
    rules = rules or read_rules(inputs.params_dir)
    faults = [*rules.faults, *unusable(rules, inputs, figures), *check_published(inputs, figures)]
    if rules.checks:
        faults += misnamed(inputs, {*rules.checks, *rules.gaps.names})
    if faults:
        raise FaultsError(faults)
    if not rules.checks:
        message = "没有 params/rules/checks.yml，什么都没有核对"
        return Review((Finding("核对", "核对", HINT, NO_DATA, message),))
    world = World(inputs, figures, facts, score, rules.checks, rules.words, projects or {})
    done: dict[str, list[Finding]] = {}
    for name in rules.checks:
        _run(name, rules, world, done)
    every = (finding for name in rules.checks for finding in done[name])
    findings = [*together(every, rules.checks, figures.sheet)]
    return Review(tuple(acknowledge(findings, inputs)))


def _run(name: str, rules: Rules, world: World, done: dict[str, list[Finding]]) -> list[Finding]:
    """Run one rule, after the rule it gives way to (除非)."""
    if name in done:
        return done[name]
    rule = rules.checks[name]
    done[name] = []
    instead = _run(str(rule.unless), rules, world, done) if rule.unless else []
    if instead and all(finding.state == PASSED for finding in instead):
        why = f"“{rule.unless}”各项都相符，不必再核对"
        done[name] = [rule.finding("", NOT_APPLICABLE, why)]
    elif why := rule.inapplicable(world):
        done[name] = [rule.not_applicable("", why)]
    else:
        try:
            done[name] = list(rule.find(world))
        except FormulaError as error:
            fault = Fault(rules.at[name], f"“{name}”：{error}", error.hint)
            raise FaultsError([fault]) from None
    return done[name]
