"""Each project's own form scored: the project stands for a department that has this form only."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from govnb.rubric.file import Rubric
from govnb.rubric.load import load_rubric
from govnb.rubric.score import score
from govnb.sheet.compute import compute
from govnb.sheet.department import Department
from govnb.sheet.evidence import DOWNWARD, Target
from govnb.sheet.figure import Figures
from govnb.sheet.overrides import tried
from govnb.sheet.read import Inputs
from govnb.sheet.self_evaluation import ProjectForm, ProjectScore
from govnb.text.faults import Fault, FaultsError
from govnb.text.measure import signed
from govnb.text.values import Amount

# Its key in a year's file and among the values tried out; and the one that holds everywhere.
PROJECT_RUBRIC, NATIONAL = "项目指标体系", "project-2020"


def project_scores(
    inputs: Inputs, figures: Figures, name: str | None = None, only: str | None = None
) -> dict[str, ProjectScore]:
    """Score every project that has a 自评表, or `only` one, by the rules in force for projects.

    `name` is an indicator system asked for; else the department's own, the year's, the national.
    Raises FaultsError if there is none, it is none for projects, or can't score a form.
    """
    faults: list[Fault] = []
    department = tried(inputs, figures, figures.overrides, faults).department
    forms = {title: p.form for title, p in department.projects.items() if p.form is not None}
    if not forms or faults:
        return {}
    stated = department.evaluated.rubric or inputs.year.project_rubric
    rubric = load_rubric(name or stated or NATIONAL, inputs.params_dir)
    if rubric.file.form is None:
        message = f"“{rubric.id}”不是项目用的指标体系：没有“自评”"
        where = str(stated.place) if stated is not None and not name else str(rubric.place)
        raise FaultsError.of(where, message, "写 project- 开头的一套，或在那个文件里补上“自评”")
    return {
        title: _scored(inputs, figures, rubric, title, form)
        for title, form in forms.items()
        if only in (None, title)
    }


def _scored(
    inputs: Inputs, figures: Figures, rubric: Rubric, title: str, form: ProjectForm
) -> ProjectScore:
    form = _settled(form, f"项目.{title}.自评表", figures)

    def scored(way: str | None) -> Any:
        alone = replace(inputs, department=_alone(inputs, form, rubric, way), faults=())
        return score(alone, compute(alone, real=figures)[0], rubric)

    unsigned = any(_unsigned(target) for target in form.targets.values())
    rules = rubric.file.form
    assert rules is not None
    downward = scored(DOWNWARD) if unsigned else None
    return ProjectScore(form, rules, scored(None), rubric.total, downward)


def _alone(inputs: Inputs, form: ProjectForm, rubric: Rubric, way: str | None) -> Department:
    """Return a department that has nothing but this form, its weights as the rules have them.

    Points that were printed are left out: what they should be is what is asked.
    """
    share, targets = _share(form, rubric), dict[str, Target]()
    for name, target in form.targets.items():
        weight = target.weight
        if weight is not None and weight.value is not None:
            weight = replace(weight, value=weight.value * share)
        changed: dict[str, Any] = {"weight": weight, "published": None}
        if way and _unsigned(target):
            changed["direction"] = way
        targets[name] = target.model_copy(update=changed)
    whole = inputs.department
    return Department.model_construct(
        year=whole.year, identity=whole.identity, money_unit=whole.money_unit,
        self_evaluation=form.model_copy(update={"points": None}), targets=targets,
    )  # fmt: skip


def _share(form: ProjectForm, rubric: Rubric) -> Decimal:
    """Return what a point of the form's is worth where its parts add up, yet to other parts."""
    own, total = form.weights, rubric.total
    weights = (s.group.weight for s in rubric.sockets)
    meant = sum(((w.value if w else None) or Decimal(0) for w in weights), Decimal(0))
    adds_up = own + form.rate_weight(total - meant, total) == total
    return meant / own if adds_up and own and meant != own else Decimal(1)


def _unsigned(target: Target) -> bool:
    """Tell whether a target says neither by a sign nor in words which way is better."""
    goal = target.target
    is_set = goal is not None and bool(goal.value) and target.direction is None
    return is_set and not signed(goal.text if goal else "")[0]


def _settled(value: Any, path: str, figures: Figures) -> Any:
    """Return a form whose amounts that refer to other figures (=名称) are those figures' values."""
    if isinstance(value, Amount) and value.formula is not None and path in figures:
        figure = figures[path]
        number = figure.number
        if number is not None and figure.is_money:
            number *= figure.scale
        kind = replace(value.kind, unit=figure.unit) if value.kind.any_unit else value.kind
        return replace(value, value=number, formula=None, kind=kind, unit_typed=True)
    if isinstance(value, dict):
        return {name: _settled(each, f"{path}.{name}", figures) for name, each in value.items()}
    if isinstance(value, BaseModel):
        fields = type(value).model_fields.items()
        held = {n: _settled(getattr(value, n), f"{path}.{f.alias}", figures) for n, f in fields}
        return value.model_copy(update=held)
    return value
