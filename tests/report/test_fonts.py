"""The vendored faces: they write every report, on a machine with no Chinese font at all."""

import subprocess
import sys
import warnings
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from matplotlib import font_manager
from matplotlib.figure import Figure

from govnb.report import fonts

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("role", fonts.ROLES)
def test_every_role_writes_every_parameter_file(role: str) -> None:
    files = [*ROOT.glob("params/*/*.yml"), *ROOT.glob("params/rules/*.yml")]
    assert files
    assert fonts.missing("".join(path.read_text("utf-8") for path in files), role) == []


# Fandol holds ordinary text only; the face for the screen holds all by itself.
FANDOL = [role for role in fonts.ROLES if role != fonts.SCREEN]


def test_the_screen_needs_no_fallback() -> None:
    assert fonts.missing("国㎡堃喆镕𠮷", fonts.SCREEN) == []
    assert len(fonts.paths(fonts.SCREEN)) == 1


@pytest.mark.parametrize("role", FANDOL)
def test_every_role_writes_what_fandol_lacks_by_its_fallback(role: str) -> None:
    assert fonts.missing("㎡堃喆镕", role) == []
    assert fonts.face_of("堃", role) != fonts.face_of("国", role)


def test_missing_characters_are_named_once_in_order() -> None:
    assert fonts.missing("表😀情𓀀😀", fonts.HEI) == ["😀", "𓀀"]


def test_marks_that_draw_nothing_are_not_missing() -> None:
    assert fonts.missing("一\u200b二\ufe0f三\n\t\u3000\u00a0四\r", fonts.HEI) == []


@pytest.mark.parametrize("role", FANDOL)
def test_a_role_has_files_and_a_fallback(role: str) -> None:
    paths = fonts.paths(role)
    assert len(paths) > 1
    assert all(path.is_file() for path in paths)


def test_chinese_is_a_full_em_wide_and_widths_add_up() -> None:
    assert fonts.width("国", fonts.HEI, 11) == pytest.approx(11)
    parts = fonts.width("国", fonts.HEI, 11) + fonts.width("1.5%", fonts.HEI, 11)
    assert fonts.width("国1.5%", fonts.HEI, 11) == pytest.approx(parts)


def test_importing_does_no_work() -> None:
    heavy = "import govnb.report.fonts, sys; print({'matplotlib', 'fontTools'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", heavy], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "set()"


def test_registering_twice_adds_nothing() -> None:
    fonts.register()
    before = list(font_manager.fontManager.ttflist)
    fonts.register()
    assert font_manager.fontManager.ttflist == before


def test_a_stale_font_cache_does_not_win() -> None:
    fonts.register()
    family, manager = fonts.families(fonts.HEI)[0], font_manager.fontManager
    ours = next(entry for entry in manager.ttflist if entry.name == family)
    manager.ttflist.insert(0, replace(ours, fname="/gone/FandolHei-Regular.otf"))
    fonts.register()
    found = font_manager.findfont(font_manager.FontProperties(family=family))
    assert Path(found) == fonts.paths(fonts.HEI)[0]


def test_a_users_own_matplotlib_chart_has_no_tofu() -> None:
    fonts.register()
    figure = Figure()
    figure.text(0.1, 0.5, "预算堃㎡", family=fonts.families(fonts.HEI))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(BytesIO(), format="svg")
