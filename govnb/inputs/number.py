"""A plain decimal number: exactly what its text spells, or the reason it isn't one.

What an accountant may mistype (full-width digits, thousands commas, leading zeros) is
refused with the text to type instead.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from govnb.inputs.yaml_faults import UNSEEN

UNKNOWN = "未公布"

_NUMBER = re.compile(r"(?P<sign>-?)(?P<digits>0|[1-9]\d*)(?P<fraction>\.\d+)?", re.ASCII)
_MAX_DIGITS = 18


class BadText(ValueError):
    """Text that isn't the number or date it should be; `hint` says what to type."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def parse_number(text: str, *, negative: bool = False) -> Decimal:
    """Return the exact value of a plain decimal number.

    Raises
    ------
    BadText
        For anything but an optional minus sign (where allowed), digits without
        leading zeros, and at most one point with digits on both sides.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise why_not_a_number(text)
    if match["sign"] and not negative:
        raise BadText(f"“{text}”是负数，这里不能为负", f"写 {text[1:]}，或检查正负号")
    if len(text.strip("-").replace(".", "")) > _MAX_DIGITS:
        raise BadText(f"“{text[:24]}”超过 {_MAX_DIGITS} 位", "检查单位是否写错")
    return Decimal(text)


def why_not_a_number(text: str) -> BadText:
    """Return what is wrong with a text that isn't a plain number, and what to type."""
    hidden = UNSEEN.search(text)
    if hidden:
        bare = UNSEEN.sub("", text).strip()
        message = f"“{bare}”里有看不见的字符 U+{ord(hidden[0]):04X}"
        return BadText(
            message, f"删去它，写 {bare}" if _NUMBER.fullmatch(bare) else "删去它，重新写"
        )
    plain = unicodedata.normalize("NFKC", text).strip()
    label = re.fullmatch(r"([^\d\s:]+):\s*(.*)", plain, re.DOTALL)
    if label:
        hint = f"写成“{label[1]}: {label[2] or '值'}”，冒号用半角，后面留一个空格"
        return BadText(f"“{text}”的冒号写法不对", hint)
    dashed = plain.translate(dict.fromkeys(map(ord, "−–—‐‑‒"), "-"))
    if dashed and not dashed.strip("-"):
        return BadText(f"“{text}”不是数", f"没有公布写 {UNKNOWN}，确实为零写 0")
    priced = re.sub("[¥$€£]|RMB|人民币", "", plain).replace(",", "").strip()
    if priced != plain.replace(",", "") and _NUMBER.match(priced):
        return BadText(f"“{text}”不是数，带了货币符号", f"只写一个数 {priced}")
    if dashed != plain:
        return BadText(f"“{text}”的减号不是半角减号", f"写 {dashed}")
    if plain != text.strip() and _NUMBER.match(plain.replace(",", "")) and "⁄" not in plain:
        return BadText(f"“{text}”含全角字符", f"改用半角，写 {plain.replace(',', '')}")
    if not text.strip():
        return BadText("值是空的", f"没有数就写 {UNKNOWN}，确实为零就写 0")
    if "," in text or "，" in text:
        return BadText(f"“{text}”含逗号", f"不写千分位逗号，写 {re.sub('[,，]', '', text)}")
    if text.count(".") > 1:
        return BadText(f"“{text}”有 {text.count('.')} 个小数点", "只留一个小数点")
    if ":" in text:
        return BadText(f"“{text}”像是时间，不是数", "写一个数，如 1.30")
    if re.fullmatch(r"-?0\d+(\.\d+)?", text):
        return BadText(
            f"“{text}”以 0 开头",
            f"写 {Decimal(text):f}；若是代码，应填在代码栏",
        )
    if re.fullmatch(r"-?\.\d+|-?\d+\.", text):
        return BadText(f"“{text}”小数点前后都要有数字", f"写 {Decimal(text.rstrip('.') or '0'):f}")
    if re.fullmatch(r"\+[\d.]+", text):
        return BadText(f"“{text}”不用写正号", f"写 {text[1:]}")
    if re.fullmatch(r"-?\d+(\.\d+)?[eE][+-]?\d{1,2}", text, re.ASCII):
        return BadText(f"“{text}”用了科学计数法", f"写出完整的数 {Decimal(text):f}")
    if re.fullmatch(r"[\doOlI.]+", text, re.ASCII) and any(c.isdigit() for c in text):
        fixed = text.translate(str.maketrans("oOlI", "0011"))
        return BadText(f"“{text}”里混有字母", f"是不是 {fixed}？")
    return BadText(f"“{text}”不是数", f"写一个数，如 12.5；没有公布写 {UNKNOWN}")
