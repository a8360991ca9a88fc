"""How scores, values and steps are said in a reason."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext

from govnb.evaluate.figure import rounded
from govnb.evaluate.interval import Interval
from govnb.inputs.rubric_values import PERCENT
from govnb.inputs.span import Span


def plain(number: Decimal) -> str:
    """Return a number without trailing zeros, never in scientific notation."""
    with localcontext() as context:
        context.prec = 60
        text = f"{number:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text


def points(number: Decimal) -> str:
    """Return points as a table prints them: at most two decimals."""
    return plain(rounded(number, 2))


def spread(interval: Interval) -> str:
    """Return a score or its bounds: `4` or `0—5`."""
    if interval.is_exact:
        return points(interval.low)
    return f"{points(interval.low)}—{points(interval.high)}"


def value(number: Decimal, unit: str) -> str:
    """Return an indicator's value with its unit, a fraction as a percentage."""
    if unit == PERCENT:
        number *= 100
    shown = rounded(number, 2)
    # A hair beyond a threshold must not be printed as if it were on it.
    exact = plain(number) if shown != number and _near_whole(number, shown) else plain(shown)
    return f"{exact}{unit}"


def _near_whole(number: Decimal, shown: Decimal) -> bool:
    return shown == shown.to_integral_value() and len(plain(number)) <= 12


def gap(number: Decimal, unit: str) -> str:
    """Return the size of a step or a difference; of percentages, in percentage points."""
    if unit == PERCENT:
        return value(number, unit).removesuffix(PERCENT) + " 个百分点"
    return value(number, unit)


def between(span: Span, unit: str) -> str:
    """Return a range of values in words."""
    ends = []
    if span.low is not None:
        ends.append(("大于 " if span.low_open else "不低于 ") + value(span.low, unit))
    if span.high is not None:
        ends.append(("小于 " if span.high_open else "不超过 ") + value(span.high, unit))
    return "、".join(ends) or "任何值"


def listing(names: Sequence[str], most: int = 4) -> str:
    """Return names joined for a sentence, the rest counted."""
    if len(names) <= most:
        return "、".join(names)
    return "、".join(names[:most]) + f"等 {len(names)} 项"
