"""Sentences computed from the figures: the right word, no number twice, nothing when unknown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from govnb import Workbook
from govnb.inputs.read import Inputs, load
from tests.present.markup import Page

Department = Callable[[str], Path]


def said(workbook: Workbook, name: str) -> str:
    return Page(workbook.sentence(name).html()).text.strip()


@pytest.fixture(scope="module")
def workbook(junshan: Inputs) -> Workbook:
    return Workbook(junshan)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("三公经费", "2016年，预算总额20.25万元，实际支出19.31万元，结余0.94万元"),
        ("三公经费", "公务接待费预算12.15万元，实际支出10.33万元，结余1.82万元，结余率15%"),
        (
            "三公经费",
            "公务用车运行维护费预算8.1万元，实际支出8.98万元，超支0.88万元，超支率10.9%",
        ),
        ("三公经费", "因公出国（境）费没有预算，也没有支出"),
        ("超支", "基本支出超支23.74万元"),
        ("科目差异", "工资福利支出比预算多68.87万元"),
        ("科目差异", "商品和服务支出比预算少56.42万元"),
        ("科目差异", "合计比预算多23.74万元"),
        ("超支原因", "以上原因所列金额合计30.98万元，为超支额的130.5%"),
        ("超支原因", "占所解释超支68.87万元的44.98%"),
        ("业务量", "热线工单6184件，比上年增长9.26%"),
        ("运行费用", "大厅运行预算5万元，实际支出20.66万元，超支15.66万元，超支率313.2%"),
        ("运行费用", "其余4.34万元没有说明"),
    ],
)
def test_the_report_states_its_numbers_in_its_own_words(
    workbook: Workbook, name: str, words: str
) -> None:
    assert words in said(workbook, name)


@pytest.mark.parametrize(
    ("budget", "actual", "words"),
    [
        ("10", "8", "结余2万元，结余率20%"),
        ("10", "12", "超支2万元，超支率20%"),
        ("10", "10", "持平"),
        ("0", "0", "没有预算，也没有支出"),
        ("0", "3", "超支3万元"),
        ("10", "未公布", "未公布"),
        ("未公布", "10", "未公布"),
    ],
)
def test_balance_overspend_and_par_each_get_their_word(
    department: Department, budget: str, actual: str, words: str
) -> None:
    body = "".join(
        f"  {item}: {{预算: 1, 支出: 1}}\n"
        for item in ("因公出国（境）费", "公务用车购置费", "公务用车运行维护费")
    )
    file = department(f"三公经费:\n{body}  公务接待费: {{预算: {budget}, 支出: {actual}}}\n")
    workbook = Workbook(load(file))
    text = said(workbook, "三公经费")
    if words == "未公布":
        assert text == ""
        return
    own = text.partition("公务接待费")[2]
    assert words in own
    assert "-" not in text and "不可计算" not in text


@pytest.mark.parametrize(
    ("income", "expenditure", "word"),
    [("10", "12", "超支2万元"), ("12", "10", "结余2万元"), ("10", "10", "持平")],
)
def test_total_spending_against_income_gets_its_word(
    department: Department, income: str, expenditure: str, word: str
) -> None:
    workbook = Workbook(load(department(f"收入: {income}\n支出: {expenditure}\n")))
    assert word in said(workbook, "超支")


def test_a_ledger_is_told_level_by_level_with_its_own_terms(workbook: Workbook) -> None:
    text = Page(workbook.ledger("收入").html()).text
    assert "1、财政预算：216.24万元，其中：" in text
    assert "（1）工资福利支出18.06万元，其中基本工资8.86万元、津贴补贴9.2万元；" in text
    assert "（2）一般商品和服务支出1.13万元；" in text
    assert "2、电子政务外网建设项目资金：295.16万元。" in text


@pytest.mark.parametrize("name", ["科目差异", "超支原因", "三公经费", "业务量", "运行费用"])
def test_without_data_there_is_no_sentence_at_all(department: Department, name: str) -> None:
    assert said(Workbook(load(department(""))), name) == ""


def test_no_sentence_prints_未公布_in_the_middle(
    department: Department, workbook: Workbook
) -> None:
    partly = Workbook(load(department("运行费用: {大厅: {支出: 3}}\n项目: {桥: {中标价: 3}}\n")))
    for book in (workbook, partly):
        for name in ("超支", "科目差异", "超支原因", "三公经费", "业务量", "运行费用"):
            text = said(book, name)
            assert "未公布" not in text or text.startswith("（"), name
        assert "未公布" not in Page(book.projects().html()).text.replace("（项目情况未公布）", "")
