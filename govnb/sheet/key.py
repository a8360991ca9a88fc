"""A key of a parameter file, with what becomes of its value when a new year's file begins."""

from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import Field
from pydantic.fields import FieldInfo


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
    field = Field(default, alias=alias, description=description)
    field.metadata.append(NextYear(**told))
    return field


def next_year(info: FieldInfo) -> NextYear:
    """Return what becomes of a field's value in the next year's file."""
    return next((m for m in info.metadata if isinstance(m, NextYear)), NextYear())


def bare(annotation: Any) -> Any:
    """Return a type without its annotations and without `| None`."""
    while True:
        origin, args = get_origin(annotation), get_args(annotation)
        given = [a for a in args if a is not type(None)]
        if origin is Annotated or (origin in (Union, UnionType) and len(given) == 1):
            annotation = given[0]
        else:
            return annotation
