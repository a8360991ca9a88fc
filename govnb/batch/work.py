"""What a worker does with one job: run, render, write whole, and say how it went."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from govnb.batch.job import Job
from govnb.batch.outcome import Failure, Outcome, Output, left_in_words
from govnb.batch.run import produce
from govnb.batch.store import is_url, store_of
from govnb.batch.summary import row_of
from govnb.files import why
from govnb.text.faults import FaultsError


def work(job: Job) -> Outcome:
    """Run a job to its end; whatever goes wrong is told in the outcome, never raised."""
    start, folder = time.monotonic(), os.getcwd()
    try:
        with _near(job) as here:
            contents = produce(here)
        # The notebook ran in this very process and may have gone elsewhere.
        os.chdir(folder)
        row = row_of(json.loads(contents["json"]))
        outputs = _write(job, contents)
    except Exception as error:
        seconds = time.monotonic() - start
        return Outcome(job.department, seconds, failure=failure_of(error))
    return Outcome(job.department, time.monotonic() - start, outputs, row)


@contextmanager
def _near(job: Job) -> Iterator[Job]:
    """Give a job that reads outputs at an address copies of them on this machine."""
    if not (job.needs and is_url(job.outputs_dir)):
        yield job
        return
    far = store_of(job.outputs_dir, "")
    with tempfile.TemporaryDirectory(prefix="govnb-") as name:
        for file in job.needs:
            # A year made department by department has no summary.
            with suppress(FileNotFoundError):
                store_of(name, "").write({file: far.read(file)}, flush=False)
        yield replace(job, outputs_dir=name)


def _write(job: Job, contents: dict[str, bytes]) -> dict[str, Output]:
    store = store_of(job.outputs_dir, job.year)
    if job.is_public:
        # What it was made with tells all that the reviewers say.
        contents = {extension: contents[extension] for extension in job.formats}
    names = {extension: job.file(extension) for extension in contents}
    # Their hashes go into the receipt, so nothing need wait for the disk here.
    store.write({names[extension]: data for extension, data in contents.items()}, flush=False)
    outputs = {}
    for extension, data in contents.items():
        entry = store.entry(names[extension])
        digest = hashlib.sha256(data).hexdigest()
        outputs[extension] = Output(entry.size, entry.stamp, digest)
    return outputs


def failure_of(error: BaseException) -> Failure:
    """Return what to tell people of an error."""
    from nbclient.exceptions import DeadKernelError
    from papermill import PapermillExecutionError

    from govnb.batch.engine import CellLeft

    if isinstance(error, PapermillExecutionError):
        value = error.evalue or "\n".join(error.traceback[-1:])
        return Failure.of_cell(error.ename, value, error.cell_index + 1, error.source)
    if isinstance(error, CellLeft):
        code, cell, source = error.args
        return Failure.at_cell(left_in_words(code), "", cell + 1, source)
    if isinstance(error, DeadKernelError):
        return Failure("执行笔记本的进程中断，可能是内存不足")
    if isinstance(error, FaultsError):
        return Failure.of_faults(str(error))
    if isinstance(error, OSError):
        return Failure(f"读写出错：{why(error)}", str(error))
    last = "".join(traceback.format_exception_only(error)).strip()
    return Failure(f"生成出错：{type(error).__name__}", last)
