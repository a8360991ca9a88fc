"""One question has one answer, whichever file asks it: figures, checks and scores agree."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from govnb.evaluate.compute import compute
from govnb.review.finding import NO_DATA
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


def test_what_adds_up_nothing_is_named_itself_where_it_is_wanted() -> None:
    figures, _ = compute(inputs_of("收入: 5\n支出: 7"))
    assert figures["支出.原因说明额"].absent
    assert figures["支出.扣除原因后的超支"].missing == ("支出.原因说明额",)
