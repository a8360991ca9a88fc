"""What the PDF and the Word exporter share: from an executed notebook to bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from traitlets import Bool

from govnb.papers.ran import OfRunNotebook, with_outputs
from govnb.papers.reading import SILENT, read
from govnb.papers.shape import shaped
from govnb.papers.tree import Document
from govnb.papers.widgets import settled
from govnb.report.bundle import STRUCTURE


class PaperReport(OfRunNotebook):
    """An exporter that writes the document a notebook shows."""

    with_figures = Bool(False, help="列出全部指标的附件也上纸").tag(config=True)

    def write(self, document: Document) -> bytes:
        """Return the document as a file."""
        raise NotImplementedError

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Return the file's bytes and nbconvert's resources.

        Raises
        ------
        FaultsError
            If the paper can't be made; says why and where.
        """
        nb, resources = super().from_notebook_node(_on_paper(shaped(settled(nb))), resources, **kw)
        # nbconvert calls the folder it is run in "".
        path = resources.get("metadata", {}).get("path")
        folder = None if path is None else Path(path)
        return self.write(read(nb, folder, with_figures=self.with_figures)), resources


def _on_paper(nb: NotebookNode) -> NotebookNode:
    """Return the notebook without what no paper shows.

    nbconvert copies what it is given node by node, and all figures of a department are most
    of an executed notebook.
    """

    def kept(output: NotebookNode) -> list[NotebookNode]:
        structure = output.get("data", {}).get(STRUCTURE)
        silent = isinstance(structure, dict) and structure.get("type") in SILENT
        return [] if silent else [output]

    return with_outputs(nb, kept)
