"""The files a district edits: the year's file, the formula book and the base-data form.

A rule whose name holds `{变量}` gives one figure for each fact that its `每个` matches.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator

from govnb.sheet.fields import key
from govnb.text.faults import Fault
from govnb.text.section import RESERVED, VARIABLE, Name, Strict, dotted
from govnb.text.values import MoneyUnit, Text, TextOf, Year, YesNo, refuse
from govnb.text.yaml_text import Scalar


def _digit(what: str, allowed: str, hint: str) -> Any:
    def check(text: Scalar) -> Scalar:
        if len(text) != 1 or text not in allowed:
            raise refuse(what.format(text), hint)
        return text

    return AfterValidator(check)


Decimals = Annotated[
    Scalar,
    TextOf("小数位"),
    _digit("小数位应是 0 到 6 的整数", "0123456", "写 0、1、2……，不写就是 2"),
]
Level = Annotated[Scalar, TextOf("层级"), _digit("没有层级“{}”", "123", "写 1、2 或 3")]


class FigureRule(Strict):
    """One derived figure of the formula book (指标公式): formula, unit, label, source."""

    formula: Text = key("公式", "四则运算、括号和函数；名称用点连接", ...)
    unit: Text = key("单位", default=...)
    label: Text = key("名称", "报告中的叫法", ...)
    each: Text | None = key("每个", "名称含 {变量} 时，逐个匹配的已有名称")
    or_stated: YesNo | None = key("以填写为准", "部门自己填了这个数的，不再计算，写 是")
    decimals: Decimals | None = key("小数位", "默认 2，件数人数为 0")
    note: Text | None = key("说明")
    source: Text | None = key("依据", "哪个文件、哪一条")


class FormRow(Strict):
    """One row of the annexed base-data table (基础数据表): label and three figure names."""

    label: Text = key("项目", default=...)
    level: Level = key("层级", "1、2 或 3", ...)
    last_actual: Text | None = key("上年决算数")
    budget: Text | None = key("本年预算数")
    actual: Text | None = key("本年决算数")
    each: Text | None = key("每个", "逐个匹配的已有名称，一项一行")
    # A list of a department's file is a figure that counts it; this file is none.
    aliases: list[Text] = key("别名", "导入工作簿时，这一行也可能这样印", [])


class FormText(Strict):
    """One entry at the foot of the base-data table, in words: its label and where they stand."""

    label: Text = key("项目", default=...)
    path: Text = key("取自", "部门文件里一段文字的路径，如 落款.填表人", ...)


class BaseDataForm(Strict):
    """The official form of the base-data table."""

    source: Text = key("依据", default=...)
    rows: list[FormRow] = key("行", default=...)
    foot: list[FormText] = key("表尾", "表下的文字栏，按表式的先后", [])


def _figure_name(name: str) -> str:
    """Return `name` if it is a path of words joined by points; raise otherwise."""
    words = name.split(".")
    if any(not word.strip() or word != word.strip() for word in words) or set(name) & _FORBIDDEN:
        hint = "写成用点连接的路径，如 三公经费.公务接待费.人均，点的两边都要有字"
        raise refuse(f"“{name}”不能作指标名称", hint)
    return name


_FORBIDDEN = frozenset("[]\"'=*|\n")

Book = dict[Annotated[str, AfterValidator(_figure_name)], FigureRule]

_WORD = re.compile(r"\{[^{}]+\}|(?<!\*)\*(?![*])")
_SEGMENT = re.compile(r"\.\{([^{}]+)\}")
# Stands for whatever a variable may be, where a rule is read before it is tried.
ANY = "某项"
UNBOUND_HINT = "名称里的 {变量} 要在“每个”里出现"


def unbound(text: Scalar, each: str | None) -> list[Fault]:
    """Return a fault for each `{变量}` of a text that `each` doesn't bind."""
    free = VARIABLE.findall(each or "")
    return [
        Fault(text.at(m.start()), f"变量“{m[1]}”没有说明取自哪里", UNBOUND_HINT)
        for m in VARIABLE.finditer(text)
        if m[1] not in free
    ]


def matches(each: str | None, known: Iterable[str]) -> list[dict[str, str]]:
    """Return the variables' values for each name a pattern applies to; {} if there is none."""
    if each is None:
        return [{}]
    # `*` is a word, too, but none that anything is called by.
    match, names = dotted(each).fullmatch, [m[0].strip("{}") for m in _WORD.finditer(each)]
    found = dict.fromkeys(m.groups() for m in map(match, known) if m)
    every = [dict(zip(names, words, strict=True)) for words in found if not RESERVED & set(words)]
    named = [{name: word for name, word in one.items() if name != "*"} for one in every]
    return list({tuple(one.items()): one for one in named}.values())


def fill(text: str, variables: Mapping[str, str]) -> str:
    """Return `text` with each `{变量}` replaced."""
    return VARIABLE.sub(lambda m: variables.get(m[1], m[0]), text)


def bound(text: str, variables: Mapping[str, str], other: str | None = None) -> str:
    """Return a formula with its `{变量}` replaced, `other` standing for those not given.

    A name may hold what a dotted segment can't, so it goes in as `["…"]`.
    """

    def word(match: re.Match[str], written: str) -> str:
        value = variables.get(match[1], other)
        return match[0] if value is None else written.format(value)

    text = _SEGMENT.sub(lambda m: word(m, '["{}"]'), text)
    return VARIABLE.sub(lambda m: word(m, "{}"), text)


class YearFile(Strict):
    """年度文件: district, rubric in force, unit and account codes of one year."""

    year: Year = key("年度", default=...)
    region: Text = key("地区", default=...)
    money_unit: MoneyUnit = key("金额单位", "参数文件金额的默认单位", ...)
    rubric: Text | None = key("指标体系", "params/rubrics/ 下的文件名")
    project_rubric: Text | None = key("项目指标体系", "项目自评用哪一套，默认 project-2020")
    accounts: dict[Name, Text] = key("经济分类", "支出经济分类科目：编码 → 当年名称", ...)
