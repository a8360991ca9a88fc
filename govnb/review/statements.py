"""句内数: what a sentence says of its amounts, against those amounts and the figures.

比上年增加 d，增长 r%; 占 P%; 完成预算的 P%; 合计 of what is listed; 其中 and its parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from itertools import accumulate, product, takewhile
from operator import add
from typing import ClassVar, Literal

from pydantic import Field

from govnb.review.check import Evidence, ProseCheck
from govnb.review.finding import Finding
from govnb.review.rounding import MEASURED
from govnb.review.sentences import MONEY, POINTS, SAID_OF_OTHERS, SHARED, Role, Told
from govnb.review.terms import printed
from govnb.review.texts import Passage
from govnb.review.world import World
from govnb.sheet.figure import shown
from govnb.sheet.published import in_unit
from govnb.text.values import MONEY_UNITS

_HUNDRED = Decimal(100)
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
        # What prints alike shows no direction.
        return _Sum(text, self.value - other.value, low, high, sign=int(self.value > other.value))

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
    units = [one.unit for one in before if not (is_rate and one.unit in ("%", POINTS))]
    # 编制由45名减少到43名，经费5万元，增长8%: of what was told last.
    for unit in {*units[-1:]} if is_rate and told.role is Role.CHANGE else {*units}:
        known = [one for one in before if one.unit == unit]
        # 占总投资200万元的80%: the whole is none of its parts.
        own = [one for one in known if not SHARED.match(one.label)]
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
    noun = known[last].noun
    if re.match("[比较与和]", known[last].label):
        # 支出培训费83.7万元，比上年70万元: the one right before.
        values = values[-1:]
    if noun and not all(noun in one.label or _THIS_YEAR.fullmatch(one.label) for one in values):
        return
    # 年初预算…，调整预算…，决算…: of either budget; but of nothing there is no rate.
    budgets = takewhile(lambda one: one.role is Role.BUDGET, reversed(known[:last]))
    for start in map(_Sum.of, [known[last], *budgets]):
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
    of_this = SHARED.match(one.label)
    label = of_this["whole"] if of_this else one.label
    core, called = (_OF_ALL.sub("", text) for text in (share.label, label))
    is_total = one.is_whole or _TOTAL.search(one.label) is not None
    # 占总收入的 is no share of 财政拨款收入.
    is_all = core != "" and _OF_ALL.match(share.label) is not None
    is_meant = called == core or (is_total and not is_all and called.endswith(core))
    return one.role is Role.VALUE and is_meant and (is_total or core != "")
