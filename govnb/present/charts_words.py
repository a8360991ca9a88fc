"""What charts draw and say: which figures, in what order, folded how, in which words.

Amounts stay `Decimal` figures throughout, those made here for display too (a difference,
the sum of what was folded), so that every label goes through the same rounding.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from govnb.sheet.figure import Figure, Figures, rounded, shown

MOST_ROWS = 14
_MOST_NAMES = 5


def known(figures: Figures, name: str) -> Figure | None:
    """Return a figure if it is there and its number is known."""
    figure = figures.get(name)
    return figure if figure is not None and figure.number is not None else None


def all_known(figures: Figures, *names: str) -> list[Figure]:
    """Return those of the named figures whose numbers are known."""
    return [figure for name in names if (figure := known(figures, name)) is not None]


def number(figure: Figure) -> Decimal:
    """Return the number of a figure known to have one."""
    assert figure.number is not None
    return figure.number


def divided(figures: Iterable[Figure]) -> tuple[list[Figure], list[Figure]]:
    """Return the known and the unknown of some figures."""
    every = list(figures)
    return [f for f in every if f.number is not None], [f for f in every if f.number is None]


def label(figure: Figure, depth: int = 1) -> str:
    """Return the part of a figure's name that says what it is of, counted from the end."""
    return figure.name.split(".")[-depth]


def labels(figures: Sequence[Figure], depth: int) -> list[str]:
    """Return the labels of figures; those that would be the same say where they belong."""
    short = [label(figure, depth) for figure in figures]
    return [
        text if short.count(text) == 1 else "·".join(figure.name.split(".")[1:][-depth - 1 :][:2])
        for text, figure in zip(short, figures, strict=True)
    ]


def said(figure: Figure, name: str) -> str:
    """Return a name and its amount as a sentence says them.

    Where the name ends in a digit (二级机构1) a word must keep it from the amount.
    """
    apart = "为" if name[-1:].isascii() else ""
    return f"{name}{apart}{shown(figure)}"


def total(figures: Sequence[Figure], name: str) -> Figure:
    """Return the sum of figures as a figure."""
    return _made(figures, name, sum(map(number, figures), Decimal(0)))


def difference(more: Figure, less: Figure, name: str) -> Figure:
    """Return what the first figure has over the second, as a figure."""
    return _made([more, less], name, number(more) - number(less))


def by_amount(figures: Iterable[Figure]) -> list[Figure]:
    """Return figures largest first, equals in the order given."""
    return sorted(figures, key=number, reverse=True)


def folded(figures: list[Figure], counter: str, depth: int = 1) -> list[Figure]:
    """Return figures with the smallest, where there are too many to read, as one at the end.

    Those kept stay in the order given.
    """
    if len(figures) <= MOST_ROWS:
        return figures
    by_size = sorted(figures, key=lambda figure: abs(number(figure)), reverse=True)
    small = {figure.name for figure in by_size[MOST_ROWS - 1 :]}
    path = figures[0].name.split(".")
    path[-depth] = f"其他{len(small)}{counter}"
    rest = total([figure for figure in figures if figure.name in small], ".".join(path))
    return [*(figure for figure in figures if figure.name not in small), rest]


def share(figures: Figures, part: Figure, whole: Figure) -> str:
    """Return a part's share as a percentage; empty where the whole isn't above zero."""
    computed = known(figures, f"{part.name}.占比")
    if computed is not None:
        return shown(computed)
    if number(whole) <= 0:
        return ""
    value = number(part) / number(whole) * 100
    return shown(_made([part, whole], part.name, value)._replace(unit="%", decimals=2))


def signed(figure: Figure) -> str:
    """Return a difference with its sign: `+68.87万元`."""
    value = number(figure)
    if not rounded(value, figure.decimals):
        return _level(value)
    text = shown(_size(figure))
    about = "约" if text.startswith("约") else ""
    return f"{about}{'+' if value > 0 else '-'}{text.removeprefix('约')}"


def verdict(figure: Figure, more: str, less: str, after: str = "") -> str:
    """Return a difference in words: `more` or `less` and how much, or that there is none."""
    value = number(figure)
    if not rounded(value, figure.decimals):
        return _level(value)
    return f"{more if value > 0 else less}{shown(_size(figure))}{after}"


def growth(figures: Figures, this: Figure, last: Figure) -> str:
    """Return in words how this year's volume compares with last year's."""
    if this.unit == "%":
        # A rate that went from 96% to 98% rose by 2 points, not by 2.08 %.
        points = difference(this, last, this.name)._replace(unit="")
        return verdict(points, "上升", "下降", "个百分点")
    rate = known(figures, f"{this.name.removesuffix('.本年')}.增长率")
    if rate is not None:
        return verdict(rate, "增长", "下降")
    return verdict(difference(this, last, this.name), "增加", "减少")


def growth_figures(figures: Figures, this: Figure) -> list[Figure]:
    """Return the figure that holds a volume's growth, if the formula book made one."""
    item = this.name.removesuffix(".本年")
    return all_known(figures, f"{item}.{'增量' if this.unit == '%' else '增长率'}")


def unpublished(figures: Sequence[Figure], depth: int = 1) -> str:
    """Return the sentence that names what isn't published; empty if all is."""
    if not figures:
        return ""
    names = "、".join(labels(figures, depth)[:_MOST_NAMES])
    more = f"等{len(figures)}项" if len(figures) > _MOST_NAMES else ""
    return f"{figures[0].unsaid.strip('（）')}：{names}{more}。"


def detailed_income(figures: Figures) -> tuple[str, list[Figure]]:
    """Return the income's fullest breakdown and its known leaves, special funds preferred.

    A cross table has no fuller one than its institutions: each row is a whole of its own.
    """
    if any(name.startswith("收入.分类合计.") for name in figures):
        return "收入", [part for part in figures.children("收入") if part.number is not None]
    nodes = [name for name in figures.parts if name.split(".")[0] == "收入"]
    leaves = {name: [f for f in _leaves(figures, name) if f.number is not None] for name in nodes}
    best = max(
        (name for name in nodes if leaves[name]),
        key=lambda name: (
            name != "收入",
            "专项" in label(figures[name]),
            sum(map(number, leaves[name]), Decimal(0)),
        ),
        default="",
    )
    return best, leaves.get(best, [])


def year(figures: Figures) -> str:
    """Return the year as titles say it, or nothing where it isn't given."""
    figure = known(figures, "年度")
    return f"{number(figure):f}年" if figure else ""


def source_files(figures: Figures, drawn: Iterable[Figure]) -> str:
    """Return the files whose lines state what the figures are computed from."""
    files: dict[str, None] = {}
    seen: set[str] = set()
    pending = list(drawn)
    while pending:
        figure = pending.pop(0)
        if figure.name in seen:
            continue
        seen.add(figure.name)
        if figure.inputs:
            pending.extend(figures[name] for name in figure.inputs if name in figures)
        else:
            files[figure.place.file] = None
    return "、".join(files)


def _leaves(figures: Figures, name: str) -> list[Figure]:
    parts = figures.parts.get(name)
    return [leaf for part in parts for leaf in _leaves(figures, part)] if parts else [figures[name]]


def _made(sources: Sequence[Figure], name: str, value: Decimal) -> Figure:
    return sources[0]._replace(
        name=name,
        value=value,
        decimals=max(figure.decimals for figure in sources),
        approximate=any(figure.approximate for figure in sources),
        derived=True,
    )


def _size(figure: Figure) -> Figure:
    return figure._replace(value=abs(number(figure)))


def _level(value: Decimal) -> str:
    return "基本持平" if value else "持平"
