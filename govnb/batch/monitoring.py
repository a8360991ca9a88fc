"""The year under way of one department or all: a page each, and the month's 通报."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from govnb.batch.job import Job
from govnb.batch.run import produce
from govnb.batch.work import failure_of
from govnb.files import write_all_whole
from govnb.report.bulletin import result_files
from govnb.report.monitor import FOLDER, stem
from govnb.sheet.folder import departments
from govnb.sheet.read import department_path, load
from govnb.text.faults import FaultsError

BULLETIN = "通报"


@dataclass(frozen=True)
class MonitorJob(Job):
    """A notebook of the year under way, as of a month."""

    notebook: str = "monitor.ipynb"
    month: int = 0

    @property
    def parameters(self) -> dict[str, Any]:
        """The notebook's parameters."""
        common = {"year": self.year, "month": self.month}
        if self.notebook == "bulletin.ipynb":
            return {**common, "outputs_dir": str(self.outputs_dir)}
        return {
            **common, "department": self.department, "params_dir": self.params_dir.as_posix(),
            "outputs_dir": "",
        }  # fmt: skip

    def output(self, extension: str) -> Path:
        """Return the file an output goes to."""
        folder = Path(self.outputs_dir) / str(self.year) / FOLDER
        return folder / f"{stem(self.department, self.month)}.{extension}"


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


@dataclass(frozen=True)
class Told:
    """What came of one step: a file that was made, a hint, or why there is none."""

    text: str
    failed: bool = False


def monitor(template: MonitorJob, department: str | None) -> Iterator[Told]:
    """Make the pages of a month, and for all departments the 通报; tell what came of each.

    Raises
    ------
    FaultsError
        If no department has monthly figures.
    """
    months = last_months(template.year, template.params_dir, [department] if department else [])
    month = template.month or max(months.values(), default=0)
    if not any(months.values()) and not department:
        hint = "在部门文件旁放台账 部门.月度.csv，栏目见 docs/monitoring.md"
        where = f"{template.params_dir.name}/{template.year}"
        raise FaultsError.of(where, "没有一个部门有逐月的执行数", hint)
    template = replace(template, month=month)
    jobs = [replace(template, department=name) for name in months]
    for job in jobs:
        yield from _made(job)
    if department is None:
        for old in result_files(jobs[0].output("json").parent, month):
            if old.stem not in {stem(name, month) for name in months}:
                yield Told(f"{old}：参数文件已不在，通报里还有它；不要的，删去这个文件")
        yield from _made(replace(template, department=BULLETIN, notebook="bulletin.ipynb"))


def _made(job: MonitorJob) -> Iterator[Told]:
    """Make one page in its formats; tell where it is, or why there is none."""
    try:
        outputs = produce(job)
        job.output("json").parent.mkdir(parents=True, exist_ok=True)
        write_all_whole({job.output(name): data for name, data in outputs.items()})
    except Exception as error:
        # An older page of the same month would pass for this one in the 通报.
        job.output("json").unlink(missing_ok=True)
        yield Told(f"{job.department}：{failure_of(error).text()}", failed=True)
        return
    yield from (Told(str(job.output(name))) for name in job.formats)
