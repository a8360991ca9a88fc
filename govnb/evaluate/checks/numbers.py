"""裸数 and 文中数: numbers typed in a narrative where a figure holds them, or holds another.

Only what can't be a coincidence is told: a number with three telling digits that equals a
figure of the same unit, a shorter one with the figure's own name beside it, and a number
right behind the full label of a figure computed by the formula book.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from govnb.evaluate.checks.say import Evidence, Say
from govnb.evaluate.checks.texts import Passage, clause, outside_quotes
from govnb.evaluate.checks.world import World
from govnb.evaluate.figure import Figure, rounded, shown
from govnb.evaluate.finding import PASSED, Finding, Side
from govnb.inputs.check_rules import RawNumberRule, TypedValueRule

_SAME_UNIT = {"名": "人", "平方米": "㎡", "万": "万元"}
# Digits by which a number is known: fewer could well be another number's.
_TELLING, _TELLING_WHOLE = 3, 4
# Words of a name that would stand beside any number.
_GENERAL = frozenset(["本年", "上年", "预算", "支出", "合计", "收入", "金额", "目标", "实际"])
_LABEL_LENGTH = 5
_OTHER_YEAR = re.compile(r"上年|去年|往年|目标|计划|原定|同期")
_FILLER = r"(?:为|是|达到|达|约|共|共计|：|:)?\s*"


def raw_numbers(rule: RawNumberRule, world: World, say: Say) -> Iterator[Finding]:
    """Find numbers with units, typed in a narrative, that a figure holds."""
    units = {f.unit for f in world.figures.values() if f.unit} | set(_SAME_UNIT)
    one_of = _alternatives(units - set(rule.skip_units))
    pattern = re.compile(rf"(?<![\d.\-—－A-Za-z])(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>{one_of})")
    found: dict[str, Finding] = {}
    seen = 0
    for passage in world.prose:
        text = outside_quotes(passage.masked)
        for match in pattern.finditer(text):
            seen += 1
            figure = _holder(match, text, world)
            if figure is not None:
                subject = f"{passage.path}:{match[0]}"
                words = {"处": passage.path, "原文": match[0], "左": match[0]}
                words |= {"右名": figure.name, "右": shown(figure)}
                evidence = Evidence(_typed(match, passage), Side.of(figure))
                found.setdefault(subject, say.failed(subject, words, evidence))
    yield from found.values()
    if not world.prose:
        yield say.no_prose()
    elif not seen:
        yield say.not_applicable("", "文字里没有带单位的数")
    elif not found:
        yield say("", PASSED, f"文字里的{seen}个数都不与指标重复")


def _holder(match: re.Match[str], text: str, world: World) -> Figure | None:
    """Return the figure a typed number repeats, or None where chance may have it so."""
    number, unit = match["number"], _SAME_UNIT.get(match["unit"], match["unit"])
    value, decimals = Decimal(number), len(number.partition(".")[2])
    if not value:
        return None
    start, end = clause(text, *match.span())
    around = text[max(start, match.start() - 25) : min(end, match.end() + 15)]
    same = [
        figure
        for figure in world.figures.values()
        if figure.unit == unit and figure.number is not None and _prints(figure, value, decimals)
    ]
    named = [figure for figure in same if any(word in around for word in _words(figure))]
    digits = len(number.replace(".", "").strip("0"))
    telling = digits >= (_TELLING if decimals else _TELLING_WHOLE)
    return next(iter(named or (same if telling else [])), None)


def _prints(figure: Figure, value: Decimal, decimals: int) -> bool:
    assert figure.number is not None
    return figure.number == value or (decimals > 0 and rounded(figure.number, decimals) == value)


def _words(figure: Figure) -> list[str]:
    return [s for s in figure.name.split(".") if len(s) > 1 and s not in _GENERAL]


def typed_values(rule: TypedValueRule, world: World, say: Say) -> Iterator[Finding]:
    """Compare a number typed right behind a computed figure's label with the figure."""
    labelled = _labelled(world)
    one_of = re.sub("([“”])", r"\1?", _alternatives(labelled))
    pattern = re.compile(
        rf"(?P<label>{one_of}){_FILLER}(?P<number>-?\d+(?:\.\d+)?)\s*(?P<unit>[^\d\s，。；、]{{1,3}})"
    )
    found: dict[str, Finding] = {}
    for passage in world.prose if labelled else ():
        text = passage.masked
        for match in pattern.finditer(text):
            figure = labelled[_bare(match["label"])]
            start, _ = clause(text, *match.span())
            is_this_year = not _OTHER_YEAR.search(text, start, match.start())
            if is_this_year and match["unit"].startswith(figure.unit):
                finding = _compared(match, figure, passage, say)
                if finding.id not in found or finding.is_open:
                    found[finding.id] = finding
    if not world.prose:
        yield say.no_prose()
    elif not found:
        yield say.not_applicable("", "文字里没有直接写在指标名称后面的数")
    yield from found.values()


def _compared(match: re.Match[str], figure: Figure, passage: Passage, say: Say) -> Finding:
    value, decimals = Decimal(match["number"]), len(match["number"].partition(".")[2])
    assert figure.number is not None
    subject = f"{passage.path}:{match['label']}"
    written = f"{match['number']}{figure.unit}"
    evidence = Evidence(_typed(match, passage), Side.of(figure), value - figure.number)
    if abs(value - figure.number) <= Decimal("0.5").scaleb(-decimals):
        return say(subject, PASSED, f"{match['label']}写{written}，与{shown(figure)}相符", evidence)
    words = {"处": passage.path, "项": match["label"], "左": written, "右": shown(figure)}
    return say.failed(subject, words, evidence)


def _labelled(world: World) -> dict[str, Figure]:
    """Return figures by what a sentence calls them, where that is long and means one only."""
    found: dict[str, list[Figure]] = {}
    for figure in world.figures.values():
        # A stated amount is called by the end of its path: 公务接待费·支出, 公务接待费支出.
        label = figure.label.replace("·", "")
        if len(label) >= _LABEL_LENGTH and figure.unit and figure.number is not None:
            found.setdefault(_bare(label), []).append(figure)
    return {
        label: figures[0]
        for bare, figures in found.items()
        if len(figures) == 1
        for label in (bare, figures[0].label)
    }


def _bare(label: str) -> str:
    return label.replace("“", "").replace("”", "")


def _typed(match: re.Match[str], passage: Passage) -> Side:
    return Side(None, match["number"], str(passage.at(match.start("number"))))


def _alternatives(words: set[str] | dict[str, Figure]) -> str:
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))
