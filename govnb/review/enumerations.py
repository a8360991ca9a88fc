"""列举: “N个…：甲、乙、丙” must list N, and “内设N个” what the list of 内设机构 holds.

A count is wrong only when no reading of the list makes it right, and a number announces a
list only where the words between say nothing else of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from govnb.evaluate.references import REFERENCE, Reference
from govnb.inputs.check_rules import HINT, EnumerationRule
from govnb.review.dates import chinese_number
from govnb.review.finding import PASSED, Finding, Side
from govnb.review.listed import LEAST, Count, Reader
from govnb.review.numbering import CHINESE, Mark, marks
from govnb.review.say import Evidence, Say
from govnb.review.texts import Passage, outside_quotes
from govnb.review.world import World

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
# Words by which a noun turns into a clause of its own: what follows its colon is no list of it.
_PREDICATE = re.compile(r"召开|参加|涉及|发现|投入|联合|齐|均|都|已|主要(?=.)")
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


@dataclass(frozen=True)
class _Text:
    """A passage as this check reads it: with quotations blanked, and every count in it."""

    rule: EnumerationRule
    world: World
    text: str
    counts: tuple[re.Match[str], ...]
    measures: str
    marks: Sequence[Mark]

    @classmethod
    def of(cls, passage: Passage, rule: EnumerationRule, world: World) -> _Text:
        """Return a passage with the counts that may announce a list."""
        text = outside_quotes(passage.text)
        one_of = "|".join(map(re.escape, sorted(rule.measures, key=len, reverse=True)))
        number = rf"(?<![\d.第])(?P<number>\d{{1,3}}|[{CHINESE}两]{{1,3}})(?P<measure>{one_of})"
        reference = rf"(?P<reference>\{{\{{[^{{}}\n]+\}}\}})(?P<after>{one_of})?"
        found = re.finditer(rf"{number}|{reference}", text)
        return cls(rule, world, text, tuple(found), one_of, marks(text))

    def before(self, match: re.Match[str]) -> str:
        """Return the text before a count, as far as a sentence may go back."""
        return self.text[max(0, match.start() - _WINDOW) : match.start()]

    @property
    def reader(self) -> Reader:
        """The reader of its lists."""
        return Reader(self.world.facts, self.rule.endings)


def enumerations(rule: EnumerationRule, world: World, say: Say) -> Iterator[Finding]:
    """Compare each “N个…：” in the narratives with what it goes on to list."""
    found: dict[str, Finding] = {}
    for passage in world.prose:
        for announced in _announced(_Text.of(passage, rule, world), passage):
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
    return say.failed(subject, words, evidence, announced.severity)


def _announced(of: _Text, passage: Passage) -> Iterator[_Announced]:
    """Yield each stated number of things that can be held against a list."""
    for match in of.counts:
        if not _announces(match, of.world):
            continue
        found = _ahead(of, match) or _listed_elsewhere(of, match) or _behind(of, match)
        if found is not None and _is_told(found):
            text = passage.text[found.start : found.start + len(found.text)]
            name = found.name or _referred(match)
            yield _Announced(found.stated, name, text, found.start, found.count, found.severity)


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
    count = None if lead["among"] else of.reader.numbered(of.text, lead.end(), of.marks)
    severity = None
    if lead["loose"]:
        if count is None or not _introduces(of.rule, measure + lead["noun"]):
            return None
    elif count is None and _PREDICATE.search(lead["noun"]):
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


def _unit(of: _Text) -> str:
    return "章节篇人辆笔户批" + "".join(m for m in of.rule.measures if len(m) == 1)


def _introduces(rule: EnumerationRule, noun: str) -> bool:
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
    return sum(chinese_number(number) or 0 for number in more)


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
            rf"个?(?:二级|下属|直属|职能|内设|成员|牵头|责任)*(?:{_any(of.rule.classes)})", noun
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


def _any(words: Sequence[str]) -> str:
    return "|".join(map(re.escape, words)) or r"(?!)"


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
        return chinese_number(match["number"])
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
