"""The review annex (复核意见): what is wrong, the evidence on both sides, how to settle it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from govnb.present.bundle import anchor, bundle, escape
from govnb.present.provenance import exact_text, figure_button
from govnb.present.tables import Cell, Row, Table
from govnb.review.finding import (
    EXPLAINED,
    NO_DATA,
    NOT_APPLICABLE,
    PASSED,
    SEVERITIES,
    Finding,
    Review,
    Side,
)
from govnb.sheet.figure import Figure, Figures, digits, exact

COLUMNS = ("序号", "程度", "意见", "核对双方", "差额", "怎样处理")


@dataclass(frozen=True)
class Findings:
    """Every finding that wants attention, worst first; what passed is counted and folded away."""

    review: Review
    figures: Figures
    source: str

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings still to be settled, by severity."""
        return tuple(f for severity in SEVERITIES for f in self.review.open_of(severity))

    @property
    def explained(self) -> tuple[Finding, ...]:
        """The findings the department has explained."""
        return self._in_state(EXPLAINED)

    @property
    def names(self) -> tuple[str, ...]:
        """The figures named on either side of a finding shown."""
        sides = (side for f in (*self.open, *self.explained) for side in (f.left, f.right))
        named = (side.figure for side in sides if side.figure is not None)
        return tuple(dict.fromkeys(name for name in named if name in self.figures))

    def _in_state(self, state: str) -> tuple[Finding, ...]:
        return tuple(f for f in self.review.findings if f.state == state)

    @property
    def summary(self) -> str:
        """One sentence with the counts of every severity and state."""
        counts = self.review.counts
        wrong = "，".join(f"{s}{counts[s]}处" for s in SEVERITIES)
        others = (PASSED, EXPLAINED, NO_DATA, NOT_APPLICABLE)
        rest = "，".join(f"{s}{counts[s]}项" for s in others if counts[s])
        return f"待处理：{wrong}。{rest}。"

    def table(self) -> Table:
        """Return the open and explained findings as a table, for paper and terminal."""
        findings = (*self.open, *self.explained)
        rows = [
            Row((Cell(str(n)), *(Cell(text) for text in self._cells(finding))))
            for n, finding in enumerate(findings, 1)
        ]
        return Table(
            "复核意见", "复核意见", COLUMNS, tuple(rows), self.figures, self.source,
            notes=(self.summary,), text_columns=frozenset(range(len(COLUMNS))),
        )  # fmt: skip

    def _cells(self, finding: Finding) -> Sequence[str]:
        state = finding.state if finding.state == EXPLAINED else finding.severity
        sides = "；".join(filter(None, (self._side(s) for s in (finding.left, finding.right))))
        return state, finding.message, sides, self._difference(finding), self._settling(finding)

    def _side(self, side: Side) -> str:
        if side.value is None and not side.figure:
            return ""
        name = f"{side.figure} " if side.figure else ""
        origin = f"（{side.origin}）" if side.origin else ""
        return f"{name}{self._value(side)}{origin}"

    def _settling(self, finding: Finding) -> str:
        said = finding.acknowledgement
        if said is None:
            return finding.advice
        return f"{said.explanation}（{said.by}，{said.date}）"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        items = "".join(self._item(finding) for finding in (*self.open, *self.explained))
        page = (
            f'<div class="gv-review"><p>{escape(self.summary)}</p>'
            f'<ol class="gv-findings">{items}</ol>'
            f"{_folded('缺数据，没有核对', self._in_state(NO_DATA))}"
            f"{_folded('核对通过', self._in_state(PASSED))}"
            f"{f'<p>{self.table().download()}</p>' if items else ''}</div>"
        )
        # The heading above names the table already.
        return bundle(page, self.text(), {**self.table().structure(), "title": ""})

    def text(self) -> str:
        """Return the findings for a terminal, one paragraph each; then what couldn't be checked."""
        blocks = [self.summary]
        for n, finding in enumerate((*self.open, *self.explained), 1):
            state, message, sides, difference, settling = self._cells(finding)
            lines = [f"{n}. [{state}] {message}", f"   编号：{finding.id}"]
            follows = "、".join(finding.follows)
            rest = (("双方", sides), ("差额", difference), ("连带", follows), ("处理", settling))
            lines += [f"   {label}：{said}" for label, said in rest if said]
            blocks.append("\n".join(lines))
        unknown = self._in_state(NO_DATA)
        if unknown:
            lines = [f"{NO_DATA}，没有核对：{len(unknown)}项"]
            lines += [f"   {finding.id}：{finding.message}" for finding in unknown]
            blocks.append("\n".join(lines))
        return "\n\n".join(blocks)

    def _item(self, finding: Finding) -> str:
        kind = "explained" if finding.state == EXPLAINED else _KIND[finding.severity]
        state = finding.state if finding.state == EXPLAINED else finding.severity
        sides = "".join(
            f"<li>{self._side_html(side)}</li>"
            for side in (finding.left, finding.right)
            if side.value is not None or side.figure
        )
        difference = self._difference(finding)
        rows = [
            ("双方", f"<ul>{sides}</ul>" if sides else ""),
            ("差额", escape(difference)),
            ("连带", escape("、".join(finding.follows))),
            ("说明" if finding.acknowledgement else "处理", escape(self._settling(finding))),
            ("编号", f"<code>{escape(finding.id)}</code>"),
        ]
        body = "".join(f"<dt>{key}</dt><dd>{value}</dd>" for key, value in rows if value)
        return (
            f'<li class="gv-finding gv-{kind}" id="{escape(anchor("复核", finding.id))}">'
            f'<p><strong class="gv-severity">{escape(state)}</strong> {escape(finding.message)}</p>'
            f"<dl>{body}</dl></li>"
        )

    def _side_html(self, side: Side) -> str:
        origin = f" <code>{escape(side.origin)}</code>" if side.origin else ""
        figure = self.figures.get(side.figure or "")
        if figure is not None and side.value == exact_value(figure):
            button = figure_button(figure, exact_text(figure))
            return f"{escape(figure.label)} {button}{origin}"
        name = f"{escape(side.figure)} " if side.figure else ""
        return f"{name}{escape(self._value(side))}{origin}"

    def _decimals(self, *sides: Side) -> int:
        """Return the places that the figures of a finding print."""
        known = (self.figures.get(side.figure or "") for side in sides)
        return max((figure.decimals for figure in known if figure), default=2)

    def _value(self, side: Side) -> str:
        """Return a side's number, cut where digits stop informing; other text as it is."""
        text = self.figures.unsaid if side.value is None else side.value
        return digits(Decimal(text), self._decimals(side)) if _NUMBER.fullmatch(text) else text

    def _difference(self, finding: Finding) -> str:
        if finding.difference is None:
            return ""
        places, allowed = self._decimals(finding.left, finding.right), finding.tolerance
        beyond = f"（容差{digits(allowed, places)}）" if allowed is not None else ""
        return f"{digits(finding.difference, places)}{beyond}"


_KIND = dict(zip(SEVERITIES, ("error", "residue", "hint"), strict=True))


def exact_value(figure: Figure) -> str | None:
    """Return a figure's value as a finding's side holds it."""
    return None if figure.value is None else exact(figure.value)


def verdict(review: Review, *, annexed: bool) -> str:
    """Return the one line at the head of a report that has open errors, else an empty string."""
    count = len(review.open_errors)
    if not count:
        return ""
    where = "，见附件“复核意见”" if annexed else ""
    return f"本报告有{count}处错误尚未改正或说明{where}。"


def _folded(title: str, findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    items = "".join(f"<li>{escape(f.message)}</li>" for f in findings)
    return f"<details><summary>{title}：{len(findings)}项</summary><ul>{items}</ul></details>"


_NUMBER = re.compile(r"-?\d+\.\d+", re.ASCII)
