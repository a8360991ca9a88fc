"""What the processes that do the work find around them, and how they are ended."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

# Libraries that compute in threads of their own would leave them behind in every fork; one
# worker a core is the way this program uses several. Hashes are fixed so that a report
# doesn't depend on the order of a set.
SETTINGS = {
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}
# Where Jupyter, IPython and matplotlib look for a folder to keep things in.
_KEPT = (
    "IPYTHONDIR",
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "MPLCONFIGDIR",
)


@cache
def without_home() -> Mapping[str, str]:
    """Return what to add to a process's environment: nothing, if it can write to its home.

    A service's account often has a home that isn't there and can't be made; each of these
    libraries then warns, or fails.
    """
    home = Path(os.path.expanduser("~"))
    nearest = next((path for path in (home, *home.parents) if os.path.exists(path)), home)
    if nearest.is_dir() and os.access(nearest, os.W_OK):
        return {}
    lent = tempfile.mkdtemp(prefix="govnb-")
    atexit.register(shutil.rmtree, lent, ignore_errors=True)
    return {name: lent for name in _KEPT if name not in os.environ}


def can_fork() -> bool:
    """Tell whether this system can fork a process and hand it files; Windows can't."""
    return hasattr(os, "fork") and hasattr(socket, "send_fds")


def below(pid: int) -> list[psutil.Process]:
    """Return all processes that a process has started, in whatever group those are now."""
    import psutil

    with suppress(psutil.Error):
        found: list[psutil.Process] = psutil.Process(pid).children(recursive=True)
        return found
    return []


def end_group(pid: int) -> None:
    """Kill what is left of the group of processes that a worker leads."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
