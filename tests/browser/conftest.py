"""A real browser for the tests that need eyes, a keyboard or a network to stay away from."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.papers.pages import failed_notebook, own_notebook, page, report_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright, which can't download one of its own here."""
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        pytest.skip(f"no Chromium on the path (looked for {', '.join(NAMES)})")
    playwright = pytest.importorskip("playwright.sync_api")
    # Chromium refuses its sandbox to root, which is who runs the tests in a container.
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(
            executable_path=executable, args=["--no-sandbox"] if root else []
        )
        yield started
        started.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The file of a page, written once: a report by year and department, or a name."""
    folder = tmp_path_factory.mktemp("pages")
    made = {"own": own_notebook, "failed": lambda: failed_notebook("raises-exception")}

    def file(*which: Any) -> Path:
        path = folder / f"{'-'.join(map(str, which))}.html"
        if not path.exists():
            text = page(made[which[0]]()) if which[0] in made else report_page(*which)
            path.write_text(text, encoding="utf-8")
        return path

    return file


@pytest.fixture
def visit(browser: Browser, pages: Callable[..., Path]) -> Iterator[Callable[..., Page]]:
    """Open a page; what it asked for and complained about is held against it at the end."""
    contexts, wrong = [], []

    def open_(*which: Any, width: int = 1280, scheme: Any = "light", **more: Any) -> Page:
        fragment = more.pop("fragment", "")
        context = browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme=scheme, **more
        )
        contexts.append(context)
        shown = context.new_page()
        url = pages(*which).as_uri()
        shown.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
        shown.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        shown.on(
            "console",
            lambda said: wrong.append(f"{said.type}: {said.text}") if _bad(said.type) else None,
        )
        shown.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith(("data:", url))
                else wrong.append(f"request: {asked.url}")
            ),
        )
        shown.goto(url + fragment)
        return shown

    yield open_
    for context in contexts:
        context.close()
    assert not wrong


def _bad(kind: str) -> bool:
    return kind in ("error", "warning")
