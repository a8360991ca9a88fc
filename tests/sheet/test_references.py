"""What `{{ 名称 }}` prints in a sentence: value, unit, direction; never the unit twice."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govnb.sheet.compute import compute
from govnb.sheet.figure import Figure
from govnb.sheet.names import Names
from govnb.sheet.references import (
    DIRECTIONS,
    FILTERS,
    REFERENCE,
    check_references,
    find,
    printed,
)
from govnb.text.faults import Place
from govnb.text.yaml_text import Scalar
from tests.review.reviewing import inputs_of

HERE = Place("某.yml", 1, 1)


def figure(value: str | None, unit: str = "万元", **more: Any) -> Figure:
    number = None if value is None else Decimal(value)
    return Figure("甲", number, unit, "甲", HERE, **more)


@pytest.mark.parametrize(
    ("unit", "following", "text"),
    [
        ("万元", "。", "23.74万元"),
        ("万元", "", "23.74万元"),
        ("万元", "万元。", "23.74"),
        ("万元", " 万元。", "23.74"),
        ("万元", "**万元", "23.74"),
        ("万元", "元", "23.74万元"),
        ("%", "%。", "23.74"),
        ("%", "，", "23.74%"),
        ("", "接入点", "23.74"),
    ],
)
def test_a_unit_already_written_behind_is_not_printed_twice(
    unit: str, following: str, text: str
) -> None:
    assert printed(figure("23.74", unit), None, following) == text


@pytest.mark.parametrize(
    ("unit", "following", "text"),
    [("人", "名，", "5"), ("人", "人，", "5"), ("㎡", "平方米", "5"), ("人", "多", "5人")],
)
def test_another_word_for_the_same_unit_counts_as_the_unit(
    unit: str, following: str, text: str
) -> None:
    assert printed(figure("5", unit, decimals=0), None, following) == text


@pytest.mark.parametrize(
    ("filter_", "value", "text"),
    [
        (None, "0.94", "0.94万元"),
        (None, "20.50", "20.5万元"),
        ("数字", "0.94", "0.94"),
        ("盈亏", "0.94", "结余0.94万元"),
        ("盈亏", "-23.74", "超支23.74万元"),
        ("盈亏", "0", "持平"),
        ("盈亏", "0.004", "基本持平"),
        ("盈亏", "-0.004", "基本持平"),
        ("超节", "15.66", "超支15.66万元"),
        ("超节", "-1", "结余1万元"),
        ("增减", "9.26", "增长9.26万元"),
        ("增减", "-9.26", "下降9.26万元"),
        ("多少", "68.87", "多68.87万元"),
        ("多少", "-56.42", "少56.42万元"),
        ("节约", "111.84", "节约111.84万元"),
        ("节约", "-1", "超出1万元"),
    ],
)
def test_a_filter_prints_the_word_the_sign_calls_for(
    filter_: str | None, value: str, text: str
) -> None:
    assert printed(figure(value), filter_) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("5", "上升5个百分点"), ("-0.7", "下降0.7个百分点"), ("0", "持平"), ("0.001", "基本持平")],
)
def test_the_difference_of_two_rates_is_told_in_points(value: str, text: str) -> None:
    assert printed(figure(value, "%"), "升降") == text
    assert printed(figure(value, "件"), "升降") == text.replace("个百分点", "件")


@pytest.mark.parametrize(
    ("name", "filter_", "value", "text"),
    [
        ("支出.超支", "盈亏", "20", "超支20万元"),
        ("支出.超支", "盈亏", "-20", "结余20万元"),
        ("支出.超支", "超节", "20", "超支20万元"),
        ("支出.超支率", "盈亏", "20", "超支20万元"),
        ("支出.扣除原因后的超支", "盈亏", "-7.24", "结余7.24万元"),
        ("支出.超支", "节约", "20", "超出20万元"),
        ("支出.结余", "盈亏", "20", "结余20万元"),
        ("支出.结余", "超节", "20", "结余20万元"),
        ("支出.结余", "超节", "-20", "超支20万元"),
        ("项目.甲.节约额", "节约", "5", "节约5万元"),
        ("支出.超支", "增减", "20", "增长20万元"),
        ("支出.甲.差异", "盈亏", "20", "结余20万元"),
    ],
)
def test_a_figure_called_超支_or_结余_is_never_called_the_opposite(
    name: str, filter_: str, value: str, text: str
) -> None:
    assert printed(figure(value)._replace(name=name), filter_) == text


@pytest.mark.parametrize(
    ("value", "following", "text"),
    [
        ("-20", "万元。", "超支20"),
        ("20", "**万元", "结余20"),
        ("20", "元", "结余20万元"),
        ("0", "万元", "结余0"),
        ("-0.001", "万元", "超支0.001"),
        ("0", "。", "持平"),
    ],
)
def test_a_direction_doesnt_print_the_unit_twice_either(
    value: str, following: str, text: str
) -> None:
    assert printed(figure(value), "盈亏", following) == text


@pytest.mark.parametrize("filter_", [None, *FILTERS])
def test_unknown_prints_未公布_whatever_the_filter(filter_: str | None) -> None:
    assert printed(figure(None), filter_) == "未公布"
    assert printed(figure(None, trouble="除数 乙 为 0"), filter_) == "不可计算"


@given(st.decimals(-1000, 1000, places=4), st.sampled_from(sorted(DIRECTIONS)))
def test_a_direction_never_prints_a_sign_and_zero_has_none(value: Decimal, filter_: str) -> None:
    text = printed(figure(str(value)), filter_)
    assert "-" not in text and "−" not in text
    if round(abs(value), 2) > Decimal("0.01"):
        up, down = DIRECTIONS[filter_]
        assert text.startswith(up if value > 0 else down)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("共{{ 支出 }}。", ["支出"]),
        ("共{{支出}}。", ["支出"]),
        ("{{ 支出 | 数字 }}、{{ 收入|盈亏 }}", ["支出", "收入"]),
        ('{{ 支出["301"] }}', ["支出.301"]),
        ("{{ 项目.大 桥.总价 }}", ["项目.大 桥.总价"]),
        ("{ { 支出 } }", []),
        ("{{ }}", []),
        ("{{ 支出", []),
        ("{{{ 支出 }}}", ["支出"]),
        ("{{ 支出 | }}", []),
        ("{{ a | b | c }}", []),
    ],
)
def test_references_are_found_as_people_write_them(text: str, names: list[str]) -> None:
    assert [reference.name for reference in find(text)] == names


@pytest.mark.parametrize(
    "text",
    [
        "{{" + " " * 200_000,
        "{{ 甲" + " " * 200_000,
        "{{ " + "甲 " * 100_000,
        "{{ 甲 |" + " " * 200_000,
        "{{ 甲 | " + "乙 " * 100_000,
        "{{ " * 100_000,
        "{{ 甲 }" * 50_000,
    ],
    ids=range(7),
)
def test_no_text_makes_the_search_slow(text: str) -> None:
    started = time.process_time()
    REFERENCE.sub("", text)
    assert time.process_time() - started < 5


def test_a_sound_narrative_is_checked_without_looking_up_places(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inputs = inputs_of('人员: {编制数: 5}\n叙述: {概述: "编制{{ 人员.编制数 }}名。"}\n')
    figures, facts = compute(inputs)
    names = Names(figures.sheet, inputs.book)
    monkeypatch.setattr(Scalar, "at", lambda *_: pytest.fail("the place of a sound reference"))
    assert check_references(inputs, facts, names) == []
