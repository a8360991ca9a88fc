"""A figure: one number of the report, with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext

from govnb.sheet.expression import Value
from govnb.sheet.sheet import PERCENT as PERCENT
from govnb.sheet.sheet import Lack as Lack
from govnb.sheet.sheet import Sheet, Valued
from govnb.text.faults import Place
from govnb.text.values import ABOUT, MONEY_UNITS, MORE, UNKNOWN, PartialDate, is_round

MOST_DIGITS = 20  # beyond which a value is not looked at to print it
RATE_DECIMALS = 2  # of every rate that is computed, so that those on one page compare
WHOLE_UNITS = frozenset(["人", "名", "个", "件", "次", "家", "项", "条", "年", "月", ""])
UNCOMPUTABLE = "不可计算"
POINTS = "个百分点"


@dataclass(frozen=True, slots=True)
class Figure(Valued):
    """One named value, stated or computed."""

    name: str  # dotted path, such as `三公经费.公务接待费.结余率`
    value: Value  # in the figure's own unit, at full precision; None when unknown
    unit: str  # `万元`, `人`, `%`, …; empty for plain counts, text and dates
    label: str  # what the report calls it
    place: Place  # the line that states it or the line of its formula
    formula: str | None = None  # None for what a file states outright
    inputs: tuple[str, ...] = ()  # names the formula used, wildcards spelled out
    # The stated facts, at the far end of the formulas, that its value lacks: itself for one
    # that should have been stated.
    missing: tuple[str, ...] = ()
    trouble: str = ""  # why it has no value though all it rests on is known
    absent: bool = False  # the department has nothing of what it is about
    lack: Lack | None = None  # why a stated value is unknown
    approximate: bool = False  # a 约数, or computed from one
    about: str = ""  # the word a file marks its 约数 with: 余, 多 or 约
    decimals: int = 2  # places shown; the value itself is never rounded
    note: str = ""  # explanation or legal source from the formula book
    derived: bool = False
    # What formulas count one of its unit as: they reckon in 万元, whatever a file is kept in.
    scale: Decimal = Decimal(1)
    points: bool = False  # it takes one rate from another: from 80% to 83% are 3 points, not 3%
    # What is printed for no value: 未公布 of a report transcribed, （待填） in one's own draft.
    unsaid: str = UNKNOWN

    @property
    def told_unit(self) -> str:
        """The unit as it is printed behind the number."""
        return POINTS if self.points and self.unit == "%" else self.unit

    @property
    def is_money(self) -> bool:
        """True for an amount of the file's own, which formulas count in 万元."""
        return MONEY_UNITS.get(self.unit) == self.scale

    @property
    def reason(self) -> str:
        """The sentence that says why the value is unknown; empty when it is known."""
        if self.value is not None:
            return ""
        if self.trouble:
            return f"{UNCOMPUTABLE}：{self.trouble}"
        if self.lack is Lack.LEFT_OUT:
            return self.unsaid if self.unsaid != UNKNOWN else f"{UNKNOWN}（{self.lack}）"
        if self.lack is not None:
            return self.lack or self.unsaid
        if self.absent and self.formula is None:
            return f"本部门没有“{self.name}”"
        return f"缺少：{'、'.join(self.missing)}" if self.missing else "没有可相加的数"

    def as_dict(self) -> dict[str, object]:
        """Return the shape the JSON contract fixes for a figure."""
        return {
            "value": None if self.value is None else exact(self.value),
            "unit": self.unit,
            "label": self.label,
            "formula": self.formula,
            "inputs": list(self.inputs),
            "origin": str(self.place),
            "reason": self.reason,
            "approximate": self.approximate,
        }


def exact(value: Decimal | PartialDate | str) -> str:
    """Return the full-precision text of a value, never in scientific notation."""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def about(figure: Figure, text: str) -> str:
    """Return a number's text with what marks it as approximate: 1200余 stated, 约1236 computed.

    余 stands behind round numbers only; 多 is what a department typed, and stays.
    """
    if not figure.approximate:
        return text
    behind = "" if figure.derived else figure.about.removeprefix(ABOUT)
    if behind == MORE and not is_round(text):
        behind = ""
    return f"{text}{behind}" if behind else f"{ABOUT}{text}"


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Round half away from zero, the one rounding rule of the project (四舍五入)."""
    with localcontext() as context:
        context.prec = 80
        return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def number_text(value: Decimal, decimals: int = 2, *, padded: bool = False) -> str:
    """Return a number as it is printed; `padded` keeps trailing zeros, as table columns do.

    What isn't zero never prints as zero: of too small a number, two digits are shown.
    """
    number = rounded(value, decimals)
    if value and not number:
        number, padded = rounded(value, 1 - value.adjusted()), False
    text = f"{number:f}"
    if not padded and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if number else text.lstrip("-")


def digits(value: Decimal, decimals: int = 2) -> str:
    """Return a number unrounded, cut two places behind the printed ones, where it says no more."""
    text = number_text(value, MOST_DIGITS)
    whole, point, fraction = text.partition(".")
    # Of a number smaller than that, as of every one, two digits are left.
    places = max(decimals, -value.adjusted() - 1 if value else 0) + 2
    return text if len(fraction) <= places else f"{whole}{point}{fraction[:places]}…"


def shown(figure: Figure, *, padded: bool = False, unit: bool = True) -> str:
    """Return a figure as the report prints it, its `unit` behind it.

    `padded` keeps trailing zeros, as table columns do; in prose only rates keep them.
    """
    if figure.value is None:
        return UNCOMPUTABLE if figure.trouble else figure.unsaid
    if not isinstance(figure.value, Decimal):
        return f"{figure.value}{figure.unit if unit else ''}"
    is_rate = figure.unit == "%" and not figure.points
    text = number_text(figure.value, figure.decimals, padded=padded or is_rate)
    return f"{about(figure, text)}{figure.told_unit if unit else ''}"


def with_reason(figure: Figure, text: str) -> str:
    """Return a printed value with why it is unknown behind it, no word said twice."""
    why = figure.trouble or (figure.reason if figure.lack is None else figure.lack)
    if figure.lack is Lack.LEFT_OUT and figure.unsaid != UNKNOWN:
        # To be filled in says it all.
        why = ""
    return f"{text}（{why}）" if why and figure.value is None else text


def default_label(name: str) -> str:
    """Return what a figure without a label of its own is called: the end of its path."""
    return "·".join(name.split(".")[-2:])


class Figures(dict[str, Figure]):
    """All figures of one department and year, by name, in reading order."""

    def __init__(
        self, figures: Mapping[str, Figure], parts: Mapping[str, tuple[str, ...]],
        sheet: Sheet | None = None, overrides: Mapping[str, str] | None = None,
        unsaid: str = UNKNOWN,
    ) -> None:  # fmt: skip
        super().__init__(figures)
        self.parts = parts  # the names of the parts of each ledger node
        self.sheet = sheet or Sheet({})  # where formulas of other files are worked out
        self.overrides = dict(overrides or {})  # 试算: the values tried out
        self.unsaid = unsaid  # what is printed for a figure without a value

    def told_as(self, unsaid: str) -> Figures:
        """Return the same figures with another word for what has no value."""
        told = {name: replace(figure, unsaid=unsaid) for name, figure in self.items()}
        return Figures(told, self.parts, self.sheet, self.overrides, unsaid)

    @property
    def unsaid_word(self) -> str:
        """The word for what has no value, as it stands in a sentence: 未公布 or 待填."""
        return self.unsaid.strip("（）")

    def children(self, name: str) -> list[Figure]:
        """Return the parts directly below a ledger node, in file order."""
        return [self[part] for part in self.parts.get(name, ())]

    def explain(self, name: str) -> list[tuple[int, Figure]]:
        """Return the figure and, indented below it, everything it is computed from.

        A figure used twice is spelled out the first time only.
        """
        lines: list[tuple[int, Figure]] = []
        seen: set[str] = set()
        pending = [(0, name)]
        while pending:
            depth, current = pending.pop()
            lines.append((depth, self[current]))
            if current not in seen:
                seen.add(current)
                pending += [(depth + 1, source) for source in reversed(self[current].inputs)]
        return lines
