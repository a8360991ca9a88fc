"""One question has one answer, whichever file asks it: figures, checks and scores agree."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from govnb.review.finding import NO_DATA
from govnb.rubric.score import score
from govnb.sheet.compute import compute
from govnb.sheet.read import Inputs, validate
from govnb.sheet.rules import Book
from govnb.sheet.sheet import ordered
from govnb.text.faults import FaultsError
from govnb.text.yaml_text import parse_yaml
from tests.review.reviewing import finding, inputs_of, reviewed
from tests.rubric import kit

COMMA = """
收入: 100
支出:
  合计: 未公布
  明细:
    水、电费: 未公布
    办公费: 3
"""
RULE = """
某核对:
  种类: 不超过
  严重性: 错误
  左: 支出.水、电费 + 支出.办公费
  右: 收入
  消息: 多{差额}。
  原因: 试验。
  怎样处理: 核对。
"""


def test_a_name_with_a_comma_of_its_own_stays_whole_in_a_figure() -> None:
    figures, _ = compute(inputs_of(COMMA))
    assert figures["支出.水、电费.占比"].missing == ("支出.水、电费", "支出")
    assert figures["支出.分项之和"].missing == ("支出.水、电费",)


def test_a_name_with_a_comma_of_its_own_stays_whole_in_a_finding() -> None:
    found = finding(reviewed(COMMA, rules=RULE), "某核对")
    assert (found.state, found.message) == (NO_DATA, "缺少：支出.水、电费，不能核对")


def test_a_name_with_a_comma_of_its_own_stays_whole_in_a_score(tmp_path: Path) -> None:
    rubric = kit.rubric_of(
        kit.rubric_text("规则: {种类: 按比例}\n公式: 支出.水、电费 / 收入"), tmp_path
    )
    row = kit.score_of(rubric, COMMA).indicators[0]
    assert (row.low, row.high) == (Decimal(0), Decimal(5))
    assert row.missing == ("支出.水、电费",)


def test_however_many_facts_are_missing_none_is_left_out() -> None:
    parts = "".join(f"    科目{n}: 未公布\n" for n in range(150))
    body = f"收入: 未公布\n支出:\n  合计: =收入 - 支出.分项之和\n  明细:\n{parts}"
    figures, _ = compute(inputs_of(body))
    every = {f"支出.科目{n}" for n in range(150)}
    assert set(figures["支出.分项之和"].missing) == every
    assert set(figures["支出"].missing) == {"收入", *every}
    assert set(figures["支出.科目7.占比"].missing) == {"收入", *every}


def test_each_of_many_circles_is_found_and_what_rests_on_none_is_worked_out() -> None:
    needs = {f"甲{n}": [f"乙{n}"] for n in range(50)} | {f"乙{n}": [f"甲{n}"] for n in range(50)}
    order, circles = ordered(needs | {"丙": ["丁"], "戊": ["丙", "甲0"]})
    assert {frozenset(c) for c in circles} == {frozenset([f"甲{n}", f"乙{n}"]) for n in range(50)}
    assert all(circle[0] == circle[-1] for circle in circles)
    assert order.index("丁") < order.index("丙") < order.index("戊") > order.index("甲0")


def test_many_formulas_in_circles_are_faults_and_no_crash() -> None:
    sides = (
        f"  事项{n}: {{单位: 件, 本年: =业务量.事项{n}.上年, 上年: =业务量.事项{n}.本年}}\n"
        for n in range(300)
    )
    with pytest.raises(FaultsError, match="公式循环引用：业务量"):
        compute(inputs_of("业务量:\n" + "".join(sides)))


def test_what_adds_up_nothing_is_named_itself_where_it_is_wanted() -> None:
    figures, _ = compute(inputs_of("收入: 5\n支出: 7"))
    assert figures["支出.原因说明额"].absent
    assert figures["支出.扣除原因后的超支"].missing == ("支出.原因说明额",)


PROJECTS = """
收入: 100
支出: 90
项目:
  甲: {中标价: 8, 资金: 10}
  乙: {中标价: 5}
"""
COMPLETE = PROJECTS.replace("乙: {中标价: 5}", "乙: {中标价: 5, 资金: 20}")
SUM = "求和(项目.*.资金)"
SUM_RULE = RULE.replace("支出.水、电费 + 支出.办公费", SUM)


def test_a_sum_over_items_of_which_one_states_nothing_is_unknown_in_the_figure() -> None:
    text = f"预算执行: {{年初预算: ={SUM}}}\n"
    figures, _ = compute(inputs_of(PROJECTS + text))
    found = figures["预算执行.年初预算"]
    assert (found.value, found.missing) == (None, ("项目.乙.资金",))
    assert figures["项目.乙.资金"].reason == "未公布（参数文件没有填）"
    figures, _ = compute(inputs_of(COMPLETE + text))
    assert figures["预算执行.年初预算"].value == 30


def test_a_sum_over_items_of_which_one_states_nothing_lacks_data_in_the_review() -> None:
    found = finding(reviewed(PROJECTS, rules=SUM_RULE), "某核对")
    assert (found.state, found.message) == (NO_DATA, "缺少：项目.乙.资金，不能核对")
    assert finding(reviewed(COMPLETE, rules=SUM_RULE), "某核对").left.value == "30"


def test_a_sum_over_items_of_which_one_states_nothing_is_an_interval_in_the_score(
    tmp_path: Path,
) -> None:
    text = kit.rubric_text(f"规则: {{种类: 按比例}}\n公式: {SUM} / 收入")
    rubric = kit.rubric_of(text, tmp_path)
    row = kit.score_of(rubric, PROJECTS).indicators[0]
    assert (row.low, row.high) == (Decimal(0), Decimal(5))
    assert row.missing == ("项目.乙.资金",)
    row = kit.score_of(rubric, COMPLETE).indicators[0]
    assert row.low == row.high == Decimal("1.5")


def test_a_figure_of_the_book_sums_over_items_like_any_other_formula() -> None:
    figures, _ = compute(inputs_of(PROJECTS))
    assert figures["支出.资本性支出未对应项目资金"].missing[-1] == "项目.乙.资金"


def test_what_no_item_states_is_nothing_the_department_has() -> None:
    found = finding(reviewed("收入: 5\n项目: {甲: {中标价: 1}}", rules=SUM_RULE), "某核对")
    assert found.message == f"本部门没有“{SUM}”"


def test_counting_items_counts_those_that_state_something() -> None:
    figures, _ = compute(inputs_of(PROJECTS + "预算执行: {年初预算: =个数(项目.*.资金)}\n"))
    assert figures["预算执行.年初预算"].value == 1


# ── Names ────────────────────────────────────────────────────────

SLIPS = [
    ("支出.超支比率", "是不是“支出.超支率”？"),
    ("支出.办公费.差异比率", "是不是“支出.办公费.差异率”？"),
    ("求和(项目.*.资全)", "是不是“项目.*.资金”？"),
    ("项目.甲.评审金额数", "是不是“项目.甲.评审金额”？"),
    ("人员.编制", "是不是“人员.编制数”？"),
]
LACKED = ["支出.不曾列过的科目", "项目.别家的项目.资金", "求和(业务量.*.本年)", '支出["310"]']


def book_of(formula: str) -> Inputs:
    inputs = inputs_of("收入: 5\n支出: 7\n")
    tree = parse_yaml(f"某.数:\n  公式: {formula}\n  单位: 无\n  名称: 某数\n", "figures.yml")
    book = inputs.book | validate(tree, Book)
    return replace(inputs, book=book, book_at=inputs.book_at | tree.keys_at)


def refused(make: Callable[[], object]) -> list[str]:
    with pytest.raises(FaultsError) as raised:
        make()
    return [str(fault) for fault in raised.value.faults]


@pytest.mark.parametrize(("formula", "hint"), SLIPS)
def test_a_name_no_department_can_have_is_refused_in_every_file(
    formula: str, hint: str, tmp_path: Path
) -> None:
    rule = RULE.replace("支出.水、电费 + 支出.办公费", formula)
    rubric = kit.rubric_of(kit.rubric_text(f"规则: {{种类: 按比例}}\n公式: {formula}"), tmp_path)
    inputs = inputs_of("收入: 5\n支出: 7\n")
    told = [
        refused(lambda: compute(book_of(formula))),
        refused(lambda: reviewed("收入: 5\n支出: 7\n", rules=rule)),
        refused(lambda: score(inputs, compute(inputs)[0], rubric)),
    ]
    for faults in told:
        assert len(faults) == 1 and hint in faults[0], faults
        assert re.match(r"\S+:\d+:\d+: ", faults[0])


@pytest.mark.parametrize("name", ["支出.超支比率", "项目.甲.评审金额数"])
@pytest.mark.parametrize(
    "text",
    ["叙述: {{概述: '{{{{ {} }}}}'}}\n", "公布数: {{ {}: 5 }}\n", "政府采购: {{实际: ={}}}\n"],
)
def test_a_department_may_name_only_what_it_has(text: str, name: str) -> None:
    facts = "收入: 5\n支出: 7\n项目: {甲: {评审金额: 1}}\n"
    (fault,) = refused(lambda: compute(inputs_of(facts + text.format(name))))
    assert "是不是" in fault and re.match(r"某局.yml:\d+:\d+: |.*某局.yml:\d+:\d+: ", fault)


@pytest.mark.parametrize("formula", LACKED)
def test_what_a_department_merely_lacks_is_refused_nowhere(formula: str, tmp_path: Path) -> None:
    compute(book_of(formula))
    reviewed("收入: 5\n支出: 7\n", rules=RULE.replace("支出.水、电费 + 支出.办公费", formula))
    rubric = kit.rubric_of(
        kit.rubric_text(f"规则: {{种类: 按比例}}\n单位: 无\n公式: {formula}"), tmp_path
    )
    assert kit.score_of(rubric).indicators[0].high == 5


@pytest.mark.parametrize(
    ("spent", "wanted"),
    [
        ("其他资本性支出: 9", Decimal(9)),
        ("资本性支出: 9", Decimal(9)),
        ("基本支出: {明细: {工资福利支出: 5, 资本性支出: 9}}", Decimal(9)),
        ('"310": 9', Decimal(9)),
        ("商品和服务支出: 9", None),
    ],
)
def test_an_account_is_found_by_its_code_under_either_eras_name(
    spent: str, wanted: Decimal | None
) -> None:
    head = "年度: 2019\n部门: {名称: 某局}\n"
    figures, _ = compute(
        inputs_of(f"{head}支出: {{明细: {{{spent}}}}}\n项目: {{甲: {{资金: 2}}}}\n")
    )
    found = figures["支出.资本性支出未对应项目资金"].number
    assert found == (None if wanted is None else wanted - 2)
