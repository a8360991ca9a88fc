"""The exporters under names with a hyphen, for the command line only.

JupyterLab's export menu lists whatever is enabled, and its address takes no hyphen.
"""

from __future__ import annotations

import sys

from traitlets import default

from govnb.papers.page import HTMLReport
from govnb.papers.pdf import PDFReport
from govnb.papers.result import JSONResult
from govnb.papers.word import WordReport


class _Hyphenated:
    @default("enabled")
    def _enabled_default(self) -> bool:
        return "jupyter_server.serverapp" not in sys.modules


class HyphenatedHTML(_Hyphenated, HTMLReport):
    """`jupyter nbconvert --to govnb-html`."""


class HyphenatedPDF(_Hyphenated, PDFReport):
    """`jupyter nbconvert --to govnb-pdf`."""


class HyphenatedWord(_Hyphenated, WordReport):
    """`jupyter nbconvert --to govnb-docx`."""


class HyphenatedJSON(_Hyphenated, JSONResult):
    """`jupyter nbconvert --to govnb-json`."""
