"""C.5 item 14: all projects' self-evaluations in one table, of a department and of a district."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from govnb.report.charts import Chart
from govnb.report.prose import Prose
from govnb.report.tables import Table
from govnb.report.workbook import Workbook
from tests.ledgers import Office
from tests.report.cells import run_cells

FORM = """  {name}:
    自评表:
      资金: {{年度资金总额: {{年初预算数: {budget}, 全年预算数: {budget}, 全年执行数: {spent}}}}}
      执行率得分: 10
      绩效指标:
        里程: {{一级指标: 产出指标, 年度指标值: ≥90公里, 实际完成值: {done}公里, 分值: 90,
          公布得分: {done}}}
"""
GOALS = "  丁: {自评表: {绩效指标: {处数: {一级指标: 产出指标, 年度指标值: ≥3处, 分值: 90}}}}\n"
ROWS = [("甲", 100, 90, 50), ("乙", 300, 300, 90), ("丙", 100, 50, 80), ("戊", 500, 500, 85)]


def forms(rows: list[tuple[str, int, int, int]]) -> str:
    """Return 项目 with a form each."""
    keys = ("name", "budget", "spent", "done")
    return "项目:\n" + "".join(FORM.format(**dict(zip(keys, row, strict=True))) for row in rows)


@pytest.fixture
def office(tmp_path: Path, params: Path) -> Office:
    return Office(tmp_path, params, 2023)


def shown(office: Office, **more: Any) -> list[Any]:
    """Return what the annual report's cells show."""
    return run_cells(
        "department.ipynb", year=2023, department="bumen", params_dir=str(office.params),
        outputs_dir="", **more,
    )  # fmt: skip


def table(cells: list[Any], caption: str) -> Any:
    return next((c for c in cells if isinstance(c, Table) and c.caption == caption), None)


def told(cells: list[Any], word: str) -> list[str]:
    texts = [c._repr_mimebundle_()["text/plain"] for c in cells if isinstance(c, Prose)]
    return [text for text in texts if word in text]


def test_a_department_lists_its_projects_with_sums_both_means_and_the_lowest_three(
    office: Office,
) -> None:
    office.write(forms(ROWS) + GOALS)
    cells = shown(office)
    frame = table(cells, "项目支出绩效自评汇总").frame()
    # A form of goals alone evaluates nothing yet.
    assert list(frame.index) == ["甲", "乙", "丙", "戊", "合计"]
    assert list(frame.loc["合计"][:3]) == [1000, 1000, 940]
    assert list(frame["得分"][:4]) == [60, 100, 90, 95]
    assert list(frame["等级"][:4]) == ["中", "优", "优", "优"]
    assert frame["偏差最大的指标"]["甲"] == "里程：目标≥90公里，完成50公里"
    assert frame["偏差最大的指标"]["乙"] == ""
    assert told(cells, "加权") == [
        "4个项目的自评得分，按全年预算加权平均92.5分，简单平均86.25分；最低的是甲（60分）、丙（90分）、戊（95分）。"
    ]
    (chart,) = (c for c in cells if isinstance(c, Chart) and c.name == "项目自评")
    assert chart.alt.startswith("条形图：丙执行率50.00%，得分90分；甲执行率90.00%，得分60分；")


def test_the_reviewers_see_points_worked_out_anew_beside_them_and_the_public_doesnt(
    office: Office,
) -> None:
    office.write(forms(ROWS))
    assert list(table(shown(office), "项目支出绩效自评汇总").frame()["重算得分"][:4]) == [
        "59", "100", "85", "95",
    ]  # fmt: skip
    public = table(shown(office, edition="publish"), "项目支出绩效自评汇总")
    assert "重算得分" not in public.columns


@pytest.mark.parametrize("text", ["", "项目: {甲: {资金: 5}}\n", f"项目:\n{GOALS}"])
def test_without_evaluated_projects_nothing_is_said(office: Office, text: str) -> None:
    office.write(text)
    cells = shown(office)
    assert table(cells, "项目支出绩效自评汇总") is None and not told(cells, "自评得分")


def test_a_form_without_money_is_listed_by_what_it_reached(office: Office) -> None:
    target = "一级指标: 产出指标, 年度指标值: ≥3处, 实际完成值: 3处, 分值: 90, 公布得分: 80"
    office.write(f"项目: {{甲: {{自评表: {{绩效指标: {{处数: {{{target}}}}}}}}}}}\n")
    cells = shown(office)
    assert list(table(cells, "项目支出绩效自评汇总").frame().index) == ["甲"]
    assert not told(cells, "加权")


def test_the_district_adds_up_all_departments_projects_in_one_unit(
    office: Office, tmp_path: Path
) -> None:
    outputs = tmp_path / "outputs"
    office.write(forms(ROWS[:2]))
    in_yuan = [
        (name, budget * 10**4, spent * 10**4, done) for name, budget, spent, done in ROWS[2:]
    ]
    office.write("金额单位: 元\n" + forms(in_yuan), "yuan")
    for name in ("bumen", "yuan"):
        Workbook.open(2023, name, str(office.params)).result(str(outputs))
    cells = run_cells("district.ipynb", year=2023, outputs_dir=str(outputs))
    frame = table(cells, "2023年得分最低的项目")
    assert [row.cells[1].text for row in frame.rows] == ["甲", "丙", "戊", "乙"]
    (means,) = told(cells, "加权")
    assert "全年预算1000万元，执行940万元，执行率94.00%" in means
    assert "加权平均92.5分，简单平均86.25分；最低的是甲（60分）、丙（90分）、戊（95分）" in means
    (chart,) = (c for c in cells if isinstance(c, Chart))
    assert "甲执行率90.00%，得分60分" in chart.alt
    office.write(name="bumen")
    office.write(name="yuan")
    for name in ("bumen", "yuan"):
        Workbook.open(2023, name, str(office.params)).result(str(outputs))
    cells = run_cells("district.ipynb", year=2023, outputs_dir=str(outputs))
    assert not told(cells, "项目") and table(cells, "2023年得分最低的项目") is None
