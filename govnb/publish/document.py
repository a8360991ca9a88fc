"""A report on paper: blocks that know nothing of notebooks, of PDF or of Word.

:mod:`govnb.publish.reading` makes a document from an executed notebook;
:mod:`govnb.publish.pdf` and :mod:`govnb.publish.docx` write it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from govnb.publish.formula import Formula


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one look; a formula or a picture may stand in its place."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    strike: bool = False
    link: str = ""
    formula: Formula | None = None


Runs = tuple[Run, ...]
_SHORT_LINE = 40


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, level 1 to 4 below the title; an annex starts on a page of its own."""

    level: int
    runs: Runs
    annex: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of running text; `mark` sets it apart, as a 试算 notice is."""

    runs: Runs
    mark: bool = False

    @property
    def leads(self) -> bool:
        """Whether what follows belongs to it: bold throughout, or a short line ending in ：."""
        words = plain(self.runs).strip()
        bold = all(run.bold for run in self.runs if run.text.strip())
        return bool(words) and (bold or (words.endswith("：") and len(words) <= _SHORT_LINE))


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: numbered from `start`, or with bullets when that is None."""

    items: tuple[tuple[Block, ...], ...]
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Blocks quoted."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Text with its line ends and spaces kept."""

    text: str


@dataclass(frozen=True, slots=True)
class Equation:
    """A formula on a line of its own."""

    formula: Formula


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column; numbers stand at the right."""

    label: Runs
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A table's row; `level` indents its first cell, `kind` is "", total or group."""

    cells: tuple[Runs, ...]
    level: int = 0
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with what stands above and below it."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    title: str = ""
    unit: str = ""
    notes: tuple[str, ...] = ()
    source: str = ""

    @property
    def headed(self) -> bool:
        """Whether there is a heading row; a bare HTML table has none."""
        return any(plain(column.label) for column in self.columns)

    @property
    def subscript(self) -> tuple[str, ...]:
        """The lines below the table."""
        several = len(self.notes) > 1
        notes = [f"注{n if several else ''}：{note}" for n, note in enumerate(self.notes, 1)]
        return (*notes, *([f"来源：{self.source}"] if self.source else []))


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: SVG text, PNG or JPEG bytes; `alt` is read out to who can't see it."""

    kind: str
    data: bytes
    alt: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Title:
    """The report's title, and sentences that must be read before it."""

    text: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignOff:
    """落款: the unit and the date."""

    lines: tuple[str, ...]
    date: str = ""


Block = Heading | Paragraph | Listing | Quote | Code | Equation | Table | Picture | Title | SignOff


@dataclass(frozen=True)
class Document:
    """A whole report."""

    # For the document properties; the author is the unit that signs.
    title: str
    blocks: tuple[Block, ...]
    author: str = ""
    # The date the report states. Files carry it instead of the time they were made, so that equal
    # reports are equal bytes.
    day: date | None = None

    @property
    def running(self) -> str:
        """What every page must say of a paper that is no report: 试算, 示例; mostly nothing."""
        marks = (m for block in self.blocks if isinstance(block, Title) for m in block.marks)
        return "；".join(mark.partition("：")[0] for mark in marks)

    @property
    def full_title(self) -> str:
        """The title that a list of files shows, with what the paper is if it is no report."""
        return f"〔{self.running}〕{self.title}" if self.running else self.title

    @property
    def headings(self) -> list[Heading]:
        """The headings, in order."""
        return [block for block in self.blocks if isinstance(block, Heading)]


def plain(runs: Sequence[Run]) -> str:
    """Return the words of runs."""
    return "".join(run.formula.words if run.formula else run.text for run in runs)


def words(block: Block) -> Iterator[str]:
    """Yield everything a block prints, in reading order."""
    match block:
        case Heading() | Paragraph():
            yield plain(block.runs)
        case Listing():
            for item in block.items:
                for inner in item:
                    yield from words(inner)
        case Quote():
            for inner in block.blocks:
                yield from words(inner)
        case Code():
            yield block.text
        case Equation():
            yield block.formula.words
        case Table():
            yield from (block.title, block.unit)
            yield from (plain(column.label) for column in block.columns)
            yield from (plain(cell) for row in block.rows for cell in row.cells)
            yield from block.subscript
        case Picture():
            yield block.caption
        case Title():
            yield from (*block.marks, block.text)
        case SignOff():
            yield from block.lines
