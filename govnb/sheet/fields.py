"""The model of a department's file, walked: what stands in a file, and what its keys may hold."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from govnb.sheet.key import bare
from govnb.text.section import Ledger
from govnb.text.values import PartialDate, TextOf
from govnb.text.yaml_text import Scalar

T = TypeVar("T")


def leaves(value: Any, path: str = "", markdown: bool = False) -> Iterator[tuple[str, Any, bool]]:
    """Yield what a section states, by its path of keys, and whether it is Markdown."""
    if isinstance(value, BaseModel):
        prose = markdown_fields(type(value))
        for name, info in type(value).model_fields.items():
            inside = f"{path}.{info.alias}".removeprefix(".")
            yield from leaves(getattr(value, name), inside, name in prose)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}", markdown)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value, 1):
            yield from leaves(item, f"{path}[{number}]", markdown)
    elif value is not None:
        yield path, value, markdown


@cache
def markdown_fields(model: type[BaseModel]) -> frozenset[str]:
    """Return the fields of a section that hold Markdown, alone or in a list."""
    return frozenset(
        name
        for name, info in model.model_fields.items()
        if any(isinstance(x, TextOf) and x.markdown for x in flat(typed(info)))
    )


def typed(info: FieldInfo) -> Any:
    """Return a field's type with the annotations that read its text."""
    if not info.metadata:
        return info.annotation
    return Annotated.__class_getitem__((info.annotation, *info.metadata))  # type: ignore[attr-defined]


def flat(annotation: Any) -> list[Any]:
    """Return the types, and what reads their text, that a field's type is made of."""
    args = get_args(annotation)
    return [a for arg in args for a in flat(arg)] if args else [annotation]


def class_of(annotation: Any, base: type[T]) -> type[T] | None:
    """Return the class that a field holds, if it is one of a kind."""
    inner = bare(annotation)
    return inner if isinstance(inner, type) and issubclass(inner, base) else None


def aliases(model: type[BaseModel]) -> list[str]:
    """Return the keys of a section."""
    return [str(field.alias) for field in model.model_fields.values()]


def below(annotation: Any, step: str) -> Any:
    """Return the type of what a key holds, None where there can be no such key."""
    if get_origin(bare(annotation)) is dict:
        return get_args(bare(annotation))[1]
    if class_of(annotation, Ledger) and step not in ("名称", "分类合计"):
        return bare(annotation)
    model = class_of(annotation, BaseModel)
    fields = model.model_fields.values() if model else ()
    return next((typed(field) for field in fields if field.alias == step), None)


def stated(section: BaseModel, path: str) -> Scalar | PartialDate | None:
    """Return the text or date at a path such as `落款.填表人`; None where it is left out.

    Raises KeyError if no such section has a text or date there.
    """
    value: object = section
    for step in path.split("."):
        fields = type(value).model_fields if isinstance(value, BaseModel) else {}
        name = next((n for n, info in fields.items() if info.alias == step), None)
        if name is None:
            raise KeyError(path)
        value = getattr(value, name)
    if value is not None and not isinstance(value, Scalar | PartialDate):
        raise KeyError(path)
    return value
