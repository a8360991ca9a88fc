"""YAML text → plain containers whose every key and value remembers its place.

PyYAML parses; nothing is resolved to a type, so `010`, `1:30`, `NO` and `001005`
reach the models as the text the accountant typed. Anchors, aliases and tags are
refused: they make a file read differently from what it says, and an alias can
blow a small file up without bound.

What can be told without understanding the rest (a tab, a key written twice) doesn't stop
the reading: it is noted, so that it can be reported together with what the models find.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from govnb.inputs.place import Fault, FaultsError, Place

MAX_BYTES = 2_000_000
MAX_DEPTH = 40

_INVISIBLE = re.compile(
    "[^\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_WIDE_BLANKS = ("\u3000", "\u00a0")
_PLAIN_TAGS = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq", "!"}


class Scalar(str):
    """The text of a scalar as typed, with its place.

    Attributes
    ----------
    place : Place
        Where the value begins.
    body : Place
        Where the first character of the text may stand: behind a quote or a `|`.
    lines : tuple of str
        For text that runs over several lines, the file's lines from `body` on.
    """

    place: Place
    body: Place
    lines: tuple[str, ...] = ()

    def at(self, offset: int) -> Place:
        """Return the place of the character at `offset`, however its lines were folded."""
        if not self.lines:
            return Place(self.body.file, self.body.line, self.body.column + offset)
        # Folding and indenting change blanks only: count the other characters.
        wanted = sum(not c.isspace() for c in self[:offset])
        for number, line in enumerate(self.lines):
            first = self.body.column if number == 0 else 1
            for column, character in enumerate(line[first - 1 :], first):
                if character.isspace():
                    continue
                if wanted == 0:
                    return Place(self.body.file, self.body.line + number, column)
                wanted -= 1
        return self.place


class Mapping(dict[str, Any]):
    """A mapping with its place and the place of each key.

    `faults`, on the top level, are those that reading alone could tell.
    """

    place: Place
    keys_at: dict[str, Place]
    faults: list[Fault]


class Sequence(list[Any]):
    """A list with its place."""

    place: Place


def read_yaml(path: Path, label: str | None = None, *, note: bool = False) -> Mapping:
    """Read a YAML file whose top level is a mapping.

    Parameters
    ----------
    path
        The file.
    label
        The file's name in messages and origins; the path as given by default.
    note
        Leave the faults that don't keep the rest from being read on the tree's `faults`,
        instead of raising them.

    Raises
    ------
    FaultsError
        If the file can't be read, isn't UTF-8, isn't YAML, or uses a feature refused here.
    """
    label = label or str(path)
    return parse_yaml(read_text(path, label), label, note=note)


def parse_yaml(text: str, label: str, *, note: bool = False) -> Mapping:
    """Parse YAML text whose top level is a mapping; see :func:`read_yaml`."""
    text = text.removeprefix("\ufeff")
    faults = list(_invisible(text, label))
    try:
        # A blank in a tab's place keeps every column, so the rest can still be read.
        node = _compose(_INVISIBLE.sub(" ", text), label, faults)
    except FaultsError as error:
        # With tabs in the indentation, what follows is only their consequence.
        raise FaultsError(faults or error.faults) from None
    if node is None:
        raise FaultsError(
            faults or [Fault(Place(label), "文件是空的", "用 govnb new 生成一份可填写的参数文件")]
        )
    builder = _Builder(label, _lines(text), faults)
    value = builder.build(node, 0)
    if not isinstance(value, Mapping) and not faults:
        message = "文件应由“名称: 值”组成"
        if "：" in str(value):
            message += "；冒号像是用了全角“：”"
        faults.append(Fault(value.place, message, "写成“名称: 值”，冒号用半角，后面留一个空格"))
    if faults and not (note and isinstance(value, Mapping)):
        raise FaultsError(faults)
    assert isinstance(value, Mapping)
    value.faults = faults
    return value


def read_text(path: Path, label: str) -> str:
    """Return a UTF-8 file's text.

    Raises
    ------
    FaultsError
        If it can't be read, is too large or isn't UTF-8.
    """

    def refuse(message: str, hint: str) -> FaultsError:
        return FaultsError([Fault(Place(label), message, hint)])

    try:
        # Not by the size the system states: a pipe or a device states none.
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise refuse("没有这个文件", "检查年度和部门代码；ls params/ 可看现有的文件") from None
    except IsADirectoryError:
        raise refuse("这是一个文件夹，不是文件", "写出文件夹里的文件，如 params/2016/代码.yml") from None
    except OSError as error:
        raise refuse(f"文件打不开：{error.strerror}", "检查文件是否存在、有无读取权限") from None
    if len(data) > MAX_BYTES:
        raise refuse("文件超过 2 MB，不像是参数文件", "检查是不是选错了文件")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        place = Place(label, line, 1)
        hint = "在编辑器里另存为 UTF-8 编码（Windows 记事本默认可能是 GBK）"
        raise FaultsError([Fault(place, "文件不是 UTF-8 编码", hint)]) from None


def _lines(text: str) -> list[str]:
    """Return the lines as YAML counts them; `splitlines` breaks at more characters."""
    return re.split("\r\n|[\n\r\x85\u2028\u2029]", text)


def _invisible(text: str, label: str) -> Iterator[Fault]:
    """Yield one fault a line for tabs and for characters that YAML doesn't allow."""
    for n, line in enumerate(_lines(text), 1):
        match = _INVISIBLE.search(line)
        if match and match[0] == "\t":
            place = Place(label, n, match.start() + 1)
            yield Fault(place, "有制表符（Tab）", "缩进和间隔都改用空格")
        elif match:
            code = f"U+{ord(match[0]):04X}"
            hint = "删去它；若全文都有，文件可能不是文本，或不是 UTF-8 编码"
            yield Fault(Place(label, n, match.start() + 1), f"有不可见的控制字符 {code}", hint)


def _compose(text: str, label: str, faults: list[Fault]) -> yaml.Node | None:
    """Return the tree of nodes; anchors and aliases become faults, worse ends the reading."""
    base = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    known = set(faults)
    try:
        faults.extend(f for f in _graph_faults(yaml.parse(text, base), label) if f not in known)
        loader = base(text)
        try:
            node: yaml.Node | None = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        if "alias" in str(error.problem) and faults:
            raise FaultsError(faults) from None
        raise FaultsError([*faults, _syntax_fault(error, text, label)]) from None
    except FaultsError:
        raise
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        reason = str(error).splitlines()[0]
        hint = "检查文件里有没有乱码，或用 govnb new 重新生成后填写"
        raise FaultsError([Fault(Place(label), f"不是有效的 YAML：{reason}", hint)]) from None
    return node


def _graph_faults(events: Iterator[Any], label: str) -> Iterator[Fault]:
    """Yield a fault for each anchor and alias; raise on nesting that would exhaust the stack.

    Events come from a parser that doesn't recurse, the tree from one that does: depth is
    measured here, before the tree is built.
    """
    depth = 0
    for event in events:
        mark = event.start_mark
        place = Place(label, mark.line + 1, mark.column + 1) if mark else Place(label)
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                hint = "检查括号和缩进，一项里面不会有这么多层"
                raise FaultsError([Fault(place, f"嵌套超过 {MAX_DEPTH} 层", hint)])
        if isinstance(event, yaml.AliasEvent):
            hint = "要引用别处的数，写 =名称；以 * 开头的文字加引号"
            yield Fault(place, "不支持 YAML 的别名（*）", hint)
        elif getattr(event, "anchor", None):
            hint = f"删去“&{event.anchor}”；以 & 开头的文字加引号"
            yield Fault(place, "不支持 YAML 的锚点（&）", hint)


# What a parser's words mean for who types: message, hint, and whether the fault is where the
# construct begins (a quote never closed) rather than where the parser gave up.
_SYNTAX = {
    "could not find expected ':'": (
        "这一行缺少冒号",
        "写成“名称: 值”，冒号用半角，后面留一个空格",
        True,
    ),
    "expected <block end>": ("缩进不齐", "同一层的各行左边对齐，只用空格", False),
    "did not find expected key": ("缩进不齐", "同一层的各行左边对齐，只用空格", False),
    "found unexpected end of stream": (
        "文件到此中断，引号或括号没有配对",
        "补上结尾的引号或括号",
        True,
    ),
    "did not find expected ',' or": ("方括号或花括号没有配对，或缺少逗号", "补上括号；逗号用半角", True),
    "expected ',' or": ("方括号或花括号没有配对，或缺少逗号", "补上括号；逗号用半角", True),
    "expected node content": ("方括号或花括号没有配对", "补上括号；逗号用半角", True),
    "expected the node content": ("方括号或花括号没有配对", "补上括号；逗号用半角", True),
    "scanning an alias": ("“*”在 YAML 里有特殊含义", "文字请加引号", True),
    "scanning an anchor": ("“&”在 YAML 里有特殊含义", "文字请加引号", True),
    "scanning a tag": ("“!”在 YAML 里有特殊含义", "删去“!”开头的标签；文字请加引号", True),
    "cannot start any token": ("这个符号不能放在开头", "整段文字加引号", False),
    "but found another document": ("文件里有多份内容（“---”）", "一个文件只写一个部门", False),
}
_OPENS_WITH_BRACES = re.compile(r"^[\s-]*([^\s:]+:\s+)?\{\{")
_COLON = re.compile(r":(\s|$)")


def _syntax_fault(error: yaml.MarkedYAMLError, text: str, label: str) -> Fault:
    words = " ".join(filter(None, (error.context, error.problem)))
    message, hint, at_start = next(
        (said for key, said in _SYNTAX.items() if key in words),
        (f"不是有效的 YAML：{error.problem}", "检查这一行及上一行的缩进、引号和冒号", False),
    )
    mark = (at_start and error.context_mark) or error.problem_mark or error.context_mark
    if mark is None:
        return Fault(Place(label), message, hint)
    lines = _lines(text)
    here = lines[mark.line] if mark.line < len(lines) else ""
    place = Place(label, mark.line + 1, mark.column + 1)
    if _OPENS_WITH_BRACES.match(here):
        start = Place(label, place.line, here.index("{{") + 1)
        return Fault(start, "以“{{”开头的文字要加引号", '写成 "{{ 名称 }}…"，引号用半角')
    if "mapping values are not allowed" in words:
        return _stray_colon(place, lines)
    if "：" in here and not _COLON.search(here):
        message += "；这一行像是用了全角冒号“：”"
    return Fault(place, message, hint)


def _stray_colon(place: Place, lines: list[str]) -> Fault:
    """Return the fault of a colon where none may be: often the line above lacks its own."""
    above = next((n for n in range(place.line - 1, 0, -1) if lines[n - 1].strip()), 0)
    line = lines[above - 1] if above else ""
    if line and not _COLON.search(line.partition(" #")[0]) and not line.lstrip().startswith("#"):
        column = len(line) - len(line.lstrip()) + 1
        return Fault(Place(place.file, above, column), *colon_missing(line))
    hint = "含冒号的文字加引号；若是新的一行，与上一行左边对齐"
    return Fault(place, "这里多了一个冒号", hint)


def colon_missing(line: str) -> tuple[str, str]:
    """Return message and hint for a line that should be `名称: 值` and isn't."""
    name, colon, value = (part.strip() for part in re.split("([:：])", f"{line}:", maxsplit=1))
    message = {"：": "冒号用了全角“：”", ":": "冒号后面没有空格"}[colon]
    if colon == ":" and ":" not in line:
        message = "这一行缺少冒号"
    return message, f"写成“{name}: {value.rstrip(':').strip() or '值'}”，冒号用半角，后面留一个空格"


class _Builder:
    """Turns composed nodes into placed containers, noting every fault on the way."""

    def __init__(self, label: str, lines: list[str], faults: list[Fault]) -> None:
        self.label = label
        self.lines = lines
        self.faults = faults
        self._seen: set[int] = set()

    def build(self, node: yaml.Node, depth: int) -> Any:
        place = self._place(node)
        if id(node) in self._seen:
            # An alias, a fault already: it must not be spelled out.
            return self._text("", place)
        self._seen.add(id(node))
        if node.tag not in _PLAIN_TAGS:
            self.faults.append(Fault(place, f"不支持 YAML 标签“{node.tag}”", "删去“!”开头的标签"))
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
            if key[:1] in _WIDE_BLANKS:
                message = "名称前面是全角空格或不间断空格"
                self.faults.append(Fault(at, message, "缩进改用半角空格"))
                continue
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
        value = self._text(node.value, place)
        style = getattr(node, "style", None)
        if style in ("|", ">"):
            value.body = Place(self.label, place.line + 1, 1)
        elif style in ("'", '"'):
            value.body = Place(self.label, place.line, place.column + 1)
        if node.end_mark.line > node.start_mark.line:
            value.lines = tuple(self.lines[value.body.line - 1 : node.end_mark.line + 1])
        return value

    def _text(self, text: str, place: Place) -> Scalar:
        value = Scalar(text)
        value.place = value.body = place
        return value

    def _place(self, node: yaml.Node) -> Place:
        return Place(self.label, node.start_mark.line + 1, node.start_mark.column + 1)
