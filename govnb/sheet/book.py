"""The formula book: rules of `params/rules/figures.yml` → drafts of derived figures.

A rule whose name holds `{变量}` gives one figure for each fact that its `每个` matches.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from govnb.sheet.expression import FormulaError, parse
from govnb.sheet.facts import Facts
from govnb.sheet.figure import WHOLE_UNITS
from govnb.sheet.names import Names
from govnb.sheet.rules import Book, FigureRule
from govnb.sheet.sheet import Figure
from govnb.text.faults import Fault, Place
from govnb.text.section import RESERVED, dotted
from govnb.text.section import VARIABLE as VARIABLE
from govnb.text.yaml_text import Scalar

_SEGMENT = re.compile(r"\.\{([^{}]+)\}")
# Stands for whatever a variable may be, where a rule is read before it is tried.
ANY = "某项"
UNBOUND_HINT = "名称里的 {变量} 要在“每个”里出现"


def add_book(facts: Facts, book: Book, places: dict[str, Place]) -> None:
    """Add the book's figures for this department to its facts; faults go there too."""
    stated = tuple(facts.drafts)
    for name, rule in book.items():
        texts = (rule.formula, rule.unit, rule.label, rule.note, rule.source)
        faults = [fault for text in filter(None, texts) for fault in unbound(text, rule.each)]
        if loose := set(VARIABLE.findall(name)) - set(VARIABLE.findall(rule.each or "")):
            message = f"“{name}”里的变量“{'、'.join(sorted(loose))}”没有说明取自哪里"
            faults.append(Fault(places[name], message, UNBOUND_HINT))
        try:
            # Read even where nothing matches: a mistake must not wait for the first project.
            parse(VARIABLE.sub(lambda m: "甲" * len(m[0]), rule.formula))
        except FormulaError as error:
            faults.append(Fault(rule.formula.at(error.offset), str(error), error.hint))
        for filled in [] if loose else matches(rule.each, stated):
            # A name whose formula is no good still exists: one mistake is told once.
            unread = Figure(fill(name, filled), place=places[name], derived=True)
            facts.add(unread if faults else _read(unread, rule, filled, facts))
        facts.faults.extend(faults)


def _read(draft: Figure, rule: FigureRule, variables: dict[str, str], facts: Facts) -> Figure:
    unit = fill(rule.unit, variables)
    # The unit the department gave the thing counted.
    given = facts.drafts.get(unit)
    unit = str(given.value) if given else unit if unit != "无" else ""
    expression = parse(bound(rule.formula, variables))
    return replace(
        draft,
        unit=unit,
        expression=replace(expression, text=fill(rule.formula, variables)),
        label=fill(rule.label, variables),
        decimals=int(rule.decimals or ("0" if unit in WHOLE_UNITS else "2")),
        fixed=rule.decimals is not None,
        note=fill("；".join(filter(None, (rule.note, rule.source))), variables),
    )


def check_book(book: Book, names: Names) -> Iterator[Fault]:
    """Yield a fault for each name in the book that no department can have."""
    for rule in book.values():
        if rule.each is not None and (hint := names.why_not(rule.each)) is not None:
            yield Fault(rule.each.place, f"没有“{rule.each}”这个指标", hint)
        try:
            named = parse(bound(rule.formula, {}, ANY)).names
        except FormulaError:
            continue
        for name in named:
            if (hint := names.why_not(name.replace(ANY, "*"))) is not None:
                said = name.replace(ANY, "…")
                place = rule.formula.at(max(rule.formula.find(name.partition(f".{ANY}")[0]), 0))
                yield Fault(place, f"公式“{rule.formula}”里没有“{said}”这个指标", hint)


def unbound(text: Scalar, each: str | None) -> list[Fault]:
    """Return a fault for each `{变量}` of a text that `each` doesn't bind."""
    free = VARIABLE.findall(each or "")
    return [
        Fault(text.at(m.start()), f"变量“{m[1]}”没有说明取自哪里", UNBOUND_HINT)
        for m in VARIABLE.finditer(text)
        if m[1] not in free
    ]


def matches(each: str | None, known: Iterable[str]) -> list[dict[str, str]]:
    """Return the variables' values for each name a pattern applies to; {} if there is none."""
    if each is None:
        return [{}]
    match, names = dotted(each).fullmatch, VARIABLE.findall(each)
    found = (m.groups() for m in map(match, known) if m)
    return [dict(zip(names, words, strict=True)) for words in found if not RESERVED & set(words)]


def fill(text: str, variables: Mapping[str, str]) -> str:
    """Return `text` with each `{变量}` replaced."""
    return VARIABLE.sub(lambda m: variables.get(m[1], m[0]), text)


def bound(text: str, variables: Mapping[str, str], other: str | None = None) -> str:
    """Return a formula with its `{变量}` replaced, `other` standing for those not given.

    A name may hold what a dotted segment can't, so it goes in as `["…"]`.
    """

    def word(match: re.Match[str], written: str) -> str:
        value = variables.get(match[1], other)
        return match[0] if value is None else written.format(value)

    text = _SEGMENT.sub(lambda m: word(m, '["{}"]'), text)
    return VARIABLE.sub(lambda m: word(m, "{}"), text)
