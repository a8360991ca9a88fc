"""Numbers: typed, read in a sentence, and spelled in Chinese numerals.

What an accountant may mistype in a field (full-width digits, thousands commas, leading zeros) is
refused with the text to type instead (:func:`parse_number`). A sentence may write all of these,
and :func:`read_numbers` reads what it finds there: `1,234.5万元`, `１２３`, `约118%`, `5—8个`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from govnb.text.characters import UNSEEN

UNKNOWN = "未公布"
# What one's own draft says of what isn't filled in yet.
TO_FILL = "（待填）"
_UNSAID = frozenset({UNKNOWN, TO_FILL, "待填", "(待填)"})

# What is typed in a field: 约 and 余 around something without a blank, and the unit.
_TYPED, _TYPED_WITH_ANY_UNIT = (
    re.compile(
        rf"(?P<around>约?)\s*(?P<number>[^\s余多约%‰\u4e00-\u9fff㎡{unit}]+)\s*"
        rf"(?P<more>[余多]?)\s*(?P<unit>.*)",
        re.DOTALL,
    )
    for unit in ("", "A-Za-z")
)
_NUMBER = re.compile(r"(?P<sign>-?)(?P<digits>0|[1-9]\d*)(?P<fraction>\.\d+)?", re.ASCII)
_MAX_DIGITS = 18


def is_unknown(text: str) -> bool:
    """Tell whether a text says that there is no value: 未公布, or still to be filled in."""
    return text.strip() in _UNSAID


class BadText(ValueError):
    """Text that isn't the number or date it should be; `hint` says what to type."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def split_typed(text: str, *, letters: bool = True) -> re.Match[str] | None:
    """Return the `around`, `number`, `more` and `unit` that a field's text consists of, or None.

    Without `letters` these belong to the unit: 12kg.
    """
    return (_TYPED if letters else _TYPED_WITH_ANY_UNIT).fullmatch(text.strip())


def parse_number(text: str, *, negative: bool = False) -> Decimal:
    """Return the exact value of a plain decimal number; raise :class:`BadText` for any other."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise why_not_a_number(text)
    if match["sign"] and not negative:
        raise BadText(f"“{text}”是负数，这里不能为负", f"写 {text[1:]}，或检查正负号")
    if len(text.strip("-").replace(".", "")) > _MAX_DIGITS:
        raise BadText(f"“{text[:24]}”超过 {_MAX_DIGITS} 位", "检查单位是否写错")
    return Decimal(text)


_SET_OFF = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_IN_BRACKETS = re.compile(r"[(（]([0-9][0-9,.]*)[)）]")


def exported_number(text: str) -> Decimal:
    """Return the value of a number as systems export it: 1,234.50, and (1,234.50) below zero.

    Raises
    ------
    BadText
        As :func:`parse_number`.
    """
    bare = f"-{match[1]}" if (match := _IN_BRACKETS.fullmatch(text)) else text
    return parse_number(bare.replace(",", "") if _SET_OFF.fullmatch(bare) else bare, negative=True)


_SLIPS = (
    (r"-?0\d+(\.\d+)?", "以 0 开头", "写 {:f}；若是代码，应填在代码栏"),
    (r"-?\.\d+|-?\d+\.", "小数点前后都要有数字", "写 {:f}"),
    (r"\+\d+(\.\d+)?", "不用写正号", "写 {:f}"),
    (r"-?\d+(\.\d+)?[eE][+-]?\d{1,2}", "用了科学计数法", "写出完整的数 {:f}"),
)


def why_not_a_number(text: str) -> BadText:
    """Return what is wrong with a text that isn't a plain number, and what to type."""
    hidden = UNSEEN.search(text)
    if hidden:
        bare = UNSEEN.sub("", text).strip()
        message = f"“{bare}”里有看不见的字符 U+{ord(hidden[0]):04X}"
        return BadText(message, f"删去它，{f'写 {bare}' if _NUMBER.fullmatch(bare) else '重新写'}")
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
    for pattern, message, hint in _SLIPS:
        if re.fullmatch(pattern, text, re.ASCII):
            return BadText(f"“{text}”{message}", hint.format(Decimal(text)))
    if re.fullmatch(r"[\doOlI.]+", text, re.ASCII) and any(c.isdigit() for c in text):
        fixed = text.translate(str.maketrans("oOlI", "0011"))
        return BadText(f"“{text}”里混有字母", f"是不是 {fixed}？")
    return BadText(f"“{text}”不是数", f"写一个数，如 12.5；没有公布写 {UNKNOWN}")


# ── Numbers in a sentence ───────────────────────────────────────


@dataclass(frozen=True, slots=True)
class TextNumber:
    """A number as a text prints it, and where."""

    text: str  # the digits as written, with what sets thousands off
    value: Decimal
    decimals: int
    unit: str  # what follows, as far as a unit may go: 万元, %, 个百分点, 件次…
    start: int
    end: int
    around: bool = False  # 约1200
    more: bool = False  # 1200余
    high: Decimal | None = None  # the far end of 5—8
    # How many of the unit it is compared in one printed unit is: 1.24万件 is 12400件.
    scale: Decimal = Decimal(1)

    @property
    def amount(self) -> Decimal:
        """The value in the unit it is compared in."""
        return self.value * self.scale

    @property
    def half(self) -> Decimal:
        """Half a unit of the last printed digit."""
        return Decimal(5).scaleb(-self.decimals - 1)

    @property
    def reach(self) -> Decimal:
        """How far 约 reaches from the value: one unit of the last printed digit.

        Of a round number half a unit of its last digit that isn't zero, but no more than a
        twentieth of it (约1200: 50).
        """
        far = min(last_digit(self.value) / 2, abs(self.value) / 20) if self.value else Decimal(0)
        return max(2 * self.half, far)

    def prints(self, value: Decimal, *, loose: bool = False) -> bool:
        """Tell whether a value is printed like this; `loose`, also when its digits are cut off."""
        room = self.reach if self.around else self.half * (2 if loose else 1)
        return abs(self.amount - value) <= room * self.scale


def last_digit(value: Decimal) -> Decimal:
    """Return one unit of a number's last digit that isn't zero."""
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(1).scaleb(exponent)


# One character for one, so that places stay.
_HALF_WIDTH = str.maketrans("０１２３４５６７８９．％", "0123456789.%")
_THOUSANDS = " \u00a0\u2009\u202f"
# A comma of full width may as well end a clause: it does where a sum begins behind it.
_GROUPED = rf"(?:,\d{{3}}|，\d{{3}}(?!\s*[+＋×÷=＝]))+|(?:[{_THOUSANDS}]\d{{3}})+"
_DIGITS = rf"(?:\d{{1,3}}(?:{_GROUPED})(?!\d)|\d+)(?:\.\d+)?"
_UNIT = r"[%‰]|[^\d\s，。；、：！？（）,;:!?()\ufffc]{0,4}"
# A minus is one where nothing stands before it that could make it a dash.
_IN_TEXT = re.compile(
    rf"(?:(?<!节)(?P<around>约\s*)|(?<![^\s（(：:为是])(?P<minus>[-−－])|(?<![\d.,\-—－A-Za-z]))"
    rf"(?P<digits>{_DIGITS})"
    rf"(?:(?:[%‰]?\s*[\-－—–~～]+\s*|[至到])(?P<high>{_DIGITS}))?"
    rf"\s*(?P<more>[余多](?=[\u4e00-\u9fff㎡]))?(?P<unit>{_UNIT})",
    re.ASCII,
)
_SPELLED = "零一二三四五六七八九"
_ONES = {digit: value for value, digit in enumerate(_SPELLED)}
_ONES |= {"〇": 0, "○": 0, "o": 0, "O": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8}
_CHINESE = re.compile(rf"(?P<digits>[零〇一二三四五六七八九十百千两万]+)(?P<unit>{_UNIT})")


def read_numbers(text: str) -> Iterator[TextNumber]:
    """Yield the numbers in Arabic digits that a text prints, in order.

    Not a year in a document's number or what belongs to a word of letters (GB9704).
    """
    for match in _IN_TEXT.finditer(half_width(text)):
        start, end = match.span("digits")
        digits, high = _plain(match["digits"]), match["high"]
        value = Decimal(digits)
        yield TextNumber(
            text=text[start:end],
            value=-value if match["minus"] else value,
            decimals=len(digits.partition(".")[2]),
            unit=match["unit"],
            start=start,
            end=match.end("high") if high else end,
            around=bool(match["around"]),
            more=bool(match["more"]),
            high=Decimal(_plain(high)) if high else None,
        )


def number_in_chinese(text: str, at: int) -> TextNumber | None:
    """Return the number in Chinese digits that begins at a place of a text (十二名), or None."""
    match = _CHINESE.match(text, at)
    value = whole_number(match["digits"]) if match else None
    if match is None or value is None:
        return None
    return TextNumber(match["digits"], Decimal(value), 0, match["unit"], at, match.end("digits"))


def half_width(text: str) -> str:
    """Return a text with its digits, points and % in half width, each in its place."""
    return text.translate(_HALF_WIDTH)


def _plain(digits: str) -> str:
    return re.sub(rf"[,，{_THOUSANDS}]", "", digits)


def whole_number(text: str) -> int | None:
    """Read a whole number in Arabic or Chinese digits (12, 十二, 三百零五); None for other text."""
    plain = unicodedata.normalize("NFKC", text).replace("廿", "二十")
    if plain.isascii() and plain.isdigit():
        return int(plain)
    total = section = 0
    digit: int | None = None
    least, least_myriad = 10**4, 10**12
    for char in plain:
        if char in _ONES and (digit is None or digit == 0):
            digit = _ONES[char]
        elif char in _TENS and _TENS[char] < least and digit != 0:
            least = _TENS[char]
            section, digit = section + (digit or 1) * least, None
        elif char in _MYRIADS and _MYRIADS[char] < least_myriad and (section or digit):
            least, least_myriad = 10**4, _MYRIADS[char]
            total, section, digit = total + (section + (digit or 0)) * least_myriad, 0, None
        else:
            return None
    return total + section + (digit or 0) if plain else None


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
    两万); it is 二 within a number (十二, 二十, 二百) and where no measure word follows. Places
    behind the point are read one by one (三点五), and so is a year before 年 (二〇一六).
    """
    whole, _, fraction = f"{abs(number):f}".partition(".")
    if unit.startswith("年") and int(whole) >= _FIRST_YEAR and not fraction:
        return "".join("〇一二三四五六七八九"[int(digit)] for digit in whole)
    sign = "负" if number < 0 else ""
    if fraction:
        behind = "".join(_SPELLED[int(digit)] for digit in fraction)
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
        said = "".join(_SPELLED[int(d)] + (place if d != "0" else "") for d, place in places)
        # 两千 and 两万, but 二百 and 十二万.
        said = re.sub("二" if int(group) == 2 and power else "二(?=千)", _PAIR, said)
        text += said.rstrip(_SPELLED[0]) + _GROUPS[power] if int(group) else _SPELLED[0]
    text = re.sub("零+", "零", text).rstrip(_SPELLED[0]) or _SPELLED[0]
    return text.removeprefix("一") if text.startswith("一十") else text
