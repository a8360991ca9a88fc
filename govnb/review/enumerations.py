"""列举: “N个…：甲、乙、丙” must list N, and “内设N个” what the list of 内设机构 holds.

Chinese leaves open whether 和 joins the last two items or belongs to one of them, whether 等
closes a list, and where a list behind a verb begins. A count is wrong only when no reading of
the list makes it right, and a number announces a list only where the words between say nothing
else of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from govnb.review.check import Evidence, NamePattern, ProseCheck
from govnb.review.finding import HINT, Finding
from govnb.review.texts import CHINESE, Passage, points
from govnb.review.words import one_of
from govnb.review.world import World
from govnb.sheet.references import REFERENCE, Reference
from govnb.text.number import half_width, whole_number
from govnb.text.values import Text

# A list has at least 2 items, of which a count may have forgotten 2; from 10 things on they are
# too many to list them all. No list of a sentence is longer than 1000 characters.
_LEAST, _NEAR, _MANY, _WINDOW = 2, 2, 10, 1000
_NO_COUNTS = frozenset(["万元", "元", "%", "年"])
# What may lead from a count to its list; none but words that say “namely” come between.
_LEADS = re.compile(
    r"(?P<noun>[^。；：、，\n{}（）()\d]{0,20}?)(?:（[^（）\n]{0,20}）)?(?:"
    r"，?(?:分别|具体|主要|依次|它们|也就)?(?:包括|包含|如下|是|为|有|即)?[：:]"
    r"|，?(?:分别|具体|依次)(?:是|为|有)"
    r"|(?P<among>，?(?:具体|主要|分别)?(?:包括|包含|即(?![日时将使可便])))"
    r"|(?P<bracket>[（(])"
    r"|(?P<loose>[，。；])(?=(?:一是|第一，))"
    r")"
)
_OPEN = re.compile(r"等(?![级候次于值同])")
_BRACKETED = re.compile(r"（[^（）]*）|\([^()]*\)")
_BESIDE = re.compile(r"(?<=[》”])(?=[《“])")
# 、 within a reference is part of a name.
_SEPARATOR = re.compile(r"、(?![^{}]*\}\})")


@dataclass(frozen=True, slots=True)
class _Count:
    """How many things a text lists: the readings possible, and the plainest."""

    plain: int
    possible: frozenset[int]
    # Whether the list may leave some out (等), whether nothing is left to read as its items are
    # numbered or stand in the department's file, whether they are names of one kind.
    is_open: bool = False
    is_sure: bool = False
    is_of_names: bool = False

    def __str__(self) -> str:
        low, high = min(self.possible), max(self.possible)
        return f"{low}" if low == high else f"{low}至{high}"

    def holds(self, stated: int) -> bool:
        return stated in self.possible or (self.is_open and stated >= min(self.possible))


@dataclass(frozen=True, slots=True)
class _Stated:
    """A number of things that a text states, and what is listed of them; None is unknown."""

    number: int | None
    # The figure referred to, or the list of the file that is meant.
    name: str | None
    measure: str
    # First of the number, then of all the words that announce the list.
    start: int
    end: int
    count: _Count | None = None
    severity: str | None = None


class EnumerationCheck(ProseCheck):
    """列举: “N个…：甲、乙、丙”的个数.

    “N个…：甲、乙、丙” must list N.
    """

    kind: Literal["列举"] = Field(alias="种类")
    measures: list[Text] = Field(alias="量词", description="N 后面的量词：个、项、家……")
    lists: dict[str, NamePattern] = Field(
        {}, alias="对应列表", description="词 → 列表名称；“词N个”后面没有列举时，与列表比"
    )
    points: list[Text] = Field(
        [], alias="引出词", description="“N个”加这些词，后面的“，一是”才当作列举"
    )
    classes: list[Text] = Field(
        [], alias="统称", description="“甲局、乙局2个”后面是这些词，才当作列举的个数"
    )
    endings: list[Text] = Field(
        [], alias="名称结尾", description="名称以这些字结尾；“甲股和乙股”两边都是名称，就是两项"
    )

    nothing: ClassVar[str] = "文字里没有“N个…：”这样的列举"

    def look(self, world: World) -> Iterator[Finding]:
        """Compare each “N个…：” in the narratives with what it goes on to list."""
        for passage in world.prose:
            for stated in _Text(self, world, passage).announced():
                yield self._judged(stated, passage)

    def _judged(self, stated: _Stated, passage: Passage) -> Finding:
        text = passage.text[stated.start : stated.end]
        subject = f"{passage.path}:{_plain(text)}"
        number, count = stated.number, stated.count
        left = passage.side(stated.start, str(number), stated.name)
        if number is None or count is None:
            left = left if number is not None else replace(left, value=None)
            return self.no_data(subject, [stated.name or "列举"], Evidence(left))
        right = passage.side(stated.start, str(count.plain))
        evidence = Evidence(left, right, Decimal(number - count.plain), Decimal(0))
        text = re.sub(r"\s+", "", text)
        if count.holds(number):
            return self.passed(subject, f"“{text}”是{number}，列了{count}，相符", evidence)
        words = {"处": passage.path, "项": text, "原文": text, "左": str(number), "右": str(count)}
        return self.failed(subject, words, evidence, stated.severity)


def _plain(text: str) -> str:
    """Return a snippet fit for an identifier: numbers, which may be mended, left out."""
    numerals = rf"\d+|[{CHINESE}两]{{1,3}}(?=个|项|家|条|类|种|大|点|方面)"
    text = re.sub(numerals, "N", REFERENCE.sub("N", text))
    return re.sub(r"\s+", "", text).strip("，：:、（(。；")


class _Text:
    """A passage as this check reads it, quotations blanked: its counts and their lists."""

    def __init__(self, rule: EnumerationCheck, world: World, passage: Passage) -> None:
        self._rule, self._world, self._passage = rule, world, passage
        self._text, self._lists = passage.bare, world.facts.lists
        self._measures, self._endings = one_of(rule.measures), tuple(rule.endings)
        self._join = re.compile(one_of(world.words.joins))
        self._amount = re.compile(rf"\d\s*[余多]?(?:{one_of(world.words.measured)})")

    def announced(self) -> Iterator[_Stated]:
        """Yield each stated number of things that can be held against a list."""
        for stated in self._stated():
            # One thing is no list, but may be what the department's file lists more of.
            is_list = stated.number is None or stated.number >= _LEAST
            found = (is_list and self._ahead(stated)) or self._elsewhere(stated)
            found = found or (self._behind(stated) if is_list else None)
            if found and _may_be_all(found):
                yield found

    def _stated(self) -> Iterator[_Stated]:
        one = self._measures
        # 共4章12条 counts twice what is listed once.
        single = "章节篇人辆笔户批" + "".join(m for m in self._rule.measures if len(m) == 1)
        number = rf"(?P<number>\d{{1,3}}|[{CHINESE}两]{{1,3}})(?P<measure>{one})"
        pattern = rf"(?<![\d.第])(?<!\d[{single}]){number}|{REFERENCE.pattern}(?P<after>{one})?"
        for match in re.finditer(pattern, self._text):
            name = None if match["number"] else Reference.of(match).name
            figure = self._world.figures.get(name or "")
            value = whole_number(match["number"] or str(figure and figure.number))
            is_count = name is None or (figure is not None and figure.unit not in _NO_COUNTS)
            if is_count:
                yield _Stated(value, name, match["measure"] or match["after"] or "", *match.span())

    def _before(self, stated: _Stated) -> str:
        return self._text[max(0, stated.start - _WINDOW) : stated.start]

    def _ahead(self, stated: _Stated) -> _Stated | None:
        lead = _LEADS.match(self._text, stated.end)
        if lead is None or re.search(rf"[{CHINESE}两](?:{self._measures})", lead["noun"]):
            return None
        rest = self._text[lead.end() : lead.end() + _WINDOW]
        count = None if lead["among"] else self._numbered(lead.end())
        called = stated.measure + lead["noun"]
        # What follows the colon of a clause is no list of its noun.
        clause = rf"{one_of(self._world.words.clause)}|主要(?=.)"
        if lead["loose"]:
            # 三个方面的工作, 两个问题: what calls for points to follow.
            count = count if "方面" in called or called.endswith(tuple(self._rule.points)) else None
        elif count is None and not re.search(clause, lead["noun"]):
            read = self._bracketed if lead["bracket"] else self._sentence
            count = read(rest, stated.measure)
        if count is None or (lead["among"] and "在内" in re.split("[。；\n]", rest)[0]):
            return None
        severity = None
        if stated.number is not None and (lead["among"] or lead["bracket"] or lead["loose"]):
            # “包括” and a bracket may give examples; what follows a full stop, reasons.
            fewer = stated.number > max(count.possible) and not count.is_sure
            far = abs(stated.number - count.plain) > _NEAR
            if (fewer and count.plain == _LEAST) or (lead["loose"] and far):
                return None
            severity = HINT if fewer else None
        words = re.split(r"[^\u4e00-\u9fa5]", self._before(stated)[-8:])[-1]
        end = lead.end("noun") if lead["loose"] or lead["bracket"] else lead.end()
        start = stated.start - len(words)
        return replace(stated, count=count, start=start, end=end, severity=severity)

    def _numbered(self, at: int) -> _Count | None:
        numbers = points(self._passage, at)
        possible = frozenset([len(numbers), *numbers[-1:]])
        return _Count(len(numbers), possible, is_sure=True) if len(numbers) > 1 else None

    def _elsewhere(self, stated: _Stated) -> _Stated | None:
        # 内设5个股室
        clause = re.split("[，。；：\n{}]", self._before(stated))[-1]
        for word, name in self._rule.lists.items() if not stated.name else ():
            _, found, between = clause.rpartition(word)
            listed = len(self._lists.get(str(name), []))
            if "、" in between:
                is_near = between.endswith("等") and listed > 0
            else:
                is_near = len(between) <= 8 and not re.search("[和及与]", between)
            if not found or not is_near or re.search(r"\d|中|外", between):
                continue
            # 内设8个股室、1个中心.
            clause = re.split("[。；：\n（(]", self._text[stated.end : stated.end + _WINDOW])[0]
            number = rf"[、和及，](\d{{1,2}}|[{CHINESE}两]{{1,2}})(?:{self._measures})"
            more = re.findall(rf"{number}[^\d、和及，]{{0,8}}", clause)
            possible = frozenset([listed, listed - sum(whole_number(n) or 0 for n in more)])
            count = _Count(listed, possible, is_sure=True) if listed else None
            start = stated.start - len(word + between)
            return replace(stated, count=count, start=start, name=str(name))
        return None

    def _behind(self, stated: _Stated) -> _Stated | None:
        # “甲、乙等5个”, “甲局、乙局2个部门”
        before, number = self._before(stated), stated.number
        if stated.name or number is None:
            return None
        count = self._up_to(before.removesuffix("等"))
        severity = None
        if count and before.endswith("等"):
            count = replace(count, is_open=True)
        elif count:
            last = before.rpartition("、")[2]
            names_all = re.match(
                r"个?(?:二级|下属|直属|职能|内设|成员|牵头|责任)*"
                rf"(?:{one_of(self._rule.classes)})",
                stated.measure + self._text[stated.end : stated.end + 8],
            )
            is_list = names_all and last.endswith(self._endings) and "各" not in last
            if not is_list or abs(number - count.plain) > _NEAR:
                return None
            severity = HINT if number > max(count.possible) else None
        start = stated.start - min(len(re.split("[。；：，\n]", before)[-1]), 40)
        return replace(stated, count=count, start=start, severity=severity) if count else None

    def _sentence(self, text: str, measure: str) -> _Count | None:
        """Count what is listed up to the end of the sentence; None if it isn't a list."""
        parts = [part for part in _body(text.lstrip(" \t")).split("；") if part.strip()]
        clauses = parts[0].split("，") if parts else [""]
        items = _items(clauses[0])
        if added := _added(items, clauses[1:], measure):
            return added
        is_of_names = self._are_names(items)
        readings = [items] if len(items) >= _LEAST or REFERENCE.search(clauses[0]) else []
        if any(map(self._has_amount, readings[0] if readings else parts)):
            return None
        if len(clauses) > 1 and self._ends_in_a_clause(items):
            return None
        if len(parts) > 1 and not is_of_names:
            readings.append(parts)
        if not readings and len(clauses) > _LEAST and _alike(clauses, -1):
            # 政治意识，大局意识，核心意识
            readings.append(clauses)
        counts = [count for read in readings if (count := self._read(read)).plain >= _LEAST]
        if not counts:
            return None
        possible = frozenset[int]().union(*(count.possible for count in counts))
        if any(len(_items(part)) > 1 for part in clauses[1:]) and not self._has_amount(parts[0]):
            # A list in groups: 、 within, ， between them.
            possible |= {sum(len(_items(part)) for part in clauses)}
        if len(clauses) > 1 and _alike(clauses, 0):
            # 第一组由甲、乙负责，第二组由丙负责
            possible |= {len(clauses)}
        is_open = any(count.is_open for count in counts)
        is_sure = REFERENCE.fullmatch(clauses[0].strip()) is not None
        return _Count(counts[0].plain, possible, is_open, is_sure, is_of_names)

    def _bracketed(self, text: str, measure: str) -> _Count | None:
        """Count what a bracket that opens just before `text` lists."""
        inside = re.split(r"[）)\n。]", text, maxsplit=1)[0]
        if re.match(r"[含其如详见即附以包不自]", inside) or "；" in inside or "，" in inside:
            return None
        return self._sentence(inside, measure)

    def _up_to(self, text: str) -> _Count | None:
        """Count what is listed right before the end of `text`, in the same clause."""
        items = _items(_BRACKETED.sub("", re.split("[。；：，！？\n（(]", text)[-1]))
        if len(items) < _LEAST or any(map(self._has_amount, items)):
            return None
        count = self._read(items)
        # A verb before the list makes its first item long: an item like that may be the first.
        starts = [
            at
            for at in range(1, len(items) - 1)
            if items[at][0] not in "《“" and len(items[at]) > 2 + max(map(len, items[at + 1 :]))
        ]
        possible = frozenset(n - at for n in count.possible for at in (0, *starts))
        return _Count(count.plain, possible)

    def _read(self, items: Sequence[str]) -> _Count:
        """Count items, with each way to read the 和 in the last one."""
        last = REFERENCE.sub("", items[-1])
        plain = sum(map(self._weight, items))
        joins = [m for m in self._join.finditer(last) if m.start() and m.end() < len(last)]
        names = sum(self._joins_names(last, join, items[:-1]) for join in joins)
        # 和 between the last two items is by far the commoner reading.
        possible = frozenset(range(plain + names, plain + len(joins) + 1))
        return _Count(plain + (max(names, 1) if joins else 0), possible, bool(_OPEN.search(last)))

    def _joins_names(self, last: str, join: re.Match[str], others: Sequence[str]) -> bool:
        # Both sides of the 和 end as the other items do, so that each is one.
        left = self._join.split(last[: join.start()])[-1]
        right = _OPEN.split(self._join.split(last[join.end() :])[0])[0]
        if left.endswith(self._endings) and right.endswith(self._endings):
            return True
        end = left[-2:]
        return len(end) > 1 and right.endswith(end) and any(o.endswith(end) for o in others)

    def _are_names(self, items: Sequence[str]) -> bool:
        ends = [_OPEN.split(item)[0] for item in items]
        named = all(end.endswith(self._endings) for end in ends)
        return len(ends) >= _LEAST and (named or _alike(ends, -1))

    def _ends_in_a_clause(self, items: Sequence[str]) -> bool:
        # 办公室、人事股负责日常工作
        last = self._join.split(items[-1])[-1] if len(items) >= _LEAST else ""
        return len(last) >= 2 + 2 * max(map(len, items[:-1]), default=0)

    def _weight(self, item: str) -> int:
        # A reference to a list is all of its items.
        reference = REFERENCE.search(item)
        return len(self._lists.get(Reference.of(reference).name, ())) or 1 if reference else 1

    def _has_amount(self, item: str) -> bool:
        # 主任1名、副主任2名 adds up, it isn't counted.
        reference = REFERENCE.search(item)
        if reference and Reference.of(reference).name not in self._lists:
            return True
        return self._amount.search(half_width(REFERENCE.sub("", item))) is not None


def _may_be_all(stated: _Stated) -> bool:
    """Tell whether a list can be all of what is counted: 56家：餐饮、零售 are kinds of them."""
    number, count = stated.number, stated.count
    if number is None or count is None or count.is_sure:
        return True
    if count.plain == _LEAST and number > _LEAST + 1 and not count.is_of_names:
        # Two words with a 、 between them are more often said of all than a list of them.
        return False
    return number < _MANY or number <= _NEAR * count.plain


def _body(text: str) -> str:
    body = re.split(r"[。！？\n]", text, maxsplit=1)[0]
    while (shorter := _BRACKETED.sub("", body)) != body:
        body = shorter
    return re.split(r"[）)]|[，；、]\s*其中", body, maxsplit=1)[0]


def _items(text: str) -> list[str]:
    return [item.strip() for item in _SEPARATOR.split(_BESIDE.sub("、", text)) if item.strip()]


def _alike(items: Sequence[str], at: int) -> bool:
    return len({item.strip()[at:][:1] for item in items}) == 1


def _added(items: Sequence[str], tail: Sequence[str], measure: str) -> _Count | None:
    """Return the sum of items that each are a number of what is counted: 小学125所、初中32所."""
    same = "人|名" if measure in ("人", "名") else re.escape(measure)
    each = re.compile(rf"\D*?(\d{{1,4}})(?:{same})\D{{0,6}}")
    found = [each.fullmatch(item) for item in items]
    if len(found) < _LEAST or not all(found) or any(map(_OPEN.search, items)):
        return None
    more = [each.fullmatch(item) for part in tail for item in _items(part)]
    total, rest = (sum(int(match[1]) for match in part if match) for part in (found, more))
    return _Count(total, frozenset([total, total + rest]))
