"""A fitted table as a real Word table: heading row repeated, rows whole, widths fixed."""

from __future__ import annotations

from collections.abc import Callable

from govnb.publish.document import Row, Runs, plain
from govnb.publish.docx_xml import attribute, paragraph, run
from govnb.publish.fit import Fitted

_SIZES = {12.0: "", 10.5: "105", 9.0: "90", 7.5: "75"}

Words = Callable[[Runs], str]


def table(fitted: Fitted, words: Words, indent: int = 0) -> str:
    """Return the table, `indent` twips from the margin; `words` writes a cell's text."""
    widths = [round(width * 20) for width in fitted.widths]
    content = fitted.table
    # Word centres a table or indents it, not both.
    place = f'<w:tblInd w:w="{indent}" w:type="dxa"/>' if indent else '<w:jc w:val="center"/>'
    title = f"<w:tblCaption w:val={attribute(content.title)}/>" if content.title else ""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    size = _SIZES[fitted.size]
    numeric = [column.numeric for column in content.columns]
    head = "".join(
        _cell(width, paragraph(f"TableHead{size}", words(column.label)))
        for width, column in zip(widths, content.columns, strict=True)
    )
    heading = f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>"
    kept = len(content.rows) - 1 if fitted.whole else 0
    # Its notes and source are never on the next page.
    last = len(content.rows) - 1 if content.subscript else -1
    body = "".join(
        _row(row, widths, numeric, size, words, keep=n < kept or n == last)
        for n, row in enumerate(content.rows)
    )
    return (
        '<w:tbl><w:tblPr><w:tblStyle w:val="ReportTable"/>'
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'{place}<w:tblLayout w:type="fixed"/>'
        f'<w:tblLook w:val="0620" w:firstRow="1" w:noHBand="1" w:noVBand="1"/>{title}</w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>"
        f"{heading if content.headed else ''}{body}</w:tbl>"
    )


def _row(
    row: Row, widths: list[int], numeric: list[bool], size: str, words: Words, *, keep: bool
) -> str:
    alone = row.kind == "group" and not any(plain(cell) for cell in row.cells[1:])
    style = f"TableHead{size}" if row.kind else f"TableText{size}"
    cells = []
    for i, cell in enumerate(row.cells[:1] if alone else row.cells):
        side = "right" if numeric[i] else "left"
        indent = ""
        if i == 0 and row.level:
            indent = f'<w:ind w:leftChars="{100 * row.level}" w:left="{210 * row.level}"/>'
        kept = f'<w:keepNext w:val="{int(keep or row.kind == "group")}"/>'
        layout = f'{kept}{indent}<w:jc w:val="{side}"/>'
        content = paragraph(style, words(cell), layout=layout)
        cells.append(
            _cell(sum(widths) if alone else widths[i], content, len(widths) if alone else 1)
        )
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>"


def _cell(width: int, content: str, span: int = 1) -> str:
    spanned = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    properties = f'<w:tcW w:w="{width}" w:type="dxa"/>{spanned}<w:vAlign w:val="center"/>'
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def before(fitted: Fitted, caption: Callable[[str], str], layout: str = "") -> str:
    """Return what stands above a table: its caption, and the unit at the right."""
    content = fitted.table
    keep = f"<w:keepNext/>{layout}"
    title = paragraph("Caption", caption(content.title), layout=keep) if content.title else ""
    unit = paragraph("TableUnit", run(f"单位：{content.unit}"), layout=layout)
    unit = unit if content.unit else ""
    return title + unit


def after(fitted: Fitted, layout: str = "") -> str:
    """Return the lines below a table; Word needs a paragraph between two tables."""
    lines = [paragraph("TableNote", run(line), layout=layout) for line in fitted.table.subscript]
    return "".join(lines) or paragraph("TableNote")
