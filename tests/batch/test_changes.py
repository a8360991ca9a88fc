"""What a run says at its end, and what a 试算 changes: before → after."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from govnb.batch.changes import changes
from tests.batch.years import COMMAND, year_folder
from tests.conftest import Govnb


def result(**more: Any) -> dict[str, Any]:
    figures = {"支出": {"value": "5.00", "unit": "万元"}, "超支率": {"value": None, "unit": "%"}}
    return {"figures": figures, "review": {"findings": []}, "score": None} | more


def test_figures_scores_and_findings_that_differ_are_told() -> None:
    found = {"id": "合计:支出", "severity": "错误", "state": "未通过"}
    before = result(review={"findings": [found]}, score={"total": {"low": "19", "high": "95"}})
    after = result(
        figures={
            "支出": {"value": "6.5", "unit": "万元"},
            "超支率": {"value": "1.25", "unit": "%"},
        },
        review={"findings": [found | {"id": "公布得分"}, found | {"state": "通过"}]},
        score={"total": {"low": "24", "high": "24"}},
    )
    assert list(changes(before, after)) == [
        "得分　19—95 → 24",
        "支出　5万元 → 6.5万元",
        "超支率　未公布 → 1.25%",
        "不再有　[错误] 合计:支出",
        "新出现　[错误] 公布得分",
    ]
    assert list(changes(before, before)) == []


def test_what_a_trial_changes_is_told_by_every_command(params: Path, govnb: Govnb) -> None:
    file = params / "2016" / "junshan-zwfw.yml"
    trial = ("--set", "三公经费.公务接待费.支出=12")
    for command in ("figures", "review", "score"):
        told = govnb(command, file, *trial).out.split("试算前 → 试算后：\n")[1]
        assert "   三公经费.公务接待费.支出　10.33万元 → 12万元\n" in told
        assert "   三公经费.结余　0.94万元 → -0.73万元\n" in told
        assert "新出现　[错误] 公布数:三公经费.结余" in told
        assert "试算" not in govnb(command, file).out


@pytest.mark.slow
def test_a_run_ends_with_the_verdict_and_what_changed(
    department: Callable[[str], Path], tmp_path: Path, govnb: Govnb
) -> None:
    def run() -> list[str]:
        done = govnb("run", 2016, "test", "--params", path.parents[1], "--outputs", tmp_path / "o",
                     "--to", "html")  # fmt: skip
        assert done.code == 0, done.err
        return done.out.splitlines()

    path = department("人员: {编制数: 5}\n")
    assert run()[-1].startswith("资料不足：错误0处，尾差0处，")
    assert run()[-1] == "与上次相比：没有变化"
    department("人员: {编制数: 5}\n支出: {合计: 5.5, 明细: {甲: 1.25, 乙: 2}}\n")
    told = run()
    verdict = told.index("与上次相比：") - 1
    assert told[verdict].startswith("有错误：错误1处，")
    assert "   支出　未公布 → 5.5万元" in told and "   新出现　[错误] 合计:支出" in told


@pytest.mark.slow
def test_a_department_made_by_itself_is_new_on_the_page_of_its_year(tmp_path: Path) -> None:
    year = year_folder(tmp_path, "001005", "甲局")

    def run(name: str) -> str:
        command = [*COMMAND, "run", "2016", name, "--to", "html"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        return done.stdout + done.stderr

    run("甲局")
    assert not (year.outputs / "index.html").exists()
    year.run()
    page = year.page()
    (tmp_path / "params" / "2016" / "甲局.yml").write_text("年度: 2016\n", encoding="utf-8")
    assert "index.html" in run("甲局")
    assert year.page() == page and "运行 0，跳过 2" in year.run().out
    (tmp_path / "params" / "2016" / "raises.yml").write_text("年度: 2016\n", encoding="utf-8")
    run("raises")
    assert year.rows()["raises"]["status"] == "未能生成"
