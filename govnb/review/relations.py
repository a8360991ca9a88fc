"""相等, 不超过 and 解释: one figure against another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Literal

from pydantic import Field

from govnb.review.check import Check, Evidence, ForEach, Formula, Percent, Severity, subject_of
from govnb.review.finding import FAILED, HINT, RESIDUE, Finding
from govnb.review.ledgers import within
from govnb.review.rounding import HUNDRED, Spread
from govnb.review.terms import Term, in_percent, in_unit_of, is_literal, printed
from govnb.review.world import World
from govnb.sheet.sheet import Sheet


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
        subject = subject_of(variables)
        left = world.term(self.left, variables)
        texts = (self.right, *self.alternatives)
        rights = [in_unit_of(world.term(text, variables), left) for text in texts]
        known = [right for right in rights if right.number is not None]
        if left.number is None or not known:
            yield from self.undecided(subject, left, rights[0])
        else:
            # The nearest one is what the department meant.
            known.sort(key=lambda term: abs(_gap(left, term)))
            yield self._compared(world, subject, left, known)

    def _compared(self, world: World, subject: str, left: Term, rights: list[Term]) -> Finding:
        right = rights[0]
        gap, allowed = _gap(left, right), _allowance(self, world, left, right)
        bound = allowed.below if gap > 0 else allowed.above
        evidence = Evidence(left.side, right.side, gap, bound)
        told = f"{left.label}{left}，{right.label}{right}"
        is_about = world.rounding.is_approximate(left.names + right.names)
        if not gap or (within(gap, allowed) and is_about):
            return self.passed(subject, f"{told}，相符", evidence)
        for other in rights:
            keeps = _keeps(gap, _allowance(self, world, left, other))
            if excuse := _excuse(world, left, other, keeps):
                return self.excused(subject, told, excuse, evidence)
        if within(gap, allowed):
            apart = printed(abs(gap), left.unit, left.decimals)
            return self.finding(subject, FAILED, f"{told}，差{apart}，是尾差", evidence, RESIDUE)
        return self.failed(subject, _words(subject, left, right, gap, bound), evidence)


def _keeps(gap: Decimal, allowed: Spread) -> Callable[[Decimal], bool]:
    """Return what an excuse must come to: nothing for a residue, else what rounding allows."""
    return (lambda value: not value) if within(gap, allowed) else (lambda v: within(v, allowed))


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

    def one(self, world: World, variables: Mapping[str, str]) -> Iterator[Finding]:
        """Compare a figure with what it may not exceed."""
        left, right = world.term(self.left, variables), world.term(self.right, variables)
        left = in_percent(left) if is_literal(right.name) and right.unit == "%" else left
        right = in_unit_of(right, left)
        subject = subject_of(variables)
        if left.number is None or right.number is None:
            yield from self.undecided(subject, left, right)
        else:
            yield self._limited(world, subject, left, right)

    def _limited(self, world: World, subject: str, left: Term, right: Term) -> Finding:
        gap, room = _gap(left, right), _allowance(self, world, left, right).below
        evidence = Evidence(left.side, right.side, gap, room)
        limit_told = str(right) if is_literal(right.name) else f"{right.label}{right}"
        told = f"{left.label}{left}，上限{limit_told}"
        if gap <= 0:
            return self.passed(subject, f"{told}，没有超过", evidence)
        most = Decimal(0) if gap <= room else room
        if excuse := _excuse(world, left, right, lambda value: value <= most):
            return self.excused(subject, told, excuse, evidence)
        if gap <= room:
            apart = printed(gap, left.unit, left.decimals)
            return self.finding(subject, FAILED, f"{told}，超过{apart}，是尾差", evidence, RESIDUE)
        assert left.number is not None and right.number is not None
        share = right.number / left.number * HUNDRED
        if self.complete_from is not None and share < Decimal(self.complete_from.rstrip("%")):
            part = printed(share, "%")
            why = f"{right.label}{right}只占{left.label}{left}的{part}，没有列全，不能核对"
            return self.not_applicable(subject, why, evidence)
        return self.failed(subject, _words(subject, left, right, gap, room), evidence)


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
            if self.except_for and key == world.term(self.except_for, {}).name:
                yield self.not_applicable(subject, f"与“{overspend.label}”一并核对")
            else:
                explained = parts[0] if len(parts) == 1 else _total(parts)
                yield from self._explained(world, subject, overspend, explained)

    def _explained(
        self, world: World, subject: str, overspend: Term, explained: Term
    ) -> Iterator[Finding]:
        if overspend.number is None or explained.number is None:
            yield from self.undecided(subject, overspend, explained)
            return
        if overspend.number <= 0:
            yield self.not_applicable(subject, f"{overspend.label}{overspend}，没有超支")
            return
        gap, allowed = _gap(overspend, explained), _allowance(self, world, overspend, explained)
        bound = allowed.below if gap > 0 else allowed.above
        evidence = Evidence(overspend.side, explained.side, gap, bound)
        share = explained.number / overspend.number * HUNDRED
        words = _words(subject, overspend, explained, gap, bound)
        words["百分比"] = printed(share, "%")
        told = f"{overspend.label}{overspend}，所列原因{explained}"
        if within(gap, allowed):
            yield self.passed(subject, f"{told}，相符", evidence)
            return
        if excuse := _excuse(world, overspend, explained, lambda value: within(value, allowed)):
            yield self.excused(subject, told, excuse, evidence)
        elif gap < 0:
            more = words["差额"]
            words["缘由"] = f"所列原因比超支多{more}，解释过了头，多出的被别处的结余抵掉而没有说明"
            yield self.failed(subject, words, evidence)
        else:
            words["缘由"] = f"还有{words['差额']}没有说明"
            enough = share >= Decimal(self.at_least.rstrip("%"))
            severity = HINT if enough else str(self.short or self.severity)
            yield self.failed(subject, words, evidence, severity)


def _target(overspend: Term, world: World) -> str:
    """Return the figure an overspend was copied from (`=名称`), or nothing."""
    figure = world.figures.get(overspend.name)
    if figure is None or figure.formula is None or world.is_from_book(figure):
        return ""
    source = figure.inputs[0] if len(figure.inputs) == 1 else ""
    return source if source and world.figures[source].value == figure.value else ""


def _total(parts: list[Term]) -> Term:
    """Return the sum of several reasons' amounts."""
    known = [part.number for part in parts if part.number is not None]
    return Term(
        name=" + ".join(part.name for part in parts),
        label="所列各项原因",
        value=sum(known, Decimal(0)) if len(known) == len(parts) else None,
        unit=parts[0].unit,
        names=tuple(name for part in parts for name in part.names),
        missing=tuple(name for part in parts for name in part.missing),
        origin=parts[0].origin,
        decimals=max(part.decimals for part in parts),
    )


def _gap(left: Term, right: Term) -> Decimal:
    assert left.number is not None and right.number is not None
    return left.number - right.number


def _allowance(check: Check, world: World, left: Term, right: Term) -> Spread:
    """Return how far two terms may differ: the rule's tolerance, or what rounding explains."""
    fixed = check.fixed_tolerance
    if fixed is not None:
        return Spread.fixed(fixed, left.unit, left.factor)
    return world.rounding.over(_difference(left, right), left.names + right.names)


def _difference(left: Term, right: Term) -> Callable[[Sheet], Decimal | None]:
    def difference(sheet: Sheet) -> Decimal | None:
        a, b = left.on(sheet), right.on(sheet)
        return None if a is None or b is None else a - b

    return difference


def _excuse(world: World, left: Term, right: Term, agrees: Callable[[Decimal], bool]) -> str:
    """Return which total at odds with its parts makes two terms part, or nothing."""
    return world.excuse(left.names + right.names, _difference(left, right), agrees)


def _words(subject: str, left: Term, right: Term, gap: Decimal, bound: Decimal) -> dict[str, str]:
    """Return what a rule's message may put in."""
    return {
        "项": subject,
        "左名": left.label,
        "左": str(left),
        "右名": right.label,
        "右": str(right),
        "差额": printed(abs(gap), left.unit, left.decimals),
        "容差": printed(bound, left.unit, 4),
    }
