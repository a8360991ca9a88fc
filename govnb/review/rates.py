"""零基, 取值范围, 口径 and 科目: rates without a base or beyond bounds, and wrong names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from govnb.review.check import (
    Check,
    Evidence,
    ForEach,
    Formula,
    NamePattern,
    Number,
    Percent,
    percent,
    quoted,
    subject_of,
)
from govnb.review.finding import HINT, NOT_APPLICABLE, Finding, Side
from govnb.review.slips import is_misspelt
from govnb.review.texts import DIGIT, NUMBER
from govnb.review.words import one_of
from govnb.review.world import World, is_absent
from govnb.sheet.expression import canonical
from govnb.sheet.figure import Figure, rounded, shown
from govnb.sheet.sheet import BY_ACCOUNT, ERAS, HUNDRED
from govnb.text.values import Text, refuse

# What may stand between a rate's name and its number: 高达, 均为, 达到了.
_BETWEEN = rf"[^{DIGIT}，。；、！？%\n]{{0,8}}?"
# Ledgers some of whose items are accounts.
_OTHER_WAYS = ("支出分类", "预算分类")
# Where some reports list by account what was planned or spent before.
_PLANNED = ("收入", "收入预算", "上年支出")
# Unless it tells how the rate changed: 增长5%, but not 增长到95%.
_CHANGED = r"(?:增长|增加|增幅|提高|提升|上升|下降|降低|减少|升|降)[^到至]*$"


class ZeroBaseCheck(ForEach):
    """零基: 上年为零的增长率: of what was nothing last year only the increase can be told."""

    kind: Literal["零基"] = Field(alias="种类")
    base: Formula = Field(alias="基数", description="上年数的名称")
    now: Formula = Field(alias="本期", description="本年数的名称")
    growth: Formula | None = Field(None, alias="增长率", description="增长率的名称，有才写")
    relates: ClassVar[bool] = True
    root: ClassVar[int] = 2

    def one(self, world: World, variables: Mapping[str, str]) -> Iterator[Finding]:
        """Find where a rate is given although the base is zero."""
        base, now = world.term(self.base, variables), world.term(self.now, variables)
        subject, evidence = subject_of(variables), Evidence(base.side, now.side)
        if base.number is None or now.number is None:
            # Without a rate to compute, nothing is lost by not knowing the base.
            yield from self.undecided(subject, base, now) if self.growth else ()
        elif base.number:
            yield self.passed(subject, f"{base.label}{base}，不为 0", evidence)
        elif told := "；".join(self._told(variables, {base.name, now.name}, world)):
            words = {"项": subject or now.label, "左名": base.label, "左": str(base)}
            words |= {"右名": now.label, "右": str(now), "缘由": told}
            yield self.failed(subject, words, evidence)
        else:
            yield self.not_applicable(subject, f"{base.label}是 0，没有写增长率")

    def _told(self, variables: Mapping[str, str], about: set[str], world: World) -> Iterator[str]:
        """Yield where the department gives the rate all the same."""
        growth = world.term(self.growth, variables).name if self.growth else None
        for key, source in world.inputs.department.published.items():
            if canonical(key) == growth:
                yield f"公布的增长率是{source.text.strip()}（{source.place}）"
        grown = re.compile(rf"(?:{one_of(world.words.growth)})[^。；，\n]{{0,8}}?{NUMBER}\s*[%倍]")
        for passage in world.prose:
            for reference in passage.references:
                if reference.name == growth:
                    yield f"{passage.path}引用了增长率（{passage.at(reference.start)}）"
            spans = [(r.start, r.end) for r in passage.references if r.name in about]
            for item in variables.values():
                spans += [m.span() for m in re.finditer(re.escape(item), passage.masked)]
            found = (grown.search(passage.shape, *passage.clause(*span)) for span in spans)
            if match := next(filter(None, found), None):
                said = passage.masked[match.start() : match.end()]
                yield f"{passage.path}写了“{said}”（{passage.at(match.start())}）"


class RangeCheck(Check):
    """取值范围: 办结率这样不会超过 100% 的率."""

    kind: Literal["取值范围"] = Field(alias="种类")
    words: list[Text] = Field(alias="名称含", description="名称里有这些词的指标")
    unless_words: list[Text] = Field(
        [], alias="名称不含", description="名称里有这些词的不核对，如 毛入学率"
    )
    unit: Text = Field(alias="单位", description="指标的单位，如 %")
    low: Number | None = Field(None, alias="最小", description="不能小于")
    high: Number | None = Field(None, alias="最大", description="不能大于")
    relates: ClassVar[bool] = True

    @model_validator(mode="after")
    def _in_order(self) -> RangeCheck:
        if self.low is None and self.high is None:
            raise refuse("“最小”和“最大”至少要写一个")
        if self.low and self.high and Decimal(self.low) > Decimal(self.high):
            message = f"最小{self.low}大于最大{self.high}"
            raise refuse(message, "对调这两个数", self.low.place)
        return self

    @property
    def _bounds(self) -> str:
        return "到".join(f"{x}{self.unit}" for x in (self.low, self.high) if x is not None)

    def find(self, world: World) -> Iterator[Finding]:
        """Find rates out of bounds, in figures and in narratives."""
        figures = [
            f for f in world.figures.values() if f.unit == self.unit and self._bears(f, world)
        ]
        for figure in figures:
            yield self._judged(figure, world)
        yield from self._typed(world)
        if not figures:
            yield self.not_applicable("", "没有这一类指标")

    def _judged(self, figure: Figure, world: World) -> Finding:
        name, told = figure.name, f"{quoted(figure.label)}{shown(figure)}"
        evidence = Evidence(Side.of(figure), Side(None, self._bounds, None))
        if figure.number is None:
            return self.no_data(name, figure.missing or [name], evidence)
        if not self._outside(figure.number):
            return self.passed(name, f"{told}，在{self._bounds}之内", evidence)
        if excuse := world.excuse(name, lambda value: not self._outside(value)):
            told = f"{told}，不在{self._bounds}之内"
            return self.excused(name, NOT_APPLICABLE, told, excuse, evidence)
        words = {"项": figure.label, "左": shown(figure), "右": self._bounds}
        return self.failed(name, words, evidence)

    def _bears(self, figure: Figure, world: World) -> bool:
        """Tell whether a rate's name says what it is a rate of.

        What the book computes from such a rate, say its growth, is named by its last word.
        """
        if any(word in figure.name for word in self.unless_words):
            return False
        if world.is_from_book(figure):
            return figure.number is not None and figure.name.endswith(tuple(self.words))
        return any(word in figure.name for word in self.words)

    def _outside(self, number: Decimal) -> bool:
        # A share computed as 100.000…01% is 100%.
        number = rounded(number, 6)
        low, high = self.low or number, self.high or number
        return not Decimal(low) <= number <= Decimal(high)

    def _typed(self, world: World) -> Iterator[Finding]:
        """Yield the rates typed in the narratives that are out of bounds."""
        bounds = Side(None, self._bounds, None)
        other_rate = re.compile(rf"{_CHANGED}|{one_of(world.words.other_rate)}")
        rate = re.compile(
            rf"(?P<word>{one_of(self.words)})(?P<between>{_BETWEEN})(?P<number>{NUMBER})"
            + re.escape(self.unit)
        )
        found = ((p, match) for p in world.prose for match in rate.finditer(p.shape))
        for passage, match in found:
            word, number = match["word"], passage.numbers[match.start("number")]
            is_own = not passage.masked[: match.end("word")].endswith(tuple(self.unless_words))
            if is_own and self._outside(number.value) and not other_rate.search(match["between"]):
                written = number.text + self.unit
                side = Side(word, number.text, str(passage.at(match.start())))
                words = {"项": word, "左": written, "右": self._bounds}
                subject = f"{passage.path}:{word}{match['between']}{written}"
                yield self.failed(subject, words, Evidence(side, bounds))


class ScopeCheck(Check):
    """口径: 合计的叫法与里面的项.

    基本支出 is 人员经费 and 日常公用经费 by the definition of departmental budgets; capital
    expenditure (支出经济分类 309, 310) is 项目支出, but for a little office equipment. 在职人员 are
    those in established posts.
    """

    kind: Literal["口径"] = Field(alias="种类")
    ledgers: list[NamePattern] = Field(alias="台账", description="台账的名称，如 支出")
    called: Text | None = Field(
        None, alias="名称含", description="台账项的叫法里有这个词时才核对，不写就核对整个台账"
    )
    excluded: list[Text] = Field(alias="不应含", description="经济分类科目编码，或名称里的词")
    share: Percent | None = Field(None, alias="占比", description="占合计不到这么多的，只作提示")

    def find(self, world: World) -> Iterator[Finding]:
        """Find what is inside a total although its name excludes it."""
        heads = tuple(f"{name}." for name in self.ledgers)
        below = [n for n in world.figures.parts if n.startswith(heads)] if self.called else []
        nodes = dict.fromkeys(n for n in (*self.ledgers, *below) if n in world.figures)
        called = [node for node in nodes if (self.called or "") in _calling(node, world)]
        if not called:
            yield self.not_applicable("", f"“{'、'.join(self.ledgers)}”没有称为“{self.called}”的项")
        for node in called:
            yield self._one(node, _calling(node, world), world)

    def _one(self, node: str, called: str, world: World) -> Finding:
        total = world.figures[node]
        accounts = world.inputs.year.accounts
        names = {str(accounts.get(code, code)) for code in self.excluded}
        held = [
            figure
            for name, figure in world.figures.items()
            if name.startswith(f"{node}.")
            and _is(name, names, set(map(str, accounts.values())))
            and not is_absent(figure)
        ]
        unknown = [figure.name for figure in held if figure.number is None]
        missing = unknown if world.figures.parts.get(node) else [f"{node}的明细"]
        if missing:
            return self.no_data(node, missing, Evidence(Side.of(total)))
        some = next((figure for figure in held if figure.number), None)
        if some is None:
            message = f"“{called}”里没有{'、'.join(sorted(names))}"
            return self.passed(node, message, Evidence(right=Side.of(total)))
        words = {"项": called, "左名": some.label, "左": shown(some)}
        words |= {"右名": total.label, "右": shown(total)}
        part = sum((figure.number or Decimal(0) for figure in held), Decimal(0))
        share = part / total.number * HUNDRED if total.number else HUNDRED
        evidence = Evidence(Side.of(some), Side.of(total))
        return self.failed(node, words, evidence, HINT if share < percent(self.share) else None)


class AccountsCheck(Check):
    """科目: 当年没有的支出经济分类科目."""

    kind: Literal["科目"] = Field(alias="种类")

    def find(self, world: World) -> Iterator[Finding]:
        """Find accounts that bear another era's name, or one with a slip."""
        accounts = world.inputs.year.accounts
        code = {name: code for code, names in ERAS.items() for name in names}
        by_account = (*BY_ACCOUNT, *_OTHER_WAYS, *_PLANNED)
        ledgers = (p for n, p in world.figures.parts.items() if n.partition(".")[0] in by_account)
        items = [world.figures[part] for parts in ledgers for part in parts]
        for figure in items:
            name = figure.name.rpartition(".")[2]
            now = str(accounts.get(code.get(name, ""), name))
            is_account = figure.name.partition(".")[0] in (*BY_ACCOUNT, *_PLANNED)
            if now == name and name.endswith("支出") and is_account:
                now = next((n for n in map(str, accounts.values()) if is_misspelt(name, n)), name)
            if name not in accounts.values() and now != name:
                words = {"项": name, "左名": figure.label, "左": shown(figure)}
                words |= {"右": now, "缘由": f"{world.year}年"}
                yield self.failed(figure.name, words, Evidence(Side.of(figure)))
        if any(figure.name.partition(".")[0] not in _PLANNED for figure in items):
            yield self.passed("", f"其余科目都是{world.year}年的名称")
        else:
            yield self.not_applicable("", "没有按科目列的支出")


def _calling(node: str, world: World) -> str:
    """Return what the report calls a ledger's node."""
    title = world.figures.get(f"{node}.名称")
    return str(title.value) if title else node.rpartition(".")[2]


def _is(name: str, excluded: set[str], accounts: set[str]) -> bool:
    """Tell whether an item is an account, whatever stands in brackets, or is called by a word."""
    last = name.rpartition(".")[2]
    plain = last if last in accounts else re.sub(r"（[^）]*）", "", last)
    return any(e in (last, plain) if e.endswith("支出") else e in last for e in excluded)
