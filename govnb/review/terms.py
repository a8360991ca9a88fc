"""The expressions of the rules: names, wildcards and formulas over a department's figures.

A rule serves every department, so a name may be one that this department merely lacks. That
is different from a value it hasn't published, and both differ from a mistyped name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from govnb.evaluate.expression import Expression, Value, canonical, parse
from govnb.evaluate.figure import PERCENT, RATE_DECIMALS, Figure, Figures, exact, number_text, shown
from govnb.inputs.ledger import RESERVED
from govnb.inputs.place import Place
from govnb.inputs.values import MONEY_UNITS, PartialDate
from govnb.review.finding import Side
from govnb.review.rounding import HUNDRED, Look

_VARIABLE = re.compile(r"\{([^{}]+)\}")
_LITERAL = re.compile(r"(-?\d+(?:\.\d+)?)(%?)")
_PRODUCT = re.compile(r"/|(?<!\.)\*")
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

    def within(self, look: Look) -> Decimal | None:
        """Return the value in `unit` when `look` gives the figures' values."""
        if self.expression is None:
            return self.number
        value = self.expression.evaluate(look, lambda pattern: _matching(pattern, self.names))
        if not isinstance(value, Decimal):
            return None
        return value if self.factor == 1 else value / self.factor


def printed(value: Decimal, unit: str = "", decimals: int = 2) -> str:
    """Return a number as a sentence prints it; more decimals where fewer would show 0."""
    is_rate = unit == "%"
    places = max(decimals, RATE_DECIMALS) if is_rate else decimals
    return f"{number_text(value, places, padded=is_rate)}{unit}"


class Terms:
    """Evaluates the rules' expressions for one department."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        self._meaning = figures.names
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
        expression = self._parse(filled(text, variables))
        names = self._names(expression)
        known = {name: self._figures[name] for name in names if name in self._figures}
        alone = self._meaning.resolve(canonical(expression.text.strip()))
        single = known.get(alone)
        unit = single.unit if single else _common_unit(expression, known.values())
        value, trouble = self._evaluate(expression)
        if value is None:
            missing = tuple(dict.fromkeys(m for name in names for m in self.missing(name)))
        else:
            missing = tuple(self._gaps(expression))
        same = [figure.factor for figure in known.values() if figure.unit == unit]
        factor = same[0] if unit and same else Decimal(1)
        if isinstance(value, Decimal) and factor != 1:
            value /= factor
        return Term(
            name=alone if single else expression.text,
            label=single.label if single else _told(self._said(expression.text), known.values()),
            value=None if missing else value,
            unit=unit,
            names=names,
            missing=missing,
            is_absent=all(self._is_absent(name) for name in names),
            trouble=trouble or _trouble(known.values() if value is None else ()),
            origin=str(single.place) if single else origin,
            decimals=max((f.decimals for f in known.values()), default=2),
            expression=expression,
            figure=single,
            is_about=any(figure.approximate for figure in known.values()),
            factor=factor,
        )

    def _parse(self, text: str) -> Expression:
        if text not in self._parsed:
            self._parsed[text] = parse(text)
        return self._parsed[text]

    def _names(self, expression: Expression) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for raw in expression.names:
            name = self._meaning.resolve(raw)
            found.update(dict.fromkeys(self._meaning.expand(name) if "*" in name else [name]))
        return tuple(found)

    def _evaluate(self, expression: Expression) -> tuple[Value, str]:
        def look(raw: str) -> Value:
            figure = self._figures.get(self._meaning.resolve(raw))
            return figure.ratio if figure else None

        try:
            return expression.evaluate(look, self._meaning.expand), ""
        except ArithmeticError as error:
            return None, str(error)

    def missing(self, name: str) -> list[str]:
        """Return the unknown inputs at the far end of a figure's formula, or the figure."""
        figure = self._figures.get(name)
        if figure is not None and (figure.value is not None or figure.trouble):
            return []
        return list(figure.missing if figure else ()) or [name]

    def _is_absent(self, name: str) -> bool:
        figure = self._figures.get(name)
        return figure is None or figure.absent

    def _gaps(self, expression: Expression) -> list[str]:
        """Return what a wildcard skips: members of a section that lack the amount summed.

        求和(项目.*.资金) over two projects of which one states no 资金 isn't the total.
        """
        patterns = (self._meaning.resolve(raw) for raw in expression.names)
        return [name for pattern in patterns for name in self._skipped(pattern)]

    def _skipped(self, pattern: str) -> Iterator[str]:
        prefix, star, suffix = pattern.partition("*")
        if not star or not suffix:
            return
        inside = (name for name in self._figures if name.startswith(prefix))
        members = dict.fromkeys(name[len(prefix) :].split(".")[0] for name in inside)
        for member in members:
            name = f"{prefix}{member}{suffix}"
            if "*" in suffix:
                yield from self._skipped(name)
            elif (
                name not in self._figures
                and f"{prefix}{member}" not in self._figures
                and member not in RESERVED
            ):
                yield name

    def _said(self, text: str) -> str:
        """Return a formula with each 首个已知(…) as the name that it comes to."""

        def first(match: re.Match[str]) -> str:
            names = [name.strip() for name in match[1].split(",")]
            figures = ((n, self._figures.get(self._meaning.resolve(n))) for n in names)
            return next((n for n, f in figures if f is not None and f.value is not None), names[0])

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


def filled(text: str, variables: Mapping[str, str]) -> str:
    """Return an expression with its `{变量}` replaced, safe for names with odd characters."""
    text = re.sub(
        r"\.\{([^{}]+)\}",
        lambda m: f'["{variables[m[1]]}"]' if m[1] in variables else m[0],
        text,
    )
    return _VARIABLE.sub(lambda m: variables.get(m[1], m[0]), text)


def _trouble(figures: Iterable[Figure]) -> str:
    """Return why one of the figures can't be computed although its inputs are known."""
    return next((figure.trouble for figure in figures if figure.trouble), "")


def _common_unit(expression: Expression, figures: Iterable[Figure]) -> str:
    """Return the unit of a sum or difference; a product or quotient has none of its own."""
    units = {figure.unit for figure in figures}
    return units.pop() if len(units) == 1 and not _PRODUCT.search(expression.text) else ""


def _matching(pattern: str, names: Iterable[str]) -> list[str]:
    """Return the names a wildcard stands for, out of those already found for it."""
    body = "[^.]+".join(map(re.escape, pattern.split("*")))
    return [name for name in names if re.fullmatch(body, name)]


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
