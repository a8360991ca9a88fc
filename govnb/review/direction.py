"""方向词: “增长”“超支” and their like against the sign of the figure they stand beside.

Three ways a narrative says a direction are read: a word right before a signed figure
(`超支{{ 支出.超支 }}`), a word that leads to this year's amount (`增加至{{ ….本年 }}`), and a
comparison with last year behind an amount, referred to or named (`公务接待费5.31万元，同比下降`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from govnb.evaluate.figure import Figure, Figures, rounded, shown
from govnb.evaluate.references import DIRECTIONS, LEFT_OVER, OVERSPENT, Reference
from govnb.inputs.check_rules import DirectionRule
from govnb.review.compared import compared
from govnb.review.finding import PASSED, Finding, Side
from govnb.review.mentions import NUMBER, Mention, Names, referred, years
from govnb.review.say import Evidence, Say
from govnb.review.terms import printed
from govnb.review.texts import Passage
from govnb.review.world import World

# Figures whose sign is a direction, by the last word of their name.
_CHANGES = ("增量", "增长率", "变动率", "差异", "差异率", "差异合计")
_FILLER = r"(?:了|额|率|幅度|金额|约|为|共|达|：|:|(?:年初|年度)?预算|计划)*"
# What is denied has no direction: 没有增加{{ … }}, 不超支.
_DENIED = r"(?:没有?|未|不|无|避免|防止|杜绝|零)(?:再|有|了|出现|发生|明显|大幅)*"


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
    names = Names(world)
    for passage in world.prose:
        for said in _said(rule, passage, world, names):
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


def _said(rule: DirectionRule, passage: Passage, world: World, names: Names) -> Iterator[_Said]:
    """Yield the directions a passage states."""
    figures = world.figures
    words = [*rule.up, *rule.down, *rule.over, *rule.under]
    one_of = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    last_year = world.year - 1
    for reference in passage.references:
        if reference.name in figures:
            yield from _before(rule, passage, reference, figures, one_of)
    named = [m for m in names.in_(passage) if m.is_ours and not m.is_last and m.last]
    for mention in [*referred(passage, figures), *named]:
        for told in compared(mention, passage.masked, words, last_year):
            yield _pair(rule, told.word, mention, told.start, told.end, told.is_negated)
        if mention.label:
            yield from _reached(rule, passage, mention, one_of)


def _reached(
    rule: DirectionRule, passage: Passage, mention: Mention, one_of: str
) -> Iterator[_Said]:
    """Yield the direction of “公务接待费（由29.87万元）增加到31万元”."""
    found = re.compile(
        rf"(?:支出)?(?:[由从][^，。；\n]{{1,12}})?(?:{one_of})(?:到|至)?(?<=[到至])(?:了|约)?{NUMBER}"
    ).match(passage.masked, mention.end)
    word = re.search(one_of, found[0]) if found and not mention.number else None
    if found and word:
        start = found.start() + word.start()
        yield _pair(rule, word[0], mention, start, found.end())


def _before(
    rule: DirectionRule, passage: Passage, reference: Reference, figures: Figures, one_of: str
) -> Iterator[_Said]:
    """Yield the direction that the word right before a reference states."""
    head = passage.masked[max(0, reference.start - 16) : reference.start]
    figure = figures[reference.name]
    leading = re.search(rf"({one_of})(?:到|至)?(?<=[到至])(?:了|约)?$", head)
    if leading and (pair := years(reference.name, figures)):
        start = reference.start - len(head) + leading.start()
        yield _pair(rule, leading[1], Mention("", *pair, start, reference.end), start)
        return
    word = re.search(rf"(负?)({one_of}){_FILLER}$", head)
    if word is None or word[2].endswith("至") or reference.filter in DIRECTIONS:
        return
    if re.search(rf"{_DENIED}$", head[: word.start()]):
        return
    start = reference.start - len(head) + word.start()
    sign = _sign(rule, word[2], reference.name.rpartition(".")[2])
    if sign is not None:
        told, sign = word[1] + word[2], sign != bool(word[1])
        yield _Said(told, sign, reference.name, figure.number, figure, start, reference.end)


def _sign(rule: DirectionRule, word: str, last: str) -> bool | None:
    """Tell whether a word calls for a positive figure; None if the figure has no direction."""
    if last in _CHANGES and word in (*rule.up, *rule.over):
        return True
    if last in _CHANGES and word in (*rule.down, *rule.under):
        return False
    if last in OVERSPENT and word in (*rule.over, *rule.under):
        return word in rule.over
    if last in LEFT_OVER and word in (*rule.over, *rule.under):
        return word in rule.under
    return None


def _pair(
    rule: DirectionRule, word: str, mention: Mention, start: int, end: int = 0, minus: bool = False
) -> _Said:
    now, last = mention.figure, mention.last
    assert now.number is not None and last is not None and last.number is not None
    change = now.number - last.number
    is_up = (word in (*rule.up, *rule.over)) != minus
    told = f"负{word}" if minus else word
    return _Said(told, is_up, now.name, change, now, start, end or mention.end, against=last)
