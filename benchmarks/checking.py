"""How the time to check a file grows with its size: the ratio at n and 2n.

    python benchmarks/checking.py            # every shape
    python benchmarks/checking.py keys dym   # some

Linear is 2; what is quadratic is 4. Files are made up, each of one shape, in a folder of
their own; the time is the process's own, so that other load on the machine doesn't count.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from govnb.report.checking import check_department
from govnb.text.faults import FaultsError

HEAD = "年度: 2016\n部门: {名称: 某局}\n"
VOLUME = "  事项%d: {单位: 件, 本年: %d}\n"
KB = 60
YEAR = "年度: 2016\n地区: 某县\n金额单位: 万元\n"
FIGURE = "甲%d.率: {名称: 甲, 单位: '%', 公式: 人员.在职人员 / 人员.编制数}\n"
EACH = (
    "甲%d.{项}.率: {每个: '业务量.{项}.本年', 名称: 甲, 单位: 无, 公式: '业务量.{项}.本年 / 2'}\n"
)
CIRCLE = "甲%d: {公式: 乙%d, 单位: 人, 名称: 甲}\n乙%d: {公式: 甲%d, 单位: 人, 名称: 乙}\n"
CHECK = (
    "甲%d: {种类: 相等, 严重性: 错误, 容差: 0, 消息: 例, 原因: 例, 怎样处理: 例,"
    " 左: 收入, 右: 支出}\n"
)
RUBRIC = "名称: 甲\n总分: 100\n适用年度: {起: 2016}\n来源: {S1: 某号}\n指标:\n"
INDICATOR = (
    "  指标%d号:\n    分值: 1\n    公式: 人员.在职人员 / 人员.编制数\n"
    "    规则: {种类: 超标扣分, 标准: 100%, 扣: 0.5}\n    出处: S1\n    标记: 原文\n"
)


def each(line: str) -> Callable[[int], str]:
    """Return what repeats a line with its number in every `%d`."""
    return lambda count: "".join(line.replace("%d", str(n)) for n in range(count))


SHAPES: dict[str, tuple[tuple[str, str], ...]] = {
    "keys": (("支出:\n  明细:\n", "    科目%d号支出: %d.5\n"),),
    "list": (("主要职责:\n", "  - 负责第%d项工作的组织推动。\n"),),
    "texts": (("超支原因:\n", "  原因%d:\n    金额: 1\n    说明: 因{{ 年度 }}工作增加。\n"),),
    "faults": (("支出:\n  明细:\n", "    科目%d号支出: %d,5\n"),),
    "unknown": (("", "部门%d: 1\n"),),
    "references": (
        ("业务量:\n", VOLUME),
        ("叙述:\n  概述: |\n", "    共{{ 业务量.事项%d.本年 }}。\n"),
    ),
    "dym": (
        ("业务量:\n", VOLUME),
        ("叙述:\n  概述: |\n", "    共{{ 业务量.事项%d.本年度 }}。\n"),
    ),
    "formulas": (("业务量:\n", "  事项%d: {单位: 件, 本年: %d, 上年: =业务量.事项%d.本年 + 1}\n"),),
    "blank": (
        ("支出:\n  明细:\n", "    科目%d号: 未公布\n"),
        ("预算安排:\n  明细:\n", "    科目%d号: 未公布\n"),
    ),
    "published": (("业务量:\n", VOLUME), ("公布数:\n", "  业务量.事项%d.本年: %d\n")),
}


# The files a district shares: its place, what is in front, and the lines that are repeated. A
# department's file is checked with them.
SHARED: dict[str, tuple[str, str, str]] = {
    "rubric": ("rubrics/hunan-2016.yml", RUBRIC, INDICATOR),
    "rubric-faults": ("rubrics/hunan-2016.yml", RUBRIC, INDICATOR.replace("0.5", "0,5")),
    "rubric-names": ("rubrics/hunan-2016.yml", RUBRIC, INDICATOR.replace("在职人员", "在职%d")),
    "figures": ("rules/figures.yml", "", FIGURE),
    "figures-each": ("rules/figures.yml", "", EACH),
    "figures-names": ("rules/figures.yml", "", FIGURE.replace("在职人员", "在职人元%d")),
    "figures-circles": ("rules/figures.yml", "", CIRCLE),
    "checks": ("rules/checks.yml", "", CHECK),
    "checks-names": ("rules/checks.yml", "", CHECK.replace("收入", "收如%d")),
    "checks-list": ("rules/checks.yml", CHECK.rstrip("}\n") + ", 也可: [支出", ",\n  支出 + %d"),
    "year": ("2016/_year.yml", YEAR + "经济分类:\n", "  科目%d号支出: 类%d\n"),
    "year-unknown": ("2016/_year.yml", YEAR + "经济分类: {}\n", "甲%d: 1\n"),
}


def sized(shape: str, size: int) -> str:
    """Return a file of a shape and about a number of bytes."""
    _, *shared = SHARED.get(shape, ("",))
    parts = [(head, each(line)) for head, line in ([shared] if shared else SHAPES[shape])]

    def whole(count: int) -> str:
        text = "".join(head + body(count) for head, body in parts)
        return text + "]}\n" * (shape == "checks-list") if shared else HEAD + text

    return whole(size * 1000 // len(whole(1000).encode()))


def shape_seconds(folder: Path, shape: str, size: int) -> float:
    """Return the seconds that checking takes with a file of a shape and about a size."""
    if shape not in SHARED:
        return seconds(folder, sized(shape, size))
    path = folder / "params" / SHARED[shape][0]
    kept = path.read_text(encoding="utf-8")
    # Other files name the book's figures.
    more = kept if path.name == "figures.yml" else ""
    path.write_text(sized(shape, size) + more, encoding="utf-8")
    try:
        return seconds(folder, HEAD)
    finally:
        path.write_text(kept, encoding="utf-8")


def seconds(folder: Path, text: str) -> float:
    """Return the processor's seconds that checking a file takes, faults and all."""
    path = folder / "params/2016/measured.yml"
    path.write_text(text, encoding="utf-8")
    began = time.process_time()
    try:
        check_department(path, None)
    except FaultsError:
        pass
    finally:
        path.unlink()
    return time.process_time() - began


def main(shapes: list[str]) -> None:
    """Print, for each shape, the seconds at n and 2n and their ratio."""
    source = Path(__file__).parent.parent / "params"
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name in ("rules", "rubrics"):
            shutil.copytree(source / name, folder / "params" / name)
        (folder / "params/2016").mkdir()
        shutil.copy(source / "2016/_year.yml", folder / "params/2016/_year.yml")
        os.chdir(folder)
        seconds(folder, HEAD)
        for shape in shapes:
            once, twice = (shape_seconds(folder, shape, n * KB * 1024) for n in (1, 2))
            print(f"{shape:16} {KB} KB {once:6.2f} s   {2 * KB} KB {twice:6.2f} s", end="   ")
            print(f"×{twice / once:.2f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or [*SHAPES, *SHARED])
