"""Due dates: points for each one kept, or taken off for each thing that missed one."""

from __future__ import annotations

import calendar
import datetime
from dataclasses import replace
from decimal import Decimal

from govnb.evaluate import score_words as words
from govnb.evaluate.scoring_case import Case
from govnb.inputs.evidence import NOT_DONE
from govnb.inputs.values import PartialDate
from govnb.rubric import rules
from govnb.rubric.interval import Interval
from govnb.rubric.lists import (
    UNBOUNDED,
    ZERO,
    deducted,
    happened,
    incidents,
    incompleteness,
)
from govnb.rubric.outcome import Outcome
from govnb.rubric.values import ROUNDINGS, DueDate


def deadline(rule: rules.DeadlineRule, case: Case) -> Outcome:
    """Give points for each date kept, or take them off for each thing that missed one."""
    return _by_item(rule, case) if rule.points is not None else _by_date(rule, case)


def _by_date(rule: rules.DeadlineRule, case: Case) -> Outcome:
    total = Interval.exactly(ZERO)
    said, missing = [], []
    for name, item in rule.due.items():
        assert item.points is not None
        worth = item.points.of(case.weight)
        earned, how = _kept(item, worth, case, case.day("日期", name))
        if earned.high and not case.is_proven(["日期", name]):
            earned, how = Interval(ZERO, earned.high), f"{how}，没有佐证"
        total = Interval(total.low + earned.low, total.high + earned.high)
        said.append(f"{name} {earned} 分（{how}）")
        # Where the rubric gives no day for the year, no date of the department's helps.
        if not earned.is_exact and item.due.on(case.year) is not None:
            missing.append(case.name("日期", name))
    points = total.within(case.limits(rule))
    proofs = (case.proof,) if case.proof else ()
    return Outcome(points, "；".join(said), tuple(missing), proofs=proofs)


def _kept(
    item: rules.Deadline, worth: Decimal, case: Case, day: PartialDate | str | None
) -> tuple[Interval, str]:
    """Return what one due date earns: kept, missed by so many days, or open."""
    due = item.due.on(case.year)
    if day == NOT_DONE:
        return Interval.exactly(ZERO), "没有完成"
    if due is None:
        return Interval(ZERO, worth), f"原文没有规定 {case.year} 年的期限"
    if not isinstance(day, PartialDate):
        return Interval(ZERO, worth), "日期未说明"
    first, last = (max((d - due).days, 0) for d in _days(day))
    costs = [min(_cost(item, worth, case, n), worth) for n in (first, last)]
    late = f"，逾期 {first} 天{_rounded(item, first)}" if first == last > 0 else ""
    points = Interval(worth - max(costs), worth - min(costs))
    return points, f"{day}，期限 {words.day(due)}{late}"


def _cost(item: rules.Deadline, worth: Decimal, case: Case, days: int) -> Decimal:
    """Return what so many days' delay costs; without 逾期每 a single day costs the whole."""
    if item.days is None:
        return worth if days else ZERO
    steps, per = Decimal(days), item.days.value or Decimal(1)
    how = ROUNDINGS.get(item.rounding or "舍去", str(item.rounding))
    if how == "linear":
        steps /= per
    else:
        full, more = divmod(steps, per)
        steps = full + (1 if more and how == "ceil" else 0)
    return steps * (item.late.of(case.weight) if item.late else worth)


def _rounded(item: rules.Deadline, days: int) -> str:
    """Say how days short of a step were counted; rules seldom do (rubrics.md §7.1)."""
    if item.days is None or not days % int(item.days.value or 1):
        return ""
    how = ROUNDINGS.get(item.rounding or "舍去", str(item.rounding))
    said = {"floor": "不扣", "ceil": f"按 {item.days.value} 天扣", "linear": "按比例扣"}[how]
    default = "" if item.rounding else "（原文没有写，按默认）"
    return f"，不足 {item.days.value} 天的{said}{default}"


def _days(day: PartialDate) -> tuple[datetime.date, datetime.date]:
    """Return the first and last day a date known to the year or month can mean."""
    month = day.month or 12
    last = day.day or calendar.monthrange(day.year, month)[1]
    return datetime.date(*day.earliest()), datetime.date(day.year, month, last)


def _by_item(rule: rules.DeadlineRule, case: Case) -> Outcome:
    assert rule.points is not None
    each = rule.points.of(case.weight)
    listed, complete = incidents(case)
    late, missing = [], [*listed.missing, *([] if complete else [incompleteness(case)])]
    sure, possible = 0, ZERO if complete else UNBOUNDED
    for name in listed.names:
        missed = [
            _missed(d.due, case, case.day("事项", name, "日期", n)) for n, d in rule.due.items()
        ]
        times = happened(case, name)
        if any(missed):
            late.append(name if times.sure == 1 else f"{name} {times.sure} 件")
            sure += times.sure
            possible += times.further(each)
        elif None in missed:
            if all(d.due.on(case.year) is not None for d in rule.due.values()):
                missing.append(case.name("事项", name, "日期"))
            possible += times.sure * each + times.further(each)
    said = [f"误期 {sure} 件（{words.listing(late)}），每件扣 {words.points(each)} 分"]
    outcome = deducted(rule, case, sure * each, possible, said, missing, [])
    undated = [name for name, d in rule.due.items() if d.due.on(case.year) is None]
    if not undated or outcome.points.is_exact:
        return outcome
    lacking = f"原文没有规定 {case.year} 年的期限（{words.listing(undated)}）"
    return replace(outcome, reason=f"{outcome.reason}；{lacking}")


def _missed(due: DueDate, case: Case, day: PartialDate | str | None) -> bool | None:
    if day == NOT_DONE:
        return True
    limit = due.on(case.year)
    if limit is None or not isinstance(day, PartialDate):
        return None
    first, last = _days(day)
    return True if first > limit else False if last <= limit else None
