"""The workbook: opened by name from anywhere, and a useful report from partial data."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from govnb import FaultsError, Workbook
from govnb.sheet.read import Inputs, load
from tests.report.markup import Page
from tests.report.shown import table_of

Shown = list[tuple[str, dict[str, Any]]]
OTHERS = ["2016/yueyangxian-rongwanhu", "2018/nanxian-zhujian", "2019/heshan-chengguan"]


def faults(*arguments: Any, **options: Any) -> str:
    with pytest.raises(FaultsError) as caught:
        Workbook.open(*arguments, **options)
    return "\n".join(map(str, caught.value.faults))


@pytest.mark.parametrize("folder", ["", "notebooks", "govnb/report", "params/2016"])
def test_it_opens_by_name_from_any_folder_below_the_root(
    folder: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root / folder)
    workbook = Workbook.open(2016, "junshan-zwfw")
    assert workbook.heading == "君山区政务服务中心2016年度部门整体支出绩效评价报告"


def test_the_year_may_be_text_as_papermill_gives_it(params: Path) -> None:
    assert Workbook.open("2016", "junshan-zwfw", str(params)).figures["年度"].value == 2016


@pytest.mark.parametrize("department", [1005, 0o1005, None, ["junshan-zwfw"], 1.5, True])
def test_a_department_that_papermill_turned_into_a_number_is_told_how_to_pass_it(
    params: Path, department: Any
) -> None:
    assert "-r department" in faults(2016, department, str(params))


@pytest.mark.parametrize(
    "name",
    [
        "../2018/nanxian-zhujian",
        "/etc/passwd",
        "..",
        ".",
        "",
        "_year",
        "junshan-zwfw.yml",
        "a/b",
        "junshan-zwfw\0",
        "JUNSHAN-ZWFW",
        "ｊｕｎｓｈａｎ-zwfw",
        "*",
        "junshan-zwfw/",
    ],
)
def test_a_name_that_is_no_department_of_that_year_is_refused(params: Path, name: str) -> None:
    assert "没有部门" in faults(2016, name, str(params))


def test_a_mistyped_department_is_asked_about(params: Path) -> None:
    assert "是不是“junshan-zwfw”？" in faults(2016, "junshan-zwwf", str(params))


@pytest.mark.parametrize("year", [2015, "2015", "", "..", "2016/..", "rules", "20 16", -1, None])
def test_an_unknown_year_names_the_years_there_are(params: Path, year: Any) -> None:
    told = faults(year, "junshan-zwfw", str(params))
    assert "没有年度" in told and "2016" in told


def test_a_missing_parameter_folder_says_so(tmp_path: Path) -> None:
    assert "没有" in faults(2016, "junshan-zwfw", str(tmp_path / "nowhere"))


def test_an_unknown_edition_names_those_there_are(params: Path) -> None:
    told = faults(2016, "junshan-zwfw", str(params), "draft")
    assert "review" in told and "publish" in told


def test_a_mistyped_slot_names_those_there_are(junshan: Inputs) -> None:
    with pytest.raises(KeyError, match="概述、机构设置"):
        Workbook(junshan).text("概术")


# Partial departments.


@pytest.mark.parametrize("name", OTHERS)
def test_every_department_goes_through_the_same_report(
    name: str, params: Path, shown: Callable[[Any], Shown]
) -> None:
    workbook = Workbook(load(params / f"{name}.yml", params))
    parts = dict(shown(workbook))
    whole = Page("".join(bundle["text/html"] for bundle in parts.values()))
    assert set(whole.dangers()) <= {"style"} and whole.unbalanced == []
    assert str(workbook.inputs.department.identity.name) in whole.text
    assert "未公布" in Page(parts['wb.listing("存在问题", "存在的主要问题")']["text/html"]).text
    assert "None" not in whole.text and "{{" not in whole.text and "NaN" not in whole.text


def test_a_cross_table_is_shown_as_one(params: Path) -> None:
    workbook = Workbook(load(params / f"{OTHERS[0]}.yml", params))
    structure = table_of(workbook, "收入").structure()
    assert [c["label"] for c in structure["columns"]] == [
        "机构",
        "合计",
        "上年结转",
        "公共财政拨款",
        "其他收入",
    ]
    assert structure["rows"][-1]["cells"] == ["合计", "229.46", "37.23", "106.13", "86.10"]


def test_amounts_in_another_unit_are_converted(params: Path) -> None:
    workbook = Workbook(load(params / f"{OTHERS[0]}.yml", params))
    assert workbook.figures["项目.农发行贷款项目.资金"].value == 35000


def test_staff_statistics_of_the_others_match_their_reports(params: Path) -> None:
    heshan = Workbook(load(params / f"{OTHERS[2]}.yml", params)).figures
    assert heshan["人员.人员总数"].value == 1894
    assert heshan["人员.人员总数.合计差额"].value == 0
    assert heshan["人员.在职人员控制率"].value is None
    nanxian = Workbook(load(params / f"{OTHERS[1]}.yml", params)).figures
    assert f"{nanxian['人员.在职人员控制率'].value:.2f}" == "98.80"
    assert nanxian["内设机构.条数"].value == 21


def test_a_department_that_states_only_its_name_still_gets_a_report(
    department: Callable[[str], Path], shown: Callable[[Any], Shown]
) -> None:
    whole = Page("".join(b["text/html"] for _, b in shown(Workbook(load(department(""))))))
    assert whole.text.count("未公布") > 10
    assert whole.unbalanced == []


# What no narrative tells.


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (OTHERS[0], "主要工作任务（3项）：富荣西大桥、水上公园湿地景观区、沿河道路。"),
        (OTHERS[0], "农发行贷款项目：资金35000万元。"),
        (OTHERS[0], "编制数19人，在职人员19人，在职人员控制率100.00%。"),
        (OTHERS[1], "二级单位（8项）：自来水公司、环境卫生管理处、"),
        (OTHERS[1], "德昌公园管理处"),
    ],
)
def test_what_a_file_states_is_on_the_page_without_any_narrative(
    name: str, words: str, params: Path, shown: Callable[[Any], Shown]
) -> None:
    parts = shown(Workbook(load(params / f"{name}.yml", params)))
    assert words in Page("".join(bundle["text/html"] for _, bundle in parts)).text


def test_lists_steps_and_identity_have_words_of_their_own(
    department: Callable[[str], Path],
) -> None:
    body = (
        "  性质: 行政单位\n  设立文号: [某编〔2011〕4号]\n"
        "管理制度: [财务制度]\n荣誉: [先进单位]\n清单: {任务: [修路]}\n"
        "项目: {桥: {过程: {开工: {日期: 2016-03, 文号: 某函〔2016〕1号}, 完工: {说明: 未验收}}}}\n"
        "厉行节约措施: 会议从简。\n落款: {日期: 2017-06-30, 填表人: 张三}\n"
    )
    book = Workbook(load(department(body)))
    told = [book.text(s) for s in ("概述", "管理状况", "满意度")]
    told += [book.other_lists(), book.projects(), book.base_data_foot()]
    assert [Page(prose.html()).text.strip() for prose in told] == [
        "测试局，行政单位，设立文号：某编〔2011〕4号。",
        "管理制度1项：\n（1）财务制度",
        "获得荣誉1项：先进单位。",
        "任务（1项）：修路。",
        "过程：2016年3月开工（某函〔2016〕1号）；完工，未验收。",
        "厉行节约保障措施：会议从简。\n填表人：张三　　填表日期：2017年6月30日",
    ]


def test_what_a_narrative_tells_is_not_listed_again(
    department: Callable[[str], Path], junshan: Inputs
) -> None:
    body = (
        "荣誉: [甲, 乙]\n清单: {任务: [修路, 建桥], 单位: [一站, 二站]}\n"
        "叙述: {满意度: '获{{ 荣誉 }}。', 效率性和有效性: 我局修路，又建桥。}\n"
    )
    book = Workbook(load(department(body)))
    assert Page(book.text("满意度").html()).text.strip() == "获甲、乙。"
    assert Page(book.other_lists().html()).text.strip() == "单位（2项）：一站、二站。"
    assert Page(Workbook(junshan).other_lists().html()).text.strip() == ""


def test_a_section_without_words_lists_even_what_another_section_told(
    department: Callable[[str], Path],
) -> None:
    body = "内设机构: [办公室]\n叙述: {概述: '设{{ 内设机构 }}。'}\n"
    text = Page(Workbook(load(department(body))).text("机构设置").html()).text.strip()
    assert text == "内设机构1个：办公室。"


@pytest.mark.parametrize("name", ["项目支出", "项目", "运行费用"])
def test_what_not_every_department_has_is_not_called_unpublished(
    department: Callable[[str], Path], name: str
) -> None:
    assert Page(table_of(Workbook(load(department(""))), name).html()).text.strip() == ""


def test_an_income_without_parts_is_not_called_unpublished(
    department: Callable[[str], Path],
) -> None:
    for body, text in (("收入: 100\n", ""), ("", "（收入数据未公布）")):
        assert Page(table_of(Workbook(load(department(body))), "收入").html()).text.strip() == text


def test_without_a_rubric_there_is_no_scoring_annex_and_the_score_is_the_published_one(
    params_copy: Path, shown: Callable[[Any], Shown]
) -> None:
    year = params_copy / "2016" / "_year.yml"
    lines = year.read_text("utf-8").splitlines(keepends=True)
    year.write_text("".join(x for x in lines if not x.startswith("指标体系")), "utf-8")
    path = params_copy / "2016" / "junshan-zwfw.yml"
    workbook = Workbook(load(path, params_copy))
    parts = dict(shown(workbook))
    for cell in ('wb.annex_heading("评分表")', "wb.score_statement()", "wb.scoring_table()"):
        assert Page(parts[cell]["text/html"]).text.strip() == ""
    assert ("评价得分", "97分") in [card[:2] for card in workbook.cards().entries()]
    assert "评价得分97分" in Page(workbook.say("评价得分{{ 评价得分 }}").html()).text
    assert "评价得分未公布" not in parts['wb.table("指标一览")']["text/html"]


# The machine-readable result.


def test_the_result_holds_every_figure_and_is_written_whole(
    junshan: Inputs, tmp_path: Path
) -> None:
    workbook = Workbook(junshan)
    workbook.result(str(tmp_path))
    (file,) = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert file == tmp_path / "2016" / "junshan-zwfw.json"
    data = json.loads(file.read_text("utf-8"))
    assert set(data["figures"]) == set(workbook.figures)
    assert data["year"] == "2016" and data["name"] == "君山区政务服务中心"
    assert all(isinstance(f["value"], str | None) for f in data["figures"].values())


def test_a_trial_says_so_and_is_never_written_as_the_report(
    junshan: Inputs, tmp_path: Path
) -> None:
    workbook = Workbook(junshan, overrides={"三公经费.公务接待费.支出": "11"})
    workbook.result(str(tmp_path))
    assert list(tmp_path.rglob("*")) == []
    assert "试算" in Page(workbook.title()._repr_mimebundle_()["text/html"]).text
    assert workbook.figures["三公经费.支出"].number is not None
    assert workbook.result_data["overrides"] == {"三公经费.公务接待费.支出": "11"}


def test_the_edition_for_publication_leaves_the_reviewers_annex_out(
    junshan: Inputs, shown: Callable[[Any], Shown]
) -> None:
    published = Page(
        "".join(b["text/html"] for _, b in shown(Workbook(junshan, edition="publish")))
    )
    assert "复核意见" not in published.text
    review = Page("".join(b["text/html"] for _, b in shown(Workbook(junshan))))
    assert "复核意见" in review.text


def test_nothing_shown_depends_on_the_folder_or_the_clock(
    junshan: Inputs, shown: Callable[[Any], Shown], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = shown(Workbook(junshan))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(os.environ, "TZ", "Pacific/Kiritimati")
    assert shown(Workbook(junshan)) == first


def test_a_users_own_figure_writes_chinese_once_a_workbook_is_open(params: Path) -> None:
    import io

    from matplotlib import pyplot, rcdefaults, rcParams

    try:
        rcdefaults()
        Workbook.open(2016, "junshan-zwfw", str(params))
        figure, axes = pyplot.subplots()
        axes.set_title("公务接待费 堃 −0.88")
        # A character that no face has is a warning, and warnings are errors here.
        figure.savefig(io.BytesIO())
        pyplot.close(figure)
        rcParams["font.family"] = ["serif"]
        Workbook.open(2016, "junshan-zwfw", str(params))
        assert rcParams["font.family"] == ["serif"]
    finally:
        rcdefaults()
