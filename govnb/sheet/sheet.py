"""One department's year as a sheet: figures, checks, rounding, 试算 and scores ask its cells.

What is unknown makes unknown all that rests on it, inside 求和(…) over a department's own
items too: an item that doesn't state the amount summed is missing like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, partial
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from types import NoneType
from typing import NamedTuple

from govnb.sheet.expression import TOO_LARGE, Expression, FormulaError, NotComputable, Value
from govnb.text.faults import MOST_FAULTS, Fault, Place, Spot
from govnb.text.section import RESERVED, dotted
from govnb.text.values import MONEY_UNIT, MONEY_UNITS, UNKNOWN, Amount, Kind, PartialDate

PERCENT = Decimal("0.01")
HUNDRED = Decimal(100)
UNCOMPUTABLE = "不可计算"
POINTS = "个百分点"
NUMBER, DATE, TEXT = "number", "date", "text"
NOWHERE = Spot("")
# Accounts may be named by the codes of 经济分类科目.
BY_ACCOUNT = frozenset({"支出", "预算安排"})
# What accounts were called before and after the reform of 2018 (财预〔2017〕98号).
ERAS = {
    "307": ("债务利息支出", "债务利息及费用支出"),
    "309": ("基本建设支出", "资本性支出（基本建设）"),
    "310": ("其他资本性支出", "资本性支出"),
    "312": ("对企事业单位的补贴", "对企业补助"),
}


class Lack(StrEnum):
    """Why a fact has no value, in the words that are shown behind 未公布."""

    WITHHELD = ""
    LEFT_OUT = "参数文件没有填"
    ON_TRIAL = "试算中设为未公布"
    # The score is no formula over figures: the rubric gives it, as an interval.
    SCORED = "由指标体系评出，见评分表"
    UNSCORED = "没有带分值的指标体系，没有评分"


class Figure(NamedTuple):
    """One named value, stated or computed; on a sheet, before or after it is worked out."""

    name: str  # dotted path, such as `三公经费.公务接待费.结余率`
    value: Value = None  # in the figure's own unit, at full precision; None when unknown
    unit: str = ""  # `万元`, `人`, `%`, …; empty for plain counts, text, dates and mixed units
    label: str = ""  # what the report calls it
    place: Place = NOWHERE  # the line that states it or the line of its formula
    formula: str | None = None  # None for what a file states outright
    inputs: tuple[str, ...] = ()  # names the formula used, wildcards spelled out
    # The stated facts, at the far end of the formulas, that its value lacks: itself for one
    # that should have been stated.
    missing: tuple[str, ...] = ()
    trouble: str = ""  # why it has no value though all it rests on is known
    absent: bool = False  # the department has nothing of what it is about
    lack: Lack | None = None  # why a stated value is unknown
    approximate: bool = False  # a 约数, or computed from one
    about: str = ""  # the word a file marks its 约数 with: 余, 多 or 约
    decimals: int = 2  # places shown; the value itself is never rounded
    note: str = ""  # explanation or legal source from the formula book
    derived: bool = False  # computed by the program or the book, not stated
    # What formulas count one of its unit as: they reckon in 万元, whatever a file is kept in.
    scale: Decimal = Decimal(1)
    points: bool = False  # it takes one rate from another: from 80% to 83% are 3 points, not 3%
    # What is printed for no value: 未公布 of a report transcribed, （待填） in one's own draft.
    unsaid: str = UNKNOWN
    expression: Expression | None = None
    fixed: bool = False  # its rule says how many places to show (小数位)
    kind: Kind | None = None
    typed: Amount | None = None  # what was typed, for an amount the file states
    only_named: bool = False  # only a formula names it: the department states nothing of the kind
    source: str = ""  # the cell it was imported from: `决算.xlsx · 公开07表 · L8（元）`

    @property
    def factor(self) -> Decimal:
        """What formulas count one of its unit as: a percentage is its fraction."""
        return PERCENT if self.unit == "%" else self.scale

    @property
    def number(self) -> Decimal | None:
        """The value if it is a known number."""
        return self.value if isinstance(self.value, Decimal) else None

    @property
    def ratio(self) -> Value:
        """The value as formulas use it: a percentage as its fraction, money in 万元."""
        # Multiplying by 1 would still round what has more digits than the context.
        if not isinstance(self.value, Decimal) or self.factor == 1:
            return self.value
        return self.value * self.factor

    @property
    def told_unit(self) -> str:
        """The unit as it is printed behind the number."""
        return POINTS if self.points and self.unit == "%" else self.unit

    @property
    def origin(self) -> str:
        """The line that states it, and the workbook's cell that it was imported from."""
        return f"{self.place} ← {self.source}" if self.source else str(self.place)

    @property
    def is_money(self) -> bool:
        """True for an amount of the file's own, which formulas count in 万元."""
        return MONEY_UNITS.get(self.unit) == self.scale

    @property
    def reason(self) -> str:
        """The sentence that says why the value is unknown; empty when it is known."""
        if self.value is not None:
            return ""
        if self.trouble:
            return f"{UNCOMPUTABLE}：{self.trouble}"
        if self.lack is Lack.LEFT_OUT:
            return self.unsaid if self.unsaid != UNKNOWN else f"{UNKNOWN}（{self.lack}）"
        if self.lack is not None:
            return self.lack or self.unsaid
        if self.absent and self.formula is None:
            return f"本部门没有“{self.name}”"
        return f"缺少：{'、'.join(self.missing)}" if self.missing else "没有可相加的数"

    def as_dict(self) -> dict[str, object]:
        """Return the shape the JSON contract fixes for a figure."""
        return {
            "value": None if self.value is None else exact(self.value),
            "unit": self.unit,
            "label": self.label,
            "formula": self.formula,
            "inputs": list(self.inputs),
            "origin": str(self.place),
            "source": self.source or None,
            "reason": self.reason,
            "approximate": self.approximate,
            "type": kind_of(self.value),
            "decimals": self.decimals,
            "missing": list(self.missing),
            "trouble": self.trouble or None,
        }


def kind_of(value: Value) -> str | None:
    """Return what a value is, number, date or text, since the JSON holds all of them as text."""
    return {Decimal: NUMBER, PartialDate: DATE, NoneType: None}.get(type(value), TEXT)


def exact(value: Decimal | PartialDate | str) -> str:
    """Return the full-precision text of a value, never in scientific notation."""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


@dataclass
class Money:
    """How a file keeps its amounts, and its report prints them."""

    unit: str = MONEY_UNIT
    decimals: int = 2  # that amounts computed in that unit show
    printed: str = ""  # the unit the report prints them in, if another


@dataclass(eq=False)
class Sheet:
    """The cells of one department."""

    drafts: dict[str, Figure]  # every figure before evaluation, by name, in file order
    accounts: Mapping[str, str] = field(default_factory=dict)  # that year's names, by code
    # The names in each section whose items the department chooses (项目, 业务量…).
    items: Mapping[str, Sequence[str]] = field(default_factory=dict)
    money: Money = field(default_factory=Money)
    faults: list[Fault] = field(default_factory=list)  # formulas of what are no numbers
    circles: list[list[str]] = field(default_factory=list)  # known once it is worked out
    _base: Sheet | None = None
    _changed: dict[str, Figure] = field(default_factory=dict)
    _answers: dict[str, Figure] = field(default_factory=dict)
    _needs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _above: dict[str, frozenset[str]] = field(default_factory=dict)
    _matched: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def with_(self, changes: Mapping[str, Figure | Value]) -> Sheet:
        """Return the sheet under other drafts, or other values in their own units.

        What doesn't rest on them isn't worked out again.
        """
        drafts: dict[str, Figure] = {}
        for name, given in changes.items():
            if not isinstance(given, Figure):
                draft = self.draft(name) or Figure(name)
                given = draft._replace(value=given, expression=None, formula=None, lack=None)
            drafts[name] = given
        drafts = {**self._changed, **drafts}
        if any(name not in self.drafts or d.expression for name, d in drafts.items()):
            every = {**self.drafts, **drafts}
            return Sheet(every, self.accounts, self.items, self.money, _base=self, _changed=drafts)
        changed = copy(self)
        changed._base, changed._changed = self, drafts
        changed._answers, changed.faults = {}, []
        return changed

    # ── names ────────────────────────────────────────────────────

    def draft(self, name: str) -> Figure | None:
        """Return what stands in a cell, None where there is no such figure."""
        return self._changed.get(name) or self.drafts.get(name)

    def resolve(self, name: str) -> str:
        """Return the name with an account's code replaced by the name the department prints.

        A department may name its accounts by their codes; then the code is the name.
        """
        if name in self.drafts:
            return name
        head, *rest = name.split(".")
        if head not in BY_ACCOUNT or not rest:
            return name
        wanted = ".".join([head, *(self.accounts.get(segment, segment) for segment in rest)])
        if wanted in self.drafts or not rest[0].isdigit():
            return wanted
        # A report may print the account as another era calls it, or inside another item.
        called = {
            wanted.partition(".")[2],
            *(".".join([n, *rest[1:]]) for n in ERAS.get(rest[0], ())),
        }
        ends = tuple(f".{name}" for name in called)
        found = [n for n in self.drafts if n.startswith(f"{head}.") and n.endswith(ends)]
        return found[0] if len(found) == 1 else wanted

    def expand(self, pattern: str, *, whole: bool = False) -> tuple[str, ...]:
        """Return the names a wildcard means; what the evaluator adds to a section is none.

        `whole` adds those of the items that don't state what the others do.
        """
        if pattern not in self._matched:
            match, ends_open = dotted(pattern).fullmatch, pattern.endswith("*")
            self._matched[pattern] = tuple(
                name
                for name, draft in self.drafts.items()
                if not draft.only_named
                and (found := match(name))
                and not (ends_open and (draft.derived or RESERVED & set(found.groups())))
            )
        names = self._matched[pattern]
        if not whole or not names or pattern.endswith("*"):
            return names
        return tuple(dict.fromkeys([*names, *self._of_every_item(pattern)]))

    def _of_every_item(self, pattern: str) -> list[str]:
        head, star, rest = pattern.partition("*")
        if not star:
            return [pattern]
        items = self.items.get(head.removesuffix("."), ())
        return [name for item in items for name in self._of_every_item(f"{head}{item}{rest}")]

    def names(self, named: Iterable[str]) -> tuple[str, ...]:
        """Return the figures that a formula's names mean, wildcards spelled out."""
        each = (self.expand(name, whole=True) if "*" in name else (name,) for name in named)
        return tuple(dict.fromkeys(chain.from_iterable(each)))

    def needs(self, name: str) -> tuple[str, ...]:
        """Return the figures that a figure is computed from."""
        if name not in self._needs:
            draft = self.drafts.get(name)
            expression = draft.expression if draft else None
            named = map(self.resolve, expression.names) if expression else ()
            self._needs[name] = self.names(named)
        return self._needs[name]

    def above(self, name: str) -> frozenset[str]:
        """Return a figure and everything it is computed from."""
        if name not in self._above:
            found, pending = {name}, [name]
            while pending:
                more = [n for n in self.needs(pending.pop()) if n not in found]
                found.update(more)
                pending += more
            self._above[name] = frozenset(found)
        return self._above[name]

    def roots(self, names: Iterable[str]) -> list[str]:
        """Return the stated facts that figures rest on."""
        every = frozenset[str]().union(*map(self.above, names))
        return sorted(n for n in every if (d := self.drafts.get(n)) and d.expression is None)

    def takes_rates(self, name: str) -> bool:
        """Tell whether a figure takes one rate from another, and does nothing else."""
        draft = self.draft(name)
        if draft is None or draft.expression is None or draft.unit != "%":
            return False
        from_ = [self.draft(self.resolve(each)) for each in draft.expression.names]
        rates = all(each is not None and each.unit == "%" for each in from_)
        return rates and draft.expression.is_difference

    @cached_property
    def _order(self) -> dict[str, int]:
        order, self.circles = ordered({name: self.needs(name) for name in self.drafts})
        self._circular = frozenset(chain.from_iterable(self.circles))
        return {name: at for at, name in enumerate(order)}

    # ── values ───────────────────────────────────────────────────

    def cell(self, name: str) -> Figure:
        """Return a figure worked out."""
        if name not in self._answers:
            for each in self._still_needed(name):
                self._answers[each] = self._worked_out(each)
        return self._answers[name]

    def _still_needed(self, name: str) -> list[str]:
        """Return what has to be worked out before a figure, and it, in order."""
        order = self._order
        if self._base is None:
            return [*order] if name in order and not self._answers else [name]
        moved = [n for n in self.above(name) if n not in self._answers and self.is_moved(n)]
        return sorted(moved, key=lambda n: order.get(n, -1)) or [name]

    def is_moved(self, name: str) -> bool:
        """Tell whether a figure rests on a changed one."""
        return not self.above(name).isdisjoint(self._changed)

    def _worked_out(self, name: str) -> Figure:
        if self._base is not None and name in self._base.drafts and not self.is_moved(name):
            return self._base.cell(name)
        draft = self.draft(name)
        if draft is None:
            return Figure(name, missing=(name,), absent=True)
        if draft.expression is None:
            if draft.value is not None:
                return draft
            return draft._replace(missing=(name,), absent=draft.only_named and draft.lack is None)
        try:
            if name not in self._circular:
                found = self.ask(draft.expression, like=draft)
                if found.value is None or found.number is not None:
                    return found
                message = f"公式的结果“{found.value}”不是数"
                raise FormulaError(message, "写数的名称；日期用 年份(…)")
        except FormulaError as error:
            self.faults.append(Fault(draft.place, str(error), error.hint))
        return draft._replace(inputs=(name,), missing=(name,))

    def ask(
        self, expression: Expression, own: Mapping[str, Figure] | None = None,
        find: Callable[[str], str] | None = None, like: Figure | None = None,
    ) -> Figure:  # fmt: skip
        """Work a formula out.

        `own` are names that only the asker knows, and what they come to; `find` gives the
        figure, or the pattern, that a name stands for to the asker. The result has the unit of
        the figure it is to be `like`, else what the units of its names leave.
        Raises FormulaError if something that is not a number is used as one.
        """
        own, find = own or {}, find or self.resolve
        names = self.names(find(raw) for raw in expression.names if raw not in own)
        cells = {raw: own[raw] for raw in expression.names if raw in own}
        cells |= {name: self.cell(name) for name in names}
        like = like or _of_unit(expression, cells.values())
        approximate = like.approximate or any(cell.approximate for cell in cells.values())
        found = partial(like._replace, inputs=names, approximate=approximate)
        trouble, value = "", None
        try:
            value = expression.evaluate(
                lambda raw: (own[raw] if raw in own else self.cell(find(raw))).ratio,
                lambda pattern, whole: self.expand(find(pattern), whole=whole),
                lambda raw: raw not in own and self._withheld(find(raw)),
            )
        except NotComputable as error:
            trouble = str(error)
        except ArithmeticError:
            trouble = TOO_LARGE
        if value is None:
            unknown = {name: cell for name, cell in cells.items() if cell.value is None}
            trouble = trouble or next((c.trouble for c in unknown.values() if c.trouble), "")
            # Each share of an unknown whole would copy the list of all it lacks.
            lacks = dict.fromkeys(c.missing or (n,) for n, c in unknown.items() if not c.trouble)
            missing = next(iter(lacks)) if len(lacks) == 1 else (*dict.fromkeys(chain(*lacks)),)
            absent = all(cell.absent for cell in cells.values())
            return found(missing=missing, trouble=trouble, absent=absent)
        if isinstance(value, Decimal) and like.factor != 1:
            value /= like.factor
        return found(value=value, missing=())

    def _withheld(self, name: str) -> bool:
        # What a department says it doesn't publish is not made up for by a number near it.
        draft = self.draft(name)
        if draft is None or name in self._circular or self.cell(name).value is not None:
            return False
        if draft.expression is not None:
            return any(map(self._withheld, self.needs(name)))
        return draft.lack in (Lack.WITHHELD, Lack.ON_TRIAL)

    def tried(self, compute: Callable[[Sheet], Decimal | None]) -> Decimal | None:
        """Return what something comes to on this sheet; None where it can't be worked out."""
        try:
            return compute(self)
        except (ArithmeticError, FormulaError):
            return None


def ordered(needs: Mapping[str, Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    """Return the names, each after those it needs, and the circles among them.

    A circle that is found is opened (its figures then need nothing more), so that the next one
    shows as well; each begins and ends with the same name.
    """
    circles: list[list[str]] = []
    open_, order = {**needs}, [*needs]
    while len(circles) < MOST_FAULTS:
        try:
            order = [*TopologicalSorter(open_).static_order()]
            break
        except CycleError as error:
            circles.append(error.args[1][::-1])
            open_ |= dict.fromkeys(circles[-1], ())
    else:
        # More than anyone mends at a time: nothing is worked out then.
        circles.append(order)
    return order, circles


def _of_unit(expression: Expression, cells: Iterable[Figure]) -> Figure:
    """Return a figure in the unit of a name, a sum or a difference; a product has none."""
    units = {cell.unit: cell.scale for cell in cells if not cell.absent}
    one = len(units) == 1 and not expression.is_product
    unit, scale = units.popitem() if one else ("", Decimal(1))
    return Figure("", unit=unit, scale=scale)
