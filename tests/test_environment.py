"""pip, conda and the locks must give the same environment, and it holds all that is imported."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent

# A project that conda-forge keeps under another name: pip's name → conda's.
CONDA_NAMES = {
    "matplotlib": "matplotlib-base",
    "pypandoc-binary": "pypandoc",
}
# Conda's own: no Python project needs to declare them.
CONDA_ONLY = {"python", "pip"}


# Asked for though no line may import it.
NOT_IMPORTED = {
    "jupyterlab": "make lab",
    "jupyterlab-language-pack-zh-cn": "make lab in Chinese",
    "jupyterlab-lsp": "govnb lsp in JupyterLab",
    "nbstripout": "make setup makes it git's filter",
    "numpy": "what pandas and matplotlib compute with; their oldest do not fit its newest",
}
LOCKS = {"requirements.lock": False, "requirements-dev.lock": True}


def pyproject() -> dict[str, Any]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


def project() -> dict[str, Any]:
    content: dict[str, Any] = pyproject()["project"]
    return content


def to_run() -> list[Requirement]:
    """Return what pyproject.toml asks for to run."""
    return [Requirement(line) for line in project()["dependencies"]]


def to_develop() -> list[Requirement]:
    """Return what the extras ask for besides."""
    extras = project()["optional-dependencies"]
    return [Requirement(line) for lines in extras.values() for line in lines]


def to_build() -> list[Requirement]:
    """Return what installing the package itself asks for."""
    return [Requirement(line) for line in pyproject()["build-system"]["requires"]]


def names(wishes: Iterable[Requirement]) -> set[str]:
    return {str(canonicalize_name(wish.name)) for wish in wishes}


def conda(file: str) -> list[Any]:
    text = (ROOT / file).read_text(encoding="utf-8")
    dependencies: list[Any] = yaml.safe_load(text)["dependencies"]
    return dependencies


def locked(lock: str) -> dict[str, list[Requirement]]:
    """Return the pins by name; a name has several when they differ by Python version."""
    pins: dict[str, list[Requirement]] = {}
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        if line and not line.lstrip().startswith("#"):
            pin = Requirement(line)
            pins.setdefault(canonicalize_name(pin.name), []).append(pin)
    return pins


def conda_lists(file: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return conda's part and pip's part, both name → specifier."""
    renamed = {new: old for old, new in CONDA_NAMES.items()}
    own: dict[str, str] = {}
    through_pip: dict[str, str] = {}
    for entry in conda(file):
        if isinstance(entry, str):
            wish = Requirement(entry)
            own[canonicalize_name(renamed.get(wish.name, wish.name))] = str(wish.specifier)
        else:
            wishes = [Requirement(line) for line in entry["pip"] if not line.startswith("-e")]
            through_pip |= {canonicalize_name(r.name): str(r.specifier) for r in wishes}
    return own, through_pip


@pytest.mark.parametrize(
    ("file", "wishes"),
    [("environment.yml", to_run()), ("environment-dev.yml", to_develop())],
    ids=["to run", "to develop"],
)
def test_conda_and_pip_ask_for_the_same(file: str, wishes: list[Requirement]) -> None:
    own, through_pip = conda_lists(file)
    assert not own.keys() & through_pip.keys()
    asked = {canonicalize_name(r.name): str(r.specifier) for r in wishes}
    given = {name: spec for name, spec in (own | through_pip).items() if name not in CONDA_ONLY}
    assert given == asked


def test_developers_environment_adds_to_the_one_for_running() -> None:
    files = [ROOT / file for file in ("environment.yml", "environment-dev.yml")]
    one, other = (yaml.safe_load(file.read_text(encoding="utf-8")) for file in files)
    assert one["name"] == other["name"] and one["channels"] == other["channels"]


def test_conda_has_the_python_that_the_package_needs() -> None:
    own, _ = conda_lists("environment.yml")
    assert own["python"] == project()["requires-python"]


def test_conda_ends_with_the_package_itself() -> None:
    last = conda("environment.yml")[-1]
    assert isinstance(last, dict)
    assert last["pip"][-1] == "-e ."


def test_renames_are_all_in_use() -> None:
    assert CONDA_NAMES.keys() <= names([*to_run(), *to_develop()])


def wanted(lock: str) -> list[Requirement]:
    """Return what a lock must hold; the build backend too, so that a folder of it is enough."""
    return [*to_run(), *to_build(), *(to_develop() if LOCKS[lock] else [])]


@pytest.mark.parametrize(
    ("lock", "wish"),
    [(lock, wish) for lock in LOCKS for wish in wanted(lock)],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_lock_holds_what_is_declared(lock: str, wish: Requirement) -> None:
    pins = locked(lock).get(canonicalize_name(wish.name))
    assert pins, f"{wish.name} is not in {lock}: make lock"
    for pin in pins:
        (version,) = (spec.version for spec in pin.specifier)
        assert version in wish.specifier, f"{pin} does not fit {wish}: make lock"


def test_lock_for_running_holds_nothing_only_developers_need() -> None:
    # Those come along with nbconvert, nbformat and the build backend.
    only_developers = names(to_develop()) - {"beautifulsoup4", "jsonschema", "packaging"}
    assert not locked("requirements.lock").keys() & only_developers


def test_developers_have_what_running_is_pinned_to() -> None:
    def versions(lock: str) -> dict[str, set[str]]:
        return {name: {str(p.specifier) for p in pins} for name, pins in locked(lock).items()}

    assert versions("requirements.lock").items() <= versions("requirements-dev.lock").items()


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_everything(lock: str) -> None:
    for pins in locked(lock).values():
        for pin in pins:
            assert re.fullmatch(r"==[^*,]+", str(pin.specifier)), pin


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
def test_lock_gives_each_python_one_version_of_each_name(python: str, lock: str) -> None:
    linux = {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    asked = names(wanted(lock))
    for name, pins in locked(lock).items():
        fitting = [pin for pin in pins if pin.marker is None or pin.marker.evaluate(linux)]
        assert len(fitting) == 1 if name in asked else len(fitting) <= 1, (name, fitting)


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_host(lock: str) -> None:
    # It must install from whatever index, mirror or folder the machine is set up for.
    text = (ROOT / lock).read_text(encoding="utf-8")
    for mark in ("://", "--index-url", "--extra-index-url", "--find-links", "--trusted-host", "@"):
        assert mark not in text


def imported(*folders: str) -> dict[str, str]:
    """Return the packages from elsewhere that folders import, each with one file that does."""
    found: dict[str, str] = {}
    for path in sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules: list[str] = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                modules = [node.module or ""]
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.importorskip":
                modules = [ast.literal_eval(node.args[0])]
            for module in modules:
                top = module.partition(".")[0]
                if top not in sys.stdlib_module_names and not (ROOT / top).is_dir():
                    found.setdefault(top, str(path.relative_to(ROOT)))
    return found


def undeclared(modules: Mapping[str, str], wishes: Iterable[Requirement]) -> dict[str, str]:
    """Return the modules that no wish brings, with the file that imports each."""
    declared, brought = names(wishes), packages_distributions()
    return {
        module: file
        for module, file in modules.items()
        if not declared & {canonicalize_name(name) for name in brought.get(module, [])}
    }


def test_all_that_the_package_imports_is_declared() -> None:
    cluster = [Requirement(line) for line in project()["optional-dependencies"]["cluster"]]
    assert undeclared(imported("govnb"), [*to_run(), *cluster]) == {}


def test_all_that_tests_and_tools_import_is_declared() -> None:
    modules = imported("tests", "tools", "benchmarks")
    assert undeclared(modules, [*to_run(), *to_develop()]) == {}


def test_an_import_that_nobody_declared_is_noticed() -> None:
    assert undeclared({"yaml": "here.py"}, to_run()) == {}
    assert undeclared({"pytest": "here.py"}, to_run()) == {"pytest": "here.py"}


def test_all_that_is_declared_to_run_is_imported() -> None:
    brought = packages_distributions()
    used = {canonicalize_name(n) for module in imported("govnb") for n in brought.get(module, [])}
    unused = names(to_run()) - used - NOT_IMPORTED.keys()
    assert not unused, f"in pyproject.toml, imported nowhere: {unused}"


def test_the_wheel_carries_what_the_program_looks_for_outside_its_package() -> None:
    wheel = pyproject()["tool"]["hatch"]["build"]["targets"]["wheel"]
    carried = wheel["force-include"]
    assert {"notebooks", "params/rules", "params/rubrics", "params/schema"} <= set(carried)
    for source, target in carried.items():
        assert (ROOT / source).exists() and target == f"govnb/{source}"
        # An old copy inside the package would win over what analysts edit.
        assert not (ROOT / target).exists()
    assert any(source.endswith("_year.yml") for source in carried)
