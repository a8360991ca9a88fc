"""One wrong number, one finding: what follows from it is told with it, as are 尾差 of a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from govnb.review.check import NO_MATTER, Check
from govnb.review.finding import NOT_APPLICABLE, RESIDUE, SEVERITIES, Finding
from govnb.review.terms import is_literal
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
    for finding in open_ones:
        for other in open_ones if finding.left.origin and checks[finding.check].relates else ():
            sides = [s.figure for s in (other.left, other.right) if s.figure]
            rests = any(finding.left.figure in sheet.above(side) for side in sides)
            follows = rests if roots[finding.id] else other.left == finding.left
            if checks[other.check].relates and follows:
                _put_under(found, finding.id, other.id)
    yield from _one_a_table(found)


def _root(finding: Finding, check: Check) -> int:
    """Return how surely a finding names what breaks others: a limit of the law breaks nothing."""
    return 0 if is_literal(finding.right.figure or "") else check.root


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
