"""The small pieces of a page: title, key-figure cards, sign-off, provenance, result."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from govnb.files import write_whole
from govnb.report.bundle import bundle, piece
from govnb.report.provenance import Quote, panels
from govnb.report.sentences import is_budget, known
from govnb.report.style import dress
from govnb.sheet.figure import Figure, Figures, shown
from govnb.text.number import TO_FILL

# Where the department's own score is told, if there is no scoring table.
OWN_SCORE = "本单位得分"


@dataclass(frozen=True)
class Title:
    """The report's title and what a reader must know before reading on."""

    text: str
    verdict: str = ""
    # What matters most, a sentence each, with the anchor of where it is told.
    matters: tuple[tuple[str, str], ...] = ()
    trial: Mapping[str, str] = field(default_factory=dict)
    # Or the sentence that says what of it is made up.
    sample: bool | str = False
    # What the report prints for what the file doesn't say.
    unsaid: str = ""
    # Its sections in order, each with the heading it gets; none for the notebook's own order.
    outline: Sequence[tuple[str, str]] = ()

    @property
    def marks(self) -> tuple[str, ...]:
        """Sentences that keep a trial or a made-up department from passing for a report."""
        changes = "，".join(f"{name}＝{value}" for name, value in self.trial.items())
        trial = (f"试算，不是报告：{changes}。",) if self.trial else ()
        told = self.sample if isinstance(self.sample, str) else "示例：部门和数据都是虚构的。"
        return (*trial, *((told,) if self.sample else ()))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        told = [text for text, _ in self.matters]
        lines = [*self.marks, self.text, *filter(None, [self.verdict]), *told]
        structure = {
            "type": "title",
            "title": self.text,
            "marks": list(self.marks),
            "verdict": self.verdict,
            "matters": told,
            "unsaid": self.unsaid,
            "outline": [list(section) for section in self.outline],
        }
        return bundle(piece("title", self, dress()), "\n".join(lines), structure)


@dataclass(frozen=True)
class Cards:
    """The key figures, each a card linked to the part of the page that explains it."""

    figures: tuple[tuple[Figure, str], ...]
    extra: tuple[tuple[str, str, str], ...] = ()
    # What the report calls a figure, where that isn't its label.
    labels: Mapping[str, str] = field(default_factory=dict)

    def entries(self) -> list[tuple[str, str, str]]:
        """Return label, value and link of each card."""
        cards = [(self.labels.get(f.name, f.label), shown(f), target) for f, target in self.figures]
        return [*cards, *self.extra]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        entries = self.entries()
        text = "　".join(f"{label} {value}" for label, value, _ in entries)
        structure = {"type": "cards", "cards": [[label, value] for label, value, _ in entries]}
        return bundle(piece("cards", entries), text, structure)


def cards_of(figures: Figures, score: str, errors: int | None, own: str = "") -> Cards:
    """Return a department's cards; `errors` is None in the edition that doesn't tell of them.

    `own` is the department's own score, where there is none of an indicator system.
    """
    over = figures["支出.超支"].number
    balance = "支出.超支" if over is None or over > 0 else "支出.结余"
    # What is unknown is no key figure, but of a draft a place to fill in.
    wanted = {"收入": "收入", "支出": "支出", balance: "支出", "三公经费.控制率": "三公经费"}
    planned = {"收入预算": "收入预算", "预算安排": "支出"}
    if figures.unsaid != TO_FILL and not known(figures, "收入") and not known(figures, "支出"):
        wanted = planned | wanted
    extra = []
    if score:
        extra.append(("得分", f"{score.removesuffix('分')}分", "表-评分表"))
    if own:
        extra.append(("评价得分", f"{own}分", OWN_SCORE))
    if errors is not None:
        extra.append(("待改正", f"{errors}处", "复核意见"))
    labels = {"收入预算": "收入预算", "预算安排": "支出预算"}
    if known(figures, "收入.名称"):
        labels["收入"] = str(figures["收入.名称"].value)
    if is_budget(figures):
        labels |= {"支出.超支": "支出超过预算", "支出.结余": "预算结余"}
    shown_first = tuple(
        (figures[name], f"表-{table}")
        for name, table in wanted.items()
        if figures[name].value is not None or figures.unsaid == TO_FILL
    )
    return Cards(shown_first, tuple(extra), labels)


@dataclass(frozen=True)
class SignOff:
    """落款: the unit and the date, as the report prints it where that is stated (原文)."""

    unit: str
    date: str
    printed: str = ""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        lines = [line for line in (self.unit, self.printed or self.date) if line]
        structure = {"type": "signoff", "lines": lines, "date": self.date}
        return bundle(piece("sign_off", lines), "\n".join(lines), structure)


@dataclass(frozen=True)
class Panels:
    """Provenance panels of the figures a page shows; paper has the annex instead."""

    figures: Figures
    names: tuple[str, ...]
    # What a file says at a place; None for the public, who are told of no file.
    quote: Quote | None = str

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        page = f'<div class="gv-panels">{panels(self.figures, self.names, self.quote)}</div>'
        return bundle(page, f"（{len(self.names)} 个数的出处）", {"type": "panels"})


@dataclass(frozen=True)
class Result:
    """The machine-readable result, carried by the executed notebook itself."""

    data: dict[str, Any]

    def text(self) -> str:
        """Return the result as the JSON file holds it."""
        return json.dumps(self.data, ensure_ascii=False, indent=1) + "\n"

    def write(self, path: Path) -> None:
        """Write the JSON file whole or not at all."""
        write_whole(path, self.text().encode())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        structure = {"type": "result", "result": self.data}
        return bundle("", f"机器可读结果：{len(self.data['figures'])} 个指标", structure)
