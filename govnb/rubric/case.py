"""One indicator's view of the department: its facts, its value, and what is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from govnb.rubric.outcome import EVERYTHING, NOTHING, ZERO, Interval, Valued
from govnb.rubric.values import ZeroBase
from govnb.sheet.evidence import Evidence
from govnb.sheet.expression import Dimension, Expression, FormulaError, filled, parse, settled
from govnb.sheet.expression import Value as Raw
from govnb.sheet.figure import UNCOMPUTABLE, Figure, Figures, Lack, shown
from govnb.sheet.overrides import TRIAL
from govnb.sheet.references import REFERENCE, Reference, printed
from govnb.text.faults import Fault, Place, did_you_mean
from govnb.text.measure import PERCENT, Bounds, Span
from govnb.text.narrative import unmarked
from govnb.text.values import MONEY_UNIT, MONEY_UNITS, Amount, PartialDate
from govnb.text.yaml_text import Scalar

DATA = "数据"
UNITS = "下属单位"
OWN_NAMES = frozenset({"指标值", "年度指标值", "实际完成值"})
# Of the department's own numbers, those a rubric that asks for 佐证 wants proven.
_PROVEN = frozenset({DATA, "指标值", "实际完成值"})
_RANGE_WORDS = tuple(str(f.alias) for f in Bounds.model_fields.values())


@dataclass(frozen=True)
class Case:
    """One indicator of one department, as its rule sees it."""

    figures: Figures  # all facts and figures
    year: int
    faults: list[Fault]
    base: str = ""  # where its own facts are: `评分依据.NAME` or `绩效指标.NAME`
    evidence: Evidence | None = None  # the prose of its facts: proofs, reasons, notes
    weight: Decimal = ZERO
    unit: str = PERCENT  # the unit of the indicator's value
    asks_proof: bool = False  # whether the rubric asks for 佐证
    money_unit: str = MONEY_UNIT  # what the department's amounts without a unit are in
    zero: ZeroBase | None = None  # what the rubric says of a formula without a value
    formula: Scalar | None = None  # the formula of its value
    # Values that stand in for the department's own, once its units are summed up.
    given: Mapping[str, Valued] = field(default_factory=dict)
    # What the rule around leaves to give, else everything from 0 to the weight.
    room: Interval = NOTHING
    # False while the value a department states may be meant for another formula.
    falls_back: bool = True

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
        value = self.day(*path)
        return value if isinstance(value, str) else None

    def day(self, *path: str) -> PartialDate | str | None:
        """Return one of its own dates, or the word that stands for one."""
        figure = self.figure(*path)
        value = figure.value if figure else None
        return value if isinstance(value, PartialDate | str) else None

    def on_trial(self, *path: str) -> bool:
        """Tell whether a fact was put in to try it out: then no proof is asked for."""
        figure = self.figure(*path)
        return figure is not None and figure.place == TRIAL

    def is_withheld(self, *path: str) -> bool:
        """Tell whether a fact is stated, but as 未公布 or by a formula without a value."""
        figure = self.figure(*path)
        return figure is not None and figure.value is None and figure.lack is not Lack.LEFT_OUT

    def refuse(self, message: str, hint: str, *path: str) -> None:
        """Note a fault of one of its own facts, once."""
        figure = self.figure(*path)
        self._refuse(figure.place if figure else TRIAL, message, hint)

    def unknown(
        self, fact: str, known: Collection[str], what: str = "在这套指标体系里"
    ) -> tuple[str, ...]:
        """Note a word the rubric doesn't have: mistyped, or meant for another rubric."""
        word = self.word(fact)
        if word is None or word in known:
            return ()
        hint = did_you_mean(word, known, "可写")
        return (f"{self.name(fact)} 写的“{word}”不{what}，没有采用（{hint}）",)

    def prose(self, text: Scalar | None) -> str:
        """Return a proof or a note with its `{{ 名称 }}` put in, for a table's cell: not bold."""

        def put_in(match: Any) -> str:
            reference = Reference.of(match)
            figure = self.figures.get(reference.name)
            return str(match[0]) if figure is None else printed(figure, reference.filter)

        return REFERENCE.sub(put_in, unmarked(text)).strip() if text is not None else ""

    @property
    def proof(self) -> str:
        """The evidence for the indicator as a whole."""
        return self.prose(self.evidence.proof) if self.evidence else ""

    def is_shown(self, *path: str) -> bool:
        """Tell whether a claim has evidence behind it, or is tried out."""
        return bool(self.proof) or self.on_trial(*path)

    def is_proven(self, *paths: Sequence[str]) -> bool:
        """Tell whether facts of its own may earn points: shown, or needing no proof."""
        return not self.asks_proof or all(self.is_shown(*path) for path in paths)

    def limits(self, rule: Any) -> Interval:
        """Return the least and the most the rule can give: 下限 and 封顶, inside the room."""
        low = rule.floor.of(self.weight) if rule.floor else self.room.low
        high = rule.cap.of(self.weight) if rule.cap else self.room.high
        return Interval(low, high).within(self.room)

    def inside(self, rule: Any) -> Case:
        """Return this case as the rules inside a rule see it."""
        return replace(self, room=self.limits(rule))

    def locate(self, name: str) -> str:
        """Return the figure, or the pattern, a name stands for: its own facts come first."""
        if name in OWN_NAMES or name.split(".")[0] == DATA:
            return self.name(name)
        return self.figures.sheet.resolve(name)

    def expand(self, pattern: str) -> Sequence[str]:
        """Return the figures a wildcard stands for."""
        return self.figures.sheet.expand(self.locate(pattern))

    def evaluate(self, formula: Scalar, more: Mapping[str, Raw] | None = None) -> Valued:
        """Work out a formula of the rubric; `more` are names only the rule knows, such as 分值."""
        expression = parse(formula)
        own = {name: Figure(name, v.number, missing=v.missing) for name, v in self.given.items()}
        own |= {name: Figure(name, value) for name, value in (more or {}).items()}
        try:
            answer = self.figures.sheet.ask(expression, own, self.locate, Figure(""))
        except FormulaError as error:
            self._refuse(formula.place, str(error), error.hint)
            return Valued()
        asked = [self.locate(name) for name in expression.names if name not in own]
        self.check_money(asked)
        stuck = (v for n, v in self.given.items() if n in expression.names and v.problem)
        if answer.number is not None:
            found = Valued(Span.point(settled(answer.number)))
        elif answer.value is not None:
            found = Valued(word=str(answer.value))
        elif (given := next(stuck, None)) is not None:
            return given
        elif answer.trouble:
            found = Valued(problem=f"{UNCOMPUTABLE}：{answer.trouble}")
        else:
            empty = (name for name in asked if "*" in name and not self.expand(name))
            return Valued(missing=(*answer.missing, *empty))
        # The department's own numbers in a formula have to be proven where asked.
        head = f"{self.base}."
        stated = [name.removeprefix(head) for name in answer.inputs if name.startswith(head)]
        own_paths = [[path] for path in stated if path.split(".")[0] in _PROVEN]
        return found if self.is_proven(*own_paths) else self.not_proven(found)

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

    def holds(self, condition: Any) -> tuple[bool | None, tuple[str, ...]]:
        """Tell whether a condition of the rubric holds; None with what is missing if open."""
        found = self.evaluate(condition.formula)
        if unfit := list(self._unfit(condition, found)):
            self.faults.extend(fault for fault in unfit if fault not in self.faults)
            return None, ()
        if found.word is not None:
            return found.word == condition.equal, ()
        if found.number is None or isinstance(condition.equal, Scalar):
            return None, found.missing or (self.locate(condition.formula),)
        return found.number in condition.span(), ()

    def value(self) -> Valued:
        """Return the indicator's value: computed, else as the department states it."""
        if "指标值" in self.given:
            return self.given["指标值"]
        if self.formula is None:
            return self._stated(Valued(missing=(self.name("指标值"),)))
        self._check_scale(self.formula)
        found = self.evaluate(self.formula)
        return found if found.is_known or not self.falls_back else self._stated(found)

    def _stated(self, computed: Valued) -> Valued:
        figure = self.figure("指标值")
        if figure is not None and figure.number is not None:
            span, paths = Span.point(self.in_unit(figure) or ZERO), [["指标值"]]
            how = "按申报的指标值"
        else:
            paths = [p for w in _RANGE_WORDS if self.number(*(p := ["指标值范围", w])) is not None]
            if not paths:
                return computed
            ends = {p[1]: self.in_unit(f) for p in paths if (f := self.figure(*p)) is not None}
            low = ends.get("等于", ends.get("不低于", ends.get("大于")))
            high = ends.get("等于", ends.get("不超过", ends.get("小于")))
            span, how = Span(low, high, "大于" in ends, "小于" in ends), "按申报的范围"
        found = Valued(span, missing=computed.missing if span.value is None else (), note=how)
        # A value stated outright has no amounts behind it: it takes a proof, or a formula.
        is_computed = span.value is not None and figure is not None and figure.formula is not None
        is_shown = is_computed or all(self.is_shown(*path) for path in paths)
        return found if is_shown else self.not_proven(found)

    def not_proven(self, found: Valued) -> Valued:
        """Return a value that doesn't count for want of proof."""
        note, missing = "部门申报了数，但没有写佐证，不计", (self.name("佐证"),)
        return replace(found, span=EVERYTHING, word=None, problem="", missing=missing, note=note)

    def in_unit(self, figure: Figure) -> Decimal | None:
        """Return a stated value in the indicator's unit, a percentage as its fraction."""
        value, given, unit = figure.ratio, figure.unit, self.unit
        if not isinstance(value, Decimal) or figure.formula is not None:
            return value if isinstance(value, Decimal) else None
        if unit in MONEY_UNITS and figure.is_money:
            return value / MONEY_UNITS[unit]
        if given == unit or (not value and given in ("", PERCENT)):
            return value
        number = f"{figure.number:f}"
        if given or unit == PERCENT:
            if unit == PERCENT and f".{UNITS}." in figure.name:
                hint = "要用完成率的，指标里写 公式: 实际完成值 / 年度指标值"
            elif given == PERCENT:
                hint = "改成不带百分号的数"
            else:
                hint = (
                    f"换算成以“{unit}”计的数" if unit not in ("", PERCENT) else f"写 {number}{unit}"
                )
            what = f"“{figure.name}”（{number}{given}）"
            self._refuse(figure.place, mismatch(what, given, unit, "这个指标"), hint)
        elif unit in MONEY_UNITS and self.money_unit not in (MONEY_UNIT, unit):
            # In a file kept in 元 a bare number is 元 wherever else it stands.
            said = f"这个指标以{unit}计，本文件的金额单位是{self.money_unit}"
            hint = f"写 {number}{self.money_unit}，或 {number}{unit}"
            self._refuse(figure.place, f"“{figure.name}”没有写单位：{said}", hint)
        return value

    def same_unit(self, *figures: Figure | None) -> None:
        """Refuse numbers that are compared or summed up though they count different things."""
        known = [f for f in figures if f is not None and f.number is not None and f.formula is None]
        other = next((f for f in known if f.unit != known[0].unit), None)
        if other is not None:
            message = (
                f"“{other.name}”与“{known[0].name}”的单位不同："
                f"“{other.unit or '无'}”与“{known[0].unit or '无'}”"
            )
            self._refuse(other.place, message, "写成同一个单位")

    def check_money(self, names: Iterable[str]) -> None:
        """Refuse a bare number of the department's own among amounts kept in 元.

        Amounts are converted to 万元 on reading, which a number without a unit can't be.
        """
        figures = [f for name in names if (f := self.figures.get(name)) is not None]
        if self.money_unit == MONEY_UNIT or not any(figure.is_money for figure in figures):
            return
        for name, number, figure in ((f.name, f.number, f) for f in figures if not f.unit):
            if number and name.startswith(f"{self.base}.") and figure.formula is None:
                message = f"“{name}”没有写单位，却与金额一起算，而本文件的金额单位是"
                hint = (
                    f"是金额写成 {number:f}{self.money_unit}；不是金额也写上单位，如 {number:f}人"
                )
                self._refuse(figure.place, f"{message}{self.money_unit}", hint)

    def _check_scale(self, formula: Scalar) -> None:
        unit = self.unit.partition("/")[0]
        counted = self._dimension(parse(formula))
        if unit not in MONEY_UNITS or unit == MONEY_UNIT or counted is None or counted.scales:
            return
        if counted.units.get(MONEY_UNIT) == 1:
            message = f"公式“{formula}”里的金额以万元计，指标的单位却是“{self.unit}”"
            hint = f"公式里乘 {1 / MONEY_UNITS[unit]:f}，或改指标的“单位”"
            self._refuse(formula.place, message, hint)

    def _unfit(self, condition: Any, found: Valued) -> Iterator[Fault]:
        """Yield why a condition of the rubric can't be meant as written."""
        equal, formula = condition.equal, condition.formula
        yes_or_no = found.word in ("是", "否")
        if isinstance(equal, Scalar):
            if found.number is not None:
                message = f"“{formula}”是数，不会等于“{equal}”"
                yield Fault(equal.place, message, "写一个数，如 等于: 0")
            elif yes_or_no and equal not in ("是", "否"):
                message = f"“{formula}”只会是 是 或 否，不会等于“{equal}”"
                yield Fault(equal.place, message, "写 是 或 否")
        elif found.word is not None:
            hint = "写 等于: 是，或 等于: 否" if yes_or_no else "写 等于: 一个词"
            yield Fault(condition.ends[0].place, f"“{formula}”是词，不能与数比", hint)
        elif (counted := self._dimension(parse(formula))) is not None:
            for end in condition.ends:
                yield from self._wrong_end(formula, counted, end)

    def _wrong_end(self, formula: Scalar, counted: Dimension, end: Amount) -> Iterator[Fault]:
        """Yield why a number of a condition can't be held against what its formula counts."""
        unit, text, hint = end.kind.unit, f"“{end.text.strip()}”", "写成同一个单位"
        (counts, power), *more = counted.units.items() or [("", 1)]
        if counted.is_rate:
            # A bare 1 in a condition on a rate can only mean all of it.
            if unit != PERCENT and end.value not in (ZERO, Decimal(1)):
                hint = f"写 {end.text.strip()}%；不是比率的，在部门文件里给各数写上单位"
                yield Fault(end.place, mismatch(text, "", PERCENT, f"“{formula}”的值"), hint)
        elif more or power != 1 or not end.value:
            return
        elif counts:
            if unit not in ("", counts):
                yield Fault(end.place, mismatch(text, unit, counts, f"“{formula}”"), hint)
        elif formula in parse(formula).names:
            # The rubric asks for a rate or an amount, and the department gave a bare number.
            bare = self.figures.get(self.locate(formula))
            if bare is None or bare.formula is not None or not bare.number:
                return
            if unit == PERCENT:
                message = f"“{bare.name}”没有百分号，而指标体系要的是百分数"
                yield Fault(bare.place, message, f"写 {bare.number:f}%")
            elif unit == MONEY_UNIT != self.money_unit:
                message = f"“{bare.name}”没有写单位，而本文件的金额单位是{self.money_unit}"
                yield Fault(bare.place, message, f"写 {bare.number:f}{self.money_unit}")

    def _dimension(self, expression: Expression) -> Dimension | None:
        def unit_of(name: str) -> str | None:
            figure = self.figures.get(self.locate(name))
            if figure is None or figure.scale == 1:
                return None if figure is None else figure.unit
            return "/".join([MONEY_UNIT, *figure.unit.split("/")[1:]])

        return expression.dimension(unit_of, self.expand)

    def _refuse(self, place: Place, message: str, hint: str) -> None:
        if (fault := Fault(place, message, hint)) not in self.faults:
            self.faults.append(fault)


def mismatch(what: str, unit: str, wanted: str, by: str) -> str:
    """Return the message for a number in another unit than what it is held against has."""
    if unit == PERCENT:
        return f"{what}是百分数，而{by}的单位是“{wanted or '无'}”"
    if wanted == PERCENT and not unit:
        return f"{what}没有百分号，而{by}是百分数"
    return f"{what}的单位与{by}的单位“{wanted or '无'}”不同"
