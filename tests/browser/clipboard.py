"""What a hand does with a mouse and Ctrl+C, and what a spreadsheet finds in the clipboard."""

from __future__ import annotations

import re
from typing import Any

from bs4 import BeautifulSoup

# Controls, joiners and blanks of no width, which make text of a number.
UNSEEN = re.compile(r"[\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\u00ad]")
NUMBER = re.compile(r"-?\d{1,3}(?:,?\d{3})*(?:\.\d+)?%?")


def drag_over(page: Any, element: Any) -> None:
    """Drag the mouse over an element from its beginning to its end."""
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 1, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 0.5, middle, steps=8)
    page.mouse.up()


def copied(page: Any) -> tuple[str, str]:
    """Press Ctrl+C and return what the clipboard then holds, as HTML and as text."""
    page.keyboard.press("Control+c")
    html, text = page.evaluate(
        """async () => {
          const [item] = await navigator.clipboard.read();
          const read = async (type) => await (await item.getType(type)).text();
          return [await read("text/html"), await read("text/plain")];
        }"""
    )
    return str(html), str(text)


def assert_numbers(clipboard: tuple[str, str]) -> None:
    """Hold that both forms are a table whose numbers a spreadsheet reads as such."""
    html, text = clipboard
    assert not UNSEEN.search(html + text)
    assert not re.search("<button|<a |popover|下载数据", html) and "下载数据" not in text
    (table,) = BeautifulSoup(html, "html.parser").find_all("table")
    rows = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in table("tr")]
    numbers = [cell for row in rows for cell in row if NUMBER.fullmatch(cell)]
    assert len(numbers) > 10
    lines = text.splitlines()
    assert all("\t".join(row) in lines for row in rows)
