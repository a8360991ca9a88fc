"""The JSON Schemas that give completion in JupyterLab and VS Code say what the models say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from govnb.report.schema import SCHEMAS, schema
from tests.report.filled import Filling

ROOT = Path(__file__).resolve().parent.parent
PARAMS = ROOT / "params"
FILES = sorted(path for path in PARAMS.rglob("*.yml") if path.parent.name != "schema")
KINDS = {"_year.yml": "year", "figures.yml": "figures", "base-data.yml": "base-data"}
FIRST_LINE = "# yaml-language-server: $schema="


class Editor12(yaml.SafeLoader):
    """YAML as an editor reads it: version 1.2, where NO, 1:30 and 010 are what they look like."""


Editor12.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in resolvers if tag.rsplit(":", 1)[1] in ("null", "str")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _add(tag: str, pattern: str, first: str) -> None:
    import re

    Editor12.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))


_add("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF")
_add("int", r"^[-+]?[0-9]+$", "-+0123456789")
_add("float", r"^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789")


def read(text: str) -> Any:
    return yaml.load(text, Loader=Editor12)


def validator(name: str) -> jsonschema.Draft202012Validator:
    made = json.loads((PARAMS / "schema" / f"{name}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_committed_schema_is_the_models(name: str) -> None:
    committed = (PARAMS / "schema" / f"{name}.schema.json").read_text("utf-8")
    assert committed == schema(name), "运行 govnb schema 重新生成"


def test_there_is_no_schema_left_over() -> None:
    present = {path.name for path in (PARAMS / "schema").iterdir()}
    assert present == {f"{name}.schema.json" for name in SCHEMAS}


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(PARAMS).as_posix())
def test_each_parameter_file_names_its_schema_on_its_first_line_and_fits_it(file: Path) -> None:
    first = file.read_text("utf-8").splitlines()[0]
    assert first.startswith(FIRST_LINE)
    target = (file.parent / first.removeprefix(FIRST_LINE)).resolve()
    assert target.parent == PARAMS / "schema" and target.is_file()
    name = target.name.removesuffix(".schema.json")
    assert name == KINDS.get(file.name, name)
    errors = [
        f"{'.'.join(map(str, e.absolute_path))}: {e.message[:200]}"
        for e in validator(name).iter_errors(read(file.read_text("utf-8")))
    ]
    assert errors == []


def test_a_blank_from_govnb_new_fits_the_schema(govnb: Any, params_copy: Path) -> None:
    assert govnb("new", "2016", "test-dept", "--params", params_copy).code == 0
    made = read((params_copy / "2016" / "test-dept.yml").read_text("utf-8"))
    errors = [e.message for e in validator("department").iter_errors(made)]
    # A blank may lack what has to be filled in, and nothing else.
    assert all("None" in e or "required" in e or "null" in e for e in errors), errors


def test_everything_the_model_takes_fits_the_schema() -> None:
    tree = json.loads(Filling("文字", "某项", "3.5").department())
    errors = [
        f"{list(e.absolute_path)}: {e.message[:200]}"
        for e in validator("department").iter_errors(tree)
    ]
    whole = ("编制数", "在职人员", "编外人员", "离退休人员", "人员总数", "预算单位数")
    assert [e for e in errors if not any(word in e for word in whole)] == []


@pytest.mark.parametrize(
    "body",
    [
        "预算执行: {年初预祘: 1}",
        "预算执行: {年初预算: 12.1.5}",
        "预算执行: {年初预算: -5}",
        "预算执行: {年初预算: '１２'}",
        "预算执行: {年初预算: '1,234'}",
        "预算执行: 5",
        "三公经费: {公务接待费: [1]}",
        "内设机构: 办公室",
        "金额单位: 美元",
        "收入: {总计: 5}",
        "收入: {明细: [5]}",
        "落款: {日期: 2015/3/19}",
        "楼堂馆所: {有新建项目: maybe}",
    ],
)
def test_the_editor_underlines_the_commonest_slips_while_typing(body: str) -> None:
    tree = read(f"年度: 2016\n部门: {{名称: 甲}}\n{body}\n")
    assert not validator("department").is_valid(tree)


def test_the_editor_explains_the_keys_it_completes() -> None:
    made = json.loads(schema("department"))
    properties = made["properties"]
    assert {"年度", "部门", "收入", "三公经费", "公布数"} <= set(properties)
    assert "不算" in json.dumps(
        made["$defs"]["Staff"]["properties"]["在职人员"], ensure_ascii=False
    )


def test_govnb_schema_writes_the_same_files_again(govnb: Any, params_copy: Path) -> None:
    before = {p.name: p.read_bytes() for p in (params_copy / "schema").iterdir()}
    (params_copy / "schema" / "year.schema.json").write_text("{}")
    outcome = govnb("schema", "--params", params_copy)
    assert outcome.code == 0
    assert len(outcome.out.split()) == len(before)
    assert {p.name: p.read_bytes() for p in (params_copy / "schema").iterdir()} == before
