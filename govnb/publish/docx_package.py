"""The .docx file itself: our template's parts, and bytes that depend on the content alone."""

from __future__ import annotations

import importlib.resources
import io
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

# A zip file knows no time before this one.
_EPOCH = (1980, 1, 1, 0, 0, 0)


@cache
def template() -> bytes:
    """Return the empty report: page, styles, fonts and numbering, from `templates/word`."""
    root = Path(str(importlib.resources.files("govnb") / "publish" / "templates" / "word"))
    files = {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}
    return _packed(files)


def settled(package: bytes, parts: Mapping[str, bytes]) -> bytes:
    """Return a package with these parts in it, in order and without the time it was made."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return _packed({name: archive.read(name) for name in archive.namelist()} | dict(parts))


def _packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    # Readers tell a Word file by its first part.
    names = sorted(files, key=lambda name: (name != "[Content_Types].xml", name))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return out.getvalue()
