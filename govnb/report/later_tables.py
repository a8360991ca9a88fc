"""Tables of reports after 2018: other years, other divisions, the self-evaluation form.

Each is None where the file has nothing of the kind, and what one cell of it lacks stays blank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from govnb.report.sheet import Sheet
from govnb.report.tables import Cell, Row, Table
from govnb.sheet.evidence import Target
from govnb.sheet.figure import shown
from govnb.sheet.self_evaluation import SelfEvaluation

# What a department's whole year is called where its projects have forms of their own.
WHOLE = "整体支出"
# Of each line: last year, the first budget (the first known of several), the adjusted one, the
# accounts, what changed.
_YEARS = {
    "收入": ("上年收入", "收入预算", "", "收入", "收入.上年增减", "收入.上年增减率"),
    "支出": (
        "上年支出", "预算安排、预算执行.年初预算", "预算执行.调整后预算", "支出",
        "支出.上年增减", "支出.上年增减率",
    ),
    "财政拨款支出": ("财政拨款.上年支出", "财政拨款.年初预算", "", "财政拨款.支出", "", ""),
    "公用经费": (
        "公用经费.上年支出", "公用经费.预算", "", "公用经费.支出", "公用经费.上年增减",
        "公用经费.上年增减率",
    ),
    "“三公”经费": (
        "三公经费.上年支出", "三公经费.预算", "", "三公经费.支出", "三公经费.上年增减",
        "三公经费.上年增减率",
    ),
}  # fmt: skip


def _is_known(sheet: Sheet, *names: str) -> bool:
    """Tell whether at least one of these figures is known."""
    return any(name in sheet.figures and sheet.figures[name].value is not None for name in names)


def _cell(sheet: Sheet, *names: str) -> Cell:
    """Return the first figure that is known, blank for none."""
    known = next((name for name in names if name and _is_known(sheet, name)), None)
    return sheet.cell(known) if known else Cell("")


def years(sheet: Sheet) -> Table | None:
    """Return last year, budget and accounts side by side, with what changed."""
    if not _is_known(sheet, "上年收入", "上年支出", "收入预算", "财政拨款.上年支出"):
        return None
    rows = [
        Row((Cell(what), *(_cell(sheet, *name.split("、")) for name in names)))
        for what, names in _YEARS.items()
        if _is_known(sheet, *"、".join(names).split("、"))
    ]
    columns = ("项目", "上年决算", "年初预算", "调整后预算", "本年决算", "比上年增减", "增减率")
    return sheet.table("收支对照", "预算、决算与上年对照", columns, rows)


def divisions(sheet: Sheet) -> Table | None:
    """Return the other divisions of the same expenditure, budget and accounts."""
    department, rows = sheet.inputs.department, list[Row]()

    def add(path: str, level: int) -> None:
        names = (f"预算分类.{path}", f"支出分类.{path}", f"支出分类.{path}.占比")
        label = path.rpartition(".")[2] if level else "合计"
        rows.append(Row((Cell(label), *(_cell(sheet, name) for name in names)), level))
        below = [c.name for top in names[:2] for c in sheet.figures.children(top)]
        for inner in dict.fromkeys(name.partition(".")[2] for name in below):
            add(inner, level + 1)

    for kind in dict.fromkeys([*department.spent_by, *department.planned_by]):
        rows.append(Row((Cell(kind), *(Cell("") for _ in range(3))), 0, "group"))
        add(kind, 0)
    columns = ("科目", "年初预算", "决算", "占合计")
    if not rows:
        return None
    partial = [kind for kind, node in department.spent_by.items() if node.partial == "是"]
    notes = (f"{'、'.join(partial)}只列其中几项，合计是写明的总额。",) if partial else ()
    return replace(sheet.table("支出分类", "支出的几种分法", columns, rows), notes=notes)


def appropriation(sheet: Sheet) -> Table | None:
    """Return 财政拨款 with a column for each of the budgets it comes from."""
    tops = [f"财政拨款.{item}" for item in ("年初结转", "年初预算", "收入", "支出", "年末结转")]
    if not _is_known(sheet, *tops):
        return None
    sums = "财政拨款.支出.分类合计."
    parts = [c.name for top in tops if "支出" not in top for c in sheet.figures.children(top)]
    parts += [n for n in sheet.figures if n.startswith(sums) and n.count(".") == sums.count(".")]
    budgets = tuple(dict.fromkeys(name.rpartition(".")[2] for name in parts))
    rows: list[Row] = []
    for top in tops:
        cross = f"{top}.分类合计" if _is_known(sheet, *(f"{sums}{b}" for b in budgets)) else top
        inside = cross if top.endswith("支出") else top
        cells = [_cell(sheet, name) for name in (top, *(f"{inside}.{b}" for b in budgets))]
        rows.append(Row((Cell(top.partition(".")[2]), *cells)))
        for account in sheet.figures.children(top) if inside != top else ():
            names = (account.name, *(f"{account.name}.{b}" for b in budgets))
            label = Cell(account.name.rpartition(".")[2])
            rows.append(Row((label, *(_cell(sheet, name) for name in names)), 1))
    columns = ("项目", "合计", *budgets)
    return sheet.table("财政拨款", "财政拨款收入支出", columns, rows)


def people(sheet: Sheet) -> Table | None:
    """Return posts and people unit by unit."""
    units = list(sheet.inputs.department.staff.by_unit)
    fields = ("编制数", "在职人员", "编外人员", "离退休人员")
    stated = [f for f in fields if _is_known(sheet, *(f"人员.按单位.{u}.{f}" for u in units))]
    if not stated:
        return None
    rows = [
        Row((Cell(unit), *(_cell(sheet, f"人员.按单位.{unit}.{f}") for f in stated)))
        for unit in units
    ]
    rows.append(Row((Cell("合计"), *(_cell(sheet, f"人员.{f}") for f in stated)), 0, "total"))
    table = sheet.table("人员按单位", "各单位人员情况", ("单位", *stated), rows)
    return replace(table, unit="人")


def _forms(sheet: Sheet) -> Iterator[tuple[str, str, SelfEvaluation, Mapping[str, Target]]]:
    """Yield each self-evaluation form: its title, where its figures are, it, its indicators."""
    department = sheet.inputs.department
    yield WHOLE, "", department.self_evaluation, department.targets
    for name, project in department.projects.items():
        if project.form is not None:
            yield name, f"项目.{name}.自评表.", project.form, project.form.targets


def _under(title: str, rows: list[Row], columns: int) -> list[Row]:
    blanks = (Cell("") for _ in range(columns - 1))
    return [Row((Cell(title), *blanks), 0, "group"), *rows] if rows else []


def form_money(sheet: Sheet) -> Table | None:
    """Return the money block of each form: budget, accounts, full marks, rate, points."""
    columns = ("资金（万元）", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
    rows: list[Row] = []
    for title, at, form, _ in _forms(sheet):
        base, block = at or "自评表.", []
        for n, line in enumerate(form.money):
            path = f"{base}资金.{line}"
            names = [f"{path}.{c}" for c in (*columns[1:4], "执行率")]
            first, adjusted, spent, rate = (_cell(sheet, name) for name in names)
            weight = _cell(sheet, f"{base}执行率分值") if form.weight else Cell("10")
            own = [weight, _cell(sheet, f"{base}执行率得分")] if n == 0 else [Cell("—")] * 2
            block.append(Row((Cell(line), first, adjusted, spent, own[0], rate, own[1]), min(n, 1)))
        rows += _under(title, block, len(columns))
    if not rows:
        return None
    columns = (f"资金（{sheet.money_unit}）", *columns[1:])
    return replace(sheet.table("自评表资金", "绩效自评表：预算执行情况", columns, rows), unit="")


def form_goals(sheet: Sheet) -> Table | None:
    """Return what each form meant to reach in the year, and what was reached."""
    columns, rows = ("年度总体目标", "预期目标", "实际完成情况"), list[Row]()
    for title, _, form, _ in _forms(sheet):
        block = [
            Row((Cell(name), Cell(str(goal.wanted or "")), Cell(str(goal.reached or ""))))
            for name, goal in form.goals.items()
        ]
        rows += _under(title, block, len(columns))
    if not rows:
        return None
    table = sheet.table("年度目标", "绩效自评表：年度总体目标", columns, rows)
    return replace(table, unit="", text_columns=frozenset({0, 1, 2}))


def form_indicators(sheet: Sheet) -> Table | None:
    """Return each form's tree of indicators, as the ministry's form has its columns."""
    columns = (
        "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分",
        "偏差原因及改进措施",
    )  # fmt: skip
    rows: list[Row] = []
    for title, at, _, targets in _forms(sheet):
        block, above = list[Row](), ("", "")
        for name, target in targets.items():
            groups = (str(target.group), str(target.subgroup or ""))
            same = [groups[0] == above[0], groups == above]
            above = groups
            said = [Cell("" if again else text) for text, again in zip(groups, same, strict=True)]
            goal = str(target.wanted or (target.target.text if target.target else ""))
            done = target.done or (target.actual.text if target.actual else target.state)
            why = "；".join(str(t).rstrip("。") for t in (target.shortfall, target.remedy) if t)
            points = [_plain(sheet, f"{at}绩效指标.{name}.{f}") for f in ("分值", "公布得分")]
            words = [Cell(name), Cell(goal), Cell(str(done or ""))]
            block.append(Row((*said, *words, *points, Cell(why))))
        rows += _under(title, block, len(columns))
    if not rows:
        return None
    table = sheet.table("绩效指标", "绩效自评表：绩效指标", columns, rows)
    return replace(table, unit="", text_columns=frozenset({0, 1, 2, 3, 4, 7}))


def _plain(sheet: Sheet, name: str) -> Cell:
    """Return points as they were typed: 9.5, 10."""
    cell = _cell(sheet, name)
    return replace(cell, text=shown(sheet.figures[name])) if cell.figure else cell


LATER: dict[str, Callable[[Sheet], Table | None]] = {
    "各单位人员": people,
    "收支对照": years,
    "支出分类": divisions,
    "财政拨款": appropriation,
    "自评表资金": form_money,
    "年度目标": form_goals,
    "绩效指标": form_indicators,
}
