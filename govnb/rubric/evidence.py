"""Rules that score what is shown: states, an evaluator's mark, points of a checklist.

A claim counts for the department only with evidence behind it; where the rubric lets the
figures decide, it counts not at all. What is neither shown nor denied stays open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from govnb.rubric.case import Case
from govnb.rubric.interval import Interval
from govnb.rubric.outcome import Outcome
from govnb.rubric.rule import (
    ZERO,
    Faults,
    Row,
    Rule,
    check_best,
    check_sum,
    say_level,
)
from govnb.rubric.values import Condition, PointsValue
from govnb.sheet import score_words as words
from govnb.sheet.evidence import Evidence, Point
from govnb.text.ledger import Name, Strict
from govnb.text.measure import PERCENT, Range
from govnb.text.place import Fault
from govnb.text.shorthand import short
from govnb.text.span import Span, holes
from govnb.text.suggest import did_you_mean


class Worth(Strict):
    """A state or a point of a checklist that earns; 当 lets the figures decide."""

    points: PointsValue = Field(alias="得分", description="这一状态或要点得几分")
    when: Condition | None = Field(None, alias="当", description="什么数成立就算；写了它就只看数据")


# ── states and marks ─────────────────────────────────────────────


class StateEnum(Rule):
    """state_enum: 无结余 3 分；有结余但不超过上年结转 2 分；超过不得分.

    The first match holds.
    """

    id, name = "state_enum", "按状态"

    states: dict[Name, Annotated[Worth, short("得分")]] = Field(
        alias="状态", description="名称: 分数，或 {得分, 当}，从上往下第一个成立的算", min_length=1
    )

    def score(self, case: Case) -> Outcome:
        """Give what the first state that holds gives: by the figures, else as shown."""
        possible, missing, decides, undecided = self._possible(case)
        stated = case.word("状态")
        # It holds by the figures, or they rule every other out.
        certain = len(possible) == 1 < len(self.states) and not undecided
        notes = _unknown_word(case, stated, self.states)
        if stated in self.states and stated not in possible:
            notes += (f"{case.name('状态')} 写的“{stated}”与数据不符，按数据判定",)
        if not possible:
            reason = "规则所列的状态都不成立，原文没有规定怎么计分"
            return Outcome(self._any(self.states, case), reason, notes=notes)
        if certain:
            points = self._any(possible, case)
            said = f"{possible[0]}（按数据判定），得 {points} 分"
            return Outcome(points, said, proofs=proofs_of(case), notes=notes)
        if decides and (case.proof or case.on_trial("状态")):
            points = self._any([str(stated)], case)
            said = f"{stated}，得 {points} 分"
            return Outcome(points, said, proofs=proofs_of(case), notes=notes)
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

    def _possible(self, case: Case) -> tuple[list[str], list[str], bool, bool]:
        """Return the states that may hold, what is missing, and whether a claim decides."""
        possible: list[str] = []
        missing: list[str] = []
        decides = undecided = False
        for name, state in self.states.items():
            met, lacks = case.holds(state.when) if state.when else (None, ())
            missing.extend(lacks)
            if met is False:
                continue
            possible.append(name)
            undecided = undecided or bool(state.when and not met)
            # A claim speaks where the figures don't: above it, and of it, none is open.
            decides = decides or (name == case.word("状态") and not undecided)
            if met:
                break
        return possible, missing, decides, undecided

    def _any(self, names: Iterable[str], case: Case) -> Interval:
        """Return the bounds of what the named states give."""
        given = (Interval.exactly(self.states[name].points.of(case.weight)) for name in names)
        return Interval.around(given).within(case.limits(self))


class QualitativeBand(Rule):
    """qualitative_band: 达成 100—80%(含)、部分达成 80—50%(含)、未达成 50—0%."""

    id, name = "qualitative_band", "定性分档"

    tiers: dict[Name, Range] = Field(
        alias="档次", min_length=1, description="分数，或占分值的百分比"
    )

    def score(self, case: Case) -> Outcome:
        """Give the evaluator's mark if it lies in the tier reached; the tier alone bounds it."""
        full, limits, stated = case.weight, case.limits(self), case.word("状态")
        notes = _unknown_word(case, stated, self.tiers)
        reached = stated in self.tiers and bool(case.proof or case.on_trial("状态"))
        tier = self.tiers[str(stated)].as_points(full) if reached else Span()
        inside = tier.within(Span(ZERO, full))
        bounds = Interval(inside.low or ZERO, inside.high or ZERO).within(limits)
        mark = mark_of(case, limits)
        if mark is not None:
            if reached and mark not in tier and not (bounds.is_exact and mark == bounds.low):
                beyond = f"（不含 {words.points(bounds.high)} 分）" if mark == bounds.high else ""
                message = f"给分 {words.points(mark)} 不在档次“{stated}”的 {bounds} 分之内{beyond}"
                case.refuse(message, "改给分，或改状态", "给分", "分值")
            return _marked(case, mark, f"“{stated}”档，" if reached else "", notes)
        if reached:
            reason = f"“{stated}”档，得分在 {bounds} 分之间"
            missing = (case.name("给分", "分值"),)
            return Outcome(bounds, reason, missing, proofs=proofs_of(case), notes=notes)
        claimed = stated in self.tiers
        why = f"称“{stated}”，没有佐证，不计" if claimed else "档次未定"
        missing = (case.name("佐证" if claimed else "状态"),)
        return Outcome(bounds, f"{why}，得分在 {bounds} 分之间", missing, notes=notes)

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
    """expert: 合理确定分值，由评价人给分.

    The evaluator's mark, with who and why.
    """

    id, name = "expert", "专家评定"

    def score(self, case: Case) -> Outcome:
        """Give the evaluator's mark, with who gave it and why; no mark, no points."""
        limits = case.limits(self)
        mark = mark_of(case, limits)
        if mark is None:
            reason = f"评价人没有给分，得分在 {limits} 分之间"
            return Outcome(limits, reason, (case.name("给分", "分值"),))
        return _marked(case, mark, "", ())


def mark_of(case: Case, limits: Interval, *path: str) -> Decimal | None:
    """Return the evaluator's mark, refused when it is more, or less, than there is to give."""
    mark = case.number(*path, "给分", "分值")
    if mark is not None and mark not in limits:
        what = f"“{path[-1]}”" if path else "这个指标"
        least, most = words.points(limits.low), words.points(limits.high)
        over = f"超过{what}的 {most} 分" if mark > limits.high else f"低于{what}最低的 {least} 分"
        message = f"给分 {words.points(mark)} {over}"
        case.refuse(message, f"写 {least} 到 {most}", *path, "给分", "分值")
        return limits.high if mark > limits.high else limits.low
    return mark


def proofs_of(case: Case) -> tuple[str, ...]:
    """Return the evidence for the indicator as a whole, as an outcome lists it."""
    return (case.proof,) if case.proof else ()


def _who(case: Case, given: Point | Evidence | None) -> str:
    """Return who gave a mark, and why."""
    mark = given.mark if given else None
    return f"{mark.by}：{case.prose(mark.reason)}" if mark else "试算"


def _marked(case: Case, mark: Decimal, said: str, notes: tuple[str, ...]) -> Outcome:
    reason = f"{said}评价人给 {words.points(mark)} 分（{_who(case, case.evidence)}）"
    return Outcome(Interval.exactly(mark), reason, proofs=proofs_of(case), notes=notes)


def _unknown_word(case: Case, word: str | None, known: Mapping[str, Any]) -> tuple[str, ...]:
    """Note a word the rubric doesn't have: mistyped, or meant for another rubric."""
    if word is None or word in known:
        return ()
    hint = did_you_mean(word, known) or f"可写：{'、'.join(known)}"
    return (f"{case.name('状态')} 写的“{word}”不在这套指标体系里，没有采用（{hint}）",)


# ── checklists ───────────────────────────────────────────────────


@dataclass(frozen=True)
class Claim:
    """What a department says of one point of a checklist, and whether that is shown."""

    case: Case
    item: str

    @property
    def point(self) -> Point | None:
        """The prose of it."""
        return self.case.evidence.points.get(self.item) if self.case.evidence else None

    @property
    def word(self) -> str | None:
        """是, 否 or nothing."""
        return self.case.word("要点", self.item, "符合")

    @property
    def proof(self) -> str:
        """The evidence for the point, else for the indicator as a whole."""
        return (self.case.prose(self.point.proof) if self.point else "") or self.case.proof

    @property
    def met(self) -> bool | None:
        """Whether the point is shown to be met; an unproven claim is open."""
        if self.word == "是":
            is_shown = self.proof or self.case.on_trial("要点", self.item, "符合")
            return True if is_shown else None
        return False if self.word == "否" else None

    @property
    def lacking(self) -> str:
        """The fact that would settle it."""
        return self.case.name("要点", self.item, "佐证" if self.word == "是" else "符合")

    @property
    def is_withheld(self) -> bool:
        """True if it is 未公布 in so many words: a complete list doesn't settle that."""
        return any(self.case.is_withheld("要点", self.item, f) for f in ("符合", "例数"))


class ChecklistAdd(Rule):
    """checklist_add: ①…1 分；②…1 分；③…1 分."""

    id, name = "checklist_add", "清单加分"

    items: dict[Name, Annotated[Worth, short("得分")]] = Field(
        alias="要点",
        description="名称: 分数，或 {得分, 当}；合计等于分值，超过的写 封顶",
        min_length=1,
    )

    def score(self, case: Case) -> Outcome:
        """Add up the points that are met; those neither shown nor denied stay open."""
        made = [self._item(case, name, item) for name, item in self.items.items()]
        points = Interval.sum(one.points for one in made).within(case.limits(self))
        return Outcome(
            points,
            "；".join(one.reason for one in made),
            tuple(name for one in made for name in one.missing),
            proofs=tuple(proof for one in made for proof in one.proofs),
            notes=tuple(note for one in made for note in one.notes),
        )

    def faults(self, row: Row) -> Faults:
        """Require points that add up to full marks."""
        yield from check_sum(self, (item.points for item in self.items.values()), "要点", row)

    def asks(self) -> Iterator[tuple[str, str]]:
        """Yield its points."""
        yield from (("要点", name) for name in self.items)

    def _item(self, case: Case, name: str, item: Worth) -> Outcome:
        claim, worth = Claim(case, name), item.points.of(case.weight)
        mark = mark_of(case, Interval(ZERO, worth), "要点", name)
        notes: tuple[str, ...] = ()
        if item.when:
            # The figures decide, once they are known, whatever is claimed until then.
            met, lacks = case.holds(item.when)
            notes = tuple(_at_odds(claim, met, mark))
            unsettled = "按数据判定，数据未定" if claim.word is not None else "未说明"
        elif mark is not None:
            said = f"{name} {words.points(mark)} 分（{_who(case, claim.point)}）"
            return Outcome(Interval.exactly(mark), said)
        else:
            met, lacks = claim.met, (claim.lacking,)
            unsettled = "称符合，没有佐证" if claim.word == "是" else "未说明"
        if met is None:
            points = Interval(ZERO, worth)
            return Outcome(points, f"{name} {points} 分（{unsettled}）", lacks, notes=notes)
        points = Interval.exactly(worth if met else ZERO)
        is_proven = met and not item.when and claim.proof
        proofs = (f"{name}：{claim.proof}",) if is_proven else ()
        return Outcome(points, f"{name} {points} 分", proofs=proofs, notes=notes)


def _at_odds(claim: Claim, met: bool | None, mark: Decimal | None) -> Iterator[str]:
    """Yield what is said of a point that the figures decide otherwise."""
    name = claim.case.name("要点", claim.item)
    if met is not None and claim.word is not None and (claim.word == "是") != met:
        yield f"{name} 写的“{claim.word}”与数据不符，按数据判定"
    if mark is not None:
        yield f"{name} 的给分没有采用：这一条按数据判定"
