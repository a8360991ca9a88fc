"""Official tables found in a workbook by their titles, and what their heads say."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress

from govnb.excel.maps import Form, plain
from govnb.excel.reading import Found, read_table
from govnb.excel.source import Grid, Source, refused
from govnb.excel.table import MOST_HEADS, Table, is_number
from govnb.text.faults import Fault, FaultsError, Spot
from govnb.text.values import MONEY_UNITS

_UNIT = re.compile(r"单位:?(?:人民币)?([十百千万亿]*元)|[(](?:人民币)?([十百千万亿]*元)[)]")
_DEPARTMENT = re.compile(
    r"(?:编制|填报|公开|预算)?(?:部门|单位)(?:名称)?(?:[(][^)]*[)])?:\s*(\S.*)"
)
_OWNER = re.compile(r"(?:编制|填报|公开|预算)?(?:部门|单位)名称")
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
# A form is filled in a year later: 填报日期：2024年3月5日 is a date.
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*年(?!\s*\d{1,2}\s*月)")


def find(
    source: Source, forms: Mapping[str, Form], year: int,
    units: Mapping[str, str] | None = None, scope: str = "",
) -> Found:  # fmt: skip
    """Read every table of a workbook that a map knows.

    `units` are those told for tables that print none; of two sets of tables `scope` chooses.

    Raises
    ------
    FaultsError
        For a workbook of another year, tables in two sets, a formula never worked out.
    """
    found = Found()
    tables = _tables(source, forms, year, scope)
    dated = re.search(r"(?<!\d)(20\d\d)(?=年|决算|预算|部门)", source.path.name)
    if dated and int(dated[1]) != year:
        message = f"文件名写的是 {dated[1]} 年，要导入的是 {year} 年"
        raise refused(source.path.name, message, "核对年度；确是这一年的，改文件名再导入")
    tables = [t for t in tables if scope in "".join([_head_text(t), t.grid.name, *t.owners])]
    # A name in a list of contents is no table: nothing stands under heads, nor any amount.
    tables = [t for t in tables if t.cells or t.numbers]
    named = Counter(t.title for t in tables if not t.form.named or t.title != t.name)
    twice = {title for title, count in named.items() if count > 1}
    if twice:
        places = (
            f"“{t.title}”{t.spot(t.top, 0)}（{_title(t)}）" for t in tables if t.title in twice
        )
        message = f"同一张表有几套：{'；'.join(places)}"
        hint = "用 --scope 写其中一套的标题、工作表名或单位名里的词，如 --scope 本级"
        raise refused(source.path.name, message, hint)
    for table in tables:
        found.tables[table.title] = table.spot(table.top, 0)
        _read_heads(table, found, (units or {}).get(table.name, ""))
        if table.unit and _one_owner(table, found):
            before = len(found.readings) + len(found.faults)
            read_table(table, found)
            numbers = table.numbers or [c for c in table.cells if is_number(table.grid.at(*c))]
            if numbers and before == len(found.readings) + len(found.faults):
                message = f"认得“{table.name}”这个表名，里面的数一个也没有读出来"
                hint = "表头、行的叫法与映射不同：在 params/imports/ 里给这张表补上同义词"
                found.faults.append(Fault(table.spot(*numbers[0]), message, hint))
    if source.hidden:
        found.notes.append(f"{source.path.name}：隐藏的工作表没有读：{'、'.join(source.hidden)}")
    unread = [g.name for g in source.grids if g.name not in {t.grid.name for t in tables}]
    if unread and tables:
        found.notes.append(f"{source.path.name}：不认识的工作表没有读：{'、'.join(unread)}")
    return found


def _one_owner(table: Table, found: Found) -> bool:
    """Tell whether a table is of one department; note which, or that one must be chosen."""
    chosen = {name: table.spot(*at) for name, at in table.chosen.items()}
    # A total of the rows is the department's that the head names.
    heads = {str(spot).rpartition("!")[0] for spot in found.departments.values()}
    is_list = bool(table.form.pivots)
    if len(chosen) < 2 or (not is_list and str(table.spot(0, 0)).rpartition("!")[0] in heads):
        found.departments |= chosen if is_list else {}
        return True
    told = f"{len(chosen)} {'家单位' if is_list else '行'}：{'、'.join([*chosen][:6])}"
    message = f"“{table.name}”里有 {told}，不知道要读哪一{'家' if is_list else '行'}"
    found.faults.append(Fault([*chosen.values()][1], message, "用 --scope 写它的名称"))
    return False


def _tables(source: Source, forms: Mapping[str, Form], year: int, scope: str) -> list[Table]:
    """Return the tables, each from its title to the next one."""
    found = []
    for grid in source.grids:
        titles = [
            (row, names) for row in range(len(grid.rows)) if (names := _named(grid, row, forms))
        ]
        if not titles and (names := _best(grid.name, forms)):
            titles = [(0, names)]
        # A title printed twice, as in a head and a merged cell below it, is one.
        titles = [t for n, t in enumerate(titles) if not n or t[1] != titles[n - 1][1]
                  or t[0] - titles[n - 1][0] > MOST_HEADS]  # fmt: skip
        ends = [*(row for row, _ in titles[1:]), len(grid.rows)]
        # A sheet without a title that is known has no table.
        for (row, names), end in zip(titles, ends, strict=False):
            found.append(_fitting([
                Table(name, forms[name], source, grid, row, end, year, scope=scope)
                for name in names
            ]))  # fmt: skip
    return found


def _fitting(tables: list[Table]) -> Table:
    """Return the one of the tables that a title may mean of which most can be read."""
    if len(tables) == 1:
        return tables[0]

    def read(table: Table) -> int:
        tried = Found()
        with suppress(FaultsError):
            read_table(table, tried)
        return len(tried.readings)

    return max(tables, key=read)


def _named(grid: Grid, row: int, forms: Mapping[str, Form]) -> list[str]:
    """Return the forms whose title stands in a row, alone but for its number."""
    words = {text.strip() for text in grid.rows[row] if text.strip()}
    titles = [word for word in words if len(word) <= 60 and _best(word, forms)]
    return _best(titles[0], forms) if len(titles) == 1 and len(words) <= 3 else []


def _best(title: str, forms: Mapping[str, Form]) -> list[str]:
    """Return the forms with the longest title that stands in a text."""
    text = plain(title)
    fits = [
        (len(plain(t)), name)
        for name, form in forms.items()
        for t in form.titles
        if plain(t) in text and not any(plain(o) in text for o in form.others)
    ]
    longest = max(fits)[0] if fits and "目录" not in text else 0
    return [name for length, name in fits if length == longest]


def _heads(table: Table) -> Iterator[tuple[int, int, str]]:
    """Yield the texts around a table's title: from the row above it to its first number."""
    first = min((row for row, _ in table.heads), default=table.bottom)
    # A form filled in once a thing names the unit in the row of heads: 项目资金（万元）.
    first += 1 if table.form.named else 0
    for row in range(max(table.top - 1, 0), max(first, min(table.top + 4, table.bottom))):
        cells = table.grid.rows[row]
        for column, text in enumerate(cells):
            told = unicodedata.normalize("NFKC", text).strip()
            if told.endswith(":"):
                # What a label says may stand in a cell of its own.
                told += next((t for t in cells[column + 1 :] if t.strip() and t != text), "")
            if told:
                yield row, column, told


def departments_of(source: Source) -> Iterator[str]:
    """Yield the departments that the first rows of a workbook's sheets name, as labels.

    A name stands behind its label, in the same cell or the next, or all down a list's column.
    """
    for grid in source.grids:
        for row, cells in enumerate(grid.rows[:6]):
            for column, text in enumerate(cells):
                told = unicodedata.normalize("NFKC", text).strip()
                is_label = _OWNER.fullmatch(told) is not None
                below = {grid.at(r, column).strip() for r in range(row + 1, len(grid.rows))}
                if is_label and len(below - {""}) == 1:
                    told = f"{told}:{next(iter(below - {''}))}"
                elif told.endswith(":") or (is_label and len({*cells} - {""}) <= 3):
                    behind = (t for t in cells[column + 1 :] if t.strip() and t != text)
                    told = f"{told.rstrip(':')}:{next(behind, '')}"
                is_unit = _UNIT.search(re.sub(r"\s", "", told))
                if not is_unit and (named := _DEPARTMENT.search(told)):
                    yield plain(re.sub(r"[(].*?[)]|^\d+\s*[-—_ ]?\s*", "", named[1]))


def _head_text(table: Table) -> str:
    return " ".join(text for _, _, text in _heads(table))


def _title(table: Table) -> str:
    return next((t.strip() for t in table.grid.rows[table.top] if t.strip()), table.grid.name)


def _read_heads(table: Table, found: Found, told: str) -> None:
    """Read a table's unit, year and department; one without a unit is not read further."""
    units: dict[str, Spot] = {}
    for row, column, text in _heads(table):
        spot = table.spot(row, column)
        if unit := _UNIT.search(re.sub(r"\s", "", text)):
            units.setdefault(unit[1] or unit[2], spot)
        elif plain(text.partition(":")[0]) in table.form.known_labels:
            continue
        elif department := _DEPARTMENT.search(text):
            found.departments.setdefault(department[1].strip(), spot)
        for year in map(int, _YEAR.findall(text.translate(_DIGITS))):
            is_title = row == table.top
            if year != table.year and (is_title or year != table.year - 1):
                message = f"表上写的是 {year} 年，要导入的是 {table.year} 年"
                found.faults.append(Fault(spot, message, "核对是不是拿错了年度的表"))
                return
    if odd := [unit for unit in units if unit not in MONEY_UNITS]:
        message = f"“{odd[0]}”不是认得的金额单位"
        hint = f"核对后写 --unit {table.name}=万元（或元、千元、亿元），并把表上的数换算好"
        found.faults.append(Fault(units[odd[0]], message, hint))
    elif len(units) > 1:
        message = f"同一张表写了两种单位：{'、'.join(units)}"
        found.faults.append(Fault([*units.values()][1], message, "只留一种，数与单位要相符"))
    elif not (told or units or table.form.unit):
        hint = f"核对后写 --unit {table.name}=万元（或元、千元、亿元）"
        message = f"“{table.name}”没有印单位，不能猜"
        found.faults.append(Fault(table.spot(table.top, 0), message, hint))
    else:
        table.unit = told or next(iter(units), str(table.form.unit))
