"""The sentence under the scoring table: the total, and whether the published score holds.

A published score outside the interval can't be reproduced. If it could under another
reading of the facts, the sentence says which assumption that hangs on and what the bounds
would be under the other one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from govnb.sheet import score_words as words
from govnb.sheet.score import IndicatorScore, ReadingScore, Score, interval_text, reproducible


@dataclass(frozen=True)
class Marked:
    """A row of the table with its other readings."""

    row: IndicatorScore
    readings: tuple[ReadingScore, ...]

    def finished(self) -> IndicatorScore:
        """Return the row, its reason saying what the other readings would give."""
        row = replace(self.row, readings=self.readings)
        said = [row.reason, *(_other(row, reading) for reading in self.readings)]
        if row.reproducible is False:
            printed = words.points(row.published or Decimal(0))
            said.append(f"公布的 {printed} 分不可复现")
        return replace(row, reason="；".join(said))


def _other(row: IndicatorScore, reading: ReadingScore) -> str:
    points = interval_text(reading.low, reading.high)
    said = [f"指标值 {_value(reading, row)}" if reading.value is not None else ""]
    said += [f"得 {points} 分" if points else "", "不计入"]
    taken = f"另一口径{words.quoted(reading.name)}（{_taken(reading)}）"
    return f"{taken}：{'，'.join(filter(None, said))}"


def _taken(reading: ReadingScore) -> str:
    """Return what a reading takes instead: other values, else the other formula's numbers."""
    return reading.assumption or reading.formula_filled


def _value(reading: ReadingScore | IndicatorScore, row: IndicatorScore) -> str:
    return words.in_unit(reading.value or Decimal(0), row.unit)


def verdict(made: Score) -> Score:
    """Return the score with its sentence."""
    said = [_total(made), _published(made)]
    return replace(made, statement="".join(filter(None, said)))


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
    return _not_reproducible(made, printed)


def _not_reproducible(made: Score, printed: str) -> str:
    assert made.published is not None and made.low is not None and made.high is not None
    above = made.published > made.high
    if made.low == made.high:
        said = f"公布的 {printed} 分与重算的 {words.points(made.low)} 分不同，不可复现"
    else:
        side, bound = ("高于", made.high) if above else ("低于", made.low)
        end = "上限" if above else "下限"
        said = f"公布的 {printed} 分{side}按现有依据可得的{end} {words.points(bound)} 分，不可复现"
    moving = [
        (row, reading)
        for row in made.indicators
        for reading in row.readings
        if _moves(made, reading, above)
    ]
    settling = [(row, reading) for row, reading in moving if _holds(made, reading)]
    if settling:
        return f"{said}。{''.join(_hangs_on(made, *pair, above) for pair in settling)}"
    lost = [f"{row.name} {words.points(row.lost)} 分" for row in made.indicators if row.lost]
    scaled = "（按剔除后折算的分数）" if any(row.share != 1 for row in made.indicators) else ""
    said += f"。确定失分{scaled}：{'、'.join(lost)}。" if lost and above else "。"
    return said + "".join(_even_if(*pair, above) for pair in moving)


def _moves(made: Score, reading: ReadingScore, above: bool) -> bool:
    """Tell whether a reading moves the bound that the published score is beyond."""
    if reading.total_low is None or reading.total_high is None:
        return False
    assert made.low is not None and made.high is not None
    return reading.total_high > made.high if above else reading.total_low < made.low


def _holds(made: Score, reading: ReadingScore) -> bool:
    found = reproducible(made.published, reading.total_low, reading.total_high, made.within)
    return found is not False


def _even_if(row: IndicatorScore, reading: ReadingScore, above: bool) -> str:
    bound = reading.total_high if above else reading.total_low
    return (
        f"即使{words.quoted(row.name)}改按{words.quoted(reading.name)}（{_taken(reading)}），"
        f"总分{'上限' if above else '下限'}也只是 {words.points(bound or Decimal(0))} 分。"
    )


def _hangs_on(made: Score, row: IndicatorScore, reading: ReadingScore, above: bool) -> str:
    assert made.published is not None
    assert reading.total_low is not None and reading.total_high is not None
    filled = f"{row.formula_filled} = {_value(row, row)}" if row.value is not None else "未定"
    points = interval_text(row.low, row.high)
    because = f"{words.quoted(row.name)}所依据的假设"
    basis = f"——{row.basis}" if row.basis else ""
    other = interval_text(reading.low, reading.high)
    again = f"{_value(reading, row)}，" if reading.value is not None else ""
    end = "上限" if above else "下限"
    bound = words.points(reading.total_high if above else reading.total_low)
    printed = words.points(made.published)
    return (
        f"这取决于{because}{basis}：{filled}，得 {points} 分。"
        f"若改按{words.quoted(reading.name)}（{_taken(reading)}），该项为 {again}得 {other} 分，"
        f"总分{end}为 {bound} 分，公布的 {printed} 分在区间之内。"
    )
