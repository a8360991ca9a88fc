"""The expressions of the rules: names, wildcards and formulas over a department's figures.

A rule serves every department, so a name may be one that this department merely lacks. That
is different from a value it hasn't published, and both differ from a mistyped name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from govnb.review.finding import Side
from govnb.sheet.book import bound
from govnb.sheet.expression import Expression, canonical, parse
from govnb.sheet.figure import PERCENT, RATE_DECIMALS, Figure, Figures, exact, number_text, shown
from govnb.sheet.sheet import HUNDRED, Answer, Sheet
from govnb.text.place import Place
from govnb.text.values import MONEY_UNITS, PartialDate

_LITERAL = re.compile(r"(-?\d+(?:\.\d+)?)(%?)")
_FIRST_KNOWN = re.compile(r"首个已知\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Term(Answer):
    """One side of a rule: what it comes to, and what to call it."""

    # The figure's name, or the formula as written.
    name: str = ""
    # What a sentence calls it.
    label: str = ""
    # Where its figure, or the rule, stands.
    origin: str | None = None
    # Places to show.
    decimals: int = 2
    # None for a rule's own number.
    expression: Expression | None = None
    # The figure, where the term is just one.
    figure: Figure | None = None

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
        return sheet.ask(self.expression, unit=self.unit, factor=self.factor).number


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
    known = {name: figures[name] for name in found.names if name in figures}
    alone = figures.sheet.resolve(canonical(expression.text.strip()))
    single = known.get(alone)
    return Term(
        **{field.name: getattr(found, field.name) for field in fields(Answer)},
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

    text = _FIRST_KNOWN.sub(first, text)
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
