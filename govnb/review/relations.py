"""相等, 不超过 and 解释: one figure against another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from govnb.review.check import ForEach, Formula, Percent, Severity, subject_of
from govnb.review.finding import HINT, Finding
from govnb.review.rounding import Spread
from govnb.review.terms import Gap, Term, in_percent, in_unit_of, is_literal, printed
from govnb.review.world import World
from govnb.sheet.expression import spelled
from govnb.sheet.sheet import HUNDRED


class EqualCheck(ForEach):
    """相等: 同一个数写在两处.

    The same quantity stated, or computed, in two places.
    """

    kind: Literal["相等"] = Field(alias="种类")
    left: Formula = Field(alias="左", description="名称或算式")
    right: Formula = Field(alias="右", description="名称或算式")
    alternatives: list[Formula] = Field([], alias="也可", description="等于其中之一也算相符")

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
    """不超过: 一个数与上限：另一个数，或法规定的比例.

    A figure against a limit set by law or by another figure.

    The shipped rule is 政府采购法 第四十九条: what is added to a contract in the course of it may
    not come to more than a tenth of the contract.
    """

    kind: Literal["不超过"] = Field(alias="种类")
    left: Formula = Field(alias="左", description="名称或算式")
    right: Formula = Field(alias="右", description="名称、算式，或 10% 这样的数")
    complete_from: Percent | None = Field(
        None, alias="列全比例", description="右边不到左边的这么多，是没有列全，不核对"
    )
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
        elif (share := right.number / left.number * HUNDRED) < _percent(self.complete_from):
            part = printed(share, "%")
            why = f"{right.label}{right}只占{left.label}{left}的{part}，没有列全，不能核对"
            yield self.not_applicable(subject, why, gap.evidence)
        else:
            yield self.failed(subject, gap.words(subject), gap.evidence)


class ReasonCheck(ForEach):
    """解释: 所列原因与它解释的超支.

    What a stated reason accounts for against the overspend it explains.
    """

    kind: Literal["解释"] = Field(alias="种类")
    overspend: Formula = Field(alias="超支", description="要解释的超支")
    explained: Formula = Field(alias="解释额", description="所列原因的金额；同一超支的各原因先相加")
    at_least: Percent = Field(alias="至少解释", description="低于它是未通过，够它而未足数是提示")
    except_for: Formula | None = Field(
        None, alias="不含", description="对应这一项超支的，由别的核对负责"
    )
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
            is_enough = share >= _percent(self.at_least)
            severity = HINT if is_enough else str(self.short or self.severity)
        return self.failed(subject, words, gap.evidence, severity)


def _percent(text: str | None) -> Decimal:
    return Decimal((text or "0%").rstrip("%"))


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
