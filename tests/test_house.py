"""The house keeps its shape: arrows one way, one noun a module, a small public face."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import govnb

ROOT = Path(__file__).parents[1]
# From the ground up; rooms of one floor stand side by side and know nothing of each other.
FLOORS = (
    ("files", "shipped"),
    ("text",),
    ("sheet",),
    ("rubric", "review", "excel"),
    ("report",),
    ("papers",),
    ("batch",),
    ("start", "lsp", "importing"),
    ("cli",),
)
MODULES = sorted((ROOT / "govnb").rglob("*.py"))
MOST_LINES = 600
MOST_FUNCTION_LINES = 60


def room_of(module: str) -> tuple[int, str] | None:
    """Return the floor and the name of the room a module stands in."""
    name = module.split(".")[1] if module.startswith("govnb.") else ""
    return next(((at, name) for at, rooms in enumerate(FLOORS) if name in rooms), None)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_nothing_imports_upward_or_from_next_door(path: Path) -> None:
    own = room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
    if own is None:
        return
    rooms = [(module, room) for module in imports(path) if (room := room_of(module))]
    assert [m for m, room in rooms if room != own and room[0] >= own[0]] == []


def arrows() -> dict[str, set[str]]:
    """Return each module of the package with the modules it imports, wherever it does."""
    named = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in MODULES
    }
    found: dict[str, set[str]] = {name: set() for name in named}
    for name, path in named.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                below = {f"{node.module}.{alias.name}" for alias in node.names}
                found[name] |= ({node.module} | below) & named.keys() - {name}
    return found


def test_modules_import_each_other_in_no_circle() -> None:
    # Raises CycleError, which names the circle.
    TopologicalSorter(arrows()).prepare()


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_module_is_one_noun_and_a_function_fits_on_a_screen(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    functions = (n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef))
    long = [f.name for f in functions if (f.end_lineno or 0) - f.lineno >= MOST_FUNCTION_LINES]
    assert long == []


# What finds and reads a year's files.
READERS = {"folder.py"}


def test_only_the_edges_touch_files() -> None:
    touching = {"read_text", "read_bytes", "write_text", "write_bytes", "open", "unlink", "mkdir"}
    found = []
    pure = (ROOT / "govnb" / room for room in ("sheet", "rubric", "review"))
    for path in (path for room in pure for path in room.rglob("*.py")):
        if path.name in READERS:
            continue
        calls = (n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call))
        names = {getattr(c.func, "attr", getattr(c.func, "id", "")) for c in calls}
        found += [f"{path.name}: {name}" for name in names & touching]
    assert found == []


def test_the_public_names_are_these() -> None:
    for_cells = {"bars", "bullets", "growth", "known", "percent", "with_total"}
    of_years = {"District", "departments", "findings", "first_known", "results", "scores", "years"}
    assert set(govnb.__all__) == {"FaultsError", "Workbook"} | for_cells | of_years
    assert all(hasattr(govnb, name) for name in govnb.__all__)
    with pytest.raises(AttributeError):
        _ = govnb.no_such_name
