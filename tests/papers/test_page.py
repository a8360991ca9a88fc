"""The page: one file, in Chinese, with nothing foreign in it, the same every time."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import nbformat
import pytest
from nbconvert.exporters import get_exporter
from nbformat.v4 import (
    new_markdown_cell,
    new_notebook,
    new_raw_cell,
)

from govnb.papers.page import HTMLReport
from govnb.papers.page_clean import clean
from govnb.papers.page_markdown import formula
from govnb.papers.page_outline import Outline, slug
from govnb.report.tables import Cell, Row, Table
from tests.papers.pages import (
    EVIL,
    REPORTS,
    copy_of,
    dot,
    failed_notebook,
    figures,
    own_notebook,
    own_table,
    page,
    report_notebook,
    report_page,
    shows,
)


class Tags(HTMLParser):
    """What a page is made of: its tags with their attributes, and its visible text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._hidden = 0
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._hidden += tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text += data

    def all(self, tag: str, *classes: str) -> list[dict[str, str]]:
        wanted = set(classes)
        return [a for t, a in self.tags if t == tag and wanted <= set(a.get("class", "").split())]

    @property
    def ids(self) -> list[str]:
        return [a["id"] for _, a in self.tags if "id" in a]


@pytest.fixture(scope="module")
def own() -> Tags:
    return Tags(page(own_notebook()))


def markdown_page(source: str) -> Tags:
    return Tags(page(new_notebook(cells=[new_markdown_cell(source)])))


# The page as a whole


def test_is_the_exporter_nbconvert_and_jupyterlab_find() -> None:
    assert get_exporter("govnb_html") is HTMLReport
    assert HTMLReport.export_from_notebook
    assert HTMLReport().file_extension == ".html"


def test_is_in_chinese_with_landmarks_and_a_title(own: Tags) -> None:
    assert own.all("html")[0]["lang"] == "zh-CN"
    names = [tag for tag, _ in own.tags]
    for landmark in ("header", "nav", "main", "footer"):
        assert landmark in names
    assert names.count("main") == names.count("h1") == names.count("title") == 1
    assert own.all("a", "gv-skip")[0]["href"] == "#正文"


def test_title_is_the_first_heading_else_the_notebooks_own() -> None:
    assert "<title>甲的报告</title>" in page(new_notebook(cells=[new_markdown_cell("# 甲的报告")]))
    named = new_notebook(metadata={"title": "乙<的>报告"})
    assert "<title>乙&lt;的&gt;报告</title>" in page(named)
    assert "<h1>乙&lt;的&gt;报告</h1>" in page(named)
    html_, _ = HTMLReport().from_notebook_node(new_notebook(), {"metadata": {"name": "丙"}})
    assert "<title>丙</title>" in html_


def test_shows_no_code_no_prompt_no_cell_id_and_no_warning() -> None:
    notebook = own_notebook()
    text = page(notebook)
    assert "secret_code" not in text
    assert "不该看到的警告" not in text
    assert not re.search(r"\b(In|Out)\s*\[", text)
    assert not any(cell.id in text for cell in notebook.cells)


def test_needs_nothing_from_elsewhere(own: Tags) -> None:
    for tag, attributes in own.tags:
        assert tag not in ("iframe", "object", "embed", "form", "base")
        assert not [name for name in attributes if name.startswith("on")]
        if "src" in attributes:
            assert attributes["src"].startswith("data:image/")
        if tag == "link":
            assert attributes["href"] == "data:,"
    policy = next(a["content"] for a in own.all("meta") if "http-equiv" in a)
    assert "default-src 'none'" in policy


def test_the_only_script_is_the_pages_own_and_its_hash_is_in_the_policy(own: Tags) -> None:
    assert len(own.all("script")) == 1
    assert "script-src 'sha256-" in next(a["content"] for a in own.all("meta") if "http-equiv" in a)


def test_text_in_any_field_is_text(own: Tags) -> None:
    # title, heading, h3, list item, both tables with five fields each, panel, plain and printed
    # text: counted low, so that a field that vanished would show.
    assert own.text.count(EVIL) >= 15
    assert EVIL not in page(own_notebook())


def test_no_id_occurs_twice_and_every_link_leads_somewhere(own: Tags) -> None:
    assert len(own.ids) == len(set(own.ids))
    targets = [unquote(a["href"][1:]) for a in own.all("a") if a.get("href", "").startswith("#")]
    targets += [a["popovertarget"] for a in own.all("button") if "popovertarget" in a]
    targets += [a["aria-labelledby"] for _, a in own.tags if "aria-labelledby" in a]
    assert targets and set(targets) <= set(own.ids)


def test_panels_shown_twice_are_on_the_page_once(own: Tags) -> None:
    panels = [a["id"] for a in own.all("div", "gv-panel")]
    assert panels == [
        "指标-三公经费.预算",
        "指标-三公经费.支出",
        "指标-三公经费.控制率",
        "指标-部门.性质",
    ]


def test_a_figure_without_its_panel_is_text(own: Tags) -> None:
    assert "另有" in own.text and "未公布" in own.text
    assert not any(
        "未知数" in a["popovertarget"] for a in own.all("button") if "popovertarget" in a
    )
    alone = Tags(page(new_notebook(cells=[shows(own_table())])))
    assert not alone.all("button") and "95.36%" in alone.text


def test_marks_of_a_trial_stand_above_everything() -> None:
    text = page(own_notebook())
    places = [text.index(part) for part in ('class="gv-trial"', "<header", "<h1>", "<main")]
    assert places == sorted(places)
    assert text.count('class="gv-trial"') == 1


# Outline


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("一、基本概况", "基本概况"),
        ("（二）“三公经费”支出使用和管理情况", "三公经费支出使用和管理情况"),
        ("二、部门整体支出规模、使用方向和内容", "部门整体支出规模-使用方向和内容"),
        ("（一）财政预算收入：511.4万元", "财政预算收入"),
        ("附件1　基础数据表", "基础数据表"),
        ("附件", "附件"),
        ("1.概况", "概况"),
        ("2016年收支", "2016年收支"),
        ("12345热线", "12345热线"),
        ("第三部分 数据", "数据"),
        ("a < b", "a-b"),
        ("！", "节"),
    ],
)
def test_an_anchor_is_the_words_of_the_heading(heading: str, anchor: str) -> None:
    assert slug(heading) == anchor


def test_contents_hold_headings_of_cells_and_of_outputs(own: Tags) -> None:
    text = page(own_notebook())
    contents = text[text.index('<nav class="gv-contents gv-wide"') : text.index("</nav>")]
    entries = re.findall(r'<a href="#([^"]*)">([^<]*)</a>', contents)
    assert entries == [
        ("列表-引用和公式", "一、列表、引用和公式"),
        ("19-31万元", "（一）19.31万元"),
        ("普通输出", "二、普通输出"),
        ("表格", "表格"),
        ("普通输出-表格", "表格"),
        ("节-普通输出", "一、普通输出"),
    ]


def test_headings_and_figures_have_a_permanent_link(own: Tags) -> None:
    links = {unquote(a["href"][1:]) for a in own.all("a", "gv-anchor")}
    assert {"列表-引用和公式", "表-三公", "指标-三公经费.控制率"} <= links
    assert all(a["aria-label"] for a in own.all("a", "gv-anchor"))


def test_a_heading_never_takes_the_id_of_a_figure() -> None:
    outline = Outline.of('<h2>表 三公</h2><figure id="表-三公"></figure>')
    assert outline.contents[0].target == "节-表-三公"
    assert '<figure id="表-三公">' in outline.body


def test_tags_in_attributes_are_not_taken_for_tags() -> None:
    hostile = '<p title="<h2>x onmouseover=alert(1) y</h2>">话</p>'
    assert Outline.of(hostile).body == hostile
    text = page(new_notebook(cells=[shows({"text/html": hostile})]))
    assert not Outline.of(text).contents


def test_a_notebook_without_headings_has_no_contents() -> None:
    assert not markdown_page("只有一句话").all("nav")


def test_a_second_title_counts_as_a_section() -> None:
    outline = Outline.of("<h1>甲</h1><h3>序</h3><h1>乙</h1><h3>丙</h3>")
    assert outline.title == "甲"
    assert [(e.text, [p.text for p in e.parts]) for e in outline.contents] == [
        ("序", []),
        ("乙", ["丙"]),
    ]


# Cleaning


@pytest.mark.parametrize(
    "hostile",
    [
        EVIL,
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)></svg>",
        "<iframe src='javascript:alert(1)'></iframe>",
        "<a href=' javascript:alert(1)'>x</a>",
        "<a href='//example.org'>x</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
        "<p style=\"background: image-set('https://example.org/a')\">x</p>",
        "<p style='background: u\\72l(https://example.org)'>x</p>",
        "<style>@import 'https://example.org';</style><p>x</p>",
        "<style>#T_1 td{background:url(https://example.org)}</style><p>x</p>",
        "<style>#T_1 td, body{color:red}</style><p>x</p>",
        "<link rel=stylesheet href='https://example.org'><p>x</p>",
        "<meta http-equiv=refresh content='0;https://example.org'><p>x</p>",
        "<form action='https://example.org'><input name=a></form>",
        "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
        "<div style='position: fixed; inset: 0'>x</div>",
        "<img srcset='https://example.org/a 2x'>",
    ],
)
def test_what_runs_or_loads_or_covers_is_dropped(hostile: str) -> None:
    assert not re.search(
        r"alert|example\.org|javascript|position|<style|onerror|data:text/html", clean(hostile)
    )


@pytest.mark.parametrize(
    "ours",
    [
        '<button type="button" class="gv-fig" popovertarget="指标-a" title="a">1</button>',
        '<div class="gv-panel" popover="" id="指标-a" role="dialog" tabindex="-1">x</div>',
        '<a class="gv-download" download="a.csv" href="data:text/csv;charset=utf-8,%EF">x</a>',
        '<img alt="a" src="data:image/svg+xml;base64,AA==">',
        '<span class="gv-bar" style="--low:80;--high:95" role="img" aria-label="80—95分"></span>x',
        '<p class="gv-verdict" data-severity="错误">x</p>',
        "<details><summary>a</summary>b</details>",
        '<th scope="row" class="gv-level-1">x</th>',
    ],
)
def test_what_a_report_needs_stays(ours: str) -> None:
    wrapped = f"<table><tbody><tr>{ours}</tr></tbody></table>" if ours.startswith("<th") else ours
    assert clean(wrapped) == wrapped


def test_a_stylers_own_colours_stay(own: Tags) -> None:
    assert "<style>#T_1 td {color: #a00}</style>" in page(own_notebook())


def test_output_that_only_a_script_would_draw_falls_back_to_its_picture() -> None:
    scripted = {"text/html": f"<div></div>{EVIL}", "image/png": dot(), "text/plain": "Plot()"}
    assert len(Tags(page(new_notebook(cells=[shows(scripted)]))).all("img")) == 1
    del scripted["image/png"]
    assert "Plot()" in Tags(page(new_notebook(cells=[shows(scripted)]))).text


# Ordinary cells


def test_pictures_have_words(own: Tags) -> None:
    alts = [a["alt"] for a in own.all("img")]
    assert "一个点" in alts and "附在单元里的图" in alts
    assert all(alts)
    assert "别处的图" in own.text


def test_ordinary_tables_scroll_and_say_what_their_headings_head(own: Tags) -> None:
    scopes = [a.get("scope") for a in own.all("th")]
    assert None not in scopes and {"row", "col"} <= set(scopes)
    regions = own.all("div", "gv-scroll")
    assert len(regions) == len(own.all("table"))
    assert all(a["tabindex"] == "0" for a in regions)


def test_a_heading_of_rows_owns_its_line_and_long_words_may_break() -> None:
    rows = (
        Row((Cell("业务工作专项"), Cell(""), Cell("")), kind="group"),
        Row((Cell("来源"), Cell("见部门整体支出绩效评价报告"), Cell("params/2016/a.yml:1:1"))),
    )
    table = Table(
        "a", "甲", ("项目", "数", "出处"), rows, figures(), "来源", text_columns=frozenset({0, 2})
    )
    text = table.html()
    assert '<th scope="colgroup" colspan="3">业务工作专项</th></tr>' in text
    assert "<td>见部门整体支出绩效评价报告</td>" in text
    assert "params/<wbr>2016/<wbr>a.yml:1:1" in text


def test_markdown_shows_lists_quotes_and_raw_html_as_text() -> None:
    tags = markdown_page(f"- 项 {EVIL}\n\n> 引\n\n<div onclick=x>块</div>\n\n`代码`")
    names = [tag for tag, _ in tags.tags]
    assert {"ul", "li", "blockquote", "code"} <= set(names)
    assert EVIL in tags.text and "<div onclick=x>块</div>" in tags.text


def test_a_local_picture_is_taken_into_the_page(tmp_path: Any) -> None:
    (tmp_path / "a.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", "utf-8")
    notebook = new_notebook(cells=[new_markdown_cell("![图](a.svg)")])
    text, _ = HTMLReport().from_notebook_node(notebook, {"metadata": {"path": str(tmp_path)}})
    assert 'src="data:image/svg+xml;base64,' in text


def test_formulas_are_mathml_and_unknown_ones_their_source() -> None:
    assert formula(r"\frac{a}{b}", display=False) == (
        '<math display="inline"><mfrac><mi>a</mi><mi>b</mi></mfrac></math>'
    )
    assert formula("支出率=5.2", display=False) == (
        '<math display="inline"><mrow><mtext mathvariant="normal">支出率</mtext>'
        "<mo>=</mo><mn>5.2</mn></mrow></math>"
    )
    assert formula(r"\nosuch{x}", display=False) == r'<code class="gv-tex">\nosuch{x}</code>'


@pytest.mark.parametrize(
    "tex",
    [
        r"x_1^2 + \sqrt{a} + \sqrt[3]{b}",
        r"\sum_{i=1}^n x_i \cdot \bar{y}",
        r"\left( \frac{1}{2} \right]",
        r"\begin{cases} a & b \\ c & d \end{cases}",
        r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
        r"\text{<b> \& 甲} \quad x < y",
        r"\min_{x} f(x) \le 100\%",
    ],
)
def test_formulas_come_through_the_cleaner_as_they_are(tex: str) -> None:
    source = formula(tex, display=False)
    assert source.startswith("<math")
    cleaned, as_it_is = (re.sub(r' style="[^"]*"', "", x) for x in (clean(source), source))
    assert html.unescape(cleaned) == html.unescape(as_it_is)


def test_dollars_in_running_text_are_money() -> None:
    assert "单价 $5 和 $6。" in markdown_page("单价 $5 和 $6。").text


def test_plain_brackets_keep_their_size_beside_an_integral() -> None:
    html = page(new_notebook(cells=[new_markdown_cell(r"$\int f(x) \left( y \right)$")]))
    assert '<mo stretchy="false" form="prefix">(</mo>' in html
    assert '<mo stretchy="true" form="prefix">(</mo>' in html


def test_latex_with_text_beside_its_formulas_is_text_with_formulas() -> None:
    html = page(new_notebook(cells=[shows({"text/latex": "文字 $a$ 与 $b$"})]))
    assert "<p>文字 <math" in html and "$" not in Tags(html).text


def test_a_footnote_and_a_task_are_text_as_on_paper() -> None:
    tags = markdown_page("脚注[^1]\n\n[^1]: 脚注的话\n\n- [ ] 待办\n- [x] 已办")
    for told in ("脚注[^1]", "[^1]: 脚注的话", "[ ] 待办", "[x] 已办"):
        assert told in tags.text


def test_a_table_in_a_list_or_a_quote_is_a_table_as_on_paper() -> None:
    table = "| 科目 | 预算 |\n{0}|---|---:|\n{0}| 工资 | 1 |"
    tags = markdown_page(f"- 甲\n\n  {table.format('  ')}\n\n> {table.format('> ')}")
    assert len(tags.all("table")) == 2 and "|" not in tags.text


def test_a_raw_cell_is_for_another_format() -> None:
    notebook = new_notebook(cells=[new_markdown_cell("# 题"), new_raw_cell(f"原样{EVIL}")])
    assert "原样" not in page(notebook)


def test_a_paragraph_bold_throughout_leads_what_follows() -> None:
    tags = markdown_page("**小题**\n\n**粗** 在前的话\n\n话 **粗**")
    assert len(tags.all("p", "gv-lead")) == 1


def test_an_error_is_shown_plainly() -> None:
    tags = Tags(page(failed_notebook("raises-exception")))
    assert "运行到这里出错" in tags.text and "缺少“年度”" in tags.text
    assert "An Exception was encountered" not in tags.text
    assert "\x1b" not in tags.text


# The same every time


def test_the_same_notebook_gives_the_same_bytes() -> None:
    exporter = HTMLReport()
    notebook = own_notebook()
    before = nbformat.writes(notebook)
    pages = [exporter.from_notebook_node(n)[0] for n in (notebook, copy_of(notebook))]
    pages += [HTMLReport().from_notebook_node(own_notebook())[0]]
    assert pages[0] == pages[1] == pages[2]
    assert nbformat.writes(notebook) == before


def test_the_same_in_another_process() -> None:
    code = (
        "import hashlib; from tests.papers.pages import *;"
        "print(hashlib.sha256(page(own_notebook()).encode()).hexdigest())"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]


# The real reports


@pytest.mark.parametrize(("year", "department"), REPORTS)
def test_a_report_is_whole(year: int, department: str) -> None:
    text = report_page(year, department)
    tags = Tags(text)
    assert len(text.encode()) < 1_000_000
    assert len(tags.ids) == len(set(tags.ids))
    headings = re.findall(r"<h2 [^>]*>(.*?)</h2>", text)
    chapters = [h[:2] for h in headings if h[1] == "、"]
    assert chapters == ["一、", "二、", "三、", "四、", "五、", "六、"][: len(chapters)]
    assert chapters and headings[len(chapters)].startswith("附件")
    missing = [
        a["popovertarget"]
        for a in tags.all("button")
        if a.get("popovertarget", "指标") not in {*tags.ids, "指标"}
    ]
    assert not missing
    links = {unquote(a["href"][1:]) for a in tags.all("a") if a.get("href", "").startswith("#")}
    assert links <= set(tags.ids)


def test_every_figure_a_report_prints_can_be_asked() -> None:
    """Nothing that a cell of ours made a button fell back to plain text."""
    notebook = report_notebook(*REPORTS[0])
    outputs = [o.data.get("text/html", "") for c in notebook.cells for o in c.get("outputs", [])]
    made = "".join(outputs).count('class="gv-fig')
    assert made and report_page(*REPORTS[0]).count('class="gv-fig') == made
