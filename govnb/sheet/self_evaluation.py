"""自评表: the form on which a department, and each of its projects, evaluates itself.

Its shape is that of 财预〔2020〕10号; what a province asks of it besides stands in the project's
indicator system (自评).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from govnb.sheet.evidence import TargetOf, of_year
from govnb.sheet.fields import key
from govnb.sheet.score import Score
from govnb.text.measure import PERCENT, Level
from govnb.text.section import Name, Strict
from govnb.text.values import Amount, AmountOf, Count, Kind, Money, Quantity, Text, YesNo

# The row of the money block that the rate is of.
WHOLE_MONEY = "年度资金总额"
# What 预算执行 counts where a form doesn't say.
USUAL = Decimal(10)

Rate = Annotated[Amount, AmountOf(Kind(PERCENT, (PERCENT,), what="百分数"))]


class FormMoney(Strict):
    """One row of the money block of a self-evaluation form."""

    initial: Money | None = key("年初预算数")
    adjusted: Money | None = key("全年预算数", "调整后的，式中的 A")
    received: Money | None = key("到位数")
    actual: Money | None = key("全年执行数", "式中的 B")


class YearGoal(Strict):
    """年度总体目标: what was meant to be reached, and what was."""

    wanted: Text | None = key("预期目标")
    reached: Text | None = of_year("实际完成")


class SelfEvaluation(Strict):
    """自评表: the head of the form that every department and project fills in since 2019."""

    money: dict[Name, FormMoney] = key(
        "资金", "年度资金总额，和其中的 当年财政拨款、上年结转资金、其他资金", {}
    )
    weight: Quantity | None = key("执行率分值", "默认 10；有的地方 20", lasting=True)
    points: Quantity | None = of_year("执行率得分", "公布的表上印的")
    reason: Text | None = of_year("执行偏差原因")
    adjustment: Text | None = of_year("预算调整说明", "全年预算数为什么与年初不同")
    goals: dict[Name, YearGoal] = key("年度目标", "一个目标一段，键是 目标1 这样的词", {})


class ProjectForm(SelfEvaluation):
    """A project's own 自评表."""

    code: Text | None = key("项目编码", "保留前导零")
    authority: Text | None = key("主管部门")
    carried_out_by: Text | None = key("实施单位")
    rate: Rate | None = of_year("公布执行率", "表上印的，如 60%；不写就是执行数÷预算数")
    targets: dict[Name, TargetOf] = key("绩效指标", "各条绩效指标，写法同部门的", {})
    total: Quantity | None = of_year("总分", "公布的表上印的总分")

    @property
    def weights(self) -> Decimal:
        """What the indicators count together."""
        return sum((t.weight.value or Decimal(0) for t in self.targets.values()), Decimal(0))

    def rate_weight(self, ruled: Decimal, total: Decimal) -> Decimal:
        """Return what 预算执行 counts on the form: as stated, else what makes it add up.

        `ruled` is what the rules in force give it.
        """
        if self.weight is not None and self.weight.value is not None:
            return self.weight.value
        return USUAL if self.weights + USUAL == total else ruled


class ProjectEvaluations(Strict):
    """项目自评: what the department says of all its projects' forms together."""

    rubric: Text | None = key("指标体系", "项目用哪一套，默认随年度文件", lasting=True)
    count: Count | None = of_year("项目数", "报告写明自评了几个项目")


class FormRules(Strict):
    """自评: what must be explained on a project's form where this indicator system is in force."""

    rate_below: Level | None = key("执行率低于", "低于它的要写执行偏差原因，如 90%")
    adjusted: YesNo | None = key("预算调整", "全年预算数与年初不同的要写说明，写 是")
    exceeded: Level | None = key("超过目标", "完成值超过目标这么多的要写原因，如 30%")


@dataclass(frozen=True)
class ProjectScore:
    """One project's form scored by the rules in force."""

    form: ProjectForm
    rules: FormRules
    score: Score
    total: Decimal  # full marks of a form
    # As if targets without a sign were to be stayed below; None where all have one.
    downward: Score | None = None
