"""One department end to end: run the notebook, render what was asked for.

Everything is rendered before anything is written, so a report that fails half-way leaves
the last good one as it was.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from govnb.batch.job import FORMATS, Job, checked_formats
from govnb.shipped import shipped
from govnb.text.faults import Fault, FaultsError, Place

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["FORMATS", "Job", "checked_formats", "execute", "find_notebook", "render"]


def produce(job: Job) -> dict[str, bytes]:
    """Return a job's outputs by extension: the executed notebook, the JSON, each format."""
    notebook = execute(job)
    # Without line breaks it takes a fifth of the time, and Jupyter opens it as well.
    text = json.dumps(notebook, ensure_ascii=False, sort_keys=True)
    rendered = {"ipynb": (text + "\n").encode()}
    for name in ("json", *job.formats):
        rendered[name] = render(notebook, name, job.with_figures)
    _sign(notebook)
    return rendered


def _sign(notebook: NotebookNode) -> None:
    """Tell Jupyter on this machine that the outputs are ours, so that it shows them whole.

    An account without a place for Jupyter's list of signatures does without.
    """
    from nbformat.sign import NotebookNotary

    with suppress(OSError, sqlite3.Error):
        notary = NotebookNotary()
        notary.sign(notebook)
        notary.store.close()


def execute(job: Job) -> NotebookNode:
    """Return the executed notebook of a job."""
    from papermill import execute
    from papermill.engines import papermill_engines
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    from govnb.batch import engine

    name = job.engine or engine.DEFAULT
    source = str(find_notebook(job.notebook, job.params_dir))
    # papermill.execute_notebook, without writing the notebook anywhere: the caller writes
    # all of a report at once, or none of it.
    notebook = load_notebook_node(source)
    notebook = parameterize_notebook(notebook, job.parameters, engine_name=name)
    notebook = execute.prepare_notebook_metadata(notebook, source, None)
    notebook = execute.remove_error_markers(notebook)
    executed: NotebookNode = papermill_engines.execute_notebook_with_engine(
        name, notebook, kernel_name="python3", progress_bar=False, output_path=None
    )
    execute.raise_for_execution_errors(executed, None)
    return executed


def render(notebook: NotebookNode, name: str, with_figures: bool = False) -> bytes:
    """Return an executed notebook in one format, by the exporter registered for it."""
    output, _ = exporter(name, with_figures).from_notebook_node(notebook)
    return output if isinstance(output, bytes) else str(output).encode()


@cache
def exporter(name: str, with_figures: bool) -> Any:
    """Return the exporter of a format, made once: looking it up costs more than a page."""
    from nbconvert.exporters import get_exporter
    from traitlets.config import Config

    options = Config({"PaperReport": {"with_figures": with_figures}})
    return get_exporter(f"govnb_{name}")(config=options)


def find_notebook(name: str, params_dir: Path) -> Path:
    """Return a shipped notebook: here, beside the parameters, or where govnb is installed.

    Raises
    ------
    FaultsError
        If none of these has it.
    """
    installed = shipped("notebooks")
    places = [Path("notebooks"), params_dir.resolve().parent / "notebooks"]
    for folder in [*places, installed] if installed else places:
        if (folder / name).is_file():
            return folder / name
    raise FaultsError([Fault(Place(f"notebooks/{name}"), "找不到笔记本", "在仓库根目录下运行")])
