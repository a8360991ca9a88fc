"""Two editions of one report: the reviewers', and the one a department may publish."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from govnb import Workbook
from govnb.report.bundle import link
from govnb.report.tables import Table
from govnb.sheet.read import Inputs, load
from tests.report.markup import Page

Shown = list[tuple[str, dict[str, Any]]]
DEPARTMENTS = [
    "2016/junshan-zwfw",
    "2016/yueyangxian-rongwanhu",
    "2018/nanxian-zhujian",
    "2019/heshan-chengguan",
]
# What only a reviewer says, and the names of our files.
REVIEWERS = (
    "待改正", "未改正", "不可复现", "没有说明", "待核", "复核", "params/", ".yml", "19—95",
    "资料不足",
)  # fmt: skip


@pytest.fixture
def pages(
    request: pytest.FixtureRequest, params: Path, shown: Callable[[Any], Shown]
) -> Callable[[str, str], str]:
    def page(name: str, edition: str) -> str:
        inputs = load(params / f"{name}.yml", params)
        bundles = shown(Workbook(inputs, edition=edition))
        return "".join(bundle["text/html"] + bundle["text/plain"] for _, bundle in bundles)

    return page


def scoring_table(inputs: Inputs) -> Table:
    table = Workbook(inputs, edition="publish").scoring_table()
    assert isinstance(table, Table)
    return table


@pytest.mark.parametrize("name", DEPARTMENTS)
def test_no_reviewers_word_and_no_file_of_ours_is_published(
    name: str, pages: Callable[[str, str], str]
) -> None:
    # The style sheet, first on the page, is nobody's words.
    public = pages(name, "publish").partition("</style>")[2]
    assert [word for word in REVIEWERS if word in public] == []
    assert "params/" in pages(name, "review")


def test_the_published_scoring_table_looks_like_the_official_form(junshan: Inputs) -> None:
    table = scoring_table(junshan)
    assert table.columns == ("一级指标", "二级指标", "三级指标", "分值", "评分标准", "得分")
    first, second = ([cell.text for cell in row.cells] for row in table.rows[:2])
    assert first[:4] == ["投入", "预算配置", "在职人员控制率", "5"]
    # One group stands once, in a cell beside all the rows that belong to it.
    assert second[:4] == ["投入", "预算配置", "“三公经费”变动率", "5"]
    assert table.spans[:2] == ((0, 0, 2, 1), (2, 0, 10, 1))
    # The department printed its total and no points: none are made up for it.
    assert {row.cells[-1].text for row in table.rows[:-1]} == {""}
    assert [cell.text for cell in table.rows[-1].cells] == ["合计", "", "", "100", "", "97"]


def test_points_the_department_printed_are_published_as_printed(
    department: Callable[[str], Path],
) -> None:
    inputs = load(department("支出: 10\n评分依据: {预算完成率: {公布得分: 4.5}}\n"))
    table = scoring_table(inputs)
    said = {row.cells[2].text: row.cells[-1].text for row in table.rows}
    assert said["预算完成率"] == "4.5" and said["预算控制率"] == ""


def test_a_reader_may_still_ask_a_published_figure_how_it_was_made(
    junshan: Inputs, shown: Callable[[Any], Shown]
) -> None:
    page = Page("".join(b["text/html"] for _, b in shown(Workbook(junshan, edition="publish"))))
    assert "三公经费.支出 / 三公经费.预算" in page.text


def test_nobody_else_is_handed_the_result_of_the_published_edition(
    junshan: Inputs, tmp_path: Path
) -> None:
    Workbook(junshan, edition="publish").result(str(tmp_path))
    assert list(tmp_path.rglob("*")) == []


def test_the_head_of_the_review_says_what_matters_and_where_it_is_told(
    junshan: Inputs, shown: Callable[[Any], Shown]
) -> None:
    title = Workbook(junshan).title()
    assert title.verdict == "本报告有7处待改正，见附件“复核意见”。"
    over, gap, score = title.matters
    assert over == ("超支最多的是工资福利支出：比预算多68.87万元（381.34%）。", "表-支出")
    assert gap[0].startswith("差额最大的一处：") and gap[1].startswith("复核-")
    assert score[0].startswith("得分19—95分，要看") and score[1] == "表-待补佐证"
    html = "".join(bundle["text/html"] for _, bundle in shown(Workbook(junshan)))
    for _, anchor in title.matters:
        assert f'href="{link(anchor)}"' in html and f'id="{anchor}"' in html


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("支出: 10\n预算安排: 10\n收入: 10\n", []),
        (
            "预算安排: {明细: {甲: 10, 乙: 5}}\n支出: {明细: {甲: 8, 乙: 5.5}}\n",
            ["超支最多的是乙：比预算多0.5万元（10.00%）。"],
        ),
    ],
)
def test_the_head_says_nothing_where_nothing_matters(
    department: Callable[[str], Path], body: str, told: list[str]
) -> None:
    said = [text for text, anchor in Workbook(load(department(body))).title().matters]
    assert [text for text in said if text.startswith("超支")] == told
