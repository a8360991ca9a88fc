"""The formula language: arithmetic over dotted Chinese names, and nothing else.

A formula is text from a parameter file, so it is never executed. It is cut into names,
numbers and operators; Python's own parser then gives the tree its usual precedence; and
only the nodes listed here are ever evaluated. There is no attribute access, no indexing,
no power and no string, so a formula's cost is bounded by its length.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, Inexact, Overflow, localcontext
from fractions import Fraction
from functools import cached_property, lru_cache

from govnb.sheet.evaluation import Evaluation
from govnb.sheet.evaluation import NotComputable as NotComputable
from govnb.sheet.functions import FUNCTIONS, OF_ONE, Operand
from govnb.sheet.functions import FormulaError as FormulaError
from govnb.sheet.functions import Value as Value
from govnb.text.yaml_faults import UNSEEN

MAX_LENGTH = 1000
# Evaluation descends by recursion.
MAX_DEPTH = 200
PRECISION = 34
# Decimal digits before the point of the largest result: far beyond any budget, and printable.
LARGEST = 40

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


@dataclass(frozen=True)
class Expression:
    """A parsed formula.

    Attributes
    ----------
    text : str
        As written.
    names : tuple of str
        Canonical names it refers to, wildcards included, each once, in order.
    """

    text: str
    names: tuple[str, ...]
    _tree: ast.expr
    _bound: Mapping[str, str | Decimal]

    @property
    def bare_numbers(self) -> Iterator[Decimal]:
        """The numbers that are added or taken away as they stand, or are all there is."""
        pending: list[ast.expr] = [self._tree]
        while pending:
            node = pending.pop()
            if isinstance(node, ast.UnaryOp):
                pending.append(node.operand)
            elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
                pending += [node.right, node.left]
            elif isinstance(node, ast.Name) and isinstance(n := self._bound[node.id], Decimal):
                yield n

    @property
    def is_difference(self) -> bool:
        """True where it takes one thing from another and does nothing else."""
        tree = self._tree
        return (
            isinstance(tree, ast.BinOp)
            and isinstance(tree.op, ast.Sub)
            and isinstance(tree.left, ast.Name)
            and isinstance(tree.right, ast.Name)
        )

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
        """Compute the value, rounded once at most.

        Decimals come first, for they keep the zeros that were typed (40.00), which a fraction
        can't. But a third has no last digit, and what is worked out from rounded thirds misses
        a threshold by a hair: so only once a step was inexact, all of it is worked out again
        in fractions.

        Parameters
        ----------
        look_up
            Gives a name's value; None is unknown and makes the result unknown.
        expand
            Gives the names a wildcard stands for; told whether those that lack a value count.
        withheld
            Tells of an unknown name that 首个已知(…) must not pass over for the next.

        Raises
        ------
        NotComputable
            On division by zero or a result too large to hold.
        FormulaError
            If a name that is not a number is used as one.
        """
        with localcontext() as context:
            context.prec, context.Emax = PRECISION, LARGEST
            context.clear_flags()
            value: Operand = None
            given = (self._bound, look_up, expand, withheld)
            try:
                try:
                    value = Evaluation(*given, Decimal).of(self._tree)
                except NotComputable:
                    if not context.flags[Inexact]:
                        raise
                if context.flags[Inexact]:
                    value = Evaluation(*given, Fraction).of(self._tree)
                if isinstance(value, Fraction):
                    return Decimal(value.numerator) / Decimal(value.denominator)
                return value
            except Overflow:
                raise NotComputable("结果太大") from None


def sum_of(names: Iterable[str], text: str) -> Expression:
    """Return the sum of the given names, shown to people as `text`."""
    bound: dict[str, str | Decimal] = {f"n{i}": name for i, name in enumerate(names)}
    call = ast.Call(ast.Name("f"), [ast.Name(key) for key in bound], [])
    return Expression(text, tuple(map(str, bound.values())), call, {**bound, "f": "求和"})


def difference(left: str, right: str) -> Expression:
    """Return `left - right` for names that may hold what a formula can't spell with dots."""
    tree = ast.BinOp(ast.Name("n0"), ast.Sub(), ast.Name("n1"))
    return Expression(f"{left} - {right}", (left, right), tree, {"n0": left, "n1": right})


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Parse a formula.

    Raises
    ------
    FormulaError
        If it holds anything but names, numbers, `+ - * / ( )` and the known functions.
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"公式超过 {MAX_LENGTH} 个字", "拆成几个指标")
    source, bound = _tokenise(text)
    try:
        tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise FormulaError(
            f"公式“{text}”写得不完整", "检查括号是否配对、运算符两边是否都有数"
        ) from None
    if _depth(tree) > MAX_DEPTH:
        raise FormulaError("公式太复杂，层数太多", "拆成几个指标，或用 求和(…)")
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
        kind, token = match.lastgroup, match.group()
        position = match.end()
        if kind == "number":
            if len(token.replace(".", "")) > PRECISION:
                hint = f"一个数最多 {PRECISION} 位"
                raise FormulaError(f"公式里的数“{token[:12]}…”太长", hint, match.start())
            bound[key := f"c{len(bound)}"] = Decimal(token)
            source.append(f"{key} ")
        elif kind == "name":
            bare = _BRACKETED.sub("", token)
            before, opened, _ = bare.partition("（")
            if bare.count("（") != bare.count("）") or (opened and before in {"", *FUNCTIONS}):
                hint = "改成半角 ( )"
                raise FormulaError("公式里的括号用了全角", hint, match.start())
            is_call = text[position:].lstrip().startswith("(")
            key = f"{'f' if is_call else 'n'}{len(bound)}"
            bound[key] = token if is_call else canonical(token)
            if is_call and token not in FUNCTIONS:
                known = "、".join(FUNCTIONS)
                raise FormulaError(f"没有函数“{token}”", f"可用：{known}", match.start())
            # The blank keeps what stands side by side two names.
            source.append(f"{key} ")
        else:
            source.append(" " if kind == "space" else token)
    # A leading blank would read as an indent.
    return "".join(source).strip(), bound


def filled(text: str, show: Callable[[str], str], expand: Callable[[str], Sequence[str]]) -> str:
    """Return a formula with what `show` gives in place of each name, as a person writes it.

    Parameters
    ----------
    text
        A formula that :func:`parse` accepts.
    show
        Gives the text that stands for a name.
    expand
        Gives the names a wildcard stands for.
    """
    written = []
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match.group()
        is_call = kind == "name" and text[match.end() :].lstrip().startswith("(")
        if kind == "name" and not is_call:
            name = canonical(token)
            names = expand(name) if "*" in name else (name,)
            token = "、".join(map(show, names)) or "（无）"
        written.append(_WRITTEN.get(token, token) if kind != "space" else "")
    return "".join(written).strip()


_WRITTEN = {"/": " ÷ ", "*": " × ", "+": " + ", "-": " - ", ",": "、"}


def _unreadable(text: str, position: int) -> FormulaError:
    character = text[position]
    if UNSEEN.match(character):
        message = f"公式里有看不见的字符 U+{ord(character):04X}"
        return FormulaError(message, "删去它", position)
    full_width = {
        "＋": "+",
        "－": "-",
        "×": "*",
        "÷": "/",
        "／": "/",
        "，": ",",
        "％": "/100",
        "%": "/100",
    }
    if character in full_width:
        return FormulaError(
            f"公式里的“{character}”认不出", f"改成 {full_width[character]}", position
        )
    quoted = re.match(
        r"\[\s*[“”‘’'「『]?([^\[\]“”‘’\"'「」『』]+)[“”‘’'」』]?\s*\]", text[position:]
    )
    if quoted:
        hint = f'写成 ["{quoted[1].strip()}"]'
        return FormulaError("方括号里要有一对半角双引号", hint, position)
    if character.isdigit():
        return FormulaError(
            "公式里的名称不能以数字开头，数里不能有多余的点或字母",
            '写成 上级名称["12345…"]',
            position,
        )
    return FormulaError(f"公式里不能有“{character}”", "只用名称、数、+ - * / 和括号", position)


def _depth(tree: ast.expr) -> int:
    level: list[ast.AST] = [tree]
    depth = 0
    while level:
        depth += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return depth


def _check(tree: ast.expr, bound: Mapping[str, str | Decimal], text: str) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and not node.keywords and isinstance(node.func, ast.Name):
            if not node.func.id.startswith("f") or not node.args:
                raise FormulaError(f"公式“{text}”里括号用错了位置", "函数的括号里写上名称")
            function = str(bound[node.func.id])
            if function in OF_ONE and (len(node.args) > 1 or _is_wildcard(node.args[0], bound)):
                raise FormulaError(
                    f"{function}(…) 的括号里只能有一个数", f"分开写几个 {function}(…)"
                )
        elif not isinstance(node, _ALLOWED):
            raise FormulaError(f"公式“{text}”里有不支持的写法", "只用 + - * / 、括号和函数")
        name = str(bound.get(node.id, "")) if isinstance(node, ast.Name) else ""
        if "*" in name and not _inside_call(tree, node):
            raise FormulaError(f"“{name}”指的是多个数", "放进 求和(…) 或 个数(…)")


def _is_wildcard(node: ast.expr, bound: Mapping[str, str | Decimal]) -> bool:
    return isinstance(node, ast.Name) and "*" in str(bound[node.id])


def _inside_call(tree: ast.expr, name: ast.AST) -> bool:
    return any(isinstance(n, ast.Call) and name in n.args for n in ast.walk(tree))


_ALLOWED = (
    ast.BinOp, ast.UnaryOp, ast.Name, ast.Load,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.USub,
)  # fmt: skip


# Well beyond what amounts and their quotients can differ by, well short of rounding errors.
_SETTLED, _HAIR = 20, Decimal("1e-26")


def settled(number: Decimal) -> Decimal:
    """Return a number without the hair that rounded thirds leave it short of, or beyond.

    Figures and points hold 34 digits. What is worked out from several of them may end in
    …9999 where the exact result is round, and would miss a threshold it meets.
    """
    with localcontext() as context:
        context.prec = 2 * PRECISION
        near = number.quantize(Decimal(1).scaleb(-_SETTLED))
        return near.normalize() + 0 if 0 < abs(number - near) <= _HAIR else number
