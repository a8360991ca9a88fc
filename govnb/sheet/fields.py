"""The fields of a file's model: how one is written down, and how the model is walked.

What becomes of a field's value when a new year's file begins stands on the field, too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from govnb.text import section
from govnb.text.section import Ledger
from govnb.text.values import PartialDate, Reads, TextOf
from govnb.text.yaml_text import Scalar

T = TypeVar("T")
# What a name may say of a ledger behind its own name that is no part of it.
_OF_LEDGER = ("名称", "分类合计")


@dataclass(frozen=True, slots=True)
class NextYear:
    """What `govnb new --from` does with a field.

    By default a number, a date or a 是/否 is to be filled in anew, and words stay, to be
    confirmed.
    """

    # The key of the same section that holds this value a year later: 预算 is next year's 上年预算.
    last_year: str = ""
    # True for what a year says of itself only: reasons, notes, honours, the signature.
    of_one_year: bool = False
    # True for a number or a date that outlives the year, such as the one of the founding.
    lasting: bool = False
    by_account: bool = False  # true for a ledger of accounts, which a year may call otherwise


def key(alias: str, description: str | None = None, default: Any = None, **told: Any) -> Any:
    """Return a field of a section: its Chinese key, what to write, and its :class:`NextYear`.

    This one line is all there is to a field: figures, formulas, the schema, references in
    narratives and `govnb new --from` are made from the model.
    """
    field = section.key(alias, description, default)
    field.metadata.append(NextYear(**told))
    return field


@cache
def bare(annotation: Any) -> Any:
    """Return a type without its annotations and without `| None`."""
    while True:
        origin, args = get_origin(annotation), get_args(annotation)
        given = [a for a in args if a is not type(None)]
        if origin is Annotated or (origin in (Union, UnionType) and len(given) == 1):
            annotation = given[0]
        else:
            return annotation


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a section: what it is called in the code and in the file, and what it holds."""

    name: str
    alias: str
    type: Any  # the field's type with the annotations that read its text
    reader: Reads | None  # what reads its text, or that of each of its items
    is_list: bool = False  # whether it is a list or several
    is_required: bool = False
    next_year: NextYear = NextYear()

    @property
    def is_prose(self) -> bool:
        """Whether it is Markdown."""
        return isinstance(self.reader, TextOf) and self.reader.markdown


@cache
def keys_of(model: type[BaseModel]) -> dict[str, Key]:
    """Return the keys of a section as its file spells them, in order."""
    return {str(info.alias): _key(name, info) for name, info in model.model_fields.items()}


def _key(name: str, info: FieldInfo) -> Key:
    annotation = typed(info)
    told = next((m for m in info.metadata if isinstance(m, NextYear)), NextYear())
    inner = bare(annotation)
    is_list = any(get_origin(each) is list for each in (inner, *get_args(inner)))
    reader, is_required = reader_of(annotation), info.is_required()
    return Key(name, str(info.alias), annotation, reader, is_list, is_required, told)


def reader_of(annotation: Any) -> Reads | None:
    """Return what reads the text of a type."""
    return next((each for each in flat(annotation) if isinstance(each, Reads)), None)


def leaves(value: Any, path: str = "", markdown: bool = False) -> Iterator[tuple[str, Any, bool]]:
    """Yield what a section states, by its path of keys, and whether it is Markdown."""
    if isinstance(value, BaseModel):
        for key in keys_of(type(value)).values():
            if (inside := getattr(value, key.name)) is not None:
                name = f"{path}.{key.alias}".removeprefix(".")
                yield from leaves(inside, name, key.is_prose)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}", markdown)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value, 1):
            yield from leaves(item, f"{path}[{number}]", markdown)
    elif value is not None:
        yield path, value, markdown


def typed(info: FieldInfo) -> Any:
    """Return a field's type with the annotations that read its text."""
    if not info.metadata:
        return info.annotation
    return Annotated.__class_getitem__((info.annotation, *info.metadata))  # type: ignore[attr-defined]


@cache
def flat(annotation: Any) -> tuple[Any, ...]:
    """Return the types, and what reads their text, that a field's type is made of."""
    args = get_args(annotation)
    return tuple(a for arg in args for a in flat(arg)) if args else (annotation,)


def class_of(annotation: Any, base: type[T]) -> type[T] | None:
    """Return the class that a field holds, if it is one of a kind."""
    inner = bare(annotation)
    return inner if isinstance(inner, type) and issubclass(inner, base) else None


def below(annotation: Any, step: str) -> Any:
    """Return the type of what a key holds, None where there can be no such key."""
    inner = bare(annotation)
    if get_origin(inner) is dict:
        return get_args(inner)[1]
    if class_of(inner, Ledger) and step not in _OF_LEDGER:
        return inner
    key = keys_of(inner).get(step) if class_of(inner, BaseModel) else None
    return key.type if key else None


def located(model: type[BaseModel], name: str) -> tuple[list[str], Any, str]:
    """Return the keys that lead in a file to what a name means, and the type of what is there.

    A name that goes nowhere has its first wrong word behind what leads up to it.
    """
    keys, annotation = list[str](), model
    for step in name.split("."):
        is_part = class_of(annotation, Ledger) and step not in _OF_LEDGER
        inside = below(annotation, step)
        if inside is None:
            return keys, annotation, step
        keys, annotation = [*keys, *(["明细"] if is_part else []), step], inside
    if ledger := class_of(annotation, Ledger):
        return [*keys, "合计"], keys_of(ledger)["合计"].type, ""
    return keys, annotation, ""


def stated(section: BaseModel, path: str) -> Scalar | PartialDate | None:
    """Return the text or date at a path such as `落款.填表人`; None where it is left out.

    Raises KeyError if no such section has a text or date there.
    """
    value: object = section
    for step in path.split("."):
        key = keys_of(type(value)).get(step) if isinstance(value, BaseModel) else None
        if key is None:
            raise KeyError(path)
        value = getattr(value, key.name)
    if value is not None and not isinstance(value, Scalar | PartialDate):
        raise KeyError(path)
    return value
