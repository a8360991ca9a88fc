"""The JSON exporter: the machine-readable result an executed notebook carries."""

from __future__ import annotations

import json
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import Unicode

from govnb.papers.ran import check_ran
from govnb.report.bundle import STRUCTURE


def structures(notebook: NotebookNode, kind: str) -> list[dict[str, Any]]:
    """Return the structured outputs of one type, in page order."""
    outputs = (o for cell in notebook.cells for o in cell.get("outputs", []))
    found = (o.get("data", {}).get(STRUCTURE) for o in outputs)
    return [dict(s) for s in found if s is not None and s.get("type") == kind]


class JSONResult(Exporter):
    """Export the result a notebook displayed last (`jupyter nbconvert --to govnb_json`)."""

    export_from_notebook = "govnb: JSON"
    output_mimetype = "application/json"
    file_extension = Unicode(".json").tag(config=True)

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Return the JSON text.

        Raises
        ------
        ValueError
            If the notebook displayed no result: it wasn't run to its end.
        """
        check_ran(nb)
        results = structures(nb, "result")
        if not results:
            raise ValueError("笔记本里没有机器可读结果：请把笔记本运行到最后一格")
        text = json.dumps(results[-1]["result"], ensure_ascii=False, indent=1) + "\n"
        return text, self._init_resources(resources)
