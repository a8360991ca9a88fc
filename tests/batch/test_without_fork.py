"""On a system without fork, as Windows: the same commands, the same outputs, on stock kernels."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.batch.years import (
    COMMAND,
    ROOT,
    alive,
    below,
    ended,
    wait_for,
    year_folder,
)

# One after the other: in each a few seconds must be enough for a worker.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("seconds")]

WINDOWS = ROOT / "tests" / "data" / "windows"
OUTPUTS = ("html", "json")


@pytest.fixture
def on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every Python started from here find what it would find on Windows."""
    monkeypatch.setenv("PYTHONPATH", str(WINDOWS))


def run(outputs: Path) -> subprocess.CompletedProcess[str]:
    arguments = ["run", "2016", "junshan-zwfw", "--to", "html", "--outputs", str(outputs)]
    return subprocess.run([*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True)


def test_one_report_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(tmp_path / "forked").returncode == 0
    monkeypatch.setenv("PYTHONPATH", str(WINDOWS))
    done = run(tmp_path / "spawned")
    assert done.returncode == 0, done.stderr
    for extension in OUTPUTS:
        forked, spawned = (
            (tmp_path / way / "2016" / f"junshan-zwfw.{extension}").read_bytes()
            for way in ("forked", "spawned")
        )
        assert forked == spawned


def test_a_year_is_the_same_failures_included(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    year = year_folder(tmp_path, "a", "b 局", "exits", "faulty", "hangs", "raises")
    assert year.run("--outputs", "forked", "--timeout", "12").code == 1
    monkeypatch.setenv("PYTHONPATH", str(WINDOWS))
    done = year.run("--outputs", "spawned", "--timeout", "12", "--jobs", "2")
    assert done.code == 1 and not done.err
    pids = [int(pid) for pid in (tmp_path / "hanging.pid").read_text().split()]
    wait_for(lambda: not any(map(alive, pids)))
    names = [f"{d}.{e}" for d in ("a", "b 局") for e in OUTPUTS]
    for name in names:
        forked, spawned = (
            (tmp_path / way / "2016" / name).read_bytes() for way in ("forked", "spawned")
        )
        assert forked == spawned, name
    forked_rows, spawned_rows = year.rows("forked"), year.rows("spawned")
    assert forked_rows.pop("exits")["reason"] == "进程自行退出（退出码 3）"
    assert spawned_rows.pop("exits")["reason"] == "执行笔记本的进程中断，可能是内存不足"
    assert forked_rows == spawned_rows
    # Neither way gives a reason to make what the other has made.
    monkeypatch.delenv("PYTHONPATH")
    (tmp_path / "params" / "2016" / "hangs.yml").unlink()
    assert "跳过 2" in year.run("--outputs", "spawned", "--timeout", "12").out


@pytest.mark.usefixtures("on_windows")
def test_a_killed_batch_takes_all_it_started_along(tmp_path: Path) -> None:
    year = year_folder(tmp_path, "hangs")
    process = year.start()
    with ended(process):
        wait_for((tmp_path / "hanging.pid").is_file)
        family = below(process.pid)
        assert len(family) >= 3  # the worker, its kernel, and what that started
        process.kill()
        process.wait()
        wait_for(lambda: not any(map(alive, family)))


@pytest.mark.usefixtures("on_windows")
def test_two_batches_of_a_year_do_not_run_at_once(tmp_path: Path) -> None:
    year = year_folder(tmp_path, "hangs")
    process = year.start()
    with ended(process):
        wait_for((tmp_path / "hanging.pid").is_file)
        assert "另一个 govnb batch 正在写这里" in year.run().err


@pytest.mark.usefixtures("on_windows")
def test_papermill_with_our_engine_takes_a_stock_kernel(tmp_path: Path) -> None:
    arguments = ["--engine", "govnb", "--no-progress-bar", "notebooks/district.ipynb"]
    made = run(tmp_path)
    assert made.returncode == 0, made.stderr
    papermill = Path(sys.executable).with_name("papermill")
    out = tmp_path / "out.ipynb"
    subprocess.run(
        [papermill, *arguments, out, "-p", "year", "2016", "-p", "outputs_dir", str(tmp_path)],
        cwd=ROOT,
        check=True,
        env=os.environ | {"PYTHONPATH": f"{WINDOWS}{os.pathsep}{ROOT}"},
    )
    assert out.is_file()


@pytest.mark.usefixtures("on_windows")
def test_nothing_needs_fork_to_be_imported() -> None:
    """All but the shell that takes a kernel's place."""
    look = (
        "import importlib, pkgutil, govnb\n"
        "for found in pkgutil.walk_packages(govnb.__path__, 'govnb.'):\n"
        "    if found.name != 'govnb.batch.shell': importlib.import_module(found.name)"
    )
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
