"""Figures in pandas: columns of them compute like numbers, and each result knows its formula.

A frame's cells are :class:`Number` objects in plain object columns: exact, unknown where an
input is, and asked where they come from like any figure. A pandas extension type would take
twice the code and look the same in a cell.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, Inexact, localcontext
from fractions import Fraction
from functools import partialmethod
from itertools import chain
from numbers import Real
from operator import add, eq, ge, gt, le, lt, mul, sub, truediv
from pathlib import Path
from typing import Any

import pandas as pd

from govnb.sheet.expression import PRECISION
from govnb.sheet.figure import Figure, Figures, shown
from govnb.sheet.names import Names
from govnb.text.faults import Fault, FaultsError, Place, Spot
from govnb.text.values import MONEY_UNIT, MONEY_UNITS

TOTAL = "合计"
NO_GROWTH = "上年为0，不计算增幅"
BELOW_ZERO = "上年为负数，不计算增幅"
NOTEBOOK = "notebooks/department.ipynb"
_PACKAGE = str(Path(__file__).parents[1])
# What papermill puts in front of the cells of a notebook it gives parameters to.
_INJECTED = "# Parameters"
_WORK: dict[str, Callable[[Any, Any], Any]] = {"+": add, "-": sub, "*": mul, "/": truediv}
_SUMS = re.compile(r"^求和\([^(),]*\)$")
_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}


def here(notebook: str = NOTEBOOK) -> Place:
    """Return the place of the caller's code: the notebook's cell, or the line of a program."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    run: Sequence[str] | None = frame.f_globals.get("In")
    if run is None:
        return Place(frame.f_code.co_filename, frame.f_lineno)
    # Run from top to bottom, the nth cell is the nth to run.
    own = len(run) - 1 - sum(cell.startswith(_INJECTED) for cell in run)
    return Spot(f"{notebook} 第{_place_in_file() or own}格")


def _place_in_file() -> int:
    """Return where the running cell stands in the notebook JupyterLab has open; 0 if unknown.

    There cells are run in any order, and again. The Lab tells the kernel which cell it is.
    """
    from IPython import get_ipython

    parent: Mapping[str, Any] = getattr(get_ipython(), "get_parent", dict)()
    cell = parent.get("metadata", {}).get("cellId")
    if not cell or "JPY_SESSION_NAME" not in os.environ:
        return 0
    try:
        cells = json.loads(Path(os.environ["JPY_SESSION_NAME"]).read_text("utf-8"))["cells"]
        ids = [each.get("id") for each in cells if each["cell_type"] == "code"]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return 0
    return ids.index(cell) + 1 if cell in ids else 0


class Computed:
    """The figures a notebook's cells compute, and the names they are kept by."""

    def __init__(
        self, figures: Figures, notebook: str = NOTEBOOK, names: Names | None = None
    ) -> None:
        # Without names every name may be: that of results, which are of many departments.
        self.figures, self.notebook, self.names = figures, notebook, names
        self.kept: dict[str, Figure] = {}
        self._named = {_key(f): f for f in figures.values() if f.formula and f.derived}

    def __contains__(self, name: str) -> bool:
        return name in self.figures or name in self.kept

    def same(self, figure: Figure) -> Figure:
        """Return the figure that the formula book or another cell already made this way."""
        return self._named.get(_key(figure), figure)

    def keep(self, figure: Figure, name: str, place: Place) -> Figure:
        """Return a figure under a name, so that it can be asked for."""
        if figure.name:
            return figure
        found = self.same(figure)
        if found.name and found.unit == figure.unit:
            return found
        while name in self.figures:
            name += "（本表）"
        label = "".join(name.split(".")[1:]) or name
        kept = figure._replace(name=name, label=label, place=place)
        self.kept[name] = self._named[_key(figure)] = kept
        return kept

    def number(self, name: str) -> Number:
        """Return a figure by name; one the file has no line for is unknown.

        Raises
        ------
        FaultsError
            If no department can have a figure of that name.
        """
        found = self.figures.get(name)
        if found is None:
            self.check(name)
        unsaid = self.figures.unsaid
        unit = self.figures.sheet.money.printed or MONEY_UNIT
        unknown = Figure(name, None, unit, missing=(name,), absent=True, unsaid=unsaid)
        unknown = unknown._replace(scale=MONEY_UNITS[unit])
        return Number(found or unknown, self, blank=found is None)

    def check(self, name: str, *, section: bool = False) -> None:
        """Refuse a name that no department can have, of a figure or of what holds some."""
        hint = self.names.why_not(name, section=section) if self.names else None
        if hint is not None and name not in self.kept:
            raise FaultsError([Fault(here(self.notebook), f"没有“{name}”这个指标", hint)])


def _key(figure: Figure) -> str:
    """Return what is alike for the same formula, for sums in whatever order."""
    formula = figure.formula or ""
    is_sum = formula in (" + ".join(figure.inputs), *_SUMS.findall(formula))
    return "+".join(sorted(figure.inputs)) if is_sum else formula


class Number:
    """A figure that computes: `决算 - 预算` is a number whose formula says so.

    In an f-string it stands as a reference, `f"超支{差异:多少}"`, so that what is said of it
    leads to its origin.
    """

    __slots__ = ("_of", "_sign", "figure", "is_blank", "ratio")

    def __init__(
        self, figure: Figure, of: Computed, ratio: Decimal | Fraction | None = None,
        sign: str = "", *, blank: bool = False,
    ) -> None:  # fmt: skip
        self.figure, self._of, self._sign = figure, of, sign
        self.is_blank = blank  # the file has no line for it, and a table says nothing of it
        stated = figure.ratio
        # A third is kept as a fraction: no digit is lost on the way to what is printed.
        self.ratio = ratio if ratio is not None else stated if isinstance(stated, Decimal) else None

    @property
    def is_known(self) -> bool:
        """Whether it has a value."""
        return self.ratio is not None

    def named(self, name: str, place: Place) -> Figure:
        """Return the figure, kept under a name unless it has one."""
        self.figure = self._of.keep(self.figure, name, place)
        return self.figure

    def __float__(self) -> float:
        number = self.figure.number
        return float("nan") if number is None else float(number)

    def __bool__(self) -> bool:
        return bool(self.ratio)

    def __str__(self) -> str:
        return shown(self.figure)

    __repr__ = __str__

    def __format__(self, how: str) -> str:
        figure = self.figure
        name = self.named(f"文中.{len(self._of.kept) + 1}", here(self._of.notebook)).name
        self.figure = figure if figure.name else self.figure
        return f"{{{{ {name} | {how} }}}}" if how else f"{{{{ {name} }}}}"

    def __hash__(self) -> int:
        return hash((self.figure.name, self.ratio))

    def _compare(self, how: Callable[[Any, Any], bool], other: Any) -> bool:
        theirs = other.ratio if isinstance(other, Number) else _decimal(other)
        if how is eq:
            return bool(self.ratio == theirs)
        # What is unknown is behind everything, and neither more nor less than a limit.
        if isinstance(other, Number) and how is lt and None in (self.ratio, theirs):
            return self.ratio is None and theirs is not None
        return None not in (self.ratio, theirs) and how(self.ratio, theirs)

    __lt__ = partialmethod(_compare, lt)
    __le__ = partialmethod(_compare, le)
    __gt__ = partialmethod(_compare, gt)
    __ge__ = partialmethod(_compare, ge)

    def __eq__(self, other: object) -> bool:
        return self._compare(eq, other)

    def _with(self, sign: str, other: Any, *, swap: bool = False) -> Any:
        if not isinstance(other, Number):
            if not isinstance(other, Real | Decimal):
                return NotImplemented
            plain = Figure("", Decimal(str(other)), formula=str(other), decimals=0)
            other = Number(plain, self._of)
        left, right = (other, self) if swap else (self, other)
        if sign == "+" and left.figure.formula == "0" and not left.figure.name:
            return right  # sum() begins with 0
        return _worked_out(left, right, sign)

    __add__, __radd__ = partialmethod(_with, "+"), partialmethod(_with, "+", swap=True)
    __sub__, __rsub__ = partialmethod(_with, "-"), partialmethod(_with, "-", swap=True)
    __mul__, __rmul__ = partialmethod(_with, "*"), partialmethod(_with, "*", swap=True)
    __truediv__ = partialmethod(_with, "/")
    __rtruediv__ = partialmethod(_with, "/", swap=True)

    def __neg__(self) -> Any:
        return self * -1

    def __abs__(self) -> Any:
        return -self if self < 0 else self

    def percent(self) -> Number:
        """Return it as a percentage: 0.5 is 50%."""
        if self.figure.unit == "%":
            return self
        value = None if self.ratio is None else in_full(self.ratio * 100)
        formula = self.figure.formula if not self.figure.name else self.figure.name
        inputs = self.figure.inputs if not self.figure.name else (self.figure.name,)
        figure = self.figure._replace(name="", value=value, unit="%", scale=Decimal(1), decimals=2,
            formula=formula, inputs=inputs, derived=True,
        )  # fmt: skip
        return Number(figure, self._of, self.ratio, self._sign, blank=self.is_blank)


def _worked_out(left: Number, right: Number, sign: str) -> Number:
    """Return what two numbers come to, in whatever unit is left."""
    sides, of = (left, right), left._of
    figures = [n.figure for n in sides]
    ratio, trouble = None, next((f.trouble for f in figures if f.trouble), "")
    if left.ratio is not None and right.ratio is not None:
        if sign == "/" and not right.ratio:
            trouble = f"除数 {_written(right, '/', last=True)} 为 0"
        else:
            ratio = _exactly(_WORK[sign], left.ratio, right.ratio)
    own = [f for f in figures if f.unit]
    like = _like(left, right, sign)
    lacks = [f.missing or (f.name,) for f in figures if f.value is None and not f.trouble]
    inputs = [((f.name,) if f.name in of else ()) if f.name else f.inputs for f in figures]
    result = like._replace(name="", label="", place=left.figure.place, lack=None, about="", note="",
        expression=None, kind=None, typed=None, derived=True, fixed=False, trouble=trouble,
        value=None if ratio is None else in_full(_exactly(truediv, ratio, like.factor)),
        formula=f"{_written(left, sign)} {sign} {_written(right, sign, last=True)}",
        inputs=tuple(dict.fromkeys(chain(*inputs))),
        missing=tuple(dict.fromkeys(chain(*lacks))) if ratio is None else (),
        absent=all(f.absent for f in figures),
        approximate=any(f.approximate for f in figures),
        decimals=max((f.decimals for f in own), default=2) if sign in "+-" else 2,
        points=sign == "-" and [f.unit for f in figures] == ["%", "%"],
    )  # fmt: skip
    same = of.same(result)
    blank = left.is_blank or right.is_blank
    return Number(same, of, ratio, sign if same is result else "", blank=blank)


def _like(left: Number, right: Number, sign: str) -> Figure:
    """Return a figure in the unit that a result has."""
    one, other = left.figure, right.figure
    if sign in "+-":
        if one.unit and other.unit and one.unit != other.unit:
            raise ValueError(f"{left}和{right}单位不同，不能相加减（{one.unit}、{other.unit}）")
        return one if one.unit else other
    bare = [f for f in (one, other) if f.unit and f.unit != "%"]
    if sign == "*" and len(bare) < 2:
        return bare[0] if bare else one._replace(unit="")
    if sign == "/" and (other.unit in ("", "%") and one.unit != "%"):
        return one
    names = [MONEY_UNIT if f.is_money else f.unit for f in (one, other)]
    unit = (
        "" if one.unit == other.unit or one.unit == "%" else f"{names[0]}{_BETWEEN[sign]}{names[1]}"
    )
    return one._replace(unit=unit, scale=Decimal(1))


_BETWEEN = {"*": "·", "/": "/"}


def _written(number: Number, sign: str, *, last: bool = False) -> str:
    """Return a number as it stands in a formula: its name, or its own formula in brackets."""
    figure, own = number.figure, _STRENGTH.get(number._sign, 3)
    said = figure.name or figure.formula or ""
    loose = own < _STRENGTH[sign] or (last and own == _STRENGTH[sign] and sign in "-/")
    return f"({said})" if not figure.name and loose else said


def _exactly(work: Callable[[Any, Any], Any], left: Any, right: Any) -> Decimal | Fraction:
    """Return a result that is rounded nowhere; decimals keep the zeros that were typed."""
    with localcontext(prec=PRECISION) as context:
        context.clear_flags()
        if isinstance(left, Decimal) and isinstance(right, Decimal):
            found: Decimal = work(left, right)
            if not context.flags[Inexact]:
                return found
        exact: Fraction = work(Fraction(left), Fraction(right))
        return exact


def in_full(number: Decimal | Fraction) -> Decimal:
    """Return a number as a decimal, with as many digits as figures are computed to."""
    with localcontext(prec=PRECISION):
        if isinstance(number, Decimal):
            return number
        return Decimal(number.numerator) / Decimal(number.denominator)


def _decimal(other: Any) -> Decimal | None:
    return Decimal(str(other)) if isinstance(other, Real | Decimal) and other == other else None


def percent(column: Any) -> Any:
    """Return a column of ratios, or one of them, as percentages."""
    if isinstance(column, Number):
        return column.percent()
    return column.map(lambda number: number.percent() if isinstance(number, Number) else number)


def known(frame: pd.DataFrame) -> pd.Series:
    """Tell of each row whether anything in it is known: `frame[known(frame)]`."""
    return frame.map(lambda cell: isinstance(cell, Number) and cell.is_known).any(axis=1)


def with_total(frame: pd.DataFrame, *stated: Number) -> pd.DataFrame:
    """Return a frame with the sum of its rows below, 合计; one without rows as it is.

    `stated` are the totals, one a column, where the book has them: parts may be incomplete.
    """
    if frame.empty:
        return frame
    last: Any = (TOTAL, *[""] * (frame.index.nlevels - 1)) if frame.index.nlevels > 1 else TOTAL
    cells = pd.Series(stated, frame.columns) if stated else frame.sum()
    below = pd.DataFrame([cells], index=frame.index[:0].append(pd.Index([last])))
    return pd.concat([frame, below]).rename_axis(index=list(map(str, frame.index.names)))


def growth(now: pd.Series, before: pd.Series) -> pd.Series:
    """Return how much more than before: in percent, of rates in points.

    From 0 there is none, and from below 0 its sign would belie the amount's: words say so.
    """
    return now.combine(before, _grown).astype(object)


def _grown(now: Any, before: Any) -> Any:
    if not (isinstance(now, Number) and isinstance(before, Number)) or before.is_blank:
        return ""
    if before.figure.unit == "%":
        return now - before
    if before.ratio is not None and before.ratio <= 0:
        return BELOW_ZERO if before.ratio else NO_GROWTH
    return ((now - before) / before).percent()


def ledgers(of: Computed, *names: str) -> pd.DataFrame:
    """Return one row a part and one column a ledger, the stated totals below."""
    parts = dict.fromkeys(f.name[len(n) + 1 :] for n in names for f in of.figures.children(n))

    def cell(name: str) -> Number:
        number = of.number(name)
        # That a ledger doesn't list an account doesn't say that it is nothing.
        number.is_blank = False
        return number

    columns = {n: [*(cell(f"{n}.{part}") for part in parts), cell(n)] for n in names}
    return pd.DataFrame(columns, index=pd.Index([*parts, TOTAL], name="科目"), dtype=object)


def tree(of: Computed, *nodes: str) -> pd.DataFrame:
    """Return ledgers with all their levels, `财政预算.工资` below `财政预算`.

    One alone has its total on top; one that sums both ways has a column for each of its kinds,
    and its total below.
    """
    kinds = dict.fromkeys(
        n.split(".")[2] for n in of.figures if n.startswith(f"{nodes[0]}.分类合计.")
    )
    if kinds:
        return _crossed(of, nodes[0], list(kinds))
    rows: dict[str, Number] = {}

    def add(name: str, label: str) -> None:
        rows[label or TOTAL] = of.number(name)
        for part in of.figures.children(name):
            add(part.name, f"{label}.{part.name[len(name) + 1 :]}".strip("."))

    for node in nodes:
        add(node, node.rpartition(".")[2] if len(nodes) > 1 else "")
    return pd.DataFrame({"金额": rows}, dtype=object).rename_axis("项目")


def _crossed(of: Computed, ledger: str, kinds: list[str]) -> pd.DataFrame:
    parts = [f.name for f in of.figures.children(ledger)]
    cells = {TOTAL: [*map(of.number, [*parts, ledger])]}
    for kind in kinds:
        names = [*(f"{part}.{kind}" for part in parts), f"{ledger}.分类合计.{kind}"]
        cells[kind] = [*map(of.number, names)]
    index = pd.Index([*(part.rpartition(".")[2] for part in parts), TOTAL], name="机构")
    return pd.DataFrame(cells, index=index, dtype=object)


def items(of: Computed, section: str, *fields: str, blank: bool = False) -> pd.DataFrame:
    """Return one row an item the file states, one column a field; texts stand as they are.

    `blank` leaves a cell empty where an item doesn't state a field, instead of 未公布.
    """
    of.check(section, section=True)
    stated = (n for n, f in of.figures.items() if n.startswith(f"{section}.") and not f.derived)
    paths = (n[len(section) + 1 :].rpartition(".") for n in stated)
    rows = list(dict.fromkeys(row for row, _, field in paths if row and field in fields))

    def cell(name: str) -> Any:
        number = of.number(name)
        number.is_blank = number.is_blank and blank
        return value if isinstance(value := number.figure.value, str) else number

    cells = {f: [cell(f"{section}.{row}.{f}") for row in rows] for f in fields}
    split = [tuple(row.split(".")) for row in rows]
    index: pd.Index = pd.Index(rows, name="项目")
    if {len(each) for each in split} == {2}:
        index = pd.MultiIndex.from_tuples(split, names=["类", "项目"])
    return pd.DataFrame(cells, index=index, dtype=object)


def numbers(cells: Iterable[Any]) -> list[Number]:
    """Return those of a frame's cells that are figures."""
    return [cell for cell in cells if isinstance(cell, Number)]
