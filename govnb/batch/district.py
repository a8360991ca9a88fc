"""What is made from all departments' results: the district's report, and every finding in one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace

from govnb.batch.job import Job, district_job
from govnb.batch.outcome import Outcome
from govnb.batch.plan import Task, listed
from govnb.batch.receipts import Stamp, options_of, program, read_receipts, why_run
from govnb.batch.run import find_notebook
from govnb.batch.store import Store
from govnb.batch.summary import FINDINGS, Row, finding_cells, table_csv, table_xlsx
from govnb.sheet.folder import ALL, SUMMARY

_CSV, _XLSX = f"{ALL}/findings.csv", f"{ALL}/findings.xlsx"


def district_task(
    template: Job, rows: Sequence[Row], outcomes: Sequence[Outcome], store: Store
) -> Task:
    """Return the district's report, with why it is to be made again."""
    results = hashlib.sha256()
    for row, outcome in zip(rows, outcomes, strict=True):
        said = row.failure.reason if row.failure else outcome.outputs["json"].sha256
        results.update(f"{row.department}\0{said}\n".encode("utf-8", "replace"))
    given = {"各部门结果": results.hexdigest()}
    job = district_job(template)
    read = (SUMMARY, *(row.file("json") for row in rows if row.failure is None))
    job = replace(job, needs=tuple(f"{job.year}/{name}" for name in read))
    stamp = Stamp(given | program(find_notebook(job.notebook, job.params_dir)), options_of(job))
    receipt, present = read_receipts(store, folder=ALL).get(job.stem), listed(store)
    reasons = why_run(stamp, receipt, present, store)
    reasons += [f"输出 {name} 不见了" for name in (_CSV, _XLSX) if name not in present]
    return Task(job, stamp, tuple(reasons), receipt, given=given)


def findings(rows: Sequence[Row], store: Store) -> dict[str, bytes]:
    """Return the findings of all departments as CSV and as a workbook."""
    results = (json.loads(store.read(row.file("json"))) for row in rows if row.failure is None)
    found = [cells for result in results for cells in finding_cells(result)]
    return {_CSV: table_csv(FINDINGS, found), _XLSX: table_xlsx("复核发现", FINDINGS, found)}
