"""govnb: an evaluation workbook for local-government spending.

Facts of one department and year are written once, in a YAML file; every other number,
table, chart, sentence and warning of its report is computed from them.

>>> from govnb import Workbook
>>> workbook = Workbook.open(2016, "junshan-zwfw")  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from govnb.text.faults import FaultsError

if TYPE_CHECKING:
    from govnb.report.charts_bars import bars, bullets
    from govnb.report.district import District
    from govnb.report.frames import growth, known, percent, with_total
    from govnb.report.results import departments, findings, first_known, results, scores, years
    from govnb.report.workbook import Workbook

__all__ = [
    "District", "FaultsError", "Workbook", "bars", "bullets", "departments", "findings",
    "first_known", "growth", "known", "percent", "results", "scores", "with_total", "years",
]  # fmt: skip
__version__ = "0.1.0"


# Where each public name is, loaded when it is first asked for: commands that draw nothing start
# sooner.
_HOMES = (
    {"Workbook": "workbook", "District": "district"}
    | dict.fromkeys(("bars", "bullets"), "charts_bars")
    | dict.fromkeys(("growth", "known", "percent", "with_total"), "frames")
    | dict.fromkeys(
        ("departments", "findings", "first_known", "results", "scores", "years"), "results"
    )
)


def __getattr__(name: str) -> Any:
    """Load what a notebook imports."""
    if name not in _HOMES:
        raise AttributeError(f"module 'govnb' has no attribute {name!r}")
    return getattr(import_module(f"govnb.report.{_HOMES[name]}"), name)
