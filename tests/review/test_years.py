"""What this year's file says of last year, against last year's file."""

from __future__ import annotations

from pathlib import Path

import pytest

from govnb.review.finding import FAILED, HINT, NOT_APPLICABLE, PASSED
from govnb.sheet.read import load
from tests.review.reviewing import finding, reviewed

HEAD = "年度: {}\n部门: {{名称: 某局}}\n"
LAST = """
预算执行: {年末结余: 5.91}
三公经费: {公务接待费: {预算: 12.15, 支出: 10.33}}
业务量: {工单: {单位: 件, 本年: 5660}}
"""
NOW = """
预算执行: {上年结转: 5.91}
三公经费: {公务接待费: {上年预算: 12.15, 上年支出: 10.33, 支出: 9}}
业务量: {工单: {单位: 件, 本年: 6184, 上年: 5660}}
"""


def states(params: Path, now: str, last: str | None = LAST) -> dict[str, tuple[str, str]]:
    year = (params / "2016" / "_year.yml").read_text(encoding="utf-8")
    (params / "2017").mkdir(exist_ok=True)
    (params / "2017" / "_year.yml").write_text(year.replace("年度: 2016", "年度: 2017"), "utf-8")
    if last is not None:
        (params / "2016" / "某局.yml").write_text(HEAD.format(2016) + last, "utf-8")
    file = params / "2017" / "某局.yml"
    file.write_text(HEAD.format(2017) + now, "utf-8")
    found = reviewed(load(file, params)).findings
    return {f.id: (f.state, f.severity) for f in found if f.check == "上年数"}


def test_last_years_numbers_are_those_of_last_years_file(params_copy: Path) -> None:
    told = states(params_copy, NOW)
    assert {state for state, _ in told.values()} == {PASSED}
    assert {"上年数:预算执行.上年结转", "上年数:业务量.工单.上年"} <= set(told)


@pytest.mark.parametrize(
    ("before", "after", "id_"),
    [
        ("上年结转: 5.91", "上年结转: 9.51", "上年数:预算执行.上年结转"),
        ("上年支出: 10.33", "上年支出: 13.30", "上年数:三公经费.公务接待费.上年支出"),
        ("上年: 5660", "上年: 5600", "上年数:业务量.工单.上年"),
    ],
)
def test_a_number_that_was_another_last_year_is_pointed_out(
    params_copy: Path, before: str, after: str, id_: str
) -> None:
    told = states(params_copy, NOW.replace(before, after))
    assert [i for i, (state, _) in told.items() if state == FAILED] == [id_]
    assert told[id_] == (FAILED, HINT)


LEDGERS = """
支出: {合计: 598.75, 明细: {基本支出: 398.75, 项目支出: 200}}
"""


@pytest.mark.parametrize(
    ("now", "wrong"),
    [
        ("上年支出: 598.75", []),
        ("上年支出: 589.75", ["上年数:上年支出"]),
        ("上年支出: {合计: 598.75, 明细: {基本支出: 398.75, 项目支出: 200}}", []),
        (
            "上年支出: {合计: 598.75, 明细: {基本支出: 389.75, 项目支出: 209}}",
            ["上年数:上年支出.基本支出", "上年数:上年支出.项目支出"],
        ),
    ],
)
def test_a_ledger_of_last_year_is_held_against_last_years(
    params_copy: Path, now: str, wrong: list[str]
) -> None:
    told = states(params_copy, f"支出: 640\n{now}\n", LEDGERS)
    assert [i for i, (state, _) in told.items() if state == FAILED] == wrong


def test_a_wrong_carry_over_is_told_once_with_what_it_breaks(params_copy: Path) -> None:
    now = "收入: 655\n支出: 640\n预算执行: {上年结转: 9.51, 决算收入: 655, 年末结余: 20.91}\n"
    states(params_copy, now)
    result = reviewed(load(params_copy / "2017" / "某局.yml", params_copy))
    wrong = [f for f in result.findings if f.is_open and f.severity == "错误"]
    assert [f.id for f in wrong] == ["上年数:预算执行.上年结转"]
    assert "决算收支与年末结余" in wrong[0].follows


def test_without_last_years_file_there_is_nothing_to_compare(params_copy: Path) -> None:
    assert states(params_copy, NOW, None) == {"上年数": (NOT_APPLICABLE, HINT)}


def test_a_file_of_last_year_in_another_unit_is_compared_all_the_same(params_copy: Path) -> None:
    last = "金额单位: 元\n" + LAST.replace("5.91", "59100").replace("12.15", "121500")
    told = states(params_copy, NOW, last.replace("10.33", "103300"))
    assert {state for state, _ in told.values()} == {PASSED}


def test_a_file_of_last_year_with_faults_stops_nothing(params_copy: Path) -> None:
    assert states(params_copy, NOW, "人员: {编制数: 五}\n") == {"上年数": (NOT_APPLICABLE, HINT)}
    assert finding(reviewed("人员: {编制数: 5}\n"), "上年数").state == NOT_APPLICABLE
