"""govnb: an evaluation workbook for local-government spending.

Facts of one department and year are written once, in a YAML file; every other number,
table, chart, sentence and warning of its report is computed from them.

>>> from govnb import Workbook
>>> workbook = Workbook.open(2016, "junshan-zwfw")  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from govnb.text.faults import FaultsError

if TYPE_CHECKING:
    from govnb.present.workbook import Workbook

__all__ = ["FaultsError", "Workbook"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Load the workbook when it is first asked for: commands that draw nothing start sooner."""
    if name == "Workbook":
        from govnb.present.workbook import Workbook

        return Workbook
    raise AttributeError(f"module 'govnb' has no attribute {name!r}")
