"""方向词, 文中数, 裸数 and 句内数: amounts that a narrative types or tells.

They are held against the figures, and those of one sentence against one another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from itertools import accumulate, product
from operator import add
from typing import ClassVar, Literal

from pydantic import Field

from govnb.review.check import Evidence, Formula, ProseCheck
from govnb.review.finding import HINT, Finding, Side
from govnb.review.rounding import MEASURED
from govnb.review.sentences import (
    MONEY,
    SAID_OF_OTHERS,
    Change,
    Mention,
    Role,
    Told,
    is_slip,
)
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
_FILLER = r"(?:了|额|率|幅度|金额|约|为|共|达|：|:|(?:年初|年度)?预算|计划)*"
# Units that any narrative may hold.
_USUAL = frozenset(["万元", "人", "㎡"])
# Digits by which a number is known: fewer could well be another number's.
_TELLING, _TELLING_WHOLE = 3, 4


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
        if not mention.is_ours and not (may_slip and is_slip(number.amount, figure.number)):
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
        return self.failed(subject, words, evidence, None if mention.is_ours else HINT)

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

    def look(self, world: World) -> Iterator[Finding]:
        """Find numbers with units that a figure holds."""
        units = {f.unit for f in world.figures.values() if f.unit} | _USUAL
        seen, is_repeated = 0, False
        for passage in world.prose:
            for typed in passage.numbers.values():
                if typed.high or typed.more or passage.is_quoted(typed.start):
                    continue
                read = _read(typed, units - set(self.skip_units))
                seen += bool(read)
                if figure := _holder(read, passage, world):
                    is_repeated = True
                    yield self._told(read[figure.unit], figure, passage)
        if not seen:
            yield self.not_applicable("", "文字里没有带单位的数")
        elif not is_repeated:
            yield self.passed("", f"文字里的{seen}个数都不与指标重复")

    def _told(self, number: TextNumber, figure: Figure, passage: Passage) -> Finding:
        plain = f"{number.value:f}"
        written = f"{plain}{number.unit}"
        words = {"处": passage.path, "原文": written, "左": written}
        words |= {"右名": figure.name, "右": shown(figure)}
        evidence = Evidence(passage.side(number.start, plain), Side.of(figure))
        return self.failed(f"{passage.path}:{written}", words, evidence)


def _read(typed: TextNumber, units: Iterable[str]) -> dict[str, TextNumber]:
    """Return a number as of each unit that what stands behind it can mean."""
    exactly = replace(typed, around=False)
    read = {unit: number for unit in units if (number := in_unit(exactly, unit))}
    longest = max((len(number.unit) for number in read.values()), default=0)
    return {unit: number for unit, number in read.items() if len(number.unit) == longest}


def _holder(read: dict[str, TextNumber], passage: Passage, world: World) -> Figure | None:
    """Return the figure a typed number repeats, or None where chance may have it so."""
    number = next(iter(read.values()), None)
    if number is None or not number.value:
        return None
    around = passage.around(number, 25, 15)
    same = [f for f in world.figures.values() if f.unit in read and _prints(f, read[f.unit])]
    for figure in same:
        if _is_near(figure, around, world):
            return figure
    digits = len(f"{abs(number.value):f}".replace(".", "").strip("0"))
    # Rates are all of one size: any two may print alike.
    telling = "%" not in read and digits >= (_TELLING if number.decimals else _TELLING_WHOLE)
    return next(iter(same), None) if telling else None


def _prints(figure: Figure, number: TextNumber) -> bool:
    if figure.number is None or not number.decimals:
        return figure.number == number.amount
    return number.prints(figure.number)


class NearNumberCheck(ProseCheck):
    """形近数: 与哪个指标都不同，只差单位、小数点或两位颠倒的数.

    A number that no figure holds, but one that is named beside it would, mistyped.
    """

    kind: Literal["形近数"] = Field(alias="种类")
    skip_units: list[Text] = Field([], alias="不查单位", description="带这些单位的数不查")

    nothing: ClassVar[str] = "文字里没有与指标形近的数"

    def look(self, world: World) -> Iterator[Finding]:
        """Find numbers that are a slip away from a figure named beside them."""
        units = ({f.unit for f in world.figures.values() if f.unit} | _USUAL) - {*self.skip_units}
        seen, is_wrong = 0, False
        for passage in world.prose:
            judged = world.sentences.judged(passage)
            for typed in passage.numbers.values():
                seen += 1
                read = {} if typed.high or typed.start in judged else _read(typed, units)
                known = [f for f in world.figures.values() if f.unit in read and f.number]
                if passage.is_quoted(typed.start) or any(_prints(f, read[f.unit]) for f in known):
                    continue
                around = passage.around(typed, 25, 15)
                digits = f"{typed.value:f}".replace(".", "").strip("0")
                # So many digits are another's by chance hardly ever.
                around = passage.masked if len(digits) >= _TELLING_WHOLE else around
                for figure in known:
                    number = read[figure.unit]
                    why = next(slips(number.amount, figure.number or Decimal(0)), "")
                    # By chance no number has so many digits of another ten thousand times over.
                    is_sure = why == UNIT_SLIP and len(digits) >= _TELLING_WHOLE
                    if why and (is_sure or _is_near(figure, around, world)):
                        written = f"{number.text}{number.unit}"
                        words = {"处": passage.path, "左": written, "右名": figure.label}
                        words |= {"右": shown(figure), "缘由": why}
                        side = passage.side(number.start, number.text)
                        subject = f"{passage.path}:{figure.name}"
                        yield self.failed(subject, words, Evidence(side, Side.of(figure)))
                        is_wrong = True
                        break
        if seen and not is_wrong:
            yield self.passed("", f"文字里的{seen}个数都不像写错的指标")


# No sentence says one thing of more amounts.
_FEW = 12
# What was left over or added is spent as well.
_MORE_THAN_BUDGET = re.compile(r"结[转余]|追加|调[整增减剂]|收入|增加|新增")
# What else may stand before an amount for it to be the figure's that was named.
_STANDARD = (
    "本年度|本年|全年|当年|年初|年度|上年度|上年|去年|财政拨款|预算|决算|实际|支出|开支|使用|完成|数|额|总"
    "|安排|为|是|共|达|的|其中"
)
_THIS_YEAR = re.compile("(?:今年|本年度?|当年|20\\d\\d年度?|决算|支出|实际|为|是|则|达)*")
_SPENT = re.compile("支出|实际|使用|决算|中标|开支|支付")
_COMPUTED = re.compile("[＋－÷]")
_TOTAL = re.compile(r"合计|总计|总额|共计|总[支收数量人]|共[有为]?$")
# What a whole may be called besides: 本年支出, 全部支出总额.
_OF_ALL = re.compile(
    r"20\d\d年度?|本年度?|全年|年度|部门|单位|整体|全部|总|合计|共计?|[额数的其为是：]"
)


@dataclass(frozen=True, slots=True)
class _Sum:
    """What a computation with printed amounts can come to; `sign` is its direction, if any."""

    text: str
    value: Decimal
    low: Decimal
    high: Decimal
    sign: int = 0

    @classmethod
    def of(cls, told: Told) -> _Sum:
        number = told.number
        half = number.scale * Decimal(1).scaleb(-number.decimals) / 2
        # What was counted is exact.
        half = half if number.decimals or told.unit in (MONEY, *MEASURED) else Decimal(0)
        value = abs(number.amount)
        return cls(f"{value.normalize():f}", value, value - half, value + half)

    def __add__(self, other: _Sum) -> _Sum:
        text = f"{self.text}＋{other.text}"
        return _Sum(text, self.value + other.value, self.low + other.low, self.high + other.high)

    def __sub__(self, other: _Sum) -> _Sum:
        if self.value < other.value:
            return replace(other - self, sign=-1)
        text = f"{self.text}－{other.text}"
        low, high = self.low - other.high, self.high - other.low
        return _Sum(text, self.value - other.value, low, high, sign=1)

    def over(self, other: _Sum) -> _Sum:
        """Return the quotient in percent; the other must be positive."""
        sides = self.text, other.text
        parts = (f"（{side}）" if re.search("[＋－]", side) else side for side in sides)
        ends = self.low / other.high, self.high / other.low
        value, low, high = (_HUNDRED * end for end in (self.value / other.value, *ends))
        return _Sum("÷".join(parts), value, low, high, self.sign)


_NOTHING = _Sum("", Decimal(0), Decimal(0), Decimal(0))
_COUNTED_ONCE = (MONEY, "辆", "台", "亩", "公里")
_REST = re.compile("^(?:[和及]|以及)?其[他它余]")


class SentenceCheck(ProseCheck):
    """句内数: 一句话里的数彼此相符：增减额与增减率、占比、完成预算的比例.

    What a sentence says of its amounts against those amounts, or the figure they are of:
    比上年增加 d，增长 r% of an amount A says that r = d ÷ (A − d); 去年 B，今年 A，增长 r% that
    r = (A − B) ÷ B; 完成预算的 P% that P = A ÷ B; 占 P% that P is a part over its whole. A
    sentence is wrong only where no amount that it may speak of makes it right within the digits
    printed.
    """

    kind: Literal["句内数"] = Field(alias="种类")

    nothing: ClassVar[str] = "文字里没有可以互相核对的数"

    def look(self, world: World) -> Iterator[Finding]:
        """Compute each change and share that a narrative tells from the amounts beside it."""
        for passage in world.prose:
            # What is held against a figure is not told twice.
            judged = world.sentences.judged(passage)
            said: list[Told] = []
            for told in world.statements.of(passage):
                said = [t for t in said if t.line == told[0].line] + told
                if any(judged.get(t.number.start) is False for t in told):
                    continue
                yield from self._parts(told, passage)
                for at, one in enumerate(told):
                    if one.number.start in judged:
                        continue
                    ways = (
                        _sums(one, told[:at], told[at + 1 :], said),
                        _known(told[: at + 1], passage, world),
                        _of_known(one, told[:at], world),
                    )
                    sums = filter(None, map(list, ways))
                    found = [self._judged(one, some, told[0], passage) for some in sums]
                    wrong = next((finding for finding in found if finding.is_open), None)
                    yield from [wrong] if wrong else found[:1]
                    if wrong:
                        # What follows may rest on it.
                        break

    def _parts(self, told: Sequence[Told], passage: Passage) -> Iterator[Finding]:
        """Find an amount whose parts, listed behind it (其中…、…), come to another."""
        for at, whole in enumerate(told):
            parts = _listed(told[at + 1 :], whole, passage) if whole.is_whole else []
            total, stated = reduce(add, map(_Sum.of, parts), _NOTHING), _Sum.of(whole)
            # 其他 closes the list: nothing is left out.
            is_less = bool(parts and _REST.search(parts[-1].label)) and total.high < stated.low
            # Of people some are counted twice: 党员, 女职工.
            is_wrong = len(parts) > 1 and (is_less or total.low > stated.high)
            if is_wrong and whole.unit in _COUNTED_ONCE:
                number = whole.number
                written = f"{whole.label}{number.text}{number.unit}"
                right = f"其中各项合计{printed(total.value / number.scale, number.unit)}"
                words = {"处": passage.path, "原文": written, "左": written, "右": right}
                side = passage.side(number.start, number.text)
                evidence = Evidence(side, difference=stated.value - total.value)
                yield self.failed(f"{passage.path}:{whole.label}:其中", words, evidence)

    def _judged(self, told: Told, sums: list[_Sum], first: Told, passage: Passage) -> Finding:
        number, amount = told.number, abs(told.number.amount)
        # Some cut a rate instead of rounding it.
        room = number.scale * Decimal(1).scaleb(-number.decimals)
        best = min(sums, key=lambda one: abs(one.value - amount))
        fits = [one for one in sums if one.low - room <= amount <= one.high + room / 2]
        share = "占" if told.role is Role.SHARE else ""
        written = f"{share}{told.label}{number.text}{number.unit}"
        subject = f"{passage.path}:{first.label}:{told.word or told.label}{told.unit}"
        evidence = Evidence(passage.side(number.start, number.text), difference=amount - best.value)
        if right := [one for one in fits if one.sign in (0, told.sign) or not told.sign]:
            return self.passed(subject, f"“{written}”与{right[0].text}相符", evidence)
        best = (fits or [best])[0]
        result = printed(best.value, told.unit, max(number.decimals, 2))
        right_one = f"{best.text}＝{result}" if _COMPUTED.search(best.text) else best.text
        words = {"处": passage.path, "原文": written, "左": written, "右": right_one}
        return self.failed(subject, words | {"缘由": "方向相反" if fits else ""}, evidence)


def _listed(told: Sequence[Told], whole: Told, passage: Passage) -> list[Told]:
    """Return the amounts of a list that begins here: A1元、B2元和C3元."""
    parts: list[Told] = []
    for one in told:
        end = parts[-1].number.end + len(parts[-1].number.unit) if parts else 0
        goes_on = not parts or passage.masked[end : end + 1] in ("、", "和", "及")
        if one.unit != whole.unit or one.role is not Role.VALUE or not goes_on:
            break
        parts.append(one)
    return parts


def _sums(
    told: Told, before: Sequence[Told], after: Sequence[Told], said: Sequence[Told]
) -> Iterator[_Sum]:
    """Yield what a change or a share may be computed from."""
    is_rate = told.unit == "%"
    if told.role is Role.SUM:
        yield from _added(told, before)
    if told.role not in SAID_OF_OTHERS:
        return
    for unit in {one.unit for one in before} - ({"%"} if is_rate else set()):
        known = [one for one in before if one.unit == unit]
        # 占总投资200万元的80%: the whole is none of its parts.
        own = [one for one in known if not re.match("(?:分别)?占", one.label)]
        values = [_Sum.of(one) for one in own if one.role is Role.VALUE][-_FEW:]
        # 办公费5万元、水费3万元，比上年…: all of them, or the last ones.
        values = list(accumulate(reversed(values), add)) + values[:-1]
        values += [_Sum.of(one) for one in own if one.role is Role.SUM]
        if told.role is Role.SHARE:
            wholes = [_Sum.of(one) for one in said if one.unit == unit and _is_whole(one, told)]
            yield from (v.over(w) for v, w in product(values, wholes) if v.value < w.value)
        elif is_rate or unit == told.compared:
            for value, base in _pair(known, told.base):
                change = value if told.role is Role.DONE else value - base
                yield change.over(base) if is_rate else change
            if not is_rate:
                yield from _difference(told, known)
        for near in [*before[-1:], *after[:1]] if is_rate and told.sign else []:
            if near.role is Role.CHANGE and near.base is told.base and near.unit == unit:
                change = replace(_Sum.of(near), sign=near.sign)
                starts = [v - change if near.sign > 0 else v + change for v in values]
                starts += [_Sum.of(one) for one in known if one.role is told.base]
                yield from (change.over(b) for b in starts if b.low > 0 and b.sign >= 0)


def _added(told: Told, before: Sequence[Told]) -> Iterator[_Sum]:
    """Yield what amounts that are nothing but listed come to: all of them, or the last ones."""
    # What part each is may stand behind it, and how many they are before them.
    listed = [one for one in before if one.unit == told.unit and one.role is not Role.SHARE]
    others = [one for one in before if one.unit != told.unit and one.role is not Role.SHARE]
    is_list = all(one.role is Role.VALUE and not one.is_whole for one in [*listed, *others])
    if is_list and len(others) < 2:
        yield from [*accumulate(reversed([_Sum.of(one) for one in listed]), add)][1:]


def _difference(told: Told, known: Sequence[Told]) -> Iterator[_Sum]:
    """Yield what is left of one of two amounts, if that much is told: 收入…，支出…，结余."""
    two = [one for one in known if one.role is Role.VALUE]
    spent = [one for one in two if _SPENT.search(one.label)]
    if told.base is Role.BUDGET and len(two) == 2 and len(spent) == 1:
        (other,) = (one for one in two if one is not spent[0])
        change = _Sum.of(spent[0]) - _Sum.of(other)
        # Otherwise there may be more to it: only the direction can be wrong.
        if change.low <= abs(told.number.amount) <= change.high:
            yield change


def _pair(known: Sequence[Told], base: Role | None) -> Iterator[tuple[_Sum, _Sum]]:
    """Yield the amount that goes with the last budget, or last year's amount, if just one does."""
    at = [place for place, one in enumerate(known) if one.role is base]
    own = [one.label for one in known if one.role in (Role.VALUE, Role.OTHER)]
    if not at or (base is Role.BUDGET and any(map(_MORE_THAN_BUDGET.search, own))):
        return
    first, last = [-1, *at][-2:]
    behind = [one for one in known[last:] if one.role is Role.VALUE]
    values = behind or [one for one in known[first + 1 : last] if one.role is Role.VALUE]
    start, noun = _Sum.of(known[last]), known[last].noun
    if re.match("[比较与和]", known[last].label):
        # 支出培训费83.7万元，比上年70万元: the one right before.
        values = values[-1:]
    if noun and not all(noun in one.label or _THIS_YEAR.fullmatch(one.label) for one in values):
        return
    # Of nothing there is no rate.
    if len(values) == 1 and start.low > 0:
        yield _Sum.of(values[0]), start


def _known(told: Sequence[Told], passage: Passage, world: World) -> Iterator[_Sum]:
    """Yield what the last amount is by the figures, where all said so far is of one of them."""
    *_, one = told
    start, _ = passage.clause(told[0].number.start, told[0].number.end)
    named = [m for m in world.sentences.named(passage) if start <= m.start < one.number.start]
    named = [mention for mention in named if not mention.name.is_called]
    if len(named) != 1 or not named[0].is_ours or named[0].is_last:
        return
    subject = named[0]
    stem, _, last = subject.name.figure.name.rpartition(".")
    standard = re.compile(rf"(?:(?:{world.year}|{world.year - 1})年度?|{_STANDARD})*")
    said = [t.label.replace(subject.label, "") for t in told if t.role not in SAID_OF_OTHERS]
    is_standard = all(map(standard.fullmatch, said)) and "调整" not in one.label
    if not is_standard or last not in ("预算", "支出", "实际"):
        return
    names = {Role.VALUE: "支出", Role.BUDGET: "预算", Role.LAST: "上年支出"}
    if last == "实际":
        names |= {Role.VALUE: "实际", Role.LAST: "上年实际"}
    figures = {role: world.figures.get(f"{stem}.{name}") for role, name in names.items()}
    known = {
        role: _Sum(f"{figure.label}{shown(figure)}", value, value, value)
        for role, figure in figures.items()
        if figure is not None and figure.unit in MONEY_UNITS and figure.number
        for value in [figure.number * MONEY_UNITS[figure.unit]]
    }
    base = known.get(one.base or Role.OTHER)
    if one.role in known and one.unit == MONEY:
        yield known[one.role]
    elif one.role in (Role.DONE, Role.CHANGE) and base and Role.VALUE in known:
        value = known[Role.VALUE]
        change = value if one.role is Role.DONE else value - base
        yield from [change.over(base)] if one.unit == "%" else [change] * (one.unit == MONEY)


def _of_known(share: Told, before: Sequence[Told], world: World) -> Iterator[_Sum]:
    """Yield the share of a part in a whole that only the figures know: 占总支出的…."""
    whole = world.sentences.figure(share.label) if share.role is Role.SHARE else None
    if whole is None or not whole.number or whole.unit not in MONEY_UNITS:
        return
    value = whole.number * MONEY_UNITS[whole.unit]
    section = f"{whole.name.partition('.')[0]}."
    parts = [f.number for f in world.figures.values() if f.name.startswith(section) and f.number]
    for one in [t for t in before if t.role is Role.VALUE and t.unit == MONEY][-1:]:
        # Another's part may be of another whole.
        number = in_unit(one.number, whole.unit)
        if number and any(map(number.prints, parts)):
            yield _Sum.of(one).over(_Sum(f"{whole.label}{shown(whole)}", value, value, value))


def _is_whole(one: Told, share: Told) -> bool:
    """Tell whether an amount is what a share is of: 占支出的, or just 占 of a total before."""
    core, called = (_OF_ALL.sub("", label) for label in (share.label, one.label))
    is_total = one.is_whole or _TOTAL.search(one.label) is not None
    is_meant = called == core or (is_total and called.endswith(core))
    return one.role is Role.VALUE and is_meant and (is_total or core != "")
