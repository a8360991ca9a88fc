"""Maps of forms (params/imports/*.yml): which cell of an official table is which figure.

A table is known by its title, a cell by the label of its row and the heads of its column, never
by number or position: 公开07表 is one table here and another there.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import model_validator

from govnb.sheet.fields import key
from govnb.sheet.read import label_of, validate
from govnb.sheet.rules import BaseDataForm
from govnb.text.faults import Fault, FaultsError
from govnb.text.section import Name, Shorthand, Strict
from govnb.text.values import MoneyUnit, Text, YesNo, refuse
from govnb.text.yaml_text import Scalar, Sequence, mapping, read_yaml, scalar

_NUMBERED = re.compile(
    r"^(?:其中)?(?:[(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)]?[、.)]|\d{1,2}(?=[^\d%年月]))?"
)
# The letters that formulas of a form call a column by, and its unit: 全年预算数（A）（万元）.
_LETTERED = re.compile(r"(?:\((?:[A-Z](?:[=/÷][A-Z])*|(?:单位)?(?:人民币)?[十百千万亿]*元)\))+$")
_LEFT_OUT = re.compile(r"[\s“”\"'‘’《》:]")


@lru_cache(maxsize=1 << 16)
def plain(text: str) -> str:
    """Return a label as labels are compared: width, blanks, quotes and numbering aside."""
    text = _LETTERED.sub("", _LEFT_OUT.sub("", unicodedata.normalize("NFKC", text)))
    return _NUMBERED.sub("", text, count=1)


def _several(value: object) -> object:
    """Let one text stand for a list of one."""
    if isinstance(value, Scalar):
        several = Sequence([value])
        several.place = value.place
        return several
    return value


Texts = Annotated[list[Text], Shorthand(_several, {"type": ["string", "number"]})]


class Words:
    """A row's label or a column's heads: `甲|乙/丙#2` is 甲 or 乙 over 丙, the second such."""

    def __init__(self, text: str) -> None:
        text, _, nth = text.partition("#")
        self.levels = [{plain(word) for word in level.split("|")} for level in text.split("/")]
        self.nth = int(nth) if nth.isdecimal() else 0

    @property
    def words(self) -> set[str]:
        """Every word that may stand in a cell."""
        return set[str]().union(*self.levels)

    def fit(self, heads: set[str]) -> bool:
        """Tell whether heads have a word of each level."""
        return all(level & heads for level in self.levels)


class Cells(Strict):
    """格: the cells where a label meets a head, and the figures that they are."""

    row: Text | None = key("行", "行的叫法，| 隔开同义词；{变量} 是任意一行；不写是合计行")
    after: Text | None = key("从", "只认这一行以下的")
    until: Text | None = key("至", "只认这一行以上的")
    column: Text = key("列", "表头，/ 隔开各层，| 隔开同义词，#2 是第二个", ...)
    fill: Texts = key("填", "指标名称，可以有几个", ...)
    in_words: YesNo | None = key("文字", "格里是文字，不是数，写 是")


class Tree(Strict):
    """树: a table of 类款项 codes: a column of it, and the ledger that it fills."""

    column: Text = key("列", "表头", ...)
    fill: Text = key("填", "台账的名称", ...)


class Lines(Strict):
    """逐行: a list with one thing a line: its name, and which column is which of its fields."""

    by: Text = key("键", "哪一列是名称", ...)
    fill: Text = key("填", "指标名称，{键} 是名称", ...)
    columns: dict[Name, Text] = key(
        "列", "字段: 表头；几列拼成一个的用 + 连接，如 指标性质+指标值+计量单位", ...
    )
    carried: list[Text] = key("沿用", "这几栏空着的与上一行相同：合并过的格只在第一行写", [])
    weighed: Text | None = key("名称后的分", "名称后面括号里的分数填进这一栏，如 亮灯率（10分）")
    wanted: Text | None = key("须有", "这些列都空着的行不读")


class Pivot(Strict):
    """透视: a flat list added up by what one of its columns says."""

    by: Text = key("按", "哪一列相同的加在一起", ...)
    value: Text = key("值", "加哪一列", ...)
    fill: Text = key("填", "指标名称，{键} 是那一列的值；合计行填没有 {键} 的", ...)


class Label(Strict):
    """标签: a label in the head of a form, with what it tells in the next cell."""

    label: Text = key("标签", "标签的叫法，| 隔开同义词", ...)
    fill: Text = key("填", "指标名称", ...)
    is_number: YesNo | None = key("数", "标签后面是数，写 是")
    parts: Text | None = key("各项", "标签下面各行（其中：某项）填的指标，{各项} 是某项")


class Form(Strict):
    """One official table."""

    titles: Texts = key("标题", "表名，几种叫法；只要包含就认", ...)
    others: Texts = key("不是", "表名里有这些词的不是它", [])
    unit: MoneyUnit | None = key("单位", "表上不印单位的才写")
    named: Text | None = key(
        "名称", "一个项目一张的：项目名称的标签；工作簿里可以有几张，各栏里写 {名称}"
    )
    labels: list[Label] = key("标签", default=[])
    rows_of: Text | None = key("各行", "基础数据表 指 params/rules/base-data.yml 的各行")
    heads: dict[Name, Text] = key("各栏", "各行里栏的名称: 表头", {})
    cells: list[Cells] = key("格", default=[])
    trees: list[Tree] = key("树", default=[])
    lines: list[Lines] = key("逐行", default=[])
    pivots: list[Pivot] = key("透视", default=[])
    owner: Text | None = key("单位列", "清单里写单位名称的列；有几家的，用 --scope 选一家")
    source: Text = key("依据", "这张表见于哪里", ...)

    @model_validator(mode="after")
    def _something_read(self) -> Form:
        if not (self.cells or self.trees or self.lines or self.pivots or self.rows_of):
            raise refuse("这张表没有写要读哪些格", "写“格”“树”“逐行”或“透视”")
        return self

    @property
    def fills(self) -> list[Text]:
        """Every figure that is filled in."""
        told = [fill for cells in self.cells for fill in cells.fill]
        told += [tree.fill for tree in self.trees] + [label.fill for label in self.labels]
        told += [label.parts for label in self.labels if label.parts]
        told += [pivot.fill for pivot in self.pivots]
        listed = [(line.fill, f"{line.fill}.{key}") for line in self.lines for key in line.columns]
        return told + [scalar(name, fill.place) for fill, name in listed]

    @cached_property
    def known_heads(self) -> set[str]:
        """Every word that is a column's head here."""
        told = [*(c.column for c in self.cells), *(t.column for t in self.trees)]
        listed = [h for line in self.lines for h in (line.by, *line.columns.values())]
        told += [Scalar(part) for head in listed for part in head.split("+")]
        told += [Scalar(head) for pivot in self.pivots for head in (pivot.by, pivot.value)]
        told += [self.owner] if self.owner and self.pivots else []
        return set[str]().union(*(Words(text).words for text in told))

    @cached_property
    def known_rows(self) -> set[str]:
        """Every word that is a row's label here."""
        return set[str]().union(*(Words(c.row).words for c in self.cells if c.row))

    @cached_property
    def known_labels(self) -> set[str]:
        """Every label in the form's head."""
        told = [*(label.label for label in self.labels), *([self.named] if self.named else [])]
        return set[str]().union(*(Words(text).words for text in told))

    @cached_property
    def known_amounts(self) -> set[str]:
        """Every label in the form's head that an amount stands behind."""
        told = [label.label for label in self.labels if label.is_number]
        return set[str]().union(*(Words(text).words for text in told))


class FormsFile(Strict):
    """A file of maps."""

    note: Text | None = key("说明")
    forms: dict[Name, Form] = key("表", default=...)


def load_forms(params_dir: Path, base_data: BaseDataForm) -> dict[str, Form]:
    """Return the forms of params/imports/*.yml by name; raise every fault of all the files."""
    forms: dict[str, Form] = {}
    faults: list[Fault] = []
    for path in sorted((params_dir / "imports").glob("*.yml")):
        try:
            found = validate(read_yaml(path, label_of(path, params_dir)), FormsFile)
            forms |= {name: _with_rows(form, base_data) for name, form in found.forms.items()}
        except FaultsError as error:
            faults += error.faults
    if faults:
        raise FaultsError(faults)
    return forms


def _with_rows(form: Form, base_data: BaseDataForm) -> Form:
    """Return a form with the cells of the base-data table, if it has those rows."""
    if form.rows_of is None:
        return form
    cells = list(form.cells)
    for row in base_data.rows:
        named = {"上年决算数": row.last_actual, "本年预算数": row.budget, "本年决算数": row.actual}
        for head, name in named.items():
            if name is not None and row.each is None:
                at = row.label.place
                told = {"行": scalar("|".join([row.label, *row.aliases]), at), "填": name}
                told["列"] = form.heads.get(head) or scalar(head, at)
                cells.append(validate(mapping(told, at), Cells))
    return form.model_copy(update={"cells": cells})
