"""自评表: the form on which a department, and each of its projects, evaluates itself.

Its shape is that of 财预〔2020〕10号; what a province asks of it besides stands in the project's
indicator system (自评).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Annotated

from govnb.sheet.evidence import TargetOf, of_year
from govnb.sheet.fields import key
from govnb.sheet.score import IndicatorScore, Score, grades_between
from govnb.text.measure import PERCENT, Level
from govnb.text.section import Name, Strict
from govnb.text.values import (
    Amount,
    AmountOf,
    Count,
    Kind,
    Markdown,
    Money,
    Quantity,
    Text,
    YesNo,
)

# The row of the money block that the rate is of.
WHOLE_MONEY = "年度资金总额"
# What 预算执行 counts where a form doesn't say.
USUAL = Decimal(10)

# The least and the most.
Bounds = tuple[Decimal, Decimal]
Rate = Annotated[Amount, AmountOf(Kind(PERCENT, (PERCENT,), what="百分数"))]


class FormMoney(Strict):
    """One row of the money block of a self-evaluation form."""

    initial: Money | None = key("年初预算数")
    adjusted: Money | None = key("全年预算数", "调整后的，式中的 A")
    received: Money | None = key("到位数")
    actual: Money | None = key("全年执行数", "式中的 B")


class YearGoal(Strict):
    """年度总体目标: what was meant to be reached, and what was."""

    wanted: Markdown | None = key("预期目标")
    reached: Markdown | None = of_year("实际完成")


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
        return sum((t.worth for t in self.targets.values()), Decimal(0))

    @property
    def is_evaluated(self) -> bool:
        """Whether it says anything of what came; a form of goals alone doesn't yet."""
        spent = (line.actual for line in self.money.values())
        return any(spent) or any(t.came or t.published for t in self.targets.values())

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

    @cached_property
    def rows(self) -> dict[str, IndicatorScore]:
        """The scored row of each indicator; that of 预算执行 under no name."""
        by_place = {row.place: row for row in self.score.indicators}
        found = {
            name: by_place[target.place]
            for name, target in self.form.targets.items()
            if target.place in by_place
        }
        own = [row for row in by_place.values() if row not in found.values() and row.formula]
        return found | ({"": own[0]} if own else {})

    @property
    def rate_weight(self) -> Decimal:
        """What 预算执行 counts on the form: as printed, else as the rules have it."""
        row = self.rows.get("")
        return self.form.rate_weight((row and row.weight) or Decimal(0), self.total)

    def due(self, name: str) -> Bounds | None:
        """Return the least and the most points due to an indicator by its weight on the form.

        None where the rules can't tell; 预算执行 goes under no name.
        """
        row = self.rows.get(name)
        if row is None or row.low is None or row.high is None or not row.weight:
            return None
        weight = self.form.targets[name].worth if name else self.rate_weight
        share = (weight or Decimal(0)) / row.weight
        return row.low * share, row.high * share

    @property
    def due_in_all(self) -> Bounds | None:
        """The least and the most points due to the whole form."""
        every = [self.due(name) for name in self.rows]
        if not every or None in every:
            return None
        ends = [due for due in every if due is not None]
        return sum((e[0] for e in ends), Decimal(0)), sum((e[1] for e in ends), Decimal(0))

    @property
    def points(self) -> Decimal | None:
        """The total as printed, or else what the points as printed come to; None without any."""
        if self.form.total is not None and self.form.total.value is not None:
            return self.form.total.value
        stated = [self.form.points, *(t.published for t in self.form.targets.values())]
        parts = [amount.value for amount in stated if amount and amount.value is not None]
        return sum(parts, Decimal(0)) if parts and len(parts) == len(stated) else None

    @property
    def grade(self) -> str:
        """The grade of the total as printed; empty without one."""
        points = self.points
        return "" if points is None else "".join(grades_between(self.score.limits, points, points))

    @property
    def farthest(self) -> str:
        """The indicator that is surely farthest from its target, in words; empty without one."""
        lost = {
            name: 1 - due[1] / target.worth
            for name, target in self.form.targets.items()
            if target.worth and (due := self.due(name))
        }
        name = max(lost, key=lambda each: lost[each], default="")
        if not name or lost[name] <= 0:
            return ""
        target = self.form.targets[name]
        told = ((way, word) for way, word in (("目标", target.goal), ("完成", target.came)) if word)
        return f"{name}：{'，'.join(f'{way}{word}' for way, word in told)}"

    def as_dict(self) -> dict[str, object]:
        """Return what the form itself comes to, for JSON."""
        points = None if self.points is None else f"{self.points:f}"
        return {"points": points, "grade": self.grade, "farthest": self.farthest}
