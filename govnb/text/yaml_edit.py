"""A YAML text edited where its nodes stand: comments, order and what isn't touched stay."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

# Text that YAML would read as something else without quotes.
_NEEDS_QUOTES = re.compile(r"^[\s\-?:,\[\]{}#&*!|>'\"%@`]|:(?:\s|$)|\s#|[\n\t]|\s$|^$")


# What stands for a key left out until the text is made, in braces or on lines of its own.
_GONE, GONE_LINES = "\0", "\1"
_IN_BRACES = re.compile(rf",\s*{_GONE}|{_GONE},?\s*")


class Edits:
    """A YAML text and what changes in it."""

    ON_LINES = re.compile(rf"(?m)^[ \t]*{GONE_LINES}.*(?:\n|\Z)")

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree: Any = yaml.compose(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))
        self._edits: dict[tuple[int, int], str] = {}
        self._gone: set[int] = set()

    def replace(self, start: int, end: int, new: str) -> None:
        """Put a text in the place of what stands between two characters."""
        self._edits[start, end] = new

    def made(self) -> str:
        """Return the text with its edits; of two that overlap the outer one counts."""
        done, at = [], 0
        order = sorted(self._edits, key=lambda span: (span[0], span[0] != span[1], -span[1]))
        for start, end in order:
            if start >= at:
                done += [self.text[at:start], self._edits[start, end]]
                at = end
        text = _IN_BRACES.sub("", "".join([*done, self.text[at:]]))
        return self.ON_LINES.sub(lambda m: "\n" * ("\n\n" in f"\n{m[0]}"), text)

    def end(self, node: Any) -> int:
        """Return where a value's last character stands."""
        if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
            start: int = node.start_mark.index
            return start + len(self.text[start : node.end_mark.index].rstrip())
        last = node.value[-1]
        return self.end(last[1] if isinstance(last, tuple) else last)

    def typed(self, node: yaml.Node) -> str:
        """Return a value as it is typed."""
        return self.text[node.start_mark.index : self.end(node)]

    def put(self, node: yaml.Node, new: str) -> None:
        """Put a text in a value's place, in a block of lines where it is one."""
        start, typed = node.start_mark.index, self.typed(node)
        if block := re.match(r"[|>].*\n\s*?( +)\S", typed):
            new = f"|\n{block[1]}{new}"
        self.replace(start, self.end(node), new if typed else f" {new}")

    def merge(self, node: yaml.MappingNode, values: Mapping[str, Any]) -> None:
        """Set values of a section, those of its sections below; new keys stand behind the rest.

        A list, and whatever has another shape than what stands there, is written anew.
        """
        here, new = entries(node), {}
        for key, value in values.items():
            if key not in here:
                new[key] = value
            elif isinstance(value, Mapping) and isinstance(here[key], yaml.MappingNode):
                self.merge(here[key], value)
            elif isinstance(value, Mapping | list) or "\n" in value:
                # Behind the key, so that what is written may begin a line of its own.
                start, column = here[key].start_mark.index, node.value[0][0].start_mark.column
                start = self.text.rindex(":", 0, start) + 1
                inside = in_flow(value) if node.flow_style else block(value, column + 2)
                self.replace(start, self.end(here[key]), inside)
            else:
                typed = in_flow(value).strip() if node.flow_style else plain(value)
                self.put(here[key], typed)
        if new and node.flow_style:
            at = self.end(node) - 1
            self._behind(at, (", " if here else "") + in_flow(new)[2:-1])
        elif new:
            # Behind the line of the last value, with what is remarked there and below it.
            column, at = node.value[0][0].start_mark.column, self.text.find("\n", self.end(node))
            at = len(self.text) if at < 0 else at
            below = re.compile(rf"(?:\n[ \t]*)*\n[ ]{{{column},}}#[^\n]*")
            while remark := below.match(self.text, at):
                at = remark.end()
            self._behind(at, block(new, column))

    def leave_out(self, node: yaml.MappingNode, name: str) -> None:
        """Take a key of a section out, with its value."""
        key, value = next(pair for pair in node.value if pair[0].value == name)
        self._gone.add(id(key))
        gone = _GONE if node.flow_style else GONE_LINES
        self.replace(key.start_mark.index, self.end(value), gone)

    def remove(self, path: Sequence[str]) -> None:
        """Take out what stands at a path, with the sections that then hold nothing."""
        steps: list[tuple[Any, str]] = []
        node = self.tree
        for step in path:
            if step not in entries(node):
                break
            steps.append((node, step))
            node = entries(node)[step]
        while steps:
            section, name = steps.pop()
            self.leave_out(section, name)
            if any(id(key) not in self._gone for key, _ in section.value):
                break

    def _behind(self, at: int, text: str) -> None:
        """Insert a text behind what else is inserted there: sections below come first."""
        self._edits[at, at] = self._edits.get((at, at), "") + text


def entries(node: Any) -> dict[str, Any]:
    """Return the values of a section by key; none of what isn't one."""
    is_section = isinstance(node, yaml.MappingNode)
    return {str(key.value): value for key, value in node.value} if is_section else {}


def in_braces(typed: str) -> str:
    """Return a text as it may stand in braces, where a comma would end it."""
    special = re.search(r"[,\[\]{}]", typed) and typed[0] not in "'\""
    return json.dumps(typed, ensure_ascii=False) if special else typed


def plain(text: str) -> str:
    """Return a text as YAML that reads as it, in quotes where it must have them."""
    return json.dumps(text, ensure_ascii=False) if _NEEDS_QUOTES.search(text) else text


def in_flow(value: Any) -> str:
    """Return a value on one line, behind a key: ` {甲: 1}`."""
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{in_braces(plain(k))}:{in_flow(v)}" for k, v in value.items())
        return f" {{{pairs}}}"
    if isinstance(value, list):
        return f" [{', '.join(in_flow(item).strip() for item in value)}]"
    return f" {in_braces(plain(value))}"


def block(value: Any, column: int) -> str:
    """Return a value on lines of its own, behind a key; texts of several lines as `|`."""
    if isinstance(value, str):
        if "\n" not in value or value != value.rstrip("\n") + "\n" or value.startswith((" ", "\n")):
            return f" {plain(value)}"
        lines = (" " * column + line if line else "" for line in value[:-1].split("\n"))
        return " |\n" + "\n".join(lines)
    if isinstance(value, list):
        return "".join(f"\n{' ' * column}-{block(item, column + 2)}" for item in value)
    return "".join(
        f"\n{' ' * column}{plain(key)}:{block(item, column + 2)}" for key, item in value.items()
    )
