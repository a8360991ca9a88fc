"""Rules that score a state shown, or an evaluator's mark.

A claim counts for the department only with evidence behind it; where the rubric lets the
figures decide, it counts not at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from govnb.evaluate import score_words as words
from govnb.evaluate.scoring_case import Case
from govnb.inputs.evidence import Evidence, Point
from govnb.inputs.place import Fault
from govnb.inputs.span import Span
from govnb.inputs.suggest import did_you_mean
from govnb.rubric import rules
from govnb.rubric.interval import Interval
from govnb.rubric.outcome import Outcome

ZERO = Decimal(0)


def state_enum(rule: rules.StateEnum, case: Case) -> Outcome:
    """Give what the first state that holds gives: by the figures, else as shown."""
    possible: list[str] = []
    missing: list[str] = []
    stated = case.word("状态")
    decides = False
    undecided = False
    for name, state in rule.states.items():
        met, lacks = case.holds(state.when) if state.when else (None, ())
        missing.extend(lacks)
        if met is False:
            continue
        possible.append(name)
        undecided = undecided or bool(state.when and not met)
        # A claim speaks where the figures don't: above it, and of it, none is open.
        decides = decides or (name == stated and not undecided)
        if met:
            break
    # It holds by the figures, or they rule every other out.
    certain = len(possible) == 1 < len(rule.states) and not undecided
    notes = _unknown_word(case, "状态", stated, rule.states)
    if stated in rule.states and stated not in possible:
        notes += (f"{case.name('状态')} 写的“{stated}”与数据不符，按数据判定",)
    if certain or not possible:
        if not possible:
            reason = "规则所列的状态都不成立，原文没有规定怎么计分"
            return Outcome(_any_state(rule, rule.states, case), reason, notes=notes)
        return _in_state(rule, case, possible[0], "按数据判定", notes)
    if decides and (case.proof or case.on_trial("状态")):
        return _in_state(rule, case, str(stated), "", notes)
    # Where each has a condition, perhaps none of them will turn out to hold.
    none_sure = all(rule.states[n].when for n in possible)
    points = _any_state(rule, rule.states if none_sure else possible, case)
    lacks_fact = case.name("佐证" if decides else "状态")
    why = f"称“{stated}”，没有佐证，不计" if decides else f"状态未定：{words.joined(possible)}"
    if stated in possible and not decides:
        why += "，按数据判定，数据未定"
    reason = f"{why}，得分在 {points} 分之间"
    return Outcome(points, reason, tuple(missing) or (lacks_fact,), notes=notes)


def _any_state(rule: rules.StateEnum, names: Iterable[str], case: Case) -> Interval:
    """Return the bounds of what the named states give."""
    full = case.weight
    first, *rest = [Interval.exactly(rule.states[name].points.of(full)) for name in names]
    return first.hull(*rest).within(case.limits(rule))


def _in_state(
    rule: rules.StateEnum, case: Case, name: str, how: str, notes: tuple[str, ...]
) -> Outcome:
    points = Interval.exactly(rule.states[name].points.of(case.weight))
    points = points.within(case.limits(rule))
    said = f"（{how}）" if how else ""
    proofs = (case.proof,) if case.proof else ()
    return Outcome(points, f"{name}{said}，得 {points} 分", proofs=proofs, notes=notes)


def _unknown_word(case: Case, field: str, word: str | None, known: Any) -> tuple[str, ...]:
    """Note a word the rubric doesn't have: mistyped, or meant for another rubric."""
    if word is None or word in known:
        return ()
    hint = did_you_mean(word, known) or f"可写：{'、'.join(known)}"
    return (f"{case.name(field)} 写的“{word}”不在这套指标体系里，没有采用（{hint}）",)


def qualitative_band(rule: rules.QualitativeBand, case: Case) -> Outcome:
    """Give the evaluator's mark if it lies in the tier reached; the tier alone bounds it."""
    full, limits = case.weight, case.limits(rule)
    stated = case.word("状态")
    notes = _unknown_word(case, "状态", stated, rule.tiers)
    reached = stated in rule.tiers and bool(case.proof or case.on_trial("状态"))
    tier = rule.tiers[str(stated)].as_points(full) if reached else Span()
    inside = tier.within(Span(ZERO, full))
    bounds = Interval(inside.low or ZERO, inside.high or ZERO).within(limits)
    mark = mark_of(case, limits)
    if mark is not None:
        cut_off = bounds.is_exact and mark == bounds.low
        if reached and mark not in tier and not cut_off:
            figure = case.figure("给分", "分值")
            assert figure is not None
            beyond = f"（不含 {words.points(bounds.high)} 分）" if mark == bounds.high else ""
            message = f"给分 {words.points(mark)} 不在档次“{stated}”的 {bounds} 分之内{beyond}"
            case.faults.append(Fault(figure.place, message, "改给分，或改状态"))
        said = f"“{stated}”档，" if reached else ""
        return _marked(case, Interval.exactly(mark), said, notes)
    if reached:
        reason = f"“{stated}”档，得分在 {bounds} 分之间"
        missing = case.name("给分", "分值")
    else:
        why = f"称“{stated}”，没有佐证，不计" if stated in rule.tiers else "档次未定"
        reason = f"{why}，得分在 {bounds} 分之间"
        missing = case.name("佐证" if stated in rule.tiers else "状态")
    proofs = (case.proof,) if reached and case.proof else ()
    return Outcome(bounds, reason, (missing,), proofs=proofs, notes=notes)


def expert(rule: rules.Expert, case: Case) -> Outcome:
    """Give the evaluator's mark, with who gave it and why; no mark, no points."""
    limits = case.limits(rule)
    mark = mark_of(case, limits)
    if mark is None:
        reason = f"评价人没有给分，得分在 {limits} 分之间"
        return Outcome(limits, reason, (case.name("给分", "分值"),))
    return _marked(case, Interval.exactly(mark), "", ())


def mark_of(case: Case, limits: Interval, *path: str) -> Decimal | None:
    """Return the evaluator's mark, refused when it is more, or less, than there is to give."""
    mark = case.number(*path, "给分", "分值")
    if mark is not None and mark not in limits:
        figure = case.figure(*path, "给分", "分值")
        assert figure is not None
        what = f"“{path[-1]}”" if path else "这个指标"
        least, most = words.points(limits.low), words.points(limits.high)
        over = f"超过{what}的 {most} 分" if mark > limits.high else f"低于{what}最低的 {least} 分"
        message = f"给分 {words.points(mark)} {over}"
        case.faults.append(Fault(figure.place, message, f"写 {least} 到 {most}"))
        return limits.high if mark > limits.high else limits.low
    return mark


def who(case: Case, given: Point | Evidence | None) -> str:
    """Return who gave a mark, and why."""
    mark = given.mark if given else None
    return f"{mark.by}：{case.prose(mark.reason)}" if mark else "试算"


def _marked(case: Case, points: Interval, said: str, notes: tuple[str, ...]) -> Outcome:
    reason = f"{said}评价人给 {points} 分（{who(case, case.evidence)}）"
    proofs = (case.proof,) if case.proof else ()
    return Outcome(points, reason, proofs=proofs, notes=notes)
