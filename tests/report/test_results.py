"""A year's departments and a department's years as frames: exact, with units, unknown stays so."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import govnb
from govnb import FaultsError, Workbook, percent
from govnb.report.frames import Number

DEPARTMENTS = ("junshan-zwfw", "yueyangxian-rongwanhu")
JUNSHAN, RONGWANHU = "君山区政务服务中心", "岳阳县荣湾湖建设开发服务中心"


def result(code: str, name: str, year: int = 2016, **figures: tuple[str | None, str]) -> Any:
    told = {n: {"value": v, "unit": u, "type": v and "number"} for n, (v, u) in figures.items()}
    return {"department": code, "name": name, "year": str(year), "figures": told}


def write(folder: Path, *results: Any, summary: Any = None) -> Path:
    for one in results:
        path = folder / one["year"] / f"{one['department']}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(one), encoding="utf-8")
    if summary is not None:
        path = folder / "2016" / "_all" / "summary.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"departments": summary}), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped departments of 2016; the second publishes a budget and no expenditure."""
    folder = tmp_path_factory.mktemp("year") / "outputs"
    for name in DEPARTMENTS:
        Workbook.open(2016, name).result(str(folder))
    return folder


def test_a_row_a_department_and_a_column_a_figure_as_the_result_says(outputs: Path) -> None:
    frame: Any = govnb.results(2016, outputs_dir=outputs)
    assert list(frame.index) == [JUNSHAN, RONGWANHU]
    for code, label in zip(DEPARTMENTS, frame.index, strict=True):
        figures = json.loads((outputs / "2016" / f"{code}.json").read_text("utf-8"))["figures"]
        for name, told in figures.items():
            cell = frame.at[label, name]
            if told["type"] == "number":
                figure = cell.figure
                assert (figure.value, figure.unit) == (Decimal(told["value"]), told["unit"]), name
            elif told["value"] is not None:
                assert cell == told["value"], name
            else:
                assert cell is None or not cell.is_known, name


def test_columns_compute_exactly_and_what_is_unknown_stays_unknown(outputs: Path) -> None:
    frame: Any = govnb.results(2016, "支出", "预算安排", outputs_dir=outputs)
    assert list(frame.columns) == ["支出", "预算安排"]
    over = percent((frame["支出"] - frame["预算安排"]) / frame["预算安排"])
    assert [str(cell) for cell in over] == ["4.64%", "未公布"]
    formula = f"({JUNSHAN}.支出 - {JUNSHAN}.预算安排) / {JUNSHAN}.预算安排"
    assert over[JUNSHAN].figure.formula == formula
    # The same formula of another department is another figure.
    assert over[JUNSHAN] != over[RONGWANHU]


def test_only_what_is_asked_for_by_name_or_pattern(outputs: Path) -> None:
    frame = govnb.results(2016, "三公经费.公务*.支出", outputs_dir=outputs)
    assert set(frame.columns) >= {"三公经费.公务接待费.支出"}
    assert all(c.startswith("三公经费.公务") and c.endswith(".支出") for c in frame.columns)


def test_a_mistyped_figure_is_refused(outputs: Path) -> None:
    with pytest.raises(FaultsError, match=r"支出.超支比率: 没有这个指标.*支出.超支率"):
        govnb.results(2016, "支出", "支出.超支比率", outputs_dir=outputs)


def test_amounts_of_departments_in_different_units_are_all_in_ten_thousands(tmp_path: Path) -> None:
    write(tmp_path, result("a", "甲局", 支出=("123456", "元")))
    write(tmp_path, result("b", "乙局", 支出=("5", "万元")))
    column: Any = govnb.results(2016, outputs_dir=tmp_path)["支出"]
    assert [str(cell) for cell in column] == ["12.35万元", "5万元"]
    assert str(column.sum()) == "17.35万元" and column.sum().figure.value == Decimal("17.3456")


def test_a_year_in_one_unit_keeps_it(tmp_path: Path) -> None:
    write(tmp_path, result("a", "甲局", 支出=("123456", "元")))
    assert str(govnb.results(2016, outputs_dir=tmp_path).at["甲局", "支出"]) == "123456元"


def test_a_department_without_a_figure_is_unknown_there(tmp_path: Path) -> None:
    write(
        tmp_path, result("a", "甲局", 支出=("1", "万元")), result("b", "乙局", 收入=("2", "万元"))
    )  # fmt: skip
    cell = govnb.results(2016, outputs_dir=tmp_path).at["乙局", "支出"]
    assert isinstance(cell, Number) and not cell.is_known and str(cell) == "未公布"


def test_two_departments_of_one_name_are_told_apart_by_their_codes(tmp_path: Path) -> None:
    write(tmp_path, result("a", "财政局"), result("b", "财政局"), result("c", "审计局"))
    frame = govnb.results(2016, outputs_dir=tmp_path)
    assert list(frame.index) == ["财政局（a）", "财政局（b）", "审计局"]


def test_the_last_run_decides_who_is_in(tmp_path: Path) -> None:
    """One that failed has an older report, one that is gone too: neither counts as this year's."""
    rows = [
        {"department": "a", "reason": None},
        {"department": "b", "reason": "参数文件有 1 处错误", "name": "乙局"},
    ]
    write(tmp_path, result("a", "甲局"), result("b", "乙局"), result("c", "旧局"), summary=rows)
    assert list(govnb.results(2016, outputs_dir=tmp_path).index) == ["甲局"]
    told: Any = govnb.departments(2016, outputs_dir=tmp_path)
    assert list(told["状态"]) == ["资料不足", "未能生成"]
    assert told.at["乙局", "原因"] == "参数文件有 1 处错误" and told.at["乙局", "错误"] is None


def test_the_years_of_a_department_stand_one_below_the_other(tmp_path: Path) -> None:
    write(
        tmp_path,
        result("a", "甲局", 2016, 支出=("80", "万元")),
        result("a", "甲局", 2018, 支出=("100", "万元"), 收入=("90", "万元")),
        result("b", "乙局", 2018, 支出=("7", "万元")),
    )
    frame: Any = govnb.years("a", outputs_dir=tmp_path)
    assert list(frame.index) == [2016, 2018] and frame.index.name == "年度"
    grown = govnb.growth(frame["支出"], frame["支出"].shift())
    assert [str(cell) for cell in grown] == ["", "25.00%"]
    assert str(frame.at[2016, "收入"]) == "未公布"


def test_findings_and_scores_are_frames_too(outputs: Path) -> None:
    found: Any = govnb.findings(2016, outputs_dir=outputs)
    counted = govnb.departments(2016, outputs_dir=outputs).loc[JUNSHAN]
    mine = found[(found["部门"] == JUNSHAN) & (found["状态"] == "未通过")]
    assert (mine["严重性"] == "错误").sum() == counted["错误"] > 0
    failed = govnb.findings(2016, outputs_dir=outputs, state="未通过")
    pd.testing.assert_frame_equal(failed, found[found["状态"] == "未通过"].reset_index(drop=True))
    assert all(isinstance(gap, Decimal | None) for gap in mine["差额"])
    marks: Any = govnb.scores(2016, outputs_dir=outputs)
    total = marks.loc[(JUNSHAN, "合计")]
    assert (total["得分下限"], total["得分上限"]) == (counted["得分下限"], counted["得分上限"])
    own = marks.loc[JUNSHAN].drop("合计")
    assert own["得分上限"].sum() >= total["得分上限"] and own.at["在职人员控制率", "得分上限"] == 5


def test_a_year_nobody_ran_says_what_to_run(tmp_path: Path) -> None:
    for ask in (govnb.results, govnb.findings, govnb.scores, govnb.departments):
        with pytest.raises(
            FaultsError, match=r"没有 2031 年各部门的结果（先运行 govnb batch 2031）"
        ):
            ask(2031, outputs_dir=tmp_path)
    with pytest.raises(FaultsError, match=r"没有“a”各年的结果.*govnb run 年度 a"):
        govnb.years("a", outputs_dir=tmp_path)


def test_every_table_shown_is_a_frame_to_pandas(outputs: Path) -> None:
    workbook = Workbook.open(2016, "junshan-zwfw")
    table: Any = workbook.table("基础数据表")
    frame = pd.DataFrame(table)
    assert list(frame.columns) == list(table.columns) and len(frame) == len(table.rows)
    assert all(isinstance(cell, Decimal | str) for cell in frame.to_numpy().ravel())


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_lines_of_the_readme_work(
    outputs: Path, readme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (Path(__file__).parents[2] / readme).read_text("utf-8")
    (lines,) = (b for b in re.findall(r"```python\n(.*?)```", text, re.S) if "govnb.years" in b)
    monkeypatch.chdir(outputs.parent)
    names: dict[str, Any] = {}
    exec(lines, names)
    assert str(names["年"].at[JUNSHAN, "超支"]) == "23.74万元"
    told = [eval(line, names) for line in lines.splitlines() if line.startswith("govnb.")]
    assert len(told) == 3 and all(len(frame) for frame in told)
