"""The sentences a report states in numbers, written from the figures.

Each function returns Markdown with `{{ 名称 }}` references, so a sentence never holds a
number of its own and every number in it keeps its provenance. A sentence whose figures are
unknown says so once instead of printing 未公布 five times.
"""

from __future__ import annotations

from collections.abc import Iterable

from govnb.evaluate.figure import Figures
from govnb.inputs.values import UNKNOWN
from govnb.present.prose import plain

THREE_PUBLIC = ("因公出国（境）费", "公务用车购置费", "公务用车运行维护费", "公务接待费")


def unpublished(what: str) -> str:
    """Return the sentence for a section the department published nothing about."""
    return f"（{what}{UNKNOWN}）"


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
        paragraphs.append(f"{n}、{_term(part.name)}：{{{{ {part.name} }}}}{tail}")
        for m, child in enumerate(children, 1):
            end = "。" if m == len(children) else "；"
            paragraphs.append(f"（{m}）{_told(figures, child.name)}{end}")
    return "\n\n".join(paragraphs)


def _told(figures: Figures, name: str) -> str:
    """Return one entry and, running on, all that it is made of."""
    children = figures.children(name)
    said = f"{_term(name)}{{{{ {name} }}}}"
    if not children:
        return said
    return f"{said}，其中{'、'.join(_within(figures, child.name) for child in children)}"


def _within(figures: Figures, name: str) -> str:
    children = figures.children(name)
    inner = "、".join(_within(figures, child.name) for child in children)
    return f"{_term(name)}{{{{ {name} }}}}" + (f"（{inner}）" if inner else "")


def _term(name: str) -> str:
    """Return the last word of a name as Markdown that prints it as it was typed."""
    return plain(name.rpartition(".")[2])


def overspend(figures: Figures) -> str:
    """Return the sentence on total spending against income."""
    if not known(figures, "支出.超支"):
        return unpublished("支出与收入的差额")
    term = "{{ 支出.名称 }}" if "支出.名称" in figures else "部门整体支出"
    return f"从上述情况反映，{{{{ 部门.名称 }}}}{term}{{{{ 支出.结余 | 盈亏 }}}}。"


def overspend_by_account(figures: Figures) -> str:
    """Return how the accounts add up to the overspend, or nothing without a budget by account."""
    gaps = [f"{part.name}.差异" for part in figures.children("支出")]
    gaps = [name for name in gaps if known(figures, name)]
    if not gaps or not known(figures, "支出.差异合计"):
        return ""
    told = "，".join(f"{_term(name.removesuffix('.差异'))}{_over(figures, name)}" for name in gaps)
    return f"按科目看：{told}；合计{_over(figures, '支出.差异合计')}。"


def _over(figures: Figures, name: str) -> str:
    """Return “比预算多68.87万元”, with the size printed by reference."""
    number = figures[name].number
    if number is None:
        return UNKNOWN
    if number == 0:
        return "与预算持平"
    return f"比预算{{{{ {name} | 多少 }}}}"


def reasons(figures: Figures) -> str:
    """Return how much of the overspend the stated reasons explain, or nothing."""
    if not known(figures, "支出.原因说明额", "支出.超支") or figures["支出.超支"].number == 0:
        return ""
    said = (
        "以上原因所列金额合计{{ 支出.原因说明额 }}，为超支额的{{ 支出.原因解释比例 }}"
        "，超支扣除所列原因后为{{ 支出.扣除原因后的超支 }}。"
    )
    each = [
        f"{_term(name)}{{{{ {name}.金额 }}}}，占所解释超支{{{{ {name}.对应超支 }}}}的"
        f"{{{{ {name}.占对应超支 }}}}，尚有{{{{ {name}.对应超支未解释 }}}}没有说明"
        for name in _items(figures, "超支原因", "占对应超支")
        if known(figures, f"{name}.占对应超支")
    ]
    return said + (f"其中：{'；'.join(each)}。" if each else "")


def three_public(figures: Figures) -> str:
    """Return the sentence on 三公 totals and its components, or nothing when they are unknown."""
    if not known(figures, "三公经费.预算", "三公经费.支出"):
        return ""
    total = (
        "{{ 年度 }}年，预算总额{{ 三公经费.预算 }}，实际支出{{ 三公经费.支出 }}，"
        "{{ 三公经费.结余 | 盈亏 }}"
    )
    rate = "，控制率{{ 三公经费.控制率 }}" if known(figures, "三公经费.控制率") else ""
    parts = [_component(figures, f"三公经费.{item}") for item in THREE_PUBLIC]
    return f"{total}{rate}。\n\n其中：{'；'.join(parts)}。"


def _component(figures: Figures, name: str) -> str:
    term = _term(name)
    budget, actual = figures[f"{name}.预算"].number, figures[f"{name}.支出"].number
    if budget == 0 and actual == 0:
        return f"{term}没有预算，也没有支出"
    said = (
        f"{term}预算{{{{ {name}.预算 }}}}，实际支出{{{{ {name}.支出 }}}}，"
        f"{{{{ {name}.结余 | 盈亏 }}}}"
    )
    kind = "超支率" if (actual or 0) > (budget or 0) else "结余率"
    if known(figures, f"{name}.{kind}") and actual != budget:
        said += f"，{kind}{{{{ {name}.{kind} }}}}"
    return said


def volume_growth(figures: Figures) -> str:
    """Return the year-on-year sentence on business volumes, or nothing."""
    items = [
        f"{_term(name)}{{{{ {name}.本年 }}}}，比上年{{{{ {name}.增长率 | 增减 }}}}"
        for name in _items(figures, "业务量", "增长率")
        if known(figures, f"{name}.增长率")
    ]
    return f"与上年相比：{'；'.join(items)}。" if items else ""


def running_costs(figures: Figures) -> str:
    """Return, for each running cost, what it overspent and what remains unexplained."""
    sentences = []
    for name in _items(figures, "运行费用", "超支"):
        if not known(figures, f"{name}.超支"):
            continue
        said = (
            f"{_term(name)}预算{{{{ {name}.预算 }}}}，实际支出{{{{ {name}.支出 }}}}，"
            f"{{{{ {name}.超支 | 超节 }}}}"
        )
        if known(figures, f"{name}.超支率"):
            said += f"，超支率{{{{ {name}.超支率 }}}}"
        if known(figures, f"{name}.未解释超支"):
            said += (
                f"；已说明未列入预算的部分{{{{ {name}.未列入预算 }}}}，"
                f"其余{{{{ {name}.未解释超支 }}}}没有说明"
            )
        sentences.append(f"{said}。")
    return "\n\n".join(sentences)


def project(figures: Figures, name: str) -> str:
    """Return the sentence on a project's price against its appraised budget, or nothing."""
    if not known(figures, f"{name}.节约额", f"{name}.节约率"):
        return ""
    said = (
        f"{_term(name)}评审预算{{{{ {name}.评审金额 }}}}，总价{{{{ {name}.总价 }}}}"
        f"（中标价{{{{ {name}.中标价 }}}}，追加{{{{ {name}.追加 }}}}），"
    )
    return f"{said}比预算{{{{ {name}.节约额 | 节约 }}}}，节约率{{{{ {name}.节约率 }}}}。"


def _items(figures: Iterable[str], section: str, field: str) -> list[str]:
    """Return `section.ITEM` for each item of an open section that has `field`."""
    names = (name.split(".") for name in figures)
    return [".".join(n[:2]) for n in names if len(n) == 3 and n[0] == section and n[2] == field]
