"""试算: values that stand in for stated ones, so that a “what if” needs no second file.

Any input can be replaced; the evidence a score rests on (评分依据, 绩效指标) may also be supplied
where the file is silent. What the file may not say can't be tried out either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from govnb.sheet.department import Department
from govnb.sheet.evidence import check_evidence
from govnb.sheet.expression import FormulaError, parse
from govnb.sheet.facts import Facts, decimals_of
from govnb.sheet.fields import aliases, below, class_of, typed
from govnb.sheet.key import bare
from govnb.sheet.read import Inputs
from govnb.sheet.sheet import Figure, Lack
from govnb.text.faults import Fault, FaultsError, Place, did_you_mean
from govnb.text.measure import signed
from govnb.text.section import Ledger
from govnb.text.values import MONEY_UNIT, MONEY_UNITS, UNKNOWN, Amount, BadText, PartialDate
from govnb.text.yaml_text import Scalar

TRIAL = Place("试算")
EVIDENCE_SECTIONS = ("评分依据", "绩效指标")
_adapter = cache(TypeAdapter[Any])


def trial_drafts(
    facts: Facts, overrides: Mapping[str, str], faults: list[Fault]
) -> dict[str, Figure]:
    """Return the drafts that the values given put in place of others; faults are added."""
    found = {}
    for name, given in overrides.items():
        text = str(given).strip()
        try:
            found[name] = _replaced(facts, name, text)
        except (BadText, FormulaError) as error:
            faults.append(Fault(TRIAL, f"{name}={text}：{error}", error.hint))
    return found


def _replaced(facts: Facts, name: str, text: str) -> Figure:
    draft = facts.drafts.get(name)
    if draft is None:
        _allow_new(facts.drafts, name)
    elif name == "年度":
        raise BadText("年度不能试算", "另建一份那一年的参数文件")
    elif draft.derived:
        raise BadText(f"“{name}”是算出来的，不能直接改", "改它所用的输入")
    old = draft or Figure(name)
    blank = replace(
        old, value=None, expression=None, lack=None, place=TRIAL, about="", approximate=False
    )
    if text == UNKNOWN:
        return replace(blank, lack=Lack.ON_TRIAL)
    # A volume's unit is stated elsewhere (业务量's 单位), and may be typed all the same.
    is_volume = bool(old.unit) and name.startswith("业务量.")
    value = _read(name, text.removesuffix(old.unit).strip() if is_volume else text)
    if isinstance(value, Amount):
        return _number(facts, blank, value, text, is_new=draft is None)
    return replace(blank, value=value if isinstance(value, PartialDate) else str(value))


def _allow_new(drafts: Mapping[str, Figure], name: str) -> None:
    """Refuse to supply what the file doesn't state, unless a score rests on it."""
    head, *rest = name.split(".")
    if head not in EVIDENCE_SECTIONS or len(rest) < 2:
        raise BadText(f"没有“{name}”这个指标", did_you_mean(name, drafts))
    listed = {n.split(".")[1] for n in drafts if n.startswith(f"{head}.")}
    if head == "绩效指标" and rest[0] not in listed:
        raise BadText(f"没有“{rest[0]}”这条绩效指标", did_you_mean(rest[0], listed))


def _number(facts: Facts, blank: Figure, amount: Amount, text: str, *, is_new: bool) -> Figure:
    """Return a draft with a number put in, read as if it stood in the file."""
    if amount.formula is not None:
        return replace(blank, expression=parse(amount.formula))
    unit, value = amount.kind.unit, amount.value
    if unit == MONEY_UNIT and amount.unit_typed and value is not None:
        value /= MONEY_UNITS[facts.money.unit]
    read = facts.in_file_unit(replace(blank, value=value, unit=unit))
    if not is_new and amount.unit_typed and read.unit not in ("", blank.unit):
        message = f"“{text}”的单位“{read.unit}”不对，这里是“{blank.unit or '无'}”"
        raise BadText(message, f"写 {amount.value:f}")
    return replace(
        read if is_new else replace(blank, value=value),
        decimals=max(blank.decimals, decimals_of(value)),
        approximate=amount.approximate,
        about=amount.about,
    )


def _read(name: str, text: str) -> Any:
    """Return the value that a field would have if its file said so, checked as there."""
    annotation: Any = Department
    for step in name.split("."):
        inside = below(annotation, step)
        if inside is None:
            raise BadText(f"没有“{name}”这个指标", _hint(annotation, step))
        annotation = inside
    if ledger := class_of(annotation, Ledger):
        annotation = typed(ledger.model_fields["total"])
    elif get_origin(bare(annotation)) in (dict, list) or class_of(annotation, BaseModel):
        raise BadText(f"没有“{name}”这个指标", _hint(annotation) or "写到下一级")
    value = Scalar(text)
    value.place = value.body = TRIAL
    try:
        return _adapter(annotation).validate_python(value)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        raise BadText(detail["msg"], str(detail.get("ctx", {}).get("hint", ""))) from None


def _hint(annotation: Any, step: str = "") -> str:
    model = class_of(annotation, BaseModel)
    known = aliases(model) if model else []
    listed = f"可写：{'、'.join(known)}" if known else ""
    return (did_you_mean(step, known) if step else "") or listed


def tried(inputs: Inputs, overrides: Mapping[str, str]) -> Inputs:
    """Return the inputs with the evidence that is tried out, as if the file stated it.

    What is a figure is tried out among the figures; but which incidents there are, and the
    sign of a target, are no figures. Raises FaultsError if a value contradicts what the file
    says beside it.
    """
    department = inputs.department
    for name, text in overrides.items():
        head, *path = name.split(".")
        if head not in EVIDENCE_SECTIONS or text.strip() == UNKNOWN:
            continue
        field = next(n for n, f in Department.model_fields.items() if f.alias == head)
        kind = typed(Department.model_fields[field])
        try:
            changed = _laid(getattr(department, field), kind, path, _read(name, text.strip()))
            check_evidence(changed[path[0]])
        except ValidationError:
            # An evaluator's mark without the evaluator: enough for a trial, not for a file.
            continue
        except PydanticCustomError as error:
            hint = str((error.context or {}).get("hint", ""))
            raise FaultsError([Fault(TRIAL, f"{name}={text}：{error.message()}", hint)]) from None
        except BadText as error:
            raise FaultsError([Fault(TRIAL, str(error), error.hint)]) from None
        department = department.model_copy(update={field: changed})
    return replace(inputs, department=department)


def _laid(current: Any, annotation: Any, path: list[str], value: Any) -> Any:
    """Return a section with one value at the end of a path changed."""
    if not path:
        # A target keeps the sign the file gives it, if the trial gives none of its own.
        if isinstance(current, Amount) and isinstance(value, Amount) and not signed(value.text)[0]:
            return replace(value, text=f"{signed(current.text)[0]}{value.text}")
        return value
    inner, (step, *rest) = bare(annotation), path
    if get_origin(inner) is dict:
        inside = get_args(inner)[1]
        return {**(current or {}), step: _laid((current or {}).get(step), inside, rest, value)}
    if current is None:
        current = inner.model_validate({})
    name = next(n for n, f in inner.model_fields.items() if f.alias == step)
    changed = _laid(getattr(current, name), typed(inner.model_fields[name]), rest, value)
    return current.model_copy(update={name: changed})
