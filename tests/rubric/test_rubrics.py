"""The shipped rubrics as data: complete, sourced, adding up, and readable by anyone."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from govnb.rubric.load import load_rubric, names, rubric_of
from govnb.rubric.score import score
from govnb.sheet.compute import compute
from govnb.sheet.read import Inputs, load
from govnb.text.faults import FaultsError

ROOT = Path(__file__).resolve().parent.parent.parent
RUBRICS = names(ROOT / "params" / "rubrics")
# rubrics.md §1: weight, rule and mark of each row, in its words.
HUNAN = """
在职人员控制率 5 threshold_deduct 原文
“三公经费”变动率 5 threshold_deduct 原文
预算完成率 5 step_deduct 原文
预算控制率 5 banded 原文
新建楼堂馆所面积控制率 5 step_deduct 原文
新建楼堂馆所投资概算控制率 5 step_deduct 名称、权重[原文]；规则[待核]
公用经费控制率 8 threshold_deduct 待核
“三公经费”控制率 7 threshold_deduct 权重[待核]；规则同型[原文]
政府采购执行率 6 two_sided_step_deduct 待核
管理制度健全性 8 checklist_add 4要点[待核]
资金使用合规性 6 checklist_deduct 规则、5要点[原文]；权重[待核]
预决算信息公开性 5 checklist_add 名称[原文]；分项[待核]
重点工作实际完成率 8 proportional 待核
经济、社会、生态效益 10 expert 待核
行政效能 6 state_enum 待核
社会公众或服务对象满意度 6 banded 待核
"""


def test_the_rubrics_that_are_shipped() -> None:
    assert set(RUBRICS) >= {"hunan-2016", "mof-2013", "self-evaluation-2020", "yueyang-2019"}
    assert len(RUBRICS) == 19


@pytest.mark.parametrize("name", RUBRICS)
def test_every_row_is_sourced_and_weighted(name: str, params: Path) -> None:
    rubric = load_rubric(name, params)
    text = (params / "rubrics" / f"{name}.yml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../schema/rubric.schema.json\n")
    assert rubric.file.sources
    for entry in rubric.entries:
        item = entry.indicator
        assert item.source and item.mark
        assert (item.weight is not None) == rubric.is_weighted
        if item.rule is not None:
            assert item.criterion, f"{entry.id}：评分标准照原文写"
            assert item.proof or item.formula, f"{entry.id}：写明要什么佐证"
    for socket in rubric.sockets:
        assert socket.group.source and socket.group.mark


@pytest.mark.parametrize("name", RUBRICS)
def test_every_formula_names_figures(name: str, junshan: Inputs) -> None:
    figures, _ = compute(junshan)
    score(junshan, figures, load_rubric(name, junshan.params_dir))


def test_hunan_is_the_table_of_the_domain_notes(params: Path) -> None:
    rows = []
    for entry in load_rubric("hunan-2016", params).entries:
        item = entry.indicator
        assert item.weight is not None and item.rule is not None
        rows.append(f"{entry.id} {item.weight.value} {item.rule.id} {item.mark}")
    assert rows == HUNAN.split("\n")[1:-1]


def test_weights_of_the_groups(params: Path) -> None:
    rubric = load_rubric("hunan-2016", params)
    sums: dict[str, Decimal] = {}
    for entry in rubric.entries:
        assert entry.indicator.weight is not None and entry.indicator.weight.value is not None
        for group in entry.groups:
            sums[group] = sums.get(group, Decimal(0)) + entry.indicator.weight.value
    assert sums == {
        "投入": 10, "预算配置": 10, "过程": 60, "预算执行": 20, "预算管理": 40,
        "产出及效率": 30, "职责履行": 8, "履职效益": 22,
    }  # fmt: skip


# ── finding a rubric ─────────────────────────────────────────────


@pytest.mark.parametrize(
    "name", ["../rules/figures", "hunan-2016.yml", "/etc/passwd", "", ".", "..", "a/b", "湖南"]
)
def test_a_name_that_is_no_rubric_is_refused(name: str, params: Path) -> None:
    with pytest.raises(FaultsError, match="没有"):
        load_rubric(name, params)


def test_the_nearest_name_is_offered(params: Path) -> None:
    with pytest.raises(FaultsError, match="是不是“hunan-2016”"):
        load_rubric("hunan-2017", params)


def test_a_year_file_naming_no_rubric_is_told_where(params_copy: Path) -> None:
    from govnb.sheet.read import load

    file = params_copy / "2016" / "_year.yml"
    file.write_text(file.read_text("utf-8").replace("hunan-2016", "hunan-2061"), "utf-8")
    inputs = load(params_copy / "2016" / "junshan-zwfw.yml", params_copy)
    with pytest.raises(FaultsError, match=r"2016/_year\.yml:\d+:\d+: 没有指标体系“hunan-2061”"):
        rubric_of(inputs)
    assert rubric_of(inputs, "mof-2013") is not None


# ── 基于 ─────────────────────────────────────────────────────────

COUNTY = """
名称: 某县表
基于: hunan-2016
适用年度: {起: 2016}
指标:
  投入:
    分值: 8
    指标:
      预算配置:
        分值: 8
        指标:
          在职人员控制率:
            分值: 8
            规则: {扣: 10%}
          “三公经费”变动率: 删去
  过程:
    分值: 62
    指标:
      预算管理:
        分值: 42
        指标:
          公用经费控制率:
            分值: 10
            规则: {种类: 按比例}
"""


def test_a_department_may_name_its_own(params_copy: Path) -> None:
    file = params_copy / "2016" / "junshan-zwfw.yml"
    text = file.read_text("utf-8")
    file.write_text(f"{text}\n指标体系: yueyang-2019\n", "utf-8")
    own = rubric_of(load(file, params_copy))
    assert own is not None and own.id == "yueyang-2019"
    asked = rubric_of(load(file, params_copy), "hunan-2016")
    assert asked is not None and asked.id == "hunan-2016"
    file.write_text(f"{text}\n指标体系: yueyan-2019\n", "utf-8")
    with pytest.raises(FaultsError, match=r"junshan-zwfw\.yml:\d+:\d+.*没有指标体系.*yueyang"):
        rubric_of(load(file, params_copy))


def test_a_rubric_may_say_only_what_differs(params_copy: Path) -> None:
    (params_copy / "rubrics" / "county.yml").write_text(COUNTY, "utf-8")
    rubric = load_rubric("county", params_copy)
    rows = {entry.id: entry for entry in rubric.entries}
    assert len(rows) == 15 and "“三公经费”变动率" not in rows
    first = rows["在职人员控制率"]
    assert str(first.place).startswith("params/rubrics/county")
    assert first.indicator.rule is not None and first.indicator.rule.kind == "超标扣分"
    replaced = rows["公用经费控制率"].indicator.rule
    assert replaced is not None and replaced.kind == "按比例"
    assert rubric.total == 100


def test_a_changed_rule_no_longer_passes_for_the_documents(params_copy: Path) -> None:
    (params_copy / "rubrics" / "county.yml").write_text(COUNTY, "utf-8")
    rows = {entry.id: entry.indicator for entry in load_rubric("county", params_copy).entries}
    changed = rows["在职人员控制率"]
    assert (changed.source, changed.mark) == ("S1（county 改了分值、规则）", "推")
    assert "hunan-2016 的原文，county 改了分值、规则" in str(changed.criterion)
    untouched = rows["预算完成率"]
    assert (untouched.source, untouched.mark) == ("S1", "原文")
    own = COUNTY.replace("规则: {扣: 10%}", "规则: {扣: 10%}\n            标记: 原文\n"
                         "            出处: S7 第2条").replace(
        "适用年度: {起: 2016}", "适用年度: {起: 2016}\n来源: {S7: 某县文件}")  # fmt: skip
    (params_copy / "rubrics" / "county.yml").write_text(own, "utf-8")
    stated = {e.id: e.indicator for e in load_rubric("county", params_copy).entries}
    assert (stated["在职人员控制率"].source, stated["在职人员控制率"].mark) == ("S7 第2条", "原文")


def test_only_a_changed_weight_leaves_the_rule_its_mark(params_copy: Path) -> None:
    text = COUNTY.replace("分值: 8\n            规则: {扣: 10%}", "分值: 8")
    (params_copy / "rubrics" / "county.yml").write_text(text, "utf-8")
    rows = {entry.id: entry.indicator for entry in load_rubric("county", params_copy).entries}
    assert rows["在职人员控制率"].mark == "分值[推]；其余[原文]"


def test_a_sum_is_told_in_the_file_that_changed_it(params_copy: Path) -> None:
    text = """
名称: 某县表
基于: hunan-2016
适用年度: {起: 2016}
指标:
  产出及效率:
    指标:
      履职效益:
        指标:
          行政效能: {分值: 7}
"""
    (params_copy / "rubrics" / "county.yml").write_text(text, "utf-8")
    with pytest.raises(FaultsError) as refused:
        load_rubric("county", params_copy)
    group, rule = refused.value.faults
    assert str(group.place) == "params/rubrics/county.yml:8:7"
    assert "“履职效益”的分值是 22，下级之和却是 23" in group.message
    assert str(rule.place) == "params/rubrics/county.yml:10:11"
    assert "各状态最高得 6 分，达不到 7 分" in rule.message


def test_a_fault_below_is_told_in_the_file_it_is_in(params_copy: Path) -> None:
    text = COUNTY.replace("分值: 62", "分值: 61").replace("“三公经费”变动率: 删去", "别的: 删去")
    (params_copy / "rubrics" / "county.yml").write_text(text, "utf-8")
    with pytest.raises(FaultsError, match=r"county\.yml:15:11: “别的”无可删去") as refused:
        load_rubric("county", params_copy)
    # The rest is told at once: the group whose weight no longer fits.
    assert any("“过程”的分值是 61" in fault.message for fault in refused.value.faults)


def test_a_chain_of_bases_may_not_be_a_circle(params_copy: Path) -> None:
    folder = params_copy / "rubrics"
    for one, other in (("a", "b"), ("b", "a")):
        (folder / f"{one}.yml").write_text(f"名称: {one}\n基于: {other}\n", "utf-8")
    with pytest.raises(FaultsError, match="绕成了圈：a → b → a"):
        load_rubric("a", params_copy)


def test_weights_on_top_of_the_ministrys_framework(params_copy: Path, junshan: Inputs) -> None:
    text = """
名称: 某县（在共性框架上加分值）
基于: mof-2013
不带分值: 否
总分: 10
适用年度: {起: 2016}
指标:
  投入:
    指标:
      目标设定: 删去
      预算配置:
        指标:
          在职人员控制率: {分值: 4, 规则: {种类: 超标扣分, 标准: 100%, 扣: 1}}
          “三公经费”变动率: {分值: 6, 规则: {种类: 超标扣分, 标准: 0%, 扣: 1}}
          重点支出安排率: 删去
  过程: 删去
  产出: 删去
  效果: 删去
"""
    (params_copy / "rubrics" / "county.yml").write_text(text, "utf-8")
    figures, _ = compute(junshan)
    made = score(junshan, figures, load_rubric("county", params_copy))
    assert made.total_text == "4—10"


# ── years ────────────────────────────────────────────────────────

YEARS = """
名称: 测试
总分: 5
适用年度: {{起: 2016, 止: 2020}}
来源: {{S: 测试}}
指标:
  旧: {{分值: 5, 规则: {{种类: 专家评定}}, 适用年度: {{起: 2016, 止: {old}}}, 出处: S, 标记: 原文}}
  新: {{分值: 5, 规则: {{种类: 专家评定}}, 适用年度: {{起: 2018}}, 出处: S, 标记: 原文}}
"""


def test_weights_add_up_in_every_year(tmp_path: Path, params: Path) -> None:
    file = tmp_path / "years.yml"
    file.write_text(YEARS.format(old=2017), "utf-8")
    rubric = load_rubric(str(file), params)
    assert [row.id for row in rubric.in_force(2017) if hasattr(row, "id")] == ["旧"]
    assert [row.id for row in rubric.in_force(2018) if hasattr(row, "id")] == ["新"]
    file.write_text(YEARS.format(old=2018), "utf-8")
    with pytest.raises(FaultsError, match="总分是 5，下级之和却是 10（2018 年）"):
        load_rubric(str(file), params)
    file.write_text(YEARS.format(old=2016), "utf-8")
    with pytest.raises(FaultsError, match="总分是 5，下级之和却是 0（2017 年）"):
        load_rubric(str(file), params)


def test_a_year_out_of_force_is_remarked(junshan: Inputs) -> None:
    figures, _ = compute(junshan)
    made = score(junshan, figures, load_rubric("yueyang-2019", junshan.params_dir))
    assert any(re.search("适用 2018年起，被评价的是 2016 年", note) for note in made.notes)
