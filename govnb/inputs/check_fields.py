"""The values of a rule's fields: a tolerance, a number, a percentage, each refused in its words."""

from __future__ import annotations

from govnb.inputs.values import BadText, parse_number
from govnb.inputs.values import refuse as refuse
from govnb.inputs.yaml_text import Scalar

BY_ROUNDING = "舍入"


def number(text: Scalar) -> Scalar:
    """Return a plain number's text; refuse other text."""
    try:
        parse_number(text, negative=True)
    except BadText as error:
        raise refuse(str(error), error.hint) from None
    return text


def tolerance(text: Scalar) -> Scalar:
    """Return 舍入 or a number that isn't negative; refuse other text."""
    if text == BY_ROUNDING:
        return text
    if number(text).startswith("-"):
        raise refuse(f"容差“{text}”不能是负数", f"写 {text[1:]}，或写 {BY_ROUNDING}")
    return text


def percent(text: Scalar) -> Scalar:
    """Return a percentage's text; refuse other text."""
    if not text.endswith("%"):
        raise refuse(f"“{text}”应是百分数", "写成 80%")
    number(Scalar(text[:-1]))
    return text
