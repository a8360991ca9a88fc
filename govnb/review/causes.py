"""What probably went wrong: a published number that fits a well-known slip, named.

The slips are those of practice: a point out by one or two places, the control rate
(支出÷预算) written for the overspend rate (超支÷预算) or the other way round, numerator and
denominator exchanged, the sign, a whole amount where its change was meant, 元 for 万元, digits
cut off instead of rounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from govnb.evaluate.figure import Figure, Figures
from govnb.review.sums import is_transposed
from govnb.review.terms import printed

_HUNDRED = Decimal(100)
_ENOUGH = 2
# What a rate out of budget is called: over the budget, within it, and the whole.
_OVER = ("超支率", "增长率", "变动率", "差异率")
_LEFT = ("结余率", "节约率")
_WHOLE = ("控制率", "完成率", "执行率")


@dataclass(frozen=True, slots=True)
class Misprint:
    """A published value that is wrong: the figure, what was printed, and how finely."""

    figure: Figure
    value: Decimal
    half: Decimal
    room: Decimal

    @property
    def right(self) -> Decimal:
        """The recomputed value."""
        assert self.figure.number is not None
        return self.figure.number

    def fits(self, wanted: Decimal, scale: Decimal = Decimal(1)) -> bool:
        """Tell whether the printed value, times `scale`, is `wanted` to the digits printed."""
        return abs(self.value * scale - wanted) <= (self.half + self.room) * abs(scale)

    @property
    def is_cut(self) -> bool:
        """Whether the printed value is the recomputed one with its last digits cut off."""
        step = 2 * self.half
        return (self.right / step).to_integral_value(ROUND_DOWN) * step == self.value


def causes(misprint: Misprint, figures: Figures) -> list[str]:
    """Return the likely causes of a wrong published value, likeliest first."""
    cut = ["像是截去了尾数，没有四舍五入"] if misprint.is_cut else []
    if not misprint.value or not misprint.right:
        return cut
    found = [*cut, *_shifted(misprint), *_rates(misprint), *_other(misprint, figures)]
    return list(dict.fromkeys(found))[:_ENOUGH]


def _shifted(m: Misprint) -> Iterator[str]:
    if m.figure.unit.startswith("万元"):
        for scale in (Decimal(10000), 1 / Decimal(10000)):
            if m.fits(m.right, scale):
                yield "像是元与万元弄混了"
    for places, words in ((1, "一"), (2, "两")):
        if m.fits(m.right, Decimal(10) ** places) or m.fits(m.right, Decimal(10) ** -places):
            yield f"像是小数点错了{words}位"
            return


def _rates(m: Misprint) -> Iterator[str]:
    """Yield the confusions between a rate, its complement and the rate of the whole."""
    if m.figure.unit != "%":
        return
    name = m.figure.name.rpartition(".")[2]
    if name.endswith(_OVER):
        other, called = m.right + _HUNDRED, "控制率（支出÷预算）"
    elif name.endswith(_LEFT):
        other, called = _HUNDRED - m.right, "控制率（支出÷预算）"
    elif name.endswith(_WHOLE):
        over = m.right > _HUNDRED
        other = abs(m.right - _HUNDRED)
        called = "超支率（超支÷预算）" if over else "结余率（结余÷预算）"
    else:
        return
    if name.endswith(("增长率", "变动率")):
        called = "本年与上年之比"
    told = f"{called}{printed(other, '%', 1)}"
    if m.fits(other):
        yield f"像是把{told}写成了{name}"
    elif any(m.fits(other, Decimal(10) ** places) for places in (1, 2, -1, -2)):
        yield f"也可能是把{told}写成了{name}，又错了小数点"


def _denominators(m: Misprint) -> Iterator[str]:
    ratio = m.right / _HUNDRED
    name = m.figure.name
    # A rate of change over what it was changed to, not from.
    after = 1 + ratio if name.endswith(_OVER) else 1 - ratio
    if name.endswith((*_OVER, *_LEFT)):
        if after and m.fits(_HUNDRED * ratio / after):
            yield "像是用错了分母"
    elif m.fits(_HUNDRED / ratio):
        yield "像是分子分母颠倒了"


def _other(m: Misprint, figures: Figures) -> Iterator[str]:
    if m.fits(-m.right):
        yield "像是正负号反了"
    if m.figure.unit == "%":
        yield from _denominators(m)
    if is_transposed(m.value, m.right):
        yield "像是数字写颠倒了"
    for name in m.figure.inputs:
        source = figures[name]
        if source.unit == m.figure.unit and source.number is not None and m.fits(source.number):
            yield f"这个数是“{source.label}”"
            return
    section = m.figure.name.split(".")[0]
    for name, figure in figures.items():
        if (
            name.split(".")[0] == section
            and name != m.figure.name
            and figure.unit == m.figure.unit
            and figure.number == m.value
            and figure.number
        ):
            yield f"这个数是“{figure.label}”，像是抄错了行"
            return
