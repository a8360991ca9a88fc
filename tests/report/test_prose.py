"""Narratives: Markdown for people nobody has to trust, with figures that explain themselves."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govnb import Workbook, bars
from govnb.report.prose import Prose, expand_lists, numbered
from govnb.sheet.figure import Figure, Figures
from govnb.sheet.read import load
from govnb.text.faults import Place
from tests.report.filled import Filling
from tests.report.markup import Page

HERE = Place("某.yml", 1, 1)


def figure(name: str, value: Any, unit: str = "") -> Figure:
    number = Decimal(value) if isinstance(value, int) else value
    return Figure(name, number, unit, name, HERE, decimals=0)


FIGURES = Figures(
    {
        f.name: f
        for f in (
            figure("支出", 12, "万元"),
            figure("空", None, "万元"),
            figure("部门.名称", "<b>某局</b> & [链接](http://x) *星* `码` | 线"),
        )
    },
    {},
)


def page(source: str) -> Page:
    return Page(Prose(source, FIGURES).html())


def plain(source: str) -> str:
    return str(Prose(source, FIGURES)._repr_mimebundle_()["text/plain"])


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("共{{ 支出 }}。", "共12万元。"),
        ("共{{ 支出 }}万元。", "共12万元。"),
        ("共**{{ 支出 }}**万元。", "共12万元。"),
        ("共{{ 支出 | 数字 }}万。", "共12万。"),
        ("共{{ 空 }}。", "共未公布。"),
        ("（{{ 支出 }}）", "（12万元）"),
        ("第一段\n\n    缩进的第二段{{ 支出 }}", "第一段缩进的第二段12万元"),
        ("甲，\n乙{{ 支出 }}", "甲，乙12万元"),
        ("`{{ 支出 }}`", "`12万元`"),
        ("\\*\\*不是粗体\\*\\*{{ 支出 }}", "**不是粗体**12万元"),
        ("C:\\账\\*.xls，A\\*B，{{ 支出 }}", "C:\\账\\*.xls，A\\*B，12万元"),
        ("- 一{{ 支出 }}\n- 二", "-一12万元-二"),
        ("| 项 | 数 |\n|---|---|\n| 支 | {{ 支出 | 数字 }} |", "项数支12"),
        ("a_b_c{{ 支出 }}_d_", "a_b_c12万元_d_"),
    ],
)
def test_figures_stand_in_the_text_wherever_it_is(source: str, text: str) -> None:
    assert "".join(page(source).text.split()) == text
    assert page(source).unbalanced == []


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<a href='javascript:alert(1)'>点</a>",
        "<!-- 注释 -->",
        "<style>*{display:none}</style>",
        "</div></body>",
        "&lt;b&gt;",
        '"引号\' onmouseover="alert(1)',
        "{{ 支出 }}<script>alert({{ 支出 }})</script>",
    ],
)
def test_html_in_a_narrative_shows_as_text(source: str) -> None:
    shown = page(source)
    assert shown.dangers() == []
    assert {tag for tag, _ in shown.elements} <= {"div", "p", "button", "span"}
    assert shown.text.strip() == source.replace("{{ 支出 }}", "12万元")
    assert shown.unbalanced == []


@pytest.mark.parametrize(
    "source",
    [
        "![图](http://evil.example/x.png)",
        "![图](data:image/svg+xml,<svg onload=alert(1)>)",
        "[点](javascript:alert(1))",
        "[点](JaVaScRiPt:alert(1))",
        "[点](java\nscript:alert(1))",
        "[点](&#106;avascript:alert(1))",
        "[点](vbscript:x)",
        "[点](file:///etc/passwd)",
        "[点](data:text/html,<script>alert(1)</script>)",
        "<javascript:alert(1)>",
        "[点][1]\n\n[1]: javascript:alert(1)",
        '[点](http://x.example "标题\\" onmouseover=alert(1)")',
        "![图][1]\n\n[1]: http://evil.example/x.png",
    ],
)
def test_pictures_and_links_in_a_narrative_are_text(source: str) -> None:
    shown = page(source)
    assert shown.dangers() == []
    assert shown.all("img") == shown.all("a") == []
    assert "".join(shown.text.split()) == "".join(source.split())


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_text_stays_harmless(text: str) -> None:
    shown = page(f"{text}{{{{ 支出 }}}}{text}")
    assert shown.dangers() == []
    assert shown.all("img") == []
    assert shown.unbalanced == []


@given(st.text("*_`[]()!<>{}| \n-#\\&1.支出", max_size=40))
def test_any_markdown_around_a_figure_keeps_the_page_whole(text: str) -> None:
    shown = page(f"{text}\n\n{{{{ 支出 }}}}")
    assert shown.unbalanced == []
    assert "12万元" in shown.text


def test_text_taken_from_a_figure_is_never_markdown() -> None:
    prose = Prose("我们是{{ 部门.名称 }}。", FIGURES)
    shown = Page(prose.html())
    assert shown.text.strip() == "我们是<b>某局</b> & [链接](http://x) *星* `码` | 线。"
    assert {tag for tag, _ in shown.elements} <= {"div", "p", "button", "a", "span"}
    (line,) = prose.structure()["blocks"]
    assert "".join(text for text, _ in line) == shown.text.strip()
    assert "<b>某局</b>" in plain("我们是{{ 部门.名称 }}。")


def test_a_text_names_the_figures_it_prints_each_once() -> None:
    prose = Prose("{{ 支出 }}、{{ 空 }}、{{ 支出 | 数字 }}", FIGURES)
    assert prose.names == ("支出", "空")
    assert prose.structure()["blocks"] == [[("12万元、未公布、12", False)]]


# Lists.


def test_a_list_within_a_sentence_is_joined_and_alone_it_is_numbered() -> None:
    lists = {"内设机构": ["办公室", "综合股；"]}
    assert expand_lists("有{{ 内设机构 }}。", lists) == "有办公室、综合股。"
    assert expand_lists("{{ 内设机构 }}", lists) == "（1）办公室\n\n（2）综合股；"
    assert expand_lists("甲\n\n  {{ 内设机构 }}\n\n乙", lists).count("（2）") == 1


def test_a_list_may_join_its_last_two_items_by_a_word() -> None:
    for items, said in (["甲"], "甲"), (["甲", "乙"], "甲和乙"), (["甲", "乙", "丙"], "甲、乙和丙"):
        assert expand_lists("有{{ 科室 | 和 }}。", {"科室": items}) == f"有{said}。"


def test_items_that_bring_their_own_numbers_keep_them() -> None:
    assert numbered(["（1）甲", "二、乙", "3. 丙", "丁"]) == [
        "（1）甲",
        "二、乙",
        "3. 丙",
        "（4）丁",
    ]
    # A year or a hotline's number at the beginning is no numbering.
    assert numbered(["12345热线", "2016年的事"]) == ["（1）12345热线", "（2）2016年的事"]


def test_a_list_inside_a_list_item_may_hold_figures() -> None:
    text = expand_lists("{{ 问题 }}", {"问题": ["超支{{ 支出 }}"]})
    assert "12万元" in page(text).text


# Every text field of a department's file.

PAYLOAD = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>[点](javascript:alert(1))"
NAME = "<script>甲`_~&lt;</script>"


@pytest.fixture(scope="module")
def hostile() -> str:
    """A file with the payload in every text field and name, made by walking the model."""
    return Filling(PAYLOAD, NAME).department()


def test_a_payload_in_every_field_shows_as_text_and_runs_nowhere(
    hostile: str,
    params_copy: Path,
    shown: Callable[[Any], list[tuple[str, dict[str, Any]]]],
) -> None:
    path = params_copy / "2016" / "hostile.yml"
    path.write_text(hostile, encoding="utf-8")
    workbook = Workbook(load(path))
    seen = 0
    for line, bundle in shown(workbook):
        part = Page(bundle["text/html"])
        # The title may bring the report's own style along, and nothing else does.
        own = ["style"] if line == "wb.title()" else []
        assert [danger for danger in part.dangers() if danger not in own] == [], line
        assert part.unbalanced == [], line
        assert all(not a["src"].startswith("http") for a in part.all("img")), line
        seen += part.text.count("<script>alert(1)</script>")
        # Names are no Markdown: they stand as they were typed.
        assert "<script>甲" not in part.text or "<script>甲`_~&lt;</script>" in part.text, line
    assert seen > 30


def test_a_payload_in_alternative_text_and_tables_for_spreadsheets_stays_text(
    hostile: str, params_copy: Path
) -> None:
    path = params_copy / "2016" / "hostile.yml"
    path.write_text(hostile, encoding="utf-8")
    workbook = Workbook(load(path))
    drawn = [bars(workbook[name]) for name in ("收入", "支出")]
    assert any(drawn)
    for axes in drawn:
        bundle: Any = workbook.figure(axes, "图")._repr_mimebundle_()
        part = Page(bundle["text/html"])
        for image in part.all("img"):
            assert "<script>" not in image.get("alt", "") or "甲" in image["alt"]
        svg = bundle.get("image/svg+xml", "")
        assert "<script" not in str(svg)
