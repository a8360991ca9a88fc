"""The tables every report has: ledgers, budget against actual, 三公, volumes, the annexes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from govnb.evaluate.book import fill, matches
from govnb.evaluate.facts import LEFT_OUT
from govnb.evaluate.figure import Figures, default_label, shown
from govnb.inputs.read import Inputs
from govnb.inputs.values import MONEY_UNIT
from govnb.present.provenance import exact_text
from govnb.present.sentences import THREE_PUBLIC
from govnb.present.tables import Cell, Row, Table, figure_cell


@dataclass(frozen=True)
class Sheet:
    """What a table is made from: the files and the figures."""

    inputs: Inputs
    figures: Figures

    @property
    def source(self) -> str:
        """The file a table's numbers were stated in, and the report it was taken from."""
        stated = self.inputs.department.identity.source
        return f"{self.inputs.department_at.file}" + (f"（{stated}）" if stated else "")

    def term(self, name: str, default: str) -> str:
        """Return what the report calls a ledger."""
        title = self.figures.get(f"{name}.名称")
        return str(title.value) if title else default

    def published(self, *names: str) -> bool:
        """Tell whether at least one of these figures is known."""
        return any(name in self.figures and self.figures[name].value is not None for name in names)

    def cell(self, name: str | None, *, unit: bool = False) -> Cell:
        """Return the cell of a figure."""
        return figure_cell(self.figures, name, unit=unit)

    def table(self, name: str, caption: str, columns: tuple[str, ...], rows: list[Row]) -> Table:
        """Return a table in 万元 with this sheet's source."""
        return Table(
            name, caption, columns, tuple(rows), self.figures, self.source, unit=MONEY_UNIT
        )


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
        gap = sheet.figures.get(f"{node}.合计差额")
        if gap is not None and gap.number:
            stated, parts = sheet.figures[node], sheet.figures[f"{node}.分项之和"]
            notes.append(
                f"{term}写明{shown(stated)}，所列分项合计{shown(parts)}，相差{shown(gap)}。"
            )
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
                *(_cell_or_blank(sheet, f"{part}.{column}") for column in columns),
            )
        )
        for part in parts
    ]
    total = (sheet.cell(f"{name}.分类合计.{column}") for column in columns)
    rows.append(Row((Cell("合计"), sheet.cell(name), *total), 0, "total"))
    table = sheet.table(name, caption, ("机构", "合计", *columns), rows)
    return replace(table, sums=((len(parts), tuple(range(len(parts)))),))


def _cell_or_blank(sheet: Sheet, name: str) -> Cell:
    return sheet.cell(name) if name in sheet.figures else Cell("")


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
    totals = ("预算安排", "支出", "支出.差异合计", "支出.超支率", "支出.占比合计")
    whole = [sheet.cell(name) for name in totals]
    rows.append(Row((Cell("合计"), *whole), 0, "total"))
    columns = ("科目", "预算数", "决算数", "差异", "差异率", "占支出比重")
    table = sheet.table("支出", "支出预算与决算对照", columns, rows)
    return replace(table, sums=((len(parts), tuple(range(len(parts)))),))


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
    """Return business volumes, with last year and growth where both are known."""
    items = list(sheet.inputs.department.volumes)
    if not items:
        return None
    rows = [
        Row(
            (
                Cell(item),
                Cell(str(sheet.inputs.department.volumes[item].unit)),
                _cell_or_blank(sheet, f"业务量.{item}.上年"),
                sheet.cell(f"业务量.{item}.本年"),
                _cell_or_blank(sheet, f"业务量.{item}.增长率"),
            )
        )
        for item in items
    ]
    table = sheet.table("业务量", "主要业务量", ("事项", "单位", "上年", "本年", "增长率"), rows)
    return replace(table, unit="", text_columns=frozenset({0, 1}))


def running_costs(sheet: Sheet) -> Table | None:
    """Return each running cost: budget, actual, overspend, explained, unexplained."""
    items = list(sheet.inputs.department.running_costs)
    if not items:
        return None
    fields = ("预算", "支出", "超支", "超支率", "未列入预算", "未解释超支")
    rows = [
        Row((Cell(item), *(sheet.cell(f"运行费用.{item}.{f}") for f in fields))) for item in items
    ]
    columns = ("事项", "预算数", "支出数", "超支", "超支率", "其中未列入预算", "未解释")
    return sheet.table("运行费用", "运行费用", columns, rows)


def special_items(sheet: Sheet) -> Table | None:
    """Return the special items line by line with budget and actual."""
    groups = sheet.inputs.department.project_lines
    rows: list[Row] = []
    for group, lines in groups.items():
        rows.append(Row((Cell(group), Cell(""), Cell("")), 0, "group"))
        names = (f"项目支出.{group}.{line}" for line in lines)
        rows.extend(
            Row(
                (
                    Cell(name.rpartition(".")[2]),
                    sheet.cell(f"{name}.预算"),
                    sheet.cell(f"{name}.支出"),
                ),
                1,
            )
            for name in names
        )
    return sheet.table("项目支出", "专项经费", ("项目", "预算数", "决算数"), rows) if rows else None


def base_data(sheet: Sheet) -> Table:
    """Return the official base-data table (基础数据表) from the district's form."""
    rows = []
    for row in sheet.inputs.form.rows:
        for variables in matches(row.label, row.each, sheet.figures):
            names = (row.last_actual, row.budget, row.actual)
            cells = [sheet.cell(fill(n, variables) if n else None) for n in names]
            rows.append(Row((Cell(fill(row.label, variables)), *cells), int(row.level) - 1))
    columns = ("项目", "上年决算数", "本年预算数", "本年决算数")
    table = sheet.table("基础数据表", "部门整体支出绩效评价基础数据表", columns, rows)
    return replace(table, notes=(f"表式依据：{sheet.inputs.form.source}",), unit="万元、人、㎡")


def all_figures(sheet: Sheet) -> Table:
    """Return every figure with its formula and origin, unrounded.

    What the file leaves out altogether is named in a note: a row each would bury the rest.
    """
    left_out = [name for name, figure in sheet.figures.items() if figure.reason == LEFT_OUT]
    rows = [
        Row(
            (
                Cell(name if figure.label == default_label(name) else f"{name}（{figure.label}）"),
                Cell(exact_text(figure) if figure.value is not None else shown(figure)),
                Cell(figure.formula or "（填写）"),
                Cell(str(figure.place)),
            )
        )
        for name, figure in sheet.figures.items()
        if figure.reason != LEFT_OUT
    ]
    columns = ("指标（名称）", "数值", "公式", "出处")
    table = sheet.table("指标一览", "全部指标及其公式和出处", columns, rows)
    notes = (f"参数文件没有填、也就没有公布的：{'、'.join(left_out)}。",) if left_out else ()
    return replace(table, unit="", text_columns=frozenset({0, 2, 3}), notes=notes)


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
