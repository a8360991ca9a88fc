"""A parameter file that somebody is typing: its faults, its figures, and what may come next.

Nothing here knows the protocol. Lines and columns count from 1, as in messages.
"""

from __future__ import annotations

import os
import re
import tempfile
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_origin

from pydantic import BaseModel

from govnb.report.assessment import Assessment
from govnb.report.checking import check_file
from govnb.report.provenance import exact_text, how_made
from govnb.report.shared_files import is_shared
from govnb.sheet.department import Department
from govnb.sheet.fields import bare, below, class_of, keys_of
from govnb.sheet.figure import Figure, with_reason
from govnb.sheet.folder import place_faults
from govnb.sheet.read import label_of, load, params_of
from govnb.text.faults import Fault, FaultsError, Place
from govnb.text.section import Ledger
from govnb.text.yaml_faults import lines_of

# A figure's name as it stands in a reference or a formula.
_NAME = re.compile(r"[^\W\d][\w（）“”、]*(?:\.[\w（）“”、]+)*")
_KEY = re.compile(r"""^(?P<indent>\s*)(?:- )?["']?(?P<key>[^\s"'#:{][^:{]*?)["']?:(?=\s|$)""")
_TYPED = re.compile(r"[\w（）“”、.]*$")
# Where a formula or a reference has begun and not ended.
_FORMULA = re.compile(r"""(?:^|[:,{\[-]\s*)["']?=[^#"',}]*$""")
_REFERENCE = re.compile(r"\{\{[^}|]*$")
# Where a flow mapping's key begins that has a mapping for its value.
_INSIDE = re.compile(r"""(?<![^\s"'{},:])([^\s"'{},:]+):\s*\{(?=[^{}]*(?:\{|$))""")
# How often a file is read again, without the lines that were faulty.
_ROUNDS = 8
_HALF = re.compile("[\ud800-\udfff]")
# What stands in the way of a name's being a key as it is.
_NO_NAME = re.compile(r"[\s.:#{}\[\],|=\"']")


@dataclass(frozen=True)
class Remark:
    """What is wrong at a place: a fault, or what the review found."""

    place: Place
    text: str
    # 错误 keeps the report from being made; 复核 is a finding; 提示 a hint or a rounding.
    kind: str


class Document:
    """One file as it is in an editor, saved or not."""

    def __init__(self, path: Path, text: str) -> None:
        # Half a character, as an editor may send of one outside the first 65,536, is one lost.
        self.path, self.text = path, _HALF.sub("\ufffd", text)
        self.lines = lines_of(self.text)
        self.params = params_of(path)
        self.label = label_of(path, self.params)
        self.figures: dict[str, Figure] = {}

    def check(self) -> list[Remark]:
        """Return what is wrong; the figures are then those of this text.

        Nothing of a YAML file that is no parameter file.
        """
        if self.label == self.path.as_posix():
            return []
        found = [Remark(f.place, _told(f), "错误") for f in self._faults()]
        with tempfile.TemporaryDirectory(prefix="govnb-") as folder:
            # A file of this name in a folder of this name is read as the one it stands for.
            draft = Path(folder, self.path.parent.name, self.path.name)
            draft.parent.mkdir()
            draft.write_text(self.text, "utf-8")
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    found += self._checked(draft)
            except FaultsError as error:
                found += [Remark(f.place, _told(f), "错误") for f in error.faults]
                if not self.figures:
                    self._read_around(error.faults, draft)
            here = os.fspath(draft)
            found = [replace(r, place=self._here(r.place, here)) for r in found]
        return [remark for remark in found if remark.place.file == self.label]

    def _faults(self) -> list[Fault]:
        return [] if is_shared(self.path) else place_faults(self.path, self.params)

    def _checked(self, draft: Path) -> list[Remark]:
        if is_shared(self.path):
            check_file(draft, self.params)
            return []
        assessment = Assessment(load(draft, self.params, note=True))
        self.figures = {
            name: figure._replace(place=self._here(figure.place, os.fspath(draft)))
            for name, figure in assessment.figures.items()
        }
        remarks = []
        for finding in assessment.review.findings:
            sides = [s.origin for s in (finding.left, finding.right) if s.origin]
            places = [p for p in map(_place, sides) if p.file == os.fspath(draft)]
            if finding.state == "未通过" and places:
                kind = "复核" if finding.severity == "错误" else "提示"
                remarks.append(Remark(places[0], f"[{finding.severity}] {finding.message}", kind))
        return remarks

    def _read_around(self, faults: Iterable[Fault], draft: Path) -> None:
        """Take the figures of what can still be read: the file without its faulty lines."""
        lines = [*self.lines]
        # What is left out may be missed elsewhere, and of a YAML fault only the first is known.
        for _ in range(_ROUNDS):
            before = [*lines]
            for fault in faults:
                if fault.place.file == os.fspath(draft):
                    _leave_out(lines, fault.place.line - 1)
            if lines == before:
                return
            draft.write_text("\n".join(lines), "utf-8")
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    self._checked(draft)
                return
            except FaultsError as error:
                faults = error.faults

    def _here(self, place: Place, draft: str) -> Place:
        return replace(place, file=self.label) if place.file == draft else place

    def end_of(self, place: Place) -> int:
        """Return the column behind what stands at a place: to the end of its value."""
        line = self.lines[place.line - 1] if place.line <= len(self.lines) else ""
        match = re.compile(r"[^,{}\[\]#]+").match(line, place.column - 1)
        return len(match[0].rstrip()) + place.column if match else place.column + 1

    def name_at(self, line: int, column: int) -> tuple[str, int] | None:
        """Return the figure a position is about, and the column where its name begins."""
        text = self._line(line)
        for match in _NAME.finditer(text):
            if match.start() < column <= match.end() + 1 and match[0] in self.figures:
                return match[0], match.start() + 1
        near = [
            f for f in self.figures.values() if (f.place.file, f.place.line) == (self.label, line)
        ]
        before = [f for f in near if f.place.column <= column and not f.derived]
        if best := max(before, key=lambda f: f.place.column, default=None):
            return best.name, best.place.column
        key = ".".join(self.path_at(line, column, itself=True))
        return (key, column) if key in self.figures else None

    def told(self, name: str) -> str:
        """Return value, formula and origin of a figure, as Markdown."""
        figure = self.figures[name]
        lines = [
            f"**{figure.label}**　{with_reason(figure, exact_text(figure))}",
            f"名称：`{name}`",
        ]
        if formula := how_made(figure):
            lines.append(f"公式：`{formula}`")
        return "\n\n".join([*lines, f"出处：{figure.place}"])

    def completions(self, line: int, column: int) -> tuple[list[tuple[str, str]], int]:
        """Return what may be typed here with what it is, and the column where that begins."""
        before = self._line(line)[: column - 1]
        typed = _TYPED.search(before)
        start = typed.start() + 1 if typed else column
        if _REFERENCE.search(before) or _FORMULA.search(before):
            return [(n, with_reason(f, exact_text(f))) for n, f in self.figures.items()], start
        if is_shared(self.path) or re.search(r":\s+[^{]*$", before.rpartition("{")[2]):
            return [], start
        annotation: Any = Department
        for step in self.path_at(line, column):
            annotation = below(annotation, step)
        model = class_of(annotation, BaseModel) if annotation is not None else None
        return [(f"{a}: ", _note(model, a)) for a in keys_of(model)] if model else [], start

    def path_at(self, line: int, column: int, *, itself: bool = False) -> list[str]:
        """Return the keys a position stands below; with `itself` the key it stands on as well.

        Read from the indentation, since what is being typed is often no YAML yet.
        """
        text = self._line(line)
        before = text[: column - 1]
        inside = _INSIDE.findall(before)
        own = _KEY.match(text)
        deep = len(text) - len(text.lstrip()) if text.strip() else column - 1
        if text.lstrip().startswith("- "):
            deep += 2
        path = inside
        if itself and not inside and own:
            path = [own["key"]]
        elif itself and inside and (word := re.search(r"([\w（）]+)\s*:[^,{}]*$", before)):
            path = [*inside, word[1]]
        if inside and own and own["key"] not in inside:
            path = [own["key"], *path]
        for above in range(line - 1, 0, -1):
            match = _KEY.match(self._line(above))
            if match and len(match["indent"]) < deep:
                path, deep = [match["key"], *path], len(match["indent"])
            if not deep:
                break
        return path

    def item_at(self, line: int, column: int) -> str | None:
        """Return the name of the item a position is on: what the department itself has named."""
        text = self._line(line)
        key = _KEY.match(text)
        if key and key.start("key") < column <= key.end("key") + 1:
            return self._own(self.path_at(line, column, itself=True))
        for match in _NAME.finditer(text):
            if match.start() < column <= match.end() + 1:
                words = match[0].split(".")
                done = match[0][: column - match.start() - 1].count(".") + 1
                return self._own(words[:done])
        return None

    def _own(self, path: list[str]) -> str | None:
        """Return a path if its last word is the department's own, no key of the model's."""
        annotation: Any = Department
        for step in path[:-1]:
            annotation = below(annotation, step)
        is_dict = annotation is not None and get_origin(bare(annotation)) is dict
        is_own = is_dict or (annotation is not None and class_of(annotation, Ledger))
        fixed = path and path[-1] in ("合计", "明细", "名称", "分类合计")
        return ".".join(p for p in path if p != "明细") if is_own and not fixed else None

    def renamed(self, name: str, new: str) -> list[tuple[int, int, int, str]]:
        """Return each place of an item's name: line, column, column behind, and the new text.

        Raises
        ------
        ValueError
            If an item can't be called that.
        """
        if not new.strip() or _NO_NAME.search(new):
            raise ValueError(f"“{new}”不能作名称：不要有空格、句点、冒号、引号和括号 {{}} []")
        head, _, old = name.rpartition(".")
        wanted = re.compile(rf"(?<![\w.]){re.escape(name)}(?![\w])")
        edits = []
        for number, text in enumerate(self.lines, 1):
            for match in wanted.finditer(text):
                start = match.end() - len(old) + 1
                edits.append((number, start, match.end() + 1, new))
            key = _KEY.match(text)
            if key and key["key"] == old:
                path = self.path_at(number, key.start("key") + 2, itself=True)
                if [p for p in path if p != "明细"] == [*head.split("."), old]:
                    edits.append((number, key.start("key") + 1, key.end("key") + 1, new))
        return edits

    def _line(self, number: int) -> str:
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


def _leave_out(lines: list[str], at: int) -> None:
    """Empty a line and what stands below it, indented more."""
    if at < len(lines):
        deep, lines[at] = _indent(lines[at]), ""
        for number in range(at + 1, len(lines)):
            if lines[number].strip() and _indent(lines[number]) <= deep:
                break
            lines[number] = ""


def _indent(line: str) -> int:
    line = line.expandtabs()
    return len(line) - len(line.lstrip())


def _told(fault: Fault) -> str:
    return fault.message + (f"（{fault.hint}）" if fault.hint else "")


def _place(text: str) -> Place:
    file, line, column = text.rsplit(":", 2) if text.count(":") > 1 else (text, "1", "1")
    return Place(file, int(line), int(column)) if line.isdigit() else Place(text)


def _note(model: type[BaseModel], alias: str) -> str:
    info = next(f for f in model.model_fields.values() if f.alias == alias)
    return info.description or ""
