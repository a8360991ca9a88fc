"""One wrong number, one finding: what follows from it is told with it, as are 尾差 of a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from govnb.review.check import NO_MATTER, Check
from govnb.review.finding import ERROR, HINT, NOT_APPLICABLE, RESIDUE, SEVERITIES, Finding, Side
from govnb.review.terms import is_literal
from govnb.sheet.expression import FormulaError, parse
from govnb.sheet.sheet import Sheet


def together(
    findings: Iterable[Finding], checks: Mapping[str, Check], sheet: Sheet
) -> Iterator[Finding]:
    """Yield the findings, each that follows from another one closed and told of there."""
    found = {finding.id: finding for finding in findings}
    roots = {id_: _root(finding, checks[finding.check]) for id_, finding in found.items()}
    open_ones = [finding for finding in found.values() if finding.is_open]
    # What others follow from comes first: a part before what is worked out from it.
    rests_on = {f.id: len(sheet.above(f.left.figure or "")) for f in open_ones if roots[f.id]}
    open_ones.sort(key=lambda f: (-roots[f.id], rests_on.get(f.id, 0), _rank(f)))
    sums = {checks[f.check].subject(f): f.id for f in open_ones if checks[f.check].adds_up}
    for finding in list(found.values()):
        for name in finding.because:
            _put_under(found, sums.get(name, ""), finding.id)
    related = [f for f in open_ones if checks[f.check].relates]
    made_of = {f.id: [_made_of(side, sheet) for side in (f.left, f.right)] for f in related}
    for finding in (f for f in related if f.left.origin):
        is_root = roots[finding.id] or _is_told_twice(finding, sheet)
        for other in related:
            rests = finding.left.figure in frozenset().union(*made_of[other.id])
            follows = rests if is_root else other.left == finding.left
            if follows or _is_of_a_part(other, finding, made_of, sheet):
                _put_under(found, finding.id, other.id)
    recomputed = [f for f in open_ones if f.left.figure and f.left.figure == f.right.figure]
    for finding in open_ones if recomputed else ():
        mended = [*_mended(finding, checks[finding.check], sheet)]
        for other in recomputed:
            if any(_agrees(other, changed) for changed in mended):
                _put_under(found, finding.id, other.id)
    yield from _one_a_table(found)


def _root(finding: Finding, check: Check) -> int:
    """Return how surely a finding names what breaks others: a limit of the law breaks nothing."""
    return 0 if is_literal(finding.right.figure or "") else check.root


def _made_of(side: Side, sheet: Sheet) -> frozenset[str]:
    """Return the figures that a side is, or is worked out from: it may be an expression."""
    if not side.figure:
        return frozenset()
    try:
        names = (side.figure,) if side.figure in sheet.drafts else parse(side.figure).names
    except FormulaError:
        return frozenset()
    return frozenset[str]().union(*map(sheet.above, names))


def _is_told_twice(finding: Finding, sheet: Sheet) -> bool:
    """Tell whether a finding holds one stated number against the other place that states it."""
    sides = [_made_of(side, sheet) for side in (finding.left, finding.right)]
    return all(len([n for n in side if sheet.cell(n).value is not None]) == 1 for side in sides)


def _is_of_a_part(
    hint: Finding, finding: Finding, made_of: Mapping[str, list[frozenset[str]]], sheet: Sheet
) -> bool:
    """Tell whether a hint is about what a number of a broken sum is worked into: 控制率 625%."""
    sections = {(f.left.figure or "").partition(".")[0] for f in (hint, finding)}
    if (hint.severity, finding.severity) != (HINT, ERROR) or len(sections) > 1:
        return False
    stated = sheet.roots(made_of[hint.id][0])
    return bool(frozenset().union(*made_of[finding.id]).intersection(stated))


def _mended(finding: Finding, check: Check, sheet: Sheet) -> Iterator[Sheet]:
    """Yield the sheet with what may be the wrong number mended: the one typed, one of the parts."""
    right, difference = finding.right.figure or "", finding.difference
    names = sheet.above(right) if check.adds_up else {right} if finding.left.figure is None else ()
    for name in names if difference and not is_literal(right) else ():
        draft = sheet.drafts.get(name)
        number = sheet.cell(name).number if draft and draft.expression is None else None
        if number is not None:
            yield sheet.with_({name: number + (difference or 0)})


def _agrees(finding: Finding, sheet: Sheet) -> bool:
    """Tell whether a published figure is what a sheet gives."""
    number = sheet.tried(lambda tried: tried.cell(finding.right.figure or "").number)
    if number is None or finding.left.value is None or finding.tolerance is None:
        return False
    return abs(number - Decimal(finding.left.value)) <= finding.tolerance


def _rank(finding: Finding) -> int:
    return SEVERITIES.index(finding.severity)


def _put_under(found: dict[str, Finding], first: str, second: str) -> None:
    """Put one finding under another, unless either is under one already."""
    if first == second or first not in found or not found[first].is_open:
        return
    culprit, other = found[first], found[second]
    if other.is_open:
        if other.follows:
            return
        told = f"{other.message.rstrip('。')}；与“{first}”是同一处。"
        found[second] = replace(other, state=NOT_APPLICABLE, message=told, advice="")
    worst = min(culprit, other, key=_rank).severity if other.is_open else culprit.severity
    found[first] = replace(culprit, severity=worst, follows=(*culprit.follows, second))


def _one_a_table(found: Mapping[str, Finding]) -> Iterator[Finding]:
    """Yield the findings, several residues of one check in one section as one of them."""
    tables: dict[tuple[str, str], list[Finding]] = {}
    for finding in found.values():
        if finding.is_open and finding.severity == RESIDUE:
            section = (finding.left.figure or "").partition(".")[0]
            tables.setdefault((finding.check, section), []).append(finding)
    for finding in found.values():
        section = (finding.left.figure or "").partition(".")[0]
        alike = tables.get((finding.check, section), [])
        if finding not in alike or len(alike) == 1:
            yield finding
        elif finding is alike[0]:
            rest = alike[1:]
            told = f"“{section}”里有{len(alike)}处尾差：{'；'.join(f.message for f in alike)}"
            follows = (*finding.follows, *(other.id for other in rest))
            yield replace(finding, message=told, advice=NO_MATTER, follows=follows)
        else:
            told = f"{finding.message}，与“{alike[0].id}”并作一处"
            yield replace(finding, state=NOT_APPLICABLE, message=told, advice="")
