"""Last year's file → this year's beginning, kept as it was written but for what has changed.

What becomes of a value stands on its field (:func:`govnb.sheet.key.key`); this module only
walks. A number, a date and a 是/否 are to be filled in, what belongs to one year is left out,
and words stay and are listed, to be confirmed.
"""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import LiteralScalarString
from ruamel.yaml.tokens import CommentToken

from govnb.sheet.key import bare, next_year, readers
from govnb.text.ledger import Ledger
from govnb.text.number import TO_FILL, is_unknown
from govnb.text.values import Reads, TextOf

Path = tuple[str | int, ...]
# A value of last year's file as it is known there, as text in the file's own unit.
Values = Callable[[str], str | None]
_YEAR = re.compile(r"(?:19|20)\d\d年?")
_REFERENCE = re.compile(r"\{\{(.*?)\}\}")
_NAME = re.compile(r"[^\W\d_]")
# What stands in the tree for something left out until the text is made of it.
_GONE = re.compile(r"〔删(\d+)〕")
_SCHEMA = "# yaml-language-server:"


class _AsTyped(VersionedResolver):
    """Takes every scalar for text, so that what is written back is what was typed."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        """Return the tag of text for whatever a plain scalar looks like."""
        return super().resolve(kind, "x" if isinstance(value, str) else value, implicit)


def _yaml() -> YAML:
    yaml = YAML()
    yaml.Resolver = _AsTyped
    yaml.preserve_quotes = True
    yaml.width = 10**6
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


@dataclass
class Carried:
    """A new year's file in the making.

    Attributes
    ----------
    tree
        The file.
    old_year
        The year it is carried over from.
    kept
        The paths of what stays as last year had it.
    moved
        The paths of what is last year's number in this year's column.
    mended
        The paths of what had to go because it named something left out.
    """

    tree: CommentedMap
    old_year: str
    kept: list[Path] = field(default_factory=list)
    moved: list[Path] = field(default_factory=list)
    mended: list[Path] = field(default_factory=list)
    _tails: list[str] = field(default_factory=list)

    def leave_out(self, node: CommentedMap, name: str) -> None:
        """Take a key out; the comment behind it, which is the next key's, stays."""
        self._tails.append(self._tail(node, name))
        node.ca.items.pop(name, None)
        # A new value takes the old one's style, and this must stand on the key's line.
        at = list(node).index(name)
        del node[name]
        node.insert(at, name, f"〔删{len(self._tails) - 1}〕")

    def _tail(self, node: Any, name: Any) -> str:
        """Return the comments behind a value, which lie with its last part."""
        value = node[name]
        if gone := _GONE.fullmatch(str(value)):
            return self._tails[int(gone[1])]
        if isinstance(value, CommentedMap) and value:
            return self._tail(value, list(value)[-1])
        if isinstance(value, CommentedSeq) and value:
            return self._tail(value, len(value) - 1)
        found = [*_tokens(node.ca.items.get(name)), *_tokens(getattr(value, "comment", None))]
        text = "".join(token.value for token in found)
        # A block of text has ended its own line.
        return f"\n{text}" if isinstance(value, LiteralScalarString) else text

    def mend(self, path: Path) -> None:
        """Take out the words or the formula at a path, which don't fit this year."""
        *above, last = path
        node: Any = self.tree
        for step in above:
            node = node[step]
        if isinstance(node[last], str) and str(node[last]).strip() != TO_FILL:
            _put(node, last, TO_FILL)
        elif isinstance(node, CommentedMap):
            self.leave_out(node, str(last))
        else:
            self.mend(tuple(above))
            return
        self.mended.append(path)

    def text(self, head: Iterable[str]) -> str:
        """Return the file, under a comment that says what to look at."""
        out = io.StringIO()
        _yaml().dump(self.tree, out)
        lines = self._without_gaps(out.getvalue().splitlines())
        told = [*head, *self._listed(lines)]
        shift = len(told) + 1
        told = [_LINE.sub(lambda m: str(int(m[1]) + shift), line) for line in told]
        return "\n".join([*told, "", *lines]) + "\n"

    def _without_gaps(self, lines: list[str]) -> list[str]:
        done: list[str] = []
        closing = False
        for line in lines:
            gap = _GONE.search(line)
            new = [line]
            if gap and re.fullmatch(r"\s*[^{}\[\]]*: 〔删\d+〕", line):
                while done and done[-1].lstrip().startswith("#"):
                    done.pop()
                tail = self._tails[int(gap[1])].partition("\n")[2].rstrip("\n")
                new = tail.split("\n") if tail else []
            elif gap:
                pair = r"[^\s,{}][^,{}]*: 〔删\d+〕"
                new = [re.sub(rf",\s*{pair}|{pair},?\s*", "", line)]
            closing = closing or gap is not None
            for text in new:
                # Where something has gone, the blank lines around it become one.
                if text.strip() or not closing or (done and done[-1].strip()):
                    done.append(text)
                closing = closing and (gap is not None or not text.strip())
        # A block of text that keeps its blank lines at the file's end is closed by "...".
        while done and done[-1].strip() in ("", "..."):
            done.pop()
        return done

    def _listed(self, lines: list[str]) -> Iterator[str]:
        """Yield the comments that list what is to be confirmed; `⟦n⟧` is a line to shift."""
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
                yield f"#   第 ⟦{at}⟧ 行起　{top}" + (f"：{told}" if told else "")
        dated = [
            f"⟦{number}⟧"
            for number, line in enumerate(lines, 1)
            if not line.lstrip().startswith("#") and _YEAR_IN_WORDS.search(line)
        ]
        if dated:
            yield f"# 文字里直接写了年份的行，请逐行核对：第 {'、'.join(dated)} 行。"


_LINE = re.compile(r"⟦(\d+)⟧")
_YEAR_IN_WORDS = re.compile(r"(?<![\d-])(?:19|20)\d\d年")


def carry(
    text: str,
    year: int,
    model: type[BaseModel],
    values: Values = lambda name: None,
    renamed: Mapping[str, str] | None = None,
) -> Carried:
    """Return last year's file as this year's beginning.

    Parameters
    ----------
    text
        Last year's file, which reads without a fault of form.
    year
        This year.
    model
        What a department's file may say.
    values
        Last year's values by name, for what was a formula.
    renamed
        Accounts that have another name this year.
    """
    tree = _yaml().load(text.removeprefix("\ufeff"))
    old = str(tree.get("年度", "")).removesuffix("年")
    tree.ca.comment = None
    mark = f"（{old}年）" if old else "（上一年）"
    _mark_comments(tree, mark)
    if renamed:
        fields = model.model_fields.values()
        _rename(tree, renamed, [str(f.alias) for f in fields if next_year(f).by_account])
    walk = _Walk(Carried(tree, old), _references(tree), values)
    walk.section(tree, model, ())
    tree["年度"] = str(year)
    return walk.carried


@dataclass
class _Walk:
    carried: Carried
    referred: str
    values: Values

    def section(self, node: CommentedMap, model: type[BaseModel], path: Path) -> bool:
        """Carry a section over; return whether anything is left of it."""
        fields = {str(info.alias): info for info in model.model_fields.values()}
        if _is_constant(node):
            self.carried.kept.append(path)
            return True
        later = {told.last_year: k for k, f in fields.items() if (told := next_year(f)).last_year}
        old = {new: self.literal(node.get(k), (*path, k)) for new, k in later.items()}
        left = False
        for name in list(node):
            if name in fields and name not in later:
                left = self.value(node, name, fields[name], (*path, name)) or left
        for new, name in later.items():
            left = self.last_year(node, new, name, old[new], path) or left
        return left

    def last_year(self, node: CommentedMap, new: str, name: str, old: Any, path: Path) -> bool:
        """Put last year's value under its key of this year; return whether there is one."""
        if old is not None and new not in node:
            at = list(node).index(name) if name in node else 0
            node.insert(at, new, old)
        elif old is not None:
            node[new] = old
        elif new in node and not _is_formula(node[new]):
            _fill(node, new)
        if old is not None:
            self.carried.moved.append((*path, new))
        return new in node

    def value(self, node: CommentedMap, name: str, info: FieldInfo, path: Path) -> bool:
        """Carry one value over; return whether it is there still."""
        told, inner, value = next_year(info), bare(info.annotation), node[name]
        if told.of_one_year:
            if self.is_referred_to(path):
                self.only_referred(node, name, inner, path)
                return True
            self.carried.leave_out(node, name)
            return False
        left = True
        if told.lasting:
            self.carried.kept.append(path)
        elif isinstance(inner, type) and issubclass(inner, Ledger):
            self.ledger(node, name)
            if isinstance(value, CommentedMap) and "明细" in value:
                self.carried.kept.append(path)
        elif isinstance(inner, type) and issubclass(inner, BaseModel):
            left = not isinstance(value, CommentedMap) or self.section(value, inner, path)
        elif get_origin(inner) is dict and isinstance(value, CommentedMap):
            left = self.items(value, bare(get_args(inner)[1]), path)
        elif _is_words(info):
            self.carried.kept.append(path)
        elif not _is_formula(value):
            _fill(node, name)
        if not left and not self.is_referred_to(path):
            self.carried.leave_out(node, name)
        return left

    def only_referred(self, node: CommentedMap, name: str, inner: Any, path: Path) -> None:
        """Keep of a section what is referred to, or can't be left out, to be filled in."""
        value = node[name]
        if not isinstance(value, CommentedMap):
            _fill(node, name)
            return
        fields = {}
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            fields = {str(info.alias): info for info in inner.model_fields.values()}
        below = bare(get_args(inner)[1]) if get_origin(inner) is dict else None
        for key in list(value):
            info = fields.get(key)
            if self.is_referred_to((*path, key)) or (info is not None and info.is_required()):
                inside = below if info is None else bare(info.annotation)
                self.only_referred(value, key, inside, (*path, key))
            else:
                self.carried.leave_out(value, key)

    def items(self, node: CommentedMap, inner: Any, path: Path) -> bool:
        """Carry over what a department named itself; return whether anything is left."""
        if get_origin(inner) is dict:
            inside = bare(get_args(inner)[1])
            return any([self.items(node[n], inside, (*path, n)) for n in list(node)])
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            self.carried.kept.append(path)
            return True
        listed = len(self.carried.kept)
        for name in list(node):
            if isinstance(node[name], CommentedMap):
                left = self.section(node[name], inner, (*path, name))
                if not left and not self.is_referred_to((*path, name)):
                    self.carried.leave_out(node, name)
            elif not _is_formula(node[name]):
                _fill(node, name)
        # The whole section is to be confirmed: its items need no mention each.
        self.carried.kept[listed:] = [path]
        return any(not _is_gone(value) for value in node.values())

    def ledger(self, node: CommentedMap, name: str) -> None:
        """Empty a ledger of its amounts; its items and their formulas stay."""
        value = node[name]
        if not isinstance(value, CommentedMap):
            if not _is_formula(value):
                _fill(node, name)
            return
        for key in value:
            if key == "合计":
                self.ledger(value, key)
            elif key in ("明细", "分类合计") and isinstance(value[key], CommentedMap):
                for part in value[key]:
                    self.ledger(value[key], part)

    def literal(self, value: Any, path: Path) -> Any:
        """Return a value of last year without its formulas; None if nothing of it is known."""
        if isinstance(value, CommentedMap):
            inside = {
                key: (key if key == "名称" else self.literal(item, (*path, key)))
                for key, item in value.items()
            }
            inside = {key: item for key, item in inside.items() if item is not None}
            if not inside or inside.keys() == {"名称"}:
                return None
            if "名称" in inside:
                inside["名称"] = value["名称"]
            made = CommentedMap(inside)
            return made
        if value is None or not isinstance(value, str) or is_unknown(value):
            return None
        if value.startswith("="):
            name = ".".join(str(step) for step in path if step not in ("明细", "合计"))
            return self.values(name)
        return copy.copy(str(value)).strip()

    def is_referred_to(self, path: Path) -> bool:
        name = re.escape(".".join(map(str, path)))
        return re.search(rf"(?<![\w.]){name}(?![\w（])", self.referred) is not None


def _fill(node: Any, name: Any) -> None:
    """Empty a value, or each value of a section, to be filled in; formulas stay."""
    value = node[name]
    if isinstance(value, CommentedMap):
        for key in value:
            _fill(value, key)
    elif isinstance(value, CommentedSeq):
        token = value.ca.items.get(len(value) - 1)
        del value[1:]
        value[0] = TO_FILL
        value.ca.items.clear()
        if token is not None:
            value.ca.items[0] = token
    elif not _is_formula(value):
        _put(node, name, TO_FILL)


def _put(node: Any, name: Any, text: str) -> None:
    """Put a text in a value's place, in its style and with the comment behind it."""
    value = node[name]
    if not isinstance(value, LiteralScalarString):
        node[name] = text
        return
    node[name] = new = LiteralScalarString(text.removesuffix("\n") + "\n")
    if comment := getattr(value, "comment", None):
        new.comment = comment


def _is_formula(value: Any) -> bool:
    """Tell whether a value refers to others; `=3+4` is a number of last year all the same."""
    return isinstance(value, str) and value.startswith("=") and bool(_NAME.search(value))


def _is_gone(value: Any) -> bool:
    return isinstance(value, str) and _GONE.fullmatch(value) is not None


def _is_constant(node: CommentedMap) -> bool:
    """Tell whether a volume is a calendar year, such as the one a service began in."""
    return str(node.get("单位")) == "年" and bool(_YEAR.fullmatch(str(node.get("本年"))))


def _is_words(info: FieldInfo) -> bool:
    """Tell whether a field is words or a list of them, rather than 是/否, a number or a date."""
    found = [reader for reader in readers(info) if isinstance(reader, Reads)]
    return bool(found) and all(isinstance(r, TextOf) and not r.choices for r in found)


def _references(node: Any) -> str:
    """Return all formulas and narratives of a file, one below the other."""
    if isinstance(node, CommentedMap):
        return "\n".join(map(_references, node.values()))
    if isinstance(node, CommentedSeq):
        return "\n".join(map(_references, node))
    text = str(node)
    return text if text.startswith("=") else "\n".join(_REFERENCE.findall(text))


def _rename(tree: CommentedMap, renamed: Mapping[str, str], ledgers: list[str]) -> None:
    """Give accounts this year's names, where they are items and where they are referred to."""
    heads = "|".join(ledgers)
    names = "|".join(map(re.escape, renamed))
    pattern = re.compile(rf"((?:{heads})(?:\.[^\s.{{}}|*/+()=-]+)*\.)({names})(?![\w（])")

    def walk(node: Any, items: bool) -> None:
        for key in list(node) if isinstance(node, CommentedMap) else range(len(node)):
            value = node[key]
            if isinstance(value, CommentedMap | CommentedSeq):
                walk(value, items or key in ledgers)
            elif isinstance(value, str) and pattern.search(value):
                _put(node, key, pattern.sub(lambda m: m[1] + renamed[m[2]], value))
            if items and str(key) in renamed and renamed[str(key)] not in node:
                _rekey(node, str(key), renamed[str(key)])

    walk(tree, False)


def _rekey(node: CommentedMap, old: str, new: str) -> None:
    at, value = list(node).index(old), node[old]
    comment = node.ca.items.pop(old, None)
    del node[old]
    node.insert(at, new, value)
    if comment is not None:
        node.ca.items[new] = comment


def _tokens(found: Any) -> Iterator[CommentToken]:
    if isinstance(found, CommentToken):
        yield found
    elif isinstance(found, list | tuple):
        for item in found:
            yield from _tokens(item)
    elif isinstance(found, dict):
        yield from _tokens(list(found.values()))


def _mark_comments(node: Any, mark: str) -> None:
    """Say of each comment which year it is about; keys commented out are no remarks."""
    if isinstance(node, LiteralScalarString):
        found = _tokens(getattr(node, "comment", None))
    elif isinstance(node, CommentedMap | CommentedSeq):
        found = _tokens([node.ca.comment, node.ca.items, node.ca.end])
        for value in node.values() if isinstance(node, CommentedMap) else node:
            _mark_comments(value, mark)
    else:
        return
    for token in found:
        token.value = _REMARK.sub(lambda m: f"{m[1]}# {mark}", token.value)


_REMARK = re.compile(r"(?m)^(\s*)#\s*(?!\s|（\d{4}年）|──|[\w（）]+:(?:\s|$)|- )")
