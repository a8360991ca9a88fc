"""How scores, values and steps are said in a reason."""

from collections.abc import Sequence
from decimal import Decimal

from govnb.sheet.figure import RATE_DECIMALS, default_label, rounded
from govnb.text.measure import PERCENT, Span


def plain(number: Decimal) -> str:
    """Return a number without trailing zeros, never in scientific notation."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def points(number: Decimal) -> str:
    """Return points as a table prints them: at most two decimals."""
    return plain(rounded(number, 2))


def value(number: Decimal, unit: str, *thresholds: Decimal) -> str:
    """Return an indicator's value as formulas have it, with its unit: a fraction as a percentage.

    A hair beyond a whole number or one of the thresholds must not be printed as if it were
    on it.
    """
    if unit == PERCENT:
        number, thresholds = number * 100, tuple(t * 100 for t in thresholds)
    return in_unit(number, unit, *thresholds)


def in_unit(number: Decimal, unit: str, *thresholds: Decimal) -> str:
    """Return an indicator's value in its own unit; a rate to the places of every rate."""
    return f"{beside(number, *thresholds, padded=unit == PERCENT)}{unit}"


def beside(number: Decimal, *thresholds: Decimal, padded: bool = False) -> str:
    """Return a number to two decimals, or to as many as tell it from a threshold it isn't on."""
    shown = rounded(number, RATE_DECIMALS)
    text = f"{shown:f}" if padded else plain(shown)
    if shown == number or (shown != rounded(number, 0) and shown not in thresholds):
        return text
    near = next((n for n in _DIGITS if rounded(number, n) != shown), None)
    if near is not None:
        # One more than enough, so that the difference itself isn't rounded up.
        return plain(rounded(number, near + 1))
    return f"略{'高' if number > shown else '低'}于 {text}"


_DIGITS = range(3, 13)


def total(number: Decimal) -> str:
    """Return a total: two decimals, or as many as keep it below the grade it doesn't reach."""
    shown = rounded(number, 2)
    if shown == rounded(number, 0):
        shown = next((r for n in range(3, 7) if (r := rounded(number, n)) != shown), shown)
    return plain(shown)


def gap(number: Decimal, unit: str) -> str:
    """Return the size of a step or a difference; of percentages, in percentage points."""
    return f"{beside(number * 100)} 个百分点" if unit == PERCENT else value(number, unit)


def between(span: Span, unit: str) -> str:
    """Return a range of values, as it was written, in words."""
    signs = ("大于" if span.low_open else "不低于", "小于" if span.high_open else "不超过")
    per = 100 if unit == PERCENT else 1
    ends = zip(signs, (span.low, span.high), strict=True)
    told = [f"{sign} {beside(end * per)}{unit}" for sign, end in ends if end is not None]
    return "、".join(told) or "任何值"


def joined(names: Sequence[str]) -> str:
    """Return names joined; those that hold a 、 or a comma of their own, by ；."""
    return ("；" if any(set(name) & set("、，") for name in names) else "、").join(names)


def listing(names: Sequence[str], most: int = 4) -> str:
    """Return names joined for a sentence, the rest counted."""
    if len(names) <= most:
        return joined(names)
    return joined(names[:most]) + f"等 {len(names)} 项"


def quoted(name: str) -> str:
    """Return a name in quotation marks, its own made the inner ones."""
    return f"“{name.replace('“', '‘').replace('”', '’')}”"


def label(name: str, given: str) -> str:
    """Return what a figure is called in a sentence: its label, else the words of its name."""
    head, *rest = name.split(".")
    return "".join(rest[-2:]) or head if given == default_label(name) else given
