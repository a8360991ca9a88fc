"""Values of a department's file given by name (试算), not by line: the same rules hold for both.

`人员.在职人员` names a field of the model, so what the file may say there is what may be
tried out there: no half people, no negative money, no state that isn't one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from govnb.sheet.department import Department
from govnb.sheet.evidence import Evidence, Target, check_evidence, check_target
from govnb.text.ledger import Ledger
from govnb.text.measure import sign_of
from govnb.text.number import UNKNOWN, BadText
from govnb.text.place import Place
from govnb.text.suggest import did_you_mean
from govnb.text.values import Amount, TextOf
from govnb.text.yaml_text import Scalar

EVIDENCE_SECTIONS = ("评分依据", "绩效指标")


def read_entry(name: str, text: str, place: Place) -> Any:
    """Return the value that a field of a department's file would have, checked as there.

    Parameters
    ----------
    name
        The field's path of keys, such as `政府采购.实际`.
    text
        What the file would say.
    place
        Where the text is from.

    Raises
    ------
    BadText
        If the file has no such field, or the text is none of its values.
    """
    annotation: Any = Department
    for step in (path := name.split(".")):
        inside = below(annotation, step)
        if inside is None:
            raise BadText(f"没有“{name}”这个指标", _hint(annotation, step, path))
        annotation = inside
    leaf = bare(annotation)
    if isinstance(leaf, type) and issubclass(leaf, Ledger):
        annotation = _typed(leaf.model_fields["total"])
    elif get_origin(leaf) in (dict, list) or (
        isinstance(leaf, type) and issubclass(leaf, BaseModel)
    ):
        raise BadText(f"没有“{name}”这个指标", _hint(annotation, "", path) or "写到下一级")
    value = Scalar(text)
    value.place = value.body = place
    try:
        return _adapter(annotation).validate_python(value)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        raise BadText(detail["msg"], str(detail.get("ctx", {}).get("hint", ""))) from None


def with_entries(department: Department, values: Mapping[str, str], place: Place) -> Department:
    """Return the department with other evidence (评分依据、绩效指标), as if its file said so.

    What is a figure is tried out among the figures; but which incidents there are, and the
    sign of a target, are no figures.

    Raises
    ------
    BadText
        If the values contradict what the file says beside them.
    """
    for name, text in values.items():
        head, *path = name.split(".")
        if head not in EVIDENCE_SECTIONS or text.strip() == UNKNOWN:
            continue
        field = next(n for n, f in Department.model_fields.items() if f.alias == head)
        value = read_entry(name, text.strip(), place)
        try:
            changed = _laid(
                getattr(department, field), _typed(Department.model_fields[field]), path, value
            )
            _check(changed[path[0]])
        except _IncompleteError:
            # An evaluator's mark without the evaluator: enough for a trial, not for a file.
            continue
        except PydanticCustomError as error:
            hint = str((error.context or {}).get("hint", ""))
            raise BadText(f"{name}={text}：{error.message()}", hint) from None
        department = department.model_copy(update={field: changed})
    return department


def _check(evidence: Evidence) -> None:
    if isinstance(evidence, Target):
        check_target(evidence)
    else:
        check_evidence(evidence)


class _IncompleteError(Exception):
    """A section that asks for more than the one value given."""


def _laid(current: Any, annotation: Any, path: list[str], value: Any) -> Any:
    """Return a section with one value at the end of a path changed."""
    if not path:
        return _signed(current, value)
    inner, (step, *rest) = bare(annotation), path
    if get_origin(inner) is dict:
        below = get_args(inner)[1]
        return {**(current or {}), step: _laid((current or {}).get(step), below, rest, value)}
    if current is None:
        try:
            current = inner.model_validate({})
        except ValidationError:
            raise _IncompleteError from None
    name, info = next((n, f) for n, f in inner.model_fields.items() if f.alias == step)
    changed = _laid(getattr(current, name), _typed(info), rest, value)
    return current.model_copy(update={name: changed})


def _signed(current: Any, value: Any) -> Any:
    """Return a target with the sign the file gives it, if the trial gives none of its own."""
    if isinstance(current, Amount) and isinstance(value, Amount):
        sign = sign_of(current.text)
        if sign and not sign_of(value.text):
            return replace(value, text=f"{sign}{value.text}")
    return value


def below(annotation: Any, step: str) -> Any:
    """Return the type of what a key holds, None where there can be no such key."""
    inner = bare(annotation)
    if get_origin(inner) is dict:
        return get_args(inner)[1]
    if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
        return None
    if issubclass(inner, Ledger) and step not in ("名称", "分类合计"):
        return inner
    return next((_typed(f) for f in inner.model_fields.values() if f.alias == step), None)


def flat(annotation: Any) -> list[Any]:
    """Return the types, and what reads their text, that a field's type is made of."""
    args = get_args(annotation)
    return [a for arg in args for a in flat(arg)] if args else [annotation]


def _hint(annotation: Any, step: str, path: list[str]) -> str:
    inner = bare(annotation)
    if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
        return ""
    known = [str(field.alias) for field in inner.model_fields.values()]
    return (step and did_you_mean(step, known)) or f"可写：{'、'.join(known)}"


def bare(annotation: Any) -> Any:
    """Return a type without its annotations and without `| None`."""
    while True:
        origin, args = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            annotation = args[0]
        elif (
            origin in (Union, UnionType) and len(given := [a for a in args if a is not _NONE]) == 1
        ):
            annotation = given[0]
        else:
            return annotation


_NONE = type(None)


def _typed(info: FieldInfo) -> Any:
    """Return a field's type with the annotations that read its text."""
    if not info.metadata:
        return info.annotation
    return Annotated.__class_getitem__((info.annotation, *info.metadata))  # type: ignore[attr-defined]


@cache
def markdown_fields(model: type[BaseModel]) -> frozenset[str]:
    """Return the fields of a section that hold Markdown, alone or in a list."""
    each = (
        (name, [*info.metadata, *flat(info.annotation)])
        for name, info in model.model_fields.items()
    )
    return frozenset(
        name for name, found in each if any(isinstance(x, TextOf) and x.markdown for x in found)
    )


@cache
def _adapter(annotation: Any) -> TypeAdapter[Any]:
    return TypeAdapter(annotation)
