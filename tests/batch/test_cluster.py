"""The batch on a cluster: real schedulers and workers on loopback, one killed in mid-run."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from govnb.batch.cluster import run_there
from govnb.batch.job import Job
from govnb.batch.store import Folder, Remote, store_of
from govnb.text.faults import FaultsError
from tests.batch.years import (
    BEHAVIOUR,
    RESULT,
    ROOT,
    YearFolder,
    alive,
    below,
    wait_for,
    year_folder,
)

pytest.importorskip("distributed")
# One after the other: in each a few seconds must be enough for a worker.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("seconds")]


class Processes:
    """A scheduler and its workers, as people start them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        self.start("scheduler", "--scheduler-file", str(file), "--host", "127.0.0.1", "--port", "0")
        wait_for(lambda: file.is_file() and "tcp://" in file.read_text())
        self.address = re.findall(r"tcp://[\d.:]+", file.read_text())[0]

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start `dask` with arguments."""
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        environment.pop("PYTEST_CURRENT_TEST", None)
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name("dask")), *arguments, "--no-dashboard"],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def worker(self, name: str) -> subprocess.Popen[bytes]:
        """Start a worker that runs one department at a time."""
        return self.start(
            "worker", self.address, "--name", name, "--nthreads", "1", "--no-nanny",
            "--local-directory", str(self.folder / name),
        )  # fmt: skip

    def end(self) -> None:
        """End all of them."""
        for process in reversed(self.started):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Processes]:
    folder = tmp_path / "dask"
    folder.mkdir()
    processes = Processes(folder)
    try:
        yield processes
    finally:
        processes.end()


@pytest.fixture
def year(tmp_path: Path) -> YearFolder:
    (tmp_path / "year").mkdir()
    ledgers = "ledgers = [p.name for p in Path(params_dir, '2016').glob(f'{department}.*.csv')]"
    result = RESULT.replace('"text": text', '"text": ledgers')
    names = (*(f"slow-{i:02d}" for i in range(8)), "raises")
    return year_folder(tmp_path / "year", *names, cells=(BEHAVIOUR, ledgers, result))


def test_a_killed_worker_takes_no_department_with_it(dask: Processes, year: YearFolder) -> None:
    first, second = dask.worker("one"), dask.worker("two")
    process = year.start("--scheduler", dask.address)
    # Both have begun: each has its own warm process.
    wait_for(lambda: below(first.pid) and below(second.pid), 120)
    wait_for(lambda: list(year.outputs.glob("slow-*.html")), 120)
    family = [first.pid, *below(first.pid)]
    first.kill()
    _, err = process.communicate(timeout=300)
    assert process.returncode == 1, err
    rows = year.rows()
    assert [name for name, row in rows.items() if row["status"] != "通过"] == ["raises"]
    assert "KeyError" in rows["raises"]["reason"]
    assert len(list(year.outputs.glob("slow-*.html"))) == 8
    wait_for(lambda: not any(map(alive, family[1:])))
    year.check_whole()
    # The same bytes as made here, and nothing to do again.
    assert year.run("--outputs", "here").code == 1
    for path in (year.path / "here" / "2016").glob("slow-*.json"):
        assert path.read_bytes() == (year.outputs / path.name).read_bytes()
    again = year.run("--scheduler", dask.address)
    assert "跳过 8" in again.out


def test_a_cluster_started_for_the_batch_writes_to_a_url(year: YearFolder, tmp_path: Path) -> None:
    url = f"file://{tmp_path}/by-url"
    (year.path / "params/2016/slow-05.月度.csv").write_text("项目,月份\n", encoding="utf-8")
    done = year.run("--scheduler", "local", "--jobs", "2", "--outputs", url)
    assert done.code == 1, done.err
    folder = tmp_path / "by-url" / "2016"
    sent = json.loads((folder / "slow-05.json").read_text("utf-8"))["text"]
    assert sent == ["slow-05.月度.csv"]
    assert len(list(folder.glob("slow-*.html"))) == 8
    assert "KeyError" in (folder / "index.html").read_text("utf-8")
    assert (folder / "_all" / "district.html").is_file()
    assert "跳过 8" in year.run("--outputs", url).out
    (folder / "slow-03.html").unlink()
    assert "slow-03.html 不见了" in year.run("--outputs", url).out
    assert (folder / "slow-03.html").is_file()


def test_a_scheduler_that_is_not_there_is_a_fault(
    year: YearFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "2s")
    done = year.run("--scheduler", "tcp://127.0.0.1:1")
    assert done.code == 1
    assert "连不上调度器" in done.err and "Traceback" not in done.err


def test_a_worker_with_other_code_refuses(year: YearFolder, tmp_path: Path) -> None:
    job = Job(2016, "slow-00", year.path / "params", str(tmp_path / "out"), ("html",))
    outcome = run_there(job, b"", "another", None)
    assert outcome.failure is not None
    assert outcome.failure.reason == "工作节点上的 govnb 与本机的不同"


def test_a_folder_may_be_named_by_url_and_memory_is_no_place_to_keep_reports(
    tmp_path: Path,
) -> None:
    assert store_of(f"file://{tmp_path}/甲 %E4%B9%99", 2016) == Folder(tmp_path / "甲 乙" / "2016")
    with pytest.raises(FaultsError, match="存不住"):
        store_of("memory://outputs", 2016)


@pytest.mark.parametrize("address", ["nonsense", "tcp://127.0.0.1", "tcp://", "10.0.0.1:x"])
def test_what_is_no_address_is_told_at_once(year: YearFolder, address: str) -> None:
    done = year.run("--scheduler", address)
    assert done.code == 1
    assert done.err.startswith(f"{address}: 不是调度器的地址")


def test_stores_agree_on_what_they_hold(tmp_path: Path) -> None:
    files = {"a.html": b"1", ".receipts/甲.json": b"{}", "b c#.json": b"22"}
    folder, url = Folder(tmp_path / "f" / "2016"), Remote(f"file://{tmp_path}/u/2016")
    for store in (folder, url, Remote("memory://govnb-test/2016")):
        assert store.listing() == {}
        store.write(files)
        assert sorted(store.listing()) == ["a.html", "b c#.json"]
        assert list(store.listing(".receipts")) == ["甲.json"]
        assert store.read("b c#.json") == b"22"
        before = store.entry("a.html")
        assert before == store.listing()["a.html"] and before.size == 1
        store.write({"a.html": b"333"})
        assert store.entry("a.html").size == 3
        with pytest.raises(FileNotFoundError):
            store.read("none")
