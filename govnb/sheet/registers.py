"""Ledgers beside a department's file → the sections of that file that they stand for.

`params/2026/bumen.月度.csv` fills 月度 of `params/2026/bumen.yml`: what a finance system exports is
copied there as it is, and every value keeps its file, row and column. Payments of one project and
month are added up; 当月 becomes 累计.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from govnb.sheet.folder import FORMS, folded, registers_of
from govnb.sheet.in_year import APPROVED, MONTHS, PENDING, monitoring_rules
from govnb.sheet.self_evaluation import WHOLE_MONEY
from govnb.text.faults import MOST_FAULTS, Fault, FaultsError, Place, did_you_mean
from govnb.text.ledger_file import Line, read_lines
from govnb.text.number import BadText, exported_number
from govnb.text.yaml_text import Mapping as Tree
from govnb.text.yaml_text import mapping, scalar

# Of each ledger: the columns that name a row, and the columns of words and of numbers.
_KEYS = {
    "预算调整": ("项目", "状态", "编号"),
    "三公台账": ("项目", "月份"),
    "结转结余对账": ("项目",),
    "绩效监控": ("项目", "月份", "指标"),
}
_WORDS = {
    "月度": ("类别", "科目", "口径", "备注"),
    "预算调整": ("日期", "文号", "必要性", "政策依据", "预期效果", "审批层级", "备注"),
    "三公台账": ("备注",),
    "结转结余对账": ("科目", "资金性质", "差额原因", "处理"),
    "绩效监控": (
        "一级指标", "二级指标", "年度指标值", "执行情况", "全年预计完成", "偏差原因", "原因说明",
        "措施", "完成目标可能性", "备注",
    ),
}  # fmt: skip
_NUMBERS = {
    "月度": ("年初预算", "调整后预算", "全年预计", "当月支出", "累计支出", "上年累计", *MONTHS),
    "预算调整": ("金额",),
    "三公台账": ("金额", "批次", "人次"),
    "结转结余对账": ("年初数", "单位账面", "财政指标"),
    "绩效监控": (),
}
# Of a 自评表: what is said of the whole, what of each indicator, and where it goes.
_OF_FORM = {
    "年初预算": f"资金.{WHOLE_MONEY}.年初预算数", "调整后预算": f"资金.{WHOLE_MONEY}.全年预算数",
    "全年执行数": f"资金.{WHOLE_MONEY}.全年执行数", "预期目标": "年度目标.目标1.预期目标",
    "实际完成": "年度目标.目标1.实际完成",
} | {
    name: name
    for name in ("项目编码", "主管部门", "实施单位", "公布执行率", "执行率分值", "执行率得分",
                 "执行偏差原因", "预算调整说明", "总分")
}  # fmt: skip
_OF_TARGET = ("一级指标", "二级指标", "年度指标值", "实际完成值", "方向", "分值", "公布得分",
              "偏差原因", "改进措施")  # fmt: skip
# Where a form prints 预算执行率 as its first indicator.
_OF_RATE = {
    "分值": "执行率分值", "公布得分": "执行率得分", "偏差原因": "执行偏差原因",
    "实际完成值": "公布执行率",
}  # fmt: skip
_MONEY_OF_FORM = ("年初预算", "调整后预算", "全年执行数")
_KEYS[FORMS] = ("项目", "指标")
_NUMBERS[FORMS] = (*_MONEY_OF_FORM, "分值", "公布得分", "执行率分值", "执行率得分", "总分")
_WORDS[FORMS] = tuple(n for n in (*_OF_FORM, *_OF_TARGET) if n not in _NUMBERS[FORMS])
_NO_MONEY = ("批次", "人次", *(n for n in _NUMBERS[FORMS] if n not in _MONEY_OF_FORM))
CURRENT, TO_DATE, LAST_YEAR = "当月", "累计", "上年累计"
_STATES = {"已批复": APPROVED, "已批": APPROVED, "已批准": APPROVED, "已完成": APPROVED}
_STATES |= dict.fromkeys((PENDING, "办理中", "在办", "未批复", "审批中", "待批复"), PENDING)
_MEASURES, _SAMPLE = "监控", "示例"
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
    aliases: Mapping[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
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

    @property
    def own(self) -> frozenset[str]:
        """The columns a ledger of this kind may have."""
        keys = _KEYS.get(self.kind, ("项目", "月份", "日期"))
        return frozenset((*keys, *_WORDS[self.kind], *_NUMBERS[self.kind]))


def sections(path: Path, label: str, params: Path) -> tuple[dict[str, Tree], list[Fault]]:
    """Return the sections that the ledgers beside a department's file fill, and their faults.

    `label` is the department file's name in messages. A ledger whose title says 示例 fills
    监控.示例, too: what is made up says so itself and is never taken for real.
    """
    found: dict[str, Tree] = {}
    faults: list[Fault] = []
    heads = monitoring_rules(params).heads
    aliases = {str(also): name for name, others in heads.items() for also in others}
    for file in registers_of(path):
        kind = file.name.removeprefix(f"{path.stem}.").removesuffix(file.suffix)
        name = f"{label.removesuffix(path.suffix)}.{kind}{file.suffix}"
        if kind in found:
            faults.append(Fault(Place(name), f"“{kind}”有两个台账文件", "只留一个"))
            continue
        try:
            ledger = _Ledger(kind, name, path.parent.name, aliases)
            found[kind] = _section(ledger, read_lines(file, name))
            faults += ledger.faults
            if ledger.sample:
                found[_MEASURES] = mapping({_SAMPLE: scalar("是", Place(name, 1))}, Place(name, 1))
        except FaultsError as error:
            faults += error.faults
    return found, [*faults, *_spelled_alike(found)]


def _spelled_alike(found: Mapping[str, Tree]) -> Iterator[Fault]:
    """Yield the projects whose names differ in blanks and width only: one would count as two."""
    first = dict[str, tuple[str, Place]]()
    for project, line in ((p, line) for section in found.values() for p, line in section.items()):
        if isinstance(line, Tree):
            name, place = first.setdefault(folded(project), (project, line.place))
            if name != project:
                message = f"项目“{project}”与 {place.file}:{place.line} 的“{name}”只差空格或全半角"
                yield Fault(line.place, message, f"是同一个项目，都写 {name}")


def add_sections(tree: Tree, path: Path, label: str, params: Path) -> list[Fault]:
    """Put the ledgers beside a department's file into what was read of it; return the faults."""
    found, faults = sections(path, label, params)
    for project, form in (found.pop(FORMS, None) or {}).items():
        projects = _below(tree, "项目", form.place)
        if not isinstance(projects, Tree):
            break
        own = _below(projects, project, form.place)
        if not isinstance(own, Tree):
            own = projects[project] = mapping({}, form.place)
        if "自评表" in own:
            message = f"“{project}”的自评表写在这里，又有台账文件 {form.place.file}"
            faults.append(Fault(own.keys_at["自评表"], message, "只留一处"))
        else:
            own["自评表"], own.keys_at["自评表"] = form, form.place
    for kind, section in found.items():
        if kind == _MEASURES and kind in tree:
            tree[kind] |= section
            tree[kind].keys_at |= section.keys_at
        elif kind in tree:
            message = f"“{kind}”写在这里，又有台账文件 {section.place.file}"
            faults.append(Fault(tree.keys_at[kind], message, "只留一处"))
        else:
            tree[kind], tree.keys_at[kind] = section, section.place
    return faults


def _section(ledger: _Ledger, lines: Sequence[Line]) -> Tree:
    _read(ledger, lines)
    if ledger.rows.empty:
        return mapping({}, Place(ledger.file))
    makers = {"月度": _monthly, FORMS: _forms}
    return makers.get(ledger.kind, _nested)(ledger)


# ── The header and the rows ─────────────────────────────────────


def _read(ledger: _Ledger, lines: Sequence[Line]) -> None:
    """Find the header, below titles, and read the rows under it."""
    head = next((n for n, (_, cells) in enumerate(lines) if _named(ledger, cells) >= 2), None)
    if head is None:
        known = "、".join(sorted(ledger.own - {*MONTHS}))
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
            money = name in _NUMBERS[ledger.kind] and name not in _NO_MONEY
            ledger.units[name] = (own or unit) if money else ""
        elif cell and (hint := did_you_mean(cell, [*ledger.own, *ledger.aliases])):
            ledger.faults.append(Fault(Place(ledger.file, row, at + 1), f"表头没有“{cell}”", hint))
    taken = list(ledger.columns.items())
    below = [(n, [c[at] if at < len(c) else "" for _, at in taken]) for n, c in lines[head + 1 :]]
    rows = pd.DataFrame(
        [c for _, c in below], index=[n for n, _ in below], columns=[name for name, _ in taken]
    )
    if "项目" not in rows:
        raise FaultsError.of(ledger.file, "表头没有“项目”这一列", "加一列“项目”")
    names = rows["项目"].str.replace(r"\s", "", regex=True)
    rows = rows[~names.map(lambda name: bool(_NO_PROJECT.fullmatch(name))).astype(bool)]
    for n in rows.index[rows["项目"] == ""][:MOST_FAULTS]:
        ledger.fault(n, "项目", "“项目”是空的", "补上项目名称")
    ledger.rows = rows[rows["项目"] != ""].copy()
    _read_cells(ledger)


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
    is_head = any(ledger.column(head)[0] in ledger.own for head in told)
    return heads if is_head else []


def _digits(text: str) -> str:
    """Return a month's name with its number in digits: 十一月 as 11月."""
    return _NUMERAL.sub(lambda found: str(_NUMERALS.index(found[1])), text)


def _read_cells(ledger: _Ledger) -> None:
    """Turn the numbers and months of the rows into numbers; what is none is a fault."""
    rows = ledger.rows
    for column in [c for c in rows if c in _NUMBERS[ledger.kind]]:
        values = {text: _value(text) for text in rows[column].unique()}
        wrong = rows[column].map(lambda text: isinstance(values[text], BadText))  # noqa: B023
        for n, text in rows[column][wrong][:MOST_FAULTS].items():
            told: Any = values[text]
            ledger.fault(int(str(n)), column, f"“{column}”：{told}", told.hint)
        known = {t: None if isinstance(v, BadText) else v for t, v in values.items()}
        rows[column] = rows[column].map(known).astype(object).where(lambda each: each.notna(), None)
    at = "月份" if "月份" in rows else "日期" if ledger.kind == "月度" else ""
    if at in rows:
        read = {text: _month_of(text, ledger.year) for text in rows[at].unique()}
        bad = rows[at].map(lambda text: isinstance(read[text], tuple))
        for n, text in rows[at][bad][:MOST_FAULTS].items():
            message, hint = read[text]  # type: ignore[misc]
            ledger.fault(int(str(n)), at, message, hint)
        rows["月份"] = rows[at].map(read)
        ledger.rows = rows[~bad].copy()
        ledger.columns.setdefault("月份", ledger.columns[at])


def _value(text: str) -> Decimal | BadText | None:
    try:
        return exported_number(text) if text else None
    except BadText as error:
        return error


def _month_of(text: str, year: str) -> int | tuple[str, str]:
    """Return the month a cell names, or what is wrong with it."""
    if match := _MONTH.fullmatch(_digits(text)):
        number = int(match[1])
    elif match := _DATE.fullmatch(text):
        number = int(match[2])
        if year.isdigit() and match[1] != year:
            return f"“{text}”不是 {year} 年的", "别的年度的行放到那一年的台账里"
    else:
        number = 0
    if 1 <= number <= 12:
        return number
    return f"“{text}”不是月份", "写 6、6月 或 2026-06-30"


# ── 月度 ────────────────────────────────────────────────────


def _monthly(ledger: _Ledger) -> Tree:
    """Return 月度, each project cumulated to the last month the file has."""
    faulty = {fault.place.line for fault in ledger.faults}
    unread = ledger.rows["项目"][[row in faulty for row in ledger.rows.index]]
    every = ledger.rows.groupby("项目", sort=False).head(1)["项目"]
    _unfold(ledger)
    rows = ledger.rows
    for row, project in every[~every.isin([*rows["项目"], *unread])].items():
        ledger.fault(
            int(str(row)),
            "项目",
            f"“{project}”各月的支出都是空的",
            "没有支出的写 0；不是项目的，删去这一行",
        )
    if rows.empty:
        return mapping({}, Place(ledger.file))
    span, lines = (int(rows["月份"].min()), int(rows["月份"].max())), dict[str, Any]()
    for project, own in rows.groupby("项目", sort=False):
        first = int(own.index[0])
        line: dict[str, Any] = dict(_once(ledger, own))
        line["累计支出"] = _cumulated(ledger, str(project), own[own["口径"] != LAST_YEAR], span)
        before = own[own["口径"] == LAST_YEAR]
        line["上年累计"] = _stated(ledger, before, "上年累计")
        lines[str(project)] = mapping(
            {name: value for name, value in line.items() if value}, ledger.at(first, "项目")
        )
    return mapping(lines, Place(ledger.file))


def _unfold(ledger: _Ledger) -> None:
    """Bring the rows to one a project and month, with what its 支出 is: 当月, 累计 or 上年累计."""
    rows = ledger.rows
    wide = [month for month in MONTHS if month in rows]
    amounts = [c for c in ("当月支出", "累计支出", "上年累计") if c in rows]
    if wide:
        parts = [(month, int(month[:-1]), "") for month in wide]
        if "口径" not in rows:
            hint = f"加一列“口径”，写 {CURRENT}、{TO_DATE} 或 {LAST_YEAR}"
            raise FaultsError.of(ledger.file, "没有说明各月是当月数还是累计数", hint)
    elif amounts and "月份" in rows:
        said = {"当月支出": CURRENT, "累计支出": TO_DATE, "上年累计": LAST_YEAR}
        parts = [(name, 0, said[name]) for name in amounts]
    else:
        hint = "加“月份”和“当月支出”（或“累计支出”）两列，或 1月……12月 十二列"
        raise FaultsError.of(ledger.file, "看不出各月的支出在哪一列", hint)
    long = []
    for column, month, measure in parts:
        each = rows[rows[column].notna()].drop(columns=[*wide, *amounts])
        each = each.assign(支出=rows[column].dropna(), 栏=column)
        each["月份"] = month if month else each["月份"].astype(int)
        each["口径"] = measure if measure else each["口径"].replace({"本月": CURRENT})
        long.append(each)
    together = pd.concat(long)
    wrong = ~together["口径"].isin([CURRENT, TO_DATE, LAST_YEAR])
    for n in dict.fromkeys(together.index[wrong]):
        hint = f"写 {CURRENT}、{TO_DATE} 或 {LAST_YEAR}"
        ledger.fault(int(n), "口径", "没有说明各月是当月数还是累计数", hint)
    ledger.rows = together[~wrong]


def _once(ledger: _Ledger, own: pd.DataFrame) -> Iterator[tuple[str, Any]]:
    """Yield what a project states once, in whichever of its rows; the forecast is the last one."""
    for column in ("类别", "科目", "年初预算", "调整后预算", "全年预计"):
        if column not in own:
            continue
        told = own[column][own[column].notna() & (own[column] != "")]
        if told.empty:
            continue
        at = int(told.index[-1] if column == "全年预计" else told.index[0])
        value = told.loc[[at]].iloc[0]
        other = told[told != value]
        if column != "全年预计" and not other.empty:
            row, project = int(other.index[0]), own["项目"].iloc[0]
            message = f"“{project}”的{column}是{other.iloc[0]}，第{at}行写的是{value}"
            ledger.fault(row, column, message, "同一个项目只能有一个；调整的写进“预算调整”台账")
        yield column, ledger.cell(value, at, column)


def _cumulated(
    ledger: _Ledger, project: str, own: pd.DataFrame, span: tuple[int, int]
) -> Tree | None:
    """Return a project's cumulative figures, whether they were given or are added up.

    `span` is the ledger's first and last month.
    """
    measures = list(own["口径"].unique())
    if not measures:
        return None
    by_measure = {m: own[own["口径"] == m] for m in measures}
    stated = _stated(ledger, by_measure.get(TO_DATE, own[:0]), project, span[0])
    if CURRENT not in by_measure:
        return stated
    summed, total = dict[str, Any](), Decimal(0)
    months = {int(m): rows for m, rows in by_measure[CURRENT].groupby("月份")}
    first = by_measure[CURRENT]
    at, column = int(first.index[0]), str(first["栏"].iloc[0])
    for number in range(1, span[1] + 1):
        if (rows := months.get(number)) is not None:
            total += sum(rows["支出"], Decimal(0))
            at, column = int(rows.index[0]), str(rows["栏"].iloc[0])
        summed[f"{number}月"] = ledger.cell(total, at, column)
    if stated is None:
        return mapping(summed, ledger.at(int(first.index[0])))
    for month, given in stated.items():
        if str(given) != str(summed[month]):
            message = f"“{project}”{month}的累计支出是{given}，而 1—{month}的当月支出相加是"
            hint = f"改正其中一个；有的月份像是把{CURRENT}数和{TO_DATE}数填反了"
            ledger.faults.append(Fault(given.place, f"{message}{summed[month]}", hint))
            break
    return stated


def _stated(
    ledger: _Ledger, own: pd.DataFrame, project: str, first: int | None = None
) -> Tree | None:
    """Return cumulative figures as given; one below the month before is no cumulative figure.

    From the ledger's first month on each month must be there, if that is given.
    """
    found = dict[str, Any]()
    before, previous = Decimal(0), (first or 1) - 1
    for row, line in own.sort_values("月份", kind="stable").iterrows():
        n, month, value, column = int(str(row)), int(line["月份"]), line["支出"], str(line["栏"])
        name = f"{month}月"
        if name in found:
            ledger.fault(n, column, f"“{project}”{name}的累计数有两行", "只留一行")
        elif first and month > previous + 1:
            told = "、".join(f"{m}月" for m in range(previous + 1, month))
            ledger.fault(n, column, f"“{project}”没有{told}的累计数", "补上；没有支出的照抄上月")
        elif value < before and not line.get("备注"):
            message = f"“{project}”{name}累计{value}，比{previous}月的{before}少"
            hint = "这一格像是当月数：改成累计数；确是退款、更正的，在“备注”里写明"
            ledger.fault(n, column, message, hint)
        found[name] = ledger.cell(value, n, column)
        before, previous = max(value, Decimal(0)), month
    return mapping(found, ledger.at(int(own.index[0]))) if found else None


# ── The others ──────────────────────────────────────────────────


def _nested(ledger: _Ledger) -> Tree:
    """Return a ledger's rows as sections within sections, by the columns that name a row."""
    top, summed = mapping({}, Place(ledger.file)), dict[tuple[Any, ...], Decimal]()
    number_columns = _NUMBERS[ledger.kind]
    for row, line in ledger.rows.to_dict("index").items():
        n = int(str(row))
        path = [_key_of(ledger, n, line, column) for column in _KEYS[ledger.kind]]
        if None in path:
            continue
        here = top
        for word in path:
            here = _below(here, str(word), ledger.at(n, "项目"))
        for column, value in line.items():
            name = str(column)
            if name in _KEYS[ledger.kind] or name == "月份" or value is None or value == "":
                continue
            number = name in number_columns
            if name in here and number and ledger.kind == "三公台账":
                value += summed[*path, name]
            elif name in here:
                message = (
                    f"“{'·'.join(map(str, path))}”的{name}在第{here[name].place.line}行已经有了"
                )
                ledger.fault(n, name, message, "只留一行")
                continue
            if number:
                summed[*path, name] = value
            here[name] = ledger.cell(value, n, name)
            here.keys_at[name] = ledger.at(n, name)
    return top


def _forms(ledger: _Ledger) -> Tree:
    """Return each project's 自评表: a row an indicator; what is said of the whole, in any row."""
    top = mapping({}, Place(ledger.file))
    for row, line in ledger.rows.to_dict("index").items():
        n, name = int(str(row)), str(line.get("指标") or "")
        form = _below(top, line["项目"], ledger.at(n, "项目"))
        of_rate = name.startswith("预算执行")
        for column in [c for c in map(str, line) if c in (*_OF_FORM, *_OF_TARGET)]:
            if line[column] in (None, ""):
                continue
            steps = _OF_FORM.get(column, column).split(".")
            if column in _OF_TARGET and of_rate:
                steps = [_OF_RATE[column]] if column in _OF_RATE else []
            elif column in _OF_TARGET:
                if not name:
                    ledger.fault(n, column, f"写了“{column}”，没有写指标", "补上指标的名称")
                steps = ["绩效指标", name, column] if name else []
            if steps:
                _put(ledger, form, steps, n, column, line[column])
    return top


def _put(
    ledger: _Ledger, form: Tree, steps: Sequence[str], row: int, column: str, value: Any
) -> None:
    """Put a cell in its place; one there already must say the same, and an indicator's no more."""
    *above, last = steps
    for word in above:
        form = _below(form, word, ledger.at(row, column))
    told = ledger.cell(value, row, column)
    if last in form and (above[:1] == ["绩效指标"] or str(form[last]) != str(told)):
        message = f"{column}在第{form[last].place.line}行已经写了{form[last]}"
        ledger.fault(row, column, message, "同一个项目、同一条指标只能有一个")
    form.setdefault(last, told)
    form.keys_at.setdefault(last, told.place)


def _below(here: Tree, word: str, place: Place) -> Tree:
    if word not in here:
        here[word], here.keys_at[word] = mapping({}, place), place
    found: Tree = here[word]
    return found


def _key_of(ledger: _Ledger, row: int, line: Mapping[Any, Any], column: str) -> str | None:
    """Return the word that names a row on one level; None, with a fault, where there is none."""
    if column == "月份":
        number = line.get(column)
        if number is None:
            ledger.fault(row, column, "没有写月份", "加一列“月份”")
        return None if number is None else f"{number}月"
    text = str(line.get(column) or "")
    if column == "编号":
        return text or f"第{row}行"
    if column == "状态":
        if text not in _STATES:
            said = f"“{text}”不是办理状态" if text else "没有写办理状态"
            ledger.fault(row, column, said, f"写 {APPROVED} 或 {PENDING}")
        return _STATES.get(text)
    if not text:
        ledger.fault(row, column, f"“{column}”是空的", f"补上{column}")
    return text or None
