"""Rules made of rules: targets, summed-up units, one of several, not applicable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from govnb.evaluate import score_words as words
from govnb.evaluate.expression import parse, settled
from govnb.evaluate.scoring_case import Case
from govnb.inputs.evidence import Target
from govnb.inputs.measure import PERCENT, sign_of
from govnb.inputs.place import Fault
from govnb.inputs.span import Span
from govnb.inputs.suggest import did_you_mean
from govnb.inputs.yaml_text import Scalar
from govnb.rubric import dates, facts, lists, rules, units
from govnb.rubric.curves import (
    CURVES,
    Proportion,
    by_value,
    score_value,
    without_value,
)
from govnb.rubric.file import unit_of
from govnb.rubric.interval import Interval, Presence
from govnb.rubric.outcome import Outcome, Valued, either
from govnb.rubric.units import UNITS

TARGET, ACTUAL, MONEY = "年度指标值", "实际完成值", "资金"


def apply(rule: Any, case: Case) -> Outcome:
    """Score one indicator by its rule; the points are never outside [0, weight]."""
    outcome = _RULES[type(rule)](rule, case)
    points = outcome.points.within(Interval(Decimal(0), case.room.high))
    return replace(outcome, points=Interval(settled(points.low), settled(points.high)))


def ratio_of_target(rule: rules.RatioOfTarget, case: Case) -> Outcome:
    """Give weight × B/A for a target to reach, weight × A/B for one to stay below."""
    target = _part(case, rule.target, TARGET)
    actual = _part(case, rule.actual, ACTUAL)
    if not case.given:
        _comparable(rule, case)
    curve = Proportion(rule, case)
    missing = (*target.missing, *actual.missing)
    problem = target.problem or actual.problem
    if problem:
        return without_value(curve, Valued(problem=problem))
    if target.number is None or actual.number is None:
        lacking = missing or (case.name(ACTUAL),)
        return score_value(curve, Valued(missing=lacking, note=actual.note or target.note))
    a, b = target.number, actual.number
    direction = _direction(rule, case)
    if direction is not None:
        return _held_against(curve, a, b, upward=direction == rules.UPWARD)
    if a:
        return _held_against(curve, a, b, upward=True)
    # “0件” may be the most there may be, or no more than a blank filled in.
    either_way = [_held_against(curve, a, b, upward=up) for up in (True, False)]
    points, presence = either(*either_way)
    if points.is_exact and presence is Presence.COUNTED:
        return either_way[0]
    hint = "方向: 正向 或 反向" if isinstance(case.evidence, Target) else "≤0 或 ≥0"
    reason = (
        f"目标 {_raw(a)}，实际 {_raw(b)}，没有写明越高越好还是越低越好（写 {hint}），"
        f"得分在 {points} 分之间"
    )
    wanted = "方向" if isinstance(case.evidence, Target) else TARGET
    return Outcome(points, reason, (case.name(wanted),), presence)


def _held_against(curve: Proportion, a: Decimal, b: Decimal, *, upward: bool) -> Outcome:
    """Score what was done (b) against the target (a)."""
    met = b >= a if upward else b <= a
    over, under = (b, a) if upward else (a, b)
    if under > 0 and over >= 0:
        valued = Valued(Span.point(over / under))
        outcome = score_value(curve, valued)
        said = "正向，实际÷目标" if upward else "反向，目标÷实际"
        return replace(outcome, reason=f"{outcome.reason}（{said}）")
    if met:
        reason = f"目标 {_raw(a)}，实际 {_raw(b)}，已达到，得满分"
        return Outcome(Interval.exactly(curve.limits.high), reason)
    if upward and a > 0:
        reason = f"目标 {_raw(a)}，实际 {_raw(b)}，没有完成"
        return Outcome(Interval.exactly(curve.limits.low), reason)
    return without_value(curve, Valued(problem=f"目标 {_raw(a)}、实际 {_raw(b)} 算不出完成比例"))


def _comparable(rule: rules.RatioOfTarget, case: Case) -> None:
    """Refuse a target and a result in different units."""
    formulas = [rule.target or TARGET, rule.actual or ACTUAL]
    names = [name for formula in formulas for name in parse(formula).names]
    units.check_money(case, names)
    if set(formulas) == {TARGET, ACTUAL}:
        units.same_unit(case, [case.figure(TARGET), case.figure(ACTUAL)])


def _raw(number: Decimal) -> str:
    return words.value(number, "")


def _part(case: Case, formula: Scalar | None, default: str) -> Valued:
    if default in case.given:
        return case.given[default]
    if formula is not None:
        return case.evaluate(formula)
    figure = case.figure(default)
    number = case.number(default)
    if number is not None:
        found = Valued(Span.point(number))
        return found if default == TARGET or case.is_proven([ACTUAL]) else case.not_proven(found)
    return Valued(missing=(figure.missing if figure else ()) or (case.name(default),))


def _direction(rule: rules.RatioOfTarget, case: Case) -> str | None:
    """Return the rule's direction, else the department's, else its target's sign, else None."""
    if rule.direction is not None:
        return str(rule.direction)
    evidence = case.evidence
    if isinstance(evidence, Target) and evidence.direction is not None:
        return str(evidence.direction)
    text = evidence.target.text if evidence and evidence.target else ""
    signs = {"≤": rules.DOWNWARD, "<": rules.DOWNWARD, "≥": rules.UPWARD, ">": rules.UPWARD}
    return signs.get(sign_of(text))


def aggregate(rule: rules.Aggregate, case: Case) -> Outcome:
    """Sum subordinate units up first, then score; without units, score the indicator itself."""
    names = list(case.evidence.units) if case.evidence else []
    case = case.inside(rule)
    if not names:
        return apply(rule.rule, case)
    stated = [case.figure(UNITS, name, field) for name in names for field in (ACTUAL, TARGET)]
    units.same_unit(case, [*stated, case.figure(TARGET)])
    weighted = rule.how == "资金加权" or (rule.how is None and _in_percent(case, names))
    if rule.how == "累加" and _in_percent(case, names):
        figure = case.figure(UNITS, names[0], ACTUAL)
        assert figure is not None
        message = "百分数不能累加"
        case.faults.append(Fault(figure.place, message, "指标体系里写 方式: 资金加权"))
    target, actual = _summed(case, names, weighted, TARGET), _summed(case, names, weighted, ACTUAL)
    has_targets = any(case.figure(UNITS, name, TARGET) for name in names)
    given = {TARGET: target if has_targets else _part(case, None, TARGET), ACTUAL: actual}
    # With a formula the sums go into it; without one the sum itself is the value.
    value = {} if case.formula is not None else {"指标值": actual}
    if value and not isinstance(rule.rule, rules.RatioOfTarget):
        actual = _in_unit(case, names, actual)
        value = {"指标值": actual}
    inner = replace(case, given={**given, **value})
    outcome = apply(rule.rule, inner)
    how = "按资金加权平均" if weighted else "累加"
    reason = f"{len(names)} 个下属单位{how}后，{outcome.reason}"
    return replace(outcome, reason=reason)


def _in_unit(case: Case, names: list[str], actual: Valued) -> Valued:
    """Return a sum that is the indicator's value in the indicator's unit."""
    stated = [f for n in names if (f := case.figure(UNITS, n, ACTUAL)) is not None and f.number]
    if not stated or actual.number is None:
        return actual
    first = units.in_unit(case, stated[0]) or Decimal(0)
    factor = first / Decimal(str(stated[0].ratio))
    return Valued(Span.point(settled(actual.number * factor)))


def _in_percent(case: Case, names: list[str]) -> bool:
    units = [f.unit for n in names if (f := case.figure(UNITS, n, ACTUAL)) is not None]
    return PERCENT in units


def _summed(case: Case, names: list[str], weighted: bool, field: str) -> Valued:
    total, weights = Decimal(0), Decimal(0)
    missing: list[str] = []
    for name in names:
        number = case.number(UNITS, name, field)
        weight = case.number(UNITS, name, MONEY) if weighted else Decimal(1)
        if number is None:
            missing.append(case.name(UNITS, name, field))
        if weight is None:
            missing.append(case.name(UNITS, name, MONEY))
        total += (number or Decimal(0)) * (weight or Decimal(0))
        weights += weight or Decimal(0)
    if missing:
        return Valued(missing=tuple(missing))
    if field == ACTUAL and not case.is_proven(*([UNITS, name, ACTUAL] for name in names)):
        return case.not_proven(Valued())
    if weighted and weights == 0:
        return Valued(problem="不可计算：下属单位的资金合计为 0")
    return Valued(Span.point(total / weights if weighted else total))


def one_of(rule: rules.OneOf, case: Case) -> Outcome:
    """Score by the option chosen; while none is, by whichever it may be."""
    case = case.inside(rule)
    chosen = case.word("选用")
    if chosen in rule.options:
        option = rule.options[str(chosen)]
        outcome = apply(option.rule, case.of_option(option))
        unit = option.unit and unit_of(option.unit, case.unit)
        return replace(outcome, reason=f"选用“{chosen}”：{outcome.reason}", unit=unit)
    # Whose value a stated one is stays open as long as the choice does.
    each = {
        n: apply(o.rule, replace(case.of_option(o), falls_back=o.formula is None))
        for n, o in rule.options.items()
    }
    points, presence = either(*each.values())
    said = "，".join(f"按{words.quoted(n)}{_given(o)}" for n, o in each.items())
    missing = [case.name("选用"), *(m for o in each.values() for m in o.missing)]
    notes = [note for o in each.values() for note in o.notes]
    if chosen is not None:
        hint = did_you_mean(chosen, rule.options) or f"可写：{'、'.join(rule.options)}"
        notes.append(f"{case.name('选用')} 写的“{chosen}”不是选项，没有采用（{hint}）")
    reason = f"没有写明选用哪一项：{said}"
    return Outcome(points, reason, tuple(missing), presence, notes=tuple(notes))


def _given(outcome: Outcome) -> str:
    left_out = outcome.presence is Presence.LEFT_OUT
    return "剔除" if left_out else f"得 {outcome.points} 分"


def not_applicable(rule: rules.NotApplicable, case: Case) -> Outcome:
    """Treat as 满分 or 剔除 when not applicable; else score by 否则."""
    case = case.inside(rule)
    if rule.otherwise is None:
        outcome = Outcome(case.room, "指标适用，但规则没有写怎么计分")
        if rule.when is None and case.word("适用") is None:
            return _exempted(rule, case, "这个指标不适用")
    else:
        outcome = apply(rule.otherwise, case)
    return exempt(rule, case, outcome)


def exempt(exemption: rules.Exemption, case: Case, outcome: Outcome) -> Outcome:
    """Let 不适用 overrule an outcome, or widen it while that is open."""
    applies, missing, why = _applies(exemption, case)
    if applies is True:
        return outcome
    exempted = _exempted(exemption, case, why)
    if applies is False:
        return exempted
    points, presence = either(outcome, exempted)
    said = "是否适用未定" if exemption.when else why
    then = "剔除" if exemption.treat == rules.LEFT_OUT else "得满分"
    reason = f"{said}（不适用则{then}）；若适用：{outcome.reason}"
    missing = (*missing, *outcome.missing)
    return replace(outcome, points=points, reason=reason, missing=missing, presence=presence)


def _applies(exemption: rules.Exemption, case: Case) -> tuple[bool | None, tuple[str, ...], str]:
    """Tell whether the indicator applies, what would settle it, and why it doesn't."""
    if exemption.when is not None:
        met, missing = case.holds(exemption.when)
        formula = exemption.when.formula
        wanted = exemption.when.equal
        shown = f"：{wanted}" if isinstance(wanted, Scalar) else f" = {case.put_in(formula)}"
        why = f"{formula}{shown}"
        return (None if met is None else not met), missing, f"不适用（{why}）"
    figure = case.figure("适用")
    stated = case.word("适用")
    if stated == "否":
        proven = bool(case.proof) or case.on_trial("适用")
        lacking = () if proven else (case.name("佐证"),)
        return (False if proven else None), lacking, _stated_why(case, proven)
    # Silence means it applies; 未公布 means nobody has said.
    return (
        (None if figure is not None and stated is None else True),
        (case.name("适用"),),
        "是否适用未定",
    )


def _stated_why(case: Case, proven: bool) -> str:
    return f"部门申报不适用（{case.proof or '试算'}）" if proven else "称不适用，没有佐证"


def _exempted(exemption: rules.Exemption, case: Case, why: str) -> Outcome:
    note = f"；{case.prose(exemption.note)}" if exemption.note else ""
    if exemption.treat == rules.LEFT_OUT:
        points = Interval.exactly(Decimal(0))
        return Outcome(points, f"{why}，剔除{note}", (), Presence.LEFT_OUT)
    most = case.room.high
    said = "按满分计" if most == case.weight else f"按最高的 {words.points(most)} 分计"
    return Outcome(Interval.exactly(most), f"{why}，{said}{note}")


_RULES: dict[type[Any], Callable[[Any, Case], Outcome]] = {
    **dict.fromkeys(CURVES, by_value),
    rules.RatioOfTarget: ratio_of_target,
    rules.StateEnum: facts.state_enum,
    rules.QualitativeBand: facts.qualitative_band,
    rules.ChecklistAdd: lists.checklist_add,
    rules.ChecklistDeduct: lists.checklist_deduct,
    rules.EventDeduct: lists.event_deduct,
    rules.DeadlineRule: dates.deadline,
    rules.Expert: facts.expert,
    rules.OneOf: one_of,
    rules.NotApplicable: not_applicable,
    rules.Aggregate: aggregate,
}
