"""取自 and 来源文件: the workbook cell a value was imported from, and the workbooks."""

import re
from dataclasses import dataclass
from typing import Annotated

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
        return f"{self.file} · {self.sheet} · {self.cell}" + (
            f"（{self.unit}）" if self.unit else ""
        )

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
        return f"{self.day}导入，sha256 {self.sha256}" + (
            f"，在 {self.folder}" if self.folder else ""
        )


def read_cell(text: Scalar) -> Imported:
    """Read a cell as a parameter file states it; raise :class:`BadText` for another text."""
    match = _CELL.fullmatch(text)
    if match is None:
        raise BadText(f"“{text}”不是工作簿的一格", f"{_SEEN}；不要了就删去这一行")
    told = {key: value or "" for key, value in match.groupdict().items()}
    return Imported(**told, place=text.place)


def _file(text: Scalar) -> SourceFile:
    match = _FILE.fullmatch(text)
    if match is None:
        raise BadText(f"“{text}”不是导入的记录", f"{_SEEN}；不要了就删去这一行")
    return SourceFile(match["day"], match["sha256"], match["folder"] or "", text.place)


_SCHEMA = {"type": "string", "description": _SEEN}
ImportedCell = Annotated[Imported, Reads(read_cell, "工作簿的一格", _SEEN, _SCHEMA)]
ImportedFile = Annotated[SourceFile, Reads(_file, "导入的记录", _SEEN, _SCHEMA)]
