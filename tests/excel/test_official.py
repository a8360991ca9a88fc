# ruff: noqa: E501  (a row of a table is a line)
"""Each official table as it is published, typed cell by cell, and what is read from it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.excel.books import Rows, write

NAMED = "年度: 2018\n部门:\n  名称: 某局\n"
Read = Callable[..., dict[str, str]]


@pytest.fixture
def into(params_copy: Path) -> Path:
    path = params_copy / "2018" / "mou-ju.yml"
    path.write_text(NAMED, encoding="utf-8")
    return path


@pytest.fixture
def read(govnb: Any, into: Path, tmp_path: Path) -> Read:
    """Import sheets and return the figures by name; anything wrong fails."""

    def command(sheets: dict[str, Rows], merged: dict[str, str] | None = None) -> dict[str, str]:
        book = write(tmp_path / "表.xlsx", sheets, merged)
        told = govnb("import", book, "--into", into, "--write")
        assert "已写入" in told.out, told.out + told.err
        found = govnb("figures", into, "--json").json
        values = {name: figure["value"] for name, figure in found.items()}
        # 450000元 comes as 45.0000万元.
        bare = {name: re.sub(r"(\.\d*?)0+$", r"\1", v).rstrip(".") if v and "." in v else v
                for name, v in values.items()}  # fmt: skip
        return {**bare, "out": told.out}

    return command


# 财决01: three blocks of five columns, `—` where a cell doesn't apply (made-up amounts in 元).
FINAL_01: Rows = [
    ["收入支出决算总表"],
    ["编制单位：某局", *[None] * 12, None, "财决01表"],
    ["2018年度", *[None] * 12, None, "金额单位：元"],
    ["收入", *[None] * 4, "支出", *[None] * 9],
    ["项目", "行次", "年初预算数", "全年预算数", "决算数",
     "项目（按功能分类）", "行次", "年初预算数", "全年预算数", "决算数",
     "项目（按支出性质和经济分类）", "行次", "年初预算数", "全年预算数", "决算数"],
    ["一、财政拨款收入", 1, 9000000, 9500000, 9400000,
     "一、一般公共服务支出", 34, 7000000, 7200000, 7150000,
     "一、基本支出", 60, 6000000, 6200000, 6100000],
    ["六、其他收入", 6, 0, 100000, 80000,
     "八、社会保障和就业支出", 41, 2000000, 2400000, 2330000,
     "人员经费", 61, 5000000, 5100000, 5050000],
    [None, None, None, None, None, None, None, None, None, None,
     "日常公用经费", 62, 1000000, 1100000, 1050000],
    [None, None, None, None, None, None, None, None, None, None,
     "二、项目支出", 63, 3000000, 3400000, 3380000],
    [None, None, None, None, None, None, None, None, None, None,
     "支出经济分类", None, "—", "—", 9480000],
    [None, None, None, None, None, None, None, None, None, None,
     "工资福利支出", 71, "—", "—", 4000000],
    [None, None, None, None, None, None, None, None, None, None,
     "商品和服务支出", 72, "—", "—", 4430000],
    [None, None, None, None, None, None, None, None, None, None,
     "对个人和家庭的补助", 73, "—", "—", 1050000],
    ["本年收入合计", 24, 9000000, 9600000, 9480000,
     "本年支出合计", 57, 9000000, 9600000, 9480000, None, None, None, None, None],
    ["年初结转和结余", 26, 0, 0, 120000, "年末结转和结余", 59, 0, 0, 120000],
    ["总计", 30, 9000000, 9600000, 9600000, "总计", 64, 9000000, 9600000, 9600000],
]  # fmt: skip


def test_the_export_of_the_accounts_software_gives_budget_and_accounts_by_economic_class(
    read: Read,
) -> None:
    found = read({"Z01 收入支出决算总表(财决01表)": FINAL_01})
    assert found["预算执行.年初预算"] == "900" and found["预算执行.调整后预算"] == "960"
    assert found["支出"] == "948" and found["支出.工资福利支出"] == "400"
    assert found["支出.商品和服务支出"] == "443" and found["支出.对个人和家庭的补助"] == "105"
    assert found["报表.支出性质.基本支出.公用经费"] == "105"
    # `—` is neither a zero nor a figure.
    assert found.get("预算安排.工资福利支出") is None
    assert "未通过 0" in found["out"]


def test_the_export_reads_alike_by_other_heads_and_with_its_foot_in_the_third_block(
    read: Read,
) -> None:
    said = {"全年预算数": "调整/全年预算数", "年初预算数": "年初预算",
            "对个人和家庭的补助": "五、资本性支出（基本建设）"}  # fmt: skip
    foot = {"本年支出合计", "年末结转和结余", "总计"}
    moved = [[*r[:5], *[None] * 5, *r[5:10]] if len(r) > 5 and r[5] in foot else r
             for r in FINAL_01]  # fmt: skip
    other = read({"财决01表": [[said.get(str(cell), cell) for cell in row] for row in moved]})
    assert other["预算执行.年初预算"] == "900" and other["预算执行.调整后预算"] == "960"
    assert other["支出"] == "948" and other["支出.资本性支出（基本建设）"] == "105"
    assert other["报表.收入支出决算总表.支出总计"] == "960"
    assert other["报表.收入支出决算总表.支出.一般公共服务支出"] == "715"
    assert "未通过 0" in other["out"]


# 公开07: Shanghai has budget and final figures side by side; elsewhere six of each.
PAIRS: Rows = [
    ["“三公”经费支出决算表"],
    ["部门：某局", *[None] * 10, "金额单位：万元"],
    ["合计", None, "因公出国（境）费", None, "公务用车购置及运行费", *[None] * 5, "公务接待费", None],
    [None, None, None, None, "小计", None, "公务用车购置费", None, "公务用车运行费", None],
    ["预算数", "决算数"] * 6,
    [20.25, 19.31, 0, 0, 8.1, 8.98, 0, 0, 8.1, 8.98, 12.15, 10.33],
]  # fmt: skip
SIXES: Rows = [
    ["三公经费支出决算表"],
    ["公开07表"],
    ["部门：某局", *[None] * 10, "金额单位：元"],
    ["预算数", *[None] * 5, "决算数", *[None] * 5],
    ["合计", "因公出国（境）费", "公务用车购置及运行费", None, None, "公务接待费"] * 2,
    [None, None, "小计", "公务用车购置费", "公务用车运行费", None] * 2,
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    [202500, 0, 81000, 0, 81000, 121500, 193100, 0, 89800, 0, 89800, 103300],
]
# The budget layout: 接待 stands before the cars.
SWAPPED: Rows = [
    ["三公经费支出决算表"],
    ["部门：某局", *[None] * 10, "金额单位：元"],
    ["预算数", *[None] * 5, "决算数", *[None] * 5],
    ["合计", "因公出国（境）费", "公务接待费", "公务用车购置及运行费", None, None] * 2,
    [None, None, None, "小计", "公务用车购置费", "公务用车运行费"] * 2,
    [202500, 0, 121500, 81000, 0, 81000, 193100, 0, 103300, 89800, 0, 89800],
]
_PAIR_HEADS = "A3:B4 C3:D4 E3:J3 E4:F4 G4:H4 I4:J4 K3:L4"


@pytest.mark.parametrize(
    ("rows", "merged"),
    [
        (PAIRS, _PAIR_HEADS),
        (SIXES, "A4:F4 G4:L4 C5:E5 I5:K5"),
        (SWAPPED, "A3:F3 G3:L3 D4:F4 J4:L4"),
    ],
    ids=["interleaved", "six and six", "接待 first"],
)
def test_the_three_public_table_reads_alike_in_each_order_of_its_columns(
    read: Read, rows: Rows, merged: str
) -> None:
    found = read({"表": rows}, {"表": merged})
    assert found["三公经费.公务接待费.支出"] == "10.33"
    assert found["三公经费.公务用车运行维护费.预算"] == "8.1"
    assert found["三公经费.预算"] == "20.25" and found["三公经费.支出"] == "19.31"
    assert found["报表.三公经费决算表.决算.公务用车购置及运行维护费"] == "8.98"
    assert "未通过 0" in found["out"] and "没有读的行" not in found["out"]


@pytest.mark.parametrize("rows", [PAIRS, SIXES, SWAPPED], ids=["pairs", "sixes", "接待 first"])
def test_heads_that_are_not_merged_say_the_same_as_merged_ones(read: Read, rows: Rows) -> None:
    found = read({"表": rows})
    told = "报表.三公经费决算表."
    assert {
        f"{told}{side}{item}": value
        for side, values in (("预算", ("20.25", "0", "8.1", "0", "8.1", "12.15")),
                             ("决算", ("19.31", "0", "8.98", "0", "8.98", "10.33")))
        for item, value in zip(
            ("", ".因公出国（境）费", ".公务用车购置及运行维护费",
             ".公务用车购置及运行维护费.购置费", ".公务用车购置及运行维护费.运行费",
             ".公务接待费"), values, strict=True)
    }.items() <= found.items()  # fmt: skip
    assert found["三公经费.公务接待费.支出"] == "10.33"
    assert "未通过 0" in found["out"] and "没有读的行" not in found["out"]


@pytest.mark.parametrize("merged", ["", "A7:B7 D7:H7"])
def test_a_foot_reads_alike_whether_its_label_is_merged_or_not(read: Read, merged: str) -> None:
    found = read({"表": [
        ["一般公共预算财政拨款基本支出决算表"], ["部门：某局", *[None] * 7, "单位：万元"],
        ["人员经费", None, None, "公用经费"],
        ["科目编码", "科目名称", "决算数"] * 3,
        ["301", "工资福利支出", 300, "302", "商品和服务支出", 40, "310", "资本性支出", 10],
        ["30101", "基本工资", 300, "30201", "办公费", 40, "31002", "办公设备购置", 10],
        ["人员经费合计", None, 300, "公用经费合计", None, None, None, None, 50],
    ]}, {"表": merged})  # fmt: skip
    assert found["报表.基本支出决算表.人员经费"] == "300"
    assert found["报表.基本支出决算表.公用经费"] == "50"
    assert "未通过 0" in found["out"]


def test_of_several_departments_one_must_be_named_and_a_total_is_only_the_heads(
    govnb: Any, into: Path, tmp_path: Path
) -> None:
    rows: Rows = [
        ["2018年三公经费支出决算表"], ["单位：万元"],
        ["序号", "单位", "决算数"], [None, None, "合计", "小计", "公务用车运行费", "公务接待费"],
        [None, "合计", 30, 20, 20, 10], [1, "某局", 12, 8, 8, 4], [2, "某局下属中心", 18, 12, 12, 6],
    ]  # fmt: skip
    path = write(tmp_path / "a.xlsx", {"表": rows}, {"表": "C3:F3"})
    told = govnb("import", path, "--into", into)
    assert (
        "a.xlsx!表!B7: “三公经费支出决算表”里有 2 行：某局、某局下属中心，不知道要读哪一行"
        in told.out
    )
    assert "读到 0 个指标" in told.out
    told = govnb("import", path, "--into", into, "--scope", "某局")
    line = next(x for x in told.out.splitlines() if "三公经费.公务接待费.支出" in x)
    assert line.split()[2:4] == ["4", "F6"] and told.code == 0, told.out
    path = write(
        tmp_path / "b.xlsx", {"表": [rows[0], ["部门：某局", None, "单位：万元"], *rows[2:]]}
    )
    told = govnb("import", path, "--into", into)
    assert "30" in told.out and "F5" in told.out and told.code == 0, told.out


@pytest.mark.parametrize("title", ["“三公”经费支出决算表", "“三公”经费财政拨款支出决算表"])
def test_the_three_public_table_reads_alike_with_one_item_a_row(read: Read, title: str) -> None:
    found = read({"表": [
        [f"2018年度{title}"], ["单位名称：某局", None, None, "单位：万元"],
        ["项 目", "预算数", "决算数", "上年决算数"], ["合 计", 20.25, 19.31, 18],
        ["（一）因公出国（境）费用", 0, 0, 0], ["（二）公务接待费", 12.15, 10.33, 10],
        ["（三）公务用车购置及运行费", 8.1, 8.98, 8], ["其中：1.公务用车购置费", 0, 0, 0],
        ["2.公务用车运行费", 8.1, 8.98, 8],
    ]})  # fmt: skip
    assert found["三公经费.公务接待费.支出"] == "10.33"
    assert found["三公经费.公务用车运行维护费.上年支出"] == "8"
    assert found["三公经费.预算"] == "20.25" and found["三公经费.支出"] == "19.31"
    assert found["报表.三公经费决算表.决算.公务用车购置及运行维护费"] == "8.98"
    assert "未通过 0" in found["out"]


def test_what_a_row_contains_is_no_source_beside_it(read: Read) -> None:
    found = read({"Z01": [
        ["收入支出决算总表"], ["部门：某局", None, None, None, None, "金额单位：万元"],
        ["收入", None, None, "支出"], ["项目", "行次", "决算数", "项目", "行次", "决算数"],
        ["一、财政拨款收入", 1, 900, "一、一般公共服务支出", 28, 1000],
        ["  其中：政府性基金", 2, 30], ["        国有资本经营", 3, 20],
        ["二、上级补助收入", 4, 100],
        ["本年收入合计", 24, 1000, "本年支出合计", 51, 1000],
        ["年初结转和结余", 26, 0, "年末结转和结余", 53, 0], ["总计", 28, 1000, "总计", 55, 1000],
    ]})  # fmt: skip
    assert found["报表.收入支出决算总表.收入.上级补助收入"] == "100"
    assert not [name for name in found if "政府性基金" in name or "国有资本经营" in name]
    assert "未通过 0" in found["out"] and "政府性基金" in found["out"]


@pytest.mark.parametrize("part", [0, 150])
def test_a_column_that_no_map_knows_is_no_code_of_those_behind_it(read: Read, part: int) -> None:
    found = read({"表": [
        ["收入决算表"], ["部门：某局", *[None] * 4, "单位：万元"],
        ["科目编码", "科目名称", "本年收入合计", "事业收入", None, "其他收入"],
        [None, None, None, "小计", "其中：教育收费", None],
        ["合计", None, 260, 160, part, 100], ["205", "教育支出", 260, 160, part, 100],
    ]})  # fmt: skip
    assert found["报表.收入决算表.其他收入.205"] == "100"
    assert "未通过 0" in found["out"]


@pytest.mark.parametrize(
    "title", ["项目支出决算表", "财政拨款支出决算表", "一般公共预算支出决算表"]
)
def test_a_part_of_what_was_spent_is_not_taken_for_all_of_it(
    govnb: Any, into: Path, tmp_path: Path, title: str
) -> None:
    book = write(tmp_path / "表.xlsx", {"Sheet1": [
        [title], ["部门：某局", None, None, None, "单位：万元"],
        ["科目编码", "科目名称", "本年支出合计", "基本支出", "项目支出"],
        ["合计", None, 300, 200, 100], ["201", "一般公共服务支出", 300, 200, 100],
    ]})  # fmt: skip
    told = govnb("import", book, "--into", into)
    assert "报表.支出决算表" not in told.out


def test_nothing_has_to_stand_below_a_nought(read: Read) -> None:
    found = read({"表": [
        ["支出决算表"], ["部门：某局", None, None, None, "单位：万元"],
        ["科目编码", "科目名称", "本年支出合计", "基本支出", "项目支出"],
        ["合计", None, 5, 5, 0], ["201", "一般公共服务支出", 5, 5, 0],
        ["20103", "政府办公厅", 5, 5, None], ["2010301", "行政运行", 5, 5, None],
    ]})  # fmt: skip
    assert found["报表.支出决算表.基本支出.201.20103.2010301"] == "5"
    assert "是空的" not in found["out"]


@pytest.mark.parametrize("codes", [
    [201.0, 20103.0, "2010301.0"], ["201", "201-03", "201 03 01"],
    ["201 一般公共服务", "20103 政府办", "2010301行政运行"],
])  # fmt: skip
def test_a_code_reads_alike_however_it_is_printed(read: Read, codes: list[object]) -> None:
    rows = [[code, "科目", 5000, 3000, 2000] for code in codes]
    found = read({"表": [
        ["支出决算表"], ["部门：某局", None, None, None, "单位：元"],
        ["科目编码", "科目名称", "本年支出合计", "基本支出", "项目支出"],
        ["合计", None, 5000, 3000, 2000], *rows,
    ]})  # fmt: skip
    assert found["报表.支出决算表.基本支出.201.20103.2010301"] == "0.3"
    assert "未通过 0" in found["out"]


FISCAL: Rows = [
    ["财政拨款收入支出决算总表"],
    ["公开04表"],
    ["部门：某局", *[None] * 8, "金额单位：元"],
    ["收入", None, None, "支出", *[None] * 6],
    ["项目", "行次", "金额", "项目", "行次", "合计", "一般公共预算财政拨款", "政府性基金预算财政拨款",
     "国有资本经营预算财政拨款"],
    ["栏次", None, 1, "栏次", None, 2, 3, 4, 5],
    ["一、一般公共预算财政拨款", 1, 8000000, "一、一般公共服务支出", 33, 8000000, 8000000, None, None],
    ["二、政府性基金预算财政拨款", 2, 500000, "十一、城乡社区支出", 43, 450000, None, 450000, None],
    ["本年收入合计", 27, 8500000, "本年支出合计", 59, 8450000, 8000000, 450000, None],
    ["年初财政拨款结转和结余", 28, None, "年末财政拨款结转和结余", 60, 50000, None, 50000, None],
    ["总计", 32, 8500000, "总计", 64, 8500000, 8000000, 500000, None],
]  # fmt: skip
FUND: Rows = [
    ["政府性基金预算财政拨款收入支出决算表"],
    ["部门：某局", *[None] * 6, "金额单位：元"],
    [
        "科目编码",
        "科目名称",
        "年初结转和结余",
        "本年收入",
        "本年支出",
        None,
        None,
        "年末结转和结余",
    ],
    [None, None, None, None, "小计", "基本支出", "项目支出", None],
    ["栏次", None, 1, 2, 3, 4, 5, 6],
    ["合计", None, 0, 500000, 450000, 0, 450000, 50000],
    ["212", "城乡社区支出", 0, 500000, 450000, 0, 450000, 50000],
]
STATE: Rows = [
    ["国有资本经营预算财政拨款支出决算表"],
    ["部门：某局", None, None, None, "金额单位：元"],
    ["科目编码", "科目名称", "合计", "基本支出", "项目支出"],
    ["合计", None, 30000, None, 30000],
    ["223", "国有资本经营预算支出", 30000, None, 30000],
]
DETAIL: Rows = [
    ["财政拨款支出决算明细表"],
    ["部门：某局", *[None] * 5, "金额单位：元"],
    ["科目编码", "科目名称", "合计", "工资福利支出", None, "商品和服务支出", None],
    [None, None, None, "小计", "基本工资", "小计", "办公费"],
    ["合计", None, 8450000, 5000000, 5000000, 3450000, 3450000],
    ["201", "一般公共服务支出", 8450000, 5000000, 5000000, 3450000, 3450000],
]


def test_the_tables_of_fiscal_appropriation_fund_and_state_capital(read: Read) -> None:
    sheets = {"04": FISCAL, "08": FUND, "09": STATE, "10": DETAIL}
    merged = {"08": "E3:G3", "10": "D3:E3 F3:G3"}
    found = read(sheets, merged)
    assert found["报表.财政拨款总表.收入"] == "850" and found["报表.财政拨款总表.支出"] == "845"
    assert found["报表.财政拨款总表.支出.政府性基金预算财政拨款"] == "45"
    assert found["报表.政府性基金决算表.本年支出.项目支出"] == "45"
    assert found["报表.政府性基金决算表.年末结转和结余"] == "5"
    assert found["报表.国有资本经营决算表.本年支出"] == "3"
    assert found["报表.财政拨款支出明细表.合计.工资福利支出"] == "500"
    assert "未通过 0" in found["out"]


def budget_book() -> dict[str, Rows]:
    """Return the budget workbook of a Shanghai district: 元, but 万元 for 三公."""
    unit = ["编制部门：某局", None, None, None, None, None, "单位：元"]

    def by_code(title: str, heads: list[str], row: list[float]) -> Rows:
        filler = ["…", "…", "…", "…", *[None for _ in heads]]
        return [
            [None], [title], [None], unit, [None],
            [None],
            ["功能分类科目编码", None, None, "功能分类科目名称", *heads],
            ["类", "款", "项", None, *[None for _ in heads]],
            [205, None, None, "教育支出", *row],
            [205, "02", None, "普通教育", *row],
            [205, "02", "05", "高等教育", *row],
            filler,
            ["合计", None, None, None, *row],
        ]  # fmt: skip

    return {
        "目录": [["目录"], ["1. 部门收支总表"], ["2. 部门收入总表"]],
        "部门收支总表": [
            [None], ["2018年部门收支总表"], [None], ["编制部门：某局", None, None, "单位：元"], [None],
            ["本年收入", None, "本年支出", None], ["项目", "预算数", "项目", "预算数"],
            ["一、财政拨款收入", 3000000, "一、教育支出", 3100000], ["四、其他收入", 100000, None, None],
            ["…", None, "…", None],
            ["收入总计", 3100000, "支出总计", 3100000],
        ],
        "部门收入总表": by_code("2018年部门收入总表", ["合计", "财政拨款收入", "事业收入", "其他收入"],
                            [3100000, 3000000, 0, 100000]),
        "部门支出总表": by_code("2018年部门支出总表", ["合计", "基本支出", "项目支出"],
                            [3100000, 2000000, 1100000]),
        "部门一般公共预算拨款表": by_code("2018年部门一般公共预算支出功能分类预算表",
                                 ["合计", "基本支出", "项目支出"], [3000000, 2000000, 1000000]),
        "部门政府性基金拨款表": by_code("2018年部门政府性基金预算支出功能分类预算表",
                                 ["合计", "基本支出", "项目支出"], [60000, 0, 60000]),
        "部门财政拨款收支总表": [
            [None], ["2018年部门财政拨款收支总表"], [None], unit, [None],
            ["财政拨款收入", None, "财政拨款支出", None, None, None, None],
            ["项目", "预算数", "项目", "合计", "一般公共预算", "政府性基金预算", "国有资本经营预算"],
            ["一、一般公共预算资金", 3000000, "一、教育支出", 3100000, 3000000, 60000, 40000],
            ["二、政府性基金", 60000, None, None, None, None, None],
            ["三、国有资本经营预算", 40000, "…", None, None, None, None],
            ["收入总计", 3100000, "支出总计", 3100000, 3000000, 60000, 40000],
        ],
        "部门国有资本经营预算拨款表 ": by_code("2018年部门国有资本经营预算支出功能分类预算表",
                                    ["合计", "基本支出", "项目支出"], [40000, 0, 40000]),
        "部门一般公共预算拨款基本支出明细表": [
            [None], ["2018年部门一般公共预算基本支出部门预算经济分类预算表"], [None],
            ["编制部门：某局", None, None, None, None, "单位：元"], [None], [None],
            ["经济分类科目编码", None, "经济分类科目名称", "合计", "人员经费", "公用经费"],
            ["类", "款", None, None, None, None],
            [301, None, "工资福利支出", 1500000, 1500000, None],
            [301, "01", "基本工资", 1500000, 1500000, None],
            [302, None, "商品和服务支出", 500000, None, 500000],
            [302, "01", "办公费", 500000, None, 500000],
            ["合计", None, None, 2000000, 1500000, 500000],
        ],
        "部门“三公”经费和机关运行费预算表": [
            [None], ["2018年部门“三公”经费和机关运行费预算表"],
            ["编制部门：某局", None, None, None, None, None, "单位:万元"],
            ["合计", "因公出国(境)费", "公务接待费", "公务用车购置及运行费", None, None,
             "机关运行费预算数"],
            [None, None, None, "小计", "购置费", "运行费", None],
            [None],
            [20.25, 0, 12.15, 8.1, 0, 8.1, 35],
        ],
    }  # fmt: skip


def test_a_budget_workbook_is_read_whole_in_yuan_and_wan(read: Read) -> None:
    # As the district's own workbook is: used out to column IV, though four columns are filled.
    book = {name: [*rows, [None] * 255 + [" "]] for name, rows in budget_book().items()}
    found = read(book, {"部门“三公”经费和机关运行费预算表": "D4:F4"})
    assert "不认识的工作表没有读：目录" in found["out"]
    assert found["预算执行.年初预算"] == "310"
    assert found["报表.预算收入总表.财政拨款收入.205.20502.2050205"] == "300"
    assert found["报表.预算支出总表.项目支出"] == "110"
    assert found["报表.国有资本经营预算表.合计"] == "4"
    assert found["报表.财政拨款预算总表.支出.政府性基金预算"] == "6"
    assert found["报表.政府性基金预算表.合计"] == "6"
    assert found["报表.基本支出预算明细表.人员经费.301"] == "150"
    # One sheet is in 万元: the figures are alike.
    assert found["三公经费.公务接待费.预算"] == "12.15" and found["三公经费.预算"] == "20.25"
    assert found["报表.三公经费预算表.机关运行经费"] == "35"
    # Filler rows and blanks are no figures.
    assert not any("…" in name for name in found)
    assert "未通过 0，缺数据 0" in found["out"]


def test_county_forms_of_three_public_have_last_year_beside_this_year(read: Read) -> None:
    found = read({"预算": [
        ["某局2018年“三公”经费预算公开表"], ["单位：元"],
        ["项目", "2017年执行数", "2018年预算数"],
        ["合计", 240000, 250000], ["1、因公出国（境）费用", 0, 0], ["2、公务接待费", 140000, 150000],
        ["3、公务用车费", 100000, 100000], ["其中：公务用车运行维护费", 100000, 100000],
        ["公务用车购置费", 0, 0],
    ]})  # fmt: skip
    assert found["三公经费.公务接待费.预算"] == "15" and found["三公经费.预算"] == "25"
    assert found["三公经费.公务用车运行维护费.上年支出"] == "10"


def test_a_final_county_form_is_held_against_its_own_differences(
    govnb: Any, into: Path, tmp_path: Path
) -> None:
    rows: Rows = [
        ["“三公”经费增减情况表"], ["单位：万元"],
        ["项目", "上年决算", "本年决算", "增减额", "增减幅度"],
        ["合计", 2911.47, 2706.86, -204.61, "-7.03%"],
        ["因公出国（境）费", 0, 0, 0, None], ["公务接待费", 1500.47, 1400.86, -99.61, "-6.64%"],
        ["公务用车购置费", 0, 0, 0, None], ["公务用车运行维护费", 1411, 1306, -105, "-7.44%"],
    ]  # fmt: skip
    told = govnb("import", write(tmp_path / "a.xlsx", {"表": rows}), "--into", into)
    assert "未通过 0" in told.out and told.code == 0, told.out
    wrong = [list(row) for row in rows]
    wrong[3][3] = -203.61
    told = govnb("import", write(tmp_path / "b.xlsx", {"表": wrong}), "--into", into)
    assert told.out.count("[未通过]") == 1 and "b.xlsx!表!D4" in told.out, told.out


def test_a_list_of_quotas_is_added_up_by_project_source_and_function(read: Read) -> None:
    heads = ["预算单位编码", "预算单位名称", "项目编码", "项目名称", "资金性质", "支出功能分类编码",
             "指标下达金额", "指标文号"]  # fmt: skip
    rows: Rows = [
        ["指标明细表"], heads,
        ["001", "某局", "430000000000000000001", "网络建设", "一般公共预算", "2010301", 100000, "1号"],
        ["001", "某局", "430000000000000000001", "网络建设", "一般公共预算", "2010301", 50000.5, "2号"],
        ["001", "某局", "430000000000000000002", "热线", "政府性基金", "2120399", "30,000.00", "3号"],
        ["合计", None, None, None, None, None, 180000.5, None],
    ]  # fmt: skip
    found = read({"指标": rows})
    assert found["报表.指标表.项目.网络建设"] == "15.00005"
    assert found["报表.指标表.资金性质.政府性基金"] == "3"
    assert found["报表.指标表.功能分类.2010301"] == "15.00005"
    assert found["报表.指标表.项目"] == "18.00005"


def test_a_list_of_quotas_is_of_one_department_and_every_amount_has_its_project(
    govnb: Any, into: Path, tmp_path: Path
) -> None:
    heads = ["预算单位名称", "项目名称", "资金性质", "支出功能分类", "指标下达金额"]
    rows: Rows = [
        ["预算指标表"], heads,
        ["某局", "网络", "一般公共预算", "2010301", 5000], ["乙局", "网络", "一般公共预算", "2010301", 600],
        ["某局", "热线", "一般公共预算", "2010301", "(1,000)"], ["某局", None, "一般公共预算", "2010301", 7],
        ["某局", "热线", "一般公共预算", "2010301", "1.2.3"],
    ]  # fmt: skip
    path = write(tmp_path / "指标.xlsx", {"表": rows})
    told = govnb("import", path, "--into", into)
    assert (
        "指标.xlsx!表!A4: “指标表”里有 2 家单位：某局、乙局，不知道要读哪一家（用 --scope"
        in told.out
    )
    told = govnb("import", path, "--into", into, "--scope", "某局")
    line = next(x for x in told.out.splitlines() if "资金性质.一般公共预算" in x)
    assert line.split()[1:5] == ["—", "0.4007", "E3:E6", "元"]
    assert (
        told.out.count("1.2.3") == 1 and "指标.xlsx!表!B6: 这一行有金额，没有写项目名称" in told.out
    )


def test_a_total_of_quotas_without_a_department_is_held_against_its_lines(
    govnb: Any, into: Path, tmp_path: Path
) -> None:
    rows: Rows = [
        ["预算指标表"], ["预算单位名称", "项目名称", "资金性质", "支出功能分类", "指标下达金额"],
        ["某局", "网络", "一般公共预算", "2010301", 5000], [None, "网络小计", None, None, 5000],
        [None, "热线", "一般公共预算", "2010301", 1000], ["合计", None, None, None, 7000],
    ]  # fmt: skip
    told = govnb("import", write(tmp_path / "a.xlsx", {"表": rows}), "--into", into)
    assert "“报表.指标表.项目”写明0.7万元，分项之和是0.6万元" in told.out, told.out


@pytest.mark.parametrize("unit", ["元", "万元"])
def test_what_is_apart_by_more_than_a_cell_shows_is_no_rounding(
    govnb: Any, into: Path, tmp_path: Path, unit: str
) -> None:
    times = {"元": 10000, "万元": 1}[unit]
    rows: Rows = [
        ["支出决算表"], ["部门：某局", None, None, None, f"单位：{unit}"],
        ["科目编码", "科目名称", "本年支出合计", "基本支出", "项目支出"],
        ["合计", None, 1100 * times, 500 * times, 599 * times],
        ["201", "一般公共服务支出", 1100 * times, 500 * times, 599 * times],
    ]  # fmt: skip
    path = write(tmp_path / "a.xlsx", {"表": rows})
    book = load_workbook(path)
    for cells in book["表"]["C4:E5"]:
        for cell in cells:
            cell.number_format = "#,##0.00"
    book.save(path)
    told = govnb("import", path, "--into", into)
    assert "未通过 1" in told.out and "尾差 0" in told.out and told.code == 1, told.out


def test_a_unit_may_stand_in_each_head(read: Read) -> None:
    found = read({"表": [
        ["2018年三公经费支出决算表"], ["部门：某局"],
        ["项目", "上年决算数（元）", "本年决算数（元）", "填报日期：2019年3月5日"],
        ["公务用车运行维护", 20000, 10000], ["公务接待费", 50000, 40000], ["合计", 70000, 50000],
    ]})  # fmt: skip
    assert found["三公经费.公务接待费.支出"] == "4"
    assert found["三公经费.公务用车运行维护费.上年支出"] == "2"


def test_a_rate_is_read_as_its_cell_shows_it(govnb: Any, into: Path, tmp_path: Path) -> None:
    rows: Rows = [
        ["部门整体支出绩效评价基础数据表（2018年度）"], ["填报单位：某局", None, None, "单位：万元"],
        ["财政供养人员情况", "编制数", "2018年实际在职人数", "控制率"], [None, 143, 133, 0.93],
    ]  # fmt: skip
    path = write(tmp_path / "a.xlsx", {"表": rows})
    told = govnb("import", path, "--into", into)
    assert "a.xlsx!表!D4: “0.93”没有百分号，是0.93%还是93%，不能猜" in told.out
    book = load_workbook(path)
    book["表"]["D4"].number_format = "0.00%"
    book.save(path)
    told = govnb("import", path, "--into", into)
    assert "93%" in told.out and told.code == 0, told.out
