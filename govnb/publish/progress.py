"""How far a batch has come: a bar in a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Any, TextIO

from govnb.publish.outcome import Outcome


def duration(seconds: float) -> str:
    """Return a time as people say it."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} 秒"
    if whole < 3600:
        return f"{whole // 60} 分 {whole % 60:02d} 秒"
    return f"{whole // 3600} 小时 {whole % 3600 // 60:02d} 分"


class Progress:
    """Counts what is done, skipped and failed, and says how long the rest may take."""

    def __init__(self, total: int, skipped: int, workers: int, out: TextIO | None = None) -> None:
        self.out = out or sys.stdout
        self.total, self.skipped, self.workers = total, skipped, workers
        self.done = self.failed = 0
        self.start = time.monotonic()
        self._bar: Any = None

    def __enter__(self) -> Progress:
        if self.out.isatty() and self.total:
            self._bar = _bar(self.out)
            self._bar.start()
            self._task = self._bar.add_task("", total=self.total, counts=self._counts())
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def tell(self, outcome: Outcome, reasons: Sequence[str] = ()) -> None:
        """Count an outcome; failures are said at once, successes only where there is no bar."""
        if outcome.failure is None:
            self.done += 1
        else:
            self.failed += 1
        if self._bar is not None:
            if outcome.failure is not None:
                self._bar.console.print(self._line(outcome, reasons), markup=False, highlight=False)
            self._bar.update(self._task, advance=1, counts=self._counts())
            return
        print(self._line(outcome, reasons), file=self.out, flush=True)

    def _line(self, outcome: Outcome, reasons: Sequence[str]) -> str:
        count = self.done + self.failed
        state = f"失败：{outcome.failure.reason}" if outcome.failure else "完成"
        why = f"　原因：{'；'.join(reasons)}" if reasons else ""
        left = self.total - count
        rest = f"　剩余约 {duration(self._left(left))}" if left else ""
        name = outcome.department.encode("utf-8", "replace").decode()
        return f"[{count}/{self.total}] {name}　{state}　{outcome.seconds:.1f} 秒{rest}{why}"

    def _left(self, left: int) -> float:
        return (time.monotonic() - self.start) / (self.done + self.failed) * left

    def _counts(self) -> str:
        return f"完成 {self.done}　跳过 {self.skipped}　失败 {self.failed}"


def _bar(out: TextIO) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    return Bar(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[counts]}"),
        TextColumn("剩余"),
        TimeRemainingColumn(),
        console=Console(file=out),
    )
