"""Numbers in a sentence, read by one reader: every way a report may write one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govnb.sheet.published import in_unit
from govnb.text.number import number_in_chinese, read_numbers, whole_number

# Text, value, decimals, unit; 约, 余 and the far end of a range where there is one.
WRITTEN = [
    ("支出5.31万元,比上年减少", "5.31", 2, "万元"),
    ("支出1,234.56万元", "1234.56", 2, "万元"),
    ("支出1，234.56万元", "1234.56", 2, "万元"),
    ("支出1 234.56万元", "1234.56", 2, "万元"),
    ("支出１２３４．５万元", "1234.5", 1, "万元"),
    ("控制率98.80％", "98.80", 2, "%"),
    ("约118%", "118", 0, "%", "约"),
    ("约 1200 件", "1200", 0, "件", "约"),
    ("1200余件", "1200", 0, "件", "余"),
    ("受理1.24万件", "1.24", 2, "万件"),
    ("收入3.5亿元", "3.5", 1, "亿元"),
    ("提高5.2个百分点", "5.2", 1, "个百分点"),
    ("下降-7.24%", None, 0, ""),
    ("结余为-7.24万元", "-7.24", 2, "万元"),
    ("5-8万元", "5", 0, "万元", "8"),
    ("5%～8%", "5", 0, "%", "8"),
    ("3至5个", "3", 0, "个", "5"),
    ("1—6月", "1", 0, "月", "6"),
    ("GB9704", None, 0, ""),
]


@pytest.mark.parametrize("written", WRITTEN, ids=[row[0] for row in WRITTEN])
def test_a_number_is_read_as_written(written: tuple[str, str | None, int, str, str]) -> None:
    text, value, decimals, unit, *rest = written
    found = list(read_numbers(text))
    if value is None:
        assert found == []
        return
    (number,) = found
    assert (str(number.value), number.decimals, number.unit) == (value, decimals, unit)
    told = "约" if number.around else "余" if number.more else number.high and str(number.high)
    assert told == (rest[0] if rest else None)
    assert text[number.start :].startswith(number.text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("三十一", 31),
        ("两", 2),
        ("廿五", 25),
        ("三百零五", 305),
        ("一千二百", 1200),
        ("一万二千", 12000),
        ("１２", 12),
        ("三四", None),
        ("十十", None),
        ("甲", None),
        ("", None),
    ],
)
def test_whole_numbers_are_read_in_chinese_digits_too(text: str, value: int | None) -> None:
    assert whole_number(text) == value


def test_a_number_in_chinese_digits_has_its_unit() -> None:
    number = number_in_chinese("编制十二名。", 2)
    assert number is not None
    assert (number.text, str(number.value), number.unit) == ("十二", "12", "名")


@given(
    st.decimals(min_value=0, max_value=10**12, places=2),
    st.sampled_from(["{:,.2f}", "{:.2f}"]),
    st.sampled_from(["万元", "%", "件", "个百分点"]),
    st.booleans(),
    st.booleans(),
)
def test_what_is_printed_is_read_back(
    value: Decimal, layout: str, unit: str, full_width: bool, about: bool
) -> None:
    digits = layout.format(value)
    if full_width:
        digits = digits.translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))
    (number,) = read_numbers(f"全年{'约' if about else ''}{digits}{unit}，比上年多。")
    assert (number.value, number.decimals, number.around) == (value, 2, about)
    assert number.unit == unit
    assert number.prints(value)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("支出100万元，108人参加", ["100", "108"]),
        ("60+48=108，108+12=120", ["60", "48", "108", "108", "12", "120"]),
        ("支出1，234.56万元，3，000人", ["1，234.56", "3，000"]),
    ],
)
def test_a_comma_of_full_width_groups_digits_or_ends_a_clause(
    text: str, numbers: list[str]
) -> None:
    assert [number.text for number in read_numbers(text)] == numbers


@given(st.integers(0, 99_999_999))
def test_chinese_digits_are_read_back(number: int) -> None:
    assert whole_number(in_chinese(number)) == number


def in_chinese(number: int) -> str:
    """Return a whole number below 亿 in Chinese digits."""
    if number >= 10**4:
        rest = number % 10**4
        zero = "零" if 0 < rest < 1000 else ""
        return f"{in_chinese(number // 10**4)}万{zero}{in_chinese(rest) if rest else ''}"
    digits, text, gap = "零一二三四五六七八九", "", False
    for unit, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit = number // size % 10
        if digit:
            text += ("零" if gap and text else "") + digits[digit] + unit
        gap = not digit
    return text or "零"


@pytest.mark.parametrize(
    ("text", "wanted", "amount"),
    [
        ("3.5亿元", "万元", "35000"),
        ("511.4万", "万元", "511.4"),
        ("1.24万件", "件", "12400"),
        ("1.24万件", "万元", None),
        ("5名", "人", "5"),
        ("5人次", "人", None),
        ("300平方米", "㎡", "300"),
        ("1.5万平方米", "㎡", "15000"),
        ("5", "万元", None),
    ],
)
def test_a_number_is_told_in_the_unit_it_is_compared_in(
    text: str, wanted: str, amount: str | None
) -> None:
    (number,) = read_numbers(text)
    told = in_unit(number, wanted)
    assert (told and told.amount) == (Decimal(amount) if amount else None)
