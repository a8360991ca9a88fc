"""Workers where the system can't fork, as on Windows: each job in a process started anew.

Slower than :mod:`govnb.batch.warm` and the same to whoever asks. The notebook itself runs
on a stock kernel (:class:`govnb.batch.engine.KernelEngine`).
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, NoReturn

from govnb.batch.answers import Answers, Closed, Workers, WorkerTimeout, line
from govnb.batch.environment import SETTINGS, without_home
from govnb.batch.orphans import end_tree


class Spawned(Workers):
    """Starts a process for each task."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[int] = set()
        self._closed = False

    def ask(self, request: dict[str, Any], answers: Callable[[], Answers]) -> Any:
        """Start a process and give it the request."""
        told, process = answers(), self._start(request["folder"])
        assert process.stdin is not None and process.stdout is not None
        with process.stdout, process.stdin:
            try:
                with suppress(OSError):
                    process.stdin.write(line(request))
                    process.stdin.flush()
                _listen(process.stdout, told)
                told.take({"exit": process.wait()})
            finally:
                end_tree(process.pid)
                process.wait()
                self._running.discard(process.pid)
        if self._closed:
            raise Closed
        return told.result()

    def close(self) -> None:
        """End every worker."""
        with self._lock:
            self._closed = True
        for pid in list(self._running):
            end_tree(pid)

    def _start(self, folder: str) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._closed:
                raise Closed
            process = subprocess.Popen(
                [sys.executable, "-m", "govnb.batch.spawned"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env={**os.environ, **SETTINGS, **without_home()},
                start_new_session=True,
            )
            self._running.add(process.pid)
            return process


def _listen(stream: IO[bytes], answers: Answers) -> None:
    """Handle a worker's messages until it says no more."""
    # Not every system can wait for a pipe and a clock at once; a thread can.
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def read() -> None:
        with suppress(OSError, ValueError):
            for message in stream:
                lines.put(message)
        lines.put(b"")

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            message = lines.get(timeout=answers.patience())
        except queue.Empty:
            raise WorkerTimeout from None
        if not message:
            return
        answers.take(json.loads(message))


def main() -> NoReturn:
    """Do the task that stands on standard input and tell of it on standard output."""
    # Ctrl-C reaches all of a console's processes; the one that asked ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asked, answer = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    code = 1

    def send(message: dict[str, Any]) -> None:
        answer.write(line(message))

    try:
        request = json.loads(asked.readline())
        threading.Thread(target=_end_with, args=(asked,), daemon=True).start()
        from govnb.batch.tasks import TASKS

        send({"pid": os.getpid()})
        send({"result": TASKS[request["task"]](request["argument"], send)})
        code = 0
    except BaseException:
        with suppress(Exception):
            send({"error": traceback.format_exc()})
    os._exit(code)


def _end_with(asked: IO[bytes]) -> None:
    """End this process and what it started when whoever asked is gone."""
    asked.read()
    end_tree(os.getpid())
    os._exit(1)


if __name__ == "__main__":
    main()
