"""Files written whole or not at all, under names that every system takes."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

# Named for the process that writes, so that a later run can tell a killed writer's leavings
# from a file someone is writing right now. Not for the file: its name may be as long as names
# can get.
_PREFIX, _SUFFIX = ".govnb-", ".tmp"
_TEMPORARY = re.compile(r"\.govnb-(?P<host>.*)-(?P<pid>\d+)-[^-]*\.tmp")
_A_DAY = 24 * 3600
_WHY = {
    **dict.fromkeys((errno.EACCES, errno.EPERM), "没有权限"),
    errno.EROFS: "磁盘是只读的",
    errno.ENOSPC: "磁盘满了",
    errno.ELOOP: "链接指向它自己",
    errno.ENAMETOOLONG: "名称太长",
    errno.ENOTDIR: "路径里有一段不是文件夹",
    errno.EEXIST: "已经有同名的文件",
    errno.EISDIR: "这是一个文件夹",
    errno.ENOENT: "没有这个文件或文件夹",
}
# ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION: what Windows says of a file that is open.
_IN_USE = (5, 32)
# What a path can't hold on every system, as what looks like it.
_SAFE = str.maketrans('/\\:*?"<>|', "／＼：＊？＂＜＞｜")
# Bytes of a project's name that leave room for the department's in a file's name.
_LONGEST = 120


def why(error: OSError) -> str:
    """Return in Chinese why the system refused, or its own words where they are rare."""
    if getattr(error, "winerror", None) in _IN_USE:
        return "没有权限，或文件正在 Word、Excel 等程序里打开，请先关闭"
    return _WHY.get(error.errno or 0, error.strerror or str(error))


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part."""
    write_all_whole({path: data})


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return files as a zip file in which no time stands: equal files give equal bytes."""
    # Most commands write none.
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            # Without a time of its own, an entry has the first that a zip file knows.
            entry = zipfile.ZipInfo(name)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()


def write_all_whole(files: Mapping[Path, bytes], *, flush: bool = True) -> None:
    """Write files that belong together: none takes its name before all are on the disk.

    So whatever stops it leaves the old ones as they were. Only a kill in the moment
    of renaming can leave new ones beside old ones, each whole. Without `flush`, which takes
    a tenth of a second a file, a power failure can still leave an empty one: that is for
    files whose hash is kept, so that the next run makes them again.
    """
    staged: dict[Path, str] = {}
    try:
        for path, data in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=_own_prefix(), suffix=_SUFFIX)
            staged[path] = name
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                if flush:
                    os.fsync(file.fileno())
            # mkstemp makes files only their owner may read; a published page is for everyone.
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(name, 0o666 & ~umask)
        # What can be foreseen is, before the first one takes its name.
        for path in staged:
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        for path, name in list(staged.items()):
            os.replace(name, path)
            del staged[path]
    except BaseException:
        for name in staged.values():
            Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def reserved(folder: Path, size: int) -> Iterator[None]:
    """Hold back some room on a disk that may fill up meanwhile; as much as there is."""
    path = folder / f"{_own_prefix()}room{_SUFFIX}"
    try:
        with suppress(OSError), path.open("wb") as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
        yield
    finally:
        with suppress(OSError):
            path.unlink()


def sweep(folder: Path) -> int:
    """Remove what killed writers left half-written in a folder; return how many files.

    Another machine's processes can't be asked whether they live, so its files go after a day.
    """
    import psutil

    removed = 0
    for path in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        match = _TEMPORARY.fullmatch(path.name)
        if match is None:
            continue
        with suppress(OSError):
            here = match["host"] == socket.gethostname()[:60]
            old = path.stat().st_mtime < time.time() - _A_DAY
            if old or (here and not psutil.pid_exists(int(match["pid"]))):
                path.unlink()
                removed += 1
    return removed


def _own_prefix() -> str:
    return f"{_PREFIX}{socket.gethostname()[:60]}-{os.getpid()}-"


def find_upward(folder: str) -> Path:
    """Return the folder as given, or the nearest one of that name above the working directory."""
    path = Path(folder)
    if path.is_absolute() or path.exists():
        return path
    return next((up / path for up in Path.cwd().parents if (up / path).is_dir()), path)


def safe_name(text: str) -> str:
    """Return a name as a part of a file's: short enough, nothing a path can't hold."""
    plain = re.sub(r"[\x00-\x1f\x7f]", "", text.translate(_SAFE)).strip(". ")
    if plain == text and len(text.encode()) <= _LONGEST:
        return text
    short = plain.encode()[:_LONGEST].decode(errors="ignore")
    # Two names may look the same by now.
    return f"{short}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"
