"""The real 2016 report under the shipped rubrics: what can be shown, and what can't."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from govnb.rubric.load import load_rubric, rubric_of
from govnb.rubric.score import score
from govnb.sheet.compute import compute
from govnb.sheet.read import Inputs
from govnb.sheet.score import Score

FULL = {
    "在职人员控制率": ("5", "5"),
    "“三公经费”变动率": ("0", "5"),
    "预算完成率": ("5", "5"),
    "预算控制率": ("0", "0"),
    "新建楼堂馆所面积控制率": ("0", "5"),
    "新建楼堂馆所投资概算控制率": ("0", "5"),
    "公用经费控制率": ("0", "8"),
    "“三公经费”控制率": ("7", "7"),
    "政府采购执行率": ("0", "6"),
    "管理制度健全性": ("2", "8"),
    "资金使用合规性": ("0", "6"),
    "预决算信息公开性": ("0", "5"),
    "重点工作实际完成率": ("0", "8"),
    "经济、社会、生态效益": ("0", "10"),
    "行政效能": ("0", "6"),
    "社会公众或服务对象满意度": ("0", "6"),
}


def scored(
    inputs: Inputs, rubric: str = "hunan-2016", overrides: dict[str, str] | None = None
) -> Score:
    figures, _ = compute(inputs, overrides)
    return score(inputs, figures, load_rubric(rubric, inputs.params_dir))


@pytest.fixture(scope="module")
def made(junshan: Inputs) -> Score:
    return scored(junshan)


def test_the_rubric_in_force_is_the_year_files(junshan: Inputs) -> None:
    rubric = rubric_of(junshan)
    assert rubric is not None and rubric.id == "hunan-2016"


def test_each_of_the_sixteen_indicators(made: Score) -> None:
    as_dict = made.as_dict()
    rows = as_dict["indicators"]
    assert isinstance(rows, list)
    assert {row["id"]: (row["low"], row["high"]) for row in rows} == FULL
    for row in rows:
        assert row["rule"] and row["reason"] and row["source"] and row["mark"]
        assert row["value"] is not None or row["missing"] or row["rule"] == "checklist_add"


def test_the_ceiling_is_95_and_97_cannot_be_reproduced(made: Score) -> None:
    assert made.as_dict()["total"] == {"low": "19", "high": "95"}
    assert (made.published, made.reproducible) == (Decimal(97), False)
    for said in (
        "上限 95 分，不可复现",
        "电子政务外网建设项目资金295.16万元按本年追加计",
        "295.16 ÷ 216.24 = 136.50%，得 0 分",
        "若改按“项目资金属于年初预算”",
        "总分上限为 100 分，公布的 97 分在区间之内",
    ):
        assert said in made.statement


def test_the_other_reading_gives_five_points_and_a_hundred(junshan: Inputs, made: Score) -> None:
    (row,) = [i for i in made.indicators if i.id == "预算控制率"]
    assert row.value is not None and f"{row.value:.2f}" == "136.50"
    (reading,) = row.readings
    assert reading.value == 0 and reading.low == reading.high == 5
    assert reading.total_low == 24 and reading.total_high == 100
    # The same as changing the file by hand.
    trial = {"预算执行.本年追加": "0", "预算执行.年初预算": "511.4"}
    again = scored(junshan, overrides=trial)
    assert again.total_text == "24—100" and again.reproducible is None


def test_the_appraisal_never_stands_in_for_the_procurement_budget(made: Score) -> None:
    (row,) = [i for i in made.indicators if i.id == "政府采购执行率"]
    assert row.value is None and row.score_text == "0—6"
    assert set(row.missing) == {"政府采购.预算", "政府采购.实际"}
    (reading,) = row.readings
    assert reading.value is not None and f"{reading.value:.2f}" == "72.52"
    assert reading.low == reading.high == 0
    assert "不计入" in row.reason


def test_what_would_narrow_the_total_most_comes_first(made: Score) -> None:
    gaps = made.narrowing
    assert [gap.at_stake for gap in gaps] == sorted((gap.at_stake for gap in gaps), reverse=True)
    assert gaps[0].id == "经济、社会、生态效益"
    assert sum(gap.at_stake for gap in gaps) == 95 - 19
    assert all(gap.missing for gap in gaps)


def test_points_won_lost_and_open_fill_each_group(made: Score) -> None:
    for row in made.indicators:
        assert row.won + row.lost + row.undetermined == row.weight
    assert {row.group for row in made.indicators} == {"投入", "过程", "产出及效率"}
    assert sum(row.lost for row in made.indicators) == 5


def test_every_missing_fact_can_be_tried_out(junshan: Inputs, made: Score) -> None:
    """What the table names as missing is a name 试算 takes, and it narrows the score."""
    values = {"符合": "是", "状态": "较好", "有新建项目": "否", "指标值": "95%", "分值": "6"}
    for row in made.indicators:
        overrides = {name: values.get(name.split(".")[-1], "1") for name in row.missing}
        if not overrides:
            continue
        (again,) = [i for i in scored(junshan, overrides=overrides).indicators if i.id == row.id]
        assert row.low is not None and row.high is not None
        assert again.low is not None and again.high is not None
        assert row.low <= again.low == again.high <= row.high, (row.id, again.reason)


def test_a_partial_rubric_says_so(junshan: Inputs) -> None:
    made = scored(junshan, "yueyang-2019")
    assert "15—42 / 45 分" in made.statement and "满分" not in made.statement
    assert made.grades == () and made.full == 45 and made.reproducible is None
    assert "不能与部分体系比较" in made.statement
    unseen = made.indicators[-1]
    assert unseen.score_text == "0—9" and unseen.rule is None


def test_a_rubric_without_points_gives_values_only(junshan: Inputs) -> None:
    made = scored(junshan, "mof-2013")
    assert made.as_dict()["total"] == {"low": None, "high": None}
    assert made.grades == () and made.reproducible is None
    values = {row.id: row.value for row in made.indicators}
    assert values["在职人员控制率"] == 100
    assert all(row.low is None and row.score_text == "不计分" for row in made.indicators)


def test_the_other_real_departments_score_under_every_rubric(params: Path) -> None:
    from govnb.sheet.read import load

    for file in sorted(params.glob("20*/[!_]*.yml")):
        inputs = load(file, params)
        for rubric in ("hunan-2016", "yueyang-2019", "mof-2013", "self-evaluation-2020"):
            made = scored(inputs, rubric)
            assert made.low is None or (made.high is not None and 0 <= made.low <= made.high)
