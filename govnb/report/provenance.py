"""Where a figure comes from, one click or one key press away.

Each figure on a page is a button that opens a panel by the platform's own popover: no
script, works by keyboard, closes with Esc. A page holds one panel per figure, however
often the figure is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from govnb.report.bundle import anchor, escape, link
from govnb.sheet.expression import filled
from govnb.sheet.figure import Figure, Figures, about, digits, shown
from govnb.text.faults import Place

# What a file says at a place; None for the public, who are told of no file.
Quote = Callable[[Place], str]

LONGEST_BUTTON = 10
# Figures that count what the file lists; no formula of the book makes them.
COUNTS = (".条数", ".项数")


def figure_button(figure: Figure, text: str) -> str:
    """Return the HTML of a printed figure that opens its panel.

    A button is a box that no line breaks within. Words long enough to need a break are a
    link to the panel instead, which the published page opens just the same.
    """
    target = escape(anchor("指标", figure.name))
    state = " gv-unknown" if figure.value is None else ""
    if len(text) > LONGEST_BUTTON and figure.number is None:
        href = link(anchor("指标", figure.name))
        return f'<a class="gv-fig{state}" href="{href}">{escape(text)}</a>'
    return f'<button class="gv-fig{state}" popovertarget="{target}">{escape(text)}</button>'


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
    rows = [("值", escape(exact_text(figure)))]
    if figure.reason:
        rows.append(("原因", escape(figure.reason)))
    if formula := how_made(figure):
        rows.append(("公式", f"<code>{escape(formula)}</code>"))
    if sum_ := worked_out(figures, figure):
        rows.append(("代入", escape(sum_)))
    if figure.inputs:
        items = "".join(
            f"<li>{_input(figures[name], quote is not None)}</li>" for name in figure.inputs
        )
        rows.append(("其中", f"<ul>{items}</ul>"))
    if quote is not None:
        line = "" if figure.formula or figure.value is None else quote(figure.place)
        said = f"<br><code>{escape(line)}</code>" if line else ""
        rows.append(("出处", f"<code>{escape(figure.origin)}</code>{said}"))
    if figure.note and quote is not None:
        rows.append(("说明", escape(figure.note)))
    body = "".join(f"<dt>{key}</dt><dd>{value}</dd>" for key, value in rows)
    target = escape(anchor("指标", figure.name))
    return (
        f'<div class="gv-panel" popover id="{target}" role="dialog" tabindex="-1"'
        f' aria-label="{escape(figure.label)}">'
        f'<div class="gv-panel-head"><p><b>{escape(figure.label)}</b><br>'
        f"<small>{escape(figure.name)}</small> "
        f'<a class="gv-anchor" href="{link(anchor("指标", figure.name))}"'
        ' aria-label="本指标链接">#</a></p>'
        f'<button class="gv-close" popovertarget="{target}">关闭</button></div>'
        f"<dl>{body}</dl></div>"
    )


def _input(figure: Figure, placed: bool) -> str:
    value = figure_button(figure, exact_text(figure) if figure.value is not None else figure.unsaid)
    place = f" <code>{escape(figure.origin)}</code>" if placed else ""
    return f"{escape(figure.name)} = {value}{place}"
