"""The formula language: arithmetic over dotted Chinese names, and nothing else.

A formula is cut into names, numbers and operators; Python's own parser gives the tree; and only
the nodes listed here are ever evaluated, so that its cost is bounded by its length.
"""

import ast
import math
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, Inexact, Overflow, localcontext
from fractions import Fraction
from functools import cached_property, lru_cache, reduce
from typing import Any, NamedTuple

from govnb.text.characters import UNSEEN
from govnb.text.measure import PERCENT
from govnb.text.values import PartialDate

Value = Decimal | str | PartialDate | None
# What a formula reckons with: fractions once a decimal would have to be rounded on the way.
Number = Decimal | Fraction
Operand = Value | Fraction
Expand = Callable[[str], Sequence[str]]

MAX_LENGTH = 1000
MAX_DEPTH = 200  # evaluation descends by recursion
PRECISION = 34
LARGEST = 40  # digits before the point of a result: far beyond any budget, and printable
TOO_LARGE = "结果太大"


class FormulaError(ValueError):
    """A formula that can't be read or evaluated; `hint` says what to write instead."""

    def __init__(self, message: str, hint: str = "", offset: int = 0) -> None:
        super().__init__(message)
        self.hint, self.offset = hint, offset


class NotComputable(ArithmeticError):
    """A formula whose inputs are known but that has no value, such as a division by zero."""


class Function(NamedTuple):
    """A function of the language."""

    of: Callable[[list[Any]], Operand]
    takes_one: bool = False  # it means one number, not several
    takes_all: bool = True  # one unknown makes the result unknown; all others are numbers
    is_plain: bool = False  # its result counts nothing that its argument counts

    def apply(self, values: list[Operand]) -> Operand:
        """Return what it comes to; None where it needs what is unknown."""
        for value in values if self.takes_all else ():
            if value is None:
                return None
            if not isinstance(value, Number):
                raise FormulaError(f"“{value}”不是数，不能参加计算", _NUMBERS_ONLY)
        return self.of(values) if values or not self.takes_all else None


def _year(values: list[Operand]) -> Operand:
    if not isinstance(date := values[0], PartialDate | None):
        raise FormulaError(f"“{date}”不是日期", "年份(…) 里写日期的名称")
    return None if date is None else Decimal(date.year)


_NUMBERS_ONLY = "写数的名称；日期用 年份(…)"
# Counts what is stated; all others need every value.
COUNT, FIRST_KNOWN = "个数", "首个已知"
FUNCTIONS = {
    "求和": Function(lambda numbers: reduce(operator.add, numbers)),
    COUNT: Function(lambda values: Decimal(len(values)), takes_all=False, is_plain=True),
    "最大": Function(max),
    "最小": Function(min),
    "绝对值": Function(lambda numbers: abs(numbers[0]), takes_one=True),
    "向下取整": Function(lambda numbers: type(numbers[0])(math.floor(numbers[0])), takes_one=True),
    "向上取整": Function(lambda numbers: type(numbers[0])(math.ceil(numbers[0])), takes_one=True),
    FIRST_KNOWN: Function(
        lambda values: next((value for value in values if value is not None), None), takes_all=False
    ),
    "年份": Function(_year, takes_one=True, takes_all=False, is_plain=True),
}
_OPERATORS: dict[type, Callable[[Any, Any], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


_SEGMENT = r"[\w（）《》“”、·〔〕㎡]+"
_TOKEN = re.compile(
    rf"""(?P<space>\s+)
    |(?P<number>\d+(?:\.\d+)?(?![\w.]))
    |(?P<name>(?![0-9]){_SEGMENT}(?:\.(?:{_SEGMENT}|\*)|\["[^"\]]+"\])*)
    |(?P<operator>[-+*/(),])""",
    re.VERBOSE,
)
_BRACKETED = re.compile(r'\["([^"\]]+)"\]')


def canonical(name: str) -> str:
    """Return a name with `["…"]` written as a dotted segment."""
    return _BRACKETED.sub(r".\1", name)


def spelled(name: str) -> str:
    """Return a figure's name as a formula can hold it, whatever words it is made of."""
    head, *rest = name.split(".")
    return head + "".join(f'["{segment}"]' for segment in rest)


class Dimension(NamedTuple):
    """What a formula's result counts: money, people, or nothing — a rate."""

    units: dict[str, int]  # with their powers; the empty text is for numbers without a unit
    is_rate: bool  # nothing is left of a division, or all it is made of are percentages
    scales: bool  # a number stands in the formula, which may convert 万元 into 元


@dataclass(frozen=True)
class Expression:
    """A parsed formula."""

    text: str  # as written
    names: tuple[str, ...]  # canonical, wildcards included, each once, in order
    _tree: ast.expr
    _bound: Mapping[str, str | Decimal]  # what each placeholder of the tree stands for

    @property
    def bare_numbers(self) -> Iterator[Decimal]:
        """The numbers that are added or taken away as they stand, or are all there is."""
        pending = [self._tree]
        while pending:
            match pending.pop():
                case ast.UnaryOp(operand=operand):
                    pending.append(operand)
                case ast.BinOp(left, ast.Add() | ast.Sub(), right):
                    pending += [right, left]
                case ast.Name(key) if isinstance(number := self._bound[key], Decimal):
                    yield number

    @property
    def is_difference(self) -> bool:
        """True where it takes one thing from another and does nothing else."""
        parts = [type(part) for part in ast.walk(self._tree) if not isinstance(part, ast.Load)]
        return parts == [ast.BinOp, ast.Name, ast.Sub, ast.Name]

    @cached_property
    def is_product(self) -> bool:
        """Whether anything is multiplied or divided, so that units mix."""
        return any(isinstance(node, ast.Mult | ast.Div) for node in ast.walk(self._tree))

    def evaluate(
        self,
        look_up: Callable[[str], Value],
        expand: Callable[[str, bool], Sequence[str]],
        withheld: Callable[[str], bool] = lambda name: False,
    ) -> Value:
        """Compute the value, rounded once at most; None where a name it needs is unknown.

        `expand` gives the names a wildcard stands for, told whether those that lack a value
        count; `withheld` tells of an unknown name that 首个已知(…) must not pass over.

        Decimals come first, for they keep the zeros that were typed (40.00), which a fraction
        can't. But a third has no last digit, and what is worked out from rounded thirds misses
        a threshold by a hair: so only once a step was inexact, all of it is worked out again
        in fractions.

        Raises NotComputable on division by zero or a result too large to hold, FormulaError if
        a name that is not a number is used as one.
        """
        with localcontext(prec=PRECISION, Emax=LARGEST) as context:
            context.clear_flags()
            given = (self._bound, look_up, expand, withheld)
            try:
                try:
                    value = _Evaluation(*given, Decimal).of(self._tree)
                except NotComputable:
                    if not context.flags[Inexact]:
                        raise
                if context.flags[Inexact]:
                    value = _Evaluation(*given, Fraction).of(self._tree)
                if isinstance(value, Fraction):
                    return Decimal(value.numerator) / value.denominator
                return value
            except Overflow:
                raise NotComputable(TOO_LARGE) from None

    def dimension(self, unit_of: Callable[[str], str | None], expand: Expand) -> Dimension | None:
        """Return what the result counts; None when one of the names is unknown."""
        rates: list[bool] = []

        def of(node: ast.expr) -> Counter[str]:
            if isinstance(node, ast.Name):
                return named(self._bound[node.id])
            if isinstance(node, ast.UnaryOp):
                return of(node.operand)
            if isinstance(node, ast.Call):
                plain = FUNCTIONS[_called(node, self._bound)].is_plain
                return Counter() if plain else of(node.args[0])
            assert isinstance(node, ast.BinOp)
            left, right = of(node.left), of(node.right)
            if isinstance(node.op, ast.Add | ast.Sub):
                return left or right
            if isinstance(node.op, ast.Div):
                rates.append(True)
            (left.update if isinstance(node.op, ast.Mult) else left.subtract)(right)
            return left

        def named(meaning: str | Decimal) -> Counter[str]:
            if isinstance(meaning, Decimal):
                return Counter()
            names = expand(meaning) if "*" in meaning else (meaning,)
            unit = unit_of(names[0]) if names else None
            if unit is None:
                raise LookupError(meaning)
            if unit == PERCENT:
                rates.append(True)
                return Counter()
            return Counter({unit: 1})

        try:
            units = {unit: power for unit, power in of(self._tree).items() if power}
        except LookupError:
            return None
        scales = any(isinstance(meaning, Decimal) for meaning in self._bound.values())
        return Dimension(units, not units and bool(rates), scales)


@dataclass(frozen=True, slots=True)
class _Evaluation:
    """A formula's tree worked out: in decimals, or in fractions where those would round."""

    bound: Mapping[str, str | Decimal]
    look_up: Callable[[str], Value]
    expand: Callable[[str, bool], Sequence[str]]
    withheld: Callable[[str], bool]
    number: Callable[[Decimal], Number]

    def of(self, node: ast.expr) -> Operand:
        if isinstance(node, ast.Name):
            meaning = self.bound[node.id]
            return self._operand(meaning if isinstance(meaning, Decimal) else self.look_up(meaning))
        if isinstance(node, ast.Call):
            name = _called(node, self.bound)
            known = self._up_to_withheld(node) if name == FIRST_KNOWN else node.args
            values = [value for arg in known for value in self._argument(arg, name != COUNT)]
            return self._operand(FUNCTIONS[name].apply(values))
        if isinstance(node, ast.UnaryOp):
            operand = self._number(node.operand)
            return None if operand is None else -operand
        assert isinstance(node, ast.BinOp)
        left, right = self._number(node.left), self._number(node.right)
        if left is None or right is None:
            return None
        if isinstance(node.op, ast.Div) and right == 0:
            said = self._say(node.right)
            raise NotComputable("除数为 0" if isinstance(said, Decimal) else f"除数 {said} 为 0")
        return _OPERATORS[type(node.op)](left, right)

    def _operand(self, value: Operand) -> Operand:
        return self.number(value) if isinstance(value, Decimal) else value

    def _up_to_withheld(self, call: ast.Call) -> list[ast.expr]:
        for n, arg in enumerate(call.args):
            names = [self.bound[x.id] for x in ast.walk(arg) if isinstance(x, ast.Name)]
            if any(isinstance(name, str) and self.withheld(name) for name in names):
                return call.args[: n + 1]
        return call.args

    def _argument(self, node: ast.expr, whole: bool) -> list[Operand]:
        if not _is_wildcard(node, self.bound):
            return [self.of(node)]
        assert isinstance(node, ast.Name)
        names = self.expand(str(self.bound[node.id]), whole)
        return [self._operand(self.look_up(name)) for name in names]

    def _number(self, node: ast.expr) -> Any:
        value = self.of(node)
        if value is None or isinstance(value, Number):
            return value
        message = f"{self._say(node)} 是“{value}”，不是数，不能参加计算"
        raise FormulaError(message, _NUMBERS_ONLY)

    def _say(self, node: ast.expr) -> str | Decimal:
        return self.bound[node.id] if isinstance(node, ast.Name) else "（算式）"


def _called(call: ast.Call, bound: Mapping[str, str | Decimal]) -> str:
    assert isinstance(call.func, ast.Name)
    return str(bound[call.func.id])


def _is_wildcard(node: ast.expr, bound: Mapping[str, str | Decimal]) -> bool:
    return isinstance(node, ast.Name) and "*" in str(bound[node.id])


def sum_of(names: Iterable[str], text: str) -> Expression:
    """Return the sum of the given names, shown to people as `text`."""
    bound: dict[str, str | Decimal] = {f"n{i}": name for i, name in enumerate(names)}
    call = ast.Call(ast.Name("f"), [ast.Name(key) for key in bound], [])
    return Expression(text, tuple(map(str, bound.values())), call, {**bound, "f": "求和"})


def difference(left: str, right: str) -> Expression:
    """Return `left - right` for names that may hold what a formula can't spell with dots."""
    tree = ast.BinOp(ast.Name("n0"), ast.Sub(), ast.Name("n1"))
    return Expression(f"{left} - {right}", (left, right), tree, {"n0": left, "n1": right})


_PLAIN = re.compile(r"[\u4e00-\u9fa5]+(?:\.[\u4e00-\u9fa5]+)*")


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Return a formula parsed: names, numbers, `+ - * / ( )`, functions; raise FormulaError."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"公式超过 {MAX_LENGTH} 个字", "拆成几个指标")
    if _PLAIN.fullmatch(text):
        # Most formulas of the rules are just a name.
        return Expression(text, (text,), ast.Name("n0"), {"n0": text})
    source, bound = _tokenise(text)
    try:
        tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        hint = "检查括号是否配对、运算符两边是否都有数"
        raise FormulaError(f"公式“{text}”写得不完整", hint) from None
    _check(tree, bound, text)
    names = dict.fromkeys(v for k, v in bound.items() if k.startswith("n") and isinstance(v, str))
    return Expression(text, tuple(names), tree, bound)


def _tokenise(text: str) -> tuple[str, dict[str, str | Decimal]]:
    """Return Python source in which each name and number is a placeholder, and their meanings."""
    source: list[str] = []
    bound: dict[str, str | Decimal] = {}
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unreadable(text, position)
        token, start, position = match.group(), position, match.end()
        if match["number"]:
            if len(token.replace(".", "")) > PRECISION:
                raise FormulaError(
                    f"公式里的数“{token[:12]}…”太长", f"一个数最多 {PRECISION} 位", start
                )
            bound[key := f"c{len(bound)}"] = Decimal(token)
        elif match["name"]:
            bare = _BRACKETED.sub("", token)
            before, opened, _ = bare.partition("（")
            if bare.count("（") != bare.count("）") or (opened and before in {"", *FUNCTIONS}):
                raise FormulaError("公式里的括号用了全角", "改成半角 ( )", start)
            is_call = text[position:].lstrip().startswith("(")
            if is_call and token not in FUNCTIONS:
                raise FormulaError(f"没有函数“{token}”", f"可用：{'、'.join(FUNCTIONS)}", start)
            bound[key := f"{'f' if is_call else 'n'}{len(bound)}"] = canonical(token)
        # The blank keeps what stands side by side two names.
        source.append(token if match["operator"] else " " if match["space"] else f"{key} ")
    # A leading blank would read as an indent.
    return "".join(source).strip(), bound


def filled(text: str, show: Callable[[str], str], expand: Expand) -> str:
    """Return a formula with what `show` gives in place of each name, as a person writes it."""
    written = []
    for match in _TOKEN.finditer(text):
        token = match.group()
        if match["name"] and not text[match.end() :].lstrip().startswith("("):
            name = canonical(token)
            names = expand(name) if "*" in name else (name,)
            token = "、".join(map(show, names)) or "（无）"
        written.append(_WRITTEN.get(token, token) if not match["space"] else "")
    return "".join(written).strip()


_WRITTEN = {"/": " ÷ ", "*": " × ", "+": " + ", "-": " - ", ",": "、"}
_TYPED = {
    "＋": "+", "－": "-", "×": "*", "÷": "/", "／": "/", "，": ",", "％": "/100", "%": "/100",
}  # fmt: skip
_QUOTED = re.compile(r"\[\s*[“”‘’'「『]?([^\[\]“”‘’\"'「」『』]+)[“”‘’'」』]?\s*\]")


def _unreadable(text: str, position: int) -> FormulaError:
    character = text[position]
    if UNSEEN.match(character):
        message, hint = f"公式里有看不见的字符 U+{ord(character):04X}", "删去它"
    elif character in _TYPED:
        message, hint = f"公式里的“{character}”认不出", f"改成 {_TYPED[character]}"
    elif quoted := _QUOTED.match(text, position):
        message, hint = "方括号里要有一对半角双引号", f'写成 ["{quoted[1].strip()}"]'
    elif character.isdigit():
        message = "公式里的名称不能以数字开头，数里不能有多余的点或字母"
        hint = '写成 上级名称["12345…"]'
    else:
        message, hint = f"公式里不能有“{character}”", "只用名称、数、+ - * / 和括号"
    return FormulaError(message, hint, position)


def _check(tree: ast.expr, bound: Mapping[str, str | Decimal], text: str) -> None:
    level: list[ast.AST] = [tree]
    nodes, depth = list[ast.AST](), 0
    while level:
        nodes, depth = [*nodes, *level], depth + 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    if depth > MAX_DEPTH:
        raise FormulaError("公式太复杂，层数太多", "拆成几个指标，或用 求和(…)")
    arguments = {id(arg) for node in nodes if isinstance(node, ast.Call) for arg in node.args}
    for node in nodes:
        if isinstance(node, ast.Call) and not node.keywords and isinstance(node.func, ast.Name):
            if not node.func.id.startswith("f") or not node.args:
                raise FormulaError(f"公式“{text}”里括号用错了位置", "函数的括号里写上名称")
            name = _called(node, bound)
            several = len(node.args) > 1 or _is_wildcard(node.args[0], bound)
            if FUNCTIONS[name].takes_one and several:
                raise FormulaError(f"{name}(…) 的括号里只能有一个数", f"分开写几个 {name}(…)")
        elif not isinstance(node, _ALLOWED):
            raise FormulaError(f"公式“{text}”里有不支持的写法", "只用 + - * / 、括号和函数")
        elif isinstance(node, ast.Name) and id(node) not in arguments and _is_wildcard(node, bound):
            raise FormulaError(f"“{bound[node.id]}”指的是多个数", "放进 求和(…) 或 个数(…)")


_ALLOWED = (
    ast.BinOp, ast.UnaryOp, ast.Name, ast.Load,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.USub,
)  # fmt: skip
# Well beyond what amounts and their quotients can differ by, well short of rounding errors.
_SETTLED, _HAIR = 20, Decimal("1e-26")


def settled(number: Decimal) -> Decimal:
    """Return a number without the hair that rounded thirds leave it short of, or beyond.

    What ends in …9999 where the exact result is round would miss a threshold it meets.
    """
    with localcontext(prec=2 * PRECISION):
        near = number.quantize(Decimal(1).scaleb(-_SETTLED))
        return near.normalize() + 0 if 0 < abs(number - near) <= _HAIR else number
