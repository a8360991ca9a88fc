"""Numbers in Chinese numerals (汉字数字), as prose writes small ones: 前两次, 六年, 一名."""

from __future__ import annotations

from decimal import Decimal

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
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
    """Return a whole number, in groups of four digits."""
    if not number:
        return _DIGITS[0]
    text, power = "", 0
    while number:
        number, group = divmod(number, 10000)
        if group:
            # 两万, but 十二万; a gap below is told by one 零.
            said = _PAIR if group == 2 and power else _group(group)
            text = f"{said}{_GROUPS[power]}{text}"
            gap = number and group < 1000
        else:
            gap = bool(number and text)
        if gap and not text.startswith(_DIGITS[0]):
            text = f"{_DIGITS[0]}{text}"
        power += 1
    return text.removeprefix("一") if text.startswith("一十") else text


def _group(number: int) -> str:
    """Return up to four digits: 一千二百零三."""
    text, gap = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            said = _PAIR if digit == 2 and power == 3 else _DIGITS[digit]
            text += ("零" if gap and text else "") + said + _PLACES[power]
        gap = not digit if text else False
    return text
