"""What a rubric must satisfy beyond its words: weights that add up, bands without a hole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from govnb.inputs.lenient import Checked
from govnb.inputs.measure import PERCENT, ratio
from govnb.inputs.place import Fault, Place
from govnb.inputs.span import Span, holes
from govnb.inputs.values import MONEY_UNIT, MONEY_UNITS, Amount
from govnb.rubric import rules
from govnb.rubric.file import Entry, Group, Rubric, ZeroBase, unit_of
from govnb.rubric.sums import check_sums
from govnb.rubric.values import Points

Faults = Iterator[Fault]


def check_rubric(rubric: Rubric, found: Checked[Any]) -> Faults:
    """Yield every fault of what could be read of a rubric, beyond its words."""
    for socket in rubric.sockets:
        yield from _socket(socket.group, socket.place)
    for entry in rubric.entries:
        # Of an indicator that can't be read whole, the rest would only seem to be wrong.
        if not any(f".{entry.id}." in f"{name}." for name in found.gaps.names):
            yield from (_own(fault, entry, rubric) for fault in _entry(entry, rubric))
    whole = not any(re.search(r"(分值|总分)$", name) for name in found.gaps.names)
    if rubric.is_weighted and whole:
        yield from check_sums(rubric, found.tree)
    if "来源" not in found.gaps:
        yield from _sources(rubric)
    yield from _grades(rubric)


def _own(fault: Fault, entry: Entry, rubric: Rubric) -> Fault:
    """Tell a fault where a file changed an indicator, not in the base (基于) that fitted before."""
    mine = rubric.place.file
    elsewhere = fault.place.file != mine and entry.place.file == mine
    return replace(fault, place=entry.place) if elsewhere else fault


def _entry(entry: Entry, rubric: Rubric) -> Faults:
    item = entry.indicator
    if not rubric.is_weighted:
        given = item.weight.place if item.weight else None
        given = given or (item.rule.kind.place if item.rule else None)
        if given is not None:
            message = f"不带分值的体系里，“{entry.id}”写了分值或规则"
            yield Fault(given, message, "删去“不带分值: 是”，或删去分值和规则")
        return
    if item.weight is None:
        yield Fault(entry.place, f"“{entry.id}”缺少“分值”", "补上一行“分值: …”")
    elif not item.weight.value:
        yield Fault(item.weight.place, f"“{entry.id}”的分值是 0", "写大于 0 的分值，或删去这个指标")
    elif item.rule is not None:
        yield from check_rule(item.rule, item.weight.value, item.shown_unit)
        yield from _needs_value(entry)
        yield from _zero(item.zero, item.weight.value)
    if item.rule is None and not rubric.is_partial:
        hint = "补上规则；原文没有见到规则的，整个体系写 部分: 是"
        yield Fault(entry.place, f"“{entry.id}”缺少“规则”", hint)


def _zero(zero: ZeroBase | None, weight: Decimal) -> Faults:
    given = [zero.points, zero.otherwise] if zero else []
    yield from _too_high((p for p in given if isinstance(p, Points)), weight)


def _needs_value(entry: Entry) -> Faults:
    """Refuse a formula beside a rule that doesn't look at it."""
    item = entry.indicator
    by_value = (*_BY_VALUE, rules.OneOf, rules.NotApplicable, rules.Aggregate)
    if item.formula is not None and not isinstance(item.rule, by_value):
        assert item.rule is not None
        message = f"规则“{item.rule.kind}”不看指标值，“{entry.id}”却写了公式"
        yield Fault(item.formula.place, message, "删去公式，或换一种规则")


_CODE = re.compile(r"(?:^|[、；，;,])\s*([A-Z]{1,2}\d{0,3})(?![A-Za-z0-9/])", re.ASCII)


def _sources(rubric: Rubric) -> Faults:
    """Refuse a code such as S9 that the list of sources doesn't have."""
    known = list(rubric.file.sources)
    if not any(_CODE.fullmatch(code) for code in known):
        return
    stated = [e.indicator.source for e in rubric.entries]
    stated += [s.group.source for s in rubric.sockets if s.group.source is not None]
    for source in stated:
        for match in _CODE.finditer(source):
            if match[1] not in known:
                hint = f"“来源”里有：{'、'.join(known)}；另有来源的，在“来源”里加一行"
                yield Fault(source.at(match.start(1)), f"“来源”里没有“{match[1]}”", hint)


def _socket(group: Group, place: Place) -> Faults:
    if group.weight is None:
        yield Fault(place, "“指标取自”部门的一组缺少“分值”", "补上一行“分值: …”")
    parts = [a for a in group.subweights.values() if a.value is not None]
    below, whole = sum((a.value or Decimal(0) for a in parts), Decimal(0)), group.weight
    if parts and whole is not None and below != whole.value:
        message = f"二级分值合计 {below}，不等于这一组的 {whole.value} 分"
        yield Fault(parts[0].place, message, "改二级分值，或改分值")
    if group.items:
        yield Fault(place, "“指标取自”和“指标”只能写一个", "删去其中一个")
    if group.quantitative is None:
        yield Fault(place, "“指标取自”部门的一组缺少“定量”规则", "写 定量: {种类: 按目标比}")


def _grades(rubric: Rubric) -> Faults:
    stated = rubric.file.grades or {}
    lowest = [a for a in stated.values() if a.value == 0]
    if stated and not lowest:
        place = next(iter(stated.values())).place
        yield Fault(place, "没有一个等级从 0 分起", "最低的等级写 0")
    seen: dict[Decimal, str] = {}
    for name, amount in stated.items():
        value = amount.value or Decimal(0)
        if value in seen:
            message = f"等级“{name}”与“{seen[value]}”的最低分相同"
            yield Fault(amount.place, message, "改其中一个")
        seen[value] = name


def check_rule(rule: Any, weight: Decimal, unit: str, most: Decimal | None = None) -> Faults:
    """Yield the faults of one rule for an indicator of this weight and unit.

    `most` is what a rule around it leaves it to give.
    """
    most = weight if most is None else most
    cap = min(rule.cap.of(weight), most) if rule.cap else most
    floor = rule.floor.of(weight) if rule.floor else Decimal(0)
    if rule.cap is not None and rule.cap.of(weight) > weight:
        message = f"封顶 {rule.cap.of(weight)} 超过分值 {weight}"
        yield Fault(rule.cap.place, message, "改封顶或分值")
    if rule.floor is not None and floor > cap:
        yield Fault(rule.floor.place, f"下限 {floor} 超过能得的 {cap} 分", "改下限")
    check = _CHECKS.get(type(rule))
    if check is not None:
        yield from check(rule, cap, unit, weight)


def _levels(levels: Iterable[Amount | None], unit: str) -> Faults:
    """Require of a rule's numbers the unit of the value: 95 where it is % is 9500 percent."""
    for level in levels:
        if level is None or (not level.value and level.kind.unit in ("", PERCENT)):
            continue
        percent = level.kind.unit == PERCENT
        if not percent and level.kind.unit not in ("", unit):
            yield from _other_unit(level, unit)
        elif unit == PERCENT and not percent:
            hint = f"写 {level.text.strip()}%；指标值不是百分数的，给指标加一行“单位”"
            yield Fault(level.place, f"“{level.text}”没有百分号，而指标值是百分数", hint)
        elif unit != PERCENT and percent:
            message = f"“{level.text}”是百分数，而指标值的单位是“{unit or '无'}”"
            yield Fault(level.place, message, "改这里，或改指标的“单位”")


def _other_unit(level: Amount, unit: str) -> Faults:
    """Refuse a unit of its own; money may be written in any unit of money."""
    if unit in MONEY_UNITS and level.kind.unit == MONEY_UNIT:
        return
    message = f"“{level.text.strip()}”的单位与指标的单位“{unit or '无'}”不同"
    yield Fault(level.place, message, "写成同一个单位，或改指标的“单位”")


def _step(rule: Any, cap: Decimal, unit: str, weight: Decimal) -> Faults:
    yield from _levels([rule.standard, rule.step, getattr(rule, "tolerance", None)], unit)
    if rule.step is not None and (rule.step.value or Decimal(0)) <= 0:
        yield Fault(rule.step.place, "步长要大于 0", "如 每: 1%")
    tolerance = getattr(rule, "tolerance", None)
    if tolerance is not None and ratio(tolerance) < 0:
        yield Fault(tolerance.place, "允许偏差不能为负", "写两边都不扣的幅度，如 允许偏差: 2%")
    yield from _costs(rule.points)


def _costs(points: Points | None) -> Faults:
    if points is not None and points.value == 0:
        yield Fault(points.place, "扣 0 分等于没有规则", "写大于 0 的分数")


def _say(unit: str, value: Decimal) -> str:
    return f"{(value * 100).normalize():f}%" if unit == PERCENT else f"{value.normalize():f}"


def _banded(rule: rules.Banded, cap: Decimal, unit: str, weight: Decimal) -> Faults:
    ends = [end for band in rule.bands for end in band.ends]
    yield from _levels([*ends, *(rule.domain.ends if rule.domain else [])], unit)
    domain = rule.domain.span(unit) if rule.domain else Span()
    spans = [band.span(unit) for band in rule.bands]
    for number, message in holes(spans, domain, partial(_say, unit)):
        hint = "每个值应恰好落在一档；原文只规定一段范围的，写“值域”"
        yield Fault(rule.bands[number].ends[0].place, f"这一档{message}", hint)
    if all(band.points is not None for band in rule.bands):
        yield from _highest((band.points for band in rule.bands), cap, weight, "各档", rule)
    else:
        yield from _too_high((band.points for band in rule.bands), cap)


def _highest(
    points: Iterable[Points | None], cap: Decimal, weight: Decimal, what: str, rule: Any
) -> Faults:
    """Require that the best outcome gives full marks, or that the rule says where it ends."""
    known = [p for p in points if p is not None]
    yield from _too_high(known, cap)
    best = max(p.of(weight) for p in known)
    if best < cap:
        message = f"{what}最高得 {best} 分，达不到 {cap} 分"
        yield Fault(rule.kind.place, message, f"改得分；原文就是如此的，写 封顶: {best}")


def _too_high(points: Iterable[Points | None], cap: Decimal) -> Faults:
    for point in points:
        if point is not None and point.of(cap) > cap:
            yield Fault(point.place, f"得分 {point.text} 超过 {cap} 分", "改得分或分值")


def _states(rule: rules.StateEnum, cap: Decimal, unit: str, weight: Decimal) -> Faults:
    yield from _highest(
        (state.points for state in rule.states.values()), cap, weight, "各状态", rule
    )


def _proportional(rule: Any, cap: Decimal, unit: str, weight: Decimal) -> Faults:
    yield from _levels([rule.full_at, rule.start], unit)
    if rule.full_at is not None and ratio(rule.full_at) <= 0:
        yield Fault(rule.full_at.place, "满分值要大于 0", "如 满分值: 100%")
    full_at = ratio(rule.full_at) if rule.full_at is not None else Decimal(1)
    if rule.start is not None and ratio(rule.start) > full_at:
        said = rule.full_at.text.strip() if rule.full_at is not None else "100%（没有写，按默认）"
        message = f"起点 {rule.start.text.strip()} 高于满分值 {said}"
        yield Fault(rule.start.place, message, "起点以下不得分，写低于满分值的数")


def _ratio(rule: rules.RatioOfTarget, cap: Decimal, unit: str, weight: Decimal) -> Faults:
    if unit != PERCENT:
        message = f"规则“{rule.kind}”的指标值是完成的百分比，指标的“单位”却是“{unit or '无'}”"
        yield Fault(rule.kind.place, message, "删去“单位”；目标和实际的单位写在部门文件里")
        return
    yield from _proportional(rule, cap, unit, weight)


def _tiers(rule: rules.QualitativeBand, cap: Decimal, unit: str, weight: Decimal) -> Faults:
    tiers = list(rule.tiers.values())
    # Shares are of the weight, and cut off at 封顶; points outright end there.
    shares = any(end.kind.unit == PERCENT for tier in tiers for end in tier.ends)
    cap = weight if shares else cap
    spans = [tier.as_points(weight) for tier in tiers]
    for number, message in holes(spans, Span(Decimal(0), cap), partial(_say, "")):
        hint = f"各档次应恰好覆盖 0 到 {cap} 分（或 0 到 100%）"
        yield Fault(tiers[number].ends[0].place, f"这一档次{message}", hint)
    for tier, span in zip(tiers, spans, strict=True):
        if span.high is not None and span.high > cap:
            yield Fault(tier.ends[0].place, f"这一档次超过 {cap} 分", "改得分或分值")


def _adds(
    parts: Iterable[Points | None], cap: Decimal, weight: Decimal, what: str, rule: Any
) -> Faults:
    total = sum((p.of(weight) for p in parts if p is not None), Decimal(0))
    if total != cap and not (rule.cap is not None and total > cap):
        hint = "改分数；合计超过分值而“封顶”的，写 封顶: 满分" if total > cap else "改分数"
        yield Fault(rule.kind.place, f"{what}合计 {total} 分，不等于 {cap} 分", hint)


def _checklist(rule: rules.ChecklistAdd, cap: Decimal, unit: str, weight: Decimal) -> Faults:
    yield from _adds((item.points for item in rule.items.values()), cap, weight, "要点", rule)


def _flaws(rule: rules.ChecklistDeduct, cap: Decimal, unit: str, weight: Decimal) -> Faults:
    for points in (rule.points, *(item.points for item in rule.items.values())):
        yield from _costs(points)


def _deadline(rule: rules.DeadlineRule, cap: Decimal, unit: str, weight: Decimal) -> Faults:
    for name, item in rule.due.items():
        if (item.points is None) == (rule.points is None):
            message = f"期限“{name}”要么写“得分”，要么由规则的“扣”按事项扣分"
            yield Fault(item.due.place, message, "两种写法选一种")
        if (item.days is None) != (item.late is None):
            yield Fault(item.due.place, f"期限“{name}”的“逾期每”和“扣”要一起写", "补上另一个")
        elif item.rounding is not None and item.days is None:
            yield Fault(item.rounding.place, "没有“逾期每”，“取整”没有用处", "补上“逾期每”和“扣”")
        elif item.days is not None and not item.days.value:
            yield Fault(item.days.place, "逾期每 0 天", "写 1 以上的天数")
    if rule.points is None:
        yield from _adds((item.points for item in rule.due.values()), cap, weight, "各期限", rule)
    yield from _costs(rule.points)


def _options(rule: rules.OneOf, cap: Decimal, unit: str, weight: Decimal) -> Faults:
    for option in rule.options.values():
        yield from check_rule(option.rule, weight, unit_of(option.unit, unit), cap)


def _not_applicable(rule: rules.NotApplicable, cap: Decimal, unit: str, weight: Decimal) -> Faults:
    if rule.otherwise is not None:
        yield from check_rule(rule.otherwise, weight, unit, cap)
    elif rule.when is not None:
        yield Fault(rule.kind.place, "写了“当”，却没有写“否则”怎么计分", "补上“否则”")


def _aggregate(rule: rules.Aggregate, cap: Decimal, unit: str, weight: Decimal) -> Faults:
    if not isinstance(rule.rule, _BY_VALUE):
        hint = f"可写：{'、'.join(rules.IDS[rules.KIND_OF[k]] for k in _BY_VALUE)}"
        yield Fault(rule.rule.kind.place, f"汇总后的数不能用“{rule.rule.kind}”计分", hint)
    yield from check_rule(rule.rule, weight, unit, cap)


_BY_VALUE = (
    rules.ThresholdDeduct,
    rules.StepDeduct,
    rules.TwoSidedStepDeduct,
    rules.Banded,
    rules.Proportional,
    rules.RatioOfTarget,
)
_CHECKS: dict[type[Any], Callable[[Any, Decimal, str, Decimal], Faults]] = {
    rules.ThresholdDeduct: _step,
    rules.StepDeduct: _step,
    rules.TwoSidedStepDeduct: _step,
    rules.Banded: _banded,
    rules.StateEnum: _states,
    rules.Proportional: _proportional,
    rules.RatioOfTarget: _ratio,
    rules.QualitativeBand: _tiers,
    rules.ChecklistAdd: _checklist,
    rules.ChecklistDeduct: _flaws,
    rules.EventDeduct: lambda rule, *_: _costs(rule.points),
    rules.DeadlineRule: _deadline,
    rules.OneOf: _options,
    rules.NotApplicable: _not_applicable,
    rules.Aggregate: _aggregate,
}
