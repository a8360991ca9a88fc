"""A formula's tree worked out: in decimals, or in fractions where those would round."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from govnb.sheet.functions import COUNT, FUNCTIONS, FormulaError, Number, Operand, Value


class NotComputable(ArithmeticError):
    """A formula whose inputs are known but that has no value, such as a division by zero."""


class Evaluation:
    """One evaluation of one expression."""

    def __init__(
        self,
        bound: Mapping[str, str | Decimal],
        look_up: Callable[[str], Value],
        expand: Callable[[str, bool], Sequence[str]],
        withheld: Callable[[str], bool],
        number: Callable[[Decimal], Number],
    ) -> None:
        self.bound = bound
        self.look_up = look_up
        self.expand = expand
        self.withheld = withheld
        self.number = number

    def of(self, node: ast.expr) -> Operand:
        """Return the value of one node of the tree."""
        if isinstance(node, ast.Name):
            return self._named(node.id)
        if isinstance(node, ast.Call):
            assert isinstance(node.func, ast.Name)
            name = str(self.bound[node.func.id])
            known = self._up_to_withheld(node) if name == "首个已知" else node.args
            values = [value for arg in known for value in self._argument(arg, name != COUNT)]
            return self._operand(FUNCTIONS[name](values))
        if isinstance(node, ast.UnaryOp):
            operand = self._number(node.operand)
            return None if operand is None else -operand
        assert isinstance(node, ast.BinOp)
        left, right = self._number(node.left), self._number(node.right)
        if left is None or right is None:
            return None
        if isinstance(node.op, ast.Div) and right == 0:
            stated = isinstance(node.right, ast.Name) and isinstance(
                self.bound[node.right.id], Decimal
            )
            raise NotComputable("除数为 0" if stated else f"除数 {self._say(node.right)} 为 0")
        return _OPERATORS[type(node.op)](left, right)

    def _up_to_withheld(self, call: ast.Call) -> list[ast.expr]:
        for n, arg in enumerate(call.args):
            names = [self.bound[x.id] for x in ast.walk(arg) if isinstance(x, ast.Name)]
            if any(isinstance(name, str) and self.withheld(name) for name in names):
                return call.args[: n + 1]
        return call.args

    def _named(self, key: str) -> Operand:
        meaning = self.bound[key]
        return self._operand(meaning if isinstance(meaning, Decimal) else self.look_up(meaning))

    def _operand(self, value: Operand) -> Operand:
        return self.number(value) if isinstance(value, Decimal) else value

    def _argument(self, node: ast.expr, whole: bool) -> list[Operand]:
        if isinstance(node, ast.Name) and "*" in str(self.bound[node.id]):
            names = self.expand(str(self.bound[node.id]), whole)
            return [self._operand(self.look_up(name)) for name in names]
        return [self.of(node)]

    def _number(self, node: ast.expr) -> Any:
        value = self.of(node)
        if value is None or isinstance(value, Number):
            return value
        raise FormulaError(
            f"{self._say(node)} 是“{value}”，不是数，不能参加计算", "写数的名称；日期用 年份(…)"
        )

    def _say(self, node: ast.expr) -> str:
        return str(self.bound[node.id]) if isinstance(node, ast.Name) else "（算式）"


_OPERATORS: dict[type, Callable[[Any, Any], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
