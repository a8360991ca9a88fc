"""What a parameter file states → drafts of figures, named by their path of keys.

The walk knows shapes (amount, ledger, date, list, section), never section names, so a
new field of the model is a figure without a line here. An optional field left out is a
draft too: unknown, with the reason, so that a formula using it says what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from govnb.sheet.entries import flat, markdown_fields
from govnb.sheet.expression import Expression, FormulaError, difference, parse, sum_of
from govnb.sheet.figure import WHOLE_UNITS
from govnb.sheet.published import PublishedFigure
from govnb.sheet.read import Inputs
from govnb.sheet.sheet import Draft, Lack, Money
from govnb.text.ledger import Ledger
from govnb.text.place import Fault, Place
from govnb.text.suggest import did_you_mean
from govnb.text.values import (
    MONEY_UNIT,
    MONEY_UNITS,
    UNKNOWN,
    Amount,
    AmountOf,
    PartialDate,
    TextOf,
    in_money_unit,
)
from govnb.text.yaml_text import Scalar

# A 分 in 亿元.
MOST_DECIMALS = 10


@dataclass
class Facts:
    """Every draft of one department, and the shape of its ledgers and lists.

    Attributes
    ----------
    drafts : dict of str to Draft
        By name, in file order.
    parts : dict of str to tuple of str
        For each ledger node, the names of its parts.
    lists : dict of str to list of str
        For each list, its items.
    items : dict of str to list of str
        For each section whose items the department chooses, their names.
    faults : list of Fault
        Formulas that could not be read, names taken twice, columns that no row has.
    money : Money
        How the file keeps its amounts.
    """

    drafts: dict[str, Draft] = field(default_factory=dict)
    parts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lists: dict[str, list[Scalar]] = field(default_factory=dict)
    items: dict[str, list[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    money: Money = field(default_factory=Money)

    def add(self, draft: Draft) -> None:
        """Add a draft, money in the file's unit; a name already taken is a fault at its place."""
        if draft.name in self.drafts:
            other = self.drafts[draft.name].place
            self.faults.append(
                Fault(draft.place, f"“{draft.name}”在 {other} 已经有了", "换一个名称，或删去一处")
            )
            return
        self.drafts[draft.name] = self.in_file_unit(draft)

    def in_file_unit(self, draft: Draft) -> Draft:
        """Return a draft, of money in the unit the file keeps its amounts in."""
        unit, scale = in_money_unit(draft.unit, self.money.unit)
        if unit == draft.unit:
            return draft
        least = self.money.decimals if draft.expression is not None else 0
        return replace(draft, unit=unit, scale=scale, decimals=max(draft.decimals, least))


def collect(inputs: Inputs) -> Facts:
    """Return the facts of a department's file."""
    unit = str(inputs.department.money_unit or inputs.year.money_unit)
    walk = _Walk(Facts(money=Money(unit)))
    walk.section("", inputs.department, inputs.department_at)
    return walk.facts


class _Walk:
    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def section(self, path: str, model: BaseModel, place: Place, *, fixed: bool = True) -> None:
        """Draft every field of a section.

        `place` serves what the file leaves out. Items of an open section (one project, one
        volume; `fixed` false) draft only what they state, be it as still to be filled in: not
        every volume has a last year.
        """
        unit, markdown = getattr(model, "unit", None), markdown_fields(type(model))
        for name, info in type(model).model_fields.items():
            value = getattr(model, name)
            is_list = list in (get_origin(arg) for arg in get_args(info.annotation))
            if name in markdown and not is_list:
                continue
            dotted = f"{path}.{info.alias}" if path else str(info.alias)
            if value is None or (isinstance(value, BaseModel) and not value.model_fields_set):
                if fixed or name in model.model_fields_set:
                    self.left_out(dotted, info.annotation, info.metadata, place)
            else:
                self.value(dotted, value, place, unit)

    def value(self, name: str, value: Any, place: Place, unit: str | None = None) -> None:
        if isinstance(value, Amount):
            self.amount(name, value, unit)
        elif isinstance(value, Ledger):
            self.ledger(name, value, place, unit)
        elif isinstance(value, PartialDate):
            self.facts.add(Draft(name, "", value.place, value))
        elif isinstance(value, Scalar):
            known = str(value) if value != UNKNOWN else None
            lack = Lack.WITHHELD if known is None else None
            self.facts.add(Draft(name, "", value.place, known, lack=lack))
        elif isinstance(value, list):
            self.listing(name, value)
        elif isinstance(value, BaseModel):
            self.section(name, value, _first_place(value) or place)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                if not isinstance(item, Ledger | Amount | PublishedFigure | list):
                    self.facts.items.setdefault(name, []).append(key)
                if isinstance(item, BaseModel) and not isinstance(item, Ledger):
                    self.section(f"{name}.{key}", item, _first_place(item) or place, fixed=False)
                elif not isinstance(item, PublishedFigure):
                    self.value(f"{name}.{key}", item, place)

    def amount(self, name: str, amount: Amount, unit: str | None = None) -> None:
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
                value /= MONEY_UNITS[self.facts.money.unit]
        elif unit == MONEY_UNIT:
            # An account in 亿元 is read by its later places; what is computed shows as many.
            self.facts.money.decimals = max(self.facts.money.decimals, decimals)
        draft = Draft(
            name,
            unit,
            amount.place,
            value,
            self.formula(amount) if amount.formula is not None else None,
            lack=_lack(amount),
            decimals=decimals,
            approximate=amount.approximate,
            about=amount.about,
            kind=amount.kind,
            typed=amount,
        )
        self.facts.add(draft)

    def formula(self, amount: Amount) -> Expression | None:
        formula, text = amount.formula or "", amount.text
        try:
            return parse(formula)
        except FormulaError as error:
            start = text.index(formula, text.index("=") + 1)
            at = text.at(start + error.offset) if isinstance(text, Scalar) else amount.place
            self.facts.faults.append(Fault(at, str(error), error.hint))
            return None

    def ledger(self, name: str, node: Ledger[Any], place: Place, unit: str | None) -> None:
        """Draft a node, its parts, and what is computed about every node alike."""
        here = node.total.place if node.total else _first_place(node) or place
        parts = {f"{name}.{key}": part for key, part in (node.parts or {}).items()}
        given = _ledger_unit(node)
        unit = given or unit or ""
        decimals = 0 if unit in WHOLE_UNITS else 2 if given else _most_decimals(node)
        if parts:
            self.facts.parts[name] = tuple(parts)
        total = Draft(
            name,
            unit,
            here,
            expression=sum_of(parts, f"求和({name}.*)"),
            decimals=decimals,
            derived=True,
        )
        if node.title is not None:
            self.facts.add(Draft(f"{name}.名称", "", node.title.place, str(node.title)))
        if node.total is None:
            self.facts.add(total)
        else:
            self.amount(name, node.total, unit)
        for part_name, part in parts.items():
            self.ledger(part_name, part, here, unit)
        if parts:
            self._computed(name, total, node)
        for column, amount in (node.columns or {}).items():
            self._column(f"{name}.分类合计.{column}", column, amount, parts, unit)
        self._no_such_columns(node)

    def _computed(self, name: str, total: Draft, node: Ledger[Any]) -> None:
        add, at, unit, places = self.facts.add, total.place, total.unit, total.decimals
        sum_of_parts = f"{name}.分项之和"
        add(
            Draft(
                sum_of_parts, unit, at, expression=total.expression, decimals=places, derived=True
            )
        )
        add(Draft(f"{name}.项数", "", at, Decimal(_leaves(node)), decimals=0, derived=True))
        if node.total is not None:
            gap = difference(name, sum_of_parts)
            add(Draft(f"{name}.合计差额", unit, at, expression=gap, decimals=places, derived=True))

    def _column(
        self, name: str, column: str, amount: Amount, rows: Mapping[str, Ledger[Any]], unit: str
    ) -> None:
        self.amount(name, amount, unit)
        cells = [f"{row}.{column}" for row, node in rows.items() if column in (node.parts or {})]
        if cells:
            top = name.rsplit(".分类合计.", 1)[0]
            cell_sum = sum_of(cells, f"求和({top}.*.{column})")
            sums = f"{name}.分项之和"
            add, at = self.facts.add, amount.place
            add(Draft(sums, unit, at, expression=cell_sum, derived=True))
            gap = difference(name, sums)
            add(Draft(f"{name}.合计差额", unit, at, expression=gap, derived=True))

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
                self.facts.faults.append(Fault(amount.place, message, hint))

    def listing(self, name: str, items: list[Scalar]) -> None:
        self.facts.lists[name] = items
        if items:
            count = Draft(
                f"{name}.条数", "", items[0].place, Decimal(len(items)), decimals=0, derived=True
            )
            self.facts.add(count)

    def left_out(self, name: str, annotation: Any, metadata: list[Any], place: Place) -> None:
        """Draft, as unknown, each figure an optional field would have given."""
        reader = next((m for m in metadata if isinstance(m, AmountOf)), None)
        if reader is None:
            reader = _find_amount(annotation)
        model = _model_in(annotation)
        if reader is not None:
            kind = reader.kind
            self.facts.add(Draft(name, kind.unit, place, lack=Lack.LEFT_OUT))
        elif model is not None:
            for info in model.model_fields.values():
                self.left_out(f"{name}.{info.alias}", info.annotation, info.metadata, place)
        elif PartialDate in flat(annotation) or _is_yes_no([*metadata, *flat(annotation)]):
            self.facts.add(Draft(name, "", place, lack=Lack.LEFT_OUT))
        elif list in (get_origin(arg) for arg in get_args(annotation)):
            self.facts.add(Draft(f"{name}.条数", "", place, lack=Lack.LEFT_OUT, decimals=0))


def _lack(amount: Amount) -> Lack | None:
    """Return why an amount has no value: 未公布 is said, what is to be filled in is not."""
    if amount.value is not None or amount.formula is not None:
        return None
    return Lack.WITHHELD if amount.text.strip() == UNKNOWN else Lack.LEFT_OUT


def _is_yes_no(readers: list[Any]) -> bool:
    return any(isinstance(r, TextOf) and r.choices == ("是", "否") for r in readers)


def _leaves(node: Ledger[Any]) -> int:
    return sum(_leaves(part) for part in node.parts.values()) if node.parts else 1


def _most_decimals(node: Ledger[Any]) -> int:
    own = decimals_of(node.total.value) if node.total else 0
    return max([own, *(_most_decimals(part) for part in (node.parts or {}).values())])


def _ledger_unit(node: Ledger[Any]) -> str | None:
    if node.total is not None:
        return str(node.total.kind.unit)
    return next((_ledger_unit(part) for part in (node.parts or {}).values()), None)


def _first_place(value: Any) -> Place | None:
    """Return the place of the first value inside a section, where the section stands."""
    if isinstance(value, Amount | PartialDate | Scalar):
        return value.place
    if isinstance(value, BaseModel):
        values = [getattr(value, name) for name in type(value).model_fields]
    elif isinstance(value, Mapping):
        values = list(value.values())
    else:
        values = list(value) if isinstance(value, list) else []
    places = [place for v in values if (place := _first_place(v)) is not None]
    return min(places, default=None)


def decimals_of(value: Decimal | None) -> int:
    """Return the places a typed number shows, zeros at its end left out."""
    exponent = value.normalize().as_tuple().exponent if value is not None else 0
    return min(max(0, -exponent), MOST_DECIMALS) if isinstance(exponent, int) else 0


def _find_amount(annotation: Any) -> AmountOf | None:
    """Return the amount reader inside `X | None`, of an amount or of a ledger of amounts."""
    for item in flat(annotation):
        if isinstance(item, AmountOf):
            return item
        if isinstance(item, type) and issubclass(item, Ledger):
            return _find_amount(item.model_fields["total"].annotation)
    return None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    return next(
        (a for a in flat(annotation) if isinstance(a, type) and issubclass(a, BaseModel)), None
    )
