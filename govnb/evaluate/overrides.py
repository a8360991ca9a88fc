"""试算: values that stand in for stated ones, so that a “what if” needs no second file.

Any input can be replaced: a number, a date, 是 or 否, a state's name, or 未公布 to see what
would be lost without it. The evidence a score rests on (评分依据, 绩效指标) may also be
supplied where the file is silent, which is how one asks what a missing paper is worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from govnb.evaluate.expression import FormulaError, parse
from govnb.evaluate.facts import Draft, Facts
from govnb.inputs.place import Fault, Place
from govnb.inputs.rubric_values import parse_measure
from govnb.inputs.suggest import did_you_mean
from govnb.inputs.values import (
    MONEY_UNIT,
    MONEY_UNITS,
    UNKNOWN,
    BadText,
    PartialDate,
    parse_date,
)

TRIAL = Place("试算")
EVIDENCE_SECTIONS = ("评分依据", "绩效指标")
_WORDS = frozenset({"是", "否"})


def apply_overrides(facts: Facts, overrides: Mapping[str, str]) -> None:
    """Replace drafts by the values given; what can't be replaced becomes a fault."""
    for name, text in overrides.items():
        try:
            facts.drafts[name] = _replaced(facts, name, str(text).strip())
        except (BadText, FormulaError) as error:
            facts.faults.append(Fault(TRIAL, str(error), error.hint))


def _replaced(facts: Facts, name: str, text: str) -> Draft:
    draft = facts.drafts.get(name)
    is_new = draft is None
    if draft is None:
        head, *rest = name.split(".")
        if head not in EVIDENCE_SECTIONS or len(rest) < 2:
            raise BadText(f"没有“{name}”这个指标", did_you_mean(name, facts.drafts))
        draft = Draft(name, "", TRIAL)
    elif draft.derived:
        raise BadText(f"“{name}”是算出来的，不能直接改", "改它所用的输入")
    blank = replace(draft, value=None, expression=None, reason="", place=TRIAL, approximate=False)
    if text == UNKNOWN:
        return replace(blank, reason=f"试算中设为{UNKNOWN}")
    if text.startswith("="):
        return replace(blank, expression=parse(text[1:].strip()))
    if isinstance(draft.value, PartialDate) or ".日期." in name:
        return replace(blank, value=_day(text))
    if isinstance(draft.value, str) or (draft.value is None and text in _WORDS):
        return replace(blank, value=text)
    return _number(blank, name, text, is_new=is_new)


def _day(text: str) -> PartialDate | str:
    try:
        return parse_date(text, TRIAL)
    except BadText:
        if any(c.isdigit() for c in text):
            raise
        return text


def _number(blank: Draft, name: str, text: str, *, is_new: bool) -> Draft:
    try:
        amount = parse_measure(text, TRIAL)
    except BadText as error:
        if is_new and not any(c.isdigit() for c in text):
            return replace(blank, value=text)  # a state's or an option's name
        raise BadText(f"{name}：{error}", error.hint) from None
    unit, typed = blank.unit, amount.kind.unit if amount.unit_typed else ""
    is_money = unit == MONEY_UNIT and typed in MONEY_UNITS
    if is_new:
        unit = typed
    elif typed not in ("", unit) and not is_money:
        raise BadText(
            f"{name}：“{text}”的单位“{typed}”不对，这里是“{unit or '无'}”", f"写 {amount.value:f}"
        )
    decimals = max(blank.decimals, _decimals(amount.value))
    return replace(
        blank, value=amount.value, unit=unit, decimals=decimals, approximate=amount.approximate
    )


def _decimals(value: Decimal | None) -> int:
    exponent = value.normalize().as_tuple().exponent if value is not None else 0
    return min(max(0, -exponent), 6) if isinstance(exponent, int) else 0
