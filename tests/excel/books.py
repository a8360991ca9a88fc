"""Workbooks as departments have them, typed from published forms (figures partly our own)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

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


def accounts(draw: Random) -> dict[str, list[list[Any]]]:
    """Return five tables of made-up final accounts that hold together, in 元."""

    def money() -> float:
        return draw.randrange(100_000, 90_000_000) / 100

    def total(*parts: float) -> float:
        return round(sum(parts), 2)

    basic, project = {}, {}
    for code in ("2010301", "2080505", "2101101"):
        basic[code], project[code] = money(), money()
    staff = {"30101": round(sum(basic.values()) / 4, 2), "30301": 2000.25}
    goods = {"30201": round(sum(basic.values()) / 8, 2)}
    goods["30211"] = round(total(*basic.values()) - total(*staff.values(), *goods.values()), 2)
    spent = total(*basic.values(), *project.values())
    carried, left = money(), money()
    income = round(spent + left - carried, 2)
    unit = [None, None, "金额单位：元"]

    def rows(*columns: dict[str, float]) -> list[list[Any]]:
        """Return 类, 款 and 项 with their sums under a total."""
        found: list[list[Any]] = [["合计", None, *(total(*c.values()) for c in columns)]]
        for code in dict.fromkeys(
            k[:n] for key in columns[0] for k in [key] for n in (3, 5, len(key))
        ):
            sums = (total(*(v for k, v in c.items() if k.startswith(code))) for c in columns)
            found.append([code, f"科目{code}", *sums])
        return found

    both = {code: round(basic[code] + project[code], 2) for code in basic}
    classes: list[list[Any]] = [
        [f"科目{c}", None, total(*(v for k, v in both.items() if k[:3] == c))]
        for c in ("201", "208", "210")
    ]
    own, other = round(income / 3, 2), round(income - round(income / 3, 2), 2)
    first: list[list[Any]] = [
        ["财政拨款收入", None, own],
        ["其他收入", None, other],
        [None, None, None],
    ]
    both_sides = [a + b for a, b in zip(first, classes, strict=True)]
    economic = [[c, f"科目{c}", v] for part in (staff, goods) for c, _, v in rows(part)[1:]]
    return {
        "收入支出决算总表": [
            ["收入支出决算总表"], unit, ["项目", "行次", "金额"] * 2, *both_sides,
            ["本年收入合计", None, income, "本年支出合计", None, spent],
            ["年初结转和结余", None, carried, "年末结转和结余", None, left],
            ["总计", None, total(income, carried), "总计", None, total(spent, left)],
        ],
        "收入决算表": [
            ["收入决算表"], unit,
            ["科目编码", "科目名称", "本年收入合计", "财政拨款收入", "其他收入"],
            *rows({"2010301": income}, {"2010301": own}, {"2010301": other}),
        ],
        "支出决算表": [
            ["支出决算表"], unit, ["科目编码", "科目名称", "本年支出合计", "基本支出", "项目支出"],
            *rows(both, basic, project),
        ],
        "一般公共预算财政拨款支出决算表": [
            ["一般公共预算财政拨款支出决算表"], unit,
            ["科目编码", "科目名称", "本年支出合计", "基本支出", "项目支出"],
            *rows(both, basic, project),
        ],
        "基本支出决算表": [
            ["一般公共预算财政拨款基本支出决算表"], unit, ["科目编码", "科目名称", "金额"],
            *economic,
            [None, "人员经费合计", total(*staff.values())],
            [None, "公用经费合计", total(*goods.values())],
        ],
    }  # fmt: skip


def damaged(draw: Random) -> tuple[dict[str, list[list[Any]]], str]:
    """Return made-up accounts with one amount damaged, and what was done where."""
    sheets = accounts(draw)
    name, r, c = draw.choice([
        (name, r, c)
        for name, rows in sheets.items()
        for r, row in enumerate(rows)
        for c, value in enumerate(row)
        if isinstance(value, float)
    ])  # fmt: skip
    was = sheets[name][r][c]
    # Slips of a digit, of the unit and of the sign, no numbers, and nothing at all.
    slips = [was * 10, was + 1000, round(was + 0.1, 2), round(was / 10_000, 2), -was, f"{was}."]
    new = draw.choice([*slips, "见附件", "#REF!", "—", 0, None])
    sheets[name][r][c] = new
    return sheets, f"{name} {r + 1}:{c + 1} {was} → {new}"
