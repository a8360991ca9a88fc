"""文中数: numbers typed where a narrative names a figure, and rates of growth typed behind it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from govnb.review.check import Evidence, Formula, ProseCheck
from govnb.review.compared import Compared, compared
from govnb.review.direction import DirectionCheck
from govnb.review.finding import HINT, Finding, Side
from govnb.review.mentions import Mention, referred
from govnb.review.terms import printed
from govnb.review.texts import Passage
from govnb.review.world import World
from govnb.sheet.figure import shown
from govnb.text.number import TextNumber

_HUNDRED = Decimal(100)
_POINTS = "个百分点"


class TypedValueCheck(ProseCheck):
    """文中数: 写在指标名称后面的数、比上年增减多少，与指标.

    A number typed behind a figure's label against the figure, and what it grew by.
    """

    kind: Literal["文中数"] = Field(alias="种类")
    names: dict[str, Formula] = Field(
        {}, alias="叫法", description="文字里的另一种叫法 → 指标名称，如 核定编制: 人员.编制数"
    )

    nothing: ClassVar[str] = "文字里没有直接写在指标名称后面的数"

    def calls(self) -> dict[str, str]:
        """Return other words for figures, and the figures' names."""
        return {words: str(name) for words, name in self.names.items()}

    def look(self, world: World) -> Iterator[Finding]:
        """Compare numbers typed behind a figure's name with the figures."""
        rules = (r for r in world.checks.values() if isinstance(r, DirectionCheck))
        words = [word for rule in rules for word in (*rule.up, *rule.down)]
        for passage in world.prose:
            named = world.named(passage)
            told = [self._compared(m, m.number, passage) for m in named if m.number]
            ours = [m for m in named if m.is_ours and not m.is_last and m.last]
            for mention in [*ours, *referred(passage, world.figures)]:
                changes = compared(mention, passage, words, world.words, world.year - 1)
                told += [self._grown(change, passage) for change in changes]
            yield from filter(None, told)

    def _compared(self, mention: Mention, number: TextNumber, passage: Passage) -> Finding | None:
        """Return what a number typed behind a name is against the figure."""
        figure = mention.last if mention.is_last else mention.figure
        if figure is None or figure.number is None:
            return None
        agrees = number.prints(figure.number)
        severity = None
        if not agrees and not mention.is_ours:
            # Words before the name may make it another's, but hardly one with the same digits.
            if not _is_slip(number.amount, figure.number):
                return None
            severity = HINT
        if not agrees and any(number.prints(o.number) for o in mention.others if o.number):
            return None
        subject = f"{passage.path}:{mention.label}"
        written = f"{number.text}{number.unit}"
        evidence = Evidence(_side(number, passage), Side.of(figure), number.amount - figure.number)
        if agrees:
            message = f"{mention.label}写{written}，与{shown(figure)}相符"
            return self.passed(subject, message, evidence)
        words = {"处": passage.path, "项": mention.label, "左": written, "右": shown(figure)}
        return self.failed(subject, words, evidence, severity)

    def _grown(self, told: Compared, passage: Passage) -> Finding | None:
        """Return what a typed change since last year is against the figures."""
        now, last, number = told.mention.figure, told.mention.last, told.number
        if number is None or last is None or now.number is None or last.number is None:
            return None
        change = abs(now.number - last.number)
        wanted: list[Decimal] = []
        if told.unit == "%" and last.number:
            wanted.append(change / abs(last.number) * _HUNDRED)
        in_points = now.unit == "%" and told.unit in ("%", _POINTS)
        if in_points or (now.unit and told.unit.startswith(now.unit)):
            wanted.append(change)
        if not wanted:
            return None
        what = told.mention.label or now.label
        subject = f"{passage.path}:{what}比上年{told.word}"
        side = _side(number, passage)
        evidence = Evidence(side, Side.of(now), number.value - wanted[0])
        written = f"{number.text}{told.unit}"
        # Some cut a rate instead of rounding it.
        if any(number.prints(one, loose=True) for one in wanted):
            return self.passed(subject, f"{what}{told.word}{written}，相符", evidence)
        right = printed(wanted[0], told.unit, max(number.decimals, 1))
        words = {"处": passage.path, "项": f"{what}比上年{told.word}", "左": written, "右": right}
        return self.failed(subject, words, evidence)


def _is_slip(typed: Decimal, meant: Decimal) -> bool:
    """Tell whether a number is a figure mistyped: its digits in another order, or ten times it."""
    if not meant or not typed:
        return False
    if typed / meant in (Decimal(10), Decimal("0.1"), Decimal(100), Decimal("0.01")):
        return True
    digits, others = (f"{n.normalize():f}".replace(".", "") for n in (typed, meant))
    return len(digits) > 2 and sorted(digits) == sorted(others)


def _side(number: TextNumber, passage: Passage) -> Side:
    return Side(None, number.text, str(passage.at(number.start)))
