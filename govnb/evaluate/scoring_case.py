"""One indicator's view of the department: its facts, its value, and what is missing.

A rule asks a :class:`Case` and never a file: what is unknown, unproven or not computable
is said here once, the same way for all sixteen kinds of rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from govnb.evaluate.compute import UNCOMPUTABLE
from govnb.evaluate.expression import FormulaError, NotComputable, filled, parse
from govnb.evaluate.expression import Value as Raw
from govnb.evaluate.figure import Figure, Figures, shown
from govnb.evaluate.interval import Interval
from govnb.evaluate.overrides import TRIAL
from govnb.evaluate.references import REFERENCE, Reference, printed
from govnb.evaluate.scoring_outcome import EVERYTHING, Valued
from govnb.inputs.evidence import Evidence
from govnb.inputs.place import Fault
from govnb.inputs.rubric_file import Indicator, ZeroBase, unit_of
from govnb.inputs.rubric_rules import Exemption, Option
from govnb.inputs.rubric_values import PERCENT, Bounds
from govnb.inputs.span import Span
from govnb.inputs.values import UNKNOWN, PartialDate
from govnb.inputs.yaml_text import Scalar

DATA = "数据"
OWN_NAMES = frozenset({"指标值", "年度指标值", "实际完成值"})


@dataclass(frozen=True)
class Case:
    """One indicator of one department, as its rule sees it.

    Attributes
    ----------
    figures : Figures
        All facts and figures.
    base : str
        Where its own facts are: `评分依据.NAME` or `绩效指标.NAME`.
    evidence : Evidence or None
        The prose of its facts: proofs, reasons, notes.
    indicator : Indicator or None
        The rubric's row; None for an indicator the department lists itself.
    weight : Decimal
        Full marks.
    year : int
        The year evaluated.
    formula : Scalar or None
        The formula of its value.
    given : dict
        Values that stand in for the department's own, once its units are summed up.
    own_unit : str or None
        The unit of the option chosen among several (择一), where it has its own.
    """

    figures: Figures
    base: str
    evidence: Evidence | None
    indicator: Indicator | None
    weight: Decimal
    year: int
    faults: list[Fault]
    formula: Scalar | None = None
    given: Mapping[str, Valued] = field(default_factory=dict)
    own_unit: str | None = None

    @property
    def unit(self) -> str:
        """The unit of the indicator's value."""
        default = self.indicator.shown_unit if self.indicator else PERCENT
        return unit_of(self.own_unit, default)

    @property
    def zero(self) -> ZeroBase | None:
        """What the rubric says of a formula without a value."""
        return self.indicator.zero if self.indicator else None

    @property
    def exemption(self) -> Exemption | None:
        """What the rubric says of departments the indicator doesn't apply to."""
        return self.indicator.exempt if self.indicator else None

    def of_option(self, option: Option) -> Case:
        """Return this case as one of several ways of assessment sees it."""
        return replace(
            self, formula=option.formula or self.formula, own_unit=option.unit or self.own_unit
        )

    def full(self, rule: Any) -> Decimal:
        """Return the most the rule can give."""
        return rule.cap.of(self.weight) if rule.cap else self.weight

    def limits(self, rule: Any) -> Interval:
        """Return the least and the most the rule can give."""
        low = rule.floor.of(self.weight) if rule.floor else Decimal(0)
        return Interval(low, self.full(rule))

    # ── its own facts ────────────────────────────────────────────

    def name(self, *path: str) -> str:
        """Return the full name of one of its own facts."""
        return ".".join((self.base, *path))

    def figure(self, *path: str) -> Figure | None:
        """Return one of its own facts."""
        return self.figures.get(self.name(*path))

    def number(self, *path: str) -> Decimal | None:
        """Return one of its own numbers, a percentage as its fraction."""
        figure = self.figure(*path)
        value = figure.ratio if figure else None
        return value if isinstance(value, Decimal) else None

    def word(self, *path: str) -> str | None:
        """Return one of its own words, None for 未公布 too."""
        figure = self.figure(*path)
        value = figure.value if figure else None
        return value if isinstance(value, str) and value != UNKNOWN else None

    def day(self, *path: str) -> PartialDate | str | None:
        """Return one of its own dates, or the word that stands for one."""
        figure = self.figure(*path)
        value = figure.value if figure else None
        return value if isinstance(value, PartialDate) else self.word(*path)

    def on_trial(self, *path: str) -> bool:
        """Tell whether a fact was put in to try it out: then no proof is asked for."""
        figure = self.figure(*path)
        return figure is not None and figure.place == TRIAL

    def prose(self, text: Scalar | None) -> str:
        """Return a proof or a note with its `{{ 名称 }}` put in."""

        def put_in(match: Any) -> str:
            reference = Reference.of(match)
            figure = self.figures.get(reference.name)
            return str(match[0]) if figure is None else printed(figure, reference.filter)

        return REFERENCE.sub(put_in, text).strip() if text is not None else ""

    @property
    def proof(self) -> str:
        """The evidence for the indicator as a whole."""
        return self.prose(self.evidence.proof) if self.evidence else ""

    # ── formulas ─────────────────────────────────────────────────

    def locate(self, name: str) -> str:
        """Return the figure a name in a formula stands for: its own facts come first."""
        if name in OWN_NAMES or name.split(".")[0] == DATA:
            return self.name(name)
        return self.figures.names.resolve(name)

    def expand(self, pattern: str) -> list[str]:
        """Return the figures a wildcard stands for."""
        if pattern == f"{DATA}.*":
            head = self.name(DATA) + "."
            return [n for n in self.figures if n.startswith(head) and "." not in n[len(head) :]]
        return self.figures.names.expand(pattern)

    def evaluate(self, formula: Scalar, more: Mapping[str, Raw] | None = None) -> Valued:
        """Work out a formula of the rubric.

        Parameters
        ----------
        formula
            Its text, with its place.
        more
            Values of names only the rule knows, such as 分值.
        """
        named = dict(more or {})

        def look_up(name: str) -> Raw:
            if name in named:
                return named[name]
            if name in self.given:
                return self.given[name].number
            figure = self.figures.get(self.locate(name))
            value = figure.ratio if figure else None
            return None if value == UNKNOWN else value

        expression = parse(formula)
        try:
            value = expression.evaluate(look_up, self.expand)
        except NotComputable as error:
            return Valued(problem=f"{UNCOMPUTABLE}：{error}")
        except ArithmeticError:
            return Valued(problem=f"{UNCOMPUTABLE}：结果太大")
        except FormulaError as error:
            self.faults.append(Fault(formula.place, str(error), error.hint))
            return Valued()
        if value is None:
            return self._unknown([n for n in expression.names if n not in named])
        if isinstance(value, Decimal):
            return Valued(Span.point(value))
        return Valued(word=str(value))

    def _unknown(self, names: list[str]) -> Valued:
        """Say which stated facts, at the far end of the formulas, are missing."""
        missing: dict[str, None] = {}
        for name in names:
            if (found := self.given.get(name)) is not None:
                if found.problem:
                    return found
                missing.update(dict.fromkeys(found.missing))
                continue
            name = name if "*" in name else self.locate(name)
            figure = self.figures.get(name)
            if figure is not None and figure.value not in (None, UNKNOWN):
                continue
            reason = figure.reason if figure else ""
            if reason.startswith(UNCOMPUTABLE):
                return Valued(problem=reason)
            if reason.startswith("缺少：") and not reason.startswith("缺少：没有"):
                missing.update(dict.fromkeys(reason.removeprefix("缺少：").split("、")))
            else:
                missing[name] = None
        return Valued(missing=tuple(missing))

    def put_in(self, formula: Scalar) -> str:
        """Return a formula with its numbers put in."""

        def show(name: str) -> str:
            if name in self.given:
                number = self.given[name].number
                return UNKNOWN if number is None else f"{number.normalize():f}"
            figure = self.figures.get(self.locate(name))
            text = shown(figure) if figure else UNKNOWN
            unit = figure.unit if figure and figure.unit != PERCENT else ""
            text = text.removesuffix(unit) if unit else text
            return f"({text})" if text.startswith("-") else text

        return filled(formula, show, self.expand)

    # ── the indicator's value ────────────────────────────────────

    def value(self) -> Valued:
        """Return the indicator's value: computed, else as the department states it."""
        if "指标值" in self.given:
            return self.given["指标值"]
        if self.formula is None:
            return self._stated((self.name("指标值"),))
        found = self.evaluate(self.formula)
        if not found.is_known:
            return self._stated(found.missing)
        own = [n for n in parse(self.formula).names if n.split(".")[0] in (DATA, *OWN_NAMES)]
        if own and not self.is_proven(*(n.split(".") for n in own)):
            return self.not_proven(found)
        return found

    def _stated(self, missing: tuple[str, ...]) -> Valued:
        """Fall back on the value, or the range, that the department states outright."""
        figure = self.figure("指标值")
        ends = [w for w in _RANGE_WORDS if self.number("指标值范围", w) is not None]
        if figure is None or figure.number is None:
            if not ends:
                return Valued(missing=missing)
            span = self._range(ends)
            paths = [["指标值范围", word] for word in ends]
        else:
            number = self.number("指标值") or Decimal(0)
            self._check_unit(figure)
            span, paths = Span.point(number), [["指标值"]]
        how = "按申报的指标值" if paths == [["指标值"]] else "按申报的范围"
        found = Valued(span, missing=missing if span.value is None else (), note=how)
        return found if self.is_proven(*paths) else self.not_proven(found)

    def _range(self, words: list[str]) -> Span:
        ends = {word: self.number("指标值范围", word) for word in words}
        if "等于" in ends:
            return Span(ends["等于"], ends["等于"])
        low = ends.get("不低于", ends.get("大于"))
        high = ends.get("不超过", ends.get("小于"))
        return Span(low, high, "大于" in ends, "小于" in ends)

    def _check_unit(self, figure: Figure) -> None:
        """Require % of a stated rate: a bare 95 would count as 9500 percent."""
        if figure.formula is not None or not figure.number:
            return
        if self.unit == PERCENT and figure.unit != PERCENT:
            message = f"“{figure.name}”没有百分号，而这个指标的值是百分数"
            self.faults.append(Fault(figure.place, message, f"写 {figure.number:f}%"))
        elif self.unit != PERCENT and figure.unit == PERCENT:
            message = f"“{figure.name}”是百分数，而这个指标的单位是“{self.unit or '无'}”"
            self.faults.append(Fault(figure.place, message, "改成不带百分号的数"))

    def is_proven(self, *paths: list[str]) -> bool:
        """Tell whether facts of its own may earn points: proven, tried out, or needing none."""
        if self.indicator is None or self.indicator.proof is None or self.proof:
            return True
        return all(self.on_trial(*path) for path in paths)

    def not_proven(self, found: Valued) -> Valued:
        """Return a value that doesn't count for want of proof."""
        return replace(
            found,
            span=EVERYTHING,
            missing=(self.name("佐证"),),
            note="部门申报了数，但没有写佐证，不计",
        )

    def holds(self, condition: Any) -> tuple[bool | None, tuple[str, ...]]:
        """Tell whether a condition of the rubric holds; None with what is missing if open."""
        found = self.evaluate(condition.formula)
        if found.word is not None:
            return found.word == condition.equal, ()
        if found.number is None or isinstance(condition.equal, Scalar):
            return None, found.missing or (self.locate(condition.formula),)
        return found.number in condition.span(), ()


_RANGE_WORDS = tuple(str(f.alias) for f in Bounds.model_fields.values())
