"""The face a page carries: its own characters, no more, and nothing where none is needed."""

from __future__ import annotations

import base64
import io
import re

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from govnb.papers.page_face import MARK, font_face, with_face
from govnb.report import fonts
from tests.papers.pages import REPORTS, report_page


def carried(page: str) -> TTFont:
    """Return the face inside a page."""
    (encoded,) = re.findall(r'src:url\(data:font/woff;base64,([^)]+)\)format\("woff"\)', page)
    return TTFont(io.BytesIO(base64.b64decode(encoded)))


@pytest.mark.parametrize("which", REPORTS, ids=str)
def test_a_report_carries_every_character_it_shows(which: tuple[int, str]) -> None:
    page = report_page(*which)
    chinese = {char for char in page if ord(char) >= 0x2E80}
    assert chinese <= set(map(chr, carried(page).getBestCmap()))


def test_outlines_are_copied_whole() -> None:
    face = carried(font_face("收支堃𠮷〔2016〕"))
    (path,) = fonts.paths(fonts.SCREEN)
    with TTFont(path) as whole:
        for char in "收支堃𠮷〔〕":
            name, own = face.getBestCmap()[ord(char)], whole.getBestCmap()[ord(char)]
            assert face["glyf"][name] == whole["glyf"][own]
            assert face["hmtx"][name] == whole["hmtx"][own]
    assert "OFL" in face["name"].getDebugName(14)


@given(st.text())
def test_any_text_gives_the_same_bytes_again_and_only_its_own_characters(text: str) -> None:
    rule = font_face(text)
    assert rule == font_face("".join(reversed(text)))
    if rule:
        assert set(map(chr, carried(rule).getBestCmap())) <= set(text)


def test_what_every_machine_can_write_needs_no_face() -> None:
    assert font_face("ASCII, déjà, 123") == ""
    assert with_face(f"<style>{MARK}</style>x") == "<style></style>x"


def test_characters_no_face_has_are_left_to_the_reader() -> None:
    assert font_face("\U0001f600\ud800") == ""


def test_only_the_first_mark_is_replaced() -> None:
    page = with_face(f"<style>{MARK}</style><p>中 {MARK}</p>")
    assert page.count("@font-face") == 1
    assert page.endswith(f"<p>中 {MARK}</p>")
