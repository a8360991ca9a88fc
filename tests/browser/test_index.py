"""The page of a year in a real browser: found, sorted, by keyboard, on a phone, with many rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from govnb.batch.index import index_page
from govnb.batch.outcome import Failure, Outcome
from govnb.batch.summary import Row
from tests.browser.boxes import boxes

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# One worker: one browser, and each page is made once.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def year(count: int) -> bytes:
    rows = []
    for i in range(count):
        facts = {
            "name": f"示例{i}局", "region": "示例区", "sample": True, "budget": str(1000 - i),
            "actual": str(i), "unit": "万元", "control": "99", "low": str(i % 100), "high": "100",
            "grade": "良", "findings": {"错误": i % 3, "尾差": 0, "提示": 0},
        }  # fmt: skip
        failure = Failure.of_faults("a.yml:3:7: 坏了", 2, "x = 1") if i % 10 == 9 else None
        rows.append(Row(f"{i:05d}", facts, ("html", "pdf", "json"), failure))
    return index_page(2016, rows, ["撤销局"], Outcome("district"), "示例区")


Open = Callable[..., "Page"]


@pytest.fixture
def open_year(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    contexts, wrong = [], []

    def open_(count: int, width: int = 1280, scheme: Any = "light", **more: Any) -> Page:
        path = tmp_path / f"{count}.html"
        path.write_bytes(year(count))
        context = browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme=scheme, **more
        )
        contexts.append(context)
        shown = context.new_page()
        shown.on("pageerror", lambda error: wrong.append(str(error)))
        shown.on("console", lambda said: wrong.append(said.text))
        shown.on("request", lambda a: None if a.url == path.as_uri() else wrong.append(a.url))
        shown.goto(path.as_uri())
        return shown

    yield open_
    for context in contexts:
        context.close()
    assert not wrong


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("count", [12, 600])
def test_nothing_serious_for_accessibility(
    open_year: Open, scheme: str, width: int, count: int
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    shown = open_year(count, width, scheme)
    found = axe.Axe().run(shown).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
    # Two parts of one name are one to somebody who goes from part to part by ear.
    assert "landmark-unique" not in [v["id"] for v in found]
    assert shown.evaluate("document.documentElement.scrollWidth") == width


def test_every_chinese_character_is_drawn_by_a_face_that_has_it(open_year: Open) -> None:
    assert not boxes(open_year(12))


def names(shown: Page) -> list[str]:
    return shown.locator("tbody tr:not([hidden]) th small:first-of-type").all_text_contents()


def test_rows_are_found_by_typing(open_year: Open) -> None:
    shown = open_year(12)
    shown.get_by_label("查找").fill("示例1")
    shown.wait_for_function("document.getElementById('shown').textContent.startsWith('3 /')")
    assert names(shown) == ["00011", "00001", "00010"]
    shown.get_by_label("查找").fill("示例1 未能")
    shown.wait_for_function("document.getElementById('shown').textContent.startsWith('0 /')")
    shown.get_by_label("查找").fill("")
    shown.get_by_label("状态").select_option("未能生成")
    shown.wait_for_function("document.getElementById('shown').textContent.startsWith('1 /')")
    assert names(shown) == ["00009"]


def test_columns_are_sorted_by_keyboard_alone(open_year: Open) -> None:
    shown = open_year(12)
    head = shown.get_by_role("columnheader", name="支出")
    for _ in range(40):
        shown.keyboard.press("Tab")
        if head.evaluate("head => head.contains(document.activeElement)"):
            break
    shown.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert names(shown)[0] == "00011"
    shown.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "ascending"
    assert names(shown)[:2] == ["00000", "00001"]
    shown.get_by_role("columnheader", name="状态").get_by_role("button").click()
    assert head.get_attribute("aria-sort") is None
    assert names(shown)[0] == "00009"


def test_without_its_script_it_is_a_plain_table(open_year: Open) -> None:
    shown = open_year(12, java_script_enabled=False)
    assert shown.get_by_role("row").count() == 13
    assert shown.get_by_role("button").count() == 0
    assert not shown.get_by_label("查找").is_visible()
