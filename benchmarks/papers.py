"""How long each paper takes from one executed notebook in a warm process, and how big it is.

Run from the repository root: `.venv/bin/python -m benchmarks.papers [YEAR DEPARTMENT]`.
Times are CPU seconds of the best of several runs, and ratios to the HTML page's in the same
run, so that they mean something on another machine.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from govnb.batch.job import Job
from govnb.batch.run import execute, render

RUNS = 5
FORMATS = ("html", "pdf", "docx", "json")


def cpu() -> float:
    """Return the CPU seconds of this process and of those it waited for: pandoc is one."""
    return sum(os.times()[:4])


def main(year: int = 2016, department: str = "junshan-zwfw") -> None:
    """Print one row a paper: CPU seconds, ratio to HTML, kB."""
    notebook = execute(Job(year, department, Path("params")))
    found: dict[str, tuple[float, int]] = {}
    for name in FORMATS:
        size = len(render(notebook, name))  # the first run loads fonts and templates
        times = []
        for _ in range(RUNS):
            begun = cpu()
            render(notebook, name)
            times.append(cpu() - begun)
        found[name] = min(times), size
    page = found["html"][0]
    print("| paper | CPU s, warm | ratio to HTML | kB |\n|---|---|---|---|")
    for name, (seconds, size) in found.items():
        print(f"| {name} | {seconds:.2f} | {seconds / page:.1f} | {size / 1000:.0f} |")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        main(int(sys.argv[1]), sys.argv[2])
    else:
        main()
