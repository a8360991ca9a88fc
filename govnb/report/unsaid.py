"""What a file states and its narratives leave unsaid: default words, so that nothing is lost.

A list counts as said where a narrative refers to it or spells out all its items.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from govnb.report import sentences
from govnb.report.prose import plain
from govnb.report.scores import own_total
from govnb.report.sentences import clause, clauses, known
from govnb.sheet.compute import SCORE
from govnb.sheet.department import Department
from govnb.sheet.fields import stated
from govnb.sheet.figure import Figures, Lack, shown
from govnb.sheet.read import Inputs
from govnb.sheet.references import find, prose_fields
from govnb.sheet.score import Score
from govnb.text.number import TO_FILL

# The parts of a file whose words the report prints.
_PRINTED = ("叙述.", "项目.", "三公经费.", "主要职责[", "存在问题[", "改进措施[", "厉行节约措施")
# What a list is called where no narrative tells it, by the section it belongs to.
_LISTS = {
    "机构设置": ("内设机构", "内设机构{{ 内设机构.条数 }}个：{{ 内设机构 }}。"),
    "管理状况": ("管理制度", "管理制度{{ 管理制度.条数 | 数字 }}项：\n\n{{ 管理制度 }}"),
    "满意度": ("荣誉", "获得荣誉{{ 荣誉.条数 | 数字 }}项：{{ 荣誉 }}。"),
}
# Narratives beside computed sentences: a report without them is not lacking anything.
OPTIONAL = frozenset({"收入说明", "支出说明", "超支说明", "三公经费说明"})
_STAFF = ("编制数", "在职人员", "编外人员", "离退休人员", "人员总数", "在职人员控制率")
# Longer items than these are sentences, and stand one below the other.
_LONGEST_WORD = 30


@dataclass(frozen=True)
class Unsaid:
    """One department's file, its lists and its figures, and what its narratives tell of them."""

    inputs: Inputs
    lists: Mapping[str, Sequence[str]]
    figures: Figures

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        fields = prose_fields(self.inputs)
        return tuple(str(text) for path, text in fields if path.startswith(_PRINTED))

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(reference.name for text in self._texts for reference in find(text))

    def is_told(self, name: str) -> bool:
        """Tell whether the narratives tell a list."""
        items = [item.strip().rstrip("；。，") for item in self.lists.get(name, ())]
        return name in self._names or all(any(i in text for text in self._texts) for i in items)

    def says(self, word: str) -> bool:
        """Tell whether the narratives use a word."""
        return any(word in text for text in self._texts)

    def section(self, slot: str, written: str) -> str:
        """Return what a section says: its narrative, and what the file states besides."""
        return "\n\n".join(filter(None, [written, self._besides(slot, written)]))

    def _besides(self, slot: str, written: str) -> str:
        if slot == "机构设置" and (said := self._offices(written)) is not None:
            return said
        if slot in _LISTS:
            name, words = _LISTS[slot]
            told = not self.lists.get(name) or (written and self.is_told(name))
            return "" if told else words
        if slot == "概述":
            return self._identity(written)
        return self._staff(written) if slot == "人员情况" else ""

    def _offices(self, written: str) -> str | None:
        """Return the number of offices, where the file's list of them isn't all; else None."""
        count, listed = self.figures.get("部门.内设机构数"), self.lists.get("内设机构", ())
        if count is None or count.number in (None, len(listed)):
            return None if listed else ""
        number = f"{{{{ {count.name} }}}}" if self._is_untold(count.name) else ""
        some = "" if not listed or (written and self.is_told("内设机构")) else "有{{ 内设机构 }}等"
        told = "，".join(filter(None, (number, some)))
        return f"内设机构{told}。" if told else ""

    def _is_untold(self, name: str) -> bool:
        """Tell whether a fact is known and no narrative says it."""
        is_known = known(self.figures, name)
        return is_known and name not in self._names and not self.says(shown(self.figures[name]))

    def cover(self) -> str:
        """Return what stands on the cover below the title; nothing of what the file leaves out."""
        fields = "预算编码", "评价方式", "评价机构"
        told = (f"{field}：{{{{ .{field} }}}}" for field in fields)
        return "　　".join(clauses(self.figures, "部门", *told, "金额单位：{{ 报告单位 }}"))

    def _identity(self, written: str) -> str:
        """Return who the department is, from the facts on it that no narrative tells.

        Beside words of its own, what those imply isn't said: one unit, the year of a document.
        """
        words = {
            "全称": "全称{}",
            "性质": "{}",
            "设立时间": "{}设立",
            "预算单位数": "预算单位{}",
            "主管部门": "主管部门为{}",
        }
        told = [
            form.format(f"{{{{ 部门.{field} }}}}")
            for field, form in words.items()
            if self._is_untold(f"部门.{field}") and not (written and self._is_implied(field))
        ]
        if self.lists.get("部门.设立文号") and not (written and self.is_told("部门.设立文号")):
            told.append("设立文号：{{ 部门.设立文号 }}")
        return f"{{{{ 部门.名称 }}}}，{'，'.join(told)}。" if told else ""

    def _is_implied(self, field: str) -> bool:
        if field == "设立时间":
            return bool(self.lists.get("部门.设立文号"))
        return field == "预算单位数" and self.figures["部门.预算单位数"].number == 1

    def _staff(self, written: str) -> str:
        of = "（{{ 人员.总数口径 }}）"
        if written:
            told = self._is_untold("人员.总数口径")
            return clause(self.figures, f"人员总数{{{{ 人员.人员总数 }}}}{of}。") if told else ""
        said = []
        for name in (f"人员.{item}" for item in _STAFF if known(self.figures, f"人员.{item}")):
            label = self.figures[name].label.rpartition("·")[2]
            scope = clause(self.figures, of) if name.endswith(".人员总数") else ""
            said.append(f"{label}{{{{ {name} }}}}{scope}")
        return f"{'，'.join(said)}。" if said else ""

    def other_lists(self) -> str:
        """Return the lists (清单) that no narrative tells, or nothing."""
        names = [n for n in self.lists if n.startswith("清单.") and not self.is_told(n)]
        return "\n\n".join(map(self._listed, names))

    def _listed(self, name: str) -> str:
        items = self.lists[name]
        head = f"{plain(name.partition('.')[2])}（{{{{ {name}.条数 | 数字 }}}}项）："
        if any(len(item) > _LONGEST_WORD for item in items):
            return f"{head}\n\n{{{{ {name} }}}}"
        return f"{head}{{{{ {name} }}}}。"

    def form_foot(self) -> str:
        """Return the entries below the base-data table; those of one section share a line."""
        lines: list[str] = []
        for _, entries in groupby(self.inputs.form.foot, lambda e: e.path.partition(".")[0]):
            words = ((e.label, stated(self.inputs.department, e.path)) for e in entries)
            told = [
                f"{plain(label)}：{str(text or self.figures.unsaid).strip()}"
                for label, text in words
                if text or self.figures.unsaid == TO_FILL
            ]
            lines += ["　　".join(told)] if told else []
        return "\n\n".join(lines)

    def projects(self, told: Container[str]) -> str:
        """Return each project in the department's words, then what those (`told`) leave unsaid."""
        projects, parts = self.inputs.department.projects, []
        for name, project in projects.items():
            said = [
                str(project.note or "").rstrip(),
                sentences.project(self.figures, f"项目.{name}", told),
                self.steps(name),
            ]
            if any(said):
                parts += [f"**{plain(name)}**", *said] if len(projects) > 1 else said
        return "\n\n".join(filter(None, parts))

    def steps(self, project: str) -> str:
        """Return a project's dated steps that no narrative tells, or nothing."""
        steps = self.inputs.department.projects[project].steps or {}
        told = [self._step(f"项目.{project}.过程.{step}", step) for step in steps]
        said = "；".join(filter(None, told))
        return f"过程：{said}。" if said else ""

    def _step(self, name: str, step: str) -> str:
        if any(f"{name}.{part}" in self._names for part in ("日期", "文号", "说明")):
            return ""
        date = clause(self.figures, "{{ .日期 }}", name)
        rest = clauses(self.figures, name, "（{{ .文号 }}）", "，{{ .说明 }}")
        return "".join([date, plain(step), *rest])


def with_score(
    figures: Figures, score: Score | None, department: Department, public: bool = False
) -> Figures:
    """Return figures in which 评价得分 is what the rubric gives: points, or their range.

    For the public, and without an indicator system, it is the department's own.
    """
    given = score.total_text if score is not None and score.is_weighted else None
    if public or score is None:
        given = own_total(score, department) or None
    mark = figures[SCORE]._replace(
        value=given,
        formula="由指标体系评出" if not given else "见评分表" if score else "公布数",
        lack=None if given else Lack.UNSCORED,
        note=figures[SCORE].reason,
    )
    return Figures(
        {**figures, SCORE: mark}, figures.parts, figures.sheet, figures.overrides, figures.unsaid
    )
