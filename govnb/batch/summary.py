"""One row a department, one a finding: what the index, the CSV and the workbooks of a year list.

A department's row is taken from the machine-readable result by the worker that made it and kept in
the receipt, so that the page of ten thousand departments opens no result again.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from govnb.batch.job import COMPARED, KINDS
from govnb.batch.outcome import Failure, Outcome
from govnb.files import packed
from govnb.report.reports import (
    FINDING,
    NOT_MADE,
    STATUSES,
    finding_row,
    is_told,
    open_findings,
    status,
)
from govnb.review.finding import (
    ERROR,
    EXPLAINED,
    FAILED,
    HINT,
    NO_DATA,
    RESIDUE,
    SEVERITIES,
)
from govnb.sheet.figure import number_text
from govnb.sheet.folder import Unread
from govnb.text.values import MONEY_UNIT, MONEY_UNITS

# The first of these that is known is the department's budget of the year.
BUDGETS = ("预算安排", "预算执行.调整后预算")
INCOME, ACTUAL, CONTROL = "收入", "支出", "三公经费.控制率"
AMOUNTS = ("income", "budget", "actual")
# What a cell of a workbook holds at most.
_LONGEST = 32767
_SAVED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*<")
# What of the findings somebody may have to act on.
LISTED = (FAILED, EXPLAINED, NO_DATA)


@dataclass(frozen=True)
class Beside:
    """A page beside a department's report: what it is called, its files, or why it has none."""

    name: str
    stem: str
    links: tuple[str, ...] = ()
    failure: Failure | None = None

    @property
    def file(self) -> str:
        """The file a link leads to."""
        return f"{self.stem}.{'html' if 'html' in self.links else self.links[0]}"


@dataclass(frozen=True)
class Row:
    """One department of the year."""

    # Its identifier, which also names its files.
    department: str
    # What :func:`row_of` took from the result; empty when there is none.
    facts: Mapping[str, Any] = field(default_factory=dict)
    # The formats there is a file of.
    links: tuple[str, ...] = ()
    # Why this run made no report.
    failure: Failure | None = None
    pages: tuple[Beside, ...] = ()

    @property
    def name(self) -> str:
        """The department's name, or its identifier while nothing else is known."""
        return str(self.facts.get("name") or self.department)

    @property
    def status(self) -> str:
        """通过, 资料不足, 有错误 or 未能生成."""
        if self.failure is not None:
            return NOT_MADE
        return status(self.findings("错误"), self.facts.get("told") or self.facts.get("actual"))

    @property
    def badness(self) -> tuple[object, ...]:
        """What sorts rows so that the one to look at first is first."""
        # A 尾差 asks for nothing.
        counts = [-self.findings(severity) for severity in (ERROR, HINT, RESIDUE)]
        return STATUSES.index(self.status), *counts, self.department

    @property
    def score(self) -> str:
        """The score as printed: one number, or the interval the evidence allows."""
        ends = [_number(self.facts.get(name)) for name in ("low", "high")]
        low, high = ("" if end is None else number_text(end) for end in ends)
        if not low or not high:
            return ""
        return low if low == high else f"{low}—{high}"

    @property
    def width(self) -> str:
        """How many points hang on evidence that is missing, blank where nothing is scored."""
        low, high = (_number(self.facts.get(name)) for name in ("low", "high"))
        return "" if low is None or high is None else number_text(high - low)

    @property
    def grade(self) -> str:
        """The grade, or the grades the interval spans."""
        return str(self.facts.get("grade") or "")

    def amount(self, name: str) -> str:
        """Return an amount of the row rounded to two decimals, blank when unknown."""
        return _plain(self.facts.get(name), 2)

    def rate(self, name: str) -> str:
        """Return a percentage of the row, blank when unknown."""
        shown = self.amount(name)
        return f"{shown}%" if shown else ""

    def found(self, severity: str) -> str:
        """Return how many open findings of a severity there are, blank when that is unknown."""
        return "" if self.failure else str(self.findings(severity))

    def file(self, extension: str) -> str:
        """Return the name of one of the department's files."""
        return f"{self.department}.{extension}"

    def findings(self, severity: str) -> int:
        """Return how many open findings of a severity there are."""
        return int(self.facts.get("findings", {}).get(severity, 0))


def verdict_of(outcome: Outcome) -> str:
    """Return in one line how a department made by itself came out."""
    row = Row(outcome.department, outcome.row)
    found = "，".join(f"{severity}{row.findings(severity)}处" for severity in SEVERITIES)
    return f"{row.status}：{found}" + (f"；得分{row.score}分" if row.score else "")


def in_one_unit(rows: Sequence[Row]) -> list[Row]:
    """Return rows whose amounts can be compared: in 万元, where the departments' units differ."""
    units = {row.facts.get("unit") for row in rows if row.facts.get("unit")}
    if len(units) < 2:
        return list(rows)
    return [replace(row, facts=_converted(row.facts)) for row in rows]


def _converted(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    scale = MONEY_UNITS.get(str(facts.get("unit")))
    if scale is None:
        return facts
    known = {name: _number(facts.get(name)) for name in AMOUNTS}
    amounts = {n: None if value is None else f"{value * scale:f}" for n, value in known.items()}
    return {**facts, **amounts, "unit": MONEY_UNIT, "converted": True}


def row_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the index lists of a machine-readable result."""
    figures = result.get("figures", {})

    def value(name: str) -> Any:
        return figures.get(name, {}).get("value")

    score = result.get("score") or {}
    total = score.get("total") or {}
    return {
        "name": result.get("name"),
        "region": result.get("region"),
        "sample": bool(result.get("sample")),
        "income": value(INCOME),
        "budget": next(filter(None, (value(name) for name in BUDGETS)), None),
        "actual": value(ACTUAL),
        "told": is_told(figures),
        "unit": figures.get(ACTUAL, {}).get("unit"),
        "control": value(CONTROL),
        "low": total.get("low"),
        "high": total.get("high"),
        "grade": score.get("grade_text") or "",
        "findings": open_findings(result.get("review") or {}),
        "compared": {
            name: {key: told.get(key) for key in ("value", "unit", "type", "origin", "decimals")}
            for name in COMPARED
            if (told := figures.get(name))
        },
        # What pages it has data for.
        "pages": {kind.folder: parts for kind in KINDS if (parts := kind.parts(figures))},
    }


HEADINGS = (
    "代码", "部门", "状态", "原因", "得分下限", "得分上限", "待定分", "等级", "收入", "预算",
    "支出", "单位", "三公经费控制率（%）", "错误", "尾差", "提示", "示例",
)  # fmt: skip


def cells(row: Row) -> tuple[str | Decimal | int | None, ...]:
    """Return a row of the table people open in a spreadsheet, numbers as numbers.

    Two places more than a report prints: a quotient's other thirty tell nobody anything.
    """
    facts = row.facts
    counts = [row.findings(s) if not row.failure else None for s in SEVERITIES]
    numbers = {name: _short(facts.get(name)) for name in ("low", "high", *AMOUNTS, "control")}
    return (
        row.department, row.name, row.status, row.failure.reason if row.failure else "",
        numbers["low"], numbers["high"], _short(row.width or None), row.grade,
        *(numbers[name] for name in AMOUNTS), facts.get("unit") or "", numbers["control"],
        *counts, "示例" if facts.get("sample") else "",
    )  # fmt: skip


def summary_json(year: int, rows: Iterable[Row], unread: Iterable[Unread] = ()) -> bytes:
    """Return the rows, and the files not read, for programs such as the district's notebook."""
    listed = [
        {
            "department": row.department,
            "status": row.status,
            "reason": row.failure.reason if row.failure else None,
            **row.facts,
        }
        for row in rows
    ]
    plain = {"year": str(year), "departments": listed, "unread": [u._asdict() for u in unread]}
    return (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def finding_cells(result: Mapping[str, Any]) -> Iterator[tuple[str | Decimal, ...]]:
    """Yield a department's findings that somebody may have to act on, as rows of a table."""
    for finding in (result.get("review") or {}).get("findings", ()):
        if finding["state"] in LISTED:
            row = finding_row(finding).values()
            yield str(result["department"]), str(result["name"]), *row


FINDINGS = ("代码", "部门", *FINDING)


def table_csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return rows as CSV; what a spreadsheet would run as a formula stays text."""
    from govnb.report.tables import safe_text

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headings)
    for row in rows:
        writer.writerow([safe_text(c) if isinstance(c, str) else c for c in row])
    return ("\ufeff" + out.getvalue()).encode("utf-8", "replace")


def table_xlsx(title: str, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """Return rows as a workbook to filter, every word a text cell."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(headings))}{len(rows) + 1}"
    sheet.append(list(headings))
    for row in rows:
        line = []
        for value in row:
            if isinstance(value, str):
                cell = WriteOnlyCell(sheet, "".join(filter(_xml, value))[:_LONGEST])
                # openpyxl takes a leading "=" for a formula.
                cell.data_type = "s"
            else:
                cell = WriteOnlyCell(sheet, value)
            line.append(cell)
        sheet.append(line)
    # Not the moment it was made: equal years are equal bytes.
    book.properties.created = datetime(1980, 1, 1)
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    settled = _SAVED.sub(rb"\g<1>1980-01-01T00:00:00Z<", parts["docProps/core.xml"])
    return packed({**parts, "docProps/core.xml": settled})


def _xml(char: str) -> bool:
    """Tell whether a workbook can hold a character: no control codes, no halves of a pair."""
    return char in "\t\n" or " " <= char < "\ud800" or "\udfff" < char < "\ufffe" or char > "\uffff"


def _short(value: Any) -> Decimal | None:
    number = _number(value)
    return None if number is None else Decimal(number_text(number, 4))


def _number(value: Any) -> Decimal | None:
    return Decimal(value) if value is not None else None


def _plain(value: Any, decimals: int) -> str:
    return "" if value is None else number_text(Decimal(value), decimals, padded=True)
