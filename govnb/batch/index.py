"""The page of a year: every department in one table, and why the missing ones are missing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from govnb.batch.job import DISTRICT
from govnb.batch.outcome import Outcome
from govnb.batch.summary import AMOUNTS, Row
from govnb.papers.page_face import with_face
from govnb.report.reports import SAMPLES, STATUSES
from govnb.review.finding import SEVERITIES
from govnb.sheet.folder import ALL, Unread

# How a status is dressed.
KINDS = dict(zip(STATUSES, ("failed", "wrong", "thin", "fine"), strict=True))
NUMERIC = (*SEVERITIES, "得分", "待定分", "收入", "预算", "支出", "三公控制率")
COLUMNS = ("部门", "状态", *SEVERITIES, "得分", "待定分", "等级", *NUMERIC[-4:], "文件")
_FOLDER = Path(__file__).parent / "templates" / "index"
LINKS = {"html": "网页", "pdf": "PDF", "docx": "Word", "json": "数据"}


def index_page(
    year: int,
    rows: Sequence[Row],
    left_over: Sequence[str] = (),
    district: Outcome | None = None,
    region: str = "",
    stale: Sequence[str] = (),
    unread: Sequence[Unread] = (),
) -> bytes:
    """Return the page as one self-contained file, the rows to look at first on top.

    `left_over` are departments that have outputs but no parameter file any more, `stale` files
    of formats that are no longer made, `unread` files of the folder that are no department's.
    """
    units = {str(row.facts["unit"]) for row in rows if row.facts.get("unit")}
    page = _environment().get_template("index.html.j2")
    text = page.render(
        title=f"{region}{year}年度部门整体支出绩效评价",
        rows=sorted(rows, key=lambda row: row.badness),
        columns=COLUMNS,
        numeric=NUMERIC,
        amounts=AMOUNTS,
        counts={name: sum(row.status == name for row in rows) for name in KINDS},
        kinds=KINDS,
        severities=SEVERITIES,
        failures=[row for row in rows if row.failure],
        pages_failed=[(row, page) for row in rows for page in row.pages if page.failure],
        left_over=left_over,
        stale=stale,
        unread=unread,
        district=f"{DISTRICT}.html" if district and not district.failure else None,
        district_failure=district.failure if district else None,
        unit=units.pop() if len(units) == 1 else "",
        converted=any(row.facts.get("converted") for row in rows),
        sample=_sample(rows),
        css=_part("index.css"),
        script=_part("index.js"),
    )
    # A name in a coding of its own must not keep the page from being written.
    return with_face(text).encode("utf-8", "replace")


def _sample(rows: Sequence[Row]) -> str:
    """Return what to say of made-up departments, of all or of some."""
    made_up = [bool(row.facts.get("sample")) for row in rows if row.facts]
    if not any(made_up):
        return ""
    return SAMPLES if all(made_up) else f"标有“示例”的，{SAMPLES}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["links"] = _links
    environment.filters["file"] = _file
    environment.filters["of_all"] = lambda name: _file(f"{ALL}/{name}")
    return environment


@cache
def _part(name: str) -> Markup:
    return Markup((_FOLDER / name).read_text(encoding="utf-8"))


def _links(row: Row) -> Sequence[tuple[str, str]]:
    """Return the label and address of each file of a department."""
    return [(LINKS[name], _file(row.file(name))) for name in LINKS if name in row.links]


def _file(name: Any) -> str:
    # "./" keeps a name with a colon from being read as the scheme of an address.
    return "./" + quote(str(name), errors="replace")
