"""编号 and 列举: numbered paragraphs in order, and “N个…：甲、乙、丙” listing N."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from govnb.evaluate.checks.context import Evidence, Say, World
from govnb.evaluate.checks.dates import chinese_number
from govnb.evaluate.checks.texts import Passage, outside_quotes
from govnb.evaluate.figure import Figures
from govnb.evaluate.finding import PASSED, Finding, Side
from govnb.evaluate.references import REFERENCE, Reference
from govnb.inputs.check_rules import EnumerationRule, NumberingRule

_CHINESE = "一二三四五六七八九十"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_LINE = r"^[ \t>#*\-]*"
# From the outermost level of official writing (GB/T 9704) to the innermost.
_STYLES = (
    ("一、", re.compile(rf"{_LINE}([{_CHINESE}]{{1,3}})、", re.MULTILINE)),
    ("（一）", re.compile(rf"{_LINE}[（(]([{_CHINESE}]{{1,3}})[）)]", re.MULTILINE)),
    ("1、", re.compile(rf"{_LINE}([0-9０-９]{{1,2}})[、．.](?![0-9０-９])", re.MULTILINE)),
    ("（1）", re.compile(r"(?:^[ \t>#*\-]*|(?<=[：；。:;]))[（(]([0-9０-９]{1,2})[）)]", re.MULTILINE)),
    ("①", re.compile(rf"([{_CIRCLED}])")),
    ("一是", re.compile(rf"(?:^[ \t]*|(?<=[。；：，、:;,]))([{_CHINESE}]{{1,3}})是", re.MULTILINE)),
)


@dataclass(frozen=True, slots=True)
class _Mark:
    level: int
    number: int
    start: int
    text: str


def numbering(rule: NumberingRule, world: World, say: Say) -> Iterator[Finding]:
    """Find gaps and repeats in numbered paragraphs."""
    found: dict[str, Finding] = {}
    lists: dict[str, list[Passage]] = {}
    for passage in world.prose:
        lists.setdefault(passage.path, []).append(passage)
    numbered = 0
    for path, items in lists.items():
        marks = [(item, mark) for item in items for mark in _marks(item.masked)]
        numbered += bool(marks)
        for (passage, mark), wrong in _disorder(marks):
            subject = f"{path}:{mark.text}"
            words = {"处": path, "原文": mark.text, "左": mark.text, "缘由": wrong}
            evidence = Evidence(Side(path, mark.text, str(passage.at(mark.start))))
            found.setdefault(subject, say.failed(subject, words, evidence))
    yield from found.values()
    if not numbered:
        yield say.not_applicable("", "文字里没有编号")
    elif not found:
        yield say("", PASSED, f"{numbered}处文字的编号都连续")


def _marks(text: str) -> list[_Mark]:
    marks = []
    for level, (_, pattern) in enumerate(_STYLES):
        for match in pattern.finditer(text):
            number = _number(match[1])
            if number is not None:
                shown = text[match.start(1) - 1 : match.end()].strip(" \t>#*-。；：，、:;,\n")
                marks.append(_Mark(level, number, match.start(1), shown))
    return sorted(marks, key=lambda mark: mark.start)


def _number(text: str) -> int | None:
    return _CIRCLED.index(text) + 1 if text in _CIRCLED else chinese_number(text)


def _disorder(
    marks: list[tuple[Passage, _Mark]],
) -> Iterator[tuple[tuple[Passage, _Mark], str]]:
    """Yield the numbers that don't follow the one before them, and what is wrong."""
    last: dict[int, int] = {}
    for entry in marks:
        mark = entry[1]
        for level in [level for level in last if level > mark.level]:
            del last[level]
        before = last.get(mark.level)
        last[mark.level] = mark.number
        if before is None and mark.number != 1:
            yield entry, f"从{mark.number}编起，前面没有1"
        elif before is not None and mark.number == before:
            yield entry, f"编号{mark.number}重复"
        elif before is not None and mark.number not in (1, before + 1):
            skipped = mark.number > before
            yield entry, f"{before}之后是{mark.number}，{'跳号' if skipped else '次序颠倒'}"


def enumerations(rule: EnumerationRule, world: World, say: Say) -> Iterator[Finding]:
    """Compare each “N个…：” in the narratives with what it goes on to list."""
    found: dict[str, Finding] = {}
    pattern = _announcement(rule.measures)
    for passage in world.prose:
        text = outside_quotes(passage.text)
        for match in pattern.finditer(text):
            listed = _listed(text, match.end(), world)
            stated = _stated(match, world.figures)
            if stated is None or stated < 2 or listed is None:
                continue
            subject = f"{passage.path}:{_plain(match['what'])}"
            side = Side(_referred(match), str(stated), str(passage.at(match.start())))
            evidence = Evidence(side, Side(None, str(listed), str(passage.at(match.end()))))
            told = {"处": passage.path, "左": str(stated), "右": str(listed), "项": _plain(match[0])}
            if listed.holds(stated):
                finding = say(subject, PASSED, f"“{_plain(match[0])}”列了{listed}", evidence)
            else:
                finding = say.failed(subject, told, evidence)
            if subject not in found or finding.is_open:
                found[subject] = finding
    if not found:
        yield say.not_applicable("", "文字里没有“N个…：”这样的列举")
    yield from found.values()


@dataclass(frozen=True, slots=True)
class _Count:
    """How many things a text lists: between `low` and `high`, for 和 may join or belong."""

    low: int
    high: int
    is_open: bool

    def holds(self, stated: int) -> bool:
        return self.low <= stated and (self.is_open or stated <= self.high)

    def __str__(self) -> str:
        return f"{self.low}项" + ("（后有“等”）" if self.is_open else "")


def _announcement(measures: list[str]) -> re.Pattern[str]:
    one_of = "|".join(map(re.escape, sorted(measures, key=len, reverse=True)))
    number = rf"(?P<number>\d{{1,3}}|[{_CHINESE}两]{{1,3}})(?:{one_of})"
    reference = rf"(?P<reference>\{{\{{[^{{}}]+\}}\}})(?:{one_of})?"
    gap = r"(?P<what>[^。；：:、\n{}]{0,30}?)"
    lead = r"(?:[：:]|(?:分别|具体|主要)(?:是|为|有|包括)[：:]?|包括[：:]?|即[：:]?)"
    return re.compile(rf"(?<![\d.第\u4e00-\u9fa5])?(?:{number}|{reference}){gap}{lead}(?=[^\n])")


def _stated(match: re.Match[str], figures: Figures) -> int | None:
    if match["number"]:
        return chinese_number(match["number"])
    name = _referred(match)
    figure = figures.get(name) if name else None
    if figure is None or figure.number is None or figure.unit in ("万元", "%", "元", "年"):
        return None
    return int(figure.number) if figure.number == figure.number.to_integral_value() else None


def _referred(match: re.Match[str]) -> str | None:
    reference = REFERENCE.fullmatch(match["reference"] or "")
    return Reference.of(reference).name if reference else None


def _listed(text: str, start: int, world: World) -> _Count | None:
    """Count what is listed from `start` to the end of its sentence; None if it isn't a list."""
    stop = re.search(r"[。\n]|；(?=[^、]*$)", text[start:])
    body = text[start : start + stop.start()] if stop else text[start:]
    if re.match(r"\s*(?:一是|（?1）?[、）])", body):
        return _numbered(text[start:])
    body = re.sub(r"（[^（）]*）|\([^()]*\)", "", body)
    mark = next((m for m in "、；，" if m in REFERENCE.sub("", body)), None)
    whole = REFERENCE.fullmatch(body.strip())
    if whole is None and mark is None:
        return None
    items = [item.strip() for item in body.split(mark)] if mark else [body.strip()]
    if mark == "、":
        # What follows a comma after the list's last item is no part of it.
        items[-1] = re.split(r"[，；]", items[-1])[0]
    low = sum(_weight(item, world) for item in items if item)
    is_open = bool(re.search(r"等", items[-1]))
    joined = len(re.findall(r"(?<=.)(?:以及|和|及|与)(?=.)", items[-1]))
    if any(_has_amount(item, world) for item in items):
        return None
    return _Count(low, low + joined, is_open)


def _numbered(text: str) -> _Count | None:
    """Count 一是…二是… or （1）…（2）… in the paragraph a list opens."""
    paragraph = text.split("\n", 1)[0]
    marks = [mark for mark in _marks(paragraph) if mark.level == _marks(paragraph)[0].level]
    return _Count(len(marks), len(marks), False) if marks else None


def _weight(item: str, world: World) -> int:
    """Return how many things an item is: a reference to a list is all of them."""
    reference = REFERENCE.search(item)
    items = world.facts.lists.get(Reference.of(reference).name) if reference else None
    return len(items) if items else 1


def _has_amount(item: str, world: World) -> bool:
    """Tell whether an item holds an amount: 主任1名、副主任2名 adds up, it isn't counted."""
    reference = REFERENCE.search(item)
    if reference and Reference.of(reference).name not in world.facts.lists:
        return True
    bare = unicodedata.normalize("NFKC", REFERENCE.sub("", item))
    return bool(re.search(r"\d+(?:\.\d+)?\s*(?:名|人|个|万元|元|%|件|次|家|项)", bare))


def _plain(text: str) -> str:
    """Return a snippet fit for an identifier: references named, no white space."""
    return re.sub(r"\s+", "", REFERENCE.sub(lambda m: f"「{Reference.of(m).name}」", text)).strip("，：:")
