"""The face a page carries: just its own characters, for machines with no Chinese font.

Office machines have better ones, which the style sheets name first. On one that has none
(a server's browser, a reader abroad) the page would otherwise show boxes.
"""

from __future__ import annotations

import base64
import io
from copy import copy
from functools import cache
from typing import Any

from markupsafe import Markup

from govnb.report import fonts

# How style sheets call it, behind the machine's own faces.
FAMILY = "govnb"
# Where in a page's style sheet the rule goes.
MARK = "/* face */"
# Letters and digits every machine has.
_FIRST = 0x2010


def font_face(text: str) -> Markup:
    """Return the style rule with a face that draws a text, or nothing if it needs none.

    Characters that no shipped face has are left to the reader's machine.
    """
    codes = sorted(code for code in map(ord, set(text)) if code >= _FIRST)
    wanted = {code: name for code in codes if (name := _names().get(code))}
    if not wanted:
        return Markup("")
    encoded = base64.b64encode(_woff(wanted)).decode()
    url = f"data:font/woff;base64,{encoded}"
    return Markup(f'@font-face{{font-family:"{FAMILY}";src:url({url})format("woff")}}')


def with_face(page: str) -> str:
    """Return a page with the face for all it shows, in place of its mark."""
    return page.replace(MARK, font_face(page), 1)


@cache
def _source() -> Any:
    from fontTools.ttLib import TTFont

    (path,) = fonts.paths(fonts.SCREEN)
    return TTFont(path, lazy=True, recalcTimestamp=False)


@cache
def _names() -> dict[int, str]:
    names: dict[int, str] = _source().getBestCmap()
    return names


def _woff(wanted: dict[int, str]) -> bytes:
    """Return a face with these characters; their outlines are copied as bytes."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.ttLib import newTable

    source = _source()
    order = [".notdef", *dict.fromkeys(wanted.values())]
    built = FontBuilder(source["head"].unitsPerEm, isTTF=True)
    built.font.recalcBBoxes = built.font.recalcTimestamp = False
    built.setupGlyphOrder(order)
    built.setupCharacterMap(wanted)
    built.setupHorizontalMetrics({name: source["hmtx"][name] for name in order})
    built.setupPost(keepGlyphNames=False)
    for table in ("head", "hhea", "maxp", "OS/2", "name"):
        # Writing a face changes its tables.
        built.font[table] = copy(source[table])
    built.font["loca"] = newTable("loca")
    built.font["glyf"] = outlines = newTable("glyf")
    outlines.glyphOrder = order
    # Past the table's own access, which would take each outline apart.
    outlines.glyphs = {name: source["glyf"].glyphs[name] for name in order}
    built.font.flavor = "woff"
    out = io.BytesIO()
    built.font.save(out, reorderTables=None)
    return out.getvalue()
