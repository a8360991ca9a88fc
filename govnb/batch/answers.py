"""Workers: how a task is given to one, what is heard of it meanwhile, how its end is told."""

from __future__ import annotations

import json
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Self

# Called with each message a worker sends on the way; may return seconds that the next one
# is to come in.
Heard = Callable[[dict[str, Any]], float | None]
# Seconds to wait for a worker to be there at all.
_START = 600


class WorkerLost(RuntimeError):
    """A worker ended without an answer.

    Attributes
    ----------
    code : int
        Its exit code, negative for a signal.
    told : str
        The error it could still tell of.
    """

    def __init__(self, code: int, told: str = "") -> None:
        self.code, self.told = code, told
        super().__init__(f"{code} {told}")


class WorkerTimeout(RuntimeError):
    """A worker took longer than it was given, and was ended."""


class WorkersLost(RuntimeError):
    """No worker can be had, or nothing is known of the one there was but that it is gone."""


class Closed(RuntimeError):
    """The batch is being stopped."""


class Answers:
    """The messages of one worker: what it answered, what went wrong, how long to wait on.

    Parameters
    ----------
    timeout
        Seconds of wall-clock time for the whole task, counted from the worker's first word.
    heard
        Told of each message on the way.
    """

    def __init__(self, timeout: float | None, heard: Heard | None) -> None:
        self.timeout = timeout
        self.heard = heard
        self.deadline: float | None = time.monotonic() + _START
        self.next_by: float | None = None
        self.pid: int | None = None
        self.code: int | None = None
        self.results: list[Any] = []
        self.error = ""

    def take(self, message: dict[str, Any]) -> None:
        """Handle a message.

        Raises
        ------
        OSError
            If no worker could be started.
        """
        if "result" in message:
            self.results.append(message["result"])
        elif "pid" in message:
            self.pid = message["pid"]
            # Its time begins with it: before, the warm process may just be warming up.
            self.deadline = None if self.timeout is None else time.monotonic() + self.timeout
        elif "exit" in message:
            self.code = message["exit"]
        elif "error" in message:
            self.error = message["error"]
        elif "refused" in message:
            raise OSError(message["refused"])
        elif self.heard is not None:
            seconds = self.heard(message)
            self.next_by = None if seconds is None else time.monotonic() + seconds

    def patience(self) -> float | None:
        """Return how many seconds to wait for the next message; None is for ever."""
        ends = [end for end in (self.deadline, self.next_by) if end is not None]
        return max(0.0, min(ends) - time.monotonic()) if ends else None

    def result(self) -> Any:
        """Return the worker's answer, once it has ended.

        Raises
        ------
        WorkerLost
            If it ended without one.
        WorkersLost
            If not even its end was told.
        """
        if self.results:
            return self.results[0]
        if self.code is None:
            raise WorkersLost
        raise WorkerLost(self.code, self.error)


def line(message: dict[str, Any]) -> bytes:
    """Return a message as it is sent."""
    return json.dumps(message).encode() + b"\n"


class Workers(ABC):
    """Do tasks, each in a process of its own; any thread may ask."""

    def run(
        self,
        task: str,
        argument: dict[str, Any],
        timeout: float | None = None,
        heard: Heard | None = None,
        folder: str | None = None,
    ) -> Any:
        """Do a task in a worker of its own and return the answer.

        Parameters
        ----------
        task
            Its name in :mod:`govnb.batch.tasks`.
        argument
            What the task is given.
        timeout
            Seconds of wall-clock time, after which the worker and all it started are ended.
        heard
            Called with each message the worker sends on the way; may return seconds that the
            next one is to come in.
        folder
            Where the worker works; here by default.

        Raises
        ------
        WorkerLost, WorkerTimeout, Closed
        WorkersLost
            If no worker can be had.
        """
        request = {"task": task, "argument": argument, "folder": folder or os.getcwd()}
        return self.ask(request, lambda: Answers(timeout, heard))

    @abstractmethod
    def ask(self, request: dict[str, Any], answers: Callable[[], Answers]) -> Any:
        """Hand a request to a worker and return its answer; `answers` takes in what it says."""

    @abstractmethod
    def close(self) -> None:
        """End every worker."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
