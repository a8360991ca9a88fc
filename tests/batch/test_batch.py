"""The batch: isolation, failures, interruptions, and what is left when all goes wrong."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from govnb.batch.outcome import Failure, Outcome
from govnb.batch.progress import Progress, failures
from tests.batch.years import (
    BEHAVIOUR,
    YearFolder,
    alive,
    below,
    ended,
    wait_for,
    year_folder,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def two(tmp_path: Path) -> YearFolder:
    return year_folder(tmp_path, "001005", "甲局")


def test_every_department_gets_its_outputs_and_the_page_lists_them(two: YearFolder) -> None:
    done = two.run()
    assert done.code == 0, done.err
    for name in ("001005", "甲局"):
        for extension in ("html", "json", "ipynb"):
            assert (two.outputs / f"{name}.{extension}").is_file()
        assert name in two.page()
    assert {row["status"] for row in two.rows().values()} == {"通过"}
    assert (two.outputs / "_all" / "district.html").is_file()
    assert "./_all/district.html" in two.page()
    two.check_whole()
    # What is about all departments stands apart: a glob over results finds departments only.
    assert {path.stem for path in two.outputs.glob("*.json")} == {"001005", "甲局"}
    of_all = {path.name for path in (two.outputs / "_all").iterdir()}
    assert of_all >= {"summary.csv", "summary.xlsx", "findings.csv", "findings.xlsx"}


def test_the_edition_for_publication_stands_beside_the_review_under_its_own_name(
    two: YearFolder,
) -> None:
    assert two.run().code == 0
    before = {path.name: path.read_bytes() for path in two.outputs.iterdir() if path.is_file()}
    done = two.run("--edition", "publish", "--to", "html,docx")
    assert done.code == 0 and "完成 2" in done.out, done.out
    made = {path.name for path in two.outputs.iterdir() if path.is_file()} - set(before)
    names = ("001005-公开版", "甲局-公开版")
    assert made == {f"{name}.{extension}" for name in names for extension in ("html", "docx")}
    # The reviewers' page, tables and results are as they were.
    assert all((two.outputs / name).read_bytes() == data for name, data in before.items())
    assert "跳过 2" in two.run("--edition", "publish", "--to", "html,docx").out
    again = two.run()
    assert "跳过 2" in again.out and "公开版" not in again.out
    (two.outputs / "甲局-公开版.docx").unlink()
    assert "完成 1" in two.run("--edition", "publish", "--to", "html,docx").out


@pytest.mark.parametrize("formats", ["docx", "pdf,docx", "html,pdf,docx"])
def test_every_format_is_made_by_the_same_workers(two: YearFolder, formats: str) -> None:
    done = two.run("--to", formats, "--timeout", "120")
    assert done.code == 0, done.out
    for name in ("001005", "甲局"):
        for extension in formats.split(","):
            assert (two.outputs / f"{name}.{extension}").stat().st_size > 1000


@pytest.mark.xdist_group("seconds")
def test_one_that_fails_stops_none_of_the_rest_and_the_page_says_why(tmp_path: Path) -> None:
    year = year_folder(tmp_path, "a-good", "exits", "faulty", "hangs", "killed", "raises", "z-good")
    (tmp_path / "params" / "2016" / "folder.yml").mkdir()
    (tmp_path / "params" / "2016" / "gone.yml").symlink_to("nowhere.yml")
    os.mkfifo(tmp_path / "params" / "2016" / "pipe.yml")
    done = year.run("--timeout", "5", "--jobs", "3")
    assert done.code == 1
    rows = year.rows()
    assert [n for n, row in rows.items() if row["status"] != "未能生成"] == ["a-good", "z-good"]
    assert "退出码 3" in rows["exits"]["reason"]
    assert "SIGKILL" in rows["killed"]["reason"]
    assert "超过 5 秒" in rows["hangs"]["reason"]
    assert "KeyError" in rows["raises"]["reason"]
    assert "1 处错误" in rows["faulty"]["reason"]
    assert rows["folder"]["reason"] == rows["pipe"]["reason"] == "不是普通文件"
    assert rows["gone"]["reason"] == "找不到所指的文件"
    page = year.page()
    assert "<code>params/2016/faulty.yml:3:7</code>" in page
    assert "“１２”含全角字符" in page
    assert "停在笔记本第 3 格" in page
    assert "坏了 &lt;script&gt;" in page and "坏了 <script>" not in page
    assert "Traceback" not in page
    for name in ("exits", "faulty", "hangs", "killed", "raises"):
        assert not (year.outputs / f"{name}.html").exists()
    # The notebook and the process it had started, both.
    for pid in map(int, (tmp_path / "hanging.pid").read_text().split()):
        assert not alive(pid)
    year.check_whole()


def test_a_failure_leaves_the_last_good_report_and_says_it_is_old(two: YearFolder) -> None:
    two.run()
    good = (two.outputs / "甲局.html").read_bytes()
    (two.path / "params" / "2016" / "甲局.yml").unlink()
    (two.path / "params" / "2016" / "甲局.yml").mkdir()
    assert two.run().code == 1
    assert (two.outputs / "甲局.html").read_bytes() == good
    assert two.rows()["甲局"]["status"] == "未能生成"


def test_one_job_and_four_give_the_same_bytes(tmp_path: Path) -> None:
    names = [f"{i:03d}" for i in range(8)]
    year = year_folder(tmp_path, *names)
    assert year.run("--jobs", "1", "--outputs", "one").code == 0
    assert year.run("--jobs", "4", "--outputs", "four").code == 0
    compared = 0
    one, four = (tmp_path / name / "2016" for name in ("one", "four"))
    for path in (*one.iterdir(), *(one / "_all").iterdir()):
        if path.suffix in (".html", ".json", ".csv"):
            assert path.read_bytes() == (four / path.relative_to(one)).read_bytes(), path
            compared += 1
    assert compared == 8 * 2 + 6


def test_nothing_runs_again_unless_something_changed_and_the_reason_is_said(
    two: YearFolder,
) -> None:
    assert "尚未生成 2" in two.run().out
    page = two.page()
    again = two.run()
    assert again.code == 0 and "运行 0，跳过 2" in again.out
    assert two.page() == page
    (two.path / "params" / "2016" / "甲局.yml").write_text("年度: 2016\n", encoding="utf-8")
    changed = two.run()
    assert "甲局　完成" in changed.out and "参数文件有改动" in changed.out
    assert "001005" not in changed.out
    assert two.receipt("甲局")["run"]["reasons"] == ["参数文件有改动"]
    (two.outputs / "甲局.html").write_text("x")
    (two.outputs / "001005.json").unlink()
    mended = two.run()
    assert "输出 甲局.html 被改动" in mended.out and "输出 001005.json 不见了" in mended.out
    two.check_whole()
    assert "--force" in two.run("--force").out


def test_a_dry_run_says_what_would_run_and_runs_nothing(two: YearFolder) -> None:
    done = two.run("--dry-run")
    assert done.code == 0
    assert "运行　001005　尚未生成" in done.out
    assert not two.outputs.exists()
    two.run()
    assert "跳过　甲局　无改动" in two.run("--dry-run").out


def test_a_department_whose_file_is_gone_is_told_of_and_kept(two: YearFolder) -> None:
    two.run()
    (two.path / "params" / "2016" / "甲局.yml").unlink()
    done = two.run()
    assert done.code == 0
    assert "甲局" in done.out and "没有删除" in done.out
    assert (two.outputs / "甲局.html").is_file()
    assert "参数文件已不在的部门（1）" in two.page()
    assert list(two.rows()) == ["001005"]


def test_names_that_belong_to_the_page_or_leave_the_folder_are_refused(tmp_path: Path) -> None:
    year = year_folder(tmp_path, "ok", "index", "District", "x-试算", "=cmd", "a b#?%&'\"<i>")
    done = year.run()
    assert done.code == 1
    rows = year.rows()
    for name in ("index", "District", "x-试算"):
        assert rows[name]["reason"] == "文件名不能用"
    assert rows["=cmd"]["status"] == "通过"
    assert rows["a b#?%&'\"<i>"]["status"] == "通过"
    page = year.page()
    assert "<i>" not in page
    assert 'href="./a%20b%23%3F%25%26%27%22%3Ci%3E.html"' in page
    outside = [p for p in tmp_path.rglob("*") if p.is_file() and p.suffix == ".html"]
    # What is about all departments stands apart.
    assert {p.parent for p in outside} <= {year.outputs, year.outputs / "_all"}


def test_an_interrupt_ends_the_workers_and_the_next_run_goes_on(tmp_path: Path) -> None:
    year = year_folder(tmp_path, "a", "b", "hangs")
    process = year.start("--jobs", "1")
    with ended(process):
        wait_for((tmp_path / "hanging.pid").is_file)
        family = below(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert "再次运行会接着做" in (process.stderr.read() if process.stderr else "")
    wait_for(lambda: not any(map(alive, family)))
    year.check_whole()
    (tmp_path / "params" / "2016" / "hangs.yml").unlink()
    assert "跳过 2" in year.run().out


def test_a_killed_batch_takes_all_it_started_along_and_the_next_run_goes_on(tmp_path: Path) -> None:
    year = year_folder(tmp_path, "a", "b", "hangs")
    process = year.start("--jobs", "1")
    with ended(process):
        wait_for((tmp_path / "hanging.pid").is_file)
        family = below(process.pid)
        assert len(family) >= 3  # the warm process, the notebook's, and what that started
        process.kill()
        process.wait()
        wait_for(lambda: not any(map(alive, family)))
    (tmp_path / "params" / "2016" / "hangs.yml").unlink()
    again = year.run()
    assert again.code == 0, again.err
    assert "跳过 2" in again.out
    year.check_whole()


def test_a_killed_batch_takes_a_worker_along_that_holds_pythons_lock(tmp_path: Path) -> None:
    lock = "import ctypes, pathlib\npathlib.Path('held').touch()\nctypes.PyDLL(None).sleep(1000)"
    year = year_folder(tmp_path, "a", cells=(BEHAVIOUR, lock))
    process = year.start("--jobs", "1")
    with ended(process):
        wait_for((tmp_path / "held").is_file)
        family = below(process.pid)
        process.kill()
        process.wait()
        wait_for(lambda: not any(map(alive, family)))


def test_a_worker_that_is_killed_is_one_failure(tmp_path: Path) -> None:
    year = year_folder(tmp_path, "a", "b", "hangs")
    process = year.start("--jobs", "1")
    with ended(process):
        pid = int(wait_for(lambda: _read(tmp_path / "hanging.pid")).split()[0])
        os.kill(pid, signal.SIGKILL)
        assert process.wait(60) == 1
    assert "SIGKILL" in year.rows()["hangs"]["reason"]
    assert year.rows()["a"]["status"] == year.rows()["b"]["status"] == "通过"


def _read(path: Path) -> str:
    return path.read_text() if path.is_file() else ""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", folder], capture_output=True
    )
    if made.returncode:
        pytest.skip("cannot mount a small disk here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_fails_some_and_the_page_says_so(small_disk: Path, tmp_path: Path) -> None:
    big = "text = department * 60000"
    cells = (big, _result())
    year = year_folder(tmp_path / "year", *(f"{i:03d}" for i in range(10)), cells=cells)
    (year.path / "outputs").symlink_to(small_disk)
    done = year.run("--jobs", "2")
    assert done.code == 1
    rows = year.rows()
    failed = [name for name, row in rows.items() if row["status"] == "未能生成"]
    assert 0 < len(failed) < 10
    assert "磁盘满了" in rows[failed[0]]["reason"]
    assert "磁盘满了" in year.page()
    year.check_whole()
    for name in failed:
        assert not (year.outputs / f"{name}.html").exists()
    # With room again, only what failed runs.
    subprocess.run(["mount", "-o", "remount,size=40m", small_disk], check=True)
    again = year.run()
    assert again.code == 0, again.out
    assert f"跳过 {10 - len(failed)}" in again.out


def _result() -> str:
    from tests.batch.years import RESULT

    return RESULT


def test_leavings_of_a_killed_run_are_swept_and_those_of_a_living_one_kept(two: YearFolder) -> None:
    two.run()
    host = socket.gethostname()[:60]
    dead = two.outputs / f".govnb-{host}-{2**22 - 1}-abc.tmp"
    living = two.outputs / f".govnb-{host}-{os.getpid()}-abc.tmp"
    elsewhere = two.outputs / ".govnb-another-host-1-abc.tmp"
    for path in (dead, living, elsewhere):
        path.write_text("half")
    two.run()
    assert not dead.exists() and living.exists() and elsewhere.exists()
    for path in (living, elsewhere):
        path.unlink()


def test_two_batches_of_a_year_do_not_run_at_once(tmp_path: Path) -> None:
    year = year_folder(tmp_path, "hangs")
    process = year.start()
    with ended(process):
        wait_for((tmp_path / "hanging.pid").is_file)
        second = year.run()
        assert second.code == 1
        assert "另一个 govnb batch 正在写这里" in second.err


def test_a_notebook_that_goes_elsewhere_changes_nothing(tmp_path: Path) -> None:
    year = year_folder(tmp_path, "wanders")
    assert year.run().code == 0
    assert (year.outputs / "wanders.html").is_file()


def test_stock_kernels_give_the_same_pages(tmp_path: Path) -> None:
    year = year_folder(tmp_path, "a", "b", "raises")
    assert year.run("--outputs", "one").code == 1
    assert year.run("--outputs", "two", "--engine", "kernel", "--jobs", "2").code == 1
    for name in ("a.html", "a.json", "b.html", "_all/summary.json"):
        one, two = (tmp_path / folder / "2016" / name for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


@pytest.mark.xdist_group("seconds")
def test_a_stock_kernel_that_hangs_is_ended_with_its_own_session(tmp_path: Path) -> None:
    year = year_folder(tmp_path, "a", "hangs")
    assert year.run("--engine", "kernel", "--timeout", "12").code == 1
    assert "超过 12 秒" in year.rows()["hangs"]["reason"]
    pids = [int(pid) for pid in (tmp_path / "hanging.pid").read_text().split()]
    wait_for(lambda: not any(map(alive, pids)), 10)


def test_an_account_without_a_home_reads_no_warnings(
    two: YearFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not even root can make a folder below a file.
    (two.path / "home").write_text("")
    monkeypatch.setenv("HOME", str(two.path / "home" / "govnb"))
    done = two.run()
    assert done.code == 0 and done.err == ""


def test_an_unknown_year_and_an_empty_one_are_faults(tmp_path: Path) -> None:
    year = year_folder(tmp_path)
    empty = year.run()
    assert empty.code == 1 and "2016 年没有部门的参数文件" in empty.err
    shutil.rmtree(tmp_path / "params" / "2016")
    unknown = year.run()
    assert unknown.code == 1 and "没有年度“2016”的文件夹" in unknown.err
    assert "Traceback" not in unknown.err


def test_wrong_usage_is_exit_code_two(tmp_path: Path) -> None:
    year = year_folder(tmp_path, "a")
    assert year.run("--jobs", "0").code == 2
    assert year.run("--to", "odt").code == 2


def test_the_parent_loads_none_of_what_draws(two: YearFolder) -> None:
    two.run()
    watch = (
        "import sys; sys.argv = ['govnb', 'batch', '2016', '--to', 'html']\n"
        "from govnb.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'matplotlib', 'nbconvert', 'IPython', 'typst'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", watch], cwd=two.path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads((two.outputs / "_all" / "summary.json").read_text("utf-8"))


def test_what_is_not_read_or_stands_twice_is_named_wherever_a_year_is_listed(
    tmp_path: Path,
) -> None:
    year = year_folder(tmp_path, "ok", "a", "b", "x - 副本", "con")
    folder = tmp_path / "params" / "2016"
    for name in ("a", "b"):
        stated = "年度: 2016\n部门: {名称: 甲局}\n"
        (folder / f"{name}.yml").write_text(stated, encoding="utf-8")
    (folder / "sub").mkdir()
    for name in ("y.yaml", "z.yml.txt", "sub/w.yml", ".DS_Store"):
        (folder / name).write_text("年度: 2016\n", encoding="utf-8")
    unread = ["sub/w.yml", "x - 副本.yml", "y.yaml", "z.yml.txt"]
    listed = year.run("--dry-run")
    done = year.run()
    assert (listed.code, done.code) == (0, 1)
    summary = json.loads((year.outputs / "_all" / "summary.json").read_text("utf-8"))
    assert [file["file"] for file in summary["unread"]] == [f"params/2016/{n}" for n in unread]
    assert all(file["reason"] and file["hint"] for file in summary["unread"])
    page = year.page()
    assert "没有读的文件（4）" in page
    for told in (listed.out, done.out, page):
        assert all(f"params/2016/{name}" in told for name in unread) and ".DS_Store" not in told
        for name, twin in (("a", "b"), ("b", "a")):
            assert f"params/2016/{name}.yml:2:10" in told
            assert f"与 params/2016/{twin}.yml:2:10 的名称“甲局”相同" in told
    rows = year.rows()
    assert {n: row["status"] for n, row in rows.items() if n != "ok"} == dict.fromkeys(
        ("a", "b", "con"), "未能生成"
    )
    assert rows["ok"]["status"] == "通过"
    assert rows["a"]["reason"] == rows["b"]["reason"] == "与别的文件重复"


def test_a_line_of_the_log_says_when_which_how_and_how_long(tmp_path: Path) -> None:
    run = year_folder(tmp_path, "甲局", "faulty").run()
    said = run.out.splitlines()
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d　"
    assert all(re.match(stamp, line) for line in said)
    whole = "\n".join(said)
    assert re.search(stamp + r"\[\d/2\] 甲局　完成　\d+\.\d 秒", whole)
    failed = r"\[\d/2\] faulty　失败　\d+\.\d 秒　参数文件有 1 处错误　params/2016/faulty\.yml:3:7"
    assert re.search(stamp + failed, whole)
    again = r"未能生成：faulty　参数文件有 1 处错误　params/2016/faulty\.yml:3:7"
    assert re.search(stamp + again, whole)


@pytest.mark.parametrize("no_color", [False, True])
def test_a_terminal_shows_a_bar_and_each_failure_once_more_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_color: bool
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    terminal = Terminal()
    failure = Failure("参数文件有 1 处错误", places=("params/2016/乙局.yml:3:7",))
    outcomes = [Outcome("甲局", 1.0), Outcome("乙局", 1.0, failure=failure)]
    with Progress(2, 0, 1, terminal) as progress:
        for outcome in outcomes:
            progress.tell(outcome)
    shown = terminal.getvalue()
    assert "完成 1　跳过 0　失败 1" in shown and "params/2016/乙局.yml:3:7" in shown
    assert bool(re.search(r"\x1b\[[\d;]*3[1-7]", shown)) is not no_color
    assert failures(outcomes) == "未能生成：乙局　参数文件有 1 处错误　params/2016/乙局.yml:3:7"
