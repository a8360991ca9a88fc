"""What a sentence says of its amounts: 5.31万元，比上年减少0.57万元，下降9.7%，占预算的91.6%.

Each amount has a role, which the words right before it tell. A word of change or share says
something of the amounts before it only where nothing but such words stands between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum, auto

from govnb.review.texts import DIGIT, MASK, Passage
from govnb.review.words import Words, one_of
from govnb.text.number import TextNumber
from govnb.text.values import MONEY_UNITS

# What an amount of money is compared in.
MONEY, POINTS = "万元", "个百分点"
_MONEY_UNITS = sorted([*MONEY_UNITS, "万", "亿"], key=len, reverse=True)
_BRACKET = re.compile(r"[（(][^（）()\n]*[）)]")
_END_OF_UNIT = re.compile(r"[比较同与和增减下上占完为其结超]|$")
# “，主要原因是厉行节约，” says nothing of another amount.
_GAP = r"(?:[，,][^，。；]{0,16}原因[^。；]*?(?=[，,]))?[\s，,、；：:]*"
_BY = r"(?:了|约|额|率|幅度?|数|资金|金额|预算|为|达到?|：)*\s*"
_OF_YEAR = r"(?:年初|年度|全年|本年度?|当年|调整后?|变更|追加后|财政|部门|批复|总|的)*"


class Role(Enum):
    """What an amount is in its sentence."""

    VALUE = auto()
    BUDGET = auto()
    LAST = auto()
    # A change from LAST or BUDGET, as an amount or a rate.
    CHANGE = auto()
    # A share of the budget that was carried out, or of a whole.
    DONE = auto()
    SHARE = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Told:
    """An amount with its role; its number's `scale` is in units of `unit`."""

    number: TextNumber
    unit: str
    role: Role
    # What the words right before it call it.
    label: str
    # Of a change: what it is from (LAST or BUDGET), whether up or down, and its word.
    base: Role | None = None
    sign: int = 0
    word: str = ""
    # In which line of the text, and whether it is followed by its parts (其中).
    line: int = 0
    is_whole: bool = False

    @property
    def compared(self) -> str:
        """What two amounts differ in: rates differ in points."""
        return "%" if self.unit == POINTS else self.unit


# What says something of the amounts before it.
SAID_OF_OTHERS = (Role.CHANGE, Role.DONE, Role.SHARE)


class Statements:
    """Reads the amounts of sentences with their roles."""

    def __init__(self, words: Words, year: int) -> None:
        last = rf"(?:(?:{one_of(words.last_year)})(?:度|末)?|{year - 1}年(?:度|末)?)(?:同期)?"
        budget = rf"{_OF_YEAR}预算(?:数|总额|金额|安排|指标|收入|支出|批复)*"
        of = r"(?:决算|实际|支出|完成|执行|总|数|额|的)*"
        since = (
            rf"(?:同比|(?:相比于|相较于|相比|相较|比|较|与|和)(?:(?P<last>{last}{of})"
            rf"|(?P<budget>{budget})|(?P<other>{last}{budget}))(?:相比|比较)?)[，,]?"
        )
        how = rf"(?:{one_of(words.degree)})*"
        self._rising, self._spared = words.rising, (*words.over, *words.under)
        self._change = re.compile(
            rf"{_GAP}即?(?P<since>{since})?{how}(?P<word>{one_of(words.directions)}){_BY}"
        )
        self._level = re.compile(
            rf"与(?:{last}{of}|(?P<budget>{budget}))(?:相比)?[，,]?(?:持平|无(?:增减)?变化|没有变化)"
        )
        self._changed = re.compile(rf"(?:{one_of(words.directions)}){_BY}$")
        self._done = re.compile(
            rf"{_GAP}(?:(?:完成|占|为|是|达到)了?{budget}的?(?:比例|比重)?(?:为|达到?)?"
            rf"|{_OF_YEAR}(?:预算)?(?:执行|完成)率(?:为|达到?)?)\s*"
        )
        self._share = re.compile(
            rf"{_GAP}约?占(?:比|(?P<whole>[^，。；、：{MASK}]{{0,16}}?)的?(?:比重|比例)?)(?:为|达到?)?\s*"
        )
        self._is_budget = re.compile(
            r"预算(?:数|总额|金额|安排|指标|收入|支出|批复|为|是|了|约|共|：|:)*\s*$"
        )
        self._is_last = re.compile(rf"(?:{last}{of}|[由从]|由{last}{of})(?:为|是|：|:)?\s*$")
        self._last = re.compile(rf"{one_of(words.last_year)}|{year - 1}年")
        self._reached = re.compile(rf"(?:{one_of(words.directions)})(?:到|至)?(?<=[到至])了?\s*$")

    def of(self, passage: Passage) -> Iterator[list[Told]]:
        """Yield the amounts of each sentence of a passage that tells some."""
        text = _BRACKET.sub(lambda m: " " * len(m[0]), passage.shape)
        found: list[Told] = []
        end = 0
        level = {match.start(): match for match in self._level.finditer(text)}
        for start in sorted([*passage.numbers, *level]):
            number = passage.numbers.get(start)
            between = text[end:start]
            if number is None:
                # 与上年持平: a change of 0 %.
                base = Role.BUDGET if level[start]["budget"] else Role.LAST
                end, unit = level[start].end(), "%"
                nothing = TextNumber("", Decimal(0), 0, "", start, end)
                found.append(Told(nothing, unit, Role.CHANGE, level[start][0], base))
                continue
            if not text.startswith(DIGIT, start):
                continue
            if found and re.match(r"[，。；,\s]*(?:其中|包括)", between):
                last = max((i for i, t in enumerate(found) if t.role is Role.VALUE), default=-1)
                found[last] = replace(found[last], is_whole=True)
            *ended, head = re.split(r"[。；;！？\n]", between)
            unit, scaled = _scaled(number)
            end = number.end + len(scaled.unit)
            told = replace(self._role(scaled, unit, head, found), line=text.count("\n", 0, start))
            # “5.31万元；比上年下降9.7%” goes on with what was said before.
            goes_on = len(ended) < 2 and "\n" not in between and told.role in SAID_OF_OTHERS
            if ended and found and not goes_on:
                yield found
                found = []
            found.append(told)
        if found:
            yield found

    def _role(self, number: TextNumber, unit: str, head: str, before: list[Told]) -> Told:
        label = re.split(r"[，,；：:、]", head.rstrip("：: "))[-1].strip()
        told = Told(number, unit, Role.VALUE, label)
        change = self._change.fullmatch(head)
        if number.more or number.high or number.around or not unit:
            return replace(told, role=Role.OTHER)
        if unit == "%" and self._done.fullmatch(head):
            return replace(told, role=Role.DONE)
        if unit == "%" and (share := self._share.fullmatch(head)):
            return replace(told, role=Role.SHARE, label=share["whole"] or "")
        is_reached = self._reached.search(head)
        if change and not is_reached:
            base = Role.BUDGET if change["word"] in self._spared else Role.LAST
            if change["since"]:
                base = Role.BUDGET if change["budget"] else Role.LAST
            elif before and before[-1].role is Role.CHANGE:
                base = before[-1].base or base
            elif before and before[-1].role in (Role.LAST, Role.BUDGET):
                base = before[-1].role
            sign = 1 if change["word"] in self._rising else -1
            base = Role.OTHER if change["other"] else base
            return replace(told, role=Role.CHANGE, base=base, sign=sign, word=change["word"])
        if self._changed.search(head) and not is_reached:
            return replace(told, role=Role.OTHER)
        if self._is_budget.search(head):
            return replace(told, role=Role.OTHER if self._last.search(label) else Role.BUDGET)
        return replace(told, role=Role.LAST) if self._is_last.search(head) else told


def _scaled(number: TextNumber) -> tuple[str, TextNumber]:
    """Return what a number is compared in, and the number with just its unit."""
    for unit in _MONEY_UNITS:
        if number.unit.startswith(unit) and not number.unit.startswith((f"{unit}人", f"{unit}/")):
            size = MONEY_UNITS.get(unit) or MONEY_UNITS[f"{unit}元"]
            return MONEY, replace(number, unit=unit, scale=size)
    match = _END_OF_UNIT.search(number.unit)
    unit = (
        "个百分点"
        if number.unit.startswith("个百")
        else number.unit[: match.start() if match else 0]
    )
    return unit, replace(number, unit=unit)
