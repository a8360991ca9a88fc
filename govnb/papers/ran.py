"""What every exporter asks first: whether the notebook was run, to its end and without error.

A report whose last half is missing, or is that of the department before, must not leave the
house.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from nbformat import NotebookNode

from govnb.text.faults import Fault, FaultsError, Spot

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_RUN = "改正以后从头运行一遍（菜单“运行 → 运行所有单元格”），再导出"


def check_ran(notebook: NotebookNode) -> None:
    """Refuse a notebook that was never run or that failed.

    A cell tagged `raises-exception` may fail, as everywhere in Jupyter.

    Raises
    ------
    FaultsError
        Saying which cell, and what its error said.
    """
    faults = [fault for cell in notebook.cells if (fault := _fault(cell))]
    if faults:
        raise FaultsError(faults[:1])


def _fault(cell: NotebookNode) -> Fault | None:
    if cell.cell_type != "code":
        return None
    first = cell.source.strip().partition("\n")[0]
    where = f"“{first}”这一格"
    if cell.get("execution_count"):
        where = f"第 [{cell.execution_count}] 格（{first}）"
    for output in cell.outputs:
        allowed = "raises-exception" in cell.metadata.get("tags", ())
        if output.output_type == "error" and not allowed:
            said = _ANSI.sub("", f"{output.ename}: {output.evalue}")
            return Fault(Spot("笔记本"), f"{where}运行出错，后面的内容不可信：{said}", _RUN)
    if first and cell.get("execution_count") is None and not cell.outputs:
        return Fault(Spot("笔记本"), f"{where}没有运行过", _RUN)
    return None


def with_outputs(
    notebook: NotebookNode, change: Callable[[NotebookNode], Iterable[NotebookNode]]
) -> NotebookNode:
    """Return a notebook in which outputs of cells stand for each output."""
    cells = [
        NotebookNode({**cell, "outputs": [o for each in cell.outputs for o in change(each)]})
        if "outputs" in cell
        else cell
        for cell in notebook.cells
    ]
    return NotebookNode({**notebook, "cells": cells})
