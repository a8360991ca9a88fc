"""A placed tree against a model: every fault at its place, in the words of who typed it."""

from __future__ import annotations

import re
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, Tag, TypeAdapter, ValidationError

from govnb.text.ledger import Ledger
from govnb.text.place import MOST_FAULTS, Fault, FaultsError, Place
from govnb.text.suggest import did_you_mean
from govnb.text.yaml_faults import colon_missing, lacks_colon
from govnb.text.yaml_text import Mapping, Scalar, Sequence

T = TypeVar("T")


def validate(tree: Mapping, model: type[T]) -> T:
    """Check a placed tree against a model.

    Raises
    ------
    FaultsError
        With one fault for each thing wrong, at its place, those noted in reading included.
    """
    noted: list[Fault] = getattr(tree, "faults", [])
    try:
        value = TypeAdapter(model).validate_python(tree)
    except ValidationError as error:
        found = faults_of(tree, error.errors(include_url=False), model)
        # What reading refused has left a gap in its place, which is no second fault.
        told = {fault.place for fault in noted}
        raise FaultsError([*noted, *(f for f in found if f.place not in told)]) from None
    if noted:
        raise FaultsError(noted)
    return value


def faults_of(tree: Mapping, details: list[Any], model: Any) -> list[Fault]:
    """Return the faults behind what pydantic found, as many as anyone mends at a time."""
    return [_fault(tree, detail, model) for detail in details[:MOST_FAULTS]]


def _fault(tree: Mapping, detail: Any, model: Any) -> Fault:
    kind, loc, context = detail["type"], detail["loc"], detail.get("ctx", {})
    place, parent = _locate(tree, loc)
    last = str(loc[-1]) if loc else ""
    if kind == "extra_forbidden":
        known = known_keys(model, loc[:-1])
        if re.search("[:：]", last):
            # All of `名称:值` was taken for the name, as no blank ends it.
            return Fault(_key_place(parent, last, place), *colon_missing(last))
        if re.fullmatch(r"\d[\d.]*", last) and detail["input"] == "":
            # In braces a comma ends the value, and `12,500` is 12 and a name.
            hint = "花括号里的逗号把一个数断成了两截：不写千分位逗号"
            return Fault(_key_place(parent, last, place), f"不认识“{last}”", hint)
        return Fault(
            _key_place(parent, last, place),
            f"不认识“{last}”",
            did_you_mean(last, known) or f"可用：{'、'.join(known)}",
        )
    if kind == "missing":
        return Fault(place, f"缺少“{last}”", f"补上一行“{last}: …”")
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _untagged(tree, detail)
    if kind == "govnb":
        if loc and str(loc[-1]) == "[key]":
            place = _key_place(parent, str(loc[-2]), place)
        place = context.get("place", place)
        return Fault(place, str(detail["msg"]), str(context.get("hint", "")))
    is_line = _key_place(parent, last, place).line != place.line
    return Fault(place, *_shape(kind, detail, context, is_line=is_line))


def _shape(kind: str, detail: Any, context: Any, *, is_line: bool) -> tuple[str, str]:
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
        if str(context.get("class_name", "")).startswith("Ledger"):
            return "这里应是一个数，或若干行“名称: 值”", "写一个数，或写“合计: 值”和“明细:”各行"
        hint = "另起一行，缩进两格，每行写“名称: 值”；没有内容就删去这一项"
        return "这里应是若干行“名称: 值”", hint
    if kind == "too_short":
        return "这里还没有填，或填得不够", "照 govnb new 生成的样子写"
    return f"填写有误：{detail['msg']}", "照 govnb new 生成的样子写"


def _untagged(tree: Any, detail: Any) -> Fault:
    """Return the fault of an item whose 种类 is missing or unknown, or that has no rows at all."""
    loc, context = detail["loc"], detail.get("ctx", {})
    place, _ = _locate(tree, loc)
    if not isinstance(detail["input"], Mapping):
        return Fault(place, *_shape("dict_type", detail, context, is_line=False))
    if "tag" not in context:
        return Fault(place, "缺少“种类”", "补上一行“种类: …”")
    tag, known = str(context["tag"]), str(context["expected_tags"])
    kinds = [kind.strip("' ") for kind in known.split(",")]
    place, _ = _locate(tree, (*loc, "种类"))
    hint = did_you_mean(tag, kinds) or f"可用：{'、'.join(kinds)}"
    return Fault(place, f"没有“{tag}”这个种类", hint)


def _locate(tree: Any, loc: tuple[int | str, ...]) -> tuple[Place, Any]:
    """Return the place of the deepest node on the path, and the container it stands in."""
    node, parent = tree, tree
    for step in loc:
        if isinstance(node, Mapping) and step in node:
            node, parent = node[str(step)], node
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node):
            node, parent = node[step], node
    return node.place, parent


def _key_place(parent: Any, key: str, default: Place) -> Place:
    return parent.keys_at.get(key, default) if isinstance(parent, Mapping) else default


def known_keys(model: Any, loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys allowed in the section at `loc`, for “did you mean”."""
    here: Any = model
    ledger: type[BaseModel] | None = None
    for step in loc:
        above = _model_of(here)
        ledger = above if above is not None and issubclass(above, Ledger) else ledger
        here = _inside(here, step)
    # Parts of a ledger are ledgers; pydantic says so by a reference that can't be followed.
    fields = _model_of(here) or ledger
    return [field.alias or name for name, field in fields.model_fields.items()] if fields else []


def _inside(annotation: Any, step: int | str) -> Any:
    if get_origin(annotation) is list:
        return get_args(annotation)[0]
    model = _model_of(annotation) or _tagged(annotation, step)
    if step in (kinds := getattr(model, "KINDS", {})):
        return kinds[step]  # One of several kinds of section, each registered as it is defined.
    if model is not None and _is_tag(model, step):
        return model
    if model is not None:
        return next((f.annotation for f in model.model_fields.values() if f.alias == step), None)
    args = [arg for arg in getattr(annotation, "__args__", ()) if arg is not type(None)]
    if hasattr(annotation, "__metadata__") or (type(None) in getattr(annotation, "__args__", ())):
        # Annotated[…] and `… | None` add nothing to the path.
        return _inside(args[0], step) if len(args) == 1 else None
    # One of several kinds of section: the step is the tag that names the kind.
    tagged = (arg for arg in args if Tag(str(step)) in getattr(arg, "__metadata__", ()))
    several = (arg for arg in reversed(args) if _model_of(arg) or hasattr(arg, "__args__"))
    return next(tagged, None) or next(several, None)


def _tagged(annotation: Any, tag: int | str) -> type[BaseModel] | None:
    """Return the member of a tagged union that bears the tag."""
    members: tuple[Any, ...] = getattr(annotation, "__args__", ())
    if len(members) == 1:
        return _tagged(members[0], tag)
    models = (m for m in members if isinstance(m, type) and issubclass(m, BaseModel))
    return next((model for model in models if _is_tag(model, tag)), None)


def _is_tag(model: type[BaseModel], tag: int | str) -> bool:
    literals = [f.annotation for f in model.model_fields.values()]
    return any(get_origin(a) is Literal and tag in get_args(a) for a in literals)


def _model_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    args = [a for a in getattr(annotation, "__args__", ()) if a is not type(None)]
    if len(args) == 1:
        return _model_of(args[0])
    return None
