"""What a worker can be asked to do, by name."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Mapping
from typing import Any

from govnb.batch import engine
from govnb.batch.job import Job
from govnb.batch.work import work

Send = Callable[[dict[str, Any]], None]


def department(argument: dict[str, Any], send: Send) -> dict[str, Any]:
    """Make one department's report."""
    engine.on_cell(lambda index, source: send({"cell": index, "source": source}))
    # There is a worker a core; typesetting needn't start a thread a core in each.
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    return work(Job.from_dict(argument)).as_dict()


def notebook(argument: dict[str, Any], send: Send) -> dict[str, Any]:
    """Execute a notebook for papermill, telling of each cell."""
    answer = engine.execute_here(argument, send)
    # As a kernel does when it is shut down.
    atexit._run_exitfuncs()
    return answer


TASKS: Mapping[str, Callable[[dict[str, Any], Send], dict[str, Any]]] = {
    "department": department,
    "notebook": notebook,
}
