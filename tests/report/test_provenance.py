"""Every figure on the page can be asked where it comes from, and answers once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from govnb import Workbook
from govnb.report.bundle import anchor
from govnb.report.prose import Prose
from govnb.report.provenance import exact_text, how_made
from govnb.report.tables import Table
from govnb.sheet.figure import Figures, Lack
from govnb.sheet.read import Inputs, load
from tests.conftest import ROOT
from tests.report.markup import Page
from tests.report.shown import table_of
from tests.running import run_through

Shown = list[tuple[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def page(junshan_shown: Shown) -> Page:
    return Page("".join(bundle["text/html"] for _, bundle in junshan_shown))


@pytest.fixture(scope="module")
def panels(junshan_shown: Shown) -> dict[str, Page]:
    """Each panel of the page, by its anchor."""
    html = dict(junshan_shown)["wb.panels()"]["text/html"]
    found = {}
    for part in html.split('<div class="gv-panel"')[1:]:
        piece = Page(f'<div class="gv-panel"{part}')
        found[piece.elements[0][1]["id"]] = piece
    return found


def targets(page: Page) -> set[str]:
    buttons = {b["popovertarget"] for b in page.all("button") if "popovertarget" in b}
    links = {
        unquote(a["href"])[1:] for a in page.all("a") if unquote(a["href"]).startswith("#指标-")
    }
    return buttons | links


def test_every_button_opens_a_panel_that_is_there_exactly_once(page: Page) -> None:
    ids = Counter(a["id"] for _, a in page.elements if "id" in a)
    assert [i for i, count in ids.items() if count > 1] == []
    assert targets(page) - set(ids) == set()


def test_every_figure_a_text_or_table_prints_is_a_button(junshan: Inputs) -> None:
    shown = [s for _, s in run_through(ROOT / "notebooks", Workbook(junshan))]
    told = [each for each in shown if isinstance(each, Prose | Table)]
    assert sum(len(each.names) for each in told) > 200
    for each in told:
        assert {anchor("指标", name) for name in each.names} <= targets(Page(each.html()))


@pytest.mark.parametrize(
    "name",
    [
        "三公经费.公务用车运行维护费.超支率",
        "支出.超支",
        "支出.工资福利支出.差异",
        "超支原因.编外人员工资及补助.占对应超支",
        "业务量.热线工单.增长率",
        "三公经费.结余",
        "收入.财政预算.专项经费.政务公开",
    ],
)
def test_a_panel_names_formula_inputs_with_values_and_file_and_line(
    name: str, panels: dict[str, Page], figures: Figures
) -> None:
    figure = figures[name]
    text = panels[anchor("指标", name)].text
    assert figure.formula is not None and figure.formula in text
    assert str(figure.place) in text
    assert figure.label in text
    for source in figure.inputs:
        assert source in text
        assert exact_text(figures[source]) in text
        assert str(figures[source].place) in text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("业务量.现场处理工单.本年", "1200余次"),
        ("业务量.现场处理工单.增长率", "约71.4285…%"),
        ("支出.商品和服务支出.差异", "-56.42万元"),
        ("收入", "511.4万元"),
        ("收入.财政预算.专项经费.政务公开", "15万元"),
    ],
)
def test_the_exact_value_says_as_the_text_does_what_is_approximate(
    name: str, text: str, figures: Figures
) -> None:
    assert exact_text(figures[name]) == text


def test_amounts_in_元_are_asked_about_without_idle_zeros(
    figures_of: Callable[[str], Figures],
) -> None:
    made = figures_of("金额单位: 元\n人员: {编外人员: 2, 编外人员经费: 30000000}\n支出: 0\n")
    assert exact_text(made["人员.编外人均经费"]) == "15000000元/人"
    assert exact_text(made["支出"]) == "0元"


def test_what_is_counted_is_not_called_typed_in(junshan: Inputs) -> None:
    rows = table_of(Workbook(junshan), "指标一览").structure()["rows"]
    made = {row["cells"][0].partition("（")[0]: row["cells"][2] for row in rows}
    assert made["内设机构.条数"] == "列出的条数"
    assert made["收入.项数"] == "列出的条数"
    assert made["人员.编外人员经费"] == "（填写）"


def test_the_score_is_told_as_the_rubric_gives_it(
    junshan: Inputs, department: Callable[[str], Path]
) -> None:
    rows = table_of(Workbook(junshan), "指标一览").structure()["rows"]
    (score,) = [row["cells"] for row in rows if row["cells"][0].startswith("评价得分")]
    assert score[1:3] == ["19—95分", "见评分表"]
    body = "叙述: {满意度: '得{{ 评价得分 }}，即{{ 评价得分 | 数字 }}分。'}\n"
    text = Page(Workbook(load(department(body))).text("满意度").html()).text.strip()
    low_high = text.removeprefix("得").partition("分")[0]
    assert "—" in low_high and text == f"得{low_high}分，即{low_high}分。"


def test_a_panel_of_an_unknown_figure_says_why(panels: dict[str, Page], figures: Figures) -> None:
    for name, figure in figures.items():
        panel = panels.get(anchor("指标", name))
        if panel is not None and figure.value is None:
            assert figure.reason in panel.text


def test_the_panels_go_down_to_what_the_file_states(
    panels: dict[str, Page], figures: Figures
) -> None:
    for name in figures:
        if anchor("指标", name) in panels:
            for source in figures[name].inputs:
                assert anchor("指标", source) in panels, source


def test_names_with_blanks_and_signs_still_open_their_own_panel(
    department: Callable[[str], Path], shown: Callable[[Any], Shown]
) -> None:
    body = "支出: {明细: {'办 公 费': 3, '<i>&费': 4, '50%费': 1, 'a#b/c?d': 2}}\n"
    parts = shown(Workbook(load(department(body))))
    whole = Page("".join(bundle["text/html"] for _, bundle in parts))
    ids = Counter(a["id"] for _, a in whole.elements if "id" in a)
    assert targets(whole) - set(ids) == set()
    assert [i for i, count in ids.items() if count > 1 or " " in i] == []


def test_names_that_differ_only_in_blanks_do_not_share_a_panel(
    department: Callable[[str], Path], shown: Callable[[Any], Shown]
) -> None:
    parts = shown(
        Workbook(load(department("支出: {明细: {'办 公': 3, '办-公': 4, '办  公': 5}}\n")))
    )
    whole = Page("".join(bundle["text/html"] for _, bundle in parts))
    ids = Counter(a["id"] for _, a in whole.elements if "id" in a)
    assert [i for i, count in ids.items() if count > 1] == []


def test_the_annex_lists_every_figure_with_formula_and_origin(
    junshan: Inputs, figures: Figures
) -> None:
    table = table_of(Workbook(junshan), "指标一览").structure()
    rows = {row["cells"][0]: row["cells"] for row in table["rows"]}
    for name, figure in figures.items():
        listed = rows.get(name) or rows.get(f"{name}（{figure.label}）")
        if listed is None:
            # What the file leaves out is named together, not a row each.
            assert figure.lack is Lack.LEFT_OUT or figure.absent
            assert name in table["notes"][0]
        else:
            # Only the rubric knows how the score was made.
            made = "见评分表" if name == "评价得分" else how_made(figure) or "（填写）"
            assert listed[2:] == [made, str(figure.place)]


def test_a_panel_puts_the_numbers_into_the_formula(panels: dict[str, Page]) -> None:
    text = panels[anchor("指标", "三公经费.公务用车运行维护费.超支率")].text
    assert "0.88 ÷ 8.1 = 10.86%" in text


def test_a_panel_quotes_the_line_that_somebody_typed(
    panels: dict[str, Page], params: Path, figures: Figures
) -> None:
    name = "三公经费.公务接待费.支出"
    lines = (params / "2016" / "junshan-zwfw.yml").read_text("utf-8").splitlines()
    typed = lines[figures[name].place.line - 1].strip()
    assert "10.33" in typed and typed in panels[anchor("指标", name)].text


def test_a_figure_taken_over_puts_no_number_into_its_formula(panels: dict[str, Page]) -> None:
    text = panels[anchor("指标", "项目.电子政务外网建设.资金")].text
    assert "收入.电子政务外网建设项目资金" in text and "代入" not in text
