"""The shape of a department's JSON is written down, and every one that is made has it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from govnb.batch.sample.department import department
from govnb.batch.sample.make import YEAR, dump, year_file
from govnb.report.workbook import Workbook
from govnb.sheet.read import load

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "result.schema.json").read_text("utf-8"))
REAL = [(path.parent.name, path.stem) for path in sorted(ROOT.glob("params/*/[a-z]*.yml"))]
REAL = [(year, name) for year, name in REAL if year.isdigit()]


def wrong(result: Any) -> list[str]:
    told = json.loads(json.dumps(result))
    return [f"{e.json_path}: {e.message}" for e in Draft202012Validator(SCHEMA).iter_errors(told)]


@pytest.fixture(scope="module")
def junshan_data() -> Any:
    return Workbook.open(2016, "junshan-zwfw").result_data


def test_it_is_a_schema_that_lets_nothing_else_pass() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    shapes = [SCHEMA, *SCHEMA["$defs"].values()]
    named = [shape for shape in shapes if "properties" in shape]
    assert all(set(s["required"]) == set(s["properties"]) for s in named)
    assert not any(shape["additionalProperties"] for shape in named)
    told = [told for shape in named for told in shape["properties"].values()]
    assert all("description" in one or "$ref" in str(one) for one in told)


@pytest.mark.parametrize(("year", "name"), REAL)
def test_every_shipped_department_has_that_shape(year: str, name: str) -> None:
    assert wrong(Workbook.open(int(year), name).result_data) == []


@pytest.mark.parametrize("number", range(8))
def test_made_up_departments_have_it_too(number: int, tmp_path: Path, params: Path) -> None:
    (tmp_path / "_year.yml").write_text(dump(year_file()), encoding="utf-8")
    path = tmp_path / "sample.yml"
    path.write_text(dump(department(number, YEAR, 0)), encoding="utf-8")
    assert wrong(Workbook(load(path, params)).result_data) == []


def test_a_department_that_states_nothing_has_it(tmp_path: Path, params: Path) -> None:
    stated = {name: value for name, value in year_file().items() if name != "指标体系"}
    (tmp_path / "_year.yml").write_text(dump(stated), encoding="utf-8")
    path = tmp_path / "bare.yml"
    path.write_text(f"年度: {YEAR}\n部门: {{名称: 某局}}\n", encoding="utf-8")
    data = Workbook(load(path, params)).result_data
    assert data["score"] is None and wrong(data) == []


def test_the_notebooks_own_figures_have_it(junshan_data: Any) -> None:
    workbook = Workbook.open(2016, "junshan-zwfw")
    frame: Any = workbook["支出", "预算安排"]
    frame["差"] = frame["支出"] / frame["预算安排"]
    workbook.show(frame, "新表")
    data = workbook.result_data
    assert any(name.startswith("新表.") for name in data["figures"]) and wrong(data) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("figures", "支出", "value"), 535.14),
        (("figures", "支出", "decimals"), "2"),
        (("figures", "支出", "更多"), ""),
        (("score", "total", "low"), "约19"),
        (("review", "counts", "错误"), "7"),
        (("review", "findings", 0, "state"), "好"),
    ],
)
def test_another_shape_is_noticed(junshan_data: Any, path: tuple[Any, ...], value: Any) -> None:
    other = copy.deepcopy(json.loads(json.dumps(junshan_data)))
    inner = other
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    assert wrong(other)
