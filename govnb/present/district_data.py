"""A year's departments as the district looks at them, from their JSON results alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from govnb.present.reports import common_region
from govnb.text.faults import Fault, FaultsError, Place
from govnb.text.values import MONEY_UNIT, MONEY_UNITS

SUMMARY = "summary.json"
# The first of these that is known is the department's budget of the year.
BUDGETS = ("预算安排", "预算执行.调整后预算", "收入")
# What is compared between departments, with the words for it.
RATES = {
    "支出预算完成率": "支出.预算完成率",
    "三公经费控制率": "三公经费.控制率",
    "三公经费变动率": "三公经费.变动率",
    "公用经费控制率": "公用经费.控制率",
    "在职人员控制率": "人员.在职人员控制率",
    "政府采购执行率": "政府采购.执行率",
}
# Fewer departments than this have no “usual range”.
_ENOUGH = 8


@dataclass(frozen=True)
class Member:
    """One department of the district.

    Amounts are in 万元, whatever its file uses; None is unknown.
    """

    department: str
    name: str
    sample: bool
    budget: Decimal | None
    actual: Decimal | None
    public_budget: Decimal | None
    public_actual: Decimal | None
    low: Decimal | None
    high: Decimal | None
    grade: str
    rates: Mapping[str, Decimal]
    findings: tuple[tuple[str, str], ...]
    unit: str = MONEY_UNIT

    @property
    def over(self) -> Decimal | None:
        """What it spent beyond its budget; negative when less."""
        if self.budget is None or self.actual is None:
            return None
        return self.actual - self.budget

    @property
    def public_rate(self) -> Decimal | None:
        """Its 三公经费 control rate in percent."""
        return self.rates.get("三公经费控制率")


@dataclass(frozen=True)
class Outlier:
    """A rate of one department far from those of the others."""

    member: Member
    rate: str
    value: Decimal
    middle: Decimal
    usual: tuple[Decimal, Decimal]


@dataclass(frozen=True)
class Missing:
    """A department that has no result this time, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Members:
    """All departments of a year."""

    year: str
    region: str
    members: tuple[Member, ...]
    missing: tuple[Missing, ...] = field(default=())


def read_members(folder: Path, year: int | str) -> Members:
    """Return the departments whose results are in a folder.

    A batch leaves a list there of which results are this year's and which departments
    have none; without it, all results of the folder count.

    Raises
    ------
    FaultsError
        If there are no results.
    """
    listed, missing = _listed(folder)
    members, regions = [], []
    for path in listed:
        result = _result(path)
        if result is None or str(result.get("year")) != str(year):
            continue
        members.append(_member(path.stem, result))
        regions.append(str(result.get("region") or ""))
    if not members:
        place, hint = Place(folder.as_posix()), f"先运行 govnb batch {year}"
        raise FaultsError([Fault(place, f"没有 {year} 年各部门的结果", hint)])
    return Members(str(year), common_region(regions), tuple(members), missing)


def usual_range(values: Sequence[Decimal]) -> tuple[Decimal, Decimal, Decimal]:
    """Return the median and the range outside which a value is unusual.

    The range reaches one and a half times the distance between the quartiles beyond them
    (Tukey's fences), which one extreme value doesn't stretch.
    """
    ordered = sorted(values)
    lower, middle, upper = (_quantile(ordered, Decimal(q) / 4) for q in (1, 2, 3))
    reach = (upper - lower) * Decimal("1.5")
    return middle, lower - reach, upper + reach


def outliers(members: Sequence[Member]) -> list[Outlier]:
    """Return the rates far from the others', the farthest first within each rate."""
    found = []
    for rate in RATES:
        known = [(m, m.rates[rate]) for m in members if rate in m.rates]
        if len(known) < _ENOUGH:
            continue
        middle, low, high = usual_range([value for _, value in known])
        far = [(m, v) for m, v in known if not low <= v <= high]
        far.sort(key=lambda pair: (-abs(pair[1] - middle), pair[0].department))
        found += [Outlier(m, rate, v, middle, (low, high)) for m, v in far]
    return found


def _quantile(ordered: Sequence[Decimal], share: Decimal) -> Decimal:
    position = share * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def _listed(folder: Path) -> tuple[list[Path], tuple[Missing, ...]]:
    summary = _result(folder / SUMMARY)
    if summary is None or "departments" not in summary:
        names = sorted(path for path in folder.glob("*.json") if not path.name.startswith("."))
        return names, ()
    rows = summary["departments"]
    missing = [
        Missing(str(row.get("name") or row["department"]), row["reason"])
        for row in rows
        if row["reason"]
    ]
    return [folder / f"{r['department']}.json" for r in rows if not r["reason"]], tuple(missing)


def _result(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _member(department: str, result: Mapping[str, Any]) -> Member:
    figures = result.get("figures", {})

    def number(name: str) -> Decimal | None:
        figure = figures.get(name) or {}
        value, unit = figure.get("value"), figure.get("unit", "")
        return None if value is None else Decimal(value) * MONEY_UNITS.get(unit, Decimal(1))

    score = result.get("score") or {}
    total = score.get("total") or {}
    rates = {rate: number(name) for rate, name in RATES.items()}
    return Member(
        department=department,
        name=str(result.get("name") or department),
        sample=bool(result.get("sample")),
        budget=next((n for n in map(number, BUDGETS) if n is not None), None),
        actual=number("支出"),
        public_budget=number("三公经费.预算"),
        public_actual=number("三公经费.支出"),
        low=_decimal(total.get("low")),
        high=_decimal(total.get("high")),
        grade=str(score.get("grade_text") or ""),
        rates={rate: value for rate, value in rates.items() if value is not None},
        findings=tuple(
            (str(finding["check"]), str(finding["severity"]))
            for finding in (result.get("review") or {}).get("findings", ())
            if finding.get("state") == "未通过"
        ),
        unit=str((figures.get("支出") or {}).get("unit") or MONEY_UNIT),
    )


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)
