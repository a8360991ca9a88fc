"""The rule file of the review: `params/rules/checks.yml`, one relation that must hold a rule.

A rule is data: its kind (种类), the figures or texts it looks at, how severe a breach is, the
tolerance, what to tell the reader, why the rule exists and how to settle a breach. What each
kind does is Python (`govnb.review`); which relations hold is this file's business,
so that a district adds one without a program.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from govnb.inputs.check_fields import BY_ROUNDING, number, percent, tolerance
from govnb.inputs.check_fields import refuse as _refuse
from govnb.inputs.ledger import Strict
from govnb.inputs.patterns import check_pattern
from govnb.inputs.values import BadText, Text, TextOf
from govnb.inputs.yaml_text import Scalar

ERROR, RESIDUE, HINT = "错误", "尾差", "提示"
SEVERITIES = (ERROR, RESIDUE, HINT)
# What a message may hold besides the variables of 每个.
PLACEHOLDERS = frozenset(
    ["项", "左名", "左", "右名", "右", "差额", "容差", "缘由", "处", "原文", "百分比"]
)
VARIABLE = re.compile(r"\{([^{}]+)\}")


def _regex(text: Scalar) -> Scalar:
    try:
        check_pattern(text)
    except BadText as error:
        raise _refuse(str(error), error.hint) from None
    return text


def _rule_name(name: str) -> str:
    if ":" in name or "：" in name or not name.strip():
        raise _refuse(f"核对的编号“{name}”里不能有冒号", "编号后面的冒号用来接所核对的项")
    return name


RuleName = Annotated[str, AfterValidator(_rule_name)]
Severity = Annotated[Scalar, TextOf("严重性", choices=SEVERITIES)]
Tolerance = Annotated[Scalar, TextOf("容差"), AfterValidator(tolerance)]
Number = Annotated[Scalar, TextOf("数"), AfterValidator(number)]
Percent = Annotated[Scalar, TextOf("百分数"), AfterValidator(percent)]
Regex = Annotated[Scalar, TextOf("正则表达式"), AfterValidator(_regex)]


class Rule(Strict):
    """What every rule says, whatever its kind."""

    severity: Severity = Field(alias="严重性", description="错误、尾差或提示")
    tolerance: Tolerance = Field(
        Scalar(BY_ROUNDING),
        alias="容差",
        description="舍入：由各数所印的位数算出；或写一个数，差额不超过它记尾差",
    )
    message: Text = Field(alias="消息", description="不符时的话；{项}{左}{右}{差额}{缘由} 等会填上")
    reason: Text = Field(alias="原因", description="为什么要核对这一项")
    advice: Text = Field(alias="怎样处理", description="不符时请填报人做什么")
    source: Text | None = Field(None, alias="依据", description="哪个文件、哪一条")
    unless: Text | None = Field(
        None, alias="除非", description="另一条核对的编号；它各项都通过时，本条不适用"
    )

    @property
    def fixed_tolerance(self) -> Decimal | None:
        """The tolerance as a number; None when it follows from rounding."""
        return None if self.tolerance == BY_ROUNDING else Decimal(self.tolerance)

    @property
    def pattern(self) -> str | None:
        """The text whose `{变量}` the other fields may use."""
        return getattr(self, "each", None) or getattr(self, "sequence", None)

    @model_validator(mode="after")
    def _words_known(self) -> Rule:
        allowed = PLACEHOLDERS | set(VARIABLE.findall(self.pattern or ""))
        for match in VARIABLE.finditer(self.message):
            if match[1] not in allowed:
                message = f"消息里的“{match[0]}”没有可填的内容"
                place = self.message.at(match.start())
                raise _refuse(message, f"可用：{_listed(allowed)}", place)
        return self


def _listed(words: frozenset[str]) -> str:
    return "、".join(f"{{{word}}}" for word in sorted(words))


class ForEach(Rule):
    """A rule that may go over everything a pattern matches."""

    each: Text | None = Field(None, alias="每个", description="逐个核对的已有名称，含 {变量}")


class SumRule(Rule):
    """合计: every stated total against its parts, in every ledger, at every level."""

    kind: Literal["合计"] = Field(alias="种类")


class PublishedRule(Rule):
    """公布数: every published figure against the recomputed one."""

    kind: Literal["公布数"] = Field(alias="种类")


class EqualRule(ForEach):
    """相等: the same quantity stated in two places."""

    kind: Literal["相等"] = Field(alias="种类")
    left: Text = Field(alias="左", description="名称或算式")
    right: Text = Field(alias="右", description="名称或算式")
    alternatives: list[Text] = Field([], alias="也可", description="等于其中之一也算相符")


class LimitRule(ForEach):
    """不超过: a figure against a limit set by law or by another figure."""

    kind: Literal["不超过"] = Field(alias="种类")
    left: Text = Field(alias="左", description="名称或算式")
    right: Text = Field(alias="右", description="名称、算式，或 10% 这样的数")
    complete_from: Percent | None = Field(
        None, alias="列全比例", description="右边不到左边的这么多，是没有列全，不核对"
    )


class SameNameRule(Rule):
    """同名: items of one name in two sections must bear one number."""

    kind: Literal["同名"] = Field(alias="种类")
    each: Text = Field(alias="每个", description="一处的名称，含 {变量}")
    elsewhere: Text = Field(alias="另处", description="另一处的名称；** 表示任意几层")
    too_general: list[Text] = Field(
        [], alias="不比", description="以这些词开头的名称太泛，同名不是同一项，如 其他"
    )


class ReasonRule(ForEach):
    """解释: what a stated reason accounts for against the overspend it explains."""

    kind: Literal["解释"] = Field(alias="种类")
    overspend: Text = Field(alias="超支", description="要解释的超支")
    explained: Text = Field(alias="解释额", description="所列原因的金额；同一超支的各原因先相加")
    at_least: Percent = Field(alias="至少解释", description="低于它是未通过，够它而未足数是提示")
    except_for: Text | None = Field(
        None, alias="不含", description="对应这一项超支的，由别的核对负责"
    )
    short: Severity | None = Field(
        None, alias="解释不足时", description="解释不足的严重性，默认同上"
    )


class ZeroBaseRule(Rule):
    """零基: no growth rate from a base of zero."""

    kind: Literal["零基"] = Field(alias="种类")
    each: Text | None = Field(None, alias="每个", description="逐个核对的已有名称，含 {变量}")
    base: Text = Field(alias="基数", description="上年数的名称")
    now: Text = Field(alias="本期", description="本年数的名称")
    growth: Text | None = Field(None, alias="增长率", description="增长率的名称，有才写")


class DocumentYearRule(ForEach):
    """文号年份: the year in a document's number against the date of its event."""

    kind: Literal["文号年份"] = Field(alias="种类")
    document: Text = Field(
        alias="文号", description="文号或文号列表的名称；全文 指所有文字里的文号"
    )
    date: Text = Field(alias="日期", description="日期、年份或算式")
    years_before: Number | None = Field(None, alias="可早几年", description="不写为不限")
    years_after: Number | None = Field(None, alias="可晚几年", description="不写为不限")
    reform_after: Number | None = Field(
        None,
        alias="晚满几年为提示",
        description="文号晚这么多年以上的，多是以后改革的文件，只作提示",
    )


class DateOrderRule(Rule):
    """日期先后: dates that must not run backwards."""

    kind: Literal["日期先后"] = Field(alias="种类")
    sequence: Text | None = Field(None, alias="序列", description="一串日期的名称，* 为各步")
    order: list[Text] = Field([], alias="先后", description="按先后列出的日期")
    not_after: Text | None = Field(None, alias="不晚于", description="序列里各日期不得晚于它")
    planned: list[Text] = Field(
        [], alias="不计", description="名称里有这些词的步骤只是打算，不核对，如 计划"
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> DateOrderRule:
        if (self.sequence is None) == (not self.order):
            raise _refuse("“序列”和“先后”要写一个，也只写一个")
        return self


class SameDateRule(Rule):
    """日期相同: a date as printed in words against the date stated."""

    kind: Literal["日期相同"] = Field(alias="种类")
    printed: Text = Field(alias="原文", description="印出的日期文字的名称")
    date: Text = Field(alias="日期", description="日期的名称")


class RangeRule(Rule):
    """取值范围: a rate that can't leave its bounds, such as a completion rate above 100%."""

    kind: Literal["取值范围"] = Field(alias="种类")
    words: list[Text] = Field(alias="名称含", description="名称里有这些词的指标")
    unless_words: list[Text] = Field(
        [], alias="名称不含", description="名称里有这些词的不核对，如 毛入学率"
    )
    unit: Text = Field(alias="单位")
    low: Number | None = Field(None, alias="最小")
    high: Number | None = Field(None, alias="最大")

    @model_validator(mode="after")
    def _in_order(self) -> RangeRule:
        if self.low is None and self.high is None:
            raise _refuse("“最小”和“最大”至少要写一个")
        if self.low and self.high and Decimal(self.low) > Decimal(self.high):
            message = f"最小{self.low}大于最大{self.high}"
            raise _refuse(message, "对调这两个数", self.low.place)
        return self


class ScopeRule(Rule):
    """口径: a total must not hold accounts that its name excludes."""

    kind: Literal["口径"] = Field(alias="种类")
    ledger: Text = Field(alias="台账", description="台账的名称，如 支出")
    called: Text = Field(alias="名称含", description="台账项的叫法里有这个词时才核对")
    accounts: list[Text] = Field(alias="不应含", description="经济分类科目编码")


class DirectionRule(Rule):
    """方向词: a word of direction against the sign of the figure it stands beside."""

    kind: Literal["方向词"] = Field(alias="种类")
    up: list[Text] = Field(alias="增", description="说数变大的词")
    down: list[Text] = Field(alias="减", description="说数变小的词")
    over: list[Text] = Field(alias="超", description="说花多了的词")
    under: list[Text] = Field(alias="省", description="说花少了的词")


class RawNumberRule(Rule):
    """裸数: a number typed in a narrative that a figure already holds."""

    kind: Literal["裸数"] = Field(alias="种类")
    skip_units: list[Text] = Field([], alias="不查单位")


class TypedValueRule(Rule):
    """文中数: a number typed behind a figure's label against the figure."""

    kind: Literal["文中数"] = Field(alias="种类")
    names: dict[str, Text] = Field(
        {}, alias="叫法", description="文字里的另一种叫法 → 指标名称，如 核定编制: 人员.编制数"
    )


class NumberingRule(Rule):
    """编号: numbered paragraphs without gaps or repeats."""

    kind: Literal["编号"] = Field(alias="种类")


class EnumerationRule(Rule):
    """列举: “N个…：甲、乙、丙” must list N."""

    kind: Literal["列举"] = Field(alias="种类")
    measures: list[Text] = Field(alias="量词")
    lists: dict[str, Text] = Field(
        {}, alias="对应列表", description="词 → 列表名称；“词N个”后面没有列举时，与列表比"
    )
    points: list[Text] = Field(
        [], alias="引出词", description="“N个”加这些词，后面的“，一是”才当作列举"
    )
    classes: list[Text] = Field(
        [], alias="统称", description="“甲局、乙局2个”后面是这些词，才当作列举的个数"
    )
    endings: list[Text] = Field(
        [], alias="名称结尾", description="名称以这些字结尾；“甲股和乙股”两边都是名称，就是两项"
    )


class WritingRule(Rule):
    """写法: text that a pattern finds is written in a non-standard way."""

    kind: Literal["写法"] = Field(alias="种类")
    find: Regex = Field(alias="查找", description="正则表达式，找到的就是不规范的")
    within: list[Text] = Field(
        [], alias="范围", description="只看这些名称开头的文字；不写为全部文字"
    )


class ScoreRule(Rule):
    """得分: a published score against what the indicator system allows."""

    kind: Literal["得分"] = Field(alias="种类")
    published: Text = Field(alias="公布", description="公布数里得分的名称")


CheckRule = Annotated[
    SumRule
    | PublishedRule
    | EqualRule
    | LimitRule
    | SameNameRule
    | ReasonRule
    | ZeroBaseRule
    | DocumentYearRule
    | DateOrderRule
    | SameDateRule
    | RangeRule
    | ScopeRule
    | DirectionRule
    | RawNumberRule
    | TypedValueRule
    | NumberingRule
    | EnumerationRule
    | WritingRule
    | ScoreRule,
    Field(discriminator="kind"),
]
Checks = dict[RuleName, CheckRule]
