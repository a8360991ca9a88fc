"""裸数: numbers typed in a narrative where a figure holds them.

Only what can't be a coincidence is told: a number with three telling digits that equals a
figure of the same unit, or a shorter one, or a rate, with the figure's own name beside it.
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
from govnb.inputs.check_rules import RawNumberRule

_SAME_UNIT = {"名": "人", "平方米": "㎡", "万": "万元"}
# Digits by which a number is known: fewer could well be another number's.
_TELLING, _TELLING_WHOLE = 3, 4
# Words of a name that would stand beside any number.
_GENERAL = frozenset(
    ["本年", "上年", "预算", "支出", "合计", "收入", "金额", "目标", "实际", "人员", "业务量"]
)


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
    # Rates are all of one size: any two may print alike.
    telling = unit != "%" and digits >= (_TELLING if decimals else _TELLING_WHOLE)
    return next(iter(named or (same if telling else [])), None)


def _prints(figure: Figure, value: Decimal, decimals: int) -> bool:
    assert figure.number is not None
    return figure.number == value or (decimals > 0 and rounded(figure.number, decimals) == value)


def _words(figure: Figure) -> list[str]:
    return [s for s in figure.name.split(".") if len(s) > 1 and s not in _GENERAL]


def _typed(match: re.Match[str], passage: Passage) -> Side:
    return Side(None, match["number"], str(passage.at(match.start("number"))))


def _alternatives(words: set[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))
