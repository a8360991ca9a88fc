"""The page: an executed notebook as one HTML file that needs nothing else.

`jupyter nbconvert --to govnb_html`, JupyterLab's export menu and `govnb run` all come here.
The page holds outputs and Markdown, not code; it makes no request, and says so to the
browser, which then refuses whatever might slip through.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat import NotebookNode
from traitlets import Unicode, default
from traitlets.config import Config

from govnb.papers.exporter import OfRunNotebook
from govnb.papers.page_clean import clean
from govnb.papers.page_face import with_face
from govnb.papers.page_markdown import latex, markdown
from govnb.papers.page_outline import Outline
from govnb.papers.pictures import NO_WORDS
from govnb.papers.reading import told
from govnb.report.bundle import STRUCTURE
from govnb.report.style import script, style

TEMPLATES = Path(__file__).parent / "templates"
DEFAULT_TITLE = "报告"


class HTMLReport(OfRunNotebook, TemplateExporter):
    """Export an executed notebook as one self-contained page."""

    export_from_notebook = "govnb: HTML"
    output_mimetype = "text/html"
    file_extension = Unicode(".html").tag(config=True)

    @default("template_name")
    def _template_name_default(self) -> str:
        return "govnb"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(TEMPLATES)]

    @property
    def default_config(self) -> Config:
        """The kinds of output shown, the best first; scripts and widgets are none of them."""
        kinds = ["text/html", "text/markdown", "image/svg+xml", "text/latex"]
        kinds += ["image/png", "image/jpeg", "text/plain"]
        return Config({**super().default_config, "NbConvertBase": {"display_data_priority": kinds}})

    def default_filters(self) -> Any:
        """Yield nbconvert's filters and those of the page's template."""
        yield from super().default_filters()
        yield "clean", clean
        yield "latex", latex
        yield "markdown", _markdown
        yield "outline", Outline.of
        yield "integrity", _integrity
        yield "told", told

    def _init_resources(self, resources: Any) -> Any:
        resources = super()._init_resources(resources)
        resources["govnb"] = {
            "structure": STRUCTURE,
            "style": style(),
            "script": script(),
            "no_words": NO_WORDS,
            "title": DEFAULT_TITLE,
        }
        return resources

    def kept(self, structure: Any, output: NotebookNode) -> list[NotebookNode]:
        """Return an output without its structured form: a page prints its HTML."""
        return [NotebookNode({**output, "data": NotebookNode({**output.data, STRUCTURE: {}})})]

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Return the page, text, and nbconvert's resources."""
        page, resources = super().from_notebook_node(nb, resources, **kw)
        return with_face(page), resources


@pass_context
def _markdown(context: Context, source: str) -> str:
    """Return Markdown as HTML, with the attachments of the cell it stands in."""
    cell, resources = context.get("cell", {}), context.get("resources", {})
    folder = resources.get("metadata", {}).get("path", "")
    return markdown(source, cell.get("attachments"), folder)


def _integrity(script: str) -> str:
    """Return what a content security policy calls an inline script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
