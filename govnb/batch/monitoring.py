"""The year under way of one department or all: a page each, and the month's 通报."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from govnb.batch.batch import alone, make_pages
from govnb.batch.job import MONITOR, Job
from govnb.batch.outcome import Failure, Outcome
from govnb.batch.pages import pages_of
from govnb.batch.store import store_of
from govnb.batch.workers import Local, cores
from govnb.report.bulletin import result_files
from govnb.sheet.folder import departments
from govnb.sheet.read import department_path, load
from govnb.text.faults import FaultsError
from govnb.text.yaml_text import Mapping as Tree
from govnb.text.yaml_text import read_yaml

BULLETIN = "通报"


def last_months(year: int, params_dir: Path, wanted: Sequence[str]) -> dict[str, int | FaultsError]:
    """Return the last month with figures of each department that has any, or its faults."""
    found: dict[str, int | FaultsError] = {}
    for name in wanted or departments(year, params_dir):
        try:
            lines = load(department_path(year, name, params_dir), params_dir).department.monthly
        except FaultsError as error:
            found[name] = error
            continue
        months = [int(m.removesuffix("月")) for line in lines.values() for m in line.spent]
        if months or wanted:
            found[name] = max(months, default=0)
    return found


@dataclass(frozen=True)
class Told:
    """What came of one step: a file that was made, a hint, or why there is none."""

    text: str
    failed: bool = False


def monitor(template: Job, department: str | None, month: int | None) -> Iterator[Told]:
    """Make the pages of a month, and for all departments the 通报; tell what came of each.

    Raises
    ------
    FaultsError
        If no department has monthly figures.
    """
    found = last_months(template.year, template.params_dir, [department] if department else [])
    unread = {name: error for name, error in found.items() if isinstance(error, FaultsError)}
    months = {name: last for name, last in found.items() if isinstance(last, int)}
    if not found:
        hint = "在部门文件旁放台账 部门.月度.csv，栏目见 docs/monitoring.md"
        where = f"{template.params_dir.name}/{template.year}"
        raise FaultsError.of(where, "没有一个部门有逐月的执行数", hint)
    month = month or max(months.values(), default=0)
    if unread and not months:
        yield from (Told(f"{name}：{error}", failed=True) for name, error in unread.items())
        return
    store = store_of(template.outputs_dir, template.year)
    parts = {name: [{"month": month}] for name in found}
    missing = dict[str, str]()
    with alone(store), Local(cores(), None, template) as workers:
        pages = list(pages_of(MONITOR, template, parts, store))
        done = make_pages([page for page in pages if page.task.reasons], store, workers)
        for page in pages:
            job = page.task.job
            outcome = done.get(job.stem) or page.task.last
            yield from _told(job, outcome)
            if outcome and outcome.failure:
                name = _name(template, job.department)
                name = f"{name}（{job.department}）" if name in missing else name
                missing[name] = _why(outcome.failure)
        if department is None:
            made = {page.task.job.output("json") for page in pages}
            job = _bulletin(template, month, missing)
            for old in result_files(job.output("json").parent, month):
                if old not in made:
                    yield Told(f"{old}：参数文件已不在，通报里还有它；不要的，删去这个文件")
            yield from _told(job, workers.submit(job).result())


def _bulletin(template: Job, month: int, missing: Mapping[str, str]) -> Job:
    """Return the job of the month's 通报, made from what the pages left; `missing` have none."""
    place = f"{MONITOR.folder}/{BULLETIN}-{MONITOR.part.format(month=month)}"
    more = {"month": month, "missing": dict(missing)}
    return replace(
        template, department="", notebook="bulletin.ipynb", place=place, more=more, reads=True
    )


def _name(template: Job, department: str) -> str:
    """Return what a department is called, which can be read where its ledgers can't."""
    with suppress(FaultsError):
        identity = read_yaml(department_path(template.year, department, template.params_dir)).get(
            "部门"
        )
        if isinstance(identity, Tree) and identity.get("名称"):
            return str(identity["名称"])
    return department


def _why(failure: Failure) -> str:
    """Return why a department has no page, in a few words; how to mend it is its own affair."""
    faults = [words.partition("（")[0] for _, words in failure.faults()]
    if not faults:
        return failure.reason
    return faults[0] + (f"，等{len(faults)}处错误" if len(faults) > 1 else "")


def _told(job: Job, outcome: Outcome | None) -> Iterator[Told]:
    """Tell where a page is, or why there is none."""
    assert outcome is not None
    if outcome.failure is None:
        yield from (Told(str(job.output(name))) for name in job.formats)
        return
    # An older page of the same month would pass for this one in the 通报.
    job.output("json").unlink(missing_ok=True)
    yield Told(f"{job.department or BULLETIN}：{outcome.failure.text()}", failed=True)
