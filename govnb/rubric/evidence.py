"""Rules that score what a department shows; a claim counts only with evidence behind it."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from itertools import chain
from typing import Annotated, NamedTuple

from pydantic import Field

from govnb.rubric.case import Case
from govnb.rubric.outcome import NOTHING, ZERO, Interval, Outcome
from govnb.rubric.rule import Faults, Row, Rule, check_best, check_sum, say_level
from govnb.rubric.values import Condition, Cost, Due, PointsValue, Rounding, in_steps, listed
from govnb.sheet import score_words as words
from govnb.sheet.evidence import NOT_DONE, Evidence, Point
from govnb.text.faults import Fault
from govnb.text.measure import PERCENT, Range, Span, holes
from govnb.text.section import Name, Strict, key, short
from govnb.text.values import Count, PartialDate, TextOf
from govnb.text.yaml_text import Scalar

UNBOUNDED = Decimal("Infinity")


class Worth(Strict):
    """A state or a point of a checklist that earns; 当 lets the figures decide."""

    points: PointsValue = key("得分", "这一状态或要点得几分", ...)
    when: Condition | None = key("当", "什么数成立就算；写了它就只看数据")


class StateEnum(Rule):
    """state_enum: 无结余 3 分；有结余但不超过上年结转 2 分；超过不得分."""

    id, name = "state_enum", "按状态"

    states: dict[Name, Annotated[Worth, short("得分")]] = key(
        "状态", "名称: 分数，或 {得分, 当}，从上往下第一个成立的算", ..., min_length=1
    )

    def score(self, case: Case) -> Outcome:
        """Give what the first state that holds gives: by the figures, else as shown."""
        stated, possible, missing = case.word("状态"), list[str](), list[str]()
        decides = undecided = False
        for name, state in self.states.items():
            met, lacks = case.holds(state.when) if state.when else (None, ())
            missing += lacks
            if met is not False:
                possible.append(name)
                undecided = undecided or bool(state.when and not met)
                # A claim speaks where the figures don't: above it, and of it, none is open.
                decides = decides or (name == stated and not undecided)
            if met:
                break
        notes = case.unknown("状态", self.states)
        if stated in self.states and stated not in possible:
            notes += (f"{case.name('状态')} 写的“{stated}”与数据不符，按数据判定",)
        if not possible:
            reason = "规则所列的状态都不成立，原文没有规定怎么计分"
            return Outcome(self._any(self.states, case), reason, notes=notes)
        # It holds by the figures, or they rule every other out; else it is as shown.
        by_figures = len(possible) == 1 < len(self.states) and not undecided
        if by_figures or (decides and case.is_shown("状态")):
            points = self._any(possible if by_figures else [str(stated)], case)
            said = f"{possible[0]}（按数据判定）" if by_figures else stated
            return Outcome(points, f"{said}，得 {points} 分", notes=notes)
        # Where each has a condition, perhaps none of them will turn out to hold.
        none_sure = all(self.states[name].when for name in possible)
        points = self._any(self.states if none_sure else possible, case)
        why = f"称“{stated}”，没有佐证，不计" if decides else f"状态未定：{words.joined(possible)}"
        if stated in possible and not decides:
            why += "，按数据判定，数据未定"
        lacking = tuple(missing) or (case.name("佐证" if decides else "状态"),)
        return Outcome(points, f"{why}，得分在 {points} 分之间", lacking, notes=notes)

    def faults(self, row: Row) -> Faults:
        """Require that the best state gives full marks."""
        yield from check_best(self, (s.points for s in self.states.values()), "各状态", row)

    def _any(self, names: Iterable[str], case: Case) -> Interval:
        given = (Interval.exactly(self.states[name].points.of(case.weight)) for name in names)
        return Interval.around(given).within(case.limits(self))


class QualitativeBand(Rule):
    """qualitative_band: 达成 100—80%(含)、部分达成 80—50%(含)、未达成 50—0%."""

    id, name = "qualitative_band", "定性分档"

    tiers: dict[Name, Range] = key("档次", "分数，或占分值的百分比", ..., min_length=1)

    def score(self, case: Case) -> Outcome:
        """Give the evaluator's mark if it lies in the tier reached; the tier alone bounds it."""
        full, limits, stated = case.weight, case.limits(self), case.word("状态")
        notes = case.unknown("状态", self.tiers)
        claimed = stated in self.tiers
        reached = claimed and case.is_shown("状态")
        tier = self.tiers[str(stated)].as_points(full) if reached else Span()
        inside = tier.within(Span(ZERO, full))
        bounds = Interval(inside.low or ZERO, inside.high or ZERO).within(limits)
        mark = _mark_of(case, limits)
        if mark is not None and reached and mark not in tier and bounds != Interval.exactly(mark):
            beyond = f"（不含 {words.points(bounds.high)} 分）" if mark == bounds.high else ""
            message = f"给分 {words.points(mark)} 不在档次“{stated}”的 {bounds} 分之内{beyond}"
            case.refuse(message, "改给分，或改状态", "给分", "分值")
        why = f"称“{stated}”，没有佐证，不计" if claimed else "档次未定"
        lacking = case.name("佐证" if claimed else "状态")
        if reached:
            why, lacking = f"“{stated}”档", case.name("给分", "分值")
        unmarked = Outcome(bounds, f"{why}，得分在 {bounds} 分之间", (lacking,), notes=notes)
        return _by_mark(case, mark, unmarked, f"{why}，" if reached else "")

    def faults(self, row: Row) -> Faults:
        """Require tiers that cover all there is to give once."""
        tiers = list(self.tiers.values())
        # Shares are of the weight, and cut off at 封顶; points outright end there.
        shares = any(end.kind.unit == PERCENT for tier in tiers for end in tier.ends)
        most = row.weight if shares else row.most
        spans = [tier.as_points(row.weight) for tier in tiers]
        for number, message in holes(spans, Span(ZERO, most), partial(say_level, "")):
            hint = f"各档次应恰好覆盖 0 到 {most} 分（或 0 到 100%）"
            yield Fault(tiers[number].ends[0].place, f"这一档次{message}", hint)
        for tier, span in zip(tiers, spans, strict=True):
            if span.high is not None and span.high > most:
                yield Fault(tier.ends[0].place, f"这一档次超过 {most} 分", "改得分或分值")


class Expert(Rule):
    """expert: 合理确定分值，由评价人给分."""

    id, name = "expert", "专家评定"

    def score(self, case: Case) -> Outcome:
        """Give the evaluator's mark, with who gave it and why; no mark, no points."""
        limits = case.limits(self)
        lacking = (case.name("给分", "分值"),)
        unmarked = Outcome(limits, f"评价人没有给分，得分在 {limits} 分之间", lacking)
        return _by_mark(case, _mark_of(case, limits), unmarked)


def _mark_of(case: Case, limits: Interval, *path: str) -> Decimal | None:
    mark = case.number(*path, "给分", "分值")
    if mark is not None and mark not in limits:
        what = f"“{path[-1]}”" if path else "这个指标"
        least, most = words.points(limits.low), words.points(limits.high)
        over = f"超过{what}的 {most} 分" if mark > limits.high else f"低于{what}最低的 {least} 分"
        message = f"给分 {words.points(mark)} {over}"
        case.refuse(message, f"写 {least} 到 {most}", *path, "给分", "分值")
        return limits.high if mark > limits.high else limits.low
    return mark


def _who(case: Case, given: Point | Evidence | None) -> str:
    mark = given.mark if given else None
    return f"{mark.by}：{case.prose(mark.reason)}" if mark else "试算"


def _by_mark(case: Case, mark: Decimal | None, unmarked: Outcome, said: str = "") -> Outcome:
    if mark is None:
        return unmarked
    reason = f"{said}评价人给 {words.points(mark)} 分（{_who(case, case.evidence)}）"
    return replace(unmarked, points=Interval.exactly(mark), reason=reason, missing=())


class _Claim(NamedTuple):
    """What a department says of one point of a checklist, and whether that is shown."""

    word: str | None  # 是, 否 or nothing
    point: Point | None  # the prose of it
    proof: str  # the evidence for the point, else for the indicator as a whole
    met: bool | None  # whether the point is shown to be met; an unproven claim is open
    lacking: str  # the fact that would settle it

    @classmethod
    def of(cls, case: Case, item: str) -> _Claim:
        point = case.evidence.points.get(item) if case.evidence else None
        word = case.word("要点", item, "符合")
        proof = (case.prose(point.proof) if point else "") or case.proof
        is_shown = bool(proof) or case.on_trial("要点", item, "符合")
        met = False if word == "否" else True if word == "是" and is_shown else None
        lacking = case.name("要点", item, "佐证" if word == "是" else "符合")
        return cls(word, point, proof, met, lacking)


class ChecklistAdd(Rule):
    """checklist_add: ①…1 分；②…1 分；③…1 分."""

    id, name = "checklist_add", "清单加分"

    items: dict[Name, Annotated[Worth, short("得分")]] = key(
        "要点", "名称: 分数，或 {得分, 当}；合计等于分值，超过的写 封顶", ..., min_length=1
    )

    def score(self, case: Case) -> Outcome:
        """Add up the points that are met; those neither shown nor denied stay open."""
        return _added_up((self._item(case, *item) for item in self.items.items()), self, case)

    def faults(self, row: Row) -> Faults:
        """Require points that add up to full marks."""
        yield from check_sum(self, (item.points for item in self.items.values()), "要点", row)

    @staticmethod
    def _item(case: Case, name: str, item: Worth) -> Outcome:
        claim, worth = _Claim.of(case, name), item.points.of(case.weight)
        mark = _mark_of(case, Interval(ZERO, worth), "要点", name)
        notes = []
        if item.when:
            # The figures decide, once they are known, whatever is claimed until then.
            met, lacks = case.holds(item.when)
            unsettled = "按数据判定，数据未定" if claim.word is not None else "未说明"
            if met is not None and claim.word is not None and (claim.word == "是") != met:
                said = f"{case.name('要点', name)} 写的“{claim.word}”与数据不符，按数据判定"
                notes.append(said)
            if mark is not None:
                notes.append(f"{case.name('要点', name)} 的给分没有采用：这一条按数据判定")
        elif mark is not None:
            said = f"{name} {words.points(mark)} 分（{_who(case, claim.point)}）"
            return Outcome(Interval.exactly(mark), said)
        else:
            met, lacks = claim.met, (claim.lacking,)
            unsettled = "称符合，没有佐证" if claim.word == "是" else "未说明"
        points = Interval(worth if met else ZERO, ZERO if met is False else worth)
        proofs = (f"{name}：{claim.proof}",) if met and not item.when and claim.proof else ()
        reason = f"{name} {points} 分" + (f"（{unsettled}）" if met is None else "")
        lacking = lacks if met is None else ()
        return Outcome(points, reason, lacking, proofs=proofs, notes=tuple(notes))


def _together(parts: Iterable[Outcome], between: str) -> Outcome:
    """Return what several parts come to, before any limit."""
    made = list(parts)
    return Outcome(
        Interval.sum(one.points for one in made),
        between.join(one.reason for one in made if one.reason),
        tuple(chain.from_iterable(one.missing for one in made)),
        proofs=tuple(chain.from_iterable(one.proofs for one in made)),
        notes=tuple(chain.from_iterable(one.notes for one in made)),
    )


def _added_up(parts: Iterable[Outcome], rule: Rule, case: Case) -> Outcome:
    whole = _together(parts, "；")
    return replace(whole, points=whole.points.within(case.limits(rule)))


def _taken_off(parts: Iterable[Outcome], rule: Rule, case: Case) -> Outcome:
    """Return what is left when each part costs its points, in the best and the worst case."""
    whole, limits = _together(parts, "，"), case.limits(rule)
    gone = min(whole.points.low, limits.width)
    points = Interval(limits.high - whole.points.high, limits.high - gone).within(limits)
    reason = "没有说明有无应扣分的情形" if whole.missing else "没有发现应扣分的情形"
    if whole.points.low:
        reason = f"{whole.reason}，扣 {words.points(gone)} 分"
        if limits.low and whole.points.low > gone:
            reason += f"，最低 {words.points(limits.low)} 分"
    if whole.missing and not points.is_exact:
        reason += f"；还缺 {len(whole.missing)} 项说明，得分在 {points} 分之间"
    return replace(whole, points=points, reason=reason, proofs=(*whole.proofs, case.proof))


def _count(case: Case, *path: str) -> Decimal | None:
    number = case.number(*path, "例数")
    return None if number is None else number.to_integral_value()


def _incidents(case: Case) -> dict[str, Outcome]:
    """Return how often each thing that went wrong did, and what that lacks."""
    names = case.evidence.incidents if case.evidence else ()
    return {name: _incident(case, name) for name in names}


def _incident(case: Case, name: str) -> Outcome:
    path = ("事项", name, "例数")
    stated = _count(case, *path[:2])
    if stated == 0:
        case.refuse(f"事项“{name}”的例数是 0", "没有发生的不列；列出的写 1 以上", *path)
    if stated is None and case.is_withheld(*path):
        return Outcome(Interval(Decimal(1), UNBOUNDED), "", (case.name(*path),))
    return Outcome(Interval.exactly(stated or Decimal(1)), "")


def _perhaps_more(case: Case) -> list[Outcome]:
    """Return the room that an incomplete list leaves for more incidents."""
    is_claimed = case.word("事项齐全") == "是"
    lacking = case.name("佐证" if is_claimed else "事项齐全")
    more = Outcome(Interval(ZERO, UNBOUNDED), "", (lacking,))
    return [] if is_claimed and case.is_shown("事项齐全") else [more]


class Flaw(Strict):
    """A point of a checklist that costs."""

    points: Cost | None = key("扣", "默认随规则的“扣”")


class ChecklistDeduct(Rule):
    """checklist_deduct: 每出现一例不符合要求的扣 1 分，扣完为止."""

    id, name = "checklist_deduct", "清单扣分"

    points: Cost = key("扣", "每例、每项或每件扣几分", ...)
    by: Annotated[Scalar, TextOf("怎么计", choices=("按例", "按项"))] | None = key(
        "计", "按例（默认，一项可扣多次）或 按项"
    )
    items: Annotated[dict[Name, Annotated[Flaw, short("扣")]], Field(min_length=1), listed()] = key(
        "要点", "列表，或 名称: {扣: 各自扣几分}", ...
    )

    def score(self, case: Case) -> Outcome:
        """Take off for every case, or for every point, that falls short."""
        by_case, incidents = self.by != "按项", _incidents(case)
        listed = _together(incidents.values(), "")
        times = listed.points
        if by_case:
            said = f"另有事项 {times.low} 例" if times.low else ""
            listed = replace(listed, points=times.times(self.points.of(case.weight)), reason=said)
        else:
            # Where a point costs but once, a thing listed outside falls under one of them.
            told = f"{case.name('事项')} 没有计：这条规则按项计，写到所属要点的“符合”"
            listed = Outcome(NOTHING, "", notes=(told,) if incidents else ())
        is_settled = not _perhaps_more(case) and (by_case or not incidents)
        items = (self._item(case, *item, by_case, is_settled) for item in self.items.items())
        return _taken_off([listed, *items], self, case)

    def _item(self, case: Case, name: str, item: Flaw, by_case: bool, is_settled: bool) -> Outcome:
        claim = _Claim.of(case, name)
        times = self._times(case, name, claim, by_case)
        # A complete list settles what isn't 未公布 in so many words.
        is_withheld = any(case.is_withheld("要点", name, f) for f in ("符合", "例数"))
        if times.low == 0 and is_settled and not is_withheld:
            times = NOTHING
        said = f"“{name}”不符合" + (f" {times.low} 例" if by_case else "")
        return Outcome(
            times.times((item.points or self.points).of(case.weight)),
            said if times.low else "",
            () if times.is_exact else (claim.lacking,),
            proofs=(f"{name}：{claim.proof}",) if times == NOTHING and claim.proof else (),
        )

    @staticmethod
    def _times(case: Case, name: str, claim: _Claim, by_case: bool) -> Interval:
        path, met = ("要点", name), claim.met
        stated = _count(case, *path)
        if stated is not None and claim.word is not None and (claim.word == "是") == bool(stated):
            message = f"“{name}”符合写“{claim.word}”，例数却写 {stated}"
            case.refuse(message, "例数是不符合的例数：改其中一个", *path, "例数")
        if met or (stated == 0 and (claim.proof or case.on_trial(*path, "例数"))):
            return NOTHING
        sure = stated if stated and by_case else Decimal(1)
        if met is None and not stated:
            return Interval(ZERO, UNBOUNDED if by_case else sure)
        is_open = by_case and stated is None and case.is_withheld(*path, "例数")
        return Interval(sure, UNBOUNDED if is_open else sure)


class EventDeduct(Rule):
    """event_deduct: 每出现一个专项未按进度完成资金下达扣 0.5 分."""

    id, name = "event_deduct", "按件扣分"

    points: Cost = key("扣", "每例、每项或每件扣几分", ...)

    def score(self, case: Case) -> Outcome:
        """Take off for every incident; an incomplete list leaves room for more."""
        listed, each = _together(_incidents(case).values(), ""), self.points.of(case.weight)
        said = f"{listed.points.low} 件，每件扣 {words.points(each)} 分"
        listed = replace(listed, points=listed.points.times(each), reason=said)
        return _taken_off([listed, *_perhaps_more(case)], self, case)


class Deadline(Strict):
    """One due date: what meeting it earns, and what each delay costs."""

    due: Due = key("截止", "06-30（当年）、次年03-31、上年12-31，或逐年写 {2016: 2016-02-07}", ...)
    points: PointsValue | None = key("得分", "按期完成得几分")
    days: Count | None = key("逾期每", "几天；默认逾期即不得分")
    late: PointsValue | None = key("扣", "逾期每几天扣几分")
    rounding: Rounding | None = key("取整", "逾期不足几天：舍去（默认）、进一、按比例")

    def late_by(self, case: Case, day: PartialDate | str | None) -> Interval | None:
        """Return the fewest and the most days it was missed by; None while that is open."""
        due = self.due.on(case.year)
        if day == NOT_DONE:
            return Interval.exactly(UNBOUNDED)
        if due is None or not isinstance(day, PartialDate):
            return None
        # A date known to the year or month means one of its days.
        month = day.month or 12
        end = day.day or calendar.monthrange(day.year, month)[1]
        ends = datetime.date(*day.earliest()), datetime.date(day.year, month, end)
        first, last = (Decimal(max((end - due).days, 0)) for end in ends)
        return Interval(first, last)

    def kept(self, name: str, case: Case) -> Outcome:
        """Return what the date earns: kept, missed by so many days, or open."""
        worth = self.points.of(case.weight) if self.points else ZERO
        whole, due = Interval(ZERO, worth), self.due.on(case.year)
        day = case.day("日期", name)
        late = self.late_by(case, day)
        if late is None:
            points, how = whole, "日期未说明" if due else f"原文没有规定 {case.year} 年的期限"
        elif late.low == UNBOUNDED or due is None:
            points, how = NOTHING, "没有完成"
        else:
            (least, said), (most, _) = (self._cost(worth, case, n) for n in (late.low, late.high))
            points = Interval(worth - most, worth - least).within(whole)
            how = f"{day}，期限 {due.year}年{due.month}月{due.day}日"
            how += f"，逾期 {late.low} 天{said}" if late.is_exact and late.low else ""
        if points.high and not case.is_proven(["日期", name]):
            points, how = Interval(ZERO, points.high), f"{how}，没有佐证"
        # Where the rubric gives no day for the year, no date of the department's helps.
        missing = (case.name("日期", name),) if not points.is_exact and due is not None else ()
        return Outcome(points, f"{name} {points} 分（{how}）", missing)

    def faults(self, name: str, by_item: bool) -> Faults:
        """Require of one due date a single way of counting, and what that takes."""
        if (self.points is None) != by_item:
            message = f"期限“{name}”要么写“得分”，要么由规则的“扣”按事项扣分"
            yield Fault(self.due.place, message, "两种写法选一种")
        if (self.days is None) != (self.late is None):
            message = f"期限“{name}”的“逾期每”和“扣”要一起写"
            yield Fault(self.due.place, message, "补上另一个")
        elif self.rounding is not None and self.days is None:
            hint = "补上“逾期每”和“扣”"
            yield Fault(self.rounding.place, "没有“逾期每”，“取整”没有用处", hint)
        elif self.days is not None and not self.days.value:
            yield Fault(self.days.place, "逾期每 0 天", "写 1 以上的天数")

    def _cost(self, worth: Decimal, case: Case, days: Decimal) -> tuple[Decimal, str]:
        if self.days is None:
            return (worth if days else ZERO), ""
        per = self.days.value or Decimal(1)
        steps, said = in_steps(days / per, self.rounding, f" {per} 天")
        return steps * (self.late.of(case.weight) if self.late else worth), said


class DeadlineRule(Rule):
    """deadline: 春节前下达 50%；6 月底前全部下达."""

    id, name = "deadline", "按期限"

    due: dict[Name, Deadline] = key(
        "期限", "名称: {截止, 得分, 逾期每, 扣, 取整}", ..., min_length=1
    )
    points: Cost | None = key("扣", "按事项计：每有一个事项误期扣几分；此时各期限不写得分")

    def score(self, case: Case) -> Outcome:
        """Give points for each date kept, or take them off for each thing that missed one."""
        if self.points is not None:
            return self._by_item(case, self.points)
        return _added_up((item.kept(name, case) for name, item in self.due.items()), self, case)

    def faults(self, row: Row) -> Faults:
        """Require one way of counting, and dates that add up to full marks."""
        for name, item in self.due.items():
            yield from item.faults(name, self.points is not None)
        if self.points is None:
            yield from check_sum(self, (i.points for i in self.due.values()), "各期限", row)

    def _by_item(self, case: Case, points: PointsValue) -> Outcome:
        each, incidents = points.of(case.weight), _incidents(case)
        undated = [name for name, item in self.due.items() if item.due.on(case.year) is None]
        late, perhaps = {}, []
        for name, one in incidents.items():
            days = {n: case.day("事项", name, "日期", n) for n in self.due}
            late_by = [self.due[n].late_by(case, day) for n, day in days.items()]
            if any(span is not None and span.low for span in late_by):
                late[name] = one.points
            elif not all(span is not None and not span.high for span in late_by):
                lacking = () if undated else (case.name("事项", name, "日期"),)
                perhaps.append(Outcome(Interval(ZERO, one.points.high).times(each), "", lacking))
        named = [name if n.low == 1 else f"{name} {n.low} 件" for name, n in late.items()]
        times, missing = Interval.sum(late.values()), _together(incidents.values(), "").missing
        said = f"误期 {times.low} 件（{words.listing(named)}），每件扣 {words.points(each)} 分"
        counted = Outcome(times.times(each), said, missing)
        outcome = _taken_off([counted, *_perhaps_more(case), *perhaps], self, case)
        if not undated or outcome.points.is_exact:
            return outcome
        lacks = f"原文没有规定 {case.year} 年的期限（{words.listing(undated)}）"
        return replace(outcome, reason=f"{outcome.reason}；{lacks}")
