"""A kind of check is one class: what follows from it, shown on one defined here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import jsonschema
import pytest
from pydantic import Field, TypeAdapter

from govnb.review.check import Check, Each, Evidence, ForEach, Formula, checks_model, subject_of
from govnb.review.finding import FAILED, PASSED, Finding, Side
from govnb.text.faults import FaultsError
from tests.review.reviewing import finding, reviewed

RULE = """甲:
  种类: 非零
  每个: 人员.{类}
  数: 人员.{类}
  严重性: 提示
  消息: “{项}”写的是{左}，应当有人。
  原因: 试一试新的种类
  怎样处理: 改正它
"""


@pytest.fixture(autouse=True)
def kind() -> Iterator[None]:
    """Define a kind for the length of one test."""

    class NotZeroCheck(ForEach):
        """非零: a figure that can't be zero."""

        kind: Literal["非零"] = Field(alias="种类")
        each: Each = Field(alias="每个")
        number: Formula = Field(alias="数", description="名称或算式")

        def one(self, world: Any, variables: Any) -> Iterator[Finding]:
            term = world.term(self.number, variables)
            subject = subject_of(variables)
            if term.number is None:
                yield from self.undecided(subject, term)
            elif term.number:
                yield self.passed(subject, f"{term.label}{term}", Evidence(term.side))
            else:
                yield self.failed(subject, {"项": term.label, "左": str(term)}, Evidence(term.side))

    assert Check.kinds["非零"] is NotZeroCheck
    yield
    del Check.kinds["非零"]


def faults(rules: str) -> str:
    with pytest.raises(FaultsError) as caught:
        reviewed("人员: {编制数: 5}\n", rules=rules)
    return str(caught.value)


def test_it_is_read_from_the_rules_and_finds() -> None:
    result = reviewed("人员: {编制数: 5, 编外人员: 0, 离退休人员: 未公布}\n", rules=RULE)
    states = {found.id: found.state for found in result.findings}
    assert states["甲:编制数"] == PASSED and states["甲:离退休人员"] == "缺数据"
    wrong = finding(result, "甲:编外人员")
    assert (wrong.state, wrong.severity, wrong.advice) == (FAILED, "提示", "改正它")
    assert wrong.message == "“人员·编外人员”写的是0人，应当有人。"
    assert wrong.left.figure == "人员.编外人员"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            "  数: 人员.{类}",
            "  数: 人员.编制人数",
            ["checks.yml:4:6", "没有“人员.编制人数”", "编制数"],
        ),
        ("  数: 人员.{类}", "  数: 人员.{哪类}", ["checks.yml:4:6", "变量“哪类”"]),
        ("  数: 人员.{类}", "  数: 人员.编制数 +", ["checks.yml:4", "写得不完整"]),
        ("  数: 人员.{类}\n", "", ["checks.yml:2:3", "缺少“数”"]),
        ("  数:", "  数值:", ["checks.yml:4:3", "不认识“数值”", "数"]),
        ("  每个: 人员.{类}", "  每个: 人力.{类}", ["checks.yml:3:7", "没有“人力.{类}”这个指标"]),
        ("{左}", "{类别}", ["checks.yml:6:15", "“{类别}”没有可填的内容", "{类}"]),
        ("非零", "非另", ["checks.yml:2:7", "没有“非另”这个种类", "非零"]),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_place(
    before: str, after: str, told: list[str]
) -> None:
    said = faults(RULE.replace(before, after))
    assert [word for word in told if word not in said] == []


def test_an_editor_knows_its_fields() -> None:
    schema = TypeAdapter(checks_model()).json_schema(by_alias=True)
    rule = {"种类": "非零", "每个": "人员.{类}", "数": "人员.{类}", "严重性": "提示"}
    rule |= {"消息": "一句话", "原因": "试一试", "怎样处理": "改正它"}
    jsonschema.validate({"甲": rule}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"甲": {k: v for k, v in rule.items() if k != "数"}}, schema)


def test_a_finding_has_the_shape_of_all_others() -> None:
    result = reviewed("人员: {编外人员: 0}\n", rules=RULE)
    assert (
        finding(result, "甲:编外人员").as_dict()["left"]
        == Side("人员.编外人员", "0", finding(result, "甲:编外人员").left.origin).as_dict()
    )
