"""A project's self-evaluation as frames: by indicator, and its money by source."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from govnb.report.frames import Computed, Number
from govnb.sheet.figure import Figure, rounded
from govnb.sheet.score import interval_text
from govnb.sheet.self_evaluation import WHOLE_MONEY, Bounds, ProjectScore

RATE = "预算执行"
POINTS, DUE = "得分", "重算得分"


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
        goal = target.wanted or (target.target.text if target.target else "")
        done = target.done or (target.actual.text if target.actual else target.state)
        why = (target.shortfall, target.remedy)
        rows[name] = {
            "一级指标": str(target.group), "年度指标值": str(goal), "实际完成值": str(done or ""),
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
