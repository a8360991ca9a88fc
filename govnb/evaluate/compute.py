"""Inputs → figures: names resolved, formulas ordered, values computed once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

from govnb.evaluate.book import add_book
from govnb.evaluate.expression import Expression, FormulaError, NotComputable, Value
from govnb.evaluate.facts import Draft, Facts, collect, decimals_of
from govnb.evaluate.figure import PERCENT, Figure, Figures, Lack, Names, default_label, rounded
from govnb.evaluate.order import circle_faults, ordered
from govnb.evaluate.overrides import apply_overrides, tried
from govnb.evaluate.published_units import check_published
from govnb.evaluate.references import check_form, check_references
from govnb.inputs.ledger import RESERVED
from govnb.inputs.lenient import Gaps
from govnb.inputs.place import MOST_FAULTS, Fault, FaultsError
from govnb.inputs.read import Inputs
from govnb.inputs.suggest import did_you_mean
from govnb.inputs.values import Kind

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
# More missing names than anyone reads.
_MANY = 100
SCORE = "评价得分"


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
    facts.add(Draft(SCORE, "分", inputs.department_at, lack=Lack.SCORED, derived=True))
    apply_overrides(facts, overrides or {})
    resolver = Resolver(facts, dict(inputs.year.accounts), inputs.gaps)
    figures, faults = _figures(facts, resolver, overrides or {})
    faults += [*inputs.faults, *facts.faults]
    faults += check_references(inputs, facts)
    faults += check_published(inputs, facts.drafts)
    faults += check_form(inputs, facts.drafts, OPEN_SECTIONS)
    if faults:
        raise FaultsError(faults)
    tried(inputs, overrides or {})
    return figures.told_as(inputs.department.unsaid), facts


def _figures(
    facts: Facts, resolver: Resolver, overrides: Mapping[str, str], *, supposed: bool = False
) -> tuple[Figures, list[Fault]]:
    """Return the figures, as far as they can be computed, and what is wrong with formulas."""
    needs = {name: resolver.needs(draft) for name, draft in list(facts.drafts.items())}
    order, circles = ordered(needs)
    run = _Run(facts, resolver, needs, frozenset(name for circle in circles for name in circle))
    found = {name: run.figure(name, supposed=supposed) for name in order}
    figures = {name: found[name] for name in facts.drafts if name in found}
    names = Names(resolver.resolve, resolver.expand, partial(_again, facts, resolver.accounts))
    places = {name: draft.place for name, draft in facts.drafts.items()}
    faults = [*resolver.faults, *circle_faults(circles, places), *run.faults]
    return Figures(figures, facts.parts, names, overrides), faults


def _again(facts: Facts, accounts: dict[str, str], overrides: Mapping[str, str]) -> Figures:
    """Return the figures under other values, without reading the files' text again.

    These are supposed, and may well be what nobody would be allowed to type.
    """
    changed = replace(facts, drafts=dict(facts.drafts), faults=[])
    apply_overrides(changed, overrides)
    resolver = Resolver(changed, accounts)
    figures, faults = _figures(changed, resolver, overrides, supposed=True)
    if changed.faults or faults:
        raise FaultsError([*changed.faults, *faults])
    return figures


class Resolver:
    """Finds what each name in a formula stands for."""

    def __init__(self, facts: Facts, accounts: dict[str, str], gaps: Gaps | None = None) -> None:
        self.drafts = facts.drafts
        self.accounts = accounts
        self.gaps = gaps or Gaps()
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
                found.extend(self._matched(name, draft))
            elif name in self.drafts or self._stands_for_nothing(name, draft):
                found.append(name)
        return list(dict.fromkeys(found))

    def _matched(self, pattern: str, draft: Draft) -> list[str]:
        """Return what a wildcard stands for, the draft itself included: that is a circle.

        Nothing is fine where each department chooses the names, and a slip elsewhere.
        """
        names = self.expand(pattern)
        above = pattern.partition(".*")[0]
        is_open = above.partition(".")[0] in OPEN_SECTIONS or above in self.drafts
        if not names and not is_open and above not in self.gaps:
            listed = f"{above}.条数" in self.drafts
            hint = f"有几条写 {above}.条数" if listed else "govnb figures 可列出全部名称"
            self._fault(draft, f"里的“{pattern}”没有对应的指标", hint)
        return names

    def _fault(self, draft: Draft, said: str, hint: str) -> None:
        assert draft.expression is not None
        message = f"公式“{draft.expression.text}”{said}"
        self.faults.append(Fault(draft.place, message, hint))

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
        if is_account or (in_book and head in OPEN_SECTIONS) or name in self.gaps:
            self.drafts[name] = Draft(name, "", draft.place, absent=True)
            return True
        hint = did_you_mean(name, self.drafts) if len(self.faults) < MOST_FAULTS else ""
        said = f"里没有“{name}”这个指标"
        self._fault(draft, said, hint or "govnb figures 可列出全部名称")
        return False


@dataclass
class _Run:
    """One computation of all figures, each after those it needs."""

    facts: Facts
    resolver: Resolver
    needs: dict[str, list[str]]
    in_circles: frozenset[str]
    figures: dict[str, Figure] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def figure(self, name: str, *, supposed: bool) -> Figure:
        """Return a figure; what is wrong with its formula or its result becomes a fault."""
        draft, needs = self.facts.drafts[name], self.needs.get(name, [])
        value, trouble = draft.value, ""
        if draft.expression is not None and name not in self.in_circles:
            value, trouble = self._evaluated(draft, draft.expression)
            if not supposed and draft.kind is not None and isinstance(value, Decimal):
                self._limit(draft, draft.kind, value)
        self.figures[name] = _figure(draft, value, trouble, needs, self.figures)
        return self.figures[name]

    def _evaluated(self, draft: Draft, expression: Expression) -> tuple[Value, str]:
        try:
            value = expression.evaluate(self._look_up, self.resolver.expand)
            if value is not None and not isinstance(value, Decimal):
                raise FormulaError(f"公式的结果“{value}”不是数", "写数的名称；日期用 年份(…)")
        except NotComputable as error:
            return None, str(error)
        except ArithmeticError:
            return None, "结果太大"
        except FormulaError as error:
            self.faults.append(Fault(draft.place, str(error), error.hint))
            return None, ""
        return value, ""

    def _look_up(self, name: str) -> Value:
        # A name that isn't there is a fault already, and unknown in what depends on it.
        figure = self.figures.get(self.resolver.resolve(name))
        return figure.ratio if figure else None

    def _limit(self, draft: Draft, kind: Kind, value: Decimal) -> None:
        """Hold a formula's result to what could have been typed in its place."""
        assert draft.expression is not None
        said = f"公式“{draft.expression.text}”算出 {rounded(value, 6).normalize():f}"
        if value < 0 and not kind.negative:
            hint = "检查公式里的名称和先后；负的差额不要填在这里"
            self.faults.append(Fault(draft.place, f"{said}，这里不能为负", hint))
        # Thirds that add up to a whole do so but for the last of all digits.
        elif kind.whole and rounded(value, 20) != value.to_integral_value():
            hint = "检查公式，或用 向下取整(…)、向上取整(…)"
            self.faults.append(Fault(draft.place, f"{said}，这里是{kind.what}，应是整数", hint))


def _figure(
    draft: Draft, value: Value, trouble: str, needs: list[str], figures: Mapping[str, Figure]
) -> Figure:
    used = [figures[n] for n in needs if n in figures]
    missing: tuple[str, ...] = ()
    if value is None and draft.expression is None:
        missing = (draft.name,)
    elif value is None and not trouble:
        trouble = next((f.trouble for f in used if f.trouble), "")
        roots = (f.missing or (f.name,) for f in used if f.value is None and not trouble)
        missing = _union(list(roots))
    if draft.expression is not None and isinstance(value, Decimal):
        factor = PERCENT if draft.unit == "%" else draft.scale
        value = value if factor == 1 else value / factor
    about = draft.approximate or any(figure.approximate for figure in used)
    return Figure(
        name=draft.name,
        value=value,
        unit=draft.unit,
        label=draft.label or default_label(draft.name),
        place=draft.place,
        formula=draft.expression.text if draft.expression else None,
        inputs=tuple(needs),
        missing=missing,
        trouble=trouble,
        absent=draft.absent or (draft.expression is not None and value is None and not needs),
        lack=draft.lack,
        approximate=about and value is not None,
        about=draft.about,
        decimals=_decimals(draft, value),
        note=draft.note,
        scale=draft.scale,
        derived=draft.expression is not None,
    )


def _union(roots: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the names of several lists, each once.

    Of one long list alone the list itself: each share of an unknown whole would copy it.
    """
    longest = max(roots, key=len, default=())
    if len(longest) > _MANY:
        return longest
    return tuple(dict.fromkeys(root for some in roots for root in some))


def _decimals(draft: Draft, value: Value) -> int:
    """Return the places a figure shows: a count that comes out in halves is not rounded to one."""
    if draft.expression is None or draft.fixed or not isinstance(value, Decimal):
        return draft.decimals
    return max(draft.decimals, min(decimals_of(value), 2))
