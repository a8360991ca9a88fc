"""Workers on this machine: each job in a process of its own, forked from one that is warm.

The fork server of `multiprocessing` loads :mod:`govnb.batch.preload` once and forks a process
for each job: one that dies takes no other along, and none finds what another has changed.
Where the system can't fork, as on Windows, each process is started anew, and the notebook
runs on a stock kernel.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import Any, NoReturn

from govnb.batch.environment import SETTINGS, below, can_fork, end_group, without_home
from govnb.batch.job import Job
from govnb.batch.outcome import Failure, Outcome, left_in_words
from govnb.batch.work import work

_CONTEXT: Any = multiprocessing.get_context("forkserver" if can_fork() else "spawn")
# Starting and collecting processes; `multiprocessing` leaves it to its caller that only one
# thread at a time does.
_LOCK = threading.Lock()
# Seconds to wait for a worker to be there at all.
_START = 600
# The exit code of a process of which not even its end is known: the fork server is gone.
_UNKNOWN = 255
# A fork server that dies this often, one time after the other, will not get better.
_TRIES = 3
_PAUSE = 0.2
# The path of a socket can't be longer than 107 bytes (on some systems 103).
_LONGEST_FOLDER = 60

# What is done with a job, in a process of its own.
Task = Callable[[Any], Outcome]


class Local:
    """Workers on this machine.

    Parameters
    ----------
    count
        How many at a time.
    timeout
        Seconds of wall-clock time for a job, after which its process and all it started are
        ended.
    template
        The rules and formats to get warm with, when departments' reports are to be made.
    """

    def __init__(self, count: int, timeout: float | None, template: Job | None = None) -> None:
        self.timeout = timeout
        self._rules = [str(template.params_dir), template.formats] if template else None
        # A thread only waits for the process it has started.
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="govnb")
        self._running: set[int] = set()
        self._stopped = False

    def __enter__(self) -> Local:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def submit(self, job: Job) -> Future[Outcome]:
        """Begin a job when a worker is free."""
        return self._threads.submit(self.run, job)

    def stop(self) -> None:
        """End all workers at once."""
        with _LOCK:
            self._stopped = True
            for pid in self._running:
                _end(pid)
        self._threads.shutdown(cancel_futures=True)

    def run(self, job: Job, folder: str | None = None, task: Task = work) -> Outcome:
        """Run a job in a process of its own; even one that dies leaves an outcome."""
        start, code = time.monotonic(), _UNKNOWN
        for _ in range(_TRIES):
            run = _Run(self.timeout)
            try:
                process, ours = self._start(job, folder or os.getcwd(), task)
            except OSError as error:
                # The fork server may have died a moment ago.
                run.failure = Failure(f"无法启动执行进程：{error}")
                time.sleep(_PAUSE)
                continue
            try:
                run.listen(ours, process.sentinel)
            finally:
                code = self._collect(process)
                ours.close()
            if run.outcome is not None:
                return run.outcome
            if code != _UNKNOWN or self._stopped:
                break
        failure = run.failure or run.stopped(left_in_words(code))
        return Outcome(job.department, time.monotonic() - start, failure=failure)

    def _start(self, job: Job, folder: str, task: Task) -> tuple[Any, Connection]:
        ours, theirs = _CONTEXT.Pipe(duplex=False)
        with theirs, _LOCK:
            if self._stopped:
                raise InterruptedError("已停止")
            process = _CONTEXT.Process(target=_work, args=(job, folder, task, theirs))
            if can_fork():
                _CONTEXT.set_forkserver_preload(["govnb.batch.preload"])
            with _environment(self._rules):
                process.start()
            self._running.add(process.pid)
        return process, ours

    def _collect(self, process: Any) -> int:
        """End a process with all it started and return its exit code."""
        if not wait([process.sentinel], 0):
            _end(process.pid)
            wait([process.sentinel])
        end_group(process.pid)
        with _LOCK:
            process.join()
            self._running.discard(process.pid)
            code: int = process.exitcode
            process.close()
        return code


def run_one(job: Job) -> Outcome:
    """Run a single job in a process of its own."""
    with Local(1, None) as workers:
        return workers.run(job)


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Run:
    """What is heard of a job while it runs, and how it ended."""

    def __init__(self, timeout: float | None) -> None:
        self.timeout = timeout
        self.outcome: Outcome | None = None
        self.failure: Failure | None = None
        # The cell that runs, and its source.
        self.cell: tuple[int, str] | None = None
        self.error = ""

    def listen(self, connection: Connection, sentinel: int) -> None:
        """Take in what a worker says until its outcome is there, its time is up, or it ends."""
        deadline: float | None = time.monotonic() + _START
        ends: list[Any] = [connection, sentinel]
        while self.outcome is None:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            ready = wait(ends, left)
            if not ready:
                self.failure = self.stopped(f"超过 {self.timeout or _START:g} 秒，已终止")
                return
            if connection not in ready:
                return
            try:
                said = connection.recv()
            except (EOFError, OSError):
                ends.remove(connection)
                continue
            if said is None:
                # Its time begins with it: before, the fork server may just be warming up.
                deadline = self.timeout and time.monotonic() + self.timeout
            elif isinstance(said, Outcome):
                self.outcome = said
            elif isinstance(said, str):
                self.error = said
            else:
                self.cell = said

    def stopped(self, reason: str) -> Failure:
        """Return the failure of a worker that ended while a cell ran, or the report was made."""
        if self.cell is None:
            return Failure(reason, self.error)
        index, source = self.cell
        return Failure.at_cell(reason, self.error, index + 1, source)


def _work(job: Job, folder: str, task: Task, connection: Connection) -> NoReturn:
    """Be a worker: do one job, tell how it went, and go without looking back."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    if hasattr(os, "setsid"):
        os.setsid()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # There is a worker a core; typesetting needn't start a thread a core in each.
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    try:
        from govnb.batch import engine

        connection.send(None)
        os.chdir(folder)
        engine.on_cell(lambda index, source: connection.send((index, source)))
        connection.send(task(job))
    except BaseException:
        with suppress(OSError):
            connection.send(traceback.format_exc())
        os._exit(1)
    os._exit(0)


def _end_with_parent() -> None:
    """End this process and what it started when whoever asked is gone, however suddenly."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    _end(os.getpid())


def _end(pid: int) -> None:
    """Kill a worker and all it started: a stock kernel, for one, stands in a group of its own."""
    import psutil

    for child in below(pid):
        with suppress(psutil.Error):
            child.kill()
    end_group(pid)
    with suppress(psutil.Error):
        psutil.Process(pid).kill()


@contextmanager
def _environment(rules: Any) -> Iterator[None]:
    """Lend the environment that a fork server, or a worker started anew, begins with."""
    lent = {**SETTINGS, **without_home()}
    if can_fork():
        before = {name: os.environ.get(name) for name in SETTINGS}
        lent["GOVNB_PRELOAD"] = json.dumps({"rules": rules, "before": before})
    kept = {name: os.environ[name] for name in lent if name in os.environ}
    folder = tempfile.gettempdir()
    if len(os.fsencode(folder)) > _LONGEST_FOLDER and os.path.isdir("/tmp"):
        # The server's socket stands there.
        tempfile.tempdir = "/tmp"
    os.environ.update(lent)
    try:
        yield
    finally:
        tempfile.tempdir = folder
        for name in lent:
            os.environ.pop(name, None)
        os.environ.update(kept)
