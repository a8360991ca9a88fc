"""Inputs → figures: names checked, and every cell of the sheet worked out."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from govnb.sheet.book import add_book, check_book
from govnb.sheet.expression import Expression
from govnb.sheet.facts import Facts, collect, decimals_of
from govnb.sheet.figure import Figure, Figures, default_label, rounded
from govnb.sheet.names import LIST_THEM, Names
from govnb.sheet.overrides import trial_drafts, tried
from govnb.sheet.published_units import check_published
from govnb.sheet.read import Inputs
from govnb.sheet.references import check_form, check_references
from govnb.sheet.sheet import Answer, Draft, Lack, Sheet
from govnb.text.measure import PERCENT
from govnb.text.place import MOST_FAULTS, Fault, FaultsError
from govnb.text.values import MONEY_UNIT

SCORE = "评价得分"


def compute(inputs: Inputs, overrides: Mapping[str, str] | None = None) -> tuple[Figures, Facts]:
    """Compute every figure of a department.

    Parameters
    ----------
    inputs
        The checked files.
    overrides
        试算: values that stand in for stated ones, by figure name.

    Raises
    ------
    FaultsError
        For unknown names (in formulas, narratives, 公布数), cycles, unreadable formulas and
        overrides, each at its place.
    """
    facts = collect(inputs)
    add_book(facts, inputs.book, inputs.book_at)
    facts.add(Draft(SCORE, "分", inputs.department_at, lack=Lack.SCORED, derived=True))
    faults = [*inputs.faults, *facts.faults]
    facts.drafts.update(trial_drafts(facts, overrides or {}, faults))
    sheet = Sheet(facts.drafts, dict(inputs.year.accounts), facts.items, facts.money)
    names = Names(sheet, inputs.book, inputs.gaps)
    faults += check_book(inputs.book, names)
    faults += _settle(sheet, names)
    facts.drafts = sheet.drafts
    figures = _figures(sheet, facts.parts, overrides or {})
    faults += _faults(sheet)
    faults += _out_of_bounds(sheet)
    faults += check_references(inputs, facts, names)
    faults += check_published(inputs, facts.drafts)
    faults += check_form(inputs, names)
    if faults:
        raise FaultsError(faults)
    tried(inputs, overrides or {})
    return figures.told_as(inputs.department.unsaid), facts


def supposed(figures: Figures, overrides: Mapping[str, str]) -> Figures:
    """Return the figures under other values, which may be what nobody would be allowed to type.

    Raises
    ------
    FaultsError
        If a value can't be read, or nothing of its name can be replaced.
    """
    faults: list[Fault] = []
    facts = Facts(figures.sheet.drafts, money=figures.sheet.money)
    drafts = trial_drafts(facts, overrides, faults)
    sheet = figures.sheet.with_(drafts)
    faults += _settle(sheet, Names(sheet, {}))
    found = _figures(sheet, figures.parts, overrides)
    faults += _faults(sheet)
    if faults:
        raise FaultsError(faults)
    return found


def _settle(sheet: Sheet, names: Names) -> list[Fault]:
    """Give a cell to what this department merely lacks; return a fault for each mistyped name.

    What the book's formulas name has been checked before, for all departments.
    """
    faults: list[Fault] = []
    for draft in [d for d in sheet.drafts.values() if d.expression is not None]:
        assert draft.expression is not None
        for raw in draft.expression.names:
            name = sheet.resolve(raw)
            wanted = sheet.expand(name, whole=True) if "*" in name else (name,)
            new = [each for each in wanted if each not in sheet.drafts]
            allowed = draft.derived or "*" in name or names.is_account(name) or name in names.gaps
            if new and allowed:
                sheet.drafts |= {each: _lacked(each, draft, name) for each in new}
            elif new or (not wanted and not draft.derived and names.why_not(name) is not None):
                hint = names.hint(name) if len(faults) < MOST_FAULTS else LIST_THEM
                faults.append(_no_such(draft, name, hint, sheet))
    return faults


def _lacked(name: str, draft: Draft, asked: str) -> Draft:
    """Return the cell of what a formula names and the file doesn't state."""
    # What other items state, this one has left out; what no department need have is absent.
    lack = Lack.LEFT_OUT if "*" in asked else None
    return Draft(name, "", draft.place, lack=lack, only_named=True)


def _no_such(draft: Draft, name: str, hint: str, sheet: Sheet) -> Fault:
    assert draft.expression is not None
    if "*" not in name:
        said = f"里没有“{name}”这个指标"
    else:
        above = name.partition(".*")[0]
        said = f"里的“{name}”没有对应的指标"
        hint = f"有几条写 {above}.条数" if f"{above}.条数" in sheet.drafts else LIST_THEM
    return Fault(draft.place, f"公式“{draft.expression.text}”{said}", hint)


def _figures(
    sheet: Sheet, parts: Mapping[str, tuple[str, ...]], overrides: Mapping[str, str]
) -> Figures:
    figures = {name: _figure(sheet, name, sheet.cell(name)) for name in sheet.drafts}
    return Figures(figures, parts, sheet, overrides)


def _figure(sheet: Sheet, name: str, found: Answer) -> Figure:
    draft = sheet.draft(name)
    assert draft is not None
    is_computed = draft.expression is not None
    return Figure(
        name=name,
        value=found.value,
        unit=draft.unit,
        label=draft.label or default_label(name),
        place=draft.place,
        formula=draft.expression.text if draft.expression else None,
        inputs=found.names if is_computed else (),
        missing=found.missing,
        trouble=found.trouble,
        absent=found.absent,
        lack=draft.lack,
        approximate=found.about and found.value is not None,
        about=draft.about,
        decimals=_decimals(draft, found.number),
        note=draft.note,
        scale=draft.scale,
        derived=is_computed,
        points=_takes_rates(sheet, draft),
    )


def _takes_rates(sheet: Sheet, draft: Draft) -> bool:
    """Tell whether a figure takes one rate from another, and does nothing else."""
    if draft.unit != PERCENT or draft.expression is None or not draft.expression.is_difference:
        return False
    from_ = [sheet.draft(sheet.resolve(name)) for name in draft.expression.names]
    return all(each is not None and each.unit == PERCENT for each in from_)


def _decimals(draft: Draft, number: Decimal | None) -> int:
    """Return the places a figure shows: a count that comes out in halves is not rounded to one."""
    if draft.expression is None or draft.fixed or number is None:
        return draft.decimals
    return max(draft.decimals, min(decimals_of(number), 2))


def _faults(sheet: Sheet) -> list[Fault]:
    """Return what working out the sheet has shown: circles, and numbers that are none."""
    hint = "其中一个须是直接填写的数"
    circular = [
        Fault(sheet.drafts[name].place, f"公式循环引用：{' → '.join(circle)}", hint)
        for circle in sheet.circles[:MOST_FAULTS]
        for name in set(circle)
    ]
    return [*circular, *sheet.faults]


def _unitless(draft: Draft, expression: Expression) -> list[Fault]:
    """Return a fault for a number that the formula counts otherwise than its field does."""
    # 0 is 0 in every unit; `1 - 甲 / 乙` is how one writes the rest of a rate.
    meant = {Decimal(0), Decimal(1)} if draft.unit == PERCENT else {Decimal(0)}
    bare = [number for number in expression.bare_numbers if number not in meant]
    if draft.factor == 1 or not bare:
        return []
    told = f"公式“{expression.text}”里的 {bare[0]:f} 没有单位"
    if draft.unit == PERCENT:
        hint = "百分数写成分数，如 3.75/100，或直接写结果"
        return [Fault(draft.place, f"{told}，公式里 1 是 100%", hint)]
    hint = "把这个数另列一项，公式引用它的名称，或直接写结果"
    return [Fault(draft.place, f"{told}，公式按{MONEY_UNIT}计，这里按{draft.unit}计", hint)]


def _out_of_bounds(sheet: Sheet) -> list[Fault]:
    """Hold each formula's result to what could have been typed in its place."""
    faults = []
    for name, draft in sheet.drafts.items():
        value = sheet.cell(name).number
        if draft.expression is None or draft.kind is None or value is None:
            continue
        faults += _unitless(draft, draft.expression)
        said = f"公式“{draft.expression.text}”算出 {rounded(value, 6).normalize():f}"
        if value < 0 and not draft.kind.negative:
            hint = "检查公式里的名称和先后；负的差额不要填在这里"
            faults.append(Fault(draft.place, f"{said}，这里不能为负", hint))
        # Thirds that add up to a whole do so but for the last of all digits.
        elif draft.kind.whole and rounded(value, 20) != value.to_integral_value():
            hint = "检查公式，或用 向下取整(…)、向上取整(…)"
            faults.append(Fault(draft.place, f"{said}，这里是{draft.kind.what}，应是整数", hint))
    return faults
