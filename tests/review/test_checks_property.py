"""Trees of any shape: right ones never raise an error, one altered amount always does."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from govnb.review.finding import ERROR, FAILED, NO_DATA, PASSED, RESIDUE, Review
from govnb.sheet.department import Department
from govnb.sheet.read import validate
from govnb.text.yaml_text import parse_yaml
from tests.review.reviewing import HEAD, inputs_of, reviewed

CENT = Decimal("0.01")
NAMES = "甲乙丙丁戊己庚辛"
# Only the sums: other rules have their own tests, and a tree needs none of them.
RULES = """
合计:
  种类: 合计
  严重性: 错误
  消息: “{项}”{左}，{右名}{右}，差{差额}：{缘由}。
  原因: 合计等于分项之和
  怎样处理: 改正它
"""
cents = st.integers(min_value=1, max_value=10**9).map(lambda n: n * CENT)


@st.composite
def trees(draw: st.DrawFn, depth: int = 4) -> Any:
    """Draw a leaf, or a list of parts with whether their total is stated."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(cents)
    parts = draw(st.lists(trees(depth - 1), min_size=1, max_size=3))
    return (draw(st.booleans()), parts)


@st.composite
def stated_trees(draw: st.DrawFn) -> Any:
    """Draw a tree whose total is stated."""
    return (True, draw(st.lists(trees(), min_size=2, max_size=4)))


def total(tree: Any) -> Decimal:
    return tree if isinstance(tree, Decimal) else sum(map(total, tree[1]), Decimal(0))


def written(tree: Any, keep_zeros: bool) -> str:
    """Return a tree as a parameter file states it."""
    if isinstance(tree, Decimal):
        return number(tree, keep_zeros)
    stated, parts = tree
    rows = ", ".join(f"{NAMES[i]}: {written(part, keep_zeros)}" for i, part in enumerate(parts))
    head = f"合计: {number(total(tree), keep_zeros)}, " if stated else ""
    return f"{{{head}明细: {{{rows}}}}}"


def number(value: Decimal, keep_zeros: bool) -> str:
    text = f"{value:.2f}"
    return text if keep_zeros else text.rstrip("0").rstrip(".")


def leaves(tree: Any) -> int:
    return 1 if isinstance(tree, Decimal) else sum(map(leaves, tree[1]))


def changed(tree: Any, which: int, by: Decimal) -> Any:
    """Return the tree with one leaf changed; stated totals stay what they were."""
    if isinstance(tree, Decimal):
        return tree + by
    stated, parts = tree
    after = []
    for part in parts:
        after.append(changed(part, which, by) if 0 <= which < leaves(part) else part)
        which -= leaves(part)
    return (stated, after)


# Read once: a thousand trees need neither the year file nor the formula book anew.
SHIPPED = inputs_of("人员: {编制数: 5}\n")
BARE = replace(SHIPPED, book={}, book_at={}, form=SHIPPED.form.model_copy(update={"rows": []}))


def sums(text: str) -> Review:
    department: Department = validate(parse_yaml(HEAD + text, "某局.yml"), Department)
    return reviewed(replace(BARE, department=department), rules=RULES)


@given(stated_trees(), st.booleans())
@settings(max_examples=80)
def test_right_sums_never_raise_an_error(tree: Any, keep_zeros: bool) -> None:
    result = sums(f"收入: {written(tree, keep_zeros)}\n")
    assert {found.state for found in result.findings} == {PASSED}


@given(stated_trees(), st.data(), st.booleans())
@settings(max_examples=80)
def test_one_altered_leaf_beyond_rounding_is_always_one_error(
    tree: Any, data: st.DataObject, keep_zeros: bool
) -> None:
    which = data.draw(st.integers(0, leaves(tree) - 1))
    # Each amount, the total and two rows more may be half a cent off: this is twice that.
    least = (leaves(tree) + 3) * CENT
    by = data.draw(st.sampled_from([1, -1])) * (least + data.draw(cents))
    altered = changed(tree, which, by)
    assume("-" not in written(altered, keep_zeros))
    texts = rows_of(tree, altered, keep_zeros)
    rows = ", ".join(f"{NAMES[i]}: {text}" for i, text in enumerate(texts))
    # Two rows in 分 keep a table of round sums from being taken for one of whole 万元.
    rows += ", 壬: 0.01, 癸: 0.02"
    # A total of fewer decimals than all its rows is one rounded: totals keep their zeros.
    stated = number(total(tree) + 3 * CENT, True)
    result = sums(f"收入: {{合计: {stated}, 明细: {{{rows}}}}}\n")
    assert [found.severity for found in result.findings if found.is_open] == [ERROR]


def rows_of(tree: Any, altered: Any, keep_zeros: bool) -> list[str]:
    """Return the rows of an altered tree under the totals that were stated before."""
    pairs = zip(tree[1], altered[1], strict=True)
    return [kept(before, after, keep_zeros) for before, after in pairs]


def kept(before: Any, after: Any, keep_zeros: bool) -> str:
    if isinstance(after, Decimal):
        return number(after, keep_zeros)
    texts = rows_of(before, after, keep_zeros)
    rows = ", ".join(f"{NAMES[i]}: {text}" for i, text in enumerate(texts))
    head = f"合计: {number(total(before), True)}, " if before[0] else ""
    return f"{{{head}明细: {{{rows}}}}}"


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=8), st.integers(1, 4))
@settings(max_examples=80)
def test_rounding_of_the_parts_is_never_an_error(units: list[int], decimals: int) -> None:
    exact = [unit * Decimal("0.0000001") for unit in units]
    step = Decimal(1).scaleb(-decimals)
    parts = [value.quantize(step, rounding=ROUND_HALF_UP) for value in exact]
    whole = sum(exact, Decimal(0)).quantize(step, rounding=ROUND_HALF_UP)
    # Two amounts that keep their zeros tell how finely the table is printed.
    rows = ", ".join(f"{NAMES[i]}: {part:f}" for i, part in enumerate(parts))
    result = sums(f"收入: {{合计: {whole:f}, 明细: {{{rows}}}}}\n")
    for found in result.findings:
        assert found.state == PASSED or found.severity == RESIDUE, found.message


@given(stated_trees(), st.data())
@settings(max_examples=30)
def test_an_unpublished_leaf_is_missing_data_never_a_pass(tree: Any, data: st.DataObject) -> None:
    which = data.draw(st.integers(0, leaves(tree) - 1))
    text = written(changed(tree, which, Decimal(10) ** 13 - total(tree)), True)
    huge = next(token for token in text.replace("}", ",").split(",") if len(token) > 16)
    value = huge.rpartition(" ")[2]
    assume(text.count(value) >= 1)
    hidden = text.replace(f"合计: {value}", "合计: 未公布").replace(value, "未公布")
    states = {found.state for found in sums(f"收入: {hidden}\n").findings}
    assert NO_DATA in states


def test_whole_report_with_a_right_tree_has_no_error() -> None:
    tree = (True, [(True, [Decimal("1.10"), Decimal("2.25")]), Decimal("4.00")])
    result = reviewed(f"支出: {written(tree, False)}\n")
    assert [f.message for f in result.findings if f.state == FAILED] == []
