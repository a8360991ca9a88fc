"""The page in a real browser: for everybody, on every screen, with the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.boxes import boxes
from tests.browser.clipboard import assert_numbers, copied, drag_over
from tests.papers.pages import EVIL, REPORTS

# One worker: one browser, and each page is made once.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

REPORT = REPORTS[0]
RATE = "指标-三公经费.控制率"
OPEN = "[...document.querySelectorAll('.gv-panel:popover-open')].map(panel => panel.id)"
WIDER = """[...document.querySelectorAll('body *')].filter(e => !e.closest(`.gv-scroll, pre,
  .gv-formula, .gv-skip, [popover]`) && e.getBoundingClientRect().right > innerWidth + 1)
  .map(e => e.outerHTML.slice(0, 120))"""

Visit = Callable[..., Any]


def comes_true(page: Any, what: str) -> None:
    """Wait for an expression; the browser's own way to would break the page's security policy."""
    for _ in range(100):
        if page.evaluate(what):
            return
        page.wait_for_timeout(50)
    raise AssertionError(what)


def serious(page: Any) -> list[str]:
    """Return what axe finds serious or critical."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page).response["violations"]
    return [
        f"{v['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for v in found
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"][:3]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("which", [REPORT, ("own",)], ids=["report", "own"])
def test_axe_finds_nothing_serious(visit: Visit, which: Any, width: int, scheme: str) -> None:
    page = visit(*which, width=width, scheme=scheme)
    # Closed parts and an open panel count too.
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.locator(f"[popovertarget='{RATE}']").first.click()
    assert page.evaluate(OPEN) == [RATE]
    assert not serious(page)


@pytest.mark.parametrize("which", [*REPORTS[1:], ("failed",)], ids=str)
def test_axe_finds_nothing_serious_in_the_others(visit: Visit, which: Any) -> None:
    assert not serious(visit(*which, width=390, scheme="dark"))
    assert not serious(visit(*which))


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("which", [*REPORTS, ("own",), ("failed",)], ids=str)
def test_the_page_never_scrolls_sideways(visit: Visit, which: Any, width: int) -> None:
    page = visit(*which, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not page.evaluate(WIDER)


@pytest.mark.parametrize("which", REPORTS, ids=str)
def test_every_chinese_character_is_drawn_by_a_face_that_has_it(visit: Visit, which: Any) -> None:
    assert not boxes(visit(*which))


def test_chinese_in_a_formula_is_drawn_by_a_face_that_has_it(visit: Visit) -> None:
    page = visit("own")
    family = page.evaluate("getComputedStyle(document.querySelector('math mtext')).fontFamily")
    assert family.startswith("math") and "govnb" in family


def test_on_a_phone_the_name_of_a_row_stays_while_numbers_scroll(visit: Visit) -> None:
    page = visit(*REPORT, width=390)
    places = page.evaluate(
        """(() => {
          const box = [...document.querySelectorAll('.gv-table .gv-scroll')]
            .find(b => b.scrollWidth > b.clientWidth + 40);
          const [name, number] = box.querySelectorAll('tbody tr:first-child > *');
          const left = () => [name, number].map(e => e.getBoundingClientRect().left);
          const before = left();
          box.scrollLeft = 40;
          return [before, left()];
        })()"""
    )
    (name, number), (name_after, number_after) = places
    assert name == name_after
    assert number - number_after == 40


def test_a_click_shows_formula_inputs_and_place(visit: Visit) -> None:
    page = visit(*REPORT)
    page.locator(f"main [popovertarget='{RATE}']").first.click()
    panel = page.locator(f"[id='{RATE}']")
    assert panel.is_visible()
    text = panel.inner_text()
    assert "三公经费.支出 / 三公经费.预算" in text
    assert "19.31" in text and "20.25" in text
    assert re.search(r"params/rules/figures\.yml:\d+:\d+", text)
    # What it is computed from is a step further, down to the line somebody typed.
    panel.locator("[popovertarget='指标-三公经费.支出']").click()
    page.locator("[popovertarget='指标-三公经费.公务接待费.支出']:visible").last.click()
    text = page.locator("[id='指标-三公经费.公务接待费.支出']").inner_text()
    assert re.search(r"params/2016/junshan-zwfw\.yml:\d+:\d+", text)
    for _ in range(2):
        page.keyboard.press("Escape")
    panel.get_by_text("关闭").click()
    assert page.evaluate(OPEN) == []


def test_the_keyboard_alone_opens_follows_and_closes(visit: Visit) -> None:
    page = visit("own")
    focused = "document.activeElement.getAttribute('popovertarget')"
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(focused) == RATE:
            break
    assert page.evaluate("document.activeElement.matches(':focus-visible')")
    page.keyboard.press("Enter")
    assert page.evaluate(OPEN) == [RATE]
    # The browser tells of an opened panel a moment later, and only then reading goes on in it.
    comes_true(page, "document.activeElement.matches('.gv-panel')")
    # On into the panel: its link, its button, then the figures it is computed from; a panel
    # higher than the screen is itself a stop, to scroll it.
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate(focused) == "指标-三公经费.支出":
            break
    assert page.evaluate(focused) == "指标-三公经费.支出"
    page.keyboard.press("Enter")
    assert set(page.evaluate(OPEN)) == {RATE, "指标-三公经费.支出"}
    comes_true(page, "document.activeElement.id === '指标-三公经费.支出'")
    page.keyboard.press("Escape")
    assert page.evaluate(OPEN) == [RATE]
    page.keyboard.press("Escape")
    assert page.evaluate(OPEN) == []
    comes_true(page, f"{focused} === '{RATE}'")


def test_a_panel_opened_in_a_panel_leads_back_to_its_figure(visit: Visit) -> None:
    page = visit("own")
    page.locator(f"main [popovertarget='{RATE}']").first.press("Enter")
    comes_true(page, "document.activeElement.matches('.gv-panel')")
    page.locator(f"[id='{RATE}'] [popovertarget='指标-三公经费.支出']").press("Enter")
    comes_true(page, "document.activeElement.id === '指标-三公经费.支出'")
    page.keyboard.press("Escape")
    comes_true(
        page,
        "document.activeElement.getAttribute('popovertarget') === '指标-三公经费.支出'"
        f" && document.activeElement.closest('.gv-panel').id === '{RATE}'",
    )


def test_words_open_their_panel_too(visit: Visit) -> None:
    page = visit("own")
    words = page.get_by_role("link", name="政府直属正科级事业单位")
    words.press("Enter")
    assert page.evaluate(OPEN) == ["指标-部门.性质"]
    comes_true(page, "document.activeElement.matches('.gv-panel')")
    # Past its last stop the keyboard goes on after the figure, not out of the page.
    for _ in range(4):
        page.keyboard.press("Tab")
        if not page.evaluate("!!document.activeElement.closest('.gv-panel')"):
            break
    assert page.evaluate(
        "words => !!(words.compareDocumentPosition(document.activeElement) & 4)"
        " && document.activeElement !== document.body",
        words.element_handle(),
    )


def test_a_table_of_many_columns_uses_the_window(visit: Visit) -> None:
    page = visit(*REPORT, width=1920)
    box = page.locator("[id='表-评分表'] .gv-scroll")
    assert box.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1920


@pytest.mark.parametrize("width", [1280, 390])
def test_a_picture_in_the_dark_keeps_to_its_column(visit: Visit, width: int) -> None:
    page = visit("own", width=width, scheme="dark")
    page.evaluate("document.querySelectorAll('img').forEach(i => { i.style.width = '900px' })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_link_to_a_figure_opens_its_panel(visit: Visit) -> None:
    page = visit(*REPORT, fragment=f"#{RATE}")
    assert page.evaluate(OPEN) == [RATE]


@pytest.mark.parametrize("width", [1280, 390])
def test_all_of_it_works_without_script(visit: Visit, width: int) -> None:
    page = visit(*REPORT, width=width, java_script_enabled=False)
    contents = page.locator(".gv-contents:visible")
    assert contents.count() == 1
    if width < 600:
        contents.locator("summary").click()
    contents.get_by_role("link", name="六、改进措施和建议").click()
    heading = page.get_by_role("heading", name="六、改进措施和建议")
    heading.wait_for()
    assert 0 <= heading.bounding_box()["y"] < 200
    page.locator(f"main [popovertarget='{RATE}']").first.click()
    panel = page.locator(f"[id='{RATE}']")
    assert panel.is_visible()
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    # A link to a figure shows it in its place.
    page.goto(page.url.partition("#")[0] + f"#{RATE}")
    assert panel.is_visible()


def test_contents_stay_in_sight_and_mark_the_section(visit: Visit) -> None:
    page = visit(*REPORT)
    page.locator(".gv-wide").get_by_role("link", name="六、改进措施和建议").click()
    comes_true(page, "document.querySelector('.gv-wide [aria-current]')")
    assert page.locator(".gv-wide [aria-current]").inner_text() == "六、改进措施和建议"
    assert page.locator(".gv-wide").bounding_box()["y"] == 0


def test_contents_on_a_phone_open_and_get_out_of_the_way(visit: Visit) -> None:
    page = visit(*REPORT, width=390)
    opened = "document.getElementById('目录').open"
    page.locator(".gv-to-contents").click()
    assert page.evaluate(opened)
    page.locator(".gv-narrow").get_by_role("link", name="一、基本概况").click()
    assert not page.evaluate(opened)


def test_on_a_phone_the_way_back_covers_nothing_while_one_reads_on(visit: Visit) -> None:
    page = visit(*REPORT, width=390)
    seen = "getComputedStyle(document.querySelector('.gv-to-contents')).opacity"
    for down, opacity in ((1500, "0"), (1200, "1")):
        page.evaluate(f"scrollTo(0, {down})")
        comes_true(page, f"{seen} === '{opacity}'")


def test_the_first_tab_offers_to_skip_to_the_text(visit: Visit) -> None:
    page = visit(*REPORT)
    page.keyboard.press("Tab")
    skip = page.locator(".gv-skip")
    assert skip.bounding_box()["x"] == 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "正文"


@pytest.mark.parametrize(("width", "columns"), [(1280, 3), (390, 2)])
def test_six_cards_stand_in_full_rows(visit: Visit, width: int, columns: int) -> None:
    page = visit(*REPORT, width=width)
    lefts = page.evaluate(
        "[...document.querySelectorAll('.gv-cards li')].map(e => e.getBoundingClientRect().left)"
    )
    assert len(lefts) == 6
    assert len(set(lefts)) == columns


def test_cards_lead_to_what_explains_them(visit: Visit) -> None:
    page = visit(*REPORT)
    for target in page.evaluate("[...document.querySelectorAll('.gv-cards a')].map(a => a.hash)"):
        assert page.evaluate(
            "target => !!document.getElementById(decodeURIComponent(target.slice(1)))", target
        )


def test_the_data_of_a_table_comes_as_csv(visit: Visit) -> None:
    page = visit(*REPORT, accept_downloads=True)
    with page.expect_download() as download:
        page.locator(".gv-download").first.click()
    data = Path(download.value.path()).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") and b"\r\n" in data
    assert download.value.suggested_filename.endswith(".csv")


def test_print_leaves_navigation_behind_and_loses_no_column(visit: Visit) -> None:
    # The text area of an A4 page with the margins of page.css.
    page = visit(*REPORT, width=627)
    page.emulate_media(media="print")
    for gone in (".gv-contents", ".gv-skip", ".gv-anchor", ".gv-download", ".gv-panel"):
        assert not page.locator(f"{gone}:visible").count()
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.gv-table thead')).display")
        == "table-header-group"
    )
    clipped = """selector => [...document.querySelectorAll(selector)]
        .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.closest('figure')?.id)"""
    assert not page.evaluate(clipped, ":not(.gv-wide-table) > .gv-scroll")
    page.set_viewport_size({"width": 956, "height": 600})  # the sheet laid across
    assert not page.evaluate(clipped, ".gv-wide-table > .gv-scroll")


def test_print_is_black_on_white_in_the_dark_too(visit: Visit) -> None:
    page = visit(*REPORT, scheme="dark")
    page.emulate_media(media="print")
    colours = page.evaluate("(s => [s.color, s.backgroundColor])(getComputedStyle(document.body))")
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


def test_scripts_in_any_field_are_read_and_not_run(visit: Visit) -> None:
    page = visit("own")
    assert page.locator("body").inner_text().count(EVIL) >= 10
    assert EVIL in page.title()
    page.wait_for_timeout(100)  # a dialog would be held against the page by now


def test_a_drag_over_a_figure_selects_it_and_opens_nothing(visit: Visit) -> None:
    page = visit(*REPORT)
    figure = page.locator(".gv-table td .gv-fig").nth(40)
    drag_over(page, figure)
    assert page.evaluate("String(getSelection())") == figure.inner_text()
    assert page.evaluate(OPEN) == []
    figure.click()
    comes_true(page, f"{OPEN}.length === 1")


@pytest.mark.parametrize("part", ["figure", "table", "tbody"])
def test_a_copied_table_is_numbers_to_a_spreadsheet(visit: Visit, part: str) -> None:
    page = visit(*REPORT, permissions=["clipboard-read", "clipboard-write"])
    table = page.locator(".gv-table table", has=page.get_by_text("工资福利支出")).first
    table.evaluate(
        """(table, part) => getSelection().selectAllChildren(
            part === "tbody" ? table.tBodies[0] : table.closest(part))""",
        part,
    )
    assert_numbers(copied(page))


def test_find_in_page_finds_a_figure_with_what_stands_around_it(visit: Visit) -> None:
    page = visit(*REPORT)
    whole = page.locator(".gv-nobr:has(> .gv-fig)").first.inner_text()
    assert page.evaluate("(text) => window.find(text)", whole)
