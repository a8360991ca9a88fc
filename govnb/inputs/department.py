"""What an accountant states about one department in one year: the parameter file.

Keys are the words of the report; attribute names are their English terms. Every field
whose value is a number, a date or a list becomes a figure named by its path of keys
(`三公经费.公务接待费.支出`), so a new field here is addressable everywhere at once.
The rows of the annexed base-data table (基础数据表) follow domain practice: 财政供养人员,
三公经费, 项目支出, 公用经费, 政府采购, 预算调整, 楼堂馆所.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from govnb.inputs.evidence import EvidenceOf, TargetOf
from govnb.inputs.ledger import MoneyLedger, Name, PeopleLedger, QuantityLedger, Strict
from govnb.inputs.published import Published
from govnb.inputs.values import (
    Amount,
    AmountOf,
    Area,
    Count,
    Date,
    Kind,
    Markdown,
    Money,
    MoneyUnit,
    Quantity,
    SignedMoney,
    Text,
    Year,
    YesNo,
)


class Identity(Strict):
    """部门: who reports."""

    name: Text = Field(alias="名称", description="报告封面上的单位名称")
    full_name: Text | None = Field(None, alias="全称")
    short_name: Text | None = Field(None, alias="简称", description="报告正文里的叫法，如 政务中心")
    region: Text | None = Field(None, alias="地区", description="默认随年度文件")
    code: Text | None = Field(None, alias="预算编码", description="保留前导零")
    nature: Text | None = Field(None, alias="性质", description="如：正科级事业单位，财政全额拨款")
    units: Count | None = Field(None, alias="预算单位数")
    founded: Date | None = Field(None, alias="设立时间")
    founding_documents: list[Text] | None = Field(None, alias="设立文号")
    source: Text | None = Field(None, alias="来源", description="数据取自哪份公开报告")


class Staff(Strict):
    """人员: establishment posts, and the people in and outside them."""

    posts: PeopleLedger | None = Field(None, alias="编制数", description="编办核定的编制")
    in_post: PeopleLedger | None = Field(
        None, alias="在职人员", description="编制内在职人数；借调、聘用、派遣不算"
    )
    outside_posts: PeopleLedger | None = Field(
        None, alias="编外人员", description="借调、聘用、派遣"
    )
    retired: PeopleLedger | None = Field(None, alias="离退休人员")
    total: PeopleLedger | None = Field(None, alias="人员总数", description="报告写明的全部人员")
    outside_posts_cost: Money | None = Field(None, alias="编外人员经费")


class BudgetLine(Strict):
    """A line with budget and actual, this year and last."""

    last_budget: Money | None = Field(None, alias="上年预算")
    last_actual: Money | None = Field(None, alias="上年支出", description="上年决算数")
    budget: Money | None = Field(None, alias="预算", description="本年预算数")
    actual: Money | None = Field(None, alias="支出", description="本年决算数")
    note: Markdown | None = Field(None, alias="说明")


class ThreePublic(Strict):
    """“三公”经费: 出国(境)费 + 公务用车购置及运行维护费 + 公务接待费, 财政拨款口径."""

    abroad: BudgetLine = Field(BudgetLine(), alias="因公出国（境）费")
    vehicle_purchase: BudgetLine = Field(BudgetLine(), alias="公务用车购置费")
    vehicle_running: BudgetLine = Field(BudgetLine(), alias="公务用车运行维护费")
    reception: BudgetLine = Field(BudgetLine(), alias="公务接待费")


class PublicExpense(BudgetLine):
    """公用经费, with the three lines the base-data table asks for."""

    office: BudgetLine = Field(BudgetLine(), alias="办公经费")
    utilities_travel: BudgetLine = Field(BudgetLine(), alias="水费电费差旅费")
    meeting_training: BudgetLine = Field(BudgetLine(), alias="会议费培训费")


class Execution(Strict):
    """预算执行: how the year's budget came about, in 万元."""

    carried_in: Money | None = Field(None, alias="上年结转")
    initial: Money | None = Field(None, alias="年初预算")
    supplement: SignedMoney | None = Field(None, alias="本年追加", description="追减写负数")
    left_over: Money | None = Field(None, alias="年末结余")


class Event(Strict):
    """A dated step of a project, with the document it produced."""

    date: Date | None = Field(None, alias="日期")
    document: Text | None = Field(None, alias="文号", description="按原文抄录")
    note: Text | None = Field(None, alias="说明")


class Project(Strict):
    """项目: one project from appraisal to delivery, in 万元."""

    appraised: Money | None = Field(None, alias="评审金额", description="财政评审预算金额")
    contract: Money | None = Field(None, alias="中标价")
    supplement: Money | None = Field(None, alias="追加", description="合同签订后的追加")
    funding: Money | None = Field(None, alias="资金", description="为项目安排的资金")
    steps: dict[Name, Event] | None = Field(None, alias="过程", description="按时间先后写")
    note: Markdown | None = Field(None, alias="说明")


class OverspendReason(Strict):
    """A reason the department gives for overspending, and the amount it stands for."""

    amount: Money = Field(alias="金额")
    # Its name may turn out to be saved: that is said, not refused.
    overspend: SignedMoney | None = Field(
        None, alias="对应超支", description="它要解释的超支，写 =名称"
    )
    people: Quantity | None = Field(None, alias="人数")


class RunningCost(Strict):
    """运行费用: a running cost with the part that no budget covered."""

    budget: Money | None = Field(None, alias="预算")
    actual: Money | None = Field(None, alias="支出")
    unbudgeted: MoneyLedger | None = Field(
        None, alias="未列入预算", description="超支中已说明的部分"
    )
    area: Area | None = Field(None, alias="面积")


class Volume(Strict):
    """业务量: how much work was done."""

    unit: Text = Field(alias="单位", description="件、次、家、%……")
    this_year: QuantityLedger = Field(alias="本年")
    last_year: QuantityLedger | None = Field(None, alias="上年")
    target: QuantityLedger | None = Field(None, alias="目标")


class Procurement(Strict):
    """政府采购, in 万元."""

    budget: Money | None = Field(None, alias="预算")
    actual: Money | None = Field(None, alias="实际")
    last_actual: Money | None = Field(None, alias="上年实际")


class Buildings(Strict):
    """楼堂馆所: new buildings completed in the year."""

    any_built: YesNo | None = Field(None, alias="有新建项目", description="当年有无完工的楼堂馆所")
    approved_area: Area | None = Field(None, alias="批准面积")
    actual_area: Area | None = Field(None, alias="实际面积")
    approved_cost: Money | None = Field(None, alias="批准投资")
    actual_cost: Money | None = Field(None, alias="实际投资")


class Narratives(Strict):
    """叙述: the report's prose by section; Markdown with `{{ 名称 }}` for figures."""

    overview: Markdown | None = Field(None, alias="概述")
    organisation: Markdown | None = Field(None, alias="机构设置")
    staff: Markdown | None = Field(None, alias="人员情况")
    management: Markdown | None = Field(None, alias="管理状况")
    income: Markdown | None = Field(None, alias="收入说明")
    expenditure: Markdown | None = Field(None, alias="支出说明")
    basic_management: Markdown | None = Field(None, alias="基本支出管理")
    overspend: Markdown | None = Field(None, alias="超支说明")
    three_public: Markdown | None = Field(None, alias="三公经费说明")
    performance: Markdown | None = Field(None, alias="绩效概述")
    economy: Markdown | None = Field(None, alias="经济性")
    efficiency: Markdown | None = Field(None, alias="效率性和有效性")
    satisfaction: Markdown | None = Field(None, alias="满意度")


class SignOff(Strict):
    """落款: when and by whom."""

    date: Date | None = Field(None, alias="日期")
    printed: Text | None = Field(None, alias="原文", description="公布的报告上印的日期，按原文抄录")
    prepared_by: Text | None = Field(None, alias="填表人")
    responsible: Text | None = Field(None, alias="负责人")


def _difference(amount: Amount) -> Amount:
    if amount.value is None:
        message = f"“{amount.text}”不是数"
        context = {"message": message, "hint": "照 govnb review 印出的差额写，如 6.05"}
        raise PydanticCustomError("govnb", "{message}", context)
    return amount


Said = Annotated[Amount, AmountOf(Kind("", negative=True)), AfterValidator(_difference)]


class Acknowledgement(Strict):
    """已说明: the department's explanation of one finding of the review."""

    finding: Text = Field(alias="编号", description="复核发现的编号，照 govnb review 印出的写")
    explanation: Text = Field(alias="说明")
    by: Text = Field(alias="说明人")
    date: Date = Field(alias="日期")
    difference: Said | None = Field(
        None,
        alias="差额",
        description="说明时的差额，照 govnb review 印出的写；以后变了，说明不再算数",
    )


class Department(Strict):
    """One department, one year."""

    year: Year = Field(alias="年度")
    sample: YesNo | None = Field(None, alias="示例", description="虚构的部门和数据写 是")
    identity: Identity = Field(alias="部门")
    money_unit: MoneyUnit | None = Field(
        None, alias="金额单位", description="本文件金额的单位，默认随年度文件"
    )
    offices: list[Text] | None = Field(None, alias="内设机构")
    staff: Staff = Field(Staff(), alias="人员")
    duties: list[Markdown] | None = Field(None, alias="主要职责")
    systems: list[Markdown] | None = Field(None, alias="管理制度")
    income: MoneyLedger | None = Field(None, alias="收入")
    expenditure: MoneyLedger | None = Field(None, alias="支出")
    allocation: MoneyLedger | None = Field(
        None, alias="预算安排", description="与支出逐项对应的预算，项目名称与支出相同"
    )
    execution: Execution = Field(Execution(), alias="预算执行")
    projects: dict[Name, Project] = Field({}, alias="项目")
    project_lines: dict[Name, dict[Name, BudgetLine]] = Field(
        {}, alias="项目支出", description="业务工作专项、运行维护专项，逐项列"
    )
    three_public: ThreePublic = Field(ThreePublic(), alias="三公经费")
    public_expense: PublicExpense = Field(PublicExpense(), alias="公用经费")
    procurement: Procurement = Field(Procurement(), alias="政府采购")
    buildings: Buildings = Field(Buildings(), alias="楼堂馆所")
    overspend_reasons: dict[Name, OverspendReason] = Field({}, alias="超支原因")
    running_costs: dict[Name, RunningCost] = Field({}, alias="运行费用")
    volumes: dict[Name, Volume] = Field({}, alias="业务量")
    frugality: Markdown | None = Field(None, alias="厉行节约措施")
    narratives: Narratives = Field(Narratives(), alias="叙述")
    honours: list[Markdown] | None = Field(None, alias="荣誉")
    problems: list[Markdown] | None = Field(None, alias="存在问题")
    measures: list[Markdown] | None = Field(None, alias="改进措施")
    lists: dict[Name, list[Markdown]] = Field(
        {}, alias="清单", description="其他要计数或引用的列举"
    )
    sign_off: SignOff = Field(SignOff(), alias="落款")
    evidence: dict[Name, EvidenceOf] = Field(
        {}, alias="评分依据", description="指标体系要的事实和佐证，键是指标名称"
    )
    targets: dict[Name, TargetOf] = Field(
        {}, alias="绩效指标", description="自评表的各条绩效指标：年度指标值、实际完成值、分值"
    )
    published: dict[str, Published] = Field(
        {}, alias="公布数", description="公布的报告所印的数，键是指标名称，与重算的数核对"
    )
    # A tuple, not a list: a list of the file becomes a figure that counts it.
    acknowledged: tuple[Acknowledgement, ...] = Field(
        (), alias="已说明", description="部门已说明原因的复核发现，说明后不再算未通过"
    )

    @property
    def is_sample(self) -> bool:
        """Whether the department and its data are made up (示例)."""
        return self.sample == "是"
