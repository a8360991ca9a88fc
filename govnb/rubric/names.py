"""Names on both sides of a score: what the rubric's formulas ask for, what the facts offer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pydantic import BaseModel

from govnb.rubric.facts import DATA, OWN_NAMES
from govnb.rubric.file import Rubric
from govnb.rubric.rule import Rule
from govnb.rubric.tasks import Task
from govnb.rubric.values import Formula
from govnb.sheet.compute import compute
from govnb.sheet.expression import FormulaError, parse
from govnb.sheet.figure import Figures
from govnb.sheet.names import LIST_THEM, Names
from govnb.sheet.read import Inputs
from govnb.sheet.rules import Book
from govnb.sheet.score_words import plain
from govnb.text.place import Fault, FaultsError
from govnb.text.suggest import did_you_mean

EVIDENCE = "评分依据"
# Where the evidence holds what a rule asks for by name.
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
    names = Names(figures.sheet, book, items={EVIDENCE: [entry.id for entry in rubric.entries]})
    for row in rubric.rows:
        model = getattr(row, "indicator", None) or getattr(row, "group", None)
        for formula, more in _formulas(model):
            try:
                named = parse(formula).names
            except FormulaError as error:
                yield Fault(formula.at(error.offset), str(error), error.hint)
                continue
            for name in named:
                if name in more or name in OWN_NAMES or name.split(".")[0] == DATA:
                    continue
                if (hint := names.why_not(name)) is None:
                    continue
                if hint == LIST_THEM:
                    hint = did_you_mean(name, [*more, *OWN_NAMES]) or f"部门自己的数写 {DATA}.名称"
                place = formula.at(max(formula.find(name), 0))
                yield Fault(place, f"公式“{formula}”里没有“{name}”这个指标", hint)


def _parts(model: Any) -> Iterator[BaseModel]:
    """Yield a section of a rubric and every section inside it."""
    if isinstance(model, BaseModel):
        yield model
        model = [getattr(model, name) for name in type(model).model_fields]
    inside = model.values() if isinstance(model, dict) else model if isinstance(model, list) else ()
    for value in inside:
        yield from _parts(value)


def _formulas(model: Any) -> Iterator[tuple[Formula, tuple[str, ...]]]:
    """Yield every formula inside a row, with the names only its rule knows."""
    for part in _parts(model):
        for name in type(part).model_fields:
            if isinstance(value := getattr(part, name), Formula):
                yield value, getattr(part, "own_names", ())


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
    groups = [str(s.group.from_department) for s in rubric.sockets]
    for name, target in inputs.department.targets.items():
        if target.group not in groups:
            hint = did_you_mean(target.group, groups)
            said = f"（{hint}）" if hint else ""
            yield f"绩效指标“{name}”的一级指标“{target.group}”不在这套指标体系里，没有用到{said}"


def _asked(model: Any) -> Iterator[tuple[str, str]]:
    """Yield the points, due dates and data that a row's rules and formulas ask for."""
    for formula, _ in _formulas(model):
        for name in parse(formula).names:
            if name.split(".")[0] == DATA:
                yield DATA, name.partition(".")[2]
    for part in _parts(model):
        if isinstance(part, Rule):
            yield from part.asks()
