"""Slips of practice: 元 for 万元, a point out of place, digits exchanged, a letter wrong."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from govnb.sheet.figure import rounded

EXCHANGED = "像是数字写颠倒了"
UNIT_SLIP = "像是元与万元弄混了"
_SCALES = {
    Decimal(10): "像是小数点错了一位",
    Decimal(100): "像是小数点错了两位",
    Decimal(10000): UNIT_SLIP,
}


def slips(written: Decimal, meant: Decimal, room: Decimal = Decimal(0)) -> Iterator[str]:
    """Yield what the slip looks like that made a number of another, give or take `room`."""
    for scale, said in _SCALES.items():
        if meant and any(
            abs(written * times - meant) <= room * times for times in (scale, 1 / scale)
        ):
            yield said
    places = max(0, -int(written.as_tuple().exponent))
    a, b = (f"{number.normalize():f}" for number in (written, rounded(meant, places)))
    if a != b and len(a) == len(b) and sorted(a) == sorted(b):
        yield EXCHANGED


def is_misspelt(name: str, other: str) -> bool:
    """Tell whether one name is the other with one letter wrong, missing or out of its place."""
    while name and other and name[0] == other[0]:
        name, other = name[1:], other[1:]
    while name and other and name[-1] == other[-1]:
        name, other = name[:-1], other[:-1]
    return sorted((len(name), len(other))) in ([0, 1], [1, 1]) or (
        len(name) == len(other) == 2 and name == other[::-1]
    )
