"""The Jupyter kernel, in this very process: real ipykernel, but no ports and no sockets.

A stock kernel and its client talk over five sockets. Here the kernel hands each message
to a queue and the client takes it from there; everything between (IPython, display hooks,
streams, comms) and everything after (nbclient's rules for outputs) is the stock code, so
that outputs come out as a stock kernel's do.

A kernel is one to a process, and so is a notebook: :mod:`govnb.batch.zygote` makes the
kernel, forks, and runs one notebook in each child.
"""

from __future__ import annotations

import asyncio
import contextvars
import fcntl
import heapq
import itertools
import logging
import os
import queue
import struct
import sys
import termios
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any, cast

from ipykernel.iostream import IOPubThread, OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.session import Session
from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from traitlets.config import Config

Message = dict[str, Any]
_INLINE = "module://matplotlib_inline.backend_inline"


class QueueSession(Session):
    """Puts messages on queues, in the form they would arrive in at the other end."""

    def __init__(self, **traits: Any) -> None:
        # Nothing is signed, but without a key there is a warning that nothing is.
        super().__init__(key=b"unused", **traits)
        self.shell: deque[Message] = deque()
        self.iopub: deque[Message] = deque()
        self.owner = os.getpid()

    def send(
        self,
        stream: Any,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        ident: Any = None,
        buffers: Any = None,
        track: bool = False,
        header: Any = None,
        metadata: Any = None,
    ) -> Message:
        """Queue a message; what a child process prints goes to the descriptor we watch."""
        message: Message = (
            msg_or_type
            if isinstance(msg_or_type, dict)
            else self.msg(msg_or_type, content, parent, header, metadata)
        )
        if os.getpid() != self.owner:
            if message["msg_type"] == "stream":
                number = 1 if message["content"]["name"] == "stdout" else 2
                os.write(number, message["content"]["text"].encode())
            return message
        # Through JSON and back, as on the wire: tuples become lists, keys become text.
        arrived = {**message, "content": self.unpack(self.pack(message["content"]))}
        arrived["buffers"] = [memoryview(b) for b in buffers or message.get("buffers", [])]
        reply = message["msg_type"].endswith("_reply")
        (self.shell if reply else self.iopub).append(arrived)
        return message

    def feed_identities(self, msg: Any, copy: bool = True) -> tuple[list[bytes], Any]:
        """Return a message as it is: nothing was routed."""
        return [], msg

    def deserialize(self, msg: Any, content: bool = True, copy: bool = True) -> Any:
        """Return a message as it is: nothing was serialized."""
        return msg


class Pump(IOPubThread):
    """The thread that flushes printed text while a cell runs; it needs no socket.

    `schedule` runs a function in it, `call_later` after a while: what streams ask for.
    """

    def __init__(self) -> None:
        self.io_loop: Any = self
        self.thread = threading.Thread(target=self._run, name="IOPub", daemon=True)
        self._queue: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
        self._later: list[tuple[float, int, Callable[[], object]]] = []
        self._count = itertools.count()

    def start(self) -> None:
        """Start the thread."""
        self.thread.start()

    def schedule(self, f: Callable[[], object]) -> None:
        """Run a function in the thread, or here where there is none (in a forked child)."""
        if self.thread.is_alive():
            self._queue.put(f)
        else:
            f()

    def call_later(self, delay: float, f: Callable[[], object]) -> None:
        """Run a function after some seconds; only ever called in the thread."""
        heapq.heappush(self._later, (time.monotonic() + delay, next(self._count), f))

    def _run(self) -> None:
        while True:
            wait = max(0.0, self._later[0][0] - time.monotonic()) if self._later else None
            with suppress(queue.Empty):
                self._queue.get(timeout=wait)()
            while self._later and self._later[0][0] <= time.monotonic():
                heapq.heappop(self._later)[2]()


class Kernel(IPythonKernel):
    """ipykernel's kernel without its threads for sockets."""

    _supports_kernel_subshells = False

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """Abort nothing: no request waits behind the one that failed."""


def make_kernel() -> Kernel:
    """Return a kernel that has run nothing; no thread is started and no file kept open."""
    config = Config()
    # The history is a database and a thread, and nobody looks back in a batch.
    config.HistoryManager.enabled = False
    config.Kernel._execute_sleep = 0.0
    with _absent("debugpy"):
        import ipykernel.debugger  # noqa: F401
    # Before matplotlib is imported, as a stock kernel does.
    os.environ.setdefault("MPLBACKEND", _INLINE)
    # Never started: it is where IPython's magics and other libraries look for the kernel.
    app = IPKernelApp.instance(config=config)
    # Nobody reads its debugging notes, and there are a dozen to a cell.
    app.log.setLevel(logging.WARNING)
    kernel = Kernel.instance(
        parent=app,
        session=QueueSession(),
        shell_stream=None,
        iopub_socket=SimpleNamespace(),
        user_ns={},
        shell_channel_thread=SimpleNamespace(parent_thread=None),
        log=logging.getLogger(__name__),
    )
    app.kernel = kernel
    app.init_shell()
    return kernel


@contextmanager
def _absent(module: str) -> Iterator[None]:
    """Keep a module from being imported: the debugger would start threads and print advice."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]


class KernelClient:
    """What nbclient needs of a kernel's client."""

    allow_stdin = False

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.session = cast(QueueSession, kernel.session)
        # What a frontend tells a widget of its outputs has nobody to hear it.
        self.shell_channel = SimpleNamespace(
            get_msg=self._from(self.session.shell), send=lambda _: None
        )
        self.iopub_channel = SimpleNamespace(get_msg=self._from(self.session.iopub))
        # One context for all cells, as in a stock kernel: what a cell sets (decimal
        # precision, for one) the next cell finds.
        self._context = contextvars.copy_context()

    async def execute(self, code: str, **options: Any) -> str:
        """Run a cell to its end and return the request's id."""
        content = {
            "code": code,
            "silent": False,
            "user_expressions": {},
            "allow_stdin": False,
            "store_history": options["store_history"],
            "stop_on_error": options["stop_on_error"],
        }
        request = self.session.msg("execute_request", content)
        loop = asyncio.get_running_loop()
        await loop.create_task(self.kernel.dispatch_shell(request), context=self._context)
        return str(request["header"]["msg_id"])

    async def is_alive(self) -> bool:
        """Tell that the kernel lives: it is this process."""
        return True

    @staticmethod
    def _from(messages: deque[Message]) -> Callable[..., Any]:
        async def get_msg(timeout: float | None = None) -> Message:
            # The cell has ended before anyone asks: what isn't here will never come.
            if not messages:
                raise DeadKernelError("Kernel died")
            return messages.popleft()

        return get_msg


class InProcessClient(PapermillNotebookClient):
    """Papermill's client, with the kernel of this process."""

    def execute(self, kernel: Kernel) -> Any:
        """Execute the notebook and return it."""
        self.reset_execution_trackers()
        self.kc = KernelClient(kernel)
        with _streams(kernel):
            self.papermill_execute_cells()
        self.nb.metadata["language_info"] = kernel.language_info
        self.set_widgets_metadata()
        return self.nb


class _streams:
    """Send what is printed, here or straight to the descriptors, to the notebook."""

    def __init__(self, kernel: Kernel) -> None:
        self.session = cast(QueueSession, kernel.session)

    def __enter__(self) -> None:
        self._before = sys.stdout, sys.stderr, sys.path[:]
        self.session.owner = os.getpid()
        pump = Pump()
        pump.start()
        self._ours = [_Stream(self.session, pump, name) for name in ("stdout", "stderr")]
        sys.stdout, sys.stderr = self._ours
        # A notebook imports modules from the folder it runs in.
        IPKernelApp.instance().init_path()

    def __exit__(self, *_: object) -> None:
        # Not closed: that waits for a thread which never hears of it where a cell has sent
        # the descriptor elsewhere. The process goes away with all of it.
        for stream in self._ours:
            stream.flush()
        sys.stdout, sys.stderr, sys.path[:] = self._before


class _Stream(OutStream):
    """A stream that first takes in what was written to its descriptor."""

    def flush(self) -> None:
        """Send all there is, a subprocess's output included."""
        if self._fid is not None and self._is_master_process():
            deadline = time.monotonic() + 1
            # A cell may have closed it.
            with suppress(OSError):
                while _waiting(self._fid) and time.monotonic() < deadline:
                    time.sleep(0.0005)
        with self._buffer_lock:
            nothing = not any(buffer.tell() for buffer in self._buffers.values())
        # Every display flushes both streams; waking the thread for nothing costs more than it.
        if not nothing:
            super().flush()


def _waiting(descriptor: int) -> int:
    """Return how many bytes wait to be read."""
    count: int = struct.unpack("i", fcntl.ioctl(descriptor, termios.FIONREAD, b"\0" * 4))[0]
    return count
