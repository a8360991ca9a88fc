"""`{{ 名称 }}` in a narrative: finding the references, and what each one prints.

Only names and a few filters are understood. A template language would bring loops and
attribute access that a sentence has no need of and an untrusted file shouldn't have.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Self

from govnb.sheet.expression import canonical
from govnb.sheet.facts import Facts
from govnb.sheet.fields import leaves, stated
from govnb.sheet.figure import POINTS as POINTS_UNIT
from govnb.sheet.figure import Figure, counted_in, number_text, rounded, shown
from govnb.sheet.names import LIST_THEM, Names
from govnb.sheet.read import Inputs
from govnb.sheet.rules import unbound
from govnb.sheet.sheet import Sheet
from govnb.text.faults import MOST_FAULTS, Fault, did_you_mean
from govnb.text.measure import PERCENT
from govnb.text.narrative import unpaired
from govnb.text.number import numerals
from govnb.text.values import MONEY_UNITS, PartialDate
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
    "加减": ("增加", "减少"),
    "节约": ("节约", "超出"),
    POINTS: ("上升", "下降"),
}
# A list whose last two items are joined by 和 instead of 、.
AND = "和"
# An amount in a unit of its own: `{{ 项目.贷款 | 亿元 }}` among amounts in 万元.
FILTERS = (NUMBER, NUMERALS, *DIRECTIONS, AND, *MONEY_UNITS)
# A figure called 超支 is positive where too much was spent, one called 结余 where something is
# left, and a filter that takes it the other way round would print the opposite of what is so.
OVERSPENT = ("超支", "超支率")
LEFT_OVER = ("结余", "结余率", "节约额", "节约率")
_UP_IS_GOOD = {"盈亏": True, "超节": False, "节约": True}
_GROWTH = ("增长率", "变动率", "差异率")
_SAME_UNIT = {"人": ("人", "名"), "㎡": ("㎡", "平方米")}


@dataclass(frozen=True, slots=True)
class Reference:
    """One `{{ 名称 | 过滤 }}`: the name, the filter or None, and where it stands in its text."""

    name: str
    filter: str | None
    start: int
    end: int

    @classmethod
    def of(cls, match: re.Match[str]) -> Self:
        """Return the reference a match of :data:`REFERENCE` spells."""
        return cls(canonical(match["name"]), match["filter"], match.start(), match.end())


def find(text: str) -> list[Reference]:
    """Return the references in a text, in order."""
    return [Reference.of(match) for match in REFERENCE.finditer(text)]


def printed(figure: Figure, filter_: str | None, following: str = "") -> str:
    """Return what a reference prints: value and unit, or what its filter makes of them.

    数字 is the bare number; 汉字 Chinese numerals and the unit; 亿元 the amount in 亿元; one of
    :data:`DIRECTIONS` the word its sign calls for and the size without sign, or 持平. A unit
    already written in the `following` text isn't repeated.
    """
    figure = counted_in(figure, filter_ or "")
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
    text = number_text(figure.number or Decimal(0), figure.decimals)
    unit = "" if written else figure.told_unit
    behind = unit or (following[:1] if "\u4e00" <= following[:1] <= "\u9fff" else "")
    bare = figure._replace(unit="")
    before, _, after = shown(bare).partition(shown(bare._replace(approximate=False)))
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
    size = shown(figure._replace(value=abs(figure.number), unit=points), unit=unit)
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


def check_published(inputs: Inputs, figures: Mapping[str, Figure]) -> list[Fault]:
    """Return a fault for each 公布数 that isn't a figure's name, or whose unit isn't its unit."""
    faults: list[Fault] = []
    for key, source in inputs.department.published.items():
        figure = figures.get(canonical(key))
        if canonical(key) in inputs.gaps:
            continue
        if figure is None:
            near = did_you_mean(key, figures) if len(faults) < MOST_FAULTS else ""
            message, hint = f"公布数里的“{key}”不是指标名称", near or LIST_THEM
        elif isinstance(figure.value, str | PartialDate):
            message, hint = f"公布数里的“{key}”不是数，不能核对", "删去这一行"
        elif source.factor(figure.unit) is None:
            message = f"公布数“{key}”的单位“{source.unit}”与指标的“{figure.unit}”不同"
            hint = source.hint(figure.unit)
        else:
            continue
        faults.append(Fault(source.place, message, hint))
    return faults


def check_form(inputs: Inputs, names: Names) -> Iterator[Fault]:
    """Yield a fault for each name of the base-data form that no department could have."""
    for text in inputs.form.foot:
        try:
            stated(inputs.department, text.path)
        except KeyError:
            hint = "写部门文件里一段文字的路径，如 厉行节约措施、落款.填表人"
            yield Fault(text.path.place, f"没有“{text.path}”这一段文字", hint)
    for row in inputs.form.rows:
        yield from unbound(row.label, row.each)
        for name in filter(None, (row.last_actual, row.budget, row.actual)):
            loose = unbound(name, row.each)
            yield from loose
            if not loose and (instead := names.why_not(name)) is not None:
                yield Fault(name.place, f"没有“{name}”这个指标", instead)


def check_references(inputs: Inputs, facts: Facts, names: Names) -> list[Fault]:
    """Return a fault for each reference in the narratives that can't be resolved."""
    known = dict.fromkeys([*facts.drafts, *facts.lists])
    found = (f for _, text in prose_fields(inputs) for f in _in_text(text, known, facts, names))
    return list(islice(found, MOST_FAULTS))


def _in_text(text: Scalar, known: dict[str, None], facts: Facts, names: Names) -> Iterator[Fault]:
    # Finding a place takes a walk through the text: only where there is a fault.
    for reference in find(text):
        name, filter_ = reference.name, reference.filter
        if name not in known:
            if name not in names.gaps:
                hint = did_you_mean(name, known) or LIST_THEM
                yield Fault(text.at(reference.start), f"没有“{name}”这个指标", hint)
        elif filter_ is not None and filter_ not in FILTERS:
            hint = f"{did_you_mean(filter_, FILTERS)}可用：{'、'.join(FILTERS)}"
            yield Fault(text.at(reference.start), f"不认识“| {filter_}”", hint)
        elif misused := _misused(text, reference, facts, names.sheet):
            yield Fault(text.at(reference.start), *misused)
    # In Markdown a reference is a word: neither blank nor punctuation.
    bare = REFERENCE.sub(lambda m: "〇" * len(m[0]), text)
    for offset, message, hint in unpaired(bare):
        yield Fault(text.at(offset), message, hint)
    for stray in _STRAY.finditer(bare):
        hint = "引用数写成 {{ 名称 }} 或 {{ 名称 | 数字 }}，括号用半角，名称里不能有花括号"
        yield Fault(text.at(stray.start()), f"“{stray[0]}”没有配成一个引用", hint)


def _misused(text: str, reference: Reference, facts: Facts, sheet: Sheet) -> tuple[str, str] | None:
    """Return why a reference would print what isn't so, and what to write; None for a good one."""
    name, filter_ = reference.name, reference.filter
    plain = f"写 {{{{ {name} }}}}"
    draft, kind = facts.drafts.get(name), ""
    if draft is None or draft.unit == "年":
        kind = "列举" if draft is None else "年数"
    elif isinstance(draft.value, PartialDate | str):
        kind = "日期" if isinstance(draft.value, PartialDate) else "文字"
    if filter_ == AND and name not in facts.lists:
        return f"“{name}”不是列举，不能加“| {AND}”", plain
    if filter_ == NUMERALS and kind not in ("", "年数"):
        return f"“{name}”是{kind}，不是数，不能加“| {NUMERALS}”", plain
    if filter_ in DIRECTIONS and kind:
        return f"“{name}”是{kind}，没有增减盈亏，不能加“| {filter_}”", plain
    if draft is None:
        return None
    behind = text[reference.end :].lstrip(" *_~")
    if filter_ in MONEY_UNITS and not draft.is_money:
        return f"“{name}”不是金额，不能加“| {filter_}”", plain
    told = counted_in(draft, filter_ if filter_ in MONEY_UNITS else facts.money.printed).unit
    unit = next((unit for unit in MONEY_UNITS if behind.startswith(unit)), told)
    if told in MONEY_UNITS and unit != told:
        return f"“{name}”以{told}计，后面写的却是“{unit}”", f"{plain}，单位会自动带上"
    if filter_ == POINTS and draft.unit == PERCENT and not _is_difference(name, sheet):
        message = f"“{name}”不是两个率之差，不能说上升、下降几个百分点"
        return message, _points_hint(name, sheet)
    return None


def _points_hint(name: str, sheet: Sheet) -> str:
    """Return what to write where a rate was to rise or fall by a number of points."""
    above = name.rpartition(".")[0]
    found = [other for other in sheet.drafts if _is_difference(other, sheet)]
    beside = [other for other in found if above and other.startswith(f"{above}.")]
    near = beside or [other for other in found if name in sheet.needs(other)]
    if near:
        return f"两率之差是 {{{{ {near[0]} | {POINTS} }}}}"
    told = f"{{{{ {name} | 增减 }}}}" if name.endswith(_GROWTH) else f"{{{{ {name} }}}}"
    return f"写 {told}；要说相差几个百分点，先在 figures.yml 写一个两率相减的指标"


def _is_difference(name: str, sheet: Sheet) -> bool:
    """Tell whether a figure takes one rate from another, or repeats (`=名称`) one that does."""
    draft = sheet.draft(name)
    expression = draft.expression if draft and draft.unit == PERCENT else None
    if expression and canonical(expression.text.strip()) == "".join(expression.names):
        return sheet.takes_rates(expression.names[0])
    return sheet.takes_rates(name)
