"""The floor: the same reports in one warm process, without notebooks, engine or batch.

Run by `benchmarks/batch.py` in a district's folder: `floor.py [DEPARTMENT …]`. For each
department the code cells of the notebook are run as plain Python in this process, what they
show is drawn, and the page and the JSON are rendered and thrown away.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

import nbformat

from govnb.batch import preload

PARAMS = Path("params")


def main(departments: list[str]) -> None:
    """Make the reports one after the other."""
    # The same warming up as the batch's, pyplot's and pandas' import included.
    preload.warm_up(PARAMS, ("html",))
    from govnb.batch.run import find_notebook, render

    notebook = nbformat.read(find_notebook("department.ipynb", PARAMS), as_version=4)
    for department in departments:
        shown = drawn(notebook, department)
        for name in ("html", "json"):
            render(shown, name)


def drawn(notebook: Any, department: str) -> Any:
    """Return a notebook with all that its cells show for a department."""
    names: dict[str, Any] = {}
    cells = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            cells.append(cell)
            continue
        shown = _value(cell.source, names)
        names |= {"department": department, "year": 2016, "outputs_dir": ""}
        outputs = []
        if shown is not None:
            data = shown._repr_mimebundle_()
            outputs = [nbformat.from_dict({"output_type": "display_data", "data": data})]
            outputs[0]["metadata"] = nbformat.from_dict({})
        cells.append(nbformat.from_dict({**cell, "outputs": outputs}))
    return nbformat.from_dict({**notebook, "cells": cells})


def _value(source: str, names: dict[str, Any]) -> Any:
    """Run a cell and return what its last line gives."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


if __name__ == "__main__":
    main(sys.argv[1:])
