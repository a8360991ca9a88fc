"""The files a district shares, told apart from departments' by where they stand."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from govnb.inputs.check_rules import Checks
from govnb.inputs.district import YearFile
from govnb.inputs.place import FaultsError
from govnb.inputs.read import label_of, validate, year_folder, year_of_folder
from govnb.inputs.rubric import load_rubric
from govnb.inputs.rules import BaseDataForm, Book
from govnb.inputs.yaml_text import read_yaml

_RULES: dict[str, Any] = {"figures": Book, "base-data": BaseDataForm, "checks": Checks}


def is_shared(path: Path) -> bool:
    """Tell whether a file is a year file, a rule file or a rubric rather than a department's."""
    return path.name == "_year.yml" or _folder(path) in {"rules", "rubrics"}


def check_shared(path: Path, params_dir: Path) -> None:
    """Read one shared file by itself.

    Raises
    ------
    FaultsError
        With everything wrong in it.
    """
    if _folder(path) == "rubrics":
        load_rubric(str(path), params_dir)
        return
    tree = read_yaml(path, label_of(path, params_dir))
    if path.name == "_year.yml":
        folder = year_folder(path, params_dir)
        faults = year_of_folder(validate(tree, YearFile).year, folder) if folder else []
        if faults:
            raise FaultsError(faults)
        return
    validate(tree, _RULES.get(path.stem, Book))


def _folder(path: Path) -> str:
    # realpath, unlike Path.resolve, has an answer for a link that points at itself.
    return os.path.basename(os.path.dirname(os.path.realpath(path)))
