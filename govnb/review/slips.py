"""Slips of practice: 元 for 万元, a point out of place, another sign, digits exchanged."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

_SCALES = {
    Decimal(10): "小数点错了一位",
    Decimal(100): "小数点错了两位",
    Decimal(10000): "元与万元弄混了",
}


def scaled(written: Decimal, meant: Decimal, room: Decimal = Decimal(0)) -> Iterator[str]:
    """Yield by how many places a number is out, to the digits it was printed with."""
    for scale, said in _SCALES.items():
        for times in (scale, 1 / scale):
            if meant and abs(written * times - meant) <= room * times:
                yield said


def slips(written: Decimal, meant: Decimal, room: Decimal = Decimal(0)) -> Iterator[str]:
    """Yield what the slip looks like that made a number of another."""
    yield from (f"像是{said}" for said in scaled(written, meant, room))
    if meant and abs(written + meant) <= room:
        yield "像是正负号反了"
    a, b = (f"{number.normalize():f}" for number in (written, meant))
    if a != b and len(a) == len(b) and sorted(a) == sorted(b):
        yield "像是数字写颠倒了"
