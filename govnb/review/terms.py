"""The expressions of the rules: names, wildcards and formulas over a department's figures.

A rule serves every department, so a name may be one that this department merely lacks. That
is different from a value it hasn't published, and both differ from a mistyped name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from govnb.review.finding import Side
from govnb.sheet.expression import Expression, Value, canonical, parse
from govnb.sheet.figure import PERCENT, RATE_DECIMALS, Figure, Figures, exact, number_text, shown
from govnb.sheet.rules import bound
from govnb.sheet.sheet import HUNDRED, Sheet
from govnb.text.faults import Place
from govnb.text.values import MONEY_UNITS, PartialDate

_LITERAL = re.compile(r"(-?\d+(?:\.\d+)?)(%?)")
_FIRST_KNOWN = re.compile(r"首个已知\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Term:
    """One side of a rule, evaluated.

    Attributes
    ----------
    name : str
        The figure's name, or the formula as written.
    label : str
        What to call it in a sentence.
    value : Decimal, PartialDate, str or None
        In `unit`.
    unit : str
        Empty where a formula mixes units.
    names : tuple of str
        The figures it uses.
    missing : tuple of str
        The unknown ones among what it rests on.
    is_absent : bool
        Whether this department has nothing of what it names.
    trouble : str
        Why it has no value although everything is known, such as a division by zero.
    origin : str or None
        Where its figure, or the rule, stands.
    decimals : int
        Places to show.
    figure : Figure or None
        The figure, where the term is just one.
    is_about : bool
        Whether it rests on a 约数.
    factor : Decimal
        What formulas count one of its unit as.
    """

    name: str
    label: str
    value: Value
    unit: str
    names: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    is_absent: bool = False
    trouble: str = ""
    origin: str | None = None
    decimals: int = 2
    expression: Expression | None = None
    figure: Figure | None = None
    is_about: bool = False
    factor: Decimal = Decimal(1)

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
        if not isinstance(self.value, Decimal):
            return str(self.value)
        if self.figure is not None:
            return shown(self.figure)
        # A rule's own number is said as the rule has it.
        padded = self.unit == "%" and self.expression is not None
        number = number_text(self.value, self.decimals, padded=padded)
        return f"{'约' if self.is_about else ''}{number}{self.unit}"

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


class Terms:
    """Evaluates the rules' expressions for one department."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        self._sheet = figures.sheet
        self._parsed: dict[str, Expression] = {}

    def of(self, text: str, variables: Mapping[str, str], place: Place | None = None) -> Term:
        """Return a rule's expression, evaluated.

        Parameters
        ----------
        text
            A name, a formula, or a number such as `10%`.
        variables
            What its `{变量}` stand for.
        place
            Where the rule stands: the origin of a formula or a number.

        Raises
        ------
        FormulaError
            If it can't be read.
        """
        origin = str(place) if place else None
        literal = _LITERAL.fullmatch(text.strip())
        if literal:
            return Term(text, text.strip(), Decimal(literal[1]), literal[2], origin=origin)
        expression = self._parse(bound(text, variables))
        found = self._sheet.ask(expression)
        known = {name: self._figures[name] for name in found.inputs if name in self._figures}
        alone = self._sheet.resolve(canonical(expression.text.strip()))
        single = known.get(alone)
        return Term(
            name=alone if single else expression.text,
            label=single.label if single else _told(self._said(expression.text), known.values()),
            value=found.value,
            unit=found.unit,
            names=found.inputs,
            missing=found.missing,
            is_absent=found.absent,
            trouble=found.trouble,
            origin=str(single.place) if single else origin,
            decimals=max((f.decimals for f in known.values()), default=2),
            expression=expression,
            figure=single,
            is_about=found.approximate,
            factor=found.factor,
        )

    def _parse(self, text: str) -> Expression:
        if text not in self._parsed:
            self._parsed[text] = parse(text)
        return self._parsed[text]

    def missing(self, name: str) -> list[str]:
        """Return the unknown inputs at the far end of a figure's formula, or the figure."""
        figure = self._figures.get(name)
        if figure is not None and (figure.value is not None or figure.trouble):
            return []
        return list(figure.missing if figure else ()) or [name]

    def _said(self, text: str) -> str:
        """Return a formula with each 首个已知(…) as the name that it comes to."""

        def first(match: re.Match[str]) -> str:
            names = [name.strip() for name in match[1].split(",")]
            cells = ((name, self._sheet.cell(self._sheet.resolve(name))) for name in names)
            return next((name for name, cell in cells if cell.value is not None), names[0])

        return _FIRST_KNOWN.sub(first, text)


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


def _told(text: str, known: Iterable[Figure]) -> str:
    """Return a formula with labels in place of names, as a sentence says it."""
    for figure in sorted(known, key=lambda figure: -len(figure.name)):
        text = text.replace(figure.name, figure.label)
    return text


def date_of(term: Term) -> PartialDate | None:
    """Return a term as a date; a bare year counts as one."""
    if isinstance(term.value, PartialDate):
        return term.value
    if term.number is not None and term.number == term.number.to_integral_value():
        return PartialDate(int(term.number), None, None, str(term.number), Place(term.origin or ""))
    return None
