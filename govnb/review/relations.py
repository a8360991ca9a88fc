"""相等, 不超过 and 解释: one figure against another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from govnb.inputs.check_rules import HINT, RESIDUE, EqualRule, LimitRule, ReasonRule, Rule
from govnb.review.finding import FAILED, PASSED, Finding
from govnb.review.ledgers import within
from govnb.review.rounding import HUNDRED, Look, Spread
from govnb.review.say import Evidence, Say, subject_of, undecided
from govnb.review.terms import Term, in_percent, is_literal, printed
from govnb.review.world import World

NOTHING_TO_CHECK = "本部门没有要核对的内容"


def equal(rule: EqualRule, world: World, say: Say) -> Iterator[Finding]:
    """Compare a quantity with the same quantity stated, or computed, elsewhere."""
    instances = world.instances(rule.each)
    if not instances:
        yield say.not_applicable("", NOTHING_TO_CHECK)
    for variables in instances:
        left = world.term(rule.left, variables)
        rights = [world.term(text, variables) for text in (rule.right, *rule.alternatives)]
        known = [right for right in rights if right.number is not None]
        subject = subject_of(variables)
        if left.number is None or not known:
            yield from undecided(say, subject, left, rights[0])
            continue
        # The nearest one is what the department meant.
        known.sort(key=lambda term: abs(_gap(left, term)))
        yield _compared(rule, world, say, subject, left, known)


def _compared(
    rule: Rule, world: World, say: Say, subject: str, left: Term, rights: list[Term]
) -> Finding:
    right = rights[0]
    gap, allowed = _gap(left, right), allowance(rule, world, left, right)
    bound = allowed.below if gap > 0 else allowed.above
    evidence = Evidence(left.side, right.side, gap, bound)
    told = f"{left.label}{left}，{right.label}{right}"
    if not gap or (
        within(gap, allowed) and world.rounding.is_approximate(left.names + right.names)
    ):
        return say(subject, PASSED, f"{told}，相符", evidence)
    for other in rights:
        keeps = _keeps(gap, allowance(rule, world, left, other))
        if excuse := _excuse(world, left, other, keeps):
            return say.excused(subject, told, excuse, evidence)
    if within(gap, allowed):
        apart = printed(abs(gap), left.unit, left.decimals)
        return say(subject, FAILED, f"{told}，差{apart}，是尾差", evidence, RESIDUE)
    return say.failed(subject, words(subject, left, right, gap, bound), evidence)


def _keeps(gap: Decimal, allowed: Spread) -> Callable[[Decimal], bool]:
    """Return what an excuse must come to: nothing for a residue, else what rounding allows."""
    return (lambda value: not value) if within(gap, allowed) else (lambda v: within(v, allowed))


def limit(rule: LimitRule, world: World, say: Say) -> Iterator[Finding]:
    """Compare a figure with what it may not exceed.

    The shipped rule is 政府采购法 第四十九条: what is added to a contract in the course of it may
    not come to more than a tenth of the contract.
    """
    instances = world.instances(rule.each)
    if not instances:
        yield say.not_applicable("", NOTHING_TO_CHECK)
    for variables in instances:
        left, right = world.term(rule.left, variables), world.term(rule.right, variables)
        left = in_percent(left) if is_literal(right.name) and right.unit == "%" else left
        subject = subject_of(variables)
        if left.number is None or right.number is None:
            yield from undecided(say, subject, left, right)
            continue
        yield _limited(rule, world, say, subject, left, right)


def _limited(
    rule: LimitRule, world: World, say: Say, subject: str, left: Term, right: Term
) -> Finding:
    gap, room = _gap(left, right), allowance(rule, world, left, right).below
    evidence = Evidence(left.side, right.side, gap, room)
    limit_told = str(right) if is_literal(right.name) else f"{right.label}{right}"
    told = f"{left.label}{left}，上限{limit_told}"
    if gap <= 0:
        return say(subject, PASSED, f"{told}，没有超过", evidence)
    most = Decimal(0) if gap <= room else room
    if excuse := _excuse(world, left, right, lambda value: value <= most):
        return say.excused(subject, told, excuse, evidence)
    if gap <= room:
        apart = printed(gap, left.unit, left.decimals)
        return say(subject, FAILED, f"{told}，超过{apart}，是尾差", evidence, RESIDUE)
    assert left.number is not None and right.number is not None
    share = right.number / left.number * HUNDRED
    if rule.complete_from is not None and share < Decimal(rule.complete_from.rstrip("%")):
        why = f"{right.label}{right}只占{left.label}{left}的{printed(share, '%', 1)}，没有列全"
        return say.not_applicable(subject, f"{why}，不能核对", evidence)
    return say.failed(subject, words(subject, left, right, gap, room), evidence)


def reasons(rule: ReasonRule, world: World, say: Say) -> Iterator[Finding]:
    """Compare an overspend with what the stated reasons account for."""
    groups: dict[str, tuple[str, Term, list[Term]]] = {}
    for variables in world.instances(rule.each):
        overspend = world.term(rule.overspend, variables)
        explained = world.term(rule.explained, variables)
        # Reasons given for one overspend are weighed together.
        key = _target(overspend, world) or subject_of(variables)
        groups.setdefault(key, (subject_of(variables), overspend, []))[2].append(explained)
    if not groups:
        yield say.not_applicable("", NOTHING_TO_CHECK)
    for key, (subject, overspend, parts) in groups.items():
        if rule.except_for and key == world.term(rule.except_for, {}).name:
            yield say.not_applicable(subject, f"与“{overspend.label}”一并核对")
        else:
            yield from _explained(rule, world, say, subject, overspend, parts)


def _target(overspend: Term, world: World) -> str:
    """Return the figure an overspend was copied from (`=名称`), or nothing."""
    figure = world.figures.get(overspend.name)
    if figure is None or figure.formula is None or world.is_from_book(figure):
        return ""
    source = figure.inputs[0] if len(figure.inputs) == 1 else ""
    return source if source and world.figures[source].value == figure.value else ""


def _explained(
    rule: ReasonRule, world: World, say: Say, subject: str, overspend: Term, parts: list[Term]
) -> Iterator[Finding]:
    explained = parts[0] if len(parts) == 1 else _total(parts)
    if overspend.number is None or explained.number is None:
        yield from undecided(say, subject, overspend, explained)
        return
    if overspend.number <= 0:
        yield say.not_applicable(subject, f"{overspend.label}{overspend}，没有超支")
        return
    gap, allowed = _gap(overspend, explained), allowance(rule, world, overspend, explained)
    bound = allowed.below if gap > 0 else allowed.above
    evidence = Evidence(overspend.side, explained.side, gap, bound)
    share = explained.number / overspend.number * HUNDRED
    told = words(subject, overspend, explained, gap, bound) | {"百分比": printed(share, "%", 1)}
    apart = told["差额"]
    if within(gap, allowed):
        message = f"{overspend.label}{overspend}，所列原因{explained}，相符"
        yield say(subject, PASSED, message, evidence)
        return
    if excuse := _excuse(world, overspend, explained, lambda value: within(value, allowed)):
        message = f"{overspend.label}{overspend}，所列原因{explained}"
        yield say.excused(subject, message, excuse, evidence)
    elif gap < 0:
        told["缘由"] = f"所列原因比超支多{apart}，解释过了头，多出的被别处的结余抵掉而没有说明"
        yield say.failed(subject, told, evidence)
    else:
        told["缘由"] = f"还有{apart}没有说明"
        enough = share >= Decimal(rule.at_least.rstrip("%"))
        severity = HINT if enough else str(rule.short or rule.severity)
        yield say.failed(subject, told, evidence, severity)


def _total(parts: list[Term]) -> Term:
    """Return the sum of several reasons' amounts."""
    names = tuple(name for part in parts for name in part.names)
    numbers = [part.number for part in parts]
    missing = tuple(name for part in parts for name in part.missing)
    known = [n for n in numbers if n is not None]
    return Term(
        name=" + ".join(part.name for part in parts),
        label="所列各项原因",
        value=sum(known, Decimal(0)) if len(known) == len(numbers) else None,
        unit=parts[0].unit,
        names=names,
        missing=missing,
        origin=parts[0].origin,
        decimals=max(part.decimals for part in parts),
    )


def _gap(left: Term, right: Term) -> Decimal:
    assert left.number is not None and right.number is not None
    return left.number - right.number


def allowance(rule: Rule, world: World, left: Term, right: Term) -> Spread:
    """Return how far two terms may differ: the rule's tolerance, or what rounding explains."""
    fixed = rule.fixed_tolerance
    if fixed is not None:
        return Spread(fixed, fixed)

    return world.rounding.over(_difference(left, right), left.names + right.names)


def _difference(left: Term, right: Term) -> Callable[[Look], Decimal | None]:
    def difference(look: Look) -> Decimal | None:
        a, b = left.within(look), right.within(look)
        return None if a is None or b is None else a - b

    return difference


def _excuse(world: World, left: Term, right: Term, agrees: Callable[[Decimal], bool]) -> str:
    """Return which total at odds with its parts makes two terms part, or nothing."""
    return world.excuse(left.names + right.names, _difference(left, right), agrees)


def words(subject: str, left: Term, right: Term, gap: Decimal, bound: Decimal) -> dict[str, str]:
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
