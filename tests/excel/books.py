"""Workbooks as departments have them, typed from published forms (figures partly our own)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

Rows = Sequence[Sequence[object]]

# A county's 基础数据表 of 2018: one number with a stray full stop, as it was published.
BASE_DATA: Rows = [
    ["部门整体支出绩效评价基础数据表（2018年度）"],
    ["填报单位：某局", None, None, "单位：万元"],
    ["财政供养人员情况", "编制数", "2018年实际在职人数", "控制率"],
    [None, 143, 136, "95.10%"],
    ["经费控制情况", "2017年决算数", "2018年预算数", "2018年决算数"],
    ["三公经费", 29.08, 63.46, 44.29],
    ["1、公车购置和维护", 11.86, 41.46, 39.30],
    ["其中：公车购置", "—", 29.46, 29.46],
    ["公车运行维护", 11.86, 12, 9.84],
    ["2、出国经费", "—", "—", "—"],
    ["3、公务接待", 17.22, 22, 4.99],
    ["项目支出", 938.8, 320, 689.16],
    ["公用经费", 32.36, "18.30", 26.04],
    ["其中：办公经费", 14.44, 10, 0.68],
    ["水费、电费、差旅费", 17.92, "7.50.", 25.36],
    ["会议费、培训费", 0, 0.8, 0],
    ["政府采购金额", 16.14, 30.66, 30.66],
    ["部门整体支出预算调整", None, 1922.76, 2690.62],
    ["楼堂馆所控制情况", "……", "……", "……"],
]  # fmt: skip

# 公开01表 of a health centre, in 元.
SUMMARY: Rows = [
    ["收入支出决算总表"],
    [None, None, None, None, None, "公开01表"],
    ["部门：某镇中心卫生院", None, None, None, None, "金额单位：元"],
    ["收入", None, None, "支出", None, None],
    ["项目", "行次", "金额", "项目", "行次", "金额"],
    ["栏次", None, 1, "栏次", None, 2],
    ["一、一般公共预算财政拨款收入", 1, 11122315.04, "一、一般公共服务支出", 31, None],
    ["二、政府性基金预算财政拨款收入", 2, None, "八、社会保障和就业支出", 38, 1200000],
    ["五、事业收入", 5, 13628965.89, "九、卫生健康支出", 39, 23551280.93],
    ["八、其他收入", 8, 1003618.46, None, None, None],
    ["本年收入合计", 27, 25754899.39, "本年支出合计", 57, 24751280.93],
    ["使用非财政拨款结余", 28, None, "结余分配", 58, 1003618.46],
    ["年初结转和结余", 29, None, "年末结转和结余", 59, None],
    ["总计", 30, 25754899.39, "总计", 60, 25754899.39],
]


def write(path: Path, sheets: Mapping[str, Rows], merged: Mapping[str, str] | None = None) -> Path:
    """Write sheets of rows from A1 on; `merged` are ranges to merge, one a sheet."""
    book = Workbook()
    for number, (title, rows) in enumerate(sheets.items()):
        sheet: Worksheet = book.worksheets[0] if not number else book.create_sheet()
        sheet.title = title
        for row in rows:
            sheet.append(list(row))
        if merged and title in merged:
            for cells in merged[title].split():
                sheet.merge_cells(cells)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path
