"""`基于`: a rubric that says only what differs from another one.

Counties take a province's table and change a few weights. Merging is done on the text's
tree, before anything is checked, so every value keeps the file and line it was written on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from govnb.inputs.place import Fault, FaultsError, Place
from govnb.inputs.yaml_text import Mapping, Scalar, read_yaml

BASE = "基于"
REMOVED = "删去"
MAX_BASES = 5


def merge(base: Mapping, own: Mapping) -> Mapping:
    """Return `base` with what `own` says laid over it.

    Sections are merged key by key; a rule of another kind replaces the whole rule, since
    fields of two kinds don't mix; `名称: 删去` takes an indicator out.
    """
    merged = Mapping(base)
    merged.place, merged.keys_at = own.place, dict(base.keys_at)
    faults = []
    for key, value in own.items():
        merged.keys_at[key] = own.keys_at[key]
        below = base.get(key)
        if isinstance(value, Scalar) and value == REMOVED:
            if key not in base:
                hint = "检查名称；上级文件里没有它"
                faults.append(Fault(own.keys_at[key], f"“{key}”无可删去", hint))
            merged.pop(key, None)
            merged.keys_at.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(below, Mapping) and not _other(below, value):
            merged[key] = merge(below, value)
        else:
            merged[key] = value
    if faults:
        raise FaultsError(faults)
    return merged


def _other(below: Mapping, value: Mapping) -> bool:
    """Tell whether a rule is replaced by one of another kind."""
    kind: Any = value.get("种类")
    return kind is not None and kind != below.get("种类")


def read_merged(path: Path, folder: Path, label: Path) -> Mapping:
    """Read a rubric file and, below it, the files it builds on.

    Parameters
    ----------
    path
        The file.
    folder
        `params/rubrics`, where the files it may build on are.
    label
        The folder's name in messages.

    Raises
    ------
    FaultsError
        If a file can't be read, or the chain of bases is broken, circular or too long.
    """
    shown = (label / path.name).as_posix() if path.parent == folder else path.as_posix()
    trees = [read_yaml(path, shown)]
    seen = [path.stem]
    while isinstance(name := trees[-1].get(BASE), Scalar):
        known = names(folder)
        if name in seen or len(seen) > MAX_BASES:
            raise _fault(name.place, f"“{BASE}”绕成了圈：{' → '.join([*seen, name])}", "删去一处")
        if name not in known:
            raise _fault(name.place, f"没有指标体系“{name}”", f"已有：{'、'.join(known) or '无'}")
        seen.append(str(name))
        trees.append(read_yaml(folder / f"{name}.yml", (label / f"{name}.yml").as_posix()))
    tree = trees.pop()
    while trees:
        tree = merge(tree, trees.pop())
    return tree


def names(folder: Path) -> list[str]:
    """Return the names of the rubrics in a folder, sorted."""
    return sorted(p.stem for p in folder.glob("*.yml") if not p.name.startswith(("_", ".")))


def _fault(place: Place, message: str, hint: str) -> FaultsError:
    return FaultsError([Fault(place, message, hint)])
