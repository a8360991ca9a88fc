"""An indicator system read from `params/rubrics`, laid over its base (基于), and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from govnb.rubric.case import DATA, OWN_NAMES
from govnb.rubric.file import REMOVED, Entry, Group, Indicator, Rubric, RubricFile, Socket
from govnb.rubric.outcome import ZERO
from govnb.rubric.rule import Faults, Rule, check_most
from govnb.rubric.values import MARKS, Formula, Points, sections
from govnb.sheet.expression import FormulaError, parse
from govnb.sheet.figure import Figures
from govnb.sheet.names import LIST_THEM, Names
from govnb.sheet.read import Inputs, label_of
from govnb.sheet.rules import Book
from govnb.text.faults import Fault, FaultsError, Place, did_you_mean
from govnb.text.validation import Checked, validate_leniently
from govnb.text.values import QUANTITY, Amount
from govnb.text.yaml_text import Mapping, Scalar, read_yaml, scalar

EVIDENCE = "评分依据"
RUBRIC = "指标体系"
BASE, SOURCE, MARK, WEIGHT, WORDS = "基于", "出处", "标记", "分值", "评分标准"
MAX_BASES = 5
# What decides an indicator's points.
_SCORED = (WEIGHT, "公式", "单位", "规则", "分母为零", "不适用")
_FILLERS = {SOURCE: "未见原文", MARK: "待核"}

Check = Callable[[Rubric], Iterable[Fault]]


def load_rubric(name_or_path: str, params_dir: Path, also: Check | None = None) -> Rubric:
    """Read an indicator system by its name in `params/rubrics`, or by a `.yml` file's path.

    A name that stands in a file is no path. Raises FaultsError with all that is wrong, with
    what `also` finds (figures there aren't).
    """
    path = Path(name_or_path)
    if isinstance(name_or_path, Scalar) or not name_or_path.endswith((".yml", ".yaml")):
        path = _named(name_or_path, params_dir)
    elif not path.is_file():
        raise FaultsError.of(path.as_posix(), "没有这个指标体系文件", "检查路径，或只写名称")
    tree = _merged(path, params_dir)
    found = validate_leniently(tree, RubricFile, fillers=_FILLERS)
    if found.value is None:
        raise FaultsError(found.faults)
    faults = found.faults
    rows = tuple(_rows(found.value.items, found.tree["指标"], faults))
    rubric = Rubric(path.stem, found.value, tree.place, rows)
    if rubric.is_partial:
        untold = _untold(rubric.total, found.value.items, "全表")
        rubric = replace(rubric, untold=tuple(untold))
    faults += [*check_rubric(rubric, found), *(also(rubric) if also else ())]
    if faults:
        raise FaultsError(faults)
    return rubric


def rubric_of(
    inputs: Inputs, name_or_path: str | None = None, also: Check | None = None
) -> Rubric | None:
    """Return the rubric asked for, else the department's own, else the year's, else None."""
    if name_or_path is None:
        name_or_path = inputs.department.rubric or inputs.year.rubric
    return None if name_or_path is None else load_rubric(name_or_path, inputs.params_dir, also)


def names(folder: Path) -> list[str]:
    """Return the names of the rubrics in a folder, sorted."""
    return sorted(p.stem for p in folder.glob("*.yml") if not p.name.startswith(("_", ".")))


def _named(name: str, params_dir: Path) -> Path:
    known = names(folder := params_dir / "rubrics")
    if name not in known:
        place = name.place if isinstance(name, Scalar) else Place(label_of(folder, params_dir))
        fault = Fault(place, f"没有指标体系“{name}”", did_you_mean(name, known, "已有"))
        raise FaultsError([fault])
    return folder / f"{name}.yml"


def _rows(
    items: dict[str, Any], tree: Mapping, faults: list[Fault], groups: tuple[str, ...] = ()
) -> Iterator[Entry | Socket]:
    for name, node in items.items():
        place = tree.keys_at[name]
        if isinstance(node, Indicator):
            yield Entry(name, groups, node, place)
        elif node.from_department is not None:
            yield Socket((*groups, name), node, place)
        elif len(groups) == 3 and node.untold != "是":
            message = f"“{name}”在第四级，下面不能再有“指标”"
            faults.append(Fault(place, message, "指标体系最多四级"))
        elif node.untold != "是":
            yield from _rows(node.items, tree[name]["指标"], faults, (*groups, name))


def _untold(left: Decimal, items: dict[str, Any], name: str) -> Iterator[tuple[str, Decimal]]:
    """Yield what isn't transcribed (未转录) of a table, with its points."""
    for below, node in items.items():
        own = (node.weight.value if node.weight else None) or ZERO
        left -= own
        if isinstance(node, Group) and node.untold == "是":
            yield below, own
        elif isinstance(node, Group) and node.from_department is None:
            yield from _untold(own, node.items, below)
    if left > 0:
        yield f"{name}的其余部分", left


def _merged(path: Path, params_dir: Path) -> Mapping:
    trees, seen = [read_yaml(path, label_of(path, params_dir), note=True)], [path.stem]
    while isinstance(name := trees[-1].get(BASE), Scalar):
        if name in seen or len(seen) > MAX_BASES:
            circle = f"“{BASE}”绕成了圈：{' → '.join([*seen, name])}"
            raise FaultsError([Fault(name.place, circle, "删去一处")])
        seen.append(str(name))
        base = _named(name, params_dir)
        trees.append(read_yaml(base, label_of(base, params_dir), note=True))
    faults = [fault for tree in trees for fault in tree.faults]
    tree = trees.pop()
    while trees:
        tree = _laid_over(tree, trees.pop(), faults)
    tree.faults = faults
    return tree


def _laid_over(base: Mapping, own: Mapping, faults: list[Fault]) -> Mapping:
    # Fields of two kinds of rule don't mix: another kind replaces the whole rule.
    merged = Mapping(base)
    merged.place, merged.keys_at = own.place, dict(base.keys_at)
    for key, value in own.items():
        merged.keys_at[key] = own.keys_at[key]
        below: Any = base.get(key)
        if isinstance(value, Scalar) and value == REMOVED:
            if key not in base:
                hint = "检查名称；上级文件里没有它"
                faults.append(Fault(own.keys_at[key], f"“{key}”无可删去", hint))
            merged.pop(key, None)
            merged.keys_at.pop(key, None)
        else:
            both = isinstance(value, Mapping) and isinstance(below, Mapping)
            is_alike = both and value.get("种类") in (None, below.get("种类"))
            merged[key] = _laid_over(below, value, faults) if is_alike else value
    changed = [key for key in own if key in _SCORED and merged.get(key) != base.get(key)]
    if SOURCE in base and changed:
        _remark(base, own, merged, changed)
    return merged


def _remark(base: Mapping, own: Mapping, merged: Mapping, changed: list[str]) -> None:
    """Keep an indicator that was changed from passing for what the base's document says."""
    what, mark = "、".join(changed), str(base.get(MARK, ""))
    file, below = Path(own.place.file).stem, Path(base.place.file).stem
    partly = changed == [WEIGHT] and mark in MARKS
    texts = {
        SOURCE: f"{base[SOURCE]}（{file} 改了{what}）",
        MARK: f"{WEIGHT}[推]；其余[{mark}]" if partly else "推",
    }
    if WORDS in base:
        texts[WORDS] = f"{base[WORDS]}（{below} 的原文，{file} 改了{what}）"
    place = own.keys_at[changed[0]]
    for key in texts.keys() - own.keys():
        merged.put(key, scalar(texts[key], place))


def check_rubric(rubric: Rubric, found: Checked[Any]) -> Faults:
    """Yield every fault of what could be read of a rubric, beyond its words."""
    mine = rubric.place.file
    for row in rubric.rows:
        if isinstance(row, Socket):
            yield from _socket(row.group, row.place)
        # Of an indicator that can't be read whole, the rest would only seem to be wrong.
        elif not any(f".{row.id}." in f"{name}." for name in found.gaps.names):
            for fault in _entry(row, rubric):
                # Told where a file changed it, not in the base (基于) that fitted before.
                changed = fault.place.file != mine and row.place.file == mine
                yield replace(fault, place=row.place) if changed else fault
    if rubric.is_weighted and not any(re.search("(分值|总分)$", n) for n in found.gaps.names):
        yield from _sums(rubric, found.tree)
    if "来源" not in found.gaps:
        yield from _sources(rubric)
    yield from _grades(rubric)
    first: dict[str, Entry] = {}
    for entry in rubric.entries:
        if first.setdefault(entry.id, entry) is not entry:
            message = f"“{entry.id}”与第 {first[entry.id].place.line} 行的指标同名"
            hint = "键要全表唯一，如“资产管理制度健全性”；表上的叫法写在“名称”里"
            yield Fault(entry.place, message, hint)


def _entry(entry: Entry, rubric: Rubric) -> Faults:
    item = entry.indicator
    weight, rule = item.weight, item.rule
    if not rubric.is_weighted:
        if weight is not None or rule is not None:
            message = f"不带分值的体系里，“{entry.id}”写了分值或规则"
            place = weight.place if weight is not None else entry.place
            place = rule.kind.place if weight is None and rule is not None else place
            yield Fault(place, message, "删去“不带分值: 是”，或删去分值和规则")
        return
    if weight is None:
        yield Fault(entry.place, f"“{entry.id}”缺少“分值”", "补上一行“分值: …”")
    elif not weight.value:
        yield Fault(weight.place, f"“{entry.id}”的分值是 0", "写大于 0 的分值，或删去这个指标")
    elif rule is not None:
        yield from rule.check(weight.value, item.shown_unit)
        if item.formula is not None and not rule.takes_value:
            message = f"规则“{rule.kind}”不看指标值，“{entry.id}”却写了公式"
            yield Fault(item.formula.place, message, "删去公式，或换一种规则")
        zero = [item.zero.points, item.zero.otherwise] if item.zero else []
        yield from check_most((p for p in zero if isinstance(p, Points)), weight.value)
    if rule is None and not rubric.is_partial:
        hint = "补上规则；原文没有见到规则的，整个体系写 部分: 是"
        yield Fault(entry.place, f"“{entry.id}”缺少“规则”", hint)


def _socket(group: Group, place: Place) -> Faults:
    if group.weight is None:
        yield Fault(place, "“指标取自”部门的一组缺少“分值”", "补上一行“分值: …”")
    parts = [a for a in group.subweights.values() if a.value is not None]
    below, whole = sum((a.value or ZERO for a in parts), ZERO), group.weight
    if parts and whole is not None and below != whole.value:
        message = f"二级分值合计 {below}，不等于这一组的 {whole.value} 分"
        yield Fault(parts[0].place, message, "改二级分值，或改分值")
    if group.items:
        yield Fault(place, "“指标取自”和“指标”只能写一个", "删去其中一个")
    if group.quantitative is None:
        yield Fault(place, "“指标取自”部门的一组缺少“定量”规则", "写 定量: {种类: 按目标比}")


def _sources(rubric: Rubric) -> Faults:
    code = re.compile(r"(?:^|[、；，;,])\s*([A-Z]{1,2}\d{0,3})(?![A-Za-z0-9/])", re.ASCII)
    known = list(rubric.file.sources)
    if not any(code.fullmatch(name) for name in known):
        return
    stated = [e.indicator.source for e in rubric.entries]
    stated += [s.group.source for s in rubric.sockets if s.group.source is not None]
    for source in stated:
        for match in code.finditer(source):
            if match[1] not in known:
                hint = f"“来源”里有：{'、'.join(known)}；另有来源的，在“来源”里加一行"
                yield Fault(source.at(match.start(1)), f"“来源”里没有“{match[1]}”", hint)


def _grades(rubric: Rubric) -> Faults:
    stated, seen = rubric.file.grades or {}, dict[Decimal, str]()
    if stated and all(amount.value for amount in stated.values()):
        place = next(iter(stated.values())).place
        yield Fault(place, "没有一个等级从 0 分起", "最低的等级写 0")
    for name, amount in stated.items():
        same = seen.setdefault(amount.value or ZERO, name)
        if same != name:
            yield Fault(amount.place, f"等级“{name}”与“{same}”的最低分相同", "改其中一个")


def _sums(rubric: Rubric, tree: Mapping) -> Faults:
    """Check every year in which the set of indicators changes."""
    bounds = [e.indicator.years for e in rubric.entries if e.indicator.years is not None]
    years = {int(y.first.value or 0) for y in (*bounds, rubric.file.years)}
    at, stated = tree.keys_at["指标"], rubric.file
    weight = stated.total or Amount(rubric.total, "", at, QUANTITY)
    whole = Group.model_construct(weight=weight, partial=stated.partial, items=stated.items)
    found: dict[Fault, None] = {}
    for year in sorted(y for y in years | {y.to + 1 for y in bounds} if y in stated.years):
        said = f"（{year} 年）" if bounds else ""
        level = _added_up("总分", whole, tree["指标"], at, year, said, rubric.place.file)
        found = dict.fromkeys([*found, *reversed(list(level))])
    yield from found


def _added_up(
    what: str, group: Group, tree: Mapping, at: Place, year: int, said: str, mine: str
) -> Generator[Fault, None, Decimal]:
    below = ZERO
    for name, node in group.items.items():
        if isinstance(node, Group) and node.from_department is None and node.untold != "是":
            inside, place = tree[name].get("指标", {}), tree.keys_at[name]
            below += yield from _added_up(f"“{name}”的分值", node, inside, place, year, said, mine)
        elif isinstance(node, Group) or not node.years or year in node.years:
            below += (node.weight.value if node.weight else None) or ZERO
    stated = group.weight.value if group.weight else None
    if group.weight is None or stated is None:
        return below
    if below > stated or (below < stated and group.partial != "是"):
        hint = "改分值；下级只见到一部分的，加一行 部分: 是" if below < stated else "改其中一处"
        # Where a file builds on another (基于), it is told in the file that changed something.
        place = at if at.file == mine != group.weight.place.file else group.weight.place
        yield Fault(place, f"{what}是 {stated}，下级之和却是 {below}{said}", hint)
    return stated


def check_names(rubric: Rubric, figures: Figures, book: Book) -> Faults:
    """Yield a fault for each formula of a rubric that can't be read or names no figure."""
    names = Names(figures.sheet, book, items={EVIDENCE: [entry.id for entry in rubric.entries]})
    for row in rubric.rows:
        for formula, more in _formulas(row.group if isinstance(row, Socket) else row.indicator):
            try:
                named = parse(formula).names
            except FormulaError as error:
                yield Fault(formula.at(error.offset), str(error), error.hint)
                continue
            for name in named:
                if name in more or name in OWN_NAMES or name.split(".")[0] == DATA:
                    continue
                for fault in names.unknown(formula, [name]):
                    near = did_you_mean(name, [*more, *OWN_NAMES]) or f"部门自己的数写 {DATA}.名称"
                    yield replace(fault, hint=near) if fault.hint == LIST_THEM else fault


def _formulas(model: Any) -> Iterator[tuple[Formula, tuple[str, ...]]]:
    for part in sections(model):
        for value in vars(part).values():
            if isinstance(value, Formula):
                yield value, getattr(part, "own_names", ())


# Where the evidence holds what a rule's section of that name asks for, item by item.
_ITEMS = {"要点": "points", "期限": "days"}


def unused(inputs: Inputs, rubric: Rubric) -> Iterator[str]:
    """Yield a remark for each fact of the department's file that this rubric has no use for."""

    def said(what: str, name: str, known: list[str]) -> str:
        hint = did_you_mean(name, known)
        return f"{what}没有用到{f'（{hint}）' if hint else ''}"

    known = {entry.id: entry.indicator for entry in rubric.entries}
    levels = {group for row in rubric.rows for group in row.groups} - known.keys()
    for name, evidence in inputs.department.evidence.items():
        if name in levels:
            continue  # The points printed for a group.
        if name not in known:
            yield said(f"评分依据里的“{name}”不在这套指标体系里，", name, list(known))
            continue
        for field, asked in _asked(known[name]).items():
            key = str(type(evidence).model_fields[field].alias)
            for item in getattr(evidence, field):
                if item not in asked:
                    yield said(f"评分依据.{name}.{key}里的“{item}”", item, asked)
    groups = [str(s.group.from_department) for s in rubric.sockets]
    for name, target in inputs.department.targets.items():
        if not any(map(target.is_of, groups)):
            what = f"绩效指标“{name}”的一级指标“{target.group}”不在这套指标体系里，"
            yield said(what, target.group, groups)


def _asked(item: Indicator) -> dict[str, list[str]]:
    names = [name for formula, _ in _formulas(item) for name in parse(formula).names]
    data = [name.partition(".")[2] for name in names if name.split(".")[0] == DATA]
    asked: dict[str, list[str]] = {"points": [], "days": [], "data": data}
    for rule in (part for part in sections(item) if isinstance(part, Rule)):
        for name, field in type(rule).model_fields.items():
            if field.alias in _ITEMS:
                asked[_ITEMS[field.alias]] += getattr(rule, name)
    return asked
