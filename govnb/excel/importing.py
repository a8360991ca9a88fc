"""`govnb import`: workbooks, official tables or filled-in forms, into a department's file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from govnb.excel.changes import Importer, Plan
from govnb.excel.filled import is_form, read_form
from govnb.excel.filling import Shared, plan_form
from govnb.excel.finding import departments_of, find
from govnb.excel.form import CODE, YEAR
from govnb.excel.maps import load_forms, plain
from govnb.excel.reading import Found
from govnb.excel.source import ENDINGS, Source, read, refused
from govnb.sheet.compute import compute
from govnb.sheet.figure import Figures
from govnb.sheet.folder import made_name_fault
from govnb.sheet.read import Inputs, label_of, load, validate
from govnb.sheet.rules import BaseDataForm, Book, YearFile
from govnb.text.faults import Fault, FaultsError, Place, Spot
from govnb.text.yaml_edit import plain as as_yaml
from govnb.text.yaml_text import Mapping as Section
from govnb.text.yaml_text import parse_yaml, read_text, read_yaml


@dataclass
class Import:
    """What workbooks bring to one department's file."""

    path: Path
    label: str
    plan: Plan
    found: Found
    sources: list[Source]
    # The file as it is; empty for one that is only begun.
    before: str = ""
    is_form: bool = False

    @property
    def names(self) -> set[str]:
        """The figures that were read."""
        return {change.reading.name for change in self.plan.changes}

    @property
    def faults(self) -> list[Fault]:
        """Everything wrong, in the workbook and against the file."""
        return [*self.found.faults, *self.plan.faults]


@dataclass
class District:
    """The rules that imports of a year go by: read once for a folder of workbooks."""

    params_dir: Path
    year: int
    units: Mapping[str, str] = field(default_factory=dict)
    scope: str = ""
    replace: Collection[str] = ()
    day: str = ""

    def __post_init__(self) -> None:
        rules = self.params_dir / "rules"
        tree = self._tree(rules / "figures.yml")
        self.book, self.book_at = validate(tree, Book), tree.keys_at
        self.base_data = validate(self._tree(rules / "base-data.yml"), BaseDataForm)
        self.forms = load_forms(self.params_dir, self.base_data)
        shared = self.params_dir / str(self.year) / "_year.yml"
        if not shared.exists():
            label = label_of(shared, self.params_dir)
            hint = f"先用 govnb new {self.year} 部门代码 建好年度文件"
            raise FaultsError.of(label, "没有这一年的年度文件", hint)
        self.year_file = validate(self._tree(shared), YearFile)

    @cached_property
    def titles(self) -> dict[str, str]:
        """The form that fills each section of 报表."""
        told = [(fill.split("."), name) for name, form in self.forms.items() for fill in form.fills]
        return {steps[1]: name for steps, name in reversed(told) if steps[0] == "报表"}

    def _tree(self, path: Path) -> Section:
        return read_yaml(path, label_of(path, self.params_dir))

    def into(self, path: Path, workbooks: list[Path]) -> Import:
        """Return what workbooks bring to a file; raise for a workbook that can't be read."""
        sources, found, faults = [], Found(), list[Fault]()
        for workbook in workbooks:
            try:
                source = read(workbook)
                sources.append(source)
                if is_form(source):
                    if len(workbooks) > 1:
                        raise refused(workbook.name, "填报表要单独导入", "与别的工作簿分两次导入")
                    return self._form(path, source)
                _join(found, find(source, self.forms, self.year, self.units, self.scope))
            except FaultsError as error:
                faults += error.faults
        if faults:
            raise FaultsError(faults)
        if not found.tables:
            known = "、".join(self.forms)
            hint = f"认得的表：{known}；别的表，在 params/imports/ 里写一段映射"
            raise refused("、".join(w.name for w in workbooks), "没有一张表认得出来", hint)
        label = label_of(path, self.params_dir)
        before = read_text(path, label) if path.exists() else ""
        text = before or self._begun(found, path.stem)
        inputs, figures = self._known(path) if before else (None, None)
        tree = parse_yaml(text, label, note=True)
        others = list(self._other_department(found, tree, inputs, path.stem))
        found.faults += others
        sheets = {str(fault.place).rpartition("!")[0] for fault in others}
        found.readings = [r for r in found.readings
                          if str(r.spot).rpartition("!")[0] not in sheets]  # fmt: skip
        unit = str(tree.get("金额单位") or self.year_file.money_unit)
        importer = Importer(path, text, label, self.book, unit, figures)
        plan = importer.plan(found.readings, sources, self.replace, self.day)
        return Import(path, label, plan, found, sources, before)

    def _form(self, path: Path, source: Source) -> Import:
        """Return what a filled-in form brings to a file."""
        if source.path.suffix.lower() != ".xlsx":
            raise refused(source.path.name, "填报表要是 .xlsx", "用 Excel 或 WPS 另存为 .xlsx")
        filled, label = read_form(source), label_of(path, self.params_dir)
        before = read_text(path, label) if path.exists() else ""
        shared = Shared(
            self.params_dir, self.year, self.year_file, self.book, self.book_at,
            self.base_data, self.replace,
        )  # fmt: skip
        plan = plan_form(filled, path, before, label, shared)
        found = Found(faults=filled.faults, notes=filled.notes)
        return Import(path, label, plan, found, [source], before, is_form=True)

    def _known(self, path: Path) -> tuple[Inputs | None, Figures | None]:
        """Return a department's inputs and figures; none where its file has faults."""
        with suppress(FaultsError):
            inputs = load(path, self.params_dir)
            return inputs, compute(inputs)[0]
        return None, None

    def _begun(self, found: Found, name: str) -> str:
        """Return a file with no more than what it can't do without."""
        named = as_yaml(next(iter(found.departments), name))
        head = "# yaml-language-server: $schema=../schema/department.schema.json"
        return f"{head}\n年度: {self.year}\n稿别: 草稿\n部门:\n  名称: {named}\n"

    def _other_department(
        self, found: Found, tree: Section, inputs: Inputs | None, code: str
    ) -> Iterator[Fault]:
        """Yield a fault for each sheet of another department.

        A mere abbreviation is noted, and a file whose department is still called by its code.
        """
        section = tree.get("部门")
        told = section if isinstance(section, Section) else {}
        own = [plain(str(told[k])) for k in ("名称", "全称", "简称") if told.get(k)]
        year = tree.get("年度")
        if year is not None and str(year).removesuffix("年") != str(self.year):
            place = Place(inputs.department_at.file) if inputs else Place(str(year))
            yield Fault(place, f"部门文件是 {year} 年的，要导入的是 {self.year} 年", "核对 --into")
        for name, spot in found.departments.items():
            bare = plain(re.sub(r"[(（].*?[)）]", "", name))
            if any(bare in o or o in bare for o in own):
                continue
            unnamed = own == [plain(code)]
            if unnamed or any(_abbreviates(bare, o) or _abbreviates(o, bare) for o in own):
                found.notes.append(
                    f"{spot}：表上写“{name}”，部门文件写“{told.get('名称')}”，请核对"
                )
            elif own:
                message = f"表上是“{name}”，部门文件是“{told.get('名称')}”，不是同一个部门"
                hint = "核对 --into 的文件；确是同一个部门，把表上的写法填在部门的“简称”"
                yield Fault(spot, message, hint)


def _abbreviates(short: str, long: str) -> bool:
    """Tell whether a name has all its characters in another, in order."""
    rest = iter(long)
    return len(short) > 2 and all(character in rest for character in short)


def _join(found: Found, more: Found) -> None:
    for name, spot in more.tables.items():
        if name in found.tables:
            message = f"“{name}”在 {found.tables[name]} 已经有一张"
            more.faults.append(Fault(spot, message, "一次只导入一张"))
    found.readings += more.readings
    found.faults += more.faults
    found.notes += more.notes
    found.tables |= more.tables
    found.departments |= more.departments
    found.unread |= more.unread


def workbooks_in(folder: Path) -> list[Path]:
    """Return the workbooks of a folder, sorted; what programs leave beside them is none."""
    paths = sorted(
        p for p in folder.iterdir() if p.is_file() and not p.name.startswith((".", "~$"))
    )
    return [p for p in paths if p.suffix.lower() in (*ENDINGS, ".et")]


def form_file(workbook: Path, params_dir: Path) -> Path:
    """Return the department's file that a form says it is for.

    Raises
    ------
    FaultsError
        If it is no form, or doesn't say which file.
    """
    source = read(workbook)
    told = read_form(source).told if is_form(source) else {}
    if not told:
        hint = "写 --into params/2018/部门代码.yml"
        raise refused(workbook.name, "这不是填报表，要写明导入到哪个文件", hint)
    fault = made_name_fault(told[CODE]) if told[CODE] else ("没有写部门代码", "写 --into")
    if fault or not re.fullmatch(r"[0-9]{4}", told[YEAR]):
        said = fault or ("“说明”里的年度不是四位数", "改回来，或写 --into")
        raise FaultsError([Fault(Spot(workbook.name), *said)])
    return params_dir / told[YEAR] / f"{told[CODE]}.yml"


def file_for(workbook: Path, year: int, params_dir: Path, begun: dict[str, Path]) -> Path:
    """Return the department's file that a workbook of a folder is for.

    A form says it on its cover, whatever its own name; any other workbook by its name, or by
    the department that its tables name where a file of the year is of that department. Those
    without a file that name one department share one, which `begun` keeps by that name.

    Raises
    ------
    FaultsError
        If it can't be read, no file can bear that name, or a form is of another year.
    """
    source = read(workbook)
    if is_form(source):
        path = form_file(workbook, params_dir)
        if path.parent.name != str(year):
            message = f"这是 {path.parent.name} 年的填报表，不能导入 {year} 年"
            hint = f"写 --into params/{path.parent.name}，或在“说明”里改年度"
            raise refused(workbook.name, message, hint)
        return path
    code = (
        re.sub(rf"[_\-—\s]*{year}(?:年度?)?[_\-—\s]*", "", workbook.stem).strip() or workbook.stem
    )
    told = made_name_fault(code)
    if told:
        raise FaultsError([Fault(Spot(workbook.name), *told)])
    path = params_dir / str(year) / f"{code}.yml"
    names = set(departments_of(source))
    known = path if path.exists() else _named_file(names, path.parent)
    if known is None and len(names) == 1:
        return begun.setdefault(names.pop(), path)
    return known or path


def _named_file(told: set[str], folder: Path) -> Path | None:
    """Return the one file of a year that is of the department that a workbook's tables name."""
    files = folder.glob("[!_]*.yml") if told else ()
    fits = [path for path in files if told & _names_in(path, path.stat().st_mtime_ns)]
    return fits[0] if len(fits) == 1 else None


@lru_cache(maxsize=1000)
def _names_in(path: Path, _changed: int) -> frozenset[str]:
    """Return the names of a file's department, once for each state of the file."""
    with suppress(FaultsError):
        section = read_yaml(path).get("部门")
        if isinstance(section, Section):
            names = (section.get(k) for k in ("名称", "全称", "简称"))
            return frozenset(plain(str(name)) for name in names if name)
    return frozenset()
