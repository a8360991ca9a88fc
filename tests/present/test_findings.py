"""The review in the terminal: what is open, and what couldn't be checked for want of what."""

from __future__ import annotations

from govnb.present.findings import Findings
from govnb.review.run import review
from govnb.sheet.compute import compute
from tests.review.reviewing import inputs_of


def told(text: str) -> str:
    inputs = inputs_of(text)
    figures, facts = compute(inputs)
    return Findings(review(inputs, figures, facts), figures, "某局.yml").text()


def test_the_terminal_says_which_inputs_are_missing() -> None:
    text = told("收入: {合计: 5.5, 明细: {甲: 1.25, 乙: 未公布}}\n")
    blocks = text.split("\n\n")
    assert blocks[-1].startswith("缺数据，没有核对：")
    assert "   合计:收入：缺少：收入.乙，不能核对" in blocks[-1].splitlines()
    assert "成文日期：缺少：落款.日期" in blocks[-1]


def test_what_had_no_occasion_is_counted_too() -> None:
    assert "不适用" in told("人员: {编制数: 5}\n").splitlines()[0]
