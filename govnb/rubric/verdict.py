"""The sentence under the scoring table: the total, and whether the published score holds.

A published score outside the interval can't be reproduced. If it could under another
reading of the facts, the sentence says which assumption that hangs on and what the bounds
would be under the other one.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from govnb.sheet import score_words as words
from govnb.sheet.score import IndicatorScore, ReadingScore, Score, interval_text, reproducible


def with_readings(row: IndicatorScore) -> IndicatorScore:
    """Return a row whose reason says what its other readings would give."""
    said = [row.reason]
    for other in row.readings:
        points = interval_text(other.low, other.high)
        value = f"指标值 {_in_unit(other.value, row)}" if other.value is not None else ""
        gives = "，".join(filter(None, [value, f"得 {points} 分" if points else "", "不计入"]))
        said.append(f"另一口径{words.quoted(other.name)}（{_taken(other)}）：{gives}")
    if row.reproducible is False and row.published is not None:
        said.append(f"公布的 {words.points(row.published)} 分不可复现")
    return replace(row, reason="；".join(said))


def with_verdict(made: Score) -> Score:
    """Return the score with its sentence."""
    return replace(made, statement=_total(made) + _published(made))


def _taken(reading: ReadingScore) -> str:
    return reading.assumption or reading.formula_filled


def _in_unit(value: Decimal | None, row: IndicatorScore) -> str:
    return words.in_unit(value or Decimal(0), row.unit)


def _total(made: Score) -> str:
    if made.low is None or made.high is None:
        if made.is_weighted:
            return "各项指标都不适用，全部剔除，没有可计的分。"
        return f"“{made.title}”不带分值，只出指标值，不计分。"
    full = words.points(made.full)
    if made.is_partial:
        return f"部分指标体系，满分{full}：得 {made.total_text} 分，不能评定等级。"
    grade = f"，等级 {made.grade_text}" if made.grades else ""
    if made.ungraded:
        grade = f"，不评等级（{made.ungraded}）"
    if made.low == made.high:
        return f"满分 {full} 分，得 {made.total_text} 分{grade}。"
    gaps = len(made.narrowing)
    return f"满分 {full} 分，有 {gaps} 项缺依据，得分在 {made.total_text} 分之间{grade}。"


def _published(made: Score) -> str:
    if made.published is None or made.low is None or made.high is None:
        return ""
    printed = words.points(made.published)
    if made.is_partial:
        return f"公布的 {printed} 分是全表的得分，不能与部分体系比较。"
    if made.reproducible is True:
        if made.published != made.low:
            return f"公布的 {printed} 分与重算的 {made.total_text} 分只差四舍五入，一致。"
        return f"公布的 {printed} 分与重算一致。"
    if made.reproducible is None:
        by_rounding = "" if made.low <= made.published <= made.high else "（计入四舍五入）"
        return f"公布的 {printed} 分在可得区间之内{by_rounding}，但缺依据，不能证实。"
    above = made.published > made.high
    side, end, bound = ("高于", "上限", made.high) if above else ("低于", "下限", made.low)
    said = f"公布的 {printed} 分{side}按现有依据可得的{end} {words.points(bound)} 分，不可复现"
    if made.low == made.high:
        said = f"公布的 {printed} 分与重算的 {words.points(bound)} 分不同，不可复现"
    return said + _why(made, above)


def _why(made: Score, above: bool) -> str:
    name, end = ("total_high", "上限") if above else ("total_low", "下限")
    bound = (made.high if above else made.low) or Decimal(0)
    moving = [
        (row, other, moved)
        for row in made.indicators
        for other in row.readings
        if (moved := getattr(other, name)) is not None
        and (moved > bound if above else moved < bound)
    ]
    settling = [
        _hangs_on(made, row, other, f"总分{end}为 {words.points(moved)} 分")
        for row, other, moved in moving
        if reproducible(made.published, other.total_low, other.total_high, made.within) is not False
    ]
    if settling:
        return f"。{''.join(settling)}"
    lost = [f"{row.name} {words.points(row.lost)} 分" for row in made.indicators if row.lost]
    scaled = "（按剔除后折算的分数）" if any(row.share != 1 for row in made.indicators) else ""
    said = f"。确定失分{scaled}：{'、'.join(lost)}。" if lost and above else "。"
    return said + "".join(
        f"即使{words.quoted(row.name)}改按{words.quoted(other.name)}（{_taken(other)}），"
        f"总分{end}也只是 {words.points(moved)} 分。"
        for row, other, moved in moving
    )


def _hangs_on(made: Score, row: IndicatorScore, reading: ReadingScore, moved: str) -> str:
    given = row.value is not None
    filled = f"{row.formula_filled} = {_in_unit(row.value, row)}" if given else "未定"
    basis = f"——{row.basis}" if row.basis else ""
    again = f"{_in_unit(reading.value, row)}，" if reading.value is not None else ""
    printed = words.points(made.published or Decimal(0))
    return (
        f"这取决于{words.quoted(row.name)}所依据的假设{basis}：{filled}，"
        f"得 {interval_text(row.low, row.high)} 分。"
        f"若改按{words.quoted(reading.name)}（{_taken(reading)}），该项为 {again}"
        f"得 {interval_text(reading.low, reading.high)} 分，"
        f"{moved}，公布的 {printed} 分在区间之内。"
    )
