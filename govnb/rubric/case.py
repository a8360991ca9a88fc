"""One indicator's view of the department: its facts, its value, and what is missing.

A rule asks a :class:`Case` and never a file: what is unknown, unproven or not computable
is said here once, the same way for all sixteen kinds of rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from govnb.rubric import units
from govnb.rubric.facts import DATA, Facts
from govnb.rubric.interval import Interval
from govnb.rubric.outcome import EVERYTHING, Valued
from govnb.rubric.values import ZeroBase
from govnb.sheet.expression import (
    FormulaError,
    filled,
    parse,
    settled,
)
from govnb.sheet.expression import Value as Raw
from govnb.sheet.figure import UNCOMPUTABLE, shown
from govnb.sheet.sheet import Answer
from govnb.text.measure import Bounds
from govnb.text.place import Fault
from govnb.text.span import Span
from govnb.text.yaml_text import Scalar

# Of the department's own numbers, those a rubric that asks for 佐证 wants proven.
_PROVEN = frozenset({DATA, "指标值", "实际完成值"})


@dataclass(frozen=True)
class Case(Facts):
    """One indicator of one department, as its rule sees it."""

    # What the rubric says of a formula without a value.
    zero: ZeroBase | None = None
    # The formula of its value.
    formula: Scalar | None = None
    # Values that stand in for the department's own, once its units are summed up.
    given: Mapping[str, Valued] = field(default_factory=dict)
    # What the rule around this one leaves it to give; None for all of the weight.
    bounds: Interval | None = None
    # False while the value a department states may be meant for another formula.
    falls_back: bool = True

    @property
    def room(self) -> Interval:
        """What the rule around leaves to give, else everything from 0 to the weight."""
        return self.bounds or Interval(Decimal(0), self.weight)

    def limits(self, rule: Any) -> Interval:
        """Return the least and the most the rule can give: 下限 and 封顶, inside the room."""
        low = rule.floor.of(self.weight) if rule.floor else self.room.low
        high = rule.cap.of(self.weight) if rule.cap else self.room.high
        return Interval(low, high).within(self.room)

    def inside(self, rule: Any) -> Case:
        """Return this case as the rules inside a rule see it."""
        return replace(self, bounds=self.limits(rule))

    # ── formulas ─────────────────────────────────────────────────

    def evaluate(self, formula: Scalar, more: Mapping[str, Raw] | None = None) -> Valued:
        """Work out a formula of the rubric.

        Parameters
        ----------
        formula
            Its text, with its place.
        more
            Values of names only the rule knows, such as 分值.
        """
        expression = parse(formula)
        own = {name: Answer(v.number, missing=v.missing) for name, v in self.given.items()}
        own |= {name: Answer(value) for name, value in (more or {}).items()}
        try:
            answer = self.figures.sheet.ask(expression, own, self.locate, unit="")
        except FormulaError as error:
            self.faults.append(Fault(formula.place, str(error), error.hint))
            return Valued()
        units.check_money(self, [name for name in expression.names if name not in own])
        if answer.value is None:
            stuck = (v for n, v in self.given.items() if n in expression.names and v.problem)
            if (given := next(stuck, None)) is not None:
                return given
            if answer.trouble:
                found = Valued(problem=f"{UNCOMPUTABLE}：{answer.trouble}")
                return found if self._may_earn(answer.names) else self.not_proven(found)
            patterns = (self.locate(name) for name in expression.names if name not in own)
            empty = tuple(name for name in patterns if "*" in name and not self.expand(name))
            return Valued(missing=(*answer.missing, *empty))
        number = answer.number
        found = Valued(word=str(answer.value))
        if number is not None:
            found = Valued(Span.point(settled(number)))
        return found if self._may_earn(answer.names) else self.not_proven(found)

    def _may_earn(self, names: Iterable[str]) -> bool:
        """Tell whether the department's own numbers in a formula are proven where asked."""
        head = f"{self.base}."
        stated = [name.removeprefix(head) for name in names if name.startswith(head)]
        own = [path for path in stated if path.split(".")[0] in _PROVEN]
        return not own or self.is_proven(*([path] for path in own))

    def put_in(self, formula: Scalar) -> str:
        """Return a formula with its numbers put in."""

        def show(name: str) -> str:
            if name in self.given:
                number = self.given[name].number
                return self.figures.unsaid if number is None else f"{number.normalize():f}"
            figure = self.figures.get(self.locate(name))
            text = shown(figure) if figure else self.figures.unsaid
            # What isn't counted as it is printed keeps its unit: 5%, 30000元.
            unit = figure.unit if figure and figure.factor == 1 else ""
            text = text.removesuffix(unit) if unit else text
            return f"({text})" if text.startswith("-") else text

        return filled(formula, show, self.expand)

    # ── the indicator's value ────────────────────────────────────

    def value(self) -> Valued:
        """Return the indicator's value: computed, else as the department states it."""
        if "指标值" in self.given:
            return self.given["指标值"]
        if self.formula is None:
            return self._stated(Valued(missing=(self.name("指标值"),)))
        units.check_scale(self, self.formula, parse(self.formula))
        found = self.evaluate(self.formula)
        return found if found.is_known or not self.falls_back else self._stated(found)

    def _stated(self, computed: Valued) -> Valued:
        """Fall back on the value, or the range, that the department states outright."""
        missing = computed.missing
        figure = self.figure("指标值")
        ends = [w for w in _RANGE_WORDS if self.number("指标值范围", w) is not None]
        if figure is None or figure.number is None:
            if not ends:
                return computed
            span = units.span_in_unit(self, ends)
            paths = [["指标值范围", word] for word in ends]
        else:
            number = units.in_unit(self, figure) or Decimal(0)
            span, paths = Span.point(number), [["指标值"]]
        how = "按申报的指标值" if paths == [["指标值"]] else "按申报的范围"
        found = Valued(span, missing=missing if span.value is None else (), note=how)
        return found if self.is_proven(*paths) else self.not_proven(found)

    def not_proven(self, found: Valued) -> Valued:
        """Return a value that doesn't count for want of proof."""
        note, missing = "部门申报了数，但没有写佐证，不计", (self.name("佐证"),)
        return replace(found, span=EVERYTHING, word=None, problem="", missing=missing, note=note)

    def holds(self, condition: Any) -> tuple[bool | None, tuple[str, ...]]:
        """Tell whether a condition of the rubric holds; None with what is missing if open."""
        found = self.evaluate(condition.formula)
        faults = [*units.check_condition(self, condition, parse(condition.formula), found)]
        if faults:
            self.faults.extend(faults)
            return None, ()
        if found.word is not None:
            return found.word == condition.equal, ()
        if found.number is None or isinstance(condition.equal, Scalar):
            return None, found.missing or (self.locate(condition.formula),)
        return found.number in condition.span(), ()


_RANGE_WORDS = tuple(str(f.alias) for f in Bounds.model_fields.values())
