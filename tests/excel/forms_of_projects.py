"""Self-evaluation forms as they are published: merged heads, blocks, blank rows at the end."""

from __future__ import annotations

from tests.excel.books import Rows

WHY = "偏差原因分析及改进措施"
NATIONAL_MERGED = (
    "A1:I1 A2:I2 A3:B3 C3:I3 A4:B4 C4:E4 F4:G4 H4:I4 A5:A9 B5:C5 B6:C6 B7:C7 B8:C8 B9:C9"
    " A10:A11 B10:E10 F10:I10 B11:E11 F11:I11 A12:A20 B13:B16 C13:C14 B18:B20 C18:C20 A21:F21"
    " A22:I22"
)
SICHUAN_MERGED = (
    "A1:K1 A2:B2 C2:E2 F2:G2 H2:K2 A3:B3 C3:E3 F3:G3 H3:K3 A4:A6 B4:C4 B5:C5 B6:C6 A7:A11 B8:B9"
    " A12:H12"
)


def national(name: str = "饮水安全", title: str = "项目支出绩效自评表", unit: str = "万元") -> Rows:
    """Return the national form (财预〔2020〕10号), 2023."""
    return [
        [title],
        ["（2023年度）"],
        ["项目名称", None, name],
        ["主管部门", None, "某局", None, None, "实施单位", None, "工程队"],
        [f"项目资金\n（{unit}）", None, None, "年初预算数", "全年预算数（A）", "全年执行数（B）",
         "分值", "执行率（B/A）", "得分"],
        [None, "年度资金总额", None, 880, 900, 855, 10, "95%", 9.5],
        [None, "其中：当年财政拨款", None, 880, 880, 835, "—", None, "—"],
        [None, "上年结转资金", None, 0, 20, 20, "—", None, "—"],
        [None, "其他资金", None, None, None, None, "—", None, "—"],
        ["年度总体目标", "预期目标", None, None, None, "实际完成情况"],
        [None, "完成12处工程。", None, None, None, "完成12处。"],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分",
         WHY],
        [None, "产出指标\n（50分）", "数量指标", "指标1：新建工程", ">=12处", "12处", 20, 20, None],
        [None, None, None, "管网长度", "≥35公里", "33公里", 10, 9.43, "管材到货晚"],
        [None, None, "质量指标", "验收合格率", "≥95%", "96%", 10, 10, None],
        [None, None, "时效指标", "完工时间", "9月底前", "8月", 10, 10, "无"],
        [None, "效益指标（30分）", "社会效益指标", "受益群众", "有效改善", "有效改善", 30, 30],
        [None, "满意度指标", "服务对象满意度指标", "群众满意度", "≥90%", "92%", 10, 10, None],
        [None, None, None, "指标2：", None, None, None, None, None],
        [None, None, None, "……", None, None, None, None, None],
        ["总分", None, None, None, None, None, 100, 98.93, None],
        ["填表人：张三　联系电话：12345678"],
    ]  # fmt: skip


def sichuan(name: str = "法律服务") -> Rows:
    """Return the form of 四川 2023: a sign and a unit each in a column of its own."""
    return [
        ["项目支出绩效自评表（2023年度）"],
        ["项目名称", None, name, None, None, "项目编码", None, "51000022T000000123456"],
        ["主管部门", None, "某局", None, None, "实施单位", None, "某局"],
        ["项目预算执行情况（万元）", None, None, "年初预算数", "调整后预算数", "预算执行数",
         "执行率", "权重", "得分", "未完成原因"],
        [None, "总额", None, 20, 18, 16, "88.89%", 10, 8.89, "部分合同跨年付款"],
        [None, "其中：财政资金", None, 20, 18, 16, None, None, None, None],
        ["年度目标完成情况", "一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位",
         "实际完成值", "权重", "得分", "未完成原因"],
        [None, "产出指标", "数量指标", "接待咨询", "≥", 1200, "人次", 1350, 22.5, 22.5, None],
        [None, None, "质量指标", "办结率", "＝", 100, "%", 100, 22.5, 22.5, None],
        [None, "效益指标", "社会效益指标", "法治意识", "定性", "提升", None, "提升", 22.5, 22.5],
        [None, "满意度指标", "满意度指标", "群众满意度", "≥", 90, "%", 95, 22.5, 22.5, None],
        ["合计", None, None, None, None, None, None, None, 100, 98.89, None],
    ]  # fmt: skip


def older_sichuan(name: str = "巡回法庭") -> Rows:
    """Return the form of 四川 until 2022: each amount behind its label, not under a head."""
    return [
        ["项目支出绩效自评表"],
        ["（2023年度）"],
        ["项目名称", None, name],
        ["主管部门及代码", None, "128-某局", None, "实施单位", None, "某局"],
        ["项目预算执行情况（万元）", "预算数", "100", None, "执行数", 90],
        [None, "其中：财政拨款", 80, None, "其中：财政拨款", 75.5],
        [None, "其他资金", 20, None, "其他资金", 14.5],
        ["年度总体目标", "预期目标", None, None, "实际完成情况"],
        [None, "办结200件。", None, None, "办结210件。"],
        [
            "绩效指标",
            "一级指标",
            "二级指标",
            "三级指标",
            "预期指标值",
            "实际完成值",
            "分值",
            "得分",
        ],
        [None, "产出指标", "数量指标", "办结件数", "≥200件", "210件", 80, 80],
        [None, "满意度指标", "满意度指标", "满意度指标", "≥90%", "95%", 10, 10],
    ]


def hubei() -> Rows:
    """Return the form of 湖北: 执行 20 and indicators 80, each with its points behind its name."""
    return [
        ["2023年度项目支出绩效自评表"],
        ["单位名称：某局", None, None, None, None, None, "填报日期：2024年3月5日"],
        ["项目名称", "路灯维护"],
        ["主管部门", "某局", None, "项目实施单位", "路灯所"],
        ["预算执行情况（万元）（20分）", None, None, "预算数（A）", "执行数（B）", "执行率（B/A）",
         "得分（20分*执行率）"],
        [None, "年度财政资金总额", None, 100, 80, "80%", 16],
        ["年度绩效目标1（80分）", "一级指标", "二级指标", "三级指标", "年初目标值（A）",
         "实际完成值（B）", "得分"],
        [None, "产出指标", "数量指标", "维护路灯数（30分）", "5000盏", "5200盏", 30],
        [None, None, "质量指标", "亮灯率（20分）", "≥98%", "97%", 14.5],
        [None, "效益指标", "社会效益指标", "夜间事故下降（20分）", "≥10%", "12%", 20],
        [None, "满意度指标", "满意度指标", "群众满意度（10分）", "≥90%", "92%", 10],
        ["总分", None, None, None, None, None, 90.5],
    ]  # fmt: skip
