"""What a whole rubric must satisfy: weights that add up, sources, grades, groups.

What a single rule must satisfy stands with its kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from govnb.rubric.file import Entry, Group, Indicator, Rubric
from govnb.rubric.rule import Faults, check_most
from govnb.rubric.values import Points
from govnb.text.place import Fault, Place
from govnb.text.validation import Checked
from govnb.text.yaml_text import Mapping


def check_rubric(rubric: Rubric, found: Checked[Any]) -> Faults:
    """Yield every fault of what could be read of a rubric, beyond its words."""
    for socket in rubric.sockets:
        yield from _socket(socket.group, socket.place)
    for entry in rubric.entries:
        # Of an indicator that can't be read whole, the rest would only seem to be wrong.
        if not any(f".{entry.id}." in f"{name}." for name in found.gaps.names):
            yield from (_own(fault, entry, rubric) for fault in _entry(entry, rubric))
    whole = not any(re.search(r"(分值|总分)$", name) for name in found.gaps.names)
    if rubric.is_weighted and whole:
        yield from _sums(rubric, found.tree)
    if "来源" not in found.gaps:
        yield from _sources(rubric)
    yield from _grades(rubric)


def _own(fault: Fault, entry: Entry, rubric: Rubric) -> Fault:
    """Tell a fault where a file changed an indicator, not in the base (基于) that fitted before."""
    mine = rubric.place.file
    elsewhere = fault.place.file != mine and entry.place.file == mine
    return replace(fault, place=entry.place) if elsewhere else fault


def _entry(entry: Entry, rubric: Rubric) -> Faults:
    item = entry.indicator
    if not rubric.is_weighted:
        given = item.weight.place if item.weight else None
        given = given or (item.rule.kind.place if item.rule else None)
        if given is not None:
            message = f"不带分值的体系里，“{entry.id}”写了分值或规则"
            yield Fault(given, message, "删去“不带分值: 是”，或删去分值和规则")
        return
    if item.weight is None:
        yield Fault(entry.place, f"“{entry.id}”缺少“分值”", "补上一行“分值: …”")
    elif not item.weight.value:
        yield Fault(item.weight.place, f"“{entry.id}”的分值是 0", "写大于 0 的分值，或删去这个指标")
    elif item.rule is not None:
        yield from item.rule.check(item.weight.value, item.shown_unit)
        yield from _needs_value(entry)
        zero = [item.zero.points, item.zero.otherwise] if item.zero else []
        yield from check_most((p for p in zero if isinstance(p, Points)), item.weight.value)
    if item.rule is None and not rubric.is_partial:
        hint = "补上规则；原文没有见到规则的，整个体系写 部分: 是"
        yield Fault(entry.place, f"“{entry.id}”缺少“规则”", hint)


def _needs_value(entry: Entry) -> Faults:
    """Refuse a formula beside a rule that doesn't look at it."""
    item = entry.indicator
    if item.formula is not None and item.rule is not None and not item.rule.takes_value:
        message = f"规则“{item.rule.kind}”不看指标值，“{entry.id}”却写了公式"
        yield Fault(item.formula.place, message, "删去公式，或换一种规则")


_CODE = re.compile(r"(?:^|[、；，;,])\s*([A-Z]{1,2}\d{0,3})(?![A-Za-z0-9/])", re.ASCII)


def _sources(rubric: Rubric) -> Faults:
    """Refuse a code such as S9 that the list of sources doesn't have."""
    known = list(rubric.file.sources)
    if not any(_CODE.fullmatch(code) for code in known):
        return
    stated = [e.indicator.source for e in rubric.entries]
    stated += [s.group.source for s in rubric.sockets if s.group.source is not None]
    for source in stated:
        for match in _CODE.finditer(source):
            if match[1] not in known:
                hint = f"“来源”里有：{'、'.join(known)}；另有来源的，在“来源”里加一行"
                yield Fault(source.at(match.start(1)), f"“来源”里没有“{match[1]}”", hint)


def _socket(group: Group, place: Place) -> Faults:
    if group.weight is None:
        yield Fault(place, "“指标取自”部门的一组缺少“分值”", "补上一行“分值: …”")
    parts = [a for a in group.subweights.values() if a.value is not None]
    below, whole = sum((a.value or Decimal(0) for a in parts), Decimal(0)), group.weight
    if parts and whole is not None and below != whole.value:
        message = f"二级分值合计 {below}，不等于这一组的 {whole.value} 分"
        yield Fault(parts[0].place, message, "改二级分值，或改分值")
    if group.items:
        yield Fault(place, "“指标取自”和“指标”只能写一个", "删去其中一个")
    if group.quantitative is None:
        yield Fault(place, "“指标取自”部门的一组缺少“定量”规则", "写 定量: {种类: 按目标比}")


def _grades(rubric: Rubric) -> Faults:
    stated = rubric.file.grades or {}
    lowest = [a for a in stated.values() if a.value == 0]
    if stated and not lowest:
        place = next(iter(stated.values())).place
        yield Fault(place, "没有一个等级从 0 分起", "最低的等级写 0")
    seen: dict[Decimal, str] = {}
    for name, amount in stated.items():
        value = amount.value or Decimal(0)
        if value in seen:
            message = f"等级“{name}”与“{seen[value]}”的最低分相同"
            yield Fault(amount.place, message, "改其中一个")
        seen[value] = name


def _sums(rubric: Rubric, tree: Mapping) -> Faults:
    """Check every year in which the set of indicators changes.

    Where a file builds on another (基于), a fault is told in the file that changed something.
    """
    bounds = [e.indicator.years for e in rubric.entries if e.indicator.years is not None]
    firsts = {int(y.first.value or 0) for y in (*bounds, rubric.file.years)}
    after = {int(y.last.value) + 1 for y in bounds if y.last is not None and y.last.value}
    seen: set[Fault] = set()
    for year in sorted(y for y in firsts | after if y in rubric.file.years):
        said = f"（{year} 年）" if bounds else ""
        below = _sum_of(rubric.file.items, year)
        stated = rubric.file.total.place if rubric.file.total else tree.keys_at["指标"]
        place = _mentioned(stated, tree.keys_at["指标"], rubric.place.file)
        top = _compare(rubric.total, below, rubric.is_partial, "总分", place, said)
        yield from _new(seen, top)
        groups = _group_sums(rubric.file.items, tree["指标"], year, said, rubric.place.file)
        yield from _new(seen, groups)


def _mentioned(stated: Place, mentioned: Place, file: str) -> Place:
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
            place = _mentioned(node.weight.place, tree.keys_at[name], file)
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
