"""The pages beside departments' reports: which are to be made, and what is known of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from govnb.batch.job import KINDS, Job, Kind
from govnb.batch.outcome import Outcome
from govnb.batch.plan import Task, listed
from govnb.batch.receipts import Shared, read_receipts, why_run
from govnb.batch.run import find_notebook
from govnb.batch.store import Store, store_of
from govnb.batch.summary import Beside, Row
from govnb.sheet.folder import SUMMARY

_RESULT = "年的结果"
# The parameters of each page a department is to have.
Parts = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Page:
    """A page of a department: its name in the index, and what is to be done."""

    name: str
    task: Task

    @property
    def department(self) -> str:
        """Whose page it is."""
        return self.task.job.department

    def beside(self, outcome: Outcome) -> Beside:
        """Return what the index shows of it."""
        return Beside(self.name, self.task.job.stem, tuple(outcome.outputs), outcome.failure)

    def told(self, outcome: Outcome) -> Outcome:
        """Return an outcome under the name people know the page by."""
        return replace(outcome, department=f"{self.department} {self.name}")


def plan_pages(template: Job, rows: Iterable[Row], store: Store, force: bool = False) -> list[Page]:
    """Return the pages of departments that have the data for them, with why each is to run.

    A department without a report has nothing to run, but keeps the pages it has.
    """
    known = list(rows)
    failed = {row.department for row in known if row.failure}
    pages = []
    for kind in KINDS:
        if template.is_public and not kind.of_years:
            # The year under way is the bureau's alone.
            continue
        parts = {
            row.department: (row.facts.get("pages") or {}).get(kind.folder, ()) for row in known
        }
        given: Mapping[str, Mapping[str, str]] = {}
        if kind.of_years:
            given = _years_before(template, known, store)
            parts = dict.fromkeys(given, ({},))
        for page in pages_of(kind, template, parts, store, force, given):
            if page.department in failed:
                page = replace(page, task=replace(page.task, reasons=()))
            pages.append(page)
    return pages


def pages_of(
    kind: Kind, template: Job, parts: Parts, store: Store, force: bool = False,
    given: Mapping[str, Mapping[str, str]] | None = None,
) -> Iterator[Page]:  # fmt: skip
    """Yield the pages of one kind, with why each is to run.

    `given` is what a department's pages depend on besides its files, each with its hash.
    """
    if not any(parts.values()):
        return
    shared = Shared(template, find_notebook(kind.notebook, template.params_dir))
    receipts = read_receipts(store, template.edition, kind.folder)
    present = listed(store)
    for department, each in parts.items():
        path = template.params_dir / str(template.year) / f"{department}.yml"
        for part in each:
            more = dict((given or {}).get(department, {}))
            job = kind.job(template, department, part)
            job = replace(job, needs=_needs(job, more))
            stamp, receipt = shared.stamp(path), receipts.get(job.stem)
            stamp = replace(stamp, inputs={**stamp.inputs, **more})
            reasons = why_run(stamp, receipt, present, store) or (["--force"] if force else [])
            yield Page(
                kind.name.format(**part), Task(job, stamp, tuple(reasons), receipt, given=more)
            )


def _years_before(template: Job, rows: Sequence[Row], store: Store) -> dict[str, dict[str, str]]:
    """Return the hashes of what a page of years is made of, by department; of those with any."""
    every = store_of(template.outputs_dir, "")
    years = [year for year in every.years() if int(year) < template.year]
    there = {f"{year}/{name}" for year in years for name in every.listing(year)}
    peers = {row.department: row.facts.get("compared") for row in rows if not row.failure}
    others = json.dumps(peers, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
    found = {}
    for row in rows:
        files = {year: f"{year}/{row.file('json')}" for year in years}
        before = {
            f"{year}{_RESULT}": hashlib.sha256(every.read(file)).hexdigest()
            for year, file in files.items()
            if file in there
        }
        if before:
            found[row.department] = {**before, "同类部门的数": hashlib.sha256(others).hexdigest()}
    return found


def _needs(job: Job, given: Mapping[str, str]) -> tuple[str, ...]:
    """Return the outputs that a page reads: of the years given, and of its own."""
    years = [name.removesuffix(_RESULT) for name in given if name.endswith(_RESULT)]
    files = (SUMMARY, f"{job.department}.json")
    return tuple(f"{year}/{name}" for year in (*years, job.year) for name in files if years)
