"""Pages to test: the real report, run once a session, and a notebook of somebody's own."""

from __future__ import annotations

import base64
import io
from decimal import Decimal
from functools import cache
from typing import Any

import nbformat
import pandas
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from govnb.batch.run import Job, execute
from govnb.papers.page import HTMLReport
from govnb.report.blocks import Cards, Panels, Title
from govnb.report.prose import Prose
from govnb.report.tables import Cell, Row, Table
from govnb.sheet.figure import Figure, Figures, Lack
from govnb.text.faults import Place

EVIL = "<script>alert(1)</script>"
REPORTS = (
    (2016, "junshan-zwfw"),
    (2016, "yueyangxian-rongwanhu"),
    (2018, "nanxian-zhujian"),
    (2019, "heshan-chengguan"),
)

MARKDOWN = rf"""## 一、列表、引用和公式

- 第一项
- 第二项 **加粗** {EVIL}

> 引用的一段话。

超支率按 $\frac{{实际支出-预算}}{{预算}}\times 100\%$ 计算，即

$$
r = \frac{{\sum_{{i=1}}^n x_i}}{{n}}
$$

看不懂的公式：$\unknowncommand{{x}}$。单价 $5 和 $6。

| 项目 | 金额 |
|------|-----:|
| 甲 | 1.00 |

![附在单元里的图](attachment:dot.png) ![别处的图](https://example.org/a.png)

[外部链接](https://example.org/) [坏链接](javascript:alert(1))
"""


def figures() -> Figures:
    """Return a few figures, one with a label nobody should trust."""
    stated = Place("params/2016/own.yml", 3, 5)
    derived = Place("params/rules/figures.yml", 9, 1)
    items = [
        Figure("三公经费.预算", Decimal("20.25"), "万元", "预算数", stated),
        Figure("三公经费.支出", Decimal("19.31"), "万元", f"支出{EVIL}", stated),
        Figure(
            "三公经费.控制率",
            Decimal("19.31") / Decimal("20.25") * 100,
            "%",
            "三公经费控制率",
            derived,
            formula="三公经费.支出 / 三公经费.预算",
            inputs=("三公经费.支出", "三公经费.预算"),
            derived=True,
        ),
        Figure("部门.性质", "政府直属正科级事业单位，财政全额拨款", "", "性质", stated),
        Figure("未知数", None, "万元", "未知数", stated, lack=Lack.WITHHELD),
    ]
    return Figures({figure.name: figure for figure in items}, {})


def own_table(name: str = "三公") -> Table:
    """Return a table with a script in each of its fields."""
    row = Row((Cell(f"控制率{EVIL}"), Cell("95.36%", "三公经费.控制率", Decimal("95.36"), 2)))
    return Table(
        name, f"三公经费{EVIL}", ("项目", f"数{EVIL}"), (row,), figures(), f"来源{EVIL}",
        unit=f"万元{EVIL}", notes=(f"注{EVIL}",), number="表1",
    )  # fmt: skip


@cache
def dot() -> str:
    """Return a picture of one dot, as notebooks hold pictures."""
    from matplotlib.figure import Figure as Drawing

    out = io.BytesIO()
    Drawing(figsize=(1, 1)).savefig(out, format="png", metadata={"Software": None})
    return base64.b64encode(out.getvalue()).decode()


def shows(*bundles: Any, metadata: dict[str, Any] | None = None) -> NotebookNode:
    """Return a code cell that displays these objects or mime bundles."""
    data = [b if isinstance(b, dict) else b._repr_mimebundle_() for b in bundles]
    outputs = [new_output("display_data", d, metadata=metadata or {}) for d in data]
    cell: NotebookNode = new_code_cell("secret_code()", outputs=outputs, execution_count=1)
    return cell


def frame() -> dict[str, Any]:
    table = pandas.DataFrame({"科目": ["工资", "办公费"], "金额": [18.06, 1.13]})
    return {"text/html": table.to_html(), "text/plain": repr(table)}


def own_notebook() -> NotebookNode:
    """Return a notebook somebody wrote and ran, with everything a page must cope with."""
    known = figures()
    cell = "<tbody><tr><td>甲</td></tr></tbody>"
    styled = f'<style>#T_1 td {{color: #a00}}</style><table id="T_1">{cell}</table>'
    scripted = {"text/html": f"<div></div>{EVIL}", "image/png": dot(), "text/plain": "Plot()"}
    remote = (
        '<p onclick="alert(1)">留下的话<img src="https://example.org/x.png" onerror="alert(1)">'
        '<iframe src="https://example.org"></iframe><span style="color: red; '
        'background: url(https://example.org/y.png)">红</span></p>'
    )
    cells = [
        shows(Title(f"自己的笔记本{EVIL}", trial={"三公经费.支出": "18"})),
        shows(Cards(((known["三公经费.控制率"], "表-三公"),))),
        new_markdown_cell(MARKDOWN, attachments={"dot.png": {"image/png": dot()}}),
        shows(Prose("### （一）{{ 三公经费.支出 }}"[4:], known, 3)),
        shows(
            Prose(
                "本部门是{{ 部门.性质 }}。支出{{ 三公经费.支出 }}（控制率"
                "{{ 三公经费.控制率 }}），另有{{ 未知数 }}。",
                known,
            )
        ),
        shows(own_table(), own_table()),
        new_markdown_cell("## 二、普通输出\n\n### 表格\n\n### 表格\n\n## 一、普通输出"),
        shows(frame(), {"text/html": styled}, {"text/html": remote}, scripted),
        shows({"image/png": dot(), "text/plain": "<Figure>"}),
        shows({"image/png": dot()}, metadata={"image/png": {"alt": "一个点", "width": 50}}),
        shows({"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"}),
        shows({"text/latex": r"$\displaystyle \frac{1}{2}$", "text/plain": "1/2"}),
        shows({"text/markdown": "输出里的 **Markdown**"}, {"text/plain": f"纯文本 {EVIL}"}),
        shows({"application/javascript": "alert(1)", "text/plain": "<IPython.Javascript>"}),
        new_code_cell(
            "secret_code()",
            outputs=[
                new_output("stream", name="stdout", text=f"打印的话 {EVIL}\n"),
                new_output("stream", name="stderr", text="不该看到的警告\n"),
            ],
        ),
        shows(Panels(known, ("三公经费.控制率", "部门.性质"))),
        shows(Panels(known, ("三公经费.控制率", "部门.性质"))),
    ]
    notebook: NotebookNode = new_notebook(cells=cells)
    return notebook


def failed_notebook(*tags: str) -> NotebookNode:
    """Return a notebook papermill stopped in the middle of, its failing cell with tags."""
    marker = {"tags": ["papermill-error-cell-tag"]}
    told = '<span style="color:red">An Exception was encountered at …</span>'
    trace = ["\x1b[31mFaultsError\x1b[0m", f"第 3 行 {EVIL}"]
    error = new_output("error", ename="FaultsError", evalue=f"缺少“年度” {EVIL}", traceback=trace)
    cells = [
        new_markdown_cell(told, metadata=marker),
        new_markdown_cell("# 没跑完的报告"),
        new_markdown_cell(told, metadata=marker),
        new_code_cell("boom()", outputs=[error], execution_count=3, metadata={"tags": list(tags)}),
    ]
    notebook: NotebookNode = new_notebook(cells=cells)
    return notebook


@cache
def report_notebook(year: int, department: str) -> NotebookNode:
    """Return the executed notebook of a department."""
    return execute(Job(year, department))


@cache
def report_page(year: int, department: str) -> str:
    """Return the page of a department."""
    return page(report_notebook(year, department))


def page(notebook: NotebookNode) -> str:
    """Return a notebook's page."""
    html, _ = HTMLReport().from_notebook_node(notebook)
    return str(html)


def copy_of(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook as it is after being saved and opened."""
    read: NotebookNode = nbformat.reads(nbformat.writes(notebook), 4)
    return read
