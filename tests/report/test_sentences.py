"""Sentences computed from the figures: the right word, no number twice, nothing when unknown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from govnb import Workbook
from govnb.sheet.read import Inputs, load
from tests.report.markup import Page

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
        ("三公经费", "公务接待费预算12.15万元，实际支出10.33万元，结余1.82万元，结余率14.98%"),
        (
            "三公经费",
            "公务用车运行维护费预算8.1万元，实际支出8.98万元，超支0.88万元，超支率10.86%",
        ),
        ("三公经费", "因公出国（境）费没有预算，也没有支出"),
        ("超支", "基本支出超支23.74万元"),
        ("科目差异", "工资福利支出比预算多68.87万元"),
        ("科目差异", "商品和服务支出比预算少56.42万元"),
        ("科目差异", "合计比预算多23.74万元"),
        ("超支原因", "以上原因所列金额合计30.98万元，为超支额的130.50%"),
        ("超支原因", "占所解释超支68.87万元的44.98%"),
        ("业务量", "热线工单6184件，比上年增长9.26%"),
        ("运行费用", "大厅运行预算5万元，实际支出20.66万元，超支15.66万元，超支率313.20%"),
        ("运行费用", "未列入预算的部分11.32万元"),
    ],
)
def test_the_report_states_its_numbers_in_its_own_words(
    workbook: Workbook, name: str, words: str
) -> None:
    assert words in said(workbook, name)


@pytest.mark.parametrize(
    ("budget", "actual", "words"),
    [
        ("10", "8", "结余2万元，结余率20.00%"),
        ("10", "12", "超支2万元，超支率20.00%"),
        ("10", "10", "持平"),
        ("0", "0", "没有预算，也没有支出"),
        ("0", "3", "超支3万元"),
        ("10", "10.00001", "基本持平"),
        ("10", "未公布", "预算10万元"),
        ("未公布", "10", "实际支出10万元"),
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
    own = said(workbook, "三公经费").partition("公务接待费")[2]
    assert words in own
    assert "-" not in own and "−" not in own and "不可计算" not in own
    assert ("率0%" in own, "率0.1%" in own) == (False, False)


def test_what_is_unknown_of_三公经费_does_not_silence_the_rest(department: Department) -> None:
    lines = (
        "  因公出国（境）费: {预算: 0, 支出: 0}\n"
        "  公务用车购置费: {预算: 未公布, 支出: 未公布}\n"
        "  公务用车运行维护费: {预算: 8, 支出: 9}\n"
        "  公务接待费: {预算: 10, 支出: 未公布}\n"
    )
    workbook = Workbook(load(department(f"三公经费:\n{lines}")))
    text = said(workbook, "三公经费")
    assert text.split("\n") == [
        "2016年，因公出国（境）费没有预算，也没有支出；公务用车运行维护费预算8万元，实际支出9万元，"
        "超支1万元，超支率12.50%；公务接待费预算10万元。",
    ]
    assert workbook.three_public_lacking().lacks == "公务用车购置费的预算和支出、公务接待费的支出"


def test_cars_whose_purchase_and_running_are_published_together_lack_nothing(
    department: Department,
) -> None:
    both = "{预算: 8, 支出: 7}"
    body = f"三公经费: {{公务用车购置及运行维护费: {both}, 公务接待费: {both}}}\n"
    lacks = Workbook(load(department(body))).three_public_lacking().lacks
    assert lacks == "因公出国（境）费的预算和支出"


def test_a_remark_on_a_component_without_numbers_names_it(department: Department) -> None:
    body = "三公经费: {公务接待费: {说明: 无变化}, 公务用车购置费: {说明: 公务用车没有购置。}}\n"
    text = Page(Workbook(load(department(body))).three_public().html()).text.strip()
    assert text == "2016年，公务接待费：无变化。公务用车没有购置。"


def test_the_departments_own_words_stand_where_they_belong_and_are_not_said_twice(
    workbook: Workbook,
) -> None:
    total, parts = Page(workbook.three_public().html()).text.strip().split("\n")
    assert total.endswith("结余0.94万元，总额控制较好。")
    assert parts.startswith("其中公务接待费预算12.15万元")
    assert "结余率14.98%；公务用车运行维护费预算8.1万元" in parts
    assert "超支0.88万元，超支率10.86%。超支原因：2015年，12345热线工单5660件" in parts
    assert "造成运行成本增加，超支0.88万元。因公出国（境）费用没有。" in parts
    assert parts.endswith("公务用车购置费没有预算，也没有支出。")


def test_components_come_in_the_order_of_the_file(department: Department) -> None:
    items = ["公务接待费", "因公出国（境）费", "公务用车运行维护费", "公务用车购置费"]
    body = "".join(f"  {item}: {{预算: {n}, 支出: {n}}}\n" for n, item in enumerate(items, 1))
    text = Page(Workbook(load(department(f"三公经费:\n{body}"))).three_public().html()).text
    assert sorted(items, key=text.index) == items


@pytest.mark.parametrize(
    ("remark", "end"),
    [("，控制较好。", "结余1万元，控制较好。"), ("控制较好。", "结余1万元。控制较好。")],
)
def test_a_remark_that_begins_with_a_comma_goes_on_with_the_sentence(
    department: Department, remark: str, end: str
) -> None:
    items = ("因公出国（境）费", "公务用车购置费", "公务用车运行维护费", "公务接待费")
    body = "".join(f"  {item}: {{预算: 1, 支出: 1}}\n" for item in items[:3])
    body += f"  公务接待费: {{预算: 2, 支出: 1}}\n叙述:\n  三公经费说明: {remark}\n"
    text = Page(Workbook(load(department(f"三公经费:\n{body}"))).three_public().html()).text
    assert text.strip().split("\n")[0].endswith(end)


def test_an_entry_is_told_in_the_reports_own_term(department: Department) -> None:
    body = "支出: {明细: {其他资本性支出: {名称: 其他资本性（外网）支出, 合计: 5}}}\n"
    text = Page(Workbook(load(department(body))).ledger("支出").html()).text
    assert text.strip() == "1、其他资本性（外网）支出：5万元。"


def test_a_department_is_called_by_its_short_name_where_it_has_one(
    params_copy: Path,
) -> None:
    path = params_copy / "2016" / "short.yml"
    path.write_text("年度: 2016\n部门: {名称: 测试局, 简称: 本局}\n收入: 1\n支出: 2\n", "utf-8")
    said = Page(Workbook(load(path)).overspend().html()).text
    assert "从上述情况反映，本局部门整体支出超支1万元" in said


@pytest.mark.parametrize(
    ("income", "expenditure", "word"),
    [
        ("10", "12", "部门整体支出超支2万元。"),
        ("12", "10", "部门整体支出结余2万元。"),
        ("10", "10", "测试局收支持平。"),
        ("10", "10.0001", "测试局收支基本持平。"),
    ],
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


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("主要原因是：人员增加。", "超支2万元，主要原因是：人员增加。"),
        ("是因为电价上涨。", "超支2万元，是因为电价上涨。"),
        ("今后将加强管理。", "超支2万元。\n今后将加强管理。"),
    ],
)
def test_the_reason_of_an_overspend_runs_on_from_it(
    department: Department, reason: str, text: str
) -> None:
    body = f"收入: 10\n支出: 12\n叙述: {{超支说明: {reason}}}\n"
    page = Page(Workbook(load(department(body))).overspend().html())
    assert page.text.strip().endswith(text)
    unknown = body.replace("支出: 12", "支出: 未公布")
    page = Page(Workbook(load(department(unknown))).overspend().html())
    assert page.text.strip() == reason


@pytest.mark.parametrize(
    ("income", "expenditure", "reasons", "text"),
    [
        # What they leave unexplained is for the reviewers' annex.
        (100, 110, "{甲: {金额: 4}}", "，为超支额的40.00%。"),
        (100, 110, "{甲: {金额: 10}}", "，为超支额的100.00%，恰好解释全部超支。"),
        (100, 110, "{甲: {金额: 12}}", "；没有这些原因，本应结余2万元。"),
        (100, 110, "{甲: {金额: 4, 对应超支: 5}}", "占所解释超支5万元的80.00%"),
        (100, 110, "{甲: {金额: 4, 对应超支: 3}}", "占所解释超支3万元的133.33%"),
        (100, 110, "{甲: {金额: 4, 对应超支: =收入 - 支出}}", "甲4万元，所对应的支出没有超支"),
        (100, 100, "{甲: {金额: 4}}", ""),
        (100, 90, "{甲: {金额: 4, 对应超支: 3}}", ""),
    ],
)
def test_reasons_are_weighed_against_the_overspend_they_explain(
    department: Department, income: int, expenditure: int, reasons: str, text: str
) -> None:
    body = f"收入: {income}\n支出: {expenditure}\n超支原因: {reasons}\n"
    told = said(Workbook(load(department(body))), "超支原因")
    assert text in told
    assert (told == "") == (text == "")
    assert "-" not in told and "−" not in told and "0万元" not in told.replace("10万元", "")


@pytest.mark.parametrize(
    ("cost", "text"),
    [
        ("{预算: 50, 支出: 48, 未列入预算: 3}", "结余2万元，结余率4.00%。"),
        ("{预算: 50, 支出: 50, 未列入预算: 3}", "实际支出50万元，持平。"),
        ("{预算: 50, 支出: 50.0001}", "实际支出50.0001万元，基本持平。"),
        ("{预算: 5, 支出: 8, 未列入预算: 3}", "未列入预算的部分3万元。"),
        ("{预算: 0, 支出: 8}", "实际支出8万元，超支8万元。"),
    ],
)
def test_a_running_cost_is_told_by_how_it_came_out(
    department: Department, cost: str, text: str
) -> None:
    told = said(Workbook(load(department(f"运行费用: {{大厅: {cost}}}\n"))), "运行费用")
    assert told.endswith(text)


@pytest.mark.parametrize(
    ("contract", "text"),
    [
        (480, "桥评审预算500万元，中标价480万元，比评审预算节约20万元，节约率4.00%。"),
        (520, "比评审预算超出20万元，超出4.00%。"),
        (500, "与评审预算持平。"),
        (499.9999, "与评审预算基本持平。"),
    ],
)
def test_a_projects_price_is_told_against_its_appraisal(
    department: Department, contract: float, text: str
) -> None:
    body = f"项目: {{桥: {{评审金额: 500, 中标价: {contract}, 追加: 0}}}}\n"
    assert Page(Workbook(load(department(body))).projects().html()).text.strip().endswith(text)


def test_a_project_adds_to_the_departments_words_only_what_they_leave_out(
    department: Department,
) -> None:
    note = "{{ 项目.桥.评审金额 }}评审，{{ 项目.桥.中标价 }}中标。"
    body = f"项目: {{桥: {{评审金额: 500, 中标价: 480, 追加: 0, 说明: '{note}'}}}}\n"
    told = Page(Workbook(load(department(body))).projects().html()).text.strip()
    assert told == "500万元评审，480万元中标。\n桥比评审预算节约20万元，节约率4.00%。"


def test_a_project_that_tells_its_price_itself_is_not_told_again(workbook: Workbook) -> None:
    assert Page(workbook.projects().html()).text.count("111.84万元") == 1


@pytest.mark.parametrize(
    ("volume", "text"),
    [
        ('{单位: "%", 上年: 90, 本年: 95}', "事95%，比上年上升5个百分点。"),
        ('{单位: "%", 上年: 98.2, 本年: 97.5}', "事97.5%，比上年下降0.7个百分点。"),
        ("{单位: 件, 上年: 100, 本年: 100}", "事100件，与上年持平。"),
        ("{单位: 件, 上年: 0, 本年: 7}", "事7件，比上年多7件。"),
        ("{单位: 人次, 上年: 3000余, 本年: 3300}", "事3300人次，比上年增长约10.00%。"),
    ],
)
def test_a_volume_is_told_against_last_year(department: Department, volume: str, text: str) -> None:
    assert said(Workbook(load(department(f"业务量: {{事: {volume}}}\n"))), "业务量").endswith(text)


def test_an_account_that_prints_no_difference_is_level_with_the_budget(
    department: Department,
) -> None:
    body = "支出: {明细: {甲: 5, 乙: 6.0001}}\n预算安排: {明细: {甲: 5, 乙: 6}}\n"
    told = said(Workbook(load(department(body))), "科目差异")
    assert told == "按科目看：甲与预算持平，乙与预算基本持平；合计与预算基本持平。"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("收入: {名称: 年初预算, 合计: 100}\n支出: 110\n", "超支10万元"),
        ("收入: {名称: 决算收入, 合计: 100}\n支出: 110\n", "比本年收入多10万元。"),
        (
            "收入: {名称: 决算收入, 合计: 100}\n支出: 110\n预算执行: {上年结转: 15}\n",
            "比本年收入多10万元，用的是上年结转。",
        ),
        (
            "收入: 100\n支出: 110\n预算执行: {上年结转: 15}\n",
            "比本年收入多10万元，用的是上年结转。",
        ),
        ("收入: 100\n支出: 110\n预算执行: {上年结转: 5}\n", "超支10万元"),
        (
            "收入: 100\n支出: 90\n预算执行: {年初预算: 80, 决算收入: 100}\n",
            "比本年收入少10万元。",
        ),
    ],
)
def test_only_a_budget_is_overspent(body: str, words: str, department: Department) -> None:
    said = Page(Workbook(load(department(body))).overspend().html()).text
    assert words in said.replace(" ", "")


@pytest.mark.parametrize(
    ("called", "labels"),
    [("年初预算", ["年初预算", "预算结余"]), ("决算收入", ["决算收入", "收支结余"])],
)
def test_a_card_calls_income_what_the_report_calls_it(
    called: str, labels: list[str], department: Department
) -> None:
    body = f"收入: {{名称: {called}, 合计: 100}}\n支出: 90\n"
    cards = [label for label, _, _ in Workbook(load(department(body))).cards().entries()]
    assert [label for label in cards if label in labels] == labels


def test_cars_stated_as_one_amount_are_told(department: Department) -> None:
    body = (
        "三公经费:\n  公务接待费: {预算: 15, 支出: 8}\n"
        "  公务用车购置及运行维护费: {预算: 45, 支出: 40, 上年支出: 43}\n"
    )
    told = Page(Workbook(load(department(body))).three_public().html()).text
    assert "公务用车购置及运行维护费预算45万元，实际支出40万元，结余5万元" in told
    assert "比上年减少3万元" in told


def test_what_was_bought_last_year_and_not_this_one_is_told(department: Department) -> None:
    body = "三公经费: {公务用车购置费: {预算: 0, 支出: 0, 上年支出: 36.5}}\n"
    told = Page(Workbook(load(department(body))).three_public().html()).text
    assert "公务用车购置费没有预算，也没有支出，比上年减少36.5万元" in told


def test_offices_of_which_only_the_number_is_known_are_told(department: Department) -> None:
    path = department("人员: {人员总数: 12, 总数口径: 不含退休}\n")
    text = path.read_text("utf-8").replace("名称: 测试局\n", "名称: 测试局\n  内设机构数: 38\n")
    path.write_text(text, "utf-8")
    workbook = Workbook(load(path))
    assert "内设机构38个。" in Page(workbook.text("机构设置").html()).text
    assert "人员总数12人（不含退休）。" in Page(workbook.text("人员情况").html()).text


def test_income_is_called_what_the_file_calls_it_and_no_budget_of_its_own(
    department: Department,
) -> None:
    hospital = Workbook(load(department("收入: {明细: {财政拨款收入: 3, 事业收入: 41}}\n")))
    assert Page(hospital.income_heading("（一）").html()).text.strip() == "（一）收入：44万元"
    named = Workbook(load(department("收入: {名称: 财政预算收入, 合计: 44}\n")))
    assert "财政预算收入：44万元" in Page(named.income_heading("（一）").html()).text


def test_money_that_came_is_told_once(department: Department) -> None:
    body = "预算执行: {年初预算: 500, 实际到位: 450}\n"
    assert said(Workbook(load(department(body))), "资金到位") == (
        "资金实际到位450万元，资金到位率90.00%。"
    )
    body += "叙述: {经济性: '资金到位率{{ 预算执行.到位率 }}。'}\n"
    assert said(Workbook(load(department(body))), "资金到位") == ""


def test_cars_and_receptions_are_counted_where_the_words_dont_tell(department: Department) -> None:
    body = "三公经费:\n  公务接待费: {预算: 2, 支出: 1}\n  公务用车保有量: 5\n  公务接待批次: 12\n"
    text = Workbook(load(department(body))).three_public().text
    assert text.endswith("年末公务用车保有量5辆，国内公务接待12批次。")
    body += "叙述: {三公经费说明: '公务接待{{ 三公经费.公务接待批次 }}。'}\n"
    assert Workbook(load(department(body))).three_public().text.count("批次") == 1


def test_cars_stated_as_one_amount_are_one_row(department: Department) -> None:
    body = (
        "三公经费: {公务用车购置及运行维护费: {预算: 8, 支出: 7}, 公务接待费: {预算: 1, 支出: 1}}\n"
    )
    rows = list(Workbook(load(department(body))).items("三公经费", "预算", "支出").index)
    assert rows == ["因公出国（境）费", "公务用车购置及运行维护费", "公务接待费"]
