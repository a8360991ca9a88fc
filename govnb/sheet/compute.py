"""Inputs → figures: names checked, and every cell of the sheet worked out."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from itertools import chain
from typing import Any

from govnb.sheet.expression import Expression, FormulaError, parse
from govnb.sheet.facts import Facts, collect, decimals_of
from govnb.sheet.figure import WHOLE_UNITS, Figure, Figures, default_label, rounded
from govnb.sheet.names import LIST_THEM, Names
from govnb.sheet.overrides import TRIAL, tried
from govnb.sheet.read import Inputs
from govnb.sheet.references import check_form, check_published, check_references
from govnb.sheet.rules import ANY, UNBOUND_HINT, Book, FigureRule, bound, fill, matches, unbound
from govnb.sheet.sheet import Lack, Sheet
from govnb.text.faults import MOST_FAULTS, Fault, FaultsError, Place
from govnb.text.measure import PERCENT
from govnb.text.section import VARIABLE
from govnb.text.values import MONEY_UNIT, UNKNOWN

SCORE = "评价得分"


def compute(
    inputs: Inputs, overrides: Mapping[str, str] | None = None, *, real: Figures | None = None
) -> tuple[Figures, Facts]:
    """Compute every figure of a department, under the values tried out (试算), by name.

    With `real`, the same department's figures, they are only supposed, and may be what nobody
    would be allowed to type.
    Raises FaultsError for unknown names (in formulas, narratives, 公布数), cycles, unreadable
    formulas and overrides, each at its place.
    """
    overrides, faults = overrides or {}, [*inputs.faults]
    if overrides:
        known = real.stated if real else _facts(inputs).drafts
        inputs = tried(inputs, known, overrides, faults)
    facts = _facts(inputs)
    _withhold(facts.drafts, overrides)
    faults += facts.faults
    sheet = Sheet(facts.drafts, dict(inputs.year.accounts), facts.items, facts.money)
    names = Names(sheet, inputs.book, inputs.gaps)
    faults += _settle(sheet, names, facts.unsaid)
    facts.drafts = sheet.drafts
    cells = {name: _figure(sheet, name) for name in sheet.drafts}
    faults += _faults(sheet)
    if real is None:
        faults += _check_book(inputs.book, names)
        faults += chain.from_iterable(_out_of_bounds(sheet, cell) for cell in cells.values())
        faults += check_references(inputs, facts, names)
        faults += check_published(inputs, facts.drafts)
        faults += check_form(inputs, names)
    if faults:
        raise FaultsError(faults)
    return Figures(cells, facts.parts, sheet, overrides, facts.unsaid), facts


def supposed(inputs: Inputs, real: Figures, values: Mapping[str, str]) -> Figures:
    """Return the figures under other values; no more is worked out again than rests on them."""
    faults: list[Fault] = []
    facts = collect(tried(inputs, real.stated, values, faults))
    _withhold(facts.drafts, values)
    drafts = {n: d for n in values if n in real.stated and (d := facts.drafts.get(n)) is not None}
    sheet, every = real.sheet.with_(drafts), {**real.overrides, **values}
    faults += _settle(sheet, Names(sheet, inputs.book, inputs.gaps), real.unsaid)
    again = [name for name in sheet.drafts if name not in real or sheet.is_moved(name)]
    made = Figures(
        {**real, **{n: _figure(sheet, n) for n in again}}, real.parts, sheet, every, real.unsaid
    )
    # A word may change the names there are; what is wrong is told where all is worked out.
    is_whole = len(drafts) == len(values) and facts.money == real.sheet.money
    is_whole = is_whole and not any(isinstance(draft.value, str) for draft in drafts.values())
    is_sound = is_whole and not (faults or facts.faults or _faults(sheet))
    return made if is_sound else compute(inputs, every, real=real)[0]


def _withhold(drafts: dict[str, Figure], overrides: Mapping[str, str]) -> None:
    """Make unknown what is tried out as 未公布."""
    for name in (name for name, text in overrides.items() if text.strip() == UNKNOWN):
        drafts[name] = (drafts.get(name) or Figure(name))._replace(
            place=TRIAL, value=None, expression=None, formula=None, lack=Lack.ON_TRIAL,
            approximate=False, about="",
        )  # fmt: skip


def _facts(inputs: Inputs) -> Facts:
    facts = collect(inputs)
    _add_book(facts, inputs.book, inputs.book_at)
    facts.add(SCORE, unit="分", place=inputs.department_at, lack=Lack.SCORED, derived=True)
    return facts


def _add_book(facts: Facts, book: Book, places: dict[str, Place]) -> None:
    """Add the book's figures for this department to its facts; faults go there too."""
    stated = tuple(facts.drafts)
    for name, rule in book.items():
        texts = (rule.formula, rule.unit, rule.label, rule.note, rule.source)
        faults = [fault for text in filter(None, texts) for fault in unbound(text, rule.each)]
        if loose := set(VARIABLE.findall(name)) - set(VARIABLE.findall(rule.each or "")):
            message = f"“{name}”里的变量“{'、'.join(sorted(loose))}”没有说明取自哪里"
            faults.append(Fault(places[name], message, UNBOUND_HINT))
        try:
            # Read even where nothing matches: a mistake must not wait for the first project.
            parse(VARIABLE.sub(lambda m: "甲" * len(m[0]), rule.formula))
        except FormulaError as error:
            faults.append(Fault(rule.formula.at(error.offset), str(error), error.hint))
        for filled in [] if loose else matches(rule.each, stated):
            # A name whose formula is no good still exists: one mistake is told once.
            figure = fill(name, filled)
            own = facts.drafts.get(figure)
            if own is not None and rule.or_stated == "是":
                if own.lack is not Lack.LEFT_OUT:
                    continue
                del facts.drafts[figure]
            if filled and rule.or_stated == "是":
                # It stands for what could be stated: the others of its kind lack what it has.
                section, item = name.partition(".{")[0], next(iter(filled.values()))
                listed = facts.items.setdefault(section, [])
                listed += [item] if item not in listed else []
            told = {} if faults else _read(rule, filled, facts)
            facts.add(figure, place=places[name], derived=True, **told)
        facts.faults.extend(faults)


def _read(rule: FigureRule, variables: dict[str, str], facts: Facts) -> dict[str, Any]:
    unit = fill(rule.unit, variables)
    # The unit the department gave the thing counted.
    given = facts.drafts.get(unit)
    unit = str(given.value) if given else unit if unit != "无" else ""
    expression = parse(bound(rule.formula, variables))
    return {
        "unit": unit,
        "expression": replace(expression, text=fill(rule.formula, variables)),
        "label": fill(rule.label, variables),
        "decimals": int(rule.decimals or ("0" if unit in WHOLE_UNITS else "2")),
        "fixed": rule.decimals is not None,
        "note": fill("；".join(filter(None, (rule.note, rule.source))), variables),
    }


def _check_book(book: Book, names: Names) -> Iterator[Fault]:
    """Yield a fault for each name in the book that no department can have."""
    for rule in book.values():
        if rule.each is not None and (hint := names.why_not(rule.each)) is not None:
            yield Fault(rule.each.place, f"没有“{rule.each}”这个指标", hint)
        try:
            named = parse(bound(rule.formula, {}, ANY)).names
        except FormulaError:
            continue
        yield from names.unknown(rule.formula, named)


def _settle(sheet: Sheet, names: Names, unsaid: str) -> list[Fault]:
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
                lacking = partial(Figure, place=draft.place, only_named=True, unsaid=unsaid)
                lack = Lack.LEFT_OUT if is_pattern else None
                sheet.drafts |= {n: lacking(n, label=default_label(n), lack=lack) for n in new}
            elif new or (not wanted and not draft.derived and names.why_not(name) is not None):
                said, hint = f"里没有“{name}”这个指标", names.hint(name)
                if is_pattern:
                    said, count = f"里的“{name}”没有对应的指标", f"{name.partition('.*')[0]}.条数"
                    hint = f"有几条写 {count}" if count in sheet.drafts else LIST_THEM
                faults.append(Fault(draft.place, f"公式“{draft.expression.text}”{said}", hint))
    return faults


def _figure(sheet: Sheet, name: str) -> Figure:
    found = sheet.cell(name)
    if found.expression is None:
        return found
    decimals = found.decimals
    if not found.fixed and found.number is not None:
        # A count that comes out in halves is not rounded to one.
        decimals = max(decimals, min(decimals_of(found.number), 2))
    approximate = found.approximate and found.value is not None
    points = sheet.takes_rates(name)
    return found._replace(decimals=decimals, approximate=approximate, points=points)


def _faults(sheet: Sheet) -> list[Fault]:
    """Return what working out the sheet has shown: circles, and numbers that are none."""
    hint = "其中一个须是直接填写的数"
    circular = [
        Fault(sheet.drafts[name].place, f"公式循环引用：{' → '.join(circle)}", hint)
        for circle in sheet.circles[:MOST_FAULTS]
        for name in set(circle)
    ]
    return [*circular, *sheet.faults]


def _out_of_bounds(sheet: Sheet, draft: Figure) -> Iterator[Fault]:
    """Hold a formula and its result to what could have been typed in its place."""
    expression, value = draft.expression, draft.number
    if expression is None or draft.kind is None:
        return
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
        why = f"按{MONEY_UNIT}计，这里按{draft.unit}计"
        hint = "把这个数另列一项，公式引用它的名称，或直接写结果"
        if draft.unit == PERCENT:
            why, hint = "里 1 是 100%", "百分数写成分数，如 3.75/100，或直接写结果"
        yield Fault(place, f"{told}里的 {bare:f} 没有单位，公式{why}", hint)
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
