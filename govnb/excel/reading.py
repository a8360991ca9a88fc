"""The figures that a table of a workbook states, read from its cells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

import pandas as pd

from govnb.excel.maps import Cells, Form, Label, Lines, Pivot, Tree, Words, plain
from govnb.excel.source import address
from govnb.excel.table import TOTALS, Table, cleaned, is_nothing, is_number
from govnb.text.faults import Fault, FaultsError, Spot
from govnb.text.measure import signed
from govnb.text.number import BadText, parse_number
from govnb.text.section import VARIABLE

TOTAL_ROW = "合计"


@dataclass(frozen=True)
class Reading:
    """A figure as a cell states it."""

    name: str
    # The number as text, or a text; in the unit below.
    text: str
    spot: Spot
    # The sheet's unit of money; empty where the map gives a text.
    unit: str


@dataclass
class Found:
    """What is read of a workbook: figures, faults, and what was seen and not used."""

    readings: list[Reading] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # Name of the form → where its title stands.
    tables: dict[str, Spot] = field(default_factory=dict)
    departments: dict[str, Spot] = field(default_factory=dict)
    # Figures whose cell could not be read.
    unread: set[str] = field(default_factory=set)


def read_table(table: Table, found: Found) -> None:
    """Add what a table states to what is found."""
    reader = _Reader(table, found)
    if not reader.begin():
        return
    for cells in table.form.cells:
        reader.cells(cells)
    for tree in table.form.trees:
        reader.tree(tree)
    for lines in table.form.lines:
        reader.lines(lines)
    if table.form.pivots:
        reader.pivots()
    reader.unused()
    reader.unlabelled()


class _Reader:
    """Reads one table; whatever is wrong in a cell is noted with its place."""

    def __init__(self, table: Table, found: Found) -> None:
        self.table, self.found = table, found
        self.used: set[tuple[int, int]] = set()
        # What the form is filled in for; empty where it is the department.
        self.thing = ""

    def begin(self) -> bool:
        """Read what the form is about, and the labels of its head; tell whether it goes on."""
        form = self.table.form
        if form.named is not None:
            told = self.table.beside(form.named)
            if told is None:
                spot, hint = self.table.spot(self.table.top, 0), "在表头补上"
                message = f"“{self.table.name}”没有写{form.named.partition('|')[0]}"
                self.found.faults.append(Fault(spot, message, hint))
                return False
            self.thing = as_name(told[2])
            self.used.add(told[:2])
        for label in form.labels:
            told = self.table.beside(label.label)
            if told and label.is_number:
                self.amounts(label, told)
            elif told and not is_nothing(told[2]):
                self.used.add(told[:2])
                self.add(self.filled(label.fill), told[2], told[:2], "")
        return True

    def amounts(self, label: Label, told: tuple[int, int, str]) -> None:
        """Read the amount behind a label, and those of the rows below it that are its parts."""
        table, (row, at, typed) = self.table, told
        words, heads = tuple(Words(label.label).words), table.form.known_heads
        column = next(c for c in range(at + 1) if table.word(row, c).startswith(words))
        found = [(str(label.fill), row, typed)]
        for below in range(row + 1, table.bottom if label.parts else 0):
            word = table.word(below, column)
            if not word or word in heads or (below, column) in table.heads:
                break
            if not word.startswith(words):
                fill = str(label.parts).replace("{各项}", as_name(word))
                found.append((fill, below, table.grid.at(below, at)))
        for fill, line, text in found:
            name = self.filled(fill)
            if (number := self.value(line, at, [name], text)) is not None:
                self.add(name, number, (line, at))

    def filled(self, fill: str) -> str:
        """Return a figure's name with what the form is about put in."""
        return fill.replace("{名称}", self.thing)

    def value(
        self, row: int, column: int, names: Iterable[str] = (), typed: str | None = None
    ) -> str | None:
        """Return a cell's number as it would be typed; None where there is none.

        `names` are the figures that it is, which a cell that can't be read leaves open.
        """
        self.used.add((row, column))
        typed = self.table.grid.at(row, column) if typed is None else typed
        spot = self.table.spot(row, column)
        if doubt := self.table.grid.doubt(row, column):
            if (row, column) in self.table.grid.marks.hollow:
                raise FaultsError([Fault(spot, *doubt)])
            self.found.faults.append(Fault(spot, *doubt))
            self.found.unread.update(names)
            return None
        if is_nothing(typed):
            return None
        text = cleaned(typed)
        try:
            parse_number(text.removesuffix("%"), negative=True)
            return text
        except BadText as error:
            hint = error.hint.replace("未公布", "“—”或留空")
            self.found.faults.append(Fault(spot, str(error), hint))
            self.found.unread.update(names)
            return None

    def add(self, name: str, text: str, at: tuple[int, int], unit: str | None = None) -> None:
        """Add a reading."""
        unit = self.table.unit if unit is None else unit
        self.found.readings.append(Reading(name, text, self.table.spot(*at), unit))

    def cells(self, cells: Cells) -> None:
        """Read the cells of one entry; two that differ can't both be meant."""
        seen: dict[str, tuple[tuple[int, int], str]] = {}
        blanks: list[tuple[int, int]] = []
        for row, column, word in self.table.matches(cells):
            name = as_name(word).replace("\\", "＼")
            names = [VARIABLE.sub(name, fill) for fill in map(self.filled, cells.fill)]
            text = self.text(row, column) if cells.in_words else self.value(row, column, names)
            if text is None:
                blanks.append((row, column))
                continue
            first = seen.setdefault(word, ((row, column), text))
            if first[1] != text:
                here, there = address(row, column), address(*first[0])
                message = f"{there} 和 {here} 都像是“{word or cells.row or cells.column}”，数不同"
                hint = "同一张表只导入一套；表头重复的，在映射里用 #1、#2 指明第几个"
                self.found.faults.append(Fault(self.table.spot(row, column), message, hint))
            if first[0] == (row, column):
                for name in names:
                    self.add(name, text, (row, column), "" if cells.in_words else None)
        told = {row for (row, _), _ in seen.values()}
        for row, column in blanks:
            # An amount may stand further to the right, behind cells that aren't merged.
            if row not in told:
                self.blank_total(cells, row, column)

    def text(self, row: int, column: int) -> str | None:
        """Return a cell's words; None where it says nothing."""
        self.used.add((row, column))
        text = " ".join(self.table.grid.at(row, column).split())
        return None if is_nothing(text) else text

    def blank_total(self, cells: Cells, row: int, column: int) -> None:
        """Tell a total left empty below numbers; other rows may well have nothing to state."""
        if self.table.form.named is not None:
            return
        is_total = cells.row is not None and {w[-2:] for w in Words(cells.row).words} & TOTALS
        above = (at for at in self.table.cells if at[1] == column and at[0] < row)
        if is_total and any(not is_nothing(self.table.grid.at(*at)) for at in above):
            label = self.table.label(row, column)[0]
            spot, hint = self.table.spot(row, column), "补上合计"
            self.found.faults.append(Fault(spot, f"“{label}”是空的，上面各行有数", hint))

    def tree(self, tree: Tree) -> None:
        """Read a column of a table of codes: 类 with 3 digits, 款 with 5, 项 with 7."""
        top, known, zero = str(tree.fill), set[str](), set[str]()
        blank = dict[str, tuple[int, int]]()
        for row, column in self.table.below(tree.column):
            label, codes, _ = self.table.label(row, column)
            code = "".join(c if n == 0 else c.zfill(2) for n, c in enumerate(codes))
            if not code and label not in TOTALS:
                continue
            whole = [top, *(code[:n] for n in (3, 5) if n < len(code)), code]
            text = self.value(row, column, [".".join(whole).rstrip(".")])
            if text is None:
                if is_nothing(self.table.grid.at(row, column)):
                    blank[code] = row, column
                else:
                    known.add(code)
                continue
            if not re.search(r"[1-9]", text):
                zero.add(code)
            for upper in [code[:n] for n in (3, 5) if n < len(code) and code[:n] in blank]:
                if code in zero:
                    continue
                spot, hint = self.table.spot(*blank.pop(upper)), "补上这一行的数"
                message = f"“{upper}”这一行是空的，而它下面的“{code}”有数"
                self.found.faults.append(Fault(spot, message, hint))
            if code and len(code) not in (3, 5, 7):
                spot, hint = self.table.spot(row, column), "类是 3 位，款 5 位，项 7 位"
                self.found.faults.append(Fault(spot, f"这一行的编码“{code}”位数不对", hint))
                continue
            known.add(code)
            above = [code[:n] for n in (3, 5) if n < len(code) and code[:n] in known]
            name = ".".join([top, *above, code] if code else [top])
            self.add(name, text, (row, column))
            if code and label:
                self.add(f"{name}.名称", label, (row, column), "")
        for code, at in blank.items():
            if not code and known and "" not in known:
                spot, hint = self.table.spot(*at), "补上合计"
                self.found.faults.append(Fault(spot, "合计是空的，下面各行有数", hint))
            upper = next((code[:n] for n in (5, 3) if n < len(code) and code[:n] in known), "")
            upper = "" if upper in zero else upper
            if upper and not any(k != upper and k.startswith(upper) for k in known):
                message = f"“{code}”这一行是空的，而它上面的“{upper}”有数"
                self.found.faults.append(Fault(self.table.spot(*at), message, "补上这一行的数"))

    def lines(self, lines: Lines) -> None:
        """Read a list, one thing a line."""
        keys = self._keys(lines)
        begun, weighed = set[int](), set[int]()
        for number, (told, head) in enumerate(lines.columns.items()):
            *sign, value, unit = (head if "+" in head else f"{head}+").split("+")
            above = ""
            for row, column in sorted(self._first(value).items()):
                text = self.table.grid.at(row, column).strip()
                if told in lines.carried:
                    # A blank below a group's name is of that group, till another begins.
                    above = text or ("" if row in begun else above)
                    begun.update([row] if text else [])
                    text = above
                # What repeats the name says nothing, but the first: every line is of a group.
                is_name = number > 0 and _unweighed(text) == keys.get(row)
                if row not in keys or is_nothing(text) or is_name:
                    continue
                name = self.filled(lines.fill).replace("{键}", as_name(_unnumbered(keys[row])))
                weighed.update([row] if told == lines.weighed else [])
                self.used.add((row, column))
                before, behind = (self._beside(row, part) for part in ("".join(sign), unit))
                text = _joined(before, _as_stated(_unweighed(text)), behind)
                self.add(f"{name}.{told}", text, (row, column), "")
        for row, column in self._first(lines.by).items() if lines.weighed else ():
            points = _POINTS_BEHIND.search(self.table.grid.at(row, column).strip())
            if points and row in keys and row not in weighed:
                name = self.filled(lines.fill).replace("{键}", as_name(_unnumbered(keys[row])))
                self.add(f"{name}.{lines.weighed}", points[1], (row, column), "")

    def pivots(self) -> None:
        """Add up a list by its columns; of several departments' only that which is asked for."""
        table, read = self.table, dict[tuple[int, int], str | None]()
        owner = self._first(table.form.owner or "")
        for pivot in table.form.pivots:
            column, lines = self._first(pivot.by), []
            for row, at in self._first(pivot.value).items():
                named = table.grid.at(row, owner[row]).strip() if row in owner else ""
                named = "" if plain(named) in TOTALS else named
                # A total of several departments' lines is none of this one's.
                is_other = named not in table.chosen if named else len(table.owners) > 1
                if (row, at) not in read:
                    read[row, at] = None if is_other else self.value(row, at)
                if (number := read[row, at]) is not None and row in column:
                    words = {table.word(row, c) for c in range(at)}
                    key = as_name(table.grid.at(row, column[row]))
                    key = TOTAL_ROW if TOTALS & words else key
                    if not any(word.endswith("小计") for word in words):
                        lines.append((key, Decimal(number), row, at))
            self._pivot(pivot, pd.DataFrame(lines, columns=["by", "number", "row", "at"]))

    def _pivot(self, pivot: Pivot, frame: pd.DataFrame) -> None:
        for row in frame.loc[frame["by"] == "", "row"].tolist():
            spot = self.table.spot(row, self._first(pivot.by)[row])
            head = pivot.by.partition("|")[0]
            self.found.faults.append(Fault(spot, f"这一行有金额，没有写{head}", f"补上{head}"))
        named = frame[frame["by"] != ""]
        sums = named.groupby("by", sort=False).agg(
            {"number": "sum", "row": ["min", "max"], "at": "min"}
        )
        for key, number, first, last, at in sums.itertuples():
            fill = str(pivot.fill)
            name = fill.removesuffix(".{键}") if key == TOTAL_ROW else fill.replace("{键}", key)
            spot = self.table.spot(first, at)
            if last != first:
                spot = Spot(f"{spot.file}:{address(last, at)}", spot.line, spot.column)
            self.found.readings.append(Reading(name, f"{number:f}", spot, self.table.unit))

    def _first(self, head: str) -> dict[int, int]:
        """Return the column of a head in each row; the first of several that are merged."""
        return dict(reversed(self.table.below(head))) if head else {}

    def _beside(self, row: int, head: str) -> str:
        """Return what another column says in a row."""
        column = self._first(head).get(row)
        if column is None:
            return ""
        self.used.add((row, column))
        return self.table.grid.at(row, column).strip()

    def _keys(self, lines: Lines) -> dict[int, str]:
        """Return the name in each row that is one of the list, not a total, a foot or blank."""
        grid, keys, seen = self.table.grid, dict[int, str](), dict[str, int]()
        # A line merged from one end to the other, such as the foot, says but one thing.
        filled = {(row, told) for row, column in self.table.below(lines.wanted or lines.by)
                  if not is_nothing(told := grid.at(row, column).strip())}  # fmt: skip
        for row, column in sorted(self._first(lines.by).items()):
            text = _unweighed(grid.at(row, column))
            key = as_name(_unnumbered(text))
            is_filled = any(r == row and (_unweighed(t) != text or not lines.wanted)
                            for r, t in filled)  # fmt: skip
            if not key or plain(key) in TOTALS | self.table.form.known_rows or not is_filled:
                continue
            if key in seen:
                message = f"“{key}”有两行，另一行在 {address(seen[key], column)}"
                spot, hint = self.table.spot(row, column), "改一个名称，加上能区别的词"
                self.found.faults.append(Fault(spot, message, hint))
                continue
            keys[row], seen[key] = text, row
        return keys

    def unused(self) -> None:
        """Note the numbers under known heads that no entry of the map asked for."""
        table = self.table
        at = [c for c in table.cells if c not in self.used and is_number(table.grid.at(*c))]
        if table.form.pivots:
            return
        if table.form.lines:
            known = table.form.known_rows
            at = [c for c in at if not known & {table.word(c[0], n) for n in range(c[1])}]
        read, heads = {table.label(*c)[0] for c in self.used}, {c for _, c in self.used}
        rows = {table.label(*c)[0] or address(*c): c for c in reversed(at)
                if table.label(*c)[0] not in read - {""}}  # fmt: skip
        last = {c[1]: c for c in reversed(at) if c[1] not in heads}
        columns = {f"{'、'.join(sorted(table.heads[c]))}（{address(*c)}起）": c
                   for c in last.values() if c not in rows.values()}  # fmt: skip
        for what, found in (("行", rows), ("栏", columns)):
            if found:
                told = "、".join([*reversed(found)][:8]) + ("等" if len(found) > 8 else "")
                where = table.spot(*next(reversed(found.values())))
                self.found.notes.append(f"{where}：“{table.name}”里没有读的{what}：{told}")

    def unlabelled(self) -> None:
        """Note what stands behind a label that is known, or nearly, and was not read."""
        table, form, told = self.table, self.table.form, dict[str, tuple[int, int]]()
        if not form.lines:
            return
        first = min((row for row, _ in table.heads), default=table.bottom)
        for row in range(table.top + 1, table.bottom):
            for column, text in enumerate(table.grid.rows[row]):
                word = table.word(row, column)
                if not word or text in table.grid.rows[row][:column]:
                    continue
                behind = next(
                    (
                        (c, v)
                        for c in range(column + 1, table.width)
                        if (v := table.grid.at(row, c)).strip() and v != text
                    ),
                    None,
                )
                if behind is None or (row, behind[0]) in {*self.used, *table.heads}:
                    continue
                amount = is_number(behind[1]) and word in form.known_heads | form.known_rows
                near = row < first and len(word) <= 12 and any(
                    label in word for label in form.known_labels - form.known_amounts)  # fmt: skip
                near = near and not _is_told(behind[1], form)
                amount = amount or (is_number(behind[1]) and word in form.known_amounts)
                if (amount or near) and not is_nothing(behind[1]):
                    told.setdefault(" ".join(text.split()), (row, behind[0]))
        for text, at in told.items():
            message = f"“{text}”后面的没有读：{table.grid.at(*at).strip()[:30]}"
            self.found.notes.append(f"{table.spot(*at)}：{message}（要读的，在映射里补上这种写法）")


def _is_told(text: str, form: Form) -> bool:
    """Tell whether a text is itself a label in a form's head."""
    return any(label in plain(text) for label in form.known_labels)


# What a name can't hold, in the form that it can.
_BRACKETS = str.maketrans("[]{}\"'=*|\n", "［］｛｝”’＝＊｜ ")
# What a form's rows are numbered by, and the points that some print behind a group.
_NUMBER_OF_ROW = re.compile(r"^指标\s*(?:\d+\s*[:：、.]?|[:：])\s*")
_POINTS_BEHIND = re.compile(r"\s*[（(]\s*(\d+(?:\.\d+)?)\s*分\s*[)）]$")


def as_name(text: str) -> str:
    """Return a text as a step of a figure's name."""
    return " ".join(text.split()).replace(".", "·").translate(_BRACKETS)


def _unnumbered(text: str) -> str:
    return _NUMBER_OF_ROW.sub("", text.strip())


def _unweighed(text: str) -> str:
    """Return a short text, such as a group's name, without the points behind it."""
    return _POINTS_BEHIND.sub("", text.strip()) if len(text.strip()) <= 20 else text.strip()


def _joined(sign: str, value: str, unit: str) -> str:
    """Return a target from its columns: a sign the value lacks, and a bare number's unit."""
    if signed(sign)[0] and not signed(sign)[1] and not signed(value)[0]:
        value = f"{signed(sign)[0]}{value}"
    is_bare = re.fullmatch(r"-?[\d.]+", signed(value)[1] or value)
    return f"{value}{unit}" if is_bare and not is_nothing(unit) else value


def _as_stated(text: str) -> str:
    """Return a text of a form as the parameter file writes it: a number plainly, signs usual."""
    number = cleaned(text)
    return number if re.fullmatch(r"-?\d+(\.\d+)?%?", number) else " ".join(text.split())
