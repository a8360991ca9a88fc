"""The floor: the same reports in one warm process, without notebooks, engine or batch.

Run by `benchmarks/batch.py` in a district's folder: `floor.py FORMATS [DEPARTMENT …]`. For each
department the code cells of the notebook are run as plain Python in this process, what they
show is drawn, and the papers and the JSON are rendered and thrown away.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from govnb.batch import preload

if TYPE_CHECKING:
    from nbformat import NotebookNode


def main(formats: str, *departments: str) -> None:
    """Make the reports one after the other."""
    # The same warming up as the batch's, pyplot's and pandas' import included.
    preload.warm_up(Path("params"), formats.split(","))
    from govnb.batch.run import render

    for department in departments:
        shown = _drawn(department)
        for name in (*formats.split(","), "json"):
            render(shown, name)


def _drawn(department: str) -> NotebookNode:
    """Return a department's notebook with all that its cells show, as if it had been run."""
    import nbformat

    from govnb.report.workbook import Workbook
    from tests.running import run_through

    notebooks = Path(__file__).parents[1] / "notebooks"
    notebook: NotebookNode = nbformat.read(notebooks / "department.ipynb", 4)
    outputs: dict[str, list[NotebookNode]] = {}
    for source, shown in run_through(notebooks, Workbook.open(2016, department)):
        output = nbformat.v4.new_output("display_data", data=shown._repr_mimebundle_())
        outputs.setdefault(source, []).append(output)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = outputs.get(cell.source, []), 1
    return notebook


if __name__ == "__main__":
    main(*sys.argv[1:])
