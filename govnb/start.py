"""The start page: choose a department and press a button, in JupyterLab or VS Code.

Each button runs the command a terminal would run and shows what it says, so that the page
can do nothing that can't be written down, and both say the same.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote

import ipywidgets as widgets
from IPython.core.getipython import get_ipython
from IPython.display import display

from govnb.files import find_upward
from govnb.report.assessment import Assessment
from govnb.report.checking import check_file
from govnb.report.reports import open_findings
from govnb.sheet.folder import departments, is_year
from govnb.sheet.read import department_path, load
from govnb.text.faults import FaultsError

_COMMAND = (sys.executable, "-c", "from govnb.cli import main; main()")
# A place in a file: what a fault says, and what can be opened.
_PLACE = re.compile(
    r"(?P<file>(?:params|outputs)/[^:：\n]+?\.(?:yml|html)|[\w./\-（）]+\.(?:yml|html))"
    r"(?P<at>:\d+(?::\d+)?)?"
)
_NAME = re.compile(r"""^部门:(?:.*\n)?.*?名称: *["']?([^,}"'#\n]+)""", re.MULTILINE)


class StartPage:
    """What `notebooks/start.ipynb` shows."""

    def __init__(self, params_dir: str = "params", outputs_dir: str = "outputs") -> None:
        self.params = find_upward(params_dir)
        self.root = self.params.resolve().parent
        self.outputs = self.root / outputs_dir
        self.said = widgets.Output()
        self.state = widgets.HTML()
        self.year = widgets.Dropdown(description="年度")
        self.department = widgets.Dropdown(description="部门", layout={"width": "32em"})
        # Sent when left: of letters typed while a command runs, the last come after the click.
        self.name = widgets.Combobox(
            description="试算",
            placeholder="哪个数，如 三公经费.公务接待费.支出",
            layout={"width": "32em"},
            continuous_update=False,
        )
        self.value = widgets.Text(
            placeholder="改成多少", layout={"width": "10em"}, continuous_update=False
        )
        self.buttons = [
            self._button("检查", "参数文件有没有错误", self.check, "check"),
            self._button("生成", "算出报告：网页和 PDF", self.make, "cogs"),
            self._button("打开报告", "上次生成的报告", self.open, "file-text"),
            self._button("新建下一年", "以本年的文件为底稿", self.next_year, "plus"),
        ]
        self.trial = self._button(
            "试算", "只算不存：改一个数，看哪些跟着变", self.try_out, "calculator"
        )
        # When the last command had ended, by the browser's clock.
        self._ended = datetime.min.replace(tzinfo=UTC)
        self._fill(year=None)
        self.year.observe(lambda _: self._fill_departments(), "value")
        self.department.observe(lambda _: self._chosen(), "value")

    def _ipython_display_(self) -> None:
        rows = [
            widgets.HBox([self.year, self.department]),
            self.state,
            widgets.HBox(self.buttons),
            widgets.HBox([self.name, self.value, self.trial]),
            self.said,
        ]
        display(widgets.VBox(rows))

    def check(self) -> None:
        """Check the department's file."""
        self._run("check", "--", self._file)

    def make(self) -> None:
        """Make the report."""
        self._run("run", "--", self.year.value, self.department.value)

    def open(self) -> None:
        """Show the way to the report."""
        made = [
            path
            for kind in ("html", "pdf", "docx", "ipynb")
            if (path := self._output(kind)).exists()
        ]
        if not made:
            self._show("还没有报告：请先按“生成”。")
            return
        names = {".html": "网页", ".pdf": "PDF", ".docx": "Word", ".ipynb": "笔记本"}
        links = "　".join(self._link(path, names[path.suffix]) for path in made)
        self._show_html(f"<p>打开：{links}</p>")

    def next_year(self) -> None:
        """Make next year's file from this one's."""
        year = int(self.year.value)
        if self._run("new", "--from", year, "--", year + 1, self.department.value):
            said = self.said.outputs
            self._fill(year + 1, self.department.value)
            self.said.outputs = said

    def try_out(self) -> None:
        """Show what another value would change."""
        name, value = self.name.value.strip(), self.value.value.strip()
        if not name or not value:
            self._show("请先写改哪个数、改成多少。")
            return
        self._run("figures", "--set", f"{name}={value}", "--", self._file, name)

    @property
    def _file(self) -> Path:
        path = department_path(self.year.value, self.department.value, self.params)
        return path.resolve().relative_to(self.root)

    def _output(self, kind: str) -> Path:
        return self.outputs / str(self.year.value) / f"{self.department.value}.{kind}"

    def _fill(self, year: int | None, department: str | None = None) -> None:
        years = sorted(int(p.name) for p in self.params.glob("*") if is_year(p))
        years = [y for y in years if departments(y, self.params)]
        self.year.options = years
        # The year of the newest report, or the last.
        made = {y: at.stat().st_mtime for y in years if (at := self.outputs / str(y)).is_dir()}
        self.year.value = year or (max(made, key=made.__getitem__) if made else [None, *years][-1])
        self._fill_departments(department)

    def _fill_departments(self, department: str | None = None) -> None:
        department = department or self.department.value
        codes = departments(self.year.value, self.params) if self.year.value else []
        self.department.options = [(self._told(code), code) for code in codes]
        first = codes[0] if codes else None
        self.department.value = department if department in codes else first
        self._chosen()

    def _told(self, code: str) -> str:
        path = department_path(self.year.value, code, self.params)
        try:
            found = _NAME.search(path.read_text("utf-8-sig"))
        except (OSError, ValueError):
            found = None
        return f"{found[1].strip()}（{code}）" if found else code

    def _chosen(self) -> None:
        # Its `clear_output` comes back from the browser, after what was shown meanwhile.
        self.said.outputs = ()
        self._tell_state()

    def _tell_state(self) -> None:
        # A click meanwhile would be answered for what was chosen before.
        self._enable(False)
        try:
            self.state.value = self._state()
        finally:
            self._enable(self.department.value is not None)

    def _enable(self, able: bool) -> None:
        for button in (*self.buttons, self.trial):
            button.disabled = not able

    def _state(self) -> str:
        if self.department.value is None:
            return "还没有部门的参数文件：在终端里运行 govnb new 年度 部门代码。"
        try:
            path = self.root / self._file
            check_file(path, self.params)
            figures = Assessment(load(path, self.params)).figures
            self.name.options = [n for n, f in figures.items() if not f.derived]
            checked = "检查通过"
        except FaultsError as error:
            self.name.options = []
            checked = f"参数文件有 {len(error.faults)} 处错误，请按“检查”看"
        return f"<p>{escape(checked)}　{escape(self._last_run())}</p>"

    def _last_run(self) -> str:
        try:
            path = self._output("json")
            found = open_findings(json.loads(path.read_text("utf-8"))["review"])
            at = path.stat().st_mtime
            changed = (self.root / self._file).stat().st_mtime > at
        except (OSError, ValueError, LookupError, TypeError, AttributeError, FaultsError):
            return "还没有生成过报告"
        counts = [f"{severity}{count}处" for severity, count in found.items() if count]
        stale = "；以后参数文件有改动，请重新生成" if changed else ""
        when = datetime.fromtimestamp(at).strftime("%Y-%m-%d %H:%M")
        return f"上次生成：{when}，复核意见：{'，'.join(counts) or '没有'}{stale}"

    def _button(self, text: str, hint: str, do: Callable[[], object], icon: str) -> Any:
        button = widgets.Button(description=text, tooltip=hint, icon=icon)
        button.on_click(lambda _: self._pressed(do))
        return button

    def _pressed(self, do: Callable[[], object]) -> None:
        clicked, began = _clicked(), monotonic()
        if clicked < self._ended:  # Before the button looked disabled.
            return
        try:
            do()
            self._ended = clicked + timedelta(seconds=monotonic() - began)
        except FaultsError as error:
            # The file was renamed or removed since it was chosen.
            self._fill_departments()
            self._show(str(error))

    def _run(self, *words: object) -> bool:
        """Run a command and show what it said; tell whether all went well."""
        self._show("正在运行，请稍候……")
        self._enable(False)
        env = {**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1"}
        done = subprocess.run(
            [*_COMMAND, *map(str, words)], cwd=self.root, env=env, capture_output=True, text=True,
            encoding="utf-8",
        )  # fmt: skip
        self._show((done.stdout + done.stderr).strip())
        self._tell_state()
        return done.returncode == 0

    def _show(self, text: str) -> None:
        def opened(match: re.Match[str]) -> str:
            path = self.root / match["file"]
            return self._link(path, match[0]) if path.is_file() else match[0]

        self._show_html(
            f'<pre class="govnb-said">{_PLACE.sub(opened, escape(text, quote=False))}</pre>'
        )

    def _show_html(self, html: str) -> None:
        # The whole at once: clearing and writing apart flickers.
        self.said.outputs = (
            {"output_type": "display_data", "data": {"text/html": html}, "metadata": {}},
        )

    def _link(self, path: Path, text: str) -> str:
        """Return a link that a notebook's host opens: relative to where the notebook stands."""
        relative = os.path.relpath(path, Path.cwd())
        return f'<a href="{quote(Path(relative).as_posix())}" target="_blank">{escape(text)}</a>'


def _clicked() -> datetime:
    """Return when the button was clicked, by the browser's clock: clicks wait while one runs."""
    kernel = getattr(get_ipython(), "kernel", None)
    parent: dict[str, Any] = kernel.get_parent("shell") if kernel else {}
    sent = parent.get("header", {}).get("date")
    return sent if isinstance(sent, datetime) else datetime.now(UTC)
