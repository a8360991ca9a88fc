"""The texts of a department's file, as the checks of wording read them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from govnb.evaluate.references import REFERENCE, Reference, find, prose_fields
from govnb.inputs.ledger import Ledger
from govnb.inputs.place import Place
from govnb.inputs.read import Inputs
from govnb.inputs.values import Amount
from govnb.inputs.yaml_text import Scalar

# Where the file took its data from is not part of the report.
_NOT_IN_REPORT = frozenset({"部门.来源"})
MASK = "\ufffc"


@dataclass(frozen=True, slots=True)
class Typed:
    """A number typed in a text: what it says, its unit, and where it stands."""

    text: str
    value: Decimal
    decimals: int
    unit: str
    start: int
    end: int


# Thousands may be set off: 1,234.56 is one number, not 1 and 234.56.
_TYPED = re.compile(
    r"(?<![\d.,，\-—－A-Za-z])(?P<number>\d{1,3}(?:[,，]\d{3})+(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"\s*(?P<unit>[%％]|[^\d\s，。；、：！？（）()\ufffc]{0,4})"
)


@dataclass(frozen=True)
class Passage:
    """A text and the field it stands in.

    Attributes
    ----------
    path : str
        The field's name, without the number of a list's item: that changes when items move.
    text : str
        As typed.
    is_prose : bool
        Whether it is Markdown that the report prints.
    """

    path: str
    text: str
    is_prose: bool
    _source: Scalar | None = None
    _place: Place | None = None

    def at(self, offset: int) -> Place:
        """Return the place of a character."""
        if self._source is not None:
            return self._source.at(offset)
        assert self._place is not None
        return self._place

    @cached_property
    def references(self) -> list[Reference]:
        """The `{{ 名称 }}` of the text."""
        return find(self.text)

    @cached_property
    def masked(self) -> str:
        """The text with references blanked out, each character in its place."""
        return REFERENCE.sub(lambda m: MASK * len(m[0]), self.text)

    @cached_property
    def numbers(self) -> tuple[Typed, ...]:
        """The numbers typed in the text outside titles and quotations, in order."""
        return tuple(_typed(match) for match in _TYPED.finditer(outside_quotes(self.masked)))

    def around(self, found: Typed, before: int, behind: int) -> str:
        """Return what stands beside a number in its sentence."""
        start, end = clause(self.masked, found.start, found.end)
        return self.masked[max(start, found.start - before) : min(end, found.end + behind)]


def _typed(match: re.Match[str]) -> Typed:
    plain = re.sub("[,，]", "", match["number"])
    places = len(plain.partition(".")[2])
    return Typed(plain, Decimal(plain), places, match["unit"], match.start(), match.end("number"))


def passages(inputs: Inputs) -> Iterator[Passage]:
    """Yield every text of the department's file, in its order."""
    prose = {text.place for _, text in prose_fields(inputs)}
    for path, value in _walk("", inputs.department):
        if path in _NOT_IN_REPORT:
            continue
        if isinstance(value, Scalar):
            yield Passage(path, str(value), value.place in prose, _source=value)
        else:
            yield Passage(path, value.text, False, _place=value.place)


def _walk(path: str, value: Any) -> Iterator[tuple[str, Scalar | Amount]]:
    """Yield texts and 约数; amounts otherwise hold no wording, and 公布数 and 已说明 no report."""
    if isinstance(value, Scalar) or (isinstance(value, Amount) and value.approximate):
        yield path, value
    elif isinstance(value, Ledger):
        # Named as its figures are: 合计 and 明细 are no part of a name.
        yield from _walk(path, value.total)
        yield from _walk(path, value.parts)
        yield from _walk(f"{path}.名称", value.title)
        yield from _walk(f"{path}.分类合计", value.columns)
    elif isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            dotted = f"{path}.{info.alias}" if path else str(info.alias)
            yield from _walk(dotted, getattr(value, name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk(f"{path}.{key}", item)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(path, item)


def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the sentence around a span begins and ends."""
    before = max(text.rfind(mark, 0, start) for mark in "。；\n！？") + 1
    stops = [at for mark in "。；\n！？" if (at := text.find(mark, end)) >= 0]
    return before, min(stops, default=len(text))


def outside_quotes(text: str) -> str:
    """Return the text with what stands in 《》 or “” blanked out, each character in its place.

    A title or a slogan is quoted as it is: a number in it is nobody's figure.
    """
    return re.sub(
        r"《[^》\n]*》|“[^”\n]*”", lambda m: f"{m[0][0]}{MASK * (len(m[0]) - 2)}{m[0][-1]}", text
    )
