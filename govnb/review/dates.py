"""文号年份, 日期先后 and 日期相同: dates that contradict each other.

A date may be known to the year or month only; two dates contradict each other only when no
day they can mean would make them agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from govnb.evaluate.expression import spelled
from govnb.evaluate.figure import Figure
from govnb.inputs.check_rules import HINT, DateOrderRule, DocumentYearRule, SameDateRule
from govnb.inputs.place import Place
from govnb.inputs.values import PartialDate
from govnb.review.finding import PASSED, Finding, Side
from govnb.review.relations import NOTHING_TO_CHECK
from govnb.review.say import Evidence, Say, subject_of, undecided
from govnb.review.terms import Term, date_of
from govnb.review.world import World

EVERYWHERE = "全文"
_YEAR_PART = r"[〔［\[（(【]\s*(?P<year>(?:19|20)\d\d)\s*[〕］\])）】]"
_NUMBER = re.compile(rf"[\u4e00-\u9fa5]{{2,12}}{_YEAR_PART}\s*第?\d+号")
_YEAR = re.compile(_YEAR_PART)
# What an event late in the year decides may be numbered in the next, and what happens in the
# first days of January may have its document of December.
_LATE = 11
_FIRST_DAYS = 10


@dataclass(frozen=True, slots=True)
class _Document:
    text: str
    year: int
    place: Place
    name: str


def document_year(rule: DocumentYearRule, world: World, say: Say) -> Iterator[Finding]:
    """Compare the year in a document's number with a date."""
    instances = world.instances(rule.each)
    if not instances:
        yield say.not_applicable("", NOTHING_TO_CHECK)
    for variables in instances:
        subject = subject_of(variables)
        date = world.term(rule.date, variables)
        if rule.document == EVERYWHERE:
            yield from _everywhere(rule, world, say, date)
            continue
        if rule.document in world.facts.lists:
            items = world.facts.lists[str(rule.document)]
            documents = [d for i in items if (d := _document(str(i), i.place, str(rule.document)))]
        else:
            term = world.term(rule.document, variables)
            place = _place(world.figures.get(term.name))
            document = _document(str(term.value or ""), place, term.name)
            documents = [document] if document else []
        if not documents:
            yield say.not_applicable(subject, "没有写明年份的文号")
            continue
        # Of several, the one nearest to the date is the one that counts.
        yield _document_against(rule, say, subject, documents, date, pick_nearest=True)


def _everywhere(rule: DocumentYearRule, world: World, say: Say, date: Term) -> Iterator[Finding]:
    seen: dict[str, _Document] = {}
    for passage in world.passages:
        if passage.is_prose or passage.path in world.facts.lists:
            for match in _NUMBER.finditer(passage.text):
                place = passage.at(match.start())
                document = _Document(match[0], int(match["year"]), place, passage.path)
                seen.setdefault(match[0], document)
    if not seen:
        yield say.not_applicable("", "文字里没有文号")
    for text, document in seen.items():
        yield _document_against(rule, say, text, [document], date)


def _document_against(
    rule: DocumentYearRule, say: Say, subject: str, documents: list[_Document], date: Term,
    pick_nearest: bool = False,
) -> Finding:  # fmt: skip
    when = date_of(date)
    if when is None:
        side = Side(documents[0].name, documents[0].text, str(documents[0].place))
        return say.no_data(subject, date.missing or [date.name], Evidence(side, date.side))
    key = lambda d: abs(d.year - when.year)  # noqa: E731
    document = min(documents, key=key) if pick_nearest else documents[0]
    evidence = Evidence(Side(document.name, document.text, str(document.place)), date.side)
    before, after = rule.years_before, rule.years_after
    grace_before, grace_after = _grace(rule, when)
    too_old = before is not None and document.year < when.year - int(before) - grace_before
    too_new = after is not None and document.year > when.year + int(after) + grace_after
    if not too_old and not too_new:
        return say(subject, PASSED, f"文号“{document.text}”与{when}不矛盾", evidence)
    told = {"项": subject, "左名": "文号", "左": document.text, "右名": date.label, "右": str(when)}
    told["缘由"] = f"文号是{document.year}年的，{'早' if too_old else '晚'}于{when.year}年"
    reform = rule.reform_after
    is_reform = reform is not None and document.year - when.year >= int(reform)
    severity = HINT if is_reform else None
    return say.failed(subject, told, evidence, severity)


def _grace(rule: DocumentYearRule, when: PartialDate) -> tuple[int, int]:
    """Return the years of grace, before and after, for a document made at a turn of the year."""
    if rule.years_before != "0":
        return 0, 0
    _, month, day = when.earliest()
    is_early = month == 1 and day <= _FIRST_DAYS
    return int(is_early), int(when.month is None or when.month >= _LATE)


def _document(text: str, place: Place, name: str) -> _Document | None:
    match = _YEAR.search(text)
    return _Document(text.strip(), int(match["year"]), place, name) if match else None


def _place(figure: Figure | None) -> Place:
    return figure.place if figure else Place("")


def date_order(rule: DateOrderRule, world: World, say: Say) -> Iterator[Finding]:
    """Find dates that come before what they follow."""
    if rule.order:
        terms = [world.term(text, {}) for text in rule.order]
        for earlier, later in pairwise(terms):
            yield from _in_order(say, "" if len(terms) == 2 else later.name, earlier, later)
        return
    assert rule.sequence is not None
    last = world.term(rule.not_after, {}) if rule.not_after else None
    steps = _sequences(rule.sequence, world)
    if not steps:
        yield say.not_applicable("", NOTHING_TO_CHECK)
    for names in steps:
        known = [world.terms.of(spelled(name), {}) for name in names]
        known = [term for term in known if date_of(term) and not _is_planned(term, rule)]
        for earlier, later in pairwise(known):
            yield from _in_order(say, later.name.removesuffix(".日期"), earlier, later)
        if last is not None:
            yield from _not_after(say, known, last)


def _is_planned(term: Term, rule: DateOrderRule) -> bool:
    """Tell whether a step is only intended, so that its date is no fact yet."""
    step = term.name.removesuffix(".日期").rpartition(".")[2]
    return any(word in step for word in rule.planned)


def _not_after(say: Say, known: list[Term], last: Term) -> Iterator[Finding]:
    """Yield the dates of a sequence that lie after the one that closes it."""
    end = date_of(last)
    for term in known:
        date = date_of(term)
        if end is not None and date is not None and end.latest() < date.earliest():
            subject = f"{term.name.removesuffix('.日期')}:{last.name}"
            yield say.failed(subject, _told(last, term), Evidence(last.side, term.side))


def _in_order(say: Say, subject: str, earlier: Term, later: Term) -> Iterator[Finding]:
    first, second = date_of(earlier), date_of(later)
    if first is None or second is None:
        yield from undecided(say, subject, later, earlier)
        return
    evidence = Evidence(later.side, earlier.side)
    if second.latest() < first.earliest():
        yield say.failed(subject, _told(later, earlier), evidence)
    else:
        named = earlier.label if earlier.name in earlier.names else ""
        message = f"{later.label}{second}，不早于{named}{first}"
        yield say(subject, PASSED, message, evidence)


def _told(later: Term, earlier: Term) -> dict[str, str]:
    return {
        "项": later.name,
        "左名": _step(later),
        "左": str(date_of(later)),
        "右名": _step(earlier),
        "右": str(date_of(earlier)),
    }


def _step(term: Term) -> str:
    """Return what a date is the date of."""
    return term.label.removesuffix("·日期")


def _sequences(pattern: str, world: World) -> list[list[str]]:
    """Return the names each sequence runs through, `*` being its steps, in file order."""
    pieces = re.split(r"(\{[^{}]+\}|\*)", pattern)
    body = "".join(
        "[^.]+" if p == "*" else "([^.]+)" if p.startswith("{") else re.escape(p) for p in pieces
    )
    found: dict[tuple[str, ...], list[str]] = {}
    for name in world.figures:
        match = re.fullmatch(body, name)
        if match:
            found.setdefault(match.groups(), []).append(name)
    return list(found.values())


def same_date(rule: SameDateRule, world: World, say: Say) -> Iterator[Finding]:
    """Compare a date as the report printed it with the date stated."""
    source, date = world.term(rule.printed, {}), world.term(rule.date, {})
    when = date_of(date)
    if source.value is None or when is None:
        yield from undecided(say, "", source, date)
        return
    read = read_date(str(source.value))
    evidence = Evidence(source.side, date.side)
    if read is None:
        yield say.not_applicable("", f"“{source.value}”认不出是哪一天")
    elif all(a == b for a, b in zip(read, (when.year, when.month, when.day), strict=False) if b):
        yield say("", PASSED, f"“{source.value}”就是{when}", evidence)
    else:
        told = {"左名": source.label, "左": str(source), "右名": date.label, "右": str(when)}
        yield say.failed("", told, evidence)


_DIGITS = str.maketrans("〇零○oO一二三四五六七八九", "00000123456789")
_PLAIN_DATE = re.compile(r"(?<!\d)(\d{4})[./-](\d{1,2})(?:[./-](\d{1,2}))?(?!\d)")
_DATE = re.compile(
    r"(?P<year>[\d〇零○oO一二三四五六七八九]{4})年"
    r"(?:(?P<month>[^月]+)月(?:(?P<day>[^日号]+)[日号])?)?"
)


def read_date(text: str) -> tuple[int, ...] | None:
    """Read a date in Arabic or Chinese digits, as (year, month, day) as far as it goes."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    match = _DATE.search(plain)
    if match is None:
        numbers = _PLAIN_DATE.search(plain)
        return tuple(int(part) for part in numbers.groups() if part) if numbers else None
    parts = [int(match["year"].translate(_DIGITS))]
    for part in (match["month"], match["day"]):
        if part is not None:
            number = chinese_number(part)
            if number is None:
                return None
            parts.append(number)
    return tuple(parts)


def chinese_number(text: str) -> int | None:
    """Read a whole number below 100, in Arabic or Chinese digits (三十一, 两)."""
    plain = unicodedata.normalize("NFKC", text).replace("两", "二").replace("廿", "二十")
    if plain.isascii() and plain.isdigit():
        return int(plain)
    tens, ten, units = plain.rpartition("十")
    digits = [part.translate(_DIGITS) for part in (tens, units)]
    if not all(part == "" or (part.isascii() and part.isdigit()) for part in digits):
        return None
    if not ten:
        return int(digits[1]) if len(digits[1]) == 1 else None
    return int(digits[0] or 1) * 10 + int(digits[1] or 0)
