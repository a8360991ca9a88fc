"""Slips of practice: 元 for 万元, a point out of place, digits exchanged."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

_SCALES = {
    Decimal(10): "像是小数点错了一位",
    Decimal(100): "像是小数点错了两位",
    Decimal(10000): "像是元与万元弄混了",
}


def slips(written: Decimal, meant: Decimal, room: Decimal = Decimal(0)) -> Iterator[str]:
    """Yield what the slip looks like that made a number of another, give or take `room`."""
    for scale, said in _SCALES.items():
        if meant and any(
            abs(written * times - meant) <= room * times for times in (scale, 1 / scale)
        ):
            yield said
    a, b = (f"{number.normalize():f}" for number in (written, meant))
    if a != b and len(a) == len(b) and sorted(a) == sorted(b):
        yield "像是数字写颠倒了"
