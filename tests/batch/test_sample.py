"""The made-up district: the same for the same seed, right but for the errors it lists."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from govnb.batch.sample.errors import KINDS
from govnb.batch.sample.make import YEAR, make
from govnb.report.workbook import Workbook
from govnb.text.faults import FaultsError

COUNT = 24


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "params"
    make(COUNT, folder, seed=3)
    return folder


def listed(folder: Path) -> dict[str, dict[str, Any]]:
    told = json.loads((folder / "seeded-errors.json").read_text(encoding="utf-8"))
    return {error["department"]: error for error in told["errors"]}


@pytest.mark.parametrize("number", range(COUNT))
def test_the_review_finds_what_was_put_in_and_nothing_else(district: Path, number: int) -> None:
    name = f"{number + 1:06d}"
    result = Workbook.open(YEAR, name, str(district)).result_data
    found = [
        (finding["id"], finding["severity"])
        for finding in result["review"]["findings"]
        if finding["state"] == "未通过"
    ]
    seeded = listed(district).get(name)
    assert found == ([(seeded["finding"], seeded["severity"])] if seeded else [])
    assert result["sample"] is True


def test_every_kind_of_error_is_put_in(tmp_path: Path) -> None:
    made = make(60, tmp_path / "params", seed=1)
    kinds = Counter(error.kind for error in made.errors.values())
    assert len(kinds) == len(KINDS) and len(made.errors) == 20
    for name, error in made.errors.items():
        workbook = Workbook.open(YEAR, name, str(tmp_path / "params"))
        findings = workbook.result_data["review"]["findings"]
        assert [f["id"] for f in findings if f["state"] == "未通过"] == [error.finding]


def test_the_same_seed_gives_the_same_files_however_many(tmp_path: Path) -> None:
    make(3, tmp_path / "few", seed=5)
    make(9, tmp_path / "many", seed=5)
    make(3, tmp_path / "other", seed=6)
    for path in (tmp_path / "few" / str(YEAR)).iterdir():
        same = tmp_path / "many" / str(YEAR) / path.name
        assert path.read_bytes() == same.read_bytes()
    name = f"{YEAR}/000001.yml"
    assert (tmp_path / "few" / name).read_bytes() != (tmp_path / "other" / name).read_bytes()


def test_a_smaller_district_replaces_a_larger_one(tmp_path: Path) -> None:
    make(5, tmp_path / "params")
    make(2, tmp_path / "params")
    names = sorted(p.name for p in (tmp_path / "params" / str(YEAR)).iterdir())
    assert names == ["000001.yml", "000002.yml", "_year.yml"]


def test_files_that_are_not_made_up_are_never_touched(params_copy: Path) -> None:
    before = {p: p.read_bytes() for p in params_copy.rglob("*.yml")}
    with pytest.raises(FaultsError, match="不是示例"):
        make(2, params_copy)
    assert {p: p.read_bytes() for p in params_copy.rglob("*.yml")} == before


def test_without_rules_it_says_where_to_stand(tmp_path: Path) -> None:
    with pytest.raises(FaultsError, match=r"rules/figures\.yml"):
        make(2, tmp_path / "out", params=tmp_path)


def test_names_are_their_own_and_marked(district: Path) -> None:
    names = set()
    for path in (district / str(YEAR)).glob("0*.yml"):
        text = path.read_text(encoding="utf-8")
        assert "示例: 是" in text and "虚构" in text
        names.add(next(line for line in text.splitlines() if "名称:" in line))
    assert len(names) == COUNT


def test_every_output_says_that_it_is_made_up(district: Path) -> None:
    workbook = Workbook.open(YEAR, "000001", str(district))
    page = workbook.title()._repr_mimebundle_()
    assert "虚构" in page["text/html"] and "虚构" in page["text/plain"]


def test_the_command(tmp_path: Path, govnb: Any) -> None:
    done = govnb("sample", 2, "--out", tmp_path / "p", "--seed", 7)
    assert done.code == 0 and "2 个示例部门" in done.out
    checked = govnb("check", *sorted((tmp_path / "p" / str(YEAR)).glob("0*.yml")))
    assert checked.code == 0, checked.out
    assert govnb("sample", 0, "--out", tmp_path / "q").code == 2
