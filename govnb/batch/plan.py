"""What a batch has to do: which departments to run and why, which to leave, which are left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from govnb.batch.job import FORMATS, KINDS, Job, district_job
from govnb.batch.outcome import Failure, Outcome
from govnb.batch.receipts import Receipt, Shared, Stamp, read_receipts, why_run
from govnb.batch.run import find_notebook
from govnb.batch.store import Entry, Store
from govnb.sheet.folder import (
    ALL,
    OWN_NAMES,
    PUBLIC,
    TRIAL,
    Unread,
    departments,
    doubles,
    name_fault,
    unread_files,
)
from govnb.sheet.read import label_of
from govnb.text.faults import Fault, FaultsError, Place

_CHANGED = "运行期间有改动"


@dataclass(frozen=True)
class Task:
    """A report or a page: its job, why it is to run, and what is known of the last time."""

    job: Job
    stamp: Stamp
    # Why to run it; none if it can stay as it is.
    reasons: tuple[str, ...] = ()
    receipt: Receipt | None = None
    # Why it can't be run at all.
    refused: Failure | None = None
    # What it depends on besides files: results that nothing else writes meanwhile.
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def last(self) -> Outcome | None:
        """How the last run came out, if there was one."""
        return self.receipt.outcome if self.receipt else None


@dataclass(frozen=True)
class Plan:
    """A year's tasks, and what else is in its folder."""

    tasks: tuple[Task, ...]
    # Departments there are outputs of but no parameter file.
    left_over: tuple[str, ...]
    # Files of formats that are no longer asked for, and so no longer made anew.
    stale: tuple[str, ...] = ()
    # Files of the parameter folder that are no department's, each with the reason.
    unread: tuple[Unread, ...] = ()

    @property
    def to_run(self) -> tuple[Task, ...]:
        """The tasks that run."""
        return tuple(task for task in self.tasks if task.reasons and not task.refused)

    @property
    def to_skip(self) -> tuple[Task, ...]:
        """The tasks that stay as they are."""
        return tuple(task for task in self.tasks if not task.reasons and not task.refused)

    def why(self) -> str:
        """Return the reasons in a few words, most frequent first."""
        kinds = Counter(reason.partition("：")[0] for t in self.to_run for reason in t.reasons)
        return "；".join(f"{kind} {count}" for kind, count in kinds.most_common())


def make_plan(template: Job, store: Store, force: bool = False) -> Plan:
    """Return what a batch has to do.

    Raises
    ------
    FaultsError
        If the year has no departments.
    """
    names = _departments(template)
    receipts, present = read_receipts(store, template.edition), listed(store)
    notebook = find_notebook(template.notebook, template.params_dir)
    shared = Shared(template, notebook)
    folder = template.params_dir / str(template.year)
    tasks = []
    twice = doubles(template.params_dir, template.year, names)
    for name in names:
        path = folder / f"{name}.yml"
        job = replace(template, department=name)
        stamp, receipt = shared.stamp(path), receipts.get(job.stem)
        reasons = why_run(stamp, receipt, present, store)
        if force and not reasons:
            reasons = ["--force"]
        refused = _refused(name, path, template.params_dir, twice.get(name, []))
        tasks.append(Task(job, stamp, tuple(reasons), receipt, refused))
    made = {receipt.outcome.department for receipt in receipts.values()}
    left_over = _left_over(set(names), made, present)
    stale = stale_files([*(t.job for t in tasks), district_job(template)], present)
    unread = unread_files(template.year, template.params_dir)
    return Plan(tuple(tasks), left_over, stale, tuple(unread))


def listed(store: Store) -> dict[str, Entry]:
    """Return the files of a year's folder, and by `folder/name` those below it."""
    below = {
        f"{folder}/{name}": entry
        for folder in (ALL, *(kind.folder for kind in KINDS))
        for name, entry in store.listing(folder).items()
    }
    return {**store.listing(), **below}


def stale_files(jobs: Sequence[Job], present: Mapping[str, Entry]) -> tuple[str, ...]:
    """Return the files of formats that some jobs no longer make."""
    files = (job.file(ending) for ending in FORMATS for job in jobs if ending not in job.formats)
    return tuple(file for file in files if file in present)


def vouched(task: Task) -> Stamp:
    """Return what a report made just now may claim to depend on.

    A file that changed while the batch ran was read before or after, nobody knows: what the
    receipt then says of it agrees with no file, and the next run makes the report again.
    """
    job = task.job
    shared = Shared(job, find_notebook(job.notebook, job.params_dir))
    path = job.params_dir / str(job.year) / f"{job.department}.yml"
    now = {**shared.stamp(path).inputs, **task.given}
    before = task.stamp.inputs
    inputs = {name: before[name] if now.get(name) == before[name] else _CHANGED for name in before}
    return replace(task.stamp, inputs=inputs)


def _departments(template: Job) -> Sequence[str]:
    params, year = template.params_dir, str(template.year)
    place = Place((Path(params.name) / year).as_posix())
    if not (params / year).is_dir():
        known = sorted(p.name for p in params.glob("[0-9]*") if p.is_dir())
        hint = f"已有：{'、'.join(known)}" if known else "参数文件夹用 --params 指明"
        raise FaultsError([Fault(place, f"没有年度“{year}”的文件夹", hint)])
    found = departments(year, params)
    if not found:
        none = Fault(place, f"{year} 年没有部门的参数文件", "用 govnb new 新建一个")
        raise FaultsError([none, *(u.fault() for u in unread_files(year, params))])
    return found


def _refused(name: str, path: Path, params_dir: Path, twice: Sequence[Fault]) -> Failure | None:
    """Return why a department's file can't be run, whatever is in it."""
    try:
        name.encode()
    except UnicodeEncodeError:
        shown = name.encode("utf-8", "replace").decode()
        file = f"{params_dir.name}/{path.parent.name}/{shown}.yml"
        return Failure("文件名不是 UTF-8", f"{file}: 请改文件名", places=(file,))
    label = label_of(path, params_dir)
    if told := name_fault(name):
        message = f"{label}:1:1: {told[0]}（改文件名：{told[1]}）"
        return Failure("文件名不能用", message, places=(f"{label}:1:1",))
    if not path.is_file():
        what = "找不到所指的文件" if path.is_symlink() else "不是普通文件"
        return Failure(what, f"{label}:1:1: {what}", places=(f"{label}:1:1",))
    if twice:
        places = tuple(str(fault.place) for fault in twice)
        return Failure("与别的文件重复", "\n".join(map(str, twice)), places=places)
    return None


def _left_over(names: set[str], made: set[str], present: Mapping[str, Entry]) -> tuple[str, ...]:
    """Return the departments there are outputs of but no parameter file."""
    endings = {f".{ending}" for ending in (*FORMATS, "json", "ipynb")}
    single = (Path(name) for name in present if "/" not in name)
    outputs = {path.stem for path in single if path.suffix in endings}
    known = {name for name in outputs | made if not name.startswith(".")}
    return tuple(
        sorted(n for n in known - names if n not in OWN_NAMES and not n.endswith((TRIAL, PUBLIC)))
    )
