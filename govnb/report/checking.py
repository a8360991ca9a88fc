"""A file of the parameters, checked as far as a report needs it."""

from __future__ import annotations

import warnings
from pathlib import Path

from govnb.report.assessment import Assessment
from govnb.report.shared_files import check_shared, is_shared
from govnb.report.shared_files import params_of as params_of_shared
from govnb.rubric.load import rubric_of
from govnb.sheet.folder import is_readable, is_year, place_faults, year_files
from govnb.sheet.read import load, params_of
from govnb.text.faults import FaultsError
from govnb.text.yaml_text import read_text


def files_of(given: Path) -> list[Path]:
    """Return the files to check: the one given, or all of a year's folder."""
    return year_files(given) if is_year(given) else [given]


def check_file(file: Path, params_dir: Path | None) -> None:
    """Read a department's file, or one that a district shares, and what goes with it.

    Raises
    ------
    FaultsError
        With everything wrong, where the file stands and what it is called included.
    """
    if is_shared(file):
        check_shared(file, params_dir or params_of_shared(file))
        return
    faults = place_faults(file, params_dir or params_of(file))
    if not faults or is_readable(file):
        try:
            check_department(file, params_dir)
        except FaultsError as error:
            faults += error.faults
    if faults:
        raise FaultsError(faults)


def imports_since(file: Path, params_dir: Path | None) -> list[str]:
    """Return what has happened to a file since workbooks were imported; nothing without any."""
    if is_shared(file):
        return []
    try:
        # Few files have any, and reading one takes a while.
        if "来源文件" not in read_text(file, str(file)):
            return []
        with warnings.catch_warnings():
            # The check has told what it read otherwise than typed.
            warnings.simplefilter("ignore")
            inputs = load(file, params_dir)
    except FaultsError:
        return []
    # What reads workbooks takes as long to import as all the rest.
    from govnb.excel.changes import notes

    unit = str(inputs.department.money_unit or inputs.year.money_unit)
    label = inputs.department_at.file
    return list(notes(file, read_text(file, label), label, unit))


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
        _ = Assessment(inputs).review
    except FaultsError as error:
        try:
            rubric_of(inputs)
        except FaultsError as other:
            raise FaultsError([*error.faults, *other.faults]) from None
        raise
