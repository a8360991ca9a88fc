"""How a department's run ended: its outputs, or why there are none."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_FAULT = re.compile(r"(?P<file>[^\n:]+):(?P<line>\d+):(?P<column>\d+): (?P<message>[^\n]*)")
# A notebook may put anything in an error; a page of ten thousand rows can't hold all of it.
_LONGEST = 2000


@dataclass(frozen=True)
class Failure:
    """Why a department has no report this time."""

    # A few words for the row of the index.
    reason: str
    # What the error said.
    message: str = ""
    # The cell of the executed notebook it stopped in, from 1.
    cell: int | None = None
    # The first lines of that cell.
    source: str = ""
    # `file:line:column` of what to mend.
    places: tuple[str, ...] = ()

    def faults(self) -> list[tuple[str, str]]:
        """Return the place and the words of each fault; none if it was something else."""
        found = _FAULT.finditer(self.message) if self.places else ()
        return [(f"{m['file']}:{m['line']}:{m['column']}", m["message"]) for m in found]

    def text(self) -> str:
        """Return what a terminal prints: the faults themselves, or what happened and where."""
        if self.places:
            return self.message
        where = f"停在笔记本第 {self.cell} 格：\n{self.source}" if self.cell else ""
        return "\n".join(filter(None, [self.reason, self.message, where]))

    @classmethod
    def of_faults(cls, text: str, cell: int | None = None, source: str = "") -> Failure:
        """Return the failure of a file that can't be used, from the faults' own words."""
        found = list(_FAULT.finditer(text))
        places = tuple(f"{m['file']}:{m['line']}:{m['column']}" for m in found)
        first = text.strip().partition("\n")[0]
        reason = f"参数文件有 {len(found)} 处错误" if found else _short(first, 60)
        return cls(reason, _short(text), cell, _preview(source), places)

    @classmethod
    def of_cell(cls, name: str, value: str, cell: int, source: str) -> Failure:
        """Return the failure of a cell that raised."""
        if name == "FaultsError":
            return cls.of_faults(value, cell, source)
        return cls.at_cell(
            f"笔记本出错：{name}", f"{name}: {value}" if value else name, cell, source
        )

    @classmethod
    def at_cell(cls, reason: str, message: str, cell: int, source: str) -> Failure:
        """Return the failure of what happened in a cell."""
        return cls(reason, _short(message), cell, _preview(source))


@dataclass(frozen=True, slots=True)
class Output:
    """A file that was written: its size, its stamp in the store, and the hash of its content."""

    size: int
    stamp: str
    sha256: str


@dataclass(frozen=True)
class Outcome:
    """What became of a job."""

    department: str
    # Wall-clock time the worker took.
    seconds: float = 0.0
    # Each file written, by extension.
    outputs: Mapping[str, Output] = field(default_factory=dict)
    # What the index shows of the result.
    row: Mapping[str, Any] = field(default_factory=dict)
    # Set when there is no report.
    failure: Failure | None = None


def left_in_words(code: int) -> str:
    """Return how a process ended, from its exit code; those of signals are below 0."""
    if code >= 0:
        return f"进程自行退出（退出码 {code}）"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"信号 {-code}"
    memory = "，可能是内存不足" if name == "SIGKILL" else ""
    return f"进程被终止（{name}{memory}）"


def _short(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else text[:longest] + "…"


def _preview(source: str) -> str:
    lines = source.strip().splitlines()
    return "\n".join(lines[:5] + (["…"] if len(lines) > 5 else []))[:500]
