"""All departments of a year: run what needs running, and make the page that shows them all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from govnb.inputs.files import sweep, write_whole
from govnb.inputs.place import Fault, FaultsError, Place
from govnb.inputs.read import departments
from govnb.publish.index import index_page
from govnb.publish.job import Job
from govnb.publish.outcome import Failure, Outcome
from govnb.publish.summary import Row, summary_csv, summary_xlsx


@dataclass(frozen=True)
class Report:
    """What a batch did."""

    outcomes: tuple[Outcome, ...]
    written: tuple[Path, ...] = field(default=())

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The departments that have no report."""
        return tuple(outcome for outcome in self.outcomes if outcome.failure)


def batch(jobs: Sequence[Job], workers: int, tell: Callable[[Outcome], None]) -> Report:
    """Run jobs side by side and write the year's page; one that fails stops none of the rest."""
    folder = jobs[0].output("html").parent
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder)
    done: dict[str, Outcome] = {}
    with ThreadPoolExecutor(workers) as executor:
        for outcome in run_all(jobs, executor):
            done[outcome.department] = outcome
            tell(outcome)
    outcomes = tuple(done[job.department] for job in jobs)
    return Report(outcomes, tuple(write_index(jobs[0].year, outcomes, folder)))


def run_year(
    year: int,
    params_dir: Path,
    outputs_dir: Path,
    formats: tuple[str, ...],
    edition: str = "review",
    engine: str | None = None,
    workers: int | None = None,
) -> int:
    """Run all departments of a year and tell the terminal; return the exit code."""
    if not params_dir.exists():
        raise FaultsError([Fault(Place(str(params_dir)), "没有这个参数文件夹", "用 --params 指明")])
    template = Job(year, "", params_dir, outputs_dir, formats, edition, {}, engine)
    jobs = jobs_of(year, params_dir, template)
    done = 0

    def tell(outcome: Outcome) -> None:
        nonlocal done
        done += 1
        state = f"失败：{outcome.failure.reason}" if outcome.failure else "完成"
        print(f"[{done}/{len(jobs)}] {outcome.department}　{state}（{outcome.seconds:.1f} 秒）", flush=True)

    report = batch(jobs, workers or len(os.sched_getaffinity(0)), tell)
    for path in report.written:
        print(path)
    return 1 if report.failed else 0


def jobs_of(year: int, params_dir: Path, template: Job) -> list[Job]:
    """Return one job for each department file of a year.

    Raises
    ------
    FaultsError
        If the year has none.
    """
    found = departments(year, params_dir)
    if not found:
        place = Place((Path(params_dir.name) / str(year)).as_posix())
        raise FaultsError([Fault(place, f"{year} 年没有部门的参数文件", "用 govnb new 新建一个")])
    return [Job(**{**vars(template), "department": name}) for name in found]


def run_all(jobs: Sequence[Job], executor: Executor) -> Sequence[Outcome]:
    """Yield each job's outcome as it comes."""
    futures = {executor.submit(run_apart, job): job for job in jobs}
    for future in as_completed(futures):
        yield future.result()


def run_apart(job: Job) -> Outcome:
    """Run a job in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-m", "govnb.publish.work"],
        input=json.dumps(job.as_dict()),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1"},
    )
    try:
        return Outcome.from_dict(json.loads(told.stdout))
    except ValueError:
        last = (told.stderr.strip().splitlines() or [""])[-1]
        reason = f"进程中断（退出码 {told.returncode}）"
        return Outcome(job.department, failure=Failure(reason, last))


def write_index(year: int, outcomes: Sequence[Outcome], folder: Path) -> list[Path]:
    """Write the year's page and its table, and return where."""
    rows = [
        Row(o.department, o.row, tuple(o.outputs), o.failure) for o in outcomes
    ]
    files = {
        "summary.csv": summary_csv(rows),
        "summary.xlsx": summary_xlsx(rows),
        "index.html": index_page(year, rows),
    }
    for name, data in files.items():
        write_whole(folder / name, data)
    return [folder / name for name in files]
