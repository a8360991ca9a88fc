"""The rules of the review: `params/rules/checks.yml` read, and whether each can be used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel

from govnb.evaluate.book import VARIABLE
from govnb.evaluate.expression import Expression, FormulaError, canonical, parse
from govnb.evaluate.figure import Figures
from govnb.inputs.department import Department
from govnb.inputs.ledger import Ledger
from govnb.inputs.lenient import Gaps, validate_leniently
from govnb.inputs.place import Fault, FaultsError, Place
from govnb.inputs.read import Inputs, label_of
from govnb.inputs.suggest import did_you_mean
from govnb.inputs.yaml_text import Mapping as Tree
from govnb.inputs.yaml_text import Scalar, read_yaml
from govnb.review.check import EVERYWHERE, Check, FormulaOf, PatternOf, checks_model
from govnb.review.terms import filled, is_literal
from govnb.review.words import Words, shipped_words

T = TypeVar("T")
# Stands for whatever a variable may be, where a rule is read before it is tried.
ANY = "某项"
# The files of `params/rules` that the review reads, and what is in them.
RULE_FILES = ("checks", "words")


@dataclass(frozen=True)
class Rules:
    """A district's rules for the review."""

    checks: Mapping[str, Check] = field(default_factory=dict)
    # Where each rule's identifier stands.
    at: Mapping[str, Place] = field(default_factory=dict)
    words: Words = field(default_factory=shipped_words)
    # What is wrong in the files; the faulty rules are then left out of the above.
    faults: tuple[Fault, ...] = ()
    gaps: Gaps = field(default_factory=Gaps)


def model_of(stem: str) -> Any:
    """Return what one of :data:`RULE_FILES` holds."""
    return Words if stem == "words" else checks_model()


def read_rules(params_dir: Path) -> Rules:
    """Read a district's rules; what is wrong is noted on them, for it to be told all at once."""
    faults: list[Fault] = []
    trees: dict[str, Tree] = {}
    for stem in RULE_FILES:
        path = params_dir / "rules" / f"{stem}.yml"
        if path.exists():
            try:
                trees[stem] = read_yaml(path, label_of(path, params_dir), note=True)
            except FaultsError as error:
                faults += error.faults
    return rules_of(trees.get("checks"), trees.get("words"), faults)


def rules_of(checks: Tree | None, words: Tree | None = None, faults: Any = ()) -> Rules:
    """Return the rules that the trees of `checks.yml` and `words.yml` hold."""
    told = list(faults)
    gaps = Gaps()

    def valid(tree: Tree | None, model: type[T]) -> T | None:
        nonlocal gaps
        if tree is None:
            return None
        found = validate_leniently(tree, model)
        told.extend(found.faults)
        gaps = gaps | found.gaps
        return found.value

    given: Words | None = valid(words, Words)
    rules: dict[str, Check] = valid(checks, checks_model()) or {}
    for name, rule in rules.items():
        rule.call(name)
    shipped = shipped_words()
    at = checks.keys_at if checks is not None else {}
    return Rules(rules, at, given.over(shipped) if given else shipped, tuple(told), gaps)


def unusable(rules: Rules, inputs: Inputs, figures: Figures) -> list[Fault]:
    """Return a fault for each rule that can't be used, at its place."""
    faults: list[Fault] = []
    for name, rule in rules.checks.items():
        if rule.unless is not None and rule.unless not in {*rules.checks, *rules.gaps.names}:
            hint = did_you_mean(rule.unless, rules.checks)
            faults.append(Fault(rule.unless.place, f"没有编号是“{rule.unless}”的核对", hint))
        faults.extend(_cycle(name, rules))
        for text, _ in rule.texts(FormulaOf):
            faults.extend(_unreadable(text, rule, inputs, figures))
        for text, _ in rule.texts(PatternOf):
            # A slip in one of these would only ever find nothing, which looks like 不适用.
            known = canonical(VARIABLE.sub(ANY, text.split("**")[0].rstrip(".")))
            if not _may_exist(known, inputs, figures):
                faults.append(_unknown(text, known, figures))
    return faults


def _unknown(text: Scalar, name: str, figures: Figures) -> Fault:
    hint = did_you_mean(name, figures) or "govnb figures 可列出全部名称"
    return Fault(text.place, f"没有“{text}”这个指标", hint)


def _cycle(name: str, rules: Rules) -> Iterator[Fault]:
    """Yield a fault if rules give way to one another in a circle."""
    seen, current = {name}, rules.checks[name].unless
    while current is not None and current in rules.checks:
        if current in seen:
            yield Fault(rules.at[name], f"“{name}”的“除非”绕了一圈", "删去其中一个“除非”")
            return
        seen.add(str(current))
        current = rules.checks[str(current)].unless


def _unreadable(text: Scalar, rule: Check, inputs: Inputs, figures: Figures) -> Iterator[Fault]:
    unbound = set(VARIABLE.findall(text)) - rule.variables
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
