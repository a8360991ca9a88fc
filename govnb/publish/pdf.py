"""The PDF of a report, in the layout of official documents (GB/T 9704-2012).

Works after a plain pip install: Typst comes as one wheel, faces come with the project.
"""

from __future__ import annotations

import logging

import typst
from traitlets import default

from govnb import __version__
from govnb.publish.document import Document
from govnb.publish.faces import theme
from govnb.publish.glyphs import check
from govnb.publish.paper import PaperReport
from govnb.publish.pdf_compact import compact
from govnb.publish.pdf_data import data
from govnb.publish.typesetting import typeset
from govnb.text.faults import Fault, FaultsError, Spot

_LOG = logging.getLogger(__name__)
# For readers aloud (PDF/UA) and for filing (PDF/A) at once; less where that can't be.
STANDARDS = (("ua-1", "a-2a"), ("ua-1",), ())
MADE_WITH = f"本文件由 govnb {__version__} 按 GB/T 9704—2012 的版式生成。"


class PDFReport(PaperReport):
    """Export an executed notebook as PDF (`jupyter nbconvert --to govnb-pdf`)."""

    export_from_notebook = "govnb: PDF"
    output_mimetype = "application/pdf"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".pdf"

    def write(self, document: Document) -> bytes:
        """Return the document as PDF."""
        return pdf(document)


def pdf(document: Document) -> bytes:
    """Return a document as PDF; equal documents give equal bytes.

    Raises
    ------
    FaultsError
        If a character can be drawn by no face; says which and where.
    """
    faces = theme()
    check(document, faces)
    content = data(document, faces, MADE_WITH)
    # PDF/A wants a date, and one that the report doesn't state would be made up.
    for standards in STANDARDS if document.day else STANDARDS[1:]:
        try:
            return compact(typeset("report.typ", content, pdf_standards=list(standards)))
        except typst.TypstError as error:
            if not standards:
                raise FaultsError([Fault(Spot("PDF"), f"排版失败：{error}")]) from error
            # A user's own picture or table may break a standard, and be right to look at.
            _LOG.warning("PDF 不能满足 %s：%s", "、".join(standards), error)
    raise AssertionError("the last entry asks for no standard")
