"""The review annex (复核意见): what is wrong, the evidence on both sides, how to settle it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from govnb.report.bundle import anchor, bundle, piece
from govnb.report.provenance import exact_text
from govnb.report.tables import Cell, Row, Table
from govnb.review.finding import (
    EXPLAINED,
    FAILED,
    NO_DATA,
    NOT_APPLICABLE,
    PASSED,
    RESIDUE,
    SEVERITIES,
    SPENDING,
    TOO_LITTLE,
    Finding,
    Review,
    Side,
)
from govnb.sheet.figure import Figure, Figures, counted_in, digits, exact, rounded, shown
from govnb.sheet.score import Score
from govnb.sheet.score_words import points
from govnb.text.number import TO_FILL
from govnb.text.values import MONEY_UNITS

COLUMNS = ("序号", "程度", "意见", "核对双方", "差额", "怎样处理")


@dataclass(frozen=True)
class Findings:
    """Every finding that wants attention, worst first; what passed is counted and folded away."""

    review: Review
    figures: Figures
    source: str
    # False for a part of a department, of which little may be known by right.
    is_whole: bool = True

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings still to be settled, by severity."""
        return tuple(f for severity in SEVERITIES for f in self.review.open_of(severity))

    @cached_property
    def listed(self) -> tuple[Finding, ...]:
        """Those, and behind them the findings that the department has explained."""
        return (*self.open, *self._in_state(EXPLAINED))

    @property
    def names(self) -> tuple[str, ...]:
        """The figures named on either side of a finding shown."""
        sides = (side for f in self.listed for side in (f.left, f.right))
        named = (side.figure for side in sides if side.figure is not None)
        return tuple(dict.fromkeys(name for name in named if name in self.figures))

    def _in_state(self, state: str) -> tuple[Finding, ...]:
        return tuple(f for f in self.review.findings if f.state == state)

    @property
    def summary(self) -> str:
        """One sentence with the counts of every severity and state."""
        counts = self.review.counts
        thin = too_little(self.figures) if self.is_whole else ""
        thin = f"{thin}。" if thin else ""
        wrong = "，".join(f"{s}{counts[s]}处" for s in SEVERITIES)
        others = (PASSED, EXPLAINED, NO_DATA, NOT_APPLICABLE)
        rest = "，".join(f"{s}{counts[s]}项" for s in others if counts[s])
        return f"{thin}待处理：{wrong}。" + (f"{rest}。" if rest else "")

    def table(self) -> Table:
        """Return the open and explained findings as a table, for paper and terminal."""
        rows = [
            Row((Cell(str(n)), *(Cell(text) for text in self.cells(finding))))
            for n, finding in enumerate(self.listed, 1)
        ]
        return Table(
            "复核意见", "复核意见", COLUMNS, tuple(rows), self.figures, self.source,
            notes=(self.summary,), text_columns=frozenset(range(len(COLUMNS))),
        )  # fmt: skip

    def cells(self, finding: Finding) -> Sequence[str]:
        """Return a finding's row: state, message, both sides, difference, how to settle it."""
        state = finding.state if finding.state == EXPLAINED else finding.severity
        sides = "；".join(
            f"{self._side(side)}{f'（{side.origin}）' if side.origin else ''}"
            for side in _sides(finding)
        )
        return state, finding.message, sides, self._difference(finding), self._settling(finding)

    def sides(self, finding: Finding) -> Iterator[tuple[Figure | None, str, str]]:
        """Yield both sides: the figure as it now is, if it is, what it says, and its origin."""
        for side in _sides(finding):
            figure = self.figures.get(side.figure or "")
            is_own = figure is not None and side.value == exact_value(figure)
            said = exact_text(figure) if figure and is_own else self._side(side)
            yield figure if is_own else None, said, side.origin or ""

    def kind(self, finding: Finding) -> str:
        """Return what a page tints a finding by."""
        return "explained" if finding.state == EXPLAINED else _KIND[finding.severity]

    def _side(self, side: Side) -> str:
        return f"{side.figure} {self._value(side)}" if side.figure else self._value(side)

    def _settling(self, finding: Finding) -> str:
        said = finding.acknowledgement
        if said is None:
            return finding.advice
        return f"{said.explanation}（{said.by}，{said.date}）"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        passed, lacking = self._in_state(PASSED), len(self._in_state(NO_DATA))
        folded = [("缺数据，没有核对", lacking, self.wanting)]
        folded.append(("核对通过", len(passed), _summed(passed)))
        # The heading above names the table already.
        return bundle(
            piece("findings", self, folded), self.text(), {**self.table().structure(), "title": ""}
        )

    def text(self) -> str:
        """Return the findings for a terminal, one paragraph each; then what couldn't be checked."""
        blocks = [self.summary]
        for n, finding in enumerate(self.listed, 1):
            state, message, sides, difference, settling = self.cells(finding)
            lines = [f"{n}. [{state}] {message}", f"   编号：{finding.id}"]
            follows = "、".join(finding.follows)
            rest = (("双方", sides), ("差额", difference), ("连带", follows), ("处理", settling))
            lines += [f"   {label}：{said}" for label, said in rest if said]
            blocks.append("\n".join(lines))
        if wanting := self.wanting:
            head = f"{NO_DATA}，没有核对：{len(self._in_state(NO_DATA))}项。补上下列各项就能核对："
            blocks.append("\n   ".join([head, *wanting]))
        return "\n\n".join(blocks)

    @property
    def wanting(self) -> list[str]:
        """What to fill in, a line a section, with the checks that wait for it."""
        names: dict[str, dict[str, None]] = {}
        checks: dict[str, dict[str, None]] = {}
        others = []
        for finding in self._in_state(NO_DATA):
            for name in finding.missing:
                section, _, item = name.partition(".")
                names.setdefault(section, {})[item] = None
                checks.setdefault(section, {})[finding.id] = None
            if not finding.missing:
                others.append(f"{finding.id}：{finding.message}")
        told = []
        for section, items in names.items():
            inside = "、".join(filter(None, items))
            what = f"{section}：{inside}" if inside else section
            told.append(f"{what}（{'、'.join(checks[section])}）")
        return told + others

    def to_explain(self) -> str:
        """Return the open findings as 已说明, to be pasted into the file; nothing without any."""
        lines = []
        for finding in self.open:
            lines += [f"  - 编号: {_scalar(finding.id)}"]
            lines += [f"    {key}: {TO_FILL}" for key in ("说明", "说明人", "日期")]
            if finding.difference is not None:
                size = self._size(finding, finding.difference)
                lines.append(f"    差额: {size.rstrip('…')}")
        return "\n".join(["已说明:", *lines]) if lines else ""

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
        allowed = finding.tolerance
        beyond = f"（容差{self._size(finding, allowed)}）" if allowed is not None else ""
        return f"{self._size(finding, finding.difference)}{beyond}"

    def _size(self, finding: Finding, number: Decimal) -> str:
        return digits(number, self._decimals(finding.left, finding.right))


def _sides(finding: Finding) -> list[Side]:
    """Return the sides of a finding that say something."""
    return [s for s in (finding.left, finding.right) if s.value is not None or s.figure]


_KIND = dict(zip(SEVERITIES, ("error", "residue", "hint"), strict=True))


def _scalar(text: str) -> str:
    """Return a text as YAML takes it for one."""
    is_plain = re.fullmatch(r"[\w《“（](?:[^#:]|:(?! ))*(?<![:\s])", text)
    return text if is_plain else json.dumps(text, ensure_ascii=False)


def exact_value(figure: Figure) -> str | None:
    """Return a figure's value as a finding's side holds it."""
    return None if figure.value is None else exact(figure.value)


def too_little(figures: Figures) -> str:
    """Return 资料不足 and why, where too little is known to pass a verdict; else nothing."""
    known = any(name in figures and figures[name].number is not None for name in SPENDING)
    return "" if known else f"{TOO_LITTLE}，不能下结论：支出{figures.unsaid_word}"


def verdict(review: Review, figures: Figures) -> str:
    """Return what the head of a report says of open errors, and of too little being known."""
    count = len(review.open_errors)
    wrong = f"本报告有{count}处待改正，见附件“复核意见”。" if count else ""
    thin = too_little(figures)
    return (f"{thin}。" if thin else "") + wrong


def matters(review: Review, figures: Figures, score: Score | None) -> tuple[tuple[str, str], ...]:
    """Return what matters most in a report, a sentence and its anchor each.

    The largest overspend, the largest difference nobody explained, what the score hangs on.
    """
    told = (_overspent(figures), _unexplained(review, figures), _hanging(score))
    return tuple(filter(None, told))


def _overspent(figures: Figures) -> tuple[str, str] | None:
    """Return the line of the budget that was overspent most."""
    ends = (".差异", ".超支")
    over = [f for n, f in figures.items() if n.count(".") > 1 and n.endswith(ends)]
    over = [
        f for f in over if f.unit in MONEY_UNITS and rounded(f.number or Decimal(0), f.decimals) > 0
    ]
    if not over:
        return None
    most = max(over, key=lambda figure: figure.number or 0)
    section, *_, item, _ = most.name.split(".")
    rate = figures.get(f"{most.name}率")
    most = counted_in(most, figures.sheet.money.printed)
    share = f"（{shown(rate)}）" if rate is not None and rate.number is not None else ""
    return f"超支最多的是{item}：比预算多{shown(most)}{share}。", anchor("表", section)


def _unexplained(review: Review, figures: Figures) -> tuple[str, str] | None:
    """Return the open finding with the largest amount between its sides."""
    sizes = {}
    for finding in (f for f in review.findings if f.state == FAILED and f.severity != RESIDUE):
        sides = [figures.get(s.figure or "") for s in (finding.left, finding.right)]
        units = [figure.unit for figure in sides if figure and figure.unit in MONEY_UNITS]
        if units and finding.difference:
            sizes[finding.id] = abs(finding.difference) * MONEY_UNITS[units[0]]
    if not sizes:
        return None
    (largest,) = (f for f in review.findings if f.id == max(sizes, key=lambda i: sizes[i]))
    said, money = largest.message, figures.sheet.money
    if money.printed != money.unit:
        # The finding counts in the file's unit, the report around this sentence in its own.
        both = (figures.get(s.figure or "") for s in (largest.left, largest.right))
        one = next(figure for figure in both if figure and figure.unit in MONEY_UNITS)
        gap = one._replace(value=abs(largest.difference or Decimal(0)), derived=True)
        said = f"{one.label}与核对的数相差{shown(counted_in(gap, money.printed))}。"
    return f"差额最大的一处：{said}", anchor("复核", largest.id)


def _hanging(score: Score | None) -> tuple[str, str] | None:
    """Return which indicators' evidence moves the score most."""
    if score is None or not score.narrowing:
        return None
    named = "、".join(f"“{row.name}”{points(row.at_stake)}分" for row in score.narrowing[:3])
    more = "等" if len(score.narrowing) > 3 else ""
    return f"得分{score.total_text}分，要看{named}{more}的佐证。", anchor("表", "待补佐证")


def _summed(findings: Sequence[Finding]) -> list[str]:
    """Return what findings say; what several say in the same words is said once, with whose."""
    said: dict[str, list[str]] = {}
    for finding in findings:
        said.setdefault(finding.message, []).append(finding.id)
    return [
        message if len(ids) == 1 else f"{message}（{len(ids)}项：{'、'.join(ids)}）"
        for message, ids in said.items()
    ]


_NUMBER = re.compile(r"-?\d+\.\d+", re.ASCII)
