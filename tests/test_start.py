"""The start page's buttons, without a browser: each says what its command says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from govnb.start import StartPage

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StartPage:
    """The page as the notebook shows it, the real 2016 report chosen."""
    unused = shutil.ignore_patterns("2018", "2019")
    shutil.copytree(ROOT / "params", tmp_path / "params", ignore=unused)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    made = StartPage()
    made.year.value, made.department.value = 2016, "junshan-zwfw"
    return made


def said(page: StartPage) -> str:
    return str(page.said.outputs[0]["data"]["text/html"])


def test_it_says_how_a_department_stands(page: StartPage) -> None:
    assert "检查通过" in page.state.value and "还没有生成过报告" in page.state.value


def test_check_leads_to_the_file(page: StartPage) -> None:
    file = page.root / "params/2016/junshan-zwfw.yml"
    file.write_text(file.read_text("utf-8").replace("30.98", "3O.98", 1), "utf-8")
    page.check()
    assert "“3O.98”" in said(page) and 'href="../params/2016/junshan-zwfw.yml"' in said(page)
    assert "参数文件有 1 处错误" in page.state.value


def test_a_trial_shows_before_and_after_and_writes_nothing(page: StartPage) -> None:
    page.name.value, page.value.value = "三公经费.公务接待费.支出", "5"
    page.try_out()
    assert "试算前 → 试算后" in said(page) and "→ 5" in said(page)
    page.value.value = "五毛"
    page.try_out()
    assert "五毛" in said(page) and "Traceback" not in said(page)
    assert not page.outputs.exists()


def test_a_new_year_begins_with_this_one(page: StartPage) -> None:
    page.next_year()
    assert (page.root / "params/2017/junshan-zwfw.yml").exists()
    assert (page.year.value, page.department.value) == (2017, "junshan-zwfw")
