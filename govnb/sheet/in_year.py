"""The year under way: what a department's ledgers state month by month, and how it is watched.

Each section may be written in the department's file, or as a ledger file beside it
(:mod:`govnb.sheet.registers`), which fills the same keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, model_validator

from govnb.sheet.fields import key
from govnb.text.section import Name, Strict
from govnb.text.validation import district_rules
from govnb.text.values import (
    MEASURE,
    Amount,
    AmountOf,
    Batches,
    Guests,
    Money,
    Quantity,
    SignedMoney,
    Text,
    TextOf,
    YesNo,
    refuse,
)
from govnb.text.yaml_text import Scalar

MONTHS = tuple(f"{number}月" for number in range(1, 13))
BY_MONTHS, BY_DAYS, BY_PLAN = "月", "日", "固定"
CERTAIN, POSSIBLE, IMPOSSIBLE = "确定能", "有可能", "完全不可能"
APPROVED, PENDING = "已批复", "未完成程序"
COMPONENTS = ("公务接待费", "公务用车运行维护费", "公务用车购置费", "因公出国（境）费")


def _one_of(names: Sequence[str], what: str) -> AfterValidator:
    def check(name: str) -> str:
        if name not in names:
            raise refuse(f"“{name}”不是{what}", f"可写：{'、'.join(names)}")
        return name

    return AfterValidator(check)


Month = Annotated[str, _one_of(MONTHS, "月份")]
Component = Annotated[str, _one_of(COMPONENTS, "“三公”经费的项目")]
Share = Annotated[Amount, AmountOf(MEASURE)]


class MonthlyLine(Strict):
    """月度: one project's or account's execution, cumulated month by month."""

    kind: Text | None = key("类别", "基本支出、项目支出")
    account: Text | None = key("科目", "功能科目或经济科目")
    initial: Money | None = key("年初预算")
    adjusted: Money | None = key("调整后预算", "不写就是年初预算加“预算调整”里已批复的")
    forecast: Money | None = key("全年预计", "单位自己预计的全年执行数")
    spent: dict[Month, SignedMoney] = key(
        "累计支出", "1月到该月的累计，如 6月: 87.57；当月数写在台账文件里", {}
    )
    last: dict[Month, SignedMoney] = key("上年累计", "上年 1月到该月的累计", {})


class Adjustment(Strict):
    """预算调整: one adjustment of the budget, with its procedure."""

    amount: SignedMoney = key("金额", "调减写负数", ...)
    date: Text | None = key("日期")
    document: Text | None = key("文号")
    necessity: Text | None = key("必要性")
    basis: Text | None = key("政策依据")
    effect: Text | None = key("预期效果")
    level: Text | None = key("审批层级")
    note: Text | None = key("备注")


class Adjustments(Strict):
    """The adjustments of one project: those that count, and those still in procedure."""

    approved: dict[Name, Adjustment] = key(APPROVED, "批复手续完成的，计入预算", {})
    pending: dict[Name, Adjustment] = key(PENDING, "还在办的，另列，不计入预算", {})


class ThreePublicMonth(Strict):
    """三公台账: what one component of 三公经费 cost in one month."""

    amount: SignedMoney | None = key("金额", "当月数；退回写负数")
    batches: Batches | None = key("批次", "次数、批次、团组数")
    people: Guests | None = key("人次")


class CarryOver(Strict):
    """结转结余对账: the unit's books beside the treasury's quota."""

    account: Text | None = key("科目")
    nature: Text | None = key("资金性质")
    opening: SignedMoney | None = key("年初数", "应等于上年的单位账面数")
    book: SignedMoney | None = key("单位账面", "单位账面结转结余", last_year="年初数")
    quota: SignedMoney | None = key("财政指标", "财政指标结余")
    reason: Text | None = key("差额原因")
    treatment: Text | None = key("处理", "结转、收回")


_CHANCES = (CERTAIN, POSSIBLE, IMPOSSIBLE)
Chance = Annotated[Scalar, TextOf("完成目标可能性", choices=_CHANCES)]


class MonitoredTarget(Strict):
    """绩效监控: one indicator of a project in the course of the year."""

    group: Text | None = key("一级指标")
    subgroup: Text | None = key("二级指标")
    target: Text | None = key("年度指标值")
    done: Text | None = key("执行情况", "1月到该月的执行情况")
    forecast: Text | None = key("全年预计完成", "全年预计完成情况")
    category: Text | None = key("偏差原因", "经费保障、制度保障、人员保障、硬件条件保障、其他")
    reason: Text | None = key("原因说明")
    measure: Text | None = key("措施", "整改或保障的措施")
    chance: Chance | None = key("完成目标可能性", "、".join(_CHANCES))
    note: Text | None = key("备注")


Pace = Annotated[Scalar, TextOf("序时进度", choices=(BY_MONTHS, BY_DAYS, BY_PLAN))]
Base = Annotated[Scalar, TextOf("执行率分母", choices=("调整后预算", "年初预算"))]


class Monitoring(Strict):
    """监控: how the year under way is measured."""

    pace: Pace | None = key(
        "序时进度",
        "月：月数÷12；日：天数÷全年天数；固定：“计划进度”里写的。不写按月",
        lasting=True,
    )
    plan: dict[Month, Share] = key("计划进度", "各月应达到的进度，如 7月: 58%", {})
    base: Base | None = key("执行率分母", "不写按调整后预算", lasting=True)
    standard: Text | None = key(
        "预警标准", "rules/monitoring.yml 里的一套；不写随全区", lasting=True
    )
    sample: YesNo | None = key("示例", "台账是编的、供试用的写 是，每一页都注明")


RED, YELLOW, NORMAL, UNDECIDED = "红", "黄", "正常", "无法判断"
Colour = Annotated[Scalar, TextOf("等级", choices=(RED, YELLOW))]


class Standard(Strict):
    """预警标准: from where on a project's execution is red or yellow, and by what source."""

    source: Text = key("来源", "哪个文件、哪一条", ...)
    yellow: Quantity | None = key("黄", "低于序时进度这么多个百分点")
    red: Quantity | None = key("红", "低于序时进度这么多个百分点")
    floors: dict[Month, Share] = key("执行率下限", "6月: 40%", {})
    below_floor: Colour = key("下限等级", "低于下限的等级，默认 红", Scalar(RED))
    three_public: Quantity | None = key("三公黄", "“三公”高于序时这么多个百分点")
    duties: dict[Name, Text] = key("措施", "等级或原因: 当月要做的事", {})


class MonitoringRules(Strict):
    """`rules/monitoring.yml`: the standards there are, and what ledgers call their columns."""

    in_force: Text = key("适用", "全区用哪一套预警标准", ...)
    standards: dict[Name, Standard] = key("预警标准", default=...)
    heads: dict[Name, tuple[Text, ...]] = key("表头", "栏: 台账里还可以怎样写", {})

    @model_validator(mode="after")
    def _one_in_force(self) -> MonitoringRules:
        if self.in_force not in self.standards:
            known = "、".join(self.standards)
            raise refuse(f"没有预警标准“{self.in_force}”", f"可写：{known}", self.in_force.place)
        return self


def monitoring_rules(params_dir: Path) -> MonitoringRules:
    """Return the rules of monitoring; raise what is wrong in their file."""
    return district_rules(params_dir, "monitoring.yml", MonitoringRules)
