"""What an object shows a notebook: HTML for the screen, structure for the exporters, text.

Every rich object of the report displays as a mime bundle with the type below beside
its HTML. The PDF, Word and JSON exporters read only that; HTML is never scraped.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

STRUCTURE = "application/vnd.govnb+json"
_PIECES = Path(__file__).parent / "templates" / "pieces.html.j2"
# What a link or an attribute in HTML gives a meaning to, or a browser takes out of a link.
_MEANS_MORE = re.compile(r'[%"`#&<>\x00-\x1f\x7f-\xa0\ufeff\\]|^ +| +$')


def bundle(page: str, text: str, structure: dict[str, Any], **more: str) -> dict[str, Any]:
    """Return a mime bundle; `structure` says its `type`, the rest is the type's own."""
    return {"text/html": page, STRUCTURE: structure, "text/plain": text, **more}


def piece(name: str, *said: Any) -> str:
    """Return the HTML of something shown, by the macro of that name in `pieces.html.j2`."""
    return str(getattr(macros(_PIECES), name)(*said))


@cache
def macros(template: Path) -> Any:
    """Return the macros of a template, which escapes what they are given."""
    # A score in a terminal starts without it.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(template.parent), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.globals |= {"anchor": anchor, "link": link, "data_url": data_url}
    made.filters["breaking"] = _breaking
    return made.get_template(template.name).module


def _breaking(text: str) -> Markup:
    """Return text with its line ends; a path of files has no spaces to break at."""
    return Markup(str(escape(text)).replace("/", "/<wbr>").replace("\n", "<br>"))


def anchor(kind: str, name: str) -> str:
    """Return the permanent anchor of a figure, table or chart: `指标-三公经费.结余`."""
    # An anchor holds no blanks, and names that differ must not share one.
    return kind + "-" + re.sub(r"\s", "␣", name)


def link(target: str) -> str:
    """Return the link to an anchor, escaped the way browsers write it back.

    JupyterLab takes a link that looks otherwise for one to a file.
    """
    return f"#{quote(target, safe='')}"


def data_url(kind: str, content: str) -> str:
    """Return content as a link that needs no file and no network.

    As text, which is a quarter shorter than base64: Chinese stands in a link as it is, and a
    browser reads it in the page's own UTF-8.
    """
    charset = ";charset=utf-8" if kind.startswith("text/") else ""
    return f"data:{kind}{charset},{_MEANS_MORE.sub(lambda match: quote(match[0]), content)}"
