"""Typst, set up once a process: our templates, this machine's faces, and nothing else to read."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from govnb.publish.faces import typst_fonts


def typeset(template: str, data: Mapping[str, Any], **options: Any) -> bytes:
    """Return a template set with data, as PDF unless `format` says otherwise.

    Typst may read only the templates' folder: not the machine's files, and no network.
    """
    path = _folder() / template
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    out = _compiler().compile(input=str(path), sys_inputs=inputs, **{"format": "pdf", **options})
    return bytes(out[0] if isinstance(out, list) else out)


def ready() -> None:
    """Read the faces and the templates' folder, which starts no thread."""
    _compiler()


def _folder() -> Path:
    return Path(str(importlib.resources.files("govnb") / "publish" / "templates" / "paper"))


@cache
def _compiler() -> Any:
    import typst

    folder = str(_folder())
    # A folder that holds no packages: a template of ours uses none, and none is fetched.
    return typst.Compiler(
        root=folder, font_paths=typst_fonts(), package_path=folder, package_cache_path=folder
    )
