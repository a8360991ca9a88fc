"""How the time to check a parameter file grows with its size: the ratio at n and 2n.

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

from govnb.inputs.place import FaultsError
from govnb.present.checking import check_department

HEAD = "年度: 2016\n部门: {名称: 某局}\n"
VOLUME = "  事项%d: {单位: 件, 本年: %d}\n"
KB = 60


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
    "published": (("业务量:\n", VOLUME), ("公布数:\n", "  业务量.事项%d.本年: %d\n")),
}


def sized(shape: str, size: int) -> str:
    """Return a file of a shape and about a number of bytes."""
    parts = [(head, each(line)) for head, line in SHAPES[shape]]

    def whole(count: int) -> str:
        return HEAD + "".join(head + body(count) for head, body in parts)

    return whole(size * 1000 // len(whole(1000).encode()))


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
            once, twice = (seconds(folder, sized(shape, n * KB * 1024)) for n in (1, 2))
            print(f"{shape:12} {KB} KB {once:6.2f} s   {2 * KB} KB {twice:6.2f} s", end="   ")
            print(f"×{twice / once:.2f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or list(SHAPES))
