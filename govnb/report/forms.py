"""The self-evaluation forms (绩效自评表) of a department and of its projects.

Laid out as the Ministry of Finance's form: who, the money, the year's goals, the tree of
indicators, the total (财预〔2020〕10号).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from govnb.report.frames import Computed, Number, here
from govnb.report.projects import DUE, disagrees
from govnb.report.prose import Prose, expand_lists
from govnb.report.sheet import Sheet, evened
from govnb.report.tables import Cell, Row, Span, Table, alike
from govnb.sheet.evidence import Target
from govnb.sheet.figure import Figures, number_text, shown
from govnb.sheet.score import interval_text
from govnb.sheet.self_evaluation import Bounds, ProjectScore, SelfEvaluation
from govnb.text.number import TO_FILL

_INDICATORS = (
    "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分",
    "偏差原因分析及改进措施",
)  # fmt: skip
# What a form that was only declared has of them.
_DECLARED = (0, 1, 2, 3, 5)
_MONEY = ("年初预算数", "全年预算数（A）", "全年执行数（B）", "分值", "执行率（B/A）", "得分")
# Where a department's form doesn't state its money again: the report's own figures.
_OWN_MONEY = ("预算执行.年初预算", "预算执行.调整后预算", "支出")
# What the rate of execution counts where the form doesn't say: what the indicators leave.
_WEIGHTS = (Decimal(10), Decimal(20))

Pieces = Sequence[tuple[Cell, int]]


def forms(sheet: Sheet, computed: Computed) -> Iterator[Table]:
    """Yield the department's form and those of its projects, as far as the file has them."""
    department = sheet.inputs.department
    own, identity = department.self_evaluation, department.identity
    if own.money or own.goals or department.targets:
        who = {"部门名称": identity.name}
        more = {"主管部门": identity.parent, "预算编码": identity.code}
        caption = "部门整体支出绩效自评表"
        form = _Form(sheet, computed, "自评表", own, department.targets, (who, more))
        yield form.table(caption)
    for name, project in department.projects.items():
        if project.form is not None:
            yield project_form(sheet, computed, name)


def project_form(
    sheet: Sheet, computed: Computed, name: str, scored: ProjectScore | None = None
) -> Table:
    """Return the form of a project; `scored`, also with its points worked out anew."""
    identity, form = sheet.inputs.department.identity, sheet.inputs.department.projects[name].form
    assert form is not None
    # Of a department that is an authority itself, its own name stands.
    by = {
        "主管部门": form.authority or identity.parent or identity.name,
        "实施单位": form.carried_out_by or identity.name,
    }
    who = ({"项目名称": name, "项目编码": form.code}, by)
    made = _Form(sheet, computed, f"项目.{name}.自评表", form, form.targets, who, scored)
    return made.table(f"项目支出绩效自评表（{name}）")


@dataclass
class _Form:
    """One form as it is put together: its head, row by row, and the cells merged in it."""

    sheet: Sheet
    # Where what it adds up is kept, to be asked for like any figure.
    computed: Computed
    # Where its figures stand.
    at: str
    said: SelfEvaluation
    targets: Mapping[str, Target]
    # Who it is about: a line each, labels with what stands behind them.
    who: tuple[Mapping[str, object], ...]
    # What its points come to, to be shown beside them.
    scored: ProjectScore | None = None
    above: list[Row] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)

    @property
    def _is_draft(self) -> bool:
        return self.sheet.figures.unsaid == TO_FILL

    def table(self, caption: str) -> Table:
        """Return the form."""
        rows = [self._indicator(name, target) for name, target in self.targets.items()]
        done = any(row.cells[n].text for row in rows for n in (4, 6))
        is_result = done or self.said.points is not None or self._is_draft
        is_result = is_result or any(x.adjusted or x.actual for x in self.said.money.values())
        kept = tuple(range(len(_INDICATORS))) if is_result else _DECLARED
        if not is_result and not any(t.weight for t in self.targets.values()):
            # A budget's targets have no points.
            kept = _DECLARED[:-1]
        rows = [replace(row, cells=tuple(row.cells[n] for n in kept)) for row in rows]
        columns = [_INDICATORS[n] for n in kept]
        words = {column for column in columns if column not in ("分值", "得分")}
        if self.scored is not None and is_result:
            columns.insert(columns.index("得分") + 1, DUE)
        self._who(len(columns))
        self._money(len(columns), is_result)
        self._goals(len(columns), is_result)
        first = len(self.above)
        self.spans += alike(rows, 2, first)
        if is_result:
            self.spans.append((first + len(rows), 0, 1, 5))
            rows.append(self._total(rows))
            rows = list(self._beside(rows))
        money = {str(line.received) for line in self.said.money.values() if line.received}
        table = self.sheet.table(
            self.at, caption if is_result else caption.replace("自评表", "目标表"),
            tuple(columns), [],
        )  # fmt: skip
        return replace(
            table, figures=Figures({**table.figures, **self.computed.kept}, {}), unit="",
            rows=tuple(rows), above=tuple(evened(self.above, table.figures)),
            spans=tuple(self.spans), landscape=True,
            text_columns=frozenset(n for n, column in enumerate(columns) if column in words),
            notes=self._received() if money else (),
        )  # fmt: skip

    # The head

    def _row(self, *pieces: tuple[Cell, int]) -> None:
        cells: list[Cell] = []
        for cell, across in pieces:
            if across > 1:
                self.spans.append((len(self.above), len(cells), 1, across))
            cells += [cell, *[Cell("")] * (across - 1)]
        self.above.append(Row(tuple(cells)))

    def _labelled(self, label: str, rows: Sequence[Pieces]) -> None:
        """Add rows with one label before them all."""
        if len(rows) > 1:
            self.spans.append((len(self.above), 0, len(rows), 1))
        for pieces in rows:
            self._row((_label(label), 1), *pieces)

    def _who(self, width: int) -> None:
        for line in self.who:
            told = [(name, str(text)) for name, text in line.items() if text]
            if not told:
                continue
            half = width // 2
            sizes = [width - 1] if len(told) == 1 else [half - 1, width - half - 1]
            for_each = zip(told, sizes, strict=True)
            self._row(*(p for (n, t), size in for_each for p in ((_label(n), 1), (Cell(t), size))))

    def _money(self, width: int, is_result: bool) -> None:
        columns = _MONEY if is_result else _MONEY[:1]
        is_due = self.scored is not None and is_result
        last = width - 2 - len(columns) + 1 - is_due
        head: Pieces = [(_label(""), 1), *((_label(column), 1) for column in columns[:-1])]
        more = [(_label(DUE), 1)] if is_due else []
        rows: list[Pieces] = [[*head, (_label(columns[-1]), last), *more]]
        for n, line in enumerate(self.said.money or self._own_money()):
            cells = self._money_cells(line, first=n == 0)
            label = f"其中：{line}" if n == 1 else line
            inner: Pieces = [(_label(label), 1), *((cell, 1) for cell in cells[: len(columns) - 1])]
            points = cells[len(columns) - 1]
            if self.scored is not None and is_due:
                more = [(due_of(self.scored.due(""), points) if n == 0 else Cell("—"), 1)]
            rows.append([*inner, (points, last), *more])
        if len(rows) > 1:
            self._labelled(f"资金（{self.sheet.money_unit}）", rows)
        told = {"执行偏差原因": self.said.reason, "预算调整说明": self.said.adjustment}
        for label, reason in told.items():
            if reason:
                self._row((_label(label), 1), (Cell(self._said(reason)), width - 1))

    def _own_money(self) -> list[str]:
        names = _OWN_MONEY if self.at == "自评表" else ()
        return ["年度资金总额"] if any(self._cell(name).value is not None for name in names) else []

    def _money_cells(self, line: str, *, first: bool) -> list[Cell]:
        at = f"{self.at}.资金.{line}"
        names = [f"{at}.{column}" for column in ("年初预算数", "全年预算数", "全年执行数")]
        rate = f"{at}.执行率"
        if not self.said.money:
            names, rate = list(_OWN_MONEY), f"{self.at}.执行率"
        amounts = [self._cell(name) for name in names]
        if not first:
            return [*amounts, Cell("—"), self._cell(rate), Cell("—")]
        weight = self._cell(f"{self.at}.执行率分值", plain=True)
        if not weight.text:
            counted = (t.worth for t in self.targets.values())
            left = 100 - sum(counted, Decimal(0))
            usual = left if left in _WEIGHTS else _WEIGHTS[0]
            weight = Cell(number_text(usual), value=usual)
        points = self._cell(f"{self.at}.执行率得分", plain=True)
        if not points.text and self._is_draft:
            points = self._cell(f"{self.at}.执行率应得分", plain=True)
        return [*amounts, weight, self._cell(rate), points]

    def _goals(self, width: int, is_result: bool) -> None:
        half = width // 2
        sizes = [half - 1, width - half] if is_result else [width - 1]
        heads = zip(("预期目标", "实际完成情况"), sizes, strict=False)
        rows: list[Pieces] = [[(_label(name), size) for name, size in heads]]
        several = len(self.said.goals) > 1
        for name, goal in self.said.goals.items():
            named = f"{name}：" if several else ""
            texts = [named + self._said(goal.wanted)] if goal.wanted else [""]
            texts.append(self._said(goal.reached or ""))
            rows.append([(Cell(t), size) for t, size in zip(texts, sizes, strict=False)])
        if self.said.goals:
            self._labelled("年度总体目标", rows)

    def _said(self, text: str) -> str:
        """Return words of the file with the figures and lists they refer to printed."""
        told = expand_lists(str(text), self.sheet.lists)
        return Prose(told, self.sheet.figures).text.replace("\n\n", "\n")

    # The indicators

    def _indicator(self, name: str, target: Target) -> Row:
        at = f"绩效指标.{name}" if self.at == "自评表" else f"{self.at}.绩效指标.{name}"
        goal = target.goal + (f"（年初{target.initial}）" if target.initial else "")
        why = "；".join(self._said(t).rstrip("。") for t in (target.shortfall, target.remedy) if t)
        called = f"{name}（核心指标）" if target.core == "是" else name
        told = map(self._said, (goal, target.came))
        words = (str(target.group), str(target.subgroup or ""), called, *told)
        points = [self._cell(f"{at}.{field}", plain=True) for field in ("分值", "公布得分")]
        return Row((*(Cell(text) for text in words), *points, Cell(why)))

    def _beside(self, rows: Sequence[Row]) -> Iterator[Row]:
        """Yield the rows with their points worked out anew behind those they print."""
        if self.scored is None:
            yield from rows
            return
        due = [*map(self.scored.due, self.targets), self.scored.due_in_all]
        for row, each in zip(rows, due, strict=True):
            *before, points, why = row.cells
            yield replace(row, cells=(*before, points, due_of(each, points), why))

    def _total(self, rows: Sequence[Row]) -> Row:
        """Return the foot: the points stated as their total, or else what is printed added up."""
        money = [row for row in self.above if len(row.cells) > 7 and row.cells[5].value is not None]
        weights = [row.cells[5] for row in (*money[:1], *rows)]
        points = [*(row.cells[7] for row in money[:1]), *(row.cells[6] for row in rows)]
        stated = self._cell(f"{self.at}.总分", plain=True)
        if self.at == "自评表":
            published = self.sheet.inputs.department.published.get("评价得分")
            stated = stated if stated.text or not published else Cell(str(published.text))
        total = stated if stated.text else self._sum("得分合计", points)
        blank = [Cell("")] * 4
        weight = self._sum("分值合计", weights)
        return Row((_label("总分"), *blank, weight, total, Cell("")), 0, "total")

    def _sum(self, name: str, cells: Sequence[Cell]) -> Cell:
        """Return what cells add up to; blank unless all of them are known."""
        if any(cell.value is None for cell in cells):
            return Cell("")
        known = self.computed.number
        parts: list[Any] = [known(cell.figure) if cell.figure else cell.value for cell in cells]
        total = sum(parts[1:], parts[0]) if parts else Decimal(0)
        if not isinstance(total, Number):
            return Cell(number_text(total), value=total, decimals=2)
        found = total.named(f"{self.at}.{name}", here(self.computed.notebook))
        return Cell(shown(found, unit=False), found.name, found.number, found.decimals)

    def _received(self) -> tuple[str, ...]:
        told = [
            f"{line}{cell.text}"
            for line in self.said.money
            if (cell := self._cell(f"{self.at}.资金.{line}.到位数")).text
        ]
        return (f"到位数（{self.sheet.money_unit}）：{'，'.join(told)}。",)

    def _cell(self, name: str, *, plain: bool = False) -> Cell:
        """Return a figure's cell, blank where it isn't known; `plain` as it was typed: 9.5, 10."""
        figure = self.sheet.figures.get(name)
        if figure is None or figure.value is None:
            return Cell("")
        cell = self.sheet.cell(name)
        return replace(cell, text=shown(figure, unit=False)) if plain else cell


def due_of(due: Bounds | None, printed: Cell) -> Cell:
    """Return points worked out anew, marked where they aren't what is printed."""
    if due is None:
        return Cell("")
    if disagrees(printed.value, due):
        return Cell(f"{interval_text(*due)}　不符")
    return Cell(interval_text(*due), value=due[0] if due[0] == due[1] else None, decimals=2)


def _label(text: str) -> Cell:
    return Cell(text, head=True)
