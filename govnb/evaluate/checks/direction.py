"""方向词: “增长”“超支” and their like against the sign of the figure they stand beside.

Three ways a narrative says a direction are read: a word right before a signed figure
(`超支{{ 支出.超支 }}`), a word that leads to this year's amount (`增加至{{ ….本年 }}`), and a
comparison with last year behind an amount (`{{ ….本年 }}，比上年有所下降`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from govnb.evaluate.checks.say import Evidence, Say
from govnb.evaluate.checks.terms import printed
from govnb.evaluate.checks.texts import Passage, clause
from govnb.evaluate.checks.world import World
from govnb.evaluate.figure import Figure, Figures, rounded, shown
from govnb.evaluate.finding import PASSED, Finding, Side
from govnb.evaluate.references import DIRECTIONS, Reference
from govnb.inputs.check_rules import DirectionRule

# Figures whose sign is a direction, by the last word of their name.
_CHANGES = ("增量", "增长率", "变动率", "差异", "差异率", "差异合计")
_OVERSPENT = ("超支", "超支率")
_SAVED = ("结余", "结余率", "节约额", "节约率")
# This year's amount, and the same amount last year.
_YEARS = (("本年", "上年"), ("支出", "上年支出"), ("预算", "上年预算"), ("实际", "上年实际"))
_FILLER = r"(?:了|额|率|幅度|金额|约|为|共|达|：|:)*"


@dataclass(frozen=True, slots=True)
class _Said:
    """A direction a narrative states: the word, up or down, and the change it is about."""

    word: str
    is_up: bool
    subject: str
    change: Decimal | None
    figure: Figure
    start: int
    end: int
    against: Figure | None = None


def directions(rule: DirectionRule, world: World, say: Say) -> Iterator[Finding]:
    """Compare each word of direction in the narratives with the figures."""
    found: dict[str, Finding] = {}
    for passage in world.prose:
        for said in _said(rule, passage, world.figures):
            finding = _judged(said, passage, world, say)
            before = found.get(finding.id)
            if before is None or not before.is_open:
                found[finding.id] = finding
    if not world.prose:
        yield say.no_prose()
    elif not found:
        yield say.not_applicable("", "文字里没有与数连用的方向词")
    yield from found.values()


def _judged(said: _Said, passage: Passage, world: World, say: Say) -> Finding:
    subject = f"{passage.path}:{said.word}{said.subject}"
    place = str(passage.at(said.start))
    side = Side(None, said.word, place)
    if said.change is None:
        missing = world.terms.missing(said.figure.name) or [said.figure.name]
        return say.no_data(subject, missing, Evidence(side, Side.of(said.figure)))
    change = printed(said.change, said.figure.unit, said.figure.decimals)
    evidence = Evidence(side, Side.of(said.figure), None if said.against else said.change)
    # A change too small to print shows neither direction.
    if rounded(said.change, said.figure.decimals) == 0 or (said.change > 0) == said.is_up:
        return say(subject, PASSED, f"“{said.word}”与{said.figure.label}{change}相符", evidence)
    words = {"处": passage.path, "原文": said.word, "左": said.word, "项": said.figure.label}
    if said.against:
        words["右"] = f"由{shown(said.against)}变为{shown(said.figure)}"
    else:
        words["右"] = shown(said.figure)
    return say.failed(subject, words, evidence)


def _said(rule: DirectionRule, passage: Passage, figures: Figures) -> Iterator[_Said]:
    """Yield the directions a passage states."""
    words = sorted([*rule.up, *rule.down, *rule.over, *rule.under], key=len, reverse=True)
    one_of = "|".join(map(re.escape, words))
    references = [r for r in passage.references if r.name in figures]
    for reference in references:
        yield from _before(rule, passage, reference, figures, one_of)
    years = [(r, pair) for r in references if (pair := _years(r.name, figures))]
    for reference, (now, last) in years:
        _, stop = clause(passage.text, reference.start, reference.end)
        tail = passage.masked[reference.end : stop]
        behind = re.match(rf"[^\ufffc]{{0,12}}?(?:比|较)上年[^\ufffc，]{{0,4}}?({one_of})", tail)
        # A figure right behind the word says by how much, and is looked at on its own.
        if behind and not passage.text[reference.end + behind.end() :].startswith("{{"):
            end = reference.end + behind.end()
            yield _pair(rule, behind[1], now, last, end - len(behind[1]), end)


def _before(
    rule: DirectionRule, passage: Passage, reference: Reference, figures: Figures, one_of: str
) -> Iterator[_Said]:
    """Yield the direction that the word right before a reference states."""
    head = passage.masked[max(0, reference.start - 16) : reference.start]
    figure = figures[reference.name]
    leading = re.search(rf"({one_of})(?:到|至)(?:了|约)?$", head)
    if leading and (pair := _years(reference.name, figures)):
        start = reference.start - len(head) + leading.start()
        yield _pair(rule, leading[1], *pair, start, reference.end)
        return
    word = re.search(rf"({one_of}){_FILLER}$", head)
    if word is None or reference.filter in DIRECTIONS:
        return
    start = reference.start - len(head) + word.start()
    sign = _sign(rule, word[1], reference.name.rpartition(".")[2])
    if sign is not None:
        yield _Said(word[1], sign, reference.name, figure.number, figure, start, reference.end)


def _sign(rule: DirectionRule, word: str, last: str) -> bool | None:
    """Tell whether a word calls for a positive figure; None if the figure has no direction."""
    if last in _CHANGES and word in (*rule.up, *rule.over):
        return True
    if last in _CHANGES and word in (*rule.down, *rule.under):
        return False
    if last in _OVERSPENT and word in (*rule.over, *rule.under):
        return word in rule.over
    if last in _SAVED and word in (*rule.over, *rule.under):
        return word in rule.under
    return None


def _pair(rule: DirectionRule, word: str, now: Figure, last: Figure, start: int, end: int) -> _Said:
    assert now.number is not None and last.number is not None
    change = now.number - last.number
    is_up = word in (*rule.up, *rule.over)
    return _Said(word, is_up, now.name, change, now, start, end, against=last)


def _years(name: str, figures: Figures) -> tuple[Figure, Figure] | None:
    """Return this year's and last year's figure, if the name is this year's and both are known."""
    for this, before in _YEARS:
        head, dot, rest = name.partition(f".{this}")
        if not dot or (rest and not rest.startswith(".")):
            continue
        last = figures.get(f"{head}.{before}{rest}")
        if last is not None and last.number is not None and figures[name].number is not None:
            return figures[name], last
    return None
