"""What is wrong in a file: where, what, why, and what to type instead, all of it at once."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import islice

# Nobody mends more at a time, and looking for the nearest word of each takes its while.
MOST_FAULTS = 100


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file: name as shown to people, line and column from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Spot(Place):
    """A place that has no lines: a part of a report, an option, an address."""

    def __str__(self) -> str:
        return self.file


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in a file: where, what and why, and what to type instead."""

    place: Place
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" + (f"（{self.hint}）" if self.hint else "")

    def as_dict(self) -> dict[str, str | int]:
        """Return the shape `govnb check --json` prints."""
        return {**asdict(self.place), "message": self.message, "hint": self.hint}


class FaultsError(ValueError):
    """Input that cannot be used; `faults` holds every reason, in file order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))

    @classmethod
    def of(cls, file: str, message: str, hint: str = "") -> FaultsError:
        """Return the one fault of a whole file."""
        return cls([Fault(Place(file), message, hint)])

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows for this error: the faults, not our code's stack.

        IPython looks for this method by name.
        """
        return [f"参数文件有 {len(self.faults)} 处错误，请改正后重新运行：", *map(str, self.faults)]


# Every department has fewer names; a hostile file must not make the search last.
MOST_WORDS = 3000


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word closest to `word`, or None when nothing is close."""
    # Full width for half width is the commonest slip of all in Chinese text.
    candidates = {unicodedata.normalize("NFKC", k): k for k in islice(known, MOST_WORDS)}
    plain = unicodedata.normalize("NFKC", word).strip()
    if plain in candidates:
        return candidates[plain]
    # 0.5: two of four characters right is already worth offering in Chinese.
    match = difflib.get_close_matches(plain, candidates, n=1, cutoff=0.5)
    return candidates[match[0]] if match else None


def did_you_mean(word: str, known: Iterable[str], listed: str = "") -> str:
    """Return the hint “是不是“…”？”; else, behind the word `listed`, all there is (可写：甲)."""
    if (near := nearest(word, known)) is not None:
        return f"是不是“{near}”？"
    return f"{listed}：{'、'.join(known) or '无'}" if listed else ""
