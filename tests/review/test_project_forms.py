"""C.5: what is found on projects' self-evaluation forms as they were published."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from govnb.report.assessment import Assessment
from govnb.review.finding import (
    FAILED,
    HINT,
    NO_DATA,
    NOT_APPLICABLE,
    PASSED,
    RESIDUE,
    Finding,
)
from govnb.sheet.read import load
from govnb.text.faults import FaultsError

HEAD = "年度: 2023\n部门: {名称: 某局}\n"
Assess = Callable[..., Assessment]


@pytest.fixture
def assess(params_copy: Path) -> Assess:
    """Return what assesses a department of the projects given, under a rubric for projects."""
    folder = params_copy / "2023"
    folder.mkdir(exist_ok=True)
    year = (params_copy / "2018" / "_year.yml").read_text("utf-8").replace("2018", "2023")
    (folder / "_year.yml").write_text(year, "utf-8")

    def assessed(projects: str, rubric: str = "", more: str = "") -> Assessment:
        file = folder / "某局.yml"
        file.write_text(f"{HEAD}{more}项目:\n{projects}", "utf-8")
        tried = {"项目指标体系": rubric} if rubric else {}
        return Assessment(load(file, params_copy), tried)

    return assessed


def found(assessment: Assessment) -> dict[str, Finding]:
    """Return the open findings about projects' forms, by what they are about."""
    return {
        f.id.removeprefix("项目自评:"): f
        for f in assessment.review.findings
        if f.check == "项目自评" and f.state == FAILED
    }


def row(name: str, goal: str, done: str, weight: str, points: str = "", more: str = "") -> str:
    """Return an indicator of a form."""
    stated = {"年度指标值": goal, "实际完成值": done, "分值": weight, "公布得分": points}
    told = "".join(f", {k}: {v}" for k, v in stated.items() if v)
    return f"        {name}: {{一级指标: 产出指标, 二级指标: 质量指标{told}{more}}}\n"


def form(name: str, money: str, rows: str, more: str = "") -> str:
    """Return a project with a form."""
    return (
        f"  {name}:\n    自评表:\n      资金: {{年度资金总额: {{{money}}}}}\n"
        f"{more}      绩效指标:\n{rows}"
    )


# ── The forms of C.3 ────────────────────────────────────────────


def ezhou_one() -> str:
    """鄂州市财政局 2019, the first project, as printed."""
    weights = ("15", "20", "15", "20", "15", "15")
    rows = [row(f"指标{n}", "≥100%", "100%", w, w) for n, w in enumerate(weights)]
    rows[0] = row("指标0", "≥90%", "30%", "15", "5", ", 偏差原因: 项目开工晚")
    return form(
        "甲", "年初预算数: 287, 全年预算数: 287, 全年执行数: 171", "".join(rows),
        "      公布执行率: 60%\n      执行率得分: 6\n      总分: 90\n",
    )  # fmt: skip


def test_ezhou_one_has_exactly_its_four_mistakes(assess: Assess) -> None:
    """C.5 item 1."""
    open_ones = found(assess(ezhou_one()))
    assert set(open_ones) == {"甲.执行率", "甲.执行率得分", "甲.分值", "甲.总分"}
    told = {id_: finding.message for id_, finding in open_ones.items()}
    assert "印60%，应是59.58%" in told["甲.执行率"]
    assert "印6分，应是5.96分" in told["甲.执行率得分"]
    assert "合计110分，应是100分" in told["甲.分值"]
    assert "总分印90分，各项得分合计96分" in told["甲.总分"]
    assert "预算执行的得分，没有计入" in told["甲.总分"]


def test_ezhou_two_asks_for_the_direction(assess: Assess) -> None:
    """C.5 item 2."""
    rows = row("办结率", "90%", "60%", "20", "10", ", 偏差原因: 人手少")
    rows += row("其余", "≥1", "1", "70", "70")
    money = "年初预算数: 202, 全年预算数: 202, 全年执行数: 100"
    open_ones = found(
        assess(form("乙", money, rows, "      公布执行率: 50%\n      执行率得分: 5\n"))
    )
    assert set(open_ones) == {"乙.执行率", "乙.执行率得分", "乙.办结率"}
    assert "49.50%" in open_ones["乙.执行率"].message
    assert "4.95分" in open_ones["乙.执行率得分"].message
    told = open_ones["乙.办结率"].message
    assert "应是13.33分" in told and "越低越好的是20分" in told and "请写明方向" in told


@pytest.mark.parametrize(("way", "points"), [("正向", "13.33"), ("反向", "20")])
def test_a_direction_that_is_written_settles_it(assess: Assess, way: str, points: str) -> None:
    """C.5 item 2."""
    rows = row("办结率", "90%", "60%", "20", points, f", 方向: {way}, 偏差原因: 人手少")
    rows += row("其余", "≥1", "1", "70", "70")
    money = "年初预算数: 202, 全年预算数: 202, 全年执行数: 100"
    assert not found(assess(form("乙", money, rows, "      执行率得分: 4.95\n")))


def test_tianchang_points_without_a_result(assess: Assess) -> None:
    """C.5 item 3."""
    rows = row("甲", "≥5", "5", "50", "50") + row("乙", "≥5", "", "20", "20")
    rows += row("丙", "改善", "", "20", "20")
    money = "年初预算数: 880, 全年预算数: 880, 全年执行数: 880"
    made = assess(form("水利", money, rows, "      执行率得分: 10\n"))
    rate = made.figures["项目.水利.自评表.资金.年度资金总额.执行率"]
    assert rate.number == 100
    open_ones = found(made)
    assert set(open_ones) == {"水利.乙", "水利.丙"}
    assert all("没有实际完成值" in finding.message for finding in open_ones.values())


def test_jinzhai_over_budget_must_be_explained_and_is_capped(assess: Assess) -> None:
    """C.5 item 5."""
    rows = row("新建村", "≤4个", "4个", "45", "45").replace("质量指标", "数量指标")
    rows += row("受益人数", "≥2000人", "3061人", "45", "45")
    money = "年初预算数: 329.77, 全年预算数: 329.77, 全年执行数: 338.31"
    more = "      公布执行率: 102.59%\n      执行率得分: 10\n"
    made = assess(form("振兴", money, rows, more))
    open_ones = found(made)
    assert set(open_ones) == {"振兴.执行偏差原因", "振兴.新建村", "振兴.受益人数"}
    assert "102.59%，超过全年预算" in open_ones["振兴.执行偏差原因"].message
    assert open_ones["振兴.新建村"].severity == open_ones["振兴.受益人数"].severity == HINT
    assert "符号像是写反了" in open_ones["振兴.新建村"].message
    assert "53.05%" in open_ones["振兴.受益人数"].message
    assert made.project_scores["振兴"].score.low == 100
    explained = form("振兴", money, rows, f"{more}      执行偏差原因: 年末追加\n")
    assert "振兴.执行偏差原因" not in found(assess(explained))


def test_lijiang_met_without_full_marks_and_without_a_word(assess: Assess) -> None:
    """C.5 item 6."""
    rows = row("甲", "﹦100%", "100%", "10", "9") + row("乙", "≧95%", "96%", "20", "19")
    rows += row("丙", "≦3天", "3天", "20", "19") + row("丁", "改善", "改善", "30", "27")
    rows += row("戊", "不低于90%", "95%", "10", "10")
    money = "年初预算数: 10, 全年预算数: 10, 全年执行数: 10"
    open_ones = found(assess(form("古城", money, rows, "      执行率得分: 10\n")))
    assert set(open_ones) == {f"古城.{name}" for name in "甲乙丙丁"}
    assert all("达标而未满分，没有写原因" in f.message for f in open_ones.values())
    told = rows.replace("公布得分: 9}", "公布得分: 9, 偏差原因: 资料不齐}")
    assert "古城.甲" not in found(assess(form("古城", money, told, "      执行率得分: 10\n")))


@pytest.mark.parametrize(
    ("goal", "met", "missed"),
    [
        ("=95%", "95%", "90%"), ("﹦95%", "95%", "90%"), ("＝95%", "95%", "90%"),
        ("≥95%", "96%", "90%"), ("≧95%", "96%", "90%"), ("⩾95%", "96%", "90%"),
        ("﹥95%", "96%", "90%"), ("不低于95%", "96%", "90%"), ("不少于95%", "96%", "90%"),
        ("≤95%", "90%", "96%"), ("≦95%", "90%", "96%"), ("⩽95%", "90%", "96%"),
        ("不超过95%", "90%", "96%"), ("不高于95%", "90%", "96%"),
    ],
)  # fmt: skip
def test_each_way_to_write_a_sign_is_read(assess: Assess, goal: str, met: str, missed: str) -> None:
    """C.5 item 6."""
    money = "年初预算数: 10, 全年预算数: 10, 全年执行数: 10"
    rows = row("好", goal, met, "45") + row("差", goal, missed, "45")
    good, bad = assess(form("项", money, rows)).project_scores["项"].score.indicators[1:]
    assert good.low == good.high == 45
    assert bad.low == bad.high and bad.high is not None and 0 < bad.high < 45


# ── Rules of provinces are data ─────────────────────────────────


def plain_form(
    weight: str = "90", money: str = "年初预算数: 10, 全年预算数: 10, 全年执行数: 9"
) -> str:
    """Return a project whose one indicator reached half its target."""
    return form("项", money, row("数", "≥10个", "5个", weight))


def test_one_file_scores_under_sichuan_and_hubei(assess: Assess) -> None:
    """C.5 item 7."""
    national = assess(plain_form(), "project-sichuan-2023").project_scores["项"].score
    assert [r.weight for r in national.indicators] == [10, 90]
    assert national.low == Decimal("54")
    hubei = assess(plain_form(), "project-hubei-2020")
    scored = hubei.project_scores["项"].score
    assert [r.weight for r in scored.indicators] == [20, 80]
    assert scored.low == Decimal("58")
    assert "得分已按它折算" in found(hubei)["项.分值"].message
    own = assess(plain_form("80"), "project-hubei-2020")
    assert own.project_scores["项"].score.low == Decimal("58") and "项.分值" not in found(own)


def test_a_province_is_added_without_python(assess: Assess, params_copy: Path) -> None:
    (params_copy / "rubrics" / "project-county.yml").write_text(
        "名称: 某县自评表\n基于: project-2020\n适用年度: {起: 2023}\n"
        "来源: {M1: 甲, M2: 乙, C: 某县财绩〔2023〕1号}\n自评: {执行率低于: 95%}\n"
        "指标:\n  预算执行率: {分值: 20, 评分标准: 得分＝20分×执行率。, 出处: C, 标记: 原文}\n"
        "  绩效指标: {分值: 80, 出处: C, 标记: 原文}\n",
        "utf-8",
    )
    made = assess(plain_form("80"), more="项目自评: {指标体系: project-county}\n")
    assert made.project_scores["项"].score.low == Decimal("58")
    assert set(found(made)) == {"项.执行偏差原因"}
    assert "低于95.00%" in found(made)["项.执行偏差原因"].message


@pytest.mark.parametrize(
    ("done", "points"), [("6", "40.5"), ("5", "45"), ("12", "31.5"), ("8", "36")]
)
def test_beijing_takes_off_for_results_far_beyond(assess: Assess, done: str, points: str) -> None:
    """C.5 item 9."""
    rows = row("数", "≥2个", f"{done}个", "45") + row("率", "≥1", "1", "45")
    money = "年初预算数: 10, 全年预算数: 10, 全年执行数: 10"
    made = assess(form("项", money, rows), "project-beijing-2022")
    assert made.project_scores["项"].score.indicators[1].low == Decimal(points)


@pytest.mark.parametrize(("spent", "asks"), [("89.99", True), ("90", False), ("89.996", True)])
def test_sichuan_asks_why_execution_is_below_90_percent(
    assess: Assess, spent: str, asks: bool
) -> None:
    """C.5 item 12."""
    money = f"年初预算数: 100, 全年预算数: 100, 全年执行数: {spent}"
    made = assess(plain_form(money=money), "project-sichuan-2023")
    assert ("项.执行偏差原因" in found(made)) is asks
    assert "项.执行偏差原因" not in found(assess(plain_form(money=money)))


def test_sichuan_asks_why_the_budget_was_adjusted(assess: Assess) -> None:
    money = "年初预算数: 80, 全年预算数: 100, 全年执行数: 100"
    made = found(assess(plain_form(money=money), "project-sichuan-2023"))
    assert "没有写预算调整说明" in made["项.预算调整说明"].message


# ── Edges ───────────────────────────────────────────────────────


def test_a_target_of_nothing_is_not_divided_by(assess: Assess) -> None:
    """C.5 item 8."""
    rows = row("零", "0件", "3件", "45", "45") + row("数", "≥1", "1", "45", "45")
    made = assess(form("项", "年初预算数: 1, 全年预算数: 1, 全年执行数: 1", rows))
    zero = next(f for f in made.review.findings if f.id == "项目自评:项.零")
    assert zero.state == NOT_APPLICABLE and "年度指标值是 0" in zero.message


def test_what_is_cut_for_going_far_beyond_is_not_called_missed(assess: Assess) -> None:
    rows = row("数", "≥2个", "7个", "45", "45") + row("率", "≥1", "1", "45", "45")
    money = "年初预算数: 10, 全年预算数: 10, 全年执行数: 10"
    told = found(assess(form("项", money, rows), "project-beijing-2022"))["项.数"].message
    assert "按规则应是40.5分" in told and "超过目标250.00%" in told
    assert "没有达到目标" not in told


@pytest.mark.parametrize(
    ("money", "told"),
    [
        (
            "年初预算数: 0, 全年预算数: 0, 全年执行数: 5",
            "全年预算数是0，执行5万元，没有预算而有支出",
        ),
        ("年初预算数: 0, 全年预算数: 0, 全年执行数: 0", "印得分10分，全年预算数是0，算不出执行率"),
        ("全年预算数: 10", "印得分10分，没有全年执行数，算不出执行率"),
        ("年初预算数: 10, 全年执行数: 10", "印得分10分，没有全年预算数，算不出执行率"),
    ],
)
def test_points_for_a_rate_that_there_is_not_are_told(
    assess: Assess, money: str, told: str
) -> None:
    open_ones = found(assess(form("项", money, row("数", "≥1", "1", "90", "90"),
                                  "      执行率得分: 10\n")))  # fmt: skip
    (finding,) = open_ones.values()
    assert told in finding.message


def test_what_no_rule_scores_says_so(assess: Assess) -> None:
    rows = row("时间", "6月底前", "7月", "45", "45") + row("数", "≥1", "1", "45", "45")
    made = assess(form("项", "年初预算数: 1, 全年预算数: 1, 全年执行数: 1", rows))
    late = next(f for f in made.review.findings if f.id == "项目自评:项.时间")
    assert late.state == NOT_APPLICABLE and "晚于目标，原文没有规定误期怎么计分" in late.message


def test_weights_in_halves_add_up_unrounded(assess: Assess) -> None:
    """C.5 item 11."""
    rows = "".join(row(f"指标{n}", "≥1", "1", "22.5", "22.5") for n in range(4))
    made = assess(
        form("项", "年初预算数: 1, 全年预算数: 1, 全年执行数: 1", rows,
             "      执行率得分: 10\n      总分: 100\n")
    )  # fmt: skip
    assert not found(made)
    weights = next(f for f in made.review.findings if f.id == "项目自评:项.分值")
    assert "4条指标90分，合计100分" in weights.message
    assert [r.weight for r in made.project_scores["项"].score.indicators[1:]] == [
        Decimal("22.5")
    ] * 4


@pytest.mark.parametrize(
    ("points", "total", "state"),
    [
        ("89", "99", PASSED),  # with the ten that a rate of 100 % is due
        ("89", "89", PASSED),  # the rate's points are nowhere
        ("89", "92", FAILED),
        ("", "97", NO_DATA),  # 卫生 and 满意 may have come to anything up to 90
        ("", "8", FAILED),
    ],
)
def test_a_total_counts_the_points_that_were_left_out(
    assess: Assess, points: str, total: str, state: str
) -> None:
    rows = row("卫生", "有效改善", "有所改善", "60", points and "60") + row(
        "满意", "≥90%", "85%", "30", points and "29", ", 偏差原因: 晚"
    )
    rows += row("其他", "≥1", "1", "0", "0")
    rate = "" if points else "      执行率得分: 10\n"
    money = "年初预算数: 1, 全年预算数: 1, 全年执行数: 1"
    made = assess(form("项", money, rows, f"{rate}      总分: {total}\n"))
    of_total = next(f for f in made.review.findings if f.id == "项目自评:项.总分")
    assert of_total.state == state, of_total.message


def test_a_sum_that_is_off_by_its_roundings_is_a_residue(assess: Assess) -> None:
    """C.5 item 13."""
    rows = row("甲", "≥3个", "2个", "45", "30", ", 偏差原因: 晚") + row(
        "乙", "≥7个", "6个", "45", "38.57", ", 偏差原因: 晚"
    )
    money = "年初预算数: 7, 全年预算数: 7, 全年执行数: 6"
    more = "      执行率得分: 8.57\n      总分: {}\n"
    close = found(assess(form("项", money, rows, more.format("77.15"))))
    assert {id_: f.severity for id_, f in close.items()} == {"项.总分": RESIDUE}
    assert found(assess(form("项", money, rows, more.format("78"))))["项.总分"].severity == "错误"


def test_fifteen_projects_stated_and_sixteen_forms(assess: Assess) -> None:
    """C.5 item 14."""
    money = "年初预算数: 10, 全年预算数: 10, 全年执行数: 10"
    projects = "".join(form(f"项目{n}", money, row("数", "≥1", "1", "90")) for n in range(16))
    open_ones = found(assess(projects, more="项目自评: {项目数: 15}\n"))
    assert set(open_ones) == {"项目数"}
    assert "写明自评15个项目，附了16张自评表" in open_ones["项目数"].message
    assert not found(assess(projects, more="项目自评: {项目数: 16}\n"))


def test_units_that_are_projects_are_summed_before_they_are_scored(assess: Assess) -> None:
    """C.5 item 10."""
    rows = row(
        "数量",
        "≥60个",
        "",
        "45",
        "",
        ", 下属单位: {甲: {实际完成值: 20个, 资金: 100}, 乙: {实际完成值: 30个, 资金: 50}}",
    )
    rows += row(
        "合格率",
        "≥100%",
        "",
        "35",
        "",
        ", 下属单位: {甲: {实际完成值: 90%, 资金: 100}, 乙: {实际完成值: 60%, 资金: 50}}",
    )
    made = assess(
        form("项", "年初预算数: 1, 全年预算数: 1, 全年执行数: 1", rows), "project-hubei-2020"
    )
    amount, share = made.project_scores["项"].score.indicators[1:]
    assert (amount.low, share.low) == (Decimal("37.5"), Decimal(28))


def test_a_rubric_that_is_none_for_projects_is_refused(assess: Assess) -> None:
    made = assess(plain_form(), more="项目自评: {指标体系: self-evaluation-2020}\n")
    with pytest.raises(FaultsError, match="不是项目用的指标体系"):
        _ = made.review
    made = assess(plain_form(), more="项目自评: {指标体系: project-hube-2020}\n")
    with pytest.raises(FaultsError, match="是不是“project-hubei-2020”"):
        _ = made.review


def test_amounts_that_refer_to_others_are_scored(assess: Assess) -> None:
    money = "年初预算数: =预算执行.年初预算, 全年预算数: =预算执行.年初预算, 全年执行数: 5"
    made = assess(plain_form(money=money), more="金额单位: 元\n预算执行: {年初预算: 10}\n")
    assert made.project_scores["项"].score.indicators[0].low == Decimal(5)


def test_values_can_be_tried_out_on_a_project(assess: Assess) -> None:
    made = assess(plain_form())
    name = "项目.项.自评表.绩效指标.数.实际完成值"
    tried = Assessment(made.inputs, {name: "10个"})
    assert tried.project_scores["项"].score.low == Decimal(99)
