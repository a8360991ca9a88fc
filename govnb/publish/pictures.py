"""Pictures as both papers need them: SVG that fetches nothing, and PNG made from it."""

from __future__ import annotations

import base64
import io
import mimetypes
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lxml import etree  # type: ignore[import-untyped]

from govnb.publish.document import Paragraph, Picture, Run
from govnb.publish.typesetting import typeset

# Finds the bytes of a picture by its address, and says what kind it is; None when the
# notebook doesn't carry it.
Loader = Callable[[str], tuple[str, bytes] | None]

SVG, PNG, JPEG = "image/svg+xml", "image/png", "image/jpeg"
KINDS = (SVG, PNG, JPEG, "image/gif", "image/webp")
# Enough for print, and small: a chart is about 60 kB.
PIXELS_PER_INCH = 200.0
_NAMESPACE = "{http://www.w3.org/2000/svg}"
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")
_DROPPED = frozenset(f"{_NAMESPACE}{name}" for name in ("script", "foreignObject"))


def picture(kind: str, data: bytes, alt: str, caption: str = "") -> Picture | Paragraph:
    """Return a picture both papers can show, or the sentence that it can't be read."""
    try:
        if kind == SVG:
            shown = Picture(SVG, safe_svg(data), alt, caption)
        elif kind in (PNG, JPEG):
            shown = Picture(kind, data, alt, caption)
        else:
            shown = Picture(PNG, _as_png(data), alt, caption)
        _check(shown.kind, shown.data)
    except (OSError, ValueError, RuntimeError, etree.XMLSyntaxError):
        return lost(alt or caption or kind, "读不懂")
    return shown


def lost(what: str, why: str = "没有随笔记本保存") -> Paragraph:
    """Return what stands for a picture that isn't there."""
    return Paragraph((Run(f"〔图片{why}：{what}〕"),))


def found(load: Loader, address: str, alt: str, caption: str = "") -> Picture | Paragraph:
    """Return the picture at an address."""
    there = load(address)
    return lost(alt or address[:80]) if there is None else picture(*there, alt, caption)


@lru_cache(maxsize=64)
def safe_svg(data: bytes) -> bytes:
    """Return SVG without scripts and without addresses of anything outside it.

    Raises
    ------
    ValueError
        If it isn't SVG.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(data, parser)
    if root.tag != f"{_NAMESPACE}svg":
        raise ValueError("not SVG")
    for element in list(root.iter("*")):  # elements only: comments have no attributes
        parent = element.getparent()
        if element.tag in _DROPPED and parent is not None:
            parent.remove(element)
        for key in _HREFS:
            if not element.get(key, "#").startswith(("#", "data:image/")):
                del element.attrib[key]
    # Serialising the element alone leaves the document type out, and with it what it declares.
    return bytes(etree.tostring(root))


def loader(attachments: Mapping[str, Any], folder: Path | None) -> Loader:
    """Return what finds a picture: attached to the cell, in its address, or in the folder."""

    def load(address: str) -> tuple[str, bytes] | None:
        scheme, _, rest = address.partition(":")
        if scheme == "attachment":
            return _attached(attachments.get(unquote(rest)) or attachments.get(rest) or {})
        if scheme == "data":
            return _data(rest)
        return _file(unquote(address), folder) if folder and "//" not in address else None

    return load


def _attached(data: Mapping[str, Any]) -> tuple[str, bytes] | None:
    for kind in KINDS:
        if kind in data:
            text = data[kind]
            try:
                # Attachments are base64 whatever they are, unlike outputs.
                return kind, base64.b64decode("".join(text) if isinstance(text, list) else text)
            except ValueError:
                return None
    return None


def _data(rest: str) -> tuple[str, bytes] | None:
    head, _, body = rest.partition(",")
    kind = head.partition(";")[0].lower()
    if kind not in KINDS:
        return None
    try:
        return kind, base64.b64decode(body) if ";base64" in head else unquote(body).encode()
    except ValueError:
        return None


def _file(address: str, folder: Path) -> tuple[str, bytes] | None:
    root = folder.resolve()
    path = (root / address).resolve()
    kind, _ = mimetypes.guess_type(path.name)
    # A picture beside the notebook is part of it; a file elsewhere on the machine isn't.
    if kind not in KINDS or not path.is_relative_to(root) or not path.is_file():
        return None
    return kind, path.read_bytes()


def svg_words(data: bytes) -> str:
    """Return the text an SVG leaves for the reader's fonts to draw."""
    texts = etree.fromstring(data).iter(f"{_NAMESPACE}text")
    return "".join("".join(text.itertext()) for text in texts)


def picture_data(shown: Picture) -> dict[str, Any]:
    """Return a picture for the PDF template: SVG as text, anything else as bytes."""
    if shown.kind == SVG:
        return {"format": "svg", "text": shown.data.decode()}
    return {"format": "png" if shown.kind == PNG else "jpg", "bytes": list(shown.data)}


def raster(shown: Picture) -> bytes:
    """Return a picture as PNG or JPEG, which every word processor shows."""
    return _rasterised(shown.data) if shown.kind == SVG else shown.data


@lru_cache(maxsize=64)
def _rasterised(svg: bytes) -> bytes:
    data = picture_data(Picture(SVG, svg, ""))
    return typeset("picture.typ", data, format="png", ppi=PIXELS_PER_INCH)


@lru_cache(maxsize=64)
def _check(kind: str, data: bytes) -> None:
    """Set a picture by itself: one that Typst can't read would take the whole paper with it."""
    typeset("picture.typ", picture_data(Picture(kind, data, "")), format="svg")


def _as_png(data: bytes) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        image.convert("RGBA").save(out, "png")
    return out.getvalue()
