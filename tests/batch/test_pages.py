"""Pages beside a department's report: made where the data are, linked, and made again in time."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import govnb
from govnb.batch.job import MONITOR, Job, Kind
from tests.batch.years import (
    BEHAVIOUR,
    COMMAND,
    PARAMETERS,
    RESULT,
    ROOT,
    YearFolder,
    write_notebook,
    year_folder,
)

# A department has the months its file says: `# 甲局 6月`.
MONTHS = """
import re
names = [f"月度合计.累计支出.{m}" for m in re.findall("[0-9]+月", text)]
months = {name: {"value": "1", "unit": "万元"} for name in names}
"""
PAGE = """
from govnb.report.blocks import Result
if department == "坏局":
    raise KeyError("没有这一列")
Result({"year": str(year), "department": department, "figures": {}, "month": month})
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def year(tmp_path: Path) -> YearFolder:
    result = RESULT.replace('"figures": {', '"figures": {**months, ')
    folder = year_folder(tmp_path, "甲局", "乙局", cells=(BEHAVIOUR, MONTHS, result))
    (tmp_path / "params/2016/甲局.yml").write_text("年度: 2016 # 2月 10月\n", encoding="utf-8")
    write_notebook(tmp_path / "notebooks/monitor.ipynb", [f"{PARAMETERS}\nmonth = 0", PAGE])
    return folder


def pages(year: YearFolder) -> set[str]:
    return {path.name for path in (year.outputs / "monitor").glob("*") if path.is_file()}


def test_a_department_with_monthly_figures_gets_its_page_of_the_last_month(
    year: YearFolder,
) -> None:
    done = year.run()
    assert done.code == 0, done.err
    assert pages(year) == {f"甲局-10月.{ending}" for ending in ("html", "ipynb", "json")}
    assert "部门的其他页面 1 个：运行 1，跳过 0" in done.out
    assert "甲局 监控（10月）　完成" in done.out
    link = '<a href="./monitor/%E7%94%B2%E5%B1%80-10%E6%9C%88.html">监控（10月）</a>'
    assert year.page().count(link) == 1
    year.check_whole()


def test_a_page_is_never_taken_for_a_department(
    year: YearFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    year.run()
    (year.path / "params/2016/甲局.yml").unlink()
    done = year.run()
    assert "没有删除）：甲局\n" in done.out
    monkeypatch.chdir(year.path)
    assert list(govnb.results(2016).index) == ["乙局局"]
    assert {path.stem for path in year.outputs.glob("*.json")} == {"甲局", "乙局"}
    assert list(year.rows()) == ["乙局"]


def test_an_unchanged_page_is_left_alone_and_a_changed_one_says_why_it_runs(
    year: YearFolder,
) -> None:
    year.run()
    before = year.page()
    again = year.run()
    assert "运行 0，跳过 1" in again.out and "甲局" not in again.out
    assert year.page() == before
    (year.path / "params/2016/甲局.月度.csv").write_text("项目,月份\n", encoding="utf-8")
    assert "甲局 监控（10月）　完成" in (told := year.run().out)
    assert told.count("原因：新增台账 甲局.月度.csv") == 2
    write_notebook(
        year.path / "notebooks/monitor.ipynb", [f"{PARAMETERS}\nmonth = 0", "1 + 1", PAGE]
    )
    told = year.run().out
    assert "原因：笔记本 monitor.ipynb有改动" in told
    assert "2 个部门：完成 0，跳过 2" in told
    (year.outputs / "monitor/甲局-10月.html").write_text("改过")
    assert "原因：输出 monitor/甲局-10月.html 被改动" in year.run().out
    # Last year's file is what this year's opening is held against.
    before_it = year.path / "params/2015"
    before_it.mkdir()
    (before_it / "甲局.yml").write_text("年度: 2015\n", encoding="utf-8")
    assert "新增上年参数文件" in year.run().out


def test_a_page_that_fails_stops_nothing_and_is_told_of(year: YearFolder) -> None:
    (year.path / "params/2016/坏局.yml").write_text("年度: 2016 # 3月\n", encoding="utf-8")
    done = year.run()
    assert done.code == 1
    assert "未能生成：坏局 监控（3月）　笔记本出错：KeyError" in done.out
    assert "3 个部门：完成 3，跳过 0，未能生成 0" in done.out
    assert "甲局-10月.html" in pages(year) and "坏局-3月.html" not in pages(year)
    page = year.page()
    assert "未能生成（0 个部门，1 个其他页面）" in page and "监控（3月）未能生成" in page
    assert "坏局-3" not in page
    again = year.run()
    assert again.code == 1 and "上次未能生成：笔记本出错：KeyError" in again.out


def test_a_department_run_by_itself_brings_its_page_up_to_date(year: YearFolder) -> None:
    year.run()
    (year.path / "params/2016/甲局.yml").write_text("年度: 2016 # 11月\n", encoding="utf-8")
    subprocess.run(
        [*COMMAND, "run", "2016", "甲局", "--to", "html"], cwd=year.path, check=True,
        env={"PYTHONPATH": str(ROOT)}, capture_output=True,
    )  # fmt: skip
    assert "甲局-11月.html" in pages(year)
    assert "监控（11月）" in year.page() and "监控（10月）" not in year.page()
    assert "跳过 2" in (told := year.run().out) and "运行 0，跳过 1" in told


# What a page of years finds: the years there are results of.
YEARS = """
from pathlib import Path
from govnb.report.blocks import Result
found = sorted(p.parent.name for p in Path(outputs_dir).glob(f"*/{department}.json"))
Result({"year": str(year), "department": department, "figures": {}, "years": found})
"""


@pytest.fixture
def earlier(year: YearFolder) -> YearFolder:
    """A year, with 甲局's result of the year before."""
    write_notebook(year.path / "notebooks/trend.ipynb", [f"{PARAMETERS}\npage_dir = ''", YEARS])
    (year.outputs.with_name("2015")).mkdir(parents=True)
    (year.outputs.with_name("2015") / "甲局.json").write_text('{"figures": {}}', encoding="utf-8")
    return year


def test_pages_of_years_are_made_where_outputs_are_at_an_address(earlier: YearFolder) -> None:
    pytest.importorskip("fsspec")
    outputs = f"local://{earlier.outputs.parent}"
    done = earlier.run("--outputs", outputs)
    assert done.code == 0, done.err
    page = earlier.outputs / "trend" / "甲局-历年.json"
    assert json.loads(page.read_text("utf-8"))["years"] == ["2015", "2016"]
    assert 'href="./trend/%E7%94%B2' in earlier.page()
    assert "运行 0，跳过 2" in earlier.run("--outputs", outputs).out
    # A folder and its address are one place.
    assert "运行 0，跳过 2" in earlier.run().out


def test_the_public_edition_of_one_department_has_its_page_of_years(earlier: YearFolder) -> None:
    command = [*COMMAND, "run", "2016", "甲局", "--to", "html", "--edition", "publish"]
    done = subprocess.run(
        command, cwd=earlier.path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    made = {path.name for path in earlier.outputs.rglob("*.html")}
    assert made == {"甲局-公开版.html", "甲局-历年-公开版.html"}


PROJECT = Kind("项目：{project}", "project.ipynb", r"自评\.(?P<project>[^.]+)\..*", "{project}")


def test_each_match_of_a_kind_is_a_page_and_the_greatest_month_by_number() -> None:
    figures = ["自评.路灯.得分", "自评.路灯.执行率", "自评.环卫.得分", "支出"]
    assert PROJECT.parts(figures) == [{"project": "路灯"}, {"project": "环卫"}]
    assert MONITOR.parts([f"月度合计.累计支出.{m}月" for m in (2, 10, 9)]) == [{"month": 10}]
    assert MONITOR.parts(["支出"]) == []


@pytest.mark.parametrize("name", ["a/b", "..", "x" * 300, "路灯" * 100, 'q"<>|?*:\\', "con.", "\n"])
def test_a_projects_name_is_made_fit_for_a_file_whatever_is_in_it(name: str) -> None:
    job = PROJECT.job(Job(2016, ""), "甲局", {"project": name})
    assert job.parameters["project"] == name
    file = job.output("html")
    assert file.parent.parts == ("outputs", "2016", "project")
    assert len(file.name.encode()) <= 255 and not set('\\:*?"<>|\n') & set(file.name)
    assert file != PROJECT.job(Job(2016, ""), "甲局", {"project": f"{name}'"}).output("html")
