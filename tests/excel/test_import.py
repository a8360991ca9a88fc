"""Official tables into a department's parameter file, with the cells they came from."""

from __future__ import annotations

import copy
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from govnb.excel.source import read
from govnb.report.annex_tables import all_figures
from govnb.report.sheet import Sheet
from govnb.sheet.compute import compute
from govnb.sheet.read import load
from govnb.text.faults import FaultsError
from tests.excel.books import BASE_DATA, SUMMARY, Rows, accounts, damaged, write

NAMED = "年度: 2018  # 年\n部门:\n  名称: 某局\n"


@pytest.fixture
def into(params_copy: Path) -> Path:
    path = params_copy / "2018" / "mou-ju.yml"
    path.write_text(NAMED, encoding="utf-8")
    return path


@pytest.fixture
def run(govnb: Any, into: Path) -> Callable[..., Any]:
    def command(*args: Any) -> Any:
        return govnb("import", *args, "--into", into)

    return command


def named(rows: Rows, row: int, column: int, value: object) -> list[list[object]]:
    changed = [list(line) for line in rows]
    changed[row][column] = value
    return changed


def summary(name: str = "部门：某局") -> list[list[object]]:
    return named(SUMMARY, 2, 0, name)


def test_the_base_data_table_comes_in_but_for_the_cell_that_is_no_number(
    govnb: Any, run: Any, into: Path, tmp_path: Path
) -> None:
    book = write(tmp_path / "基础.xlsx", {"基础": BASE_DATA})
    told = run(book, "--write")
    assert told.code == 1
    assert "基础.xlsx!基础!C15: “7.50.”有 2 个小数点" in told.out
    assert "读到 36 个指标" in told.out
    found = govnb("figures", into, "--json").json
    assert found["三公经费.支出"]["value"] == "44.29"
    # Going abroad is “—”, which is no zero.
    assert found["三公经费.因公出国（境）费.支出"]["value"] is None
    assert found["三公经费.公务接待费.支出"]["value"] == "4.99"
    assert found["人员.编制数"]["value"] == "143"
    assert found["公用经费.水费电费差旅费.预算"]["value"] is None
    assert found["人员.编制数"]["source"] == "基础.xlsx · 基础 · B4"


def test_the_number_of_posts_may_stand_beside_its_label(
    govnb: Any, run: Any, into: Path, tmp_path: Path
) -> None:
    rows = [*BASE_DATA[:2], ["财政供养人员情况", "编制数", 143, "2018年实际在职人数", 136],
            *BASE_DATA[4:6]]  # fmt: skip
    told = run(write(tmp_path / "基础.xlsx", {"基础": rows}), "--write")
    assert told.code == 0, told.out
    found = govnb("figures", into, "--json").json
    assert found["人员.编制数"]["value"] == "143" and found["人员.在职人员"]["value"] == "136"
    assert found["三公经费.上年支出"]["value"] == "29.08"


def test_yuan_come_exactly_into_a_file_kept_in_wan(
    govnb: Any, run: Any, into: Path, tmp_path: Path
) -> None:
    book = write(tmp_path / "决算.xlsx", {"Z": summary()})
    told = run(book, "--write")
    assert told.code == 0, told.out
    text = into.read_text("utf-8")
    assert "收入总计: 2575.489939\n" in text
    assert "报表.收入支出决算总表.收入总计: 决算.xlsx!Z!C14=25754899.39（元）" in text
    assert text.startswith(NAMED)
    origin = govnb("explain", into, "预算执行.决算收入").out
    assert "mou-ju.yml" in origin and "决算.xlsx · Z · C11（元）" in origin
    # And in the report's list of all figures, with the line of the file.
    inputs = load(into, into.parents[1])
    page = all_figures(Sheet(inputs, compute(inputs)[0])).rows
    cells = next(row.cells for row in page if row.cells[0].text.startswith("预算执行.决算收入"))
    assert re.search(r"mou-ju\.yml:\d+.*决算\.xlsx · Z · C11（元）", cells[3].text)


def test_a_dry_run_writes_nothing_and_twice_changes_nothing(
    run: Any, into: Path, tmp_path: Path
) -> None:
    book = write(tmp_path / "决算.xlsx", {"Z": summary()})
    assert "核对无误后加 --write" in run(book).out
    assert into.read_text("utf-8") == NAMED
    run(book, "--write")
    once = into.read_text("utf-8")
    assert "没有要改的" in run(book, "--write").out
    assert into.read_text("utf-8") == once


def test_a_number_typed_by_hand_stays_unless_it_is_named(
    run: Any, into: Path, tmp_path: Path
) -> None:
    into.write_text(NAMED + "支出: 2400  # 手填\n", encoding="utf-8")
    book = write(tmp_path / "决算.xlsx", {"Z": summary()})
    assert "手填的 1 个没有改：支出" in run(book, "--write").out
    assert "支出: 2400  # 手填" in into.read_text("utf-8")
    run(book, "--write", "--replace", "支出")
    assert "支出: 2475.128093  # 手填" in into.read_text("utf-8")


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("24751280.93", "只有原来的1万分之一，单位？"),
        ("0.2475", "是原来的1万倍，单位？"),
        ("2400", ""),
    ],
)
def test_a_number_out_of_all_proportion_to_what_stands_there_is_told(
    run: Any, into: Path, tmp_path: Path, now: str, words: str
) -> None:
    into.write_text(NAMED + f"支出: {now}\n", encoding="utf-8")
    told = run(write(tmp_path / "决算.xlsx", {"Z": summary()})).out
    assert ("请核对：决算.xlsx!Z!F11：“支出”现在是" in told) == bool(words) and words in told, told


def test_check_tells_a_value_edited_since_and_a_workbook_changed_since(
    govnb: Any, run: Any, into: Path, tmp_path: Path
) -> None:
    book = write(tmp_path / "决算.xlsx", {"Z": summary()})
    run(book, "--write")
    text = into.read_text("utf-8")
    assert "提示" not in govnb("check", into).out
    into.write_text(text.replace("决算收入: 2575.489939", "决算收入: 2574"), encoding="utf-8")
    told = govnb("check", into).out
    assert (
        "“预算执行.决算收入”导入以后手改为2574，决算.xlsx · Z · C11（元） 是25754899.39元" in told
    )
    write(book, {"Z": named(summary(), 9, 2, 1003619)})
    assert "决算.xlsx 导入以后改过" in govnb("check", into).out


def test_another_department_another_year_and_no_unit_are_refused(
    run: Any, into: Path, tmp_path: Path
) -> None:
    book = write(tmp_path / "别的.xlsx", {"Z": SUMMARY})
    assert "别的.xlsx!Z!A3: 表上是“某镇中心卫生院”" in run(book).out
    book = write(tmp_path / "旧.xlsx", {"Z": named(summary(), 0, 0, "2017年度收入支出决算总表")})
    assert "旧.xlsx!Z!A1: 表上写的是 2017 年，要导入的是 2018 年" in run(book).out
    book = write(tmp_path / "旧.xlsx", {"Z": named(summary(), 0, 0, "二〇一七年收入支出决算总表")})
    assert "旧.xlsx!Z!A1: 表上写的是 2017 年，要导入的是 2018 年" in run(book).out
    bare = write(tmp_path / "无.xlsx", {"Z": named(summary(), 2, 5, None)})
    assert "没有印单位，不能猜（核对后写 --unit 收入支出决算总表=万元" in run(bare).out
    assert run(bare, "--unit", "收入支出决算总表=元").code == 0


def test_a_file_still_called_by_its_code_takes_any_departments_table(
    run: Any, into: Path, tmp_path: Path
) -> None:
    # As `govnb new` leaves it for whoever imports next.
    into.write_text(NAMED.replace("某局", into.stem), encoding="utf-8")
    assert f"名称: {into.stem}\n" in into.read_text("utf-8")
    told = run(write(tmp_path / "决算.xlsx", {"Z": summary()}), "--write")
    assert told.code == 0 and "部门文件写“mou-ju”，请核对" in told.out, told.out
    assert "收入总计: 2575.489939\n" in into.read_text("utf-8")


def test_of_another_departments_table_nothing_is_written(
    run: Any, into: Path, tmp_path: Path
) -> None:
    other: Rows = [
        ["支出决算表"], ["部门：", "乙局", None, None, "单位：元"],
        ["科目编码", "科目名称", "本年支出合计", "基本支出", "项目支出"],
        ["合计", None, 5000, 3000, 2000],
    ]  # fmt: skip
    told = run(write(tmp_path / "两家.xlsx", {"甲": summary(), "乙": other}), "--write")
    assert "两家.xlsx!乙!A2: 表上是“乙局”" in told.out and told.code == 1
    text = into.read_text("utf-8")
    assert "报表.收入支出决算总表" in text and "支出决算表:" not in text.replace("收入支出决算", "")


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ({(2, 4): "金额单位：", (2, 5): "元"}, ""),
        ({(2, 5): "单 位： 万　元"}, ""),
        ({(2, 5): "（人民币元）"}, ""),
        ({(2, 5): "单位：百元"}, "“百元”不是认得的金额单位"),
        ({(2, 5): None, (0, 0): "收入支出决算总表（单位：千元）"}, ""),
    ],
)
def test_the_unit_is_found_where_it_is_printed(
    run: Any, tmp_path: Path, at: dict[tuple[int, int], Any], words: str
) -> None:
    rows = summary()
    for (row, column), value in at.items():
        rows[row][column] = value
    told = run(write(tmp_path / "表.xlsx", {"Z": rows}))
    assert words in told.out and told.code == (1 if words else 0), told.out
    assert words or "读到 13 个指标" in told.out


@pytest.mark.parametrize("value", ["#REF!", "1003618.46元", "1003618。46", "1.00361846E6", "七"])
def test_a_cell_that_cannot_be_read_is_one_finding(run: Any, tmp_path: Path, value: str) -> None:
    told = run(write(tmp_path / "坏.xlsx", {"Z": named(summary(), 9, 2, value)}))
    assert told.code == 1 and told.out.count("坏.xlsx!Z!C10: ") == 1, told.out
    # What the cell is part of can't be tried; it is no second mistake.
    assert "未通过 0" in told.out
    assert "收入.其他收入”那一格没有读出，不能核对“合计”" in told.out


@pytest.mark.parametrize(
    "value", ["1003618.46", "１，００３，６１８．４６", " 1,003,618.46 ", "¥1003618.46"]
)
def test_a_number_typed_as_text_is_that_number(run: Any, tmp_path: Path, value: str) -> None:
    told = run(write(tmp_path / "文.xlsx", {"Z": named(summary(), 9, 2, value)}))
    assert told.code == 0 and "100.361846" in told.out, told.out


def test_a_known_title_over_an_unknown_layout_is_said(run: Any, tmp_path: Path) -> None:
    rows: Rows = [["收入支出决算总表"], ["单位：元"], ["指标", "上期", "本期"], ["甲", 120.5, 8000]]
    told = run(write(tmp_path / "怪.xlsx", {"Z": rows}))
    assert told.code == 1
    assert "怪.xlsx!Z!B4: 认得“收入支出决算总表”这个表名，里面的数一个也没有读出来" in told.out


def test_a_list_of_contents_is_no_table(run: Any, tmp_path: Path) -> None:
    contents: Rows = [
        ["目录"],
        ["收入支出决算总表", 1],
        ["支出决算表", 2],
        ["三公经费支出决算表", 3],
    ]
    told = run(write(tmp_path / "册.xlsx", {"目录": contents, "Z": summary()}))
    assert told.code == 0 and "读到 13 个指标" in told.out, told.out


def test_an_amount_that_stands_in_two_places_must_be_the_same(
    govnb: Any, run: Any, into: Path, tmp_path: Path
) -> None:
    into.write_text(NAMED + "预算执行: {决算收入: 2570}\n", encoding="utf-8")
    told = run(write(tmp_path / "决算.xlsx", {"Z": summary()}), "--write")
    words = "收入支出决算总表·收入2575.489939万元，而预算执行·决算收入是2570万元"
    assert told.code == 1 and words in told.out
    # And afterwards, in every review of the file.
    assert words in govnb("review", into).out


def test_two_sets_of_one_table_need_a_scope(run: Any, into: Path, tmp_path: Path) -> None:
    whole = named(summary(), 0, 0, "收入支出决算总表（汇总）")
    own = named(summary(), 0, 0, "收入支出决算总表（本级）")
    book = write(tmp_path / "两套.xlsx", {"汇总": whole, "本级": own})
    told = run(book)
    assert "同一张表有几套" in told.err and "--scope" in told.err
    assert run(book, "--scope", "本级").code == 0


def test_a_formula_never_worked_out_is_refused_with_its_cell(
    run: Any, into: Path, tmp_path: Path
) -> None:
    book = write(tmp_path / "公式.xlsx", {"Z": named(summary(), 13, 2, "=SUM(C11:C13)")})
    told = run(book, "--write")
    assert (
        "公式.xlsx!Z!C14: 这一格是公式，文件里没有它算出的值（用 Excel 或 WPS 打开保存一次"
        in told.err
    )
    assert into.read_text("utf-8") == NAMED


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("~$决算.xlsx", b"", "临时文件"),
        ("a.et", b"x", "另存为 .xlsx"),
        ("a.csv", b"1,2", "另存为 .xlsx"),
        ("a.xlsx", b"PK\x03\x04 broken", "不是能读的工作簿"),
        ("a.xls", b"<html><p>no table</p></html>", "内容是网页，里面读不出表格"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FaultsError) as error:
        read(path)
    assert words in str(error.value)


def test_a_web_page_called_xls_reads_as_the_workbook_does(tmp_path: Path) -> None:
    page = tmp_path / "a.xls"
    body = "<table><tr><td colspan=2>标题</td></tr><tr><td>甲</td><td>1,234.50</td></tr></table>"
    page.write_bytes(f"<html><meta charset=gb2312>{body}</html>".encode("gb18030"))
    assert read(page).grids[0].rows == [["标题", "标题"], ["甲", "1,234.50"]]


def test_a_sheet_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active["A1"], book.active["XFD1048576"] = "x", 1  # type: ignore[index]
    book.save(tmp_path / "大.xlsx")
    with pytest.raises(FaultsError, match="太大"):
        read(tmp_path / "大.xlsx")


def test_the_whole_set_holds_together_and_a_planted_error_is_one_finding(
    run: Any, into: Path, tmp_path: Path
) -> None:
    sheets = accounts(random.Random(1))
    told = run(write(tmp_path / "决算.xlsx", sheets))
    # The table of 财政拨款 is not in this set: what it would be held against is listed.
    assert told.code == 0 and "未通过 0，缺数据 1" in told.out, told.out
    wrong = copy.deepcopy(sheets)
    row = next(r for r in wrong["支出决算表"] if r[0] == "合计")
    row[2] += 1000
    told = run(write(tmp_path / "错.xlsx", wrong))
    assert told.out.count("[未通过]") == 1 and "错.xlsx!支出决算表!C" in told.out, told.out
    # What depends on it is listed under it.
    assert "    牵连：支出决算表与总表、支出决算表各性质" in told.out


def test_a_missing_table_is_named_as_what_could_not_be_tried(
    run: Any, into: Path, tmp_path: Path
) -> None:
    sheets = accounts(random.Random(2))
    del sheets["支出决算表"]
    told = run(write(tmp_path / "决算.xlsx", sheets))
    assert "[缺数据] 没有“支出决算表”，3 项没有核对：支出决算表与总表、支出决算" in told.out


def test_other_sheets_of_a_big_workbook_are_named(run: Any, into: Path, tmp_path: Path) -> None:
    others: dict[str, Rows] = {f"其他{n}": [["说明文字"] * 20] * 60 for n in range(16)}
    book = write(tmp_path / "大册.xlsx", {"Z": summary()} | others)
    assert len(read(book).grids) == 17
    told = run(book)
    assert told.code == 0 and "不认识的工作表没有读：其他0、其他1" in told.out


@pytest.mark.slow
def test_no_damaged_cell_is_accepted_silently(run: Any, into: Path, tmp_path: Path) -> None:
    silent = []
    for seed in range(25):
        sheets, done = damaged(random.Random(seed))
        told = run(write(tmp_path / "坏.xlsx", sheets))
        # Of a sound set one relation lacks its table, and nothing else is told.
        if told.code == 0 and "缺数据 1" in told.out:
            silent.append((seed, done))
    assert silent == []


def test_the_last_digit_of_a_rounded_total_is_a_residue_and_no_error(
    run: Any, into: Path, tmp_path: Path
) -> None:
    # 0.005 for each of three amounts in 万元, and for their total.
    rows: Rows = [
        ["支出决算表"], ["部门：某局", None, None, None, "单位：万元"],
        ["科目编码", "科目名称", "本年支出合计", "基本支出", "项目支出"],
        ["合计", None, 326.72, 200.01, 126.70], ["208", "社会保障", 326.72, 200.01, 126.70],
    ]  # fmt: skip
    told = run(write(tmp_path / "尾.xlsx", {"表": rows}))
    assert "未通过 0" in told.out and "尾差 0" not in told.out and told.code == 0, told.out
    told = run(write(tmp_path / "错.xlsx", {"表": named(named(rows, 3, 2, 327.71), 4, 2, 327.71)}))
    assert "未通过 1" in told.out and "错.xlsx!表!C4" in told.out, told.out


@pytest.mark.parametrize("ending", [".xls", ".ods"])
def test_other_formats_bring_the_same(
    run: Any, into: Path, tmp_path: Path, data: Path, ending: str
) -> None:
    run(write(tmp_path / "summary.xlsx", {"Z": summary()}), "--write")
    wanted = into.read_text("utf-8")
    into.write_text(NAMED, encoding="utf-8")
    other = tmp_path / f"summary{ending}"
    other.write_bytes((data / "workbooks" / other.name).read_bytes())
    run(other, "--write")
    found = into.read_text("utf-8").replace(other.name, "summary.xlsx")
    assert _unhashed(found) == _unhashed(wanted)


@pytest.mark.parametrize("ending", [".xls", ".ods"])
def test_what_other_formats_say_of_a_cell_is_told_too(
    govnb: Any, run: Any, into: Path, data: Path, ending: str
) -> None:
    told = run(data / "workbooks" / f"odd{ending}", "--write")
    assert f"odd{ending}!基础!D6: “#DIV/0!”不是数" in told.out, told.out
    # 442900 that is shown as 44.3; an .ods keeps no such format.
    assert (f"odd{ending}!基础!D7: 这一格存的是442900" in told.out) == (ending == ".xls")
    assert "在职人员控制率: 250%" in into.read_text("utf-8")
    assert govnb("figures", into, "--json").json["三公经费.上年支出"]["value"] == "29.08"


def test_a_number_whose_format_shows_another_is_not_taken(run: Any, tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", {"表": BASE_DATA})
    book = load_workbook(path)
    book["表"]["D6"].number_format, book["表"]["C6"].number_format = "0!.0,", "#,##0.00"
    book.save(path)
    told = run(path)
    assert told.out.count("显示成另一个数") == 1 and "a.xlsx!表!D6: 这一格存的是44.29" in told.out


def test_an_ods_with_a_formula_never_worked_out_is_refused(
    run: Any, tmp_path: Path, data: Path
) -> None:
    odd, path = data / "workbooks" / "odd.ods", tmp_path / "a.ods"
    with zipfile.ZipFile(odd) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.namelist():
            text = old.read(part)
            if part == "content.xml":
                text = re.sub(
                    rb' office:value-type="float" office:value="29.08" calcext:value-type="float"',
                    b"",
                    text,
                )
            new.writestr(part, text)
    assert "a.ods!基础!B6: 这一格是公式，文件里没有它算出的值" in (told := run(path)).out + told.err


def _unhashed(text: str) -> str:
    return re.sub(r"[0-9a-f]{64}", "", text)


def test_the_workbooks_of_a_folder_go_to_the_file_of_the_department_that_they_name(
    govnb: Any, params_copy: Path, tmp_path: Path
) -> None:
    into = params_copy / "2018" / "jiaoyu.yml"
    into.write_text("年度: 2018\n部门:\n  名称: 甲县教育局\n", encoding="utf-8")
    for name in ("教育局 01", "教育局 汇总表"):
        write(tmp_path / "收" / f"{name}.xlsx", {"Z": summary("部门：甲县教育局")})
    told = govnb("import", tmp_path / "收", "--into", params_copy / "2018", "--write",
                 "--params", params_copy)  # fmt: skip
    assert told.out.count("jiaoyu.yml") >= 2 and "报表:" in into.read_text("utf-8")
    assert not list((params_copy / "2018").glob("教育局*"))


@pytest.mark.parametrize("write_too", [["--write"], []])
def test_workbooks_of_one_department_without_a_file_make_one(
    govnb: Any, params_copy: Path, tmp_path: Path, write_too: list[str]
) -> None:
    spent: Rows = [
        ["支出决算表"], ["单位名称：", "001-甲县教育局", None, None, "单位：元"],
        ["科目编码", "科目名称", "本年支出合计", "基本支出", "项目支出"],
        ["合计", None, 5000, 3000, 2000],
    ]  # fmt: skip
    write(tmp_path / "收" / "一.xlsx", {"Z": summary("部门：甲县教育局")})
    write(tmp_path / "收" / "七.xlsx", {"Z": spent})
    write(tmp_path / "收" / "三.xlsx", {"Z": summary("部门：乙局")})
    told = govnb("import", tmp_path / "收", "--into", params_copy / "2018", *write_too,
                 "--params", params_copy)  # fmt: skip
    assert [told.out.count(f"{name}.yml ") for name in "一七三"] == [2, 0, 1], told.out
    made = [p.stem for p in (params_copy / "2018").glob("[一七三].yml")]
    assert sorted(made) == (["一", "三"] if write_too else [])


def test_what_a_file_remarks_on_lines_of_their_own_stays_where_it_stood(
    run: Any, into: Path, tmp_path: Path
) -> None:
    text = NAMED + "  # 名称以编办文件为准\n# 支出\n支出: 2400\n\n# 以上已核对\n"
    into.write_text(text, encoding="utf-8")
    run(write(tmp_path / "决算.xlsx", {"Z": summary()}), "--write")
    assert into.read_text("utf-8").startswith(text)


def test_what_is_lacking_is_told_once(run: Any, tmp_path: Path) -> None:
    told = run(write(tmp_path / "决算.xlsx", {"Z": summary()})).out
    lines = [line for line in told.splitlines() if "缺数据]" in line or "不能核对" in line]
    assert lines and len(lines) == len({*lines})


def test_a_folder_of_workbooks_comes_in_at_once(
    govnb: Any, params_copy: Path, tmp_path: Path
) -> None:
    for code in ("jia", "yi"):
        write(tmp_path / "in" / f"{code}.xlsx", {"Z": summary(f"部门：{code}局")})
    (tmp_path / "in" / "坏.xlsx").write_bytes(b"PK\x03\x04")
    (tmp_path / "in" / "~$jia.xlsx").write_bytes(b"")
    write(tmp_path / "in" / "bing.xlsx", {"Z": named(summary("部门：bing局"), 10, 5, 99)})
    told = govnb("import", tmp_path / "in", "--into", params_copy / "2018", "--write",
                 "--params", params_copy)  # fmt: skip
    assert told.code == 1 and "4 个工作簿" in told.out
    assert "bing.yml: “报表.收入支出决算总表.支出”写明0.0099万元" in told.out
    assert "名称: jia局" in (params_copy / "2018" / "jia.yml").read_text("utf-8")
    assert (params_copy / "2018" / "yi.yml").exists()
