"""On the path of a Linux process, this makes our own code find what it would find on Windows.

Other packages have a branch of their own for each system, taken by `sys.platform`, which
stays: what Windows lacks is hidden only from modules of govnb, and forking from all.
"""

import builtins
import os
import types
from collections.abc import Mapping, Sequence
from typing import Any

MODULES = {"crypt", "fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"}
NAMES = {
    "os": """WNOHANG fork forkpty getegid geteuid getgid getpgid getpgrp getsid getuid killpg
        mkfifo posix_fallocate register_at_fork sched_getaffinity set_blocking setpgid setsid
        sysconf uname wait wait3""",
    "select": "epoll poll",
    "signal": "SIGALRM SIGCHLD SIGHUP SIGKILL SIGQUIT SIGUSR1 alarm pthread_sigmask setitimer",
    "socket": "AF_UNIX recv_fds send_fds",
    "time": "tzset",
}
there = builtins.__import__


class Windows(types.ModuleType):
    """A module without what it lacks on Windows."""

    def __init__(self, module: types.ModuleType, lacking: Sequence[str]) -> None:
        super().__init__(module.__name__)
        names = {name: value for name, value in vars(module).items() if name not in lacking}
        vars(self).update(names)


def as_on_windows(
    name: str,
    globals: Mapping[str, Any] | None = None,
    locals: Mapping[str, Any] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> types.ModuleType:
    package: str = (globals or {}).get("__package__") or ""
    ours = package.partition(".")[0] == "govnb"
    if ours and level == 0 and name in MODULES:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    module = there(name, globals, locals, fromlist, level)
    return Windows(module, NAMES[name].split()) if ours and name in NAMES else module


builtins.__import__ = as_on_windows
for name in ("fork", "forkpty", "register_at_fork"):
    delattr(os, name)
