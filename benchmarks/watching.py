"""Run a command and see what it took: wall and CPU seconds, and memory while it ran."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# Seconds between two looks at memory; each look costs the machine a little.
_EVERY = 0.5


@dataclass(frozen=True)
class Took:
    """What a command took.

    Attributes
    ----------
    wall, cpu : float
        Seconds; CPU of the command and all it started and waited for.
    own : float
        Peak resident memory of the command's own process, MiB.
    tree : float
        Peak of what it and all it started held together, MiB; shared pages counted once.
    """

    wall: float
    cpu: float
    own: float
    tree: float


def took(command: Sequence[str], cwd: Path) -> Took:
    """Run a command to its end.

    Raises
    ------
    RuntimeError
        If it fails, with the end of what it said.
    """
    log = cwd / "command.log"
    with log.open("wb") as out:
        begun = time.monotonic()
        process = subprocess.Popen(command, cwd=cwd, stdout=out, stderr=subprocess.STDOUT)
        memory = _Memory(process.pid)
        memory.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        memory.done.set()
        memory.join()
    if process.returncode:
        said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise RuntimeError(f"{' '.join(command[:4])} …: {process.returncode}\n{said}")
    # A fork server is waited for by nobody: what it and its workers took was seen while they ran.
    cpu = max(usage.ru_utime + usage.ru_stime, memory.cpu)
    return Took(wall, cpu, memory.own / 1024, memory.tree / 1024)


class _Memory(threading.Thread):
    """Looks at a process and all below it now and then."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.done = pid, threading.Event()
        self.own = self.tree = self.cpu = 0.0

    def run(self) -> None:
        """Look until told that it's over."""
        while not self.done.wait(_EVERY):
            self.own = max(self.own, _kib(Path(f"/proc/{self.pid}/status"), "VmHWM:"))
            pids = [self.pid, *_below(self.pid)]
            held = sum(_kib(Path(f"/proc/{pid}/smaps_rollup"), "Pss:") for pid in pids)
            self.tree = max(self.tree, held)
            self.cpu = max(self.cpu, sum(map(_cpu, pids)))


def _cpu(pid: int) -> float:
    """Return the CPU seconds of a process and of the children it has waited for."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, told[11:15])) / os.sysconf("SC_CLK_TCK")


def _kib(path: Path, field: str) -> float:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) for line in lines if line.startswith(field)), 0.0)


def _below(pid: int) -> list[int]:
    found = []
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in listing.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *_below(child)]
    return found
