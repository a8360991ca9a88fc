"""The files a district shares, told apart from departments' by where they stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from govnb.inputs.check_rules import Checks
from govnb.inputs.district import YearFile
from govnb.inputs.read import label_of, validate
from govnb.inputs.rubric import load_rubric
from govnb.inputs.rules import BaseDataForm, Book
from govnb.inputs.yaml_text import read_yaml

_RULES: dict[str, Any] = {"figures": Book, "base-data": BaseDataForm, "checks": Checks}


def is_shared(path: Path) -> bool:
    """Tell whether a file is a year file, a rule file or a rubric rather than a department's."""
    return path.name == "_year.yml" or path.resolve().parent.name in {"rules", "rubrics"}


def check_shared(path: Path, params_dir: Path) -> None:
    """Read one shared file by itself.

    Raises
    ------
    FaultsError
        With everything wrong in it.
    """
    if path.resolve().parent.name == "rubrics":
        load_rubric(str(path), params_dir)
        return
    model = YearFile if path.name == "_year.yml" else _RULES.get(path.stem, Book)
    validate(read_yaml(path, label_of(path, params_dir)), model)
