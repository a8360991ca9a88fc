"""The report's charts, each with its caption and its words for people who can't see it.

`CHARTS` names them; each takes the figures of a department and returns a :class:`Chart`,
or None when the department doesn't publish what it would show. Labels come from the exact
amounts by the report's one rounding rule; floats only place things on the sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from govnb.present import charts_words as words
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
    Style,
    bars,
    bridge,
)
from govnb.present.charts_canvas import Sheet
from govnb.sheet.figure import Figure, Figures, shown

THREE_PUBLIC = ("因公出国（境）费", "公务用车购置费", "公务用车运行维护费", "公务接待费")
UNDIVIDED = "未列明科目的差额"
# Amounts that were divided somewhere don't add up in the last digits held.
_NOISE = Decimal("1e-12")


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
    # The files the numbers come from.
    source: str
    # The figures drawn.
    figures: tuple[str, ...]
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
    accounts, unknown = words.divided(figures.children("支出"))
    if not accounts:
        return None
    whole = words.known(figures, "支出") or words.total(accounts, "支出")
    divides = all(words.number(part) >= 0 for part in accounts)
    rows, told = [], []
    for part in words.folded(words.by_amount(accounts), "个科目"):
        name, share = words.label(part), words.share(figures, part, whole) if divides else ""
        text = f"{shown(part)}（{share}）" if share else shown(part)
        rows.append(Row(name, (Bar(part.number, text, _look(part, figures)),)))
        told.append(words.said(part, name) + (f"，占{share}" if share else ""))
    year, lacking = words.year(figures), words.unpublished(unknown)
    shares = words.all_known(figures, *(f"{part.name}.占比" for part in accounts))
    return _chart(
        figures,
        "支出结构",
        f"{year}支出结构（合计{shown(whole)}）",
        f"条形图：{year}支出合计{shown(whole)}，列明{len(accounts)}个科目。"
        f"从大到小：{'；'.join(told)}。{lacking}",
        bars(rows, [lacking]),
        [*accounts, whole, *shares],
    )


def _look(part: Figure, figures: Figures) -> Style:
    """Return the look of a bar; several folded into one are no item to compare with."""
    return MAIN if part.name in figures else PALE


def budget_bridge(figures: Figures) -> Chart | None:
    """预算与决算: from the budget, through each account's difference, to what was spent."""
    budget = words.known(figures, "预算安排") or words.known(figures, "收入")
    actual = words.known(figures, "支出")
    names = (f"{part.name}.差异" for part in figures.children("支出"))
    gaps, unknown = words.divided(figures[name] for name in names if name in figures)
    if budget is None or actual is None or not gaps:
        return None
    change = words.difference(actual, budget, "支出.差额")
    drawn = [*words.folded(gaps, "个科目", depth=2), *_undivided(change, gaps)]
    base = "预算安排" if budget.name == "预算安排" else "收入预算"
    result = words.verdict(change, "超支", "结余")
    told = [f"{words.label(g, 2)}{words.verdict(g, '比预算多', '比预算少')}" for g in drawn]
    steps = _steps(budget, base, drawn, actual, result)
    year, lacking = words.year(figures), words.unpublished(unknown, 2)
    return _chart(
        figures,
        "预算与决算",
        f"{year}从预算到决算：各科目的差异",
        f"桥形图：{year}{base}{shown(budget)}，实际支出{shown(actual)}，{result}。"
        f"各科目：{'；'.join(told)}。{lacking}",
        bridge(steps, [_key(steps, "比预算多", "比预算少"), lacking]),
        [budget, *gaps, actual],
    )


def _undivided(change: Figure, gaps: list[Figure]) -> list[Figure]:
    """Return what the accounts' differences leave of the whole, so that the bridge arrives."""
    rest = words.difference(change, words.total(gaps, change.name), f"支出.{UNDIVIDED}.差异")
    return [rest] if abs(words.number(rest)) > _NOISE else []


def _steps(
    budget: Figure, base: str, gaps: list[Figure], actual: Figure, result: str
) -> list[Step]:
    zero = words.number(budget) * 0
    level = words.number(budget)
    steps = [Step(base, zero, level, shown(budget), TOTAL)]
    for gap in gaps:
        name, amount = words.label(gap, 2), words.number(gap)
        sign = UNDER if amount < 0 else OVER if amount else TOTAL
        style = REST if name == UNDIVIDED else sign
        steps.append(Step(name, level, level + amount, words.signed(gap), style))
        level += amount
    end = Step("实际支出", zero, words.number(actual), f"{shown(actual)}（{result}）", TOTAL)
    return [*steps, end]


def _key(marks: Iterable[Step | Bar], solid: str, striped: str) -> str:
    """Return the sentence that explains the looks in use."""
    styles = {mark.style for mark in marks if not isinstance(mark, Bar) or mark.value}
    told = [f"实心为{solid}"] * (OVER in styles) + [f"斜线为{striped}"] * (UNDER in styles)
    return f"{'，'.join(told)}。" if told else ""


def three_public(figures: Figures) -> Chart | None:
    """三公经费: budget against actual, component by component, then together."""
    rows: list[Row] = []
    told: list[str] = []
    drawn: list[Figure] = []
    unknown: list[Figure] = []
    for part in (*THREE_PUBLIC, "合计"):
        path = "三公经费" if part == "合计" else f"三公经费.{part}"
        budget, actual = figures.get(f"{path}.预算"), figures.get(f"{path}.支出")
        if budget is None or actual is None:
            continue
        if budget.number is None and actual.number is None:
            # Unknown parts say of the whole that it is unknown too.
            unknown += [budget] if part != "合计" else []
            continue
        result, style, used = _outcome(figures, path, budget, actual)
        drawn += [budget, actual, *used]
        spent = "，".join(filter(None, [f"支出{shown(actual)}", result]))
        plan = Bar(budget.number, f"预算{shown(budget)}", PALE)
        rows.append(Row(part, (plan, Bar(actual.number, spent, style))))
        told.append(f"{part}{plan.text}，{spent}")
    if not rows or rows[0].name == "合计":
        return None
    year, lacking = words.year(figures), words.unpublished(unknown, 2)
    return _chart(
        figures,
        "三公经费",
        f"{year}“三公”经费预算与支出",
        f"条形图：{year}“三公”经费的预算与支出。{'；'.join(told)}。{lacking}",
        bars(rows, [_key([row.bars[1] for row in rows], "超出预算", "没有超出预算"), lacking]),
        drawn,
    )


def _outcome(
    figures: Figures, path: str, budget: Figure, actual: Figure
) -> tuple[str, Style, list[Figure]]:
    """Return how spending came out: in words, in its bar's look, and the figures that say so."""
    if budget.number is None or actual.number is None:
        return "", REST, []
    change = words.difference(actual, budget, path)
    over = words.number(change) > 0
    word, style = ("超支", OVER) if over else ("结余", UNDER)
    rate = words.known(figures, f"{path}.{word}率")
    after = f"（{shown(rate)}）" if rate else ""
    used = words.all_known(figures, f"{path}.{word}", f"{path}.{word}率")
    return words.verdict(change, "超支", "结余", after), style, used


def special_items(figures: Figures) -> Chart | None:
    """专项经费: the special items by amount, or else the fullest breakdown of the income."""
    year, depth = words.year(figures), 2
    what = f"{year}专项经费预算"
    items, unknown = words.divided(_project_lines(figures))
    if not items:
        name, items = words.detailed_income(figures)
        if not items:
            return None
        depth, what = 1, f"{year}{name.replace('.', '·')}明细"
    drawn = words.folded(words.by_amount(items), "项", depth)
    names = words.labels(drawn, depth)
    named = list(zip(names, drawn, strict=True))
    rows = [Row(name, (Bar(p.number, shown(p), _look(p, figures)),)) for name, p in named]
    told = "；".join(words.said(part, name) for name, part in named)
    summed = f"{len(items)}项，合计{shown(words.total(items, what))}"
    lacking = words.unpublished(unknown, depth)
    return _chart(
        figures,
        "专项经费",
        f"{what}（{summed}）",
        f"条形图：{what}，{summed}。从大到小：{told}。{lacking}",
        bars(rows, [lacking]),
        items,
    )


def _project_lines(figures: Figures) -> list[Figure]:
    paths = ((name.split("."), figure) for name, figure in figures.items())
    return [f for path, f in paths if path[0] == "项目支出" and path[3:] == ["预算"]]


def volumes(figures: Figures) -> Chart | None:
    """业务量: this year beside last, each item on a scale of its own."""
    pairs = [
        (this, last)
        for this in figures.values()
        if (path := this.name.split("."))[0] == "业务量" and path[2:] == ["本年"]
        if this.number is not None
        if (last := words.known(figures, f"业务量.{path[1]}.上年")) is not None
    ]
    if not pairs:
        return None
    drawn, rows, told = pairs[: words.MOST_ROWS], [], []
    for this, last in drawn:
        name, before = words.label(this, 2), f"上年{shown(last)}"
        now = f"本年{shown(this)}，{words.growth(figures, this, last)}"
        rows.append(Row(name, (Bar(last.number, before, PALE), Bar(this.number, now, MAIN))))
        told.append(f"{name}{before}，{now}")
    year, rest = words.year(figures), len(pairs) - len(drawn)
    left_out = f"另有{rest}项没有画出。" if rest else ""
    note = "各项各按自己的比例画，项与项之间不比长短。"
    return _chart(
        figures,
        "业务量",
        f"{year}业务量与上年比较",
        f"条形图：{year}业务量与上年比较。{'；'.join(told)}。{left_out}",
        bars(rows, [note if len(drawn) > 1 else "", left_out], own_scale=True),
        [
            figure
            for this, last in drawn
            for figure in (last, this, *words.growth_figures(figures, this))
        ],
    )


CHARTS: dict[str, Callable[[Figures], Chart | None]] = {
    "支出结构": expenditure,
    "预算与决算": budget_bridge,
    "三公经费": three_public,
    "专项经费": special_items,
    "业务量": volumes,
}


def _chart(
    figures: Figures, name: str, caption: str, alt: str, sheet: Sheet, drawn: Iterable[Figure]
) -> Chart:
    used = list(drawn)
    lacking = tuple(sheet.missing)
    note = f"图中用〓代替字库没有的字：{'、'.join(lacking)}。" if lacking else ""
    return Chart(
        name=name,
        caption=caption,
        alt=alt + note,
        svg=sheet.svg(),
        source=words.source_files(figures, used),
        figures=tuple(figure.name for figure in used if figure.name in figures),
        missing=lacking,
    )
