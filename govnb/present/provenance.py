"""Where a figure comes from, one click or one key press away.

Each figure on a page is a button that opens a panel by the platform's own popover: no
script, works by keyboard, closes with Esc. A page holds one panel per figure, however
often the figure is printed.
"""

from __future__ import annotations

from collections.abc import Iterable

from govnb.present.bundle import anchor, escape
from govnb.sheet.figure import Figure, Figures, about, digits, shown

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
        return f'<a class="gv-fig{state}" href="#{target}">{escape(text)}</a>'
    return f'<button class="gv-fig{state}" popovertarget="{target}">{escape(text)}</button>'


def panels(figures: Figures, names: Iterable[str]) -> str:
    """Return the panels of the named figures and of everything they are computed from."""
    wanted: dict[str, None] = {}
    pending = [name for name in names if name in figures]
    while pending:
        name = pending.pop()
        if name not in wanted:
            wanted[name] = None
            pending.extend(figures[name].inputs)
    return "".join(_panel(figures, figures[name]) for name in figures if name in wanted)


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


def _panel(figures: Figures, figure: Figure) -> str:
    rows = [("值", escape(exact_text(figure)))]
    if figure.reason:
        rows.append(("原因", escape(figure.reason)))
    if formula := how_made(figure):
        rows.append(("公式", f"<code>{escape(formula)}</code>"))
    if figure.inputs:
        items = "".join(f"<li>{_input(figures[name])}</li>" for name in figure.inputs)
        rows.append(("其中", f"<ul>{items}</ul>"))
    rows.append(("出处", f"<code>{escape(figure.origin)}</code>"))
    if figure.note:
        rows.append(("说明", escape(figure.note)))
    body = "".join(f"<dt>{key}</dt><dd>{value}</dd>" for key, value in rows)
    target = escape(anchor("指标", figure.name))
    return (
        f'<div class="gv-panel" popover id="{target}" role="dialog" tabindex="-1"'
        f' aria-label="{escape(figure.label)}">'
        f'<div class="gv-panel-head"><p><b>{escape(figure.label)}</b><br>'
        f'<small>{escape(figure.name)}</small> <a class="gv-anchor" href="#{target}"'
        ' aria-label="本指标链接">#</a></p>'
        f'<button class="gv-close" popovertarget="{target}">关闭</button></div>'
        f"<dl>{body}</dl></div>"
    )


def _input(figure: Figure) -> str:
    value = figure_button(figure, exact_text(figure) if figure.value is not None else figure.unsaid)
    return f"{escape(figure.name)} = {value} <code>{escape(figure.origin)}</code>"
