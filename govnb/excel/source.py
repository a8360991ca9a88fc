"""A workbook as grids of text: .xlsx, .xls, .ods, and the web page that calls itself .xls.

A workbook is never trusted: one that would unfold without bound, that needs a password or is
of a kind not read is refused with a sentence that says what to do.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import python_calamine
import xlrd  # type: ignore[import-untyped]
from lxml import etree, html  # type: ignore[import-untyped]

from govnb.files import why
from govnb.text.characters import visible
from govnb.text.faults import Fault, FaultsError, Spot

MOST_BYTES, MOST_UNFOLDED, MOST_CELLS = 20 << 20, 100 << 20, 2_000_000
ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods")
_SAVE = "用 Excel 或 WPS 打开，另存为 .xlsx 再导入"
_REFUSED = {
    ".et": ("这是 WPS 自己的格式", _SAVE),
    ".csv": ("这是文本文件，不是工作簿", _SAVE),
    ".xlsb": ("这是二进制的工作簿", _SAVE),
}  # fmt: skip
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
# A point that is only drawn, `0!.0`, or a comma that leaves off thousands: 元 shown as 万元.
_SCALED = re.compile(r'[0#?](?:!|\\|")\.|[0#?],+(?![0#?,])')
_HTML = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|table|\?xml|meta|head)", re.I)


Cell = tuple[int, int]


@dataclass
class Marks:
    """What a sheet says of its cells besides their values."""

    formulas: dict[Cell, str] = field(default_factory=dict)
    # Cells whose formula was never worked out.
    hollow: set[Cell] = field(default_factory=set)
    # The formats of numbers that are not shown as they are held.
    formats: dict[Cell, str] = field(default_factory=dict)
    # What a formula that failed shows: `#REF!`.
    errors: dict[Cell, str] = field(default_factory=dict)
    # The first and the last of merged cells, where the reader doesn't know them.
    merged: list[tuple[Cell, Cell]] = field(default_factory=list)


@dataclass(frozen=True)
class Grid:
    """One sheet: the text of each cell, and what is marked there."""

    name: str
    rows: list[list[str]]
    marks: Marks = field(default_factory=Marks)

    def at(self, row: int, column: int) -> str:
        """Return a cell's text, an empty one outside the sheet."""
        inside = row < len(self.rows) and column < len(self.rows[row])
        return self.rows[row][column] if inside else ""

    def doubt(self, row: int, column: int) -> tuple[str, str] | None:
        """Return why a cell's number can't be taken as it is held, and what to do."""
        at, code = (row, column), self.marks.formats.get((row, column), "")
        if at in self.marks.hollow:
            hint = "用 Excel 或 WPS 打开保存一次再导入"
            return "这一格是公式，文件里没有它算出的值", hint
        if _SCALED.search(code) and re.search("[1-9]", self.at(row, column)):
            message = f"这一格存的是{self.at(row, column)}，格式“{code}”显示成另一个数"
            return message, "把格式改成常规，写上要用的数"
        return None


@dataclass(frozen=True)
class Source:
    """A workbook as read."""

    path: Path
    sha256: str
    grids: list[Grid]
    hidden: list[str] = field(default_factory=list)

    def spot(self, grid: Grid, row: int, column: int) -> Spot:
        """Return a cell as a place that a fault can name: `决算.xlsx!公开07表!L8`."""
        return Spot(f"{self.path.name}!{grid.name}!{address(row, column)}", row + 1, column + 1)


def address(row: int, column: int) -> str:
    """Return a cell's address, `L8` for the eighth row's twelfth."""
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def refused(where: str, message: str, hint: str) -> FaultsError:
    """Return what is wrong with a whole workbook or sheet."""
    return FaultsError([Fault(Spot(where), message, hint)])


def text_of(value: Any) -> str:
    """Return a cell's value as its text; a number as the 15 digits that Excel shows of it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return f"{Decimal(f'{value:.15g}'):f}"
    if isinstance(value, datetime.datetime | datetime.date):
        return f"{value:%Y-%m-%d}"
    return visible(str(value)).replace("\r\n", "\n").replace("_x000D_", "")


def read(path: Path) -> Source:
    """Read a workbook; raise its one fault where it can't be."""
    name = path.name
    if name.startswith(("~$", ".~")):
        hint = "导入同名而没有“~$”的那一个"
        raise refused(name, "这是办公软件打开工作簿时留下的临时文件", hint)
    try:
        data = path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
    except OSError as error:
        raise refused(name, f"文件打不开：{why(error)}", "检查路径和文件名") from None
    if data is None:
        raise refused(name, "工作簿超过 20 MB，不像是报表", "只留要导入的工作表，另存再导入")
    if told := _REFUSED.get(path.suffix.lower()):
        raise refused(name, *told)
    sha256 = hashlib.sha256(data).hexdigest()
    if _HTML.match(data):
        return Source(path, sha256, _page(data, name))
    try:
        marks = _marks(data, name)
        book = python_calamine.load_workbook(io.BytesIO(data))
        marks = _marks_of_xls(data) if data.startswith(_COMPOUND) else marks
        shown: list[str] = []
        hidden: list[str] = []
        for sheet in book.sheets_metadata:
            is_shown = sheet.visible == python_calamine.SheetVisibleEnum.Visible
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet:
                (shown if is_shown else hidden).append(sheet.name)
        grids = [_grid(book.get_sheet_by_name(s), marks.get(s, Marks())) for s in shown]
        return Source(path, sha256, grids, hidden)
    except python_calamine.PasswordError:
        hint = "用 Excel 或 WPS 打开，取消打开密码后保存，再导入"
        raise refused(name, "工作簿有打开密码", hint) from None
    except FaultsError:
        raise
    # What a damaged file makes a parser raise can't be foreseen, nor does its name help.
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise refused(name, "不是能读的工作簿，文件可能已损坏", _SAVE) from None


def _grid(sheet: Any, marks: Marks) -> Grid:
    """Return a sheet's texts, a merged label in each of the cells it spans."""
    values = sheet.to_python(skip_empty_area=False)
    rows = [[text_of(v) for v in row] for row in values]
    for (at, column), code in marks.formats.items():
        value = _at(values, at, column)
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if "%" in code:
            rows[at][column] = f"{(Decimal(text_of(value)) * 100).normalize():f}%"
        elif zeros := re.search(r"\.(0+)", code):
            # 45 that is shown as 45.00 is no round sum.
            whole, _, digits = text_of(value).partition(".")
            rows[at][column] = f"{whole}.{digits.ljust(len(zeros[1]), '0')}"
    for (at, column), shown in marks.errors.items():
        if at < len(rows) and column < len(rows[at]):
            rows[at][column] = shown
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or marks.merged:
        label = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
        if label and not re.fullmatch(r"-?[\d.]+", label):
            for row in rows[top : min(bottom, top + 500) + 1]:
                row[left : right + 1] = [label] * len(row[left : right + 1])
    return Grid(sheet.name, rows, marks)


def _at(values: list[list[Any]], row: int, column: int) -> Any:
    return values[row][column] if row < len(values) and column < len(values[row]) else None


def _page(data: bytes, name: str) -> list[Grid]:
    """Return the tables of a web page, as web systems export them under the name .xls."""
    told = re.search(rb"charset=[\"']?([\w-]+)", data[:4096], re.I)
    encoding = told[1].decode("ascii").lower() if told else "utf-8"
    try:
        text = data.decode("gb18030" if encoding.startswith("gb") else encoding).lstrip("\ufeff")
        page = html.document_fromstring(re.sub(r"^\s*<\?xml.*?\?>", "", text))
        grids = [_table(t, f"表{n}") for n, t in enumerate(page.iter("table"), 1)]
    except (ValueError, LookupError, etree.LxmlError):
        grids = []
    if not grids:
        message = "扩展名是工作簿，内容是网页，里面读不出表格"
        raise refused(name, message, _SAVE)
    return grids


def _table(table: Any, name: str) -> Grid:
    cells: dict[tuple[int, int], str] = {}
    for row, line in enumerate(table.iter("tr")):
        column = 0
        for cell in line.iterchildren("td", "th"):
            while (row, column) in cells:
                column += 1
            down, across = (_span(cell.get(f"{way}span")) for way in ("row", "col"))
            text = text_of(" ".join(cell.text_content().split()))
            is_label = not re.fullmatch(r"[-\d.,]*", text)
            for at in product(range(row, row + down), range(column, column + across)):
                is_first = at == (row, column)
                cells.setdefault(at, text if is_first or is_label else "")
            column += across
    height = 1 + max((row for row, _ in cells), default=-1)
    width = 1 + max((column for _, column in cells), default=-1)
    return Grid(name, [[cells.get((r, c), "") for c in range(width)] for r in range(height)])


def _span(told: str | None) -> int:
    return min(max(int(told), 1), 200) if told and told.isdecimal() and len(told) < 9 else 1


# ── What a package holds, before it is unfolded ─────────────────


def _marks(data: bytes, name: str) -> dict[str, Marks]:
    """Return what a package marks, by sheet; raise for a workbook that unfolds too far."""
    if not data.startswith(b"PK"):
        return {}
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = packed.infolist()
        if len(parts) > 2000 or sum(part.file_size for part in parts) > MOST_UNFOLDED:
            raise refused(name, "解开后太大，不像是报表", _SAVE)
        names = {part.filename for part in parts}
        if "content.xml" in names:
            return dict(_marks_of_ods(packed.read("content.xml"), name))
        if "xl/workbook.xml" not in names:
            return {}
        is_styled = "xl/styles.xml" in names
        styles = _styles(packed.read("xl/styles.xml")) if is_styled else []
        return {
            title: _marked(packed.read(part), f"{name}!{title}", styles)
            for title, part in _sheets(packed)
            if part in names
        }


def _styles(xml: bytes) -> list[str]:
    """Return the number format of each style, empty for one that shows a number as it is."""
    tree = etree.fromstring(xml, _PARSER)
    codes = {"1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%"}
    codes |= {f.get("numFmtId"): f.get("formatCode", "") for f in tree.iter("{*}numFmt")}
    used = tree.iterfind("{*}cellXfs/{*}xf")
    return [codes.get(style.get("numFmtId"), "") for style in used]


def _sheets(packed: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    links = etree.fromstring(packed.read("xl/_rels/workbook.xml.rels"), _PARSER)
    parts = {link.get("Id"): str(link.get("Target")) for link in links}
    for sheet in etree.fromstring(packed.read("xl/workbook.xml"), _PARSER).iter("{*}sheet"):
        key = next((v for k, v in sheet.attrib.items() if str(k).endswith("}id")), None)
        part = parts.get(key, "")
        yield str(sheet.get("name")), part[1:] if part.startswith("/") else f"xl/{part}"


def _marked(xml: bytes, name: str, styles: list[str]) -> Marks:
    """Return what a sheet's part marks."""
    marks, most = Marks(), (0, 0)
    for _, cell in etree.iterparse(io.BytesIO(xml), tag="{*}c", resolve_entities=False):
        at = _placed(str(cell.get("r", "A1")))
        tags = {etree.QName(child).localname: child.text for child in cell}
        if tags:
            most = max(most[0], at[0]), max(most[1], at[1])
        if "f" in tags:
            marks.formulas[at] = tags["f"] or ""
            if not tags.get("v") and "is" not in tags and cell.get("t") != "str":
                marks.hollow.add(at)
        if cell.get("t") == "e":
            marks.errors[at] = tags.get("v") or ""
        style = str(cell.get("s", ""))
        if style.isdecimal() and int(style) < len(styles) and styles[int(style)]:
            marks.formats[at] = styles[int(style)]
        cell.clear()
    _small(most, name)
    return marks


def _marks_of_xls(data: bytes) -> dict[str, Marks]:
    """Return what an .xls marks, by sheet."""
    book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    found = {sheet.name: Marks() for sheet in book.sheets()}
    for sheet in book.sheets():
        for at in product(range(sheet.nrows), range(sheet.ncols)):
            cell, marks = sheet.cell(*at), found[sheet.name]
            if cell.ctype == xlrd.XL_CELL_ERROR:
                marks.errors[at] = xlrd.error_text_from_code.get(cell.value, "#N/A")
            elif cell.ctype == xlrd.XL_CELL_NUMBER and (
                style := book.xf_list[cell.xf_index].format_key
            ):
                marks.formats[at] = book.format_map[style].format_str
    return found


def _marks_of_ods(xml: bytes, name: str) -> Iterator[tuple[str, Marks]]:
    """Yield what each sheet of an .ods marks; refuse one whose repeated cells fill the memory."""
    row = column = 0
    most, is_filled, marks = (0, 0), False, Marks()
    for _, node in etree.iterparse(io.BytesIO(xml), resolve_entities=False):
        tag = etree.QName(node).localname
        told = {etree.QName(key).localname: value for key, value in node.attrib.items()}
        times = next((v for k, v in told.items() if k.endswith("s-repeated")), "1")
        count = int(times) if times.isdecimal() and len(times) < 10 else 1
        if tag in ("table-cell", "covered-table-cell"):
            kinds = {v for k, v in node.attrib.items() if str(k).endswith("}value-type")}
            _marked_in_ods(marks, (row, column), told, kinds, "".join(node.itertext()))
            column += count
            if kinds:
                most, is_filled = (most[0], max(most[1], column)), True
        elif tag == "table-row":
            row, column = row + count, 0
            most = (row, most[1]) if is_filled else most
            is_filled = False
        elif tag == "table":
            _small(most, f"{name}!{told.get('name', '')}")
            yield told.get("name", ""), marks
            row, column, most, marks = 0, 0, (0, 0), Marks()
            node.clear()


def _marked_in_ods(
    marks: Marks, at: Cell, told: Mapping[str, str], kinds: Collection[str], text: str
) -> None:
    if "formula" in told:
        marks.formulas[at] = told["formula"]
        marks.hollow.update([] if kinds else [at])
    if "error" in kinds:
        marks.errors[at] = text
    if "percentage" in kinds:
        marks.formats[at] = "0%"
    down, across = (_span(told.get(f"number-{way}s-spanned")) for way in ("row", "column"))
    if down * across > 1:
        marks.merged.append((at, (at[0] + down - 1, at[1] + across - 1)))


def _small(most: Cell, name: str) -> None:
    rows, columns = most[0] + 1, most[1] + 1
    if rows * columns > MOST_CELLS:
        hint = "在表格以外选中多余的行和列，删除后另存，再导入"
        raise refused(name, f"工作表用到 {rows} 行 {columns} 列，太大，不像是报表", hint)


def _placed(address: str) -> Cell:
    """Return row and column of an address such as `L8`, from 0."""
    letters = address.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter.upper()) - 64
    return int(address[len(letters) :] or 1) - 1, max(column - 1, 0)
