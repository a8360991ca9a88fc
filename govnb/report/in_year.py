"""The year under way as frames: execution, pace, forecasts, warnings, of one department at a month.

Frames hold one row a project; what a cell of `monitor.ipynb` adds to them is pandas. Thresholds,
sources and what is to be done stand in `rules/monitoring.yml`.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

import pandas as pd

from govnb.report.assessment import Assessment
from govnb.report.frames import TOTAL, Computed, Number
from govnb.report.prose import plain
from govnb.sheet.figure import Figure, Figures, counted_in
from govnb.sheet.folder import IN_YEAR, registers_of
from govnb.sheet.in_year import (
    BY_DAYS,
    BY_MONTHS,
    BY_PLAN,
    COMPONENTS,
    NORMAL,
    RED,
    UNDECIDED,
    YELLOW,
    Standard,
    monitoring_rules,
)
from govnb.sheet.read import Inputs, department_path, load
from govnb.text.faults import FaultsError, did_you_mean

SPENT, BUDGET = "累计支出", "调整后预算"


def span(month: int) -> str:
    """Return the months of a year to the end of one: 1月, 1—6月."""
    return f"1—{month}月" if month > 1 else f"{month}月"


class InYear:
    """One department's months, as of the end of one of them: the last with figures at first."""

    def __init__(self, inputs: Inputs, computed: Computed) -> None:
        self.inputs, self.figures, self._computed = inputs, computed.figures, computed
        self.number = computed.number
        self.month = max(self.told_months, default=0)

    @cached_property
    def told_months(self) -> list[int]:
        """The months with figures."""
        prefix = "月度合计.累计支出."
        months = (n.removeprefix(prefix) for n in self.figures if n.startswith(prefix))
        return sorted(int(month.removesuffix("月")) for month in months)

    @property
    def source(self) -> str:
        """The ledgers that the months come from."""
        inputs = self.inputs
        # A file may be read from anywhere; its ledgers lie where a department's do.
        path = inputs.params_dir / str(inputs.department.year.value) / f"{inputs.name}.yml"
        kinds = [file.stem.removeprefix(f"{path.stem}.") for file in registers_of(path)]
        own = "、".join(kind for kind in kinds if kind in IN_YEAR)
        return f"本部门的台账（{own}）" if own else "本部门填报"

    @cached_property
    def standard(self) -> tuple[str, Standard]:
        """The standard of warnings in force here, with its name."""
        rules = monitoring_rules(self.inputs.params_dir)
        wanted = self.inputs.department.monitoring.standard or rules.in_force
        if wanted not in rules.standards:
            hint = did_you_mean(wanted, rules.standards) or f"可写：{'、'.join(rules.standards)}"
            raise FaultsError.of(str(wanted.place), f"没有预警标准“{wanted}”", hint)
        return str(wanted), rules.standards[wanted]

    @property
    def span(self) -> str:
        """The months told of: 1月, 1—6月."""
        return span(self.month)

    # ── 序时进度 ────────────────────────────────────────────────

    @cached_property
    def pace(self) -> Number:
        """序时进度: the share of the year gone, by the definition the file declares."""
        found = self.pace_at(self.month)
        if not found.is_known:
            message = f"序时进度按固定的计划，“计划进度”里没有{self.month}月"
            raise FaultsError.of(self.inputs.department_at.file, message, "补上，如 7月: 58%")
        return found

    def pace_at(self, month: int) -> Number:
        """Return 序时进度 at the end of a month; unknown where a plan doesn't say."""
        if self._how == BY_PLAN:
            return self.number(f"监控.计划进度.{month}月")
        gone, whole = self._gone(month) if self._how == BY_DAYS else (month, 12)
        share: Number = self.plain(gone) / whole
        return share.percent()

    def paces(self) -> pd.Series:
        """Return 序时进度 at the end of each month."""
        return pd.Series({f"{n}月": self.pace_at(n) for n in range(1, 13)}, dtype=object)

    @property
    def _how(self) -> str:
        return str(self.inputs.department.monitoring.pace or BY_MONTHS)

    @property
    def _year(self) -> int:
        return int(self.inputs.department.year.value or 0)

    def _gone(self, month: int) -> tuple[int, int]:
        """Return the days gone at the end of a month, and those of the year."""
        days = [calendar.monthrange(self._year, n)[1] for n in range(1, 13)]
        return sum(days[:month]), sum(days)

    def plain(self, number: int | Decimal, unit: str = "") -> Number:
        """Return a plain number, to compute with figures."""
        figure = Figure("", Decimal(number), unit, formula=str(number), decimals=0, derived=True)
        return Number(figure, self._computed)

    def measures(self) -> tuple[str, ...]:
        """Return the notes that say how the page reckons: 序时, the denominator, the standard."""
        if not self.month:
            return ()
        name, standard = self.standard
        gone, days = self._gone(self.month)
        told = {BY_PLAN: "按“计划进度”里写的", BY_DAYS: f"按日，{gone}÷{days}"}
        how = told.get(self._how, f"按月，{self.month}÷12")
        return (
            f"序时进度{self.pace!s}（{how}）；执行率＝累计支出÷{self.base}；与序时差以百分点计。",
            f"预警标准“{name}”：{standard.source}。",
        )

    @property
    def base(self) -> str:
        """The budget that execution is a share of: 调整后预算, unless the file says 年初预算."""
        return str(self.inputs.department.monitoring.base or BUDGET)

    # ── Frames, one row a project ───────────────────────────────

    def lines(self, month: int = 0) -> pd.DataFrame:
        """Return each project's budgets and what was spent from January to a month, or this."""
        spent = f"累计支出.{month or self.month}月"
        fields = {"年初预算": "年初预算", BUDGET: BUDGET, SPENT: spent}
        return self._by_project({c: self._field(path) for c, path in fields.items()})

    def months(self) -> pd.DataFrame:
        """Return what was spent to each month; months after the one told of are left blank."""
        told = {n: f"{n}月" if n <= self.month else "没到" for n in range(1, 13)}
        return self._by_project({f"{n}月": self._field(f"累计支出.{m}") for n, m in told.items()})

    def last_year(self) -> pd.DataFrame:
        """Return what was spent to the same month of last year, and in all of it.

        From 上年累计 of this year's ledger, or else from last year's own.
        """
        return self._by_project(
            {"上年同期": self._before(self.month), "上年全年": self._before(12)}
        )

    def last_total(self) -> pd.Series:
        """Return what was spent in all to each month of last year.

        From last year's own ledger, or else added up where every project states 上年累计.
        """
        own = self._by_project({f"{n}月": self._before(n) for n in range(1, 13)}).sum()
        last = self._last_figures
        for month in own.index:
            figure = last.get(f"月度合计.累计支出.{month}") if last is not None else None
            own[month] = self._of_last_year(figure, f"1—{month}累计") if figure else own[month]
        return own

    def field(self, name: str) -> pd.Series:
        """Return one field of each project: 科目, 全年预计."""
        return self._by_project({name: self._field(name)})[name]

    @property
    def _projects(self) -> list[str]:
        return list(self.inputs.department.monthly)

    def _by_project(self, columns: Mapping[str, Callable[[str], Any]]) -> pd.DataFrame:
        lines = self.inputs.department.monthly
        kinds = [str(lines[name].kind or "") for name in self._projects]
        index: pd.Index = pd.Index(self._projects, name="项目")
        if any(kinds):
            pairs = [
                (kind or "其他", name) for kind, name in zip(kinds, self._projects, strict=True)
            ]
            index = pd.MultiIndex.from_tuples(pairs, names=["类", "项目"])
        cells = {
            column: [cell(name) for name in self._projects] for column, cell in columns.items()
        }
        frame = pd.DataFrame(cells, index=index, dtype=object)
        return (
            frame.sort_index(level=0, sort_remaining=False, kind="stable") if any(kinds) else frame
        )

    def _field(self, path: str) -> Callable[[str], Any]:
        def cell(project: str) -> Any:
            number = self.number(f"月度.{project}.{path}")
            value = number.figure.value
            return value if isinstance(value, str) else number

        return cell

    def _before(self, month: int) -> Callable[[str], Any]:
        def cell(project: str) -> Any:
            own = self.number(f"月度.{project}.上年累计.{month}月")
            figures = self._last_figures
            name = f"月度.{project}.累计支出.{month}月"
            if own.is_known or figures is None or name not in figures:
                return own
            return self._of_last_year(figures[name], f"“{project}”1—{month}月累计")

        return cell

    def _of_last_year(self, figure: Figure, said: str) -> Number:
        formula = f"{self._year - 1}年{said}"
        figure = counted_in(figure, self.figures.sheet.money.printed)
        # What it is made of has names that are other figures here, or none.
        own = figure._replace(name="", formula=formula, derived=True, inputs=(), expression=None)
        return Number(own, self._computed)

    @cached_property
    def _last_figures(self) -> Figures | None:
        """Last year's figures, where that year has ledgers that can be read."""
        params = self.inputs.params_dir
        try:
            path = department_path(self._year - 1, self.inputs.name, params)
            return Assessment(load(path, params)).figures
        except FaultsError:
            return None

    def adjustments(self) -> pd.DataFrame:
        """Return each adjusted project's first budget, and its adjustments by their state."""
        section = self.inputs.department.adjustments
        cells = {
            "年初预算": [self.number(f"月度.{name}.年初预算") for name in section],
            **{
                state: [self._summed(f"预算调整.{name}.{state}") for name in section]
                for state in ("已批复", "未完成程序")
            },
        }
        return pd.DataFrame(cells, index=pd.Index(list(section), name="项目"), dtype=object)

    def _summed(self, path: str, months: Sequence[str] = (), last: str = "金额") -> Number:
        """Return the sum of what stands below a path; without any, of money 0, of others blank."""
        found = [
            self.number(name)
            for name, figure in self.figures.items()
            if name.startswith(f"{path}.") and name.endswith(f".{last}") and not figure.derived
            if not months or name.split(".")[2] in months
        ]
        if not found:
            unit = self.figures.sheet.money.printed
            missing = ".".join([path, *months[:1], last])
            return self.plain(0, unit) if last == "金额" else self.number(missing)
        return sum(found[1:], found[0])

    def three_public(self) -> pd.DataFrame:
        """Return each component's budget and what its ledger adds up to by this month."""
        months = [f"{n}月" for n in range(1, self.month + 1)]
        items = [i for i in COMPONENTS if i in self.inputs.department.three_public_months]
        cells = {
            "预算": [self.number(f"三公经费.{item}.预算") for item in items],
            SPENT: [self._summed(f"三公台账.{item}", months) for item in items],
            "批次": [self._summed(f"三公台账.{item}", months, "批次") for item in items],
            "人次": [self._summed(f"三公台账.{item}", months, "人次") for item in items],
        }
        return pd.DataFrame(cells, index=pd.Index(items, name="项目"), dtype=object)

    def targets(self) -> pd.DataFrame:
        """Return the monitored indicators as last filled in, in the form's columns."""
        labels, rows = list[tuple[str, str]](), list[dict[str, str]]()
        for project, by_month in self.inputs.department.monitored.items():
            filled = [m for m in by_month if int(m.removesuffix("月")) <= self.month]
            last = max(filled, key=lambda m: int(m.removesuffix("月")), default=None)
            for name, target in by_month[last].items() if last else ():
                told = {str(f.alias): getattr(target, key) for key, f in _fields(target)}
                row = {column: str(text or "") for column, text in told.items()}
                labels.append((project, row.pop("一级指标")))
                rows.append({"二级指标": row.pop("二级指标"), "三级指标": name, **row})
        index = pd.MultiIndex.from_tuples(labels, names=["项目", "一级指标"]) if rows else None
        return pd.DataFrame(rows, index=index, dtype=object)

    # ── Warnings ────────────────────────────────────────────────

    def warn(self, frame: pd.DataFrame, month: int = 0) -> pd.DataFrame:
        """Return 预警 (红、黄、正常) and the reason, for rows that have 执行率 and 与序时差.

        Compared are exact numbers: 39.80% is below 40% whatever the page rounds to. The floors
        are those of a month, this one unless another is given.
        """
        judged = [self._judged(line, month or self.month) for _, line in frame.iterrows()]
        return pd.DataFrame(judged, index=frame.index, columns=["预警", "原因"], dtype=object)

    def _judged(self, line: pd.Series, month: int) -> tuple[str, str]:
        budget, spent, gap = line[self.base], line[SPENT], line["与序时差"]
        standard = self.standard[1]
        if not (budget.is_known and spent.is_known):
            return UNDECIDED, "没有预算数" if spent.is_known else "没有执行数"
        if spent > budget:
            return RED, "没有预算而有支出" if budget == 0 else "超出全年预算"
        if budget == 0:
            return NORMAL, ""
        reached = [m for m in standard.floors if int(m.removesuffix("月")) <= month]
        if last := max(reached, key=lambda m: int(m.removesuffix("月")), default=None):
            floor = standard.floors[last]
            if spent * 100 < budget * (floor.value or Decimal(0)):
                return str(standard.below_floor), f"低于1—{last}应达到的{floor.text}"
        if not gap.is_known:
            return UNDECIDED, "计划进度里没有这个月"
        for colour, limit in ((RED, standard.red), (YELLOW, standard.yellow)):
            if limit is not None and limit.value is not None and gap * -1 > limit.value / 100:
                return colour, f"低于序时进度{limit.text}个百分点以上"
        return NORMAL, ""

    def told(self, warned: pd.DataFrame) -> str:
        """Return which projects have a warning and why, in the department's words, or nothing."""
        rows = warnings_of(warned)
        each = [
            f"{plain(project_of(name))}累计支出{line[SPENT]:}、{self.base}{line[self.base]:}，"
            f"{line['原因']}（{line['预警']}）"
            for name, line in rows.iterrows()
        ]
        told = f"到{self.month}月底，执行有预警的项目{len(each)}个：{'；'.join(each)}。"
        return told if each else ""

    def warn_three_public(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return 预警 and the reason for components of 三公经费."""
        limit = self.standard[1].three_public

        def judged(line: pd.Series) -> tuple[str, str]:
            budget, spent = line["预算"], line[SPENT]
            if not budget.is_known:
                return UNDECIDED, "没有预算数"
            if spent > budget:
                return RED, "没有预算而有支出" if budget == 0 else "超出全年预算"
            over = spent - budget * self.pace
            if limit and limit.value is not None and over > budget * (limit.value / 100):
                return YELLOW, f"高于序时进度{limit.text}个百分点以上"
            return NORMAL, ""

        rows = [judged(line) for _, line in frame.iterrows()]
        return pd.DataFrame(rows, index=frame.index, columns=["预警", "原因"], dtype=object)


def _fields(target: Any) -> Any:
    return type(target).model_fields.items()


def total_of(lines: pd.DataFrame) -> list[Any]:
    """Return the label of the total's row, in an index with 类 or without."""
    return [(TOTAL, "")] if lines.index.nlevels > 1 else [TOTAL]


def project_of(label: Any) -> str:
    """Return the project's name of a row's label."""
    return str(label[-1] or label[0]) if isinstance(label, tuple) else str(label)


def warnings_of(warned: pd.DataFrame) -> pd.DataFrame:
    """Return the projects with a warning."""
    rows = warned[warned["预警"].isin([RED, YELLOW])]
    return rows.drop(index=total_of(rows), errors="ignore")
