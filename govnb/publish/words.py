"""The plain text of a result, where that is all a paper or a page can show of it."""

from __future__ import annotations

import re

# “<IPython.lib.display.IFrame at 0x7f…>” tells a reader nothing, and something else each run.
_NAMELESS = re.compile(r"<(?:[\w<>]+\.)+(\w+)(?: object)?(?: at 0x[0-9a-fA-F]+)?>")


def told(text: str) -> str:
    """Return the text of a result, or a sentence where it names only the kind of object."""
    match = _NAMELESS.fullmatch(text.strip())
    return f"〔这里的内容（{match[1]}）要在 Jupyter 里看〕" if match else text
