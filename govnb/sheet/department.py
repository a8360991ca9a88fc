"""What an accountant states about one department in one year: the parameter file.

Keys are the words of the report. Every field whose value is a number, a date or a list becomes
a figure named by its path of keys (`三公经费.公务接待费.支出`), addressable everywhere at once.
"""

from typing import Annotated, Any

from pydantic import model_validator

from govnb.sheet.evidence import EvidenceOf, TargetOf, of_year
from govnb.sheet.fields import key
from govnb.sheet.imported import ImportedCell, ImportedFile
from govnb.sheet.in_year import (
    Adjustments,
    CarryOver,
    Component,
    MonitoredTarget,
    Monitoring,
    Month,
    MonthlyLine,
    ThreePublicMonth,
)
from govnb.sheet.published import Published
from govnb.sheet.self_evaluation import ProjectEvaluations, ProjectForm, SelfEvaluation
from govnb.text.number import TO_FILL, UNKNOWN
from govnb.text.section import (
    MoneyLedger,
    Name,
    PeopleLedger,
    QuantityLedger,
    SignedLedger,
    Strict,
)
from govnb.text.values import (
    Amount,
    AmountOf,
    Area,
    Batches,
    Count,
    Date,
    Guests,
    Kind,
    Markdown,
    Money,
    MoneyUnit,
    People,
    Quantity,
    SignedMoney,
    StatedDate,
    Text,
    TextOf,
    Year,
    YesNo,
    stated,
)
from govnb.text.yaml_text import Mapping, Scalar, scalar


class Identity(Strict):
    """部门: who reports."""

    name: Text = key("名称", "报告封面上的单位名称", ...)
    full_name: Text | None = key("全称")
    short_name: Text | None = key("简称", "报告正文里的叫法，如 政务中心")
    region: Text | None = key("地区", "默认随年度文件")
    code: Text | None = key("预算编码", "保留前导零")
    parent: Text | None = key("主管部门", "学校、医院、中心等所属的部门")
    method: Text | None = key("评价方式", "单位自评、部门评价、财政评价……")
    evaluator: Text | None = key("评价机构", "受托评价的机构")
    grade: Text | None = of_year("评价等级", "报告印的等级，如 优；评价得分写在 公布数")
    nature: Text | None = key("性质", "如：正科级事业单位，财政全额拨款")
    units: Count | None = key("预算单位数", lasting=True)
    offices: Count | None = key("内设机构数", "名单没有列全时写明的个数", lasting=True)
    founded: Date | None = key("设立时间", lasting=True)
    founding_documents: list[Text] | None = key("设立文号")
    source: Text | None = of_year("来源", "数据取自哪份公开报告")


class UnitStaff(Strict):
    """One unit's posts and people, of a department that gives them unit by unit."""

    posts: PeopleLedger | None = key("编制数")
    in_post: PeopleLedger | None = key("在职人员")
    outside_posts: PeopleLedger | None = key("编外人员")
    retired: PeopleLedger | None = key("离退休人员")
    total: People | None = key("人员总数")


class Staff(Strict):
    """人员: establishment posts, and the people in and outside them."""

    posts: PeopleLedger | None = key("编制数", "编办核定的编制")
    in_post: PeopleLedger | None = key("在职人员", "编制内在职人数；借调、聘用、派遣不算")
    outside_posts: PeopleLedger | None = key("编外人员", "借调、聘用、派遣")
    retired: PeopleLedger | None = key("离退休人员")
    total: PeopleLedger | None = key("人员总数", "报告写明的全部人员")
    scope: Text | None = key("总数口径", "人员总数算了哪些人，如 在职和遗属")
    by_unit: dict[Name, UnitStaff] = key(
        "按单位", "一个单位一行；上面各项没有写的，由各单位相加", {}
    )
    outside_posts_cost: Money | None = key("编外人员经费")


Groups = Annotated[Amount, AmountOf(Kind("个", ("个",), whole=True, what="团组数"))]
Vehicles = Annotated[Amount, AmountOf(Kind("辆", ("辆",), whole=True, what="车辆数"))]


class BudgetLine(Strict):
    """A line with budget and actual, this year and last."""

    last_budget: Money | None = key("上年预算")
    last_actual: Money | None = key("上年支出", "上年决算数")
    budget: Money | None = key("预算", "本年预算数", last_year="上年预算")
    actual: Money | None = key("支出", "本年决算数", last_year="上年支出")
    note: Markdown | None = of_year("说明")


class ThreePublic(BudgetLine):
    """“三公”经费: 出国(境)费 + 公务用车购置及运行维护费 + 公务接待费, 财政拨款口径.

    The totals are stated where the parts aren't, and computed from these otherwise.
    """

    abroad: BudgetLine = key("因公出国（境）费", default=BudgetLine())
    vehicles: BudgetLine = key(
        "公务用车购置及运行维护费", "购置和运行维护没有分开公布时写", BudgetLine()
    )
    vehicle_purchase: BudgetLine = key("公务用车购置费", default=BudgetLine())
    vehicle_running: BudgetLine = key("公务用车运行维护费", default=BudgetLine())
    reception: BudgetLine = key("公务接待费", default=BudgetLine())
    trips: Groups | None = key("因公出国（境）团组数", "个")
    travellers: People | None = key("因公出国（境）人数")
    cars_bought: Vehicles | None = key("公务用车购置数")
    cars: Vehicles | None = key("公务用车保有量", "年末的辆数")
    receptions: Batches | None = key("公务接待批次")
    guests: Guests | None = key("公务接待人次")


class PublicExpense(BudgetLine):
    """公用经费, with the three lines the base-data table asks for, and others."""

    office: BudgetLine = key("办公经费", default=BudgetLine())
    utilities_travel: BudgetLine = key("水费电费差旅费", default=BudgetLine())
    meeting_training: BudgetLine = key("会议费培训费", default=BudgetLine())
    others: dict[Name, BudgetLine] = key("分项", "另外列出的各项：会议费、培训费、劳务费……", {})


class Execution(Strict):
    """预算执行: how the year's budget came about, in 万元."""

    carried_in: SignedLedger | None = key("上年结转", "可写明细：基本支出结转、项目支出结转")
    initial: Money | None = key("年初预算", last_year="上年年初预算")
    supplement: SignedLedger | None = key("本年追加", "追减写负数")
    adjusted: Money | None = key(
        "调整后预算", "不写就是结转、年初、追加之和", last_year="上年调整后预算"
    )
    adjusted_alone: Money | None = key(
        "调整后预算不含结转", "报告的调整后预算没有算上年结转时写在这里"
    )
    received: Money | None = key("实际到位", "当年实际到位的资金")
    income: Money | None = key("决算收入", "本年收入合计，不含上年结转", last_year="上年决算收入")
    from_reserves: Money | None = key("使用非财政拨款结余", "旧称 用事业基金弥补收支差额")
    distributed: Money | None = key("结余分配")
    left_over: SignedLedger | None = key(
        "年末结余", "可写明细：财政拨款、其他资金", last_year="上年结转"
    )
    last_initial: Money | None = key("上年年初预算")
    last_adjusted: Money | None = key("上年调整后预算")
    last_income: Money | None = key("上年决算收入")


class Appropriation(Strict):
    """财政拨款, of all four budgets together; parts are the budgets, or accounts across them."""

    carried_in: MoneyLedger | None = key("年初结转")
    budget: MoneyLedger | None = key("年初预算")
    income: MoneyLedger | None = key(
        "收入", "明细是一般公共预算、政府性基金预算等", last_year="上年收入"
    )
    expenditure: MoneyLedger | None = key(
        "支出", "功能科目各行、三本预算各列的写成交叉表", last_year="上年支出"
    )
    left_over: MoneyLedger | None = key("年末结转", last_year="年初结转")
    last_income: MoneyLedger | None = key("上年收入")
    last_expenditure: MoneyLedger | None = key("上年支出")


class ProjectTotal(BudgetLine):
    """项目支出总额: what the report states for all its projects, and for each kind of them."""

    incomplete: YesNo | None = key(
        "没有列全", "项目支出里没有列出全部项目写 是；没有写的总额就印 未公布"
    )
    kinds: dict[Name, BudgetLine] = key("分类", "各类项目写明的总额", {})

    @model_validator(mode="before")
    @classmethod
    def _unknown_rest(cls, data: Any) -> Any:
        """Of a list that isn't complete, the sum of what is listed is no total."""
        if isinstance(data, Mapping) and str(data.get("没有列全", "")).strip() == "是":
            for name in ("上年预算", "上年支出", "预算", "支出"):
                if name not in data:
                    data.put(name, scalar(UNKNOWN, data.place))
        return data


class Event(Strict):
    """A dated step of a project, with the document it produced."""

    date: Date | None = key("日期")
    document: Text | None = of_year("文号", "按原文抄录")
    note: Text | None = of_year("说明")


class Project(Strict):
    """项目: one project from appraisal to delivery, in 万元."""

    appraised: Money | None = key("评审金额", "财政评审预算金额")
    contract: Money | None = key("中标价")
    supplement: Money | None = key("追加", "合同签订后的追加")
    invested: Money | None = key("总投资", "批准或计划的总投资")
    funding: MoneyLedger | None = key("资金", "为项目安排的资金；可写明细：中央、省、县……")
    received: Money | None = key("到位", "到位的资金")
    spent: Money | None = key("支出", "已经支付的资金")
    steps: dict[Name, Event] | None = key("过程", "按时间先后写")
    form: ProjectForm | None = key("自评表", "项目支出绩效自评表")
    note: Markdown | None = of_year("说明")


class OverspendReason(Strict):
    """A reason the department gives for overspending, and the amount it stands for."""

    amount: Money = key("金额", default=...)
    # Its name may turn out to be saved: that is said, not refused.
    overspend: SignedMoney | None = key("对应超支", "它要解释的超支，写 =名称")
    people: Quantity | None = key("人数")


class RunningCost(Strict):
    """运行费用: a running cost with the part that no budget covered."""

    budget: Money | None = key("预算")
    actual: Money | None = key("支出")
    unbudgeted: MoneyLedger | None = key("未列入预算", "超支中已说明的部分")
    area: Area | None = key("面积")


class Volume(Strict):
    """业务量: how much work was done."""

    unit: Text = key("单位", "件、次、家、%……", ...)
    this_year: QuantityLedger = key("本年", default=..., last_year="上年")
    last_year: QuantityLedger | None = key("上年")
    target: QuantityLedger | None = key("目标")


class Procurement(Strict):
    """政府采购, in 万元."""

    budget: MoneyLedger | None = key("预算", "可写明细：货物、工程、服务")
    actual: MoneyLedger | None = key("实际", last_year="上年实际")
    last_actual: MoneyLedger | None = key("上年实际")
    to_small_firms: Money | None = key("授予中小企业", "授予中小企业的合同金额")
    to_smallest_firms: Money | None = key("授予小微企业", "其中授予小微企业的")


class Buildings(Strict):
    """楼堂馆所: new buildings completed in the year."""

    any_built: YesNo | None = key("有新建项目", "当年有无完工的楼堂馆所")
    approved_area: Area | None = key("批准面积")
    actual_area: Area | None = key("实际面积")
    approved_cost: Money | None = key("批准投资")
    actual_cost: Money | None = key("实际投资")


class Narratives(Strict):
    """叙述: the report's prose by section; Markdown with `{{ 名称 }}` for figures."""

    overview: Markdown | None = key("概述")
    organisation: Markdown | None = key("机构设置")
    staff: Markdown | None = key("人员情况")
    management: Markdown | None = key("管理状况")
    income: Markdown | None = of_year("收入说明")
    expenditure: Markdown | None = of_year("支出说明")
    basic_management: Markdown | None = key("基本支出管理")
    overspend: Markdown | None = of_year("超支说明")
    three_public: Markdown | None = of_year("三公经费说明")
    performance: Markdown | None = key("绩效概述")
    economy: Markdown | None = key("经济性")
    efficiency: Markdown | None = key("效率性和有效性")
    satisfaction: Markdown | None = key("满意度")


class SignOff(Strict):
    """落款: when and by whom."""

    date: Date | None = key("日期")
    printed: Text | None = key("原文", "公布的报告上印的日期，按原文抄录")
    prepared_by: Text | None = key("填表人")
    responsible: Text | None = key("负责人")
    contact: Text | None = key("联系人")
    telephone: Text | None = key("联系电话")


_PRINTED = stated("“{}”不是数", "照 govnb review 印出的差额写，如 6.05")
Said = Annotated[Amount, AmountOf(Kind("", negative=True)), _PRINTED]


class Acknowledgement(Strict):
    """已说明: the department's explanation of one finding of the review."""

    finding: Text = key("编号", "复核发现的编号，照 govnb review 印出的写", ...)
    explanation: Text = key("说明", default=...)
    by: Text = key("说明人", default=...)
    date: StatedDate = key("日期", default=...)
    difference: Said | None = key(
        "差额", "说明时的差额，照 govnb review 印出的写；以后变了，说明不再算数"
    )


DRAFT, TRANSCRIPT = "草稿", "转录"
Style = Annotated[Scalar, TextOf("体例", choices=("叙述体", "自评体", "表格体"))]
Manuscript = Annotated[Scalar, TextOf("稿别", choices=(DRAFT, TRANSCRIPT))]


class Department(Strict):
    """One department, one year."""

    year: Year = key("年度", default=...)
    manuscript: Manuscript | None = key(
        "稿别",
        "草稿：本单位自己的报告，没有填的印（待填）；"
        "转录：抄录已公布的报告，没有的印 未公布。不写按转录",
        lasting=True,
    )
    outline: Style | None = key(
        "体例",
        "报告的章节：叙述体（2018 年及以前）、自评体（2019 年起）、表格体（自评表在前）；"
        "不写按年度和所填的内容",
        lasting=True,
    )
    sample: YesNo | None = of_year("示例", "虚构的部门和数据写 是")
    identity: Identity = key("部门", default=...)
    money_unit: MoneyUnit | None = key("金额单位", "本文件金额的单位，默认随年度文件", lasting=True)
    printed_unit: MoneyUnit | None = key(
        "报告单位", "报告里的金额一律印成 元、千元、万元或亿元；不写就按金额单位", lasting=True
    )
    rubric: Text | None = key("指标体系", "本部门另用的指标体系，默认随年度文件", lasting=True)
    offices: list[Text] | None = key("内设机构")
    staff: Staff = key("人员", default=Staff())
    duties: list[Markdown] | None = key("主要职责")
    systems: list[Markdown] | None = key("管理制度")
    income: MoneyLedger | None = key("收入", last_year="上年收入")
    income_budget: MoneyLedger | None = key(
        "收入预算", "年初预算的收入；只有预算的文件写它和预算安排、预算分类，不写收入、支出"
    )
    last_income: MoneyLedger | None = key("上年收入", "只有总数就写一个数")
    expenditure: MoneyLedger | None = key("支出", last_year="上年支出", by_account=True)
    last_expenditure: MoneyLedger | None = key("上年支出", "只有总数就写一个数")
    allocation: MoneyLedger | None = key(
        "预算安排", "与支出逐项对应的预算，项目名称与支出相同", by_account=True
    )
    spent_by: dict[Name, MoneyLedger] = key(
        "支出分类", "同一个支出的其他分法：功能分类、经济分类、支出性质……", {}
    )
    planned_by: dict[Name, MoneyLedger] = key(
        "预算分类", "年初预算的其他分法，键和明细的名称与支出分类相同", {}
    )
    appropriation: Appropriation = key("财政拨款", default=Appropriation())
    execution: Execution = key("预算执行", default=Execution())
    projects: dict[Name, Project] = key("项目", default={})
    project_lines: dict[Name, dict[Name, BudgetLine]] = key(
        "项目支出", "业务工作专项、运行维护专项，逐项列", {}
    )
    project_total: ProjectTotal = key(
        "项目支出总额", "项目支出没有逐项列全时写明的总额", ProjectTotal()
    )
    three_public: ThreePublic = key("三公经费", default=ThreePublic())
    public_expense: PublicExpense = key("公用经费", default=PublicExpense())
    procurement: Procurement = key("政府采购", default=Procurement())
    buildings: Buildings = key("楼堂馆所", default=Buildings())
    overspend_reasons: dict[Name, OverspendReason] = of_year("超支原因", default={})
    running_costs: dict[Name, RunningCost] = key("运行费用", default={})
    volumes: dict[Name, Volume] = key("业务量", default={})
    frugality: Markdown | None = key("厉行节约措施")
    narratives: Narratives = key("叙述", default=Narratives())
    honours: list[Markdown] | None = of_year("荣誉")
    problems: list[Markdown] | None = key("存在问题")
    measures: list[Markdown] | None = key("改进措施")
    lists: dict[Name, list[Markdown]] = key("清单", "其他要计数或引用的列举", {})
    list_counts: dict[Name, Count] = key("清单总数", "名单没有列全时写明的个数，键与清单相同", {})
    sign_off: SignOff = of_year("落款", default=SignOff())
    evidence: dict[Name, EvidenceOf] = of_year(
        "评分依据", "指标体系要的事实和佐证，键是指标名称", {}
    )
    targets: dict[Name, TargetOf] = key(
        "绩效指标", "自评表的各条绩效指标：年度指标值、实际完成值、分值", {}
    )
    self_evaluation: SelfEvaluation = key(
        "自评表", "整体支出绩效自评表的资金和年度目标", SelfEvaluation()
    )
    evaluated: ProjectEvaluations = key(
        "项目自评", "各项目自评表用哪一套指标体系、一共几个项目", ProjectEvaluations()
    )
    monitoring: Monitoring = key("监控", "执行监控怎样计算、怎样预警", Monitoring())
    # These five may stand in ledger files beside this one.
    monthly: dict[Name, MonthlyLine] = of_year("月度", "逐月执行，一个项目一段", {})
    adjustments: dict[Name, Adjustments] = of_year("预算调整", "键是项目", {})
    three_public_months: dict[Component, dict[Month, ThreePublicMonth]] = of_year(
        "三公台账", "“三公”经费逐月的支出", {}
    )
    carried_over: dict[Name, CarryOver] = of_year(
        "结转结余对账", "单位账面与财政指标逐项核对，键是项目", {}
    )
    monitored: dict[Name, dict[Month, dict[Name, MonitoredTarget]]] = of_year(
        "绩效监控", "项目: {月份: {指标: {…}}}，绩效运行监控表的指标", {}
    )
    breaks: dict[str, Text] = of_year(
        "口径变化",
        "本年起与上年不可比的。指标名称，或 全部: 原因，如合并、分设、由本级改为汇总",
        {},
    )
    published: dict[str, Published] = of_year(
        "公布数", "公布的报告所印的数，键是指标名称，与重算的数核对", {}
    )
    # A tuple, not a list: a list of the file becomes a figure that counts it.
    acknowledged: tuple[Acknowledgement, ...] = of_year(
        "已说明", "部门已说明原因的复核发现，说明后不再算未通过", ()
    )
    # What `govnb import` writes: official tables column by column, so that they can be held
    # against one another, and the cells that values came from.
    statements: dict[Name, dict[Name, SignedLedger]] = of_year(
        "报表", "导入的决算、预算报表：表名: {栏: 台账}，供勾稽", {}
    )
    imported: dict[str, ImportedCell] = of_year(
        "取自", "导入的数取自哪个工作簿、工作表、哪一格，键是指标名称", {}
    )
    sources: dict[str, ImportedFile] = of_year(
        "来源文件", "导入过的工作簿，govnb check 看它改没改过", {}
    )

    @property
    def unsaid(self) -> str:
        """What the report prints for what this file doesn't say."""
        return TO_FILL if self.manuscript == DRAFT else UNKNOWN

    @property
    def is_sample(self) -> bool:
        """Whether the department and its data are made up (示例)."""
        return self.sample == "是"

    @property
    def has_sample_ledgers(self) -> bool:
        """Whether the department is real, and the ledgers of its months are made up."""
        return not self.is_sample and self.monitoring.sample == "是"
