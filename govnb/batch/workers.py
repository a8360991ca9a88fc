"""Who does the work: an executor in the shape of `concurrent.futures`, here or on a cluster."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

from govnb.batch.answers import WorkerLost, Workers, WorkersLost, WorkerTimeout
from govnb.batch.job import Job
from govnb.batch.outcome import Failure, Outcome
from govnb.batch.spawned import Spawned
from govnb.batch.warm import Warm, can_fork


class Crew(Protocol):
    """Takes jobs and gives their outcomes."""

    def __enter__(self) -> Crew: ...

    def __exit__(self, *_: object) -> None: ...

    def submit(self, job: Job) -> Future[Outcome]:
        """Begin a job some time; its outcome tells what went wrong, if anything."""

    def stop(self) -> None:
        """End all work at once."""


def workers(template: Job | None = None) -> Workers:
    """Return workers forked from a warm process, or where there is no fork, started anew."""
    if not can_fork():
        return Spawned()
    return Warm(template.params_dir, template.formats) if template else Warm()


class Local:
    """Workers on this machine, at most so many at a time."""

    def __init__(self, count: int, timeout: float | None, template: Job | None = None) -> None:
        self.timeout = timeout
        self.workers = workers(template)
        # A thread only waits for the process it has asked for.
        self.threads = ThreadPoolExecutor(count, thread_name_prefix="govnb")

    def __enter__(self) -> Local:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def submit(self, job: Job) -> Future[Outcome]:
        """Begin a job when a worker is free."""
        return self.threads.submit(run_apart, self.workers, job, self.timeout)

    def stop(self) -> None:
        """End all workers at once."""
        self.threads.shutdown(wait=False, cancel_futures=True)
        self.workers.close()
        self.threads.shutdown()


def run_one(job: Job) -> Outcome:
    """Run a single job in a process of its own."""
    with workers() as some:
        return run_apart(some, job, None)


def run_apart(some: Workers, job: Job, timeout: float | None, folder: str | None = None) -> Outcome:
    """Run a job in a worker of its own; even one that dies leaves an outcome."""
    last: dict[str, Any] = {}
    start = time.monotonic()
    try:
        answer = some.run("department", job.as_dict(), timeout, last.update, folder)
        return Outcome.from_dict(answer)
    except WorkerTimeout:
        failure = _stopped(f"超过 {timeout:g} 秒，已终止", last)
    except WorkerLost as error:
        failure = _stopped(_end(error.code), last, error.told)
    except (WorkersLost, OSError) as error:
        failure = Failure(f"无法启动执行进程：{error}")
    return Outcome(job.department, time.monotonic() - start, failure=failure)


def _stopped(reason: str, last: dict[str, Any], message: str = "") -> Failure:
    """Return the failure of a worker that ended while a cell ran, or while the report was made."""
    if "cell" not in last:
        return Failure(reason, message)
    return Failure.at_cell(reason, message, last["cell"] + 1, last["source"])


def _end(code: int) -> str:
    if code >= 0:
        return f"进程自行退出（退出码 {code}）"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"信号 {-code}"
    memory = "，可能是内存不足" if name == "SIGKILL" else ""
    return f"进程被终止（{name}{memory}）"


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
