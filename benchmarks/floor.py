"""The floor: the same reports in one warm process, without notebooks, engine or batch.

Run by `benchmarks/batch.py` in a district's folder: `floor.py FORMATS [DEPARTMENT …]`. For each
department the code cells of the notebook are run as plain Python in this process, what they
show is drawn, and the papers and the JSON are rendered and thrown away.
"""

from __future__ import annotations

import sys
from pathlib import Path

from govnb.batch import preload


def main(formats: str, *departments: str) -> None:
    """Make the reports one after the other."""
    # The same warming up as the batch's, pyplot's and pandas' import included.
    preload.warm_up(Path("params"), formats.split(","))
    from govnb.batch.run import render
    from govnb.report.workbook import Workbook

    for department in departments:
        shown = preload.drawn(Workbook.open(2016, department))
        for name in (*formats.split(","), "json"):
            render(shown, name)


if __name__ == "__main__":
    main(*sys.argv[1:])
