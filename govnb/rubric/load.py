"""An indicator system (指标体系) as data: `params/rubrics/NAME.yml` → a checked rubric.

Three levels of indicators with weights; each indicator of the last level carries its
formula, rule, source and how well the rule is attested. A file may build on another
(`基于`) and say only what differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from govnb.rubric.checks import check_rubric
from govnb.rubric.file import Entry, Indicator, Rubric, RubricFile, Socket
from govnb.rubric.merge import names, read_merged
from govnb.sheet.read import Inputs
from govnb.text.place import Fault, FaultsError, Place
from govnb.text.suggest import did_you_mean
from govnb.text.validation import validate_leniently
from govnb.text.yaml_text import Mapping

_FILLERS = {"出处": "未见原文", "标记": "待核"}


Check = Callable[[Rubric], Iterable[Fault]]


def load_rubric(name_or_path: str, params_dir: Path, also: Check | None = None) -> Rubric:
    """Read an indicator system.

    Parameters
    ----------
    name_or_path
        The name of a file of `params/rubrics`, or the path of an existing `.yml` file.
    params_dir
        The parameter folder.
    also
        Yields further faults, such as figures that don't exist, to be told with the rest.

    Raises
    ------
    FaultsError
        With every fault of the file: unknown words and rule kinds, weights that don't add
        up, bands with gaps or overlaps.
    """
    folder = params_dir / "rubrics"
    label = Path(params_dir.name) / "rubrics"
    path = _find(name_or_path, folder, label)
    tree = read_merged(path, folder, label)
    found = validate_leniently(tree, RubricFile, fillers=_FILLERS)
    if found.value is None:
        raise FaultsError(found.faults)
    faults = found.faults
    items = _Items()
    items.walk((), found.value.items, found.tree["指标"])
    rubric = Rubric(path.stem, found.value, tree.place, tuple(items.rows))
    faults += [*items.faults, *check_rubric(rubric, found)]
    for fault in also(rubric) if also else ():
        faults.append(fault)
    if faults:
        raise FaultsError(faults)
    return rubric


def rubric_of(
    inputs: Inputs, name_or_path: str | None = None, also: Check | None = None
) -> Rubric | None:
    """Return the rubric asked for, else the one the year file names, else None."""
    if name_or_path is not None:
        return load_rubric(name_or_path, inputs.params_dir, also)
    named = inputs.year.rubric
    if named is None:
        return None
    known = names(inputs.params_dir / "rubrics")
    if named not in known:
        raise FaultsError([_unknown(str(named), known, named.place)])
    return load_rubric(str(named), inputs.params_dir, also)


def _find(name_or_path: str, folder: Path, label: Path) -> Path:
    if name_or_path.endswith((".yml", ".yaml")):
        path = Path(name_or_path)
        if path.is_file():
            return path
        place = Place(path.as_posix())
        raise FaultsError([Fault(place, "没有这个指标体系文件", "检查路径，或只写名称")])
    known = names(folder)
    if name_or_path not in known:
        raise FaultsError([_unknown(name_or_path, known, Place(label.as_posix()))])
    return folder / f"{name_or_path}.yml"


def _unknown(name: str, known: list[str], place: Place) -> Fault:
    hint = did_you_mean(name, known) or f"已有：{'、'.join(known) or '无'}"
    return Fault(place, f"没有指标体系“{name}”", hint)


class _Items:
    """Walks the tree of indicators down to the last level."""

    def __init__(self) -> None:
        self.rows: list[Entry | Socket] = []
        self.faults: list[Fault] = []
        self._seen: dict[str, Place] = {}

    def walk(self, groups: tuple[str, ...], items: dict[str, Any], tree: Mapping) -> None:
        for name, node in items.items():
            place = tree.keys_at[name]
            if isinstance(node, Indicator):
                self._entry(Entry(name, groups, node, place))
            elif node.from_department is not None:
                self.rows.append(Socket((*groups, name), node, place))
            elif len(groups) == 2:
                self.faults.append(
                    Fault(place, f"“{name}”在第三级，下面不能再有“指标”", "指标体系最多三级")
                )
            else:
                self.walk((*groups, name), node.items, tree[name]["指标"])

    def _entry(self, entry: Entry) -> None:
        if entry.id in self._seen:
            message = f"“{entry.id}”与第 {self._seen[entry.id].line} 行的指标同名"
            hint = "键要全表唯一，如“资产管理制度健全性”；表上的叫法写在“名称”里"
            self.faults.append(Fault(entry.place, message, hint))
        self._seen.setdefault(entry.id, entry.place)
        self.rows.append(entry)
