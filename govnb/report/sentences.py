"""The sentences a report states in numbers, written from the figures.

Each function returns Markdown with `{{ 名称 }}` references, so a sentence never holds a
number of its own and every number in it keeps its provenance. A sentence whose figures are
unknown says so once instead of printing 未公布 five times.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from functools import partial

from govnb.report.prose import plain
from govnb.sheet.figure import Figures
from govnb.sheet.in_year import CERTAIN
from govnb.sheet.references import find, par

# How a narrative begins that goes on from a sentence with its reason.
_GIVES_REASON = re.compile(r"\s*(?:其)?(?:主要)?(?:原因|是因为|是由于|因为|由于|系)")
# What a project without an appraised budget is told by.
_PROJECT = ("总投资", "评审金额", "中标价", "追加", "总价", "资金", "到位", "支出")
# How a year's budget comes about.
_BUDGET = ("上年结转", "年初预算", "本年追加", "调整后预算不含结转", "调整后预算", "年末结余")
THREE_PUBLIC = ("因公出国（境）费", "公务用车购置费", "公务用车运行维护费", "公务接待费")


def unpublished(figures: Figures, what: str) -> str:
    """Return the sentence for a section about which the department says nothing."""
    return f"（{what}{figures.unsaid_word}）"


def known(figures: Figures, *names: str) -> bool:
    """Tell whether every named figure exists and has a value."""
    return all(name in figures and figures[name].value is not None for name in names)


def clause(figures: Figures, said: str, name: str = "") -> str:
    """Return a clause if all figures it refers to are known, else nothing.

    `{{ .预算 }}` refers to what stands below `name`.
    """
    told = said.replace("{{ .", f"{{{{ {name}.")
    return told if known(figures, *(reference.name for reference in find(told))) else ""


def clauses(figures: Figures, name: str, *said: str) -> list[str]:
    """Return those of several clauses whose figures are known."""
    return [told for each in said if (told := clause(figures, each, name))]


def heading_amount(figures: Figures, name: str, default: str) -> str:
    """Return a heading such as “财政预算收入：511.4万元”, in the report's own term."""
    term = clause(figures, "{{ .名称 }}", name) or default
    return term + clause(figures, f"：{{{{ {name} }}}}")


def ledger(figures: Figures, name: str) -> str:
    """Return a ledger told level by level, as reports do: 1、…，其中：（1）…，其中…."""
    paragraphs = []
    for n, part in enumerate(figures.children(name), 1):
        children = figures.children(part.name)
        tail = "，其中：" if children else "。"
        paragraphs.append(f"{n}、{_called(figures, part.name)}：{{{{ {part.name} }}}}{tail}")
        for m, child in enumerate(children, 1):
            end = "。" if m == len(children) else "；"
            paragraphs.append(f"（{m}）{_entry(figures, child.name)}{end}")
    return "\n\n".join(paragraphs)


def _entry(figures: Figures, name: str, *, within: bool = False) -> str:
    """Return one entry and, running on, all that it is made of."""
    said, parts = f"{_called(figures, name)}{{{{ {name} }}}}", _parts(figures, name)
    return f"{said}，其中{parts[1:-1]}" if parts and not within else f"{said}{parts}"


def _parts(figures: Figures, name: str) -> str:
    """Return what an amount is made of, in brackets; nothing of one without parts."""
    inner = "、".join(_entry(figures, p.name, within=True) for p in figures.children(name))
    return f"（{inner}）" if inner else ""


def _called(figures: Figures, name: str) -> str:
    """Return what the report calls a ledger's entry, in its own term where it has one."""
    return clause(figures, "{{ .名称 }}", name) or _term(name)


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
    said = f"从上述情况反映，{clause(figures, '{{ 部门.简称 }}') or '{{ 部门.名称 }}'}"
    if level := par(figures["支出.结余"]):
        return f"{said}收支{level}。"
    term = clause(figures, "{{ 支出.名称 }}") or "部门整体支出"
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
    rate = f"{name}.上年增减率"
    said = clause(figures, "比上年{{ .上年增减 | 加减 }}", name)
    if said and (level := par(figures[f"{name}.上年增减"])):
        return f"与上年{level}"
    # What rounds to nothing is no rate to tell.
    if not said or (known(figures, rate) and par(figures[rate])):
        return said
    return said + (clause(figures, f"，{{{{ {rate} | 增减 }}}}") or "（上年为0，不计算增幅）")


def year_on_year(figures: Figures, name: str) -> str:
    """Return the sentence on income or spending against last year's, or nothing."""
    said = change(figures, name)
    return f"{_called(figures, name)}{{{{ {name} }}}}，{said}。" if said else ""


def received(figures: Figures) -> str:
    """Return what of the year's money came, and its share of the budget; nothing without it."""
    rate = clause(figures, "，资金到位率{{ 预算执行.到位率 }}")
    return clause(figures, f"资金实际到位{{{{ 预算执行.实际到位 }}}}{rate}。")


def execution(figures: Figures, told: Container[str] = ()) -> str:
    """Return how the year's budget came about, as far as the file states it here and only here.

    What it copies from elsewhere, and what its own words (`told`) say, is not said again.
    """
    words = {
        part: f"{part}{{{{ 预算执行.{part} }}}}{_parts(figures, f'预算执行.{part}')}"
        for part in _BUDGET
    }
    words["调整后预算不含结转"] = "调整后预算（不含上年结转）{{ 预算执行.调整后预算不含结转 }}"
    if sign(figures, "预算执行.本年追加") < 0:
        words["本年追加"] = "本年调整{{ 预算执行.本年追加 | 加减 }}"

    def is_due(part: str) -> bool:
        name = f"预算执行.{part}"
        own = not figures[name].formula or name in figures.parts
        return bool(sign(figures, name)) and own and name not in told

    due = {part for part in _BUDGET if is_due(part)}
    if due & {"本年追加", "调整后预算不含结转"} and known(figures, "预算执行.调整后预算"):
        due.add("调整后预算")
    return f"{'，'.join(words[part] for part in _BUDGET if part in due)}。" if due else ""


def basic(figures: Figures) -> str:
    """Return what 基本支出 is made of, and 公用经费 against last year; nothing without either."""
    told = [
        said
        for part in figures.children("支出.基本支出")
        for said in clauses(
            figures, part.name, f"{_term(part.name)}{{{{ {part.name} }}}}，占{{{{ .占基本支出 }}}}"
        )
    ]
    said = f"基本支出{{{{ 支出.基本支出 }}}}，其中：{'；'.join(told)}。" if told else ""
    grown = change(figures, "公用经费")
    return f"{said}公用经费支出{{{{ 公用经费.支出 }}}}，{grown}。" if grown else said


def overspend_by_account(figures: Figures) -> str:
    """Return how the accounts add up to the overspend, or nothing without a budget by account."""
    parts = [part.name for part in figures.children("支出")]
    gaps = [(_term(name), _over(figures, f"{name}.差异")) for name in parts]
    told = "，".join(term + gap for term, gap in gaps if gap)
    if not told:
        return ""
    total = _over(figures, "支出.差异合计")
    return f"按科目看：{told}{f'；合计{total}' if total else ''}。"


def _over(figures: Figures, name: str) -> str:
    """Return “比预算多68.87万元”, or nothing where it isn't known."""
    said = clause(figures, f"比预算{{{{ {name} | 多少 }}}}")
    level = par(figures[name]) if said else ""
    return f"与预算{level}" if level else said


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
    names = _items(figures, "超支原因", "对应超支未解释")
    each = [_reason(figures, name) for name in names]
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
    told = []
    for name in _items(figures, "运行费用", "超支"):
        over = sign(figures, f"{name}.超支")
        said = "预算{{ .预算 }}", "实际支出{{ .支出 }}", "{{ .超支 | 超节 }}"
        each = clauses(figures, name, *said, *rate_of(over))
        outside = clause(figures, "；未列入预算的部分{{ .未列入预算 }}", name) if over > 0 else ""
        told.append(f"{_term(name)}{'，'.join(each)}{outside}。")
    return "\n\n".join(told)


def rate_of(over: int) -> list[str]:
    """Return the clause with the rate of what was overspent or left; none for what is even."""
    rate = "超支率" if over > 0 else "结余率"
    return [f"{rate}{{{{ .{rate} }}}}"] if over else []


def adjustments(figures: Figures) -> str:
    """Return what the ledger of adjustments comes to, or nothing without one."""
    total, told = "预算调整合计", ""
    if known(figures, f"{total}.已批复"):
        names = [n for n in figures if n.startswith("预算调整.") and n.endswith(".金额")]
        each = [
            f"{plain(n.split('.')[1])}{{{{ {n} }}}}" for n in names if n.split(".")[2] == "已批复"
        ]
        is_even = not sign(figures, f"{total}.已批复")
        change = "增减相抵" if is_even else f"比年初{{{{ {total}.已批复 | 多少 }}}}"
        told = f"本年已批复的预算调整{change}（{'、'.join(each)}）"
        told += clause(figures, "，预算控制率{{ .预算控制率 }}", total)
    pending = clause(figures, "{{ .未完成程序 }}的调整没有完成程序，没有计入", total)
    told += f"{'；另有' if told else '本年有'}{pending}" if pending else ""
    return f"{told}。" if told else ""


def carry_over(figures: Figures) -> str:
    """Return what of the carry-over differs from the treasury's, and why; else nothing."""
    names = [n for n in _items(figures, "结转结余对账", "差额") if sign(figures, f"{n}.差额")]
    each = []
    for name in names:
        said = "单位账面比财政指标{{ .差额 | 多少 }}", "，原因是{{ .差额原因 }}", "（{{ .处理 }}）"
        each.append("".join([_term(name), *clauses(figures, name, *said)]))
    return f"年终与财政对账，结转结余不一致的{len(each)}项：{'；'.join(each)}。" if each else ""


def doubtful_targets(figures: Figures) -> str:
    """Return the targets that the year's monitoring found in doubt, and why; else nothing."""
    each = []
    for name in _doubtful(figures):
        _, project_, month, target = name.split(".")
        told = "年度指标值{{ .年度指标值 }}", f"到{month}{{{{ .执行情况 }}}}"
        inside = "，".join(clauses(figures, name, *told))
        said = f"{plain(project_)}的“{plain(target)}”{f'（{inside}）' if inside else ''}"
        likely = "{{ .完成目标可能性 }}完成", "，原因是{{ .原因说明 }}"
        each.append("".join([said, *clauses(figures, name, *likely)]))
    return f"绩效监控中不能确定完成的目标{len(each)}个：{'；'.join(each)}。" if each else ""


def remedies(figures: Figures) -> str:
    """Return the measures that were taken for targets in doubt, or nothing."""
    each = [
        f"{plain(name.split('.')[1])}的“{_term(name)}”：{measure}"
        for name in _doubtful(figures)
        if (measure := clause(figures, "{{ .措施 }}", name))
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
        each = [f for f in _PROJECT if f"{name}.{f}" not in told]
        with_parts = (f"{f}{{{{ .{f} }}}}{_parts(figures, f'{name}.{f}')}" for f in each)
        rest = clauses(figures, name, *with_parts)
        return f"{_term(name)}：{'，'.join(rest)}。" if rest else ""
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
    figure = figures.get(name)
    if figure is None or figure.number is None or par(figure):
        return 0
    return 1 if figure.number > 0 else -1


def _items(figures: Figures, section: str, field: str) -> list[str]:
    """Return `section.ITEM` for each item of an open section whose `field` is known."""
    names = (name.split(".") for name in figures if known(figures, name))
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
