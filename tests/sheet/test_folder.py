"""A year's folder: every file is a department's or is named, with the reason and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from govnb.report.new_file import create
from govnb.sheet.folder import departments, place_faults, unread_files, year_files
from govnb.sheet.read import department_path, new_path
from govnb.text.faults import FaultsError

STATED = "年度: 2016\n部门: {名称: 甲局, 预算编码: '001005'}\n"


@pytest.fixture
def folder(params_copy: Path) -> Path:
    return params_copy / "2016"


def names(params: Path) -> list[str]:
    return departments(2016, params)


NOT_READ = {
    "x.yaml": ("扩展名是 .yaml", "改名为 x.yml"),
    "X.YML": ("扩展名是 .YML", "改名为 X.yml"),
    "x.yml.txt": ("多了“.txt”", "改名为 x.yml"),
    "x。yml": ("点是全角", "改名为 x.yml"),
    "x.yml ": ("多了“ ”", "改名为 x.yml"),
    "_year.yaml": ("只认 _year.yml", "删去这一个"),
    "_year.yml.bak": ("编辑器或同步软件", "已经有 _year.yml"),
    "x.yml.yml": ("扩展名写了两次", "改名为 x.yml"),
    "x.yaml.yml": ("扩展名写了两次", "改名为 x.yml"),
    "_x.yml": ("留给程序和系统", "改名为 x.yml"),
    ".x.yml": ("留给程序和系统", "改名为 x.yml"),
    "x - 副本.yml": ("多出来的一份", "去掉名称里多出来的部分"),
    "x - 副本 (2).yml": ("多出来的一份", "去掉"),
    "x的副本.yml": ("多出来的一份", "去掉"),
    "副本 x.yml": ("多出来的一份", "去掉"),
    "x (1).yml": ("多出来的一份", "去掉"),
    "x（1）.yml": ("多出来的一份", "去掉"),
    "x - Copy.yml": ("多出来的一份", "去掉"),
    "Copy of x.yml": ("多出来的一份", "去掉"),
    "x copy 2.yml": ("多出来的一份", "去掉"),
    "x-备份.yml": ("多出来的一份", "去掉"),
    "x.bak.yml": ("多出来的一份", "去掉"),
    "x (张三 的冲突副本 2016-05-01).yml": ("多出来的一份", "去掉"),
    "x_冲突文件_张三.yml": ("多出来的一份", "去掉"),
    "x (Zhang San's conflicted copy).yml": ("多出来的一份", "去掉"),
    "x.sync-conflict-20170501-101112.yml": ("多出来的一份", "去掉"),
    "新建 文本文档.txt": ("多出来的一份", "删去"),
    "~$x.yml": ("办公软件", "关闭"),
    ".~lock.x.yml#": ("办公软件", "关闭"),
    "x.yml~": ("编辑器或同步软件", "删去"),
    "x.yml.bak": ("编辑器或同步软件", "删去"),
    ".x.yml.swp": ("编辑器或同步软件", "删去"),
    "x.tmp": ("编辑器或同步软件", "删去"),
    "#x.yml#": ("编辑器或同步软件", "删去"),
    "x.yml.crdownload": ("编辑器或同步软件", "删去"),
    "说明.docx": ("不是参数文件", "放到这个文件夹外面"),
    "甲局/x.yml": ("在子文件夹里", "直接放在 params/2016 里"),
    "甲局/2016/说明.txt": ("在子文件夹里", "直接放在 params/2016 里"),
}


def put(folder: Path, name: str, text: str = STATED) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", NOT_READ)
def test_a_file_that_is_not_read_is_named_with_the_reason_and_what_to_do(
    name: str, folder: Path
) -> None:
    before = names(folder.parent)
    path = put(folder, name)
    (unread,) = unread_files(2016, folder.parent)
    reason, hint = NOT_READ[name]
    assert unread.file == f"params/2016/{name}"
    assert reason in unread.reason and hint in unread.hint
    assert names(folder.parent) == before
    assert place_faults(path, folder.parent) == [unread.fault()]


def test_check_names_them_all_file_by_file_or_by_the_folder(folder: Path, govnb: Any) -> None:
    paths = [put(folder, name) for name in NOT_READ]
    for given in (paths, [folder]):
        told = govnb("check", *given)
        assert told.code == 1
        for unread in unread_files(2016, folder.parent):
            assert f"{unread.file}:1:1: 批量生成不读这个文件：{unread.reason}" in told.out


@pytest.mark.parametrize(
    "name",
    [".DS_Store", "._x.yml", "Thumbs.db", "desktop.ini", ".gitkeep", ".ipynb_checkpoints/x.yml"],
)
def test_what_systems_hide_in_folders_is_not_worth_a_word(name: str, folder: Path) -> None:
    put(folder, name)
    assert unread_files(2016, folder.parent) == []
    assert len(year_files(folder)) == 3


@pytest.mark.parametrize(
    "code", ["001005", "档案备份中心", "矛盾冲突调处中心", "第2小学", "a.b", "copyright", "console"]
)
def test_ordinary_names_are_departments(code: str, folder: Path) -> None:
    (folder / f"{code}.yml").write_text(STATED, encoding="utf-8")
    assert code in names(folder.parent) and unread_files(2016, folder.parent) == []
    assert place_faults(folder / f"{code}.yml", folder.parent) == []
    (folder / f"{code}.yml").unlink()
    assert new_path(2016, code, folder.parent) == folder / f"{code}.yml"


def test_a_file_that_has_the_right_name_beside_it_is_to_be_compared_with_that(
    folder: Path,
) -> None:
    for name in ("x.yml", "x.yaml", "x - 副本.yml"):
        (folder / name).write_text(STATED, encoding="utf-8")
    assert [u.hint.partition("，")[0] for u in unread_files(2016, folder.parent)] == [
        "与 x.yml 核对",
        "已经有 x.yml",
    ]


def test_a_file_under_a_wrong_name_has_its_other_faults_told_as_well(
    folder: Path, govnb: Any
) -> None:
    path = folder / "x.yaml"
    path.write_text("年度: 2016\n部门: {名称: 甲局}\n人员: {编制数: 5.5}\n", encoding="utf-8")
    told = govnb("check", path).out.splitlines()
    assert len(told) == 3 and "批量生成不读" in told[0] and "不是整数" in told[1]


def test_a_draft_outside_the_years_is_checked_under_any_name(
    folder: Path, tmp_path: Path, govnb: Any
) -> None:
    path = tmp_path / "草稿 (1).yaml"
    path.write_text(STATED, encoding="utf-8")
    told = govnb("check", path, "--params", folder.parent)
    assert (told.code, told.out) == (0, "1 个文件，0 处错误\n")


def test_asking_for_a_department_whose_file_is_not_read_says_why(folder: Path, govnb: Any) -> None:
    (folder / "x.yml.txt").write_text(STATED, encoding="utf-8")
    told = govnb("run", 2016, "x", "--params", folder.parent)
    assert told.code == 1 and "扩展名后面多了“.txt”（改名为 x.yml）" in told.err


# Two files, one department.


@pytest.mark.parametrize(
    ("one", "other", "what"),
    [
        ("{名称: 甲局}", "{名称: 甲局}", "名称“甲局”相同"),
        ("{名称: 甲局}", "\n  全称: 某甲局\n  名称: 甲 局", "名称“甲局”相同"),
        (
            "{名称: 甲局, 预算编码: '001005'}",
            "{名称: 乙局, 预算编码: '001005'}",
            "预算编码“001005”",
        ),
    ],
)
def test_two_files_of_one_department_are_refused_together_naming_both(
    one: str, other: str, what: str, folder: Path, govnb: Any
) -> None:
    for name, section in (("a", one), ("b", other)):
        (folder / f"{name}.yml").write_text(f"年度: 2016\n部门: {section}\n", encoding="utf-8")
    for name, twin in (("a", "b"), ("b", "a")):
        told = govnb("check", folder / f"{name}.yml").out
        assert f"params/2016/{name}.yml:" in told and f"与 params/2016/{twin}.yml:" in told
        assert what in told.replace("甲 局", "甲局") and "都不生成" in told


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{名称: 财政局, 地区: 甲县}", "{名称: 财政局, 地区: 乙县}"),
        ("{名称: 甲局}", "{名称: 乙局}"),
        ("{名称: （待填）}", "{名称: （待填）}"),
        ("{名称: 甲局, 预算编码: '005'}", "{名称: 乙局, 预算编码: '5'}"),
    ],
)
def test_departments_that_differ_stay_two(one: str, other: str, folder: Path, govnb: Any) -> None:
    for name, section in (("a", one), ("b", other)):
        (folder / f"{name}.yml").write_text(f"年度: 2016\n部门: {section}\n", encoding="utf-8")
    assert govnb("check", folder / "a.yml", folder / "b.yml").code == 0


def test_a_region_left_out_is_the_years(folder: Path, govnb: Any) -> None:
    (folder / "a.yml").write_text("年度: 2016\n部门: {名称: 甲局}\n", encoding="utf-8")
    second = "年度: 2016\n部门: {{名称: 甲局, 地区: {}}}\n"
    (folder / "b.yml").write_text(second.format("岳阳市君山区"), encoding="utf-8")
    assert "名称“甲局”相同" in govnb("check", folder / "a.yml").out
    (folder / "b.yml").write_text(second.format("乙县"), encoding="utf-8")
    assert govnb("check", folder / "a.yml").code == 0


def test_names_that_differ_in_case_only_are_refused_together(folder: Path, govnb: Any) -> None:
    for name in ("Abc", "aBC"):
        text = f"年度: 2016\n部门: {{名称: {name}局}}\n".replace("aBC局", "乙局")
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    told = govnb("check", folder / "Abc.yml")
    assert told.code == 1 and "文件名只有大小写不同" in told.out
    told = govnb("new", 2016, "ABC", "--params", folder.parent)
    assert told.code == 1 and "只有大小写不同" in told.err


# Names nobody may bear.

REFUSED = [
    *("con", "CON", "nul", "Aux", "prn", "com1", "LPT9", "con.局", "com¹", "nul .x"),
    *("index", "Summary", "DISTRICT", "x-试算", "_year", "_x", ".x"),
    *("x.", "x ", " x", "x (1)", "x - 副本"),
]


@pytest.mark.parametrize("code", REFUSED)
def test_a_name_that_systems_or_the_program_need_is_refused_when_a_file_is_made(
    code: str, params_copy: Path
) -> None:
    with pytest.raises(FaultsError, match=r"不能作部门代码.*（.*(写|如) "):
        create(2017, code, params_copy)
    assert not (params_copy / "2017").exists()


@pytest.mark.parametrize(
    "code",
    [
        *("a/b", "a\\b", "a:b", 'a"b', "a\nb", "a\tb", "a\u200bb", "a\udcff", "", " "),
        *("~$x", "~x", "#x", "x.yml", "x.yaml"),
    ],
)
def test_so_is_a_name_no_path_can_hold_or_under_which_the_file_is_not_read(
    code: str, params_copy: Path
) -> None:
    with pytest.raises(FaultsError, match="不能作部门代码") as told:
        create(2017, code, params_copy)
    assert str(told.value).encode() and not (params_copy / "2017").exists()


def test_one_of_two_files_of_a_department_is_not_run_by_itself_either(
    folder: Path, govnb: Any, tmp_path: Path
) -> None:
    text = (folder / "junshan-zwfw.yml").read_text(encoding="utf-8")
    put(folder, "zwfw.yml", text)
    done = govnb(
        *("run", 2016, "zwfw", "--params", folder.parent, "--outputs", tmp_path / "outputs")
    )
    assert done.code == 1 and "params/2016/junshan-zwfw.yml" in done.err
    assert not (tmp_path / "outputs").exists()


@pytest.mark.timeout(60)
def test_a_file_of_nothing_but_brackets_holds_up_no_other(folder: Path) -> None:
    put(folder, "brackets.yml", "[" * 1_000_000)
    assert place_faults(put(folder, "x.yml"), folder.parent) == []


def test_a_link_to_nothing_is_named_itself(folder: Path, govnb: Any) -> None:
    (folder / "link.yml").symlink_to("gone.yml")
    told = govnb("check", folder / "link.yml")
    assert told.code == 1 and "params/2016/link.yml:1:1" in told.out


@pytest.mark.parametrize("code", [code for code in REFUSED if code != "_year"])
def test_and_when_it_is_read(code: str, folder: Path) -> None:
    path = put(folder, f"{code}.yml")
    (fault,) = place_faults(path, folder.parent)
    assert fault.place.file == f"params/2016/{code}.yml" and fault.hint
    with pytest.raises(FaultsError) as told:
        department_path(2016, code, folder.parent)
    assert told.value.faults[0].place == fault.place
