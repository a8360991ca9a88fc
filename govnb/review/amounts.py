"""方向词, 文中数, 裸数 and 形近数: amounts that a narrative types or tells.

They are held against the figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import ClassVar, Literal

from pydantic import Field

from govnb.review.check import Evidence, Formula, ProseCheck
from govnb.review.finding import HINT, Finding, Side
from govnb.review.sentences import Change, Mention
from govnb.review.slips import UNIT_SLIP, slips
from govnb.review.terms import printed
from govnb.review.texts import Passage
from govnb.review.words import one_of
from govnb.review.world import World
from govnb.sheet.figure import Figure, rounded, shown
from govnb.sheet.published import in_unit
from govnb.sheet.references import DIRECTIONS, LEFT_OVER, OVERSPENT
from govnb.text.number import TextNumber
from govnb.text.values import MONEY_UNITS, Text

_HUNDRED = Decimal(100)
# Figures whose sign is a direction, by the last word of their name.
_CHANGES = ("增量", "增长率", "变动率", "差异", "差异率", "差异合计")
_AGAINST_BUDGET = re.compile("决算数?(大于|小于|超过)(?:年初|全年)?预算")
_FILLER = r"(?:了|额|率|幅度|金额|约|为|共|达|：|:|(?:年初|年度)?预算|计划)*"
# Units that any narrative may hold.
_USUAL = frozenset(["万元", "人", "㎡"])
# Digits by which a number is known: fewer could well be another number's.
_TELLING, _TELLING_WHOLE = 3, 4
# A number as of each unit that what stands behind it can mean.
_Read = dict[str, TextNumber]


class DirectionCheck(ProseCheck):
    """方向词: “增长”“超支”“同比”与数的正负.

    A word of direction (words.yml) against the sign of the figure it stands beside.
    """

    kind: Literal["方向词"] = Field(alias="种类")

    nothing: ClassVar[str] = "文字里没有与数连用的方向词"

    def look(self, world: World) -> Iterator[Finding]:
        """Compare each word of direction in the narratives with the figures."""
        for passage in world.prose:
            signed = [
                _signed(passage, reference.start, world.figures.get(reference.name), world)
                for reference in passage.references
                if reference.filter not in DIRECTIONS
            ]
            changes = [*filter(None, signed), *world.sentences.changes(passage)]
            changes += _against_budget(passage, world)
            told = {change.start for change in changes}
            typed = [_typed_sign(passage, number, world) for number in passage.numbers.values()]
            changes += [change for change in typed if change and change.start not in told]
            for change in changes:
                yield self._judged(change, passage, world)

    def _judged(self, told: Change, passage: Passage, world: World) -> Finding:
        now, last, difference = told.now, told.last, told.difference
        subject = f"{passage.path}:{told.word}{now.name}"
        side = passage.side(told.start, told.word)
        if difference is None:
            missing = now.missing or [now.name]
            return self.no_data(subject, missing, Evidence(side, Side.of(now)))
        evidence = Evidence(side, Side.of(now), None if last else difference)
        # A change too small to print shows neither direction.
        if rounded(difference, now.decimals) == 0 or (difference > 0) == told.is_up:
            change = printed(difference, now.unit, now.decimals)
            return self.passed(subject, f"“{told.word}”与{now.label}{change}相符", evidence)
        words = {"处": passage.path, "原文": told.word, "左": told.word, "项": now.label}
        words["右"] = f"由{shown(last)}变为{shown(now)}" if last else shown(now)
        return self.failed(subject, words, evidence)


def _against_budget(passage: Passage, world: World) -> Iterator[Change]:
    """Yield which way an item's spending differs from its budget: 决算数小于预算数."""
    for match in _AGAINST_BUDGET.finditer(passage.masked):
        start, _ = passage.clause(*match.span())
        named = [m for m in world.sentences.named(passage) if start <= m.start < match.start()]
        figure = named[-1].name.figure if named and named[-1].is_ours else None
        stem, _, last = figure.name.rpartition(".") if figure else ("", "", "")
        budget = world.figures.get(f"{stem}.预算")
        if figure and budget and last == "支出" and not named[-1].is_last:
            yield Change(figure, budget, "", match[0], match[1] != "小于", match.start())


def _typed_sign(passage: Passage, number: TextNumber, world: World) -> Change | None:
    # 三公经费超支0.94万元, where that much was left: no figure of that size goes that way.
    if _word_before(passage, number.start, world) is None:
        return None
    start, stop = passage.clause(number.start, number.end)
    others = [abs(n.value) for at, n in passage.numbers.items() if start <= at < number.start]
    if any(abs(a - b) == number.value for a, b in product(others, others)):
        # The sentence tells what it is computed from.
        return None
    changes = [
        change
        for figure in world.figures.values()
        if _is_near(figure, passage.masked[start:stop], world)
        and figure.number
        and (read := in_unit(number, figure.unit))
        and read.prints(abs(figure.number))
        and (change := _signed(passage, number.start, figure, world))
    ]
    if any(change.is_up == ((change.now.number or 0) > 0) for change in changes):
        return None
    return next(iter(changes), None)


def _is_near(figure: Figure, text: str, world: World) -> bool:
    """Tell whether a text names a figure by a word of its name that isn't too general."""
    words = set(re.sub("[“”]", "", figure.name).split(".")) - set(world.words.general)
    text = re.sub("[“”]", "", text)
    return any(len(word) > 1 and word in text for word in words)


def _word_before(passage: Passage, at: int, world: World) -> re.Match[str] | None:
    head = passage.masked[max(0, at - 16) : at]
    return re.search(rf"(负?)({one_of(world.words.directions)}){_FILLER}$", head)


def _signed(passage: Passage, at: int, figure: Figure | None, world: World) -> Change | None:
    # 超支{{ 支出.超支 }}
    words = world.words
    match = _word_before(passage, at, world)
    if figure is None or match is None:
        return None
    word, last = match[2], figure.name.rpartition(".")[2]
    if last in _CHANGES:
        is_up = word in words.rising
    elif word in (*words.over, *words.under) and last in (*OVERSPENT, *LEFT_OVER):
        is_up = (word in words.over) == (last in OVERSPENT)
    else:
        return None
    denied = rf"(?:{one_of(words.denied)})(?:再|有|了|出现|发生|明显|大幅)*$"
    if word.endswith("至") or re.search(denied, match.string[: match.start()]):
        return None
    start = at - len(match.string) + match.start()
    return Change(figure, None, "", match[1] + word, is_up != bool(match[1]), start)


class TypedValueCheck(ProseCheck):
    """文中数: 写在指标名称后面的数、比上年增减多少，与指标.

    A number typed behind a figure's label against the figure, and what it grew by.
    """

    kind: Literal["文中数"] = Field(alias="种类")
    names: dict[str, Formula] = Field(
        {}, alias="叫法", description="文字里的另一种叫法 → 指标名称，如 核定编制: 人员.编制数"
    )

    nothing: ClassVar[str] = "文字里没有直接写在指标名称后面的数"

    def calls(self) -> dict[str, str]:
        """Return other words for figures, and the figures' names."""
        return {words: str(name) for words, name in self.names.items()}

    def look(self, world: World) -> Iterator[Finding]:
        """Compare numbers typed behind a figure's name with the figures."""
        for passage in world.prose:
            named = world.sentences.named(passage)
            told = [self._compared(m, m.number, passage, world) for m in named if m.number]
            told += [
                self._grown(change, change.number, passage)
                for change in world.sentences.changes(passage)
                if change.number and change.word not in (*world.words.over, *world.words.under)
            ]
            yield from filter(None, told)

    def _compared(
        self, mention: Mention, number: TextNumber, passage: Passage, world: World
    ) -> Finding | None:
        figure = mention.name.last if mention.is_last else mention.name.figure
        if figure is None or figure.number is None:
            return None
        subject = f"{passage.path}:{mention.label}"
        written = f"{number.text}{number.unit}"
        evidence = Evidence(
            passage.side(number.start, number.text), Side.of(figure), number.amount - figure.number
        )
        if number.prints(figure.number):
            message = f"{mention.label}写{written}，与{shown(figure)}相符"
            return self.passed(subject, message, evidence)
        # Words before the name may make it another's, but hardly one with the same digits.
        may_slip = not mention.name.is_called
        if not mention.is_ours and not (may_slip and any(slips(number.amount, figure.number))):
            return None
        if any(number.prints(other.number) for other in mention.name.others if other.number):
            return None
        carried = world.figures.get("预算执行.上年结转")
        # 年初预算＋追加 is called so as well.
        less = carried.number if carried and figure.name == "预算执行.调整后预算" else None
        if less is not None and number.prints(figure.number - less):
            return None
        if mention.name.is_called and _is_another(number, figure, world):
            return None
        words = {"处": passage.path, "项": mention.label, "左": written, "右": shown(figure)}
        is_sure = mention.is_ours and not _is_worked_out(number, passage)
        return self.failed(subject, words, evidence, None if is_sure else HINT)

    def _grown(self, told: Change, number: TextNumber, passage: Passage) -> Finding | None:
        now, base = told.now, told.last.number if told.last else None
        change = abs(told.difference or Decimal(0))
        wanted = [change / abs(base) * _HUNDRED] if told.unit == "%" and base else []
        in_points = now.unit == "%" and told.unit in ("%", "个百分点")
        if in_points or (now.unit and told.unit.startswith(now.unit)):
            wanted.append(change)
        if not wanted:
            return None
        what = told.label or now.label
        subject = f"{passage.path}:{what}比上年{told.word}"
        evidence = Evidence(
            passage.side(number.start, number.text), Side.of(now), number.value - wanted[0]
        )
        written = f"{number.text}{told.unit}"
        # Some cut a rate instead of rounding it.
        if any(number.prints(one, loose=True) for one in wanted):
            return self.passed(subject, f"{what}{told.word}{written}，相符", evidence)
        right = printed(wanted[0], told.unit, max(number.decimals, 1))
        words = {"处": passage.path, "项": f"{what}比上年{told.word}", "左": written, "右": right}
        return self.failed(subject, words, evidence)


def _is_worked_out(rate: TextNumber, passage: Passage) -> bool:
    """Tell whether a rate is what amounts before it in its sentence give: of another measure."""
    if not rate.unit.startswith("%"):
        return False
    start, _ = passage.clause(rate.start, rate.end)
    amounts = [n.value for at, n in passage.numbers.items() if start <= at < rate.start]
    pairs = product(amounts, filter(None, amounts))
    return any(a != b and rate.prints(a / b * _HUNDRED, loose=True) for a, b in pairs)


def _is_another(number: TextNumber, figure: Figure, world: World) -> bool:
    """Tell whether a number may be another figure of the kind, or this one with it or without."""
    section = "" if figure.unit in MONEY_UNITS else figure.name.partition(".")[0]
    kin = [
        other.number
        for other in world.figures.values()
        if other.number and other.unit == figure.unit and other.name.startswith(section)
    ]
    mine = figure.number or Decimal(0)
    money = [mine + n for n in kin] + [mine - n for n in kin] if not section else []
    return any(map(number.prints, [*kin, *money]))


class RawNumberCheck(ProseCheck):
    """裸数: 应写成引用的数.

    A number typed in a narrative that a figure already holds. Only what can't be a coincidence
    is told: a number with three telling digits that equals a figure of the same unit, or a
    shorter one, or a rate, with the figure's own name beside it.
    """

    kind: Literal["裸数"] = Field(alias="种类")
    skip_units: list[Text] = Field([], alias="不查单位", description="带这些单位的数不查")

    nothing: ClassVar[str] = "文字里没有带单位的数"
    # Said of numbers of which none is accused.
    right: ClassVar[str] = "都不与指标重复"

    def look(self, world: World) -> Iterator[Finding]:
        """Find the numbers with units that are to be accused."""
        numbers = [*_numbers(world, self.skip_units)]
        found = [f for read, at in numbers if (f := self.one(read, at, world))]
        told = f"文字里的{len(numbers)}个数{self.right}"
        yield from found or [self.passed("", told)] * bool(numbers)

    def one(self, read: _Read, passage: Passage, world: World) -> Finding | None:
        """Accuse a number that a figure holds."""
        figure = _holder(read, passage, world)
        if figure is None:
            return None
        number = read[figure.unit]
        plain = f"{number.value:f}"
        words = {"处": passage.path, "左": f"{plain}{number.unit}"}
        words |= {"原文": words["左"], "右名": figure.name, "右": shown(figure)}
        evidence = Evidence(passage.side(number.start, plain), Side.of(figure))
        return self.failed(f"{passage.path}:{words['左']}", words, evidence)


class NearNumberCheck(RawNumberCheck):
    """形近数: 与哪个指标都不同，只差单位、小数点或两位颠倒的数.

    A number that no figure holds, but one that is named beside it would, mistyped.
    """

    kind: Literal["形近数"] = Field(alias="种类")  # type: ignore[assignment]

    right: ClassVar[str] = "都不像写错的指标"

    def one(self, read: _Read, passage: Passage, world: World) -> Finding | None:
        """Accuse a number that is a slip away from a figure named beside it."""
        typed = next(iter(read.values()))
        known = [f for f in world.figures.values() if f.unit in read and f.number]
        is_judged = typed.start in world.sentences.judged(passage)
        if is_judged or any(_prints(f, read[f.unit]) for f in known):
            return None
        is_telling = _digits(typed) >= _TELLING_WHOLE
        # So many digits are another's by chance hardly ever.
        around = passage.masked if is_telling else passage.around(typed, 25, 15)
        for figure in known:
            number = read[figure.unit]
            why = next(slips(number.amount, figure.number or Decimal(0)), "")
            # By chance no number has so many digits of another ten thousand times over.
            if why and ((why == UNIT_SLIP and is_telling) or _is_near(figure, around, world)):
                words = {"处": passage.path, "左": f"{number.text}{number.unit}"}
                words |= {"右名": figure.label, "右": shown(figure), "缘由": why}
                evidence = Evidence(passage.side(number.start, number.text), Side.of(figure))
                return self.failed(f"{passage.path}:{figure.name}", words, evidence)
        return None


def _numbers(world: World, skipped: Sequence[str]) -> Iterator[tuple[_Read, Passage]]:
    """Yield the numbers of the narratives, as of each unit that they can be in."""
    units = {f.unit for f in world.figures.values() if f.unit} | _USUAL
    for passage in world.prose:
        for typed in passage.numbers.values():
            if typed.high or passage.is_quoted(typed.start):
                continue
            exactly = replace(typed, around=False)
            read = {u: n for u in units - {*skipped} if (n := in_unit(exactly, u))}
            # What stands behind it is the longest unit that it can mean.
            longest = max((len(n.unit) for n in read.values()), default=0)
            if read:
                yield {u: n for u, n in read.items() if len(n.unit) == longest}, passage


def _holder(read: _Read, passage: Passage, world: World) -> Figure | None:
    """Return the figure a typed number repeats, or None where chance may have it so."""
    number = next(iter(read.values()))
    if number.more or not number.value:
        return None
    around = passage.around(number, 25, 15)
    same = [f for f in world.figures.values() if f.unit in read and _prints(f, read[f.unit])]
    if near := next((figure for figure in same if _is_near(figure, around, world)), None):
        return near
    # Rates are all of one size: any two may print alike.
    least = _TELLING if number.decimals else _TELLING_WHOLE
    return next(iter(same), None) if "%" not in read and _digits(number) >= least else None


def _digits(number: TextNumber) -> int:
    """Return how many digits tell a number from others."""
    return len(f"{abs(number.value):f}".replace(".", "").strip("0"))


def _prints(figure: Figure, number: TextNumber) -> bool:
    if figure.number is None or not number.decimals:
        return figure.number == number.amount
    return number.prints(figure.number)
