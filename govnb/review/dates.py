"""文号年份, 日期先后, 日期相同 and 文中年份: dates that contradict each other.

A date may be known to the year or month only; two dates contradict each other only when no
day they can mean would make them agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import pairwise, product
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from govnb.review.check import (
    EVERYWHERE,
    Check,
    Each,
    Evidence,
    ForEach,
    Formula,
    Number,
    ProseCheck,
    subject_of,
)
from govnb.review.finding import HINT, Finding, Side
from govnb.review.terms import Term, date_of
from govnb.review.texts import MASK, Passage
from govnb.review.words import one_of
from govnb.review.world import World
from govnb.sheet.expression import spelled
from govnb.sheet.published import in_unit
from govnb.text.number import whole_number
from govnb.text.section import dotted
from govnb.text.values import PartialDate, Text, refuse

_YEAR = re.compile(r"[〔［\[（(【]\s*((?:19|20)\d\d)\s*[〕］\])）】]")
_CITED = re.compile(rf"[\u4e00-\u9fa5]{{2,12}}{_YEAR.pattern}\s*第?\d+号")
# What an event late in the year decides may be numbered in the next, and what happens in the
# first days of January may have its document of December.
_LATE = 11
_FIRST_DAYS = 10


class DocumentYearCheck(ForEach):
    """文号年份: 文号的年份与日期.

    The year in a document's number against the date of its event.
    """

    kind: Literal["文号年份"] = Field(alias="种类")
    document: Formula = Field(
        alias="文号", description="文号或文号列表的名称；全文 指所有文字里的文号"
    )
    date: Formula = Field(alias="日期", description="日期、年份或算式")
    years_before: Number | None = Field(None, alias="可早几年", description="不写为不限")
    years_after: Number | None = Field(None, alias="可晚几年", description="不写为不限")
    reform_after: Number | None = Field(
        None,
        alias="晚满几年为提示",
        description="文号晚这么多年以上的，多是以后改革的文件，只作提示",
    )

    def one(self, world: World, variables: Mapping[str, str]) -> Iterator[Finding]:
        """Compare the year in a document's number with a date."""
        subject = subject_of(variables)
        date = world.term(self.date, variables)
        documents = list(self._documents(world, variables))
        if not documents:
            why = "文字里没有文号" if self.document == EVERYWHERE else "没有写明年份的文号"
            yield self.not_applicable(subject, why)
        elif self.document == EVERYWHERE:
            yield from (self._against(str(d.value), d, year, date) for d, year in documents)
        else:
            # Of several, the one nearest to the date is the one that counts.
            when = date_of(date)
            nearest = min(documents, key=lambda d: abs(d[1] - when.year) if when else 0)
            yield self._against(subject, *nearest, date)

    def _documents(self, world: World, variables: Mapping[str, str]) -> Iterator[tuple[Side, int]]:
        """Yield the documents whose numbers tell their year, and the year."""
        name = str(self.document)
        if name == EVERYWHERE:
            found = _cited(world)
        elif name in world.facts.lists:
            found = [Side.text(str(item), item.place, name) for item in world.facts.lists[name]]
        else:
            term = world.term(self.document, variables)
            found = [Side(term.name, str(term.value or "").strip(), term.origin)]
        for side in found:
            if match := _YEAR.search(side.value or ""):
                yield side, int(match[1])

    def _against(self, subject: str, document: Side, year: int, date: Term) -> Finding:
        when = date_of(date)
        evidence = Evidence(document, date.side)
        if when is None:
            return self.no_data(subject, date.missing or [date.name], evidence)
        before, after = self.years_before, self.years_after
        grace_before, grace_after = self._grace(when)
        too_old = before is not None and year < when.year - int(before) - grace_before
        too_new = after is not None and year > when.year + int(after) + grace_after
        if not too_old and not too_new:
            return self.passed(subject, f"文号“{document.value}”与{when}不矛盾", evidence)
        why = f"文号是{year}年的，{'早' if too_old else '晚'}于{when.year}年"
        words = {"项": subject, "左名": "文号", "左": str(document.value), "缘由": why}
        words |= {"右名": date.label, "右": str(when)}
        is_reform = self.reform_after is not None and year - when.year >= int(self.reform_after)
        return self.failed(subject, words, evidence, HINT if is_reform else None)

    def _grace(self, when: PartialDate) -> tuple[int, int]:
        """Return the years of grace, before and after, for a document at a turn of the year."""
        if self.years_before != "0":
            return 0, 0
        _, month, day = when.earliest()
        is_early = month == 1 and day <= _FIRST_DAYS
        return int(is_early), int(when.month is None or when.month >= _LATE)


def _cited(world: World) -> list[Side]:
    """Return the documents whose numbers stand in the department's texts, each once."""
    found: dict[str, Side] = {}
    for passage in world.passages:
        if passage.is_prose or passage.path in world.facts.lists:
            for match in _CITED.finditer(passage.text):
                side = passage.side(match.start(), match[0], passage.path)
                found.setdefault(match[0], side)
    return list(found.values())


class DateOrderCheck(Check):
    """日期先后: 不能倒着走的日期.

    Dates that must not run backwards.
    """

    kind: Literal["日期先后"] = Field(alias="种类")
    sequence: Each | None = Field(None, alias="序列", description="一串日期的名称，* 为各步")
    order: list[Formula] = Field([], alias="先后", description="按先后列出的日期")
    not_after: Formula | None = Field(None, alias="不晚于", description="序列里各日期不得晚于它")
    planned: list[Text] = Field(
        [], alias="不计", description="名称里有这些词的步骤只是打算，不核对，如 计划"
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> DateOrderCheck:
        if (self.sequence is None) == (not self.order):
            raise refuse("“序列”和“先后”要写一个，也只写一个")
        return self

    def find(self, world: World) -> Iterator[Finding]:
        """Find dates that come before what they follow."""
        if self.sequence is None:
            terms = [world.term(text, {}) for text in self.order]
            for earlier, later in pairwise(terms):
                yield from self._in_order("" if len(terms) == 2 else later.name, earlier, later)
            return
        closing = [world.term(self.not_after, {})] if self.not_after else []
        runs = _sequences(self.sequence, world)
        if not runs:
            yield self.not_applicable("")
        for names in runs:
            terms = [world.term(spelled(name), {}) for name in names]
            known = [term for term in terms if date_of(term) and not self._is_planned(term)]
            for earlier, later in pairwise(known):
                yield from self._in_order(_step(later), earlier, later)
            for term, last in product(known, filter(date_of, closing)):
                yield from self._in_order(f"{_step(term)}:{last.name}", term, last, wrong_only=True)

    def _is_planned(self, term: Term) -> bool:
        """Tell whether a step is only intended, so that its date is no fact yet."""
        return any(word in _step(term).rpartition(".")[2] for word in self.planned)

    def _in_order(
        self, subject: str, earlier: Term, later: Term, *, wrong_only: bool = False
    ) -> Iterator[Finding]:
        first, second = date_of(earlier), date_of(later)
        evidence = Evidence(later.side, earlier.side)
        if first is None or second is None:
            yield from self.undecided(subject, later, earlier)
        elif second.latest() < first.earliest():
            left, right = (term.label.removesuffix("·日期") for term in (later, earlier))
            words = {"左名": left, "左": str(second), "右名": right, "右": str(first)}
            words["项"] = later.name
            yield self.failed(subject, words, evidence)
        elif not wrong_only:
            named = earlier.label if earlier.name in earlier.names else ""
            yield self.passed(subject, f"{later.label}{second}，不早于{named}{first}", evidence)


def _step(term: Term) -> str:
    return term.name.removesuffix(".日期")


def _sequences(pattern: str, world: World) -> list[list[str]]:
    """Return the names each sequence runs through, `*` being its steps, in file order."""
    steps = [wild[0] == "*" for wild in re.finditer(r"\{[^{}]+\}|\*", pattern)]
    found: dict[tuple[str, ...], list[str]] = {}
    for name in world.figures:
        if match := dotted(pattern).fullmatch(name):
            words = zip(match.groups(), steps, strict=True)
            found.setdefault(tuple(w for w, is_step in words if not is_step), []).append(name)
    return list(found.values())


class SameDateCheck(Check):
    """日期相同: 印出的日期文字与日期.

    A date as the report printed it, in words, against the date stated.
    """

    kind: Literal["日期相同"] = Field(alias="种类")
    printed: Formula = Field(alias="原文", description="印出的日期文字的名称")
    date: Formula = Field(alias="日期", description="日期的名称")

    def find(self, world: World) -> Iterator[Finding]:
        """Compare the two."""
        source, date = world.term(self.printed, {}), world.term(self.date, {})
        when = date_of(date)
        if source.value is None or when is None:
            yield from self.undecided("", source, date)
            return
        read, stated = _printed(str(source.value)), (when.year, when.month, when.day)
        evidence = Evidence(source.side, date.side)
        if None in read:
            yield self.not_applicable("", f"“{source.value}”认不出是哪一天")
        elif all(a == b for a, b in zip(read, stated, strict=False) if b):
            yield self.passed("", f"“{source.value}”就是{when}", evidence)
        else:
            words = {"左名": source.label, "左": str(source), "右名": date.label, "右": str(when)}
            yield self.failed("", words, evidence)


_DIGITS = str.maketrans("〇零○oO一二三四五六七八九", "00000123456789")
_DATE = re.compile(
    r"(?<!\d)([\d〇零○oO一二三四五六七八九]{4})"
    r"(?:年(?:([^月]+)月(?:([^日号]+)[日号])?)?|[./-](\d{1,2})(?:[./-](\d{1,2}))?(?!\d))"
)


def _printed(text: str) -> list[int | None]:
    """Read a date in Arabic or Chinese digits as far as it goes; None is what can't be read."""
    match = _DATE.search(unicodedata.normalize("NFKC", text).replace(" ", ""))
    year, *rest = filter(None, match.groups()) if match else ("",)
    return [whole_number(year.translate(_DIGITS)), *map(whole_number, rest)]


_TYPED_DATE = re.compile(r"(?<![\d.])(\d{4})\s*年(?:(\d{1,2})月)?(?:(\d{1,2})日)?")


class TypedYearCheck(ProseCheck):
    """文中年份: 文字里不可能的年份.

    A year in a narrative that can't have come yet, or isn't the one stated elsewhere.

    What is planned, or has a term, may lie ahead; what is told as done may not.
    """

    kind: Literal["文中年份"] = Field(alias="种类")
    not_after: Formula = Field(alias="不晚于", description="报告的日期；已办的事不会晚于它")
    far: Number = Field(alias="最多晚几年", description="不论说什么，也不会比它再晚这么多年")
    done: list[Text] = Field(alias="已办", description="同一分句里有这些词，说的是已经办了的事")
    planned: list[Text] = Field(alias="不计", description="一句里有这些词，说的是打算或期限")
    names: dict[str, Formula] = Field(
        {}, alias="叫法", description="年份前面的词 → 写明它的日期，如 设立于: 部门.设立时间"
    )
    others: list[Text] = Field([], alias="别的主体", description="有这些词，说的不是本部门的日期")

    nothing: ClassVar[str] = "文字里没有年份"

    def look(self, world: World) -> Iterator[Finding]:
        """Compare the years typed in the narratives with the report's date."""
        last = world.term(self.not_after, {})
        for passage in world.prose:
            for match in _TYPED_DATE.finditer(passage.masked):
                if not passage.is_quoted(match.start()):
                    yield self._judged(match, passage, last, world)

    def _judged(self, match: re.Match[str], passage: Passage, last: Term, world: World) -> Finding:
        start, end = passage.clause(*match.span())
        head, tail = passage.masked[start : match.start()], passage.masked[match.end() : end]
        year, month, day = (int(part) if part else None for part in match.groups())
        date = PartialDate(year or 0, month, day, match[0], passage.at(match.start()))
        right, limit, why = self._stated(world, head), date_of(last), ""
        stated = right and date_of(right)
        if right and stated and stated.year != date.year:
            why = f"“{right.label}”是{stated}"
        elif limit:
            told = re.split("[，,]", head)[-1] + match[0] + re.split("[，,]", tail)[0]
            is_ahead = re.search(one_of(self.done), told) and date.earliest() > limit.latest()
            is_far = date.year > limit.year + int(self.far)
            said = told if is_far else passage.masked[start:end]
            if (is_ahead or is_far) and not re.search(one_of(self.planned), said):
                why = f"报告最晚写于{limit}"
            elif near := _nearest(date, passage.masked[start:end], world):
                right, why = near, f"“{near.label.removesuffix('·日期')}”是{near.value}"
            elif month is None and (now := self._this_year(date.year, match.end(), passage, world)):
                right, why = now, f"“{now.label}”{now}是{world.year}年的数"
            elif date.year != world.year and _tells_of_a_year(passage, match, world.year):
                why = f"报告评价的是{world.year}年"
        evidence = Evidence(passage.side(match.start(), match[0]), (right or last).side)
        subject = f"{passage.path}:{match[0]}"
        words = {"处": passage.path, "左": match[0], "缘由": why}
        if why:
            return self.failed(subject, words, evidence)
        return self.passed(subject, f"“{match[0]}”不矛盾", evidence)

    def _this_year(self, year: int, at: int, passage: Passage, world: World) -> Term | None:
        """Return the figure of the year evaluated that a sentence gives to another year."""
        start = min((n for n in passage.numbers if n > at), default=at)
        number, said = passage.numbers.get(start), passage.masked[at:start]
        if year == world.year or number is None or not _NEAR.fullmatch(said):
            return None
        figures = world.figures.values()
        same = [
            f for f in figures if f.number and (n := in_unit(number, f.unit)) and n.prints(f.number)
        ]
        if number.value < _TELLING or any("上年" in figure.name for figure in same):
            return None
        for figure in same:
            called = re.sub(r"\.(?:支出|本年|实际)$", "", figure.name).rpartition(".")[2]
            if figure.name.startswith(_OF_A_YEAR) and called in said:
                return world.term(spelled(figure.name), {})
        return None

    def _stated(self, world: World, before: str) -> Term | None:
        """Return the date that a sentence about the department itself is about to tell."""
        identity = world.inputs.department.identity
        own = [str(n) for n in (identity.name, identity.full_name, identity.short_name) if n]
        match = re.match(
            rf"(?:{one_of(own)}|{MASK}+)(?:(?P<between>.*)[，,])?"
            rf"(?P<words>{one_of(self.names)})\s*$", before,
        )  # fmt: skip
        if match is None or re.search(one_of(self.others), match["between"] or ""):
            return None
        return world.term(self.names[match["words"]], {})


# Narratives of what the year brought, and how they begin: 2016年，我局…完成了年度各项任务.
_OF_THE_YEAR = ("绩效概述", "经济性", "效率性和有效性", "收入说明", "支出说明", "满意度")
_WHOLE_YEAR = re.compile(
    r"度?[，,][^。\n]{0,60}(?:完成|实现|落实)了?(?:全年|年度|当年|本年)[^。，\n]{0,12}(?:任务|工作|目标|预算)"
)


def _tells_of_a_year(passage: Passage, match: re.Match[str], year: int) -> bool:
    """Tell whether a narrative opens with another year than it is about, and names no other."""
    is_first = not passage.masked[: match.start()].strip(" \u3000#*\n")
    is_of_year = passage.path.rpartition(".")[2] in _OF_THE_YEAR
    told = match[2] is None and _WHOLE_YEAR.match(passage.masked, match.end())
    return bool(is_first and is_of_year and told and f"{year}年" not in passage.masked)


# Sections whose figures are of the year, how near to a year what it is of stands, and from what
# number on an amount is known by itself.
_OF_A_YEAR = ("收入", "支出", "三公经费", "公用经费", "业务量")
_NEAR = re.compile(r"[，,]?[^。；，\d\n]{0,12}")
_TELLING = 1


def _nearest(date: PartialDate, text: str, world: World) -> Term | None:
    """Return the step of a project that a date told nowhere else is but one number away from."""
    typed = _told_dates(world)
    stated = [
        (figure.name, _parts(figure.value))
        for figure in world.figures.values()
        if isinstance(figure.value, PartialDate) and figure.name.startswith("项目.")
    ]
    mine = _parts(date)
    referred = {r.name for p in world.passages for r in p.references}
    if any(_agree(mine, parts) for _, parts in stated):
        return None
    for name, parts in stated:
        apart = sum(a != b for a, b in zip(mine, parts, strict=False))
        # A year and a month alone may be another event's.
        told = len(mine) == _FULL or (len(mine) > 1 and name.split(".")[-2][-2:] in text)
        is_told = name in referred or any(_agree(parts, t) for t in typed)
        if told and len(parts) == len(mine) and apart == 1 and not is_told:
            return world.term(spelled(name), {})
    return None


# A year, a month and a day.
_FULL = 3


def _told_dates(world: World) -> list[tuple[int, ...]]:
    found = (m for p in world.passages for m in _TYPED_DATE.finditer(p.masked))
    return [tuple(int(part) for part in m.groups() if part) for m in found if m[2]]


def _parts(date: PartialDate) -> tuple[int, ...]:
    return tuple(part for part in (date.year, date.month, date.day) if part)


def _agree(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return len(other) > 1 and all(a == b for a, b in zip(one, other, strict=False))
