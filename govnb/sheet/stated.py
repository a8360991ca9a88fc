"""The words a department's file states, by their path of keys."""

from pydantic import BaseModel

from govnb.sheet.department import Department
from govnb.text.values import PartialDate
from govnb.text.yaml_text import Scalar


def stated(department: Department, path: str) -> Scalar | PartialDate | None:
    """Return the text or date at a path such as `落款.填表人`; None where it is left out.

    Raises
    ------
    KeyError
        If no department's file has a text or date there.
    """
    value: object = department
    for step in path.split("."):
        fields = type(value).model_fields if isinstance(value, BaseModel) else {}
        name = next((n for n, info in fields.items() if info.alias == step), None)
        if name is None:
            raise KeyError(path)
        value = getattr(value, name)
    if value is not None and not isinstance(value, Scalar | PartialDate):
        raise KeyError(path)
    return value
