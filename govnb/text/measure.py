"""Measures: numbers with any unit, targets with their sign, and ranges of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator

from govnb.text.section import Strict, key
from govnb.text.values import (
    MEASURE,
    MONEY,
    MONEY_UNITS,
    Amount,
    AmountOf,
    BadText,
    parse_amount,
    refuse,
    stated,
)
from govnb.text.yaml_text import Scalar

PERCENT = "%"
# Which way a target points, in every form that official papers write it.
_SIGNS = {
    "≥": "≥ ≧ ⩾ >= ＞= ﹥= 》= 不低于 不少于 不小于 不得低于 不得少于 至少 最少"
    " 大于等于 大于或等于",
    "≤": "≤ ≦ ⩽ <= ＜= ﹤= 《= 不超过 不高于 不大于 不多于 不得超过 不得高于 未超过 至多 最多"
    " 小于等于 小于或等于 控制在",
    ">": "> ＞ ﹥ 大于 高于 超过",
    "<": "< ＜ ﹤ 小于 低于",
    "=": "= ＝ ﹦ ═ 等于",
}
_SIGN_OF = {form: sign for sign, forms in _SIGNS.items() for form in forms.split()}
_BEFORE = re.compile("|".join(sorted(map(re.escape, _SIGN_OF), key=len, reverse=True)))
_BEHIND = re.compile(
    r"\s*(?:[（(]含[）)]|及)?(?:(?P<least>以上)|以内|之内|(?<=[日天月年时周钟])内|以下|以前|之前|前)(?:[（(]含[）)])?$"
)
# 每亩300元 is 300元/亩.
# 达到95%以上, 6月20日完成: words that say nothing of which way.
_SAID = re.compile(
    r"^(?:达到?|完成|保持在?)(?=[\d<>≥≤不])|(?<=[日月底末前])(?:完成|完工|建成|投用|办结)$"
)
_EACH = re.compile(r"每(?P<of>[^\W\d]+?)\s*(?P<number>\d[\d.]*)\s*(?P<unit>[^\W\d]+)")
_SPAN = re.compile(r"(\d[\d.]*)\s*[^\d\s]{0,3}?\s*[-－—–~～至]+\s*(\d[\d.]*)")
# A month stands for its end, and a day for its part of the month.
_MONTH = re.compile(
    r"(?:(?P<year>20\d\d)年)?(?:(?P<month>0?[1-9]|1[0-2])月(?:底|末|份|(?P<day>[12]?\d|3[01])[日号])?"
    r"|(?<=年)[底末终])",
    re.ASCII,
)
_MONTHS, _LAST_DAYS = 12, 28


def signed(text: str) -> tuple[str, str]:
    """Return the sign of a target, one of ≥ ≤ > < = or nothing, and what it is set to.

    It stands before the number (≥90%, 不低于90%) or behind it (2天以内, 9月底前).
    """
    bare = _SAID.sub("", text.strip())
    before = _BEFORE.match(bare)
    sign, bare = (_SIGN_OF[before[0]], bare[before.end() :].strip()) if before else ("", bare)
    # 控制在20万元以内 says it twice.
    if (match := _BEHIND.search(bare)) and sign in ("", "≥" if match["least"] else "≤"):
        return "≥" if match["least"] else "≤", bare[: match.start()]
    return sign, bare


class MeasureOf(AmountOf):
    """How a number with any unit is read; with `signs`, one that says ≥, ≤, 以内 or 9月底前.

    `=100%` is a target then; `=名称` still refers to another figure.
    """

    def __init__(self, *, signs: bool = False) -> None:
        super().__init__(MEASURE)
        self.signs = signs
        self.schema = {
            "type": ["number", "string"],
            "description": "数，可带单位，如 92.5%、6000件",
        }

    def _amount(self, value: Scalar) -> Amount:
        bare = value.strip()
        if self.signs and not (bare.startswith("=") and not bare[1:].strip()[:1].isdigit()):
            bare = signed(bare)[1]
            if span := _SPAN.match(bare):
                hint = f"写下限 ≥{span[1]} 或上限 ≤{span[2]}；或写 方向: 定性，范围写在“目标内容”"
                raise BadText(f"“{value}”是一个范围，算不出完成了多少", hint)
            if each := _EACH.fullmatch(bare):
                bare = f"{each['number']}{each['unit']}/{each['of']}"
            bare = _months(month) if (month := _MONTH.fullmatch(bare)) else bare
        return replace(parse_amount(bare, MEASURE, value.place), text=str(value))


def _months(date: re.Match[str]) -> str:
    """Return a date as the months gone by at its end, counted from the year it names."""
    month, day = int(date["month"] or _MONTHS), int(date["day"] or 31)
    gone = Decimal(month) if day >= _LAST_DAYS else month - 1 + Decimal(day) / 100
    return f"{gone + _MONTHS * int(date['year'])}年月" if date["year"] else f"{gone}月"


Measure = Annotated[Amount, MeasureOf()]
Goal = Annotated[Amount, MeasureOf(signs=True)]
_EXACT = stated("“{}”不能写在规则里", "规则里写一个确定的数，如 100%", exact=True)
Level = Annotated[Amount, MeasureOf(), _EXACT]


def ratio(amount: Amount, unit: str = "") -> Decimal:
    """Return an amount as formulas use it: 5% is 0.05, and 1500元 is 1500 where `unit` is 元."""
    assert amount.value is not None
    if amount.kind is MONEY and unit in MONEY_UNITS:
        return amount.value / MONEY_UNITS[unit]
    return amount.value / 100 if amount.kind.unit == PERCENT else amount.value


def unit_of(stated: str | None, default: str) -> str:
    """Return a unit as values print it: the one stated, none for 无, else the default."""
    return default if stated is None else "" if stated == "无" else str(stated)


class Bounds(Strict):
    """A range in words, each of which says whether its end belongs to it."""

    equal: Level | None = key("等于", "就是这个数")
    above: Level | None = key("大于", "不含")
    at_least: Level | None = key("不低于", "含")
    below: Level | None = key("小于", "不含")
    at_most: Level | None = key("不超过", "含")

    @property
    def ends(self) -> list[Amount]:
        """The numbers stated."""
        return list(self._stated().values())

    def _stated(self) -> dict[str, Amount]:
        ends = {str(f.alias): getattr(self, n) for n, f in Bounds.model_fields.items()}
        return {word: end for word, end in ends.items() if end is not None}

    def span(self, unit: str = "") -> Span:
        """Return the range, money in `unit`."""
        return self._span(lambda end: ratio(end, unit))

    def as_points(self, full: Decimal) -> Span:
        """Return the range as points: a percentage is a share of full marks."""
        return self._span(lambda end: ratio(end) * (full if end.kind.unit == PERCENT else 1))

    def _span(self, number: Callable[[Amount], Decimal]) -> Span:
        if self.equal:
            return Span.point(number(self.equal))
        low, high = self.at_least or self.above, self.at_most or self.below
        return Span(
            number(low) if low else None,
            number(high) if high else None,
            low_open=self.above is not None,
            high_open=self.below is not None,
        )

    def __str__(self) -> str:
        return "、".join(f"{word} {end.text.strip()}" for word, end in self._stated().items())


def check_bounds(bounds: Bounds) -> Bounds:
    """Return bounds that can hold something; raise for none, doubled or crossed ends."""
    hint = "写 等于，或 大于、不低于 之一和 小于、不超过 之一"
    if not bounds.ends:
        raise refuse("没有写范围", hint)
    doubled = (bounds.above and bounds.at_least) or (bounds.below and bounds.at_most)
    if doubled or (bounds.equal and len(bounds.ends) > 1):
        raise refuse(f"范围写重了：{bounds}", hint)
    if bounds.span().is_empty:
        raise refuse(f"范围是空的：{bounds}", "检查两头的数和开闭")
    return bounds


Range = Annotated[Bounds, AfterValidator(check_bounds)]


_INFINITY = Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers from `low` to `high`; None is no bound, an open end is not itself inside."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_open: bool = False
    high_open: bool = False

    @classmethod
    def point(cls, value: Decimal) -> Span:
        """Return the range that holds one value."""
        return cls(value, value)

    @property
    def value(self) -> Decimal | None:
        """The one value it holds, or None when it holds several."""
        return self.low if self.low is not None and self.low == self.high else None

    # An end as numbers are ordered: what is just inside an open one is beside it.
    @property
    def _from(self) -> tuple[Decimal, int]:
        return (-_INFINITY if self.low is None else self.low), int(self.low_open)

    @property
    def _to(self) -> tuple[Decimal, int]:
        return (_INFINITY if self.high is None else self.high), -int(self.high_open)

    @property
    def is_empty(self) -> bool:
        """True when no number is inside."""
        return self._from > self._to

    def __contains__(self, value: Decimal) -> bool:
        return self._from <= (value, 0) <= self._to

    def meets(self, other: Span) -> bool:
        """Tell whether some number is inside both."""
        return not self.within(other).is_empty

    def within(self, other: Span) -> Span:
        """Return what the two have in common, possibly nothing."""
        low = max(self, other, key=lambda span: span._from)
        high = min(self, other, key=lambda span: span._to)
        return Span(low.low, high.high, low.low_open, high.high_open)


def holes(
    spans: Sequence[Span], domain: Span, say: Callable[[Decimal], str]
) -> Iterator[tuple[int, str]]:
    """Yield what keeps bands from covering a domain exactly once: a band's number, and why."""
    order = sorted(range(len(spans)), key=lambda i: (spans[i]._from, spans[i]._to[0]))
    low, high = spans[order[0]], spans[order[-1]]
    below, above = Span(None, low.low, high_open=not low.low_open), high.high
    if low.low is not None and below.meets(domain):
        end = f"{say(low.low)} 以下{'（含）' if low.low_open else ''}"
        yield order[0], f"有空档：{end}没有规定得分"
    if above is not None and Span(above, None, low_open=not high.high_open).meets(domain):
        end = f"{say(above)} 以上{'（含）' if high.high_open else ''}"
        yield order[-1], f"有空档：{end}没有规定得分"
    for first, second in pairwise(order):
        before, after = spans[first], spans[second]
        if before.high is None or after.low is None:
            yield second, "与另一档重叠：两档都没有封口"
        elif before.high > after.low:
            yield second, f"与另一档重叠：{say(after.low)} 到 {say(before.high)} 落在两档里"
        elif before.high < after.low:
            yield second, f"有空档：{say(before.high)} 到 {say(after.low)} 没有规定得分"
        elif before.high_open and after.low_open:
            yield second, f"有空档：恰好 {say(after.low)} 不在任何一档里"
        elif not before.high_open and not after.low_open:
            yield second, f"与另一档重叠：恰好 {say(after.low)} 落在两档里"
