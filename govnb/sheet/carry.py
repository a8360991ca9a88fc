"""Last year's file → this year's beginning: its text, edited where something has changed.

What becomes of a value stands on its field (:func:`govnb.sheet.fields.key`); this module only
walks. A number, a date and a 是/否 are to be filled in, what belongs to one year is left out,
and words stay and are listed, to be confirmed.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, get_args, get_origin

import yaml
from pydantic import BaseModel

from govnb.sheet.department import DRAFT
from govnb.sheet.fields import Key, bare, class_of, keys_of, reader_of
from govnb.text.faults import Place
from govnb.text.number import TO_FILL, is_unknown
from govnb.text.section import Ledger
from govnb.text.values import TextOf
from govnb.text.yaml_edit import GONE_LINES, Edits, entries, in_braces
from govnb.text.yaml_faults import lines_of

Path = tuple[str | int, ...]
# A value of last year's file as it is known there, as text in the file's own unit.
Values = Callable[[str], str | None]
_YEAR = re.compile(r"(?:19|20)\d\d年?")
_YEAR_IN_WORDS = re.compile(r"^(?!\s*#).*(?<![\d-])(?:19|20)\d\d年")
_REFERENCE = re.compile(r"\{\{(.*?)\}\}")
# `=3+4` is a number of last year all the same.
_FORMULA = re.compile(r"=.*[^\W\d_]", re.DOTALL)
# A remark; keys commented out are none.
_REMARK = re.compile(r"(?m)(?:^|(?<=[ \t]))#[ \t]*(?![\s#]|（\d{4}年）|──|[\w（）]+:(?:\s|$)|- )")


class _Edits(Edits):
    """A YAML text from which keys are left out with the remarks above them."""

    # Of the blank lines around one it is enough to keep one.
    ON_LINES = re.compile(
        rf"(?m)(?:^[ \t]*\n)*(?:(?:^[ \t]*#.*\n)*^[ \t]*{GONE_LINES}.*\n(?:^[ \t]*\n)*)+"
    )

    def made(self) -> str:
        return super().made().rstrip() + "\n"

    def fill(self, node: Any) -> None:
        """Empty a value, or each value of a section, to be filled in; formulas stay."""
        if isinstance(node, yaml.MappingNode):
            for name, value in entries(node).items():
                if name != "名称":
                    self.fill(value)
        elif isinstance(node, yaml.SequenceNode) and node.value:
            self.replace(node.value[0].start_mark.index, self.end(node.value[-1]), TO_FILL)
        elif not _FORMULA.match(node.value):
            self.put(node, TO_FILL)

    def insert(self, node: yaml.MappingNode, before: str, pair: str) -> None:
        start = next(key.start_mark for key, _ in node.value if key.value == before)
        behind = ", " if node.flow_style else "\n" + " " * start.column
        self.replace(start.index, start.index, pair + behind)


class Carried:
    """A new year's file in the making, and the paths of what is to be confirmed in it."""

    def __init__(self, edits: _Edits, values: Values, old_year: str) -> None:
        self.edits, self.values, self.old_year = edits, values, old_year
        self.body = ""
        # What stays as last year had it, what is last year's number in this year's column, and
        # what had to go because it named something left out.
        self.kept: list[Path] = []
        self.moved: list[Path] = []
        self.mended: list[Path] = []
        texts = [node.value for _, _, node, _ in _parts(edits.tree) if _is_scalar(node)]
        found = (t if t.startswith("=") else "\n".join(_REFERENCE.findall(t)) for t in texts)
        self.referred = "\n".join(found)

    def section(self, node: yaml.MappingNode, inner: Any, path: Path) -> bool:
        """Carry a section over; return whether anything is left of it."""
        stated, listed = entries(node), len(self.kept)
        fields = _fields(inner, stated)
        unit, this_year = (getattr(stated.get(key), "value", "") for key in ("单位", "本年"))
        if unit == "年" and _YEAR.fullmatch(str(this_year)):
            # A calendar year, such as the one a service began in.
            self.kept.append(path)
            return True
        later = {f.next_year.last_year: k for k, f in fields.items() if f.next_year.last_year}
        left = False
        for name, value in stated.items():
            if name in fields and name not in later:
                left |= self.value(node, name, value, fields[name], (*path, name))
        for new, name in later.items():
            old = self.literal(stated[name], (*path, name)) if name in stated else None
            if old is None and new in stated:
                self.edits.fill(stated[new])
            elif old is not None:
                self.moved.append((*path, new))
                if new in stated:
                    self.edits.put(stated[new], old)
                else:
                    self.edits.insert(node, name, f"{new}: {old}")
            left |= old is not None or new in stated
        if not class_of(inner, BaseModel):
            # What a department named itself is to be confirmed, which needs no mention each.
            self.kept[listed:] = [path]
        return left

    def value(self, node: yaml.MappingNode, name: str, value: Any, key: Key, path: Path) -> bool:
        """Carry one value over; return whether it is there still."""
        told, inner = key.next_year, bare(key.type)
        is_words = isinstance(key.reader, TextOf) and not key.reader.choices
        left, is_referred = True, self._is_referred_to(path)
        if told.of_one_year:
            left = is_referred
            if is_referred:
                self.only_referred(value, key, path)
        elif told.lasting or is_words:
            self.kept.append(path)
        elif isinstance(value, yaml.MappingNode) and not class_of(inner, Ledger):
            left = self.section(value, inner, path)
        else:
            self.edits.fill(value)
            if "明细" in entries(value):
                self.kept.append(path)
        if not left and not is_referred:
            self.edits.leave_out(node, name)
        return left or is_referred

    def only_referred(self, node: Any, key: Key, path: Path) -> None:
        """Keep of a section what is referred to, or can't be left out, to be filled in."""
        stated = entries(node)
        if not isinstance(node, yaml.MappingNode):
            self.edits.fill(node)
        for name, inside in _fields(bare(key.type), stated).items():
            if name not in stated:
                continue
            if inside.is_required or self._is_referred_to((*path, name)):
                self.only_referred(stated[name], inside, (*path, name))
            else:
                self.edits.leave_out(node, name)

    def literal(self, node: yaml.Node, path: Path) -> str | None:
        """Return a value of last year without its formulas; None if nothing of it is known."""
        if isinstance(node, yaml.MappingNode):
            titles = [pair for pair in node.value if pair[0].value == "名称"]
            others = [pair for pair in node.value if pair not in titles]
            known = [(k, t) for k, v in others if (t := self.literal(v, (*path, k.value)))]
            named = [(key, in_braces(self.edits.typed(title))) for key, title in titles]
            pairs = [f"{in_braces(self.edits.typed(k))}: {text}" for k, text in [*named, *known]]
            return f"{{{', '.join(pairs)}}}" if known else None
        if not isinstance(node, yaml.ScalarNode) or is_unknown(node.value):
            return None
        if node.value.startswith("="):
            return self.values(".".join(str(s) for s in path if s not in ("明细", "合计")))
        return self.edits.typed(node)

    def _is_referred_to(self, path: Path) -> bool:
        name = re.escape(".".join(map(str, path)))
        return re.search(rf"(?<![\w.]){name}(?![\w（])", self.referred) is not None

    def mend(self, places: Iterable[Place], label: str) -> None:
        """Take out the words and formulas at places of the file, which don't fit this year."""
        edits = _Edits(self.body)
        shift = self.text(label).count("\n") - self.body.count("\n") + 1
        parts = {path: part for path, *part in _parts(edits.tree)}
        for place in places:
            at = place.line - shift, place.column - 1
            begun = [p for p, (key, *_) in parts.items() if _at(key) <= at]
            path = max(begun, key=lambda p: (_at(parts[p][0]), len(p)), default=())
            while path:
                _, value, section = parts[path]
                if _is_scalar(value) and value.value.strip() != TO_FILL:
                    edits.put(value, TO_FILL)
                elif isinstance(section, yaml.MappingNode):
                    edits.leave_out(section, str(path[-1]))
                else:
                    path = path[:-1]
                    continue
                self.mended.append(path)
                break
        self.body = edits.made()

    def text(self, label: str) -> str:
        """Return the file, under a comment that says what to look at."""
        head = [
            "# yaml-language-server: $schema=../schema/department.schema.json",
            f"# 由 {label}（{self.old_year}年度）延续而来的草稿。写着{TO_FILL}的逐项填上；",
            "# 没有的，连同引用它的话一起删去。上一年的数、日期、是否、说明、理由、荣誉、",
            "# 评分依据、公布数、落款都不延续；算式照上一年；"
            f"注释里标着（{self.old_year}年）的，讲的是上一年。",
        ]
        lines = self.body.splitlines()
        shift = len([*head, *self._listed(lines, 0)]) + 1
        return "\n".join([*head, *self._listed(lines, shift), "", self.body])

    def _listed(self, lines: list[str], shift: int) -> Iterator[str]:
        """Yield the comments that list what is to be confirmed."""
        for what, paths in (
            ("由上一年的数转来，请核对", self.moved),
            ("照上一年写的，请逐项核对，不对的改、没有的删", self.kept),
            ("引用了今年没有的内容，已改为（待填）", self.mended),
        ):
            groups: dict[str, list[str]] = {}
            for top, *rest in paths:
                inner = rest[-1:] if paths is self.moved else rest
                groups.setdefault(str(top), []).append(".".join(map(str, inner)))
            if groups:
                yield f"# {what}："
            for top, names in groups.items():
                at = next((n for n, line in enumerate(lines, 1) if line.startswith(f"{top}:")), 0)
                told = "、".join(dict.fromkeys(filter(None, names)))
                yield f"#   第 {at + shift} 行起　{top}" + (f"：{told}" if told else "")
        dated = [str(n + shift) for n, line in enumerate(lines, 1) if _YEAR_IN_WORDS.match(line)]
        if dated:
            yield f"# 文字里直接写了年份的行，请逐行核对：第 {'、'.join(dated)} 行。"


def carry(
    text: str,
    year: int,
    model: type[BaseModel],
    values: Values = lambda name: None,
    renamed: Mapping[str, str] | None = None,
) -> Carried:
    """Return last year's file, which reads without a fault of form, as this year's beginning.

    `values` are last year's by name, for what was a formula; `renamed` are accounts that have
    another name this year.
    """
    text = "\n".join(lines_of(text.removeprefix("\ufeff"))) + "\n"
    if renamed:
        ledgers = [key.alias for key in keys_of(model).values() if key.next_year.by_account]
        text = _renamed(text, renamed, ledgers)
    edits = _Edits(text)
    stated = entries(edits.tree)
    old = stated["年度"].value.removesuffix("年") if "年度" in stated else ""
    carried = Carried(edits, values, old)
    # What a comment at the head says is said of last year's file.
    edits.replace(0, edits.tree.start_mark.index, "")
    values_at = [v for _, _, v, _ in _parts(edits.tree) if _is_scalar(v)]
    words = [(value.start_mark.index, edits.end(value)) for value in values_at]
    for match in _REMARK.finditer(text, edits.tree.start_mark.index):
        if not any(start <= match.start() < end for start, end in words):
            edits.replace(*match.span(), f"# （{old or '上一'}年）")
    carried.section(edits.tree, model, ())
    if "稿别" in stated:
        edits.put(stated["稿别"], DRAFT)
    else:
        edits.insert(edits.tree, next(iter(stated)), f"稿别: {DRAFT}")
    if "年度" in stated:
        edits.put(stated["年度"], str(year))
    carried.body = edits.made()
    return carried


def _renamed(text: str, renamed: Mapping[str, str], ledgers: list[str]) -> str:
    """Give accounts this year's names, where they are items and where they are referred to."""
    edits = _Edits(text)
    names = "|".join(map(re.escape, renamed))
    pattern = re.compile(
        rf"((?:{'|'.join(ledgers)})(?:\.[^\s.{{}}|*/+()=-]+)*\.)({names})(?![\w（])"
    )
    for path, key, value, section in _parts(edits.tree):
        name = str(path[-1])
        if path[0] in ledgers and renamed.get(name, name) not in entries(section):
            edits.replace(key.start_mark.index, edits.end(key), renamed[name])
        typed = edits.typed(value) if _is_scalar(value) else ""
        if pattern.search(typed):
            start = value.start_mark.index
            new = pattern.sub(lambda m: m[1] + renamed[m[2]], typed)
            edits.replace(start, start + len(typed), new)
    return edits.made()


def _parts(node: Any, path: Path = ()) -> Iterator[tuple[Path, yaml.Node, Any, yaml.Node]]:
    """Yield each part's path, where it begins (its key), its value and what it is a part of."""
    pairs = node.value if isinstance(node, yaml.CollectionNode) else ()
    for number, pair in enumerate(pairs):
        key, value = pair if isinstance(pair, tuple) else (pair, pair)
        inside = (*path, number if key is value else str(key.value))
        yield inside, key, value, node
        yield from _parts(value, inside)


def _at(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line, node.start_mark.column


def _is_scalar(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode)


def _fields(inner: Any, stated: Iterable[str]) -> dict[str, Key]:
    """Return the fields of a section; each key of one whose names are a department's own."""
    if model := class_of(inner, BaseModel):
        return keys_of(model)
    item = get_args(inner)[1] if get_origin(inner) is dict else Any
    return dict.fromkeys(stated, Key("", "", item, reader_of(item)))
