"""What rules compare: terms over a department's figures, and how far two of them are apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from govnb.review.finding import Evidence, Excuse, Side
from govnb.review.rounding import EXACT, Rounding, Spread
from govnb.sheet.expression import Expression, Value, canonical, parse, sum_of
from govnb.sheet.figure import (
    PERCENT,
    RATE_DECIMALS,
    Figure,
    Figures,
    exact,
    number_text,
    rounded,
    shown,
)
from govnb.sheet.rules import bound
from govnb.sheet.sheet import HUNDRED, Sheet
from govnb.text.faults import Place
from govnb.text.values import MONEY_UNITS, PartialDate

GAP, SUM, COLUMNS = ".合计差额", ".分项之和", ".分类合计"
# How many wrong totals are tried together: every choice among more would take long.
_MOST_TOGETHER = 8
_MOST_DECIMALS = 8
_LITERAL = re.compile(r"(-?\d+(?:\.\d+)?)(%?)")
_FIRST_KNOWN = re.compile(r"首个已知\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Term:
    """One side of a rule: what it comes to, and what to call it."""

    value: Value  # in `unit`
    unit: str
    factor: Decimal = Decimal(1)  # what formulas count one of its unit as
    name: str = ""  # the figure's name, or the formula as written
    label: str = ""  # what a sentence calls it
    origin: str | None = None  # where its figure, or the rule, stands
    decimals: int = 2  # places to show
    names: tuple[str, ...] = ()  # the figures it uses
    missing: tuple[str, ...] = ()  # the unknown ones among what it rests on
    trouble: str = ""  # why it has no value although everything is known
    absent: bool = False  # this department has nothing of what it names
    about: bool = False  # it rests on a 约数
    expression: Expression | None = None  # None for a rule's own number
    figure: Figure | None = None  # the figure, where the term is just one

    @property
    def number(self) -> Decimal | None:
        """The value if it is a known number."""
        return self.value if isinstance(self.value, Decimal) else None

    @property
    def side(self) -> Side:
        """The value as one side of a finding."""
        return Side(self.name, None if self.value is None else exact(self.value), self.origin)

    def __str__(self) -> str:
        """Return the value as a sentence prints it."""
        return self.shown()

    def shown(self, decimals: int = 0) -> str:
        """Return the value as a sentence prints it, with at least so many places."""
        if not isinstance(self.value, Decimal):
            return str(self.value)
        if self.figure is not None and decimals <= self.decimals:
            return shown(self.figure)
        # A rule's own number is said as the rule has it.
        padded = self.unit == "%" and self.expression is not None
        number = number_text(self.value, max(decimals, self.decimals), padded=padded)
        return f"{'约' if self.about else ''}{number}{self.unit}"

    def on(self, sheet: Sheet) -> Decimal | None:
        """Return the value in `unit` on a sheet, under whatever values that supposes."""
        if self.expression is None:
            return self.number
        return sheet.ask(self.expression, like=Figure("", unit=self.unit, scale=self.factor)).number


def printed(value: Decimal, unit: str = "", decimals: int = 2) -> str:
    """Return a number as a sentence prints it; more decimals where fewer would show 0."""
    is_rate = unit == "%"
    places = max(decimals, RATE_DECIMALS) if is_rate else decimals
    return f"{number_text(value, places, padded=is_rate)}{unit}"


def term_of(text: str, variables: Mapping[str, str], figures: Figures, origin: str | None) -> Term:
    """Return a rule's expression, evaluated.

    `variables` are what its `{变量}` stand for; `origin` is where the rule stands.

    Raises
    ------
    FormulaError
        If it can't be read.
    """
    literal = _LITERAL.fullmatch(text.strip())
    if literal:
        value, unit = Decimal(literal[1]), literal[2]
        return Term(value, unit, name=text, label=text.strip(), origin=origin)
    return worked_out(parse(bound(text, variables)), figures, origin)


def worked_out(expression: Expression, figures: Figures, origin: str | None) -> Term:
    """Return an expression evaluated over the figures of a department."""
    found = figures.sheet.ask(expression)
    known = {name: figures[name] for name in found.inputs if name in figures}
    alone = figures.sheet.resolve(canonical(expression.text.strip()))
    single = known.get(alone)
    return Term(
        found.value,
        found.unit,
        found.factor,
        names=found.inputs,
        missing=found.missing,
        trouble=found.trouble,
        absent=found.absent,
        about=found.approximate,
        name=alone if single else expression.text,
        label=single.label if single else _told(expression.text, figures, known.values()),
        origin=str(single.place) if single else origin,
        decimals=max((figure.decimals for figure in known.values()), default=2),
        expression=expression,
        figure=single,
    )


def _told(text: str, figures: Figures, known: Iterable[Figure]) -> str:
    """Return a formula as a sentence says it: labels for names, of 首个已知(…) the one it is."""

    def first(match: re.Match[str]) -> str:
        names = [name.strip() for name in match[1].split(",")]
        sheet = figures.sheet
        cells = ((name, sheet.cell(sheet.resolve(name))) for name in names)
        return next((name for name, cell in cells if cell.value is not None), names[0])

    text = canonical(_FIRST_KNOWN.sub(first, text))
    for figure in sorted(known, key=lambda figure: -len(figure.name)):
        text = text.replace(figure.name, figure.label)
    return text


def in_percent(term: Term) -> Term:
    """Return a quotient as a percentage, to compare it with one."""
    if term.unit or term.number is None:
        return term
    return replace(term, value=term.number * HUNDRED, unit="%", factor=PERCENT, figure=None)


def in_unit_of(term: Term, other: Term) -> Term:
    """Return a bare number of a rule, of money in 万元, in the unit of what it is compared with."""
    if term.expression is not None or term.unit or term.number is None:
        return term
    if other.unit not in MONEY_UNITS or other.factor == 1:
        return term
    return replace(term, value=term.number / other.factor, unit=other.unit, factor=other.factor)


def is_literal(text: str) -> bool:
    """Tell whether a rule gives a number, such as `10%`, and not an expression."""
    return _LITERAL.fullmatch(text.strip()) is not None


def date_of(term: Term) -> PartialDate | None:
    """Return a term as a date; a bare year counts as one."""
    if isinstance(term.value, PartialDate):
        return term.value
    if term.number is not None and term.number == term.number.to_integral_value():
        return PartialDate(int(term.number), None, None, str(term.number), Place(term.origin or ""))
    return None


# ── Two sides ───────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Gap:
    """Left minus right, and how far rounding alone may make them part."""

    left: Term
    right: Term
    spread: Spread = EXACT
    # Of a total and its parts: its name, or `台账.分类合计` for the columns' totals against the
    # grand total; the parts; whether the total is their sum rounded to fewer decimals than its
    # table's.
    name: str = ""
    parts: tuple[str, ...] = ()
    coarse: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The figures used."""
        return self.left.names + self.right.names

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts that are unknown."""
        return tuple(dict.fromkeys(self.left.missing + self.right.missing))

    @property
    def difference(self) -> Decimal | None:
        """Left minus right, in the unit of the left; None while either is unknown."""
        left, right = self.left.number, self.right.number
        return None if left is None or right is None or self.missing else left - right

    @property
    def known(self) -> Gap:
        """The gap between a total and those of its parts that are known."""
        return replace(self, right=replace(self.right, missing=()))

    @property
    def is_about(self) -> bool:
        """Whether a 约数 is among them."""
        return self.left.about or self.right.about

    @property
    def is_broken(self) -> bool:
        """Whether the difference is more than rounding explains."""
        gap = self.difference
        return gap is not None and not self.coarse and not self.spread.holds(gap)

    def agrees(self, difference: Decimal, room: Spread = EXACT) -> bool:
        """Tell whether rounding explains another difference, given so much more room."""
        return (self.spread + room).holds(difference)

    def shares_a_slip(self, row: Gap) -> bool:
        """Tell whether a column and a row are out by the same, and have a cell in common."""
        apart = (self.difference or Decimal(0)) - (row.difference or Decimal(0))
        is_other = self.name != row.name and not {*self.parts}.isdisjoint(row.parts)
        return is_other and self.agrees(apart, row.spread)

    @property
    def evidence(self) -> Evidence:
        """Both sides as a finding shows them."""
        gap = self.difference
        bound = self.spread.below if gap is not None and gap > 0 else self.spread.above
        return Evidence(self.left.side, self.right.side, gap, None if gap is None else bound)

    @property
    def apart(self) -> str:
        """The size of the difference as a sentence prints it."""
        return printed(abs(self.difference or Decimal(0)), self.left.unit, self.left.decimals)

    def words(self, subject: str) -> dict[str, str]:
        """Return what a rule's message may put in, with places enough to tell the sides apart."""
        decimals, gap = self.left.decimals, self.difference
        while gap and decimals < _MOST_DECIMALS and not rounded(gap, decimals):
            decimals += 2
        return {
            "项": subject,
            "左名": self.left.label,
            "左": self.left.shown(decimals),
            "右名": self.right.label,
            "右": self.right.shown(decimals),
            "差额": self.apart,
            "容差": printed(self.evidence.tolerance or Decimal(0), self.left.unit, 4),
        }

    def on(self, sheet: Sheet) -> Decimal | None:
        """Return the difference on a sheet, under whatever values that supposes."""
        left, right = self.left.on(sheet), self.right.on(sheet)
        return None if left is None or right is None else left - right


def totals(figures: Figures, rounding: Rounding) -> tuple[Gap, ...]:
    """Return every stated total of every ledger beside the sum of its parts, in file order."""
    found, columns = [], dict[str, list[str]]()
    for name in figures:
        if name.endswith(GAP):
            total = name.removesuffix(GAP)
            parts = figures[f"{total}{SUM}"].inputs
            found.append(_total(total, total, parts, figures, rounding))
        ledger, marked, column = name.rpartition(f"{COLUMNS}.")
        if marked and "." not in column and not figures[name].absent:
            columns.setdefault(ledger, []).append(name)
    for ledger, of_columns in columns.items():
        rows = figures.parts[ledger]
        used = {cell.rpartition(".")[2] for row in rows for cell in figures.parts.get(row, ())}
        # Only if the columns' totals cover every cell should they add up.
        if all(row in figures.parts for row in rows) and used <= {
            name.rpartition(".")[2] for name in of_columns
        }:
            whole = f"{ledger}{COLUMNS}"
            found.append(_total(whole, ledger, tuple(of_columns), figures, rounding))
    return tuple(found)


def _total(
    name: str, total: str, parts: Sequence[str], figures: Figures, rounding: Rounding
) -> Gap:
    """Return a stated total beside the sum of its parts: of those known, where some aren't."""
    known = [part for part in parts if figures[part].number is not None]
    left = worked_out(sum_of([total], total), figures, None)
    left = replace(left, missing=(total,) if left.number is None else ())
    label = "各列合计之和" if name != total else "分项之和"
    right = replace(
        worked_out(sum_of(known, label), figures, str(figures[parts[0]].place)),
        name=name if name != total else f"{name}{SUM}",
        missing=tuple(part for part in parts if part not in known),
        decimals=left.decimals,
    )
    gap = Gap(left, right, name=name, parts=tuple(parts))
    coarse = gap.difference is not None and rounding.is_coarse(total, right.number or Decimal(0))
    return replace(gap, spread=rounding.over(gap.on, gap.names), coarse=coarse)


def mended(
    compute: Callable[[Sheet], Decimal | None],
    agrees: Callable[[Decimal, Spread], bool],
    suspects: Sequence[Gap],
    sheet: Sheet,
) -> tuple[Gap, ...]:
    """Return the fewest totals that make something agree once they are their parts' sums.

    `compute` works it out; `agrees` is also told how far the broken ones' sums may be off.
    """
    for count in range(1, len(suspects[:_MOST_TOGETHER]) + 1):
        for some in combinations(suspects[:_MOST_TOGETHER] if count > 1 else suspects, count):
            value = sheet.with_({gap.left.name: gap.right.number for gap in some}).tried(compute)
            room = sum((gap.spread for gap in some if gap.is_broken), EXACT)
            if value is not None and agrees(value, room):
                return some
    return ()


def blame(culprits: Sequence[Gap]) -> Excuse | None:
    """Return that some totals are to blame; of none, None."""
    names = "、".join(f"“{gap.left.name}”" for gap in culprits)
    fault = "差的是该合计的尾差"
    if any(gap.is_broken for gap in culprits):
        fault = "是同一处错误，错在该合计"
    told = f"{names}取分项之和时相符，{fault}"
    return Excuse(told, tuple(gap.name for gap in culprits)) if culprits else None
