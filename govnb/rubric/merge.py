"""`基于`: a rubric that says only what differs from another one.

Counties take a province's table and change a few weights. Merging is done on the text's
tree, before anything is checked, so every value keeps the file and line it was written on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from govnb.text.place import Fault, FaultsError, Place
from govnb.text.yaml_text import Mapping, Scalar, read_yaml

BASE = "基于"
REMOVED = "删去"
SOURCE, MARK, WEIGHT = "出处", "标记", "分值"
MARKS = ("原文", "推", "待核")
MAX_BASES = 5
# What decides an indicator's points.
_SCORED = (WEIGHT, "公式", "单位", "规则", "分母为零", "不适用")


def merge(base: Mapping, own: Mapping, faults: list[Fault]) -> Mapping:
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
        elif isinstance(value, Mapping) and isinstance(below, Mapping) and not _other(below, value):
            merged[key] = merge(below, value, faults)
        else:
            merged[key] = value
    return _remarked(base, own, merged) if SOURCE in base else merged


def _remarked(base: Mapping, own: Mapping, merged: Mapping) -> Mapping:
    """Keep an indicator that was changed from passing for what the base's document says.

    Its source, mark and wording are the base's; a file that changes the rule and states none
    of its own would otherwise quote the document for what it doesn't say.
    """
    changed = [key for key in own if key in _SCORED and merged.get(key) != base.get(key)]
    if not changed:
        return merged
    what = "、".join(changed)
    file, below = Path(own.place.file).stem, Path(base.place.file).stem
    mark = str(base.get(MARK, ""))
    partly = changed == [WEIGHT] and mark in MARKS
    texts = {
        SOURCE: f"{base[SOURCE]}（{file} 改了{what}）",
        MARK: f"{WEIGHT}[推]；其余[{mark}]" if partly else "推",
    }
    if "评分标准" in base:
        texts["评分标准"] = f"{base['评分标准']}（{below} 的原文，{file} 改了{what}）"
    for key, text in texts.items():
        if key not in own:
            value = Scalar(text)
            value.place = value.body = own.keys_at[changed[0]]
            merged[key], merged.keys_at[key] = value, value.place
    return merged


def _other(below: Mapping, value: Mapping) -> bool:
    """Tell whether a rule is replaced by one of another kind."""
    kind: Any = value.get("种类")
    return kind is not None and kind != below.get("种类")


def read_merged(path: Path, folder: Path, label: Path) -> Mapping:
    """Read a rubric file and, below it, the files it builds on.

    Faults that don't keep the rest from being read are left on the tree's `faults`.

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
    trees = [read_yaml(path, shown, note=True)]
    seen = [path.stem]
    while isinstance(name := trees[-1].get(BASE), Scalar):
        known = names(folder)
        if name in seen or len(seen) > MAX_BASES:
            raise _fault(name.place, f"“{BASE}”绕成了圈：{' → '.join([*seen, name])}", "删去一处")
        if name not in known:
            raise _fault(name.place, f"没有指标体系“{name}”", f"已有：{'、'.join(known) or '无'}")
        seen.append(str(name))
        below = (label / f"{name}.yml").as_posix()
        trees.append(read_yaml(folder / f"{name}.yml", below, note=True))
    faults = [fault for tree in trees for fault in tree.faults]
    tree = trees.pop()
    while trees:
        tree = merge(tree, trees.pop(), faults)
    tree.faults = faults
    return tree


def names(folder: Path) -> list[str]:
    """Return the names of the rubrics in a folder, sorted."""
    return sorted(p.stem for p in folder.glob("*.yml") if not p.name.startswith(("_", ".")))


def _fault(place: Place, message: str, hint: str) -> FaultsError:
    return FaultsError([Fault(place, message, hint)])
