"""A copy of a workbook in which what is wrong is marked where it stands."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from govnb.excel.source import refused
from govnb.files import write_whole
from govnb.text.faults import Fault

_RED = PatternFill("solid", fgColor="FFC7CE")


def marked(workbook: Path, faults: Iterable[Fault]) -> Path | None:
    """Write a copy of a workbook with its faulty cells red and the faults as comments there.

    Returns its path, None if no fault stands in a cell of it; raises for what isn't an .xlsx.
    """
    told: dict[tuple[str, str], list[str]] = defaultdict(list)
    for fault in faults:
        file, _, rest = str(fault.place).partition("!")
        sheet, _, cell = rest.rpartition("!")
        if file == workbook.name and sheet:
            told[sheet, cell].append(
                f"{fault.message}" + (f"（{fault.hint}）" if fault.hint else "")
            )
    if not told:
        return None
    if workbook.suffix.lower() != ".xlsx":
        raise refused(workbook.name, "只能在 .xlsx 里标注", "另存为 .xlsx 再导入，或去掉 --mark")
    book = load_workbook(workbook)
    for (sheet, cell), lines in told.items():
        if sheet in book.sheetnames:
            at = book[sheet][cell]
            # Only the first of merged cells can be written in.
            at = next((book[sheet].cell(r.min_row, r.min_col)
                       for r in book[sheet].merged_cells.ranges if cell in r), at)  # fmt: skip
            at.fill, at.comment = _RED, Comment("\n".join(lines), "govnb", 120, 360)
    stream, path = io.BytesIO(), workbook.with_name(f"{workbook.stem}（有错的格）.xlsx")
    book.save(stream)
    write_whole(path, stream.getvalue())
    return path
