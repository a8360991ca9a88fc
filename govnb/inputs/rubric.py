"""An indicator system (指标体系) as data: `params/rubrics/NAME.yml` → a checked rubric.

Three levels of indicators with weights; each indicator of the last level carries its
formula, rule, source and how well the rule is attested. A file may build on another
(`基于`) and say only what differs.
"""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from govnb.inputs.ledger import Name, Strict
from govnb.inputs.place import Fault, FaultsError, Place
from govnb.inputs.read import Inputs, validate
from govnb.inputs.rubric_merge import names, read_merged
from govnb.inputs.rubric_parts import Condition, Formula, short
from govnb.inputs.rubric_rules import LEFT_OUT, Exemption, Rule
from govnb.inputs.rubric_values import PERCENT, Mark, Points, PointsOf, PointsValue, refuse
from govnb.inputs.suggest import did_you_mean
from govnb.inputs.values import YEAR, Amount, AmountOf, Kind, Markdown, Text, YesNo
from govnb.inputs.yaml_text import Mapping, Scalar

GRADES = {"优": Decimal(90), "良": Decimal(80), "中": Decimal(60), "差": Decimal(0)}


def _stated(amount: Amount) -> Amount:
    if amount.value is None or amount.approximate:
        raise refuse(f"“{amount.text}”不能写在指标体系里", "写一个确定的数")
    return amount


Weight = Annotated[Amount, AmountOf(Kind("分", ("分",), what="分值")), AfterValidator(_stated)]
PlainYear = Annotated[Amount, AmountOf(YEAR), AfterValidator(_stated)]


class Years(Strict):
    """适用年度: the first and last year in force."""

    first: PlainYear = Field(alias="起")
    last: PlainYear | None = Field(None, alias="止", description="不写为至今")

    def __contains__(self, year: int) -> bool:
        assert self.first.value is not None
        return self.first.value <= year and (self.last is None or year <= (self.last.value or 0))

    def __str__(self) -> str:
        return f"{self.first.value}—{self.last.value if self.last else ''}年"


class ZeroBase(Strict):
    """分母为零: what an indicator gives when its formula has no value."""

    when: Condition | None = Field(None, alias="当", description="条件成立时得“得分”")
    points: Annotated[Points | Scalar, PointsOf(LEFT_OUT)] = Field(
        alias="得分", description="分数、满分、不得分，或 剔除"
    )
    otherwise: PointsValue | None = Field(
        None, alias="否则", description="条件不成立时，默认不得分"
    )
    note: Text | None = Field(None, alias="说明", description="如：零基，变动率无意义")


class OtherReading(Strict):
    """另一口径: another formula for the same indicator, worked out for comparison only."""

    formula: Formula = Field(alias="公式")
    note: Markdown | None = Field(None, alias="说明")


def _drop_required(schema: dict[str, Any]) -> None:
    """Let an editor accept a file that says only what differs from its base (基于)."""
    schema.pop("required", None)


class Indicator(Strict):
    """An indicator of the last level (三级指标)."""

    model_config = ConfigDict(json_schema_extra=_drop_required)

    title: Text | None = Field(None, alias="名称", description="与键不同时写；键在全表唯一")
    weight: Weight | None = Field(None, alias="分值")
    formula: Formula | None = Field(
        None, alias="公式", description="与指标公式同一写法；数据.名称 取自部门的评分依据"
    )
    unit: Text | None = Field(None, alias="单位", description="指标值的单位，默认 %；没有写 无")
    basis: Text | None = Field(None, alias="口径", description="预算数、决算数、总额……")
    criterion: Text | None = Field(None, alias="评分标准", description="文件上的原话")
    rule: Rule | None = Field(None, alias="规则")
    exempt: Exemption | None = Field(None, alias="不适用")
    zero: Annotated[ZeroBase, short("得分")] | None = Field(None, alias="分母为零")
    proof: Text | None = Field(None, alias="佐证", description="要什么材料")
    readings: dict[Name, OtherReading] = Field({}, alias="另一口径")
    source: Text = Field(alias="出处")
    mark: Mark = Field(alias="标记", description="原文、推、待核")
    years: Years | None = Field(None, alias="适用年度", description="默认随整个体系")
    note: Text | None = Field(None, alias="说明")

    @property
    def shown_unit(self) -> str:
        """The unit of its value; empty for a bare number."""
        unit = str(self.unit or PERCENT)
        return "" if unit == "无" else unit


class Group(Strict):
    """A first- or second-level indicator: a weight and what is below it."""

    weight: Weight | None = Field(None, alias="分值")
    partial: YesNo | None = Field(None, alias="部分", description="下级只见到一部分")
    items: dict[Name, Node] = Field({}, alias="指标")
    from_department: Text | None = Field(
        None, alias="指标取自", description="部门文件“绩效指标”里的一级指标名称"
    )
    quantitative: Rule | None = Field(None, alias="定量", description="定量指标的规则")
    qualitative: Rule | None = Field(None, alias="定性", description="定性指标的规则")
    source: Text | None = Field(None, alias="出处")
    mark: Mark | None = Field(None, alias="标记")


def _tag(value: Any) -> str:
    if isinstance(value, Group):
        return "group"
    inside = isinstance(value, AnyMapping) and ("指标" in value or "指标取自" in value)
    return "group" if inside else "indicator"


def _section(value: Any) -> Any:
    if isinstance(value, Scalar):
        raise refuse(
            "指标应是若干行“名称: 值”", "写 分值、公式、规则、出处、标记；上级指标写 分值、指标"
        )
    return value


Node = Annotated[
    Annotated[Group, Tag("group")] | Annotated[Indicator, Tag("indicator")],
    Discriminator(_tag),
    BeforeValidator(_section),
]


class RubricFile(Strict):
    """指标体系: one evaluation table."""

    model_config = ConfigDict(json_schema_extra=_drop_required)

    title: Text = Field(alias="名称")
    base: Text | None = Field(None, alias="基于", description="在另一套的基础上改，只写不同的")
    total: Weight | None = Field(None, alias="总分", description="默认 100")
    partial: YesNo | None = Field(None, alias="部分", description="只见到一部分的体系写 是")
    unweighted: YesNo | None = Field(None, alias="不带分值", description="只出指标值、不计分写 是")
    years: Years = Field(alias="适用年度")
    sources: dict[Name, Text] = Field(alias="来源", description="代号: 文件名或网址")
    note: Text | None = Field(None, alias="说明")
    grades: dict[Name, Weight] | None = Field(
        None, alias="等级", description="名称: 最低分（含），默认 优90、良80、中60、差0"
    )
    items: dict[Name, Node] = Field(alias="指标", min_length=1)


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
        return str(self.indicator.title or self.id)


@dataclass(frozen=True)
class Socket:
    """A group whose indicators the department lists itself (绩效指标)."""

    groups: tuple[str, ...]
    group: Group
    place: Place


@dataclass(frozen=True)
class Rubric:
    """A checked indicator system.

    Attributes
    ----------
    id : str
        Its file's name without `.yml`.
    file : RubricFile
        What the file says.
    place : Place
        The file.
    rows : tuple of Entry or Socket
        Its indicators, and the groups that the department's own go into, in table order.
    """

    id: str
    file: RubricFile
    place: Place
    rows: tuple[Entry | Socket, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The indicators it names itself."""
        return tuple(row for row in self.rows if isinstance(row, Entry))

    @property
    def sockets(self) -> tuple[Socket, ...]:
        """The groups whose indicators a department lists."""
        return tuple(row for row in self.rows if isinstance(row, Socket))

    @property
    def title(self) -> str:
        """The table's name."""
        return str(self.file.title)

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

    @property
    def grades(self) -> list[tuple[str, Decimal]]:
        """Grade names with their lowest scores, best first."""
        stated = self.file.grades
        grades = {n: a.value or Decimal(0) for n, a in stated.items()} if stated else GRADES
        return sorted(grades.items(), key=lambda grade: -grade[1])

    def in_force(self, year: int) -> tuple[Entry | Socket, ...]:
        """Return the rows in force in a year; one without years of its own always is."""
        return tuple(
            row
            for row in self.rows
            if isinstance(row, Socket)
            or row.indicator.years is None
            or year in row.indicator.years
        )


def load_rubric(name_or_path: str, params_dir: Path) -> Rubric:
    """Read an indicator system.

    Parameters
    ----------
    name_or_path
        The name of a file of `params/rubrics`, or the path of an existing `.yml` file.
    params_dir
        The parameter folder.

    Raises
    ------
    FaultsError
        With every fault of the file: unknown words and rule kinds, weights that don't add
        up, bands with gaps or overlaps.
    """
    from govnb.inputs.rubric_checks import check_rubric

    folder = params_dir / "rubrics"
    label = Path(params_dir.name) / "rubrics"
    path = _find(name_or_path, folder, label)
    tree = read_merged(path, folder, label)
    file = validate(tree, RubricFile)
    items = _Items()
    items.walk((), file.items, tree["指标"])
    rubric = Rubric(path.stem, file, tree.place, tuple(items.rows))
    faults = [*items.faults, *check_rubric(rubric, tree)]
    if faults:
        raise FaultsError(faults)
    return rubric


def rubric_of(inputs: Inputs, name_or_path: str | None = None) -> Rubric | None:
    """Return the rubric asked for, else the one the year file names, else None."""
    if name_or_path is not None:
        return load_rubric(name_or_path, inputs.params_dir)
    named = inputs.year.rubric
    if named is None:
        return None
    known = names(inputs.params_dir / "rubrics")
    if named not in known:
        raise FaultsError([_unknown(str(named), known, named.place)])
    return load_rubric(str(named), inputs.params_dir)


def _find(name_or_path: str, folder: Path, label: Path) -> Path:
    if name_or_path.endswith((".yml", ".yaml")):
        path = Path(name_or_path)
        if path.is_file():
            return path
        place = Place(path.as_posix())
        raise FaultsError([Fault(place, "没有这个指标体系文件", "检查路径，或只写名称")])
    known = names(folder)
    if name_or_path not in known:
        raise FaultsError([_unknown(name_or_path, known, Place(label.as_posix()))])
    return folder / f"{name_or_path}.yml"


def _unknown(name: str, known: list[str], place: Place) -> Fault:
    hint = did_you_mean(name, known) or f"已有：{'、'.join(known) or '无'}"
    return Fault(place, f"没有指标体系“{name}”", hint)


class _Items:
    """Walks the tree of indicators down to the last level."""

    def __init__(self) -> None:
        self.rows: list[Entry | Socket] = []
        self.faults: list[Fault] = []
        self._seen: dict[str, Place] = {}

    def walk(self, groups: tuple[str, ...], items: dict[str, Any], tree: Mapping) -> None:
        for name, node in items.items():
            place = tree.keys_at[name]
            if isinstance(node, Indicator):
                self._entry(Entry(name, groups, node, place))
            elif node.from_department is not None:
                self.rows.append(Socket((*groups, name), node, place))
            elif len(groups) == 2:
                self.faults.append(
                    Fault(place, f"“{name}”在第三级，下面不能再有“指标”", "指标体系最多三级")
                )
            else:
                self.walk((*groups, name), node.items, tree[name]["指标"])

    def _entry(self, entry: Entry) -> None:
        if entry.id in self._seen:
            message = f"“{entry.id}”与第 {self._seen[entry.id].line} 行的指标同名"
            hint = "键要全表唯一，如“资产管理制度健全性”；表上的叫法写在“名称”里"
            self.faults.append(Fault(entry.place, message, hint))
        self._seen.setdefault(entry.id, entry.place)
        self.rows.append(entry)
