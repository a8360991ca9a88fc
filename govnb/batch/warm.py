"""The caller's side of the warm process: give it a job, get the answer or the reason why not."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from govnb.batch.answers import Answers, Closed, Workers, WorkersLost, WorkerTimeout, line
from govnb.batch.environment import SETTINGS, without_home
from govnb.batch.orphans import end_tree

# A warm process that dies this often, one time after the other, will not get better.
_TRIES = 3
# Seconds a warm process is given to end by itself.
_END = 2


def can_fork() -> bool:
    """Tell whether this system can fork a process and hand it a socket; Windows can't."""
    return hasattr(os, "fork") and hasattr(socket, "send_fds")


class Warm(Workers):
    """A warm process, started when first needed, that forks a worker for each task.

    Parameters
    ----------
    params_dir
        The rules to get warm with, when departments' reports are to be made.
    formats
        The formats they are to be made in.
    """

    def __init__(self, params_dir: Path | None = None, formats: Iterable[str] = ()) -> None:
        self._rules = [str(params_dir), ",".join(formats)] if params_dir else []
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def ask(self, request: dict[str, Any], answers: Callable[[], Answers]) -> Any:
        """Have a worker forked, once more if the warm process dies."""
        for _ in range(_TRIES):
            try:
                return _Job(self, request, answers()).answer()
            except WorkersLost:
                if self._closed:
                    raise Closed from None
        raise WorkersLost("热启动进程一再中断")

    def fork(self, job: socket.socket, status: int) -> None:
        """Hand a worker's ends of its socket and pipe to the warm process."""
        with self._lock:
            if self._closed:
                raise Closed
            for _ in range(2):
                if self._control is None:
                    self._start()
                assert self._control is not None
                try:
                    socket.send_fds(self._control, [b"+"], [job.fileno(), status])
                    return
                except OSError:
                    self._control.close()
                    self._control = None
            raise WorkersLost

    def close(self) -> None:
        """End the warm process and every worker."""
        with self._lock:
            self._closed = True
            if self._control is not None:
                self._control.close()
                self._control = None
            process, self._process = self._process, None
        if process is not None:
            try:
                # It ends its workers and itself as soon as it hears; while it is warming up
                # it doesn't listen.
                process.wait(_END)
            except subprocess.TimeoutExpired:
                end_tree(process.pid)
                process.wait()

    def _start(self) -> None:
        if self._process is not None:
            self._process.wait()
        ours, theirs = socket.socketpair()
        before = {f"GOVNB_BEFORE_{n}": os.environ[n] for n in SETTINGS if n in os.environ}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "govnb.batch.zygote", str(theirs.fileno()), *self._rules],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**os.environ, **before, **SETTINGS, **without_home()},
                start_new_session=True,
            )
        self._control = ours


class _Job:
    """One worker's job, from the caller's side."""

    def __init__(self, warm: Warm, request: dict[str, Any], answers: Answers) -> None:
        self.warm, self.request, self.answers = warm, request, answers

    def answer(self) -> Any:
        """Return the worker's answer."""
        ours, theirs = socket.socketpair()
        status, status_theirs = os.pipe()
        with ours:
            try:
                with theirs:
                    try:
                        self.warm.fork(theirs, status_theirs)
                    finally:
                        os.close(status_theirs)
                with suppress(BrokenPipeError, ConnectionResetError):
                    ours.sendall(line(self.request))
                self._listen(ours, status)
            except BaseException:
                if self.answers.pid is not None and self.answers.code is None:
                    end_tree(self.answers.pid)
                raise
            finally:
                os.close(status)
        return self.answers.result()

    def _listen(self, connection: socket.socket, status: int) -> None:
        connection.setblocking(False)
        os.set_blocking(status, False)
        messages, news = (
            _Lines(lambda: connection.recv(1 << 20)),
            _Lines(lambda: os.read(status, 4096)),
        )
        open_ends = {connection.fileno(): messages, status: news}
        patience = self.answers.patience
        while status in open_ends:
            ready = select.select(list(open_ends), [], [], patience())[0]
            if not ready and patience() == 0:
                raise WorkerTimeout
            for end in ready:
                if not self._take(open_ends[end]):
                    del open_ends[end]
        # What the worker said last may still be on its way when its end is told.
        self._take(messages)

    def _take(self, lines: _Lines) -> bool:
        """Handle what has arrived; return False at the end."""
        for message in lines.read():
            self.answers.take(message)
        return not lines.ended


class _Lines:
    """JSON lines from a descriptor that doesn't block."""

    def __init__(self, receive: Callable[[], bytes]) -> None:
        self.receive = receive
        self.rest = b""
        self.ended = False

    def read(self) -> list[dict[str, Any]]:
        """Return the messages that are complete."""
        chunks = [self.rest]
        while not self.ended:
            try:
                chunk = self.receive()
            except BlockingIOError:
                break
            except ConnectionResetError:
                chunk = b""
            self.ended = not chunk
            chunks.append(chunk)
        *lines, self.rest = b"".join(chunks).split(b"\n")
        return [json.loads(line) for line in lines]
