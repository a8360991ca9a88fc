"""JupyterLab in a real browser, as `make lab` starts it: what an analyst meets there."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.browser.clipboard import assert_numbers, copied, drag_over
from tests.browser.contrast import unreadable

ROOT = Path(__file__).resolve().parents[2]
REPORT = "outputs/2016/君山-政务.ipynb"

# One worker: one server for all.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("lab")]


class Lab:
    """A running JupyterLab, its folder and a browser."""

    def __init__(self, url: str, folder: Path, browser: Any) -> None:
        self.url, self.folder = url, folder
        self.context = browser.new_context(viewport={"width": 1400, "height": 1000})
        self.context.set_default_timeout(60_000)

    def open(self, path: str, **settings: Any) -> Any:
        """Return the page of a notebook, its outputs drawn."""
        page = self.context.new_page()
        page.goto(f"{self.url}/lab/tree/{path}?reset")
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.wait_for_function("() => window.jupyterapp?.restored.then(() => true)")
        return page

    def run(self, page: Any, command: str) -> None:
        """Run a command of the Lab's once the kernel is there, and wait for its end."""
        page.evaluate(
            """async (command) => {
              await jupyterapp.shell.currentWidget.sessionContext.ready;
              await jupyterapp.commands.execute(command);
            }""",
            command,
        )
        page.wait_for_selector('[data-status="idle"]')

    def append(self, page: Any, cell: int, text: str) -> None:
        """Type a line at the end of a cell."""
        page.locator(".jp-Cell").nth(cell).locator(".cm-content").click()
        page.keyboard.press("Control+End")
        page.keyboard.insert_text("\n" + text)


@pytest.fixture(scope="module")
def lab(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab in a folder of its own, with one report made there by `govnb run`."""
    folder = tmp_path_factory.mktemp("lab")
    for name in ("params", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    source = folder / "params" / "2016"
    (source / "junshan-zwfw.yml").rename(source / "君山-政务.yml")
    jupyter = {
        f"JUPYTER_{kind}_DIR": str(folder / f".{kind}") for kind in ("CONFIG", "DATA", "RUNTIME")
    }
    env = {**os.environ, **jupyter, "IPYTHONDIR": str(folder / ".ipython"), "PYTHONUTF8": "1"}
    govnb = [str(Path(sys.executable).with_name("govnb"))]
    made = [*govnb, "run", "2016", "君山-政务", "--to", "html"]
    subprocess.run(made, cwd=folder, env=env, check=True, capture_output=True)
    options = ["--no-browser", "--allow-root", "--port=0", "--expose-app-in-browser"]
    options += ["--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True"]
    with (folder / ".log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(
            [*govnb, "lab", *options], cwd=folder, env=env, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield Lab(_address(folder / ".log", server), folder, browser)
    finally:
        server.terminate()
        server.wait(20)


def _address(log: Path, server: subprocess.Popen[bytes]) -> str:
    for _ in range(300):
        found = re.search(r"http://(?:localhost|127\.0\.0\.1):(\d+)/lab", log.read_text("utf-8"))
        if found:
            return f"http://127.0.0.1:{found[1]}"
        if server.poll() is not None:
            break
        time.sleep(0.2)
    raise AssertionError(log.read_text("utf-8"))


@pytest.fixture(scope="module")
def report(lab: Lab) -> Any:
    """The report as it opens from outputs/."""
    page = lab.open(REPORT)
    page.wait_for_selector(".gv-panels", state="attached")
    return page


def test_the_lab_speaks_chinese(report: Any) -> None:
    report.get_by_text("文件", exact=True).first.wait_for()
    assert "运行" in report.locator(".lm-MenuBar-itemLabel").all_inner_texts()


def test_a_report_the_program_wrote_is_trusted_and_its_figures_open(report: Any) -> None:
    report.locator(".gv-table button.gv-fig").first.click()
    panel = report.locator(":popover-open")
    assert "params/2016/君山-政务.yml" in panel.inner_text()
    report.keyboard.press("Escape")


@pytest.mark.parametrize(("card", "target"), [(-1, "复核意见"), (0, "表-收入")])
def test_a_card_leads_to_its_section(report: Any, card: int, target: str) -> None:
    report.locator(".gv-cards a").nth(card).click()
    top = "(id) => document.getElementById(id).getBoundingClientRect().top"
    report.wait_for_function(f"(id) => Math.abs(({top})(id) - 150) < 150", arg=target)


def test_a_table_copied_from_the_lab_is_numbers_to_a_spreadsheet(lab: Lab, report: Any) -> None:
    lab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    report.bring_to_front()
    table = report.locator(".gv-table table", has_text="工资福利支出").first
    table.evaluate("table => getSelection().selectAllChildren(table)")
    assert_numbers(copied(report))


def test_a_drag_over_a_number_in_the_lab_selects_it_and_opens_nothing(report: Any) -> None:
    figure = report.locator(".gv-table td .gv-fig").nth(40)
    drag_over(report, figure)
    assert report.evaluate("String(getSelection())") == figure.inner_text()
    assert report.locator(":popover-open").count() == 0


def test_find_in_page_finds_a_number_whole_in_the_lab(report: Any) -> None:
    figure = report.locator(".gv-table td .gv-fig").filter(has_text=re.compile(r"\d\.\d")).nth(9)
    assert report.evaluate("(text) => window.find(text)", figure.inner_text())


@pytest.mark.parametrize("name", ["html", "pdf", "docx", "json"])
def test_the_export_menu_makes_each_format_of_a_file_with_a_chinese_name(
    lab: Lab, report: Any, name: str
) -> None:
    listed = json.loads(urllib.request.urlopen(f"{lab.url}/api/nbconvert").read())
    assert f"govnb_{name}" in listed and not [other for other in listed if "-" in other]
    answer = report.request.get(f"{lab.url}/nbconvert/govnb_{name}/{REPORT}?download=true")
    assert answer.status == 200 and len(answer.body()) > 10_000
    named = unquote(answer.headers["content-disposition"])
    assert named.endswith(f"君山-政务.{name}")


def test_a_notebook_that_never_ran_is_not_exported_and_says_why(lab: Lab) -> None:
    page = lab.context.new_page()
    page.goto(f"{lab.url}/nbconvert/govnb_html/notebooks/department.ipynb")
    assert "没有运行过" in page.inner_text("body")


@pytest.mark.parametrize("theme", ["Dark High Contrast", "Dark", "Light"])
def test_everything_can_be_read_in_every_theme(report: Any, theme: str) -> None:
    report.evaluate(
        "(theme) => jupyterapp.commands.execute('apputils:change-theme', {theme})",
        f"JupyterLab {theme}",
    )
    dark = "true" if "Light" in theme else "false"
    report.wait_for_selector(f"body[data-jp-theme-light='{dark}']", state="attached")
    # Cells out of sight aren't drawn: the tests before may have left it far down.
    report.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0")
    report.locator(".gv-cards").wait_for()
    assert unreadable(report) == []


def test_a_failed_run_shows_its_error_and_nothing_of_the_department_before(lab: Lab) -> None:
    page = lab.open(REPORT)
    page.wait_for_selector(".gv-panels", state="attached")
    lab.append(page, 1, 'department = "没有的局"')
    lab.run(page, "notebook:run-all-cells")
    stopped = page.locator(".gv-stopped")
    stopped.wait_for()
    page.wait_for_timeout(1000)
    box = stopped.bounding_box()
    assert box and 0 < box["y"] < 950
    error = page.locator(".jp-Cell", has=stopped).inner_text()
    assert "params/2016/没有的局.yml" in error and "Traceback" not in error
    assert stopped.evaluate("e => getComputedStyle(e).borderLeftStyle") == "solid"
    assert page.locator(".gv-table:visible").count() == 0
    page.close()


def test_a_cell_that_fails_greys_what_is_left_of_the_run_before(lab: Lab) -> None:
    page = lab.open(REPORT)
    page.wait_for_selector(".gv-panels", state="attached")
    lab.append(page, 2, "Workbook.open(year, '没有的局')")
    lab.run(page, "notebook:run-all-above")
    lab.run(page, "notebook:run-cell")
    page.wait_for_selector(".gv-stopped")
    assert page.locator(".gv-stale .gv-table").count() > 5
    page.close()


@pytest.fixture(scope="module")
def start(lab: Lab) -> Any:
    """The page that `make lab` opens, which runs by itself."""
    page = lab.context.new_page()
    page.goto(f"{lab.url}/lab/tree/notebooks/start.ipynb?reset")
    page.get_by_role("button", name="生成").wait_for()
    page.locator(".widget-dropdown select").nth(0).select_option("2016")
    # The list of that year's departments comes from the kernel.
    page.get_by_role("option", name="君山区政务服务中心（君山-政务）").wait_for(state="attached")
    page.wait_for_selector('[data-status="idle"]')
    page.locator(".widget-dropdown select").nth(1).select_option("君山区政务服务中心（君山-政务）")
    return page


def pressed(page: Any, button: str, says: str) -> str:
    """Press a button and return what it says, once it says a word."""
    page.locator("button.jupyter-button", has_text=button).click()
    said = page.locator(".govnb-said")
    said.filter(has_text=says).wait_for()
    return str(said.inner_text())


def test_the_start_page_has_buttons_and_no_code(start: Any) -> None:
    assert start.locator(".jp-CodeCell .cm-editor:visible").count() == 0
    start.get_by_text(re.compile("检查通过　上次生成：.*复核意见：错误")).wait_for()


def test_check_and_make_say_in_chinese_what_they_did(lab: Lab, start: Any) -> None:
    assert "0 处错误" in pressed(start, "检查", "1 个文件")
    before = (lab.folder / "outputs/2016/君山-政务.pdf").exists()
    assert "outputs/2016/君山-政务.pdf" in pressed(start, "生成", "得分")
    assert not before and (lab.folder / "outputs/2016/君山-政务.pdf").exists()
    start.locator("button.jupyter-button", has_text="打开报告").click()
    assert "outputs/2016" in start.get_by_role("link", name="网页").get_attribute("href")


def test_quick_clicks_run_a_command_once(start: Any) -> None:
    start.evaluate(
        """() => {
          window.runs = 0;
          new MutationObserver((changes) => changes.forEach(change => change.addedNodes.forEach(
            node => { if (node.textContent.includes("正在运行")) window.runs += 1; }
          ))).observe(document.body, { childList: true, subtree: true });
          const check = [...document.querySelectorAll("button.jupyter-button")].find(
            button => button.innerText.includes("检查"));
          for (let n = 0; n < 4; n++) check.click();
        }"""
    )
    start.locator(".govnb-said").filter(has_text="1 个文件").wait_for()
    start.wait_for_selector('[data-status="idle"]')
    start.locator("button.jupyter-button:enabled", has_text="检查").wait_for()
    assert start.evaluate("window.runs") == 1


def test_a_trial_shows_before_and_after(start: Any) -> None:
    start.get_by_placeholder("哪个数").fill("三公经费.公务接待费.支出")
    start.get_by_placeholder("改成多少").fill("5")
    said = pressed(start, "试算", "试算前")
    assert re.search(r"三公经费.公务接待费.支出　\S+ → 5", said)
    start.get_by_placeholder("改成多少").fill("五毛")
    assert "Traceback" not in pressed(start, "试算", "五毛")


def test_what_is_typed_while_the_page_still_reads_counts(start: Any) -> None:
    department = start.locator(".widget-dropdown select").nth(1)
    department.select_option(index=0)
    start.get_by_text("还没有生成过报告").wait_for()
    department.select_option("君山区政务服务中心（君山-政务）")
    start.get_by_placeholder("哪个数").fill("")
    start.get_by_placeholder("哪个数").press_sequentially("三公经费.公务接待费.支出")
    start.get_by_placeholder("改成多少").fill("")
    start.get_by_placeholder("改成多少").press_sequentially("6.25")
    assert "→ 6.25" in pressed(start, "试算", "试算前")


def test_a_new_year_begins_with_this_one(lab: Lab, start: Any) -> None:
    assert "params/2017/君山-政务.yml" in pressed(start, "新建下一年", "已建")
    assert (lab.folder / "params/2017/君山-政务.yml").exists()
    chosen = "() => document.querySelector('.widget-dropdown select').value === '2017'"
    start.wait_for_function(chosen)


def test_widgets_bars_and_changed_displays_live_in_an_analysts_own_cells(lab: Lab) -> None:
    sources = [
        "import ipywidgets as w\nfrom IPython.display import *\nfrom tqdm.notebook import tqdm",
        "w.interact(lambda 人数=(1, 9): display(Markdown(f'人均 {12 / 人数:.2f} 万元')));",
        "handle = display(Markdown('旧的状态'), display_id=True)",
        "handle.update(Markdown('新的状态'))",
        "for n in tqdm(range(5), desc='汇总'): pass",
        "for n in range(3):\n    clear_output(wait=True)\n    print('第', n, '遍')",
    ]
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    path = lab.folder / "notebooks/我的.ipynb"
    path.write_text(nbformat.writes(notebook), "utf-8")
    page = lab.open("notebooks/我的.ipynb")
    lab.run(page, "notebook:run-all-cells")
    page.get_by_text("人均 2.40 万元").wait_for()
    page.locator(".widget-slider .noUi-handle").focus()
    page.keyboard.press("ArrowLeft")
    page.get_by_text("人均 3.00 万元").wait_for()
    page.locator(".progress-bar").wait_for()
    shown = [cell.inner_text() for cell in page.locator(".jp-Cell-outputWrapper").all()]
    assert "100%" in shown[4] and "第 2 遍" in shown[5] and "第 0 遍" not in shown[5]
    assert "新的状态" in shown[2] and "旧的状态" not in "".join(shown)
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    exported = page.request.get(f"{lab.url}/nbconvert/govnb_html/notebooks/我的.ipynb").text()
    assert "这里的控件（人数＝4）要在 Jupyter 里" in exported and "人均 3.00 万元" in exported
    assert "新的状态" in exported and "旧的状态" not in exported and "widget" not in exported
    page.close()
    # Opened again, with no kernel that knows the widgets.
    page = lab.open("notebooks/我的.ipynb")
    page.locator(".widget-slider").wait_for()
    assert "人均 3.00 万元" in page.locator(".jp-Cell").nth(1).inner_text()
    page.close()


def test_running_and_saving_a_notebook_leaves_no_difference_in_git(lab: Lab) -> None:
    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=lab.folder, capture_output=True, check=True)
        return done.stdout.decode()

    # As `make setup` does it.
    (filter_,) = re.findall(
        r"git config (filter\.\S+) \\\n\t'(.*)'", (ROOT / "Makefile").read_text("utf-8")
    )
    (kernel,) = re.findall(
        r"^KERNEL := (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE
    )
    keys = " ".join(f"metadata.language_info.{key}" for key in kernel.split())
    command = re.sub(r"\$\(KERNEL[^)]*\)", keys, filter_[1])
    notebook = lab.folder / "notebooks/department.ipynb"
    written = notebook.read_text("utf-8").replace("junshan-zwfw", "君山-政务")
    notebook.write_text(written, "utf-8")
    git("init", "-q")
    here = shlex.quote(str(Path(sys.executable).with_name("nbstripout")))
    git("config", filter_[0], command.replace(".venv/bin/nbstripout", here))
    shutil.copy(ROOT / ".gitattributes", lab.folder)
    git("add", "notebooks", ".gitattributes")
    page = lab.open("notebooks/department.ipynb")
    lab.run(page, "notebook:run-all-cells")
    page.wait_for_selector(".jp-OutputArea h1", state="attached", timeout=20_000)
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    page.close()
    saved = notebook.read_text("utf-8")
    assert '"output_type"' in saved
    assert git("diff", "--stat") == ""


def test_a_parameter_file_is_checked_as_one_types(lab: Lab) -> None:
    page = lab.context.new_page()
    page.goto(f"{lab.url}/lab/tree/params/2018/nanxian-zhujian.yml?reset")
    editor = page.locator(".cm-content")
    editor.wait_for()
    editor.click()
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text("随便写的: 1\n")
    page.locator(".cm-lintRange-error", has_text="随便写的").wait_for()
    page.close()


def test_a_figure_under_the_pointer_tells_value_formula_and_origin(lab: Lab) -> None:
    page = lab.context.new_page()
    page.goto(f"{lab.url}/lab/tree/params/2016/君山-政务.yml?reset")
    # What is underlined has been read: the figures are known.
    page.locator(".cm-lintRange").first.wait_for()
    page.locator(".cm-content").click()
    page.keyboard.down("Control")
    page.locator(".cm-line", has_text="在职人员").first.hover(position={"x": 60, "y": 8})
    told = page.locator(".lsp-hover")
    told.wait_for()
    page.keyboard.up("Control")
    assert "5人" in told.inner_text() and "params/2016/君山-政务.yml:" in told.inner_text()
    page.close()


@pytest.fixture
def params_file(lab: Lab) -> Iterator[Any]:
    """A department's parameter file in the Lab's editor, read by the language server."""
    (lab.folder / "params/2016/试写.yml").write_text(
        (ROOT / "params/2016/junshan-zwfw.yml")
        .read_text("utf-8")
        .replace("名称: 君山区政务服务中心", "名称: 君山区试写中心"),
        "utf-8",
    )
    page = lab.context.new_page()
    page.goto(f"{lab.url}/lab/tree/params/2016/试写.yml?reset")
    page.locator(".cm-lintRange").first.wait_for()
    yield page
    page.close()
    (lab.folder / "params/2016/试写.yml").unlink()


def beside(page: Any, words: str) -> None:
    """Click behind some words that stand on the first screens of the file."""
    page.evaluate(
        """(words) => {
          const { editor } = jupyterapp.shell.currentWidget.content;
          const at = editor.model.sharedModel.getSource().indexOf(words) + words.length;
          editor.setCursorPosition(editor.getPositionAt(at));
          editor.revealPosition(editor.getPositionAt(at));
          editor.focus();
        }""",
        words,
    )


@pytest.mark.parametrize(
    ("before", "typed", "whole"),
    [
        (
            "人员总数: =",
            "人员.编制数 + 人员.在",
            "人员总数: =人员.编制数 + 人员.在职人员人员.在职人员",
        ),
        ("    内设{{ ", "人员.在", "    内设{{ 人员.在职人员内设机构.条数"),
    ],
)
def test_figure_names_are_offered_where_one_is_typed(
    params_file: Any, before: str, typed: str, whole: str
) -> None:
    beside(params_file, before)
    params_file.keyboard.insert_text(typed)
    params_file.keyboard.press("Tab")
    offered = params_file.locator(".jp-Completer-item", has_text="人员.在职人员").first
    offered.wait_for()
    assert params_file.locator(".jp-Completer-item").count() < 20
    offered.click()
    params_file.locator(".cm-line", has_text=whole).wait_for()


def test_a_figure_leads_to_its_line(params_file: Any) -> None:
    beside(params_file, "人员总数: =人员.在职")
    params_file.keyboard.press("Control+b")
    params_file.wait_for_function(
        """() => {
          const { editor } = jupyterapp.shell.currentWidget.content;
          return editor.getLine(editor.getCursorPosition().line).startsWith("  在职人员: ");
        }"""
    )


def test_an_item_is_renamed_in_the_lab(params_file: Any) -> None:
    beside(params_file, "  热线")
    line = params_file.locator(".cm-line", has_text="热线办: 2")
    line.click(button="right", position={"x": 95, "y": 8})
    params_file.locator(".lm-Menu-item[data-command='lsp:rename-symbol']").click()
    params_file.locator(".jp-Dialog input").fill("热线班")
    params_file.keyboard.press("Enter")
    params_file.locator(".cm-line", has_text="热线班: 2").wait_for()
    source = params_file.evaluate(
        "jupyterapp.shell.currentWidget.content.editor.model.sharedModel.getSource()"
    )
    assert "人员.编外人员.聘用.热线班 | 数字" in source
