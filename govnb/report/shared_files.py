"""The files a district shares, told apart from departments' by where they stand."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from govnb.review.rules import RULE_FILES, rules_of, unusable
from govnb.rubric.file import Rubric
from govnb.rubric.load import check_names, load_rubric
from govnb.sheet.compute import compute
from govnb.sheet.department import Department
from govnb.sheet.read import Inputs, label_of, wrong_years, year_folder
from govnb.sheet.rules import BaseDataForm, Book, YearFile
from govnb.text.faults import Fault, FaultsError, Place
from govnb.text.validation import validate
from govnb.text.yaml_text import parse_yaml, read_text, read_yaml

_ITEMS = re.compile(r"^指标:", re.MULTILINE)


def is_shared(path: Path) -> bool:
    """Tell whether a file is a year file, a rule file or a rubric rather than a department's."""
    in_rules = _folder(path).name in ("rules", "imports")
    return path.name == "_year.yml" or in_rules or is_rubric(path)


def is_rubric(path: Path) -> bool:
    """Tell whether a file is a rubric, in its folder or elsewhere."""
    if _folder(path).name == "rubrics":
        return True
    try:
        return _ITEMS.search(read_text(path, path.as_posix())) is not None
    except FaultsError:
        return False


def params_of(path: Path) -> Path:
    """Return the parameter folder a shared file belongs to; a rubric may lie anywhere."""
    near = _folder(path).parent
    return near if near.joinpath("rules").is_dir() or not is_rubric(path) else Path("params")


def check_shared(path: Path, params_dir: Path) -> None:
    """Read one shared file by itself.

    Parameters
    ----------
    path
        The file.
    params_dir
        The parameter folder.

    Raises
    ------
    FaultsError
        With everything wrong in it.
    """
    if is_rubric(path):
        load_rubric(str(path), params_dir, partial(names_at_large, params_dir=params_dir))
        return
    if path.stem in RULE_FILES:
        _check_rules(path, params_dir)
        return
    # A department's file is checked without the models of all others.
    from govnb.report.schema import SCHEMAS

    is_import, is_year = _folder(path).name == "imports", path.name == "_year.yml"
    kind = "imports" if is_import else "year" if is_year else path.stem
    model, _ = SCHEMAS.get(kind, SCHEMAS["figures"])
    faults, found = list[Fault](), validate(read_yaml(path, label_of(path, params_dir)), model)
    if is_year:
        faults = wrong_years([found.year], year_folder(path, params_dir))
    elif is_import:
        # What reads workbooks takes as long to import as all the rest.
        from govnb.excel.changes import unknown_names

        book = validate(read_yaml(params_dir / "rules" / "figures.yml"), Book)
        faults = list(unknown_names(found, book))
    if faults:
        raise FaultsError(faults)


def names_at_large(rubric: Rubric, params_dir: Path) -> Iterator[Fault]:
    """Yield a fault for each name in a rubric's formulas that no department has."""
    try:
        inputs = blank_inputs(params_dir)
        yield from check_names(rubric, compute(inputs)[0], inputs.book)
    except FaultsError as error:
        yield from error.faults


def _check_rules(path: Path, params_dir: Path) -> None:
    """Read one of the review's files, and look for its names in what any department may have."""
    tree = read_yaml(path, label_of(path, params_dir), note=True)
    rules = rules_of(tree) if path.stem == "checks" else rules_of(None, tree)
    faults = list(rules.faults)
    if rules.checks:
        inputs = blank_inputs(params_dir)
        figures, _ = compute(inputs)
        faults += unusable(rules, inputs, figures)
    if faults:
        raise FaultsError(faults)


def blank_inputs(params_dir: Path) -> Inputs:
    """Return the inputs of a department that states nothing: what any department's would hold.

    Raises
    ------
    FaultsError
        With the faults of the district's formula book.
    """
    path = params_dir / "rules" / "figures.yml"
    tree = read_yaml(path, label_of(path, params_dir))
    department, year, form = (parse_yaml(text, "（空）") for text in _BLANK)
    return Inputs(
        name="blank",
        department=validate(department, Department),
        year=validate(year, YearFile),
        book=validate(tree, Book),
        book_at=tree.keys_at,
        form=validate(form, BaseDataForm),
        params_dir=params_dir,
        department_at=Place("（空）"),
    )


_BLANK = (
    "年度: 2016\n部门: {名称: （空）}\n",
    "年度: 2016\n地区: （空）\n金额单位: 万元\n经济分类: {}\n",
    "依据: （空）\n行: []\n",
)


def _folder(path: Path) -> Path:
    # realpath, unlike Path.resolve, has an answer for a link that points at itself.
    return Path(os.path.realpath(path)).parent
