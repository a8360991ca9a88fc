"""Our batch against the usual shell loop, paired in one run; how it grows; and the floor.

Run from the repository root, on a machine that does nothing else:
`.venv/bin/python -m benchmarks.batch` (about half an hour; `--help` for smaller runs). Prints
the tables of `benchmarks/README.md`. What is compared is run turn and turn about, and told as
ratios of medians, so that it means something on another machine.

The loop is what people write today: for each department `papermill`, then `jupyter nbconvert
--to html`, one after the other or under `xargs -P` on all cores. The batch makes more of each
department in that time: our HTML, the JSON, the executed notebook, and the pages of the year.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import shlex
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.watching import Took, took
from govnb.batch.sample.make import YEAR, make

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
CORES = len(os.sched_getaffinity(0))
ONE = (
    "{bin}/papermill {root}/notebooks/department.ipynb loop/$1.ipynb"
    " -p year {year} -r department $1 -r outputs_dir '' --no-progress-bar --log-level ERROR"
    " && {bin}/jupyter nbconvert --log-level ERROR --to html loop/$1.ipynb"
)
PAPER = " && {bin}/jupyter nbconvert --log-level ERROR --to webpdf loop/$1.ipynb"


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--departments", type=int, default=40, help="in the comparison (40)")
    parser.add_argument("--rounds", type=int, default=3, help="of the comparison (3)")
    parser.add_argument("--serial", type=int, default=8, help="departments of the plain loop (8)")
    parser.add_argument("--to", default="html", choices=["html", "html,pdf"], help="what is made")
    parser.add_argument("--sizes", default="10,100,1000", help="to grow through (10,100,1000)")
    asked = parser.parse_args()
    today = datetime.date.today().isoformat()
    load = f"load {os.getloadavg()[1]:.1f} before"
    machine = f"{CORES} cores, {_memory()}, {platform.system()}, Python {_python()}, {load}"
    print(f"{today}, {machine}\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _compare(_district(folder / "compared", asked.departments), asked)
        _grow(folder, [int(size) for size in asked.sizes.split(",") if size])


def _compare(folder: Path, asked: argparse.Namespace) -> None:
    departments = sorted(path.stem for path in (folder / "params" / str(YEAR)).glob("0*.yml"))
    some, to = departments[: asked.serial], asked.to
    taken: dict[str, list[Took]] = {}
    for _ in range(asked.rounds):
        for name, command, many in (
            ("govnb batch", _batch(CORES, to), departments),
            ("loop, xargs -P", _loop(departments, CORES, to), departments),
            ("govnb batch, 1 job", _batch(1, to), departments),
            ("floor, 1 process", _floor(departments, to), departments),
            ("loop", _loop(some, 1, to), some),
        ):
            found = took(command, folder)
            taken.setdefault(name, []).append(_each(found, len(many)))
    base = statistics.median(one.wall for one in taken["govnb batch"])
    floor = statistics.median(one.cpu for one in taken["floor, 1 process"])
    print(f"| {len(departments)} departments, {to} | wall s | CPU s | wall ÷ batch | CPU ÷ floor |")
    print("|---|---|---|---|---|")
    for name, found_each in taken.items():
        wall = statistics.median(one.wall for one in found_each)
        cpu = statistics.median(one.cpu for one in found_each)
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {wall / base:.1f} | {cpu / floor:.2f} |")
    print()


def _grow(folder: Path, sizes: Sequence[int]) -> None:
    print(
        "| departments | wall s each | CPU s each | parent, peak MiB | all, peak MiB | re-run, s |"
    )
    print("|---|---|---|---|---|---|")
    for size in sizes:
        district = _district(folder / str(size), size)
        first = took(_batch(CORES), district)
        again = took([str(BIN / "govnb"), "batch", str(YEAR), "--to", "html"], district)
        each = _each(first, size)
        print(
            f"| {size:,} | {each.wall:.2f} | {each.cpu:.2f} | {first.own:.0f} | {first.tree:.0f} "
            f"| {again.wall:.1f} |"
        )


def _district(folder: Path, size: int) -> Path:
    make(size, folder / "params", params=ROOT / "params")
    (folder / "loop").mkdir()
    return folder


def _batch(jobs: int, to: str = "html") -> list[str]:
    command = f"{BIN}/govnb batch {YEAR} --to {to} --force --jobs {jobs}"
    return shlex.split(command)


def _loop(departments: Sequence[str], jobs: int, to: str) -> list[str]:
    one = ONE.format(bin=BIN, root=ROOT, year=YEAR) + (PAPER.format(bin=BIN) if "pdf" in to else "")
    names = "\\n".join(departments)
    return [
        "sh",
        "-c",
        f"printf '{names}\\n' | xargs -P {jobs} -I NAME sh -c {shlex.quote(one)} sh NAME",
    ]


def _floor(departments: Sequence[str], to: str) -> list[str]:
    return [sys.executable, str(Path(__file__).with_name("floor.py")), to, *departments]


def _each(found: Took, many: int) -> Took:
    return Took(found.wall / many, found.cpu / many, found.own, found.tree)


def _memory() -> str:
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{pages / 2**30:.0f} GiB"


def _python() -> str:
    return ".".join(platform.python_version_tuple()[:2])


if __name__ == "__main__":
    main()
