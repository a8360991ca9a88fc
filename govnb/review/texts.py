"""The texts of a department's file, read once: what every check of wording looks at.

A :class:`Passage` tells the references, numbers, numbering marks and clauses of a text. Its forms
(`masked`, `bare`, `shape`) blank something out, each character in its place, so that a match in
one of them stands where it stands in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from govnb.review.finding import Side
from govnb.sheet.fields import leaves
from govnb.sheet.read import Inputs
from govnb.sheet.references import REFERENCE, Reference, find
from govnb.text.faults import Place
from govnb.text.number import TextNumber, half_width, read_numbers, whole_number
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


@dataclass(frozen=True, eq=False)
class Passage:
    """A text and the field it stands in."""

    # The field's name, without the number of a list's item: that changes when items move.
    path: str
    source: Scalar | Amount
    # Whether it is Markdown that the report prints.
    is_prose: bool

    @cached_property
    def text(self) -> str:
        """The text as typed."""
        return self.source.text if isinstance(self.source, Amount) else str(self.source)

    def at(self, offset: int) -> Place:
        """Return the place of a character."""
        return self.source.at(offset) if isinstance(self.source, Scalar) else self.source.place

    def side(self, offset: int, value: str, name: str | None = None) -> Side:
        """Return what stands at a character as one side of a finding."""
        return Side(name, value, str(self.at(offset)))

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
        return tuple(sorted(_marks(self.masked), key=lambda mark: mark.start))

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
    """Yield every text of the department's file, in its order.

    An amount holds wording only as a 约数.
    """
    for path, value, is_prose in leaves(inputs.department):
        name = re.sub(r"\.(?:合计|明细)(?=\.|$)|\[\d+\]", "", path)
        is_text = isinstance(value, Scalar) or (isinstance(value, Amount) and value.about != "")
        if is_text and name not in _NOT_IN_REPORT:
            yield Passage(name, value, is_prose and isinstance(value, Scalar))


# ── Numbering ───────────────────────────────────────────────────

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_LINE = r"^[ \t>#*\-]*"
_POINT = r"(?<=[。；：，、:;,])"
# “三、四季度” and “二、三产业” are no headings.
_RANGE = re.compile(
    rf"(?:{'|'.join(map('、'.join, pairwise(CHINESE)))})[、季产年月级楼层类批期轮次线届号组班等]"
)
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
    """A number that opens a paragraph or a point: its value, place and look."""

    number: int
    start: int
    text: str
    # What it is written like, there and wherever in the line it stands.
    style: int
    family: str


def _marks(text: str) -> Iterator[Mark]:
    for style, (pattern, family) in enumerate(_STYLES):
        for match in pattern.finditer(text):
            number = _CIRCLED.find(match[1]) + 1 or whole_number(match[1])
            if number is not None and not _RANGE.match(text, match.start(1)):
                shown = re.sub(r"^[\s>#*\-]+", "", match[0])
                yield Mark(number, match.start(1), shown, style, family)


def points(passage: Passage, at: int) -> list[int]:
    """Return the numbers of the list that opens at a place.

    The list ends where its numbering starts anew, or goes on in another place of the line.
    """
    marks = [mark for mark in passage.marks if mark.start >= at]
    if not marks or passage.text[at : marks[0].start].strip(" \t\n　（(>#*-第"):
        return []
    first = marks[0]
    numbers = [1] if first.number == 1 else []
    for mark in marks[1:] if numbers else ():
        if mark.family == first.family:
            follows = mark.number == numbers[-1] + 1
            if not follows and (mark.style != first.style or mark.number <= numbers[-1]):
                break
            numbers.append(mark.number)
    return numbers
