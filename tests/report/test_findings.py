"""The review in the terminal: what is open, and what couldn't be checked for want of what."""

from __future__ import annotations

from typing import Any

from govnb.report.findings import Findings
from govnb.review.run import review
from govnb.sheet.compute import compute
from tests.conftest import Govnb
from tests.review.reviewing import inputs_of


def told(text: str) -> str:
    inputs = inputs_of(text)
    figures, facts = compute(inputs)
    return Findings(review(inputs, figures, facts), figures, "某局.yml").text()


def test_the_terminal_says_which_inputs_are_missing() -> None:
    text = told("收入: {合计: 5.5, 明细: {甲: 1.25, 乙: 未公布}}\n")
    blocks = text.split("\n\n")
    assert blocks[-1].startswith("缺数据，没有核对：")
    assert "   收入：乙（合计:收入）" in blocks[-1].splitlines()
    assert "   落款：日期（成文日期）" in blocks[-1].splitlines()


def test_a_section_that_is_missing_is_told_once() -> None:
    lines = [line for line in told("").splitlines() if "叙述" in line]
    assert len(lines) == 1 and "列举个数" in lines[0] and "编号连续" in lines[0]


def test_a_department_without_expenditure_gets_no_verdict() -> None:
    assert told("").startswith("资料不足，不能下结论：支出未公布。待处理：")
    assert told("支出: 5\n").startswith("待处理：")


WRONG = "收入: {合计: 5.5, 明细: {甲: 1.25, 乙: 2}}\n"


def test_what_is_open_can_be_pasted_as_explained(department: Any, govnb: Govnb) -> None:
    printed = govnb("review", department(WRONG)).out
    block = printed[printed.index("已说明:\n") :]
    assert "  - 编号: 合计:收入\n" in block and "    差额: 2.25\n" in block
    refused = govnb("review", department(WRONG + block))
    assert refused.code == 1 and "说明要有日期" in refused.err
    filled = block.replace("日期: （待填）", "日期: 2017-05-02").replace("（待填）", "张三查过")
    assert "[已说明]" in govnb("review", department(WRONG + filled)).out


def test_what_had_no_occasion_is_counted_too() -> None:
    assert "不适用" in told("人员: {编制数: 5}\n").splitlines()[0]


def test_what_several_checks_say_in_the_same_words_is_said_once() -> None:
    inputs = inputs_of("叙述: {概述: 本单位职责明确，运转正常。}\n")
    figures, facts = compute(inputs)
    made = Findings(review(inputs, figures, facts), figures, "某局.yml")
    page = made._repr_mimebundle_()["text/html"]
    assert page.count("没有发现") == 1
    assert "段文字，没有发现（" in page
