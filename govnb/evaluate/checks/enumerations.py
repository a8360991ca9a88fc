"""列举: “N个…：甲、乙、丙” must list N, and “内设N个” what the list of 内设机构 holds.

Chinese leaves open whether 和 joins the last two items or belongs to one of them, and 等 may
close a list or leave it open; a count is wrong only when no reading makes it right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from govnb.evaluate.checks.dates import chinese_number
from govnb.evaluate.checks.numbering import CHINESE, marks
from govnb.evaluate.checks.say import Evidence, Say
from govnb.evaluate.checks.texts import Passage, outside_quotes
from govnb.evaluate.checks.world import World
from govnb.evaluate.finding import PASSED, Finding, Side
from govnb.evaluate.references import REFERENCE, Reference
from govnb.inputs.check_rules import EnumerationRule

# A count of one announces no list.
_LEAST = 2
_NO_COUNTS = frozenset(["万元", "元", "%", "年"])
_LEAD = r"(?:[：:]|(?:分别|具体|主要|依次)(?:是|为|有|包括)[：:]?|(?:包括|包含|即)[：:]?)"
_JOINED = re.compile(r"(?<=.)(?:以及|和|及|与)(?=.)")
_AMOUNT = re.compile(r"\d+(?:\.\d+)?\s*(?:名|人|个|万元|元|%|件|次|家|项)")


@dataclass(frozen=True, slots=True)
class _Count:
    """How many things a text lists: the readings possible, and the plainest."""

    plain: int
    possible: frozenset[int]
    is_open: bool = False

    def __str__(self) -> str:
        low, high = min(self.possible), max(self.possible)
        return f"{low}" if low == high else f"{low}至{high}"

    def holds(self, stated: int) -> bool:
        return stated in self.possible or (self.is_open and stated >= min(self.possible))


@dataclass(frozen=True, slots=True)
class _Announced:
    """A stated number of things, and what is listed of them; None is unknown."""

    stated: int | None
    name: str | None
    text: str
    start: int
    count: _Count | None


def enumerations(rule: EnumerationRule, world: World, say: Say) -> Iterator[Finding]:
    """Compare each “N个…：” in the narratives with what it goes on to list."""
    found: dict[str, Finding] = {}
    for passage in world.prose:
        for announced in _announced(rule, passage, world):
            finding = _judged(announced, passage, say)
            if finding.id not in found or finding.is_open:
                found[finding.id] = finding
    if not world.prose:
        yield say.no_prose()
    elif not found:
        yield say.not_applicable("", "文字里没有“N个…：”这样的列举")
    yield from found.values()


def _judged(announced: _Announced, passage: Passage, say: Say) -> Finding:
    subject = f"{passage.path}:{_plain(announced.text)}"
    place = str(passage.at(announced.start))
    stated, count = announced.stated, announced.count
    if stated is None or count is None:
        side = Side(announced.name, None if stated is None else str(stated), place)
        return say.no_data(subject, [announced.name or "列举"], Evidence(side))
    sides = Side(announced.name, str(stated), place), Side(None, str(count.plain), place)
    evidence = Evidence(*sides, Decimal(stated - count.plain), Decimal(0))
    text = re.sub(r"\s+", "", announced.text)
    if count.holds(stated):
        return say(subject, PASSED, f"“{text}”是{stated}，列了{count}，相符", evidence)
    words = {"处": passage.path, "项": text, "原文": text, "左": str(stated), "右": str(count)}
    return say.failed(subject, words, evidence)


def _announced(rule: EnumerationRule, passage: Passage, world: World) -> Iterator[_Announced]:
    """Yield each stated number of things that can be held against a list."""
    text = outside_quotes(passage.text)
    one_of = "|".join(map(re.escape, sorted(rule.measures, key=len, reverse=True)))
    number = rf"(?<![\d.第])(?P<number>\d{{1,3}}|[{CHINESE}两]{{1,3}})(?:{one_of})"
    stated = rf"(?:{number}|(?P<reference>\{{\{{[^{{}}\n]+\}}\}})(?:{one_of})?)"
    gap = r"(?P<gap>[^。；：:、\n{}]{0,30}?)"
    taken: set[int] = set()
    for match in re.finditer(rf"{stated}{gap}{_LEAD}", text):
        count = _forward(text[match.end() :], world)
        if count is not None and _announces(match, world):
            taken.add(match.start("number"))
            start = match.start() - len(_noun(text, match.start()))
            said, name = _stated(match, world), _referred(match)
            yield _Announced(said, name, text[start : match.end()], start, count)
    for match in re.finditer(rf"等{number}", text):
        # “甲、乙等5个” may leave some out, but not name six.
        items = re.split("[。；：，\n]", text[: match.start()])[-1].split("、")
        if len(items) >= _LEAST and _announces(match, world):
            taken.add(match.start("number"))
            start = max(0, match.start() - 12)
            count = _Count(len(items), frozenset([len(items)]), is_open=True)
            said = _stated(match, world)
            yield _Announced(said, None, text[start : match.end()], start, count)
    for word, name in rule.lists.items():
        for match in re.finditer(rf"{re.escape(word)}[^，。；：、\d{{}}\n]{{0,8}}?{number}", text):
            if match.start("number") not in taken and _announces(match, world):
                listed = len(world.facts.lists.get(str(name), []))
                count = _Count(listed, frozenset([listed])) if listed else None
                yield _Announced(_stated(match, world), str(name), match[0], match.start(), count)


def _noun(text: str, end: int) -> str:
    """Return the words right before a number, which say what is counted."""
    found = re.search(r"[\u4e00-\u9fa5]{0,8}$", text[max(0, end - 8) : end])
    return found[0] if found else ""


def _announces(match: re.Match[str], world: World) -> bool:
    """Tell whether a number is one that announces a list: a count, and of more than one."""
    figure = world.figures.get(_referred(match) or "")
    if not match["number"] and (figure is None or figure.unit in _NO_COUNTS):
        return False
    stated = _stated(match, world)
    return stated is None or stated >= _LEAST


def _stated(match: re.Match[str], world: World) -> int | None:
    """Return the number announced; None if it is a figure that is unknown."""
    if match["number"]:
        return chinese_number(match["number"])
    number = world.figures[_referred(match) or ""].number
    return int(number) if number is not None and number == int(number) else None


def _referred(match: re.Match[str]) -> str | None:
    reference = REFERENCE.fullmatch(match.groupdict().get("reference") or "")
    return Reference.of(reference).name if reference else None


def _forward(text: str, world: World) -> _Count | None:
    """Count what is listed up to the end of the sentence; None if it isn't a list."""
    paragraph = text.split("\n", 1)[0]
    opening = marks(paragraph)
    if opening and not paragraph[: opening[0].start].strip("（( "):
        number = len([mark for mark in opening if mark.level == opening[0].level])
        return _Count(number, frozenset([number]))
    body = re.sub(r"（[^（）]*）|\([^()]*\)", "", re.split("[。\n]", text, maxsplit=1)[0])
    bare = REFERENCE.sub("", body)
    readings = [_trimmed(body.split("；")[0].split("、"))] if "、" in bare or bare != body else []
    readings += [_trimmed(body.split("；"))] if "；" in bare else []
    if any(_has_amount(item, world) for items in readings for item in items):
        return None
    counts = [_read(items, world) for items in readings]
    if not counts or min(count.plain for count in counts) < _LEAST:
        return None
    possible = frozenset[int]().union(*(count.possible for count in counts))
    return _Count(counts[0].plain, possible, any(count.is_open for count in counts))


def _trimmed(items: list[str]) -> list[str]:
    """Return the items; what follows a comma after the last one is no part of the list."""
    items = [item for item in items if item.strip()]
    return [*items[:-1], items[-1].split("，")[0]] if items else []


def _read(items: list[str], world: World) -> _Count:
    """Count items, with each way to read the 和 in the last one."""
    last = items[-1] if items else ""
    plain = sum(_weight(item, world) for item in items)
    joined = len(_JOINED.findall(REFERENCE.sub("", last)))
    possible = frozenset(range(plain, plain + joined + 1))
    # 和 between the last two items is by far the commoner reading.
    return _Count(plain + min(joined, 1), possible, "等" in last)


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
    return bool(_AMOUNT.search(bare))


def _plain(text: str) -> str:
    """Return a snippet fit for an identifier: numbers, which may be mended, left out."""
    text = re.sub(rf"\d+|[{CHINESE}两]{{1,3}}(?=个|项|家)", "N", REFERENCE.sub("N", text))
    return re.sub(r"\s+", "", text).strip("，：:、")
