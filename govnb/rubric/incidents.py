"""Rules that count what went wrong: shortcomings, incidents, missed due dates.

A shortcoming counts against the department as stated. What is neither shown nor denied
stays open, and the bounds are as tight as the rest allows.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from govnb.rubric.case import Case
from govnb.rubric.evidence import Claim, proofs_of
from govnb.rubric.interval import Interval
from govnb.rubric.outcome import Outcome
from govnb.rubric.rule import (
    ZERO,
    Faults,
    Row,
    Rule,
    check_cost,
    check_sum,
)
from govnb.rubric.values import Due, PointsValue, Rounding, in_steps, listed
from govnb.sheet import score_words as words
from govnb.sheet.evidence import NOT_DONE
from govnb.text.ledger import Name, Strict
from govnb.text.place import Fault
from govnb.text.shorthand import short
from govnb.text.values import Count, PartialDate, TextOf
from govnb.text.yaml_text import Scalar

UNBOUNDED = Decimal("Infinity")


@dataclass(frozen=True)
class Times:
    """How often something happened: so often for sure, and at most so often (None: no end)."""

    sure: int
    most: int | None
    missing: tuple[str, ...] = ()

    def further(self, each: Decimal) -> Decimal:
        """Return what may go beyond what is sure to go."""
        return UNBOUNDED if self.most is None else (self.most - self.sure) * each


@dataclass(frozen=True)
class Incidents:
    """The incidents a department lists (事项)."""

    case: Case

    @property
    def names(self) -> tuple[str, ...]:
        """What they are called."""
        return tuple(self.case.evidence.incidents) if self.case.evidence else ()

    @property
    def times(self) -> Times:
        """How many there are."""
        each = [self.of(name) for name in self.names]
        sure = sum(times.sure for times in each)
        most = None if any(times.most is None for times in each) else sure
        return Times(sure, most, tuple(name for times in each for name in times.missing))

    @property
    def is_complete(self) -> bool:
        """True if the list is shown to be complete."""
        said = self.case.word("事项齐全") == "是"
        return said and bool(self.case.proof or self.case.on_trial("事项齐全"))

    @property
    def lacking(self) -> tuple[str, ...]:
        """The fact that would show it to be."""
        said = self.case.word("事项齐全") == "是"
        return () if self.is_complete else (self.case.name("佐证" if said else "事项齐全"),)

    def of(self, name: str) -> Times:
        """Return how often one of them happened: once, unless it says how often."""
        path = ("事项", name, "例数")
        stated = _count(self.case, *path)
        if stated == 0:
            hint = "没有发生的不列；列出的写 1 以上"
            self.case.refuse(f"事项“{name}”的例数是 0", hint, *path)
        if stated is None and self.case.is_withheld(*path):
            return Times(1, None, missing=(self.case.name(*path),))
        return Times(stated or 1, stated or 1)


def _count(case: Case, *path: str) -> int | None:
    """Return a stated number of cases; a part of one, or less than none, is refused."""
    number = case.number(*path)
    if number is None:
        return None
    if number < 0 or number != number.to_integral_value():
        message = f"“{case.name(*path)}”是 {number:f}，不是例数"
        case.refuse(message, "写 1 以上的整数", *path)
    return int(number)


@dataclass
class Tally:
    """What is taken off so far: for sure, and possibly, with the words for it."""

    sure: Decimal = ZERO
    possible: Decimal = ZERO
    said: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    proofs: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, times: Times, each: Decimal) -> None:
        """Take off for something that happened so often."""
        self.sure += times.sure * each
        self.possible += times.further(each)

    def outcome(self, rule: Rule, case: Case) -> Outcome:
        """Return full marks less what is sure to go, down to what may still go."""
        limits = case.limits(rule)
        gone = min(self.sure, limits.width)
        most = limits.high - gone
        least = limits.low if self.possible == UNBOUNDED else most - self.possible
        points = Interval(least, most).within(limits)
        if self.sure:
            reason = f"{'，'.join(self.said)}，扣 {words.points(gone)} 分"
            if limits.low and self.sure > gone:
                reason += f"，最低 {words.points(limits.low)} 分"
        else:
            reason = "没有说明有无应扣分的情形" if self.missing else "没有发现应扣分的情形"
        if self.missing and not points.is_exact:
            reason += f"；还缺 {len(self.missing)} 项说明，得分在 {points} 分之间"
        proofs = (*self.proofs, *proofs_of(case))
        return Outcome(points, reason, tuple(self.missing), proofs=proofs, notes=tuple(self.notes))


class Flaw(Strict):
    """A point of a checklist that costs."""

    points: PointsValue | None = Field(None, alias="扣", description="默认随规则的“扣”")


class ChecklistDeduct(Rule):
    """checklist_deduct: 每出现一例不符合要求的扣 1 分，扣完为止."""

    id, name = "checklist_deduct", "清单扣分"

    points: PointsValue = Field(alias="扣", description="每例、每项或每件扣几分")
    by: Annotated[Scalar, TextOf("怎么计", choices=("按例", "按项"))] | None = Field(
        None, alias="计", description="按例（默认，一项可扣多次）或 按项"
    )
    items: Annotated[dict[Name, Annotated[Flaw, short("扣")]], Field(min_length=1), listed()] = (
        Field(alias="要点", description="列表，或 名称: {扣: 各自扣几分}")
    )

    def score(self, case: Case) -> Outcome:
        """Take off for every case, or for every point, that falls short.

        Where a point costs but once (按项), a thing listed outside the points costs nothing of
        its own: it falls under one of them, which its author is asked to name.
        """
        by_case, listed, tally = self.by != "按项", Incidents(case), Tally()
        others = listed.times
        if by_case:
            tally.add(others, self.points.of(case.weight))
            tally.said += [f"另有事项 {others.sure} 例"] if others.sure else []
            tally.missing += others.missing
        elif listed.names:
            tally.notes.append(f"{case.name('事项')} 没有计：这条规则按项计，写到所属要点的“符合”")
        is_settled = listed.is_complete and (by_case or not listed.names)
        for name, item in self.items.items():
            claim = Claim(case, name)
            times = self._times(claim, by_case)
            if times.sure == 0 and is_settled and not claim.is_withheld:
                times = Times(0, 0)
            if times.most != times.sure:
                tally.missing.append(claim.lacking)
            tally.add(times, (item.points or self.points).of(case.weight))
            if times.sure:
                tally.said.append(f"“{name}”不符合" + (f" {times.sure} 例" if by_case else ""))
            elif claim.proof and times.most == 0:
                tally.proofs.append(f"{name}：{claim.proof}")
        return tally.outcome(self, case)

    def faults(self, row: Row) -> Faults:
        """Refuse deductions of nothing."""
        for points in (self.points, *(item.points for item in self.items.values())):
            yield from check_cost(points)

    def asks(self) -> Iterator[tuple[str, str]]:
        """Yield its points."""
        yield from (("要点", name) for name in self.items)

    @staticmethod
    def _times(claim: Claim, by_case: bool) -> Times:
        """Return how often a point fell short."""
        case, path = claim.case, ("要点", claim.item, "例数")
        stated, met, word = _count(case, *path), claim.met, claim.word
        if stated is not None and word is not None and (word == "是") == bool(stated):
            message = f"“{claim.item}”符合写“{word}”，例数却写 {stated}"
            case.refuse(message, "例数是不符合的例数：改其中一个", *path)
        if met is True or (stated == 0 and (claim.proof or case.on_trial(*path))):
            return Times(0, 0)
        if met is False or stated:
            if not by_case:
                return Times(1, 1)
            is_open = stated is None and case.is_withheld(*path)
            return Times(stated or 1, None if is_open else stated or 1)
        return Times(0, None if by_case else 1)


class EventDeduct(Rule):
    """event_deduct: 每出现一个专项未按进度完成资金下达扣 0.5 分."""

    id, name = "event_deduct", "按件扣分"

    points: PointsValue = Field(alias="扣", description="每例、每项或每件扣几分")

    def score(self, case: Case) -> Outcome:
        """Take off for every incident; an incomplete list leaves room for more."""
        listed, each = Incidents(case), self.points.of(case.weight)
        times, tally = listed.times, Tally(possible=ZERO if listed.is_complete else UNBOUNDED)
        tally.add(times, each)
        tally.said.append(f"{times.sure} 件，每件扣 {words.points(each)} 分")
        tally.missing += [*times.missing, *listed.lacking]
        return tally.outcome(self, case)

    def faults(self, row: Row) -> Faults:
        """Refuse a deduction of nothing."""
        yield from check_cost(self.points)


# ── due dates ────────────────────────────────────────────────────


class Deadline(Strict):
    """One due date: what meeting it earns, and what each delay costs."""

    due: Due = Field(
        alias="截止", description="06-30（当年）、次年03-31、上年12-31，或逐年写 {2016: 2016-02-07}"
    )
    points: PointsValue | None = Field(None, alias="得分", description="按期完成得几分")
    days: Count | None = Field(None, alias="逾期每", description="几天；默认逾期即不得分")
    late: PointsValue | None = Field(None, alias="扣", description="逾期每几天扣几分")
    rounding: Rounding | None = Field(
        None, alias="取整", description="逾期不足几天：舍去（默认）、进一、按比例"
    )

    def kept(self, worth: Decimal, case: Case, day: PartialDate | str | None) -> Outcome:
        """Return what the date earns: kept, missed by so many days, or open."""
        due = self.due.on(case.year)
        if day == NOT_DONE:
            return Outcome(Interval.exactly(ZERO), "没有完成")
        if due is None:
            return Outcome(Interval(ZERO, worth), f"原文没有规定 {case.year} 年的期限")
        if not isinstance(day, PartialDate):
            return Outcome(Interval(ZERO, worth), "日期未说明")
        first, last = (max((end - due).days, 0) for end in _days(day))
        costs = [min(self._cost(worth, case, days)[0], worth) for days in (first, last)]
        how = self._cost(worth, case, first)[1]
        late = f"，逾期 {first} 天{how}" if first == last > 0 else ""
        points = Interval(worth - max(costs), worth - min(costs))
        return Outcome(points, f"{day}，期限 {words.day(due)}{late}")

    def missed(self, case: Case, day: PartialDate | str | None) -> bool | None:
        """Tell whether the date was missed."""
        due = self.due.on(case.year)
        if day == NOT_DONE:
            return True
        if due is None or not isinstance(day, PartialDate):
            return None
        first, last = _days(day)
        return True if first > due else False if last <= due else None

    def _cost(self, worth: Decimal, case: Case, days: int) -> tuple[Decimal, str]:
        """Return what so many days' delay costs; without 逾期每 a single day costs the whole."""
        if self.days is None:
            return (worth if days else ZERO), ""
        per = self.days.value or Decimal(1)
        steps, said = in_steps(days / per, self.rounding, f" {per} 天")
        return steps * (self.late.of(case.weight) if self.late else worth), said


def _days(day: PartialDate) -> tuple[datetime.date, datetime.date]:
    """Return the first and last day a date known to the year or month can mean."""
    month = day.month or 12
    last = day.day or calendar.monthrange(day.year, month)[1]
    return datetime.date(*day.earliest()), datetime.date(day.year, month, last)


class DeadlineRule(Rule):
    """deadline: 春节前下达 50%；6 月底前全部下达."""

    id, name = "deadline", "按期限"

    due: dict[Name, Deadline] = Field(
        alias="期限", description="名称: {截止, 得分, 逾期每, 扣, 取整}", min_length=1
    )
    points: PointsValue | None = Field(
        None, alias="扣", description="按事项计：每有一个事项误期扣几分；此时各期限不写得分"
    )

    def score(self, case: Case) -> Outcome:
        """Give points for each date kept, or take them off for each thing that missed one."""
        return self._by_date(case) if self.points is None else self._by_item(case, self.points)

    def faults(self, row: Row) -> Faults:
        """Require one way of counting, and dates that add up to full marks."""
        for name, item in self.due.items():
            if (item.points is None) == (self.points is None):
                message = f"期限“{name}”要么写“得分”，要么由规则的“扣”按事项扣分"
                yield Fault(item.due.place, message, "两种写法选一种")
            if (item.days is None) != (item.late is None):
                message = f"期限“{name}”的“逾期每”和“扣”要一起写"
                yield Fault(item.due.place, message, "补上另一个")
            elif item.rounding is not None and item.days is None:
                message = "没有“逾期每”，“取整”没有用处"
                yield Fault(item.rounding.place, message, "补上“逾期每”和“扣”")
            elif item.days is not None and not item.days.value:
                yield Fault(item.days.place, "逾期每 0 天", "写 1 以上的天数")
        if self.points is None:
            yield from check_sum(self, (i.points for i in self.due.values()), "各期限", row)
        yield from check_cost(self.points)

    def asks(self) -> Iterator[tuple[str, str]]:
        """Yield its dates."""
        yield from (("日期", name) for name in self.due)

    def _by_date(self, case: Case) -> Outcome:
        total, said, missing = Interval.exactly(ZERO), [], []
        for name, item in self.due.items():
            assert item.points is not None
            kept = item.kept(item.points.of(case.weight), case, case.day("日期", name))
            earned, how = kept.points, kept.reason
            if earned.high and not case.is_proven(["日期", name]):
                earned, how = Interval(ZERO, earned.high), f"{how}，没有佐证"
            total = Interval.sum((total, earned))
            said.append(f"{name} {earned} 分（{how}）")
            # Where the rubric gives no day for the year, no date of the department's helps.
            if not earned.is_exact and item.due.on(case.year) is not None:
                missing.append(case.name("日期", name))
        points = total.within(case.limits(self))
        return Outcome(points, "；".join(said), tuple(missing), proofs=proofs_of(case))

    def _by_item(self, case: Case, points: PointsValue) -> Outcome:
        each, listed = points.of(case.weight), Incidents(case)
        tally = Tally(possible=ZERO if listed.is_complete else UNBOUNDED)
        tally.missing += [*listed.times.missing, *listed.lacking]
        undated = [name for name, item in self.due.items() if item.due.on(case.year) is None]
        late, count = [], 0
        for name in listed.names:
            days = {n: case.day("事项", name, "日期", n) for n in self.due}
            missed = [self.due[n].missed(case, day) for n, day in days.items()]
            times = listed.of(name)
            if any(missed):
                late.append(name if times.sure == 1 else f"{name} {times.sure} 件")
                count += times.sure
                tally.add(times, each)
            elif None in missed:
                if not undated:
                    tally.missing.append(case.name("事项", name, "日期"))
                tally.possible += times.sure * each + times.further(each)
        tally.said.append(
            f"误期 {count} 件（{words.listing(late)}），每件扣 {words.points(each)} 分"
        )
        outcome = tally.outcome(self, case)
        if not undated or outcome.points.is_exact:
            return outcome
        lacking = f"原文没有规定 {case.year} 年的期限（{words.listing(undated)}）"
        return replace(outcome, reason=f"{outcome.reason}；{lacking}")
