"""A department's file as a workbook to fill in with Excel or WPS: no macros, nothing hidden.

Every value stands under its table's title, in the row and column that are called what the file
calls them; so rows may be inserted, sorted and pasted, and sheets renamed.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from govnb.excel.layout import (
    ANY,
    RECORDED,
    TOTAL,
    Column,
    Leaf,
    Path,
    Shape,
    Table,
    leaves,
    tables,
)
from govnb.sheet.figure import number_text
from govnb.text.faults import Fault, FaultsError, Spot
from govnb.text.values import MONEY_UNIT, AmountOf, Reads, TextOf
from govnb.text.yaml_text import Mapping as Section

TITLE = "部门整体支出绩效评价填报表"
MARK, HELP = "■ ", "▸"
YEAR, CODE, UNIT, DIGEST = "年度", "部门代码", "表头的金额单位", "核验"
NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.(\d+))?")
# Rows left free below what a table holds.
_FREE = {Shape.RECORDS: 12, Shape.LEDGER: 15, Shape.ITEMS: 6, Shape.FIELDS: 0}
# What a cell of Excel holds.
_MOST_TEXT = 32_767
_SAID = (
    "黄色的格由您填；没有的数留空，确实为零写 0，两者不同。",
    "约数写 1200余 或 约5万元；报告写明没有公布的写 未公布。",
    "灰色的格是算出来的；要改成填数，整格改成一个数。",
    "一行一条的表，行不够就在表内插入行；可以排序、粘贴。不要改 ■ 后面的表名和表头。",
    "“上级科目”写上一级的名称，最上一级留空；有重名的写全：财政预算.专项经费。",
    "文字里可以引用数，写 {{ 三公经费.结余 }}；分段就在格里换行（Alt+Enter）。",
    "填好后运行：govnb import 本文件，看清会改什么，再加 --write 写入。",
)
_YELLOW, _GREY, _HEAD, _BAND = (
    PatternFill("solid", fgColor=colour) for colour in ("FFFBE6", "E7E6E6", "D9E2F3", "BDD7EE")
)
_THIN = Side(style="thin", color="BFBFBF")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_BOLD, _SMALL, _BIG = Font(bold=True), Font(size=9, color="7F7F7F"), Font(bold=True, size=14)
_FILLED, _BOXED = "填报", "加框"
_WRAP = Alignment(wrap_text=True, vertical="top")
_EPOCH = datetime(2020, 1, 1)

Row = dict[int, tuple[str, Reads | None]]


@dataclass
class Rows:
    """What a table of the form holds: by the names of a row, its cells by column."""

    cells: dict[Path, Row] = field(default_factory=lambda: defaultdict(dict))
    # The names whose number is the sum of what stands below them.
    sums: set[Path] = field(default_factory=set)


def digest(found: Iterable[Leaf]) -> str:
    """Return what tells whether a file's values are still those that a form was made of."""
    told = sorted(
        ".".join(leaf.path) + "\t" + "\n".join(texts_of(leaf.node))
        for leaf in found
        if leaf.path[0] not in ("取自", "来源文件")
    )
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]


def texts_of(node: Any) -> list[str]:
    """Return a value's texts: one, or those of a list's items."""
    if isinstance(node, list | tuple):
        return [text for item in node for text in texts_of(item)]
    if isinstance(node, dict):
        return [f"{key}={text}" for key, item in node.items() for text in texts_of(item)]
    return [str(node).strip()]


class _Places:
    """Where the form has each key of a file."""

    def __init__(self, layout: Sequence[Table]) -> None:
        self.columns: dict[Path, tuple[Table, int]] = {}
        self.ledgers: dict[Path, Table] = {}
        for table in layout:
            ends = table.choices or ("",)
            for end in ends:
                path = (*table.path[:-1], end) if end else table.path
                if table.shape is Shape.LEDGER:
                    self.ledgers[path] = table
                elif table.shape is Shape.ITEMS:
                    self.columns[path] = table, 0
                else:
                    for at, column in enumerate(table.columns):
                        self.columns.setdefault((*path, *column.path), (table, at))


def rows_of(found: Iterable[Leaf], layout: Sequence[Table]) -> dict[str, Rows]:
    """Return what a file's values put into the tables, by their titles."""
    made: dict[str, Rows] = defaultdict(Rows)
    places = _Places(layout)
    for leaf in found:
        if leaf.accounts is not None:
            _account(leaf, places, made)
            continue
        table, at = places.columns[leaf.pattern]
        keys = tuple(s for s, p in zip(leaf.path, leaf.pattern, strict=True) if p == ANY)
        if table.choices:
            keys = (*keys, leaf.path[len(table.path) - 1])
        if table.shape is Shape.ITEMS:
            for number, item in enumerate(leaf.node):
                told = item if isinstance(item, dict) else {"内容": item}
                row = made[table.title].cells[*keys, str(number)]
                for place, column in enumerate(table.columns):
                    if column.head in told:
                        row[place] = str(told[column.head]), column.reader
            continue
        column = table.columns[at]
        row_keys = (column.head,) if table.shape is Shape.FIELDS else keys
        made[table.title].cells[row_keys][at] = str(leaf.node), column.reader
    return made


def _account(leaf: Leaf, places: _Places, made: dict[str, Rows]) -> None:
    """Put what is said of a ledger's node into its row; a total alone has a column of its own."""
    accounts, keys = leaf.accounts or (), leaf.path[: len(leaf.pattern)]
    names = tuple(k for k, p in zip(keys, leaf.pattern, strict=True) if p == ANY)
    alone = places.columns.get((*leaf.pattern, TOTAL))
    if alone and not accounts and leaf.stated == TOTAL:
        table, at = alone
        row = (table.columns[at].head,) if table.shape is Shape.FIELDS else names
        made[table.title].cells[row][at] = str(leaf.node), table.columns[at].reader
        return
    table = places.ledgers[leaf.pattern]
    names = (*names, keys[-1]) if table.choices else names
    at = next(n for n, column in enumerate(table.columns) if column.path[0] == leaf.stated)
    rows = made[table.title]
    for end in range(len(accounts)):
        # A node without a total of its own is the sum of what is below it.
        if (upper := (*names, *accounts[:end])) not in rows.cells and end:
            rows.cells[upper] = {}
            rows.sums.add(upper)
    rows.cells[*names, *accounts][at] = str(leaf.node), table.columns[at].reader
    if leaf.stated == TOTAL:
        rows.sums.discard((*names, *accounts))


class FormWriter:
    """Writes one form."""

    def __init__(
        self, year: int, code: str, money_unit: str, figures: Mapping[str, Any] | None = None,
        lists: Mapping[str, Sequence[str]] | None = None, layout: Sequence[Table] | None = None,
    ) -> None:  # fmt: skip
        """Begin a form; `lists` are names to choose from, by a table's title: indicators."""
        self.year, self.code, self.money_unit = year, code, money_unit
        self.figures, self.lists = figures or {}, lists or {}
        self.layout = layout or tables()
        self.book = Workbook()
        # A style by its name is looked up once, not hashed for each of five thousand cells.
        for name, fill in ((_FILLED, _YELLOW), (_BOXED, PatternFill())):
            style = NamedStyle(name, border=_BOX, fill=fill, number_format="@")
            self.book.add_named_style(style)
        self.choices: dict[tuple[str, ...], DataValidation] = {}

    def made(self, tree: Section | None) -> bytes:
        """Return the workbook of a file's tree, or a blank one; equal bytes for equal files.

        Raises
        ------
        FaultsError
            If texts are longer than a cell can hold.
        """
        found = list(leaves(tree)) if tree is not None else []
        _check_length(found)
        rows = rows_of(found, self.layout)
        self._cover(digest(found) if found else "")
        for name, group in groupby(self.layout, key=lambda table: table.sheet):
            here = list(group)
            if name == RECORDED and not any(t.title in rows for t in here):
                continue
            self._sheet(self.book.create_sheet(name), here, rows)
        self.book.properties.created = self.book.properties.modified = _EPOCH
        stream = io.BytesIO()
        self.book.save(stream)
        return stream.getvalue()

    def _cover(self, told: str) -> None:
        sheet: Worksheet = self.book.worksheets[0]
        sheet.title = "说明"
        sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 18, 70
        sheet["A1"].value, sheet["A1"].font = TITLE, _BIG
        known = {YEAR: self.year, CODE: self.code, UNIT: self.money_unit, DIGEST: told}
        for row, (label, value) in enumerate(known.items(), 2):
            sheet.cell(row, 1, label)
            _text(sheet, row, 2, str(value)).fill = _GREY
        for row, line in enumerate(_SAID, len(known) + 3):
            sheet.cell(row, 1, line)

    def _sheet(self, sheet: Worksheet, group: list[Table], rows: Mapping[str, Rows]) -> None:
        self.choices = {}
        sheet.cell(1, 1, f"{self.year}年　{self.code}　{group[0].sheet}").font = _BOLD
        sheet.freeze_panes = "A2"
        sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
        widths: dict[int, int] = {1: 26, 2: 22}
        at = 3
        for table in group:
            title = sheet.cell(at, 1, f"{MARK}{table.title}")
            title.font, title.fill = _BOLD, _BAND
            heads = [*table.heads, *(["单位", "说明"] if table.shape is Shape.FIELDS else [])]
            for column, head in enumerate(heads, 1):
                cell = sheet.cell(at + 1, column, self._head(table, head))
                cell.font, cell.fill, cell.border, cell.alignment = _BOLD, _HEAD, _BOX, _WRAP
                is_long = any(
                    c.head == head and isinstance(c.reader, TextOf) and c.reader.markdown
                    for c in table.columns
                )
                widths[column] = max(widths.get(column, 14), 50 if is_long else 0)
            if table.shape is Shape.FIELDS:
                widths[2], widths[4] = max(widths[2], 34), max(widths.get(4, 0), 60)
                at = self._fields(sheet, at + 2, table, rows.get(table.title)) + 1
            else:
                at = self._several(sheet, at + 2, table, rows.get(table.title)) + 1
        for column, width in widths.items():
            sheet.column_dimensions[get_column_letter(column)].width = width

    def unit_of(self, reader: Reads | None) -> str:
        """Return the unit that a key's number is typed in."""
        unit = reader.kind.unit if isinstance(reader, AmountOf) else ""
        return self.money_unit if unit == MONEY_UNIT else unit

    def _head(self, table: Table, head: str) -> str:
        column = next((c for c in table.columns if c.head == head), None)
        unit = self.unit_of(column.reader) if column and table.shape is not Shape.FIELDS else ""
        return f"{head}（{unit}）" if unit else head

    def _fields(self, sheet: Worksheet, at: int, table: Table, rows: Rows | None) -> int:
        cells = rows.cells if rows else {}
        for number, column in enumerate(table.columns):
            sheet.cell(at, 1, column.head).style = _BOXED
            stated = cells.get((column.head,), {}).get(number)
            self._value(sheet, at, 2, stated, column, ".".join((*table.path, column.head)))
            sheet.cell(at, 3, self.unit_of(column.reader)).style = _BOXED
            told = sheet.cell(at, 4, help_of(column))
            told.font, told.border, told.alignment = _SMALL, _BOX, _WRAP
            at += 1
        return at

    def _several(self, sheet: Worksheet, at: int, table: Table, rows: Rows | None) -> int:
        keys, is_ledger = len(table.keys), table.shape is Shape.LEDGER
        known = f"{table.keys[-1]}是：{'、'.join(table.choices)}" if table.choices else "一行一条"
        for number, column in enumerate(table.columns):
            told = sheet.cell(at, 1 + keys + 2 * is_ledger + number, help_of(column))
            told.font, told.alignment = _SMALL, _WRAP
        first_cell = sheet.cell(at, 1)
        first_cell.value = f"{HELP}{known}" + (f"。{first_cell.value}" if first_cell.value else "")
        first_cell.font, first_cell.alignment = _SMALL, _WRAP
        first = at = at + 1
        filled = list(rows.cells.items()) if rows else []
        fixed = not is_ledger and table.choices
        if fixed:
            here = {names[-1]: row for names, row in filled}
            filled = [((choice,), here.get(choice, {})) for choice in table.choices]
        last = at + len(filled) + (0 if fixed else _FREE[table.shape]) - 1
        for names, row in filled:
            self._names(sheet, at, table, names)
            self._row(sheet, at, table, names, row)
            if rows and names in rows.sums:
                self._sum(sheet, at, table, first, last, names)
            at += 1
        for line in range(at, last + 1):
            self._row(sheet, line, table, (), {})
            for place in range(1, keys + 1 + 2 * is_ledger):
                self._box(sheet, line, place)
        listed = self.lists.get(table.title) or (table.choices if not fixed else ())
        if listed:
            self._choose(sheet, f"{get_column_letter(max(keys, 1))}{first}:"
                         f"{get_column_letter(max(keys, 1))}{last}", tuple(listed))  # fmt: skip
        return last + 1

    def _names(self, sheet: Worksheet, at: int, table: Table, names: Path) -> None:
        keys = len(table.keys)
        for number, name in enumerate(names[:keys], 1):
            _text(sheet, at, number, name).border = _BOX
        if table.shape is Shape.LEDGER:
            accounts = names[keys:]
            _text(sheet, at, keys + 1, ".".join(accounts[:-1])).border = _BOX
            cell = _text(sheet, at, keys + 2, accounts[-1] if accounts else "")
            cell.border, cell.alignment = _BOX, Alignment(indent=min(max(len(accounts) - 1, 0), 12))

    def _row(self, sheet: Worksheet, at: int, table: Table, names: Path, row: Row) -> None:
        before = len(table.keys) + (2 if table.shape is Shape.LEDGER else 0)
        path = [n for n in (*_filled(table.path, names), *names[len(table.keys) :]) if n != ANY]
        for number, column in enumerate(table.columns):
            end = [] if table.shape is Shape.LEDGER else [s for s in column.path if s != TOTAL]
            name = ".".join([*path, *end])
            self._value(sheet, at, before + number + 1, row.get(number), column, name)

    def _box(self, sheet: Worksheet, row: int, column: int) -> Any:
        cell = sheet.cell(row, column)
        cell.style = _FILLED
        return cell

    def _value(
        self, sheet: Worksheet, row: int, column: int, stated: tuple[str, Any] | None,
        key: Column, name: str,
    ) -> None:  # fmt: skip
        """Write one value: a number as a number, a reference as what it comes to."""
        cell = self._box(sheet, row, column)
        is_text = isinstance(key.reader, TextOf)
        if not is_text and isinstance(key.reader, AmountOf):
            cell.number_format = "General"
        if isinstance(key.reader, TextOf) and key.reader.choices:
            self._choose(sheet, cell.coordinate, key.reader.choices)
        text = stated[0].rstrip("\n") if stated else ""
        if not text:
            return
        number = NUMBER.fullmatch(text)
        if number and not is_text and "日期" not in key.head and "时间" not in key.head:
            cell.value = Decimal(text)
            cell.number_format = f"0.{'0' * len(number[1])}" if number[1] else "0"
        elif text.startswith("=") and not is_text:
            figure = self.figures.get(name)
            value = figure.number if figure is not None else None
            cell.fill = _GREY
            _text(
                sheet,
                row,
                column,
                f"{number_text(value, 6) if value is not None else '未公布'}（{text}）",
            )
        else:
            _text(sheet, row, column, text).alignment = _WRAP

    def _sum(
        self, sheet: Worksheet, at: int, table: Table, first: int, last: int, names: Path
    ) -> None:
        """Show a node's sum: the numbers whose 上级科目 it is."""
        keys = len(table.keys)
        terms = [(n + 1, name) for n, name in enumerate(names[:keys])]
        terms.append((keys + 1, ".".join(names[keys:])))
        wanted = "".join(
            f',${get_column_letter(c)}${first}:${get_column_letter(c)}${last},"{name}"'
            for c, name in terms
        )
        letter = get_column_letter(keys + 3)
        cell = sheet.cell(at, keys + 3, f"=SUMIFS(${letter}${first}:${letter}${last}{wanted})")
        cell.fill, cell.number_format = _GREY, "General"

    def _choose(self, sheet: Worksheet, cells: str, names: tuple[str, ...]) -> None:
        """Let cells be chosen from a list; anything else is warned of, and refused in reading."""
        if names not in self.choices:
            listed = ",".join(names)
            if len(listed) > 250 or any('"' in name or "," in name for name in names):
                listed = ""
                lists = self.book["选项"] if "选项" in self.book else self.book.create_sheet("选项")
                column = 1 + (lists.max_column if lists["A1"].value else 0)
                for row, name in enumerate(names, 1):
                    _text(lists, row, column, name)
                letter = get_column_letter(column)
                source = f"选项!${letter}$1:${letter}${len(names)}"
            rule = DataValidation("list", formula1=f'"{listed}"' if listed else source,
                                  allow_blank=True, errorStyle="warning")  # fmt: skip
            rule.error = "不在可选的值里"
            sheet.add_data_validation(rule)
            self.choices[names] = rule
        self.choices[names].add(cells)


def help_of(column: Column) -> str:
    """Return the sentence that stands beside a key."""
    reader, told = column.reader, column.help
    if not told and isinstance(reader, TextOf):
        said = "一段文字，可以引用数" if reader.markdown else "照原文写"
        told = f"可选：{'、'.join(reader.choices)}" if reader.choices else said
    elif not told and reader:
        told = reader.hint
    return f"必填。{told}" if column.required else told


def _filled(path: Path, names: Path) -> Path:
    rest = iter(names)
    return tuple(next(rest, ANY) if step == ANY else step for step in path)


def _check_length(found: Iterable[Leaf]) -> None:
    """Refuse texts that a cell would cut off."""
    faults = [
        Fault(
            Spot(leaf.name),
            f"有{length:,}个字，Excel 一格最多{_MOST_TEXT:,}个，写进去会丢字",
            "这一段请在参数文件里分成几段或改短，再导出填报表",
        )
        for leaf in found
        if (length := max(map(len, texts_of(leaf.node)), default=0)) > _MOST_TEXT
    ]
    if faults:
        raise FaultsError(faults)


def _text(sheet: Worksheet, row: int, column: int, text: str) -> Any:
    """Write a text as a text, whatever it begins with."""
    cell = sheet.cell(row, column)
    if text:
        cell.value, cell.data_type, cell.number_format = text, "s", "@"
    return cell
