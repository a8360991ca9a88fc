"""Weights that add up: indicators to their group, groups to the table, year by year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from govnb.inputs.place import Fault, Place
from govnb.inputs.yaml_text import Mapping
from govnb.rubric.file import Group, Indicator, Rubric

Faults = Iterator[Fault]


def check_sums(rubric: Rubric, tree: Mapping) -> Faults:
    """Check every year in which the set of indicators changes.

    Parameters
    ----------
    rubric
        The rubric.
    tree
        Its text: where a file builds on another (基于), a fault is told in the file that
        changed something, not in the one it left as it was.
    """
    bounds = [e.indicator.years for e in rubric.entries if e.indicator.years is not None]
    firsts = {int(y.first.value or 0) for y in (*bounds, rubric.file.years)}
    after = {int(y.last.value) + 1 for y in bounds if y.last is not None and y.last.value}
    seen: set[Fault] = set()
    for year in sorted(y for y in firsts | after if y in rubric.file.years):
        said = f"（{year} 年）" if bounds else ""
        below = _sum_of(rubric.file.items, year)
        stated = rubric.file.total.place if rubric.file.total else tree.keys_at["指标"]
        place = _own(stated, tree.keys_at["指标"], rubric.place.file)
        top = _compare(rubric.total, below, rubric.is_partial, "总分", place, said)
        yield from _new(seen, top)
        groups = _group_sums(rubric.file.items, tree["指标"], year, said, rubric.place.file)
        yield from _new(seen, groups)


def _own(stated: Place, mentioned: Place, file: str) -> Place:
    """Return where a file states a weight, else where it mentions the group it changed."""
    return mentioned if stated.file != file and mentioned.file == file else stated


def _new(seen: set[Fault], faults: Iterable[Fault]) -> Faults:
    for fault in faults:
        if fault not in seen:
            seen.add(fault)
            yield fault


def _group_sums(items: dict[str, Any], tree: Mapping, year: int, said: str, file: str) -> Faults:
    for name, node in items.items():
        if not isinstance(node, Group) or node.from_department is not None:
            continue
        if node.weight is not None and node.weight.value is not None:
            partly = node.partial == "是"
            below = _sum_of(node.items, year)
            place = _own(node.weight.place, tree.keys_at[name], file)
            yield from _compare(node.weight.value, below, partly, f"“{name}”的分值", place, said)
        if node.items:
            yield from _group_sums(node.items, tree[name]["指标"], year, said, file)


def _compare(
    stated: Decimal, below: Decimal, partly: bool, what: str, place: Place, said: str
) -> Faults:
    if below == stated or (partly and below < stated):
        return
    hint = "改分值；下级只见到一部分的，加一行 部分: 是" if below < stated else "改其中一处"
    yield Fault(place, f"{what}是 {stated}，下级之和却是 {below}{said}", hint)


def _sum_of(items: dict[str, Any], year: int) -> Decimal:
    return sum((_weight_of(node, year) for node in items.values()), Decimal(0))


def _weight_of(node: Group | Indicator, year: int) -> Decimal:
    if isinstance(node, Indicator) and node.years is not None and year not in node.years:
        return Decimal(0)
    if node.weight is not None:
        return node.weight.value or Decimal(0)
    return _sum_of(node.items, year) if isinstance(node, Group) else Decimal(0)
