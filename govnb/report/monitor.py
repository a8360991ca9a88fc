"""The page on one department's year under way, as `monitor.ipynb` makes it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

import pandas as pd

from govnb.report.blocks import Result, Title
from govnb.report.findings import Findings
from govnb.report.frames import Number, in_full
from govnb.report.in_year import project_of, total_of, warnings_of
from govnb.report.page import left
from govnb.report.prose import Prose, plain
from govnb.report.workbook import Workbook
from govnb.review.finding import Review
from govnb.sheet.figure import number_text
from govnb.sheet.folder import IN_YEAR
from govnb.sheet.in_year import (
    NORMAL,
    RED,
    UNDECIDED,
    YELLOW,
)
from govnb.text.faults import FaultsError

FOLDER = "monitor"
_ORDER = {RED: 0, YELLOW: 1, UNDECIDED: 2, NORMAL: 3}


def stem(department: str, month: int) -> str:
    """Return what a department's page of a month is called."""
    return f"{department}-{month}月"


class Monitor(Workbook):
    """One department's year under way, as of the end of a month."""

    notebook = "notebooks/monitor.ipynb"

    def title(self) -> Title:
        """Return the page's title, marked where its data are made up."""
        return Title(self.heading, trial=self.overrides, sample=self.sample)

    @classmethod
    def at(
        cls, year: int | str, department: str, month: int = 0, params_dir: str = "params"
    ) -> Self:
        """Open a department's year at a month, the last one with data if that is 0.

        Raises
        ------
        FaultsError
            If its files can't be used, or hold no figures of that month.
        """
        made = cls.open(year, department, params_dir)
        assert isinstance(made, cls)
        last = made.in_year.month
        made.in_year.month = month or last
        if not 1 <= made.in_year.month <= last:
            said = f"{month}月还没有执行数，最后一个月是{last}月"
            told = said if last else "没有逐月的执行数"
            hint = f"补上{month}月的台账，或写 {last}"
            if not last:
                hint = f"放一个台账文件 {department}.月度.csv，栏目见 docs/monitoring.md"
            raise FaultsError.of(made.inputs.department_at.file, told, hint)
        return made

    @property
    def source(self) -> str:
        """The department's ledgers, which the annual report knows nothing of."""
        return self.in_year.source

    @property
    def heading(self) -> str:
        """What stands above the page."""
        department = self.inputs.department
        year = department.year.value
        return f"{department.identity.name}{year}年{self.in_year.span}预算执行监控"

    def duties(self, *warned: pd.DataFrame) -> Prose:
        """Return what is to be done this month about each warning, the gravest first."""
        duties, told = self.in_year.standard[1].duties, list[str]()
        rows = [
            (project_of(name), str(line["预警"]), str(line["原因"]))
            for frame in warned
            for name, line in warnings_of(frame).iterrows()
        ]
        for name, colour, why in sorted(rows, key=lambda row: _ORDER[row[1]]):
            by_reason = (duty for reason, duty in duties.items() if why.startswith(reason))
            duty = next(by_reason, duties.get(colour, "核对原因"))
            told.append(f"{len(told) + 1}. **{plain(name)}**（{colour}，{why}）：{duty}。")
        return self._prose(
            "\n".join(told) or f"{self.in_year.span}各项目执行正常，没有要处理的预警。"
        )

    def findings(self) -> Findings | Prose:
        """Return what in the ledgers is to be corrected or explained."""
        own = tuple(f for f in self.review.findings if f.id.startswith(IN_YEAR) and f.is_open)
        if not own:
            return self._prose("台账各项核对没有发现问题。")
        found = Findings(Review(own), self.figures, self.inputs.department_at.file, is_whole=False)
        self._remember(found.names)
        return found

    def outcome(self, warned: pd.DataFrame, outputs_dir: str = "") -> Result:
        """Return the machine-readable result; written beside the pages where a folder is given."""
        department = self.inputs.department
        lines = warned.drop(index=total_of(warned), errors="ignore").iterrows()
        rows = [{"项目": project_of(name), **_plain_row(line)} for name, line in lines]
        data = {
            "year": str(department.year.value), "department": self.inputs.name,
            "name": str(department.identity.name), "month": self.in_year.month,
            "region": str(department.identity.region or self.inputs.year.region),
            "sample": bool(self.sample), "pace": str(self.in_year.pace.figure.value),
            "standard": self.in_year.standard[0], "rows": rows,
            "figures": {n: f.as_dict() for n, f in self._computed.kept.items()},
        }  # fmt: skip
        file = f"{stem(self.inputs.name, self.in_year.month)}.json"
        return left(data, outputs_dir, department.year.value, FOLDER, file)


def _plain_row(line: pd.Series) -> dict[str, Any]:
    """Return a row with its numbers as text: money in 万元, rates in percent."""

    def text(cell: Any) -> Any:
        if not isinstance(cell, Number):
            return cell
        times = 100 if cell.figure.unit == "%" else 1
        if cell.ratio is None:
            return None
        return f"{Decimal(number_text(in_full(cell.ratio) * times, 12)):f}"

    return {str(column): text(cell) for column, cell in line.items()}
