"""A formula's tree as Office mathematics, which Word and WPS can edit."""

from __future__ import annotations

from collections.abc import Sequence

from govnb.publish.docx_xml import attribute, text
from govnb.publish.formula import Node


def mathematics(tree: Node) -> str:
    """Return a formula for a paragraph."""
    return f"<m:oMath>{_element(tree)}</m:oMath>"


def _element(node: Node) -> str:
    match node["kind"]:
        case "row":
            return _row(node["items"])
        case "symbol":
            return _run(node["text"])
        case "text":
            return _run(node["text"], upright=True)
        case "fraction":
            over, under = _in("num", node["over"]), _in("den", node["under"])
            return f"<m:f>{over}{under}</m:f>"
        case "root":
            return _root(node)
        case "script":
            return _script(node)
        case "fence":
            return _fenced(node["open"], _element(node["body"]), node["close"])
        case "accent":
            mark = f"<m:accPr><m:chr m:val={attribute(node['mark'])}/></m:accPr>"
            return f"<m:acc>{mark}{_in('e', node['body'])}</m:acc>"
        case _:  # "grid", the last kind there is
            return _grid(node)


def _row(items: Sequence[Node]) -> str:
    """Return items in a row; what a sum or an integral works on belongs inside it."""
    for i, item in enumerate(items):
        big = item.get("base", item)
        if big.get("big"):
            before = "".join(map(_element, items[:i]))
            return before + _sum(item, big, _row(items[i + 1 :]))
    return "".join(map(_element, items))


def _sum(item: Node, big: Node, body: str) -> str:
    limits = {key: _in(key, item.get(name)) for key, name in (("sub", "below"), ("sup", "above"))}
    hidden = "".join(
        f'<m:{key}Hide m:val="1"/>'
        for key, name in (("sub", "below"), ("sup", "above"))
        if name not in item
    )
    place = "subSup" if big["text"] in "∫∬∮" else "undOvr"
    properties = f'<m:chr m:val="{big["text"]}"/><m:limLoc m:val="{place}"/>{hidden}'
    return (
        f"<m:nary><m:naryPr>{properties}</m:naryPr>{limits['sub']}{limits['sup']}"
        f"<m:e>{body}</m:e></m:nary>"
    )


def _in(name: str, node: Node | None) -> str:
    return f"<m:{name}>{_element(node) if node is not None else ''}</m:{name}>"


def _run(words: str, *, upright: bool = False) -> str:
    if not words:
        return ""
    style = '<m:rPr><m:sty m:val="p"/></m:rPr>' if upright else ""
    font = '<w:rPr><w:rFonts w:ascii="Cambria Math" w:hAnsi="Cambria Math"/></w:rPr>'
    return f'<m:r>{style}{font}<m:t xml:space="preserve">{text(words)}</m:t></m:r>'


def _root(node: Node) -> str:
    hidden = "" if "degree" in node else '<m:radPr><m:degHide m:val="1"/></m:radPr>'
    return f"<m:rad>{hidden}{_in('deg', node.get('degree'))}{_in('e', node['body'])}</m:rad>"


def _script(node: Node) -> str:
    base, below, above = node["base"], node.get("below"), node.get("above")
    if base.get("function"):
        limit = (
            f"<m:limLow>{_in('e', base)}{_in('lim', below)}</m:limLow>" if below else _element(base)
        )
        return f"<m:sSup><m:e>{limit}</m:e>{_in('sup', above)}</m:sSup>" if above else limit
    inner = _in("e", base)
    if node.get("stacked"):
        tag = "limUpp" if above is not None else "limLow"
        return f"<m:{tag}>{inner}{_in('lim', above or below)}</m:{tag}>"
    if below is not None and above is not None:
        return f"<m:sSubSup>{inner}{_in('sub', below)}{_in('sup', above)}</m:sSubSup>"
    if below is not None:
        return f"<m:sSub>{inner}{_in('sub', below)}</m:sSub>"
    return f"<m:sSup>{inner}{_in('sup', above)}</m:sSup>"


def _fenced(opening: str, body: str, closing: str) -> str:
    signs = f"<m:begChr m:val={attribute(opening)}/><m:endChr m:val={attribute(closing)}/>"
    return f"<m:d><m:dPr>{signs}</m:dPr><m:e>{body}</m:e></m:d>"


def _grid(node: Node) -> str:
    columns = len(node["rows"][0]) if node["rows"] else 1
    side = "left" if node["open"] == "{" else "center"
    columns_like = f'<m:mcPr><m:count m:val="{columns}"/><m:mcJc m:val="{side}"/></m:mcPr>'
    layout = f"<m:mcs><m:mc>{columns_like}</m:mc></m:mcs>"
    rows = "".join(
        f"<m:mr>{''.join(_in('e', cell) for cell in row)}</m:mr>" for row in node["rows"]
    )
    grid = f"<m:m><m:mPr>{layout}</m:mPr>{rows}</m:m>"
    return _fenced(node["open"], grid, node["close"]) if node["open"] or node["close"] else grid
