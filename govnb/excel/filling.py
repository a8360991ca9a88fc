"""A filled-in form into a department's file: what changes, what is wrong, and the new text.

The form is the file in another shape: what was changed or cleared in it is changed or taken out
there, unless the file was edited by hand since the form was made of it.
"""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from govnb.excel.changes import (
    BY_HAND,
    HELD,
    NEW,
    SAME,
    UPDATED,
    Change,
    Plan,
    Target,
    disproportion,
    fitted,
    merged,
    put,
    target_of,
)
from govnb.excel.filled import Filled
from govnb.excel.form import CODE, DIGEST, UNIT, YEAR, digest, texts_of
from govnb.excel.layout import Leaf, leaves
from govnb.excel.layout import Path as KeyPath
from govnb.excel.reading import Reading
from govnb.sheet.compute import compute
from govnb.sheet.department import Department
from govnb.sheet.fields import keys_of
from govnb.sheet.read import Inputs
from govnb.sheet.rules import BaseDataForm, Book, YearFile
from govnb.text.faults import Fault, FaultsError, Place, Spot
from govnb.text.validation import validate_leniently
from govnb.text.values import MONEY_UNIT
from govnb.text.yaml_edit import block
from govnb.text.yaml_text import Mapping as Section
from govnb.text.yaml_text import Scalar, mapping, parse_yaml, scalar

CLEARED = "删去"
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_SIGNED = re.compile(r"(?m)^# .*（核验 ([0-9a-f]{12})）\n?")
_HEAD = "# yaml-language-server: $schema=../schema/department.schema.json\n"


@dataclass(frozen=True)
class Shared:
    """What the departments of a year share, and which values edited by hand may be replaced."""

    params_dir: Path
    year: int
    year_file: YearFile
    book: Book
    book_at: Mapping[str, Place]
    base_data: BaseDataForm
    replace: Collection[str] = ()


def plan_form(filled: Filled, path: Path, before: str, label: str, district: Shared) -> Plan:
    """Return what a form would change in a file; `before` is empty for one that is only begun."""
    plan = Plan()
    new = {leaf.path: leaf for leaf in leaves(filled.tree)}
    bad = _faults(filled, path.stem, label, district, plan)
    wrong = {p for p in new if any(p[: len(b)] == b for b in bad)}
    old = _told(before, label)
    known = {filled.told[DIGEST], *_SIGNED.findall(before)}
    is_edited = bool(before) and digest(old.values()) not in known
    spots = {p: _spot(filled, p) for p in new}
    for at, leaf in new.items():
        if at in wrong:
            continue
        here, there = _said(old.get(at)), _said(leaf)
        state = NEW if not here else SAME if _equal(here, there) else UPDATED
        plan.changes.append(_change(leaf, here, there, state, spots[at], filled))
    # A row that can't be read may be one that seems cleared.
    is_whole = filled.is_whole and not filled.faults
    gone = [leaf for at, leaf in old.items() if at not in new] if is_whole else []
    for leaf in gone:
        if not any(leaf.path[: len(b)] == b for b in bad):
            plan.changes.append(
                _change(leaf, _said(leaf), "", CLEARED, Spot(filled.source.path.name), filled)
            )
    if other := next((c for c in plan.changes if _is_other(c, district.replace)), None):
        message = f"填报表是“{other.new}”的，部门文件是“{other.now}”，什么也没有导入"
        hint = "核对“说明”里的部门代码；同一个部门改了名称，写 --replace 部门.名称"
        plan.faults.append(Fault(other.reading.spot, message, hint))
        plan.changes = []
    plan.changes = [_kept(change, district.replace, is_edited) for change in plan.changes]
    plan.text = _text(plan, before, label, old, new, filled)
    return plan


def _faults(filled: Filled, name: str, label: str, district: Shared, plan: Plan) -> set[KeyPath]:
    """Note everything wrong in a form; return the paths of what can't be taken from it."""
    tree, paths = copy.deepcopy(filled.tree), {spot: path for path, spot in filled.cells.items()}
    stand_ins: dict[str, Section | Scalar] = {
        "年度": scalar(str(district.year), tree.place),
        "部门": mapping({"名称": scalar(name, tree.place)}, tree.place),
    }
    checked = validate_leniently(tree, Department, stand_ins)
    found = list(checked.faults)
    if checked.value is not None:
        inputs = Inputs(
            name, checked.value, district.year_file, district.book, dict(district.book_at),
            district.base_data, district.params_dir, Place(label), (), checked.gaps,
        )  # fmt: skip
        try:
            compute(inputs)
        except FaultsError as error:
            found += error.faults
    bad = set[KeyPath]()
    for fault in dict.fromkeys(found):
        path = next((p for s, p in paths.items() if str(s) == str(fault.place)), None)
        if path is not None:
            bad.add(path)
            at = ".".join(s for s in path if s not in ("明细", "合计"))
            fault = Fault(Spot(fault.place.file), f"{at}：{fault.message}", fault.hint)
        plan.faults.append(fault)
    stated = filled.tree.get("金额单位")
    unit = stated or district.year_file.money_unit
    if filled.told[UNIT] and str(unit) != filled.told[UNIT]:
        place = stated.place if stated is not None else Spot(filled.source.path.name)
        message = f"金额单位是{unit}，表头印的是{filled.told[UNIT]}，不知道数是按哪个填的"
        plan.faults.append(
            Fault(place, message, f"改回{filled.told[UNIT]}；要换单位，重新做一份表")
        )
        bad |= filled.cells.keys()
    if filled.told[YEAR] and filled.told[YEAR] != str(district.year):
        message = f"填报表是 {filled.told[YEAR]} 年的，要导入的是 {district.year} 年"
        plan.faults.append(Fault(Spot(filled.source.path.name), message, "核对 --into 的文件"))
        bad |= filled.cells.keys()
    if filled.told[CODE] and filled.told[CODE] != name:
        filled.notes.append(f"填报表是“{filled.told[CODE]}”的，导入到“{name}”")
    return bad


def _told(text: str, label: str) -> dict[KeyPath, Leaf]:
    tree = parse_yaml(text, label, note=True) if text else Section()
    return {leaf.path: leaf for leaf in leaves(tree)}


def _said(leaf: Leaf | None) -> str:
    return "；".join(texts_of(leaf.node)) if leaf is not None else ""


def _equal(here: str, there: str) -> bool:
    return " ".join(here.split()) == " ".join(there.split())


def _spot(filled: Filled, path: KeyPath) -> Spot:
    """Return where a value stands; of a list, its first item."""
    own = filled.cells.get(path) or filled.cells.get((*path, "1"))
    return own or Spot(filled.source.path.name)


def _change(leaf: Leaf, now: str, new: str, state: str, spot: Spot, filled: Filled) -> Change:
    target = target_of(leaf.name)
    unit = target.kind.unit if target and target.kind else ""
    unit = filled.told[UNIT] if unit == MONEY_UNIT else unit
    numbers = (Decimal(t) if _NUMBER.fullmatch(t) else None for t in (now, new))
    remark = disproportion(*numbers) if target and target.kind else ""
    state = HELD if remark and state == UPDATED else state
    reading = Reading(leaf.name, new, spot, unit)
    return Change(reading, Target(leaf.path, None), now, new, state, remark)


def _is_other(change: Change, replace: Collection[str]) -> bool:
    """Tell whether a change makes a file another department's; a longer name does not."""
    is_name = change.target.path == ("部门", "名称") and bool(change.now)
    is_asked = any(fnmatchcase(change.reading.name, pattern) for pattern in replace)
    is_longer = change.now in change.new or change.new in change.now
    return is_name and change.state == UPDATED and not is_longer and not is_asked


def _kept(change: Change, replace: Collection[str], is_edited: bool) -> Change:
    """Leave alone what is odd, or stands in a file that was edited since, unless it is named."""
    if any(fnmatchcase(change.reading.name, pattern) for pattern in replace):
        return dataclasses.replace(change, state=UPDATED) if change.state == HELD else change
    if not is_edited or change.state in (NEW, SAME):
        return change
    return dataclasses.replace(change, state=BY_HAND)


def _text(
    plan: Plan, before: str, label: str, old: Mapping[KeyPath, Leaf],
    new: Mapping[KeyPath, Leaf], filled: Filled,
) -> str:  # fmt: skip
    """Return the file's text with the changes; comments and order of what stands there stay."""
    changed = {c.target.path: new[c.target.path] for c in plan.changes if c.state in (NEW, UPDATED)}
    cleared = [change.target.path for change in plan.changes if change.state == CLEARED]
    if not (changed or cleared):
        return before
    wanted = {p: leaf for p, leaf in {**old, **changed}.items() if p not in cleared}
    text = merged(before, _nested(changed), cleared) if before else ""
    if not before or not _holds(text, label, wanted):
        values = _nested(wanted)
        order = list(keys_of(Department))
        ordered = {key: values[key] for key in sorted(values, key=order.index)}
        text = f"{_HEAD}{block(fitted(ordered, None), 0)[1:]}\n"
    return _signed(text, digest(wanted.values()), filled)


def _holds(text: str, label: str, wanted: Mapping[KeyPath, Leaf]) -> bool:
    """Tell whether a text says what it should."""
    try:
        found = _told(text, label)
    except FaultsError:
        return False
    return {p: _said(leaf) for p, leaf in found.items()} == {p: _said(w) for p, w in wanted.items()}


def _nested(found: Mapping[KeyPath, Leaf]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for path, leaf in found.items():
        put(values, path, leaf.node if isinstance(leaf.node, list) else str(leaf.node))
    return values


def _signed(text: str, told: str, filled: Filled) -> str:
    """Say in the head of a file which form it follows, and what tells an edit by hand since."""
    line = f"# 由 {filled.source.path.name} 填报；以后手改过的，再导入时不会被覆盖（核验 {told}）\n"
    if _SIGNED.search(text):
        return _SIGNED.sub(lambda _: line, text, count=1)
    first, _, rest = text.partition("\n")
    is_schema = first.startswith("# yaml-language-server")
    return f"{first}\n{line}{rest}" if is_schema else f"{line}{text}"
