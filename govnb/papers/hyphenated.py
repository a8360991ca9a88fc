"""The exporters under names with a hyphen, for the command line only.

JupyterLab's export menu lists whatever is enabled, and its address takes no hyphen.
"""

from __future__ import annotations

import sys

from nbconvert.exporters import Exporter
from traitlets import default

from govnb.papers.page import HTMLReport
from govnb.papers.pdf import PDFReport
from govnb.papers.result import JSONResult
from govnb.papers.word import WordReport


class _Hyphenated:
    @default("enabled")
    def _enabled_default(self) -> bool:
        return "jupyter_server.serverapp" not in sys.modules


def _hyphenated(exporter: type[Exporter]) -> type[Exporter]:
    return type(f"Hyphenated{exporter.__name__}", (_Hyphenated, exporter), {})


HyphenatedHTML, HyphenatedPDF, HyphenatedWord, HyphenatedJSON = map(
    _hyphenated, (HTMLReport, PDFReport, WordReport, JSONResult)
)
