"""得分: the scores a department published, against what the indicator system allows."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from pydantic import Field

from govnb.review.check import Check, Evidence, NamePattern
from govnb.review.finding import HINT, Finding, Side
from govnb.review.terms import printed
from govnb.review.world import World
from govnb.sheet.expression import canonical
from govnb.sheet.figure import exact
from govnb.sheet.score import IndicatorScore, Score

_SECTIONS = ("评分依据", "绩效指标")
_TOO_HIGH = "高于规则允许的最高分"


class ScoreCheck(Check):
    """得分: 公布的总分、各指标的公布得分与规则允许的范围.

    Published scores, whole and by indicator, against what the indicator system allows.
    """

    kind: Literal["得分"] = Field(alias="种类")
    published: NamePattern = Field(alias="公布", description="公布数里得分的名称")

    def find(self, world: World) -> Iterator[Finding]:
        """Compare the total, then each indicator's points."""
        yield self._total(world)
        for row in world.score.indicators if world.score else ():
            if row.published is not None and row.high is not None:
                yield self._row(row, row.published, row.high, world)

    def _row(self, row: IndicatorScore, published: Decimal, high: Decimal, world: World) -> Finding:
        """Compare one indicator's published points with the most the rules allow it."""
        keys = [f"{part}.{key}.公布得分" for part in _SECTIONS for key in (row.id, row.name)]
        figure = next((world.figures[key] for key in keys if key in world.figures), None)
        left = Side.of(figure) if figure else Side(row.name, exact(published), None)
        right = Side(row.name, exact(high), None)
        bounds = _bounds(row.low, high)
        evidence = Evidence(left, right, published - high, row.within)
        if published <= high + row.within:
            told = f"“{row.name}”公布{printed(published, '分')}，按指标体系可得{bounds}"
            return self.passed(row.name, told, evidence)
        is_above = row.weight is not None and published > row.weight
        words = {
            "项": f"“{row.name}”",
            "左": printed(published, "分"),
            "右": bounds,
            "差额": printed(published - high, "分"),
            "缘由": f"高于分值{printed(row.weight or high, '分')}" if is_above else _TOO_HIGH,
        }
        allowed = max((r.high for r in row.readings if r.high is not None), default=high)
        severity = HINT if published <= allowed + row.within else None
        return self.failed(row.name, words, evidence, severity)

    def _total(self, world: World) -> Finding:
        given = {canonical(k): v for k, v in world.inputs.department.published.items()}
        source, scored = given.get(str(self.published)), world.score
        if source is None:
            return self.not_applicable("", "没有公布得分")
        left = Side(str(self.published), exact(source.value), str(source.place))
        if scored is None:
            return self.no_data("", ["评分结果"], Evidence(left))
        if scored.is_partial or scored.low is None or scored.high is None:
            why = "只有部分指标" if scored.is_partial else "不计分"
            return self.not_applicable("", f"“{scored.title}”{why}，公布的总分无从核对")
        low, high = scored.low, scored.high
        bounds = _bounds(low, high)
        nearest = min(max(source.value, low), high)
        right = Side(scored.title, exact(nearest), None)
        evidence = Evidence(left, right, source.value - nearest, Decimal(0))
        text = source.text.strip()
        if source.value == nearest:
            return self.passed("", f"公布{text}，在可得的{bounds}之内", evidence)
        why = _TOO_HIGH if source.value > high else "低于佐证能支持的最低分"
        words = {"项": "", "左": text, "右": bounds, "缘由": f"{why}。{scored.statement}"}
        words["差额"] = printed(abs(source.value - nearest), "分")
        # What another reading of the facts allows is for the department to declare, not wrong.
        severity = HINT if _under_another_reading(source.value, scored) else None
        return self.failed("", words, evidence, severity)


def _bounds(low: Decimal | None, high: Decimal) -> str:
    single = low is None or low == high
    return printed(high, "分") if single else f"{printed(low or Decimal(0))}到{printed(high, '分')}"


def _under_another_reading(value: Decimal, scored: Score) -> bool:
    readings = [reading for row in scored.indicators for reading in row.readings]
    bounds = [(r.total_low, r.total_high) for r in readings]
    return any(a is not None and b is not None and a <= value <= b for a, b in bounds)
