"""A report of a made-up department, made and thrown away before the first real one.

Faces read, rules parsed, templates compiled, characters outlined: what the first report
of a process finds out and remembers, the workers forked afterwards know from the start.
"""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

# How many departments to learn characters from: the second finds little new.
_TIMES = 2
# The PDF whole, of the Word file its pictures.
_TYPESET = ("pdf", "docx")


def rehearse(params_dir: Path, formats: Iterable[str]) -> None:
    """Make reports with a district's rules; whatever fails here will say so in earnest later."""
    with suppress(Exception), tempfile.TemporaryDirectory(prefix="govnb-") as folder:
        for number in range(_TIMES):
            _one(params_dir, Path(folder), number, ["json", *formats])


def _one(params_dir: Path, folder: Path, number: int, formats: Iterable[str]) -> None:
    import nbformat

    from govnb.papers import typesetting
    from govnb.present.workbook import Workbook
    from govnb.publish.run import exporter, render
    from govnb.publish.sample.department import department
    from govnb.publish.sample.make import YEAR, dump, year_file
    from govnb.sheet.read import load

    (folder / "_year.yml").write_text(dump(year_file()), encoding="utf-8")
    path = folder / "sample.yml"
    path.write_text(dump(department(number, YEAR, 0)), encoding="utf-8")
    workbook = Workbook(load(path, params_dir))
    cells = []
    for shown in _everything(workbook):
        with suppress(Exception):
            data = shown._repr_mimebundle_()
            output = nbformat.v4.new_output("execute_result", data=data)
            cells.append(nbformat.v4.new_code_cell("", outputs=[output]))
    notebook = nbformat.v4.new_notebook(cells=cells)
    for name in formats:
        with suppress(Exception):
            if name in _TYPESET:
                # Typesetting starts threads, and a worker forked afterwards would wait for
                # them for ever; what it reads can be read.
                exporter(name, False)
                typesetting.ready()
            else:
                render(notebook, name)


def _everything(workbook: Any) -> Iterator[Any]:
    """Yield all a workbook can show: its tables, charts and sentences, and its other parts."""
    from govnb.present.charts import CHARTS
    from govnb.present.standard_tables import TABLES
    from govnb.present.workbook import SENTENCES

    asked: dict[str, Iterable[str]] = {
        "table": TABLES,
        "chart": CHARTS,
        "sentence": SENTENCES,
    }
    for method, names in asked.items():
        for name in names:
            with suppress(Exception):
                yield getattr(workbook, method)(name)
    for name, bound in inspect.getmembers(workbook, inspect.ismethod):
        parameters = inspect.signature(bound).parameters.values()
        if not name.startswith("_") and all(p.default is not p.empty for p in parameters):
            with suppress(Exception):
                yield bound()
