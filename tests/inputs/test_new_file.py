"""A new year's file from last year's: nothing of last year is left to be taken for this year's."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from govnb.evaluate.compute import compute
from govnb.inputs.folder import departments
from govnb.inputs.new_file import TO_FILL, carried_over, year_file
from govnb.inputs.read import load
from govnb.inputs.yaml_text import parse_yaml

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = [
    (int(folder.name), department)
    for folder in sorted((ROOT / "params").glob("[0-9]*"))
    for department in departments(folder.name, ROOT / "params")
]


@pytest.mark.parametrize(("year", "department"), SHIPPED)
def test_every_shipped_department_carried_over_passes_the_check(
    year: int, department: str, params_copy: Path, govnb: Any
) -> None:
    new = params_copy / str(year + 1) / f"{department}.yml"
    made = govnb("new", year + 1, department, "--from", year, "--params", params_copy)
    assert made.code == 0, made.err
    for file in (new, new.parent / "_year.yml"):
        outcome = govnb("check", file, "--params", params_copy)
        assert (outcome.code, outcome.out) == (0, "1 个文件，0 处错误\n")


@pytest.fixture(scope="module")
def junshan_2017(params: Path) -> str:
    text = (params / "2016" / "junshan-zwfw.yml").read_text("utf-8")
    return carried_over(text, "params/2016/junshan-zwfw.yml", 2017)


def test_a_list_the_prose_spells_out_is_kept_to_be_filled_in(junshan_2017: str) -> None:
    tree = parse_yaml(junshan_2017, "新")
    assert tree["荣誉"] == [TO_FILL]
    assert "{{ 荣誉 }}" in junshan_2017 and TO_FILL in junshan_2017.partition("年度:")[0]


def test_a_list_nothing_refers_to_is_left_out() -> None:
    text = "年度: 2016\n部门: {名称: 甲}\n荣誉:\n  - 先进\n# 报告五\n存在问题:\n  - 无\n"
    assert carried_over(text, "旧", 2017).endswith(
        "部门: {名称: 甲}\n# 报告五\n存在问题:\n  - 无\n"
    )


def test_the_source_of_last_years_report_is_not_printed_under_this_years_tables(
    junshan_2017: str,
) -> None:
    identity = parse_yaml(junshan_2017, "新")["部门"]
    assert "来源" not in identity and identity["设立文号"] and identity["名称"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("{名称: 甲, 来源: 某报告}", "{名称: 甲}"),
        ("{来源: '某, 报告', 名称: 甲}", "{名称: 甲}"),
        ("{名称: 甲, 来源: 某报告, 性质: 乙}", "{名称: 甲, 性质: 乙}"),
        ("\n  名称: 甲\n  # 摘自\n  来源: 某报告\n  性质: 乙", "\n  名称: 甲\n  性质: 乙"),
    ],
)
def test_the_source_goes_whichever_way_the_section_is_written(typed: str, kept: str) -> None:
    new = carried_over(f"年度: 2016\n部门: {typed}\n人员: {{编制数: 5}}\n", "旧", 2017)
    assert new.endswith(f"部门: {kept}\n人员: {{编制数: 未公布}}\n")


def test_a_year_something_began_in_stays_and_volumes_move_to_last_year(
    junshan_2017: str, params_copy: Path
) -> None:
    tree = parse_yaml(junshan_2017, "新")
    assert tree["业务量"]["热线运行起始年"] == {"单位": "年", "本年": "2012"}
    assert tree["业务量"]["热线工单"] == {"单位": "件", "上年": "6184", "本年": "未公布"}
    path = params_copy / "2016" / "junshan-zwfw.yml"
    path.write_text(junshan_2017.replace("年度: 2017", "年度: 2016"), encoding="utf-8")
    figures, _ = compute(load(path))
    assert figures["业务量.先进单位连续年数.本年"].value == Decimal(5)


def test_lines_with_a_year_in_their_words_are_listed_for_the_accountant(junshan_2017: str) -> None:
    lines = junshan_2017.splitlines()
    (listed,) = (line for line in lines if line.startswith("# 文字里直接写了年份的行"))
    numbers = [int(n) for n in listed.partition("第 ")[2].removesuffix(" 行。").split("、")]
    assert any("2015年，12345热线工单" in lines[n - 1] for n in numbers)
    assert all("年" in lines[n - 1] and not lines[n - 1].lstrip().startswith("#") for n in numbers)


def test_comments_of_a_year_file_are_not_told_of_another_year() -> None:
    text = "年度: 2018\n# 2018 年度，全区共用。\n# 2018 年改革以后的科目表\n# 别的\n"
    new = year_file(text + "地区: 某区\n", "旧", 2019)
    assert "# 2019 年度，全区共用。" in new and "\n# 别的\n" in new
    assert "# （2018 年的说明，请核对）2018 年改革以后的科目表" in new


def test_a_first_department_in_an_empty_folder_gets_the_rules_it_needs(
    tmp_path: Path, govnb: Any
) -> None:
    params = tmp_path / "params"
    made = govnb("new", 2016, "mybureau", "--params", params)
    assert made.code == 0 and "rules" in made.out
    assert "地区: （待填）" in (params / "2016" / "_year.yml").read_text("utf-8")
    assert govnb("check", params / "2016" / "mybureau.yml", "--params", params).code == 0


def test_rules_that_are_there_are_left_alone(params_copy: Path, govnb: Any) -> None:
    rules = params_copy / "rules" / "checks.yml"
    rules.unlink()
    assert govnb("new", 2016, "mybureau", "--params", params_copy).code == 0
    assert not rules.exists()
