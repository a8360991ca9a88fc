"""裸数: numbers typed in a narrative where a figure holds them.

Only what can't be a coincidence is told: a number with three telling digits that equals a
figure of the same unit, or a shorter one, or a rate, with the figure's own name beside it.
"""

from __future__ import annotations

from collections.abc import Iterator

from govnb.evaluate.figure import Figure, rounded, shown
from govnb.inputs.check_rules import RawNumberRule
from govnb.review.finding import PASSED, Finding, Side
from govnb.review.say import Evidence, Say
from govnb.review.texts import Passage, Typed
from govnb.review.world import World

_SAME_UNIT = {"名": "人", "平方米": "㎡", "万": "万元"}
# Digits by which a number is known: fewer could well be another number's.
_TELLING, _TELLING_WHOLE = 3, 4
# Words of a name that would stand beside any number.
_GENERAL = frozenset(
    ["本年", "上年", "预算", "支出", "合计", "收入", "金额", "目标", "实际", "人员", "业务量"]
)


def raw_numbers(rule: RawNumberRule, world: World, say: Say) -> Iterator[Finding]:
    """Find numbers with units, typed in a narrative, that a figure holds."""
    units = {f.unit for f in world.figures.values() if f.unit} | set(_SAME_UNIT)
    known = sorted(units - set(rule.skip_units), key=len, reverse=True)
    found: dict[str, Finding] = {}
    seen = 0
    for passage in world.prose:
        for number in passage.numbers:
            unit = next((u for u in known if number.unit.startswith(u)), None)
            figure = _holder(number, unit, passage, world) if unit else None
            seen += unit is not None
            if figure is not None:
                written = f"{number.text}{unit}"
                words = {"处": passage.path, "原文": written, "左": written}
                words |= {"右名": figure.name, "右": shown(figure)}
                side = Side(None, number.text, str(passage.at(number.start)))
                subject = f"{passage.path}:{written}"
                found.setdefault(
                    subject, say.failed(subject, words, Evidence(side, Side.of(figure)))
                )
    yield from found.values()
    if not world.prose:
        yield say.no_prose()
    elif not seen:
        yield say.not_applicable("", "文字里没有带单位的数")
    elif not found:
        yield say("", PASSED, f"文字里的{seen}个数都不与指标重复")


def _holder(number: Typed, unit: str, passage: Passage, world: World) -> Figure | None:
    """Return the figure a typed number repeats, or None where chance may have it so."""
    if not number.value:
        return None
    around, unit = passage.around(number, 25, 15), _SAME_UNIT.get(unit, unit)
    same = [f for f in world.figures.values() if f.unit == unit and _prints(f, number)]
    named = [figure for figure in same if any(word in around for word in _words(figure))]
    digits = len(number.text.replace(".", "").strip("0"))
    # Rates are all of one size: any two may print alike.
    telling = unit != "%" and digits >= (_TELLING if number.decimals else _TELLING_WHOLE)
    return next(iter(named or (same if telling else [])), None)


def _prints(figure: Figure, number: Typed) -> bool:
    if figure.number is None:
        return False
    is_rounded = number.decimals > 0 and rounded(figure.number, number.decimals) == number.value
    return figure.number == number.value or is_rounded


def _words(figure: Figure) -> list[str]:
    return [s for s in figure.name.split(".") if len(s) > 1 and s not in _GENERAL]
