"""Rules that count what is shown: checklists, and incidents one by one.

A claim counts for the department only with evidence behind it; a shortcoming counts
against it as stated. What is neither shown nor denied stays open, and the bounds are as
tight as the rest allows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from govnb.evaluate import score_words as words
from govnb.evaluate.figure import Lack
from govnb.evaluate.scoring_case import Case
from govnb.inputs.evidence import Point
from govnb.inputs.place import Fault
from govnb.inputs.values import UNKNOWN
from govnb.rubric import rules
from govnb.rubric.facts import mark_of, who
from govnb.rubric.interval import Interval
from govnb.rubric.outcome import Outcome

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
    notes: list[str] = []
    for name, item in rule.items.items():
        worth = item.points.of(case.weight)
        mark = mark_of(case, Interval(ZERO, worth), "要点", name)
        if item.when:
            # The figures decide, once they are known, whatever is claimed until then.
            met, lacks = case.holds(item.when)
            proof = ""
            notes.extend(_at_odds(case, name, met, mark))
        elif mark is not None:
            low, high = low + mark, high + mark
            said.append(f"{name} {words.points(mark)} 分（{who(case, _point(case, name))}）")
            continue
        else:
            met, proof = _claim(case, name)
            lacks = (_why_open(case, name),)
        if met is None:
            missing.extend(lacks)
        elif met and proof:
            proofs.append(f"{name}：{proof}")
        low += worth if met else ZERO
        high += ZERO if met is False else worth
        said.append(f"{name} {_earned(met, worth, case, name, by_figures=bool(item.when))}")
    points = Interval(low, high).within(case.limits(rule))
    reason = "；".join(said)
    return Outcome(points, reason, tuple(missing), proofs=tuple(proofs), notes=tuple(notes))


def _at_odds(case: Case, item: str, met: bool | None, mark: Decimal | None) -> Iterator[str]:
    """Yield what is said of a point that the figures decide otherwise."""
    claimed = case.word("要点", item, "符合")
    if met is not None and claimed is not None and (claimed == "是") != met:
        yield f"{case.name('要点', item)} 写的“{claimed}”与数据不符，按数据判定"
    if mark is not None:
        yield f"{case.name('要点', item)} 的给分没有采用：这一条按数据判定"


def _earned(met: bool | None, worth: Decimal, case: Case, item: str, *, by_figures: bool) -> str:
    if met is not None:
        return f"{words.points(worth if met else ZERO)} 分"
    if by_figures and case.word("要点", item, "符合") is not None:
        return f"0—{words.points(worth)} 分（按数据判定，数据未定）"
    claimed = case.word("要点", item, "符合") == "是"
    return f"0—{words.points(worth)} 分（{'称符合，没有佐证' if claimed else '未说明'}）"


def checklist_deduct(rule: rules.ChecklistDeduct, case: Case) -> Outcome:
    """Take off for every case, or for every point, that falls short.

    Where a point costs but once (按项), a thing listed outside the points costs nothing of
    its own: it falls under one of them, which its author is asked to name.
    """
    by_case = rule.by != "按项"
    listed, all_listed = incidents(case)
    each = rule.points.of(case.weight)
    sure, possible = (listed.sure * each, listed.further(each)) if by_case else (ZERO, ZERO)
    said = [f"另有事项 {listed.sure} 例"] if listed.sure and by_case else []
    notes = () if by_case or not listed.names else (_not_counted(case),)
    missing: list[str] = [*listed.missing] if by_case else []
    proofs: list[str] = []
    for name, item in rule.items.items():
        each = (item.points or rule.points).of(case.weight)
        times, proof = _times(case, name, by_case)
        if times.sure == 0 and times.most != 0 and all_listed and (by_case or not listed.names):
            times = times if _withheld(case, name) else Times(0, 0)
        if times.most != times.sure:
            missing.append(_why_open(case, name))
        sure += each * times.sure
        possible += times.further(each)
        if times.sure:
            said.append(f"“{name}”不符合" + (f" {times.sure} 例" if by_case else ""))
        elif proof and times.most == 0:
            proofs.append(f"{name}：{proof}")
    return deducted(rule, case, sure, possible, said, missing, proofs, notes)


def _not_counted(case: Case) -> str:
    return f"{case.name('事项')} 没有计：这条规则按项计，写到所属要点的“符合”"


@dataclass(frozen=True)
class Times:
    """How often something happened: so often for sure, and at most so often (None: no end)."""

    sure: int
    most: int | None
    names: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def further(self, each: Decimal) -> Decimal:
        """Return what may go beyond what is sure to go."""
        return UNBOUNDED if self.most is None else (self.most - self.sure) * each


def _withheld(case: Case, item: str) -> bool:
    """Tell whether a point is 未公布 in so many words: a complete list doesn't settle that."""
    return any(_is_open(case, "要点", item, field) for field in ("符合", "例数"))


def _times(case: Case, item: str, by_case: bool) -> tuple[Times, str]:
    """Return how often a point fell short."""
    met, proof = _claim(case, item)
    verdict = case.word("要点", item, "符合")
    stated = _count(case, "要点", item, "例数")
    if stated is not None and verdict is not None and (verdict == "是") == bool(stated):
        figure = case.figure("要点", item, "例数")
        assert figure is not None
        message = f"“{item}”符合写“{verdict}”，例数却写 {stated}"
        case.faults.append(Fault(figure.place, message, "例数是不符合的例数：改其中一个"))
    if met is True or (stated == 0 and (proof or case.on_trial("要点", item, "例数"))):
        return Times(0, 0), proof
    if met is False or stated:
        if not by_case:
            return Times(1, 1), proof
        most = None if stated is None and _is_open(case, "要点", item, "例数") else stated or 1
        return Times(stated or 1, most), proof
    return Times(0, None if by_case else 1), proof


def _count(case: Case, *path: str) -> int | None:
    """Return a stated number of cases; a part of one, or less than none, is refused."""
    number, figure = case.number(*path), case.figure(*path)
    if number is None or figure is None:
        return None
    if number < 0 or number != number.to_integral_value():
        message = f"“{figure.name}”是 {number:f}，不是例数"
        case.faults.append(Fault(figure.place, message, "写 1 以上的整数"))
    return int(number)


def _is_open(case: Case, *path: str) -> bool:
    """Tell whether a fact is stated, but as 未公布 or by a formula without a value."""
    figure = case.figure(*path)
    return (
        figure is not None and figure.value in (None, UNKNOWN) and figure.lack is not Lack.LEFT_OUT
    )


def incidents(case: Case) -> tuple[Times, bool]:
    """Return how many incidents are listed, and whether the list is shown to be complete."""
    names = tuple(case.evidence.incidents) if case.evidence else ()
    each = [happened(case, name) for name in names]
    sure = sum(times.sure for times in each)
    most = None if any(times.most is None for times in each) else sure
    missing = tuple(name for times in each for name in times.missing)
    complete = case.word("事项齐全") == "是"
    shown = complete and bool(case.proof or case.on_trial("事项齐全"))
    return Times(sure, most, names, missing), shown


def happened(case: Case, name: str) -> Times:
    """Return how often one listed incident happened: once, unless it says how often."""
    stated = _count(case, "事项", name, "例数")
    if stated == 0:
        figure = case.figure("事项", name, "例数")
        assert figure is not None
        message = f"事项“{name}”的例数是 0"
        case.faults.append(Fault(figure.place, message, "没有发生的不列；列出的写 1 以上"))
    if stated is None and _is_open(case, "事项", name, "例数"):
        return Times(1, None, missing=(case.name("事项", name, "例数"),))
    return Times(stated or 1, stated or 1)


def deducted(
    rule: Any,
    case: Case,
    sure: Decimal,
    possible: Decimal,
    said: list[str],
    missing: list[str],
    proofs: list[str],
    notes: tuple[str, ...] = (),
) -> Outcome:
    """Return full marks less what is sure to go, down to what may still go."""
    limits = case.limits(rule)
    gone = min(sure, limits.width)
    most = limits.high - gone
    least = limits.low if possible == UNBOUNDED else most - possible
    points = Interval(least, most).within(limits)
    if sure:
        floor = f"，最低 {words.points(limits.low)} 分" if limits.low and sure > gone else ""
        reason = f"{'，'.join(said)}，扣 {words.points(gone)} 分{floor}"
    else:
        reason = "没有发现应扣分的情形" if not missing else "没有说明有无应扣分的情形"
    if missing and not points.is_exact:
        reason += f"；还缺 {len(missing)} 项说明，得分在 {points} 分之间"
    if case.proof:
        proofs.append(case.proof)
    return Outcome(points, reason, tuple(missing), proofs=tuple(proofs), notes=notes)


def event_deduct(rule: rules.EventDeduct, case: Case) -> Outcome:
    """Take off for every incident; an incomplete list leaves room for more."""
    listed, complete = incidents(case)
    each = rule.points.of(case.weight)
    missing = [*listed.missing, *([] if complete else [incompleteness(case)])]
    said = [f"{listed.sure} 件，每件扣 {words.points(each)} 分"]
    possible = listed.further(each) if complete else UNBOUNDED
    return deducted(rule, case, listed.sure * each, possible, said, missing, [])


def incompleteness(case: Case) -> str:
    """Return the fact that would show a list of incidents to be complete."""
    return case.name("佐证" if case.word("事项齐全") == "是" else "事项齐全")
