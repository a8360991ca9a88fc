"""The sentences a report states in numbers, written from the figures.

Each function returns Markdown with `{{ 名称 }}` references, so a sentence never holds a
number of its own and every number in it keeps its provenance. A sentence whose figures are
unknown says so once instead of printing 未公布 five times.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from functools import partial

from govnb.report.prose import plain
from govnb.sheet.figure import Figures
from govnb.sheet.in_year import CERTAIN
from govnb.sheet.references import par

# How a narrative begins that goes on from a sentence with its reason.
_GIVES_REASON = re.compile(r"\s*(?:其)?(?:主要)?(?:原因|是因为|是由于|因为|由于|系)")
THREE_PUBLIC = ("因公出国（境）费", "公务用车购置费", "公务用车运行维护费", "公务接待费")


def unpublished(figures: Figures, what: str) -> str:
    """Return the sentence for a section about which the department says nothing."""
    return f"（{what}{figures.unsaid_word}）"


def known(figures: Figures, *names: str) -> bool:
    """Tell whether every named figure exists and has a value."""
    return all(name in figures and figures[name].value is not None for name in names)


def heading_amount(figures: Figures, name: str, default: str) -> str:
    """Return a heading such as “财政预算收入：511.4万元”, in the report's own term."""
    term = f"{{{{ {name}.名称 }}}}" if f"{name}.名称" in figures else default
    return f"{term}：{{{{ {name} }}}}" if known(figures, name) else term


def ledger(figures: Figures, name: str) -> str:
    """Return a ledger told level by level, as reports do: 1、…，其中：（1）…，其中…."""
    paragraphs = []
    for n, part in enumerate(figures.children(name), 1):
        children = figures.children(part.name)
        tail = "，其中：" if children else "。"
        paragraphs.append(f"{n}、{_called(figures, part.name)}：{{{{ {part.name} }}}}{tail}")
        for m, child in enumerate(children, 1):
            end = "。" if m == len(children) else "；"
            paragraphs.append(f"（{m}）{_told(figures, child.name)}{end}")
    return "\n\n".join(paragraphs)


def _told(figures: Figures, name: str) -> str:
    """Return one entry and, running on, all that it is made of."""
    children = figures.children(name)
    said = f"{_called(figures, name)}{{{{ {name} }}}}"
    if not children:
        return said
    return f"{said}，其中{'、'.join(_within(figures, child.name) for child in children)}"


def _within(figures: Figures, name: str) -> str:
    children = figures.children(name)
    inner = "、".join(_within(figures, child.name) for child in children)
    return f"{_called(figures, name)}{{{{ {name} }}}}" + (f"（{inner}）" if inner else "")


def _called(figures: Figures, name: str) -> str:
    """Return what the report calls a ledger's entry, in its own term where it has one."""
    return f"{{{{ {name}.名称 }}}}" if f"{name}.名称" in figures else _term(name)


def _term(name: str) -> str:
    """Return the last word of a name as Markdown that prints it as it was typed."""
    return plain(name.rpartition(".")[2])


def is_budget(figures: Figures) -> bool | None:
    """Tell whether 收入 is the year's budget, not the accounts' income; None if it isn't said."""
    called = str(figures["收入.名称"].value) if known(figures, "收入.名称") else ""
    if "决算" in called or "预算" in called:
        return "决算" not in called
    both = known(figures, "收入", "预算执行.决算收入", "预算执行.年初预算")
    income, actual, initial = (
        figures[name].number if both else None
        for name in ("收入", "预算执行.决算收入", "预算执行.年初预算")
    )
    return False if both and income == actual != initial else None


def _is_carried(figures: Figures) -> bool:
    """Tell whether what was carried over pays for the spending beyond income: that is no 超支."""
    carried = figures["预算执行.上年结转"].number if known(figures, "预算执行.上年结转") else None
    return 0 < (figures["支出.超支"].number or 0) <= (carried or 0)


def overspend(figures: Figures) -> str:
    """Return the sentence on total spending against income, or nothing without both."""
    if not known(figures, "支出.超支"):
        return ""
    said = f"从上述情况反映，{{{{ 部门.{'简称' if known(figures, '部门.简称') else '名称'} }}}}"
    if level := par(figures["支出.结余"]):
        return f"{said}收支{level}。"
    term = "{{ 支出.名称 }}" if "支出.名称" in figures else "部门整体支出"
    budget, carried = is_budget(figures), _is_carried(figures)
    if budget is False or (budget is None and carried):
        source = "，用的是上年结转" if carried else ""
        return f"{said}{term}比本年收入{{{{ 支出.超支 | 多少 }}}}{source}。"
    return f"{said}{term}{{{{ 支出.结余 | 盈亏 }}}}。"


def with_reason(said: str, narrative: str) -> str:
    """Return a computed sentence and the narrative behind it, run on where that gives the reason.

    Reports write “超支23.74万元，主要原因是：…” in one breath.
    """
    if not narrative or not said:
        return said or narrative
    if said.endswith("。") and _GIVES_REASON.match(narrative):
        return f"{said.removesuffix('。')}，{narrative.lstrip()}"
    return f"{said}\n\n{narrative}"


def change(figures: Figures, name: str) -> str:
    """Return “比上年增加28.5万元，增长6.12%”, or nothing where either year isn't known.

    From nothing there is no rate of growth.
    """
    gap, rate = f"{name}.上年增减", f"{name}.上年增减率"
    if not known(figures, gap):
        return ""
    if level := par(figures[gap]):
        return f"与上年{level}"
    said = f"比上年{{{{ {gap} | 加减 }}}}"
    if known(figures, rate):
        # What rounds to nothing is no rate to tell.
        return said if par(figures[rate]) else f"{said}，{{{{ {rate} | 增减 }}}}"
    return f"{said}（上年为0，不计算增幅）"


def year_on_year(figures: Figures, name: str) -> str:
    """Return the sentence on income or spending against last year's, or nothing."""
    said = change(figures, name)
    return f"{_called(figures, name)}{{{{ {name} }}}}，{said}。" if said else ""


def received(figures: Figures) -> str:
    """Return what of the year's money came, and its share of the budget; nothing without it."""
    if not known(figures, "预算执行.实际到位"):
        return ""
    share = "预算执行.到位率"
    rate = f"，资金到位率{{{{ {share} }}}}" if known(figures, share) else ""
    return f"资金实际到位{{{{ 预算执行.实际到位 }}}}{rate}。"


def execution(figures: Figures, told: Container[str] = ()) -> str:
    """Return how the year's budget came about, as far as the file states it here and only here.

    What it copies from elsewhere, and what its own words (`told`) say, is not said again.
    """
    name = "预算执行.{}".format
    stated = ("上年结转", "年初预算", "本年追加", "调整后预算不含结转", "年末结余")
    parts = [
        part
        for part in stated
        if sign(figures, name(part)) and not figures[name(part)].formula and name(part) not in told
    ]
    if not parts:
        return ""
    if not {"本年追加", "调整后预算不含结转"}.isdisjoint(parts) and known(
        figures, name("调整后预算")
    ):
        parts.insert(len(parts) - (parts[-1] == "年末结余"), "调整后预算")
    words = {"调整后预算不含结转": "调整后预算（不含上年结转）"}
    filters = {"本年追加": " | 加减"} if sign(figures, name("本年追加")) < 0 else {}
    called = words | ({"本年追加": "本年调整"} if filters else {})
    each = [f"{called.get(p, p)}{{{{ {name(p)}{filters.get(p, '')} }}}}" for p in parts]
    return f"{'，'.join(each)}。"


def basic(figures: Figures) -> str:
    """Return what 基本支出 is made of, and 公用经费 against last year; nothing without either."""
    shares = [part.name for part in figures.children("支出.基本支出")]
    shares = [name for name in shares if known(figures, f"{name}.占基本支出")]
    told = [f"{_term(name)}{{{{ {name} }}}}，占{{{{ {name}.占基本支出 }}}}" for name in shares]
    said = f"基本支出{{{{ 支出.基本支出 }}}}，其中：{'；'.join(told)}。" if told else ""
    grown = change(figures, "公用经费")
    return f"{said}公用经费支出{{{{ 公用经费.支出 }}}}，{grown}。" if grown else said


def overspend_by_account(figures: Figures) -> str:
    """Return how the accounts add up to the overspend, or nothing without a budget by account."""
    gaps = [f"{part.name}.差异" for part in figures.children("支出")]
    gaps = [name for name in gaps if known(figures, name)]
    if not gaps:
        return ""
    told = "，".join(f"{_term(name.removesuffix('.差异'))}{_over(figures, name)}" for name in gaps)
    whole = "支出.差异合计"
    total = f"；合计{_over(figures, whole)}" if known(figures, whole) else ""
    return f"按科目看：{told}{total}。"


def _over(figures: Figures, name: str) -> str:
    """Return “比预算多68.87万元”, with the size printed by reference."""
    if level := par(figures[name]):
        return f"与预算{level}"
    return f"比预算{{{{ {name} | 多少 }}}}"


def reasons(figures: Figures) -> str:
    """Return how much of the overspend the stated reasons explain; nothing without overspend.

    What they leave unexplained is the reviewers' to say.
    """
    if not known(figures, "支出.原因说明额", "支出.超支") or sign(figures, "支出.超支") <= 0:
        return ""
    beyond = "支出.扣除原因后的超支"
    left = {
        1: "",
        0: "，恰好解释全部超支",
        -1: f"；没有这些原因，本应{{{{ {beyond} | 超节 }}}}",
    }[sign(figures, beyond)]
    said = "以上原因所列金额合计{{ 支出.原因说明额 }}，为超支额的{{ 支出.原因解释比例 }}"
    names = _items(figures, "超支原因", "占对应超支")
    each = [_reason(figures, name) for name in names if known(figures, f"{name}.对应超支未解释")]
    return f"{said}{left}。" + (f"其中：{'；'.join(each)}。" if each else "")


def _reason(figures: Figures, name: str) -> str:
    """Return what one reason explains of the overspend it was given for."""
    said = f"{_term(name)}{{{{ {name}.金额 }}}}，"
    if sign(figures, f"{name}.对应超支") <= 0:
        return f"{said}所对应的支出没有超支"
    return f"{said}占所解释超支{{{{ {name}.对应超支 }}}}的{{{{ {name}.占对应超支 }}}}"


def volume_growth(figures: Figures) -> str:
    """Return the year-on-year sentence on business volumes, or nothing."""
    items = [
        f"{_term(name)}{{{{ {name}.本年 }}}}，{_grown(figures, name)}"
        for name in _items(figures, "业务量", "增量")
        if known(figures, f"{name}.增量")
    ]
    return f"与上年相比：{'；'.join(items)}。" if items else ""


def _grown(figures: Figures, name: str) -> str:
    change, rate = f"{name}.增量", f"{name}.增长率"
    if level := par(figures[change]):
        return f"与上年{level}"
    if figures[change].unit == "%":
        return f"比上年{{{{ {change} | 升降 }}}}"
    if known(figures, rate) and not par(figures[rate]):
        return f"比上年{{{{ {rate} | 增减 }}}}"
    # From nothing there is no rate of growth, and a rate may round to nothing.
    return f"比上年{{{{ {change} | 多少 }}}}"


def running_costs(figures: Figures) -> str:
    """Return, for each running cost, what it overspent and what no budget was made for."""
    return "\n\n".join(
        _running_cost(figures, name)
        for name in _items(figures, "运行费用", "超支")
        if known(figures, f"{name}.超支")
    )


def _running_cost(figures: Figures, name: str) -> str:
    said = (
        f"{_term(name)}预算{{{{ {name}.预算 }}}}，实际支出{{{{ {name}.支出 }}}}，"
        f"{{{{ {name}.超支 | 超节 }}}}"
    )
    over = sign(figures, f"{name}.超支")
    said += _rate(figures, name, over)
    outside = f"{name}.未列入预算"
    if over > 0 and known(figures, outside):
        said += f"；未列入预算的部分{{{{ {outside} }}}}"
    return f"{said}。"


def _rate(figures: Figures, name: str, over: int) -> str:
    """Return “，超支率…” or “，结余率…”; nothing for what came out even."""
    rate = f"{name}.{'超支率' if over > 0 else '结余率'}"
    return f"，{rate.rpartition('.')[2]}{{{{ {rate} }}}}" if over and known(figures, rate) else ""


def adjustments(figures: Figures) -> str:
    """Return what the ledger of adjustments comes to, or nothing without one."""
    approved, pending = "预算调整合计.已批复", "预算调整合计.未完成程序"
    told = ""
    if known(figures, approved):
        change = f"比年初{{{{ {approved} | 多少 }}}}" if sign(figures, approved) else "增减相抵"
        names = [name for name in figures if name.startswith("预算调整.") and ".已批复." in name]
        each = [
            f"{plain(name.split('.')[1])}{{{{ {name} }}}}"
            for name in names
            if name.endswith(".金额")
        ]
        told = f"本年已批复的预算调整{change}（{'、'.join(each)}）"
        if known(figures, "预算调整合计.预算控制率"):
            told += "，预算控制率{{ 预算调整合计.预算控制率 }}"
    if known(figures, pending):
        told += f"{'；另有' if told else '本年有'}{{{{ {pending} }}}}的调整没有完成程序，没有计入"
    return f"{told}。" if told else ""


def carry_over(figures: Figures) -> str:
    """Return what of the carry-over differs from the treasury's, and why; else nothing."""
    names = [n for n in _items(figures, "结转结余对账", "差额") if sign(figures, f"{n}.差额")]
    each = []
    for name in names:
        told = f"{_term(name)}单位账面比财政指标{{{{ {name}.差额 | 多少 }}}}"
        told += f"，原因是{{{{ {name}.差额原因 }}}}" if known(figures, f"{name}.差额原因") else ""
        told += f"（{{{{ {name}.处理 }}}}）" if known(figures, f"{name}.处理") else ""
        each.append(told)
    return f"年终与财政对账，结转结余不一致的{len(each)}项：{'；'.join(each)}。" if each else ""


def doubtful_targets(figures: Figures) -> str:
    """Return the targets that the year's monitoring found in doubt, and why; else nothing."""
    each = []
    for name in _doubtful(figures):
        _, project_, month, target = name.split(".")
        wanted = f"年度指标值{{{{ {name}.年度指标值 }}}}"
        done = f"到{month}{{{{ {name}.执行情况 }}}}"
        told = [
            words
            for words, field in ((wanted, "年度指标值"), (done, "执行情况"))
            if known(figures, f"{name}.{field}")
        ]
        said = f"{plain(project_)}的“{plain(target)}”"
        said += f"（{'，'.join(told)}）" if told else ""
        said += f"{{{{ {name}.完成目标可能性 }}}}完成"
        said += f"，原因是{{{{ {name}.原因说明 }}}}" if known(figures, f"{name}.原因说明") else ""
        each.append(said)
    return f"绩效监控中不能确定完成的目标{len(each)}个：{'；'.join(each)}。" if each else ""


def remedies(figures: Figures) -> str:
    """Return the measures that were taken for targets in doubt, or nothing."""
    each = [
        f"{plain(name.split('.')[1])}的“{_term(name)}”：{{{{ {name}.措施 }}}}"
        for name in _doubtful(figures)
        if known(figures, f"{name}.措施")
    ]
    return f"落实绩效监控提出的措施：{'；'.join(each)}。" if each else ""


def _doubtful(figures: Figures) -> list[str]:
    """Return `绩效监控.项目.月.指标` of each target that was in doubt when last looked at."""
    field = ".完成目标可能性"
    names = [n for n in figures if n.startswith("绩效监控.") and n.endswith(field)]
    last: dict[str, int] = {}
    for name in names:
        _, project_, month, *_ = name.split(".")
        last[project_] = max(last.get(project_, 0), int(month.removesuffix("月")))
    return [
        name.removesuffix(field)
        for name in names
        if name.split(".")[2] == f"{last[name.split('.')[1]]}月"
        and str(figures[name].value) != CERTAIN
    ]


def project(figures: Figures, name: str, told: Container[str] = ()) -> str:
    """Return the sentence on a project's price against its appraised budget, or nothing.

    What the department's own words (`told`) have said of it is not said again.
    """
    saved = f"{name}.节约额"
    if not known(figures, saved, f"{name}.节约率"):
        names = (f"{name}.{field}" for field in ("评审金额", "中标价", "追加", "总价", "资金"))
        rest = [n for n in names if known(figures, n) and n not in told]
        said = "，".join(f"{n.rpartition('.')[2]}{{{{ {n} }}}}" for n in rest)
        return f"{_term(name)}：{said}。" if said else ""
    if saved in told:
        return ""
    said = _term(name)
    if f"{name}.评审金额" not in told:
        said += f"评审预算{{{{ {name}.评审金额 }}}}，"
    # Without a supplement the price of the contract is the price.
    if sign(figures, f"{name}.追加"):
        said += f"总价{{{{ {name}.总价 }}}}"
        said += f"（中标价{{{{ {name}.中标价 }}}}，追加{{{{ {name}.追加 }}}}），"
    elif f"{name}.中标价" not in told:
        said += f"中标价{{{{ {name}.中标价 }}}}，"
    if level := par(figures[saved]):
        return f"{said}与评审预算{level}。"
    rate = "节约率{{ %s.节约率 }}" if sign(figures, saved) > 0 else "{{ %s.节约率 | 节约 }}"
    return f"{said}比评审预算{{{{ {saved} | 节约 }}}}，{rate % name}。"


def sign(figures: Figures, name: str) -> int:
    """Return 1, 0 or -1: the sign of a figure as it is printed, 0 where it isn't known."""
    number = figures[name].number
    if number is None or par(figures[name]):
        return 0
    return 1 if number > 0 else -1


def _items(figures: Iterable[str], section: str, field: str) -> list[str]:
    """Return `section.ITEM` for each item of an open section that has `field`."""
    names = (name.split(".") for name in figures)
    return [".".join(n[:2]) for n in names if len(n) == 3 and n[0] == section and n[2] == field]


SENTENCES: dict[str, Callable[[Figures], str]] = {
    "超支": overspend,
    "科目差异": overspend_by_account,
    "收入同比": partial(year_on_year, name="收入"),
    "支出同比": partial(year_on_year, name="支出"),
    "资金到位": received,
    "基本支出": basic,
    "超支原因": reasons,
    "业务量": volume_growth,
    "运行费用": running_costs,
    "预算调整": adjustments,
    "结转结余": carry_over,
    "未完成目标": doubtful_targets,
    "监控措施": remedies,
}
