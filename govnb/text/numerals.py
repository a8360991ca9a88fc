"""Numbers in Chinese numerals (汉字数字), as prose writes small ones: 前两次, 六年, 一名."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = "零一二三四五六七八九"
_PLACES = ("千", "百", "十", "")
_GROUPS = ("", "万", "亿", "万亿", "亿亿")
# Years from here on are read digit by digit; below, they are a length of time.
_FIRST_YEAR = 1000
# Units before which two is 二: no measure words, but what a number is a part or a name of.
_NO_MEASURE = ("%", "‰", "月", "日", "号")
_PAIR = "两"


def numerals(number: Decimal, unit: str = "") -> str:
    """Return a number in Chinese numerals.

    Two is 两 before a measure word (两次, 两名, 两年) and at the head of 千, 万 and 亿 (两千,
    两万); it is 二 within a number (十二, 二十, 二百) and where no measure word follows.

    Parameters
    ----------
    number
        Any number; the places behind the point are read one by one (三点五).
    unit
        What follows. A year such as 2016 before 年 is read 二〇一六.
    """
    whole, _, fraction = f"{abs(number):f}".partition(".")
    if unit.startswith("年") and int(whole) >= _FIRST_YEAR and not fraction:
        return "".join("〇一二三四五六七八九"[int(digit)] for digit in whole)
    sign = "负" if number < 0 else ""
    if fraction:
        behind = "".join(_DIGITS[int(digit)] for digit in fraction)
        return f"{sign}{_whole(int(whole))}点{behind}"
    if number == 2 and unit and not unit.startswith(_NO_MEASURE):
        return _PAIR
    return sign + _whole(int(whole))


def _whole(number: int) -> str:
    """Return a whole number, in groups of four digits; a gap is told by one 零."""
    text = ""
    digits = str(number)
    for power in range((len(digits) - 1) // 4, -1, -1):
        group = digits[: len(digits) - 4 * power][-4:]
        places = zip(group, _PLACES[-len(group) :], strict=True)
        said = "".join(_DIGITS[int(d)] + (place if d != "0" else "") for d, place in places)
        # 两千 and 两万, but 二百 and 十二万.
        said = re.sub("二" if int(group) == 2 and power else "二(?=千)", _PAIR, said)
        text += said.rstrip(_DIGITS[0]) + _GROUPS[power] if int(group) else _DIGITS[0]
    text = re.sub("零+", "零", text).rstrip(_DIGITS[0]) or _DIGITS[0]
    return text.removeprefix("一") if text.startswith("一十") else text
