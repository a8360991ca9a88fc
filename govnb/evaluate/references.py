"""`{{ 名称 }}` in a narrative: finding the references, and what each one prints.

Only names and a few filters are understood. A template language would bring loops and
attribute access that a sentence has no need of and an untrusted file shouldn't have.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from typing import Any

from pydantic import BaseModel

from govnb.evaluate.book import VARIABLE, unbound
from govnb.evaluate.expression import canonical
from govnb.evaluate.facts import Facts
from govnb.evaluate.figure import Figure, rounded, shown
from govnb.inputs.place import MOST_FAULTS, Fault
from govnb.inputs.read import Inputs
from govnb.inputs.rules import BaseDataForm
from govnb.inputs.suggest import did_you_mean
from govnb.inputs.values import TextOf
from govnb.inputs.yaml_text import Scalar

# Words and the blanks between them are told apart, so that no text makes the search slow.
_WORDS = r"[^\s{}|]+(?:\s+[^\s{}|]+)*"
REFERENCE = re.compile(rf"\{{\{{\s*(?P<name>{_WORDS})\s*(?:\|\s*(?P<filter>{_WORDS})\s*)?\}}\}}")
_STRAY = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|｛｛|｝｝")

NUMBER = "数字"
# Filters that turn the sign into a word: what a positive, and a negative, figure is called.
DIRECTIONS = {
    "盈亏": ("结余", "超支"),
    "超节": ("超支", "结余"),
    "增减": ("增长", "下降"),
    "多少": ("多", "少"),
    "节约": ("节约", "超出"),
}
FILTERS = (NUMBER, *DIRECTIONS)
_SAME_UNIT = {"人": ("人", "名"), "㎡": ("㎡", "平方米")}


@dataclass(frozen=True, slots=True)
class Reference:
    """One `{{ 名称 | 过滤 }}`: the name, the filter or None, and where it stands in its text."""

    name: str
    filter: str | None
    start: int
    end: int

    @classmethod
    def of(cls, match: re.Match[str]) -> Reference:
        """Return the reference a match of :data:`REFERENCE` spells."""
        return cls(canonical(match["name"]), match["filter"], match.start(), match.end())


def find(text: str) -> list[Reference]:
    """Return the references in a text, in order."""
    return [Reference.of(match) for match in REFERENCE.finditer(text)]


def printed(figure: Figure, filter_: str | None, following: str = "") -> str:
    """Return what a reference prints.

    Parameters
    ----------
    figure
        The figure referred to.
    filter_
        None for value and unit; 数字 for the bare number; one of :data:`DIRECTIONS` for the
        word its sign calls for and the size without sign, or 持平.
    following
        The text right behind the reference: a unit already written there isn't repeated.
    """
    if filter_ in DIRECTIONS:
        return directed(figure, *DIRECTIONS[filter_])
    words = _SAME_UNIT.get(figure.unit, (figure.unit,))
    # Bold or a blank may stand between the number and its unit.
    written = bool(figure.unit) and following.lstrip(" *_~").startswith(words)
    return shown(figure, unit=filter_ != NUMBER and not written)


def directed(figure: Figure, up: str, down: str) -> str:
    """Return a signed figure in words: `up` or `down` with its size, or 持平."""
    if figure.number is None:
        return shown(figure)
    if rounded(figure.number, figure.decimals) == Decimal(0):
        return "持平" if figure.number == 0 else "基本持平"
    size = shown(replace(figure, value=abs(figure.number)))
    return f"{up if figure.number > 0 else down}{size}"


def prose_fields(inputs: Inputs) -> Iterator[tuple[str, Scalar]]:
    """Yield the path and text of every Markdown field of a department's file."""
    yield from _prose("", inputs.department)


def _prose(path: str, value: Any, markdown: bool = False) -> Iterator[tuple[str, Scalar]]:
    if isinstance(value, Scalar):
        if markdown:
            yield path, value
    elif isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            dotted = f"{path}.{info.alias}" if path else str(info.alias)
            yield from _prose(dotted, getattr(value, name), _reads_markdown(info))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _prose(f"{path}.{key}", item, markdown)
    elif isinstance(value, list):
        for number, item in enumerate(value, 1):
            yield from _prose(f"{path}[{number}]", item, markdown)


def _reads_markdown(info: Any) -> bool:
    def readers(annotation: Any) -> Iterator[Any]:
        yield annotation
        for arg in getattr(annotation, "__args__", ()) or ():
            yield from readers(arg)
        yield from getattr(annotation, "__metadata__", ())

    found = [*info.metadata, *readers(info.annotation)]
    return any(isinstance(reader, TextOf) and reader.markdown for reader in found)


def check_references(inputs: Inputs, figures: Iterable[str], facts: Facts) -> list[Fault]:
    """Return a fault for each reference in the narratives that can't be resolved."""
    known = [*figures, *facts.lists]
    names = set(known)
    found = (f for _, text in prose_fields(inputs) for f in _check_text(text, names, known))
    return list(islice(found, MOST_FAULTS))


def _check_text(text: Scalar, names: set[str], known: list[str]) -> Iterator[Fault]:
    # Finding a place takes a walk through the text: only where there is a fault.
    for reference in find(text):
        if reference.name not in names:
            hint = did_you_mean(reference.name, known) or "govnb figures 可列出全部名称"
            yield Fault(text.at(reference.start), f"没有“{reference.name}”这个指标", hint)
        elif reference.filter is not None and reference.filter not in FILTERS:
            near = did_you_mean(reference.filter, FILTERS)
            hint = f"{near}可用：{'、'.join(FILTERS)}"
            yield Fault(text.at(reference.start), f"不认识“| {reference.filter}”", hint)
    bare = REFERENCE.sub(lambda m: " " * len(m[0]), text)
    for stray in _STRAY.finditer(bare):
        hint = "引用数写成 {{ 名称 }} 或 {{ 名称 | 数字 }}，括号用半角，名称里不能有花括号"
        yield Fault(text.at(stray.start()), f"“{stray[0]}”没有配成一个引用", hint)


def check_form(
    form: BaseDataForm, figures: Iterable[str], open_sections: Container[str]
) -> list[Fault]:
    """Return a fault for each name of the base-data form that no department could have."""
    known = list(figures)
    faults: list[Fault] = []
    for row in form.rows:
        faults.extend(unbound(row.label, row.each))
        for name in filter(None, (row.last_actual, row.budget, row.actual)):
            loose = unbound(name, row.each)
            faults.extend(loose)
            is_pattern = VARIABLE.search(name) is not None
            if not is_pattern and name not in known and name.split(".")[0] not in open_sections:
                hint = did_you_mean(name, known) or "govnb figures 可列出全部名称"
                faults.append(Fault(name.place, f"没有“{name}”这个指标", hint))
    return faults
