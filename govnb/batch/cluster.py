"""The same batch on a Dask cluster, when one machine is not enough.

Start a scheduler and two workers (on any machines that reach each other and have the same
govnb installed), then hand the batch over::

    dask scheduler --host 10.0.0.1 --port 8786
    dask worker tcp://10.0.0.1:8786 --nthreads 8        # on the second machine
    dask worker tcp://10.0.0.1:8786 --nthreads 8        # on the third
    govnb batch 2016 --scheduler tcp://10.0.0.1:8786 --outputs /share/outputs

Outputs go to a folder that all machines see under the same path, or to any URL fsspec
understands (`s3://bucket/outputs`). Parameter files needn't be shared: each department is
sent with the rules it needs. A worker that is lost takes no department with it: the
scheduler gives them to the others.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import pickle
import tempfile
import zlib
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

from govnb.batch.job import Job
from govnb.batch.outcome import Failure, Outcome
from govnb.batch.receipts import own_files, package_digest, shared_files
from govnb.batch.run import find_notebook
from govnb.batch.store import INSTALL, is_url
from govnb.batch.workers import Local, cores
from govnb.files import write_all_whole
from govnb.text.faults import Fault, FaultsError, Spot

LOCAL = "local"


class Cluster:
    """Workers wherever a Dask scheduler has them."""

    def __init__(
        self, address: str, template: Job, timeout: float | None, workers: int | None
    ) -> None:
        try:
            from distributed import Client, LocalCluster
        except ImportError:
            raise FaultsError(
                [Fault(Spot("--scheduler"), "在集群上运行需要 distributed", INSTALL)]
            ) from None
        notebook = find_notebook(template.notebook, template.params_dir)
        # What every department of a batch needs: rules, rubrics, the year's file, the notebook.
        self.shared = _read(template, filter(Path.is_file, shared_files(template).values()))
        self.shared[f"notebooks/{notebook.name}"] = notebook.read_bytes()
        self.timeout = timeout
        self.cluster: Any = None
        if address == LOCAL:
            self.cluster = LocalCluster(
                n_workers=workers or cores(), threads_per_worker=1, dashboard_address=None
            )
            address = self.cluster.scheduler_address
        _check(address)
        try:
            self.client = Client(address, set_as_default=False)
        except (OSError, ValueError) as error:
            hint = "先启动调度器：dask scheduler"
            raise FaultsError([Fault(Spot(address), f"连不上调度器：{error}", hint)]) from None
        # Not pure: a department whose files changed is another task with the same arguments.
        self.executor = self.client.get_executor(pure=False)

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def submit(self, job: Job) -> Future[Outcome]:
        """Send a department with its files."""
        path = job.params_dir / str(job.year) / f"{job.department}.yml"
        try:
            own = _read(job, own_files(path).values())
        except OSError as error:
            told: Future[Outcome] = Future()
            failure = Failure(f"参数文件无法读取：{error.strerror}", str(path))
            told.set_result(Outcome(job.department, failure=failure))
            return told
        outputs = job.outputs_dir
        there = replace(
            job,
            params_dir=Path(_name(job)),
            outputs_dir=outputs if is_url(outputs) else os.path.abspath(outputs),
        )
        future: Future[Outcome] = self.executor.submit(
            run_there, there, _packed(self.shared | own), package_digest(), self.timeout
        )
        return future

    def stop(self) -> None:
        """Take back what hasn't begun, and leave."""
        self.executor.shutdown(wait=False)
        self.client.close()
        if self.cluster is not None:
            self.cluster.close()


def _check(address: str) -> None:
    """Refuse what is no address: a client half made from it could not be ended."""
    from distributed.comm.addressing import parse_address, parse_host_port

    try:
        scheme, place = parse_address(address)
        if scheme in ("tcp", "tls", "ws", "wss"):
            parse_host_port(place)
    except ValueError:
        hint = "写成 tcp://机器:端口，如 tcp://10.0.0.1:8786；在本机试用写 local"
        raise FaultsError([Fault(Spot(address), "不是调度器的地址", hint)]) from None


def _name(job: Job) -> str:
    """Return the name of the parameter folder, which origins begin with."""
    return job.params_dir.name or job.params_dir.resolve().name


def _read(job: Job, paths: Iterable[Path]) -> dict[str, bytes]:
    """Return what files of the parameter folder hold, by path from where that folder is."""
    below = (path for path in paths if path.is_relative_to(job.params_dir))
    return {
        f"{_name(job)}/{path.relative_to(job.params_dir).as_posix()}": path.read_bytes()
        for path in below
    }


def _packed(files: Mapping[str, bytes]) -> bytes:
    return zlib.compress(pickle.dumps(files))


def run_there(job: Job, packed: bytes, package: str, timeout: float | None) -> Outcome:
    """Run a department with its files on the cluster's machine this is called on."""
    if package_digest() != package:
        failure = Failure("工作节点上的 govnb 与本机的不同", "请在各节点安装同一版本后重新运行")
        return Outcome(job.department, failure=failure)
    # Dask's own processes may by default start none, lest they outlive them; workers don't.
    multiprocessing.current_process().daemon = False
    with tempfile.TemporaryDirectory(prefix="govnb-") as name:
        folder = Path(name)
        files: Mapping[str, bytes] = pickle.loads(zlib.decompress(packed))
        write_all_whole({folder / file: data for file, data in files.items()}, flush=False)
        warm = Local(1, timeout, replace(job, params_dir=folder / job.params_dir))
        return _kept.setdefault(timeout, warm).run(job, name)


# What a worker of the cluster keeps from one department to the next, by their time limit.
_kept: dict[float | None, Local] = {}


@atexit.register
def _stop() -> None:
    for workers in _kept.values():
        workers.stop()
