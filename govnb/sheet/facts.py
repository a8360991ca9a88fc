"""What a parameter file states → drafts of figures, named by their path of keys.

The walk knows shapes, never section names: a new field is a figure without a line here. One
left out is a draft too: unknown, with the reason, so that a formula says what is missing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, get_origin

from pydantic import BaseModel

from govnb.sheet.department import Department
from govnb.sheet.expression import Expression, FormulaError, Value, difference, parse, sum_of
from govnb.sheet.fields import Key, bare, class_of, flat, keys_of, leaves
from govnb.sheet.figure import WHOLE_UNITS, default_label
from govnb.sheet.imported import Imported, SourceFile
from govnb.sheet.published import PublishedFigure
from govnb.sheet.read import Inputs
from govnb.sheet.sheet import Figure, Lack, Money
from govnb.text.faults import Fault, Place, did_you_mean
from govnb.text.section import REST, Ledger
from govnb.text.values import (
    MONEY_UNIT,
    MONEY_UNITS,
    UNKNOWN,
    Amount,
    AmountOf,
    PartialDate,
    in_money_unit,
)
from govnb.text.yaml_text import Scalar

# What a name of an account may be written with or without.
_SMALL_WORDS = re.compile(r"[的和及与、（）()]|支出$|经费$|费用?$")
# A 分 in 亿元.
MOST_DECIMALS = 10


@dataclass
class Facts:
    """Every draft of one department, and the shape of its ledgers and lists."""

    drafts: dict[str, Figure] = field(default_factory=dict)  # by name, in file order
    parts: dict[str, tuple[str, ...]] = field(default_factory=dict)  # of each ledger node
    lists: dict[str, list[Scalar]] = field(default_factory=dict)
    # The names in each section whose items the department chooses.
    items: dict[str, list[str]] = field(default_factory=dict)
    # Formulas that could not be read, names taken twice, columns that no row has.
    faults: list[Fault] = field(default_factory=list)
    money: Money = field(default_factory=Money)
    unsaid: str = UNKNOWN

    def add(
        self, name: str, value: Value = None, unit: str = "", *, place: Place, label: str = "",
        decimals: int = 2, expression: Expression | None = None, **told: Any,
    ) -> None:  # fmt: skip
        """Add a draft, money in the file's unit; a name already taken is a fault at its place."""
        if name in self.drafts:
            message = f"“{name}”在 {self.drafts[name].place} 已经有了"
            self.faults.append(Fault(place, message, "换一个名称，或删去一处"))
            return
        kept, scale = in_money_unit(unit, self.money.unit)
        if kept != unit and expression is not None:
            decimals = max(decimals, self.money.decimals)
        self.drafts[name] = Figure(
            name, value, kept, label or default_label(name), place, expression=expression,
            formula=expression.text if expression else None, decimals=decimals, scale=scale,
            unsaid=self.unsaid, **told,
        )  # fmt: skip

    def draft(self, path: str, model: BaseModel, place: Place, *, fixed: bool = True) -> None:
        """Draft every field of a section; `place` serves what the file leaves out.

        Items of an open section (not `fixed`: one project, one volume) draft only what they
        state, be it as still to be filled in: not every volume has a last year.
        """
        unit, stated = getattr(model, "unit", None), model.model_fields_set
        for key in keys_of(type(model)).values():
            if key.is_prose and not key.is_list:
                continue
            name, value = f"{path}.{key.alias}".removeprefix("."), getattr(model, key.name)
            if value is None or (isinstance(value, BaseModel) and not value.model_fields_set):
                if fixed or key.name in stated:
                    self._left_out(name, key, place)
            else:
                self._value(name, value, place, unit)

    def _value(self, name: str, value: Any, place: Place, unit: str | None = None) -> None:
        if isinstance(value, Amount):
            self._amount(name, value, unit)
        elif isinstance(value, Ledger):
            self._ledger(name, value, place, unit)
        elif isinstance(value, PartialDate):
            self.add(name, value, place=value.place)
        elif isinstance(value, Scalar):
            is_known = value != UNKNOWN
            stated, lack = (str(value), None) if is_known else (None, Lack.WITHHELD)
            self.add(name, stated, place=value.place, lack=lack)
        elif isinstance(value, list):
            self.lists[name] = value
            if value:
                count, place = Decimal(len(value)), value[0].place
                self.add(f"{name}.条数", count, place=place, decimals=0, derived=True)
        elif isinstance(value, BaseModel):
            self.draft(name, value, _first_place(value) or place)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                is_section = isinstance(item, BaseModel) and not isinstance(item, Ledger)
                if isinstance(item, Imported | SourceFile | PublishedFigure):
                    continue
                if not isinstance(item, Ledger | Amount | list):
                    self.items.setdefault(name, []).append(key)
                if is_section:
                    self.draft(f"{name}.{key}", item, _first_place(item) or place, fixed=False)
                else:
                    self._value(f"{name}.{key}", item, place)

    def _amount(self, name: str, amount: Amount, unit: str | None = None) -> None:
        unit = amount.kind.unit or unit or ""
        value = amount.value
        # A unit the file chose itself (人次, 所, %) counts things: as many places as were typed.
        chosen = bool(unit) and not amount.kind.unit
        decimals = max(0 if chosen or unit in WHOLE_UNITS else 2, decimals_of(value))
        if unit == "%" and value is not None:
            # 98.80% is printed as it was typed.
            decimals = max(decimals, -int(value.as_tuple().exponent))
        if unit == MONEY_UNIT and amount.unit_typed:
            # Converted from 元: the report's two places, not the four that 元 brings along.
            decimals = 2
            if value is not None:
                value /= MONEY_UNITS[self.money.unit]
        elif unit == MONEY_UNIT:
            # An account in 亿元 is read by its later places; what is computed shows as many.
            self.money.decimals = max(self.money.decimals, decimals)
        lack = Lack.WITHHELD if amount.text.strip() == UNKNOWN else Lack.LEFT_OUT
        self.add(
            name, value, unit, place=amount.place, expression=self._formula(amount),
            lack=lack if value is None and amount.formula is None else None,
            decimals=decimals, approximate=bool(amount.about), about=amount.about,
            kind=amount.kind, typed=amount,
        )  # fmt: skip

    def _formula(self, amount: Amount) -> Expression | None:
        formula, text = amount.formula, amount.text
        try:
            return None if formula is None else parse(formula)
        except FormulaError as error:
            start = text.index(formula or "", text.index("=") + 1)
            at = text.at(start + error.offset) if isinstance(text, Scalar) else amount.place
            self.faults.append(Fault(at, str(error), error.hint))
            return None

    def _ledger(self, name: str, node: Ledger[Any], place: Place, unit: str | None) -> None:
        """Draft a node, its parts, and what is computed about every node alike."""
        here = node.total.place if node.total else _first_place(node) or place
        parts = {f"{name}.{key}": part for key, part in (node.parts or {}).items()}
        totals = [n.total for n in _nodes(node) if n.total is not None]
        given = next((total.kind.unit for total in totals), "")
        unit = given or unit or ""
        most = max((decimals_of(total.value) for total in totals), default=0)
        decimals = 0 if unit in WHOLE_UNITS else 2 if given else most
        add = partial(self.add, place=here)
        computed = partial(add, unit=unit, decimals=decimals, derived=True)
        # A list that isn't complete has one part more, of which nothing is known.
        rest = [f"{name}.{REST}"] if node.partial == "是" else []
        text = f"求和({name}.*)" if not rest else f"求和({name}.*) + {name}.{REST}"
        total, sums = sum_of([*parts, *rest], text), f"{name}.分项之和"
        if parts:
            self.parts[name] = tuple(parts)
        if node.title is not None:
            add(f"{name}.名称", str(node.title), place=node.title.place)
        if node.total is None:
            computed(name, expression=total)
        else:
            self._amount(name, node.total, unit)
        for part_name, part in parts.items():
            self._ledger(part_name, part, here, unit)
        for each in rest:
            computed(each, lack=Lack.WITHHELD)
        if parts:
            computed(sums, expression=total)
            count = Decimal(sum(not n.parts for n in _nodes(node)))
            add(f"{name}.项数", count, decimals=0, derived=True)
            if node.total is not None:
                computed(f"{name}.合计差额", expression=difference(name, sums))
        for column, amount in (node.columns or {}).items():
            self._column(name, column, amount, parts, unit)
        self._no_such_columns(node)

    def _column(
        self, top: str, column: str, amount: Amount, rows: Mapping[str, Ledger[Any]], unit: str
    ) -> None:
        name = f"{top}.分类合计.{column}"
        self._amount(name, amount, unit)
        cells = [f"{row}.{column}" for row, node in rows.items() if column in (node.parts or {})]
        if cells:
            computed = partial(self.add, unit=unit, place=amount.place, derived=True)
            sums, total = f"{name}.分项之和", sum_of(cells, f"求和({top}.*.{column})")
            computed(sums, expression=total)
            computed(f"{name}.合计差额", expression=difference(name, sums))

    def _no_such_columns(self, node: Ledger[Any]) -> None:
        """Refuse a column's total that adds up nothing, which no check would ever look at.

        A row without parts may hold what the column counts, unless the name is a slip for a
        column that lacks its total.
        """
        columns, rows = node.columns or {}, (node.parts or {}).values()
        cells = {key: None for row in rows for key in row.parts or {}}
        for column, amount in columns.items():
            near = did_you_mean(column, [key for key in cells if key not in columns])
            if column not in cells and cells and (near or all(row.parts for row in rows)):
                message = f"分类合计里的“{column}”，明细各行都没有这一列"
                hint = near or f"各行里有：{'、'.join(cells)}"
                self.faults.append(Fault(amount.place, message, hint))

    def _left_out(self, name: str, key: Key, place: Place) -> None:
        """Draft, as unknown, each figure an optional field would have given."""
        ledger, model = class_of(key.type, Ledger), class_of(key.type, BaseModel)
        reader = keys_of(ledger)["合计"].reader if ledger else key.reader
        lacking = partial(self.add, place=place, lack=Lack.LEFT_OUT)
        if isinstance(reader, AmountOf):
            lacking(name, unit=reader.kind.unit)
        elif model is not None:
            for inside in keys_of(model).values():
                self._left_out(f"{name}.{inside.alias}", inside, place)
        elif PartialDate in flat(key.type) or getattr(reader, "choices", ()) == ("是", "否"):
            lacking(name)
        elif get_origin(bare(key.type)) is list:
            lacking(f"{name}.条数", decimals=0)


def collect(inputs: Inputs) -> Facts:
    """Return the facts of a department's file."""
    unit = str(inputs.department.money_unit or inputs.year.money_unit)
    money = Money(unit, printed=str(inputs.department.printed_unit or unit))
    facts = Facts(money=money, unsaid=inputs.department.unsaid)
    facts.draft("", inputs.department, inputs.department_at)
    for name, cell in inputs.department.imported.items():
        if name in facts.drafts:
            facts.drafts[name] = facts.drafts[name]._replace(source=str(cell))
    facts.faults += _misnamed(inputs.department)
    return facts


def _misnamed(department: Department) -> Iterator[Fault]:
    """Yield a fault for each item of 预算安排 that 支出 writes a little otherwise."""
    ledgers = (department.expenditure, department.allocation)
    spent, planned = ((ledger and ledger.parts) or {} for ledger in ledgers)
    alike = {_SMALL_WORDS.sub("", name): name for name in spent if name not in planned}
    for name, part in planned.items():
        near = alike.get(_SMALL_WORDS.sub("", name))
        place = _first_place(part)
        if near and name not in spent and place:
            message = f"预算安排里的“{name}”，支出里写的是“{near}”，两处要用同一个名称"
            yield Fault(place, message, f"是不是“{near}”？")


def _nodes(node: Ledger[Any]) -> Iterator[Ledger[Any]]:
    yield node
    for part in (node.parts or {}).values():
        yield from _nodes(part)


def _first_place(section: BaseModel) -> Place | None:
    """Return the place of the first value inside a section, where the section stands."""
    dated = (v for _, v, _ in leaves(section) if isinstance(v, Amount | PartialDate | Scalar))
    return min((value.place for value in dated), default=None)


def decimals_of(value: Decimal | None) -> int:
    """Return the places a typed number shows, zeros at its end left out."""
    exponent = value.normalize().as_tuple().exponent if value is not None else 0
    return min(max(0, -exponent), MOST_DECIMALS) if isinstance(exponent, int) else 0
