"""What can still be checked of a rubric some of whose words are wrong.

Whoever mends a table wants all that is wrong with it at once: the misspelled kind of rule,
the weights that don't add up and the figure that doesn't exist. So what can't be read is
replaced by something no check objects to, and the rest is checked as usual.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from govnb.inputs.place import Place
from govnb.inputs.rubric_file import RubricFile
from govnb.inputs.yaml_text import Mapping, Scalar

ITEMS, WEIGHT = "指标", "分值"
# What stands in for what can't be read: accepted by every check.
_FILLERS = {"出处": "未见原文", "标记": "待核", "名称": "指标体系"}
_RULES = ("规则", "定量", "定性")


@dataclass(frozen=True)
class Partly:
    """What is left of a rubric's file.

    Attributes
    ----------
    tree : Mapping
        Its text, what can't be read left out or replaced.
    file : RubricFile
        What that says.
    weights_known : bool
        Whether all weights can be read, so that they can be added up.
    sources_known : bool
        Whether the list of sources can be read.
    """

    tree: Mapping
    file: RubricFile
    weights_known: bool = True
    sources_known: bool = True


def read_partly(tree: Mapping) -> Partly | None:
    """Return what can be read of a rubric's text, None when that is too little."""
    weights_known = sources_known = True
    is_weighted = tree.get("不带分值") != "是"
    # Mending one thing may uncover another (a field of a rule whose kind was unknown).
    for _ in range(3):
        try:
            file = TypeAdapter(RubricFile).validate_python(tree)
        except ValidationError as error:
            tree = _copied(tree)
            for detail in error.errors(include_url=False):
                owner, field = _owner(tree, detail["loc"])
                _replace(tree, owner, field)
                if owner and is_weighted and detail["type"] == "extra_forbidden":
                    # Very likely the misspelt name of what is then missing.
                    field = _fill_up(tree, owner) or field
                weights_known &= field not in (WEIGHT, "总分", None)
                sources_known &= field != "来源"
        else:
            return Partly(tree, file, weights_known, sources_known)
    return None


def _copied(tree: Mapping) -> Mapping:
    """Return the tree with sections of its own, so that they can be changed."""
    made = Mapping({key: _copied(v) if isinstance(v, Mapping) else v for key, v in tree.items()})
    made.place, made.keys_at = tree.place, dict(tree.keys_at)
    return made


def _owner(tree: Mapping, loc: tuple[int | str, ...]) -> tuple[list[str], str | None]:
    """Return the indicator or group that a fault is inside, and which of its fields is wrong.

    The location also holds the names of the models tried, which are no keys.
    """
    path: list[str] = []
    node: Any = tree
    rest = list(loc)
    while rest:
        step = rest.pop(0)
        if not isinstance(node, Mapping) or step != ITEMS or ITEMS not in node:
            if isinstance(node, Mapping) and isinstance(step, str) and step in _TAGS and rest:
                continue
            return path, str(step)
        below = node[ITEMS]
        if not rest or not isinstance(below, Mapping) or rest[0] not in below:
            return path, ITEMS
        path.append(str(rest.pop(0)))
        node = below[path[-1]]
    return path, None


_TAGS = ("group", "indicator")


def _replace(tree: Mapping, owner: list[str], field: str | None) -> None:
    """Leave out a field that can't be read, or put in something no check objects to."""
    node = _at(tree, owner)
    if field is None or not isinstance(node, Mapping):
        if owner:
            _at(tree, owner[:-1])[ITEMS].pop(owner[-1], None)
        return
    node.pop(field, None)
    if field == WEIGHT:
        _put(node, WEIGHT, _scalar("1", node.place))
    if field in _RULES or (field == WEIGHT and "规则" in node):
        _put_rule(node, "规则" if field == WEIGHT else field)
    elif field in _FILLERS and (field != "名称" or not owner):
        _put(node, field, _scalar(_FILLERS[field], node.place))
    elif not owner and field in ("适用年度", "来源"):
        section = Mapping({"起": _scalar("1000", node.place)} if field == "适用年度" else {})
        section.place, section.keys_at = node.place, dict.fromkeys(section, node.place)
        _put(node, field, section)


def _at(tree: Mapping, owner: list[str]) -> Any:
    node: Any = tree
    for name in owner:
        node = node[ITEMS].get(name) if isinstance(node, Mapping) else None
    return node


def _fill_up(tree: Mapping, owner: list[str]) -> str | None:
    """Give an indicator the weight and the rule it lacks; return the weight's name if it did."""
    node = _at(tree, owner)
    if not isinstance(node, Mapping) or ITEMS in node:
        return None
    if "规则" not in node and "指标取自" not in node:
        _put_rule(node, "规则")
    if WEIGHT in node:
        return None
    _put(node, WEIGHT, _scalar("1", node.place))
    _put_rule(node, "规则")
    return WEIGHT


def _put_rule(node: Mapping, field: str) -> None:
    """Put in, of all kinds of rule, the one that asks for nothing, with a formula or without."""
    rule = Mapping({"种类": _scalar("按比例", node.place)})
    rule.place, rule.keys_at = node.place, {"种类": node.place}
    _put(node, field, rule)


def _put(node: Mapping, field: str, value: Any) -> None:
    node[field], node.keys_at[field] = value, node.place


def _scalar(text: str, place: Place) -> Scalar:
    value = Scalar(text)
    value.place = value.body = place
    return value
