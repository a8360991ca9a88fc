"""公布数: every figure the published report printed against the recomputed one.

A printed number stands for every value that rounds to it. It agrees (通过) when the recomputed
value is one of them; when only the rounding of the inputs leaves room for it, it is 尾差; else
it is 错误, with the slip it looks like.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal

from govnb.evaluate.checks.causes import Misprint, causes
from govnb.evaluate.checks.context import Evidence, Say, World
from govnb.evaluate.checks.rounding import HALF, Spread
from govnb.evaluate.checks.terms import printed
from govnb.evaluate.compute import SCORE, UNCOMPUTABLE
from govnb.evaluate.expression import canonical
from govnb.evaluate.figure import Figure, Figures, exact
from govnb.evaluate.finding import FAILED, PASSED, Finding, Side
from govnb.inputs.check_rules import HINT, RESIDUE, PublishedRule
from govnb.inputs.place import Fault
from govnb.inputs.published import PublishedFigure
from govnb.inputs.read import Inputs
from govnb.inputs.suggest import did_you_mean
from govnb.inputs.values import MONEY_UNIT, MONEY_UNITS

_SAME_UNITS = ({"人", "名"}, {"㎡", "平方米"}, {"%", "百分点", "个百分点"})


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A published value in the figure's unit, beside the recomputed one."""

    name: str
    figure: Figure
    source: PublishedFigure
    value: Decimal
    half: Decimal
    spread: Spread

    def agrees(self, recomputed: Decimal) -> bool:
        """Tell whether the recomputed value prints as the published one."""
        return abs(self.value - recomputed) <= self.half

    @property
    def overlaps(self) -> bool:
        """Whether rounding of the inputs leaves room for the published value."""
        number = self.figure.number or Decimal(0)
        low, high = number - self.spread.below, number + self.spread.above
        return self.value + self.half >= low and self.value - self.half <= high

    @property
    def is_cut(self) -> bool:
        """Whether the published value is the recomputed one with its last digits cut off."""
        number = self.figure.number or Decimal(0)
        return number.quantize(2 * self.half, rounding=ROUND_DOWN) == self.value


def published(rule: PublishedRule, world: World, say: Say) -> Iterator[Finding]:
    """Compare every published figure with the recomputed one."""
    given = world.inputs.department.published
    if not given:
        yield say.not_applicable("", "参数文件没有写公布数")
    for key, source in given.items():
        name = canonical(key)
        if name != SCORE:
            yield _one(name, source, rule, world, say)


def _one(
    name: str, source: PublishedFigure, rule: PublishedRule, world: World, say: Say
) -> Finding:
    figure = world.figures[name]
    scale = factor(source, figure, world.inputs)
    assert scale is not None, "check_published refuses other units"
    value = source.value * scale
    half = HALF.scaleb(-source.decimals) * scale
    left = Side(name, exact(value), str(source.place))
    if figure.number is None:
        return _unknown(name, source, left, world, say)
    comparison = _Comparison(name, figure, source, value, half, world.rounding.of(name))
    evidence = Evidence(left, Side.of(figure), value - figure.number, _tolerance(comparison))
    told = f"“{figure.label}”公布{source.text.strip()}，重算{_recomputed(comparison)}"
    if comparison.agrees(figure.number):
        return say(name, PASSED, f"{told}，相符", evidence)
    if (source.approximate or figure.approximate) and _about(comparison):
        return say(name, PASSED, f"{told}，是约数，相符", evidence)
    if fixed := rule.fixed_tolerance:
        comparison = replace(comparison, spread=Spread(fixed, fixed))
    if comparison.overlaps or comparison.is_cut:
        why = "像是截去了尾数，没有四舍五入" if comparison.is_cut else "所用各数四舍五入可以造成"
        return say(name, FAILED, f"{told}，是尾差：{why}", evidence, RESIDUE)
    if culprit := _mended(comparison, world):
        note = f"按“{culprit}”的分项之和重算则相符，错在该合计，见 {culprit} 的核对"
        return say(name, PASSED, f"{told}；{note}", evidence)
    slips = causes(Misprint(figure, value, half, comparison.spread.above), world.figures)
    words = {
        "项": name,
        "左名": figure.label,
        "左": source.text.strip(),
        "右名": figure.formula or name,
        "右": _recomputed(comparison),
        "差额": printed(abs(value - figure.number), _points(figure.unit), max(2, source.decimals)),
        "缘由": "；".join(slips),
    }
    return say.failed(name, words, evidence)


def _unknown(name: str, source: PublishedFigure, left: Side, world: World, say: Say) -> Finding:
    figure = world.figures[name]
    evidence = Evidence(left, Side.of(figure))
    if not figure.reason.startswith(UNCOMPUTABLE):
        return say.no_data(name, world.terms.missing(name), evidence)
    if name in world.zero_growth:
        return say.not_applicable(name, f"{figure.reason}，见 {world.zero_growth[name]}")
    severity = None if source.value else HINT
    why = figure.reason.removeprefix(f"{UNCOMPUTABLE}：")
    message = f"“{figure.label}”公布{source.text.strip()}，但{why}，这个数没有意义"
    return say(name, FAILED, message, evidence, severity)


def _tolerance(comparison: _Comparison) -> Decimal:
    room = comparison.spread
    return comparison.half + max(room.below, room.above)


def _about(comparison: _Comparison) -> bool:
    """Tell whether two values of which one is a 约数 can be the same."""
    if not comparison.source.approximate:
        return comparison.overlaps
    number = comparison.figure.number or Decimal(0)
    exponent = comparison.value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    top = comparison.value + Decimal(1).scaleb(exponent)
    return comparison.value <= number + comparison.spread.above and number < top


def _mended(comparison: _Comparison, world: World) -> str:
    """Return the wrong total that, set to the sum of its parts, makes the two agree."""
    for gap in world.gaps:
        if not gap.is_broken or gap.name in world.blamed or gap.sum is None:
            continue
        if not world.rounding.rests_on(comparison.name, gap.total.name):
            continue
        number = world.rounding.recomputed(comparison.name, {gap.total.name: gap.sum})
        if number is not None and comparison.agrees(number):
            return gap.total.name
    return ""


def _recomputed(comparison: _Comparison) -> str:
    figure = comparison.figure
    decimals = max(figure.decimals, comparison.source.decimals)
    assert figure.number is not None
    return printed(figure.number, figure.unit, decimals)


def _points(unit: str) -> str:
    return "个百分点" if unit == "%" else unit


def factor(source: PublishedFigure, figure: Figure, inputs: Inputs) -> Decimal | None:
    """Return how many of the figure's unit one printed unit is; None if they don't compare.

    A bare number is in the figure's unit, and money in the file's 金额单位.
    """
    file_unit = str(inputs.department.money_unit or inputs.year.money_unit)
    default = file_unit if figure.unit == MONEY_UNIT else figure.unit
    unit, wanted = source.unit or default, figure.unit
    if unit == wanted or any({unit, wanted} <= same for same in _SAME_UNITS):
        return Decimal(1)
    if (unit, wanted) == ("‰", "%"):
        return Decimal("0.1")
    money, _, per = unit.partition("/")
    wanted_money, _, wanted_per = wanted.partition("/")
    if money in MONEY_UNITS and wanted_money in MONEY_UNITS and per == wanted_per:
        return MONEY_UNITS[money] / MONEY_UNITS[wanted_money]
    # A count of a list has no unit of its own: 5个, 5项, 5条 are all it.
    return Decimal(1) if not wanted and unit not in MONEY_UNITS and unit != "%" else None


def check_published(inputs: Inputs, figures: Figures) -> list[Fault]:
    """Return a fault for each 公布数 that isn't a figure's name, or whose unit isn't its unit."""
    faults = []
    for key, source in inputs.department.published.items():
        figure = figures.get(canonical(key))
        if figure is None:
            hint = did_you_mean(key, figures) or "govnb figures 可列出全部名称"
            faults.append(Fault(source.place, f"公布数里的“{key}”不是指标名称", hint))
        elif figure.value is not None and figure.number is None:
            message = f"公布数里的“{key}”不是数，不能核对"
            faults.append(Fault(source.place, message, "删去这一行"))
        elif factor(source, figure, inputs) is None:
            message = f"公布数“{key}”的单位“{source.unit}”与指标的“{figure.unit}”不同"
            hint = f"写 {source.value}{figure.unit}，或不写单位"
            faults.append(Fault(source.place, message, hint))
    return faults


