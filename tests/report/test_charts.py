"""Charts: what a reader sees, what a reader who can't see is told, and what can't go wrong."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from govnb import Workbook, bars, bullets
from govnb.report import fonts
from govnb.report.charts import STYLE, Chart, chart, use_style
from govnb.report.charts_bars import measure, span, wrap
from govnb.report.charts_svg import GRID, compact
from govnb.report.prose import Prose
from govnb.sheet.read import Inputs, load
from tests.report.shown import NOTEBOOKS
from tests.running import run_through

ROOT = Path(__file__).parents[2]
FILES = sorted(ROOT.glob("params/2*/[a-z]*.yml"))
LONG = "关于进一步加强和改进新时代乡镇（街道）社会治安综合治理与矛盾纠纷化解工作的专项补助支出"
LIMITS = [("优", Decimal(90)), ("良", Decimal(80)), ("中", Decimal(60)), ("差", Decimal(0))]
Department = Callable[[str], Path]


@pytest.fixture(autouse=True)
def _style() -> Iterator[None]:
    with plt.rc_context():
        use_style()
        yield
        plt.close("all")


def charts_of(workbook: Workbook) -> dict[str, Chart]:
    shown = (made for _, made in run_through(NOTEBOOKS, workbook))
    return {made.name: made for made in shown if isinstance(made, Chart)}


def series(**values: Any) -> pd.Series:
    return pd.Series(values, dtype=object)


# As in the SVG of a page: a screen's hinting would widen each letter to whole pixels.
@mpl.rc_context({"text.hinting": "none"})
def assert_readable(axes: Axes | None) -> None:
    """Nothing is cut off, no two texts touch, no character is a box."""
    assert axes is not None
    figure = axes.get_figure()
    assert isinstance(figure, Figure)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    boxes = []
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        if text.get_text().strip() and text.get_visible():
            box = text.get_window_extent(canvas.get_renderer())
            assert box.x0 >= -0.5 and box.x1 <= figure.bbox.width + 0.5, text
            assert box.y0 >= -3 and box.y1 <= figure.bbox.height + 3, text
            assert fonts.missing(text.get_text(), fonts.SCREEN) == []
            boxes.append(box)
    for one, other in combinations(boxes, 2):
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        down = min(one.y1, other.y1) - max(one.y0, other.y0)
        # The boxes of two lines one below the other may touch, the characters don't.
        assert across <= 0.5 or down <= 6, (one, other)


# An analyst's own.


def test_whatever_pandas_drew_is_a_chart_that_says_its_numbers(junshan: Inputs) -> None:
    workbook = Workbook(junshan)
    支出: Any = workbook["支出", "预算安排"]
    axes = 支出.map(float).plot.bar(title="支出（万元）")
    made = workbook.figure(axes, "支出和预算")
    assert isinstance(made, Chart)
    assert made.title == "图1　支出和预算"
    assert made.alt.startswith("柱形图：支出（万元），横轴为科目。支出：工资福利支出86.93，")
    assert "预算安排：工资福利支出18.06，" in made.alt
    shown = made._repr_mimebundle_()
    assert 'id="图-支出和预算"' in shown["text/html"] and made.alt in shown["text/plain"]
    assert ElementTree.fromstring(shown["image/svg+xml"]).tag.endswith("svg")


def test_axes_several_of_them_and_a_whole_figure_are_taken() -> None:
    figure, several = plt.subplots(1, 2)
    several[0].plot([1, 2], label="甲")
    several[1].barh(["乙", "丙"], [3, 4])
    alts = [chart(drawn, "图").alt for drawn in (figure, several, list(several), several[0])]
    assert set(alts) == {"折线图：甲：0为1，1为2。条形图：乙3，丙4。"}


def test_what_was_not_drawn_is_refused_in_words(junshan: Inputs) -> None:
    wrongs: list[Any] = ["支出", 3, [], pd.Series([1])]
    for wrong in wrongs:
        with pytest.raises(TypeError, match=r"wb\.figure 要画好的图（如 df\.plot\(\) 的结果）"):
            Workbook(junshan).figure(wrong, "图")


def test_nothing_drawn_shows_nothing(junshan: Inputs) -> None:
    shown = Workbook(junshan).figure(None, "图")
    assert isinstance(shown, Prose) and shown._repr_mimebundle_()["text/plain"] == ""


def test_a_figure_shown_is_closed_so_that_a_notebook_shows_it_once() -> None:
    chart(plt.subplots()[1], "图")
    assert plt.get_fignums() == []


def test_lines_name_their_years_and_what_is_missing() -> None:
    data = pd.DataFrame({"支出": [3, None, 4.5]}, index=["2014", "2015", "2016"])
    assert chart(data.plot(), "图").alt == "折线图：支出：2014为3，2015无数据，2016为4.5。"


def test_a_line_that_stops_says_nothing_of_what_is_to_come_and_an_area_where_it_ends() -> None:
    axes = pd.DataFrame({"支出": [3, 5, None]}, index=["1月", "2月", "3月"]).plot(xticks=range(3))
    axes.fill_between([1, 2], [5, 6], [5, 9], label="预计")
    assert chart(axes, "图").alt == "折线图：支出：1月3，2月5；预计：3月从6到9。"


def test_labels_an_analyst_wrote_are_what_is_told() -> None:
    axes = pd.Series({"甲": 2.675, "乙": 1}).plot.barh()
    axes.bar_label(axes.containers[0], ["2.68万元", "1万元"])  # type: ignore[arg-type]
    assert chart(axes, "图").alt == "条形图：甲2.68万元，乙1万元。"


def test_pies_tell_shares_and_long_lines_their_ends() -> None:
    pie = pd.Series({"甲": 3, "乙": 1}).plot(kind="pie", ylabel="")
    assert chart(pie, "图").alt == "饼图：甲75.00%，乙25.00%。"
    plt.close("all")
    line = pd.Series(range(100)).plot(label="月")
    assert "共100点，起0为0，最小0为0，最大99为99，止99为99" in chart(line, "图").alt


def test_words_of_ones_own_stand_instead() -> None:
    assert chart(plt.subplots()[1], "图", alt="空的坐标。").alt == "空的坐标。"
    assert chart(plt.subplots()[1], "什么也没有").alt == "什么也没有。"


def test_a_character_no_face_has_is_stood_in_for_and_told() -> None:
    axes = plt.subplots()[1]
    axes.set_title("人员\U0002a6da")
    axes.plot([1, 2])
    made = chart(axes, "图")
    assert made.missing == ("\U0002a6da",)
    assert made.alt.endswith("图中用〓代替字库没有的字：\U0002a6da。")


def test_a_users_style_is_kept() -> None:
    with plt.rc_context():
        plt.rcParams["axes.spines.top"] = plt.rcParams["axes.spines.right"] = True
        plt.rcParams["figure.figsize"] = (3, 3)
        use_style()
        assert plt.rcParams["figure.figsize"] == [3, 3]
        assert plt.rcParams["font.size"] == STYLE["font.size"]


def test_series_differ_without_colour() -> None:
    axes = pd.DataFrame({"甲": [1, 2], "乙": [2, 1]}).plot()
    assert len({line.get_linestyle() for line in axes.lines}) == 2
    assert len({line.get_marker() for line in axes.lines}) == 2


# The report's shapes.


def test_bars_say_exact_amounts_rounded_half_up() -> None:
    axes = bars(series(工资=Decimal("2.675"), 商品=Decimal(1)))
    assert_readable(axes)
    assert chart(axes, "图").alt == "条形图：工资2.675；商品1。"


def test_a_name_ending_in_a_digit_is_kept_from_its_amount() -> None:
    assert "二级机构1为53.2；" in chart(bars(series(二级机构1=53.2, 二级机构2=3)), "图").alt


def test_one_bar_compares_with_nothing() -> None:
    for data in (series(甲=1), series(甲=1, 乙=None), series(甲=None), series()):
        assert bars(data) is None
    assert bullets(pd.DataFrame({"预算": [None], "支出": [None]}, index=["甲"])) is None


def test_bullets_leave_out_a_year_that_is_unknown_everywhere() -> None:
    data = pd.DataFrame(
        {"预算": [8, 2], "支出": [9, 1], "上年支出": [None, None]}, index=["甲", "乙"]
    )
    assert chart(bullets(data), "图").alt == "子弹图：甲预算8，支出9；乙预算2，支出1。"
    data["上年支出"] = [7, None]
    assert (
        "甲预算8，支出9，上年支出7；乙预算2，支出1，上年支出未公布"
        in chart(bullets(data), "图").alt
    )


def test_a_bullets_bars_differ_in_grey() -> None:
    axes: Any = bullets(pd.DataFrame({"预算": [8, 2], "支出": [9, 1]}, index=["甲", "乙"]))
    plan, spent = (container[0].get_facecolor() for container in axes.containers)
    grey = [0.3 * c[0] + 0.59 * c[1] + 0.11 * c[2] for c in (plan, spent)]
    assert abs(grey[0] - grey[1]) > 0.4


def test_a_span_shows_its_ends_the_limits_and_the_point() -> None:
    axes = span(
        Decimal(19), Decimal(95), Decimal(100), LIMITS, "可能的得分19—95分", Decimal(97), "公布97分"
    )
    assert_readable(axes)
    assert [float(tick) for tick in axes.get_xticks()] == [0, 60, 80, 90, 100]
    assert chart(axes, "图").alt == (
        "标尺：从0到100。可能的得分19—95分；公布97分；优从90起、良从80起、中从60起、差从0起。"
    )


def test_a_score_without_width_and_a_point_beyond_the_scale_can_be_seen() -> None:
    axes: Any = span(
        Decimal(95), Decimal(95), Decimal(100), [], "得分95分", Decimal(105), "公布105分"
    )
    assert_readable(axes)
    assert axes.containers[-1][0].get_width() > 0.5 and axes.get_xlim() == (0, 105)


amounts = st.decimals("-99999999", "99999999", places=4) | st.none() | st.just(Decimal(0))
names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(names, st.tuples(amounts, amounts, amounts), min_size=2, max_size=12))
def test_any_names_and_amounts_can_be_drawn_and_read(rows: dict[str, Any]) -> None:
    data = pd.DataFrame.from_dict(
        rows, orient="index", columns=["预算", "支出", "上年"], dtype=object
    )
    for axes in (bars(data), bars(data["支出"]), bullets(data)):
        if axes is not None:
            chart(axes, "图")
            assert_readable(axes)


def test_very_long_names_wrap_and_stay_whole_in_the_words() -> None:
    axes = bars(series(**{LONG: 10, LONG * 9: 5, "W" * 90: 1}))
    assert_readable(axes)
    assert LONG * 9 in chart(axes, "图").alt


def test_very_large_and_very_small_amounts() -> None:
    big, small = Decimal("123456789012345678.123456"), Decimal("0.000001")
    axes = bars(pd.DataFrame({"甲": [big, small], "乙": [small, -big]}, index=["大", "小"]))
    assert_readable(axes)
    assert "123456789012345678.123456" in chart(axes, "图").alt


@given(names, st.floats(40, 200))
def test_wrapped_lines_fit_and_begin_as_chinese_lines_may(text: str, width: float) -> None:
    lines = wrap(text, width)
    assert 1 <= len(lines) <= 3
    assert all(measure(line) <= width + 1e-6 for line in lines)


def test_punctuation_and_numbers_stay_where_they_belong() -> None:
    lines = wrap("乡镇（街道）便民服务中心，12345热线、考核奖励", 66)
    assert all(line[0] not in "，、）" and line[-1] != "（" for line in lines)
    assert any("12345" in line for line in lines)


# The report's.


def test_what_the_real_reports_charts_say(junshan: Inputs) -> None:
    found = {name: made.alt for name, made in charts_of(Workbook(junshan)).items()}
    assert found == {
        "收入来源": "条形图：财政预算216.24万元（42.28%）；"
        "电子政务外网建设项目资金295.16万元（57.72%）。",
        "三公经费": "子弹图：因公出国（境）费预算0，支出0万元；公务用车购置费预算0，支出0万元；"
        "公务用车运行维护费预算8.1，支出8.98万元；公务接待费预算12.15，支出10.33万元；"
        "合计预算20.25，支出19.31万元。",
        "得分": "标尺：从0到100。可能的得分19—95分；公布的得分97分；"
        "优从90起、良从80起、中从60起、差从0起。",
    }


def test_the_public_sees_the_published_score_alone(junshan: Inputs) -> None:
    alt = charts_of(Workbook(junshan, "publish"))["得分"].alt
    assert "得分97分" in alt and "19" not in alt


def test_last_years_spending_is_a_mark_in_the_bullets(department: Department) -> None:
    body = (
        "三公经费:\n  公务接待费: {预算: 5, 支出: 4, 上年支出: 6}\n"
        "  公务用车购置费: {预算: 3, 支出: 2, 上年支出: 2}\n"
    )
    made = charts_of(Workbook(load(department(body))))["三公经费"]
    assert "公务接待费预算5，支出4，上年支出6万元" in made.alt


def test_figures_drawn_are_asked_where_they_come_from(junshan: Inputs) -> None:
    workbook = Workbook(junshan)
    made = charts_of(workbook)
    assert "三公经费.公务接待费.支出" in made["三公经费"].figures
    panels = workbook.panels()._repr_mimebundle_()["text/html"]
    assert 'id="指标-收入.电子政务外网建设项目资金"' in panels


def test_a_cross_table_is_drawn_by_its_kinds() -> None:
    path = next(path for path in FILES if path.stem == "yueyangxian-rongwanhu")
    alt = charts_of(Workbook(load(path)))["收入来源"].alt
    assert "公共财政拨款106.13万元（46.25%）" in alt


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_charts_of_every_department_are_small(path: Path) -> None:
    made = charts_of(Workbook(load(path)))
    # A page should stay under a megabyte, and half of it is text and tables.
    assert sum(len(each.html().encode()) for each in made.values()) < 150_000


# The drawing.


def test_outlines_are_written_short_and_stay_what_they_were() -> None:
    axes = plt.subplots()[1]
    axes.set_title("公务接待费 8.98%")
    out = io.StringIO()
    axes.get_figure().savefig(out, format="svg")  # type: ignore[union-attr]
    written = out.getvalue()
    short = compact(written)
    assert len(short) < 0.75 * len(written)
    ElementTree.fromstring(short)
    assert "http://www.w3.org/Graphics" not in short and f"scale({100 / GRID:g})" in short


def test_a_chart_fetches_nothing_and_needs_no_font() -> None:
    svg = chart(bars(series(甲=1, 乙=2)), "图").svg
    assert "<text" not in svg and "font-family" not in svg
    assert set(re.findall(r"href=['\"](.)", svg)) == {"#"}


def test_equal_charts_are_equal_bytes_whatever_the_users_style(junshan: Inputs) -> None:
    made = [each.svg for each in charts_of(Workbook(junshan)).values()]
    with plt.style.context("dark_background"):
        assert [each.svg for each in charts_of(Workbook(junshan)).values()] == made
    code = (
        "import hashlib;import pandas as pd;from govnb import bars;"
        "from govnb.report.charts import chart;"
        "print(hashlib.sha256(chart(bars(pd.Series({'甲':1,'乙':2})),'图').svg.encode()).hexdigest())"
    )
    sums = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai"))
    }  # fmt: skip
    assert len(sums) == 1


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_lines_of_the_readme_work(readme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / readme).read_text("utf-8")
    (lines,) = (b for b in re.findall(r"```python\n(.*?)```", text, re.S) if "wb.figure" in b)
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {}
    exec(lines, names)
    table, drawn, said = (
        eval(line, names)._repr_mimebundle_()["text/plain"]
        for line in lines.splitlines()
        if line.startswith("wb.")
    )
    assert "4.64%" in table
    assert "其他资本性支出297.53万元" in drawn
    assert said.strip() == "支出比预算增长4.64%。"
