r"""The papermill engines: `govnb`, forked from a warm process, and `kernel`, the stock kernel.

`papermill --engine govnb in.ipynb out.ipynb` works from anywhere; `govnb batch` runs the
same engine inside its workers. Both engines write injected parameters so that people can
read them: papermill alone turns every Chinese character into `\u` and four digits.
"""

from __future__ import annotations

import json
import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar


def __getattr__(name: str) -> object:
    """Stand in for the engine while it isn't there yet.

    Importing papermill loads the engines of all installed packages, this half-imported
    module included; the last lines put the real ones in their place.
    """
    if name == "GovnbEngine":
        return object()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


from papermill.engines import Engine, NBClientEngine, papermill_engines  # noqa: E402
from papermill.exceptions import PapermillException  # noqa: E402
from papermill.translators import PythonTranslator  # noqa: E402

from govnb.batch.warm import can_fork  # noqa: E402

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from papermill.engines import NotebookExecutionManager

    from govnb.batch.kernel import Kernel

Send = Callable[[dict[str, Any]], None]
DEFAULT = "govnb"
INJECTED = "injected-parameters"
_LONGEST = 90


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


class _Here:
    """What this process has when it is a worker."""

    kernel: ClassVar[Kernel | None] = None
    told: ClassVar[Callable[[int, str], None] | None] = None


def use(kernel: Kernel) -> None:
    """Run notebooks in this very process from now on: it is a worker, or will fork into some."""
    _Here.kernel = kernel


def on_cell(tell: Callable[[int, str], None]) -> None:
    """Have each cell's index and source told as it starts, so that a death there has a place."""
    _Here.told = tell


class GovnbEngine(Engine):
    """Runs a notebook in a process of its own, forked from one that has everything loaded.

    Where the system can't fork, on a stock kernel: the outputs are the same.
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
        nbclient.exceptions.DeadKernelError
            If a cell ended the process.
        nbclient.exceptions.CellTimeoutError
            If a cell took longer than `execution_timeout`.
        """
        language = cls.nb_language(nb_man.nb)
        if language != "python":
            raise PapermillException(f"govnb 引擎只运行 Python 笔记本，这一个是 {language}")
        if not can_fork():
            KernelEngine.execute_managed_notebook(nb_man, kernel_name, **options)
            return
        make_readable(nb_man.nb)
        if _Here.kernel is not None:
            from govnb.batch.kernel import InProcessClient

            _tell_cells(nb_man)
            InProcessClient(nb_man, **_client_options(options)).execute(_Here.kernel)
        else:
            from govnb.batch.apart import execute_apart

            execute_apart(nb_man, **options)


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


def execute_here(argument: dict[str, Any], send: Send) -> dict[str, Any]:
    """Execute a notebook for :mod:`govnb.batch.apart` and send each cell as it ends."""
    import nbformat
    from papermill.engines import NotebookExecutionManager

    from govnb.batch.kernel import InProcessClient

    notebook = nbformat.from_dict(argument["notebook"])
    manager = NotebookExecutionManager(notebook, progress_bar=False)
    manager.notebook_start()
    start, end = manager.cell_start, manager.cell_complete

    def cell_start(cell: NotebookNode, cell_index: int) -> None:
        start(cell, cell_index)
        send({"start": cell_index})

    def cell_complete(cell: NotebookNode, cell_index: int) -> None:
        end(cell, cell_index)
        send({"end": cell_index, "cell": cell})

    manager.cell_start, manager.cell_complete = cell_start, cell_complete
    assert _Here.kernel is not None
    InProcessClient(manager, **argument["options"]).execute(_Here.kernel)
    # A later cell can change what an earlier one shows.
    cells = [cell.get("outputs") for cell in notebook.cells]
    keys = ("language_info", "widgets")
    return {"outputs": cells, "metadata": {k: v for k, v in notebook.metadata.items() if k in keys}}


def _tell_cells(manager: NotebookExecutionManager) -> None:
    start, tell = manager.cell_start, _Here.told
    if tell is None:
        return

    def cell_start(cell: NotebookNode, cell_index: int) -> None:
        tell(cell_index, cell.source)
        start(cell, cell_index)

    manager.cell_start = cell_start


def _client_options(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that mean something to a client without a kernel to start."""
    ours = {"input_path", "start_timeout", "execution_timeout", "timeout", "startup_timeout"}
    return {name: value for name, value in options.items() if name not in ours}


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
