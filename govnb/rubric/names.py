"""Names on both sides of a score: what the rubric's formulas ask for, what the facts offer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pydantic import BaseModel

from govnb.evaluate.compute import OPEN_SECTIONS, compute
from govnb.evaluate.expression import FormulaError, parse
from govnb.evaluate.figure import Figures
from govnb.evaluate.open_names import mistyped
from govnb.evaluate.score_words import plain
from govnb.evaluate.scoring_case import DATA, OWN_NAMES
from govnb.inputs.evidence import Evidence
from govnb.inputs.place import Fault, FaultsError
from govnb.inputs.read import Inputs
from govnb.inputs.rules import Book
from govnb.inputs.suggest import did_you_mean
from govnb.inputs.yaml_text import Scalar
from govnb.rubric import rules
from govnb.rubric.file import Indicator, Rubric
from govnb.rubric.rules import Band
from govnb.rubric.tasks import Task

_FORMULAS = frozenset({"公式", "得分公式", "实际", "目标"})
_ITEMS = {"要点": "points", "日期": "days", "数据": "data"}


def checker(blank: Callable[[], Inputs]) -> Callable[[Rubric], Iterator[Fault]]:
    """Return a check of a rubric's formulas for when there is no department at hand.

    Parameters
    ----------
    blank
        Reads the inputs of a department that states nothing.
    """

    def check(rubric: Rubric) -> Iterator[Fault]:
        try:
            inputs = blank()
            yield from check_names(rubric, compute(inputs)[0], inputs.book)
        except FaultsError as error:
            yield from error.faults

    return check


def check_names(rubric: Rubric, figures: Figures, book: Book) -> Iterator[Fault]:
    """Yield a fault for each formula of a rubric that can't be read or names no figure."""
    ids = [entry.id for entry in rubric.entries]
    for row in rubric.rows:
        model = getattr(row, "indicator", None) or getattr(row, "group", None)
        for formula, more in _formulas(model):
            try:
                names = parse(formula).names
            except FormulaError as error:
                yield Fault(formula.at(error.offset), str(error), error.hint)
                continue
            for name in names:
                if _is_known(name, figures, more):
                    continue
                head = name.split(".")[0]
                if head in OPEN_SECTIONS:
                    hint = mistyped(name, figures, book, ids)
                    if hint is None:
                        continue
                else:
                    known = [*figures, *more, *OWN_NAMES]
                    hint = did_you_mean(name, known) or f"部门自己的数写 {DATA}.名称"
                place = formula.at(max(formula.find(name), 0))
                yield Fault(place, f"公式“{formula}”里没有“{name}”这个指标", hint)


def _formulas(model: Any) -> Iterator[tuple[Scalar, tuple[str, ...]]]:
    """Yield every formula inside a row, with the names only its rule knows."""
    more = ("分值",) if isinstance(model, Band) else ()
    for name, info in type(model).model_fields.items():
        value = getattr(model, name)
        if info.alias in _FORMULAS and isinstance(value, Scalar):
            yield value, more
        for part in _inside(value):
            yield from _formulas(part)


def _inside(value: Any) -> list[BaseModel]:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [item for item in [value, *items] if isinstance(item, BaseModel)]


def _is_known(name: str, figures: Figures, more: tuple[str, ...]) -> bool:
    if name in more or name in OWN_NAMES or name.split(".")[0] == DATA:
        return True
    if "*" in name:
        return bool(figures.names.expand(name))
    return figures.names.resolve(name) in figures


def check_published(tasks: Iterable[Task]) -> Iterator[Fault]:
    """Yield a fault for each published mark (公布得分) that is more than the indicator's weight."""
    for task in tasks:
        stated = task.evidence.published if task.evidence else None
        if stated is None or stated.value is None or task.weight is None:
            continue
        if stated.value > task.weight:
            message = f"公布得分 {plain(stated.value)} 超过“{task.name}”的 {plain(task.weight)} 分"
            yield Fault(stated.place, message, "核对公布的评分表；分值不同的，可能用的是另一套体系")


def unused(inputs: Inputs, figures: Figures, rubric: Rubric) -> Iterator[str]:
    """Yield a remark for each fact of the department's file that this rubric has no use for.

    It may be mistyped, or meant for another rubric: so it is said, and nothing refused.
    """
    known = {entry.id: entry.indicator for entry in rubric.entries}
    for name, evidence in inputs.department.evidence.items():
        if name not in known:
            hint = did_you_mean(name, known)
            yield f"评分依据里的“{name}”不在这套指标体系里，没有用到{f'（{hint}）' if hint else ''}"
            continue
        asked = set(_asked(known[name]))
        for key, field in _ITEMS.items():
            for item in getattr(evidence, field):
                if (key, item) not in asked:
                    hint = did_you_mean(item, [i for k, i in asked if k == key])
                    said = f"（{hint}）" if hint else ""
                    yield f"评分依据.{name}.{key}里的“{item}”没有用到{said}"
        yield from _idle(name, evidence, known[name])
        if evidence.applies is not None and not _may_be_exempt(known[name]):
            yield f"评分依据.{name}.适用 没有用到：这套指标体系没有规定它可以不适用"
    groups = [str(s.group.from_department) for s in rubric.sockets]
    for name, target in inputs.department.targets.items():
        if target.group not in groups:
            hint = did_you_mean(target.group, groups)
            said = f"（{hint}）" if hint else ""
            yield f"绩效指标“{name}”的一级指标“{target.group}”不在这套指标体系里，没有用到{said}"


# What each kind of rule looks at in the department's evidence.
_VALUE = frozenset({"value", "value_range"})
_BY_ITEM = frozenset({"incidents", "all_listed"})
_READS: dict[type[Any], frozenset[str]] = {
    rules.ThresholdDeduct: _VALUE,
    rules.StepDeduct: _VALUE,
    rules.TwoSidedStepDeduct: _VALUE,
    rules.Banded: _VALUE,
    rules.Proportional: _VALUE,
    rules.RatioOfTarget: frozenset({"target", "actual"}),
    rules.StateEnum: frozenset({"state"}),
    rules.QualitativeBand: frozenset({"state", "mark"}),
    rules.ChecklistDeduct: _BY_ITEM,
    rules.EventDeduct: _BY_ITEM,
    rules.DeadlineRule: _BY_ITEM,
    rules.OneOf: frozenset({"option"}),
    rules.Expert: frozenset({"mark"}),
    rules.Aggregate: frozenset({"units"}),
}
_SOMETIMES = frozenset().union(*_READS.values())
_OWN_FIELDS = {"指标值": _VALUE, "年度指标值": {"target"}, "实际完成值": {"actual"}}


def _idle(name: str, evidence: Evidence, indicator: Indicator) -> Iterator[str]:
    """Yield a remark for each kind of fact that the indicator's rule doesn't look at."""
    used: set[str] = set() if indicator.rule else {*_VALUE, "state"}
    for rule in _rules_in(indicator.rule):
        used |= _READS.get(type(rule), frozenset())
    for formula, _ in _formulas(indicator):
        for own in parse(formula).names:
            used |= _OWN_FIELDS.get(own, frozenset())
    for field in sorted(evidence.model_fields_set & _SOMETIMES - used):
        alias = type(evidence).model_fields[field].alias
        kind = f"规则“{indicator.rule.kind}”" if indicator.rule else "这个指标"
        yield f"评分依据.{name}.{alias} 没有用到：{kind}不看它"


def _rules_in(model: Any) -> Iterator[rules.RuleBase]:
    if isinstance(model, rules.RuleBase):
        yield model
    for name in type(model).model_fields if isinstance(model, BaseModel) else ():
        for part in _inside(getattr(model, name)):
            yield from _rules_in(part)


def _asked(model: Any) -> Iterator[tuple[str, str]]:
    """Yield the points, due dates and data that a row's rules and formulas ask for."""
    for formula, _ in _formulas(model):
        for name in parse(formula).names:
            if name.split(".")[0] == DATA:
                yield DATA, name.partition(".")[2]
    yield from _items(model)


def _items(model: Any) -> Iterator[tuple[str, str]]:
    for name, info in type(model).model_fields.items():
        value = getattr(model, name)
        key = {"要点": "要点", "期限": "日期"}.get(str(info.alias))
        if key is not None and isinstance(value, dict):
            yield from ((key, item) for item in value)
        for part in _inside(value):
            yield from _items(part)


def _may_be_exempt(model: Any) -> bool:
    return model.exempt is not None or any(
        "treat" in type(part).model_fields for part in _inside(model.rule)
    )
