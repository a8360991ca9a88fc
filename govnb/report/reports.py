"""A year's reports as they were written: who is among them, and a row of each finding.

Light on purpose: a batch lists a year without loading what draws.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from pathlib import Path
from typing import Any

from govnb.review.finding import FAILED, PASSED, SEVERITIES, SPENDING, TOO_LITTLE
from govnb.sheet.folder import SUMMARY

# What is said of results marked 示例: whole departments may be made up, or ledgers alone.
SAMPLES = "部门或其台账是编的，供试用，不是真实数据。"
WRONG, NOT_MADE = "有错误", "未能生成"
# How a department came out, the worst first.
STATUSES = (NOT_MADE, WRONG, TOO_LITTLE, PASSED)
# The columns of a finding, with the key each has in a result.
FINDING = {
    "严重性": "severity", "状态": "state", "规则": "check", "编号": "id", "说明": "message",
    "左": "left.figure", "左值": "left.value", "左出处": "left.origin",
    "右": "right.figure", "右值": "right.value", "右出处": "right.origin",
    "差额": "difference", "容差": "tolerance", "怎样处理": "advice",
    "部门说明": "explanation.text",
}  # fmt: skip


def finding_row(finding: Mapping[str, Any]) -> dict[str, Any]:
    """Return a finding of a result as a row: words as text, amounts as exact numbers."""

    def value(path: str) -> Any:
        found: Any = finding
        for key in path.split("."):
            found = (found or {}).get(key)
        return found

    return {
        column: number(value(path)) if path in ("difference", "tolerance") else value(path) or ""
        for column, path in FINDING.items()
    }


def open_findings(review: Mapping[str, Any]) -> dict[str, int]:
    """Return the number of findings that stand open, by severity."""
    found = Counter(f["severity"] for f in review.get("findings", ()) if f.get("state") == FAILED)
    return {severity: found[severity] for severity in SEVERITIES}


def status(errors: int, is_told: object) -> str:
    """Return how a department with a report came out: 有错误, 资料不足 or 通过."""
    return WRONG if errors else PASSED if is_told else TOO_LITTLE


def is_told(figures: Mapping[str, Any]) -> bool:
    """Tell whether a result says what was spent, or is to be."""
    return any(figures.get(name, {}).get("value") is not None for name in SPENDING)


@dataclass(frozen=True)
class Report:
    """A department of a year: its result, or why it has none."""

    code: str
    result: Mapping[str, Any]
    reason: str = ""
    name: str = ""

    @property
    def label(self) -> str:
        """What it is called: its name, or its code while nothing else is known."""
        return str(self.result.get("name") or self.name or self.code)

    @property
    def open_findings(self) -> dict[str, Any]:
        """The number of its open findings by severity; None where there is no result."""
        found = open_findings(self.result.get("review") or {})
        return found if self.result else dict.fromkeys(found)

    @property
    def status(self) -> str:
        """通过, 资料不足, 有错误 or 未能生成."""
        told = is_told(self.result.get("figures", {}))
        return status(self.open_findings["错误"], told) if self.result else NOT_MADE


def reports(folder: Path, only: str | None = None) -> Iterator[Report]:
    """Yield the departments of a year's folder, or the one of a code.

    A batch leaves a list there of which results are this year's and which departments have
    none; without it, all results of the folder count.
    """
    summary = _result(folder / SUMMARY)
    if "departments" not in summary:
        summary = {"departments": [{"department": p.stem} for p in sorted(folder.glob("*.json"))]}
    for row in summary["departments"]:
        code, reason = row["department"], row.get("reason") or ""
        if only not in (None, code):
            continue
        result = {} if reason else _result(folder / f"{code}.json")
        if reason or str(result.get("year")) == folder.name:
            yield Report(code, result, reason, str(row.get("name") or ""))


def _result(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def number(value: Any) -> Decimal | None:
    """Return a number of a result, which holds them as text."""
    return None if value is None else Decimal(value)


def common_region(regions: Iterable[str]) -> str:
    """Return the place all regions are in, so far as their names agree."""
    found = sorted(set(filter(None, regions)))
    if not found:
        return ""
    same = takewhile(lambda characters: len(set(characters)) == 1, zip(*found, strict=False))
    shared = "".join(characters[0] for characters in same)
    # Up to a whole place name: “岳阳市君山区” and “岳阳市岳阳县” share “岳阳市”.
    ends = [shared.rfind(mark) for mark in "省市州盟区县旗"]
    return shared if len(found) == 1 else shared[: max(ends) + 1]
