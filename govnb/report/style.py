"""The look of the report's own pieces, for wherever a notebook is shown."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def style() -> str:
    """Return the style sheet of the `gv-` classes."""
    return files("govnb.report").joinpath("style.css").read_text("utf-8")


def style_element() -> str:
    """Return the style sheet as an element, for a notebook's first output.

    The published page brings its own copy and drops this one.
    """
    return f"<style>{style()}</style>"
