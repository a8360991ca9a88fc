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
        if said is not None and not _changed(said, finding):
            finding = replace(finding, state=EXPLAINED, acknowledgement=said)
        yield finding
    states = {finding.id: finding for finding in findings}
    open_ids = [finding.id for finding in findings if finding.is_open]
    for said in acknowledged:
        found = states.get(str(said.finding))
        why, advice = "", "改正编号，或从“已说明”里删去这一条。"
        if found is None:
            near = nearest(str(said.finding), open_ids)
            why = "没有这个编号的发现" + (f"；是不是“{near}”？" if near else "")
        elif not found.is_open:
            why = f"这一项现在是“{found.state}”，不用再说明"
        elif by_id[found.id] is not said:
            why = "这个编号说明了两次"
        elif changed := _changed(said, found):
            why = f"说明时差额是{changed}，要重新说明"
        elif said.date.latest() < (int(inputs.department.year.value or 0), 12, 31):
            why = f"说明的日期{said.date}还在所评价的年度之内，年度终了以后才有可说明的"
            advice = "检查日期里的年份。"
        if why:
            yield _notice(said, why, advice)


def misnamed(inputs: Inputs, checks: Collection[str]) -> Iterator[Fault]:
    """Yield a fault for each explanation of a check that there isn't, whatever its item."""
    for said in inputs.department.acknowledged:
        check, colon, item = said.finding.partition(":")
        if check not in checks:
            near = nearest(check, checks)
            hint = f"是不是“{near}{colon}{item}”？" if near else "照 govnb review 印出的编号写"
            yield Fault(said.finding.place, f"没有编号是“{check}”的核对", hint)


def _changed(said: Acknowledgement, finding: Finding) -> str:
    """Return the difference that was explained and the one there is, where they part."""
    then = said.difference.value if said.difference else None
    if said.difference is None or then is None or finding.difference is None:
        return ""
    # It was copied from a display that cuts long fractions.
    exponent = then.as_tuple().exponent
    step = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    if abs(abs(then) - abs(finding.difference)) < step:
        return ""
    now = number_text(finding.difference, max(2, decimals_of(then)))
    return f"{said.difference.text.strip()}，现在是{now}"


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
