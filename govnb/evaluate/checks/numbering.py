"""编号: numbered paragraphs without gaps or repeats, at every level of official writing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from govnb.evaluate.checks.dates import chinese_number
from govnb.evaluate.checks.say import Evidence, Say
from govnb.evaluate.checks.texts import Passage
from govnb.evaluate.checks.world import World
from govnb.evaluate.finding import PASSED, Finding, Side
from govnb.inputs.check_rules import NumberingRule

CHINESE = "一二三四五六七八九十"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_LINE = r"^[ \t>#*\-]*"
_POINT = r"(?<=[。；：，、:;,])"
# From the outermost level to the innermost (GB/T 9704-2012, 7.3.3: 一、（一）1.（1）), then what
# runs on within a paragraph.
_STYLES = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        rf"{_LINE}([{CHINESE}]{{1,3}})、",
        rf"{_LINE}[（(]([{CHINESE}]{{1,3}})[）)]",
        rf"{_LINE}(\d{{1,2}})[、．.](?!\d)",
        rf"(?:{_LINE}|{_POINT})[（(](\d{{1,2}})[）)]",
        rf"([{_CIRCLED}])",
        rf"(?:^[ \t]*|{_POINT})([{CHINESE}]{{1,3}})是",
    )
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A number that opens a paragraph or a point: its level, value, place and look."""

    level: int
    number: int
    start: int
    text: str


def numbering(rule: NumberingRule, world: World, say: Say) -> Iterator[Finding]:
    """Find gaps and repeats in numbered paragraphs."""
    fields: dict[str, list[Passage]] = {}
    for passage in world.prose:
        fields.setdefault(passage.path, []).append(passage)
    found: dict[str, Finding] = {}
    numbered = 0
    for path, items in fields.items():
        entries = [(item, mark) for item in items for mark in marks(item.masked)]
        numbered += bool(entries)
        for passage, mark, wrong in _disorder(entries):
            subject = f"{path}:{mark.text}"
            words = {"处": path, "原文": mark.text, "左": mark.text, "缘由": wrong}
            evidence = Evidence(Side(path, mark.text, str(passage.at(mark.start))))
            found.setdefault(subject, say.failed(subject, words, evidence))
    yield from found.values()
    if not world.prose:
        yield say.no_prose()
    elif not numbered:
        yield say.not_applicable("", "文字里没有编号")
    elif not found:
        yield say("", PASSED, f"{numbered}段文字的编号都连续")


def marks(text: str) -> list[Mark]:
    """Return the numbers that open paragraphs and points, in order."""
    found = []
    for level, pattern in enumerate(_STYLES):
        for match in pattern.finditer(text):
            shown = re.sub(r"^[\s>#*\-]+", "", match[0])
            number = (
                _CIRCLED.index(match[1]) + 1 if match[1] in _CIRCLED else chinese_number(match[1])
            )
            if number is not None:
                found.append(Mark(level, number, match.start(1), shown))
    return sorted(found, key=lambda mark: mark.start)


def _disorder(entries: list[tuple[Passage, Mark]]) -> Iterator[tuple[Passage, Mark, str]]:
    """Yield the numbers that don't follow the one before them, and what is wrong."""
    last: dict[int, int] = {}
    for passage, mark in entries:
        for level in [level for level in last if level > mark.level]:
            del last[level]
        before = last.get(mark.level)
        last[mark.level] = mark.number
        wrong = _wrong(before, mark.number)
        if wrong:
            yield passage, mark, wrong


def _wrong(before: int | None, number: int) -> str:
    """Return why a number may not follow another, or nothing; 1 opens a new list."""
    if before is None:
        return "" if number == 1 else f"从{number}编起，前面没有1"
    if number == before:
        return f"编号{number}重复"
    if number in (1, before + 1):
        return ""
    return f"{before}之后是{number}，{'跳号' if number > before else '次序颠倒'}"
