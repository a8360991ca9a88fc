"""The form to fill in with Excel or WPS: made, filled in, read back, and told what is wrong."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import BaseModel

from govnb.excel.changes import target_of
from govnb.excel.filled import read_form
from govnb.excel.form import FormWriter, rows_of, texts_of
from govnb.excel.layout import ABOVE, ACCOUNT, Shape, leaves, tables
from govnb.excel.source import read
from govnb.rubric.load import load_rubric
from govnb.sheet.compute import compute
from govnb.sheet.department import Department
from govnb.sheet.fields import bare, below, class_of, key, keys_of
from govnb.sheet.read import load
from govnb.text.section import Ledger, Strict
from govnb.text.values import Money, TextOf, YesNo
from govnb.text.yaml_text import parse_yaml, read_yaml

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "params").glob("20*/[!_]*.yml"))
JUNSHAN = "2016/junshan-zwfw.yml"


def stated(path: Path) -> dict[tuple[str, ...], list[str]]:
    """Return every input of a file: numbers, dates and texts, lists item by item."""
    return {leaf.path: texts_of(leaf.node) for leaf in leaves(read_yaml(path))}


def same(path: Path, other: Path, params: Path) -> None:
    assert stated(path) == stated(other)
    ours, theirs = (compute(load(each, params))[0] for each in (path, other))
    assert {n: str(f.value) for n, f in ours.items()} == {
        n: str(f.value) for n, f in theirs.items()
    }


class Form:
    """A form in the hands of an accountant."""

    def __init__(self, path: Path) -> None:
        self.path, self.book = path, load_workbook(path)

    def table(self, title: str) -> tuple[Worksheet, int]:
        for sheet in self.book.worksheets:
            for row in range(1, sheet.max_row + 1):
                if sheet.cell(row, 1).value == f"■ {title}":
                    return sheet, row
        raise KeyError(title)

    def at(self, title: str, row: str | int, head: str = "填报") -> Any:
        """Return a cell: by the label of its row, or the number of the row below the heads."""
        sheet, top = self.table(title)
        heads = [str(c.value or "").split("（")[0] for c in sheet[top + 1]]
        column = heads.index(head) + 1
        if isinstance(row, int):
            return sheet.cell(top + 2 + row, column)
        found = (r for r in range(top + 2, sheet.max_row + 1) if sheet.cell(r, 1).value == row)
        return sheet.cell(next(found), column)

    def save(self) -> Path:
        self.book.save(self.path)
        return self.path


@pytest.fixture
def blank(govnb: Any, params_copy: Path, tmp_path: Path) -> Path:
    path = tmp_path / "某 局.xlsx"
    told = govnb("new", 2018, "mou-ju", "--xlsx", path, "--params", params_copy)
    assert told.code == 0, told.err
    return path


@pytest.fixture
def real(govnb: Any, params_copy: Path, tmp_path: Path) -> Path:
    """The published report of 2016 as a form."""
    path = tmp_path / "form.xlsx"
    told = govnb("export", params_copy / JUNSHAN, "--xlsx", path)
    assert told.code == 0, told.err
    return path


@pytest.fixture
def take(govnb: Any, params_copy: Path) -> Callable[..., Any]:
    def command(path: Path, *args: Any) -> Any:
        return govnb("import", path, "--write", "--params", params_copy, *args)

    return command


# ── there and back ──────────────────────────────────────────────


@pytest.mark.parametrize("file", SHIPPED, ids=lambda p: p.stem)
def test_a_published_report_comes_back_from_its_form_with_every_input(
    govnb: Any, take: Any, params_copy: Path, tmp_path: Path, file: Path
) -> None:
    path = params_copy / file.parent.name / file.name
    govnb("export", path, "--xlsx", tmp_path / "form.xlsx")
    path.unlink()
    told = take(tmp_path / "form.xlsx")
    assert "已写入" in told.out and told.err == ""
    assert [line for line in told.out.splitlines() if line.startswith("form.xlsx!")] == []
    same(path, file, params_copy)


def test_made_up_departments_come_back_too(govnb: Any, take: Any, tmp_path: Path) -> None:
    govnb("sample", 8, "--out", tmp_path / "many", "--seed", 7)
    folder = next((tmp_path / "many").glob("20*"))
    for path in sorted(folder.glob("[!_]*.yml")):
        before = stated(path)
        form = tmp_path / f"{path.stem}.xlsx"
        tree = read_yaml(path)
        form.write_bytes(FormWriter(int(folder.name), path.stem, "万元").made(tree))
        filled = read_form(read(form))
        assert filled.faults == []
        assert {leaf.path: texts_of(leaf.node) for leaf in leaves(filled.tree)} == before


@pytest.mark.skipif(
    shutil.which("soffice") is None or not list(Path("/usr/lib").glob("libreoffice/**/libsclo.so")),
    reason="LibreOffice Calc is not installed",
)
def test_libreoffice_opens_and_saves_a_form_and_nothing_is_lost(
    real: Path, take: Any, params_copy: Path, tmp_path: Path
) -> None:
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
    command += ["--convert-to", "xlsx", "--outdir", str(tmp_path / "saved"), str(real)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    path = params_copy / JUNSHAN
    path.unlink()
    take(tmp_path / "saved" / "form.xlsx")
    same(path, ROOT / "params" / JUNSHAN, params_copy)


def test_an_unchanged_form_changes_nothing_and_a_changed_cell_changes_one_line(
    real: Path, take: Any, params_copy: Path
) -> None:
    path = params_copy / JUNSHAN
    before = path.read_text("utf-8")
    assert "没有要改的" in take(real).out
    assert path.read_text("utf-8") == before
    form = Form(real)
    form.at("三公经费 · 各项", "公务接待费", "支出").value = 10.35
    form.at("落款", "原文").value = None
    told = take(form.save())
    assert "10.33" in told.out and "删去" in told.out
    after = path.read_text("utf-8")
    lines = set(after.splitlines()) ^ set(before.splitlines())
    assert {"    支出: 10.33", "    支出: 10.35", "  原文: 二O一七年六月三十日"} == {
        line for line in lines if not line.startswith("# 由")
    }
    # And once more: the form still is what the file follows.
    form.at("三公经费 · 各项", "公务接待费", "支出").value = 10.36
    take(form.save())
    assert "支出: 10.36" in path.read_text("utf-8")


def test_a_number_out_of_all_proportion_waits_to_be_asked_for(
    real: Path, govnb: Any, params_copy: Path
) -> None:
    form = Form(real)
    form.at("三公经费 · 各项", "公务接待费", "支出").value = 10000000000
    form.at("三公经费 · 各项", "公务接待费", "预算").value = 12.51
    path = form.save()
    told = govnb("import", path, "--params", params_copy, "--write").out
    assert "未改，是原来的10亿倍，单位？" in told, told
    file = params_copy / "2016" / "junshan-zwfw.yml"
    assert "12.51" in file.read_text("utf-8") and "10000000000" not in file.read_text("utf-8")
    govnb("import", path, "--params", params_copy, "--write", "--replace", "*接待费.支出")
    assert "10000000000" in file.read_text("utf-8")
    odd = [line for line in told.splitlines() if line.startswith("请核对：")]
    assert len(odd) == 1 and "“三公经费.公务接待费.支出”现在是10.33，导入的是10000000000" in odd[0]


def test_a_form_of_another_department_changes_nothing_unless_it_has_a_new_name(
    real: Path, govnb: Any, params_copy: Path
) -> None:
    form = Form(real)
    form.at("三公经费 · 各项", "公务接待费", "预算").value = 12.51
    form.at("部门", "名称").value = "别的局"
    path, file = form.save(), params_copy / "2016" / "junshan-zwfw.yml"
    before = file.read_bytes()
    told = govnb("import", path, "--params", params_copy, "--write")
    assert "B14: 填报表是“别的局”的，部门文件是“" in told.out and told.code == 1, told.out
    assert file.read_bytes() == before
    govnb("import", path, "--params", params_copy, "--write", "--replace", "部门.名称")
    assert "名称: 别的局" in file.read_text("utf-8") and "12.51" in file.read_text("utf-8")


def test_a_file_edited_by_hand_since_is_not_written_over(
    real: Path, take: Any, params_copy: Path
) -> None:
    path = params_copy / JUNSHAN
    text = path.read_text("utf-8").replace("预算: 12.15", "预算: 12.2")
    path.write_text(text, encoding="utf-8")
    told = take(real)
    assert "手填的 1 个没有改：三公经费.公务接待费.预算" in told.out
    assert path.read_text("utf-8") == text
    take(real, "--replace", "三公经费.*")
    assert "预算: 12.15" in path.read_text("utf-8")


# ── filled in ───────────────────────────────────────────────────


def test_a_blank_form_is_a_file_without_figures(
    govnb: Any, blank: Path, take: Any, params_copy: Path
) -> None:
    told = take(blank)
    assert told.code == 0 and "读到 3 个指标" in told.out, told.out
    path = params_copy / "2018/mou-ju.yml"
    assert govnb("check", path).code == 0
    assert len(stated(path)) == 3


def test_numbers_as_accountants_type_them_are_read(
    blank: Path, take: Any, params_copy: Path
) -> None:
    form = Form(blank)
    cells = {
        "年初预算": "１，２３４．５０", "决算收入": "1,234.50", "本年追加": "（12.5）",
        "年末结余": 0, "上年结转": "—", "实际到位": "约5万元", "结余分配": "未公布",
    }  # fmt: skip
    for label, value in cells.items():
        form.at("预算执行", label).value = value
    form.at("部门", "设立时间").value = "2018年3月"
    form.at("部门", "预算编码").value = "001005"
    form.at("楼堂馆所", "有新建项目").value = False
    form.at("公布数", 1, "公布数").value = "三公经费.预算"
    form.at("公布数", 1, "内容").value = 12.5
    form.at("公布数", 1, "内容").number_format = "0.00"
    form.at("业务量", 1, "业务量").value = "办结率"
    form.at("业务量", 1, "单位").value = "%"
    form.at("业务量", 1, "本年").value = 99.5
    form.at("公布数", 2, "公布数").value = "三公经费.控制率"
    form.at("公布数", 2, "内容").value = "９８.５％"
    form.at("公布数", 3, "公布数").value = "支出.预算完成率"
    # A rate as Excel formats it: it holds 0.125 and shows 12.5%.
    form.at("公布数", 3, "内容").value = 0.125
    form.at("公布数", 3, "内容").number_format = "0.0%"
    told = take(form.save())
    assert told.code == 0, told.out
    found = {
        ".".join(path): text[0] for path, text in stated(params_copy / "2018/mou-ju.yml").items()
    }
    assert found["预算执行.年初预算"] == found["预算执行.决算收入"] == "1234.50"
    assert found["预算执行.本年追加.合计"] == "-12.5"
    # What is left blank or isn't applicable is no zero, and zero is one.
    assert found["预算执行.年末结余.合计"] == "0"
    assert not any(name.startswith("预算执行.上年结转") for name in found)
    assert found["预算执行.实际到位"] == "约5万元" and found["预算执行.结余分配"] == "未公布"
    assert found["部门.设立时间"] == "2018年3月" and found["部门.预算编码"] == "001005"
    assert found["楼堂馆所.有新建项目"] == "否"
    assert found["公布数.三公经费.控制率"] == "98.5%"
    assert found["公布数.支出.预算完成率"] == "12.5%"
    # A printed number has its digits: 12.50 is not 12.5.
    assert found["公布数.三公经费.预算"] == "12.50"


def test_what_is_wrong_is_told_at_once_by_cell_and_the_rest_comes_in(
    blank: Path, take: Any, params_copy: Path
) -> None:
    form = Form(blank)
    form.at("预算执行", "年初预算").value = "五万左右"
    form.at("预算执行", "年末结余").value = "7.50."
    form.at("人员", "编制数").value = 4.5
    form.at("楼堂馆所", "有新建项目").value = "没有"
    form.at("叙述", "概述").value = "共{{ 人员.没有这个 }}人。"
    form.at("预算执行", "决算收入").value = 100
    told = take(form.save(), "--mark")
    assert told.code == 1
    for words in (
        "某 局.xlsx!收入支出!B54: 预算执行.年初预算：“五万左右”不是数",
        "预算执行.年末结余：“7.50.”有 2 个小数点",
        "人员.编制数：“4.5”不是整数",
        "楼堂馆所.有新建项目：“没有”不在可选的值里（可写：是、否）",
        "没有“人员.没有这个”",
    ):
        assert words.split("!B54")[-1].lstrip(": ") in told.out, told.out
    faults = [line for line in told.out.splitlines() if line.startswith("某 局.xlsx!")]
    assert len(faults) == 5
    path = params_copy / "2018/mou-ju.yml"
    assert ("预算执行", "决算收入") in stated(path) and ("人员", "编制数", "合计") not in stated(
        path
    )
    marked = Form(blank.with_name("某 局（有错的格）.xlsx")).at("人员", "编制数")
    assert marked.fill.fgColor.rgb.endswith("FFC7CE") and "不是整数" in marked.comment.text


def test_rows_may_be_inserted_sorted_and_sheets_renamed(
    real: Path, take: Any, params_copy: Path
) -> None:
    form = Form(real)
    sheet, top = form.table("公用经费 · 各项")
    sheet.insert_rows(top, 3)
    sheet, top = form.table("业务量")
    rows = [[c.value for c in row] for row in sheet.iter_rows(top + 3, top + 8)]
    for at, row in enumerate(reversed(rows), top + 3):
        for column, value in enumerate(row, 1):
            sheet.cell(at, column).value = value
    for each in form.book.worksheets:
        each.title = f"新{each.title}"
    path = params_copy / JUNSHAN
    path.unlink()
    take(form.save())
    assert stated(path) == stated(ROOT / "params" / JUNSHAN)


def test_a_row_a_column_or_a_table_that_is_gone_is_named_and_clears_nothing(
    real: Path, take: Any, params_copy: Path
) -> None:
    form = Form(real)
    cell = form.at("三公经费 · 各项", "公务接待费", "项目")
    cell.value = "接待费"
    sheet, top = form.table("落款")
    for column in range(1, 5):
        sheet.cell(top, column).value = None
    form.at("部门", "全称", "项目").value = "全名"
    head = next(
        c for c in form.table("业务量")[0][form.table("业务量")[1] + 1] if c.value == "上年"
    )
    head.value = None
    told = take(form.save())
    for words in ("里没有“接待费”（是不是“公务接待费”？）", "没有“全名”这一项", "少了表：落款",
                  "“业务量”少了列：上年"):  # fmt: skip
        assert words in told.out, told.out
    assert stated(params_copy / JUNSHAN) == stated(ROOT / "params" / JUNSHAN)


def test_a_hidden_cover_a_hidden_sheet_and_a_number_for_a_name_are_told(
    real: Path, govnb: Any, params_copy: Path
) -> None:
    form = Form(real)
    cell = form.at("收入支出 · 明细", "支出", "报告的叫法")
    cell.value = 3
    form.book["三公经费"].sheet_state = "hidden"
    told = govnb("import", form.save(), "--params", params_copy).out
    assert "“报告的叫法”是名称，这里是数“3”" in told and "隐藏的工作表没有读：三公经费" in told, (
        told
    )
    form.book["说明"].sheet_state = "hidden"
    told = govnb("import", form.save(), "--params", params_copy)
    assert "填报表没有“说明”这张工作表，或者它被隐藏了" in told.out + told.err


def test_thirty_projects_are_pasted_as_thirty_rows(
    blank: Path, take: Any, params_copy: Path
) -> None:
    form = Form(blank)
    sheet, top = form.table("项目")
    sheet.insert_rows(top + 5, 30)
    for number in range(1, 31):
        sheet.cell(top + 2 + number, 1).value = f"项目{number}"
        form.at("项目", number, "中标价").value = number * 1.5
    take(form.save())
    found = stated(params_copy / "2018/mou-ju.yml")
    assert [found["项目", f"项目{n}", "中标价"] for n in (1, 30)] == [["1.5"], ["45"]]


def test_a_row_pasted_below_its_table_is_not_taken_into_the_next_one(
    blank: Path, take: Any, params_copy: Path
) -> None:
    form = Form(blank)
    form.at("项目支出", 1, "项目支出").value = "维修"
    form.at("项目支出", 1, "名称").value = "屋面"
    form.at("项目支出", 1, "支出").value = 30
    sheet, top = form.table("超支原因")
    for column, value in enumerate(["设备", None, 10, 11, 12, 13.5, "补列"], 1):
        sheet.cell(top + 3, column).value = value
    sheet.cell(top + 4, 1).value, sheet.cell(top + 4, 2).value = "油价上涨", 2
    sheet.cell(top + 4, 8).value = "已核"
    told = take(form.save())
    assert told.code == 1 and told.out.count("“超支原因”没有这一列，这一行是不是贴错了表") == 1
    assert "“超支原因”没有这一列，没有读：已核" in told.out
    found = {leaf.name for leaf in leaves(read_yaml(params_copy / "2018/mou-ju.yml"))}
    assert "超支原因.油价上涨.金额" in found and any("维修" in name for name in found), told.out
    assert not [name for name in found if "设备" in name]


def test_accounts_stand_below_the_one_that_is_named(
    blank: Path, take: Any, params_copy: Path
) -> None:
    form = Form(blank)
    rows = [("", "商品和服务支出", None), ("商品和服务支出", "电费", 2), ("电费", "机房", 1.5),
            ("差旅", "机票", 1), ("", "电费", 3)]  # fmt: skip
    for number, row in enumerate(rows, 1):
        for head, value in zip(("哪一项", ABOVE, ACCOUNT, "数"), ("支出", *row), strict=True):
            form.at("收入支出 · 明细", number, head).value = value or None
    told = take(form.save())
    assert "上级科目“差旅”没有这一行" in told.out
    assert "上级科目“电费”" not in told.out
    found = {leaf.name for leaf in leaves(read_yaml(params_copy / "2018/mou-ju.yml"))}
    assert {"支出.商品和服务支出.电费", "支出.电费.机房", "支出.电费"} <= found


def test_a_formula_never_worked_out_is_told_and_one_of_the_accountants_own_counts(
    real: Path, take: Any, params_copy: Path
) -> None:
    form = Form(real)
    form.at("三公经费 · 各项", "公务接待费", "支出").value = "=10+0.33"
    told = take(form.save())
    assert "这一格是公式，文件里没有它算出的值（用 Excel 或 WPS 打开保存一次再导入" in told.out
    assert ("三公经费", "公务接待费", "支出") in stated(params_copy / JUNSHAN)


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (".xlsm", "填报表要是 .xlsx（用 Excel 或 WPS 另存为 .xlsx"),
        (".xls", "填报表要是 .xlsx（用 Excel 或 WPS 另存为 .xlsx"),
        (".et", "这是 WPS 自己的格式（用 Excel 或 WPS 打开，另存为 .xlsx 再导入"),
        (".csv", "这是文本文件，不是工作簿（用 Excel 或 WPS 打开，另存为 .xlsx 再导入"),
    ],
)
def test_a_form_saved_in_another_format_is_refused_in_a_sentence(
    real: Path, take: Any, tmp_path: Path, ending: str, words: str
) -> None:
    other = tmp_path / f"form{ending}"
    shutil.copy(real, other)
    told = take(other)
    assert told.code == 1 and words in told.err and told.err.count("\n") == 1


def test_any_other_workbook_must_be_told_where_it_goes(take: Any, tmp_path: Path) -> None:
    plain = Workbook()
    plain.save(tmp_path / "别的.xlsx")
    assert "这不是填报表，要写明导入到哪个文件" in take(tmp_path / "别的.xlsx").err


def test_a_filled_in_form_is_never_written_over(govnb: Any, real: Path, params_copy: Path) -> None:
    told = govnb("export", params_copy / JUNSHAN, "--xlsx", real)
    assert told.code == 1 and "不会盖掉填好的表" in told.err


def test_a_text_that_no_cell_can_hold_is_refused_not_cut(
    govnb: Any, params_copy: Path, tmp_path: Path
) -> None:
    file = params_copy / JUNSHAN
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("荣誉:\n", "荣誉:\n  - " + "长" * 40_000 + "\n"), encoding="utf-8")
    told = govnb("export", file, "--xlsx", tmp_path / "f.xlsx")
    assert told.code == 1 and "40,000个字" in told.err and not (tmp_path / "f.xlsx").exists()


def test_a_folder_of_forms_comes_in_by_what_their_covers_say(
    govnb: Any, take: Any, params_copy: Path, tmp_path: Path, real: Path
) -> None:
    folder = tmp_path / "各单位交来"
    folder.mkdir()
    real.rename(folder / "政务中心（最终版）.xlsx")
    (params_copy / JUNSHAN).unlink()
    other_year = take(folder, "--into", params_copy / "2018")
    assert other_year.code == 1 and "这是 2016 年的填报表，不能导入 2018 年" in other_year.out
    other = Form(folder / "政务中心（最终版）.xlsx")
    other.book.save(folder / "教育局（照着填的）.xlsx")
    told = take(folder, "--into", params_copy / "2016")
    assert "也是部门代码“junshan-zwfw”的填报表，一个部门只能交一份" in told.out
    (folder / "教育局（照着填的）.xlsx").unlink()
    take(folder, "--into", params_copy / "2016")
    same(params_copy / JUNSHAN, ROOT / "params" / JUNSHAN, params_copy)


# ── made from the model ─────────────────────────────────────────


def keys_below(annotation: Any, pattern: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield every key of a model that holds a value, `*` for names."""
    inner = bare(annotation)
    if class_of(annotation, Ledger):
        yield (*pattern, "合计")
    elif model := class_of(annotation, BaseModel):
        for each in keys_of(model).values():
            yield from keys_below(each.type, (*pattern, each.alias))
    elif get_origin(inner) is dict:
        yield from keys_below(get_args(inner)[1], (*pattern, "*"))
    else:
        yield pattern


def filled_once(pattern: tuple[str, ...], annotation: Any) -> str:
    """Return a file that states one key."""
    lines = []
    for depth, step in enumerate(pattern):
        lines.append("  " * depth + f"{'某名' if step == '*' else step}:")
        annotation = below(annotation, step) or annotation
    is_list = get_origin(bare(annotation)) in (list, tuple)
    return "\n".join(lines) + (" [某]" if is_list else " 某") + "\n"


def test_every_key_of_the_model_has_a_place_in_the_form() -> None:
    layout = tables()
    for pattern in keys_below(Department):
        if pattern[:1] == ("已说明",):
            continue
        tree = parse_yaml(filled_once(pattern, Department), "x.yml")
        found = list(leaves(tree))
        assert len(found) == 1 and rows_of(found, layout), pattern


def test_a_key_that_the_model_gains_is_in_the_form_by_itself(tmp_path: Path) -> None:
    class Meeting(Strict):
        cost: Money | None = key("费用", description="会议的全部费用")
        held: YesNo | None = key("已召开")

    class Larger(Department):
        meetings: dict[str, Meeting] = key("会议", default={})
        wishes: list[Annotated[str, TextOf("文字")]] | None = key("愿望")

    layout = tables(Larger)
    here = {t.title: t for t in layout if t.sheet == "其他"}
    assert here["会议"].heads == ["会议", "费用", "已召开"] and here["愿望"].shape is Shape.ITEMS
    text = "会议:\n  年会: {费用: 3.50, 已召开: 是}\n愿望: [甲, 乙]\n"
    found = list(leaves(parse_yaml(text, "x.yml"), Larger))
    made = rows_of(found, layout)
    assert [t for t, _ in made["会议"].cells["年会",].values()] == ["3.50", "是"]


def test_titles_and_heads_are_each_others_only_ones() -> None:
    titles = [table.title for table in tables()]
    assert len(set(titles)) == len(titles)
    assert [t.title for t in tables() if len(set(t.heads)) != len(t.heads)] == []


def test_the_form_has_a_sentence_of_help_a_unit_and_the_choices_of_the_model(blank: Path) -> None:
    form = Form(blank)
    assert form.at("预算执行", "本年追加", "说明").value == "追减写负数"
    assert form.at("预算执行", "本年追加", "单位").value == "万元"
    assert form.at("部门", "名称", "说明").value.startswith("必填")
    cell = form.at("楼堂馆所", "有新建项目")
    rules = form.table("楼堂馆所")[0].data_validations.dataValidation
    assert [r.formula1 for r in rules if cell.coordinate in r.cells] == ['"是,否"']
    for sheet in form.book.worksheets:
        assert sheet.sheet_state == "visible"
        assert not any(d.hidden for d in sheet.column_dimensions.values())


def test_the_indicators_to_choose_from_are_those_of_the_rubric_in_force(
    govnb: Any, params_copy: Path, tmp_path: Path
) -> None:
    govnb("new", 2016, "mou", "--xlsx", tmp_path / "a.xlsx", "--params", params_copy)
    form = Form(tmp_path / "a.xlsx")
    known = {row.id for row in load_rubric("hunan-2016", params_copy).entries}
    cell = form.at("评分依据", 1, "评分依据").coordinate
    rules = form.table("评分依据")[0].data_validations.dataValidation
    rule = next(r for r in rules if cell in r.cells)
    assert set(rule.formula1.strip('"').split(",")) == known


def test_what_the_program_works_out_is_grey(real: Path) -> None:
    form = Form(real)
    cell = form.at("预算执行", "年初预算")
    assert cell.value == "216.24（=收入.财政预算）" and cell.fill.fgColor.rgb.endswith("E7E6E6")
    assert form.at("三公经费 · 各项", "公务接待费", "支出").fill.fgColor.rgb.endswith("FFFBE6")


def test_a_blank_form_is_small(blank: Path) -> None:
    assert blank.stat().st_size < 60_000


def test_the_form_asks_for_all_that_the_base_data_table_needs(params_copy: Path) -> None:
    rows = read_yaml(params_copy / "rules/base-data.yml")["行"]
    named = {
        str(value)
        for row in rows
        for key_, value in row.items()
        if key_ in ("上年决算数", "本年预算数", "本年决算数") and "{" not in value
    }
    computed = set(read_yaml(params_copy / "rules/figures.yml"))
    assert [name for name in named - computed if target_of(name) is None] == []
