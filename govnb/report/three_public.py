"""What a report says of 三公经费: the total, then each component, each with its own remark.

The department's words and the computed ones stand together, as in the reports: a remark on
the total behind the total, a component's behind the components; and what a department says
of a component in its own words is not said a second time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from govnb.report.prose import plain
from govnb.report.sentences import THREE_PUBLIC, change, clauses, known, rate_of, sign
from govnb.sheet.department import ThreePublic
from govnb.sheet.figure import Figure, Figures
from govnb.text.faults import Place

_CARS = "公务用车购置及运行维护费"
_OF_CARS = ("公务用车购置费", "公务用车运行维护费")
_COUNTS = {
    "因公出国（境）团组数": "因公出国（境）团组",
    "因公出国（境）人数": "出国（境）",
    "公务用车购置数": "购置公务用车",
    "公务用车保有量": "年末公务用车保有量",
    "公务接待批次": "国内公务接待",
    "公务接待人次": "接待",
}
LAST_YEAR = re.compile("上年|同比|去年")
_ENDS = ("。", "！", "？", "；", "：", "\n", "|")


def three_public(figures: Figures, remark: str = "", notes: Mapping[str, str] | None = None) -> str:
    """Return the paragraphs on 三公 totals and components, or nothing when all are unknown.

    Parameters
    ----------
    figures
        The department's figures.
    remark
        The department's words on the whole.
    notes
        Its words on a component, by the component's name.
    """
    alone = not LAST_YEAR.search(remark)
    total, components = _total(figures, last_year=alone), _components(figures, notes or {})
    lead = "其中" if total else "{{ 年度 }}年，"
    told = [_run_on(total, remark.strip()), f"{lead}{components}" if components else ""]
    told.append(_counts(figures, f"{remark}{''.join((notes or {}).values())}"))
    return "\n\n".join(filter(None, told))


def _run_on(said: str, remark: str) -> str:
    """Return a computed sentence and a remark, in one where the remark begins with a comma."""
    if remark.startswith(("，", "；")):
        return f"{said.removesuffix('。')}{remark}" if said else remark.lstrip("，；")
    return f"{said}{remark}"


def _in_order(figures: Figures) -> list[str]:
    """Return the components in the order in which the file states them, the others behind."""

    def place(item: str) -> tuple[bool, Place]:
        first = min((figures[f"三公经费.{item}.{f}"] for f in ("预算", "支出")), key=_where)
        return _where(first)

    gone = spoken_for(figures)
    items = [i for i in THREE_PUBLIC if i not in gone] + ([_CARS] if gone else [])
    return sorted(items, key=place)


def spoken_for(figures: Figures) -> tuple[str, ...]:
    """Return the components that aren't stated because one amount stands for them."""

    def is_told(item: str) -> bool:
        fields = ("预算", "支出", "上年预算", "上年支出")
        return any(known(figures, f"三公经费.{item}.{field}") for field in fields)

    return _OF_CARS if is_told(_CARS) and not any(map(is_told, _OF_CARS)) else ()


def _where(figure: Figure) -> tuple[bool, Place]:
    return figure.value is None, figure.place


def _components(figures: Figures, notes: Mapping[str, str]) -> str:
    """Return the components one after the other, each with the department's words behind it."""
    text, is_open = "", False
    for item in _in_order(figures):
        note = notes.get(item, "").strip()
        # What a department says of a component it names and didn't use needs no repetition.
        spoken_for = _is_nothing(figures, item) and item[:4] in note
        # The department's own words on last year are not said twice.
        alone = not LAST_YEAR.search(note)
        if said := "" if spoken_for else _component(figures, item, last_year=alone):
            text += f"；{said}" if is_open else said
            is_open = True
        if note and not said and item[:4] not in note:
            note = f"{plain(item)}：{note}"
        if note:
            # A remark of several paragraphs, or a list, stands below.
            apart = "\n\n" if "\n" in note else ""
            end = "" if note.endswith(_ENDS) else "。"
            text += f"{'。' if is_open else ''}{apart}{note}{end}{apart}"
            is_open = False
    return f"{text}。" if is_open else text.strip()


def _counts(figures: Figures, words: str) -> str:
    """Return the groups, cars and receptions that the department's words don't tell."""
    untold = [f"{called}{{{{ .{i} }}}}" for i, called in _COUNTS.items() if i[-2:] not in words]
    said = clauses(figures, "三公经费", *untold)
    return f"{'，'.join(said)}。" if said else ""


def notes_of(lines: ThreePublic) -> dict[str, str]:
    """Return the file's words on each component that has some."""
    fields = type(lines).model_fields
    notes = {str(i.alias): getattr(getattr(lines, f), "note", None) for f, i in fields.items()}
    return {item: str(note) for item, note in notes.items() if note}


def _total(figures: Figures, *, last_year: bool = True) -> str:
    """Return the sentence on the whole, with as much of it as is known."""
    told = "预算总额{{ .预算 }}", "实际支出{{ .支出 }}", "{{ .结余 | 盈亏 }}"
    grown = change(figures, "三公经费") if last_year else ""
    said = [*clauses(figures, "三公经费", *told), *([grown] if grown else [])]
    return f"{{{{ 年度 }}}}年，{'，'.join(said)}。" if said else ""


def _is_nothing(figures: Figures, item: str) -> bool:
    return all(figures[f"三公经费.{item}.{field}"].number == 0 for field in ("预算", "支出"))


def _component(figures: Figures, item: str, *, last_year: bool = True) -> str:
    """Return what is known of a component, with `last_year` beside it; empty when nothing is."""
    name, term = f"三公经费.{item}", plain(item)
    if _is_nothing(figures, item):
        grown = change(figures, name) if last_year and sign(figures, f"{name}.上年增减") else ""
        return f"{term}没有预算，也没有支出{'，' if grown else ''}{grown}"
    told = "预算{{ .预算 }}", "实际支出{{ .支出 }}", "{{ .结余 | 盈亏 }}"
    said = clauses(figures, name, *told, *rate_of(-sign(figures, f"{name}.结余")))
    grown = change(figures, name) if last_year else ""
    return term + "，".join(filter(None, [*said, grown])) if said or grown else ""


def lacking(figures: Figures) -> str:
    """Return what isn't published of 三公, of which something is; empty if all is."""
    if not (_total(figures) or _components(figures, {})):
        return ""
    missing = []
    every = ("预算", "支出")
    # A budget says nothing of what was spent, and lacks nothing.
    wanted = [
        f
        for f in every
        if any(
            n.startswith("三公经费.") and n.endswith(f".{f}") and known(figures, n) for n in figures
        )
    ]
    for item in THREE_PUBLIC:
        names = [f"三公经费.{item}"]
        names += [f"三公经费.{_CARS}"] if item in _OF_CARS else []
        fields = [f for f in wanted if not any(known(figures, f"{name}.{f}") for name in names)]
        if fields:
            missing.append(f"{plain(item)}的{'和'.join(fields)}")
    return "、".join(missing)
