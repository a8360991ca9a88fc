"""What an interactive notebook shows where a run stopped.

JupyterLab leaves the reader at the last cell and VS Code leaves what the run before showed,
so the cell that failed is brought into view and what stands below it is greyed.
"""

from __future__ import annotations

import os
from typing import Any

from govnb.report.bundle import bundle
from govnb.report.style import dress

TEXT = (
    "运行到这一格停下了，原因见上。下面各格没有重新运行：还显示着的（灰色）是上一次的结果，不能用。"
    "改正以后，选菜单“运行 → 重启内核并运行所有单元格”。"
)
# Both hosts run a script of an output they trust; a published page has neither.
_SCRIPT = """<script>
(() => {
  const cell = document.currentScript.closest('.jp-Cell, .cell_container');
  if (!cell) return;
  const show = () => cell.scrollIntoView({block: 'center'});
  const top = cell.getBoundingClientRect().top;
  const outputs = '.jp-Cell .jp-OutputArea-child, .cell_container .output';
  for (const other of document.querySelectorAll(outputs))
    if (!cell.contains(other) && other.getBoundingClientRect().top > top)
      other.classList.add('gv-stale');
  show();
  for (const wait of [200, 800]) setTimeout(show, wait);
})();
</script>"""


class Stopped:
    """A sentence below an error, and the script that leads to it."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        # The title's cell brings the style sheet, and it may be the one that failed.
        page = f'{dress()}<p class="gv-verdict gv-error gv-stopped" role="alert">{TEXT}</p>'
        return bundle(page + _SCRIPT, TEXT, {"type": "stopped"})


def mark_failures() -> None:
    """Have every failing cell say so, in a notebook that somebody is looking at.

    papermill and nbclient stop and say where by themselves.
    """
    from IPython import get_ipython

    shell = get_ipython()
    looked_at = "JPY_SESSION_NAME" in os.environ or "VSCODE_PID" in os.environ
    if shell is None or not looked_at or _after in shell.events.callbacks["post_run_cell"]:
        return
    shell.events.register("post_run_cell", _after)


def _after(result: Any) -> None:
    from IPython.display import display

    if not result.success:
        display(Stopped())
