"""合计 and 同名: stated totals against their parts, and one item stated in two sections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from govnb.evaluate.figure import Figure, exact, rounded, shown
from govnb.inputs.check_rules import RESIDUE, VARIABLE, SameNameRule, SumRule
from govnb.review.finding import FAILED, NOT_APPLICABLE, PASSED, Finding, Side
from govnb.review.ledgers import COLUMNS, SUM, Gap, within
from govnb.review.rounding import Spread
from govnb.review.say import Evidence, Say
from govnb.review.terms import printed
from govnb.review.world import World

_TEN = Decimal(10)
_MOST_DECIMALS = 8


def sums(rule: SumRule, world: World, say: Say) -> Iterator[Finding]:
    """Compare every stated total with the sum of its parts, at every level of every ledger."""
    if not world.gaps:
        yield say.not_applicable("", "没有写明合计又列出明细的项目")
    for gap in world.gaps:
        yield _one_sum(rule, gap, world, say)


def _one_sum(rule: SumRule, gap: Gap, world: World, say: Say) -> Finding:
    unit, decimals = gap.total.unit, _telling(gap)
    of_columns = gap.name.endswith(COLUMNS)
    label = "各列合计之和" if of_columns else "分项之和"
    added = printed(gap.known_sum, unit, decimals)
    origin = str(gap.parts[0].place) if gap.parts else None
    value = None if gap.sum is None else exact(gap.sum)
    right = Side(gap.name if of_columns else f"{gap.name}{SUM}", value, origin)
    words = {"项": gap.total.name, "左名": gap.total.label, "左": _stated(gap, decimals)}
    words |= {"右名": label, "右": added}
    if gap.is_exceeded:
        assert gap.total.number is not None
        over = gap.known_sum - gap.total.number
        words |= {"右名": f"已公布的{label}", "差额": printed(over, unit, decimals)}
        words["缘由"] = f"还有{len(gap.missing)}项未公布，已公布的各项就已超过合计"
        return say.failed(gap.name, words, Evidence(Side.of(gap.total), right, -over))
    difference = gap.difference
    if difference is None:
        return say.no_data(gap.name, gap.missing, Evidence(Side.of(gap.total), right))
    fixed = rule.fixed_tolerance
    allowed = gap.spread if fixed is None else Spread(fixed, fixed)
    bound = allowed.below if difference > 0 else allowed.above
    evidence = Evidence(Side.of(gap.total), right, difference, bound)
    apart = printed(abs(difference), unit, decimals)
    told = f"“{gap.total.name}”{words['左']}，{label}{added}"
    if not difference or (gap.approximate and within(difference, allowed)):
        return say(gap.name, PASSED, f"{told}，相符", evidence)
    if gap.coarse or within(difference, allowed):
        why = "合计印的位数比明细少" if gap.coarse else "各数分别四舍五入可以造成"
        return say(gap.name, FAILED, f"{told}，差{apart}，是尾差：{why}", evidence, RESIDUE)
    if blame := world.blamed.get(gap.name):
        culprits = "、".join(f"“{culprit.name}”" for culprit in blame.culprits)
        same = f"与{culprits}是同一处错误：{blame.reason}"
        return say(gap.name, NOT_APPLICABLE, f"{told}，差{apart}，{same}", evidence)
    words |= {
        "差额": apart,
        "容差": printed(bound, unit, 4),
        "缘由": "；".join(_causes(gap, world)),
    }
    return say.failed(gap.name, words, evidence)


def _causes(gap: Gap, world: World) -> Iterator[str]:
    """Yield what the size of a gap suggests, and what mending it would also mend."""
    for blame in world.blamed.values():
        if gap in blame.culprits:
            yield blame.reason
    difference = gap.difference
    assert difference is not None
    hints = [hint for part in gap.parts if (hint := _slip(part, difference))]
    if len(gap.parts) > 1 and hints:
        yield hints[0]
    elif is_transposed(gap.total.number, gap.sum):
        yield "像是数字写颠倒了"
    else:
        apart = printed(abs(difference), gap.total.unit, gap.total.decimals)
        yield f"有{apart}没有列明" if difference > 0 else f"分项比合计多出{apart}"


def _telling(gap: Gap) -> int:
    """Return the decimals at which the two sides no longer look alike."""
    decimals, difference = gap.total.decimals, gap.difference
    while difference and decimals < _MOST_DECIMALS and not rounded(difference, decimals):
        decimals += 2
    return decimals


def _stated(gap: Gap, decimals: int) -> str:
    if gap.total.number is None or decimals == gap.total.decimals:
        return shown(gap.total)
    return printed(gap.total.number, gap.total.unit, decimals)


def _slip(part: Figure, difference: Decimal) -> str:
    """Return how one part alone would make the gap, or nothing."""
    number = part.number
    if not number:
        return ""
    if number == -difference:
        return f"差额恰好是“{part.label}”，合计像是漏加了它"
    if difference in (number * _TEN - number, number / _TEN - number):
        return f"“{part.label}”像是小数点错了一位"
    return ""


def is_transposed(left: Decimal | None, right: Decimal | None) -> bool:
    """Tell whether two numbers have the same digits in another order."""
    if left is None or right is None:
        return False
    a, b = (f"{n.normalize():f}" for n in (left, right))
    return a != b and len(a) == len(b) and sorted(a) == sorted(b)


def same_name(rule: SameNameRule, world: World, say: Say) -> Iterator[Finding]:
    """Compare an item with the items of the same name in another section.

    An item paid from two sources stands there twice: what counts is the sum.
    """
    pairs: dict[str, list[Figure]] = {}
    for variables in world.instances(rule.each):
        here = world.figures[_filled(rule.each, variables)]
        if not any(v.startswith(tuple(rule.too_general)) for v in variables.values()):
            pairs.setdefault(_filled(rule.elsewhere, variables), []).append(here)
    found = referring = 0
    for pattern, heres in pairs.items():
        theres = _elsewhere(pattern, world)
        found += bool(theres)
        # One that refers to the other (=名称) can't part from it.
        rests_on = world.rounding.rests_on
        if theres and all(any(rests_on(h.name, t.name) for h in heres) for t in theres):
            referring += 1
        elif theres:
            yield _same(heres, theres, say)
    if referring:
        yield say("", PASSED, f"{referring}个同名的项目引用同一个数，不会不同")
    elif not found:
        yield say.not_applicable("", "没有同名的项目分列在两处")


def _same(heres: list[Figure], theres: list[Figure], say: Say) -> Finding:
    here, there = heres[0], theres[0]
    sides, subject = (Side.of(here), Side.of(there)), f"{here.name}:{there.name}"
    missing = [figure.name for figure in (*heres, *theres) if figure.number is None]
    if missing:
        return say.no_data(subject, missing, Evidence(*sides))
    (left, left_name), (right, right_name) = _together(heres), _together(theres)
    difference = left - right
    evidence = Evidence(_side(left, heres), _side(right, theres), difference, Decimal(0))
    printed_left, printed_right = (printed(n, here.unit, here.decimals) for n in (left, right))
    if not difference:
        both = f"“{left_name}”与“{right_name}”都是{printed_left}"
        return say(subject, PASSED, both, evidence)
    words = {"项": here.name.split(".")[-2], "左名": left_name, "左": printed_left}
    words |= {"右名": right_name, "右": printed_right}
    words |= {"差额": printed(abs(difference), here.unit)}
    return say.failed(subject, words, evidence)


def _together(figures: list[Figure]) -> tuple[Decimal, str]:
    """Return what several amounts come to, and what to call that."""
    numbers = [figure.number for figure in figures if figure.number is not None]
    return sum(numbers, Decimal(0)), " + ".join(figure.name for figure in figures)


def _side(value: Decimal, figures: list[Figure]) -> Side:
    if len(figures) == 1:
        return Side.of(figures[0])
    return Side(_together(figures)[1], exact(value), str(figures[0].place))


def _filled(pattern: str, variables: dict[str, str]) -> str:
    return VARIABLE.sub(lambda m: variables.get(m[1], m[0]), pattern)


def _elsewhere(pattern: str, world: World) -> list[Figure]:
    """Return the department's own figures that a name with `**.` (any number of levels) means.

    Neither a part of one that is found already, nor the total of a column that holds it.
    """
    body = r"(?:[^.]+\.)*".join(map(re.escape, pattern.split("**.")))
    match = re.compile(body).fullmatch
    found = {n: f for n, f in world.figures.items() if match(n) and not world.is_from_book(f)}
    above = tuple(f"{name}." for name in found)
    columns = [name for name in found if f"{COLUMNS}." in name]
    return [
        figure
        for name, figure in found.items()
        if not name.startswith(above) and (name not in columns or len(columns) == len(found))
    ]
