"""Where a year's outputs are: a folder, or a URL that fsspec understands.

Both write whole files only, and both can be listed at once, because asking for ten
thousand files one by one takes minutes on a share.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import unquote

from govnb.files import reserved, sweep, write_all_whole
from govnb.text.faults import Fault, FaultsError, Spot

RECEIPTS = ".receipts"
_YEAR = "[0-9][0-9][0-9][0-9]"
# What the page, the tables and the receipts of a year take, generously.
_PAGE, _ROW = 1 << 18, 1 << 13

# The two packages of the extra `cluster`; this program is on no index to be asked by its own name.
INSTALL = f"安装：{sys.executable} -m pip install distributed fsspec"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as a listing shows it: its size, and what changes when it is written."""

    size: int
    stamp: str


@dataclass(frozen=True)
class Folder:
    """Outputs in a folder of this machine or a share."""

    path: Path

    def listing(self, folder: str = "") -> dict[str, Entry]:
        """Return the files of a folder by name."""
        try:
            with os.scandir(self.path / folder) as found:
                return {e.name: _entry(e.stat()) for e in found if e.is_file()}
        except FileNotFoundError:
            return {}

    def years(self) -> list[str]:
        """Return the years there are folders of."""
        return sorted(f.name for f in self.path.glob(_YEAR) if f.is_dir())

    def entry(self, name: str) -> Entry:
        """Return how a listing shows one file."""
        return _entry((self.path / name).stat())

    def read(self, name: str) -> bytes:
        """Return a file's content."""
        return (self.path / name).read_bytes()

    def write(self, files: Mapping[str, bytes], *, flush: bool = True) -> None:
        """Write files that belong together, each whole or not at all."""
        write_all_whole({self.path / n: data for n, data in files.items()}, flush=flush)

    def sweep(self) -> None:
        """Remove what killed runs left half-written."""
        for folder, _, _ in os.walk(self.path):
            sweep(Path(folder))

    def where(self, name: str) -> str:
        """Return a file's name for people."""
        return str(self.path / name)

    @contextmanager
    def reserve(self, departments: int) -> Iterator[None]:
        """Keep room for the year's page, which has to say why the rest found none."""
        with reserved(self.path, _PAGE + departments * _ROW):
            yield


class Remote:
    """Outputs at a URL, such as `s3://bucket/outputs`."""

    def __init__(self, url: str) -> None:
        try:
            import fsspec
        except ImportError:
            raise FaultsError([Fault(Spot(url), "输出到网址需要 fsspec", INSTALL)]) from None
        self.url = url
        self.system, self.root = fsspec.core.url_to_fs(url)

    def listing(self, folder: str = "") -> dict[str, Entry]:
        """Return the files of a folder by name."""
        try:
            self.system.invalidate_cache()
            found = self.system.ls(self._path(folder), detail=True)
        except FileNotFoundError:
            return {}
        files = [info for info in found if info["type"] == "file"]
        return {f["name"].rsplit("/", 1)[-1]: Entry(f["size"], _stamp(f)) for f in files}

    def years(self) -> list[str]:
        """Return the years there are folders of."""
        self.system.invalidate_cache()
        return sorted(n.rstrip("/")[-4:] for n in self.system.glob(self._path(_YEAR)))

    def entry(self, name: str) -> Entry:
        """Return how a listing shows one file."""
        self.system.invalidate_cache()
        info = self.system.info(self._path(name))
        return Entry(info["size"], _stamp(info))

    def read(self, name: str) -> bytes:
        """Return a file's content."""
        content: bytes = self.system.cat_file(self._path(name))
        return content

    def write(self, files: Mapping[str, bytes], *, flush: bool = True) -> None:
        """Write files; object stores show a file only when all of it is there."""
        for name, data in files.items():
            path = self._path(name)
            self.system.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            with self.system.transaction:
                self.system.pipe_file(path, data)

    def sweep(self) -> None:
        """Leave all as it is: nothing is written under another name here."""

    def reserve(self, departments: int) -> AbstractContextManager[None]:
        """Keep no room: a bucket doesn't fill up."""
        return nullcontext()

    def where(self, name: str) -> str:
        """Return a file's name for people."""
        return f"{self.url.rstrip('/')}/{name}"

    def _path(self, name: str) -> str:
        return f"{self.root.rstrip('/')}/{name}".rstrip("/")


# Where a year's outputs are, or all years'.
Store: TypeAlias = Folder | Remote


def is_url(outputs: str | Path) -> bool:
    """Tell whether outputs go to a URL rather than a folder."""
    return "://" in str(outputs)


def local(outputs: str | Path) -> str | Path:
    """Return a `file://` URL as the folder it is, with all that a folder can do."""
    scheme, found, rest = str(outputs).partition("://")
    return Path(unquote(rest)) if found and scheme == "file" else outputs


def store_of(outputs: str | Path, year: int | str) -> Store:
    """Return the store of a year's outputs; of all years' for none.

    Raises
    ------
    FaultsError
        If nothing would be left there when the workers are gone.
    """
    outputs = local(outputs)
    if str(outputs).startswith("memory://"):
        hint = "写一个文件夹，或 s3://… 这样各机器都能到的网址"
        raise FaultsError([Fault(Spot(str(outputs)), "内存里的输出随进程消失，存不住", hint)])
    if is_url(outputs):
        return Remote(f"{str(outputs).rstrip('/')}/{year}".rstrip("/"))
    return Folder(Path(outputs) / str(year))


def _entry(status: os.stat_result) -> Entry:
    return Entry(status.st_size, str(status.st_mtime_ns))


def _stamp(info: Mapping[str, Any]) -> str:
    for key in ("ETag", "md5Hash", "etag", "mtime", "LastModified", "last_modified", "created"):
        value = info.get(key)
        if value:
            # The same moment comes as a date from one call and as seconds from another.
            return str(value.timestamp() if isinstance(value, datetime) else value)
    return ""
