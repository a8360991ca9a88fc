"""What the fork server loads, once, before it forks the workers: it imports this module.

With a district's rules it makes a report of a made-up department too, and throws it away.
Faces read, rules parsed, templates compiled, characters outlined: what the first report of a
process finds out and remembers, the workers forked afterwards know from the start.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import cast

from govnb.batch.environment import below
from govnb.files import write_all_whole
from govnb.shipped import shipped

# How many departments to learn characters from: the second finds little new.
_TIMES = 2
# The PDF whole, of the Word file its pictures.
_TYPESET = ("pdf", "docx")


def load(rules: tuple[str, list[str]] | None, before: Mapping[str, str | None]) -> None:
    """Load what a worker needs; no thread may be left, which the workers would wait for.

    Parameters
    ----------
    rules
        The parameter folder and the formats of the reports to come; without, a single
        notebook imports what it needs, no more.
    before
        The caller's environment, where the server's own differs.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(null, standard)
    warm_up(Path(rules[0]) if rules else None, rules[1] if rules else ())
    for name, value in before.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    if "numpy" in sys.modules:
        # Python's own generator starts over in a fork, this one doesn't.
        os.register_at_fork(after_in_child=sys.modules["numpy"].random.seed)
    gc.collect()
    # What is loaded now is shared with every worker until someone writes to it.
    gc.freeze()
    _watch(os.getppid())


def _watch(batch: int) -> None:
    """Have a process end this one and all it started once the batch is gone, however suddenly.

    A worker whose cell holds Python's lock can't look after that itself.
    """
    import psutil

    server = psutil.Process()
    if os.fork():
        return
    try:
        os.closerange(3, 256)
        while os.getppid() == server.pid and server.ppid() == batch:
            time.sleep(1)
        for process in [*below(server.pid), server] if os.getppid() == server.pid else ():
            if process.pid != os.getpid():
                process.kill()
    finally:
        # Never back into the server's own work.
        os._exit(0)


def warm_up(params_dir: Path | None = None, formats: Iterable[str] = ("html",)) -> None:
    """Load what reports are made with; with a district's rules, make one to try it all."""
    with _without_addresses():
        from govnb.batch import engine, shell, workers  # noqa: F401

    # Whatever fails here will say so in earnest later.
    if params_dir is not None:
        with suppress(Exception), tempfile.TemporaryDirectory(prefix="govnb-") as folder:
            for number in range(_TIMES):
                _rehearse(params_dir, Path(folder), number, ["json", *formats])
    shell.prepare()


@contextmanager
def _without_addresses() -> Iterator[None]:
    """Have jsonschema loaded without its checker of addresses (IRI).

    The checker's grammar takes as long to build as all else that is loaded here together, and
    the schema of a notebook has no address in it.
    """
    grammar, modules = "rfc3987_syntax", cast("dict[str, ModuleType | None]", sys.modules)
    if grammar in modules:
        yield
        return
    modules[grammar] = None
    try:
        yield
    finally:
        # A notebook's cell may want it.
        del modules[grammar]


def _rehearse(params_dir: Path, folder: Path, number: int, formats: Iterable[str]) -> None:
    from govnb.batch.job import Job
    from govnb.batch.run import execute, exporter, render
    from govnb.batch.sample.department import department
    from govnb.batch.sample.make import YEAR, dump, year_file
    from govnb.papers import typesetting

    for shared in ("rules", "rubrics"):
        with suppress(FileExistsError):
            (folder / shared).symlink_to(params_dir.resolve() / shared)
    trees = {"_year.yml": year_file(), "sample.yml": department(number, YEAR, 0)}
    files = {folder / str(YEAR) / name: dump(tree).encode() for name, tree in trees.items()}
    write_all_whole(files, flush=False)
    # As it was shipped: a district's own may start threads.
    notebook = str(Path(shipped("notebooks") or "notebooks", "department.ipynb").resolve())
    made = execute(Job(YEAR, "sample", folder, notebook=notebook))
    for name in formats:
        with suppress(Exception):
            if name in _TYPESET:
                # Typesetting starts threads, and a worker forked afterwards would wait for
                # them for ever; what it reads can be read.
                exporter(name, False)
                typesetting.ready()
            else:
                render(made, name)


if _asked := os.environ.pop("GOVNB_PRELOAD", None):
    # A worker that finds nothing loaded loads it itself, and says what is wrong.
    with suppress(Exception):
        load(**json.loads(_asked))
