"""编号: numbered paragraphs without gaps or repeats, at every level of official writing."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from govnb.inputs.check_rules import NumberingRule
from govnb.review.dates import chinese_number
from govnb.review.finding import PASSED, Finding, Side
from govnb.review.say import Evidence, Say
from govnb.review.texts import Passage
from govnb.review.world import World

CHINESE = "一二三四五六七八九十"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_LINE = r"^[ \t>#*\-]*"
_POINT = r"(?<=[。；：，、:;,])"
# “三、四季度” and “二、三产业” are no headings.
_RANGE = re.compile(rf"([{CHINESE}])、([{CHINESE}])[、季产年月级楼层类批期轮次线届号组班等]")
# GB/T 9704-2012, 7.3.3: 一、（一）1.（1）, then what runs on within a paragraph. Writers nest
# them in other orders as well. The second word names styles that may continue one another.
_STYLES = tuple(
    (re.compile(pattern, re.MULTILINE), family)
    for pattern, family in (
        (rf"{_LINE}([{CHINESE}]{{1,3}})、", "一、"),
        (rf"{_LINE}[（(]([{CHINESE}]{{1,3}})[）)]", "（一）"),
        (rf"(?<=[。；：])[（(]([{CHINESE}]{{1,3}})[）)]", "（一）"),
        (rf"{_LINE}(\d{{1,2}})[、．.](?!\d)", "1、"),
        (r"(?<=[。；：，])(\d{1,2})[、．.](?!\d)", "1、"),
        (rf"(?:{_LINE}|{_POINT})[（(](\d{{1,2}})[）)]", "（1）"),
        (rf"([{_CIRCLED}])", "①"),
        (rf"(?:^[ \t]*|{_POINT})([{CHINESE}]{{1,3}})是", "一是"),
        (rf"(?:^[ \t]*|(?<=[。；：，]))第([{CHINESE}])，", "第一，"),
    )
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A number that opens a paragraph or a point: its style, value, place and look."""

    style: int
    number: int
    start: int
    text: str

    @property
    def family(self) -> str:
        """What it is written like, wherever in the line it stands."""
        return _STYLES[self.style][1]


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
    for style, (pattern, _) in enumerate(_STYLES):
        for match in pattern.finditer(text):
            shown = re.sub(r"^[\s>#*\-]+", "", match[0])
            number = (
                _CIRCLED.index(match[1]) + 1 if match[1] in _CIRCLED else chinese_number(match[1])
            )
            if number is not None and not _is_range(text, match.start(1)):
                found.append(Mark(style, number, match.start(1), shown))
    return sorted(found, key=lambda mark: mark.start)


def _is_range(text: str, start: int) -> bool:
    match = _RANGE.match(text, start)
    return match is not None and CHINESE.index(match[2]) == CHINESE.index(match[1]) + 1


def points(text: str, at: int, found: Sequence[Mark]) -> list[int] | None:
    """Return the numbers of the list that opens at a place, or None if none does.

    The list ends where its numbering starts anew, or goes on in another place of the line.

    Parameters
    ----------
    text, found
        The text, and its marks.
    at
        Where the list would open.
    """
    here = bisect_left(found, at, key=lambda mark: mark.start)
    first = found[here] if here < len(found) else None
    if first is None or first.number != 1 or text[at : first.start].strip(" \t\n　（(>#*-第"):
        return None
    numbers = [1]
    for mark in islice(found, here + 1, None):
        if mark.family != first.family:
            continue
        follows = mark.number == numbers[-1] + 1
        if not follows and (mark.style != first.style or mark.number <= numbers[-1]):
            break
        numbers.append(mark.number)
    return numbers


def _disorder(entries: list[tuple[Passage, Mark]]) -> Iterator[tuple[Passage, Mark, str]]:
    """Yield the numbers that don't follow the one before them, and what is wrong.

    The lists open at a place are known by the order in which their styles appeared.
    """
    open_lists: dict[int, int] = {}
    closed: dict[str, int] = {}
    for passage, mark in entries:
        before = open_lists.get(mark.style)
        if before is not None:
            while next(reversed(open_lists)) != mark.style:
                open_lists.popitem()
        open_lists[mark.style] = mark.number
        goes_on = before is None and closed.get(mark.family) == mark.number - 1
        closed[mark.family] = mark.number
        wrong = "" if goes_on else _wrong(before, mark.number)
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
