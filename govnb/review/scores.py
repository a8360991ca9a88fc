"""得分: the scores a department published, against what the indicator system gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar, Literal, NamedTuple

from pydantic import Field

from govnb.review.check import Check, Evidence, NamePattern
from govnb.review.finding import FAILED, HINT, NO_DATA, Finding, Side
from govnb.review.terms import printed
from govnb.review.world import World
from govnb.sheet.expression import canonical
from govnb.sheet.figure import Figure, exact
from govnb.sheet.published import PublishedFigure
from govnb.sheet.score import IndicatorScore, Score, half_digit, reproducible

_SECTIONS = ("评分依据", "绩效指标")
_TOO_HIGH, _TOO_LOW = "高于规则允许的最高分", "低于规则应得的分"

_OWN_WEIGHTS = "本地另有规定的，不用改；照抄通行表的，核对各条的分值。"
_RECOMPUTE = "改正指标值，或改正公式用到的数；两处口径不同的，写明“口径”。"
_ADD_UP = "重新加总，改正合计或写错的一项。"


class _Published(NamedTuple):
    """Points a report printed, and the bounds of what the rules give."""

    subject: str
    # What a message calls it, and the points as printed.
    item: str
    text: str
    value: Decimal
    low: Decimal
    high: Decimal
    # What would narrow the bounds, and the bounds under other readings.
    missing: tuple[str, ...]
    others: list[tuple[Decimal | None, Decimal | None]]
    left: Side


class ScoreCheck(Check):
    """得分: 公布的总分、各组和各指标的公布得分，与规则给的分、与它们的合计.

    Published points pass where the rules give exactly that, to the printed digits; inside
    bounds that evidence leaves open they can't be confirmed.
    """

    kind: Literal["得分"] = Field(alias="种类")
    published: NamePattern = Field(alias="公布", description="公布数里得分的名称")
    relates: ClassVar[bool] = True

    def find(self, world: World) -> Iterator[Finding]:
        """Compare the total, each indicator's points, and what they add up to."""
        yield self._total(world)
        for row in world.score.indicators if world.score else ():
            yield from self._row(row, world)
            yield from self._value(row, world)
        yield from self._sums(world.score, world) if world.score else self._form(world)
        for group, told in (world.score.hints if world.score else {}).items():
            found = self.finding(f"{group}.分值", FAILED, f"{told}。", severity=HINT)
            yield replace(found, advice=_OWN_WEIGHTS)

    def _total(self, world: World) -> Finding:
        source, scored = self._source(world), world.score
        if source is None:
            return self.not_applicable("", "没有公布得分")
        left = Side(str(self.published), exact(source.value), str(source.place))
        if scored is None:
            return self.no_data("", ["评分结果"], Evidence(left))
        if scored.is_partial or scored.low is None or scored.high is None:
            why = "只有部分指标" if scored.is_partial else "不计分"
            return self.not_applicable("", f"“{scored.title}”{why}，公布的总分无从核对")
        rows, text = scored.indicators, source.text.strip()
        others = [(r.total_low, r.total_high) for row in rows for r in row.readings]
        missing = tuple(name for row in rows for name in row.missing)
        given_points = (text, source.value, scored.low, scored.high)
        published = _Published("", "", *given_points, missing, others, left)
        return self._held(published, scored.title, f"。{scored.statement}")

    def _row(self, row: IndicatorScore, world: World) -> Iterator[Finding]:
        value, high = row.published, row.high
        if value is None or high is None:
            return
        figure = _stated(world, "公布得分", row.id, row.name)
        left = Side.of(figure) if figure else Side(row.name, exact(value), None)
        others = [(reading.low, reading.high) for reading in row.readings]
        low, text = high if row.low is None else row.low, printed(value, "分")
        points = (text, value, low, high)
        published = _Published(row.name, f"“{row.name}”", *points, row.missing, others, left)
        over = row.weight is not None and value > row.weight
        yield self._held(published, row.name, f"，也高于分值{row.weight}分" if over else "")

    def _held(self, given: _Published, name: str, more: str) -> Finding:
        low, high = given.low, given.high
        nearest = min(max(given.value, low), high)
        difference = given.value - nearest
        sides, within = (given.left, Side(name, exact(nearest), None)), half_digit(given.value)
        evidence = Evidence(*sides, difference, within)
        bounds = printed(high, "分") if low == high else f"{printed(low)}到{printed(high, '分')}"
        agrees = reproducible(given.value, low, high)
        if agrees:
            told = f"{given.item}公布{given.text}，按指标体系得{bounds}"
            return self.passed(given.subject, told, evidence)
        if agrees is None:
            # What an indicator asks for point by point is told of it as a whole.
            each = Counter(map(_section, {*given.missing}))
            several = (n if each[_section(n)] == 1 else _section(n) for n in given.missing)
            lacks = tuple(dict.fromkeys(several))
            told = f"{given.item}公布{given.text}，在可得的{bounds}之内，不能证实；"
            told += f"缺少：{'、'.join(lacks) or '原文没有写怎么计分'}"
            found = self.finding(given.subject, NO_DATA, told, evidence)
            return replace(found, missing=lacks) if given.subject else found
        words = {"项": given.item, "左": given.text, "右": bounds}
        words["差额"] = printed(abs(difference), "分")
        words["缘由"] = (_TOO_HIGH if difference > 0 else _TOO_LOW) + more
        # What another reading of the facts allows is for the department to declare, not wrong.
        others = (reproducible(given.value, *e) for e in given.others if None not in e)
        allowed = any(found is not False for found in others)
        return self.failed(given.subject, words, evidence, HINT if allowed else None)

    def _value(self, row: IndicatorScore, world: World) -> Iterator[Finding]:
        """Find a stated value (指标值) at odds with the one its formula gives."""
        stated = _stated(world, "指标值", row.id, row.name)
        if stated is None or stated.number is None or row.value is None or not row.formula:
            return
        difference = stated.number - row.value
        within = half_digit(stated.number)
        if stated.unit == row.unit and abs(difference) > within:
            told = f"“{row.name}”的指标值写{printed(stated.number, row.unit)}，"
            told += f"按公式{row.formula_filled}算出的却是{printed(row.value, row.unit)}"
            sides = Side.of(stated), Side(row.formula, exact(row.value), None)
            evidence = Evidence(*sides, difference, within)
            found = self.finding(f"{row.name}.指标值", FAILED, f"{told}。", evidence)
            yield replace(found, advice=_RECOMPUTE)

    def _form(self, world: World) -> Iterator[Finding]:
        """Find a total that isn't the sum of the points on the department's own form (自评表)."""
        department = world.inputs.department
        given = [target.published for target in department.targets.values()]
        given.append(department.self_evaluation.points)
        yield from self._whole([amount.value if amount else None for amount in given], world)

    def _sums(self, scored: Score, world: World) -> Iterator[Finding]:
        """Find published points of a group, or of the whole, that aren't the sum of theirs."""
        rows = [row for row in scored.indicators if row.counts is not False]
        if not scored.is_partial:
            yield from self._whole([row.published for row in rows], world)
        for group in dict.fromkeys(group for row in rows for group in row.groups):
            figure = _stated(world, "公布得分", group)
            if figure is not None and figure.number is not None:
                below = [row.published for row in rows if group in row.groups]
                yield from self._sum(group, Side.of(figure), figure.number, below)

    def _whole(self, points: list[Decimal | None], world: World) -> Iterator[Finding]:
        source = self._source(world)
        if source is not None:
            left = Side(str(self.published), exact(source.value), str(source.place))
            yield from self._sum("总分", left, source.value, points)

    def _sum(
        self, name: str, left: Side, stated: Decimal, points: list[Decimal | None]
    ) -> Iterator[Finding]:
        given = [value for value in points if value is not None]
        total = sum(given, Decimal(0))
        # Whole points were given as such; others may each have been rounded, and then the total.
        rounded = [half_digit(value) for value in given if value % 1]
        within = sum(rounded, half_digit(stated) if rounded or stated % 1 else Decimal(0))
        difference = stated - total
        # While some parts aren't known, their sum can only be too much.
        is_open = difference > 0 and len(given) < len(points)
        if given and abs(difference) > within and not is_open:
            right = Side("各项公布得分", exact(total), None)
            told = f"“{name}”公布{printed(stated, '分')}，所含各项的公布得分合计"
            told += f"{printed(total, '分')}，差{printed(abs(difference), '分')}。"
            evidence = Evidence(left, right, difference, within)
            yield replace(self.finding(f"{name}.合计", FAILED, told, evidence), advice=_ADD_UP)

    def _source(self, world: World) -> PublishedFigure | None:
        published = world.inputs.department.published
        return {canonical(k): v for k, v in published.items()}.get(str(self.published))


def _section(name: str) -> str:
    parts = name.split(".")
    return ".".join(parts[:2] if parts[0] in _SECTIONS else parts)


def _stated(world: World, field: str, *keys: str) -> Figure | None:
    names = (f"{section}.{key}.{field}" for section in _SECTIONS for key in keys)
    return next((world.figures[name] for name in names if name in world.figures), None)
