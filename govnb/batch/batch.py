"""All departments of a year: run what needs running, and make the page that shows them all."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import govnb
from govnb.batch.district import district_task, findings
from govnb.batch.index import index_page
from govnb.batch.job import DISTRICT, Job, Kind
from govnb.batch.outcome import Failure, Outcome
from govnb.batch.pages import Page, pages_of, plan_pages
from govnb.batch.plan import Plan, Task, make_plan, vouched
from govnb.batch.progress import Progress, duration, failures, say
from govnb.batch.receipts import Receipt, write_receipt
from govnb.batch.store import Folder, Store, local, store_of
from govnb.batch.summary import (
    HEADINGS,
    Row,
    cells,
    in_one_unit,
    summary_json,
    table_csv,
    table_xlsx,
)
from govnb.batch.workers import Local, cores, run_one
from govnb.files import why
from govnb.report.reports import common_region
from govnb.sheet.folder import ALL, SUMMARY
from govnb.text.faults import Fault, FaultsError, Place

if TYPE_CHECKING:
    from govnb.batch.cluster import Cluster

# Take jobs and give their outcomes, in the shape of `concurrent.futures`.
Workers: TypeAlias = "Local | Cluster"
INTERRUPTED = 130


@dataclass(frozen=True)
class Options:
    """How a batch is run; what its reports look like is the job's."""

    workers: int | None = None
    timeout: float | None = None
    force: bool = False
    dry_run: bool = False
    scheduler: str | None = None


def batch(template: Job, options: Options) -> int:
    """Make the reports of all departments of a year and return the exit code.

    `template` is the job of every department, but for its name.

    Raises
    ------
    FaultsError
        If the year has no departments or another batch is at it.
    """
    template = replace(template, outputs_dir=local(template.outputs_dir))
    store = store_of(template.outputs_dir, template.year)
    if options.dry_run:
        _list(make_plan(template, store, options.force))
        return 0
    with alone(store):
        store.sweep()
        plan = make_plan(template, store, options.force)
        _announce(plan)
        try:
            with _workers(options, template) as workers:
                return _run(plan, template, store, workers, options)
        except KeyboardInterrupt:
            say("已中断：完成的报告都是完整的，再次运行会接着做。", sys.stderr)
            return INTERRUPTED


def run_listed(job: Job) -> Outcome:
    """Run one department by itself, its pages, and where its year has an index, that too."""
    store = store_of(local(job.outputs_dir), job.year)
    if job.overrides:
        return run_one(job)
    template = replace(job, department="")
    (before,) = (t for t in make_plan(template, store).tasks if t.job.department == job.department)
    outcome = run_one(job)
    kept = _carry(outcome, before.receipt)
    by_itself = job.is_public or "index.html" not in store.listing()
    if by_itself and (outcome.failure or not plan_pages(template, [_row(kept)], store)):
        return outcome
    try:
        with alone(store), Local(1, None) as here:
            if by_itself:
                _with_pages([_row(kept)], template, store, here)
                return outcome
            write_receipt(store, Receipt(vouched(before), kept, job.stem, _record(before)))
            plan = make_plan(template, store)
            outcomes = [
                Outcome(task.job.department, failure=task.refused or Failure("尚未生成"))
                if task.refused or task.receipt is None
                else task.receipt.outcome
                for task in plan.tasks
            ]
            rows = _with_pages(
                list(map(_row, outcomes)), template, store, here, only=job.department
            )
            _publish(rows, outcomes, plan, template, store, here)
    except (FaultsError, OSError) as error:
        say(f"总览没有更新：{error}", sys.stderr)
    return outcome


def run_page(kind: Kind, template: Job, part: Mapping[str, Any]) -> tuple[Job, Outcome]:
    """Run one page beside a department's report, and return its job with what came of it."""
    template = replace(template, outputs_dir=local(template.outputs_dir))
    job = kind.job(template, template.department, part)
    if job.overrides or job.is_public:
        return job, run_one(job)
    store = store_of(template.outputs_dir, job.year)
    with alone(store), Local(1, None) as here:
        pages = list(pages_of(kind, template, {job.department: [part]}, store, force=True))
        return job, make_pages(pages, store, here)[job.stem]


def _run(plan: Plan, template: Job, store: Store, workers: Workers, options: Options) -> int:
    start = time.monotonic()
    done = {t.job.department: Outcome(t.job.department, failure=t.refused) for t in plan.tasks}
    for task in plan.to_skip:
        assert task.receipt is not None
        done[task.job.department] = task.receipt.outcome
    count = options.workers or cores()
    with (
        store.reserve(len(plan.tasks)),
        Progress(len(plan.to_run), len(plan.to_skip), count) as progress,
    ):
        for task, outcome in _work(plan.to_run, workers, store):
            done[outcome.department] = outcome
            progress.tell(outcome, task.reasons)
    outcomes = [done[task.job.department] for task in plan.tasks]
    with _here(workers, options) as here:
        rows = _with_pages(list(map(_row, outcomes)), template, store, here, options.force)
        failed = sum(row.failure is not None for row in rows)
        say(failures(outcomes))
        said = f"{len(rows)} 个部门：完成 {len(plan.to_run) - progress.failed}，"
        said += f"跳过 {len(plan.to_skip)}，未能生成 {failed}，"
        say(f"{said}用时 {duration(time.monotonic() - start)}")
        # The year's index, its tables and the district's report are the reviewers'.
        whole = template.is_public or _publish(rows, outcomes, plan, template, store, here)
    pages = sum(page.failure is not None for row in rows for page in row.pages)
    return 1 if failed or pages or not whole else 0


def _with_pages(
    rows: Sequence[Row],
    template: Job,
    store: Store,
    here: Workers,
    force: bool = False,
    only: str | None = None,
) -> list[Row]:
    """Make the pages beside the reports, or only a department's; return the rows with them."""
    if len(rows) > 1 and not template.is_public:
        # What pages of years find a department's peers in.
        _write(store, {SUMMARY: summary_json(template.year, rows)})
    pages = plan_pages(template, rows, store, force)
    chosen = [p for p in pages if p.task.reasons and only in (None, p.department)]
    if pages:
        say(f"部门的其他页面 {len(pages)} 个：运行 {len(chosen)}，跳过 {len(pages) - len(chosen)}")
    done = make_pages(chosen, store, here)
    found = [
        (page.department, page.beside(outcome))
        for page in pages
        if (outcome := done.get(page.task.job.stem) or page.task.last)
    ]
    say(failures(p.told(done[p.task.job.stem]) for p in chosen))
    return [replace(r, pages=tuple(p for name, p in found if name == r.department)) for r in rows]


def make_pages(pages: Sequence[Page], store: Store, workers: Workers) -> dict[str, Outcome]:
    """Make pages and return how each came out by what its files are called."""
    names = {page.task.job.stem: page for page in pages}
    done = {}
    with Progress(len(pages), 0, 1) as progress:
        for task, outcome in _work([page.task for page in pages], workers, store):
            done[task.job.stem] = outcome
            progress.tell(names[task.job.stem].told(outcome), task.reasons)
    return done


def _work(tasks: Sequence[Task], workers: Workers, store: Store) -> Iterator[tuple[Task, Outcome]]:
    """Yield each task with its outcome as it comes, its receipt written."""
    futures: dict[Future[Outcome], Task] = {workers.submit(task.job): task for task in tasks}
    for future in as_completed(list(futures)):
        task = futures.pop(future)
        try:
            outcome = future.result()
        except Exception as error:
            reason = f"未能运行：{type(error).__name__}"
            outcome = Outcome(task.job.department, failure=Failure(reason, str(error)))
        outcome = _carry(outcome, task.receipt)
        # A full disk must not stop the rest; without a receipt it just runs again.
        with suppress(OSError):
            write_receipt(store, Receipt(vouched(task), outcome, task.job.stem, _record(task)))
        yield task, outcome


def _carry(outcome: Outcome, receipt: Receipt | None) -> Outcome:
    """Return a failed outcome with what is known from the last good one: its files still stand."""
    if outcome.failure is None or receipt is None:
        return outcome
    known = {k: receipt.outcome.row.get(k) for k in ("name", "region", "sample", "pages")}
    return replace(outcome, outputs=receipt.outcome.outputs, row=known)


def _row(outcome: Outcome) -> Row:
    return Row(outcome.department, outcome.row, tuple(outcome.outputs), outcome.failure)


def _record(task: Task) -> Mapping[str, object]:
    """Return the run's own record, which reports don't hold so that they stay equal."""
    return {
        "at": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "host": socket.gethostname(),
        "govnb": govnb.__version__,
        "reasons": list(task.reasons),
    }


def _publish(
    rows: Sequence[Row],
    outcomes: Sequence[Outcome],
    plan: Plan,
    template: Job,
    store: Store,
    here: Workers,
) -> bool:
    """Write the year's tables, the district's report and the page; tell whether all is there."""
    compared = sorted(in_one_unit(rows), key=lambda row: row.badness)
    listed = list(map(cells, compared))
    tables = {
        SUMMARY: summary_json(template.year, rows, plan.unread),
        f"{ALL}/summary.csv": table_csv(HEADINGS, listed),
        f"{ALL}/summary.xlsx": table_xlsx("汇总", HEADINGS, listed),
    }
    whole = _write(store, tables)
    try:
        district = _district(rows, outcomes, template, store, here)
    except OSError as error:
        district = Outcome(DISTRICT, failure=Failure(f"读写出错：{why(error)}"))
    region = common_region(str(row.facts.get("region") or "") for row in rows)
    page = index_page(
        template.year, compared, plan.left_over, district, region, plan.stale, plan.unread
    )
    whole = _write(store, {"index.html": page}) and whole
    if district.failure:
        say(f"全部部门汇总分析：{district.failure.reason}")
    say(f"总览：{store.where('index.html')}")
    return whole and not district.failure


def _district(
    rows: Sequence[Row], outcomes: Sequence[Outcome], template: Job, store: Store, here: Workers
) -> Outcome:
    """Make the district's report if anything it shows has changed; return how it went.

    Always here and not on a cluster: it is one notebook, and reads what all others wrote.
    """
    if all(row.failure for row in rows):
        return Outcome(DISTRICT, failure=Failure("没有一个部门有结果"))
    task = district_task(template, rows, outcomes, store)
    if not task.reasons and task.last:
        return task.last
    ((_, district),) = _work([task], here, store)
    store.write(findings(rows, store))
    return district


def _write(store: Store, files: Mapping[str, bytes]) -> bool:
    """Write each file that can be written; return whether all could."""
    whole = True
    for name, data in files.items():
        try:
            store.write({name: data})
        except OSError as error:
            whole = False
            say(f"写不下 {store.where(name)}：{why(error)}", sys.stderr)
    return whole


def _announce(plan: Plan) -> None:
    why = f"（{plan.why()}）" if plan.to_run else ""
    say(
        f"{len(plan.tasks)} 个部门：运行 {len(plan.to_run)}{why}，"
        f"跳过 {len(plan.to_skip)}（无改动）"
    )
    for task in plan.tasks:
        if task.refused:
            name = task.job.department.encode("utf-8", "replace").decode()
            told = task.refused.message.replace("\n", "\n  ")
            say(f"不能运行 {name}：{task.refused.reason}\n  {told}")
    if plan.unread:
        say(f"没有读的文件 {len(plan.unread)} 个：")
    for unread in plan.unread:
        say(f"  {unread}")
    if plan.left_over:
        say(f"参数文件已不在、输出还留着（没有删除）：{'、'.join(plan.left_over)}")
    if plan.stale:
        say(f"这次不生成的格式，以前的文件还留着，内容可能已过时：{_few(plan.stale)}")


def _few(names: Sequence[str]) -> str:
    more = f"等 {len(names)} 个" if len(names) > 5 else ""
    return "、".join(names[:5]) + more


def _list(plan: Plan) -> None:
    """Print what would be done."""
    for task in plan.tasks:
        name = task.job.department.encode("utf-8", "replace").decode()
        if task.refused:
            print(f"不能运行　{name}　{task.refused.reason}")
        else:
            print(
                f"运行　{name}　{'；'.join(task.reasons)}"
                if task.reasons
                else f"跳过　{name}　无改动"
            )
    _announce(plan)


def _workers(options: Options, template: Job) -> Workers:
    if options.scheduler:
        from govnb.batch.cluster import Cluster

        return Cluster(options.scheduler, template, options.timeout, options.workers)
    return Local(options.workers or cores(), options.timeout, template)


def _here(workers: Workers, options: Options) -> AbstractContextManager[Workers]:
    """Return workers on this machine: the one there is, or one for just this."""
    return (
        nullcontext(workers)
        if isinstance(workers, Local)
        else Local(options.workers or cores(), options.timeout)
    )


@contextmanager
def alone(store: Store) -> Iterator[None]:
    """Keep two batches from writing the same year at once.

    Raises
    ------
    FaultsError
        If another is at it.
    """
    if not isinstance(store, Folder):
        yield
        return
    from filelock import FileLock, Timeout

    store.path.mkdir(parents=True, exist_ok=True)
    # Gone with the process, however it ends.
    lock = FileLock(store.path / ".lock")
    try:
        held = lock.acquire(timeout=0)
    except Timeout:
        hint = "等它结束，或换一个 --outputs"
        raise FaultsError(
            [Fault(Place(str(store.path)), "另一个 govnb batch 正在写这里", hint)]
        ) from None
    with held:
        yield
