"""Projects' self-evaluations as frames: all of them, one's indicators, its money by source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from govnb.report.frames import Computed, Number
from govnb.sheet.figure import Figure, rounded
from govnb.sheet.score import interval_text
from govnb.sheet.self_evaluation import WHOLE_MONEY, Bounds, ProjectScore

RATE = "预算执行"
POINTS, DUE = "得分", "重算得分"
WORDS = ("等级", "偏差最大的指标")
MONEY = {"年初预算": "年初预算数", "全年预算": "全年预算数", "全年执行": "全年执行数"}


def row(
    of: Computed, title: str, told: Mapping[str, Any], number: Callable[[str], Number]
) -> dict[str, Any]:
    """Return one project's row among others: money, points and grade, the farthest target.

    `told` is what a result says of it, `number` finds the department's figures by name.
    """
    at = f"项目.{title}.自评表"
    value = None if told["points"] is None else Decimal(told["points"])
    stated, summed = f"{at}.总分", f"“{title}”自评表各项得分之和"
    how = (
        {"formula": stated, "inputs": (stated,)} if number(stated).is_known else {"formula": summed}
    )
    points = Number(Figure("", value, "分", derived=True, **how), of, blank=value is None)
    cells = {column: number(f"{at}.资金.{WHOLE_MONEY}.{field}") for column, field in MONEY.items()}
    words = (told["grade"], told["farthest"])
    return {**cells, POINTS: points, **dict(zip(WORDS, words, strict=True))}


def table(rows: Mapping[Any, Mapping[str, Any]], *names: str) -> pd.DataFrame:
    """Return projects' rows as a frame."""
    frame = pd.DataFrame(list(rows.values()), columns=(*MONEY, POINTS, *WORDS), dtype=object)
    labels = [label if isinstance(label, tuple) else (label,) for label in rows]
    levels = zip(*labels, strict=True) if labels else [()] * len(names)
    return frame.set_index([pd.Index(each, name=n) for each, n in zip(levels, names, strict=True)])


def summary(of: Computed, scores: Mapping[str, ProjectScore], due: bool) -> pd.DataFrame:
    """Return one row a project that has a form; `due`, also with its points worked out anew."""
    rows = {
        title: row(of, title, scored.as_dict(), of.number)
        for title, scored in scores.items()
        if scored.form.is_evaluated
    }
    frame = table(rows, "项目")
    if due:
        anew = [interval_text(*(scores[title].due_in_all or (None, None))) for title in frame.index]
        frame.insert(4, DUE, pd.Series(anew, frame.index, dtype=object))
    return frame


def indicators(of: Computed, title: str, scored: ProjectScore) -> pd.DataFrame:
    """Return one row an indicator of a project's form, 预算执行率 the first."""
    form, at = scored.form, f"项目.{title}.自评表"
    weight = _named(of, f"{at}.执行率分值")
    if not weight.is_known:
        told = f"“{title}”的预算执行分值"
        weight = Number(Figure("", scored.rate_weight, "分", formula=told, derived=True), of)
    first = {
        "一级指标": RATE, "年度指标值": "100%",
        "实际完成值": str(of.number(f"{at}.资金.{WHOLE_MONEY}.执行率")),
        "分值": weight, POINTS: _named(of, f"{at}.执行率得分"),
        DUE: due_cell(of, scored.due(""), f"{at}.执行率应得"), "偏差原因": str(form.reason or ""),
    }  # fmt: skip
    rows = {f"{RATE}率": first}
    for name, target in form.targets.items():
        why = (target.shortfall, target.remedy)
        rows[name] = {
            "一级指标": str(target.group), "年度指标值": target.goal, "实际完成值": target.came,
            "分值": _named(of, f"{at}.绩效指标.{name}.分值"),
            POINTS: _named(of, f"{at}.绩效指标.{name}.公布得分"),
            DUE: due_cell(of, scored.due(name), f"{at}.绩效指标.{name}.应得"),
            "偏差原因": "；".join(str(text).rstrip("。") for text in why if text),
        }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index", dtype=object).rename_axis("三级指标")


def money(of: Computed, title: str, lines: Mapping[str, Any]) -> pd.DataFrame:
    """Return the money block of a project's form, a row a source."""
    columns = ("年初预算数", "全年预算数", "全年执行数")
    at = f"项目.{title}.自评表.资金"
    cells = {column: [of.number(f"{at}.{line}.{column}") for line in lines] for column in columns}
    return pd.DataFrame(cells, index=pd.Index(list(lines), name="资金"), dtype=object)


def due_cell(of: Computed, due: Bounds | None, name: str) -> Any:
    """Return points worked out anew: a number where they are certain, else the span in words."""
    if due is None:
        return ""
    if due[0] != due[1]:
        return interval_text(*due)
    figure = Figure(name, due[0], "分", formula="按项目的指标体系计分", derived=True)
    of.kept.setdefault(name, figure)
    return Number(figure, of)


def disagrees(printed: Decimal | None, due: Bounds | None) -> bool:
    """Tell whether points as printed are not what the rules give, to two places."""
    if printed is None or due is None:
        return False
    return not rounded(due[0], 2) <= printed <= rounded(due[1], 2)


def _named(of: Computed, name: str) -> Number:
    """Return points the form states; blank where it doesn't."""
    number = of.number(name)
    figure = number.figure._replace(unit="分") if number.is_known else number.figure
    return Number(figure, of, blank=not number.is_known)
