"""How far a batch has come: a bar in a terminal, lines with their time in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from govnb.batch.outcome import Outcome

# How many failures the end of a run lists; the index has them all.
_TOLD = 50


def duration(seconds: float) -> str:
    """Return a time as people say it."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} 秒"
    if whole < 3600:
        return f"{whole // 60} 分 {whole % 60:02d} 秒"
    return f"{whole // 3600} 小时 {whole % 3600 // 60:02d} 分"


def say(text: str, out: TextIO | None = None) -> None:
    """Print lines; where they go to a file, each with the time it was said at."""
    out = out or sys.stdout
    at = "" if out.isatty() else time.strftime("%Y-%m-%d %H:%M:%S　")
    for line in text.splitlines():
        print(f"{at}{line}", file=out, flush=True)


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
                line = self._line(outcome, reasons)
                self._bar.console.print(line, markup=False, highlight=False, soft_wrap=True)
            self._bar.update(self._task, advance=1, counts=self._counts())
            return
        say(self._line(outcome, reasons), self.out)

    def _line(self, outcome: Outcome, reasons: Sequence[str]) -> str:
        count = self.done + self.failed
        said = [f"[{count}/{self.total}] {_name(outcome)}", "完成", f"{outcome.seconds:.1f} 秒"]
        if outcome.failure is not None:
            said[1] = "失败"
            said += [outcome.failure.reason, *outcome.failure.places[:1]]
        if left := self.total - count:
            said.append(f"剩余约 {duration(self._left(left))}")
        if reasons:
            said.append(f"原因：{'；'.join(reasons)}")
        return "　".join(said)

    def _left(self, left: int) -> float:
        return (time.monotonic() - self.start) / (self.done + self.failed) * left

    def _counts(self) -> str:
        return f"完成 {self.done}　跳过 {self.skipped}　失败 {self.failed}"


def failures(outcomes: Iterable[Outcome]) -> str:
    """Return what failed once more, a line each: in a long run the first are out of sight."""
    failed = [(_name(o), o.failure) for o in outcomes if o.failure is not None]
    lines = ["　".join(["未能生成：" + name, f.reason, *f.places[:1]]) for name, f in failed]
    more = len(lines) - _TOLD
    return "\n".join(lines[:_TOLD] + ([f"还有 {more} 个没有列出"] if more > 0 else []))


def _name(outcome: Outcome) -> str:
    return outcome.department.encode("utf-8", "replace").decode()


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
