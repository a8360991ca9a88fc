"""项目自评: what projects' self-evaluation forms print, against what the rules in force give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal, NamedTuple

from pydantic import Field

from govnb.review.check import Check, Evidence
from govnb.review.finding import ERROR, HINT, RESIDUE, SEVERITIES, Finding, Side
from govnb.review.terms import printed
from govnb.review.world import World
from govnb.sheet.evidence import Target
from govnb.sheet.figure import Figure, exact, rounded
from govnb.sheet.score import half_digit
from govnb.sheet.score_words import value as percentage
from govnb.sheet.self_evaluation import WHOLE_MONEY, ProjectScore
from govnb.text.measure import PERCENT, ratio, signed
from govnb.text.values import Amount

ZERO = Decimal(0)
_DOWN, _EQUAL = ("≤", "<"), "="


class ProjectFormCheck(Check):
    """项目自评: 各项目自评表印的执行率、得分、分值、总分与重算的，和该写而没有写的原因.

    Points are worked out anew from the form's own targets, results and weights by the indicator
    system in force for projects; what must be explained is that system's 自评.
    """

    kind: Literal["项目自评"] = Field(alias="种类")

    def find(self, world: World) -> Iterator[Finding]:
        """Go over every form, and hold their number against the one stated."""
        stated = world.inputs.department.evaluated.count
        if stated is not None and stated.value is not None:
            yield self._counted(stated, len(world.projects))
        elif not world.projects:
            yield self.not_applicable("", "没有项目自评表")
        for title, scored in world.projects.items():
            form = _Form(self, world, title, scored)
            yield from (*form.rate(), *form.weights(), *form.total(), *form.explained())
            for name, target in scored.form.targets.items():
                yield from form.row(name, target)

    def _counted(self, stated: Amount, forms: int) -> Finding:
        side = Side("项目自评.项目数", exact(stated.value or ZERO), str(stated.place))
        difference = (stated.value or ZERO) - forms
        evidence = Evidence(side, Side("项目.*.自评表", str(forms), None), difference, ZERO)
        told = f"写明自评{stated.text.strip()}个项目，附了{forms}张自评表"
        if not difference:
            return self.passed("项目数", told, evidence)
        return self.failed("项目数", {"项": "项目数", "缘由": told}, evidence)


class _Fault(NamedTuple):
    """One thing wrong with a row."""

    text: str
    severity: str = ERROR


@dataclass(frozen=True)
class _Form:
    """One project's form, as the check goes over it."""

    check: ProjectFormCheck
    world: World
    title: str
    scored: ProjectScore

    @property
    def _at(self) -> str:
        return f"项目.{self.title}.自评表"

    @cached_property
    def _rate(self) -> Figure | None:
        return self.world.figures.get(f"{self._at}.资金.{WHOLE_MONEY}.执行率")

    # ── 预算执行 ────────────────────────────────────────────────

    def rate(self) -> Iterator[Finding]:
        """Compare the rate and its points as printed with the money block."""
        form, rate = self.scored.form, self._rate
        stated, points = form.rate, form.points
        number = rate.number if rate else None
        if number is None:
            yield from self._without_rate(stated, points)
            return
        if stated is not None and stated.value is not None:
            yield self._held("执行率", f"{self._at}.公布执行率", stated, number, PERCENT)
        due = self.scored.due("")
        if points is not None and points.value is not None and due:
            yield self._held("执行率得分", f"{self._at}.执行率得分", points, due[0], "分")
        elif due and any(t.published for t in form.targets.values()):
            told = (
                f"预算执行没有印得分，执行率{printed(number, PERCENT)}，应是{printed(due[0], '分')}"
            )
            yield self._failed("执行率得分", told, severity=HINT)

    def _without_rate(self, stated: Amount | None, points: Amount | None) -> Iterator[Finding]:
        """Tell why there is no rate, where points were given for one or money was spent."""
        at = f"{self._at}.资金.{WHOLE_MONEY}"
        budget, spent = (self.world.figures.get(f"{at}.{c}") for c in ("全年预算数", "全年执行数"))
        without = budget is not None and budget.number == 0
        if without and spent is not None and spent.number:
            told = f"全年预算数是0，执行{spent.value}{spent.unit}，没有预算而有支出"
            yield self._failed("执行率", told, Evidence(Side.of(spent)))
        elif points is not None and points.value:
            lacks = [
                c
                for c, f in (("全年预算数", budget), ("全年执行数", spent))
                if f is None or f.number is None
            ]
            why = "全年预算数是0" if without else f"没有{'、'.join(lacks) or '预算数或执行数'}"
            told = f"预算执行印得分{printed(points.value, '分')}，{why}，算不出执行率"
            side = Side(f"{self._at}.执行率得分", exact(points.value), str(points.place))
            yield self._failed("执行率得分", told, Evidence(side))
        elif stated is not None:
            missing = (self._rate.missing if self._rate else ()) or (at,)
            yield self.check.no_data(f"{self.title}.执行率", missing)

    def _held(self, what: str, name: str, stated: Amount, due: Decimal, unit: str) -> Finding:
        value = stated.value or ZERO
        sides = Side(name, exact(value), str(stated.place)), Side(None, exact(due), None)
        within = half_digit(value)
        evidence = Evidence(*sides, value - due, within)
        text = printed(value, unit) if "." in stated.text else f"{value:f}{unit}"
        told = f"{what}印{text}，应是{printed(due, unit)}"
        apart = abs(value - due)
        if value == rounded(due, 2) or (apart <= within and within < Decimal("0.01")):
            return self.check.passed(f"{self.title}.{what}", told, evidence)
        if apart <= within:
            return self._failed(what, f"{told}，没有保留两位小数", evidence, HINT)
        return self._failed(what, told, evidence)

    # ── The whole ───────────────────────────────────────────────

    def weights(self) -> Iterator[Finding]:
        """Hold what all rows count against the total, and against the rules' division."""
        targets = self.scored.form.targets
        if not any(target.weight for target in targets.values()):
            return
        own = self.scored.form.weights
        whole, row = own + self.scored.rate_weight, self.scored.rows.get("")
        side = Side(
            f"{self._at}.绩效指标.*.分值",
            exact(whole),
            str(next(iter(targets.values())).place),
        )
        evidence = Evidence(
            side, Side(None, exact(self.scored.total), None), whole - self.scored.total, ZERO
        )
        told = f"预算执行{printed(self.scored.rate_weight, '分')}，"
        told += f"{len(targets)}条指标{printed(own, '分')}，合计{printed(whole, '分')}"
        if whole != self.scored.total:
            yield self._failed("分值", f"{told}，应是{printed(self.scored.total, '分')}", evidence)
        elif row is not None and row.weight != self.scored.rate_weight:
            rules = f"“{self.scored.score.title}”的预算执行是{printed(row.weight or ZERO, '分')}"
            told += f"；{rules}，得分已按它折算"
            yield self._failed("分值", told, evidence, HINT)
        else:
            yield self.check.passed(f"{self.title}.分值", told, evidence)

    def total(self) -> Iterator[Finding]:
        """Hold the total as printed against the sum of the points as printed."""
        form = self.scored.form
        rows = {"": form.points} | {name: t.published for name, t in form.targets.items()}
        parts = [a.value for a in rows.values() if a and a.value is not None]
        stated = form.total
        if stated is None or stated.value is None or not parts:
            return
        whole = sum(parts, ZERO)
        apart = stated.value - whole
        within = sum((half_digit(p) for p in (stated.value, *parts) if p % 1), ZERO)
        side = Side(f"{self._at}.总分", exact(stated.value), str(stated.place))
        evidence = Evidence(side, Side("各项得分之和", exact(whole), None), apart, within)
        told = f"总分印{printed(stated.value, '分')}，各项得分合计{printed(whole, '分')}"
        unsaid = [name for name, points in rows.items() if points is None or points.value is None]
        bounds = [self._bounds(name) for name in unsaid]
        low, high = (sum(ends, ZERO) for ends in zip((ZERO, ZERO), *bounds, strict=True))
        if not apart or (unsaid and low == high and abs(apart - low) <= within):
            told += f"，没有印得分的应是{printed(low, '分')}" if apart else ""
            yield self.check.passed(f"{self.title}.总分", told, evidence)
            return
        if low - within <= apart <= high + within and low < high:
            names = [f"绩效指标.{name}.公布得分" if name else "执行率得分" for name in unsaid]
            yield self.check.no_data(f"{self.title}.总分", [self._full(n) for n in names], evidence)
            return
        told += f"，差{printed(abs(apart), '分')}"
        if form.points and apart == -(form.points.value or ZERO):
            told += "，正是预算执行的得分，没有计入"
        is_residue = abs(apart) <= within
        told += "，是各项四舍五入的尾差" if is_residue else ""
        yield self._failed("总分", told, evidence, RESIDUE if is_residue else None)

    def _bounds(self, name: str) -> tuple[Decimal, Decimal]:
        """Return what a row's points can be; the rate's row has no name."""
        targets = self.scored.form.targets
        worth = targets[name].worth or self.scored.total if name else self.scored.rate_weight
        return self.scored.due(name) or (ZERO, worth)

    def explained(self) -> Iterator[Finding]:
        """Ask for the reasons that execution and adjustments need."""
        form, rules, rate = self.scored.form, self.scored.rules, self._rate
        share = rate.ratio if rate else None
        if isinstance(share, Decimal):
            limit = ratio(rules.rate_below) if rules.rate_below else None
            told = ""
            if share > 1:
                told = f"执行率{percentage(share, PERCENT, Decimal(1))}，超过全年预算"
            elif limit is not None and share < limit:
                told = (
                    f"执行率{percentage(share, PERCENT, limit)}，低于{percentage(limit, PERCENT)}"
                )
            yield from self._asked("执行偏差原因", told, bool(form.reason), rate)
        first, last = (self.world.figures.get(f"{self._at}.资金.{WHOLE_MONEY}.{c}")
                       for c in ("年初预算数", "全年预算数"))  # fmt: skip
        if rules.adjusted == "是" and first and last and None not in (first.number, last.number):
            told = ""
            if first.number != last.number:
                told = f"年初预算{first.value}{first.unit}，全年预算{last.value}{last.unit}，有调整"
            yield from self._asked("预算调整说明", told, bool(form.adjustment), last)

    def _asked(
        self, what: str, told: str, is_given: bool, figure: Figure | None
    ) -> Iterator[Finding]:
        evidence = Evidence(Side.of(figure)) if figure else Evidence()
        if told and not is_given:
            yield self._failed(what, f"{told}，没有写{what}", evidence)
        elif told:
            yield self.check.passed(f"{self.title}.{what}", f"{told}，已写{what}", evidence)

    # ── Indicators ──────────────────────────────────────────────

    def row(self, name: str, target: Target) -> Iterator[Finding]:
        """Yield the one finding about an indicator, with all that is wrong with it."""
        stated, subject = target.published, f"{self.title}.{name}"
        value = stated.value if stated else None
        due = self.scored.due(name)
        goal = target.target.value if target.target else None
        side = (
            Side(f"{self._at}.绩效指标.{name}.公布得分", exact(value), str(stated.place))
            if stated and value is not None
            else Side()
        )
        nearest = min(max(value, due[0]), due[1]) if value is not None and due else None
        evidence = Evidence(side)
        if value is not None and nearest is not None:
            evidence = Evidence(
                side, Side(name, exact(nearest), None), value - nearest, half_digit(value)
            )
        if goal is not None and not goal and not _is_downward(target):
            why = "年度指标值是 0，没有写明越低越好，算不出完成比例"
            yield self.check.not_applicable(subject, why, evidence)
            return
        faults = [*self._points(name, target, value, due), *self._remarks(target)]
        if faults:
            severity = min((fault.severity for fault in faults), key=SEVERITIES.index)
            told = "；".join(fault.text for fault in faults)
            yield self._failed(name, told, evidence, severity, item=f"{self.title}·{name}")
        elif value is None or due is None:
            return
        elif due[0] == due[1]:
            yield self.check.passed(subject, f"得分{printed(value, '分')}", evidence)
        else:
            row = self.scored.rows[name]
            missing = [self._full(each) for each in row.missing]
            unruled = self.check.not_applicable(subject, row.reason, evidence)
            yield self.check.no_data(subject, missing, evidence) if missing else unruled

    def _points(
        self, name: str, target: Target, value: Decimal | None, due: tuple[Decimal, Decimal] | None
    ) -> Iterator[_Fault]:
        """Yield what is wrong with the points of an indicator."""
        weight = target.worth
        if value is None or due is None:
            return
        is_told = bool(target.shortfall or target.remedy)
        if value > weight:
            yield _Fault(f"得分{printed(value, '分')}，高于分值{printed(weight, '分')}")
        elif _is_blank(target):
            if value:
                yield _Fault(f"有得分{printed(value, '分')}，没有实际完成值")
        elif due[0] == weight or _is_met_in_words(target):
            if value < weight and not is_told:
                yield _Fault(
                    f"目标“{target.goal}”已达到，得{printed(value, '分')}，"
                    f"分值{printed(weight, '分')}：达标而未满分，没有写原因"
                )
        else:
            yield from self._missed(name, target, value, due)

    def _missed(
        self, name: str, target: Target, value: Decimal, due: tuple[Decimal, Decimal]
    ) -> Iterator[_Fault]:
        """Yield what is wrong with an indicator that isn't known to be met."""
        low, high, within = *(rounded(end, 2) for end in due), half_digit(value)
        bounds = printed(low, "分") if low == high else f"{printed(low)}到{printed(high, '分')}"
        if not low <= value <= high:
            rounds = low - within <= value <= high + within
            told = f"得{printed(value, '分')}，按规则应是{bounds}"
            yield _Fault(
                f"{told}，没有保留两位小数" if rounds else f"{told}{self._turned(name, target)}",
                HINT if rounds else ERROR,
            )
        # What came to be far more than meant loses points by another rule, and is asked for there.
        is_missed = (_beyond(target) or ZERO) <= 0
        if due[1] < (target.worth) and is_missed and not target.shortfall:
            yield _Fault("没有达到目标，没有写偏差原因")

    def _turned(self, name: str, target: Target) -> str:
        """Return what an indicator without a sign would get if less were better."""
        if self.scored.downward is None or target.target is None or target.direction:
            return ""
        if signed(target.target.text)[0]:
            return ""
        row = next(r for r in self.scored.downward.indicators if r.place == target.place)
        if row.high is None or not row.weight:
            return ""
        other = printed(row.high * (target.worth) / row.weight, "分")
        return f"（越高越好）；越低越好的是{other}：年度指标值没有写 ≥ 或 ≤，请写明方向"

    def _remarks(self, target: Target) -> Iterator[_Fault]:
        """Yield what seems odd about a target: its sign, or a result far beyond it."""
        goal, limit = target.target, self.scored.rules.exceeded
        if goal is None:
            return
        sign = signed(goal.text)[0]
        if sign in _DOWN and "数量" in str(target.subgroup or ""):
            yield _Fault(f"数量指标的年度指标值写“{goal.text.strip()}”，符号像是写反了", HINT)
        over = _beyond(target)
        if over is None:
            return
        if sign == _EQUAL and over:
            wanted = goal.text.strip().lstrip("=＝﹦")
            yield _Fault(f"目标是等于{wanted}，完成{target.came}，不相等", HINT)
        elif limit and over > ratio(limit) and not (target.shortfall or target.note):
            told = f"超过目标{percentage(over, PERCENT)}，多于{limit.text.strip()}，没有写原因"
            yield _Fault(told, HINT)

    # ── Telling ─────────────────────────────────────────────────

    def _failed(
        self, what: str, told: str, evidence: Evidence | None = None,
        severity: str | None = None, item: str = "",
    ) -> Finding:  # fmt: skip
        words = {"项": item or self.title, "缘由": told}
        return self.check.failed(f"{self.title}.{what}", words, evidence or Evidence(), severity)

    def _full(self, name: str) -> str:
        """Return a figure's name in the department's file."""
        return f"{self._at}.{name.removeprefix('自评表.')}"


def _is_downward(target: Target) -> bool:
    sign = signed(target.target.text)[0] if target.target else ""
    return target.direction == "反向" or sign in _DOWN


def _beyond(target: Target) -> Decimal | None:
    """Return by what share of its target a result is above it; None where less is better."""
    goal, actual = (a.value if a else None for a in (target.target, target.actual))
    return None if not goal or actual is None or _is_downward(target) else (actual - goal) / goal


def _is_blank(target: Target) -> bool:
    """Tell whether nothing says what was reached."""
    told = (target.actual, target.done, target.state, target.value, target.value_range)
    return not any(told) and not target.units


def _is_met_in_words(target: Target) -> bool:
    return bool(target.done) and str(target.done).strip("。") == str(target.wanted).strip("。")
