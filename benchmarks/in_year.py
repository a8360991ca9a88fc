"""A year's payments read and told, against pandas alone; and departments over their years.

Run from the repository root, on a machine that does nothing else:
`.venv/bin/python -m benchmarks.in_year [PAYMENTS [DEPARTMENTS]]` (100,000 payments and 20
departments of five years, if not told otherwise). Whole commands, from start to end. Reading is
held against pandas reading the same CSV and adding it up by project and month, in one run.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.watching import took
from govnb.batch.sample.make import YEAR, make
from govnb.report.workbook import Workbook

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
LEDGER = "月度"
PAGE = [
    str(ROOT / "notebooks" / "monitor.ipynb"), "page.ipynb", "--log-level", "ERROR",
    "-p", "year", "2026", "-r", "department", "bumen", "-p", "outputs_dir", "",
]  # fmt: skip
# What anybody would write to have the sums.
PANDAS = """
import pandas as pd
rows = pd.read_csv("{file}", skiprows=1)
rows["月份"] = rows["支付日期"].str[5:7]
rows.groupby(["项目", "月份"])["支付金额（元）"].sum()
"""


def main(payments: int = 100_000, departments: int = 20, years: int = 5) -> None:
    """Print one row a command: wall and CPU seconds, and CPU against the baseline's."""
    print("| command | wall s | CPU s | ratio |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        _payments(Path(name) / "one", payments)
        _years(Path(name) / "many", departments, years)


def _payments(folder: Path, payments: int) -> None:
    """Read a year's payments into a check, and into a page with its forecasts."""
    shutil.copytree(ROOT / "params", folder / "params")
    of_year = folder / "params" / "2026"
    file = of_year / f"bumen.{LEDGER}.csv"
    (of_year / "bumen.yml").write_text("年度: 2026\n部门: {名称: 某局}\n", encoding="utf-8")
    dice = random.Random(0)
    most = (12, 30, 10**7)
    paid = [[dice.randint(1, each) for each in most] for _ in range(payments)]
    rows = (f"2026-{month:02}-15,项目{n},{cents / 100}\n" for month, n, cents in paid)
    text = f"某系统导出\n支付日期,项目,支付金额（元）\n{''.join(rows)}"
    file.write_text(text, encoding="utf-8")
    govnb = str(BIN / "govnb")
    base = took([sys.executable, "-c", PANDAS.format(file=file)], folder)
    check = took([govnb, "check", f"params/2026/{file.name.split('.')[0]}.yml"], folder)
    # Papermill waits for its kernel, so that all CPU is counted.
    page = took([str(BIN / "papermill"), *PAGE], folder)
    for told, found in (
        (f"pandas, {payments:,} payments", base),
        ("govnb check", check),
        ("papermill", page),
    ):
        print(f"| {told} | {found.wall:.1f} | {found.cpu:.1f} | {found.cpu / base.cpu:.1f} |")


def _years(folder: Path, departments: int, years: int) -> None:
    """Make the pages of departments over their years, the yearly reports being there."""
    make(departments, folder / "params", params=ROOT / "params")
    made = folder / "params" / str(YEAR)
    for year in map(str, range(YEAR - years + 1, YEAR)):
        other = shutil.copytree(made, made.with_name(year))
        for file in other.glob("*.yml"):
            text = file.read_text(encoding="utf-8").replace(f"年度: {YEAR}", f"年度: {year}", 1)
            file.write_text(text, encoding="utf-8")
        for file in other.glob("0*.yml"):
            # What is read of an earlier year is its result alone.
            department = Workbook.open(year, file.stem, str(folder / "params"))
            department.result(str(folder / "outputs"))
    batch = [str(BIN / "govnb"), "batch", str(YEAR), "--to", "html"]
    took(batch, folder)
    again = took(batch, folder)
    for page in (folder / "outputs" / str(YEAR)).glob("**/*历年*"):
        page.unlink()
    trend = took(batch, folder)
    for told, found in (("batch, nothing to do", again), ("batch, all pages of years", trend)):
        print(f"| {told}, {departments} × {years} | {found.wall:.1f} | {found.cpu:.1f} | |")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
