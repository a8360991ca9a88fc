"""Files checked as far as a report needs them."""

from __future__ import annotations

from pathlib import Path

from govnb.inputs.place import FaultsError
from govnb.inputs.read import label_of, load
from govnb.inputs.rubric import rubric_of
from govnb.inputs.validation import validate
from govnb.inputs.yaml_text import read_yaml
from govnb.present.workbook import Workbook
from govnb.review.rules import RULE_FILES, model_of


def check_department(file: Path, params_dir: Path | None) -> None:
    """Read a department's file and all that its report is made with.

    Raises
    ------
    FaultsError
        With everything wrong in any of it.
    """
    inputs = load(file, params_dir, note=True)
    try:
        # The rubric is a file too, read when it is first used.
        _ = Workbook(inputs).review
    except FaultsError as error:
        try:
            rubric_of(inputs)
        except FaultsError as other:
            raise FaultsError([*error.faults, *other.faults]) from None
        raise


def is_of_review(file: Path) -> bool:
    """Tell whether a file of the rules is one that the review reads."""
    return file.stem in RULE_FILES and file.resolve().parent.name == "rules"


def check_rule_file(file: Path, params_dir: Path) -> None:
    """Read one of the review's rule files by itself.

    Raises
    ------
    FaultsError
        With everything wrong in it.
    """
    validate(read_yaml(file, label_of(file, params_dir)), model_of(file.stem))
