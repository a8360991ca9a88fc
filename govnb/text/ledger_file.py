"""A ledger file (台账): CSV, or the first sheet of a workbook, as rows of text with their numbers.

A finance system's export has titles above its header, GBK letters, amounts with commas. Nothing is
interpreted here but the file's own form.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from govnb.files import why
from govnb.text.faults import FaultsError

ENDINGS = (".csv", ".xlsx")
# What is looked at for the delimiter.
_HEAD = 4096
MOST_BYTES = 64 << 20

# A row's number in the file, and the text of its cells.
Line = tuple[int, list[str]]


def read_lines(path: Path, label: str) -> list[Line]:
    """Return a ledger's rows that hold anything, each with its number in the file.

    Raises FaultsError for one that can't be read, or is neither CSV (UTF-8, GBK) nor a workbook.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FaultsError.of(label, f"台账超过 {MOST_BYTES >> 20} MB", "分成几个文件，或先汇总")
        rows = _csv(path, label) if path.suffix == ".csv" else _workbook(path, label)
        return [(n, cells) for n, cells in rows if any(cells)]
    except OSError as error:
        raise FaultsError.of(label, f"台账读不了：{why(error)}") from None


def _csv(path: Path, label: str) -> Iterator[Line]:
    data = path.read_bytes()
    for coding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(coding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise FaultsError.of(label, "台账的编码不是 UTF-8 或 GBK", "用 Excel 或 WPS 另存为 CSV")
    if "\0" in text:
        raise FaultsError.of(label, "这不是 CSV 文件", "工作簿的扩展名要写 .xlsx")
    # Titles above the header have no delimiter at all.
    reader = csv.reader(io.StringIO(text), delimiter=max(",\t;", key=text[:_HEAD].count))
    start = 1
    try:
        for row in reader:
            yield start, [cell.strip() for cell in row]
            start = reader.line_num + 1
    except csv.Error:
        hint = "检查这一行的引号是否成对"
        raise FaultsError.of(f"{label}:{start}", "这一行读不了", hint) from None


def _workbook(path: Path, label: str) -> Iterator[Line]:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, ValueError):
        hint = "用 Excel 或 WPS 打开，另存为 .xlsx"
        raise FaultsError.of(label, "这个工作簿打不开", hint) from None
    for number, row in enumerate(rows, 1):
        yield number, [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    """Return a cell's text; a number without what binary arithmetic left behind it."""
    if isinstance(cell, float):
        return f"{cell:.15g}" if abs(cell) < 10**15 else f"{cell:.0f}"
    if isinstance(cell, datetime.datetime | datetime.date):
        return cell.isoformat()[:10]
    return str(cell).strip()
