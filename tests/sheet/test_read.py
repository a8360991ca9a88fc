"""Reading files: what is accepted as it is, and files that can't be read at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from govnb.sheet.compute import compute
from govnb.sheet.read import load
from govnb.text.faults import FaultsError

GOOD = "年度: 2016\n部门:\n  名称: 测试局\n  预算编码: 001005\n预算执行:\n  年初预算: 12.50\n"

Write = Callable[[str | bytes], Path]


@pytest.fixture
def write(params_copy: Path) -> Write:
    """Write a department's file into a copy of the parameter folder."""

    def written(content: str | bytes) -> Path:
        path = params_copy / "2016" / "test.yml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def values(path: Path) -> dict[str, Any]:
    figures, _ = compute(load(path))
    return {name: figure.value for name, figure in figures.items()}


def faults_of(path: Path) -> list[str]:
    with pytest.raises(FaultsError) as caught:
        compute(load(path))
    return [str(fault) for fault in caught.value.faults]


def test_a_code_keeps_its_leading_zeros(write: Write) -> None:
    assert values(write(GOOD))["部门.预算编码"] == "001005"


@pytest.mark.parametrize("text", ["NO", "on", "010", "1:30", "1e5", "0x1F", "null", "~", "12_000"])
def test_what_yaml_would_take_for_something_else_stays_the_text_it_is(
    write: Write, text: str
) -> None:
    assert values(write(GOOD.replace("001005", text)))["部门.预算编码"] == text


@pytest.mark.parametrize(
    "dress",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "---\n" + text,
        lambda text: text + "...\n",
        lambda text: text.rstrip("\n"),
        lambda text: "\n\n# 说明\n" + text.replace("\n", "  # 注\n"),
        lambda text: text.replace("2016", '"2016"').replace("12.50", "'12.50'"),
    ],
    ids=["BOM", "CRLF", "opening", "closing", "no-last-newline", "comments", "quotes"],
)
def test_harmless_differences_of_editors_are_accepted(
    write: Write, dress: Callable[[str], str]
) -> None:
    found = values(write(dress(GOOD)))
    assert found["预算执行.年初预算"] == Decimal("12.50")
    assert found["部门.预算编码"] == "001005"


def test_an_origin_reads_the_same_from_any_folder(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(GOOD)
    for folder, name in ((path.parent, Path("test.yml")), (path.parents[2], path)):
        monkeypatch.chdir(folder)
        figures, _ = compute(load(name))
        assert str(figures["预算执行.年初预算"].place) == "params/2016/test.yml:6:9"


def test_a_file_outside_the_parameter_folder_is_read_with_the_shared_files_of_its_year(
    params: Path, tmp_path: Path
) -> None:
    path = tmp_path / "草稿.yml"
    path.write_text(GOOD, encoding="utf-8")
    figures, _ = compute(load(path, params))
    assert figures["年度"].value == 2016
    assert figures["年度"].place.file == path.as_posix()


def test_money_is_kept_in_the_files_unit_whatever_unit_it_was_typed_in(write: Write) -> None:
    text = GOOD + "  年末结余: 3.5亿元\n  本年追加: 1万元\n金额单位: 元\n"
    found = values(write(text))
    assert found["预算执行.年初预算"] == Decimal("12.50")
    assert found["预算执行.年末结余"] == 350_000_000
    assert found["预算执行.本年追加"] == 10_000


def test_left_out_and_unpublished_are_unknown_and_zero_is_zero(write: Write) -> None:
    found = values(write(GOOD + "  年末结余: 未公布\n  本年追加: 0\n"))
    assert found["预算执行.年末结余"] is None
    assert found["预算执行.上年结转"] is None
    assert found["预算执行.本年追加"] == 0


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        (b"", "1:1", "空"),
        (b"\n\n  \n", "1:1", "空"),
        (b"\xef\xbb\xbf", "1:1", "空"),
        ("# a\n\n年度: 2016\n".encode("gbk"), "3:1", "UTF-8"),
        (GOOD.encode("gb18030"), "1:1", "UTF-8"),
        (GOOD.encode("utf-16"), "1:1", "UTF-8"),
        (b"\xff\xfe\x00\x01", "1:1", "UTF-8"),
        ("年度: 2016\n部门: {名称: 测\x00试局}\n".encode(), "2:11", "U+0000"),
        ("年度: 2016\n部门: {名称: 测\x1b[31m试局}\n".encode(), "2:11", "U+001B"),
        (b"PK\x03\x04\x14\x00", "1:3", "U+0003"),
        (GOOD.encode() + b"#" * 256 * 1024, "1:1", "256 KB"),
        (GOOD.encode()[:-8] + b"\xe5\xb9", "6:", "UTF-8"),
    ],
    ids=[
        "empty",
        "blank",
        "BOM-only",
        "GBK",
        "GB18030",
        "UTF-16",
        "bytes",
        "NUL",
        "ESC",
        "zip",
        "huge",
        "cut-in-a-character",
    ],
)
def test_a_file_that_is_no_text_says_so_and_what_to_do(
    write: Write, content: bytes, place: str, words: str
) -> None:
    (fault,) = faults_of(write(content))
    assert fault.startswith(f"params/2016/test.yml:{place}")
    assert words in fault and "（" in fault


def test_a_missing_file_and_a_folder_are_told_apart(params_copy: Path) -> None:
    (missing,) = faults_of(params_copy / "2016" / "nobody.yml")
    assert "没有这个文件" in missing
    (params_copy / "2016" / "folder.yml").mkdir()
    (folder,) = faults_of(params_copy / "2016" / "folder.yml")
    assert "文件夹" in folder


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_says_so(write: Write) -> None:
    path = write(GOOD)
    path.chmod(0)
    (fault,) = faults_of(path)
    assert "打不开" in fault and "权限" in fault


def test_a_loop_of_links_says_that_the_file_cannot_be_opened(params_copy: Path) -> None:
    path = params_copy / "2016" / "loop.yml"
    path.symlink_to(path)
    (fault,) = faults_of(path)
    assert "打不开" in fault


def test_a_year_without_a_year_file_names_the_years_there_are(params: Path, tmp_path: Path) -> None:
    path = tmp_path / "草稿.yml"
    path.write_text(GOOD.replace("2016", "2015"), encoding="utf-8")
    with pytest.raises(FaultsError) as caught:
        load(path, params)
    (fault,) = caught.value.faults
    assert (fault.place.line, fault.place.column) == (1, 5)
    assert "2015" in fault.message and "2016、2018、2019、2026" in fault.hint


def test_a_parameter_folder_without_rules_says_which_file_is_missing(write: Write) -> None:
    path = write(GOOD)
    params = path.parents[1]
    shutil.rmtree(params / "rules")
    with pytest.raises(FaultsError) as caught:
        load(path, params)
    told = [f.place.file for f in caught.value.faults]
    assert "params/rules/figures.yml" in told and "params/rules/base-data.yml" in told


def test_faults_of_all_files_are_reported_together_in_order(write: Write) -> None:
    path = write(GOOD.replace("12.50", "12,50").replace("测试局", ""))
    year = path.parent / "_year.yml"
    year.write_text(year.read_text("utf-8").replace("万元", "美元"), encoding="utf-8")
    rules = path.parents[1] / "rules" / "figures.yml"
    rules.write_text(rules.read_text("utf-8").replace("小数位: 1", "小数位: 七"), encoding="utf-8")
    faults = faults_of(path)
    files = [fault.split(":")[0] for fault in faults]
    assert set(files) == {
        "params/2016/test.yml",
        "params/2016/_year.yml",
        "params/rules/figures.yml",
    }
    assert files == sorted(files) and files.count("params/2016/test.yml") == 2


def test_a_year_that_is_not_the_folders_is_a_fault_of_the_file_that_says_it(
    params_copy: Path, govnb: Any
) -> None:
    year, department = (params_copy / "2016" / name for name in ("_year.yml", "junshan-zwfw.yml"))
    for path in (year, department):
        text = path.read_text("utf-8")
        path.write_text(text.replace("\n年度: 2016", "\n年度: 2017"), encoding="utf-8")
    wrong = [
        f"{f['file']}: {f['message']}" for f in govnb("check", department, "--json").json["faults"]
    ]
    assert wrong == [
        f"params/2016/{path.name}: 年度 2017 与所在的文件夹 2016 不同"
        for path in (year, department)
    ]
    (alone,) = govnb("check", year, "--json").json["faults"]
    assert (alone["line"], alone["column"]) == ("3", "5") and "改为 2016" in alone["hint"]


def test_a_file_in_a_year_without_a_year_file_does_not_take_another_years(
    params_copy: Path, govnb: Any
) -> None:
    path = params_copy / "2015" / "junshan-zwfw.yml"
    path.parent.mkdir()
    shutil.copy(params_copy / "2016" / path.name, path)
    faults = govnb("check", path, "--json").json["faults"]
    assert [(f["file"], f["line"]) for f in faults] == [
        ("params/2015/_year.yml", "1"),
        ("params/2015/junshan-zwfw.yml", "4"),
    ]
    assert (
        "没有 2015 年的年度文件" in faults[0]["message"] and "文件夹 2015" in faults[1]["message"]
    )
    assert govnb("run", 2015, path.stem, "--params", params_copy).code == 1
