"""What holds for every kind of rule, whatever the rubric and the facts.

A score never leaves [0, weight]; it rises or falls with its value where the rule says so;
and a fact learned later never proves an earlier interval wrong.
"""

from __future__ import annotations

import copy
import datetime
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from govnb.rubric.file import Rubric
from govnb.rubric.outcome import Interval, Part, total
from govnb.rubric.rule import Rule
from govnb.sheet.score import IndicatorScore
from tests.rubric.kit import INDICATOR, rubric_of, rubric_text, score_of

WEIGHT = Decimal(10)
Facts = list[tuple[tuple[str, ...], Any]]
EVIDENCE = ("评分依据", INDICATOR)
PROOF = ((*EVIDENCE, "佐证"), "材料")


def decimals(low: int, high: int, places: int = 2) -> st.SearchStrategy[Decimal]:
    scale = 10**places
    return st.integers(low * scale, high * scale).map(lambda n: Decimal(n).scaleb(-places))


def percents(low: int, high: int) -> st.SearchStrategy[str]:
    return decimals(low, high).map(lambda n: f"{n:f}%")


points = decimals(0, 10).filter(bool).map(lambda n: f"{n:f}") | percents(1, 50)
rounding = st.sampled_from(["舍去", "进一", "按比例"])
limits = st.fixed_dictionaries(
    {}, optional={"下限": decimals(0, 4).map(str), "封顶": decimals(5, 10).map(str)}
)
values = percents(-50, 300)
verdicts = st.sampled_from(["是", "否"])


# ── rules and facts, kind by kind ────────────────────────────────


@st.composite
def by_value(draw: Callable[..., Any], rule: Any) -> tuple[dict[str, Any], Facts]:
    """Return an indicator scored by value: stated, or a rate of two facts that may be zero."""
    indicator: dict[str, Any] = {"规则": draw(rule)}
    if draw(st.booleans()):
        return indicator, [((*EVIDENCE, "指标值"), draw(values))]
    indicator["公式"] = "预算执行.本年追加 / 预算执行.年初预算"
    zero = draw(st.sampled_from([None, "满分", "不得分", "看本年"]))
    if zero == "看本年":
        condition = {"公式": "预算执行.本年追加", "等于": 0}
        indicator["分母为零"] = {"当": condition, "得分": "满分", "否则": 0}
    elif zero:
        indicator["分母为零"] = zero
    amounts = st.sampled_from(["0", "1", "2.5", "3", "7", "19.31", "20.25"])
    facts: Facts = [
        (("预算执行", "本年追加"), draw(amounts)),
        (("预算执行", "年初预算"), draw(amounts)),
    ]
    if draw(st.booleans()):
        condition = {"公式": "楼堂馆所.有新建项目", "等于": "否"}
        indicator["不适用"] = {"当": condition, "按": "满分"}
        facts.append((("楼堂馆所", "有新建项目"), draw(verdicts)))
    return indicator, facts


@st.composite
def deductions(draw: Callable[..., Any], kind: str) -> dict[str, Any]:
    rule = {"种类": kind, "标准": draw(percents(0, 120)), "扣": draw(points)}
    rule |= {"每": draw(percents(1, 20)), "取整": draw(rounding), **draw(limits)}
    if kind == "双向扣分":
        return rule | ({"允许偏差": draw(percents(0, 10))} if draw(st.booleans()) else {})
    return rule | {"方向": draw(st.sampled_from(["不超过", "不低于"]))}


@st.composite
def bands(draw: Callable[..., Any]) -> dict[str, Any]:
    """Return bands over everything, cut at sorted places, each cut closed on either side."""
    cuts = sorted(draw(st.lists(decimals(-20, 200, 1), min_size=1, max_size=5, unique=True)))
    closed_above = [draw(st.booleans()) for _ in cuts]
    made = []
    for n in range(len(cuts) + 1):
        band: dict[str, Any] = {}
        if n > 0:
            band["大于" if closed_above[n - 1] else "不低于"] = f"{cuts[n - 1]:f}%"
        if n < len(cuts):
            band["不超过" if closed_above[n] else "小于"] = f"{cuts[n]:f}%"
        if draw(st.integers(0, 5)) == 0:
            band["得分公式"] = "分值 * 指标值"
        else:
            band["得分"] = draw(st.sampled_from(["0", "2", "4.5", "满分", "30%"]))
        made.append(band)
    made[0].pop("得分公式", None)
    made[0]["得分"] = "满分"
    return {"种类": "分档", "分档": made}


@st.composite
def proportions(draw: Callable[..., Any]) -> dict[str, Any]:
    rule: dict[str, Any] = {"种类": "按比例", **draw(limits)}
    if draw(st.booleans()):
        rule["满分值"] = draw(percents(50, 120))
    if draw(st.booleans()):
        # Below the start nothing is earned, so full marks can't lie below it.
        most = min(80, int(float(rule.get("满分值", "100%").rstrip("%"))))
        rule["起点"] = draw(percents(0, most))
    return rule


@st.composite
def states(draw: Callable[..., Any]) -> tuple[dict[str, Any], Facts]:
    if draw(st.booleans()):
        stated = {"好": "满分", "中": draw(points), "差": "0"}
        rule = {"种类": "按状态", "状态": stated}
        return {"规则": rule}, [((*EVIDENCE, "状态"), draw(st.sampled_from(list(stated)))), PROOF]
    left = "预算执行.年末结余 - 预算执行.上年结转"
    computed = {
        "无": {"得分": "满分", "当": {"公式": "预算执行.年末结余", "等于": 0}},
        "有": {"得分": "4", "当": {"公式": left, "不超过": 0}},
        "超": {"得分": "1", "当": {"公式": left, "大于": draw(st.sampled_from(["0", "3"]))}},
    }
    amounts = st.sampled_from(["0", "1", "2", "5", "9"])
    facts: Facts = [
        (("预算执行", "年末结余"), draw(amounts)),
        (("预算执行", "上年结转"), draw(amounts)),
    ]
    return {"规则": {"种类": "按状态", "状态": computed}}, facts


@st.composite
def targets(draw: Callable[..., Any]) -> tuple[dict[str, Any], Facts]:
    rule = {"种类": "按目标比", "方向": draw(st.sampled_from(["正向", "反向"])), **draw(limits)}
    number = decimals(-5, 50, 1).map(lambda n: f"{n:f}")
    facts: Facts = [((*EVIDENCE, "年度指标值"), draw(number))]
    return {"规则": rule}, [*facts, ((*EVIDENCE, "实际完成值"), draw(number))]


@st.composite
def tiers(draw: Callable[..., Any]) -> tuple[dict[str, Any], Facts]:
    rule = {
        "种类": "定性分档",
        "档次": {
            "达成": {"不低于": "80%"},
            "部分": {"不低于": "50%", "小于": "80%"},
            "未": {"小于": "50%"},
        },
    }
    tier, low, high = draw(st.sampled_from([("达成", 80, 100), ("部分", 50, 79), ("未", 0, 49)]))
    mark = {"分值": f"{draw(decimals(low, high)) / 10:f}", "评价人": "甲", "理由": "乙"}
    facts: Facts = [((*EVIDENCE, "状态"), tier), PROOF, ((*EVIDENCE, "给分"), mark)]
    return {"规则": rule}, facts


@st.composite
def additions(draw: Callable[..., Any]) -> tuple[dict[str, Any], Facts]:
    items: dict[str, Any] = {"一": "20%", "二": "3", "三": "5"}
    items["三"] = {"得分": "5", "当": {"公式": "支出 - 收入", "不超过": 0}}
    amounts = st.sampled_from(["9", "10", "11"])
    facts: Facts = [((*EVIDENCE, "要点", n), {"符合": draw(verdicts)}) for n in ("一", "二")]
    facts += [(("支出",), draw(amounts)), (("收入",), draw(amounts)), PROOF]
    return {"规则": {"种类": "清单加分", "要点": items}}, facts


@st.composite
def flaws(draw: Callable[..., Any]) -> tuple[dict[str, Any], Facts]:
    rule = {"种类": "清单扣分", "扣": draw(points), "计": draw(st.sampled_from(["按例", "按项"]))}
    rule |= {"要点": ["一", "二", "三"], **draw(limits)}
    facts: Facts = []
    for name in rule["要点"]:
        verdict = draw(verdicts)
        times = {"例数": draw(st.integers(1, 9))} if verdict == "否" else {}
        facts.append(((*EVIDENCE, "要点", name), {"符合": verdict, **times}))
    return {"规则": rule}, [*facts, PROOF]


@st.composite
def events(draw: Callable[..., Any]) -> tuple[dict[str, Any], Facts]:
    names = draw(st.lists(st.sampled_from("甲乙丙丁"), unique=True))
    listed = {name: {"例数": draw(st.integers(1, 5))} for name in names}
    rule = {"种类": "按件扣分", "扣": draw(points), **draw(limits)}
    complete = ((*EVIDENCE, "事项齐全"), "是")
    # A list is complete only once all of it is there.
    return {"规则": rule}, [((*EVIDENCE, "事项"), listed), complete, PROOF]


@st.composite
def deadlines(draw: Callable[..., Any]) -> tuple[dict[str, Any], Facts]:
    due: dict[str, Any] = {"春节前": {"截止": {"2020": "2020-01-24"}, "得分": "4"}}
    due["年中"] = {"截止": "06-30", "得分": "6", "逾期每": draw(st.integers(1, 40)), "扣": "1"}
    days = st.dates(datetime.date(2019, 11, 1), datetime.date(2021, 3, 1)).map(str)
    facts: Facts = [
        ((*EVIDENCE, "日期", name), draw(days | st.just("未完成"))) for name in ("春节前", "年中")
    ]
    return {"规则": {"种类": "按期限", "期限": due}}, facts


@st.composite
def options(draw: Callable[..., Any]) -> tuple[dict[str, Any], Facts]:
    inner = {"种类": "按件扣分", "扣": "1"}
    choices = {"甲": {"规则": draw(bands())}, "乙": {"规则": inner}}
    rule = {"种类": "择一", "选项": choices}
    facts: Facts = [
        ((*EVIDENCE, "选用"), draw(st.sampled_from("甲乙"))),
        ((*EVIDENCE, "指标值"), draw(values)),
        ((*EVIDENCE, "事项"), {"某事": {"例数": draw(st.integers(1, 12))}}),
        ((*EVIDENCE, "事项齐全"), "是"),
    ]
    return {"规则": rule}, [*facts, PROOF]


@st.composite
def exemptions(draw: Callable[..., Any]) -> tuple[dict[str, Any], Facts]:
    rule = {
        "种类": "不适用",
        "当": {"公式": "楼堂馆所.有新建项目", "等于": "否"},
        "按": draw(st.sampled_from(["满分", "剔除"])),
        "否则": draw(deductions("分步扣分")),
    }
    facts: Facts = [(("楼堂馆所", "有新建项目"), draw(verdicts))]
    return {"规则": rule}, [*facts, ((*EVIDENCE, "指标值"), draw(values))]


@st.composite
def marks(draw: Callable[..., Any]) -> tuple[dict[str, Any], Facts]:
    rule = {"种类": "专家评定", **draw(limits)}
    least = Decimal(rule.get("下限", "0"))
    mark = {"分值": f"{max(draw(decimals(0, 5)), least):f}", "评价人": "甲", "理由": "乙"}
    return {"规则": rule}, [((*EVIDENCE, "给分"), mark)]


@st.composite
def sums(draw: Callable[..., Any]) -> tuple[dict[str, Any], Facts]:
    inner = draw(st.just({"种类": "按目标比"}) | proportions() | bands())
    percent = draw(st.booleans())
    number = percents(0, 120) if percent else decimals(0, 50).map(str)
    facts: Facts = []
    for name in ("一所", "二所"):
        unit = (*EVIDENCE, "下属单位", name)
        facts += [((*unit, "年度指标值"), draw(number)), ((*unit, "实际完成值"), draw(number))]
        facts.append(((*unit, "资金"), str(draw(st.integers(0, 9)))))
    how = {"方式": "资金加权"} if percent else {"方式": "累加"}
    # A sum of 件 is no percentage: the rules here score the rate.
    formula = {"公式": "实际完成值 / 年度指标值"} if not percent or draw(st.booleans()) else {}
    if inner["种类"] == "按目标比":
        formula = {}
    return {**formula, "规则": {"种类": "汇总计分", **how, "计分": inner}}, facts


@st.composite
def coefficients(draw: Callable[..., Any]) -> tuple[dict[str, Any], Facts]:
    return {"规则": {"种类": "按系数"}}, [((*EVIDENCE, "得分系数"), draw(percents(0, 100))), PROOF]


@st.composite
def shares(draw: Callable[..., Any]) -> tuple[dict[str, Any], Facts]:
    """Return the department's own list as one fact, and what was reached of each as another."""
    common = {"一级指标": "产出", "二级指标": "数量指标", "分值": "5"}
    sign, number = draw(st.sampled_from(["≥", "≤"])), st.integers(1, 20)
    named = {name: {**common, "年度指标值": f"{sign}{draw(number)}件"} for name in ("甲", "乙")}
    facts: Facts = [(("绩效指标",), named)]
    facts += [(("绩效指标", name, "实际完成值"), f"{draw(number)}件") for name in named]
    rule = {"种类": "达标占比", "二级指标": "数量指标", "最多超过": "30%"}
    return {"规则": rule}, facts


KINDS: dict[str, st.SearchStrategy[tuple[dict[str, Any], Facts]]] = {
    "threshold_deduct": by_value(deductions("超标扣分")),
    "step_deduct": by_value(deductions("分步扣分")),
    "two_sided_step_deduct": by_value(deductions("双向扣分")),
    "banded": by_value(bands()),
    "state_enum": states(),
    "proportional": by_value(proportions()),
    "ratio_of_target": targets(),
    "qualitative_band": tiers(),
    "checklist_add": additions(),
    "checklist_deduct": flaws(),
    "event_deduct": events(),
    "deadline": deadlines(),
    "one_of": options(),
    "not_applicable": exemptions(),
    "expert": marks(),
    "aggregate": sums(),
    "by_coefficient": coefficients(),
    "share_reached": shares(),
}


# ── helpers ──────────────────────────────────────────────────────


def rubric(indicator: dict[str, Any]) -> Rubric:
    # JSON is YAML; every value stays the text it is.
    text = "\n".join(f"{key}: {json.dumps(v, ensure_ascii=False)}" for key, v in indicator.items())
    with TemporaryDirectory() as folder:
        return rubric_of(rubric_text(text, str(WEIGHT)), Path(folder))


def department(facts: Facts) -> str:
    tree: dict[str, Any] = {}
    # A list first, then what is said of its items.
    for path, value in sorted(copy.deepcopy(list(facts)), key=lambda fact: len(fact[0])):
        node = tree
        for step in path[:-1]:
            node = node.setdefault(step, {})
        node[path[-1]] = value
    return (
        "\n".join(f"{key}: {json.dumps(v, ensure_ascii=False)}" for key, v in tree.items()) + "\n"
    )


def row(made: Rubric, facts: Facts) -> IndicatorScore:
    (only,) = score_of(made, department(facts)).indicators
    assert only.low is not None and only.high is not None
    assert 0 <= only.low <= only.high <= WEIGHT
    return only


def possible(facts: Facts) -> bool:
    """Tell whether a set of facts could be what is known at some time."""
    paths = [path for path, _ in facts]
    units = [path for path in paths if "下属单位" in path]
    has_list = (*EVIDENCE, "事项") in paths or (*EVIDENCE, "事项齐全") not in paths
    is_listed = ("绩效指标",) in paths or not any(path[0] == "绩效指标" for path in paths)
    # A unit nobody has named is not an unknown, it is another department.
    return has_list and is_listed and len({path[3] for path in units}) in (0, 2)


# ── properties ───────────────────────────────────────────────────


@pytest.mark.parametrize("kind", list(Rule.KINDS))
@settings(max_examples=25)
@given(data=st.data())
def test_learning_a_fact_never_leaves_the_earlier_interval(kind: str, data: st.DataObject) -> None:
    indicator, facts = data.draw(KINDS[kind])
    made = rubric(indicator)
    order = data.draw(st.permutations(facts))
    known = data.draw(st.integers(0, len(facts)))
    earlier, later = order[:known], order[: data.draw(st.integers(known, len(facts)))]
    assume(possible(earlier) and possible(later))
    before, after = row(made, earlier), row(made, later)
    if after.counts is not True:
        assert before.counts is not True
        return
    assert before.counts is not False
    assert before.low is not None and before.high is not None
    assert after.low is not None and after.high is not None
    assert before.low <= after.low and after.high <= before.high, (before.reason, after.reason)


@settings(max_examples=25)
@given(data=st.data(), day=st.dates(datetime.date(2019, 11, 1), datetime.date(2021, 3, 1)))
def test_a_month_bounds_its_days(data: st.DataObject, day: datetime.date) -> None:
    indicator, facts = data.draw(deadlines())
    made = rubric(indicator)
    path = (*EVIDENCE, "日期", "年中")
    coarse = row(made, [*facts, (path, f"{day:%Y-%m}")])
    fine = row(made, [*facts, (path, str(day))])
    assert coarse.low is not None and coarse.high is not None
    assert fine.low is not None and fine.high is not None
    assert coarse.low <= fine.low and fine.high <= coarse.high


@pytest.mark.parametrize("kind", ["超标扣分", "分步扣分", "双向扣分", "分档", "按比例"])
@settings(max_examples=25)
@given(data=st.data(), a=decimals(-50, 300), b=decimals(-50, 300), c=decimals(-50, 300))
def test_a_range_of_values_bounds_each_value(
    kind: str, data: st.DataObject, a: Decimal, b: Decimal, c: Decimal
) -> None:
    strategies = {"分档": bands(), "按比例": proportions()}
    made = rubric({"规则": data.draw(strategies.get(kind, deductions(kind)))})
    low, value, high = sorted((a, b, c))
    ends: dict[str, str] = {}
    for word, end in (("不低于", low), ("不超过", high)):
        if data.draw(st.booleans()):
            ends[word] = f"{end:f}%"
    assume(ends)
    bounds = row(made, [((*EVIDENCE, "指标值范围"), ends)])
    exact = row(made, [((*EVIDENCE, "指标值"), f"{value:f}%")])
    assert bounds.low is not None and bounds.high is not None
    assert exact.low is not None and exact.high is not None
    assert bounds.low <= exact.low and exact.high <= bounds.high


@pytest.mark.parametrize(("kind", "rises"), [("不超过", False), ("不低于", True), ("按比例", True)])
@settings(max_examples=25)
@given(data=st.data(), a=decimals(-50, 300), b=decimals(-50, 300))
def test_scores_rise_or_fall_with_the_value(
    kind: str, rises: bool, data: st.DataObject, a: Decimal, b: Decimal
) -> None:
    rule = data.draw(proportions() if kind == "按比例" else deductions("分步扣分"))
    if kind != "按比例":
        rule["方向"] = kind
    made = rubric({"规则": rule})
    first, second = (row(made, [((*EVIDENCE, "指标值"), f"{v:f}%")]).low for v in sorted((a, b)))
    assert first is not None and second is not None
    assert first <= second if rises else first >= second


@settings(max_examples=25)
@given(data=st.data(), more=st.integers(1, 3))
def test_more_flaws_never_score_higher(data: st.DataObject, more: int) -> None:
    indicator, facts = data.draw(flaws())
    made = rubric(indicator)
    path, said = facts[0]
    worse = [(path, {"符合": "否", "例数": said.get("例数", 0) + more}), *facts[1:]]
    before, after = row(made, facts), row(made, worse)
    assert before.high is not None and after.high is not None
    assert after.high <= before.high


@settings(max_examples=25)
@given(data=st.data())
def test_one_more_point_met_never_scores_lower(data: st.DataObject) -> None:
    indicator, facts = data.draw(additions())
    made = rubric(indicator)
    better = [(p, {"符合": "是"}) if p[-1] == "一" else (p, v) for p, v in facts]
    before, after = row(made, facts), row(made, better)
    assert before.low is not None and after.low is not None
    assert after.low >= before.low


@st.composite
def parts(draw: Callable[..., Any]) -> list[Part]:
    made = []
    for _ in range(draw(st.integers(1, 6))):
        weight = draw(decimals(1, 20, 0))
        low, high = sorted(draw(st.tuples(decimals(0, 20, 1), decimals(0, 20, 1))))
        bounds = Interval(min(low, weight), min(high, weight))
        made.append(Part(bounds, weight, draw(st.sampled_from([True, False, None]))))
    return made


@given(made=parts(), data=st.data())
def test_a_total_bounds_every_way_it_may_turn_out(made: list[Part], data: st.DataObject) -> None:
    bounds = total(made)
    settled = []
    for part in made:
        share = Decimal(data.draw(st.integers(0, 4))) / 4
        points = Interval.exactly(part.points.low + part.points.width * share)
        counts = part.counts
        if counts is None:
            counts = data.draw(st.sampled_from([True, False]))
        settled.append(Part(points, part.weight, counts))
    found = total(settled)
    if found is None:
        return
    assert bounds is not None
    tiny = Decimal("1e-20")  # both are divisions, rounded at their last digit
    assert bounds.low - tiny <= found.low and found.high <= bounds.high + tiny
    assert -tiny <= found.low <= found.high <= sum(part.weight for part in made) + tiny


def test_leaving_an_indicator_out_spreads_its_weight() -> None:
    def counted(points: int, weight: int, counts: bool | None = True) -> Part:
        return Part(Interval.exactly(Decimal(points)), Decimal(weight), counts)

    made = [counted(72, 90), counted(0, 10, False)]
    assert total(made) == Interval.exactly(Decimal(80))
    made = [counted(72, 90), counted(10, 10, None)]
    assert total(made) == Interval(Decimal(80), Decimal(82))
    assert total([counted(0, 10, False)]) is None
