"""相等, 不超过 and 解释: one figure against another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from govnb.review.check import (
    Evidence,
    ForEach,
    Formula,
    Number,
    Percent,
    Severity,
    percent,
    subject_of,
)
from govnb.review.finding import HINT, Finding
from govnb.review.rounding import Spread
from govnb.review.terms import Gap, Term, in_percent, in_unit_of, is_literal, printed
from govnb.review.world import World
from govnb.sheet.expression import spelled
from govnb.sheet.sheet import HUNDRED
from govnb.text.values import Text

# Whose commas were taken for points, if not more.
_TOO_MANY_TIMES = 1000


class EqualCheck(ForEach):
    """相等: 同一个数写在两处."""

    kind: Literal["相等"] = Field(alias="种类")
    left: Formula = Field(alias="左", description="名称或算式")
    right: Formula = Field(alias="右", description="名称或算式")
    alternatives: list[Formula] = Field([], alias="也可", description="等于其中之一也算相符")
    relates: ClassVar[bool] = True

    def one(self, world: World, variables: Mapping[str, str]) -> Iterator[Finding]:
        """Compare a quantity with the nearest of those it may equal."""
        subject, left = subject_of(variables), world.term(self.left, variables)
        texts = (self.right, *self.alternatives)
        rights = [in_unit_of(world.term(text, variables), left) for text in texts]
        known = [right for right in rights if right.number is not None]
        if left.number is None or not known:
            yield from self.undecided(subject, left, rights[0])
            return
        # The nearest one is what the department meant.
        gaps = [world.gap(left, right, self.fixed_tolerance) for right in known]
        gaps.sort(key=lambda gap: abs(gap.difference or Decimal(0)))
        told = f"{left.label}{left}，{gaps[0].right.label}{gaps[0].right}"
        settled = self.settled(world, subject, told, *gaps)
        yield settled or self.failed(subject, gaps[0].words(subject), gaps[0].evidence)


class LimitCheck(ForEach):
    """不超过: 一个数与上限：另一个数，或法规定的比例."""

    kind: Literal["不超过"] = Field(alias="种类")
    left: Formula = Field(alias="左", description="名称或算式")
    right: Formula = Field(alias="右", description="名称、算式，或 10% 这样的数")
    complete_from: Percent | None = Field(
        None, alias="列全比例", description="右边不到左边的这么多，是没有列全，不核对"
    )
    relates: ClassVar[bool] = True
    root: ClassVar[int] = 1
    agree: ClassVar[str] = "没有超过"
    apart: ClassVar[str] = "超过"

    def holds(self, difference: Decimal, spread: Spread) -> bool:
        """Tell whether a figure so far above its limit keeps it."""
        return difference <= spread.below

    def one(self, world: World, variables: Mapping[str, str]) -> Iterator[Finding]:
        """Compare a figure with what it may not exceed."""
        subject = subject_of(variables)
        left, right = world.term(self.left, variables), world.term(self.right, variables)
        is_bare = is_literal(right.name)
        left = in_percent(left) if is_bare and right.unit == "%" else left
        right = in_unit_of(right, left)
        if left.number is None or right.number is None:
            yield from self.undecided(subject, left, right)
            return
        gap = world.gap(left, right, self.fixed_tolerance)
        told = f"{left.label}{left}，上限{right if is_bare else f'{right.label}{right}'}"
        if settled := self.settled(world, subject, told, gap):
            yield settled
        elif (share := right.number / left.number * HUNDRED) < percent(self.complete_from):
            part = printed(share, "%")
            why = f"{right.label}{right}只占{left.label}{left}的{part}，没有列全，不能核对"
            yield self.not_applicable(subject, why, gap.evidence)
        else:
            yield self.failed(subject, gap.words(subject), gap.evidence)


class MagnitudeCheck(ForEach):
    """数量级: 一个数与同类的数（预算、上年）相差上千倍，像是单位写错."""

    kind: Literal["数量级"] = Field(alias="种类")
    number: Formula = Field(alias="数", description="名称或算式")
    beside: list[Formula] = Field(alias="参照", description="同类的数：预算、上年数、合计")
    relates: ClassVar[bool] = True
    root: ClassVar[int] = 2
    times: Number | None = Field(None, alias="倍数", description="差这么多倍才报，默认 1000")

    def one(self, world: World, variables: Mapping[str, str]) -> Iterator[Finding]:
        """Compare a number with each of those it should be like."""
        subject, term = subject_of(variables), world.term(self.number, variables)
        others = [world.term(text, variables) for text in self.beside]
        known = [other for other in others if other.number and other.unit == term.unit]
        if not term.number or not known:
            nothing = self.not_applicable(subject, "没有可比的数")
            yield from self.undecided(subject, term) if term.number is None else [nothing]
            return
        apart = {abs(term.number / (other.number or Decimal(1))): other for other in known}
        times, other = max(((max(x, 1 / x), o) for x, o in apart.items()), key=lambda pair: pair[0])
        told = f"{term.label}{term}，{other.label}{other}"
        evidence = Evidence(term.side, other.side)
        if times < Decimal(self.times or _TOO_MANY_TIMES):
            yield self.passed(subject, f"{told}，数量级相当", evidence)
        else:
            words = Gap(term, other).words(subject or term.label)
            words["缘由"] = f"相差约{printed(times, '倍', 0)}"
            yield self.failed(subject, words, evidence)


class UnexplainedCheck(ForEach):
    """须有原因: 超了预算，却没有写原因."""

    kind: Literal["须有原因"] = Field(alias="种类")
    overspend: Formula = Field(alias="超支", description="要有原因的超支")
    budget: Formula = Field(alias="预算", description="超支所比的预算")
    least: Percent = Field(alias="超过", description="超过预算不到这么多的，不要原因")
    whole: Formula | None = Field(None, alias="整体", description="写了它的原因，各项都算有原因")
    because: list[Text] = Field(alias="原因词", description="句子里有这样的词，就是写了原因")
    relates: ClassVar[bool] = True

    def one(self, world: World, variables: Mapping[str, str]) -> Iterator[Finding]:
        """Look for the reason of an overspend."""
        subject, term = subject_of(variables), world.term(self.overspend, variables)
        budget, item = world.term(self.budget, variables), [*variables.values()][-1]
        if term.number is None or budget.number is None:
            yield from self.undecided(subject, term, budget)
        elif term.number * HUNDRED <= percent(self.least) * budget.number:
            yield self.not_applicable(subject, f"{term.label}{term}，没有超过{self.least}")
        elif self._is_explained(term, item, world):
            yield self.passed(subject, f"{term.label}{term}，写了原因", Evidence(term.side))
        else:
            words = Gap(term, budget).words(item)
            yield self.failed(subject, words, Evidence(term.side, budget.side))

    def _is_explained(self, term: Term, item: str, world: World) -> bool:
        sheet = world.figures.sheet
        made_of = frozenset[str]().union(*map(sheet.above, term.names)) - {term.name}
        for reason in world.facts.items.get("超支原因", ()):
            # A reason for the whole is one for each item; 超支 and 差异 are made of the same.
            meant = sheet.above(f"超支原因.{reason}.对应超支")
            if made_of <= {*meant} or self.whole in meant or len(meant) == 1:
                return True
        sentences = (s for p in world.prose for s in re.split("[。；\n]", f"{p.path}：{p.text}"))
        return any(item in s and any(word in s for word in self.because) for s in sentences)


class ReasonCheck(ForEach):
    """解释: 所列原因与它解释的超支."""

    kind: Literal["解释"] = Field(alias="种类")
    overspend: Formula = Field(alias="超支", description="要解释的超支")
    explained: Formula = Field(alias="解释额", description="所列原因的金额；同一超支的各原因先相加")
    at_least: Percent = Field(alias="至少解释", description="低于它是未通过，够它而未足数是提示")
    except_for: Formula | None = Field(
        None, alias="不含", description="对应这一项超支的，由别的核对负责"
    )
    carried: Formula | None = Field(None, alias="结转", description="上年结转够付超支的，不算超支")
    short: Severity | None = Field(
        None, alias="解释不足时", description="解释不足的严重性，默认同上"
    )

    def find(self, world: World) -> Iterator[Finding]:
        """Compare each overspend with what the reasons given for it come to together."""
        groups: dict[str, tuple[str, Term, list[Term]]] = {}
        for variables in world.instances(self.each):
            overspend = world.term(self.overspend, variables)
            explained = world.term(self.explained, variables)
            key = _target(overspend, world) or subject_of(variables)
            groups.setdefault(key, (subject_of(variables), overspend, []))[2].append(explained)
        if not groups:
            yield self.not_applicable("")
        for key, (subject, overspend, parts) in groups.items():
            explained = parts[0] if len(parts) == 1 else _together(parts, world)
            if self.except_for and key == world.term(self.except_for, {}).name:
                yield self.not_applicable(subject, f"与“{overspend.label}”一并核对")
            elif overspend.number is None or explained.number is None:
                yield from self.undecided(subject, overspend, explained)
            elif overspend.number <= 0:
                yield self.not_applicable(subject, f"{overspend.label}{overspend}，没有超支")
            elif (
                self.carried
                and ((carried := world.term(self.carried, {})).number or 0) >= overspend.number
            ):
                why = f"{overspend.label}{overspend}，用的是{carried.label}{carried}"
                yield self.not_applicable(subject, why)
            else:
                gap = world.gap(overspend, explained, self.fixed_tolerance)
                yield self._explained(world, subject, gap)

    def _explained(self, world: World, subject: str, gap: Gap) -> Finding:
        overspend, explained = gap.left, gap.right
        told = f"{overspend.label}{overspend}，所列原因{explained}"
        if settled := self.settled(world, subject, told, gap, lenient=True):
            return settled
        assert overspend.number is not None and explained.number is not None
        share = explained.number / overspend.number * HUNDRED
        words, severity = gap.words(subject) | {"百分比": printed(share, "%")}, None
        if share > HUNDRED:
            more = f"所列原因比超支多{gap.apart}"
            words["缘由"] = f"{more}，解释过了头，多出的被别处的结余抵掉而没有说明"
        else:
            words["缘由"] = f"还有{gap.apart}没有说明"
            is_enough = share >= percent(self.at_least)
            severity = HINT if is_enough else str(self.short or self.severity)
        return self.failed(subject, words, gap.evidence, severity)


def _target(overspend: Term, world: World) -> str:
    """Return the figure an overspend was copied from (`=名称`), or nothing."""
    figure = world.figures.get(overspend.name)
    if figure is None or figure.formula is None or world.is_from_book(figure):
        return ""
    source = figure.inputs[0] if len(figure.inputs) == 1 else ""
    return source if source and world.figures[source].value == figure.value else ""


def _together(parts: list[Term], world: World) -> Term:
    """Return the sum of several reasons' amounts."""
    formula = " + ".join(spelled(part.name) if part.figure else part.name for part in parts)
    name = " + ".join(part.name for part in parts)
    return replace(world.term(formula, {}), name=name, label="所列各项原因", origin=parts[0].origin)
