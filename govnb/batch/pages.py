"""The pages beside departments' reports: which are to be made, and what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from govnb.batch.job import KINDS, Job, Kind
from govnb.batch.outcome import Outcome
from govnb.batch.plan import Task, listed
from govnb.batch.receipts import Shared, read_receipts, why_run
from govnb.batch.run import find_notebook
from govnb.batch.store import Store
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
    if template.is_public:
        return []
    known = list(rows)
    failed = {row.department for row in known if row.failure}
    pages = []
    for kind in KINDS:
        parts = {
            row.department: (row.facts.get("pages") or {}).get(kind.folder, ()) for row in known
        }
        for page in pages_of(kind, template, parts, store, force):
            if page.department in failed:
                page = replace(page, task=replace(page.task, reasons=()))
            pages.append(page)
    return pages


def pages_of(
    kind: Kind, template: Job, parts: Parts, store: Store, force: bool = False
) -> Iterator[Page]:
    """Yield the pages of one kind, with why each is to run."""
    if not any(parts.values()):
        return
    shared = Shared(template, find_notebook(kind.notebook, template.params_dir))
    receipts, present = read_receipts(store, folder=kind.folder), listed(store)
    for department, each in parts.items():
        path = template.params_dir / str(template.year) / f"{department}.yml"
        for part in each:
            job = kind.job(template, department, part)
            stamp, receipt = shared.stamp(path), receipts.get(job.stem)
            reasons = why_run(stamp, receipt, present, store) or (["--force"] if force else [])
            yield Page(kind.name.format(**part), Task(job, stamp, tuple(reasons), receipt))
