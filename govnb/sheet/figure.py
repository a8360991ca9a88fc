"""The figures of a department, and how each is printed."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from govnb.sheet.sheet import NUMBER as NUMBER
from govnb.sheet.sheet import PERCENT as PERCENT
from govnb.sheet.sheet import POINTS as POINTS
from govnb.sheet.sheet import UNCOMPUTABLE as UNCOMPUTABLE
from govnb.sheet.sheet import Figure as Figure
from govnb.sheet.sheet import Lack as Lack
from govnb.sheet.sheet import Sheet
from govnb.sheet.sheet import exact as exact
from govnb.text.values import ABOUT, MONEY_UNITS, MORE, UNKNOWN, is_round

MOST_DIGITS = 20  # beyond which a value is not looked at to print it
RATE_DECIMALS = 2  # of every rate that is computed, so that those on one page compare
WHOLE_UNITS = frozenset(["人", "名", "个", "件", "次", "家", "项", "条", "年", "月", ""])
SMALL = Decimal("0.1")  # of a unit larger than 万元: two places would tell too little
_EXACT = Context(prec=200)


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
    with localcontext(prec=80):
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


def counted_in(figure: Figure, unit: str) -> Figure:
    """Return an amount of the file's own counted in another unit of money; others as they are.

    Counted in a smaller unit it loses no digit; a larger one shows two places, or, of an amount
    that is small in it, three digits that mean something. What a department counts in a unit
    of its own (业务量) stays.
    """
    money, per, of = figure.unit.partition("/")
    is_own = figure.kind is not None and not figure.kind.unit
    if MONEY_UNITS.get(money) != figure.scale or unit not in MONEY_UNITS or is_own:
        return figure
    places = (MONEY_UNITS[unit] / figure.scale).adjusted()
    value = figure.value
    most = max(figure.decimals + places, 0)
    decimals = 2 if places > 0 else most
    if isinstance(value, Decimal):
        value = value.scaleb(-places, _EXACT)
        if value and abs(value) < SMALL and MONEY_UNITS[unit] > 1:
            finest = most if places > 0 else (MONEY_UNITS[unit] / MONEY_UNITS["元"]).adjusted()
            decimals = max(decimals, min(finest, 2 - value.adjusted()))
    return figure._replace(
        value=value, unit=f"{unit}{per}{of}", scale=MONEY_UNITS[unit], decimals=decimals
    )


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

    @property
    def stated(self) -> dict[str, Figure]:
        """The figures before evaluation, without those that only a formula names."""
        return {n: draft for n, draft in self.sheet.drafts.items() if not draft.only_named}

    @property
    def unsaid_word(self) -> str:
        """The word for what has no value, as it stands in a sentence: 未公布 or 待填."""
        return self.unsaid.strip("（）")

    @property
    def printed(self) -> "Figures":
        """The figures in the unit of money the report prints them in (报告单位)."""
        unit = self.sheet.money.printed or self.sheet.money.unit
        if unit == self.sheet.money.unit and MONEY_UNITS[unit] <= 1:
            return self
        told = {name: counted_in(figure, unit) for name, figure in self.items()}
        return Figures(told, self.parts, self.sheet, self.overrides, self.unsaid)

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
