"""One department end to end: run the notebook, render what was asked for, write it whole.

Everything is rendered before anything is written, so a report that fails half-way leaves
the last good one as it was.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import get_exporter
from nbformat import NotebookNode

from govnb.inputs.files import write_whole
from govnb.inputs.place import Fault, FaultsError, Place

FORMATS = ("html", "pdf", "docx")


@dataclass(frozen=True)
class Job:
    """What to run: one department's year, and how its report is to come out."""

    year: int
    department: str
    params_dir: Path = Path("params")
    outputs_dir: Path = Path("outputs")
    formats: tuple[str, ...] = ("html", "pdf")
    edition: str = "review"
    overrides: Mapping[str, str] = field(default_factory=dict)
    engine: str | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """The notebook's parameters; the runner writes the files, so outputs_dir is empty."""
        return {
            "year": self.year,
            "department": self.department,
            "params_dir": self.params_dir.as_posix(),
            "outputs_dir": "",
            "edition": self.edition,
            "overrides": dict(self.overrides),
        }

    def output(self, extension: str) -> Path:
        """Return the file an output goes to; a 试算 never takes the report's place."""
        trial = "-试算" if self.overrides else ""
        return self.outputs_dir / str(self.year) / f"{self.department}{trial}.{extension}"


def run(job: Job) -> list[Path]:
    """Run a department's notebook and write its outputs.

    Returns
    -------
    list of Path
        The files written: the executed notebook, the JSON result and each format.

    Raises
    ------
    FaultsError
        If the department's files can't be used or a format can't be made.
    papermill.PapermillExecutionError
        If a cell of the notebook fails.
    """
    notebook = execute(job)
    rendered = {"ipynb": (nbformat.writes(notebook) + "\n").encode()}
    for name in ("json", *job.formats):
        rendered[name] = render(notebook, name)
    written = []
    for extension, data in rendered.items():
        write_whole(job.output(extension), data)
        written.append(job.output(extension))
    return written


def execute(job: Job) -> NotebookNode:
    """Return the executed notebook of a job."""
    import papermill

    source = find_notebook("department.ipynb", job.params_dir)
    with tempfile.TemporaryDirectory(prefix="govnb-") as folder:
        target = Path(folder) / source.name
        executed: NotebookNode = papermill.execute_notebook(
            str(source),
            str(target),
            parameters=job.parameters,
            engine_name=job.engine,
            kernel_name="python3",
            progress_bar=False,
            request_save_on_cell_execute=False,
        )
    return executed


def render(notebook: NotebookNode, name: str) -> bytes:
    """Return an executed notebook in one format, by the exporter registered for it."""
    exporter = get_exporter(f"govnb-{name}")()
    output, _ = exporter.from_notebook_node(notebook)
    return output if isinstance(output, bytes) else str(output).encode()


def find_notebook(name: str, params_dir: Path) -> Path:
    """Return a shipped notebook: here, beside the parameters, or where govnb is installed from.

    Raises
    ------
    FaultsError
        If none of these has it.
    """
    here = Path(__file__).parents[2]
    for folder in (Path(), params_dir.resolve().parent, here):
        if (folder / "notebooks" / name).is_file():
            return folder / "notebooks" / name
    raise FaultsError([Fault(Place(f"notebooks/{name}"), "找不到笔记本", "在仓库根目录下运行")])


def checked_formats(text: str) -> tuple[str, ...]:
    """Return the formats in `html,pdf`, refusing what isn't one.

    Raises
    ------
    ValueError
        Naming the formats there are.
    """
    names: Sequence[str] = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise ValueError(f"没有“{'、'.join(unknown) or text}”这种格式；可用：{'、'.join(FORMATS)}")
    return tuple(dict.fromkeys(names))
