"""What a sentence says of its amounts fits them, or is told; what it may not speak of is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from govnb.review.finding import ERROR, Finding
from govnb.review.rules import read_rules
from tests.review.reviewing import PARAMS, inputs_of, reviewed

DATA = Path(__file__).resolve().parents[1] / "data" / "checks"
CASES = yaml.safe_load((DATA / "arithmetic.yml").read_text(encoding="utf-8"))
RULES = read_rules(PARAMS)
RULES = replace(RULES, checks={name: RULES.checks[name] for name in ("句内数", "文中数")})


def wrong(prose: str, figures: str = "人员: {离退休人员: 5}\n") -> list[Finding]:
    inputs = inputs_of(f"{figures}叙述:\n  概述: |\n    {prose}\n")
    return list(reviewed(inputs, rules=RULES).open_of(ERROR))


@pytest.mark.parametrize("sentence", CASES["无"])
def test_a_sentence_that_may_be_right_is_passed_over(sentence: str) -> None:
    assert [found.message for found in wrong(sentence)] == []


@pytest.mark.parametrize("case", CASES["有"], ids=[case["文字"] for case in CASES["有"]])
def test_amounts_that_do_not_fit_are_told(case: Mapping[str, Any]) -> None:
    (found,) = wrong(case["文字"])
    assert case["含"] in found.message
    line, column = str(found.left.origin).split(":")[-2:]
    assert line == "7" and case["文字"][int(column) - 5 :].startswith(str(found.left.value))


@pytest.mark.parametrize("sentence", CASES["指标无"])
def test_a_standard_sentence_that_may_be_right_is_passed_over(sentence: str) -> None:
    assert [found.message for found in wrong(sentence, CASES["参数"])] == []


@pytest.mark.parametrize("case", CASES["指标有"], ids=[case["文字"] for case in CASES["指标有"]])
def test_a_standard_sentence_is_held_against_the_figures(case: Mapping[str, Any]) -> None:
    (found,) = wrong(case["文字"], CASES["参数"])
    assert case["含"] in found.message


amounts = st.decimals(Decimal("0.05"), Decimal("99999"), places=2)
WORDINGS = (
    "经费支出{now}万元，比上年{moved}{by}万元，{moved}{rate}%。",
    "经费支出{now}万元（含结转1万元），同比{moved}{rate}%，{moved}{by}万元，主要原因是工作变化。",
    "2015年经费{last}万元，2016年经费{now}万元，{moved}{by}万元，{moved}{rate}%。",
    "经费由上年的{last}万元{moved}到{now}万元，{moved}了{rate}%。",
    "经费年初预算{last}万元，支出决算{now}万元，完成年初预算的{share}%，比预算{moved}{by}万元。",
    "支出合计{total}万元，其中：基本支出{now}万元，占{part}%；项目支出{last}万元，占{other}%。",
)


@given(now=amounts, last=amounts, wording=st.sampled_from(WORDINGS), places=st.integers(0, 2))
@settings(max_examples=150, deadline=None)
def test_rounded_amounts_are_never_accused(
    now: Decimal, last: Decimal, wording: str, places: int
) -> None:
    def percent(value: Decimal) -> Decimal:
        return (value * 100).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)

    told = wording.format(
        now=now, last=last, by=abs(now - last), moved="增加" if now >= last else "减少",
        rate=percent(abs(now - last) / last), share=percent(now / last), total=now + last,
        part=percent(now / (now + last)), other=percent(last / (now + last)),
    )  # fmt: skip
    assert [found.message for found in wrong(told)] == []
