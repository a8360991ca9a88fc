"""The warm process: it imports everything once, then forks one worker for each job.

Started by :mod:`govnb.batch.warm` as a program of its own, before any thread exists, so
that forking is safe; each worker begins with the same fresh kernel, one thread and no file
but its own socket. When whoever started this goes away, however suddenly, the workers and
all they started are ended.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from govnb.batch.environment import SETTINGS
from govnb.batch.orphans import die_with_parent

# What `python -m` put first on the path.
_FIRST = sys.path[0]

Send = Callable[[dict[str, Any]], None]


def main(descriptor: int, params_dir: str = "", formats: str = "") -> NoReturn:
    """Warm up, then fork a worker for each request until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=descriptor)
    control.set_inheritable(False)
    warm_up(Path(params_dir) if params_dir else None, formats.split(","))
    # The environment is the caller's again: notebooks mustn't see what only we needed.
    for name in SETTINGS:
        os.environ.pop(name, None)
        if (before := os.environ.pop(f"GOVNB_BEFORE_{name}", None)) is not None:
            os.environ[name] = before
    gc.collect()
    # What is loaded now is shared with every worker until someone writes to it.
    gc.freeze()
    _Zygote(control).serve()


def warm_up(params_dir: Path | None = None, formats: Iterable[str] = ("html",)) -> None:
    """Load what reports are made with; with a district's rules, make one to try it all."""
    from govnb.batch import engine, kernel

    engine.use(kernel.make_kernel())
    if params_dir is None:
        # A single notebook imports what it needs, no more.
        return
    # After the kernel, as in a notebook: pyplot asks it how to show figures.
    import pandas  # noqa: F401

    from govnb.batch import rehearsal, tasks  # noqa: F401

    rehearsal.rehearse(params_dir, formats)


class _Zygote:
    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.children: dict[int, int] = {}
        self.wake, wakeup = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(wakeup, False)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _ignore)

    def serve(self) -> NoReturn:
        """Fork and reap until nobody asks any more."""
        selector = selectors.DefaultSelector()
        selector.register(self.control, selectors.EVENT_READ)
        selector.register(self.wake, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is self.control:
                    self.receive()
                else:
                    with suppress(BlockingIOError):
                        os.read(self.wake, 4096)
                    self.reap()

    def receive(self) -> None:
        """Take a request: a socket for the worker and a pipe to tell its end."""
        data, descriptors, _, _ = socket.recv_fds(self.control, 1, 2)
        if not data:
            for pid in self.children:
                _end_group(pid)
            os._exit(0)
        job, status = descriptors
        try:
            pid = os.fork()
        except OSError as error:
            _tell(status, {"refused": str(error)})
            os.close(status)
        else:
            if pid == 0:
                _work(job)
            self.children[pid] = status
            _tell(status, {"pid": pid})
        os.close(job)

    def reap(self) -> None:
        """Tell how workers ended, and end what they left running."""
        while True:
            try:
                pid, wait_status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            status = self.children.pop(pid, None)
            if status is None:
                continue
            _end_group(pid)
            _tell(status, {"exit": os.waitstatus_to_exitcode(wait_status)})
            os.close(status)


def _work(job: int) -> NoReturn:
    """Be a worker: do what the socket asks, answer, and go without looking back."""
    code = 1
    try:
        os.setsid()
        die_with_parent()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        connection = _only(job)

        def send(message: dict[str, Any]) -> None:
            connection.sendall(json.dumps(message).encode() + b"\n")

        with connection.makefile("rb") as stream:
            request = json.loads(stream.readline())
        _start_over(request)
        from govnb.batch.tasks import TASKS

        send({"result": TASKS[request["task"]](request["argument"], send)})
        code = 0
    except BaseException:
        with suppress(Exception):
            send({"error": traceback.format_exc()})
    finally:
        os._exit(code)


def _only(job: int) -> socket.socket:
    """Close every file but the worker's own, and turn the standard ones to nothing."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    kept = os.dup2(job, 3, inheritable=False)
    os.closerange(4, os.sysconf("SC_OPEN_MAX") if not os.path.isdir("/dev/fd") else _highest() + 1)
    return socket.socket(fileno=kept)


def _highest() -> int:
    return max(int(name) for name in os.listdir("/dev/fd"))


def _start_over(request: dict[str, Any]) -> None:
    """Give the worker its own folder and its own chance."""
    os.chdir(request["folder"])
    # As a kernel is started: with its launcher's arguments, and without the folder that
    # `python -m` puts first.
    if _FIRST in sys.path:
        sys.path.remove(_FIRST)
    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [str(launcher.origin) if launcher else "", "-f", "kernel.json"]
    if "numpy" in sys.modules:
        # Python's own generator starts over in a fork, this one doesn't.
        sys.modules["numpy"].random.seed()


def _tell(status: int, message: dict[str, Any]) -> None:
    with suppress(OSError):
        os.write(status, json.dumps(message).encode() + b"\n")


def _end_group(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _ignore(number: int, frame: FrameType | None) -> None: ...


if __name__ == "__main__":
    # By its own name, not as __main__, which is a notebook's namespace here.
    from govnb.batch import zygote

    zygote.main(int(sys.argv[1]), *sys.argv[2:])
