"""Files → checked inputs, or every fault at once."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from govnb.sheet.department import Department
from govnb.sheet.folder import (
    YEAR_FILE,
    departments,
    made_name_fault,
    name_fault,
    plain,
    registers_of,
    unread_files,
)
from govnb.sheet.rules import BaseDataForm, Book, YearFile
from govnb.text.faults import Fault, FaultsError, Place, did_you_mean
from govnb.text.validation import Gaps, validate_leniently
from govnb.text.validation import validate as validate
from govnb.text.values import MONEY_UNIT, UNKNOWN, Amount
from govnb.text.yaml_text import Mapping, Scalar, mapping, read_yaml, scalar

T = TypeVar("T")


@dataclass(frozen=True)
class Inputs:
    """All that is read for one department and year, each value with its place."""

    name: str  # the department's identifier: its file's name without `.yml`
    department: Department
    year: YearFile
    book: Book  # the formulas, by figure name
    book_at: dict[str, Place]  # where each of those names stands
    form: BaseDataForm
    params_dir: Path
    department_at: Place
    # What is wrong in the files; the faulty values are then left out of all the above, and these
    # are the names that it left out.
    faults: tuple[Fault, ...] = ()
    gaps: Gaps = field(default_factory=Gaps)


def label_of(path: Path, params_dir: Path) -> str:
    """Return the name a file goes by in messages, wherever the command is run.

    It begins with the parameter folder; a file elsewhere keeps the name it was given.
    """
    # realpath, unlike Path.resolve, has an answer for a link that points at itself.
    whole = Path(os.path.realpath(path.parent), path.name)
    try:
        return (Path(params_dir.name) / whole.relative_to(os.path.realpath(params_dir))).as_posix()
    except ValueError:
        return path.as_posix()


def load(path: Path, params_dir: Path | None = None, *, note: bool = False) -> Inputs:
    """Read one department's file with its year file and the district's rules.

    All faults of all files are raised together. With `note` they are left on the inputs where
    the rest can still be checked, for :func:`govnb.sheet.compute.compute` to raise them
    together with its own.
    """
    params = params_dir or params_of(path)
    folder, rules = year_folder(path, params), params / "rules"
    faults: list[Fault] = []
    gaps: list[str] = []
    places: dict[Path, dict[str, Place]] = {}

    def read(file: Path, model: type[T]) -> T | None:
        label = label_of(file, params)
        try:
            tree = read_yaml(file, label, note=True)
        except FaultsError as error:
            faults.extend(error.faults)
            return None
        if model is Department and registers_of(file):
            from govnb.sheet.registers import add_sections

            faults.extend(add_sections(tree, file, label, params))
        stand_ins = _stand_ins(label, folder) if model in (Department, YearFile) else None
        found = validate_leniently(tree, model, stand_ins)
        faults.extend(found.faults)
        gaps.extend(found.gaps.names)
        places[file] = tree.keys_at
        return found.value

    department = read(path, Department)
    year_path, lacking = _year_file(path, params, folder, department)
    faults += lacking
    year = read(year_path, YearFile) if year_path.exists() else None
    book = read(book_path := rules / "figures.yml", Book)
    form = read(rules / "base-data.yml", BaseDataForm)
    faults += wrong_years([file.year for file in (department, year) if file], folder)
    if not (department and year and book is not None and form) or (faults and not note):
        raise FaultsError(faults)
    return Inputs(
        path.stem, department, year, book, places[book_path], form, params,
        Place(label_of(path, params)), tuple(faults), Gaps(gaps),
    )  # fmt: skip


def year_folder(path: Path, params_dir: Path) -> str:
    """Return the year whose folder of the parameters a file stands in, or an empty text."""
    folder = Path(os.path.abspath(path)).parent
    is_inside = os.path.realpath(folder.parent) == os.path.realpath(params_dir)
    return folder.name if is_inside and re.fullmatch(r"[0-9]{4}", folder.name) else ""


def _year_file(
    path: Path, params: Path, folder: str, department: Department | None
) -> tuple[Path, list[Fault]]:
    """Return the year file of a department's file, or of a draft's declared year, and its lack."""
    beside = path.parent / YEAR_FILE
    if beside.exists() or not (folder or department):
        return beside, []
    year = folder or str(department.year.value if department else "")
    found = params / year / YEAR_FILE
    if found.exists():
        return found, []
    label = label_of(found, params)
    hint = f"检查“年度”；已有：{'、'.join(_years(params)) or '无'}"
    hint = f"用 govnb new {folder} 新建部门时会照最近的一年建好" if folder else hint
    place = department.year.place if department and not folder else Place(label)
    return found, [Fault(place, f"没有 {year} 年的年度文件 {label}", hint)]


def wrong_years(stated: Sequence[Amount], folder: str) -> list[Fault]:
    """Return a fault for each declared year that isn't the folder's or the other file's."""
    move = "或把文件移到对应年份的文件夹"
    if not folder and len({year.value for year in stated}) > 1:
        message = f"年度 {stated[0].value} 与年度文件的 {stated[1].value} 不同"
        return [Fault(stated[0].place, message, f"改年度，{move}")]
    wrong = [year for year in stated if folder and str(year.value) != folder]
    message = f"年度 {{}} 与所在的文件夹 {folder} 不同"
    return [Fault(y.place, message.format(y.value), f"改为 {folder}，{move}") for y in wrong]


def department_path(year: int | str, department: str, params_dir: Path) -> Path:
    """Return the path of a department's file; raise if there is none, with the nearest one."""
    label = f"{params_dir.name}/{year}"
    file = f"{label}/{department}.yml"
    if str(year) not in _years(params_dir):
        hint = f"已有：{'、'.join(_years(params_dir)) or '无'}"
        raise FaultsError.of(label, f"没有年度“{year}”的文件夹", hint)
    known = departments(year, params_dir)
    if department not in known:
        # A file that nearly is its own says why it isn't read.
        named = re.compile(rf"\W*{re.escape(department)}(?!\w)", re.IGNORECASE)
        unread = unread_files(year, params_dir)
        if department and (near := [u for u in unread if named.match(Path(u.file).name)]):
            raise FaultsError(u.fault() for u in near)
        hint = did_you_mean(department, known, "已有")
        raise FaultsError.of(file, f"{year} 年没有部门“{department}”", hint)
    if told := name_fault(department):
        raise FaultsError.of(file, told[0], f"改文件名：{told[1]}")
    return params_dir / str(year) / f"{department}.yml"


def new_path(year: int, department: str, params_dir: Path) -> Path:
    """Return where a new department's file goes; raise if it can't be there, or is already."""
    path = params_dir / str(year) / f"{department}.yml"
    told = made_name_fault(department)
    others = departments(year, params_dir)
    twin = next((d for d in others if d.casefold() == department.casefold()), department)
    if twin != department:
        told = told or (f"已经有 {twin}.yml，只有大小写不同", "直接修改它，或换一个代码")
    elif path.exists():
        told = told or ("文件已经有了", "直接修改它，或换一个代码")
    if told:
        raise FaultsError.of(plain(label_of(path, params_dir)), *told)
    return path


def _years(params_dir: Path) -> list[str]:
    return sorted(p.name for p in params_dir.glob("[0-9]*") if p.is_dir())


def params_of(path: Path) -> Path:
    """Return the parameter folder a file stands in, or the one of the working directory."""
    above = Path(os.path.realpath(path)).parents
    return next((up for up in above if (up / "rules" / "figures.yml").exists()), Path("params"))


def _stand_ins(label: str, folder: str) -> dict[str, Mapping | Scalar]:
    """Return what stands in for what a department's or a year's file can't do without.

    With them the rest of the file can still be checked.
    """
    place = Place(label)
    name = mapping({"名称": scalar(UNKNOWN, place)}, place)
    stated = {"年度": folder or "2016", "地区": UNKNOWN, "金额单位": MONEY_UNIT}
    return {"部门": name} | {key: scalar(text, place) for key, text in stated.items()}
