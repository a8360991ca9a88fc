"""The document: what a notebook shows, whatever made it, and how its tables fit a page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pandas
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from govnb.papers.fit import SIZES, WIDTH, fit
from govnb.papers.markdown import formula
from govnb.papers.pandoc import Node
from govnb.papers.pictures import safe_svg
from govnb.papers.reading import is_annex, read
from govnb.papers.tree import leads, pairs, title_lines, words
from govnb.report.blocks import Cards, Panels, Result, SignOff, Title
from govnb.report.bundle import STRUCTURE
from tests.papers.pages import EVIL, dot, failed_notebook, figures, own_notebook, own_table, shows
from tests.papers.papers import grid, table

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="9" height="9"/>'


def blocks(*cells: Any, folder: Path | None = None) -> list[Node]:
    return read(new_notebook(cells=list(cells)), folder).blocks


def markdown(text: str, **more: Any) -> list[Node]:
    return blocks(new_markdown_cell(text, **more))


def said(found: Any) -> list[str]:
    """Return what blocks print, each apart; a table cell by cell."""
    out: list[str] = []
    for block in found:
        if block["t"] in ("Para", "Plain", "Header", "CodeBlock", "Figure"):
            out.append(words(block))
        elif block["t"] == "Table":
            out += [pairs(block).get("title", ""), *cells_of(block)]
        elif block["t"] in ("Div", "BlockQuote"):
            out += said(block["c"][1] if block["t"] == "Div" else block["c"])
        else:
            items = block["c"] if block["t"] == "BulletList" else block["c"][1]
            out += [text for item in items for text in said(item)]
    return [text for text in out if text]


def cells_of(found: Node, part: str = "all") -> list[str]:
    """Return the words of a table's cells: of its head, its body, its foot or of all."""
    _, _, _, head, bodies, foot = found["c"]
    inside = [row for body in bodies for row in (*body[2], *body[3])]
    rows = {"head": head[1], "body": inside, "foot": foot[1]}
    wanted = rows[part] if part != "all" else [*head[1], *inside, *foot[1]]
    return [words(cell[4]) for row in wanted for cell in row[1]]


def sides(found: Node) -> list[str]:
    """Return where the columns of a fitted table stand."""
    return [side["t"].removeprefix("Align") for side, _ in found["c"][2]]


def kinds(found: list[Node]) -> list[str]:
    return [block["t"] for block in found]


# Our own objects


def test_a_report_has_its_title_its_unit_and_its_date() -> None:
    made = read(
        new_notebook(cells=[shows(Title("报告"), SignOff("君山区政务服务中心", "2017年6月30日"))])
    )
    assert (made.title, made.author, made.day) == ("报告", "君山区政务服务中心", date(2017, 6, 30))


def test_a_date_that_no_calendar_has_is_left_out() -> None:
    assert read(new_notebook(cells=[shows(SignOff("甲", "2017年6月31日"))])).day is None


def test_a_sign_off_without_a_unit_names_no_author() -> None:
    assert read(new_notebook(cells=[shows(SignOff("", "2017年6月30日"))])).author == ""


def test_what_must_be_read_before_the_title_and_after_it_comes_out() -> None:
    found = blocks(shows(Title("报告", verdict="有3处错误", trial={"支出": "8"})))
    assert said(found) == ["试算，不是报告：支出＝8。", "报告", "有3处错误"]


def test_key_figures_come_as_a_small_table_two_to_a_row() -> None:
    cards = Cards(
        ((figures()["三公经费.控制率"], "表"),), (("得分", "90分", ""), ("错误", "0处", ""))
    )
    (found,) = blocks(shows(cards))
    assert cells_of(found, "head") == ["指标", "数值"] * 2
    assert cells_of(found, "body")[:4] == ["三公经费控制率", "95.36%", "得分", "90分"]


def test_one_key_figure_takes_no_empty_columns() -> None:
    (found,) = blocks(shows(Cards((), (("错误", "0处", ""),))))
    assert len(sides(found)) == 2


def test_a_table_keeps_its_unit_levels_notes_and_source() -> None:
    (found,) = blocks(shows(own_table()))
    assert pairs(found)["unit"] == f"万元{EVIL}"
    assert sides(found) == ["Left", "Right"]
    assert cells_of(found, "foot") == [f"注：注{EVIL}", f"来源：来源{EVIL}"]


def test_what_is_for_machines_and_for_a_mouse_takes_no_paper() -> None:
    result = Result({"figures": {}})
    assert blocks(shows(result, Panels(figures(), ("三公经费.支出",)))) == []


def test_an_unknown_structure_shows_its_text() -> None:
    found = blocks(shows({STRUCTURE: {"type": "hologram"}, "text/plain": "文字"}))
    assert said(found) == ["文字"]


def test_a_chart_without_its_picture_tells_what_it_shows() -> None:
    chart = {STRUCTURE: {"type": "chart", "title": "图1　支出", "alt": "支出8万元"}}
    assert said(blocks(shows(chart))) == ["图1　支出：支出8万元"]


def test_numbered_paragraphs_of_a_narrative_stay_paragraphs() -> None:
    lines = [[["1、甲", False]], [["（1）乙", False]], [["<b>丙</b> $5", False]]]
    prose = {"type": "prose", "level": 0, "blocks": lines}
    assert kinds(blocks(shows({STRUCTURE: prose}))) == ["Para"] * 3


def test_a_chart_names_the_characters_it_could_not_draw() -> None:
    chart = {STRUCTURE: {"type": "chart", "title": "图1　人员", "alt": "人员", "missing": ["𪚥"]}}
    (picture,) = blocks(shows({**chart, "image/svg+xml": SVG + "</svg>"}))
    assert words(picture).endswith("〓为“𪚥”，图的字体缺此字）")


# Headings


def test_heading_levels_count_from_one_without_gaps() -> None:
    made = read(new_notebook(cells=[new_markdown_cell(SECTIONS)]))
    assert [level for level, _ in made.headings] == [1, 2, 2, 1, 2]


SECTIONS = "## 一\n\n#### 甲\n\n### 乙\n\n## 二\n\n###### 丙"


def test_the_only_top_heading_of_a_notebook_is_its_title() -> None:
    made = read(new_notebook(cells=[new_markdown_cell("# 我的报告\n\n## 一、甲")]))
    assert made.title == "我的报告"
    assert made.headings == [(1, "一、甲")]


def test_several_top_headings_are_headings() -> None:
    made = read(new_notebook(cells=[new_markdown_cell("# 一、甲\n\n# 二、乙")]))
    assert [level for level, _ in made.headings] == [1, 1]


@pytest.mark.parametrize("text", ["附件1　评分表", "附表 基础数据", "附录"])
def test_an_annex_is_known_by_its_name(text: str) -> None:
    found = markdown(f"# 报告\n\n## {text}\n\n### 附件说明")
    assert [is_annex(b) for b in found if b["t"] == "Header"] == [True, False]


def test_annexes_are_listed_between_the_text_and_who_signs_it() -> None:
    annexes = new_markdown_cell("## 附件1　评分表\n\n## 附件2　基础数据表")
    found = blocks(new_markdown_cell("正文"), shows(SignOff("甲", "2017年6月30日")), annexes)
    assert said(found)[:3] == ["正文", "附件：1.评分表\n　　　　　2.基础数据表", "甲"]


def test_one_annex_has_no_number_and_none_is_not_listed() -> None:
    signed = shows(SignOff("甲", "2017年6月30日"))
    assert said(blocks(signed, new_markdown_cell("## 附件　评分表")))[0] == "附件：评分表"
    assert said(blocks(signed))[0] == "甲"


# A user's own cells


def test_the_notebook_of_a_user_is_read_whole() -> None:
    text = "".join(said(read(own_notebook()).blocks))
    for expected in (
        "第一项",
        "引用的一段话。",
        "实际支出",
        "甲",
        "工资",
        "18.06",
        "留下的话",
        "打印的话",
    ):
        assert expected in text
    assert "不该看到的警告" not in text and "secret_code" not in text


def test_a_failed_cell_says_what_failed_and_papermills_note_is_left_out() -> None:
    assert said(read(failed_notebook()).blocks) == [
        "没跑完的报告",
        f"此处运行出错：FaultsError: 缺少“年度” {EVIL}",
    ]


def test_markdown_has_lists_quotes_code_and_tables() -> None:
    text = "3. 甲\n4. 乙\n   - 丙\n\n> 引\n\n```\nx  = 1\n```\n\n| a | b |\n|---|--:|\n| 甲 | 1 |"
    listing, quote, code, found = markdown(text)
    assert listing["t"] == "OrderedList" and listing["c"][0][0] == 3
    assert kinds(listing["c"][1][1]) == ["Para", "BulletList"]
    assert quote["t"] == "BlockQuote"
    assert words(code) == "x  = 1"
    assert sides(found) == ["Left", "Right"]


def test_runs_keep_their_look() -> None:
    (paragraph,) = markdown("甲**乙*丙***`丁`~~戊~~[己](https://example.org)")
    looks = [(x["t"], words([x])) for x in paragraph["c"]]
    assert looks == [
        ("Str", "甲"), ("Strong", "乙丙"), ("Code", "丁"), ("Strikeout", "戊"), ("Link", "己"),
    ]  # fmt: skip
    assert [x["t"] for x in paragraph["c"][1]["c"]] == ["Str", "Emph"]
    assert paragraph["c"][4]["c"][2][0] == "https://example.org"


def test_a_line_end_between_chinese_characters_prints_nothing() -> None:
    assert said(markdown("甲乙\n丙丁\nabc\ndef")) == ["甲乙丙丁 abc def"]


def test_html_in_a_markdown_cell_is_text() -> None:
    assert said(markdown(f"甲{EVIL}<br>乙")) == [f"甲{EVIL}<br>乙"]


def test_money_is_no_formula() -> None:
    assert said(markdown("$5 和 $6，$7")) == ["$5 和 $6，$7"]


def test_a_displayed_formula_splits_its_paragraph() -> None:
    found = markdown("前 $$x^2$$ 后 $y$")
    assert [x["c"][0]["t"] for x in found] == ["Str", "Math", "Str"]


def test_a_frame_comes_from_its_table_with_both_heading_rows() -> None:
    frame = pandas.DataFrame(
        [[1.5, 2], [3.25, 4]],
        index=pd_index(),
        columns=pandas.MultiIndex.from_product([["2016年"], ["预算", "决算"]]),
    )
    (found,) = blocks(shows({"text/html": frame.to_html(), "text/plain": "x"}))
    assert [text for text in cells_of(found, "head") if text] == [
        "2016年", "预算", "决算", "类", "项",
    ]  # fmt: skip
    # 三公 stands once and runs over two rows.
    assert cells_of(found, "body") == ["三公", "车", "1.50", "2", "接待", "3.25", "4"]
    (fitted,) = fit(found)
    assert sides(fitted) == ["Left", "Left", "Right", "Right"]


def pd_index() -> pandas.MultiIndex:
    return pandas.MultiIndex.from_tuples([("三公", "车"), ("三公", "接待")], names=["类", "项"])


def test_html_without_a_table_gives_its_words_and_no_scripts() -> None:
    page = f"<h3>题</h3><p>甲<br>乙</p><style>p {{}}</style>{EVIL}<ul><li>丙</li></ul>"
    assert said(blocks(shows({"text/html": page}))) == ["题", "甲\n乙", "丙"]


def test_html_keeps_its_headings_lists_looks_and_lines() -> None:
    page = (
        "<h2>题</h2><p>甲<b>粗</b>  <i>斜</i> <a href='http://a.example'>链</a></p>"
        "<ol start=3><li>一<ul><li>内</li></ul></li><li>二</li>漏在外面的</ol>"
        "<pre>预\n  格式</pre><blockquote>引</blockquote>"
    )
    heading, text, listing, code, quote = blocks(shows({"text/html": page}))
    assert (heading["t"], heading["c"][0], words(heading)) == ("Header", 1, "题")
    assert words(text) == "甲粗 斜 链"
    assert [x["t"] for x in text["c"] if x["t"] != "Space"] == ["Str", "Strong", "Emph", "Link"]
    assert listing["t"] == "OrderedList" and listing["c"][0][0] == 3
    assert kinds(listing["c"][1][0]) == ["Plain", "BulletList"]
    assert said(listing["c"][1][1]) == ["二", "漏在外面的"]
    assert words(code) == "预\n  格式"
    assert quote["t"] == "BlockQuote"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"image/jpeg": "不是base64"}, ["〔图片读不懂：图像（作者没有提供文字说明）〕"]),
        ({STRUCTURE: {"type": "table"}, "text/plain": "表"}, ["表"]),
        ({STRUCTURE: {"type": "table", "columns": [], "rows": []}, "text/plain": "空"}, ["空"]),
        ({STRUCTURE: {"type": "cards", "cards": 5}}, ["〔这里的内容读不懂：cards〕"]),
    ],
)
def test_a_damaged_output_says_what_it_can(data: dict[str, Any], words: list[str]) -> None:
    assert said(blocks(shows(data))) == words


def test_a_row_shorter_than_its_table_is_damage_too() -> None:
    table = {"type": "table", "columns": [{"label": "甲"}, {"label": "乙"}]}
    structure = {**table, "rows": [{"cells": ["一"]}]}
    assert said(blocks(shows({STRUCTURE: structure, "text/plain": "表"}))) == ["表"]


def test_an_object_only_jupyter_can_show_is_not_told_by_its_address() -> None:
    shown = blocks(shows({"text/plain": "<IPython.lib.display.IFrame at 0x7faf7d9a8550>"}))
    assert said(shown) == ["〔这里的内容（IFrame）要在 Jupyter 里看〕"]
    assert said(blocks(shows({"text/plain": "<b>"}))) == ["<b>"]


def test_a_table_of_findings_without_any_says_so_in_a_sentence() -> None:
    table = own_table().structure() | {"rows": [], "notes": ["待处理：错误0处。"]}
    found = blocks(shows({STRUCTURE: table}))
    assert kinds(found) == ["Para"] and said(found) == ["待处理：错误0处。"]


def test_a_footnote_and_a_task_are_text() -> None:
    text = "脚注[^1]\n\n[^1]: 脚注的话\n\n- [ ] 待办\n- [x] 已办"
    assert said(markdown(text)) == ["脚注[^1]", "[^1]: 脚注的话", "[ ] 待办", "[x] 已办"]


@pytest.mark.parametrize("mark", ["- ", "> "])
def test_however_deep_a_list_or_a_quote_nothing_of_it_is_lost(mark: str) -> None:
    lines = [
        "  " * i + f"- 层{i}" if mark == "- " else f"{mark * (i + 1)}层{i}\n>" for i in range(40)
    ]
    found = markdown("\n".join(lines))
    assert said(found) == [f"层{i}" for i in range(40)]
    assert depth(found) == 6


def depth(found: Iterable[Node]) -> int:
    inner = [
        inside
        for block in found
        for inside in (
            block["c"]
            if block["t"] == "BulletList"
            else (block["c"],)
            if block["t"] == "BlockQuote"
            else ()
        )
    ]
    return 1 + max(map(depth, inner)) if inner else 0


def test_a_heading_in_a_list_is_bold_words() -> None:
    (listing,) = markdown("- ## 题\n  话")
    first = listing["c"][0][0]
    assert first["t"] == "Para" and [x["t"] for x in first["c"]] == ["Strong"]


def test_a_table_that_claims_enormous_spans_is_read_in_bounds() -> None:
    endless = '<td colspan="99999999" rowspan="99999999">甲</td>'
    page = f"<table><tr>{endless}</tr><tr><td>乙</td></tr></table>"
    (found,) = blocks(shows({"text/html": page}))
    assert len(sides(found)) <= 201
    assert all(len(sides(part)) <= 201 for part in fit(found))


@pytest.mark.parametrize("opening", ["<div>", "<ul><li>", "<b>", "<table><tr><td>"])
@pytest.mark.parametrize("times", [20, 2000])
def test_html_however_deep_and_badly_closed_tells_its_words(opening: str, times: int) -> None:
    found = blocks(shows({"text/html": opening * times + "甲", "text/plain": "甲"}))
    assert "".join(said(found)) == "甲"


def test_a_stream_and_a_plain_value_keep_their_lines() -> None:
    stream = new_output("stream", name="stdout", text="\x1b[1m甲\x1b[0m\n  乙\n")
    (found,) = blocks(new_code_cell("", outputs=[stream]))
    assert (found["t"], words(found)) == ("CodeBlock", "甲\n  乙")


# Pictures


def test_an_attached_picture_is_found_and_one_elsewhere_is_named() -> None:
    text = "![点](attachment:a%20b.png)\n\n![远](https://example.org/a.png)"
    found = markdown(text, attachments={"a b.png": {"image/png": dot()}})
    assert kinds(found) == ["Figure", "Para"]
    assert said(found)[-1] == "〔图片没有随笔记本保存：远〕"


def test_a_picture_beside_the_notebook_is_taken_and_one_outside_is_not(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    for name in ("book/in.png", "out.png"):
        (tmp_path / name).write_bytes(base64.b64decode(dot()))
    cell = new_markdown_cell("![内](in.png)\n\n![外](../out.png)\n\n![绝对](/etc/hostname)")
    assert kinds(blocks(cell, folder=tmp_path / "book")) == ["Figure", "Para", "Para"]
    assert kinds(blocks(cell)) == ["Para"] * 3


@pytest.mark.parametrize("form", ["gif", "webp"])
def test_any_picture_becomes_one_that_word_shows(form: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, form)
    data = base64.b64encode(out.getvalue()).decode()
    cell = new_markdown_cell(f"![点](data:image/{form};base64,{data})")
    (picture,) = read(new_notebook(cells=[cell])).pictures.values()
    assert picture.kind == "image/png"


@pytest.mark.parametrize("kind", ["image/png", "image/jpeg", "image/gif"])
def test_a_picture_that_cannot_be_read_says_so(kind: str) -> None:
    data = base64.b64encode(b"nothing").decode()
    assert "读不懂" in said(blocks(shows({kind: data})))[0]


@pytest.mark.parametrize(
    "svg",
    ["<html/>", "<svg", SVG, '<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0"/>'],
)
def test_svg_that_cannot_be_read_says_so(svg: str) -> None:
    assert "读不懂" in said(blocks(shows({"image/svg+xml": svg})))[0]


def test_svg_loses_scripts_and_every_address_outside_itself() -> None:
    evil = (
        SVG.replace("<svg ", '<svg xmlns:xlink="http://www.w3.org/1999/xlink" ')
        + '<script>alert(1)</script><image href="/etc/passwd"/><image xlink:href="http://a/b.png"/>'
        + '<use href="#a"/><image href="data:image/png;base64,AA=="/></svg>'
    )
    safe = safe_svg(b"<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + evil.encode())
    for gone in (b"script", b"passwd", b"http://a", b"DOCTYPE"):
        assert gone not in safe
    assert b'href="#a"' in safe and b"data:image/png" in safe


# Formulas


@pytest.mark.parametrize(
    "tex",
    [
        r"\frac{支出-预算}{预算}\times 100\%",
        r"\sum_{i=1}^{n} x_i \le \sqrt[3]{8}",
        r"\left( a \right]",
        r"\begin{cases} 1 & x > 0 \\ 0 & \text{否则} \end{cases}",
        r"\max_{x} f'(x) \quad \bar{x}",
        "得分=8% 注释\n\\cdot x",
        r"\begin{equation} x^2 \label{eq:a} \end{equation}",
        r"\begin{align*} a &= b \nonumber \\[2pt] c &= d \tag{1} \end{align*}",
        r"\begin{gather} a \\ b \end{gather}",
        r"\binom{n}{k} \mathbb{R} \mathcal{L} \big( x \Big)",
        r"\overset{1}{=} \underset{x}{\max}",
        r"\begin{array}{|c|r|} a & b \end{array}",
    ],
)
def test_everyday_tex_is_understood(tex: str) -> None:
    assert formula(tex)["t"] == "Math"


@pytest.mark.parametrize(
    "tex", [r"\unknown{x}", r"\frac{a", "a}", r"\begin{tikz}\end{tikz}", "$",
            "{" * 200, r"\begin{cases} 1 \end{matrix}", r"\text{a", r"\left\alpha a\right)"],
)  # fmt: skip
def test_other_tex_is_kept_as_it_is(tex: str) -> None:
    found = formula(tex)
    assert (found["t"], words([found])) == ("Code", tex.strip())


def test_latex_is_a_formula_or_text_with_formulas_in_it() -> None:
    (alone,) = blocks(shows({"text/latex": r"$\displaystyle \frac{a}{b}$"}))
    assert [x["t"] for x in alone["c"]] == ["Math"]
    (text,) = blocks(shows({"text/latex": "文字 $a$ 与 $b$"}))
    assert words(text) == "文字 a 与 b"
    assert [x["t"] for x in text["c"]] == ["Str", "Math", "Str", "Math"]


# Fitting


def made(shown: dict[str, Any]) -> Node:
    """Return a table as it is read."""
    (found,) = blocks(shows(shown))
    return found


def widths(found: Node) -> list[float]:
    """Return the widths of a fitted table's columns, in points."""
    return [width["c"] * WIDTH for _, width in found["c"][2]]


def test_in_a_list_a_table_keeps_to_its_room() -> None:
    pieces = fit(made(grid(11, 2, "1234567.89")), 300.0)
    assert all(sum(widths(piece)) == pytest.approx(300.0, abs=0.1) for piece in pieces)
    labels = [label for piece in pieces for label in cells_of(piece, "head")[1:]]
    assert labels == [f"列{i}" for i in range(1, 11)]


def test_a_small_table_is_set_large_and_in_full_width() -> None:
    (piece,) = fit(made(grid(4, 5)))
    assert (pairs(piece)["size"], pairs(piece)["whole"]) == ("12", "1")
    assert sum(widths(piece)) == pytest.approx(WIDTH, abs=0.1)


def test_a_wide_table_gets_smaller_type() -> None:
    (piece,) = fit(made(grid(8, 5, "1234567.89")))
    assert float(pairs(piece)["size"]) < SIZES[0]
    assert sum(widths(piece)) == pytest.approx(WIDTH, abs=0.1)


def test_a_table_no_page_holds_comes_in_parts_with_every_column() -> None:
    pieces = fit(made(grid(40, 3, "1234567.89", title="表1　宽")))
    assert len(pieces) > 1
    labels = [cells_of(piece, "head") for piece in pieces]
    assert all(line[0] == "项目" for line in labels)
    assert [label for line in labels for label in line[1:]] == [f"列{i}" for i in range(1, 40)]
    assert [pairs(piece)["title"] for piece in pieces][:3] == [
        "表1　宽",
        "表1　宽（续）",
        "表1　宽（续2）",
    ]


def test_one_endless_word_still_fits() -> None:
    endless = table([("甲", False), ("乙", True)], [["x" * 900] * 2])
    assert all(sum(widths(piece)) <= WIDTH + 0.1 for piece in fit(made(endless)))


def test_numbers_get_the_width_they_need() -> None:
    long = table([("说明", False), ("金额", True)], [["很长的说明" * 60, "123456789.01"]])
    (piece,) = fit(made(long))
    assert widths(piece)[1] > 12 * 0.5 * float(pairs(piece)["size"])


def test_words_among_numbers_and_an_empty_column_leave_their_room_to_others() -> None:
    labels = [("指标", False), ("数值", True), ("佐证", False), ("出处", False)]
    cells = ["名称很长的一个指标", "1.25", "", "params/2016/某局.yml:12:5"]
    rows: list[Any] = [{"cells": cells, "level": n % 4} for n in range(30)]
    rows.append(
        ["部门性质", "财政全额拨款单位", "2016年的一份很长很长很长很长很长的佐证材料", "一处"]
    )
    (piece,) = fit(made(table(labels, rows)))
    name, number, empty, place = (w / float(pairs(piece)["size"]) for w in widths(piece))
    assert number < 5.5 and empty < 5.2 < place
    # Three levels of indent leave the name room for more than a few characters.
    assert name - 3 >= 6


def test_a_paragraph_that_leads_on_is_known() -> None:
    (bold,), (short,), (long,) = (
        markdown("**一是**"),
        markdown("其中："),
        markdown("话" * 50 + "："),
    )
    assert [leads(b) for b in (bold["c"][1][0], short["c"][1][0], long)] == [True, True, False]


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("短标题", ["短标题"]),
        (
            "君山区政务服务中心2016年度部门整体支出绩效评价报告",
            ["君山区政务服务中心2016年度", "部门整体支出绩效评价报告"],
        ),
        (
            "益阳市赫山区城市管理和综合执法局2019年度部门整体支出绩效评价报告",
            ["益阳市赫山区城市管理和综合执法局", "2019年度部门整体支出绩效评价报告"],
        ),
        ("甲" * 30, ["甲" * 30]),
    ],
)
def test_a_long_title_breaks_where_a_reader_pauses(title: str, lines: list[str]) -> None:
    assert title_lines(title) == lines
