"""The report takes its shape from what the file has, on page, PDF and in Word alike."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from bs4 import BeautifulSoup
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from pypdf import PdfReader

from govnb.batch.run import Job, execute
from govnb.papers.shape import shaped
from govnb.report.blocks import SignOff, Title
from govnb.report.bundle import STRUCTURE
from govnb.report.prose import Prose
from govnb.sheet.figure import Figures
from tests.papers.pages import page, shows
from tests.papers.papers import as_docx, as_pdf

SAMPLES = (
    "2016/junshan-zwfw", "2016/yueyangxian-rongwanhu", "2018/nanxian-zhujian",
    "2019/heshan-chengguan", "2019/linye", "2021/zhongxue", "2021/shuiwu", "2022/yiyuan",
    "2023/fayuan", "2023/shahe",
)  # fmt: skip
# What a reader of the body has no use for: words of the rules and of the tool.
OF_TOOLS = re.compile(r"首个已知|部分指标体系|复核|params/|govnb|\.yml|按[^，。]*表复核|求和\(")


@pytest.fixture(scope="module")
def executed(params: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., NotebookNode]:
    """Execute a department shipped or in tests/data, each once."""
    folder = tmp_path_factory.mktemp("形状") / "params"
    shutil.copytree(params, folder)
    later = Path(__file__).parent.parent / "data" / "later"
    for file in later.glob("20*/*.yml"):
        to = folder / file.relative_to(later)
        to.parent.mkdir(exist_ok=True)
        if not to.exists():
            shutil.copy(file, to)
    made: dict[tuple[str, str], NotebookNode] = {}

    def run(name: str, edition: str = "review") -> NotebookNode:
        if (name, edition) not in made:
            year, _, department = name.partition("/")
            made[name, edition] = execute(
                Job(int(year), department, params_dir=folder, edition=edition)
            )
        return made[name, edition]

    return run


def gaps(text: str) -> list[str]:
    """Return the sentences that say something isn't published."""
    return re.findall(r"（[^（）]*(?:未公布|没有说明)[^（）]*）", "".join(text.split()))


@pytest.mark.parametrize("edition", ["review", "publish"])
@pytest.mark.parametrize("name", SAMPLES)
def test_no_page_has_more_than_three_sentences_on_what_is_not_published(
    executed: Callable[..., NotebookNode], name: str, edition: str
) -> None:
    notebook = executed(name, edition)
    soup = BeautifulSoup(page(notebook), "html.parser")
    told = [p.get_text() for p in soup.select("main .gv-prose p") if "未公布" in p.get_text()]
    assert len(told) <= 3, told
    for sheet in PdfReader(io.BytesIO(as_pdf(notebook))).pages:
        assert len(gaps(sheet.extract_text())) <= 3
    file = docx.Document(io.BytesIO(as_docx(notebook)))
    assert len([p.text for p in file.paragraphs if "未公布" in p.text]) <= 3


@pytest.mark.parametrize("name", SAMPLES)
def test_no_heading_stands_over_nothing_and_numbers_run_on(
    executed: Callable[..., NotebookNode], name: str
) -> None:
    soup = BeautifulSoup(page(executed(name)), "html.parser")
    heads = [h.get_text().rstrip("#") for h in soup.select("main h2")]
    chapters = [h[0] for h in heads if h[1:2] == "、"]
    assert chapters == list("一二三四五六")[: len(chapters)]
    annexes = [h for h in heads if h.startswith("附件")]
    assert [h[:3] for h in annexes] == [f"附件{n}" for n in range(1, len(annexes) + 1)]
    for head in soup.select("main h2, main h3"):
        following = head.find_next(["h1", "h2", "h3", "p", "table", "figure", "details"])
        assert following is not None and following.name != head.name, head.get_text()


@pytest.mark.parametrize("name", SAMPLES)
def test_no_table_has_a_row_or_a_column_of_which_nothing_is_known(
    executed: Callable[..., NotebookNode], name: str
) -> None:
    for cell in executed(name, "publish").cells:
        for output in cell.get("outputs", []):
            table = output.get("data", {}).get(STRUCTURE, {})
            if table.get("type") != "table" or table["name"] in ("评分表", "指标一览"):
                continue
            if "above" in table:
                # A form has the columns of a form.
                continue
            rows = [row["cells"] for row in table["rows"] if any(row["cells"][1:])]
            assert not [row for row in rows if set(row[1:]) <= {"", "未公布"}], table["title"]
            columns = list(zip(*rows, strict=True))[1:]
            assert not [c for c in columns if set(c) <= {"", "未公布"}], table["title"]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_body_speaks_of_neither_rules_nor_tools(
    executed: Callable[..., NotebookNode], name: str
) -> None:
    for edition in ("review", "publish"):
        html = page(executed(name, edition))
        body = html[html.index("<main") :]
        body = body if edition == "publish" else re.split(r"<h2[^>]*>\s*附件", body)[0]
        soup = BeautifulSoup(body, "html.parser")
        for aside in soup.select("script, style, .gv-panels, .gv-cards, .gv-verdict, .gv-matters"):
            aside.decompose()
        assert soup.get_text(strip=True)
        assert OF_TOOLS.findall(soup.get_text()) == []


# The rules of the shape, on notebooks of a few cells.


def notebook(unsaid: str, *cells: NotebookNode | Prose) -> NotebookNode:
    made = [shows(c) if isinstance(c, Prose) else c for c in cells]
    title = shows(Title("报告", unsaid=unsaid))
    made_nb: NotebookNode = new_notebook(cells=[title, *made, shows(SignOff("某局", ""))])
    return made_nb


def said(text: str, lacks: str = "", level: int = 0) -> Prose:
    return Prose(text, Figures({}, {}), level, lacks=lacks)


def told(made: NotebookNode) -> list[str]:
    """Return the words of a notebook's headings and outputs."""
    found = []
    for cell in made.cells:
        found += [cell.source] if cell.cell_type == "markdown" else []
        found += [o["data"]["text/plain"] for o in cell.get("outputs", ())]
    return found


GAPS = (
    new_markdown_cell("## 一、概况"),
    said("（本节文字未公布）", "本节文字"),
    new_markdown_cell("### （一）职责"),
    said("（职责未公布）", "职责"),
    new_markdown_cell("### （二）人员"),
    said("5人。"),
    new_markdown_cell("## 二、支出"),
    said("（一）支出", level=3),
    said("（支出数据未公布）", "支出数据"),
)


def test_what_says_nothing_is_named_once_before_who_signs() -> None:
    made = shaped(notebook("未公布", *GAPS))
    kept = ["## 一、概况", "### （一）人员", "5人。"]
    assert told(made) == ["报告", *kept, "（以下内容未公布：职责；支出。）", "某局"]


def test_a_heading_that_holds_a_figure_is_numbered_anew_too() -> None:
    cells = [*GAPS[6:9], new_markdown_cell("## 三、三公"), said("（二）收入：5万元", level=3)]
    made = shaped(notebook("未公布", *cells, said("5万元。")))
    assert told(made)[1:3] == ["## 一、三公", "（一）收入：5万元"]
    output = next(c for c in made.cells if "outputs" in c and "收入" in str(c.outputs)).outputs[0]
    assert "（一）收入" in output["data"]["text/html"]
    assert output["data"][STRUCTURE]["blocks"][0][0][0] == "（一）收入：5万元"


def test_a_draft_keeps_every_section_to_be_filled_in() -> None:
    draft = notebook("（待填）", *GAPS)
    assert shaped(draft) is draft


def test_a_page_that_is_no_annual_report_stays_as_it_is() -> None:
    other = notebook("", *GAPS)
    assert shaped(other) is other


def test_a_notebook_of_somebodys_own_stays_as_it_is() -> None:
    own = new_notebook(cells=[new_markdown_cell("## 一、空的"), new_code_cell("1")])
    assert shaped(own) is own


# Outlines


def headings(notebook: NotebookNode, level: str = "main h2") -> list[str]:
    soup = BeautifulSoup(page(notebook), "html.parser")
    return ["".join(h.get_text().rstrip("#").split()) for h in soup.select(level)]


def test_a_report_of_2016_is_told_a_later_one_is_a_self_evaluation(
    executed: Callable[..., NotebookNode],
) -> None:
    assert headings(executed("2016/junshan-zwfw", "publish"))[:3] == [
        "一、基本概况",
        "二、部门整体支出规模、使用方向和内容",
        "三、部门整体支出管理及使用情况",
    ]
    assert headings(executed("2021/shuiwu", "publish")) == [
        "一、部门（单位）基本情况",
        "二、部门预算收支情况",
        "三、支出管理和使用情况",
        "四、部门整体支出绩效情况",
        "五、存在的问题及原因分析",
        "六、下一步改进措施",
        "附件1绩效自评表",
        "附件2评分表",
        "附件3基础数据表",
    ]


def test_a_file_of_nothing_but_a_form_is_a_form(executed: Callable[..., NotebookNode]) -> None:
    notebook = executed("2023/fayuan", "publish")
    assert headings(notebook)[0] == "一、绩效自评表"
    first = PdfReader(io.BytesIO(as_pdf(notebook))).pages[0]
    assert float(first.mediabox.width) > float(first.mediabox.height)
    assert "年度资金总额" in first.extract_text() and "未公布" not in first.extract_text()


@pytest.mark.parametrize("name", ["2021/shuiwu", "2023/fayuan"])
def test_page_pdf_and_word_have_the_outline_and_the_numbers_of_tables_alike(
    executed: Callable[..., NotebookNode], name: str
) -> None:
    notebook = executed(name, "publish")
    on_page = headings(notebook, "main :is(h2, h3)")
    file = docx.Document(io.BytesIO(as_docx(notebook)))
    styles = ("Heading 1", "Heading 2", "附件标题")
    in_word = [
        "".join(p.text.split()) for p in file.paragraphs if p.style and p.style.name in styles
    ]
    assert in_word == on_page
    pdf = "".join(p.extract_text() for p in PdfReader(io.BytesIO(as_pdf(notebook))).pages)
    assert all(head.lstrip("附件123") in "".join(pdf.split()) for head in on_page)
    soup = BeautifulSoup(page(notebook), "html.parser")
    captions = [c.get_text() for c in soup.select("figcaption > span")]
    for kind in "表图":
        numbers = re.findall(rf"{kind}(\d+)　", "\n".join(captions))
        assert numbers == [str(n) for n in range(1, len(numbers) + 1)]


def test_cells_of_ones_own_stay_in_their_section() -> None:
    title = Title("报告", outline=(("乙", "新乙"), ("甲", "")))
    cells = [
        shows(title),
        new_markdown_cell("## 一、甲", metadata={"tags": ["节:甲"]}),
        new_markdown_cell("甲的话"),
        new_markdown_cell("## 二、乙", metadata={"tags": ["节:乙"]}),
        new_markdown_cell("乙的话"),
    ]
    made = shaped(new_notebook(cells=cells))
    sources = [cell.source for cell in made.cells[1:]]
    assert sources == ["## 一、新乙", "乙的话", "## 二、甲", "甲的话"]
