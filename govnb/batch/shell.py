"""IPython's shell in this very process: cells run as on a kernel, without kernel and sockets.

What a cell shows comes out as the messages a stock kernel would send, so that nbclient makes
the same outputs of them. What is printed is put together as it comes, so that the outputs of
two runs are equal to the byte.
"""

from __future__ import annotations

import asyncio
import builtins
import codecs
import contextvars
import functools
import getpass
import io
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any, NoReturn

import comm
from comm.base_comm import BaseComm
from ipykernel import zmqshell
from ipykernel.compiler import XCachingCompiler
from ipykernel.kernelbase import Kernel
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.session import json_packer, json_unpacker
from traitlets import Type
from traitlets.config import Config

Message = dict[str, Any]
LANGUAGE = {
    "name": "python",
    "version": sys.version.split()[0],
    "mimetype": "text/x-python",
    "codemirror_mode": {"name": "ipython", "version": sys.version_info[0]},
    "pygments_lexer": "ipython3",
    "nbconvert_exporter": "python",
    "file_extension": ".py",
}
# By it an Output widget tells which messages are its own.
_PARENT = {"msg_id": "cell"}
_INLINE = "matplotlib_inline.backend_inline"


class Left(BaseException):
    """What `os._exit` of a cell becomes: the notebook is gone with it, whoever runs it isn't."""


class Messages:
    """What a cell shows, in the order it comes."""

    def __init__(self) -> None:
        self._kept: list[Message] = []
        self._lock = threading.RLock()

    def send(self, kind: str, content: Message, metadata: Any = None, buffers: Any = None) -> None:
        """Add a message."""
        # Through JSON and back, as on the wire: tuples become lists, keys become text.
        plain = json_unpacker(json_packer(content))
        with self._lock:
            self._kept.append({
                "msg_type": kind, "header": {"msg_type": kind}, "parent_header": _PARENT,
                "content": plain, "metadata": metadata or {},
                "buffers": [memoryview(buffer) for buffer in buffers or ()],
            })  # fmt: skip

    def printed(self, name: str, text: str) -> None:
        """Add what is printed to what was printed just before."""
        with self._lock:
            last = self._kept[-1] if self._kept else None
            if last and last["msg_type"] == "stream" and last["content"]["name"] == name:
                last["pieces"].append(text)
            elif text:
                self.send("stream", {"name": name, "text": ""})
                self._kept[-1]["pieces"] = [text]

    def take(self) -> list[Message]:
        """Return the messages there are, each once."""
        with self._lock:
            taken, self._kept = self._kept, []
        for message in taken:
            if pieces := message.pop("pieces", None):
                text = "".join(pieces).encode("utf-8", "backslashreplace").decode()
                message["content"]["text"] = text
        return taken


class _Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of a cell, and whatever else is written to its descriptor."""

    encoding = "UTF-8"

    def __init__(self, name: str, number: int, messages: Messages) -> None:
        self.name, self.number, self.messages = name, number, messages
        self.owner = os.getpid()
        # Where the descriptor leads while a cell runs; a file never makes a writer wait.
        self.file = tempfile.TemporaryFile()  # noqa: SIM115
        self.place = 0
        self.decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self.outside = os.dup(number)

    def write(self, text: str) -> int:
        """Add text to what the cell shows, behind what subprocesses have written by now."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if os.getpid() != self.owner:
            os.write(self.number, text.encode("utf-8", "backslashreplace"))
        else:
            self.drain()
            self.messages.printed(self.name, text)
        return len(text)

    def drain(self) -> None:
        """Take in what was written to the descriptor."""
        data = os.pread(self.file.fileno(), 1 << 30, self.place)
        if data:
            self.place += len(data)
            self.messages.printed(self.name, self.decode(data))

    def divert(self) -> None:
        """Send to the cell what is written to the descriptor."""
        os.dup2(self.file.fileno(), self.number)

    def restore(self) -> None:
        """Take in the rest and let the descriptor lead where it led before."""
        self.drain()
        os.dup2(self.outside, self.number)

    def end(self) -> None:
        """Let go of the descriptors."""
        self.file.close()
        os.close(self.outside)

    def fileno(self) -> int:
        """Return a descriptor that leads past the notebook, as a kernel's streams do."""
        return self.outside

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True


class _Publisher(DisplayPublisher):
    shell: Any

    def publish(
        self,
        data: Any,
        metadata: Any = None,
        source: Any = None,
        *,
        transient: Any = None,
        update: Any = False,
        **kwargs: Any,
    ) -> None:
        self._validate_data(data, metadata or {})
        content = {"data": data, "metadata": metadata or {}, "transient": transient or {}}
        self.shell.send("update_display_data" if update else "display_data", content)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.send("clear_output", {"wait": wait})


class _Hook(DisplayHook):
    shell: Any
    showing = False

    def start_displayhook(self) -> None:
        super().start_displayhook()
        self.showing = True

    def write_output_prompt(self) -> None: ...

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        count = self.prompt_count
        content = {"data": format_dict, "metadata": md_dict or {}, "execution_count": count}
        self.shell.send("execute_result", content)

    def finish_displayhook(self) -> None:
        self._is_active = self.showing = False


class _Compiler(XCachingCompiler):
    def get_code_name(self, raw_code: str, code: str, number: int) -> str:
        """Return a cell's name in tracebacks and warnings: the same in every process."""
        name = str(super().get_code_name(raw_code, code, number))
        return name.replace(f"ipykernel_{os.getpid()}", "ipykernel_0")


class ZMQInteractiveShell(zmqshell.ZMQInteractiveShell):
    """A shell for one notebook; by its name, and its base's, libraries know that it is one.

    Between two cells the process is as it was before: its streams, folder, path and log belong
    to whoever runs the notebook.
    """

    displayhook_class: Any = Type(_Hook)
    display_pub_class: Any = Type(_Publisher)

    displayhook: Any

    def __init__(self, **traits: Any) -> None:
        self.messages = Messages()
        super().__init__(**traits, compiler_class=_Compiler)

    def begin(self) -> None:
        """Get ready for a notebook's first cell."""
        self._streams = [_Stream("stdout", 1, self.messages), _Stream("stderr", 2, self.messages)]
        # One for all cells: what a cell sets (decimal precision, for one) the next cell finds.
        self.context = contextvars.copy_context()
        asking: Any = SimpleNamespace(_allow_stdin=False)
        owner, leave = os.getpid(), os._exit

        def left(code: int) -> NoReturn:
            if os.getpid() == owner and threading.current_thread() is threading.main_thread():
                raise Left(code)
            leave(code)

        self._others = (
            os.getcwd(), io.StringIO(), *self._streams, ["", *filter(None, sys.path)],
            ["ipykernel_launcher.py", "-f", "kernel.json"], self.user_module,
            functools.partial(Kernel.raw_input, asking), functools.partial(Kernel.getpass, asking),
            [], left, logging.WARNING,
        )  # fmt: skip

        def publish(to: BaseComm, kind: str, data: Any = None, metadata: Any = None,
                    buffers: Any = None, **keys: Any) -> None:  # fmt: skip
            content = {"data": data or {}, "comm_id": to.comm_id, **keys}
            self.send(kind, content, metadata, buffers)

        # A widget's state goes into the notebook.
        self._create_comm = comm.create_comm
        kernel = SimpleNamespace(get_parent=lambda: {"header": _PARENT})
        comm.create_comm = type("Comm", (BaseComm,), {"publish_msg": publish, "kernel": kernel})

    def send(self, kind: str, content: Message, metadata: Any = None, buffers: Any = None) -> None:
        """Add to what the cell shows, behind what subprocesses have written by now."""
        for stream in self._streams:
            stream.drain()
        self.messages.send(kind, content, metadata, buffers)

    def end(self) -> None:
        """Make way for the next notebook."""
        for stream in self._streams:
            stream.end()
        comm.create_comm = self._create_comm
        ZMQInteractiveShell.clear_instance()

    async def answer(self, source: str) -> tuple[Message, Sequence[Message]]:
        """Run a cell; return the kernel's reply and what the cell has shown."""
        count, result = self.execution_count, None
        self._last_traceback, self.failed_showing = [], False
        with self._taking_over():
            wrong = None
            try:
                cell = self.transform_cell(source)
            except Exception:
                cell, wrong = source, sys.exc_info()
            try:
                result = await self.run_cell_async(
                    source, store_history=True, transformed_cell=cell, preprocessing_exc_tuple=wrong
                )
            finally:
                self.events.trigger("post_execute")
                self.events.trigger("post_run_cell", result)
        assert result is not None
        error = result.error_before_exec or result.error_in_exec
        if isinstance(error, Left):
            raise error
        reply = {
            "status": "error" if self.failed_showing or not result.success else "ok",
            "execution_count": count, "ename": type(error).__name__, "evalue": str(error),
            "traceback": self._last_traceback,
        }  # fmt: skip
        return reply, self.messages.take()

    @contextmanager
    def _taking_over(self) -> Iterator[None]:
        """Let the process be the notebook's while a cell runs."""
        for stream in (sys.stdout, sys.stderr):
            with suppress(ValueError, OSError, AttributeError):
                stream.flush()
        for ours in self._streams:
            ours.divert()
        self._swap()
        try:
            yield
        finally:
            self._swap()
            for ours in self._streams:
                ours.restore()

    def _swap(self) -> None:
        root = logging.root
        here = (
            os.getcwd(), sys.stdin, sys.stdout, sys.stderr, sys.path, sys.argv,
            sys.modules["__main__"], builtins.input, getpass.getpass, root.handlers, os._exit,
            root.level,
        )  # fmt: skip
        (
            folder, sys.stdin, sys.stdout, sys.stderr, sys.path, sys.argv,
            sys.modules["__main__"], builtins.input, getpass.getpass, root.handlers, os._exit,
            level,
        ) = self._others  # fmt: skip
        self._others = here
        os.chdir(folder)
        root.setLevel(level)

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        # A value that can't be shown is an error, as on a kernel.
        self.failed_showing = self.failed_showing or self.displayhook.showing
        self._last_traceback = stb
        content = {"ename": str(etype.__name__), "evalue": str(evalue), "traceback": stb}
        self.send("error", content)

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing: there is no window to wait for."""

    def set_parent(self, parent: Any) -> None:
        """Do nothing: what is shown is the running cell's."""

    def ask_exit(self) -> None:
        """End the notebook here."""
        raise SystemExit


_prepared: list[ZMQInteractiveShell] = []


def prepare() -> None:
    """Make a shell for the first notebook of this process, or of those forked from it."""
    _prepared.append(_make())


@contextmanager
def shell() -> Iterator[ZMQInteractiveShell]:
    """Give a shell that has run nothing; for its time no other is made."""
    ours = _prepared.pop() if _prepared else _make()
    ours.begin()
    try:
        yield ours
    finally:
        ours.end()


def is_free() -> bool:
    """Tell whether a notebook can run in this process: in its main thread, beside no other.

    A notebook that runs a notebook by papermill is one that can't, nor can a JupyterLab kernel.
    """
    with suppress(RuntimeError):
        asyncio.get_running_loop()
        return False
    if threading.current_thread() is not threading.main_thread():
        return False
    return bool(_prepared) or not InteractiveShell.initialized()


def _make() -> ZMQInteractiveShell:
    # Before matplotlib is imported, as a stock kernel does.
    os.environ.setdefault("MPLBACKEND", f"module://{_INLINE}")
    # The history is a database and a thread, and nobody looks back in a batch. By the name of
    # IPKernelApp other libraries know that they are in a notebook.
    config = Config(HistoryManager={"enabled": False}, IPKernelApp={"connection_file": ""})
    main = sys.modules["__main__"]
    made = ZMQInteractiveShell.instance(config=config, user_ns={})
    # IPython puts the notebook's namespace there; it belongs there while a cell runs.
    sys.modules["__main__"] = main
    if "matplotlib.pyplot" in sys.modules:
        # Something has drawn in this process, another notebook maybe.
        made.enable_matplotlib("inline")
        sys.modules[_INLINE].set_matplotlib_formats("png")
    return made
