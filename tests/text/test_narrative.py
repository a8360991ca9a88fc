"""Narratives: what is typed is what is printed, and bold is what was meant to be bold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govnb.text.narrative import Grid, Line, Words, blocks_of, plain, unmarked, unpaired

# Whatever other Markdowns, and typographers, make something else of.
SIGNS = [
    *"*_~`\\<>$#[]()|&+-!^=:@%'\"{}",
    *("《》【】〔〕“”‘’…—－．·、〇"),
    *("&lt;", "&copy;", "&#35;", "...", "--", "(c)", "1.", "2)", "(1)", "1）", "+/-", "{}"),
    *("https://a.cn/b_c_d?e=1&f=*", "www.gov.cn", "a@b.cn", "[2016]4号", "![图](甲.png)"),
    *("[甲](http://a.cn)", "[甲]: http://a.cn", "[^1]: 注", "<br>", "<!-- 甲 -->", "<http://a.cn>"),
    *("2*3*4", "30*2000*12", "A_B_C", "__init__", "~5万元~", "~~删~~", "$100$", "$$x$$", "<5%"),
    *("*注：", "***", "****", "138****5678", "```", "~~~", "# ", "## ", "> ", "- ", "* ", "+ "),
]
WORDS = ["甲", "按", "计算", "5", "0.5", "x", "A", "　", " "]
# Between signs stands a word, so that two don't make a third: ** and \* mean something.
SIGN_AND_WORD = st.tuples(st.sampled_from(SIGNS), st.sampled_from(WORDS[:-2])).map("".join)
TYPED = st.tuples(
    st.sampled_from(["", "    ", "　　", *WORDS]), st.lists(SIGN_AND_WORD, min_size=1, max_size=6)
).map(lambda parts: parts[0] + "".join(parts[1]))


def said(line: Line) -> str:
    return "".join(words.text for words in line)


def flat(text: str) -> str:
    return "".join(text.split())


def lines_of(text: str) -> list[Line]:
    return [block for block in blocks_of(text) if not isinstance(block, Grid)]


def bold(text: str) -> list[str]:
    return [words.text for line in lines_of(text) for words in line if words.bold]


@given(st.lists(TYPED, min_size=1, max_size=4))
def test_any_sign_typed_is_the_sign_printed(typed: list[str]) -> None:
    lines = lines_of("\n".join(typed))
    assert [flat(said(line)) for line in lines] == [flat(text) for text in typed]
    assert not any(words.bold for line in lines for words in line)


@given(TYPED, TYPED)
def test_any_sign_typed_in_a_table_is_the_sign_printed(label: str, cell: str) -> None:
    row = " | ".join(text.replace("|", r"\|") for text in (label, cell))
    (table,) = blocks_of(f"| 项目 | 数 |\n|---|--:|\n| {row} |")
    assert isinstance(table, Grid) and table.right == (False, True)
    assert [flat(said(c)) for c in table.rows[0]] == [flat(label), flat(cell)]


@given(st.text(st.sampled_from("*\\ 甲A1|{}_"), max_size=12))
def test_a_name_prints_as_it_is_wherever_it_stands(name: str) -> None:
    name = f"甲{name}乙"
    (line,) = lines_of(f"共**{plain(name)}**项")
    assert line == (Words("共"), Words(name, bold=True), Words("项"))


@pytest.mark.parametrize(
    "line",
    [
        "---",
        "===",
        "***",
        "___",
        "1. 甲",
        "1) 甲",
        "(1) 甲",
        "- 甲",
        "+ 甲",
        "* 甲",
        "# 甲",
        "> 甲",
    ],
)
def test_a_line_below_or_above_makes_no_list_heading_or_rule(line: str) -> None:
    for text in (f"乙\n{line}", f"{line}\n乙"):
        assert [said(found) for found in lines_of(text)] == text.split("\n")
    assert [said(found) for found in lines_of(f"乙\n\n{line}")] == ["乙", line]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**一是加强组织领导。**成立了小组", ["一是加强组织领导。"]),
        ("建立了**《办法》**并执行", ["《办法》"]),
        ("坚持**“一站式”**服务", ["“一站式”"]),
        ("**（一）加强。**各单位", ["（一）加强。"]),
        ("**（一）加强。****（二）", []),
        ("**1.**2016年", ["1."]),
        ("超支**23.74**万元", ["23.74"]),
        ("第**3**项、第**4**项", ["3", "4"]),
        ("**按2*3*4计算**，", ["按2*3*4计算"]),
        ("**甲\n乙**丙", ["甲", "乙"]),
        ("**ABC**DEF", ["ABC"]),
        ("2**10、2**3**4", []),
        (r"\*\*甲\*\*", []),
        ("138****5678", []),
        ("***甲***", []),
    ],
)
def test_bold_is_what_stands_between_two_pairs_of_asterisks(text: str, words: list[str]) -> None:
    assert bold(text) == words


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("**甲**乙", []),
        ("甲**乙", [1]),
        ("**甲**乙**丙", [6]),
        ("** 甲**", [0, 4]),
        ("**甲 **", [4, 0]),
        ("**甲\n\n乙**", [0, 6]),
        ("| a | b |\n|---|---|\n| **甲 | 乙** |", [22, 29]),
        ("| a | b |\n|---|---|\n| 甲 | \\| 乙** |", [30]),
        ("| a | b |\n|---|---|\n| 1 | 2 | 3 |", [20]),
        (r"2**10，\*\*，****", []),
    ],
)
def test_what_does_not_pair_is_told_with_its_place(text: str, places: list[int]) -> None:
    assert sorted(offset for offset, _, _ in unpaired(text)) == sorted(places)


@given(TYPED)
def test_without_marks_the_same_words_are_left(text: str) -> None:
    assert unmarked(f"**甲{text}**\n\n{text}") == f"甲{text}\n\n{text}"
