"""What the exporters share: of an executed notebook what says something, and papers from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import Bool, default
from traitlets.config import Config

from govnb.papers.ran import check_ran, with_outputs
from govnb.papers.reading import SILENT, read
from govnb.papers.shape import shaped
from govnb.papers.tree import Document
from govnb.papers.widgets import settled
from govnb.report.bundle import STRUCTURE


class OfRunNotebook(Exporter):
    """An exporter that refuses a notebook that wasn't run, and shows what of it says something."""

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

    def kept(self, structure: Any, output: NotebookNode) -> list[NotebookNode]:
        """Return what stands for an output with a structured form."""
        raise NotImplementedError

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Return what the notebook comes to and nbconvert's resources."""

        def slim(output: NotebookNode) -> list[NotebookNode]:
            # nbconvert copies what it is given node by node, and all figures of a department are
            # most of an executed notebook.
            structure = output.get("data", {}).get(STRUCTURE)
            return [output] if structure is None else self.kept(structure, output)

        return super().from_notebook_node(with_outputs(shaped(settled(nb)), slim), resources, **kw)


class PaperReport(OfRunNotebook):
    """An exporter that writes the document a notebook shows."""

    with_figures = Bool(False, help="列出全部指标的附件也上纸").tag(config=True)

    def write(self, document: Document) -> bytes:
        """Return the document as a file."""
        raise NotImplementedError

    def kept(self, structure: Any, output: NotebookNode) -> list[NotebookNode]:
        """Return an output, or nothing for what no paper shows."""
        silent = isinstance(structure, dict) and structure.get("type") in SILENT
        return [] if silent else [output]

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Return the file's bytes and nbconvert's resources.

        Raises
        ------
        FaultsError
            If the paper can't be made; says why and where.
        """
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        # nbconvert calls the folder it is run in "".
        path = resources.get("metadata", {}).get("path")
        folder = None if path is None else Path(path)
        return self.write(read(nb, folder, with_figures=self.with_figures)), resources
