"""Departments with ledgers beside their files, to be monitored."""

from __future__ import annotations

import shutil
from pathlib import Path

LEDGERS = Path(__file__).parents[1] / "params" / "2026"
YEAR = "年度: {}\n地区: 某区\n金额单位: 万元\n经济分类: {{'301': 工资福利支出}}\n"


class Office:
    """A folder of one year's departments, its path with a space and Chinese in it."""

    def __init__(self, tmp_path: Path, params: Path, year: int) -> None:
        self.params, self.year = tmp_path / "params 副本", year
        self.folder = self.params / str(year)
        self.folder.mkdir(parents=True)
        for part in ("rules", "rubrics"):
            shutil.copytree(params / part, self.params / part)
        (self.folder / "_year.yml").write_text(YEAR.format(year), encoding="utf-8")

    def write(self, text: str = "", name: str = "bumen", **ledgers: str) -> Path:
        """Write a department's file and its ledgers (月度="项目,月份…"); return its path."""
        path = self.folder / f"{name}.yml"
        head = f"年度: {self.year}\n部门: {{名称: 测试局{name}}}\n"
        path.write_text(head + text, encoding="utf-8")
        for kind, rows in ledgers.items():
            (self.folder / f"{name}.{kind}.csv").write_text(rows, encoding="utf-8")
        return path


def real_with_ledgers(params: Path, folder: Path) -> Path:
    """Copy all parameter files with made-up ledgers beside the real department; return its file."""
    shutil.copytree(params, folder / "params")
    for ledger in LEDGERS.glob("*.csv"):
        shutil.copy(ledger, folder / "params" / "2016")
    return folder / "params" / "2016" / "junshan-zwfw.yml"
