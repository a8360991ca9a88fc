"""A parameter file to begin from: blank, or last year's with this year's numbers to fill in."""

from __future__ import annotations

import re
import tempfile
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

from govnb.files import write_whole
from govnb.report.checking import check_department
from govnb.sheet.carry import Values, carry
from govnb.sheet.compute import compute
from govnb.sheet.department import Department
from govnb.sheet.figure import rounded
from govnb.sheet.read import department_path, label_of, load, new_path
from govnb.shipped import copy_rules, shipped
from govnb.text.faults import FaultsError, Place
from govnb.text.number import TO_FILL
from govnb.text.values import MONEY_UNIT, MONEY_UNITS
from govnb.text.yaml_faults import lines_of
from govnb.text.yaml_text import Mapping, parse_yaml, read_text

# What names something left out may be named by something else; a file has only so many.
_MOST_TURNS = 20


def create(
    year: int, department: str, params_dir: Path, from_year: int | None = None
) -> list[Path]:
    """Write a department's new file, and the year's own file when the year is new.

    Returns
    -------
    list of Path
        The files and folders written; none that exists is touched.

    Raises
    ------
    FaultsError
        If the department has a file already, can't bear that name, or has none to carry over.
    """
    written, target, text = begin(year, department, params_dir, from_year)
    write_whole(target, text.encode())
    return [*written, target]


def begin(
    year: int, department: str, params_dir: Path, from_year: int | None = None
) -> tuple[list[Path], Path, str]:
    """Write what a new file rests on; return that, where the file goes, and its text."""
    target = new_path(year, department, params_dir)
    source = department_path(from_year, department, params_dir) if from_year is not None else None
    if source is not None:
        label = label_of(source, params_dir)
        old = read_text(source, label)
        parse_yaml(old, label)
    written = copy_rules(params_dir)
    shared = target.parent / "_year.yml"
    if not shared.exists():
        written += _new_year(year, shared, params_dir, source)
    if source is None:
        text = blank_file(year, department, _accounts(shared))
    else:
        text = _carried_over(source, old, label, year, shared, params_dir)
    return written, target, text


def blank_file(year: int, department: str, accounts: dict[str, str]) -> str:
    """Return the commented parameter file of a department that has none yet."""
    text = files("govnb.sheet").joinpath("blank.yml").read_text(encoding="utf-8")
    filled = text.replace("｛年度｝", str(year)).replace("｛部门｝", department)
    filled = re.sub(r"｛(\d{3})：(.*?)｝", lambda m: accounts.get(m[1], m[2]), filled)
    return filled.replace("｛文件｝", f"params/{year}/{department}.yml")


def _carried_over(
    source: Path, old: str, label: str, year: int, shared: Path, params_dir: Path
) -> str:
    """Return last year's file as this year's, with nothing in it that `govnb check` refuses."""
    before = _accounts(source.parent / "_year.yml")
    now = _accounts(shared)
    renamed = {name: now[code] for code, name in before.items() if now.get(code, name) != name}
    carried = carry(old, year, Department, _values_of(source, params_dir), renamed)
    for _ in range(_MOST_TURNS):
        places = _faulty(carried.text(label), params_dir)
        if not places:
            break
        carried.mend(places, label)
    return carried.text(label)


def _faulty(text: str, params_dir: Path) -> list[Place]:
    """Return the places of what `govnb check` would refuse in a file."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.yml"
        draft.write_text(text, encoding="utf-8")
        try:
            check_department(draft, params_dir)
        except FaultsError as error:
            return [f.place for f in error.faults if f.place.file == draft.as_posix()]
    return []


def _values_of(source: Path, params_dir: Path) -> Values:
    """Return last year's values by name, as its file would say them."""
    try:
        inputs = load(source, params_dir, note=True)
        figures, _ = compute(inputs)
    except FaultsError:
        return lambda name: None
    factor = MONEY_UNITS[str(inputs.department.money_unit or inputs.year.money_unit)]

    def value(name: str) -> str | None:
        figure = figures.get(name)
        number = figure.number if figure is not None else None
        if figure is None or number is None:
            return None
        number = number / factor if figure.unit == MONEY_UNIT else number
        text = f"{rounded(number, 6):f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return f"{text}余" if figure.approximate else text

    return value


def _accounts(shared: Path) -> dict[str, str]:
    """Return a year's accounts by code; none where its file can't be read."""
    with suppress(FaultsError):
        found = parse_yaml(read_text(shared, str(shared)), str(shared), note=True).get("经济分类")
        if isinstance(found, Mapping):
            return {str(code): str(name) for code, name in found.items()}
    return {}


def _new_year(year: int, shared: Path, params_dir: Path, source: Path | None) -> list[Path]:
    """Write a new year's file after the nearest one: the district's own, or the shipped one.

    The district is only known where a department's own year is carried over.
    """
    installed = shipped("params")
    own = sorted(params_dir.glob("[0-9]*/_year.yml"))
    others = sorted(installed.glob("[0-9]*/_year.yml")) if installed else []
    if not (own or others):
        return []
    nearest = min(own or others, key=lambda path: abs(int(path.parent.name) - year))
    beside = source.parent / "_year.yml" if source else None
    if beside is not None and beside.exists():
        nearest = beside
    label = label_of(nearest, params_dir if own else nearest.parents[1])
    text = year_file(read_text(nearest, label), label, year)
    ruling = _ruling(year, [nearest, *own, *others])
    if _accounts(ruling) != _accounts(nearest):
        text = _with_accounts(text, _accounts(ruling))
    if nearest != beside:
        text = re.sub(r"(?m)^地区:.*$", f"地区: {TO_FILL}", text)
    write_whole(shared, text.encode())
    return [shared]


def _ruling(year: int, candidates: list[Path]) -> Path:
    """Return the year file whose accounts were in force in a year: the latest up to it."""
    until = [path for path in candidates if int(path.parent.name) <= year]
    # The first of equals: the district's own.
    return (
        max(until, key=lambda path: int(path.parent.name))
        if until
        else min(candidates, key=lambda path: int(path.parent.name))
    )


def _with_accounts(text: str, accounts: dict[str, str]) -> str:
    lines = "".join(f'  "{code}": {name}\n' for code, name in accounts.items())
    return re.sub(
        r"(?m)^((?:#.*\n)*)经济分类:[^\n]*\n(?:[ \t#][^\n]*\n|\n)*",
        f"# 支出经济分类科目（类级），照这一年通行的科目表。\n经济分类:\n{lines}",
        text,
    )


def year_file(text: str, label: str, year: int) -> str:
    """Return another year's `_year.yml` as this year's; accounts and rubric are to be checked.

    Raises
    ------
    FaultsError
        If it can't be read.
    """
    stated = parse_yaml(text, label)["年度"]
    other = stated.removesuffix("年")
    lines = lines_of(text.removeprefix("\ufeff").rstrip("\r\n"))
    for number, line in enumerate(lines):
        if line.lstrip().startswith("#") and other in line:
            mark, _, said = line.partition("#")
            # What the year is called may change with it; what is said of a year may not.
            lines[number] = (
                f"{mark}# {year} 年度{said.partition('年度')[2]}"
                if re.match(rf"\s*{other}\s*年度", said)
                else f"{mark}# （{other} 年的说明，请核对）{said.strip()}"
            )
    lines[stated.place.line - 1] = f"年度: {year}"
    head = f"# 由 {label} 延续而来：请核对地区、指标体系和经济分类科目是否有变。"
    return "\n".join([lines[0], head, *lines[1:]]) + "\n"
