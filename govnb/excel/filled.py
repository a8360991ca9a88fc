"""A filled-in form read back: a parameter file's tree whose values are placed in cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from govnb.excel.form import CODE, DIGEST, HELP, MARK, NUMBER, TITLE, UNIT, YEAR
from govnb.excel.layout import (
    ABOVE,
    ACCOUNT,
    ANY,
    COLUMNS,
    LEDGER_HEADS,
    PARTS,
    Path,
    Shape,
    Table,
    tables,
)
from govnb.excel.source import Grid, Source, refused
from govnb.excel.table import cleaned, is_nothing
from govnb.text.faults import Fault, Spot, did_you_mean
from govnb.text.values import AmountOf, Reads, TextOf
from govnb.text.yaml_text import Mapping, mapping, scalar
from govnb.text.yaml_text import Sequence as Items

_NUMBERS = re.compile(r"[-+\d.,%¥()\s年月日]+")
# A sum that the form works out itself; and what a reference comes to, with the reference.
_SUM, _REFERENCE = re.compile(r"\s*SUMIFS\("), re.compile(r"[^（]*（(=.+)）", re.DOTALL)


@dataclass
class Filled:
    """A form as it was filled in."""

    source: Source
    # What the cover says: the year, the department's code, the unit in the heads, the digest.
    told: dict[str, str]
    tree: Mapping
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # Where a value or a name stands, by its path in the file.
    cells: dict[Path, Spot] = field(default_factory=dict)
    # Where a section's table begins.
    titles: dict[Path, Spot] = field(default_factory=dict)
    # Whether no table, row or column of the form is missing.
    is_whole: bool = True


def is_form(source: Source) -> bool:
    """Tell whether a workbook is a form; refuse one whose cover is gone or hidden."""
    if any(TITLE in grid.at(0, 0) for grid in source.grids):
        return True
    if any(row[:1] and row[0].startswith(MARK) for grid in source.grids for row in grid.rows):
        hint = "取消隐藏，或从原来的表里把它复制回来：上面写着年度和部门"
        raise refused(source.path.name, "填报表没有“说明”这张工作表，或者它被隐藏了", hint)
    return False


def read_form(source: Source, layout: Sequence[Table] | None = None) -> Filled:
    """Read a form; what is wrong in it is noted, each with its cell."""
    cover = next(grid for grid in source.grids if TITLE in grid.at(0, 0))
    labels = {row[0].strip(): row[1].strip() for row in cover.rows if len(row) > 1}
    told = {key: labels.get(key, "") for key in (YEAR, CODE, UNIT, DIGEST)}
    place = Spot(source.path.name)
    filled = Filled(source, told, mapping({}, place))
    known = {table.title: table for table in layout or tables()}
    seen: dict[str, Spot] = {}
    for grid in source.grids:
        for table, top, end in _tables(grid, known, filled):
            spot = source.spot(grid, top, 0)
            if table.title in seen:
                message = f"“{table.title}”这张表在 {seen[table.title]} 已经有了"
                filled.faults.append(Fault(spot, message, "两张并成一张，或改掉其中一张的表名"))
            seen.setdefault(table.title, spot)
            _TableReader(filled, grid, table).rows(top, end)
    if source.hidden:
        told_of = "、".join(source.hidden)
        filled.notes.append(
            f"{source.path.name}：隐藏的工作表没有读：{told_of}（要读的先取消隐藏）"
        )
    if missing := [t for t, table in known.items() if t not in seen and table.sheet != "导入记录"]:
        told_of = "、".join(missing[:6]) + ("等" if len(missing) > 6 else "")
        filled.notes.append(f"{source.path.name}：少了表：{told_of}（按没有改过处理）")
        filled.is_whole = False
    return filled


def _tables(
    grid: Grid, known: dict[str, Table], filled: Filled
) -> Iterator[tuple[Table, int, int]]:
    """Yield the tables of a sheet, from the title's row to the row before the next title."""
    tops = [r for r in range(len(grid.rows)) if grid.at(r, 0).strip().startswith(MARK.strip())]
    for top, end in zip(tops, [*tops[1:], len(grid.rows)], strict=False):
        title = grid.at(top, 0).strip().removeprefix(MARK.strip()).strip()
        if title in known:
            yield known[title], top, end
        else:
            spot = filled.source.spot(grid, top, 0)
            hint = did_you_mean(title, known) or "■ 后面的表名不要改"
            filled.faults.append(Fault(spot, f"没有“{title}”这张表", hint))


class _TableReader:
    """Reads one table of a form."""

    def __init__(self, filled: Filled, grid: Grid, table: Table) -> None:
        self.filled, self.grid, self.table = filled, grid, table
        # Head → column.
        self.at: dict[str, int] = {}
        self.named: dict[str, int] = {}

    def spot(self, row: int, column: int) -> Spot:
        return self.filled.source.spot(self.grid, row, column)

    def fault(self, row: int, column: int, message: str, hint: str) -> None:
        self.filled.faults.append(Fault(self.spot(row, column), message, hint))

    def rows(self, top: int, end: int) -> None:
        """Read the rows below a title."""
        if self.table.shape is Shape.FIELDS:
            self.filled.titles[self.table.path] = self.spot(top, 0)
        head = next((r for r in range(top + 1, end) if any(map(str.strip, self.grid.rows[r]))), end)
        if head == end or not self._heads(head):
            return
        lines = [r for r in range(head + 1, end) if not self.grid.at(r, 0).strip().startswith(HELP)]
        lines = [r for r in lines if any(self.grid.at(r, c).strip() for c in self.at.values())]
        if self.table.shape is Shape.FIELDS:
            self._fields(lines)
            return
        lines = [row for row in lines if self._fits(row)]
        if self.table.shape is Shape.LEDGER:
            self._ledger(lines)
        else:
            self._several(lines)

    def _fits(self, row: int) -> bool:
        """Tell whether a row is of this table: one pasted from a wider table has numbers beside."""
        last = max(self.at.values())
        beyond = [
            (c, t.strip()) for c, t in enumerate(self.grid.rows[row]) if c > last and t.strip()
        ]
        for column, text in beyond:
            if NUMBER.fullmatch(cleaned(text)):
                message = f"“{self.table.title}”没有这一列，这一行是不是贴错了表"
                self.fault(row, column, message, "移到它的表里，或清空这一格；这一行没有读")
                return False
        for column, text in beyond:
            told = f"“{self.table.title}”没有这一列，没有读：{text[:30]}"
            self.filled.notes.append(f"{self.spot(row, column)}：{told}")
        return True

    def _heads(self, row: int) -> bool:
        """Find the columns by their heads; what is not there is noted."""
        wanted = self.table.heads
        for column, text in enumerate(self.grid.rows[row]):
            head = text.strip()
            head = head if head in wanted else re.sub(r"（[^（）]*）$", "", head)
            if head in wanted:
                self.at.setdefault(head, column)
        missing = [head for head in wanted if head not in self.at]
        needed = [
            h for h in missing if h in self.table.keys or h in (ABOVE, ACCOUNT, "项目", "填报")
        ]
        if needed:
            message = f"“{self.table.title}”的表头少了：{'、'.join(needed)}"
            self.fault(row, 0, message, "把表头改回来，这张表没有读")
            self.filled.is_whole = False
            return False
        if missing:
            told = f"“{self.table.title}”少了列：{'、'.join(missing)}（按没有改过处理）"
            self.filled.notes.append(f"{self.spot(row, 0)}：{told}")
            self.filled.is_whole = False
        return True

    # ── rows of each shape ───────────────────────────────────────

    def _fields(self, lines: list[int]) -> None:
        columns, seen = {c.head: c for c in self.table.columns}, set[str]()
        for row in lines:
            label, at = self.grid.at(row, self.at["项目"]).strip(), self.at["填报"]
            seen.add(label)
            if column := columns.get(label):
                self.put((*self.table.path, *column.path), row, at, column.reader)
            elif self.grid.at(row, at).strip():
                hint = did_you_mean(label, columns) or "“项目”一列不要改"
                self.fault(row, at, f"“{self.table.title}”里没有“{label}”这一项", hint)
        if missing := [head for head in columns if head not in seen]:
            told = f"“{self.table.title}”少了行：{'、'.join(missing)}（按没有改过处理）"
            self.filled.notes.append(f"{self.filled.source.path.name}：{told}")
            self.filled.is_whole = False

    def _keys(self, row: int) -> Path | None:
        """Return the names that a row is for; None where one is missing or isn't known."""
        names = tuple(
            " ".join(self.grid.at(row, self.at[head]).split()) for head in self.table.keys
        )
        for head, name in zip(self.table.keys, names, strict=True):
            if not name:
                self.fault(row, self.at[head], f"这一行没有写“{head}”", "补上，或清空这一行")
                return None
        choices = self.table.choices
        if choices and names[-1] not in choices:
            hint = did_you_mean(names[-1], choices) or f"可写：{'、'.join(choices)}"
            at = self.at[self.table.keys[-1]]
            self.fault(row, at, f"“{self.table.title}”里没有“{names[-1]}”", hint)
            return None
        return names

    def _path(self, names: Path, row: int) -> Path:
        """Return the path of a row, each name placed in its cell."""
        rest, path = iter(zip(names, self.table.keys, strict=True)), tuple[str, ...]()
        for step in self.table.path:
            name, head = next(rest) if step == ANY else (step, "")
            path = (*path, name)
            if head:
                self.filled.cells.setdefault(path, self.spot(row, self.at[head]))
        return path

    def _several(self, lines: list[int]) -> None:
        first: dict[Path, int] = {}
        for row in lines:
            if (names := self._keys(row)) is None:
                continue
            path, is_list = self._path(names, row), self.table.shape is Shape.ITEMS
            if is_list:
                self._item(path, row)
                continue
            if path in first and not self.table.choices:
                message = f"“{'、'.join(names)}”在第 {first[path] + 1} 行已经有了"
                self.fault(row, self.at[self.table.keys[-1]], message, "改名，或并成一行")
                continue
            first.setdefault(path, row)
            put = [
                self.put((*path, *column.path), row, self.at[column.head], column.reader)
                for column in self.table.columns
                if column.head in self.at
            ]
            if not any(put) and not self.table.choices:
                told = f"“{'、'.join(names)}”这一行没有填内容，没有读"
                self.filled.notes.append(f"{self.spot(row, self.at[self.table.keys[-1]])}：{told}")

    def _item(self, path: Path, row: int) -> None:
        """Add an item to a list."""
        values = {
            column.head: (self.at[column.head], text)
            for column in self.table.columns
            if column.head in self.at
            and (text := self.value(row, self.at[column.head], column.reader)) is not None
        }
        if not values:
            return
        place = self.spot(row, next(iter(values.values()))[0])
        node = self._node(path[:-1], place)
        items = node.setdefault(path[-1], Items())
        node.keys_at.setdefault(path[-1], place)
        items.place = getattr(items, "place", place)
        self.filled.cells[*path, str(len(items))] = place
        if self.table.heads[-1] == "内容":
            items.append(scalar(values["内容"][1], place))
        else:
            told = {h: scalar(text, self.spot(row, at)) for h, (at, text) in values.items()}
            items.append(mapping(dict(told), place))

    def _ledger(self, lines: list[int]) -> None:
        """Read accounts, each below the one that 上级科目 names."""
        waiting: dict[Path, list[tuple[str, str, int]]] = {}
        for row in lines:
            if (names := self._keys(row)) is not None:
                above = ".".join(s.strip() for s in self.grid.at(row, self.at[ABOVE]).split("."))
                account = self.grid.at(row, self.at[ACCOUNT]).strip()
                waiting.setdefault(names, []).append((above, account, row))
        for names, rows in waiting.items():
            for accounts, row in self._placed(rows):
                path = self._path(names, row)
                for account in accounts:
                    is_part = account != COLUMNS and path[-1] != COLUMNS
                    path = (*path, PARTS, account) if is_part else (*path, account)
                if accounts:
                    self.filled.cells.setdefault(path, self.spot(row, self.at[ACCOUNT]))
                for column in self.table.columns:
                    if column.head in self.at:
                        # A column of a cross table is a number, no node.
                        end = () if len(path) > 1 and path[-2] == COLUMNS else column.path
                        self.put((*path, *end), row, self.at[column.head], column.reader)

    def _placed(self, rows: list[tuple[str, str, int]]) -> Iterator[tuple[Path, int]]:
        """Yield the accounts of a ledger's rows by their whole paths, those above first."""
        known: dict[str, Path] = {"": (), COLUMNS: (COLUMNS,)}
        for is_exact in (True, False):
            is_moving = True
            while is_moving:
                is_moving = False
                for entry in list(rows):
                    above, account, row = entry
                    fits = [above] if above in known else []
                    if not fits and not is_exact:
                        fits = [name for name in known if f".{name}".endswith(f".{above}")]
                    if len(fits) != 1:
                        continue
                    rows.remove(entry)
                    is_moving = True
                    if not account and above:
                        self.fault(
                            row, self.at[ACCOUNT], "这一行没有写“科目”", "补上，或清空这一行"
                        )
                        continue
                    path = (*known[fits[0]], account) if account else ()
                    if account == COLUMNS:
                        # The head of the totals by column: it has no amount of its own.
                        continue
                    if account and ".".join(path) in known:
                        self.fault(row, self.at[ACCOUNT], f"“{account}”写了两行", "并成一行")
                        continue
                    known[".".join(path)] = path
                    known[".".join((*path, COLUMNS))] = (*path, COLUMNS)
                    yield path, row
        for above, _, row in rows:
            fits = [name for name in known if f".{name}".endswith(f".{above}")]
            message = f"上级科目“{above}”" + ("不止一个" if fits else "没有这一行")
            hint = f"写全：{'、'.join(fits[:4])}" if fits else did_you_mean(above, known)
            self.fault(row, self.at[ABOVE], message, hint or "先给它加一行，最上一级留空")

    # ── cells ────────────────────────────────────────────────────

    def value(self, row: int, column: int, reader: Reads | None) -> str | None:
        """Return a cell as the file would say it; None for one that says nothing."""
        marks = self.grid.marks
        if _SUM.match(marks.formulas.get((row, column), "")):
            return None
        if doubt := self.grid.doubt(row, column):
            self.fault(row, column, *doubt)
            return None
        text = self.grid.at(row, column).strip()
        name = LEDGER_HEADS["名称"]
        is_name = self.table.shape is Shape.LEDGER and column == self.at.get(name)
        if is_name and NUMBER.fullmatch(cleaned(text)):
            message = f"“{name}”是名称，这里是数“{text}”，这一行是不是贴错了列"
            self.fault(row, column, message, "把数移到它的列里，或清空这一格")
            return None
        if isinstance(reader, TextOf):
            return (f"{text}\n" if "\n" in text and reader.markdown else text) or None
        if reference := _REFERENCE.fullmatch(text):
            return reference[1]
        if isinstance(reader, AmountOf) and is_nothing(text):
            return None
        plain = unicodedata.normalize("NFKC", text)
        text = cleaned(plain) if _NUMBERS.fullmatch(plain) else text
        return text or None

    def put(self, path: Path, row: int, column: int, reader: Reads | None) -> bool:
        """Put a cell's value at a path; return whether there is one."""
        text = self.value(row, column, reader)
        if text is None:
            return False
        place, node = self.spot(row, column), self._node(path[:-1], self.spot(row, column))
        if path[-1] in node:
            if str(node[path[-1]]) != text:
                message = f"这个数在 {node[path[-1]].place} 已经填了，两处不同"
                self.fault(row, column, message, "留一处，清空另一处")
            return True
        node[path[-1]] = scalar(text, place)
        node.keys_at[path[-1]] = place
        self.filled.cells[path] = place
        return True

    def _node(self, path: Path, place: Spot) -> Mapping:
        node: Any = self.filled.tree
        for number, step in enumerate(path, 1):
            if step not in node:
                known = self.filled.titles.get(path[:number], place)
                at = self.filled.cells.get(path[:number], known)
                node[step], node.keys_at[step] = mapping({}, at), at
            node = node[step]
        return node  # type: ignore[no-any-return]
