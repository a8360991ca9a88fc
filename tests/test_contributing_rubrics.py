"""The worked example of “增加一套指标体系（不写程序）”: loads, scores, and leaves no field out."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pydantic import BaseModel

from govnb.report.schema import schema
from govnb.rubric.evidence import Deadline, Flaw, Worth
from govnb.rubric.file import (
    Group,
    Indicator,
    OtherReading,
    RubricFile,
    Years,
)
from govnb.rubric.load import load_rubric
from govnb.rubric.nested import Exemption, Option
from govnb.rubric.rule import Rule
from govnb.rubric.rules import Band
from govnb.rubric.score import score
from govnb.rubric.values import ZeroBase
from govnb.sheet.compute import compute
from govnb.sheet.evidence import Evidence, ExpertMark, Incident, Point, Reading, Target, Unit
from govnb.sheet.read import load
from govnb.sheet.score import Score
from govnb.sheet.self_evaluation import FormRules

ROOT = Path(__file__).resolve().parent.parent


def chapter() -> str:
    """Return the guide's skeleton of an indicator system, and the worked example."""
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("\n## 增加一套指标体系\n")[1]
    return guide.split("\n## ")[0] + (ROOT / "docs" / "rubric-example.md").read_text("utf-8")


def blocks() -> Iterator[tuple[str | None, str]]:
    """Yield each YAML example with the file it says it is."""
    for text in re.findall(r"```yaml\n(.*?)```", chapter(), re.DOTALL):
        named = re.search(r"^# (params/\S+\.yml)$", text, re.MULTILINE)
        yield named[1] if named else None, text


@pytest.fixture(scope="module")
def example(params: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("example") / "params"
    shutil.copytree(params, made)
    for name, text in blocks():
        if name is not None:
            (made.parent / name).write_text(text, "utf-8")
    return made


def scored(example: Path, department: str, rubric: str) -> Score:
    inputs = load(example / "2016" / f"{department}.yml", example)
    figures, _ = compute(inputs)
    return score(inputs, figures, load_rubric(rubric, example))


def table_after(command: str, column: int = 2) -> dict[str, str]:
    """Return the result table that follows a command: indicator → score, or another column."""
    rows = chapter().split(command)[1].split("\n\n```")[0].splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if "|" in row]
    wide = [cell for cell in cells if len(cell) > column and "--" not in cell[0]]
    return {cell[0]: cell[column] for cell in wide}


@pytest.mark.parametrize("department", ["moxian-jiaoyu", "moxian-weisheng"])
def test_the_example_scores_as_the_text_says(department: str, example: Path) -> None:
    made = scored(example, department, "moxian-2016")
    command = f"`govnb score params/2016/{department}.yml --rubric moxian-2016` 的结果"
    said, why = table_after(command), table_after(command, 3)
    said.pop("指标")
    total = said.pop("合计")
    assert {row.name: row.score_text for row in made.indicators} == said
    assert {row.name: row.reason for row in made.indicators}.items() <= why.items()
    assert f"{made.total_text}，{made.grade_text}" == total
    assert f"结论：{made.statement}" in chapter() or department == "moxian-weisheng"
    assert made.notes == ()


@pytest.mark.parametrize("rubric", ["moxian-2017", "moxian-part", "moxian-values"])
def test_the_variants_load_and_score(rubric: str, example: Path) -> None:
    assert scored(example, "moxian-jiaoyu", rubric).indicators


def test_the_skeleton_loads(params: Path, tmp_path: Path) -> None:
    name, text = next(blocks())
    assert name is None
    (tmp_path / "skeleton.yml").write_text(text, "utf-8")
    assert load_rubric(str(tmp_path / "skeleton.yml"), params).entries[0].id == "在职人员控制率"


def test_the_2018_split_is_in_force(example: Path) -> None:
    rubric = load_rubric("moxian-2017", example)
    ids = {entry.id for entry in rubric.entries}
    assert "信访办理" not in ids
    in_2018 = {row.id for row in rubric.in_force(2018) if hasattr(row, "id")}
    assert {"预算编制完整性", "预算编制准确性"} <= in_2018 and "预算编制质量" not in in_2018


def test_every_kind_of_rule_is_in_the_example() -> None:
    text = "\n".join(text for _, text in blocks())
    assert {kind.name for kind in Rule.KINDS.values() if f"种类: {kind.name}" not in text} == set()


class _Text(yaml.SafeLoader):
    """YAML as an editor's JSON Schema check reads it, but for dates and 是/否."""


_Text.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag.endswith((":int", ":float"))]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def as_json(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {str(key): as_json(value) for key, value in tree.items()}
    return [as_json(item) for item in tree] if isinstance(tree, list) else tree


@pytest.mark.parametrize("number", range(len(list(blocks()))))
def test_an_editor_accepts_the_examples(number: int) -> None:
    _, text = list(blocks())[number]
    kind = re.search(r"\$schema=\S*/(\w+)\.schema\.json", text)
    assert kind is not None
    validator = jsonschema.Draft202012Validator(json.loads(schema(kind[1])))
    assert [e.message for e in validator.iter_errors(as_json(yaml.load(text, Loader=_Text)))] == []


MODELS: list[type[BaseModel]] = [
    RubricFile, FormRules, Group, Indicator, ZeroBase, OtherReading, Years, Evidence, Target,
    Point,
    Incident, ExpertMark, Unit, Reading, *Rule.KINDS.values(), Band, Worth,
    Flaw, Deadline, Option, Exemption,
]  # fmt: skip


@pytest.mark.parametrize("model", MODELS, ids=[model.__name__ for model in MODELS])
def test_every_field_is_in_the_example(model: type[BaseModel]) -> None:
    text = "\n".join(text for _, text in blocks())
    fields = [str(info.alias) for info in model.model_fields.values()]
    assert [f for f in fields if not re.search(rf"(?<!\w){f}:[ \n]", text)] == []
