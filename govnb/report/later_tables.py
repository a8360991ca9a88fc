"""Tables of reports after 2018: other years, other divisions, several budgets.

Each is None where the file has nothing of the kind, and what one cell of it lacks stays blank.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from govnb.report.sheet import Sheet
from govnb.report.tables import Cell, Row, Table

# Of each line: last year's budget, last year, the first budget (the first known of several), the
# adjusted one, the accounts, what changed.
_YEARS = {
    "收入": ("", "上年收入", "收入预算", "", "收入", "收入.上年增减", "收入.上年增减率"),
    "支出": (
        "预算执行.上年年初预算", "上年支出", "预算安排、预算执行.年初预算",
        "预算执行.调整后预算", "支出", "支出.上年增减", "支出.上年增减率",
    ),
    "财政拨款收入": ("", "财政拨款.上年收入", "", "", "财政拨款.收入", "", ""),
    "财政拨款支出": ("", "财政拨款.上年支出", "财政拨款.年初预算", "", "财政拨款.支出", "", ""),
    "公用经费": (
        "公用经费.上年预算", "公用经费.上年支出", "公用经费.预算", "", "公用经费.支出",
        "公用经费.上年增减", "公用经费.上年增减率",
    ),
    "“三公”经费": (
        "三公经费.上年预算", "三公经费.上年支出", "三公经费.预算", "", "三公经费.支出",
        "三公经费.上年增减", "三公经费.上年增减率",
    ),
}  # fmt: skip

# One of which there must be for the years to be compared.
_TWO_YEARS = (
    "上年收入", "上年支出", "预算执行.上年决算收入", "预算执行.上年年初预算", "收入预算",
    "财政拨款.上年支出", "财政拨款.上年收入",
)  # fmt: skip
# Where 收入 is the budget, and the accounts' income stands apart.
_INCOME = ("", "预算执行.上年决算收入", "收入预算", "", "预算执行.决算收入", "", "")


def _is_known(sheet: Sheet, *names: str) -> bool:
    """Tell whether at least one of these figures is known."""
    return any(name in sheet.figures and sheet.figures[name].value is not None for name in names)


def _cell(sheet: Sheet, *names: str) -> Cell:
    """Return the first figure that is known, blank for none."""
    known = next((name for name in names if name and _is_known(sheet, name)), None)
    return sheet.cell(known) if known else Cell("")


def _parts(sheet: Sheet, names: tuple[str, ...]) -> list[Row]:
    """Return a line's parts, where last year's or the budget of income has some."""
    _, last, budget, _, actual = (name.partition("、")[0] for name in names[:5])
    ledgers = ("", last, "收入预算" if budget == "收入预算" else "", "", actual)
    if not any(sheet.figures.children(name) for name in ledgers[:3] if name):
        return []
    below = (child.name for name in ledgers if name for child in sheet.figures.children(name))
    return [
        Row((Cell(part), *(_cell(sheet, f"{name}.{part}") for name in ledgers), *[Cell("")] * 2), 1)
        for part in dict.fromkeys(name.rpartition(".")[2] for name in below)
    ]


def _is_news(sheet: Sheet, row: Row) -> bool:
    """Tell whether a row says more than the ledger that stands above it by itself."""
    known = [cell.figure or "" for cell in row.cells if cell.value is not None]
    shown = {"收入" if _is_known(sheet, "收入") else "收入预算", "支出", "预算安排"}
    return len(known) > 1 or any(name.partition(".")[0] not in shown for name in known)


def flows(sheet: Sheet) -> Table | None:
    """Return how the year's balance came about, where there is more to it than in and out."""
    if not _is_known(sheet, "预算执行.使用非财政拨款结余", "预算执行.结余分配"):
        return None
    lines = {
        "年初结转和结余": ("预算执行.上年结转",),
        "本年收入": ("预算执行.决算收入", "收入"),
        "使用非财政拨款结余": ("预算执行.使用非财政拨款结余",),
        "本年支出": ("支出",),
        "结余分配": ("预算执行.结余分配",),
        "年末结转和结余": ("预算执行.年末结余",),
    }
    told = {what: names for what, names in lines.items() if _is_known(sheet, *names)}
    rows = [Row((Cell(what), _cell(sheet, *names))) for what, names in told.items()]
    return sheet.table("收支结余", "收入支出和结转结余", ("项目", "金额"), rows)


def years(sheet: Sheet) -> Table | None:
    """Return last year, budget and accounts side by side, with what changed."""
    if not _is_known(sheet, *_TWO_YEARS):
        return None
    stated, income = map(sheet.figures.get, ("收入", "预算执行.决算收入"))
    is_apart = income and income.number not in (None, stated and stated.number)
    lines = _YEARS | ({"收入": _INCOME} if is_apart else {})
    rows = [
        row
        for what, names in lines.items()
        for row in (
            Row((Cell(what), *(_cell(sheet, *name.split("、")) for name in names))),
            *_parts(sheet, names),
        )
        if _is_news(sheet, row)
    ]
    if not rows:
        return None
    columns = (
        "项目",
        "上年预算",
        "上年决算",
        "年初预算",
        "调整后预算",
        "本年决算",
        "比上年增减",
        "增减率",
    )
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
        below = (
            c.name for a in sheet.figures.children(top) for c in sheet.figures.children(a.name)
        )
        # Rows of accounts, columns of budgets, whether or not the columns' totals are stated.
        is_cross = any(name.rpartition(".")[2] in budgets for name in below)
        inside = f"{top}.分类合计" if is_cross else top
        cells = [_cell(sheet, name) for name in (top, *(f"{inside}.{b}" for b in budgets))]
        rows.append(Row((Cell(top.partition(".")[2]), *cells)))
        for account in sheet.figures.children(top) if is_cross else ():
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
    rows: list[Row] = []
    for unit in units:
        tops = [f"人员.按单位.{unit}.{f}" for f in stated]
        rows.append(Row((Cell(unit), *(_cell(sheet, top) for top in tops))))
        below = (child.name for top in tops for child in sheet.figures.children(top))
        for part in dict.fromkeys(name.rpartition(".")[2] for name in below):
            rows.append(Row((Cell(part), *(_cell(sheet, f"{top}.{part}") for top in tops)), 1))
    rows.append(Row((Cell("合计"), *(_cell(sheet, f"人员.{f}") for f in stated)), 0, "total"))
    table = sheet.table("人员按单位", "各单位人员情况", ("单位", *stated), rows)
    return replace(table, unit="人")


LATER: dict[str, Callable[[Sheet], Table | None]] = {
    "各单位人员": people,
    "收支对照": years,
    "收支结余": flows,
    "支出分类": divisions,
    "财政拨款": appropriation,
}
