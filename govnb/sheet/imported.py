"""取自 and 来源文件: the workbook cell a value was imported from, and the workbooks."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from govnb.text.faults import Place
from govnb.text.number import BadText
from govnb.text.values import Reads
from govnb.text.yaml_text import Scalar

_CELL = re.compile(
    r"(?P<file>[^!]+)!(?P<sheet>.+)!(?P<cell>[A-Z]{1,3}\d+(?::[A-Z]{1,3}\d+)?)=(?P<value>.*?)(?:（(?P<unit>\w*元)）)?",
    re.DOTALL,
)
_FILE = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)导入，sha256 (?P<sha256>[0-9a-f]{64})(?:，在 (?P<folder>.+))?"
)
_SEEN = "由 govnb import 写入，不用手填"


@dataclass(frozen=True, slots=True)
class Imported:
    """The cell a value was read from: `决算.xlsx!公开07表!L8=49900（元）`."""

    file: str
    sheet: str
    cell: str
    value: str  # what the cell held, in the unit that the sheet printed
    unit: str
    place: Place

    def __str__(self) -> str:
        """Return it as a page tells it."""
        unit = f"（{self.unit}）" if self.unit else ""
        return f"{self.file} · {self.sheet} · {self.cell}{unit}"

    @property
    def typed(self) -> str:
        """It as a parameter file states it."""
        unit = f"（{self.unit}）" if self.unit else ""
        return f"{self.file}!{self.sheet}!{self.cell}={self.value}{unit}"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A workbook as it was when it was imported: `2019-03-01导入，sha256 6f…，在 ../来源`."""

    day: str
    sha256: str
    # Where it stands, from the parameter file's folder; empty beside the parameter file.
    folder: str
    place: Place

    @property
    def typed(self) -> str:
        """It as a parameter file states it."""
        folder = f"，在 {self.folder}" if self.folder else ""
        return f"{self.day}导入，sha256 {self.sha256}{folder}"


def _record(pattern: re.Pattern[str], what: str, made: Callable[..., Any]) -> Reads:
    def read(text: Scalar) -> Any:
        if (match := pattern.fullmatch(text)) is None:
            raise BadText(f"“{text}”不是{what}", f"{_SEEN}；不要了就删去这一行")
        told = {key: value or "" for key, value in match.groupdict().items()}
        return made(**told, place=text.place)

    return Reads(read, what, _SEEN, {"type": "string", "description": _SEEN})


CELL = _record(_CELL, "工作簿的一格", Imported)
ImportedCell = Annotated[Imported, CELL]
ImportedFile = Annotated[SourceFile, _record(_FILE, "导入的记录", SourceFile)]
