"""评分依据 and 绩效指标: the facts a rubric asks for, indicator by indicator, each with its proof.

Numbers, dates and the words 是 and 否 become figures like any other
(`评分依据.管理制度健全性.要点.有厉行节约制度.符合`).
"""

from decimal import Decimal
from functools import partial
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, model_validator

from govnb.sheet.fields import key
from govnb.text.faults import Place
from govnb.text.measure import Goal, Measure, Range, signed
from govnb.text.section import Name, Strict, short
from govnb.text.values import (
    TO_FILL,
    UNKNOWN,
    BadText,
    Count,
    Markdown,
    Money,
    Quantity,
    Reads,
    Text,
    TextOf,
    YesNo,
    is_unknown,
    parse_date,
    refuse,
)
from govnb.text.yaml_text import Mapping, Scalar, scalar

NOT_DONE = "未完成"
UPWARD, DOWNWARD, QUALITATIVE = "正向", "反向", "定性"
# Which way a target points, by its sign.
DIRECTIONS = {"≥": UPWARD, ">": UPWARD, "≤": DOWNWARD, "<": DOWNWARD}
# What a rubric takes the department's indicators from where it doesn't divide them itself.
EVERY_GROUP = "全部"

Verdict = Annotated[Scalar, TextOf("是、否或未公布", choices=("是", "否", UNKNOWN), fillable=True)]


def _day(text: Scalar) -> Any:
    if text in (UNKNOWN, NOT_DONE):
        return text
    try:
        return parse_date(text, text.place)
    except BadText as error:
        raise BadText(str(error), f"{error.hint}；没有做写 {NOT_DONE}") from None


_DAY_SCHEMA = {"type": ["string", "integer"], "description": f"日期、{UNKNOWN} 或 {NOT_DONE}"}
Day = Annotated[Any, Reads(_day, "一个日期", "", _DAY_SCHEMA, True)]


Direction = Annotated[Scalar, TextOf("方向", choices=(UPWARD, DOWNWARD, QUALITATIVE))]
# What a year says of itself only.
of_year = partial(key, of_one_year=True)


class ExpertMark(Strict):
    """The evaluator's mark; who gave it and why are not optional."""

    points: Quantity = key("分值", "评价人给几分", ...)
    by: Text = key("评价人", "谁给的", ...)
    reason: Markdown = key("理由", "为什么给这些分", ...)


class Point(Strict):
    """What is known about one point of a checklist."""

    met: Verdict | None = key("符合", "是、否或未公布")
    times: Count | None = key("例数", "不符合的例数，不写按 1 例")
    mark: ExpertMark | None = key("给分", "部分符合时评价人给的分")
    proof: Markdown | None = key("佐证", "称“符合”必须有佐证才计分")
    note: Markdown | None = key("说明", "其他要说的话")


class Incident(Strict):
    """One thing that went wrong, or one thing whose dates count."""

    times: Count | None = key("例数", "不写按 1 例")
    days: dict[Name, Day] = key("日期", "各期限的完成日期", {})
    proof: Markdown | None = key("佐证", "证明材料")
    note: Markdown | None = key("说明", "其他要说的话")


class Unit(Strict):
    """One subordinate unit's share of an indicator that is summed up before it is scored."""

    target: Goal | None = key("年度指标值", "目标，如 ≥800个、≤5天")
    actual: Goal | None = key("实际完成值", "做到多少，单位与目标相同")
    money: Money | None = key("资金", "资金加权的权数")


class Reading(Strict):
    """另一口径: other values under which the score is worked out again, for comparison only."""

    values: dict[str, Markdown] = key(
        "取值", "指标名称: 值，如 预算执行.本年追加: 0；可写 =算式", ...
    )
    note: Markdown | None = key("说明", "其他要说的话")


class Evidence(Strict):
    """What the department shows for one indicator of a rubric."""

    value: Measure | None = of_year(
        "指标值", "指标没有公式，或公式用到的数未公布时，直接给出的值，要有佐证"
    )
    value_range: Range | None = of_year("指标值范围", "只知道范围时，如 不低于: 90%")
    data: dict[Name, Measure] = of_year("数据", "公式里写作 数据.名称", {})
    target: Goal | None = key("年度指标值", "如 ≥6000件、≤5万元、=100%")
    actual: Goal | None = key("实际完成值", "做到多少，单位与年度指标值相同")
    points: dict[Name, Annotated[Point, short("符合")]] = of_year(
        "要点", "键是指标体系里要点的名称", {}
    )
    incidents: dict[Name, Incident] = of_year("事项", "违规、误期等，逐件列", {})
    all_listed: YesNo | None = of_year("事项齐全", "以上是否列全；一件也没有，写 是 并附佐证")
    state: Text | None = of_year("状态", "指标体系里状态或档次的名称")
    option: Text | None = of_year("选用", "择一时所选选项的名称")
    mark: ExpertMark | None = of_year("给分", "{分值, 评价人, 理由}，三样都要写")
    coefficient: Measure | None = of_year("得分系数", "表上自评的系数，如 100%")
    days: dict[Name, Day] = of_year("日期", "各期限的完成日期", {})
    applies: Verdict | None = of_year("适用", "否 要有佐证")
    units: dict[Name, Unit] = of_year("下属单位", "单位: {年度指标值, 实际完成值, 资金}", {})
    published: Quantity | None = of_year("公布得分", "公布的评分表印的得分")
    basis: Markdown | None = of_year("口径", "所用的数依据哪个假设")
    readings: dict[Name, Reading] = of_year(
        "另一口径", "名称: {取值: {指标名称: 值}, 说明}，换一个假设再算，不计入", {}
    )
    proof: Markdown | None = of_year("佐证", "证明材料；要佐证的指标没有它不计分")
    note: Markdown | None = of_year("说明", "其他要说的话")


def in_words(text: str) -> bool:
    """Tell whether a target or a result has no number to be measured by."""
    bare = text.strip()
    is_number = any(c.isdigit() for c in bare) or is_unknown(bare)
    return bool(bare) and not is_number and bare != TO_FILL and bare[0] not in "=＝"


E = TypeVar("E", bound=Evidence)


class Target(Evidence):
    """绩效指标: one row of the self-evaluation form (年度指标值、实际完成值、分值、偏差原因)."""

    group: Text = key("一级指标", "产出、效益、满意度……", ...)
    subgroup: Text | None = key("二级指标", "数量指标、质量指标……")
    weight: Quantity | None = key(
        "分值", "几分；同一组合计等于这一组的分值。预算里只有目标、没有分值的不写", lasting=True
    )
    direction: Direction | None = key(
        "方向", "默认看年度指标值前的 ≥ > 或 ≤ <，没有符号或 = 为正向", lasting=True
    )
    core: YesNo | None = key("核心指标", "表上标为核心指标的写 是", lasting=True)
    initial: Text | None = of_year("年初指标值", "中途调整过的，调整前的值")
    wanted: Text | None = key(
        "目标内容", "定性指标的目标（写在年度指标值里也可以），或数以外的话，如 应免尽免"
    )
    done: Text | None = of_year(
        "完成内容", "用文字说的实际完成情况（写在实际完成值里也可以），或数以外的话"
    )
    shortfall: Markdown | None = of_year("偏差原因", "没有达到的原因")
    remedy: Markdown | None = of_year("改进措施", "怎样改进")

    @model_validator(mode="before")
    @classmethod
    def _told_in_words(cls, data: Any) -> Any:
        """Read a target such as 有效改善 as a qualitative indicator's, and a result in words."""
        if not isinstance(data, Mapping):
            return data
        told = data.get("方向") == QUALITATIVE
        for number, words in {"年度指标值": "目标内容", "实际完成值": "完成内容"}.items():
            text = data.get(number)
            if not isinstance(text, Scalar) or words in data or not (told or in_words(text)):
                continue
            data.put(words, data.pop(number), data.keys_at.pop(number))
            if words == "目标内容" and "方向" not in data:
                data.put("方向", scalar(QUALITATIVE, text.place))
                told = True
        return data

    def is_of(self, group: str) -> bool:
        """Tell whether it belongs to a first-level indicator: 产出指标 is 产出."""
        return group == EVERY_GROUP or self.group.removesuffix("指标") == group.removesuffix("指标")

    @property
    def worth(self) -> Decimal:
        """What it counts; nothing where the form gives it no points."""
        return (self.weight.value if self.weight else None) or Decimal(0)

    @property
    def place(self) -> Place:
        """Where it stands."""
        return (self.weight or self.group).place

    @property
    def is_told(self) -> bool:
        """Whether its target is told in words."""
        return self.direction == QUALITATIVE

    @property
    def goal(self) -> str:
        """What was meant to be reached, as written."""
        told = (self.target.text.strip() if self.target else "", str(self.wanted or ""))
        return "，".join(filter(None, told))

    @property
    def came(self) -> str:
        """What was reached, as written; empty where nothing says so."""
        told = (self.actual.text.strip() if self.actual else "", str(self.done or ""))
        return "，".join(filter(None, told)) or str(self.state or "")


def check_evidence(evidence: E) -> E:
    """Refuse a value given twice, and a target whose parts contradict each other."""
    if evidence.value is not None and evidence.value_range is not None:
        raise refuse("“指标值”和“指标值范围”只能写一个", "知道确切的值就只写指标值")
    if isinstance(evidence, Target):
        if evidence.published is not None and evidence.weight is None:
            raise refuse("写了公布得分，没有写分值", "补上一行 分值: …")
        _check_target(evidence)
    return evidence


def _check_target(target: Target) -> None:
    goal, actual = target.target, target.actual
    if target.direction == QUALITATIVE:
        if goal is not None or actual is not None:
            raise refuse("定性指标不写年度指标值和实际完成值", "目标写在“目标内容”，结果写在“状态”")
        return
    if target.wanted is not None and goal is None:
        raise refuse("“目标内容”没有可比的数", f"补上年度指标值，或加一行 方向: {QUALITATIVE}")
    units = {a.kind.unit for a in (goal, actual) if a is not None and a.value is not None}
    if len(units) > 1:
        one, other = (f"“{unit or '无'}”" for unit in sorted(units))
        hint = "写成同一个单位"
        if units == {"月", "年月"}:
            one, other, hint = "写了年份", "没有写年份的月份", "都写年份，或都不写"
        raise refuse(f"年度指标值与实际完成值的单位不同：{one}与{other}", hint)
    shown = goal.text.strip() if goal is not None else ""
    sign = DIRECTIONS.get(signed(shown)[0])
    if sign and target.direction not in (None, sign):
        raise refuse(f"方向“{target.direction}”与年度指标值“{shown}”的符号不合", "改其中一个")


EvidenceOf = Annotated[Evidence, AfterValidator(check_evidence)]
TargetOf = Annotated[Target, AfterValidator(check_evidence)]
