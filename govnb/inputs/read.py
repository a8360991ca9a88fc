"""Files → checked inputs, or every fault at once."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, Tag, TypeAdapter, ValidationError

from govnb.inputs.check_rules import Checks
from govnb.inputs.department import Department
from govnb.inputs.district import YearFile
from govnb.inputs.ledger import Ledger
from govnb.inputs.place import MOST_FAULTS, Fault, FaultsError, Place
from govnb.inputs.rules import BaseDataForm, Book
from govnb.inputs.suggest import did_you_mean
from govnb.inputs.yaml_faults import colon_missing
from govnb.inputs.yaml_text import Mapping, Scalar, Sequence, read_yaml

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
    checks : Checks
        The review's rules, by their identifier; none if the district has no such file.
    checks_at : dict of str to Place
        Where each rule's identifier stands.
    """

    name: str
    department: Department
    year: YearFile
    book: Book
    book_at: dict[str, Place]
    form: BaseDataForm
    params_dir: Path
    department_at: Place
    checks: Checks = field(default_factory=dict)
    checks_at: dict[str, Place] = field(default_factory=dict)


def label_of(path: Path, params_dir: Path) -> str:
    """Return the name a file goes by in messages: from the parameter folder's parent.

    So an origin reads the same wherever the command was run; a file elsewhere keeps
    the name it was given.
    """
    # realpath, unlike Path.resolve, has an answer for a link that points at itself.
    whole, folder = Path(os.path.realpath(path)), os.path.realpath(params_dir)
    try:
        return (Path(params_dir.name) / whole.relative_to(folder)).as_posix()
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
    rules = params / "rules" / "checks.yml"
    checks = collect.read(rules, Checks) if rules.exists() else {}
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
        checks=checks or {},
        checks_at=collect.keys_at.get(rules, {}),
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
        hint = f"已有：{'、'.join(_years(params_dir)) or '无'}"
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
    near = Path(os.path.realpath(path)).parent.parent
    return near if (near / "rules" / "figures.yml").exists() else Path("params")


class _Collect:
    """Reads files one after the other and keeps their faults."""

    def __init__(self, params_dir: Path) -> None:
        self.params_dir = params_dir
        self.faults: list[Fault] = []
        self.keys_at: dict[Path, dict[str, Place]] = {}

    def read(self, path: Path, model: type[T]) -> T | None:
        try:
            tree = read_yaml(path, label_of(path, self.params_dir), note=True)
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
        With one fault for each thing wrong, at its place, those noted in reading included.
    """
    noted: list[Fault] = getattr(tree, "faults", [])
    try:
        value = TypeAdapter(model).validate_python(tree)
    except ValidationError as error:
        details = error.errors(include_url=False)[:MOST_FAULTS]
        found = [_fault(tree, detail, model) for detail in details]
        # What reading refused has left a gap in its place, which is no second fault.
        told = {fault.place for fault in noted}
        raise FaultsError([*noted, *(f for f in found if f.place not in told)]) from None
    if noted:
        raise FaultsError(noted)
    return value


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
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _untagged(tree, detail)
    if kind == "govnb":
        if loc and str(loc[-1]) == "[key]":
            place = _key_place(parent, str(loc[-2]), place)
        place = context.get("place", place)
        return Fault(place, str(detail["msg"]), str(context.get("hint", "")))
    return Fault(place, *_shape(kind, detail, context))


def _shape(kind: str, detail: Any, context: Any) -> tuple[str, str]:
    """Return message and hint for one kind of thing standing where another should."""
    given = detail["input"]
    if kind in ("list_type", "tuple_type"):
        return "这里应是一个列表，每行以“- ”开头", "另起一行，缩进两格，每项一行，写成“- 内容”"
    if kind in ("model_type", "dict_type"):
        if isinstance(given, Scalar) and re.search("[:：]", given):
            return colon_missing(given.lines[0] if given.lines else given)
        if str(context.get("class_name", "")).startswith("Ledger"):
            return "这里应是一个数，或若干行“名称: 值”", "写一个数，或写“合计: 值”和“明细:”各行"
        hint = "另起一行，缩进两格，每行写“名称: 值”；没有内容就删去这一项"
        return "这里应是若干行“名称: 值”", hint
    if kind == "too_short":
        return "这里还没有填，或填得不够", "照 govnb new 生成的样子写"
    return f"填写有误：{detail['msg']}", "照 govnb new 生成的样子写"


def _untagged(tree: Any, detail: Any) -> Fault:
    """Return the fault of an item whose 种类 is missing or unknown, or that has no rows at all."""
    loc, context = detail["loc"], detail.get("ctx", {})
    place, _ = _locate(tree, loc)
    if not isinstance(detail["input"], Mapping):
        return Fault(place, *_shape("dict_type", detail, context))
    if "tag" not in context:
        return Fault(place, "缺少“种类”", "补上一行“种类: …”")
    tag, known = str(context["tag"]), str(context["expected_tags"])
    kinds = [kind.strip("' ") for kind in known.split(",")]
    place, _ = _locate(tree, (*loc, "种类"))
    hint = did_you_mean(tag, kinds) or f"可用：{'、'.join(kinds)}"
    return Fault(place, f"没有“{tag}”这个种类", hint)


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
    ledger: type[BaseModel] | None = None
    for step in loc:
        above = _model_of(here)
        ledger = above if above is not None and issubclass(above, Ledger) else ledger
        here = _inside(here, step)
    # Parts of a ledger are ledgers; pydantic says so by a reference that can't be followed.
    fields = _model_of(here) or ledger
    return [field.alias or name for name, field in fields.model_fields.items()] if fields else []


def _inside(annotation: Any, step: int | str) -> Any:
    if get_origin(annotation) is list:
        return get_args(annotation)[0]
    model = _model_of(annotation) or _tagged(annotation, step)
    if model is not None and _is_tag(model, step):
        return model
    if model is not None:
        return next((f.annotation for f in model.model_fields.values() if f.alias == step), None)
    args = [arg for arg in getattr(annotation, "__args__", ()) if arg is not type(None)]
    if hasattr(annotation, "__metadata__") or (type(None) in getattr(annotation, "__args__", ())):
        # Annotated[…] and `… | None` add nothing to the path.
        return _inside(args[0], step) if len(args) == 1 else None
    # One of several kinds of section: the step is the tag that names the kind.
    tagged = (arg for arg in args if Tag(str(step)) in getattr(arg, "__metadata__", ()))
    several = (arg for arg in reversed(args) if _model_of(arg) or hasattr(arg, "__args__"))
    return next(tagged, None) or next(several, None)


def _tagged(annotation: Any, tag: int | str) -> type[BaseModel] | None:
    """Return the member of a tagged union that bears the tag."""
    members: tuple[Any, ...] = getattr(annotation, "__args__", ())
    if len(members) == 1:
        return _tagged(members[0], tag)
    models = (m for m in members if isinstance(m, type) and issubclass(m, BaseModel))
    return next((model for model in models if _is_tag(model, tag)), None)


def _is_tag(model: type[BaseModel], tag: int | str) -> bool:
    literals = [f.annotation for f in model.model_fields.values()]
    return any(get_origin(a) is Literal and tag in get_args(a) for a in literals)


def _model_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    args = [a for a in getattr(annotation, "__args__", ()) if a is not type(None)]
    if len(args) == 1:
        return _model_of(args[0])
    return None
