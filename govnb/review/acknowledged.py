"""已说明: findings the department has explained, and explanations that explain nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from decimal import Decimal

from govnb.review.finding import EXPLAINED, FAILED, HINT, Finding, Side
from govnb.sheet.department import Acknowledgement
from govnb.sheet.facts import decimals_of
from govnb.sheet.figure import number_text
from govnb.sheet.read import Inputs
from govnb.text.faults import Fault, nearest

ACKNOWLEDGED = "已说明"


def acknowledge(findings: list[Finding], inputs: Inputs) -> Iterator[Finding]:
    """Yield the findings, the explained ones marked, and then the explanations to be mended.

    An explanation that records the difference it explains (差额) holds only while that stays.
    """
    acknowledged = inputs.department.acknowledged
    by_id = {str(said.finding): said for said in reversed(acknowledged)}
    for finding in findings:
        said = by_id.get(finding.id) if finding.is_open else None
        if said is not None and not _has_changed(said, finding):
            finding = replace(finding, state=EXPLAINED, acknowledgement=said)
        yield finding
    states = {finding.id: finding for finding in findings}
    open_ids = [finding.id for finding in findings if finding.is_open]
    for said in acknowledged:
        found = states.get(str(said.finding))
        is_first = found is not None and by_id[found.id] is said
        why = _why_not(said, found, is_first, open_ids)
        if why:
            yield _notice(said, why, "改正编号，或从“已说明”里删去这一条。")
        elif said.date.latest() < (_year(inputs), 12, 31):
            why = f"说明的日期{said.date}还在所评价的年度之内，年度终了以后才有可说明的"
            yield _notice(said, why, "检查日期里的年份。")


def misnamed(inputs: Inputs, checks: Collection[str]) -> Iterator[Fault]:
    """Yield a fault for each explanation of a check that there isn't, whatever its item."""
    for said in inputs.department.acknowledged:
        check, colon, item = said.finding.partition(":")
        if check not in checks:
            near = nearest(check, checks)
            hint = f"是不是“{near}{colon}{item}”？" if near else "照 govnb review 印出的编号写"
            yield Fault(said.finding.place, f"没有编号是“{check}”的核对", hint)


def _has_changed(said: Acknowledgement, finding: Finding) -> bool:
    """Tell whether the difference is no longer the one that was explained."""
    if said.difference is None or finding.difference is None:
        return False
    assert said.difference.value is not None
    # It was copied from a display that cuts long fractions.
    exponent = said.difference.value.as_tuple().exponent
    step = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    return abs(abs(said.difference.value) - abs(finding.difference)) >= step


def _year(inputs: Inputs) -> int:
    year = inputs.department.year.value
    assert year is not None
    return int(year)


def _why_not(
    said: Acknowledgement, found: Finding | None, is_first: bool, open_ids: list[str]
) -> str:
    """Return why an explanation explains nothing any more, or nothing."""
    if found is None:
        near = nearest(str(said.finding), open_ids)
        return "没有这个编号的发现" + (f"；是不是“{near}”？" if near else "")
    if not found.is_open:
        return f"这一项现在是“{found.state}”，不用再说明"
    if not is_first:
        return "这个编号说明了两次"
    if said.difference is not None and _has_changed(said, found):
        assert found.difference is not None
        places = max(2, decimals_of(said.difference.value))
        then, now = said.difference.text.strip(), number_text(found.difference, places)
        return f"说明时差额是{then}，现在是{now}，要重新说明"
    return ""


def _notice(said: Acknowledgement, why: str, advice: str) -> Finding:
    return Finding(
        id=f"{ACKNOWLEDGED}:{said.finding}",
        check=ACKNOWLEDGED,
        severity=HINT,
        state=FAILED,
        message=f"已说明的“{said.finding}”：{why}",
        left=Side.text(str(said.finding), said.finding.place),
        advice=advice,
    )
