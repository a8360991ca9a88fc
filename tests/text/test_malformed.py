"""Every way to get a parameter file wrong, and what the accountant is told.

One file per failure under `tests/data/malformed`: department files at the top, `_year.yml`,
`rules/figures.yml` and `rules/base-data.yml` in a folder each. Its first comments say what must
come out, all of it and nothing else, in this order:

    # 期望: 行:列 说明里的词… → 提示里的词…
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from govnb.sheet.read import load
from govnb.text.faults import FaultsError

DATA = Path(__file__).resolve().parent.parent / "data" / "malformed"
FILES = sorted(DATA.rglob("*.yml"))
MARK = "# 期望: "
# Where a file under test stands in the parameter folder.
HOMES = {
    "malformed": "2016/broken.yml",
    "year": "2016/_year.yml",
    "figures": "rules/figures.yml",
    "base-data": "rules/base-data.yml",
}
GOOD = "年度: 2016\n部门: {名称: 测试局二}\n"


@dataclass(frozen=True)
class Expectation:
    """One line of a file's header: place, words of the message, words of the hint."""

    place: str
    words: tuple[str, ...]
    hints: tuple[str, ...]


def expectations(file: Path) -> list[Expectation]:
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith(MARK):
            place, _, rest = line.removeprefix(MARK).partition(" ")
            words, _, hints = rest.partition("→")
            found.append(Expectation(place, tuple(words.split()), tuple(hints.split())))
    return found


@pytest.fixture(scope="module")
def folder(params: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A parameter folder with one good department, into which broken files are put."""
    made = tmp_path_factory.mktemp("malformed") / "params"
    (made / "2016").mkdir(parents=True)
    for part in ("rules", "rubrics"):
        shutil.copytree(params / part, made / part)
    # Checks name figures of the full book, which some of these files replace.
    (made / "rules" / "checks.yml").unlink(missing_ok=True)
    shutil.copy(params / "2016" / "_year.yml", made / "2016" / "_year.yml")
    good = GOOD.replace("测试局", "另一测试局")
    (made / "2016" / "good.yml").write_text(good, encoding="utf-8")
    return made


@pytest.fixture
def put(folder: Path) -> Iterator[Callable[[Path, str], Path]]:
    """Put a file in a place of the folder for the length of one test; return what to check."""
    before: dict[Path, bytes | None] = {}

    def place(file: Path, kind: str) -> Path:
        home = folder / HOMES[kind]
        spare = folder / HOMES["base-data"]
        for path in {home, spare}:
            before[path] = path.read_bytes() if path.exists() else None
        shutil.copy(file, home)
        if kind == "figures":
            spare.write_text("依据: 无\n行: []\n", encoding="utf-8")
        return home if kind == "malformed" else folder / "2016" / "good.yml"

    yield place
    for path, content in before.items():
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)


def told(fault: dict[str, Any]) -> str:
    return f"{fault['line']}:{fault['column']} {fault['message']}（{fault['hint']}）"


@pytest.mark.parametrize(
    "file", FILES, ids=lambda f: f.relative_to(DATA).with_suffix("").as_posix()
)
def test_each_malformed_file_is_told_where_what_and_what_to_type(
    file: Path, folder: Path, put: Callable[[Path, str], Path], govnb: Any
) -> None:
    kind = file.parent.name
    outcome = govnb("check", put(file, kind), "--params", folder, "--json")
    assert outcome.code == 1
    faults = outcome.json["faults"]
    label = f"params/{HOMES[kind]}"
    assert [fault["file"] for fault in faults] == [label] * len(faults)
    expected = expectations(file)
    assert expected, f"{file} 没有写明期望"
    said = "\n".join(map(told, faults))
    assert [f"{f['line']}:{f['column']}" for f in faults] == [e.place for e in expected], said
    for fault, expectation in zip(faults, expected, strict=True):
        assert all(word in fault["message"] for word in expectation.words), said
        assert fault["hint"] and all(word in fault["hint"] for word in expectation.hints), said
        assert "Error" not in fault["message"] and "pydantic" not in said


def test_every_malformed_file_says_what_the_hint_must_hold() -> None:
    silent = [f.name for f in FILES for e in expectations(f) if not (e.words and e.hints)]
    assert silent == []


# A way to break YAML in each line; ⏎ a new line, → a tab, ␇ a control character.
BROKEN = (DATA.parent / "broken.txt").read_text(encoding="utf-8").splitlines()
# Of Latin letters only what an accountant knows, or typed.
KNOWN = re.compile(r"YAML|UTF-8|Tab|U\+\d+|\S+\.yml(:\d+:\d+)?|govnb \w+")


@pytest.mark.parametrize("before", ["", GOOD])
def test_no_fault_speaks_the_parsers_language(before: str, department: Callable[..., Path]) -> None:
    assert len(BROKEN) > 75
    for broken in BROKEN:
        typed = before + broken.translate({ord("⏎"): "\n", ord("→"): "\t", ord("␇"): "\x07"})
        with pytest.raises(FaultsError) as error:
            load(department(head=typed + "\n"))
        words = re.findall("[A-Za-z]{2,}", KNOWN.sub("", str(error.value)))
        assert [word for word in words if word not in typed] == [], (broken, str(error.value))
