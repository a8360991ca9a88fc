"""Where a year's outputs are: a folder, or a URL that fsspec understands.

Both write whole files only, and both can be listed at once, because asking for ten
thousand files one by one takes minutes on a share.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from govnb.inputs.files import sweep, write_all_whole
from govnb.inputs.place import Fault, FaultsError, Place

RECEIPTS = ".receipts"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as a listing shows it: its size, and what changes when it is written."""

    size: int
    stamp: str


class Store(Protocol):
    """A year's outputs."""

    def listing(self, folder: str = "") -> dict[str, Entry]:
        """Return the files of a folder by name; none if there is no such folder."""

    def read(self, name: str) -> bytes:
        """Return a file's content."""

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write files that belong together, each whole or not at all."""

    def sweep(self) -> None:
        """Remove what killed runs left half-written."""

    def where(self, name: str) -> str:
        """Return a file's name for people."""


@dataclass(frozen=True)
class Folder:
    """Outputs in a folder of this machine or a share."""

    path: Path

    def listing(self, folder: str = "") -> dict[str, Entry]:
        """Return the files of a folder by name."""
        try:
            with os.scandir(self.path / folder) as found:
                return {
                    entry.name: Entry(entry.stat().st_size, str(entry.stat().st_mtime_ns))
                    for entry in found
                    if entry.is_file()
                }
        except FileNotFoundError:
            return {}

    def read(self, name: str) -> bytes:
        """Return a file's content."""
        return (self.path / name).read_bytes()

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write files that belong together, each whole or not at all."""
        write_all_whole({self.path / name: data for name, data in files.items()})

    def sweep(self) -> None:
        """Remove what killed runs left half-written."""
        for folder in (self.path, self.path / RECEIPTS):
            sweep(folder)

    def where(self, name: str) -> str:
        """Return a file's name for people."""
        return str(self.path / name)


class Remote:
    """Outputs at a URL, such as `s3://bucket/outputs` or `memory://outputs`."""

    def __init__(self, url: str) -> None:
        try:
            import fsspec
        except ImportError:
            hint = "安装：pip install 'govnb[cluster]'"
            raise FaultsError([Fault(Place(url), "输出到网址需要 fsspec", hint)]) from None
        self.url = url
        self.system, self.root = fsspec.core.url_to_fs(url)

    def listing(self, folder: str = "") -> dict[str, Entry]:
        """Return the files of a folder by name."""
        try:
            self.system.invalidate_cache()
            found = self.system.ls(self._path(folder), detail=True)
        except FileNotFoundError:
            return {}
        return {
            info["name"].rsplit("/", 1)[-1]: Entry(info["size"], _stamp(info))
            for info in found
            if info["type"] == "file"
        }

    def read(self, name: str) -> bytes:
        """Return a file's content."""
        content: bytes = self.system.cat_file(self._path(name))
        return content

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write files; object stores show a file only when all of it is there."""
        for name, data in files.items():
            path = self._path(name)
            self.system.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            with self.system.transaction:
                self.system.pipe_file(path, data)

    def sweep(self) -> None:
        """Leave all as it is: nothing is written under another name here."""

    def where(self, name: str) -> str:
        """Return a file's name for people."""
        return f"{self.url.rstrip('/')}/{name}"

    def _path(self, name: str) -> str:
        return f"{self.root.rstrip('/')}/{name}".rstrip("/")


def is_url(outputs: str | Path) -> bool:
    """Tell whether outputs go to a URL rather than a folder."""
    return "://" in str(outputs)


def store_of(outputs: str | Path, year: int) -> Store:
    """Return the store of a year's outputs."""
    if is_url(outputs):
        return Remote(f"{str(outputs).rstrip('/')}/{year}")
    return Folder(Path(outputs) / str(year))


def _stamp(info: Mapping[str, Any]) -> str:
    for key in ("ETag", "md5Hash", "etag", "mtime", "LastModified", "last_modified", "created"):
        if info.get(key):
            return str(info[key])
    return ""
