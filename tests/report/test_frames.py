"""Figures in pandas: exact, unknown where an input is, and asked where they come from."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govnb import Workbook, growth, known, percent, with_total
from govnb.report.frames import BELOW_ZERO, NO_GROWTH, Computed, Number
from govnb.sheet.figure import Figure, Figures
from govnb.sheet.read import Inputs, load
from govnb.text.faults import FaultsError
from tests.report.markup import Page
from tests.report.shown import NOTEBOOKS, table_of

Department = Callable[[str], Path]
BODY = "支出: {明细: {甲: 1, 乙: 2, 丙: 未公布}}\n预算安排: {明细: {甲: 3, 乙: 0, 丙: 1}}\n"
amounts = st.decimals(-1000, 1000, places=3)


def number(value: Decimal | None, unit: str = "万元") -> Number:
    figures = Figures(
        {"甲": Figure("甲", value, unit, missing=() if value is not None else ("甲",))}, {}
    )
    return Computed(figures).number("甲")


def test_columns_are_added_by_arithmetic_and_are_exact(junshan: Inputs) -> None:
    支出: Any = Workbook(junshan)["支出", "预算安排"]
    支出["差异"] = 支出["支出"] - 支出["预算安排"]
    支出["差异率"] = percent(支出["差异"] / 支出["预算安排"])
    made: Any = 支出.loc["工资福利支出"]
    assert [str(cell) for cell in made] == ["86.93万元", "18.06万元", "68.87万元", "381.34%"]
    assert made["差异"].figure.value == Decimal("68.87")
    assert 支出["差异"].drop("合计").idxmax() == "工资福利支出"
    assert list(支出[支出["差异"] < 0].index) == ["商品和服务支出"]


def test_what_the_formula_book_knows_is_that_figure_and_no_second_one(junshan: Inputs) -> None:
    workbook = Workbook(junshan)
    table_of(workbook, "支出")
    三公: Any = with_total(workbook.items("三公经费", "支出", "预算"))
    rate: Any = percent(三公["支出"] / 三公["预算"])
    assert rate["公务接待费"].figure.name == "三公经费.公务接待费.控制率"
    extra = set(workbook.result_data["figures"]) - set(workbook.figures)
    assert not [name for name in extra if name.startswith(("支出.", "三公经费."))]


def test_a_figure_of_a_cell_is_asked_where_it_comes_from_like_any(junshan: Inputs) -> None:
    workbook = Workbook(junshan)
    支出: Any = workbook["支出", "预算安排"]
    支出["完成率"] = percent(支出["支出"] / 支出["预算安排"])
    shown = workbook.show(支出, "预算完成情况")
    name = "预算完成情况.工资福利支出.完成率"
    figure = workbook.result_data["figures"][name]
    assert figure["formula"] == "支出.工资福利支出 / 预算安排.工资福利支出"
    assert figure["inputs"] == ["支出.工资福利支出", "预算安排.工资福利支出"]
    assert figure["unit"] == "%" and figure["value"].startswith("481.3399778")
    assert figure["origin"].startswith(str(Path(__file__)))
    assert f'popovertarget="指标-{name}"' in shown._repr_mimebundle_()["text/html"]
    panels = Page(workbook.panels()._repr_mimebundle_()["text/html"])
    assert f"指标-{name}" in {a.get("id") for _, a in panels.elements}


def test_a_sentence_says_what_a_cell_computed_and_leads_to_it(junshan: Inputs) -> None:
    workbook = Workbook(junshan)
    支出: Any = workbook["支出", "预算安排"]
    差异: Any = 支出["支出"] - 支出["预算安排"]
    一半 = 差异["合计"] / 2
    said = workbook.say(f"比预算{差异['工资福利支出']:多少}，一半是{一半}。")
    page = said._repr_mimebundle_()["text/html"]
    assert "比预算多68.87万元，一半是11.87万元。" in Page(page).text
    assert page.count("popovertarget") == 2


def test_unknown_stays_unknown_and_says_what_it_lacks(department: Department) -> None:
    支出: Any = Workbook(load(department(BODY)))["支出", "预算安排"]
    支出["差异"] = 支出["支出"] - 支出["预算安排"]
    支出["率"] = percent(支出["差异"] / 支出["预算安排"])
    assert str(支出.at["丙", "率"]) == "未公布"
    assert 支出.at["丙", "差异"].figure.missing == ("支出.丙",)
    assert 支出.at["乙", "率"].figure.reason == "不可计算：除数 预算安排.乙 为 0"
    assert str(支出["差异"].drop("合计").sum()) == "未公布"
    assert list(known(支出[["支出"]])) == [True, True, False, False]


def test_different_units_are_not_added(junshan: Inputs) -> None:
    workbook = Workbook(junshan)
    with pytest.raises(ValueError, match="单位不同，不能相加减（万元、人）"):
        workbook.number("支出") + workbook.number("人员.在职人员")
    each = workbook.number("支出") / workbook.number("人员.在职人员")
    assert str(each) == "107.03万元/人"


@given(st.lists(amounts.filter(bool), min_size=1, max_size=6))
def test_shares_of_a_whole_add_up_to_it_exactly(values: list[Decimal]) -> None:
    whole = number(sum(values, Decimal(0)))
    if whole:
        shares = [percent(number(value) / whole) for value in values]
        assert sum(shares[1:], shares[0]).figure.value == 100


@given(amounts, amounts)
def test_a_growth_has_the_sign_of_its_difference_and_none_from_zero_or_below(
    before: Decimal, now: Decimal
) -> None:
    import pandas as pd

    (grown,) = growth(pd.Series([number(now)]), pd.Series([number(before)]))
    if before <= 0:
        assert grown == (BELOW_ZERO if before else NO_GROWTH)
    else:
        assert (grown > 0, grown < 0) == ((now - before) / before > 0, (now - before) / before < 0)


def test_every_table_can_be_taken_into_pandas(junshan: Inputs) -> None:
    made: Any = table_of(Workbook(junshan), "三公经费").frame()
    assert made.at["公务接待费", "支出"] == Decimal("10.33")
    assert made.columns[-1] == "控制率"


def test_the_notebooks_own_cells_give_what_the_formula_book_gives(junshan: Inputs) -> None:
    from tests.running import run_through

    workbook = Workbook(junshan)
    list(run_through(NOTEBOOKS, workbook))
    extra = set(workbook.result_data["figures"]) - set(workbook.figures)
    assert all(workbook.result_data["figures"][name]["formula"] for name in extra)


def test_in_the_lab_a_number_names_its_cells_place_however_often_and_late_it_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JupyterLab tells the kernel the cell's id, and the server the notebook's path."""
    import nbformat
    from jupyter_client.manager import start_new_kernel

    source = (
        "from govnb.report.frames import here\n"
        "exec(compile('place = here()', 'cell', 'exec'))\nprint(place)"
    )
    cells = [
        nbformat.v4.new_code_cell("1", id="first"), nbformat.v4.new_markdown_cell("#"),
        nbformat.v4.new_code_cell(source, id="second"),
    ]  # fmt: skip
    notebook = tmp_path / "某 部门.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), notebook)
    monkeypatch.setenv("JPY_SESSION_NAME", str(notebook))
    manager, client = start_new_kernel()
    try:
        said = []
        for cell in ("second", "second", "unsaved"):
            content = {"code": source, "silent": False, "store_history": True}
            message = client.session.msg("execute_request", content, metadata={"cellId": cell})
            client.shell_channel.send(message)
            while (reply := client.get_iopub_msg(timeout=60))["msg_type"] != "stream":
                assert reply["msg_type"] != "error", reply["content"]
            said.append(reply["content"]["text"].strip().rpartition(" ")[2])
            while client.get_iopub_msg(timeout=60)["content"].get("execution_state") != "idle":
                pass
        # What isn't saved yet is told by its turn.
        assert said == ["第2格", "第2格", "第3格"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.mark.parametrize("name", ["没有的表", "支出。甲", "三公经费.公务接待费.支处"])
def test_a_name_that_no_department_can_have_is_refused_in_a_cell(name: str) -> None:
    wb = Workbook.open(2016, "junshan-zwfw")
    for ask in (wb.__getitem__, wb.number, wb.tree, wb.items):
        with pytest.raises(FaultsError, match=f"没有“{name}”这个指标") as refused:
            ask(name)
        assert "test_frames.py" in str(refused.value.faults[0].place)
    # What others may have is unknown here, and no fault.
    assert str(wb.number("支出.信息网络费")) == "未公布"
