"""What every exporter asks first: whether the notebook was run, to its end and without error.

A report whose last half is missing, or is that of the department before, must not leave the
house.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import default
from traitlets.config import Config

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


class OfRunNotebook(Exporter):
    """An exporter that refuses a notebook that wasn't run."""

    @default("default_preprocessors")
    def _default_preprocessors_default(self) -> list[str]:
        # Those that choose cells and outputs: the usual eleven copy and check the notebook each.
        names = ["TagRemove", "RegexRemove", "ClearOutput", "CoalesceStreams", "Execute"]
        return [f"nbconvert.preprocessors.{name}Preprocessor" for name in names]

    @property
    def default_config(self) -> Config:
        """Tagged cells are removed; what is printed bit by bit is put together."""
        chosen = ("TagRemovePreprocessor", "CoalesceStreamsPreprocessor")
        # Checked once: doing so after each step takes longer than writing a paper.
        once = {"Exporter": {"optimistic_validation": True}}
        return Config({**once, **{name: {"enabled": True} for name in chosen}})

    def _preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Check after the preprocessors: `nbconvert --execute` is one of them."""
        nb, resources = super()._preprocess(nb, resources)
        check_ran(nb)
        return nb, resources
