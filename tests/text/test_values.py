"""An amount is the number its text spells, or it is refused with what to type."""

from __future__ import annotations

import re
import string
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from govnb.sheet.published import parse_published
from govnb.text.faults import Place
from govnb.text.values import (
    AREA,
    COUNT,
    MONEY,
    PEOPLE,
    QUANTITY,
    SIGNED_MONEY,
    YEAR,
    BadText,
    Kind,
    parse_amount,
    parse_date,
)

HERE = Place("某.yml", 3, 9)
KINDS = [MONEY, SIGNED_MONEY, PEOPLE, AREA, QUANTITY, YEAR, COUNT]

digits = st.text("0123456789", min_size=1, max_size=9)
plain = st.builds(
    lambda sign, whole, part: sign + (whole.lstrip("0") or "0") + (f".{part}" if part else ""),
    st.sampled_from(["", "-"]),
    digits,
    st.one_of(st.just(""), digits),
)
# What people type: numbers gone slightly wrong, and anything printable at all.
typed = st.one_of(
    st.text("0123456789.,-+eEoOlI _％%，．－１２３:：", max_size=12),
    st.text(string.printable, max_size=20),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
    st.builds(lambda n, u: n + u, plain, st.text("元千万亿人名㎡平方米余多年个%约 ", max_size=4)),
)


def spelled(text: str) -> Decimal | None:
    """Return the number a text spells by the accountant's rules, told another way than the code."""
    body = text.removeprefix("-")
    whole, point, part = body.partition(".")
    good = whole != "" and set(whole + part) <= set("0123456789") and (part != "" or not point)
    return Decimal(text) if good and (whole == "0" or whole[0] != "0") else None


@given(plain)
def test_a_plain_number_is_read_exactly(text: str) -> None:
    amount = parse_amount(text, SIGNED_MONEY, HERE)
    assert amount.value == Decimal(text)
    # Not only equal: the same digits, as no detour through a float would leave them.
    assert str(amount.value) == str(Decimal(text))


@given(plain)
def test_a_number_printed_and_read_again_is_the_same(text: str) -> None:
    first = parse_amount(text, SIGNED_MONEY, HERE).value
    assert first is not None
    assert parse_amount(f"{first:f}", SIGNED_MONEY, HERE).value == first


@given(typed, st.sampled_from(KINDS))
@example("1e999999999", MONEY)
@example("-" * 1000, SIGNED_MONEY)
@example("9" * 5000, MONEY)
@example("½", MONEY)
@example("٣", MONEY)
@example("1\n2", MONEY)
def test_any_text_is_the_number_it_spells_or_refused_with_a_hint(text: str, kind: Kind) -> None:
    try:
        amount = parse_amount(text, kind, HERE)
    except BadText as error:
        assert error.hint.strip() and str(error).strip()
        assert len(error.hint) < 200 + len(text) * 2
        assert spelled(text) is None or "-" in text or "." in text or len(text) > 18
        return
    if amount.formula is not None:
        assert text.strip().startswith("=")
    elif amount.value is None:
        assert text.strip() == "未公布"
    else:
        number = re.match(r"-?[0-9.]+", text.strip())
        assert number is not None and spelled(number[0]) is not None
        rest = text.strip()[number.end() :].strip()
        factor = {"元": "0.0001", "千元": "0.1", "亿元": "10000"}.get(rest.lstrip("余多").strip())
        assert amount.value == Decimal(number[0]) * Decimal(factor or 1)
        assert rest.lstrip("余多").strip() in ("", *kind.units)
        assert bool(amount.about) == rest.startswith(("余", "多"))


@given(plain.filter(lambda text: text.startswith("-") and Decimal(text) != 0))
def test_a_negative_amount_is_refused_where_none_may_be(text: str) -> None:
    for kind in (MONEY, PEOPLE, AREA, QUANTITY):
        with pytest.raises(BadText, match="负数") as caught:
            parse_amount(text, kind, HERE)
        assert text[1:] in caught.value.hint


@given(plain.filter(lambda text: not text.startswith("-")))
def test_what_a_hint_tells_to_type_is_accepted(text: str) -> None:
    """Follow the advice given for common slips: the advice must be good."""
    slips = [
        text.translate(str.maketrans("0123456789.", "０１２３４５６７８９．")),
        f"+{text}",
        f"{text}.",
        f"－{text}",
        f"−{text}",
        f"00{text}",
        f"约{text}",
    ]
    for slip in slips:
        try:
            parse_amount(slip, SIGNED_MONEY, HERE)
        except BadText as error:
            advised = re.search(r"写 (-?[0-9.]+余?)", error.hint)
            if advised:
                parse_amount(advised[1], SIGNED_MONEY, HERE)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("3.5亿元", MONEY, "35000"),
        ("206600元", MONEY, "20.66"),
        ("30千元", MONEY, "3"),
        ("19.31 万元", MONEY, "19.31"),
        ("5名", PEOPLE, "5"),
        ("1200余", AREA, "1200"),
        ("1200余平方米", AREA, "1200"),
        ("76多", QUANTITY, "76"),
        ("0", MONEY, "0"),
        ("0.0", MONEY, "0"),
        (" 12.5 ", MONEY, "12.5"),
        ("2016年", YEAR, "2016"),
        ("999999999999999999", MONEY, "999999999999999999"),
        ("0.0000000000000001", MONEY, "0.0000000000000001"),
    ],
)
def test_units_convert_without_rounding(text: str, kind: Kind, value: str) -> None:
    assert parse_amount(text, kind, HERE).value == Decimal(value)


def test_unknown_is_not_zero() -> None:
    assert parse_amount("未公布", MONEY, HERE).value is None
    assert parse_amount("0", MONEY, HERE).value == 0


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("2016", "2016年"),
        ("2016-03", "2016年3月"),
        ("2015-03-19", "2015年3月19日"),
        ("2015年3月19日", "2015年3月19日"),
        ("2014年3月", "2014年3月"),
        ("2016-02-29", "2016年2月29日"),
    ],
)
def test_a_date_is_read_as_far_as_it_is_known(text: str, printed: str) -> None:
    assert str(parse_date(text, HERE)) == printed


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=14))
@example("0000")
@example("2015-02-29")
@example("9999-12-31")
@example("2015-00-00")
@example("2015-03-00")
@example("2015年0月")
@example("²⁰¹⁵")
def test_any_text_is_a_date_or_refused_with_a_hint(text: str) -> None:
    try:
        date = parse_date(text, HERE)
    except BadText as error:
        assert error.hint
    else:
        assert 1 <= date.year <= 9999
        assert date.month is None or 1 <= date.month <= 12
        assert date.earliest() <= date.latest()


@pytest.mark.parametrize("text", ["2015-00", "2015-03-00", "2015年0月", "2015年3月0日", "0000"])
def test_month_day_and_year_zero_do_not_exist(text: str) -> None:
    with pytest.raises(BadText):
        parse_date(text, HERE)


@pytest.mark.parametrize(
    ("text", "value", "decimals", "unit", "about"),
    [
        ("15%", "15", 0, "%", False),
        ("1.1%", "1.1", 1, "%", False),
        ("98.80%", "98.80", 2, "%", False),
        ("97分", "97", 0, "分", False),
        ("1200余件", "1200", 0, "件", True),
        ("-7.24万元", "-7.24", 2, "万元", False),
        ("20.250", "20.250", 3, "", False),
    ],
)
def test_a_published_figure_keeps_the_precision_it_was_printed_with(
    text: str, value: str, decimals: int, unit: str, about: bool
) -> None:
    figure = parse_published(text, HERE)
    assert str(figure.value) == value
    assert (figure.decimals, figure.unit, figure.more) == (decimals, unit, about)


@given(typed)
def test_any_text_is_a_published_figure_or_refused_with_a_hint(text: str) -> None:
    try:
        figure = parse_published(text, HERE)
    except BadText as error:
        assert error.hint
    else:
        assert f"{figure.value:f}" in text
