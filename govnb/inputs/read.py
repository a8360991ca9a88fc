"""Files → checked inputs, or every fault at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from govnb.inputs.department import Department
from govnb.inputs.district import YearFile
from govnb.inputs.place import Fault, FaultsError, Place
from govnb.inputs.rules import BaseDataForm, Book
from govnb.inputs.suggest import did_you_mean
from govnb.inputs.yaml_text import Mapping, Sequence, read_yaml

T = TypeVar("T")


@dataclass(frozen=True)
class Inputs:
    """All that is read for one department and year, each value with its place.

    Attributes
    ----------
    name : str
        The department's identifier: its file's name without `.yml`.
    department, year : Department, YearFile
        The two parameter files.
    book : dict of str to FigureRule
        The formula book, by figure name.
    book_at : dict of str to Place
        Where each figure's name stands in the book.
    form : BaseDataForm
        The base-data form.
    params_dir : Path
        The folder all of these came from.
    """

    name: str
    department: Department
    year: YearFile
    book: Book
    book_at: dict[str, Place]
    form: BaseDataForm
    params_dir: Path
    department_at: Place


def label_of(path: Path, params_dir: Path) -> str:
    """Return the name a file goes by in messages: from the parameter folder's parent.

    So an origin reads the same wherever the command was run; a file elsewhere keeps
    the name it was given.
    """
    try:
        return (Path(params_dir.name) / path.resolve().relative_to(params_dir.resolve())).as_posix()
    except ValueError:
        return path.as_posix()


def load(path: Path, params_dir: Path | None = None) -> Inputs:
    """Read one department's file with its year file and the district's rules.

    Parameters
    ----------
    path
        The department's file, usually `params/YEAR/DEPARTMENT.yml`.
    params_dir
        The folder with `rules/` and the year folders; by default the one the file is in.

    Raises
    ------
    FaultsError
        With every fault of every file read.
    """
    params = params_dir or _params_of(path)
    collect = _Collect(params)
    department = collect.read(path, Department)
    year_path = path.parent / "_year.yml"
    if not year_path.exists() and department is not None:
        year_path = params / str(department.year.value) / "_year.yml"
        if not year_path.exists():
            message = f"没有 {department.year.value} 年的年度文件 {label_of(year_path, params)}"
            hint = f"检查“年度”；已有：{'、'.join(_years(params)) or '无'}"
            collect.faults.append(Fault(department.year.place, message, hint))
    year = collect.read(year_path, YearFile) if year_path.exists() else None
    book = collect.read(params / "rules" / "figures.yml", Book)
    form = collect.read(params / "rules" / "base-data.yml", BaseDataForm)
    if department and year and department.year.value != year.year.value:
        message = f"年度 {department.year.value} 与年度文件的 {year.year.value} 不同"
        collect.faults.append(
            Fault(department.year.place, message, "改年度，或把文件移到对应年份的文件夹")
        )
    if collect.faults or not (department and year and book is not None and form):
        raise FaultsError(collect.faults)
    return Inputs(
        name=path.stem,
        department=department,
        year=year,
        book=book,
        book_at=collect.keys_at[params / "rules" / "figures.yml"],
        form=form,
        params_dir=params,
        department_at=Place(label_of(path, params)),
    )


def department_path(year: int | str, department: str, params_dir: Path) -> Path:
    """Return the path of a department's file, refusing names that leave the tree.

    Raises
    ------
    FaultsError
        If the year or the department does not exist, with the nearest that does.
    """
    folder = params_dir / str(year)
    label = Path(params_dir.name) / str(year)
    if str(year) not in _years(params_dir):
        hint = (
            did_you_mean(str(year), _years(params_dir))
            or f"已有：{'、'.join(_years(params_dir)) or '无'}"
        )
        raise FaultsError([Fault(Place(label.as_posix()), f"没有年度“{year}”的文件夹", hint)])
    known = departments(year, params_dir)
    if department not in known:
        hint = did_you_mean(department, known) or f"已有：{'、'.join(known) or '无'}"
        place = Place((label / f"{department}.yml").as_posix())
        raise FaultsError([Fault(place, f"{year} 年没有部门“{department}”", hint)])
    return folder / f"{department}.yml"


def new_path(year: int, department: str, params_dir: Path) -> Path:
    """Return where a new department's file goes.

    Raises
    ------
    FaultsError
        If the name can't be a file's name or the file exists already.
    """
    path = params_dir / str(year) / f"{department}.yml"
    place = Place(label_of(path, params_dir))
    if not department or set(department) & set('/\\:*?"<>|') or department[0] in "._":
        hint = "用预算编码或拼音，如 junshan-zwfw"
        raise FaultsError([Fault(place, f"“{department}”不能作部门代码", hint)])
    if path.exists():
        raise FaultsError([Fault(place, "文件已经有了", "直接修改它，或换一个代码")])
    return path


def departments(year: int | str, params_dir: Path) -> list[str]:
    """Return the identifiers of the departments that have a file that year, sorted."""
    folder = params_dir / str(year)
    return sorted(p.stem for p in folder.glob("*.yml") if not p.name.startswith(("_", ".")))


def _years(params_dir: Path) -> list[str]:
    return sorted(p.name for p in params_dir.glob("[0-9]*") if p.is_dir())


def _params_of(path: Path) -> Path:
    near = path.resolve().parent.parent
    return near if (near / "rules" / "figures.yml").exists() else Path("params")


class _Collect:
    """Reads files one after the other and keeps their faults."""

    def __init__(self, params_dir: Path) -> None:
        self.params_dir = params_dir
        self.faults: list[Fault] = []
        self.keys_at: dict[Path, dict[str, Place]] = {}

    def read(self, path: Path, model: type[T]) -> T | None:
        try:
            tree = read_yaml(path, label_of(path, self.params_dir))
            self.keys_at[path] = tree.keys_at
            return validate(tree, model)
        except FaultsError as error:
            self.faults.extend(error.faults)
            return None


def validate(tree: Mapping, model: type[T]) -> T:
    """Check a placed tree against a model.

    Raises
    ------
    FaultsError
        With one fault for each thing wrong, at its place.
    """
    try:
        return TypeAdapter(model).validate_python(tree)
    except ValidationError as error:
        raise FaultsError(
            _fault(tree, detail, model) for detail in error.errors(include_url=False)
        ) from None


def _fault(tree: Mapping, detail: Any, model: Any) -> Fault:
    kind, loc, context = detail["type"], detail["loc"], detail.get("ctx", {})
    place, parent = _locate(tree, loc)
    last = str(loc[-1]) if loc else ""
    if kind == "extra_forbidden":
        known = _known_keys(model, loc[:-1])
        return Fault(
            _key_place(parent, last, place),
            f"不认识“{last}”",
            did_you_mean(last, known) or f"可用：{'、'.join(known)}",
        )
    if kind == "missing":
        return Fault(place, f"缺少“{last}”", f"补上一行“{last}: …”")
    if kind == "govnb":
        if loc and str(loc[-1]) == "[key]":
            place = _key_place(parent, str(loc[-2]), place)
        return Fault(place, str(detail["msg"]), str(context.get("hint", "")))
    shape = {
        "model_type": "这里应是若干行“名称: 值”",
        "dict_type": "这里应是若干行“名称: 值”",
        "list_type": "这里应是一个列表，每行以“- ”开头",
    }
    return Fault(place, shape.get(kind, f"填写有误：{detail['msg']}"), "照 govnb new 生成的样子写")


def _locate(tree: Any, loc: tuple[int | str, ...]) -> tuple[Place, Any]:
    """Return the place of the deepest node on the path, and the container it stands in."""
    node, parent = tree, tree
    for step in loc:
        if isinstance(node, Mapping) and step in node:
            node, parent = node[str(step)], node
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node):
            node, parent = node[step], node
    return node.place, parent


def _key_place(parent: Any, key: str, default: Place) -> Place:
    return parent.keys_at.get(key, default) if isinstance(parent, Mapping) else default


def _known_keys(model: Any, loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys allowed in the section at `loc`, for “did you mean”."""
    here: Any = model
    for step in loc:
        here = _inside(here, step)
    fields = _model_of(here)
    return [field.alias or name for name, field in fields.model_fields.items()] if fields else []


def _inside(annotation: Any, step: int | str) -> Any:
    model = _model_of(annotation)
    if model is not None:
        return next((f.annotation for f in model.model_fields.values() if f.alias == step), None)
    args = getattr(annotation, "__args__", ())
    return next((arg for arg in reversed(args) if _model_of(arg) or hasattr(arg, "__args__")), None)


def _model_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    args = [a for a in getattr(annotation, "__args__", ()) if a is not type(None)]
    if len(args) == 1:
        return _model_of(args[0])
    return None
