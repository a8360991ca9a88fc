"""The 2016 report says what the published one says, word for word, but for differences we name.

`tests/data/report-2016-differences.yml` holds each of them with its reason.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup

from tests.papers.pages import report_page
from tests.papers.papers import flat

DATA = Path(__file__).resolve().parent.parent / "data"
DIFFERENCES: list[dict[str, Any]] = yaml.safe_load(
    (DATA / "report-2016-differences.yml").read_text(encoding="utf-8")
)
# Whatever stands for a stretch that other rules are about: a verdict, a date of issue.
ANYTHING = "……"
_APART = ".gv-panels, .gv-download, .gv-sr, .gv-review, .gv-contents, .gv-cards, a.gv-anchor, "
_APART += "script, style, table, figure"


def sentences(text: str) -> list[str]:
    # Whether the last one of a paragraph has its full stop is not looked at.
    return re.findall(r"[^。]+", flat(text))


def published() -> list[str]:
    lines = (DATA / "report-2016.txt").read_text(encoding="utf-8").splitlines()
    return [sentence for line in lines for sentence in sentences(line)]


def printed() -> list[str]:
    """Return what the page says in sentences, annexes left out."""
    soup = BeautifulSoup(report_page(2016, "junshan-zwfw"), "html.parser")
    for tag in soup.select(_APART):
        tag.decompose()
    pieces = [tag.get_text() for tag in soup.select("main :is(h1, h2, h3, h4, p), header h1")]
    body = [text for text in pieces if flat(text)]
    first_annex = next(n for n, text in enumerate(body) if flat(text).startswith("附件1"))
    return [sentence for text in body[:first_annex] for sentence in sentences(text)]


def differences() -> Iterator[tuple[list[str], list[str]]]:
    """Yield what only the published report says, with what only ours says in its place."""
    there, here = published(), printed()
    matcher = difflib.SequenceMatcher(None, there, here, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "replace" and b - a == d - c:
            yield from (([x], [y]) for x, y in zip(there[a:b], here[c:d], strict=True))
        elif kind != "equal":
            yield there[a:b], here[c:d]


def fits(wanted: str, said: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in flat(wanted).split(ANYTHING))
    return re.fullmatch(pattern, said) is not None


def is_meant(difference: dict[str, Any], there: list[str], here: list[str]) -> bool:
    original, ours = difference.get("原", ""), difference.get("今", "")
    return fits(original, "".join(there)) and fits(ours, "".join(here))


@pytest.fixture(scope="module")
def found() -> list[tuple[list[str], list[str]]]:
    return list(differences())


def test_every_difference_from_the_published_words_is_meant(
    found: list[tuple[list[str], list[str]]],
) -> None:
    strange = [pair for pair in found if not any(is_meant(d, *pair) for d in DIFFERENCES)]
    assert strange == []


def test_every_difference_that_is_meant_is_there_and_has_its_reason(
    found: list[tuple[list[str], list[str]]],
) -> None:
    assert [d for d in DIFFERENCES if not any(is_meant(d, *pair) for pair in found)] == []
    assert all(d.get("因") for d in DIFFERENCES)
