"""The report's charts, each with its caption and its words for people who can't see it.

`CHARTS` names them; each takes the figures of a department and returns a :class:`Chart`,
or None when the department doesn't publish what it would show. Labels come from the exact
amounts by the report's one rounding rule; floats only place things on the sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from govnb.evaluate.figure import Figure, Figures, shown
from govnb.present.bundle import anchor, bundle, data_url, escape
from govnb.present.charts_bars import (
    MAIN,
    OVER,
    PALE,
    REST,
    TOTAL,
    UNDER,
    Bar,
    Row,
    Step,
    bars,
    bridge,
)
from govnb.present.charts_canvas import Sheet

MOST_ROWS = 14
THREE_PUBLIC = ("因公出国（境）费", "公务用车购置费", "公务用车运行维护费", "公务接待费")
UNDIVIDED = "未列明科目的差额"


@dataclass(frozen=True)
class Chart:
    """A chart of the report.

    Attributes
    ----------
    name : str
        Its anchor and the key it is asked for by.
    caption : str
        What stands below it.
    alt : str
        What it shows, in sentences with the numbers.
    svg : str
        The drawing; needs no font and no file.
    source : str
        The files the numbers come from.
    figures : tuple of str
        The figures drawn.
    missing : tuple of str
        Characters drawn as 〓 because no shipped face has them.
    number : str
        图1, once the workbook has given one.
    """

    name: str
    caption: str
    alt: str
    svg: str
    source: str
    figures: tuple[str, ...]
    missing: tuple[str, ...] = ()
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
        return (
            f'<figure class="gv-chart" id="{escape(anchor("图", self.name))}">'
            f'<img alt="{escape(self.alt)}" src="{data_url("image/svg+xml", self.svg)}">'
            f"<figcaption>{escape(self.title)}</figcaption></figure>"
        )

    def structure(self) -> dict[str, Any]:
        """Return the structured form the PDF and Word exporters read."""
        lacking = {"missing": list(self.missing)} if self.missing else {}
        return {
            "type": "chart",
            "name": self.name,
            "title": self.title,
            "caption": self.caption,
            "alt": self.alt,
            "source": self.source,
            "figures": list(self.figures),
            **lacking,
        }

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        text = f"{self.title}\n{self.alt}"
        return bundle(self.html(), text, self.structure(), **{"image/svg+xml": self.svg})


def expenditure(figures: Figures) -> Chart | None:
    """支出结构: each account's amount and its share of the whole, largest first."""
    parts = figures.children("支出")
    known, unknown = _divided(parts)
    whole = figures.get("支出")
    if not known:
        return None
    drawn = _folded(_by_amount(known), "个科目")
    total = whole if whole is not None and whole.number is not None else _sum(known, "支出")
    told = [(part, shown(part), _share(figures, part, total)) for part in drawn]
    rows = [
        Row(_last(part), (Bar(part.number, f"{amount}{f'（{share}）' if share else ''}"),))
        for part, amount, share in told
    ]
    items = [f"{_last(p)}{amount}{f'，占{share}' if share else ''}" for p, amount, share in told]
    year = _year(figures)
    return _chart(
        figures,
        "支出结构",
        f"{year}支出结构（合计{shown(total)}）",
        f"条形图：{year}支出合计{shown(total)}，列明{len(known)}个科目。从大到小："
        f"{'；'.join(items)}。{_unknown_words(unknown)}",
        bars(rows, [_unknown_words(unknown)]),
        [*known, total, *(figures[n] for p in known if (n := f"{p.name}.占比") in figures)],
    )


def budget_bridge(figures: Figures) -> Chart | None:
    """预算与决算: from the budget, through each account's difference, to what was spent."""
    budget = _known(figures, "预算安排") or _known(figures, "收入")
    actual = _known(figures, "支出")
    gaps, unknown = _divided(
        [figures[n] for p in figures.children("支出") if (n := f"{p.name}.差异") in figures]
    )
    if budget is None or actual is None or not gaps:
        return None
    drawn = _largest(gaps, "个科目")
    change = _difference("支出.差额", actual, budget)
    rest = _number(change) - sum((_number(g) for g in gaps), Decimal(0))
    if rest:
        drawn.append(replace(change, name=f"差额.{UNDIVIDED}.差异", value=rest))
    base = "预算安排" if budget.name == "预算安排" else "收入（预算）"
    zero = Decimal(0)
    steps = [Step(base, zero, _number(budget), shown(budget), TOTAL)]
    for gap in drawn:
        start = steps[-1].end
        style = REST if UNDIVIDED in gap.name else OVER if _number(gap) > 0 else UNDER
        steps.append(Step(_account(gap), start, start + _number(gap), _signed(gap), style))
    verdict = _verdict(change, "超支", "结余")
    steps.append(Step("实际支出", zero, _number(actual), f"{shown(actual)}（{verdict}）", TOTAL))
    year = _year(figures)
    items = [f"{_account(g)}{_verdict(g, '比预算多', '比预算少')}" for g in drawn]
    return _chart(
        figures,
        "预算与决算",
        f"{year}从预算到决算：各科目的差异",
        f"桥形图：{year}{base}{shown(budget)}，实际支出{shown(actual)}，{verdict}。"
        f"各科目：{'；'.join(items)}。{_unknown_words(unknown)}",
        bridge(steps, ["实心为比预算多，斜线为比预算少。", _unknown_words(unknown)]),
        [budget, *gaps, actual],
    )


def three_public(figures: Figures) -> Chart | None:
    """三公经费: budget against actual, component by component, then together."""
    rows, items, drawn = [], [], []
    unknown: list[Figure] = []
    for name in (*(f"三公经费.{part}" for part in THREE_PUBLIC), "三公经费"):
        budget, actual = figures.get(f"{name}.预算"), figures.get(f"{name}.支出")
        if budget is None or actual is None:
            continue
        drawn += [budget, actual]
        if budget.number is None and actual.number is None:
            unknown += [budget]
            continue
        label = "合计" if name == "三公经费" else _last(budget, 2)
        verdict, style = _outcome(figures, name, budget, actual)
        rows.append(
            Row(
                label,
                (
                    Bar(budget.number, f"预算{shown(budget)}", PALE),
                    Bar(actual.number, f"支出{shown(actual)}{verdict and f'，{verdict}'}", style),
                ),
            )
        )
        told = [f"{label}预算{shown(budget)}", f"支出{shown(actual)}", *([verdict] * bool(verdict))]
        items.append("，".join(told))
    if not rows or all(row.name == "合计" for row in rows):
        return None
    year = _year(figures)
    return _chart(
        figures,
        "三公经费",
        f"{year}“三公”经费预算与支出",
        f"条形图：{year}“三公”经费预算与支出对比。{'；'.join(items)}。{_unknown_words(unknown, 2)}",
        bars(
            rows, ["斜线为没有超出预算的支出，实心为超出预算的支出。", _unknown_words(unknown, 2)]
        ),
        drawn,
    )


def special_items(figures: Figures) -> Chart | None:
    """专项经费: the special items by amount, or else the fullest breakdown of the income."""
    year = _year(figures)
    items = [
        figure
        for name, figure in figures.items()
        if (parts := name.split("."))[0] == "项目支出" and len(parts) == 4 and parts[3] == "预算"
    ]
    known, unknown = _divided(items)
    caption, depth = f"{year}专项经费预算", 2
    if not known:
        node = _detailed(figures)
        if node is None:
            return None
        known, unknown = _divided(_leaves(figures, node))
        caption, depth = f"{year}{node.replace('.', '·')}的明细", 1
    total = _sum(known, caption)
    drawn = _folded(_by_amount(known), "项")
    labels = _distinct([part.name for part in drawn], depth)
    rows = [Row(label, (Bar(p.number, shown(p)),)) for label, p in zip(labels, drawn, strict=True)]
    told = "；".join(f"{row.name}{row.bars[0].text}" for row in rows)
    summed = f"{len(known)}项，合计{shown(total)}"
    return _chart(
        figures,
        "专项经费",
        f"{caption}（{summed}）",
        f"条形图：{caption}，{summed}。从大到小：{told}。{_unknown_words(unknown, depth)}",
        bars(rows, [_unknown_words(unknown, depth)]),
        known,
    )


def volumes(figures: Figures) -> Chart | None:
    """业务量: this year beside last, each item on a scale of its own."""
    year = _year(figures)
    pairs = [
        (this, last)
        for name, this in figures.items()
        if (parts := name.split("."))[0] == "业务量" and len(parts) == 3 and parts[2] == "本年"
        if this.number is not None
        if (last := _known(figures, f"业务量.{parts[1]}.上年")) is not None
    ]
    if not pairs:
        return None
    rows, items = [], []
    for this, last in pairs[:MOST_ROWS]:
        label, change = _last(this, 2), _change(figures, this, last)
        rows.append(
            Row(
                label,
                (
                    Bar(last.number, f"上年{shown(last)}", PALE),
                    Bar(this.number, f"本年{shown(this)}，{change}"),
                ),
            )
        )
        items.append(f"{label}上年{shown(last)}，本年{shown(this)}，{change}")
    left_out = f"另有{len(pairs) - len(rows)}项没有画出。" if len(pairs) > len(rows) else ""
    return _chart(
        figures,
        "业务量",
        f"{year}业务量与上年比较",
        f"条形图：{year}业务量与上年比较。{'；'.join(items)}。{left_out}",
        bars(
            rows, ["各项单位不同，各按自己的比例画，项与项之间不比长短。", left_out], own_scale=True
        ),
        [figure for pair in pairs[:MOST_ROWS] for figure in pair],
    )


CHARTS: dict[str, Callable[[Figures], Chart | None]] = {
    "支出结构": expenditure,
    "预算与决算": budget_bridge,
    "三公经费": three_public,
    "专项经费": special_items,
    "业务量": volumes,
}
