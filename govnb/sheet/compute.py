"""Inputs → figures: names checked, and every cell of the sheet worked out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from govnb.sheet.book import add_book, check_book
from govnb.sheet.expression import Expression
from govnb.sheet.facts import Facts, collect, decimals_of
from govnb.sheet.figure import Figure, Figures, default_label, rounded
from govnb.sheet.names import LIST_THEM, Names
from govnb.sheet.overrides import trial_drafts, tried
from govnb.sheet.read import Inputs
from govnb.sheet.references import check_form, check_published, check_references
from govnb.sheet.sheet import Lack, Sheet
from govnb.text.faults import MOST_FAULTS, Fault, FaultsError
from govnb.text.measure import PERCENT
from govnb.text.values import MONEY_UNIT

SCORE = "评价得分"


def compute(inputs: Inputs, overrides: Mapping[str, str] | None = None) -> tuple[Figures, Facts]:
    """Compute every figure of a department, under the values tried out (试算), by name.

    Raises FaultsError for unknown names (in formulas, narratives, 公布数), cycles, unreadable
    formulas and overrides, each at its place.
    """
    facts = collect(inputs)
    add_book(facts, inputs.book, inputs.book_at)
    facts.add(Figure(SCORE, unit="分", place=inputs.department_at, lack=Lack.SCORED, derived=True))
    faults = [*inputs.faults, *facts.faults]
    facts.drafts.update(trial_drafts(facts, overrides or {}, faults))
    sheet = Sheet(facts.drafts, dict(inputs.year.accounts), facts.items, facts.money)
    names = Names(sheet, inputs.book, inputs.gaps)
    faults += check_book(inputs.book, names)
    faults += _settle(sheet, names)
    facts.drafts = sheet.drafts
    unsaid = inputs.department.unsaid
    cells = {name: _figure(sheet, name, unsaid) for name in sheet.drafts}
    faults += _faults(sheet)
    for name, draft in sheet.drafts.items():
        if draft.expression is not None and draft.kind is not None:
            faults += _out_of_bounds(sheet, draft, draft.expression, sheet.cell(name).number)
    faults += check_references(inputs, facts, names)
    faults += check_published(inputs, facts.drafts)
    faults += check_form(inputs, names)
    if faults:
        raise FaultsError(faults)
    tried(inputs, overrides or {})
    return Figures(cells, facts.parts, sheet, overrides, unsaid), facts


def supposed(figures: Figures, overrides: Mapping[str, str]) -> Figures:
    """Return the figures under other values, which may be what nobody would be allowed to type.

    Raises FaultsError if a value can't be read, or nothing of its name can be replaced.
    """
    faults: list[Fault] = []
    facts = Facts(figures.sheet.drafts, money=figures.sheet.money)
    sheet = figures.sheet.with_(trial_drafts(facts, overrides, faults))
    faults += _settle(sheet, Names(sheet, {}))
    cells = {name: _figure(sheet, name, figures.unsaid) for name in sheet.drafts}
    faults += _faults(sheet)
    if faults:
        raise FaultsError(faults)
    return Figures(cells, figures.parts, sheet, overrides, figures.unsaid)


def _settle(sheet: Sheet, names: Names) -> list[Fault]:
    """Give a cell to what this department merely lacks; return a fault for each mistyped name.

    What the book's formulas name has been checked before, for all departments.
    """
    faults: list[Fault] = []
    for draft in [d for d in sheet.drafts.values() if d.expression is not None]:
        assert draft.expression is not None
        for name in map(sheet.resolve, draft.expression.names):
            is_pattern = "*" in name
            wanted = sheet.names([name])
            new = [each for each in wanted if each not in sheet.drafts]
            allowed = draft.derived or is_pattern or names.is_account(name) or name in names.gaps
            if new and allowed:
                # What other items state, this one has left out; what no department need have
                # is absent.
                lack = Lack.LEFT_OUT if is_pattern else None
                sheet.drafts |= {
                    n: Figure(n, place=draft.place, lack=lack, only_named=True) for n in new
                }
            elif new or (not wanted and not draft.derived and names.why_not(name) is not None):
                said, hint = f"里没有“{name}”这个指标", names.hint(name)
                if is_pattern:
                    said, count = f"里的“{name}”没有对应的指标", f"{name.partition('.*')[0]}.条数"
                    hint = f"有几条写 {count}" if count in sheet.drafts else LIST_THEM
                faults.append(Fault(draft.place, f"公式“{draft.expression.text}”{said}", hint))
    return faults


def _figure(sheet: Sheet, name: str, unsaid: str) -> Figure:
    found = sheet.cell(name)
    decimals = found.decimals
    if found.expression is not None and not found.fixed and found.number is not None:
        # A count that comes out in halves is not rounded to one.
        decimals = max(decimals, min(decimals_of(found.number), 2))
    return replace(
        found, label=found.label or default_label(name), decimals=decimals, unsaid=unsaid,
        approximate=found.approximate and found.value is not None, points=sheet.takes_rates(name),
    )  # fmt: skip


def _faults(sheet: Sheet) -> list[Fault]:
    """Return what working out the sheet has shown: circles, and numbers that are none."""
    hint = "其中一个须是直接填写的数"
    circular = [
        Fault(sheet.drafts[name].place, f"公式循环引用：{' → '.join(circle)}", hint)
        for circle in sheet.circles[:MOST_FAULTS]
        for name in set(circle)
    ]
    return [*circular, *sheet.faults]


def _out_of_bounds(
    sheet: Sheet, draft: Figure, expression: Expression, value: Decimal | None
) -> Iterator[Fault]:
    """Hold a formula and its result to what could have been typed in its place."""
    assert draft.kind is not None
    told, place = f"公式“{expression.text}”", draft.place
    counted = _counted(sheet, expression)
    if draft.kind.unit and counted not in (None, draft.unit):
        hint = "检查公式里的名称；要换算的，写明乘以或除以多少"
        yield Fault(place, f"{told}算出来以“{counted}”计，这里以“{draft.unit}”计", hint)
        return
    if value is None:
        return
    # 0 is 0 in every unit; `1 - 甲 / 乙` is how one writes the rest of a rate.
    meant = {Decimal(0), Decimal(1)} if draft.unit == PERCENT else {Decimal(0)}
    bare = next((number for number in expression.bare_numbers if number not in meant), None)
    if draft.factor != 1 and bare is not None:
        message = f"{told}里的 {bare:f} 没有单位，公式"
        if draft.unit == PERCENT:
            hint = "百分数写成分数，如 3.75/100，或直接写结果"
            yield Fault(place, f"{message}里 1 是 100%", hint)
        else:
            hint = "把这个数另列一项，公式引用它的名称，或直接写结果"
            yield Fault(place, f"{message}按{MONEY_UNIT}计，这里按{draft.unit}计", hint)
    found = f"{told}算出 {rounded(value, 6).normalize():f}"
    if value < 0 and not draft.kind.negative:
        hint = "检查公式里的名称和先后；负的差额不要填在这里"
        yield Fault(place, f"{found}，这里不能为负", hint)
    # Thirds that add up to a whole do so but for the last of all digits.
    elif draft.kind.whole and rounded(value, 20) != value.to_integral_value():
        hint = "检查公式，或用 向下取整(…)、向上取整(…)"
        yield Fault(place, f"{found}，这里是{draft.kind.what}，应是整数", hint)


def _counted(sheet: Sheet, expression: Expression) -> str | None:
    """Return the one unit a formula's result counts, None where that is open.

    A number in it may be what one of something costs, so that it says nothing of the unit.
    """

    def unit_of(name: str) -> str | None:
        draft = sheet.draft(sheet.resolve(name))
        return draft.unit if draft else None

    found = expression.dimension(unit_of, lambda name: sheet.expand(sheet.resolve(name)))
    if found is None or found.scales or list(found.units.values()) != [1]:
        return None
    return next(iter(found.units)) or None
