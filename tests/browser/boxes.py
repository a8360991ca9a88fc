"""Whether a page shows boxes where it should show Chinese."""

from __future__ import annotations

from typing import Any


def boxes(page: Any) -> list[str]:
    """Return the texts that show boxes: more Chinese characters than faces with Chinese drew.

    On a machine with Chinese fonts of its own this can't fail; those that test have none.
    """
    page.evaluate("document.fonts.ready")
    own = """e => [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join('')"""
    told = page.evaluate(
        f"""[...document.querySelectorAll('body *')].map(e => ({own})(e))
          .map(t => (t.match(/[\\u2e80-\\uffef]/g) || []).length)"""
    )
    session = page.context.new_cdp_session(page)
    for domain in ("DOM", "CSS"):
        session.send(f"{domain}.enable")
    root = session.send("DOM.getDocument", {"depth": -1})["root"]["nodeId"]
    asked = {"nodeId": root, "selector": "body *"}
    nodes = session.send("DOM.querySelectorAll", asked)["nodeIds"]
    wrong = []
    # Each is a question to the browser; the first thousand hold one of everything.
    for node, count in [pair for pair in zip(nodes, told, strict=True) if pair[1]][:1000]:
        fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        without = [
            font for font in fonts if font["familyName"].startswith(("DejaVu", "Liberation"))
        ]
        drawn = sum(font["glyphCount"] for font in fonts if font not in without)
        # What is hidden is drawn by nothing.
        if fonts and drawn < count:
            wrong.append(session.send("DOM.getOuterHTML", {"nodeId": node})["outerHTML"][:120])
    return wrong
