"""YAML text → plain containers whose every key and value remembers its place.

PyYAML parses; nothing is resolved to a type, so `010`, `1:30`, `NO` and `001005`
reach the models as the text the accountant typed. Anchors, aliases and tags are
refused: they make a file read differently from what it says, and an alias can
blow a small file up without bound.

What can be told without understanding the rest (a tab, a key written twice) doesn't stop
the reading: it is noted, so that it can be reported together with what the models find.
"""

import re
import stat
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

import yaml

from govnb.files import why
from govnb.text.characters import (
    INVISIBLE,
    ODD_BLANKS,
    UNSEEN,
    WIDE_BLANKS,
    is_common,
    read_ordinary,
    unprintable,
    visible,
)
from govnb.text.faults import Fault, FaultsError, Place
from govnb.text.yaml_faults import invisible, lines_of, syntax_fault

# A department has some 30 KB of facts; what is checked in seconds ends at about ten times that.
MAX_BYTES = 256 * 1024

MAX_DEPTH = 40
_PLAIN_TAGS = {None, "!", *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "map", "seq"))}


class Scalar(str):
    """The text of a scalar as typed, with its place."""

    # Where the value begins, and where its first character may stand: behind a quote or a `|`.
    place: Place
    body: Place
    # The file's lines from `body` on, where a character's offset alone doesn't tell its place.
    lines: tuple[str, ...] = ()

    def visible(self) -> "Scalar":
        """Return the text without what takes no room, and with one kind of blank."""
        if (text := visible(self)) == self:
            return self
        value = Scalar(text)
        value.place, value.body, value.lines = self.place, self.body, self.lines
        if len(value) != len(self) and not self.lines:
            value.lines = (" " * (self.body.column - 1) + self,)
        return value

    def at(self, offset: int) -> Place:
        """Return the place of the character at `offset`, however its lines were folded."""
        if not self.lines:
            return replace(self.body, column=self.body.column + offset)
        # Folding and indenting change blanks only: count the other characters.
        counts, places = self._index
        wanted = counts[min(max(offset, 0), len(self))]
        return places[wanted] if wanted < len(places) else self.place

    @cached_property
    def _index(self) -> tuple[list[int], list[Place]]:
        """How many characters come before each offset, and where each one stands."""
        counts = [0, *accumulate(_is_seen(character) for character in self)]
        places = [
            Place(self.body.file, line, column)
            for line, text in enumerate(self.lines, self.body.line)
            for column, character in enumerate(text, 1)
            if _is_seen(character) and (line, column) >= (self.body.line, self.body.column)
        ]
        return counts, places


def _is_seen(character: str) -> bool:
    return not character.isspace() and not UNSEEN.match(character)


class Mapping(dict[str, Any]):
    """A mapping with its place and the place of each key."""

    place: Place
    keys_at: dict[str, Place]
    faults: list[Fault]  # on the top level, those faults that reading alone could tell
    known: tuple[str, ...] = ()  # the keys it may have, once a model has looked at it

    def put(self, key: str, value: Any, place: Place | None = None) -> None:
        """Put a value behind a key, which stands where the value does if no place is given."""
        self[key], self.keys_at[key] = value, place or value.place


def scalar(text: str, place: Place) -> Scalar:
    """Return a text that stands at a place."""
    value = Scalar(text)
    value.place = value.body = place
    return value


def mapping(values: dict[str, Any], place: Place) -> Mapping:
    """Return a mapping that stands at a place, all its keys too."""
    made = Mapping(values)
    made.place, made.keys_at = place, dict.fromkeys(values, place)
    return made


class Sequence(list[Any]):
    """A list with its place."""

    place: Place


def read_yaml(path: Path, label: str | None = None, *, note: bool = False) -> Mapping:
    """Read a YAML file whose top level is a mapping; raise its faults.

    `label` is its name in messages. With `note` the faults that don't keep the rest from being
    read are left on the tree's `faults`, instead of being raised.
    """
    label = label or str(path)
    return parse_yaml(read_text(path, label), label, note=note)


def parse_yaml(text: str, label: str, *, note: bool = False) -> Mapping:
    """Parse YAML text whose top level is a mapping; see :func:`read_yaml`."""
    text, faults = text.removeprefix("\ufeff"), list[Fault]()
    if is_odd := not is_common(text):
        text = read_ordinary(text, label)
        faults += invisible(text, label)
        # A blank in a tab's place keeps every column, so the rest can still be read.
        text = re.sub(INVISIBLE, " ", text)
    builder = _Builder(text, label, is_odd=is_odd)
    try:
        value = builder.document()
    except FaultsError as error:
        # With tabs in the indentation, what follows is only their consequence.
        raise FaultsError([*faults, *builder.graph] or error.faults) from None
    faults += [*builder.graph, *builder.faults]
    if value is None and not faults:
        faults.append(Fault(Place(label), "文件是空的", "用 govnb new 生成一份可填写的参数文件"))
    elif not isinstance(value, Mapping) and not faults:
        message = "文件应由“名称: 值”组成"
        message += "；冒号像是用了全角“：”" if "：" in str(value) else ""
        faults.append(Fault(value.place, message, "写成“名称: 值”，冒号用半角，后面留一个空格"))
    if faults and not (note and isinstance(value, Mapping)):
        raise FaultsError(faults)
    assert isinstance(value, Mapping)
    value.faults = faults
    return value


_UNREADABLE = {
    FileNotFoundError: ("没有这个文件", "检查年度和部门代码；ls params/ 可看现有的文件"),
    IsADirectoryError: ("这是一个文件夹，不是文件", "写出文件夹里的文件，如 params/2016/代码.yml"),
}


def read_text(path: Path, label: str) -> str:
    """Return a file's text; raise if it can't be read, is too large or isn't UTF-8."""
    told: tuple[str, str] | None = None
    try:
        # A pipe nobody writes to would be waited for without end, a device read without end.
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            told = "这不是普通文件，是管道或设备", "把内容存成 .yml 文件，再写它的路径"
        else:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
            if len(data) > MAX_BYTES:
                message = "文件超过 256 KB，不像是参数文件（一个部门一年约 30 KB）"
                told = message, "检查是不是选错了文件；确有这么多，把逐条明细合并成小计"
    except OSError as error:
        unknown = (f"文件打不开：{why(error)}", "检查文件是否存在、有无读取权限")
        told = _UNREADABLE.get(type(error), unknown)
    if told:
        raise FaultsError.of(label, *told)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        hint = "在编辑器里另存为 UTF-8 编码（Windows 记事本默认可能是 GBK）"
        line = data.count(b"\n", 0, error.start) + 1
        raise FaultsError([Fault(Place(label, line), "文件不是 UTF-8 编码", hint)]) from None


class _Builder:
    """Turns a parser's events into placed containers, noting every fault on the way.

    Events come from a parser that doesn't recurse, so that nesting is stopped before it would
    exhaust the stack.
    """

    def __init__(self, text: str, label: str, *, is_odd: bool) -> None:
        self.label, self.is_odd = label, is_odd
        self.lines = lines_of(text)
        # Anchors and aliases; whatever else can be told of the names and values.
        self.graph: list[Fault] = []
        self.faults: list[Fault] = []
        self._text = text
        self._events = yaml.parse(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))

    def document(self) -> Any:
        """Return what the text holds, None for nothing; raise what ends the reading."""
        try:
            next(self._events)
            value = None
            if isinstance(next(self._events), yaml.DocumentStartEvent):
                value = self.build(next(self._events))
                next(self._events)
                if isinstance(more := next(self._events), yaml.DocumentStartEvent):
                    place, message = self._place(more), "文件里有多份内容（“---”）"
                    raise FaultsError([Fault(place, message, "一个文件只写一个部门")])
            return value
        except yaml.MarkedYAMLError as error:
            raise FaultsError([syntax_fault(error, self._text, self.label)]) from None
        except (yaml.YAMLError, UnicodeError) as error:
            reason = str(error).splitlines()[0]
            hint = "检查文件里有没有乱码，或用 govnb new 重新生成后填写"
            raise FaultsError.of(self.label, f"不是有效的 YAML：{reason}", hint) from None

    def build(self, event: Any, depth: int = 1) -> Any:
        place = self._place(event)
        if isinstance(event, yaml.AliasEvent):
            hint = "要引用别处的数，写 =名称；以 * 开头的文字加引号"
            self.graph.append(Fault(place, "不支持 YAML 的别名（*）", hint))
            return scalar("", place)
        if event.anchor:
            hint = f"删去“&{event.anchor}”；以 & 开头的文字加引号"
            self.graph.append(Fault(place, "不支持 YAML 的锚点（&）", hint))
        if event.tag not in _PLAIN_TAGS:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._tell(place, f"不支持 YAML 标签“{tag}”", "删去“!”开头的标签")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, place)
        if depth > MAX_DEPTH:
            hint = "检查括号和缩进，一项里面不会有这么多层"
            raise FaultsError([Fault(place, f"嵌套超过 {MAX_DEPTH} 层", hint)])
        inside = self._mapping if isinstance(event, yaml.MappingStartEvent) else self._items
        return inside(event, place, depth + 1)

    def _inside(self) -> Iterator[Any]:
        """Yield where each part of what was begun begins."""
        while not isinstance(event := next(self._events), yaml.CollectionEndEvent):
            yield event

    def _mapping(self, _: Any, place: Place, depth: int) -> Mapping:
        result = mapping({}, place)
        for event in self._inside():
            told, at = len(self.faults), self._place(event)
            typed = self.build(event, depth) if not isinstance(event, yaml.ScalarEvent) else None
            key = self._key(event, at) if typed is None else ""
            value = self.build(next(self._events), depth)
            if typed is not None:
                # What is in the place of a name, and what belongs to it, isn't read any further.
                del self.faults[told:]
                self._tell(at, "名称必须是一个词", "花括号不能当名称；文字请加引号")
            elif key in result:
                first = result.keys_at[key].line
                del self.faults[told:]
                self._tell(at, f"“{key}”写了两次，第一次在第 {first} 行", "只留一个")
            else:
                result.keys_at[key], result[key] = at, value
        return result

    def _is_odd(self, event: Any) -> bool:
        # In double quotes a backslash may spell any character.
        return self.is_odd or event.style == '"'

    def _key(self, event: Any, at: Place) -> str:
        """Return a name without what can't be seen in it, which is a fault."""
        typed: str = event.value
        if not self._is_odd(event):
            return typed
        for offset, message, hint in unprintable(typed):
            self._tell(replace(at, column=at.column + offset), f"名称里{message}", hint)
        bare = typed.strip(WIDE_BLANKS)
        key = UNSEEN.sub("", bare)
        if hidden := UNSEEN.search(bare):
            message = f"名称“{key}”里有看不见的字符 U+{ord(hidden[0]):04X}"
            self._tell(at, message, f"删去它，重新写“{key}”")
        elif typed[:1] in tuple(WIDE_BLANKS):
            self._tell(at, "名称前面是全角空格或不间断空格", "缩进改用半角空格")
        elif ":" not in key and (blank := ODD_BLANKS.search(key)):
            key = visible(key)
            message = f"名称“{key}”里有不间断空格（U+{ord(blank[0]):04X}）"
            self._tell(at, message, f"改用半角空格，重新写“{key}”")
        elif key != typed:
            self._tell(at, "名称后面是全角空格或不间断空格", f"删去它，写成“{key}: 值”")
        return key

    def _items(self, begun: Any, place: Place, depth: int) -> Sequence:
        items = Sequence()
        items.place = place
        for event in self._inside():
            items.append(item := self.build(event, depth))
            # Without quotes it reads as several items and counts as one.
            is_plain = isinstance(event, yaml.ScalarEvent) and not event.style
            if begun.flow_style and is_plain and "，" in item:
                hint = "各项用半角逗号“,”隔开；确是一项的，加引号"
                self._tell(item.at(item.index("，")), "列表里的逗号用了全角“，”", hint)
        return items

    def _scalar(self, event: Any, place: Place) -> Scalar:
        value = scalar(event.value, place)
        if event.style in ("|", ">"):
            value.body = Place(self.label, place.line + 1, 1)
        elif event.style in ("'", '"'):
            value.body = Place(self.label, place.line, place.column + 1)
        if event.end_mark.line > event.start_mark.line:
            value.lines = tuple(self.lines[value.body.line - 1 : event.end_mark.line + 1])
        for offset, message, hint in unprintable(value) if self._is_odd(event) else ():
            self._tell(value.at(offset), message, hint)
        return value

    def _tell(self, place: Place, message: str, hint: str) -> None:
        self.faults.append(Fault(place, message, hint))

    def _place(self, event: Any) -> Place:
        return Place(self.label, event.start_mark.line + 1, event.start_mark.column + 1)
