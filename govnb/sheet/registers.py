"""Ledgers beside a department's file → the sections of that file that they stand for.

`params/2026/bumen.月度.csv` fills 月度 of `params/2026/bumen.yml`: what a finance system exports is
copied there as it is, and every value keeps its file, row and column. Payments of one project and
month are added up; 当月 becomes 累计. Which columns there are, and which hold numbers, is what the
sections' own fields say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

from govnb.sheet import in_year
from govnb.sheet.evidence import Target
from govnb.sheet.fields import keys_of
from govnb.sheet.folder import FORMS, folded, registers_of
from govnb.sheet.in_year import APPROVED, MONTHS, PENDING, MonthlyLine, monitoring_rules
from govnb.sheet.self_evaluation import WHOLE_MONEY, FormMoney, ProjectForm, YearGoal
from govnb.text.faults import MOST_FAULTS, Fault, FaultsError, Place, did_you_mean
from govnb.text.ledger_file import Line, read_lines
from govnb.text.measure import PERCENT
from govnb.text.number import BadText, exported_number
from govnb.text.values import MONEY_UNIT, AmountOf, Kind, Reads
from govnb.text.yaml_text import Mapping as Tree
from govnb.text.yaml_text import mapping, scalar

# Of each ledger: the columns that name a row, and what a row states.
_ROWS: dict[str, tuple[tuple[str, ...], type[BaseModel]]] = {
    "月度": (("项目", "月份", "日期", "口径", "备注"), MonthlyLine),
    "预算调整": (("项目", "状态", "编号"), in_year.Adjustment),
    "三公台账": (("项目", "月份"), in_year.ThreePublicMonth),
    "结转结余对账": (("项目",), in_year.CarryOver),
    "绩效监控": (("项目", "月份", "指标"), in_year.MonitoredTarget),
    FORMS: (("项目", "指标"), ProjectForm),
}
CURRENT, TO_DATE, LAST_YEAR = "当月", "累计", "上年累计"
_MEASURED = {"当月支出": CURRENT, "累计支出": TO_DATE, "上年累计": LAST_YEAR}
# Of a 自评表: what its sections are in columns, and where 预算执行率, which forms print as their
# first indicator, goes.
_OF_MONEY = {"年初预算": "年初预算数", "调整后预算": "全年预算数", "全年执行数": "全年执行数"}
_OF_GOAL = ("预期目标", "实际完成")
_OF_TARGET = ("一级指标", "二级指标", "年度指标值", "实际完成值", "方向", "分值", "公布得分",
              "偏差原因", "改进措施")  # fmt: skip
_OF_RATE = {
    "分值": "执行率分值", "公布得分": "执行率得分", "偏差原因": "执行偏差原因",
    "实际完成值": "公布执行率",
}  # fmt: skip
_STATES = {"已批复": APPROVED, "已批": APPROVED, "已批准": APPROVED, "已完成": APPROVED}
_STATES |= dict.fromkeys((PENDING, "办理中", "在办", "未批复", "审批中", "待批复"), PENDING)
_MEASURES, _SAMPLE, _PROJECTS = "监控", "示例", "项目"
_HEAD = re.compile(r"(?P<name>.*?)\s*(?:[（(](?P<unit>元|千元|万元|亿元)[)）])?")
_UNIT = re.compile(r"单位\s*[:：]\s*(?P<unit>元|千元|万元|亿元)")
_MONTH = re.compile(r"0?(\d{1,2})月?份?(?:累计|当月|支出)?")
_TO_MONTH = re.compile(r"0?1月?[-—–~～至到]+(?=\d)")
_NUMERALS = ["", *"一二三四五六七八九十", "十一", "十二"]
_NUMERAL = re.compile("(十[一二]?|[一二三四五六七八九])(?=月)")
# A sheet's feet add up what stands above them; its heads come again on each printed page; 其中：
# is a part of the row above it.
_NO_PROJECT = re.compile(r"(?:.*(?:合计|总计|小计)|栏次|行次|项目|项目名称|其中)[:：]?|其中[:：].*")
_DATE = re.compile(r"(\d{4})[-/.年]?(\d{1,2})(?:[-/.月]?(?:\d{1,2}日?)?)?")


@dataclass
class _Ledger:
    """One ledger as read: its rows by column, and what is wrong with them."""

    kind: str
    file: str
    year: str
    # What a heading may also be called, and what that is here.
    aliases: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    # Each row's number in the file, and its cells: words, numbers, the number of its month.
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    # Whether its title says that it is made up.
    sample: bool = False

    def at(self, row: int, column: str = "") -> Place:
        return Place(self.file, row, self.columns.get(column, 0) + 1)

    def fault(self, row: int, column: str, message: str, hint: str = "") -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(self.at(row, column), message, hint))

    def cell(self, value: Decimal | str, row: int, column: str) -> Any:
        unit = self.units.get(column, "")
        text = value if isinstance(value, str) else f"{value:f}{unit}"
        return scalar(text, self.at(row, column))

    def column(self, cell: str) -> tuple[str, str]:
        """Return what a heading is called here, and the unit it states."""
        match = _HEAD.fullmatch(re.sub(r"\s", "", cell))
        name, unit = (match["name"], match["unit"] or "") if match else (cell, "")
        month = _MONTH.fullmatch(_TO_MONTH.sub("", _digits(name)))
        if month and f"{month[1]}月" in MONTHS and "月" in name:
            return f"{month[1]}月", unit
        return self.aliases.get(name, name), unit

    @cached_property
    def own(self) -> dict[str, Kind | None]:
        """The columns a ledger of this kind may have, and what those of numbers count."""
        names, model = _ROWS[self.kind]
        keys = dict(keys_of(model))
        if self.kind == FORMS:
            keys |= {name: keys_of(FormMoney)[own] for name, own in _OF_MONEY.items()}
            keys |= {name: keys_of(YearGoal)[name] for name in _OF_GOAL}
            keys |= {name: keys_of(Target)[name] for name in _OF_TARGET}
        elif self.kind == "月度":
            keys |= dict.fromkeys(("当月支出", *MONTHS), keys["累计支出"])
        counted = {name: _counted(key.reader) for name, key in keys.items() if key.reader}
        return dict.fromkeys(names) | counted


def _counted(reader: Reads | None) -> Kind | None:
    """Return what a field's number counts; None for words, be it with a number in them (≥95%)."""
    kind = reader.kind if isinstance(reader, AmountOf) else None
    return None if kind is None or kind.any_unit or kind.unit == PERCENT else kind


def add_sections(tree: Tree, path: Path, label: str, params: Path) -> list[Fault]:
    """Put the ledgers beside a department's file into what was read of it; return the faults.

    `label` is the department file's name in messages. A ledger whose title says 示例 fills
    监控.示例, too: what is made up says so itself and is never taken for real.
    """
    faults: list[Fault] = []
    found: dict[str, Tree] = {}
    heads = monitoring_rules(params).heads
    aliases = {str(also): name for name, others in heads.items() for also in others}
    for file in registers_of(path):
        kind = file.name.removeprefix(f"{path.stem}.").removesuffix(file.suffix)
        place = Place(f"{label.removesuffix(path.suffix)}.{kind}{file.suffix}")
        if kind in found:
            faults.append(Fault(place, f"“{kind}”有两个台账文件", "只留一个"))
            continue
        ledger = _Ledger(kind, place.file, path.parent.name, aliases)
        try:
            found[kind] = _section(ledger, read_lines(file, place.file))
        except FaultsError as error:
            faults += error.faults
            continue
        made = {kind: found[kind]}
        if kind == FORMS:
            forms = mapping({}, place)
            for project, form in found[kind].items():
                forms.put(project, mapping({"自评表": form}, form.place))
            made = {_PROJECTS: forms} if forms else {}
        if ledger.sample:
            made[_MEASURES] = mapping({_SAMPLE: scalar("是", place)}, place)
        faults += [*ledger.faults, *_lay(mapping(made, place), tree)]
    return [*faults, *_spelled_alike(found.values())]


def _lay(made: Tree, tree: Tree, above: str = "") -> Iterator[Fault]:
    """Put a ledger's sections among the file's own; what stands in both is a fault."""
    for name, section in made.items():
        own = tree.get(name)
        if own is None or name == _SAMPLE or (above == _PROJECTS and not isinstance(own, Tree)):
            tree.put(name, section)
        elif name in (_PROJECTS, _MEASURES) or above == _PROJECTS:
            yield from _lay(section, own, name) if isinstance(own, Tree) else ()
        else:
            message = f"“{above}”的{name}" if above else f"“{name}”"
            message += f"写在这里，又有台账文件 {section.place.file}"
            yield Fault(tree.keys_at[name], message, "只留一处")


def _spelled_alike(found: Iterable[Tree]) -> Iterator[Fault]:
    """Yield the projects whose names differ in blanks and width only: one would count as two."""
    first = dict[str, tuple[str, Place]]()
    for project, line in ((p, line) for section in found for p, line in section.items()):
        name, place = first.setdefault(folded(project), (project, line.place))
        if name != project:
            message = f"项目“{project}”与 {place.file}:{place.line} 的“{name}”只差空格或全半角"
            yield Fault(line.place, message, f"是同一个项目，都写 {name}")


def _section(ledger: _Ledger, lines: Sequence[Line]) -> Tree:
    _read(ledger, lines)
    return _monthly(ledger) if ledger.kind == "月度" and ledger.rows else _placed(ledger)


# ── The header and the rows ─────────────────────────────────────


def _read(ledger: _Ledger, lines: Sequence[Line]) -> None:
    """Find the header, below titles, and read the rows under it."""
    head = next((n for n, (_, cells) in enumerate(lines) if _named(ledger, cells) >= 2), None)
    if head is None:
        known = "、".join(sorted(ledger.own.keys() - {*MONTHS}))
        raise FaultsError.of(ledger.file, f"没有找到“{ledger.kind}”的表头", f"表头可写：{known}")
    above = " ".join(cell for _, cells in lines[:head] for cell in cells)
    unit = match["unit"] if (match := _UNIT.search(above)) else ""
    ledger.sample = _SAMPLE in above
    row, cells = lines[head]
    if len(lines) > head + 1 and (cells_below := _second_head(ledger, cells, lines[head + 1][1])):
        head, cells = head + 1, cells_below
    for at, cell in enumerate(cells):
        name, own = ledger.column(cell)
        if name in ledger.columns:
            ledger.fault(row, name, f"表头有两列“{name}”（第{at + 1}列又是“{cell}”）", "只留一列")
        elif name in ledger.own:
            ledger.columns[name] = at
            # Only money has a unit of money.
            kind = ledger.own[name]
            ledger.units[name] = (own or unit) if kind and kind.unit == MONEY_UNIT else ""
        elif cell and (hint := did_you_mean(cell, [*ledger.own, *ledger.aliases])):
            ledger.faults.append(Fault(Place(ledger.file, row, at + 1), f"表头没有“{cell}”", hint))
    if "项目" not in ledger.columns:
        raise FaultsError.of(ledger.file, "表头没有“项目”这一列", "加一列“项目”")
    _read_rows(ledger, lines[head + 1 :])


def _named(ledger: _Ledger, cells: Sequence[str]) -> int:
    return sum(ledger.column(cell)[0] in ledger.own for cell in cells)


def _second_head(ledger: _Ledger, above: Sequence[str], below: Sequence[str]) -> list[str]:
    """Return the heads of a header of two rows, 支出 over 当月 and 累计; none if it has one."""
    at = next((n for n, cell in enumerate(above) if ledger.column(cell)[0] == "项目"), 0)
    below = [*below, *[""] * (len(above) - len(below))]
    if below[at]:
        return []
    heads, group = list[str](), ""
    for n, low in enumerate(below):
        own = above[n] if n < len(above) else ""
        group = own or group
        told = [low, low + group, group + low] if low else []
        told += [own] if low in ("", "合计", "小计") else []
        heads.append(next((t for t in told if ledger.column(t)[0] in ledger.own), low))
    told = [head for head, low in zip(heads, below, strict=True) if low]
    return heads if _named(ledger, told) else []


def _read_rows(ledger: _Ledger, lines: Iterable[Line]) -> None:
    """Read the cells of each row; what is no number or month where one should be is a fault."""
    columns = dict(ledger.columns)
    numbers = {name for name in columns if ledger.own[name] is not None}
    at = "月份" if "月份" in columns else "日期" if ledger.kind == "月度" else ""
    if at in columns:
        ledger.columns.setdefault("月份", columns[at])
    for n, cells in lines:
        row: dict[str, Any] = {c: cells[at] if at < len(cells) else "" for c, at in columns.items()}
        if _NO_PROJECT.fullmatch(re.sub(r"\s", "", row["项目"])):
            continue
        if not row["项目"]:
            ledger.fault(n, "项目", "“项目”是空的", "补上项目名称")
            continue
        for column in numbers:
            try:
                row[column] = _number(row[column])
            except BadText as error:
                ledger.fault(n, column, f"“{column}”：{error}", error.hint)
                row[column] = None
        try:
            if at in columns:
                row["月份"] = _month_of(row[at], ledger.year)
            ledger.rows[n] = row
        except BadText as error:
            ledger.fault(n, at, str(error), error.hint)


@lru_cache(maxsize=4096)
def _number(text: str) -> Decimal | None:
    return exported_number(text) if text else None


def _digits(text: str) -> str:
    """Return a month's name with its number in digits: 十一月 as 11月."""
    return _NUMERAL.sub(lambda found: str(_NUMERALS.index(found[1])), text)


def _month_of(text: str, year: str) -> int:
    """Return the month a cell names; raise :class:`BadText` for one that names none of the year."""
    number = 0
    if match := _MONTH.fullmatch(_digits(text)):
        number = int(match[1])
    elif match := _DATE.fullmatch(text):
        number = int(match[2])
        if year.isdigit() and match[1] != year:
            raise BadText(f"“{text}”不是 {year} 年的", "别的年度的行放到那一年的台账里")
    if not 1 <= number <= len(MONTHS):
        raise BadText(f"“{text}”不是月份", "写 6、6月 或 2026-06-30")
    return number


# ── 月度 ────────────────────────────────────────────────────


class _Spent(NamedTuple):
    """What a project spent in, or up to, a month: a cell of a row."""

    row: int
    column: str
    month: int
    measure: str  # 当月, 累计 or 上年累计
    amount: Decimal


def _monthly(ledger: _Ledger) -> Tree:
    """Return 月度, each project cumulated to the last month the file has."""
    by_project = dict[str, list[_Spent]]()
    for spent in (every := _spent(ledger)):
        by_project.setdefault(ledger.rows[spent.row]["项目"], []).append(spent)
    faulty = {fault.place.line for fault in ledger.faults}
    unread = {row["项目"] for n, row in ledger.rows.items() if n in faulty}
    first = {row["项目"]: n for n, row in reversed(ledger.rows.items())}
    for project in first.keys() - by_project.keys() - unread:
        hint = "没有支出的写 0；不是项目的，删去这一行"
        ledger.fault(first[project], "项目", f"“{project}”各月的支出都是空的", hint)
    months = [spent.month for spent in every]
    lines = mapping({}, Place(ledger.file))
    for project, own in by_project.items():
        line: dict[str, Any] = dict(_once(ledger, own))
        this_year = [spent for spent in own if spent.measure != LAST_YEAR]
        line["累计支出"] = _cumulated(ledger, project, this_year, min(months), max(months))
        before = [spent for spent in own if spent.measure == LAST_YEAR]
        line["上年累计"] = _stated(ledger, before, f"{project}（上年）")
        stated = {name: value for name, value in line.items() if value}
        lines.put(project, mapping(stated, ledger.at(own[0].row, "项目")))
    return lines


def _spent(ledger: _Ledger) -> list[_Spent]:
    """Return what was spent, be it a column a month or a row a month."""
    wide = [month for month in MONTHS if month in ledger.columns]
    amounts = [column for column in _MEASURED if column in ledger.columns]
    hint = f"写 {CURRENT}、{TO_DATE} 或 {LAST_YEAR}"
    if wide and "口径" not in ledger.columns:
        message = "没有说明各月是当月数还是累计数"
        raise FaultsError.of(ledger.file, message, f"加一列“口径”，{hint}")
    if not wide and not (amounts and "月份" in ledger.columns):
        hint = "加“月份”和“当月支出”（或“累计支出”）两列，或 1月……12月 十二列"
        raise FaultsError.of(ledger.file, "看不出各月的支出在哪一列", hint)
    found, unsaid = list[_Spent](), dict[int, None]()
    for column in wide or amounts:
        for n, row in ledger.rows.items():
            measure = row["口径"] if wide else _MEASURED[column]
            measure = CURRENT if measure == "本月" else measure
            if row[column] is None:
                continue
            if measure not in _MEASURED.values():
                unsaid[n] = None
                continue
            month = int(column[:-1]) if wide else row["月份"]
            found.append(_Spent(n, column, month, measure, row[column]))
    for n in unsaid:
        ledger.fault(n, "口径", "没有说明各月是当月数还是累计数", hint)
    return found


def _once(ledger: _Ledger, own: Sequence[_Spent]) -> Iterator[tuple[str, Any]]:
    """Yield what a project states once, in whichever of its rows; the forecast is the last one."""
    for column in (name for name in keys_of(MonthlyLine) if name not in _MEASURED):
        cells = ((spent.row, ledger.rows[spent.row].get(column)) for spent in own)
        told = [(n, value) for n, value in cells if value not in (None, "")]
        if not told:
            continue
        is_last = column == "全年预计"
        at, value = told[-1] if is_last else told[0]
        other = next((cell for cell in told if cell[1] != value and not is_last), None)
        if other is not None:
            project = ledger.rows[at]["项目"]
            message = f"“{project}”的{column}是{other[1]}，第{at}行写的是{value}"
            hint = "同一个项目只能有一个；调整的写进“预算调整”台账"
            ledger.fault(other[0], column, message, hint)
        yield column, ledger.cell(value, at, column)


def _cumulated(
    ledger: _Ledger, project: str, own: Sequence[_Spent], first: int, last: int
) -> Tree | None:
    """Return a project's cumulative figures, whether they were given or are added up.

    `first` and `last` are the ledger's months.
    """
    current = [spent for spent in own if spent.measure == CURRENT]
    stated = _stated(ledger, [s for s in own if s.measure == TO_DATE], project, first)
    if not current:
        return stated
    summed, total, at = mapping({}, ledger.at(current[0].row)), Decimal(0), current[0]
    for number in range(1, last + 1):
        month = [spent for spent in current if spent.month == number]
        total, at = sum((spent.amount for spent in month), total), (month or [at])[0]
        summed.put(f"{number}月", ledger.cell(total, at.row, at.column))
    for name, given in stated.items() if stated else ():
        if str(given) != str(summed[name]):
            message = f"“{project}”{name}的累计支出是{given}，而 1—{name}的当月支出相加是"
            hint = f"改正其中一个；有的月份像是把{CURRENT}数和{TO_DATE}数填反了"
            ledger.faults.append(Fault(given.place, f"{message}{summed[name]}", hint))
            break
    return stated or summed


def _stated(
    ledger: _Ledger, own: Sequence[_Spent], project: str, first: int | None = None
) -> Tree | None:
    """Return cumulative figures as given; one below the month before is no cumulative figure.

    From the ledger's first month on each month must be there, if that is given.
    """
    found = dict[str, Any]()
    before, previous = Decimal(0), (first or 1) - 1
    for n, column, month, _, value in sorted(own, key=lambda spent: spent.month):
        name = f"{month}月"
        if name in found:
            ledger.fault(n, column, f"“{project}”{name}的累计数有两行", "只留一行")
        elif first and month > previous + 1:
            told = "、".join(f"{m}月" for m in range(previous + 1, month))
            ledger.fault(n, column, f"“{project}”没有{told}的累计数", "补上；没有支出的照抄上月")
        elif value < before and not ledger.rows[n].get("备注"):
            message = f"“{project}”{name}累计{value}，比{previous}月的{before}少"
            hint = "这一格像是当月数：改成累计数；确是退款、更正的，在“备注”里写明"
            ledger.fault(n, column, message, hint)
        found[name] = ledger.cell(value, n, column)
        before, previous = max(value, Decimal(0)), month
    return mapping(found, ledger.at(own[0].row)) if found else None


# ── The others ──────────────────────────────────────────────────


def _placed(ledger: _Ledger) -> Tree:
    """Return a ledger's rows as sections within sections, by the columns that name a row.

    Of 三公台账 the numbers of rows with the same names are added up. What is said of the whole of
    a 自评表 may stand in any of its rows, and in several.
    """
    top, sums = mapping({}, Place(ledger.file)), dict[tuple[str, ...], Decimal]()
    keys, is_form = _ROWS[ledger.kind][0], ledger.kind == FORMS
    for n, row in ledger.rows.items():
        path = [_key_of(ledger, n, row, column) for column in (keys[:1] if is_form else keys)]
        if not all(path):
            continue
        here = _below(top, path, ledger.at(n, "项目"))
        for column in [c for c in row if c not in (*keys, "月份") and row[c] not in (None, "")]:
            value, steps = row[column], [column]
            if is_form and not (steps := _of_form(column, row.get("指标", ""))):
                if not row.get("指标"):
                    ledger.fault(n, column, f"写了“{column}”，没有写指标", "补上指标的名称")
                continue
            section, last = _below(here, steps[:-1], ledger.at(n, column)), steps[-1]
            if is_added := ledger.kind == "三公台账" and isinstance(value, Decimal):
                value = sums[*path, last] = sums.get((*path, last), Decimal(0)) + value
            told = ledger.cell(value, n, column)
            if last not in section or is_added:
                section.put(last, told)
            elif not is_form or len(steps) == 3 or str(section[last]) != str(told):
                what = "·".join([*path, *steps[1:-1]])
                message = (
                    f"“{what}”的{column}在第{section[last].place.line}行已经写了{section[last]}"
                )
                ledger.fault(n, column, message, "同一项只写一次，只留一行")
    return top


def _of_form(column: str, indicator: str) -> list[str]:
    """Return where a column of a 自评表's row goes; none for what is said of no indicator."""
    if column in _OF_MONEY:
        return ["资金", WHOLE_MONEY, _OF_MONEY[column]]
    if column in _OF_GOAL:
        return ["年度目标", "目标1", column]
    if column not in _OF_TARGET:
        return [column]
    if indicator.startswith("预算执行"):
        return [_OF_RATE[column]] if column in _OF_RATE else []
    return ["绩效指标", indicator, column] if indicator else []


def _below(here: Tree, path: Iterable[str], place: Place) -> Tree:
    """Return the section at the end of a path, made where there is none."""
    for word in path:
        if word not in here:
            here.put(word, mapping({}, place))
        here = here[word]
    return here


def _key_of(ledger: _Ledger, row: int, cells: Mapping[str, Any], column: str) -> str:
    """Return the word that names a row on one level; none, with a fault, where there is none."""
    text = cells.get(column, "")
    if column == "编号":
        return str(text) or f"第{row}行"
    if column == "月份":
        if not text:
            ledger.fault(row, column, "没有写月份", "加一列“月份”")
        return f"{text}月" if text else ""
    if column == "状态":
        if text not in _STATES:
            said = f"“{text}”不是办理状态" if text else "没有写办理状态"
            ledger.fault(row, column, said, f"写 {APPROVED} 或 {PENDING}")
        return _STATES.get(text, "")
    if not text:
        ledger.fault(row, column, f"“{column}”是空的", f"补上{column}")
    return str(text)
