"""The commands: exit codes, Chinese messages with their place, JSON shapes, files left alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.shell_completion import ShellComplete

from govnb.batch import run as run_module
from govnb.batch.job import Job
from govnb.batch.work import work
from govnb.cli import cli

ROOT = Path(__file__).resolve().parent.parent
JUNSHAN = ROOT / "params" / "2016" / "junshan-zwfw.yml"
BAD = "年度: 2016\n部门: {名称: 测试局}\n预算执行: {年初预算: 12.1.5}\n"

Department = Callable[..., Path]


def is_chinese(text: str) -> bool:
    """Tell whether a message's every line has Chinese words in it."""
    return all(re.search("[\u4e00-\u9fff]", line) for line in text.splitlines() if line.strip())


def no_traceback(outcome: Any) -> bool:
    return "Traceback" not in outcome.out + outcome.err and 'File "' not in outcome.out


# Shapes.


def test_check_says_how_many_files_and_faults(govnb: Any) -> None:
    outcome = govnb("check", JUNSHAN, "--params", ROOT / "params")
    assert (outcome.code, outcome.out, outcome.err) == (0, "1 个文件，0 处错误\n", "")


def test_check_as_json_has_file_line_column_message_and_hint(
    govnb: Any, department: Department
) -> None:
    outcome = govnb("check", department(head=BAD), "--json")
    assert outcome.code == 1
    (fault,) = outcome.json["faults"]
    assert fault == {
        "file": "params/2016/test.yml",
        "line": "3",
        "column": "14",
        "message": "“12.1.5”有 2 个小数点",
        "hint": "只留一个小数点",
    }
    assert json.loads(outcome.out)["faults"][0]["line"] == 3
    assert govnb("check", JUNSHAN, "--params", ROOT / "params", "--json").json == {"faults": []}


def test_check_takes_many_files_and_reports_each(govnb: Any, department: Department) -> None:
    bad = department(head=BAD)
    good = bad.parent / "junshan-zwfw.yml"
    outcome = govnb("check", good, bad, bad.parent / "nobody.yml")
    assert outcome.code == 1
    assert outcome.out.splitlines()[-1] == "3 个文件，2 处错误"
    assert "params/2016/test.yml:3:14: " in outcome.out
    assert "params/2016/nobody.yml:1:1: 没有这个文件" in outcome.out


RULES = sorted((ROOT / "params" / "rules").glob("*.yml"))


@pytest.mark.parametrize("file", RULES, ids=lambda path: path.stem)
def test_a_shipped_rule_file_is_checked_as_what_it_is(govnb: Any, file: Path) -> None:
    assert govnb("check", file).out.strip() == "1 个文件，0 处错误"


def test_a_fault_in_a_rule_file_of_any_kind_has_its_place(govnb: Any, params_copy: Path) -> None:
    wrong = {"trend": ("至少: 5", "至少: 很多"), "monitoring": ("    来源:", "    来园:")}
    for name, (old, new) in wrong.items():
        file = params_copy / "rules" / f"{name}.yml"
        text = file.read_text("utf-8")
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        line = text[: text.index(old)].count("\n") + 1
        out = govnb("check", file).out
        assert f"params/rules/{name}.yml:{line}:" in out, out
        assert "公式" not in out


def test_figures_as_json_has_the_contracted_shape(govnb: Any) -> None:
    outcome = govnb(
        "figures", JUNSHAN, "三公经费.公务用车运行维护费.超支率", "三公经费.变动率", "--json"
    )
    assert outcome.code == 0
    found = outcome.json
    assert list(found) == ["三公经费.公务用车运行维护费.超支率", "三公经费.变动率"]
    rate = found["三公经费.公务用车运行维护费.超支率"]
    assert {"value", "unit", "label", "formula", "inputs", "origin"} <= set(rate)
    assert rate["value"].startswith("10.8641975")
    assert found["三公经费.变动率"]["value"] is None
    for figure in govnb("figures", JUNSHAN, "--json").json.values():
        assert isinstance(figure["value"], str | None)
        assert re.fullmatch(r"[^:]+\.yml:\d+:\d+", figure["origin"])
        assert "E+" not in str(figure["value"]) and "E-" not in str(figure["value"])


def test_figures_in_the_terminal_show_value_reason_and_origin(govnb: Any) -> None:
    out = govnb("figures", JUNSHAN).out
    assert "三公经费.结余　0.94万元　params/rules/figures.yml:" in out
    assert "预算安排.对个人和家庭的补助 为 0）" in out


def test_why_a_figure_is_unknown_is_not_said_twice(govnb: Any, department: Department) -> None:
    path = department(
        "预算执行: {上年结转: 未公布, 年初预算: =1/0, 本年追加: =年度/预算执行.上年结转}\n"
    )
    lines = govnb("figures", path).out.splitlines()
    told = dict(line.split("　")[:2] for line in lines)
    assert told["预算执行.上年结转"] == "未公布"
    assert told["预算执行.年末结余"] == "未公布（参数文件没有填）"
    assert told["预算执行.年初预算"] == "不可计算（除数为 0）"
    assert told["预算执行.本年追加"] == "未公布（缺少：预算执行.上年结转）"
    explained = govnb("explain", path, "预算执行.年初预算").out
    assert "＝ 不可计算（除数为 0）　[" in explained


def test_explain_goes_down_to_the_lines_of_the_file(govnb: Any) -> None:
    outcome = govnb("explain", JUNSHAN, "三公经费.公务用车运行维护费.超支率")
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert lines[0].startswith("三公经费.公务用车运行维护费.超支率 ＝ ")
    assert "10.8641…%" in lines[1] and "params/rules/figures.yml:" in lines[1]
    assert any("8.98万元" in line and "junshan-zwfw.yml:" in line for line in lines)


def test_a_trial_on_the_command_line_changes_what_depends_on_it(govnb: Any) -> None:
    found = govnb(
        "figures", JUNSHAN, "三公经费.支出", "--set", "三公经费.公务接待费.支出=11", "--json"
    ).json
    assert found["三公经费.支出"]["value"] == "19.98"


# Bad input: exit code 1, the place, what to type.


@pytest.mark.parametrize("command", ["check", "figures", "explain", "review", "score"])
def test_a_bad_file_is_refused_by_every_command_in_the_same_words(
    command: str, govnb: Any, department: Department
) -> None:
    more = ["三公经费.结余"] if command == "explain" else []
    outcome = govnb(command, department(head=BAD), *more)
    assert outcome.code == 1
    assert "params/2016/test.yml:3:14: “12.1.5”有 2 个小数点（只留一个小数点）" in (
        outcome.out + outcome.err
    )
    assert no_traceback(outcome)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["figures", "params/2016/nobody.yml"], "没有这个文件"),
        (["figures", "params/2016"], "文件夹"),
        (["check", "README.md"], "README.md:"),
        (["check", "pyproject.toml"], "pyproject.toml:"),
        (["check", "govnb/report/fonts"], "文件夹"),
        (["figures", "params/2016/_year.yml"], "不认识“地区”"),
        (["figures", "params/2016/junshan-zwfw.yml", "三公经费.接待费.支出"], "是不是"),
        (["explain", "params/2016/junshan-zwfw.yml", "三公经费.接余"], "是不是“三公经费.结余”？"),
        (["figures", "params/2016/junshan-zwfw.yml", "--set", "三公经费.结余=1"], "算出来的"),
        (["figures", "params/2016/junshan-zwfw.yml", "--set", "三公=1"], "没有“三公”"),
        (["run", "2016", "junshan-zwwf"], "是不是“junshan-zwfw”？"),
        (["run", "2017", "junshan-zwfw"], "没有年度“2017”"),
        (["run", "2016", "../2018/nanxian-zhujian"], "没有部门"),
        (["run", "2016", "/etc/passwd"], "没有部门"),
        (["run", "2016", "_year"], "没有部门"),
        (["run", "2016", ""], "没有部门"),
        (["run", "2016", "."], "没有部门"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_does_not_exist_is_told_in_chinese_with_exit_code_1(
    arguments: list[str],
    words: str,
    govnb: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(ROOT)
    if arguments[0] == "run":
        arguments = [*arguments, "--to", "html", "--outputs", str(tmp_path / "outputs")]
    outcome = govnb(*arguments)
    told = outcome.out + outcome.err
    assert outcome.code == 1
    assert words in told and is_chinese(told) and no_traceback(outcome)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["check", "figures", "review", "score"])
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.symlink_to(path), "链接指向它自己"),
        (lambda path: os.mkfifo(path), "不是普通文件"),
    ],
    ids=["loop", "pipe"],
)
def test_what_is_no_file_is_told_and_not_waited_for(
    command: str, make: Callable[[Path], None], words: str, govnb: Any, params_copy: Path
) -> None:
    path = params_copy / "2016" / "odd.yml"
    make(path)
    outcome = govnb(command, path)
    told = outcome.out + outcome.err
    assert outcome.code == 1 and no_traceback(outcome) and is_chinese(told)
    assert "params/2016/odd.yml:1:1: " in told and words in told


def test_a_parameter_folder_without_rules_is_told(govnb: Any, tmp_path: Path) -> None:
    outcome = govnb("check", JUNSHAN, "--params", tmp_path / "nowhere")
    assert outcome.code == 1 and "nowhere/rules/figures.yml" in outcome.out


# Wrong usage: exit code 2.


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check"], "缺少文件…"),
        (["chek", "x.yml"], "是不是“check”？"),
        (["figures"], "缺少文件"),
        (["figures", "x.yml", "--jsn"], "是不是“--json”？"),
        (["explain", "x.yml"], "缺少指标"),
        (["explain", "x.yml", "甲", "乙"], "多写了"),
        (["run", "2016"], "缺少部门"),
        (["run", "今年", "junshan-zwfw"], "“今年”不是数"),
        (
            ["run", "2016", "junshan-zwfw", "--to", "xls"],
            "没有“xls”这种格式；可用：html、pdf、docx",
        ),
        (["run", "2016", "junshan-zwfw", "--to", ""], "可用：html、pdf、docx"),
        (["run", "2016", "junshan-zwfw", "--edition", "draft"], "review"),
        (["run", "2016", "junshan-zwfw", "--engine", "foo"], "可用：govnb, kernel"),
        (["figures", str(JUNSHAN), "--set", "三公经费"], "名称=值"),
        (["check", "--params"], "后面要写一个值"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_told_in_chinese_with_exit_code_2(
    arguments: list[str], words: str, govnb: Any
) -> None:
    outcome = govnb(*arguments)
    assert outcome.code == 2
    assert words in outcome.err
    assert "Error" not in outcome.err and "Try " not in outcome.err and no_traceback(outcome)
    assert outcome.out == ""


@pytest.mark.parametrize(
    "command",
    ["", "check", "figures", "explain", "review", "score", "run", "batch", "schema", "new"],
)
def test_help_is_in_chinese(command: str, govnb: Any) -> None:
    outcome = govnb(*command.split(), "--help")
    assert outcome.code == 0
    assert outcome.out.startswith("用法：govnb")
    for english in ("Usage", "Options", "Commands", "Show this message", "PATH", "TEXT", "INTEGER"):
        assert english not in outcome.out, outcome.out


def test_help_stands_in_columns_as_wide_as_they_look(govnb: Any) -> None:
    wide = [
        "".join(c * (2 if unicodedata.east_asian_width(c) in "WF" else 1) for c in line)
        for line in govnb("batch", "--help").out.splitlines()
    ]
    starts = {match.end() for line in wide if (match := re.match(r"  -+\S.*?\s{2,}", line))}
    assert starts == {30} and max(map(len, wide)) <= 80


@pytest.mark.parametrize(
    ("words", "typed", "found"),
    [
        (["run"], "20", ["2016", "2018", "2019", "2026"]),
        (["new", "2020", "x", "--from"], "2018", ["2018"]),
        (["run", "2016"], "jun", ["junshan-zwfw"]),
        (["run", "1999"], "", []),
        (["explain", JUNSHAN], "三公经费.公务接待费.支", ["三公经费.公务接待费.支出"]),
        (["figures", JUNSHAN, "--set"], "三公经费.公务接待费.支", ["三公经费.公务接待费.支出="]),
        (["figures", JUNSHAN, "--set"], "三公经费.控制率", []),
        (["explain", "没有.yml"], "三", []),
    ],
)
def test_the_shell_completes_years_departments_and_figures(
    words: list[Any], typed: str, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    shell = ShellComplete(cli, {}, "govnb", "_GOVNB_COMPLETE")
    assert [item.value for item in shell.get_completions([*map(str, words)], typed)] == found


@pytest.mark.skipif(os.name == "nt", reason="no bash")
def test_bash_asks_the_command_itself() -> None:
    command = Path(sys.executable).parent
    script = f"""export PATH="{command}:$PATH"
        eval "$(_GOVNB_COMPLETE=bash_source govnb)"
        COMP_WORDS=(govnb run 2016 jun); COMP_CWORD=3
        _govnb_completion govnb; echo "${{COMPREPLY[@]}}"
    """
    said = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert said.stdout.split() == ["junshan-zwfw"], said.stderr


@pytest.mark.skipif(os.name == "nt", reason="no bash")
def test_bash_inserts_a_name_with_a_blank_as_one_word(tmp_path: Path) -> None:
    (tmp_path / "params/2016").mkdir(parents=True)
    (tmp_path / "params/2016/君山 政务.yml").touch()
    words = {"_GOVNB_COMPLETE": "bash_complete", "COMP_WORDS": "govnb\nrun\n2016\n君"}
    env = {**os.environ, **words, "COMP_CWORD": "3", "PYTHONUTF8": "1"}
    command = Path(sys.executable).with_name("govnb")
    said = subprocess.run([command], cwd=tmp_path, env=env, capture_output=True, encoding="utf-8")
    assert said.stdout == "plain,君山\\ 政务\n", said.stderr


def test_help_says_in_chinese_what_has_to_be_given(govnb: Any) -> None:
    assert "写到哪里（必写）" in govnb("sample", "--help").out


def test_the_version_is_shown(govnb: Any) -> None:
    assert re.fullmatch(r"govnb \d+\.\d+\.\d+\S*\n", govnb("--version").out)


def test_the_installed_command_answers_the_same_and_ends_without_a_traceback(
    tmp_path: Path,
) -> None:
    command = Path(sys.executable).parent / "govnb"
    environment = {**os.environ, "PYTHONWARNINGS": "default", "PYTHONUTF8": "0", "LC_ALL": "C"}
    done = subprocess.run(
        [command, "figures", tmp_path / "没有.yml"],
        capture_output=True,
        check=False,
        env=environment,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stdout == b""
    told = done.stderr.decode("utf-8", "replace")
    assert "Traceback" not in told and ".yml:1:1:" in told and "Warning" not in told


def test_output_cut_off_by_another_program_is_no_crash(tmp_path: Path) -> None:
    command = f"{Path(sys.executable).parent / 'govnb'} figures {JUNSHAN} --json | head -c 10"
    done = subprocess.run(command, shell=True, capture_output=True, check=False, timeout=60)
    assert b"Traceback" not in done.stderr


# Files.

OLD = {"ipynb": "{}", "json": "{}", "html": "<p>旧的好报告</p>"}


@pytest.fixture
def old_outputs(tmp_path: Path) -> Path:
    """An outputs folder with an older good report of the made-up department."""
    folder = tmp_path / "outputs" / "2016"
    folder.mkdir(parents=True)
    for kind, text in OLD.items():
        (folder / f"test.{kind}").write_text(text, encoding="utf-8")
    return tmp_path / "outputs"


def is_untouched(outputs: Path) -> bool:
    found = {p.name: p.read_text("utf-8") for p in outputs.rglob("*") if p.is_file()}
    return found == {f"test.{kind}": text for kind, text in OLD.items()}


def test_a_run_on_bad_input_leaves_the_older_report_and_no_other_file(
    govnb: Any, department: Department, old_outputs: Path
) -> None:
    path = department("叙述: {概述: '共{{ 乙 }}。'}\n")
    outcome = govnb(
        *("run", "2016", "test", "--to", "html"),
        *("--params", path.parents[1], "--outputs", old_outputs),
    )
    assert outcome.code == 1
    assert "params/2016/test.yml:4:" in outcome.err and "没有“乙”" in outcome.err
    assert no_traceback(outcome) and is_chinese(outcome.err)
    assert is_untouched(old_outputs)


@pytest.mark.parametrize("broken", ["ipynb", "json", "html"])
def test_a_report_that_fails_while_it_is_made_leaves_the_older_one(
    broken: str, old_outputs: Path, params: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def render(notebook: Any, name: str, with_figures: bool) -> bytes:
        if name == broken:
            raise ValueError("坏了")
        return b"{}"

    def execute(job: Job) -> Any:
        if broken == "ipynb":
            raise ValueError("坏了")
        return {"cells": []}

    monkeypatch.setattr(run_module, "_sign", lambda notebook: None)
    monkeypatch.setattr(run_module, "execute", execute)
    monkeypatch.setattr(run_module, "render", render)
    failure = work(Job(2016, "test", params, old_outputs, ("html",))).failure
    assert failure is not None and "坏了" in failure.text()
    assert is_untouched(old_outputs)


def test_a_disk_that_fills_up_leaves_the_older_report_and_no_scraps(
    old_outputs: Path, params: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    chmod = os.chmod

    # The last thing done to each file before any takes its name.
    def full(name: Any, mode: int) -> None:
        written.append(name)
        if len(written) == 3:
            raise OSError(28, "No space left on device")
        chmod(name, mode)

    monkeypatch.setattr(run_module, "_sign", lambda notebook: None)
    monkeypatch.setattr(run_module, "execute", lambda job: {"cells": []})
    monkeypatch.setattr(run_module, "render", lambda *_: b"{}")
    monkeypatch.setattr(os, "chmod", full)
    failure = work(Job(2016, "test", params, old_outputs, ("html",))).failure
    assert failure is not None and "No space" in failure.text()
    assert is_untouched(old_outputs)


def test_outputs_that_cannot_be_written_are_told(govnb: Any, tmp_path: Path) -> None:
    blocked = tmp_path / "outputs"
    blocked.write_text("不是文件夹")
    outcome = govnb("schema", "--params", blocked)
    assert outcome.code == 1
    assert "读写出错" in outcome.err and no_traceback(outcome)
    assert blocked.read_text() == "不是文件夹"


def test_a_trial_run_never_takes_the_reports_name(govnb: Any, tmp_path: Path) -> None:
    outcome = govnb(
        *("run", "2016", "junshan-zwfw", "--to", "html", "--set", "三公经费.公务接待费.支出=11"),
        *("--params", ROOT / "params", "--outputs", tmp_path),
    )
    assert outcome.code == 0, outcome.err
    assert {p.name for p in (tmp_path / "2016").iterdir()} == {
        f"junshan-zwfw-试算.{kind}" for kind in ("ipynb", "json", "html")
    }
    page = (tmp_path / "2016" / "junshan-zwfw-试算.html").read_text("utf-8")
    assert "试算" in page and "19.98万元" in page
