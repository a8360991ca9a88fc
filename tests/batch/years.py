"""A year to run in tests: small files, and a notebook that does what a file's name says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-c", "from govnb.cli import main; main()"]

PARAMETERS = (
    'year = 2016\ndepartment = ""\nparams_dir = "params"\noutputs_dir = ""\nedition = "review"\n'
    "overrides = {}"
)
# One cell for each thing that can happen to a department.
BEHAVIOUR = """
import os, subprocess, sys, time
from pathlib import Path
from govnb.text.faults import Fault, FaultsError, Place
place = Place(f"params/2016/{department}.yml", 3, 7)
if department.startswith("hangs"):
    child = subprocess.Popen(["sleep", "1000"])
    Path("hanging.pid").write_text(f"{os.getpid()} {child.pid}")
    time.sleep(1000)
if department.startswith("exits"):
    os._exit(3)
if department.startswith("killed"):
    os.kill(os.getpid(), 9)
if department.startswith("raises"):
    raise KeyError("坏了 <script>alert(1)</script>")
if department.startswith("faulty"):
    raise FaultsError([Fault(place, "“１２”含全角字符", "写 12")])
if department.startswith("slow"):
    time.sleep(0.4)
if department.startswith("wanders"):
    os.chdir("/")
text = Path(params_dir, "2016", f"{department}.yml").read_text() if department[:1] != "w" else ""
"""
RESULT = """
from govnb.report.blocks import Result
Result({"year": str(year), "department": department, "name": f"{department}局", "region": "示例区",
        "edition": edition, "sample": False, "text": text, "figures": {
            "支出": {"value": "12.5", "unit": "万元"}, "收入": {"value": "10", "unit": "万元"},
            **{name: {"value": None, "unit": "%" if name.endswith("率") else "万元"} for name in (
                "预算安排", "预算执行.调整后预算", "三公经费.预算", "三公经费.支出",
                "三公经费.控制率", "三公经费.变动率", "支出.预算完成率", "公用经费.控制率",
                "人员.在职人员控制率", "政府采购.执行率")}},
        "review": {"findings": []}, "score": None})
"""


@dataclass(frozen=True)
class Run:
    """What a command did: its exit code and what it printed."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class YearFolder:
    """A folder to run `govnb batch` in."""

    path: Path

    @property
    def outputs(self) -> Path:
        """Where the year's outputs go."""
        return self.path / "outputs" / "2016"

    def add(self, *names: str) -> None:
        """Write departments' files."""
        folder = self.path / "params" / "2016"
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            (folder / f"{name}.yml").write_text(f"年度: 2016 # {name}\n", encoding="utf-8")

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start `govnb batch 2016 --to html` with further arguments."""
        environment = {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"}
        environment["PYTHONPATH"] = os.pathsep.join(
            filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])
        )
        return subprocess.Popen(
            [*COMMAND, "batch", "2016", "--to", "html", *arguments],
            cwd=self.path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            **options,
        )

    def run(self, *arguments: str) -> Run:
        """Run `govnb batch 2016 --to html` to its end."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        return Run(process.returncode, out, err)

    def page(self) -> str:
        """Return the index page."""
        return (self.outputs / "index.html").read_text(encoding="utf-8")

    def rows(self, outputs: str = "outputs") -> dict[str, Any]:
        """Return the summary's rows by department."""
        path = self.path / outputs / "2016" / "_all" / "summary.json"
        told = json.loads(path.read_text(encoding="utf-8"))
        return {row["department"]: row for row in told["departments"]}

    def receipt(self, name: str) -> dict[str, Any]:
        """Return a department's receipt."""
        path = self.outputs / ".receipts" / f"{name}.json"
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def check_whole(self) -> None:
        """Check that every file is a whole one and nothing half-written is left."""
        assert not list(self.path.rglob("*.tmp"))
        for path in self.outputs.glob("*.html"):
            assert path.read_text(encoding="utf-8").rstrip().endswith("</html>"), path
        for pattern in ("*.json", "*.ipynb", ".receipts/*.json"):
            for path in self.outputs.glob(pattern):
                json.loads(path.read_text(encoding="utf-8"))


def year_folder(path: Path, *names: str, cells: Iterable[str] = (BEHAVIOUR, RESULT)) -> YearFolder:
    """Make a folder with departments, rules of a kind, and the notebooks."""
    folder = YearFolder(path)
    folder.add(*names)
    (path / "params" / "2016" / "_year.yml").write_text("年度: 2016\n", encoding="utf-8")
    (path / "params" / "rules").mkdir()
    (path / "params" / "rules" / "figures.yml").write_text("{}\n", encoding="utf-8")
    write_notebook(path / "notebooks" / "department.ipynb", [PARAMETERS, *cells])
    district = (ROOT / "notebooks" / "district.ipynb").read_bytes()
    (path / "notebooks" / "district.ipynb").write_bytes(district)
    return folder


def write_notebook(path: Path, sources: Iterable[str], tags: Iterable[str] = ()) -> None:
    """Write a notebook of code cells, the first tagged `parameters`."""
    cells = [
        nbformat.v4.new_code_cell(source, id=f"cell-{i}", metadata={"tags": list(tags)})
        for i, source in enumerate(sources)
    ]
    cells[0].metadata.tags = ["parameters"]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def wait_for(what: Callable[[], Any], seconds: float = 60) -> Any:
    """Return what a function gives once it gives something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.02)
    raise AssertionError("waited too long")


def alive(pid: int) -> bool:
    """Tell whether a process runs; a dead one not yet collected doesn't."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def below(pid: int) -> list[int]:
    """Return the processes started below one."""
    found = []
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, listing.read_text().split()):
            found += [child, *below(child)]
    return found


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[None]:
    """See to it that a process is gone after a test, whatever happened in it."""
    try:
        yield
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()
