"""句内数: amounts of one sentence that must fit one another, whatever the figures are.

比上年增加 d，增长 r% of an amount A says that r = d ÷ (A − d); 去年 B，今年 A，增长 r% says that
r = (A − B) ÷ B; 完成预算的 P% that P = A ÷ B; 占 P% that P is a part over its whole. A sentence is
wrong only where no amount that it may speak of makes it right within the digits printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate, product
from operator import add
from typing import ClassVar, Literal

from pydantic import Field

from govnb.review.check import Evidence, ProseCheck
from govnb.review.finding import Finding
from govnb.review.statements import MONEY, SAID_OF_OTHERS, Role, Told
from govnb.review.terms import printed
from govnb.review.texts import Passage
from govnb.review.world import World
from govnb.sheet.figure import shown
from govnb.text.values import MONEY_UNITS

_HUNDRED = Decimal(100)
# What was left over or added is spent as well.
_MORE_THAN_BUDGET = re.compile(r"结[转余]|追加|调[整增减剂]|收入")
# What else may stand before an amount for it to be the figure's that was named.
_STANDARD = (
    "本年度|本年|全年|当年|年初|年度|上年度|上年|去年|财政拨款|预算|决算|实际|支出|开支|使用|完成|数|额|总"
    "|安排|为|是|共|达|的|其中"
)
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
        top, below = (f"（{side}）" if re.search("[＋－]", side) else side for side in sides)
        ends = (self.low / other.high, self.high / other.low)
        low, high = (end * _HUNDRED for end in ends)
        return _Sum(f"{top}÷{below}", self.value / other.value * _HUNDRED, low, high, self.sign)


class SentenceCheck(ProseCheck):
    """句内数: 一句话里的数彼此相符：增减额与增减率、占比、完成预算的比例.

    What a sentence says of its amounts against those amounts.
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
                for at, one in enumerate(told):
                    sums = list(_sums(one, told[:at], told[at + 1 :], said))
                    sums = sums or list(_known(told[: at + 1], passage, world))
                    if sums and one.number.start not in judged:
                        finding = self._judged(one, sums, told[0], passage)
                        yield finding
                        if finding.is_open:
                            # What follows may rest on it.
                            break

    def _judged(self, told: Told, sums: list[_Sum], first: Told, passage: Passage) -> Finding:
        number, amount = told.number, abs(told.number.amount)
        # Some cut a rate instead of rounding it.
        room = number.scale * Decimal(1).scaleb(-number.decimals)
        best = min(sums, key=lambda one: abs(one.value - amount))
        fits = [one for one in sums if one.low - room <= amount <= one.high + room]
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


def _sums(
    told: Told, before: Sequence[Told], after: Sequence[Told], said: Sequence[Told]
) -> Iterator[_Sum]:
    """Yield what a change or a share may be computed from."""
    is_rate = told.unit == "%"
    for unit in {one.unit for one in before} - ({"%"} if is_rate else set()):
        known = [one for one in before if one.unit == unit]
        values = [_Sum.of(one) for one in known if one.role is Role.VALUE]
        # 办公费5万元、水费3万元，比上年…: all of them, or the last ones.
        values = list(accumulate(reversed(values), add)) + values[:-1]
        if told.role is Role.SHARE:
            wholes = [_Sum.of(one) for one in said if one.unit == unit and _is_whole(one, told)]
            yield from (v.over(w) for v, w in product(values, wholes) if v.value < w.value)
        base = Role.BUDGET if told.role is Role.DONE else told.base
        bases = [_Sum.of(one) for one in known if one.role is base]
        if base is Role.BUDGET and any(map(_is_more_than_budget, known)):
            bases = []
        # Of nothing there is no rate.
        bases = bases if all(one.low > 0 for one in bases) else []
        if told.role is Role.DONE:
            yield from (v.over(b) for v, b in product(values, bases))
        elif is_rate:
            yield from ((v - b).over(b) for v, b in product(values, bases))
        elif told.role is Role.CHANGE and unit == told.compared:
            yield from (v - b for v, b in product(values, bases))
        near = [*before[-1:], *after[:1]] if is_rate and told.sign else []
        for one in near:
            if one.role is Role.CHANGE and one.base is told.base and one.unit == unit:
                change = replace(_Sum.of(one), sign=one.sign)
                starts = [v - change if one.sign > 0 else v + change for v in values]
                yield from (change.over(b) for b in starts if b.low > 0 and b.sign >= 0)


def _known(told: Sequence[Told], passage: Passage, world: World) -> Iterator[_Sum]:
    """Yield what the last amount is by the figures, where all said so far is of one of them."""
    *_, one = told
    start, _ = passage.clause(told[0].number.start, told[0].number.end)
    named = [
        mention
        for mention in world.sentences.named(passage)
        if start <= mention.start < one.number.start and not mention.name.is_called
    ]
    subject = named[0] if len(named) == 1 and named[0].is_ours and not named[0].is_last else None
    stem, _, last = subject.name.figure.name.rpartition(".") if subject else ("", "", "")
    if subject is None or last not in ("支出", "实际"):
        return
    standard = re.compile(rf"(?:(?:{world.year}|{world.year - 1})年度?|{_STANDARD})*")
    said = [t.label.replace(subject.label, "") for t in told if t.role not in SAID_OF_OTHERS]
    if not all(map(standard.fullmatch, said)) or "调整" in one.label:
        return
    now, budget = subject.name.figure, world.figures.get(f"{stem}.预算")
    figures = {Role.VALUE: now, Role.BUDGET: budget, Role.LAST: subject.name.last}
    known = {
        role: _Sum(f"{figure.label}{shown(figure)}", value, value, value)
        for role, figure in figures.items()
        if figure is not None and figure.unit in MONEY_UNITS and figure.number
        for value in [figure.number * MONEY_UNITS[figure.unit]]
    }
    base = known.get(Role.BUDGET if one.role is Role.DONE else one.base or Role.OTHER)
    if one.role in known and one.unit == MONEY:
        yield known[one.role]
    elif one.role in (Role.DONE, Role.CHANGE) and base and Role.VALUE in known:
        value = known[Role.VALUE]
        change = value if one.role is Role.DONE else value - base
        yield from [change.over(base)] if one.unit == "%" else [change] * (one.unit == MONEY)


def _is_more_than_budget(one: Told) -> bool:
    return one.role is Role.VALUE and _MORE_THAN_BUDGET.search(one.label) is not None


def _is_whole(one: Told, share: Told) -> bool:
    """Tell whether an amount is what a share is of: 占支出的, or just 占 of a total before."""
    core, called = (_OF_ALL.sub("", label) for label in (share.label, one.label))
    is_total = one.is_whole or _TOTAL.search(one.label) is not None
    is_meant = called == core or (is_total and called.endswith(core))
    return one.role is Role.VALUE and is_meant and (is_total or core != "")
