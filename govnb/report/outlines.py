"""The outlines (体例) of a report: which sections stand in which order, under which headings.

A section of the notebook begins at the cell that carries its tag (`节:三公`); what an outline
doesn't name stays where it is, behind what it names. 叙述体 is the order of the notebook itself.
"""

from __future__ import annotations

from govnb.sheet.department import Department
from govnb.text.number import TO_FILL

TAG = "节:"
FORM, BY_TABLES = "绩效自评表", "表格体"
# The years whose reports are told; later ones are self-evaluations.
_LAST_TOLD = 2018
Outline = tuple[tuple[str, str], ...]

# 基本情况, 收支, 使用, 绩效, 问题, 措施: as reports are since 中发〔2018〕34号.
_SELF_EVALUATION: Outline = (
    ("概况", "部门（单位）基本情况"), ("机构", ""), ("人员", ""), ("职责", ""), ("管理", ""),
    ("规模", "部门预算收支情况"), ("收入", ""), ("支出", ""), ("对照", ""),
    ("使用", "支出管理和使用情况"), ("基本支出", "基本支出情况"), ("三公", "“三公”经费情况"),
    ("项目", ""), ("专项", ""),
    ("绩效", "部门整体支出绩效情况"), ("经济性", "预算执行和资金使用效益"),
    ("效率性", "履职产出和效果"), ("满意度", "社会公众和服务对象满意度"),
    ("问题", "存在的问题及原因分析"), ("改进", "下一步改进措施"), ("落款", ""),
)  # fmt: skip
# Section, and the heading it gets; none keeps the notebook's.
OUTLINES: dict[str, Outline] = {
    "叙述体": (),
    "自评体": _SELF_EVALUATION,
    # The form first; what is known besides follows it.
    BY_TABLES: ((FORM, FORM), *_SELF_EVALUATION),
}


def outline_of(department: Department) -> str:
    """Return the outline a file asks for, or the one that fits its year and what it has."""
    if department.outline:
        return str(department.outline)
    told = department.narratives != type(department.narratives)() or department.duties
    kept = told or department.income or department.expenditure or department.problems
    form = department.targets or department.self_evaluation.money
    if form and not kept and department.unsaid != TO_FILL:
        return BY_TABLES
    return "叙述体" if (department.year.value or 0) <= _LAST_TOLD else "自评体"
