"""The formula language: exact arithmetic over names, and nothing that runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from operator import add, mul, sub, truediv

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from govnb.sheet.expression import (
    FUNCTIONS,
    PRECISION,
    FormulaError,
    NotComputable,
    Value,
    parse,
)
from govnb.sheet.figure import exact
from govnb.text.section import check_name

KNOWN: dict[str, Decimal | None] = {
    "收入": Decimal("511.4"),
    "支出.工资福利支出": Decimal("86.93"),
    "业务量.12345工单.本年": Decimal(6184),
    "三公经费.因公出国（境）费.预算": Decimal(0),
    "专项.《政府公报》编辑": Decimal("5"),
    "楼堂馆所.批准面积": None,
}


def evaluate(text: str, known: Mapping[str, Value] = KNOWN) -> Value:
    def matching(pattern: str, whole: bool) -> list[str]:
        head, _, tail = pattern.partition("*")
        return [n for n in known if n.startswith(head) and n.endswith(tail)]

    return parse(text).evaluate(known.__getitem__, matching)


# A formula as a tree, evaluated here by walking it: an oracle that knows nothing of parsing.
@dataclass(frozen=True)
class Node:
    text: str
    value: Callable[[], Fraction | None]


def leaf_number(number: Decimal) -> Node:
    return Node(f"{number:f}", lambda: Fraction(number))


def leaf_name(name: str) -> Node:
    number = KNOWN[name]
    return Node(name, lambda: None if number is None else Fraction(number))


def negated(inner: Node, space: str) -> Node:
    def value() -> Fraction | None:
        number = inner.value()
        return None if number is None else -number

    return Node(f"(-{space}{inner.text})", value)


def joined(left: Node, operator: str, right: Node, space: str) -> Node:
    def value() -> Fraction | None:
        a, b = left.value(), right.value()
        if a is None or b is None:
            return None
        if operator == "/" and b == 0:
            raise NotComputable
        operations = {"+": add, "-": sub, "*": mul, "/": truediv}
        return Fraction(operations[operator](a, b))

    return Node(f"({left.text}{space}{operator}{space}{right.text})", value)


leaves = st.one_of(
    st.decimals(0, 10**9, places=4, allow_nan=False).map(leaf_number),
    st.sampled_from(list(KNOWN)).map(leaf_name),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(negated, inner, st.sampled_from(["", " "])),
        st.builds(joined, inner, st.sampled_from("+-*/"), inner, st.sampled_from(["", " ", "  "])),
    ),
    max_leaves=12,
)


@given(trees)
def test_arithmetic_is_exact_and_rounded_once(tree: Node) -> None:
    assume(len(tree.text) < 900)
    try:
        expected = tree.value()
    except NotComputable:
        with pytest.raises(NotComputable):
            evaluate(tree.text)
        return
    found = evaluate(tree.text)
    if expected is None:
        assert found is None
        return
    with localcontext() as context:
        context.prec = PRECISION
        assert found == Decimal(expected.numerator) / Decimal(expected.denominator)


@given(st.lists(st.tuples(st.sampled_from("+-*"), st.integers(0, 99)), max_size=8))
def test_operators_bind_as_in_school(steps: list[tuple[str, int]]) -> None:
    text = "1" + "".join(f" {operator} {number}" for operator, number in steps)
    assert evaluate(text) == eval(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3 * 4", "14"),
        ("(2 + 3) * 4", "20"),
        ("8 / 4 / 2", "1"),
        ("8 - 4 - 2", "2"),
        ("-2 * -3", "6"),
        ("0.1 + 0.2", "0.3"),
        ("19.31 / 20.25", "0.9535802469135802469135802469135802"),
        ("1 / 3", "0.3333333333333333333333333333333333"),
        ("1 / 3 * 3", "1"),
        ("(110 / 30 - 100 / 30) / (100 / 30)", "0.1"),
        ("求和(4 / 3, 1 / 3, 4 / 3) / 3", "1"),
        ("向下取整(1 / 3 * 3)", "1"),
        ("求和(1, 2, 3)", "6"),
        ("求和(支出.*)", "86.93"),
        ("个数(1, 2)", "2"),
        ("最大(1, 2) - 最小(1, 2)", "1"),
        ("绝对值(1 - 3)", "2"),
        ("首个已知(楼堂馆所.批准面积, 收入)", "511.4"),
        ('业务量["12345工单"].本年', "6184"),
        ("业务量.12345工单.本年", "6184"),
        ("三公经费.因公出国（境）费.预算 + 1", "1"),
        ("专项.《政府公报》编辑 * 2", "10"),
        ("\n  收入\n  + 1\n", "512.4"),
    ],
)
def test_formulas_read_as_they_are_written(text: str, value: str) -> None:
    assert evaluate(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "楼堂馆所.批准面积",
        "收入 + 楼堂馆所.批准面积",
        "楼堂馆所.批准面积 * 0",
        "楼堂馆所.批准面积 - 楼堂馆所.批准面积",
        "收入 / 楼堂馆所.批准面积",
        "-楼堂馆所.批准面积",
        "求和(收入, 楼堂馆所.批准面积)",
        "最大(收入, 楼堂馆所.批准面积)",
        "绝对值(楼堂馆所.批准面积)",
        "首个已知(楼堂馆所.批准面积)",
        "求和(没有.*)",
    ],
)
def test_unknown_in_gives_unknown_out_never_zero(text: str) -> None:
    assert evaluate(text) is None


@pytest.mark.parametrize(
    ("text", "divisor"),
    [
        ("收入 / 三公经费.因公出国（境）费.预算", "三公经费.因公出国（境）费.预算"),
        ("收入 / 0", "0"),
        ("收入 / (收入 - 收入)", "算式"),
        ("1 + 收入 / -三公经费.因公出国（境）费.预算", "算式"),
    ],
)
def test_a_division_by_zero_names_the_divisor(text: str, divisor: str) -> None:
    with pytest.raises(NotComputable) as caught:
        evaluate(text)
    assert divisor in str(caught.value) and "为 0" in str(caught.value)


def test_a_result_too_large_to_print_is_not_computable() -> None:
    with pytest.raises(ArithmeticError):
        evaluate(" * ".join(["999999999999999999"] * 40))


@given(st.integers(1, 40), st.sampled_from(["*", "/"]))
def test_whatever_is_computed_can_be_printed_in_full(count: int, operator: str) -> None:
    try:
        value = evaluate(f" {operator} ".join(["999999999999999999"] * count))
    except ArithmeticError:
        return
    assert isinstance(value, Decimal)
    assert "E" not in exact(value)


@pytest.mark.parametrize(
    "text",
    [
        '__import__("os").system("echo 坏 > 坏.txt")',
        "__import__(收入)",
        "().__class__",
        "收入.__class__.__mro__()",
        "收入.real()",
        "收入[0]",
        '收入["a"]["b"]()',
        "lambda: 0",
        "[x for x in 收入]",
        "{收入}",
        "收入 if 收入 else 0",
        "收入 and 0",
        "not 收入",
        "收入 == 1",
        "收入 := 1",
        "收入 = 1",
        "收入; 1",
        "收入\n1",
        "1 # 收入",
        "f'{收入}'",
        "'收入'",
        "9 ** 9 ** 9",
        "9 << 999999999",
        "9 // 2",
        "9 % 2",
        "~收入",
        "+收入",
        "收入, 1",
        "(收入,)",
        "求和(*收入)",
        "求和(**收入)",
        "求和(收入=1)",
        "求和(收入)(收入)",
        "求和.收入(1)",
        "eval(收入)",
        "1e5",
        "1_000",
        "0x10",
        "0b1",
        "1j",
        "1..2",
        ".5",
        "5.",
        "...",
        "收入..支出",
        ".收入",
        "收入.",
        "*",
        "*.支出",
        "收入.*",
        "收入.*收入",
        "收入 收入",
        "收入(1)",
        "求和()",
        "绝对值(1, 2)",
        "绝对值(支出.*)",
        "年份(收入, 1)",
        "",
        "   ",
        "(",
        ")",
        "()",
        "收入 +",
        "/ 收入",
        "收入 \\\n + 1",
        "@收入",
        "收入!",
        "求和（收入）",
        "（收入 + 1）",
        "收入 ÷ 2",
        "收入 × 2",
        "50%",
        '支出["301]',
        "支出[301]",
        "支出['301']",
        "\x00收入",
        "收入\ud800",
    ],
)
def test_anything_but_arithmetic_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(FormulaError) as caught:
        evaluate(text)
    assert caught.value.hint
    assert 0 <= caught.value.offset <= len(text)


def test_numbers_with_many_digits_are_read_exactly() -> None:
    assert evaluate("0.10000000000000000000000000000001") == Decimal(
        "0.10000000000000000000000000000001"
    )


@pytest.mark.parametrize(
    "text",
    [
        "(" * 400 + "1" + ")" * 400,
        "-" * 900 + "1",
        "1" + " + 1" * 240,
        "求和(" * 190 + "1" + ")" * 190,
        "9" * 100_000,
        "甲" * 1_000_000,
        " " * 999,
        "1" + "*9" * 490,
    ],
)
def test_very_long_and_deep_formulas_are_refused_or_computed(text: str) -> None:
    with suppress(FormulaError, ArithmeticError, KeyError):
        evaluate(text)


@given(st.text(max_size=60))
@example("（）")
@example("求和(*)")
@example('甲["]"]')
@example("n0")
@example("f0(n1)")
@example("c0")
def test_any_text_is_a_formula_or_refused_with_a_hint(text: str) -> None:
    try:
        expression = parse(text)
    except FormulaError as error:
        assert error.hint
        return
    known = dict.fromkeys(expression.names, Decimal(1))
    with suppress(ArithmeticError, FormulaError):
        expression.evaluate(known.__getitem__, lambda *_: [])


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20))
@example("会议费/培训费")
@example("A-B（一期）")
@example("12345")
@example("a b")
@example("1,2")
def test_any_name_a_ledger_may_hold_can_be_written_in_brackets(name: str) -> None:
    try:
        check_name(name)
    except ValueError:
        assume(False)
    assert parse(f'支出["{name}"] + 1').names == (f"支出.{name}",)


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_every_function_refuses_text_or_says_how_many_there_are(function: str) -> None:
    known: dict[str, Value] = {"部门.名称": "某局"}
    if function in ("个数", "首个已知"):
        evaluate(f"{function}(部门.名称)", known)
    else:
        with pytest.raises(FormulaError, match="某局"):
            evaluate(f"{function}(部门.名称)", known)
