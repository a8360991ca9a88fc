"""The PDF of a report, in the layout of official documents (GB/T 9704-2012).

Works after a plain pip install: pandoc and Typst come as wheels, faces come with the project.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import typst
from traitlets import Unicode

from govnb import __version__
from govnb.papers import tree
from govnb.papers.exporter import PaperReport
from govnb.papers.fit import fitted, may_break
from govnb.papers.pandoc import Node, Nodes, write
from govnb.papers.pictures import SVG, picture_data, svg_words
from govnb.papers.reading import ANNEX, is_annex
from govnb.papers.tree import Document, changed, node, pairs, style_of, words
from govnb.papers.typesetting import colophon, faces, typeset
from govnb.text.faults import Fault, FaultsError, Spot

_LOG = logging.getLogger(__name__)
# For readers aloud (PDF/UA) and for filing (PDF/A) at once; less where that can't be.
STANDARDS = (("ua-1", "a-2a"), ("ua-1",), ())
MADE_WITH = f"本文件由 govnb {__version__} 按 GB/T 9704—2012 的版式生成。"
HINT = "换用通行的字，或在本机安装含有此字的字体（如思源宋体、宋体-ExtB）后重新生成"

_FUNCTIONS = tree.STYLES | {"Title": "titled"}
_WRAPS = {"Strong": "strong", "Emph": "emph", "Strikeout": "strike"}
# A token longer than this gets places where a line may end: behind what divides it, and
# anywhere in a part that is itself too long.
_LONGEST_TOKEN = 24
_TOKEN = re.compile(rf"([!-~]{{{_LONGEST_TOKEN},}})")
# Empty space and no character, or it would be copied and searched along with the text.
_BREAK = "#h(0pt);"
_PART = re.compile(r"[^/.:_=&?#-]*[/.:_=&?#-]+|[^/.:_=&?#-]+")
# What Typst says of a character that no face has.
_UNSHOWN = re.compile(r'the text `"(.+?)"` could not be displayed|contains the codepoint `"(.+?)"`')


class PDFReport(PaperReport):
    """Export an executed notebook as PDF (`jupyter nbconvert --to govnb_pdf`)."""

    export_from_notebook = "govnb: PDF"
    output_mimetype = "application/pdf"
    file_extension = Unicode(".pdf").tag(config=True)

    def write(self, document: Document) -> bytes:
        """Return the document as PDF."""
        return pdf(document)


def pdf(document: Document) -> bytes:
    """Return a document as PDF; equal documents give equal bytes.

    Raises
    ------
    FaultsError
        If a character can be drawn by no face; says which and where.
    """
    _check(document, _private(document))
    content = _data(document)
    source = '#import "report.typ": *\n#show: report\n\n' + _body(document)
    # PDF/A wants a date, and one that the report doesn't state would be made up.
    for standards in STANDARDS if document.day else STANDARDS[1:]:
        try:
            return typeset(source, content, pdf_standards=list(standards))
        except typst.TypstError as error:
            said = getattr(error, "diagnostic", "")
            _check(document, [_char(one or other) for one, other in _UNSHOWN.findall(said)])
            if not standards:
                raise FaultsError([Fault(Spot("PDF"), f"排版失败：{error}")]) from error
            # A user's own picture or table may break a standard, and be right to look at.
            _LOG.warning("PDF 不能满足 %s：%s", "、".join(standards), error)
    raise AssertionError("the last entry asks for no standard")


def _data(document: Document) -> dict[str, Any]:
    day = document.day
    return {
        "title": document.full_title,
        "running": document.running,
        "author": document.author,
        "day": [day.year, day.month, day.day] if day else None,
        "faces": faces(),
        "pictures": {name: picture_data(shown) for name, shown in document.pictures.items()},
        "colophon": f"{MADE_WITH}字体：{colophon()}。",
    }


def _body(document: Document) -> str:
    """Return the body as Typst: pandoc writes lists, tables and formulas, the rest is calls."""
    fits = fitted(document.blocks)
    # At the foot of the last page, whichever way that lies.
    within = fits[-1]["c"][1] if fits and style_of(fits[-1]) == tree.LANDSCAPE else fits
    within.append(_block("#colophon"))
    blocks = changed(fits, _called)
    return write(blocks, "--to=typst-smart", "--wrap=none", "--sandbox").decode()


def _called(x: Node) -> Nodes | None:
    """Return an element as a call of the template's, its words as strings."""
    match x:
        case {"t": "Str", "c": said}:
            return [_inline(_BREAK.join(f"#{_string(part)};" for part in _parts(said)))]
        case {"t": "LineBreak"}:
            return [_inline("#linebreak();")]
        case {"t": "Strong" | "Emph" | "Strikeout", "c": inner}:
            return [_inline(f"#{_WRAPS[x['t']]}["), *changed(inner, _called), _inline("];")]
        case {"t": "Code", "c": [_, said]}:
            return [_inline(_BREAK.join(f"#code({_string(part)});" for part in _parts(said)))]
        case {"t": "Math", "c": [_, tex]}:
            return [_inline(f"#formula({_string(tex)})["), x, _inline("];")]
        case {"t": "CodeBlock", "c": [_, said]}:
            return [_block(f"#code-block({_string(said)})")]
        case {"t": "Figure", "c": [_, [_, caption], [{"c": [image]}]]}:
            _, alt, (name, _) = image["c"]
            given = ", ".join(map(_string, (name, words(alt), words(caption))))
            return [_block(f"#picture({given})")]
        case {"t": "Header", "c": [_, _, inner]} if is_annex(x):
            match_ = ANNEX.fullmatch(words(inner).replace("\n", ""))
            assert match_ is not None
            return [_block(f"#annex({_string(match_[1])}, {_string(match_[2])})")]
        case {"t": "Div", "c": [_, inner]}:
            return [_block(f"#{_FUNCTIONS[style_of(x)]}["), *changed(inner, _called), _block("]")]
        case {"t": "Table", "c": content}:
            return _table(x, content)
    return None


def _table(x: Node, content: Sequence[Any]) -> Nodes:
    noted = pairs(x)
    given = f"size: {noted['size']}pt, whole: {'true' if noted['whole'] else 'false'}"
    for name in ("title", "unit"):
        given += f", {name}: {_string(noted.get(name, ''))}"
    _, _, specs, head, bodies, foot = content
    parts = [_cells(part) for part in (head, bodies, foot)]
    if noted.get("form"):
        # Told from other rows by the template, which repeats them.
        for label in (c for row in parts[1][-1][2] for c in row[1]):
            label[4].insert(0, _block('#metadata("head")'))
    drawn = node("Table", tree.attributes(), [None, []], specs, *parts)
    return [_block(f"#ruled({given})["), drawn, _block("]")]


def _cells(part: Any) -> Any:
    """Return rows with their words as calls, and what is noted of a cell as the template's own."""
    if not (isinstance(part, list) and len(part) == 5 and isinstance(part[1], dict)):
        return [_cells(inner) for inner in part] if isinstance(part, list) else part
    noted, side, down, across, blocks = part
    level = dict(noted[2]).get("level")
    inner = changed(blocks, _called)
    if level:
        inner = [_block(f"#indent({level})["), *inner, _block("]")]
    kept = [["typst:breakable", "true"]] if may_break(part) else []
    return [["", [], kept], side, down, across, inner]


def _inline(source: str) -> Node:
    return node("RawInline", "typst", source)


def _block(source: str) -> Node:
    return node("RawBlock", "typst", source)


def _string(said: str) -> str:
    """Return text as a string of Typst's."""
    quoted = said.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{quoted}"'


def _parts(said: str) -> Iterator[str]:
    """Yield text in parts, between which a line may end in a Latin token too long for one."""
    for n, piece in enumerate(_TOKEN.split(said)):
        if n % 2 == 0:
            yield piece
            continue
        for part in _PART.findall(piece):
            yield from part if len(part) > _LONGEST_TOKEN else [part]


# Characters


def _private(document: Document) -> Iterator[str]:
    """Yield private characters, each of which is another one in every face that has it."""
    said = [words(document.blocks), document.running]
    said += [_around(document, block) for block in document.blocks]
    yield from (c for c in dict.fromkeys("".join(said)) if unicodedata.category(c) == "Co")


def _check(document: Document, unshown: Iterable[str]) -> None:
    """Refuse characters that no face has.

    Raises
    ------
    FaultsError
        With each character and where it stands.
    """
    faults = {
        char: Fault(Spot(_place(document, char)), f"字体里没有{name(char)}", HINT)
        for char in unshown
    }
    if faults:
        raise FaultsError(faults.values())


def name(char: str) -> str:
    """Return a character with its code and, where it has one, its Unicode name."""
    known = unicodedata.name(char, "")
    told = "" if known.startswith("CJK") or not known else f"，{known}"
    shown = f"“{char}”" if char.isprintable() else "字符"
    return f"{shown}（U+{ord(char):04X}{told}）"


def _char(shown: str) -> str:
    r"""Return the character that Typst shows as \u{1f600} or as itself."""
    match = re.fullmatch(r"\\u\{([0-9a-f]+)\}", shown)
    return chr(int(match[1], 16)) if match else shown


def _place(document: Document, char: str) -> str:
    """Return where a character first stands, in words."""
    section = "正文开头"
    for block in document.blocks:
        if block["t"] == "Header":
            section = f"“{words(block['c'][2])}”"
        if char not in words(block) and char not in _around(document, block):
            continue
        match block["t"]:
            case "Header":
                return f"标题{section}"
            case "Table":
                title = pairs(block).get("title", "")
                where = f"表“{title}”" if title else f"{section}一节的表"
                rows = [row for body in block["c"][4] for row in (*body[2], *body[3])]
                lines = (n for n, row in enumerate(rows, 1) if char in words(row[1]))
                at = next(lines, None)
                return f"{where}第{at}行" if at else where
            case "Figure":
                (image,) = block["c"][2][0]["c"]
                return f"图“{words(block['c'][1]) or words(image['c'][1])}”"
            case "CodeBlock":
                return f"{section}一节的代码"
            case "Div":
                style = style_of(block)
                return _STYLED.get(style, f"{section}一节")
        return f"{section}一节"
    return "页眉"


_STYLED = {"Title": "报告标题", tree.SIGN_OFF: "落款", tree.MARK: "标题上的说明"}


def _around(document: Document, block: Node) -> str:
    """Return what a table or a picture says besides its cells: its title, the text it draws."""
    if block["t"] == "Table":
        return "".join(pairs(block).values())
    if block["t"] == "Figure":
        (image,) = block["c"][2][0]["c"]
        picture = document.pictures[image["c"][2][0]]
        return svg_words(picture.data) if picture.kind == SVG else ""
    return ""
