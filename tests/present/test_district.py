"""The district's page: totals say what they are totals of."""

from __future__ import annotations

from pathlib import Path

from govnb import Workbook
from govnb.present.district import District
from govnb.present.tables import Table

DEPARTMENTS = ("junshan-zwfw", "yueyangxian-rongwanhu")


def test_key_figures_cover_the_departments_of_the_table_and_say_how_many(tmp_path: Path) -> None:
    # The second publishes a budget and no expenditure.
    for name in DEPARTMENTS:
        Workbook.open(2016, name).result(str(tmp_path))
    district = District.open(2016, str(tmp_path))
    cards = {label: value for label, value, _ in district.cards().entries()}
    assert cards["部门"] == "2个"
    assert cards["预算合计（1个部门）"] == "511.40万元"
    assert cards["支出合计（1个部门）"] == "535.14万元"
    table = district.table("合计")
    assert isinstance(table, Table) and "511.40" in table.text()
