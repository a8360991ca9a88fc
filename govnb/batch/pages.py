"""The pages beside departments' reports: which are to be made, and what is known of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from govnb.batch.job import KINDS, Job, Kind
from govnb.batch.outcome import Outcome
from govnb.batch.plan import Task, listed
from govnb.batch.receipts import Shared, digest, read_receipts, why_run
from govnb.batch.run import find_notebook
from govnb.batch.store import Store, is_url
from govnb.batch.summary import Beside, Row

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
            given = _years_before(template, known)
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
            job = kind.job(template, department, part)
            more = dict((given or {}).get(department, {}))
            stamp, receipt = shared.stamp(path), receipts.get(job.stem)
            stamp = replace(stamp, inputs={**stamp.inputs, **more})
            reasons = why_run(stamp, receipt, present, store) or (["--force"] if force else [])
            yield Page(
                kind.name.format(**part), Task(job, stamp, tuple(reasons), receipt, given=more)
            )


def _years_before(template: Job, rows: Sequence[Row]) -> dict[str, dict[str, str]]:
    """Return the results that a page of years is made of, by department; of those with any.

    Only where outputs are in a folder: the page reads them.
    """
    if is_url(template.outputs_dir):
        return {}
    folders = [
        folder
        for folder in sorted(Path(template.outputs_dir).glob("[0-9][0-9][0-9][0-9]"))
        if int(folder.name) < template.year
    ]
    peers = {row.department: row.facts.get("compared") for row in rows if not row.failure}
    others = json.dumps(peers, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
    found = {}
    for row in rows:
        files = [folder / f"{row.department}.json" for folder in folders]
        if before := {f"{f.parent.name}年的结果": digest(f) for f in files if f.is_file()}:
            found[row.department] = {**before, "同类部门的数": hashlib.sha256(others).hexdigest()}
    return found
