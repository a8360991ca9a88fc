"""Inputs → figures: names resolved, formulas ordered, values computed once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from graphlib import CycleError, TopologicalSorter

from govnb.evaluate.book import add_book
from govnb.evaluate.expression import FormulaError, NotComputable, Value
from govnb.evaluate.facts import Draft, Facts, collect
from govnb.evaluate.figure import Figure, Figures, Names, default_label
from govnb.evaluate.overrides import apply_overrides, tried
from govnb.evaluate.published_units import check_published
from govnb.evaluate.references import check_form, check_references
from govnb.inputs.ledger import RESERVED
from govnb.inputs.place import MOST_FAULTS, Fault, FaultsError
from govnb.inputs.read import Inputs
from govnb.inputs.suggest import did_you_mean

# Sections whose names each department chooses; the district's formulas may name one it lacks.
OPEN_SECTIONS = frozenset(
    [
        "收入",
        "支出",
        "预算安排",
        "项目",
        "项目支出",
        "业务量",
        "运行费用",
        "超支原因",
        "清单",
        "评分依据",
        "绩效指标",
    ]
)
_BY_ACCOUNT = frozenset({"支出", "预算安排"})
# The score is no formula over figures: the rubric gives it, as an interval (evaluate/scoring).
SCORE = "评价得分"
SCORED_ELSEWHERE = "由指标体系评出，见评分表"
UNCOMPUTABLE = "不可计算"
# A name of the formula book that this department has no such thing for.
LACKED = "本部门没有"


def compute(inputs: Inputs, overrides: Mapping[str, str] | None = None) -> tuple[Figures, Facts]:
    """Compute every figure of a department.

    Parameters
    ----------
    inputs
        The checked files.
    overrides
        试算: values that stand in for stated ones, by figure name.

    Raises
    ------
    FaultsError
        For unknown names (in formulas, narratives, 公布数), cycles, unreadable formulas and
        overrides, each at its place.
    """
    facts = collect(inputs)
    add_book(facts, inputs.book, inputs.book_at)
    facts.add(Draft(SCORE, "分", inputs.department_at, reason=SCORED_ELSEWHERE, derived=True))
    apply_overrides(facts, overrides or {})
    resolver = Resolver(facts, dict(inputs.year.accounts))
    needs = {name: resolver.needs(draft) for name, draft in list(facts.drafts.items())}
    faults = [*facts.faults, *resolver.faults]
    faults += check_references(inputs, facts.drafts, facts)
    faults += check_published(inputs, facts.drafts)
    faults += check_form(inputs, facts.drafts, OPEN_SECTIONS)
    if faults:
        raise FaultsError(faults)
    tried(inputs, overrides or {})
    return _figures(facts, resolver, needs, overrides or {}), facts


def _figures(
    facts: Facts, resolver: Resolver, needs: dict[str, list[str]], overrides: Mapping[str, str]
) -> Figures:
    figures = _evaluate(facts, resolver, _ordered(facts, needs), needs)
    ordered = {name: figures[name] for name in facts.drafts if name in figures}
    names = Names(resolver.resolve, resolver.expand, partial(_again, facts, resolver.accounts))
    return Figures(ordered, facts.parts, names, overrides)


def _again(facts: Facts, accounts: dict[str, str], overrides: Mapping[str, str]) -> Figures:
    """Return the figures under other values, without reading the files' text again."""
    changed = replace(facts, drafts=dict(facts.drafts), faults=[])
    apply_overrides(changed, overrides)
    resolver = Resolver(changed, accounts)
    needs = {name: resolver.needs(draft) for name, draft in list(changed.drafts.items())}
    if changed.faults or resolver.faults:
        raise FaultsError([*changed.faults, *resolver.faults])
    return _figures(changed, resolver, needs, overrides)


class Resolver:
    """Finds what each name in a formula stands for."""

    def __init__(self, facts: Facts, accounts: dict[str, str]) -> None:
        self.drafts = facts.drafts
        self.accounts = accounts
        self.faults: list[Fault] = []
        self._expanded: dict[str, list[str]] = {}

    def needs(self, draft: Draft) -> list[str]:
        """Return the figures a draft is computed from, wildcards spelled out."""
        if draft.expression is None:
            return []
        names = [self.resolve(name) for name in draft.expression.names]
        found: list[str] = []
        for name in names:
            if "*" in name:
                found.extend(n for n in self.expand(name) if n != draft.name)
            elif name in self.drafts or self._stands_for_nothing(name, draft):
                found.append(name)
        return list(dict.fromkeys(found))

    def resolve(self, name: str) -> str:
        """Return the name with an account code (经济分类科目编码) replaced by that year's name.

        A department may name its accounts by their codes; then the code is the name.
        """
        if name in self.drafts:
            return name
        head, *rest = name.split(".")
        if head in _BY_ACCOUNT:
            rest = [self.accounts.get(segment, segment) for segment in rest]
        return ".".join([head, *rest])

    def expand(self, pattern: str) -> list[str]:
        """Return the names a wildcard matches; what the evaluator added is never matched."""
        if pattern not in self._expanded:
            body = "".join(
                "[^.]+" if part == "*" else re.escape(part) for part in re.split(r"(\*)", pattern)
            )
            match = re.compile(body).fullmatch
            last_is_open = pattern.endswith("*")
            self._expanded[pattern] = [
                name
                for name, draft in self.drafts.items()
                if match(name)
                and not (last_is_open and (draft.derived or RESERVED & set(name.split("."))))
            ]
        return self._expanded[pattern]

    def _stands_for_nothing(self, name: str, draft: Draft) -> bool:
        """Allow, as unknown, a name this department merely lacks; report a mistyped one."""
        head, _, rest = name.partition(".")
        in_book = draft.derived
        is_account = head in _BY_ACCOUNT and rest.split(".")[0] in self.accounts.values()
        if is_account or (in_book and head in OPEN_SECTIONS):
            self.drafts[name] = Draft(name, "", draft.place, reason=f"{LACKED}“{name}”")
            return True
        assert draft.expression is not None
        hint = did_you_mean(name, self.drafts) if len(self.faults) < MOST_FAULTS else ""
        message = f"公式“{draft.expression.text}”里没有“{name}”这个指标"
        self.faults.append(Fault(draft.place, message, hint or "govnb figures 可列出全部名称"))
        return False


def _ordered(facts: Facts, needs: dict[str, list[str]]) -> list[str]:
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        cycle: list[str] = error.args[1]
        places = {facts.drafts[name].place for name in cycle}
        path = " → ".join(reversed(cycle))
        raise FaultsError(
            Fault(place, f"公式循环引用：{path}", "其中一个须是直接填写的数") for place in places
        ) from None


def _evaluate(
    facts: Facts, resolver: Resolver, order: list[str], needs: dict[str, list[str]]
) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    faults: list[Fault] = []

    def look_up(name: str) -> Value:
        return figures[resolver.resolve(name)].ratio

    for name in order:
        draft = facts.drafts[name]
        value: Value = draft.value
        reason = draft.reason
        if draft.expression is not None:
            try:
                value = draft.expression.evaluate(look_up, resolver.expand)
                reason = "" if value is not None else _why_unknown(needs[name], figures)
                if value is not None and not isinstance(value, Decimal):
                    what, value = value, None
                    raise FormulaError(f"公式的结果“{what}”不是数", "写数的名称；日期用 年份(…)")
            except NotComputable as error:
                value, reason = None, f"{UNCOMPUTABLE}：{error}"
            except ArithmeticError:
                value, reason = None, f"{UNCOMPUTABLE}：结果太大"
            except FormulaError as error:
                faults.append(Fault(draft.place, str(error), error.hint))
        figures[name] = _figure(draft, value, reason, needs.get(name, []), figures)
    if faults:
        raise FaultsError(faults)
    return figures


def _figure(
    draft: Draft, value: Value, reason: str, needs: list[str], figures: Mapping[str, Figure]
) -> Figure:
    if draft.expression is not None and draft.unit == "%" and isinstance(value, Decimal):
        value *= 100
    about = draft.approximate or any(figures[n].approximate for n in needs if n in figures)
    return Figure(
        name=draft.name,
        value=value,
        unit=draft.unit,
        label=draft.label or default_label(draft.name),
        place=draft.place,
        formula=draft.expression.text if draft.expression else None,
        inputs=tuple(needs),
        reason=reason,
        approximate=about and value is not None,
        decimals=draft.decimals,
        note=draft.note,
        derived=draft.expression is not None,
    )


def _why_unknown(needs: list[str], figures: Mapping[str, Figure]) -> str:
    """Return which stated inputs, at the far end of the formulas, are missing."""
    uncomputable = [figures[n].reason for n in needs if figures[n].reason.startswith(UNCOMPUTABLE)]
    if uncomputable:
        return uncomputable[0]
    missing = [n for n in needs if figures[n].value is None]
    roots: dict[str, None] = {}
    for name in missing:
        reason = figures[name].reason
        found = reason.removeprefix("缺少：").split("、") if reason.startswith("缺少：") else [name]
        roots.update(dict.fromkeys(found))
    return "缺少：" + "、".join(roots) if roots else "缺少：没有可相加的数"
