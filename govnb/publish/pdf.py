"""The PDF of a report, in the layout of official documents (GB/T 9704-2012).

Works after a plain pip install: Typst comes as one wheel, faces come with the project.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode

from govnb import __version__
from govnb.publish.document import Document
from govnb.publish.faces import theme
from govnb.publish.glyphs import check
from govnb.publish.pdf_compact import compact
from govnb.publish.pdf_data import data
from govnb.publish.reading import read
from govnb.publish.typesetting import typeset

# For filing (PDF/A) and for readers aloud (PDF/UA) at once.
STANDARDS = ["ua-1", "a-2a"]
MADE_WITH = f"本文件由 govnb {__version__} 按 GB/T 9704—2012 的版式生成。"


class PDFReport(Exporter):
    """Export an executed notebook as PDF (`jupyter nbconvert --to govnb-pdf`)."""

    export_from_notebook = "govnb: PDF"
    output_mimetype = "application/pdf"

    def _file_extension_default(self) -> str:
        return ".pdf"

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Return the PDF's bytes.

        Raises
        ------
        FaultsError
            If a character can be drawn by no face; says which and where.
        """
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        return pdf(read(nb, folder_of(resources))), resources


def pdf(document: Document) -> bytes:
    """Return a document as PDF; equal documents give equal bytes."""
    faces = theme()
    check(document, faces)
    made = typeset("report.typ", data(document, faces, MADE_WITH), pdf_standards=STANDARDS)
    return compact(made)


def folder_of(resources: Any) -> Path | None:
    """Return the folder of the notebook being exported, where that is known."""
    path = (resources or {}).get("metadata", {}).get("path")
    return Path(path) if path else None
