"""通报: a month of all departments that have been monitored, as `bulletin.ipynb` holds it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from govnb.files import find_upward
from govnb.report.blocks import Result, Title
from govnb.report.frames import Number
from govnb.report.in_year import BUDGET, SPENT, span
from govnb.report.monitor import FOLDER
from govnb.report.page import Page
from govnb.sheet.figure import Figure
from govnb.text.faults import FaultsError
from govnb.text.values import MONEY_UNIT


@dataclass
class Bulletin(Page):
    """通报: a month of all departments that have been monitored, from what their pages left."""

    year: int
    month: int
    results: list[dict[str, Any]]
    # The departments whose ledgers are made up, where others' are real.
    left_out: tuple[str, ...] = ()
    # Why departments have no page of the month, by name.
    missing: Mapping[str, str] = field(default_factory=dict)
    notebook = "notebooks/bulletin.ipynb"

    @classmethod
    def open(
        cls, year: int, month: int, outputs_dir: str = "outputs",
        missing: Mapping[str, str] | None = None,
    ) -> Bulletin:  # fmt: skip
        """Read the month's results.

        Raises
        ------
        FaultsError
            If there are none.
        """
        folder = find_upward(outputs_dir) / str(year) / FOLDER
        files = result_files(folder, month)
        if not files:
            hint = f"先运行 govnb monitor {year} --month {month}"
            raise FaultsError.of(folder.as_posix(), f"没有 {year} 年{month}月的监控结果", hint)
        found = [json.loads(file.read_text("utf-8")) for file in files]
        # What is made up is never added to what is real.
        real = [result for result in found if not result["sample"]]
        left_out = [str(r["name"]) for r in found if r["sample"]] if real else []
        return cls(year, month, real or found, tuple(left_out), missing or {})

    def title(self) -> Title:
        """Return the title, which says so if anything in it is made up."""
        regions = {str(result["region"]) for result in self.results}
        region = regions.pop() if len(regions) == 1 else ""
        heading = f"{region}{self.year}年{span(self.month)}预算执行情况通报"
        made_up = all(result["sample"] for result in self.results)
        return Title(heading, sample="示例：各部门的台账是编的，供试用。" if made_up else False)

    def projects(self) -> pd.DataFrame:
        """Return one row a project of every department: amounts in 万元, rates, warning."""
        often = Counter(r["name"] for r in self.results)
        called = {
            r["department"]: r["name"] + (f"（{r['department']}）" if often[r["name"]] > 1 else "")
            for r in self.results
        }
        rows = [(called[r["department"]], row) for r in self.results for row in r["rows"]]
        units = {"执行率": "%", "与序时差": "%"}
        columns = ["年初预算", BUDGET, SPENT, "执行率", "与序时差", "预警", "原因"]
        cells = {
            c: [self._cell(row.get(c), units.get(c, MONEY_UNIT), c) for _, row in rows]
            for c in columns
        }
        index = pd.MultiIndex.from_tuples(
            [(str(name), str(row["项目"])) for name, row in rows], names=["部门", "项目"]
        )
        return pd.DataFrame(cells, index=index, dtype=object)

    def _cell(self, text: Any, unit: str, column: str) -> Any:
        if column in ("预警", "原因"):
            return str(text or "")
        value = None if text is None else Decimal(text)
        points = column == "与序时差"
        figure = Figure("", value, unit, formula=str(text), points=points, derived=True)
        ratio = value / 100 if value is not None and unit == "%" else value
        return Number(figure, self._computed, ratio)

    def measures(self) -> tuple[str, ...]:
        """Return the note on what each department is measured by."""
        used = dict.fromkeys(result["standard"] for result in self.results)
        told = f"预警标准：{'、'.join(used)}；各部门的序时进度和执行率分母见各自的监控页。"
        why = {"、".join(self.left_out): "台账是编的，供试用（示例）"} if self.left_out else {}
        why |= self.missing
        return (told, *(f"没有列入{name}：{each}。" for name, each in why.items()))

    def outcome(self) -> Result:
        """Return the machine-readable result."""
        kept = {name: figure.as_dict() for name, figure in self._computed.kept.items()}
        return Result({"year": str(self.year), "department": _own(self.month), "figures": kept})


def _own(month: int) -> str:
    return f"通报-{month}月"


def result_files(folder: Path, month: int) -> list[Path]:
    """Return the results of a month's departments."""
    return sorted(file for file in folder.glob(f"*-{month}月.json") if file.stem != _own(month))
