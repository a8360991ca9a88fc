"""The start page beside files that are broken, gone or strangely named; without a browser."""

from __future__ import annotations

import os
import re
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from govnb.start import StartPage

ROOT = Path(__file__).resolve().parents[2]
FILE = "params/2016/junshan-zwfw.yml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    base = tmp_path / "绩效 评价"
    shutil.copytree(ROOT / "params", base / "params", ignore=shutil.ignore_patterns("20??-*"))
    (base / "notebooks").mkdir()
    monkeypatch.chdir(base / "notebooks")
    return base


def page(department: str = "junshan-zwfw") -> StartPage:
    shown = StartPage()
    shown.year.value, shown.department.value = 2016, department
    return shown


def pressed(shown: StartPage, button: str) -> str:
    """Press a button and return what is then said."""
    (found,) = (b for b in (*shown.buttons, shown.trial) if b.description == button)
    found.click()
    said = "".join(output["data"]["text/html"] for output in shown.said.outputs)
    return re.sub("<[^>]*>", "", said)


def test_a_folder_without_parameter_files_says_how_one_begins(folder: Path) -> None:
    shutil.rmtree(folder / "params")
    shown = StartPage()
    assert "govnb new" in shown.state.value
    assert all(button.disabled for button in shown.buttons)


@pytest.mark.parametrize("button", ["检查", "试算"])
def test_a_file_that_went_since_it_was_chosen_is_told_and_leaves_the_list(
    folder: Path, button: str
) -> None:
    shown = page()
    shown.name.value, shown.value.value = "三公经费.公务接待费.支出", "5"
    (folder / FILE).unlink()
    assert "没有部门“junshan-zwfw”" in pressed(shown, button)
    assert shown.department.value == "yueyangxian-rongwanhu"


def test_a_file_that_goes_before_it_is_chosen_is_told(folder: Path) -> None:
    shown = page("yueyangxian-rongwanhu")
    (folder / FILE).unlink()
    shown.department.value = "junshan-zwfw"
    assert "1 处错误" in shown.state.value


@pytest.mark.parametrize("text", ["", "[1]", '{"review": null}', "{}"])
def test_a_result_that_is_none_counts_as_no_report(folder: Path, text: str) -> None:
    result = folder / "outputs/2016/junshan-zwfw.json"
    result.parent.mkdir(parents=True)
    result.write_text(text, "utf-8")
    assert "还没有生成过报告" in page().state.value


def test_a_name_that_looks_like_an_option_is_a_name(folder: Path) -> None:
    (folder / FILE).rename(folder / "params/2016/-某局（本级）.yml")
    shown = page("-某局（本级）")
    assert "1 个文件，0 处错误" in pressed(shown, "检查")
    assert "2017/-某局（本级）.yml" in pressed(shown, "新建下一年")


def test_the_page_opens_at_the_year_of_the_newest_report(folder: Path) -> None:
    assert StartPage().year.value == 2026
    for year, age in ((2016, 0), (2018, 60)):
        made = folder / "outputs" / str(year)
        made.mkdir(parents=True)
        os.utime(made, (time.time() - age,) * 2)
    assert StartPage().year.value == 2016


def test_what_was_made_for_next_year_is_still_said_when_it_is_shown(folder: Path) -> None:
    shown = page()
    assert "params/2017/junshan-zwfw.yml" in pressed(shown, "新建下一年")
    assert (shown.year.value, shown.department.value) == (2017, "junshan-zwfw")
    shown.year.value = 2016
    assert "文件已经有了" in pressed(shown, "新建下一年")


def test_clicks_while_a_command_runs_are_not_made_up_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = page()
    runs: list[object] = []

    def run(*words: object) -> None:
        runs.append(words)
        time.sleep(0.05)

    monkeypatch.setattr(shown, "_run", run)
    # The browser's clock is ahead; three clicks are sent before the first is answered.
    sent = datetime(2030, 1, 1, tzinfo=UTC)
    for late in (0, 10, 20, 3000):
        clicked = sent + timedelta(milliseconds=late)
        monkeypatch.setattr("govnb.start._clicked", lambda when=clicked: when)
        shown._pressed(shown.check)
    assert len(runs) == 2


def test_a_file_with_a_blank_in_its_name_is_led_to(folder: Path) -> None:
    text = (folder / FILE).read_text("utf-8").replace("名称: 君山区政务", "名称: 君山区试写", 1)
    (folder / "params/2016/君山 政务.yml").write_text(text.replace("30.98", "3O.98", 1), "utf-8")
    shown = page("君山 政务")
    pressed(shown, "检查")
    link = "../params/2016/%E5%90%9B%E5%B1%B1%20%E6%94%BF%E5%8A%A1.yml"
    assert f'href="{link}"' in str(shown.said.outputs)
