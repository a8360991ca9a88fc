"""试算: values that stand in for stated ones, so that a “what if” needs no second file.

Any input can be replaced: a number, a date, 是 or 否, a state's name, or 未公布 to see what
would be lost without it. The evidence a score rests on (评分依据, 绩效指标) may also be
supplied where the file is silent, which is how one asks what a missing paper is worth.
What the file may not say can't be tried out either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from govnb.sheet.entries import EVIDENCE_SECTIONS, read_entry, with_entries
from govnb.sheet.expression import FormulaError, parse
from govnb.sheet.facts import Facts, decimals_of
from govnb.sheet.read import Inputs
from govnb.sheet.sheet import Draft, Lack
from govnb.text.place import Fault, FaultsError, Place
from govnb.text.suggest import did_you_mean
from govnb.text.values import MONEY_UNIT, MONEY_UNITS, UNKNOWN, Amount, BadText, PartialDate

TRIAL = Place("试算")


def trial_drafts(
    facts: Facts, overrides: Mapping[str, str], faults: list[Fault]
) -> dict[str, Draft]:
    """Return the drafts that the values given put in place of others.

    What can't be replaced becomes a fault.
    """
    found = {}
    for name, given in overrides.items():
        text = str(given).strip()
        try:
            found[name] = _replaced(facts, name, text)
        except (BadText, FormulaError) as error:
            faults.append(Fault(TRIAL, f"{name}={text}：{error}", error.hint))
    return found


def tried(inputs: Inputs, overrides: Mapping[str, str]) -> Inputs:
    """Return the inputs with the evidence that is tried out, as if the file stated it.

    Raises
    ------
    FaultsError
        If a value contradicts what the file says beside it.
    """
    if not overrides:
        return inputs
    try:
        department = with_entries(inputs.department, overrides, TRIAL)
    except BadText as error:
        raise FaultsError([Fault(TRIAL, str(error), error.hint)]) from None
    return replace(inputs, department=department)


def _replaced(facts: Facts, name: str, text: str) -> Draft:
    draft = facts.drafts.get(name)
    if draft is None:
        _allow_new(facts.drafts, name)
    elif name == "年度":
        raise BadText("年度不能试算", "另建一份那一年的参数文件")
    elif draft.derived:
        raise BadText(f"“{name}”是算出来的，不能直接改", "改它所用的输入")
    old = draft or Draft(name, "", TRIAL)
    blank = replace(old, value=None, expression=None, lack=None, place=TRIAL, about="")
    blank = replace(blank, approximate=False, typed=None)
    if text == UNKNOWN:
        return replace(blank, lack=Lack.ON_TRIAL)
    value = read_entry(name, _without_unit(old, text), TRIAL)
    if isinstance(value, Amount):
        return _number(facts, blank, value, text, is_new=draft is None)
    return replace(blank, value=value if isinstance(value, PartialDate) else str(value))


def _allow_new(drafts: Mapping[str, Draft], name: str) -> None:
    """Refuse to supply what the file doesn't state, unless a score rests on it."""
    head, *rest = name.split(".")
    if head not in EVIDENCE_SECTIONS or len(rest) < 2:
        raise BadText(f"没有“{name}”这个指标", did_you_mean(name, drafts))
    listed = {n.split(".")[1] for n in drafts if n.startswith(f"{head}.")}
    if head == "绩效指标" and rest[0] not in listed:
        raise BadText(f"没有“{rest[0]}”这条绩效指标", did_you_mean(rest[0], listed))


def _without_unit(draft: Draft, text: str) -> str:
    """Return the text without a unit that the file states elsewhere (业务量's 单位)."""
    bare = text.removesuffix(draft.unit).strip() if draft.unit else text
    return bare if draft.name.startswith("业务量.") else text


def _number(facts: Facts, blank: Draft, amount: Amount, text: str, *, is_new: bool) -> Draft:
    """Return a draft with a number put in, read as if it stood in the file."""
    if amount.formula is not None:
        return replace(blank, expression=parse(amount.formula))
    unit, value = amount.kind.unit, amount.value
    if unit == MONEY_UNIT and amount.unit_typed and value is not None:
        value /= MONEY_UNITS[facts.money.unit]
    typed = facts.in_file_unit(replace(blank, value=value, unit=unit))
    if not is_new and amount.unit_typed and typed.unit not in ("", blank.unit):
        message = f"“{text}”的单位“{unit}”不对，这里是“{blank.unit or '无'}”"
        raise BadText(message, f"写 {amount.value:f}")
    return replace(
        typed if is_new else replace(blank, value=value),
        decimals=max(blank.decimals, decimals_of(value)),
        approximate=amount.approximate,
        about=amount.about,
    )
