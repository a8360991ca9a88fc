"""The district's own report: its notebook run over the results of a year's departments."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from govnb.publish.crew import Crew
from govnb.publish.job import DISTRICT, Job
from govnb.publish.outcome import Failure, Outcome
from govnb.publish.receipts import (
    Receipt,
    Stamp,
    environment,
    options_of,
    package_digest,
    sources_digest,
    why_run,
    write_receipt,
)
from govnb.publish.run import find_notebook
from govnb.publish.store import Folder, Store, store_of
from govnb.publish.summary import Row


def district_report(
    template: Job,
    rows: Sequence[Row],
    outcomes: Sequence[Outcome],
    store: Store,
    receipt: Receipt | None,
    here: Crew,
) -> Outcome:
    """Run the district's notebook if anything it shows has changed; return how it went.

    Always here and not on a cluster: it is one notebook, and reads what all others wrote.
    """
    if not any(row.failure is None for row in rows):
        return Outcome(DISTRICT, failure=Failure("没有一个部门有结果"))
    job = replace(template, department=DISTRICT, notebook=f"{DISTRICT}.ipynb")
    stamp = _stamp(job, rows, outcomes)
    if receipt is not None and not why_run(stamp, receipt, store.listing(), store):
        return receipt.outcome
    if isinstance(store, Folder):
        outcome = here.submit(job).result()
    else:
        outcome = _run_nearby(job, rows, store, here)
    write_receipt(store, Receipt(stamp, outcome))
    return outcome


def _run_nearby(job: Job, rows: Sequence[Row], store: Store, here: Crew) -> Outcome:
    """Run over copies of the results, and put what comes out where the rest is."""
    with tempfile.TemporaryDirectory(prefix="govnb-") as name:
        near = store_of(Path(name), job.year)
        results = [row.file("json") for row in rows if row.failure is None]
        near.write({n: store.read(n) for n in ["summary.json", *results]}, flush=False)
        outcome = here.submit(replace(job, outputs_dir=Path(name))).result()
        files = [f"{DISTRICT}.{extension}" for extension in outcome.outputs]
        store.write({n: near.read(n) for n in files})
        outputs = {
            extension: replace(output, stamp=store.entry(f"{DISTRICT}.{extension}").stamp)
            for extension, output in outcome.outputs.items()
        }
        return replace(outcome, outputs=outputs)


def _stamp(job: Job, rows: Sequence[Row], outcomes: Sequence[Outcome]) -> Stamp:
    results = hashlib.sha256()
    for row, outcome in zip(rows, outcomes, strict=True):
        said = row.failure.reason if row.failure else outcome.outputs["json"].sha256
        results.update(f"{row.department}\0{said}\n".encode("utf-8", "replace"))
    notebook = find_notebook(job.notebook, job.params_dir)
    inputs = {
        "各部门结果": results.hexdigest(),
        f"笔记本 {notebook.name}": sources_digest(notebook),
        "govnb 程序": package_digest(),
        "运行环境": environment(),
    }
    return Stamp(inputs, options_of(job))
