"""Typst, set up once a process: our templates, this machine's faces, and nothing else to read."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from govnb.report import fonts

# GB/T 9704 asks for 方正小标宋 and 仿宋_GB2312; they are sold, so they can't be shipped, but
# an office's machine usually has them. Behind each stands the open face of govnb.report.fonts.
_FACES = {
    "title": ("标题", ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体",
                     "方正小标宋_GBK", "STZhongsong", "华文中宋"), fonts.SONG),
    "body": ("正文", ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "STFangsong",
                    "华文仿宋"), fonts.FANG),
    "hei": ("一级标题、表头", ("SimHei", "黑体", "STHeiti", "华文黑体"), fonts.HEI),
    "kai": ("二级标题", ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体", "STKaiti", "华文楷体"),
            fonts.KAI),
    "page": ("页码", ("SimSun", "宋体", "NSimSun", "STSong", "华文宋体"), fonts.SONG),
}  # fmt: skip


def typeset(source: str, data: Mapping[str, Any], **options: Any) -> bytes:
    """Return a source set with data, as PDF unless `format` says otherwise.

    Typst may read only the templates' folder: not the machine's files, and no network.
    """
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    options = {"format": "pdf", **options}
    out = _compiler().compile(input=source.encode(), sys_inputs=inputs, **options)
    return bytes(out[0] if isinstance(out, list) else out)


def ready() -> None:
    """Read the faces and the templates' folder, which starts no thread."""
    _compiler()


@cache
def faces() -> dict[str, list[str]]:
    """Return the faces of each role that this machine has, in the order they are tried."""
    there = set(_fonts().families())
    return {
        role: [name for name in (*bought, *fonts.families(ours)) if name in there]
        for role, (_, bought, ours) in _FACES.items()
    }


def colophon() -> str:
    """Return which face is used for what."""
    return "；".join(f"{what}用{faces()[role][0]}" for role, (what, *_) in _FACES.items())


@cache
def _fonts() -> Any:
    """Return Typst's list of fonts: the machine's, its own, and ours; made once a process."""
    import typst

    return typst.Fonts(font_paths=[str(fonts.folder())])


@cache
def _compiler() -> Any:
    import typst

    folder = str(templates())
    # A folder that holds no packages: a template of ours uses none, and none is fetched.
    return typst.Compiler(
        root=folder, font_paths=_fonts(), package_path=folder, package_cache_path=folder
    )


@cache
def templates() -> Path:
    """Return the templates' folder."""
    return Path(str(importlib.resources.files("govnb") / "papers" / "templates"))
