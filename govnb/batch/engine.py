r"""The papermill engines: `govnb`, IPython's shell in this process, and `kernel`, the stock kernel.

`papermill --engine govnb in.ipynb out.ipynb` works from anywhere; `govnb batch` runs the
same engine inside its workers. Both engines write injected parameters so that people can
read them: papermill alone turns every Chinese character into `\u` and four digits.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any


def __getattr__(name: str) -> object:
    """Stand in for the engine while it isn't there yet.

    Importing papermill loads the engines of all installed packages, this half-imported
    module included; the last lines put the real ones in their place.
    """
    if name == "GovnbEngine":
        return object()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


from jupyter_client.session import Session  # noqa: E402
from nbclient.exceptions import (  # noqa: E402
    CellExecutionError,
    CellTimeoutError,
    DeadKernelError,
)
from papermill.clientwrap import PapermillNotebookClient  # noqa: E402
from papermill.engines import Engine, NBClientEngine, papermill_engines  # noqa: E402
from papermill.exceptions import PapermillException  # noqa: E402
from papermill.log import logger  # noqa: E402
from papermill.translators import PythonTranslator  # noqa: E402

from govnb.batch.environment import below, can_fork  # noqa: E402

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from papermill.engines import NotebookExecutionManager

DEFAULT = "govnb"
INJECTED = "injected-parameters"
_LONGEST = 90
# What papermill hands on for a kernel's start.
_KERNEL_ONLY = ("input_path", "start_timeout", "startup_timeout", "kernel_name", "timeout")


class ReadableTranslator(PythonTranslator):
    r"""Writes parameters as Python that reads as it was meant: `"三公经费"`, not `"\u4e09…"`."""

    @classmethod
    def translate_escaped_str(cls, str_val: Any) -> str:
        """Return a string literal; only what can't be seen is escaped."""
        text = json.dumps(str(str_val), ensure_ascii=False)
        return "".join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def make_readable(notebook: NotebookNode) -> None:
    """Rewrite the cell papermill injected, and name it the same in every run."""
    parameters = notebook.metadata.get("papermill", {}).get("parameters")
    for cell in notebook.cells:
        if INJECTED in cell.metadata.get("tags", []) and parameters:
            cell.source = ReadableTranslator.codify(parameters)
            cell.id = INJECTED


_listeners: list[Callable[[int, str], None]] = []


def on_cell(tell: Callable[[int, str], None]) -> None:
    """Have each cell's index and source told as it starts, so that a death there has a place."""
    _listeners.append(tell)


class GovnbEngine(Engine):
    """Runs a notebook in this very process, by IPython's shell.

    Where a time limit can't be kept (Windows), or another notebook runs in this process, on a
    stock kernel: the outputs are the same.
    """

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **options: Any
    ) -> None:
        """Execute the notebook; the manager is told of each cell.

        Raises
        ------
        papermill.PapermillException
            If the notebook isn't in Python.
        nbclient.exceptions.CellTimeoutError
            If a cell took longer than `execution_timeout`.
        """
        language = cls.nb_language(nb_man.nb)
        if language != "python":
            raise PapermillException(f"govnb 引擎只运行 Python 笔记本，这一个是 {language}")
        if can_fork():
            from govnb.batch import shell

            if shell.is_free():
                make_readable(nb_man.nb)
                _tell_cells(nb_man)
                with shell.shell() as ours:
                    _Client(nb_man, ours, options).execute()
                nb_man.nb.metadata["language_info"] = shell.LANGUAGE
                return
        KernelEngine.execute_managed_notebook(nb_man, kernel_name, **options)


class _Client(PapermillNotebookClient):
    """Papermill's client, with a shell of this process in the kernel's place."""

    def __init__(
        self, manager: NotebookExecutionManager, shell: Any, options: dict[str, Any]
    ) -> None:
        limit = options.pop("execution_timeout", None) or options.get("timeout")
        kept = {name: value for name, value in options.items() if name not in _KERNEL_ONLY}
        super().__init__(manager, log=logger, timeout=limit, **kept)
        self.shell = shell
        # What a frontend tells a widget of its outputs has nobody to hear it.
        channel = SimpleNamespace(send=lambda _: None)
        self.kc = SimpleNamespace(session=Session(), shell_channel=channel)

    def execute(self) -> None:
        """Execute the notebook, up to the first cell that fails."""
        self.reset_execution_trackers()
        with asyncio.Runner() as runner:
            self.loop = runner.get_loop()
            self.papermill_execute_cells()
        self.set_widgets_metadata()

    def execute_cell(self, cell: NotebookNode, cell_index: int) -> NotebookNode:
        """Execute a cell and put into it what it shows.

        Raises
        ------
        CellExecutionError
            If it fails and isn't one that may.
        """
        from govnb.batch.shell import Left

        tags = cell.metadata.get("tags", ())
        if cell.cell_type != "code" or not cell.source.strip() or self.skip_cells_with_tag in tags:
            return cell
        cell.outputs, self.clear_before_next_output = [], False
        with _limit(self._get_timeout(cell), cell):
            running = self.loop.create_task(
                self.shell.answer(cell.source), context=self.shell.context
            )
            try:
                reply, shown = self.loop.run_until_complete(running)
            except Left as left:
                raise CellLeft(*left.args, cell_index, cell.source) from None
        cell.execution_count = reply["execution_count"]
        for message in shown:
            self.process_message(message, cell, cell_index)
        may_fail = not self.force_raise_errors and (
            self.allow_errors
            or reply["ename"] in self.allow_error_names
            or "raises-exception" in tags
        )
        if reply["status"] == "error" and not may_fail:
            raise CellExecutionError.from_cell_and_msg(cell, reply)
        return cell


class CellLeft(DeadKernelError):
    """A cell ended its process: the exit code, the cell's index and its source."""

    def __str__(self) -> str:
        code, cell, _ = self.args
        return f"笔记本第 {cell + 1} 格自行结束了进程（退出码 {code}）"


class _Late(BaseException):
    """Ends a cell that took too long; no `except Exception` of its own holds it up."""


@contextmanager
def _limit(seconds: float | None, cell: NotebookNode) -> Iterator[None]:
    """End what runs after some seconds, with all the processes it has started.

    Raises
    ------
    CellTimeoutError
        If it was ended.
    """
    if not seconds:
        yield
        return
    late, others = False, below(os.getpid())

    def ring(*_: object) -> None:
        nonlocal late
        late = True
        for started in below(os.getpid()):
            if started not in others:
                started.kill()
        raise _Late

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except _Late:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    if late:
        raise CellTimeoutError.error_from_timeout_and_cell(
            "Cell execution timed out", int(seconds), cell
        )


class KernelEngine(NBClientEngine):
    """Runs a notebook on a stock kernel, over files rather than ports.

    Ports are picked before they are bound, and when many kernels start at once one in some
    hundreds picks another's.
    """

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **options: Any
    ) -> None:
        """Execute the notebook, once more if its kernel doesn't even start."""
        make_readable(nb_man.nb)
        _tell_cells(nb_man)
        for last in (False, True):
            with tempfile.TemporaryDirectory(prefix="govnb-") as folder:
                try:
                    NBClientEngine.execute_managed_notebook(
                        nb_man, kernel_name, **options, **_over_files(Path(folder))
                    )
                    return
                except RuntimeError:
                    started = any(cell.get("execution_count") for cell in nb_man.nb.cells)
                    if last or started:
                        raise


def _tell_cells(manager: NotebookExecutionManager) -> None:
    start = manager.cell_start

    def cell_start(cell: NotebookNode, cell_index: int) -> None:
        for tell in _listeners:
            tell(cell_index, cell.source)
        start(cell, cell_index)

    manager.cell_start = cell_start


def _over_files(folder: Path) -> dict[str, Any]:
    # The path of such a socket can't be longer than 107 bytes, and Windows has none.
    if not hasattr(socket, "AF_UNIX") or len(os.fsencode(folder)) > _LONGEST:
        return {}
    from jupyter_client.manager import AsyncKernelManager
    from traitlets import CaselessStrEnum, Unicode

    class Manager(AsyncKernelManager):
        transport = CaselessStrEnum(["tcp", "ipc"], default_value="ipc")
        connection_file = Unicode(str(folder / "k.json"))

    return {"kernel_manager_class": Manager}


papermill_engines.register("govnb", GovnbEngine)
papermill_engines.register("kernel", KernelEngine)
