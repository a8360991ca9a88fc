"""`{{ 名称 }}` in a narrative: finding the references, and what each one prints.

Only names and a few filters are understood. A template language would bring loops and
attribute access that a sentence has no need of and an untrusted file shouldn't have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from typing import Any

from pydantic import BaseModel

from govnb.sheet.book import unbound
from govnb.sheet.entries import markdown_fields
from govnb.sheet.expression import Expression, canonical
from govnb.sheet.facts import Facts
from govnb.sheet.figure import POINTS as POINTS_UNIT
from govnb.sheet.figure import Figure, number_text, rounded, shown
from govnb.sheet.names import LIST_THEM, Names
from govnb.sheet.read import Inputs
from govnb.sheet.stated import stated
from govnb.text.lenient import Gaps
from govnb.text.measure import PERCENT
from govnb.text.narrative import unpaired
from govnb.text.numerals import numerals
from govnb.text.place import MOST_FAULTS, Fault
from govnb.text.suggest import did_you_mean
from govnb.text.values import MONEY_UNITS, Amount, PartialDate
from govnb.text.yaml_text import Scalar

# Words and the blanks between them are told apart, so that no text makes the search slow.
_WORDS = r"[^\s{}|]+(?:\s+[^\s{}|]+)*"
REFERENCE = re.compile(rf"\{{\{{\s*(?P<name>{_WORDS})\s*(?:\|\s*(?P<filter>{_WORDS})\s*)?\}}\}}")
_STRAY = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|｛｛|｝｝")

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
_GROWTH = ("增长率", "变动率", "差异率")
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
    """Return what a reference prints.

    Parameters
    ----------
    figure
        The figure referred to.
    filter_
        None for value and unit; 数字 for the bare number; 汉字 for Chinese numerals and the
        unit; one of :data:`DIRECTIONS` for the
        word its sign calls for and the size without sign, or 持平.
    following
        The text right behind the reference: a unit already written there isn't repeated.
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
    for path, value, markdown in text_fields("", inputs.department):
        if markdown and isinstance(value, Scalar):
            yield path, value


def text_fields(
    path: str, value: Any, markdown: bool = False
) -> Iterator[tuple[str, Scalar | Amount, bool]]:
    """Yield every text and 约数 below a value, its path, and whether it is Markdown.

    A path is named as figures are: 合计, 明细 and the number of a list's item are no part of it.
    """
    if isinstance(value, Scalar) or (isinstance(value, Amount) and value.approximate):
        yield path, value, markdown
    elif isinstance(value, BaseModel):
        fields = markdown_fields(type(value))
        for name, info in type(value).model_fields.items():
            alias = "" if info.alias in ("合计", "明细") else str(info.alias)
            below = ".".join(filter(None, (path, alias)))
            yield from text_fields(below, getattr(value, name), name in fields)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from text_fields(f"{path}.{key}", item, markdown)
    elif isinstance(value, list):
        for item in value:
            yield from text_fields(path, item, markdown)


def check_references(inputs: Inputs, facts: Facts, names: Names) -> list[Fault]:
    """Return a fault for each reference in the narratives that can't be resolved."""
    known = [*facts.drafts, *facts.lists]
    texts = (text for _, text in prose_fields(inputs))
    found = (f for text in texts for f in _check_text(text, set(known), known, facts, names.gaps))
    return list(islice(found, MOST_FAULTS))


def _check_text(
    text: Scalar, names: set[str], known: list[str], facts: Facts, gaps: Gaps
) -> Iterator[Fault]:
    # Finding a place takes a walk through the text: only where there is a fault.
    for reference in find(text):
        if reference.name not in names:
            if reference.name not in gaps:
                hint = did_you_mean(reference.name, known) or LIST_THEM
                message = f"没有“{reference.name}”这个指标"
                yield Fault(text.at(reference.start), message, hint)
        elif reference.filter is not None and reference.filter not in FILTERS:
            near = did_you_mean(reference.filter, FILTERS)
            hint = f"{near}可用：{'、'.join(FILTERS)}"
            yield Fault(text.at(reference.start), f"不认识“| {reference.filter}”", hint)
        elif misused := _misused(text, reference, facts):
            yield Fault(text.at(reference.start), *misused)
    # In Markdown a reference is a word: neither blank nor punctuation.
    bare = REFERENCE.sub(lambda m: "〇" * len(m[0]), text)
    for offset, message, hint in unpaired(bare):
        yield Fault(text.at(offset), message, hint)
    for stray in _STRAY.finditer(bare):
        hint = "引用数写成 {{ 名称 }} 或 {{ 名称 | 数字 }}，括号用半角，名称里不能有花括号"
        yield Fault(text.at(stray.start()), f"“{stray[0]}”没有配成一个引用", hint)


def _misused(text: str, reference: Reference, facts: Facts) -> tuple[str, str] | None:
    """Return why a reference would print what isn't so, and what to write; None for a good one."""
    name, filter_ = reference.name, reference.filter
    plain = f"写 {{{{ {name} }}}}"
    kind = _without_direction(reference, facts)
    if filter_ == AND and name not in facts.lists:
        return f"“{name}”不是列举，不能加“| {AND}”", plain
    if filter_ == NUMERALS and kind not in ("", "年数"):
        return f"“{name}”是{kind}，不是数，不能加“| {NUMERALS}”", plain
    if filter_ in DIRECTIONS and kind:
        return f"“{name}”是{kind}，没有增减盈亏，不能加“| {filter_}”", plain
    draft = facts.drafts.get(name)
    if draft is None:
        return None
    behind = text[reference.end :].lstrip(" *_~")
    unit = next((unit for unit in MONEY_UNITS if behind.startswith(unit)), draft.unit)
    if draft.unit in MONEY_UNITS and unit != draft.unit:
        return f"“{name}”以{draft.unit}计，后面写的却是“{unit}”", f"{plain}，单位会自动带上"
    if filter_ == POINTS and draft.unit == PERCENT and not _is_difference(name, facts):
        message = f"“{name}”不是两个率之差，不能说上升、下降几个百分点"
        return message, _points_hint(name, facts)
    return None


def _is_difference(name: str, facts: Facts) -> bool:
    """Tell whether a figure takes one rate from another, or repeats (`=名称`) one that does."""
    seen: set[str] = set()
    while (draft := facts.drafts.get(name)) is not None and name not in seen:
        seen.add(name)
        expression = draft.expression
        if expression is None or draft.unit != PERCENT:
            return False
        if canonical(expression.text.strip()) != "".join(expression.names):
            return _takes_rates(expression, facts)
        name = expression.names[0]
    return False


def _takes_rates(expression: Expression, facts: Facts) -> bool:
    units = (facts.drafts[n].unit if n in facts.drafts else "" for n in expression.names)
    return expression.is_difference and all(unit == PERCENT for unit in units)


def _inputs(facts: Facts, name: str) -> tuple[str, ...]:
    expression = facts.drafts[name].expression
    return expression.names if expression else ()


def _points_hint(name: str, facts: Facts) -> str:
    """Return what to write where a rate was to rise or fall by a number of points."""
    above = name.rpartition(".")[0]
    found = [n for n in facts.drafts if _is_difference(n, facts)]
    near = [n for n in found if n.startswith(f"{above}.")] or [
        n for n in found if name in _inputs(facts, n)
    ]
    if near:
        return f"两率之差是 {{{{ {near[0]} | {POINTS} }}}}"
    told = f"{{{{ {name} | 增减 }}}}" if name.endswith(_GROWTH) else f"{{{{ {name} }}}}"
    return f"写 {told}；要说相差几个百分点，先在 figures.yml 写一个两率相减的指标"


def _without_direction(reference: Reference, facts: Facts) -> str:
    """Return what a name stands for if that has no sign, or an empty text."""
    draft = facts.drafts.get(reference.name)
    if draft is None:
        return "列举"
    if isinstance(draft.value, PartialDate):
        return "日期"
    if isinstance(draft.value, str):
        return "文字"
    return "年数" if draft.unit == "年" else ""


def check_form(inputs: Inputs, names: Names) -> list[Fault]:
    """Return a fault for each name of the base-data form that no department could have."""
    form = inputs.form
    faults: list[Fault] = []
    for text in form.foot:
        try:
            stated(inputs.department, text.path)
        except KeyError:
            hint = "写部门文件里一段文字的路径，如 厉行节约措施、落款.填表人"
            faults.append(Fault(text.path.place, f"没有“{text.path}”这一段文字", hint))
    for row in form.rows:
        faults.extend(unbound(row.label, row.each))
        for name in filter(None, (row.last_actual, row.budget, row.actual)):
            loose = unbound(name, row.each)
            faults.extend(loose)
            if not loose and (instead := names.why_not(name)) is not None:
                faults.append(Fault(name.place, f"没有“{name}”这个指标", instead))
    return faults
