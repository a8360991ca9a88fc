"""What an object shows a notebook: HTML for the screen, structure for the exporters, text.

Every rich object of the report displays as a mime bundle with the type below beside
its HTML. The PDF, Word and JSON exporters read only that; HTML is never scraped.
"""

from __future__ import annotations

import base64
import html
import re
from typing import Any
from urllib.parse import quote

STRUCTURE = "application/vnd.govnb+json"
# What neither a link nor an attribute in HTML gives a meaning to.
_PLAIN_IN_LINKS = " !$()*+,/:;=@"


def bundle(page: str, text: str, structure: dict[str, Any], **more: str) -> dict[str, Any]:
    """Return a mime bundle; `structure` says its `type`, the rest is the type's own."""
    return {"text/html": page, STRUCTURE: structure, "text/plain": text, **more}


def escape(text: object) -> str:
    """Return text that HTML shows as it is, in content and in attributes."""
    return html.escape(str(text), quote=True)


def anchor(kind: str, name: str) -> str:
    """Return the permanent anchor of a figure, table or chart: `指标-三公经费.结余`."""
    # An anchor holds no blanks, and names that differ must not share one.
    return kind + "-" + re.sub(r"\s", "␣", name)


def data_url(kind: str, content: str) -> str:
    """Return content as a link that needs no file and no network.

    Base64, because a Chinese character takes four letters in it and nine percent-encoded.
    Drawings hold few, and are shorter as text.
    """
    charset = ";charset=utf-8" if kind.startswith("text/") else ""
    encoded = f"data:{kind}{charset};base64,{base64.b64encode(content.encode()).decode()}"
    if kind != "image/svg+xml":
        return encoded
    return min(encoded, f"data:{kind},{quote(content, safe=_PLAIN_IN_LINKS)}", key=len)
