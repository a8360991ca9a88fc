"""Rules inside rules, conditions on facts that aren't known: no interval is proven wrong.

A table of one to three indicators is made up, and all the facts it asks for; a department
that knows some of them is scored, then one that knows more. What is left unknown is left
out, or 未公布 in so many words. Every row, and the total, must end up inside what was said
before.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from govnb.sheet.score import IndicatorScore, Score
from tests.rubric.kit import rubric_of, score_of

Path_ = tuple[str, ...]
Facts = list[tuple[Path_, Any]]
# A decimal's last digit may be off where an indicator left out rescales the total.
HAIR = Decimal("1e-20")

SHARED = {
    "预算执行.本年追加": ["0", "1", "2.5", "7"],
    "预算执行.年初预算": ["0", "1", "3", "20"],
    "支出": ["9", "10", "11"],
    "收入": ["9", "10", "11"],
    "楼堂馆所.有新建项目": ["是", "否"],
    "政府采购.实际": ["0", "90", "95", "100"],
    "政府采购.预算": ["0", "100"],
}
FORMULAS = [
    "预算执行.本年追加 / 预算执行.年初预算",
    "政府采购.实际 / 政府采购.预算",
    "数据.k / 数据.m",
    "首个已知(数据.k, 支出) / 收入",
]
conditions = st.sampled_from(
    [
        {"公式": "楼堂馆所.有新建项目", "等于": "否"},
        {"公式": "预算执行.本年追加", "等于": "0"},
        {"公式": "支出 - 收入", "大于": "0"},
        {"公式": "政府采购.实际 / 政府采购.预算", "不低于": "95%"},
        {"公式": "数据.k", "大于": "1"},
    ]
)
limits = st.fixed_dictionaries(
    {}, optional={"下限": st.sampled_from("12"), "封顶": st.sampled_from("89")}
)


def percents(low: int, high: int) -> st.SearchStrategy[str]:
    return st.integers(low * 10, high * 10).map(lambda n: f"{Decimal(n) / 10:f}%")


# ── rules ────────────────────────────────────────────────────────


@st.composite
def by_value(draw: Callable[..., Any]) -> dict[str, Any]:
    free = {"不超过": "30%", "得分": "满分"}
    worked_out = {"大于": "30%", "得分公式": "分值 * (1 - 指标值)"}
    middle = {"大于": "30%", "小于": "95%", "得分": "5"}
    bands = [{"不超过": "30%", "得分": "10%"}, middle, {"不低于": "95%", "得分": "满分"}]
    made: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"种类": "超标扣分", "标准": draw(percents(0, 110)), "扣": "0.7"},
                {"种类": "超标扣分", "标准": draw(percents(0, 110)), "扣": "10%", "方向": "不低于"},
                {"种类": "双向扣分", "标准": "100%", "每": "5%", "扣": "2", "允许偏差": "2%"},
                {"种类": "按比例", "起点": "30%"},
                {"种类": "分档", "分档": bands},
                {"种类": "分档", "值域": {"不低于": "0%"}, "分档": [free, worked_out]},
            ]
        )
    )
    return made if made["种类"] == "分档" else {**made, **draw(limits)}


@st.composite
def by_facts(draw: Callable[..., Any]) -> dict[str, Any]:
    states = {"a": {"得分": "满分", "当": draw(conditions)}, "b": {"得分": "4"}, "c": "1"}
    if draw(st.booleans()):
        states["b"]["当"] = draw(conditions)  # type: ignore[index]
    points = {"p": "3", "q": {"得分": "3", "当": draw(conditions)}, "r": "4"}
    due = {"d1": {"截止": "06-30", "得分": "4"}, "d2": {"截止": "次年03-31", "得分": "6"}}
    due["d2"] |= {"逾期每": "10", "扣": "1"}
    tiers = {"a": {"不低于": "80%"}, "b": {"不低于": "50%", "小于": "80%"}, "c": {"小于": "50%"}}
    by = draw(st.sampled_from(["按例", "按项"]))
    flaws = {"种类": "清单扣分", "扣": "1.5", "计": by, "要点": ["p", "q", "r"]}
    # 满分 lets a rule around these cut their points off.
    made: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"种类": "按状态", "状态": states},
                {"种类": "清单加分", "要点": points, "封顶": "满分"},
                {**flaws, **draw(limits)},
                {"种类": "按件扣分", "扣": "20%", **draw(limits)},
                {"种类": "按期限", "期限": due, "封顶": "满分"},
                {"种类": "按期限", "扣": "2", "期限": {"d1": {"截止": "06-30"}}},
                {"种类": "定性分档", "档次": tiers},
                {"种类": "专家评定"},
            ]
        )
    )
    return made


@st.composite
def nested(draw: Callable[..., Any], inner: Any) -> dict[str, Any]:
    kind = draw(st.sampled_from(["择一", "不适用", "汇总计分"]))
    if kind == "汇总计分":
        return {"种类": kind, "计分": {"种类": "按目标比"}, **draw(limits)}
    if kind == "择一":
        options = {name: {"规则": draw(inner)} for name in "甲乙"}
        for option in options.values():
            if _sees_value(option["规则"]) and draw(st.booleans()):
                option["公式"] = draw(st.sampled_from(FORMULAS))
        return {"种类": kind, "选项": options}
    when = {"当": draw(conditions)} if draw(st.booleans()) else {}
    treat = draw(st.sampled_from(["满分", "剔除"]))
    return {"种类": kind, "按": treat, "否则": draw(inner), **when, **draw(limits)}


def _sees_value(rule: dict[str, Any]) -> bool:
    return rule["种类"] in ("超标扣分", "双向扣分", "分档", "按比例", "择一", "不适用")


every_rule = st.recursive(by_value() | by_facts(), nested, max_leaves=4)


@st.composite
def indicators(draw: Callable[..., Any]) -> dict[str, Any]:
    rule = draw(every_rule | by_value().map(lambda inner: {"种类": "汇总计分", "计分": inner}))
    made: dict[str, Any] = {"分值": "10", "出处": "S", "标记": "原文", "规则": rule}
    if rule["种类"] == "汇总计分" and rule["计分"]["种类"] != "按目标比":
        made["公式"] = "实际完成值 / 年度指标值"
    elif _sees_value(rule) and draw(st.booleans()):
        made["公式"] = draw(st.sampled_from(FORMULAS))
    if "公式" in made and draw(st.booleans()):
        otherwise = {"当": draw(conditions), "得分": "满分", "否则": "2"}
        made["分母为零"] = draw(st.sampled_from(["满分", "剔除", "3", otherwise]))
    if draw(st.booleans()):
        made["不适用"] = {"按": draw(st.sampled_from(["满分", "剔除"])), "当": draw(conditions)}
    if draw(st.booleans()):
        made["佐证"] = "材料"
    return made


# ── facts ────────────────────────────────────────────────────────


@st.composite
def facts_for(draw: Callable[..., Any], name: str, indicator: dict[str, Any]) -> Facts:
    base = ("评分依据", name)
    text = json.dumps(indicator, ensure_ascii=False)
    small, count = st.sampled_from("012"), st.integers(1, 4)
    facts: Facts = [((*base, "数据", key), draw(small)) for key in "km"]
    if "公式" not in indicator and not any(formula in text for formula in FORMULAS):
        # Beside a formula a stated value only stands in for it: see the cases.
        facts.append(((*base, "指标值"), draw(percents(0, 120))))
    for point in "pr" if '"清单加分"' in text else "pqr":
        verdict = draw(st.sampled_from("是否"))
        times = {"例数": draw(count)} if verdict == "否" else {}
        facts.append(((*base, "要点", point), {"符合": verdict, **times}))
    month = draw(st.integers(5, 8))
    facts += [
        ((*base, "选用"), draw(st.sampled_from("甲乙"))),
        ((*base, "日期", "d1"), f"2020-{month:02}-15"),
        ((*base, "日期", "d2"), f"2021-{draw(st.integers(3, 6)):02}-15"),
        ((*base, "佐证"), "材料"),
        ((*base, "状态"), draw(st.sampled_from("abc"))),
        ((*base, "适用"), draw(st.sampled_from("是否"))),
    ]
    if "定性分档" not in text:
        mark = {"分值": "7.5", "评价人": "甲", "理由": "乙"}
        facts.append(((*base, "给分"), mark))
    if '"清单扣分"' not in text:
        # With every point of a checklist settled, another incident would contradict it.
        incident = {"例数": draw(count), "日期": {"d1": f"2020-{month:02}-01"}}
        facts.append(((*base, "事项"), {"x": incident}))
        facts.append(((*base, "事项齐全"), "是"))
    numbers = st.integers(0, 10).map(lambda n: f"{n}件")
    heads = [("下属单位", "u1"), ("下属单位", "u2")] if draw(st.booleans()) else [()]
    for head in heads:
        facts += [((*base, *head, f), draw(numbers)) for f in ("年度指标值", "实际完成值")]
    return facts


def known_so_far(order: Facts, known: int, unpublished: set[Path_]) -> str:
    """Return the department's file once so many of the facts are known."""
    stated = list(order[:known])
    paths = {path for path, _ in stated}
    for path, _ in order[known:]:
        # A unit nobody has named is another department; silence means that the indicator
        # applies, and lets 首个已知(…) take the next.
        always = "下属单位" in path or path[-1] in ("适用", "k")
        if path[-1] in ("佐证", "事项", "事项齐全", "给分", "选用", "有新建项目"):
            continue
        if always or path in unpublished:
            stated.append((path, "未公布"))
    tree: dict[str, Any] = {}
    for path, value in stated:
        if path[-1] == "事项齐全" and (*path[:-1], "事项") not in paths:
            continue  # a list is complete only once all of it is there
        node = tree
        for step in path[:-1]:
            node = node.setdefault(step, {})
        node[path[-1]] = value
    return "".join(f"{key}: {json.dumps(v, ensure_ascii=False)}\n" for key, v in tree.items())


# ── the property ─────────────────────────────────────────────────


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_learning_facts_never_leaves_what_was_said_before(data: st.DataObject) -> None:
    table = {f"I{n}": data.draw(indicators()) for n in range(data.draw(st.integers(1, 3)))}
    text = f"名称: t\n总分: {10 * len(table)}\n适用年度: {{起: 2000}}\n来源: {{S: x}}\n指标: "
    with TemporaryDirectory() as folder:
        made = rubric_of(f"{text}{json.dumps(table, ensure_ascii=False)}\n", Path(folder))
    facts: Facts = [(tuple(k.split(".")), data.draw(st.sampled_from(v))) for k, v in SHARED.items()]
    for name, indicator in table.items():
        facts += data.draw(facts_for(name, indicator))
    order = data.draw(st.permutations(facts))
    unpublished = set(data.draw(st.lists(st.sampled_from([path for path, _ in facts]))))
    fewer = data.draw(st.integers(0, len(order)))
    more = data.draw(st.integers(fewer, len(order)))
    # What is learned is no longer 未公布; what stays unknown stays as it was.
    before, after = (score_of(made, known_so_far(order, n, unpublished)) for n in (fewer, more))
    for earlier, later in zip(before.indicators, after.indicators, strict=True):
        _inside(earlier, later)
    _total_inside(before, after)


def _inside(earlier: IndicatorScore, later: IndicatorScore) -> None:
    assert earlier.low is not None and earlier.high is not None
    assert later.low is not None and later.high is not None
    assert 0 <= later.low <= later.high <= 10
    said = (earlier.reason, later.reason)
    if later.counts is not True:
        assert earlier.counts is not True, said
        assert earlier.counts is not False or later.counts is False, said
        return
    assert earlier.counts is not False, said
    assert earlier.low <= later.low and later.high <= earlier.high, said


def _total_inside(before: Score, after: Score) -> None:
    if after.low is None or after.high is None:
        return
    assert before.low is not None and before.high is not None
    assert before.low - HAIR <= after.low and after.high <= before.high + HAIR
