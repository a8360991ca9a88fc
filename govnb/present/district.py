"""The district's view of a year: all its departments side by side.

`notebooks/district.ipynb` holds one :class:`District` and names what to show. All of it
comes from the departments' JSON results; nothing is computed anew but sums and ranks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path

import pandas as pd

from govnb.present.blocks import Cards, Result, Title
from govnb.present.charts import Chart, chart
from govnb.present.charts_bars import bars
from govnb.present.district_cells import (
    amount_cell,
    band,
    by_public_rate,
    compared,
    count_cell,
    money,
    of_all,
    percent,
    publishing,
    rate_cell,
    share_cell,
    total,
)
from govnb.present.district_data import Member, Members, outliers, read_members
from govnb.present.prose import Prose, plain
from govnb.present.tables import Cell, Table
from govnb.present.tables import Row as TableRow
from govnb.review.finding import TOO_LITTLE
from govnb.sheet.figure import Figures
from govnb.text.values import MONEY_UNIT

_NONE = Figures({}, {})
# A page is read; the whole list is in summary.xlsx beside it.
_MOST, _RANKED = 200, 15
_WHOLE, _PUBLIC = ("budget", "actual"), ("public_budget", "public_actual")
_SEVERITIES = ("错误", "尾差", "提示")


class District:
    """A year of a district, for the notebook.

    Parameters
    ----------
    members
        The departments.
    """

    def __init__(self, members: Members) -> None:
        self.members = members
        self._numbers: dict[str, str] = {}

    @classmethod
    def open(cls, year: int | str, outputs_dir: str = "outputs") -> District:
        """Open a year by the folder its results are in, looked for upward from here.

        Raises
        ------
        FaultsError
            If it holds no results of that year.
        """
        path = Path(outputs_dir)
        if not path.is_absolute() and not (path / str(year)).exists():
            here = (up / path for up in Path.cwd().parents)
            path = next((p for p in here if (p / str(year)).is_dir()), path)
        return cls(read_members(path / str(year), year))

    def title(self) -> Title:
        """Return the title, marked when departments are made up."""
        text = f"{self.members.region}{self.members.year}年度部门整体支出绩效评价汇总分析"
        return Title(text, sample=all(m.sample for m in self._all) and bool(self._all))

    def cards(self) -> Cards:
        """Return the district's key figures."""
        whole, public = publishing(self._all, *_WHOLE), publishing(self._all, *_PUBLIC)
        budget, actual = total(whole, "budget"), total(whole, "actual")
        wrong = sum(any(s == "错误" for _, s in m.findings) for m in self._all)
        rate = f"三公经费控制率{of_all(public, self._all)}"
        return Cards(
            (),
            (
                ("部门", f"{len(self._all)}个", "表-合计"),
                (f"预算合计{of_all(whole, self._all)}", money(budget), "表-合计"),
                (f"支出合计{of_all(whole, self._all)}", money(actual), "表-合计"),
                (rate, percent(self._public_rate()), "表-三公经费"),
                ("有错误的部门", f"{wrong}个", "表-复核发现"),
            ),
        )

    def coverage(self) -> Prose:
        """Return how many departments are in, and which are not and why."""
        told = f"本页汇总 {len(self._all)} 个部门的结果，逐项来自各部门的机器可读结果。"
        if units := sorted({m.unit for m in self._all} - {MONEY_UNIT}):
            told += f"金额一律换算为{MONEY_UNIT}（有部门的报告以{'、'.join(units)}为单位）。"
        if thin := [plain(m.name) for m in self._all if m.actual is None]:
            some = "、".join(thin[:_RANKED]) + ("等" if len(thin) > _RANKED else "")
            told += f"其中 {len(thin)} 个部门{TOO_LITTLE}（支出未公布）：{some}。"
        if self.members.missing:
            names = "；".join(f"{plain(m.name)}（{plain(m.reason)}）" for m in self.members.missing)
            told += f"\n\n下列 {len(self.members.missing)} 个部门未能生成，没有计入：{names}。"
        return Prose(told, _NONE)

    def table(self, name: str) -> Table | Prose:
        """Return one of the page's tables, or that there is nothing for it."""
        table = TABLES[name](self)
        if table is None:
            return Prose(f"没有可列的{name}。", _NONE)
        return table.numbered(self._number("表", name))

    def chart(self, name: str) -> Chart | Prose:
        """Return one of the page's charts, or nothing."""
        chart = CHARTS[name](self)
        return Prose("", _NONE) if chart is None else chart.numbered(self._number("图", name))

    def result(self) -> Result:
        """Return the totals for programs."""
        sums = {
            "预算": compared(self._all, _WHOLE, "budget"),
            "支出": compared(self._all, _WHOLE, "actual"),
            "三公经费预算": compared(self._all, _PUBLIC, "public_budget"),
            "三公经费支出": compared(self._all, _PUBLIC, "public_actual"),
        }
        figures = {n: {"value": v, "unit": "万元", "label": n} for n, v in sums.items()}
        counted = Counter(kind for m in self._all for kind in m.findings)
        found = [
            {"check": check, "severity": severity, "count": count}
            for (check, severity), count in sorted(counted.items())
        ]
        return Result(
            {
                "year": self.members.year,
                "region": self.members.region,
                "sample": any(m.sample for m in self._all),
                "departments": len(self._all),
                "missing": [{"name": m.name, "reason": m.reason} for m in self.members.missing],
                "figures": figures,
                "findings": found,
                "outliers": [
                    {"department": o.member.department, "rate": o.rate, "value": f"{o.value:f}"}
                    for o in outliers(self._all)
                ],
            }
        )

    @property
    def _all(self) -> Sequence[Member]:
        return self.members.members

    def _public_rate(self) -> Decimal | None:
        known = publishing(self._all, *_PUBLIC)
        budget, actual = total(known, "public_budget"), total(known, "public_actual")
        return actual / budget * 100 if actual is not None and budget else None

    def _number(self, kind: str, name: str) -> str:
        taken = sum(other.startswith(kind) for other in self._numbers)
        return self._numbers.setdefault(f"{kind}{name}", f"{kind}{taken + 1}")

    def _table(
        self,
        name: str,
        caption: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[Cell]],
        *,
        words: Iterable[int] = (0,),
        unit: str = "",
        notes: Sequence[str] = (),
    ) -> Table:
        every = [TableRow(tuple(row)) for row in rows]
        cut = f"只列前 {_MOST} 个，其余 {len(every) - _MOST} 个见汇总表 summary.xlsx。"
        return Table(
            name=name,
            caption=f"{self.members.year}年{caption}",
            columns=tuple(columns),
            rows=tuple(every[:_MOST]),
            figures=_NONE,
            source="各部门的机器可读结果（JSON）",
            unit=unit,
            notes=(*notes, *((cut,) if len(every) > _MOST else ())),
            text_columns=frozenset(words),
        )

    def _chart(self, name: str, caption: str, data: pd.DataFrame | pd.Series) -> Chart | None:
        drawn = bars(data)
        source = "各部门的机器可读结果（JSON）"
        title = f"{self.members.year}年{caption}"
        return chart(drawn, title, name, source=source) if drawn else None


def totals(district: District) -> Table:
    """合计: what all departments planned and spent."""
    rows = []
    for label, plan, spent in (("部门整体支出", *_WHOLE), ("三公经费", *_PUBLIC)):
        known = publishing(district._all, plan, spent)
        budget, actual = total(known, plan), total(known, spent)
        over = None if budget is None or actual is None else actual - budget
        amounts = map(amount_cell, (budget, actual, over))
        rows.append([Cell(label), count_cell(len(known)), *amounts, share_cell(actual, budget)])
    columns = ("项目", "部门数", "预算", "支出", "超支（负数为结余）", "支出占预算")
    note = "只计预算和支出都已公布的部门，部门数见第二列；支出占预算一列是百分比。"
    return district._table("合计", "全部部门合计", columns, rows, unit="万元", notes=[note])


def overspend(district: District) -> Table | None:
    """超支排名: departments by what they spent beyond their budget."""
    known = sorted(
        ((over, m) for m in district._all if (over := m.over) is not None),
        key=lambda pair: (-pair[0], pair[1].department),
    )
    if not known:
        return None
    rows = [
        [
            Cell(m.name), amount_cell(m.budget), amount_cell(m.actual), amount_cell(over),
            share_cell(over, m.budget),
        ]
        for over, m in known
    ]  # fmt: skip
    columns = ("部门", "预算", "支出", "超支（负数为结余）", "超支率")
    return district._table("超支排名", "各部门超支排名", columns, rows, unit="万元")


def public(district: District) -> Table | None:
    """三公经费: budget, spent and control rate by department, the highest rate first."""
    known = [m for m in district._all if m.public_budget is not None or m.public_actual is not None]
    if not known:
        return None
    known.sort(key=by_public_rate)
    rows = [
        [
            Cell(m.name), amount_cell(m.public_budget), amount_cell(m.public_actual),
            share_cell(m.public_actual, m.public_budget), rate_cell(m.rates.get("三公经费变动率")),
        ]
        for m in known
    ]  # fmt: skip
    columns = ("部门", "预算", "支出", "控制率", "变动率")
    note = "控制率超过 100% 即超出预算；变动率是本年预算比上年预算。"
    return district._table("三公经费", "各部门“三公”经费", columns, rows, unit="万元", notes=[note])


def findings(district: District) -> Table | None:
    """复核发现: how often each check failed, and in how many departments."""
    counted = Counter(kind for m in district._all for kind in m.findings)
    if not counted:
        return None
    where = Counter(kind for m in district._all for kind in set(m.findings))
    order = sorted(counted, key=lambda k: (_SEVERITIES.index(k[1]), -counted[k], k[0]))
    rows = [
        [Cell(check), Cell(severity), count_cell(counted[k]), count_cell(where[k])]
        for k in order
        for check, severity in [k]
    ]
    columns = ("复核规则", "严重性", "发现", "涉及部门")
    return district._table("复核发现", "各部门复核发现汇总", columns, rows, words=(0, 1))


def unusual(district: District) -> Table | None:
    """异常值: rates far from the other departments'."""
    found = outliers(district._all)
    if not found:
        return None
    rows = [
        [
            Cell(o.member.name), Cell(o.rate), rate_cell(o.value), rate_cell(o.middle),
            Cell(f"{percent(o.usual[0])}至{percent(o.usual[1])}"),
        ]
        for o in found
    ]  # fmt: skip
    note = "通常范围：上、下四分位数各向外延伸一点五倍四分位距。异常不等于错误，请核实。"
    columns = ("部门", "指标", "本部门", "中位数", "通常范围")
    return district._table(
        "异常值", "与其他部门相差较大的指标", columns, rows, words=(0, 1, 4), notes=[note]
    )


def scores(district: District) -> Chart | None:
    """得分分布: how many departments' scores lie in each band of ten points."""
    known = [m for m in district._all if m.low is not None and m.high is not None]
    if not known:
        return None
    rows = {}
    for start in range(90, -1, -10):
        sure = sum(band(m.low) == band(m.high) == start for m in known)
        may = sum(band(m.low) <= start <= band(m.high) for m in known)
        if may:
            label = f"{start}—100分" if start == 90 else f"{start}—{start + 10}分"
            rows[label] = {"确定": sure, "可能": may}
    # A score that may be in several bands counts as possible in each.
    data = pd.DataFrame.from_dict(rows, orient="index", dtype=object)
    return district._chart("得分分布", "各部门得分分布（部门数）", data)


def control(district: District) -> Chart | None:
    """控制率分布: how many departments' 三公经费 control rates lie in each band."""
    known = [rate for m in district._all if (rate := m.public_rate) is not None]
    if not known:
        return None
    edges = (0, 80, 90, 95, 100, 105, 110)
    rows = {}
    for low, high in zip(edges, (*edges[1:], None), strict=True):
        # 100% exactly keeps to the budget.
        count = sum(low < r <= high if high else r > low for r in known) + (
            sum(r == 0 for r in known) if low == 0 else 0
        )
        rows[f"{low}%—{high}%" if high else f"超过{low}%"] = count
    data = pd.Series(rows, dtype=object)
    return district._chart("控制率分布", "“三公”经费控制率分布（部门数）", data)


def most_overspent(district: District) -> Chart | None:
    """超支最多: the departments that spent most beyond their budget."""
    known = sorted(
        ((over, m) for m in district._all if (over := m.over) is not None and over > 0),
        key=lambda pair: (-pair[0], pair[1].department),
    )[:_RANKED]
    if not known:
        return None
    data = pd.Series({m.name: over for over, m in known}, dtype=object)
    return district._chart("超支最多", "超支最多的部门（万元）", data)


TABLES: dict[str, Callable[[District], Table | None]] = {
    "合计": totals,
    "超支排名": overspend,
    "三公经费": public,
    "复核发现": findings,
    "异常值": unusual,
}
CHARTS: dict[str, Callable[[District], Chart | None]] = {
    "得分分布": scores,
    "控制率分布": control,
    "超支最多": most_overspent,
}
