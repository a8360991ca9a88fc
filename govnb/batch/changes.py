"""What differs between two results of one department, before and after, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from govnb.sheet.figure import digits
from govnb.text.number import UNKNOWN

# A changed amount changes whatever is computed from it.
_MOST = 30


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for the score, each figure and each open finding that isn't as it was.

    Both are the machine-readable results (:attr:`Assessment.result_data`).
    """
    scores = [_score(result) for result in (before, after)]
    if scores[0] != scores[1]:
        yield f"得分　{scores[0]} → {scores[1]}"
    old, new = before["figures"], after["figures"]
    told = ((n, _value(old.get(n)), _value(new.get(n))) for n in dict.fromkeys([*old, *new]))
    changed = [f"{name}　{was} → {now}" for name, was, now in told if was != now]
    yield from changed[:_MOST]
    if len(changed) > _MOST:
        yield f"……共 {len(changed)} 个指标有变化"
    was_open, is_open = _open(before), _open(after)
    yield from (f"不再有　{told}" for told in was_open if told not in is_open)
    yield from (f"新出现　{told}" for told in is_open if told not in was_open)


def _score(result: Mapping[str, Any]) -> str:
    total = (result.get("score") or {}).get("total") or {}
    ends = [_short(total.get(end)) for end in ("low", "high")]
    return ends[0] if ends[0] == ends[1] else "—".join(ends)


def _value(figure: Mapping[str, Any] | None) -> str:
    value = (figure or {}).get("value")
    return _short(value) + (figure or {}).get("unit", "") if value is not None else UNKNOWN


def _short(value: Any) -> str:
    """Return a number cut where digits stop informing, other text as it is."""
    try:
        return digits(Decimal(value), 2)
    except (InvalidOperation, TypeError):
        return UNKNOWN if value is None else str(value)


def _open(result: Mapping[str, Any]) -> list[str]:
    findings = result["review"]["findings"]
    return [f"[{f['severity']}] {f['id']}" for f in findings if f["state"] == "未通过"]
