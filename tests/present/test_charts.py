"""Charts: what a reader sees, what a reader who can't see is told, and what can't go wrong."""

import base64
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree

import matplotlib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.path import Path as OutlinePath

from govnb.present import fonts
from govnb.present.bundle import data_url
from govnb.present.charts import CHARTS, Chart
from govnb.present.charts_canvas import (
    ROLE,
    SIZE,
    WIDTH,
    Box,
    Line,
    Sheet,
    Words,
    measure,
    wrap,
)
from govnb.present.charts_svg import GRID
from govnb.sheet.compute import compute
from govnb.sheet.figure import Figure, Figures
from govnb.sheet.read import load
from govnb.text.faults import Place

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
FILES = sorted(ROOT.glob("params/2*/[a-z]*.yml"))
HAIRLINE = 0.52
COMPONENTS = ("因公出国（境）费", "公务用车购置费", "公务用车运行维护费", "公务接待费")
LONG = "关于进一步加强和改进新时代乡镇（街道）社会治安综合治理与矛盾纠纷化解工作的专项补助支出"


def figures_of(name: str) -> Figures:
    return compute(load(next(path for path in FILES if path.stem == name)))[0]


def without_project_lines(figures: Figures) -> Figures:
    kept = {name: f for name, f in figures.items() if not name.startswith("项目支出.")}
    return Figures(kept, figures.parts)


@pytest.fixture(scope="module")
def junshan() -> Figures:
    return figures_of("junshan-zwfw")


SHEETS: dict[str, Sheet] = {}


@pytest.fixture(autouse=True, scope="module")
def _sheets() -> Iterator[None]:
    """Keep the sheet of every drawing.

    Geometry is checked on the sheet, where the words are known; one test holds what
    matplotlib writes against it.
    """
    svg = Sheet.svg

    def kept(sheet: Sheet) -> str:
        written = svg(sheet)
        SHEETS[written] = sheet
        return written

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sheet, "svg", kept)
        yield
    SHEETS.clear()


Amount = Decimal | str | int | None
Pair = tuple[Amount, Amount]


def department(
    accounts: Mapping[str, Pair] | None = None,
    *,
    three: Mapping[str, Pair] | None = None,
    volumes: Mapping[str, tuple[Amount, Amount, str]] | None = None,
    lines: Mapping[str, Amount] | None = None,
    totals: tuple[Amount, Amount] | None = None,
) -> Figures:
    """Return figures as the formula book would compute them: (budget, actual), (last, this)."""
    made: dict[str, Figure] = {}

    def add(name: str, value: Amount, unit: str = "万元", decimals: int = 2) -> None:
        number = None if value is None else Decimal(value)
        made[name] = Figure(name, number, unit, name, Place("x.yml"), decimals=decimals)

    accounts = accounts or {}
    add("年度", 2016, "年", 0)
    for i, column in enumerate(("预算安排", "支出")):
        known = [Decimal(v) for pair in accounts.values() if (v := pair[i]) is not None]
        add(column, totals[i] if totals else sum(known) if known else None)
    for name, (budget, actual) in accounts.items():
        add(f"支出.{name}", actual)
        gap = None if budget is None or actual is None else Decimal(actual) - Decimal(budget)
        add(f"支出.{name}.差异", gap)
    for name, (budget, actual) in (three or {}).items():
        add(f"三公经费.{name}.预算", budget)
        add(f"三公经费.{name}.支出", actual)
    for name, (last, this, unit) in (volumes or {}).items():
        add(f"业务量.{name}.本年", this, unit, 0)
        add(f"业务量.{name}.上年", last, unit, 0)
    for name, amount in (lines or {}).items():
        add(f"项目支出.专项.{name}.预算", amount)
    return Figures(made, {"支出": tuple(f"支出.{name}" for name in accounts)})


def drawn(name: str, figures: Figures) -> Chart:
    chart = CHARTS[name](figures)
    assert chart is not None
    return chart


class Text(NamedTuple):
    left: float
    right: float
    baseline: float
    text: str


class Bar(NamedTuple):
    left: float
    right: float
    top: float
    bottom: float
    fill: str


def picture(chart: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(chart.svg)


def texts(chart: Chart) -> list[Text]:
    found = []
    for item in SHEETS[chart.svg].items:
        if isinstance(item, Words):
            width = measure(item.text)
            left = item.x - width if item.align == "right" else item.x
            found.append(Text(left, left + width, item.y + SIZE * 0.38, item.text))
    return found


def bars(chart: Chart) -> list[Bar]:
    boxes = (item for item in SHEETS[chart.svg].items if isinstance(item, Box))
    return [Bar(b.x, b.x + b.width, b.y, b.y + b.height, b.fill) for b in boxes]


def connectors(chart: Chart) -> list[float]:
    """Return where a bridge's dotted lines stand, each between two bars."""
    lines = (item for item in SHEETS[chart.svg].items if isinstance(item, Line))
    return [line.start[0] for line in lines if line.dotted]


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?[\d.]+", text)]


def groups(chart: Chart, kind: str) -> list[ElementTree.Element]:
    found = picture(chart).iter(f"{SVG}g")
    return [group for group in found if group.get("id", "").startswith(f"{kind}_")]


def paths(chart: Chart, kind: str) -> Iterator[tuple[str, list[float]]]:
    """Return the style and the coordinates of what matplotlib drew."""
    for group in groups(chart, kind):
        (path,) = group
        yield path.attrib["style"], numbers(path.attrib["d"])


def glyphs(chart: Chart) -> list[tuple[float, float, str]]:
    """Return where each character was drawn, and the outline it was drawn with."""
    outlines = {path.get("id"): path.get("d", "") for path in picture(chart).iter(f"{SVG}path")}
    found = []
    for group in groups(chart, "text"):
        (line,) = group
        x, y, scale, _ = numbers(line.attrib["transform"])
        for use in line.iter(f"{SVG}use"):
            glyph = use.attrib[HREF].removeprefix("#")
            assert not glyph.endswith("-0"), "the box of a face that lacks the character"
            right, *_ = numbers(use.get("transform", "translate(0 0)"))
            found.append((x + right * scale, y, outlines[glyph]))
    return found


def charts_of(figures: Figures) -> Iterator[Chart]:
    for make in CHARTS.values():
        chart = make(figures)
        if chart is not None:
            yield chart


def assert_readable(chart: Chart) -> None:
    """Nothing is cut off, no two texts touch, no text lies on a bar, no character is a box."""
    height = SHEETS[chart.svg].height
    lines = texts(chart)
    for line in lines:
        assert line.left >= 0, line
        assert line.right <= WIDTH + 0.1, line
        assert SIZE * 0.8 <= line.baseline <= height - SIZE * 0.2, line
        assert fonts.missing(line.text, ROLE) == []
        for bar in bars(chart):
            middle = line.baseline - SIZE * 0.38
            if bar.top <= middle <= bar.bottom:
                assert line.right <= bar.left or line.left >= bar.right, (line, bar)
    by_height: dict[float, list[Text]] = {}
    for line in lines:
        by_height.setdefault(line.baseline, []).append(line)
    for one, other in pairwise(sorted(lines, key=lambda line: (line.baseline, line.left))):
        if other.baseline - one.baseline < SIZE:
            assert one.right <= other.left or other.right <= one.left, (one, other)
    for bar in bars(chart):
        assert 0 <= bar.left <= bar.right <= WIDTH
        assert 0 <= bar.top <= bar.bottom <= height


# ── what the real department's charts say ────────────────────────────────────────────


def test_expenditure_goes_from_large_to_small_with_shares(junshan: Figures) -> None:
    chart = drawn("支出结构", junshan)
    assert chart.caption == "2016年支出结构（合计535.14万元）"
    assert chart.alt == (
        "条形图：2016年支出合计535.14万元，列明4个科目。从大到小：其他资本性支出297.53万元，"
        "占55.60%；商品和服务支出141.76万元，占26.49%；工资福利支出86.93万元，占16.24%；"
        "对个人和家庭的补助8.92万元，占1.67%。"
    )


def test_bridge_tells_each_accounts_difference(junshan: Figures) -> None:
    chart = drawn("预算与决算", junshan)
    assert chart.alt == (
        "桥形图：2016年预算安排511.4万元，实际支出535.14万元，超支23.74万元。"
        "各科目：工资福利支出比预算多68.87万元；对个人和家庭的补助比预算多8.92万元；"
        "商品和服务支出比预算少56.42万元；其他资本性支出比预算多2.37万元。"
    )
    shown = [line.text for line in texts(chart)]
    assert {"+68.87万元", "+8.92万元", "-56.42万元", "+2.37万元"} <= set(shown)


def test_three_public_says_which_are_over_and_which_under(junshan: Figures) -> None:
    alt = drawn("三公经费", junshan).alt
    assert "公务用车运行维护费预算8.1万元，支出8.98万元，超支0.88万元（10.86%）" in alt
    assert "公务接待费预算12.15万元，支出10.33万元，结余1.82万元（14.98%）" in alt
    assert "合计预算20.25万元，支出19.31万元，结余0.94万元（4.64%）" in alt
    assert "因公出国（境）费预算0万元，支出0万元，持平" in alt
    assert {"三公经费.公务用车运行维护费.超支率", "三公经费.公务接待费.结余"} <= set(
        drawn("三公经费", junshan).figures
    )


def test_special_items_are_all_thirteen(junshan: Figures) -> None:
    chart = drawn("专项经费", junshan)
    assert chart.caption == "2016年专项经费预算（13项，合计191万元）"
    assert len(bars(chart)) == 13
    widths = [bar.right - bar.left for bar in bars(chart)]
    assert widths == sorted(widths, reverse=True)


def test_volumes_keep_the_words_for_rough_counts(junshan: Figures) -> None:
    alt = drawn("业务量", junshan).alt
    assert "热线工单上年5660件，本年6184件，增长9.26%" in alt
    assert "现场处理工单上年700余次，本年1200余次，增长约71.43%" in alt


def test_every_number_drawn_is_in_the_words_and_comes_from_the_file(junshan: Figures) -> None:
    charts = list(charts_of(junshan))
    assert [chart.name for chart in charts] == list(CHARTS)
    for chart in charts:
        assert chart.source == "params/2016/junshan-zwfw.yml"
        assert set(chart.figures) <= set(junshan)
        for line in texts(chart):
            for number in re.findall(r"\d+(?:\.\d+)?余?(?:万元|%|件|次)", line.text):
                assert number in chart.alt + chart.caption


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_charts_of_every_department_are_readable(path: Path) -> None:
    charts = list(charts_of(compute(load(path))[0]))
    for chart in charts:
        assert_readable(chart)
    # A page should stay under a megabyte, and half of it is text and tables.
    assert sum(len(chart.html().encode()) for chart in charts) < 350_000


# ── unknown, unusual and hostile data ───────────────────────────────────────────────


@pytest.mark.parametrize("name", CHARTS)
def test_nothing_published_draws_nothing(name: str) -> None:
    assert CHARTS[name](figures_of("nanxian-zhujian")) is None
    assert CHARTS[name](Figures({}, {})) is None


def test_one_unknown_account_is_named_and_the_rest_is_drawn() -> None:
    figures = department({"工资": (10, 12), "补助": (3, None)}, totals=(13, 16))
    assert drawn("支出结构", figures).alt.endswith("未公布：补助。")
    bridge = drawn("预算与决算", figures)
    assert "工资比预算多2万元；未列明科目的差额比预算多1万元。" in bridge.alt
    assert bridge.alt.endswith("未公布：补助。")


def test_an_unknown_budget_is_said_beside_the_known_spending() -> None:
    chart = drawn(
        "三公经费", department(three={"公务接待费": (None, 2), "因公出国（境）费": (None, None)})
    )
    assert "公务接待费预算未公布，支出2万元" in chart.alt
    assert "未公布：因公出国（境）费。" in chart.alt


def test_without_project_lines_the_income_breakdown_is_shown_under_its_own_name() -> None:
    chart = drawn("专项经费", without_project_lines(figures_of("junshan-zwfw")))
    assert chart.caption == "2016年收入·财政预算·专项经费明细（13项，合计191万元）"


def test_of_a_cross_table_every_institution_is_drawn() -> None:
    chart = drawn("专项经费", figures_of("yueyangxian-rongwanhu"))
    assert chart.caption == "2016年收入明细（2项，合计229.46万元）"


def test_thirty_accounts_fold_the_smallest_into_one() -> None:
    accounts = {f"科目{i:02}": (Decimal(i), Decimal(i * 2)) for i in range(1, 31)}
    chart = drawn("支出结构", department(accounts))
    assert "其他17个科目306万元，占32.90%" in chart.alt
    assert len(bars(chart)) == 14
    bridge = drawn("预算与决算", department(accounts))
    assert "其他17个科目比预算多153万元" in bridge.alt
    assert "未列明" not in bridge.alt
    assert_readable(chart)
    assert_readable(bridge)


def test_over_and_under_budget_differ_without_colour() -> None:
    chart = drawn("预算与决算", department({"工资": (10, 12), "商品": (9, 5)}))
    shown = [line.text for line in texts(chart)]
    assert "+2万元" in shown
    assert "-4万元" in shown
    assert "实心为比预算多，斜线为比预算少。" in shown
    _, over, under, _ = bars(chart)
    assert over.fill != under.fill


def test_a_bridge_with_small_steps_says_its_scale_is_cut() -> None:
    cut = drawn("预算与决算", department({"工资": (1000, 1002)}))
    whole = drawn("预算与决算", department({"工资": (10, 1002)}))
    assert any("横轴不从0开始" in line.text for line in texts(cut))
    assert not any("横轴不从0开始" in line.text for line in texts(whole))


def test_zero_and_equal_amounts() -> None:
    zero = department({"工资": (0, 0)}, three={name: (0, 0) for name in COMPONENTS})
    same = department({"工资": (5, 5), "商品": (5, 5)}, volumes={"件": (3, 3, "件")})
    for chart in (*charts_of(zero), *charts_of(same)):
        assert_readable(chart)
    assert "工资持平" in drawn("预算与决算", zero).alt
    assert bars(drawn("三公经费", zero)) == []
    assert "上年3件，本年3件，持平" in drawn("业务量", same).alt


def test_a_rate_rises_by_points() -> None:
    chart = drawn("业务量", department(volumes={"办结率": (96, 98, "%")}))
    assert "上年96%，本年98%，上升2个百分点" in chart.alt


def test_labels_round_half_up_from_the_exact_amount() -> None:
    chart = drawn("支出结构", department({"工资": (0, "2.675")}))
    assert "2.68万元（100.00%）" in [line.text for line in texts(chart)]


def test_a_name_ending_in_a_digit_is_kept_from_its_amount() -> None:
    assert "二级机构1为53.2万元" in drawn("支出结构", department({"二级机构1": (0, "53.2")})).alt


def test_equal_names_say_where_they_belong() -> None:
    made = dict(department(lines={"维护": 3}))
    made["项目支出.运行.维护.预算"] = made["项目支出.专项.维护.预算"]
    other = Figure("项目支出.运行.维护.预算", Decimal(4), "万元", "", Place("x.yml"))
    chart = drawn("专项经费", Figures({**made, other.name: other}, {}))
    assert "运行·维护4万元；专项·维护3万元" in chart.alt


def test_very_long_names_wrap_and_stay_whole_in_the_words() -> None:
    figures = department({LONG: (10, 20), LONG * 9: (5, 1), "W" * 90: (1, 1)})
    for chart in charts_of(figures):
        assert_readable(chart)
        assert LONG * 9 in chart.alt


def test_very_large_and_very_small_amounts() -> None:
    big, small = "123456789012345678.123456", "0.000001"
    figures = department(
        {"工资": (big, small), "商品": (small, big)},
        three={"公务接待费": (big, small), "公务用车购置费": (small, big)},
        volumes={"件": (small, big, "件次（含网上办理、现场办理和上门办理）")},
        lines={"大": big, "小": small},
    )
    assert len(list(charts_of(figures))) == 5
    for chart in charts_of(figures):
        assert_readable(chart)


def test_markup_in_a_name_stays_text() -> None:
    name = "<script>alert(1)</script>&\"'--> $x$"
    for chart in charts_of(department({name: (1, 2)}, volumes={name: (1, 2, "<b>")})):
        page = chart._repr_mimebundle_()["text/html"]
        reader = Tags()
        reader.feed(page)
        assert reader.tags == ["figure", "img", "figcaption"]
        assert reader.alt == chart.alt
        assert name in chart.alt
        assert "<script" not in page
        assert "<script" not in chart.svg
        written = "".join(line.text for line in texts(chart)).replace(" ", "")
        assert name.replace(" ", "") in written


def test_a_character_no_face_has_is_reported_and_not_drawn_as_a_box() -> None:
    chart = drawn("支出结构", department({"堃😀\u200b喆": (1, 2)}))
    assert chart.missing == ("😀",)
    assert chart.alt.endswith("图中用〓代替字库没有的字：😀。")
    assert "堃〓喆" in [line.text for line in texts(chart)]
    assert chart.structure()["missing"] == ["😀"]


# ── what it is shown as ─────────────────────────────────────────────────────────────


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.alt = self.src = self.id = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        known = dict(attrs)
        self.alt, self.src = known.get("alt") or self.alt, known.get("src") or self.src
        self.id = known.get("id") or self.id


def linked(link: str) -> str:
    """Return what a browser reads behind a data link."""
    # Browsers leave out line ends and tabs, and cut at a fragment.
    head, _, data = re.sub(r"[\t\n\r]", "", link).partition("#")[0].partition(",")
    assert head in {"data:image/svg+xml", "data:image/svg+xml;base64"}
    return base64.b64decode(data).decode() if head.endswith("base64") else unquote(data)


def test_the_mime_bundle(junshan: Figures) -> None:
    chart = drawn("三公经费", junshan).numbered("图3")
    shown = chart._repr_mimebundle_()
    reader = Tags()
    reader.feed(shown["text/html"])
    assert reader.id == "图-三公经费"
    assert linked(reader.src) == chart.svg == shown["image/svg+xml"]
    assert "图3　2016年“三公”经费预算与支出" in shown["text/html"]
    assert shown["text/plain"] == f"图3　{chart.caption}\n{chart.alt}"
    structure = shown["application/vnd.govnb+json"]
    assert structure["type"] == "chart"
    assert structure["caption"] == chart.caption
    assert structure["alt"] == chart.alt
    assert structure["figures"] == list(chart.figures)
    assert "missing" not in structure


def test_a_drawing_needs_nothing_from_outside(junshan: Figures) -> None:
    for chart in charts_of(junshan):
        assert chart.svg.startswith("<svg ")
        addresses = set(re.findall(r"https?:[^\s\"'<>)]*", chart.svg))
        assert addresses == {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
        assert not re.search(r"url\(|@import|@font-face", chart.svg)
        elements = {element.tag.removeprefix(SVG) for element in picture(chart).iter()}
        assert elements <= {"svg", "defs", "style", "path", "g", "use"}


def assert_drawn_as_laid_out(chart: Chart) -> None:
    sheet, root = SHEETS[chart.svg], picture(chart)
    assert root.attrib["width"] == "400pt"
    assert numbers(root.attrib["height"]) == pytest.approx([sheet.height], abs=1e-4)
    assert numbers(root.attrib["viewBox"]) == pytest.approx([0, 0, WIDTH, sheet.height])

    (_, page), *patches = paths(chart, "patch")
    assert (min(page), max(page)) == pytest.approx((0, max(WIDTH, sheet.height)))
    boxes = [(style, at) for style, at in patches if "fill: none" not in style]
    stripes = [at for style, at in patches if "fill: none" in style]
    laid = [item for item in sheet.items if isinstance(item, Box)]
    for (style, at), box in zip(boxes, laid, strict=True):
        xs, ys = at[::2], at[1::2]
        assert (min(xs), max(xs)) == pytest.approx((box.x, box.x + box.width), abs=1e-4)
        assert (min(ys), max(ys)) == pytest.approx((box.y, box.y + box.height), abs=1e-4)
        assert f"fill: {box.fill};" in style
        assert f"stroke: {box.edge};" in style
    for at, box in zip(stripes, [box for box in laid if box.striped], strict=True):
        assert box.x - 1e-4 <= min(at[::2]) <= max(at[::2]) <= box.x + box.width + 1e-4
        assert box.y - 1e-4 <= min(at[1::2]) <= max(at[1::2]) <= box.y + box.height + 1e-4

    lines = [item for item in sheet.items if isinstance(item, Line)]
    for (style, at), line in zip(paths(chart, "line2d"), lines, strict=True):
        assert at == pytest.approx([*line.start, *line.end], abs=1e-4)
        assert ("stroke-dasharray: 1.5,2;" in style) == line.dotted

    characters = [
        (line.left + measure(line.text[:i]), line.baseline, char)
        for line in texts(chart)
        for i, char in enumerate(line.text)
    ]
    for (x, y, outline), (left, baseline, char) in zip(glyphs(chart), characters, strict=True):
        assert (x, y) == pytest.approx((left, baseline), abs=0.01), char
        assert bool(outline) != char.isspace(), char


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_matplotlib_draws_what_was_laid_out(path: Path) -> None:
    for chart in charts_of(compute(load(path))[0]):
        assert_drawn_as_laid_out(chart)


def test_matplotlib_draws_odd_characters_where_they_were_laid_out() -> None:
    name = "〓堃😀〓喆 $x^2$ AV fi -- <b> &amp; ㎡—…“”"
    for chart in charts_of(department({name: (9, 2), LONG: (1, 3)})):
        assert_drawn_as_laid_out(chart)


def test_outlines_are_the_faces_own(junshan: Figures) -> None:
    """Each outline fills the box the face gives its character, to half a step of the grid."""
    chart = drawn("三公经费", junshan)
    characters = [char for line in texts(chart) for char in line.text]
    for char, (_, _, outline) in zip(characters, glyphs(chart), strict=True):
        face = fonts.face_of(char, ROLE)
        assert face is not None
        font = FT2Font(str(face))
        font.set_size(100, 72)
        font.load_char(ord(char), flags=LoadFlags.NO_HINTING)
        points, codes = font.get_path()
        own = points[codes != OutlinePath.CLOSEPOLY]
        # Whole steps from point to point: added up they must not drift.
        at = begun = [0, 0]
        seen: list[list[int]] = []
        for command, steps in re.findall(r"([mlqcz])([^mlqcz]*)", outline):
            places = [int(n) for n in re.findall(r"-?\d+", steps)]
            seen += [[at[0] + x, at[1] + y] for x, y in zip(places[::2], places[1::2], strict=True)]
            at = seen[-1] if command != "z" else begun
            begun = at if command == "m" else begun
        for axis in (0, 1):
            drawn_span = [f(point[axis] * 100 / GRID for point in seen) for f in (min, max)]
            own_span = [f(own[:, axis]) for f in (min, max)]
            assert drawn_span == pytest.approx(own_span, abs=0.21), char


def test_a_users_settings_neither_reach_a_drawing_nor_are_changed(junshan: Figures) -> None:
    def all_drawn() -> str:
        return "".join(chart.svg for chart in charts_of(junshan))

    plain = all_drawn()
    theirs: dict[Any, Any] = {
        "font.family": ["serif"],
        "font.size": 30,
        "font.weight": "bold",
        "text.usetex": True,
        "text.color": "red",
        "lines.linewidth": 9,
        "lines.dash_capstyle": "round",
        "patch.antialiased": False,
        "figure.facecolor": "black",
        "figure.dpi": 300,
        "figure.constrained_layout.use": True,
        "path.sketch": (1, 100, 2),
        "path.simplify_threshold": 1.0,
        "savefig.bbox": "tight",
        "savefig.transparent": True,
        "svg.fonttype": "none",
        "svg.hashsalt": None,
        "svg.id": "theirs",
    }
    with matplotlib.rc_context(theirs):
        before = matplotlib.rcParams.copy()
        assert all_drawn() == plain
        assert matplotlib.rcParams.copy() == before


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.text("<svg '\"&#%?\n\t+\\`>=/0a中"))
def test_a_drawing_as_a_link_is_read_as_it_was(content: str) -> None:
    link = data_url("image/svg+xml", content)
    # Chinese and single quotes stand as they are: a link in a page is a third longer without.
    assert not set(link) & set('"<>&`\\#\t\n\r')
    reader = Tags()
    reader.feed(f'<img alt="a" src="{link}">')
    assert linked(reader.src) == content


def test_equal_bytes_in_every_process_and_without_pyplot(junshan: Figures) -> None:
    code = (
        "from pathlib import Path; from govnb.sheet.read import load;"
        "from govnb.sheet.compute import compute; from govnb.present.charts import CHARTS;"
        "import hashlib, sys; f = compute(load(Path('params/2016/junshan-zwfw.yml')))[0];"
        "assert 'matplotlib' not in sys.modules;"
        "print(hashlib.sha256(''.join(c(f).svg for c in CHARTS.values()).encode()).hexdigest());"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    sums = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "SOURCE_DATE_EPOCH": epoch},
        ).stdout
        for seed, zone, epoch in (("1", "UTC", "0"), ("2", "Asia/Shanghai", "1480000000"))
    }
    assert len(sums) == 1
    again = [drawn(name, junshan) for name in CHARTS]
    assert again == [drawn(name, junshan) for name in CHARTS]


# ── properties ──────────────────────────────────────────────────────────────────────

amounts = st.decimals("-99999999", "99999999", places=4) | st.none() | st.just(Decimal(0))
# A dot separates the segments of a figure's name, so no segment holds one.
names = st.text(
    st.characters(exclude_characters=".", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60
)
pairs = st.tuples(amounts, amounts)


@settings(max_examples=60, deadline=None)
@given(
    accounts=st.dictionaries(names, pairs, max_size=20),
    three=st.dictionaries(st.sampled_from(COMPONENTS), pairs),
    volumes=st.dictionaries(names, st.tuples(amounts, amounts, names), max_size=5),
    lines=st.dictionaries(names, amounts, max_size=20),
)
def test_any_department_can_be_drawn_and_read(
    accounts: dict[str, Pair],
    three: dict[str, Pair],
    volumes: dict[str, tuple[Amount, Amount, str]],
    lines: dict[str, Amount],
) -> None:
    for chart in charts_of(department(accounts, three=three, volumes=volumes, lines=lines)):
        assert_readable(chart)
        assert chart.alt.endswith("。")


@settings(max_examples=60, deadline=None)
@given(
    accounts=st.dictionaries(names, pairs, min_size=1, max_size=20),
    budget=st.decimals(0, "99999999", places=2),
    actual=st.decimals(0, "99999999", places=2),
)
def test_a_bridge_leads_from_the_budget_to_what_was_spent(
    accounts: dict[str, Pair], budget: Decimal, actual: Decimal
) -> None:
    chart = CHARTS["预算与决算"](department(accounts, totals=(budget, actual)))
    if chart is None:
        assert all(None in pair for pair in accounts.values())
        return
    steps = bars(chart)
    joints = connectors(chart)
    assert len(joints) == len(steps) - 1
    for x, before, after in zip(joints, steps, steps[1:], strict=False):
        # Each step begins where the one before ended; a hairline stands for next to nothing.
        assert min(abs(before.left - x), abs(before.right - x)) < HAIRLINE
        assert min(abs(after.left - x), abs(after.right - x)) < HAIRLINE
    assert abs(joints[0] - (steps[0].right if budget > 0 else steps[0].left)) < HAIRLINE
    assert abs(joints[-1] - (steps[-1].right if actual > 0 else steps[-1].left)) < HAIRLINE


@given(names, st.floats(40, 200))
def test_wrapped_lines_fit_and_begin_as_chinese_lines_may(text: str, width: float) -> None:
    lines = wrap(text, width)
    assert 1 <= len(lines) <= 3
    assert all(measure(line) <= width + 1e-6 for line in lines)


def test_punctuation_and_numbers_stay_where_they_belong() -> None:
    lines = wrap("乡镇（街道）便民服务中心，12345热线、考核奖励", 66)
    assert all(line[0] not in "，、）" and line[-1] != "（" for line in lines)
    assert any("12345" in line for line in lines)
