"""A table as the department notebook's cells make it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from govnb import Workbook
from govnb.report.tables import Table
from tests.running import run_through

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def table_of(workbook: Workbook, name: str) -> Any:
    """Return what the notebook shows as a table of that name, or in its place."""
    for source, shown in run_through(NOTEBOOKS, workbook):
        if "wb.show(" in source or "wb.table(" in source:
            told = shown.name if isinstance(shown, Table) else shown.target.partition("-")[2]
            if told == name or f'"{name}"' in source.splitlines()[-1]:
                return shown
    raise KeyError(name)
