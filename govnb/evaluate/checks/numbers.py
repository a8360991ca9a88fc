"""裸数 and 写法: numbers typed where a reference belongs, and non-standard writing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from govnb.evaluate.checks.context import Evidence, Say, World
from govnb.evaluate.checks.texts import Passage, clause, outside_quotes
from govnb.evaluate.figure import Figure, rounded, shown
from govnb.evaluate.finding import PASSED, Finding, Side
from govnb.inputs.check_rules import RawNumberRule, WritingRule
from govnb.inputs.values import MONEY_UNITS

_SAME_UNIT = {"名": "人", "平方米": "㎡", "万": "万元"}
# From here on a whole number is unlikely to be another number's equal by chance.
_TELLING = 1000


def raw_numbers(rule: RawNumberRule, world: World, say: Say) -> Iterator[Finding]:
    """Find numbers with units, typed in a narrative, that a figure holds."""
    units = sorted({f.unit for f in world.figures.values() if f.unit} | set(_SAME_UNIT), key=len)
    units = [u for u in reversed(units) if u not in rule.skip_units]
    pattern = re.compile(
        rf"(?<![\d.\-—－A-Za-z])(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>{'|'.join(map(re.escape, units))})"
    )
    found: dict[str, Finding] = {}
    for passage in world.prose if units else ():
        text = outside_quotes(passage.masked)
        for match in pattern.finditer(text):
            unit = _SAME_UNIT.get(match["unit"], match["unit"])
            figure = _holder(match["number"], unit, text, match, world)
            if figure is None:
                continue
            place = str(passage.at(match.start()))
            subject = f"{passage.path}:{match[0]}"
            words = {"处": passage.path, "原文": match[0], "左": match[0]}
            words |= {"右名": figure.name, "右": shown(figure)}
            evidence = Evidence(Side(None, match["number"], place), Side.of(figure))
            found.setdefault(subject, say.failed(subject, words, evidence))
    yield from found.values()
    if not found:
        yield _nothing(say, len(world.prose))


def _holder(
    number: str, unit: str, text: str, match: re.Match[str], world: World
) -> Figure | None:
    """Return the figure a typed number repeats, or None if it is more likely a coincidence.

    A number with decimals, or a large one, is told by its value; a small whole one only with
    the figure's own name beside it.
    """
    value = Decimal(number)
    decimals = len(number.partition(".")[2])
    if not value:
        return None
    start, end = clause(text, match.start(), match.end())
    around = text[max(start, match.start() - 25) : min(end, match.end() + 15)]
    same = [
        f
        for f in world.figures.values()
        if f.unit == unit
        and f.number is not None
        and (f.number == value or (decimals and rounded(f.number, decimals) == value))
    ]
    named = [f for f in same if any(word in around for word in _words(f))]
    if named:
        return named[0]
    telling = decimals >= 1 or (value >= _TELLING and unit not in MONEY_UNITS)
    return same[0] if same and telling else None


def _words(figure: Figure) -> list[str]:
    """Return the words of a figure's name that would stand beside its number."""
    general = {"本年", "上年", "预算", "支出", "合计", "收入", "金额", "目标", "实际"}
    return [s for s in figure.name.split(".") if len(s) > 1 and s not in general]


def writing(rule: WritingRule, world: World, say: Say) -> Iterator[Finding]:
    """Find text written in a way that the rule's pattern describes."""
    found: dict[str, Finding] = {}
    looked = [p for p in world.passages if _is_within(p, rule.within)]
    for passage in looked:
        text = passage.masked
        for match in re.finditer(rule.find, text):
            snippet = match[0].strip()
            # One spelling is one finding, however often it is repeated.
            words = {"处": passage.path, "原文": snippet, "左": snippet, "项": passage.path}
            evidence = Evidence(Side(passage.path, snippet, str(passage.at(match.start()))))
            found.setdefault(snippet, say.failed(snippet, words, evidence))
    yield from found.values()
    if not looked:
        yield say.not_applicable("", "没有可查的文字")
    elif not found:
        yield _nothing(say, len(looked))


def _is_within(passage: Passage, within: list[str]) -> bool:
    return not within or any(passage.path == w or passage.path.startswith(f"{w}.") for w in within)


def _nothing(say: Say, passages: int) -> Finding:
    if not passages:
        return say.not_applicable("", "没有叙述文字")
    return say("", PASSED, f"查了{passages}段文字，没有发现")
