"""The rule files a district edits: the formula book and the base-data form."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from govnb.text.ledger import Strict
from govnb.text.values import Text, TextOf
from govnb.text.yaml_text import Scalar


def _decimals(text: Scalar) -> Scalar:
    if text not in {"0", "1", "2", "3", "4", "5", "6"}:
        hint = {"hint": "写 0、1、2……，不写就是 2"}
        raise PydanticCustomError("govnb", "小数位应是 0 到 6 的整数", hint)
    return text


def _level(text: Scalar) -> Scalar:
    if text not in {"1", "2", "3"}:
        context = {"text": str(text), "hint": "写 1、2 或 3"}
        raise PydanticCustomError("govnb", "没有层级“{text}”", context)
    return text


Decimals = Annotated[Scalar, TextOf("小数位"), AfterValidator(_decimals)]
Level = Annotated[Scalar, TextOf("层级"), AfterValidator(_level)]


class FigureRule(Strict):
    """One derived figure of the formula book (指标公式): formula, unit, label, source."""

    formula: Text = Field(alias="公式", description="四则运算、括号和函数；名称用点连接")
    unit: Text = Field(alias="单位")
    label: Text = Field(alias="名称", description="报告中的叫法")
    each: Text | None = Field(
        None, alias="每个", description="名称含 {变量} 时，逐个匹配的已有名称"
    )
    decimals: Decimals | None = Field(None, alias="小数位", description="默认 2，件数人数为 0")
    note: Text | None = Field(None, alias="说明")
    source: Text | None = Field(None, alias="依据", description="哪个文件、哪一条")


class FormRow(Strict):
    """One row of the annexed base-data table (基础数据表): label and three figure names."""

    label: Text = Field(alias="项目")
    level: Level = Field(alias="层级", description="1、2 或 3")
    last_actual: Text | None = Field(None, alias="上年决算数")
    budget: Text | None = Field(None, alias="本年预算数")
    actual: Text | None = Field(None, alias="本年决算数")
    each: Text | None = Field(None, alias="每个", description="逐个匹配的已有名称，一项一行")


class FormText(Strict):
    """One entry at the foot of the base-data table, in words: its label and where they stand."""

    label: Text = Field(alias="项目")
    path: Text = Field(alias="取自", description="部门文件里一段文字的路径，如 落款.填表人")


class BaseDataForm(Strict):
    """The official form of the base-data table."""

    source: Text = Field(alias="依据")
    rows: list[FormRow] = Field(alias="行")
    foot: list[FormText] = Field([], alias="表尾", description="表下的文字栏，按表式的先后")


def _figure_name(name: str) -> str:
    """Return `name` if it is a path of words joined by points; raise otherwise."""
    words = name.split(".")
    if any(not word.strip() or word != word.strip() for word in words) or set(name) & _FORBIDDEN:
        context = {
            "name": name,
            "hint": "写成用点连接的路径，如 三公经费.公务接待费.人均，点的两边都要有字",
        }
        raise PydanticCustomError("govnb", "“{name}”不能作指标名称", context)
    return name


_FORBIDDEN = frozenset("[]\"'=*|\n")

Book = dict[Annotated[str, AfterValidator(_figure_name)], FigureRule]
