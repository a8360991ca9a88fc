"""A new kind of rule is one class: read, checked, scored, explained and in the schema by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from pydantic import Field

from govnb.report.schema import schema
from govnb.rubric.case import Case
from govnb.rubric.evidence import Worth
from govnb.rubric.outcome import Interval, Outcome
from govnb.rubric.rule import Rule, ValueRule
from govnb.text.faults import FaultsError
from govnb.text.measure import Level, ratio
from tests.rubric.kit import row_of, rubric_of, rubric_text, score_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tent() -> Iterator[None]:
    """The kind of rule that the guide makes: full marks at a peak, less by the distance from it."""
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    text = guide.split("A new kind of rule")[1].split("```python\n")[1].split("```")[0]
    names = {
        "ValueRule": ValueRule, "Level": Level, "Field": Field, "Decimal": Decimal, "Case": Case,
        "Interval": Interval, "Outcome": Outcome, "ratio": ratio,
    }  # fmt: skip
    exec(compile(text, "CONTRIBUTING.md", "exec", dont_inherit=True), names)
    yield
    del Rule.KINDS["nearest_best"]


@pytest.fixture
def roster() -> Iterator[None]:
    """A rule over evidence: one point is enough."""

    class AnyOf(Rule):
        """any_of: 有一项即得该项的分."""

        id, name = "any_of", "有一即可"

        items: dict[str, Worth] = Field(alias="要点")

        def score(self, case: Case) -> Outcome:
            found = [n for n in self.items if case.word("要点", n, "符合") == "是"]
            points = [Interval.exactly(self.items[n].points.of(case.weight)) for n in found]
            return Outcome(Interval.around(points or [case.limits(self)]), "、".join(found))

    yield
    del Rule.KINDS["any_of"]


TENT = "规则: {种类: 越近越好, 峰值: 50%}"


@pytest.mark.parametrize(
    ("evidence", "points"),
    [
        ("指标值: 50%", "5"),
        ("指标值: 47%", "2"),
        ("指标值: 90%", "0"),
        # The peak lies inside the range, and a turn is all the class says of it.
        ("指标值范围: {不低于: 48%, 不超过: 51%}", "3—5"),
        ("指标值范围: {大于: 52%, 小于: 53%}", "2—3"),
        ("", "0—5"),
    ],
)
@pytest.mark.usefixtures("tent")
def test_it_scores_values_ranges_and_silence(evidence: str, points: str, tmp_path: Path) -> None:
    row = row_of(rubric_of(rubric_text(TENT), tmp_path), evidence)
    assert (row.score_text, row.rule, row.rule_name) == (points, "nearest_best", "越近越好")
    assert bool(row.missing) == ("—" in points)


@pytest.mark.usefixtures("tent")
def test_it_goes_inside_other_rules(tmp_path: Path) -> None:
    inside = "规则: {种类: 汇总计分, 计分: {种类: nearest_best, 峰值: 50%}}"
    evidence = "下属单位:\n  甲: {实际完成值: 40%, 资金: 1}\n  乙: {实际完成值: 58%, 资金: 1}"
    row = row_of(rubric_of(rubric_text(inside), tmp_path), evidence)
    assert row.score_text == "4"
    assert "距峰值 1" in row.reason


@pytest.mark.usefixtures("tent")
def test_its_faults_are_told_with_place_and_hint(tmp_path: Path) -> None:
    with pytest.raises(FaultsError) as refused:
        rubric_of(rubric_text("规则:\n  种类: 越近越好\n  峰直: 50%"), tmp_path)
    assert "不认识“峰直”" in str(refused.value) and "是不是“峰值”" in str(refused.value)
    with pytest.raises(FaultsError, match="“50”没有百分号"):
        rubric_of(rubric_text("规则: {种类: 越近越好, 峰值: 50}"), tmp_path)
    with pytest.raises(FaultsError, match="是不是“越近越好”"):
        rubric_of(rubric_text("规则: {种类: 越近越号, 峰值: 1%}"), tmp_path)


@pytest.mark.usefixtures("tent")
def test_it_is_in_the_schema_an_editor_uses() -> None:
    made = json.loads(schema("rubric"))
    tent = jsonschema.Draft202012Validator(
        {"$defs": made["$defs"], "$ref": "#/$defs/Rule"},
    )
    assert tent.is_valid({"种类": "越近越好", "峰值": "50%"})
    assert not tent.is_valid({"种类": "越近越好", "峰直": "50%"})


@pytest.mark.usefixtures("roster")
def test_what_it_asks_for_by_name_is_known_to_be_used(tmp_path: Path) -> None:
    rubric = rubric_of(rubric_text("规则: {种类: 有一即可, 要点: {甲: {得分: 5}}}"), tmp_path)
    facts = "评分依据:\n  某指标: {要点: {甲: 是, 乙: 是}}\n"
    made = score_of(rubric, facts)
    assert made.indicators[0].score_text == "5"
    assert [note for note in made.notes if "没有用到" in note] == [
        "评分依据.某指标.要点里的“乙”没有用到"
    ]


def test_without_its_class_it_is_no_kind(tmp_path: Path) -> None:
    with pytest.raises(FaultsError, match="没有“越近越好”这种规则"):
        rubric_of(rubric_text(TENT), tmp_path)
    assert "越近越好" not in schema("rubric")
