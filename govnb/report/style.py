"""How the report's own pieces look and behave, wherever a notebook is shown."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from markupsafe import Markup


@cache
def style() -> str:
    """Return the style sheet of the `gv-` classes."""
    return files("govnb.report").joinpath("style.css").read_text("utf-8")


@cache
def script() -> str:
    """Return the script that makes figures text one can select and copy."""
    return files("govnb.report").joinpath("figures.js").read_text("utf-8")


def dress() -> Markup:
    """Return style sheet and script as elements, for a notebook's first output.

    The published page brings its own copies and drops these.
    """
    return Markup(f"<style>{style()}</style><script>{script()}</script>")
