"""零基, 取值范围 and 口径: rates without a base, beyond bounds, under a wrong name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from govnb.evaluate.expression import canonical
from govnb.evaluate.figure import Figure, rounded, shown
from govnb.inputs.check_rules import RangeRule, ScopeRule, ZeroBaseRule
from govnb.review.finding import PASSED, Finding, Side
from govnb.review.relations import NOTHING_TO_CHECK
from govnb.review.say import Evidence, Say, quoted, subject_of, undecided
from govnb.review.texts import Passage, clause
from govnb.review.world import World

_GROWTH = re.compile(r"(增长|上升|提高|增加|增幅|增速)[^。；，\n]{0,8}?\d+(\.\d+)?\s*[%％倍]")

# What may stand between a rate's name and its number: 高达, 均为, 达到了.
_BETWEEN = r"[^\d，。；、！？%％\n]{0,8}?"
# Unless it makes the number that of something else: of its growth, or of a target met.
_OTHER_RATE = re.compile(
    r"(?:增长|增加|增幅|提高|提升|上升|下降|降低|减少|升|降)[^到至]*$|同比|环比|比|较|倍"
    r"|完成|任务|目标|计划|预算"
)


def zero_base(rule: ZeroBaseRule, world: World, say: Say) -> Iterator[Finding]:
    """Find growth told, published or computed from a base of zero.

    A rate needs a base: of what was nothing last year only the increase can be told.
    """
    instances = world.instances(rule.each)
    if not instances:
        yield say.not_applicable("", NOTHING_TO_CHECK)
    for variables in instances:
        base, now = world.term(rule.base, variables), world.term(rule.now, variables)
        subject = subject_of(variables)
        evidence = Evidence(base.side, now.side)
        if base.number is None or now.number is None:
            # Without a rate to compute, nothing is lost by not knowing the base.
            yield from undecided(say, subject, base, now) if rule.growth else ()
            continue
        if base.number:
            yield say(subject, PASSED, f"{base.label}{base}，不为 0", evidence)
            continue
        told = list(_told(rule, variables, world))
        if not told:
            yield say.not_applicable(subject, f"{base.label}是 0，没有写增长率")
            continue
        words = {"项": subject or now.label, "左名": base.label, "左": str(base)}
        words |= {"右名": now.label, "右": str(now), "缘由": "；".join(told)}
        yield say.failed(subject, words, evidence)


def _told(rule: ZeroBaseRule, variables: Mapping[str, str], world: World) -> Iterator[str]:
    """Yield where the department gives the rate all the same."""
    growth = world.term(rule.growth, variables).name if rule.growth else None
    for key, source in world.inputs.department.published.items():
        if canonical(key) == growth:
            yield f"公布的增长率是{source.text.strip()}（{source.place}）"
    about = {world.term(rule.base, variables).name, world.term(rule.now, variables).name}
    for passage in world.prose:
        masked = passage.masked
        spans = [(r.start, r.end) for r in passage.references if r.name in about]
        for item in variables.values():
            spans += [m.span() for m in re.finditer(re.escape(item), masked)]
        for reference in passage.references:
            if reference.name == growth:
                yield f"{passage.path}引用了增长率（{passage.at(reference.start)}）"
        told = (_GROWTH.search(masked, *clause(masked, *span)) for span in spans)
        match = next(filter(None, told), None)
        if match:
            yield f"{passage.path}写了“{match[0]}”（{passage.at(match.start())}）"


def in_range(rule: RangeRule, world: World, say: Say) -> Iterator[Finding]:
    """Find rates beyond the bounds that their meaning sets, in figures and in narratives."""
    low, high = (Decimal(x) if x is not None else None for x in (rule.low, rule.high))
    bounds = "到".join(f"{x}{rule.unit}" for x in (rule.low, rule.high) if x is not None)
    found = False
    for name, figure in world.figures.items():
        if figure.unit != rule.unit or not _bears(figure, rule, world):
            continue
        found = True
        evidence = Evidence(Side.of(figure), Side(None, bounds, None))
        if figure.number is None:
            yield say.no_data(name, world.terms.missing(name) or [name], evidence)
        elif not _outside(figure.number, low, high):
            yield say(
                name, PASSED, f"{quoted(figure.label)}{shown(figure)}，在{bounds}之内", evidence
            )
        elif excuse := world.excuse_figure(name, lambda value: not _outside(value, low, high)):
            told = f"{quoted(figure.label)}{shown(figure)}，不在{bounds}之内"
            yield say.excused(name, told, excuse, evidence)
        else:
            yield say.failed(
                name, {"项": figure.label, "左": shown(figure), "右": bounds}, evidence
            )
    for passage in world.prose:
        yield from _typed(rule, passage, low, high, bounds, say)
    if not found:
        yield say.not_applicable("", "没有这一类指标")


def _bears(figure: Figure, rule: RangeRule, world: World) -> bool:
    """Tell whether a rate's name says what it is a rate of.

    What the book computes from such a rate, say its growth, is named by its last word.
    """
    words = rule.words
    if any(word in figure.name for word in rule.unless_words):
        return False
    if world.is_from_book(figure):
        return figure.name.endswith(tuple(words))
    return any(word in segment for word in words for segment in figure.name.split("."))


def _outside(number: Decimal, low: Decimal | None, high: Decimal | None) -> bool:
    # A share computed as 100.000…01% is 100%.
    number = rounded(number, 6)
    return (low is not None and number < low) or (high is not None and number > high)


def _typed(
    rule: RangeRule, passage: Passage, low: Decimal | None, high: Decimal | None, bounds: str,
    say: Say,
) -> Iterator[Finding]:  # fmt: skip
    """Yield the rates typed in a narrative that are out of bounds."""
    any_word = "|".join(map(re.escape, rule.words))
    unit = "[%％]" if rule.unit == "%" else re.escape(rule.unit)
    number = r"(?<![\d.])(?P<number>\d+(?:\.\d+)?)"
    pattern = rf"(?P<word>{any_word})(?P<between>{_BETWEEN}){number}{unit}"
    not_these = tuple(rule.unless_words)
    for match in re.finditer(pattern, passage.masked):
        before = passage.masked[: match.end("word")]
        if _OTHER_RATE.search(match["between"]) or (not_these and before.endswith(not_these)):
            continue
        if _outside(Decimal(match["number"]), low, high):
            side = Side(match["word"], match["number"], str(passage.at(match.start())))
            words = {"项": match["word"], "左": match["number"] + rule.unit, "右": bounds}
            evidence = Evidence(side, Side(None, bounds, None))
            yield say.failed(f"{passage.path}:{match[0]}", words, evidence)


def scope(rule: ScopeRule, world: World, say: Say) -> Iterator[Finding]:
    """Find accounts inside a total whose name excludes them.

    基本支出 is 人员经费 and 日常公用经费 by the definition of departmental budgets; capital
    expenditure (支出经济分类 309, 310) is 项目支出.
    """
    names = {world.inputs.year.accounts.get(str(code), str(code)) for code in rule.accounts}
    called = [n for n in _nodes(rule.ledger, world) if rule.called in _calling(n, world)]
    if not called:
        yield say.not_applicable("", f"“{rule.ledger}”没有称为“{rule.called}”的项")
    for node in called:
        total = world.figures[node]
        leaves = [
            figure
            for name, figure in world.figures.items()
            if _is_inside(name, node) and _is(name, names) and not world.is_absent(figure)
        ]
        if not world.facts.parts.get(node):
            yield say.no_data(node, [f"{node}的明细"], Evidence(Side.of(total)))
        elif unknown := [f.name for f in leaves if f.number is None]:
            yield say.no_data(node, unknown, Evidence(Side.of(total)))
        elif held := [f for f in leaves if f.number]:
            words = {"项": _calling(node, world), "左名": held[0].label, "左": shown(held[0])}
            words |= {"右名": total.label, "右": shown(total)}
            yield say.failed(node, words, Evidence(Side.of(held[0]), Side.of(total)))
        else:
            message = f"“{_calling(node, world)}”里没有{'、'.join(sorted(names))}"
            yield say(node, PASSED, message, Evidence(right=Side.of(total)))


def _nodes(ledger: str, world: World) -> list[str]:
    inside = [name for name in world.facts.parts if _is_inside(name, ledger)]
    return [name for name in (ledger, *inside) if name in world.figures]


def _is_inside(name: str, node: str) -> bool:
    return name.startswith(f"{node}.")


def _calling(node: str, world: World) -> str:
    """Return what the report calls a ledger's node."""
    title = world.figures.get(f"{node}.名称")
    return str(title.value) if title else node.rpartition(".")[2]


def _is(name: str, accounts: set[str]) -> bool:
    """Tell whether a node is one of the accounts, whatever the report puts in brackets."""
    plain = re.sub(r"（[^）]*）", "", name.rpartition(".")[2])
    return plain in accounts or name.rpartition(".")[2] in accounts
