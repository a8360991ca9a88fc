"""What an import would change in a parameter file, and the file's text with it.

A value typed by hand is never overwritten unasked; one that an earlier import wrote, and nobody
has edited since, follows its workbook.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, get_origin

from govnb.excel.maps import FormsFile
from govnb.excel.reading import Reading
from govnb.excel.source import Source
from govnb.sheet.department import Department
from govnb.sheet.fields import bare, located, reader_of
from govnb.sheet.imported import CELL, Imported, SourceFile
from govnb.sheet.published import parse_published
from govnb.sheet.rules import Book
from govnb.text.faults import Fault, Place, Spot, did_you_mean
from govnb.text.number import TO_FILL, BadText, last_digit
from govnb.text.section import VARIABLE
from govnb.text.values import MONEY_UNIT, MONEY_UNITS, AmountOf, Kind, parse_amount
from govnb.text.yaml_edit import Edits, entries
from govnb.text.yaml_text import Mapping as Section
from govnb.text.yaml_text import Scalar, parse_yaml

NEW, SAME, UPDATED, BY_HAND = "新填", "相同", "更新", "手填的，未改"
# Out of all proportion to what stands there: written only where it is asked for by name.
HELD = "未改"
TOTAL, PARTS, PUBLISHED, ORIGINS, SOURCES = "合计", "明细", "公布数", "取自", "来源文件"
# A ledger's own keys, in the order they are written.
_LEDGER = {"名称": 0, TOTAL: 1, PARTS: 2}
_PERCENT = "%"
# 千元 for 元, or a point for a comma between thousands.
_FAR = Decimal(1000)
_SIZES = (10**8, "亿"), (10**4, "万"), (1, "")
_NOWHERE = Place("")


@dataclass(frozen=True)
class Target:
    """Where a figure's value is written, and what it counts."""

    path: tuple[str, ...]
    kind: Kind | None  # None for a text


@dataclass(frozen=True)
class Change:
    """One figure: what the file says, what the workbook says."""

    reading: Reading
    target: Target
    now: str
    new: str  # in the file's unit
    state: str
    # What is odd about the number, whether it is written or not.
    remark: str = ""

    @property
    def is_written(self) -> bool:
        """Whether the value changes."""
        return self.state in (NEW, UPDATED)


@dataclass
class Plan:
    """All that an import would do to one file."""

    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    text: str = ""  # the file with the changes


def target_of(name: str, book: Book | None = None) -> Target | None:
    """Return where a figure is written: its own key, or 公布数 for one that is computed."""
    path, annotation, wrong = located(Department, name)
    reader = None if wrong else reader_of(annotation)
    if reader is None or get_origin(bare(annotation)) is dict:
        rule = (book or {}).get(name)
        return Target((PUBLISHED, name), Kind(str(rule.unit))) if rule else None
    kind = reader.kind if isinstance(reader, AmountOf) else None
    return Target(tuple(path), kind)


def unknown_names(forms: FormsFile, book: Book) -> Iterator[Fault]:
    """Yield a fault for each figure that maps fill and no department has."""
    for form in forms.forms.values():
        for fill in form.fills:
            if target_of(VARIABLE.sub("某项", fill), book) is None:
                hint = "govnb figures 文件 可列出全部名称"
                yield Fault(fill.place, f"没有“{fill}”这个指标", hint)


def in_unit(reading: Reading, kind: Kind | None, unit: str) -> str:
    """Return what a cell states as the file states it: money in the file's unit, exactly."""
    text = reading.text
    if kind is None or not reading.unit or text.endswith(_PERCENT):
        return text
    if kind.unit != MONEY_UNIT:
        return f"{Decimal(text).normalize():f}"
    # 450000元 is 45.0000万元: how exact it is decides what rounding can explain.
    return f"{Decimal(text).scaleb((MONEY_UNITS[reading.unit] / MONEY_UNITS[unit]).adjusted()):f}"


class Importer:
    """One parameter file that workbooks are imported into."""

    def __init__(
        self, path: Path, text: str, label: str, book: Book, unit: str,
        figures: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.path, self.text, self.label, self.book, self.unit = path, text, label, book, unit
        self.figures = figures or {}
        self.tree = parse_yaml(text, label, note=True)

    def plan(
        self, readings: list[Reading], sources: list[Source], replace: Collection[str] = (),
        day: str = "",
    ) -> Plan:  # fmt: skip
        """Return what the readings would change; `replace` are names or patterns to overwrite."""
        plan = Plan()
        chosen = self._one_each(readings, plan)
        unknown = [r for r in replace if not any(fnmatchcase(c.reading.name, r) for c in chosen)]
        for name in unknown:
            hint = did_you_mean(name, [c.reading.name for c in chosen])
            plan.faults.append(Fault(Spot("--replace"), f"没有读到“{name}”", hint))
        for change in chosen:
            if change.state in (BY_HAND, HELD) and any(
                fnmatchcase(change.reading.name, r) for r in replace
            ):
                change = dataclasses.replace(change, state=UPDATED)
            plan.changes.append(change)
        plan.text = self._edited(plan, sources, day or f"{datetime.date.today():%Y-%m-%d}")
        return plan

    def _one_each(self, readings: list[Reading], plan: Plan) -> list[Change]:
        """Return a change for each figure; one that two tables state otherwise is a fault."""
        found: dict[str, Change] = {}
        apart: set[str] = set()
        for reading in readings:
            target = target_of(reading.name, self.book)
            if target is None:
                message = f"映射里的“{reading.name}”不是部门文件里有的指标"
                plan.faults.append(Fault(reading.spot, message, "改 params/imports/ 里的“填”"))
                continue
            if unclear := _unclear_rate(reading, target.kind):
                plan.faults.append(unclear)
                continue
            new = in_unit(reading, target.kind, self.unit)
            if target.kind is not None and target.kind.unit != MONEY_UNIT:
                # Of people and points the unit of money says nothing.
                reading = dataclasses.replace(reading, unit="")
            first = found.get(reading.name)
            if first is None:
                now = self._now(target)
                state = self._state(reading.name, target, now, new)
                remark = disproportion(self._number(now, target, reading.name),
                                       self._number(new, target))  # fmt: skip
                state = HELD if remark and state == UPDATED else state
                found[reading.name] = Change(reading, target, now, new, state, remark)
            elif _apart(first, new, target.kind):
                apart.add(reading.name)
                message = (
                    f"“{reading.name}”在两处不同：{first.reading.spot} 是{first.new}，这里是{new}"
                )
                plan.faults.append(Fault(reading.spot, message, "改正写错的一处，再导入"))
        return [change for name, change in found.items() if name not in apart]

    def _now(self, target: Target) -> str:
        """Return what stands at a path, an empty text where nothing does."""
        node: Any = self.tree
        for step in target.path:
            if isinstance(node, Scalar):
                return node.strip() if step == TOTAL and node.strip() != TO_FILL else ""
            node = node.get(step, "") if isinstance(node, Section) else ""
        return str(node).strip() if isinstance(node, Scalar) and node.strip() != TO_FILL else ""

    def _state(self, name: str, target: Target, now: str, new: str) -> str:
        if not now:
            return NEW
        here, there = self._number(now, target, name), self._number(new, target)
        if now == new or (here is not None and here == there):
            return SAME
        before = self._imported(name)
        if before is not None and not now.startswith("="):
            wrote = in_unit(
                Reading(name, before.value, Spot(""), before.unit), target.kind, self.unit
            )
            if here == self._number(wrote, target) and (here is not None or now == wrote):
                return UPDATED
        return BY_HAND

    def _number(self, text: str, target: Target, name: str = "") -> Decimal | None:
        """Return what a text of the file comes to, in the file's unit; None if it is no number."""
        if text.startswith("="):
            figure = self.figures.get(name)
            return None if figure is None else figure.number
        try:
            if target.path[0] == PUBLISHED:
                return parse_published(text, _NOWHERE).value
            if target.kind is None:
                return None
            amount = parse_amount(text, target.kind, _NOWHERE)
        except BadText:
            return None
        is_money = amount.unit_typed and amount.kind.unit == MONEY_UNIT
        if amount.value is None or not is_money:
            return amount.value
        return amount.value / MONEY_UNITS[self.unit]

    def _imported(self, name: str) -> Imported | None:
        """Return where an earlier import read a figure."""
        return imported_of(self.tree).get(name)

    def _edited(self, plan: Plan, sources: list[Source], day: str) -> str:
        """Return the file's text with the changes, and with where they came from."""
        values: dict[str, Any] = {}
        origins: dict[str, str] = {}
        known = imported_of(self.tree)
        for change in plan.changes:
            reading = change.reading
            if change.is_written:
                put(values, change.target.path, change.new)
            file, sheet, cell = str(reading.spot).split("!", 1)[0], *_sheet_and_cell(reading.spot)
            told = Imported(file, sheet, cell, reading.text, reading.unit, _NOWHERE).typed
            is_copied = change.state not in (BY_HAND, HELD) and not change.now.startswith("=")
            if (is_copied or change.is_written) and (
                reading.name not in known or known[reading.name].typed != told
            ):
                origins[reading.name] = told
        if origins:
            values[ORIGINS] = origins
            used = {origin.split("!", 1)[0] for origin in origins.values()}
            if files := self._files([s for s in sources if s.path.name in used], day):
                values[SOURCES] = files
        return merged(self.text, values)

    def _files(self, sources: list[Source], day: str) -> dict[str, str]:
        """Return the records of workbooks that are new or have changed."""
        found, known = {}, self.tree.get(SOURCES)
        for source in sources:
            here = os.path.realpath(self.path.parent)
            folder = Path(os.path.relpath(os.path.realpath(source.path.parent), here)).as_posix()
            record = SourceFile(day, source.sha256, "" if folder == "." else folder, _NOWHERE)
            before = str(known.get(source.path.name, "")) if isinstance(known, Section) else ""
            if source.sha256 not in before:
                found[source.path.name] = record.typed
        return found


def disproportion(here: Decimal | None, there: Decimal | None) -> str:
    """Say that a number is a thousand times another or more, as of 元 taken for 万元."""
    if not here or not there:
        return ""
    times = abs(there / here)
    if Decimal("0.001") < times < _FAR:
        return ""
    far = times if times >= _FAR else 1 / times
    size, unit = next(each for each in _SIZES if far >= each[0])
    told = f"{round(far / size)}{unit}"
    return f"是原来的{told}倍，单位？" if times >= _FAR else f"只有原来的{told}分之一，单位？"


def imported_of(tree: Section) -> dict[str, Imported]:
    """Return what a file says of where its values came from (取自)."""
    found, stated = {}, tree.get(ORIGINS)
    for name, text in stated.items() if isinstance(stated, Section) else ():
        try:
            found[name] = CELL.read(text)
        except (BadText, TypeError):
            continue
    return found


def _unclear_rate(reading: Reading, kind: Kind | None) -> Fault | None:
    """Return the fault of a small bare number where a rate stands: 0.93 may be 93%."""
    is_bare = kind is not None and kind.unit == _PERCENT and not reading.text.endswith(_PERCENT)
    if not is_bare or not reading.unit or not 0 < abs(number := Decimal(reading.text)) < 2:
        return None
    message = f"“{reading.text}”没有百分号，是{number}%还是{(number * 100).normalize():f}%，不能猜"
    return Fault(reading.spot, message, "把这一格的格式改成百分比，或在数后面写上 %")


def _sheet_and_cell(spot: Spot) -> tuple[str, str]:
    sheet, _, cell = str(spot).partition("!")[2].rpartition("!")
    return sheet, cell


def _apart(first: Change, new: str, kind: Kind | None) -> bool:
    """Tell whether two tables state one figure otherwise, beyond the digits that each prints."""
    if kind is None or first.new.endswith(_PERCENT) or new.endswith(_PERCENT):
        return first.new != new
    here, there = Decimal(first.new), Decimal(new)
    room = max((last_digit(n) for n in (here, there) if n), default=Decimal(0)) / 2
    return abs(here - there) > room


def put(values: dict[str, Any], path: tuple[str, ...], text: Any) -> None:
    """Put a value at a path of nested sections."""
    for step in path[:-1]:
        values = values.setdefault(step, {})
    values[path[-1]] = text


def merged(text: str, values: Mapping[str, Any], cleared: Iterable[Sequence[str]] = ()) -> str:
    """Return a file's text with values put in and others taken out; comments and order stay."""
    edits = Edits(text)
    for path in cleared:
        edits.remove(path)
    if values:
        edits.merge(edits.tree, fitted(values, edits.tree))
    return edits.made()


def fitted(values: Mapping[str, Any], node: Any) -> dict[str, Any]:
    """Return values in the shape of what stands there: a ledger may be one number."""
    here, made = entries(node), {}
    for key in sorted(
        values, key=lambda k: _LEDGER.get(k, 3) if set(values) & {TOTAL, PARTS} else 0
    ):
        value, child = values[key], here.get(key)
        typed = getattr(child, "value", None)
        if isinstance(value, Mapping):
            if isinstance(typed, str) and PARTS in value and typed.strip() not in ("", TO_FILL):
                value = {TOTAL: typed} | dict(value)
            is_alone = set(value) == {TOTAL} and not isinstance(value[TOTAL], Mapping)
            bare = is_alone and not entries(child)
            value = value[TOTAL] if bare else fitted(value, child)
        made[key] = value
    return made


# ── afterwards ──────────────────────────────────────────────────


def notes(path: Path, text: str, label: str, unit: str) -> Iterator[str]:
    """Yield what has happened since an import: a workbook changed, a value edited by hand."""
    importer = Importer(path, text, label, {}, unit)
    records = importer.tree.get(SOURCES)
    for name, record in records.items() if isinstance(records, Section) else ():
        folder = str(record).partition("，在 ")[2]
        file = path.parent / folder / name
        if file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() not in str(record):
            yield f"{record.place}: {name} 导入以后改过（重新运行 govnb import，看哪些数变了）"
    for name, cell in imported_of(importer.tree).items():
        target = target_of(name) or Target((PUBLISHED, name), Kind(""))
        now = importer._now(target)
        was = in_unit(Reading(name, cell.value, Spot(""), cell.unit), target.kind, unit)
        if importer._number(now, target, name) != importer._number(was, target) or (
            target.kind is None and now != was
        ):
            said = f"导入以后手改为{now or '空'}，{cell} 是{cell.value}{cell.unit}"
            yield f"{cell.place}: “{name}”{said}（改对了就删去这一行取自；没改对，重新导入）"
