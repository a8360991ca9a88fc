"""An executed notebook as a document: what each cell shows, never how it was computed.

The report's own objects are read from their structured form
(:data:`govnb.present.bundle.STRUCTURE`); a user's cells from what Jupyter shows for them.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from govnb.present.bundle import STRUCTURE
from govnb.publish.document import (
    Block,
    Code,
    Column,
    Document,
    Equation,
    Heading,
    Paragraph,
    Row,
    Run,
    Runs,
    SignOff,
    Table,
    Title,
    plain,
)
from govnb.publish.formula import Formula, alone
from govnb.publish.headings import levelled, titled
from govnb.publish.html_outline import NO_WORDS
from govnb.publish.markdown import cell as cell_blocks
from govnb.publish.markup import blocks_of_html
from govnb.publish.markup_table import looks_numeric
from govnb.publish.nesting import nested
from govnb.publish.pictures import KINDS, SVG, loader, picture
from govnb.publish.words import told

_DATE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# Shown on a page, and nothing on paper: a result for machines, panels for a mouse.
_SILENT = frozenset(["result", "panels"])


def read(notebook: NotebookNode, folder: Path | None = None) -> Document:
    """Return the document of an executed notebook.

    Parameters
    ----------
    notebook
        The notebook; cells that weren't run show nothing.
    folder
        Where pictures that a Markdown cell names may lie; None to take none from disk.
    """
    blocks: list[Block] = []
    for cell in notebook.cells:
        if "papermill-error-cell-tag" in cell.metadata.get("tags", ()):
            # Papermill's note to whoever runs the notebook; the failed cell says what failed.
            continue
        if cell.cell_type == "markdown":
            blocks += cell_blocks(cell.source, loader(cell.get("attachments", {}), folder))
        elif cell.cell_type == "code":
            for output in cell.get("outputs", []):
                blocks += _output(output)
    return _document(blocks, notebook)


def _document(blocks: list[Block], notebook: NotebookNode) -> Document:
    blocks = list(nested(levelled(titled(blocks))))
    title = next((b.text for b in blocks if isinstance(b, Title)), "")
    signed = [b for b in blocks if isinstance(b, SignOff)]
    lines = signed[-1].lines if signed else ()
    match = _DATE.search("".join([*lines, *(b.date for b in signed[-1:])]))
    first = next((plain(b.runs) for b in blocks if isinstance(b, Heading)), "")
    return Document(
        title=title or str(notebook.metadata.get("title", "")) or first or "报告",
        blocks=tuple(blocks),
        author=lines[0] if len(lines) > 1 or (lines and not match) else "",
        day=_day(match),
    )


def _day(match: re.Match[str] | None) -> date | None:
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _output(output: NotebookNode) -> list[Block]:
    match output.output_type:
        case "stream":
            # Warnings and progress on stderr speak to whoever runs the notebook.
            text = _ANSI.sub("", output.text).strip("\n") if output.name == "stdout" else ""
            return [Code(text)] if text.strip() else []
        case "error":
            said = _ANSI.sub("", f"{output.ename}: {output.evalue}")
            return [Paragraph((Run(f"此处运行出错：{said}"),), mark=True)]
        case "display_data" | "execute_result":
            return _shown(output.data, output.get("metadata", {}))
        case _:
            return []


def _shown(data: Mapping[str, Any], metadata: Mapping[str, Any]) -> list[Block]:
    """Return what a mime bundle shows: our structure first, then the richest form there is."""
    structure = data.get(STRUCTURE)
    if isinstance(structure, Mapping):
        kind = str(structure.get("type", ""))
        if kind in _SILENT:
            return []
        if kind in _STRUCTURES:
            return _structured(_STRUCTURES[kind], structure, data)
        return [Code(_text(data))] if _text(data).strip() else []
    for kind in KINDS:
        if kind in data:
            alt = str(metadata.get(kind, {}).get("alt") or metadata.get("alt") or NO_WORDS)
            return [_picture(kind, data[kind], alt)]
    if "text/markdown" in data:
        return cell_blocks(_joined(data["text/markdown"]), loader({}, None))
    if "text/latex" in data:
        return _latex(_joined(data["text/latex"]))
    if "text/html" in data:
        blocks = blocks_of_html(_joined(data["text/html"]), loader({}, None))
        if blocks or not data.get("text/plain"):
            return blocks
    text = told(_ANSI.sub("", _text(data)).strip("\n"))
    return [Code(text)] if text.strip() else []


def _joined(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)


def _text(data: Mapping[str, Any]) -> str:
    return _joined(data.get("text/plain", ""))


def _picture(kind: str, value: Any, alt: str, caption: str = "") -> Block:
    text = _joined(value)
    try:
        data = text.encode() if kind == SVG else base64.b64decode(text)
    except ValueError:
        data = b""
    return picture(kind, data, alt, caption)


def _structured(
    reader: _Reader, structure: Mapping[str, Any], data: Mapping[str, Any]
) -> list[Block]:
    try:
        return reader(structure, data)
    except (LookupError, TypeError, ValueError, AttributeError):
        # Written by hand or by another version: its own words, or that it can't be read.
        said = _text(data).strip("\n")
        kind = f"〔这里的内容读不懂：{structure.get('type')}〕"
        return [Code(said) if said else Paragraph(_runs(kind))]


def _latex(text: str) -> list[Block]:
    tex = alone(text)
    return cell_blocks(text, loader({}, None)) if tex is None else [Equation(Formula.of(tex))]


# The report's own objects


def _runs(text: Any) -> Runs:
    return (Run(str(text)),) if str(text) else ()


def _prose(structure: Mapping[str, Any], _: Mapping[str, Any]) -> list[Block]:
    level = int(structure.get("level") or 0)
    blocks: list[Block] = [_narrated(block) for block in structure["blocks"]]
    if not level:
        return blocks
    return [Heading(level, tuple(r for b in blocks if isinstance(b, Paragraph) for r in b.runs))]


def _narrated(block: Any) -> Block:
    if not isinstance(block, Mapping):
        return Paragraph(_words(block))
    rows = [tuple(map(_words, row)) for row in block["rows"]]
    columns = tuple(
        Column(_words(label), right or looks_numeric(plain(row[i]) for row in rows))
        for i, (label, right) in enumerate(zip(block["head"], block["right"], strict=True))
    )
    return Table(columns, tuple(map(Row, rows)))


def _words(line: Sequence[Sequence[Any]]) -> Runs:
    return tuple(Run(str(text), bold=bool(bold)) for text, bold in line)


def _table(structure: Mapping[str, Any], _: Mapping[str, Any]) -> list[Block]:
    columns = tuple(
        Column(_runs(column["label"]), bool(column.get("numeric")))
        for column in structure["columns"]
    )
    rows = tuple(
        Row(
            tuple(_runs(text) for _, text in zip(columns, row["cells"], strict=True)),
            int(row.get("level") or 0),
            str(row.get("kind") or ""),
        )
        for row in structure["rows"]
    )
    if not columns:
        raise ValueError("no columns")
    notes = tuple(map(str, structure.get("notes", ())))
    if not rows and notes:
        # Nothing was found: the sentence that says so, not a heading row over nothing.
        return [Paragraph(_runs(note)) for note in notes]
    return [
        Table(
            columns,
            rows,
            title=str(structure.get("title", "")),
            unit=str(structure.get("unit") or ""),
            notes=notes,
            source=str(structure.get("source") or ""),
        )
    ]


def _chart(structure: Mapping[str, Any], data: Mapping[str, Any]) -> list[Block]:
    caption = str(structure.get("title") or structure.get("caption") or "")
    alt = str(structure.get("alt") or caption)
    lacking = "、".join(f"“{char}”" for char in structure.get("missing", ()))
    if lacking:
        caption += f"（图中〓为{lacking}，图的字体缺此字）"
    for kind in KINDS:
        if kind in data:
            return [_picture(kind, data[kind], alt, caption)]
    return [Paragraph(_runs(f"{caption}：{alt}"))]


def _cards(structure: Mapping[str, Any], _: Mapping[str, Any]) -> list[Block]:
    """Return the key figures as a small table, two to a row."""
    cards: Sequence[Sequence[str]] = structure.get("cards", ())
    if not cards:
        return []
    wide = 2 * min(len(cards), 2)
    flat = [str(text) for card in cards for text in card[:2]]
    flat += [""] * (-len(flat) % wide)
    rows = tuple(
        Row(tuple(_runs(text) for text in flat[i : i + wide])) for i in range(0, len(flat), wide)
    )
    labels = ((("指标", False), ("数值", True)) * 2)[:wide]
    return [Table(tuple(Column(_runs(text), right) for text, right in labels), rows, "主要指标")]


def _title(structure: Mapping[str, Any], _: Mapping[str, Any]) -> list[Block]:
    text = " ".join(filter(None, (structure.get("title"), structure.get("subtitle"))))
    verdict = str(structure.get("verdict") or "")
    said = [Paragraph(_runs(verdict), mark=True)] if verdict else []
    return [Title(text, tuple(map(str, structure.get("marks", ())))), *said]


def _sign_off(structure: Mapping[str, Any], _: Mapping[str, Any]) -> list[Block]:
    lines = structure.get("lines") or str(structure.get("text", "")).splitlines()
    said = tuple(str(line) for line in lines if line)
    return [SignOff(said, str(structure.get("date") or ""))] if lines else []


_Reader = Callable[[Mapping[str, Any], Mapping[str, Any]], list[Block]]
_STRUCTURES: dict[str, _Reader] = {
    "prose": _prose,
    "table": _table,
    "findings": _table,
    "chart": _chart,
    "cards": _cards,
    "title": _title,
    "signoff": _sign_off,
}
