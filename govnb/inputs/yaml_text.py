"""YAML text → plain containers whose every key and value remembers its place.

PyYAML parses; nothing is resolved to a type, so `010`, `1:30`, `NO` and `001005`
reach the models as the text the accountant typed. Anchors, aliases and tags are
refused: they make a file read differently from what it says, and an alias can
blow a small file up without bound.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from govnb.inputs.place import Fault, FaultsError, Place

MAX_BYTES = 2_000_000
MAX_DEPTH = 40

_PLAIN_TAGS = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq", "!"}


class Scalar(str):
    """The text of a scalar as typed, with its place.

    Attributes
    ----------
    place : Place
        Where the value begins.
    body : Place
        Where the first character of the text stands; differs from `place` for block text.
    """

    place: Place
    body: Place

    def at(self, offset: int) -> Place:
        """Return the place of the character at `offset`, exact in block text."""
        before = self[:offset]
        lines = before.count("\n")
        column = offset - (before.rfind("\n") + 1)
        return Place(self.body.file, self.body.line + lines, self.body.column + column)


class Mapping(dict[str, Any]):
    """A mapping with its place and the place of each key."""

    place: Place
    keys_at: dict[str, Place]


class Sequence(list[Any]):
    """A list with its place."""

    place: Place


def read_yaml(path: Path, label: str | None = None) -> Mapping:
    """Read a YAML file whose top level is a mapping.

    Parameters
    ----------
    path
        The file.
    label
        The file's name in messages and origins; the path as given by default.

    Raises
    ------
    FaultsError
        If the file can't be read, isn't UTF-8, isn't YAML, or uses a feature refused here.
    """
    label = label or str(path)
    return parse_yaml(read_text(path, label), label)


def parse_yaml(text: str, label: str) -> Mapping:
    """Parse YAML text whose top level is a mapping; see :func:`read_yaml`."""
    text = text.removeprefix("\ufeff")
    _refuse_tabs(text, label)
    node = _compose(text, label)
    if node is None:
        raise FaultsError(
            [Fault(Place(label), "文件是空的", "用 govnb new 生成一份可填写的参数文件")]
        )
    builder = _Builder(label, text.splitlines())
    value = builder.build(node, 0)
    if not builder.faults and not isinstance(value, Mapping):
        message = "文件应由“名称: 值”组成"
        if "：" in text.splitlines()[0]:
            message += "；冒号像是用了全角“：”"
        builder.faults.append(Fault(Place(label), message, "冒号用半角，后面留一个空格"))
    if builder.faults:
        raise FaultsError(builder.faults)
    assert isinstance(value, Mapping)
    return value


def read_text(path: Path, label: str) -> str:
    """Return a UTF-8 file's text.

    Raises
    ------
    FaultsError
        If it can't be read, is too large or isn't UTF-8.
    """

    def refuse(message: str, hint: str = "") -> FaultsError:
        return FaultsError([Fault(Place(label), message, hint)])

    try:
        if path.stat().st_size > MAX_BYTES:
            raise refuse("文件超过 2 MB，不像是参数文件")
        data = path.read_bytes()
    except FileNotFoundError:
        raise refuse("没有这个文件", "检查年度和部门代码；ls params/ 可看现有的文件") from None
    except IsADirectoryError:
        raise refuse("这是一个文件夹，不是文件") from None
    except OSError as error:
        raise refuse(f"文件打不开：{error.strerror}", "检查文件是否存在、有无读取权限") from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        place = Place(label, line, 1)
        hint = "在编辑器里另存为 UTF-8 编码（Windows 记事本默认可能是 GBK）"
        raise FaultsError([Fault(place, "文件不是 UTF-8 编码", hint)]) from None


def _refuse_tabs(text: str, label: str) -> None:
    faults = [
        Fault(Place(label, n, line.index("\t") + 1), "有制表符（Tab）", "缩进和间隔都改用空格")
        for n, line in enumerate(text.splitlines(), 1)
        if "\t" in line
    ]
    if faults:
        raise FaultsError(faults)


def _compose(text: str, label: str) -> yaml.Node | None:
    # A C-level parser recurses as deep as the text is nested: measure before parsing.
    if text.count("[") + text.count("{") > 50_000:
        raise FaultsError([Fault(Place(label), "括号太多，不像是参数文件")])
    try:
        loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)(text)
        try:
            node: yaml.Node | None = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(label, mark.line + 1, mark.column + 1) if mark else Place(label)
        raise FaultsError([_syntax_fault(place, error, text)]) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise FaultsError([Fault(Place(label), f"不是有效的 YAML：{reason}")]) from None
    return node


_SYNTAX = {
    "mapping values are not allowed": ("这里多了一个冒号", "含冒号的文字请加引号"),
    "could not find expected ':'": ("这一行缺少冒号", "写成“名称: 值”，冒号用半角，后面留一个空格"),
    "expected <block end>": ("缩进不齐", "同一层的各行左边对齐，只用空格"),
    "found unexpected end of stream": ("文件到此中断，引号或括号没有配对", "补上结尾的引号或括号"),
    "found undefined alias": ("“*”在 YAML 里有特殊含义", "文字请加引号"),
    "cannot start any token": ("这个符号不能放在开头", "整段文字加引号"),
    "expected ',' or": ("方括号或花括号没有配对，或缺少逗号", "补上括号；逗号用半角"),
    "but found another document": ("文件里有多份内容（“---”）", "一个文件只写一个部门"),
}


def _syntax_fault(place: Place, error: yaml.MarkedYAMLError, text: str) -> Fault:
    words = " ".join(filter(None, (error.context, error.problem)))
    message, hint = next(
        (said for key, said in _SYNTAX.items() if key in words),
        (f"不是有效的 YAML：{error.problem}", "检查这一行及上一行的缩进、引号和冒号"),
    )
    lines = text.splitlines()
    here = lines[place.line - 1] if place.line <= len(lines) else ""
    if "：" in here and ": " not in here:
        message += "；这一行像是用了全角冒号“：”"
    return Fault(place, message, hint)


class _Builder:
    """Turns composed nodes into placed containers, noting every fault on the way."""

    def __init__(self, label: str, lines: list[str]) -> None:
        self.label = label
        self.lines = lines
        self.faults: list[Fault] = []
        self._seen: set[int] = set()

    def build(self, node: yaml.Node, depth: int) -> Any:
        place = self._place(node)
        if id(node) in self._seen:
            self.faults.append(Fault(place, "不支持 YAML 的别名（*）", "要引用别处的数，写 =名称"))
            return Scalar("")
        self._seen.add(id(node))
        if node.tag not in _PLAIN_TAGS:
            self.faults.append(Fault(place, f"不支持 YAML 标签“{node.tag}”", "删去“!”开头的标签"))
        if depth > MAX_DEPTH:
            self.faults.append(Fault(place, f"嵌套超过 {MAX_DEPTH} 层"))
            return Scalar("")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place, depth)
        if isinstance(node, yaml.SequenceNode):
            items = Sequence(self.build(child, depth + 1) for child in node.value)
            items.place = place
            return items
        return self._scalar(node, place)

    def _mapping(self, node: yaml.MappingNode, place: Place, depth: int) -> Mapping:
        result = Mapping()
        result.place = place
        result.keys_at = {}
        for key_node, value_node in node.value:
            at = self._place(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self.faults.append(Fault(at, "名称必须是一个词", "花括号不能当名称；文字请加引号"))
                continue
            key = str(key_node.value)
            if key in result:
                first = result.keys_at[key]
                self.faults.append(
                    Fault(at, f"“{key}”写了两次，第一次在第 {first.line} 行", "只留一个")
                )
                continue
            result.keys_at[key] = at
            result[key] = self.build(value_node, depth + 1)
        return result

    def _scalar(self, node: yaml.Node, place: Place) -> Scalar:
        value = Scalar(node.value)
        value.place = place
        value.body = place
        style = getattr(node, "style", None)
        if style in ("|", ">"):
            first = place.line
            # The mark of block text is the `|`; its first line is the next one that isn't blank.
            while first < len(self.lines) and not self.lines[first].strip():
                first += 1
            indent = (
                len(self.lines[first]) - len(self.lines[first].lstrip())
                if first < len(self.lines)
                else 0
            )
            value.body = Place(self.label, place.line + 1, indent + 1)
        elif style in ("'", '"'):
            value.body = Place(self.label, place.line, place.column + 1)
        return value

    def _place(self, node: yaml.Node) -> Place:
        return Place(self.label, node.start_mark.line + 1, node.start_mark.column + 1)
