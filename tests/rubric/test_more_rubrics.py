"""Indicator systems of other places: what is public of them scores, what isn't is said so."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from govnb.rubric.load import load_rubric
from govnb.rubric.score import score
from govnb.sheet.compute import compute
from govnb.sheet.figure import Figures
from govnb.sheet.read import Inputs, load
from govnb.sheet.score import Score

# What of each is transcribed, and how many points the whole table has.
KNOWN = {
    "hubei-2020": 100,
    "chongqing-2021": 100,
    "sichuan-2017": 100,
    "sichuan-2020": 30,
    "beijing-2022": 80,
    "zhanjiang-self": 28,
    "shiyan-2021": 41,
    "shouxian-2023": 20,
    "anhui-2022": 100,
    "budget-assessment-2018": 60,
    "framework-local": 15,
    "yueyang-2019": 45,
}
Scored = Callable[..., Score]
HEAD = "年度: 2016\n部门: {名称: 测试局}\n"


@pytest.fixture
def scored(params_copy: Path) -> Scored:
    def made(rubric: str, body: str = "") -> Score:
        path = params_copy / "2016" / "test.yml"
        path.write_text(HEAD + body, encoding="utf-8")
        inputs = load(path, params_copy)
        figures: Figures = compute(inputs)[0]
        return score(inputs, figures, load_rubric(rubric, params_copy))

    return made


@pytest.mark.parametrize(("name", "known"), KNOWN.items())
def test_what_is_transcribed_adds_up_and_the_rest_is_marked(
    name: str, known: int, params: Path
) -> None:
    rubric = load_rubric(name, params)
    weights = [e.indicator.weight for e in rubric.entries]
    weights += [s.group.weight for s in rubric.sockets]
    assert sum((w.value or 0 for w in weights if w), Decimal(0)) == known
    assert sum((points for _, points in rubric.untold), Decimal(0)) == 100 - known
    assert rubric.is_partial or known == 100
    lines = [(e.indicator.source, e.indicator.mark) for e in rubric.entries]
    assert all(map(all, [*lines, *((s.group.source, s.group.mark) for s in rubric.sockets)]))


@pytest.mark.parametrize("name", KNOWN)
def test_the_annex_has_the_address_of_every_lines_source(name: str, params: Path) -> None:
    rubric = load_rubric(name, params)
    for entry in rubric.entries:
        code = re.match(r"[A-Z]\d+", str(entry.indicator.source))
        assert code is None or "://" in rubric.file.sources[code[0]]


@pytest.mark.parametrize("name", KNOWN)
def test_a_part_of_a_table_never_claims_its_full_marks(name: str, scored: Scored) -> None:
    made = scored(name)
    assert ("满分" in made.statement) == (not made.is_partial)
    assert not made.is_partial or not made.grades


def test_the_common_part_of_chongqing_is_forty(params: Path) -> None:
    entries = load_rubric("chongqing-2021", params).entries
    assert sum(e.indicator.weight.value or 0 for e in entries if e.indicator.weight) == 40
    core = [e.name for e in entries if e.indicator.core]
    assert len(core) == 6 and "政府采购执行率（核心指标）" in core


CHONGQING = "自评表: {资金: {年度资金总额: {全年预算数: 100, 全年执行数: 76}}}\n"
COMMON = [
    "财政供养人员控制率",
    "“三公经费”变动率",
    "基础信息完善性",
    "预算完成率",
    "预算调整率",
    "结转结余率",
    "公用经费控制率",
    "“三公经费”控制率",
    "政府采购执行率",
    "管理制度健全性",
    "资金使用合规性",
    "预决算信息公开性",
    "资产管理安全性",
    "固定资产利用率",
]
OWN = "绩效指标: {甲: {一级指标: 个性指标, 分值: 60, 年度指标值: ≥5次, 实际完成值: 5次}}\n"


def full(*but: str) -> str:
    rows = "".join(f"  {n}: {{得分系数: 100%, 佐证: 自评表}}\n" for n in COMMON if n not in but)
    return f"评分依据:\n{rows}"


def test_a_rate_of_76_gives_7_6_and_a_total_of_97_6(scored: Scored) -> None:
    made = scored("chongqing-2021", CHONGQING + OWN + full())
    assert (made.indicators[0].low, made.total_text) == (Decimal("7.6"), "97.6")


def test_a_coefficient_is_held_against_the_rate(scored: Scored) -> None:
    bought = "政府采购: {预算: 10000, 实际: 7274}\n"
    made = scored("chongqing-2021", CHONGQING + OWN + bought + full())
    (row,) = [r for r in made.indicators if r.id == "政府采购执行率"]
    assert row.score_text == "1.45" and "自评与复算不同" in row.reason
    assert made.total_text == "97.05"


@pytest.mark.parametrize(
    ("moved", "points"), [("5", "5"), ("10", "0"), ("10.01", "0"), ("0", "10"), ("9.87", "0.13")]
)
def test_how_exact_the_budget_was(moved: str, points: str, scored: Scored) -> None:
    stated = f"评分依据: {{编制准确: {{数据: {{全年调剂额: {moved}万元}}}}}}\n"
    body = f"预算执行: {{年初预算: 100}}\n{stated}"
    (row,) = [r for r in scored("sichuan-2020", body).indicators if r.id == "编制准确"]
    assert row.score_text == points


def test_no_project_of_the_kind_is_full_marks_and_says_so(scored: Scored) -> None:
    body = "评分依据: {目标申报: {适用: 否, 佐证: 本年没有专项}}\n"
    (row,) = [r for r in scored("zhanjiang-self", body).indicators if r.id == "目标申报"]
    assert (row.score_text, row.counts) == ("6", True)
    assert "没有须申报绩效目标的项目" in row.reason


@pytest.mark.parametrize(
    ("choice", "now", "last", "points"),
    [
        ("结转结余率", "12", "20", "15"),
        ("结转结余变动率", "12", "20", "20"),
        ("应付账款率", "18", "20", "5"),
        ("应付账款变动率", "17", "20", "5"),
        ("应收账款率", "9", "10", "10"),
    ],
)
def test_of_two_ways_the_declared_one_counts_and_is_named(
    choice: str, now: str, last: str, points: str, scored: Scored
) -> None:
    what = choice[:4]
    given = f"数据: {{{what}: {now}万元, 上年{what}: {last}万元}}"
    body = f"评分依据: {{{what}率或变动率: {{选用: {choice}, {given}, 佐证: 决算}}}}\n支出: 100\n"
    made = scored("budget-assessment-2018", body)
    (row,) = [r for r in made.indicators if r.id == f"{what}率或变动率"]
    assert row.score_text == points and f"选用“{choice}”" in row.reason


def test_a_fourth_level_holds_the_halves_of_two_points(params: Path) -> None:
    entries = load_rubric("sichuan-2020", params).entries
    halves = [e for e in entries if e.groups[-1] == "目标制定"]
    assert [str(e.indicator.weight.value) for e in halves if e.indicator.weight] == ["5", "5"]
    assert all(len(e.groups) == 3 for e in halves)


def test_two_points_of_one_line_are_two_indicators_by_name(params: Path) -> None:
    entries = load_rubric("sichuan-2017", params).entries
    halves = {e.id: e for e in entries if e.groups[-1] == "专项资金分配时限"}
    assert [str(e.indicator.weight.value) for e in halves.values() if e.indicator.weight] == [
        "1"
    ] * 2
    assert list(halves) == ["市级财力专项预算分配时限", "中央专款分配合规率"]


def test_another_rubric_is_only_another_name(junshan: Inputs) -> None:
    figures, _ = compute(junshan)
    totals = {
        name: score(junshan, figures, load_rubric(name, junshan.params_dir)).full for name in KNOWN
    }
    assert totals == {name: Decimal(known) for name, known in KNOWN.items()}
