"""The tables every report has: ledgers, budget against actual, 三公, volumes, the annexes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import takewhile

from govnb.present.annex_tables import all_figures, base_data
from govnb.present.sentences import THREE_PUBLIC
from govnb.present.sheet import Sheet, evened
from govnb.present.tables import Cell, Row, Table
from govnb.sheet.figure import shown


def ledger(sheet: Sheet, name: str, caption: str) -> Table | None:
    """Return a ledger as an indented table, or as a cross table when it has column totals."""
    if not sheet.figures.children(name):
        return None
    columns = [n for n in sheet.figures if n.startswith(f"{name}.分类合计.") and n.count(".") == 2]
    if columns:
        return _cross_table(sheet, name, caption, [n.rpartition(".")[2] for n in columns])
    rows: list[Row] = []
    sums: list[tuple[int, tuple[int, ...]]] = []
    notes: list[str] = []

    def add(node: str, level: int) -> int:
        index = len(rows)
        term = "合计" if level == 0 else node.rpartition(".")[2]
        children = sheet.figures.children(node)
        rows.append(Row((Cell(term), sheet.cell(node)), level, "total" if level == 0 else ""))
        notes.extend(sheet.gap_note(node, term))
        if children:
            sums.append((index, tuple([add(child.name, level + 1) for child in children])))
        return index

    add(name, 0)
    table = sheet.table(name, caption, ("项目", "金额"), rows)
    return replace(table, sums=tuple(sums), notes=tuple(notes))


def _cross_table(sheet: Sheet, name: str, caption: str, columns: list[str]) -> Table:
    parts = [part.name for part in sheet.figures.children(name)]
    rows = [
        Row(
            (
                Cell(part.rpartition(".")[2]),
                sheet.cell(part),
                *(sheet.cell_or_blank(f"{part}.{column}") for column in columns),
            )
        )
        for part in parts
    ]
    total = (sheet.cell(f"{name}.分类合计.{column}") for column in columns)
    rows.append(Row((Cell("合计"), sheet.cell(name), *total), 0, "total"))
    table = sheet.table(name, caption, ("机构", "合计", *columns), rows)
    nodes = [(name, "合计"), *((part, part.rpartition(".")[2]) for part in parts)]
    nodes += [(f"{name}.分类合计.{column}", column) for column in columns]
    notes = tuple(note for node, term in nodes for note in sheet.gap_note(node, term))
    return replace(table, sums=((len(parts), tuple(range(len(parts)))),), notes=notes)


def budget_and_actual(sheet: Sheet) -> Table | None:
    """Return expenditure by account: budget, actual, difference, share."""
    parts = [part.name for part in sheet.figures.children("支出")]
    if not parts:
        return None
    rows = [
        Row(
            (
                Cell(part.partition(".")[2]),
                sheet.cell(part.replace("支出.", "预算安排.", 1)),
                sheet.cell(part),
                sheet.cell(f"{part}.差异"),
                sheet.cell(f"{part}.差异率"),
                sheet.cell(f"{part}.占比"),
            )
        )
        for part in parts
    ]
    totals = ("预算安排", "支出", "支出.差异合计", "支出.差异合计率", "支出.占比合计")
    whole = [sheet.cell(name) for name in totals]
    rows.append(Row((Cell("合计"), *whole), 0, "total"))
    columns = ("科目", "预算数", "决算数", "差异", "差异率", "占支出比重")
    table = sheet.table("支出", "支出预算与决算对照", columns, rows)
    notes = (*sheet.gap_note("预算安排", "预算合计"), *sheet.gap_note("支出", "决算合计"))
    return replace(table, sums=((len(parts), tuple(range(len(parts)))),), notes=notes)


def three_public(sheet: Sheet) -> Table | None:
    """Return 三公经费: budget, actual, balance and control rate of each component."""
    fields = ("预算", "支出", "结余", "控制率")
    if not sheet.published(*(f"三公经费.{item}.{f}" for item in THREE_PUBLIC for f in fields)):
        return None
    rows = [
        Row((Cell(item), *(sheet.cell(f"三公经费.{item}.{f}") for f in fields)))
        for item in THREE_PUBLIC
    ]
    rows.append(Row((Cell("合计"), *(sheet.cell(f"三公经费.{f}") for f in fields)), 0, "total"))
    columns = ("项目", "预算数", "支出数", "结余（负数为超支）", "控制率")
    table = sheet.table("三公经费", "“三公”经费预算与支出", columns, rows)
    return replace(table, sums=((4, (0, 1, 2, 3)),))


def staff(sheet: Sheet) -> Table | None:
    """Return the establishment and the people, each ledger spelled out."""
    rows: list[Row] = []

    def add(node: str, level: int) -> None:
        rows.append(Row((Cell(node.rpartition(".")[2]), sheet.cell(node)), level))
        for child in sheet.figures.children(node):
            add(child.name, level + 1)

    for item in ("编制数", "在职人员", "编外人员", "离退休人员", "人员总数"):
        if sheet.figures[f"人员.{item}"].value is not None or sheet.figures.children(
            f"人员.{item}"
        ):
            add(f"人员.{item}", 0)
    if not rows:
        return None
    rows.append(Row((Cell("在职人员控制率"), sheet.cell("人员.在职人员控制率"))))
    return replace(sheet.table("人员", "机构人员情况", ("项目", "人数"), rows), unit="人")


def projects(sheet: Sheet) -> Table | None:
    """Return what is known of each project's price, one project a column."""
    items = list(sheet.inputs.department.projects)
    lines = ("评审金额", "中标价", "追加", "总价", "节约额", "节约率", "追加比例", "资金")
    rows = [
        Row((Cell(line), *(sheet.cell(f"项目.{item}.{line}") for item in items)))
        for line in lines
        if any(f"项目.{item}.{line}" in sheet.figures for item in items)
    ]
    return sheet.table("项目", "项目资金", ("项目", *items), rows) if rows else None


def volumes(sheet: Sheet) -> Table | None:
    """Return business volumes, with last year, target and growth where the file states them.

    A year is no volume of work, and what the report's own words tell stands there already, but
    where it can be compared.
    """
    every = list(sheet.inputs.department.volumes)
    items = [item for item in every if _is_work(sheet, item)] or every
    if not items:
        return None
    stated = [f for f in ("上年", "目标", "本年") if any(_has(sheet, item, f) for item in items)]
    rows = [
        Row((Cell(item), *(sheet.cell_or_blank(f"业务量.{item}.{f}") for f in stated)))
        for item in items
    ]
    # Each item counts in a unit of its own.
    rows = [
        Row((row.cells[0], Cell(_unit(sheet, item)), *row.cells[1:], _growth(sheet, item)))
        for item, row in zip(items, evened(rows, sheet.figures, lambda r, _: r), strict=True)
    ]
    columns = ("事项", "单位", *stated, "增长率")
    table = replace(sheet.table("业务量", "主要业务量", columns, []), rows=tuple(rows))
    return replace(table, unit="", text_columns=frozenset({0, 1}))


def _unit(sheet: Sheet, item: str) -> str:
    return str(sheet.inputs.department.volumes[item].unit)


def _has(sheet: Sheet, item: str, field: str) -> bool:
    return f"业务量.{item}.{field}" in sheet.figures


def _is_work(sheet: Sheet, item: str) -> bool:
    if _has(sheet, item, "上年") or _has(sheet, item, "目标"):
        return True
    told = any(name.startswith(f"业务量.{item}.") for name in sheet.told)
    return _unit(sheet, item) != "年" and not told


def _growth(sheet: Sheet, item: str) -> Cell:
    """Return the growth of a volume; that of a rate is a number of points."""
    if _unit(sheet, item) != "%" or not sheet.published(f"业务量.{item}.增量"):
        return sheet.cell_or_blank(f"业务量.{item}.增长率")
    points = sheet.figures[f"业务量.{item}.增量"]
    return Cell(shown(points), points.name, points.number, points.decimals)


def running_costs(sheet: Sheet) -> Table | None:
    """Return each running cost: budget, actual, overspend, and what no budget was made for."""
    items = list(sheet.inputs.department.running_costs)
    if not items:
        return None
    fields = ("预算", "支出", "超支", "超支率", "未列入预算")
    rows = [
        Row((Cell(item), *(sheet.cell(f"运行费用.{item}.{f}") for f in fields))) for item in items
    ]
    columns = ("事项", "预算数", "支出数", "超支", "超支率", "其中未列入预算")
    return sheet.table("运行费用", "运行费用", columns, rows)


def special_items(sheet: Sheet) -> Table | None:
    """Return the special items line by line with budget and actual, and their total."""
    rows: list[Row] = []
    parts: list[int] = []
    for group, lines in sheet.inputs.department.project_lines.items():
        rows.append(Row((Cell(group), Cell(""), Cell("")), 0, "group"))
        for line in lines:
            name = f"项目支出.{group}.{line}"
            parts.append(len(rows))
            rows.append(
                Row((Cell(line), sheet.cell(f"{name}.预算"), sheet.cell(f"{name}.支出")), 1)
            )
    if not parts:
        return None
    total = (sheet.cell("项目支出.预算合计"), sheet.cell("项目支出.支出合计"))
    rows.append(Row((Cell("合计"), *total), 0, "total"))
    table = sheet.table("项目支出", "专项经费", ("项目", "预算数", "决算数"), rows)
    notes = _taken_from(sheet, [f"{rows[n].cells[1].figure}" for n in parts])
    return replace(table, sums=((len(rows) - 1, tuple(parts)),), notes=notes)


def _taken_from(sheet: Sheet, lines: list[str]) -> tuple[str, ...]:
    """Return the note on the ledger node that the lines were all copied from, if it has one."""
    inputs = [sheet.figures[line].inputs for line in lines if line in sheet.figures]
    sources = [names[0].split(".") for names in inputs if len(names) == 1]
    if len(sources) < len(lines):
        return ()
    alike = takewhile(lambda steps: len(set(steps)) == 1, zip(*sources, strict=False))
    shared = [steps[0] for steps in alike]
    node = ".".join(shared)
    return sheet.gap_note(node, f"“{shared[-1]}”") if shared else ()


TABLES: dict[str, Callable[[Sheet], Table | None]] = {
    "人员": staff,
    "收入": lambda sheet: ledger(sheet, "收入", sheet.term("收入", "财政预算收入")),
    "支出": budget_and_actual,
    "支出明细": lambda sheet: ledger(sheet, "支出", "支出明细"),
    "项目": projects,
    "专项经费": special_items,
    "三公经费": three_public,
    "业务量": volumes,
    "运行费用": running_costs,
    "基础数据表": base_data,
    "指标一览": all_figures,
}
# Tables not every department has: one without them is not lacking anything.
SELDOM = frozenset({"专项经费", "项目", "运行费用"})
