"""An indicator system (指标体系): the words of its file, and the checked table they make."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Discriminator, Tag, model_validator

# Its kinds of rule are known from here on.
from govnb.rubric import evidence  # noqa: F401
from govnb.rubric.nested import Exemption
from govnb.rubric.rule import AnyRule
from govnb.rubric.values import FormulaText, Mark, ZeroBase
from govnb.sheet.self_evaluation import FormRules
from govnb.text.faults import Place
from govnb.text.measure import PERCENT, unit_of
from govnb.text.section import Name, Strict, key, short
from govnb.text.values import YEAR, Amount, AmountOf, Kind, Markdown, Text, YesNo, refuse, stated
from govnb.text.yaml_text import Scalar

REMOVED = "删去"
_EXACT = stated("“{}”不能写在指标体系里", "写一个确定的数", exact=True)
Weight = Annotated[Amount, AmountOf(Kind("分", ("分",), what="分值")), _EXACT]
PlainYear = Annotated[Amount, AmountOf(YEAR), _EXACT]


class Years(Strict):
    """适用年度: the first and last year in force."""

    first: PlainYear = key("起", "从哪一年起", ...)
    last: PlainYear | None = key("止", "不写为至今")

    @model_validator(mode="after")
    def _in_order(self) -> Years:
        if self.last is not None and self.to < int(self.first.value or 0):
            message = f"“止”（{self.last.value}）早于“起”（{self.first.value}）"
            raise refuse(message, "对调，或改其中一个", self.last.place)
        return self

    @property
    def to(self) -> int:
        """The last year, far off where none is stated."""
        return int(self.last.value or 0) if self.last is not None else 9999

    def __contains__(self, year: int) -> bool:
        return int(self.first.value or 0) <= year <= self.to

    def __str__(self) -> str:
        return f"{self.first.value}—{self.last.value}年" if self.last else f"{self.first.value}年起"


class OtherReading(Strict):
    """另一口径: another formula for the same indicator, worked out for comparison only."""

    formula: FormulaText = key("公式", "另一种算法", ...)
    note: Markdown | None = key("说明", "其他要知道的事，印在评分表里")


def _drop_required(schema: dict[str, Any]) -> None:
    schema.pop("required", None)


class Indicator(Strict):
    """An indicator of the last level (三级指标)."""

    model_config = ConfigDict(json_schema_extra=_drop_required)

    title: Text | None = key("名称", "与键不同时写；键在全表唯一")
    weight: Weight | None = key("分值", "几分")
    formula: FormulaText | None = key(
        "公式", "指标值怎么算；规则不看指标值的不写。数据.名称 取自部门的评分依据"
    )
    unit: Text | None = key("单位", "默认 %，没有写 无；规则和部门报的数都按它比，只有金额自动换算")
    basis: Text | None = key("口径", "预算数还是决算数，哪些人算在职……")
    criterion: Text | None = key("评分标准", "文件上的原话")
    rule: AnyRule | None = key("规则", "怎么计分")
    exempt: Exemption | None = key("不适用", "哪些部门不适用、怎么计")
    zero: Annotated[ZeroBase, short("得分")] | None = key("分母为零", "公式除数为零时得几分")
    proof: Text | None = key("佐证", "要什么材料；写了它，部门自己报的数要有佐证才计分")
    readings: dict[Name, OtherReading] = key("另一口径", "名称: {公式, 说明}，只作比较，不计入", {})
    source: Text = key("出处", "哪个来源的哪一条", ...)
    mark: Mark = key("标记", "原文、推、待核", ...)
    years: Years | None = key("适用年度", "默认随整个体系")
    core: YesNo | None = key("核心指标", "表上标为核心指标的写 是")
    note: Text | None = key("说明", "其他要知道的事，印在评分表里")

    @property
    def shown_unit(self) -> str:
        """The unit of its value; empty for a bare number."""
        return unit_of(self.unit, PERCENT)


class Group(Strict):
    """A first- or second-level indicator: a weight and what is below it."""

    weight: Weight | None = key("分值", "几分")
    partial: YesNo | None = key("部分", "下级只见到一部分")
    items: dict[Name, Node] = key("指标", "下级指标", {})
    untold: YesNo | None = key("未转录", "原表的这一部分没有见到写 是，只写分值，不计分")
    from_department: Text | None = key(
        "指标取自", "部门文件“绩效指标”里的一级指标名称；不分一级指标的写 全部"
    )
    subweights: dict[Name, Weight] = key(
        "二级分值", "部门所列指标按二级指标各占几分，合计等于分值", {}
    )
    quantitative: AnyRule | None = key("定量", "定量指标的规则")
    qualitative: AnyRule | None = key("定性", "定性指标的规则")
    source: Text | None = key("出处", "哪个来源的哪一条")
    mark: Mark | None = key("标记", "原文、推、待核，或分别标：权重[原文]；规则[待核]")


def _tag(value: Any) -> str:
    marks = {"指标", "指标取自", "未转录"}
    is_group = isinstance(value, AnyMapping) and not marks.isdisjoint(value)
    return "group" if is_group else "indicator"


def _section(value: Any) -> Any:
    if isinstance(value, Scalar):
        raise refuse(
            "指标应是若干行“名称: 值”", "写 分值、公式、规则、出处、标记；上级指标写 分值、指标"
        )
    return value


class _NodeSchema:
    """Tells an editor that a rubric with a base may also take an indicator out (删去)."""

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        options = handler(core)["oneOf"]
        return {"anyOf": [*options, {"const": REMOVED}]}


Node = Annotated[
    Annotated[Group, Tag("group")] | Annotated[Indicator, Tag("indicator")],
    Discriminator(_tag),
    BeforeValidator(_section),
    _NodeSchema(),
]


class RubricFile(Strict):
    """指标体系: one evaluation table."""

    model_config = ConfigDict(json_schema_extra=_drop_required)

    title: Text = key("名称", "这张表叫什么", ...)
    base: Text | None = key("基于", "在另一套的基础上改，只写不同的")
    total: Weight | None = key("总分", "默认 100")
    partial: YesNo | None = key("部分", "只见到一部分的体系写 是")
    unweighted: YesNo | None = key("不带分值", "只出指标值、不计分写 是")
    years: Years = key("适用年度", "从哪年到哪年", ...)
    sources: dict[Name, Text] = key("来源", "代号: 文件名或网址；出处里用到的代号都要在这里", ...)
    note: Text | None = key("说明", "其他要知道的事，印在评分表里")
    grades: dict[Name, Weight] | None = key(
        "等级", "名称: 最低分（含），默认 优90、良80、中60、差0"
    )
    form: FormRules | None = key("自评", "用于项目自评表的写：什么情况要说明原因")
    items: dict[Name, Node] = key("指标", "下级指标", ..., min_length=1)


Group.model_rebuild()
RubricFile.model_rebuild()


@dataclass(frozen=True)
class Entry:
    """An indicator with the groups above it; `place` is where its name stands."""

    id: str
    groups: tuple[str, ...]
    indicator: Indicator
    place: Place

    @property
    def name(self) -> str:
        """What the table calls it."""
        core = "（核心指标）" if self.indicator.core == "是" else ""
        return f"{self.indicator.title or self.id}{core}"


@dataclass(frozen=True)
class Socket:
    """A group whose indicators the department lists itself (绩效指标)."""

    groups: tuple[str, ...]
    group: Group
    place: Place


@dataclass(frozen=True)
class Rubric:
    """A checked indicator system."""

    id: str  # its file's name without `.yml`
    file: RubricFile
    place: Place
    # Its indicators, and the groups that the department's own go into, in table order.
    rows: tuple[Entry | Socket, ...]
    # What isn't transcribed of the table: what stands above it, and its points.
    untold: tuple[tuple[str, Decimal], ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The indicators it names itself."""
        return tuple(row for row in self.rows if isinstance(row, Entry))

    @property
    def sockets(self) -> tuple[Socket, ...]:
        """The groups whose indicators a department lists."""
        return tuple(row for row in self.rows if isinstance(row, Socket))

    @property
    def total(self) -> Decimal:
        """Full marks of the whole table, known parts and unknown."""
        return (self.file.total.value if self.file.total else None) or Decimal(100)

    @property
    def is_partial(self) -> bool:
        """True when only a part of the table is known."""
        return self.file.partial == "是"

    @property
    def is_weighted(self) -> bool:
        """False for a table of indicators without points."""
        return self.file.unweighted != "是"

    def in_force(self, year: int) -> tuple[Entry | Socket, ...]:
        """Return the rows in force in a year; one without years of its own always is."""
        years = (getattr(getattr(row, "indicator", None), "years", None) for row in self.rows)
        found = zip(self.rows, years, strict=True)
        return tuple(row for row, in_force in found if in_force is None or year in in_force)
