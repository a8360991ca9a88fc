"""The workbook: the one object a notebook holds.

A notebook names what to show and nothing else; each method here returns an object that
displays itself. What was shown is remembered, so that the annex holds the provenance of
every figure on the page and tables and charts are numbered in reading order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from govnb.files import find_upward
from govnb.report import frames, projects, sentences
from govnb.report.annex_tables import ANNEXED
from govnb.report.assessment import Assessment
from govnb.report.blocks import OWN_SCORE, Cards, Result, SignOff, Title, cards_of
from govnb.report.bundle import anchor
from govnb.report.charts import use_style
from govnb.report.findings import Findings, matters, verdict
from govnb.report.forms import forms
from govnb.report.in_year import InYear
from govnb.report.later_tables import LATER
from govnb.report.outlines import BY_TABLES, FORM, OUTLINES, outline_of
from govnb.report.page import Page, left
from govnb.report.prose import Prose, expand_lists, numbered, plain
from govnb.report.scores import (
    evidence_table,
    official_table,
    own_statement,
    own_total,
    score_bar,
    scoring_table,
    statement,
)
from govnb.report.sheet import Sheet
from govnb.report.stopped import mark_failures
from govnb.report.tables import Table
from govnb.report.three_public import LAST_YEAR, lacking, notes_of, spoken_for, three_public
from govnb.report.unsaid import OPTIONAL, Unsaid, with_score
from govnb.sheet.figure import Figures, counted_in
from govnb.sheet.names import Names
from govnb.sheet.read import Inputs, department_path, load
from govnb.text.faults import Fault, FaultsError, Place
from govnb.text.number import TO_FILL

EDITIONS = ("review", "publish")
# Of a file, quoted beside a figure: a narrative is one line, however long.
LONGEST_LINE = 120
# The annexes that no edition for publication has.
_REVIEWERS = ("复核意见", "指标一览")
_RECEIVED = "资金到位"
# The department's words beside which a sentence on last year stands.
_BESIDE = {"收入同比": "income", "支出同比": "expenditure", "基本支出": "basic_management"}


class Workbook(Page, Assessment):
    """One department's year: its inputs, its figures, and how each part of the report looks.

    Parameters
    ----------
    inputs
        The checked files.
    edition
        `review` with the reviewers' annex, or `publish` without.
    overrides, rubric
        As for :class:`Assessment`; the page says that it is a 试算.
    """

    notebook = frames.NOTEBOOK

    def __init__(
        self,
        inputs: Inputs,
        edition: str = "review",
        overrides: Mapping[str, str] | None = None,
        rubric: str | None = None,
    ) -> None:
        if edition not in EDITIONS:
            place, hint = Place("edition"), f"可写：{'、'.join(EDITIONS)}"
            raise FaultsError([Fault(place, f"没有“{edition}”这种版本", hint)])
        super().__init__(inputs, overrides, rubric)
        self.edition = edition
        self.public = edition == "publish"

    @classmethod
    def open(
        cls,
        year: int | str,
        department: str,
        params_dir: str = "params",
        edition: str = "review",
        overrides: Mapping[str, str] | None = None,
    ) -> Workbook:
        """Open a department's year by name; a relative folder is looked for upward from here.

        JupyterLab starts a notebook in its own folder and papermill in the caller's, and
        both must find `params`.

        Raises
        ------
        FaultsError
            If the year or department doesn't exist, or its files can't be used.
        """
        if not isinstance(department, str):
            hint = "papermill 请用 -r department 代码，-p 会把 001005 变成数"
            raise FaultsError([Fault(Place("department"), "部门代码应是文字", hint)])
        use_style()
        mark_failures()
        folder = find_upward(params_dir)
        inputs = load(department_path(year, department, folder), folder, note=True)
        return cls(inputs, edition, overrides)

    @property
    def heading(self) -> str:
        """The report's title."""
        department = self.inputs.department
        kind = "自评" if "自评" in str(department.identity.method or "") else "评价"
        return f"{department.identity.name}{department.year.value}年度部门整体支出绩效{kind}报告"

    def title(self) -> Title:
        """Return the report's title with its marks and, when there are errors, the verdict."""
        made = Title(
            self.heading, trial=self.overrides, sample=self.sample, unsaid=self.figures.unsaid,
            outline=OUTLINES[outline_of(self.inputs.department)],
        )  # fmt: skip
        if self.public:
            return made
        told = matters(self.review, self.figures, self.score)
        return replace(made, verdict=verdict(self.review, self.figures), matters=told)

    @property
    def sample(self) -> bool | str:
        """Whether what the page shows is made up, or the sentence that says how much of it is."""
        department = self.inputs.department
        ledgers = "示例：执行监控的台账是编的，供试用，不是本单位的真实数据。"
        return ledgers if department.has_sample_ledgers else department.is_sample

    def cards(self) -> Cards:
        """Return the key figures for the head of the page, each linked to its section."""
        score = ""
        if self.score is not None and (self.public or self.score.is_weighted):
            score = own_total(self.score) if self.public else self.score.out_of
        errors = None if self.public else len(self.review.open_errors)
        own = own_total(None, self.inputs.department) if self.score is None else ""
        cards = cards_of(self._told, score, errors, own)
        self._remember(figure.name for figure, _ in cards.figures)
        return cards

    def text(self, slot: str) -> Prose:
        """Return a narrative of the department's file (叙述), or that it wrote none."""
        fields = type(self.inputs.department.narratives).model_fields
        attribute = next((name for name, info in fields.items() if info.alias == slot), None)
        if attribute is None:
            known = "、".join(str(info.alias) for info in fields.values())
            raise KeyError(f"没有“{slot}”这一段；可用：{known}")
        written = str(getattr(self.inputs.department.narratives, attribute) or "")
        text = self._unsaid.section(slot, written.rstrip())
        return self._told_or_lacking(text, "" if slot in OPTIONAL else "本节文字")

    def cover(self) -> Prose:
        """Return what the cover says below the title: code, method, evaluator, unit of money."""
        return self._prose(self._unsaid.cover())

    def other_lists_heading(self, number: str) -> Prose:
        """Return the heading of the lists no narrative tells; nothing without any."""
        told = self._unsaid.other_lists()
        return self.section(3, number, "其他情况") if told else self._prose("")

    def other_lists(self) -> Prose:
        """Return the lists of the file that no narrative tells, or nothing."""
        return self._prose(self._unsaid.other_lists())

    def listing(self, name: str, what: str) -> Prose:
        """Return a list of the file as numbered paragraphs 1、2、…."""
        items = self.facts.lists.get(name, [])
        text = "\n\n".join(numbered(items, "{}、"))
        return self._told_or_lacking(text, what)

    def section(self, level: int, number: str, text: str) -> Prose:
        """Return a heading whose words hold figures or names."""
        return self._prose(f"{number}{text}", level)

    def income_heading(self, number: str) -> Prose:
        """Return the heading of the income section."""
        name = self.income
        return self.section(3, number, sentences.heading_amount(self._told, name, name))

    @property
    def income(self) -> str:
        """The ledger of income: 收入, or 收入预算 where there is nothing but a budget."""
        return "收入预算" if self._is_planned("收入", "收入预算") else "收入"

    def _is_planned(self, actual: str, budget: str) -> bool:
        """Tell whether a ledger has nothing but a budget; in a draft the rest is to be filled."""
        told = self._told
        is_open = sentences.known(told, actual) or told.children(actual) or told.unsaid == TO_FILL
        return not is_open and sentences.known(told, budget)

    def expenditure_heading(self, number: str) -> Prose:
        """Return the heading of the expenditure section."""
        name, words = "支出", "部门整体支出"
        if self._is_planned("支出", "预算安排"):
            name, words = "预算安排", "部门整体支出预算"
        return self.section(3, number, sentences.heading_amount(self._told, name, words))

    def projects_heading(self, number: str) -> Prose:
        """Return the heading of the projects section, named for the project if there is one."""
        names = list(self.inputs.department.projects)
        what = plain(names[0]) if len(names) == 1 else "项目"
        return self.section(3, number, f"{what}专项资金支出说明")

    def ledger(self, name: str) -> Prose:
        """Return a ledger in words: 1、…，其中：（1）…."""
        return self._prose(sentences.ledger(self._told, name))

    def sentence(self, name: str) -> Prose:
        """Return one of the computed sentences of :mod:`govnb.report.sentences`.

        What the department says of last year in its own words is not said a second time.
        """
        slot = _BESIDE.get(name)
        words = str(getattr(self.inputs.department.narratives, slot) or "") if slot else ""
        is_told = LAST_YEAR.search(words) or (name == _RECEIVED and self._unsaid.says("到位"))
        return self._prose("" if is_told else SENTENCES[name](self._told))

    def execution(self) -> Prose:
        """Return how the year's budget came about, as far as no narrative tells it."""
        return self._prose(sentences.execution(self._told, self._sheet.told))

    def overspend(self) -> Prose:
        """Return the sentence on spending against income and, running on, the reason given."""
        reason = str(self.inputs.department.narratives.overspend or "")
        text = sentences.with_reason(sentences.overspend(self._told), reason)
        return self._told_or_lacking(text, "支出与收入的差额")

    def projects(self) -> Prose:
        """Return what the file and the figures say of each project."""
        text = self._unsaid.projects(self._sheet.told_of_projects)
        listed = self.inputs.department.project_lines or self.inputs.department.projects
        return self._told_or_lacking(text, "" if listed else "项目情况")

    def project_forms(self) -> pd.DataFrame:
        """Return one row a project with a self-evaluation form (项目自评)."""
        return projects.summary(self._computed, self.project_scores, due=not self.public)

    def listed(self, figures: pd.Series) -> str:
        """Return named figures as a sentence lists them: 甲（80分）、乙（82分）."""
        return "、".join(f"{plain(str(name))}（{number:}）" for name, number in figures.items())

    def three_public(self) -> Prose:
        """Return 三公经费 in words: the total, each component, and what the file says of them."""
        remark = str(self.inputs.department.narratives.three_public or "")
        notes = notes_of(self.inputs.department.three_public)
        return self._prose(three_public(self._told, remark, notes))

    def three_public_lacking(self) -> Prose:
        """Return what of 三公经费 isn't published, where some of it is."""
        return self._told_or_lacking("", lacking(self.figures))

    def __getitem__(self, names: str | tuple[str, ...]) -> pd.DataFrame:
        """Return ledgers side by side, `wb["支出", "预算安排"]`: one row an account, 合计 last."""
        return frames.ledgers(self._computed, *((names,) if isinstance(names, str) else names))

    def tree(self, *ledgers: str) -> pd.DataFrame:
        """Return a ledger with all its levels; of several, each with its own."""
        return frames.tree(self._computed, *ledgers)

    def items(self, section: str, *fields: str, blank: bool = False) -> pd.DataFrame:
        """Return one row an item of a section, one column a field; `blank` where it has none."""
        frame = frames.items(self._computed, section, *fields, blank=blank)
        gone = spoken_for(self._told) if section == "三公经费" else ()
        return frame.drop(index=list(gone), errors="ignore")

    def number(self, name: str) -> frames.Number:
        """Return one figure, to compute with."""
        return self._computed.number(name)

    def called(self, name: str, default: str) -> str:
        """Return what the report calls a ledger."""
        title = self.figures.get(f"{name}.名称")
        return str(title.value) if title else default

    def untold(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the volumes of work to be listed: to compare, or told nowhere in the text.

        A year is no volume of work.
        """
        told = {name.split(".")[1] for name in self._sheet.told if name.startswith("业务量.")}
        compared = frames.known(frame.reindex(columns=["上年", "目标"]))
        keep = compared | ~(frame.index.isin(told) | (frame["单位"] == "年"))
        return frame[keep] if keep.any() else frame

    @property
    def source(self) -> str:
        """What stands as 来源 below a table."""
        return self._sheet.source

    def table(self, name: str) -> Table | Prose:
        """Return one of the tables annexed to every report: 基础数据表 or 指标一览."""
        if name in _REVIEWERS and self.public:
            return self._prose("")
        table = ANNEXED[name](self._sheet)
        return self._printed(table) if table else self._instead(name, "")

    def later(self, name: str) -> Table | Prose:
        """Return a table of reports after 2018, or nothing where the file has none of it."""
        table = LATER[name](self._sheet)
        return self._prose("") if table is None else self._printed(table.filled())

    def forms(self) -> list[Table]:
        """Return the self-evaluation forms (绩效自评表) of the department and its projects."""
        return [self._printed(table) for table in forms(self._sheet, self._computed)]

    def base_data_foot(self) -> Prose:
        """Return what stands in words below the base-data table: measures, names, date."""
        return self._prose(self._unsaid.form_foot())

    def score_statement(self) -> Prose:
        """Return what the score is and whether the published one can be reproduced."""
        return self._prose("" if self.public else statement(self.score))

    def published_score(self) -> Prose:
        """Return the sentence with the department's own score."""
        said = self._prose(own_statement(self.score, self.inputs.department))
        return replace(said, target=OWN_SCORE) if said.source else said

    def scoring_table(self) -> Table | Prose:
        """Return the scoring table (评分表)."""
        if self.score is None:
            # The statement above has said that nothing was scored.
            return self._prose("")
        make = official_table if self.public else scoring_table
        table = make(self.score, self.figures)
        if self.public and not any(row.cells[-1].text for row in table.rows):
            # A blank form tells nobody anything.
            return self._prose("")
        return self._printed(table)

    def score_bar(self) -> Axes | None:
        """Return the score on a scale with the grades' limits, or None without points."""
        return score_bar(self.score, public=self.public) if self.score else None

    def evidence_table(self) -> Table | Prose:
        """Return the evidence that would narrow the score most, or nothing."""
        if self.score is None or self.public:
            return self._prose("")
        table = evidence_table(self.score, self.figures)
        return self._printed(table) if table else self._prose("")

    def annex_heading(self, name: str) -> Prose:
        """Return the heading of an annex, numbered; nothing of one that this report hasn't."""
        lacks = name == FORM and not any(forms(self._sheet, self._computed))
        lacks = lacks or (name == "评分表" and self.score is None)
        if lacks or (self.public and name in _REVIEWERS):
            return self._prose("")
        # In an outline that begins with the form, that is a chapter.
        first = name == FORM and outline_of(self.inputs.department) == BY_TABLES
        number = "一、" if first else f"{self._number('附件', name)}　"
        target = name if name in _REVIEWERS else ""
        return replace(self.section(2, number, name), target=target)

    def findings(self) -> Findings | Prose:
        """Return the reviewers' annex; nothing in the edition for publication."""
        if self.public:
            return self._prose("")
        findings = Findings(self.review, self.figures, self.inputs.department_at.file)
        self._remember(findings.names)
        return findings

    def sign_off(self) -> SignOff:
        """Return who reports and when (落款)."""
        signed, unit = self.inputs.department.sign_off, self.inputs.department.identity.name
        return SignOff(str(unit), str(signed.date or ""), str(signed.printed or ""))

    def result(self, outputs_dir: str = "") -> Result:
        """Return the machine-readable result; written to `outputs_dir` unless that is empty.

        A 试算 is never written: it must not be taken for the report. Nor is it for the public.
        """
        silent = self.overrides or self.public
        return left(self.result_data, "" if silent else outputs_dir, *self._place)

    @property
    def _place(self) -> tuple[object, ...]:
        """Where the result is written, below the outputs."""
        return self.inputs.department.year.value, f"{self.inputs.name}.json"

    @cached_property
    def _told(self) -> Figures:
        """The figures as the page prints them: 评价得分 is what the rubric gives, or its range."""
        return with_score(self.figures.printed, self.score, self.inputs.department, self.public)

    @cached_property
    def _computed(self) -> frames.Computed:
        names = Names(self.figures.sheet, self.inputs.book, self.inputs.gaps)
        return frames.Computed(self._told, self.notebook, names)

    @cached_property
    def in_year(self) -> InYear:
        """The year month by month, as of the last one with figures; month 0 without any."""
        return InYear(self.inputs, self._computed)

    @property
    def result_data(self) -> dict[str, Any]:
        """The machine-readable result, with what the notebook's cells computed."""
        unit = self.figures.sheet.money.unit
        kept = self._computed.kept.items()
        computed = {name: counted_in(figure, unit).as_dict() for name, figure in kept}
        data = super().result_data
        return {**data, "figures": {**data["figures"], **computed}}

    @cached_property
    def _sheet(self) -> Sheet:
        return Sheet(self.inputs, self._told, self.public, self.facts.lists)

    @cached_property
    def _unsaid(self) -> Unsaid:
        return Unsaid(self.inputs, self.facts.lists, self._told)

    def _quote(self, place: Place) -> str:
        """Return the line of the department's file at a place, cut where it is long."""
        lines = self._lines if place.file == self.inputs.department_at.file else ()
        said = "".join(lines[place.line - 1 : place.line]).strip()
        return said if len(said) <= LONGEST_LINE else f"{said[:LONGEST_LINE]}…"

    @cached_property
    def _lines(self) -> Sequence[str]:
        """The lines of the department's own file; none where it is gone meanwhile."""
        path = self.inputs.params_dir.parent / self.inputs.department_at.file
        with suppress(OSError, UnicodeError):
            return path.read_text("utf-8").split("\n")
        return ()

    def _prose(self, source: str, level: int = 0) -> Prose:
        return super()._prose(expand_lists(source, self.facts.lists), level)

    def _untold(self, name: str, seldom: bool) -> Prose:
        silent = seldom or sentences.known(self.figures, name)
        return self._instead(name, "" if silent else f"{name}数据")

    def _instead(self, table: str, what: str) -> Prose:
        """Return that a table has no data, if so; what leads to the table leads here."""
        return replace(self._told_or_lacking("", what), target=anchor("表", table))

    def _told_or_lacking(self, text: str, what: str) -> Prose:
        """Return a text, or that the file doesn't tell `what`."""
        if text or not what:
            return self._prose(text)
        return replace(self._prose(sentences.unpublished(self.figures, what)), lacks=what)


SENTENCES = sentences.SENTENCES | {"三公经费": three_public}
