"""A notebook executed for stock papermill in a forked worker, cell by cell under its eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.log import logger

from govnb.batch.answers import WorkerLost, WorkerTimeout
from govnb.batch.warm import Warm

# Seconds for what is no cell: beginning the next one, and ending.
_BETWEEN = 60.0

if TYPE_CHECKING:
    from papermill.engines import NotebookExecutionManager


def execute_apart(
    manager: NotebookExecutionManager,
    log_output: bool = False,
    stdout_file: Any = None,
    stderr_file: Any = None,
    execution_timeout: int | None = None,
    timeout: int | None = None,
    **options: Any,
) -> None:
    """Execute a manager's notebook in a worker of its own.

    Raises
    ------
    DeadKernelError
        If a cell ended the process.
    CellTimeoutError
        If a cell took longer than it was given.
    """
    for name in ("input_path", "start_timeout", "startup_timeout"):
        options.pop(name, None)
    follow = _Follower(manager, execution_timeout or timeout)
    # Only to hand outputs on in papermill's own way; it starts no kernel.
    follow.log = PapermillNotebookClient(
        manager, log=logger, log_output=log_output, stdout_file=stdout_file, stderr_file=stderr_file
    ).log_output_message
    argument = {"notebook": manager.nb, "options": options}
    try:
        with Warm() as warm:
            answer = warm.run("notebook", argument, heard=follow)
    except WorkerLost:
        raise DeadKernelError("Kernel died") from None
    except WorkerTimeout:
        raise CellTimeoutError.error_from_timeout_and_cell(
            "Cell execution timed out", follow.timeout or 0, follow.cell
        ) from None
    for cell, outputs in zip(manager.nb.cells, answer["outputs"], strict=True):
        if outputs is not None:
            cell.outputs = nbformat.from_dict(outputs)
    manager.nb.metadata.update(nbformat.from_dict(answer["metadata"]))


class _Follower:
    """Tells papermill of each cell as the worker tells of it."""

    def __init__(self, manager: NotebookExecutionManager, timeout: int | None) -> None:
        self.manager = manager
        self.timeout = timeout
        self.cell: Any = None
        self.log: Any = None

    def __call__(self, message: dict[str, Any]) -> float | None:
        cells = self.manager.nb.cells
        if "start" in message:
            self.cell = cells[message["start"]]
            self.manager.cell_start(self.cell, message["start"])
            return self.timeout
        index = message["end"]
        told = nbformat.from_dict(message["cell"])
        cell = cells[index]
        if told.cell_type == "code":
            cell.outputs, cell.execution_count = told.outputs, told.execution_count
            for output in told.outputs:
                self.log(output)
        if told.metadata.papermill.exception:
            self.manager.cell_exception(cell, cell_index=index)
        self.manager.cell_complete(cell, cell_index=index)
        return _BETWEEN
