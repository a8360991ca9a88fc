"""`{{ 名称 }}` in a narrative: finding the references, and what each one prints.

Only names and a few filters are understood. A template language would bring loops and
attribute access that a sentence has no need of and an untrusted file shouldn't have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from govnb.sheet.expression import canonical
from govnb.sheet.fields import leaves
from govnb.sheet.figure import POINTS as POINTS_UNIT
from govnb.sheet.figure import Figure, number_text, rounded, shown
from govnb.sheet.read import Inputs
from govnb.text.measure import PERCENT
from govnb.text.numerals import numerals
from govnb.text.yaml_text import Scalar

# Words and the blanks between them are told apart, so that no text makes the search slow.
_WORDS = r"[^\s{}|]+(?:\s+[^\s{}|]+)*"
REFERENCE = re.compile(rf"\{{\{{\s*(?P<name>{_WORDS})\s*(?:\|\s*(?P<filter>{_WORDS})\s*)?\}}\}}")
STRAY = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|｛｛|｝｝")

NUMBER = "数字"
# The number in Chinese numerals, as prose writes small ones: 前两次, 六年.
NUMERALS = "汉字"
# The difference of two rates, in words.
POINTS = "升降"
# Filters that turn the sign into a word: what a positive, and a negative, figure is called.
DIRECTIONS = {
    "盈亏": ("结余", "超支"),
    "超节": ("超支", "结余"),
    "增减": ("增长", "下降"),
    "多少": ("多", "少"),
    "节约": ("节约", "超出"),
    POINTS: ("上升", "下降"),
}
# A list whose last two items are joined by 和 instead of 、.
AND = "和"
FILTERS = (NUMBER, NUMERALS, *DIRECTIONS, AND)
# A figure called 超支 is positive where too much was spent, one called 结余 where something is
# left, and a filter that takes it the other way round would print the opposite of what is so.
OVERSPENT = ("超支", "超支率")
LEFT_OVER = ("结余", "结余率", "节约额", "节约率")
_UP_IS_GOOD = {"盈亏": True, "超节": False, "节约": True}
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
    """Return what a reference prints: value and unit, or what its filter makes of them.

    数字 is the bare number; 汉字 Chinese numerals and the unit; one of :data:`DIRECTIONS` the
    word its sign calls for and the size without sign, or 持平. A unit already written in the
    `following` text isn't repeated.
    """
    words = (POINTS_UNIT,) if figure.points else _SAME_UNIT.get(figure.unit, (figure.unit,))
    # Bold or a blank may stand between the number and its unit.
    written = bool(figure.unit) and following.lstrip(" *_~").startswith(words)
    if filter_ in DIRECTIONS:
        return directed(figure, *direction(figure.name, filter_), unit=not written)
    if filter_ == NUMERALS and figure.number is not None:
        return _in_numerals(figure, following.lstrip(" *_~"), written=written)
    return shown(figure, unit=filter_ != NUMBER and not written)


def _in_numerals(figure: Figure, following: str, *, written: bool) -> str:
    """Return a figure in Chinese numerals, its unit behind it unless it is written there."""
    bare = replace(figure, approximate=False)
    text = number_text(figure.number or Decimal(0), figure.decimals)
    unit = "" if written else figure.told_unit
    behind = unit or (following[:1] if "\u4e00" <= following[:1] <= "\u9fff" else "")
    about = shown(replace(figure, unit=""))
    before, _, after = about.partition(shown(replace(bare, unit="")))
    return f"{before}{numerals(Decimal(text), behind)}{after}{unit}"


def direction(name: str, filter_: str) -> tuple[str, str]:
    """Return what a filter calls a positive and a negative figure of that name."""
    up, down = DIRECTIONS[filter_]
    last = name.rpartition(".")[2]
    up_is_good = _UP_IS_GOOD.get(filter_)
    turned = last.endswith(OVERSPENT if up_is_good else LEFT_OVER)
    return (down, up) if up_is_good is not None and turned else (up, down)


def directed(figure: Figure, up: str, down: str, *, unit: bool = True) -> str:
    """Return a signed figure in words: `up` or `down` with its size, or 持平.

    Without `unit`, when that is already written behind, what is even is `up` by 0.
    """
    if figure.number is None:
        return shown(figure)
    if unit and (level := par(figure)):
        return level
    # A rate that went from 90% to 95% rose by 5 points, not by 5 %.
    told = figure.told_unit
    points = POINTS_UNIT if (up, down) == DIRECTIONS[POINTS] and told == PERCENT else told
    size = shown(replace(figure, value=abs(figure.number), unit=points), unit=unit)
    return f"{up if figure.number >= 0 else down}{size}"


def par(figure: Figure) -> str:
    """Return 持平 or 基本持平 for a difference that prints as nothing; else empty."""
    if figure.number is None or rounded(figure.number, figure.decimals) != Decimal(0):
        return ""
    return "持平" if figure.number == 0 else "基本持平"


def prose_fields(inputs: Inputs) -> Iterator[tuple[str, Scalar]]:
    """Yield the path and text of every Markdown field of a department's file."""
    for path, text, is_prose in leaves(inputs.department):
        if is_prose and isinstance(text, Scalar):
            yield path, text
