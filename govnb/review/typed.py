"""文中数: numbers typed where a narrative names a figure, and rates of growth typed behind it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from govnb.evaluate.figure import shown
from govnb.inputs.check_rules import HINT, DirectionRule, TypedValueRule
from govnb.review.compared import Compared, compared
from govnb.review.finding import PASSED, Finding, Side
from govnb.review.mentions import Mention, Names, decimals, referred, value
from govnb.review.say import Evidence, Say
from govnb.review.terms import printed
from govnb.review.texts import Passage
from govnb.review.world import World

_HUNDRED = Decimal(100)
_POINTS = "个百分点"


def typed_values(rule: TypedValueRule, world: World, say: Say) -> Iterator[Finding]:
    """Compare numbers typed behind a figure's name, and what they grew by, with the figures."""
    names = Names(world)
    words = _words(world)
    last_year = world.year - 1
    found: dict[str, Finding] = {}
    for passage in world.prose:
        named = list(names.in_(passage))
        told = [_compared(m, passage, say) for m in named if m.number]
        ours = [m for m in named if m.is_ours and not m.is_last and m.last]
        for mention in [*ours, *referred(passage, world.figures)]:
            for change in compared(mention, passage.masked, words, last_year):
                told.append(_grown(change, passage, say))
        for finding in filter(None, told):
            if finding.id not in found or finding.is_open:
                found[finding.id] = finding
    if not world.prose:
        yield say.no_prose()
    elif not found:
        yield say.not_applicable("", "文字里没有直接写在指标名称后面的数")
    yield from found.values()


def _words(world: World) -> list[str]:
    """Return the words that say a number grew or fell, as the rule of 方向词 lists them."""
    rules = (r for r in world.inputs.checks.values() if isinstance(r, DirectionRule))
    return [str(word) for rule in rules for word in (*rule.up, *rule.down)]


def _compared(mention: Mention, passage: Passage, say: Say) -> Finding | None:
    """Return what a number typed behind a name is against the figure."""
    figure = mention.last if mention.is_last else mention.figure
    if figure is None or figure.number is None:
        return None
    agrees = _agree(mention.number, figure.number)
    severity = None
    if not agrees and not mention.is_ours:
        # Words before the name may make it another's, but hardly one with the same digits.
        if not _is_slip(mention.number, figure.number):
            return None
        severity = HINT
    if not agrees and any(_agree(mention.number, o.number) for o in mention.others if o.number):
        return None
    subject = f"{passage.path}:{mention.label}"
    written = f"{mention.number}{figure.unit}"
    side = _side(mention.number, mention.number_at, passage)
    difference = value(mention.number) - figure.number
    evidence = Evidence(side, Side.of(figure), difference)
    if agrees:
        message = f"{mention.label}写{written}，与{shown(figure)}相符"
        return say(subject, PASSED, message, evidence)
    words = {"处": passage.path, "项": mention.label, "左": written, "右": shown(figure)}
    return say.failed(subject, words, evidence, severity)


def _grown(told: Compared, passage: Passage, say: Say) -> Finding | None:
    """Return what a typed change since last year is against the figures."""
    now, last = told.mention.figure, told.mention.last
    if not told.number or last is None or now.number is None or last.number is None:
        return None
    change = abs(now.number - last.number)
    unit = told.unit.replace("％", "%")
    wanted: list[Decimal] = []
    if unit == "%" and last.number:
        wanted.append(change / abs(last.number) * _HUNDRED)
    in_points = now.unit == "%" and unit in ("%", _POINTS)
    if in_points or (now.unit and unit.startswith(now.unit)):
        wanted.append(change)
    if not wanted:
        return None
    what = told.mention.label or now.label
    subject = f"{passage.path}:{what}比上年{told.word}"
    side = _side(told.number, told.number_at, passage)
    evidence = Evidence(side, Side.of(now), value(told.number) - wanted[0])
    written = f"{told.number}{unit}"
    # Some cut a rate instead of rounding it.
    if any(_agree(told.number, one, loose=True) for one in wanted):
        return say(subject, PASSED, f"{what}{told.word}{written}，相符", evidence)
    right = printed(wanted[0], unit, max(decimals(told.number), 1))
    words = {"处": passage.path, "项": f"{what}比上年{told.word}", "左": written, "右": right}
    return say.failed(subject, words, evidence)


def _agree(number: str, figure: Decimal | None, *, loose: bool = False) -> bool:
    """Tell whether a typed number is a figure rounded to the places typed."""
    step = Decimal(1 if loose else "0.5").scaleb(-decimals(number))
    return figure is not None and abs(value(number) - figure) <= step


def _is_slip(number: str, figure: Decimal) -> bool:
    """Tell whether a number is a figure mistyped: its digits in another order, or ten times it."""
    typed, meant = value(number), figure.normalize()
    if not meant or not typed:
        return False
    if typed / meant in (Decimal(10), Decimal("0.1"), Decimal(100), Decimal("0.01")):
        return True
    digits, others = (f"{n.normalize():f}".replace(".", "") for n in (typed, meant))
    return len(digits) > 2 and sorted(digits) == sorted(others)


def _side(number: str, at: int, passage: Passage) -> Side:
    return Side(None, number, str(passage.at(at)))
