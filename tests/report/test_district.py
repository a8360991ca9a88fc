"""The district's page: a worklist, computed in cells that an analyst can read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from govnb import District, FaultsError, Workbook
from govnb.report.prose import Prose
from govnb.report.tables import Table
from tests.report.cells import run_cells
from tests.report.test_results import JUNSHAN, RONGWANHU, result, write

DEPARTMENTS = ("junshan-zwfw", "yueyangxian-rongwanhu")
NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "district.ipynb"
ANYTHING = (
    "预算安排", "预算执行.调整后预算", "支出", "三公经费.预算", "三公经费.支出", "三公经费.控制率",
    "三公经费.变动率", "支出.预算完成率", "公用经费.控制率", "人员.在职人员控制率",
    "政府采购.执行率",
)  # fmt: skip


def run(outputs: Path, page: Path | str = "") -> list[Any]:
    """Run the notebook's cells and return what each shows."""
    return run_cells("district.ipynb", outputs_dir=str(outputs), page_dir=str(page))


def tables(shown: list[Any]) -> dict[str, Table]:
    return {table.name: table for table in shown if isinstance(table, Table)}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The second publishes a budget and no expenditure."""
    folder = tmp_path_factory.mktemp("district")
    for name in DEPARTMENTS:
        Workbook.open(2016, name).result(str(folder))
    return folder


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty departments: the 7th has most errors, the 8th failed, the 9th publishes nothing."""
    folder, rows = tmp_path_factory.mktemp("many"), []
    for i in range(60):
        figures: Any = dict.fromkeys(ANYTHING, (str(100 + i), "万元"))
        one = result(f"{i:03d}", f"{i}局", **figures)
        one["figures"]["支出"]["value"] = None if i == 9 else str(100 + 2 * i)
        one["score"] = {
            "total": {"low": str(50 + i // 2), "high": str(50 + i // 2 + (15 if i % 3 else 0))},
            "full": "100", "grade_text": "良",
        }  # fmt: skip
        found = {"severity": "错误", "state": "未通过", "check": f"规则{i % 20}", "id": "x"}
        wrong = 5 if i == 7 else i % 2
        one["review"] = {"findings": [{**found, "message": f"{i}局的错"}] * wrong}
        write(folder, one)
        rows.append(
            {"department": f"{i:03d}", "reason": "坏了" if i == 8 else None, "name": f"{i}局"}
        )
    return write(folder, summary=rows)


def test_the_cells_are_short_and_compute_in_pandas() -> None:
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert max(source.count("\n") + 1 for source in code) <= 15
    assert sum("区.show(" in source for source in code) >= 10


def test_the_worst_is_first_and_every_name_leads_to_its_report(many: Path, tmp_path: Path) -> None:
    page = many / "2016" / "_all"
    worst = tables(run(many, page))["最需要处理的部门"]
    assert [row.cells[0].text for row in worst.rows[:3]] == ["8局", "7局", "1局"]
    assert [row.cells[0].link for row in worst.rows[:3]] == ["", "../007.html", "../001.html"]
    assert '<a href="../007.html">7局</a>' in worst.html()
    # Looked at where it was run, a link leads there too.
    told = tables(run(many, many.parent))["最需要处理的部门"]
    assert (many.parent / told.rows[1].cells[0].link).parent == many / "2016"


def test_no_long_table_is_unfolded_and_nobody_is_left_out(many: Path) -> None:
    shown = tables(run(many))
    assert all(table.folded or len(table.rows) <= 21 for table in shown.values())
    listed = [r.cells[0].text for n in ("最需要处理的部门", "其余40个部门") for r in shown[n].rows]
    assert sorted(listed) == sorted(f"{i}局" for i in range(60))
    assert shown["其余40个部门"].html().startswith("<details")


def test_nobody_is_in_two_bands(many: Path) -> None:
    bands = {row["得分"]: row["部门数"] for row in tables(run(many))["各档的部门数"]}
    assert sum(map(int, bands.values())) == 60
    # Whose interval spans two bands is in neither.
    assert int(bands["跨档（待定）"]) > 0 and bands["没有百分制得分"] == 1


def test_findings_are_ranked_by_check_and_by_department(many: Path) -> None:
    shown = tables(run(many))
    first = next(iter(shown["查出最多的规则"]))
    assert (first["规则"], int(first["处数"]), int(first["部门数"])) == ("规则7", 7, 3)
    assert next(iter(shown["待改正最多的部门"]))["部门"] == "7局"


def test_totals_say_how_many_departments_they_cover(outputs: Path) -> None:
    shown = run(outputs)
    cards = {label: value for label, value, _ in shown[1].entries()}
    assert cards["部门"] == "2个"
    assert (
        cards["预算合计（1个部门）"] == "511.4万元" and cards["支出合计（1个部门）"] == "535.14万元"
    )
    spent = tables(shown)["超预算最多的部门"]
    assert [row.cells[0].text for row in spent.rows] == [JUNSHAN, "合计"]
    assert [cell.text for cell in spent.rows[1].cells[1:]] == ["511.40", "535.14", "23.74", "4.64%"]


def test_a_department_about_which_little_is_known_is_told_as_such(outputs: Path) -> None:
    worst = tables(run(outputs))["最需要处理的部门"]
    assert {row["部门"]: row["状态"] for row in worst}[RONGWANHU] == "资料不足"


def test_the_result_for_programs_holds_every_table(outputs: Path) -> None:
    shown = run(outputs)
    told = shown[-1].data
    assert set(told["tables"]) == set(tables(shown)) and told["region"] == "岳阳市"
    (first, _) = told["tables"]["最需要处理的部门"]
    assert first["超预算"] == "23.74" and first["部门"] == JUNSHAN


def test_an_empty_frame_is_a_sentence_and_a_rest_of_nobody_is_nothing(outputs: Path) -> None:
    district, empty = District(2016, outputs), pd.DataFrame({"甲": []})
    told, rest = (district.show(empty, "超支的部门", folded=folded) for folded in (False, True))
    assert isinstance(told, Prose) and "超支的部门：没有可列的。" in told.source
    assert isinstance(rest, Prose) and not rest.source


def test_a_year_without_results_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(FaultsError, match="govnb batch 2016"):
        District(2016, tmp_path)
