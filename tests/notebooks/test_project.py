"""`govnb run YEAR DEPARTMENT --project NAME`: one project's self-evaluation, page and papers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import docx
import nbformat
import pytest
from docx.oxml.ns import qn

from govnb.report.project import Project
from govnb.text.faults import FaultsError
from tests.report.markup import Page

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "project.ipynb"
# One worker: the pages are made once.
pytestmark = pytest.mark.xdist_group("project")
FORMS = """年度: 2023
示例: 是
部门: {名称: 某县水利局}
项目:
  饮水/安全:
    自评表:
      实施单位: 工程队
      资金:
        年度资金总额: {年初预算数: 880, 全年预算数: 900, 全年执行数: 855}
        当年财政拨款: {年初预算数: 880, 全年预算数: 880, 全年执行数: 835}
      执行率得分: 9.5
      年度目标: {目标1: {预期目标: 完成12处工程。, 实际完成: 完成12处。}}
      绩效指标:
        新建工程: {一级指标: 产出指标, 年度指标值: ≥12处, 实际完成值: 12处, 分值: 50, 公布得分: 50}
        管网:
          {一级指标: 产出指标, 年度指标值: ≥40公里, 实际完成值: 30公里, 分值: 20,
           公布得分: 18, 偏差原因: 到货晚}
        满意度: {一级指标: 满意度指标, 年度指标值: ≥90%, 实际完成值: 92%, 分值: 20, 公布得分: 20}
      总分: 97.5
  只有目标:
    自评表:
      绩效指标:
        处数: {一级指标: 产出指标, 年度指标值: ≥3处, 分值: 90}
  没有表的: {资金: 5}
"""  # fmt: skip


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("全 区")
    shutil.copytree(ROOT / "params", folder / "params")
    year = folder / "params" / "2023"
    year.mkdir()
    text = (ROOT / "params/2018/_year.yml").read_text("utf-8").replace("2018", "2023")
    (year / "_year.yml").write_text(text, "utf-8")
    (year / "shui.yml").write_text(FORMS, "utf-8")
    return folder


def run(district: Path, *args: Any) -> Any:
    from tests.conftest import run_cli

    more = ("--params", district / "params", "--outputs", district / "outputs")
    return run_cli("run", 2023, "shui", *args, *more)


@pytest.fixture(scope="module")
def pages(district: Path) -> Path:
    """Return the folder of the pages made, for the bureau and for publication."""
    told = run(district, "--project", "饮水/安全", "--to", "html,docx")
    assert told.code == 0, told.err
    told = run(district, "--project", "饮水/安全", "--to", "html", "--edition", "publish")
    assert told.code == 0, told.err
    return district / "outputs" / "2023" / "project"


def page(pages: Path, public: bool = False) -> str:
    (file,) = (path for path in pages.glob("*.html") if ("公开版" in path.name) is public)
    return Page(file.read_text("utf-8")).text


def test_the_report_says_what_was_spent_and_reached(pages: Path) -> None:
    text = page(pages)
    assert "某县水利局2023年度“饮水/安全”项目支出绩效自评报告" in text
    assert "全年预算900万元，执行855万元，执行率95.00%。" in text
    assert "管网：到货晚。" in text
    assert "示例" in text


def test_the_bureau_sees_points_worked_out_anew_and_what_is_wrong(pages: Path) -> None:
    text = page(pages)
    assert "重算得分" in text and "15　不符" in text
    assert "得18分，按规则应是15分" in text
    assert "得94.5分；自评得97.5分" in text
    assert "资料不足" not in text


def test_the_public_sees_the_form_and_no_reviewer(pages: Path) -> None:
    text = page(pages, public=True)
    assert "项目支出绩效自评表" in text and "偏差原因分析及改进措施" in text
    assert not any(word in text for word in ("重算", "不符", "复核", "params/"))


def test_word_keeps_the_merged_head_on_a_page_on_its_side(pages: Path) -> None:
    """C.5 item 15."""
    (file,) = pages.glob("*.docx")
    told = docx.Document(str(file))
    turned = {str(section.orientation).split(".")[-1].split(" ")[0] for section in told.sections}
    assert turned == {"PORTRAIT", "LANDSCAPE"}
    form = next(t for t in told.tables if "项目名称" in t.cell(0, 0).text)
    spans = [
        e.get(qn("w:gridSpan")) or e.get(qn("w:val")) for e in form._tbl.iter(qn("w:gridSpan"))
    ]
    assert any(int(span) > 1 for span in spans)
    assert "restart" in [e.get(qn("w:val")) for e in form._tbl.iter(qn("w:vMerge"))]


def test_the_result_is_this_projects(pages: Path) -> None:
    (file,) = pages.glob("*.json")
    data = json.loads(file.read_text("utf-8"))
    assert data["project"] == "饮水/安全"
    assert data["score"]["total"] == {"low": "94.5", "high": "94.5"}
    open_ones = [f["id"] for f in data["review"]["findings"] if f["state"] == "未通过"]
    assert open_ones == ["项目自评:饮水/安全.管网"]


def test_a_trial_of_other_rules_leaves_the_page_as_it_was(district: Path, pages: Path) -> None:
    before = {path: path.read_bytes() for path in pages.iterdir()}
    told = run(district, "--project", "饮水/安全", "--to", "html", "--rubric", "project-hubei-2020")
    assert told.code == 0, told.err
    (made,) = (path for path in pages.glob("*.html") if path not in before)
    assert "湖北省项目绩效自评表" in Page(made.read_text("utf-8")).text
    assert all(path.read_bytes() == data for path, data in before.items())


def test_a_form_of_goals_alone_is_a_page_too(district: Path) -> None:
    told = run(district, "--project", "只有目标", "--to", "html")
    assert told.code == 0, told.err
    text = Page((district / "outputs/2023/project/shui-只有目标.html").read_text("utf-8")).text
    assert "绩效目标表" in text and "≥3处" in text


def test_a_project_that_has_none_is_refused_with_those_that_have(district: Path) -> None:
    told = run(district, "--project", "没有表的", "--to", "html")
    assert told.code == 1
    assert "没有项目“没有表的”的自评表（可写：饮水/安全、只有目标）" in told.err
    with pytest.raises(FaultsError, match="没有项目自评表"):
        Project.at(2016, "junshan-zwfw", params_dir=str(district / "params"))


def test_the_notebook_is_plain_and_its_cells_are_short() -> None:
    notebook = nbformat.read(NOTEBOOK, 4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert cells[0].metadata.tags == ["parameters"]
    assert all(1 <= len(cell.source.splitlines()) <= 15 for cell in cells)
    assert all(cell.execution_count is None and not cell.outputs for cell in cells)
