"""The texts of a department's file, read once: what every check of wording looks at.

A :class:`Passage` tells the references, numbers, numbering marks and clauses of a text. Its forms
(`masked`, `bare`, `shape`) blank something out, each character in its place, so that a match in
one of them stands where it stands in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from pydantic import BaseModel

from govnb.sheet.read import Inputs
from govnb.sheet.references import REFERENCE, Reference, find, prose_fields
from govnb.text.ledger import Ledger
from govnb.text.number import TextNumber, half_width, read_numbers, whole_number
from govnb.text.place import Place
from govnb.text.values import Amount
from govnb.text.yaml_text import Scalar

# Where the file took its data from is not part of the report.
_NOT_IN_REPORT = frozenset({"部门.来源"})
# What stands in a form for what is blanked out, and for each character of a number.
MASK, DIGIT = "\ufffc", "\ue000"
NUMBER = f"{DIGIT}+"
CHINESE = "一二三四五六七八九十"
_YEAR = re.compile(r"20\d\d年")
_QUOTED = re.compile(r"《[^》\n]*》|“[^”\n]*”")


@dataclass(frozen=True)
class Passage:
    """A text and the field it stands in."""

    # The field's name, without the number of a list's item: that changes when items move.
    path: str
    # As typed.
    text: str
    # Whether it is Markdown that the report prints.
    is_prose: bool
    _source: Scalar | None = None
    _place: Place | None = None

    def at(self, offset: int) -> Place:
        """Return the place of a character."""
        if self._source is not None:
            return self._source.at(offset)
        assert self._place is not None
        return self._place

    @cached_property
    def references(self) -> list[Reference]:
        """The `{{ 名称 }}` of the text."""
        return find(self.text)

    @cached_property
    def masked(self) -> str:
        """The text with references blanked out."""
        return REFERENCE.sub(lambda m: MASK * len(m[0]), self.text)

    @cached_property
    def bare(self) -> str:
        """The text, in half width, with what stands in 《》 or “” blanked out.

        A title or a slogan is quoted as it is: a number in it is nobody's figure.
        """
        blank = lambda m: f"{m[0][0]}{MASK * (len(m[0]) - 2)}{m[0][-1]}"  # noqa: E731
        return _QUOTED.sub(blank, half_width(self.text))

    @cached_property
    def numbers(self) -> dict[int, TextNumber]:
        """The numbers typed in the text, by where their digits begin."""
        return {number.start: number for number in read_numbers(self.masked)}

    @cached_property
    def shape(self) -> str:
        """The masked text, in half width, with :data:`DIGIT` for each character of an amount."""
        chars = list(half_width(self.masked))
        for number in self.numbers.values():
            if _YEAR.fullmatch(number.text + number.unit[:1]):
                continue
            chars[number.start : number.start + len(number.text)] = DIGIT * len(number.text)
        return "".join(chars)

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """The numbers that open paragraphs and points, in order."""
        return tuple(_marks(self.masked))

    def is_quoted(self, offset: int) -> bool:
        """Tell whether a character stands in a title or a quotation."""
        return self.bare[offset] == MASK

    def clause(self, start: int, end: int) -> tuple[int, int]:
        """Return where the sentence around a span begins and ends."""
        before = max(self.masked.rfind(mark, 0, start) for mark in "。；\n！？") + 1
        stops = [at for mark in "。；\n！？" if (at := self.masked.find(mark, end)) >= 0]
        return before, min(stops, default=len(self.masked))

    def around(self, found: TextNumber, before: int, behind: int) -> str:
        """Return what stands beside a number in its sentence."""
        start, end = self.clause(found.start, found.end)
        return self.masked[max(start, found.start - before) : min(end, found.end + behind)]


def passages(inputs: Inputs) -> Iterator[Passage]:
    """Yield every text of the department's file, in its order."""
    prose = {text.place for _, text in prose_fields(inputs)}
    for path, value in _walk("", inputs.department):
        if path in _NOT_IN_REPORT:
            continue
        if isinstance(value, Scalar):
            yield Passage(path, str(value), value.place in prose, _source=value)
        else:
            yield Passage(path, value.text, False, _place=value.place)


def _walk(path: str, value: Any) -> Iterator[tuple[str, Scalar | Amount]]:
    """Yield texts and 约数; amounts otherwise hold no wording, and 公布数 and 已说明 no report."""
    if isinstance(value, Scalar) or (isinstance(value, Amount) and value.approximate):
        yield path, value
    elif isinstance(value, Ledger):
        # Named as its figures are: 合计 and 明细 are no part of a name.
        yield from _walk(path, value.total)
        yield from _walk(path, value.parts)
        yield from _walk(f"{path}.名称", value.title)
        yield from _walk(f"{path}.分类合计", value.columns)
    elif isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            dotted = f"{path}.{info.alias}" if path else str(info.alias)
            yield from _walk(dotted, getattr(value, name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk(f"{path}.{key}", item)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(path, item)


# ── Numbering ───────────────────────────────────────────────────

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


def _marks(text: str) -> list[Mark]:
    found = []
    for style, (pattern, _) in enumerate(_STYLES):
        for match in pattern.finditer(text):
            shown = re.sub(r"^[\s>#*\-]+", "", match[0])
            at = _CIRCLED.find(match[1]) + 1
            number = at or whole_number(match[1])
            if number is not None and not _is_range(text, match.start(1)):
                found.append(Mark(style, number, match.start(1), shown))
    return sorted(found, key=lambda mark: mark.start)


def _is_range(text: str, start: int) -> bool:
    match = _RANGE.match(text, start)
    return match is not None and CHINESE.index(match[2]) == CHINESE.index(match[1]) + 1


def points(passage: Passage, at: int) -> list[int] | None:
    """Return the numbers of the list that opens at a place, or None if none does.

    The list ends where its numbering starts anew, or goes on in another place of the line.
    """
    found = passage.marks
    here = bisect_left(found, at, key=lambda mark: mark.start)
    first = found[here] if here < len(found) else None
    if first is None or first.number != 1:
        return None
    if passage.text[at : first.start].strip(" \t\n　（(>#*-第"):
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
