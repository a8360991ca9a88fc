"""`govnb monitor`: a page a department and the month's 通报, as the bureau sends them out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.ledgers import Office, real_with_ledgers
from tests.report.markup import Page

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = [ROOT / "notebooks" / f"{name}.ipynb" for name in ("monitor", "bulletin")]
# One worker: the district is run once.
pytestmark = pytest.mark.xdist_group("monitor")


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A district of the real department with made-up ledgers, and of one far behind."""
    folder = tmp_path_factory.mktemp("全 区")
    year = real_with_ledgers(ROOT / "params", folder).parent
    (year / "man.yml").write_text("年度: 2016\n部门: {名称: 慢局}\n", encoding="utf-8")
    rows = "".join(f"路灯,{month},200,1\n" for month in range(1, 7))
    text = f"项目,月份,年初预算,累计支出\n{rows}"
    (year / "man.月度.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def told(district: Path) -> Any:
    from tests.conftest import run_cli

    return run_cli(
        "monitor", 2016, "--month", 6, "--to", "html,docx",
        "--params", district / "params", "--outputs", district / "outputs",
    )  # fmt: skip


def text_of(district: Path, name: str) -> str:
    return Page((district / "outputs/2016/monitor" / name).read_text("utf-8")).text


def test_each_department_with_ledgers_gets_its_page_and_the_district_a_通报(
    district: Path, told: Any
) -> None:
    assert told.code == 0, told.err
    made = {path.name for path in (district / "outputs/2016/monitor").glob("*.[hd]*")}
    pages = ("junshan-zwfw-6月", "man-6月", "通报-6月")
    assert made == {f"{page}.{kind}" for page in pages for kind in ("html", "docx")}


def test_made_up_ledgers_are_never_printed_as_real(district: Path, told: Any) -> None:
    assert "台账是编的" in text_of(district, "junshan-zwfw-6月.html")
    assert "台账是编的" not in text_of(district, "man-6月.html")


def test_made_up_ledgers_are_never_added_to_real_ones_in_the_通报(
    district: Path, told: Any
) -> None:
    text = text_of(district, "通报-6月.html")
    assert "路灯" in text and "门户网站维护" not in text
    assert "没有列入君山区政务服务中心：台账是编的" in text
    assert "511.40" not in text


def test_a_department_whose_ledgers_failed_stands_in_the_通报_and_in_no_sum(
    tmp_path: Path, params: Path, govnb: Any
) -> None:
    office = Office(tmp_path, params, 2027)
    office.write(name="hao", 月度="项目,月份,年初预算,当月支出\n甲,六月,100,50\n")
    office.write(name="huai", 月度="项目,月份,当月支出\n乙,6,abc\n丙,13,2\n")
    office.write(name="chi", 月度="项目,月份,当月支出\n丁,5,2\n")
    words = ("--params", office.params, "--outputs", tmp_path / "outputs", "--to", "html")
    assert govnb("monitor", 2027, *words).code == 1
    text = Page((tmp_path / "outputs/2027/monitor/通报-6月.html").read_text("utf-8")).text
    assert "没有列入测试局huai：“当月支出”：“abc”不是数，等2处错误。" in text
    assert "没有列入测试局chi：6月还没有执行数，最后一个月是5月。" in text
    assert "测试局hao" in text and "50.00%" in text
    # Where none can be read, each says why, and not that there are none.
    for name in ("hao", "chi"):
        (office.params / "2027" / f"{name}.月度.csv").unlink()
    told = govnb("monitor", 2027, *words)
    assert told.code == 1 and "huai：" in told.err and "不是数" in told.err


def test_a_department_without_ledgers_is_told_what_to_put_where(district: Path, govnb: Any) -> None:
    told = govnb("monitor", 2018, "nanxian-zhujian", "--params", district / "params",
                 "--outputs", district / "outputs")  # fmt: skip
    assert told.code == 1 and "nanxian-zhujian.月度.csv" in told.err


def test_the_notebook_runs_by_plain_papermill(district: Path, told: Any) -> None:
    out = district / "out.ipynb"
    papermill = Path(sys.executable).with_name("papermill")
    words = [papermill, ROOT / "notebooks/monitor.ipynb", out, "-p", "department", "man"]
    words += ["-p", "month", "6", "-p", "year", "2016", "-p", "outputs_dir", ""]
    words += ["-p", "params_dir", district / "params"]
    subprocess.run(list(map(str, words)), cwd=ROOT, check=True, capture_output=True)
    cells = nbformat.read(out, as_version=4).cells
    assert "路灯" in str([cell.get("outputs") for cell in cells])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_it_is_committed_without_outputs_and_its_cells_are_short(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not c.outputs and c.execution_count is None for c in code)
    assert max(len(cell.source.splitlines()) for cell in code) <= 15
    assert "parameters" in code[0].metadata["tags"]
