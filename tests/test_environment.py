"""pip, conda and the lock must give the same environment: three files, one list."""

from __future__ import annotations

import re
import runpy
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent

# A project that conda-forge keeps under another name: pip's name → conda's.
CONDA_NAMES = {
    "matplotlib": "matplotlib-base",
}
# Conda's own: no Python project needs to declare them.
CONDA_ONLY = {"python", "pip"}


def project() -> dict[str, Any]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        content: dict[str, Any] = tomllib.load(file)["project"]
    return content


def declared() -> list[Requirement]:
    """Return what pyproject.toml asks for, extras included."""
    content = project()
    lines = [*content["dependencies"]]
    for extra in content["optional-dependencies"].values():
        lines += extra
    return [Requirement(line) for line in lines]


def conda() -> list[Any]:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    dependencies: list[Any] = yaml.safe_load(text)["dependencies"]
    return dependencies


def lock_text() -> str:
    return (ROOT / "requirements.lock").read_text(encoding="utf-8")


def locked() -> dict[str, list[Requirement]]:
    """Return the pins by name; a name has several when they differ by Python version."""
    pins: dict[str, list[Requirement]] = {}
    for line in lock_text().splitlines():
        if line and not line.lstrip().startswith("#"):
            pin = Requirement(line)
            pins.setdefault(canonicalize_name(pin.name), []).append(pin)
    return pins


def conda_lists() -> tuple[dict[str, str], dict[str, str], list[str]]:
    """Return conda's part, pip's part (both name → specifier) and pip's raw lines."""
    entries = conda()
    pip_lines: list[str] = next(entry["pip"] for entry in entries if isinstance(entry, dict))
    names = {new: old for old, new in CONDA_NAMES.items()}
    own: dict[str, str] = {}
    for entry in entries:
        if isinstance(entry, str):
            wish = Requirement(entry)
            own[canonicalize_name(names.get(wish.name, wish.name))] = str(wish.specifier)
    through_pip = [Requirement(line) for line in pip_lines if not line.startswith("-e")]
    return own, {canonicalize_name(r.name): str(r.specifier) for r in through_pip}, pip_lines


def test_conda_and_pip_ask_for_the_same() -> None:
    own, through_pip, _ = conda_lists()
    assert not own.keys() & through_pip.keys()
    asked = {canonicalize_name(r.name): str(r.specifier) for r in declared()}
    given = {name: spec for name, spec in (own | through_pip).items() if name not in CONDA_ONLY}
    assert given == asked


def test_conda_has_the_python_that_the_package_needs() -> None:
    own, _, _ = conda_lists()
    assert own["python"] == project()["requires-python"]


def test_conda_ends_with_the_package_itself() -> None:
    last = conda()[-1]
    assert isinstance(last, dict)
    assert last["pip"][-1] == "-e ."


def test_renames_are_all_in_use() -> None:
    assert CONDA_NAMES.keys() <= {canonicalize_name(r.name) for r in declared()}


@pytest.mark.parametrize("wish", declared(), ids=lambda wish: wish.name)
def test_lock_holds_what_is_declared(wish: Requirement) -> None:
    pins = locked().get(canonicalize_name(wish.name))
    assert pins, f"{wish.name} is not in requirements.lock: make lock"
    for pin in pins:
        (version,) = (spec.version for spec in pin.specifier)
        assert version in wish.specifier, f"{pin} does not fit {wish}: make lock"


def test_lock_pins_everything() -> None:
    for pins in locked().values():
        for pin in pins:
            assert re.fullmatch(r"==[^*,]+", str(pin.specifier)), pin


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
def test_lock_gives_each_python_one_version_of_each_name(python: str) -> None:
    linux = {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    wanted = {canonicalize_name(r.name) for r in declared()}
    for name, pins in locked().items():
        fitting = [pin for pin in pins if pin.marker is None or pin.marker.evaluate(linux)]
        assert len(fitting) == 1 if name in wanted else len(fitting) <= 1, (name, fitting)


def test_lock_names_no_host() -> None:
    # It must install from whatever index, mirror or folder the machine is set up for.
    for mark in ("://", "--index-url", "--extra-index-url", "--find-links", "--trusted-host", "@"):
        assert mark not in lock_text()


def test_the_wheel_carries_what_the_program_looks_for_outside_its_package() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        wheel = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]["wheel"]
    carried = wheel["force-include"]
    assert {"notebooks", "params/rules", "params/rubrics", "params/schema"} <= set(carried)
    for source, target in carried.items():
        assert (ROOT / source).exists() and target == f"govnb/{source}"
        # An old copy inside the package would win over what analysts edit.
        assert not (ROOT / target).exists()
    assert any(source.endswith("_year.yml") for source in carried)


def test_an_editable_install_can_be_read_in_every_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python reads a .pth file in the locale's encoding; what the build backend wrote is UTF-8."""
    paths = ["/tmp/财政 局/it's", "C:\\区财政局\\𠮷"]

    class Project:
        def files(self) -> list[tuple[str, str]]:
            return [("_govnb.pth", "\n".join(paths)), ("other.py", "财")]

    asked = SimpleNamespace(EditableProject=Project)
    base = SimpleNamespace(BuildHookInterface=object)
    monkeypatch.setitem(sys.modules, "editables", asked)
    monkeypatch.setitem(sys.modules, "hatchling.builders.hooks.plugin.interface", base)
    for name in ("hatchling", "hatchling.builders", "hatchling.builders.hooks.plugin"):
        monkeypatch.setitem(sys.modules, name, SimpleNamespace())
    monkeypatch.setitem(sys.modules, "hatchling.builders.hooks", SimpleNamespace())
    hook = runpy.run_path(str(ROOT / "hatch_build.py"))["EditableInAscii"]()
    hook.initialize("standard", {})
    assert asked.EditableProject is Project
    hook.initialize("editable", {})
    (_, pth), other = asked.EditableProject().files()
    assert other == ("other.py", "财") and pth.isascii()
    monkeypatch.setattr(sys, "path", [])
    for line in pth.splitlines():
        assert line.startswith("import ")  # or Python takes it for a path
        exec(line)
    assert sys.path == paths
