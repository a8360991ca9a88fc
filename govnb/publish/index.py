"""The page of a year: every department in one table, and why the missing ones are missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from govnb.publish.summary import FAILED, PASSED, SEVERITIES, WRONG, Row

LINKS = {"html": "网页", "pdf": "PDF", "docx": "Word", "json": "数据"}


def index_page(
    year: int,
    rows: Sequence[Row],
    left_over: Sequence[str] = (),
    district: str | None = None,
    region: str = "",
) -> bytes:
    """Return the page as one self-contained file.

    Parameters
    ----------
    year
        The year the departments report on.
    rows
        One for each department, in the order to show.
    left_over
        Departments that have outputs but no parameter file any more.
    district
        File name of the district's report, if there is one.
    region
        The district's name.
    """
    counts = {name: sum(row.status == name for row in rows) for name in (PASSED, WRONG, FAILED)}
    return (
        _environment()
        .get_template("index.html.j2")
        .render(
            year=year,
            region=region,
            rows=rows,
            counts=counts,
            severities=SEVERITIES,
            failures=[row for row in rows if row.failure],
            left_over=left_over,
            district=district,
            sample=any(row.facts.get("sample") for row in rows),
        )
        .encode()
    )


@cache
def _environment() -> Environment:
    folder = Path(__file__).parent / "templates" / "index"
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["links"] = _links
    environment.filters["file"] = _file
    return environment


def _links(row: Row) -> Iterable[tuple[str, str]]:
    """Return the label and address of each file of a department."""
    return [(LINKS[name], _file(f"{row.department}.{name}")) for name in LINKS if name in row.links]


def _file(name: Any) -> str:
    # "./" keeps a name with a colon from being read as the scheme of an address.
    return "./" + quote(str(name))
