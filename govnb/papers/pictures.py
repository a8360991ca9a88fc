"""Pictures as both papers need them: SVG that fetches nothing, and PNG made from it."""

from __future__ import annotations

import base64
import hashlib
import io
import mimetypes
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lxml import etree  # type: ignore[import-untyped]

from govnb.papers.pandoc import Node
from govnb.papers.tree import Picture, figure, para
from govnb.papers.typesetting import typeset

# Finds the bytes of a picture by its address, and says what kind it is; None when the
# notebook doesn't carry it.
Loader = Callable[[str], tuple[str, bytes] | None]

SVG, PNG, JPEG = "image/svg+xml", "image/png", "image/jpeg"
KINDS = (SVG, PNG, JPEG, "image/gif", "image/webp")
# What a picture without words of its own is called.
NO_WORDS = "图像（作者没有提供文字说明）"
# Enough for print, and small: a chart is about 60 kB.
PIXELS_PER_INCH = 200.0
_NAMESPACE = "{http://www.w3.org/2000/svg}"
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")
_DROPPED = frozenset(f"{_NAMESPACE}{name}" for name in ("script", "foreignObject"))


def put(album: dict[str, Picture], kind: str, data: bytes, alt: str, caption: str = "") -> Node:
    """Return a picture and put it among a document's, or return that it can't be read."""
    try:
        if kind == SVG:
            shown = Picture(SVG, safe_svg(data))
        elif kind in (PNG, JPEG):
            shown = Picture(kind, data)
        else:
            shown = Picture(PNG, _as_png(data))
        _check(shown)
    except (OSError, ValueError, RuntimeError, etree.XMLSyntaxError):
        return lost(alt or caption or kind, "读不懂")
    name = f"{hashlib.sha256(shown.data).hexdigest()[:16]}.{shown.kind[6:9].strip('+')}"
    album[name] = shown
    return figure(name, alt or caption, caption)


def lost(what: str, why: str = "没有随笔记本保存") -> Node:
    """Return what stands for a picture that isn't there."""
    return para(f"〔图片{why}：{what}〕")


def found(
    album: dict[str, Picture], load: Loader, address: str, alt: str, caption: str = ""
) -> Node:
    """Return the picture at an address."""
    there = load(address)
    return lost(alt or address[:80]) if there is None else put(album, *there, alt, caption)


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


@lru_cache(maxsize=64)
def raster(shown: Picture) -> bytes:
    """Return a picture as PNG or JPEG, which every word processor shows."""
    if shown.kind != SVG:
        return shown.data
    return typeset(_ALONE, picture_data(shown), format="png", ppi=PIXELS_PER_INCH)


# One picture on a page of its own size: to see that it can be read, and to be made into PNG.
_ALONE = '#import "picture.typ": alone\n#alone'


@lru_cache(maxsize=64)
def _check(shown: Picture) -> None:
    """Set a picture by itself: one that Typst can't read would take the whole paper with it."""
    typeset(_ALONE, picture_data(shown), format="svg")


def size(shown: Picture) -> tuple[float, float]:
    """Return the width and the height of a raster picture, in points."""
    from PIL import Image

    with Image.open(io.BytesIO(raster(shown))) as image:
        dots = image.info.get("dpi", (72, 72))[0] if shown.kind != SVG else PIXELS_PER_INCH
        return image.width / dots * 72, image.height / dots * 72


def _as_png(data: bytes) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        image.convert("RGBA").save(out, "png")
    return out.getvalue()
