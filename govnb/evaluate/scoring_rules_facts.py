"""Rules that score what is shown: checklists, incidents, states, due dates, an expert's mark.

A claim counts for the department only with evidence behind it; a shortcoming counts
against it as stated. What is neither shown nor denied stays open, and the bounds are as
tight as the rest allows.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from govnb.evaluate import scoring_words as words
from govnb.evaluate.interval import Interval
from govnb.evaluate.scoring_case import Case
from govnb.evaluate.scoring_outcome import Outcome
from govnb.inputs import rubric_rules as rules
from govnb.inputs.evidence import Evidence, Point
from govnb.inputs.place import Fault
from govnb.inputs.span import Span
from govnb.inputs.suggest import did_you_mean

ZERO = Decimal(0)
UNBOUNDED = Decimal("Infinity")


def _point(case: Case, item: str) -> Point | None:
    return case.evidence.points.get(item) if case.evidence else None


def _claim(case: Case, item: str) -> tuple[bool | None, str]:
    """Return whether a point is shown to be met, and the evidence; an unproven claim is open."""
    point = _point(case, item)
    verdict = case.word("要点", item, "符合")
    proof = (case.prose(point.proof) if point else "") or case.proof
    if verdict == "是":
        return (True if proof or case.on_trial("要点", item, "符合") else None), proof
    return (False if verdict == "否" else None), proof


def _why_open(case: Case, item: str) -> str:
    """Return the fact that would settle a point."""
    claimed = case.word("要点", item, "符合") == "是"
    return case.name("要点", item, "佐证" if claimed else "符合")


def checklist_add(rule: rules.ChecklistAdd, case: Case) -> Outcome:
    """Add up the points that are met; those neither shown nor denied stay open."""
    low = high = ZERO
    said: list[str] = []
    missing: list[str] = []
    proofs: list[str] = []
    for name, item in rule.items.items():
        worth = item.points.of(case.full(rule))
        if (mark := _mark(case, worth, "要点", name)) is not None:
            low, high = low + mark, high + mark
            said.append(f"{name} {words.points(mark)} 分（{_who(case, _point(case, name))}）")
            continue
        met, lacks = case.holds(item.when) if item.when else (None, ())
        proof = ""
        if met is None:
            met, proof = _claim(case, name)
            lacks = lacks or (_why_open(case, name),)
        if met is None:
            missing.extend(lacks)
        elif met and proof:
            proofs.append(f"{name}：{proof}")
        low += worth if met else ZERO
        high += ZERO if met is False else worth
        said.append(f"{name} {_earned(met, worth, case, name)}")
    points = Interval(low, high).within(case.limits(rule))
    return Outcome(points, "；".join(said), tuple(missing), proofs=tuple(proofs))


def _earned(met: bool | None, worth: Decimal, case: Case, item: str) -> str:
    if met is not None:
        return f"{words.points(worth if met else ZERO)} 分"
    claimed = case.word("要点", item, "符合") == "是"
    return f"0—{words.points(worth)} 分（{'称符合，没有佐证' if claimed else '未说明'}）"


def checklist_deduct(rule: rules.ChecklistDeduct, case: Case) -> Outcome:
    """Take off for every case, or for every point, that falls short."""
    by_case = rule.by != "按项"
    listed, all_listed = incidents(case)
    sure = Decimal(listed) * rule.points.of(case.full(rule))
    possible = ZERO
    said = [f"另有事项 {listed} 例"] if listed else []
    missing: list[str] = []
    proofs: list[str] = []
    for name, item in rule.items.items():
        each = (item.points or rule.points).of(case.full(rule))
        times, proof = _times(case, name, by_case)
        if times is None and all_listed:
            times = 0
        if times is None:
            missing.append(_why_open(case, name))
            possible += UNBOUNDED if by_case else each
            continue
        sure += each * times
        if times:
            said.append(f"“{name}”不符合" + (f" {times} 例" if by_case else ""))
        elif proof:
            proofs.append(f"{name}：{proof}")
    return deducted(rule, case, sure, possible, said, missing, proofs)


def _times(case: Case, item: str, by_case: bool) -> tuple[int | None, str]:
    """Return how often a point fell short; None when that is open."""
    met, proof = _claim(case, item)
    stated = case.number("要点", item, "例数")
    if met is True or (stated == 0 and (proof or case.on_trial("要点", item, "例数"))):
        return 0, proof
    if met is False or stated:
        return (int(stated or 1) if by_case else 1), proof
    return None, proof


def incidents(case: Case) -> tuple[int, bool]:
    """Return how many incidents are listed, and whether the list is shown to be complete."""
    names = list(case.evidence.incidents) if case.evidence else []
    listed = sum(int(case.number("事项", n, "例数") or 1) for n in names)
    complete = case.word("事项齐全") == "是"
    return listed, complete and bool(case.proof or case.on_trial("事项齐全"))


def deducted(
    rule: Any,
    case: Case,
    sure: Decimal,
    possible: Decimal,
    said: list[str],
    missing: list[str],
    proofs: list[str],
) -> Outcome:
    """Return full marks less what is sure to go, down to what may still go."""
    full = case.full(rule)
    most = full - min(sure, full)
    least = ZERO if possible == UNBOUNDED else max(most - possible, ZERO)
    points = Interval(least, most).within(case.limits(rule))
    if sure:
        reason = f"{'，'.join(said)}，扣 {words.points(min(sure, full))} 分"
    else:
        reason = "没有发现应扣分的情形" if not missing else "没有说明有无应扣分的情形"
    if missing and not points.is_exact:
        reason += f"；还缺 {len(missing)} 项说明，得分在 {words.spread(points)} 分之间"
    if case.proof:
        proofs.append(case.proof)
    return Outcome(points, reason, tuple(missing), proofs=tuple(proofs))


def event_deduct(rule: rules.EventDeduct, case: Case) -> Outcome:
    """Take off for every incident; an incomplete list leaves room for more."""
    listed, complete = incidents(case)
    each = rule.points.of(case.full(rule))
    missing = [] if complete else [incompleteness(case)]
    said = [f"{listed} 件，每件扣 {words.points(each)} 分"]
    return deducted(rule, case, listed * each, ZERO if complete else UNBOUNDED, said, missing, [])


def incompleteness(case: Case) -> str:
    """Return the fact that would show a list of incidents to be complete."""
    return case.name("佐证" if case.word("事项齐全") == "是" else "事项齐全")


def state_enum(rule: rules.StateEnum, case: Case) -> Outcome:
    """Give what the first state that holds gives: by the figures, else as shown."""
    possible: list[str] = []
    missing: list[str] = []
    certain = False
    for name, state in rule.states.items():
        met, lacks = case.holds(state.when) if state.when else (None, ())
        missing.extend(lacks)
        if met is not False:
            possible.append(name)
        if met:
            certain = len(possible) == 1
            break
    if len(possible) == 1 < len(rule.states) and rule.states[possible[0]].when is None:
        # The figures rule every other state out.
        certain = True
    stated = case.word("状态")
    notes = _unknown_word(case, "状态", stated, rule.states)
    if stated in rule.states and stated not in possible:
        notes += (f"{case.name('状态')} 写的“{stated}”与数据不符，按数据判定",)
    if certain or not possible:
        if not possible:
            reason = "规则所列的状态都不成立，原文没有规定怎么计分"
            return Outcome(_any_state(rule, rule.states, case), reason, notes=notes)
        return _in_state(rule, case, possible[0], "按数据判定", notes)
    if stated in possible and (case.proof or case.on_trial("状态")):
        return _in_state(rule, case, str(stated), "", notes)
    # Where each has a condition, perhaps none of them will turn out to hold.
    none_sure = all(rule.states[n].when for n in possible)
    points = _any_state(rule, rule.states if none_sure else possible, case)
    unproven = stated in possible
    lacks_fact = case.name("佐证" if unproven else "状态")
    why = f"称“{stated}”，没有佐证，不计" if unproven else f"状态未定：{words.joined(possible)}"
    reason = f"{why}，得分在 {words.spread(points)} 分之间"
    return Outcome(points, reason, tuple(missing) or (lacks_fact,), notes=notes)


def _any_state(rule: rules.StateEnum, names: Iterable[str], case: Case) -> Interval:
    """Return the bounds of what the named states give."""
    full = case.full(rule)
    first, *rest = [Interval.exactly(rule.states[name].points.of(full)) for name in names]
    return first.hull(*rest).within(case.limits(rule))


def _in_state(
    rule: rules.StateEnum, case: Case, name: str, how: str, notes: tuple[str, ...]
) -> Outcome:
    points = Interval.exactly(rule.states[name].points.of(case.full(rule)))
    points = points.within(case.limits(rule))
    said = f"（{how}）" if how else ""
    proofs = (case.proof,) if case.proof else ()
    return Outcome(
        points, f"{name}{said}，得 {words.spread(points)} 分", proofs=proofs, notes=notes
    )


def _unknown_word(case: Case, field: str, word: str | None, known: Any) -> tuple[str, ...]:
    """Note a word the rubric doesn't have: mistyped, or meant for another rubric."""
    if word is None or word in known:
        return ()
    hint = did_you_mean(word, known) or f"可写：{'、'.join(known)}"
    return (f"{case.name(field)} 写的“{word}”不在这套指标体系里，没有采用（{hint}）",)


def qualitative_band(rule: rules.QualitativeBand, case: Case) -> Outcome:
    """Give the evaluator's mark if it lies in the tier reached; the tier alone bounds it."""
    full, limits = case.full(rule), case.limits(rule)
    stated = case.word("状态")
    notes = _unknown_word(case, "状态", stated, rule.tiers)
    reached = stated in rule.tiers and bool(case.proof or case.on_trial("状态"))
    tier = rule.tiers[str(stated)].as_points(full) if reached else Span()
    inside = tier.within(Span(ZERO, full))
    bounds = Interval(inside.low or ZERO, inside.high or ZERO).within(limits)
    mark = _mark(case, full)
    if mark is not None:
        if reached and mark not in tier:
            figure = case.figure("给分", "分值")
            assert figure is not None
            beyond = f"（不含 {words.points(bounds.high)} 分）" if mark == bounds.high else ""
            message = (
                f"给分 {words.points(mark)} 不在档次“{stated}”的"
                f" {words.spread(bounds)} 分之内{beyond}"
            )
            case.faults.append(Fault(figure.place, message, "改给分，或改状态"))
        said = f"“{stated}”档，" if reached else ""
        return _marked(case, Interval.exactly(mark).within(limits), said, notes)
    if reached:
        reason = f"“{stated}”档，得分在 {words.spread(bounds)} 分之间"
        missing = case.name("给分", "分值")
    else:
        why = f"称“{stated}”，没有佐证，不计" if stated in rule.tiers else "档次未定"
        reason = f"{why}，得分在 {words.spread(bounds)} 分之间"
        missing = case.name("佐证" if stated in rule.tiers else "状态")
    proofs = (case.proof,) if reached and case.proof else ()
    return Outcome(bounds, reason, (missing,), proofs=proofs, notes=notes)


def expert(rule: rules.Expert, case: Case) -> Outcome:
    """Give the evaluator's mark, with who gave it and why; no mark, no points."""
    limits = case.limits(rule)
    mark = _mark(case, limits.high)
    if mark is None:
        reason = f"评价人没有给分，得分在 {words.spread(limits)} 分之间"
        return Outcome(limits, reason, (case.name("给分", "分值"),))
    return _marked(case, Interval.exactly(mark).within(limits), "", ())


def _mark(case: Case, full: Decimal, *path: str) -> Decimal | None:
    """Return the evaluator's mark, refused when it is more than there is to give."""
    mark = case.number(*path, "给分", "分值")
    if mark is not None and not 0 <= mark <= full:
        figure = case.figure(*path, "给分", "分值")
        assert figure is not None
        what = f"“{path[-1]}”" if path else "这个指标"
        message = f"给分 {words.points(mark)} 超过{what}的 {words.points(full)} 分"
        case.faults.append(Fault(figure.place, message, f"写 0 到 {words.points(full)}"))
    return mark


def _who(case: Case, given: Point | Evidence | None) -> str:
    """Return who gave a mark, and why."""
    mark = given.mark if given else None
    return f"{mark.by}：{case.prose(mark.reason)}" if mark else "试算"


def _marked(case: Case, points: Interval, said: str, notes: tuple[str, ...]) -> Outcome:
    reason = f"{said}评价人给 {words.spread(points)} 分（{_who(case, case.evidence)}）"
    proofs = (case.proof,) if case.proof else ()
    return Outcome(points, reason, proofs=proofs, notes=notes)
