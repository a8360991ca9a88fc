"""What every kind of scoring rule has: its names, its fields, its faults and its points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal, localcontext
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import ConfigDict, Field, PlainValidator
from pydantic_core import CoreSchema, core_schema

from govnb.rubric.case import Case, mismatch
from govnb.rubric.outcome import EVERYTHING, NOTHING, ZERO, Interval, Outcome, Valued, either
from govnb.rubric.values import Points, PointsValue, sections
from govnb.sheet import score_words as words
from govnb.sheet.expression import PRECISION, settled
from govnb.text.faults import Fault, did_you_mean
from govnb.text.measure import PERCENT, Span
from govnb.text.section import Strict, key
from govnb.text.values import MONEY_UNIT, MONEY_UNITS, Amount, Text, refuse
from govnb.text.yaml_text import Mapping, Scalar

Faults = Iterator[Fault]
# Beyond any value, and less than any step; digits enough to hold the sum of both.
_FAR, _HAIR, _DIGITS = Decimal(10) ** 12, Decimal("1e-60"), 3 * PRECISION


class Row(NamedTuple):
    """The indicator a rule is written for: its full marks, its unit, the most it may give."""

    weight: Decimal
    unit: str
    most: Decimal


def _describe(schema: dict[str, Any], rule: type[Any]) -> None:
    if "id" in vars(rule):
        schema["properties"]["种类"]["enum"] = [rule.name, rule.id]
        schema["properties"]["种类"].pop("type", None)
    schema["required"] = ["种类"]


class Rule(Strict):
    """What every rule carries: its kind, and limits to what it can give or take."""

    model_config = ConfigDict(json_schema_extra=_describe)

    # Every kind by its identifier, in the order they are defined.
    KINDS: ClassVar[dict[str, type[Rule]]] = {}
    id: ClassVar[str]
    name: ClassVar[str]
    # Whether it looks at the indicator's value, and so goes with a formula.
    takes_value: ClassVar[bool] = False

    kind: Text = Field(alias="种类")
    cap: PointsValue | None = key("封顶", "最多得几分，默认分值")
    floor: PointsValue | None = key("下限", "最少得几分，默认 0")

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Register a kind."""
        if "id" in vars(cls):
            Rule.KINDS[cls.id] = cls

    @staticmethod
    def called(word: str) -> type[Rule] | None:
        """Return the kind of this name or identifier."""
        return next((k for k in Rule.KINDS.values() if word in (k.name, k.id)), None)

    def score(self, case: Case) -> Outcome:
        """Return the points for one indicator of one department."""
        raise NotImplementedError

    def faults(self, row: Row) -> Faults:
        """Yield what is wrong with it, beyond its words, for an indicator."""
        yield from ()

    def apply(self, case: Case) -> Outcome:
        """Score one indicator; the points are never outside [0, weight]."""
        outcome = self.score(case)
        points = outcome.points.within(Interval(ZERO, case.room.high))
        return replace(outcome, points=Interval(settled(points.low), settled(points.high)))

    def check(self, weight: Decimal, unit: str, most: Decimal | None = None) -> Faults:
        """Yield its faults for an indicator; `most` is what a rule around leaves it to give."""
        most = weight if most is None else most
        cap = min(self.cap.of(weight), most) if self.cap else most
        if self.cap is not None and self.cap.of(weight) > weight:
            message = f"封顶 {self.cap.of(weight)} 超过分值 {weight}"
            yield Fault(self.cap.place, message, "改封顶或分值")
        if self.floor is not None and (floor := self.floor.of(weight)) > cap:
            yield Fault(self.floor.place, f"下限 {floor} 超过能得的 {cap} 分", "改下限")
        yield from self.faults(Row(weight, unit, cap))


def _read(value: Any) -> Any:
    names = [kind.name for kind in Rule.KINDS.values()]
    if not isinstance(value, Mapping):
        raise refuse("规则应是若干行“名称: 值”", "第一行写 种类: 分档")
    kind = value.get("种类")
    if kind is None:
        raise refuse("规则缺少“种类”", f"可写：{'、'.join(names)}")
    if (found := Rule.called(str(kind))) is None:
        place = kind.place if isinstance(kind, Scalar) else value.place
        hint = did_you_mean(str(kind), [*names, *Rule.KINDS]) or f"可写：{'、'.join(names)}"
        raise refuse(f"没有“{kind}”这种规则", hint, place)
    return found.model_validate(value)


class _AnySchema:
    """The kinds there are when the schema is drawn; inside one of them, a reference to them."""

    drawing = False

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: Any) -> Any:
        if self.drawing:
            return handler(core_schema.definition_reference_schema("Rule"))
        self.drawing = True
        try:
            choices = {kind.id: kind.__pydantic_core_schema__ for kind in Rule.KINDS.values()}
            made = core_schema.tagged_union_schema(choices, lambda _: None, ref="Rule")
            # Inside another schema the union gets a definition of its own, to refer to.
            return handler(core_schema.no_info_after_validator_function(lambda value: value, made))
        finally:
            self.drawing = False


AnyRule = Annotated[Rule, PlainValidator(_read), _AnySchema()]


class ValueRule(Rule):
    """A rule that is a curve from an indicator's value to points."""

    takes_value: ClassVar[bool] = True

    def at(self, value: Decimal, case: Case) -> Outcome:
        """Return the points for a value, and why."""
        raise NotImplementedError

    def turns(self, case: Case) -> list[Decimal]:
        """Return the values where the curve jumps, or turns from rising to falling."""
        return []

    def faults(self, row: Row) -> Faults:
        """Require of its numbers the unit of the value: 95 where it is % is 9500 percent."""
        unit, inside = row.unit, (v for part in sections(self) for v in vars(part).values())
        for number in (value for value in inside if isinstance(value, Amount)):
            given, text = number.kind.unit, number.text.strip()
            # A count needs no unit, a zero no sign, and money may be in any of its units.
            is_money = given == MONEY_UNIT and unit in MONEY_UNITS
            plain = ("", PERCENT) if not number.value else ("",) if unit != PERCENT else ()
            if given == unit or is_money or given in plain:
                continue
            hint = "写成同一个单位，或改指标的“单位”"
            if not given:
                hint = f"写 {text}%；指标值不是百分数的，给指标加一行“单位”"
            yield Fault(number.place, mismatch(f"“{text}”", given, unit, "指标值"), hint)

    def over(self, span: Span, case: Case) -> Interval:
        """Return the bounds over a range: what it gives at its ends and beside each turn within."""
        ends = [end for end in (span.low, span.high) if end is not None]
        with localcontext() as context:
            context.prec = _DIGITS
            beside = (-_HAIR, ZERO, _HAIR)
            turns = {turn + by for turn in (*self.turns(case), *ends) for by in beside}
            turns |= {-_FAR, _FAR}
            found = Interval.around(self.at(turn, case).points for turn in turns if turn in span)
            # Short of the end by no more than the hair: the end itself is the bound.
            low, high = (round(e, PRECISION).normalize() + 0 for e in (found.low, found.high))
        return Interval(settled(+low), settled(+high))

    def score(self, case: Case) -> Outcome:
        """Score an indicator by its value."""
        return self.of(case.value(), case)

    def of(self, valued: Valued, case: Case) -> Outcome:
        """Return what it gives for a value that may be unknown, a range or not computable."""
        if valued.problem:
            return self.without_value(valued, case)
        note = f"（{valued.note}）" if valued.note else ""
        if valued.number is not None:
            given = self.at(valued.number, case)
            return replace(given, reason=given.reason + note, valued=valued)
        points = self.over(valued.span, case)
        if valued.word is not None:
            reason = f"指标值是“{valued.word}”，不是数，无法计分"
            return Outcome(points, reason, valued=valued)
        missing, said = valued.missing, f"指标值{words.between(valued.span, case.unit)}{note}"
        if valued.span == EVERYTHING:
            counts: bool | None = True
            said = valued.note or f"缺少：{words.listing(missing)}"
            if case.formula is not None:
                # Until the value is known, its denominator may turn out to be zero.
                points, counts = self._or_without_value(points, case)
            return Outcome(points, f"{said}，得分在 {points} 分之间", missing, counts, valued)
        lacking = () if points.is_exact else missing or (case.name("指标值"),)
        return Outcome(points, f"{said}，{points.said}", lacking, valued=valued)

    def without_value(self, valued: Valued, case: Case) -> Outcome:
        """Score a formula without a value (a zero base) as 分母为零 says (rubrics.md §7.4)."""
        zero, everything = case.zero, self.over(EVERYTHING, case)
        if zero is None:
            reason = f"{valued.problem}，原文没有规定怎么计分"
            return Outcome(everything, reason, valued=valued)
        said = f"{valued.problem}（{zero.note}）" if zero.note else valued.problem
        met, missing = case.holds(zero.when) if zero.when else (True, ())
        if met is None:
            points, counts = self._or_without_value(everything, case)
            return Outcome(points, said, missing, counts, valued)
        given = self._zero(zero.points if met else zero.otherwise, case)
        return replace(given, reason=f"{said}，{given.reason}", valued=valued)

    def _or_without_value(self, points: Interval, case: Case) -> tuple[Interval, bool | None]:
        zero, ways = case.zero, [Outcome(points, "")]
        if zero is not None:
            ways.append(self._zero(zero.points, case))
            ways += [self._zero(zero.otherwise, case)] if zero.when else []
        points, counts = either(*ways)
        return points.within(Interval(ZERO, case.limits(self).high)), counts

    def _zero(self, given: Points | Scalar | None, case: Case) -> Outcome:
        if isinstance(given, Scalar):
            return Outcome(NOTHING, "剔除不计", counts=False)
        most = case.limits(self).high
        points = Interval.exactly(min(given.of(case.weight), most) if given else ZERO)
        return Outcome(points, points.said)


def check_most(points: Iterable[Points | None], most: Decimal) -> Faults:
    """Refuse points beyond what there is to give."""
    for point in points:
        if point is not None and point.of(most) > most:
            yield Fault(point.place, f"得分 {point.text} 超过 {most} 分", "改得分或分值")


def check_best(rule: Rule, points: Iterable[Points], what: str, row: Row) -> Faults:
    """Require that the best outcome gives full marks, or that the rule says where it ends."""
    given = list(points)
    yield from check_most(given, row.most)
    if (best := max(p.of(row.weight) for p in given)) < row.most:
        message = f"{what}最高得 {best} 分，达不到 {row.most} 分"
        yield Fault(rule.kind.place, message, f"改得分；原文就是如此的，写 封顶: {best}")


def check_sum(rule: Rule, parts: Iterable[Points | None], what: str, row: Row) -> Faults:
    """Require of points that are added up that they give full marks."""
    total = sum((p.of(row.weight) for p in parts if p is not None), ZERO)
    if total != row.most and not (rule.cap is not None and total > row.most):
        hint = "改分数；合计超过分值而“封顶”的，写 封顶: 满分" if total > row.most else "改分数"
        yield Fault(rule.kind.place, f"{what}合计 {total} 分，不等于 {row.most} 分", hint)


def say_level(unit: str, value: Decimal) -> str:
    """Return a number of a rule in the unit of the indicator's value."""
    return f"{(value * 100).normalize():f}%" if unit == PERCENT else f"{value.normalize():f}"
