"""The rules of the review: `params/rules/checks.yml` read, and whether each can be used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from govnb.review import kinds as kinds
from govnb.review.check import EVERYWHERE, Check, FormulaOf, PatternOf, checks_model
from govnb.review.terms import is_literal
from govnb.review.words import Words, shipped_words
from govnb.sheet.expression import FormulaError, canonical, parse
from govnb.sheet.figure import Figures
from govnb.sheet.names import Names
from govnb.sheet.read import Inputs, label_of
from govnb.sheet.rules import ANY, bound
from govnb.text.faults import Fault, FaultsError, Place, did_you_mean
from govnb.text.section import VARIABLE
from govnb.text.validation import Gaps, validate_leniently
from govnb.text.yaml_text import Mapping as Tree
from govnb.text.yaml_text import Scalar, mapping, read_yaml

# The files of `params/rules` that the review reads, and what is in them.
RULE_FILES = ("checks", "words")
_NOTHING = mapping({}, Place(""))


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
    checks = _NOTHING if checks is None else checks
    given = validate_leniently(_NOTHING if words is None else words, Words)
    found = validate_leniently(checks, checks_model())
    for name, rule in (found.value or {}).items():
        rule.call(name)
    return Rules(
        found.value or {},
        checks.keys_at,
        (given.value or Words()).completed(),
        (*faults, *given.faults, *found.faults),
        given.gaps | found.gaps,
    )


def unusable(rules: Rules, inputs: Inputs, figures: Figures) -> list[Fault]:
    """Return a fault for each rule that can't be used, at its place."""
    faults: list[Fault] = []
    names = Names(figures.sheet, inputs.book, inputs.gaps)
    for name, rule in rules.checks.items():
        if rule.unless is not None and rule.unless not in {*rules.checks, *rules.gaps.names}:
            hint = did_you_mean(rule.unless, rules.checks)
            faults.append(Fault(rule.unless.place, f"没有编号是“{rule.unless}”的核对", hint))
        if _is_circular(name, rules.checks):
            message = f"“{name}”的“除非”绕了一圈"
            faults.append(Fault(rules.at[name], message, "删去其中一个“除非”"))
        for text, _ in rule.texts(FormulaOf):
            faults += _unreadable(text, rule, names)
        for text, told in rule.texts(PatternOf):
            # A slip in one of these would only ever find nothing, which looks like 不适用.
            known = canonical(text.split("**")[0].rstrip("."))
            if (instead := names.why_not(known, section=not told.binds)) is not None:
                faults.append(Fault(text.place, f"没有“{text}”这个指标", instead))
    return faults


def _is_circular(name: str, checks: Mapping[str, Check]) -> bool:
    """Tell whether rules give way to one another in a circle."""
    seen: list[str] = []
    while name in checks and name not in seen:
        seen.append(name)
        name = str(checks[name].unless or "")
    return name in seen


def _unreadable(text: Scalar, rule: Check, names: Names) -> Iterator[Fault]:
    free = set(VARIABLE.findall(text))
    if free and (free := free - rule.variables):
        hint = "算式里的 {变量} 要在“每个”里出现"
        yield Fault(text.place, f"变量“{'、'.join(sorted(free))}”没有说明取自哪里", hint)
    elif text != EVERYWHERE and not is_literal(text):
        try:
            expression = parse(bound(text, {}, ANY))
            if not expression.names:
                # Of numbers alone: it has a value, unless it is such as 1 / 0.
                expression.evaluate(lambda _: None, lambda *_: [])
        except FormulaError as error:
            yield Fault(text.at(error.offset), str(error), error.hint)
            return
        except ArithmeticError as error:
            yield Fault(text.place, f"“{text}”算不出：{error}", "写一个名称、算式或数")
            return
        # A list of documents is no figure, but has its dates.
        is_list = text == getattr(rule, "document", None)
        yield from names.unknown(text, expression.names, section=is_list)
