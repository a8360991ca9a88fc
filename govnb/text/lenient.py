"""A file with faults, as far as it can be used: so that all of it is checked at once.

What is wrong is told and then left out, and the rest goes on to where formulas, references
and names are checked. The names that were left out are kept, since missing them further on
is a consequence and no second fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from govnb.text.dotted import dotted
from govnb.text.place import Fault
from govnb.text.suggest import nearest
from govnb.text.validation import faults_of, known_keys
from govnb.text.values import UNKNOWN
from govnb.text.yaml_text import Mapping, Scalar, Sequence, scalar

T = TypeVar("T")
Path = tuple[str | int, ...]

# Mending one fault may uncover another, of the section around it; a hostile file has no end.
_MOST_TURNS = 20


class Gaps:
    """Names that faults left out of the inputs; `{变量}` in one stands for any word."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.names = tuple(dict.fromkeys(names))
        self._whole = frozenset(self.names)
        # Names with a wildcard are rule files' own: only these have to be tried one by one.
        self._patterns = [re.compile(dotted(n).pattern) for n in self.names if "{" in n or "*" in n]

    def __or__(self, other: Gaps) -> Gaps:
        return Gaps([*self.names, *other.names])

    def __contains__(self, name: str) -> bool:
        """Tell whether a figure's name, or what it belongs to, was left out."""
        ends = [at for at, sign in enumerate(name) if sign == "."]
        above = [name, *(name[:end] for end in ends)]
        if not self._whole.isdisjoint(above):
            return True
        return any(p.fullmatch(each) for p in self._patterns for each in above)


@dataclass(frozen=True)
class Checked(Generic[T]):
    """What a tree gave: a value if there is one without the faulty parts, and the faults."""

    value: T | None
    faults: list[Fault]
    gaps: Gaps
    tree: Mapping


def validate_leniently(
    tree: Mapping,
    model: type[T],
    stand_ins: AnyMapping[str, Mapping | Scalar] | None = None,
    fillers: AnyMapping[str, str] | None = None,
) -> Checked[T]:
    """Check a placed tree against a model, leaving out what is wrong.

    Parameters
    ----------
    tree
        As read, the faults noted in reading included.
    model
        What it should be.
    stand_ins
        For a department's file: what to put in place of a section it can't do without. An
        unusable value of such a file is taken as 未公布 where that can be said.
    fillers
        What stands in for fields that can't be done without and that nothing else rests on.
    """
    noted: list[Fault] = getattr(tree, "faults", [])
    told = {fault.place for fault in noted}
    adapter, mend = TypeAdapter(model), _Mending(_copied(tree), model, stand_ins, fillers or {})
    faults = list(noted)
    telling = True
    for _ in range(_MOST_TURNS):
        try:
            value = adapter.validate_python(mend.tree)
        except ValidationError as error:
            details: list[Any] = error.errors(include_url=False)
        else:
            return Checked(value, faults, Gaps(mend.gaps), mend.tree)
        # Under its right name a section is checked as well, and what missed it has no fault.
        found = mend.respell(details) if telling else []
        is_respelled = bool(found)
        if telling and not is_respelled:
            found, telling = mend.own_faults(details), False
        # What reading refused has left a gap in its place, which is no second fault.
        faults += [fault for fault in found if fault.place not in told]
        if not is_respelled and not mend.leave_out(details):
            break
    return Checked(None, faults, Gaps(mend.gaps), mend.tree)


class _Mending:
    """A copy of a tree, from which the faulty parts are taken one after the other."""

    def __init__(
        self,
        tree: Mapping,
        model: Any,
        stand_ins: AnyMapping[str, Mapping | Scalar] | None,
        fillers: AnyMapping[str, str],
    ) -> None:
        self.tree = tree
        self.model = model
        self.stand_ins = stand_ins
        self.fillers = fillers
        self.gaps: list[str] = []
        self._respelled: set[Path] = set()
        self._unknown: set[Path] = set()

    def respell(self, details: list[Any]) -> list[Fault]:
        """Give mistyped keys the names they are close to; return the faults of these."""
        faults: list[Fault] = []
        # What is missing may be what was mistyped, and isn't missing from the next turn on.
        missing = [detail for detail in details if detail["type"] == "missing"]
        lacking = faults_of(self.tree, missing, self.model)
        for detail in details:
            if detail["type"] != "extra_forbidden":
                continue
            *above, key = _path(self.tree, detail["loc"])
            section = self._at(above)
            near = nearest(str(key), known_keys(self.model, detail["loc"][:-1]))
            if near is None or near in section or (*above, near) in self._respelled:
                continue
            faults += faults_of(self.tree, [detail], self.model)
            self._respelled.add((*above, near))
            section.keys_at[near] = section.keys_at[key]
            section[near] = section.pop(key)
        return [*faults, *lacking] if faults else []

    def own_faults(self, details: list[Any]) -> list[Fault]:
        """Return what is wrong, without what is only so if a key was guessed right."""
        own = [d for d in details if _path(self.tree, d["loc"]) not in self._respelled]
        return faults_of(self.tree, own, self.model)

    def leave_out(self, details: list[Any]) -> bool:
        """Take the faulty parts out; False if nothing would be left to check."""
        paths: set[Path] = set()
        for detail in details:
            path = _path(self.tree, detail["loc"])
            if detail["type"] == "missing" and not path:
                missing = str(detail["loc"][-1])
                if missing not in (self.stand_ins or {}):
                    return False
                self.tree[missing] = (self.stand_ins or {})[missing]
            elif not path:
                return False
            else:
                paths.add(path)
        # The deepest first, and the last of a list before those in front of it.
        for path in sorted(paths, reverse=True):
            self._leave_out(path)
        return True

    def _leave_out(self, path: Path) -> None:
        parent, last = self._at(path[:-1]), path[-1]
        if last in self.fillers and path not in self._unknown:
            self._unknown.add(path)
            parent[last] = scalar(self.fillers[str(last)], parent.place)
            return
        names = [str(step) for step in path if step != "明细" and isinstance(step, str)]
        self.gaps.append(".".join(names))
        is_sayable = isinstance(last, str) and self.stand_ins is not None
        is_gone = not is_sayable or path in self._unknown
        if is_gone:
            del parent[last]
        else:
            self._unknown.add(path)
            parent[last] = scalar(UNKNOWN, parent[last].place)
        # What is computed for each item that has this value is missing with it.
        if len(names) > 2 and (is_gone or last == "单位"):
            self.gaps.append(".".join(names[:-1]))

    def _at(self, path: Iterable[str | int]) -> Any:
        node: Any = self.tree
        for step in path:
            node = node[step]
        return node


def _path(tree: Any, loc: Iterable[str | int]) -> Path:
    """Return the steps of a place pydantic names that are steps of the file."""
    node, path = tree, []
    for step in loc:
        if isinstance(node, Mapping) and step in node:
            node = node[str(step)]
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node):
            node = node[step]
        else:
            continue
        path.append(step)
    return tuple(path)


def _copied(node: Any) -> Any:
    if isinstance(node, Mapping):
        copy = Mapping({key: _copied(value) for key, value in node.items()})
        copy.place, copy.keys_at = node.place, dict(node.keys_at)
        return copy
    if isinstance(node, Sequence):
        items = Sequence(map(_copied, node))
        items.place = node.place
        return items
    return node
