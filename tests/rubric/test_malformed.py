"""Every way to get a rubric wrong, and what its author is told.

One file per failure under `tests/data/scoring/malformed`; its first comments say what must
come out, all of it and nothing else, in this order:

    # 期望: 行:列 说明里的词… → 提示里的词…
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from govnb.report.shared_files import names_at_large
from govnb.rubric.load import load_rubric
from govnb.text.faults import FaultsError
from tests.conftest import Govnb

FOLDER = Path(__file__).resolve().parent.parent / "data" / "scoring" / "malformed"
FILES = sorted(FOLDER.glob("*.yml"))
MARK = "# 期望: "


def expected(file: Path) -> list[tuple[str, list[str], list[str]]]:
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith(MARK):
            place, _, rest = line.removeprefix(MARK).partition(" ")
            words, _, hints = rest.partition("→")
            found.append((place, words.split(), hints.split()))
    return found


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_rubric_is_refused(file: Path, params: Path) -> None:
    with pytest.raises(FaultsError) as refused:
        load_rubric(str(file), params, partial(names_at_large, params_dir=params))
    faults = refused.value.faults
    wanted = expected(file)
    said = "\n".join(map(str, faults))
    assert len(faults) == len(wanted), said
    for fault, (place, words, hints) in zip(faults, wanted, strict=True):
        assert f"{fault.place.line}:{fault.place.column}" == place, said
        assert fault.place.file == file.as_posix()
        for word in words:
            assert word in fault.message, said
        for hint in hints:
            assert hint in fault.hint, said


def test_each_failure_has_a_file() -> None:
    assert len(FILES) > 60
    assert all(expected(file) for file in FILES)


def test_the_command_tells_everything_at_once(govnb: Govnb, params: Path) -> None:
    file = FOLDER / "all-at-once.yml"
    told = govnb("check", str(file), "--params", str(params))
    asked = govnb(
        "score", str(params / "2016" / "junshan-zwfw.yml"), "--rubric", str(file),
        "--params", str(params),
    )  # fmt: skip
    assert told.code == asked.code == 1
    for place, words, _ in expected(file):
        assert f":{place}: " in told.out and words[0] in told.out
        assert f":{place}: " in asked.err and words[0] in asked.err


@pytest.mark.parametrize("name", ["hunan-2016", "mof-2013", "self-evaluation-2020", "yueyang-2019"])
def test_a_shipped_rubric_names_only_figures_that_exist(
    name: str, govnb: Govnb, params: Path
) -> None:
    assert govnb("check", str(params / "rubrics" / f"{name}.yml")).code == 0
