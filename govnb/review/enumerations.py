"""列举: “N个…：甲、乙、丙” must list N, and “内设N个” what the list of 内设机构 holds.

A count is wrong only when no reading of the list makes it right, and a number announces a
list only where the words between say nothing else of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import ClassVar, Literal

from pydantic import Field

from govnb.review.check import Evidence, NamePattern, ProseCheck
from govnb.review.finding import HINT, Finding, Side
from govnb.review.listed import LEAST, Count, Reader
from govnb.review.texts import CHINESE, Passage, points
from govnb.review.words import one_of
from govnb.review.world import World
from govnb.sheet.references import REFERENCE, Reference
from govnb.text.number import whole_number
from govnb.text.values import Text

_NO_COUNTS = frozenset(["万元", "元", "%", "年"])
_NOUN = r"(?P<noun>[^。；：、，\n{}（）()\d]{0,20}?)"
# What may lead from a count to its list; none but words that say “namely” come between.
_LEADS = re.compile(
    rf"{_NOUN}(?:（[^（）\n]{{0,20}}）)?(?:"
    r"(?P<colon>，?(?:分别|具体|主要|依次|它们|也就)?(?:包括|包含|如下|是|为|有|即)?[：:])"
    r"|，?(?:分别|具体|依次)(?:是|为|有)"
    r"|(?P<among>，?(?:具体|主要|分别)?(?:包括|包含|即(?![日时将使可便])))"
    r"|(?P<bracket>[（(])"
    r"|(?P<loose>[，。；])(?=(?:一是|第一，))"
    r")"
)
_NEAR = 2
# No list of a sentence is longer.
_WINDOW = 1000
# From here on a count is of things too many to list them all.
_MANY = 10


@dataclass(frozen=True, slots=True)
class _Announced:
    """A stated number of things, and what is listed of them; None is unknown."""

    stated: int | None
    name: str | None
    text: str
    start: int
    count: Count | None
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
            for announced in _announced(_Text(self, world, passage)):
                yield self._judged(announced, passage)

    def _judged(self, announced: _Announced, passage: Passage) -> Finding:
        subject = f"{passage.path}:{_plain(announced.text)}"
        place = str(passage.at(announced.start))
        stated, count = announced.stated, announced.count
        if stated is None or count is None:
            side = Side(announced.name, None if stated is None else str(stated), place)
            return self.no_data(subject, [announced.name or "列举"], Evidence(side))
        sides = Side(announced.name, str(stated), place), Side(None, str(count.plain), place)
        evidence = Evidence(*sides, Decimal(stated - count.plain), Decimal(0))
        text = re.sub(r"\s+", "", announced.text)
        if count.holds(stated):
            return self.passed(subject, f"“{text}”是{stated}，列了{count}，相符", evidence)
        words = {"处": passage.path, "项": text, "原文": text, "左": str(stated), "右": str(count)}
        return self.failed(subject, words, evidence, announced.severity)


@dataclass(frozen=True)
class _Text:
    """A passage as this check reads it, with every count in it."""

    rule: EnumerationCheck
    world: World
    passage: Passage

    @property
    def text(self) -> str:
        """The text with quotations blanked."""
        return self.passage.bare

    @cached_property
    def measures(self) -> str:
        """A pattern of what things are counted by."""
        return one_of(self.rule.measures)

    @property
    def counts(self) -> Iterator[re.Match[str]]:
        """The counts that may announce a list: a number with a measure, or a reference."""
        one = self.measures
        number = rf"(?<![\d.第])(?P<number>\d{{1,3}}|[{CHINESE}两]{{1,3}})(?P<measure>{one})"
        reference = rf"(?P<reference>\{{\{{[^{{}}\n]+\}}\}})(?P<after>{one})?"
        return re.finditer(rf"{number}|{reference}", self.text)

    def before(self, match: re.Match[str]) -> str:
        """Return the text before a count, as far as a sentence may go back."""
        return self.text[max(0, match.start() - _WINDOW) : match.start()]

    @cached_property
    def reader(self) -> Reader:
        """The reader of its lists."""
        return Reader(self.world.facts.lists, self.world.words, tuple(self.rule.endings))

    def numbered(self, at: int) -> Count | None:
        """Count the numbered points that open at a place."""
        numbers = points(self.passage, at)
        if numbers is None or len(numbers) < LEAST:
            return None
        possible = frozenset([len(numbers), numbers[-1]])
        return Count(len(numbers), possible, is_numbered=True)


def _announced(of: _Text) -> Iterator[_Announced]:
    """Yield each stated number of things that can be held against a list."""
    for match in of.counts:
        if not _announces(match, of.world):
            continue
        found = _ahead(of, match) or _listed_elsewhere(of, match) or _behind(of, match)
        if found is not None and _is_told(found):
            text = of.passage.text[found.start : found.start + len(found.text)]
            yield replace(found, name=found.name or _referred(match), text=text)


def _is_told(found: _Announced) -> bool:
    """Tell whether a list can be all of what is counted: 56家：餐饮、零售 are kinds of them."""
    stated, count = found.stated, found.count
    if stated is None or count is None or found.name or count.is_numbered:
        return True
    if count.plain == LEAST and stated > LEAST + 1 and not count.is_of_names:
        # Two words with a 、 between them are more often said of all than a list of them.
        return False
    return stated < _MANY or stated <= _NEAR * count.plain


def _ahead(of: _Text, match: re.Match[str]) -> _Announced | None:
    """Return a count with the list that follows it."""
    lead = _LEADS.match(of.text, match.end())
    measure = match["measure"] or match["after"] or ""
    if lead is None or re.search(rf"[{CHINESE}两](?:{of.measures})", lead["noun"]):
        return None
    if re.search(rf"\d[{_unit(of)}]$", of.text[max(0, match.start() - 4) : match.start()]):
        # 共4章12条：… counts twice what is listed once.
        return None
    rest = of.text[lead.end() : lead.end() + _WINDOW]
    count = None if lead["among"] else of.numbered(lead.end())
    severity = None
    if lead["loose"]:
        if count is None or not _introduces(of.rule, measure + lead["noun"]):
            return None
    elif count is None and _is_clause(of, lead["noun"]):
        return None
    elif lead["bracket"]:
        count = count or of.reader.bracketed(rest, measure)
    else:
        count = count or of.reader.sentence(rest.lstrip(" \t"), measure)
    if count is None or (lead["among"] and "在内" in re.split("[。；\n]", rest)[0]):
        return None
    stated = _stated(match, of.world)
    if stated is not None and (lead["among"] or lead["bracket"] or lead["loose"]):
        # “包括” and a bracket may give examples; what follows a full stop, reasons.
        fewer = stated > max(count.possible) and not count.is_numbered
        if (fewer and count.plain == LEAST) or (lead["loose"] and _far(stated, count)):
            return None
        severity = HINT if fewer else None
    start = match.start() - len(_noun(of.text, match.start()))
    end = lead.start() + len(lead["noun"]) if lead["loose"] or lead["bracket"] else lead.end()
    return _Announced(stated, None, of.text[start:end], start, count, severity)


def _is_clause(of: _Text, noun: str) -> bool:
    """Tell whether a noun is a clause of its own: what follows its colon is no list of it."""
    return re.search(rf"{one_of(of.world.words.clause)}|主要(?=.)", noun) is not None


def _unit(of: _Text) -> str:
    return "章节篇人辆笔户批" + "".join(m for m in of.rule.measures if len(m) == 1)


def _introduces(rule: EnumerationCheck, noun: str) -> bool:
    """Tell whether a noun calls for points to follow: 三个方面的工作, 两个问题."""
    return any(word in noun if word == "方面" else noun.endswith(word) for word in rule.points)


def _listed_elsewhere(of: _Text, match: re.Match[str]) -> _Announced | None:
    """Return a count of what a list of the file holds: 内设5个股室."""
    if not match["number"]:
        return None
    for word, name in of.rule.lists.items():
        clause = re.split("[，。；：\n{}]", of.before(match))[-1]
        at = clause.rfind(word)
        between = clause[at + len(word) :]
        if (
            at < 0
            or re.search(r"\d|中|外", between)
            or ("、" not in between and (len(between) > 8 or re.search("[和及与]", between)))
        ):
            continue
        if "、" in between and not between.endswith("等"):
            continue
        listed = len(of.world.facts.lists.get(str(name), []))
        if not listed and "、" in between:
            continue
        start = match.start() - len(between) - len(word)
        more = _added_to(of, match)
        count = Count(listed, frozenset([listed, listed - more])) if listed else None
        text = of.text[start : match.end()]
        return _Announced(_stated(match, of.world), str(name), text, start, count)
    return None


def _added_to(of: _Text, match: re.Match[str]) -> int:
    """Return what further counts of the same clause add: 内设8个股室、1个中心."""
    clause = re.split("[。；：\n（(]", of.text[match.end() : match.end() + _WINDOW])[0]
    more = re.findall(
        rf"(?:[、和及，])(\d{{1,2}}|[{CHINESE}两]{{1,2}})(?:{of.measures})[^\d、和及，]{{0,8}}",
        clause,
    )
    return sum(whole_number(number) or 0 for number in more)


def _behind(of: _Text, match: re.Match[str]) -> _Announced | None:
    """Return a count with the list right before it: “甲、乙等5个”, “甲局、乙局2个部门”."""
    stated = _stated(match, of.world)
    if not match["number"] or stated is None:
        return None
    before = of.before(match)
    is_open = before.endswith("等")
    count = of.reader.before(before.removesuffix("等") if is_open else before)
    if count is None:
        return None
    severity = None
    if is_open:
        count = Count(count.plain, count.possible, is_open=True)
    else:
        noun = match["measure"] + of.text[match.end() : match.end() + 8]
        last = before.rpartition("、")[2]
        names_all = re.match(
            rf"个?(?:二级|下属|直属|职能|内设|成员|牵头|责任)*(?:{one_of(of.rule.classes)})", noun
        )
        if not names_all or not of.reader.ends_like_a_name(last) or "各" in last:
            return None
        if _far(stated, count):
            return None
        severity = HINT if stated > max(count.possible) else None
    start = match.start() - min(len(re.split("[。；：，\n]", before)[-1]), 40)
    text = of.text[start : match.end()]
    return _Announced(stated, None, text, start, count, severity)


def _far(stated: int, count: Count) -> bool:
    """Tell whether two counts differ by more than an item or two forgotten."""
    return abs(stated - count.plain) > _NEAR


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
    return stated is None or stated >= LEAST


def _stated(match: re.Match[str], world: World) -> int | None:
    """Return the number announced; None if it is a figure that is unknown."""
    if match["number"]:
        return whole_number(match["number"])
    number = world.figures[_referred(match) or ""].number
    return int(number) if number is not None and number == int(number) else None


def _referred(match: re.Match[str]) -> str | None:
    reference = REFERENCE.fullmatch(match.groupdict().get("reference") or "")
    return Reference.of(reference).name if reference else None


def _plain(text: str) -> str:
    """Return a snippet fit for an identifier: numbers, which may be mended, left out."""
    text = re.sub(
        rf"\d+|[{CHINESE}两]{{1,3}}(?=个|项|家|条|类|种|大|点|方面)", "N", REFERENCE.sub("N", text)
    )
    return re.sub(r"\s+", "", text).strip("，：:、（(。；")
