"""One project's self-evaluation as `project.ipynb` holds it: its form, its points, its report."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

import pandas as pd

from govnb.files import safe_name
from govnb.report import projects
from govnb.report.blocks import Title
from govnb.report.findings import Findings
from govnb.report.forms import project_form
from govnb.report.prose import Prose, plain
from govnb.report.tables import Table
from govnb.report.workbook import Workbook
from govnb.review.finding import Review
from govnb.rubric.project import PROJECT_RUBRIC, project_scores
from govnb.sheet.score import interval_text
from govnb.sheet.self_evaluation import WHOLE_MONEY, ProjectForm, ProjectScore
from govnb.text.faults import FaultsError, did_you_mean

FOLDER = "project"


class Project(Workbook):
    """One project of a department's year, by its self-evaluation form."""

    notebook = "notebooks/project.ipynb"
    project = ""

    @classmethod
    def at(
        cls, year: int | str, department: str, project: str = "", params_dir: str = "params",
        edition: str = "review", overrides: Mapping[str, str] | None = None,
    ) -> Self:  # fmt: skip
        """Open a department's project by name, its first one if that is empty.

        Raises
        ------
        FaultsError
            If its files can't be used, or it has no such project with a form.
        """
        made = cls.open(year, department, params_dir, edition, overrides)
        assert isinstance(made, cls)
        sections = made.inputs.department.projects
        known = [name for name, section in sections.items() if section.form is not None]
        if not known:
            hint = "在“项目”里写“自评表”，或用 govnb import 导入项目支出绩效自评表"
            raise FaultsError.of(made.inputs.department_at.file, "没有项目自评表", hint)
        made.project = str(project) or known[0]
        if made.project not in known:
            hint = did_you_mean(made.project, known) or f"可写：{'、'.join(known)}"
            told = f"没有项目“{made.project}”的自评表"
            raise FaultsError.of(made.inputs.department_at.file, told, hint)
        return made

    @property
    def heading(self) -> str:
        """The report's title."""
        department = self.inputs.department
        year = department.year.value
        return f"{department.identity.name}{year}年度“{plain(self.project)}”项目支出绩效自评报告"

    def title(self) -> Title:
        """Return the title with its marks and, for the reviewers, how many mistakes there are."""
        errors = 0 if self.public else len(self._found.open_errors)
        verdict = f"自评表有{errors}处错误，见复核意见。" if errors else ""
        return Title(self.heading, verdict, (), self.overrides, self.sample, self.figures.unsaid)

    @property
    def form(self) -> ProjectForm:
        """The project's form as the file states it."""
        form = self.inputs.department.projects[self.project].form
        assert form is not None
        return form

    @cached_property
    def project_scores(self) -> dict[str, ProjectScore]:
        """The project's form scored; the others have pages of their own."""
        rubric = self.overrides.get(PROJECT_RUBRIC)
        return project_scores(self.inputs, self.figures, rubric, self.project)

    @property
    def scored(self) -> ProjectScore:
        """The form with its points worked out anew."""
        return self.project_scores[self.project]

    @cached_property
    def _found(self) -> Review:
        """What the review finds about this project."""
        return Review(tuple(f for f in self.review.findings if self._is_own(f)))

    def _is_own(self, finding: Any) -> bool:
        subject, figure = finding.id.partition(":")[2], finding.left.figure or ""
        own = subject == self.project or subject.startswith(f"{self.project}.")
        return own or figure.startswith(f"项目.{self.project}.")

    # ── Frames and sentences ────────────────────────────────────

    def money(self) -> pd.DataFrame:
        """Return the money block: one row a source, the whole first."""
        return projects.money(self._computed, self.project, self.form.money)

    def indicators(self) -> pd.DataFrame:
        """Return one row an indicator, 预算执行率 the first; without new points for the public."""
        frame = projects.indicators(self._computed, self.project, self.scored)
        return frame.drop(columns=projects.DUE) if self.public else frame

    def about(self) -> Prose:
        """Return who carries the project out, and what it was for."""
        form, department = self.form, self.inputs.department
        name = str(department.identity.name)
        by = f"，由{plain(str(form.carried_out_by))}实施" if form.carried_out_by else ""
        told = f"“{plain(self.project)}”项目由{plain(str(form.authority or name))}主管{by}。"
        goals = "".join(
            f"\n\n{plain(title)}：{plain(str(goal.wanted)).rstrip('。')}。"
            for title, goal in form.goals.items()
            if goal.wanted
        )
        return self._prose(told + goals)

    def executed(self) -> Prose:
        """Return what was spent of the year's budget; nothing where the form has no money."""
        at = f"项目.{self.project}.自评表.资金.{WHOLE_MONEY}"
        budget, spent = (self.number(f"{at}.{c}") for c in ("全年预算数", "全年执行数"))
        if not (budget.is_known and spent.is_known):
            return self._prose("")
        rate = (spent / budget).percent()
        return self._prose(f"全年预算{budget:}，执行{spent:}，执行率{rate:}。")

    def reached(self) -> Prose:
        """Return what was reached of the year's goals."""
        told = [
            f"{plain(title)}：{plain(str(goal.reached)).rstrip('。')}。"
            for title, goal in self.form.goals.items()
            if goal.reached
        ]
        return self._prose("\n\n".join(told))

    def reasons(self) -> Prose:
        """Return the reasons for what was not reached, as the form gives them."""
        frame = projects.indicators(self._computed, self.project, self.scored)
        rows = frame["偏差原因"]
        told = [f"{n}. **{plain(str(name))}**：{plain(str(why)).rstrip('。')}。"
                for n, (name, why) in enumerate(rows[rows != ""].items(), 1)]  # fmt: skip
        if self.form.adjustment:
            told.append(f"\n预算调整：{plain(str(self.form.adjustment)).rstrip('。')}。")
        return self._prose("\n".join(told) or "自评表没有写偏差原因。")

    def measure(self) -> Prose:
        """Return by which rules the points are worked out anew; nothing for the public."""
        if self.public:
            return self._prose("")
        score, due = self.scored.score, self.scored.due_in_all
        told = f"重算按“{score.title}”"
        if due is not None:
            told += f"，得{interval_text(*due)}分"
        points = self.scored.points
        told += f"；自评得{points:f}分。" if points is not None else "。"
        if due is not None and due[0] != due[1]:
            told += "定性指标没有写达到哪一档和佐证的，重算是一个区间。"
        return self._prose(told)

    # ── The form and the annexes ────────────────────────────────

    def official_form(self) -> Table:
        """Return the 项目支出绩效自评表; for the reviewers with the points worked out anew."""
        scored = None if self.public else self.scored
        return self._printed(project_form(self._sheet, self._computed, self.project, scored))

    def findings(self) -> Findings | Prose:
        """Return what the review finds about the project; nothing for the public."""
        if self.public:
            return self._prose("")
        file = self.inputs.department_at.file
        found = Findings(self._found, self.figures, file, is_whole=False)
        self._remember(found.names)
        return found

    @property
    def result_data(self) -> dict[str, Any]:
        """The machine-readable result: this project's figures, points and findings."""
        at, data = f"项目.{self.project}.", super().result_data
        own = {name: told for name, told in data["figures"].items()
               if name.startswith(at) or name in self._computed.kept}  # fmt: skip
        score, review = self.scored.score.as_dict(), self._found.as_dict()
        return {**data, "project": self.project, "score": score, "figures": own, "review": review}

    @property
    def _place(self) -> tuple[object, ...]:
        file = f"{self.inputs.name}-{safe_name(self.project)}.json"
        return self.inputs.department.year.value, FOLDER, file
