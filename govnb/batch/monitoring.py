"""The year under way of one department or all: a page each, and the month's 通报."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from govnb.batch.batch import alone, make_pages
from govnb.batch.crew import Crew, Local, cores
from govnb.batch.job import MONITOR, Job
from govnb.batch.outcome import Outcome
from govnb.batch.pages import pages_of
from govnb.batch.store import store_of
from govnb.report.monitoring import result_files
from govnb.sheet.folder import departments
from govnb.sheet.read import department_path, load
from govnb.text.faults import FaultsError

BULLETIN = "通报"


def last_months(year: int, params_dir: Path, wanted: Sequence[str]) -> dict[str, int]:
    """Return the last month with figures of each department that has any.

    Those that can't be read have 0: their own run tells what is wrong.
    """
    found = {}
    for name in wanted or departments(year, params_dir):
        try:
            lines = load(department_path(year, name, params_dir), params_dir).department.monthly
        except FaultsError:
            found[name] = 0
            continue
        months = [int(m.removesuffix("月")) for line in lines.values() for m in line.spent]
        if months or wanted:
            found[name] = max(months, default=0)
    return found


def monitor(template: Job, department: str | None, month: int | None) -> int:
    """Make the pages of a month, and for all departments the 通报; return the exit code.

    Raises
    ------
    FaultsError
        If no department has monthly figures.
    """
    months = last_months(template.year, template.params_dir, [department] if department else [])
    month = month or max(months.values(), default=0)
    if not any(months.values()) and not department:
        hint = "在部门文件旁放台账 部门.月度.csv，栏目见 docs/monitoring.md"
        where = f"{template.params_dir.name}/{template.year}"
        raise FaultsError.of(where, "没有一个部门有逐月的执行数", hint)
    store = store_of(template.outputs_dir, template.year)
    parts = {name: [{"month": month}] for name in months}
    with alone(store), Local(cores(), None, template) as crew:
        pages = list(pages_of(MONITOR, template, parts, store))
        done = make_pages([page for page in pages if page.task.reasons], store, crew)
        jobs = [page.task.job for page in pages]
        known = {page.task.job.stem: page.task.last for page in pages}
        whole = [_told(job, done.get(job.stem) or known[job.stem]) for job in jobs]
        if department is None:
            whole.append(_bulletin(template, month, jobs, crew))
    return 0 if all(whole) else 1


def _bulletin(template: Job, month: int, jobs: Sequence[Job], crew: Crew) -> bool:
    """Make the month's 通报 from what the pages left."""
    part = f"{BULLETIN}-{MONITOR.part.format(month=month)}"
    job = replace(template, notebook="bulletin.ipynb", place=f"{MONITOR.folder}/{part}",
                  more={"month": month}, reads=True)  # fmt: skip
    for old in result_files(job.output("json").parent, month):
        if old not in {job.output("json") for job in jobs}:
            click.echo(f"{old}：参数文件已不在，通报里还有它；不要的，删去这个文件")
    return _told(replace(job, department=""), crew.submit(job).result())


def _told(job: Job, outcome: Outcome | None) -> bool:
    """Tell where a page is, or why there is none."""
    assert outcome is not None
    if outcome.failure is not None:
        # An older page of the same month would pass for this one in the 通报.
        job.output("json").unlink(missing_ok=True)
        click.echo(f"{job.department or BULLETIN}：{outcome.failure.text()}", err=True)
        return False
    for name in job.formats:
        click.echo(str(job.output(name)))
    return True
