"""What a worker does with one job: run, render, write whole, and say how it went."""

from __future__ import annotations

import hashlib
import json
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from govnb.inputs.place import FaultsError
from govnb.publish.job import Job
from govnb.publish.outcome import Failure, Outcome
from govnb.publish.run import run
from govnb.publish.summary import row_of


def work(job: Job) -> Outcome:
    """Run a job to its end; whatever goes wrong is told in the outcome, never raised."""
    start = time.monotonic()
    outputs: dict[str, str] = {}
    row: dict[str, Any] = {}
    failure = None
    try:
        contents = {path: path.read_bytes() for path in run(job)}
        outputs = {path.suffix[1:]: hashlib.sha256(d).hexdigest() for path, d in contents.items()}
        row = row_of(_result(contents, job))
    except Exception as error:
        failure = failure_of(error)
    return Outcome(job.department, time.monotonic() - start, outputs, row, failure)


def failure_of(error: BaseException) -> Failure:
    """Return what to tell people of an error."""
    from papermill import PapermillExecutionError

    if isinstance(error, PapermillExecutionError):
        value = error.evalue or "\n".join(error.traceback[-1:])
        return Failure.of_cell(error.ename, value, error.cell_index + 1, error.source)
    if isinstance(error, FaultsError):
        return Failure.of_faults(str(error))
    if isinstance(error, OSError):
        return Failure(f"读写出错：{error.strerror or error}", str(error))
    last = "".join(traceback.format_exception_only(error)).strip()
    return Failure(f"生成出错：{type(error).__name__}", last)


def _result(contents: Mapping[Path, bytes], job: Job) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(contents[job.output("json")])
    return result


if __name__ == "__main__":
    import sys

    told = work(Job.from_dict(json.loads(sys.stdin.read())))
    sys.stdout.write(json.dumps(told.as_dict(), ensure_ascii=False))
