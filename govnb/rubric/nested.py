"""Rules made of rules: targets, summed-up units, one of several, not applicable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator

from govnb.rubric.case import UNITS, Case
from govnb.rubric.outcome import EVERYTHING, NOTHING, ZERO, Interval, Outcome, Valued, either
from govnb.rubric.rule import AnyRule, Faults, Row, Rule, ValueRule
from govnb.rubric.rules import Proportional
from govnb.rubric.values import FULL, LEFT_OUT, Condition, Cost, FormulaText
from govnb.sheet import score_words as words
from govnb.sheet.evidence import DIRECTIONS, DOWNWARD, UPWARD, Target
from govnb.sheet.expression import parse, settled
from govnb.sheet.figure import Figures, Lack
from govnb.text.faults import Fault
from govnb.text.measure import PERCENT, Bounds, Level, Span, check_bounds, ratio, signed, unit_of
from govnb.text.section import Name, Strict, key
from govnb.text.values import Markdown, Text, TextOf
from govnb.text.yaml_text import Scalar

TARGET, ACTUAL, MONEY = "年度指标值", "实际完成值", "资金"
# A date without its year, and with it.
MONTHS = ("月", "年月")
# Beyond any result.
_FAR = Decimal(10) ** 12
_SPANS: dict[str, Callable[[Decimal], Span]] = {
    "≤": lambda most: Span(min(most, ZERO), most),
    "<": lambda most: Span(min(most, ZERO), most, high_open=True),
    "≥": lambda least: Span(least, None),
    ">": lambda least: Span(least, None, low_open=True),
}


class Excess(Bounds):
    """What reaching far beyond a target costs."""

    points: Cost = key("扣", "扣几分，或占分值的百分之几", ...)


class RatioOfTarget(Proportional):
    """ratio_of_target: 正向 B/A，反向 A/B，不突破分值；低于 60% 不得分."""

    id, name = "ratio_of_target", "按目标比"

    direction: Annotated[Scalar, TextOf("方向", choices=(UPWARD, DOWNWARD))] | None = key(
        "方向", "正向（≥目标）或 反向（≤目标）；默认看年度指标值的符号"
    )
    actual: FormulaText | None = key("实际", "默认 实际完成值")
    target: FormulaText | None = key("目标", "默认 年度指标值")
    excess: list[Annotated[Excess, AfterValidator(check_bounds)]] = key(
        "超额扣减", "正向指标超出目标（实际－目标）÷目标 多少，扣多少", []
    )

    def score(self, case: Case) -> Outcome:
        """Give weight × B/A for a target to reach, weight × A/B for one to stay below."""
        target, actual = _part(case, self.target, TARGET), _part(case, self.actual, ACTUAL)
        if not case.given:
            formulas = [self.target or TARGET, self.actual or ACTUAL]
            case.check_money(case.locate(n) for text in formulas for n in parse(text).names)
            if formulas == [TARGET, ACTUAL]:
                case.same_unit(case.figure(TARGET), case.figure(ACTUAL))
        if problem := target.problem or actual.problem:
            return self.without_value(Valued(problem=problem), case)
        a, span = target.number, actual.span
        if a is None or span == EVERYTHING:
            lacking = (*target.missing, *actual.missing) or (case.name(ACTUAL),)
            return self.of(Valued(missing=lacking, note=actual.note or target.note), case)
        directions = self._directions(a, case)
        # What is stated to be 1天以内 is anything up to it; the number stated comes first.
        ends = [end for end in (span.high, span.low) if end is not None]
        ends = [ends[0], ends[1] if ends[1:] else _FAR] if span.value is None else ends[:1]
        if span.value is None:
            turns = (a * (1 + ratio(end)) for band in self.excess for end in band.ends)
            ends += [turn for turn in turns if turn in span]
        ways = [self._held_against(a, b, case, upward=up) for b in ends for up in directions]
        points, counts = either(*ways)
        if points.is_exact and counts is True:
            return ways[0]
        said, open_fact = f"目标 {words.beside(a)}，实际", case.name(ACTUAL)
        if len(directions) > 1:
            is_target = isinstance(case.evidence, Target)
            open_fact = case.name("方向" if is_target else TARGET)
            said += f" {words.beside(ends[0])}，没有写明越高越好还是越低越好"
            said += f"（写 {'方向: 正向 或 反向' if is_target else '≤0 或 ≥0'}）"
        elif span.value is None:
            said += words.between(span, "")
        else:
            return ways[0]
        return Outcome(points, f"{said}，得分在 {points} 分之间", (open_fact,), counts)

    def _directions(self, a: Decimal, case: Case) -> list[bool]:
        """Tell whether more is better, or that either may be: “0件” may be only a blank filled."""
        evidence = case.evidence
        stated = evidence.direction if isinstance(evidence, Target) else None
        direction = self.direction or stated or DIRECTIONS.get(_sign(case))
        if not direction and _unit(case) in MONTHS:
            direction = DOWNWARD
        return [direction != DOWNWARD] if direction or a else [True, False]

    def faults(self, row: Row) -> Faults:
        """Refuse a unit: the value is a share of the target."""
        if row.unit == PERCENT:
            yield from super().faults(row)
            return
        message = f"规则“{self.kind}”的指标值是完成的百分比，指标的“单位”却是“{row.unit or '无'}”"
        yield Fault(self.kind.place, message, "删去“单位”；目标和实际的单位写在部门文件里")

    def _held_against(self, a: Decimal, b: Decimal, case: Case, *, upward: bool) -> Outcome:
        said, limits = f"目标 {words.beside(a)}，实际 {words.beside(b)}", case.limits(self)
        over, under = (b, a) if upward else (a, b)
        if not upward and _unit(case) in MONTHS:
            typed = (getattr(case.evidence, each, None) for each in ("target", "actual"))
            target, actual = (amount.text.strip() if amount else "" for amount in typed)
            if over >= under:
                reason = f"目标 {target}，实际 {actual}，按期，得满分"
                return Outcome(Interval.exactly(limits.high), reason)
            # A month is no amount: how much a delay costs isn't a matter of proportion.
            reason = f"目标 {target}，实际 {actual}，晚于目标，原文没有规定误期怎么计分"
            return Outcome(limits, f"{reason}，{limits.said}")
        if a == b and _sign(case) in ("<", ">"):
            reason = f"{said}，目标不含这个数，没有达到，原文没有规定怎么计分"
            return Outcome(limits, f"{reason}，{limits.said}")
        if under > 0 and over >= 0:
            outcome = self.of(Valued(Span.point(over / under)), case)
            how = "正向，实际÷目标" if upward else "反向，目标÷实际"
            outcome = replace(outcome, reason=f"{outcome.reason}（{how}）")
            return self._exceeded(outcome, over / under - 1, case) if upward else outcome
        if over >= under:
            return Outcome(Interval.exactly(limits.high), f"{said}，已达到，得满分")
        if upward and a > 0:
            return Outcome(Interval.exactly(limits.low), f"{said}，没有完成")
        problem = f"目标 {words.beside(a)}、实际 {words.beside(b)} 算不出完成比例"
        return self.without_value(Valued(problem=problem), case)

    def _exceeded(self, outcome: Outcome, by: Decimal, case: Case) -> Outcome:
        """Take off what reaching so far beyond the target costs."""
        band = next((band for band in self.excess if by in band.span()), None)
        if band is None:
            return outcome
        gone, limits = band.points.of(case.weight), case.limits(self)
        points = Interval.exactly(limits.high - gone).within(limits)
        said = f"超出目标 {words.value(by, PERCENT)}，扣 {words.points(gone)} 分，{points.said}"
        return replace(outcome, points=points, reason=f"{outcome.reason}；{said}")


class ShareReached(Rule):
    """share_reached: 分值 × 达标的指标数 ÷ 全部指标数；超过目标三成的不算达标."""

    id, name = "share_reached", "达标占比"

    subgroup: Text | None = key("二级指标", "只数部门“绩效指标”里的这一类，如 数量指标")
    most: Level | None = key("最多超过", "超过目标这么多的不算达标，如 30%")

    def score(self, case: Case) -> Outcome:
        """Count the department's own indicators that reached their targets."""
        figures, names = case.figures, case.figures.sheet.expand("绩效指标.*.分值")
        heads = [name.rpartition(".")[0] for name in names]
        if (kind := self.subgroup) is not None:
            of = {h: getattr(figures.get(f"{h}.二级指标"), "value", "") for h in heads}
            heads = [head for head in heads if str(of[head]) == kind]
        limits = case.limits(self)
        if not heads:
            said = f"部门没有列出{self.subgroup or '绩效指标'}，{limits.said}"
            return Outcome(limits, said, ("绩效指标",))
        met = [self._reached(figures, head) for head in heads]
        ends = (met.count(True), len(met) - met.count(False))
        low, high = (case.weight * n / len(met) for n in ends)
        points = Interval(settled(low), settled(high)).within(limits)
        missing = (f"{h}.{ACTUAL}" for h, one in zip(heads, met, strict=True) if one is None)
        said = f"{len(met)} 条{self.subgroup or '绩效指标'}中达标 {ends[0]} 条，{points.said}"
        return Outcome(points, said, tuple(missing))

    def _reached(self, figures: Figures, head: str) -> bool | None:
        target, actual = figures.get(f"{head}.{TARGET}"), figures.get(f"{head}.{ACTUAL}")
        a, b = (f.ratio if f is not None else None for f in (target, actual))
        if target is None or not isinstance(a, Decimal) or not isinstance(b, Decimal):
            return None
        if DIRECTIONS.get(signed(str(target.typed.text) if target.typed else "")[0]) == DOWNWARD:
            return b <= a
        return b >= a and (self.most is None or b <= a * (1 + ratio(self.most)))


def _unit(case: Case) -> str:
    figure = case.figure(TARGET)
    return figure.unit if figure is not None else ""


def _sign(case: Case) -> str:
    evidence = case.evidence
    return signed(evidence.target.text if evidence and evidence.target else "")[0]


def _part(case: Case, formula: Scalar | None, default: str) -> Valued:
    if default in case.given:
        return case.given[default]
    if formula is not None:
        return case.evaluate(formula)
    number, figure = case.number(default), case.figure(default)
    if number is None:
        return Valued(missing=(figure.missing if figure else ()) or (case.name(default),))
    typed = case.evidence.actual if default == ACTUAL and case.evidence else None
    found = Valued(_SPANS.get(signed(typed.text)[0] if typed else "", Span.point)(number))
    return found if default == TARGET or case.is_proven([ACTUAL]) else case.not_proven(found)


class Aggregate(Rule):
    """aggregate: 先汇总完成数，再计算得分."""

    id, name = "aggregate", "汇总计分"
    takes_value = True

    how: Annotated[Scalar, TextOf("怎么汇总", choices=("累加", "资金加权"))] | None = key(
        "方式", "默认绝对值累加，百分数按资金加权"
    )
    rule: AnyRule = key("计分", "用汇总后的数计分的规则", ...)

    def score(self, case: Case) -> Outcome:
        """Sum subordinate units up first, then score; without units, score the indicator itself."""
        names, case = list(case.evidence.units) if case.evidence else [], case.inside(self)
        if not names:
            return self.rule.apply(case)
        actuals = [case.figure(UNITS, name, ACTUAL) for name in names]
        targets = [case.figure(UNITS, name, TARGET) for name in names]
        pairs = (figure for pair in zip(actuals, targets, strict=True) for figure in pair)
        case.same_unit(*pairs, case.figure(TARGET))
        in_percent = any(f is not None and f.unit == PERCENT for f in actuals)
        weighted = in_percent if self.how is None else self.how == "资金加权"
        if in_percent and self.how == "累加":
            hint = "指标体系里写 方式: 资金加权"
            case.refuse("百分数不能累加", hint, UNITS, names[0], ACTUAL)
        target, actual = (self._sum(case, names, weighted, field) for field in (TARGET, ACTUAL))
        own = any(f is not None and f.lack is not Lack.LEFT_OUT for f in targets)
        given = {TARGET: target if own else _part(case, None, TARGET), ACTUAL: actual}
        if case.formula is None:
            # With a formula the sums go into it; without one the sum itself is the value.
            first = next((f for f in actuals if f is not None and f.number), None)
            if first and actual.number is not None and not isinstance(self.rule, RatioOfTarget):
                factor = (case.in_unit(first) or ZERO) / Decimal(str(first.ratio))
                given[ACTUAL] = Valued(Span.point(settled(actual.number * factor)))
            given["指标值"] = given[ACTUAL]
        outcome = self.rule.apply(replace(case, given=given))
        how = "按资金加权平均" if weighted else "累加"
        return replace(outcome, reason=f"{len(names)} 个下属单位{how}后，{outcome.reason}")

    def faults(self, row: Row) -> Faults:
        """Require a rule that scores a value."""
        if not isinstance(self.rule, ValueRule):
            known = [k.name for k in Rule.KINDS.values() if issubclass(k, ValueRule)]
            message = f"汇总后的数不能用“{self.rule.kind}”计分"
            yield Fault(self.rule.kind.place, message, f"可写：{'、'.join(known)}")
        yield from self.rule.check(*row)

    @staticmethod
    def _sum(case: Case, names: list[str], weighted: bool, field: str) -> Valued:
        asked = [(UNITS, n, f) for n in names for f in (field, *([MONEY] if weighted else []))]
        missing = tuple(case.name(*path) for path in asked if case.number(*path) is None)
        if missing:
            return Valued(missing=missing)
        if field == ACTUAL and not case.is_proven(*([UNITS, name, ACTUAL] for name in names)):
            return case.not_proven(Valued())
        numbers = {name: case.number(UNITS, name, field) or ZERO for name in names}
        if not weighted:
            return Valued(Span.point(sum(numbers.values(), ZERO)))
        weights = {name: case.number(UNITS, name, MONEY) or ZERO for name in names}
        if not (whole := sum(weights.values(), ZERO)):
            return Valued(problem="不可计算：下属单位的资金合计为 0")
        return Valued(Span.point(sum((numbers[n] * weights[n] for n in names), ZERO) / whole))


class Option(Strict):
    """One way of assessment among several."""

    formula: FormulaText | None = key("公式", "选这一项时指标值怎么算")
    unit: Text | None = key("单位", "默认随指标的单位")
    rule: AnyRule = key("规则", "选这一项时怎么计分", ...)

    def apply(self, case: Case, *, falls_back: bool) -> Outcome:
        """Score by this way."""
        formula, unit = self.formula or case.formula, unit_of(self.unit, case.unit)
        return self.rule.apply(replace(case, formula=formula, unit=unit, falls_back=falls_back))


class OneOf(Rule):
    """one_of: 二者择其一进行考核."""

    id, name = "one_of", "择一"
    takes_value = True

    options: dict[Name, Option] = key("选项", "名称: {公式, 规则, 单位}", ..., min_length=2)

    def score(self, case: Case) -> Outcome:
        """Score by the option chosen; while none is, by whichever it may be."""
        case, chosen = case.inside(self), case.word("选用")
        if chosen in self.options:
            option = self.options[str(chosen)]
            outcome = option.apply(case, falls_back=case.falls_back)
            unit = option.unit and unit_of(option.unit, case.unit)
            return replace(outcome, reason=f"选用“{chosen}”：{outcome.reason}", unit=unit)
        # Whose value a stated one is stays open as long as the choice does.
        each = {n: o.apply(case, falls_back=o.formula is None) for n, o in self.options.items()}
        points, counts = either(*each.values())
        said = "，".join(
            f"按{words.quoted(name)}{'剔除' if one.counts is False else f'得 {one.points} 分'}"
            for name, one in each.items()
        )
        missing = [case.name("选用"), *(m for o in each.values() for m in o.missing)]
        notes = [note for o in each.values() for note in o.notes]
        notes += case.unknown("选用", self.options, "是选项")
        reason = f"没有写明选用哪一项：{said}"
        return Outcome(points, reason, tuple(missing), counts, notes=tuple(notes))

    def faults(self, row: Row) -> Faults:
        """Check each option's rule."""
        for option in self.options.values():
            yield from option.rule.check(row.weight, unit_of(option.unit, row.unit), row.most)


class Exemption(Strict):
    """不适用: when the indicator does not apply, and what it then gives."""

    when: Condition | None = key("当", "不写则由部门在评分依据里申报")
    treat: Annotated[Scalar, TextOf("不适用时怎么计分", choices=(FULL, LEFT_OUT))] = key(
        "按", "满分，或 剔除（其余按比例折算）", ...
    )
    note: Markdown | None = key("说明", "为什么不适用，写在理由里")

    def overrule(self, case: Case, outcome: Outcome) -> Outcome:
        """Let 不适用 overrule an outcome, or widen it while that is open."""
        applies, missing, why = self._applies(case)
        if applies is True:
            return outcome
        exempted = self.exempted(case, why)
        if applies is False:
            return exempted
        points, counts = either(outcome, exempted)
        then = "剔除" if self.treat == LEFT_OUT else "得满分"
        said = "是否适用未定" if self.when else why
        reason = f"{said}（不适用则{then}）；若适用：{outcome.reason}"
        missing = (*missing, *outcome.missing)
        return replace(outcome, points=points, reason=reason, missing=missing, counts=counts)

    def exempted(self, case: Case, why: str) -> Outcome:
        """Return what the indicator gives when it doesn't apply."""
        note = f"；{case.prose(self.note)}" if self.note else ""
        if self.treat == LEFT_OUT:
            return Outcome(NOTHING, f"{why}，剔除{note}", counts=False)
        most = case.room.high
        said = "满分" if most == case.weight else f"最高的 {words.points(most)} 分"
        return Outcome(Interval.exactly(most), f"{why}，按{said}计{note}")

    def _applies(self, case: Case) -> tuple[bool | None, tuple[str, ...], str]:
        if self.when is not None:
            met, missing = case.holds(self.when)
            formula, wanted = self.when.formula, self.when.equal
            shown = f"：{wanted}" if isinstance(wanted, Scalar) else f" = {case.put_in(formula)}"
            return (None if met is None else not met), missing, f"不适用（{formula}{shown}）"
        stated = case.word("适用")
        if stated == "否":
            if case.is_shown("适用"):
                return False, (), f"部门申报不适用（{case.proof or '试算'}）"
            return None, (case.name("佐证"),), "称不适用，没有佐证"
        # Silence means it applies; 未公布 means nobody has said.
        is_open = case.figure("适用") is not None and stated is None
        return None if is_open else True, (case.name("适用"),), "是否适用未定"


class NotApplicable(Rule, Exemption):
    """not_applicable: 没有楼堂馆所项目的部门按满分计算."""

    id, name = "not_applicable", "不适用"
    takes_value = True

    otherwise: AnyRule | None = key("否则", "适用时的规则")

    def score(self, case: Case) -> Outcome:
        """Treat as 满分 or 剔除 when not applicable; else score by 否则."""
        case = case.inside(self)
        if self.otherwise is not None:
            return self.overrule(case, self.otherwise.apply(case))
        if self.when is None and case.word("适用") is None:
            return self.exempted(case, "这个指标不适用")
        return self.overrule(case, Outcome(case.room, "指标适用，但规则没有写怎么计分"))

    def faults(self, row: Row) -> Faults:
        """Check 否则, and that there is one where it may apply."""
        if self.otherwise is not None:
            yield from self.otherwise.check(*row)
        elif self.when is not None:
            yield Fault(self.kind.place, "写了“当”，却没有写“否则”怎么计分", "补上“否则”")
