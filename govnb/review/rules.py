"""Whether the rules themselves can be used: readable formulas over names that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from govnb.evaluate.expression import Expression, FormulaError, canonical, parse
from govnb.evaluate.figure import Figures
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
from govnb.inputs.department import Department
from govnb.inputs.ledger import Ledger
from govnb.inputs.place import Fault
from govnb.inputs.read import Inputs
from govnb.inputs.suggest import did_you_mean
from govnb.inputs.yaml_text import Scalar
from govnb.review.dates import EVERYWHERE
from govnb.review.terms import filled, is_literal

# The fields of the rules' models that hold expressions.
_EXPRESSIONS = (
    "left", "right", "overspend", "explained", "except_for", "base", "now", "growth",
    "document", "date", "printed", "not_after",
)  # fmt: skip
# Those that hold a name or a pattern of names.
_PATTERNS = ("each", "sequence", "ledger", "elsewhere")

# Stands for whatever a variable may be, where a rule is read before it is tried.
ANY = "某项"


def check_rules(inputs: Inputs, figures: Figures) -> list[Fault]:
    """Return a fault for each rule of `checks.yml` that can't be used, at its place."""
    faults: list[Fault] = []
    for name, rule in inputs.checks.items():
        if rule.unless is not None and rule.unless not in inputs.checks:
            hint = did_you_mean(rule.unless, inputs.checks)
            faults.append(Fault(rule.unless.place, f"没有编号是“{rule.unless}”的核对", hint))
        faults.extend(_cycle(name, inputs))
        for text in _expressions(rule):
            faults.extend(_unusable(text, rule, inputs, figures))
        for text, name in _named(rule):
            if not _may_exist(name, inputs, figures):
                faults.append(_unknown(text, name, figures))
    return faults


def _named(rule: Rule) -> Iterator[tuple[Scalar, str]]:
    """Yield what a rule looks at by a name or pattern alone, and that with its variables bound.

    A slip in one of these would only ever find nothing, which looks like 不适用.
    """
    for field in _PATTERNS:
        text = getattr(rule, field, None)
        if isinstance(text, Scalar):
            yield text, VARIABLE.sub(ANY, text.split("**")[0].rstrip("."))
    if isinstance(rule, WritingRule):
        yield from ((text, text) for text in rule.within)
    if isinstance(rule, EnumerationRule):
        yield from ((text, text) for text in rule.lists.values())
    if isinstance(rule, ScoreRule):
        yield rule.published, canonical(rule.published)


def _unknown(text: Scalar, name: str, figures: Figures) -> Fault:
    hint = did_you_mean(name, figures) or "govnb figures 可列出全部名称"
    return Fault(text.place, f"没有“{text}”这个指标", hint)


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


def _unusable(text: Scalar, rule: Rule, inputs: Inputs, figures: Figures) -> Iterator[Fault]:
    unbound = set(VARIABLE.findall(text)) - set(VARIABLE.findall(rule.pattern or ""))
    if unbound:
        hint = "算式里的 {变量} 要在“每个”里出现"
        yield Fault(text.place, f"变量“{'、'.join(sorted(unbound))}”没有说明取自哪里", hint)
        return
    if text == EVERYWHERE or is_literal(text):
        return
    try:
        expression = parse(filled(text, dict.fromkeys(VARIABLE.findall(text), ANY)))
    except FormulaError as error:
        yield Fault(text.at(error.offset), str(error), error.hint)
        return
    for name in expression.names:
        if not _may_exist(name, inputs, figures):
            yield _unknown(text, name, figures)
    if not expression.names:
        yield from _no_constant(text, expression)


def _no_constant(text: Scalar, expression: Expression) -> Iterator[Fault]:
    """Yield a fault for an expression of numbers alone that has no value, such as 1 / 0."""
    try:
        expression.evaluate(lambda _: None, lambda _: [])
    except ArithmeticError as error:
        yield Fault(text.place, f"“{text}”算不出：{error}", "写一个名称、算式或数")


def _may_exist(name: str, inputs: Inputs, figures: Figures) -> bool:
    """Tell whether a name is a figure's, or could stand in some department's file or book.

    Below a heading whose names each department chooses (收入、项目…) anything could.
    """
    body = "[^.]+".join(map(re.escape, re.split(rf"{ANY}|\*", name)))
    match = re.compile(body).fullmatch
    return (
        any(map(match, figures))
        or any(map(match, (VARIABLE.sub(ANY, rule) for rule in inputs.book)))
        or _fits(name.split("."), Department)
    )


def _fits(segments: list[str], model: type[BaseModel]) -> bool:
    head, *rest = segments
    fields = model.model_fields.values()
    return any(_leads_on(i.annotation, rest) for i in fields if head in (i.alias, ANY, "*"))


def _leads_on(annotation: Any, rest: list[str]) -> bool:
    """Tell whether the rest of a name could stand below a field of this type."""
    if not rest or _is(annotation, Ledger):
        return True
    if _is(annotation, BaseModel):
        return _fits(rest, annotation)
    if get_origin(annotation) is dict:
        return _leads_on(get_args(annotation)[1], rest[1:])
    if get_origin(annotation) is list:
        return rest in (["条数"], [ANY], ["*"])
    return any(_leads_on(inner, rest) for inner in get_args(annotation))


def _is(annotation: Any, kind: type) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, kind)
