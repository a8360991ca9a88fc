"""试算: values that stand in for stated ones, so that a “what if” needs no second file.

Any input can be replaced; the evidence a score rests on (评分依据, 绩效指标) may also be supplied
where the file is silent. What the file may not say can't be tried out either.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from govnb.sheet.department import Department
from govnb.sheet.evidence import check_evidence
from govnb.sheet.expression import FormulaError, parse
from govnb.sheet.fields import bare, class_of, keys_of, located
from govnb.sheet.read import Inputs
from govnb.sheet.sheet import Figure
from govnb.text.faults import Fault, Place, did_you_mean
from govnb.text.measure import signed
from govnb.text.validation import adapter_of
from govnb.text.values import UNKNOWN, Amount, BadText, in_money_unit
from govnb.text.yaml_text import scalar

TRIAL = Place("试算")
EVIDENCE_SECTIONS = ("评分依据", "绩效指标")


def tried(
    inputs: Inputs, known: Mapping[str, Figure], overrides: Mapping[str, str], faults: list[Fault]
) -> Inputs:
    """Return the inputs as if the file stated the values tried out; faults are added.

    `known` are the figures there are. That something is 未公布 no file need be made to say.
    """
    department = inputs.department
    money = str(department.money_unit or inputs.year.money_unit)
    for name, text in ((name, given.strip()) for name, given in overrides.items()):
        try:
            _allow(known, name)
            if text == UNKNOWN:
                continue
            keys, annotation = _keys(name)
            value = _read(known.get(name), text, annotation, money)
            changed = _laid(department, Department, keys, value)
            if keys[0] in EVIDENCE_SECTIONS:
                section = changed.evidence if keys[0] == "评分依据" else changed.targets
                check_evidence(section[keys[1]])
            department = changed
        except (BadText, FormulaError) as error:
            faults.append(Fault(TRIAL, f"{name}={text}：{error}", error.hint))
        except PydanticCustomError as error:
            hint = str((error.context or {}).get("hint", ""))
            faults.append(Fault(TRIAL, f"{name}={text}：{error.message()}", hint))
    return replace(inputs, department=department)


def _allow(known: Mapping[str, Figure], name: str) -> None:
    """Refuse to replace what is computed, or to supply what no score rests on."""
    if name == "年度":
        raise BadText("年度不能试算", "另建一份那一年的参数文件")
    if name in known:
        if known[name].derived:
            raise BadText(f"“{name}”是算出来的，不能直接改", "改它所用的输入")
        return
    head, *rest = name.split(".")
    if head not in EVIDENCE_SECTIONS or len(rest) < 2:
        raise BadText(f"没有“{name}”这个指标", did_you_mean(name, known))
    listed = {n.split(".")[1] for n in known if n.startswith(f"{head}.")}
    if head == "绩效指标" and rest[0] not in listed:
        raise BadText(f"没有“{rest[0]}”这条绩效指标", did_you_mean(rest[0], listed))


def _keys(name: str) -> tuple[list[str], Any]:
    """Return the keys that lead to a figure's value in a file, and the type of what is there."""
    keys, annotation, wrong = located(Department, name)
    model = class_of(annotation, BaseModel)
    if wrong or model or get_origin(bare(annotation)) in (dict, list):
        hint = did_you_mean(wrong, keys_of(model), "可写") if model else ""
        raise BadText(f"没有“{name}”这个指标", hint or ("" if wrong else "写到下一级"))
    return keys, annotation


def _read(figure: Figure | None, text: str, annotation: Any, money: str) -> Any:
    """Return the value that a field would have if its file said so, checked as there."""
    # A volume's unit is stated elsewhere (业务量's 单位), and may be typed all the same.
    given = figure.unit if figure else ""
    is_volume = figure is not None and bool(given) and figure.name.startswith("业务量.")
    value = scalar(text.removesuffix(given).strip() if is_volume else text, TRIAL)
    try:
        read = adapter_of(annotation).validate_python(value)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        raise BadText(detail["msg"], str(detail.get("ctx", {}).get("hint", ""))) from None
    if not isinstance(read, Amount):
        return read
    if read.formula is not None:
        parse(read.formula)
    unit = in_money_unit(read.kind.unit, money)[0]
    if figure is not None and read.unit_typed and unit not in ("", given):
        message = f"“{text}”的单位“{unit}”不对，这里是“{given or '无'}”"
        raise BadText(message, f"写 {read.value:f}")
    if read.value is not None and given and not unit and not is_volume:
        return _read(figure, f"{text}{given}", annotation, money)
    return read


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
    keys = keys_of(inner)
    if current is None:
        current = inner.model_construct(**{k.name: None for k in keys.values() if k.is_required})
    name, inside = keys[step].name, keys[step].type
    if step == "明细":
        # A ledger's parts are ledgers of its own kind.
        inside = dict[str, inner]  # type: ignore[valid-type]
    changed = _laid(getattr(current, name), inside, rest, value)
    return current.model_copy(update={name: changed})
