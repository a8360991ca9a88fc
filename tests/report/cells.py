"""A notebook's cells run one after the other, as its reader would."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def run_cells(notebook: str, **parameters: Any) -> list[Any]:
    """Return what each cell of a notebook shows, run with these parameters."""
    # What IPython has besides Python.
    names: dict[str, Any] = {"display": lambda *_: None}
    shown = []
    for cell in json.loads((NOTEBOOKS / notebook).read_text("utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        *before, last = ast.parse("".join(cell["source"])).body
        exec(compile(ast.Module(before, []), notebook, "exec"), names)
        if isinstance(last, ast.Expr):
            shown.append(eval(compile(ast.Expression(last.value), notebook, "eval"), names))
        else:
            exec(compile(ast.Module([last], []), notebook, "exec"), names)
        if "parameters" in cell["metadata"].get("tags", ()):
            names |= parameters
    return shown
