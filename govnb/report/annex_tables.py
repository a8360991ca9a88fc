"""The tables annexed to every report: the base-data form, and the list of all figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby

from govnb.report.provenance import exact_text, how_made
from govnb.report.sheet import Sheet
from govnb.report.tables import Cell, Row, Table
from govnb.sheet.figure import Figure, Lack, default_label
from govnb.sheet.rules import FormRow, fill, matches
from govnb.text.number import TO_FILL
from govnb.text.section import VARIABLE


def base_data(sheet: Sheet) -> Table | None:
    """Return the official base-data table (基础数据表) from the district's form.

    Rows and columns of which nothing is known are left out, but of a draft, which is there to
    be filled in.
    """
    rows, above = [], set[str | None]()
    for row, variables in _lines(sheet):
        wanted = (row.last_actual, row.budget, row.actual)
        names = [fill(name, variables) if name else None for name in wanted]
        # A row of which the department knows nothing only heads those below it.
        known = any(name in sheet.figures for name in names)
        if known and above.issuperset(names):
            continue
        above.update(names)
        cells = [sheet.cell(name if known else None) for name in names]
        rows.append(Row((Cell(fill(row.label, variables)), *cells), int(row.level) - 1))
    columns: tuple[str, ...] = ("项目", "上年决算数", "本年预算数", "本年决算数")
    if sheet.figures.unsaid != TO_FILL:
        rows = _told(rows)
        filled = [n for n in range(4) if not n or any(r.cells[n].value is not None for r in rows)]
        columns = tuple(columns[n] for n in filled)
        rows = [replace(row, cells=tuple(row.cells[n] for n in filled)) for row in rows]
    if not rows:
        return None
    table = sheet.table("基础数据表", "部门整体支出绩效评价基础数据表", columns, rows)
    basis = () if sheet.public else (f"表式依据：{sheet.inputs.form.source}",)
    return replace(table, notes=basis, unit=f"{sheet.money_unit}、人、㎡")


def _lines(sheet: Sheet) -> Iterator[tuple[FormRow, Mapping[str, str]]]:
    """Yield the form's rows, each item's with what its variables stand for.

    Neighbours with the same first variable stand together by it: a class, then its projects.
    """
    for first, block in groupby(
        sheet.inputs.form.rows, lambda row: VARIABLE.findall(row.each or "")[:1]
    ):
        found = [(row, v) for row in block for v in matches(row.each, sheet.figures)]
        if first:
            order = list(dict.fromkeys(v[first[0]] for _, v in found))
            found.sort(key=lambda each: order.index(each[1][first[0]]))
        yield from found


def _told(rows: list[Row]) -> list[Row]:
    """Return the rows that tell something, under those that head them; the rest is blank."""
    kept: list[Row] = []
    for row in reversed(rows):
        first, *cells = row.cells
        known = any(cell.value is not None for cell in cells)
        if known or (kept and kept[-1].level > row.level):
            kept.append(row if known else replace(row, cells=(first, *(Cell("") for _ in cells))))
    kept.reverse()
    return kept


def _is_left_out(figure: Figure) -> bool:
    """Tell whether the file has no such line at all, be it a fixed one or one of its own."""
    return figure.lack is Lack.LEFT_OUT or (figure.absent and figure.formula is None)


def all_figures(sheet: Sheet) -> Table:
    """Return every figure with its formula and origin, unrounded.

    What the file leaves out altogether is named in a note: a row each would bury the rest.
    """
    left_out = [name for name, figure in sheet.figures.items() if _is_left_out(figure)]
    rows = [
        Row(
            (
                Cell(name if figure.label == default_label(name) else f"{name}（{figure.label}）"),
                Cell(exact_text(figure)),
                Cell(how_made(figure) or "（填写）"),
                Cell(figure.origin),
            )
        )
        for name, figure in sheet.figures.items()
        if not _is_left_out(figure)
    ]
    columns = ("指标（名称）", "数值", "公式", "出处")
    table = sheet.table("指标一览", "全部指标及其公式和出处", columns, rows)
    left = "还没有填的" if sheet.figures.unsaid == TO_FILL else "没有填、也就没有公布的"
    notes = (f"参数文件{left}：{'、'.join(left_out)}。",) if left_out else ()
    return replace(table, unit="", text_columns=frozenset({0, 2, 3}), notes=notes, folded=True)


ANNEXED: dict[str, Callable[[Sheet], Table | None]] = {
    "基础数据表": base_data,
    "指标一览": all_figures,
}
