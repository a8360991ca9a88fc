"""项目支出绩效自评表 and 部门整体支出绩效自评表, from workbooks as they are filled in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from govnb.sheet.read import load
from tests.excel.books import write
from tests.excel.forms_of_projects import (
    NATIONAL_MERGED,
    SICHUAN_MERGED,
    hubei,
    national,
    older_sichuan,
    sichuan,
)


@pytest.fixture
def into(params_copy: Path) -> Path:
    folder = params_copy / "2023"
    folder.mkdir()
    year = (params_copy / "2018" / "_year.yml").read_text("utf-8").replace("2018", "2023")
    (folder / "_year.yml").write_text(year, "utf-8")
    path = folder / "某局.yml"
    path.write_text("年度: 2023\n部门: {名称: 某局}\n", encoding="utf-8")
    return path


@pytest.fixture
def run(govnb: Any, into: Path) -> Callable[..., Any]:
    def command(*args: Any) -> Any:
        return govnb("import", *args, "--into", into)

    return command


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a workbook of three projects, a form a sheet."""
    sheets = {"一": national(), "二": sichuan(), "三": national("河道清淤")}
    merged = {"一": NATIONAL_MERGED, "二": SICHUAN_MERGED, "三": NATIONAL_MERGED}
    return write(tmp_path / "自评 表.xlsx", sheets, merged)


def forms(into: Path) -> Any:
    projects = load(into).department.projects
    return {name: project.form for name, project in projects.items()}


def test_a_dry_run_lists_each_figure_with_its_cell_and_writes_nothing(
    run: Callable[..., Any], into: Path, book: Path
) -> None:
    before = into.read_text("utf-8")
    told = run(book)
    assert told.code == 0, told.out
    line = next(
        x for x in told.out.splitlines() if "饮水安全.自评表.资金.年度资金总额.全年执行数" in x
    )
    assert line.split()[1:] == ["—", "855", "F6", "万元", "新填"]
    assert "■ 自评 表.xlsx!一（" in told.out
    points = next(x for x in told.out.splitlines() if "饮水安全.自评表.执行率得分" in x)
    assert "万元" not in points
    assert into.read_text("utf-8") == before


def test_several_projects_of_one_workbook_come_in_and_twice_changes_nothing(
    run: Callable[..., Any], into: Path, book: Path
) -> None:
    assert run(book, "--write").code == 0
    found = forms(into)
    assert list(found) == ["饮水安全", "法律服务", "河道清淤"]
    one = found["饮水安全"]
    assert (one.authority, one.carried_out_by) == ("某局", "工程队")
    assert list(one.money) == ["年度资金总额", "当年财政拨款", "上年结转资金"]
    assert one.rate.value == 95 and one.points.text == "9.5" and one.total.text == "98.93"
    assert one.goals["目标1"].wanted == "完成12处工程。"
    text = into.read_text("utf-8")
    again = run(book, "--write")
    assert "改 0 个" in again.out and into.read_text("utf-8") == text


def test_the_indicators_are_those_of_the_form_in_its_order(
    run: Callable[..., Any], into: Path, book: Path
) -> None:
    run(book, "--write")
    targets = forms(into)["饮水安全"].targets
    names = ["新建工程", "管网长度", "验收合格率", "完工时间", "受益群众", "群众满意度"]
    assert list(targets) == names
    assert {t.group for t in targets.values()} == {"产出指标", "效益指标", "满意度指标"}
    assert [targets[n].subgroup for n in names[:3]] == ["数量指标", "数量指标", "质量指标"]
    assert targets["管网长度"].shortfall == "管材到货晚"
    assert targets["完工时间"].shortfall is None
    assert targets["受益群众"].wanted == targets["受益群众"].done == "有效改善"


def test_a_sign_and_a_unit_in_columns_of_their_own_are_put_together(
    run: Callable[..., Any], into: Path, book: Path
) -> None:
    run(book, "--write")
    form = forms(into)["法律服务"]
    assert form.code == "51000022T000000123456"
    assert form.reason == "部分合同跨年付款"
    goals = {n: t.target.text if t.target else t.wanted for n, t in form.targets.items()}
    assert goals == {
        "接待咨询": "≥1200人次", "办结率": "=100%", "法治意识": "提升", "群众满意度": "≥90%",
    }  # fmt: skip
    done = {n: t.actual.text if t.actual else t.done for n, t in form.targets.items()}
    assert done == {
        "接待咨询": "1350人次", "办结率": "100%", "法治意识": "提升", "群众满意度": "95%",
    }  # fmt: skip
    assert not any(t.shortfall for t in form.targets.values())


def test_what_comes_in_is_reviewed(
    govnb: Any, run: Callable[..., Any], into: Path, book: Path
) -> None:
    run(book, "--write")
    found = govnb("review", into, "--json").json["findings"]
    about = {f["id"]: f["state"] for f in found if f["check"] == "项目自评"}
    assert about["项目自评:饮水安全.管网长度"] == about["项目自评:饮水安全.总分"] == "通过"
    assert "未通过" not in about.values()


def test_amounts_in_yuan_are_read_as_yuan(
    govnb: Any, run: Callable[..., Any], into: Path, tmp_path: Path
) -> None:
    rows = national(unit="元")
    run(write(tmp_path / "元.xlsx", {"一": rows}, {"一": NATIONAL_MERGED}), "--write")
    name = "项目.饮水安全.自评表.资金.年度资金总额.全年执行数"
    assert govnb("figures", into, "--json").json[name]["value"] == "0.0855"


def test_a_label_may_bring_its_value_in_the_same_cell(
    run: Callable[..., Any], into: Path, tmp_path: Path
) -> None:
    rows = [list(row) for row in national()]
    rows[2] = ["项目名称：饮水 安全"]
    rows[3] = ["主管部门：某局", None, None, None, None, "实施单位：工程队"]
    merged = NATIONAL_MERGED.replace("A3:B3 C3:I3 A4:B4 C4:E4 F4:G4 H4:I4 ", "")
    told = run(write(tmp_path / "一.xlsx", {"一": rows}, {"一": merged}), "--write")
    assert told.code == 0, told.out
    form = forms(into)["饮水 安全"]
    assert (form.authority, form.carried_out_by) == ("某局", "工程队")


def test_what_is_wrong_with_a_form_is_told_at_its_cell(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    nameless = [list(row) for row in national()]
    nameless[2][2] = None
    told = run(write(tmp_path / "无名.xlsx", {"一": nameless}, {"一": NATIONAL_MERGED}))
    assert "无名.xlsx!一!A1: “项目支出绩效自评表”没有写项目名称（在表头补上）" in told.out
    twice = [list(row) for row in national()]
    twice[13][3] = "新建工程"
    told = run(write(tmp_path / "重名.xlsx", {"一": twice}, {"一": NATIONAL_MERGED}))
    assert "“新建工程”有两行，另一行在 D13" in told.out
    same = {"一": national(), "二": national()}
    told = run(write(tmp_path / "两张.xlsx", same, dict.fromkeys(same, NATIONAL_MERGED)))
    assert "同一张表有几套：“项目支出绩效自评表（饮水安全）”" in told.err


def test_the_form_of_the_department_comes_in_too(
    govnb: Any, run: Callable[..., Any], into: Path, tmp_path: Path
) -> None:
    rows = [list(row) for row in national(title="部门整体支出绩效自评表")]
    rows[2], rows[3] = ["部门名称", None, "某局"], [None]
    merged = NATIONAL_MERGED.replace("A4:B4 C4:E4 F4:G4 H4:I4 ", "")
    told = run(write(tmp_path / "整体.xlsx", {"一": rows}, {"一": merged}), "--write")
    assert told.code == 0, told.out
    department = load(into).department
    assert list(department.targets)[:2] == ["新建工程", "管网长度"]
    spent = department.self_evaluation.money["年度资金总额"].actual
    assert spent is not None and spent.value == 855
    assert department.published["评价得分"].text == "98.93"
    assert department.published["自评表.执行率"].text == "95%"
    assert "改 0 个" in run(tmp_path / "整体.xlsx").out


@pytest.mark.parametrize("merged", ["", "A3:B3 C3:G3 A4:B4 C4:D4 E4:F4 A5:A7 A8:A9 A10:A12"])
def test_amounts_beside_their_labels_are_read_with_what_they_are_made_of(
    run: Callable[..., Any], into: Path, tmp_path: Path, merged: str
) -> None:
    told = run(write(tmp_path / "旧.xlsx", {"一": older_sichuan()}, {"一": merged}), "--write")
    assert told.code == 0, told.out
    form = forms(into)["巡回法庭"]
    assert (form.authority, form.carried_out_by) == ("128-某局", "某局")
    money = {n: [str(a.value) for a in (m.adjusted, m.actual) if a] for n, m in form.money.items()}
    assert money == {
        "年度资金总额": ["100", "90"], "财政拨款": ["80", "75.5"], "其他资金": ["20", "14.5"],
    }  # fmt: skip
    assert "没有读" not in told.out
    # A line whose three names are one word is of that group, and no fault of the file's.
    assert form.targets["满意度指标"].group == "满意度指标"


def test_what_a_form_says_behind_a_label_that_no_map_reads_is_told(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    rows = [list(row) for row in older_sichuan()]
    rows[3][0] = "主管部门（盖章）名称"
    rows[4:7] = [rows[7], rows[8], rows[4]]
    told = run(write(tmp_path / "异.xlsx", {"一": rows[:7] + rows[9:]}))
    assert "异.xlsx!一!C4：“主管部门（盖章）名称”后面的没有读：128-某局" in told.out
    assert "异.xlsx!一!C7：“预算数”后面的没有读：100" in told.out


def test_a_form_without_merged_cells_says_the_same(
    run: Callable[..., Any], into: Path, tmp_path: Path
) -> None:
    told = run(write(tmp_path / "平.xlsx", {"一": national(), "二": sichuan()}), "--write")
    assert told.code == 0 and "没有读" not in told.out, told.out
    form = forms(into)["饮水安全"]
    assert (
        form.targets["管网长度"].group == "产出指标"
        and form.targets["管网长度"].subgroup == "数量指标"
    )
    assert form.targets["受益群众"].group == "效益指标"


def test_the_form_of_hubei_has_its_points_behind_the_names(
    run: Callable[..., Any], into: Path, tmp_path: Path
) -> None:
    told = run(write(tmp_path / "鄂.xlsx", {"一": hubei()}), "--write")
    assert "已写入" in told.out and "没有读" not in told.out, told.out
    form = forms(into)["路灯维护"]
    assert {name: str(t.weight.value) for name, t in form.targets.items()} == {
        "维护路灯数": "30", "亮灯率": "20", "夜间事故下降": "20", "群众满意度": "10",
    }  # fmt: skip
    assert str(form.money["年度资金总额"].actual.value) == "80" and str(form.total.value) == "90.5"


def test_a_right_form_has_nothing_that_was_not_read(run: Callable[..., Any], book: Path) -> None:
    assert "没有读" not in run(book).out


def test_what_a_form_lacks_is_told_at_its_cell_not_at_a_line_of_the_file(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    rows = [list(row) for row in older_sichuan()]
    rows[10][6] = None
    told = run(write(tmp_path / "缺.xlsx", {"一": rows}))
    line = next(x for x in told.out.splitlines() if x.startswith("缺.xlsx!一!B11: "))
    assert "绩效指标.办结件数：" in line and "没有写分值" in line
    assert ".yml:" not in told.out
