"""Rounding happens once, at display, half up; what is shown never has a wrong digit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from govnb.sheet.figure import Figure, Figures, exact, rounded, shown
from govnb.text.faults import Place
from govnb.text.values import parse_date

HERE = Place("某.yml", 3, 9)

numbers = st.decimals(-(10**15), 10**15, allow_nan=False, allow_infinity=False)
# What a division leaves behind, tiny and huge numbers among them.
computed = st.one_of(
    numbers,
    st.builds(
        lambda a, b: Decimal(a) / Decimal(b), st.integers(-(10**9), 10**9), st.integers(1, 999)
    ),
    st.builds(lambda d, e: Decimal(d).scaleb(e), st.integers(-999, 999), st.integers(-38, 37)),
)


def figure(value: Decimal | None, decimals: int = 2, unit: str = "", **more: object) -> Figure:
    return Figure("甲", value, unit, "甲", HERE, decimals=decimals, **more)  # type: ignore[arg-type]


@given(computed, st.integers(0, 6))
@example(Decimal("2.675"), 2)
@example(Decimal("-0.005"), 2)
def test_rounding_is_half_up_away_from_zero(value: Decimal, decimals: int) -> None:
    scaled = abs(Fraction(value)) * 10**decimals
    whole = floor(scaled + Fraction(1, 2))
    expected = Fraction(whole if value >= 0 else -whole, 10**decimals)
    assert Fraction(rounded(value, decimals)) == expected


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        ("2.675", 2, "2.68"),
        ("0.125", 2, "0.13"),
        ("-0.125", 2, "-0.13"),
        ("1.005", 2, "1.01"),
        ("0.5", 0, "1"),
        ("1.5", 0, "2"),
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("14.979423868312757", 1, "15"),
        ("10.864197530864", 1, "10.9"),
        ("0.004", 2, "0.004"),
        ("-0.004", 2, "-0.004"),
        ("-0", 2, "0"),
        ("1E+3", 2, "1000"),
        ("0.00123456", 2, "0.0012"),
        ("100", 2, "100"),
        ("99.995", 2, "100"),
        ("12345678901234567890.125", 2, "12345678901234567890.13"),
    ],
)
def test_numbers_are_shown_as_schools_round(value: str, decimals: int, text: str) -> None:
    assert shown(figure(Decimal(value), decimals)) == text


@given(computed, st.integers(0, 6), st.booleans())
def test_what_is_shown_is_the_rounded_value_and_never_zero_for_what_is_not(
    value: Decimal, decimals: int, padded: bool
) -> None:
    text = shown(figure(value, decimals, "万元"), padded=padded)
    assert text.endswith("万元")
    # A sign that a spreadsheet reads, too.
    number = text.removesuffix("万元")
    assert set(number) <= set("-0123456789.")
    printed = Fraction(rounded(value, decimals))
    assert bool(Fraction(number)) == bool(value)
    if not printed:
        # Two digits of it, whichever place they stand in.
        assert abs(Fraction(number) - Fraction(value)) <= abs(Fraction(value)) / 20
        return
    assert Fraction(number) == printed
    if padded:
        assert len(number.partition(".")[2]) == decimals
    else:
        assert not ("." in number and number[-1] in "0.")


@given(computed)
def test_the_exact_value_is_never_written_with_an_exponent(value: Decimal) -> None:
    text = exact(value)
    assert "E" not in text and "e" not in text
    assert Decimal(text) == value


def test_unknown_uncomputable_and_about_are_told_apart() -> None:
    assert shown(figure(None)) == "未公布"
    assert shown(figure(None, trouble="除数 甲 为 0")) == "不可计算"
    assert shown(figure(Decimal(1200), 0, "㎡", approximate=True, about="余")) == "1200余㎡"
    assert shown(figure(Decimal("0.12"), 2, "万元", approximate=True, about="余")) == "约0.12万元"
    assert shown(figure(Decimal(76), 0, "家", approximate=True, about="多")) == "76多家"
    assert shown(figure(Decimal(76), 0, "家", approximate=True, about="约")) == "约76家"
    assert shown(figure(Decimal(1200), 0, "件", approximate=True, derived=True)) == "约1200件"
    assert shown(figure(Decimal("71.428"), 2, "%", approximate=True, derived=True)) == "约71.43%"
    assert shown(figure(Decimal(0), 2, "万元")) == "0万元"


def test_a_date_is_shown_as_far_as_it_is_known() -> None:
    date = parse_date("2016-03", HERE)
    assert shown(Figure("甲", date, "", "甲", HERE)) == "2016年3月"


def test_a_percentage_counts_as_its_fraction_in_formulas_and_as_itself_elsewhere() -> None:
    rate = figure(Decimal("95.5"), 2, "%")
    assert rate.ratio == Decimal("0.955")
    assert rate.number == Decimal("95.5")
    assert rate.as_dict()["value"] == "95.5"


def test_the_json_of_a_figure_holds_its_full_value_as_text(figures: Figures) -> None:
    entry = figures["三公经费.公务用车运行维护费.超支率"].as_dict()
    assert str(entry["value"]).startswith("10.8641975308641975308")
    assert entry["unit"] == "%"
    assert entry["inputs"] == [
        "三公经费.公务用车运行维护费.超支",
        "三公经费.公务用车运行维护费.预算",
    ]
    assert str(entry["origin"]).startswith("params/rules/figures.yml:")
    assert figures["三公经费.上年预算"].as_dict()["value"] is None


def test_explain_spells_out_every_input_down_to_what_the_file_states(figures: Figures) -> None:
    lines = figures.explain("三公经费.公务用车运行维护费.超支率")
    assert [(depth, figure.name.rpartition(".")[2]) for depth, figure in lines] == [
        (0, "超支率"),
        (1, "超支"),
        (2, "支出"),
        (2, "预算"),
        (1, "预算"),
    ]


def test_explain_survives_a_very_long_chain_of_formulas() -> None:
    chain = {
        f"甲{i}": Figure(f"甲{i}", Decimal(1), "", "", HERE, inputs=(f"甲{i + 1}",))
        for i in range(5000)
    }
    chain["甲5000"] = Figure("甲5000", Decimal(1), "", "", HERE)
    assert len(Figures(chain, {}).explain("甲0")) == 5001


def test_a_figure_used_twice_is_spelled_out_once() -> None:
    made = {
        "总": Figure("总", Decimal(1), "", "", HERE, inputs=("左", "右")),
        "左": Figure("左", Decimal(1), "", "", HERE, inputs=("源",)),
        "右": Figure("右", Decimal(1), "", "", HERE, inputs=("源",)),
        "源": Figure("源", Decimal(1), "", "", HERE, inputs=("底",)),
        "底": Figure("底", Decimal(1), "", "", HERE),
    }
    assert [f.name for _, f in Figures(made, {}).explain("总")] == [
        "总",
        "左",
        "源",
        "底",
        "右",
        "源",
    ]
