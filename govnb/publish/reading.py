"""An executed notebook as a document: what each cell shows, never how it was computed.

The report's own objects are read from their structured form
(:data:`govnb.present.bundle.STRUCTURE`); a user's cells from what Jupyter shows for them.
"""

from __future__ import annotations

import base64
import mimetypes
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

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
from govnb.publish.markdown import narrative
from govnb.publish.markup import blocks_of_html
from govnb.publish.nesting import nested
from govnb.publish.pictures import KINDS, SVG, Loader, picture
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
            blocks += cell_blocks(cell.source, _loader(cell.get("attachments", {}), folder))
        elif cell.cell_type == "code":
            for output in cell.get("outputs", []):
                blocks += _output(output)
    return _document(blocks, notebook)


def _document(blocks: list[Block], notebook: NotebookNode) -> Document:
    blocks = list(nested(levelled(titled(blocks))))
    title = next((b.text for b in blocks if isinstance(b, Title)), "")
    signed = [b.lines for b in blocks if isinstance(b, SignOff)]
    lines = signed[-1] if signed else ()
    match = _DATE.search("".join(lines))
    first = next((plain(b.runs) for b in blocks if isinstance(b, Heading)), "")
    return Document(
        title=title or str(notebook.metadata.get("title", "")) or first or "报告",
        blocks=tuple(blocks),
        author=lines[0] if lines and not _DATE.search(lines[0]) else "",
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
        return cell_blocks(_joined(data["text/markdown"]), _loader({}, None))
    if "text/latex" in data:
        return _latex(_joined(data["text/latex"]))
    if "text/html" in data:
        blocks = blocks_of_html(_joined(data["text/html"]), _loader({}, None))
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
    return cell_blocks(text, _loader({}, None)) if tex is None else [Equation(Formula.of(tex))]


# The report's own objects


def _runs(text: Any) -> Runs:
    return (Run(str(text)),) if str(text) else ()


def _prose(structure: Mapping[str, Any], _: Mapping[str, Any]) -> list[Block]:
    level, text = int(structure.get("level") or 0), str(structure.get("markdown", ""))
    blocks = narrative(text)
    if not level:
        return blocks
    runs = tuple(run for b in blocks if isinstance(b, Paragraph) for run in b.runs)
    return [Heading(level, runs or _runs(text))]


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
    return [SignOff(tuple(str(line) for line in lines if line))] if lines else []


def _list(structure: Mapping[str, Any], _: Mapping[str, Any]) -> list[Block]:
    return [block for item in structure.get("items", ()) for block in narrative(str(item))]


_Reader = Callable[[Mapping[str, Any], Mapping[str, Any]], list[Block]]
_STRUCTURES: dict[str, _Reader] = {
    "prose": _prose,
    "table": _table,
    "findings": _table,
    "chart": _chart,
    "cards": _cards,
    "title": _title,
    "signoff": _sign_off,
    "list": _list,
}


# Pictures of Markdown cells


def _loader(attachments: Mapping[str, Any], folder: Path | None) -> Loader:
    """Return what finds a picture: attached to the cell, in its address, or in the folder."""

    def load(address: str) -> tuple[str, bytes] | None:
        scheme, _, rest = address.partition(":")
        if scheme == "attachment":
            return _attached(attachments.get(unquote(rest)) or attachments.get(rest) or {})
        if scheme == "data":
            return _data(rest)
        return _file(unquote(address), folder) if folder and "//" not in address else None

    return load


def _attached(data: Mapping[str, Any]) -> tuple[str, bytes] | None:
    for kind in KINDS:
        if kind in data:
            try:
                # Attachments are base64 whatever they are, unlike outputs.
                return kind, base64.b64decode(_joined(data[kind]))
            except ValueError:
                return None
    return None


def _data(rest: str) -> tuple[str, bytes] | None:
    head, _, body = rest.partition(",")
    kind = head.partition(";")[0].lower()
    if kind not in KINDS:
        return None
    try:
        return kind, base64.b64decode(body) if ";base64" in head else unquote(body).encode()
    except ValueError:
        return None


def _file(address: str, folder: Path) -> tuple[str, bytes] | None:
    root = folder.resolve()
    path = (root / address).resolve()
    kind, _ = mimetypes.guess_type(path.name)
    # A picture beside the notebook is part of it; a file elsewhere on the machine isn't.
    if kind not in KINDS or not path.is_relative_to(root) or not path.is_file():
        return None
    return kind, path.read_bytes()
