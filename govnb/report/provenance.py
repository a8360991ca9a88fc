"""Where a figure comes from, one click or one key press away.

Each figure on a page is a button that opens a panel by the platform's own popover: no
script, works by keyboard, closes with Esc. A page holds one panel per figure, however
often the figure is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from govnb.report.bundle import piece
from govnb.sheet.expression import filled
from govnb.sheet.figure import Figure, Figures, about, digits, shown
from govnb.text.faults import Place

# What a file says at a place; None for the public, who are told of no file.
Quote = Callable[[Place], str]

# Figures that count what the file lists; no formula of the book makes them.
COUNTS = (".条数", ".项数")


def panels(figures: Figures, names: Iterable[str], quote: Quote | None) -> str:
    """Return the panels of the named figures and of everything they are computed from.

    Those for the public, without `quote`, tell no file and line.
    """
    wanted: dict[str, None] = {}
    pending = [name for name in names if name in figures]
    while pending:
        name = pending.pop()
        if name not in wanted:
            wanted[name] = None
            pending.extend(figures[name].inputs)
    return "".join(_panel(figures, figures[name], quote) for name in figures if name in wanted)


def exact_text(figure: Figure) -> str:
    """Return the unrounded value with its unit, cut where digits stop informing."""
    if figure.value is None:
        return shown(figure)
    if figure.number is None:
        return f"{figure.value}{figure.unit}"
    text = about(figure, digits(figure.number, figure.decimals))
    return f"{text}{figure.told_unit}"


def how_made(figure: Figure) -> str:
    """Return a figure's formula, or in words how it was counted; empty for what a file states."""
    counted = figure.name.endswith(COUNTS) and figure.value is not None
    return figure.formula or ("列出的条数" if counted else "")


def worked_out(figures: Figures, figure: Figure) -> str:
    """Return a formula with its numbers put in and what comes out: `0.88 ÷ 8.1 = 10.86%`.

    Nothing for what no formula made, or one that only takes another figure over.
    """
    if not figure.formula or figure.formula in figures:
        return ""

    def show(name: str) -> str:
        found = figures.get(figures.sheet.resolve(name))
        text = shown(found, unit=found.factor != 1) if found else name
        return f"({text})" if text.startswith("-") else text

    return f"{filled(figure.formula, show, figures.sheet.expand)} = {shown(figure)}"


def _panel(figures: Figures, figure: Figure, quote: Quote | None) -> str:
    inputs = [
        (f, exact_text(f) if f.value is not None else f.unsaid)
        for f in (figures[name] for name in figure.inputs)
    ]
    stated = quote is not None and not figure.formula and figure.value is not None
    line = quote(figure.place) if quote and stated else ""
    sum_ = worked_out(figures, figure)
    return piece(
        "panel", figure, exact_text(figure), how_made(figure), sum_, inputs, line, quote is None
    )
