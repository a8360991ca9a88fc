"""The scoring table (评分表), the chart of points, and the evidence worth finding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from govnb.report.prose import plain
from govnb.report.tables import Cell, Table, alike
from govnb.report.tables import Row as TableRow
from govnb.sheet.compute import SCORE
from govnb.sheet.department import Department
from govnb.sheet.figure import Figures
from govnb.sheet.score import UNEXPLAINED, IndicatorScore, Score
from govnb.sheet.score_words import in_unit, joined, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKS = "证据标记：原文＝规则句在公开文件上核对过；推＝由权重合计或公式推出；待核＝按通行写法补全。"
COLUMNS = ("指标", "权重", "评分规则和出处", "指标值和算式", "得分", "扣分、原因和佐证")
LEVELS = ("一级指标", "二级指标", "三级指标", "四级指标", "五级指标")


def scoring_table(score: Score, figures: Figures) -> Table:
    """Return the whole scoring table, indicators under their groups."""
    rows: list[TableRow] = []
    groups: tuple[str, ...] = ()
    for indicator in score.indicators:
        for depth, group in enumerate(indicator.groups):
            if indicator.groups[: depth + 1] != groups[: depth + 1]:
                blanks = (Cell("") for _ in COLUMNS[1:])
                rows.append(TableRow((Cell(group), *blanks), depth, "group"))
        groups = indicator.groups
        rows.append(_indicator(indicator))
    weight = points(score.full) if score.is_weighted else ""
    total = {1: weight, 4: score.total_text, 5: score.grade_text}
    cells = (Cell("合计"), *(Cell(total.get(i, "")) for i in range(1, len(COLUMNS))))
    rows.append(TableRow(cells, 0, "total"))
    return Table(
        "评分表", f"{score.title}评分表", COLUMNS, tuple(rows), figures, score.source,
        unit="分",
        notes=(*filter(None, (trial(score), score.about, _untold(score))), MARKS, *score.notes),
        text_columns=frozenset(range(len(COLUMNS))) - {1, 4},
    )  # fmt: skip


def _untold(score: Score) -> str:
    """Return what isn't transcribed of the table, or nothing."""
    parts = "、".join(f"{name} {points(weight)} 分" for name, weight in score.untold)
    return f"未转录：{parts}，没有见到原文，不计分。" if parts else ""


def official_table(score: Score, figures: Figures) -> Table:
    """Return the scoring table as the official form has it: levels, full marks, rule, points.

    The points are the department's own; where it printed none, those that are beyond doubt.
    """
    depth = max((len(indicator.groups) for indicator in score.indicators), default=0)
    columns = (*LEVELS[: depth + 1], "分值", "评分标准", "得分")
    rows = []
    for row in score.indicators:
        groups = (*row.groups, *("",) * (depth - len(row.groups)))
        weight = "" if row.weight is None else points(row.weight)
        texts = (*groups, row.name, weight, row.statement, _own(score, row))
        rows.append(TableRow(tuple(map(Cell, texts))))
    merged = tuple(alike(rows, depth))
    total = (*("",) * depth, points(score.full) if score.is_weighted else "", "", own_total(score))
    rows.append(TableRow(tuple(map(Cell, ("合计", *total))), 0, "total"))
    return Table(
        "评分表", f"{score.title}评分表", columns, tuple(rows), figures, "", unit="分",
        text_columns=frozenset(range(len(columns))) - {depth + 1, depth + 3}, spans=merged,
    )  # fmt: skip


def own_total(score: Score | None, department: Department | None = None) -> str:
    """Return the department's own score, or the one beyond doubt; nothing where there is none.

    Without an indicator system the score is the one that was published.
    """
    if score is None:
        printed = department.published.get(SCORE) if department else None
        return points(printed.value) if printed else ""
    if score.published is not None:
        return points(score.published)
    return score.total_text if score.is_weighted and score.low == score.high else ""


def _own(score: Score, row: IndicatorScore) -> str:
    if row.published is not None:
        return points(row.published)
    own = score.published, *(other.published for other in score.indicators)
    is_open = row.low != row.high or any(value is not None for value in own)
    return "" if is_open else row.score_text


def _indicator(row: IndicatorScore) -> TableRow:
    rule = "：".join(filter(None, (row.rule_name, row.statement)))
    source = f"{row.source}［{_mark(row.mark)}］" if row.mark else row.source
    lacking = f"缺：{row.evidence_required}" if row.undetermined and row.evidence_required else ""
    evidence = f"佐证：{row.evidence}" if row.evidence else lacking
    lost = f"扣{row.deduction}分" if row.deduction else ""
    texts = (
        row.name,
        "" if row.weight is None else points(row.weight),
        _lines(rule, f"（{source}）" if source else ""),
        _lines(_value(row), row.formula_filled or row.formula),
        row.score_text,
        _lines("；".join(filter(None, (lost, _reason(row)))), evidence),
    )
    return TableRow(tuple(Cell(text) for text in texts), len(row.groups))


def _lines(*texts: str) -> str:
    return "\n".join(filter(None, texts))


def _mark(mark: str) -> str:
    """Return an evidence mark without brackets inside brackets: 名称：原文；分项：待核."""
    return re.sub(r"\[([^\[\]]*)\]", r"：\1", mark)


_HAN = "\u4e00-\u9fff“”"
_BLANK = re.compile(rf"(?<=[{_HAN}]) (?=[\d{_HAN}-])|(?<=\d) (?=[{_HAN}])")


def statement(score: Score | None) -> str:
    """Return what the score is and whether the published one can be reproduced."""
    if score is None:
        return ""
    about = f"{score.about.rstrip('。')}。" if score.about else ""
    return plain(in_prose(about + score.statement))


def own_statement(score: Score | None, department: Department) -> str:
    """Return the sentence with the department's own score and grade; nothing without either."""
    said = own_total(score, department)
    basis = "根据部门整体支出绩效评价指标体系，" if score is not None else ""
    told = [f"评价得分{said}分"] if said else []
    told += [f"等级为{plain(str(department.identity.grade))}"] if department.identity.grade else []
    return (
        f"{basis if said else ''}本单位{department.year.value}年度{'，'.join(told)}。"
        if told
        else ""
    )


def in_prose(statement: str) -> str:
    """Return a sentence without blanks beside its numbers, as the report's own are written."""
    return _BLANK.sub("", statement)


def _value(row: IndicatorScore) -> str:
    return "" if row.value is None else in_unit(row.value, row.unit)


def _reason(row: IndicatorScore) -> str:
    """Return why so many points, and what else the rubric and the department say, each named."""
    explained = "" if row.shortfall == UNEXPLAINED else row.shortfall
    more = {"口径": row.basis, "说明": row.note, "偏差原因和改进措施": explained}
    said = [row.reason, *(f"{name}：{text}" for name, text in more.items() if text)]
    said += [row.shortfall] if row.shortfall == UNEXPLAINED else []
    return "；".join(text.rstrip("。") for text in said if text)


def evidence_table(score: Score, figures: Figures) -> Table | None:
    """Return the evidence that would narrow the total most, most points first."""
    if not score.narrowing:
        return None
    rows = tuple(
        TableRow(
            (
                Cell(gap.name),
                Cell(points(gap.at_stake)),
                Cell(_lines(_wanted(gap), _lacking(gap.missing))),
            )
        )
        for gap in score.narrowing
    )
    columns = ("指标", "待定分值", "需要的佐证和参数文件里缺的数")
    return Table(
        "待补佐证", "补上后最能缩小得分区间的佐证", columns, rows, figures, score.source,
        unit="分", text_columns=frozenset({0, 2}),
    )  # fmt: skip


def _wanted(gap: IndicatorScore) -> str:
    """Return the evidence that is wanted, unless it is just what the file lacks."""
    return "" if gap.wanted == joined(gap.missing) else gap.wanted


def _lacking(names: Sequence[str]) -> str:
    """Return the names that are wanting; what all of them begin with is said once."""
    tops = {".".join(name.split(".")[:2]) for name in names}
    if len(names) > 1 and len(tops) == 1:
        (top,) = tops
        return f"缺的数（都在 {top} 下）：{joined([n.removeprefix(f'{top}.') for n in names])}"
    return f"缺的数：{joined(names)}" if names else ""


def score_bar(score: Score, *, public: bool) -> Axes | None:
    """Return the score on a scale with the grades' limits; None where it gives no points.

    The public sees what the department published; the reviewer also what may come of it.
    """
    # Drawing is loaded where it draws: `govnb score` starts without it.
    from govnb.report.charts_bars import span

    if score.low is None or score.high is None or not score.is_weighted:
        return None
    ends, point = (score.low, score.high), score.published
    if public:
        said = score.low if point is None and score.low == score.high else point
        return (
            None
            if said is None
            else span(said, said, score.full, score.limits, f"得分{points(said)}分")
        )
    sure = "得分" if score.low == score.high else "可能的得分"
    told = "" if point is None else f"公布的得分{points(point)}分"
    return span(*ends, score.full, score.limits, f"{sure}{score.total_text}分", point, told)


def trial(score: Score) -> str:
    """Return that a score is only tried out, and with which values; nothing for a real one."""
    values = "；".join(f"{name}={value}" for name, value in score.overrides.items())
    return f"试算：{values}。这不是评价得分。" if values else ""


def score_text(score: Score) -> str:
    """Return a score for a terminal: the verdict, then each indicator with its reason."""
    lines = [*filter(None, (trial(score), score.title, score.about, score.statement)), ""]
    for row in score.indicators:
        weight = f"/{points(row.weight)}" if row.weight is not None else ""
        value = f"　指标值 {_value(row)}" if row.value is not None else ""
        lines += [f"{row.score_text}{weight}　{row.name}{value}", f"    {_reason(row)}"]
    if score.narrowing:
        lines += ["", "补上后最能缩小区间的佐证："]
        lines += [f"{points(gap.at_stake)}分　{gap.name}：{gap.wanted}" for gap in score.narrowing]
    return "\n".join([*lines, *(f"注：{note}" for note in score.notes)])
