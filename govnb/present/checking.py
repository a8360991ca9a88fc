"""One department's file, checked as far as a report needs it."""

from __future__ import annotations

from pathlib import Path

from govnb.inputs.place import FaultsError
from govnb.inputs.read import load
from govnb.present.workbook import Workbook
from govnb.rubric.load import rubric_of


def check_department(file: Path, params_dir: Path | None) -> None:
    """Read a department's file and all that its report is made with.

    Raises
    ------
    FaultsError
        With everything wrong in any of it.
    """
    inputs = load(file, params_dir, note=True)
    try:
        # The rubric and the checks are files too, read when they are first used.
        _ = Workbook(inputs).review
    except FaultsError as error:
        try:
            rubric_of(inputs)
        except FaultsError as other:
            raise FaultsError([*error.faults, *other.faults]) from None
        raise
