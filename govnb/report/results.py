"""A year's results, and a department's years, as DataFrames of exact numbers.

What was written is read, `outputs/<year>/<department>.json`, and nothing is computed anew: the
frames say what the reports say. A department whose last run failed is left out, whatever an
older report of it says; :func:`departments` tells why.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import partial, reduce
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from govnb.files import find_upward
from govnb.report import projects as self_evaluations
from govnb.report.frames import Computed, Number
from govnb.report.reports import FINDING, STATUSES, Report, finding_row, number, reports
from govnb.sheet.figure import NUMBER, RATE_DECIMALS, Figure, Figures, exact, number_text
from govnb.text.faults import Fault, FaultsError, Place, Spot, did_you_mean
from govnb.text.values import MONEY_UNIT, MONEY_UNITS

TOTAL = "合计"
T = TypeVar("T")


def results(year: int | str, *names: str, outputs_dir: str | Path = "outputs") -> pd.DataFrame:
    """Return the departments of a year × their figures.

    A cell is a number that computes exactly, knows its unit and stays 未公布 where it is
    unknown; texts and dates are text. Amounts are in 万元 where departments use different units.

    Parameters
    ----------
    year
        The year.
    names
        The figures wanted, `"支出"` or `"三公经费.*"`; none for all.
    outputs_dir
        Where the reports are, looked for upward from here.

    Raises
    ------
    FaultsError
        If there are no results of that year, or no such figure in them.
    """
    made = _made(year, outputs_dir, partial(_figures, names=names))
    return frame({label: told for label, told in made if told is not None}, names, "部门")


def years(department: str, *names: str, outputs_dir: str | Path = "outputs") -> pd.DataFrame:
    """Return a department's years × its figures, as :func:`results` does a year's departments.

    Raises
    ------
    FaultsError
        If there are no results of that department, or no such figure in them.
    """
    folder = find_upward(str(outputs_dir))
    found = {
        int(of_year.name): told
        for of_year in sorted(folder.glob("[0-9][0-9][0-9][0-9]"))
        for report in reports(of_year, department)
        if (told := _figures(report, names)) is not None
    }
    if not found:
        raise _nothing(folder, f"没有“{department}”各年的结果", f"govnb run 年度 {department}")
    return frame(found, names, "年度")


def departments(year: int | str, outputs_dir: str | Path = "outputs") -> pd.DataFrame:
    """Return one row a department: its code, how it came out, its open findings, its score.

    Those without a report are in it too, with the reason (原因).

    Raises
    ------
    FaultsError
        If there are no results of that year.
    """
    made = _made(year, outputs_dir, _row)
    labels = pd.Index([label for label, _ in made], name="部门")
    frame = pd.DataFrame([row for _, row in made], labels, dtype=object)
    # So that sorting puts the worst first.
    frame["状态"] = pd.Categorical(frame["状态"], STATUSES, ordered=True)
    return frame


def first_known(*columns: pd.Series) -> pd.Series:
    """Return in each row the first of several columns' figures that is known (首个已知)."""
    return reduce(lambda a, b: a.combine(b, lambda x, y: x if x.is_known else y), columns)


def findings(
    year: int | str, outputs_dir: str | Path = "outputs", state: str | None = None
) -> pd.DataFrame:
    """Return one row a finding (复核发现) of every department.

    Of whatever state, or of one: `govnb.findings(2016, state="未通过")` holds a hundredth of the
    rows, since most findings of most departments are 通过 or 不适用.

    Raises
    ------
    FaultsError
        If there are no results of that year.
    """
    rows = [
        {"部门": label, **row}
        for label, found in _made(year, outputs_dir, partial(_finding_rows, state=state))
        for row in found
    ]
    return pd.DataFrame(rows, columns=["部门", "代码", *FINDING], dtype=object)


def scores(year: int | str, outputs_dir: str | Path = "outputs") -> pd.DataFrame:
    """Return one row an indicator of each department's scoring table, and one for its total.

    Raises
    ------
    FaultsError
        If there are no results of that year.
    """
    rows = [
        {"部门": label, "指标": name, **row}
        for label, found in _made(year, outputs_dir, _score_rows)
        for name, row in found
    ]
    columns = ["部门", "指标", "分值", "得分下限", "得分上限", "公布得分", "指标值", "单位", "理由"]
    return pd.DataFrame(rows, columns=columns, dtype=object).set_index(["部门", "指标"])


def projects(year: int | str, outputs_dir: str | Path = "outputs") -> pd.DataFrame:
    """Return one row a project that evaluated itself (项目自评), of every department.

    Raises
    ------
    FaultsError
        If there are no results of that year.
    """
    of, rows = Computed(Figures({}, {})), dict[Any, dict[str, Any]]()
    made = _made(year, outputs_dir, _projects)
    for field in self_evaluations.MONEY.values():
        ends = f".{field}"
        in_one_unit([f for _, (_, own) in made for n, f in own.items() if n.endswith(ends)])
    for label, (told, own) in made:
        for title, each in told.items():
            number = partial(_number_of, of, label, own)
            rows[label, title] = self_evaluations.row(of, title, each, number)
    return self_evaluations.table(rows, "部门", "项目")


def _projects(report: Report) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a report says of its projects' forms, and the figures of those."""
    told, figures = report.result.get("project_forms") or {}, report.result.get("figures") or {}
    own = {n: dict(f) for n, f in figures.items() if told and ".自评表." in n}
    return told, own


def _number_of(of: Computed, label: str, figures: Mapping[str, Any], name: str) -> Number:
    found = _cell(of, label, name, figures.get(name))
    assert isinstance(found, Number)
    return found


def _made(
    year: int | str, outputs_dir: str | Path, take: Callable[[Report], T]
) -> list[tuple[str, T]]:
    """Return what each department is called and what is taken of its report.

    One report is in memory at a time. Where two share a name, their codes stand behind it.
    """
    folder = find_upward(str(outputs_dir)) / str(year)
    found = [(report.label, report.code, take(report)) for report in reports(folder)]
    if not found:
        raise _nothing(folder, f"没有 {year} 年各部门的结果", f"govnb batch {year}")
    often = Counter(label for label, _, _ in found)
    return [(f"{at}（{code}）" if often[at] > 1 else at, taken) for at, code, taken in found]


def _figures(report: Report, names: Sequence[str]) -> dict[str, Any] | None:
    """Return a report's figures, those not asked for by name alone; None without a report."""
    if not report.result:
        return None
    return {
        sys.intern(name): told
        if not names or any(name == one or fnmatchcase(name, one) for one in names)
        else None
        for name, told in report.result.get("figures", {}).items()
    }


def _row(report: Report) -> dict[str, Any]:
    result = report.result
    return {
        "代码": report.code, "状态": report.status, "原因": report.reason,
        **report.open_findings, **_marks(result.get("score") or {}),
        "示例": bool(result.get("sample")), "地区": result.get("region") or "",
    }  # fmt: skip


def _finding_rows(report: Report, state: str | None) -> list[dict[str, Any]]:
    found = (report.result.get("review") or {}).get("findings", ())
    return [
        {"代码": report.code, **finding_row(finding)}
        for finding in found
        if state in (None, finding.get("state"))
    ]


def _nothing(place: Path, what: str, command: str) -> FaultsError:
    return FaultsError([Fault(Place(place.as_posix()), what, f"先运行 {command}")])


def frame(
    found: Mapping[Any, Mapping[str, Any]], names: Sequence[str], index: str,
    of: Computed | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Return figures of results by what each is called, a row each, in one unit a column."""
    columns = _wanted(list(dict.fromkeys(name for told in found.values() for name in told)), names)
    figures = {
        label: {name: dict(told[name]) for name in columns if name in told}
        for label, told in found.items()
    }
    for column in columns:
        in_one_unit([row[column] for row in figures.values() if column in row])
    of = of or Computed(Figures({}, {}))
    data = {}
    for c in columns:
        cells = [_cell(of, label, c, row.get(c)) for label, row in figures.items()]
        words = any(isinstance(cell, str) for cell in cells)
        # A text that others don't state is no amount.
        data[c] = [None if words and isinstance(cell, Number) else cell for cell in cells]
    return pd.DataFrame(data, pd.Index(list(figures), name=index), dtype=object)


def _wanted(every: Sequence[str], names: Sequence[str]) -> dict[str, None]:
    """Return the figures of some names and patterns, in that order."""
    faults: list[Fault] = []
    wanted: dict[str, None] = {} if names else dict.fromkeys(every)
    for name in names:
        found = [n for n in every if n == name or fnmatchcase(n, name)]
        wanted |= dict.fromkeys(found)
        if not found:
            hint = did_you_mean(name, every) or "全部名称：govnb figures 文件"
            faults.append(Fault(Spot(name), "没有这个指标", hint))
    if faults:
        raise FaultsError(faults)
    return wanted


def in_one_unit(column: Iterable[dict[str, Any]]) -> None:
    """Have amounts in different units all in 万元."""
    amounts = [told for told in column if told.get("unit") in MONEY_UNITS]
    if len({told["unit"] for told in amounts}) < 2:
        return
    for told in amounts:
        if told.get("value") is not None:
            told["value"] = exact(Decimal(told["value"]) * MONEY_UNITS[told["unit"]])
        told |= {"unit": MONEY_UNIT, "decimals": RATE_DECIMALS}


def _cell(of: Computed, label: Any, name: str, told: Mapping[str, Any] | None) -> Any:
    """Return a figure as a number that computes, named for its department or year; a text as is."""
    full = f"{label}.{name}"
    if told is None:
        return Number(Figure(full, missing=(full,), absent=True), of, blank=True)
    if told.get("value") is not None and told.get("type", NUMBER) != NUMBER:
        return told["value"]
    of.figures[full] = figure = figure_of(full, told, name)
    return Number(figure, of)


def figure_of(full: str, told: Mapping[str, Any], name: str) -> Figure:
    """Return a number of a result as a figure under a name of its own."""
    value, unit = told.get("value"), told.get("unit") or ""
    return Figure(
        full, number(value), unit, told.get("label") or name, Spot(told.get("origin") or ""),
        told.get("formula"), missing=() if value is not None else (full,),
        trouble=told.get("trouble") or "", approximate=bool(told.get("approximate")),
        decimals=int(told.get("decimals", RATE_DECIMALS)), scale=MONEY_UNITS.get(unit, Decimal(1)),
    )  # fmt: skip


def _total(score: Mapping[str, Any]) -> dict[str, Decimal | None]:
    total = score.get("total") or {}
    return {"得分下限": number(total.get("low")), "得分上限": number(total.get("high"))}


def _marks(score: Mapping[str, Any]) -> dict[str, Any]:
    ends = _total(score)
    known = {number_text(end) for end in ends.values() if end is not None}
    told = "—".join(number_text(end) for end in ends.values() if end is not None)
    return {
        "得分": next(iter(known)) if len(known) == 1 else told, **ends,
        "满分": number(score.get("full")), "等级": score.get("grade_text") or "",
    }  # fmt: skip


def _score_rows(report: Report) -> list[tuple[str, dict[str, Any]]]:
    score = report.result.get("score") or {}
    rows = [
        (
            row["name"],
            {
                "分值": number(row["weight"]), "得分下限": number(row["low"]),
                "得分上限": number(row["high"]), "公布得分": number(row.get("published")),
                "指标值": number(row["value"]), "单位": row["unit"], "理由": row["reason"],
            },
        )
        for row in score.get("indicators", ())
    ]  # fmt: skip
    if score:
        more = {"分值": number(score["full"]), "公布得分": number(score.get("published"))}
        rows.append((TOTAL, {**more, **_total(score), "理由": score.get("statement") or ""}))
    return rows
