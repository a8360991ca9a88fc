"""A placed tree against a model: every fault at its place, in the words of who typed it.

What is wrong is told and then left out, and the rest goes on to where formulas, references
and names are checked. The names that were left out are kept, since missing them further on
is a consequence and no second fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path as FilePath
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from govnb.shipped import rules_file
from govnb.text.faults import MOST_FAULTS, Fault, FaultsError, did_you_mean, nearest
from govnb.text.section import dotted
from govnb.text.values import UNKNOWN
from govnb.text.yaml_faults import colon_missing, lacks_colon
from govnb.text.yaml_text import Mapping, Scalar, Sequence, read_yaml, scalar

T = TypeVar("T")
Path = tuple[str | int, ...]

# Mending one fault may uncover another, of the section around it; a hostile file has no end.
_MOST_TURNS = 20


# What reads a model, made once: making one takes longer than reading by it.
adapter_of: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter[Any])


class Gaps:
    """Names that faults left out of the inputs; `{变量}` in one stands for any word."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.names = tuple(dict.fromkeys(names))
        self._any = re.compile("|".join(rf"{dotted(name).pattern}(?:\..*)?" for name in self.names))

    def __or__(self, other: Gaps) -> Gaps:
        return Gaps([*self.names, *other.names])

    def __contains__(self, name: str) -> bool:
        """Tell whether a figure's name, or what it belongs to, was left out."""
        return bool(name) and self._any.fullmatch(name) is not None


@dataclass(frozen=True)
class Checked(Generic[T]):
    """What a tree gave: a value if there is one without the faulty parts, and the faults."""

    value: T | None
    faults: list[Fault]
    gaps: Gaps
    tree: Mapping


def validate(tree: Mapping, model: type[T]) -> T:
    """Check a placed tree against a model; raise its faults, those noted in reading included."""
    found = validate_leniently(tree, model)
    if found.faults or found.value is None:
        raise FaultsError(found.faults)
    return found.value


def district_rules(params_dir: FilePath, name: str, model: type[T]) -> T:
    """Return a district's file of rules, or the one with the program; raise what is wrong in it."""
    file, label = rules_file(params_dir, name), f"{params_dir.name}/rules/{name}"
    if file is None:
        raise FaultsError.of(label, "没有这个文件")
    return validate(read_yaml(file, label), model)


def validate_leniently(
    tree: Mapping,
    model: type[T],
    stand_ins: AnyMapping[str, Mapping | Scalar] | None = None,
    fillers: AnyMapping[str, str] | None = None,
) -> Checked[T]:
    """Check a placed tree against a model, leaving out of it what is wrong.

    `stand_ins` are for a department's file: what to put in place of a section it can't do
    without. An unusable value of such a file is taken as 未公布 where that can be said.
    `fillers` stand in for fields that can't be done without and that nothing else rests on.
    """
    faults: list[Fault] = list(getattr(tree, "faults", []))
    # What reading refused has left a gap in its place, which is no second fault.
    known = {fault.place for fault in faults}
    adapter, mend = adapter_of(model), _Mending(tree, stand_ins, fillers or {})
    value, telling = None, True
    for _ in range(_MOST_TURNS):
        try:
            value = adapter.validate_python(tree)
            break
        except ValidationError as error:
            details: list[Any] = error.errors(include_url=False)
        # What is missing may be what was mistyped, and isn't missing from the next turn on.
        lacking = [_fault(tree, detail) for detail in details if detail["type"] == "missing"]
        # Under its right name a section is checked as well, and what missed it has no fault.
        respelled = mend.respell(details) if telling else []
        told = [*respelled, *lacking] if respelled else []
        if telling and not respelled:
            # What is only wrong if a key was guessed right is no fault.
            own = [d for d in details if _walked(tree, d["loc"])[0] not in mend.respelled]
            told, telling = [_fault(tree, detail) for detail in own[:MOST_FAULTS]], False
        faults += [fault for fault in told if fault.place not in known]
        if not respelled and not mend.leave_out(details):
            break
    return Checked(value, faults, Gaps(mend.gaps), tree)


@dataclass
class _Mending:
    """A tree from which the faulty parts are taken one after the other."""

    tree: Mapping
    stand_ins: AnyMapping[str, Mapping | Scalar] | None
    fillers: AnyMapping[str, str]
    gaps: list[str] = field(default_factory=list)
    respelled: set[Path] = field(default_factory=set)
    _unknown: set[Path] = field(default_factory=set)

    def respell(self, details: list[Any]) -> list[Fault]:
        """Give mistyped keys the names they are close to; return the faults of these."""
        faults: list[Fault] = []
        for detail in details:
            if detail["type"] != "extra_forbidden":
                continue
            path, section = _walked(self.tree, detail["loc"][:-1])
            key = str(detail["loc"][-1])
            near = nearest(key, section.known)
            if near is None or near in section or (*path, near) in self.respelled:
                continue
            faults.append(_fault(self.tree, detail))
            self.respelled.add((*path, near))
            section.keys_at[near] = section.keys_at[key]
            section[near] = section.pop(key)
        return faults

    def leave_out(self, details: list[Any]) -> bool:
        """Take the faulty parts out; False if nothing would be left to check."""
        paths: set[Path] = set()
        for detail in details:
            path, _ = _walked(self.tree, detail["loc"])
            missing = str(detail["loc"][-1]) if detail["type"] == "missing" else ""
            if path:
                paths.add(path)
            elif missing in (self.stand_ins or {}):
                self.tree[missing] = (self.stand_ins or {})[missing]
            else:
                return False
        # The deepest first, and the last of a list before those in front of it.
        for path in sorted(paths, reverse=True):
            self._leave_out(path)
        return True

    def _leave_out(self, path: Path) -> None:
        (_, parent), last = _walked(self.tree, path[:-1]), path[-1]
        is_first = path not in self._unknown
        self._unknown.add(path)
        if last in self.fillers and is_first:
            parent[last] = scalar(self.fillers[str(last)], parent.place)
            return
        names = [str(step) for step in path if step != "明细" and isinstance(step, str)]
        self.gaps.append(".".join(names))
        is_gone = not (is_first and isinstance(last, str) and self.stand_ins is not None)
        if is_gone:
            del parent[last]
        else:
            parent[last] = scalar(UNKNOWN, parent[last].place)
        # What is computed for each item that has this value is missing with it.
        if len(names) > 2 and (is_gone or last == "单位"):
            self.gaps.append(".".join(names[:-1]))


def _walked(tree: Any, loc: Iterable[str | int]) -> tuple[Path, Any]:
    """Return the steps of a place pydantic names that are steps of the file, and what is there."""
    node, path = tree, []
    for step in loc:
        if isinstance(node, Mapping) and step in node:
            node = node[str(step)]
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node):
            node = node[step]
        else:
            continue
        path.append(step)
    return tuple(path), node


def _fault(tree: Mapping, detail: Any) -> Fault:
    kind, loc, context = detail["type"], detail["loc"], detail.get("ctx", {})
    path, node = _walked(tree, loc)
    last = str(loc[-1]) if loc else ""
    place = node.place
    if kind == "extra_forbidden":
        section = _walked(tree, loc[:-1])[1]
        return Fault(section.keys_at.get(last, place), *_unknown_key(last, detail, section))
    if kind == "missing":
        return Fault(place, f"缺少“{last}”", f"补上一行“{last}: …”")
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _untagged(node, detail)
    # Where its key stands, for what has one.
    parent = _walked(tree, path[:-1])[1]
    keys_at = parent.keys_at if path and isinstance(parent, Mapping) else {}
    key_at = keys_at.get(str(path[-1]), place) if path else place
    if kind == "govnb":
        place = context.get("place", key_at if last == "[key]" else place)
        return Fault(place, str(detail["msg"]), str(context.get("hint", "")))
    return Fault(place, *_shape(kind, detail, is_line=key_at.line != place.line))


def _unknown_key(key: str, detail: Any, section: Mapping) -> tuple[str, str]:
    """Return message and hint for a key its section doesn't have."""
    if re.search("[:：]", key):
        # All of `名称:值` was taken for the name, as no blank ends it.
        return colon_missing(key)
    if re.fullmatch(r"\d[\d.]*", key) and detail["input"] == "":
        # In braces a comma ends the value, and `12,500` is 12 and a name.
        return f"不认识“{key}”", "花括号里的逗号把一个数断成了两截：不写千分位逗号"
    return f"不认识“{key}”", did_you_mean(key, section.known, "可用")


def _untagged(node: Any, detail: Any) -> Fault:
    """Return the fault of an item whose 种类 is missing or unknown, or that has no rows at all."""
    if not isinstance(detail["input"], Mapping):
        return Fault(node.place, *_shape("dict_type", detail, is_line=False))
    context = detail.get("ctx", {})
    if "tag" not in context:
        return Fault(node.place, "缺少“种类”", "补上一行“种类: …”")
    tag, kinds = str(context["tag"]), re.findall("'(.*?)'", str(context["expected_tags"]))
    hint = did_you_mean(tag, kinds, "可用")
    return Fault(node["种类"].place, f"没有“{tag}”这个种类", hint)


def _shape(kind: str, detail: Any, *, is_line: bool) -> tuple[str, str]:
    """Return message and hint for one kind of thing standing where another should.

    `is_line` tells that it begins a line of its own.
    """
    given = detail["input"]
    if kind in ("list_type", "tuple_type"):
        return "这里应是一个列表，每行以“- ”开头", "另起一行，缩进两格，每项一行，写成“- 内容”"
    if kind in ("model_type", "dict_type"):
        if isinstance(given, Scalar) and (is_line or re.search("[:：]", given)):
            line = given.lines[0] if given.lines else str(given)
            if lacks_colon(line.strip()):
                return colon_missing(line)
        if str(detail.get("ctx", {}).get("class_name")).startswith("Ledger"):
            return "这里应是一个数，或若干行“名称: 值”", "写一个数，或写“合计: 值”和“明细:”各行"
        hint = "另起一行，缩进两格，每行写“名称: 值”；没有内容就删去这一项"
        return "这里应是若干行“名称: 值”", hint
    if kind == "too_short":
        return "这里还没有填，或填得不够", "照 govnb new 生成的样子写"
    return f"填写有误：{detail['msg']}", "照 govnb new 生成的样子写"
