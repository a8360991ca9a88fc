"""What is made from all departments' results: the district's report, and every finding in one."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from govnb.batch.job import DISTRICT, Job, district_job
from govnb.batch.outcome import Failure, Outcome
from govnb.batch.plan import listed
from govnb.batch.receipts import (
    Receipt,
    Stamp,
    environment,
    options_of,
    package_digest,
    read_receipts,
    sources_digest,
    why_run,
    write_receipt,
)
from govnb.batch.run import find_notebook
from govnb.batch.store import Folder, Store, store_of
from govnb.batch.summary import FINDINGS, Row, finding_cells, table_csv, table_xlsx
from govnb.batch.workers import Workers
from govnb.sheet.folder import ALL, SUMMARY

FINDING_FILES = frozenset({f"{ALL}/findings.csv", f"{ALL}/findings.xlsx"})


def district_report(
    template: Job,
    rows: Sequence[Row],
    outcomes: Sequence[Outcome],
    store: Store,
    here: Workers,
) -> Outcome:
    """Run the district's notebook if anything it shows has changed; return how it went.

    Always here and not on a cluster: it is one notebook, and reads what all others wrote.
    """
    if not any(row.failure is None for row in rows):
        return Outcome(DISTRICT, failure=Failure("没有一个部门有结果"))
    job = district_job(template)
    receipt = read_receipts(store, folder=ALL).get(job.stem)
    stamp = _stamp(job, rows, outcomes)
    present = listed(store)
    if receipt and set(present) >= FINDING_FILES and not why_run(stamp, receipt, present, store):
        return receipt.outcome
    outcome = (
        here.submit(job).result()
        if isinstance(store, Folder)
        else _run_nearby(job, rows, store, here)
    )
    store.write(_findings(rows, store))
    write_receipt(store, Receipt(stamp, outcome, job.stem))
    return outcome


def _findings(rows: Sequence[Row], store: Store) -> dict[str, bytes]:
    """Return the findings of all departments as CSV and as a workbook."""
    results = (json.loads(store.read(row.file("json"))) for row in rows if row.failure is None)
    found = [cells for result in results for cells in finding_cells(result)]
    return dict(
        zip(
            sorted(FINDING_FILES),
            (table_csv(FINDINGS, found), table_xlsx("复核发现", FINDINGS, found)),
            strict=True,
        )
    )


def _run_nearby(job: Job, rows: Sequence[Row], store: Store, here: Workers) -> Outcome:
    """Run over copies of the results, and put what comes out where the rest is."""
    with tempfile.TemporaryDirectory(prefix="govnb-") as name:
        near = store_of(Path(name), job.year)
        results = [row.file("json") for row in rows if row.failure is None]
        near.write({n: store.read(n) for n in [SUMMARY, *results]}, flush=False)
        outcome = here.submit(replace(job, outputs_dir=Path(name))).result()
        files = {extension: job.file(extension) for extension in outcome.outputs}
        store.write({n: near.read(n) for n in files.values()})
        outputs = {
            extension: replace(output, stamp=store.entry(files[extension]).stamp)
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
