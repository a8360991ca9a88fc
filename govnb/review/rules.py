"""Whether the rules themselves can be used: readable formulas over names that exist."""

from __future__ import annotations

from collections.abc import Iterator

from govnb.evaluate.book import ANY, bound
from govnb.evaluate.expression import Expression, FormulaError, canonical, parse
from govnb.evaluate.figure import Figures
from govnb.evaluate.names import Names
from govnb.inputs.check_rules import (
    VARIABLE,
    DateOrderRule,
    EnumerationRule,
    EqualRule,
    Rule,
    ScoreRule,
    TypedValueRule,
    WritingRule,
)
from govnb.inputs.place import Fault
from govnb.inputs.read import Inputs
from govnb.inputs.suggest import did_you_mean
from govnb.inputs.yaml_text import Scalar
from govnb.review.dates import EVERYWHERE
from govnb.review.terms import is_literal

# The fields of the rules' models that hold expressions.
_EXPRESSIONS = (
    "left", "right", "overspend", "explained", "except_for", "base", "now", "growth",
    "document", "date", "printed", "not_after",
)  # fmt: skip
# Those that hold a name or a pattern of names.
_PATTERNS = ("each", "sequence", "ledger", "elsewhere")


def check_rules(inputs: Inputs, figures: Figures) -> list[Fault]:
    """Return a fault for each rule of `checks.yml` that can't be used, at its place."""
    faults: list[Fault] = []
    names = Names(figures.sheet, inputs.book, inputs.gaps)
    for name, rule in inputs.checks.items():
        if rule.unless is not None and rule.unless not in inputs.checks:
            near = did_you_mean(rule.unless, inputs.checks)
            faults.append(Fault(rule.unless.place, f"没有编号是“{rule.unless}”的核对", near))
        faults.extend(_cycle(name, inputs))
        for text in _expressions(rule):
            faults.extend(_unusable(text, rule, names))
        for text, name, holds in _named(rule):
            if (instead := names.why_not(name, section=holds)) is not None:
                faults.append(_unknown(text, text, instead))
    return faults


def _named(rule: Rule) -> Iterator[tuple[Scalar, str, bool]]:
    """Yield what a rule looks at by name or pattern alone, and whether that may hold figures.

    A slip in one of these would only ever find nothing, which looks like 不适用.
    """
    for field in _PATTERNS:
        text = getattr(rule, field, None)
        if isinstance(text, Scalar):
            yield text, text.split("**")[0].rstrip("."), field in ("ledger", "elsewhere")
    if isinstance(rule, WritingRule):
        yield from ((text, text, True) for text in rule.within)
    if isinstance(rule, EnumerationRule):
        yield from ((text, text, True) for text in rule.lists.values())
    if isinstance(rule, ScoreRule):
        yield rule.published, canonical(rule.published), False


def _unknown(text: Scalar, name: str, hint: str) -> Fault:
    return Fault(text.at(max(text.find(name), 0)), f"没有“{name}”这个指标", hint)


def _cycle(name: str, inputs: Inputs) -> Iterator[Fault]:
    """Yield a fault if rules give way to one another in a circle."""
    seen, current = {name}, inputs.checks[name].unless
    while current is not None and current in inputs.checks:
        if current in seen:
            yield Fault(inputs.checks_at[name], f"“{name}”的“除非”绕了一圈", "删去其中一个“除非”")
            return
        seen.add(str(current))
        current = inputs.checks[str(current)].unless


def _expressions(rule: Rule) -> Iterator[Scalar]:
    for field in _EXPRESSIONS:
        text = getattr(rule, field, None)
        if isinstance(text, Scalar):
            yield text
    if isinstance(rule, EqualRule):
        yield from rule.alternatives
    if isinstance(rule, DateOrderRule):
        yield from rule.order
    if isinstance(rule, TypedValueRule):
        yield from rule.names.values()


def _unusable(text: Scalar, rule: Rule, names: Names) -> Iterator[Fault]:
    unbound = set(VARIABLE.findall(text)) - set(VARIABLE.findall(rule.pattern or ""))
    if unbound:
        hint = "算式里的 {变量} 要在“每个”里出现"
        yield Fault(text.place, f"变量“{'、'.join(sorted(unbound))}”没有说明取自哪里", hint)
        return
    if text == EVERYWHERE or is_literal(text):
        return
    try:
        expression = parse(bound(text, {}, ANY))
    except FormulaError as error:
        yield Fault(text.at(error.offset), str(error), error.hint)
        return
    for name in expression.names:
        # A list of documents is no figure, but has its dates.
        is_list = text == getattr(rule, "document", None)
        instead = names.why_not(name.replace(ANY, "*"), section=is_list)
        if instead is not None:
            yield _unknown(text, name.replace(ANY, "…"), instead)
    if not expression.names:
        yield from _no_constant(text, expression)


def _no_constant(text: Scalar, expression: Expression) -> Iterator[Fault]:
    """Yield a fault for an expression of numbers alone that has no value, such as 1 / 0."""
    try:
        expression.evaluate(lambda _: None, lambda *_: [])
    except ArithmeticError as error:
        yield Fault(text.place, f"“{text}”算不出：{error}", "写一个名称、算式或数")
