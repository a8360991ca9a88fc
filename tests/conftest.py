"""What the tests share: the shipped parameters, a copy to change, and the command line."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from govnb.sheet.compute import compute
from govnb.sheet.figure import Figures
from govnb.sheet.read import Inputs, load

ROOT = Path(__file__).resolve().parent.parent

# Other work on the machine must not fail a test; a real hang still ends at pytest's timeout.
settings.register_profile(
    "govnb", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("govnb")


@dataclass(frozen=True)
class Outcome:
    """What a command did: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The output read as JSON, numbers left as the text they are."""
        return json.loads(self.out, parse_float=str, parse_int=str)


Govnb = Callable[..., Outcome]


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def params() -> Path:
    """The shipped parameter folder, never to be written to."""
    return ROOT / "params"


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of expected results and malformed files."""
    return ROOT / "tests" / "data"


@pytest.fixture
def params_copy(params: Path, tmp_path: Path) -> Path:
    """A copy of the parameter folder that a test may change."""
    return copy_of(params, tmp_path / "params")


def copy_of(params: Path, to: Path) -> Path:
    shutil.copytree(params, to)
    return to


HEAD = "年度: 2016\n部门:\n  名称: 测试局\n"


@pytest.fixture
def department(params_copy: Path) -> Callable[[str], Path]:
    """Write a made-up department's file of 2016: `department("人员:\\n  编制数: 5\\n")`."""

    def write(body: str = "", head: str = HEAD) -> Path:
        path = params_copy / "2016" / "test.yml"
        path.write_text(head + body, encoding="utf-8")
        return path

    return write


@pytest.fixture
def figures_of(department: Callable[[str], Path]) -> Callable[[str], Figures]:
    """Compute a made-up department's figures; takes the same text as `department`."""
    return lambda body: compute(load(department(body)))[0]


@pytest.fixture(scope="session")
def figures(junshan: Inputs) -> Figures:
    """The computed figures of the real report."""
    return compute(junshan)[0]


@pytest.fixture(scope="session")
def junshan(params: Path) -> Inputs:
    """The checked inputs of the real report."""
    return load(params / "2016" / "junshan-zwfw.yml", params)


@pytest.fixture(scope="session")
def govnb() -> Govnb:
    """The command line, called in this process: `govnb("check", file, "--json")`."""
    return run_cli


def run_cli(*arguments: object) -> Outcome:
    from govnb.cli import main

    out, err = io.StringIO(), io.StringIO()
    argv, code = sys.argv, 0
    sys.argv = ["govnb", *map(str, arguments)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main()
            except SystemExit as exit_:
                code = exit_.code if isinstance(exit_.code, int) else 1 if exit_.code else 0
    finally:
        sys.argv = argv
    return Outcome(code, out.getvalue(), err.getvalue())


Shown = list[tuple[str, dict[str, Any]]]


@pytest.fixture(scope="session")
def shown() -> Callable[[Any], Shown]:
    """Give what each cell of the report shows for a workbook, without running a kernel.

    Each under the last line of its cell.
    """
    from tests.running import run_through

    def show(workbook: Any) -> Shown:
        cells = run_through(ROOT / "notebooks", workbook)
        return [(source.splitlines()[-1], shown._repr_mimebundle_()) for source, shown in cells]

    return show


@pytest.fixture(scope="session")
def junshan_shown(junshan: Inputs, shown: Callable[[Any], Shown]) -> Shown:
    """What each cell of the report shows for the real department."""
    from govnb import Workbook

    return shown(Workbook(junshan))
