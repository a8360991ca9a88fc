"""An indicator system (指标体系) as data: `params/rubrics/NAME.yml` → a checked rubric.

A file may build on another (`基于`) and say only what differs: counties take a province's
table and change a few weights. Merging is done on the text's tree, before anything is
checked, so every value keeps the file and line it was written on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from govnb.rubric.checks import check_rubric
from govnb.rubric.file import REMOVED, Entry, Indicator, Rubric, RubricFile, Socket
from govnb.rubric.values import MARKS
from govnb.sheet.read import Inputs
from govnb.text.lenient import validate_leniently
from govnb.text.place import Fault, FaultsError, Place
from govnb.text.suggest import did_you_mean
from govnb.text.yaml_text import Mapping, Scalar, read_yaml

BASE, SOURCE, MARK, WEIGHT, WORDS = "基于", "出处", "标记", "分值", "评分标准"
MAX_BASES = 5
# What decides an indicator's points.
_SCORED = (WEIGHT, "公式", "单位", "规则", "分母为零", "不适用")
_FILLERS = {SOURCE: "未见原文", MARK: "待核"}

Check = Callable[[Rubric], Iterable[Fault]]


def load_rubric(name_or_path: str, params_dir: Path, also: Check | None = None) -> Rubric:
    """Read an indicator system by its name in `params/rubrics`, or by a `.yml` file's path.

    Parameters
    ----------
    name_or_path, params_dir
        Which one, and the parameter folder.
    also
        Yields further faults, such as figures that don't exist, to be told with the rest.

    Raises
    ------
    FaultsError
        With every fault of the file: unknown words and rule kinds, weights that don't add
        up, bands with gaps or overlaps.
    """
    folder, path = params_dir / "rubrics", Path(name_or_path)
    label = Path(params_dir.name) / "rubrics"
    if not name_or_path.endswith((".yml", ".yaml")):
        path = _named(name_or_path, folder, Place(label.as_posix()))
    elif not path.is_file():
        place = Place(path.as_posix())
        raise FaultsError([Fault(place, "没有这个指标体系文件", "检查路径，或只写名称")])
    tree = _merged(path, folder, label)
    found = validate_leniently(tree, RubricFile, fillers=_FILLERS)
    if found.value is None:
        raise FaultsError(found.faults)
    rows, faults = [], found.faults
    for row in _rows(found.value.items, found.tree["指标"]):
        if isinstance(row, Fault):
            faults.append(row)
        else:
            rows.append(row)
    rubric = Rubric(path.stem, found.value, tree.place, tuple(rows))
    faults += [*check_rubric(rubric, found), *(also(rubric) if also else ())]
    if faults:
        raise FaultsError(faults)
    return rubric


def rubric_of(
    inputs: Inputs, name_or_path: str | None = None, also: Check | None = None
) -> Rubric | None:
    """Return the rubric asked for, else the one the year file names, else None."""
    named = inputs.year.rubric
    if name_or_path is None and named is not None:
        _named(named, inputs.params_dir / "rubrics", named.place)
        name_or_path = str(named)
    return None if name_or_path is None else load_rubric(name_or_path, inputs.params_dir, also)


def names(folder: Path) -> list[str]:
    """Return the names of the rubrics in a folder, sorted."""
    return sorted(p.stem for p in folder.glob("*.yml") if not p.name.startswith(("_", ".")))


def _named(name: str, folder: Path, place: Place) -> Path:
    known = names(folder)
    if name not in known:
        hint = did_you_mean(name, known) or f"已有：{'、'.join(known) or '无'}"
        raise FaultsError([Fault(place, f"没有指标体系“{name}”", hint)])
    return folder / f"{name}.yml"


def _rows(
    items: dict[str, Any], tree: Mapping, groups: tuple[str, ...] = ()
) -> Iterator[Entry | Socket | Fault]:
    for name, node in items.items():
        place = tree.keys_at[name]
        if isinstance(node, Indicator):
            yield Entry(name, groups, node, place)
        elif node.from_department is not None:
            yield Socket((*groups, name), node, place)
        elif len(groups) == 2:
            message = f"“{name}”在第三级，下面不能再有“指标”"
            yield Fault(place, message, "指标体系最多三级")
        else:
            yield from _rows(node.items, tree[name]["指标"], (*groups, name))


# ── one file over another (基于) ─────────────────────────────────


def _merged(path: Path, folder: Path, label: Path) -> Mapping:
    shown = (label / path.name).as_posix() if path.parent == folder else path.as_posix()
    trees, seen = [read_yaml(path, shown, note=True)], [path.stem]
    while isinstance(name := trees[-1].get(BASE), Scalar):
        if name in seen or len(seen) > MAX_BASES:
            circle = f"“{BASE}”绕成了圈：{' → '.join([*seen, name])}"
            raise FaultsError([Fault(name.place, circle, "删去一处")])
        seen.append(str(name))
        base = _named(name, folder, name.place)
        trees.append(read_yaml(base, (label / base.name).as_posix(), note=True))
    faults = [fault for tree in trees for fault in tree.faults]
    tree = trees.pop()
    while trees:
        tree = _laid_over(tree, trees.pop(), faults)
    tree.faults = faults
    return tree


def _laid_over(base: Mapping, own: Mapping, faults: list[Fault]) -> Mapping:
    """Return `base` with what `own` says laid over it; what can't be done goes to `faults`.

    Sections are merged key by key; a rule of another kind replaces the whole rule, since
    fields of two kinds don't mix; `名称: 删去` takes an indicator out.
    """
    merged = Mapping(base)
    merged.place, merged.keys_at = own.place, dict(base.keys_at)
    for key, value in own.items():
        merged.keys_at[key] = own.keys_at[key]
        below = base.get(key)
        if isinstance(value, Scalar) and value == REMOVED:
            if key not in base:
                hint = "检查名称；上级文件里没有它"
                faults.append(Fault(own.keys_at[key], f"“{key}”无可删去", hint))
            merged.pop(key, None)
            merged.keys_at.pop(key, None)
        elif (
            isinstance(value, Mapping)
            and isinstance(below, Mapping)
            and value.get("种类") in (None, below.get("种类"))
        ):
            merged[key] = _laid_over(below, value, faults)
        else:
            merged[key] = value
    changed = [key for key in own if key in _SCORED and merged.get(key) != base.get(key)]
    if SOURCE in base and changed:
        _remark(base, own, merged, changed)
    return merged


def _remark(base: Mapping, own: Mapping, merged: Mapping, changed: list[str]) -> None:
    """Keep an indicator that was changed from passing for what the base's document says.

    Its source, mark and wording are the base's; a file that changes the rule and states none
    of its own would otherwise quote the document for what it doesn't say.
    """
    what, mark = "、".join(changed), str(base.get(MARK, ""))
    file, below = Path(own.place.file).stem, Path(base.place.file).stem
    partly = changed == [WEIGHT] and mark in MARKS
    texts = {
        SOURCE: f"{base[SOURCE]}（{file} 改了{what}）",
        MARK: f"{WEIGHT}[推]；其余[{mark}]" if partly else "推",
    }
    if WORDS in base:
        texts[WORDS] = f"{base[WORDS]}（{below} 的原文，{file} 改了{what}）"
    for key in texts.keys() - own.keys():
        value = Scalar(texts[key])
        value.place = value.body = own.keys_at[changed[0]]
        merged[key], merged.keys_at[key] = value, value.place
