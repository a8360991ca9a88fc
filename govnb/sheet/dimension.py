"""What a formula's result counts: money, people, or nothing — a rate."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from govnb.sheet.expression import Expression
from govnb.text.measure import PERCENT

# Functions whose result counts nothing that their argument counts.
_PLAIN = frozenset({"个数", "年份"})


@dataclass(frozen=True)
class Dimension:
    """The units left once a formula's names are multiplied and divided.

    Attributes
    ----------
    units : dict of str to int
        Each unit with its power; the empty text stands for numbers without a unit.
    is_rate : bool
        True when nothing is left of a division, or all it is made of are percentages.
    scales : bool
        True when a number stands in the formula, which may convert 万元 into 元.
    """

    units: dict[str, int]
    is_rate: bool
    scales: bool


def dimension(
    expression: Expression,
    unit_of: Callable[[str], str | None],
    expand: Callable[[str], Sequence[str]],
) -> Dimension | None:
    """Return what a formula's result counts; None when one of its names is unknown."""
    found: list[bool] = []

    def of(node: ast.expr) -> Counter[str]:
        if isinstance(node, ast.Name):
            return (
                named(str(meaning))
                if not isinstance(meaning := expression._bound[node.id], Decimal)
                else Counter()
            )
        if isinstance(node, ast.UnaryOp):
            return of(node.operand)
        if isinstance(node, ast.Call):
            assert isinstance(node.func, ast.Name)
            plain = expression._bound[node.func.id] in _PLAIN
            return Counter() if plain else of(node.args[0])
        assert isinstance(node, ast.BinOp)
        left, right = of(node.left), of(node.right)
        if isinstance(node.op, ast.Mult):
            return _plus(left, right, 1)
        if isinstance(node.op, ast.Div):
            found.append(True)
            return _plus(left, right, -1)
        return left or right

    def named(name: str) -> Counter[str]:
        names = expand(name) if "*" in name else (name,)
        unit = unit_of(names[0]) if names else None
        if unit is None:
            raise LookupError(name)
        if unit == PERCENT:
            found.append(True)
            return Counter()
        return Counter({unit: 1})

    try:
        units = {unit: power for unit, power in of(expression._tree).items() if power}
    except LookupError:
        return None
    scales = any(isinstance(meaning, Decimal) for meaning in expression._bound.values())
    return Dimension(units, not units and bool(found), scales)


def _plus(left: Counter[str], right: Counter[str], sign: int) -> Counter[str]:
    total = Counter(left)
    for unit, power in right.items():
        total[unit] += sign * power
    return total
