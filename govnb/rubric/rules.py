"""The sixteen kinds of scoring rule a rubric may declare, each with its own fields.

The list is `rubrics.md` §6 of the project's domain notes: the smallest set that the
official tables seen so far can be written in. How each scores is in
`govnb.rubric.curves`.
"""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
)

from govnb.inputs.ledger import Name, Strict
from govnb.inputs.measure import Bounds, Level, Range, check_bounds
from govnb.inputs.shorthand import short
from govnb.inputs.suggest import did_you_mean
from govnb.inputs.values import Count, Markdown, Text, TextOf, refuse
from govnb.inputs.yaml_text import Mapping, Scalar
from govnb.rubric.values import Condition, Due, Formula, PointsValue, Rounding, listed

FULL, LEFT_OUT = "满分", "剔除"
UPWARD, DOWNWARD = "正向", "反向"

Treatment = Annotated[Scalar, TextOf("不适用时怎么计分", choices=(FULL, LEFT_OUT))]


def _name_kind(schema: dict[str, Any], rule: type[Any]) -> None:
    """Tell an editor which kind has which fields; a file with a base need not fill them all."""
    if rule in KIND_OF:
        schema["properties"]["种类"]["enum"] = [IDS[KIND_OF[rule]], KIND_OF[rule]]
        schema["properties"]["种类"].pop("type", None)
    schema["required"] = ["种类"]


class RuleBase(Strict):
    """What every rule carries: its kind, and limits to what it can give or take."""

    model_config = ConfigDict(json_schema_extra=_name_kind)

    kind: Text = Field(alias="种类")
    cap: PointsValue | None = Field(None, alias="封顶", description="最多得几分，默认分值")
    floor: PointsValue | None = Field(None, alias="下限", description="最少得几分，默认 0")


class Deduction(RuleBase):
    """Full marks up to a standard, then so much for each step beyond it."""

    standard: Level = Field(alias="标准")
    points: PointsValue = Field(alias="扣", description="每一步扣几分，或占分值的百分之几")
    rounding: Rounding | None = Field(
        None, alias="取整", description="不足一步：舍去（默认）、进一、按比例"
    )


_Side = Annotated[Scalar, TextOf("方向", choices=("不超过", "不低于"))]


class ThresholdDeduct(Deduction):
    """threshold_deduct: 每超过一个百分点扣 0.5 分，扣完为止."""

    side: _Side | None = Field(None, alias="方向", description="达标的一侧，默认 不超过")
    step: Level | None = Field(None, alias="每", description="默认一个百分点")


class StepDeduct(Deduction):
    """step_deduct: 每低于 5% 扣 2 分."""

    side: _Side = Field(alias="方向", description="达标的一侧")
    step: Level = Field(alias="每", description="步长")


class TwoSidedStepDeduct(Deduction):
    """two_sided_step_deduct: 实际完成情况与计划每相差 3%，扣 1 分."""

    step: Level = Field(alias="每", description="步长")
    tolerance: Level | None = Field(None, alias="允许偏差", description="以内不扣，超出部分起扣")


class Band(Bounds):
    """One band and what it gives."""

    points: PointsValue | None = Field(None, alias="得分")
    formula: Formula | None = Field(
        None, alias="得分公式", description="用 指标值、分值 写的算式，如 分值 * 指标值"
    )


def _check_band(band: Band) -> Band:
    if (band.points is None) == (band.formula is None):
        raise refuse("一档要有“得分”或“得分公式”，只写一个", "写 得分: 4")
    check_bounds(band)
    return band


class Banded(RuleBase):
    """banded: 0—10%(含)计 4 分；80%(含)—90%计 4 分."""

    bands: list[Annotated[Band, AfterValidator(_check_band)]] = Field(alias="分档", min_length=1)
    domain: Range | None = Field(
        None, alias="值域", description="原文只规定了这个范围；以外的值得分未定"
    )


class State(Strict):
    """A state and what it gives; 当 lets the figures decide."""

    points: PointsValue = Field(alias="得分")
    when: Condition | None = Field(None, alias="当")


class StateEnum(RuleBase):
    """state_enum: 无结余 3 分；有结余但不超过上年结转 2 分；超过不得分. First match holds."""

    states: dict[Name, Annotated[State, short("得分")]] = Field(alias="状态", min_length=1)


class Proportional(RuleBase):
    """proportional: 得分（20 分 × 执行率）."""

    full_at: Level | None = Field(None, alias="满分值", description="达到它得满分，默认 100%")
    start: Level | None = Field(None, alias="起点", description="低于它不得分")


class RatioOfTarget(Proportional):
    """ratio_of_target: 正向 B/A，反向 A/B，不突破分值；低于 60% 不得分."""

    direction: Annotated[Scalar, TextOf("方向", choices=(UPWARD, DOWNWARD))] | None = Field(
        None, alias="方向", description="正向（≥目标）或 反向（≤目标）；默认看年度指标值的符号"
    )
    actual: Formula | None = Field(None, alias="实际", description="默认 实际完成值")
    target: Formula | None = Field(None, alias="目标", description="默认 年度指标值")


class QualitativeBand(RuleBase):
    """qualitative_band: 达成 100—80%(含)、部分达成 80—50%(含)、未达成 50—0%."""

    tiers: dict[Name, Range] = Field(
        alias="档次", min_length=1, description="分数，或占分值的百分比"
    )


class Item(Strict):
    """A point of a checklist that earns; 当 lets the figures decide."""

    points: PointsValue = Field(alias="得分")
    when: Condition | None = Field(None, alias="当")


class ChecklistAdd(RuleBase):
    """checklist_add: ①…1 分；②…1 分；③…1 分."""

    items: dict[Name, Annotated[Item, short("得分")]] = Field(alias="要点", min_length=1)


class Flaw(Strict):
    """A point of a checklist that costs."""

    points: PointsValue | None = Field(None, alias="扣", description="默认随规则的“扣”")


class ChecklistDeduct(RuleBase):
    """checklist_deduct: 每出现一例不符合要求的扣 1 分，扣完为止."""

    points: PointsValue = Field(alias="扣")
    by: Annotated[Scalar, TextOf("怎么计", choices=("按例", "按项"))] | None = Field(
        None, alias="计", description="按例（默认，一项可扣多次）或 按项"
    )
    items: Annotated[dict[Name, Annotated[Flaw, short("扣")]], Field(min_length=1), listed()] = (
        Field(alias="要点")
    )


class EventDeduct(RuleBase):
    """event_deduct: 每出现一个专项未按进度完成资金下达扣 0.5 分."""

    points: PointsValue = Field(alias="扣")


class Deadline(Strict):
    """One due date: what meeting it earns, and what each delay costs."""

    due: Due = Field(alias="截止")
    points: PointsValue | None = Field(None, alias="得分", description="按期完成得几分")
    days: Count | None = Field(None, alias="逾期每", description="几天；默认逾期即不得分")
    late: PointsValue | None = Field(None, alias="扣", description="逾期每几天扣几分")
    rounding: Rounding | None = Field(
        None, alias="取整", description="逾期不足几天：舍去（默认）、进一、按比例"
    )


class DeadlineRule(RuleBase):
    """deadline: 春节前下达 50%；6 月底前全部下达."""

    due: dict[Name, Deadline] = Field(alias="期限", min_length=1)
    points: PointsValue | None = Field(
        None, alias="扣", description="按事项计：每有一个事项误期扣几分；此时各期限不写得分"
    )


class Option(Strict):
    """One way of assessment among several."""

    formula: Formula | None = Field(None, alias="公式")
    unit: Text | None = Field(None, alias="单位", description="默认随指标的单位")
    rule: Rule = Field(alias="规则")


class OneOf(RuleBase):
    """one_of: 二者择其一进行考核."""

    options: dict[Name, Option] = Field(alias="选项", min_length=2)


class Exemption(Strict):
    """不适用: when the indicator does not apply, and what it then gives."""

    when: Condition | None = Field(None, alias="当", description="不写则由部门在评分依据里申报")
    treat: Treatment = Field(alias="按", description="满分，或 剔除（其余按比例折算）")
    note: Markdown | None = Field(None, alias="说明")


class NotApplicable(RuleBase, Exemption):
    """not_applicable: 没有楼堂馆所项目的部门按满分计算."""

    otherwise: Rule | None = Field(None, alias="否则", description="适用时的规则")


class Expert(RuleBase):
    """expert: 合理确定分值; the evaluator's mark, with who and why."""


class Aggregate(RuleBase):
    """aggregate: 先汇总完成数，再计算得分."""

    how: Annotated[Scalar, TextOf("怎么汇总", choices=("累加", "资金加权"))] | None = Field(
        None, alias="方式", description="默认绝对值累加，百分数按资金加权"
    )
    rule: Rule = Field(alias="计分", description="用汇总后的数计分的规则")


RULES: dict[str, tuple[str, type[RuleBase]]] = {
    "超标扣分": ("threshold_deduct", ThresholdDeduct),
    "分步扣分": ("step_deduct", StepDeduct),
    "双向扣分": ("two_sided_step_deduct", TwoSidedStepDeduct),
    "分档": ("banded", Banded),
    "按状态": ("state_enum", StateEnum),
    "按比例": ("proportional", Proportional),
    "按目标比": ("ratio_of_target", RatioOfTarget),
    "定性分档": ("qualitative_band", QualitativeBand),
    "清单加分": ("checklist_add", ChecklistAdd),
    "清单扣分": ("checklist_deduct", ChecklistDeduct),
    "按件扣分": ("event_deduct", EventDeduct),
    "按期限": ("deadline", DeadlineRule),
    "择一": ("one_of", OneOf),
    "不适用": ("not_applicable", NotApplicable),
    "专家评定": ("expert", Expert),
    "汇总计分": ("aggregate", Aggregate),
}
IDS = {identifier: name for name, (identifier, _) in RULES.items()}
KIND_OF = {model: identifier for identifier, model in RULES.values()}


def kind_of(rule: RuleBase) -> str:
    """Return the rule's identifier, such as `banded`."""
    return KIND_OF[type(rule)]


def _tag(value: Any) -> str | None:
    if isinstance(value, RuleBase):
        return kind_of(value)
    kind = str(value.get("种类", "")) if isinstance(value, AnyMapping) else ""
    return RULES[kind][0] if kind in RULES else kind if kind in IDS else None


def _known_kind(value: Any) -> Any:
    """Refuse a kind that doesn't exist at the place of its name, with the nearest that does."""
    if isinstance(value, RuleBase) or _tag(value) is not None:
        return value
    if not isinstance(value, Mapping):
        raise refuse("规则应是若干行“名称: 值”", "第一行写 种类: 分档")
    kind = value.get("种类")
    if kind is None:
        raise refuse("规则缺少“种类”", f"可写：{'、'.join(RULES)}")
    place = kind.place if isinstance(kind, Scalar) else value.place
    hint = did_you_mean(str(kind), [*RULES, *IDS]) or f"可写：{'、'.join(RULES)}"
    raise refuse(f"没有“{kind}”这种规则", hint, place)


Rule = Annotated[
    Annotated[ThresholdDeduct, Tag("threshold_deduct")]
    | Annotated[StepDeduct, Tag("step_deduct")]
    | Annotated[TwoSidedStepDeduct, Tag("two_sided_step_deduct")]
    | Annotated[Banded, Tag("banded")]
    | Annotated[StateEnum, Tag("state_enum")]
    | Annotated[Proportional, Tag("proportional")]
    | Annotated[RatioOfTarget, Tag("ratio_of_target")]
    | Annotated[QualitativeBand, Tag("qualitative_band")]
    | Annotated[ChecklistAdd, Tag("checklist_add")]
    | Annotated[ChecklistDeduct, Tag("checklist_deduct")]
    | Annotated[EventDeduct, Tag("event_deduct")]
    | Annotated[DeadlineRule, Tag("deadline")]
    | Annotated[OneOf, Tag("one_of")]
    | Annotated[NotApplicable, Tag("not_applicable")]
    | Annotated[Expert, Tag("expert")]
    | Annotated[Aggregate, Tag("aggregate")],
    Discriminator(_tag),
    BeforeValidator(_known_kind),
]

for _model in (Option, OneOf, NotApplicable, Aggregate):
    _model.model_rebuild()
