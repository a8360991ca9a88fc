"""Charts: whatever matplotlib drew, in the report's one style, with words for who can't see it.

`charts.mplstyle` is set when a workbook opens, so that a chart an analyst draws in a cell looks
like the report's own. Text becomes outlines of the face the project ships: no reader needs a font.
"""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from matplotlib import rc_context, rc_params_from_file, rcParams, rcParamsDefault
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text

from govnb.report import fonts
from govnb.report.bundle import bundle, data_url, piece
from govnb.report.charts_alt import described
from govnb.report.charts_svg import compact
from govnb.report.frames import Number

# The width of a chart and the size of its type, in points.
WIDTH, SIZE = 400.0, 11.0
INK, RULE = "#1f2933", "#aeb8c2"
MAIN, OVER, PALE, DARK = "#2f6690", "#d98a4b", "#dbe6ef", "#1f2933"
_FILE = Path(__file__).with_name("charts.mplstyle")
STYLE: dict[Any, Any] = dict(rc_params_from_file(_FILE, use_default_template=False))
# On top of whatever style: equal charts are equal bytes.
_WRITTEN = {"svg.fonttype": "path", "svg.hashsalt": "govnb", "path.simplify": False}
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


class Drawing(Axes):
    """Axes that one of the report's own shapes was drawn on."""

    # What is drawn, in sentences.
    told = ""
    # The figures drawn, each with its row and column.
    numbers: tuple[tuple[str, Number], ...] = ()


@dataclass(frozen=True)
class Chart:
    """A chart of the report."""

    # Its anchor and the key it is asked for by.
    name: str
    # What stands below it.
    caption: str
    # What it shows, in sentences with the numbers.
    alt: str
    # The drawing; needs no font and no file.
    svg: str
    # The figures drawn.
    figures: tuple[str, ...] = ()
    # Characters drawn as 〓 because no shipped face has them.
    missing: tuple[str, ...] = ()
    # 图1, once the workbook has given one.
    number: str = ""

    @property
    def title(self) -> str:
        """The caption with its number, once the workbook has given one."""
        return f"{self.number}　{self.caption}" if self.number else self.caption

    def numbered(self, number: str) -> Chart:
        """Return the chart with its number (图1)."""
        return replace(self, number=number)

    def html(self) -> str:
        """Return the chart as HTML that needs nothing but itself."""
        return piece("chart", self, data_url("image/svg+xml", self.svg))

    def structure(self) -> dict[str, Any]:
        """Return the structured form the PDF and Word exporters read."""
        lacking = {"missing": list(self.missing)} if self.missing else {}
        named = {"figures": list(self.figures)}
        return {"type": "chart", "title": self.title, "alt": self.alt, **named, **lacking}

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        text = f"{self.title}\n{self.alt}"
        return bundle(self.html(), text, self.structure(), **{"image/svg+xml": self.svg})


def chart(drawn: Any, caption: str, name: str = "", alt: str = "") -> Chart:
    """Return what matplotlib or pandas drew as a chart of the report.

    Parameters
    ----------
    drawn
        Axes, several of them, or a figure.
    caption
        What stands below it.
    name
        Its anchor, if not the caption.
    alt
        What it shows, in words; without them what was plotted is told.

    Raises
    ------
    TypeError
        If it is nothing that was drawn.
    """
    figure = figure_of(drawn)
    missing = _stood_in(figure)
    own = "".join(axes.told for axes in figure.axes if isinstance(axes, Drawing))
    told = alt or own or described(figure) or f"{caption}。"
    svg, boxes = _svg(figure)
    lacking = tuple(dict.fromkeys([*missing, *boxes]))
    if lacking and not alt:
        told += f"图中用{fonts.STAND_IN}代替字库没有的字：{'、'.join(lacking)}。"
    if "matplotlib.pyplot" in sys.modules:
        # Left open, the notebook would show it once more.
        sys.modules["matplotlib.pyplot"].close(figure)
    figures = dict.fromkeys(n.figure.name for _, n in numbers_of(figure) if n.figure.name)
    return Chart(name or caption, caption, told, svg, tuple(figures), lacking)


def use_style() -> None:
    """Let charts that users draw look like the report's, as far as they chose no style."""
    fonts.use_in_figures()
    chosen: dict[Any, Any] = dict(rcParams)
    free = {k for k, v in dict(rcParamsDefault).items() if chosen[k] == v}
    rcParams.update({k: v for k, v in STYLE.items() if k in free})


def figure_of(drawn: Any) -> Figure:
    """Return the whole drawing that axes, several of them, or a part of it belong to."""
    one = drawn
    while isinstance(one, Iterable) and not isinstance(one, str):
        one = next(iter(one), None)
    # Of axes, of a part of a figure, and of what other libraries wrap round them.
    whole = one if isinstance(one, Figure) else getattr(one, "figure", None)
    whole = whole if isinstance(whole, Figure) or whole is None else whole.get_figure(root=True)
    if not isinstance(whole, Figure):
        kind = type(drawn).__name__
        raise TypeError(f"wb.figure 要画好的图（如 df.plot() 的结果），这里得到的是 {kind}")
    return whole


def numbers_of(figure: Figure) -> Iterator[tuple[str, Number]]:
    """Return the figures that the report's own shapes drew, each with its row and column."""
    for axes in figure.axes:
        if isinstance(axes, Drawing):
            yield from axes.numbers


def _stood_in(figure: Figure) -> list[str]:
    """Replace the characters no face can draw; return them."""
    found: dict[str, None] = {}
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        written, lacking = stand_in(text.get_text())
        if lacking:
            found |= dict.fromkeys(lacking)
            text.set_text(written)
    return list(found)


def stand_in(text: str) -> tuple[str, list[str]]:
    """Return a text with 〓 for each character that can't be drawn, and those."""
    lacking = fonts.missing(text, fonts.SCREEN)
    stand_ins: dict[int, str] = dict.fromkeys(map(ord, lacking), fonts.STAND_IN)
    return text.translate(stand_ins), lacking


def _svg(figure: Figure) -> tuple[str, list[str]]:
    """Return a figure as SVG, and the characters of its ticks that were drawn as a box."""
    out = io.StringIO()
    # What was laid out to its width is not cut to what is drawn.
    laid_out = any(isinstance(axes, Drawing) for axes in figure.axes)
    fit: dict[str, Any] = {} if laid_out else {"bbox_inches": "tight"}
    written: Any = _WRITTEN
    with rc_context(written), warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        FigureCanvasSVG(figure).print_figure(
            out, format="svg", metadata=_NO_METADATA, facecolor="#fff", **fit
        )
    boxes = [
        chr(int(str(w.message).split()[1]))
        for w in told
        if str(w.message).startswith("Glyph ") and str(w.message).split()[1].isdigit()
    ]
    return compact(out.getvalue()), boxes
