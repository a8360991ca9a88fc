"""A job: one notebook to run, and how its report is to come out.

Light on purpose: a batch that finds nothing to do must not wait for the libraries that
run notebooks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from govnb.files import safe_name
from govnb.sheet.folder import ALL, PUBLIC, TRIAL

FORMATS = ("html", "pdf", "docx")
DISTRICT = "district"


@dataclass(frozen=True)
class Job:
    """What to run: one department's year, and how its report is to come out."""

    year: int
    department: str
    params_dir: Path = Path("params")
    outputs_dir: Path | str = Path("outputs")
    formats: tuple[str, ...] = ("html", "pdf")
    edition: str = "review"
    overrides: Mapping[str, str] = field(default_factory=dict)
    engine: str | None = None
    notebook: str = "department.ipynb"
    # Whether the list of all figures is on paper too.
    with_figures: bool = False
    # What its files are called in the year's folder, where not by the department's name.
    place: str = ""
    # Parameters of its notebook that others don't have: the month, the project.
    more: Mapping[str, Any] = field(default_factory=dict)
    # Whether its notebook reads what other runs wrote, and which of the outputs those are.
    reads: bool = False
    needs: tuple[str, ...] = ()

    @property
    def parameters(self) -> dict[str, Any]:
        """The notebook's parameters; the runner writes the files, so outputs_dir is empty."""
        outputs: dict[str, Any] = {"outputs_dir": ""}
        if self.reads:
            # Its links begin where it will lie.
            page = self.output("html").parent
            outputs = {"outputs_dir": str(self.outputs_dir), "page_dir": str(page)}
        if not self.department:
            return {"year": self.year, **outputs, **self.more}
        return {
            "year": self.year,
            "department": self.department,
            "params_dir": self.params_dir.as_posix(),
            **outputs,
            "edition": self.edition,
            "overrides": dict(self.overrides),
            **self.more,
        }

    @property
    def is_public(self) -> bool:
        """Whether it is the edition for publication: papers only, apart from the year's page."""
        return self.edition == "publish"

    def output(self, extension: str) -> Path:
        """Return the file an output goes to."""
        return Path(self.outputs_dir) / str(self.year) / self.file(extension)

    def file(self, extension: str) -> str:
        """Return that file's name in the year's folder; only the review edition has the plain."""
        return f"{self.stem}{TRIAL if self.overrides else ''}.{extension}"

    @property
    def stem(self) -> str:
        """What its files in its edition are called, in the year's folder."""
        return (self.place or self.department) + (PUBLIC if self.is_public else "")


@dataclass(frozen=True)
class Kind:
    """A kind of page a department may have beside its report, made where its data are there."""

    # What the index calls it, with parameters of its notebook in braces.
    name: str
    # Which also names the folder of its files.
    notebook: str
    # There is a page for each match among the names of the department's figures that are known;
    # its groups are parameters of the notebook.
    figures: str = ""
    # How the file is called behind the department's name.
    part: str = ""
    # Only the page of the greatest number: the last month.
    only_last: bool = False
    # Made of results instead: of the department's years before, and of its peers.
    of_years: bool = False

    @property
    def folder(self) -> str:
        """The folder of its files, in the year's: there nothing takes them for a department."""
        return Path(self.notebook).stem

    def parts(self, figures: Iterable[str]) -> list[dict[str, Any]]:
        """Return the parameters of each page, from the names of the figures that are known."""
        if self.of_years:
            return []
        found = filter(None, map(re.compile(self.figures).fullmatch, figures))
        parts = list({match.groups(): match.groupdict() for match in found}.values())
        if not self.only_last:
            return parts
        numbers = [{name: int(text) for name, text in part.items()} for part in parts]
        return sorted(numbers, key=lambda part: tuple(part.values()))[-1:]

    def job(self, template: Job, department: str, part: Mapping[str, Any]) -> Job:
        """Return the job that makes a page."""
        words = {name: safe_name(str(text)) for name, text in part.items()}
        place = f"{self.folder}/{department}-{self.part.format(**words)}"
        return replace(
            template, department=department, notebook=self.notebook, place=place, more=dict(part),
            reads=self.of_years,
        )  # fmt: skip


MONITOR = Kind(
    "监控（{month}月）", "monitor.ipynb", r"月度合计\.累计支出\.(?P<month>\d+)月", "{month}月", True
)
PROJECT = Kind(
    "项目（{project}）", "project.ipynb",
    r"项目\.(?P<project>[^.]+)\.自评表\.绩效指标\.[^.]+\.分值", "{project}",
)  # fmt: skip
TREND = Kind("历年", "trend.ipynb", part="历年", of_years=True)
# Every kind there is, one a line.
KINDS = (MONITOR, PROJECT, TREND)
# What of a department's result its peers' pages are compared by.
COMPARED = (
    "部门.性质", "人员.编制数", "人员.在职人员", "收入", "支出", "公用经费.支出", "三公经费.预算",
    "三公经费.支出",
)  # fmt: skip


def district_job(template: Job) -> Job:
    """Return the job of the report on all departments, which is the reviewers' alone."""
    place, notebook = f"{ALL}/{DISTRICT}", f"{DISTRICT}.ipynb"
    return replace(
        template, department="", notebook=notebook, place=place, edition="review", reads=True
    )


def checked_formats(text: str) -> tuple[str, ...]:
    """Return the formats in `html,pdf`, refusing what isn't one.

    Raises
    ------
    ValueError
        Naming the formats there are.
    """
    names: Sequence[str] = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise ValueError(f"没有“{'、'.join(unknown) or text}”这种格式；可用：{'、'.join(FORMATS)}")
    return tuple(dict.fromkeys(names))
