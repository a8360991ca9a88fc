"""汉字: numbers in Chinese numerals, as prose writes small ones."""

from __future__ import annotations

from decimal import Decimal

import pytest

from govnb.text.number import numerals


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        ("0", "件", "零"),
        ("1", "名", "一"),
        ("2", "次", "两"),
        ("2", "年", "两"),
        ("2", "", "二"),
        ("2", "月", "二"),
        ("2", "%", "二"),
        ("6", "年", "六"),
        ("10", "个", "十"),
        ("12", "个", "十二"),
        ("20", "家", "二十"),
        ("110", "家", "一百一十"),
        ("200", "家", "二百"),
        ("1001", "家", "一千零一"),
        ("1200", "次", "一千二百"),
        ("2000", "家", "两千"),
        ("20000", "家", "两万"),
        ("120000", "元", "十二万"),
        ("10010", "件", "一万零一十"),
        ("100000010", "元", "一亿零一十"),
        ("2016", "年", "二〇一六"),
        ("3.5", "万元", "三点五"),
        ("-4", "元", "负四"),
    ],
)
def test_a_number_reads_as_prose_writes_it(number: str, unit: str, text: str) -> None:
    assert numerals(Decimal(number), unit) == text
